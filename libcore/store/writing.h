/*
 * writing - a batch while it is written: what the parts of that share.
 */
#ifndef CRM_WRITING_H
#define CRM_WRITING_H

#include "store/assign.h"
#include "store/batch_impl.h"
#include "store/deriver.h"

/* A stage that changed: an event to be written about it. */
struct crm_turn {
	uint64_t id; /* of the record */
	int64_t at_us;
	struct crm_view who; /* stored: many links */
	struct crm_view from, to;
	struct crm_view title; /* of a record that events cannot link to */
};

/* A record to be added because one that comes again has ended. */
struct crm_again {
	const struct crm_kind *kind;
	struct crm_view bytes; /* encoded, of no change set yet */
};

/* A customer who had no purchase before. */
struct crm_buyer {
	uint64_t who;
	int64_t at_us;
};

struct crm_writing {
	struct crm_batch *b;
	struct crm_txn *txn;
	struct crm_snap *snap;         /* through txn */
	const struct crm_receiver *to; /* NULL: nobody */
	struct crm_change change;
	struct crm_id_range *range;
	size_t nranges, range_cap;
	uint64_t count[26];       /* new ones of a kind that are not left out */
	uint64_t all;             /* of every kind */
	struct crm_nummap bought; /* added ones of whom a purchase is added */
	struct crm_derive *adds, *events, *edits; /* of what was done to */
	struct crm_turns *turns; /* NULL: nothing is left to rules */
	struct crm_digests *digests;
	/* of adds and digests, while rows are added; of events or edits, while
	 * records are changed */
	struct crm_deriver *deriver;
	struct crm_turn *turn;
	size_t nturns, turn_cap;
	struct crm_again *again;
	size_t nagain, again_cap;
	struct crm_buyer *buyer;
	size_t nbuyers, buyer_cap, next_buyer;
	struct crm_buyer *fresh; /* of purchases that are left fresh */
	size_t nfresh, fresh_cap;
	struct crm_arena arena;
	/* where added records go: a block writer of the transaction, or */
	struct crm_block_writer *w;
	enum crm_table w_table;
	/* a part that is put together outside of one */
	bool in_parts;
	/* Stories and sums are brought up to date with each event that is
	 * added or changed.  Else what is added is left fresh. */
	bool sums;
	bool late;      /* others wrote between the batch and its first part */
	uint64_t state; /* of the store behind its first part */
	struct crm_buf part; /* id u64, length u32, bytes, each */
	struct crm_rec rec, old;
	struct crm_buf bytes;
	/* as it was before the late steps, which may have to be done again */
	struct crm_digests *early_digests;
	size_t early_ranges;
	uint64_t early_count;
	struct crm_batch_result early_result;
	struct crm_batch_result first_result;
};

void crm_w_init(
    struct crm_writing *, struct crm_batch *, const struct crm_receiver *);
void crm_w_free(struct crm_writing *);

/* writing.c: what the others need */

const struct crm_kind *crm_w_kind_of(const struct crm_writing *, char letter);

/* Is a record one that this batch adds? */
bool crm_w_is_added(const struct crm_writing *, uint64_t id);

/* Number the change set; take numbers for new records. */
CRM_CHECK const struct crm_err *crm_w_begin_change(struct crm_writing *);
CRM_CHECK const struct crm_err *crm_w_take_ids(struct crm_writing *);

/* The highest number of a kind of this replica, those added so far among
 * them. */
CRM_CHECK const struct crm_err *crm_w_last_number(
    struct crm_writing *, char kind, uint64_t *out);

/* See what was written so far. */
CRM_CHECK const struct crm_err *crm_w_look_again(struct crm_writing *);

/* Begin the steps that come after the adds, for the first time or again. */
void crm_w_begin_late(struct crm_writing *);

/* Is a record at a stage before customer? */
bool crm_w_is_early(const struct crm_rec *);

/* writing_fresh.c */

/*
 * Stories and sums: what is fresh is brought in, and w->sums from now on; or
 * only the first, for what others left.
 */
