/* funnel: how many deals get how far, and how long they stay on the way. */
#include <stdlib.h>

#include "base/mem.h"
#include "record/value.h"
#include "record/word.h"
#include "report/deals.h"
#include "report/list.h"

#define DEALS 0 /* slots of counts */
#define ONWARD 1
#define HERE 2
#define WON 3
#define LOST 4
#define STAYS 5
#define MINUTES 6 /* of all stays */

#define MINUTE_US (60 * CRM_SECOND_US)
#define DAY_MINUTES 1440

/* clang-format off */
static const struct crm_field keys[] = {
	{ .name = "stage", .type = CRM_T_CHOICE },
};

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

/* A change of a deal's stage. */
struct turn {
	uint64_t deal, event;
	int64_t at_us;
	const char *from;
};

/* What a deal did at one stage. */
struct stay {
	int64_t n, minutes;
};

struct work {
	struct crm_report_run *r;
	struct crm_deals deals;
	struct crm_groups groups;
	struct crm_by_values *values;
	struct crm_arena arena;
	struct turn *turn; /* sorted by deal and time */
	size_t nturns, turns_cap, next;
	/* the deal at hand: what it did at each stage of its pipeline */
	struct stay *stay;
	size_t stay_cap;
	const struct crm_deal *deal;
	const struct stay *at;
	bool onward, here;
};

static const struct crm_err *
take_turn(void *ctx, uint64_t id, const struct crm_stored *event)
{
	struct work *w = ctx;
	struct crm_view deal, from, at;
	struct turn t = { .event = id };

	if (!crm_stored_get(event, CRM_EVENT_DEAL, &deal) ||
	    !crm_stored_get(event, CRM_EVENT_FROM, &from) ||
	    !crm_stored_get(event, CRM_EVENT_AT, &at) ||
	    !crm_value_get_time(at, &t.at_us))
		return NULL;
	t.deal = crm_link_get(deal);
	t.from = crm_arena_dup(&w->arena, from.p, from.n);
	w->turn =
	    crm_grow(w->turn, &w->turns_cap, w->nturns + 1, sizeof(*w->turn));
	w->turn[w->nturns++] = t;
	return NULL;
}

static int
cmp_turns(const void *x, const void *y)
{
	const struct turn *a = x, *b = y;

	if (a->deal != b->deal)
		return a->deal < b->deal ? -1 : 1;
	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return a->event < b->event ? -1 : a->event > b->event;
}

/* Which stage of a pipeline is open and has a name; -1: none. */
static int
open_stage(const struct crm_pipeline *p, struct crm_view name)
{
	size_t i;

	for (i = 0; i < p->nstages; i++)
		if (crm_view_is(name, p->stage[i].name))
			return p->stage[i].end == CRM_END_OPEN ? (int)i : -1;
	return -1;
}

/*
 * Go through the changes of a deal.
 *
 * Returns the furthest of its stages that is known.
 */
static int
follow(struct work *w, const struct crm_pipeline *p, const struct crm_deal *d)
{
	int64_t entered = INT64_MAX;
	struct crm_date opened;
	int far = 0, i;

	if (crm_deal_date(d, CRM_DEAL_OPENED, &opened))
		entered = crm_zone_day_start_us(w->r->clock->zone, opened);
	while (w->next < w->nturns && w->turn[w->next].deal < d->id)
		w->next++;
	for (; w->next < w->nturns && w->turn[w->next].deal == d->id;
	     w->next++) {
		const struct turn *t = &w->turn[w->next];

		i = open_stage(p, crm_view_str(t->from));
		if (i >= 0 && t->at_us >= entered) {
			w->stay[i].n++;
			w->stay[i].minutes += (t->at_us - entered) / MINUTE_US;
		}
		far = i > far ? i : far;
		entered = t->at_us;
	}
	i = open_stage(p, crm_deal_word(d, CRM_DEAL_STAGE));
	return i > far ? i : far;
}

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g = crm_groups_at(&w->groups, key, 0);

	g->count[DEALS]++;
	g->count[ONWARD] += w->onward;
	g->count[HERE] += w->here;
	g->count[WON] += w->deal->end == CRM_END_WON;
	g->count[LOST] += w->deal->end == CRM_END_LOST;
	g->count[STAYS] += w->at->n;
	g->count[MINUTES] += w->at->minutes;
	return NULL;
}

