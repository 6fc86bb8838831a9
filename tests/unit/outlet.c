/* Output that puts aside what a slow reader does not take. */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/outlet.h"

#define PIECES 400
#define PIECE_BYTES 5000

static int
open_tmp(void)
{
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY);

	assert_true(fd >= 0);
	return fd;
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* A child that begins to read after a while and sends back what it got. */
static pid_t
start_reader(int pipe_fd[2], int back[2], unsigned int wait_ms)
{
	struct timespec ts = { wait_ms / 1000, (wait_ms % 1000) * 1000000L };
	char buf[3000];
	uint32_t crc = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipe_fd), 0);
	assert_int_equal(pipe(back), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(pipe_fd[1]);
		(void)nanosleep(&ts, NULL);
		n = read(pipe_fd[0], buf, sizeof(buf));
		for (; n > 0; n = read(pipe_fd[0], buf, sizeof(buf)))
			crc = crm_crc32c(crc, buf, (size_t)n);
		_exit(write(back[1], &crc, sizeof(crc)) != sizeof(crc));
	}
	(void)close(pipe_fd[0]);
	(void)close(back[1]);
	return pid;
}

/* Write pieces to a reader; returns how long that took without the end. */
static int64_t
write_to_reader(
    unsigned int reader_ms, int64_t patience_ms, int dir, uint64_t *aside)
{
	uint32_t crc = 0, got = 0;
	struct crm_outlet *o;
	int fd[2], back[2], i, status;
	char piece[PIECE_BYTES];
	int64_t began, took;
	pid_t pid = start_reader(fd, back, reader_ms);

	o = crm_outlet_new(fd[1], dir, patience_ms);
	began = now_ms();
	for (i = 0; i < PIECES; i++) {
		memset(piece, i, sizeof(piece));
		crc = crm_crc32c(crc, piece, sizeof(piece));
		assert_null(crm_outlet_put(o, crm_view(piece, sizeof(piece))));
	}
	took = now_ms() - began;
	assert_null(crm_outlet_end(o));
	*aside = crm_outlet_aside(o);
	crm_outlet_free(o);
	(void)close(fd[1]);
	assert_int_equal(read(back[0], &got, sizeof(got)), sizeof(got));
	(void)close(back[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(got, crc);
	return took;
}

static void
slow_reader(void **state)
{
	int dir = open_tmp();
	uint64_t aside;
	int64_t took;

	(void)state;
	took = write_to_reader(1500, 200, dir, &aside);
	assert_true(took >= 190 && took < 1200);
	assert_true(aside > (uint64_t)PIECES * PIECE_BYTES / 2);
	(void)close(dir);
}

static void
ready_reader(void **state)
{
	int dir = open_tmp();
	uint64_t aside;

	(void)state;
	(void)write_to_reader(0, 10000, dir, &aside);
	assert_int_equal(aside, 0);
	(void)close(dir);
}

static void
endless_patience(void **state)
{
	int dir = open_tmp();
	uint64_t aside;

	(void)state;
	assert_true(write_to_reader(300, -1, dir, &aside) >= 250);
	assert_int_equal(aside, 0);
	(void)close(dir);
}

/* No place for a scratch file: the reader is waited for. */
static void
no_scratch(void **state)
{
	uint64_t aside;

	(void)state;
	assert_true(write_to_reader(500, 50, -1, &aside) >= 400);
	assert_int_equal(aside, 0);
}

/* The scratch file cannot grow: what is there comes first, then the rest. */
static void
small_scratch(void **state)
{
	struct rlimit old, lim;
	int dir = open_tmp();
	uint64_t aside;

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	lim = old;
	lim.rlim_cur = 123456;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &lim), 0);
	(void)write_to_reader(400, 50, dir, &aside);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(aside > 100000 && aside <= 123456);
	(void)close(dir);
}

static void
errors(void **state)
{
	const struct crm_err *err;
	struct crm_outlet *o;
	int fd[2], full;

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fd), 0);
	(void)close(fd[0]);
	o = crm_outlet_new(fd[1], -1, 1000);
	err = crm_outlet_put(o, CRM_V("x"));
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_IO);
	crm_outlet_free(o);
	(void)close(fd[1]);
	full = open("/dev/full", O_WRONLY);
	assert_true(full >= 0);
	o = crm_outlet_new(full, -1, 1000);
	assert_non_null(crm_outlet_put(o, CRM_V("x")));
	crm_outlet_free(o);
	(void)close(full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_reader),
		cmocka_unit_test(ready_reader),
		cmocka_unit_test(endless_patience),
		cmocka_unit_test(no_scratch),
		cmocka_unit_test(small_scratch),
		cmocka_unit_test(errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
