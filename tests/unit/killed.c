/* A writer that is killed just as its commit is in the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/engine.h"

/* Where LMDB 0.9 says in lock.mdb which commit is the newest: behind two numbers
 * and the lock of readers. */
#define TOLD_AT (off_t)(8 + sizeof(pthread_mutex_t))

static char dir[64];

static void
no_err(const struct crm_err *err)
{
	if (err != NULL)
		fail_msg("%s", err->msg);
}

static const struct crm_err *
put(void *ctx, struct crm_txn *t)
{
	const char *value = ctx;

	return crm_kv_put(t, CRM_TABLE_META, CRM_V("key"), crm_view_str(value));
}

static const struct crm_err *
put_and_die(void *ctx, struct crm_txn *t)
{
	const struct crm_err *err = put(ctx, t);

	(void)kill(getpid(), SIGKILL);
	return err;
}

/* Do it in another process; returns how that ended. */
static int
elsewhere(const struct crm_err *(*fn)(void *, struct crm_txn *), char *value)
{
	struct crm_env *env;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (crm_env_open(dir, CRM_ENV_WRITE, false, &env) != NULL ||
		    crm_env_update(env, fn, value) != NULL)
			_exit(1);
		crm_env_close(env);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* As if the last writer had not come to tell of its commit.  In a process of its
 * own: whoever closes the lock file gives up the locks that it has there. */
static void
untell(void)
{
	char path[128];
	uint64_t told;
	pid_t pid = fork();
	int fd, status;

	assert_true(pid >= 0);
	if (pid > 0) {
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		return;
	}

	(void)snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	fd = open(path, O_RDWR);
	if (fd < 0 || pread(fd, &told, sizeof(told), TOLD_AT) != 8)
		_exit(1);
	told--;
	_exit(pwrite(fd, &told, sizeof(told), TOLD_AT) != 8);
}

static void
read_is(struct crm_txn *t, const char *want)
{
	struct crm_view v;

	no_err(crm_kv_get(t, CRM_TABLE_META, CRM_V("key"), &v));
	assert_string_equal(crm_view_is(v, want) ? want : v.p, want);
}

/* Readers see what it did at once, and it is not lost to the next writer. */
static void
seen(void **state)
{
	char one[] = "one", two[] = "two", three[] = "three";
	struct crm_env *env;
	struct crm_txn *t, *paused;

	(void)state;
	no_err(crm_env_open(dir, CRM_ENV_CREATE, false, &env));
	no_err(crm_env_update(env, put, one));
	crm_env_close(env);
	no_err(crm_env_open(dir, CRM_ENV_READ, false, &env));
	no_err(crm_txn_read(env, &paused));
	read_is(paused, "one");
	crm_txn_pause(paused);
	assert_int_equal(elsewhere(put, two), 0);
	assert_int_equal(elsewhere(put_and_die, three), SIGKILL);
	untell();

	no_err(crm_txn_read(env, &t));
	read_is(t, "two");
	crm_txn_end(t);
	no_err(crm_txn_resume(paused));
	read_is(paused, "two");
	crm_txn_end(paused);
	assert_int_equal(elsewhere(put, three), 0);
	no_err(crm_txn_read(env, &t));
	read_is(t, "three");
	crm_txn_end(t);
	crm_env_close(env);
}

/* Nobody waits for one who writes for long. */
static void
others_write(void **state)
{
	char four[] = "four", five[] = "five";
	struct crm_env *env;
	struct crm_txn *t;

	(void)state;
	no_err(crm_env_open(dir, CRM_ENV_READ, false, &env));
	assert_int_equal(elsewhere(put, four), 0);
	assert_int_equal(elsewhere(put, five), 0);
	untell(); /* and nobody was killed: what is told is wrong */
	no_err(crm_txn_read(env, &t));
	read_is(t, "four");
	crm_txn_end(t);
	crm_env_close(env);
}

static int
make(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/crm-killed-XXXXXX");
	return mkdtemp(dir) == NULL;
}

static int
unmake(void **state)
{
	static const char *const files[] = { "data.mdb", "lock.mdb" };
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		(void)unlink(path);
	}
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seen),
		cmocka_unit_test(others_write),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
