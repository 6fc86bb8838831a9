/*
 * money - exact amounts of a currency.
 */
#ifndef CRM_MONEY_H
#define CRM_MONEY_H

#include "base/num.h"

struct crm_money {
	struct crm_dec dec;
	char currency[4]; /* three capitals, NUL; "" when not said */
};

/*
 * Digits behind the point of a currency.
 *
 * code    three capital letters of ISO 4217
 *
 * Returns 0 to 4, or -1 when there is no such currency.
 * From: ISO 4217:2015, list one, without metals and test codes.
 */
int crm_currency_decimals(struct crm_view code);

/* The number that stands for a currency in the store, 1..255; 0: unknown. */
uint8_t crm_currency_num(struct crm_view code);

/* The code of such a number, static; NULL when unknown. */
const char *crm_currency_code(uint8_t num);

/* Digits behind the point of a currency's amounts, as crm_currency_decimals();
 * 2 when it is none. */
uint8_t crm_currency_digits(uint8_t num);

/*
 * Read an amount as people write it: "120.50", "120EUR", "EUR 1,234.50",
 * with the sign of a currency before or behind it, and "(12.00)" for what is
 * negative.  A sign that several currencies share needs a code beside it:
 * "$12.00 USD".
 *
 * point   the decimal point, '.' or ','; the other one, blanks and
 *         apostrophes may part groups of three digits, or of two and at last
 *         three: "12,34,567.50"
 * out     digits behind the point as written
 *
 * Returns false when it is none, the currency is unknown, or one of several,
 * or it has more than 18 digits.
 */
#define CRM_AMOUNT_MAX 60 /* characters without what parts groups */
bool crm_money_parse(struct crm_view, char point, struct crm_money *out);

/*
 * The sign in a text that several currencies share, where no code says which;
 * NULL: there is none.
 *
 * codes   set to their codes, blanks between
 */
const char *crm_money_shared_sign(struct crm_view, const char **codes);

#endif
