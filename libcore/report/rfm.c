/* rfm: recency, frequency and money of every customer, in classes. */
#include <stdlib.h>

#include "base/mem.h"
#include "record/value.h"
#include "record/word.h"
#include "report/buyers.h"
#include "report/explain.h"
#include "report/figures.h"
#include "report/list.h"
#include "report/put.h"
#include "report/quantile.h"

#define CLASSES CRM_RFM_CLASSES
#define WORDS_MAX 125 /* of segments: one for each combination */

/* clang-format off */
static const struct crm_field keys[] = {
	{ .name = "r", .type = CRM_T_NUMBER },
	{ .name = "f", .type = CRM_T_NUMBER },
	{ .name = "m", .type = CRM_T_NUMBER },
	{ .name = "segment", .num = CRM_N_RFM, .type = CRM_T_CHOICE },
};
enum { K_R, K_F, K_M, K_SEGMENT, NKEYS };

static const struct crm_field columns[] = {
	{ .name = "name", .type = CRM_T_TEXT, .help = "what they are called" },
	{ .name = "customers", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "recency", .type = CRM_T_NUMBER,
	    .help = "days since the last purchase" },
	{ .name = "frequency", .type = CRM_T_NUMBER,
	    .help = "number of orders" },
	{ .name = "monetary", .type = CRM_T_MONEY,
	    .help = "purchases less refunds" },
	{ .name = "revenue", .type = CRM_T_MONEY,
	    .help = "purchases less refunds of all of them" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amounts" },
	{ .name = "r", .type = CRM_T_NUMBER, .help = "class of recency" },
	{ .name = "f", .type = CRM_T_NUMBER, .help = "class of frequency" },
	{ .name = "m", .type = CRM_T_NUMBER, .help = "class of monetary" },
	{ .name = "segment", .num = CRM_N_RFM, .type = CRM_T_CHOICE,
	    .help = "what the classes are called" },
	{ .name = "share", .type = CRM_T_PERCENT,
	    .help = "revenue as percent of that of all" },
	{ .name = "customer-share", .type = CRM_T_PERCENT,
	    .help = "customers as percent of all" },
};
/* clang-format on */
enum {
	C_NAME,
	C_CUSTOMERS,
	C_RECENCY,
	C_FREQUENCY,
	C_MONETARY,
	C_REVENUE,
	C_CURRENCY,
	C_R,
	C_F,
	C_M,
	C_SEGMENT
};

#define REVENUE 0 /* slot of money */
#define CUSTOMERS 0
#define DAYS 1 /* sum of recency */
#define ORDERS 2

/* One customer and currency. */
struct line {
	uint64_t who;
	int64_t of[3]; /* recency, greater is more recent; frequency; money */
	uint8_t class[3];
	uint8_t currency;
};

/* What is added up: one customer, or all of the same classes. */
struct sums {
	int64_t customers, days, orders, money;
	uint8_t currency;
};

struct work {
	struct crm_report_run *r;
	struct line *line; /* by currency: each from from[] to end[] */
	size_t n, from[256], end[256];
	int32_t today;
	int64_t total[256]; /* money, by currency */
	struct crm_groups groups;
	struct crm_by_values *values;
	struct sums sums; /* at hand */
};

/* Days from a customer's last purchase to today. */
static int64_t
recency(const struct work *w, const struct line *l)
{
	return w->today - l->of[0];
}

/* Where the lines of each currency begin: the base currency first. */
static void
part_lines(struct work *w, const struct crm_buyers *b)
{
	size_t count[256] = { 0 }, i;
	uint8_t base = w->r->config->currency_num;
	unsigned int c;

	for (i = 0; i < b->n; i++)
		count[b->buyer[i].currency]++;
	w->from[base] = 0;
	w->end[base] = i = count[base];
	for (c = 0; c < 256; c++) {
		if (c == base)
			continue;
		w->from[c] = i;
		w->end[c] = i += count[c];
	}
}

static const struct crm_err *
make_lines(struct work *w)
{
	struct crm_buyers b;
	const struct crm_err *err =
	    crm_buyers_gather(w->r, CRM_BUYERS_BY_NOW, &b);
	size_t next[256], i;

	w->line = crm_calloc(b.n + 1, sizeof(*w->line));
	part_lines(w, &b);
	memcpy(next, w->from, sizeof(next));
	for (i = 0; err == NULL && i < b.n; i++) {
		const struct crm_buyer *x = &b.buyer[i];
		struct line *l = &w->line[next[x->currency]++];

		l->who = x->who;
		l->currency = x->currency;
		l->of[0] =
		    crm_report_day(w->r, x->row.last * CRM_BUYER_MINUTE_US);
		l->of[1] = x->row.orders;
		l->of[2] = x->row.sum;
		if (!crm_add_i64(w->total[x->currency], x->row.sum,
			&w->total[x->currency]))
			err = crm_err(
			    CRM_E_DATA, "a sum of the report is too large");
	}
	w->n = b.n;
	crm_buyers_release(&b);
	return err;
}

/* Class lines of one currency by each figure. */
static void
class_lines(struct line *line, size_t n, int64_t *value)
{
	struct crm_quantile q;
	size_t i, k;

	for (k = 0; k < 3; k++) {
		for (i = 0; i < n; i++)
			value[i] = line[i].of[k];
		crm_quantile_of(&q, CLASSES, value, n);
		for (i = 0; i < n; i++)
			line[i].class[k] =
			    (uint8_t)crm_quantile_class(&q, value[i]);
	}
}

static void
class_all(struct work *w)
{
	int64_t *value = crm_calloc(w->n + 1, sizeof(*value));
	unsigned int c;

	for (c = 0; c < 256; c++)
		class_lines(
		    w->line + w->from[c], w->end[c] - w->from[c], value);
	crm_free(value);
}

/* Best first. */
static int
cmp_lines(const void *x, const void *y)
{
	const struct line *a = x, *b = y;
	int c;
	size_t k;

	c = b->class[0] + b->class[1] + b->class[2] - a->class[0] -
	    a->class[1] - a->class[2];
	for (k = 0; c == 0 && k < 3; k++) /* the last says most */
		c = (a->of[2 - k] < b->of[2 - k]) -
		    (a->of[2 - k] > b->of[2 - k]);
	if (c == 0)
		c = a->who < b->who ? -1 : a->who > b->who;
	return c;
}

static void
sort_lines(struct work *w)
{
	unsigned int c;

	for (c = 0; c < 256; c++)
		if (w->end[c] - w->from[c] > 1)
			qsort(w->line + w->from[c], w->end[c] - w->from[c],
			    sizeof(*w->line), cmp_lines);
}

static void
make_line(const struct work *w, struct crm_row_maker *row, const struct line *l,
    struct crm_view name)
{
	const struct crm_rfm_rule *rule =
	    crm_config_rfm(w->r->config, l->class);
	size_t k;

	crm_row_begin(row);
	crm_row_link(row, l->who);
	crm_row_text(row, name);
	crm_row_number(row, 1);
	crm_row_number(row, recency(w, l));
	crm_row_number(row, l->of[1]);
	crm_row_money(row, l->of[2], l->currency);
	crm_row_money(row, l->of[2], l->currency);
	crm_row_currency(row, l->currency);
	for (k = 0; k < 3; k++)
		crm_row_number(row, l->class[k]);
	crm_row_text(row, crm_view_str(rule->name));
	crm_row_share(row, l->of[2], w->total[l->currency]);
	crm_row_none(row);
}

static uint64_t
nth_who(void *ctx, size_t i)
{
	const struct work *w = ctx;

	return w->line[i].who;
}

static void
make_nth(void *ctx, struct crm_row_maker *row, size_t i, struct crm_view name)
{
	const struct work *w = ctx;

	make_line(w, row, &w->line[i], name);
}

static const struct crm_err *
print_lines(struct work *w)
{
	const struct crm_put put = { w->n, make_nth, nth_who, C_NAME, w };

	sort_lines(w);
	return crm_put_rows(w->r, &put);
}

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct sums *s = &w->sums;
	struct crm_group *g = crm_groups_at(&w->groups, key, s->currency);

	g->count[CUSTOMERS] += s->customers;
	g->count[DAYS] += s->days;
	g->count[ORDERS] += s->orders;
	return crm_groups_add_money(
	    &w->groups, g, REVENUE, s->currency, s->money);
}

