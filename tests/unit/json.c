/* The JSON reader and writer, as tables of cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "format/json.h"

#define NELEMS(a) (sizeof(a) / sizeof((a)[0]))

/* Write tokens down: strings as s(text), keys k(text), numbers n(text). */
static void
add_token(struct crm_buf *out, enum crm_json_token token, struct crm_view text)
{
	static const char *const names[] = { "{", "}", "[", "]", "k", "s", "n",
		"true", "false", "null", "." };

	crm_buf_adds(out, names[token]);
	if (token != CRM_JSON_KEY && token != CRM_JSON_STRING &&
	    token != CRM_JSON_NUMBER)
		return;
	crm_buf_addc(out, '(');
	crm_buf_addv(out, text);
	crm_buf_addc(out, ')');
}

/* All tokens of a text, or its error. */
static void
list_tokens(struct crm_view in, struct crm_buf *scratch, struct crm_buf *out)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_json j;
	struct crm_view text;

	crm_buf_reset(out);
	crm_json_begin(&j, in, scratch);
	do {
		err = crm_json_next(&j, &token, &text);
		if (err != NULL) {
			assert_int_equal(err->code, CRM_E_DATA);
			crm_buf_reset(out);
			crm_buf_adds(out, err->msg);
			return;
		}
		add_token(out, token, text);
	} while (token != CRM_JSON_END);
}

static void
tokens(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "{}", "{}." },
		{ " [ ] ", "[]." },
		{ "\t\r\n 1 \n", "n(1)." },
		{ "{\"a\":1,\"b\":[true,false,null]}",
		    "{k(a)n(1)k(b)[truefalsenull]}." },
		{ " { \"a\" : { \"b\" : [ [ ] , { } ] } } ",
		    "{k(a){k(b)[[]{}]}}." },
		{ "\"\"", "s()." },
		{ "{\"\":\"\"}", "{k()s()}." },
		{ "[0,-0,10,-1.50,1e9,1E+9,2.5e-10]",
		    "[n(0)n(-0)n(10)n(-1.50)n(1e9)n(1E+9)n(2.5e-10)]." },
		{ "123456789012345678901234567890",
		    "n(123456789012345678901234567890)." },
		{ "\"Łódź\"", "s(Łódź)." },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "s(\"\\/\b\f\n\r\t)." },
		{ "\"\\u0041\\u00e9\\u0ba4\\uD83D\\uDE00\"", "s(Aéத😀)." },
		{ "{\"a\\n\":\"b\\n\",\"c\":\"d\\te\"}",
		    "{k(a\n)s(b\n)k(c)s(d\te)}." },
		{ "\"0123456789\\n0123456789\"", "s(0123456789\n0123456789)." },

		{ "", "column 1: cut short, expected a value" },
		{ "  ", "column 3: cut short, expected a value" },
		{ "{", "column 2: cut short, expected a key in quotes" },
		{ "{\"a\"", "column 5: cut short, expected ':'" },
		{ "{\"a\":", "column 6: cut short, expected a value" },
		{ "{\"a\":1", "column 7: cut short, expected ',' or '}'" },
		{ "{\"a\":1,",
		    "column 8: cut short, expected a key in quotes" },
		{ "[1", "column 3: cut short, expected ',' or ']'" },
		{ "\"abc", "column 5: cut short, the string is not closed" },
		{ "\"abc\\", "column 6: cut short, the string is not closed" },
		{ "\"abc\\n", "column 7: cut short, the string is not closed" },
		{ "{\"ł\" 1}", "column 6: expected ':'" },
		{ "{a:1}", "column 2: expected a key in quotes" },
		{ "{\"a\":1,}", "column 8: expected a key in quotes" },
		{ "{,}", "column 2: expected a key in quotes" },
		{ "{\"a\":1]", "column 7: expected ',' or '}'" },
		{ "[1,]", "column 4: expected a value" },
		{ "[1}", "column 3: expected ',' or ']'" },
		{ "[1 2]", "column 4: expected ',' or ']'" },
		{ "1 2", "column 3: more than one value" },
		{ "{}}", "column 3: more than one value" },
		{ "tru", "column 1: expected a value" },
		{ "True", "column 1: expected a value" },
		{ "nul", "column 1: expected a value" },
		{ "truex", "column 5: more than one value" },
		{ "NaN", "column 1: expected a value" },
		{ "'a'", "column 1: expected a value" },
		{ "01", "column 1: a number begins with 0" },
		{ "-", "column 2: cut short, expected a digit" },
		{ "-a", "column 2: expected a digit" },
		{ "1.", "column 3: cut short, expected a digit" },
		{ ".5", "column 1: expected a value" },
		{ "1e", "column 3: cut short, expected a digit" },
		{ "1e+x", "column 4: expected a digit" },
		{ "+1", "column 1: expected a value" },
		{ "\"a\tb\"", "column 3: a control character in a string" },
		{ "\"\\q\"", "column 2: bad escape" },
		{ "\"\\u12\"",
		    "column 2: bad escape, '\\u' needs four digits" },
		{ "\"\\u12g4\"",
		    "column 2: bad escape, '\\u' needs four digits" },
		{ "\"\\ud800\"", "column 2: half of a surrogate pair" },
		{ "\"\\udc00\"", "column 2: half of a surrogate pair" },
		{ "\"\\ud800\\ud800\"", "column 2: half of a surrogate pair" },
		{ "\"\\ud800\\n12345\"", "column 2: half of a surrogate pair" },
		{ "\"\\ud800\\u00\"", "column 2: half of a surrogate pair" },
		{ "\xef\xbb\xbf{}", "column 1: expected a value" },
	};
	struct crm_buf scratch = CRM_BUF_INIT(1000), out = CRM_BUF_INIT(1000);
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		list_tokens(crm_view_str(cases[i].in), &scratch, &out);
		assert_string_equal(out.p, cases[i].out);
	}
	list_tokens(CRM_VNULL, &scratch, &out);
	assert_string_equal(out.p, "column 1: cut short, expected a value");
	list_tokens(CRM_V("[\0]"), &scratch, &out);
	assert_string_equal(out.p, "column 2: expected a value");
	list_tokens(CRM_V("\"\\u0000\""), &scratch, &out);
	assert_int_equal(out.n, 5);
	assert_memory_equal(out.p, "s(\0).", 5);
	crm_buf_release(&scratch);
	crm_buf_release(&out);
}

