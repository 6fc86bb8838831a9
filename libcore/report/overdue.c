/* overdue: customers who are silent for longer than their own rhythm. */
#include "report/overdue.h"

#include "base/mem.h"
#include "record/word.h"
#include "report/buyers.h"
#include "report/explain.h"
#include "report/figures.h"
#include "report/gaps.h"
#include "report/list.h"
#include "report/overdue_lines.h"
#include "report/put.h"
#include "store/days.h"

#define FEW 32

#define AHEAD 8 /* lines that are fetched before they are printed */

__extension__ typedef __int128 i128;

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "name", .type = CRM_T_TEXT, .help = "what they are called" },
	{ .name = "customers", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "days", .type = CRM_T_NUMBER,
	    .help = "on how many days they bought" },
	{ .name = "gap", .type = CRM_T_NUMBER,
	    .help = "median days from one to the next" },
	{ .name = "since", .type = CRM_T_NUMBER,
	    .help = "days since the last one" },
	{ .name = "times", .type = CRM_T_NUMBER, .help = "since divided by gap" },
	{ .name = "expected", .type = CRM_T_DATE,
	    .help = "the day on which they would have bought" },
	{ .name = "spent", .type = CRM_T_MONEY,
	    .help = "purchases less refunds" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of spent" },
};
/* clang-format on */
enum { C_NAME, C_CUSTOMERS, C_DAYS, C_GAP, C_SINCE, C_TIMES, C_EXPECTED };
#define C_SPENT 7

#define SPENT 0 /* slot of money */
#define CUSTOMERS 0
#define SINCE 1

struct work {
	struct crm_report_run *r;
	struct crm_overdue_lines lines;
	struct crm_overdue_part *into; /* where the next line goes */
	struct crm_keyed *sorted;      /* lines as they are printed */
	size_t n;                      /* of them */
	int32_t today;
	struct crm_dec times;
	bool all; /* whoever has a rhythm */
	/* the customer at hand, and the days on which they bought, of the
	 * period */
	uint64_t who;
	const int32_t *day;
	size_t ndays;
	int32_t from, to;              /* the days of the period */
	bool cut;                      /* it begins or ends within a day */
	struct crm_gaps gaps;          /* from one day to the next */
	struct crm_overdue_part found; /* of a part: apart from the others' */
	/* with --by */
	struct crm_groups groups;
	struct crm_by_values *values;
	const struct crm_overdue_line *at;
};

/* a / b, both positive. */
static i128
divide(i128 a, int64_t b)
{
	int64_t few = (int64_t)a; /* by one instruction, not by a call */

	return few == a ? few / b : a / b;
}

/* Is it longer than so many times the gap? */
static bool
is_overdue(const struct work *w, const struct crm_overdue_line *l)
{
	struct crm_dec times = w->times;
	i128 since = (i128)2 * (w->today - l->last), gap = l->twice;

	for (; times.scale > 0; times.scale--)
		since *= 10;
	return since > gap * times.m;
}

/* Without the median: may it be longer?  Not when the lower one of the two gaps
 * in the middle is too long for that already: it is not longer than most. */
static bool
may_be_overdue(
    const struct work *w, const struct crm_overdue_line *l, int32_t *most)
{
	struct crm_dec times = w->times;
	i128 since = w->today - l->last;

	*most = CRM_NO_GAP;
	if (w->all)
		return true;
	for (; times.scale > 0; times.scale--)
		since *= 10;
	if (since <= 0 || times.m == 0)
		return since > 0;
	since =
	    divide(since - 1, times.m); /* the longest that it is longer than */
	*most = since < CRM_NO_GAP ? (int32_t)since : CRM_NO_GAP - 1;
	return crm_gaps_count(&w->gaps, *most) > (w->gaps.n - 1) / 2;
}

/* Of the days on which somebody bought, those of the period. */
static const struct crm_err *
cut_days(struct work *w, uint64_t who, struct crm_days *days)
{
	const struct crm_period *p = &w->r->period;
	const struct crm_err *err = NULL;
	size_t from = 0, to;

	if (w->cut)
		err = crm_days_fold(
		    w->r->snap, who, p->from_us, p->to_us - 1, days);
	to = days->n;
	while (from < to && days->day[from] < w->from)
		from++;
	while (from < to && days->day[to - 1] > w->to)
		to--;
	w->day = days->day + from;
	w->ndays = to - from;
	return err;
}

