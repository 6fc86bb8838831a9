#include "base/radix.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

#define BITS 11
#define DIGITS (1 << BITS)

/* Sort by one digit, keeping the order of those that share it.  Returns false
 * when all do: nothing was done. */
static bool
sort_digit(const struct crm_keyed *from, struct crm_keyed *to, size_t n,
    unsigned int shift)
{
	size_t at[DIGITS] = { 0 }, i, next = 0, count;

	for (i = 0; i < n; i++)
		at[from[i].key >> shift & (DIGITS - 1)]++;
	for (i = 0; i < DIGITS; i++) {
		if (at[i] == n)
			return false;
		count = at[i];
		at[i] = next;
		next += count;
	}
	for (i = 0; i < n; i++)
		to[at[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
	return true;
}

void
crm_radix_sort(struct crm_keyed *k, size_t n)
{
	struct crm_keyed *spare, *from = k, *to, *swap;
	uint64_t differ = 0;
	unsigned int shift;
	size_t i;

	for (i = 1; i < n; i++)
		differ |= k[i].key ^ k[0].key;
	if (differ == 0)
		return;
	to = spare = crm_calloc(n, sizeof(*spare));
	for (shift = 0; shift < 64 && differ >> shift > 0; shift += BITS)
		if (sort_digit(from, to, n, shift)) {
			swap = from;
			from = to;
			to = swap;
		}
	if (from != k)
		memcpy(k, from, n * sizeof(*k));
	crm_free(spare);
}
