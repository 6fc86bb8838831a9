#include "report/rates.h"

#include "base/mem.h"

__extension__ typedef __int128 i128;

static void
count(struct crm_won_lost *c, bool won)
{
	c->won += won;
	c->lost += !won;
}

const struct crm_err *
crm_rates_add(struct crm_rates *r, const struct crm_deal *d)
{
	const struct crm_pipeline *p = d->pipeline;
	const struct crm_err *err;
	struct crm_rate_counts *c;
	struct crm_path path;
	bool won = d->end == CRM_END_WON;
	size_t i;

	if (p == NULL || !crm_deal_is_decided(d))
		return NULL;
	c = &r->pipeline[p - r->kind->pipeline];
	count(&c->all, won);
	err = crm_stays_follow(&r->stays, p, d, &path, NULL, NULL);
	for (i = 0; err == NULL && path.known && i < p->nstages; i++)
		if (p->stage[i].end == CRM_END_OPEN &&
		    (won || (int)i <= path.far))
			count(&c->stage[i], won);
	return err;
}

const struct crm_err *
crm_rates_begin(struct crm_deals *d, struct crm_rates *out)
{
	size_t i, n = d->kind->npipelines;

	memset(out, 0, sizeof(*out));
	out->kind = d->kind;
	out->pipeline = crm_calloc(n + 1, sizeof(*out->pipeline));
	for (i = 0; i < n; i++)
		out->pipeline[i].stage =
		    crm_calloc(d->kind->pipeline[i].nstages + 1,
			sizeof(struct crm_won_lost));
	return crm_stays_gather(d, &out->stays);
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *d)
{
	return crm_rates_add(ctx, d);
}

const struct crm_err *
crm_rates_gather(struct crm_deals *d, struct crm_rates *out)
{
	const struct crm_err *err = crm_rates_begin(d, out);

	return err != NULL ? err : crm_deals_each_of_all(d, take_deal, out);
}

void
crm_rates_release(struct crm_rates *r)
{
	size_t i;

	for (i = 0; r->pipeline != NULL && i < r->kind->npipelines; i++)
		crm_free(r->pipeline[i].stage);
	crm_free(r->pipeline);
	crm_stays_release(&r->stays);
}

static bool
is_enough(const struct crm_won_lost *c)
{
	return c->won + c->lost >= CRM_RATE_LEAST;
}

void
crm_rates_of(const struct crm_rates *r, const struct crm_pipeline *pipeline,
    const struct crm_stage *stage, struct crm_rate_of *out)
{
	const struct crm_rate_counts *c;
	const struct crm_won_lost *of;

	memset(out, 0, sizeof(*out));
	out->pipeline = pipeline;
	out->stage = stage;
	if (stage == NULL)
		return;
	c = &r->pipeline[pipeline - r->kind->pipeline];
	of = &c->stage[stage - pipeline->stage];
	out->from = CRM_RATE_STAGE;
	if (!is_enough(of)) {
		out->from = CRM_RATE_PIPELINE;
		of = &c->all;
	}
	if (!is_enough(of)) {
		out->from = CRM_RATE_CONFIG;
		out->percent = out->stage->probability;
		return;
	}
	out->won = of->won;
	out->decided = of->won + of->lost;
}

int64_t
crm_rate_worth(const struct crm_rate_of *rate, int64_t minor)
{
	i128 n = rate->won, d = rate->decided;
	int i;

	if (rate->from == CRM_RATE_NONE)
		return 0;
	if (rate->from == CRM_RATE_CONFIG) {
		n = rate->percent.m;
		d = 100;
		for (i = 0; i < rate->percent.scale; i++)
			d *= 10;
	}
	n = 2 * n * minor / d;
	return (int64_t)((n + (n < 0 ? -1 : 1)) / 2);
}
