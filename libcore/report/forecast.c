/* forecast: open deals by the month in which they should be decided. */
#include "base/mem.h"
#include "record/word.h"
#include "report/deals.h"
#include "report/list.h"

#define VALUE 0 /* slots of money */
#define WEIGHTED 1
#define DEALS 0 /* slots of counts */
#define LATE 1

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "deals", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "value", .type = CRM_T_MONEY, .help = "what they are worth" },
	{ .name = "weighted", .type = CRM_T_MONEY,
	    .help = "value times the chance to win" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amounts" },
	{ .name = "late", .type = CRM_T_NUMBER,
	    .help = "those that should be decided by now" },
};
/* clang-format on */

struct work {
	struct crm_report_run *r;
	struct crm_deals deals;
	struct crm_groups groups;
	struct crm_by_values *values;
	int32_t today;
	const struct crm_deal *deal; /* at hand */
	bool late;
};

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g = crm_groups_at(&w->groups, key, w->deal->currency);

	g->count[DEALS]++;
	g->count[LATE] += w->late;
	return crm_deal_add_money(
	    &w->deals, w->deal, &w->groups, g, VALUE, WEIGHTED);
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;
	const struct crm_report_run *r = w->r;
	struct crm_date expected;
	int64_t at_us = CRM_BY_NO_TIME;
	int32_t day;

	if (deal->end != CRM_END_OPEN)
		return NULL;
	w->deal = deal;
	w->late = false;
	if (crm_deal_date(deal, CRM_DEAL_EXPECTED, &expected)) {
		day = crm_date_days(expected);
		w->late = day < w->today;
		at_us = crm_zone_day_start_us(r->clock->zone, expected);
		if (r->has_period &&
		    (day < crm_date_days(r->period.first) ||
			day > crm_date_days(r->period.last)))
			return NULL;
	} else if (r->has_period)
		return NULL;
	return crm_by_each(
	    w->values, deal->who, at_us, deal->id, deal->stored, add_up, w);
}

static const struct crm_err *
print(struct work *w)
{
	const struct crm_err *err = crm_groups_settle(&w->groups);
	struct crm_report_run *r = w->r;
	size_t i;

	crm_groups_sort(&w->groups,
	    crm_by_begins_with_period(&r->by) || crm_by_is_stages(&r->by)
		? CRM_ORDER_KEY
		: CRM_ORDER_MONEY,
	    WEIGHTED);
	for (i = 0; err == NULL && i < w->groups.n; i++) {
		const struct crm_group *g = &w->groups.group[i];

		crm_row_begin(&r->row);
		crm_groups_add_key(&w->groups, g, &r->row);
		crm_row_number(&r->row, g->count[DEALS]);
		crm_row_money(&r->row, g->money[VALUE], g->currency);
		crm_row_money(&r->row, g->money[WEIGHTED], g->currency);
		crm_row_currency(&r->row, g->currency);
		crm_row_number(&r->row, g->count[LATE]);
		err = crm_row_put(&r->row, r->rows);
	}
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err;

	w.today =
	    crm_date_days(crm_zone_date(r->clock->zone, r->clock->now_us));
	crm_deals_open(&w.deals, r);
	crm_groups_init(&w.groups, r->config, &r->by);
	err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = crm_deals_each(&w.deals, take_deal, &w);
	if (err == NULL)
		err = print(&w);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	crm_deals_close(&w.deals);
	return err;
}

const struct crm_report crm_report_forecast = {
	.name = "forecast",
	.summary = "open deals by expected month and stage, weighted",
	.main = "weighted value",
	.thing = 'd',
	.by = "month,stage",
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
