/* Lines of the report overdue are sorted by their fractions exactly, and medians
 * of gaps are those of sorted ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "report/gaps.h"
#include "report/overdue_lines.h"

#define TODAY 100000

static void
add(struct crm_overdue_lines *s, size_t part, uint64_t who, int32_t since,
    int32_t twice)
{
	struct crm_overdue_line l = {
		.who = who, .last = TODAY - since, .twice = twice
	};

	crm_overdue_add(&s->part[part], &l);
}

/* Is each line before the next one?  Computed in 64 bits, in which nothing is
 * lost. */
static void
check(const struct crm_overdue_lines *s)
{
	const struct crm_overdue_line *a, *b;
	struct crm_keyed *k;
	int64_t m, n;
	size_t count, i;

	k = crm_overdue_sort(s, TODAY, &count);
	assert_int_equal(count, crm_overdue_count(s));
	for (i = 1; i < count; i++) {
		a = k[i - 1].of;
		b = k[i].of;
		m = (int64_t)(TODAY - a->last) * b->twice;
		n = (int64_t)(TODAY - b->last) * a->twice;
		assert_true(m > n || (m == n && a->who < b->who));
	}
	crm_free(k);
}

/* (n + 1) / n and (n + 2) / (n + 1) are as near as fractions of such gaps can
 * be; the smaller one comes first. */
static void
neighbours(void **state)
{
	static const int32_t gaps[] = { 3, 511, 1023, 2046, 2047, 2048, 4094,
		4095, 4096, 32767, 50000 };
	struct crm_overdue_lines s = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		s.part[0].n = 0;
		add(&s, 0, 1, gaps[i] + 2, gaps[i] + 1);
		add(&s, 0, 2, gaps[i] + 1, gaps[i]);
		check(&s);
	}
	crm_overdue_release(&s);
}

/* Many, of which many are equal; then such whose customers are in no order. */
static void
many(void **state)
{
	static const int32_t longest[] = { 20, 2048, 30000 };
	struct crm_overdue_lines s = { 0 };
	uint32_t random = 1;
	size_t k, i;

	(void)state;
	for (k = 0; k < 6; k++) {
		s.part[0].n = s.part[3].n = 0;
		for (i = 0; i < 20000; i++) {
			random = random * 1664525 + 1013904223;
			add(&s, i < 10000 ? 0 : 3, k < 3 ? i + 1 : 20000 - i,
			    1 + (int32_t)(random >> 20),
			    1 +
				(int32_t)((random >> 8) %
				    (uint32_t)longest[k % 3]));
		}
		check(&s);
	}
	crm_overdue_release(&s);
}

/* Of few days and of many, near each other and apart. */
static void
medians(void **state)
{
	static const uint32_t apart[] = { 1, 2, 5, 400, 100000 };
	struct crm_gaps g = { 0 };
	int32_t day[64], twice, low;
	uint32_t random = 7;
	size_t n, k, i, round;

	(void)state;
	for (k = 0; k < sizeof(apart) / sizeof(apart[0]); k++)
		for (n = 2; n < sizeof(day) / sizeof(day[0]); n++)
			for (round = 0; round < 50; round++) {
				day[0] = -5000;
				for (i = 1; i < n; i++) {
					random = random * 1664525 + 1013904223;
					day[i] = day[i - 1] + 1 +
					    (int32_t)((random >> 8) % apart[k]);
				}
				crm_gaps_take(&g, day, n);
				twice = crm_gaps_twice_median(&g, CRM_NO_GAP);
				crm_gaps_sort(&g);
				low = g.gap[(g.n - 1) / 2];
				assert_int_equal(twice, low + g.gap[g.n / 2]);
				/* it may be known how long it is at most */
				crm_gaps_take(&g, day, n);
				assert_int_equal(
				    crm_gaps_twice_median(&g, low), twice);
			}
	crm_free(g.gap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours),
		cmocka_unit_test(many),
		cmocka_unit_test(medians),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
