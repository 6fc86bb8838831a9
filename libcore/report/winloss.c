/* winloss: deals that were won and lost, and why. */
#include "base/mem.h"
#include "report/deals.h"
#include "report/list.h"

#define WON_VALUE 0 /* slots of money */
#define LOST_VALUE 1
#define WEIGHTED 2 /* not printed: of what is decided it says nothing */
#define WON 0      /* slots of counts; days and how many have them */
#define LOST 1
#define WON_DAYS 2
#define WON_AGED 3
#define LOST_DAYS 4
#define LOST_AGED 5

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "wins", .type = CRM_T_NUMBER, .help = "how many were won" },
	{ .name = "losses", .type = CRM_T_NUMBER, .help = "how many were lost" },
	{ .name = "win-rate", .type = CRM_T_PERCENT,
	    .help = "wins as percent of both" },
	{ .name = "won-value", .type = CRM_T_MONEY,
	    .help = "what the won ones are worth" },
	{ .name = "lost-value", .type = CRM_T_MONEY,
	    .help = "what the lost ones would be worth" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amounts" },
	{ .name = "won-days", .type = CRM_T_NUMBER,
	    .help = "mean days from opened to closed, of the won ones" },
	{ .name = "lost-days", .type = CRM_T_NUMBER,
	    .help = "and of the lost ones" },
};
/* clang-format on */

struct work {
	struct crm_report_run *r;
	struct crm_deals deals;
	const struct crm_deal *deal; /* at hand */
};

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct crm_deal *d = w->deal;
	struct crm_group *g = crm_groups_at(&w->deals.groups, key, d->currency);
	bool won = d->end == CRM_END_WON;
	int32_t days;

	g->count[won ? WON : LOST]++;
	if (crm_deal_days(d, &days)) {
		g->count[won ? WON_DAYS : LOST_DAYS] += days;
		g->count[won ? WON_AGED : LOST_AGED]++;
	}
	return crm_deal_add_money(
	    &w->deals, d, g, won ? WON_VALUE : LOST_VALUE, WEIGHTED);
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;
	int64_t at_us;

	if (!crm_deal_is_decided(deal) ||
	    !crm_deal_when(&w->deals, deal, CRM_DEAL_CLOSED, &at_us))
		return NULL;
	w->deal = deal;
	return crm_deal_each_key(&w->deals, deal, at_us, NULL, add_up, w);
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;

	crm_row_number(row, g->count[WON]);
	crm_row_number(row, g->count[LOST]);
	crm_row_share(row, g->count[WON], g->count[WON] + g->count[LOST]);
	crm_row_money(row, g->money[WON_VALUE], g->currency);
	crm_row_money(row, g->money[LOST_VALUE], g->currency);
	crm_row_currency(row, g->currency);
	crm_row_mean(row, g->count[WON_DAYS], g->count[WON_AGED]);
	crm_row_mean(row, g->count[LOST_DAYS], g->count[LOST_AGED]);
	return NULL;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };

	return crm_deals_report(&w.deals, r, take_deal, CRM_ORDER_MONEY,
	    WON_VALUE, add_columns, &w);
}

const struct crm_report crm_report_winloss = {
	.name = "winloss",
	.summary = "deals won and lost, by month or by whom, what and why",
	.main = "win-rate",
	.spare = "lost-days losses lost-value",
	.thing = 'd',
	.by = "month",
	.key = crm_deal_keys,
	.nkeys = 1,
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
