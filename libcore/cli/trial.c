#include "cli/trial.h"

#include "query/assign_rule.h"
#include "query/rule_segment.h"
#include "report/scores.h"

/* Has a configuration a query, or does it name a segment? */
static bool
has_queries(const struct crm_config *c)
{
	return c->nassign > 0 || c->nscores > 0 || c->nsla > 0 ||
	    c->due.nevery > 0;
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

/* The segments that rules are for: without one a rule does not apply. */
static const struct crm_err *
try_segments(const struct crm_report_run *r)
{
	struct crm_query_ctx qc = { .snap = r->snap, .clock = r->clock };
	const struct crm_config *c = r->config;
	const struct crm_err *err = NULL;
	struct crm_query *q;
	size_t i;

	for (i = 0; err == NULL && i < c->nsla; i++) {
		if (c->sla[i].segment == NULL)
			continue;
		err = crm_rule_segment(
		    &qc, "sla", c->sla[i].line, c->sla[i].segment, &q);
		crm_query_free(q);
	}
	for (i = 0; err == NULL && i < c->due.nevery; i++) {
		err = crm_rule_segment(&qc, "due: every", c->due.every[i].line,
		    c->due.every[i].segment, &q);
		crm_query_free(q);
	}
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
	if (err == NULL)
		err = try_segments(&r);
	crm_snap_close(r.snap);
	crm_store_close(store);
	return err;
}
