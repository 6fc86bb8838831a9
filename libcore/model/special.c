#define _DEFAULT_SOURCE /* lgamma_r: lgamma() shares the sign */
#include "model/special.h"

#include <math.h>

#define PI 3.14159265358979323846
#define TERMS_MAX 100000

double
crm_log_gamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

double
crm_digamma(double x)
{
	double sum = 0, y;

	for (; x < 6; x++)
		sum -= 1 / x;
	y = 1 / (x * x);
	return sum + log(x) - 0.5 / x -
	    y *
	    (1.0 / 12 -
		y *
		    (1.0 / 120 -
			y *
			    (1.0 / 252 -
				y *
				    (1.0 / 240 -
					y *
					    (1.0 / 132 -
						y *
						    (691.0 / 32760 -
							y / 12))))));
}

double
crm_hyp2f1(double a, double b, double c, double z)
{
	double term = 1, sum = 1;
	unsigned int k;

	for (k = 0; k < TERMS_MAX; k++) {
		term *= (a + k) * (b + k) / ((c + k) * (k + 1.0)) * z;
		sum += term;
		if (fabs(term) <= 1e-16 * fabs(sum))
			break;
	}
	return sum;
}

/* Legendre's polynomial of order CRM_GAUSS at x, and its derivative. */
static double
legendre(double x, double *slope)
{
	double p = 1, before = 0, next;
	int j;

	for (j = 0; j < CRM_GAUSS; j++) {
		next = ((2 * j + 1) * x * p - j * before) / (j + 1);
		before = p;
		p = next;
	}
	*slope = CRM_GAUSS * (x * p - before) / (x * x - 1);
	return p;
}

/* Newton's method from Chebyshev's points, which lie near. */
void
crm_gauss_make(struct crm_gauss *g)
{
	double x, step, slope;
	int i, turn;

	for (i = 0; i < CRM_GAUSS; i++) {
		x = cos(PI * (i + 0.75) / (CRM_GAUSS + 0.5));
		for (turn = 0; turn < 100; turn++) {
			step = legendre(x, &slope) / slope;
			x -= step;
			if (fabs(step) < 1e-15)
				break;
		}
		(void)legendre(x, &slope);
		g->at[i] = (1 - x) / 2;
		g->weight[i] = 1 / ((1 - x * x) * slope * slope);
	}
}
