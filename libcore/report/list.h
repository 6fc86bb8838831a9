/*
 * list - every report: one line here, one file of its own.
 */
#ifndef CRM_REPORT_LIST_H
#define CRM_REPORT_LIST_H

#include "report/report.h"

extern const struct crm_report crm_report_activity;
extern const struct crm_report crm_report_basket;
extern const struct crm_report crm_report_churn;
extern const struct crm_report crm_report_clv;
extern const struct crm_report crm_report_cohort;
extern const struct crm_report crm_report_concentration;
extern const struct crm_report crm_report_customers;
extern const struct crm_report crm_report_forecast;
extern const struct crm_report crm_report_funnel;
extern const struct crm_report crm_report_model;
extern const struct crm_report crm_report_overdue;
extern const struct crm_report crm_report_pipeline;
extern const struct crm_report crm_report_receivables;
extern const struct crm_report crm_report_retention;
extern const struct crm_report crm_report_revenue;
extern const struct crm_report crm_report_rfm;
extern const struct crm_report crm_report_satisfaction;
extern const struct crm_report crm_report_score;
extern const struct crm_report crm_report_segments;
extern const struct crm_report crm_report_service;
extern const struct crm_report crm_report_sources;
extern const struct crm_report crm_report_staff;
extern const struct crm_report crm_report_stale;
extern const struct crm_report crm_report_velocity;
extern const struct crm_report crm_report_winloss;

#endif
