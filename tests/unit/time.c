/* Calendar days, instants and time zones; libc is the oracle for zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/time.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static struct crm_date
date(int year, int month, int day)
{
	struct crm_date d = { (int16_t)year, (uint8_t)month, (uint8_t)day };

	return d;
}

static void
assert_date(struct crm_date d, const char *want)
{
	char text[10];
	size_t n = crm_date_put(text, d);

	assert_int_equal(n, strlen(want));
	assert_memory_equal(text, want, n);
}

/* Seconds since 1970 of a time that is written as 2026-03-01 02:30:00. */
static int64_t
seconds(const char *text)
{
	int y, mo, d, h, mi, s;

	assert_int_equal(
	    sscanf(text, "%d-%d-%d %d:%d:%d", &y, &mo, &d, &h, &mi, &s), 6);
	return crm_date_days(date(y, mo, d)) * CRM_DAY_S + h * 3600 + mi * 60 +
	    s;
}

/* Every day that there is: numbers, dates and days of the week go on by one. */
static void
all_days(void **state)
{
	struct crm_date d;
	int32_t days = -719162;
	int y, m, day, weekday = 1;

	(void)state;
	for (y = 1; y <= 9999; y++)
		for (m = 1; m <= 12; m++)
			for (day = 1; day <= crm_month_days(y, m); day++) {
				d = crm_date_from_days(days);
				if (d.year != y || d.month != m ||
				    d.day != day || crm_date_days(d) != days ||
				    crm_weekday(days) != weekday ||
				    !crm_date_valid(d))
					fail_msg("%d-%d-%d", y, m, day);
				days++;
				weekday = (weekday + 1) % 7;
			}
	assert_int_equal(days, 2932897);
	assert_date(crm_date_from_days(-719163), "0001-01-01");
	assert_date(crm_date_from_days(INT32_MIN), "0001-01-01");
	assert_date(crm_date_from_days(2932897), "9999-12-31");
	assert_date(crm_date_from_days(INT32_MAX), "9999-12-31");
	assert_int_equal(crm_date_days(date(1970, 1, 1)), 0);
	assert_int_equal(crm_weekday(INT32_MIN), 2);
}

