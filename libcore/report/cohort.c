/* cohort: who began to buy together, and how many came back when. */
#include "base/mem.h"
#include "record/word.h"
#include "report/buyers.h"
#include "report/list.h"

#define LAST_BIT 63 /* of a bitmap of months: that or later */

/* clang-format off */
static const struct crm_field keys[] = {
	{ .name = "cohort", .type = CRM_T_TEXT },
};

static const struct crm_field columns[] = {
	{ .name = "month", .type = CRM_T_NUMBER,
	    .help = "months since that of the first purchase" },
	{ .name = "members", .type = CRM_T_NUMBER,
	    .help = "customers whose first purchase is so long ago" },
	{ .name = "customers", .type = CRM_T_NUMBER,
	    .help = "how many of them bought in that month" },
	{ .name = "share", .type = CRM_T_PERCENT,
	    .help = "customers as percent of members" },
	{ .name = "revenue", .type = CRM_T_MONEY,
	    .help = "purchases less refunds of that month" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of revenue" },
};
/* clang-format on */
enum { C_MONTH, C_MEMBERS, C_CUSTOMERS, C_SHARE, C_REVENUE };

/* A number for each month since the first purchase; those behind are 0. */
struct series {
	int64_t *v;
	size_t n, cap;
};

/* What is counted of one group. */
struct cells {
	struct series members, customers;
	struct {
		uint8_t currency;
		struct series sum;
	} * money;
	size_t nmoney, money_cap;
};

/* Which groups a buyer is in: a part of a list. */
struct place {
	uint32_t from, n;
};

struct work {
	struct crm_report_run *r;
	struct crm_buyers buyers;
	struct place *place; /* one a buyer */
	uint32_t *in;        /* groups of all buyers */
	size_t nin, in_cap;
	struct crm_groups groups; /* count[0]: which of the cells */
	struct cells *cells;
	size_t ncells, cells_cap;
	struct crm_by_values *values;
	uint16_t now;           /* month */
	size_t at;              /* buyer at hand */
	uint16_t first;         /* month of their first purchase */
	struct crm_nummap seen; /* months in which they bought, and 1 */
};

static int64_t *
series_at(struct series *s, size_t i)
{
	if (i >= s->n) {
		s->v = crm_grow(s->v, &s->cap, i + 1, sizeof(*s->v));
		memset(s->v + s->n, 0, (i + 1 - s->n) * sizeof(*s->v));
		s->n = i + 1;
	}
	return &s->v[i];
}

static int64_t
series_get(const struct series *s, size_t i)
{
	return i < s->n ? s->v[i] : 0;
}

static struct series *
money_of(struct cells *c, uint8_t currency)
{
	size_t i;

	for (i = 0; i < c->nmoney; i++)
		if (c->money[i].currency == currency)
			return &c->money[i].sum;
	c->money =
	    crm_grow(c->money, &c->money_cap, c->nmoney + 1, sizeof(*c->money));
	memset(&c->money[c->nmoney], 0, sizeof(*c->money));
	c->money[c->nmoney].currency = currency;
	return &c->money[c->nmoney++].sum;
}

/* One of the groups that the buyer at hand is in. */
static const struct crm_err *
join(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	size_t n = w->groups.n;
	struct crm_group *g =
	    crm_groups_at(&w->groups, key, w->buyers.buyer[w->at].currency);

	if (w->groups.n > n) {
		g->count[0] = (int64_t)w->ncells;
		w->cells = crm_grow(
		    w->cells, &w->cells_cap, w->ncells + 1, sizeof(*w->cells));
		memset(&w->cells[w->ncells++], 0, sizeof(*w->cells));
	}
	w->in = crm_grow(w->in, &w->in_cap, w->nin + 1, sizeof(*w->in));
	w->in[w->nin++] = (uint32_t)g->count[0];
	w->place[w->at].n++;
	return NULL;
}

static uint16_t
month_first(const struct work *w, size_t buyer)
{
	return crm_month_of(w->r->clock->zone,
	    w->buyers.buyer[buyer].row.first * CRM_BUYER_MINUTE_US);
}

/* The buyer at hand bought so many months later. */
static void
count_month(struct work *w, size_t month)
{
	const struct place *p = &w->place[w->at];
	uint32_t i;

	for (i = 0; i < p->n; i++)
		++*series_at(&w->cells[w->in[p->from + i]].customers, month);
}

/* A purchase of the buyer at hand, who bought for longer than a bitmap has
 * bits: the months of it that are told by no bit. */
static const struct crm_err *
take_late(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;
	uint16_t month = crm_month_of(w->r->clock->zone, f->at_us);
	bool added;

	if (crm_buyers_currency(w->r, f->currency) !=
		w->buyers.buyer[w->at].currency ||
	    month < w->first + LAST_BIT)
		return NULL;
	(void)crm_nummap_at(&w->seen, month, &added);
	if (added)
		count_month(w, (size_t)(month - w->first));
	return NULL;
}

static const struct crm_err *
count_late(struct work *w)
{
	struct crm_whom whom = { .id = &w->buyers.buyer[w->at].who, .n = 1 };
	struct crm_facts facts = { .snap = w->r->snap,
		.whom = &whom,
		.from_us = INT64_MIN,
		.to_us = INT64_MAX,
		.what = CRM_FACT(CRM_W_PURCHASE) };
	const struct crm_err *err;

	err = crm_facts_each(&facts, take_late, w);
	crm_nummap_release(&w->seen);
	memset(&w->seen, 0, sizeof(w->seen));
	return err;
}

/* How often a buyer came back, and for how many months that is known. */
static const struct crm_err *
count_buyer(struct work *w)
{
	const struct crm_buyer *b = &w->buyers.buyer[w->at];
	const struct place *p = &w->place[w->at];
	uint64_t early = b->row.months & ~(UINT64_C(1) << LAST_BIT), m;
	uint16_t last =
	    crm_month_of(w->r->clock->zone, b->row.last * CRM_BUYER_MINUTE_US);
	uint32_t i;

	for (m = early; m != 0; m &= m - 1)
		count_month(w, (size_t)__builtin_ctzll(m));
	if (last < w->now)
		last = w->now;
	for (i = 0; i < p->n; i++)
		++*series_at(&w->cells[w->in[p->from + i]].members,
		    (size_t)(last - w->first));
	return b->row.months != early ? count_late(w) : NULL;
}

/* --in: whose first purchase lies in the period. */
static bool
is_covered(const struct crm_report_run *r, const struct crm_buyer *b)
{
	int64_t first_us = b->row.first * CRM_BUYER_MINUTE_US;

	return first_us >= r->period.from_us && first_us < r->period.to_us;
}

static const struct crm_err *
take_buyers(struct work *w)
{
	const struct crm_err *err = NULL;
	struct crm_view cohort;
	struct crm_date d;
	char text[11];

	crm_by_set_own(w->values, &cohort);
	w->place = crm_calloc(w->buyers.n + 1, sizeof(*w->place));
	for (w->at = 0; err == NULL && w->at < w->buyers.n; w->at++) {
		const struct crm_buyer *b = &w->buyers.buyer[w->at];

		w->place[w->at].from = (uint32_t)w->nin;
		if (!is_covered(w->r, b))
			continue;
		w->first = month_first(w, w->at);
		d.year = (int16_t)(w->first / 12);
		d.month = (uint8_t)(w->first % 12 + 1);
		d.day = 1;
		cohort = crm_view(
		    text, crm_unit_put(text, w->r->clock, CRM_MONTH, d));
		err = crm_by_each(
		    w->values, b->who, CRM_BY_NO_TIME, 0, NULL, join, w);
		if (err == NULL)
			err = count_buyer(w);
	}
	w->at = w->buyers.n; /* nobody */
	return err;
}

/* Find the buyer of a fact: most often the one at hand, or the next. */
static bool
find_buyer(struct work *w, const struct crm_fact *f)
{
	const struct crm_buyer *b = w->buyers.buyer;
	uint8_t currency = crm_buyers_currency(w->r, f->currency);
	size_t lo = 0, hi = w->buyers.n, mid;

	if (w->at < hi && b[w->at].who == f->who &&
	    b[w->at].currency == currency)
		return true;
	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (b[mid].who < f->who)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < w->buyers.n && b[lo].who == f->who; lo++)
		if (b[lo].currency == currency) {
			w->at = lo;
			w->first = month_first(w, lo);
			return true;
		}
	return false;
}

