/*
 * The logistic regression against fits by another method: Newton's, with the
 * whole matrix of second derivatives, in double precision, of the same made
 * cases and folds.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/logistic.h"

#define FEATURES 3
#define CASES_MAX 300
#define NEAR(a, b, by) assert_true(fabs((a) - (b)) <= (by))

struct made {
	uint32_t has[CASES_MAX * FEATURES];
	size_t from[CASES_MAX + 1];
	uint8_t won[CASES_MAX];
	struct crm_cases cases;
};

/*
 * Make cases from a linear congruential generator (that of C's rationale):
 * each feature has one of three, and who has feature 0 wins more often, who
 * has feature 1 less.
 */
static void
make(struct made *m, size_t n, uint32_t more, uint32_t less)
{
	uint32_t x = 12345, draw[FEATURES + 1], chance;
	size_t i, k, has = 0;

	for (i = 0; i < n; i++) {
		m->from[i] = has;
		chance = 30;
		for (k = 0; k <= FEATURES; k++) {
			x = (x * UINT32_C(1103515245) + 12345) & 0x7fffffff;
			draw[k] = x >> 16;
			if (k == FEATURES || draw[k] % 3 != 0)
				continue;
			m->has[has++] = (uint32_t)k;
			chance += k == 0 ? more : 0;
			chance -= k == 1 ? less : 0;
		}
		m->won[i] = draw[FEATURES] % 100 < chance;
	}
	m->from[n] = has;
	m->cases = (struct crm_cases){ m->has, m->from, m->won, n, FEATURES };
}

static void
newton(void **state)
{
	static const struct {
		size_t n;
		uint32_t more, less;
		double win_rate, base, weight[FEATURES], strength, loss,
		    base_loss;
	} of[] = {
		{ 300, 40, 20, 0.34333333333333332, -0.882088,
		    { 1.541406, -0.967852, 0.000907 }, 1, 0.57383359519,
		    0.65120910858 },
		{ 120, 20, 0, 1.0 / 3, -0.729458,
		    { 0.282426, -0.117942, -0.062267 }, 10, 0.64543504474,
		    0.64867900319 },
	};
	struct crm_logistic got;
	struct made m;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		make(&m, of[i].n, of[i].more, of[i].less);
		assert_true(crm_logistic_fit(&m.cases, &got));
		NEAR(got.win_rate, of[i].win_rate, 1e-12);
		assert_true(got.strength == of[i].strength);
		/* L-BFGS stops a little earlier than Newton's method */
		NEAR(got.base, of[i].base, 2e-4);
		for (k = 0; k < FEATURES; k++)
			NEAR(got.weight[k], of[i].weight[k], 2e-4);
		NEAR(got.loss, of[i].loss, 1e-6);
		NEAR(got.base_loss, of[i].base_loss, 1e-9);
		crm_free(got.weight);
	}
}

/* At the greatest likelihood its slopes are 0: the base makes the chances add
 * up to those that were won, each weight to the penalty that it pays. */
static void
slopes(void **state)
{
	double sum = 0, of[FEATURES] = { 0 }, more;
	struct crm_logistic got;
	struct made m;
	size_t i, k;

	(void)state;
	make(&m, 300, 40, 20);
	assert_true(crm_logistic_fit(&m.cases, &got));
	for (i = 0; i < m.cases.n; i++) {
		more = m.won[i] -
		    crm_logistic_chance(
			&got, m.has + m.from[i], m.from[i + 1] - m.from[i]);
		sum += more;
		for (k = m.from[i]; k < m.from[i + 1]; k++)
			of[m.has[k]] += more;
	}
	NEAR(sum, 0, 0.02);
	for (k = 0; k < FEATURES; k++)
		NEAR(of[k], got.strength * got.weight[k], 0.02);
	crm_free(got.weight);
}

/* Where features tell nothing, the win rate is all that is left; where all
 * came out the same, nothing is. */
static void
nothing_to_tell(void **state)
{
	struct crm_logistic got;
	struct made m;
	size_t i;

	(void)state;
	make(&m, 120, 0, 0);
	assert_true(crm_logistic_fit(&m.cases, &got));
	assert_true(isinf(got.strength));
	for (i = 0; i < FEATURES; i++)
		assert_true(got.weight[i] == 0);
	NEAR(crm_logistic_chance(&got, m.has, m.from[1]), got.win_rate, 1e-12);
	assert_true(got.loss == got.base_loss);
	crm_free(got.weight);

	for (i = 0; i < m.cases.n; i++)
		m.won[i] = 1;
	assert_false(crm_logistic_fit(&m.cases, &got));
	crm_free(got.weight);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newton),
		cmocka_unit_test(slopes),
		cmocka_unit_test(nothing_to_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
