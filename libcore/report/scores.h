/*
 * scores - the scores of crm.yaml, made for all records at once: points for
 * queries, and the chance that a deal is won.
 */
#ifndef CRM_SCORES_H
#define CRM_SCORES_H

#include "model/logistic.h"
#include "report/report.h"

#define CRM_CHANCE_ONE 1000000 /* chances are counted in millionths */

/* What one record got. */
struct crm_score_line {
	uint64_t id;
	int64_t value;  /* points, or a chance */
	int32_t closed; /* day, of a deal that was won or lost */
	int8_t won;     /* 1, 0; -1: not decided, or no deal */
	size_t at;      /* which case of the model */
};

struct crm_learned; /* what a chance is made of */

struct crm_scores {
	const struct crm_score *of;
	struct crm_score_line *line; /* in the order of ids */
	size_t n, cap;
	/* points: who is found by each query, sorted */
	struct crm_score_set {
		uint64_t *id;
		size_t n;
	} * set;
	struct crm_learned *learned; /* NULL: it is one of points */
};

/*
 * Make a score for every record of its kinds.
 *
 * until   learned from deals that were decided until this day
 * out     release with crm_scores_release(), also after a failure
 *
 * Fails with CONFIG: a query or a field of crm.yaml is wrong; DATA: too few
 * deals were won, or lost.
 *
 * Cost: the queries; a chance, of n = 8,800 deals, half a second.
 */
CRM_CHECK const struct crm_err *crm_scores_make(const struct crm_report_run *,
    const struct crm_score *, int32_t until, struct crm_scores *out);
void crm_scores_release(struct crm_scores *);

/*
 * Read the queries of a score, and run none.
 *
 * Fails with CONFIG: one is wrong.
 */
CRM_CHECK const struct crm_err *crm_scores_check(
    const struct crm_report_run *, const struct crm_score *);

/* What made a line what it is, greatest first: points, or how much each
 * value adds to the logit compared with that of the mean deal. */
struct crm_reason {
	double weight;
	const char *what;  /* the query; the field */
	const char *value; /* of the field; "" of points */
};

/*
 * out     n of them, those of 0 too; free with crm_free(); texts live as long
 *         as the scores
 */
size_t crm_scores_reasons(const struct crm_scores *,
    const struct crm_score_line *, struct crm_reason **out);

/* The model of a chance, and the logit of the mean deal. */
const struct crm_logistic *crm_scores_model(
    const struct crm_scores *, double *mean, size_t *cases);

/* For scores.c, from score_learn.c. */
CRM_CHECK const struct crm_err *crm_learn(
    const struct crm_report_run *, int32_t until, struct crm_scores *);
void crm_learned_free(struct crm_learned *);
size_t crm_learned_reasons(const struct crm_scores *,
    const struct crm_score_line *, struct crm_reason *out);
size_t crm_learned_most(
    const struct crm_scores *, const struct crm_score_line *);

#endif