static const struct crm_err *
take_money(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;
	const struct place *p;
	uint16_t month;
	int64_t *sum, minor = f->minor * crm_what_revenue(f->what);
	uint32_t i;

	if (!find_buyer(w, f))
		return NULL;
	p = &w->place[w->at];
	month = p->n > 0 ? crm_month_of(w->r->clock->zone, f->at_us) : 0;
	for (i = 0; i < p->n; i++) {
		sum = series_at(
		    money_of(&w->cells[w->in[p->from + i]], f->currency),
		    month > w->first ? (size_t)(month - w->first) : 0);
		if (!crm_add_i64(*sum, minor, sum))
			return crm_err(
			    CRM_E_DATA, "a sum of the report is too large");
	}
	return NULL;
}

static const struct crm_err *
add_money(struct work *w)
{
	struct crm_facts facts = crm_report_facts(
	    w->r, CRM_FACT(CRM_W_PURCHASE) | CRM_FACT(CRM_W_REFUND), false);

	facts.from_us = INT64_MIN;
	facts.to_us = INT64_MAX;
	return crm_facts_each(&facts, take_money, w);
}

/* The sum of a month in the currency of the group. */
static const struct crm_err *
settle(const struct work *w, const struct cells *c, uint8_t currency,
    size_t month, int64_t *out)
{
	const struct crm_err *err = NULL;
	size_t i;

	*out = 0;
	for (i = 0; err == NULL && i < c->nmoney; i++) {
		int64_t sum = series_get(&c->money[i].sum, month);

		if (c->money[i].currency == currency)
			err = crm_add_i64(*out, sum, out)
			    ? NULL
			    : crm_err(CRM_E_DATA,
				  "a sum of the report is too large");
		else
			err = crm_config_add(
			    w->r->config, sum, c->money[i].currency, out);
	}
	return err;
}

