/*
 * The scout: what it has looked up costs no faults any more; it stops where the
 * first thread is, and is back before its snapshot goes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "record/id.h"
#include "store/block.h"
#include "store/pages.h"
#include "store/scout.h"

#define RECORDS 20000 /* of a kilobyte: 40 MB on pages of two */
#define FAR 10        /* from one that is looked up to the next */
#define IDS (RECORDS / FAR)
#define PATIENCE_S 60

static char dir[64];
static struct crm_env *env;
static uint64_t id[IDS];

static void
no_err(const struct crm_err *err)
{
	if (err != NULL)
		fail_msg("%s", err->msg);
}

static const struct crm_err *
put_all(void *ctx, struct crm_txn *t)
{
	const struct crm_err *err;
	struct crm_block_writer *w;
	char key[8], value[1000];
	uint64_t i;

	(void)ctx;
	memset(value, 'x', sizeof(value));
	no_err(crm_block_write(t, CRM_TABLE_RECORD, &w));
	for (i = 1; i <= RECORDS; i++) {
		crm_be64(key, crm_id('p', 0, i));
		err = crm_block_put(w, crm_view(key, sizeof(key)),
		    crm_view(value, sizeof(value)));
		no_err(err);
	}
	return crm_block_close(w);
}

static int
set_up(void **state)
{
	size_t i;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/crm-scout-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	no_err(crm_env_open(dir, CRM_ENV_CREATE, false, &env));
	no_err(crm_env_update(env, put_all, NULL));
	crm_env_close(env);
	/* a map that nothing was read of yet */
	no_err(crm_env_open(dir, CRM_ENV_READ, false, &env));
	for (i = 0; i < IDS; i++)
		id[i] = crm_id('p', 0, 1 + i * FAR);
	return 0;
}

static int
tear_down(void **state)
{
	char cmd[100];

	(void)state;
	crm_env_close(env);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static void
wait_until_seen(const struct crm_scout *s, size_t n)
{
	const struct timespec ms = { 0, 1000000 };
	long i;

	for (i = 0; i < PATIENCE_S * 1000L && crm_scout_seen(s) < n; i++)
		(void)nanosleep(&ms, NULL);
	assert_int_equal(crm_scout_seen(s), n);
}

/* Read the first n records; returns how many faults that took. */
static long
faults_of_reading(struct crm_txn *t, size_t n)
{
	struct rusage before, after;
	struct crm_walk *w;
	struct crm_view v;
	size_t i;

	no_err(crm_walk_open(t, CRM_TABLE_RECORD, &w));
	(void)getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < n; i++) {
		no_err(crm_walk_get(w, id[i], &v));
		assert_int_equal(v.n, 1000);
	}
	(void)getrusage(RUSAGE_SELF, &after);
	crm_walk_close(w);
	return after.ru_minflt + after.ru_majflt - before.ru_minflt -
	    before.ru_majflt;
}

static void
spares_faults(void **state)
{
	struct crm_scout *s;
	struct crm_txn *t;

	(void)state;
	if (!CRM_PAGES_BY_HAND)
		skip();
	no_err(crm_txn_read(env, &t));
	/* 40 MB: a fault brings some 16 pages, if not more */
	assert_true(faults_of_reading(t, IDS) > 20);
	crm_txn_end(t);
	crm_env_close(env);
	no_err(crm_env_open(dir, CRM_ENV_READ, false, &env));
	no_err(crm_txn_read(env, &t));
	s = crm_scout_new(t, CRM_TABLE_RECORD, id, IDS);
	assert_non_null(s);
	wait_until_seen(s, IDS);
	assert_true(faults_of_reading(t, IDS) < 20);
	crm_scout_free(s);
	crm_txn_end(t);
}

static void
meets_the_first_one(void **state)
{
	struct crm_scout *s;
	struct crm_txn *t;
	size_t seen;

	(void)state;
	if (!CRM_PAGES_BY_HAND)
		skip();
	no_err(crm_txn_read(env, &t));
	assert_null(crm_scout_new(t, CRM_TABLE_RECORD, id, 3));
	s = crm_scout_new(t, CRM_TABLE_RECORD, id, IDS);
	assert_non_null(s);
	assert_null(crm_scout_new(t, CRM_TABLE_RECORD, id, IDS));
	crm_scout_follow(s, IDS / 2);
	seen = crm_scout_seen(s);
	crm_txn_pause(t); /* it comes back */
	assert_true(crm_scout_seen(s) >= seen);
	seen = crm_scout_seen(s);
	no_err(crm_txn_resume(t));
	crm_scout_follow(s, IDS / 2 + 1); /* nobody is out */
	assert_int_equal(crm_scout_seen(s), seen);
	crm_scout_free(s);
	/* one that is out when the snapshot ends */
	s = crm_scout_new(t, CRM_TABLE_RECORD, id, IDS);
	assert_non_null(s);
	crm_txn_end(t);
	crm_scout_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    spares_faults, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    meets_the_first_one, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
