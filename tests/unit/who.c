/* Names, addresses and numbers that stand for a record. */
#include "with_store.h"

static void
keys(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "+48 600 100 200", "48600100200" },
		{ "0048 600 100 200", "48600100200" },
		{ "+49 (0) 30 123456", "4930123456" },
		{ "0049 (0)30 123456", "4930123456" },
		{ "(0) 30 123456", "030123456" },
		{ "030 123456 x 77", "030123456" },
		{ "030 123456 ext 77", "030123456" },
		{ "\u09e6\u09e7\u09ed\u09e7\u09e7 \u09e8\u09e9\u09ea\u09eb\u09ec"
		  "\u09ed",
		    "01711234567" },
		{ "", "" },
		{ "1234567890123456789012345678901234567890123",
		    "1234567890123456789012345678901234567890" },
	};
	char key[CRM_PHONE_KEY];
	size_t i, j, n;
	bool whole;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = crm_phone_key(NULL, crm_view_str(cases[i].in), key);
		assert_int_equal(n, strlen(cases[i].out));
		for (j = 0; j < n; j++)
			assert_int_equal(key[n - 1 - j], cases[i].out[j]);
	}
	n = crm_phone_end(NULL, CRM_V("0048 600 100 200"), key, &whole);
	assert_true(whole);
	assert_int_equal(n, 11);
	n = crm_phone_end(NULL, CRM_V("048 600 100 200"), key, &whole);
	assert_false(whole);
	assert_int_equal(n, 11);
}

static void
by_phone(void **state)
{
	static const char *const says[][4] = {
		{ "p1", "+49 30 123456", "0049 (0) 30 123456", "030 123456" },
		{ "p2", "01711 234567", "1711 234567",
		    "\u09e6\u09e7\u09ed\u09e7\u09e7\u09e8\u09e9\u09ea\u09eb"
		    "\u09ec\u09ed" },
		{ "p3", "600 100 200", "+48600100200", "0048-600-100-200" },
	};
	struct crm_batch_options o = { .add_missing = false };
	struct crm_batch *b = new_batch(&o);
	size_t i, j;

	(void)state;
	assert_true(
	    add(b, 1, "person", "name=A", "phone=+49 (0)30 123456", NULL));
	assert_true(add(b, 2, "person", "name=B",
	    "phone=\u09e6\u09e7\u09ed\u09e7\u09e7 \u09e8\u09e9\u09ea\u09eb"
	    "\u09ec\u09ed",
	    NULL));
	assert_true(
	    add(b, 3, "person", "name=C", "phone=0048 600 100 200", NULL));
	(void)commit(b);
	check();
	for (i = 0; i < 3; i++)
		for (j = 1; j < 4; j++)
			assert_int_equal(who(says[i][j]), who(says[i][0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test_setup_teardown(by_phone, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
