#include "base/fold.h"

#include <stdio.h>
#include <utf8proc.h>

#include "base/short.h"
#include "base/utf8.h"

#define RULES "2"

const char *
crm_fold_version(void)
{
	static char version[32];

	if (version[0] == '\0')
		(void)snprintf(version, sizeof(version), "%s/%s", RULES,
		    utf8proc_unicode_version());
	return version;
}

#define SECOND 0x8000 /* in comb_index: it joins with what is before it */

static utf8proc_ssize_t
compose(struct crm_view v, utf8proc_uint8_t **out)
{
	*out = NULL;
	return utf8proc_map((const utf8proc_uint8_t *)v.p,
	    (utf8proc_ssize_t)v.n, out,
	    (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
}

/* Is a code point that has parts its own NFC?  Most text uses few of these:
 * what was found out is remembered. */
static bool
is_whole(uint32_t cp)
{
	static _Thread_local struct {
		uint32_t cp; /* 0: empty */
		bool is;
	} memo[256];
	uint32_t slot = (cp ^ cp >> 8) % 256;
	utf8proc_uint8_t *out;
	utf8proc_ssize_t n;
	struct crm_view v;
	char text[4];

	if (memo[slot].cp == cp)
		return memo[slot].is;
	v = crm_view(text, crm_utf8_put(text, cp));
	n = compose(v, &out);
	memo[slot].cp = cp;
	memo[slot].is = n >= 0 && crm_view_eq(crm_view(out, (size_t)n), v);
	crm_free(out);
	return memo[slot].is;
}

/* What stands before a code point: the class of a mark, or 0; and whether the
 * letter may join with what follows. */
struct before {
	int mark;
	bool joins;
};

/* May a code point stand there in NFC?  If it may join, no. */
static bool
fits_nfc(uint32_t cp, struct before *b)
{
	const utf8proc_property_t *p;
	int mark = b->mark;
	bool second;

	if (cp >= 0x1160 && cp <= 0x11ff) /* vowels and finals of Hangul */
		return false;
	p = utf8proc_get_property((utf8proc_int32_t)cp);
	second = p->comb_index != UINT16_MAX && p->comb_index >= SECOND;
	if ((second && b->joins) ||
	    (p->combining_class != 0 && p->combining_class < mark) ||
	    (p->decomp_seqindex != UINT16_MAX && !is_whole(cp)))
		return false;
	b->mark = p->combining_class;
	if (b->mark == 0) /* what has parts may join by the first of them */
		b->joins = (p->comb_index != UINT16_MAX && !second) ||
		    p->decomp_seqindex != UINT16_MAX;
	return true;
}

/* Is a text of at most 16 bytes plain? */
static bool
is_short_ascii(struct crm_view v)
{
	struct crm_short s;

	return crm_short_of(v, &s) &&
	    ((s.word[0] | s.word[1]) & 0x8080808080808080u) == 0;
}

/* The quick check of Unicode: no, where it takes more to know. */
static bool
is_nfc(struct crm_view v)
{
	static const struct before plain = { 0, true }; /* below U+0300 */
	struct before b = { 0, false };
	uint32_t cp = 0;
	size_t i, len;

	for (i = 0; i < v.n; i += len) {
		if (v.n - i >= 8 && crm_le64_is_ascii(v.p + i)) {
			len = 8;
			b = plain;
			continue;
		}
		if ((unsigned char)v.p[i] < 0xcc) {
			len = (unsigned char)v.p[i] < 0x80 ? 1 : 2;
			b = plain;
			continue;
		}
		len = crm_utf8_get(v.p + i, v.n - i, &cp);
		if (len == 0 || !fits_nfc(cp, &b))
			return false;
	}
	return true;
}

/* NFC of a text that is not known to be that. */
static struct crm_view
make_nfc(struct crm_arena *a, struct crm_view v)
{
	utf8proc_uint8_t *out;
	utf8proc_ssize_t n;
	struct crm_view r = v;

	if (is_nfc(v))
		return v;
	n = compose(v, &out);
	if (n >= 0 && !crm_view_eq(crm_view(out, (size_t)n), v))
		r = crm_view(
		    crm_arena_dup(a, (char *)out, (size_t)n), (size_t)n);
	crm_free(out);
	return r;
}

struct crm_view
crm_nfc(struct crm_arena *a, struct crm_view v)
{
	return is_short_ascii(v) ? v : make_nfc(a, v);
}

/* Marks that are left out: of Latin, Greek, Cyrillic and Arabic. */
static bool
is_dropped(uint32_t cp)
{
	static const uint32_t range[][2] = { { 0x300, 0x36f }, { 0x483, 0x489 },
		{ 0x610, 0x61a }, { 0x640, 0x640 }, { 0x64b, 0x65f },
		{ 0x670, 0x670 }, { 0x6d6, 0x6dc }, { 0x6df, 0x6e4 },
		{ 0x6e7, 0x6e8 }, { 0x6ea, 0x6ed }, { 0x8d3, 0x8ff },
		{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff },
		{ 0xfe20, 0xfe2f } };
	size_t i;

	for (i = 0; i < sizeof(range) / sizeof(range[0]); i++)
		if (cp >= range[i][0] && cp <= range[i][1])
			return true;
	return false;
}

int
crm_digit_of(uint32_t cp)
{
	/* The zeros of the decimal digits of Unicode 15 that are in use and
	 * that NFKC leaves alone. */
	static const uint32_t zero[] = { 0x30, 0x660, 0x6f0, 0x7c0, 0x966,
		0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
		0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810 };
	size_t i;

	if (cp < zero[1])
		return cp >= '0' && cp <= '9' ? (int)(cp - '0') : -1;
	for (i = 1; i < sizeof(zero) / sizeof(zero[0]); i++)
		if (cp >= zero[i] && cp <= zero[i] + 9)
			return (int)(cp - zero[i]);
	return -1;
}

/* Letters without a decomposition that people type in a plainer form. */
static const char *
plainer(uint32_t cp)
{
	static const struct {
		uint32_t from;
		const char *to;
	} map[] = { { 0xe6, "ae" }, { 0xf0, "d" }, { 0xf8, "o" },
		{ 0xfe, "th" }, { 0x111, "d" }, { 0x127, "h" }, { 0x131, "i" },
		{ 0x142, "l" }, { 0x153, "oe" }, { 0x167, "t" },
		{ 0x629, "\xdb\x81" }, /* teh marbuta: as heh */
		{ 0x643, "\xda\xa9" }, /* kaf: U+06A9 */
		{ 0x647, "\xdb\x81" }, /* heh: U+06C1 */
		{ 0x649, "\xdb\x8c" }, /* yeh: U+06CC */
		{ 0x64a, "\xdb\x8c" }, { 0x671, "\xd8\xa7" }, /* alef */
		{ 0x6c3, "\xdb\x81" }, { 0x6d5, "\xdb\x81" }, /* heh */
		{ 0x2019, "'" } };
	static const char digits[] =
	    "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
	int digit = crm_digit_of(cp);
	size_t i;

	if (digit >= 0)
		return digits + 2 * digit;
	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (map[i].from == cp)
			return map[i].to;
	return NULL;
}

/* The folded form of one code point: at most 18 code points (U+FDFA). */
#define FOLD_MAX 80

static size_t
fold_cp(uint32_t cp, char out[FOLD_MAX])
{
	const utf8proc_property_t *prop;
	utf8proc_int32_t part[24];
	utf8proc_ssize_t n, i;
	const char *p;
	size_t len = 0;
	bool dropped = false;
	int bound = 0;

	if (cp >= 0xac00 && cp <= 0xd7a3) /* Hangul stays in syllables */
		return crm_utf8_put(out, cp);
	n = utf8proc_decompose_char((utf8proc_int32_t)cp, part, 24,
	    (utf8proc_option_t)(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
		UTF8PROC_CASEFOLD | UTF8PROC_IGNORE),
	    &bound);
	for (i = 0; i < n; i++) {
		if (is_dropped((uint32_t)part[i])) {
			dropped = true;
			continue;
		}
		p = plainer((uint32_t)part[i]);
		if (p != NULL) {
			memcpy(out + len, p, strlen(p));
			len += strlen(p);
		} else
			len += crm_utf8_put(out + len, (uint32_t)part[i]);
	}
	/* Where nothing was left out, vowel signs and kana stay composed. */
	prop = utf8proc_get_property((utf8proc_int32_t)cp);
	if (!dropped && n > 1 && prop->decomp_type == 0 &&
	    prop->casefold_seqindex == UINT16_MAX)
		return crm_utf8_put(out, cp);
	return len;
}

/* Most text uses few different characters: remember their folded forms. */
#define MEMO_SIZE 1024 /* a power of two */
#define MEMO_BYTES 7

static _Thread_local struct {
	uint32_t cp; /* 0: empty */
	uint8_t len;
	char text[MEMO_BYTES];
} memo[MEMO_SIZE];

static void
fold_other(struct crm_buf *b, uint32_t cp)
{
	uint32_t slot = (cp ^ cp >> 10) % MEMO_SIZE;
	char out[FOLD_MAX];
	size_t len;

	if (memo[slot].cp == cp) {
		crm_buf_add(b, memo[slot].text, memo[slot].len);
		return;
	}
	len = fold_cp(cp, out);
	crm_buf_add(b, out, len);
	if (len <= MEMO_BYTES) {
		memo[slot].cp = cp;
		memo[slot].len = (uint8_t)len;
		memcpy(memo[slot].text, out, len);
	}
}

/* Eight bytes of ASCII with small letters. */
static uint64_t
small_letters(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t from_a = w + ones * (0x80 - 'A');
	uint64_t behind_z = w + ones * (0x7f - 'Z');

	return w | ((from_a ^ behind_z) & ones << 7) >> 2;
}

void
crm_fold(struct crm_buf *b, struct crm_view v)
{
	uint32_t cp = 0;
	size_t i, len, n;
	char *to;

	for (i = 0; i < v.n; i += len) {
		to = crm_buf_room(b, v.n - i);
		if (to == NULL)
			return;
		for (n = 0; v.n - i >= 8 && crm_le64_is_ascii(v.p + i);
		     i += 8, n += 8)
			crm_le64(to + n, small_letters(crm_le64_get(v.p + i)));
		for (; i < v.n && (unsigned char)v.p[i] < 0x80; i++, n++) {
			unsigned char c = (unsigned char)v.p[i];

			to[n] = (char)(c + ((c >= 'A' && c <= 'Z') << 5));
		}
		crm_buf_used(b, n);
		if (i == v.n)
			return;
		len = crm_utf8_get(v.p + i, v.n - i, &cp);
		if (len == 0)
			len = 1;
		else
			fold_other(b, cp);
	}
}

bool
crm_fold_eq(struct crm_view x, struct crm_view y)
{
	struct crm_buf a = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	bool eq;

	if (crm_view_eq(x, y))
		return true;
	crm_fold(&a, x);
	crm_fold(&b, y);
	eq = crm_view_eq(crm_buf_view(&a), crm_buf_view(&b));
	crm_buf_release(&a);
	crm_buf_release(&b);
	return eq;
}

void
crm_words_begin(struct crm_words *w, struct crm_view folded)
{
	w->rest = folded;
	w->run = CRM_VNULL;
	w->in_run = false;
}

/* Scripts that put no blanks between words. */
static bool
is_unspaced(uint32_t cp)
{
	return (cp >= 0xe00 && cp < 0xf00) || /* Thai, Lao */
	    (cp >= 0x1000 && cp < 0x10a0) ||  /* Burmese */
	    (cp >= 0x1780 && cp < 0x1800) ||  /* Khmer */
	    (cp >= 0x3040 && cp < 0x3100) ||  /* kana */
	    (cp >= 0x3400 && cp < 0xa000) ||  /* Han */
	    (cp >= 0xf900 && cp < 0xfb00) ||  /* Han, compatibility */
	    (cp >= 0x20000 && cp < 0x32000);  /* Han, extensions */
}

/* Letters, marks and numbers, a bit a category. */
#define WORD_CATEGORIES \
	(1u << UTF8PROC_CATEGORY_LU | 1u << UTF8PROC_CATEGORY_LL | \
	    1u << UTF8PROC_CATEGORY_LT | 1u << UTF8PROC_CATEGORY_LM | \
	    1u << UTF8PROC_CATEGORY_LO | 1u << UTF8PROC_CATEGORY_MN | \
	    1u << UTF8PROC_CATEGORY_MC | 1u << UTF8PROC_CATEGORY_ME | \
	    1u << UTF8PROC_CATEGORY_ND | 1u << UTF8PROC_CATEGORY_NL | \
	    1u << UTF8PROC_CATEGORY_NO)

/* Whether a character is part of a word, and how its script parts words. */
enum script { SCRIPT_OTHER, SCRIPT_WORD, SCRIPT_UNSPACED };

#define ONES 0x0101010101010101u
#define HIGH (0x80 * ONES)

/* The high bit of each byte that is a letter or digit of ASCII. */
static uint64_t
ascii_words(uint64_t w)
{
	uint64_t x = w & ~HIGH, small = x | 0x20 * ONES;
	uint64_t letter =
	    (small + (0x80 - 'a') * ONES) & ~(small + (0x7f - 'z') * ONES);
	uint64_t digit = (x + (0x80 - '0') * ONES) & ~(x + (0x7f - '9') * ONES);

	return (letter | digit) & HIGH & ~w;
}

static bool
is_ascii_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c >= 'A' && c <= 'Z');
}

