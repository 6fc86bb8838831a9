#include "base/date_impl.h"
#include "base/num.h"

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
	struct crm_date d = crm_date_of(year, 1, 4), thursday;
	int32_t monday =
	    crm_date_days_until(0, d) - 6 + 7 * ((int32_t)week - 1);

	(void)crm_date_add_days(d, monday, &p->first);
	(void)crm_date_add_days(d, monday + 6, &p->last);
	return week > 0 && crm_date_add_days(d, monday + 3, &thursday) &&
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
	struct crm_date d = crm_date_today(clock);
	int32_t length = lengths[unit];

	if (length == 0) {
		n = 7 * n - (7 - crm_date_days_until(clock->week_start, d)) % 7;
		return crm_date_add_days(d, n, &p->first) &&
		    crm_date_add_days(d, n + 6, &p->last);
	}
	d.day = 1;
	d.month = (uint8_t)((d.month - 1) / length * length + 1);
	if (!crm_date_add(d, n * length, 'm', &d))
		return false;
	set_months(p, d, length);
	return true;
}

static const struct crm_err *
make_period(const struct crm_clock *clock, const struct period_form *form,
    struct crm_view text, const struct crm_date_parts *p,
    struct crm_period *out)
{
	uint32_t year = p->of[YEAR], n = p->of[COUNT], month = p->of[MONTH];

	if (year == 0 && form->kind != PERIOD_NEAR)
		return crm_date_bad("", text, CRM_DATE_OUTSIDE);
	switch (form->kind) {
	case PERIOD_YEAR:
		set_months(out, crm_date_of(year, 1, 1), 12);
		break;
	case PERIOD_QUARTER:
		if (n < 1 || n > 4)
			return crm_date_bad("no such quarter ", text, "");
		set_months(out, crm_date_of(year, n * 3 - 2, 1), 3);
		break;
	case PERIOD_MONTH:
		if (month < 1 || month > 12)
			return crm_date_bad("no such month ", text, "");
		set_months(out, crm_date_of(year, month, 1), 1);
		break;
	case PERIOD_WEEK:
		if (!set_iso_week(out, year, n))
			return crm_date_bad("no such week ", text, "");
		break;
	case PERIOD_NEAR:
		if (!set_near(clock, out, p->of[UNIT], form->n))
			return crm_date_bad("", text, CRM_DATE_OUTSIDE);
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
	struct crm_moment m;

	err = crm_date_moment(clock, text, " is not a date or period", &m);
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
		return crm_date_bad("", text, " has no year");
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
	struct crm_date_parts p;
	size_t i;

	text = crm_view_trim(text);
	for (i = 0; i < COUNT_OF(period_forms); i++) {
		rest = text;
		p = (struct crm_date_parts){ { 0 } };
		if (crm_date_take(period_forms[i].form, &rest, &p) &&
		    rest.n == 0)
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
	return is_backward(out)
	    ? crm_date_bad("", text, " ends before it begins")
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
	struct crm_date_parts p = { { 0 } };

	if (!crm_date_take("CU", &rest, &p) || rest.n > 0 || p.of[COUNT] == 0)
		return crm_date_bad(
		    "", text, " is not a span such as 30d, 2w, 3m or 1y");
	out->n = p.of[COUNT];
	out->unit = crm_date_span_units[p.of[UNIT]][0];
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

	(void)crm_date_add(d, n, span.unit, &out);
	return out;
}
