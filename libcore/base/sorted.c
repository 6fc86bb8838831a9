#include "base/sorted.h"

#include <stdlib.h>

static int
cmp(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

void
crm_sort_numbers(uint64_t *p, size_t n)
{
	if (n > 1)
		qsort(p, n, sizeof(*p), cmp);
}

size_t
crm_sort_once(uint64_t *p, size_t n)
{
	bool sorted = true;
	size_t i, k = 0;

	for (i = 1; sorted && i < n; i++)
		sorted = p[i - 1] < p[i];
	if (sorted)
		return n;
	crm_sort_numbers(p, n);
	for (i = 0; i < n; i++)
		if (k == 0 || p[k - 1] != p[i])
			p[k++] = p[i];
	return k;
}

size_t
crm_sorted_from(const uint64_t *p, size_t n, uint64_t x)
{
	size_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (p[mid] < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool
crm_sorted_has(const uint64_t *p, size_t n, uint64_t x)
{
	size_t at = crm_sorted_from(p, n, x);

	return at < n && p[at] == x;
}
