/* What an erasure concerns. */
#include <stdlib.h>

#include "base/fold.h"
#include "base/mem.h"
#include "record/value.h"
#include "store/erase_impl.h"
#include "store/history.h"

bool
crm_erase_drops(
    const struct crm_kind *k, uint16_t num, const struct crm_concerned *c)
{
	const struct crm_field *f = crm_field_num(k, num);

	if (c->whole || f == NULL)
		return true;
	return (f->flags & (CRM_F_PERSONAL | CRM_F_UNIQUE)) != 0 ||
	    f->type == CRM_T_EMAIL || f->type == CRM_T_PHONE ||
	    f->type == CRM_T_URL ||
	    (f->type == CRM_T_TEXT && (f->flags & CRM_F_SEARCHED) != 0) ||
	    strncmp(f->name, "x-", 2) == 0;
}

static void
add(struct crm_concerned_list *l, uint64_t id, bool whole, bool shared)
{
	struct crm_concerned *c;

	l->item = crm_grow(l->item, &l->cap, l->n + 1, sizeof(*l->item));
	c = &l->item[l->n++];
	c->id = id;
	c->whole = whole;
	c->shared = shared;
}

/* Whom a record is about: those that are erased, and others. */
static void
count_who(const struct crm_nummap *ids, struct crm_view who, bool many,
    size_t *mine, size_t *others)
{
	struct crm_many m;
	struct crm_view v;

	*mine = *others = 0;
	crm_many_begin(&m, who, many);
	while (crm_many_next(&m, &v))
		if (crm_nummap_get(ids, crm_link_get(v)) != NULL)
			(*mine)++;
		else
			(*others)++;
}

/* Look at one record. */
static const struct crm_err *
look_at(const struct crm_nummap *ids, const struct crm_schema *schema,
    const struct crm_entry *e, struct crm_concerned_list *out)
{
	const struct crm_kind *k = crm_kind_of(schema, crm_id_kind(e->id));
	struct crm_stored r;
	struct crm_view who;
	size_t mine, others;
	bool many;

	if (crm_nummap_get(ids, e->id) != NULL) {
		add(out, e->id, true, false);
		return NULL;
	}
	if (!crm_code_open(e->value, &r))
		return crm_err(CRM_E_DATA,
		    "the store is damaged: a record cannot be read");
	if (k == NULL || k->who == 0 || !crm_stored_get(&r, k->who, &who))
		return NULL;
	many = (crm_field_num(k, k->who)->flags & CRM_F_MANY) != 0;
	count_who(ids, who, many, &mine, &others);
	if (mine > 0 && (others == 0 || k->letter == 'e'))
		add(out, e->id, false, others > 0);
	return NULL;
}

/* Hidden ones are of a batch that never ended: compaction drops them. */
static const struct crm_err *
scan(struct crm_snap *snap, enum crm_table table, const struct crm_nummap *ids,
    struct crm_concerned_list *out)
{
	const struct crm_err *err;
	struct crm_entry e;
	struct crm_walk *w;

