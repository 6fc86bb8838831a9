/* customers: who bought most. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "record/word.h"
#include "report/explain.h"
#include "report/list.h"
#include "store/rollup.h"
#include "store/who.h"

enum {
	C_NAME,
	C_CUSTOMERS,
	C_ORDERS,
	C_SPENT,
	C_CURRENCY,
	C_FIRST,
	C_LAST,
	C_AVERAGE,
	C_PURCHASES
};

#define SPENT 0     /* slot of money */
#define CUSTOMERS 0 /* slots of counts */
#define ORDERS 1
#define PURCHASES 2
#define FIRST 3 /* minutes since 1970 */
#define LAST 4

/* Lines that are held before the best are kept. */
#define LINES_MORE 1000

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "name", .type = CRM_T_TEXT,
	    .help = "what they are called; without --by" },
	{ .name = "customers", .type = CRM_T_NUMBER,
	    .help = "how many they are; with --by" },
	{ .name = "orders", .type = CRM_T_NUMBER,
	    .help = "number of orders (distinct doc)" },
	{ .name = "spent", .type = CRM_T_MONEY,
	    .help = "purchases less refunds" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of spent" },
	{ .name = "first-order", .type = CRM_T_DATE,
	    .help = "day of the first purchase" },
	{ .name = "last-order", .type = CRM_T_DATE,
	    .help = "day of the last purchase" },
	{ .name = "average", .type = CRM_T_MONEY, .flags = CRM_F_HIDDEN,
	    .help = "spent for an order" },
	{ .name = "purchases", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "number of purchases" },
};
/* clang-format on */

/* One customer and currency, or one group of customers. */
struct line {
	uint64_t who;
	int64_t spent;
	int64_t customers, orders, purchases;
	int32_t first, last; /* minutes since 1970 */
	uint8_t currency;
};

/*
 * Without --by: a line a customer and currency, or the best of them.  No two
 * are alike when they are sorted, so it is the same who gathered which.
 */
struct lines {
	struct line *line;
	size_t n, cap;
	size_t from; /* those of the customer at hand */
	size_t most; /* of the best that are wanted; 0: all */
	struct line worst;
	bool has_worst;
	char apart[CRM_APART]; /* each thread has some */
};

struct work {
	struct crm_report_run *r;
	struct lines all, by[CRM_SHARE_THREADS]; /* by thread */
	/* with --by */
	struct crm_groups groups;
	struct crm_by_values *values;
	/* the customer at hand */
	const struct crm_rollup *row;
	uint64_t who;
	uint8_t currency;
	struct crm_rollups rows; /* with a period: folded from the story */
};

static const struct crm_err *
too_large(void)
{
	return crm_err(CRM_E_DATA, "a sum of the report is too large");
}

static void
merge_days(struct line *l, const struct crm_rollup *row)
{
	if (row->purchases == 0)
		return;
	if (l->purchases == 0 || row->first < l->first)
		l->first = row->first;
	if (l->purchases == 0 || row->last > l->last)
		l->last = row->last;
	l->purchases += row->purchases;
}

/* The base currency before others, best first, then as ids are. */
static uint8_t base_currency;

static int
cmp_lines(const void *x, const void *y)
{
	const struct line *a = x, *b = y;

	if (a->currency != b->currency) {
		if (a->currency == base_currency ||
		    b->currency == base_currency)
			return a->currency == base_currency ? -1 : 1;
		return a->currency < b->currency ? -1 : 1;
	}
	if (a->spent != b->spent)
		return a->spent > b->spent ? -1 : 1;
	return a->who < b->who ? -1 : a->who > b->who;
}

/* Only the best lines are wanted: keep so many, and note the last of them. */
static void
keep_best(struct lines *s)
{
	qsort(s->line, s->n, sizeof(*s->line), cmp_lines);
	s->n = s->most;
	s->worst = s->line[s->n - 1];
	s->has_worst = true;
}

/* May a line be among the best so far? */
static bool
may_be_best(const struct lines *s, const struct line *l)
{
	return !s->has_worst || cmp_lines(l, &s->worst) < 0;
}

/* The lines of a customer are complete: leave out those that are not among
 * the best so far. */
static void
end_customer(struct lines *s)
{
	size_t i, n = s->from;

	for (i = s->from; i < s->n; i++)
		if (may_be_best(s, &s->line[i]))
			s->line[n++] = s->line[i];
	s->n = n;
	if (s->most > 0 && s->n >= 2 * s->most && s->n > LINES_MORE)
		keep_best(s);
	s->from = s->n;
}

