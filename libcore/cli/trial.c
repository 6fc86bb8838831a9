#include "cli/trial.h"

#include "query/assign_rule.h"
#include "report/scores.h"

/* Has a configuration a query? */
static bool
has_queries(const struct crm_config *c)
{
	return c->nassign > 0 || c->nscores > 0;
}

static const struct crm_err *
try_assign(const struct crm_report_run *r)
{
	struct crm_assigning *a;
	const struct crm_err *err;

	a = crm_assigning_new(r->config, r->clock, r->user);
	err = a != NULL ? crm_assigning_read(a, r->snap) : NULL;
	crm_assigning_free(a);
	return err;
}

const struct crm_err *
crm_trial(const struct crm_ctx *ctx, struct crm_config *config)
{
	/* What is derived may be of another configuration, and stays so. */
	struct crm_store_options options = { .mode = CRM_STORE_LOOK,
		.wait_ms = (int64_t)ctx->wait_s * 1000,
		.config = config };
	struct crm_report_run r = {
		.config = config, .schema = config->schema, .user = ctx->user.p
	};
	struct crm_clock clock = ctx->clock;
	struct crm_store *store = NULL;
	const struct crm_err *err;
	size_t i;

	if (!has_queries(config))
		return NULL;
	clock.zone = config->zone;
	clock.week_start = config->week_start;
	r.clock = &clock;
	err = crm_store_open(ctx->path.p, &options, &store);
	if (err == NULL)
		err = crm_snap_open(store, &r.snap);
	if (err == NULL)
		err = try_assign(&r);
	for (i = 0; err == NULL && i < config->nscores; i++)
		err = crm_scores_check(&r, &config->score[i]);
	crm_snap_close(r.snap);
	crm_store_close(store);
	return err;
}
