#include "base/date_impl.h"

#include <stdio.h>

/*
 * Days.
 */

enum day_kind {
	DAY_PLAIN,
	DAY_NO_YEAR,
	DAY_ORDERED,
	DAY_SHORT_YEAR,
	DAY_NEAR,
	DAY_OF_WEEK,
	DAY_SPAN
};

static const struct day_form {
	const char *form;
	enum day_kind kind;
	int32_t n; /* days from today; for a span its sign */
} day_forms[] = {
	{ "Y-M-D", DAY_PLAIN, 0 },
	{ "Y/M/D", DAY_PLAIN, 0 },
	{ "Y.M.D", DAY_PLAIN, 0 },
	{ "YNE", DAY_PLAIN, 0 },
	{ "I.J.Y", DAY_ORDERED, 0 },
	{ "I/J/Y", DAY_ORDERED, 0 },
	{ "I-J-Y", DAY_ORDERED, 0 },
	{ "D B Y", DAY_PLAIN, 0 },
	{ "D-B-Y", DAY_PLAIN, 0 },
	{ "B D, Y", DAY_PLAIN, 0 },
	{ "B D Y", DAY_PLAIN, 0 },
	{ "--N-E", DAY_NO_YEAR, 0 },
	{ "today", DAY_NEAR, 0 },
	{ "yesterday", DAY_NEAR, -1 },
	{ "tomorrow", DAY_NEAR, 1 },
	{ "A", DAY_OF_WEEK, 0 },
	{ "-A", DAY_OF_WEEK, -7 },
	{ "+CU", DAY_SPAN, 1 },
	{ "-CU", DAY_SPAN, -1 },
	{ "I.J.Z", DAY_SHORT_YEAR, 0 },
	{ "I/J/Z", DAY_SHORT_YEAR, 0 },
	{ "I-J-Z", DAY_SHORT_YEAR, 0 },
};

struct crm_date
crm_date_today(const struct crm_clock *clock)
{
	return crm_zone_date(clock->zone, clock->now_us);
}

bool
crm_date_add_days(struct crm_date d, int32_t n, struct crm_date *out)
{
	int32_t days = crm_date_days(d) + n;

	*out = crm_date_from_days(days);
	return crm_date_days(*out) == days;
}

/* A date n months later; false outside the years 1 to 9999. */
static bool
add_months(struct crm_date d, int32_t n, struct crm_date *out)
{
	int32_t month = d.year * 12 + d.month + n;

	*out = crm_date_add_months(d, n);
	return out->year * 12 + out->month == month;
}

bool
crm_date_add(struct crm_date d, int32_t n, char unit, struct crm_date *out)
{
	switch (unit) {
	case 'w':
		return crm_date_add_days(d, n * 7, out);
	case 'm':
		return add_months(d, n, out);
	case 'y':
		return add_months(d, n * 12, out);
	default:
		return crm_date_add_days(d, n, out);
	}
}

struct crm_date
crm_date_of(uint32_t year, uint32_t month, uint32_t day)
{
	struct crm_date d = { (int16_t)year, (uint8_t)month, (uint8_t)day };

	return d;
}

int32_t
crm_date_days_until(int weekday, struct crm_date d)
{
	return (weekday - crm_weekday(crm_date_days(d)) + 7) % 7;
}

/* What to do about a day such as 3/4/2024 when nobody said how to read it. */
static const struct crm_err *
advise(const struct crm_clock *clock, struct crm_view text, const char *what,
    const char *orders)
{
	return crm_err(CRM_E_DATA, "'%.*s' %s: write YYYY-MM-DD%s%s",
	    CRM_VARG(text), what,
	    clock->has_option ? ", or import with --dates " : "",
	    clock->has_option ? orders : "");
}

static const struct crm_err *
ambiguous(const struct crm_clock *clock, struct crm_view text,
    struct crm_date dmy, struct crm_date mdy)
{
	const char *april = crm_date_months[dmy.month - 1];
	const char *march = crm_date_months[mdy.month - 1];
	char what[60];

