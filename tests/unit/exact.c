/* Values as JSON: whatever bytes are stored come back as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "format/exact.h"
#include "record/value.h"
#include "record/word.h"

static uint64_t seed = 7;

static uint32_t
below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static struct crm_field
field(enum crm_type type, bool many)
{
	struct crm_field f = { .name = "f", .type = (uint8_t)type };

	f.flags = many ? CRM_F_MANY : 0;
	return f;
}

/* Print a value and read it again; says how it was printed. */
static const char *
round_trip(const struct crm_field *f, struct crm_view v, bool safe)
{
	static char text[4000];
	struct crm_buf json = CRM_BUF_INIT(100000), out = CRM_BUF_INIT(100000);
	struct crm_buf scratch = CRM_BUF_INIT(100000);
	enum crm_json_token token;
	struct crm_view rest;
	struct crm_exact e;
	struct crm_json j;

	crm_exact_init(&e);
	crm_exact_put(&json, f, v, safe);
	crm_json_begin(&j, crm_buf_view(&json), &scratch);
	assert_null(crm_exact_get(&e, &j, f, &out));
	assert_null(crm_json_next(&j, &token, &rest));
	assert_int_equal(token, CRM_JSON_END);
	assert_int_equal(out.n, v.n);
	assert_memory_equal(out.p, v.p, v.n);
	assert_true(json.n < sizeof(text));
	memcpy(text, json.p, json.n + 1);
	crm_exact_release(&e);
	crm_buf_release(&json);
	crm_buf_release(&out);
	crm_buf_release(&scratch);
	return text;
}

static bool
is_hex(const char *json)
{
	return strncmp(json, "{\"hex\":", 7) == 0;
}

/* Any bytes under any type. */
static void
any_bytes(void **state)
{
	char p[40];
	size_t n, i;
	uint32_t round;
	int type;

	(void)state;
	for (type = 0; type < CRM_NTYPES; type++)
		for (round = 0; round < 20000; round++) {
			struct crm_field f =
			    field((enum crm_type)type, below(2) == 0);

			n = 1 + below(round % 3 == 0 ? 10 : 40);
			for (i = 0; i < n; i++)
				p[i] = (char)below(round % 2 == 0 ? 256 : 6);
			(void)round_trip(&f, crm_view(p, n), false);
		}
}

/* What values are made of by themselves needs no bytes. */
static void
is_printed(enum crm_type type, struct crm_buf *value, const char *want)
{
	struct crm_field f = field(type, false);

	assert_string_equal(round_trip(&f, crm_buf_view(value), false), want);
	crm_buf_reset(value);
}

static void
plain_values(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(1000);
	char link[CRM_LINK_MAX];

	(void)state;
	crm_buf_adds(&b, "Łukasz \"Żółć\"\n\t");
	is_printed(CRM_T_TEXT, &b, "\"Łukasz \\\"Żółć\\\"\\n\\t\"");
	crm_value_put_date(&b, (struct crm_date){ 2024, 2, 29 });
	is_printed(CRM_T_DATE, &b, "\"2024-02-29\"");
	crm_value_put_date(&b, (struct crm_date){ 0, 2, 29 });
	is_printed(CRM_T_DATE, &b, "\"--02-29\"");
	crm_value_put_time(&b, INT64_C(1772357400) * CRM_SECOND_US);
	is_printed(CRM_T_TIME, &b, "\"2026-03-01T09:30:00Z\"");
	crm_value_put_time(&b, INT64_C(1772357400000001));
	is_printed(CRM_T_TIME, &b, "\"2026-03-01T09:30:00.000001Z\"");
	crm_value_put_time(&b, CRM_TIME_MIN_US);
	is_printed(CRM_T_TIME, &b, "\"0001-01-01T00:00:00Z\"");
	crm_value_put_time(&b, CRM_TIME_MAX_US);
	is_printed(CRM_T_TIME, &b, "\"9999-12-31T23:59:59.999999Z\"");
	crm_value_put_dec(&b, (struct crm_dec){ 1250, 2 });
	is_printed(CRM_T_MONEY, &b, "12.50");
	crm_value_put_dec(&b, (struct crm_dec){ -5, 3 });
	is_printed(CRM_T_NUMBER, &b, "-0.005");
	crm_value_put_dec(&b, (struct crm_dec){ INT64_MAX, 18 });
	is_printed(CRM_T_NUMBER, &b, "9.223372036854775807");
	crm_value_put_dec(&b, (struct crm_dec){ 0, 2 });
	is_printed(CRM_T_MONEY, &b, "0.00");
	crm_buf_addc(&b, 1);
	is_printed(CRM_T_BOOL, &b, "true");
	crm_word_put(&b, CRM_V("purchase"));
	is_printed(CRM_T_CHOICE, &b, "\"purchase\"");
	crm_word_put(&b, CRM_V("x-fair"));
	is_printed(CRM_T_CHOICE, &b, "\"x-fair\"");
	crm_buf_add(&b, link, crm_link_put(link, crm_id('p', 0, 300)));
	is_printed(CRM_T_LINK, &b, "\"p300\"");
	crm_buf_add(&b, link, crm_link_put(link, crm_id('e', 28, 7)));
	is_printed(CRM_T_LINK, &b, "\"e7aa\"");
	crm_buf_add(&b,
	    "\x1e"
	    "d",
	    2);
	is_printed(CRM_T_SPAN, &b, "\"30d\"");
	crm_buf_release(&b);
}

