/*
 * Pieces of text: finding them, and the ones that a regular expression cannot
 * do without, against regexec() itself on random expressions and texts.
 */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/find.h"
#include "base/fold.h"
#include "query/literal.h"
#include "query/regex.h"

static uint64_t seed = 11;

static uint32_t
below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static size_t
find_slowly(struct crm_view text, struct crm_view piece)
{
	size_t i;

	for (i = 0; i + piece.n <= text.n; i++)
		if (memcmp(text.p + i, piece.p, piece.n) == 0)
			return i;
	return text.n;
}

/* Few different bytes, so that much nearly fits; at the very end of memory
 * that is ours, so that a look behind it is one of the sanitizer's. */
static void
finds_what_is_there(void **state)
{
	uint32_t i, j;

	(void)state;
	for (i = 0; i < 20000; i++) {
		size_t n = below(100), m = 1 + below(i % 2 == 0 ? 4 : 40);
		char *text = malloc(n + 1), *piece = malloc(m);

		assert_non_null(text);
		assert_non_null(piece);
		for (j = 0; j < n; j++)
			text[j] = "ab"[below(8) == 0];
		for (j = 0; j < m; j++)
			piece[j] = "ab"[below(8) == 0];
		assert_int_equal(
		    crm_find(crm_view(text, n), crm_view(piece, m)),
		    find_slowly(crm_view(text, n), crm_view(piece, m)));
		free(text);
		free(piece);
	}
	assert_int_equal(crm_find(CRM_V("abc"), CRM_V("")), 0);
	assert_int_equal(crm_find(CRM_V(""), CRM_V("a")), 0);
}

static void
literals_of_some(void **state)
{
	static const struct {
		const char *regex;
		const char *pieces; /* each with a blank behind it */
		bool whole;
	} cases[] = {
		{ "owals", "owals ", true },
		{ "kowalsk.*7@", "kowalsk 7@ ", false },
		{ "^anna", "anna ", false },
		{ "a\\.b", "a.b ", true },
		{ "abc*d", "ab d ", false },
		{ "abc+d", "ab d ", false },
		{ "ab{0,3}c", "a c ", false },
		{ "ab|cd", "", false },
		{ "x(ab|cd)y", "x y ", false },
		{ "x(a[)]b)?y", "x y ", false },
		{ "x[]|]y", "x y ", false },
		{ "x[^]()]y", "x y ", false },
		{ "x[[:alpha:]|]y", "x y ", false },
		{ "x\\wy\\>z", "x y z ", false },
		{ "(ab)\\1", "", false },
		{ "Łó?dź", "Ł dź ", false },
		{ ".*", "", false },
		{ "a)b", "", false },
	};
	struct crm_arena a = CRM_ARENA_INIT;
	struct crm_buf b = CRM_BUF_INIT(1000);
	struct crm_literals l;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		crm_buf_reset(&b);
		crm_buf_adds(&b, "");
		crm_literals_of(&a, crm_view_str(cases[i].regex), &l);
		for (j = 0; j < l.n; j++) {
			crm_buf_addv(&b, l.piece[j]);
			crm_buf_addc(&b, ' ');
		}
		assert_string_equal(b.p, cases[i].pieces);
		assert_int_equal(l.whole, cases[i].whole);
	}
	crm_buf_release(&b);
	crm_arena_release(&a);
}

static void
draw(char *out, const char *const *part, uint32_t nparts, uint32_t n)
{
	*out = '\0';
	for (; n > 0; n--)
		strcat(out, part[below(nparts)]);
}

#define N(list) (uint32_t)(sizeof(list) / sizeof(list[0]))

/* What matches, has them, and so has its folded form; and what is told by
 * the pieces alone is told rightly. */
static void
regexes_need_their_literals(void **state)
{
	static const char *const parts[] = { "a", "b", "Ab", "Ł", "é", "ß",
		"ab", ".", ".*", "a*", "b+", "a?", "Ł?", "é*", "ab{0,2}", "(",
		")", "(a|b)", "(ab)?", "(a[)]b)*", "[ab]", "[^a]", "[]a]",
		"[a-b|]", "[[:alpha:]]", "[[.a.]]", "[[=a=]]b", "|", "^", "$",
		"\\.", "\\*", "\\w", "\\b", "\\<", "\\(", "(a)\\1", "1", " ",
		"{1}", "\\\\", "}", "]", "-", "a{2}{0,1}", "a+?", "a**" };
	static const char *const texts[] = { "a", "b", "A", "B", "Ab", "ab",
		"Ł", "ł", "l", "é", "e", "É", "ß", "ss", ".", "*", "(", ")",
		" ", "1", "\\", "}", "]", "-", "|" };
	struct crm_buf b = CRM_BUF_INIT(10000);
	uint32_t i, j, matched = 0, refused = 0, whole = 0;

	(void)state;
	for (i = 0; i < 30000; i++) {
		struct crm_arena a = CRM_ARENA_INIT;
		struct crm_literals l, folded;
		char regex[200], text[200];
		regex_t re;

		draw(regex, parts, N(parts), 1 + below(6));
		if (crm_regex_compile(&a, crm_view_str(regex), &re) != NULL) {
			crm_arena_release(&a);
			continue;
		}
		crm_literals_of(&a, crm_view_str(regex), &l);
		crm_literals_fold(&a, &l, &folded);
		for (j = 0; j < 60; j++) {
			bool yes;

			draw(text, texts, N(texts), 1 + below(12));
			yes = regexec(&re, text, 0, NULL, 0) == 0;
			crm_buf_reset(&b);
			crm_fold(&b, crm_view_str(text));
			if (yes && !crm_literals_in(&l, crm_view_str(text)))
				fail_msg("'%s' matches '%s'", regex, text);
			if (yes && !crm_literals_in(&folded, crm_buf_view(&b)))
				fail_msg(
				    "'%s' matches '%s' folded", regex, text);
			if (!yes && l.whole &&
			    crm_literals_in(&l, crm_view_str(text)))
				fail_msg("'%s' is not in '%s'", regex, text);
			matched += yes;
			refused +=
			    !yes && !crm_literals_in(&l, crm_view_str(text));
			whole += yes && l.whole;
		}
		regfree(&re);
		crm_arena_release(&a);
	}
	assert_true(matched > 10000);
	assert_true(refused > 10000);
	assert_true(whole > 1000);
	crm_buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_there),
		cmocka_unit_test(literals_of_some),
		cmocka_unit_test(regexes_need_their_literals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
