/* Bringing rollups and totals up to date with what was derived. */
#include "base/mem.h"
#include "record/value.h"
#include "record/word.h"
#include "store/derive_impl.h"

/* Where an event more is looked at rather than another way taken. */
#define DOCS_AT_LEAST 16

#define BUYING 33 /* bytes of who bought, in a spool */

typedef const struct crm_err *new_buyer_fn(
    void *ctx, uint64_t who, int64_t first_us);

/*
 * First the customers from whom something was taken away are folded anew,
 * while the table is as it was; then these rows and the deltas are written in
 * one go; then the days on which they bought; then it is asked who of those
 * that bought had never bought before.
 */
struct rolling {
	struct crm_derive *d;
	struct crm_snap *snap;
	struct crm_block_writer *w;
	new_buyer_fn *new_buyer;
	void *ctx;
	bool was_empty; /* no rows were there */
	struct crm_delta delta;
	bool more;           /* delta is one */
	struct crm_view doc; /* key, read ahead */
	uint64_t *fold;      /* sorted */
	size_t nfold, next_fold;
	/* Rows of those who were folded, in order: key, and the value or
	 * nothing, when it is to go. */
	struct crm_spool *folded;
	struct crm_view row; /* read ahead */
	/* Who bought, in order: who u64, purchases that were added u64, their
	 * first and last instant i64, 'maybe' u8. */
	struct crm_spool *bought;
	struct crm_buying buying;
	struct crm_rollups old, new;
};

static void
sort_fold(struct rolling *r)
{
	r->fold = crm_calloc(r->d->fold.used, sizeof(*r->fold));
	r->nfold = crm_nummap_keys(&r->d->fold, r->fold);
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

#define MINUTE_US (60 * CRM_SECOND_US)

static int64_t
first_us(const struct crm_rollup *row)
{
	return row->first * MINUTE_US;
}

/* The end of the minute of the last purchase. */
static int64_t
last_us(const struct crm_rollup *row)
{
	return row->last * MINUTE_US + MINUTE_US - 1;
}

/* Note what a row of a customer who was folded is to be. */
static const struct crm_err *
note_row(struct rolling *r, uint64_t who, uint8_t currency,
    const struct crm_rollup *row)
{
	char out[CRM_ROLLUP_KEY + CRM_ROLLUP_BYTES];
	size_t n = CRM_ROLLUP_KEY;

	crm_rollup_key(out, who, currency);
	if (!crm_rollup_is_empty(row)) {
		crm_rollup_write(out + n, row);
		n += CRM_ROLLUP_BYTES;
	}
	return crm_spool_add(r->folded, crm_view(out, n), NULL);
}

/* The first purchase in the rows of a customer. */
static bool
first_of(const struct crm_rollups *rows, int64_t *out_us)
{
	bool any = false;
	size_t i;

	for (i = 0; i < rows->n; i++)
		if (rows->row[i].row.purchases > 0 &&
		    (!any || first_us(&rows->row[i].row) < *out_us)) {
			*out_us = first_us(&rows->row[i].row);
			any = true;
		}
	return any;
}

/* A customer from whom something was taken away. */
static const struct crm_err *
fold_one(struct rolling *r, uint64_t who)
{
	const struct crm_err *err;
	struct crm_rollup none = { 0 };
	int64_t at_us = 0;
	size_t i = 0, j = 0;

	err = crm_rollup_all(r->snap, who, &r->old);
	if (err == NULL)
		err = crm_rollup_fold(
		    r->snap, who, INT64_MIN, INT64_MAX, &r->new);
	while (err == NULL && (i < r->old.n || j < r->new.n)) {
		uint8_t a = i < r->old.n ? r->old.row[i].currency : 255;
		uint8_t b = j < r->new.n ? r->new.row[j].currency : 255;

		err = note_row(
		    r, who, a < b ? a : b, b <= a ? &r->new.row[j].row : &none);
		i += a <= b;
		j += b <= a;
	}
	if (err == NULL && r->new_buyer != NULL && purchases(&r->old) == 0 &&
	    first_of(&r->new, &at_us))
		err = r->new_buyer(r->ctx, who, at_us);
	return err;
}

static const struct crm_err *
fold_all(struct rolling *r)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < r->nfold; i++)
		err = fold_one(r, r->fold[i]);
	crm_spool_rewind(r->folded);
	if (err == NULL)
		err = crm_spool_next(r->folded, &r->row);
	return err;
}

