/* What all parts of writing a batch need. */
#include "store/writing.h"

#include "base/mem.h"
#include "record/word.h"
#include "store/block.h"
#include "store/fresh.h"

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

/* An event of this replica. */
static uint64_t
own_event(const struct crm_writing *w, uint64_t number)
{
	return crm_id('e', w->b->store->replica, number);
}

const struct crm_err *
crm_w_take_in(struct crm_writing *w)
{
	int e = 'e' - 'a';
	const struct crm_err *err;
	uint64_t last, mine;

	err = crm_snap_last_id(w->snap, 'e', &last);
	/* those to be added may not be there yet */
	mine = own_event(w, w->b->base[e] + w->count[e]);
	if (w->count[e] > 0 && mine > last)
		last = mine;
	if (err == NULL)
		err = crm_fresh_take_in(w->b->store, w->txn, last);
	return err != NULL ? err : crm_w_look_again(w);
}

const struct crm_err *
crm_w_begin_sums(struct crm_writing *w)
{
	if (w->sums)
		return NULL;
	w->sums = true;
	w->b->fresh = 0;
	return crm_w_take_in(w);
}

/* So many are worth as much when they are brought in at once. */
#define FEW (CRM_FRESH_MAX / 4)

/* May events be left fresh, n more that this batch adds? */
static const struct crm_err *
leave_fresh(struct crm_writing *w, uint64_t n)
{
	const struct crm_err *err;
	uint64_t last, fresh;

	err = crm_w_last_number(w, 'e', &last);
	if (err == NULL)
		err = crm_fresh_count(w->snap, own_event(w, last), &fresh);
	if (err != NULL)
		return err;
	if (n > FEW || fresh + n > 2 * CRM_FRESH_MAX)
		return crm_w_begin_sums(w);
	w->b->fresh = fresh + n;
	return NULL;
}

const struct crm_err *
crm_w_see_fresh(struct crm_writing *w)
{
	uint64_t n = w->count['e' - 'a'];

	if (w->b->given_ids)
		return crm_w_begin_sums(w);
	return n > 0 ? leave_fresh(w, n) : NULL;
}

static bool
edits_events(const struct crm_batch *b)
{
	const struct crm_nummap *m = &b->edited;
	size_t i;

	for (i = 0; i < m->nslots; i++)
		if (m->slot[i].key != 0 && crm_id_kind(m->slot[i].key) == 'e')
			return true;
	return false;
}

const struct crm_err *
crm_w_see_edits(struct crm_writing *w)
{
	return edits_events(w->b) ? crm_w_begin_sums(w) : NULL;
}

/* Who buys something that is left fresh may do so for the first time. */
static void
note_fresh_buyer(struct crm_writing *w, const struct crm_event_core *core)
{
	struct crm_many m;
	struct crm_view v;

	crm_many_begin(&m, core->who, true);
	if (core->what != CRM_W_PURCHASE || !crm_many_next(&m, &v))
		return;
	w->fresh =
	    crm_grow(w->fresh, &w->fresh_cap, w->nfresh + 1, sizeof(*w->fresh));
	w->fresh[w->nfresh].who = crm_link_get(v);
	w->fresh[w->nfresh++].at_us = core->at_us;
}

const struct crm_err *
crm_w_see_added(struct crm_writing *w, uint64_t id, struct crm_view bytes)
{
	const struct crm_err *err = NULL;
	struct crm_event_core core;
	struct crm_stored r;
	bool may = false;

	if (w->sums || crm_id_kind(id) != 'e')
		return NULL;
	if (crm_code_open(bytes, &r) && crm_event_core(&r, id, &core) &&
	    crm_fresh_may_be(&core))
		err = crm_fresh_has_room(w->snap, &core, &may);
	if (err == NULL && may)
		note_fresh_buyer(w, &core);
	if (err != NULL || may)
		return err;
	/* those added before it are fresh: they are to be seen */
	if (w->w != NULL)
		err = crm_block_close(w->w);
	w->w = NULL;
	return err != NULL ? err : crm_w_begin_sums(w);
}

/* Was there no purchase in somebody's story before this batch? */
static const struct crm_err *
is_first(struct crm_writing *w, uint64_t who, bool *yes)
{
	const struct crm_err *err;
	struct crm_story_walk *walk;
	struct crm_story s;

	*yes = true;
	err = crm_snap_story(w->snap, &walk);
	if (err == NULL)
		err = crm_story_seek(walk, who, INT64_MIN, &s);
	while (err == NULL && *yes && s.who == who) {
		*yes = (s.what & (CRM_WHAT_WORD | CRM_WHAT_ALSO)) !=
			CRM_W_PURCHASE ||
		    crm_w_is_added(w, s.event);
		err = crm_story_next(walk, &s);
	}
	return err;
}

const struct crm_err *
crm_w_see_buyers(struct crm_writing *w)
{
	const struct crm_err *err = NULL;
	enum crm_presence p;
	struct crm_stored r;
	bool first;
	size_t i;

	if (w->nfresh > 0)
		crm_snap_forget(w->snap);
	for (i = 0; err == NULL && i < w->nfresh; i++) {
		const struct crm_buyer *b = &w->fresh[i];

		err = crm_snap_get(w->snap, b->who, &r, &p);
		if (err != NULL || p != CRM_LIVE)
			continue;
		crm_rec_reset(&w->old, crm_w_kind_of(w, crm_id_kind(b->who)));
		crm_rec_open(&w->old, &r);
		if (!crm_w_is_early(&w->old))
			continue;
		err = is_first(w, b->who, &first);
		if (err == NULL && first)
			err = crm_w_note_buyer(w, b->who, b->at_us);
	}
	return err;
}

const struct crm_err *
crm_w_see_turns(struct crm_writing *w)
{
	return w->sums ? NULL : leave_fresh(w, w->nturns);
}

const struct crm_err *
crm_w_end_sums(struct crm_writing *w)
{
	const struct crm_err *err;
	uint64_t last;

	if (!w->sums)
		return NULL;
	err = crm_w_last_number(w, 'e', &last);
	return err != NULL ? err
			   : crm_fresh_put_mark(w->txn, own_event(w, last));
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
