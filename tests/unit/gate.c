/*
 * The gate: one writer at a time, in turn, for a limited time; who dies gives
 * way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/gate.h"

static char dir[64];
static int fd;

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
	(void)snprintf(dir, sizeof(dir), "/tmp/crm-gate-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	return fd < 0 ? -1 : 0;
}

static int
tear_down(void **state)
{
	char cmd[100];

	(void)state;
	(void)close(fd);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
sleep_us(long us)
{
	struct timespec ts = { 0, us * 1000 };

	(void)nanosleep(&ts, NULL);
}

/* A process that goes in, says so, and stays until it is killed. */
static pid_t
holder(void)
{
	struct crm_gate *g;
	int p[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(p), 0);
	pid = fork();
	if (pid == 0) {
		if (crm_gate_open(fd, false, &g) != NULL ||
		    crm_gate_enter(g, 1000) != NULL ||
		    crm_gate_begin(g, 7) != NULL || write(p[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(p[1]);
	assert_int_equal(read(p[0], &c, 1), 1);
	(void)close(p[0]);
	return pid;
}

static void
wait_for(pid_t pid)
{
	while (waitpid(pid, NULL, 0) != pid)
		;
}

static void
end(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	wait_for(pid);
}

static void
nests(void **state)
{
	struct crm_gate *a, *b;

	(void)state;
	no_err(crm_gate_open(fd, false, &a));
	no_err(crm_gate_open(fd, false, &b));
	no_err(crm_gate_enter(a, 0));
	no_err(crm_gate_enter(a, 0));
	crm_gate_leave(a);
	assert_non_null(crm_gate_enter(b, 0));
	crm_gate_leave(a);
	no_err(crm_gate_enter(b, 0));
	crm_gate_leave(b);
	crm_gate_leave(b);
	no_err(crm_gate_enter(a, 0));
	assert_true(crm_gate_claim_lag(a));
	assert_false(crm_gate_claim_lag(b));
	crm_gate_leave_lag(a);
	assert_true(crm_gate_claim_lag(b));
	crm_gate_close(a);
	crm_gate_close(b);
}

/* Those who bar the door do so at the same time, and nobody who wants to write
 * comes in; who waits to write goes before those who come later. */
static void
bars(void **state)
{
	struct crm_gate *a, *b, *w;
	pid_t pid;
	int i, status;

	(void)state;
	no_err(crm_gate_open(fd, false, &w));
	no_err(crm_gate_open_to_read(fd, false, &a));
	no_err(crm_gate_open_to_read(fd, false, &b));
	no_err(crm_gate_bar(a, 0));
	no_err(crm_gate_bar(a, 0));
	no_err(crm_gate_bar(b, 0));
	assert_non_null(crm_gate_enter(w, 0));
	crm_gate_unbar(a);
	crm_gate_unbar(b);
	assert_non_null(crm_gate_enter(w, 0));
	crm_gate_unbar(a);
	no_err(crm_gate_enter(w, 0));
	assert_non_null(crm_gate_bar(a, 0));
	crm_gate_leave(w);
	no_err(crm_gate_bar(a, 0));
	pid = fork();
	if (pid == 0) {
		if (crm_gate_open(fd, false, &w) != NULL ||
		    crm_gate_enter(w, 20000) != NULL)
			_exit(1);
		_exit(0);
	}
	/* once it waits, nobody comes in before it */
	for (i = 0; i < 2000 && crm_gate_bar(b, 0) == NULL; i++) {
		crm_gate_unbar(b);
		sleep_us(5000);
	}
	assert_true(i < 2000);
	crm_gate_unbar(a);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	no_err(crm_gate_bar(b, 0));
	crm_gate_close(a);
	crm_gate_close(b);
	crm_gate_close(w);
}

/* A gate that may only be read keeps writers out as well, and lets nobody in
 * who wants to write. */
static void
reads_only(void **state)
{
	const struct crm_err *err;
	struct crm_gate *g, *w;
	char name[80];
	pid_t pid;
	int status;

	(void)state;
	(void)snprintf(name, sizeof(name), "%s/gate", dir);
	no_err(crm_gate_open(fd, false, &w));
	assert_int_equal(chmod(name, 0444), 0);
	assert_int_equal(chmod(dir, 0555), 0);
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && setuid(65534) != 0)
			_exit(1);
		if (crm_gate_open_to_read(fd, false, &g) != NULL ||
		    crm_gate_bar(g, 0) != NULL)
			_exit(2);
		if (crm_gate_enter(w, 0) == NULL)
			_exit(3);
		crm_gate_unbar(g);
		if (crm_gate_enter(w, 0) != NULL)
			_exit(4);
		crm_gate_leave(w);
		err = crm_gate_enter(g, 0);
		if (err == NULL || err->code != CRM_E_NOPERM)
			_exit(5);
		err = crm_gate_be_alone(g, 0);
		if (err == NULL || err->code != CRM_E_NOPERM)
			_exit(6);
		err = crm_gate_be_alone(w, 0); /* this one uses it */
		if (err == NULL || err->code != CRM_E_LOCKED)
			_exit(7);
		crm_gate_close(g);
		_exit(crm_gate_be_alone(w, 0) == NULL ? 0 : 8);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(chmod(dir, 0700), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	crm_gate_close(w);
}

/* Without a gate, where others could make one, nothing can be locked. */
static void
reads_no_gate(void **state)
{
	const struct crm_err *err;
	struct crm_gate *g;
	char name[80];
	pid_t pid;
	int status;

	(void)state;
	(void)snprintf(name, sizeof(name), "%s/gate", dir);
	(void)unlink(name);
	assert_int_equal(chmod(dir, 0555), 0);
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && setuid(65534) != 0)
			_exit(1);
		err = crm_gate_open_to_read(fd, false, &g);
		_exit(err != NULL && err->code == CRM_E_NOPERM ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(chmod(dir, 0700), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
on_user(int sig)
{
	(void)sig;
}

/* The wait ends when its time is up: not before, whatever signals come, and
 * also where the alarm was blocked and the holder is stopped. */
static void
time_limit(void **state)
{
	struct sigaction sa = { .sa_handler = on_user };
	const struct crm_err *err;
	struct crm_gate *g;
	sigset_t set, was;
	pid_t pid = holder(), nag, parent = getpid();
	int64_t begun;
	int i;

	(void)state;
	(void)kill(pid, SIGSTOP);
	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGUSR1, &sa, NULL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGALRM);
	(void)sigprocmask(SIG_BLOCK, &set, &was);
	nag = fork();
	if (nag == 0) {
		for (i = 0; i < 100; i++) {
			sleep_us(5000);
			(void)kill(parent, SIGUSR1);
		}
		_exit(0);
	}
	no_err(crm_gate_open(fd, false, &g));
	begun = now_ms();
	err = crm_gate_enter(g, 300);
	assert_true(now_ms() - begun >= 290);
	assert_true(now_ms() - begun < 5000);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_LOCKED);
	assert_non_null(strstr(err->msg, "waited 0.3 s"));
	(void)sigprocmask(SIG_BLOCK, NULL, &set);
	assert_int_equal(sigismember(&set, SIGALRM), 1); /* as it was */
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
	wait_for(nag);
	assert_true(crm_gate_is_begun(g, 7));
	assert_false(crm_gate_is_begun(g, 8));
	end(pid);
	/* who was killed is out */
	no_err(crm_gate_enter(g, 2000));
	assert_false(crm_gate_is_begun(g, 7));
	crm_gate_close(g);
}

#define HOGS 3
#define HOLD_US 20000

/* Behind others who come again at once, each waits for about one turn. */
static void
fair(void **state)
{
	struct crm_gate *g;
	pid_t hog[HOGS];
	int64_t begun, waited, most = 0;
	int i;

	(void)state;
	for (i = 0; i < HOGS; i++) {
		hog[i] = fork();
		if (hog[i] == 0) {
			if (crm_gate_open(fd, false, &g) != NULL)
				_exit(1);
			for (;;) {
				if (crm_gate_enter(g, -1) != NULL)
					_exit(2);
				sleep_us(HOLD_US);
				crm_gate_leave(g);
			}
		}
	}
	sleep_us(100000);
	no_err(crm_gate_open(fd, false, &g));
	for (i = 0; i < 10; i++) {
		begun = now_ms();
		no_err(crm_gate_enter(g, 10000));
		waited = now_ms() - begun;
		crm_gate_leave(g);
		if (waited > most)
			most = waited;
	}
	for (i = 0; i < HOGS; i++)
		end(hog[i]);
	/* in turn it is HOGS + 1 holds at the most; without one, chance */
	assert_true(most < 40 * HOLD_US / 1000);
	crm_gate_close(g);
}

/* While somebody opens the store, another one takes its place. */
static void
replaced(void **state)
{
	char away[80], name[80];
	struct crm_gate *g;
	const struct crm_err *err;

	(void)state;
	no_err(crm_gate_open(fd, false, &g));
	assert_true(crm_gate_is_in_place(g, fd, dir));
	assert_true(crm_gate_is_in_place(NULL, fd, dir));
	/* the gate is another one */
	(void)snprintf(name, sizeof(name), "%s/gate", dir);
	assert_int_equal(unlink(name), 0);
	assert_false(crm_gate_is_in_place(g, fd, dir));
	assert_int_equal(close(open(name, O_RDWR | O_CREAT, 0600)), 0);
	assert_false(crm_gate_is_in_place(g, fd, dir));
	assert_int_equal(unlink(name), 0);
	/* the directory is another one, and then gone */
	(void)snprintf(away, sizeof(away), "%s.away", dir);
	assert_int_equal(rename(dir, away), 0);
	assert_true(crm_gate_is_in_place(NULL, fd, dir));
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_false(crm_gate_is_in_place(NULL, fd, dir));
	assert_int_equal(rmdir(away), 0);
	crm_gate_close(g);
	err = crm_gate_open(fd, false, &g);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_LOCKED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nests, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bars, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reads_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    reads_no_gate, set_up, tear_down),
		cmocka_unit_test_setup_teardown(time_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fair, set_up, tear_down),
		cmocka_unit_test_setup_teardown(replaced, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
