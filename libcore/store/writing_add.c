/* Adding the records of a batch's rows. */
#include "base/mem.h"
#include "record/word.h"
#include "store/block.h"
#include "store/writing.h"

static void
note_added(struct crm_writing *w, uint64_t id)
{
	struct crm_id_range *r =
	    w->nranges > 0 ? &w->range[w->nranges - 1] : NULL;

	if (r != NULL && id == r->first + r->count) {
		r->count++;
		return;
	}
	w->range = crm_grow(
	    w->range, &w->range_cap, w->nranges + 1, sizeof(*w->range));
	w->range[w->nranges].first = id;
	w->range[w->nranges++].count = 1;
}

/* Write a record that is added: into the transaction, or into a part. */
static const struct crm_err *
put_added(struct crm_writing *w, uint64_t id, struct crm_view bytes)
{
	enum crm_table table = crm_table_of(id);
	const struct crm_err *err = NULL;
	char key[12];

	if (w->in_parts) {
		crm_le64(key, id);
		crm_le32(key + 8, (uint32_t)bytes.n);
		crm_buf_add(&w->part, key, 12);
		crm_buf_addv(&w->part, bytes);
		return crm_buf_end(&w->part);
	}
	if (w->w != NULL && w->w_table != table) {
		err = crm_block_close(w->w);
		w->w = NULL;
	}
	if (err == NULL && w->w == NULL) {
		err = crm_block_write(w->txn, table, &w->w);
		w->w_table = table;
	}
	if (err != NULL)
		return err;
	crm_be64(key, id);
	return crm_block_put(w->w, crm_view(key, 8), bytes);
}

/* Encode w->rec as a new record. */
static void
encode(struct crm_writing *w)
{
	uint64_t n = w->change.number;

	crm_buf_reset(&w->bytes);
	crm_rec_encode(&w->rec, &w->bytes, 0, n, n);
}

/* Put the record of w->bytes; say what is to be derived. */
static const struct crm_err *
put_record(struct crm_writing *w, uint64_t id, unsigned int *what)
{
	const struct crm_err *err;

	err = crm_buf_end(&w->bytes);
	if (err == NULL)
		err = crm_w_see_added(w, id, crm_buf_view(&w->bytes));
	if (err == NULL)
		err = put_added(w, id, crm_buf_view(&w->bytes));
	if (err != NULL)
		return err;
	note_added(w, id);
	*what = CRM_DERIVE_EXACT | (w->sums ? CRM_DERIVE_SUMS : 0);
	/* one that brings its id may stand among those that are indexed */
	if (crm_id_kind(id) == 'e' && w->snap != NULL &&
	    crm_snap_may_be_indexed(w->snap, id))
		*what |= CRM_DERIVE_LAGGING;
	return NULL;
}

const struct crm_err *
crm_w_add_record(struct crm_writing *w, struct crm_derive *d, uint64_t id)
{
	const struct crm_err *err;
	unsigned int what;

	encode(w);
	err = put_record(w, id, &what);
	return err != NULL
	    ? err
	    : crm_deriver_one(d, w->digests, id, crm_buf_view(&w->bytes), what);
}

/* Note who bought, if they are added after the events. */
static void
note_bought(struct crm_writing *w)
{
	struct crm_view v;
	struct crm_many m;
	uint64_t who;

	if (!crm_rec_is(&w->rec, CRM_EVENT_WHAT, CRM_W_PURCHASE) ||
	    !crm_rec_get(&w->rec, CRM_EVENT_WHO, &v))
		return;
	crm_many_begin(&m, v, true);
	if (!crm_many_next(&m, &v))
		return;
	who = crm_link_get(v);
	if (crm_w_is_added(w, who))
		(void)crm_nummap_at(&w->bought, who, NULL);
}

/* Is a record added with a purchase of theirs? */
static bool
has_bought(const struct crm_writing *w, uint64_t id, uint64_t final)
{
	return crm_nummap_get(&w->bought, final) != NULL ||
	    crm_nummap_get(&w->b->buyers, id) != NULL;
}

/* Who is added with a first purchase is a customer. */
static void
promote_added(struct crm_writing *w, uint64_t id, uint64_t final)
{
	if (has_bought(w, id, final) && crm_w_is_early(&w->rec))
		crm_rec_set(&w->rec,
		    crm_field_num(w->rec.kind, w->rec.kind->stage),
		    crm_word_stored(CRM_W_CUSTOMER));
}

/*
 * Is a record as it stands in its row?  It is when nothing of it hangs on other
 * rows: no link to one, no terms of a customer, no purchase, no turn of an
 * owner.  Nor does another one hang on it then: who is added in this batch has
 * bought by an event that links to a row.
 */
