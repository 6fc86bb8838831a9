/* forecast --explain: the chances of one deal, or of those of a customer. */
#include "record/value.h"
#include "report/explain.h"
#include "report/rates.h"

struct work {
	struct crm_report_run *r;
	struct crm_deals deals;
	struct crm_rates rates;
};

static void
say_title(struct work *w, const struct crm_deal *d)
{
	char id[CRM_ID_TEXT];
	struct crm_view title = CRM_VNULL;

	(void)crm_stored_get(d->stored, w->deals.kind->title, &title);
	crm_explain_text(w->r, "deal", crm_id_text(d->id, id));
	crm_explain_how(w->r, "%.*s", CRM_VARG(title));
}

/* The chance that it has now: its own, or that of its stage. */
static void
say_weighted(struct work *w, const struct crm_deal *d, struct crm_dec value,
    const struct crm_rate_of *rate)
{
	char text[CRM_DEC_TEXT + 1];
	struct crm_dec p = { 0, 0 }, weighted;
	struct crm_view v;
	bool own = crm_deal_get(d, CRM_DEAL_PROBABILITY, &v) &&
	    crm_value_get_dec(v, &p);

	if (!own && rate->stage != NULL)
		p = rate->stage->probability;
	if (!crm_deal_weigh(d, value, &weighted))
		return;
	text[crm_dec_put(text, crm_dec_trim(p))] = '\0';
	crm_explain_text(w->r, "probability", text);
	if (own)
		crm_explain_how(w->r, "percent, of the deal itself");
	else if (rate->stage == NULL)
		crm_explain_how(w->r, "percent: crm.yaml has no such stage");
	else
		crm_explain_how(w->r,
		    "percent, of the stage '%s' of the pipeline '%s'",
		    rate->stage->name, rate->pipeline->name);
	crm_explain_money(w->r, "weighted", weighted.m, d->currency);
	crm_explain_how(w->r, "value times probability");
}

static void
say_rate(struct work *w, const struct crm_rate_of *rate)
{
	char text[CRM_DEC_TEXT + 1];

	if (rate->from == CRM_RATE_CONFIG) {
		text[crm_dec_put(text, rate->percent)] = '\0';
		crm_explain_text(w->r, "rate", text);
		crm_explain_how(w->r,
		    "percent, of the stage in crm.yaml: fewer than %d deals of "
		    "'%s' were won or lost",
		    CRM_RATE_LEAST, rate->pipeline->name);
		return;
	}
	crm_explain_number(
	    w->r, "rate", 100 * (double)rate->won / (double)rate->decided, 1);
	if (rate->from == CRM_RATE_STAGE)
		crm_explain_how(w->r,
		    "percent: of %lld deals of '%s' that were decided and are "
		    "known to have come to '%s', %lld were won",
		    (long long)rate->decided, rate->pipeline->name,
		    rate->stage->name, (long long)rate->won);
	else
		crm_explain_how(w->r,
		    "percent: of %lld deals of '%s' that were decided %lld "
		    "were won; fewer than %d of them are known to have come "
		    "to '%s'",
		    (long long)rate->decided, rate->pipeline->name,
		    (long long)rate->won, CRM_RATE_LEAST, rate->stage->name);
}

static const struct crm_err *
say_deal(void *ctx, const struct crm_deal *d)
{
	struct work *w = ctx;
	struct crm_rate_of rate;
	struct crm_dec value;
	int64_t at_us;

	if ((d->id != w->r->explained && d->who != w->r->explained) ||
	    d->end != CRM_END_OPEN ||
	    !crm_deal_when(&w->deals, d, CRM_DEAL_EXPECTED, &at_us))
		return NULL;
	say_title(w, d);
	if (!crm_deal_value(d, &value))
		return NULL;
	crm_rates_of(&w->rates, d->pipeline, d->stage, &rate);
	crm_explain_money(w->r, "value", value.m, d->currency);
	crm_explain_how(w->r, "what it is worth");
	say_weighted(w, d, value, &rate);
	if (rate.from == CRM_RATE_NONE)
		return NULL;
	say_rate(w, &rate);
	crm_explain_money(
	    w->r, "historic", crm_rate_worth(&rate, value.m), d->currency);
	crm_explain_how(w->r, "value times rate");
	return NULL;
}

const struct crm_err *
crm_forecast_explain(struct crm_report_run *r, uint64_t who)
{
	struct work w = { .r = r };
	const struct crm_err *err;

	(void)who;
	err = crm_deals_open(&w.deals, r);
	if (err == NULL)
		err = crm_rates_gather(&w.deals, &w.rates);
	if (err == NULL)
		err = crm_deals_each(&w.deals, say_deal, &w);
	crm_rates_release(&w.rates);
	crm_deals_close(&w.deals);
	return err;
}