	(void)snprintf(what, sizeof(what), "may be %c%s or %c%s",
	    april[0] - 'a' + 'A', april + 1, march[0] - 'a' + 'A', march + 1);
	return advise(clock, text,
	    dmy.month == mdy.month ? "has its year last" : what, "dmy or mdy");
}

static const struct crm_err *
ordered_day(const struct crm_clock *clock, struct crm_view text,
    const struct crm_date_parts *p, struct crm_date *out)
{
	struct crm_date dmy =
	    crm_date_of(p->of[YEAR], p->of[SECOND], p->of[FIRST]);
	struct crm_date mdy =
	    crm_date_of(p->of[YEAR], p->of[FIRST], p->of[SECOND]);
	bool is_dmy = dmy.year > 0 && crm_date_valid(dmy);
	bool is_mdy = mdy.year > 0 && crm_date_valid(mdy);

	*out = clock->order == CRM_DMY ? dmy : mdy;
	if (!is_dmy && !is_mdy)
		return crm_date_bad("no such day ", text, "");
	switch (clock->order) {
	case CRM_DMY:
		return is_dmy
		    ? NULL
		    : crm_date_bad("no such day ", text, " with --dates dmy");
	case CRM_MDY:
		return is_mdy
		    ? NULL
		    : crm_date_bad("no such day ", text, " with --dates mdy");
	case CRM_YMD:
		break;
	}
	if (is_dmy && is_mdy)
		return ambiguous(clock, text, dmy, mdy);
	return is_dmy ? advise(clock, text, "begins with the day", "dmy")
		      : advise(clock, text, "begins with the month", "mdy");
}

/*
 * Make a day of what was read of a text.
 *
 * text    for messages
 */
static const struct crm_err *
make_day(const struct crm_clock *clock, const struct day_form *form,
    struct crm_view text, const struct crm_date_parts *p, struct crm_date *out)
{
	char unit = crm_date_span_units[p->of[UNIT]][0];
	int32_t n = form->n;

	switch (form->kind) {
	case DAY_PLAIN:
	case DAY_NO_YEAR:
		*out = crm_date_of(p->of[YEAR], p->of[MONTH], p->of[DAY]);
		if (!crm_date_valid(*out) ||
		    (out->year == 0) != (form->kind == DAY_NO_YEAR))
			return crm_date_bad("no such day ", text, "");
		return NULL;
	case DAY_ORDERED:
		return ordered_day(clock, text, p, out);
	case DAY_SHORT_YEAR:
		return crm_date_bad("the year of ", text, " needs four digits");
	case DAY_NEAR:
		break;
	case DAY_OF_WEEK:
		n += crm_date_days_until(
		    (int)p->of[WEEKDAY], crm_date_today(clock));
		break;
	case DAY_SPAN:
		n *= (int32_t)p->of[COUNT];
		break;
	}
	if (!crm_date_add(crm_date_today(clock), n, unit, out))
		return crm_date_bad("", text, CRM_DATE_OUTSIDE);
	return NULL;
}

/*
 * Instants.
 */

/* Behind seconds there may be a fraction: see take_form(). */
static const char *const time_forms[] = { "H:O:S", "H:O", "H" };

/* The basic forms of ISO 8601, which stand behind a T. */
static const char *const basic_forms[] = { "POS", "PO" };

static const struct {
	const char *form;
	uint32_t zone;
} zone_forms[] = {
	{ "z", 1 },
	{ "utc", 1 },
	{ "+K:L", 2 },
	{ "+KL", 2 },
	{ "+K", 2 },
	{ "-K:L", 3 },
	{ "-KL", 3 },
	{ "-K", 3 },
};

/* Take one of n forms off v; returns its place, or n.  The first is the one with
 * seconds. */
