/*
 * time - instants, calendar days and time zones.
 *
 * An instant is an int64_t of microseconds since 1970-01-01T00:00:00Z, its
 * name ends in _us.  A date is a calendar day and not an instant.
 */
#ifndef CRM_TIME_H
#define CRM_TIME_H

#include "base/buf.h"

#define CRM_SECOND_US INT64_C(1000000)
#define CRM_DAY_S INT64_C(86400)

/* Instants that we accept: years 1 to 9999. */
#define CRM_TIME_MIN_US (INT64_C(-62135596800) * CRM_SECOND_US)
#define CRM_TIME_MAX_US (INT64_C(253402300799) * CRM_SECOND_US + 999999)

struct crm_date {
	int16_t year;  /* 1..9999; 0 when it has none (a birthday) */
	uint8_t month; /* 1..12 */
	uint8_t day;   /* 1..31 */
};

/* Is there such a day?  Without a year, February has 29 days. */
bool crm_date_valid(struct crm_date);

/*
 * Days since 1970-01-01 of a date (proleptic Gregorian), and the date of such
 * a number: outside the years 1 to 9999 the nearest day inside.
 */
int32_t crm_date_days(struct crm_date);
struct crm_date crm_date_from_days(int32_t days);

/* Days of a month (1..12), 28..31; year 0 counts as a leap year. */
int crm_month_days(int year, int month);

/* Day of the week of a day number: 0 Sunday .. 6 Saturday. */
int crm_weekday(int32_t days);

/*
 * The date n months later (n may be negative) than a date; a day that the
 * month lacks becomes its last one: 31 January + 1 month is 28 or 29 February.
 * Outside the years 1 to 9999 it is the nearest day inside.
 */
struct crm_date crm_date_add_months(struct crm_date, int n);

/* "2026-03-01", or "--03-01" without a year; at most 10 bytes, no NUL. */
size_t crm_date_put(char *out, struct crm_date);

/*
 * "2026-03-01T09:30:00Z", or "2026-03-01T09:30:00.25Z" with as many digits of
 * a fraction as are needed; at most 27 bytes, no NUL.
 *
 * at_us   CRM_TIME_MIN_US to CRM_TIME_MAX_US
 */
#define CRM_TIME_TEXT 28
size_t crm_time_put(char *out, int64_t at_us);

/* A time zone: rules for the offset from UTC. */
struct crm_zone;

/*
 * Load a time zone of the system's database.
 *
 * name    "Europe/Warsaw", "UTC"; "" and "UTC" need no file
 * out     free with crm_zone_free()
 *
 * Fails with CONFIG when there is none of that name, or its file is damaged or
 * counts leap seconds ("right/...").  Names with ".." or a leading '/' are
 * refused.
 * From: RFC 8536 (TZif), and POSIX TZ for what comes after the last
 * transition.
 */
CRM_CHECK const struct crm_err *crm_zone_open(
    const char *name, struct crm_zone **out);

/* The same from the bytes of such a file, which are not kept. */
CRM_CHECK const struct crm_err *crm_zone_parse(
    const char *name, struct crm_view file, struct crm_zone **out);
void crm_zone_free(struct crm_zone *);

/* The same zone for another thread: one remembers where it was asked last. */
CRM_CHECK struct crm_zone *crm_zone_copy(const struct crm_zone *);

/* The name it was opened with: borrowed, dead with the zone. */
const char *crm_zone_name(const struct crm_zone *);

/*
 * Seconds to add to UTC for local time at an instant.
 *
 * Cost: two comparisons when it falls between the same two changes as the
 * last one (the zone remembers them), else a binary search; after the last
 * change of the file, ten evaluations of its rule.
 */
int32_t crm_zone_offset(struct crm_zone *, int64_t utc_s);

/* Is the offset the same from one time to another?  Then of two times between
 * them the earlier one is also the earlier one by the clocks there. */
bool crm_zone_is_even(struct crm_zone *, int64_t from_s, int64_t to_s);

/*
 * The instant at which clocks there show a local time.
 *
 * local_s  seconds since 1970-01-01T00:00:00 on that clock
 *
 * Returns seconds UTC.  A time that is skipped gives the instant of the jump;
 * one that comes twice gives the first.
 */
int64_t crm_zone_to_utc(struct crm_zone *, int64_t local_s);

/*
 * The local date of an instant, and the instant at which a day first begins.
 * The two disagree only for minutes that clocks show again after midnight
 * (St John's went back from 00:01 to 23:01 until 2011).
 */
struct crm_date crm_zone_date(struct crm_zone *, int64_t at_us);
int64_t crm_zone_day_start_us(struct crm_zone *, struct crm_date);

/*
 * The day of an instant, counted from 1970-01-01.
 *
 * at_us   CRM_TIME_MIN_US to CRM_TIME_MAX_US
 *
 * A fraction of what a date costs.
 */
static inline int32_t
crm_zone_day(struct crm_zone *z, int64_t at_us)
{
	int64_t s = at_us / CRM_SECOND_US - (at_us % CRM_SECOND_US < 0);

	s += crm_zone_offset(z, s);
	return (int32_t)(s / CRM_DAY_S - (s % CRM_DAY_S < 0));
}

#endif
