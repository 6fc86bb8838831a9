/*
 * sorted - arrays of numbers, mostly ids, in their order.
 */
#ifndef CRM_SORTED_H
#define CRM_SORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Put n numbers in order. */
void crm_sort_numbers(uint64_t *p, size_t n);

/* The same, each once.  Returns how many are left. */
size_t crm_sort_once(uint64_t *p, size_t n);

/* The place of the first one that is not below x; n: all are. */
size_t crm_sorted_from(const uint64_t *p, size_t n, uint64_t x);

/* Is x among them? */
bool crm_sorted_has(const uint64_t *p, size_t n, uint64_t x);

#endif
