/*
 * contract - the shifted beta-geometric model of customers who say when they
 * leave: at each renewal everybody stays with a probability of their own.
 *
 * Fader and Hardie, "How to Project Customer Retention", Journal of
 * Interactive Marketing 21 (2007), 76-90.
 */
#ifndef CRM_CONTRACT_H
#define CRM_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>

/* What is known of one renewal: the first is number 0 of an array. */
struct crm_renewal {
	double left; /* who did not renew */
	double last; /* who did, and had no later one to decide on yet */
};

struct crm_contract {
	double alpha, beta;
	double log_likelihood;
};

/*
 * Fit the model to n renewals.
 *
 * Returns false when it cannot be fitted: nobody left, or nobody stayed.
 */
bool crm_contract_fit(
    const struct crm_renewal *, size_t n, struct crm_contract *out);

/* The share of those who renew at the t-th renewal, t >= 1: equation 4. */
double crm_contract_rate(const struct crm_contract *, size_t t);

/* The share of all who are left after the t-th renewal, t >= 0. */
double crm_contract_survival(const struct crm_contract *, size_t t);

#endif
