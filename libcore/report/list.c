#include "report/list.h"

const struct crm_report *const crm_reports[] = {
	&crm_report_activity,
	&crm_report_basket,
	&crm_report_churn,
	&crm_report_clv,
	&crm_report_cohort,
	&crm_report_concentration,
	&crm_report_customers,
	&crm_report_forecast,
	&crm_report_funnel,
	&crm_report_model,
	&crm_report_overdue,
	&crm_report_pipeline,
	&crm_report_receivables,
	&crm_report_retention,
	&crm_report_revenue,
	&crm_report_rfm,
	&crm_report_satisfaction,
	&crm_report_segments,
	&crm_report_service,
	&crm_report_sources,
	&crm_report_staff,
	&crm_report_stale,
	&crm_report_velocity,
	&crm_report_winloss,
};
const size_t crm_nreports = sizeof(crm_reports) / sizeof(crm_reports[0]);
