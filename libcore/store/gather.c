#define _GNU_SOURCE /* qsort_r */
#include "store/gather.h"

#include <stdlib.h>

#include "base/feed.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/runs.h"
#include "record/id.h"

/*
 * A group in memory.  Its postings stand in chunks of a pool, one linked to
 * the next; each posting is the zigzag difference to the id before it (of the
 * first one to its number 0), and the byte.
 */
struct group {
	uint32_t hash;
	uint32_t key_n;
	const char *key;
	uint64_t base; /* the first id but for its number */
	uint64_t last; /* id */
	uint32_t count;
	uint32_t first, tail; /* chunks: offsets in pool / CHUNK_ALIGN */
	uint16_t used, size;  /* bytes of the tail chunk */
	bool unsorted;
};

#define CHUNK_ALIGN 8
#define CHUNK_HEAD 6   /* of all but the tail: next u32, bytes used u16 */
#define CHUNK_FIRST 24 /* with head; the next ones double */
#define CHUNK_LAST 256

/* So many groups are kept in memory at once; what finds no room among them is
 * sorted by itself.  Their table of slots stays in the processor's cache. */
#define GROUPS_MAX ((size_t)1 << 15)

/*
 * Keys that begin with the same bytes, in the index those of one field, are of
 * one kin.  Where nearly each key of it is another one (addresses, numbers of
 * telephones), to look for it among the groups is in vain, and groups of one id
 * take the room of those that come again: such keys go to the runs alone.
 *
 * That is found out when groups go to the runs, so that until they do again
 * all postings of a key go one way, and its ids stay in their order.  After so
 * many of such keys it is found out anew.
 */
struct kin {
	uint32_t adds, groups; /* since groups went to the runs */
	bool is_rare;
};

#define KIN_BYTES 3
#define KIN_LEAST 64
#define KINS ((size_t)256)
#define RARE_MAX ((size_t)1 << 20)

#define KINDS 256
/* A group of more is handed out in parts where that can be. */
#define GROUP_MAX ((size_t)64 << 10)

struct crm_gather {
	size_t memory;
	int dir;
	bool bytes;
	/* groups, and a hash table of them */
	struct group *group;
	size_t ngroups, group_cap;
	struct slot {
		uint16_t tag, group; /* number + 1; 0: free */
	} * slot;
	size_t nslots;
	struct crm_arena keys;
	size_t key_bytes;
	char *pool;
	size_t pool_n, pool_cap;
	struct kin kin[KINS];
	size_t rare;  /* postings of rare keys since that was found out */
	bool learned; /* did all rare keys leave the room of groups? */
	/* runs: one entry a group and run */
	struct crm_runs *runs;
	bool spilled;
	/* Of each kind the greatest id; one came behind a greater one. */
	uint64_t newest[KINDS];
	bool late;
	/* The last id of a part, when the next one begins with it. */
	uint64_t held;
	uint8_t held_byte;
	bool has_held;
	uint32_t *order; /* groups by key, when all are in memory */
	size_t next;
	struct crm_view run_key, run_value; /* the entry read ahead */
	struct crm_buf name;                /* of the group handed out */
	struct crm_buf packed;
	uint64_t *id;
	uint8_t *byte;
	size_t id_cap, byte_cap;
	/* Another thread sorts, and makes pieces of groups: all above is its
	 * own then. */
	struct crm_feed *feed;      /* NULL: none */
	bool unsorted;              /* it did not begin to sort */
	bool fresh;                 /* nothing was taken from it */
	struct crm_gathered making; /* the group that goes into pieces */
	size_t made;                /* of its ids */
	struct crm_view fed;        /* what is left of the piece at hand */
};

struct crm_gather *
crm_gather_new(size_t memory, int dir, bool bytes)
{
	struct crm_gather *g = crm_calloc(1, sizeof(*g));

	g->memory = memory;
	g->dir = dir;
	g->bytes = bytes;
	g->name.max = 2 * CRM_GATHER_KEY_MAX;
	g->packed.max = (size_t)1 << 30;
	return g;
}

