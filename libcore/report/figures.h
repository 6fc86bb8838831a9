/*
 * figures - the reports' figures of each customer, for query/figures.h.
 */
#ifndef CRM_REPORT_FIGURES_H
#define CRM_REPORT_FIGURES_H

#include "query/figures.h"
#include "report/report.h"

/* Let queries have them. */
void crm_report_figures(void);

/* What a report says, with its own options, of all; each as for
 * crm_figures_maker. */
CRM_CHECK const struct crm_err *crm_rfm_figures(
    struct crm_report_run *, struct crm_figures *out);
CRM_CHECK const struct crm_err *crm_overdue_figures(
    struct crm_report_run *, struct crm_figures *out);
CRM_CHECK const struct crm_err *crm_score_figures(
    struct crm_report_run *, uint16_t num, struct crm_figures *out);

#endif