static void
valid_days(void **state)
{
	static const struct {
		int year, month, day;
		bool valid;
	} cases[] = {
		{ 2024, 2, 29, true },
		{ 2023, 2, 29, false },
		{ 2000, 2, 29, true },
		{ 1900, 2, 29, false },
		{ 2100, 2, 29, false },
		{ 4, 2, 29, true },
		{ 0, 2, 29, true },
		{ 0, 2, 30, false },
		{ 2026, 4, 31, false },
		{ 2026, 12, 31, true },
		{ 2026, 13, 1, false },
		{ 2026, 0, 1, false },
		{ 2026, 1, 0, false },
		{ 9999, 12, 31, true },
		{ 10000, 1, 1, false },
		{ -1, 1, 1, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(crm_date_valid(date(cases[i].year,
				     cases[i].month, cases[i].day)),
		    cases[i].valid);
}

static void
months(void **state)
{
	static const struct {
		int year, month, day, n;
		const char *want;
	} cases[] = {
		{ 2026, 1, 31, 1, "2026-02-28" },
		{ 2024, 1, 31, 1, "2024-02-29" },
		{ 2024, 1, 31, 3, "2024-04-30" },
		{ 2024, 2, 29, 12, "2025-02-28" },
		{ 2024, 2, 29, 48, "2028-02-29" },
		{ 2024, 2, 29, -12, "2023-02-28" },
		{ 2026, 3, 31, -1, "2026-02-28" },
		{ 2026, 1, 15, -1, "2025-12-15" },
		{ 2026, 12, 31, 2, "2027-02-28" },
		{ 2026, 5, 5, 0, "2026-05-05" },
		{ 1, 1, 31, -1, "0001-01-01" },
		{ 9999, 12, 5, 1, "9999-12-31" },
		{ 9999, 11, 5, 1, "9999-12-05" },
		{ 2026, 1, 1, INT32_MAX, "9999-12-31" },
		{ 2026, 1, 1, INT32_MIN, "0001-01-01" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		assert_date(
		    crm_date_add_months(
			date(cases[i].year, cases[i].month, cases[i].day),
			cases[i].n),
		    cases[i].want);
}

static void
text(void **state)
{
	static const struct {
		int64_t at_us;
		const char *want;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1, "1970-01-01T00:00:00.000001Z" },
		{ -1, "1969-12-31T23:59:59.999999Z" },
		{ -1000000, "1969-12-31T23:59:59Z" },
		{ 1772357400250000, "2026-03-01T09:30:00.25Z" },
		{ 1772357400100000, "2026-03-01T09:30:00.1Z" },
		{ 1772357400000010, "2026-03-01T09:30:00.00001Z" },
		{ CRM_TIME_MIN_US, "0001-01-01T00:00:00Z" },
		{ CRM_TIME_MAX_US, "9999-12-31T23:59:59.999999Z" },
	};
	char out[CRM_TIME_TEXT];
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		n = crm_time_put(out, cases[i].at_us);
		assert_int_equal(n, strlen(cases[i].want));
		assert_memory_equal(out, cases[i].want, n);
	}
	assert_date(date(0, 2, 29), "--02-29");
	assert_date(date(26, 1, 2), "0026-01-02");
}

static struct crm_zone *
open_zone(const char *name)
{
	const struct crm_err *err;
	struct crm_zone *z;

	err = crm_zone_open(name, &z);
	if (err != NULL)
		fail_msg("%s", err->msg);
	assert_string_equal(crm_zone_name(z), name);
	return z;
}

/* What libc says that clocks are ahead of UTC. */
static int32_t
libc_offset(int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	struct tm tm;

	assert_non_null(localtime_r(&t, &tm));
	return (int32_t)(crm_date_days(date(
			     tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday)) *
		CRM_DAY_S +
	    tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec - utc_s);
}

static void
set_tz(const char *tz)
{
	assert_int_equal(setenv("TZ", tz, 1), 0);
	tzset();
}

static void
same_as_libc(const char *tz, struct crm_zone *z, int64_t utc_s)
{
	int32_t got = crm_zone_offset(z, utc_s), want = libc_offset(utc_s);

	if (got != want)
		fail_msg("%s at %lld: %d, but libc says %d", tz,
		    (long long)utc_s, got, want);
}

/*
 * Compare with libc up to 2100: about every 11 hours, at both sides of
 * every change and there also the way back from local time.
 */
static void
compare_zone(const char *tz, struct crm_zone *z, const char *begin)
{
	int64_t begin_s = seconds(begin);
	int64_t end_s = seconds("2100-12-31 00:00:00");
	int64_t t, low, high, mid, step = 39119;
	int32_t before, after, offset;

	set_tz(tz);
	before = libc_offset(begin_s);
	for (t = begin_s; t < end_s; t += step) {
		same_as_libc(tz, z, t);
		after = libc_offset(t + step);
		low = t;
		high = t + step;
		while (before != after && high - low > 1) {
			mid = low + (high - low) / 2;
			if (libc_offset(mid) == before)
				low = mid;
			else
				high = mid;
		}
		if (before != after) {
			same_as_libc(tz, z, low);
			same_as_libc(tz, z, high);
			offset = libc_offset(high);
			if (crm_zone_to_utc(z, low + before) != low)
				fail_msg("%s: not the way back", tz);
			if (offset > before &&
			    crm_zone_to_utc(z, high + before) != high)
				fail_msg("%s: not the jump", tz);
		}
		before = after;
	}
}

static void
zones_as_libc(void **state)
{
	static const char *const names[] = { "Europe/Warsaw", "Europe/London",
		"Europe/Dublin", "Europe/Moscow", "Europe/Istanbul",
		"America/St_Johns", "America/New_York", "America/Sao_Paulo",
		"America/Nuuk", "America/Santiago", "America/Caracas",
		"America/Scoresbysund", "Asia/Kolkata", "Asia/Kathmandu",
		"Asia/Tehran", "Asia/Gaza", "Asia/Jerusalem", "Asia/Pyongyang",
		"Africa/Casablanca", "Africa/Cairo", "Africa/Monrovia",
		"Australia/Lord_Howe", "Australia/Eucla", "Pacific/Apia",
		"Pacific/Kiritimati", "Pacific/Chatham", "Pacific/Easter",
		"Antarctica/Troll", "Etc/GMT+12", "Etc/UTC" };
	struct crm_zone *z;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++) {
		z = open_zone(names[i]);
		compare_zone(names[i], z, "1900-01-01 00:00:00");
		crm_zone_free(z);
	}
}

/* The answer does not depend on what was asked before. */
static void
zone_any_order(void **state)
{
	struct crm_zone *z = open_zone("Europe/Warsaw");
	uint64_t seed = 1;
	int64_t t;
	int i;

	(void)state;
	set_tz("Europe/Warsaw");
	for (i = 0; i < 100000; i++) {
		seed =
		    seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		t = (int64_t)((seed >> 20) % UINT64_C(6300000000)) - 2200000000;
		same_as_libc("Europe/Warsaw", z, t);
	}
	assert_int_equal(crm_zone_offset(z, INT64_MIN), 5040);
	(void)crm_zone_offset(z, INT64_MAX);
	(void)crm_zone_to_utc(z, INT64_MIN);
	(void)crm_zone_to_utc(z, INT64_MAX);
	assert_date(crm_zone_date(z, INT64_MIN), "0001-01-01");
	assert_date(crm_zone_date(z, INT64_MAX), "9999-12-31");
	crm_zone_free(z);
}

static void
gaps_and_overlaps(void **state)
{
	static const struct {
		const char *zone, *local, *utc;
	} cases[] = {
		{ "Europe/Warsaw", "2026-03-29 01:59:59",
		    "2026-03-29 00:59:59" },
		{ "Europe/Warsaw", "2026-03-29 02:00:00",
		    "2026-03-29 01:00:00" },
		{ "Europe/Warsaw", "2026-03-29 02:30:00",
		    "2026-03-29 01:00:00" },
		{ "Europe/Warsaw", "2026-03-29 02:59:59",
		    "2026-03-29 01:00:00" },
		{ "Europe/Warsaw", "2026-03-29 03:00:00",
		    "2026-03-29 01:00:00" },
		{ "Europe/Warsaw", "2026-03-29 03:00:01",
		    "2026-03-29 01:00:01" },
		{ "Europe/Warsaw", "2026-10-25 01:59:59",
		    "2026-10-24 23:59:59" },
		{ "Europe/Warsaw", "2026-10-25 02:00:00",
		    "2026-10-25 00:00:00" },
		{ "Europe/Warsaw", "2026-10-25 02:59:59",
		    "2026-10-25 00:59:59" },
		{ "Europe/Warsaw", "2026-10-25 03:00:00",
		    "2026-10-25 02:00:00" },
		{ "Europe/Warsaw", "2096-03-25 02:30:00",
		    "2096-03-25 01:00:00" }, /* by rule */
		{ "Europe/Warsaw", "9999-07-01 12:00:00",
		    "9999-07-01 10:00:00" },
		{ "Europe/Warsaw", "0001-01-01 01:24:00",
		    "0001-01-01 00:00:00" },
		{ "Australia/Lord_Howe", "2026-10-04 02:15:00",
		    "2026-10-03 15:30:00" },
		{ "Australia/Lord_Howe", "2026-04-05 01:45:00",
		    "2026-04-04 14:45:00" },
		{ "America/St_Johns", "2010-11-07 00:00:30",
		    "2010-11-07 02:30:30" },
		{ "America/St_Johns", "2010-11-06 23:30:00",
		    "2010-11-07 02:00:00" },
		{ "America/St_Johns", "2010-11-07 00:01:00",
		    "2010-11-07 03:31:00" },
		{ "Pacific/Apia", "2011-12-29 23:59:59",
		    "2011-12-30 09:59:59" },
		{ "Pacific/Apia", "2011-12-30 12:00:00",
		    "2011-12-30 10:00:00" },
		{ "Pacific/Apia", "2011-12-31 00:00:00",
		    "2011-12-30 10:00:00" },
		{ "Antarctica/Troll", "2026-03-29 02:00:00",
		    "2026-03-29 01:00:00" },
		{ "Antarctica/Troll", "2026-10-25 01:30:00",
		    "2026-10-24 23:30:00" },
		{ "America/Nuuk", "2026-03-28 23:30:00",
		    "2026-03-29 01:00:00" },
		{ "Asia/Kathmandu", "2026-01-01 00:00:00",
		    "2025-12-31 18:15:00" },
		{ "UTC", "2026-03-29 02:30:00", "2026-03-29 02:30:00" },
	};
	struct crm_zone *z;
	int64_t got, want;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		z = open_zone(cases[i].zone);
		got = crm_zone_to_utc(z, seconds(cases[i].local));
		want = seconds(cases[i].utc);
		if (got != want)
			fail_msg("%s %s: off by %lld s", cases[i].zone,
			    cases[i].local, (long long)(got - want));
		crm_zone_free(z);
	}
}

