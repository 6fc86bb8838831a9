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
	int64_t today_us;            /* its beginning */
	const struct crm_deal *deal; /* at hand */
	bool late;
};

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g =
	    crm_groups_at(&w->deals.groups, key, w->deal->currency);

	g->count[DEALS]++;
	g->count[LATE] += w->late;
	return crm_deal_add_money(&w->deals, w->deal, g, VALUE, WEIGHTED);
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;
	int64_t at_us;

	if (deal->end != CRM_END_OPEN ||
	    !crm_deal_when(&w->deals, deal, CRM_DEAL_EXPECTED, &at_us))
		return NULL;
	w->deal = deal;
	w->late = at_us != CRM_BY_NO_TIME && at_us < w->today_us;
	return crm_deal_each_key(&w->deals, deal, at_us, NULL, add_up, w);
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

		crm_row_begin(&r->row);
		crm_groups_add_key(&w->deals.groups, g, &r->row);
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

	w.today_us = crm_zone_day_start_us(
	    r->clock->zone, crm_zone_date(r->clock->zone, r->clock->now_us));
	err = crm_deals_open(&w.deals, r);
	if (err == NULL)
		err = crm_deals_each(&w.deals, take_deal, &w);
	if (err == NULL)
		err = print(&w);
	crm_deals_close(&w.deals);
	return err;
}

const struct crm_report crm_report_forecast = {
	.name = "forecast",
	.summary = "open deals by expected month and stage, weighted",
	.main = "weighted value",
	.thing = 'd',
	.by = "month,stage",
	.key = crm_deal_keys,
	.nkeys = 1,
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
