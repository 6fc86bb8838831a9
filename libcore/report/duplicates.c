#include "report/duplicates.h"

#include "base/mem.h"
#include "base/runs.h"
#include "base/sets.h"
#include "base/sorted.h"
#include "record/alike.h"
#include "store/who.h"

#define RUN_MEMORY ((size_t)24 << 20)
#define NAMES 22 /* 2^NAMES counters of names */
#define KEPT 15  /* 2^KEPT records at hand */
#define POINTS_MAX 200

struct finding {
	struct crm_snap *snap;
	const struct crm_duplicates_options *o;
	struct crm_duplicates_result *result;
	const uint64_t *match; /* ids that the query finds, sorted */
	size_t nmatch;
	bool all;                /* it finds all */
	struct crm_nummap meant; /* else: the keys that these have */
	uint16_t *name;          /* how many bear it: by hash, some too many */
	struct crm_sketch *kept;
	struct crm_runs *keys;  /* key u64, id u64: parts */
	struct crm_runs *parts; /* the same of keys and parts */
	struct crm_runs *pairs; /* two ids: points */
	struct crm_runs *best;  /* points from the top, ids */
	struct crm_sets sets;
	struct crm_buf text, why;
	const struct crm_kind *kind;
};

static uint16_t *
bearers(struct finding *d, uint64_t name)
{
	return &d->name[name >> (64 - NAMES)];
}

static const struct crm_err *
damaged(void)
{
	return crm_err(
	    CRM_E_DATA, "the store is damaged: a record cannot be read");
}

/* A record as it is compared: kept from before, or read. */
static const struct crm_err *
sketch_of(struct finding *d, uint64_t id, struct crm_sketch *out)
{
	struct crm_sketch *s =
	    &d->kept[(id * 0x9e3779b97f4a7c15) >> (64 - KEPT)];
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;

	if (s->id != id) {
		err = crm_snap_get(d->snap, id, &r, &p);
		if (err != NULL)
			return err;
		if (p != CRM_LIVE)
			return damaged();
		crm_sketch_make(s, d->kind, id, &r, &d->text);
	}
	*out = *s;
	return NULL;
}

/* Put the keys of a record aside. */
static const struct crm_err *
add_keys(struct finding *d, const struct crm_sketch *s)
{
	uint64_t key[CRM_ALIKE_KEYS];
	uint32_t part[CRM_ALIKE_PARTS];
	const struct crm_err *err = NULL;
	char k[16], v[4 * CRM_ALIKE_PARTS];
	size_t n = crm_sketch_keys(s, key), i;

	crm_sketch_parts(s, part);
	for (i = 0; i < CRM_ALIKE_PARTS; i++)
		crm_le32(v + 4 * i, part[i]);
	crm_be64(k + 8, s->id);
	for (i = 0; err == NULL && i < n; i++) {
		if (!d->all && crm_nummap_get(&d->meant, key[i] | 1) == NULL)
			continue;
		crm_be64(k, key[i]);
		err = crm_runs_add(
		    d->keys, crm_view(k, 16), crm_view(v, sizeof(v)));
	}
	return err;
}

/* Note the keys of those that are meant: what has none of them is compared with
 * none of these. */
static const struct crm_err *
read_meant(struct finding *d)
{
	uint64_t key[CRM_ALIKE_KEYS];
	const struct crm_err *err = NULL;
	struct crm_sketch s;
	size_t i, j, n;

	for (i = 0; err == NULL && i < d->nmatch; i++) {
		if (crm_id_kind(d->match[i]) != d->kind->letter)
			continue;
		err = sketch_of(d, d->match[i], &s);
		n = err == NULL ? crm_sketch_keys(&s, key) : 0;
		for (j = 0; j < n; j++)
			(void)crm_nummap_at(&d->meant, key[j] | 1, NULL);
	}
	return err;
}