/* One customer, and the days on which they bought: do they have a rhythm? */
static const struct crm_err *
take(void *ctx, uint64_t who, struct crm_days *days)
{
	struct work *w = ctx;
	struct crm_overdue_line l = { .who = who };
	const struct crm_err *err = cut_days(w, who, days);
	int32_t most;

	if (err != NULL || w->ndays < CRM_RHYTHM_DAYS)
		return err;
	l.days = (uint32_t)w->ndays;
	l.last = w->day[w->ndays - 1];
	crm_gaps_take(&w->gaps, w->day, w->ndays);
	if (!may_be_overdue(w, &l, &most))
		return NULL;
	l.twice = crm_gaps_twice_median(&w->gaps, most);
	if (w->all || is_overdue(w, &l))
		crm_overdue_add(w->into, &l);
	return NULL;
}

/* Of all customers, those who are wanted; each part has lines of its own. */
static const struct crm_err *
take_all(
    void *ctx, const struct crm_part *part, uint64_t who, struct crm_days *days)
{
	struct work *w = (struct work *)ctx + part->number;

	return crm_whom_has(&w->r->whom, who) ? take(w, who, days) : NULL;
}

static const struct crm_err *
find_all(struct work *w)
{
	struct work *part = crm_calloc(CRM_PARTS_MAX, sizeof(*part));
	const struct crm_err *err;
	size_t i;

	for (i = 0; i < CRM_PARTS_MAX; i++) {
		part[i] = *w;
		part[i].into = &part[i].found;
	}
	err = crm_days_each_part(w->r->snap, w->cut, take_all, part);
	for (i = 0; i < CRM_PARTS_MAX; i++) {
		w->lines.part[i] = part[i].found;
		crm_free(part[i].gaps.gap);
	}
	crm_free(part);
	return err;
}

static const struct crm_err *
take_few(struct work *w, const struct crm_whom *whom)
{
	const struct crm_err *err = NULL;
	struct crm_days days = { 0 };
	size_t i;

	for (i = 0; err == NULL && i < whom->n; i++) {
		err = crm_days_all(w->r->snap, whom->id[i], &days);
		if (err == NULL)
			err = take(w, whom->id[i], &days);
	}
	crm_days_release(&days);
	return err;
}

/* What the report is about, and of when. */
static void
begin(struct work *w, struct crm_report_run *r)
{
	const struct crm_period *p = &r->period;

	memset(w, 0, sizeof(*w));
	w->r = r;
	w->into = w->lines.part;
	w->today = crm_date_days(crm_report_today(r));
	w->from = INT32_MIN;
	w->to = w->today; /* what is dated ahead was not bought yet */
	if (!r->has_period)
		return;
	w->from = crm_report_day(r, p->from_us);
	if (w->to > crm_report_day(r, p->to_us - 1))
		w->to = crm_report_day(r, p->to_us - 1);
	w->cut = (p->from_us > CRM_TIME_MIN_US &&
		     crm_report_day(r, p->from_us - 1) == w->from) ||
	    (p->to_us <= CRM_TIME_MAX_US &&
		crm_report_day(r, p->to_us) == w->to);
}

static void
end(struct work *w)
{
	crm_overdue_release(&w->lines);
	crm_free(w->gaps.gap);
}

static const struct crm_err *
find_lines(struct work *w)
{
	const struct crm_err *err;
	bool few = false;

	err = crm_whom_is_few(w->r->snap, &w->r->whom, &few);
	if (err != NULL)
		return err;
	return few ? take_few(w, &w->r->whom) : find_all(w);
}

/* What they spent: in the base currency, or what there is. */
static const struct crm_err *
add_spent(struct work *w)
{
	uint8_t base = w->r->config->currency_num;
	struct crm_buyers b;
	const struct crm_err *err;
	struct crm_overdue_place at = { 0 };
	struct crm_overdue_line *l;
	size_t k = 0;

	err = crm_buyers_gather(w->r, CRM_BUYERS_BY_NOW, &b);
	while (err == NULL && crm_overdue_next(&w->lines, &at, &l)) {
		while (k < b.n && b.buyer[k].who < l->who)
			k++;
		for (; k < b.n && b.buyer[k].who == l->who; k++)
			if (l->currency == 0 || b.buyer[k].currency == base) {
				l->currency = b.buyer[k].currency;
				l->spent = b.buyer[k].row.sum;
			}
	}
	crm_buyers_release(&b);
	return err;
}

