/*
 * value - single values: read from text, printed, compared.
 *
 * How one value stands in a record, by type:
 *   text email phone url tag   UTF-8 in NFC, not empty
 *   date      4 bytes: year u16 big-endian (0: none), month, day
 *   time      5 bytes: seconds since 1970, signed, little-endian; or 8 bytes:
 *             microseconds, when there is a fraction
 *   span      n varint, unit letter
 *   number percent money   scale u8, zigzag varint of the units; number and
 *             percent with the smallest scale, money with its currency's
 *   currency  1 byte: crm_currency_num()
 *   bool      1 byte, 0 or 1
 *   choice    crm_word_put()
 *   link      crm_link_put()
 * Many values: count varint, a length varint each, then their bytes.
 */
#ifndef CRM_VALUE_H
#define CRM_VALUE_H

#include "base/date.h"
#include "base/money.h"
#include "record/dial.h"
#include "record/id.h"
#include "record/schema.h"

/* What reading a value may need. */
struct crm_value_ctx {
	const struct crm_clock *clock;
	char point; /* decimal point of foreign files: '.' or ',' */
	struct crm_arena *arena; /* scratch for normalizing text */
	/*
	 * Find the record that a text names.
	 *
	 * out     its id, or what the caller puts in its place for later
	 *
	 * Fails with DATA: no such record, several.
	 */
	const struct crm_err *(*link)(void *ctx, const struct crm_field *,
	    struct crm_view who, uint64_t *out);
	void *link_ctx;
	/* Who "me" is, where a field says who of us; NULL: a word like any. */
	const char *user;
};

/*
 * Read one value.
 *
 * text      as a person or a file wrote it; UTF-8 without NUL
 * json      the text is a JSON number: its point is '.' whatever ctx says
 * out       the value is appended as it stands in a record; nothing for a
 *           text that is empty or only blanks
 * currency  of money: set to the code that the text named, else left alone;
 *           may be NULL: then naming one is refused
 *
 * Money keeps the digits behind the point as written: crm_rec_finish() gives
 * it those of its currency.
 *
 * Fails with DATA: what is wrong, the text in quotes, without the field.
 */
CRM_CHECK const struct crm_err *crm_value_parse(const struct crm_value_ctx *,
    const struct crm_field *, struct crm_view text, bool json,
    struct crm_buf *out, char currency[4]);

/* Add a value as text: as TSV and CSV have it before escaping. */
void crm_value_add_text(
    struct crm_buf *, const struct crm_field *, struct crm_view value);

/* Is the value of a field its text, byte for byte? */
static inline bool
crm_value_is_text(const struct crm_field *f)
{
	return f->type == CRM_T_TEXT || f->type == CRM_T_EMAIL ||
	    f->type == CRM_T_PHONE || f->type == CRM_T_URL ||
	    f->type == CRM_T_TAG;
}

/* Does JSON have it bare (a number or a bool), not as a string? */
bool crm_value_is_bare(const struct crm_field *);

/*
 * Add a key whose byte order is the order of values, and which is equal for
 * values that are equal when folded.  Phones: their digits backwards, so that
 * a number without its country is a beginning.
 */
void crm_value_add_key(
    struct crm_buf *, const struct crm_field *, struct crm_view value);

/*
 * The digits of a phone number, of any script, backwards; at most 40.  Left out
 * are an extension, the "00" that stands for "+", and "(0)" behind the number
 * of the country.
 *
 * home    the plan by which numbers without that of their country are written:
 *         where it makes a number of E.164 of this one, the digits are those
 *         of that; NULL: none is
 */
#define CRM_PHONE_KEY 40
size_t crm_phone_key(
    const struct crm_dial *home, struct crm_view, char out[CRM_PHONE_KEY]);

/*
 * How the key of a number begins that is meant by this one: the number without
 * the trunk prefix where it was written without that of its country.
 *
 * whole   set to whether that of the country was written too: then it is all
 *         of the key
 */
size_t crm_phone_end(const struct crm_dial *home, struct crm_view,
    char out[CRM_PHONE_KEY], bool *whole);

