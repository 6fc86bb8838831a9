/*
 * load - crm-store load: a store from the dump on stdin.
 */
#ifndef CRM_CLI_LOAD_H
#define CRM_CLI_LOAD_H

#include "cli/main.h"

/*
 * Make the program's store from stdin.
 *
 * group   id of the group that may use it too, or -1
 *
 * With -n it is made, checked and removed again.  Nothing is left behind
 * after a failure or a signal.
 * Fails with DATA: "stdin:LINE: what is wrong"; CANTCREATE, NOPERM, IO.
 */
CRM_CHECK const struct crm_err *crm_load_stdin(
    struct crm_ctx *, int64_t group, bool dry_run);

#endif
