/*
 * date_impl - what the files of dates and periods share.
 */
#ifndef CRM_DATE_IMPL_H
#define CRM_DATE_IMPL_H

#include "base/date.h"

/* What is read of a text, by form. */
enum crm_date_part {
	YEAR,
	MONTH,
	DAY,
	FIRST, /* of day and month, in an order that the clock says */
	SECOND,
	WEEKDAY,
	COUNT,
	UNIT, /* an index of span_units, short_units or period_units */
	HOUR,
	MINUTE,
	SEC,
	MICRO,
	HALF, /* of the day: 0 none said, 1 am, 2 pm */
	ZONE, /* 0 none said, 1 UTC, 2 later than UTC, 3 earlier */
	ZONE_HOUR,
	ZONE_MINUTE,
	NPARTS
};

struct crm_date_parts {
	uint32_t of[NPARTS];
};

/* English names in small letters, NULL at the end: by MONTH - 1, by UNIT. */
extern const char *const crm_date_months[];
extern const char *const crm_date_span_units[];

/*
 * Take a form off the beginning of v; v is unchanged when it is not there.
 *
 * In a form small letters, digits and marks stand for themselves (letters in
 * either case), a blank for any blanks, and capitals for what date_scan.c
 * lists.
 */
bool crm_date_take_form(
    const char *form, struct crm_view *v, struct crm_date_parts *out);

static inline bool
crm_date_take(const char *form, struct crm_view *v, struct crm_date_parts *out)
{
	/* most marks and words that are asked for are not there */
	if (form[0] > 'Z' || (form[0] > ' ' && form[0] < 'A'))
		if (v->n == 0 || (v->p[0] | 0x20) != (form[0] | 0x20))
			return false;
	return crm_date_take_form(form, v, out);
}

/*
 * Skip blanks; also the no-break ones U+00A0 and U+202F that other programs
 * put in front of "PM".
 *
 * Returns whether there were any.
 */
bool crm_date_skip_blanks(struct crm_view *v);

/* "before'text'after", with a long text cut. */
const struct crm_err *crm_date_bad(
    const char *before, struct crm_view text, const char *after);

/* A day, or an instant on it. */
struct crm_moment {
	struct crm_date day; /* may lack its year when there is no time */
	bool has_time;
	int64_t at_us;
};

/*
 * Read a day, or a day and a time of day, or "now".
 *
 * text    without blanks around it
 * is_no   what to say of other texts: " is not a date"
 */
CRM_CHECK const struct crm_err *crm_date_moment(const struct crm_clock *,
    struct crm_view text, const char *is_no, struct crm_moment *out);

/* Today, by the clock and its zone. */
struct crm_date crm_date_today(const struct crm_clock *);

/* A date from numbers, which is not looked at. */
struct crm_date crm_date_of(uint32_t year, uint32_t month, uint32_t day);

/* Days until a day of the week (0 Sunday), 0..6. */
int32_t crm_date_days_until(int weekday, struct crm_date);

/*
 * A date n days, months, or units of 'd', 'w', 'm', 'y' later; false outside the
 * years 1 to 9999, where it is the nearest day inside.
 */
bool crm_date_add_days(struct crm_date, int32_t n, struct crm_date *out);
bool crm_date_add(struct crm_date, int32_t n, char unit, struct crm_date *out);

#define CRM_DATE_OUTSIDE " is outside the years 1 to 9999"
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#endif
