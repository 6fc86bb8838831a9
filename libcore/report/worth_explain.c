/* How the models of buying come to their figures of one customer. */
#include <math.h>
#include <stdio.h>

#include "report/explain.h"
#include "report/gaps.h"
#include "report/worth.h"

#define DIGITS 6

/* Any of its digits may count. */
static void
explain_parameter(struct crm_report_run *r, const char *name, double v)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "%.10g", v);
	crm_explain_text(r, name, text);
}

void
crm_worth_explain(struct crm_report_run *r, const struct crm_worth *w,
    const struct crm_repeats_fit *f, const struct crm_repeats_row *row)
{
	struct crm_repeat c = crm_repeats_of(row, w->until, w->unit);
	char a[CRM_EXPLAIN_TEXT], b[CRM_EXPLAIN_TEXT];
	size_t i;

	crm_explain_number(r, "x", c.x, 0);
	crm_explain_how(
	    r, "days with purchases, %u, after the first", row->days);
	crm_explain_number(r, "t_x", c.last, DIGITS);
	crm_explain_how(r,
	    "%s to %s in units of %g days: when they bought "
	    "last, since the first purchase",
	    crm_day_text(a, row->first), crm_day_text(b, row->last), w->unit);
	crm_explain_number(r, "T", c.age, DIGITS);
	crm_explain_how(r, "%s to %s: since the first purchase", a,
	    crm_day_text(b, w->until));
	for (i = 0; f->buys && i < CRM_BUYING_PARAMETERS; i++) {
		explain_parameter(
		    r, crm_buying_parameter(w->model, i), f->buying.p[i]);
		crm_explain_how(r, "parameter of %s, fitted to %zu customers",
		    crm_buying_name(w->model), f->end - f->from);
	}
}

const char *
crm_worth_alive_how(const struct crm_worth *w, const struct crm_repeats_fit *f,
    const struct crm_repeats_row *row)
{
	static char how[400];
	struct crm_repeat c = crm_repeats_of(row, w->until, w->unit);
	const double *p = f->buying.p;

	if (!f->buys)
		return w->rhythm ? "(t_x / T)^x: that x purchases at random "
				   "within T are all as early as t_x"
				 : "the model could not be fitted";
	if (w->model == CRM_PARETO_NBD)
		return "1 / (1 + s * (alpha + T)^(r + x) * (beta + T)^s * the "
		       "integral from t_x to T of (alpha + y)^-(r + x) * "
		       "(beta + y)^-(s + 1) dy)";
	if (c.x == 0)
		return "1: in this model nobody leaves before the second "
		       "purchase";
	(void)snprintf(how, sizeof(how),
	    "1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t_x))^(r + x)) "
	    "= 1 / (1 + %.4g / %.4g * (%.4f / %.4f)^%.4f)",
	    p[2], p[3] + c.x - 1, p[1] + c.age, p[1] + c.last, p[0] + c.x);
	return how;
}

void
crm_worth_explain_staying(struct crm_report_run *r, const struct crm_worth *w,
    const struct crm_repeats_fit *f, const struct crm_repeats_row *row)
{
	struct crm_repeat c = crm_repeats_of(row, w->until, w->unit);

	crm_explain_number(r, "t", w->horizon, DIGITS);
	crm_explain_how(r, "the horizon, in units of %g days", w->unit);
	if (!f->buys && w->rhythm && row->days >= CRM_RHYTHM_DAYS) {
		crm_explain_number(
		    r, "staying", w->horizon * c.x / c.age, DIGITS);
		crm_explain_how(r,
		    "days with purchases within it, if they are alive: t * x "
		    "/ T");
	}
	if (!f->buys)
		return;
	crm_explain_number(r, "staying",
	    crm_buying_staying(&f->buying, &c, w->horizon, 0), DIGITS);
	crm_explain_how(r,
	    "days with purchases within it, if they are alive: "
	    "%s",
	    w->model == CRM_BG_NBD
		? "(a + b + x - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T "
		  "+ t))^(r + x) * 2F1(r + x, b + x; a + b + x - 1; t / (alpha "
		  "+ T + t)))"
		: "(r + x) * (beta + T) / ((alpha + T) * (s - 1)) * (1 - "
		  "((beta + T) / (beta + T + t))^(s - 1))");
}

void
crm_worth_explain_spend(struct crm_report_run *r,
    const struct crm_repeats_fit *f, const struct crm_repeats_row *row)
{
	struct crm_spending s = crm_repeats_spending(row);
	const struct {
		const char *name;
		double value;
	} p[] = { { "p", f->spend.p }, { "q", f->spend.q },
		{ "v", f->spend.v } };
	double minor = pow(10, crm_currency_digits(row->currency));
	size_t i;

	if (f->spends == 0)
		return;
	crm_explain_number(r, "m", s.mean / minor, DIGITS);
	crm_explain_how(r,
	    s.x > 0 ? "mean spent on such a day, without the first"
		    : "spent nothing after the first day: x is 0 here");
	for (i = 0; i < sizeof(p) / sizeof(p[0]); i++) {
		/* v is an amount, counted in smallest units */
		explain_parameter(
		    r, p[i].name, i == 2 ? p[i].value / minor : p[i].value);
		crm_explain_how(r,
		    "parameter of gamma-gamma, fitted to %zu "
		    "customers",
		    f->spends);
	}
}

void
crm_worth_explain_discounted(struct crm_report_run *r,
    const struct crm_worth *w, const struct crm_repeats_fit *f,
    const struct crm_repeats_row *row)
{
	struct crm_repeat c = crm_repeats_of(row, w->until, w->unit);

	if (!f->buys || w->rate < 0)
		return;
	crm_explain_number(r, "discounted",
	    crm_buying_staying(&f->buying, &c, w->horizon, w->rate), DIGITS);
	crm_explain_how(r,
	    "staying, of which a purchase y units from now "
	    "counts exp(-%.6g * y): %s percent a year",
	    w->rate, r->arg[CRM_ARG_DISCOUNT]);
}
