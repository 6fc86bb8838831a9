#include "format/json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

enum state {
	VALUE, /* a value must follow */
	FIRST, /* behind '{' or '[': an item or the end */
	AFTER, /* behind a value: ',' and an item, or the end */
};

#ifdef __SSE2__
/* Which of 16 bytes are '"', '\' or controls: a bit each. */
static inline unsigned int
marks_at(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i seen = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));

	seen = _mm_or_si128(seen, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	seen = _mm_or_si128(
	    seen, _mm_cmpeq_epi8(v, _mm_min_epu8(v, _mm_set1_epi8(' ' - 1))));
	return (unsigned int)_mm_movemask_epi8(seen);
}
#endif

/* How many bytes there are before the first '"', '\' or control. */
static size_t
plain_run(const char *p, size_t n)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
	uint64_t w, quote, slash, stop;
	size_t i = 0;
#ifdef __SSE2__
	unsigned int marks;

	for (; n - i >= 16; i += 16) {
		marks = marks_at(p + i);
		if (marks != 0)
			return i + (size_t)__builtin_ctz(marks);
	}
#endif

	/* A borrow can mark only bytes above one that is truly marked: the
	 * lowest mark is right. */
	for (; n - i >= 8; i += 8) {
		w = crm_le64_get(p + i);
		quote = w ^ ones * '"';
		slash = w ^ ones * '\\';
		stop = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
		    ((w - ones * ' ') & ~w);
		stop &= high;
		if (stop != 0)
			return i + (size_t)__builtin_ctzll(stop) / 8;
	}
	while (
	    i < n && (unsigned char)p[i] >= ' ' && p[i] != '"' && p[i] != '\\')
		i++;
	return i;
}

/* Fail at a place in the input. */
static const struct crm_err *
fail_at(const struct crm_json *j, size_t pos, const char *what)
{
	size_t i, column = 1;

	for (i = 0; i < pos; i++)
		if (((unsigned char)j->in.p[i] & 0xc0) != 0x80)
			column++;
	if (pos >= j->in.n)
		return crm_err(
		    CRM_E_DATA, "column %zu: cut short, %s", column, what);
	return crm_err(CRM_E_DATA, "column %zu: %s", column, what);
}

static const struct crm_err *
fail(const struct crm_json *j, const char *what)
{
	return fail_at(j, j->pos, what);
}

/* Skip blanks; the byte behind them, NUL at the end of the input. */
static char
peek(struct crm_json *j)
{
	const char *p = j->in.p;
	size_t i = j->pos, n = j->in.n;

	if (i < n && (unsigned char)p[i] > ' ') /* as most writers write it */
		return p[i];
	while (i < n &&
	    (p[i] == ' ' || p[i] == '\n' || p[i] == '\r' || p[i] == '\t'))
		i++;
	j->pos = i;
	return i < n ? p[i] : '\0';
}

