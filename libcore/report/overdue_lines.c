#include "report/overdue_lines.h"

#include <stdlib.h>

#include "base/mem.h"

void
crm_overdue_add(struct crm_overdue_part *p, const struct crm_overdue_line *l)
{
	p->line = crm_grow(p->line, &p->cap, p->n + 1, sizeof(*p->line));
	p->line[p->n++] = *l;
}

void
crm_overdue_release(struct crm_overdue_lines *s)
{
	size_t i;

	for (i = 0; i < CRM_PARTS_MAX; i++)
		crm_free(s->part[i].line);
}

size_t
crm_overdue_count(const struct crm_overdue_lines *s)
{
	size_t n = 0, i;

	for (i = 0; i < CRM_PARTS_MAX; i++)
		n += s->part[i].n;
	return n;
}

bool
crm_overdue_next(const struct crm_overdue_lines *s,
    struct crm_overdue_place *at, struct crm_overdue_line **out)
{
	for (; at->part < CRM_PARTS_MAX; at->part++, at->i = 0)
		if (at->i < s->part[at->part].n) {
			*out = &s->part[at->part].line[at->i++];
			return true;
		}
	return false;
}

/*
 * Lines are sorted by since divided by gap, largest first.  The key is that in
 * whole 2^-22nd, backwards, which settles most; since has 23 bits at most.
 *
 * Two fractions of which one is larger differ by one divided by both gaps at
 * the least.  So where no gap is larger than TWICE_EXACT keys tell all that are
 * not equal apart.
 */
#define KEY_BITS 22
#define KEY_MAX (UINT64_C(1) << (KEY_BITS + 24))
#define TWICE_EXACT (1 << KEY_BITS / 2)

/* Of equal keys by the fractions themselves: qsort() hands over no context. */
static int32_t today;

static int
cmp_keyed(const void *x, const void *y)
{
	const struct crm_overdue_line *a = ((const struct crm_keyed *)x)->of;
	const struct crm_overdue_line *b = ((const struct crm_keyed *)y)->of;
	int64_t m, n;

	m = (int64_t)(today - a->last) * b->twice;
	n = (int64_t)(today - b->last) * a->twice;
	if (m != n)
		return m > n ? -1 : 1;
	return a->who < b->who ? -1 : a->who > b->who;
}

/* Those whose keys are equal: nearly always in order already. */
static void
settle_ties(struct crm_keyed *k, size_t n)
{
	size_t from, i;
	bool sorted;

	for (from = 0; from < n; from = i) {
		sorted = true;
		for (i = from + 1; i < n && k[i].key == k[from].key; i++)
			sorted = sorted && cmp_keyed(&k[i - 1], &k[i]) < 0;
		if (!sorted)
			qsort(k + from, i - from, sizeof(*k), cmp_keyed);
	}
}

struct crm_keyed *
crm_overdue_sort(const struct crm_overdue_lines *s, int32_t day, size_t *n)
{
	struct crm_keyed *k;
	struct crm_overdue_place at = { 0 };
	struct crm_overdue_line *l;
	bool exact = true;
	uint64_t who = 0;
	int64_t since;
	size_t i;

	*n = crm_overdue_count(s);
	k = crm_calloc(*n + 1, sizeof(*k));
	today = day;
	for (i = 0; crm_overdue_next(s, &at, &l); i++) {
		since = today - l->last;
		k[i].of = l;
		k[i].key =
		    KEY_MAX - (uint64_t)(since * (1 << KEY_BITS) / l->twice);
		exact = exact && l->twice <= TWICE_EXACT && l->who > who;
		who = l->who;
	}
	crm_radix_sort(k, *n);
	if (!exact)
		settle_ties(k, *n);
	return k;
}
