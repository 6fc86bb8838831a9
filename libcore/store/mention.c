#include "store/mention.h"

#include "base/find.h"
#include "base/fold.h"
#include "base/utf8.h"
#include "record/value.h"

#define LEAST_DIGITS 7
/* What is left of a number without that of the country, and without the 0 in
 * front of it. */
#define LAST_DIGITS 8

void
crm_mention_init(struct crm_mention *m)
{
	memset(m, 0, sizeof(*m));
	m->folded.max = m->words.max = m->digits.max = (size_t)1 << 30;
}

void
crm_mention_release(struct crm_mention *m)
{
	crm_free(m->needle);
	crm_arena_release(&m->arena);
	crm_buf_release(&m->folded);
	crm_buf_release(&m->words);
	crm_buf_release(&m->digits);
}

static void
fold(struct crm_mention *m, struct crm_view text)
{
	crm_buf_reset(&m->folded);
	crm_fold(&m->folded, text);
}

/* The words of the folded text with a blank before and behind each; how many.
 */
static size_t
take_words(struct crm_mention *m)
{
	struct crm_words w;
	struct crm_view v;
	size_t n = 0;

	crm_buf_reset(&m->words);
	crm_buf_addc(&m->words, ' ');
	crm_words_begin(&w, crm_buf_view(&m->folded));
	while (crm_words_next(&w, &v)) {
		crm_buf_addv(&m->words, v);
		crm_buf_addc(&m->words, ' ');
		n++;
	}
	return n;
}

/* May there be a number in a text?  Digits of other scripts are not looked for
 * here. */
static bool
may_have_number(struct crm_view text)
{
	size_t i, n = 0;

	for (i = 0; i < text.n && n < LEAST_DIGITS; i++) {
		if ((unsigned char)text.p[i] >= 0x80)
			return true;
		n += text.p[i] >= '0' && text.p[i] <= '9';
	}
	return n == LEAST_DIGITS;
}

/* The longest of some words with blanks between. */
static struct crm_view
longest(struct crm_view words)
{
	struct crm_view best = CRM_VNULL;
	size_t n;

	for (; words.n > 0; words = crm_view_skip(words, n)) {
		n = crm_view_find(words, ' ');
		if (n > best.n)
			best = crm_view(words.p, n);
		n += n < words.n;
	}
	return best;
}

/* The digits of a text; what people put between those of a number is left
 * out, other text parts them. */
static void
take_digits(struct crm_mention *m, struct crm_view text)
{
	size_t i, len;
	uint32_t cp;
	int d;

	crm_buf_reset(&m->digits);
	for (i = 0; i < text.n; i += len) {
		len = crm_utf8_get(text.p + i, text.n - i, &cp);
		if (len == 0)
			len = 1;
		d = crm_digit_of(cp);
		if (d >= 0)
			crm_buf_addc(&m->digits, (char)('0' + d));
		else if (cp >= 0x80 || strchr(" -./()+", (int)cp) == NULL)
			crm_buf_addc(&m->digits, ' ');
	}
}

static void
add(struct crm_mention *m, struct crm_view said, struct crm_view piece,
    bool digits)
{
	struct crm_needle *n;

	m->needle = crm_grow(m->needle, &m->cap, m->n + 1, sizeof(*m->needle));
	n = &m->needle[m->n++];
	n->said = crm_view(crm_arena_dup(&m->arena, said.p, said.n), said.n);
	n->piece =
	    crm_view(crm_arena_dup(&m->arena, piece.p, piece.n), piece.n);
	n->digits = digits;
	n->longest = digits ? n->piece : longest(n->piece);
}

/* The digits of a number, backwards: without what is put before it at home, if
 * enough is left. */
static size_t
digits_of(const struct crm_dial *home, struct crm_view value,
    char back[CRM_PHONE_KEY])
{
	bool whole;
	size_t n;

	n = home != NULL ? crm_phone_end(home, value, back, &whole) : 0;
	return n < LEAST_DIGITS ? crm_phone_key(NULL, value, back) : n;
}

void
crm_mention_add(
    struct crm_mention *m, const struct crm_field *f, struct crm_view value)
{
	char back[CRM_PHONE_KEY], last[LAST_DIGITS];
	size_t n, i;

	if (f->type != CRM_T_PHONE) {
		fold(m, value);
		if (take_words(m) > 1)
			add(m, value, crm_buf_view(&m->words), false);
		return;
	}
	n = digits_of(f->dial, value, back);
	if (n < LEAST_DIGITS)
		return;
	if (n > LAST_DIGITS)
		n = LAST_DIGITS;
	for (i = 0; i < n; i++)
		last[i] = back[n - 1 - i];
	add(m, value, crm_view(last, n), true);
}

struct crm_view
crm_mention_find(struct crm_mention *m, struct crm_view text)
{
	bool folded = false, words = false, digits = false;
	bool number = may_have_number(text);
	struct crm_view in;
	size_t i;

	for (i = 0; i < m->n; i++) {
		const struct crm_needle *n = &m->needle[i];

		if (n->digits) {
			if (!number)
				continue;
			if (!digits)
				take_digits(m, text);
			digits = true;
			in = crm_buf_view(&m->digits);
		} else {
			if (!folded)
				fold(m, text);
			folded = true;
			in = crm_buf_view(&m->folded);
			if (crm_find(in, n->longest) == in.n)
				continue;
			if (!words)
				(void)take_words(m);
			words = true;
			in = crm_buf_view(&m->words);
		}
		if (crm_find(in, n->piece) < in.n)
			return n->said;
	}
	return CRM_VNULL;
}
