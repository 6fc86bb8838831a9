#include "model/contract.h"

#include <math.h>

#include "model/fit.h"

enum { ALPHA, BETA, PARAMETERS };

struct data {
	const struct crm_renewal *renewal;
	size_t n;
	double total;
};

/* Equation 5; the sums of what is behind grow with t. */
static double
likelihood(void *ctx, const double *p, double *slope)
{
	const struct data *d = ctx;
	double stay = 0, by_alpha = 0, by_beta = 0; /* ln S(t), and slopes */
	double sum = 0, both, before;
	size_t t;

	slope[ALPHA] = slope[BETA] = 0;
	for (t = 0; t < d->n; t++) {
		const struct crm_renewal *r = &d->renewal[t];

		before = p[BETA] + (double)t;
		both = p[ALPHA] + before;
		sum += r->left * (stay + log(p[ALPHA] / both));
		slope[ALPHA] += r->left * (by_alpha + 1 / p[ALPHA] - 1 / both);
		slope[BETA] += r->left * (by_beta - 1 / both);
		stay += log(before / both);
		by_alpha -= 1 / both;
		by_beta += 1 / before - 1 / both;
		sum += r->last * stay;
		slope[ALPHA] += r->last * by_alpha;
		slope[BETA] += r->last * by_beta;
	}
	slope[ALPHA] /= d->total;
	slope[BETA] /= d->total;
	return sum / d->total;
}

bool
crm_contract_fit(
    const struct crm_renewal *renewal, size_t n, struct crm_contract *out)
{
	struct data d = { .renewal = renewal, .n = n };
	double p[PARAMETERS] = { 1, 1 }, best = 0, left = 0, last = 0;
	size_t t;
	bool ok;

	for (t = 0; t < n; t++) {
		left += renewal[t].left;
		last += renewal[t].last;
	}
	d.total = left + last;
	ok = left > 0 && last > 0 &&
	    crm_fit(likelihood, &d, p, PARAMETERS, &best);
	*out = (struct crm_contract){ .alpha = p[ALPHA],
		.beta = p[BETA],
		.log_likelihood = best * d.total };
	return ok;
}

double
crm_contract_rate(const struct crm_contract *m, size_t t)
{
	return (m->beta + (double)t - 1) / (m->alpha + m->beta + (double)t - 1);
}

double
crm_contract_survival(const struct crm_contract *m, size_t t)
{
	double s = 1;
	size_t i;

	for (i = 1; i <= t; i++)
		s *= crm_contract_rate(m, i);
	return s;
}
