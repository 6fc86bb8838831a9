#include "base/entry.h"

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
cmp_items(const char *data, const struct crm_entry_item *a,
    const struct crm_entry_item *b)
{
	int c;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	c = crm_view_cmp(
	    crm_entry_key(data + a->at), crm_entry_key(data + b->at));
	if (c != 0)
		return c;
	return a->at < b->at ? -1 : 1;
}

static void
insertion_sort(const char *data, struct crm_entry_item *a, size_t n)
{
	struct crm_entry_item x;
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
partition(
    struct crm_entry_item *a, size_t n, uint64_t pivot, size_t *lt, size_t *gt)
{
	size_t i = 0, lo = 0, hi = n;
	struct crm_entry_item x;

	while (i < hi) {
		x = a[i];
		if (x.prefix < pivot) {
			a[i++] = a[lo];
			a[lo++] = x;
		} else if (x.prefix > pivot) {
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
take_ended(const char *data, struct crm_entry_item *a, size_t n, size_t depth)
{
	size_t i, k = 0;
	struct crm_entry_item x;

	for (i = 0; i < n; i++)
		if (crm_entry_key(data + a[i].at).n <= depth) {
			x = a[i];
			a[i] = a[k];
			a[k++] = x;
		}
	return k;
}

static void
sift(struct crm_entry_item *a, size_t i, size_t n)
{
	struct crm_entry_item x = a[i];
	size_t c;

	for (; (c = 2 * i + 1) < n; i = c) {
		if (c + 1 < n && a[c].prefix < a[c + 1].prefix)
			c++;
		if (x.prefix >= a[c].prefix)
			break;
		a[i] = a[c];
	}
	a[i] = x;
}

/* Heap sort by prefix alone. */
static void
heap_sort(struct crm_entry_item *a, size_t n)
{
	struct crm_entry_item x;
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
sort_numbers(struct crm_entry_item *a, size_t n, unsigned int tries)
{
	size_t lt, gt, i, j;
	struct crm_entry_item x;

	for (; n > 24; tries--) {
		if (tries == 0) {
			heap_sort(a, n);
			return;
		}
		partition(a, n,
		    median(a[0].prefix, a[n / 2].prefix, a[n - 1].prefix), &lt,
		    &gt);
		sort_numbers(a + gt, n - gt, tries - 1);
		n = lt;
	}
	for (i = 1; i < n; i++) {
		x = a[i];
		for (j = i; j > 0 && x.prefix < a[j - 1].prefix; j--)
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
sort_ended(const char *data, struct crm_entry_item *a, size_t n, size_t depth)
{
	unsigned int tries = 2;
	size_t i;

	for (i = n; i > 1; i /= 2)
		tries += 2;
	for (i = 0; i < n; i++)
		a[i].prefix = (crm_entry_key(data + a[i].at).n - depth)
			<< PLACE_BITS |
		    a[i].at;
	sort_numbers(a, n, tries);
}

/*
 * Multikey quicksort with 8 cached bytes: three parts by the cached bytes,
 * the middle one sorted by the next eight.  Recursion goes into the smaller
 * parts; the largest is looped on.
 */
static void
sort_items(const char *data, struct crm_entry_item *a, size_t n, size_t depth)
{
	size_t lt, gt, mid, i, ended;

	while (n > 24) {
		partition(a, n,
		    median(a[0].prefix, a[n / 2].prefix, a[n - 1].prefix), &lt,
		    &gt);
		ended = take_ended(data, a + lt, gt - lt, depth + 8);
		sort_ended(data, a + lt, ended, depth);
		mid = lt + ended;
		for (i = mid; i < gt; i++)
			a[i].prefix =
			    prefix_at(crm_entry_key(data + a[i].at), depth + 8);
		if (gt - mid > n / 2) {
			sort_items(data, a, lt, depth);
			sort_items(data, a + gt, n - gt, depth);
			a += mid;
			n = gt - mid;
			depth += 8;
		} else {
			sort_items(data, a + mid, gt - mid, depth + 8);
			if (lt < n - gt) {
				sort_items(data, a, lt, depth);
				a += gt;
				n -= gt;
			} else {
				sort_items(data, a + gt, n - gt, depth);
				n = lt;
			}
		}
	}
	insertion_sort(data, a, n);
}

void
crm_entries_sort(const char *data, struct crm_entry_item *item, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		item[i].prefix = prefix_at(crm_entry_key(data + item[i].at), 0);
	sort_items(data, item, n, 0);
}