CRM_CHECK const struct crm_err *crm_w_begin_sums(struct crm_writing *);
CRM_CHECK const struct crm_err *crm_w_take_in(struct crm_writing *);

/* Ask for that where it is needed: before records are added, and one that may
 * not be left fresh; before events are changed; before those of turns are
 * added.  Of what was left fresh see who bought first, by the stories before
 * events are changed, as crm_derive_rollups() tells of other adds.  In the end
 * nothing that was added since is taken for fresh. */
CRM_CHECK const struct crm_err *crm_w_see_fresh(struct crm_writing *);
CRM_CHECK const struct crm_err *crm_w_see_added(
    struct crm_writing *, uint64_t id, struct crm_view bytes);
CRM_CHECK const struct crm_err *crm_w_see_edits(struct crm_writing *);
CRM_CHECK const struct crm_err *crm_w_see_buyers(struct crm_writing *);
CRM_CHECK const struct crm_err *crm_w_see_turns(struct crm_writing *);
CRM_CHECK const struct crm_err *crm_w_end_sums(struct crm_writing *);

/*
 * The first purchase of a customer.
 *
 * but_added  leave out those that this batch adds
 * out        its entry; who is 0: there is none
 */
CRM_CHECK const struct crm_err *crm_w_first_purchase(
    struct crm_writing *, uint64_t who, bool but_added, struct crm_story *out);

/* writing_add.c */

/* Encode w->rec as a new record, put it, derive from it. */
CRM_CHECK const struct crm_err *crm_w_add_record(
    struct crm_writing *, struct crm_derive *, uint64_t id);

/* Add the records of all rows. */
CRM_CHECK const struct crm_err *crm_w_add_all(struct crm_writing *);

/* writing_edit.c */

/* Do the edits of events, or those of all other records and the buyers. */
CRM_CHECK const struct crm_err *crm_w_edit_all(
    struct crm_writing *, enum crm_table);

/*
 * writing_turn.c: queue an event about a stage that changed, if it did.
 *
 * old, new  the record before and after
 * at_us     when, if the record does not say when it was closed
 *
 * It is in the stories of those whom the record's who names, and is itself in
 * that of a person or organisation; with nobody to tell there is none.  It
 * links to the record where events have a field for its kind alone (deal,
 * ticket), else its text is the record's title.
 */
void crm_w_note_turn(struct crm_writing *, uint64_t id,
    const struct crm_rec *old, const struct crm_rec *new, int64_t at_us);

/* Write those events. */
CRM_CHECK const struct crm_err *crm_w_add_turns(struct crm_writing *);

/*
 * writing_again.c: queue the next record, if one of a kind with the fields
 * "repeat", a span, and "due", a date, has ended.
 *
 * It has all that the other one has but its stage, what is unique, and the
 * days on which it began and ended.  It begins at the first stage, due so long
 * after the day on which the other one ended.
 */
void crm_w_note_again(
    struct crm_writing *, const struct crm_rec *old, const struct crm_rec *new);

/* Add those records. */
CRM_CHECK const struct crm_err *crm_w_add_again(struct crm_writing *);

/* crm_derive_rollups() calls it. */
CRM_CHECK const struct crm_err *crm_w_note_buyer(
    void *ctx, uint64_t who, int64_t first_us);

/* batch_write.c */

/* Write the index, text and story entries that were derived. */
CRM_CHECK const struct crm_err *crm_w_write_derived(
    struct crm_writing *, struct crm_derive *);

/* Everything but the adds: edits, what follows from them, the log. */
CRM_CHECK const struct crm_err *crm_w_finish(struct crm_writing *);

/* batch_parts.c */

/* Write the part that was put together, if it is large enough where other
 * tables are written by 'limit' bytes.  1: if there is one. */
CRM_CHECK const struct crm_err *crm_w_flush_part(
    struct crm_writing *, size_t limit);

/* Write a large batch. */
CRM_CHECK const struct crm_err *crm_w_write_parts(struct crm_writing *);

#endif
