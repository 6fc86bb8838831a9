/* The models against what was published of them, and against formulas that
 * hold where the general ones come to something simple. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/buying.h"
#include "model/contract.h"
#include "model/special.h"
#include "model/spend.h"

#define NEAR(a, b, by) assert_true(fabs((a) - (b)) <= (by))

/* Gauss and Euler: psi(1), psi(1/2); psi(10) by recurrence. */
static void
digamma(void **state)
{
	double ten = -0.57721566490153286;
	int i;

	(void)state;
	NEAR(crm_digamma(1), -0.57721566490153286, 1e-12);
	NEAR(crm_digamma(0.5), -1.9635100260214235, 1e-12);
	for (i = 1; i < 10; i++)
		ten += 1.0 / i;
	NEAR(crm_digamma(10), ten, 1e-12);
	NEAR(crm_digamma(1e6), log(1e6) - 0.5e-6, 1e-12);
}

/* Abramowitz and Stegun 15.1.3, 15.1.8. */
static void
hypergeometric(void **state)
{
	(void)state;
	NEAR(crm_hyp2f1(1, 1, 2, 0.5), 2 * log(2), 1e-13);
	NEAR(crm_hyp2f1(1, 1, 2, 0.99), log(100) / 0.99, 1e-10);
	NEAR(crm_hyp2f1(-1.5, 4, 4, 0.3), pow(0.7, 1.5), 1e-13);
	NEAR(crm_hyp2f1(0, 3, 4, 0.9), 1, 0);
}

/* Exact for polynomials of order 2n - 1. */
static void
quadrature(void **state)
{
	struct crm_gauss g;
	double sum;
	size_t i;
	int k;

	(void)state;
	crm_gauss_make(&g);
	for (k = 0; k < 2 * CRM_GAUSS; k++) {
		sum = 0;
		for (i = 0; i < CRM_GAUSS; i++)
			sum += g.weight[i] * pow(g.at[i], k);
		NEAR(sum, 1.0 / (k + 1), 1e-14);
	}
}

/* Fader, Hardie and Lee 2005, page 281 and the note on their spreadsheet:
 * the customer with x = 2, t_x = 30.43, T = 38.86. */
static void
bg_nbd(void **state)
{
	const struct crm_buying m = { .model = CRM_BG_NBD,
		.p = { 0.243, 4.414, 0.793, 2.426 } };
	const struct crm_repeat c = { 2, 30.43, 38.86 }, once = { 0, 0, 38.86 };

	(void)state;
	NEAR(crm_buying_alive(&m, &c) * crm_buying_staying(&m, &c, 39, 0),
	    1.226, 5e-4);
	NEAR(crm_buying_alive(&m, &c), 0.7266, 5e-4);
	NEAR(crm_buying_alive(&m, &once), 1, 0);
	NEAR(crm_buying_staying(&m, &c, 0, 0), 0, 1e-12);
}

/* With alpha = beta the integral can be written down. */
static void
pareto_nbd(void **state)
{
	const struct crm_buying m = { .model = CRM_PARETO_NBD,
		.p = { 0.553, 10.58, 0.606, 10.58 } };
	static const double x[] = { 0, 1, 2, 40, 4000 };
	struct crm_repeat c;
	double k, gone;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(x) / sizeof(x[0]); i++) {
		c = (struct crm_repeat){ x[i], x[i] > 0 ? 30 : 0, 38.86 };
		k = m.p[0] + m.p[2] + c.x;
		gone = m.p[2] / k *
		    expm1(k * log((m.p[1] + c.age) / (m.p[1] + c.last)));
		NEAR(crm_buying_alive(&m, &c), 1 / (1 + gone), 1e-9);
	}
}

/* The integral summed up slowly. */
static double
slow_likelihood(const double *p, const struct crm_repeat *c)
{
	const int steps = 300000;
	double sum = 0, y, step = (c->age - c->last) / steps;
	int j;

	for (j = 0; j < steps; j++) {
		y = c->last + (j + 0.5) * step;
		sum += step * p[2] * pow(p[1] + y, -p[0] - c->x) *
		    pow(p[3] + y, -p[2] - 1);
	}
	sum += pow(p[1] + c->age, -p[0] - c->x) * pow(p[3] + c->age, -p[2]);
	return lgamma(p[0] + c->x) - lgamma(p[0]) + p[0] * log(p[1]) +
	    p[2] * log(p[3]) + log(sum);
}