/* Four digits behind "\u"; false when they are none. */
static bool
read_hex(const struct crm_json *j, size_t pos, uint32_t *out)
{
	uint32_t v = 0;
	size_t i;

	if (j->in.n - pos < 4)
		return false;
	for (i = 0; i < 4; i++) {
		char c = j->in.p[pos + i];

		v <<= 4;
		if (c >= '0' && c <= '9')
			v |= (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v |= (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

/* An escape "\uXXXX", or two that are one character. */
static const struct crm_err *
read_unicode(struct crm_json *j)
{
	uint32_t cp, low;
	char text[4];
	size_t at = j->pos;

	if (!read_hex(j, at + 2, &cp))
		return fail_at(j, at, "bad escape, '\\u' needs four digits");
	j->pos += 6;
	if (cp >= 0xd800 && cp < 0xe000) {
		if (cp >= 0xdc00 || j->in.n - j->pos < 6 ||
		    memcmp(j->in.p + j->pos, "\\u", 2) != 0 ||
		    !read_hex(j, j->pos + 2, &low) || low < 0xdc00 ||
		    low >= 0xe000)
			return fail_at(j, at, "half of a surrogate pair");
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		j->pos += 6;
	}
	crm_buf_add(j->scratch, text, crm_utf8_put(text, cp));
	return NULL;
}

static const struct crm_err *
read_escape(struct crm_json *j)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *which;

	if (j->in.n - j->pos < 2)
		return fail_at(j, j->in.n, "the string is not closed");
	if (j->in.p[j->pos + 1] == 'u')
		return read_unicode(j);
	which = memchr(from, j->in.p[j->pos + 1], sizeof(from) - 1);
	if (which == NULL)
		return fail(j, "bad escape");
	crm_buf_addc(j->scratch, to[which - from]);
	j->pos += 2;
	return NULL;
}

/* A string that holds escapes; pos is behind its first quote. */
static const struct crm_err *
read_escaped(struct crm_json *j, struct crm_view *text)
{
	const struct crm_err *err;
	const char *p = j->in.p;
	size_t run, from = j->scratch->n;

	/* A text never grows when it is unescaped. */
	if (crm_buf_room(j->scratch, j->in.n - from) == NULL)
		return crm_buf_end(j->scratch);
	for (;;) {
		run = plain_run(p + j->pos, j->in.n - j->pos);
		crm_buf_add(j->scratch, p + j->pos, run);
		j->pos += run;
		if (j->pos == j->in.n)
			return fail(j, "the string is not closed");
		if (p[j->pos] == '"')
			break;
		if (p[j->pos] != '\\')
			return fail(j, "a control character in a string");
		err = read_escape(j);
		if (err != NULL)
			return err;
	}
	j->pos++;
	*text = crm_view_skip(crm_buf_view(j->scratch), from);
	return NULL;
}

static const struct crm_err *
read_string(struct crm_json *j, struct crm_view *text)
{
	const char *p = j->in.p + ++j->pos;
	size_t left = j->in.n - j->pos, run = plain_run(p, left);

	if (run == left || p[run] != '"')
		return read_escaped(j, text);
	*text = crm_view(p, run);
	j->pos += run + 1;
	return NULL;
}

static bool
skip_digits(struct crm_json *j)
{
	size_t from = j->pos;

	while (j->pos < j->in.n && j->in.p[j->pos] >= '0' &&
	    j->in.p[j->pos] <= '9')
		j->pos++;
	return j->pos > from;
}

static bool
skip_byte(struct crm_json *j, char c)
{
	if (j->pos == j->in.n || j->in.p[j->pos] != c)
		return false;
	j->pos++;
	return true;
}

static const struct crm_err *
read_number(struct crm_json *j, struct crm_view *text)
{
	size_t from = j->pos;

	(void)skip_byte(j, '-');
	if (skip_byte(j, '0')) {
		if (skip_digits(j))
			return fail_at(j, from, "a number begins with 0");
	} else if (!skip_digits(j))
		return fail(j, "expected a digit");
	if (skip_byte(j, '.') && !skip_digits(j))
		return fail(j, "expected a digit");
	if (skip_byte(j, 'e') || skip_byte(j, 'E')) {
		if (!skip_byte(j, '-'))
			(void)skip_byte(j, '+');
		if (!skip_digits(j))
			return fail(j, "expected a digit");
	}
	*text = crm_view(j->in.p + from, j->pos - from);
	return NULL;
}

static const struct crm_err *
read_word(struct crm_json *j, const char *word, struct crm_view *text)
{
	*text = crm_view_skip(j->in, j->pos);
	if (!crm_view_starts(*text, crm_view_str(word)))
		return fail(j, "expected a value");
	text->n = strlen(word);
	j->pos += text->n;
	return NULL;
}

static bool
in_object(const struct crm_json *j)
{
	return (j->is_object >> (j->depth - 1) & 1) != 0;
}

static const struct crm_err *
open_level(struct crm_json *j, enum crm_json_token token, struct crm_view *text)
{
	uint32_t object = token == CRM_JSON_OBJECT;

	if (j->depth == CRM_JSON_DEPTH_MAX)
		return crm_err(
		    CRM_E_DATA, "nested deeper than %d", CRM_JSON_DEPTH_MAX);
	j->is_object &= ~((uint32_t)1 << j->depth);
	j->is_object |= object << j->depth;
	j->depth++;
	j->state = FIRST;
	*text = crm_view(j->in.p + j->pos++, 1);
	return NULL;
}

static void
close_level(
    struct crm_json *j, enum crm_json_token *token, struct crm_view *text)
{
	*token = in_object(j) ? CRM_JSON_OBJECT_END : CRM_JSON_ARRAY_END;
	*text = crm_view(j->in.p + j->pos++, 1);
	j->depth--;
	j->state = AFTER;
}

static const struct crm_err *
read_key(struct crm_json *j, struct crm_view *text)
{
	const struct crm_err *err;

	if (peek(j) != '"')
		return fail(j, "expected a key in quotes");
	err = read_string(j, text);
	if (err != NULL)
		return err;
	if (peek(j) != ':')
		return fail(j, "expected ':'");
	j->pos++;
	j->state = VALUE;
	return NULL;
}

static const struct crm_err *
read_value(
    struct crm_json *j, enum crm_json_token *token, struct crm_view *text)
{
	char c = peek(j);

	j->state = AFTER;
	switch (c) {
	case '"':
		*token = CRM_JSON_STRING;
		return read_string(j, text);
	case '{':
		*token = CRM_JSON_OBJECT;
		return open_level(j, *token, text);
	case '[':
		*token = CRM_JSON_ARRAY;
		return open_level(j, *token, text);
	case 't':
		*token = CRM_JSON_TRUE;
		return read_word(j, "true", text);
	case 'f':
		*token = CRM_JSON_FALSE;
		return read_word(j, "false", text);
	case 'n':
		*token = CRM_JSON_NULL;
		return read_word(j, "null", text);
	default:
		if (c != '-' && (c < '0' || c > '9'))
			return fail(j, "expected a value");
		*token = CRM_JSON_NUMBER;
		return read_number(j, text);
	}
}

/* Behind the one value. */
static const struct crm_err *
read_end(struct crm_json *j, enum crm_json_token *token, struct crm_view *text)
{
	(void)peek(j);
	if (j->pos < j->in.n)
		return fail(j, "more than one value");
	*token = CRM_JSON_END;
	*text = crm_view(j->in.p + j->pos, 0);
	return NULL;
}

void
crm_json_begin(struct crm_json *j, struct crm_view in, struct crm_buf *scratch)
{
	j->in = in;
	j->pos = 0;
	j->depth = 0;
	j->is_object = 0;
	j->state = VALUE;
	j->scratch = scratch;
	crm_buf_reset(scratch);
}

const struct crm_err *
crm_json_next(
    struct crm_json *j, enum crm_json_token *token, struct crm_view *text)
{
	bool object;
	char c;

	if (j->state == VALUE)
		return read_value(j, token, text);
	if (j->depth == 0)
		return read_end(j, token, text);
	object = in_object(j);
	c = peek(j);
	if (c == (object ? '}' : ']')) {
		close_level(j, token, text);
		return NULL;
	}
	if (j->state == AFTER) {
		if (c != ',')
			return fail(j,
			    object ? "expected ',' or '}'"
				   : "expected ',' or ']'");
		j->pos++;
	}
	if (!object)
		return read_value(j, token, text);
	*token = CRM_JSON_KEY;
	return read_key(j, text);
}

/* Are n bytes the same?  Most keys are of 4 to 16 with their quotes: those are
 * two words, which may overlap. */
static inline bool
is_same(const char *a, const char *b, size_t n)
{
	if (n >= 8 && n <= 16)
		return crm_le64_get(a) == crm_le64_get(b) &&
		    crm_le64_get(a + n - 8) == crm_le64_get(b + n - 8);
	if (n >= 4 && n < 8)
		return crm_le32_get(a) == crm_le32_get(b) &&
		    crm_le32_get(a + n - 4) == crm_le32_get(b + n - 4);
	return memcmp(a, b, n) == 0;
}

bool
crm_json_take_key(struct crm_json *j, struct crm_view quoted)
{
	const char *p = j->in.p + j->pos;
	size_t comma = j->state == AFTER, n = comma + quoted.n;

	if (j->state == VALUE || j->depth == 0 || !in_object(j) ||
	    j->in.n - j->pos < n || (comma && *p != ',') ||
	    !is_same(p + comma, quoted.p, quoted.n))
		return false;
	j->pos += n;
	j->state = VALUE;
	return true;
}

bool
crm_json_take_string(struct crm_json *j, struct crm_view *text)
{
	const char *p = j->in.p + j->pos;
	size_t left = j->in.n - j->pos, run;

	if (j->state != VALUE || left < 2 || *p != '"')
		return false;
	run = plain_run(++p, --left);
	if (run == left || p[run] != '"')
		return false;
	*text = crm_view(p, run);
	j->pos += run + 2;
	j->state = AFTER;
	return true;
}

bool
crm_json_is_plain(struct crm_view v)
{
	return plain_run(v.p, v.n) == v.n;
}

static void
add_escaped(struct crm_buf *b, char c)
{
	switch (c) {
	case '"':
	case '\\':
		crm_buf_addc(b, '\\');
		crm_buf_addc(b, c);
		break;
	case '\n':
		crm_buf_add(b, "\\n", 2);
		break;
	case '\r':
		crm_buf_add(b, "\\r", 2);
		break;
	case '\t':
		crm_buf_add(b, "\\t", 2);
		break;
	default:
		crm_buf_addf(b, "\\u%04x", (unsigned int)(unsigned char)c);
	}
}

void
crm_json_add_string(struct crm_buf *b, struct crm_view v)
{
	size_t run;

	crm_buf_addc(b, '"');
	for (;;) {
		run = plain_run(v.p, v.n);
		crm_buf_add(b, v.p, run);
		if (run == v.n)
			break;
		add_escaped(b, v.p[run]);
		v = crm_view_skip(v, run + 1);
	}
	crm_buf_addc(b, '"');
}
