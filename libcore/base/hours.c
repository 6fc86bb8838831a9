#include "base/hours.h"

#include <stdio.h>

#include "base/num.h"

#define MINUTE_US (60 * CRM_SECOND_US)
#define HOUR_MINUTES 60
#define WORK_MINUTES_MAX INT64_C(600000)

bool
crm_hours_is_holiday(const struct crm_hours *h, struct crm_date d)
{
	const struct crm_date *f = h->holiday;
	size_t i;

	for (i = 0; i < h->nholidays; i++)
		if (f[i].month == d.month && f[i].day == d.day &&
		    (f[i].year == 0 || f[i].year == d.year))
			return true;
	return false;
}

/* What one stretch of time with one offset to UTC has of the hours of a day,
 * and how far it was gone through. */
struct stretch {
	int64_t from_us, to_us; /* of it */
	int64_t left_us;        /* working time still to be found */
	int64_t found_us;       /* so far */
	int64_t at_us;          /* where left_us came to nothing */
	bool done;
};

static void
take(struct stretch *s, int64_t from_us, int64_t to_us)
{
	if (from_us < s->from_us)
		from_us = s->from_us;
	if (to_us > s->to_us)
		to_us = s->to_us;
	if (s->done || from_us >= to_us)
		return;
	if (s->left_us <= to_us - from_us) {
		s->done = true;
		s->at_us = from_us + s->left_us;
		return;
	}
	s->left_us -= to_us - from_us;
	s->found_us += to_us - from_us;
}

/* The seconds of a local day, since 1970 by the clocks there. */
static int64_t
local_start(int32_t day)
{
	return (int64_t)day * CRM_DAY_S;
}

/* The end of the time from an instant on, up to another, in which the offset to
 * UTC stays the same. */
static int64_t
same_offset(struct crm_zone *zone, int64_t from_s, int64_t to_s)
{
	int32_t offset = crm_zone_offset(zone, from_s);
	int64_t lo = from_s, hi;

	/* No zone changes twice within an hour: look each, then halve. */
	for (hi = from_s; hi < to_s; lo = hi) {
		hi = hi + 3600 < to_s ? hi + 3600 : to_s;
		if (crm_zone_offset(zone, hi) != offset)
			break;
	}
	if (hi == to_s && crm_zone_offset(zone, hi) == offset)
		return to_s;
	while (hi - lo > 1) {
		int64_t mid = lo + (hi - lo) / 2;

		if (crm_zone_offset(zone, mid) == offset)
			lo = mid;
		else
			hi = mid;
	}
	return hi;
}

/* All shifts of the local day on which a stretch of one offset lies. */
static void
take_shifts(const struct crm_hours *h, int32_t day, int32_t offset,
    int64_t from_us, int64_t to_us, struct stretch *s)
{
	const struct crm_week_day *d = &h->day[crm_weekday(day)];
	struct stretch within = *s;
	int64_t zero_us;
	size_t i;

	if (d->n == 0 || crm_hours_is_holiday(h, crm_date_from_days(day)))
		return;
	if (from_us > within.from_us)
		within.from_us = from_us;
	if (to_us < within.to_us)
		within.to_us = to_us;
	zero_us = (local_start(day) - offset) * CRM_SECOND_US;
	for (i = 0; i < d->n; i++)
		take(&within, zero_us + d->shift[i].from * MINUTE_US,
		    zero_us + d->shift[i].to * MINUTE_US);
	s->left_us = within.left_us;
	s->found_us = within.found_us;
	s->at_us = within.at_us;
	s->done = within.done;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Go through a stretch piece by piece: each on one local day, of one offset. */
static void
walk(const struct crm_hours *h, struct crm_zone *zone, struct stretch *s)
{
	int64_t at_s = floor_div(s->from_us, CRM_SECOND_US);
	int64_t end_s = floor_div(s->to_us - 1, CRM_SECOND_US) + 1;
	int64_t next_s;
	int32_t offset, day;

	while (at_s < end_s && !s->done) {
		offset = crm_zone_offset(zone, at_s);
		day = (int32_t)floor_div(at_s + offset, CRM_DAY_S);
		next_s = local_start(day) + CRM_DAY_S - offset;
		if (next_s > end_s)
			next_s = end_s;
		if (!crm_zone_is_even(zone, at_s, next_s))
			next_s = same_offset(zone, at_s, next_s);
		take_shifts(h, day, offset, at_s * CRM_SECOND_US,
		    next_s * CRM_SECOND_US, s);
		at_s = next_s;
	}
}

int64_t
crm_hours_between(const struct crm_hours *h, struct crm_zone *zone,
    int64_t from_us, int64_t to_us)
{
	struct stretch s = {
		.from_us = from_us, .to_us = to_us, .left_us = INT64_MAX
	};

	if (to_us <= from_us)
		return 0;
	if (h == NULL)
		return to_us - from_us;
	walk(h, zone, &s);
	return s.found_us;
}

int64_t
crm_hours_after(const struct crm_hours *h, struct crm_zone *zone,
    int64_t from_us, int64_t work_us)
{
	int64_t most = CRM_HOURS_YEARS * 366 * CRM_DAY_S * CRM_SECOND_US;
	struct stretch s = { .from_us = from_us, .left_us = work_us };

	if (work_us <= 0)
		return from_us;
	if (h == NULL)
		return work_us < CRM_TIME_MAX_US - from_us ? from_us + work_us
							   : CRM_TIME_MAX_US;
	s.to_us =
	    CRM_TIME_MAX_US - from_us < most ? CRM_TIME_MAX_US : from_us + most;
	walk(h, zone, &s);
	return s.done ? s.at_us : CRM_TIME_MAX_US;
}

const struct crm_err *
crm_work_parse(struct crm_view v, int64_t *out_us)
{
	struct crm_view number = crm_view_trim(v);
	struct crm_dec d, one = { 1, 0 };
	int64_t unit = 0;

	if (number.n > 3 && memcmp(number.p + number.n - 3, "min", 3) == 0) {
		unit = 1;
		number.n -= 3;
	} else if (number.n > 1 && number.p[number.n - 1] == 'h') {
		unit = HOUR_MINUTES;
		number.n--;
	}
	if (unit == 0 || !crm_dec_parse(number, '.', &d) || d.m <= 0)
		goto wrong;
	one.m = unit;
	if (!crm_dec_mul(d, one, 0, &d) || d.m < 1 || d.m > WORK_MINUTES_MAX)
		goto wrong;
	*out_us = d.m * MINUTE_US;
	return NULL;
wrong:
	return crm_err(CRM_E_DATA,
	    "'%.*s' is no working time such as 90min or 8h", CRM_VARG(v));
}

size_t
crm_work_put(char *out, int64_t work_us)
{
	int64_t minutes = work_us / MINUTE_US;
	char text[CRM_WORK_TEXT + 8];
	int n;

	n = minutes % HOUR_MINUTES == 0
	    ? snprintf(text, sizeof(text), "%lldh",
		  (long long)(minutes / HOUR_MINUTES))
	    : snprintf(text, sizeof(text), "%lldmin", (long long)minutes);
	memcpy(out, text, (size_t)n);
	return (size_t)n;
}
