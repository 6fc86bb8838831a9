/*
 * gaps - the days from one purchase to the next, and their median.
 */
#ifndef CRM_GAPS_H
#define CRM_GAPS_H

#include <stddef.h>
#include <stdint.h>

#define CRM_NO_GAP INT32_MAX

/* Days on which somebody bought, to have a rhythm: one gap is none. */
#define CRM_RHYTHM_DAYS 3

struct crm_gaps {
	int32_t *gap; /* crm_free() it; CRM_NO_GAPs behind the last one */
	size_t n, cap;
	int32_t longest;
};

/* Take what lies between days: in order, no day twice; two at the least. */
void crm_gaps_take(struct crm_gaps *, const int32_t *day, size_t ndays);

/* How many are not longer than so many days, less than CRM_NO_GAP? */
size_t crm_gaps_count(const struct crm_gaps *, int32_t days);

/*
 * The median times two: then a half is a whole number.
 *
 * most    the lower one of the two in the middle is known to be no longer;
 *         CRM_NO_GAP: nothing is known
 */
int32_t crm_gaps_twice_median(const struct crm_gaps *, int32_t most);

/* The shortest first. */
void crm_gaps_sort(struct crm_gaps *);

#endif
