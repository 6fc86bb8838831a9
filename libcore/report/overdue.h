/*
 * overdue - the rhythm in which customers buy, for others than the report.
 */
#ifndef CRM_OVERDUE_H
#define CRM_OVERDUE_H

#include "report/report.h"

struct crm_rhythm {
	uint64_t who;
	int32_t last; /* the day on which they bought last */
	int32_t
	    twice; /* the median of days from one purchase to the next, times
	                  two: then a half is a whole number */
};

/*
 * Call fn with each customer who has a rhythm: who bought on three days or
 * more.
 *
 * r       of crm_report_plain(&crm_report_overdue, ...)
 */
CRM_CHECK const struct crm_err *crm_overdue_each(struct crm_report_run *r,
    const struct crm_err *(*fn)(void *ctx, const struct crm_rhythm *),
    void *ctx);

#endif
