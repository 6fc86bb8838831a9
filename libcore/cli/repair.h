/*
 * repair - crm-store repair: a store that is damaged.
 */
#ifndef CRM_CLI_REPAIR_H
#define CRM_CLI_REPAIR_H

#include "cli/main.h"

/*
 * Prove what everything else follows from, and make the rest anew, in place.
 *
 * Fails with DATA when records or history are damaged themselves.
 */
CRM_CHECK const struct crm_err *crm_repair_in_place(struct crm_ctx *);

/*
 * Save what can be read into a new store.  What was lost is printed, and makes
 * the answer no.
 *
 * Fails as crm_salvage_make().
 */
CRM_CHECK const struct crm_err *crm_repair_into(
    struct crm_ctx *, const char *path, int64_t group);

#endif
