/*
 * Working time, compared with a count minute by minute by the clocks of the C
 * library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/hours.h"

#define MINUTE_S 60
#define MINUTE_US (MINUTE_S * CRM_SECOND_US)
#define HOUR_US (60 * MINUTE_US)

/* Lunch breaks, a night shift in two parts, weekends off. */
static struct crm_date holidays[] = { { 2026, 4, 6 }, { 0, 12, 25 },
	{ 0, 2, 29 }, { 2026, 10, 26 } };

static struct crm_hours
office(void)
{
	struct crm_hours h = { .holiday = holidays, .nholidays = 4 };
	int i;

	for (i = 1; i <= 5; i++) {
		h.day[i].shift[0] = (struct crm_shift){ 9 * 60, 12 * 60 + 30 };
		h.day[i].shift[1] = (struct crm_shift){ 13 * 60 + 15, 17 * 60 };
		h.day[i].n = 2;
	}
	return h;
}

static struct crm_hours
nights(void)
{
	struct crm_hours h = { .holiday = holidays, .nholidays = 4 };
	int i;

	for (i = 0; i < 7; i++) {
		h.day[i].shift[0] = (struct crm_shift){ 0, 3 * 60 + 30 };
		h.day[i].shift[1] = (struct crm_shift){ 22 * 60, 24 * 60 };
		h.day[i].n = 2;
	}
	return h;
}

/* Does the clock on the wall say that it is working time? */
static int
is_work(const struct crm_hours *h, time_t t)
{
	struct tm tm;
	size_t i;
	int minute;

	assert_non_null(localtime_r(&t, &tm));
	for (i = 0; i < h->nholidays; i++)
		if (h->holiday[i].month == tm.tm_mon + 1 &&
		    h->holiday[i].day == tm.tm_mday &&
		    (h->holiday[i].year == 0 ||
			h->holiday[i].year == tm.tm_year + 1900))
			return 0;
	minute = tm.tm_hour * 60 + tm.tm_min;
	for (i = 0; i < h->day[tm.tm_wday].n; i++)
		if (minute >= h->day[tm.tm_wday].shift[i].from &&
		    minute < h->day[tm.tm_wday].shift[i].to)
			return 1;
	return 0;
}

static struct crm_zone *
zone_of(const char *name)
{
	struct crm_zone *zone;

	assert_null(crm_zone_open(name, &zone));
	assert_int_equal(setenv("TZ", name, 1), 0);
	tzset();
	return zone;
}

static uint64_t seed = 20260315;

