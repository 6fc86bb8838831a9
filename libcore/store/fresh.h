/*
 * fresh - events that stories and sums do not have yet.
 *
 * Who adds a few events leaves them out of the tables story, rollup and total,
 * and their days out of the index: these are more than half of the pages that a
 * small change set writes, and lie scattered over the store.  Once there are
 * CRM_FRESH_MAX of them, they are brought in together.  Nobody sees a
 * difference: story.h, rollup.h and days.h add what is fresh to what their
 * tables hold.
 *
 * Fresh are those events of this replica that lie behind a mark and are not
 * hidden.  So who changes an event, or adds one that may not be fresh, or many,
 * brings in all of them first and moves the mark behind its own.
 */
#ifndef CRM_FRESH_H
#define CRM_FRESH_H

#include "store/rollup.h"
#include "store/snap.h"
#include "store/story.h"

/* So many may be fresh before they are brought in: a reader of stories takes
 * 400,000 instructions for them, about a tenth of a millisecond.  When that
 * fails, as many again may come. */
#define CRM_FRESH_MAX 256

/*
 * May an event be fresh?  Not one with a doc, which is an order of its own only
 * when no other purchase has it, nor one with so large an amount that a sum of
 * what may be fresh could not be held.
 */
bool crm_fresh_may_be(const struct crm_event_core *);

/*
 * Are the sums that an event that may be fresh is added to so far from what
 * cannot be held that nothing fresh reaches it?
 */
CRM_CHECK const struct crm_err *crm_fresh_has_room(
    struct crm_snap *, const struct crm_event_core *, bool *yes);

/* What fresh events add to stories, and to sums. */
struct crm_fresh {
	uint64_t *id; /* the events, in order */
	size_t n, cap;
	struct crm_story_list story;
	bool summed; /* the rest is there */
	struct crm_fresh_row {
		char key[CRM_ROLLUP_KEY];
		struct crm_rollup row;
	} * row; /* sorted; something is in each */
	size_t nrows, row_cap;
	bool purchases;          /* are in some row */
	struct crm_total *total; /* sorted by key */
	size_t ntotals, total_cap;
	struct crm_fresh_day {
		uint64_t who;
		int32_t day; /* of a purchase; since 1970-01-01 */
	} * day;             /* sorted, each once */
	size_t ndays, day_cap;
};

/*
 * What is fresh as the snapshot sees it: stories, or sums too.
 *
 * out     borrowed: dead when the snapshot is paused or forgets
 *
 * Costs a look-up, and the reading of these events when first asked for.
 * Fails with DATA: an event cannot be read.
 */
CRM_CHECK const struct crm_err *crm_snap_fresh(
    struct crm_snap *, const struct crm_fresh **out);
CRM_CHECK const struct crm_err *crm_snap_fresh_sums(
    struct crm_snap *, const struct crm_fresh **out);

/* They call these, each once. */
CRM_CHECK const struct crm_err *crm_fresh_read(
    struct crm_snap *, struct crm_fresh **out);
CRM_CHECK const struct crm_err *crm_fresh_sum(
    struct crm_fresh *, struct crm_zone *);
void crm_fresh_free(struct crm_fresh *);

/* The place of the first row whose key is not below one of so many bytes. */
size_t crm_fresh_row_from(const struct crm_fresh *, const char *key, size_t n);

/* The place of the first day of a customer, or of one behind them. */
size_t crm_fresh_day_from(const struct crm_fresh *, uint64_t who);

/* The mark: the last event that is not fresh, or one behind it.  Fails with DATA
 * when there is none. */
CRM_CHECK const struct crm_err *crm_fresh_mark(struct crm_txn *, uint64_t *out);

/* Is an event fresh by its number, if it is not hidden? */
bool crm_fresh_is(const struct crm_store *, uint64_t mark, uint64_t event);

/* How many there are up to one, removed ones too. */
CRM_CHECK const struct crm_err *crm_fresh_count(
    struct crm_snap *, uint64_t last, uint64_t *out);

/* Move the mark. */
CRM_CHECK const struct crm_err *crm_fresh_put_mark(
    struct crm_txn *, uint64_t event);

/*
 * Bring what is fresh into stories and sums.
 *
 * to      the new mark: the last event that is there, or one behind those that
 *         this transaction will add and bring in itself; then it moves it back
 *         to the last one when they are there
 *
 * Snapshots that see through the transaction have to be taken anew.
 * Fails as crm_derive_record(), crm_derive_write() and crm_derive_rollups().
 */
CRM_CHECK const struct crm_err *crm_fresh_take_in(
    struct crm_store *, struct crm_txn *, uint64_t to);

/* The same in a transaction of its own, if there are so many; not while another
 * one does it. */
CRM_CHECK const struct crm_err *crm_fresh_take_in_all(
    struct crm_store *, uint64_t least);

#endif
