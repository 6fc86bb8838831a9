/* funnel: how many deals get how far, and how long they stay on the way. */
#include "base/mem.h"
#include "report/list.h"
#include "report/put.h"
#include "report/stays.h"

#define DEALS 0 /* slots of counts */
#define ONWARD 1
#define HERE 2
#define WON 3
#define LOST 4
#define STAYS 5
#define MINUTES 6 /* of all stays */

#define DAY_MINUTES 1440

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "deals", .type = CRM_T_NUMBER,
	    .help = "how many came to the stage or further" },
	{ .name = "onward", .type = CRM_T_PERCENT,
	    .help = "of them, percent that came further" },
	{ .name = "here", .type = CRM_T_NUMBER, .help = "are at it now" },
	{ .name = "won", .type = CRM_T_NUMBER, .help = "were won" },
	{ .name = "lost", .type = CRM_T_NUMBER, .help = "were lost" },
	{ .name = "win-rate", .type = CRM_T_PERCENT,
	    .help = "won as percent of won and lost" },
	{ .name = "days", .type = CRM_T_NUMBER,
	    .help = "mean days at the stage, of those that have left it" },
};
/* clang-format on */

/* What a deal did at one stage. */
struct stay {
	int64_t n, minutes;
};

struct work {
	struct crm_report_run *r;
	struct crm_deals deals;
	struct crm_stays stays;
	/* the deal at hand: what it did at each stage of its pipeline */
	struct stay *stay;
	size_t stay_cap;
	const struct crm_deal *deal;
	const struct stay *at;
	bool onward, here;
};

static void
add_stay(void *ctx, int stage, int64_t minutes)
{
	struct work *w = ctx;

	w->stay[stage].n++;
	w->stay[stage].minutes += minutes;
}

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g = crm_groups_at(&w->deals.groups, key, 0);

	g->count[DEALS]++;
	g->count[ONWARD] += w->onward;
	g->count[HERE] += w->here;
	g->count[WON] += w->deal->end == CRM_END_WON;
	g->count[LOST] += w->deal->end == CRM_END_LOST;
	g->count[STAYS] += w->at->n;
	g->count[MINUTES] += w->at->minutes;
	return NULL;
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *d)
{
	struct work *w = ctx;
	const struct crm_pipeline *p = crm_pipeline_named(
	    w->deals.kind, crm_deal_word(d, CRM_DEAL_PIPELINE));
	bool won = d->end == CRM_END_WON;
	const struct crm_err *err;
	int64_t at_us;
	struct crm_path path;
	int i;

	/* --in means those that were opened in the period */
	if (p == NULL || !crm_deal_when(&w->deals, d, CRM_DEAL_OPENED, &at_us))
		return NULL;
	w->stay = crm_grow(w->stay, &w->stay_cap, p->nstages, sizeof(*w->stay));
	memset(w->stay, 0, p->nstages * sizeof(*w->stay));
	err = crm_stays_follow(&w->stays, p, d, &path, add_stay, w);
	w->deal = d;
	for (i = 0; err == NULL && i < (int)p->nstages; i++) {
		if (p->stage[i].end == CRM_END_OPEN
			? !won && i > path.far
			: !won || p->stage[i].end != CRM_END_WON)
			continue;
		w->at = &w->stay[i];
		w->onward =
		    p->stage[i].end == CRM_END_OPEN && (won || i < path.far);
		w->here = i == path.now;
		err = crm_deal_each_key(
		    &w->deals, d, at_us, p->stage[i].name, add_up, w);
	}
	return err;
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;

	crm_row_number(row, g->count[DEALS]);
	/* those that are won have come to the end */
	if (g->count[WON] == g->count[DEALS] && g->count[ONWARD] == 0)
		crm_row_none(row);
	else
		crm_row_share(row, g->count[ONWARD], g->count[DEALS]);
	crm_row_number(row, g->count[HERE]);
	crm_row_number(row, g->count[WON]);
	crm_row_number(row, g->count[LOST]);
	crm_row_share(row, g->count[WON], g->count[WON] + g->count[LOST]);
	crm_row_mean(row, g->count[MINUTES], g->count[STAYS] * DAY_MINUTES);
	return NULL;
}

/* Stages come in the order that the schema has them in. */
static void
order_stages(struct crm_report_run *r, const struct crm_kind *deal)
{
	const struct crm_field *f = crm_field_num(deal, CRM_DEAL_STAGE);
	size_t i;

	for (i = 0; i < r->by.n; i++)
		if (r->by.key[i].of == CRM_BY_OWN &&
		    r->by.key[i].own == CRM_DEAL_KEY_STAGE)
			r->by.key[i].column.choices = f->choices;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err;

	err = crm_deals_open(&w.deals, r);
	order_stages(r, w.deals.kind);
	if (err == NULL)
		err = crm_stays_gather(&w.deals, &w.stays);
	if (err == NULL)
		err = crm_deals_each(&w.deals, take_deal, &w);
	if (err == NULL)
		err = crm_put_groups(
		    r, &w.deals.groups, CRM_ORDER_KEY, 0, add_columns, &w);
	crm_stays_release(&w.stays);
	crm_free(w.stay);
	crm_deals_close(&w.deals);
	return err;
}

const struct crm_report crm_report_funnel = {
	.name = "funnel",
	.summary = "how many deals get how far, and how long they stay",
	.main = "deals",
	.thing = 'd',
	.by = "stage",
	.always = "stage",
	.key = crm_deal_keys,
	.nkeys = 2,
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