/* Add a line to sums of its currency. */
static const struct crm_err *
add_line(const struct work *w, const struct line *l, struct sums *s)
{
	s->currency = l->currency;
	s->customers++;
	s->days += recency(w, l);
	s->orders += l->of[1];
	return crm_add_i64(s->money, l->of[2], &s->money)
	    ? NULL
	    : crm_err(CRM_E_DATA, "a sum of the report is too large");
}

/* The values of the report's own keys for each class. */
struct own {
	struct crm_buf buf;
	struct crm_view number[CLASSES + 1], word[WORDS_MAX];
};

static void
own_make(struct own *o, const struct crm_config *c)
{
	size_t at[CLASSES + 1 + WORDS_MAX + 1], i, n = 0;

	o->buf = (struct crm_buf)CRM_BUF_INIT(CRM_LINE_MAX);
	for (i = 0; i <= CLASSES; i++) {
		at[n++] = o->buf.n;
		crm_value_put_dec(&o->buf, (struct crm_dec){ (int64_t)i, 0 });
	}
	for (i = 0; i < c->nrfm; i++) {
		if (c->rfm[i].word < n - (CLASSES + 1))
			continue; /* called as one before it */
		at[n++] = o->buf.n;
		crm_word_put(&o->buf, crm_view_str(c->rfm[i].name));
	}
	at[n] = o->buf.n;
	for (i = 0; i < n; i++)
		*(i <= CLASSES ? &o->number[i] : &o->word[i - CLASSES - 1]) =
		    crm_view(o->buf.p + at[i], at[i + 1] - at[i]);
}

