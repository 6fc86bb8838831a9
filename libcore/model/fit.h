/*
 * fit - the parameters that make data most likely.
 */
#ifndef CRM_FIT_H
#define CRM_FIT_H

#include <stdbool.h>
#include <stddef.h>

#define CRM_FIT_MAX 4

/* A shape that says something lies between these: beyond, all are alike, or
 * the data cannot tell. */
#define CRM_SHAPE_LEAST 1e-3
#define CRM_SHAPE_MOST 1e3

/* Are all of n shapes such? */
bool crm_fit_tells(const double *shape, size_t n);

/*
 * A likelihood, as a mean over the data.
 *
 * p       the parameters, each above 0
 * slope   set to the derivatives by each of them
 *
 * Returns its logarithm.
 */
typedef double crm_likelihood(void *ctx, const double *p, double *slope);

/*
 * Find where the likelihood is greatest, by L-BFGS (Liu and Nocedal 1989) in
 * the logarithms of the parameters, so that none can leave its range.
 *
 * p       n <= CRM_FIT_MAX: where to begin; set to what was found
 * best    set to the logarithm of the likelihood there, as a mean
 *
 * Returns false when there is no such place, or it lies beyond any reason:
 * a parameter under e-20 or above e20.
 */
bool crm_fit(crm_likelihood *fn, void *ctx, double *p, size_t n, double *best);

/*
 * The same for many parameters of any sign, where the likelihood has one
 * greatest place, as a regularised regression has.
 */
bool crm_fit_many(
    crm_likelihood *fn, void *ctx, double *p, size_t n, double *best);

#endif
