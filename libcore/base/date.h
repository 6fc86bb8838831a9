/*
 * date - dates and times as people and other programs write them.
 */
#ifndef CRM_DATE_H
#define CRM_DATE_H

#include "base/time.h"

/* The order of day, month and year in 3/4/2024: crm-add --dates. */
enum crm_date_order { CRM_YMD, CRM_DMY, CRM_MDY };

/* What relative dates refer to. */
struct crm_clock {
	int64_t now_us;
	struct crm_zone *zone; /* the store's zone: cuts days; never NULL */
	int week_start;        /* 0 Sunday .. 6 Saturday; ISO: 1 */
	enum crm_date_order order;
	bool has_option; /* somebody can say the order, with --dates */
	bool of_file;    /* a time without a day is not one of today */
};

/*
 * Read one day.
 *
 * Accepted, letters in either case, blanks around it or not:
 *   2026-03-01  2026/3/1  2026.03.01  20260301    year first, always
 *   1.3.2026  01/03/2026  1-3-2026                only if clock->order is
 *                                                 CRM_DMY or CRM_MDY
 *   1 Mar 2026  1-Mar-2026  Mar 1, 2026  March 1 2026   English names; three
 *                                                 letters or more are enough
 *   --02-29                                       no year
 *   today yesterday tomorrow
 *   monday .. sunday    the next such day, or today; also mon .. sun
 *   -monday             the last such day before today
 *   +3d -2w +1m -1y     from today, 0 to 99999 of them; months and years as
 *                       crm_date_add_months()
 *   any of these followed by a time, "now", a time alone, or an instant near
 *   now (see crm_time_parse): the local day of that instant in clock->zone
 *
 * Fails with DATA: "no such day '1990-02-29'", "'3/4/2024' may be April or
 * March: write YYYY-MM-DD" (with has_option: ", or import with --dates dmy or
 * mdy"), "the year of
 * '1.3.26' needs four digits",
 * "'-9999y' is outside the years 1 to 9999", "'foo' is not a date".
 */
CRM_CHECK const struct crm_err *crm_date_parse(
    const struct crm_clock *, struct crm_view, struct crm_date *out);

/*
 * Read one instant: a day as above (then its first moment in clock->zone;
 * a day without a year is refused), or a day and a time of day after blanks
 * or 'T':
 *   09:30  9:30  09:30:15  09:30:15.25  2:30 PM  2:30pm  9am
 *   0930  093015  093015.25   behind a T only
 * and then, or not: Z  UTC  +02:00  +0200  +02  (no zone: clock->zone, as
 * crm_zone_to_utc() reads skipped and repeated times).
 * Also "now", an instant before or after it (-2h, +30min: 0 to 99999 hours or
 * minutes), and a time of day alone, which is one of today, but for
 * clock->of_file.  RFC 3339 is a part of this, and the basic forms of ISO 8601
 * are.  A fraction may have a comma, and is cut to microseconds; a second of 60 is read as 59.999999.  Blanks may be the
 * no-break ones (U+00A0, U+202F) that other programs print before PM.
 *
 * Fails with DATA as above, or "no such time '25:00'", "'--02-29' has no
 * year", "'9:30' has no day", or when the instant is outside the years 1 to 9999 of UTC.
 */
CRM_CHECK const struct crm_err *crm_time_parse(
    const struct crm_clock *, struct crm_view, int64_t *out_us);

/* A stretch of whole days. */
struct crm_period {
	struct crm_date first, last; /* both belong to it; both have a year */
	int64_t from_us, to_us;      /* from_us <= t < to_us */
};

/*
 * Read a period of a query:
 *   2026  2026-q1  2026-03  2026-w09 (ISO week, Monday to Sunday)
 *   any single day of crm_date_parse() that has a year
 *   this-week last-week next-week, and -month -quarter -year; weeks begin on
 *   clock->week_start
 *   an instant: "now", or any day with a time of day: from and to are that
 *   instant and the microsecond after it, first and last its local day
 *
 * A period is cut at CRM_TIME_MIN_US and CRM_TIME_MAX_US + 1; it is empty for
 * a day that clocks skipped.
 *
 * Fails with DATA as above, or "no such week '2021-w53'".
 */
CRM_CHECK const struct crm_err *crm_period_parse(
    const struct crm_clock *, struct crm_view, struct crm_period *out);

/*
 * Read a period or a range of them, as reports take with --in:
 *   PERIOD  FROM..TO  FROM..  ..TO   (both ends belong to it)
 * An open end is CRM_TIME_MIN_US / CRM_TIME_MAX_US + 1, and the first or last
 * day of the years 1 to 9999.
 *
 * Fails with DATA; also when the end lies before the beginning.
 */
CRM_CHECK const struct crm_err *crm_range_parse(
    const struct crm_clock *, struct crm_view, struct crm_period *out);

/* A span of time: a follow-up interval. */
struct crm_span {
	uint32_t n;
	char unit; /* 'd', 'w', 'm' or 'y' */
};

/* Read "30d", "2w", "3m", "1y"; n is 1..99999.  Fails with DATA. */
CRM_CHECK const struct crm_err *crm_span_parse(
    struct crm_view, struct crm_span *out);

/* "30d"; at most 6 bytes, no NUL. */
size_t crm_span_put(char *out, struct crm_span);

/*
 * The date a span later than one with a year, or 9999-12-31 when that is later
 * still.
 */
struct crm_date crm_span_after(struct crm_date, struct crm_span);

#endif