/* The sums at hand, of customers with such classes. */
static const struct crm_err *
put_sums(struct work *w, const struct own *own, uint64_t who, size_t r,
    size_t f, size_t m)
{
	const uint8_t class[3] = { (uint8_t)r, (uint8_t)f, (uint8_t)m };
	struct crm_view value[NKEYS];

	value[K_R] = own->number[r];
	value[K_F] = own->number[f];
	value[K_M] = own->number[m];
	value[K_SEGMENT] = own->word[crm_config_rfm(w->r->config, class)->word];
	crm_by_set_own(w->values, value);
	return crm_by_each(w->values, who, CRM_BY_NO_TIME, 0, NULL, add_up, w);
}

/* One after the other: rows tell something of the customers themselves. */
static const struct crm_err *
group_each(struct work *w, const struct own *own)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < w->n; i++) {
		const struct line *l = &w->line[i];

		memset(&w->sums, 0, sizeof(w->sums));
		err = add_line(w, l, &w->sums);
		if (err == NULL)
			err = put_sums(w, own, l->who, l->class[0],
			    l -> class[1], l -> class[2]);
	}
	return err;
}

/* All of the same currency and classes at once. */
static const struct crm_err *
group_classes(struct work *w, const struct own *own)
{
	struct sums cell[CLASSES + 1][CLASSES + 1][CLASSES + 1];
	const struct crm_err *err = NULL;
	unsigned int c;
	size_t i, r, f, m;

	for (c = 0; err == NULL && c < 256; c++) {
		if (w->from[c] == w->end[c])
			continue;
		memset(cell, 0, sizeof(cell));
		for (i = w->from[c]; err == NULL && i < w->end[c]; i++) {
			const struct line *l = &w->line[i];

			err = add_line(
			    w, l, &cell[l->class[0]][l->class[1]][l->class[2]]);
		}
		for (i = 0; err == NULL && i < sizeof(cell) / sizeof(w->sums);
		     i++) {
			m = i % (CLASSES + 1);
			f = i / (CLASSES + 1) % (CLASSES + 1);
			r = i / (CLASSES + 1) / (CLASSES + 1);
			w->sums = cell[r][f][m];
			if (w->sums.customers > 0)
				err = put_sums(w, own, 0, r, f, m);
		}
	}
	return err;
}

