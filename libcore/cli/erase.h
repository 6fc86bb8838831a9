/*
 * erase - erasing those whom operands name, and telling what comes of it.
 */
#ifndef CRM_CLI_ERASE_H
#define CRM_CLI_ERASE_H

#include "cli/main.h"

/*
 * Erase the records of WHO operands and of stdin: an id names a removed one,
 * too.  With -o or -f what is concerned is printed, as it was before.
 *
 * Fails with USAGE, DATA, LOCKED, IO.
 */
CRM_CHECK const struct crm_err *crm_erase_who(
    struct crm_ctx *, int argc, char **argv);

#endif
