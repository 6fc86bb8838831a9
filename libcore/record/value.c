#include "record/value.h"

#include "base/fold.h"
#include "record/value_impl.h"
#include "record/word.h"

void
crm_value_put_date(struct crm_buf *b, struct crm_date d)
{
	char p[4];

	crm_be16(p, (uint16_t)d.year);
	p[2] = (char)d.month;
	p[3] = (char)d.day;
	crm_buf_add(b, p, 4);
}

bool
crm_value_get_date(struct crm_view v, struct crm_date *out)
{
	if (v.n != 4)
		return false;
	out->year = (int16_t)crm_be16_get(v.p);
	out->month = (uint8_t)v.p[2];
	out->day = (uint8_t)v.p[3];
	return out->month >= 1 && out->month <= 12 && out->day >= 1 &&
	    out->day <= 31 && out->year >= 0 && out->year <= 9999;
}

void
crm_value_put_time(struct crm_buf *b, int64_t at_us)
{
	char p[8];

	if (at_us % CRM_SECOND_US != 0) {
		crm_le64(p, (uint64_t)at_us);
		crm_buf_add(b, p, 8);
		return;
	}
	crm_le64(p, (uint64_t)(at_us / CRM_SECOND_US));
	crm_buf_add(b, p, 5);
}

bool
crm_value_get_time(struct crm_view v, int64_t *at_us)
{
	char p[8] = { 0 };
	int64_t s;

	if (v.n == 8) {
		*at_us = (int64_t)crm_le64_get(v.p);
		return true;
	}
	if (v.n != 5)
		return false;
	memcpy(p, v.p, 5);
	s = (int64_t)(crm_le64_get(p) << 24) / (1 << 24); /* sign of 40 bits */
	*at_us = s * CRM_SECOND_US;
	return true;
}

void
crm_value_put_dec(struct crm_buf *b, struct crm_dec d)
{
	char *to = crm_buf_room(b, 1 + CRM_VARINT_MAX);

	if (to == NULL)
		return;
	to[0] = (char)d.scale;
	crm_buf_used(b, 1 + crm_varint_put(to + 1, crm_zigzag(d.m)));
}

bool
crm_value_get_span(struct crm_view v, struct crm_span *out)
{
	uint64_t n;

	if (v.n < 2 || crm_varint_get(v.p, v.n - 1, &n) != v.n - 1 ||
	    n > UINT32_MAX)
		return false;
	out->n = (uint32_t)n;
	out->unit = v.p[v.n - 1];
	return true;
}

static const struct crm_err *
parse_number(const struct crm_value_ctx *ctx, const struct crm_field *f,
    struct crm_view v, bool json, struct crm_buf *out)
{
	struct crm_view text = v;
	struct crm_money m;
	bool ok;

	if (f->type == CRM_T_PERCENT && v.n > 1 && v.p[v.n - 1] == '%')
		text = crm_view_trim(crm_view(v.p, v.n - 1));
	m.currency[0] = '\0';
	ok = json ? crm_dec_parse(text, '.', &m.dec)
		  : crm_money_parse(text, ctx->point, &m);
	if (!ok || m.currency[0] != '\0')
		return crm_err(
		    CRM_E_DATA, "'%.*s' is not a number", CRM_VARG(v));
	m.dec = crm_dec_trim(m.dec);
	if (f->type == CRM_T_PERCENT &&
	    (m.dec.m < 0 || crm_dec_cmp(m.dec, (struct crm_dec){ 100, 0 }) > 0))
		return crm_err(
		    CRM_E_DATA, "'%.*s' is not between 0 and 100", CRM_VARG(v));
	crm_value_put_dec(out, m.dec);
	return NULL;
}

static const struct crm_err *
parse_money(const struct crm_value_ctx *ctx, struct crm_view v, bool json,
    struct crm_buf *out, char currency[4])
{
	const char *sign, *codes;
	struct crm_money m;
	char other;

	if (!crm_money_parse(v, json ? '.' : ctx->point, &m)) {
		sign = crm_money_shared_sign(v, &codes);
		if (sign != NULL)
			return crm_err(CRM_E_DATA,
			    "'%.*s': %s is the sign of %.11s%s: write the code "
			    "too, such as '%.*s %.3s'",
			    CRM_VARG(v), sign, codes,
			    strlen(codes) > 11 ? " and others" : "",
			    CRM_VARG(v), codes);
		other = json || ctx->point == ',' ? '.' : ',';
		return crm_err(CRM_E_DATA, "'%.*s' is not an amount of money%s",
		    CRM_VARG(v),
		    json || !crm_money_parse(v, other, &m) ? ""
			: other == ','
			? " (its decimal point is a comma: write a point)"
			: " (its decimal point is a point: write a comma)");
	}
	if (m.currency[0] != '\0') {
		if (currency == NULL)
			return crm_err(CRM_E_DATA,
			    "'%.*s': no currency is taken here", CRM_VARG(v));
		memcpy(currency, m.currency, 4);
	}
	crm_value_put_dec(out, m.dec);
	return NULL;
}