/* Every beginning of a text is refused, in memory of just its size. */
static void
cut_short(void **state)
{
	static const char whole[] = "{\"a\\n\\u00e9\\ud83d\\ude00 12345678\" : "
				    "[ -1.5e+3, true, null, {\"b\":\"\"} ] }";
	struct crm_buf scratch = CRM_BUF_INIT(1000), out = CRM_BUF_INIT(1000);
	struct crm_buf part;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(whole) - 1; n++) {
		part = (struct crm_buf)CRM_BUF_INIT(n);
		crm_buf_add(&part, whole, n);
		list_tokens(crm_buf_view(&part), &scratch, &out);
		assert_non_null(strstr(out.p, "column "));
		crm_buf_release(&part);
	}
	list_tokens(crm_view_str(whole), &scratch, &out);
	assert_string_equal(
	    out.p, "{k(a\né😀 12345678)[n(-1.5e+3)truenull{k(b)s()}]}.");
	crm_buf_release(&scratch);
	crm_buf_release(&out);
}

static void
depth(void **state)
{
	struct crm_buf in = CRM_BUF_INIT(1000), scratch = CRM_BUF_INIT(1000);
	struct crm_buf out = CRM_BUF_INIT(1000);
	int i;

	(void)state;
	for (i = 0; i < CRM_JSON_DEPTH_MAX; i++)
		crm_buf_adds(&in, i % 2 == 0 ? "[" : "{\"a\":");
	list_tokens(crm_buf_view(&in), &scratch, &out);
	assert_non_null(strstr(out.p, "cut short"));
	crm_buf_addc(&in, '[');
	list_tokens(crm_buf_view(&in), &scratch, &out);
	assert_string_equal(out.p, "nested deeper than 32");
	in.n--;
	crm_buf_addc(&in, '0');
	for (i = CRM_JSON_DEPTH_MAX; i-- > 0;)
		crm_buf_addc(&in, i % 2 == 0 ? ']' : '}');
	list_tokens(crm_buf_view(&in), &scratch, &out);
	assert_int_equal(out.p[out.n - 1], '.');
	crm_buf_release(&in);
	crm_buf_release(&scratch);
	crm_buf_release(&out);
}

/* Views of unescaped strings stay valid while others are added. */
static void
scratch_stays(void **state)
{
	struct crm_buf in = CRM_BUF_INIT(100000);
	struct crm_buf scratch = CRM_BUF_INIT(100000);
	enum crm_json_token token;
	struct crm_json j;
	struct crm_view text, first;
	size_t i, n = 0;

	(void)state;
	crm_buf_adds(&in, "[\"\\t0\"");
	for (i = 0; i < 5000; i++)
		crm_buf_addf(&in, ",\"\\\\%zu\"", i);
	crm_buf_addc(&in, ']');
	crm_json_begin(&j, crm_buf_view(&in), &scratch);
	assert_null(crm_json_next(&j, &token, &text));
	assert_null(crm_json_next(&j, &token, &first));
	while (token == CRM_JSON_STRING) {
		n++;
		assert_null(crm_json_next(&j, &token, &text));
	}
	assert_int_equal(n, 5001);
	assert_true(crm_view_is(first, "\t0"));
	assert_ptr_equal(first.p, scratch.p);
	crm_buf_release(&in);
	crm_buf_release(&scratch);
}

