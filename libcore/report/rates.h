/*
 * rates - how many of the deals that came so far were won: the chance to win
 * by what became of others, not by what crm.yaml says.
 */
#ifndef CRM_RATES_H
#define CRM_RATES_H

#include "report/stays.h"

/* So many have to be decided for a rate to be one: the standard error of a
 * share of n is sqrt(p (1 - p) / n), 16 percent points at most for ten. */
#define CRM_RATE_LEAST 10

struct crm_rates {
	const struct crm_kind *kind;
	struct crm_stays stays;
	/* For each pipeline, by its place: all that were decided, and for each
	 * open stage those that came to it. */
	struct crm_rate_counts {
		struct crm_won_lost {
			int64_t won, lost;
		} all, *stage;
	} * pipeline;
};

/*
 * Count all deals that were won or lost, whomever the report covers.  At
 * stages those alone count of which changes of stage are known: of an imported
 * deal nobody knows where it was before it was lost.
 *
 * out  release it also after a failure
 */
CRM_CHECK const struct crm_err *crm_rates_gather(
    struct crm_deals *, struct crm_rates *out);
void crm_rates_release(struct crm_rates *);

/* The same by one who passes all deals anyway: add each. */
CRM_CHECK const struct crm_err *crm_rates_begin(
    struct crm_deals *, struct crm_rates *out);
CRM_CHECK const struct crm_err *crm_rates_add(
    struct crm_rates *, const struct crm_deal *);

enum crm_rate_from {
	CRM_RATE_NONE,     /* its pipeline or stage is none of crm.yaml */
	CRM_RATE_STAGE,    /* those that came to the stage */
	CRM_RATE_PIPELINE, /* too few did: all of the pipeline */
	CRM_RATE_CONFIG,   /* too few, too: the probability of the stage */
};

/* The chance of open deals of a stage: won of decided; of CONFIG, of 100 percent. */
struct crm_rate_of {
	enum crm_rate_from from;
	const struct crm_pipeline *pipeline;
	const struct crm_stage *stage;
	int64_t won, decided;
	struct crm_dec percent; /* of CONFIG */
};

/* stage   of the pipeline; NULL: none of crm.yaml */
void crm_rates_of(const struct crm_rates *, const struct crm_pipeline *,
    const struct crm_stage *stage, struct crm_rate_of *out);

/* What a value is worth by a rate, rounded half away from zero; 0 for NONE. */
int64_t crm_rate_worth(const struct crm_rate_of *, int64_t minor);

/* forecast --explain. */
CRM_CHECK const struct crm_err *crm_forecast_explain(
    struct crm_report_run *, uint64_t who);

#endif
