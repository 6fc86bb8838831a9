/* velocity: how much money a day deals bring, and how long they take. */
#include "base/mem.h"
#include "report/deals.h"
#include "report/list.h"

#define VALUE 0 /* slots of money */
#define WON_VALUE 1
#define WEIGHTED 2 /* not printed */
#define DEALS 0    /* slots of counts */
#define WINS 1
#define LOSSES 2
#define DAYS 3 /* of won ones, and how many have them */
#define AGED 4

__extension__ typedef __int128 i128;

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "deals", .type = CRM_T_NUMBER, .help = "how many are open" },
	{ .name = "value", .type = CRM_T_MONEY, .help = "what those are worth" },
	{ .name = "wins", .type = CRM_T_NUMBER, .help = "how many were won" },
	{ .name = "losses", .type = CRM_T_NUMBER, .help = "how many were lost" },
	{ .name = "win-rate", .type = CRM_T_PERCENT,
	    .help = "wins as percent of both" },
	{ .name = "average", .type = CRM_T_MONEY,
	    .help = "what a won one is worth" },
	{ .name = "days", .type = CRM_T_NUMBER,
	    .help = "mean days from opened to closed of the won ones" },
	{ .name = "velocity", .type = CRM_T_MONEY,
	    .help = "money a day: deals x win rate x average / days" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amounts" },
};
/* clang-format on */

struct work {
	struct crm_report_run *r;
	struct crm_deals deals;
	int32_t first, last; /* days that are looked at */
	bool periods;        /* rows are periods: of this unit */
	enum crm_unit unit;
	const struct crm_deal *deal; /* at hand */
};

/* A deal that was won or lost. */
static const struct crm_err *
add_decided(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct crm_deal *d = w->deal;
	struct crm_group *g = crm_groups_at(&w->deals.groups, key, d->currency);
	int32_t days;

	if (d->end == CRM_END_LOST) {
		g->count[LOSSES]++;
		return NULL;
	}
	g->count[WINS]++;
	if (crm_deal_days(d, &days)) {
		g->count[DAYS] += days;
		g->count[AGED]++;
	}
	return crm_deal_add_money(&w->deals, d, g, WON_VALUE, WEIGHTED);
}

static const struct crm_err *
add_open(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g =
	    crm_groups_at(&w->deals.groups, key, w->deal->currency);

	g->count[DEALS]++;
	return crm_deal_add_money(&w->deals, w->deal, g, VALUE, WEIGHTED);
}

/* It was open in the evening of a day. */
static const struct crm_err *
was_open(struct work *w, int32_t day)
{
	return crm_deal_each_key(&w->deals, w->deal,
	    crm_zone_day_start_us(w->r->clock->zone, crm_date_from_days(day)),
	    NULL, add_open, w);
}

/*
 * Where a deal counts as open: at the end of each period of the rows that it
 * saw open, the last of which is not over; else at the end of all.
 */
static const struct crm_err *
count_open(struct work *w)
{
	const struct crm_err *err = NULL;
	struct crm_date date;
	int32_t from = w->last, until = w->last, i, day;

	if (crm_deal_date(w->deal, CRM_DEAL_OPENED, &date))
		from = crm_date_days(date);
	if (crm_deal_is_decided(w->deal)) {
		if (!crm_deal_date(w->deal, CRM_DEAL_CLOSED, &date))
			return NULL;
		until = crm_date_days(date) - 1;
	}
	from = from < w->first ? w->first : from;
	until = until > w->last ? w->last : until;
	if (!w->periods)
		return from <= w->last && until == w->last
		    ? was_open(w, w->last)
		    : NULL;
	for (i = crm_unit_number(w->unit, crm_date_from_days(from));
	     err == NULL && from <= until; i++) {
		day = crm_date_days(crm_unit_first(w->unit, i + 1)) - 1;
		day = day > w->last ? w->last : day;
		if (day > until)
			break;
		err = was_open(w, day);
		from = day + 1;
	}
	return err;
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;
	const struct crm_err *err = NULL;
	int64_t at_us;

	if (deal->end == CRM_END_DONE)
		return NULL;
	w->deal = deal;
	if (crm_deal_is_decided(deal) &&
	    crm_deal_when(&w->deals, deal, CRM_DEAL_CLOSED, &at_us))
		err = crm_deal_each_key(
		    &w->deals, deal, at_us, NULL, add_decided, w);
	return err != NULL ? err : count_open(w);
}

/*
 * deals x wins / (wins + losses) x won value / wins / (days / aged), rounded
 * half away from zero.
 */
static void
add_velocity(struct crm_row_maker *row, const struct crm_group *g)
{
	i128 n = (i128)g->money[WON_VALUE] * g->count[DEALS] * g->count[AGED];
	i128 d = (i128)(g->count[WINS] + g->count[LOSSES]) * g->count[DAYS];

	if (d <= 0) {
		crm_row_none(row);
		return;
	}
	n = 2 * n / d;
	crm_row_money(row, (int64_t)((n + (n < 0 ? -1 : 1)) / 2), g->currency);
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;

	crm_row_number(row, g->count[DEALS]);
	crm_row_money(row, g->money[VALUE], g->currency);
	crm_row_number(row, g->count[WINS]);
	crm_row_number(row, g->count[LOSSES]);
	crm_row_share(row, g->count[WINS], g->count[WINS] + g->count[LOSSES]);
	crm_row_average(row, g->money[WON_VALUE], g->count[WINS], g->currency);
	crm_row_mean(row, g->count[DAYS], g->count[AGED]);
	add_velocity(row, g);
	crm_row_currency(row, g->currency);
	return NULL;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	size_t i;

	w.first = r->has_period ? crm_date_days(r->period.first) : INT32_MIN;
	w.last = crm_date_days(crm_report_today(r));
	for (i = 0; i < r->by.n; i++)
		if (r->by.key[i].of == CRM_BY_PERIOD) {
			/* smaller units have smaller numbers */
			if (!w.periods || r->by.key[i].unit < w.unit)
				w.unit = r->by.key[i].unit;
			w.periods = true;
		}
	return crm_deals_report(&w.deals, r, take_deal, CRM_ORDER_MONEY,
	    WON_VALUE, add_columns, &w);
}

const struct crm_report crm_report_velocity = {
	.name = "velocity",
	.summary = "how much money a day deals bring, and how long they take",
	.main = "velocity",
	.spare = "losses wins value",
	.thing = 'd',
	.by = "owner",
	.key = crm_deal_keys,
	.nkeys = 1,
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
