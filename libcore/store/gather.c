#include "store/gather.h"

#include <stdlib.h>

#include "base/map.h"
#include "store/gather_impl.h"

#define CHUNK_ALIGN 8
#define CHUNK_HEAD 6   /* of all but the tail: next u32, bytes used u16 */
#define CHUNK_FIRST 24 /* with head; the next ones double */
#define CHUNK_LAST 256

/* So many groups are kept in memory at once; what finds no room among them is
 * sorted by itself.  Their table of slots stays in the processor's cache. */
#define GROUPS_MAX ((size_t)1 << 15)

#define KIN_BYTES 3
#define KIN_LEAST 64 /* groups, to tell */
#define RARE_MAX ((size_t)1 << 20)

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
static struct crm_gather_slot
slot_of(uint32_t hash, size_t group)
{
	return (struct crm_gather_slot){ (uint16_t)(hash >> 16),
		(uint16_t)(group + 1) };
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

static struct crm_gather_kin *
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
	struct crm_gather_kin *k;

	for (k = g->kin; k < g->kin + CRM_GATHER_KINS; k++) {
		k->is_rare |= k->groups >= KIN_LEAST &&
		    (uint64_t)k->adds * 4 < (uint64_t)k->groups * 5;
		k->adds = k->groups = 0;
	}
}

/*
 * The group of a key, made when there is none and room for it; else NULL.
 * Keys that come often come early, so that they find room.
 */
static struct crm_gather_group *
find_group(
    struct crm_gather *g, struct crm_gather_kin *kin, struct crm_view key)
{
	uint32_t hash = (uint32_t)crm_hash(key);
	struct crm_gather_group *gr;
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
room_for(struct crm_gather *g, struct crm_gather_group *gr, size_t n)
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
append(struct crm_gather *g, struct crm_gather_group *gr, uint64_t id,
    uint8_t byte)
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

void
crm_gather_pack(struct crm_gather *g, const struct crm_gather_group *gr)
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
const struct crm_err *
crm_gather_spill(struct crm_gather *g)
{
	const struct crm_err *err;
	size_t i;

	if (g->runs == NULL)
		g->runs = crm_runs_new(g->memory, g->dir);
	g->spilled = true;
	for (i = 0; i < g->ngroups; i++) {
		crm_gather_pack(g, &g->group[i]);
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

static const struct crm_err *
add_alone(struct crm_gather *g, struct crm_view key, uint64_t id, uint8_t byte)
{
	char p[CRM_PACK_ALONE];

	crm_le64(p, id);
	p[8] = (char)byte;
	g->spilled = true;
	if (g->runs == NULL)
		g->runs = crm_runs_new(g->memory, g->dir);
	return crm_runs_add(g->runs, key, crm_view(p, CRM_PACK_ALONE));
}

/* A rare key comes: is it time to find out anew which ones are? */
static const struct crm_err *
count_rare(struct crm_gather *g)
{
	const struct crm_err *err;
	size_t i;

	if (++g->rare <= RARE_MAX)
		return NULL;
	err = crm_gather_spill(g);
	for (i = 0; i < CRM_GATHER_KINS; i++)
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
group_for(
    struct crm_gather *g, struct crm_view key, struct crm_gather_group **out)
{
	struct crm_gather_kin *k = kin_of(g, key);
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
	err = crm_gather_spill(g);
	if (err == NULL && !k->is_rare)
		*out = find_group(g, k, key);
	return err;
}

/* The id that was added last came again. */
static void
raise_byte(
    struct crm_gather *g, const struct crm_gather_group *gr, uint8_t byte)
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
	struct crm_gather_group *gr;
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
		err = crm_gather_spill(g);
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
