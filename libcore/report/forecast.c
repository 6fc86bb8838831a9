/* forecast: open deals by the month in which they should be decided. */
#include "base/mem.h"
#include "record/value.h"
#include "report/list.h"
#include "report/quota.h"
#include "report/rates.h"

#define VALUE 0 /* slots of money */
#define WEIGHTED 1
#define HISTORIC 2
#define WON 3
#define DEALS 0 /* slots of counts */
#define LATE 1
#define ROW 2 /* it has a quota, or what was won: a row even without deals */

enum {
	C_DEALS,
	C_VALUE,
	C_WEIGHTED,
	C_HISTORIC,
	C_CURRENCY,
	C_LATE,
	C_WON,
	C_QUOTA,
	C_ATTAINMENT,
	C_GAP
};

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "deals", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "value", .type = CRM_T_MONEY, .help = "what they are worth" },
	{ .name = "weighted", .type = CRM_T_MONEY,
	    .help = "value times the chance to win" },
	{ .name = "historic", .type = CRM_T_MONEY,
	    .help = "value times the win rate of deals that came as far" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amounts" },
	{ .name = "late", .type = CRM_T_NUMBER,
	    .help = "those that should be decided by now" },
	{ .name = "won", .type = CRM_T_MONEY,
	    .help = "what was won in the period of the row" },
	{ .name = "quota", .type = CRM_T_MONEY,
	    .help = "what should be won, by crm.yaml" },
	{ .name = "attainment", .type = CRM_T_PERCENT,
	    .help = "won as percent of quota" },
	{ .name = "gap", .type = CRM_T_MONEY,
	    .help = "quota less won and weighted" },
};
/* clang-format on */

struct work {
	struct crm_report_run *r;
	struct crm_deals deals;
	int64_t today_us; /* its beginning */
	bool use_rates;   /* historic is wanted */
	struct crm_rates rates;
	bool one_pass; /* all deals are passed for both, rates and rows */
	/* what waits for the rates, then */
	struct waiting {
		size_t group;
		const struct crm_pipeline *pipeline;
		const struct crm_stage *stage;
		int64_t minor;
		uint8_t currency;
	} * waiting;
	size_t nwaiting, waiting_cap;
	bool has_quotas;
	struct crm_quotas quotas;
	const struct crm_deal *deal; /* a won one at hand */
	bool row;
};

/* Add a value by the rate of those that came as far. */
static const struct crm_err *
add_by_rate(struct work *w, const struct waiting *of)
{
	struct crm_groups *groups = &w->deals.groups;
	struct crm_rate_of rate;

	crm_rates_of(&w->rates, of->pipeline, of->stage, &rate);
	return crm_groups_add_money(groups, &groups->group[of->group], HISTORIC,
	    of->currency, crm_rate_worth(&rate, of->minor));
}

/* A deal's value by the rate: at once if the rates are known. */
static const struct crm_err *
add_historic(
    struct work *w, const struct crm_deal *d, const struct crm_group *g)
{
	struct waiting of = { .group = (size_t)(g - w->deals.groups.group),
		.pipeline = d->pipeline,
		.stage = d->stage,
		.currency = d->currency };
	struct crm_dec value;

	if (!crm_deal_value(d, &value))
		return NULL;
	of.minor = value.m;
	if (!w->one_pass)
		return add_by_rate(w, &of);
	w->waiting = crm_grow(
	    w->waiting, &w->waiting_cap, w->nwaiting + 1, sizeof(*w->waiting));
	w->waiting[w->nwaiting++] = of;
	return NULL;
}

/* An open deal that is added up, by one of two threads. */
struct adding {
	struct work *w;
	struct crm_deals *by; /* that thread's */
	const struct crm_deal *deal;
	bool late;
};

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct adding *a = ctx;
	struct crm_group *g =
	    crm_groups_at(&a->by->groups, key, a->deal->currency);
	const struct crm_err *err;

	g->count[DEALS]++;
	g->count[LATE] += a->late;
	err = crm_deal_add_money(a->by, a->deal, g, VALUE, WEIGHTED);
	return err == NULL && a->w->use_rates ? add_historic(a->w, a->deal, g)
					      : err;
}

/* crm_deals_sum(): one of those that the report is about. */
static const struct crm_err *
sum_deal(void *ctx, struct crm_deals *by, const struct crm_deal *deal)
{
	struct adding a = { .w = ctx, .by = by, .deal = deal };
	int64_t at_us;

	if (deal->end != CRM_END_OPEN ||
	    !crm_deal_when(by, deal, CRM_DEAL_EXPECTED, &at_us))
		return NULL;
	a.late = at_us != CRM_BY_NO_TIME && at_us < a.w->today_us;
	return crm_deal_each_key(by, deal, at_us, NULL, add_up, &a);
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;

	return sum_deal(w, &w->deals, deal);
}

/* One of all deals: for the rates, and for the rows if it is one of those that
 * the report is about. */
static const struct crm_err *
take_any(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;
	const struct crm_err *err = crm_rates_add(&w->rates, deal);

	return err == NULL && crm_whom_has(&w->r->whom, deal->who)
	    ? take_deal(w, deal)
	    : err;
}

/*
 * Without a query of its own the report passes all deals, and so do the rates:
 * once for both.  What they are multiplied with has to wait then.
 */
