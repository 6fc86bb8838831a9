/* clv: what customers are worth: models of how they buy and spend. */
#include <stdlib.h>

#include "record/value.h"
#include "report/buyers.h"
#include "report/explain.h"
#include "report/list.h"
#include "report/put.h"
#include "report/worth.h"

#define REPEATS_MOST 7 /* own key: that or more */

/* clang-format off */
static const struct crm_field keys[] = {
	{ .name = "repeats", .type = CRM_T_NUMBER },
};

static const struct crm_field columns[] = {
	{ .name = "name", .type = CRM_T_TEXT, .help = "what they are called" },
	{ .name = "customers", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "repeats", .type = CRM_T_NUMBER,
	    .help = "days on which they bought, after the first" },
	{ .name = "since", .type = CRM_T_NUMBER,
	    .help = "days since the last one" },
	{ .name = "alive", .type = CRM_T_NUMBER,
	    .help = "probability that they have not left" },
	{ .name = "expected", .type = CRM_T_NUMBER,
	    .help = "days with purchases within the horizon" },
	{ .name = "actual", .type = CRM_T_NUMBER,
	    .help = "the same as it came after calibration" },
	{ .name = "spend", .type = CRM_T_MONEY,
	    .help = "expected for such a day" },
	{ .name = "clv", .type = CRM_T_MONEY,
	    .help = "worth of all of that today" },
	{ .name = "spent", .type = CRM_T_MONEY,
	    .help = "after calibration: purchases less refunds" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of amounts" },
	{ .name = "age", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "days since the first purchase" },
};
/* clang-format on */
enum {
	C_NAME,
	C_CUSTOMERS,
	C_REPEATS,
	C_SINCE,
	C_ALIVE,
	C_EXPECTED,
	C_ACTUAL,
	C_SPEND,
	C_CLV,
	C_SPENT,
	C_CURRENCY
};

/* Slots of money and counts of groups. */
enum { CLV, SPENT };
enum { CUSTOMERS, REPEATS, SINCE, ALIVE, EXPECTED, ACTUAL, VALUED };

struct work {
	struct crm_report_run *r;
	struct crm_worth worth;
	struct crm_groups groups;
	struct crm_by_values *values;
	const struct crm_worth_line *at;
};

/* Worth most first, within a currency. */
static int
cmp_lines(const void *x, const void *y)
{
	const struct crm_worth_line *a = x, *b = y;

	if (a->clv != b->clv)
		return a->clv > b->clv ? -1 : 1;
	if (a->expected != b->expected)
		return a->expected > b->expected ? -1 : 1;
	return a->row->who < b->row->who ? -1 : a->row->who > b->row->who;
}

/* A number of millionths, with three digits; none when it is none. */
static void
put_millionths(struct crm_row_maker *row, int64_t v, int64_t n)
{
	if (v < 0 || n == 0)
		crm_row_none(row);
	else
		crm_row_dec(row, (struct crm_dec){ (v / n + 500) / 1000, 3 });
}

static void
put_money(struct crm_row_maker *row, int64_t v, uint8_t currency)
{
	if (v < 0)
		crm_row_none(row);
	else
		crm_row_money(row, v, currency);
}

static uint64_t
nth_who(void *ctx, size_t i)
{
	const struct work *w = ctx;

	return w->worth.line[i].row->who;
}

static void
make_line(const struct work *w, struct crm_row_maker *row,
    const struct crm_worth_line *l, struct crm_view name)
{
	const struct crm_repeats_row *s = l->row;

	crm_row_begin(row);
	crm_row_link(row, s->who);
	crm_row_text(row, name);
	crm_row_number(row, 1);
	crm_row_number(row, s->days - 1);
	crm_row_number(row, w->worth.until - s->last);
	put_millionths(row, l->alive, 1);
	put_millionths(row, l->expected, 1);
	crm_row_number(row, s->after);
	put_money(row, l->spend, s->currency);
	put_money(row, l->clv, s->currency);
	crm_row_money(row, s->after_spent, s->currency);
	crm_row_currency(row, s->currency);
	crm_row_number(row, w->worth.until - s->first);
}

static void
make_nth(void *ctx, struct crm_row_maker *row, size_t i, struct crm_view name)
{
	const struct work *w = ctx;

	make_line(w, row, &w->worth.line[i], name);
}

static void
sort_lines(struct work *w)
{
	size_t i;

	for (i = 0; i < w->worth.nfits; i++)
		qsort(w->worth.line + w->worth.fit[i].from,
		    w->worth.fit[i].end - w->worth.fit[i].from,
		    sizeof(*w->worth.line), cmp_lines);
}

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct crm_worth_line *l = w->at;
	uint8_t currency = l->row->currency;
	struct crm_group *g = crm_groups_at(&w->groups, key, currency);
	const struct crm_err *err;

	g->count[CUSTOMERS]++;
	g->count[REPEATS] += l->row->days - 1;
	g->count[SINCE] += w->worth.until - l->row->last;
	g->count[ALIVE] += l->alive;
	g->count[EXPECTED] += l->expected;
	g->count[ACTUAL] += l->row->after;
	g->count[VALUED] += l->clv >= 0;
	err = crm_groups_add_money(
	    &w->groups, g, CLV, currency, l->clv < 0 ? 0 : l->clv);
	return err != NULL ? err
			   : crm_groups_add_money(&w->groups, g, SPENT,
				 currency, l->row->after_spent);
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;
	int64_t n = g->count[CUSTOMERS];

	crm_row_none(row);
	crm_row_number(row, n);
	crm_row_mean(row, g->count[REPEATS], n);
	crm_row_mean(row, g->count[SINCE], n);
	put_millionths(row, g->count[ALIVE], n);
	put_millionths(row, g->count[EXPECTED], n);
	crm_row_dec(
	    row, (struct crm_dec){ (g->count[ACTUAL] * 1000 + n / 2) / n, 3 });
	crm_row_none(row);
	put_money(row, g->count[VALUED] > 0 ? g->money[CLV] : -1, g->currency);
	crm_row_money(row, g->money[SPENT], g->currency);
	crm_row_currency(row, g->currency);
	crm_row_none(row);
	return NULL;
}