/* Write the rows of a customer who was folded; step over what was added. */
static const struct crm_err *
put_folded(struct rolling *r, uint64_t who)
{
	const struct crm_err *err = NULL;
	struct crm_view none, key;

	while (
	    err == NULL && r->row.p != NULL && crm_be64_get(r->row.p) == who) {
		key = crm_view(r->row.p, CRM_ROLLUP_KEY);
		if (r->row.n == CRM_ROLLUP_KEY)
			err = crm_block_del(r->w, key);
		else
			err = crm_block_put(
			    r->w, key, crm_view_skip(r->row, CRM_ROLLUP_KEY));
		if (err == NULL)
			err = crm_spool_next(r->folded, &r->row);
	}
	while (err == NULL && r->more && r->delta.who <= who)
		err = crm_derive_next_delta(r->d, &r->delta, &r->more);
	while (err == NULL && r->doc.p != NULL && crm_be64_get(r->doc.p) <= who)
		err = crm_runs_next(r->d->docs, &r->doc, &none);
	return err;
}

/* A purchase, as a doc's key says it: customer, currency, doc. */
static bool
is_purchase_of(struct rolling *r, struct crm_view key, uint64_t id,
    const struct crm_stored *e)
{
	struct crm_buf *b = &r->d->key;
	struct crm_event_core core;
	struct crm_many m;
	struct crm_view v;

	if (!crm_event_core(e, id, &core) || core.what != CRM_W_PURCHASE ||
	    core.currency != (uint8_t)key.p[8] ||
	    !crm_stored_get(e, CRM_EVENT_DOC, &v))
		return false;
	crm_buf_reset(b);
	crm_doc_key(b, v);
	if (!crm_view_eq(crm_buf_view(b), crm_view_skip(key, CRM_ROLLUP_KEY)))
		return false;
	crm_many_begin(&m, core.who, true);
	return crm_many_next(&m, &v) && crm_link_get(v) == crm_be64_get(key.p);
}

/* Is an event that was there before such a purchase? */
static const struct crm_err *
look_at(struct rolling *r, struct crm_view key, uint64_t id, bool *known)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored e;

	if (crm_derive_is_mine(r->d, id))
		return NULL;
	err = crm_snap_get(r->snap, id, &e, &p);
	*known = err == NULL && p == CRM_LIVE && is_purchase_of(r, key, id, &e);
	return err;
}