/* Look at all records of the kind once. */
static const struct crm_err *
read_all(struct finding *d)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_sketch s;
	struct crm_entry e;
	struct crm_walk *w;
	uint16_t *n;
	char key[8];

	crm_be64(key, crm_id(d->kind->letter, 0, 0));
	err = crm_walk_open(crm_snap_txn(d->snap), CRM_TABLE_RECORD, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (err == NULL && e.prefix.p != NULL &&
	    crm_id_kind(e.id) == d->kind->letter) {
		err = crm_snap_see(d->snap, e.id, e.value, &r, &p);
		if (err == NULL && p == CRM_LIVE) {
			crm_sketch_make(&s, d->kind, e.id, &r, &d->text);
			n = bearers(d, s.name);
			*n = (uint16_t)(*n + (*n < UINT16_MAX));
			err = add_keys(d, &s);
		}
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

static bool
is_meant(const struct finding *d, uint64_t a, uint64_t b)
{
	return d->all || crm_sorted_has(d->match, d->nmatch, a) ||
	    crm_sorted_has(d->match, d->nmatch, b);
}

static const struct crm_err *
compare_two(
    struct finding *d, const struct crm_sketch *a, const struct crm_sketch *b)
{
	char key[16], value[2];
	int points;

	d->result->compared++;
	points = crm_alike(a, b, *bearers(d, a->name), NULL);
	if (points < d->o->least)
		return NULL;
	points = points < POINTS_MAX ? points : POINTS_MAX;
	crm_be64(key, a->id < b->id ? a->id : b->id);
	crm_be64(key + 8, a->id < b->id ? b->id : a->id);
	crm_be16(value, (uint16_t)points);
	return crm_runs_add(d->pairs, crm_view(key, 16), crm_view(value, 2));
}

/* Compare all that share a key, by twos. */
static const struct crm_err *
compare_all(struct finding *d, const uint64_t *id, size_t n)
{
	static struct crm_sketch s[CRM_DUPLICATES_MOST];
	const struct crm_err *err = NULL;
	bool any = d->all;
	size_t i, j;

	for (i = 0; i < n && !any; i++)
		any = is_meant(d, id[i], id[i]);
	if (n < 2 || !any)
		return NULL;
	for (i = 0; err == NULL && i < n; i++)
		err = sketch_of(d, id[i], &s[i]);
	for (i = 0; err == NULL && i < n; i++)
		for (j = i + 1; err == NULL && j < n; j++)
			if (is_meant(d, id[i], id[j]))
				err = compare_two(d, &s[i], &s[j]);
	return err;
}

/* One of very many that share a key: it is compared with those who share a
 * part, too. */
static const struct crm_err *
part(struct finding *d, struct crm_view key, struct crm_view parts)
{
	const struct crm_err *err = NULL;
	char bytes[16], k[16];
	uint32_t one;
	size_t i;

	memcpy(bytes, key.p, 8);
	memcpy(k + 8, key.p + 8, 8);
	for (i = 0; err == NULL && i < CRM_ALIKE_PARTS; i++) {
		one = crm_le32_get(parts.p + 4 * i);
		if (one == 0)
			continue;
		crm_be64(bytes + 8, (uint64_t)i << 32 | one);
		crm_be64(k, crm_hash(crm_view(bytes, 16)));
		err = crm_runs_add(d->parts, crm_view(k, 16), CRM_V("-"));
	}
	return err;
}

/* Those that share a key, as they come sorted. */
struct group {
	char key[8];
	uint64_t id[CRM_DUPLICATES_MOST];
	char parts[CRM_DUPLICATES_MOST][4 * CRM_ALIKE_PARTS];
	uint64_t n; /* also of those that have no room */
};

/* Part those that have room, once it is known that there are too many. */
static const struct crm_err *
part_first(struct finding *d, const struct group *g)
{
	const struct crm_err *err = NULL;
	char key[16];
	size_t i;

	memcpy(key, g->key, 8);
	for (i = 0; err == NULL && i < CRM_DUPLICATES_MOST; i++) {
		crm_be64(key + 8, g->id[i]);
		err = part(d, crm_view(key, 16),
		    crm_view(g->parts[i], sizeof(g->parts[i])));
	}
	return err;
}

/* Compare those that share a key. */
static const struct crm_err *
compare_groups(struct finding *d, struct crm_runs *runs, bool again)
{
	static struct group g;
	const struct crm_err *err;
	struct crm_view key, value;

	g.n = 0;
	err = crm_runs_sort(runs);
	while (err == NULL) {
		err = crm_runs_next(runs, &key, &value);
		if (err != NULL)
			break;
		if (key.p == NULL || memcmp(key.p, g.key, 8) != 0) {
			if (g.n <= CRM_DUPLICATES_MOST)
				err = compare_all(d, g.id, (size_t)g.n);
			else
				d->result->passed += again;
			g.n = 0;
		}
		if (err != NULL || key.p == NULL)
			break;
		memcpy(g.key, key.p, 8);
		if (g.n < CRM_DUPLICATES_MOST) {
			g.id[g.n] = crm_be64_get(key.p + 8);
			memcpy(g.parts[g.n], value.p,
			    again ? 0 : sizeof(g.parts[0]));
		} else if (!again) {
			if (g.n == CRM_DUPLICATES_MOST)
				err = part_first(d, &g);
			if (err == NULL)
				err = part(d, key, value);
		}
		g.n++;
	}
	return err;
}

/* Which of two stays: the one with more values, then the older one. */
static bool
is_first(const struct crm_sketch *a, const struct crm_sketch *b)
{
	return a->filled != b->filled ? a->filled > b->filled : a->id < b->id;
}

/* Each pair once, and by points. */
static const struct crm_err *
order(struct finding *d)
{
	struct crm_sketch a, b;
	const struct crm_err *err;
	struct crm_view key, value;
	char last[16] = "", k[18];

	err = crm_runs_sort(d->pairs);
	while (err == NULL) {
		err = crm_runs_next(d->pairs, &key, &value);
		if (err != NULL || key.p == NULL)
			break;
		if (memcmp(last, key.p, 16) == 0)
			continue;
		memcpy(last, key.p, 16);
		err = sketch_of(d, crm_be64_get(key.p), &a);
		if (err == NULL)
			err = sketch_of(d, crm_be64_get(key.p + 8), &b);
		if (err != NULL)
			break;
		crm_be16(k, (uint16_t)(POINTS_MAX - crm_be16_get(value.p)));
		crm_be64(k + 2, is_first(&a, &b) ? a.id : b.id);
		crm_be64(k + 10, is_first(&a, &b) ? b.id : a.id);
		crm_sets_join(
		    &d->sets, crm_be64_get(k + 2), crm_be64_get(k + 10));
		err = crm_runs_add(d->best, crm_view(k, 18), CRM_V("-"));
		d->result->pairs++;
	}
	return err;
}

static const struct crm_field columns[] = {
	{ .name = "id", .type = CRM_T_TEXT, .help = "the one to stay" },
	{ .name = "dup", .type = CRM_T_TEXT, .help = "the other one" },
	{ .name = "score", .type = CRM_T_NUMBER, .help = "points" },
	{ .name = "why", .type = CRM_T_TEXT, .help = "what speaks for it" },
	{ .name = "name", .type = CRM_T_TEXT, .help = "of id" },
	{ .name = "dup-name", .type = CRM_T_TEXT, .help = "of dup" },
	{ .name = "group",
	    .type = CRM_T_TEXT,
	    .help = "the one of all that are put together to stay" },
};

static const struct crm_err *
add_name(struct finding *d, struct crm_row_maker *row, uint64_t id)
{
	const struct crm_err *err;

	crm_buf_reset(&d->text);
	err = crm_who_name(d->snap, id, &d->text);
	crm_row_text(row, crm_buf_view(&d->text));
	return err;
}

static const struct crm_err *
put(struct finding *d, struct crm_rows *rows, struct crm_row_maker *row,
    const uint64_t *leader, struct crm_view key)
{
	uint64_t one = crm_be64_get(key.p + 2), two = crm_be64_get(key.p + 10);
	struct crm_sketch a, b;
	const struct crm_err *err;
	char text[CRM_ID_TEXT];

	err = sketch_of(d, one, &a);
	if (err == NULL)
		err = sketch_of(d, two, &b);
	if (err != NULL)
		return err;
	crm_buf_reset(&d->why);
	(void)crm_alike(&a, &b, *bearers(d, a.name), &d->why);
	crm_row_begin(row);
	crm_row_text(row, crm_view_str(crm_id_text(one, text)));
	crm_row_text(row, crm_view_str(crm_id_text(two, text)));
	crm_row_number(row, POINTS_MAX - crm_be16_get(key.p));
	crm_row_text(row, crm_buf_view(&d->why));
	err = add_name(d, row, one);
	if (err == NULL)
		err = add_name(d, row, two);
	crm_row_text(row,
	    crm_view_str(crm_id_text(
		leader[*crm_nummap_get(&d->sets.at, one) - 1], text)));
	return err != NULL ? err : crm_row_put(row, rows);
}

static const struct crm_err *
print(struct finding *d, struct crm_rows *rows)
{
	uint64_t *leader = crm_sets_leaders(&d->sets);
	struct crm_row_maker row = { .n = 0 };
	const struct crm_err *err;
	struct crm_view key, value;

	err = crm_runs_sort(d->best);
	while (err == NULL && !crm_rows_is_full(rows)) {
		err = crm_runs_next(d->best, &key, &value);
		if (err != NULL || key.p == NULL)
			break;
		err = put(d, rows, &row, leader, key);
	}
	crm_row_release(&row);
	crm_free(leader);
	return err;
}

static void
begin(struct finding *d)
{
	int dir = crm_store_dir(crm_snap_store(d->snap));

	d->keys = crm_runs_new(RUN_MEMORY, dir);
	d->parts = crm_runs_new(RUN_MEMORY, dir);
	d->pairs = crm_runs_new(RUN_MEMORY / 2, dir);
	d->best = crm_runs_new(RUN_MEMORY / 2, dir);
	memset(d->name, 0, ((size_t)1 << NAMES) * sizeof(*d->name));
}

static void
end(struct finding *d)
{
	crm_runs_free(d->keys);
	crm_runs_free(d->parts);
	crm_runs_free(d->pairs);
	crm_runs_free(d->best);
	crm_sets_release(&d->sets);
	crm_nummap_release(&d->meant);
}

static const struct crm_err *
find(struct finding *d, char letter, struct crm_rows *rows)
{
	const struct crm_err *err;

	d->kind = crm_kind_of(crm_snap_schema(d->snap), letter);
	begin(d);
	err = read_meant(d);
	if (err == NULL)
		err = read_all(d);
	if (err == NULL)
		err = compare_groups(d, d->keys, false);
	if (err == NULL)
		err = compare_groups(d, d->parts, true);
	if (err == NULL)
		err = order(d);
	if (err == NULL)
		err = print(d, rows);
	end(d);
	return err;
}

const struct crm_err *
crm_duplicates_print(struct crm_snap *snap, char letter,
    const struct crm_duplicates_options *o, struct crm_duplicates_result *out)
{
	struct finding d = { .snap = snap,
		.o = o,
		.result = out,
		.text = CRM_BUF_INIT(CRM_LINE_MAX * 4),
		.why = CRM_BUF_INIT(1000) };
	const struct crm_err *err = NULL;
	struct crm_rows *rows = NULL;
	uint64_t *match = NULL;

	memset(out, 0, sizeof(*out));
	d.all = o->query == NULL || crm_query_is_all(o->query);
	if (!d.all)
		err = crm_query_ids(o->query, &match, &d.nmatch);
	d.match = match;
	d.name = crm_calloc((size_t)1 << NAMES, sizeof(*d.name));
	d.kept = crm_calloc((size_t)1 << KEPT, sizeof(*d.kept));
	if (err == NULL)
		err = crm_rows_new(snap, &o->rows, o->writer, columns,
		    sizeof(columns) / sizeof(columns[0]), &rows);
	if (err == NULL && letter != 'o')
		err = find(&d, 'p', rows);
	if (err == NULL && letter != 'p')
		err = find(&d, 'o', rows);
	if (err == NULL)
		err = crm_rows_end(rows);
	crm_rows_free(rows);
	crm_free(match);
	crm_free(d.name);
	crm_free(d.kept);
	crm_buf_release(&d.text);
	crm_buf_release(&d.why);
	return err;
}