static const struct crm_err *
parse_currency(struct crm_view v, struct crm_buf *out)
{
	char code[3];
	uint8_t num;
	size_t i;

	for (i = 0; i < 3 && v.n == 3; i++)
		code[i] = (char)(v.p[i] >= 'a' && v.p[i] <= 'z' ? v.p[i] & ~0x20
								: v.p[i]);
	num = crm_currency_num(crm_view(code, v.n == 3 ? 3 : 0));
	if (num == 0)
		return crm_err(CRM_E_DATA,
		    "'%.*s' is not a currency of ISO 4217", CRM_VARG(v));
	crm_buf_addc(out, (char)num);
	return NULL;
}

static const struct crm_err *
parse_bool(struct crm_view v, struct crm_buf *out)
{
	static const char yes[] = "true\0yes\0y\0t\0on\0001\0";
	static const char no[] = "false\0no\0n\0f\0off\0000\0";

	if (crm_words_find(yes, v) != NULL)
		crm_buf_addc(out, 1);
	else if (crm_words_find(no, v) != NULL)
		crm_buf_addc(out, 0);
	else
		return crm_err(
		    CRM_E_DATA, "'%.*s' is not true or false", CRM_VARG(v));
	return NULL;
}

/* The words of a choice for a message: "a, b or c", cut when there are many. */
static void
list_words(const char *words, char *out, size_t size)
{
	const char *w;
	size_t n = 0;

	out[0] = '\0';
	for (w = words; w != NULL && *w != '\0'; w += strlen(w) + 1) {
		if (n + strlen(w) + 8 > size)
			return;
		if (n > 0) {
			memcpy(out + n, ", ", 3);
			n += 2;
		}
		memcpy(out + n, w, strlen(w) + 1);
		n += strlen(w);
	}
}

static const struct crm_err *
parse_choice(const struct crm_field *f, struct crm_view v, struct crm_buf *out)
{
	const char *word = crm_words_find(f->choices, v);
	char list[400];

	if (word == NULL && (f->flags & CRM_F_XWORDS) != 0 && v.n > 2 &&
	    crm_view_starts(v, CRM_V("x-")) && crm_name_ok(v)) {
		crm_buf_addv(out, v);
		return NULL;
	}
	if (word != NULL) {
		crm_word_put(out, crm_view_str(word));
		return NULL;
	}
	word = crm_word_near(f->choices, v);
	if (word != NULL)
		return crm_err(CRM_E_DATA,
		    "unknown '%.*s' (did you mean '%s'?)", CRM_VARG(v), word);
	list_words(f->choices, list, sizeof(list));
	return crm_err(
	    CRM_E_DATA, "unknown '%.*s' (one of: %s)", CRM_VARG(v), list);
}

/* A key that was made of a doc without a system: DOC/1. */
static bool
is_doc_line(struct crm_view v)
{
	size_t n = v.n;

	while (n > 0 && v.p[n - 1] >= '0' && v.p[n - 1] <= '9')
		n--;
	return n > 1 && n < v.n && v.p[n - 1] == '/';
}

/* Add a text whose lines end with a newline, however they did. */
static void
add_lines(struct crm_buf *out, struct crm_view v)
{
	size_t n;

	for (;;) {
		n = crm_view_find(v, '\r');
		crm_buf_add(out, v.p, n);
		if (n == v.n)
			return;
		crm_buf_addc(out, '\n');
		n += n + 1 < v.n && v.p[n + 1] == '\n' ? 2 : 1;
		v = crm_view_skip(v, n);
	}
}

static const struct crm_err *
parse_text(const struct crm_value_ctx *ctx, const struct crm_field *f,
    struct crm_view v, struct crm_buf *out)
{
	size_t colon = 0;

