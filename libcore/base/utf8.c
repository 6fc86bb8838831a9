#include "base/utf8.h"

#include <utf8proc.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

size_t
crm_utf8_get(const char *p, size_t n, uint32_t *out)
{
	const unsigned char *s = (const unsigned char *)p;
	uint32_t cp, min;
	size_t len, i;

	if (s[0] < 0x80) {
		*out = s[0];
		return 1;
	}
	if (s[0] >= 0xc2 && s[0] < 0xe0) {
		len = 2;
		cp = s[0] & 0x1f;
		min = 0x80;
	} else if (s[0] >= 0xe0 && s[0] < 0xf0) {
		len = 3;
		cp = s[0] & 0x0f;
		min = 0x800;
	} else if (s[0] >= 0xf0 && s[0] < 0xf5) {
		len = 4;
		cp = s[0] & 0x07;
		min = 0x10000;
	} else
		return 0;
	if (n < len)
		return 0;
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (s[i] & 0x3f);
	}
	if (cp < min || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return 0;
	*out = cp;
	return len;
}

size_t
crm_utf8_put(char *out, uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

#ifdef __SSE2__
/* Which of 16 bytes are not ASCII, or NUL: a bit each. */
static inline unsigned int
others_at(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);

	return (unsigned int)_mm_movemask_epi8(
	    _mm_or_si128(v, _mm_cmpeq_epi8(v, _mm_setzero_si128())));
}
#endif

/* Bytes of v, from i on, that are ASCII and not NUL: many at a time. */
static size_t
skip_ascii(struct crm_view v, size_t i)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
	uint64_t w;
#ifdef __SSE2__
	unsigned int others;

	for (; v.n - i >= 16; i += 16) {
		others = others_at(v.p + i);
		if (others != 0)
			return i + (size_t)__builtin_ctz(others);
	}
#endif

	while (v.n - i >= 8) {
		w = crm_le64_get(v.p + i);
		if (((w | (w - ones)) & high) != 0)
			break;
		i += 8;
	}
	while (i < v.n && (unsigned char)v.p[i] < 0x80 && v.p[i] != '\0')
		i++;
	return i;
}

size_t
crm_utf8_check(struct crm_view v)
{
	uint32_t cp;
	size_t i = 0, len;

	for (;;) {
		i = skip_ascii(v, i);
		if (i == v.n || v.p[i] == '\0')
			return i;
		len = crm_utf8_get(v.p + i, v.n - i, &cp);
		if (len == 0)
			return i;
		i += len;
	}
}

bool
crm_utf8_is_ascii(struct crm_view v)
{
	size_t i = 0;

	while (i < v.n) {
		i = skip_ascii(v, i);
		if (i < v.n && (unsigned char)v.p[i++] >= 0x80)
			return false;
	}
	return true;
}

/*
 * Columns of a character as terminals count them, that is as wcwidth() of
 * glibc does: other than for utf8proc a spacing mark (the vowel signs of
 * Bengali and Tamil) takes one, and a Hangul vowel or final that joins the
 * letter before it takes none.
 */
static size_t
width_of(uint32_t cp)
{
	int w = utf8proc_charwidth((utf8proc_int32_t)cp);

	if (w == 0 &&
	    utf8proc_category((utf8proc_int32_t)cp) == UTF8PROC_CATEGORY_MC)
		return 1;
	if ((cp >= 0x1160 && cp <= 0x11ff) || (cp >= 0xd7b0 && cp <= 0xd7fb))
		return 0;
	return w > 0 ? (size_t)w : 0;
}

struct crm_view
crm_utf8_cut(struct crm_view v, size_t cols, size_t *width)
{
	uint32_t cp = 0;
	size_t i = 0, used = 0, len, w;

	while (i < v.n) {
		len = crm_utf8_get(v.p + i, v.n - i, &cp);
		if (len == 0) {
			len = 1;
			w = 1;
		} else
			w = width_of(cp);
		if (used + w > cols)
			break;
		used += w;
		i += len;
	}
	if (width != NULL)
		*width = used;
	return crm_view(v.p, i);
}

size_t
crm_utf8_width(struct crm_view v)
{
	size_t width;

	(void)crm_utf8_cut(v, SIZE_MAX, &width);
	return width;
}

static bool
is_harmful(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 ||
	    cp == 0x2029 || (cp >= 0x202a && cp <= 0x202e) ||
	    (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200e || cp == 0x200f ||
	    cp == 0x061c || cp == 0xfeff || cp == 0x2060;
}

bool
crm_utf8_is_safe(struct crm_view v)
{
	uint32_t cp = 0;
	size_t i, len;

	for (i = 0; i < v.n; i += len) {
		len = crm_utf8_get(v.p + i, v.n - i, &cp);
		if (len == 0 || is_harmful(cp))
			return false;
	}
	return true;
}

void
crm_utf8_add_safe(struct crm_buf *b, struct crm_view v)
{
	uint32_t cp = 0;
	size_t i, len;

	for (i = 0; i < v.n; i += len) {
		len = crm_utf8_get(v.p + i, v.n - i, &cp);
		if (len == 0) {
			len = 1;
			crm_buf_addf(b, "\\x%02x", (unsigned char)v.p[i]);
		} else if (!is_harmful(cp))
			crm_buf_add(b, v.p + i, len);
		else if (cp < 0x100)
			crm_buf_addf(b, "\\x%02x", (unsigned int)cp);
		else
			crm_buf_addf(b, "\\u{%x}", (unsigned int)cp);
	}
}
