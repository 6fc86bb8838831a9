/*
 * pager - long texts on a terminal go through the program that PAGER names.
 */
#ifndef CRM_PAGER_H
#define CRM_PAGER_H

#include "cli/main.h"

/*
 * Wait for the pager that crm_ctx_page() began, if there is one; nothing more
 * can be written then.
 *
 * Fails with IO: it could not be run, and what was printed is lost.
 */
CRM_CHECK const struct crm_err *crm_pager_end(struct crm_ctx *);

#endif
