/* Folding and words in many scripts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "base/fold.h"
#include "base/mem.h"
#include "base/utf8.h"

static void
folded(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "ŁUKASZ Żółć", "lukasz zolc" },
		{ "Straße", "strasse" },
		{ "Müller", "muller" },
		{ "Nguyễn Đức", "nguyen duc" },
		{ "Søren Æbelø", "soren aebelo" },
		{ "İstanbul ısı", "istanbul isi" },
		{ "Ἀθήνα Ёлка", "αθηνα елка" },
		{ "ﬁn Ｆｕｌｌ ½", "fin full 1⁄2" },
		{ "রহিম বন্দ্যোপাধ্যায়", "রহিম বন্দ্যোপাধ্যায়" },
		{ "லட்சுமி", "லட்சுமி" },
		{ "नीला", "नीला" },
		/* Arabic: harakat go, yeh and kaf become the Urdu letters */
		{ "مُحَمَّد علي", "محمد علی" },
		{ "كريم", "کریم" },
		{ "فاطمة", "فاطمہ" },
		{ "ٱلله", "اللہ" },
		{ "৪২ ٤٢ ۴۲ ௪௨", "42 42 42 42" },
		{ "한국어", "한국어" },
		{ "O’Connor", "o'connor" },
		{ "a\u200db", "ab" },
	};
	struct crm_buf b = CRM_BUF_INIT(4096);
	struct crm_arena a = CRM_ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		crm_buf_reset(&b);
		crm_fold(&b, crm_nfc(&a, crm_view_str(cases[i].in)));
		/* Bengali ya with nukta is two code points in NFC */
		if (!crm_view_eq(crm_buf_view(&b),
			crm_nfc(&a, crm_view_str(cases[i].out))))
			print_message("%s: %s\n", cases[i].in, b.p);
		assert_true(crm_view_eq(
		    crm_buf_view(&b), crm_nfc(&a, crm_view_str(cases[i].out))));
	}
	assert_true(crm_fold_eq(CRM_V("Łódź"), CRM_V("lodz")));
	assert_false(crm_fold_eq(CRM_V("কা"), CRM_V("ক")));
	crm_buf_release(&b);
	crm_arena_release(&a);
}

/* What is wrong is found where it is, in texts of some words. */
static void
utf8(void **state)
{
	static const char *const wrong[] = { "\x80", "\xc1\xbf", "\xff", "" };
	char text[60];
	size_t i, n, k;

	(void)state;
	for (n = 3; n < sizeof(text); n++) {
		for (i = 0; i + 2 < n; i++) {
			memset(text, 'a', sizeof(text));
			memcpy(text + i, "\xc3\xa9", 2);
			assert_int_equal(crm_utf8_check(crm_view(text, n)), n);
			for (k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++) {
				memset(text, 'a', sizeof(text));
				memcpy(
				    text + i, wrong[k], strlen(wrong[k]) + 1);
				assert_int_equal(
				    crm_utf8_check(crm_view(text, n)), i);
			}
		}
	}
}

/* Folding what is folded changes nothing; all of it is UTF-8. */
static void
folded_twice(void **state)
{
	struct crm_buf x = CRM_BUF_INIT(1000), y = CRM_BUF_INIT(1000);
	struct crm_arena a = CRM_ARENA_INIT;
	uint32_t cp;
	char text[4];

	(void)state;
	for (cp = 1; cp < 0x110000; cp++) {
		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		crm_buf_reset(&x);
		crm_buf_reset(&y);
		crm_arena_reset(&a);
		crm_fold(
		    &x, crm_nfc(&a, crm_view(text, crm_utf8_put(text, cp))));
		assert_int_equal(crm_utf8_check(crm_buf_view(&x)), x.n);
		crm_fold(&y, crm_buf_view(&x));
		if (!crm_view_eq(crm_buf_view(&x), crm_buf_view(&y)))
			fail_msg("U+%04X folds otherwise the second time", cp);
	}
	crm_buf_release(&x);
	crm_buf_release(&y);
	crm_arena_release(&a);
}

static void
nfc(void **state)
{
	struct crm_arena a = CRM_ARENA_INIT;
	struct crm_view v = CRM_V("e\xcc\x81"), ascii = CRM_V("plain");
	struct crm_view alef = CRM_V("\xd8\xa7\xd9\x84");

	(void)state;
	assert_true(crm_view_eq(crm_nfc(&a, v), CRM_V("é")));
	assert_ptr_equal(crm_nfc(&a, ascii).p, ascii.p);
	/* a first and a second letter of Hangul make a syllable; an alef stays
	 * as it is, unless a hamza follows */
	assert_true(
	    crm_view_eq(crm_nfc(&a, CRM_V("12345678\xe1\x84\x80\xe1\x85\xa1")),
		CRM_V("12345678\xea\xb0\x80")));
	assert_ptr_equal(crm_nfc(&a, alef).p, alef.p);
	assert_true(crm_view_eq(
	    crm_nfc(&a, CRM_V("\xd8\xa7\xd9\x94")), CRM_V("\xd8\xa3")));
	crm_arena_release(&a);
}

