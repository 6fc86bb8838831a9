#include "base/entry.h"

#define MANY 4096     /* items: for fewer comparisons are quicker */
#define PLACE_BITS 48 /* of an offset; bytes of a key stand above */

/* 8 bytes of a key, big-endian, zeros behind its end. */
static uint64_t
prefix_at(struct crm_view key, size_t depth)
{
	char tmp[8] = { 0 };

	if (key.n >= depth + 8)
		return crm_be64_get(key.p + depth);
	if (key.n > depth)
		memcpy(tmp, key.p + depth, key.n - depth);
	return crm_be64_get(tmp);
}

static int
cmp_items(
    const char *data, const struct crm_keyed *a, const struct crm_keyed *b)
{
	int c;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	c = crm_view_cmp(
	    crm_entry_key(data + a->at), crm_entry_key(data + b->at));
	if (c != 0)
		return c;
	return a->at < b->at ? -1 : 1;
}

static void
insertion_sort(const char *data, struct crm_keyed *a, size_t n)
{
	struct crm_keyed x;
	size_t i, j;

	for (i = 1; i < n; i++) {
		x = a[i];
		for (j = i; j > 0 && cmp_items(data, &x, &a[j - 1]) < 0; j--)
			a[j] = a[j - 1];
		a[j] = x;
	}
}

static uint64_t
median(uint64_t a, uint64_t b, uint64_t c)
{
	if (a < b)
		return b < c ? b : a < c ? c : a;
	return a < c ? a : b < c ? c : b;
}

/* a[0..*lt) below the pivot, a[*gt..n) above it, equal ones between. */
static void
partition(struct crm_keyed *a, size_t n, uint64_t pivot, size_t *lt, size_t *gt)
{
	size_t i = 0, lo = 0, hi = n;
	struct crm_keyed x;

	while (i < hi) {
		x = a[i];
		if (x.key < pivot) {
			a[i++] = a[lo];
			a[lo++] = x;
		} else if (x.key > pivot) {
			a[i] = a[--hi];
			a[hi] = x;
		} else
			i++;
	}
	*lt = lo;
	*gt = hi;
}

/*
 * Move the items whose key ends before depth to the front.  They are equal up
 * to zeros behind their end, so that their length decides, and then the order
 * in which they came.
 */
static size_t
take_ended(const char *data, struct crm_keyed *a, size_t n, size_t depth)
{
	size_t i, k = 0;
	struct crm_keyed x;

	for (i = 0; i < n; i++)
		if (crm_entry_key(data + a[i].at).n <= depth) {
			x = a[i];
			a[i] = a[k];
			a[k++] = x;
		}
	return k;
}

static void
sift(struct crm_keyed *a, size_t i, size_t n)
{
	struct crm_keyed x = a[i];
	size_t c;

	for (; (c = 2 * i + 1) < n; i = c) {
		if (c + 1 < n && a[c].key < a[c + 1].key)
			c++;
		if (x.key >= a[c].key)
			break;
		a[i] = a[c];
	}
	a[i] = x;
}

/* Heap sort by prefix alone. */
static void
heap_sort(struct crm_keyed *a, size_t n)
{
	struct crm_keyed x;
	size_t i;

	for (i = n / 2; i-- > 0;)
		sift(a, i, n);
	for (i = n; i-- > 1;) {
		x = a[0];
		a[0] = a[i];
		a[i] = x;
		sift(a, 0, i);
	}
}

/*
 * Sort by prefix alone.
 *
 * tries   parts of parts to make before it goes on in a way that no order of
 *         the items makes slow
 */
static void
sort_numbers(struct crm_keyed *a, size_t n, unsigned int tries)
{
	size_t lt, gt, i, j;
	struct crm_keyed x;

	for (; n > 24; tries--) {
		if (tries == 0) {
			heap_sort(a, n);
			return;
		}
		partition(a, n, median(a[0].key, a[n / 2].key, a[n - 1].key),
		    &lt, &gt);
		sort_numbers(a + gt, n - gt, tries - 1);
		n = lt;
	}
	for (i = 1; i < n; i++) {
		x = a[i];
		for (j = i; j > 0 && x.key < a[j - 1].key; j--)
			a[j] = a[j - 1];
		a[j] = x;
	}
}

/*
 * Sort items whose keys are equal up to zeros behind their end, which is at
 * most 8 bytes behind depth: both what decides, length and place, fits into the
 * prefix, so that no key is looked at any more.  Common words come in bulk.
 */
static void
sort_ended(const char *data, struct crm_keyed *a, size_t n, size_t depth)
{
	unsigned int tries = 2;
	size_t i;

	for (i = n; i > 1; i /= 2)
		tries += 2;
	for (i = 0; i < n; i++)
		a[i].key = (crm_entry_key(data + a[i].at).n - depth)
			<< PLACE_BITS |
		    a[i].at;
	sort_numbers(a, n, tries);
}

/*
 * Of items with the same 8 bytes at depth sort those that end there, in front of
 * the others, and take the next 8 bytes of these.
 *
 * Returns how many end.
 */
static size_t
go_deeper(const char *data, struct crm_keyed *a, size_t n, size_t depth)
{
	size_t ended = take_ended(data, a, n, depth + 8), i;

	sort_ended(data, a, ended, depth);
	for (i = ended; i < n; i++)
		a[i].key = prefix_at(crm_entry_key(data + a[i].at), depth + 8);
	return ended;
}

/*
 * Multikey quicksort with 8 cached bytes: three parts by the cached bytes,
 * the middle one sorted by the next eight.  Recursion goes into the smaller
 * parts; the largest is looped on.
 */
static void
sort_few(const char *data, struct crm_keyed *a, size_t n, size_t depth)
{
	size_t lt, gt, mid;

	while (n > 24) {
		partition(a, n, median(a[0].key, a[n / 2].key, a[n - 1].key),
		    &lt, &gt);
		mid = lt + go_deeper(data, a + lt, gt - lt, depth);
		if (gt - mid > n / 2) {
			sort_few(data, a, lt, depth);
			sort_few(data, a + gt, n - gt, depth);
			a += mid;
			n = gt - mid;
			depth += 8;
		} else {
			sort_few(data, a + mid, gt - mid, depth + 8);
			if (lt < n - gt) {
				sort_few(data, a, lt, depth);
				a += gt;
				n -= gt;
			} else {
				sort_few(data, a + gt, n - gt, depth);
				n = lt;
			}
		}
	}
	insertion_sort(data, a, n);
}

/* By radix while there are many, then those that share their 8 bytes; as deep
 * as the longest key has 8 bytes. */
static void
sort_items(const char *data, struct crm_keyed *a, size_t n, size_t depth)
{
	size_t i, j, ended;

	if (n < MANY) {
		sort_few(data, a, n, depth);
		return;
	}
	crm_radix_sort(a, n);
	for (i = 0; i < n; i = j) {
		for (j = i + 1; j < n && a[j].key == a[i].key; j++)
			;
		if (j - i == 1)
			continue;
		ended = go_deeper(data, a + i, j - i, depth);
		sort_items(data, a + i + ended, j - i - ended, depth + 8);
	}
}

void
crm_entries_sort(const char *data, struct crm_keyed *item, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		item[i].key = prefix_at(crm_entry_key(data + item[i].at), 0);
	sort_items(data, item, n, 0);
}