static void
scratch_too_small(void **state)
{
	struct crm_buf scratch = CRM_BUF_INIT(4), out = CRM_BUF_INIT(100);

	(void)state;
	list_tokens(CRM_V("\"abc\\n\""), &scratch, &out);
	assert_string_equal(out.p, "longer than 4 bytes");
	list_tokens(CRM_V("\"abcdefghi\""), &scratch, &out);
	assert_string_equal(out.p, "s(abcdefghi).");
	crm_buf_release(&scratch);
	crm_buf_release(&out);
}

static void
expected_keys(void **state)
{
	static const struct {
		const char *in;
		int skip; /* tokens before */
		const char *quoted;
		bool taken;
	} cases[] = {
		{ "{\"a\":1,\"b\":2}", 1, "\"a\":", true },
		{ "{\"a\":1,\"b\":2}", 3, "\"b\":", true },
		{ "{\"a\":1,\"b\":2}", 0, "\"a\":", false },
		{ "{\"a\":1,\"b\":2}", 1, "\"b\":", false },
		{ "{\"a\":1,\"b\":2}", 2, "\"b\":", false },
		{ "{\"a\":1,\"b\":2}", 3, "\"bb\":", false },
		{ "{\"a\" :1}", 1, "\"a\":", false },
		{ "{ \"a\":1}", 1, "\"a\":", false },
		{ "{\"a\":1}", 3, "\"a\":", false },
		{ "{\"a\":1}", 4, "\"a\":", false },
		{ "[\"a\":1]", 1, "\"a\":", false },
		{ "[[],\"a\":1]", 3, "\"a\":", false },
		{ "{\"a\"", 1, "\"a\":", false },
	};
	struct crm_buf scratch = CRM_BUF_INIT(100);
	enum crm_json_token token;
	struct crm_json j;
	struct crm_view text;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		crm_json_begin(&j, crm_view_str(cases[i].in), &scratch);
		for (k = 0; k < cases[i].skip; k++)
			assert_null(crm_json_next(&j, &token, &text));
		assert_int_equal(
		    crm_json_take_key(&j, crm_view_str(cases[i].quoted)),
		    cases[i].taken);
		if (!cases[i].taken)
			continue;
		assert_null(crm_json_next(&j, &token, &text));
		assert_int_equal(token, CRM_JSON_NUMBER);
	}
	crm_buf_release(&scratch);
}

/* Keys of all lengths, and each of their bytes. */
static void
long_keys(void **state)
{
	struct crm_buf scratch = CRM_BUF_INIT(100);
	char in[64], quoted[32];
	enum crm_json_token token;
	struct crm_json j;
	struct crm_view text;
	size_t n, i;

	(void)state;
	for (n = 0; n <= 20; n++) {
		memset(quoted, 'k', sizeof(quoted));
		quoted[0] = quoted[n + 1] = '"';
		quoted[n + 2] = ':';
		for (i = 0; i <= n + 3; i++) {
			(void)snprintf(
			    in, sizeof(in), "{%.*s1}", (int)n + 3, quoted);
			if (i < n + 3)
				in[1 + i] ^= 1;
			crm_json_begin(&j, crm_view_str(in), &scratch);
			assert_null(crm_json_next(&j, &token, &text));
			assert_int_equal(
			    crm_json_take_key(&j, crm_view(quoted, n + 3)),
			    i == n + 3);
		}
	}
	crm_buf_release(&scratch);
}

