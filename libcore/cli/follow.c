#define _GNU_SOURCE /* ppoll */
#include "cli/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/mem.h"

struct crm_follow {
	int fd;               /* of inotify, -1: there is none */
	size_t looked;        /* since the last write was heard of */
	sigset_t let_through; /* while it waits */
};

static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
#define NSIGNALS (sizeof(signals) / sizeof(signals[0]))

/*
 * A commit is seen a moment after its last write is heard of: LMDB says so in
 * memory.  So it is looked for again after these times, then no more.
 */
static const int again_ms[] = { 1, 10, 100, 1000, 10000 };
#define NAGAIN (sizeof(again_ms) / sizeof(again_ms[0]))

static volatile sig_atomic_t came;

static void
on_signal(int sig)
{
	came = sig;
}

/* Signals come during waits alone: what is printed is printed whole. */
static void
hold_signals(struct crm_follow *f)
{
	struct sigaction sa = { .sa_handler = on_signal }, old;
	sigset_t set;
	size_t i;

	(void)sigemptyset(&sa.sa_mask);
	(void)sigemptyset(&set);
	for (i = 0; i < NSIGNALS; i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN) {
			(void)sigaction(signals[i], &sa, NULL);
			(void)sigaddset(&set, signals[i]);
		}
	(void)sigprocmask(SIG_BLOCK, &set, &f->let_through);
}

const struct crm_err *
crm_follow_new(const char *path, struct crm_follow **out)
{
	struct crm_follow *f = crm_calloc(1, sizeof(*f));
	struct crm_buf file = CRM_BUF_INIT(1 << 16);

	*out = f;
	crm_buf_addf(&file, "%s/data.mdb", path);
	crm_buf_addc(&file, '\0');
	f->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (f->fd >= 0 &&
	    inotify_add_watch(f->fd, file.p,
		IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB) < 0) {
		(void)close(f->fd);
		f->fd = -1;
	}
	crm_buf_release(&file);
	hold_signals(f);
	return NULL;
}

void
crm_follow_free(struct crm_follow *f)
{
	if (f == NULL)
		return;
	if (f->fd >= 0)
		(void)close(f->fd);
	crm_free(f);
}

/* Take what was told: is the file still there? */
static bool
take_events(struct crm_follow *f)
{
	char buf[4096] __attribute__((aligned(8)));
	bool there = true;
	ssize_t n, at;

	for (n = read(f->fd, buf, sizeof(buf)); n > 0;
	     n = read(f->fd, buf, sizeof(buf)))
		for (at = 0; at < n;) {
			const struct inotify_event *e =
			    (const struct inotify_event *)(const void *)(buf +
				at);

			if ((e->mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0)
				there = false;
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	f->looked = 0;
	return there;
}

/* How long to wait when nothing is heard; NULL: for ever. */
static const struct timespec *
time_limit(struct crm_follow *f, struct timespec *t)
{
	int ms = 1000; /* nobody tells: it is looked every second */

	if (f->fd >= 0 && f->looked == NAGAIN)
		return NULL;
	if (f->fd >= 0)
		ms = again_ms[f->looked++];
	t->tv_sec = ms / 1000;
	t->tv_nsec = ms % 1000 * 1000000L;
	return t;
}

const struct crm_err *
crm_follow_wait(struct crm_follow *f, bool *go_on)
{
	struct pollfd fd[2] = { { .fd = STDOUT_FILENO },
		{ .fd = f->fd, .events = POLLIN } };
	struct timespec t;
	int n;

	n = ppoll(fd, 2, time_limit(f, &t), &f->let_through);
	*go_on = came == 0;
	if (n < 0)
		return errno == EINTR ? NULL
				      : crm_err_errno(CRM_E_BUG, "cannot wait");
	if (fd[0].revents != 0)
		*go_on = false;
	if (fd[1].revents != 0 && !take_events(f))
		return crm_err(
		    CRM_E_AGAIN, "the store was replaced: begin anew");
	return NULL;
}

void
crm_follow_leave(void)
{
	sigset_t set;

	if (came == 0)
		return;
	(void)signal(came, SIG_DFL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, came);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)raise(came);
}