void
crm_gather_free(struct crm_gather *g)
{
	if (g == NULL)
		return;
	crm_feed_free(g->feed);
	crm_free(g->group);
	crm_free(g->slot);
	crm_arena_release(&g->keys);
	crm_free(g->pool);
	crm_runs_free(g->runs);
	crm_free(g->order);
	crm_buf_release(&g->name);
	crm_buf_release(&g->packed);
	crm_free(g->id);
	crm_free(g->byte);
	crm_free(g);
}

/* A slot tells most keys apart by the half of the hash that is not its
 * place. */
static struct slot
slot_of(uint32_t hash, size_t group)
{
	return (struct slot){ (uint16_t)(hash >> 16), (uint16_t)(group + 1) };
}

static void
grow_slots(struct crm_gather *g)
{
	size_t n = g->nslots > 0 ? g->nslots * 2 : 1024, i, j;

	crm_free(g->slot);
	g->slot = crm_calloc(n, sizeof(*g->slot));
	g->nslots = n;
	for (i = 0; i < g->ngroups; i++) {
		j = g->group[i].hash & (n - 1);
		while (g->slot[j].group != 0)
			j = (j + 1) & (n - 1);
		g->slot[j] = slot_of(g->group[i].hash, i);
	}
}

/* Are two keys of so many bytes the same?  Most are short words: those are
 * compared without a call. */
static bool
same_key(const char *a, const char *b, size_t n)
{
	if (n < 8 || n > 16)
		return memcmp(a, b, n) == 0;
	return crm_le64_get(a) == crm_le64_get(b) &&
	    crm_le64_get(a + n - 8) == crm_le64_get(b + n - 8);
}

static struct kin *
kin_of(struct crm_gather *g, struct crm_view key)
{
	uint32_t h = 0;
	size_t i;

	for (i = 0; i < KIN_BYTES && i < key.n; i++)
		h = h << 8 | (unsigned char)key.p[i];
	return &g->kin[h * 0x9e3779b1u >> 24];
}

/* Find out which keys are rare: of four in five there was no other one, where
 * there were enough to tell. */
static void
learn(struct crm_gather *g)
{
	struct kin *k;

	for (k = g->kin; k < g->kin + KINS; k++) {
		k->is_rare |= k->groups >= KIN_LEAST &&
		    (uint64_t)k->adds * 4 < (uint64_t)k->groups * 5;
		k->adds = k->groups = 0;
	}
}

/*
 * The group of a key, made when there is none and room for it; else NULL.
 * Keys that come often come early, so that they find room.
 */
static struct group *
find_group(struct crm_gather *g, struct kin *kin, struct crm_view key)
{
	uint32_t hash = (uint32_t)crm_hash(key);
	struct group *gr;
	size_t i;

	if (g->ngroups * 4 >= g->nslots * 3)
		grow_slots(g);
	i = hash & (g->nslots - 1);
	for (; g->slot[i].group != 0; i = (i + 1) & (g->nslots - 1)) {
		if (g->slot[i].tag != hash >> 16)
			continue;
		gr = &g->group[g->slot[i].group - 1];
		if (gr->key_n == key.n && same_key(gr->key, key.p, key.n))
			return gr;
	}
	if (g->ngroups >= GROUPS_MAX)
		return NULL;
	g->group = crm_grow(
	    g->group, &g->group_cap, g->ngroups + 1, sizeof(*g->group));
	gr = &g->group[g->ngroups++];
	memset(gr, 0, sizeof(*gr));
	gr->hash = hash;
	gr->key = crm_arena_dup(&g->keys, key.p, key.n);
	gr->key_n = (uint32_t)key.n;
	kin->groups++;
	g->key_bytes += key.n + 17;
	g->slot[i] = slot_of(hash, g->ngroups - 1);
	return gr;
}

