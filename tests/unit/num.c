/* Whole numbers and decimals, as tables of cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/num.h"
#include "base/short.h"

static void
dec_text(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
	} cases[] = {
		{ "0", "0" },
		{ "120.50", "120.50" },
		{ "-0.05", "-0.05" },
		{ "+7", "7" },
		{ ".5", "0.5" },
		{ "1e3", "1000" },
		{ "1.5e1", "15" },
		{ "12e-1", "1.2" },
		{ "1E-2", "0.01" },
		{ "922337203685477580.7", "922337203685477580.7" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "9223372036854775808", NULL },
		{ "1.2.3", NULL },
		{ "", NULL },
		{ "-", NULL },
		{ ".", NULL },
		{ "1e", NULL },
		{ "1e99", NULL },
		{ "0e30", "0" },
		{ "abc", NULL },
		{ "1 2", NULL },
	};
	char text[CRM_DEC_TEXT];
	struct crm_dec d;
	size_t i, n;
	bool ok;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ok = crm_dec_parse(crm_view_str(cases[i].in), '.', &d);
		assert_int_equal(ok, cases[i].out != NULL);
		if (!ok)
			continue;
		n = crm_dec_put(text, d);
		assert_int_equal(n, strlen(cases[i].out));
		assert_memory_equal(text, cases[i].out, n);
	}
}

/* What is printed is read as the same number, sum and order are exact. */
static void
dec_random(void **state)
{
	uint64_t seed = 1;
	char text[CRM_DEC_TEXT + 8];
	struct crm_dec d, e, r;
	size_t i, n;

	(void)state;
	for (i = 0; i < 200000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		d.m = (int64_t)(seed >> (seed & 63));
		if ((seed & 64) != 0 || d.m == INT64_MIN)
			d.m = -(d.m & INT64_MAX);
		d.scale = (uint8_t)((seed >> 32) % 19);
		n = crm_dec_put(text, d);
		assert_true(n <= CRM_DEC_TEXT);
		assert_true(crm_dec_parse(crm_view(text, n), '.', &e));
		assert_true(e.m == d.m && e.scale == d.scale);
		assert_int_equal(crm_dec_cmp(d, crm_dec_trim(e)), 0);
		/* with zeros behind it is the same number */
		if (d.scale > 0) {
			memcpy(text + n, "0000000", 7);
			assert_true(
			    crm_dec_parse(crm_view(text, n + 7), '.', &e));
			assert_int_equal(crm_dec_cmp(d, e), 0);
		}
		if (crm_dec_rescale(d, 2, &r))
			assert_int_equal(crm_dec_cmp(d, r), 0);
	}
}

static void
dec_sums(void **state)
{
	struct crm_dec a = { 333, 2 }, b = { 15, 1 }, c;

	(void)state;
	assert_true(crm_dec_mul(a, b, 2, &c)); /* 3.33 * 1.5 = 4.995 */
	assert_int_equal(c.m, 500);
	a.m = -333;
	assert_true(crm_dec_mul(a, b, 2, &c));
	assert_int_equal(c.m, -500);
	a.m = INT64_MAX;
	assert_false(crm_dec_mul(a, b, 3, &c));
	b = (struct crm_dec){ 100, 2 }; /* wide on the way */
	assert_true(crm_dec_mul(a, b, 2, &c));
	assert_true(c.m == INT64_MAX);
	a.m = -INT64_MAX;
	assert_true(crm_dec_mul(a, b, 2, &c));
	assert_true(c.m == -INT64_MAX);
	a = (struct crm_dec){ 5, CRM_DEC_SCALE_MAX }; /* more than 18 digits */
	b = (struct crm_dec){ INT64_MAX / 4, 2 };
	assert_true(crm_dec_mul(a, b, 0, &c));
	assert_int_equal(c.m, 0);
	b.m = INT64_MAX;
	assert_true(crm_dec_mul(b, b, 0, &c) == false);
	assert_true(crm_dec_cmp((struct crm_dec){ 10, 1 },
			(struct crm_dec){ 1, 0 }) == 0);
	assert_true(crm_dec_cmp((struct crm_dec){ INT64_MAX, 0 },
			(struct crm_dec){ INT64_MAX, 18 }) > 0);
	assert_false(crm_dec_rescale((struct crm_dec){ 125, 2 }, 1, &c));
	assert_true(crm_dec_rescale((struct crm_dec){ 120, 2 }, 1, &c));
	assert_int_equal(c.m, 12);
}

static void
whole(void **state)
{
	int64_t i;
	uint64_t u;

	(void)state;
	assert_true(crm_num_u64(CRM_V("18446744073709551615"), UINT64_MAX, &u));
	assert_true(u == UINT64_MAX);
	assert_false(
	    crm_num_u64(CRM_V("18446744073709551616"), UINT64_MAX, &u));
	assert_false(crm_num_u64(CRM_V("5"), 4, &u));
	assert_true(crm_num_i64(CRM_V("-5"), -5, 0, &i));
	assert_int_equal(i, -5);
	assert_false(crm_num_i64(CRM_V("--5"), -5, 0, &i));
}

/* Few bytes as numbers, against the same bytes in a longer place; and short
 * texts, which are two of these. */
static void
few_bytes(void **state)
{
	static const char text[] = "\xff\x01zdefghi\x80klmno\xfe";
	struct crm_short s;
	char long_one[16];
	size_t n;

	(void)state;
	for (n = 0; n <= 16; n++) {
		memset(long_one, 0, sizeof(long_one));
		memcpy(long_one, text, n);
		if (n <= 8)
			assert_true(
			    crm_le_few_get(text, n) == crm_le64_get(long_one));
		assert_true(crm_short_of(crm_view(text, n), &s));
		assert_int_equal(s.n, n);
		assert_true(s.word[0] == crm_le64_get(long_one));
		assert_true(s.word[1] == crm_le64_get(long_one + 8));
	}
	assert_false(crm_short_of(CRM_V("12345678901234567"), &s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dec_text),
		cmocka_unit_test(dec_sums),
		cmocka_unit_test(dec_random),
		cmocka_unit_test(whole),
		cmocka_unit_test(few_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
