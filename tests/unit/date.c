/* Dates, instants, periods and spans as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/mem.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Wednesday, 4 March 2026, 13:00 in Warsaw. */
static struct crm_clock clock = {
	.now_us = INT64_C(1772625600000000), .week_start = 1, .has_option = true
};

static void
use_zone(const char *name)
{
	crm_zone_free(clock.zone);
	assert_null(crm_zone_open(name, &clock.zone));
}

static int
setup(void **state)
{
	(void)state;
	use_zone("Europe/Warsaw");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	crm_zone_free(clock.zone);
	clock.zone = NULL;
	return 0;
}

/*
 * Compare an answer.
 *
 * want    the text of a good answer, or the message of an error
 */
static void
compare(const char *in, const struct crm_err *err, const char *got, size_t n,
    const char *want)
{
	if (err != NULL) {
		assert_int_equal(err->code, CRM_E_DATA);
		got = err->msg;
		n = strlen(got);
	}
	if (n != strlen(want) || memcmp(got, want, n) != 0)
		fail_msg("'%s': '%.*s' instead of '%s'", in, (int)n, got, want);
}

static void
check_date(const char *in, const char *want)
{
	const struct crm_err *err;
	struct crm_date d = { 0, 0, 0 };
	char text[10];
	size_t n = 0;

	err = crm_date_parse(&clock, crm_view_str(in), &d);
	if (err == NULL)
		n = crm_date_put(text, d);
	compare(in, err, text, n, want);
}

static void
check_time(const char *in, const char *want)
{
	const struct crm_err *err;
	char text[CRM_TIME_TEXT];
	int64_t at_us = 0;
	size_t n = 0;

	err = crm_time_parse(&clock, crm_view_str(in), &at_us);
	if (err == NULL)
		n = crm_time_put(text, at_us);
	compare(in, err, text, n, want);
}

typedef const struct crm_err *(*period_parser)(
    const struct crm_clock *, struct crm_view, struct crm_period *);

/* A period is compared as "FIRST LAST FROM TO". */
static void
check_period(period_parser parse, const char *in, const char *want)
{
	const struct crm_err *err;
	struct crm_period p;
	char text[2 * 11 + 2 * (CRM_TIME_TEXT + 1)];
	size_t n = 0;

	err = parse(&clock, crm_view_str(in), &p);
	if (err == NULL) {
		n = crm_date_put(text, p.first);
		text[n++] = ' ';
		n += crm_date_put(text + n, p.last);
		text[n++] = ' ';
		n += crm_time_put(text + n, p.from_us);
		text[n++] = ' ';
		if (p.to_us == CRM_TIME_MAX_US + 1)
			text[n++] = '-';
		else
			n += crm_time_put(text + n, p.to_us);
	}
	compare(in, err, text, n, want);
}

static void
plain_dates(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "2026-03-01", "2026-03-01" },
		{ "2026-3-1", "2026-03-01" },
		{ "2026/3/1", "2026-03-01" },
		{ "2026/03/01", "2026-03-01" },
		{ "2026.03.01", "2026-03-01" },
		{ "2026.3.1", "2026-03-01" },
		{ "20260301", "2026-03-01" },
		{ "0001-01-01", "0001-01-01" },
		{ "9999-12-31", "9999-12-31" },
		{ "2024-02-29", "2024-02-29" },
		{ " 2026-03-01\t", "2026-03-01" },
		{ "1 Mar 2026", "2026-03-01" },
		{ "01 mar 2026", "2026-03-01" },
		{ "1-Mar-2026", "2026-03-01" },
		{ "31-DEC-2026", "2026-12-31" },
		{ "Mar 1, 2026", "2026-03-01" },
		{ "March 1 2026", "2026-03-01" },
		{ "March  1,  2026", "2026-03-01" },
		{ "may 5 2026", "2026-05-05" },
		{ "1 Sept 2026", "2026-09-01" },
		{ "1 september 2026", "2026-09-01" },
		{ "12 October 2026", "2026-10-12" },
		{ "--02-29", "--02-29" },
		{ "--12-31", "--12-31" },

		{ "1990-02-29", "no such day '1990-02-29'" },
		{ "2026-04-31", "no such day '2026-04-31'" },
		{ "2026-13-01", "no such day '2026-13-01'" },
		{ "2026-00-01", "no such day '2026-00-01'" },
		{ "2026-01-00", "no such day '2026-01-00'" },
		{ "0000-01-01", "no such day '0000-01-01'" },
		{ "00000101", "no such day '00000101'" },
		{ "20261301", "no such day '20261301'" },
		{ "30 Feb 2026", "no such day '30 Feb 2026'" },
		{ "Feb 0, 2026", "no such day 'Feb 0, 2026'" },
		{ "--02-30", "no such day '--02-30'" },
		{ "--00-01", "no such day '--00-01'" },
		{ "1990-02-29 10:00", "no such day '1990-02-29'" },

		{ "", "'' is not a date" },
		{ " ", "'' is not a date" },
		{ "foo", "'foo' is not a date" },
		{ "2026", "'2026' is not a date" },
		{ "2026-03", "'2026-03' is not a date" },
		{ "2026-03-01x", "'2026-03-01x' is not a date" },
		{ "2026-03-011", "'2026-03-011' is not a date" },
		{ "2026-003-01", "'2026-003-01' is not a date" },
		{ "2026-03/01", "'2026-03/01' is not a date" },
		{ "202603011", "'202603011' is not a date" },
		{ "2026 03 01", "'2026 03 01' is not a date" },
		{ "+2026-03-01", "'+2026-03-01' is not a date" },
		{ "-2026-03-01", "'-2026-03-01' is not a date" },
		{ "12026-03-01", "'12026-03-01' is not a date" },
		{ "--2-29", "'--2-29' is not a date" },
		{ "-02-29", "'-02-29' is not a date" },
		{ "1 Ma 2026", "'1 Ma 2026' is not a date" },
		{ "1 Marc 20260", "'1 Marc 20260' is not a date" },
		{ "1 Marchy 2026", "'1 Marchy 2026' is not a date" },
		{ "1 mar-2026", "'1 mar-2026' is not a date" },
		{ "Mar 1", "'Mar 1' is not a date" },
		{ "1 mar 26", "'1 mar 26' is not a date" },
		{ "2026-03-01 \xc5\x82",
		    "'2026-03-01 \xc5\x82' is not a date" },
		{ "\xff", "'\xff' is not a date" },
		{ "a very long text that somebody pasted into a field for a "
		  "date, and it goes on and on",
		    "'a very long text that somebody pasted into a field for a "
		    "dat...' is not a date" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		check_date(cases[i].in, cases[i].want);
	assert_non_null(
	    crm_date_parse(&clock, CRM_VNULL, &(struct crm_date){ 0, 0, 0 }));
}