static void
expected_strings(void **state)
{
	static const struct {
		const char *in;
		int skip;         /* tokens before */
		const char *text; /* NULL: it is not taken */
		enum crm_json_token next;
	} cases[] = {
		{ "{\"a\":\"b\",\"c\":1}", 2, "b", CRM_JSON_KEY },
		{ "{\"a\":\"\"}", 2, "", CRM_JSON_OBJECT_END },
		{ "\"0123456789abcdefg\"", 0, "0123456789abcdefg",
		    CRM_JSON_END },
		{ "{\"a\": \"b\"}", 2, NULL, CRM_JSON_STRING },
		{ "{\"a\":\"b\\n\"}", 2, NULL, CRM_JSON_STRING },
		{ "{\"a\":1}", 2, NULL, CRM_JSON_NUMBER },
		{ "{\"a\":1}", 1, NULL, CRM_JSON_KEY },
		{ "[\"a\"]", 1, NULL, CRM_JSON_STRING },
		{ "\"a\"", 1, NULL, CRM_JSON_END },
	};
	struct crm_buf scratch = CRM_BUF_INIT(100);
	enum crm_json_token token;
	struct crm_json j;
	struct crm_view text;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		crm_json_begin(&j, crm_view_str(cases[i].in), &scratch);
		for (k = 0; k < cases[i].skip; k++)
			assert_null(crm_json_next(&j, &token, &text));
		assert_int_equal(
		    crm_json_take_string(&j, &text), cases[i].text != NULL);
		if (cases[i].text != NULL)
			assert_true(crm_view_is(text, cases[i].text));
		assert_null(crm_json_next(&j, &token, &text));
		assert_int_equal(token, cases[i].next);
	}
	crm_json_begin(&j, CRM_V("\"ab\tc\""), &scratch);
	assert_false(crm_json_take_string(&j, &text));
	crm_json_begin(&j, CRM_V("\"abc"), &scratch);
	assert_false(crm_json_take_string(&j, &text));
	crm_json_begin(&j, CRM_V("\""), &scratch);
	assert_false(crm_json_take_string(&j, &text));
	crm_buf_release(&scratch);
}

/* Each byte that a string cannot hold as it is, at each place of texts of all
 * lengths up to some words. */
static void
plain(void **state)
{
	char text[50];
	size_t n, i;
	int c;

	(void)state;
	for (n = 0; n < sizeof(text); n++) {
		memset(text, 'a', sizeof(text));
		assert_true(crm_json_is_plain(crm_view(text, n)));
		for (i = 0; i < n; i++) {
			for (c = 0; c < 256; c++) {
				text[i] = (char)c;
				assert_int_equal(
				    crm_json_is_plain(crm_view(text, n)),
				    c >= ' ' && c != '"' && c != '\\');
			}
			text[i] = 'a';
		}
	}
}

static void
strings_out(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "\"\"" },
		{ "Anna", "\"Anna\"" },
		{ "Łódź / 😀 \x7f", "\"Łódź / 😀 \x7f\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\t\n\r\b\f\x1f", "\"\\t\\n\\r\\u0008\\u000c\\u001f\"" },
		{ "0123456\n", "\"0123456\\n\"" },
		{ "01234567\n", "\"01234567\\n\"" },
	};
	struct crm_buf out = CRM_BUF_INIT(100);
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		crm_buf_reset(&out);
		crm_json_add_string(&out, crm_view_str(cases[i].in));
		assert_string_equal(out.p, cases[i].out);
	}
	crm_buf_reset(&out);
	crm_json_add_string(&out, CRM_VNULL);
	crm_json_add_string(&out, crm_view("\0", 1));
	assert_string_equal(out.p, "\"\"\"\\u0000\"");
	crm_buf_release(&out);
}

/* Each byte at each place: found where it must be, and read back. */
static void
round_trip(void **state)
{
	struct crm_buf out = CRM_BUF_INIT(1000), scratch = CRM_BUF_INIT(1000);
	enum crm_json_token token;
	struct crm_json j;
	struct crm_view text;
	char in[24];
	size_t n, at;
	int c;

	(void)state;
	for (c = 0; c < 256; c++)
		for (n = 1; n < sizeof(in); n++)
			for (at = 0; at < n; at++) {
				memset(in, 'x', n);
				in[at] = (char)c;
				assert_int_equal(
				    crm_json_is_plain(crm_view(in, n)),
				    c >= 0x20 && c != '"' && c != '\\');
				crm_buf_reset(&out);
				crm_json_add_string(&out, crm_view(in, n));
				crm_json_begin(
				    &j, crm_buf_view(&out), &scratch);
				assert_null(crm_json_next(&j, &token, &text));
				assert_int_equal(text.n, n);
				assert_memory_equal(text.p, in, n);
				assert_null(crm_json_next(&j, &token, &text));
				assert_int_equal(token, CRM_JSON_END);
			}
	crm_buf_release(&out);
	crm_buf_release(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(depth),
		cmocka_unit_test(scratch_stays),
		cmocka_unit_test(scratch_too_small),
		cmocka_unit_test(expected_keys),
		cmocka_unit_test(long_keys),
		cmocka_unit_test(expected_strings),
		cmocka_unit_test(plain),
		cmocka_unit_test(strings_out),
		cmocka_unit_test(round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