	err = crm_walk_open(crm_snap_txn(snap), table, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view("", 0), &e);
	while (err == NULL && e.prefix.p != NULL) {
		if (!crm_snap_is_hidden(snap, e.id))
			err = look_at(ids, crm_snap_schema(snap), &e, out);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

/* Was a removed record merged into one of these? */
static bool
goes_along(const struct crm_nummap *ids, const struct crm_entry *e)
{
	struct crm_stored r;
	struct crm_view v;

	return strchr("po", crm_id_kind(e->id)) != NULL &&
	    crm_nummap_get(ids, e->id) == NULL && crm_code_open(e->value, &r) &&
	    (r.flags & CRM_R_REMOVED) != 0 &&
	    crm_stored_get(&r, CRM_N_MERGED, &v) &&
	    crm_nummap_get(ids, crm_link_get(v)) != NULL;
}

/* Those that were merged into them are the same people; one may have been
 * merged into another that was: until no more come. */
static const struct crm_err *
add_merged(struct crm_snap *snap, struct crm_nummap *ids)
{
	const struct crm_err *err;
	struct crm_entry e;
	struct crm_walk *w;
	bool more = true;

	err = crm_walk_open(crm_snap_txn(snap), CRM_TABLE_RECORD, &w);
	while (err == NULL && more) {
		more = false;
		err = crm_walk_seek(w, crm_view("", 0), &e);
		while (err == NULL && e.prefix.p != NULL) {
			if (!crm_snap_is_hidden(snap, e.id) &&
			    goes_along(ids, &e)) {
				(void)crm_nummap_at(ids, e.id, NULL);
				more = true;
			}
			err = crm_walk_next(w, &e);
		}
	}
	crm_walk_close(w);
	return err;
}

static int
cmp_concerned(const void *x, const void *y)
{
	const struct crm_concerned *a = x, *b = y;

	return a->id < b->id ? -1 : a->id > b->id;
}

const struct crm_err *
crm_erase_find(struct crm_snap *snap, const uint64_t *id, size_t n,
    struct crm_concerned_list *out)
{
	struct crm_nummap ids = CRM_NUMMAP_INIT;
	const struct crm_err *err;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < n; i++)
		(void)crm_nummap_at(&ids, id[i], NULL);
	err = add_merged(snap, &ids);
	if (err == NULL)
		err = scan(snap, CRM_TABLE_RECORD, &ids, out);
	if (err == NULL)
		err = scan(snap, CRM_TABLE_EVENT, &ids, out);
	if (out->n > 0)
		qsort(out->item, out->n, sizeof(*out->item), cmp_concerned);
	crm_nummap_release(&ids);
	return err;
}

struct valuing {
	const struct crm_kind *kind;
	const struct crm_err *(*fn)(
	    void *ctx, const struct crm_field *, struct crm_view value);
	void *ctx;
};

static const struct crm_err *
each_value(const struct valuing *v, uint16_t num, struct crm_view stored)
{
	const struct crm_field *f = crm_field_num(v->kind, num);
	const struct crm_err *err = NULL;
	struct crm_many m;
	struct crm_view one;

	if (f == NULL || stored.n == 0)
		return NULL;
	crm_many_begin(&m, stored, (f->flags & CRM_F_MANY) != 0);
	while (err == NULL && crm_many_next(&m, &one))
		err = v->fn(v->ctx, f, one);
	return err;
}

static const struct crm_err *
values_of_note(void *ctx, uint64_t number, const struct crm_changed *c)
{
	const struct valuing *v = ctx;
	const struct crm_err *err = NULL;
	struct crm_view old, new;
	uint16_t num;
	size_t at = 0;

	(void)number;
	while (err == NULL && c != NULL &&
	    crm_changed_field(c, &at, &num, &old, &new)) {
		err = each_value(v, num, old);
		if (err == NULL)
			err = each_value(v, num, new);
	}
	return err;
}

const struct crm_err *
crm_erase_values(struct crm_snap *snap, uint64_t id,
    const struct crm_err *(*fn)(
	void *ctx, const struct crm_field *, struct crm_view value),
    void *ctx)
{
	struct valuing v = {
		.kind = crm_kind_of(crm_snap_schema(snap), crm_id_kind(id)),
		.fn = fn,
		.ctx = ctx,
	};
	struct crm_buf copy = CRM_BUF_INIT((size_t)1 << 30);
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_walk *w;
	struct crm_view bytes;
	uint32_t i;

	err = crm_snap_get(snap, id, &r, &p);
	if (err == NULL)
		err = crm_snap_walk(snap, crm_table_of(id), &w);
	if (err == NULL)
		err = crm_walk_get(w, id, &bytes);
	if (err != NULL || p == CRM_ABSENT || v.kind == NULL)
		return err;
	crm_buf_addv(&copy, bytes); /* fn may look things up */
	if (!crm_code_open(crm_buf_view(&copy), &r))
		r.n = 0;
	for (i = 0; err == NULL && i < r.n; i++) {
		struct crm_slot s = crm_stored_at(&r, i);

		err = each_value(&v, s.num, s.value);
	}
	crm_buf_release(&copy);
	return err != NULL ? err
			   : crm_history_each(snap, id, values_of_note, &v);
}

struct seeking {
	struct crm_mention *m;
	const struct crm_kind *kind;
};

static const struct crm_err *
seek(void *ctx, const struct crm_field *f, struct crm_view value)
{
	const struct seeking *s = ctx;

	if (f->num == s->kind->title || f->type == CRM_T_EMAIL ||
	    f->type == CRM_T_PHONE || f->type == CRM_T_URL ||
	    (f->flags & CRM_F_UNIQUE) != 0)
		crm_mention_add(s->m, f, value);
	return NULL;
}

const struct crm_err *
crm_erase_seek(struct crm_snap *snap, uint64_t id, struct crm_mention *m)
{
	struct seeking s = { .m = m,
		.kind = crm_kind_of(crm_snap_schema(snap), crm_id_kind(id)) };

	return s.kind != NULL ? crm_erase_values(snap, id, seek, &s) : NULL;
}

struct mentioning {
	struct crm_snap *snap;
	const struct crm_concerned_list *list;
	struct crm_mention m;
	const struct crm_err *(*fn)(void *ctx, uint64_t id,
	    const struct crm_field *, struct crm_view said);
	void *ctx;
};

/* The texts of a record that stay. */
static const struct crm_err *
look_for(struct mentioning *g, const struct crm_entry *e)
{
	struct crm_concerned key = { .id = e->id }, *c;
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(g->snap), crm_id_kind(e->id));
	const struct crm_err *err = NULL;
	struct crm_stored r;
	uint32_t i;

