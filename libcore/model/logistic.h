/*
 * logistic - the chance of one of two outcomes from what is known of each
 * case: logistic regression on features that a case has or has not, with a
 * ridge penalty whose strength is found by cross-validation.
 */
#ifndef CRM_LOGISTIC_H
#define CRM_LOGISTIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cases; features of case i are has[from[i]] to has[from[i + 1] - 1]. */
struct crm_cases {
	const uint32_t *has; /* numbers below nfeatures */
	const size_t *from;  /* n + 1 */
	const uint8_t *won;  /* 0 or 1 */
	size_t n, nfeatures;
};

struct crm_logistic {
	double win_rate; /* of the cases */
	double base;     /* logit of a case that has nothing */
	double *weight;  /* what a feature adds; nfeatures */
	/* Of the penalty, in cases; INFINITY: features tell nothing that holds
	 * for other cases, all weights are 0. */
	double strength;
	/* Mean log loss of cases that the model was not fitted to: with these
	 * features, and with none. */
	double loss, base_loss;
};

/*
 * Fit.  Each case is left out in one of five fits, always the same for its
 * place, to find the strength whose log loss is least.
 *
 * out     weight: free with crm_free()
 *
 * Returns false when it cannot be fitted: all cases came out the same.
 */
bool crm_logistic_fit(const struct crm_cases *, struct crm_logistic *out);

/* The chance of a case with n features. */
double crm_logistic_chance(
    const struct crm_logistic *, const uint32_t *has, size_t n);

#endif
