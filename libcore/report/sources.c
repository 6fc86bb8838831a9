/* sources: where people and organisations came from, who of them bought, and
 * what it cost to get them. */
#include "base/mem.h"
#include "record/value.h"
#include "record/word.h"
#include "report/buyers.h"
#include "report/list.h"
#include "report/put.h"

#define REVENUE 0 /* slots of money */
#define COST 1
#define PEOPLE 0 /* slots of counts */
#define CUSTOMERS 1
#define ORDERS 2
#define BUYERS 3 /* of customers, who bought in the currency of the group */

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "people", .type = CRM_T_NUMBER,
	    .help = "how many people and organisations" },
	{ .name = "customers", .type = CRM_T_NUMBER,
	    .help = "how many of them bought something" },
	{ .name = "conversion", .type = CRM_T_PERCENT,
	    .help = "customers as percent of people" },
	{ .name = "orders", .type = CRM_T_NUMBER, .help = "their orders" },
	{ .name = "revenue", .type = CRM_T_MONEY,
	    .help = "their purchases less refunds" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of revenue" },
	{ .name = "average", .type = CRM_T_MONEY,
	    .help = "revenue for each of people, customers or not" },
	{ .name = "cost", .type = CRM_T_MONEY,
	    .help = "what was spent on the source" },
	{ .name = "return", .type = CRM_T_PERCENT,
	    .help = "revenue less cost, as percent of cost" },
	{ .name = "lead-cost", .type = CRM_T_MONEY, .flags = CRM_F_HIDDEN,
	    .help = "cost for each of people" },
	{ .name = "customer-cost", .type = CRM_T_MONEY, .flags = CRM_F_HIDDEN,
	    .help = "cost for each of customers" },
};
/* clang-format on */
enum { C_COST = 7 };

struct work {
	struct crm_report_run *r;
	struct crm_buyers buyers;
	size_t next; /* buyer */
	struct crm_groups groups;
	struct crm_by_values *values;
	/* those of one who: from next on */
	size_t nrows;
};

/* Somebody, in a group: counted once, beside one of the currencies. */
static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct crm_buyer *b = &w->buyers.buyer[w->next];
	struct crm_group *g = crm_groups_at(&w->groups, key, 0);
	const struct crm_err *err = NULL;
	bool bought = false;
	size_t i;

	g->count[PEOPLE]++;
	for (i = 0; i < w->nrows; i++)
		bought |= b[i].row.purchases > 0;
	g->count[CUSTOMERS] += bought;
	for (i = 0; err == NULL && i < w->nrows; i++) {
		g = crm_groups_at(&w->groups, key, b[i].currency);
		g->count[ORDERS] += b[i].row.orders;
		g->count[BUYERS] += b[i].row.purchases > 0;
		err = crm_groups_add_money(
		    &w->groups, g, REVENUE, b[i].currency, b[i].row.sum);
	}
	return err;
}

static const struct crm_err *
take_who(struct work *w, uint64_t who)
{
	const struct crm_buyers *b = &w->buyers;

	while (w->next < b->n && b->buyer[w->next].who < who)
		w->next++;
	w->nrows = 0;
	while (w->next + w->nrows < b->n &&
	    b->buyer[w->next + w->nrows].who == who)
		w->nrows++;
	return crm_by_each(w->values, who, CRM_BY_NO_TIME, 0, NULL, add_up, w);
}

/* --in: who was added in the period. */
static const struct crm_err *
covers(const struct crm_report_run *r, const struct crm_stored *who, bool *out)
{
	const struct crm_err *err = NULL;
	int64_t at_us;

	*out = true;
	if (!r->has_period)
		return NULL;
	err = crm_snap_created(r->snap, who, &at_us);
	*out = err == NULL && at_us >= r->period.from_us &&
	    at_us < r->period.to_us;
	return err;
}

/* Go through what a query of our own finds, in the order of ids. */
static const struct crm_err *
ask(struct work *w, const char *const *arg, size_t n,
    const struct crm_err *(*take)(
	struct work *, uint64_t id, const struct crm_stored *))
{
	struct crm_query_ctx ctx = { .snap = w->r->snap, .clock = w->r->clock };
	const struct crm_err *err;
	struct crm_query *q = NULL;
	struct crm_run *run = NULL;
	struct crm_stored stored;
	uint64_t id;

	err = crm_query_parse(&ctx, arg, n, true, &q, NULL);
	if (err == NULL)
		err = crm_run_open(q, &run);
	while (err == NULL) {
		err = crm_run_next(run, &id, &stored);
		if (err != NULL || id == 0)
			break;
		err = take(w, id, &stored);
	}
	crm_run_close(run);
	crm_query_free(q);
	return err;
}

static const struct crm_err *
take_any(struct work *w, uint64_t id, const struct crm_stored *who)
{
	const struct crm_err *err;
	bool yes;

	if (!crm_whom_has(&w->r->whom, id))
		return NULL;
	err = covers(w->r, who, &yes);
	return err == NULL && yes ? take_who(w, id) : err;
}

