/* Changing the records that a batch edits or removes. */
#include <stdlib.h>

#include "base/mem.h"
#include "record/word.h"
#include "store/block.h"
#include "store/writing.h"

const struct crm_err *
crm_w_note_buyer(void *ctx, uint64_t who, int64_t first_us)
{
	struct crm_writing *w = ctx;

	/* New ones were made customers when they were added; what is taken
	 * back makes nobody one, and of merged ones the merge says it. */
	if (crm_w_is_added(w, who) || w->b->o.undoes != 0 || w->b->o.merges)
		return NULL;
	w->buyer = crm_grow(
	    w->buyer, &w->buyer_cap, w->nbuyers + 1, sizeof(*w->buyer));
	w->buyer[w->nbuyers].who = who;
	w->buyer[w->nbuyers++].at_us = first_us;
	return NULL;
}

static int
cmp_buyers(const void *x, const void *y)
{
	const struct crm_buyer *a = x, *b = y;

	if (a->who != b->who)
		return a->who < b->who ? -1 : 1;
	return a->at_us < b->at_us ? -1 : a->at_us > b->at_us;
}

/* Each buyer once, with the first purchase of all currencies. */
static void
sort_buyers(struct crm_writing *w)
{
	size_t i, k = 0;

	if (w->nbuyers == 0)
		return;
	qsort(w->buyer, w->nbuyers, sizeof(*w->buyer), cmp_buyers);
	for (i = 0; i < w->nbuyers; i++)
		if (k == 0 || w->buyer[k - 1].who != w->buyer[i].who)
			w->buyer[k++] = w->buyer[i];
	w->nbuyers = k;
}

/* Write a changed record, 'bytes' before: log, bytes, derived tables. */
static const struct crm_err *
put_changed(struct crm_writing *w, struct crm_block_writer *bw, uint64_t id,
    const struct crm_stored *was, struct crm_view bytes, bool remove,
    bool relink)
{
	bool restored = !remove && (was->flags & CRM_R_REMOVED) != 0;
	const struct crm_err *err;
	unsigned int what = CRM_DERIVE_EXACT | CRM_DERIVE_SUMS;
	uint8_t flags = was->flags & (uint8_t)~CRM_R_REMOVED;
	char key[8];

	if (remove)
		flags |= CRM_R_REMOVED;
	crm_buf_reset(&w->bytes);
	crm_rec_encode(&w->rec, &w->bytes, flags, was->added, w->change.number);
	err = crm_buf_end(&w->bytes);
	crm_be64(key, id);
	if (err == NULL)
		err = crm_block_put(
		    bw, crm_view(key, 8), crm_buf_view(&w->bytes));
	if (err == NULL)
		err = crm_changed_put(w->txn, w->change.number, id,
		    remove         ? CRM_CHANGED_REMOVED
			: restored ? CRM_CHANGED_RESTORED
			: relink   ? CRM_CHANGED_RELINKED
				   : 0,
		    was->updated, &w->old, &w->rec);
	if (err != NULL)
		return err;
	w->change.touched++;
	if (crm_id_kind(id) == 'e' && crm_snap_may_be_indexed(w->snap, id))
		what |= CRM_DERIVE_LAGGING;
	return crm_deriver_change(
	    w->deriver, id, bytes, crm_buf_view(&w->bytes), what);
}

/* Make a customer of who bought for the first time. */
static const struct crm_err *
promote(struct crm_writing *w, struct crm_buyer *buyer, int64_t *at_us)
{
	const struct crm_err *err;
	struct crm_story first;

	if (!crm_w_is_early(&w->rec))
		return NULL;
	err = crm_w_first_purchase(w, buyer->who, false, &first);
	*at_us = err == NULL && first.who != 0 ? first.at_us : buyer->at_us;
	crm_rec_set(&w->rec, crm_field_num(w->rec.kind, w->rec.kind->stage),
	    crm_word_stored(CRM_W_CUSTOMER));
	return err;
}

/* Do one edit to w->rec, unless it is left out. */
static const struct crm_err *
do_edit(struct crm_writing *w, struct crm_view key, struct crm_view entry,
    bool *removed)
{
	const struct crm_err *err;
	const char *field;
	struct crm_row r;

	if (w->b->bad_edits.used > 0 &&
	    crm_nummap_get(&w->b->bad_edits, crm_be64_get(key.p + 8) + 1) !=
		NULL)
		return NULL;
	err =
	    crm_batch_do_edit(w->b, entry, &w->arena, &w->rec, removed, &field);
	if (err == NULL)
		return NULL;
	if (field == NULL)
		field = "record";
	crm_row_open_edit(entry, &r);
	return r.line > 0 ? crm_err_wrap(err, "line %llu: %s",
				(unsigned long long)r.line, field)
			  : crm_err_wrap(err, "%s", field);
}

/* An edit that says what the record is to hold exactly goes by what it held:
 * that has to be so still. */
