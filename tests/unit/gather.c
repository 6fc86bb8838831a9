/* Gathering postings against a model, with and without spilling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "base/spool.h"
#include "store/gather.h"

struct posting {
	char group[12];
	uint64_t id;
	uint8_t byte;
};

static uint64_t seed = 7;

static uint32_t
below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static int
cmp(const void *x, const void *y)
{
	const struct posting *a = x, *b = y;
	int c = strcmp(a->group, b->group);

	if (c != 0)
		return c;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->byte < b->byte ? -1 : a->byte > b->byte;
}

/*
 * Read groups as far as posting n of p, which are sorted.
 *
 * parts   counted up for each part of a group behind its first one
 */
static void
read_groups(
    struct crm_gather *g, const struct posting *p, size_t n, size_t *parts)
{
	struct crm_gathered got;
	size_t i, j;

	for (i = 0; i < n; i += got.n) {
		assert_null(crm_gather_next(g, &got));
		assert_true(got.n > 0);
		assert_int_equal(got.group.n, strlen(p[i].group));
		for (j = 0; j < got.n; j++) {
			assert_memory_equal(
			    got.group.p, p[i + j].group, got.group.n);
			assert_true(got.id[j] == p[i + j].id);
			assert_int_equal(got.byte[j], p[i + j].byte);
		}
		*parts += i > 0 && strcmp(p[i].group, p[i - 1].group) == 0;
	}
}

/* About the half of n postings, up to the end of a group. */
static size_t
half_of(const struct posting *p, size_t n)
{
	size_t i = n / 2;

	while (i > 0 && i < n && strcmp(p[i].group, p[i - 1].group) == 0)
		i++;
	return i;
}

/* Add n postings, which are sorted then; of equal ones the greatest stays.
 * Returns how many stay. */
static size_t
add_all(struct crm_gather *g, struct posting *p, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++)
		assert_null(crm_gather_add(
		    g, crm_view_str(p[i].group), p[i].id, p[i].byte));
	qsort(p, n, sizeof(*p), cmp);
	for (i = j = 0; i < n; i++) {
		if (i + 1 < n && strcmp(p[i].group, p[i + 1].group) == 0 &&
		    p[i].id == p[i + 1].id)
			continue;
		p[j++] = p[i];
	}
	return j;
}

/* In what order ids come: from the least on; those of each replica from the
 * least on, but those of the last replica first; in none. */
enum order { ORDERED, APART, RANDOM };

static uint64_t
draw_id(enum order order, size_t i, size_t n)
{
	uint64_t replica = i * 3 / n;

	if (order == RANDOM)
		return (uint64_t)below(3) << 40 | below((uint32_t)n);
	return (order == ORDERED ? replica : 2 - replica) << 40 | (i / 2 + 1);
}

static void
gather(size_t n, uint32_t groups, enum order order, size_t memory)
{
	struct posting *p = crm_calloc(n, sizeof(*p));
	struct crm_gather *g = crm_gather_new(memory, AT_FDCWD, true);
	struct crm_gathered got;
	size_t i, j, parts = 0;

	for (i = 0; i < n; i++) {
		uint32_t gr = below(groups);

		/* the first groups are common ones */
		gr = below(3) == 0 ? gr % 5 : gr;
		p[i].group[0] = (char)('a' + gr % 26);
		p[i].group[1] = (char)('a' + gr / 26 % 26);
		p[i].group[2] = (char)('a' + gr / 676 % 26);
		p[i].id = draw_id(order, i, n);
		p[i].byte = (uint8_t)below(256);
	}
	j = add_all(g, p, n);
	assert_null(crm_gather_sort(g));
	read_groups(g, p, j, &parts);
	/* of 64 Ki ids on, where they came in order */
	assert_int_equal(parts > 0, n > 300000 && order == ORDERED);
	parts = 0;
	assert_null(crm_gather_next(g, &got));
	assert_null(got.group.p);
	/* by another thread, from the beginning once more, and to the end */
	crm_gather_ahead(g);
	for (i = 1; i <= 2; i++) {
		assert_null(crm_gather_sort(g));
		read_groups(g, p, i == 1 ? half_of(p, j) : j, &parts);
	}
	assert_int_equal(parts > 0, groups == 2);
	assert_null(crm_gather_next(g, &got));
	assert_null(got.group.p);
	crm_gather_free(g);
	crm_free(p);
}

static void
gathers(void **state)
{
	(void)state;
	gather(0, 10, ORDERED, 1 << 20);
	gather(20000, 3000, ORDERED, 1 << 24);
	gather(20000, 3000, RANDOM, 1 << 24);
	gather(60000, 10000, ORDERED, 1 << 17);
	gather(60000, 10000, RANDOM, 1 << 17);
	gather(60000, 2, ORDERED, 1 << 24);
	gather(60000, 2, RANDOM, 1 << 17);
	gather(400000, 2, ORDERED, 1 << 17);
	gather(400000, 2, APART, 1 << 17);
	gather(400000, 2, RANDOM, 1 << 17);
}

