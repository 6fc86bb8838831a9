/* retention: how many customers renew, period after period, and will. */
#include <math.h>

#include "report/list.h"
#include "report/renewals.h"

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
	struct crm_renewals renewals;
};

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
	const struct crm_renewals *n = &w->renewals;
	double members = 0, survival = 1, renewed;
	size_t t;

	for (t = 0; t < n->n; t++)
		members += n->renewal[t].left + n->renewal[t].last;
	for (t = 1; err == NULL && t <= n->n + ahead && t <= ROWS_MAX; t++) {
		bool known = t <= n->n;

		if (t > 1 && t - 1 <= n->n)
			members -=
			    n->renewal[t - 2].left + n->renewal[t - 2].last;
		renewed = known ? members - n->renewal[t - 1].left : 0;
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
		put_share(row, n->fitted, crm_contract_rate(&n->model, t));
		put_share(row, n->fitted, crm_contract_survival(&n->model, t));
		err = crm_row_put(row, w->r->rows);
	}
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	double ahead = 0, unit;
	const struct crm_err *err = crm_repeats_unit(r, &unit);

	if (err == NULL)
		err = crm_repeats_horizon(r, &ahead);
	if (err == NULL)
		err = crm_renewals_gather(
		    r, unit, crm_date_days(crm_report_today(r)), &w.renewals);
	if (err == NULL && w.renewals.n > 0)
		err = print_rows(
		    &w, w.renewals.fitted ? (size_t)(ahead / unit + 0.5) : 0);
	crm_renewals_release(&w.renewals);
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
