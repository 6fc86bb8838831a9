/*
 * receivables - what is said of single invoices and payments.
 */
#ifndef CRM_RECEIVABLES_H
#define CRM_RECEIVABLES_H

#include "query/compute.h"
#include "report/report.h"

/*
 * receivables --explain: a row for each invoice, and then for each payment and
 * credit note of the customer's own: what settled what, the first few of many.
 *
 * today   days since 1970-01-01
 *
 * Cost: O(invoices + payments + what was settled).
 */
void crm_receivables_explain(
    struct crm_report_run *, int32_t today, const struct crm_bills *);

#endif
