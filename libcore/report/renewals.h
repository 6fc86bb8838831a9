/*
 * renewals - customers who would have to buy in each period to go on: how many
 * did at each renewal, and the model of that.
 */
#ifndef CRM_RENEWALS_H
#define CRM_RENEWALS_H

#include "model/contract.h"
#include "report/repeats.h"

struct crm_renewals {
	struct crm_renewal *renewal; /* the first is number 0 */
	size_t n, cap;
	size_t customers; /* who had any to decide on */
	bool fitted;
	struct crm_contract model;
};

/*
 * Count the renewals of those whom a report covers, and fit the model.
 *
 * unit   days of a period
 * today  the last day that counts
 * out    release it also after a failure
 *
 * Notes when there is no model.  Fails with DATA: a sum is too large.
 */
CRM_CHECK const struct crm_err *crm_renewals_gather(
    const struct crm_report_run *, double unit, int32_t today,
    struct crm_renewals *out);
void crm_renewals_release(struct crm_renewals *);

#endif