static uint32_t
new_chunk(struct crm_gather *g, uint16_t size)
{
	size_t at = g->pool_n;

	g->pool = crm_grow(g->pool, &g->pool_cap, at + size, 1);
	g->pool_n += size;
	return (uint32_t)(at / CHUNK_ALIGN);
}

/* Room for n bytes behind a group's postings, which are to be written there. */
static char *
room_for(struct crm_gather *g, struct group *gr, size_t n)
{
	uint32_t chunk;
	uint16_t size = CHUNK_FIRST;
	char *head;

	if (gr->count == 0) {
		gr->first = gr->tail = new_chunk(g, size);
		gr->size = size;
		gr->used = CHUNK_HEAD;
	} else if (gr->used + n > gr->size) {
		size = (uint16_t)(gr->size < CHUNK_LAST ? gr->size * 2
							: CHUNK_LAST);
		chunk = new_chunk(g, size);
		head = g->pool + (size_t)gr->tail * CHUNK_ALIGN;
		crm_le32(head, chunk);
		crm_le16(head + 4, gr->used);
		gr->tail = chunk;
		gr->size = size;
		gr->used = CHUNK_HEAD;
	}
	gr->used = (uint16_t)(gr->used + n);
	return g->pool + (size_t)gr->tail * CHUNK_ALIGN + gr->used - n;
}

/* Put a posting behind those of a group. */
static void
append(struct crm_gather *g, struct group *gr, uint64_t id, uint8_t byte)
{
	uint64_t delta = crm_zigzag((int64_t)(id - gr->last)), v;
	size_t n = 1 + g->bytes;
	char *to;

	for (v = delta; v >= 0x80; v >>= 7)
		n++;
	to = room_for(g, gr, n);
	to += crm_varint_put(to, delta);
	if (g->bytes)
		*to = (char)byte;
}

/* A group's postings in one piece, behind a flag for "not sorted", the base
 * and their count. */
#define PACK_HEAD 13

static void
pack(struct crm_gather *g, const struct group *gr)
{
	size_t at = gr->first, used;
	const char *head;
	char base[8], count[4];

	crm_buf_reset(&g->packed);
	crm_buf_addc(&g->packed, (char)gr->unsorted);
	crm_le64(base, gr->base);
	crm_buf_add(&g->packed, base, 8);
	crm_le32(count, gr->count);
	crm_buf_add(&g->packed, count, 4);
	for (;;) {
		head = g->pool + at * CHUNK_ALIGN;
		used = at == gr->tail ? gr->used : crm_le16_get(head + 4);
		crm_buf_add(&g->packed, head + CHUNK_HEAD, used - CHUNK_HEAD);
		if (at == gr->tail)
			return;
		at = crm_le32_get(head);
	}
}

/* Hand all groups to the runs, and begin anew. */
static const struct crm_err *
spill(struct crm_gather *g)
{
	const struct crm_err *err;
	size_t i;

	if (g->runs == NULL)
		g->runs = crm_runs_new(g->memory, g->dir);
	g->spilled = true;
	for (i = 0; i < g->ngroups; i++) {
		pack(g, &g->group[i]);
		err = crm_runs_add(g->runs,
		    crm_view(g->group[i].key, g->group[i].key_n),
		    crm_buf_view(&g->packed));
		if (err != NULL)
			return err;
	}
	g->ngroups = 0;
	g->pool_n = 0;
	g->key_bytes = 0;
	crm_arena_reset(&g->keys);
	g->nslots = 0; /* fewer may do now */
	learn(g);
	return NULL;
}

/* A posting without a group in memory. */
#define ALONE 9 /* id and byte: shorter than what pack() makes */

static const struct crm_err *
add_alone(struct crm_gather *g, struct crm_view key, uint64_t id, uint8_t byte)
{
	char p[ALONE];

	crm_le64(p, id);
	p[8] = (char)byte;
	g->spilled = true;
	if (g->runs == NULL)
		g->runs = crm_runs_new(g->memory, g->dir);
	return crm_runs_add(g->runs, key, crm_view(p, ALONE));
}

