/* Giving back what was gathered, group by group. */
#define _GNU_SOURCE /* qsort_r */
#include <stdlib.h>

#include "store/gather_impl.h"

/* A group of more is handed out in parts where that can be. */
#define GROUP_MAX ((size_t)64 << 10)

static int
cmp_groups(const void *x, const void *y, void *ctx)
{
	const struct crm_gather *g = ctx;
	const struct crm_gather_group *a = &g->group[*(const uint32_t *)x];
	const struct crm_gather_group *b = &g->group[*(const uint32_t *)y];

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
		err = crm_gather_spill(g);
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
		 id =
		     packed.n > CRM_PACK_ALONE ? crm_le64_get(packed.p + 1) : 0;
	size_t at = CRM_PACK_HEAD, n, most = out->n + 1;

	if (packed.n > CRM_PACK_ALONE)
		most = out->n + crm_le32_get(packed.p + 9);
	g->id = crm_grow(g->id, &g->id_cap, most, sizeof(*g->id));
	g->byte = crm_grow(g->byte, &g->byte_cap, most, 1);
	out->id = g->id;
	out->byte = g->byte;
	if (packed.n == CRM_PACK_ALONE) {
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

	if (packed.n == CRM_PACK_ALONE)
		return crm_le64_get(packed.p);
	(void)crm_varint_get(
	    packed.p + CRM_PACK_HEAD, packed.n - CRM_PACK_HEAD, &delta);
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
	const struct crm_gather_group *gr;
	bool unsorted = false, more;

	out->n = 0;
	out->group = CRM_VNULL;
	if (!g->spilled) {
		if (g->next == g->ngroups)
			return NULL;
		gr = &g->group[g->order[g->next++]];
		crm_gather_pack(g, gr);
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
