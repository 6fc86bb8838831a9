#include "model/fit.h"

#include <lbfgs.h>
#include <math.h>
#include <string.h>

/* Logarithm of a parameter: where a shape is 1,000, the most that tells
 * anything, a time may be some thousand times as much. */
#define BEYOND 16
#define FLAT 1e-5 /* slope of a likelihood that cannot get better */

struct task {
	crm_likelihood *fn;
	void *ctx;
	size_t n;
	double slope; /* at the last place: its greatest part */
};

/* The library looks for what is least, over all numbers. */
static lbfgsfloatval_t
look(void *ctx, const lbfgsfloatval_t *u, lbfgsfloatval_t *slope, const int n,
    const lbfgsfloatval_t step)
{
	struct task *t = ctx;
	double p[CRM_FIT_MAX], v;
	size_t i;

	(void)n;
	(void)step;
	for (i = 0; i < t->n; i++)
		p[i] = exp(fmax(-2 * BEYOND, fmin(2 * BEYOND, u[i])));
	v = t->fn(t->ctx, p, slope);
	t->slope = 0;
	for (i = 0; i < t->n; i++) {
		slope[i] *= -p[i];
		t->slope = fmax(t->slope, fabs(slope[i]));
	}
	return -v;
}

/* One that runs away does not come back. */
static int
goes_on(void *ctx, const lbfgsfloatval_t *u, const lbfgsfloatval_t *slope,
    const lbfgsfloatval_t least, const lbfgsfloatval_t norm,
    const lbfgsfloatval_t slope_norm, const lbfgsfloatval_t step, int n, int k,
    int looks)
{
	int i;

	(void)ctx;
	(void)slope;
	(void)least;
	(void)norm;
	(void)slope_norm;
	(void)step;
	(void)k;
	(void)looks;
	for (i = 0; i < n; i++)
		if (!(fabs(u[i]) < BEYOND))
			return 1;
	return 0;
}

bool
crm_fit(crm_likelihood *fn, void *ctx, double *p, size_t n, double *best)
{
	struct task t = { .fn = fn, .ctx = ctx, .n = n };
	lbfgs_parameter_t how;
	/* Built for vector units it goes through eight at a time, aligned. */
	_Alignas(32) lbfgsfloatval_t u[8 * ((CRM_FIT_MAX + 7) / 8)] = { 0 };
	lbfgsfloatval_t least;
	size_t i;
	int rc;

	lbfgs_parameter_init(&how);
	how.epsilon = 1e-6;
	how.max_iterations = 1000;
	for (i = 0; i < n; i++)
		u[i] = log(p[i]);
	rc = lbfgs((int)n, u, &least, look, goes_on, &t, &how);
	for (i = 0; i < n; i++) {
		p[i] = exp(u[i]);
		if (!(fabs(u[i]) < BEYOND))
			return false;
	}
	*best = -least;
	/* Near the top the line search may find nothing better. */
	return isfinite(least) &&
	    (rc == LBFGS_SUCCESS || rc == LBFGS_ALREADY_MINIMIZED ||
		t.slope < FLAT);
}

bool
crm_fit_tells(const double *shape, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!(shape[i] > CRM_SHAPE_LEAST && shape[i] < CRM_SHAPE_MOST))
			return false;
	return true;
}

/* The same over all numbers. */
static lbfgsfloatval_t
look_many(void *ctx, const lbfgsfloatval_t *u, lbfgsfloatval_t *slope,
    const int n, const lbfgsfloatval_t step)
{
	struct task *t = ctx;
	double v = t->fn(t->ctx, u, slope);
	size_t i;

	(void)n;
	(void)step;
	t->slope = 0;
	for (i = 0; i < t->n; i++) {
		slope[i] = -slope[i];
		t->slope = fmax(t->slope, fabs(slope[i]));
	}
	return -v;
}

bool
crm_fit_many(crm_likelihood *fn, void *ctx, double *p, size_t n, double *best)
{
	struct task t = { .fn = fn, .ctx = ctx, .n = n };
	size_t room = (n + 7) / 8 * 8; /* as above */
	lbfgsfloatval_t *u = lbfgs_malloc((int)room), least;
	lbfgs_parameter_t how;
	int rc;

	if (u == NULL)
		return false;
	lbfgs_parameter_init(&how);
	how.epsilon = 1e-7;
	how.max_iterations = 2000;
	memset(u, 0, room * sizeof(*u));
	memcpy(u, p, n * sizeof(*u));
	rc = lbfgs((int)n, u, &least, look_many, NULL, &t, &how);
	memcpy(p, u, n * sizeof(*u));
	lbfgs_free(u);
	*best = -least;
	return isfinite(least) &&
	    (rc == LBFGS_SUCCESS || rc == LBFGS_ALREADY_MINIMIZED ||
		t.slope < FLAT);
}