static int64_t
drawn(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

/* Two weeks around a day: the sum, and the minute that an amount of it ends. */
static void
compare(const struct crm_hours *h, struct crm_zone *zone, int64_t around_s)
{
	int64_t from = around_s + (drawn(14 * 1440) - 7 * 1440) * MINUTE_S;
	int64_t minutes = drawn(14 * 1440) + 1, want = drawn(3000) + 1;
	int64_t reached = 0, work = 0, i;

	for (i = 0; i < minutes; i++) {
		work += is_work(h, from + i * MINUTE_S);
		if (work == want && reached == 0)
			reached = from + (i + 1) * MINUTE_S;
	}
	assert_int_equal(crm_hours_between(h, zone, from * CRM_SECOND_US,
			     (from + minutes * MINUTE_S) * CRM_SECOND_US),
	    work * MINUTE_US);
	if (reached > 0)
		assert_int_equal(crm_hours_after(h, zone, from * CRM_SECOND_US,
				     want * MINUTE_US),
		    reached * CRM_SECOND_US);
}

/* Days on which clocks change, and ordinary ones. */
static void
minute_by_minute(void **state)
{
	static const char *const zones[] = { "Europe/Warsaw",
		"America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",
		"Asia/Kolkata", "America/St_Johns", "UTC" };
	static const int64_t days_s[] = { 1774746000, 1792893600, 1773000000,
		1793514600, 1541300400, 1550372400, 1766620800, 1709164800,
		1162087260 };
	struct crm_hours h[2] = { office(), nights() };
	struct crm_zone *zone;
	size_t z, d, i;

	(void)state;
	for (z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
		zone = zone_of(zones[z]);
		for (d = 0; d < sizeof(days_s) / sizeof(days_s[0]); d++)
			for (i = 0; i < 40; i++)
				compare(&h[i % 2], zone, days_s[d]);
		crm_zone_free(zone);
	}
}

/* What people reckon themselves. */
static void
by_hand(void **state)
{
	struct crm_zone *zone = zone_of("Europe/Warsaw");
	struct crm_hours h = office(), n = nights();
	int64_t friday = 1775224800 * CRM_SECOND_US; /* 2026-04-03 16:00 */
	int64_t spring = 1774738800 * CRM_SECOND_US; /* 2026-03-29 00:00 */
	int64_t autumn = 1792879200 * CRM_SECOND_US; /* 2026-10-25 00:00 */

	(void)state;
	/* Friday 16:00 and 2 hours: Monday is a holiday, so Tuesday 10:00 */
	assert_int_equal(crm_hours_after(&h, zone, friday, 2 * HOUR_US),
	    friday + (3 * 24 + 18) * HOUR_US);
	assert_int_equal(
	    crm_hours_between(&h, zone, friday, friday + 90 * HOUR_US),
	    2 * HOUR_US);
	assert_int_equal(
	    crm_hours_after(&h, zone, friday, HOUR_US), friday + HOUR_US);
	assert_int_equal(crm_hours_after(&h, zone, friday, 0), friday);
	/* a microsecond more is on another day */
	assert_int_equal(crm_hours_after(&h, zone, friday, HOUR_US + 1),
	    friday + (3 * 24 + 17) * HOUR_US + 1);
	/* 02:00 to 03:00 is skipped, or comes twice */
	assert_int_equal(
	    crm_hours_between(&n, zone, spring, spring + 12 * HOUR_US),
	    5 * HOUR_US / 2);
	assert_int_equal(
	    crm_hours_between(&n, zone, autumn, autumn + 12 * HOUR_US),
	    9 * HOUR_US / 2);
	assert_int_equal(
	    crm_hours_between(NULL, zone, spring, friday), friday - spring);
	assert_int_equal(crm_hours_between(&h, zone, friday, spring), 0);
	assert_int_equal(
	    crm_hours_after(NULL, zone, friday, HOUR_US), friday + HOUR_US);
	crm_zone_free(zone);
}

/* No working time at all is not waited for. */
static void
never(void **state)
{
	struct crm_zone *zone = zone_of("UTC");
	struct crm_hours none = { .nholidays = 0 };

	(void)state;
	assert_true(crm_hours_after(&none, zone, 0, 1) == CRM_TIME_MAX_US);
	assert_int_equal(
	    crm_hours_between(&none, zone, 0, 1000 * 24 * HOUR_US), 0);
	crm_zone_free(zone);
}

static void
spans(void **state)
{
	static const struct {
		const char *text, *back;
		int64_t minutes;
	} good[] = { { "2h", "2h", 120 }, { "90min", "90min", 90 },
		{ "1.5h", "90min", 90 }, { " 60min ", "1h", 60 },
		{ "10000h", "10000h", 600000 } };
	static const char *const bad[] = { "", "2", "h", "min", "0h", "-2h",
		"2d", "0.001h", "10001h", "2 hours", "1,5h", "xh" };
	char text[CRM_WORK_TEXT];
	int64_t us;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_null(crm_work_parse(crm_view_str(good[i].text), &us));
		assert_int_equal(us, good[i].minutes * MINUTE_US);
		text[crm_work_put(text, us)] = '\0';
		assert_string_equal(text, good[i].back);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(crm_work_parse(crm_view_str(bad[i]), &us));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(minute_by_minute),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(never),
		cmocka_unit_test(spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
