#include "report/gaps.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Gaps are counted a few at a time; behind the last one are CRM_NO_GAPs. */
#define LANES 4
typedef int32_t lanes __attribute__((vector_size(LANES * sizeof(int32_t))));

size_t
crm_gaps_count(const struct crm_gaps *g, int32_t days)
{
	const lanes most = { days, days, days, days };
	lanes gap, count = { 0 };
	size_t i;

	for (i = 0; i < g->n; i += LANES) {
		memcpy(&gap, g->gap + i, sizeof(gap));
		count -= gap <= most; /* true is -1 */
	}
	return (size_t)(count[0] + count[1] + count[2] + count[3]);
}

/* The shortest gap from lo to hi that so many others are not longer than:
 * counted, as that takes no branches and sorting does. */
static int32_t
gap_behind(const struct crm_gaps *g, size_t others, int32_t lo, int32_t hi)
{
	int32_t mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (crm_gaps_count(g, mid) > others)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/* The shortest gap that is longer than some days; CRM_NO_GAP: there is none. */
static int32_t
gap_above(const struct crm_gaps *g, int32_t days)
{
	const lanes most = { days, days, days, days };
	lanes gap, less,
	    least = { CRM_NO_GAP, CRM_NO_GAP, CRM_NO_GAP, CRM_NO_GAP };
	int32_t shortest = CRM_NO_GAP;
	size_t i;

	for (i = 0; i < g->n; i += LANES) {
		memcpy(&gap, g->gap + i, sizeof(gap));
		less = (gap > most) & (gap < least);
		least = (gap & less) | (least & ~less);
	}
	for (i = 0; i < LANES; i++)
		shortest = least[i] < shortest ? least[i] : shortest;
	return shortest;
}

int32_t
crm_gaps_twice_median(const struct crm_gaps *g, int32_t most)
{
	size_t n = g->n;
	int32_t low = gap_behind(
	    g, (n - 1) / 2, 1, most < g->longest ? most : g->longest);

	/* of an odd number both are the same one */
	return low +
	    (n % 2 == 1 || crm_gaps_count(g, low) > n / 2 ? low
							  : gap_above(g, low));
}

void
crm_gaps_take(struct crm_gaps *g, const int32_t *day, size_t ndays)
{
	lanes from, to, gap, longest = { 0 }, more;
	size_t i, k;

	g->n = ndays - 1;
	g->longest = 1;
	g->gap = crm_grow(g->gap, &g->cap, g->n + LANES, sizeof(*g->gap));
	for (i = 0; i + LANES <= g->n; i += LANES) {
		memcpy(&from, day + i, sizeof(from));
		memcpy(&to, day + i + 1, sizeof(to));
		gap = to - from;
		memcpy(g->gap + i, &gap, sizeof(gap));
		more = gap > longest;
		longest = (gap & more) | (longest & ~more);
	}
	for (k = 0; k < LANES; k++)
		g->longest = longest[k] > g->longest ? longest[k] : g->longest;
	for (; i < g->n; i++) {
		g->gap[i] = day[i + 1] - day[i];
		g->longest = g->gap[i] > g->longest ? g->gap[i] : g->longest;
	}
	for (; i % LANES != 0; i++)
		g->gap[i] = CRM_NO_GAP;
}

static int
cmp_gaps(const void *x, const void *y)
{
	const int32_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

void
crm_gaps_sort(struct crm_gaps *g)
{
	qsort(g->gap, g->n, sizeof(*g->gap), cmp_gaps);
}
