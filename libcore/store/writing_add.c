/* Adding the records of a batch's rows. */
#include "base/mem.h"
#include "record/word.h"
#include "store/block.h"
#include "store/writing.h"

/* Make the record of a row; false: it is to be left out. */
static bool
open_row(struct crm_writing *w, struct crm_row r, struct crm_view *raw)
{
	const struct crm_kind *k = crm_w_kind_of(w, r.kind);
	const struct crm_field *f;
	struct crm_view v;
	uint16_t num;
	uint8_t flags;
	bool good = true;

	*raw = CRM_VNULL;
	crm_arena_reset(&w->arena);
	crm_rec_reset(&w->rec, k);
	while (crm_row_field(&r, &num, &flags, &v)) {
		if (num == CRM_RAW_LINE) {
			*raw = v;
			continue;
		}
		f = crm_field_num(k, num);
		if (f == NULL)
			continue;
		if ((r.flags & CRM_ROW_PENDING) != 0 && f->type == CRM_T_LINK) {
			good &= crm_w_settle_links(
			    w, (flags & CRM_SLOT_MANY) != 0, v);
			v = crm_buf_view(&w->value);
		}
		crm_rec_set(&w->rec, f, v);
	}
	return good;
}

static const struct crm_err *
next_amend(struct crm_writing *w)
{
	return crm_runs_next(w->b->amends, &w->amend_key, &w->amend);
}

/* Do to a new record what later lines of the batch said of it. */
static const struct crm_err *
amend(struct crm_writing *w, uint64_t id)
{
	const struct crm_err *err = NULL;
	bool remove = false;
	char key[8];

	crm_be64(key, id);
	while (err == NULL && w->amend_key.p != NULL &&
	    memcmp(w->amend_key.p, key, 8) < 0)
		err = next_amend(w);
	while (err == NULL && w->amend_key.p != NULL &&
	    memcmp(w->amend_key.p, key, 8) == 0) {
		err = crm_w_do_edit(w, w->amend, NULL, &remove);
		if (err == NULL)
			err = next_amend(w);
	}
	return err;
}

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

/* Encode w->rec as a new record and derive from it. */
const struct crm_err *
crm_w_add_record(struct crm_writing *w, struct crm_derive *d, uint64_t id)
{
	const struct crm_err *err;
	struct crm_stored stored;
	uint64_t n = w->change.number;

	crm_buf_reset(&w->bytes);
	crm_rec_encode(&w->rec, &w->bytes, 0, n, n);
	err = crm_buf_end(&w->bytes);
	if (err == NULL)
		err = put_added(w, id, crm_buf_view(&w->bytes));
	if (err == NULL)
		err = crm_digests_add(w->digests, id, crm_buf_view(&w->bytes));
	if (err != NULL)
		return err;
	note_added(w, id);
	(void)crm_code_open(crm_buf_view(&w->bytes), &stored);
	return crm_derive_record(d, id, NULL, &stored, CRM_DERIVE_EXACT);
}

/* Add the record of a row, unless it is dropped. */
static const struct crm_err *
add_row(struct crm_writing *w, struct crm_view row, uint64_t id, bool *kept)
{
	struct crm_batch *b = w->b;
	const struct crm_err *err;
	struct crm_view raw;
	struct crm_row r;
	uint64_t *dropped;

	crm_row_open(row, &r);
	*kept = false;
	dropped = b->dropped.used > 0 ? crm_nummap_get(&b->dropped, id) : NULL;
	if (dropped != NULL && *dropped != 0)
		return NULL;
	if (!open_row(w, r, &raw) || dropped != NULL) {
		crm_w_reject(w, raw);
		if (dropped == NULL)
			*crm_nummap_at(&b->dropped, id, NULL) = 0;
		return NULL;
	}
	err = b->namends > 0 ? amend(w, id) : NULL;
	if (err != NULL)
		return err;
	if (b->buyers.used > 0 && crm_nummap_get(&b->buyers, id) != NULL &&
	    crm_w_is_early(&w->rec))
		crm_rec_set(&w->rec,
		    crm_field_num(w->rec.kind, w->rec.kind->stage),
		    crm_word_stored(CRM_W_CUSTOMER));
	*kept = true;
	b->result.added++;
	return crm_w_add_record(w, w->adds, crm_w_final_id(w, id));
}

/* Rows with ids of their own go in the order of these. */
static const struct crm_err *
add_sorted(struct crm_writing *w, struct crm_runs *rows)
{
	const struct crm_err *err;
	struct crm_view key, row;
	bool kept;

	err = crm_runs_sort(rows);
	if (err == NULL)
		err = crm_runs_next(rows, &key, &row);
	while (err == NULL && key.p != NULL) {
		err = add_row(w, row, crm_be64_get(key.p), &kept);
		if (err == NULL)
			err = crm_runs_next(rows, &key, &row);
	}
	return err;
}

/* Add all rows of a kind, in the order of their ids. */
static const struct crm_err *
add_kind(struct crm_writing *w, char kind)
{
	struct crm_batch *b = w->b;
	struct crm_runs *rows = NULL;
	const struct crm_err *err;
	struct crm_view row;
	uint64_t n = 0, dropped = 0, id;
	char key[8];
	bool kept;

	if (b->given_ids)
		rows = crm_runs_new(crm_store_part(b->store), b->store->dir);
	crm_spool_rewind(b->adds);
	err = crm_spool_next(b->adds, &row);
	while (err == NULL && row.p != NULL) {
		if (row.p[0] == kind) {
			id = crm_id(kind, CRM_NEW, ++n);
			if (rows != NULL) {
				uint64_t given = crm_le64_get(row.p + 12);

				if (given != 0 && !b->o.new_ids)
					id = given;
				crm_be64(key, id);
				err = crm_runs_add(rows, crm_view(key, 8), row);
			} else {
				err = add_row(w, row, id, &kept);
				/* events that are left out leave no gap */
				if (!kept && kind == 'e') {
					dropped++;
					w->base[kind - 'a']--;
				}
			}
			if (err == NULL && w->in_parts)
				err = crm_w_flush_part(
				    w, crm_store_part(b->store));
		}
		if (err == NULL)
			err = crm_spool_next(b->adds, &row);
	}
	if (err == NULL && rows != NULL)
		err = add_sorted(w, rows);
	w->base[kind - 'a'] += dropped;
	crm_runs_free(rows);
	return err;
}

const struct crm_err *
crm_w_add_all(struct crm_writing *w)
{
	const struct crm_err *err = NULL;
	int i;

	if (w->b->namends > 0) {
		err = crm_runs_sort(w->b->amends);
		if (err == NULL)
			err = next_amend(w);
	}
	for (i = 0; err == NULL && i < 26; i++)
		if (w->b->new_count[i] > 0)
			err = add_kind(w, (char)('a' + i));
	if (err == NULL && w->w != NULL) {
		err = crm_block_close(w->w);
		w->w = NULL;
	}
	return err;
}
