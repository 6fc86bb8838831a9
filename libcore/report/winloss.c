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
print(struct work *w)
{
	const struct crm_err *err = crm_groups_settle(&w->deals.groups);
	struct crm_report_run *r = w->r;
	size_t i;

	crm_groups_sort(&w->deals.groups,
	    crm_by_begins_with_period(&r->by) ? CRM_ORDER_KEY : CRM_ORDER_MONEY,
	    WON_VALUE);
	for (i = 0; err == NULL && i < w->deals.groups.n; i++) {
		const struct crm_group *g = &w->deals.groups.group[i];

		crm_row_begin(&r->row);
		crm_groups_add_key(&w->deals.groups, g, &r->row);
		crm_row_number(&r->row, g->count[WON]);
		crm_row_number(&r->row, g->count[LOST]);
		crm_row_share(
		    &r->row, g->count[WON], g->count[WON] + g->count[LOST]);
		crm_row_money(&r->row, g->money[WON_VALUE], g->currency);
		crm_row_money(&r->row, g->money[LOST_VALUE], g->currency);
		crm_row_currency(&r->row, g->currency);
		crm_row_mean(&r->row, g->count[WON_DAYS], g->count[WON_AGED]);
		crm_row_mean(&r->row, g->count[LOST_DAYS], g->count[LOST_AGED]);
		err = crm_row_put(&r->row, r->rows);
	}
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err;

	err = crm_deals_open(&w.deals, r);
	if (err == NULL)
		err = crm_deals_each(&w.deals, take_deal, &w);
	if (err == NULL)
		err = print(&w);
	crm_deals_close(&w.deals);
	return err;
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
