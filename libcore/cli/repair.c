#include "cli/repair.h"

#include "base/num.h"
#include "base/utf8.h"
#include "cli/leave.h"
#include "cli/msg.h"
#include "store/check.h"
#include "store/rebuild.h"
#include "store/salvage.h"

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

static struct crm_salvage *salvage;

static void
clean(void)
{
	const struct crm_store *s =
	    salvage != NULL ? crm_salvage_store(salvage) : NULL;

	if (s != NULL)
		crm_store_unlink(s);
}

static void
print_lost(void *ctx, const char *what)
{
	struct crm_ctx *c = ctx;

	crm_utf8_add_safe(&c->out.buf, crm_view_str(what));
	crm_buf_addc(&c->out.buf, '\n');
	c->no = true;
	c->exit_status = true; /* this question is always asked */
}

static void
tell_sum(const struct crm_salvage_result *r)
{
	char records[32], changes[32];

	records[crm_num_put_grouped(records, r->records)] = '\0';
	changes[crm_num_put_grouped(changes, r->changes)] = '\0';
	crm_msg("%s records, %s change sets: saved", records, changes);
}

const struct crm_err *
crm_repair_into(struct crm_ctx *ctx, const char *path, int64_t group)
{
	struct crm_salvage_options o = { .from = ctx->path.p,
		.path = path,
		.group = group,
		.now_us = ctx->clock.now_us,
		.wait_ms = (int64_t)ctx->wait_s * 1000,
		.user = crm_buf_view(&ctx->user),
		.arguments = crm_view_str(ctx->arguments),
		.lost = print_lost,
		.ctx = ctx };
	const struct crm_err *err;

	crm_leave_clean(clean);
	err = crm_salvage_make(&o, &salvage);
	crm_leave_hold();
	if (err == NULL)
		err = crm_salvage_publish(salvage);
	if (err == NULL && !ctx->quiet && ctx->terminal)
		tell_sum(crm_salvage_result(salvage));
	crm_salvage_free(salvage);
	salvage = NULL;
	crm_leave_release();
	return err != NULL ? err : crm_sink_flush(&ctx->out);
}
