/* Points, sounds and similarity of what crm-merge find compares. */
#include "record/alike.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/sets.h"
#include "record/id.h"

static struct crm_letters
letters(const char *s)
{
	struct crm_letters l = { .n = 0 };

	for (; *s != '\0'; s++)
		l.c[l.n++] = (uint16_t)(unsigned char)*s;
	return l;
}

static uint64_t
sound(const char *s)
{
	struct crm_letters l = letters(s);

	return crm_sound_code(&l);
}

static double
similar(const char *a, const char *b)
{
	struct crm_letters x = letters(a), y = letters(b);

	return crm_jaro_winkler(&x, &y);
}

/* The examples of the National Archives, a fourth class behind them. */
static void
test_sound(void **state)
{
	(void)state;
	assert_true(sound("robert") == sound("rupert"));
	assert_true(sound("rubin") != sound("robert"));
	assert_true(sound("ashcraft") == sound("ashcroft"));
	assert_true(sound("tymczak") == ((uint64_t)'t' << 12 | 0x522));
	assert_true(sound("pfister") == ((uint64_t)'p' << 12 | 0x236));
	assert_true(sound("a") == 'a');
	assert_true(sound("") == 0);
}

/* The examples of Winkler's report. */
static void
test_similar(void **state)
{
	static const struct {
		const char *a, *b;
		double want;
	} cases[] = { { "martha", "marhta", 0.961 },
		{ "dwayne", "duane", 0.840 }, { "dixon", "dicksonx", 0.813 },
		{ "abc", "abc", 1 }, { "abc", "xyz", 0 }, { "", "a", 0 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_float_equal(
		    similar(cases[i].a, cases[i].b), cases[i].want, 0.0006);
		assert_float_equal(
		    similar(cases[i].b, cases[i].a), cases[i].want, 0.0006);
	}
}

static struct crm_sketch
person(uint64_t n, const char *given, const char *family)
{
	struct crm_sketch s = { .id = crm_id('p', 0, n),
		.given = letters(given),
		.family = letters(family) };

	return s;
}

static void
test_points(void **state)
{
	struct crm_sketch a = person(1, "anna", "nowak");
	struct crm_sketch b = person(2, "ana", "nowak");
	struct crm_buf why = CRM_BUF_INIT(1000);

	(void)state;
	assert_int_equal(crm_alike(&a, &b, 2, &why), 8);
	assert_string_equal(why.p, "given (close), family");
	b = person(2, "nowak", "anna");
	assert_int_equal(crm_alike(&a, &b, 2, NULL), 9);
	a.name = b.name = 7;
	assert_int_equal(crm_alike(&a, &b, 7, NULL), 10);
	assert_int_equal(crm_alike(&a, &b, 16, NULL), 8);
	assert_int_equal(crm_alike(&a, &b, 1000000, NULL), 2);
	a.birthday = (struct crm_date){ 1990, 5, 2 };
	b.birthday = (struct crm_date){ 1990, 2, 5 };
	assert_int_equal(crm_alike(&a, &b, 2, NULL), 15);
	b.birthday = (struct crm_date){ 1990, 5, 2 };
	assert_int_equal(crm_alike(&a, &b, 2, NULL), 19);
	b.birthday = (struct crm_date){ 1971, 11, 30 };
	assert_int_equal(crm_alike(&a, &b, 2, NULL), 4);
	b.birthday = (struct crm_date){ 0, 5, 2 };
	assert_int_equal(crm_alike(&a, &b, 2, NULL), 15);
	crm_buf_release(&why);
}

static void
test_sets(void **state)
{
	struct crm_sets s = { .n = 0 };
	uint64_t *leader;

	(void)state;
	crm_sets_join(&s, 2, 3);
	crm_sets_join(&s, 10, 11);
	crm_sets_join(&s, 1, 2);
	crm_sets_join(&s, 11, 10); /* each is second: the first that came */
	leader = crm_sets_leaders(&s);
	assert_int_equal(s.n, 5);
	assert_int_equal(leader[0], 1); /* of 2 */
	assert_int_equal(leader[1], 1); /* of 3 */
	assert_int_equal(leader[2], 10);
	assert_int_equal(leader[3], 10);
	assert_int_equal(leader[4], 1);
	crm_free(leader);
	crm_sets_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_similar),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
