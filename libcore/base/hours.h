/*
 * hours - working time: hours of the week less holidays, by the clocks of a
 * zone.
 *
 * An instant is working time when the clocks there then show a time that is in
 * the hours of that day of the week, and the day is no holiday.  So a stretch
 * of hours in which clocks go forward is an hour shorter than it looks, and
 * one in which they go back is an hour longer.
 */
#ifndef CRM_HOURS_H
#define CRM_HOURS_H

#include "base/time.h"

#define CRM_SHIFTS_MAX 8 /* a day */
#define CRM_DAY_MINUTES (24 * 60)

/* Minutes of a day on the clock: from <= minute < to <= CRM_DAY_MINUTES. */
struct crm_shift {
	uint16_t from, to;
};

struct crm_hours {
	struct crm_week_day {
		struct crm_shift shift[CRM_SHIFTS_MAX]; /* in order, apart */
		size_t n;
	} day[7]; /* 0 Sunday .. 6 Saturday */
	/* Days without work; those without a year come every year. */
	struct crm_date *holiday;
	size_t nholidays;
};

/* Is a day one without work? */
bool crm_hours_is_holiday(const struct crm_hours *, struct crm_date);

/*
 * Working time from one instant to a later one, in microseconds; 0 when it is
 * not later.
 *
 * h       NULL: all time is working time
 *
 * Cost: some 50 ns a day between them.
 */
int64_t crm_hours_between(const struct crm_hours *h, struct crm_zone *,
    int64_t from_us, int64_t to_us);

/*
 * The first instant by which so much working time has passed since another.
 *
 * work_us 0 or more; with 0 it is from_us itself
 *
 * CRM_TIME_MAX_US when it is not within CRM_HOURS_YEARS: there is next to no
 * working time.
 */
#define CRM_HOURS_YEARS 100
int64_t crm_hours_after(const struct crm_hours *h, struct crm_zone *,
    int64_t from_us, int64_t work_us);

/* A stretch of working time as people write it: "90min", "2h", "1.5h".  At most
 * a year; 1 minute at least.  Fails with DATA. */
CRM_CHECK const struct crm_err *crm_work_parse(
    struct crm_view, int64_t *out_us);

/* "2h", "90min": the longest unit that gives a whole number; at most 12 bytes,
 * no NUL. */
#define CRM_WORK_TEXT 16
size_t crm_work_put(char *out, int64_t work_us);

#endif