static void
ordered_dates(void **state)
{
	static const struct {
		enum crm_date_order order;
		const char *in, *want;
	} cases[] = {
		{ CRM_DMY, "1.3.2026", "2026-03-01" },
		{ CRM_DMY, "01/03/2026", "2026-03-01" },
		{ CRM_DMY, "1-3-2026", "2026-03-01" },
		{ CRM_MDY, "1.3.2026", "2026-01-03" },
		{ CRM_MDY, "3/15/2024", "2024-03-15" },
		{ CRM_DMY, "2026-03-01", "2026-03-01" },
		{ CRM_MDY, "2026/03/01", "2026-03-01" },
		{ CRM_MDY, "1 Mar 2026", "2026-03-01" },
		{ CRM_YMD, "3/4/2024",
		    "'3/4/2024' may be April or March: "
		    "write YYYY-MM-DD, or import with --dates dmy or mdy" },
		{ CRM_YMD, "1.12.2024 10:00",
		    "'1.12.2024' may be December or January: "
		    "write YYYY-MM-DD, or import with --dates dmy or mdy" },
		{ CRM_YMD, "3/3/2024",
		    "'3/3/2024' has its year last: "
		    "write YYYY-MM-DD, or import with --dates dmy or mdy" },
		{ CRM_YMD, "15.3.2024",
		    "'15.3.2024' begins with the day: "
		    "write YYYY-MM-DD, or import with --dates dmy" },
		{ CRM_YMD, "3/15/2024",
		    "'3/15/2024' begins with the month: "
		    "write YYYY-MM-DD, or import with --dates mdy" },
		{ CRM_YMD, "40/50/2024", "no such day '40/50/2024'" },
		{ CRM_DMY, "3/15/2024",
		    "no such day '3/15/2024' with --dates dmy" },
		{ CRM_MDY, "15/3/2024",
		    "no such day '15/3/2024' with --dates mdy" },
		{ CRM_DMY, "29.2.2023", "no such day '29.2.2023'" },
		{ CRM_DMY, "1.1.0000", "no such day '1.1.0000'" },
		{ CRM_DMY, "1.3/2026", "'1.3/2026' is not a date" },
		{ CRM_DMY, "1.3.26", "the year of '1.3.26' needs four digits" },
		{ CRM_YMD, "26-03-01",
		    "the year of '26-03-01' needs four digits" },
		{ CRM_MDY, "3/4/24 9:00",
		    "the year of '3/4/24' needs four digits" },
		{ CRM_DMY, "1.3.026", "'1.3.026' is not a date" },
		{ CRM_DMY, "001.3.2026", "'001.3.2026' is not a date" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		clock.order = cases[i].order;
		check_date(cases[i].in, cases[i].want);
	}
	clock.order = CRM_YMD;
}

static void
relative_dates(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "today", "2026-03-04" },
		{ "Today", "2026-03-04" },
		{ "yesterday", "2026-03-03" },
		{ "TOMORROW", "2026-03-05" },
		{ "now", "2026-03-04" },
		{ "wednesday", "2026-03-04" },
		{ "Wed", "2026-03-04" },
		{ "thursday", "2026-03-05" },
		{ "sun", "2026-03-08" },
		{ "mon", "2026-03-09" },
		{ "tues", "2026-03-10" },
		{ "tue", "2026-03-10" },
		{ "-wednesday", "2026-02-25" },
		{ "-wed", "2026-02-25" },
		{ "-tuesday", "2026-03-03" },
		{ "-Monday", "2026-03-02" },
		{ "-thu", "2026-02-26" },
		{ "-sat", "2026-02-28" },
		{ "+3d", "2026-03-07" },
		{ "+0d", "2026-03-04" },
		{ "-0d", "2026-03-04" },
		{ "-4D", "2026-02-28" },
		{ "-2w", "2026-02-18" },
		{ "+1m", "2026-04-04" },
		{ "-13m", "2025-02-04" },
		{ "-1y", "2025-03-04" },
		{ "+2y", "2028-03-04" },
		{ "-2025y", "0001-03-04" },
		{ "+7973y", "9999-03-04" },
		{ "-99999w", "0109-08-28" },
		{ "+3h", "2026-03-04" },
		{ "+11h", "2026-03-05" },
		{ "-781min", "2026-03-03" },

		{ "-2026y", "'-2026y' is outside the years 1 to 9999" },
		{ "+7974y", "'+7974y' is outside the years 1 to 9999" },
		{ "+99999y", "'+99999y' is outside the years 1 to 9999" },
		{ "+100000d", "'+100000d' is not a date" },
		{ "3d", "'3d' is not a date" },
		{ "+d", "'+d' is not a date" },
		{ "+3", "'+3' is not a date" },
		{ "+3days", "'+3days' is not a date" },
		{ "+3hours", "'+3hours' is not a date" },
		{ "+ 3d", "'+ 3d' is not a date" },
		{ "--3d", "'--3d' is not a date" },
		{ "+monday", "'+monday' is not a date" },
		{ "mo", "'mo' is not a date" },
		{ "mondays", "'mondays' is not a date" },
		{ "todays", "'todays' is not a date" },
		{ "this-week", "'this-week' is not a date" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		check_date(cases[i].in, cases[i].want);
	use_zone("Pacific/Kiritimati"); /* the 5th has begun there */
	check_date("today", "2026-03-05");
	check_date("thu", "2026-03-05");
	use_zone("Europe/Warsaw");

	/* Month ends. */
	clock.now_us = INT64_C(1709208000000000); /* 2024-02-29T12:00:00Z */
	check_date("+1y", "2025-02-28");
	check_date("-1y", "2023-02-28");
	check_date("+4y", "2028-02-29");
	check_date("+1m", "2024-03-29");
	clock.now_us = INT64_C(1706702400000000); /* 2024-01-31T12:00:00Z */
	check_date("+1m", "2024-02-29");
	check_date("+3m", "2024-04-30");
	check_date("-2m", "2023-11-30");
	clock.now_us = INT64_C(1772625600000000);
}

/* A day with a time is the local day of that instant. */
static void
dates_of_instants(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "2026-03-01T22:59:59Z", "2026-03-01" },
		{ "2026-03-01T23:00:00Z", "2026-03-02" },
		{ "2026-03-01 23:30", "2026-03-01" },
		{ "2026-03-02 00:30 +05:30", "2026-03-01" },
		{ "Mar 1, 2026 11:30 pm UTC", "2026-03-02" },
		{ "tomorrow 09:00", "2026-03-05" },
		{ "--02-29 10:00", "'--02-29 10:00' has no year" },
		{ "2026-03-01 foo", "'2026-03-01 foo' is not a date" },
		{ "2026-03-01 25:00", "no such time '25:00'" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		check_date(cases[i].in, cases[i].want);
	use_zone("Pacific/Apia"); /* it had no 30 December 2011 */
	check_date("2011-12-30", "2011-12-30");
	check_date("2011-12-30 12:00", "2011-12-31");
	use_zone("Europe/Warsaw");
}

static void
instants(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "now", "2026-03-04T12:00:00Z" },
		{ "NOW", "2026-03-04T12:00:00Z" },
		{ "2026-03-01", "2026-02-28T23:00:00Z" },
		{ "2026-07-01", "2026-06-30T22:00:00Z" },
		{ "today", "2026-03-03T23:00:00Z" },
		{ "2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z" },
		{ "2026-03-01t09:30:00z", "2026-03-01T09:30:00Z" },
		{ "2026-03-01T09:30:00.25Z", "2026-03-01T09:30:00.25Z" },
		{ "2026-03-01T09:30:00.123456789Z",
		    "2026-03-01T09:30:00.123456Z" },
		{ "2026-03-01T09:30:00.0000009Z", "2026-03-01T09:30:00Z" },
		{ "2026-03-01T09:30:00+02:00", "2026-03-01T07:30:00Z" },
		{ "2026-03-01T09:30:00-03:30", "2026-03-01T13:00:00Z" },
		{ "2026-03-01T09:30:00.000+0000", "2026-03-01T09:30:00Z" },
		{ "2026-03-01T09:30:00-00:00", "2026-03-01T09:30:00Z" },
		{ "2026-03-01 09:30", "2026-03-01T08:30:00Z" },
		{ "2026-03-01 9:30", "2026-03-01T08:30:00Z" },
		{ "2026-03-01  9:30:15", "2026-03-01T08:30:15Z" },
		{ "2026-03-01 09:30:15.25", "2026-03-01T08:30:15.25Z" },
		{ "2026-03-01 2:30 PM", "2026-03-01T13:30:00Z" },
		{ "2026-03-01 2:30pm", "2026-03-01T13:30:00Z" },
		{ "2026-03-01 2:30:15.5 am", "2026-03-01T01:30:15.5Z" },
		{ "2026-03-01 2:30\xe2\x80\xafPM", "2026-03-01T13:30:00Z" },
		{ "2026-03-01\xc2\xa0"
		  "2:30",
		    "2026-03-01T01:30:00Z" },
		{ "2026-03-01 9am", "2026-03-01T08:00:00Z" },
		{ "2026-03-01 12am", "2026-02-28T23:00:00Z" },
		{ "2026-03-01 12:05 PM", "2026-03-01T11:05:00Z" },
		{ "2026-03-01 09:30 UTC", "2026-03-01T09:30:00Z" },
		{ "2026-03-01 09:30UTC", "2026-03-01T09:30:00Z" },
		{ "2026-03-01 09:30 Z", "2026-03-01T09:30:00Z" },
		{ "2026-03-01 09:30 +0200", "2026-03-01T07:30:00Z" },
		{ "2026-03-01 09:30+02", "2026-03-01T07:30:00Z" },
		{ "2026-03-01 9am -05", "2026-03-01T14:00:00Z" },
		{ "20260301T09:30:00Z", "2026-03-01T09:30:00Z" },
		{ "1 Mar 2026 09:30", "2026-03-01T08:30:00Z" },
		{ "Mar 1, 2026 9:30 AM", "2026-03-01T08:30:00Z" },
		{ "tomorrow 9am", "2026-03-05T08:00:00Z" },
		{ "-monday 14:00", "2026-03-02T13:00:00Z" },
		{ "+1w 10:00", "2026-03-11T09:00:00Z" },
		/* Today, and near now. */
		{ "09:30", "2026-03-04T08:30:00Z" },
		{ "9:30:15Z", "2026-03-04T09:30:15Z" },
		{ "2pm", "2026-03-04T13:00:00Z" },
		{ "-2h", "2026-03-04T10:00:00Z" },
		{ "+2H", "2026-03-04T14:00:00Z" },
		{ "-30min", "2026-03-04T11:30:00Z" },
		{ "+99999min", "2026-05-12T22:39:00Z" },
		{ "-1m", "2026-02-03T23:00:00Z" },
		/* The basic forms of ISO 8601. */
		{ "20240301", "2024-02-29T23:00:00Z" },
		{ "20240301T133000Z", "2024-03-01T13:30:00Z" },
		{ "20240301T1330", "2024-03-01T12:30:00Z" },
		{ "20240301T133015.25+0200", "2024-03-01T11:30:15.25Z" },
		{ "20240301T133015,5Z", "2024-03-01T13:30:15.5Z" },
		{ "2024-03-01T13:30:15,5Z", "2024-03-01T13:30:15.5Z" },
		/* Skipped, and shown twice. */
		{ "2026-03-29 02:30", "2026-03-29T01:00:00Z" },
		{ "2026-10-25 02:30", "2026-10-25T00:30:00Z" },
		/* Leap seconds. */
		{ "2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z" },
		{ "2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999999Z" },
		{ "2017-01-01T01:59:60+02:00", "2016-12-31T23:59:59.999999Z" },
		/* Ends of time. */
		{ "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z" },
		{ "9999-12-31T23:59:60Z", "9999-12-31T23:59:59.999999Z" },
		{ "9999-12-31", "9999-12-30T23:00:00Z" },
		{ "0001-01-01", "'0001-01-01' is outside the years 1 to 9999" },
		{ "0001-01-01T00:00:00+00:01",
		    "'0001-01-01T00:00:00+00:01' is outside the years 1 to "
		    "9999" },
		{ "9999-12-31T23:59:59-00:01",
		    "'9999-12-31T23:59:59-00:01' is outside the years 1 to "
		    "9999" },

		{ "", "'' is not a date or time" },
		{ "soon", "'soon' is not a date or time" },
		{ "9", "'9' is not a date or time" },
		{ "0930", "'0930' is not a date or time" },
		{ "25:30", "no such time '25:30'" },
		{ "-2hm", "'-2hm' is not a date or time" },
		{ "-2mi", "'-2mi' is not a date or time" },
		{ "2h", "'2h' is not a date or time" },
		{ "-100000h", "'-100000h' is not a date or time" },
		{ "2026-03-01 0930",
		    "'2026-03-01 0930' is not a date or time" },
		{ "20260301T093", "'20260301T093' is not a date or time" },
		{ "20260301T2500", "no such time '2500'" },
		{ "now 09:30", "'now 09:30' is not a date or time" },
		{ "nowhere", "'nowhere' is not a date or time" },
		{ "--02-29", "'--02-29' has no year" },
		{ "2026-03-01T", "'2026-03-01T' is not a date or time" },
		{ "2026-03-01 9", "'2026-03-01 9' is not a date or time" },
		{ "2026-03-01T 09:30",
		    "'2026-03-01T 09:30' is not a date or time" },
		{ "2026-03-01 T09:30",
		    "'2026-03-01 T09:30' is not a date or time" },
		{ "2026-03-01T09:3",
		    "'2026-03-01T09:3' is not a date or time" },
		{ "2026-03-01T09:30:1",
		    "'2026-03-01T09:30:1' is not a date or time" },
		{ "2026-03-01T09:30:15.",
		    "'2026-03-01T09:30:15.' is not a date or time" },
		{ "2026-03-01T009:30",
		    "'2026-03-01T009:30' is not a date or time" },
		{ "2026-03-01T09:30 foo",
		    "'2026-03-01T09:30 foo' is not a date or time" },
		{ "2026-03-01T09:30ZZ",
		    "'2026-03-01T09:30ZZ' is not a date or time" },
		{ "2026-03-01T09:30+2",
		    "'2026-03-01T09:30+2' is not a date or time" },
		{ "2026-03-01T09:30+020",
		    "'2026-03-01T09:30+020' is not a date or time" },
		{ "2026-03-01T09:30+02:000",
		    "'2026-03-01T09:30+02:000' is not a date or time" },
		{ "2026-03-01T09:30 CET",
		    "'2026-03-01T09:30 CET' is not a date or time" },
		{ "2026-03-01T24:00", "no such time '24:00'" },
		{ "2026-03-01T09:60", "no such time '09:60'" },
		{ "2026-03-01T09:30:61Z", "no such time '09:30:61Z'" },
		{ "2026-03-01 0:30 am", "no such time '0:30 am'" },
		{ "2026-03-01 13pm", "no such time '13pm'" },
		{ "2026-03-01T09:30+24:00", "no such time '09:30+24:00'" },
		{ "2026-03-01T09:30+02:60", "no such time '09:30+02:60'" },
		{ "2026-02-30T09:30", "no such day '2026-02-30'" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		check_time(cases[i].in, cases[i].want);
	clock.order = CRM_MDY;
	check_time("3/15/2024 2:30 PM", "2024-03-15T13:30:00Z");
	clock.order = CRM_YMD;
	clock.of_file = true;
	check_time("09:30", "'09:30' has no day");
	check_time("-2h", "2026-03-04T10:00:00Z");
	clock.of_file = false;
	clock.has_option = false;
	check_time(
	    "3/4/2024", "'3/4/2024' may be April or March: write YYYY-MM-DD");
	check_time(
	    "13/4/2024", "'13/4/2024' begins with the day: write YYYY-MM-DD");
	clock.has_option = true;
}

/* What crm_time_put() prints is read as the same instant. */
static void
instants_round_trip(void **state)
{
	uint64_t seed = 7;
	char text[CRM_TIME_TEXT];
	int64_t at_us, got_us;
	size_t n;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		seed = seed * UINT64_C(6364136223846793005) +
		    UINT64_C(1442695040888963407);
		at_us = CRM_TIME_MIN_US +
		    (int64_t)(seed %
			(uint64_t)(CRM_TIME_MAX_US - CRM_TIME_MIN_US));
		if (i % 3 == 0)
			at_us -= at_us % CRM_SECOND_US;
		n = crm_time_put(text, at_us);
		assert_true(n < sizeof(text));
		assert_null(crm_time_parse(&clock, crm_view(text, n), &got_us));
		assert_true(got_us == at_us);
	}
}

