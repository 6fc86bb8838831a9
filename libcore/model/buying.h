/*
 * buying - models of customers who may leave without a word: how often each
 * buys, and whether they still do.
 *
 * BG/NBD: Fader, Hardie and Lee, "Counting Your Customers the Easy Way",
 * Marketing Science 24 (2005), 275-284.  Pareto/NBD: Schmittlein, Morrison and
 * Colombo, "Counting Your Customers", Management Science 33 (1987), 1-24, with
 * the likelihood as an integral over the time of leaving.
 *
 * Times have any unit, the same in all calls.  Several threads may fit at once.
 */
#ifndef CRM_BUYING_H
#define CRM_BUYING_H

#include <stdbool.h>
#include <stddef.h>

enum crm_buying_model { CRM_BG_NBD, CRM_PARETO_NBD, CRM_BUYING_NONE };
#define CRM_BUYING_PARAMETERS 4

/* A customer: what they did since their first purchase. */
struct crm_repeat {
	double x;    /* purchases after the first */
	double last; /* time from the first purchase to the last; 0: x is 0 */
	double age;  /* time from the first purchase to now; >= last */
};

struct crm_buying {
	enum crm_buying_model model;
	/* BG/NBD: r, alpha, a, b.  Pareto/NBD: r, alpha, s, beta. */
	double p[CRM_BUYING_PARAMETERS];
	double log_likelihood; /* of all customers */
};

/* "bg-nbd", "pareto-nbd"; "r", "alpha" ... */
const char *crm_buying_name(enum crm_buying_model);
const char *crm_buying_parameter(enum crm_buying_model, size_t);

/*
 * Fit a model to customers.
 *
 * r       n of them, in any order; sorted
 *
 * Returns false when it cannot be fitted: nobody bought again, or everybody
 * seems to stay for ever.
 *
 * Cost: customers alike are counted once; n = 400,000 of two years about a
 * second (BG/NBD).
 */
bool crm_buying_fit(enum crm_buying_model, struct crm_repeat *r, size_t n,
    struct crm_buying *out);

/* The logarithm of the likelihood of one customer. */
double crm_buying_likelihood(
    const struct crm_buying *, const struct crm_repeat *);

/* The probability that a customer has not left; 1 in BG/NBD who bought once,
 * as in that model one leaves right after a purchase that is not the first. */
double crm_buying_alive(const struct crm_buying *, const struct crm_repeat *);

/*
 * How many purchases to expect in the time to come of a customer who has not
 * left: times crm_buying_alive() that is what to expect of them.
 *
 * rate    at which what comes later counts less: exp(-rate * time); 0: not
 */
double crm_buying_staying(const struct crm_buying *, const struct crm_repeat *,
    double time, double rate);

#endif
