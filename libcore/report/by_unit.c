/* The units of periods: their names and numbers, and what a period is called. */
#include <stdio.h>

#include "report/by.h"

static const char *const unit_names[] = { "day", "week", "month", "quarter",
	"year" };

const char *
crm_unit_name(enum crm_unit u)
{
	return unit_names[u];
}

/* A number of 0 or more, with so many digits.  snprintf() would cost more than all
 * else that is done for a row. */
static size_t
put_digits(char *out, int n, size_t digits)
{
	size_t i;

	for (i = digits; i-- > 0; n /= 10)
		out[i] = (char)('0' + n % 10);
	return digits;
}

/* The week of ISO 8601: that of its Thursday. */
static size_t
put_week(char *out, struct crm_date d)
{
	int32_t days = crm_date_days(d), thursday;
	struct crm_date t, first = { .month = 1, .day = 1 };

	thursday = days - (crm_weekday(days) + 6) % 7 + 3;
	t = crm_date_from_days(thursday);
	first.year = t.year;
	return (size_t)snprintf(out, 11, "%04d-w%02d", t.year,
	    (int)(thursday - crm_date_days(first)) / 7 + 1);
}

size_t
crm_unit_put(char *out, const struct crm_clock *clock, enum crm_unit u,
    struct crm_date d)
{
	(void)clock;
	switch (u) {
	case CRM_DAY:
		return crm_date_put(out, d);
	case CRM_WEEK:
		return put_week(out, d);
	case CRM_MONTH:
		(void)put_digits(out, d.year, 4);
		out[4] = '-';
		return 5 + put_digits(out + 5, d.month, 2);
	case CRM_QUARTER:
		(void)put_digits(out, d.year, 4);
		out[4] = '-';
		out[5] = 'q';
		return 6 + put_digits(out + 6, (d.month - 1) / 3 + 1, 1);
	case CRM_YEAR:
		break;
	}
	return put_digits(out, d.year, 4);
}

/* Monday, 5 January 1970: weeks are counted from it. */
#define MONDAY 4

int32_t
crm_unit_number(enum crm_unit u, struct crm_date d)
{
	int32_t days = crm_date_days(d);

	switch (u) {
	case CRM_DAY:
		break;
	case CRM_WEEK:
		return (days - (crm_weekday(days) + 6) % 7 - MONDAY) / 7;
	case CRM_MONTH:
		return d.year * 12 + d.month - 1;
	case CRM_QUARTER:
		return d.year * 4 + (d.month - 1) / 3;
	case CRM_YEAR:
		return d.year;
	}
	return days;
}

struct crm_date
crm_unit_first(enum crm_unit u, int32_t number)
{
	struct crm_date d = { .month = 1, .day = 1 };

	switch (u) {
	case CRM_DAY:
		return crm_date_from_days(number);
	case CRM_WEEK:
		return crm_date_from_days(number * 7 + MONDAY);
	case CRM_MONTH:
		d.month = (uint8_t)(number % 12 + 1);
		number /= 12;
		break;
	case CRM_QUARTER:
		d.month = (uint8_t)(number % 4 * 3 + 1);
		number /= 4;
		break;
	case CRM_YEAR:
		break;
	}
	d.year = (int16_t)number;
	return d;
}