#define DAY_4 "2026-03-04 2026-03-04 2026-03-03T23:00:00Z 2026-03-04T23:00:00Z"

static void
periods(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "2026",
		    "2026-01-01 2026-12-31 2025-12-31T23:00:00Z "
		    "2026-12-31T23:00:00Z" },
		{ "2026-q1",
		    "2026-01-01 2026-03-31 2025-12-31T23:00:00Z "
		    "2026-03-31T22:00:00Z" },
		{ "2026-Q4",
		    "2026-10-01 2026-12-31 2026-09-30T22:00:00Z "
		    "2026-12-31T23:00:00Z" },
		{ "2026-03",
		    "2026-03-01 2026-03-31 2026-02-28T23:00:00Z "
		    "2026-03-31T22:00:00Z" },
		{ "2024-02",
		    "2024-02-01 2024-02-29 2024-01-31T23:00:00Z "
		    "2024-02-29T23:00:00Z" },
		{ "2026-03-04", DAY_4 },
		{ "4 Mar 2026", DAY_4 },
		{ "today", DAY_4 },
		{ "wed", DAY_4 },
		{ "+0d", DAY_4 },
		{ " today ", DAY_4 },
		{ "-1d",
		    "2026-03-03 2026-03-03 2026-03-02T23:00:00Z "
		    "2026-03-03T23:00:00Z" },
		{ "2026-03-29", /* 23 hours */
		    "2026-03-29 2026-03-29 2026-03-28T23:00:00Z "
		    "2026-03-29T22:00:00Z" },
		{ "2026-03-01T23:30:00Z",
		    "2026-03-02 2026-03-02 2026-03-01T23:30:00Z "
		    "2026-03-01T23:30:00.000001Z" },
		{ "2026-03-04 09:00",
		    "2026-03-04 2026-03-04 2026-03-04T08:00:00Z "
		    "2026-03-04T08:00:00.000001Z" },
		{ "now",
		    "2026-03-04 2026-03-04 2026-03-04T12:00:00Z "
		    "2026-03-04T12:00:00.000001Z" },
		{ "this-week",
		    "2026-03-02 2026-03-08 2026-03-01T23:00:00Z "
		    "2026-03-08T23:00:00Z" },
		{ "last-week",
		    "2026-02-23 2026-03-01 2026-02-22T23:00:00Z "
		    "2026-03-01T23:00:00Z" },
		{ "Next-Week",
		    "2026-03-09 2026-03-15 2026-03-08T23:00:00Z "
		    "2026-03-15T23:00:00Z" },
		{ "this-month",
		    "2026-03-01 2026-03-31 2026-02-28T23:00:00Z "
		    "2026-03-31T22:00:00Z" },
		{ "last-month",
		    "2026-02-01 2026-02-28 2026-01-31T23:00:00Z "
		    "2026-02-28T23:00:00Z" },
		{ "next-month",
		    "2026-04-01 2026-04-30 2026-03-31T22:00:00Z "
		    "2026-04-30T22:00:00Z" },
		{ "this-quarter",
		    "2026-01-01 2026-03-31 2025-12-31T23:00:00Z "
		    "2026-03-31T22:00:00Z" },
		{ "last-quarter",
		    "2025-10-01 2025-12-31 2025-09-30T22:00:00Z "
		    "2025-12-31T23:00:00Z" },
		{ "next-quarter",
		    "2026-04-01 2026-06-30 2026-03-31T22:00:00Z "
		    "2026-06-30T22:00:00Z" },
		{ "this-year",
		    "2026-01-01 2026-12-31 2025-12-31T23:00:00Z "
		    "2026-12-31T23:00:00Z" },
		{ "last-year",
		    "2025-01-01 2025-12-31 2024-12-31T23:00:00Z "
		    "2025-12-31T23:00:00Z" },
		{ "next-year",
		    "2027-01-01 2027-12-31 2026-12-31T23:00:00Z "
		    "2027-12-31T23:00:00Z" },
		/* Cut at the ends of time. */
		{ "0001",
		    "0001-01-01 0001-12-31 0001-01-01T00:00:00Z "
		    "0001-12-31T22:36:00Z" },
		{ "9999",
		    "9999-01-01 9999-12-31 9998-12-31T23:00:00Z "
		    "9999-12-31T23:00:00Z" },

		{ "foo", "'foo' is not a date or period" },
		{ "", "'' is not a date or period" },
		{ "202", "'202' is not a date or period" },
		{ "20260", "'20260' is not a date or period" },
		{ "0000", "'0000' is outside the years 1 to 9999" },
		{ "0000-q1", "'0000-q1' is outside the years 1 to 9999" },
		{ "2026-13", "no such month '2026-13'" },
		{ "2026-00", "no such month '2026-00'" },
		{ "2026-q5", "no such quarter '2026-q5'" },
		{ "2026-q0", "no such quarter '2026-q0'" },
		{ "2026-q12", "'2026-q12' is not a date or period" },
		{ "2026-w00", "no such week '2026-w00'" },
		{ "2026-w54", "no such week '2026-w54'" },
		{ "2021-w53", "no such week '2021-w53'" },
		{ "9999-w53", "no such week '9999-w53'" },
		{ "2026-02-30", "no such day '2026-02-30'" },
		{ "--02-29", "'--02-29' has no year" },
		{ "this-day", "'this-day' is not a date or period" },
		{ "this-weeks", "'this-weeks' is not a date or period" },
		{ "this-mon", "'this-mon' is not a date or period" },
		{ "this week", "'this week' is not a date or period" },
		{ "2026-03-04..", "'2026-03-04..' is not a date or period" },
		{ "3/4/2024",
		    "'3/4/2024' may be April or March: "
		    "write YYYY-MM-DD, or import with --dates dmy or mdy" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		check_period(crm_period_parse, cases[i].in, cases[i].want);
}