/* How many letters and digits of ASCII a text begins with. */
static size_t
ascii_run(struct crm_view v)
{
	uint64_t other;
	size_t i;

	for (i = 0; v.n - i >= 8; i += 8) {
		other = HIGH & ~ascii_words(crm_le64_get(v.p + i));
		if (other != 0)
			return i + (size_t)__builtin_ctzll(other) / 8;
	}
	while (i < v.n && is_ascii_word((unsigned char)v.p[i]))
		i++;
	return i;
}

static enum script
script_of(uint32_t cp)
{
	if (cp < 0x80)
		return is_ascii_word((unsigned char)cp) ? SCRIPT_WORD
							: SCRIPT_OTHER;
	if (is_unspaced(cp))
		return SCRIPT_UNSPACED;
	if ((WORD_CATEGORIES >> utf8proc_category((utf8proc_int32_t)cp) & 1) !=
	    0)
		return SCRIPT_WORD;
	return SCRIPT_OTHER;
}

/* The run of one script at the beginning of v, and its script. */
static struct crm_view
take_run(struct crm_view v, enum script *script)
{
	uint32_t cp = 0;
	size_t i = ascii_run(v), len;
	enum script c;

	*script = i > 0 ? SCRIPT_WORD : SCRIPT_OTHER;
	if (i > 0 && i < v.n && (unsigned char)v.p[i] < 0x80)
		return crm_view(v.p, i); /* most words end so */
	for (; i < v.n; i += len) {
		len = crm_utf8_get(v.p + i, v.n - i, &cp);
		if (len == 0) {
			len = 1;
			c = SCRIPT_OTHER;
		} else
			c = script_of(cp);
		if (i == 0)
			*script = c;
		else if (c != *script)
			break;
	}
	return crm_view(v.p, i);
}