/* The values of the report's own key. */
struct own {
	struct crm_buf buf;
	struct crm_view value[REPEATS_MOST + 1];
};

static void
own_make(struct own *o)
{
	size_t at[REPEATS_MOST + 2], i;

	o->buf = (struct crm_buf)CRM_BUF_INIT(CRM_LINE_MAX);
	for (i = 0; i <= REPEATS_MOST; i++) {
		at[i] = o->buf.n;
		crm_value_put_dec(&o->buf, (struct crm_dec){ (int64_t)i, 0 });
	}
	at[i] = o->buf.n;
	for (i = 0; i <= REPEATS_MOST; i++)
		o->value[i] = crm_view(o->buf.p + at[i], at[i + 1] - at[i]);
}

static const struct crm_err *
group_lines(struct work *w)
{
	const struct crm_err *err;
	struct own own;
	size_t i, k;

	own_make(&own);
	err = crm_by_values_new(w->r->snap, w->r->clock, &w->r->by, &w->values);
	for (i = 0; err == NULL && i < w->worth.repeats.n; i++) {
		w->at = &w->worth.line[i];
		if (w->at->alive < 0)
			continue;
		k = w->at->row->days - 1;
		crm_by_set_own(
		    w->values, &own.value[k < REPEATS_MOST ? k : REPEATS_MOST]);
		err = crm_by_each(w->values, w->at->row->who, CRM_BY_NO_TIME, 0,
		    NULL, add_up, w);
	}
	crm_by_values_free(w->values);
	crm_buf_release(&own.buf);
	return err != NULL
	    ? err
	    : crm_put_groups(w->r, &w->groups,
		  w->r->by.n > 0 && w->r->by.key[0].of == CRM_BY_OWN
		      ? CRM_ORDER_KEY
		      : CRM_ORDER_MONEY,
		  CLV, add_columns, w);
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err = crm_worth_make(r, false, &w.worth);
	struct crm_put put = { w.worth.repeats.n, make_nth, nth_who, C_NAME,
		&w };

	crm_groups_init(&w.groups, r->config, &r->by);
	if (err == NULL && r->by_given)
		err = group_lines(&w);
	else if (err == NULL) {
		sort_lines(&w);
		err = crm_put_rows(r, &put);
	}
	crm_groups_release(&w.groups);
	crm_worth_release(&w.worth);
	return err;
}

static void
explain_line(struct work *w, const struct crm_repeats_fit *f,
    const struct crm_worth_line *l)
{
	const struct crm_worth *v = &w->worth;
	struct crm_report_run *r = w->r;

	make_line(w, &r->row, l, CRM_VNULL);
	crm_explain_column(r, C_REPEATS);
	crm_explain_how(
	    r, "days with purchases, %u, after the first", l->row->days);
	crm_explain_column(r, C_SINCE);
	crm_explain_how(r, "days since the last one");
	crm_worth_explain(r, v, f, l->row);
	crm_explain_column(r, C_ALIVE);
	crm_explain_how(r, "%s", crm_worth_alive_how(v, f, l->row));
	crm_worth_explain_staying(r, v, f, l->row);
	crm_explain_column(r, C_EXPECTED);
	crm_explain_how(r, "alive * staying");
	if (v->until < v->today) {
		crm_explain_column(r, C_ACTUAL);
		crm_explain_how(r, "days with purchases since");
	}
	crm_worth_explain_spend(r, f, l->row);
	crm_explain_column(r, C_SPEND);
	crm_explain_how(r, "(p * (v + x * m)) / (p * x + q - 1)");
	crm_worth_explain_discounted(r, v, f, l->row);
	crm_explain_column(r, C_CLV);
	crm_explain_how(r, "spend * alive * discounted");
	crm_explain_column(r, C_CURRENCY);
	crm_explain_how(r, "of the amounts");
}

static const struct crm_err *
explain(struct crm_report_run *r, uint64_t who)
{
	struct work w = { .r = r };
	const struct crm_err *err = crm_worth_make(r, false, &w.worth);
	size_t i, k;

	for (i = 0; err == NULL && i < w.worth.nfits; i++)
		for (k = w.worth.fit[i].from; k < w.worth.fit[i].end; k++)
			if (w.worth.line[k].row->who == who)
				explain_line(
				    &w, &w.worth.fit[i], &w.worth.line[k]);
	crm_worth_release(&w.worth);
	return err;
}

const struct crm_report crm_report_clv = {
	.name = "clv",
	.summary = "what customers will buy, and what that is worth today",
	.main = "clv",
	.spare = "since repeats",
	.by = "id",
	.summary_by = "repeats",
	.key = keys,
	.nkeys = 1,
	.alone = "name spend",
	.grouped = "customers",
	.calibrated = "actual spent",
	.period = true,
	.whom = true,
	.arg = { [CRM_ARG_MODEL] = "bg-nbd",
	    [CRM_ARG_HORIZON] = "52w",
	    [CRM_ARG_UNIT] = "week",
	    [CRM_ARG_DISCOUNT] = "10",
	    [CRM_ARG_CALIBRATE] = "" },
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
	.explain = explain,
};