/* ISO 8601 weeks, and weeks that begin on other days. */
static void
weeks(void **state)
{
	static const struct {
		const char *in, *first, *last;
	} iso[] = {
		{ "2026-w01", "2025-12-29", "2026-01-04" },
		{ "2026-W09", "2026-02-23", "2026-03-01" },
		{ "2026-w9", "2026-02-23", "2026-03-01" },
		{ "2026-w53", "2026-12-28", "2027-01-03" },
		{ "2020-w53", "2020-12-28", "2021-01-03" },
		{ "2021-w01", "2021-01-04", "2021-01-10" },
		{ "2021-w52", "2021-12-27", "2022-01-02" },
		{ "2016-w01", "2016-01-04", "2016-01-10" },
		{ "2015-w53", "2015-12-28", "2016-01-03" },
		{ "2024-w01", "2024-01-01", "2024-01-07" },
		{ "2025-w01", "2024-12-30", "2025-01-05" },
		{ "0001-w01", "0001-01-01", "0001-01-07" },
		{ "9999-w52", "9999-12-27", "9999-12-31" },
	};
	static const char *const first[7] = { "2026-03-01", "2026-03-02",
		"2026-03-03", "2026-03-04", "2026-02-26", "2026-02-27",
		"2026-02-28" };
	struct crm_period p;
	char text[10];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(iso); i++) {
		assert_null(
		    crm_period_parse(&clock, crm_view_str(iso[i].in), &p));
		(void)crm_date_put(text, p.first);
		compare(iso[i].in, NULL, text, 10, iso[i].first);
		(void)crm_date_put(text, p.last);
		compare(iso[i].in, NULL, text, 10, iso[i].last);
	}
	for (i = 0; i < 7; i++) {
		clock.week_start = (int)i;
		assert_null(crm_period_parse(&clock, CRM_V("this-week"), &p));
		(void)crm_date_put(text, p.first);
		compare("this-week", NULL, text, 10, first[i]);
		assert_int_equal(
		    crm_date_days(p.last), crm_date_days(p.first) + 6);
	}
	clock.week_start = 1;
}

