/*
 * spend - how much customers spend at a time: the Gamma-Gamma model.
 *
 * Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013).  Amounts
 * have any unit, the same in all calls.
 */
#ifndef CRM_SPEND_H
#define CRM_SPEND_H

#include <stdbool.h>
#include <stddef.h>

struct crm_spending {
	double x;    /* purchases; above 0 */
	double mean; /* of them; above 0 */
};

struct crm_spend {
	double p, q, v;
	double log_likelihood;
};

/*
 * s       n customers who bought, in any order; sorted
 *
 * Returns false when it cannot be fitted.
 */
bool crm_spend_fit(struct crm_spending *s, size_t n, struct crm_spend *out);

/*
 * The mean amount to expect of a customer: between their own mean and that of
 * all, who did not buy (x = 0) that of all.
 *
 * q must be above 1, or there is no mean: NAN then.
 */
double crm_spend_expected(
    const struct crm_spend *, const struct crm_spending *);

#endif
