/* Looking records up by what they held then: those of which an index of today
 * does not tell. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/sorted.h"
#include "record/value.h"
#include "store/past_impl.h"

/* Does a note say that a field, or the record itself, came, went or changed?
 */
static bool
is_about(const struct crm_changed *c, uint16_t field)
{
	struct crm_view old, new;
	uint16_t num;
	size_t at = 0;

	if ((c->flags & (CRM_CHANGED_REMOVED | CRM_CHANGED_RESTORED)) != 0)
		return true;
	while (crm_changed_field(c, &at, &num, &old, &new))
		if (num == field)
			return true;
	return false;
}

static void
take_note(void *ctx, const struct crm_changed *c)
{
	struct crm_past_column *col = ctx;

	if (is_about(c, col->field))
		crm_past_ids_add(&col->ids, c->id);
}

static int
cmp_keys(const void *x, const void *y)
{
	const struct crm_past_key *a = x, *b = y;
	int c = crm_view_cmp(a->key, b->key);

	return c != 0 ? c : a->id < b->id ? -1 : a->id > b->id;
}

/* What a record held in the field. */
static const struct crm_err *
add_keys(struct crm_past *past, struct crm_past_column *c, uint64_t id,
    const struct crm_field *f)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_many m;
	struct crm_view v;

	err = crm_past_get(past, id, &r, &p);
	if (err != NULL || p != CRM_LIVE || !crm_stored_get(&r, f->num, &v))
		return err;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (crm_many_next(&m, &v)) {
		crm_buf_reset(&b);
		crm_value_add_key(&b, f, v);
		c->key = crm_grow(
		    c->key, &c->key_cap, c->nkeys + 1, sizeof(*c->key));
		c->key[c->nkeys++] = (struct crm_past_key){
			crm_view(crm_arena_dup(&c->arena, b.p, b.n), b.n), id
		};
	}
	crm_buf_release(&b);
	return NULL;
}

/* Note what all of them held. */
static const struct crm_err *
fill(struct crm_past *p, struct crm_past_column *c, const struct crm_field *f)
{
	const struct crm_err *err = NULL;
	const uint64_t *id = c->ids.id;
	size_t i;

	c->nkeys = 0;
	/* of events behind the mark no index tells: readers look at them one by
	 * one */
	for (i = 0; err == NULL && i < c->ids.n; i++)
		if (c->kind != 'e' || (f->flags & CRM_F_PROMPT) != 0 ||
		    crm_snap_is_indexed(p->snap, id[i]))
			err = add_keys(p, c, id[i], f);
	if (c->nkeys > 0)
		qsort(c->key, c->nkeys, sizeof(*c->key), cmp_keys);
	c->has_keys = err == NULL;
	return err;
}

/* The column of a field, with its ids. */
static const struct crm_err *
column_of(struct crm_past *p, char kind, const struct crm_field *f,
    struct crm_past_column **out)
{
	struct crm_past_column *c = p->column;
	const struct crm_err *err = NULL;

	while (c != NULL && (c->kind != kind || c->field != f->num))
		c = c->next;
	if (c == NULL) {
		c = crm_calloc(1, sizeof(*c));
		c->kind = kind;
		c->field = f->num;
		c->next = p->column;
		p->column = c;
	}
	if (!c->ids.known) {
		c->ids.n = 0;
		err = crm_past_each_note(p, kind, take_note, c);
		c->ids.n = crm_sort_once(c->ids.id, c->ids.n);
		c->ids.known = err == NULL;
	}
	*out = c;
	return err;
}

const struct crm_err *
crm_past_column_ids(struct crm_past *p, char kind, const struct crm_field *f,
    const uint64_t **out, size_t *n)
{
	struct crm_past_column *c;
	const struct crm_err *err = column_of(p, kind, f, &c);

	*out = c->ids.id;
	*n = c->ids.n;
	return err;
}

const struct crm_err *
crm_past_column(struct crm_past *p, char kind, const struct crm_field *f,
    const struct crm_past_column **out)
{
	struct crm_past_column *c;
	const struct crm_err *err = column_of(p, kind, f, &c);

	*out = c;
	return err != NULL || c->has_keys ? err : fill(p, c, f);
}

bool
crm_past_column_has(const struct crm_past_column *c, uint64_t id)
{
	return crm_sorted_has(c->ids.id, c->ids.n, id);
}

void
crm_past_column_each(const struct crm_past_column *c, struct crm_view key,
    bool prefix, void (*fn)(void *ctx, uint64_t id), void *ctx)
{
	size_t lo = 0, hi = c->nkeys, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (crm_view_cmp(c->key[mid].key, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < c->nkeys &&
	     (prefix ? crm_view_starts(c->key[lo].key, key)
		     : crm_view_eq(c->key[lo].key, key));
	     lo++)
		fn(ctx, c->key[lo].id);
}

void
crm_past_columns_free(struct crm_past *p)
{
	struct crm_past_column *c, *next;

	for (c = p->column; c != NULL; c = next) {
		next = c->next;
		crm_arena_release(&c->arena);
		crm_free(c->key);
		crm_free(c->ids.id);
		crm_free(c);
	}
	p->column = NULL;
}
