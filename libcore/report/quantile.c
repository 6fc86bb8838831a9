#include "report/quantile.h"

#include <string.h>

#define BITS 8
#define DIGITS (1 << BITS)

/* A number whose order, as unsigned, is that of the signed one. */
static uint64_t
key_of(int64_t v)
{
	return (uint64_t)v ^ UINT64_C(1) << 63;
}

/* The value of a digit that the rank falls on; the rank becomes that among
 * those who have it. */
static uint64_t
digit_at(const size_t count[DIGITS], size_t *rank)
{
	uint64_t d = 0;

	while (*rank >= count[d])
		*rank -= count[d++];
	return d;
}

/*
 * The number that has so many others before it when all are sorted.
 *
 * top     the highest bit in which numbers differ
 */
static int64_t
select_rank(const int64_t *value, size_t n, size_t rank, int top)
{
	uint64_t prefix = key_of(value[0]), mask = UINT64_MAX;
	size_t count[DIGITS], i;
	int shift = top - top % BITS;

	mask = shift + BITS < 64 ? UINT64_MAX << (shift + BITS) : 0;
	prefix &= mask;
	for (; shift >= 0; shift -= BITS) {
		memset(count, 0, sizeof(count));
		for (i = 0; i < n; i++) {
			uint64_t key = key_of(value[i]);

			if ((key & mask) == prefix)
				count[key >> shift & (DIGITS - 1)]++;
		}
		prefix |= digit_at(count, &rank) << shift;
		mask |= (uint64_t)(DIGITS - 1) << shift;
	}
	return (int64_t)key_of((int64_t)prefix);
}

void
crm_quantile_of(struct crm_quantile *q, unsigned int classes,
    const int64_t *value, size_t n)
{
	uint64_t differ = 0;
	unsigned int k;
	size_t i;
	int top;

	q->classes = n > 0 ? classes : 1;
	for (i = 1; i < n; i++)
		differ |= (uint64_t)(value[i] ^ value[0]);
	top = differ != 0 ? 63 - __builtin_clzll(differ) : 0;
	/* at least n * k / classes are below it: so is the last of those */
	for (k = 1; k < q->classes; k++)
		q->bound[k - 1] = select_rank(
		    value, n, (n * k + classes - 1) / classes - 1, top);
}

unsigned int
crm_quantile_class(const struct crm_quantile *q, int64_t value)
{
	unsigned int k = 1;

	while (k < q->classes && value > q->bound[k - 1])
		k++;
	return k;
}
