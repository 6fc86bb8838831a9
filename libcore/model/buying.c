#include "model/buying.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/fit.h"
#include "model/special.h"

/* More kinds of customers than that are looked at in part first: the fit of
 * the part is so near that of all that few looks at all are left to do.  Where
 * the part has none, a greater one is tried, and where that has none, all have
 * none: the first one alone was wrong about 4 of 80 sets of 12,000 customers of
 * whom few came back. */
#define PART 4000
#define PART_MORE 16000

enum { R, ALPHA, A, B };  /* BG/NBD */
enum { S = A, BETA = B }; /* Pareto/NBD, behind r and alpha */

const char *
crm_buying_name(enum crm_buying_model m)
{
	return m == CRM_BG_NBD ? "bg-nbd" : "pareto-nbd";
}

const char *
crm_buying_parameter(enum crm_buying_model m, size_t i)
{
	static const char *const name[2][CRM_BUYING_PARAMETERS] = {
		{ "r", "alpha", "a", "b" },
		{ "r", "alpha", "s", "beta" },
	};

	return name[m][i];
}

/* What depends on parameters and x alone: kinds come sorted by x. */
struct known {
	double x;
	double log, by_r, by_a, by_b; /* logarithms of gammas, and slopes */
};

static void
know(enum crm_buying_model m, const double *p, double x, struct known *k)
{
	if (k->x == x)
		return;
	k->x = x;
	k->log = crm_log_gamma(p[R] + x) - crm_log_gamma(p[R]);
	k->by_r = crm_digamma(p[R] + x) - crm_digamma(p[R]);
	if (m != CRM_BG_NBD)
		return;
	k->log += crm_log_gamma(p[A] + p[B]) - crm_log_gamma(p[A] + p[B] + x) +
	    crm_log_gamma(p[B] + x) - crm_log_gamma(p[B]);
	k->by_a = crm_digamma(p[A] + p[B]) - crm_digamma(p[A] + p[B] + x);
	k->by_b = k->by_a + crm_digamma(p[B] + x) - crm_digamma(p[B]);
}

/*
 * BG/NBD (equation 6 of the paper, A3 and A4 divided by A3): slope may be
 * NULL.
 */
static double
bg(const double *p, const struct crm_repeat *c, const struct known *k,
    double *slope)
{
	double all = log(p[ALPHA] + c->age), then = log(p[ALPHA] + c->last);
	double gone = 0, w = 0;

	if (c->x > 0) {
		gone = exp(log(p[A] / (p[B] + c->x - 1)) +
		    (p[R] + c->x) * (all - then));
		w = isinf(gone) ? 1 : gone / (1 + gone);
	}
	if (slope != NULL) {
		slope[R] = k->by_r + log(p[ALPHA]) - (1 - w) * all - w * then;
		slope[ALPHA] = p[R] / p[ALPHA] -
		    (p[R] + c->x) *
			((1 - w) / (p[ALPHA] + c->age) +
			    w / (p[ALPHA] + c->last));
		slope[A] = k->by_a + w / p[A];
		slope[B] = k->by_b - (w > 0 ? w / (p[B] + c->x - 1) : 0);
	}
	return k->log + p[R] * log(p[ALPHA]) - (p[R] + c->x) * all +
	    (isinf(gone) ? log(p[A] / (p[B] + c->x - 1)) +
			(p[R] + c->x) * (all - then)
			 : log1p(gone));
}

static struct crm_gauss rule;
static pthread_once_t rule_made = PTHREAD_ONCE_INIT;

static void
make_rule(void)
{
	crm_gauss_make(&rule);
}

static const struct crm_gauss *
gauss(void)
{
	(void)pthread_once(&rule_made, make_rule);
	return &rule;
}

/* How a customer's time since the last purchase is gone through: on a scale of
 * logarithms of the time and the smaller one of alpha and beta, in pieces. */
struct pieces {
	double least;      /* of alpha and beta */
	double from, each; /* in logarithms */
	size_t n;
};

/* So little is left of what falls by as many powers of e. */
#define NOTHING 36
/* Over a piece the integrand falls by no more powers of e, and its poles, which
 * are pi away, do not matter: then Gauss's rule is right to ten digits. */
#define FALL_MOST 12
#define PIECE_MOST 4
#define PIECES_MOST 64

static struct pieces
cut(const double *p, const struct crm_repeat *c)
{
	struct pieces s = { .least = fmin(p[ALPHA], p[BETA]) };
	double end = s.least + c->age, n;
	/* how fast it falls where it does so least, and most */
	double slow = p[ALPHA] < p[BETA] ? p[R] + c->x - 1 : p[S];
	double steep = (p[R] + c->x) * end / (p[ALPHA] + c->age) +
	    (p[S] + 1) * end / (p[BETA] + c->age);

	s.from = log(s.least + c->last);
	s.each = log(end) - s.from;
	if (slow > 0)
		s.each = fmin(s.each, NOTHING / slow);
	n = ceil(s.each * fmax(1.0 / PIECE_MOST, steep / FALL_MOST));
	s.n = c->age > c->last ? (size_t)fmax(1, fmin(n, PIECES_MOST)) : 0;
	s.each /= s.n > 0 ? (double)s.n : 1;
	return s;
}

