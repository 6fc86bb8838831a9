#include "format/exact.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "record/value.h"
#include "record/word.h"

void
crm_hex_add(struct crm_buf *b, struct crm_view v)
{
	static const char digits[] = "0123456789abcdef";
	char *to = crm_buf_room(b, 2 * v.n);
	size_t i;

	for (i = 0; to != NULL && i < v.n; i++) {
		*to++ = digits[(unsigned char)v.p[i] >> 4];
		*to++ = digits[(unsigned char)v.p[i] & 15];
	}
	if (to != NULL)
		crm_buf_used(b, 2 * v.n);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
crm_hex_get(struct crm_view v, struct crm_buf *out)
{
	size_t i;
	int hi, lo;

	if (v.n % 2 != 0)
		return false;
	for (i = 0; i < v.n; i += 2) {
		hi = hex_digit(v.p[i]);
		lo = hex_digit(v.p[i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		crm_buf_addc(out, (char)(hi << 4 | lo));
	}
	return true;
}

static bool
is_text(const struct crm_field *f)
{
	return f->type == CRM_T_TEXT || f->type == CRM_T_EMAIL ||
	    f->type == CRM_T_PHONE || f->type == CRM_T_URL ||
	    f->type == CRM_T_TAG;
}

/*
 * Would the value come back from its text?  What is printed says which value
 * it is; here it is asked whether it stands as it would be written down.
 */
static bool
is_plain_dec(struct crm_view v)
{
	char p[1 + CRM_VARINT_MAX];
	struct crm_dec d;

	if (!crm_value_get_dec(v, &d) || d.m == INT64_MIN)
		return false;
	return 1 + crm_varint_put(p, crm_zigzag(d.m)) == v.n;
}

static bool
is_plain_time(struct crm_view v)
{
	int64_t at_us;

	return crm_value_get_time(v, &at_us) && at_us >= CRM_TIME_MIN_US &&
	    at_us <= CRM_TIME_MAX_US &&
	    (v.n == 8) == (at_us % CRM_SECOND_US != 0);
}

static bool
is_plain_span(struct crm_view v)
{
	char p[CRM_VARINT_MAX];
	struct crm_span s;

	return crm_value_get_span(v, &s) && memchr("dwmy", s.unit, 4) != NULL &&
	    crm_varint_put(p, s.n) + 1 == v.n;
}

static bool
is_plain_link(struct crm_view v)
{
	char p[CRM_LINK_MAX], text[CRM_ID_TEXT];
	uint64_t id = crm_link_get(v), back;

	if (id == 0 || crm_link_put(p, id) != v.n || memcmp(p, v.p, v.n) != 0)
		return false;
	return crm_id_parse(crm_view(text, crm_id_put(text, id)), &back) &&
	    back == id;
}

static bool
is_plain_word(struct crm_view v)
{
	uint8_t num = crm_word_of(v);

	if (num != CRM_W_NONE)
		return crm_word_text(num).n > 0;
	return crm_word_num(v) == CRM_W_NONE && crm_utf8_check(v) == v.n;
}

static bool
is_plain(const struct crm_field *f, struct crm_view v)
{
	struct crm_date date;

	if (v.n == 0)
		return false;
	switch ((enum crm_type)f->type) {
	case CRM_T_DATE:
		return crm_value_get_date(v, &date);
	case CRM_T_TIME:
		return is_plain_time(v);
	case CRM_T_SPAN:
		return is_plain_span(v);
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
		return is_plain_dec(v);
	case CRM_T_CURRENCY:
		return v.n == 1 && crm_currency_code((uint8_t)v.p[0]) != NULL;
	case CRM_T_BOOL:
		return v.n == 1 && (v.p[0] == 0 || v.p[0] == 1);
	case CRM_T_CHOICE:
		return is_plain_word(v);
	case CRM_T_LINK:
		return is_plain_link(v);
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_PHONE:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_NTYPES:
		break;
	}
	return crm_utf8_check(v) == v.n;
}

static void
put_hex(struct crm_buf *b, struct crm_view v)
{
	crm_buf_adds(b, "{\"hex\":\"");
	crm_hex_add(b, v);
	crm_buf_adds(b, "\"}");
}

/* One value that is plain. */
static void
put_plain(
    struct crm_buf *b, const struct crm_field *f, struct crm_view v, bool safe)
{
	bool quote = !crm_value_is_bare(f);

	if (!safe && (is_text(f) || f->type == CRM_T_CHOICE)) {
		crm_json_add_string(b, is_text(f) ? v : crm_word_get(v));
		return;
	}
	if (quote)
		crm_buf_addc(b, '"');
	if (is_text(f))
		crm_buf_addv(b, v);
	else
		crm_value_add_text(b, f, v);
	if (quote)
		crm_buf_addc(b, '"');
}

static size_t
varint_bytes(uint64_t u)
{
	char p[CRM_VARINT_MAX];

	return crm_varint_put(p, u);
}

/* Many values, each of them plain, and nothing else. */
static bool
is_plain_many(const struct crm_field *f, struct crm_view stored)
{
	struct crm_many m;
	struct crm_view v;
	size_t n;

	crm_many_begin(&m, stored, true);
	if (m.left == 0)
		return false;
	n = varint_bytes(m.left);
	while (crm_many_next(&m, &v)) {
		if (!is_plain(f, v))
			return false;
		n += varint_bytes(v.n) + v.n;
	}
	return n == stored.n; /* no length is written longer than it needs */
}

void
crm_exact_put(
    struct crm_buf *b, const struct crm_field *f, struct crm_view v, bool safe)
{
	struct crm_many m;
	char sep = '[';

	if ((f->flags & CRM_F_MANY) == 0) {
		if (is_plain(f, v))
			put_plain(b, f, v, safe);
		else
			put_hex(b, v);
		return;
	}
	if (!is_plain_many(f, v)) {
		put_hex(b, v);
		return;
	}
	crm_many_begin(&m, v, true);
	while (crm_many_next(&m, &v)) {
		crm_buf_addc(b, sep);
		put_plain(b, f, v, safe);
		sep = ',';
	}
	crm_buf_addc(b, ']');
}

void
crm_exact_put_text(struct crm_buf *b, struct crm_view v)
{
	if (crm_utf8_check(v) == v.n)
		crm_json_add_string(b, v);
	else
		put_hex(b, v);
}

void
crm_exact_init(struct crm_exact *e)
{
	memset(e, 0, sizeof(*e));
	e->bytes.max = (size_t)1 << 30;
}

void
crm_exact_release(struct crm_exact *e)
{
	crm_buf_release(&e->bytes);
	crm_free(e->part);
}

static const struct crm_err *
not_a(const char *what, struct crm_view v)
{
	return crm_err(CRM_E_DATA, "'%.*s' is not %s",
	    (int)(v.n < 100 ? v.n : 100), v.p, what);
}

/* n digits; false when they are none. */
static bool
take_digits(struct crm_view *v, size_t n, int64_t *out)
{
	uint64_t u;

	if (v->n < n || !crm_num_u64(crm_view(v->p, n), 999999, &u))
		return false;
	*v = crm_view_skip(*v, n);
	*out = (int64_t)u;
	return true;
}

static bool
take_char(struct crm_view *v, char c)
{
	if (v->n == 0 || v->p[0] != c)
		return false;
	*v = crm_view_skip(*v, 1);
	return true;
}

/* "2026-03-01", or "--03-01" */
static bool
take_date(struct crm_view *v, struct crm_date *out)
{
	int64_t year = 0, month, day;

	if (!take_char(v, '-') && !take_digits(v, 4, &year))
		return false;
	if (!take_char(v, '-') || !take_digits(v, 2, &month) ||
	    !take_char(v, '-') || !take_digits(v, 2, &day) || month < 1 ||
	    month > 12 || day < 1 || day > 31)
		return false;
	out->year = (int16_t)year;
	out->month = (uint8_t)month;
	out->day = (uint8_t)day;
	return true;
}

/* "2026-03-01T09:30:00Z", with up to six digits of a fraction. */
static bool
get_time(struct crm_view v, int64_t *out_us)
{
	int64_t h, m, s, us = 0, digits;
	struct crm_date d;
	size_t n;

	if (!take_date(&v, &d) || d.year == 0 || !crm_date_valid(d) ||
	    !take_char(&v, 'T') || !take_digits(&v, 2, &h) ||
	    !take_char(&v, ':') || !take_digits(&v, 2, &m) ||
	    !take_char(&v, ':') || !take_digits(&v, 2, &s) || h > 23 ||
	    m > 59 || s > 59)
		return false;
	if (take_char(&v, '.')) {
		n = v.n > 0 ? v.n - 1 : 0;
		if (n == 0 || n > 6 || !take_digits(&v, n, &us))
			return false;
		for (digits = (int64_t)n; digits < 6; digits++)
			us *= 10;
	}
	*out_us = (crm_date_days(d) * CRM_DAY_S + h * 3600 + m * 60 + s) *
		CRM_SECOND_US +
	    us;
	return take_char(&v, 'Z') && v.n == 0;
}

static const struct crm_err *
get_date(struct crm_view v, struct crm_buf *out)
{
	struct crm_view rest = v;
	struct crm_date d;

	if (!take_date(&rest, &d) || rest.n > 0)
		return not_a("a date", v);
	crm_value_put_date(out, d);
	return NULL;
}

static const struct crm_err *
get_span(struct crm_view v, struct crm_buf *out)
{
	char p[CRM_VARINT_MAX];
	uint64_t n;

	if (v.n < 2 || memchr("dwmy", v.p[v.n - 1], 4) == NULL ||
	    !crm_num_u64(crm_view(v.p, v.n - 1), UINT32_MAX, &n))
		return not_a("a span", v);
	crm_buf_add(out, p, crm_varint_put(p, n));
	crm_buf_addc(out, v.p[v.n - 1]);
	return NULL;
}

/* A value that stands in quotes. */
static const struct crm_err *
get_quoted(const struct crm_field *f, struct crm_view v, struct crm_buf *out)
{
	char link[CRM_LINK_MAX];
	int64_t at_us;
	uint64_t id;
	uint8_t num;

	switch ((enum crm_type)f->type) {
	case CRM_T_DATE:
		return get_date(v, out);
	case CRM_T_TIME:
		if (!get_time(v, &at_us))
			return not_a("a time", v);
		crm_value_put_time(out, at_us);
		return NULL;
	case CRM_T_SPAN:
		return get_span(v, out);
	case CRM_T_CURRENCY:
		num = crm_currency_num(v);
		if (num == 0)
			return not_a("a currency", v);
		crm_buf_addc(out, (char)num);
		return NULL;
	case CRM_T_CHOICE:
		crm_word_put(out, v);
		return NULL;
	case CRM_T_LINK:
		if (!crm_id_parse(v, &id))
			return not_a("an id", v);
		crm_buf_add(out, link, crm_link_put(link, id));
		return NULL;
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_BOOL:
		return not_a(
		    f->type == CRM_T_BOOL ? "true or false" : "a number", v);
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_PHONE:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_NTYPES:
		break;
	}
	crm_buf_addv(out, v);
	return NULL;
}

/* One value, whose token was taken. */
static const struct crm_err *
get_one(const struct crm_field *f, enum crm_json_token token, struct crm_view v,
    struct crm_buf *out)
{
	struct crm_dec d;

	if (token == CRM_JSON_STRING) {
		if (v.n == 0 || memchr(v.p, '\0', v.n) != NULL)
			return crm_err(CRM_E_DATA,
			    v.n == 0 ? "a value is empty" : "a NUL in a text");
		return get_quoted(f, v, out);
	}
	if (token == CRM_JSON_NUMBER && crm_value_is_bare(f) &&
	    f->type != CRM_T_BOOL && crm_dec_parse(v, '.', &d)) {
		crm_value_put_dec(out, d);
		return NULL;
	}
	if ((token == CRM_JSON_TRUE || token == CRM_JSON_FALSE) &&
	    f->type == CRM_T_BOOL) {
		crm_buf_addc(out, token == CRM_JSON_TRUE);
		return NULL;
	}
	return not_a(crm_type_name((enum crm_type)f->type), v);
}

/* The rest of {"hex":"0a1b"}. */
static const struct crm_err *
get_hex(struct crm_json *j, struct crm_buf *out)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view v;
	size_t was = out->n;

	err = crm_json_next(j, &token, &v);
	if (err == NULL && (token != CRM_JSON_KEY || !crm_view_is(v, "hex")))
		return crm_err(CRM_E_DATA, "expected \"hex\"");
	if (err == NULL)
		err = crm_json_next(j, &token, &v);
	if (err == NULL &&
	    (token != CRM_JSON_STRING || !crm_hex_get(v, out) || out->n == was))
		return crm_err(
		    CRM_E_DATA, "expected hexadecimal digits in pairs");
	if (err == NULL)
		err = crm_json_next(j, &token, &v);
	if (err == NULL && token != CRM_JSON_OBJECT_END)
		return crm_err(CRM_E_DATA, "expected '}' behind \"hex\"");
	return err;
}

/* The rest of an array of values. */
static const struct crm_err *
get_many(struct crm_exact *e, struct crm_json *j, const struct crm_field *f,
    struct crm_buf *out)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view v;
	size_t n = 0, i, from = 0;

	crm_buf_reset(&e->bytes);
	for (;;) {
		err = crm_json_next(j, &token, &v);
		if (err != NULL || token == CRM_JSON_ARRAY_END)
			break;
		err = get_one(f, token, v, &e->bytes);
		if (err != NULL)
			return err;
		e->part = crm_grow(e->part, &e->cap, n + 1, sizeof(*e->part));
		e->part[n++].n = e->bytes.n - from;
		from = e->bytes.n;
	}
	if (err == NULL && n == 0)
		err = crm_err(CRM_E_DATA, "an array is empty");
	if (err == NULL)
		err = crm_buf_end(&e->bytes);
	for (i = 0, from = 0; err == NULL && i < n; i++) {
		e->part[i].p = e->bytes.p + from;
		from += e->part[i].n;
	}
	if (err == NULL)
		crm_many_put(out, e->part, n);
	return err;
}

const struct crm_err *
crm_exact_get(struct crm_exact *e, struct crm_json *j,
    const struct crm_field *f, struct crm_buf *out)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view v;

	err = crm_json_next(j, &token, &v);
	if (err != NULL || token == CRM_JSON_NULL)
		return err;
	if (token == CRM_JSON_OBJECT)
		return get_hex(j, out);
	if ((f->flags & CRM_F_MANY) == 0)
		return get_one(f, token, v, out);
	if (token != CRM_JSON_ARRAY)
		return crm_err(CRM_E_DATA, "expected an array");
	return get_many(e, j, f, out);
}

const struct crm_err *
crm_exact_get_text(struct crm_json *j, struct crm_buf *out)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view v;

	err = crm_json_next(j, &token, &v);
	if (err != NULL)
		return err;
	if (token == CRM_JSON_OBJECT)
		return get_hex(j, out);
	if (token != CRM_JSON_STRING)
		return crm_err(CRM_E_DATA, "expected a text");
	crm_buf_addv(out, v);
	return NULL;
}
