/*
 * explain - how a report came to its figures of one customer: rows of figure,
 * value and how, for crm-report --explain.
 *
 * Each row is begun by the one function that knows its value and ended by
 * crm_explain_how().  The first failure is kept in the run.
 */
#ifndef CRM_EXPLAIN_H
#define CRM_EXPLAIN_H

#include "report/report.h"

#define CRM_EXPLAIN_COLUMNS 3
extern const struct crm_field crm_explain_columns[CRM_EXPLAIN_COLUMNS];

/* The i-th column of the report itself, whose row was just made in r->row:
 * the same value that the report prints. */
void crm_explain_column(struct crm_report_run *, size_t i);

void crm_explain_text(
    struct crm_report_run *, const char *figure, const char *value);
void crm_explain_number(
    struct crm_report_run *, const char *figure, double, int digits);
/* An amount of the row's own currency, which is told with it: a number, as
 * crm_explain_column() tells columns of the report. */
void crm_explain_amount(struct crm_report_run *, const char *figure,
    int64_t minor, uint8_t currency);
/* An amount whose currency may be another one: as crm_amount_text() has it. */
void crm_explain_money(struct crm_report_run *, const char *figure,
    int64_t minor, uint8_t currency);
void crm_explain_day(struct crm_report_run *, const char *figure, int32_t day);

/* Say how it came about, and print the row. */
void crm_explain_how(struct crm_report_run *, const char *, ...)
    CRM_PRINTF(2, 3);

/* Is anything explained of somebody, when a query says whom a report covers? */
bool crm_explain_has(const struct crm_report_run *, uint64_t who);

/* Texts for what is said: an amount, which names its currency when that is not
 * the base currency, as "99.16 PLN"; a day. */
#define CRM_EXPLAIN_TEXT 40
const char *crm_amount_text(const struct crm_report_run *,
    char out[CRM_EXPLAIN_TEXT], int64_t minor, uint8_t currency);
const char *crm_day_text(char out[CRM_EXPLAIN_TEXT], int32_t day);

#endif