/*
 * Add to a customer's line.  Currencies with a rate share one; lines of one
 * customer follow each other.
 */
static const struct crm_err *
add_line(struct lines *s, const struct crm_config *config, uint64_t who,
    uint8_t currency, const struct crm_rollup *row)
{
	bool rated = crm_config_has_rate(config, currency);
	uint8_t as = rated ? config->currency_num : currency;
	struct line *l;
	size_t i;

	if (s->n > s->from && s->line[s->from].who != who)
		end_customer(s);
	for (i = s->from; i < s->n; i++)
		if (s->line[i].currency == as)
			break;
	if (i == s->n) {
		s->line =
		    crm_grow(s->line, &s->cap, s->n + 1, sizeof(*s->line));
		s->line[s->n++] = (struct line){ .who = who, .currency = as };
	}
	l = &s->line[i];
	l->orders += row->orders;
	merge_days(l, row);
	if (rated)
		return crm_config_add(config, row->sum, currency, &l->spent);
	return crm_add_i64(l->spent, row->sum, &l->spent) ? NULL : too_large();
}

/* Put the lines of both threads together. */
static void
join_lines(struct work *w)
{
	struct lines *all = &w->all;
	size_t i;

	for (i = 0; i < CRM_SHARE_THREADS; i++) {
		struct lines *s = &w->by[i];

		all->line = crm_grow(
		    all->line, &all->cap, all->n + s->n, sizeof(*all->line));
		if (s->n > 0)
			memcpy(all->line + all->n, s->line,
			    s->n * sizeof(*all->line));
		all->n += s->n;
		crm_free(s->line);
	}
}

/* Add what a customer bought in one currency to a group. */
static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct crm_rollup *row = w->row;
	struct crm_group *g = crm_groups_at(&w->groups, key, w->currency);
	const struct crm_err *err;

	err = crm_groups_add_money(&w->groups, g, SPENT, w->currency, row->sum);
	if (crm_groups_distinct(&w->groups, g, w->who, 0, true))
		g->count[CUSTOMERS]++;
	g->count[ORDERS] += row->orders;
	if (row->purchases > 0) {
		if (g->count[PURCHASES] == 0 || row->first < g->count[FIRST])
			g->count[FIRST] = row->first;
		if (g->count[PURCHASES] == 0 || row->last > g->count[LAST])
			g->count[LAST] = row->last;
	}
	g->count[PURCHASES] += row->purchases;
	return err;
}

/* Was nothing bought? */
static bool
is_none(const struct crm_rollup *row)
{
	return row->purchases == 0 && row->sum == 0;
}

static const struct crm_err *
take_row(struct work *w, uint64_t who, uint8_t currency,
    const struct crm_rollup *row)
{
	if (is_none(row))
		return NULL;
	w->who = who;
	w->currency = currency;
	w->row = row;
	return w->r->by_given
	    ? crm_by_each(w->values, who, CRM_BY_NO_TIME, 0, NULL, add_up, w)
	    : add_line(&w->all, w->r->config, who, currency, row);
}

/* A row of a run: key without its first byte, which is the prefix; sums. */
#define ROW (CRM_ROLLUP_KEY - 1 + CRM_ROLLUP_BYTES)
#define ROW_WHO \
	(CRM_ROLLUP_WHO - 1) /* bytes of it that are the customer; then
                                        its currency */

/* Is the i-th row of a run surely all that its customer bought? */
static bool
is_alone(const struct crm_run_of *run, size_t i, const struct lines *s)
{
	const char *p = run->p + i * ROW;
	char who[CRM_ROLLUP_WHO];

	if (i + 1 == run->n || memcmp(p, p + ROW, ROW_WHO) == 0)
		return false;
	if (s->n == s->from)
		return true;
	crm_be64(who, s->line[s->from].who);
	return memcmp(who + 1, p, ROW_WHO) != 0;
}

/* Is a row, by its sum, surely not of one of the best lines?  Most are not,
 * once the best of the base currency are enough. */
static bool
is_less(const struct work *w, const struct lines *s,
    const struct crm_run_of *run, size_t i, int64_t sum)
{
	const struct crm_config *config = w->r->config;
	uint8_t currency = (uint8_t)run->p[i * ROW + ROW_WHO];

	if (!s->has_worst || s->worst.currency != config->currency_num)
		return false;
	if (currency != config->currency_num)
		return !crm_config_has_rate(config, currency);
	return sum < s->worst.spent &&
	    (config->nrates == 0 || is_alone(run, i, s));
}