static void
currencies(void **state)
{
	struct crm_field f = field(CRM_T_CURRENCY, false);
	unsigned int i, known = 0;
	char c;

	(void)state;
	for (i = 0; i < 256; i++) {
		c = (char)i;
		known += !is_hex(round_trip(&f, crm_view(&c, 1), true));
	}
	assert_true(known > 150);
}

static void
many_values(void **state)
{
	struct crm_view v[3] = { CRM_V("a"), CRM_V("b,\"c"), CRM_V("d") };
	struct crm_field f = field(CRM_T_TAG, true);
	struct crm_buf b = CRM_BUF_INIT(1000);
	const char *long_count = "\x81\x00\x01x";

	(void)state;
	crm_many_put(&b, v, 3);
	assert_string_equal(round_trip(&f, crm_buf_view(&b), false),
	    "[\"a\",\"b,\\\"c\",\"d\"]");
	/* a count in two bytes where one would do */
	assert_true(is_hex(round_trip(&f, crm_view(long_count, 4), false)));
	crm_buf_release(&b);
}

/* What a dump never holds is refused. */
static void
wrong(enum crm_type type, bool many, const char *json)
{
	struct crm_buf out = CRM_BUF_INIT(1000), scratch = CRM_BUF_INIT(1000);
	struct crm_field f = field(type, many);
	const struct crm_err *err;
	struct crm_exact e;
	struct crm_json j;

	crm_exact_init(&e);
	crm_json_begin(&j, crm_view_str(json), &scratch);
	err = crm_exact_get(&e, &j, &f, &out);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
	crm_exact_release(&e);
	crm_buf_release(&out);
	crm_buf_release(&scratch);
}

static void
refused(void **state)
{
	(void)state;
	wrong(CRM_T_TEXT, false, "\"\"");
	wrong(CRM_T_TEXT, false, "\"a\\u0000\"");
	wrong(CRM_T_TEXT, false, "12");
	wrong(CRM_T_TEXT, true, "\"a\"");
	wrong(CRM_T_TEXT, true, "[]");
	wrong(CRM_T_TEXT, true, "[\"a\",[]]");
	wrong(CRM_T_TEXT, false, "{\"hex\":\"\"}");
	wrong(CRM_T_TEXT, false, "{\"hex\":\"0\"}");
	wrong(CRM_T_TEXT, false, "{\"hex\":\"0G\"}");
	wrong(CRM_T_TEXT, false, "{\"hex\":\"00\",\"x\":1}");
	wrong(CRM_T_TEXT, false, "{\"he\":\"00\"}");
	wrong(CRM_T_DATE, false, "\"2024-2-29\"");
	wrong(CRM_T_DATE, false, "\"2024-02-29 \"");
	wrong(CRM_T_DATE, false, "\"2024-13-01\"");
	wrong(CRM_T_TIME, false, "\"2024-02-30T00:00:00Z\"");
	wrong(CRM_T_TIME, false, "\"2024-02-01T24:00:00Z\"");
	wrong(CRM_T_TIME, false, "\"2024-02-01T00:00:00\"");
	wrong(CRM_T_TIME, false, "\"2024-02-01T00:00:00.Z\"");
	wrong(CRM_T_TIME, false, "\"2024-02-01T00:00:00.1234567Z\"");
	wrong(CRM_T_SPAN, false, "\"d\"");
	wrong(CRM_T_SPAN, false, "\"3x\"");
	wrong(CRM_T_NUMBER, false, "\"3\"");
	wrong(CRM_T_NUMBER, false, "12345678901234567890");
	wrong(CRM_T_BOOL, false, "1");
	wrong(CRM_T_CURRENCY, false, "\"EURO\"");
	wrong(CRM_T_LINK, false, "\"Anna\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(plain_values),
		cmocka_unit_test(currencies),
		cmocka_unit_test(many_values),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