/*
 * Pareto/NBD: the chance of somebody who left at y, over all y since the last
 * purchase, is the integral of (alpha + y)^-(r + x) times (beta + y)^-(s + 1).
 *
 * slope   NULL, or set
 * alive   NULL, or set to the probability of it
 */
static double
pareto(const double *p, const struct crm_repeat *c, const struct known *known,
    double *slope, double *alive)
{
	const struct crm_gauss *g = gauss();
	const struct pieces cuts = cut(p, c);
	double log_from = log(p[ALPHA] + c->last);
	double log_end = log(p[ALPHA] + c->age);
	double log_beta = log(p[BETA] + c->last), log_a, log_b;
	/* Everything is told in units of the chance at the last purchase. */
	double stay = exp((p[R] + c->x) * (log_from - log_end) +
	    p[S] * (log_beta - log(p[BETA] + c->age)));
	double by[CRM_BUYING_PARAMETERS] = { 0 }, left = 0, all, v, a, b, z, y;
	size_t i, j;

	for (i = 0; i < cuts.n * CRM_GAUSS; i++) {
		z = cuts.from +
		    cuts.each *
			((double)(i / CRM_GAUSS) + g->at[i % CRM_GAUSS]);
		y = exp(z) - cuts.least;
		a = p[ALPHA] + y;
		b = p[BETA] + y;
		log_a = p[ALPHA] == cuts.least ? z : log(a);
		log_b = p[BETA] == cuts.least ? z : log(b);
		v = g->weight[i % CRM_GAUSS] * cuts.each * (cuts.least + y) *
		    exp((p[R] + c->x) * (log_from - log_a) +
			p[S] * (log_beta - log_b) - log_b);
		left += v;
		if (slope == NULL)
			continue;
		by[R] -= v * log_a;
		by[ALPHA] -= v / a;
		by[S] -= v * log_b;
		by[BETA] -= v / b;
	}
	all = stay + p[S] * left;
	if (alive != NULL)
		*alive = stay / all;
	if (slope != NULL) {
		by[ALPHA] *= p[R] + c->x;
		by[BETA] *= p[S] + 1;
		for (j = 0; j < CRM_BUYING_PARAMETERS; j++)
			by[j] *= p[S];
		by[R] -= stay * log_end;
		by[ALPHA] -= stay * (p[R] + c->x) / (p[ALPHA] + c->age);
		by[S] += left - stay * log(p[BETA] + c->age);
		by[BETA] -= stay * p[S] / (p[BETA] + c->age);
		slope[R] = known->by_r + log(p[ALPHA]) + by[R] / all;
		slope[ALPHA] = p[R] / p[ALPHA] + by[ALPHA] / all;
		slope[S] = log(p[BETA]) + by[S] / all;
		slope[BETA] = p[S] / p[BETA] + by[BETA] / all;
	}
	return known->log + p[R] * log(p[ALPHA]) + p[S] * log(p[BETA]) -
	    (p[R] + c->x) * log_from - p[S] * log_beta + log(all);
}

/* Customers alike, and how many. */
struct kind {
	struct crm_repeat c;
	double n;
};

struct data {
	enum crm_buying_model model;
	const struct kind *kind;
	size_t n, step; /* every step-th of them */
	double total;   /* customers that are looked at */
};

static double
likelihood(void *ctx, const double *p, double *slope)
{
	const struct data *d = ctx;
	struct known known = { .x = -1 };
	double sum = 0, one[CRM_BUYING_PARAMETERS];
	size_t i, j;

	memset(slope, 0, sizeof(one));
	for (i = 0; i < d->n; i += d->step) {
		const struct kind *k = &d->kind[i];

		know(d->model, p, k->c.x, &known);
		sum += k->n *
		    (d->model == CRM_BG_NBD
			    ? bg(p, &k->c, &known, one)
			    : pareto(p, &k->c, &known, one, NULL));
		for (j = 0; j < CRM_BUYING_PARAMETERS; j++)
			slope[j] += k->n * one[j];
	}
	for (j = 0; j < CRM_BUYING_PARAMETERS; j++)
		slope[j] /= d->total;
	return sum / d->total;
}

static int
cmp(const void *x, const void *y)
{
	const struct crm_repeat *a = x, *b = y;

	if (a->x != b->x)
		return a->x < b->x ? -1 : 1;
	if (a->last != b->last)
		return a->last < b->last ? -1 : 1;
	return a->age < b->age ? -1 : a->age > b->age;
}

/* Count customers alike.  Returns how many kinds. */
static size_t
count(struct crm_repeat *r, size_t n, struct kind *kind)
{
	size_t i, k = 0;

	qsort(r, n, sizeof(*r), cmp);
	for (i = 0; i < n; i++) {
		if (k == 0 || cmp(&kind[k - 1].c, &r[i]) != 0)
			kind[k++] = (struct kind){ .c = r[i] };
		kind[k - 1].n++;
	}
	return k;
}

