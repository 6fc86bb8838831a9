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
};

/*
 * Read one day.
 *
 * Accepted, letters in either case:
 *   2026-03-01  2026/3/1  2026.03.01  20260301    year first, always
 *   1.3.2026  01/03/2026  1-3-2026                only if clock->order is
 *                                                 CRM_DMY or CRM_MDY
 *   1 Mar 2026  1-Mar-2026  Mar 1, 2026  March 1 2026   English names
 *   --02-29                                       no year
 *   any of these followed by a time (see crm_time_parse): the local day of
 *   that instant in clock->zone
 *   today yesterday tomorrow
 *   monday .. sunday    the next such day, or today; also mon .. sun
 *   -monday             the last such day before today
 *   +3d -2w +1m -1y     from today; months and years as
 *                       crm_date_add_months()
 *
 * Fails with DATA: "no such day '1990-02-29'", "'3/4/2024' may be April or
 * March: say --dates dmy or mdy", "'foo' is not a date".
 */
CRM_CHECK const struct crm_err *crm_date_parse(
    const struct crm_clock *, struct crm_view, struct crm_date *out);

/*
 * Read one instant: a day as above (then its first moment in clock->zone;
 * a day without a year is refused), or a day and a time of day after blanks
 * or 'T':
 *   09:30  9:30  09:30:15  09:30:15.25  2:30 PM  2:30pm  9am
 * and then, or not: Z  UTC  +02:00  +0200  +02  (no zone: clock->zone).
 * Also "now".  RFC 3339 is a part of this.  Fractions are cut to
 * microseconds; a second of 60 is read as 59.999999.
 *
 * Fails with DATA as above, or when the year is not 1 to 9999.
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
 *   an RFC 3339 instant: from and to are that instant and the microsecond
 *   after it, first and last its local day
 *
 * Fails with DATA.
 */
CRM_CHECK const struct crm_err *crm_period_parse(
    const struct crm_clock *, struct crm_view, struct crm_period *out);

/*
 * Read a period or a range of them, as reports take with --in:
 *   PERIOD  FROM..TO  FROM..  ..TO   (both ends belong to it)
 * An open end is CRM_TIME_MIN_US / CRM_TIME_MAX_US + 1.
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

/* The date a span later. */
struct crm_date crm_span_after(struct crm_date, struct crm_span);

#endif
