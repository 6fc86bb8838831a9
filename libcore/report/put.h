/*
 * put - printing what a report found out: row by row, or group by group.
 */
#ifndef CRM_PUT_H
#define CRM_PUT_H

#include "report/report.h"

/*
 * Print n rows, or as many of them as are wanted.
 *
 * make    begins the row of the i-th in r->row, and adds all its columns
 */
CRM_CHECK const struct crm_err *crm_put_rows(struct crm_report_run *r, size_t n,
    const struct crm_err *(*make)(void *ctx, size_t i), void *ctx);

/*
 * Print groups: their amounts are settled, and they come in the order of time
 * when --by begins with a period, else in that which is given.
 *
 * slot    of the amount or count that is ordered by
 * add     adds the columns behind those of --by to r->row
 */
CRM_CHECK const struct crm_err *crm_put_groups(struct crm_report_run *r,
    struct crm_groups *, enum crm_groups_order, size_t slot,
    const struct crm_err *(*add)(void *ctx, const struct crm_group *),
    void *ctx);

#endif
