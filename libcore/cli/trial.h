/*
 * trial - what of crm.yaml can be told right from wrong by a store alone.
 */
#ifndef CRM_TRIAL_H
#define CRM_TRIAL_H

#include "cli/main.h"

/*
 * Read the queries of a configuration, as the store would with it: they may
 * name its records and segments.  A rule whose segment is not there is warned
 * of.
 *
 * config  that crm_store_fits(), in place of the store's own
 *
 * Fails with CONFIG: a query is wrong, "crm.yaml:LINE: ..."; else as
 * crm_store_open().
 */
CRM_CHECK const struct crm_err *crm_trial(
    const struct crm_ctx *, struct crm_config *config);

#endif
