#include "format/vcard.h"

#include <strings.h>

#include "base/mem.h"

void
crm_vcard_values_release(struct crm_vcard_values *v)
{
	crm_free(v->value);
	crm_buf_release(&v->text);
	memset(v, 0, sizeof(*v));
}

/* A value was added to text from a place on: it is of a field. */
static void
end_value(struct crm_vcard_values *v, const char *field, size_t from)
{
	struct crm_view text;

	if (v->text.n == from)
		return;
	text = crm_view_trim(crm_view(v->text.p + from, v->text.n - from));
	if (text.n == 0)
		return;
	v->value = crm_grow(v->value, &v->cap, v->n + 1, sizeof(*v->value));
	v->value[v->n].field = field;
	v->value[v->n].at = (size_t)(text.p - v->text.p);
	v->value[v->n++].n = text.n;
}

/* What stands in a part, with blanks for the commas between its names. */
static void
add_names(struct crm_vcard_values *v, struct crm_view part)
{
	size_t from;

	while (part.p != NULL) {
		from = v->text.n;
		if (from > 0 && v->text.p[from - 1] != '\0')
			crm_buf_addc(&v->text, ' ');
		if (!crm_cline_next_part(&part, ",", &v->text))
			break;
	}
}

/* The parts of a structured value, with their escapes. */
static size_t
split(struct crm_view value, struct crm_view *part, size_t max)
{
	size_t n = 0, i, from = 0;

	for (i = 0; i <= value.n && n < max; i++) {
		if (i < value.n && value.p[i] == '\\') {
			i++;
			continue;
		}
		if (i < value.n && value.p[i] != ';')
			continue;
		part[n++] = crm_view(value.p + from, i - from);
		from = i + 1;
	}
	for (i = n; i < max; i++)
		part[i] = CRM_VNULL;
	return n;
}

static bool
is_empty(struct crm_view v)
{
	return crm_view_trim(v).n == 0;
}

/* Parts that go to one field, with blanks between. */
static void
add_parts(struct crm_vcard_values *v, const char *field,
    const struct crm_view *part, size_t n)
{
	size_t from, i;

	crm_buf_addc(&v->text, '\0'); /* nothing before it belongs to it */
	from = v->text.n;
	for (i = 0; i < n; i++)
		if (!is_empty(part[i]))
			add_names(v, part[i]);
	end_value(v, field, from);
}

/* The whole value is one text. */
static void
read_text(
    const struct crm_cline *c, struct crm_vcard_values *v, const char *field)
{
	struct crm_view rest = c->value;

	(void)crm_cline_next_part(&rest, "", &v->text);
	end_value(v, field, 0);
}

/* The same behind a scheme, "tel:". */
static void
read_uri(const struct crm_cline *c, struct crm_vcard_values *v,
    const char *field, const char *scheme)
{
	struct crm_cline bare = *c;
	size_t n = strlen(scheme);

	if (bare.value.n >= n && strncasecmp(bare.value.p, scheme, n) == 0)
		bare.value = crm_view_skip(bare.value, n);
	read_text(&bare, v, field);
}

/* "+1-418-656-9254;ext=102" */
static void
read_phone(const struct crm_cline *c, struct crm_vcard_values *v)
{
	struct crm_view text;
	char *p;

	read_uri(c, v, "phone", "tel:");
	if (v->n == 0)
		return;
	text = crm_vcard_text(v, 0);
	for (p = v->text.p + v->value[0].at; text.n >= 5; p++) {
		if (strncasecmp(text.p, ";ext=", 5) == 0) {
			memcpy(p, " ext ", 5);
			break;
		}
		text = crm_view_skip(text, 1);
	}
}

/* Digits at a place, n of them; -1: there are not. */
static int
digits(struct crm_view v, size_t at, size_t n)
{
	int value = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (at + i >= v.n || v.p[at + i] < '0' || v.p[at + i] > '9')
			return -1;
		value = value * 10 + (v.p[at + i] - '0');
	}
	return value;
}

/* Is a year there only because there has to be one?  Apple's programs say so
 * of 1604, and others with them. */
static bool
stands_for_none(const struct crm_cline *c, int year)
{
	struct crm_view omitted = crm_cline_param(c, CRM_VCARD_OMIT_YEAR);

	return omitted.n == 4 && digits(omitted, 0, 4) == year;
}

/*
 * A birthday: 19800322, 1980-03-22, --0322, --03-22, and any of these with a
 * time.  Anything else, such as a year alone, is no day.
 */
