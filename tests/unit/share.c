/* Two threads do pieces; all are done, once, and come back in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "base/share.h"

#define PIECES 20000

struct job {
	struct {
		uint32_t n, twice;
	} piece[CRM_SHARE_PIECES];
	pthread_t first;
	uint32_t by[CRM_SHARE_THREADS]; /* each by its own thread */
	uint32_t wrong[CRM_SHARE_THREADS];
	uint32_t back;   /* next one that has to come back */
	bool waits;      /* the second thread, for the first to have done one */
	uint32_t helped; /* by the first one; read by both */
};

static void
work(void *ctx, size_t piece, unsigned int thread)
{
	struct job *j = ctx;
	bool here = pthread_equal(j->first, pthread_self()) != 0;

	j->wrong[thread] += here != (thread == 0);
	if (thread == 0)
		(void)__atomic_add_fetch(&j->helped, 1, __ATOMIC_SEQ_CST);
	while (thread == 1 && j->waits &&
	    __atomic_load_n(&j->helped, __ATOMIC_SEQ_CST) == 0)
		(void)sched_yield();
	j->piece[piece].twice += 2 * j->piece[piece].n;
	j->by[thread]++;
}

static bool
take(struct crm_share *s, struct job *j, bool wait)
{
	size_t at;

	if (!crm_share_take(s, wait, &at))
		return false;
	assert_int_equal(j->piece[at].n, j->back);
	assert_int_equal(j->piece[at].twice, 2 * j->back);
	j->back++;
	return true;
}

static void
give(struct crm_share *s, struct job *j, uint32_t n)
{
	size_t at;

	while (!crm_share_next(s, &at))
		assert_true(take(s, j, true));
	j->piece[at].n = n;
	j->piece[at].twice = 0;
	crm_share_give(s);
}

/* All that were given away and are not back yet are done. */
static void
settle(struct crm_share *s, struct job *j, uint32_t given)
{
	uint32_t i;

	crm_share_settle(s);
	for (i = j->back; i <= given; i++)
		assert_int_equal(j->piece[i % CRM_SHARE_PIECES].twice, 2 * i);
}

static void
share_out(struct job *j, bool eager)
{
	struct crm_share *s = crm_share_new(work, j);
	uint32_t i;

	assert_false(take(s, j, true)); /* there is none */
	for (i = 0; i < PIECES; i++) {
		give(s, j, i);
		while (eager && take(s, j, i == 0))
			;
		if (i % 1000 == 999)
			settle(s, j, i);
		if (i % 3000 == 0) {
			while (take(s, j, true))
				;
			assert_int_equal(j->back, i + 1);
		}
	}
	while (take(s, j, true))
		;
	crm_share_free(s);
	assert_int_equal(j->back, PIECES);
	assert_int_equal(j->by[0] + j->by[1], PIECES);
	assert_int_equal(j->wrong[0] + j->wrong[1], 0);
}

static void
in_order(void **state)
{
	struct job j = { .first = pthread_self() };

	(void)state;
	share_out(&j, true);
	share_out(&(struct job){ .first = pthread_self() }, false);
}

/* The second thread does a piece while the first one does nothing. */
static void
is_second(void **state)
{
	struct job j = { .first = pthread_self() };
	struct crm_share *s = crm_share_new(work, &j);

	(void)state;
	give(s, &j, 0);
	while (!take(s, &j, false))
		(void)sched_yield();
	crm_share_free(s);
	assert_int_equal(j.by[1], 1);
	assert_int_equal(j.wrong[1], 0);
}

/* The first thread helps a second one that does not keep up: here that waits
 * for it. */
static void
helps(void **state)
{
	struct job j = { .first = pthread_self(), .waits = true };
	struct crm_share *s = crm_share_new(work, &j);
	uint32_t i;

	(void)state;
	for (i = 0; i < CRM_SHARE_PIECES; i++)
		give(s, &j, i);
	crm_share_settle(s);
	assert_true(j.by[0] > 0);
	assert_int_equal(j.by[0] + j.by[1], CRM_SHARE_PIECES);
	crm_share_free(s);
}

/* What was given away and not begun is left undone. */
static void
ends_early(void **state)
{
	struct job j = { .first = pthread_self() };
	struct crm_share *s = crm_share_new(work, &j);
	uint32_t i;

	(void)state;
	for (i = 0; i < CRM_SHARE_PIECES; i++)
		give(s, &j, i);
	crm_share_free(s);
	assert_true(j.by[1] <= CRM_SHARE_PIECES);
	assert_int_equal(j.by[0], 0);
	crm_share_free(crm_share_new(work, &j));
	crm_share_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(is_second),
		cmocka_unit_test(helps),
		cmocka_unit_test(ends_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
