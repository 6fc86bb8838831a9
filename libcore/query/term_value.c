/* The values of a term, each as its field's type has it. */
#include <stdio.h>

#include "base/fold.h"
#include "query/term_impl.h"
#include "record/value.h"
#include "record/word.h"

static struct crm_alt *
new_alt(struct crm_reading *r, struct crm_view text)
{
	struct crm_term *t = r->t;
	struct crm_alt *old = t->alt;

	if (t->nalts % 16 == 0) {
		t->alt = crm_arena_alloc(
		    &r->q->arena, (t->nalts + 16) * sizeof(*t->alt));
		if (t->nalts > 0)
			memcpy(t->alt, old, t->nalts * sizeof(*old));
	}
	memset(&t->alt[t->nalts], 0, sizeof(*t->alt));
	t->alt[t->nalts].text = text;
	return &t->alt[t->nalts++];
}

/* Where ".." parts a range; v.n when there is none. */
static size_t
find_range(struct crm_view v)
{
	size_t i;

	for (i = 0; i + 1 < v.n; i++)
		if (v.p[i] == '.' && v.p[i + 1] == '.')
			return i;
	return v.n;
}

static const struct crm_err *
as_usage(const struct crm_err *err)
{
	return err != NULL && err->code == CRM_E_DATA
	    ? crm_err(CRM_E_USAGE, "%s", err->msg)
	    : err;
}

static const struct crm_err *
read_dates(struct crm_reading *r, struct crm_alt *a)
{
	const struct crm_clock *c = &r->q->clock;
	struct crm_period p;
	const struct crm_err *err;
	size_t at = find_range(a->text);

	if (a->text.n > 2 && crm_view_starts(a->text, CRM_V("--"))) {
		a->yearless = true;
		err = crm_date_parse(c, a->text, &a->first);
		a->last = a->first;
		return as_usage(err);
	}
	a->is_range = at < a->text.n;
	a->has_lo = at > 0;
	a->has_hi = !a->is_range || at + 2 < a->text.n;
	err = crm_range_parse(c, a->text, &p);
	a->first = p.first;
	a->last = p.last;
	a->from_us = p.from_us;
	a->to_us = p.to_us;
	return as_usage(err);
}

/* "10k", "1.5m", "100EUR", "10kEUR" */
static bool
read_amount(struct crm_view v, struct crm_dec *out, uint8_t *currency)
{
	struct crm_money m;
	struct crm_dec unit = { 1, 0 };
	char text[64], *end;
	size_t n = 0, i;

	*currency = 0;
	if (v.n == 0 || v.n >= sizeof(text))
		return false;
	/* a suffix stands before the currency, or in the end */
	for (i = 0; i < v.n; i++) {
		char c = v.p[i], next = i + 1 < v.n ? v.p[i + 1] : '\0';
		bool digit = i > 0 && v.p[i - 1] >= '0' && v.p[i - 1] <= '9';
		bool ends = next == '\0' || next == ' ' ||
		    (v.n - i - 1 == 3 &&
			crm_currency_num(crm_view(v.p + i + 1, 3)) != 0);

		if (digit && ends &&
		    (c == 'k' || c == 'K' || c == 'm' || c == 'M'))
			unit.m = c == 'k' || c == 'K' ? 1000 : 1000000;
		else
			text[n++] = c;
	}
	end = text + n;
	if (!crm_money_parse(crm_view(text, (size_t)(end - text)), '.', &m))
		return false;
	if (m.currency[0] != '\0')
		*currency = crm_currency_num(crm_view(m.currency, 3));
	return crm_dec_mul(m.dec, unit, m.dec.scale, out);
}

/* Days: "90", "90d", "12w", "3m", "1y". */
static bool
read_days(struct crm_view v, struct crm_dec *out)
{
	static const struct {
		char unit;
		int64_t days;
	} units[] = { { 'd', 1 }, { 'w', 7 }, { 'm', 30 }, { 'y', 365 } };
	int64_t n, days = 1;
	size_t i;

	for (i = 0; v.n > 1 && i < 4; i++)
		if (v.p[v.n - 1] == units[i].unit) {
			days = units[i].days;
			v.n--;
			break;
		}
	if (!crm_num_i64(v, -1000000, 1000000, &n))
		return false;
	*out = (struct crm_dec){ n * days, 0 };
	return true;
}

