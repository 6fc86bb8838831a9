/* retention: how many customers renew, period after period, and will. */
#include <math.h>

#include "base/mem.h"
#include "model/contract.h"
#include "report/list.h"
#include "report/repeats.h"

#define MILLION 1000000
#define ROWS_MAX 1200 /* a hundred years of months */

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "period", .type = CRM_T_NUMBER,
	    .help = "renewals since the first purchase" },
	{ .name = "members", .type = CRM_T_NUMBER,
	    .help = "customers who had it to decide on" },
	{ .name = "renewed", .type = CRM_T_NUMBER,
	    .help = "how many of them bought in that period or later" },
	{ .name = "rate", .type = CRM_T_PERCENT,
	    .help = "renewed as percent of members" },
	{ .name = "survival", .type = CRM_T_PERCENT,
	    .help = "what is left of all, by these rates" },
	{ .name = "expected-rate", .type = CRM_T_PERCENT,
	    .help = "rate by the model" },
	{ .name = "expected", .type = CRM_T_PERCENT,
	    .help = "survival by the model" },
};
/* clang-format on */

struct work {
	struct crm_report_run *r;
	struct crm_repeats repeats;
	double unit; /* days */
	int32_t today;
	struct crm_renewal *renewal;
	size_t n, cap;
	bool fitted;
	struct crm_contract model;
};

static struct crm_renewal *
renewal_at(struct work *w, size_t t)
{
	if (t > w->n) {
		w->renewal =
		    crm_grow(w->renewal, &w->cap, t, sizeof(*w->renewal));
		memset(w->renewal + w->n, 0, (t - w->n) * sizeof(*w->renewal));
		w->n = t;
	}
	return &w->renewal[t - 1];
}

/*
 * A customer has bought in period 0.  Those that are over are known: who
 * bought in the last of them, or since, is still there.
 */
static void
count_customer(struct work *w, const struct crm_repeats_row *row)
{
	size_t age = (size_t)((w->today + 1 - row->first) / w->unit);
	size_t last = (size_t)((row->last - row->first) / w->unit);

	if (age < 2)
		return;
	if (last + 1 >= age)
		renewal_at(w, age - 1)->last++;
	else
		renewal_at(w, last + 1)->left++;
}

static const struct crm_err *
count(struct work *w)
{
	const struct crm_err *err =
	    crm_repeats_gather(w->r, w->today, &w->repeats);
	size_t i;

	for (i = 0; err == NULL && i < w->repeats.n; i++)
		count_customer(w, &w->repeats.row[i]);
	return err;
}

/* A share as the rows have it; it cannot be above 1. */
static void
put_share(struct crm_row_maker *row, bool known, double share)
{
	if (known)
		crm_row_share(row, llround(share * MILLION), MILLION);
	else
		crm_row_none(row);
}

/* Rows of what is known, and as many of what is to come as --horizon says. */
static const struct crm_err *
print_rows(struct work *w, size_t ahead)
{
	struct crm_row_maker *row = &w->r->row;
	const struct crm_err *err = NULL;
	double members = 0, survival = 1, renewed;
	size_t t;

	for (t = 0; t < w->n; t++)
		members += w->renewal[t].left + w->renewal[t].last;
	for (t = 1; err == NULL && t <= w->n + ahead && t <= ROWS_MAX; t++) {
		bool known = t <= w->n;

		if (t > 1 && t - 1 <= w->n)
			members -=
			    w->renewal[t - 2].left + w->renewal[t - 2].last;
		renewed = known ? members - w->renewal[t - 1].left : 0;
		survival *= known && members > 0 ? renewed / members : 1;
		crm_row_begin(row);
		crm_row_number(row, (int64_t)t);
		if (known) {
			crm_row_number(row, (int64_t)members);
			crm_row_number(row, (int64_t)renewed);
		} else {
			crm_row_none(row);
			crm_row_none(row);
		}
		put_share(row, known && members > 0,
		    members > 0 ? renewed / members : 0);
		put_share(row, known, survival);
		put_share(row, w->fitted, crm_contract_rate(&w->model, t));
		put_share(row, w->fitted, crm_contract_survival(&w->model, t));
		err = crm_row_put(row, w->r->rows);
	}
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err = crm_repeats_unit(r, &w.unit);
	double ahead = 0;

	w.today = crm_date_days(crm_report_today(r));
	if (err == NULL)
		err = crm_repeats_horizon(r, &ahead);
	if (err == NULL)
		err = count(&w);
	if (err == NULL && w.n > 0) {
		w.fitted = crm_contract_fit(w.renewal, w.n, &w.model);
		err = print_rows(
		    &w, w.fitted ? (size_t)(ahead / w.unit + 0.5) : 0);
	}
	crm_repeats_release(&w.repeats);
	crm_free(w.renewal);
	return err;
}

const struct crm_report crm_report_retention = {
	.name = "retention",
	.summary = "how many customers renew, period after period, and will",
	.main = "survival",
	.period = true,
	.whom = true,
	.arg = { [CRM_ARG_UNIT] = "month", [CRM_ARG_HORIZON] = "6m" },
	.match = "period",
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
