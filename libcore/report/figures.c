#include "report/figures.h"

#include "report/list.h"
#include "report/worth.h"

/* Who pays in the base currency has no figures where no model fits. */
static void
tell_missing(
    const struct crm_worth *w, const struct crm_config *c, uint16_t num)
{
	struct crm_buf line = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_repeats_fit *f = w->fit;
	size_t i;

	for (i = 0; i < w->nfits; i++, f++)
		if (f->currency == c->currency_num && !f->buys)
			crm_buf_addf(&line,
			    "%s cannot be fitted to purchases in %s (%zu of "
			    "%zu customers bought again): they have no alive, "
			    "expected or clv\n",
			    crm_buying_name(w->model),
			    crm_currency_code(f->currency), f->again,
			    f->end - f->from);
		else if (f->currency == c->currency_num && num == CRM_N_CLV &&
		    f->spends == 0)
			crm_buf_addf(&line,
			    "gamma-gamma cannot be fitted to purchases in %s: "
			    "they have no clv\n",
			    crm_currency_code(f->currency));
	crm_figures_tell(crm_buf_view(&line));
	crm_buf_release(&line);
}

/* Millionths, or smallest units of the base currency. */
static const struct crm_err *
worth(struct crm_report_run *r, uint16_t num, struct crm_figures *out)
{
	const struct crm_config *c = r->config;
	struct crm_worth w;
	const struct crm_err *err;
	int64_t v;
	size_t i;

	if (num != CRM_N_CLV)
		r->arg[CRM_ARG_DISCOUNT] = NULL; /* what costs most */
	out->scale = num == CRM_N_CLV
	    ? (uint8_t)crm_currency_decimals(crm_view(c->currency, 3))
	    : 6;
	err = crm_worth_make(r, false, &w);
	if (err == NULL)
		tell_missing(&w, c, num);
	for (i = 0; err == NULL && w.line != NULL && i < w.repeats.n; i++) {
		v = num == CRM_N_CLV     ? w.line[i].clv
		    : num == CRM_N_ALIVE ? w.line[i].alive
					 : w.line[i].expected;
		if (v >= 0 &&
		    (num != CRM_N_CLV ||
			w.repeats.row[i].currency == c->currency_num))
			crm_figures_add(out, w.repeats.row[i].who, v);
	}
	crm_worth_release(&w);
	return err;
}

static const struct crm_err *
make(struct crm_snap *snap, const struct crm_clock *clock, uint16_t num,
    struct crm_figures *out)
{
	struct crm_report_run r =
	    crm_report_plain(num == CRM_N_RFM ? &crm_report_rfm
		    : num == CRM_N_SILENCE    ? &crm_report_overdue
		    : num >= CRM_N_SCORE      ? &crm_report_score
					      : &crm_report_clv,
		snap, clock);

	if (num >= CRM_N_SCORE)
		return crm_score_figures(&r, num, out);
	if (num == CRM_N_RFM)
		return crm_rfm_figures(&r, out);
	if (num == CRM_N_SILENCE)
		return crm_overdue_figures(&r, out);
	return worth(&r, num, out);
}

void
crm_report_figures(void)
{
	crm_figures_make = make;
}
