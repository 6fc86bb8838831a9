#include "model/spend.h"

#include <math.h>
#include <stdlib.h>

#include "model/fit.h"
#include "model/special.h"

enum { P, Q, V, PARAMETERS };

struct data {
	const struct crm_spending *s;
	size_t n;
};

/* Equation 1a of the paper; who bought equally often comes together. */
static double
likelihood(void *ctx, const double *p, double *slope)
{
	const struct data *d = ctx;
	double x = 0, gammas = 0, by_p = 0, by_q = 0, sum = 0, m, both, mean;
	size_t i;

	slope[P] = slope[Q] = slope[V] = 0;
	for (i = 0; i < d->n; i++) {
		const struct crm_spending *s = &d->s[i];

		if (s->x != x) {
			x = s->x;
			gammas = crm_log_gamma(p[P] * x + p[Q]) -
			    crm_log_gamma(p[P] * x) - crm_log_gamma(p[Q]);
			by_q = crm_digamma(p[P] * x + p[Q]);
			by_p = by_q - crm_digamma(p[P] * x);
			by_q -= crm_digamma(p[Q]);
		}
		m = log(s->mean * x);
		mean = p[V] + s->mean * x;
		both = log(mean);
		sum += gammas + p[Q] * log(p[V]) - log(s->mean) + p[P] * x * m -
		    (p[P] * x + p[Q]) * both;
		slope[P] += x * (by_p + m - both);
		slope[Q] += by_q + log(p[V]) - both;
		slope[V] += p[Q] / p[V] - (p[P] * x + p[Q]) / mean;
	}
	for (i = 0; i < PARAMETERS; i++)
		slope[i] /= (double)d->n;
	return sum / (double)d->n;
}

static int
cmp(const void *x, const void *y)
{
	const struct crm_spending *a = x, *b = y;

	if (a->x != b->x)
		return a->x < b->x ? -1 : 1;
	return a->mean < b->mean ? -1 : a->mean > b->mean;
}

bool
crm_spend_fit(struct crm_spending *s, size_t n, struct crm_spend *out)
{
	struct data d = { .s = s, .n = n };
	double p[PARAMETERS] = { 2, 3, 0 }, best = 0;
	size_t i;
	bool ok;

	for (i = 0; i < n; i++)
		p[V] += s[i].mean / (double)n;
	qsort(s, n, sizeof(*s), cmp);
	ok = n > 0 && crm_fit(likelihood, &d, p, PARAMETERS, &best) &&
	    crm_fit_tells(p, V);
	*out = (struct crm_spend){ .p = p[P],
		.q = p[Q],
		.v = p[V],
		.log_likelihood = best * (double)n };
	return ok;
}

double
crm_spend_expected(const struct crm_spend *m, const struct crm_spending *s)
{
	double below = m->p * s->x + m->q - 1;

	return m->q > 1 ? m->p * (m->v + s->mean * s->x) / below : (double)NAN;
}