static void
read_birthday(const struct crm_cline *c, struct crm_vcard_values *v)
{
	struct crm_view t = crm_view_trim(c->value);
	int year = -1, month, day;
	size_t at = 2, gap;

	if (!crm_view_starts(t, CRM_V("--"))) {
		year = digits(t, 0, 4);
		if (year < 1)
			return;
		at = 4;
		if (t.n > at && t.p[at] == '-')
			at++;
	}
	month = digits(t, at, 2);
	gap = t.n > at + 2 && t.p[at + 2] == '-';
	day = digits(t, at + 2 + gap, 2);
	at += 4 + gap;
	if (month < 1 || month > 12 || day < 1 || day > 31 ||
	    (t.n > at && t.p[at] != 'T' && t.p[at] != ' '))
		return;
	v->whole = t.n == at;
	if (year > 0 && !stands_for_none(c, year))
		crm_buf_addf(&v->text, "%04d-%02d-%02d", year, month, day);
	else
		crm_buf_addf(&v->text, "--%02d-%02d", month, day);
	end_value(v, "birthday", 0);
}

static void
read_address(const struct crm_cline *c, struct crm_vcard_values *v)
{
	struct crm_view part[7], street[3];

	(void)split(c->value, part, 7);
	street[0] = part[2];
	street[1] = part[1];
	street[2] = part[0];
	v->whole = is_empty(part[0]) && is_empty(part[1]);
	add_parts(v, "street", street, 3);
	add_parts(v, "city", part + 3, 1);
	add_parts(v, "region", part + 4, 1);
	add_parts(v, "postcode", part + 5, 1);
	add_parts(v, "country", part + 6, 1);
}

static void
read_name(const struct crm_cline *c, struct crm_vcard_values *v)
{
	struct crm_view part[5];

	(void)split(c->value, part, 5);
	v->whole = is_empty(part[2]) && is_empty(part[3]) && is_empty(part[4]);
	add_parts(v, "given", part + 1, 2);
	add_parts(v, "family", part, 1);
}

static void
read_org(const struct crm_cline *c, struct crm_vcard_values *v)
{
	struct crm_view rest = c->value;

	(void)crm_cline_next_part(&rest, ";", &v->text);
	v->whole = is_empty(rest);
	end_value(v, "org", 0);
}

static void
read_tags(const struct crm_cline *c, struct crm_vcard_values *v)
{
	struct crm_view rest = c->value;
	size_t from, i;

	for (;;) {
		from = v->text.n;
		if (!crm_cline_next_part(&rest, ",;", &v->text))
			break;
		for (i = from; i < v->text.n; i++)
			if (v->text.p[i] == ',') /* a tag has none */
				v->text.p[i] = ' ';
		end_value(v, "tag", from);
	}
}

void
crm_vcard_read(const struct crm_cline *c, struct crm_vcard_values *v)
{
	crm_buf_reset(&v->text);
	v->text.max = CRM_LINE_MAX * 2;
	v->n = 0;
	v->whole = true;
	if (crm_cline_is(c, "FN"))
		read_text(c, v, "name");
	else if (crm_cline_is(c, "N"))
		read_name(c, v);
	else if (crm_cline_is(c, "EMAIL"))
		read_uri(c, v, "email", "mailto:");
	else if (crm_cline_is(c, "TEL"))
		read_phone(c, v);
	else if (crm_cline_is(c, "ADR"))
		read_address(c, v);
	else if (crm_cline_is(c, "ORG"))
		read_org(c, v);
	else if (crm_cline_is(c, "TITLE"))
		read_text(c, v, "role");
	else if (crm_cline_is(c, "BDAY"))
		read_birthday(c, v);
	else if (crm_cline_is(c, "NOTE"))
		read_text(c, v, "note");
	else if (crm_cline_is(c, "CATEGORIES"))
		read_tags(c, v);
	else if (crm_cline_is(c, "URL"))
		read_text(c, v, "url");
	else if (crm_cline_is(c, "LANG"))
		read_text(c, v, "lang");
}

bool
crm_vcard_is_many(const char *field)
{
	return strcmp(field, "email") == 0 || strcmp(field, "phone") == 0 ||
	    strcmp(field, "url") == 0 || strcmp(field, "tag") == 0;
}

bool
crm_vcard_is_frame(const struct crm_cline *c)
{
	return crm_cline_is(c, "BEGIN") || crm_cline_is(c, "END") ||
	    crm_cline_is(c, "VERSION") || crm_cline_is(c, "REV") ||
	    crm_cline_is(c, "PRODID") || crm_cline_is(c, "UID") ||
	    crm_cline_is(c, "KIND") ||
	    crm_cline_is(c, "X-ADDRESSBOOKSERVER-KIND") ||
	    crm_cline_is(c, "X-ABSHOWAS");
}

bool
crm_vcard_is_preferred(const struct crm_cline *c)
{
	return crm_cline_has_type(c, "pref") ||
	    crm_view_is(crm_cline_param(c, "PREF"), "1");
}