static const struct crm_err *
group_lines(struct work *w)
{
	const struct crm_err *err;
	struct own own;

	own_make(&own, w->r->config);
	err = crm_by_values_new(w->r->snap, w->r->clock, &w->r->by, &w->values);
	if (err == NULL)
		err = crm_by_needs_who(&w->r->by) ? group_each(w, &own)
						  : group_classes(w, &own);
	crm_by_values_free(w->values);
	crm_buf_release(&own.buf);
	return err;
}

static const struct crm_err *
print_groups(struct work *w)
{
	const struct crm_err *err = crm_groups_settle(&w->groups);
	struct crm_report_run *r = w->r;
	size_t i;

	crm_groups_sort(&w->groups,
	    r->by.n > 0 && r->by.key[0].of == CRM_BY_OWN ? CRM_ORDER_KEY
							 : CRM_ORDER_MONEY,
	    REVENUE);
	for (i = 0; err == NULL && i < w->groups.n; i++) {
		const struct crm_group *g = &w->groups.group[i];
		int64_t n = g->count[CUSTOMERS], sum = g->money[REVENUE];

		crm_row_begin(&r->row);
		crm_groups_add_key(&w->groups, g, &r->row);
		crm_row_none(&r->row);
		crm_row_number(&r->row, n);
		crm_row_mean(&r->row, g->count[DAYS], n);
		crm_row_mean(&r->row, g->count[ORDERS], n);
		crm_row_average(&r->row, sum, n, g->currency);
		crm_row_money(&r->row, sum, g->currency);
		crm_row_currency(&r->row, g->currency);
		crm_row_none(&r->row);
		crm_row_none(&r->row);
		crm_row_none(&r->row);
		crm_row_none(&r->row);
		crm_row_share(&r->row, sum, w->total[g->currency]);
		crm_row_share(&r->row, n,
		    (int64_t)(w->end[g->currency] - w->from[g->currency]));
		err = crm_row_put(&r->row, r->rows);
	}
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err;

	w.today = crm_date_days(crm_report_today(r));
	crm_groups_init(&w.groups, r->config, &r->by);
	err = make_lines(&w);
	if (err == NULL)
		class_all(&w);
	if (err == NULL && !r->by_given)
		err = print_lines(&w);
	else if (err == NULL)
		err = group_lines(&w);
	if (err == NULL && r->by_given)
		err = print_groups(&w);
	crm_groups_release(&w.groups);
	crm_free(w.line);
	return err;
}

/* "0, 3, 5, 9": above what classes 2 to 5 begin; days are told backwards. */
static void
bounds_text(const struct work *w, const struct crm_quantile *q, size_t k,
    uint8_t currency, struct crm_buf *out)
{
	char text[CRM_EXPLAIN_TEXT];
	size_t i;

	crm_buf_reset(out);
	for (i = 0; i + 1 < CLASSES; i++) {
		crm_buf_adds(out, i > 0 ? ", " : "");
		if (k == 2)
			crm_buf_adds(out,
			    crm_amount_text(w->r, text, q->bound[i], currency));
		else
			crm_buf_addf(out, "%lld",
			    (long long)(k == 0 ? w->today - q->bound[i]
					       : q->bound[i]));
	}
}