static void
days_in_zones(void **state)
{
	static const struct {
		const char *zone, *day, *begins;
	} cases[] = {
		{ "Europe/Warsaw", "2026-03-01", "2026-02-28 23:00:00" },
		{ "Europe/Warsaw", "2026-07-01", "2026-06-30 22:00:00" },
		{ "UTC", "2026-07-01", "2026-07-01 00:00:00" },
		{ "", "1969-12-31", "1969-12-31 00:00:00" },
		/* Midnight is skipped. */
		{ "America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00:00" },
		{ "Africa/Cairo", "2026-04-24", "2026-04-23 22:00:00" },
		{ "Pacific/Kiritimati", "2026-01-01", "2025-12-31 10:00:00" },
		{ "America/St_Johns", "2010-11-07", "2010-11-07 02:30:00" },
		{ "Pacific/Apia", "2011-12-31", "2011-12-30 10:00:00" },
	};
	struct crm_zone *z;
	int64_t want_us;
	int y, m, d;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		z = open_zone(cases[i].zone);
		want_us = seconds(cases[i].begins) * CRM_SECOND_US;
		(void)sscanf(cases[i].day, "%d-%d-%d", &y, &m, &d);
		assert_int_equal(
		    crm_zone_day_start_us(z, date(y, m, d)), want_us);
		assert_date(crm_zone_date(z, want_us), cases[i].day);
		assert_int_not_equal(crm_zone_date(z, want_us - 1).day, d);
		crm_zone_free(z);
	}

	/* Samoa had no 30 December 2011: it ends where it begins. */
	z = open_zone("Pacific/Apia");
	assert_int_equal(crm_zone_day_start_us(z, date(2011, 12, 30)),
	    crm_zone_day_start_us(z, date(2011, 12, 31)));
	crm_zone_free(z);
}

