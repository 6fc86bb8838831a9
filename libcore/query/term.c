/* Reading one term. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fold.h"
#include "query/ast.h"
#include "record/value.h"
#include "record/word.h"
#include "store/who.h"

#define REGEX_MAX 1000

/* What the parts of reading a term work on. */
struct reading {
	struct crm_query *q;
	const struct crm_schema *schema;
	struct crm_term *t;
	const struct crm_nest *nest;
	const struct crm_field *field; /* of the first kind that has it */
	size_t from, to;               /* bytes of the term at fault */
};

static struct crm_view
keep(struct crm_query *q, struct crm_view v)
{
	return crm_view(crm_arena_dup(&q->arena, v.p, v.n), v.n);
}

static struct crm_view
keep_folded(struct crm_query *q, struct crm_view v)
{
	crm_buf_reset(&q->scratch);
	crm_fold(&q->scratch, crm_nfc(&q->arena, v));
	return keep(q, crm_buf_view(&q->scratch));
}

/* The words of a folded text. */
static struct crm_view *
words_of(struct crm_query *q, struct crm_view folded, size_t *n)
{
	struct crm_words w;
	struct crm_view v, *list;

	*n = 0;
	crm_words_begin(&w, folded);
	while (crm_words_next(&w, &v))
		(*n)++;
	list = crm_arena_alloc(&q->arena, (*n + 1) * sizeof(*list));
	*n = 0;
	crm_words_begin(&w, folded);
	while (crm_words_next(&w, &list[*n]))
		(*n)++;
	return list;
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '.';
}

/* The name before the first colon; n is 0 when there is none. */
static struct crm_view
name_part(struct crm_view text)
{
	size_t n = 0;

	while (n < text.n && is_name_char(text.p[n]))
		n++;
	if (n == 0 || n == text.n || text.p[n] != ':' || text.p[0] < 'a' ||
	    text.p[0] > 'z')
		n = 0;
	return crm_view(text.p, n);
}

static bool
is_reserved(struct crm_view name)
{
	return crm_view_is(name, "has") || crm_view_is(name, "no") ||
	    crm_view_is(name, "is");
}

/* Is a name that of a field of a kind that the query selects? */
static bool
is_selected_field(const struct reading *r, struct crm_view name)
{
	size_t i;

	for (i = 0; i < 26; i++) {
		const struct crm_kind *k =
		    crm_kind_of(r->schema, (char)('a' + i));

		if (r->q->kind[i] && k != NULL &&
		    crm_field_named(k, name) != NULL)
			return true;
	}
	return false;
}

/* "city:Kraków stage:customer" as one argument is two terms. */
static const struct crm_err *
check_single(struct reading *r, struct crm_view text)
{
	struct crm_view name;
	size_t i;

	name = text.p[0] == '(' ? name_part(crm_view_skip(text, 1)) : CRM_VNULL;
	if (name.n > 0 && (is_reserved(name) || is_selected_field(r, name))) {
		r->to = 1;
		return crm_err(
		    CRM_E_USAGE, "'(' has to be an argument of its own");
	}
	for (i = 1; i < text.n; i++) {
		if (text.p[i - 1] != ' ')
			continue;
		name = name_part(crm_view_skip(text, i));
		if (name.n > 0 &&
		    (is_reserved(name) || is_selected_field(r, name))) {
			r->from = i;
			return crm_err(CRM_E_USAGE,
			    "this looks like two terms: give '%.*s' an "
			    "argument of its own",
			    CRM_VARG(crm_view_skip(text, i)));
		}
	}
	return NULL;
}

/* "City:Kraków" and "OR" would be words to look for: nobody means them so. */
static const struct crm_err *
check_case(struct reading *r, struct crm_view text)
{
	static const char operators[] = "AND\0OR\0NOT\0";
	struct crm_view name = crm_view(text.p, crm_view_find(text, ':'));
	char low[64];
	const char *op;
	size_t i;

	if (name.n >= sizeof(low))
		return NULL;
	for (i = 0; i < name.n; i++)
		low[i] = name.p[i] >= 'A' && name.p[i] <= 'Z'
		    ? (char)(name.p[i] | 0x20)
		    : name.p[i];
	for (op = operators; *op != '\0'; op += strlen(op) + 1)
		if (crm_view_is(text, op))
			return crm_err(CRM_E_USAGE, "'%s' is written '%.*s'",
			    op, CRM_VARG(crm_view(low, name.n)));
	if (name.n == text.n || memcmp(low, name.p, name.n) == 0)
		return NULL;
	i = crm_view_find(crm_view(low, name.n), '.');
	if (!is_reserved(crm_view(low, name.n)) &&
	    !is_selected_field(r, crm_view(low, i)))
		return NULL;
	r->to = name.n;
	return crm_err(CRM_E_USAGE, "'%.*s' is written '%.*s'", CRM_VARG(name),
	    CRM_VARG(crm_view(low, name.n)));
}