static bool
fit(struct data *d, size_t step, double *p, double *best)
{
	size_t i;

	d->step = step;
	d->total = 0;
	for (i = 0; i < d->n; i += step)
		d->total += d->kind[i].n;
	return crm_fit(likelihood, d, p, CRM_BUYING_PARAMETERS, best);
}

/* Where to begin: people who buy every mean age, and leave as often. */
static void
begin(enum crm_buying_model model, const struct crm_repeat *r, size_t n,
    double *p)
{
	double age = 0;
	size_t i;

	for (i = 0; i < n; i++)
		age += r[i].age;
	p[R] = p[A] = 1;
	p[ALPHA] = fmax(age / (double)n, 1e-3) / 4;
	p[B] = model == CRM_PARETO_NBD ? p[ALPHA] : 2;
}

/* Find where to begin with all of them. */
static bool
fit_part(struct data *d, const struct crm_repeat *r, size_t n, double *p)
{
	static const size_t part[] = { PART, PART_MORE };
	double best;
	size_t i;

	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		begin(d->model, r, n, p);
		if (d->n <= part[i] || fit(d, d->n / part[i] + 1, p, &best))
			return true;
	}
	return false;
}

/* Fit all of them from where p is. */
static bool
fit_all(struct data *d, struct crm_buying *out)
{
	double best;

	if (!fit(d, 1, out->p, &best) || !crm_fit_tells(out->p, 1) ||
	    !crm_fit_tells(out->p + A, d->model == CRM_BG_NBD ? 2 : 1))
		return false;
	out->log_likelihood = best * d->total;
	return true;
}

bool
crm_buying_fit(enum crm_buying_model model, struct crm_repeat *r, size_t n,
    struct crm_buying *out)
{
	struct kind *kind = crm_calloc(n + 1, sizeof(*kind));
	struct data d = {
		.model = model, .kind = kind, .n = count(r, n, kind)
	};
	bool ok = n > 0 && r[n - 1].x > 0;

	memset(out, 0, sizeof(*out));
	out->model = model;
	if (ok && fit_part(&d, r, n, out->p)) {
		ok = fit_all(&d, out);
		if (!ok && d.n > PART) { /* the part led astray */
			begin(model, r, n, out->p);
			ok = fit_all(&d, out);
		}
	} else
		ok = false;
	crm_free(kind);
	return ok;
}

double
crm_buying_likelihood(const struct crm_buying *m, const struct crm_repeat *c)
{
	struct known known = { .x = -1 };

	know(m->model, m->p, c->x, &known);
	return m->model == CRM_BG_NBD ? bg(m->p, c, &known, NULL)
				      : pareto(m->p, c, &known, NULL, NULL);
}

double
crm_buying_alive(const struct crm_buying *m, const struct crm_repeat *c)
{
	const double *p = m->p;
	struct known known = { .x = -1 };
	double alive;

	if (m->model == CRM_BG_NBD)
		return c->x == 0 ? 1
				 : 1 /
			(1 +
			    p[A] / (p[B] + c->x - 1) *
				pow((p[ALPHA] + c->age) / (p[ALPHA] + c->last),
				    p[R] + c->x));
	know(m->model, p, c->x, &known);
	(void)pareto(p, c, &known, NULL, &alive);
	return alive;
}

/*
 * Purchases to expect of somebody who is alive.  BG/NBD: equation 10 of the
 * paper, after Euler's transformation (Abramowitz and Stegun 15.3.3), which
 * keeps terms small whatever x is.  Both have a limit where they divide by 0:
 * they are taken beside it.
 */
static double
expected(const struct crm_buying *m, const struct crm_repeat *c, double time)
{
	const double *p = m->p;
	double less = p[A] - 1, z;

	if (fabs(less) < 1e-6)
		less = less < 0 ? -1e-6 : 1e-6;
	if (m->model == CRM_PARETO_NBD)
		return (p[R] + c->x) * (p[BETA] + c->age) /
		    ((p[ALPHA] + c->age) * less) *
		    -expm1(less *
			log((p[BETA] + c->age) / (p[BETA] + c->age + time)));
	z = time / (p[ALPHA] + c->age + time);
	return (less + p[B] + c->x) / less *
	    (1 -
		pow(1 - z, less) *
		    crm_hyp2f1(
			less, less + p[B] - p[R], less + p[B] + c->x, z));
}

/* By parts: the integral of exp(-rate * t) over what is expected until t. */
double
crm_buying_staying(const struct crm_buying *m, const struct crm_repeat *c,
    double time, double rate)
{
	const struct crm_gauss *g = gauss();
	double sum = exp(-rate * time) * expected(m, c, time), t;
	size_t i;

	for (i = 0; rate > 0 && i < CRM_GAUSS; i++) {
		t = time * g->at[i];
		sum += rate * time * g->weight[i] * exp(-rate * t) *
		    expected(m, c, t);
	}
	return sum;
}