static void
zone_names(void **state)
{
	static const char *const refused[] = { "Mars/Phobos", "Europe",
		"Europe/Warsaw/x", "/etc/passwd", "../zoneinfo/UTC",
		"Europe/../UTC", "tzdata.zi", "zone.tab", "utc ", "EST5EDT,",
		"right/Europe/Warsaw" };
	char name[2000];
	const struct crm_err *err;
	struct crm_zone *z;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(refused); i++) {
		err = crm_zone_open(refused[i], &z);
		assert_non_null(err);
		assert_int_equal(err->code, CRM_E_CONFIG);
		assert_null(z);
	}
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	err = crm_zone_open(name, &z);
	assert_non_null(err);

	err = crm_zone_open("Mars/Phobos", &z);
	assert_string_equal(err->msg,
	    "no time zone 'Mars/Phobos': /usr/share/zoneinfo/Mars/Phobos: "
	    "No such file or directory");
	err = crm_zone_open("zone.tab", &z);
	assert_string_equal(
	    err->msg, "the file of time zone 'zone.tab' is damaged");
	err = crm_zone_open("../x", &z);
	assert_string_equal(err->msg, "no time zone '../x'");
	crm_zone_free(NULL);
}

/* One block of a time zone file: offsets and instants of changes to them. */
struct block {
	char version;
	uint32_t leap, ntimes, ntypes;
	int64_t at_s[4];
	unsigned char type[4];
	int32_t offset_s[3];
};

static void
add_be(struct crm_buf *b, int64_t v, int n)
{
	for (; n > 8; n--)
		crm_buf_addc(b, '\0');
	while (n-- > 0)
		crm_buf_addc(b, (char)((uint64_t)v >> (8 * n)));
}

