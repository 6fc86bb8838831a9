/* churn: who is likely to have left, and what goes with them. */
#include <stdlib.h>

#include "base/mem.h"
#include "report/buyers.h"
#include "report/explain.h"
#include "report/gaps.h"
#include "report/list.h"
#include "report/put.h"
#include "report/worth.h"

#define MILLION CRM_WORTH_MILLION

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "name", .type = CRM_T_TEXT, .help = "what they are called" },
	{ .name = "customers", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "risk", .type = CRM_T_PERCENT,
	    .help = "probability that they have left" },
	{ .name = "since", .type = CRM_T_NUMBER,
	    .help = "days since the last purchase" },
	{ .name = "gap", .type = CRM_T_NUMBER,
	    .help = "mean days from one purchase to the next" },
	{ .name = "stake", .type = CRM_T_MONEY,
	    .help = "what they would spend within the horizon, times the risk" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of stake" },
};
/* clang-format on */
enum { C_NAME, C_CUSTOMERS, C_RISK, C_SINCE, C_GAP, C_STAKE, C_CURRENCY };

#define STAKE 0 /* slot of money */
enum { CUSTOMERS, ALIVE, SINCE, VALUED };

struct line {
	const struct crm_worth_line *of;
	int64_t stake; /* -1: it cannot be said */
};

struct work {
	struct crm_report_run *r;
	struct crm_worth worth;
	struct line *line;
	struct crm_groups groups;
	struct crm_by_values *values;
	const struct line *at;
};

/* What goes when they have left: nothing can be larger than an amount. */
static int64_t
stake_of(const struct crm_worth_line *l)
{
	double v = (double)l->staying / MILLION * (double)l->spend *
	    (double)(MILLION - l->alive) / MILLION;

	if (l->alive < 0 || l->staying < 0 || l->spend < 0 || !(v < 9e18))
		return -1;
	return (int64_t)(v + 0.5);
}

/* What goes with them, the most first, within a currency. */
static int
cmp_lines(const void *x, const void *y)
{
	const struct line *a = x, *b = y;

	if (a->stake != b->stake)
		return a->stake > b->stake ? -1 : 1;
	if (a->of->alive != b->of->alive)
		return a->of->alive < b->of->alive ? -1 : 1;
	return a->of->row->who < b->of->row->who
	    ? -1
	    : a->of->row->who > b->of->row->who;
}

static void
make_lines(struct work *w)
{
	const struct crm_worth *v = &w->worth;
	size_t i;

	w->line = crm_calloc(v->repeats.n + 1, sizeof(*w->line));
	for (i = 0; i < v->repeats.n; i++)
		w->line[i] =
		    (struct line){ &v->line[i], stake_of(&v->line[i]) };
	for (i = 0; i < v->nfits; i++)
		qsort(w->line + v->fit[i].from, v->fit[i].end - v->fit[i].from,
		    sizeof(*w->line), cmp_lines);
}

static uint64_t
nth_who(void *ctx, size_t i)
{
	const struct work *w = ctx;

	return w->line[i].of->row->who;
}

static void
make_line(const struct work *w, struct crm_row_maker *row, const struct line *l,
    struct crm_view name)
{
	const struct crm_repeats_row *s = l->of->row;

	crm_row_begin(row);
	crm_row_link(row, s->who);
	crm_row_text(row, name);
	crm_row_number(row, 1);
	if (l->of->alive < 0)
		crm_row_none(row);
	else
		crm_row_share(row, MILLION - l->of->alive, MILLION);
	crm_row_number(row, w->worth.until - s->last);
	crm_row_mean(row, s->last - s->first, s->days - 1);
	if (l->stake < 0)
		crm_row_none(row);
	else
		crm_row_money(row, l->stake, s->currency);
	crm_row_currency(row, s->currency);
}

static void
make_nth(void *ctx, struct crm_row_maker *row, size_t i, struct crm_view name)
{
	const struct work *w = ctx;

	make_line(w, row, &w->line[i], name);
}

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct crm_repeats_row *s = w->at->of->row;
	struct crm_group *g = crm_groups_at(&w->groups, key, s->currency);

	g->count[CUSTOMERS]++;
	g->count[ALIVE] += w->at->of->alive;
	g->count[SINCE] += w->worth.until - s->last;
	g->count[VALUED] += w->at->stake >= 0;
	return crm_groups_add_money(&w->groups, g, STAKE, s->currency,
	    w->at->stake < 0 ? 0 : w->at->stake);
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;
	int64_t n = g->count[CUSTOMERS];

	crm_row_none(row);
	crm_row_number(row, n);
	crm_row_share(row, n * MILLION - g->count[ALIVE], n * MILLION);
	crm_row_mean(row, g->count[SINCE], n);
	crm_row_none(row);
	if (g->count[VALUED] > 0)
		crm_row_money(row, g->money[STAKE], g->currency);
	else
		crm_row_none(row);
	crm_row_currency(row, g->currency);
	return NULL;
}