static const struct crm_err *
look_again(struct crm_view entry, uint64_t id, const struct crm_stored *was,
    bool *restore, bool *relink)
{
	char text[CRM_ID_TEXT];
	struct crm_row r;

	crm_row_open_edit(entry, &r);
	if (r.kind != CRM_EDIT_EXACT)
		return NULL;
	*restore = (r.flags & CRM_ROW_RESTORE) != 0;
	*relink = (r.flags & CRM_ROW_RELINK) != 0;
	return r.line == was->updated
	    ? NULL
	    : crm_err(CRM_E_AGAIN, "%s was changed meanwhile: try again",
		  crm_id_text(id, text));
}

/* All that is to be done with one record that is there. */
static const struct crm_err *
edit_one(struct crm_writing *w, struct crm_block_writer *bw, uint64_t id,
    struct crm_buyer *buyer, struct crm_view *key, struct crm_view *entry)
{
	struct crm_batch *b = w->b;
	const struct crm_err *err;
	struct crm_stored was;
	struct crm_view v;
	int64_t at_us = b->rules.clock->now_us;
	bool remove = false, restore = false, relink = false, mine;
	char text[CRM_ID_TEXT], k[8];

	crm_be64(k, id);
	err = crm_block_take(bw, crm_view(k, 8), &v);
	if (err != NULL)
		return err;
	if (v.p != NULL && !crm_code_open(v, &was))
		return crm_err(CRM_E_DATA,
		    "the store is damaged: %s cannot be read",
		    crm_id_text(id, text));
	mine = key->p != NULL && memcmp(key->p, k, 8) == 0;
	err = v.p != NULL && mine
	    ? look_again(*entry, id, &was, &restore, &relink)
	    : NULL;
	if (err != NULL)
		return err;
	if (v.p == NULL || ((was.flags & CRM_R_REMOVED) != 0 && !restore)) {
		if (mine)
			return crm_err(CRM_E_AGAIN,
			    "%s was removed meanwhile: try again",
			    crm_id_text(id, text));
		return v.p != NULL ? crm_block_put(bw, crm_view(k, 8), v)
				   : NULL; /* a buyer who is not there */
	}
	crm_arena_reset(&w->arena);
	crm_rec_reset(&w->old, crm_w_kind_of(w, crm_id_kind(id)));
	crm_rec_reset(&w->rec, crm_w_kind_of(w, crm_id_kind(id)));
	crm_rec_open(&w->old, &was);
	crm_rec_open(&w->rec, &was);
	w->rec.id = id;
	while (err == NULL && key->p != NULL && memcmp(key->p, k, 8) == 0) {
		err = do_edit(w, *key, *entry, &remove);
		if (err == NULL)
			err = crm_runs_next(b->edits, key, entry);
	}
	if (err == NULL && buyer != NULL && !remove)
		err = promote(w, buyer, &at_us);
	if (err != NULL)
		return err;
	if (!remove && !restore && crm_rec_same(&w->rec, &w->old)) {
		b->result.unchanged += buyer == NULL;
		return crm_block_put(bw, crm_view(k, 8), v);
	}
	if (remove)
		b->result.removed++;
	else if (restore)
		b->result.restored++;
	else
		b->result.changed++;
	if (!remove && b->o.undoes == 0 && !b->o.merges) {
		crm_w_note_turn(w, id, &w->old, &w->rec, at_us);
		crm_w_note_again(w, &w->old, &w->rec);
	}
	return put_changed(w, bw, id, &was, v, remove, relink);
}

/* Do the edits of events, or those of all other records and the buyers. */
const struct crm_err *
crm_w_edit_all(struct crm_writing *w, enum crm_table table)
{
	struct crm_batch *b = w->b;
	struct crm_block_writer *bw = NULL;
	const struct crm_err *err, *before;
	struct crm_view key, entry;
	struct crm_buyer *buyer;
	uint64_t id;

	if (table == CRM_TABLE_RECORD)
		sort_buyers(w);
	w->next_buyer = table == CRM_TABLE_RECORD ? 0 : w->nbuyers;
	w->deriver = crm_deriver_new(
	    table == CRM_TABLE_EVENT ? w->events : w->edits, NULL);
	err = crm_runs_sort(b->edits);
	if (err == NULL)
		err = crm_runs_next(b->edits, &key, &entry);
	while (err == NULL && (key.p != NULL || w->next_buyer < w->nbuyers)) {
		buyer = w->next_buyer < w->nbuyers ? &w->buyer[w->next_buyer]
						   : NULL;
		id = key.p != NULL ? crm_be64_get(key.p) : UINT64_MAX;
		if (key.p != NULL && crm_table_of(id) != table &&
		    (buyer == NULL || id < buyer->who)) {
			err = crm_runs_next(b->edits, &key, &entry);
			continue;
		}
		if (buyer != NULL && buyer->who <= id) {
			id = buyer->who;
			w->next_buyer++;
		} else
			buyer = NULL;
		if (bw == NULL)
			err = crm_block_write(w->txn, table, &bw);
		if (err == NULL)
			err = edit_one(w, bw, id, buyer, &key, &entry);
	}
	before = crm_deriver_end(w->deriver);
	crm_deriver_free(w->deriver);
	w->deriver = NULL;
	if (before != NULL)
		err = before;
	if (err != NULL) {
		crm_block_abandon(bw);
		return err;
	}
	return crm_block_close(bw);
}
