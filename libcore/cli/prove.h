/*
 * prove - crm-store check.
 */
#ifndef CRM_PROVE_H
#define CRM_PROVE_H

#include "cli/main.h"

/*
 * Check the program's store and print one line a fault; sets ctx->no when
 * there are any.
 *
 * It is done in a child: a badly damaged file can bring a process down.
 */
CRM_CHECK const struct crm_err *crm_prove(struct crm_ctx *);

#endif
