/* model: what the models behind clv and churn were fitted to, and gave. */
#include <math.h>

#include "base/mem.h"
#include "report/list.h"
#include "report/renewals.h"

#define SCALE 6 /* digits of a parameter behind the point */

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "model", .type = CRM_T_TEXT, .help = "the model" },
	{ .name = "parameter", .type = CRM_T_TEXT, .help = "its parameter" },
	{ .name = "value", .type = CRM_T_NUMBER, .help = "as it was fitted" },
	{ .name = "currency", .type = CRM_T_CURRENCY,
	    .help = "of the purchases" },
};
/* clang-format on */

static const struct crm_err *
put(struct crm_report_run *r, const struct crm_repeats_fit *f,
    const char *model, const char *parameter, double value, uint8_t scale)
{
	/* no currency: a model of purchases of all */
	crm_row_begin(&r->row);
	crm_row_text(&r->row, crm_view_str(model));
	crm_row_text(&r->row, crm_view_str(parameter));
	crm_row_dec(&r->row,
	    (struct crm_dec){ llround(value * pow(10, scale)), scale });
	if (f != NULL)
		crm_row_currency(&r->row, f->currency);
	else
		crm_row_none(&r->row);
	return crm_row_put(&r->row, r->rows);
}

static const struct crm_err *
put_buying(struct crm_report_run *r, const struct crm_repeats_fit *f)
{
	const char *name = crm_buying_name(f->buying.model);
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < CRM_BUYING_PARAMETERS; i++)
		err = put(r, f, name, crm_buying_parameter(f->buying.model, i),
		    f->buying.p[i], SCALE);
	if (err == NULL)
		err = put(
		    r, f, name, "log-likelihood", f->buying.log_likelihood, 3);
	if (err == NULL)
		err =
		    put(r, f, name, "customers", (double)(f->end - f->from), 0);
	return err == NULL ? put(r, f, name, "repeaters", (double)f->again, 0)
			   : err;
}

static const struct crm_err *
put_spend(struct crm_report_run *r, const struct crm_repeats_fit *f)
{
	static const char name[] = "gamma-gamma";
	const struct crm_err *err;
	uint8_t digits = (uint8_t)crm_currency_decimals(
	    crm_view_str(crm_currency_code(f->currency)));

	err = put(r, f, name, "p", f->spend.p, SCALE);
	if (err == NULL)
		err = put(r, f, name, "q", f->spend.q, SCALE);
	if (err == NULL)
		err = put(r, f, name, "v", f->spend.v / pow(10, digits), SCALE);
	if (err == NULL)
		err = put(r, f, name, "log-likelihood",
		    f->spend.log_likelihood +
			(double)f->spends * digits * log(10),
		    3);
	return err == NULL ? put(r, f, name, "customers", (double)f->spends, 0)
			   : err;
}

/* --model sbg: that behind retention; periods are months there. */
static const struct crm_err *
run_sbg(struct crm_report_run *r)
{
	static const char name[] = "sbg";
	struct crm_renewals n = { 0 };
	const struct crm_err *err;
	int32_t until;
	double unit;

	if (r->arg[CRM_ARG_UNIT] == r->report->arg[CRM_ARG_UNIT])
		r->arg[CRM_ARG_UNIT] = "month";
	err = crm_repeats_unit(r, &unit);
	if (err == NULL)
		err = crm_repeats_until(r, &until);
	if (err == NULL)
		err = crm_renewals_gather(r, unit, until, &n);
	if (err == NULL && n.fitted)
		err = put(r, NULL, name, "alpha", n.model.alpha, SCALE);
	if (err == NULL && n.fitted)
		err = put(r, NULL, name, "beta", n.model.beta, SCALE);
	if (err == NULL && n.fitted)
		err = put(
		    r, NULL, name, "log-likelihood", n.model.log_likelihood, 3);
	if (err == NULL && n.fitted)
		err = put(r, NULL, name, "customers", (double)n.customers, 0);
	crm_renewals_release(&n);
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	enum crm_buying_model model;
	struct crm_repeats repeats = { 0 };
	struct crm_repeats_fit *fit = NULL;
	const struct crm_err *err;
	size_t n = 0, i;
	int32_t until;
	double unit;

	if (strcmp(r->arg[CRM_ARG_MODEL], "sbg") == 0)
		return run_sbg(r);
	err = crm_repeats_model(r, &model);
	if (err == NULL)
		err = crm_repeats_unit(r, &unit);
	if (err == NULL)
		err = crm_repeats_until(r, &until);
	if (err == NULL)
		err = crm_repeats_gather(r, until, &repeats);
	if (err == NULL)
		err = crm_report_untold(
		    r, crm_repeats_fit(&repeats, model, until, unit, &fit, &n));
	for (i = 0; err == NULL && i < n; i++) {
		if (fit[i].buys)
			err = put_buying(r, &fit[i]);
		if (err == NULL && fit[i].spends > 0)
			err = put_spend(r, &fit[i]);
		else if (err == NULL)
			crm_report_note(r,
			    "gamma-gamma cannot be fitted to purchases in %s",
			    crm_currency_code(fit[i].currency));
		if (!fit[i].buys)
			crm_report_note(r,
			    "%s cannot be fitted to purchases in %s",
			    crm_buying_name(model),
			    crm_currency_code(fit[i].currency));
	}
	crm_repeats_release(&repeats);
	crm_free(fit);
	return err;
}

const struct crm_report crm_report_model = {
	.name = "model",
	.summary = "parameters of the models behind clv and churn",
	.period = true,
	.whom = true,
	.arg = { [CRM_ARG_MODEL] = "bg-nbd",
	    [CRM_ARG_UNIT] = "week",
	    [CRM_ARG_CALIBRATE] = "" },
	.match = "model parameter",
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
