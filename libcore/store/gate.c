#define _GNU_SOURCE /* F_OFD_SETLK */
#include "store/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/mem.h"

enum { BYTE_DOOR, BYTE_QUEUE, BYTE_USERS, BYTE_LAG, BYTE_CHANGES = 1000 };

struct crm_gate {
	int fd;
	unsigned int depth; /* how often this process went in */
	uint64_t begun;     /* its change set, 0: none */
};

static int
set_lock(int fd, int cmd, int type, uint64_t byte)
{
	struct flock fl = { .l_type = (short)type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)byte,
		.l_len = 1 };

	return fcntl(fd, cmd, &fl);
}

const struct crm_err *
crm_gate_replaced(void)
{
	return crm_err(CRM_E_LOCKED, "the store is being replaced");
}

const struct crm_err *
crm_gate_open(int dir, bool shared, struct crm_gate **out)
{
	struct crm_gate *g;
	struct stat st;
	int fd;

	*out = NULL;
	fd = openat(dir, "gate", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    shared ? 0660 : 0600);
	if (fd < 0 && errno == ENOENT) /* the directory is gone */
		return crm_gate_replaced();
	if (fd < 0)
		return crm_err_errno(
		    errno == EACCES ? CRM_E_NOPERM : CRM_E_CANTCREATE, "gate");
	/* locks on a pipe would keep nobody out */
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return crm_err(
		    CRM_E_CANTCREATE, "gate: it is not a file of its own");
	}
	if (shared)
		(void)fchmod(fd, 0660);
	if (set_lock(fd, F_OFD_SETLK, F_RDLCK, BYTE_USERS) != 0) {
		int code = errno;

		(void)close(fd);
		errno = code;
		if (code == EAGAIN || code == EACCES)
			return crm_gate_replaced();
		return crm_err_errno(CRM_E_IO, "gate");
	}
	g = crm_calloc(1, sizeof(*g));
	g->fd = fd;
	*out = g;
	return NULL;
}

void
crm_gate_close(struct crm_gate *g)
{
	if (g == NULL)
		return;
	(void)close(g->fd);
	crm_free(g);
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool
crm_gate_is_in_place(const struct crm_gate *g, int dir, const char *path)
{
	struct stat a, b;

	if (stat(path, &b) != 0)
		return true;
	if (fstat(dir, &a) != 0 || !is_same(&a, &b))
		return false;
	return g == NULL ||
	    (fstat(g->fd, &a) == 0 &&
		fstatat(dir, "gate", &b, AT_SYMLINK_NOFOLLOW) == 0 &&
		is_same(&a, &b));
}

static volatile sig_atomic_t time_is_up;

static void
on_alarm(int sig)
{
	(void)sig;
	time_is_up = 1; /* and fcntl() is interrupted */
}

struct timer {
	struct sigaction old;
	struct itimerval old_timer;
	sigset_t old_mask;
	bool set;
};

/* Interrupt system calls after wait_ms, and again and again after that: the
 * first alarm may come just before the call that it has to end. */
static void
start_timer(struct timer *t, int64_t wait_ms)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval it = { .it_interval = { 0, 20000 } };
	sigset_t alarm_only;

	time_is_up = 0;
	t->set = wait_ms >= 0;
	if (!t->set)
		return;
	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGALRM, &sa, &t->old);
	/* who started us may have left it blocked */
	(void)sigemptyset(&alarm_only);
	(void)sigaddset(&alarm_only, SIGALRM);
	(void)sigprocmask(SIG_UNBLOCK, &alarm_only, &t->old_mask);
	it.it_value.tv_sec = wait_ms / 1000;
	it.it_value.tv_usec = wait_ms % 1000 * 1000 + 1;
	(void)setitimer(ITIMER_REAL, &it, &t->old_timer);
}

static void
stop_timer(struct timer *t)
{
	if (!t->set)
		return;
	(void)setitimer(ITIMER_REAL, &t->old_timer, NULL);
	(void)sigprocmask(SIG_SETMASK, &t->old_mask, NULL);
	(void)sigaction(SIGALRM, &t->old, NULL);
}