/* Of all sorts of customers, where alpha and beta are near and far. */
static void
pareto_integral(void **state)
{
	static const double p[][4] = { { 0.55, 10.6, 0.61, 11.7 },
		{ 2, 3, 0.3, 40 }, { 0.4, 60, 1.5, 5 },
		{ 0.56, 1.63, 3.3, 194 }, { 0.62, 2.2, 40, 2800 },
		{ 0.3, 100, 0.6, 0.5 }, { 1.5, 0.5, 0.9, 30 } };
	static const struct crm_repeat c[] = { { 3, 20, 50 }, { 0, 0, 280 },
		{ 1, 2, 280 }, { 30, 250, 280 }, { 25, 10, 250 } };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(p) / sizeof(p[0]); i++)
		for (k = 0; k < sizeof(c) / sizeof(c[0]); k++) {
			struct crm_buying m = { .model = CRM_PARETO_NBD,
				.p = { p[i][0], p[i][1], p[i][2], p[i][3] } };

			NEAR(crm_buying_likelihood(&m, &c[k]),
			    slow_likelihood(p[i], &c[k]), 2e-6);
		}
}

/* What is discounted, against a sum over small steps. */
static void
discount(void **state)
{
	const struct crm_buying m = { .model = CRM_BG_NBD,
		.p = { 0.243, 4.414, 0.793, 2.426 } };
	const struct crm_repeat c = { 2, 30.43, 38.86 };
	double sum = 0, before = 0, now, t;
	int i;

	(void)state;
	for (i = 1; i <= 10000; i++) {
		t = 52 * i / 10000.0;
		now = crm_buying_staying(&m, &c, t, 0);
		sum += (now - before) * exp(-0.01 * (t - 0.0026));
		before = now;
	}
	NEAR(crm_buying_staying(&m, &c, 52, 0.01), sum, 1e-6);
}

/* Nobody came back; everybody is alike. */
static void
no_fit(void **state)
{
	struct crm_repeat c[] = { { 0, 0, 10 }, { 0, 0, 20 }, { 0, 0, 3 } };
	struct crm_buying m;

	(void)state;
	assert_false(crm_buying_fit(CRM_BG_NBD, c, 3, &m));
	assert_false(crm_buying_fit(CRM_PARETO_NBD, c, 3, &m));
	assert_false(crm_buying_fit(CRM_BG_NBD, c, 0, &m));
}

/* Everybody buys each tenth day and nobody stays away: how alike they are, and
 * when they leave, nobody can tell; what a fit runs away to is no answer. */
static void
runaway(void **state)
{
	struct crm_repeat c[50];
	struct crm_spending s[50];
	struct crm_buying m;
	struct crm_spend spend_model;
	size_t i;

	(void)state;
	for (i = 0; i < 50; i++) {
		c[i] = (struct crm_repeat){ 10, 100, 105 };
		s[i] = (struct crm_spending){ 10, 20 };
	}
	assert_false(crm_buying_fit(CRM_BG_NBD, c, 50, &m));
	assert_false(crm_buying_fit(CRM_PARETO_NBD, c, 50, &m));
	assert_false(crm_spend_fit(s, 50, &spend_model));
}

/* Fader and Hardie 2007, tables 1 and 2: two segments over seven years. */
static void
contract(void **state)
{
	static const double kept[2][8] = {
		{ 1000, 869, 743, 653, 593, 551, 517, 491 },
		{ 1000, 631, 468, 382, 326, 289, 262, 241 },
	};
	static const double found[2][2] = { { 0.668, 3.806 },
		{ 0.704, 1.182 } };
	struct crm_renewal r[7] = { { 0, 0 } };
	struct crm_contract m;
	int i, t;

	(void)state;
	for (i = 0; i < 2; i++) {
		for (t = 0; t < 7; t++)
			r[t].left = kept[i][t] - kept[i][t + 1];
		r[6].last = kept[i][7];
		assert_true(crm_contract_fit(r, 7, &m));
		NEAR(m.alpha, found[i][0], 1e-3);
		NEAR(m.beta, found[i][1], 1e-3);
		NEAR(crm_contract_survival(&m, 1), m.beta / (m.alpha + m.beta),
		    1e-12);
		NEAR(crm_contract_survival(&m, 0), 1, 0);
	}
	r[6].last = 0;
	for (t = 0; t < 7; t++)
		r[t].left = 0;
	assert_false(crm_contract_fit(r, 7, &m));
}

/* Of many purchases the customer's own mean, of none that of all. */
static void
spend(void **state)
{
	const struct crm_spend m = { .p = 6.25, .q = 3.74, .v = 15.44 };
	const struct crm_spending none = { 0, 0 }, many = { 1e9, 77 };

	(void)state;
	NEAR(crm_spend_expected(&m, &none), 6.25 * 15.44 / 2.74, 1e-12);
	NEAR(crm_spend_expected(&m, &many), 77, 1e-5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digamma),
		cmocka_unit_test(hypergeometric),
		cmocka_unit_test(quadrature),
		cmocka_unit_test(bg_nbd),
		cmocka_unit_test(pareto_nbd),
		cmocka_unit_test(pareto_integral),
		cmocka_unit_test(discount),
		cmocka_unit_test(no_fit),
		cmocka_unit_test(runaway),
		cmocka_unit_test(contract),
		cmocka_unit_test(spend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
