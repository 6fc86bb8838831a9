/* Writing a batch: in one transaction, or large ones in parts. */
#include "base/mem.h"
#include "store/block.h"
#include "store/writing.h"

const struct crm_err *
crm_w_write_derived(struct crm_writing *w, struct crm_derive *d)
{
	static const enum crm_table tables[] = { CRM_TABLE_INDEX,
		CRM_TABLE_TEXT, CRM_TABLE_STORY };
	const struct crm_err *err = NULL;
	size_t n = sizeof(tables) / sizeof(tables[0]), i;
	bool done;

	crm_derive_ahead(d, tables[0]);
	for (i = 0; err == NULL && i < n; i++) {
		if (i + 1 < n)
			crm_derive_ahead(d, tables[i + 1]);
		err = crm_derive_write(d, w->txn, tables[i], SIZE_MAX, &done);
	}
	return err;
}

static const struct crm_err *
write_log(struct crm_writing *w)
{
	const struct crm_err *err;

	err = crm_digests_put(w->digests, w->txn, w->change.number);
	w->change.state = CRM_CHANGE_DONE;
	if (err == NULL)
		err = crm_change_put(w->txn, &w->change, w->range, w->nranges);
	w->b->result.change = w->change.number;
	return err;
}

/* May it be? */
static const struct crm_err *
ask(struct crm_writing *w)
{
	const struct crm_batch_options *o = &w->b->o;
	const struct crm_err *err;

	if (o->ask == NULL || w->b->result.change == 0)
		return NULL;
	err = crm_w_look_again(w);
	if (err != NULL)
		return err;
	w->b->asked = true;
	return o->ask(o->ask_ctx, w->snap, w->change.number);
}

/* Everything but the adds: edits, what follows from them, the log. */
const struct crm_err *
crm_w_finish(struct crm_writing *w)
{
	const struct crm_err *err;

	err = crm_w_see_buyers(w);
	if (err == NULL)
		err = crm_w_see_edits(w);
	if (err == NULL)
		err = crm_w_edit_all(w, CRM_TABLE_EVENT);
	if (err == NULL)
		err = crm_w_write_derived(w, w->events);
	if (err == NULL)
		err = crm_w_look_again(w);
	if (err == NULL)
		err = crm_derive_rollups(w->adds, w->snap, crm_w_note_buyer, w);
	if (err == NULL)
		err =
		    crm_derive_rollups(w->events, w->snap, crm_w_note_buyer, w);
	if (err == NULL)
		err = crm_w_edit_all(w, CRM_TABLE_RECORD);
	if (err == NULL)
		err = crm_w_add_again(w);
	if (err == NULL)
		err = crm_w_add_turns(w);
	if (err == NULL)
		err = crm_w_end_sums(w);
	if (err == NULL)
		err = crm_w_write_derived(w, w->edits);
	if (err == NULL)
		err = crm_derive_totals(w->adds, w->txn);
	if (err == NULL)
		err = crm_derive_totals(w->events, w->txn);
	if (err == NULL)
		err = crm_derive_totals(w->edits, w->txn);
	if (err == NULL && (w->nranges > 0 || w->change.touched > 0))
		err = write_log(w);
	if (err == NULL)
		err = ask(w);
	return err;
}

/* Hand out a record of a line, unless it was before. */
static const struct crm_err *
hand_out_one(struct crm_writing *w, struct crm_nummap *seen, uint64_t id)
{
	uint64_t final = crm_batch_final(w->b, id);
	bool added = false;

	if (final != 0)
		(void)crm_nummap_at(seen, final, &added);
	return added ? w->to->record(w->to->ctx, final) : NULL;
}

/* Hand out the records that the lines were about, each once. */
static const struct crm_err *
hand_out(struct crm_writing *w, struct crm_snap *snap)
{
	struct crm_batch *b = w->b;
	struct crm_nummap seen = CRM_NUMMAP_INIT;
	const struct crm_err *err;
	uint64_t j;
	size_t i;

	err = w->to->begin(w->to->ctx, snap);
	for (i = 0; err == NULL && i < b->nwritten; i++)
		for (j = 0; err == NULL && j < b->written[i].count; j++)
			err = hand_out_one(w, &seen, b->written[i].first + j);
	if (err == NULL)
		err = w->to->end(w->to->ctx);
	crm_nummap_release(&seen);
	return err;
}