#define BEGIN "0001-01-01T00:00:00Z"

static void
ranges(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "today", DAY_4 },
		{ "2026-03-04..2026-03-04", DAY_4 },
		{ "today..today", DAY_4 },
		{ "2025..2026",
		    "2025-01-01 2026-12-31 2024-12-31T23:00:00Z "
		    "2026-12-31T23:00:00Z" },
		{ "2026-q1..2026-04-15",
		    "2026-01-01 2026-04-15 2025-12-31T23:00:00Z "
		    "2026-04-15T22:00:00Z" },
		{ "2026.03.04..2026.03.04", DAY_4 },
		{ "-1w..today",
		    "2026-02-25 2026-03-04 2026-02-24T23:00:00Z "
		    "2026-03-04T23:00:00Z" },
		{ "2026-03..", "2026-03-01 9999-12-31 2026-02-28T23:00:00Z -" },
		{ "..last-month",
		    "0001-01-01 2026-02-28 " BEGIN " 2026-02-28T23:00:00Z" },
		{ "..now",
		    "0001-01-01 2026-03-04 " BEGIN
		    " 2026-03-04T12:00:00.000001Z" },
		{ "2026-03-04T10:00Z..2026-03-04T11:30:00.5Z",
		    "2026-03-04 2026-03-04 2026-03-04T10:00:00Z "
		    "2026-03-04T11:30:00.500001Z" },
		{ "2026-03-04T10:00Z..2026-03-04",
		    "2026-03-04 2026-03-04 2026-03-04T10:00:00Z "
		    "2026-03-04T23:00:00Z" },
		{ "2026-01-02..2026",
		    "2026-01-02 2026-12-31 2026-01-01T23:00:00Z "
		    "2026-12-31T23:00:00Z" },
		{ "0001..9999",
		    "0001-01-01 9999-12-31 " BEGIN " 9999-12-31T23:00:00Z" },

		{ "2026..2025", "'2026..2025' ends before it begins" },
		{ "2026-03-02..2026-03-01",
		    "'2026-03-02..2026-03-01' ends before it begins" },
		{ "today..yesterday",
		    "'today..yesterday' ends before it begins" },
		{ "2026-03-04T10:00Z..2026-03-04T09:59Z",
		    "'2026-03-04T10:00Z..2026-03-04T09:59Z' ends before it "
		    "begins" },
		{ "..", "'..' is not a date or period" },
		{ "", "'' is not a date or period" },
		{ ".", "'.' is not a date or period" },
		{ "...", "'.' is not a date or period" },
		{ "2026...", "'.' is not a date or period" },
		{ "2026...2027", "'.2027' is not a date or period" },
		{ "2025..2026..2027", "'2026..2027' is not a date or period" },
		{ "foo..2026", "'foo' is not a date or period" },
		{ "2026..foo", "'foo' is not a date or period" },
		{ "2026..--02-29", "'--02-29' has no year" },
	};
	struct crm_period p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		check_period(crm_range_parse, cases[i].in, cases[i].want);

	/* West of UTC the last day of all is cut, and an open end is not. */
	use_zone("America/New_York");
	check_period(crm_range_parse, "9999-12-31",
	    "9999-12-31 9999-12-31 9999-12-31T05:00:00Z -");
	assert_null(crm_range_parse(&clock, CRM_V("2026.."), &p));
	assert_true(p.to_us == CRM_TIME_MAX_US + 1);
	use_zone("Pacific/Apia"); /* an empty day */
	check_period(crm_range_parse, "2011-12-30..2011-12-30",
	    "2011-12-30 2011-12-30 2011-12-30T10:00:00Z "
	    "2011-12-30T10:00:00Z");
	check_period(crm_range_parse, "2011-12-31..2011-12-30",
	    "'2011-12-31..2011-12-30' ends before it begins");
	use_zone("Europe/Warsaw");
}