static void
add_block(struct crm_buf *b, const struct block *k, int time_bytes)
{
	uint32_t i;

	crm_buf_adds(b, "TZif");
	crm_buf_addc(b, k->version);
	for (i = 0; i < 15; i++)
		crm_buf_addc(b, '\0');
	add_be(b, k->ntypes, 4);
	add_be(b, k->ntypes, 4);
	add_be(b, k->leap, 4);
	add_be(b, k->ntimes, 4);
	add_be(b, k->ntypes, 4);
	add_be(b, 4, 4);
	for (i = 0; i < k->ntimes; i++)
		add_be(b, k->at_s[i], time_bytes);
	crm_buf_add(b, k->type, k->ntimes);
	for (i = 0; i < k->ntypes; i++) {
		add_be(b, k->offset_s[i], 4);
		add_be(b, 0, 2);
	}
	crm_buf_add(b, "ABC", 4);
	for (i = 0; i < k->leap; i++)
		add_be(b, 1, time_bytes + 4);
	for (i = 0; i < 2 * k->ntypes; i++)
		crm_buf_addc(b, '\0');
}

/* A file of a slim or fat kind; the first block is empty, as in slim ones. */
static const struct crm_err *
parse_blocks(const struct block *k, const char *footer, struct crm_zone **z)
{
	static const struct block empty = { .version = '2', .ntypes = 1 };
	struct crm_buf b = CRM_BUF_INIT(10000);
	const struct crm_err *err;

	if (k->version == '\0')
		add_block(&b, k, 4);
	else {
		add_block(&b, &empty, 4);
		add_block(&b, k, 8);
		crm_buf_adds(&b, footer);
	}
	err = crm_zone_parse("test", crm_buf_view(&b), z);
	crm_buf_release(&b);
	return err;
}

/* A file without changes: only the footer counts. */
static const struct crm_err *
parse_rule(const char *rule, struct crm_zone **z)
{
	static const struct block one = { .version = '3', .ntypes = 1 };
	struct crm_buf b = CRM_BUF_INIT(1000);
	const struct crm_err *err;

	crm_buf_addf(&b, "\n%s\n", rule);
	err = parse_blocks(&one, b.p, z);
	crm_buf_release(&b);
	return err;
}

/* POSIX rules, which libc reads too, but not for years before 1971. */
static void
rules_as_libc(void **state)
{
	static const char *const rules[] = { "UTC0", "CET-1", "<+0330>-3:30",
		"<-03>3", "<+1245>-12:45:30", "XYZ24", "XYZ-24:59:59",
		"CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0",
		"NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01",
		"IST-1GMT0,M10.5.0,M3.5.0/1",
		"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
		"<+00>0<+02>-2,M3.5.0/1,M10.5.0/3",
		"<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
		"<-04>4<-03>,M9.1.6/24,M4.1.6/24",
		"EET-2EEST,M3.4.4/50,M10.4.4/50",
		"EET-2EEST,M4.5.5/0,M10.5.4/24", "AAA0BBB,J59,J60",
		"AAA0BBB,J60/0:30,J365", "AAA0BBB,59/1,300/2:30:15",
		"AAA0BBB,0/0,59/0", "AAA5BBB,M2.5.1/-72,M2.5.6/+100",
		"AAA-3BBB-1,M12.1.0,M2.4.3", "AAA0BBB,M1.1.0,M6.3.2/167",
		"AAA0BBB,M6.5.6/-167,M12.5.6/-160" };
	const struct crm_err *err;
	struct crm_zone *z;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rules); i++) {
		err = parse_rule(rules[i], &z);
		if (err != NULL)
			fail_msg("%s: %s", rules[i], err->msg);
		compare_zone(rules[i], z, "1971-01-01 00:00:00");
		crm_zone_free(z);
	}
}

/* RFC 8536 3.3.1 and tz: it is always summer. */
static void
rules_of_summer(void **state)
{
	static const char *const rules[] = { "XXX3EDT4,0/0,J365/23",
		"EST5EDT4,0/0,J365/25", "EST5EDT4,0/0,J365/24" };
	struct crm_zone *z;
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_null(parse_rule(rules[i], &z));
		for (t = 0; t < 2000 * CRM_DAY_S; t += 3000)
			assert_int_equal(crm_zone_offset(z, t), -4 * 3600);
		crm_zone_free(z);
	}
	/* An hour of winter at the end of each year. */
	assert_null(parse_rule(rules[2], &z));
	t = seconds("2027-01-01 04:00:00");
	assert_int_equal(crm_zone_offset(z, t - 1), -4 * 3600);
	assert_int_equal(crm_zone_offset(z, t), -5 * 3600);
	assert_int_equal(crm_zone_offset(z, t + 3599), -5 * 3600);
	assert_int_equal(crm_zone_offset(z, t + 3600), -4 * 3600);
	crm_zone_free(z);
}

