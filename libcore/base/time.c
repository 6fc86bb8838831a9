#include "base/time.h"

#include <assert.h>

#include "base/num.h"

#define DAY_MIN ((int32_t)(CRM_TIME_MIN_US / CRM_SECOND_US / CRM_DAY_S))
#define DAY_MAX ((int32_t)(CRM_TIME_MAX_US / CRM_SECOND_US / CRM_DAY_S))

/* Days of 400 years, after which the calendar repeats. */
#define DAYS_400Y 146097

/* From 0000-03-01, the first day of a year that ends with February. */
#define EPOCH_DAY 719468

int
crm_month_days(int year, int month)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	assert(month >= 1 && month <= 12);
	return days[month - 1] + (month == 2 && leap);
}

bool
crm_date_valid(struct crm_date d)
{
	return d.year >= 0 && d.year <= 9999 && d.month >= 1 && d.month <= 12 &&
	    d.day >= 1 && d.day <= crm_month_days(d.year, d.month);
}

/*
 * Years are counted from March here, so that the leap day is the last one and
 * months begin on day (153 * month + 2) / 5 of a year.
 */
int32_t
crm_date_days(struct crm_date d)
{
	int32_t y = d.year - (d.month <= 2);
	int32_t m = (d.month + 9) % 12;

	if (d.year < 1)
		return DAY_MIN;
	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d.day -
	    1 - EPOCH_DAY;
}

/*
 * The century of a day since EPOCH_DAY by four times the days of 400 years, its
 * year by a product whose upper half is it and whose lower half is the share of
 * the year that is over, its month and day likewise: C. Neri and L. Schneider,
 * "Euclidean affine functions and their application to calendar algorithms",
 * Software: Practice and Experience 53 (2023), proposition 6.3.
 */
struct crm_date
crm_date_from_days(int32_t days)
{
	uint32_t n, century, of_year, month;
	uint64_t years;
	bool next;

	if (days < DAY_MIN)
		days = DAY_MIN;
	if (days > DAY_MAX)
		days = DAY_MAX;
	n = 4 * (uint32_t)(days + EPOCH_DAY) + 3;
	century = n / DAYS_400Y;
	years = (uint64_t)2939745 * (n % DAYS_400Y / 4 * 4 + 3);
	of_year = (uint32_t)years / 2939745 / 4;
	month = 2141 * of_year + 197913;
	next = of_year >= 306; /* January and February */
	return (struct crm_date){
		.year =
		    (int16_t)(100 * century + (uint32_t)(years >> 32) + next),
		.month = (uint8_t)((month >> 16) - (next ? 12 : 0)),
		.day = (uint8_t)((month & 0xffff) / 2141 + 1),
	};
}

int
crm_weekday(int32_t days)
{
	int32_t w = (days % 7 + 4) % 7; /* day 0 was a Thursday */

	return w < 0 ? w + 7 : w;
}

struct crm_date
crm_date_add_months(struct crm_date d, int n)
{
	int64_t months = (int64_t)d.year * 12 + d.month - 1 + n;
	int last;

	if (months < 12)
		return crm_date_from_days(DAY_MIN);
	if (months >= 10000 * 12)
		return crm_date_from_days(DAY_MAX);
	d.year = (int16_t)(months / 12);
	d.month = (uint8_t)(months % 12 + 1);
	last = crm_month_days(d.year, d.month);
	if (d.day > last)
		d.day = (uint8_t)last;
	return d;
}

/* Exactly n digits of v; n is even. */
static size_t
put_digits(char *out, uint32_t v, size_t n)
{
	size_t i;

	for (i = n; i > 0; i -= 2) {
		memcpy(out + i - 2, crm_two_digits + 2 * (v % 100), 2);
		v /= 100;
	}
	return n;
}

size_t
crm_date_put(char *out, struct crm_date d)
{
	size_t n = 0;

	if (d.year > 0)
		n += put_digits(out, (uint32_t)d.year, 4);
	else
		out[n++] = '-';
	out[n++] = '-';
	n += put_digits(out + n, d.month, 2);
	out[n++] = '-';
	return n + put_digits(out + n, d.day, 2);
}

size_t
crm_time_put(char *out, int64_t at_us)
{
	int64_t days = at_us / (CRM_DAY_S * CRM_SECOND_US);
	int64_t rest_us = at_us % (CRM_DAY_S * CRM_SECOND_US);
	uint32_t s, us;
	size_t n;

	if (rest_us < 0) {
		rest_us += CRM_DAY_S * CRM_SECOND_US;
		days--;
	}
	s = (uint32_t)(rest_us / CRM_SECOND_US);
	us = (uint32_t)(rest_us % CRM_SECOND_US);
	n = crm_date_put(out, crm_date_from_days((int32_t)days));
	out[n++] = 'T';
	n += put_digits(out + n, s / 3600, 2);
	out[n++] = ':';
	n += put_digits(out + n, s / 60 % 60, 2);
	out[n++] = ':';
	n += put_digits(out + n, s % 60, 2);
	if (us != 0) {
		out[n++] = '.';
		n += put_digits(out + n, us, 6);
		while (out[n - 1] == '0')
			n--;
	}
	out[n++] = 'Z';
	return n;
}