static size_t
take_form(const char *const *forms, size_t n, struct crm_view *v,
    struct crm_date_parts *p)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (crm_date_take(forms[i], v, p))
			break;
	if (i == 0 && !crm_date_take(".F", v, p))
		(void)crm_date_take(",F", v, p);
	return i;
}

/* Take a time of day off v. */
static bool
take_time(struct crm_view *v, struct crm_date_parts *p)
{
	size_t i = take_form(time_forms, COUNT_OF(time_forms), v, p);

	/* The last form takes an hour alone, which has to say its half. */
	if (i < COUNT_OF(time_forms)) {
		struct crm_view rest = *v;

		(void)crm_date_skip_blanks(&rest);
		if (crm_date_take("am", &rest, p))
			p->of[HALF] = 1;
		else if (crm_date_take("pm", &rest, p))
			p->of[HALF] = 2;
		if (p->of[HALF] > 0)
			*v = rest;
		if (p->of[HALF] > 0 || i < COUNT_OF(time_forms) - 1)
			return true;
	}
	return false;
}

/*
 * Is v a time of day, with or without a zone?  The values are not checked.
 *
 * basic   it may be in a basic form
 */
static bool
scan_time(struct crm_view v, bool basic, struct crm_date_parts *p)
{
	struct crm_view all = v;
	size_t i;

	if (!take_time(&v, p)) {
		v = all;
		if (!basic ||
		    take_form(basic_forms, COUNT_OF(basic_forms), &v, p) ==
			COUNT_OF(basic_forms))
			return false;
	}
	(void)crm_date_skip_blanks(&v);
	if (v.n == 0)
		return true;
	for (i = 0; i < COUNT_OF(zone_forms); i++)
		if (crm_date_take(zone_forms[i].form, &v, p))
			break;
	if (i == COUNT_OF(zone_forms) || v.n > 0)
		return false;
	p->of[ZONE] = zone_forms[i].zone;
	return true;
}

static bool
time_valid(const struct crm_date_parts *p)
{
	uint32_t hour = p->of[HOUR];

	if (p->of[HALF] > 0 ? hour < 1 || hour > 12 : hour > 23)
		return false;
	return p->of[MINUTE] <= 59 && p->of[SEC] <= 60 &&
	    p->of[ZONE_HOUR] <= 23 && p->of[ZONE_MINUTE] <= 59;
}

/* The instant of a day and a time of day. */
static int64_t
instant_us(const struct crm_clock *clock, struct crm_date day,
    const struct crm_date_parts *p)
{
	int64_t hour = p->of[HOUR], s, us = p->of[MICRO];
	int64_t zone_s = p->of[ZONE_HOUR] * 3600 + p->of[ZONE_MINUTE] * 60;

	if (p->of[HALF] > 0)
		hour = hour % 12 + (p->of[HALF] == 2 ? 12 : 0);
	s = crm_date_days(day) * CRM_DAY_S + hour * 3600 + p->of[MINUTE] * 60 +
	    p->of[SEC];
	if (p->of[SEC] == 60) { /* a leap second */
		s--;
		us = CRM_SECOND_US - 1;
	}
	if (p->of[ZONE] == 0)
		s = crm_zone_to_utc(clock->zone, s);
	else
		s -= p->of[ZONE] == 2 ? zone_s : -zone_s;
	return s * CRM_SECOND_US + us;
}

static bool
is_time_in_years(int64_t at_us)
{
	return at_us >= CRM_TIME_MIN_US && at_us <= CRM_TIME_MAX_US;
}

/* Does the text of a day end here, or go on with a time? */
static bool
is_day_end(struct crm_view rest)
{
	return rest.n == 0 || rest.p[0] == 't' || rest.p[0] == 'T' ||
	    crm_date_skip_blanks(&rest);
}