/* Look for it in the story of the customer. */
static const struct crm_err *
search_story(struct rolling *r, struct crm_view key, bool *known)
{
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_entry e;
	struct crm_story s;
	char from[CRM_STORY_FROM];

	crm_story_from(from, crm_be64_get(key.p), INT64_MIN);
	err = crm_snap_walk(r->snap, CRM_TABLE_STORY, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(from, sizeof(from)), &e);
	while (err == NULL && !*known && e.prefix.p != NULL &&
	    memcmp(e.prefix.p, from, 8) == 0) {
		crm_story_read(&e, &s);
		if (s.what == (CRM_W_PURCHASE | CRM_WHAT_DOC) &&
		    s.currency == (uint8_t)key.p[8])
			err = look_at(r, key, s.event, known);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	return err;
}

/*
 * Has a purchase that was there before the same customer, currency, doc?
 *
 * Cost: look-ups of the events of that doc, or of the customer's purchases,
 * whichever are fewer
 */
static const struct crm_err *
is_known_doc(
    struct rolling *r, struct crm_view key, uint32_t purchases, bool *known)
{
	const struct crm_field *f =
	    crm_field_num(crm_kind_of(r->d->schema, 'e'), CRM_EVENT_DOC);
	size_t max = (size_t)purchases + DOCS_AT_LEAST;
	struct crm_view doc = crm_view_skip(key, CRM_ROLLUP_KEY);
	const struct crm_err *err;
	const uint64_t *ids;
	uint64_t *own;
	size_t n, i;

	*known = false;
	if (doc.n >= CRM_DOC_MAX)
		return search_story(r, key, known);
	crm_buf_reset(&r->d->key);
	crm_value_add_key(&r->d->key, f, doc);
	err = crm_snap_find(
	    r->snap, 'e', f, crm_buf_view(&r->d->key), false, max, &ids, &n);
	if (err != NULL || n == 0)
		return err;
	if (n == max)
		return search_story(r, key, known);
	own = crm_calloc(n, sizeof(*own));
	memcpy(own, ids, n * sizeof(*own));
	for (i = 0; err == NULL && !*known && i < n; i++)
		err = look_at(r, key, own[i], known);
	crm_free(own);
	return err;
}

/* Count the orders among the docs of a customer and currency. */
static const struct crm_err *
count_docs(struct rolling *r, const char head[CRM_ROLLUP_KEY],
    const struct crm_rollup *row, uint32_t *orders)
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
			if (row->orders > 0)
				err = is_known_doc(r, crm_buf_view(&last),
				    row->purchases, &known);
		}
		*orders += !known;
		if (err == NULL)
			err = crm_runs_next(r->d->docs, &r->doc, &none);
	}
	crm_buf_release(&last);
	return err;
}

/* The deltas of a customer are all seen: note what they bought. */
static const struct crm_err *
end_buying(struct rolling *r)
{
	struct crm_buying *b = &r->buying;
	const struct crm_err *err = NULL;
	char out[BUYING];

	if (b->added > 0) {
		crm_be64(out, b->who);
		crm_be64(out + 8, b->added);
		crm_be64(out + 16, (uint64_t)b->first_us);
		crm_be64(out + 24, (uint64_t)b->last_us);
		out[32] = (char)b->maybe;
		err = crm_spool_add(r->bought, crm_view(out, BUYING), NULL);
	}
	memset(b, 0, sizeof(*b));
	return err;
}

const struct crm_err *
crm_buying_next(struct crm_spool *s, struct crm_buying *out)
{
	const struct crm_err *err;
	struct crm_view v;

	memset(out, 0, sizeof(*out));
	err = crm_spool_next(s, &v);
	if (err != NULL || v.p == NULL)
		return err;
	out->who = crm_be64_get(v.p);
	out->added = crm_be64_get(v.p + 8);
	out->first_us = (int64_t)crm_be64_get(v.p + 16);
	out->last_us = (int64_t)crm_be64_get(v.p + 24);
	out->maybe = v.p[32] != 0;
	return NULL;
}

/* A delta of purchases; row is what was there before. */
static const struct crm_err *
note_buying(
    struct rolling *r, const struct crm_delta *d, const struct crm_rollup *row)
{
	struct crm_buying *b = &r->buying;
	const struct crm_err *err = NULL;

	if (b->who != d->who)
		err = end_buying(r);
	if (d->row.purchases == 0)
		return err;
	if (b->added == 0 || first_us(&d->row) < b->first_us)
		b->first_us = first_us(&d->row);
	if (b->added == 0 || last_us(&d->row) > b->last_us)
		b->last_us = last_us(&d->row);
	b->who = d->who;
	b->added += d->row.purchases;
	b->maybe |= row->purchases == 0;
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

