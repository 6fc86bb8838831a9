#include "store/merge.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/sorted.h"
#include "record/value.h"
#include "store/merge_impl.h"
#include "store/story.h"
#include "store/who.h"

#define FOUND_MAX SIZE_MAX

struct merging {
	struct crm_batch *b;
	struct crm_snap *snap;
	struct crm_nummap into;   /* those that go, to who they are then */
	struct crm_nummap stays;  /* those that stay */
	struct crm_nummap linked; /* records that link to those that go */
	uint64_t *list;           /* the same, in the order of ids */
	size_t nlist, list_cap;
	struct crm_relinking relinking;
	struct crm_arena arena;
	struct crm_buf key;
};

const struct crm_err *
crm_relink_value(const struct crm_relinking *l, const struct crm_field *f,
    struct crm_view value, uint64_t self, struct crm_arena *a,
    struct crm_view *out, bool *changed)
{
	bool many = (f->flags & CRM_F_MANY) != 0;
	struct crm_buf packed = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	uint64_t n = crm_many_count(value, many), id, now;
	struct crm_view *list = crm_arena_alloc(a, (n + 1) * sizeof(*list));
	const struct crm_err *err = NULL;
	char link[CRM_LINK_MAX];
	struct crm_many m;
	struct crm_view v;
	size_t k = 0, i;

	crm_many_begin(&m, value, many);
	while (err == NULL && crm_many_next(&m, &v)) {
		id = crm_link_get(v);
		err = l->now(l->ctx, id, &now);
		if (now == 0)
			now = id;
		v = crm_view(link, crm_link_put(link, now));
		for (i = 0; i < k && !crm_view_eq(list[i], v); i++)
			;
		if (now != self && i == k)
			list[k++] = crm_view(crm_arena_dup(a, v.p, v.n), v.n);
	}
	if (k > 0 && many)
		crm_many_put(&packed, list, k);
	else if (k > 0)
		crm_buf_addv(&packed, list[0]);
	*out = crm_view(crm_arena_dup(a, packed.p, packed.n), packed.n);
	*changed |= !crm_view_eq(*out, value);
	if (err == NULL)
		err = crm_buf_end(&packed);
	crm_buf_release(&packed);
	return err;
}

/* The link fields of a record, copied: what is looked up next moves it. */
static struct crm_slot *
copy_links(const struct crm_kind *k, const struct crm_stored *r,
    struct crm_arena *a, size_t *n)
{
	struct crm_slot *out = crm_arena_alloc(a, (r->n + 1) * sizeof(*out));
	const struct crm_field *f;
	uint32_t i;

	*n = 0;
	for (i = 0; i < r->n; i++) {
		struct crm_slot s = crm_stored_at(r, i);

		f = crm_field_num(k, s.num);
		if (f == NULL || f->type != CRM_T_LINK ||
		    f->num == CRM_N_MERGED)
			continue;
		s.value =
		    crm_view(crm_arena_dup(a, s.value.p, s.value.n), s.value.n);
		out[(*n)++] = s;
	}
	return out;
}

static const struct crm_err *
relink(const struct crm_relinking *l, const struct crm_kind *k,
    const struct crm_stored *r, uint64_t self, struct crm_arena *a,
    struct crm_slot **out, size_t *n)
{
	const struct crm_err *err = NULL;
	size_t i, all, kept = 0;
	bool changed;

	*out = copy_links(k, r, a, &all);
	for (i = 0; err == NULL && i < all; i++) {
		struct crm_slot s = (*out)[i];

		changed = false;
		err = crm_relink_value(l, crm_field_num(k, s.num), s.value,
		    self, a, &s.value, &changed);
		if (changed)
			(*out)[kept++] = s;
	}
	*n = kept;
	return err;
}

static const struct crm_err *
now_of_store(void *ctx, uint64_t id, uint64_t *out)
{
	return crm_who_now(ctx, id, out);
}

const struct crm_err *
crm_relink(struct crm_snap *snap, const struct crm_kind *k,
    const struct crm_stored *r, struct crm_arena *a, struct crm_slot **out,
    size_t *n)
{
	struct crm_relinking l = { now_of_store, snap };

	return relink(&l, k, r, 0, a, out, n);
}

static const struct crm_err *
now_of_merge(void *ctx, uint64_t id, uint64_t *out)
{
	const struct merging *m = ctx;
	const uint64_t *into = crm_nummap_get(&m->into, id);

	*out = into != NULL ? *into : 0;
	return NULL;
}

/* Note a record that links to one that goes: but for those that are merged
 * themselves, which are put together with their links. */
