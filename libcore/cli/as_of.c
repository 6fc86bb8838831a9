#include "cli/as_of.h"

#include "store/past.h"

#define CHANGE "change:"

static const struct crm_err *
read_change(const struct crm_ctx *ctx, const char *option, const char *text,
    struct crm_as_of *out)
{
	if (crm_num_u64(crm_view_str(text + sizeof(CHANGE) - 1), UINT64_MAX,
		&out->change))
		return out->change > 0
		    ? NULL
		    : crm_err(CRM_E_DATA,
			  "%s: there is no change set 0: the first one is 1",
			  option);
	return crm_ctx_usage(
	    ctx, "%s: '%s' is not change: and a number", option, text);
}

/* The end of a day, a month ...: now, when it has not come. */
static const struct crm_err *
read_date(const struct crm_ctx *ctx, const char *option, const char *text,
    struct crm_as_of *out)
{
	const struct crm_err *err;
	struct crm_period p;

	err = crm_period_parse(&ctx->clock, crm_view_str(text), &p);
	if (err != NULL)
		return crm_err(CRM_E_USAGE, "%s: %s", option, err->msg);
	if (p.from_us > ctx->clock.now_us)
		return crm_err(
		    CRM_E_DATA, "%s: '%s' has not come yet", option, text);
	out->at_us =
	    p.to_us <= ctx->clock.now_us ? p.to_us - 1 : ctx->clock.now_us;
	return NULL;
}

const struct crm_err *
crm_open_past(struct crm_ctx *ctx, const char *option, const char *text,
    struct crm_snap **out)
{
	struct crm_as_of as_of = { 0 };
	const struct crm_err *err;

	*out = NULL;
	err = strncmp(text, CHANGE, sizeof(CHANGE) - 1) == 0
	    ? read_change(ctx, option, text, &as_of)
	    : read_date(ctx, option, text, &as_of);
	if (err == NULL)
		err = crm_snap_open_as_of(ctx->store, &as_of, out);
	if (err == NULL)
		ctx->clock.now_us = crm_past_time(crm_snap_past(*out));
	return err;
}

const struct crm_err *
crm_open_as_of(struct crm_ctx *ctx, const char *as_of, struct crm_snap **out)
{
	return as_of == NULL ? crm_snap_open(ctx->store, out)
			     : crm_open_past(ctx, "--as-of", as_of, out);
}