static const struct crm_err *
take_run(void *ctx, const struct crm_part *part, const struct crm_run_of *run)
{
	struct work *w = ctx;
	struct lines *s = &w->by[part->thread];
	const struct crm_config *config = w->r->config;
	const struct crm_err *err = NULL;
	const char *p = run->p;
	struct crm_rollup row;
	char key[CRM_ROLLUP_KEY];
	uint64_t who;
	int64_t sum;
	size_t i;

	key[0] = run->prefix.p[0];
	for (i = 0; err == NULL && i < run->n; i++, p += ROW) {
		if (!crm_rollup_read_sum(p + CRM_ROLLUP_KEY - 1, &sum) ||
		    is_less(w, s, run, i, sum))
			continue;
		memcpy(key + 1, p, CRM_ROLLUP_KEY - 1);
		who = crm_be64_get(key);
		if (!crm_whom_has(&w->r->whom, who))
			continue;
		crm_rollup_read(
		    crm_view(p + CRM_ROLLUP_KEY - 1, CRM_ROLLUP_BYTES), &row);
		err = w->r->by_given
		    ? take_row(w, who, (uint8_t)key[8], &row)
		    : add_line(s, config, who, (uint8_t)key[8], &row);
	}
	return err;
}

/* All of time: the rollups as they stand. */
static const struct crm_err *
from_rollups(struct work *w)
{
	const struct crm_err *err;
	size_t i;

	for (i = 0; i < CRM_SHARE_THREADS; i++)
		w->by[i].most = w->all.most;
	err = crm_rollup_each_run(w->r->snap, w->r->by_given, take_run, w);
	join_lines(w);
	return err;
}

/* The rows of one customer are complete. */
static const struct crm_err *
flush_rows(struct work *w)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < w->rows.n; i++)
		err = take_row(
		    w, w->who, w->rows.row[i].currency, &w->rows.row[i].row);
	return err;
}

/* A period: the customers' rows are folded from their stories. */
static const struct crm_err *
from_story(struct work *w)
{
	const struct crm_whom *whom = &w->r->whom;
	const struct crm_err *err = NULL;
	struct crm_rollup_walk *walk;
	struct crm_rollup_at e;
	uint64_t who, last = 0;

	err = crm_rollup_open(w->r->snap, &walk);
	if (err == NULL)
		err = crm_rollup_first(walk, 0, &e);
	while (err == NULL && e.who != 0) {
		who = e.who;
		if (who != last && crm_whom_has(whom, who)) {
			err = crm_rollup_fold(w->r->snap, who,
			    w->r->period.from_us, w->r->period.to_us - 1,
			    &w->rows);
			w->who = who;
			if (err == NULL)
				err = flush_rows(w);
		}
		last = who;
		if (err == NULL)
			err = crm_rollup_next(walk, &e);
	}
	crm_rollup_close(walk);
	return err;
}

static struct crm_date
day_of(const struct work *w, int64_t minutes)
{
	return crm_zone_date(w->r->clock->zone, minutes * 60 * CRM_SECOND_US);
}

static void
add_line_columns(struct work *w, const struct line *l)
{
	struct crm_row_maker *row = &w->r->row;
	bool bought = l->purchases > 0;

	crm_row_number(row, l->customers);
	crm_row_number(row, l->orders);
	crm_row_money(row, l->spent, l->currency);
	crm_row_currency(row, l->currency);
	if (bought) {
		crm_row_date(row, day_of(w, l->first));
		crm_row_date(row, day_of(w, l->last));
	} else {
		crm_row_none(row);
		crm_row_none(row);
	}
	crm_row_average(row, l->spent, l->orders, l->currency);
	crm_row_number(row, l->purchases);
}

static const struct crm_err *
print_line(struct work *w, const struct line *l)
{
	add_line_columns(w, l);
	return crm_row_put(&w->r->row, w->r->rows);
}