/* Wait for one byte: 0, or errno; EINTR when the time is up. */
static int
wait_for_byte(struct crm_gate *g, uint64_t byte)
{
	while (set_lock(g->fd, F_OFD_SETLKW, F_WRLCK, byte) != 0)
		if (errno != EINTR || time_is_up != 0)
			return errno;
	return 0;
}

static int
wait_for_door(struct crm_gate *g)
{
	int rc = wait_for_byte(g, BYTE_QUEUE);

	if (rc != 0)
		return rc;
	rc = wait_for_byte(g, BYTE_DOOR);
	(void)set_lock(g->fd, F_OFD_SETLK, F_UNLCK, BYTE_QUEUE);
	return rc;
}

const struct crm_err *
crm_gate_be_alone(struct crm_gate *g, int64_t wait_ms)
{
	struct timer timer;
	int rc;

	rc = set_lock(g->fd, F_OFD_SETLK, F_WRLCK, BYTE_USERS) == 0 ? 0 : errno;
	if (rc != 0 && wait_ms != 0) {
		start_timer(&timer, wait_ms);
		rc = wait_for_byte(g, BYTE_USERS);
		stop_timer(&timer);
	}
	if (rc == 0)
		return NULL;
	if (rc != EINTR && rc != EAGAIN && rc != EACCES) {
		errno = rc;
		return crm_err_errno(CRM_E_IO, "cannot lock the store");
	}
	return crm_err(CRM_E_LOCKED,
	    "other programs use the store (waited %lld.%lld s)",
	    (long long)(wait_ms / 1000), (long long)(wait_ms % 1000 / 100));
}

const struct crm_err *
crm_gate_enter(struct crm_gate *g, int64_t wait_ms)
{
	struct timer timer;
	int rc = 0;

	if (g->depth++ > 0)
		return NULL;
	/* Nobody waits and nobody is in: two calls that do not block. */
	if (set_lock(g->fd, F_OFD_SETLK, F_WRLCK, BYTE_QUEUE) == 0) {
		rc = set_lock(g->fd, F_OFD_SETLK, F_WRLCK, BYTE_DOOR);
		(void)set_lock(g->fd, F_OFD_SETLK, F_UNLCK, BYTE_QUEUE);
		if (rc == 0)
			return NULL;
	}
	if (wait_ms != 0) {
		start_timer(&timer, wait_ms);
		rc = wait_for_door(g);
		stop_timer(&timer);
	} else
		rc = EINTR;
	if (rc == 0)
		return NULL;
	g->depth = 0;
	if (rc != EINTR) {
		errno = rc;
		return crm_err_errno(CRM_E_IO, "cannot lock the store");
	}
	return crm_err(CRM_E_LOCKED,
	    "the store is locked by another program (waited %lld.%lld s)",
	    (long long)(wait_ms / 1000), (long long)(wait_ms % 1000 / 100));
}

void
crm_gate_leave(struct crm_gate *g)
{
	if (g->depth > 0 && --g->depth == 0)
		(void)set_lock(g->fd, F_OFD_SETLK, F_UNLCK, BYTE_DOOR);
}

const struct crm_err *
crm_gate_begin(struct crm_gate *g, uint64_t change)
{
	if (set_lock(g->fd, F_OFD_SETLK, F_WRLCK, BYTE_CHANGES + change) != 0)
		return crm_err_errno(CRM_E_IO, "cannot lock the store");
	g->begun = change;
	return NULL;
}

void
crm_gate_end(struct crm_gate *g, uint64_t change)
{
	(void)set_lock(g->fd, F_OFD_SETLK, F_UNLCK, BYTE_CHANGES + change);
	g->begun = 0;
}

bool
crm_gate_is_begun(struct crm_gate *g, uint64_t change)
{
	struct flock fl = { .l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = (off_t)(BYTE_CHANGES + change),
		.l_len = 1 };

	if (g->begun == change)
		return true;
	return fcntl(g->fd, F_OFD_GETLK, &fl) == 0 && fl.l_type != F_UNLCK;
}

bool
crm_gate_claim_lag(struct crm_gate *g)
{
	return set_lock(g->fd, F_OFD_SETLK, F_WRLCK, BYTE_LAG) == 0;
}

void
crm_gate_leave_lag(struct crm_gate *g)
{
	(void)set_lock(g->fd, F_OFD_SETLK, F_UNLCK, BYTE_LAG);
}