/*
 * Keys that begin alike: nearly all are other ones at first, so that they go
 * alone; then, from 'same' on, it is one and the same key which has also been
 * among the groups.
 */
static void
gather_rare(size_t n, size_t same, bool in_order)
{
	struct posting *p = crm_calloc(n, sizeof(*p));
	struct crm_gather *g = crm_gather_new((size_t)1 << 23, AT_FDCWD, true);
	struct crm_gathered got;
	size_t i, j, parts = 0;

	for (i = 0; i < n; i++) {
		if (i % 4 == 0)
			(void)snprintf(
			    p[i].group, sizeof(p[i].group), "few%u", below(20));
		else
			(void)snprintf(p[i].group, sizeof(p[i].group),
			    "own%08u",
			    i < same && i % 16 != 1 ? below(99999999) : 7);
		p[i].id = in_order ? i / 3 + 1 : below((uint32_t)n);
		p[i].byte = (uint8_t)below(256);
	}
	j = add_all(g, p, n);
	assert_null(crm_gather_sort(g));
	read_groups(g, p, j, &parts);
	assert_int_equal(parts > 0, in_order);
	assert_null(crm_gather_next(g, &got));
	assert_null(got.group.p);
	crm_gather_free(g);
	crm_free(p);
}

static void
gathers_rare(void **state)
{
	(void)state;
	gather_rare(400000, 150000, true);
	gather_rare(400000, 150000, false);
	gather_rare(1600000, 1500000, true); /* found out anew */
}

static void
spools(void **state)
{
	struct crm_spool *s = crm_spool_new(1000, AT_FDCWD);
	uint64_t at[500];
	char row[900];
	struct crm_view v;
	uint32_t i, round;

	(void)state;
	for (i = 0; i < 500; i++) {
		memset(row, (int)i, sizeof(row));
		assert_null(
		    crm_spool_add(s, crm_view(row, i * 7 % 900 + 1), &at[i]));
	}
	for (round = 0; round < 2; round++) {
		crm_spool_rewind(s);
		for (i = 0; i < 500; i++) {
			assert_null(crm_spool_next(s, &v));
			assert_int_equal(v.n, i * 7 % 900 + 1);
			assert_int_equal((uint8_t)v.p[v.n - 1], (uint8_t)i);
		}
		assert_null(crm_spool_next(s, &v));
		assert_null(v.p);
		for (i = 0; i < 500; i += 13) {
			uint32_t k = below(500);

			assert_null(crm_spool_read(s, at[k], &v));
			assert_int_equal(v.n, k * 7 % 900 + 1);
			assert_int_equal((uint8_t)v.p[0], (uint8_t)k);
		}
	}
	crm_spool_free(s);
}

/* The file cannot grow: whoever adds is told, by and by, and then whoever adds
 * or reads. */
static void
cannot_grow(size_t memory)
{
	struct crm_spool *s = crm_spool_new(memory, AT_FDCWD);
	const struct crm_err *err = NULL;
	char row[900] = { 0 };
	struct rlimit old, lim;
	struct crm_view v;
	size_t i;

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	lim = old;
	lim.rlim_cur = 50000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &lim), 0);
	for (i = 0; err == NULL && i < 1000000; i++)
		err = crm_spool_add(s, crm_view(row, sizeof(row)), NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_IO);
	assert_non_null(strstr(err->msg, "cannot write a scratch file"));
	err = crm_spool_add(s, CRM_V("x"), NULL);
	assert_non_null(err);
	err = crm_spool_next(s, &v);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_IO);
	crm_spool_free(s);
}

static void
spool_cannot_grow(void **state)
{
	(void)state;
	cannot_grow(1000);   /* by the other thread */
	cannot_grow(100000); /* at once */
}

/* Long rows between short ones. */
static void
spools_long(void **state)
{
	struct crm_spool *s = crm_spool_new(100000, AT_FDCWD);
	size_t most = (size_t)3 << 20, n, i;
	char *row = crm_calloc(most, 1);
	struct crm_view v;

	(void)state;
	for (i = 0; i < 400; i++) {
		n = i % 40 == 7 ? most - i : i * 7 % 900 + 1;
		memset(row, (int)i, n);
		assert_null(crm_spool_add(s, crm_view(row, n), NULL));
	}
	for (i = 0; i < 400; i++) {
		n = i % 40 == 7 ? most - i : i * 7 % 900 + 1;
		assert_null(crm_spool_next(s, &v));
		assert_int_equal(v.n, n);
		assert_int_equal((uint8_t)v.p[0], (uint8_t)i);
		assert_int_equal((uint8_t)v.p[n - 1], (uint8_t)i);
	}
	crm_free(row);
	crm_spool_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gathers),
		cmocka_unit_test(gathers_rare),
		cmocka_unit_test(spools),
		cmocka_unit_test(spools_long),
		cmocka_unit_test(spool_cannot_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
