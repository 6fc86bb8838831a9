/* What all parts of writing a batch need. */
#include "store/writing.h"

#include "base/mem.h"
#include "record/word.h"

void
crm_w_free(struct crm_writing *w)
{
	crm_block_abandon(w->w);
	crm_snap_close(w->snap);
	crm_free(w->range);
	crm_derive_free(w->adds);
	crm_derive_free(w->events);
	crm_derive_free(w->edits);
	crm_turns_free(w->turns);
	crm_digests_free(w->digests);
	crm_digests_free(w->early_digests);
	crm_free(w->turn);
	crm_free(w->again);
	crm_free(w->buyer);
	crm_free(w->fresh);
	crm_arena_release(&w->arena);
	crm_buf_release(&w->part);
	crm_rec_release(&w->rec);
	crm_rec_release(&w->old);
	crm_buf_release(&w->bytes);
	crm_nummap_release(&w->bought);
}

void
crm_w_init(
    struct crm_writing *w, struct crm_batch *b, const struct crm_receiver *to)
{
	memset(w, 0, sizeof(*w));
	w->b = b;
	w->to = to;
	w->adds = crm_derive_new(b->store, crm_store_part(b->store));
	w->first_result = b->result;
	w->digests = crm_digests_new();
	w->part.max = (size_t)1 << 30;
	w->bytes.max = CRM_LINE_MAX * 8;
}

const struct crm_kind *
crm_w_kind_of(const struct crm_writing *w, char letter)
{
	return crm_kind_of(w->b->store->config->schema, letter);
}

bool
crm_w_is_added(const struct crm_writing *w, uint64_t id)
{
	const struct crm_batch *b = w->b;
	int i = crm_id_kind(id) - 'a';

	if (b->given_ids && crm_nummap_get(&b->given, id) != NULL)
		return true;
	return crm_id_replica(id) == b->store->replica &&
	    crm_id_number(id) > b->base[i] &&
	    crm_id_number(id) <= b->base[i] + w->count[i];
}

bool
crm_w_is_early(const struct crm_rec *r)
{
	uint16_t stage = r->kind->stage;

	return stage != 0 &&
	    (crm_rec_is(r, stage, CRM_W_LEAD) ||
		crm_rec_is(r, stage, CRM_W_PROSPECT));
}

/* Take numbers for new records. */
const struct crm_err *
crm_w_take_ids(struct crm_writing *w)
{
	struct crm_batch *b = w->b;
	const struct crm_err *err = NULL;
	uint64_t last, given = 0;
	size_t j;
	int i;

	for (i = 0; err == NULL && i < 26; i++) {
		w->count[i] = b->new_count[i];
		if (i == 'e' - 'a')
			w->count[i] -= b->nleft_out;
		b->base[i] = 0;
		if (w->count[i] == 0)
			continue;
		err = crm_snap_last_id(w->snap, (char)('a' + i), &last);
		if (err != NULL)
			break;
		b->base[i] = crm_id_number(last);
		for (j = 0; b->given_ids && j < b->given.nslots; j++) {
			given = b->given.slot[j].key;
			if (crm_id_kind(given) == 'a' + i &&
			    crm_id_replica(given) == b->store->replica &&
			    crm_id_number(given) > b->base[i])
				b->base[i] = crm_id_number(given);
		}
		if (b->base[i] + w->count[i] > CRM_ID_NUMBER_MAX)
			err = crm_err(CRM_E_DATA, "there are no ids left");
	}
	i = 'e' - 'a';
	if (err == NULL && w->count[i] > 0) {
		last = crm_id('e', b->store->replica, b->base[i] + w->count[i]);
		b->waiting = last - crm_snap_first_tail(w->snap) + 1;
	}
	b->numbered = true;
	if (err == NULL && b->want_owners)
		err = crm_turns_new(
		    w->snap, b->store->config, b->new_count, &w->turns);
	return err;
}

const struct crm_err *
crm_w_last_number(struct crm_writing *w, char kind, uint64_t *out)
{
	const struct crm_err *err;
	uint64_t last;
	size_t i;

	*out = 0;
	err = crm_snap_last_id(w->snap, kind, &last);
	if (err != NULL)
		return err;
	*out = crm_id_number(last);
	for (i = 0; i < w->nranges; i++) {
		last = crm_id_number(w->range[i].first) + w->range[i].count - 1;
		if (crm_id_kind(w->range[i].first) == kind &&
		    crm_id_replica(w->range[i].first) == w->b->store->replica &&
		    last > *out)
			*out = last;
	}
	return *out < CRM_ID_NUMBER_MAX
	    ? NULL
	    : crm_err(CRM_E_DATA, "there are no ids left");
}

/* Begin the change set. */
const struct crm_err *
crm_w_begin_change(struct crm_writing *w)
{
	const struct crm_err *err;
	struct crm_change last = { 0 };
	struct crm_batch *b = w->b;
	uint64_t n = crm_snap_last_change(w->snap);

	err = crm_store_see_config(b->store, w->txn);
	if (err == NULL && b->store->unnamed)
		err = crm_meta_name_fields(b->store, w->txn);
	if (err == NULL && n > 0)
		err = crm_change_get(w->txn, n, &last);
	if (err != NULL)
		return err;
	w->change.number = n + 1;
	w->change.clock_us = b->rules.clock->now_us > last.clock_us
	    ? b->rules.clock->now_us
	    : last.clock_us;
	w->change.replica = b->store->replica;
	w->change.origin = n + 1;
	w->change.undoes = b->o.undoes;
	w->change.user = crm_view_str(b->o.user != NULL ? b->o.user : "");
	w->change.program =
	    crm_view_str(b->o.program != NULL ? b->o.program : "");
	w->change.arguments =
	    crm_view_str(b->o.arguments != NULL ? b->o.arguments : "");
	w->change.message =
	    crm_view_str(b->o.message != NULL ? b->o.message : "");
	return NULL;
}

const struct crm_err *
crm_w_look_again(struct crm_writing *w)
{
	crm_snap_close(w->snap);
	w->snap = NULL;
	return crm_snap_wrap(w->b->store, w->txn, &w->snap);
}

void
crm_w_begin_late(struct crm_writing *w)
{
	crm_derive_free(w->events);
	crm_derive_free(w->edits);
	w->events = crm_derive_new(w->b->store, crm_store_part(w->b->store));
	w->edits = crm_derive_new(w->b->store, crm_store_part(w->b->store));
	w->nturns = w->nagain = w->nbuyers = 0;
	w->change.touched = 0;
	if (w->early_digests == NULL) {
		w->early_digests = crm_digests_copy(w->digests);
		w->early_ranges = w->nranges;
		w->early_count =
		    w->nranges > 0 ? w->range[w->nranges - 1].count : 0;
		w->early_result = w->b->result;
		return;
	}
	crm_digests_free(w->digests);
	w->digests = crm_digests_copy(w->early_digests);
	w->nranges = w->early_ranges;
	if (w->nranges > 0)
		w->range[w->nranges - 1].count = w->early_count;
	w->b->result = w->early_result;
}
