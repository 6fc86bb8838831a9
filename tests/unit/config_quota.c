/* quota: of crm.yaml. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config.h"

static const char sample[] =
    "quota:\n"
    "  - {in: 2026-12, amount: 1}\n"
    "  - {in: 2026, amount: 1000}\n"
    "  - {in: 2026-q1, for: {owner: 'anna: sales'}, amount: 0.10}\n"
    "  - {in: 2025-11..2026-02, for: {team: north}, amount: 400.4}\n"
    "kinds: {deal: {fields: {team: [north, south]}}}\n";

static const char sample_printed[] =
    "quota:\n"
    "  - {in: \"2026-12\", amount: 1}\n"
    "  - {in: \"2026\", amount: 1000}\n"
    "  - {in: 2026-q1, for: {owner: \"anna: sales\"}, amount: 0.1}\n"
    "  - {in: \"2025-11..2026-02\", for: {team: north}, amount: 400.4}\n";

static struct crm_config *
read(const char *text)
{
	const struct crm_err *err;
	struct crm_config *c;

	err = crm_config_parse("f", crm_view_str(text), &c);
	if (err != NULL)
		fail_msg("%s", err->msg);
	return c;
}

/* The quota of a month of 2026, from 1; -1: none. */
static int64_t
of(const struct crm_config *c, int month, const char *field, const char *value)
{
	int64_t out;

	return crm_config_quota(c, 2026 * 12 + month - 1, field,
		   crm_view_str(value != NULL ? value : ""), &out)
	    ? out
	    : -1;
}

static void
shares(void **state)
{
	struct crm_config *c = read(sample);
	int64_t sum = 0;
	int m;

	(void)state;
	/* 1000.00 in twelve parts; an exact sum, and December has its own */
	for (m = 1; m <= 11; m++) {
		sum += of(c, m, NULL, NULL);
		assert_true(of(c, m, NULL, NULL) == 8333 ||
		    of(c, m, NULL, NULL) == 8334);
	}
	assert_int_equal(sum, 100000 * 11 / 12);
	assert_int_equal(of(c, 12, NULL, NULL), 100);
	assert_int_equal(of(c, 13, NULL, NULL), -1);
	assert_int_equal(of(c, 0, NULL, NULL), -1);
	/* ten cents in three */
	assert_int_equal(of(c, 1, "owner", "anna: sales"), 3);
	assert_int_equal(of(c, 2, "owner", "anna: sales"), 3);
	assert_int_equal(of(c, 3, "owner", "anna: sales"), 4);
	assert_int_equal(of(c, 4, "owner", "anna: sales"), -1);
	assert_int_equal(of(c, 1, "owner", "anna"), -1);
	crm_config_free(c);
}

static void
owners_add_up(void **state)
{
	struct crm_config *c =
	    read("quota:\n"
		 "  - {in: 2026-01, for: {owner: anna}, amount: 5}\n"
		 "  - {in: 2026-01..2026-02, for: {owner: anna}, amount: 20}\n"
		 "  - {in: 2026-01, for: {owner: ewa}, amount: 7}\n"
		 "  - {in: 2026, for: {source: web}, amount: 100}\n"
		 "  - {in: 2026-03, for: {owner: ewa}, amount: 7}\n"
		 "  - {in: 2026-03, amount: 50}\n");

	(void)state;
	assert_int_equal(of(c, 1, NULL, NULL), 1200);
	assert_int_equal(of(c, 2, NULL, NULL), 1000);
	assert_int_equal(of(c, 3, NULL, NULL), 5000);
	assert_int_equal(of(c, 4, NULL, NULL), -1);
	crm_config_free(c);
}

static void
prints(void **state)
{
	struct crm_buf once = CRM_BUF_INIT(100000);
	struct crm_buf twice = CRM_BUF_INIT(100000);
	struct crm_config *c = read(sample);

	(void)state;
	crm_config_print(c, &once);
	crm_config_free(c);
	assert_non_null(strstr(once.p, sample_printed));
	c = read(once.p);
	crm_config_print(c, &twice);
	crm_config_free(c);
	assert_string_equal(once.p, twice.p);
	crm_buf_release(&once);
	crm_buf_release(&twice);
}

static void
refused(void **state)
{
	static const struct {
		const char *text, *msg;
	} cases[] = {
		{ "quota: 5",
		    "f:1:8: expected a list of quotas, such as "
		    "'- {in: 2026-q1, amount: 90000}'" },
		{ "quota: [{in: 2026, amont: 5}]",
		    "f:1:20: unknown key 'amont' (did you mean 'amount'?)" },
		{ "quota: [{in: 2026}]",
		    "f:1:9: a quota needs both: in and amount" },
		{ "quota: [{amount: 5}]",
		    "f:1:9: a quota needs both: in and amount" },
		{ "quota: [{in: this-month, amount: 5}]",
		    "f:1:14: expected whole months, such as 2026-03, 2026-q1, "
		    "2026 or 2026-03..2026-08, not 'this-month'" },
		{ "quota: [{in: 2026-w09, amount: 5}]",
		    "f:1:14: expected whole months, such as 2026-03, 2026-q1, "
		    "2026 or 2026-03..2026-08, not '2026-w09'" },
		{ "quota: [{in: 2026-03.., amount: 5}]",
		    "f:1:14: expected whole months, such as 2026-03, 2026-q1, "
		    "2026 or 2026-03..2026-08, not '2026-03..'" },
		{ "quota: [{in: 2026..2040, amount: 5}]",
		    "f:1:14: more than 120 months" },
		{ "quota: [{in: 2026, amount: 0}]",
		    "f:1:28: expected an amount of EUR above 0, not 0" },
		{ "quota: [{in: 2026, amount: 1.234}]",
		    "f:1:28: expected an amount of EUR above 0, not 1.234" },
		{ "quota: [{in: 2026, for: anna, amount: 1}]",
		    "f:1:25: expected a field and its value, such as "
		    "{owner: anna}, not 'anna'" },
		{ "quota: [{in: 2026, for: {owner: a, stage: won}, amount: 1}]",
		    "f:1:25: expected one field and its value, such as "
		    "{owner: anna}" },
		{ "quota: [{in: 2026, for: {ownr: a}, amount: 1}]",
		    "f:1:26: deals have no field 'ownr' (did you mean "
		    "'owner'?)" },
		{ "quota: [{in: 2026, for: {value: 5}, amount: 1}]",
		    "f:1:26: 'value' is no field of deals that holds one word "
		    "or text" },
		{ "quota: [{in: 2026, for: {tag: vip}, amount: 1}]",
		    "f:1:26: 'tag' is no field of deals that holds one word "
		    "or text" },
		{ "quota: [{in: 2026, for: {owner: }, amount: 1}]",
		    "f:1:33: expected a value, not nothing" },
	};
	struct crm_config *c;
	const struct crm_err *err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = crm_config_parse("f", crm_view_str(cases[i].text), &c);
		if (err == NULL)
			fail_msg("'%s' was accepted", cases[i].text);
		assert_int_equal(err->code, CRM_E_CONFIG);
		if (strcmp(err->msg, cases[i].msg) != 0)
			fail_msg("%s\nand not\n%s", err->msg, cases[i].msg);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares),
		cmocka_unit_test(owners_add_up),
		cmocka_unit_test(prints),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