/* A rare key comes: is it time to find out anew which ones are? */
static const struct crm_err *
count_rare(struct crm_gather *g)
{
	const struct crm_err *err;
	size_t i;

	if (++g->rare <= RARE_MAX)
		return NULL;
	err = spill(g);
	for (i = 0; i < KINS; i++)
		g->kin[i].is_rare = false;
	g->rare = 0;
	g->learned = false;
	return err;
}

/*
 * The group of a key.
 *
 * out     NULL: it goes alone
 */
static const struct crm_err *
group_for(struct crm_gather *g, struct crm_view key, struct group **out)
{
	struct kin *k = kin_of(g, key);
	const struct crm_err *err;

	*out = NULL;
	if (k->is_rare)
		return count_rare(g);
	k->adds++;
	*out = find_group(g, k, key);
	if (*out != NULL || g->learned)
		return NULL;
	/* no room: that of rare keys is given to those that come again */
	g->learned = true;
	err = spill(g);
	if (err == NULL && !k->is_rare)
		*out = find_group(g, k, key);
	return err;
}

/* The id that was added last came again. */
static void
raise_byte(struct crm_gather *g, const struct group *gr, uint8_t byte)
{
	char *p = g->pool + (size_t)gr->tail * CHUNK_ALIGN + gr->used - 1;

	if (g->bytes && (uint8_t)*p < byte)
		*p = (char)byte;
}

const struct crm_err *
crm_gather_add(
    struct crm_gather *g, struct crm_view key, uint64_t id, uint8_t byte)
{
	const struct crm_err *err;
	struct group *gr;
	uint64_t *newest = &g->newest[(unsigned char)crm_id_kind(id)];

	if (g->feed != NULL) {
		crm_feed_free(g->feed);
		g->feed = NULL;
	}
	if (id < *newest)
		g->late = true;
	else
		*newest = id;
	if (g->pool_n + g->key_bytes + g->ngroups * sizeof(*g->group) >
	    g->memory) {
		err = spill(g);
		if (err != NULL)
			return err;
	}
	err = group_for(g, key, &gr);
	if (err != NULL)
		return err;
	if (gr == NULL)
		return add_alone(g, key, id, byte);
	if (gr->count > 0 && id == gr->last) {
		raise_byte(g, gr, byte);
		return NULL;
	}
	if (gr->count == 0)
		gr->base = gr->last = id & ~CRM_ID_NUMBER_MAX;
	gr->unsorted |= gr->count > 0 && id <= gr->last;
	append(g, gr, id, byte);
	gr->last = id;
	gr->count++;
	return NULL;
}

static int
cmp_groups(const void *x, const void *y, void *ctx)
{
	const struct crm_gather *g = ctx;
	const struct group *a = &g->group[*(const uint32_t *)x];
	const struct group *b = &g->group[*(const uint32_t *)y];

	return crm_view_cmp(
	    crm_view(a->key, a->key_n), crm_view(b->key, b->key_n));
}

static const struct crm_err *
sort(struct crm_gather *g)
{
	const struct crm_err *err;
	size_t i;

	g->next = 0;
	g->has_held = false;
	if (g->spilled) {
		err = spill(g);
		if (err == NULL)
			err = crm_runs_sort(g->runs);
		if (err == NULL)
			err =
			    crm_runs_next(g->runs, &g->run_key, &g->run_value);
		return err;
	}
	g->order = crm_realloc_array(g->order, g->ngroups, sizeof(*g->order));
	for (i = 0; i < g->ngroups; i++)
		g->order[i] = (uint32_t)i;
	if (g->ngroups > 0)
		qsort_r(g->order, g->ngroups, sizeof(*g->order), cmp_groups, g);
	return NULL;
}

