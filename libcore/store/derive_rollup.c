/* Bringing rollups and totals up to date with what was derived. */
#include <stdlib.h>

#include "base/mem.h"
#include "record/value.h"
#include "record/word.h"
#include "store/derive_impl.h"

typedef const struct crm_err *new_buyer_fn(
    void *ctx, uint64_t who, int64_t first_us);

struct rolling {
	struct crm_derive *d;
	struct crm_snap *snap;
	struct crm_block_writer *w;
	struct crm_walk *walk; /* of rollup: what was there */
	new_buyer_fn *new_buyer;
	void *ctx;
	bool was_empty; /* no rows were there */
	struct crm_delta delta;
	bool more;           /* delta is one */
	struct crm_view doc; /* key, read ahead */
	uint64_t *fold;      /* sorted */
	size_t nfold, next_fold;
	struct crm_rollups old, new;
};

static int
cmp_ids(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static void
sort_fold(struct rolling *r)
{
	const struct crm_nummap *m = &r->d->fold;
	size_t i;

	r->fold = crm_calloc(m->used, sizeof(*r->fold));
	for (i = 0; i < m->nslots; i++)
		if (m->slot[i].key != 0)
			r->fold[r->nfold++] = m->slot[i].key;
	if (r->nfold > 0)
		qsort(r->fold, r->nfold, sizeof(*r->fold), cmp_ids);
}

static const struct crm_err *
put_row(struct rolling *r, uint64_t who, uint8_t currency,
    const struct crm_rollup *row)
{
	char key[CRM_ROLLUP_KEY], value[CRM_ROLLUP_BYTES];

	crm_rollup_key(key, who, currency);
	crm_rollup_write(value, row);
	if (crm_rollup_is_empty(row))
		return crm_block_del(r->w, crm_view(key, sizeof(key)));
	return crm_block_put(
	    r->w, crm_view(key, sizeof(key)), crm_view(value, sizeof(value)));
}

/* The rows of a customer as they were; the writer may have changed the table
 * since the last look. */
static const struct crm_err *
old_rows(struct rolling *r, uint64_t who)
{
	crm_walk_forget(r->walk);
	r->old.n = 0;
	return r->was_empty ? NULL : crm_rollup_all(r->snap, who, &r->old);
}

static uint64_t
purchases(const struct crm_rollups *rows)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < rows->n; i++)
		n += rows->row[i].row.purchases;
	return n;
}

static int64_t
first_us(const struct crm_rollup *row)
{
	return (int64_t)row->first * 60 * CRM_SECOND_US;
}

/* Step over the deltas and docs of a customer who is folded. */
static const struct crm_err *
skip_deltas(struct rolling *r, uint64_t who)
{
	const struct crm_err *err = NULL;
	struct crm_view none;

	while (err == NULL && r->more && r->delta.who <= who)
		err = crm_derive_next_delta(r->d, &r->delta, &r->more);
	while (err == NULL && r->doc.p != NULL && crm_be64_get(r->doc.p) <= who)
		err = crm_runs_next(r->d->docs, &r->doc, &none);
	return err;
}

/* A customer from whom something was taken away. */
static const struct crm_err *
fold_one(struct rolling *r, uint64_t who)
{
	const struct crm_err *err;
	struct crm_rollup none = { 0 };
	size_t i = 0, j = 0;

	err = old_rows(r, who);
	if (err == NULL)
		err = crm_rollup_fold(
		    r->snap, who, INT64_MIN, INT64_MAX, &r->new);
	while (err == NULL && (i < r->old.n || j < r->new.n)) {
		uint8_t a = i < r->old.n ? r->old.row[i].currency : 255;
		uint8_t b = j < r->new.n ? r->new.row[j].currency : 255;

		err = put_row(
		    r, who, a < b ? a : b, b <= a ? &r->new.row[j].row : &none);
		i += a <= b;
		j += b <= a;
	}
	if (err == NULL && r->new_buyer != NULL && purchases(&r->old) == 0)
		for (i = 0; err == NULL && i < r->new.n; i++)
			if (r->new.row[i].row.purchases > 0) {
				err = r->new_buyer(
				    r->ctx, who, first_us(&r->new.row[i].row));
				break;
			}
	return err != NULL ? err : skip_deltas(r, who);
}

/* Has a purchase that was there before the same customer, currency, doc? */
static const struct crm_err *
is_known_doc(struct rolling *r, struct crm_view key, bool *known)
{
	const struct crm_field *f =
	    crm_field_num(crm_kind_of(r->d->schema, 'e'), CRM_EVENT_DOC);
	struct crm_view doc = crm_view_skip(key, CRM_ROLLUP_KEY), v;
	const struct crm_err *err;
	struct crm_event_core core;
	enum crm_presence p;
	struct crm_stored e;
	struct crm_many m;
	const uint64_t *ids;
	uint64_t *own;
	size_t n, i;

	*known = false;
	crm_buf_reset(&r->d->key);
	crm_value_add_key(&r->d->key, f, doc);
	err = crm_snap_find(r->snap, 'e', f, crm_buf_view(&r->d->key), false,
	    SIZE_MAX, &ids, &n);
	if (err != NULL || n == 0)
		return err;
	own = crm_calloc(n, sizeof(*own));
	memcpy(own, ids, n * sizeof(*own));
	for (i = 0; err == NULL && !*known && i < n; i++) {
		if (crm_derive_is_mine(r->d, own[i]))
			continue;
		err = crm_snap_get(r->snap, own[i], &e, &p);
		if (err != NULL || p != CRM_LIVE ||
		    !crm_event_core(&e, own[i], &core) ||
		    core.what != CRM_W_PURCHASE ||
		    core.currency != (uint8_t)key.p[8] ||
		    !crm_stored_get(&e, CRM_EVENT_DOC, &v) ||
		    !crm_view_eq(v, doc))
			continue;
		crm_many_begin(&m, core.who, true);
		*known = crm_many_next(&m, &v) &&
		    crm_link_get(v) == crm_be64_get(key.p);
	}
	crm_free(own);
	return err;
}