static void
spans(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "30d", "30d" },
		{ "2w", "2w" },
		{ "3m", "3m" },
		{ "1y", "1y" },
		{ "99999d", "99999d" },
		{ "007D", "7d" },
#define NO " is not a span such as 30d, 2w, 3m or 1y"
		{ "0d", "'0d'" NO },
		{ "100000d", "'100000d'" NO },
		{ "-1d", "'-1d'" NO },
		{ "+1d", "'+1d'" NO },
		{ "30", "'30'" NO },
		{ "d", "'d'" NO },
		{ "30 d", "'30 d'" NO },
		{ "30days", "'30days'" NO },
		{ "1h", "'1h'" NO },
		{ "", "''" NO },
#undef NO
	};
	static const struct {
		struct crm_date from;
		struct crm_span span;
		const char *want;
	} sums[] = {
		{ { 2026, 3, 4 }, { 30, 'd' }, "2026-04-03" },
		{ { 2026, 3, 4 }, { 2, 'w' }, "2026-03-18" },
		{ { 2026, 1, 31 }, { 1, 'm' }, "2026-02-28" },
		{ { 2024, 2, 29 }, { 1, 'y' }, "2025-02-28" },
		{ { 2026, 3, 4 }, { 99999, 'd' }, "2299-12-17" },
		{ { 2026, 3, 4 }, { 99999, 'y' }, "9999-12-31" },
		{ { 9999, 12, 30 }, { 1, 'w' }, "9999-12-31" },
		{ { 9999, 12, 30 }, { UINT32_MAX, 'd' }, "9999-12-31" },
		{ { 9999, 12, 30 }, { UINT32_MAX, 'w' }, "9999-12-31" },
		{ { 9999, 12, 30 }, { UINT32_MAX, 'm' }, "9999-12-31" },
		{ { 9999, 12, 30 }, { UINT32_MAX, 'y' }, "9999-12-31" },
	};
	const struct crm_err *err;
	struct crm_span span;
	char text[10];
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		err = crm_span_parse(crm_view_str(cases[i].in), &span);
		if (err == NULL)
			n = crm_span_put(text, span);
		compare(cases[i].in, err, text, n, cases[i].want);
	}
	for (i = 0; i < COUNT_OF(sums); i++) {
		n = crm_date_put(
		    text, crm_span_after(sums[i].from, sums[i].span));
		compare("span", NULL, text, n, sums[i].want);
	}
}