/* A ref is no term, but looks like one. */
static const struct crm_err *
check_ref(struct reading *r, const struct crm_err *unknown)
{
	struct crm_view text = crm_nfc(&r->q->arena, r->t->text);
	uint64_t ids[CRM_WHO_MAX];
	const struct crm_err *err;
	size_t n = 0;

	err = crm_who_find(r->q->ctx.snap, NULL, text, ids, &n);
	if (err != NULL || n == 0)
		return err != NULL ? err : unknown;
	return crm_err(CRM_E_USAGE,
	    "no field '%.*s': the record of that name is found by ref:%.*s",
	    CRM_VARG(r->t->ref.name), CRM_VARG(text));
}

/* Find a field, through links where it is dotted. */
static const struct crm_err *
find_field(struct reading *r, struct crm_view name)
{
	const struct crm_err *err;
	size_t fault;

	err = crm_ref_parse(
	    r->schema, r->q->kind, r->q->only, name, &r->t->ref, &fault);
	r->field = r->t->ref.first;
	if (err != NULL)
		r->to = r->from + fault;
	return err;
}

static struct crm_alt *
new_alt(struct reading *r, struct crm_view text)
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
read_dates(struct reading *r, struct crm_alt *a)
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
read_numbers(struct reading *r, struct crm_alt *a)
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
read_words(struct reading *r, struct crm_alt *a)
{
	a->folded = keep_folded(r->q, a->text);
	a->word = words_of(r->q, a->folded, &a->nwords);
	if (r->field->type == CRM_T_EMAIL && crm_view_find(a->text, '@') > 0 &&
	    crm_view_find(a->text, '@') < a->text.n)
		a->nwords = 0; /* an address is compared whole */
}

static const struct crm_err *
read_phone(struct reading *r, struct crm_alt *a)
{
	char key[CRM_PHONE_KEY];
	size_t n = crm_phone_key(a->text, key);

	if (n < 3)
		return crm_err(CRM_E_USAGE, "'%.*s' is not a phone number",
		    CRM_VARG(a->text));
	if (!crm_phone_is_whole(a->text) && n > 1 && key[n - 1] == '0')
		n--;
	a->folded = keep(r->q, crm_view(key, n));
	return NULL;
}

/* A word that one of the kinds has among its choices. */
static const struct crm_err *
read_choice(struct reading *r, struct crm_alt *a)
{
	const struct crm_field *f = r->field;
	const char *word = NULL, *near;
	bool kinds[26];
	size_t i;

	crm_ref_kinds(&r->t->ref, r->q->kind, kinds);
	for (i = 0; i < 26 && word == NULL; i++)
		if (kinds[i] && r->t->ref.field[i] != NULL &&
		    r->t->ref.field[i]->choices != NULL)
			word = crm_words_find(
			    r->t->ref.field[i]->choices, a->text);
	if (word == NULL && (f->flags & CRM_F_XWORDS) != 0 &&
	    crm_view_starts(a->text, CRM_V("x-")))
		word = a->text.p;
	if (word == NULL) {
		near = f->choices != NULL ? crm_word_near(f->choices, a->text)
					  : NULL;
		if (near != NULL)
			return crm_err(CRM_E_USAGE,
			    "%s: unknown '%.*s' (did you mean '%s'?)", f->name,
			    CRM_VARG(a->text), near);
		return crm_err(CRM_E_USAGE, "%s: unknown '%.*s'", f->name,
		    CRM_VARG(a->text));
	}
	crm_buf_reset(&r->q->scratch);
	crm_word_put(
	    &r->q->scratch, word == a->text.p ? a->text : crm_view_str(word));
	a->stored = keep(r->q, crm_buf_view(&r->q->scratch));
	return NULL;
}

