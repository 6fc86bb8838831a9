/*
 * The engine: maps that grow and are refused, processes beside each other,
 * dead readers, full disks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/engine.h"
#include "store/gate.h"

#define SMALL ((uint64_t)1 << 20)

static char dir[64];

static void
no_err(const struct crm_err *err)
{
	if (err != NULL)
		fail_msg("%s", err->msg);
}

static int
set_up(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/crm-engine-XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	char cmd[100];

	(void)state;
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static struct crm_env *
open_small(enum crm_env_mode mode)
{
	struct crm_env *env;

	no_err(crm_env_open_sized(dir, mode, false, SMALL, &env));
	return env;
}

/* Keys from..to, each with a value of a kilobyte. */
struct span {
	uint32_t from, to;
};

static const struct crm_err *
put_span(void *ctx, struct crm_txn *t)
{
	const struct span *s = ctx;
	const struct crm_err *err = NULL;
	char key[4], value[1000];
	uint32_t i;

	memset(value, 'x', sizeof(value));
	for (i = s->from; err == NULL && i < s->to; i++) {
		crm_be32(key, i);
		err = crm_kv_put(t, CRM_TABLE_META, crm_view(key, 4),
		    crm_view(value, sizeof(value)));
	}
	return err;
}

static const struct crm_err *
put(struct crm_env *env, uint32_t from, uint32_t to)
{
	struct span s = { from, to };

	return crm_env_update(env, put_span, &s);
}

static uint64_t
count(struct crm_env *env)
{
	struct crm_env_stat st;
	struct crm_txn *t;

	no_err(crm_txn_read(env, &t));
	no_err(crm_env_stat(t, &st));
	assert_true(st.newest);
	assert_int_equal(st.lost_pages, 0);
	crm_txn_end(t);
	return st.entries[CRM_TABLE_META];
}

static int
child_status(pid_t pid)
{
	int status;

	assert_true(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status)
				 : 1000 + WTERMSIG(status);
}

static void
grows(void **state)
{
	struct crm_env *env = open_small(CRM_ENV_CREATE);
	uint32_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		no_err(put(env, i * 1000, i * 1000 + 1000));
	assert_int_equal(count(env), 8000);
	crm_env_close(env);
}

/* Two programs make the map larger in turn, and see each other's rows. */
static void
grows_in_turn(void **state)
{
	struct crm_env *env;
	uint32_t i, base;
	int to[2], from[2];
	char c = 'x';
	pid_t pid;

	(void)state;
	crm_env_close(open_small(CRM_ENV_CREATE));
	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	pid = fork();
	base = pid == 0 ? 100000 : 0;
	env = open_small(CRM_ENV_WRITE);
	for (i = 0; i < 6; i++) {
		if (pid == 0 && read(to[0], &c, 1) != 1)
			_exit(2);
		if (put(env, base + i * 900, base + i * 900 + 900) != NULL)
			_exit(3);
		if (pid == 0 && write(from[1], &c, 1) != 1)
			_exit(4);
		if (pid > 0) {
			assert_int_equal(write(to[1], &c, 1), 1);
			assert_int_equal(read(from[0], &c, 1), 1);
			assert_int_equal(count(env), (i + 1) * 1800);
		}
	}
	crm_env_close(env);
	if (pid == 0)
		_exit(0);
	assert_int_equal(child_status(pid), 0);
}

/* A snapshot that is paused is in nobody's way, one that is not is told of. */
static void
grows_beside_readers(void **state)
{
	struct crm_env *env = open_small(CRM_ENV_CREATE);
	const struct crm_err *err;
	struct crm_txn *t;
	struct crm_view v;

	(void)state;
	no_err(put(env, 0, 10));
	no_err(crm_txn_read(env, &t));
	err = put(env, 100, 4000);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_BUG);
	no_err(crm_kv_get(t, CRM_TABLE_META, crm_view("\0\0\0\1", 4), &v));
	assert_int_equal(v.n, 1000);
	crm_txn_pause(t);
	no_err(put(env, 100, 4000));
	no_err(crm_txn_resume(t));
	no_err(crm_kv_get(t, CRM_TABLE_META, crm_view("\0\0\1\1", 4), &v));
	assert_int_equal(v.n, 1000);
	crm_txn_end(t);
	assert_int_equal(count(env), 3910);
	crm_env_close(env);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#endif

