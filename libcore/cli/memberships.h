/*
 * memberships - the segments that a record is in.
 */
#ifndef CRM_MEMBERSHIPS_H
#define CRM_MEMBERSHIPS_H

#include "cli/main.h"

/*
 * Call fn with each segment that a record is in, in the order of ids.
 *
 * stored  the record
 * name    with its @; borrowed
 *
 * A segment whose query is wrong by now is left out.
 */
CRM_CHECK const struct crm_err *crm_memberships(struct crm_ctx *,
    struct crm_snap *, uint64_t id, const struct crm_stored *stored,
    const struct crm_err *(*fn)(void *ctx, uint64_t segment, const char *name),
    void *ctx);

#endif
