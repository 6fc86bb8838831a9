#include "report/worth.h"

#include <math.h>

#include "base/mem.h"
#include "report/gaps.h"

#define MILLION CRM_WORTH_MILLION

/* A figure in units of a whole number; -1 when it fits none. */
static int64_t
whole(double v)
{
	return v >= 0 && v < 9e18 ? llround(v) : -1;
}

/* What is known of somebody's own purchases alone. */
static void
value_by_rhythm(const struct crm_worth *w, const struct crm_repeats_row *row,
    struct crm_worth_line *l)
{
	struct crm_repeat c = crm_repeats_of(row, w->until, w->unit);
	double alive, staying;

	if (row->days < CRM_RHYTHM_DAYS)
		return;
	alive = pow(c.last / c.age, c.x);
	staying = w->horizon * c.x / c.age;
	l->alive = whole(alive * MILLION);
	l->staying = whole(staying * MILLION);
	l->expected = whole(alive * staying * MILLION);
	if (l->spend < 0)
		l->spend = whole((double)row->again / c.x);
}

static void
value_line(const struct crm_worth *w, const struct crm_repeats_fit *f,
    const struct crm_repeats_row *row, struct crm_worth_line *l)
{
	struct crm_repeat c = crm_repeats_of(row, w->until, w->unit);
	struct crm_spending s = crm_repeats_spending(row);
	double alive, staying,
	    spend =
		f->spends > 0 ? crm_spend_expected(&f->spend, &s) : (double)NAN;

	*l = (struct crm_worth_line){ row, -1, -1, -1, whole(spend), -1 };
	if (!f->buys && w->rhythm)
		value_by_rhythm(w, row, l);
	if (!f->buys)
		return;
	alive = crm_buying_alive(&f->buying, &c);
	staying = crm_buying_staying(&f->buying, &c, w->horizon, 0);
	l->alive = whole(alive * MILLION);
	l->staying = whole(staying * MILLION);
	l->expected = whole(alive * staying * MILLION);
	if (f->spends > 0 && w->rate >= 0)
		l->clv = whole(spend * alive *
		    crm_buying_staying(&f->buying, &c, w->horizon, w->rate));
}

static void
value_lines(struct crm_worth *w)
{
	size_t i, k;

	w->line = crm_calloc(w->repeats.n + 1, sizeof(*w->line));
	for (i = 0; i < w->nfits; i++)
		for (k = w->fit[i].from; k < w->fit[i].end; k++)
			value_line(
			    w, &w->fit[i], &w->repeats.row[k], &w->line[k]);
}

/* Percent a year, as a rate at which worth falls with each unit; -1: nobody
 * asks. */
static const struct crm_err *
read_discount(const struct crm_report_run *r, struct crm_worth *w)
{
	const struct crm_err *err;
	struct crm_dec d;
	double percent;

	w->rate = -1;
	if (r->arg[CRM_ARG_DISCOUNT] == NULL)
		return NULL;
	err = crm_report_number(r, CRM_ARG_DISCOUNT, &d);
	percent = (double)d.m;

	for (; err == NULL && d.scale > 0; d.scale--)
		percent /= 10;
	w->rate = log1p(percent / 100) * w->unit / CRM_YEAR_DAYS;
	return err;
}

static const struct crm_err *
read_options(const struct crm_report_run *r, struct crm_worth *w)
{
	const struct crm_err *err = NULL;

	w->modelled =
	    !w->rhythm || strcmp(r->arg[CRM_ARG_MODEL], "silence") != 0;
	w->model = CRM_BUYING_NONE;
	if (w->modelled)
		err = crm_repeats_model(r, &w->model);
	w->today = crm_date_days(crm_report_today(r));
	if (err == NULL)
		err = crm_repeats_unit(r, &w->unit);
	if (err == NULL)
		err = crm_repeats_until(r, &w->until);
	if (err == NULL)
		err = crm_repeats_horizon(r, &w->horizon);
	if (w->until < w->today)
		w->horizon = w->today - w->until;
	w->horizon /= w->unit;
	if (err == NULL)
		err = read_discount(r, w);
	return err;
}

/* Say to which purchases no model of who buys could be fitted. */
static void
note_buying(const struct crm_report_run *r, const struct crm_worth *w)
{
	struct crm_buf in = CRM_BUF_INIT(CRM_LINE_MAX);
	size_t i, n = 0;

	for (i = 0; w->modelled && i < w->nfits; i++) {
		const struct crm_repeats_fit *f = &w->fit[i];

		if (f->buys)
			continue;
		crm_buf_addf(&in,
		    n++ == 0 ? "%s (%zu of %zu customers bought again)"
			     : ", %s (%zu of %zu)",
		    crm_currency_code(f->currency), f->again, f->end - f->from);
	}
	if (n > 0 && crm_buf_end(&in) == NULL)
		crm_report_note(r, "%s cannot be fitted to purchases in %s: %s",
		    crm_buying_name(w->model), in.p,
		    w->rhythm ? "the risk is told by their silence, "
				"against their own rhythm"
			      : "they have no figures");
	crm_buf_release(&in);
}

/* The same of what they spend. */
static void
note_spending(const struct crm_report_run *r, const struct crm_worth *w)
{
	size_t i;

	for (i = 0; i < w->nfits; i++)
		if (w->fit[i].spends == 0)
			crm_report_note(r,
			    "gamma-gamma cannot be fitted to purchases in %s: "
			    "%s",
			    crm_currency_code(w->fit[i].currency),
			    w->rhythm && !w->fit[i].buys
				? "what they spent in the mean stands in for it"
				: "what customers will spend cannot be said");
}

const struct crm_err *
crm_worth_make(const struct crm_report_run *r, bool rhythm, struct crm_worth *w)
{
	const struct crm_err *err;

	memset(w, 0, sizeof(*w));
	w->rhythm = rhythm;
	err = read_options(r, w);
	if (err == NULL)
		err = crm_repeats_gather(r, w->until, &w->repeats);
	if (err == NULL)
		err = crm_repeats_fit(&w->repeats, w->model, w->until, w->unit,
		    &w->fit, &w->nfits);
	if (err != NULL && err->code == CRM_E_DATA && w->nfits > 0)
		err = rhythm ? NULL : crm_report_untold(r, err);
	if (err == NULL) { /* what cannot be fitted is noted */
		note_buying(r, w);
		note_spending(r, w);
		value_lines(w);
	}
	return err;
}

void
crm_worth_release(struct crm_worth *w)
{
	crm_repeats_release(&w->repeats);
	crm_free(w->fit);
	crm_free(w->line);
}