static void
note(struct merging *m, uint64_t id)
{
	bool added;

	if (crm_nummap_get(&m->into, id) != NULL ||
	    crm_nummap_get(&m->stays, id) != NULL)
		return;
	(void)crm_nummap_at(&m->linked, id, &added);
	if (!added)
		return;
	m->list =
	    crm_grow(m->list, &m->list_cap, m->nlist + 1, sizeof(*m->list));
	m->list[m->nlist++] = id;
}

/* The events in whose who one is. */
static const struct crm_err *
find_events(struct merging *m, struct crm_story_walk *w, uint64_t id)
{
	const struct crm_err *err;
	struct crm_story s;

	err = crm_story_seek(w, id, INT64_MIN, &s);
	while (err == NULL && s.who == id) {
		note(m, s.event);
		err = crm_story_next(w, &s);
	}
	return err;
}

/* May a field name those that go?  And does an index tell who does, up to the
 * last one? */
static bool
may_name(const struct crm_field *f, char letter, bool *indexed)
{
	*indexed = (f->flags & CRM_F_INDEXED) != 0;
	return f->type == CRM_T_LINK && f->num != 0 && f->num != CRM_N_MERGED &&
	    strchr(f->links, letter) != NULL;
}

/* The records of a kind whose indexed fields name one. */
static const struct crm_err *
find_indexed(struct merging *m, const struct crm_kind *k, uint64_t id)
{
	const struct crm_err *err = NULL;
	const uint64_t *found;
	char link[CRM_LINK_MAX];
	size_t i, j, n;
	bool indexed;

	for (i = 0; err == NULL && i < k->nfields; i++) {
		const struct crm_field *f = &k->field[i];

		if (!may_name(f, crm_id_kind(id), &indexed) || !indexed)
			continue;
		crm_buf_reset(&m->key);
		crm_value_add_key(
		    &m->key, f, crm_view(link, crm_link_put(link, id)));
		err = crm_snap_find(m->snap, k->letter, f,
		    crm_buf_view(&m->key), false, FOUND_MAX, &found, &n);
		for (j = 0; err == NULL && j < n; j++)
			note(m, found[j]);
	}
	return err;
}

/* Does no index tell of a field of a kind?  Of events only the story tells
 * at once, and of no other field than who. */
static bool
is_blind(const struct crm_kind *k, const char *letters)
{
	bool indexed;
	size_t i;

	for (; *letters != '\0'; letters++)
		for (i = 0; i < k->nfields; i++) {
			const struct crm_field *f = &k->field[i];

			if (may_name(f, *letters, &indexed) &&
			    (k->letter == 'e' ? f->num != CRM_EVENT_WHO
					      : !indexed))
				return true;
		}
	return false;
}

static bool
links_there(const struct merging *m, const struct crm_kind *k,
    const struct crm_stored *r)
{
	const struct crm_field *f;
	struct crm_many many;
	struct crm_view v;
	uint32_t i;

	for (i = 0; i < r->n; i++) {
		struct crm_slot s = crm_stored_at(r, i);

		f = crm_field_num(k, s.num);
		if (f == NULL || f->type != CRM_T_LINK)
			continue;
		crm_many_begin(&many, s.value, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&many, &v))
			if (crm_nummap_get(&m->into, crm_link_get(v)) != NULL)
				return true;
	}
	return false;
}