	crm_rollup_key(key, delta.who, delta.currency);
	err = crm_block_take(r->w, crm_view(key, sizeof(key)), &was);
	if (err != NULL)
		return err;
	if (was.p != NULL)
		crm_rollup_read(was, &row);
	err = note_buying(r, &delta, &row);
	if (err == NULL)
		err = count_docs(r, key, &row, &delta.row.orders);
	if (err != NULL)
		return err;
	if (!crm_rollup_add(&row, &delta.row, r->d->zone))
		return crm_rollup_too_large(delta.who, delta.currency);
	crm_rollup_write(value, &row);
	if (!crm_rollup_is_empty(&row))
		err = crm_block_put(r->w, crm_view(key, sizeof(key)),
		    crm_view(value, sizeof(value)));
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
			err = put_folded(r, r->fold[r->next_fold++]);
		else
			err = add_one(r);
	return err != NULL ? err : end_buying(r);
}

/* Of those who may have bought for the first time: who had no purchase in
 * any other currency either. */
static const struct crm_err *
tell_buyers(struct rolling *r)
{
	struct crm_buying b = { 0 };
	const struct crm_err *err;

	if (r->new_buyer == NULL)
		return NULL;
	crm_spool_rewind(r->bought);
	err = crm_buying_next(r->bought, &b);
	while (err == NULL && b.who != 0) {
		r->old.n = 0;
		if (b.maybe && !r->was_empty)
			err = crm_rollup_all(r->snap, b.who, &r->old);
		if (err == NULL && b.maybe &&
		    (r->was_empty || purchases(&r->old) == b.added))
			err = r->new_buyer(r->ctx, b.who, b.first_us);
		if (err == NULL)
			err = crm_buying_next(r->bought, &b);
	}
	return err;
}

/* The docs of purchases, in order. */
static const struct crm_err *
begin_docs(struct rolling *r)
{
	const struct crm_err *err;
	struct crm_view none;

	if (r->d->docs == NULL)
		return NULL;
	err = crm_runs_sort(r->d->docs);
	return err != NULL ? err : crm_runs_next(r->d->docs, &r->doc, &none);
}

/* Bring the table up to date; walk: of the table as it was. */
static const struct crm_err *
roll_up(struct rolling *r, struct crm_walk *walk)
{
	const struct crm_err *err;
	struct crm_entry e;

	err = crm_walk_seek(walk, crm_view("", 0), &e);
	if (err != NULL)
		return err;
	r->was_empty = e.prefix.p == NULL;
	err = crm_derive_sort_deltas(r->d);
	if (err == NULL)
		err = crm_derive_next_delta(r->d, &r->delta, &r->more);
	if (err == NULL)
		err = begin_docs(r);
	if (err == NULL)
		err = fold_all(r);
	if (err != NULL || (!r->more && r->nfold == 0))
		return err;
	err = crm_block_write(crm_snap_txn(r->snap), CRM_TABLE_ROLLUP, &r->w);
	if (err == NULL) {
		crm_block_lift(r->w);
		err = roll(r);
	}
	if (err != NULL)
		crm_block_abandon(r->w);
	else
		err = crm_block_close(r->w);
	crm_walk_forget(walk);
	if (err == NULL)
		err = crm_derive_days(
		    r->d, r->snap, r->fold, r->nfold, r->bought);
	return err != NULL ? err : tell_buyers(r);
}

const struct crm_err *
crm_derive_rollups(struct crm_derive *d, struct crm_snap *snap,
    new_buyer_fn *new_buyer, void *ctx)
{
	struct rolling r = {
		.d = d, .snap = snap, .new_buyer = new_buyer, .ctx = ctx
	};
	const struct crm_err *err;
	struct crm_walk *walk;

	if (d->ndeltas == 0 && d->spilled == NULL && d->fold.used == 0)
		return NULL;
	crm_derive_sort_mine(d);
	sort_fold(&r);
	r.folded = crm_spool_new(d->memory / 4, d->store->dir);
	r.bought = crm_spool_new(d->memory / 4, d->store->dir);
	err = crm_snap_walk(snap, CRM_TABLE_ROLLUP, &walk);
	if (err == NULL)
		err = roll_up(&r, walk);
	crm_spool_free(r.folded);
	crm_spool_free(r.bought);
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