static bool
read_one_number(const struct crm_field *f, struct crm_view v,
    struct crm_dec *out, uint8_t *currency)
{
	*currency = 0;
	if (f->type == CRM_T_SPAN || f->num == CRM_N_QUIET ||
	    f->num == CRM_N_AGE)
		return read_days(v, out);
	if (f->type == CRM_T_PERCENT && v.n > 1 && v.p[v.n - 1] == '%')
		v.n--;
	return read_amount(v, out, currency) &&
	    (f->type == CRM_T_MONEY || *currency == 0);
}

static const struct crm_err *
read_numbers(struct crm_reading *r, struct crm_alt *a)
{
	size_t at = find_range(a->text);
	struct crm_view lo = crm_view(a->text.p, at);
	struct crm_view hi =
	    at < a->text.n ? crm_view_skip(a->text, at + 2) : lo;
	uint8_t c1 = 0, c2 = 0;
	bool ok = at != 0 || a->text.n > 2; /* not ".." */

	a->is_range = at < a->text.n;
	a->has_lo = lo.n > 0;
	a->has_hi = hi.n > 0;
	if (ok && a->has_lo)
		ok = read_one_number(r->field, lo, &a->lo, &c1);
	if (ok && a->has_hi)
		ok = read_one_number(r->field, hi, &a->hi, &c2);
	if (!ok || (c1 != 0 && c2 != 0 && c1 != c2))
		return crm_err(CRM_E_USAGE, "'%.*s' is not %s",
		    CRM_VARG(a->text),
		    r->field->type == CRM_T_MONEY ? "an amount of money"
			: r->field->type == CRM_T_SPAN
			? "a span of time (30d, 2w, 3m, 1y)"
			: "a number");
	if (a->has_lo && a->has_hi && crm_dec_cmp(a->lo, a->hi) > 0)
		return crm_err(CRM_E_USAGE, "'%.*s' ends before it begins",
		    CRM_VARG(a->text));
	a->currency = c1 != 0 ? c1 : c2;
	return NULL;
}

static void
read_words(struct crm_reading *r, struct crm_alt *a)
{
	a->folded = crm_term_keep_folded(r->q, a->text);
	a->word = crm_term_words(r->q, a->folded, &a->nwords);
	if (r->field->type == CRM_T_EMAIL && crm_view_find(a->text, '@') > 0 &&
	    crm_view_find(a->text, '@') < a->text.n)
		a->nwords = 0; /* an address is compared whole */
}

static const struct crm_err *
read_phone(struct crm_reading *r, struct crm_alt *a)
{
	char key[CRM_PHONE_KEY];
	bool whole;
	size_t n = crm_phone_end(r->field->dial, a->text, key, &whole);

	if (n < 3)
		return crm_err(CRM_E_USAGE, "'%.*s' is not a phone number",
		    CRM_VARG(a->text));
	a->folded = crm_term_keep(r->q, crm_view(key, n));
	return NULL;
}

/* A word that one of the kinds has among its choices. */
static const struct crm_err *
read_choice(struct crm_reading *r, struct crm_alt *a)
{
	const struct crm_field *f = r->field;
	const char *word = NULL;
	char what[80];
	bool kinds[26];
	size_t i;

	crm_ref_kinds(&r->t->ref, r->q->has, kinds);
	for (i = 0; i < 26 && word == NULL; i++)
		if (kinds[i] && r->t->ref.field[i] != NULL &&
		    r->t->ref.field[i]->choices != NULL)
			word = crm_words_find(
			    r->t->ref.field[i]->choices, a->text);
	if (word == NULL && (f->flags & CRM_F_XWORDS) != 0 &&
	    crm_view_starts(a->text, CRM_V("x-")))
		word = a->text.p;
	if (word == NULL) {
		(void)snprintf(what, sizeof(what), "%s: unknown", f->name);
		return crm_term_no_choice(
		    what, a->text, r->t->ref.field, kinds, NULL);
	}
	crm_buf_reset(&r->q->scratch);
	crm_word_put(
	    &r->q->scratch, word == a->text.p ? a->text : crm_view_str(word));
	a->stored = crm_term_keep(r->q, crm_buf_view(&r->q->scratch));
	return NULL;
}