/* Look at all records of a kind. */
static const struct crm_err *
pass_over(struct merging *m, const struct crm_kind *k)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_entry e;
	struct crm_walk *w;
	char key[8];

	crm_be64(key, crm_id(k->letter, 0, 0));
	err = crm_walk_open(
	    crm_snap_txn(m->snap), crm_table_of(crm_id(k->letter, 0, 0)), &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (err == NULL && e.prefix.p != NULL &&
	    crm_id_kind(e.id) == k->letter) {
		err = crm_snap_see(m->snap, e.id, e.value, &r, &p);
		if (err == NULL && p == CRM_LIVE && links_there(m, k, &r))
			note(m, e.id);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

/* All records that link to those that go. */
static const struct crm_err *
find_linked(struct merging *m, const struct crm_merge *g, size_t n)
{
	const struct crm_schema *s = crm_snap_schema(m->snap);
	struct crm_story_walk *w = NULL;
	const struct crm_err *err;
	char letters[3] = "", *end = letters;
	size_t i, j;

	err = crm_story_open(m->snap, &w);
	for (i = 0; err == NULL && i < n; i++) {
		if (strchr(letters, crm_id_kind(g[i].id)) == NULL)
			*end++ = crm_id_kind(g[i].id);
		err = find_events(m, w, g[i].id);
		for (j = 0; err == NULL && j < crm_schema_nkinds(s); j++)
			if (crm_schema_kind(s, j)->letter != 'e')
				err = find_indexed(
				    m, crm_schema_kind(s, j), g[i].id);
	}
	crm_story_close(w);
	for (j = 0; err == NULL && j < crm_schema_nkinds(s); j++)
		if (is_blind(crm_schema_kind(s, j), letters))
			err = pass_over(m, crm_schema_kind(s, j));
	return err;
}

/* What links to those that go links to those that stay. */
static const struct crm_err *
relink_all(struct merging *m)
{
	const struct crm_err *err = NULL;
	const struct crm_kind *k;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_slot *slot;
	size_t i, n;

	crm_sort_numbers(m->list, m->nlist);
	for (i = 0; err == NULL && i < m->nlist; i++) {
		crm_arena_reset(&m->arena);
		k = crm_kind_of(
		    crm_snap_schema(m->snap), crm_id_kind(m->list[i]));
		err = crm_snap_get(m->snap, m->list[i], &r, &p);
		if (err != NULL || p != CRM_LIVE || k == NULL)
			continue;
		err = relink(
		    &m->relinking, k, &r, m->list[i], &m->arena, &slot, &n);
		if (err == NULL && n > 0)
			err = crm_batch_exact(
			    m->b, m->list[i], CRM_TURN_RELINK, slot, n);
	}
	return err;
}

/* The one that stays. */
static const struct crm_err *
keep(struct merging *m, uint64_t into, const uint64_t *from, size_t n)
{
	const struct crm_err *err;
	struct crm_slot *slot;
	size_t nslots;

	crm_arena_reset(&m->arena);
	err = crm_merge_unite(
	    m->snap, &m->relinking, into, from, n, &m->arena, &slot, &nslots);
	return err != NULL
	    ? err
	    : crm_batch_exact(m->b, into, CRM_TURN_NONE, slot, nslots);
}

/* One that goes. */
static const struct crm_err *
drop(struct merging *m, const struct crm_merge *g)
{
	char link[CRM_LINK_MAX];
	struct crm_slot s = { .num = CRM_N_MERGED };

	s.value = crm_view(link, crm_link_put(link, g->into));
	return crm_batch_exact(m->b, g->id, CRM_TURN_REMOVE, &s, 1);
}

/* In the order of those that stay; of one, as they were given. */
struct turn {
	struct crm_merge m;
	size_t at;
};

static int
cmp_turns(const void *x, const void *y)
{
	const struct turn *a = x, *b = y;

	if (a->m.into != b->m.into)
		return a->m.into < b->m.into ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static const struct crm_err *
merge_all(struct merging *m, const struct crm_merge *g, size_t n)
{
	struct turn *turn = crm_calloc(n, sizeof(*turn));
	uint64_t *from = crm_calloc(n, sizeof(*from));
	const struct crm_err *err = NULL;
	size_t i, k;

	for (i = 0; i < n; i++)
		turn[i] = (struct turn){ g[i], i };
	qsort(turn, n, sizeof(*turn), cmp_turns);
	for (i = 0; err == NULL && i < n; i += k) {
		for (k = 0; i + k < n && turn[i + k].m.into == turn[i].m.into;
		     k++)
			from[k] = turn[i + k].m.id;
		err = keep(m, turn[i].m.into, from, k);
	}
	for (i = 0; err == NULL && i < n; i++)
		err = drop(m, &turn[i].m);
	crm_free(turn);
	crm_free(from);
	return err;
}

const struct crm_err *
crm_merge(struct crm_batch *b, const struct crm_merge *g, size_t n)
{
	struct merging m = { .b = b,
		.snap = crm_batch_snap(b),
		.key = CRM_BUF_INIT(CRM_LINE_MAX) };
	const struct crm_err *err = NULL;
	char text[CRM_ID_TEXT];
	size_t i;

	m.relinking = (struct crm_relinking){ now_of_merge, &m };
	for (i = 0; err == NULL && i < n; i++) {
		if (strchr("po", crm_id_kind(g[i].id)) == NULL)
			err = crm_err(CRM_E_DATA,
			    "%s: people and organisations are merged, nothing "
			    "else",
			    crm_id_text(g[i].id, text));
		*crm_nummap_at(&m.into, g[i].id, NULL) = g[i].into;
		(void)crm_nummap_at(&m.stays, g[i].into, NULL);
	}
	if (err == NULL && n > 0)
		err = find_linked(&m, g, n);
	if (err == NULL && n > 0)
		err = merge_all(&m, g, n);
	if (err == NULL && n > 0)
		err = relink_all(&m);
	crm_nummap_release(&m.into);
	crm_nummap_release(&m.stays);
	crm_nummap_release(&m.linked);
	crm_free(m.list);
	crm_arena_release(&m.arena);
	crm_buf_release(&m.key);
	return err;
}