/* Everybody of one kind. */
static const struct crm_err *
take_kind(struct work *w, const char *kind)
{
	w->next = 0;
	return ask(w, &kind, 1, take_any);
}

/* Costs are of a source, or of all: of a town nobody knows what it cost. */
static bool
lacks(const struct crm_report_run *r, size_t i)
{
	const struct crm_by_key *k = &r->by.key[0];

	return i >= C_COST && r->by.n > 0 &&
	    (r->by.n > 1 || k->of != CRM_BY_WHO || k->is_who || k->is_segment ||
		k->ref.nlinks > 0 ||
		!crm_view_eq(k->ref.last, CRM_V("source")));
}

/* Nor what some of the people of a source did. */
static bool
knows_cost(const struct crm_report_run *r)
{
	return r->whom.all && !lacks(r, C_COST);
}

/* What was spent; with --in, in the period. */
static const struct crm_err *
take_cost(struct work *w, uint64_t id, const struct crm_stored *event)
{
	struct crm_report_run *r = w->r;
	struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_view source = CRM_VNULL;
	const struct crm_err *err = NULL;
	struct crm_event_core core;

	if (!crm_event_core(event, id, &core) || core.currency == 0)
		return NULL;
	crm_groups_see(&w->groups, core.currency);
	if (r->has_period &&
	    (core.at_us < r->period.from_us || core.at_us >= r->period.to_us))
		return NULL;
	(void)crm_stored_get(event, CRM_EVENT_SOURCE, &source);
	if (r->by.n > 0)
		crm_by_pack(&key, source);
	err = crm_groups_add_money(&w->groups,
	    crm_groups_at(&w->groups, crm_buf_view(&key), core.currency), COST,
	    core.currency, core.minor);
	crm_buf_release(&key);
	return err;
}

static const struct crm_err *
see_total(void *ctx, const struct crm_total *t)
{
	struct work *w = ctx;

	if (t->what == CRM_W_PURCHASE || t->what == CRM_W_REFUND)
		crm_groups_see(&w->groups, t->currency);
	return NULL;
}

/* People stand beside one of the currencies. */
static const struct crm_err *
bring_home(struct work *w)
{
	const struct crm_err *err = NULL;

	if (!crm_groups_has_base(&w->groups))
		err = crm_totals_each(w->r->snap, see_total, w);
	return err != NULL ? err : crm_groups_bring_home(&w->groups);
}

/* How many of a group bought: at home all, whatever they paid with. */
static int64_t
customers_of(const struct work *w, const struct crm_group *g)
{
	return g->count[g->currency == crm_groups_home(&w->groups) ? CUSTOMERS
								   : BUYERS];
}

/* What the source cost, and what came of it. */
static const struct crm_err *
put_cost(struct work *w, const struct crm_group *g)
{
	struct crm_row_maker *row = &w->r->row;
	int64_t cost = g->money[COST], more;
	size_t i;

	if (!knows_cost(w->r)) {
		for (i = C_COST; i < w->r->report->ncolumns; i++)
			crm_row_none(row);
		return NULL;
	}
	if (__builtin_sub_overflow(g->money[REVENUE], cost, &more))
		return crm_err(CRM_E_DATA, "a sum of the report is too large");
	crm_row_money(row, cost, g->currency);
	crm_row_share(row, more, cost);
	crm_row_average(row, cost, g->count[PEOPLE], g->currency);
	crm_row_average(row, cost, customers_of(w, g), g->currency);
	return NULL;
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;
	int64_t people = g->count[PEOPLE], customers = customers_of(w, g);

	if (people > 0 || g->currency == crm_groups_home(&w->groups))
		crm_row_number(row, people);
	else
		crm_row_none(row);
	crm_row_number(row, customers);
	crm_row_share(row, customers, people);
	crm_row_number(row, g->count[ORDERS]);
	crm_row_money(row, g->money[REVENUE], g->currency);
	crm_row_currency(row, g->currency);
	crm_row_average(row, g->money[REVENUE], people, g->currency);
	return put_cost(w, g);
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	static const char *const costs[] = { "event", "what:" CRM_WHAT_COST };
	struct work w = { .r = r };
	const struct crm_err *err;

	crm_groups_init(&w.groups, r->config, &r->by);
	err = crm_buyers_gather(r,
	    CRM_BUYERS_EVER | CRM_BUYERS_REFUNDED | CRM_BUYERS_AS_PAID,
	    &w.buyers);
	if (err == NULL)
		err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = take_kind(&w, "person");
	if (err == NULL)
		err = take_kind(&w, "org");
	if (err == NULL && knows_cost(r))
		err = ask(&w, costs, 2, take_cost);
	if (err == NULL)
		err = bring_home(&w);
	if (err == NULL)
		err = crm_put_groups(
		    r, &w.groups, CRM_ORDER_MONEY, REVENUE, add_columns, &w);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	crm_buyers_release(&w.buyers);
	return err;
}

const struct crm_report crm_report_sources = {
	.name = "sources",
	.summary = "where people came from, who bought, and what it cost",
	.main = "revenue",
	.spare = "average orders conversion",
	.by = "source",
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.lacks = lacks,
	.run = run,
};
