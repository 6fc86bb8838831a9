/*
 * quota - the quotas of crm.yaml beside rows of deals.
 *
 * A row has one where it stands for months, quarters or years, for one field
 * of deals (the owner), for both, or, within a period of whole months, for all.
 */
#ifndef CRM_QUOTA_H
#define CRM_QUOTA_H

#include "report/report.h"

struct crm_quotas {
	const struct crm_report_run *r;
	int period, field;   /* which key of --by; -1: none is */
	int32_t first, last; /* months of --in, or all there are */
	int32_t today;       /* this month */
};

/* Have rows of such a --by and --in quotas, if there are any? */
bool crm_quota_has_rows(const struct crm_report_run *);

/*
 * Begin.
 *
 * Returns false when no row has a quota: --by is of other things, crm.yaml has
 * none, a query chooses some of the deals, or --in begins or ends within a
 * month.
 */
bool crm_quotas_begin(const struct crm_report_run *, struct crm_quotas *out);

/*
 * The quota of a row.
 *
 * key  its packed values of --by
 * out  in the base currency
 *
 * Returns whether it has one.
 */
bool crm_quota_of(const struct crm_quotas *, struct crm_view key, int64_t *out);

/* Is the period of rows that an instant is in not over, or that of --in?  Of
 * rows that can have quotas, also where there are none. */
bool crm_quota_is_due(const struct crm_quotas *, int64_t at_us);

/* Call fn with the key of each row that has one and is not over, or is in the
 * period of --in; perhaps more than once. */
CRM_CHECK const struct crm_err *crm_quota_each(const struct crm_quotas *,
    const struct crm_err *(*fn)(void *ctx, struct crm_view key), void *ctx);

#endif