/* The deal came to a stage. */
static const struct crm_err *
count_stage(struct work *w, const char *stage)
{
	struct crm_buf word = CRM_BUF_INIT(1000);
	const struct crm_deal *d = w->deal;
	struct crm_date opened;
	const struct crm_err *err;
	struct crm_view value;
	int64_t at_us = CRM_BY_NO_TIME;

	if (crm_deal_date(d, CRM_DEAL_OPENED, &opened))
		at_us = crm_zone_day_start_us(w->r->clock->zone, opened);
	crm_word_put(&word, crm_view_str(stage));
	value = crm_buf_view(&word);
	crm_by_set_own(w->values, &value);
	err =
	    crm_by_each(w->values, d->who, at_us, d->id, d->stored, add_up, w);
	crm_buf_release(&word);
	return err;
}

/* --in: deals that were opened in the period. */
static bool
is_covered(const struct crm_report_run *r, const struct crm_deal *d)
{
	struct crm_date opened;
	int32_t day;

	if (!r->has_period)
		return true;
	if (!crm_deal_date(d, CRM_DEAL_OPENED, &opened))
		return false;
	day = crm_date_days(opened);
	return day >= crm_date_days(r->period.first) &&
	    day <= crm_date_days(r->period.last);
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *d)
{
	struct work *w = ctx;
	const struct crm_pipeline *p = crm_pipeline_named(
	    w->deals.kind, crm_deal_word(d, CRM_DEAL_PIPELINE));
	bool won = d->end == CRM_END_WON;
	const struct crm_err *err = NULL;
	int far, i, now;

	if (p == NULL || !is_covered(w->r, d))
		return NULL;
	w->stay = crm_grow(w->stay, &w->stay_cap, p->nstages, sizeof(*w->stay));
	memset(w->stay, 0, p->nstages * sizeof(*w->stay));
	far = follow(w, p, d);
	now = open_stage(p, crm_deal_word(d, CRM_DEAL_STAGE));
	w->deal = d;
	for (i = 0; err == NULL && i < (int)p->nstages; i++) {
		if (p->stage[i].end == CRM_END_OPEN
			? !won && i > far
			: !won || p->stage[i].end != CRM_END_WON)
			continue;
		w->at = &w->stay[i];
		w->onward = p->stage[i].end == CRM_END_OPEN && (won || i < far);
		w->here = i == now;
		err = count_stage(w, p->stage[i].name);
	}
	return err;
}

static const struct crm_err *
print(struct work *w)
{
	const struct crm_err *err = NULL;
	struct crm_report_run *r = w->r;
	size_t i;

	crm_groups_sort(&w->groups, CRM_ORDER_KEY, 0);
	for (i = 0; err == NULL && i < w->groups.n; i++) {
		const struct crm_group *g = &w->groups.group[i];

		crm_row_begin(&r->row);
		crm_groups_add_key(&w->groups, g, &r->row);
		crm_row_number(&r->row, g->count[DEALS]);
		/* those that are won have come to the end */
		if (g->count[WON] == g->count[DEALS] && g->count[ONWARD] == 0)
			crm_row_none(&r->row);
		else
			crm_row_share(
			    &r->row, g->count[ONWARD], g->count[DEALS]);
		crm_row_number(&r->row, g->count[HERE]);
		crm_row_number(&r->row, g->count[WON]);
		crm_row_number(&r->row, g->count[LOST]);
		crm_row_share(
		    &r->row, g->count[WON], g->count[WON] + g->count[LOST]);
		crm_row_mean(
		    &r->row, g->count[MINUTES], g->count[STAYS] * DAY_MINUTES);
		err = crm_row_put(&r->row, r->rows);
	}
	return err;
}

/* Stages come in the order that the schema has them in. */
static void
order_stages(struct crm_report_run *r, const struct crm_kind *deal)
{
	const struct crm_field *f = crm_field_num(deal, CRM_DEAL_STAGE);
	size_t i;

	for (i = 0; i < r->by.n; i++)
		if (r->by.key[i].of == CRM_BY_OWN)
			r->by.key[i].column.choices = f->choices;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err;

	crm_deals_open(&w.deals, r);
	order_stages(r, w.deals.kind);
	crm_groups_init(&w.groups, r->config, &r->by);
	err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = crm_deals_each_turn(&w.deals, take_turn, &w);
	if (w.nturns > 1)
		qsort(w.turn, w.nturns, sizeof(*w.turn), cmp_turns);
	if (err == NULL)
		err = crm_deals_each(&w.deals, take_deal, &w);
	if (err == NULL)
		err = print(&w);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	crm_arena_release(&w.arena);
	crm_free(w.turn);
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
	.key = keys,
	.nkeys = 1,
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
