/*
 * history - how a record was: walking back through the log.
 */
#ifndef CRM_HISTORY_H
#define CRM_HISTORY_H

#include "store/change.h"
#include "store/snap.h"

/*
 * A record as it was after a change set.
 *
 * out        reset, then its stored form; empty when it was not there
 * was_there  false too when it was removed then, or not added yet; and when
 *            it was erased: nothing is known of it
 *
 * Changes after that one are taken back one by one, newest first.
 */
CRM_CHECK const struct crm_err *crm_history_as_of(struct crm_snap *,
    uint64_t id, uint64_t change, struct crm_buf *out, bool *was_there);

/*
 * The same of a record at hand, by what counts as later.
 *
 * now        as it stands today
 * is_later   was a change set done after the moment that is asked for?  Of
 *            the record's change sets those are the last ones
 * out        appended to: its stored form, removed then or not
 */
CRM_CHECK const struct crm_err *crm_history_back(struct crm_snap *, uint64_t id,
    const struct crm_stored *now,
    bool (*is_later)(const void *ctx, uint64_t number), const void *ctx,
    struct crm_buf *out);

/*
 * The same, but of those change sets only what they did to its links when
 * these followed a merge, or went back behind it, is taken back.
 */
CRM_CHECK const struct crm_err *crm_history_apart(struct crm_snap *,
    uint64_t id, const struct crm_stored *now,
    bool (*is_later)(const void *ctx, uint64_t number), const void *ctx,
    struct crm_buf *out);

/* Does the log say what the record says? */
struct crm_history_proof {
	uint64_t notes; /* that were taken back */
	bool agrees;    /* each one's new values were there */
};

/* The same, for the check. */
CRM_CHECK const struct crm_err *crm_history_prove(struct crm_snap *,
    uint64_t id, uint64_t change, struct crm_buf *out, bool *was_there,
    struct crm_history_proof *);

/*
 * Call fn for each change of a record, newest first, the add last.
 *
 * changed  NULL for the add
 */
CRM_CHECK const struct crm_err *crm_history_each(struct crm_snap *, uint64_t id,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t number, const struct crm_changed *changed),
    void *ctx);

/* The same of a record at hand: no look-up lets go of it. */
CRM_CHECK const struct crm_err *crm_history_of(struct crm_snap *, uint64_t id,
    const struct crm_stored *now,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t number, const struct crm_changed *changed),
    void *ctx);

/*
 * Call fn for each record that a change set changed, in the order of ids.
 */
CRM_CHECK const struct crm_err *crm_history_changed(struct crm_snap *,
    uint64_t number,
    const struct crm_err *(*fn)(void *ctx, const struct crm_changed *),
    void *ctx);

#endif