	c = g->list->n > 0 ? bsearch(&key, g->list->item, g->list->n,
				 sizeof(key), cmp_concerned)
			   : NULL;
	if (k == NULL || !crm_code_open(e->value, &r) ||
	    (r.flags & CRM_R_REMOVED) != 0)
		return NULL;
	for (i = 0; err == NULL && i < r.n; i++) {
		struct crm_slot s = crm_stored_at(&r, i);
		const struct crm_field *f = crm_field_num(k, s.num);
		struct crm_view said;

		if (f == NULL || !crm_value_is_text(f) ||
		    (c != NULL && crm_erase_drops(k, s.num, c)))
			continue;
		said = crm_mention_find(&g->m, s.value);
		/* who is only called the same is somebody else */
		if (said.p != NULL &&
		    !(s.num == k->title && strchr("po", k->letter) != NULL &&
			crm_fold_eq(s.value, said)))
			err = g->fn(g->ctx, e->id, f, said);
	}
	return err;
}

static const struct crm_err *
scan_texts(struct mentioning *g, enum crm_table table)
{
	const struct crm_err *err;
	struct crm_entry e;
	struct crm_walk *w;

	err = crm_walk_open(crm_snap_txn(g->snap), table, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view("", 0), &e);
	while (err == NULL && e.prefix.p != NULL) {
		if (!crm_snap_is_hidden(g->snap, e.id))
			err = look_for(g, &e);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

const struct crm_err *
crm_erase_mentions(struct crm_snap *snap, const struct crm_concerned_list *list,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t id, const struct crm_field *, struct crm_view said),
    void *ctx)
{
	struct mentioning g = {
		.snap = snap, .list = list, .fn = fn, .ctx = ctx
	};
	const struct crm_err *err = NULL;
	size_t i;

	crm_mention_init(&g.m);
	for (i = 0; err == NULL && i < list->n; i++)
		if (list->item[i].whole)
			err = crm_erase_seek(snap, list->item[i].id, &g.m);
	if (err == NULL && g.m.n > 0)
		err = scan_texts(&g, CRM_TABLE_RECORD);
	if (err == NULL && g.m.n > 0)
		err = scan_texts(&g, CRM_TABLE_EVENT);
	crm_mention_release(&g.m);
	return err;
}