static const struct crm_err *
take_deals(struct work *w)
{
	const struct crm_err *err = NULL;
	size_t i;

	if (!w->use_rates)
		return crm_deals_sum(&w->deals, sum_deal, w);
	w->one_pass = w->r->things == NULL;
	err = w->one_pass ? crm_rates_begin(&w->deals, &w->rates)
			  : crm_rates_gather(&w->deals, &w->rates);
	if (err != NULL)
		return err;
	err = w->one_pass ? crm_deals_each_of_all(&w->deals, take_any, w)
			  : crm_deals_each(&w->deals, take_deal, w);
	for (i = 0; err == NULL && i < w->nwaiting; i++)
		err = add_by_rate(w, &w->waiting[i]);
	return err;
}

static const struct crm_err *
add_won(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g =
	    crm_groups_at(&w->deals.groups, key, w->deal->currency);
	struct crm_dec value;

	g->count[ROW] |= w->row;
	if (!crm_deal_value(w->deal, &value))
		return NULL;
	return crm_groups_add_money(
	    &w->deals.groups, g, WON, w->deal->currency, value.m);
}

static const struct crm_err *
take_won(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;
	int64_t at_us;

	if (deal->end != CRM_END_WON ||
	    !crm_deal_when(&w->deals, deal, CRM_DEAL_CLOSED, &at_us))
		return NULL;
	w->deal = deal;
	w->row = at_us != CRM_BY_NO_TIME && crm_quota_is_due(&w->quotas, at_us);
	return crm_deal_each_key(&w->deals, deal, at_us, NULL, add_won, w);
}

static const struct crm_err *
add_due(void *ctx, struct crm_view key)
{
	struct work *w = ctx;

	crm_groups_at(&w->deals.groups, key, w->r->config->currency_num)
	    ->count[ROW] = 1;
	return NULL;
}

/* What stands beside the quotas, and rows for those with nothing beside. */
static const struct crm_err *
add_quotas(struct work *w)
{
	const struct crm_err *err = NULL;

	w->has_quotas = crm_quotas_begin(w->r, &w->quotas);
	if (w->has_quotas)
		err = crm_quota_each(&w->quotas, add_due, w);
	/* they are rows, whether their columns are wanted or not */
	if (err == NULL && crm_quota_has_rows(w->r))
		err = crm_deals_each(&w->deals, take_won, w);
	return err;
}

/* What was won, the quota, and what comes of both. */
static void
put_quota(struct work *w, const struct crm_group *g)
{
	struct crm_row_maker *row = &w->r->row;
	int64_t quota, gap;

	/* without a period nobody knows of when the won ones should be */
	if (crm_quota_has_rows(w->r))
		crm_row_money(row, g->money[WON], g->currency);
	else
		crm_row_none(row);

	if (!w->has_quotas || g->currency != w->r->config->currency_num ||
	    !crm_quota_of(&w->quotas, g->key, &quota)) {
		crm_row_none(row);
		crm_row_none(row);
		crm_row_none(row);
		return;
	}
	crm_row_money(row, quota, g->currency);
	crm_row_share(row, g->money[WON], quota);
	if (__builtin_sub_overflow(quota, g->money[WON], &gap) ||
	    __builtin_sub_overflow(gap, g->money[WEIGHTED], &gap))
		crm_row_none(row);
	else
		crm_row_money(row, gap, g->currency);
}

static const struct crm_err *
print(struct work *w)
{
	const struct crm_err *err = crm_groups_settle(&w->deals.groups);
	struct crm_report_run *r = w->r;
	size_t i;

	crm_groups_sort(&w->deals.groups,
	    crm_by_begins_with_period(&r->by) || crm_by_is_stages(&r->by)
		? CRM_ORDER_KEY
		: CRM_ORDER_MONEY,
	    WEIGHTED);
	for (i = 0; err == NULL && i < w->deals.groups.n; i++) {
		const struct crm_group *g = &w->deals.groups.group[i];

		if (g->count[DEALS] + g->count[ROW] == 0)
			continue;
		crm_row_begin(&r->row);
		crm_groups_add_key(&w->deals.groups, g, &r->row);
		crm_row_number(&r->row, g->count[DEALS]);
		crm_row_money(&r->row, g->money[VALUE], g->currency);
		crm_row_money(&r->row, g->money[WEIGHTED], g->currency);
		crm_row_money(&r->row, g->money[HISTORIC], g->currency);
		crm_row_currency(&r->row, g->currency);
		crm_row_number(&r->row, g->count[LATE]);
		put_quota(w, g);
		err = crm_row_put(&r->row, r->rows);
	}
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err;

	w.today_us = crm_zone_day_start_us(
	    r->clock->zone, crm_zone_date(r->clock->zone, r->clock->now_us));
	w.use_rates = crm_report_wants(r, C_HISTORIC);
	err = crm_deals_open(&w.deals, r);
	if (err == NULL)
		err = take_deals(&w);
	if (err == NULL)
		err = add_quotas(&w);
	if (err == NULL)
		err = print(&w);
	crm_free(w.waiting);
	crm_rates_release(&w.rates);
	crm_deals_close(&w.deals);
	return err;
}

static bool
lacks(const struct crm_report_run *r, size_t i)
{
	return i >= C_WON && !crm_quota_has_rows(r);
}

const struct crm_report crm_report_forecast = {
	.name = "forecast",
	.summary = "open deals by expected month and stage, weighted",
	.main = "weighted value",
	.spare = "late historic deals value",
	.thing = 'd',
	.by = "month,stage",
	.key = crm_deal_keys,
	.nkeys = 1,
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.lacks = lacks,
	.run = run,
	.explain = crm_forecast_explain,
};
