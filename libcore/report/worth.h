/*
 * worth - what customers will buy and spend: the figures behind clv, churn
 * and the fields of their names.
 */
#ifndef CRM_WORTH_H
#define CRM_WORTH_H

#include "report/repeats.h"

/* Probabilities and purchases are counted in millionths, so that sums come
 * out the same in every order. */
#define CRM_WORTH_MILLION 1000000

/* A customer and currency; -1: it cannot be said. */
struct crm_worth_line {
	const struct crm_repeats_row *row;
	int64_t alive;    /* millionths */
	int64_t staying;  /* purchases within the horizon, were they alive */
	int64_t expected; /* the same, as it is */
	int64_t spend;    /* on a day with purchases; smallest units */
	int64_t clv;      /* of what is expected, discounted; smallest units */
};

struct crm_worth {
	/* Those whom no model says anything of are judged by their own rhythm:
	 * see crm_worth_make(). */
	bool rhythm;
	bool modelled; /* a model was asked for */
	enum crm_buying_model model;
	double unit;    /* days */
	double horizon; /* units */
	double rate;    /* discount a unit */
	int32_t until, today;
	struct crm_repeats repeats;
	struct crm_repeats_fit *fit;
	size_t nfits;
	struct crm_worth_line *line; /* one a row */
};

/*
 * Read the options of a report, fit models and say what each customer is
 * worth.  What cannot be fitted is noted.
 *
 * rhythm  where no model can be fitted, or --model silence asks for none, who
 *         bought on CRM_RHYTHM_DAYS days is judged by their own rhythm: x
 *         purchases at random since the first would all be as early as theirs
 *         with the probability (t_x / T)^x, and what they bought in that time,
 *         the silence a part of it, goes on
 * out     release with crm_worth_release(), also after a failure
 *
 * Fails with USAGE (an option) and DATA.
 *
 * Cost: n = 400,000 customers about 3 s, most of it clv.
 */
CRM_CHECK const struct crm_err *crm_worth_make(
    const struct crm_report_run *, bool rhythm, struct crm_worth *out);

void crm_worth_release(struct crm_worth *);

/*
 * Parts of an explanation that are the same in all reports, rows of
 * report/explain.h: what the model knows of a customer and its parameters;
 * how alive follows from these; purchases within the horizon were they alive;
 * what the other model knows of what they spend; purchases within the horizon
 * with later ones counting less.
 */
void crm_worth_explain(struct crm_report_run *, const struct crm_worth *,
    const struct crm_repeats_fit *, const struct crm_repeats_row *);
const char *crm_worth_alive_how(const struct crm_worth *,
    const struct crm_repeats_fit *, const struct crm_repeats_row *);
void crm_worth_explain_staying(struct crm_report_run *,
    const struct crm_worth *, const struct crm_repeats_fit *,
    const struct crm_repeats_row *);
void crm_worth_explain_spend(struct crm_report_run *,
    const struct crm_repeats_fit *, const struct crm_repeats_row *);
void crm_worth_explain_discounted(struct crm_report_run *,
    const struct crm_worth *, const struct crm_repeats_fit *,
    const struct crm_repeats_row *);

#endif