static void
bad_rules(void **state)
{
	static const char *const rules[] = { "CE-1", "CET", "<+03-3", "<+03>",
		"CET-25", "CET-1:60", "CET-1:00:60", "CET--1", "CET-1CEST",
		"CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,", "CET-1CE,M3.5.0,J1",
		"CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5,M10.5.0",
		"CET-1CEST,J0,J5", "CET-1CEST,J366,J5", "CET-1CEST,366,5",
		"CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,M3.5.0/,M10.5.0",
		"CET-1CEST,M3.5.0,M10.5.0/3x", "CET-1CEST,M3.5.0,M10.5.0,",
		"CET-1CEST-25,M3.5.0,M10.5.0", " CET-1", ":Europe/Warsaw",
		"CET-1 ", "CET-99999999999999999999" };
	const struct crm_err *err;
	struct crm_zone *z;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rules); i++) {
		err = parse_rule(rules[i], &z);
		if (err == NULL)
			fail_msg("accepted: %s", rules[i]);
		assert_int_equal(err->code, CRM_E_CONFIG);
		assert_null(z);
	}
}

static void
kinds_of_files(void **state)
{
	struct block k = { '\0', 0, 2, 3, { -1000, 1000 }, { 1, 2 },
		{ 60, 120, 180 } };
	static const char versions[] = { '\0', '2', '3', '4', '9' };
	struct crm_zone *z;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(versions); i++) {
		k.version = versions[i];
		assert_null(parse_blocks(&k, "\n\n", &z));
		assert_int_equal(crm_zone_offset(z, -1001), 60);
		assert_int_equal(crm_zone_offset(z, -1000), 120);
		assert_int_equal(crm_zone_offset(z, 999), 120);
		assert_int_equal(crm_zone_offset(z, 1000), 180);
		assert_int_equal(crm_zone_offset(z, 4000000000), 180);
		crm_zone_free(z);
	}

	/* The rule begins with the last change, not with its first summer. */
	k.ntimes = 1;
	k.at_s[0] = seconds("2026-07-01 00:00:00");
	assert_null(parse_blocks(&k, "\nCET-1CEST,M3.5.0,M10.5.0/3\n", &z));
	assert_int_equal(crm_zone_offset(z, k.at_s[0] - 1), 60);
	assert_int_equal(crm_zone_offset(z, k.at_s[0]), 7200);
	assert_int_equal(
	    crm_zone_offset(z, seconds("2026-10-25 01:00:00")), 3600);
	assert_int_equal(crm_zone_to_utc(z, k.at_s[0] + 61), k.at_s[0]);
	crm_zone_free(z);

	/* 64-bit instants at their ends. */
	k.ntimes = 2;
	k.at_s[0] = INT64_MIN;
	k.at_s[1] = INT64_MAX;
	assert_null(parse_blocks(&k, "\nCET-1CEST,M3.5.0,M10.5.0/3\n", &z));
	assert_int_equal(crm_zone_offset(z, 0), 120);
	assert_int_equal(crm_zone_to_utc(z, 0), -120);
	crm_zone_free(z);

	/* Changes around the last day that is answered for. */
	k.at_s[0] = 0;
	k.offset_s[1] = -90000;
	for (i = 0; i < 2000; i++) {
		k.at_s[1] =
		    CRM_TIME_MAX_US / CRM_SECOND_US + ((int64_t)i - 1000) * 600;
		assert_null(parse_blocks(&k, "\n\n", &z));
		(void)crm_zone_to_utc(z, INT64_MAX);
		(void)crm_zone_to_utc(z, CRM_TIME_MAX_US / CRM_SECOND_US);
		crm_zone_free(z);
	}
}