/* What the library makes of a text. */
static void
is_as_composed(struct crm_arena *a, struct crm_view v)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n =
	    utf8proc_map((const utf8proc_uint8_t *)v.p, (utf8proc_ssize_t)v.n,
		&out, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
	struct crm_view got = crm_nfc(a, v);

	assert_true(n >= 0);
	if (!crm_view_eq(got, crm_view(out, (size_t)n)))
		fail_msg("'%.*s' is composed otherwise", CRM_VARG(v));
	crm_free(out);
}

/* Whether a text is in NFC already is told at a glance: as the library has it,
 * of each code point, and of some that have to do with each other. */
static void
nfc_as_the_library(void **state)
{
	struct crm_arena a = CRM_ARENA_INIT;
	static uint32_t odd[1 << 16];
	uint32_t cp, n = 0, seed = 1, i, k;
	char text[5 * 4];
	size_t len;

	(void)state;
	for (cp = 1; cp < 0x30000; cp++) {
		const utf8proc_property_t *p =
		    utf8proc_get_property((utf8proc_int32_t)cp);

		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		is_as_composed(&a, crm_view(text, crm_utf8_put(text, cp)));
		crm_arena_reset(&a);
		if ((cp >= 0x1100 && cp < 0x1200) || p->combining_class != 0 ||
		    p->comb_index != UINT16_MAX ||
		    (p->decomp_seqindex != UINT16_MAX && p->decomp_type == 0))
			odd[n++] = cp;
	}
	assert_in_range(n, 1000, sizeof(odd) / sizeof(odd[0]) - 1);
	for (i = 0; i < 300000; i++) {
		/* neighbours are of one script, mostly */
		seed = seed * 1103515245 + 12345;
		cp = (seed >> 8) % n;
		for (len = 0, k = 0; k < 2 + i % 4; k++) {
			seed = seed * 1103515245 + 12345;
			len += crm_utf8_put(text + len,
			    odd[i % 2 != 0 ? (cp + (seed >> 8) % 64) % n
					   : (seed >> 8) % n]);
		}
		is_as_composed(&a, crm_view(text, len));
		crm_arena_reset(&a);
	}
	crm_arena_release(&a);
}

static void
words(void **state)
{
	static const struct {
		const char *in, *out; /* words joined by '|' */
	} cases[] = {
		{ "anna.kowalska7@mail.example",
		    "anna|kowalska7|mail|example" },
		{ "o'connor  & co", "o|connor|co" },
		{ "", "" },
		{ " -- ", "" },
		{ "রহিম হোসেন", "রহিম|হোসেন" },
		{ "東京都港区", "東京|京都|都港|港区" },
		{ "車", "車" },
		{ "x東京y", "x|東京|y" },
	};
	struct crm_buf b = CRM_BUF_INIT(4096);
	struct crm_words w;
	struct crm_view v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		crm_buf_reset(&b);
		crm_words_begin(&w, crm_view_str(cases[i].in));
		while (crm_words_next(&w, &v)) {
			if (b.n > 0)
				crm_buf_addc(&b, '|');
			crm_buf_addv(&b, v);
		}
		assert_true(
		    crm_view_eq(crm_buf_view(&b), crm_view_str(cases[i].out)));
	}
	crm_buf_release(&b);
}

/* Each byte at each place among letters: it is one of the word, or parts it. */
static void
words_of_ascii(void **state)
{
	char text[20], c;
	struct crm_words w;
	struct crm_view v;
	size_t place, n, all;
	bool word;
	int byte;

	(void)state;
	for (byte = 0; byte < 256; byte++)
		for (place = 0; place < sizeof(text); place++) {
			memset(text, 'b', sizeof(text));
			text[place] = c = (char)byte;
			word = (c >= '0' && c <= '9') ||
			    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
			n = all = 0;
			crm_words_begin(&w, crm_view(text, sizeof(text)));
			for (; crm_words_next(&w, &v); n++) {
				assert_null(word ? NULL : memchr(v.p, c, v.n));
				all += v.n;
			}
			assert_int_equal(all, sizeof(text) - !word);
			assert_int_equal(n,
			    word || place == 0 || place == sizeof(text) - 1
				? 1
				: 2);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8),
		cmocka_unit_test(folded),
		cmocka_unit_test(folded_twice),
		cmocka_unit_test(nfc),
		cmocka_unit_test(nfc_as_the_library),
		cmocka_unit_test(words),
		cmocka_unit_test(words_of_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
