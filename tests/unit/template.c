/*
 * The language of templates: what comes out, and what is refused where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/template.h"

/* "a" is set, "b" has marks, "wide" is two columns a letter, "n" the line. */
static void
value(void *ctx, struct crm_view name, struct crm_template_at at,
    struct crm_buf *out)
{
	(void)ctx;
	if (crm_view_is(name, "a"))
		crm_buf_adds(out, "x");
	else if (crm_view_is(name, "b"))
		crm_buf_adds(out, "<&>\"'{");
	else if (crm_view_is(name, "wide"))
		crm_buf_adds(out, "\xe6\x97\xa5");
	else if (crm_view_is(name, "long"))
		crm_buf_adds(out, "one two threefour\n\nfive");
	else if (crm_view_is(name, "wides")) /* two columns each */
		crm_buf_adds(out, "\xe6\x97\xa5\xe6\x97\xa5");
	else if (crm_view_is(name, "n") && at.list != CRM_LIST_NONE)
		crm_buf_addc(out, (char)('1' + at.item));
	else if (crm_view_is(name, "even") && at.item % 2 == 1)
		crm_buf_adds(out, "even");
}

static void
check(const char *text, bool html, const char *want)
{
	struct crm_template_source s = { .value = value,
		.n = { [CRM_LIST_LINES] = 3, [CRM_LIST_TAXES] = 1 } };
	struct crm_buf out = CRM_BUF_INIT(10000);
	struct crm_template *t;

	assert_null(crm_template_new("t", crm_view_str(text), &t));
	crm_template_expand(t, &s, html, &out);
	crm_buf_addc(&out, '.');
	assert_string_equal(out.p, want);
	crm_template_free(t);
	crm_buf_release(&out);
}

static void
expands(void **state)
{
	(void)state;
	check("", false, ".");
	check("no tag } at all", false, "no tag } at all.");
}

static void
values(void **state)
{
	(void)state;
	check("[{a}][{none}]{{a}", false, "[x][]{a}.");
	check(
	    "{a:3}|{a:-3}|{a:0}|{wide:3}|", false, "  x|x  |x| \xe6\x97\xa5|.");
	check("{b}", false, "<&>\"'{.");
	check("{b} <", true, "&lt;&amp;&gt;&quot;&#39;{ <.");
}

static void
blocks(void **state)
{
	(void)state;
	check("{lines}{n},{end}{n}", false, "1,2,3,.");
	check("{taxes}t{n}{end}{payments}p{n}{end}", false, "t1.");
	check("a\n  {lines}\n{n}\n  {end}\nb\n", false, "a\n1\n2\n3\nb\n.");
	check(
	    "{if a}yes{else}no{end} {if c}yes{else}no{end}", false, "yes no.");
	check("{if c}{if a}1{end}2{else}{if a}3{end}4{end}", false, "34.");
	check("{lines}{if even}{n}{else}-{end}{end}", false, "-2-.");
	check("{if c}\nc\n{end}\n\nd", false, "\nd.");
	check(" {if a} b{end}\n", false, "  b\n."); /* not alone */
}

/* Values that are wider than their columns. */
static void
wraps(void **state)
{
	(void)state;
	check("[{long:-8}|{a:2}]\n", false,
	    "[one two | x]\n threefou\n r\n\n five\n.");
	check("{long:-3}{long:-9}|", false,
	    "oneone two  |\ntwothreefour\nthr\neeffive\nour\n\nfiv\ne.");
	check("{wides:-3}|\n{wides:-1}|", false,
	    "\xe6\x97\xa5 |\n\xe6\x97\xa5\n"
	    "\xe6\x97\xa5\xe6\x97\xa5|.");
	check("{long:-4}", true, "one two threefour\n\nfive.");
	check("{long:20}", false, "one two threefour\n\nfive.");
}

static void
refused(void **state)
{
	static const struct {
		const char *text, *msg;
	} cases[] = {
		{ "\n{a", "t:2: a tag without an end: '{a}'" },
		{ "{A}",
		    "t:1: not a name, nor a name and a width ('{{' is a "
		    "brace): '{A}'" },
		{ "{a:x}",
		    "t:1: not a name, nor a name and a width ('{{' is a "
		    "brace): '{a:x}'" },
		{ "{a:1001}",
		    "t:1: not a name, nor a name and a width ('{{' is a "
		    "brace): '{a:1001}'" },
		{ "{}",
		    "t:1: not a name, nor a name and a width ('{{' is a "
		    "brace): '{}'" },
		{ "{end}", "t:1: nothing is open at '{end}'" },
		{ "{lines}\n{else}{end}",
		    "t:2: there is no {if ...} for '{else}'" },
		{ "{if a}{else}{else}{end}",
		    "t:1: there is no {if ...} for '{else}'" },
		{ "{lines}\n\n{lines}{end}{end}",
		    "t:3: a list within a list: '{lines}'" },
		{ "\n\n{if a}\n", "t:3: a block has no {end}" },
		{ "{if a b}{end}", "t:1: not a name in '{if a b}'" },
	};
	const struct crm_err *err;
	struct crm_template *t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = crm_template_new("t", crm_view_str(cases[i].text), &t);
		assert_non_null(err);
		assert_int_equal(err->code, CRM_E_CONFIG);
		assert_string_equal(err->msg, cases[i].msg);
		assert_null(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expands),
		cmocka_unit_test(values),
		cmocka_unit_test(blocks),
		cmocka_unit_test(wraps),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
