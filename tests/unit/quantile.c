/* Classes by selection against counting what is below. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/quantile.h"

#define N 300

static uint64_t seed = 42;

static uint64_t
random_bits(int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed ^ seed << 29) >> (64 - n);
}

static void
check(const int64_t *v, size_t n, unsigned int classes)
{
	struct crm_quantile q;
	size_t i, j, below;

	crm_quantile_of(&q, classes, v, n);
	for (i = 0; i < n; i++) {
		below = 0;
		for (j = 0; j < n; j++)
			below += v[j] < v[i];
		assert_int_equal(
		    crm_quantile_class(&q, v[i]), 1 + below * classes / n);
	}
}

static void
counted(void **state)
{
	int64_t v[N];
	size_t n, i;
	int bits;

	(void)state;
	for (bits = 1; bits <= 64; bits += 7)
		for (n = 1; n <= N; n = n * 3 / 2 + 1) {
			for (i = 0; i < n; i++)
				v[i] = (int64_t)random_bits(bits) -
				    (bits < 64 ? INT64_C(1) << (bits - 1) : 0);
			check(v, n, 1);
			check(v, n, 5);
			check(v, n, 10);
			check(v, n, CRM_QUANTILE_MAX);
		}
}

static void
extremes(void **state)
{
	int64_t v[] = { INT64_MIN, INT64_MAX, 0, -1, INT64_MIN, INT64_MAX };
	struct crm_quantile q;

	(void)state;
	check(v, 6, 5);
	check(v, 2, 2);
	check(v, 1, 5);
	crm_quantile_of(&q, 5, NULL, 0);
	assert_int_equal(crm_quantile_class(&q, 7), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counted),
		cmocka_unit_test(extremes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
