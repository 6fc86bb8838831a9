/*
 * radix - sorting many things by a number of each.
 */
#ifndef CRM_RADIX_H
#define CRM_RADIX_H

#include <stddef.h>
#include <stdint.h>

struct crm_keyed {
	uint64_t key;
	union { /* what it is of */
		const void *of;
		uint64_t at;
	};
};

/*
 * Sort by key, the least first; those that share one stay in their order.
 *
 * Cost: for each 11 bits in which keys differ two passes, no comparisons; as
 * much memory again.
 */
void crm_radix_sort(struct crm_keyed *, size_t n);

#endif