static void
damaged_files(void **state)
{
	static const struct {
		struct block k;
		const char *footer, *msg;
	} cases[] = {
#define DAMAGED "the file of time zone 'test' is damaged"
		{ { '2', 0, 0, 0, { 0 }, { 0 }, { 0 } }, "\n\n", DAMAGED },
		{ { '1', 0, 0, 1, { 0 }, { 0 }, { 0 } }, "\n\n", DAMAGED },
		{ { '2', 0, 1, 1, { 5 }, { 1 }, { 0 } }, "\n\n", DAMAGED },
		{ { '2', 0, 2, 1, { 5, 5 }, { 0 }, { 0 } }, "\n\n", DAMAGED },
		{ { '2', 0, 2, 1, { 5, 4 }, { 0 }, { 0 } }, "\n\n", DAMAGED },
		{ { '2', 0, 0, 1, { 0 }, { 0 }, { 93600 } }, "\n\n", DAMAGED },
		{ { '2', 0, 1, 2, { 0 }, { 1 }, { 0, INT32_MIN } }, "\n\n",
		    DAMAGED },
		{ { '2', 0, 0, 1, { 0 }, { 0 }, { 0 } }, "", DAMAGED },
		{ { '2', 0, 0, 1, { 0 }, { 0 }, { 0 } }, "\n", DAMAGED },
		{ { '2', 0, 0, 1, { 0 }, { 0 }, { 0 } }, "\nCET-1", DAMAGED },
		{ { '2', 0, 0, 1, { 0 }, { 0 }, { 0 } }, "CET-1\n", DAMAGED },
		{ { '2', 1, 0, 1, { 0 }, { 0 }, { 0 } }, "\n\n",
		    "time zone 'test' counts leap seconds: say one without" },
#undef DAMAGED
	};
	const struct crm_err *err;
	struct crm_zone *z;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		err = parse_blocks(&cases[i].k, cases[i].footer, &z);
		assert_non_null(err);
		assert_int_equal(err->code, CRM_E_CONFIG);
		assert_string_equal(err->msg, cases[i].msg);
		assert_null(z);
	}
}

/* Whatever a file says, answers keep within their bounds. */
static void
ask(struct crm_zone *z)
{
	static const int64_t at_s[] = { INT64_MIN, -70000000000, -2000000000, 0,
		1700000000, 2500000000, 250000000000, INT64_MAX };
	int32_t offset;
	size_t i;

	for (i = 0; i < COUNT_OF(at_s); i++) {
		offset = crm_zone_offset(z, at_s[i]);
		assert_in_range(offset + 93600, 1, 2 * 93600 - 1);
		(void)crm_zone_to_utc(z, at_s[i]);
		(void)crm_zone_date(z, at_s[i]);
	}
}

/* Copies are of the exact size, so that sanitizers see each wrong byte. */
static bool
parses(const char *p, size_t n)
{
	char *copy = crm_strndup(p, n), *exact = crm_alloc(n);
	const struct crm_err *err;
	struct crm_zone *z;

	memcpy(exact, copy, n);
	err = crm_zone_parse("test", crm_view(exact, n), &z);
	if (err == NULL)
		ask(z);
	crm_zone_free(z);
	crm_free(exact);
	crm_free(copy);
	return err == NULL;
}

static void
cut_and_changed_files(void **state)
{
	static const char *const names[] = { "Europe/Warsaw", "America/Nuuk",
		"Asia/Kathmandu", "Africa/Casablanca" };
	static const unsigned char masks[] = { 0x01, 0x80, 0xff };
	char path[64], bytes[8192];
	size_t i, j, k, n;
	FILE *f;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++) {
		(void)snprintf(
		    path, sizeof(path), "/usr/share/zoneinfo/%s", names[i]);
		f = fopen(path, "rb");
		assert_non_null(f);
		n = fread(bytes, 1, sizeof(bytes), f);
		(void)fclose(f);
		assert_true(n < sizeof(bytes));
		assert_true(parses(bytes, n));
		for (j = 0; j < n; j++)
			assert_false(parses(bytes, j));
		for (j = 0; j < n; j++)
			for (k = 0; k < COUNT_OF(masks); k++) {
				bytes[j] = (char)(bytes[j] ^ masks[k]);
				(void)parses(bytes, n);
				bytes[j] = (char)(bytes[j] ^ masks[k]);
			}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_days),
		cmocka_unit_test(valid_days),
		cmocka_unit_test(months),
		cmocka_unit_test(text),
		cmocka_unit_test(zones_as_libc),
		cmocka_unit_test(zone_any_order),
		cmocka_unit_test(gaps_and_overlaps),
		cmocka_unit_test(days_in_zones),
		cmocka_unit_test(zone_names),
		cmocka_unit_test(rules_as_libc),
		cmocka_unit_test(rules_of_summer),
		cmocka_unit_test(bad_rules),
		cmocka_unit_test(kinds_of_files),
		cmocka_unit_test(damaged_files),
		cmocka_unit_test(cut_and_changed_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
