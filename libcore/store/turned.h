/*
 * turned - changes of stage that no event tells of.
 *
 * A change of a record that is about nobody, such as a deal without a who, is
 * in nobody's story: only the log knows of it.
 */
#ifndef CRM_TURNED_H
#define CRM_TURNED_H

#include "store/snap.h"

/*
 * When a stage changed: at the moment of the change, or on the day that the
 * record was said to be closed on by it.
 *
 * kind      of the record
 * was, is   what closed holds before and after; empty: nothing
 * now_us    when the change was made
 */
int64_t crm_turned_at(struct crm_zone *, const struct crm_kind *kind,
    struct crm_view was, struct crm_view is, int64_t now_us);

/*
 * Call fn with each change of a record's stage that was made while it was
 * about nobody, newest first.  Those that were undone did not happen.
 *
 * now     the record; it is not let go of
 * from    the stage that it left; a view of the store
 *
 * Cost: two look-ups for each change of the record.
 */
CRM_CHECK const struct crm_err *crm_turned_each(struct crm_snap *, uint64_t id,
    const struct crm_stored *now,
    const struct crm_err *(*fn)(void *ctx, int64_t at_us, struct crm_view from),
    void *ctx);

#endif