/* Take the text of a day off v; NULL when there is none. */
static const struct day_form *
take_day(struct crm_view *v, struct crm_date_parts *p)
{
	struct crm_view rest;
	size_t i;

	for (i = 0; i < COUNT_OF(day_forms); i++) {
		rest = *v;
		*p = (struct crm_date_parts){ { 0 } };
		if (crm_date_take(day_forms[i].form, &rest, p) &&
		    is_day_end(rest)) {
			*v = rest;
			return &day_forms[i];
		}
	}
	return NULL;
}

/* An instant so long before or after now: -2h, +30min. */
static bool
read_short_span(
    const struct crm_clock *clock, struct crm_view text, int64_t *at_us)
{
	struct crm_date_parts p = { { 0 } };
	bool minus = text.n > 0 && text.p[0] == '-';
	int64_t us;

	if (!crm_date_take(minus ? "-CR" : "+CR", &text, &p) || text.n > 0)
		return false;
	us = (int64_t)p.of[COUNT] * (p.of[UNIT] == 0 ? 3600 : 60) *
	    CRM_SECOND_US;
	*at_us = clock->now_us + (minus ? -us : us);
	return true;
}

const struct crm_err *
crm_date_moment(const struct crm_clock *clock, struct crm_view text,
    const char *is_no, struct crm_moment *out)
{
	struct crm_view rest = text;
	const struct day_form *form;
	const struct crm_err *err;
	struct crm_date_parts p = { { 0 } };
	bool basic = false;

	out->has_time = true;
	out->at_us = clock->now_us;
	if (crm_date_take("now", &rest, &p) && rest.n == 0)
		return NULL;
	rest = text;
	form = take_day(&rest, &p);
	if (form != NULL) {
		err = make_day(clock, form, crm_view(text.p, text.n - rest.n),
		    &p, &out->day);
		out->has_time = rest.n > 0;
		if (err != NULL || !out->has_time)
			return err;
		basic = !crm_date_skip_blanks(&rest);
		if (basic)
			rest = crm_view_skip(rest, 1); /* the T */
	} else if (read_short_span(clock, text, &out->at_us))
		return is_time_in_years(out->at_us)
		    ? NULL
		    : crm_date_bad("", text, CRM_DATE_OUTSIDE);
	else
		out->day = crm_date_today(clock);
	p = (struct crm_date_parts){ { 0 } };
	if (!scan_time(rest, basic, &p))
		return crm_date_bad("", text, is_no);
	if (form == NULL && clock->of_file)
		return crm_date_bad("", text, " has no day");
	if (!time_valid(&p))
		return crm_date_bad("no such time ", rest, "");
	if (out->day.year == 0)
		return crm_date_bad("", text, " has no year");
	out->at_us = instant_us(clock, out->day, &p);
	return is_time_in_years(out->at_us)
	    ? NULL
	    : crm_date_bad("", text, CRM_DATE_OUTSIDE);
}

const struct crm_err *
crm_date_parse(
    const struct crm_clock *clock, struct crm_view text, struct crm_date *out)
{
	const struct crm_err *err;
	struct crm_moment m;

	err = crm_date_moment(clock, crm_view_trim(text), " is not a date", &m);
	if (err != NULL)
		return err;
	*out = m.has_time ? crm_zone_date(clock->zone, m.at_us) : m.day;
	return NULL;
}

const struct crm_err *
crm_time_parse(
    const struct crm_clock *clock, struct crm_view text, int64_t *out_us)
{
	const struct crm_err *err;
	struct crm_moment m;

	text = crm_view_trim(text);
	err = crm_date_moment(clock, text, " is not a date or time", &m);
	if (err != NULL)
		return err;
	if (!m.has_time) {
		if (m.day.year == 0)
			return crm_date_bad("", text, " has no year");
		m.at_us = crm_zone_day_start_us(clock->zone, m.day);
		if (!is_time_in_years(m.at_us))
			return crm_date_bad("", text, CRM_DATE_OUTSIDE);
	}
	*out_us = m.at_us;
	return NULL;
}
