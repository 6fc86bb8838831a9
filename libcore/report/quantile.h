/*
 * quantile - classes of equal size among numbers, by selection: no sort.
 *
 * A number is in class 1 + floor(classes * k / n) when k of all n numbers are
 * below it.  Equal ones are never parted: all have the class of the first of
 * them.
 */
#ifndef CRM_QUANTILE_H
#define CRM_QUANTILE_H

#include <stddef.h>
#include <stdint.h>

#define CRM_QUANTILE_MAX 100

struct crm_quantile {
	int64_t bound[CRM_QUANTILE_MAX]; /* above it the next class begins */
	unsigned int classes;
};

/*
 * Find where classes begin.
 *
 * classes  1 to CRM_QUANTILE_MAX
 * n        may be 0
 *
 * Cost: for each bound as many passes as bytes differ; n = 400,000 amounts in
 * five classes 5 ms.
 */
void crm_quantile_of(struct crm_quantile *, unsigned int classes,
    const int64_t *value, size_t n);

/* The class of one of the numbers: 1 (the least) to classes. */
unsigned int crm_quantile_class(const struct crm_quantile *, int64_t value);

#endif