/*
 * A phone number as E.164 has it, "+4930123456".
 *
 * home    NULL: only of numbers with that of their country
 *
 * Returns its length; 0: it cannot be told.
 */
size_t crm_phone_e164(
    const struct crm_dial *home, struct crm_view, char out[CRM_E164_MAX + 1]);

/*
 * A phone number of the country at hand as it is dialled there, "030123456".
 *
 * Returns its length; 0: it is of another one, or it cannot be told.
 */
size_t crm_phone_at_home(
    const struct crm_dial *home, struct crm_view, char out[CRM_PHONE_KEY]);

/* Single types, put into and taken out of their stored form. */
void crm_value_put_date(struct crm_buf *, struct crm_date);
bool crm_value_get_date(struct crm_view, struct crm_date *);
void crm_value_put_time(struct crm_buf *, int64_t at_us);
bool crm_value_get_time(struct crm_view, int64_t *at_us);
void crm_value_put_dec(struct crm_buf *, struct crm_dec);
static inline bool
crm_value_get_dec(struct crm_view v, struct crm_dec *out)
{
	uint64_t u;

	if (v.n < 2 || (uint8_t)v.p[0] > CRM_DEC_SCALE_MAX ||
	    crm_varint_get(v.p + 1, v.n - 1, &u) != v.n - 1)
		return false;
	out->scale = (uint8_t)v.p[0];
	out->m = crm_unzigzag(u);
	return out->m != INT64_MIN;
}

bool crm_value_get_span(struct crm_view, struct crm_span *);

/* The values of a field, one by one. */
struct crm_many {
	struct crm_view lengths; /* of those not handed out yet */
	struct crm_view bytes;
	uint64_t left;
};

/*
 * Begin to go through the values of a stored field.
 *
 * many    does the field hold many (CRM_F_MANY)?  Else it is the one value
 */
static inline void
crm_many_begin(struct crm_many *m, struct crm_view stored, bool many)
{
	uint64_t len, sum = 0, i;
	size_t n, at, first;

	m->left = 0;
	m->lengths = CRM_VNULL;
	m->bytes = CRM_VNULL;
	if (!many) {
		m->left = stored.n > 0;
		m->bytes = stored;
		return;
	}
	first = crm_varint_get(stored.p, stored.n, &m->left);
	if (first == 0 || m->left > stored.n) {
		m->left = 0;
		return;
	}
	for (i = 0, at = first; i < m->left; i++, at += n) {
		n = crm_varint_get(stored.p + at, stored.n - at, &len);
		if (n == 0 || len > stored.n)
			break;
		sum += len;
	}
	if (i < m->left || sum != stored.n - at) {
		m->left = 0; /* damaged: as if it were empty */
		return;
	}
	m->lengths = crm_view(stored.p + first, at - first);
	m->bytes = crm_view_skip(stored, at);
}

static inline bool
crm_many_next(struct crm_many *m, struct crm_view *out)
{
	uint64_t len = m->bytes.n;
	size_t n;

	if (m->left == 0)
		return false;
	m->left--;
	if (m->lengths.p != NULL) {
		n = crm_varint_get(m->lengths.p, m->lengths.n, &len);
		m->lengths = crm_view_skip(m->lengths, n);
	}
	*out = crm_view(m->bytes.p, len);
	m->bytes = crm_view_skip(m->bytes, len);
	return true;
}

/* Is there but one of many values, as mostly, and a short one? */
static inline bool
crm_many_is_one(struct crm_view stored, struct crm_view *out)
{
	if (stored.n < 2 || stored.p[0] != 1 || (stored.p[1] & 0x80) != 0 ||
	    stored.n != 2 + (size_t)stored.p[1])
		return false;
	*out = crm_view_skip(stored, 2);
	return true;
}

uint64_t crm_many_count(struct crm_view stored, bool many);

/*
 * Put many values together.
 *
 * n       at least 1
 */
void crm_many_put(struct crm_buf *, const struct crm_view *value, size_t n);

#endif