static const struct crm_err *
print_lines(struct work *w)
{
	struct crm_buf name = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_report_run *r = w->r;
	const struct crm_err *err = NULL;
	size_t i;

	if (w->all.n > 1)
		qsort(w->all.line, w->all.n, sizeof(*w->all.line), cmp_lines);
	for (i = 0; err == NULL && i < w->all.n; i++) {
		if (crm_rows_is_full(r->rows))
			break;
		crm_buf_reset(&name);
		err = crm_who_name(r->snap, w->all.line[i].who, &name);
		if (err != NULL)
			break;
		crm_row_begin(&r->row);
		crm_row_link(&r->row, w->all.line[i].who);
		crm_row_text(&r->row, crm_buf_view(&name));
		w->all.line[i].customers = 1;
		err = print_line(w, &w->all.line[i]);
	}
	crm_buf_release(&name);
	return err;
}

static const struct crm_err *
print_groups(struct work *w)
{
	const struct crm_err *err = crm_groups_settle(&w->groups);
	struct crm_report_run *r = w->r;
	size_t i;

	crm_groups_sort(&w->groups, CRM_ORDER_MONEY, SPENT);
	for (i = 0; err == NULL && i < w->groups.n; i++) {
		const struct crm_group *g = &w->groups.group[i];
		struct line l = { .spent = g->money[SPENT],
			.customers = g->count[CUSTOMERS],
			.orders = g->count[ORDERS],
			.purchases = g->count[PURCHASES],
			.first = (int32_t)g->count[FIRST],
			.last = (int32_t)g->count[LAST],
			.currency = g->currency };

		crm_row_begin(&r->row);
		crm_groups_add_key(&w->groups, g, &r->row);
		crm_row_none(&r->row); /* no name */
		err = print_line(w, &l);
	}
	return err;
}

static void
explain_line(struct work *w, const struct line *l, size_t place, size_t of)
{
	struct crm_report_run *r = w->r;
	char amount[CRM_EXPLAIN_TEXT];

	crm_row_begin(&r->row);
	crm_row_link(&r->row, l->who);
	crm_row_none(&r->row); /* no name */
	add_line_columns(w, l);
	crm_explain_number(r, "place", (double)place, 0);
	crm_explain_how(r, "of %zu customers, who spent most first", of);
	crm_explain_column(r, C_ORDERS);
	crm_explain_how(r,
	    "%lld purchases: those that share a doc are one order",
	    (long long)l->purchases);
	crm_explain_column(r, C_SPENT);
	crm_explain_how(r, "purchases less refunds");
	crm_explain_column(r, C_CURRENCY);
	crm_explain_how(r, "of the amounts");
	crm_explain_column(r, C_FIRST);
	crm_explain_how(r, "day of the first purchase");
	crm_explain_column(r, C_LAST);
	crm_explain_how(r, "day of the last purchase");
	crm_explain_column(r, C_AVERAGE);
	crm_explain_how(r, "spent / orders = %s / %lld",
	    crm_amount_text(r, amount, l->spent, l->currency),
	    (long long)l->orders);
	crm_explain_column(r, C_PURCHASES);
	crm_explain_how(r, "number of purchases");
}

static const struct crm_err *
explain(struct crm_report_run *r, uint64_t who)
{
	struct work w = { .r = r };
	const struct crm_err *err;
	size_t i, from = 0, end;

	base_currency = r->config->currency_num;
	err = r->has_period ? from_story(&w) : from_rollups(&w);
	if (err == NULL && w.all.n > 1)
		qsort(w.all.line, w.all.n, sizeof(*w.all.line), cmp_lines);
	for (i = 0; err == NULL && i < w.all.n; i++) {
		if (w.all.line[i].currency != w.all.line[from].currency)
			from = i;
		if (w.all.line[i].who != who)
			continue;
		for (end = i + 1; end < w.all.n &&
		     w.all.line[end].currency == w.all.line[i].currency;
		     end++)
			;
		explain_line(&w, &w.all.line[i], i - from + 1, end - from);
	}
	crm_rollups_release(&w.rows);
	crm_free(w.all.line);
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err;
	uint64_t left = crm_rows_left(r->rows);

	base_currency = r->config->currency_num;
	if (left < SIZE_MAX / 4)
		w.all.most = (size_t)left;
	crm_groups_init(&w.groups, r->config, &r->by);
	err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = r->has_period ? from_story(&w) : from_rollups(&w);
	if (err == NULL)
		err = r->by_given ? print_groups(&w) : print_lines(&w);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	crm_rollups_release(&w.rows);
	crm_free(w.all.line);
	return err;
}

const struct crm_report crm_report_customers = {
	.name = "customers",
	.summary = "who bought most, best first",
	.main = "spent",
	.spare = "first-order last-order orders",
	.by = "id",
	.alone = "name",
	.grouped = "customers",
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
	.explain = explain,
};