/* How one of the three comes to its class. */
static void
explain_class(struct work *w, const struct line *l, size_t k)
{
	static const char *const worse[3] = { "bought longer ago",
		"have fewer orders", "spent less" };
	static const char *const where[3] = { "under", "above", "above" };
	static const char *const unit[3] = { " days", " orders", "" };
	size_t from = w->from[l->currency], n = w->end[l->currency] - from;
	int64_t *value = crm_calloc(n, sizeof(*value));
	struct crm_buf bounds = CRM_BUF_INIT(1000);
	struct crm_quantile q;
	size_t i, below = 0;

	for (i = 0; i < n; i++) {
		value[i] = w->line[from + i].of[k];
		below += value[i] < l->of[k];
	}
	crm_quantile_of(&q, CLASSES, value, n);
	bounds_text(w, &q, k, l->currency, &bounds);
	crm_explain_column(w->r, C_R + k);
	crm_explain_how(w->r,
	    "of %zu customers %zu %s: 1 + %d * %zu / %zu, rounded down; "
	    "classes 2 to %d begin %s %s%s",
	    n, below, worse[k], CLASSES, below, n, CLASSES, where[k], bounds.p,
	    unit[k]);
	crm_buf_release(&bounds);
	crm_free(value);
}

static void
explain_line(struct work *w, const struct line *l)
{
	const struct crm_config *c = w->r->config;
	const struct crm_rfm_rule *rule = crm_config_rfm(c, l->class);
	char day[CRM_EXPLAIN_TEXT], last[CRM_EXPLAIN_TEXT];
	struct crm_buf text = CRM_BUF_INIT(1000);
	size_t k;

	make_line(w, &w->r->row, l, CRM_VNULL);
	crm_explain_column(w->r, C_RECENCY);
	crm_explain_how(w->r, "days from the last purchase, %s, to %s",
	    crm_day_text(last, (int32_t)l->of[0]), crm_day_text(day, w->today));
	crm_explain_column(w->r, C_FREQUENCY);
	crm_explain_how(w->r, "orders: purchases that share a doc are one");
	crm_explain_column(w->r, C_MONETARY);
	crm_explain_how(w->r, "purchases less refunds");
	crm_explain_column(w->r, C_CURRENCY);
	crm_explain_how(w->r, "of the amounts");
	for (k = 0; k < 3; k++)
		explain_class(w, l, k);
	crm_rfm_rule_put(&text, rule);
	crm_explain_column(w->r, C_SEGMENT);
	crm_explain_how(w->r, "the first rule that fits, %zu of %zu: %s",
	    (size_t)(rule - c->rfm) + 1, c->nrfm,
	    text.n > 0 ? text.p : "all that are left");
	crm_buf_release(&text);
}

static const struct crm_err *
explain(struct crm_report_run *r, uint64_t who)
{
	struct work w = { .r = r };
	const struct crm_err *err;
	size_t i;

	w.today = crm_date_days(crm_report_today(r));
	err = make_lines(&w);
	if (err == NULL)
		class_all(&w);
	for (i = 0; err == NULL && i < w.n; i++)
		if (w.line[i].who == who)
			explain_line(&w, &w.line[i]);
	crm_free(w.line);
	return err;
}

const struct crm_err *
crm_rfm_figures(struct crm_report_run *r, struct crm_figures *out)
{
	struct work w = { .r = r };
	const struct crm_err *err;
	size_t i;

	w.today = crm_date_days(crm_report_today(r));
	err = make_lines(&w);
	if (err == NULL)
		class_all(&w);
	for (i = 0; err == NULL && i < w.n; i++)
		crm_figures_add(out, w.line[i].who,
		    crm_config_rfm(r->config, w.line[i].class)->word);
	crm_free(w.line);
	return err;
}

const struct crm_report crm_report_rfm = {
	.name = "rfm",
	.summary = "recency, frequency and money of customers, in classes",
	.main = "revenue monetary",
	.spare = "recency frequency m f r monetary-percent monetary-change",
	.by = "id",
	.summary_by = "segment",
	.key = keys,
	.nkeys = NKEYS,
	.alone = "name r f m segment",
	.grouped = "customers revenue share customer-share",
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
	.explain = explain,
};
