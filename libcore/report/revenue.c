/* revenue: purchases less refunds, by period or by whom and what. */
#include "record/word.h"
#include "report/list.h"
#include "store/rollup.h"

#define GROSS 0 /* slots of money */
#define REFUNDS 1
#define REVENUE 2
#define PURCHASES 0 /* slots of counts */
#define ORDERS 1
#define CUSTOMERS 2

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "purchases", .type = CRM_T_NUMBER,
	    .help = "number of purchases" },
	{ .name = "gross", .type = CRM_T_MONEY, .help = "their amounts" },
	{ .name = "refunds", .type = CRM_T_MONEY,
	    .help = "amounts of refunds" },
	{ .name = "revenue", .type = CRM_T_MONEY,
	    .help = "gross less refunds" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amounts" },
	{ .name = "orders", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "number of orders (distinct doc)" },
	{ .name = "customers", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "number of different customers who bought" },
	{ .name = "average", .type = CRM_T_MONEY, .flags = CRM_F_HIDDEN,
	    .help = "revenue for an order" },
};
/* clang-format on */

enum {
	C_PURCHASES,
	C_GROSS,
	C_REFUNDS,
	C_REVENUE,
	C_CURRENCY,
	C_ORDERS,
	C_CUSTOMERS,
	C_AVERAGE
};

struct work {
	struct crm_report_run *r;
	struct crm_groups groups;
	struct crm_by_values *values;
	const struct crm_fact *fact;
	uint64_t doc; /* hash of the fact's doc; 0: it has none */
	bool orders, customers;
};

/* Count what a group has different ones of. */
static const struct crm_err *
count_distinct(struct work *w, struct crm_group *g)
{
	const struct crm_fact *f = w->fact;

	if (w->orders &&
	    (w->doc == 0 ||
		crm_groups_distinct(
		    &w->groups, g, f->who ^ w->doc, ORDERS, false)))
		g->count[ORDERS]++;
	if (w->customers &&
	    crm_groups_distinct(&w->groups, g, f->who, CUSTOMERS, false))
		g->count[CUSTOMERS]++;
	return NULL;
}

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct crm_fact *f = w->fact;
	struct crm_group *g = crm_groups_at(&w->groups, key, f->currency);
	const struct crm_err *err;
	bool bought = f->what == CRM_W_PURCHASE;

	err = crm_groups_add_money(
	    &w->groups, g, bought ? GROSS : REFUNDS, f->currency, f->minor);
	if (err != NULL || !bought)
		return err;
	g->count[PURCHASES]++;
	return w->orders || w->customers ? count_distinct(w, g) : NULL;
}

static const struct crm_err *
take(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;
	struct crm_view doc;

	w->fact = f;
	w->doc = 0;
	if (w->orders && f->has_doc &&
	    crm_stored_get(f->stored, CRM_EVENT_DOC, &doc))
		w->doc = crm_hash(doc) | 1;
	return crm_by_each(
	    w->values, f->who, f->at_us, f->event, f->stored, add_up, w);
}

/* Does a month lie in the period, which is made of whole months? */
static bool
is_in_period(const struct crm_report_run *r, struct crm_date month)
{
	int32_t day = crm_date_days(month);

	return !r->has_period ||
	    (day >= crm_date_days(r->period.first) &&
		day <= crm_date_days(r->period.last));
}

/* Does the period begin and end with a month? */
static bool
is_whole_months(const struct crm_period *p)
{
	int64_t day_us = CRM_DAY_S * CRM_SECOND_US;

	return p->first.day == 1 &&
	    p->last.day == crm_month_days(p->last.year, p->last.month) &&
	    p->to_us - p->from_us >= day_us;
}

