/* What a batch leaves fresh, and what it brings in. */
#include "base/mem.h"
#include "record/word.h"
#include "store/block.h"
#include "store/fresh.h"
#include "store/writing.h"

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

/* Is an entry a purchase of theirs? */
static bool
is_purchase(const struct crm_story *s)
{
	return (s->what & (CRM_WHAT_WORD | CRM_WHAT_ALSO)) == CRM_W_PURCHASE;
}

const struct crm_err *
crm_w_first_purchase(
    struct crm_writing *w, uint64_t who, bool but_added, struct crm_story *out)
{
	const struct crm_err *err;
	struct crm_story_walk *walk;

	err = crm_snap_story(w->snap, &walk);
	if (err == NULL)
		err = crm_story_seek(walk, who, INT64_MIN, out);
	while (err == NULL && out->who == who &&
	    (!is_purchase(out) || (but_added && crm_w_is_added(w, out->event))))
		err = crm_story_next(walk, out);
	if (err == NULL && out->who != who)
		out->who = 0;
	return err;
}

const struct crm_err *
crm_w_see_buyers(struct crm_writing *w)
{
	const struct crm_err *err = NULL;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_story before;
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
		err = crm_w_first_purchase(w, b->who, true, &before);
		if (err == NULL && before.who == 0)
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
