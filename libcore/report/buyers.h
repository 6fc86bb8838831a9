/*
 * buyers - what each customer bought, as reports about customers begin with:
 * a row a customer and currency.
 *
 * Amounts of currencies that have a rate come out in the base currency, in
 * one row; each other one has a row of its own, as if its customers were
 * those of another shop.
 */
#ifndef CRM_BUYERS_H
#define CRM_BUYERS_H

#include "report/report.h"
#include "store/rollup.h"

/* Of a rollup what is of purchases and refunds: there are many of them. */
struct crm_bought {
	int64_t sum; /* in the currency of the buyer */
	uint64_t months;
	uint32_t orders, purchases;
	int32_t first, last;
};

struct crm_buyer {
	uint64_t who;
	struct crm_bought row;
	uint8_t currency;
};

enum crm_buyers_how {
	CRM_BUYERS_REFUNDED = 1 << 0, /* also who has nothing but refunds */
	CRM_BUYERS_EVER = 1 << 1,     /* whatever the period is */
	CRM_BUYERS_BY_NOW = 1 << 2,   /* not what is dated ahead */
	/* Each currency in a row of its own, whether it has a rate or not: for
	 * sums of many customers, which are to be rounded once. */
	CRM_BUYERS_AS_PAID = 1 << 3,
};

struct crm_buyers {
	struct crm_buyer *buyer; /* in the order of ids */
	size_t n, cap;
};

/*
 * Gather what a report covers: whom, and of which period.  Without a period
 * one walk through the rollups; with one the stories are read.
 *
 * out     release with crm_buyers_release(), also after a failure
 *
 * Fails with DATA: a sum is too large.
 */
CRM_CHECK const struct crm_err *crm_buyers_gather(
    const struct crm_report_run *, int how, struct crm_buyers *out);
void crm_buyers_release(struct crm_buyers *);

/* An instant from the minutes of a row. */
#define CRM_BUYER_MINUTE_US (60 * CRM_SECOND_US)

/* The currency in which amounts of another one come out. */
uint8_t crm_buyers_currency(const struct crm_report_run *, uint8_t currency);

#endif
