/* concentration: how much of the revenue the best customers bring. */
#include "base/mem.h"
#include "record/value.h"
#include "report/buyers.h"
#include "report/explain.h"
#include "report/list.h"
#include "report/quantile.h"

#define DECILES 10
#define REVENUE 0 /* slot of money */
#define CUSTOMERS 0
#define DECILES_SUM 1

/* clang-format off */
static const struct crm_field keys[] = {
	{ .name = "decile", .type = CRM_T_NUMBER },
};

static const struct crm_field columns[] = {
	{ .name = "customers", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "revenue", .type = CRM_T_MONEY,
	    .help = "purchases less refunds" },
	{ .name = "average", .type = CRM_T_MONEY,
	    .help = "revenue for a customer" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amounts" },
	{ .name = "share", .type = CRM_T_PERCENT,
	    .help = "revenue as percent of that of all" },
	{ .name = "cumulative", .type = CRM_T_PERCENT,
	    .help = "share of this row and those before it" },
	{ .name = "of-customers", .type = CRM_T_PERCENT,
	    .help = "customers of this row and those before, of all" },
	{ .name = "decile", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "of a customer; of several the mean" },
};
/* clang-format on */

struct work {
	struct crm_report_run *r;
	struct crm_buyers buyers;
	uint8_t *decile;                /* one a buyer: 1 is the best */
	int64_t total[256], count[256]; /* of all, by currency */
	struct crm_groups groups;
	struct crm_by_values *values;
	const struct crm_buyer *at;
};

/* Class those of one currency; the best come first. */
static void
class_by(struct work *w, unsigned int currency, int64_t *value)
{
	const struct crm_buyer *b = w->buyers.buyer;
	struct crm_quantile q;
	size_t i, n = 0;

	for (i = 0; i < w->buyers.n; i++)
		if (b[i].currency == currency)
			value[n++] = -b[i].row.sum;
	crm_quantile_of(&q, DECILES, value, n);
	for (i = 0; i < w->buyers.n; i++)
		if (b[i].currency == currency)
			w->decile[i] =
			    (uint8_t)crm_quantile_class(&q, -b[i].row.sum);
}

static const struct crm_err *
class_all(struct work *w)
{
	int64_t *value = crm_calloc(w->buyers.n + 1, sizeof(*value));
	const struct crm_err *err = NULL;
	const struct crm_buyer *b;
	unsigned int c;
	size_t i;

	w->decile = crm_calloc(w->buyers.n + 1, 1);
	for (i = 0; err == NULL && i < w->buyers.n; i++) {
		b = &w->buyers.buyer[i];
		w->count[b->currency]++;
		if (!crm_add_i64(w->total[b->currency], b->row.sum,
			&w->total[b->currency]))
			err = crm_err(
			    CRM_E_DATA, "a sum of the report is too large");
	}
	for (c = 0; err == NULL && c < 256; c++)
		if (w->count[c] > 0)
			class_by(w, c, value);
	crm_free(value);
	return err;
}

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct crm_buyer *b = w->at;
	struct crm_group *g = crm_groups_at(&w->groups, key, b->currency);

	g->count[CUSTOMERS]++;
	g->count[DECILES_SUM] += w->decile[b - w->buyers.buyer];
	return crm_groups_add_money(
	    &w->groups, g, REVENUE, b->currency, b->row.sum);
}

