/*
 * A snapshot that ended is kept for the next one: which takes it up as it was
 * when nobody wrote, sees what others wrote, and does not take up one of which
 * not all could be read.
 */
#include "store/engine_impl.h"
#include "with_env.h"

static int
set_up(void **state)
{
	(void)state;
	return begin_env();
}

static int
tear_down(void **state)
{
	(void)state;
	return end_env();
}

static char one[] = "one", two[] = "two", three[] = "three";

static const struct crm_err *
put_story(void *ctx, struct crm_txn *t)
{
	struct crm_buf b = CRM_BUF_INIT(100);
	const struct crm_err *err;

	crm_buf_add(&b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_adds(&b, (const char *)ctx);
	crm_head_seal(&b, CRM_V("key"), 77, 0);
	err = crm_kv_put(t, CRM_TABLE_STORY, CRM_V("key"), crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

/* Into the spare tables, which are those in use from then on. */
static const struct crm_err *
swap(void *ctx, struct crm_txn *t)
{
	const struct crm_err *err;

	crm_txn_use_spare(t, true);
	err = put_story(ctx, t);
	crm_txn_use_spare(t, false);
	return err != NULL ? err : crm_txn_swap_spare(t);
}

static void
assert_story(const char *text)
{
	struct crm_txn *t;
	struct crm_view v;

	no_err(crm_txn_read(env, &t));
	no_err(crm_kv_get(t, CRM_TABLE_STORY, CRM_V("key"), &v));
	assert_non_null(v.p);
	assert_true(crm_view_is(crm_view_skip(v, CRM_HEAD), text));
	crm_txn_end(t);
	assert_int_equal(env->live, 0);
}

static void
is_the_newest(void **state)
{
	struct crm_txn *held, *t;
	struct crm_view v;

	(void)state;
	no_err(crm_env_update(env, put_story, one));
	assert_story(one);
	assert_non_null(env->idle);
	assert_story(one);
	no_err(crm_env_update(env, put_story, two));
	assert_story(two);
	no_err(crm_env_update(env, swap, three));
	assert_story(three);
	/* two at a time, of which one is kept */
	no_err(crm_txn_read(env, &held));
	no_err(crm_txn_read(env, &t));
	assert_int_equal(env->live, 2);
	crm_txn_end(t);
	no_err(crm_kv_get(held, CRM_TABLE_STORY, CRM_V("key"), &v));
	assert_non_null(v.p);
	crm_txn_end(held);
	assert_story(three);
}

/* Nobody can say which tables are in use. */
static void
spoil(void)
{
	char bytes[] = "\1\40\0\0\0\0\0\0\1";
	MDB_val k = crm_engine_val(SET_KEY), v = { 9, bytes };
	MDB_txn *txn;

	assert_int_equal(mdb_txn_begin(env->env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_put(txn, env->own, &k, &v, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
}

static void
assert_refused(void)
{
	const struct crm_err *err;
	struct crm_txn *t;
	int i;

	for (i = 0; i < 3; i++) { /* each time that somebody asks */
		err = crm_txn_read(env, &t);
		assert_non_null(err);
		assert_int_equal(err->code, CRM_E_DATA);
		assert_int_equal(env->live, 0);
	}
}

static void
is_whole(void **state)
{
	(void)state;
	no_err(crm_env_update(env, swap, one));
	spoil(); /* before there is one */
	assert_refused();
}

static void
is_whole_again(void **state)
{
	(void)state;
	no_err(crm_env_update(env, swap, one));
	assert_story(one);
	spoil(); /* while it is kept */
	assert_refused();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    is_the_newest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(is_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    is_whole_again, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("idle", tests, NULL, NULL);
}
