#include "cli/repair.h"

#include "store/check.h"
#include "store/rebuild.h"

static struct crm_err fault; /* the first one */

static void
keep_fault(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	if (fault.msg[0] == '\0')
		fault = *crm_err(CRM_E_DATA, "%s: %s", where, what);
}

static const struct crm_err *
judge(const struct crm_err *err, const struct crm_check *c)
{
	if (err != NULL || c->faults == 0)
		return err;
	return crm_err(CRM_E_DATA,
	    "more is damaged than what can be made anew (%s): crm-store "
	    "repair NEW saves what can be read",
	    fault.msg);
}

const struct crm_err *
crm_repair_in_place(struct crm_ctx *ctx)
{
	struct crm_check pages = { .fault = keep_fault };
	struct crm_check primary = { .what = CRM_CHECK_BYTES |
		    CRM_CHECK_RECORDS | CRM_CHECK_LOG,
		.primary = true,
		.fault = keep_fault };
	const struct crm_err *err = NULL;

	if (crm_store_exists(ctx->path.p))
		err = judge(crm_check_file(ctx->path.p, false, &pages), &pages);
	if (err == NULL)
		err = crm_ctx_open(ctx, true);
	if (err == NULL)
		err = judge(crm_check_store(ctx->store, &primary), &primary);
	return err != NULL ? err : crm_rebuild(ctx->store, true);
}
