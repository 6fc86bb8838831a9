/*
 * undo - taking a change set back, without losing what others did since.
 */
#ifndef CRM_UNDO_H
#define CRM_UNDO_H

#include "store/batch.h"

/* Something that was changed again since. */
struct crm_undo_conflict {
	uint64_t id;
	const struct crm_field *field; /* NULL: the record as a whole */
	/* As stored: what the change set made of the field, and what it is
	 * now; empty: it had, or has, none. */
	struct crm_view then, now;
	const char *what; /* of the record as a whole: "removed", "changed",
	                     "has events", "erased" */
	uint64_t change;  /* the newest one that did it */
	uint64_t other;   /* the record that has a unique value which the field
	                     held before; 0: it is not about that */
	struct crm_view wanted; /* and that value */
};

struct crm_undo_options {
	uint64_t change;
	bool force; /* take back what is in conflict, too */
	/* Called for each conflict; what it gets is borrowed. */
	const struct crm_err *(*conflict)(
	    void *ctx, const struct crm_undo_conflict *);
	void *ctx;
};

/*
 * Ask a batch (whose options.undoes is the same change set) for what takes
 * the change set back: what it added is removed, what it removed is restored,
 * and fields get the values that they had.
 *
 * Of a field of many values what it added is taken out and what it took out is
 * put back, whatever else was done to them; of any other one that has another
 * value by now is in conflict, and is left alone without force.  So is a record
 * that was added and changed, or got events, since.  So is a unique value that
 * was given to another record since: the field does without it, and a record
 * that was removed stays so.
 *
 * conflicts  set to how many there were
 *
 * What was erased since is in conflict, and stays erased with force too.  With
 * force the batch refuses a unique value that another record has.
 * Fails with DATA: there is no such change set, it was never finished, or it is
 * an erasure.
 */
CRM_CHECK const struct crm_err *crm_undo(
    struct crm_batch *, const struct crm_undo_options *, uint64_t *conflicts);

#endif