	if (ctx->user != NULL && crm_view_is(v, "me") && crm_field_is_user(f))
		v = crm_view_str(ctx->user);
	v = crm_nfc(ctx->arena, v);
	if (f->type == CRM_T_TAG && crm_view_find(v, ',') < v.n)
		return crm_err(
		    CRM_E_DATA, "'%.*s': a tag has no commas", CRM_VARG(v));
	if (f->num == CRM_N_REF || f->num == CRM_EVENT_KEY)
		colon = crm_view_find(v, ':');
	if (f->num == CRM_N_REF && (colon == 0 || colon + 1 >= v.n))
		return crm_err(CRM_E_DATA,
		    "'%.*s' is not a ref (SYSTEM:ID, such as shop:4711; "
		    "--map COLUMN=ref:shop puts it in front)",
		    CRM_VARG(v));
	if (f->num == CRM_EVENT_KEY && strcmp(f->name, "key") == 0 &&
	    (colon == 0 || colon + 1 >= v.n) && !is_doc_line(v))
		return crm_err(CRM_E_DATA,
		    "'%.*s' is not a key (SYSTEM:ID, such as shop:4711/2; "
		    "--map COLUMN=key:shop puts it in front)",
		    CRM_VARG(v));
	add_lines(out, v);
	return NULL;
}

static const struct crm_err *
parse_link(const struct crm_value_ctx *ctx, const struct crm_field *f,
    struct crm_view v, struct crm_buf *out)
{
	const struct crm_err *err;
	char link[CRM_LINK_MAX];
	uint64_t id;

	err = ctx->link(ctx->link_ctx, f, crm_nfc(ctx->arena, v), &id);
	if (err == NULL)
		crm_buf_add(out, link, crm_link_put(link, id));
	return err;
}

/* What is not free text; without blanks around it, not empty. */
static const struct crm_err *
parse_typed(const struct crm_value_ctx *ctx, const struct crm_field *f,
    struct crm_view v, bool json, struct crm_buf *out, char currency[4])
{
	const struct crm_err *err;
	char text[CRM_VARINT_MAX + 1];
	struct crm_date date;
	struct crm_span span;
	int64_t at_us;
	size_t n;

	switch ((enum crm_type)f->type) {
	case CRM_T_EMAIL:
		return crm_parse_email(crm_nfc(ctx->arena, v), out);
	case CRM_T_PHONE:
		return crm_parse_phone(crm_nfc(ctx->arena, v), out);
	case CRM_T_URL:
		return crm_parse_url(crm_nfc(ctx->arena, v), out);
	case CRM_T_DATE:
		err = crm_date_parse(ctx->clock, v, &date);
		if (err == NULL && date.year == 0 &&
		    (f->flags & CRM_F_YEARLESS) == 0)
			err = crm_err(
			    CRM_E_DATA, "'%.*s' has no year", CRM_VARG(v));
		if (err == NULL)
			crm_value_put_date(out, date);
		return err;
	case CRM_T_TIME:
		err = crm_time_parse(ctx->clock, v, &at_us);
		if (err == NULL)
			crm_value_put_time(out, at_us);
		return err;
	case CRM_T_SPAN:
		err = crm_span_parse(v, &span);
		if (err != NULL)
			return err;
		n = crm_varint_put(text, span.n);
		text[n] = span.unit;
		crm_buf_add(out, text, n + 1);
		return NULL;
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
		return parse_number(ctx, f, v, json, out);
	case CRM_T_MONEY:
		return parse_money(ctx, v, json, out, currency);
	case CRM_T_CURRENCY:
		return parse_currency(v, out);
	case CRM_T_BOOL:
		return parse_bool(v, out);
	case CRM_T_CHOICE:
		return parse_choice(f, v, out);
	case CRM_T_LINK:
		return parse_link(ctx, f, v, out);
	case CRM_T_TEXT:
	case CRM_T_TAG:
	case CRM_NTYPES:
		break;
	}
	return parse_text(ctx, f, v, out);
}

const struct crm_err *
crm_value_parse(const struct crm_value_ctx *ctx, const struct crm_field *f,
    struct crm_view v, bool json, struct crm_buf *out, char currency[4])
{
	v = crm_view_trim(v);
	if (v.n == 0)
		return NULL;
	if (f->type == CRM_T_TEXT || f->type == CRM_T_TAG)
		return parse_text(ctx, f, v, out);
	return parse_typed(ctx, f, v, json, out, currency);
}

void
crm_value_add_text(
    struct crm_buf *b, const struct crm_field *f, struct crm_view v)
{
	char text[CRM_TIME_TEXT];
	const char *code;
	struct crm_date date;
	struct crm_span span;
	struct crm_dec dec;
	int64_t at_us;
	uint64_t id;