/* Add packed postings to the ids that are handed out. */
static bool
unpack(struct crm_gather *g, struct crm_view packed, struct crm_gathered *out)
{
	bool unsorted = packed.p[0] != 0;
	uint64_t delta = 0,
		 id = packed.n > ALONE ? crm_le64_get(packed.p + 1) : 0;
	size_t at = PACK_HEAD, n, most = out->n + 1;

	if (packed.n > ALONE)
		most = out->n + crm_le32_get(packed.p + 9);
	g->id = crm_grow(g->id, &g->id_cap, most, sizeof(*g->id));
	g->byte = crm_grow(g->byte, &g->byte_cap, most, 1);
	out->id = g->id;
	out->byte = g->byte;
	if (packed.n == ALONE) {
		g->id[out->n] = crm_le64_get(packed.p);
		g->byte[out->n] = (uint8_t)packed.p[8];
		unsorted = out->n > 0 && g->id[out->n - 1] >= g->id[out->n];
		out->n++;
		return unsorted;
	}
	while (at < packed.n) {
		n = crm_varint_get(packed.p + at, packed.n - at, &delta);
		at += n;
		id += (uint64_t)crm_unzigzag(delta);
		g->id[out->n] = id;
		g->byte[out->n] = g->bytes ? (uint8_t)packed.p[at++] : 0;
		unsorted |= out->n > 0 && g->id[out->n - 1] >= id;
		out->n++;
	}
	return unsorted;
}

struct posting {
	uint64_t id;
	uint8_t byte;
};

static int
cmp_postings(const void *x, const void *y)
{
	const struct posting *a = x, *b = y;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->byte < b->byte ? -1 : a->byte > b->byte;
}

/* Sort ids; of those that came twice the greatest byte stays. */
static void
sort_ids(struct crm_gather *g, struct crm_gathered *out)
{
	struct posting *p = crm_calloc(out->n, sizeof(*p));
	size_t i, k = 0;

	for (i = 0; i < out->n; i++) {
		p[i].id = g->id[i];
		p[i].byte = g->byte[i];
	}
	qsort(p, out->n, sizeof(*p), cmp_postings);
	for (i = 0; i < out->n; i++) {
		if (k > 0 && g->id[k - 1] == p[i].id)
			k--;
		g->id[k] = p[i].id;
		g->byte[k++] = p[i].byte;
	}
	out->n = k;
	crm_free(p);
}

/* The first id of packed postings. */
static uint64_t
first_id(struct crm_view packed)
{
	uint64_t delta = 0;

	if (packed.n == ALONE)
		return crm_le64_get(packed.p);
	(void)crm_varint_get(
	    packed.p + PACK_HEAD, packed.n - PACK_HEAD, &delta);
	return crm_le64_get(packed.p + 1) + (uint64_t)crm_unzigzag(delta);
}

/* Keep the last id back when the next part begins with it: a word that was
 * said twice, before and after a run was written. */
static void
hold_back(struct crm_gather *g, struct crm_gathered *out)
{
	g->held = g->id[out->n - 1];
	g->held_byte = g->byte[out->n - 1];
	g->has_held = first_id(g->run_value) == g->held;
	if (g->has_held)
		out->n--;
}

static void
take_held(struct crm_gather *g, struct crm_gathered *out)
{
	if (!g->has_held)
		return;
	g->has_held = false;
	g->id[0] = g->held;
	g->byte[0] = g->held_byte;
	out->n = 1;
}

static const struct crm_err *
next(struct crm_gather *g, struct crm_gathered *out)
{
	const struct crm_err *err;
	const struct group *gr;
	bool unsorted = false, more;

	out->n = 0;
	out->group = CRM_VNULL;
	if (!g->spilled) {
		if (g->next == g->ngroups)
			return NULL;
		gr = &g->group[g->order[g->next++]];
		pack(g, gr);
		out->group = crm_view(gr->key, gr->key_n);
		if (unpack(g, crm_buf_view(&g->packed), out))
			sort_ids(g, out);
		return NULL;
	}
	if (g->run_key.p == NULL)
		return NULL;
	crm_buf_reset(&g->name);
	crm_buf_addv(&g->name, g->run_key);
	out->group = crm_buf_view(&g->name);
	take_held(g, out);
	do {
		unsorted |= unpack(g, g->run_value, out);
		err = crm_runs_next(g->runs, &g->run_key, &g->run_value);
		if (err != NULL)
			return err;
		more = crm_view_eq(g->run_key, out->group);
	} while (more && (g->late || out->n < GROUP_MAX));
	if (unsorted)
		sort_ids(g, out);
	if (more)
		hold_back(g, out);
	return NULL;
}

