#include "base/date.h"

#include <stdio.h>

#include "base/num.h"
#include "base/utf8.h"

/*
 * The scanner.  A form is a string in which small letters, digits and marks
 * stand for themselves (letters in either case), a blank for any blanks, and
 * capitals for what is listed here.
 */

/* What is read of a text, by form. */
enum part {
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

struct parts {
	uint32_t of[NPARTS];
};

/* Capitals for numbers of min to max digits. */
static const struct digits {
	uint8_t min, max, part;
} numbers[128] = {
	['Y'] = { 4, 4, YEAR },
	['Z'] = { 2, 2, YEAR },
	['M'] = { 1, 2, MONTH },
	['N'] = { 2, 2, MONTH },
	['D'] = { 1, 2, DAY },
	['E'] = { 2, 2, DAY },
	['I'] = { 1, 2, FIRST },
	['J'] = { 1, 2, SECOND },
	['C'] = { 1, 5, COUNT },
	['Q'] = { 1, 1, COUNT },
	['V'] = { 1, 2, COUNT },
	['H'] = { 1, 2, HOUR },
	['O'] = { 2, 2, MINUTE },
	['P'] = { 2, 2, HOUR },
	['S'] = { 2, 2, SEC },
	['K'] = { 2, 2, ZONE_HOUR },
	['L'] = { 2, 2, ZONE_MINUTE },
};

/* Capitals for names. */
static const char *const months[] = { "january", "february", "march", "april",
	"may", "june", "july", "august", "september", "october", "november",
	"december", NULL };
static const char *const weekdays[] = { "sunday", "monday", "tuesday",
	"wednesday", "thursday", "friday", "saturday", NULL };
static const char *const span_units[] = { "d", "w", "m", "y", NULL };
static const char *const short_units[] = { "h", "min", NULL };
static const char *const period_units[] = { "week", "month", "quarter", "year",
	NULL };

static const struct names {
	const char *const *list;
	uint8_t enough; /* letters of a name */
	uint8_t first;  /* the number of the list's first name */
	uint8_t part;
} name_lists[128] = {
	['B'] = { months, 3, 1, MONTH },
	['A'] = { weekdays, 3, 0, WEEKDAY },
	['U'] = { span_units, 1, 0, UNIT },
	['R'] = { short_units, 3, 0, UNIT },
	['G'] = { period_units, 9, 0, UNIT },
};

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

/*
 * Skip blanks; also the no-break ones U+00A0 and U+202F that other programs
 * put in front of "PM".
 *
 * Returns whether there were any.
 */
static bool
skip_blanks(struct crm_view *v)
{
	size_t n = v->n, k = 1;

	while (k > 0) {
		k = 0;
		if (v->n > 0 && (v->p[0] == ' ' || v->p[0] == '\t'))
			k = 1;
		else if (crm_view_starts(*v, CRM_V("\xc2\xa0")))
			k = 2;
		else if (crm_view_starts(*v, CRM_V("\xe2\x80\xaf")))
			k = 3;
		*v = crm_view_skip(*v, k);
	}
	return v->n < n;
}

/* Take from d->min digits up to as many as there are, but d->max. */
static bool
take_digits(struct crm_view *v, const struct digits *d, struct parts *out)
{
	uint64_t x;
	size_t n = 0;

	while (n < v->n && n < d->max && is_digit(v->p[n]))
		n++;
	if (n < d->min || !crm_num_u64(crm_view(v->p, n), UINT32_MAX, &x))
		return false;
	out->of[d->part] = (uint32_t)x;
	*v = crm_view_skip(*v, n);
	return true;
}

/* Take any digits of a fraction, of which six count. */
static bool
take_fraction(struct crm_view *v, struct parts *out)
{
	static const uint32_t scale[] = { 0, 100000, 10000, 1000, 100, 10, 1 };
	uint64_t x;
	size_t n = 0, k;

	while (n < v->n && is_digit(v->p[n]))
		n++;
	k = n < 6 ? n : 6;
	if (!crm_num_u64(crm_view(v->p, k), UINT32_MAX, &x))
		return false;
	out->of[MICRO] = (uint32_t)x * scale[k];
	*v = crm_view_skip(*v, n);
	return true;
}

/* Does a list's name begin with all of word? */
static bool
is_name(struct crm_view word, const char *name)
{
	size_t i;

	for (i = 0; i < word.n; i++)
		if (name[i] == '\0' || lower(word.p[i]) != name[i])
			return false;
	return true;
}

/* Take all letters that follow as a name of a list, whole or cut short. */
static bool
take_name(struct crm_view *v, const struct names *names, struct parts *out)
{
	struct crm_view word = crm_view(v->p, 0);
	uint32_t i;

	while (word.n < v->n && is_letter(v->p[word.n]))
		word.n++;
	for (i = 0; names->list[i] != NULL; i++)
		if (is_name(word, names->list[i]) &&
		    (word.n >= names->enough || names->list[i][word.n] == '\0'))
			break;
	if (word.n == 0 || names->list[i] == NULL)
		return false;
	out->of[names->part] = names->first + i;
	*v = crm_view_skip(*v, word.n);
	return true;
}

static bool
take_one(char form, struct crm_view *v, struct parts *out)
{
	unsigned char c = (unsigned char)form;

	if (numbers[c].max > 0)
		return take_digits(v, &numbers[c], out);
	if (name_lists[c].list != NULL)
		return take_name(v, &name_lists[c], out);
	if (form == 'F')
		return take_fraction(v, out);
	if (form == ' ')
		return skip_blanks(v);
	if (v->n == 0 || lower(v->p[0]) != form)
		return false;
	*v = crm_view_skip(*v, 1);
	return true;
}

/* Take a form off the beginning of v; v is unchanged when it is not there. */
static bool
take(const char *form, struct crm_view *v, struct parts *out)
{
	struct crm_view rest = *v;

	for (; *form != '\0'; form++)
		if (!take_one(*form, &rest, out))
			return false;
	*v = rest;
	return true;
}

/* "before'text'after", with a long text cut. */
static const struct crm_err *
bad(const char *before, struct crm_view text, const char *after)
{
	struct crm_view cut = crm_utf8_cut(text, 60, NULL);

	return crm_err(CRM_E_DATA, "%s'%.*s%s'%s", before, CRM_VARG(cut),
	    cut.n < text.n ? "..." : "", after);
}

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

#define OUTSIDE " is outside the years 1 to 9999"

static struct crm_date
today(const struct crm_clock *clock)
{
	return crm_zone_date(clock->zone, clock->now_us);
}

/* A date n days later; false outside the years 1 to 9999. */
static bool
add_days(struct crm_date d, int32_t n, struct crm_date *out)
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

static bool
add_span(struct crm_date d, int32_t n, char unit, struct crm_date *out)
{
	switch (unit) {
	case 'w':
		return add_days(d, n * 7, out);
	case 'm':
		return add_months(d, n, out);
	case 'y':
		return add_months(d, n * 12, out);
	default:
		return add_days(d, n, out);
	}
}

static struct crm_date
plain_date(uint32_t year, uint32_t month, uint32_t day)
{
	struct crm_date d = { (int16_t)year, (uint8_t)month, (uint8_t)day };

	return d;
}

/* Days until a day of the week, 0..6. */
static int32_t
days_until(int weekday, struct crm_date d)
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
	const char *april = months[dmy.month - 1];
	const char *march = months[mdy.month - 1];
	char what[60];