/* Not an error: the transaction is given up, because of a dry run or
 * because there is nothing to write. */
static const struct crm_err give_up = { CRM_E_BUG, "given up" };

/* Ids that rows are to have may have been taken meanwhile. */
static const struct crm_err *
check_given(struct crm_writing *w)
{
	const struct crm_nummap *given = &w->b->given;
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	char text[CRM_ID_TEXT];
	size_t i;

	for (i = 0; i < given->nslots; i++) {
		uint64_t id = given->slot[i].key;

		if (id == 0)
			continue;
		err = crm_snap_get(w->snap, id, &r, &p);
		if (err != NULL)
			return err;
		if (p != CRM_ABSENT || crm_snap_is_hidden(w->snap, id))
			return crm_err(CRM_E_AGAIN,
			    "%s was taken meanwhile: try again",
			    crm_id_text(id, text));
	}
	return NULL;
}

static const struct crm_err *
do_whole(struct crm_writing *w)
{
	const struct crm_err *err = NULL;

	if (crm_snap_state(w->snap) != w->b->state) {
		err = crm_batch_check_unique_again(w->b, w->snap);
		if (err == NULL)
			err = crm_batch_check_links(w->b, w->snap);
		if (err == NULL)
			err = check_given(w);
	}
	if (err == NULL)
		err = crm_w_begin_change(w);
	if (err == NULL)
		err = crm_w_take_ids(w);
	if (err == NULL)
		err = crm_w_see_fresh(w);
	if (err == NULL)
		err = crm_w_add_all(w);
	if (err == NULL)
		err = crm_w_write_derived(w, w->adds);
	crm_w_begin_late(w);
	if (err == NULL)
		err = crm_w_finish(w);
	if (err == NULL && w->b->o.dry_run && w->to != NULL) {
		err = crm_w_look_again(w);
		if (err == NULL)
			err = hand_out(w, w->snap);
	}
	if (err == NULL && (w->b->o.dry_run || w->b->result.change == 0))
		err = &give_up;
	return err;
}

/* A small batch: all in one transaction. */
static const struct crm_err *
write_whole(void *ctx, struct crm_txn *t)
{
	struct crm_writing *w = ctx;
	const struct crm_err *err;

	if (w->txn != NULL) { /* again, in a larger map: from the beginning */
		struct crm_batch *b = w->b;
		const struct crm_receiver *to = w->to;

		b->result = w->first_result;
		crm_w_free(w);
		crm_w_init(w, b, to);
	}
	w->txn = t;
	err = crm_snap_wrap(w->b->store, t, &w->snap);
	if (err == NULL)
		err = do_whole(w);
	crm_block_abandon(w->w);
	w->w = NULL;
	crm_snap_close(w->snap);
	w->snap = NULL;
	return err;
}

/* Is there anything that may have to be written? */
static bool
is_empty(const struct crm_batch *b)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < 26; i++)
		n += b->new_count[i];
	return b->nedits == b->bad_edits.used && n == b->dropped.used;
}

const struct crm_err *
crm_batch_write(struct crm_batch *b, const struct crm_receiver *to)
{
	const struct crm_err *err = NULL;
	struct crm_writing w;
	struct crm_snap *snap;
	bool handed = b->o.dry_run && !is_empty(b);

	/* No snapshot may be open while the map may grow. */
	crm_snap_pause(b->snap);
	crm_w_init(&w, b, to);
	if (!is_empty(b)) {
		if (!b->o.dry_run && !b->given_ids &&
		    crm_spool_bytes(b->adds) > crm_store_part(b->store))
			err = crm_w_write_parts(&w);
		else
			err = crm_store_update(b->store, write_whole, &w);
	}
	if (err == &give_up) {
		err = NULL;
		b->result.change = 0;
	}
	if (err == NULL && b->result.change != 0)
		b->store->unnamed = false;
	if (err != NULL)
		b->result = w.first_result;
	else if (to != NULL && !handed) {
		err = crm_snap_open(b->store, &snap);
		if (err == NULL) {
			err = hand_out(&w, snap);
			crm_snap_close(snap);
		}
	}
	crm_w_free(&w);
	return err;
}