/*
 * A part of a group in a piece: length of its name u32, ids u32, the ids, the
 * name, a byte for each id; zeros up to a multiple of 8 bytes.
 */
#define PART_HEAD 8
#define PART_IDS 8192 /* at most */
#define PIECE ((size_t)128 << 10)
#define PIECE_MAX \
	(PIECE + PART_HEAD + (size_t)PART_IDS * 9 + CRM_GATHER_KEY_MAX + 8)

static size_t
part_size(size_t name, size_t ids)
{
	return (PART_HEAD + ids * 9 + name + 7) / 8 * 8;
}

/* Put as much of the group at hand into a piece as makes a part. */
static void
make_part(struct crm_gather *g, struct crm_buf *out)
{
	const struct crm_gathered *m = &g->making;
	size_t n = m->n - g->made;
	size_t end;
	char head[PART_HEAD];

	if (n > PART_IDS)
		n = PART_IDS;
	end = out->n + part_size(m->group.n, n);
	crm_le32(head, (uint32_t)m->group.n);
	crm_le32(head + 4, (uint32_t)n);
	crm_buf_add(out, head, PART_HEAD);
	crm_buf_add(out, (const char *)(m->id + g->made), n * sizeof(*m->id));
	crm_buf_addv(out, m->group);
	crm_buf_add(out, (const char *)(m->byte + g->made), n);
	if (out->n < end)
		crm_buf_add(out, "\0\0\0\0\0\0\0", end - out->n);
	g->made += n;
}

/* crm_feed_new(): sort before the first piece. */
static const struct crm_err *
make_piece(void *ctx, struct crm_buf *out)
{
	struct crm_gather *g = ctx;
	const struct crm_err *err = g->unsorted ? sort(g) : NULL;

	g->unsorted = false;
	while (err == NULL && out->n < PIECE) {
		if (g->made == g->making.n) {
			g->made = 0;
			err = next(g, &g->making);
			if (err != NULL || g->making.group.p == NULL)
				break;
		}
		make_part(g, out);
	}
	return err;
}

void
crm_gather_ahead(struct crm_gather *g)
{
	crm_feed_free(g->feed);
	memset(&g->making, 0, sizeof(g->making));
	g->made = 0;
	g->fed = CRM_VNULL;
	g->unsorted = g->fresh = true;
	g->feed = crm_feed_new(make_piece, g, PIECE_MAX);
}

const struct crm_err *
crm_gather_sort(struct crm_gather *g)
{
	if (g->feed == NULL)
		return sort(g);
	if (!g->fresh)
		crm_gather_ahead(g);
	return NULL;
}

const struct crm_err *
crm_gather_next(struct crm_gather *g, struct crm_gathered *out)
{
	const struct crm_err *err = NULL;
	const void *ids;
	size_t name;

	if (g->feed == NULL)
		return next(g, out);
	g->fresh = false;
	memset(out, 0, sizeof(*out));
	if (g->fed.n == 0)
		err = crm_feed_next(g->feed, &g->fed);
	if (err != NULL || g->fed.p == NULL)
		return err;
	name = crm_le32_get(g->fed.p);
	out->n = crm_le32_get(g->fed.p + 4);
	ids = g->fed.p + PART_HEAD;
	out->id = ids;
	out->group = crm_view(g->fed.p + PART_HEAD + out->n * 8, name);
	out->byte = (const uint8_t *)(out->group.p + name);
	g->fed = crm_view_skip(g->fed, part_size(name, out->n));
	return NULL;
}