	switch ((enum crm_type)f->type) {
	case CRM_T_DATE:
		if (crm_value_get_date(v, &date))
			crm_buf_add(b, text, crm_date_put(text, date));
		return;
	case CRM_T_TIME:
		if (crm_value_get_time(v, &at_us))
			crm_buf_add(b, text, crm_time_put(text, at_us));
		return;
	case CRM_T_SPAN:
		if (crm_value_get_span(v, &span))
			crm_buf_add(b, text, crm_span_put(text, span));
		return;
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
		if (crm_value_get_dec(v, &dec))
			crm_buf_add(b, text, crm_dec_put(text, dec));
		return;
	case CRM_T_CURRENCY:
		code = v.n == 1 ? crm_currency_code((uint8_t)v.p[0]) : NULL;
		if (code != NULL)
			crm_buf_add(b, code, 3);
		return;
	case CRM_T_BOOL:
		crm_buf_adds(b, v.n == 1 && v.p[0] == 1 ? "true" : "false");
		return;
	case CRM_T_CHOICE:
		crm_buf_addv(b, crm_word_get(v));
		return;
	case CRM_T_LINK:
		id = crm_link_get(v);
		if (id != 0)
			crm_buf_add(b, text, crm_id_put(text, id));
		return;
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_PHONE:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_NTYPES:
		break;
	}
	crm_buf_addv(b, v);
}

bool
crm_value_is_bare(const struct crm_field *f)
{
	return f->type == CRM_T_NUMBER || f->type == CRM_T_PERCENT ||
	    f->type == CRM_T_MONEY || f->type == CRM_T_BOOL;
}

/* 16 bytes, big-endian, the sign bit turned: units of 10^-18. */
static void
add_dec_key(struct crm_buf *b, struct crm_dec d)
{
	__extension__ __int128 v = d.m;
	char p[16];

	for (; d.scale < CRM_DEC_SCALE_MAX; d.scale++)
		v *= 10;
	crm_be64(p, (uint64_t)(v >> 64) ^ (uint64_t)1 << 63);
	crm_be64(p + 8, (uint64_t)v);
	crm_buf_add(b, p, 16);
}

void
crm_value_add_key(
    struct crm_buf *b, const struct crm_field *f, struct crm_view v)
{
	static const struct {
		char unit;
		uint16_t days;
	} units[] = { { 'd', 1 }, { 'w', 7 }, { 'm', 30 }, { 'y', 365 } };
	struct crm_span span;
	struct crm_dec dec;
	char p[CRM_PHONE_KEY];
	int64_t at_us;
	size_t i;

	switch ((enum crm_type)f->type) {
	case CRM_T_TIME:
		if (!crm_value_get_time(v, &at_us))
			return;
		crm_be64(p, (uint64_t)at_us ^ (uint64_t)1 << 63);
		crm_buf_add(b, p, 8);
		return;
	case CRM_T_SPAN:
		if (!crm_value_get_span(v, &span))
			return;
		for (i = 0; i < 3 && units[i].unit != span.unit; i++)
			;
		crm_be64(p, (uint64_t)span.n * units[i].days);
		crm_buf_add(b, p, 8);
		return;
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
		if (crm_value_get_dec(v, &dec))
			add_dec_key(b, dec);
		return;
	case CRM_T_LINK:
		crm_be64(p, crm_link_get(v));
		crm_buf_add(b, p, 8);
		return;
	case CRM_T_PHONE:
		crm_buf_add(b, p, crm_phone_key(f->dial, v, p));
		return;
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_URL:
	case CRM_T_TAG:
		crm_fold(b, v);
		return;
	case CRM_T_DATE:
	case CRM_T_CURRENCY:
	case CRM_T_BOOL:
	case CRM_T_CHOICE:
	case CRM_NTYPES:
		break;
	}
	crm_buf_addv(b, v);
}

uint64_t
crm_many_count(struct crm_view stored, bool many)
{
	struct crm_many m;

	crm_many_begin(&m, stored, many);
	return m.left;
}

void
crm_many_put(struct crm_buf *b, const struct crm_view *value, size_t n)
{
	char p[CRM_VARINT_MAX];
	size_t i;

	crm_buf_add(b, p, crm_varint_put(p, n));
	for (i = 0; i < n; i++)
		crm_buf_add(b, p, crm_varint_put(p, value[i].n));
	for (i = 0; i < n; i++)
		crm_buf_addv(b, value[i]);
}
