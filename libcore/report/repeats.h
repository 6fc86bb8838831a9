/*
 * repeats - how each customer bought again and again, as models of buying
 * want it: days on which they bought, the first and the last.
 *
 * A row a customer and currency; amounts of currencies that have a rate are
 * in the base currency.  Days are those of the store's zone; what was bought
 * on one day is one purchase.
 */
#ifndef CRM_REPEATS_H
#define CRM_REPEATS_H

#include "model/buying.h"
#include "model/spend.h"
#include "report/report.h"

struct crm_repeats_row {
	uint64_t who;
	int64_t again;       /* spent after the first day, less refunds */
	int32_t first, last; /* days */
	int32_t seen;        /* the last, whether it counts or not */
	uint32_t days;       /* on which they bought, the first among them */
	uint32_t after;      /* the same after the day of calibration */
	int64_t after_spent;
	uint8_t currency;
};

struct crm_repeats {
	struct crm_repeats_row *row; /* by currency, base first, then by id */
	size_t n, cap;
};

/*
 * Gather what a report covers.
 *
 * until   the last day that counts; what comes later is told apart
 * out     release with crm_repeats_release(), also after a failure
 *
 * Fails with DATA: a sum is too large.
 */
CRM_CHECK const struct crm_err *crm_repeats_gather(
    const struct crm_report_run *, int32_t until, struct crm_repeats *out);
void crm_repeats_release(struct crm_repeats *);

/* Of the Gregorian calendar, in the mean, as astronomers count it. */
#define CRM_YEAR_DAYS 365.25

/* A customer as the models see them, until a day; unit: days in it. */
struct crm_repeat crm_repeats_of(
    const struct crm_repeats_row *, int32_t until, double unit);

/* What they spend at a time, in smallest units; x is 0 when it cannot be
 * said: they bought once, or got back as much. */
struct crm_spending crm_repeats_spending(const struct crm_repeats_row *);

/* The models of all rows of one currency. */
struct crm_repeats_fit {
	bool buys;     /* there is such a model */
	size_t spends; /* customers in the other one; 0: there is none */
	struct crm_buying buying;
	struct crm_spend spend;
	uint8_t currency;
	size_t from, end; /* its rows */
	size_t again;     /* customers who bought again */
};

/*
 * Fit models to rows, currency by currency.
 *
 * until   as for crm_repeats_gather()
 * unit    days
 * out     array of *n, free with crm_free()
 *
 * Fails with DATA when nothing can be fitted for want of purchases.
 */
CRM_CHECK const struct crm_err *crm_repeats_fit(const struct crm_repeats *,
    enum crm_buying_model, int32_t until, double unit,
    struct crm_repeats_fit **out, size_t *n);

/* Options of reports about models.  Fail with USAGE. */
CRM_CHECK const struct crm_err *crm_repeats_model(
    const struct crm_report_run *, enum crm_buying_model *out);
CRM_CHECK const struct crm_err *crm_repeats_unit(
    const struct crm_report_run *, double *days);
/* --horizon, in days. */
CRM_CHECK const struct crm_err *crm_repeats_horizon(
    const struct crm_report_run *, double *days);
/* The day of --calibrate-until, else today. */
CRM_CHECK const struct crm_err *crm_repeats_until(
    const struct crm_report_run *, int32_t *day);

#endif
