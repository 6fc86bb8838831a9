/*
 * merge - which records are to be merged: WHO among the operands, pairs on
 * stdin.
 */
#ifndef CRM_CLI_MERGE_H
#define CRM_CLI_MERGE_H

#include "cli/change.h"

/*
 * Merge what operands name, in a change set of its own: all WHO into the
 * first, or, of "-" alone, what the lines of stdin put together.
 *
 * Fails with USAGE, DATA, and as the commit does.
 */
CRM_CHECK const struct crm_err *crm_merge_who(
    struct crm_ctx *, int argc, char **argv);

#endif
