#include "model/logistic.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "model/fit.h"

#define FOLDS 5
#define NO_FOLD FOLDS
#define NO_WEIGHTS ((double)INFINITY) /* a strength */

/* Strengths that are tried, the strongest first: what is weaker has to be
 * better. */
static const double strengths[] = { 1000, 300, 100, 30, 10, 3, 1 };

/* Shuffled, always alike: cases that come in turns, as deals do that are dealt
 * out among people, must not all fall into one fold. */
static size_t
fold_of(size_t i)
{
	uint64_t v = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

	v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
	return (size_t)((v ^ v >> 31) % FOLDS);
}

struct task {
	const struct crm_cases *c;
	size_t fold; /* that is left out */
	double strength;
	double n; /* cases that are not */
};

static double
logit_of(const struct crm_cases *c, const double *p, size_t i)
{
	double v = p[0];
	size_t k;

	for (k = c->from[i]; k < c->from[i + 1]; k++)
		v += p[1 + c->has[k]];
	return v;
}

/* The log loss of an outcome, without loss of digits far out. */
static double
loss_of(double logit, bool won)
{
	double v = won ? -logit : logit;

	return v > 0 ? v + log1p(exp(-v)) : log1p(exp(v));
}

/* p[0] is the base, which nothing pulls to 0. */
static double
likelihood(void *ctx, const double *p, double *slope)
{
	const struct task *t = ctx;
	const struct crm_cases *c = t->c;
	double sum = 0, logit, more;
	size_t i, k;

	memset(slope, 0, (c->nfeatures + 1) * sizeof(*slope));
	for (i = 0; i < c->n; i++) {
		if (fold_of(i) == t->fold)
			continue;
		logit = logit_of(c, p, i);
		sum -= loss_of(logit, c->won[i]);
		more = (c->won[i] - 1 / (1 + exp(-logit))) / t->n;
		slope[0] += more;
		for (k = c->from[i]; k < c->from[i + 1]; k++)
			slope[1 + c->has[k]] += more;
	}
	for (i = 1; i <= c->nfeatures; i++) {
		sum -= t->strength / 2 * p[i] * p[i];
		slope[i] -= t->strength * p[i] / t->n;
	}
	return sum / t->n;
}

/* Fit to all cases but those of a fold; p begins where it is.  Without a
 * strength the base alone. */
static bool
fit(const struct crm_cases *c, size_t fold, double strength, double *p)
{
	struct task t = { .c = c, .fold = fold, .strength = strength };
	double won = 0, best;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (fold_of(i) != fold) {
			t.n++;
			won += c->won[i];
		}
	if (won == 0 || won == t.n)
		return false;
	if (!isinf(strength))
		return crm_fit_many(likelihood, &t, p, c->nfeatures + 1, &best);
	memset(p, 0, (c->nfeatures + 1) * sizeof(*p));
	p[0] = log(won / (t.n - won));
	return true;
}

/* The mean log loss of all cases, each by the fit without its fold. */
static double
validate(const struct crm_cases *c, double strength, double *p)
{
	double sum = 0;
	size_t fold, i;

	for (fold = 0; fold < FOLDS; fold++) {
		if (!fit(c, fold, strength, p))
			return (double)INFINITY;
		for (i = 0; i < c->n; i++)
			if (fold_of(i) == fold)
				sum += loss_of(logit_of(c, p, i), c->won[i]);
	}
	return sum / (double)c->n;
}

bool
crm_logistic_fit(const struct crm_cases *c, struct crm_logistic *out)
{
	double *p = crm_calloc(c->nfeatures + 1, sizeof(*p)), loss;
	size_t i;
	bool ok;

	out->strength = NO_WEIGHTS;
	out->base_loss = out->loss = validate(c, NO_WEIGHTS, p);
	for (i = 0; i < sizeof(strengths) / sizeof(strengths[0]); i++) {
		loss = validate(c, strengths[i], p);
		if (loss < out->loss) {
			out->loss = loss;
			out->strength = strengths[i];
		}
	}
	ok = fit(c, NO_FOLD, NO_WEIGHTS, p);
	out->win_rate = 1 / (1 + exp(-p[0]));
	if (ok && !isinf(out->strength))
		ok = fit(c, NO_FOLD, out->strength, p);
	out->base = p[0];
	memmove(p, p + 1, c->nfeatures * sizeof(*p));
	out->weight = p;
	return ok;
}

double
crm_logistic_chance(const struct crm_logistic *m, const uint32_t *has, size_t n)
{
	double v = m->base;
	size_t i;

	for (i = 0; i < n; i++)
		v += m->weight[has[i]];
	return 1 / (1 + exp(-v));
}