static int
cmp_ids(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

/* An organisation's story has its people's events. */
static const struct crm_err *
add_people(struct reading *r, struct crm_alt *a)
{
	const struct crm_kind *k = crm_kind_of(r->schema, 'p');
	const struct crm_err *err = NULL;
	const uint64_t *ids;
	size_t i, n;
	char key[8];

	for (i = 0; err == NULL && i < a->nids; i++) {
		if (crm_id_kind(a->id[i]) != 'o')
			continue;
		crm_be64(key, a->id[i]);
		err = crm_snap_find(r->q->ctx.snap, 'p',
		    crm_field_num(k, CRM_PERSON_ORG), crm_view(key, 8), false,
		    SIZE_MAX, &ids, &n);
		if (err != NULL || n == 0)
			continue;
		a->people = crm_realloc_array(
		    a->people, a->npeople + n, sizeof(*a->people));
		memcpy(a->people + a->npeople, ids, n * sizeof(*ids));
		a->npeople += n;
	}
	if (a->npeople > 1)
		qsort(a->people, a->npeople, sizeof(*a->people), cmp_ids);
	return err;
}

static const struct crm_err *
read_member(struct reading *r, struct crm_view name, struct crm_member **out)
{
	const struct crm_kind *k = crm_kind_of(r->schema, 's');
	const struct crm_query_ctx *ctx = &r->q->ctx;
	const struct crm_err *err;
	struct crm_nest nest = { .up = r->nest, .depth = 1 };
	const struct crm_nest *up;
	struct crm_member *m;
	enum crm_presence p;
	struct crm_stored s;
	struct crm_view v, folded = keep_folded(r->q, name);
	const uint64_t *ids;
	size_t n;

	err = crm_snap_find(ctx->snap, 's', crm_field_num(k, CRM_SEGMENT_NAME),
	    folded, false, 1, &ids, &n);
	if (err != NULL)
		return err;
	if (n == 0)
		return crm_err(
		    CRM_E_DATA, "no such segment: '%.*s'", CRM_VARG(name));
	nest.segment = ids[0];
	for (up = r->nest; up != NULL; up = up->up) {
		nest.depth++;
		if (up->segment == nest.segment)
			return crm_err(CRM_E_DATA,
			    "the segment '%.*s' is a part of itself",
			    CRM_VARG(name));
	}
	if (nest.depth > CRM_SEGMENT_DEPTH_MAX)
		return crm_err(CRM_E_DATA, "segments within segments: over %d",
		    CRM_SEGMENT_DEPTH_MAX);
	m = crm_arena_alloc(&r->q->arena, sizeof(*m));
	m->segment = nest.segment;
	m->name = keep(r->q, name);
	m->query = NULL;
	*out = m;
	err = crm_snap_get(ctx->snap, m->segment, &s, &p);
	if (err == NULL && p == CRM_LIVE &&
	    crm_stored_get(&s, CRM_SEGMENT_QUERY, &v)) {
		v = keep(r->q, v);
		err = crm_query_text_nested(ctx, v, &nest, &m->query);
		r->q->nsegments +=
		    1 + (m->query != NULL ? m->query->nsegments : 0);
		if (err == NULL && r->q->nsegments > CRM_SEGMENTS_MAX)
			err = crm_err(CRM_E_DATA,
			    "over %d segments within segments",
			    CRM_SEGMENTS_MAX);
		if (err != NULL && nest.depth == 1)
			err = crm_err_wrap(err,
			    "the query of the segment "
			    "'%.*s'",
			    CRM_VARG(name));
	}
	return err;
}

static const struct crm_err *
read_link(struct reading *r, struct crm_alt *a)
{
	struct crm_view text = crm_nfc(&r->q->arena, a->text);
	const struct crm_err *err;
	uint64_t ids[CRM_WHO_MAX];
	size_t n;

	if (text.n > 1 && text.p[0] == '@')
		return read_member(r, crm_view_skip(text, 1), &a->member);
	if (crm_view_is(text, "me") && r->q->ctx.user != NULL)
		text = crm_view_str(r->q->ctx.user);
	err = crm_who_find_ever(r->q->ctx.snap, r->field->links, text, ids, &n);
	if (err == NULL && n == 0)
		err = crm_who_none(r->q->ctx.snap, r->field->links, text);
	if (err != NULL)
		return err;
	a->id = crm_realloc_array(NULL, n, sizeof(*a->id));
	memcpy(a->id, ids, n * sizeof(*ids));
	a->nids = n;
	if (n > 1)
		qsort(a->id, n, sizeof(*a->id), cmp_ids);
	return crm_view_is(r->t->ref.last, "who") && r->q->kind['e' - 'a']
	    ? add_people(r, a)
	    : NULL;
}

static const struct crm_err *
read_plain(struct reading *r, struct crm_alt *a)
{
	struct crm_value_ctx ctx = {
		.clock = &r->q->clock, .point = '.', .arena = &r->q->arena
	};
	const struct crm_err *err;

	crm_buf_reset(&r->q->scratch);
	err = crm_value_parse(
	    &ctx, r->field, a->text, false, &r->q->scratch, NULL);
	a->stored = keep(r->q, crm_buf_view(&r->q->scratch));
	return as_usage(err);
}

/* owner:me, by:me */
static bool
is_user_field(const struct crm_field *f)
{
	return strcmp(f->name, "owner") == 0 || strcmp(f->name, "by") == 0;
}

static const struct crm_err *
read_alt(struct reading *r, struct crm_view text)
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
		return read_link(r, a);
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
	if (is_user_field(r->field) && crm_view_is(text, "me") &&
	    r->q->ctx.user != NULL)
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
static const struct crm_err *
read_alts(struct reading *r, struct crm_view text)
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

static const struct crm_err *
read_regex(struct reading *r, struct crm_view text)
{
	char why[200];
	char *pattern;
	int rc;

	if (text.n > REGEX_MAX)
		return crm_err(CRM_E_USAGE,
		    "a regular expression of over %d bytes", REGEX_MAX);
	pattern = crm_arena_dup(&r->q->arena, text.p, text.n);
	/* Characters, not bytes; without that locale, bytes. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	rc = regcomp(&r->t->regex, pattern, REG_EXTENDED | REG_NOSUB);
	if (rc != 0) {
		(void)regerror(rc, &r->t->regex, why, sizeof(why));
		return crm_err(CRM_E_USAGE, "'%s': %s", pattern, why);
	}
	r->t->has_regex = true;
	return NULL;
}

static const struct crm_err *
read_exact(struct reading *r, struct crm_view text)
{
	struct crm_alt *a;

	switch ((enum crm_type)r->field->type) {
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_T_PHONE:
		a = new_alt(r, crm_nfc(&r->q->arena, text));
		a->folded = keep_folded(r->q, a->text);
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

static const struct crm_err *
read_field_term(struct reading *r, struct crm_view name, struct crm_view value)
{
	const struct crm_err *err;
	char op = value.n > 0 ? value.p[0] : '\0';

	err = find_field(r, name);
	if (err != NULL)
		return check_ref(r, err);
	r->from = name.n + 1;
	if (value.n == 0)
		return crm_err(CRM_E_USAGE,
		    "a value is missing (no:%.*s finds those without one)",
		    CRM_VARG(name));
	if (op != '=' && op != '~' && op != '/') {
		r->t->op = CRM_TERM_MATCH;
		return read_alts(r, value);
	}
	value = crm_view_skip(value, 1);
	if (value.n == 0)
		return crm_err(CRM_E_USAGE, "a value is missing");
	if (op == '=') {
		r->t->op = CRM_TERM_EXACT;
		return read_exact(r, value);
	}
	if (op == '~') {
		r->t->op = CRM_TERM_REGEX;
		return read_regex(r, value);
	}
	r->t->op = CRM_TERM_BEGINS;
	r->t->folded = keep_folded(r->q, value);
	return NULL;
}

/* is:STAGE of any kind selected, or is:open, is:closed. */
static const struct crm_err *
read_stage(struct reading *r, struct crm_view word)
{
	const char *near = NULL;
	bool known = crm_view_is(word, "open") || crm_view_is(word, "closed");
	size_t i;

	for (i = 0; i < 26; i++) {
		const struct crm_kind *k =
		    crm_kind_of(r->schema, (char)('a' + i));
		const struct crm_field *f = k != NULL && k->stage != 0
		    ? crm_field_num(k, k->stage)
		    : NULL;

		r->t->ref.field[i] = f;
		if (f == NULL || f->choices == NULL || !r->q->kind[i])
			continue;
		if (crm_words_find(f->choices, word) != NULL)
			known = true;
		else if (near == NULL)
			near = crm_word_near(f->choices, word);
	}
	r->t->op = CRM_TERM_STAGE;
	r->t->folded = keep_folded(r->q, word);
	if (known)
		return NULL;
	if (near != NULL)
		return crm_err(CRM_E_USAGE,
		    "unknown stage '%.*s' (did you mean '%s'?)", CRM_VARG(word),
		    near);
	return crm_err(CRM_E_USAGE, "unknown stage '%.*s'", CRM_VARG(word));
}

static const struct crm_err *
read_reserved(struct reading *r, struct crm_view name, struct crm_view value,
    bool *negate)
{
	r->from = name.n + 1;
	if (value.n == 0)
		return crm_err(CRM_E_USAGE, "%.*s: needs a %s behind it",
		    CRM_VARG(name),
		    crm_view_is(name, "is") ? "stage" : "field");
	if (crm_view_is(name, "is"))
		return read_stage(r, value);
	r->t->op = CRM_TERM_HAS;
	*negate = crm_view_is(name, "no");
	return find_field(r, value);
}

/* A WORD, a phrase, or the beginning of one. */
static const struct crm_err *
read_word(struct reading *r, struct crm_view text)
{
	struct crm_query *q = r->q;
	struct crm_term *t = r->t;
	char key[CRM_PHONE_KEY];
	size_t n;

	t->op = q->ctx.beginnings ? CRM_TERM_PREFIX : CRM_TERM_WORD;
	if (text.p[0] == '/' && text.n > 1) {
		t->op = CRM_TERM_PREFIX;
		text = crm_view_skip(text, 1);
	}
	t->folded = keep_folded(q, text);
	t->word = words_of(q, t->folded, &t->nwords);
	if (crm_who_is_phone(text)) {
		n = crm_phone_key(text, key);
		if (!crm_phone_is_whole(text) && n > 1 && key[n - 1] == '0')
			n--;
		t->digits = keep(q, crm_view(key, n));
	}
	if (t->nwords == 0)
		return crm_err(CRM_E_USAGE, "'%.*s' has no word to look for",
		    CRM_VARG(text));
	if (text.n > 0 && crm_view_find(text, '@') > 0 &&
	    crm_who_is_email(text) && t->op == CRM_TERM_WORD)
		t->op = CRM_TERM_EMAIL;
	return NULL;
}

static const struct crm_err *
read_term(struct reading *r, struct crm_view text, bool *negate)
{
	const struct crm_err *err;
	struct crm_view name = name_part(text), value;
	uint64_t id;

	if (text.n == 0)
		return crm_err(CRM_E_USAGE, "an empty term");
	err = check_single(r, text);
	if (err == NULL)
		err = check_case(r, text);
	if (err != NULL)
		return err;
	if (name.n > 0) {
		value = crm_view_skip(text, name.n + 1);
		return is_reserved(name) ? read_reserved(r, name, value, negate)
					 : read_field_term(r, name, value);
	}
	if (text.p[0] == '@' && text.n > 1) {
		r->t->op = CRM_TERM_MEMBER;
		return read_member(r, crm_view_skip(text, 1), &r->t->member);
	}
	if (crm_id_parse(text, &id) &&
	    crm_kind_of(r->schema, crm_id_kind(id)) != NULL) {
		r->t->op = CRM_TERM_ID;
		r->t->id = id;
		return NULL;
	}
	return read_word(r, text);
}

const struct crm_err *
crm_term_parse(struct crm_query *q, struct crm_view text,
    const struct crm_nest *nest, struct crm_term **out, bool *negate,
    size_t *from, size_t *to)
{
	struct reading r = { .q = q,
		.schema = crm_snap_schema(q->ctx.snap),
		.nest = nest,
		.to = text.n };
	const struct crm_err *err;

	r.t = crm_arena_alloc(&q->arena, sizeof(*r.t));
	memset(r.t, 0, sizeof(*r.t));
	r.t->text = keep(q, text);
	q->term = crm_grow(
	    q->term, &q->term_cap, q->nterms + 1, sizeof(struct crm_term *));
	q->term[q->nterms++] = r.t;
	err = read_term(&r, r.t->text, negate);
	*from = r.from;
	*to = r.to > r.from ? r.to : text.n;
	*out = r.t;
	return err;
}
