#define _GNU_SOURCE /* posix_spawn_file_actions_addfchdir_np */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/leave.h"

#define GRACE_MS 1000 /* between SIGTERM and SIGKILL */
#define LOOK_MS 20    /* how often it is looked whether it still runs */

/* The one that runs, for a signal handler; 0: none. */
static volatile pid_t running;

static void
stop_it(void)
{
	if (running > 0)
		(void)kill(-running, SIGTERM);
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* What was open before the program began would be open in its child, too. */
static void
close_others(posix_spawn_file_actions_t *fa)
{
	int fd, flags;

	/* The highest one is not known; few programs have that many. */
	for (fd = 3; fd < 256; fd++) {
		flags = fcntl(fd, F_GETFD);
		if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
			(void)posix_spawn_file_actions_addclose(fa, fd);
	}
}

static int
spawn(pid_t *pid, int in, int dir, const char *name, char *const *env)
{
	char file[300];
	char *argv[] = { file, NULL };
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	(void)snprintf(file, sizeof(file), "./%s", name);
	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawn_file_actions_init(&fa);
	(void)posix_spawnattr_init(&attr);
	close_others(&fa);
	(void)posix_spawn_file_actions_adddup2(&fa, in, STDIN_FILENO);
	(void)posix_spawn_file_actions_adddup2(
	    &fa, STDERR_FILENO, STDOUT_FILENO);
	(void)posix_spawn_file_actions_addfchdir_np(&fa, dir);
	(void)posix_spawnattr_setpgroup(&attr, 0);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setsigdefault(&attr, &all);
	(void)posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
		POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn(pid, file, &fa, &attr, argv, env);
	(void)posix_spawn_file_actions_destroy(&fa);
	(void)posix_spawnattr_destroy(&attr);
	return rc;
}

/* Were SIGCHLD ignored, how a child ended would be lost. */
static void
hear_of_children(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };

	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGCHLD, &sa, NULL);
}

const struct crm_err *
crm_child_start(struct crm_child *c, int dir, const char *name,
    char *const *env, int64_t limit_ms)
{
	int fd[2], rc;

	c->pid = 0;
	c->fd = -1;
	c->end_ms = now_ms() + limit_ms;
	if (pipe(fd) != 0)
		return crm_err_errno(CRM_E_AGAIN, "cannot start %s", name);
	(void)fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd[1], F_SETFL, O_WRONLY | O_NONBLOCK);
	hear_of_children();
	rc = spawn(&c->pid, fd[0], dir, name, env);
	(void)close(fd[0]);
	if (rc != 0) {
		(void)close(fd[1]);
		errno = rc;
		return crm_err_errno(CRM_E_AGAIN, "cannot start %s", name);
	}
	c->fd = fd[1];
	/* without us nobody would stop it */
	running = c->pid;
	crm_leave_clean(stop_it);
	return NULL;
}

static void
close_input(struct crm_child *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
}

/* Has it ended?  Its status is left for crm_child_wait(). */
static bool
has_ended(const struct crm_child *c)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)c->pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) != 0 ||
	    info.si_pid != 0;
}

bool
crm_child_write(struct crm_child *c, struct crm_view v)
{
	struct pollfd p = { .fd = c->fd, .events = POLLOUT };
	ssize_t n;

	while (v.n > 0 && c->fd >= 0) {
		n = write(c->fd, v.p, v.n);
		if (n > 0)
			v = crm_view_skip(v, (size_t)n);
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && errno != EAGAIN)
			close_input(c);
		else if (poll(&p, 1, LOOK_MS) == 0 &&
		    (now_ms() >= c->end_ms || has_ended(c)))
			close_input(c);
	}
	return c->fd >= 0;
}

/* Returns true when it ended until then. */
static bool
wait_until(const struct crm_child *c, int64_t end_ms)
{
	struct timespec t = { .tv_nsec = 200000L }; /* grows up to LOOK_MS */

	while (!has_ended(c)) {
		if (now_ms() >= end_ms)
			return false;
		(void)nanosleep(&t, NULL);
		if (t.tv_nsec < LOOK_MS * 1000000L / 2)
			t.tv_nsec *= 2;
	}
	return true;
}

void
crm_child_wait(struct crm_child *c, struct crm_child_end *out)
{
	int status = 0;

	close_input(c);
	out->status = -1;
	out->signal = 0;
	out->timed_out = !wait_until(c, c->end_ms);
	if (out->timed_out) {
		(void)kill(-c->pid, SIGTERM);
		(void)wait_until(c, now_ms() + GRACE_MS);
		/* what it started may still run */
		(void)kill(-c->pid, SIGKILL);
	}
	running = 0;
	crm_leave_clean(NULL);
	while (waitpid(c->pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	if (WIFEXITED(status))
		out->status = WEXITSTATUS(status);
	else if (WIFSIGNALED(status))
		out->signal = WTERMSIG(status);
}
