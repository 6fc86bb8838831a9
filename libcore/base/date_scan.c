#include "base/date_impl.h"
#include "base/num.h"
#include "base/utf8.h"

/*
 * The scanner: which capital of a form stands for what.
 */

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
const char *const crm_date_months[] = { "january", "february", "march", "april",
	"may", "june", "july", "august", "september", "october", "november",
	"december", NULL };
static const char *const weekdays[] = { "sunday", "monday", "tuesday",
	"wednesday", "thursday", "friday", "saturday", NULL };
const char *const crm_date_span_units[] = { "d", "w", "m", "y", NULL };
static const char *const short_units[] = { "h", "min", NULL };
static const char *const period_units[] = { "week", "month", "quarter", "year",
	NULL };

static const struct names {
	const char *const *list;
	uint8_t enough; /* letters of a name */
	uint8_t first;  /* the number of the list's first name */
	uint8_t part;
} name_lists[128] = {
	['B'] = { crm_date_months, 3, 1, MONTH },
	['A'] = { weekdays, 3, 0, WEEKDAY },
	['U'] = { crm_date_span_units, 1, 0, UNIT },
	['R'] = { short_units, 3, 0, UNIT },
	['G'] = { period_units, 9, 0, UNIT },
};

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

bool
crm_date_skip_blanks(struct crm_view *v)
{
	size_t n = v->n, k = 1;

	while (k > 0 && v->n > 0) {
		k = 0;
		if (v->p[0] == ' ' || v->p[0] == '\t')
			k = 1;
		else if ((unsigned char)v->p[0] < 0x80)
			break;
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
take_digits(
    struct crm_view *v, const struct digits *d, struct crm_date_parts *out)
{
	uint32_t x = 0; /* of five digits at most */
	size_t n = 0;

	for (; n < v->n && n < d->max && is_digit(v->p[n]); n++)
		x = x * 10 + (uint32_t)(v->p[n] - '0');
	if (n < d->min)
		return false;
	out->of[d->part] = x;
	*v = crm_view_skip(*v, n);
	return true;
}

/* Take any digits of a fraction, of which six count. */
static bool
take_fraction(struct crm_view *v, struct crm_date_parts *out)
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
take_name(
    struct crm_view *v, const struct names *names, struct crm_date_parts *out)
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
take_one(char form, struct crm_view *v, struct crm_date_parts *out)
{
	unsigned char c = (unsigned char)form;

	if (form == ' ')
		return crm_date_skip_blanks(v);
	if (form < 'A' || form > 'Z') {
		if (v->n == 0 || lower(v->p[0]) != form)
			return false;
		*v = crm_view_skip(*v, 1);
		return true;
	}
	if (numbers[c].max > 0)
		return take_digits(v, &numbers[c], out);
	if (form == 'F')
		return take_fraction(v, out);
	return take_name(v, &name_lists[c], out);
}

bool
crm_date_take_form(
    const char *form, struct crm_view *v, struct crm_date_parts *out)
{
	struct crm_view rest = *v;

	for (; *form != '\0'; form++)
		if (!take_one(*form, &rest, out))
			return false;
	*v = rest;
	return true;
}

const struct crm_err *
crm_date_bad(const char *before, struct crm_view text, const char *after)
{
	struct crm_view cut = crm_utf8_cut(text, 60, NULL);

	return crm_err(CRM_E_DATA, "%s'%.*s%s'%s", before, CRM_VARG(cut),
	    cut.n < text.n ? "..." : "", after);
}