static size_t
last_month(const struct cells *c)
{
	size_t n = c->members.n, i;

	for (i = 0; i < c->nmoney; i++)
		if (c->money[i].sum.n > n)
			n = c->money[i].sum.n;
	return n;
}

static const struct crm_err *
print_group(struct work *w, const struct crm_group *g)
{
	struct crm_report_run *r = w->r;
	struct cells *c = &w->cells[g->count[0]];
	const struct crm_err *err = NULL;
	size_t i, n = last_month(c);
	int64_t revenue, members;

	/* who is known for so long is known for less too */
	for (i = c->members.n; i-- > 1;)
		c->members.v[i - 1] += c->members.v[i];
	for (i = 0; err == NULL && i < n && !crm_rows_is_full(r->rows); i++) {
		members = series_get(&c->members, i);
		err = settle(w, c, g->currency, i, &revenue);
		if (err != NULL)
			break;
		crm_row_begin(&r->row);
		crm_groups_add_key(&w->groups, g, &r->row);
		crm_row_number(&r->row, (int64_t)i);
		crm_row_number(&r->row, members);
		crm_row_number(&r->row, series_get(&c->customers, i));
		crm_row_share(&r->row, series_get(&c->customers, i), members);
		crm_row_money(&r->row, revenue, g->currency);
		crm_row_currency(&r->row, g->currency);
		err = crm_row_put(&r->row, r->rows);
	}
	return err;
}

static void
release(struct work *w)
{
	size_t i, j;

	for (i = 0; i < w->ncells; i++) {
		crm_free(w->cells[i].members.v);
		crm_free(w->cells[i].customers.v);
		for (j = 0; j < w->cells[i].nmoney; j++)
			crm_free(w->cells[i].money[j].sum.v);
		crm_free(w->cells[i].money);
	}
	crm_free(w->cells);
	crm_free(w->in);
	crm_free(w->place);
	crm_by_values_free(w->values);
	crm_groups_release(&w->groups);
	crm_buyers_release(&w->buyers);
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err;
	size_t i;

	w.now = crm_month_of(r->clock->zone, r->clock->now_us);
	crm_groups_init(&w.groups, r->config, &r->by);
	err = crm_buyers_gather(r, CRM_BUYERS_EVER, &w.buyers);
	if (err == NULL)
		err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = take_buyers(&w);
	if (err == NULL && crm_report_wants(r, C_REVENUE))
		err = add_money(&w);
	if (err == NULL)
		crm_groups_sort(&w.groups, CRM_ORDER_KEY, 0);
	for (i = 0; err == NULL && i < w.groups.n; i++)
		err = print_group(&w, &w.groups.group[i]);
	release(&w);
	return err;
}

const struct crm_report crm_report_cohort = {
	.name = "cohort",
	.summary = "customers by month of first purchase, and who came back",
	.main = "share",
	.by = "cohort",
	.key = keys,
	.nkeys = 1,
	.period = true,
	.whom = true,
	.match = "month",
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