static void
make_line(const struct work *w, struct crm_row_maker *row,
    const struct crm_overdue_line *l, struct crm_view name)
{
	int64_t since = w->today - l->last;

	crm_row_begin(row);
	crm_row_link(row, l->who);
	crm_row_text(row, name);
	crm_row_number(row, 1);
	crm_row_number(row, l->days);
	crm_row_mean(row, l->twice, 2);
	crm_row_number(row, since);
	crm_row_mean(row, since * 2, l->twice);
	crm_row_day(row, l->last + l->twice / 2 + l->twice % 2);
	crm_row_money(row, l->spent, l->currency);
	crm_row_currency(row, l->currency);
}

static uint64_t
nth_who(void *ctx, size_t i)
{
	const struct work *w = ctx;
	const struct crm_overdue_line *l = w->sorted[i].of;

	return l->who;
}

static void
make_nth(void *ctx, struct crm_row_maker *row, size_t i, struct crm_view name)
{
	const struct work *w = ctx;

	/* they stand anywhere */
	if (i + AHEAD < w->n)
		__builtin_prefetch(w->sorted[i + AHEAD].of);
	make_line(w, row, w->sorted[i].of, name);
}

static const struct crm_err *
print_lines(struct work *w)
{
	struct crm_put put = { 0, make_nth, nth_who, C_NAME, w };
	const struct crm_err *err;

	w->sorted = crm_overdue_sort(&w->lines, w->today, &w->n);
	put.n = w->n;
	err = crm_put_rows(w->r, &put);
	crm_free(w->sorted);
	return err;
}

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct crm_overdue_line *l = w->at;
	struct crm_group *g = crm_groups_at(&w->groups, key, l->currency);

	g->count[CUSTOMERS]++;
	g->count[SINCE] += w->today - l->last;
	return crm_groups_add_money(
	    &w->groups, g, SPENT, l->currency, l->spent);
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;
	size_t i;

	crm_row_none(row);
	crm_row_number(row, g->count[CUSTOMERS]);
	crm_row_none(row);
	crm_row_none(row);
	crm_row_mean(row, g->count[SINCE], g->count[CUSTOMERS]);
	for (i = C_TIMES; i < C_SPENT; i++)
		crm_row_none(row);
	crm_row_money(row, g->money[SPENT], g->currency);
	crm_row_currency(row, g->currency);
	return NULL;
}

static const struct crm_err *
group_lines(struct work *w)
{
	const struct crm_err *err;
	struct crm_overdue_place at = { 0 };
	struct crm_overdue_line *l;

	err = crm_by_values_new(w->r->snap, w->r->clock, &w->r->by, &w->values);
	while (err == NULL && crm_overdue_next(&w->lines, &at, &l)) {
		w->at = l;
		err = crm_by_each(
		    w->values, l->who, CRM_BY_NO_TIME, 0, NULL, add_up, w);
	}
	crm_by_values_free(w->values);
	return err != NULL ? err
			   : crm_put_groups(w->r, &w->groups, CRM_ORDER_MONEY,
				 SPENT, add_columns, w);
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	const struct crm_err *err;
	struct work w;

	begin(&w, r);
	err = crm_report_number(r, CRM_ARG_TIMES, &w.times);
	crm_groups_init(&w.groups, r->config, &r->by);
	if (err == NULL)
		err = find_lines(&w);
	if (err == NULL &&
	    (r->by_given || crm_report_wants(r, C_SPENT) ||
		crm_report_wants(r, C_SPENT + 1)))
		err = add_spent(&w);
	if (err == NULL)
		err = r->by_given ? group_lines(&w) : print_lines(&w);
	crm_groups_release(&w.groups);
	end(&w);
	return err;
}

const struct crm_err *
crm_overdue_each(struct crm_report_run *r,
    const struct crm_err *(*fn)(void *ctx, const struct crm_rhythm *),
    void *ctx)
{
	const struct crm_err *err;
	struct crm_overdue_place at = { 0 };
	struct crm_overdue_line *l;
	struct work w;

	begin(&w, r);
	w.all = true;
	err = find_lines(&w);
	while (err == NULL && crm_overdue_next(&w.lines, &at, &l)) {
		struct crm_rhythm rhythm = { l->who, l->last, l->twice };

		err = fn(ctx, &rhythm);
	}
	end(&w);
	return err;
}