static const struct crm_err *
group_lines(struct work *w)
{
	const struct crm_err *err;
	size_t i;

	err = crm_by_values_new(w->r->snap, w->r->clock, &w->r->by, &w->values);
	for (i = 0; err == NULL && i < w->worth.repeats.n; i++) {
		w->at = &w->line[i];
		if (w->at->of->alive >= 0)
			err = crm_by_each(w->values, w->at->of->row->who,
			    CRM_BY_NO_TIME, 0, NULL, add_up, w);
	}
	crm_by_values_free(w->values);
	return err != NULL ? err
			   : crm_put_groups(w->r, &w->groups, CRM_ORDER_MONEY,
				 STAKE, add_columns, w);
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err = crm_worth_make(r, true, &w.worth);
	struct crm_put put = { w.worth.repeats.n, make_nth, nth_who, C_NAME,
		&w };

	crm_groups_init(&w.groups, r->config, &r->by);
	if (err == NULL) {
		make_lines(&w);
		err = r->by_given ? group_lines(&w) : crm_put_rows(r, &put);
	}
	crm_groups_release(&w.groups);
	crm_worth_release(&w.worth);
	crm_free(w.line);
	return err;
}

static void
explain_line(
    struct work *w, const struct crm_repeats_fit *f, const struct line *l)
{
	const struct crm_worth *v = &w->worth;
	const struct crm_repeats_row *s = l->of->row;
	struct crm_report_run *r = w->r;

	make_line(w, &r->row, l, CRM_VNULL);
	crm_explain_column(r, C_SINCE);
	crm_explain_how(r, "days since the last purchase");
	crm_explain_column(r, C_GAP);
	crm_explain_how(r,
	    "days from the first purchase to the last / their "
	    "number after the first = %d / %u",
	    s->last - s->first, s->days - 1);
	crm_worth_explain(r, v, f, s);
	if (l->of->alive >= 0) {
		crm_explain_number(
		    r, "alive", (double)l->of->alive / MILLION, 6);
		crm_explain_how(r, "%s", crm_worth_alive_how(v, f, s));
	}
	crm_explain_column(r, C_RISK);
	if (l->of->alive >= 0)
		crm_explain_how(r, "percent: 100 * (1 - alive)");
	else
		crm_explain_how(r,
		    "they bought on %u days: it takes %d to have a rhythm",
		    s->days, CRM_RHYTHM_DAYS);
	crm_worth_explain_staying(r, v, f, s);
	crm_worth_explain_spend(r, f, s);
	if (l->of->spend >= 0) {
		crm_explain_amount(r, "spend", l->of->spend, s->currency);
		crm_explain_how(r, "%s",
		    f->spends > 0 ? "(p * (v + x * m)) / (p * x + q - 1)"
				  : "spent after the first day / x");
	}
	crm_explain_column(r, C_STAKE);
	crm_explain_how(r, "staying * spend * (1 - alive)");
	crm_explain_column(r, C_CURRENCY);
	crm_explain_how(r, "of the amounts");
}

static const struct crm_err *
explain(struct crm_report_run *r, uint64_t who)
{
	struct work w = { .r = r };
	const struct crm_err *err = crm_worth_make(r, true, &w.worth);
	const struct crm_repeats_fit *f;
	size_t i;

	for (i = 0; err == NULL && i < w.worth.repeats.n; i++) {
		struct line l = { &w.worth.line[i],
			stake_of(&w.worth.line[i]) };

		for (f = w.worth.fit; i >= f->end; f++)
			;
		if (l.of->row->who == who)
			explain_line(&w, f, &l);
	}
	crm_worth_release(&w.worth);
	return err;
}

const struct crm_report crm_report_churn = {
	.name = "churn",
	.summary = "who is likely to have left, and what goes with them",
	.main = "risk",
	.by = "id",
	.alone = "name gap",
	.grouped = "customers",
	.period = true,
	.whom = true,
	.arg = { [CRM_ARG_MODEL] = "pareto-nbd",
	    [CRM_ARG_HORIZON] = "52w",
	    [CRM_ARG_UNIT] = "week" },
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
	.explain = explain,
};