static const struct crm_err *
group_all(struct work *w)
{
	struct crm_buf b = CRM_BUF_INIT(64);
	const struct crm_err *err = NULL;
	struct crm_view decile;
	size_t i;

	crm_by_set_own(w->values, &decile);
	for (i = 0; err == NULL && i < w->buyers.n; i++) {
		w->at = &w->buyers.buyer[i];
		crm_buf_reset(&b);
		crm_value_put_dec(&b, (struct crm_dec){ w->decile[i], 0 });
		decile = crm_buf_view(&b);
		err = crm_by_each(
		    w->values, w->at->who, CRM_BY_NO_TIME, 0, NULL, add_up, w);
	}
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
print(struct work *w)
{
	const struct crm_err *err = crm_groups_settle(&w->groups);
	int64_t sum[256] = { 0 }, count[256] = { 0 };
	struct crm_report_run *r = w->r;
	size_t i;

	crm_groups_sort(&w->groups,
	    r->by.n > 0 && r->by.key[0].of == CRM_BY_OWN ? CRM_ORDER_KEY
							 : CRM_ORDER_MONEY,
	    REVENUE);
	for (i = 0; err == NULL && i < w->groups.n; i++) {
		const struct crm_group *g = &w->groups.group[i];
		uint8_t c = g->currency;

		if (!crm_add_i64(sum[c], g->money[REVENUE], &sum[c]))
			return crm_err(
			    CRM_E_DATA, "a sum of the report is too large");
		count[c] += g->count[CUSTOMERS];
		crm_row_begin(&r->row);
		crm_groups_add_key(&w->groups, g, &r->row);
		crm_row_number(&r->row, g->count[CUSTOMERS]);
		crm_row_money(&r->row, g->money[REVENUE], c);
		crm_row_average(
		    &r->row, g->money[REVENUE], g->count[CUSTOMERS], c);
		crm_row_currency(&r->row, c);
		crm_row_share(&r->row, g->money[REVENUE], w->total[c]);
		crm_row_share(&r->row, sum[c], w->total[c]);
		crm_row_share(&r->row, count[c], w->count[c]);
		if (g->count[CUSTOMERS] == 1)
			crm_row_number(&r->row, g->count[DECILES_SUM]);
		else
			crm_row_mean(&r->row, g->count[DECILES_SUM],
			    g->count[CUSTOMERS]);
		err = crm_row_put(&r->row, r->rows);
	}
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err;

	crm_groups_init(&w.groups, r->config, &r->by);
	err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = crm_buyers_gather(r, 0, &w.buyers);
	if (err == NULL)
		err = class_all(&w);
	if (err == NULL)
		err = group_all(&w);
	if (err == NULL)
		err = print(&w);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	crm_buyers_release(&w.buyers);
	crm_free(w.decile);
	return err;
}

/* Where somebody stands among those of the same currency. */
static const struct crm_err *
explain_buyer(struct work *w, const struct crm_buyer *b, unsigned int decile)
{
	int64_t better = 0, alike = 0, sum = 0, n = w->count[b->currency];
	char amount[CRM_EXPLAIN_TEXT], all[CRM_EXPLAIN_TEXT];
	struct crm_report_run *r = w->r;
	size_t i;

	for (i = 0; i < w->buyers.n; i++) {
		const struct crm_buyer *x = &w->buyers.buyer[i];

		if (x->currency != b->currency || x->row.sum < b->row.sum)
			continue;
		better += x->row.sum > b->row.sum;
		alike += x->row.sum == b->row.sum;
		if (!crm_add_i64(sum, x->row.sum, &sum))
			return crm_err(
			    CRM_E_DATA, "a sum of the report is too large");
	}
	crm_explain_amount(r, "revenue", b->row.sum, b->currency);
	crm_explain_how(r, "purchases less refunds");
	crm_explain_text(r, "currency", crm_currency_code(b->currency));
	crm_explain_how(r, "of the amounts");
	crm_explain_number(r, "place", (double)better + 1, 0);
	crm_explain_how(r, "of %lld customers %lld brought more, %lld as much",
	    (long long)n, (long long)better, (long long)alike - 1);
	crm_explain_number(r, "decile", decile, 0);
	crm_explain_how(r, "1 + %d * %lld / %lld, rounded down", DECILES,
	    (long long)better, (long long)n);
	crm_amount_text(w->r, all, w->total[b->currency], b->currency);
	crm_explain_number(r, "share",
	    100 * (double)b->row.sum / (double)w->total[b->currency], 3);
	crm_explain_how(r, "percent: 100 * %s / %s",
	    crm_amount_text(w->r, amount, b->row.sum, b->currency), all);
	crm_explain_number(r, "cumulative",
	    100 * (double)sum / (double)w->total[b->currency], 1);
	crm_explain_how(r,
	    "percent, of all who brought as much or more: 100 * %s / %s",
	    crm_amount_text(w->r, amount, sum, b->currency), all);
	return NULL;
}

static const struct crm_err *
explain(struct crm_report_run *r, uint64_t who)
{
	struct work w = { .r = r };
	const struct crm_err *err = crm_buyers_gather(r, 0, &w.buyers);
	size_t i;

	if (err == NULL)
		err = class_all(&w);
	for (i = 0; err == NULL && i < w.buyers.n; i++)
		if (w.buyers.buyer[i].who == who)
			err =
			    explain_buyer(&w, &w.buyers.buyer[i], w.decile[i]);
	crm_buyers_release(&w.buyers);
	crm_free(w.decile);
	return err;
}

const struct crm_report crm_report_concentration = {
	.name = "concentration",
	.summary = "how much of the revenue the best customers bring",
	.main = "revenue",
	.spare = "of-customers average",
	.by = "decile",
	.key = keys,
	.nkeys = 1,
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
	.explain = explain,
};
