/*
 * stat - crm-store stat.
 */
#ifndef CRM_CLI_STAT_H
#define CRM_CLI_STAT_H

#include "cli/main.h"

/* Print what is in the program's store: a table, or one JSON object. */
CRM_CHECK const struct crm_err *crm_stat_print(
    struct crm_ctx *, struct crm_snap *, bool json);

#endif