/* No address space for a larger map: an error, now and for ever after. */
static void
map_refused(void **state)
{
	struct rlimit lim = { (rlim_t)200 << 20, (rlim_t)200 << 20 };
	const struct crm_err *err;
	struct crm_env *env;
	struct crm_txn *t, *paused;
	uint32_t i;
	pid_t pid;

	(void)state;
#ifdef SANITIZED
	skip(); /* the sanitizer needs address space of its own */
#endif
	pid = fork();
	if (pid > 0) {
		assert_int_equal(child_status(pid), 0);
		no_err(crm_env_open(dir, CRM_ENV_READ, false, &env));
		assert_true(count(env) % 1000 == 0 && count(env) > 5000);
		crm_env_close(env);
		return;
	}
	env = open_small(CRM_ENV_CREATE);
	if (setrlimit(RLIMIT_AS, &lim) != 0 ||
	    crm_txn_read(env, &paused) != NULL)
		_exit(1);
	crm_txn_pause(paused);
	err = NULL;
	for (i = 0; err == NULL && i < 300; i++)
		err = put(env, i * 1000, i * 1000 + 1000);
	if (err == NULL || err->code != CRM_E_IO ||
	    strstr(err->msg, "address space") == NULL)
		_exit(2);
	err = put(env, 0, 1);
	if (err == NULL || err->code != CRM_E_IO)
		_exit(3);
	err = crm_txn_read(env, &t);
	if (err == NULL || err->code != CRM_E_IO)
		_exit(4);
	err = crm_txn_resume(paused);
	if (err == NULL || err->code != CRM_E_IO)
		_exit(5);
	crm_txn_end(paused);
	crm_env_close(env);
	_exit(0);
}

static void
refuses_forks(void **state)
{
	struct crm_env *env = open_small(CRM_ENV_CREATE);
	const struct crm_err *err;
	struct crm_txn *t;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) {
		err = put(env, 0, 1);
		if (err == NULL || err->code != CRM_E_BUG)
			_exit(1);
		err = crm_txn_read(env, &t);
		if (err == NULL || err->code != CRM_E_BUG)
			_exit(2);
		crm_env_close(env);
		_exit(0);
	}
	assert_int_equal(child_status(pid), 0);
	no_err(put(env, 0, 1));
	assert_int_equal(count(env), 1);
	crm_env_close(env);
}

/* No descriptor of the store is left to programs that are run. */
static void
closes_on_exec(void **state)
{
	struct crm_env *env = open_small(CRM_ENV_CREATE);
	char path[300], target[300];
	struct dirent *e;
	ssize_t n;
	DIR *d = opendir("/proc/self/fd");
	int seen = 0;

	(void)state;
	assert_non_null(d);
	for (e = readdir(d); e != NULL; e = readdir(d)) {
		(void)snprintf(
		    path, sizeof(path), "/proc/self/fd/%s", e->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		if (strncmp(target, dir, strlen(dir)) != 0)
			continue;
		seen++;
		if ((fcntl(atoi(e->d_name), F_GETFD) & FD_CLOEXEC) == 0)
			fail_msg("%s is inherited", target);
	}
	(void)closedir(d);
	assert_true(seen >= 2);
	crm_env_close(env);
}

#define READERS 1022

/* Readers that died leave their places when these are needed. */
static void
dead_readers(void **state)
{
	struct crm_env *env = open_small(CRM_ENV_CREATE), *theirs;
	static struct crm_txn *t[READERS];
	const struct crm_err *err;
	struct crm_txn *one;
	size_t i, n = 0;
	pid_t pid;

	(void)state;
	no_err(put(env, 0, 1));
	pid = fork();
	if (pid == 0) {
		if (crm_env_open(dir, CRM_ENV_READ, false, &theirs) != NULL)
			_exit(1);
		for (i = 0; i < READERS; i++)
			if (crm_txn_read(theirs, &one) != NULL)
				_exit(2);
		_exit(0);
	}
	assert_int_equal(child_status(pid), 0);
	no_err(crm_txn_read(env, &one));
	crm_txn_end(one);
	for (; n < READERS && crm_txn_read(env, &t[n]) == NULL; n++)
		;
	assert_true(n >= READERS - 1); /* one place is the writer's check */
	err = crm_txn_read(env, &one);
	if (n == READERS) {
		assert_non_null(err);
		assert_int_equal(err->code, CRM_E_LOCKED);
	}
	for (i = 0; i < n; i++)
		crm_txn_end(t[i]);
	if (err == NULL)
		crm_txn_end(one);
	crm_env_close(env);
}

static unsigned int
mode_of(const char *name)
{
	char path[100];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

static void
modes(void **state)
{
	struct crm_env *env;
	mode_t was = umask(022);

	(void)state;
	no_err(crm_env_open(dir, CRM_ENV_CREATE, false, &env));
	crm_env_close(env);
	assert_int_equal(mode_of("data.mdb"), 0600);
	assert_int_equal(mode_of("lock.mdb"), 0600);
	assert_int_equal(tear_down(NULL), 0);
	assert_int_equal(set_up(NULL), 0);
	(void)umask(077); /* what a careful user has must not shut others out */
	no_err(crm_env_open(dir, CRM_ENV_CREATE, true, &env));
	crm_env_close(env);
	assert_int_equal(mode_of("data.mdb"), 0660);
	assert_int_equal(mode_of("lock.mdb"), 0660);
	(void)umask(was);
}

/* The limit on file sizes is reached: in words, and nothing is lost. */
static void
file_limit(void **state)
{
	struct rlimit lim = { (rlim_t)1 << 20, (rlim_t)1 << 20 };
	const struct crm_err *err = NULL;
	struct crm_env *env;
	uint32_t i;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid > 0) {
		assert_int_equal(child_status(pid), 0);
		return;
	}
	(void)signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &lim) != 0)
		_exit(1);
	env = open_small(CRM_ENV_CREATE);
	for (i = 0; err == NULL && i < 100; i++)
		err = put(env, i * 50, i * 50 + 50);
	if (err == NULL || err->code != CRM_E_IO ||
	    strstr(err->msg, "ulimit -f") == NULL)
		_exit(2);
	_exit(count(env) == (uint64_t)(i - 1) * 50 ? 0 : 3);
}