/* Every beginning of every good text, and each with one byte changed. */
static void
cut_and_changed(void **state)
{
	static const char *const good[] = { "2026-03-01T09:30:15.25+02:00",
		"Mar 1, 2026 2:30 PM UTC", "-monday 9am", "2026-w09",
		"last-quarter", "1.3.2026..2.3.2026", "--02-29", "+99999y",
		("2026-03-01\xe2\x80\xaf"
		 "9:30\xc2\xa0pm") };
	struct crm_period p;
	struct crm_date d;
	struct crm_view v;
	int64_t at_us;
	size_t i, n, k, c;
	char *bytes;

	(void)state;
	for (i = 0; i < COUNT_OF(good); i++)
		for (n = 1; n <= strlen(good[i]); n++) {
			/* Of the exact size, so that sanitizers see the end. */
			bytes = crm_alloc(n);
			v = crm_view(bytes, n);
			for (k = 0; k < n * 256; k += 3) {
				c = k % 256;
				memcpy(bytes, good[i], n);
				bytes[k / 256] = (char)c;
				(void)!crm_date_parse(&clock, v, &d);
				(void)!crm_time_parse(&clock, v, &at_us);
				if (crm_range_parse(&clock, v, &p) == NULL)
					assert_true(p.from_us <= p.to_us);
			}
			crm_free(bytes);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_dates),
		cmocka_unit_test(ordered_dates),
		cmocka_unit_test(relative_dates),
		cmocka_unit_test(dates_of_instants),
		cmocka_unit_test(instants),
		cmocka_unit_test(instants_round_trip),
		cmocka_unit_test(periods),
		cmocka_unit_test(weeks),
		cmocka_unit_test(ranges),
		cmocka_unit_test(spans),
		cmocka_unit_test(cut_and_changed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