static const struct crm_err *
read_plain(struct crm_reading *r, struct crm_alt *a)
{
	struct crm_value_ctx ctx = {
		.clock = &r->q->clock, .point = '.', .arena = &r->q->arena
	};
	const struct crm_err *err;

	crm_buf_reset(&r->q->scratch);
	err = crm_value_parse(
	    &ctx, r->field, a->text, false, &r->q->scratch, NULL);
	a->stored = crm_term_keep(r->q, crm_buf_view(&r->q->scratch));
	return as_usage(err);
}

static const struct crm_err *
read_alt(struct crm_reading *r, struct crm_view text)
{
	struct crm_alt *a = new_alt(r, text);

	switch ((enum crm_type)r->field->type) {
	case CRM_T_DATE:
	case CRM_T_TIME:
		return read_dates(r, a);
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_SPAN:
		return read_numbers(r, a);
	case CRM_T_CHOICE:
		return read_choice(r, a);
	case CRM_T_LINK:
		return crm_term_read_link(r, a);
	case CRM_T_CURRENCY:
	case CRM_T_BOOL:
		return read_plain(r, a);
	case CRM_T_PHONE:
		return read_phone(r, a);
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_NTYPES:
		break;
	}
	if (r->q->ctx.user != NULL && crm_view_is(text, "me") &&
	    crm_field_is_user(r->field))
		a->text = crm_view_str(r->q->ctx.user);
	read_words(r, a);
	return NULL;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Does a comma stand in front of three digits, as in 7,000? */
static bool
is_thousands(struct crm_view text, size_t comma)
{
	size_t n = 0;

	while (comma + 1 + n < text.n && is_digit(text.p[comma + 1 + n]))
		n++;
	return n == 3 && comma > 0 && is_digit(text.p[comma - 1]);
}

/* Values are parted by commas; one that a blank follows belongs to the
 * value.  "spent:7,000.." would mean 7, or 0 and more. */
const struct crm_err *
crm_term_read_alts(struct crm_reading *r, struct crm_view text)
{
	const struct crm_err *err = NULL;
	size_t from = 0, i;

	for (i = 0; err == NULL && i <= text.n; i++) {
		if (i < text.n &&
		    (text.p[i] != ',' ||
			(i + 1 < text.n && text.p[i + 1] == ' ')))
			continue;
		if (i == from)
			return crm_err(CRM_E_USAGE, "a value is missing");
		if (r->field->type == CRM_T_MONEY && is_thousands(text, i))
			return crm_err(CRM_E_USAGE,
			    "'%.*s' may be one amount or two: write one "
			    "without commas, two with 'or'",
			    CRM_VARG(text));
		err = read_alt(r, crm_view(text.p + from, i - from));
		from = i + 1;
	}
	return err;
}

const struct crm_err *
crm_term_read_exact(struct crm_reading *r, struct crm_view text)
{
	struct crm_alt *a;

	switch ((enum crm_type)r->field->type) {
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_T_PHONE:
		a = new_alt(r, crm_nfc(&r->q->arena, text));
		a->folded = crm_term_keep_folded(r->q, a->text);
		return NULL;
	case CRM_T_DATE:
	case CRM_T_TIME:
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_SPAN:
	case CRM_T_CHOICE:
	case CRM_T_LINK:
	case CRM_T_CURRENCY:
	case CRM_T_BOOL:
	case CRM_NTYPES:
		break;
	}
	return read_alt(r, text); /* a range or a list is none here */
}