/* What is no store, or half of one, is told of. */
#define PAGES_AT 2 /* behind the two heads */

/* The leaves of a data file, as mdb.c has them; returns how many. */
static size_t
find_leaves(int fd, size_t page, uint64_t *at, size_t max)
{
	struct stat st;
	char head[16];
	size_t n = 0;
	off_t pos;

	assert_int_equal(fstat(fd, &st), 0);
	for (pos = PAGES_AT * (off_t)page; pos < st.st_size && n < max;
	     pos += (off_t)page) {
		assert_int_equal(pread(fd, head, 16, pos), 16);
		if (crm_le16_get(head + 10) == 2 && /* a leaf, */
		    crm_le16_get(head + 12) > 20)   /* of some entries */
			at[n++] = (uint64_t)pos;
	}
	return n;
}

/* Go through all; returns the code of the error. */
static int
scan(struct crm_env *env, uint32_t *n)
{
	const struct crm_err *err;
	struct crm_view k, v;
	struct crm_txn *t;
	struct crm_cur *c;

	*n = 0;
	no_err(crm_txn_read(env, &t));
	no_err(crm_cur_open(t, CRM_TABLE_META, &c));
	err = crm_cur_first(c, &k, &v);
	while (err == NULL && k.p != NULL) {
		(*n)++;
		err = crm_cur_next(c, &k, &v);
	}
	crm_cur_close(c);
	crm_txn_end(t);
	return err != NULL ? (int)err->code : 0;
}

/* Pages that a disk put in the place of others are told, not read. */
static void
misplaced_pages(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n;
	char *a = malloc(page), *b = malloc(page), path[100];
	struct crm_env *env = open_small(CRM_ENV_BUILD);
	uint64_t at[200];
	uint32_t seen;
	int fd;

	(void)state;
	no_err(put(env, 0, 400));
	crm_env_close(env);
	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	n = find_leaves(fd, page, at, 200);
	assert_true(n > 50);
	assert_int_equal(pread(fd, a, page, (off_t)at[20]), page);
	assert_int_equal(pread(fd, b, page, (off_t)at[30]), page);
	assert_int_equal(pwrite(fd, b, page, (off_t)at[20]), page);
	assert_int_equal(pwrite(fd, a, page, (off_t)at[30]), page);
	env = open_small(CRM_ENV_READ);
	assert_int_equal(scan(env, &seen), CRM_E_DATA);
	assert_true(seen < 400);
	crm_env_close(env);
	assert_int_equal(pwrite(fd, a, page, (off_t)at[20]), page);
	assert_int_equal(pwrite(fd, b, page, (off_t)at[30]), page);
	assert_int_equal(close(fd), 0);
	env = open_small(CRM_ENV_READ);
	assert_int_equal(scan(env, &seen), 0);
	assert_int_equal(seen, 400);
	crm_env_close(env);
	free(a);
	free(b);
}