/* Count the orders among the docs of a customer and currency. */
static const struct crm_err *
count_docs(struct rolling *r, const char head[CRM_ROLLUP_KEY], bool had_orders,
    uint32_t *orders)
{
	const struct crm_err *err = NULL;
	struct crm_buf last = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_view none;
	bool known;

	while (err == NULL && r->doc.p != NULL &&
	    memcmp(r->doc.p, head, CRM_ROLLUP_KEY) == 0) {
		known = last.n > 0 && crm_view_eq(crm_buf_view(&last), r->doc);
		if (!known) {
			crm_buf_reset(&last);
			crm_buf_addv(&last, r->doc);
			if (had_orders)
				err = is_known_doc(
				    r, crm_buf_view(&last), &known);
		}
		*orders += !known;
		if (err == NULL)
			err = crm_runs_next(r->d->docs, &r->doc, &none);
	}
	crm_buf_release(&last);
	return err;
}

/* Add one delta to the row that is there. */
static const struct crm_err *
add_one(struct rolling *r)
{
	const struct crm_err *err;
	struct crm_delta delta = r->delta;
	struct crm_rollup row = { 0 };
	struct crm_view was;
	char key[CRM_ROLLUP_KEY], value[CRM_ROLLUP_BYTES];
	bool first;

	crm_rollup_key(key, delta.who, delta.currency);
	err = crm_block_take(r->w, crm_view(key, sizeof(key)), &was);
	if (err != NULL)
		return err;
	if (was.p != NULL)
		crm_rollup_read(was, &row);
	first = row.purchases == 0 && delta.row.purchases > 0;
	err = count_docs(r, key, row.orders > 0, &delta.row.orders);
	if (err != NULL)
		return err;
	if (!crm_rollup_add(&row, &delta.row, r->d->zone))
		return crm_err(CRM_E_DATA, "a sum of money is too large");
	crm_rollup_write(value, &row);
	if (!crm_rollup_is_empty(&row))
		err = crm_block_put(r->w, crm_view(key, sizeof(key)),
		    crm_view(value, sizeof(value)));
	if (err == NULL && first && r->new_buyer != NULL) {
		err = old_rows(r, delta.who);
		if (err == NULL && purchases(&r->old) == 0)
			err = r->new_buyer(r->ctx, delta.who, first_us(&row));
	}
	return err != NULL ? err
			   : crm_derive_next_delta(r->d, &r->delta, &r->more);
}

static const struct crm_err *
roll(struct rolling *r)
{
	const struct crm_err *err = NULL;

	while (err == NULL && (r->more || r->next_fold < r->nfold))
		if (r->next_fold < r->nfold &&
		    (!r->more || r->fold[r->next_fold] <= r->delta.who))
			err = fold_one(r, r->fold[r->next_fold++]);
		else
			err = add_one(r);
	return err;
}

const struct crm_err *
crm_derive_rollups(struct crm_derive *d, struct crm_snap *snap,
    new_buyer_fn *new_buyer, void *ctx)
{
	struct rolling r = {
		.d = d, .snap = snap, .new_buyer = new_buyer, .ctx = ctx
	};
	const struct crm_err *err;
	struct crm_view none;
	struct crm_entry e;

	sort_fold(&r);
	err = crm_derive_sort_deltas(d);
	if (err == NULL)
		err = crm_derive_next_delta(d, &r.delta, &r.more);
	if (err == NULL)
		err = crm_runs_sort(d->docs);
	if (err == NULL)
		err = crm_runs_next(d->docs, &r.doc, &none);
	if (err == NULL)
		err = crm_snap_walk(snap, CRM_TABLE_ROLLUP, &r.walk);
	if (err == NULL)
		err = crm_walk_seek(r.walk, crm_view("", 0), &e);
	if (err == NULL)
		r.was_empty = e.prefix.p == NULL;
	if (err == NULL && (r.more || r.nfold > 0))
		err =
		    crm_block_write(crm_snap_txn(snap), CRM_TABLE_ROLLUP, &r.w);
	if (err == NULL)
		err = roll(&r);
	if (err != NULL)
		crm_block_abandon(r.w);
	else
		err = crm_block_close(r.w);
	if (r.walk != NULL)
		crm_walk_forget(r.walk);
	crm_rollups_release(&r.old);
	crm_rollups_release(&r.new);
	crm_free(r.fold);
	return err;
}

const struct crm_err *
crm_derive_totals(struct crm_derive *d, struct crm_txn *t)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < d->ntotals; i++)
		if (d->total[i].count != 0 || d->total[i].sum != 0)
			err = crm_total_add(t, &d->total[i],
			    (int64_t)d->total[i].count, d->total[i].sum);
	return err;
}

const struct crm_err *
crm_derive_each_total(struct crm_derive *d,
    const struct crm_err *(*fn)(void *ctx, const struct crm_total *), void *ctx)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < d->ntotals; i++)
		err = fn(ctx, &d->total[i]);
	return err;
}