static bool
is_settled(
    const struct crm_writing *w, struct crm_row r, uint64_t id, uint64_t final)
{
	return (r.flags & (CRM_ROW_PENDING | CRM_ROW_TERMS)) == 0 &&
	    w->turns == NULL && (r.kind == 'e' || !has_bought(w, id, final));
}

/* Make w->bytes the record of a row. */
static const struct crm_err *
settle_row(struct crm_writing *w, struct crm_row r, uint64_t id, uint64_t final)
{
	uint64_t n = w->change.number;

	if (is_settled(w, r, id, final)) {
		crm_buf_reset(&w->bytes);
		crm_code_put_again(&w->bytes, r.stored, n, n);
		return NULL;
	}
	crm_arena_reset(&w->arena);
	if (!crm_batch_open_row(w->b, r, &w->arena, &w->rec))
		return crm_err(CRM_E_BUG, "a link of nothing");
	if ((r.flags & CRM_ROW_TERMS) != 0)
		crm_batch_settle_due(w->b, r, &w->rec);
	if (w->turns != NULL)
		crm_turns_settle(w->turns, &w->rec);
	if (r.kind == 'e')
		note_bought(w);
	else
		promote_added(w, id, final);
	encode(w);
	return NULL;
}

/* Add the record of a row. */
static const struct crm_err *
add_row(struct crm_writing *w, struct crm_row r, uint64_t id)
{
	struct crm_batch *b = w->b;
	uint64_t final = crm_batch_final(b, id);
	const struct crm_err *err;
	unsigned int what;

	err = settle_row(w, r, id, final);
	if (err != NULL)
		return err;
	b->result.added++;
	crm_store_progress(b->store, "records", b->result.added, w->all);
	err = put_record(w, final, &what);
	if (err == NULL)
		return crm_deriver_add(
		    w->deriver, final, crm_buf_view(&w->bytes), what, r.line);
	return err->code == CRM_E_DATA && r.line > 0
	    ? crm_err_wrap(err, "line %llu", (unsigned long long)r.line)
	    : err;
}

/* Rows with ids of their own go in the order of these. */
static const struct crm_err *
add_sorted(struct crm_writing *w, struct crm_runs *rows)
{
	const struct crm_err *err;
	struct crm_view key, row;
	struct crm_row r;
	uint64_t id;

	err = crm_runs_sort(rows);
	while (err == NULL) {
		err = crm_runs_next(rows, &key, &row);
		if (err != NULL || key.p == NULL)
			break;
		id = crm_be64_get(key.p);
		crm_row_open(row, &r);
		err = add_row(w, r, id);
	}
	return err;
}

/* Add all rows of a kind, in the order of their ids. */
static const struct crm_err *
add_kind(struct crm_writing *w, char kind)
{
	struct crm_batch *b = w->b;
	size_t part = crm_store_part(b->store);
	struct crm_runs *rows = NULL;
	const struct crm_err *err;
	uint64_t count[26] = { 0 }, id;
	struct crm_row r;
	char key[8];

	if (b->given_ids)
		rows = crm_runs_new(part, b->store->dir);
	crm_spool_rewind(b->adds);
	for (;;) {
		err = crm_batch_next_row(b, count, &r, &id);
		if (err != NULL || id == 0)
			break;
		if (r.kind != kind || crm_batch_meant(b, id) != id)
			continue;
		crm_be64(key, id);
		if (rows != NULL)
			err = crm_runs_add(rows, crm_view(key, 8), r.bytes);
		else
			err = add_row(w, r, id);
		if (err == NULL && w->in_parts)
			err = crm_w_flush_part(w, part);
		if (err != NULL)
			break;
	}
	if (err == NULL && rows != NULL)
		err = add_sorted(w, rows);
	crm_runs_free(rows);
	return err;
}

const struct crm_err *
crm_w_add_all(struct crm_writing *w)
{
	const struct crm_err *err = NULL, *before;
	int i;

	for (i = 0; i < 26; i++)
		w->all += w->count[i];
	w->deriver = crm_deriver_new(w->adds, w->digests);
	/* events first: who bought is made a customer */
	for (i = -1; err == NULL && i < 26; i++)
		if (i < 0 ? w->count['e' - 'a'] > 0
			  : i != 'e' - 'a' && w->count[i] > 0)
			err = add_kind(w, i < 0 ? 'e' : (char)('a' + i));
	if (err == NULL && w->w != NULL) {
		err = crm_block_close(w->w);
		w->w = NULL;
	}
	/* what it fails with is of an earlier line than what failed here */
	before = crm_deriver_end(w->deriver);
	crm_deriver_free(w->deriver);
	w->deriver = NULL;
	return before != NULL ? before : err;
}