/* A month's total of the whole firm: a fact of its own. */
static const struct crm_err *
take_total(void *ctx, const struct crm_total *t)
{
	struct work *w = ctx;
	struct crm_date d = { (int16_t)(t->month / 12),
		(uint8_t)(t->month % 12 + 1), 1 };
	struct crm_buf key = CRM_BUF_INIT(1000);
	const struct crm_err *err;
	struct crm_group *g;
	char text[16];
	size_t i;

	if ((t->what != CRM_W_PURCHASE && t->what != CRM_W_REFUND) ||
	    !is_in_period(w->r, d))
		return NULL;
	for (i = 0; i < w->r->by.n; i++) {
		size_t n = crm_unit_put(
		    text + 1, w->r->clock, w->r->by.key[i].unit, d);

		text[0] = (char)n;
		crm_buf_add(&key, text, n + 1);
	}
	g = crm_groups_at(&w->groups, crm_buf_view(&key), t->currency);
	crm_buf_release(&key);
	err = crm_groups_add_money(&w->groups, g,
	    t->what == CRM_W_PURCHASE ? GROSS : REFUNDS, t->currency, t->sum);
	if (t->what == CRM_W_PURCHASE)
		g->count[PURCHASES] += (int64_t)t->count;
	return err;
}

/* Do the totals of the months say all that is asked? */
static bool
is_by_months(const struct work *w)
{
	const struct crm_report_run *r = w->r;
	size_t i;

	if (!r->whom.all || r->things != NULL || w->orders || w->customers ||
	    (r->has_period && !is_whole_months(&r->period)))
		return false;
	for (i = 0; i < r->by.n; i++)
		if (r->by.key[i].of != CRM_BY_PERIOD ||
		    r->by.key[i].unit < CRM_MONTH)
			return false;
	return true;
}

static const struct crm_err *
print(struct work *w)
{
	const struct crm_err *err = crm_groups_settle(&w->groups);
	struct crm_report_run *r = w->r;
	size_t i;

	for (i = 0; err == NULL && i < w->groups.n; i++) {
		struct crm_group *g = &w->groups.group[i];

		if (!crm_add_i64(g->money[GROSS], -g->money[REFUNDS],
			&g->money[REVENUE]))
			err = crm_err(CRM_E_DATA, "a sum is too large");
	}
	crm_groups_sort(&w->groups,
	    crm_by_begins_with_period(&r->by) ? CRM_ORDER_KEY : CRM_ORDER_MONEY,
	    REVENUE);
	for (i = 0; err == NULL && i < w->groups.n; i++) {
		const struct crm_group *g = &w->groups.group[i];

		crm_row_begin(&r->row);
		crm_groups_add_key(&w->groups, g, &r->row);
		crm_row_number(&r->row, g->count[PURCHASES]);
		crm_row_money(&r->row, g->money[GROSS], g->currency);
		crm_row_money(&r->row, g->money[REFUNDS], g->currency);
		crm_row_money(&r->row, g->money[REVENUE], g->currency);
		crm_row_currency(&r->row, g->currency);
		crm_row_number(&r->row, g->count[ORDERS]);
		crm_row_number(&r->row, g->count[CUSTOMERS]);
		crm_row_average(
		    &r->row, g->money[REVENUE], g->count[ORDERS], g->currency);
		err = crm_row_put(&r->row, r->rows);
	}
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	struct crm_facts facts;
	const struct crm_err *err;

	crm_groups_init(&w.groups, r->config, &r->by);
	w.orders =
	    crm_report_wants(r, C_ORDERS) || crm_report_wants(r, C_AVERAGE);
	w.customers = crm_report_wants(r, C_CUSTOMERS);
	err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL && is_by_months(&w))
		err = crm_totals_each(r->snap, take_total, &w);
	else if (err == NULL) {
		facts = crm_report_facts(r,
		    CRM_FACT(CRM_W_PURCHASE) | CRM_FACT(CRM_W_REFUND),
		    w.orders);
		err = crm_facts_each(&facts, take, &w);
	}
	if (err == NULL)
		err = print(&w);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	return err;
}

const struct crm_report crm_report_revenue = {
	.name = "revenue",
	.summary = "purchases less refunds, by period or by whom and what",
	.main = "revenue",
	.spare = "refunds gross purchases",
	.thing = 'e',
	.by = "month",
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
