#define _GNU_SOURCE /* pipe2 */
#include "cli/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/thread.h"

#define HELD_MAX ((size_t)16 << 20)
#define PIECE ((size_t)64 << 10) /* what a pipe of Linux takes */

static struct {
	enum { UNREAD, IN_FILE, THROUGH_PIPE, ONCE } how;
	off_t at; /* where the file stood */
	int from, to;
	pthread_t thread;
	bool has_thread;
	/* the thread's until it ended */
	struct crm_buf held;
	bool whole;
} st = { .from = -1, .to = -1 };

static void
shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* The thread: hand on what comes, and keep it as long as it is little. */
static void *
hand_on(void *arg)
{
	struct pollfd in = { .fd = st.from, .events = POLLIN };
	static char piece[PIECE];
	ssize_t n;

	(void)arg;
	for (;;) {
		n = read(st.from, piece, sizeof(piece));
		if (n < 0 && errno == EAGAIN)
			(void)poll(&in, 1, -1);
		else if (n == 0 || (n < 0 && errno != EINTR))
			break;
		if (n <= 0)
			continue;
		if (st.whole && st.held.n + (size_t)n <= HELD_MAX)
			crm_buf_add(&st.held, piece, (size_t)n);
		else
			st.whole = false;
		if (!crm_write_all(st.to, piece, (size_t)n))
			break;
	}
	shut(&st.to);
	return NULL;
}

/* A pipe in the place of standard input; *to is its other end. */
static bool
replace(int *to)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) < 0)
		return false;
	if (dup2(fd[0], STDIN_FILENO) < 0) {
		shut(&fd[0]);
		shut(&fd[1]);
		return false;
	}
	shut(&fd[0]);
	*to = fd[1];
	return true;
}

/* Put the thread between the pipe that is there and who reads. */
static void
hold_pipe(void)
{
	st.from = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (st.from < 0 || !replace(&st.to))
		return;
	st.held.max = HELD_MAX + 1;
	st.whole = true;
	st.has_thread = crm_thread_begin(&st.thread, hand_on, NULL);
	if (st.has_thread) {
		st.how = THROUGH_PIPE;
		return;
	}
	(void)dup2(st.from, STDIN_FILENO);
	shut(&st.to);
}

void
crm_replay_hold(void)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL);
	struct stat s;

	if (st.how != UNREAD)
		return;
	st.how = ONCE;
	if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY ||
	    fstat(STDIN_FILENO, &s) < 0)
		return;
	if (S_ISREG(s.st_mode)) {
		st.at = lseek(STDIN_FILENO, 0, SEEK_CUR);
		if (st.at >= 0)
			st.how = IN_FILE;
	} else if (S_ISFIFO(s.st_mode)) /* reading one does not fail */
		hold_pipe();
}

/* The thread of another time: what came, again. */
static void *
hand_on_again(void *arg)
{
	(void)arg;
	(void)crm_write_all(st.to, st.held.p, st.held.n);
	shut(&st.to);
	return NULL;
}

static void
join(void)
{
	if (st.has_thread)
		(void)pthread_join(st.thread, NULL);
	st.has_thread = false;
}

static bool
refill(void)
{
	if (!crm_replay_can() || !replace(&st.to))
		return false;
	st.has_thread = crm_thread_begin(&st.thread, hand_on_again, NULL);
	if (!st.has_thread)
		shut(&st.to);
	return st.has_thread;
}

bool
crm_replay_can(void)
{
	if (st.how == THROUGH_PIPE)
		join();
	return st.how == UNREAD || st.how == IN_FILE ||
	    (st.how == THROUGH_PIPE && st.whole);
}

bool
crm_replay_rewind(void)
{
	switch (st.how) {
	case UNREAD:
		return true;
	case IN_FILE:
		return lseek(STDIN_FILENO, st.at, SEEK_SET) == st.at;
	case THROUGH_PIPE:
		return refill();
	case ONCE:
		break;
	}
	return false;
}

void
crm_replay_release(void)
{
	if (st.has_thread) {
		/* It may wait for more, and ends with the process at the
		 * latest.  What it uses is left to it. */
		(void)pthread_detach(st.thread);
		return;
	}
	shut(&st.from);
	shut(&st.to);
	crm_buf_release(&st.held);
	st.how = UNREAD;
}