/* What is left behind blanks and signs of ASCII. */
static struct crm_view
skip_signs(struct crm_view v)
{
	size_t i = 0;

	while (i < v.n && (unsigned char)v.p[i] < 0x80 &&
	    !is_ascii_word((unsigned char)v.p[i]))
		i++;
	return crm_view_skip(v, i);
}

static size_t
char_len(struct crm_view v)
{
	uint32_t cp;
	size_t len = v.n > 0 ? crm_utf8_get(v.p, v.n, &cp) : 0;

	return len > 0 ? len : v.n > 0;
}

/* The next pair of characters of the run; a lone character stands alone. */
static void
take_pair(struct crm_words *w, struct crm_view *out)
{
	size_t a = char_len(w->run), b;

	b = char_len(crm_view_skip(w->run, a));
	*out = crm_view(w->run.p, a + b);
	w->run = crm_view_skip(w->run, a);
	if (w->run.n == b)
		w->in_run = false;
}

static struct crm_view
cut_token(struct crm_view v)
{
	size_t n = CRM_TOKEN_MAX;

	if (v.n <= CRM_TOKEN_MAX)
		return v;
	while (n > 0 && ((unsigned char)v.p[n] & 0xc0) == 0x80)
		n--;
	return crm_view(v.p, n);
}

bool
crm_words_next(struct crm_words *w, struct crm_view *out)
{
	struct crm_view run;
	enum script script;

	while (!w->in_run) {
		w->rest = skip_signs(w->rest);
		if (w->rest.n == 0)
			return false;
		run = take_run(w->rest, &script);
		w->rest = crm_view_skip(w->rest, run.n);
		if (script == SCRIPT_WORD) {
			*out = cut_token(run);
			return true;
		}
		if (script == SCRIPT_UNSPACED) {
			w->run = run;
			w->in_run = true;
		}
	}
	take_pair(w, out);
	return true;
}