/* What a reader behind a barred door does; talks through a pair of sockets. */
static int
read_barred(int talk)
{
	struct crm_env_options o = { .mode = CRM_ENV_READ };
	struct crm_env_stat st;
	struct crm_env *env;
	struct crm_txn *t;
	uint32_t seen;
	char c;
	int at;

	if (getuid() == 0 && setuid(65534) != 0)
		return 1;
	if (crm_env_open_as(dir, &o, &env) == NULL) /* it has no gate */
		return 2;
	at = open(dir, O_RDONLY | O_DIRECTORY);
	if (at < 0 || crm_gate_open_to_read(at, false, &o.gate) != NULL ||
	    crm_env_open_as(dir, &o, &env) != NULL ||
	    crm_txn_read(env, &t) != NULL)
		return 3;
	if (write(talk, "a", 1) != 1 || read(talk, &c, 1) != 1)
		return 4;
	if (crm_env_stat(t, &st) != NULL || !st.newest ||
	    st.entries[CRM_TABLE_META] != 100 || st.lost_pages != 0)
		return 5;
	crm_txn_pause(t);
	if (write(talk, "b", 1) != 1 || read(talk, &c, 1) != 1)
		return 6;
	if (crm_txn_resume(t) != NULL || crm_env_stat(t, &st) != NULL ||
	    st.entries[CRM_TABLE_META] != 3000)
		return 7;
	if (write(talk, "c", 1) != 1 || read(talk, &c, 1) != 1)
		return 8;
	crm_txn_end(t);
	if (scan(env, &seen) != 0 || seen != 3000)
		return 9;
	crm_env_close(env);
	crm_gate_close(o.gate);
	return 0;
}

/* Wait for the reader to say where it is, and try the door. */
static const struct crm_err *
come_in(struct crm_gate *g, int talk, char where)
{
	char c = 0;

	assert_int_equal(read(talk, &c, 1), 1);
	assert_int_equal(c, where);
	return crm_gate_enter(g, 0);
}

/* Who may not write to the lock file keeps writers out while it reads, and
 * only then; the file may grow meanwhile. */
static void
behind_a_bar(void **state)
{
	static const char *const names[] = { "data.mdb", "lock.mdb", "gate" };
	struct crm_env *env = open_small(CRM_ENV_CREATE);
	struct crm_gate *g;
	char path[100];
	int at, talk[2];
	size_t i;
	pid_t pid;

	(void)state;
	no_err(put(env, 0, 100));
	at = open(dir, O_RDONLY | O_DIRECTORY);
	no_err(crm_gate_open(at, false, &g));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		assert_int_equal(chmod(path, 0444), 0);
	}
	assert_int_equal(chmod(dir, 0555), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, talk), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(talk[0]);
		_exit(read_barred(talk[1]));
	}
	(void)close(talk[1]);
	assert_non_null(come_in(g, talk[0], 'a'));
	assert_int_equal(write(talk[0], "x", 1), 1);
	no_err(come_in(g, talk[0], 'b'));
	no_err(put(env, 100, 3000));
	crm_gate_leave(g);
	assert_int_equal(write(talk[0], "x", 1), 1);
	assert_non_null(come_in(g, talk[0], 'c'));
	assert_int_equal(write(talk[0], "x", 1), 1);
	assert_int_equal(child_status(pid), 0);
	assert_int_equal(chmod(dir, 0700), 0);
	(void)close(talk[0]);
	(void)close(at);
	crm_gate_close(g);
	crm_env_close(env);
}

static void
not_a_store(void **state)
{
	const struct crm_err *err;
	struct crm_env *env;
	char path[100];
	int fd;

	(void)state;
	err = crm_env_open(dir, CRM_ENV_READ, false, &env);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_NOINPUT);
	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "hello, I am no store", 20), 20);
	(void)close(fd);
	err = crm_env_open(dir, CRM_ENV_READ, false, &env);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(grows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    grows_in_turn, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    grows_beside_readers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(map_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    refuses_forks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    closes_on_exec, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    dead_readers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(modes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(file_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    misplaced_pages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    behind_a_bar, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_a_store, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
