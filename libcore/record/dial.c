#include "record/dial.h"

#include <string.h>

/* Longest national number with a trunk prefix and what Argentina puts in. */
#define ROOM 40

const struct crm_dial *
crm_dial_of(struct crm_view country)
{
	const struct crm_dial *d;
	size_t n, i;

	d = crm_dial_all(&n);
	for (i = 0; country.n > 0 && i < n; i++)
		if (crm_view_is(country, d[i].country))
			return &d[i];
	return NULL;
}

static bool
begins(const char *digit, size_t n, const char *with, size_t len)
{
	return n >= len && memcmp(digit, with, len) == 0;
}

/*
 * The first plan of the code that a number begins with; NULL: there is none.
 * No code begins with another one: at most one fits.
 */
static const struct crm_dial *
plan_of(const char *digit, size_t n)
{
	size_t low = 0, high, mid, len;
	const struct crm_dial *d = crm_dial_all(&high), *found = NULL;
	int order;

	while (low < high) {
		mid = low + (high - low) / 2;
		len = strlen(d[mid].code);
		order = strncmp(d[mid].code, digit, n < len ? n : len);
		if (order == 0 && n < len)
			return NULL;
		if (order == 0)
			found = &d[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return found;
}

/* May a national number of some country with the code be so long? */
static bool
fits(const struct crm_dial *d, size_t n)
{
	const char *code = d->code;
	size_t left;
	const struct crm_dial *all = crm_dial_all(&left);

	for (left -= (size_t)(d - all); left > 0; left--, d++) {
		if (strcmp(d->code, code) != 0)
			break;
		if (n >= d->least && n <= d->most)
			return true;
	}
	return false;
}

/* Where a zero is dialled before national numbers none of them begins with
 * one. */
static bool
has_zero(const struct crm_dial *d)
{
	return strchr(d->trunk, '0') != NULL;
}

/* The next of several prefixes, "8 0"; n is 0 behind the last one. */
static struct crm_view
next_prefix(const char **list)
{
	struct crm_view v = crm_view(*list, strcspn(*list, " "));

	*list += v.n;
	*list += **list == ' ';
	return v;
}

/*
 * Mobile numbers of Argentina have 15 behind that of the area when they are
 * dialled there, and 9 before it from elsewhere.  An area has two digits (11),
 * three or four; together with what is behind it, ten.
 */
static size_t
move_15(const char *digit, size_t n, char *out)
{
	size_t area;

	if (n != 12)
		return 0;
	for (area = begins(digit, n, "11", 2) ? 2 : 3; area <= 4; area++)
		if (memcmp(digit + area, "15", 2) == 0) {
			out[0] = '9';
			memcpy(out + 1, digit, area);
			memcpy(out + 1 + area, digit + area + 2, 10 - area);
			return 11;
		}
	return 0;
}

/*
 * The national number behind a trunk prefix.
 *
 * out     ROOM
 *
 * Returns its length; 0: it is none.
 */
static size_t
behind_trunk(const struct crm_dial *d, const char *digit, size_t n, char *out)
{
	const char *list = d->trunk;
	struct crm_view p;

	for (p = next_prefix(&list); p.n > 0; p = next_prefix(&list)) {
		if (!begins(digit, n, p.p, p.n))
			continue;
		if (fits(d, n - p.n) && !(has_zero(d) && digit[p.n] == '0')) {
			memcpy(out, digit + p.n, n - p.n);
			return n - p.n;
		}
		if (strcmp(d->code, "54") == 0 &&
		    move_15(digit + p.n, n - p.n, out) > 0)
			return 11;
	}
	return 0;
}

/* Make digits those of a code and a national number. */
static size_t
put(const struct crm_dial *d, const char *number, size_t len, char *digit,
    size_t *n)
{
	size_t code = strlen(d->code);

	if (code + len > CRM_E164_MAX)
		return 0;
	memmove(digit + code, number, len);
	memcpy(digit, d->code, code);
	*n = code + len;
	return code;
}

size_t
crm_dial_world(char *digit, size_t *n)
{
	const struct crm_dial *d = plan_of(digit, *n);
	size_t code, len, rest;
	char number[ROOM];
	bool good;

	if (d == NULL || *n > ROOM)
		return 0;
	code = strlen(d->code);
	rest = *n - code;
	good = fits(d, rest) && !(has_zero(d) && digit[code] == '0');
	if (good)
		return *n <= CRM_E164_MAX ? code : 0;
	len = behind_trunk(d, digit + code, rest, number);
	if (len == 0 && strcmp(d->code, "54") == 0)
		len = move_15(digit + code, rest, number);
	return len > 0 ? put(d, number, len, digit, n) : 0;
}

/* A number that begins with what is dialled before that of a country. */
static size_t
from_abroad(const struct crm_dial *home, char *digit, size_t *n)
{
	const char *lists[] = { home->abroad, "00" }, *list;
	char rest[ROOM];
	struct crm_view p;
	size_t i, len, code;

	for (i = 0; i < 2; i++)
		for (list = lists[i]; (p = next_prefix(&list)).n > 0;) {
			if (!begins(digit, *n, p.p, p.n))
				continue;
			len = *n - p.n;
			memcpy(rest, digit + p.n, len);
			code = crm_dial_world(rest, &len);
			if (code == 0)
				continue;
			memcpy(digit, rest, len);
			*n = len;
			return code;
		}
	return 0;
}

/* Are digits without the trunk prefix a national number? */
static bool
is_whole(const struct crm_dial *d, const char *digit, size_t n)
{
	if (d->whole == 0 || n < d->whole || n > d->most)
		return false;
	if (has_zero(d) && digit[0] == '0')
		return false;
	return n <= d->usual || !begins(digit, n, d->code, strlen(d->code));
}

size_t
crm_dial_from(const struct crm_dial *home, char *digit, size_t *n, bool *whole)
{
	char number[ROOM];
	size_t code, len;

	*whole = false;
	if (*n > ROOM)
		return 0;
	code = from_abroad(home, digit, n);
	*whole = code > 0;
	if (code > 0)
		return code;
	len = behind_trunk(home, digit, *n, number);
	if (len == 0 && is_whole(home, digit, *n)) {
		len = *n;
		memcpy(number, digit, len);
	}
	return len > 0 ? put(home, number, len, digit, n) : 0;
}