/* "2026-01-05, 2026-01-15", or the gaps between: the last ones of many. */
static void
list_days(const struct work *w, bool gaps, struct crm_buf *out)
{
	char text[CRM_EXPLAIN_TEXT];
	size_t i, n = w->ndays - gaps, from = n > FEW ? n - FEW : 0;

	crm_buf_adds(out, from > 0 ? "... " : "");
	for (i = from; i < n; i++) {
		crm_buf_adds(out, i > from ? ", " : "");
		if (gaps)
			crm_buf_addf(out, "%d", w->gaps.gap[i]);
		else
			crm_buf_adds(out, crm_day_text(text, w->day[i]));
	}
}

/* The rows of somebody whose days, or gaps once they are sorted, are there. */
static void
explain_line(struct work *w, const struct crm_overdue_line *l,
    const struct crm_buf *days, const struct crm_buf *gaps)
{
	struct crm_report_run *r = w->r;
	char a[CRM_EXPLAIN_TEXT], b[CRM_EXPLAIN_TEXT];

	make_line(w, &r->row, l, CRM_VNULL);
	crm_explain_column(r, C_DAYS);
	crm_explain_how(r, "%s", days->p);
	crm_explain_column(r, C_GAP);
	crm_explain_how(r, "median of the days between: %s", gaps->p);
	crm_explain_column(r, C_SINCE);
	crm_explain_how(r, "days from %s to %s", crm_day_text(a, l->last),
	    crm_day_text(b, w->today));
	crm_explain_column(r, C_TIMES);
	crm_explain_how(r, "since / gap = %d / %.1f: %s %s", w->today - l->last,
	    l->twice / 2.0,
	    is_overdue(w, l) ? "overdue, above" : "not overdue, not above",
	    r->arg[CRM_ARG_TIMES]);
	crm_explain_column(r, C_EXPECTED);
	crm_explain_how(r, "%s and %.1f days, half a day as a whole one",
	    crm_day_text(a, l->last), l->twice / 2.0);
	crm_explain_column(r, C_SPENT);
	crm_explain_how(r, "purchases less refunds");
	crm_explain_column(r, C_SPENT + 1);
	crm_explain_how(r, "of the amounts");
}

static const struct crm_err *
explain(struct crm_report_run *r, uint64_t who)
{
	struct crm_buf text = CRM_BUF_INIT(1000), gaps = CRM_BUF_INIT(1000);
	struct crm_days days = { 0 };
	const struct crm_err *err;
	struct work w;

	begin(&w, r);
	w.all = true;
	err = crm_report_number(r, CRM_ARG_TIMES, &w.times);
	if (err == NULL && crm_explain_has(r, who))
		err = crm_days_all(r->snap, who, &days);
	if (err == NULL)
		err = take(&w, who, &days);
	list_days(&w, false, &text);
	if (err == NULL && w.into->n > 0)
		err = add_spent(&w);
	if (err == NULL && w.into->n > 0) {
		crm_gaps_sort(&w.gaps);
		list_days(&w, true, &gaps);
		explain_line(&w, w.into->line, &text, &gaps);
	} else if (err == NULL && w.ndays > 0) {
		crm_explain_number(r, "days", (double)w.ndays, 0);
		crm_explain_how(r, "%s: it takes %d to have a rhythm", text.p,
		    CRM_RHYTHM_DAYS);
	}
	crm_days_release(&days);
	crm_buf_release(&text);
	crm_buf_release(&gaps);
	end(&w);
	return err;
}

/* Thousandths, rounded up: of whom the report shows more than 2. */
const struct crm_err *
crm_overdue_figures(struct crm_report_run *r, struct crm_figures *out)
{
	const struct crm_err *err;
	struct crm_overdue_place at = { 0 };
	struct crm_overdue_line *l;
	struct work w;
	int64_t since;

	out->scale = 3;
	begin(&w, r);
	w.all = true;
	err = find_lines(&w);
	while (err == NULL && crm_overdue_next(&w.lines, &at, &l)) {
		since = (int64_t)(w.today - l->last) * 2;
		crm_figures_add(
		    out, l->who, (since * 1000 + l->twice - 1) / l->twice);
	}
	end(&w);
	return err;
}

const struct crm_report crm_report_overdue = {
	.name = "overdue",
	.summary = "customers who are silent for longer than their own rhythm",
	.main = "times",
	.spare = "days spent",
	.by = "id",
	.alone = "name days gap times expected",
	.grouped = "customers",
	.period = true,
	.whom = true,
	.arg[CRM_ARG_TIMES] = "2",
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
	.explain = explain,
};
