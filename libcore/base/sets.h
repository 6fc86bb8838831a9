/*
 * sets - things put together by twos: which of them belong to one set.
 *
 * From: R. E. Tarjan, "Efficiency of a good but not linear set union
 * algorithm", 1975; paths are halved, not ranked.
 */
#ifndef CRM_SETS_H
#define CRM_SETS_H

#include "base/map.h"

struct crm_sets {
	struct crm_nummap at; /* number to its place, from 1 */
	struct crm_member {
		uint64_t number;
		size_t up;   /* place of one of the same set, from 0 */
		bool second; /* it was the second of two */
	} * item;            /* in the order in which they came */
	size_t n, cap;
};

/* Put two numbers, not 0, into one set: the first leads the second. */
void crm_sets_join(struct crm_sets *, uint64_t first, uint64_t second);

/*
 * After the last one: who leads the set of each, by its place: the first that
 * came and was never second; where all were, the first that came.
 *
 * out     s->n numbers; free with crm_free()
 */
uint64_t *crm_sets_leaders(struct crm_sets *);

void crm_sets_release(struct crm_sets *);

#endif