	(void)snprintf(what, sizeof(what), "may be %c%s or %c%s",
	    april[0] - 'a' + 'A', april + 1, march[0] - 'a' + 'A', march + 1);
	return advise(clock, text,
	    dmy.month == mdy.month ? "has its year last" : what, "dmy or mdy");
}

static const struct crm_err *
ordered_day(const struct crm_clock *clock, struct crm_view text,
    const struct parts *p, struct crm_date *out)
{
	struct crm_date dmy =
	    plain_date(p->of[YEAR], p->of[SECOND], p->of[FIRST]);
	struct crm_date mdy =
	    plain_date(p->of[YEAR], p->of[FIRST], p->of[SECOND]);
	bool is_dmy = dmy.year > 0 && crm_date_valid(dmy);
	bool is_mdy = mdy.year > 0 && crm_date_valid(mdy);

	*out = clock->order == CRM_DMY ? dmy : mdy;
	if (!is_dmy && !is_mdy)
		return bad("no such day ", text, "");
	switch (clock->order) {
	case CRM_DMY:
		return is_dmy ? NULL
			      : bad("no such day ", text, " with --dates dmy");
	case CRM_MDY:
		return is_mdy ? NULL
			      : bad("no such day ", text, " with --dates mdy");
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
    struct crm_view text, const struct parts *p, struct crm_date *out)
{
	char unit = span_units[p->of[UNIT]][0];
	int32_t n = form->n;

	switch (form->kind) {
	case DAY_PLAIN:
	case DAY_NO_YEAR:
		*out = plain_date(p->of[YEAR], p->of[MONTH], p->of[DAY]);
		if (!crm_date_valid(*out) ||
		    (out->year == 0) != (form->kind == DAY_NO_YEAR))
			return bad("no such day ", text, "");
		return NULL;
	case DAY_ORDERED:
		return ordered_day(clock, text, p, out);
	case DAY_SHORT_YEAR:
		return bad("the year of ", text, " needs four digits");
	case DAY_NEAR:
		break;
	case DAY_OF_WEEK:
		n += days_until((int)p->of[WEEKDAY], today(clock));
		break;
	case DAY_SPAN:
		n *= (int32_t)p->of[COUNT];
		break;
	}
	if (!add_span(today(clock), n, unit, out))
		return bad("", text, OUTSIDE);
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
take_form(
    const char *const *forms, size_t n, struct crm_view *v, struct parts *p)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (take(forms[i], v, p))
			break;
	if (i == 0 && !take(".F", v, p))
		(void)take(",F", v, p);
	return i;
}

/* Take a time of day off v. */
static bool
take_time(struct crm_view *v, struct parts *p)
{
	size_t i = take_form(time_forms, COUNT_OF(time_forms), v, p);

	/* The last form takes an hour alone, which has to say its half. */
	if (i < COUNT_OF(time_forms)) {
		struct crm_view rest = *v;

		(void)skip_blanks(&rest);
		if (take("am", &rest, p))
			p->of[HALF] = 1;
		else if (take("pm", &rest, p))
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
scan_time(struct crm_view v, bool basic, struct parts *p)
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
	(void)skip_blanks(&v);
	if (v.n == 0)
		return true;
	for (i = 0; i < COUNT_OF(zone_forms); i++)
		if (take(zone_forms[i].form, &v, p))
			break;
	if (i == COUNT_OF(zone_forms) || v.n > 0)
		return false;
	p->of[ZONE] = zone_forms[i].zone;
	return true;
}

static bool
time_valid(const struct parts *p)
{
	uint32_t hour = p->of[HOUR];

	if (p->of[HALF] > 0 ? hour < 1 || hour > 12 : hour > 23)
		return false;
	return p->of[MINUTE] <= 59 && p->of[SEC] <= 60 &&
	    p->of[ZONE_HOUR] <= 23 && p->of[ZONE_MINUTE] <= 59;
}

/* The instant of a day and a time of day. */
static int64_t
instant_us(
    const struct crm_clock *clock, struct crm_date day, const struct parts *p)
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

/* A day, or an instant on it. */
struct moment {
	struct crm_date day; /* may lack its year when there is no time */
	bool has_time;
	int64_t at_us;
};

static bool
is_time_in_years(int64_t at_us)
{
	return at_us >= CRM_TIME_MIN_US && at_us <= CRM_TIME_MAX_US;
}

/* Does the text of a day end here, or go on with a time? */
static bool
is_day_end(struct crm_view rest)
{
	return rest.n == 0 || lower(rest.p[0]) == 't' || skip_blanks(&rest);
}

/* Take the text of a day off v; NULL when there is none. */
static const struct day_form *
take_day(struct crm_view *v, struct parts *p)
{
	struct crm_view rest;
	size_t i;

	for (i = 0; i < COUNT_OF(day_forms); i++) {
		rest = *v;
		*p = (struct parts){ { 0 } };
		if (take(day_forms[i].form, &rest, p) && is_day_end(rest)) {
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
	struct parts p = { { 0 } };
	bool minus = text.n > 0 && text.p[0] == '-';
	int64_t us;

	if (!take(minus ? "-CR" : "+CR", &text, &p) || text.n > 0)
		return false;
	us = (int64_t)p.of[COUNT] * (p.of[UNIT] == 0 ? 3600 : 60) *
	    CRM_SECOND_US;
	*at_us = clock->now_us + (minus ? -us : us);
	return true;
}

/*
 * Read a day, or a day and a time of day, or "now".
 *
 * is_no   what to say of other texts: " is not a date"
 */
static const struct crm_err *
read_moment(const struct crm_clock *clock, struct crm_view text,
    const char *is_no, struct moment *out)
{
	struct crm_view rest = text;
	const struct day_form *form;
	const struct crm_err *err;
	struct parts p = { { 0 } };
	bool basic = false;

	out->has_time = true;
	out->at_us = clock->now_us;
	if (take("now", &rest, &p) && rest.n == 0)
		return NULL;
	rest = text;
	form = take_day(&rest, &p);
	if (form != NULL) {
		err = make_day(clock, form, crm_view(text.p, text.n - rest.n),
		    &p, &out->day);
		out->has_time = rest.n > 0;
		if (err != NULL || !out->has_time)
			return err;
		basic = !skip_blanks(&rest);
		if (basic)
			rest = crm_view_skip(rest, 1); /* the T */
	} else if (read_short_span(clock, text, &out->at_us))
		return is_time_in_years(out->at_us) ? NULL
						    : bad("", text, OUTSIDE);
	else
		out->day = today(clock);
	p = (struct parts){ { 0 } };
	if (!scan_time(rest, basic, &p))
		return bad("", text, is_no);
	if (form == NULL && clock->of_file)
		return bad("", text, " has no day");
	if (!time_valid(&p))
		return bad("no such time ", rest, "");
	if (out->day.year == 0)
		return bad("", text, " has no year");
	out->at_us = instant_us(clock, out->day, &p);
	return is_time_in_years(out->at_us) ? NULL : bad("", text, OUTSIDE);
}

const struct crm_err *
crm_date_parse(
    const struct crm_clock *clock, struct crm_view text, struct crm_date *out)
{
	const struct crm_err *err;
	struct moment m;

	err = read_moment(clock, crm_view_trim(text), " is not a date", &m);
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
	struct moment m;

	text = crm_view_trim(text);
	err = read_moment(clock, text, " is not a date or time", &m);
	if (err != NULL)
		return err;
	if (!m.has_time) {
		if (m.day.year == 0)
			return bad("", text, " has no year");
		m.at_us = crm_zone_day_start_us(clock->zone, m.day);
		if (!is_time_in_years(m.at_us))
			return bad("", text, OUTSIDE);
	}
	*out_us = m.at_us;
	return NULL;
}

/*
 * Periods.
 */

enum period_kind {
	PERIOD_YEAR,
	PERIOD_QUARTER,
	PERIOD_MONTH,
	PERIOD_WEEK,
	PERIOD_NEAR
};

static const struct period_form {
	const char *form;
	enum period_kind kind;
	int32_t n; /* from now on */
} period_forms[] = {
	{ "Y", PERIOD_YEAR, 0 },
	{ "Y-M", PERIOD_MONTH, 0 },
	{ "Y-qQ", PERIOD_QUARTER, 0 },
	{ "Y-wV", PERIOD_WEEK, 0 },
	{ "this-G", PERIOD_NEAR, 0 },
	{ "last-G", PERIOD_NEAR, -1 },
	{ "next-G", PERIOD_NEAR, 1 },
};

/* n months from that of a date on, all in one year. */
static void
set_months(struct crm_period *p, struct crm_date first, int n)
{
	first.day = 1;
	p->first = first;
	p->last = first;
	p->last.month = (uint8_t)(first.month + n - 1);
	p->last.day = (uint8_t)crm_month_days(first.year, p->last.month);
}

/* The instants of the period's days. */
static void
set_instants(const struct crm_clock *clock, struct crm_period *p)
{
	int64_t end_s = (crm_date_days(p->last) + 1) * CRM_DAY_S;

	p->from_us = crm_zone_day_start_us(clock->zone, p->first);
	p->to_us = crm_zone_to_utc(clock->zone, end_s) * CRM_SECOND_US;
	if (p->from_us < CRM_TIME_MIN_US)
		p->from_us = CRM_TIME_MIN_US;
	if (p->to_us > CRM_TIME_MAX_US)
		p->to_us = CRM_TIME_MAX_US + 1;
}

/*
 * A week of a year; the first one has its 4 January.
 *
 * Returns false when the year has not so many.
 */
static bool
set_iso_week(struct crm_period *p, uint32_t year, uint32_t week)
{
	struct crm_date d = plain_date(year, 1, 4), thursday;
	int32_t monday = days_until(0, d) - 6 + 7 * ((int32_t)week - 1);

	(void)add_days(d, monday, &p->first);
	(void)add_days(d, monday + 6, &p->last);
	return week > 0 && add_days(d, monday + 3, &thursday) &&
	    thursday.year == d.year;
}

/*
 * The week, month, quarter or year that is n away from today's.
 *
 * Returns false outside the years 1 to 9999.
 */
static bool
set_near(const struct crm_clock *clock, struct crm_period *p, uint32_t unit,
    int32_t n)
{
	static const int32_t lengths[] = { 0, 1, 3, 12 }; /* months */
	struct crm_date d = today(clock);
	int32_t length = lengths[unit];

	if (length == 0) {
		n = 7 * n - (7 - days_until(clock->week_start, d)) % 7;
		return add_days(d, n, &p->first) &&
		    add_days(d, n + 6, &p->last);
	}
	d.day = 1;
	d.month = (uint8_t)((d.month - 1) / length * length + 1);
	if (!add_months(d, n * length, &d))
		return false;
	set_months(p, d, length);
	return true;
}

static const struct crm_err *
make_period(const struct crm_clock *clock, const struct period_form *form,
    struct crm_view text, const struct parts *p, struct crm_period *out)
{
	uint32_t year = p->of[YEAR], n = p->of[COUNT], month = p->of[MONTH];

	if (year == 0 && form->kind != PERIOD_NEAR)
		return bad("", text, OUTSIDE);
	switch (form->kind) {
	case PERIOD_YEAR:
		set_months(out, plain_date(year, 1, 1), 12);
		break;
	case PERIOD_QUARTER:
		if (n < 1 || n > 4)
			return bad("no such quarter ", text, "");
		set_months(out, plain_date(year, n * 3 - 2, 1), 3);
		break;
	case PERIOD_MONTH:
		if (month < 1 || month > 12)
			return bad("no such month ", text, "");
		set_months(out, plain_date(year, month, 1), 1);
		break;
	case PERIOD_WEEK:
		if (!set_iso_week(out, year, n))
			return bad("no such week ", text, "");
		break;
	case PERIOD_NEAR:
		if (!set_near(clock, out, p->of[UNIT], form->n))
			return bad("", text, OUTSIDE);
		break;
	}
	set_instants(clock, out);
	return NULL;
}

/* A single day or instant. */
static const struct crm_err *
read_point(
    const struct crm_clock *clock, struct crm_view text, struct crm_period *out)
{
	const struct crm_err *err;
	struct moment m;

	err = read_moment(clock, text, " is not a date or period", &m);
	if (err != NULL)
		return err;
	if (m.has_time) {
		out->first = crm_zone_date(clock->zone, m.at_us);
		out->last = out->first;
		out->from_us = m.at_us;
		out->to_us = m.at_us + 1;
		return NULL;
	}
	if (m.day.year == 0)
		return bad("", text, " has no year");
	out->first = m.day;
	out->last = m.day;
	set_instants(clock, out);
	return NULL;
}

const struct crm_err *
crm_period_parse(
    const struct crm_clock *clock, struct crm_view text, struct crm_period *out)
{
	struct crm_view rest;
	struct parts p;
	size_t i;

	text = crm_view_trim(text);
	for (i = 0; i < COUNT_OF(period_forms); i++) {
		rest = text;
		p = (struct parts){ { 0 } };
		if (take(period_forms[i].form, &rest, &p) && rest.n == 0)
			return make_period(
			    clock, &period_forms[i], text, &p, out);
	}
	return read_point(clock, text, out);
}

/* Does a period end before it begins? */
static bool
is_backward(const struct crm_period *p)
{
	if (p->to_us != p->from_us)
		return p->to_us < p->from_us;
	return crm_date_days(p->last) < crm_date_days(p->first);
}

const struct crm_err *
crm_range_parse(
    const struct crm_clock *clock, struct crm_view text, struct crm_period *out)
{
	const struct crm_err *err = NULL;
	struct crm_period end;
	size_t i = 0;

	text = crm_view_trim(text);
	while (
	    i < text.n && !crm_view_starts(crm_view_skip(text, i), CRM_V("..")))
		i++;
	if (i == text.n || text.n == 2)
		return crm_period_parse(clock, text, out);

	out->first = crm_date_from_days(INT32_MIN);
	out->from_us = CRM_TIME_MIN_US;
	if (i > 0)
		err = crm_period_parse(clock, crm_view(text.p, i), out);
	if (err != NULL)
		return err;
	out->last = crm_date_from_days(INT32_MAX);
	out->to_us = CRM_TIME_MAX_US + 1;
	if (i + 2 == text.n)
		return NULL;
	err = crm_period_parse(clock, crm_view_skip(text, i + 2), &end);
	if (err != NULL)
		return err;
	out->last = end.last;
	out->to_us = end.to_us;
	return is_backward(out) ? bad("", text, " ends before it begins")
				: NULL;
}

/*
 * Spans.
 */

/* So many of any unit are more than 9999 years, and do not overflow. */
#define SPAN_ENOUGH (1 << 27)

const struct crm_err *
crm_span_parse(struct crm_view text, struct crm_span *out)
{
	struct crm_view rest = crm_view_trim(text);
	struct parts p = { { 0 } };

	if (!take("CU", &rest, &p) || rest.n > 0 || p.of[COUNT] == 0)
		return bad(
		    "", text, " is not a span such as 30d, 2w, 3m or 1y");
	out->n = p.of[COUNT];
	out->unit = span_units[p.of[UNIT]][0];
	return NULL;
}

size_t
crm_span_put(char *out, struct crm_span span)
{
	size_t n = crm_num_put(out, span.n);

	out[n] = span.unit;
	return n + 1;
}

struct crm_date
crm_span_after(struct crm_date d, struct crm_span span)
{
	int32_t n = span.n < SPAN_ENOUGH ? (int32_t)span.n : SPAN_ENOUGH;
	struct crm_date out;

	(void)add_span(d, n, span.unit, &out);
	return out;
}
