#define _GNU_SOURCE /* F_OFD_SETLK */
#include "store/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

enum { BYTE_DOOR, BYTE_QUEUE, BYTE_USERS, BYTE_LAG, BYTE_CHANGES = 1000 };

struct crm_gate {
	int fd;             /* -1: nobody can write, and nobody needs to know */
	bool reads;         /* it cannot be written to */
	unsigned int depth; /* how often this process went in */
	unsigned int bars;  /* how often it barred the door */
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
crm_gate_no_writing(void)
{
	return crm_err(CRM_E_NOPERM,
	    "the store may only be read here (crm-store(1), READING ONLY)");
}

/*
 * Is the file system of a directory for reading only, and not just this place
 * where it is mounted?  A line tells of each mount: its number first, and its
 * file system's options behind " - ", the type and the source.
 * From: proc(5), mountinfo; statx(2).
 */
static bool
is_all_for_reading(int dir)
{
	struct crm_buf b = CRM_BUF_INIT((size_t)1 << 24);
	const char *line, *at;
	struct statvfs vfs;
	struct statx stx;
	char number[24];
	bool yes = false;

	if (fstatvfs(dir, &vfs) != 0 || (vfs.f_flag & ST_RDONLY) == 0 ||
	    statx(dir, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) != 0 ||
	    (stx.stx_mask & STATX_MNT_ID) == 0)
		return false;
	(void)snprintf(number, sizeof(number), "\n%llu ",
	    (unsigned long long)stx.stx_mnt_id);
	if (crm_read_file(AT_FDCWD, "/proc/self/mountinfo", b.max - 1, &b) ==
	    NULL) {
		line = strncmp(b.p, number + 1, strlen(number + 1)) == 0
		    ? b.p
		    : strstr(b.p, number);
		at = line != NULL ? strstr(line + 1, " - ") : NULL;
		at = at != NULL ? strchr(at + 3, ' ') : NULL;
		at = at != NULL ? strchr(at + 1, ' ') : NULL;
		yes = at != NULL && strncmp(at, " ro", 3) == 0 &&
		    (at[3] == ',' || at[3] == '\n');
	}
	crm_buf_release(&b);
	return yes;
}

/* Join the users of a gate. */
static const struct crm_err *
join(int fd, bool shared)
{
	struct stat st;

	/* locks on a pipe would keep nobody out */
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return crm_err(
		    CRM_E_CANTCREATE, "gate: it is not a file of its own");
	if (shared && (st.st_mode & 0660) != 0660)
		(void)fchmod(fd, (st.st_mode & 0777) | 0660);
	if (set_lock(fd, F_OFD_SETLK, F_RDLCK, BYTE_USERS) == 0)
		return NULL;
	return errno == EAGAIN || errno == EACCES
	    ? crm_gate_replaced()
	    : crm_err_errno(CRM_E_IO, "gate");
}

/* flags  0: it is there, and only read */
static const struct crm_err *
open_gate(int dir, bool shared, int flags, struct crm_gate **out)
{
	const struct crm_err *err;
	struct crm_gate *g;
	int fd;

	*out = NULL;
	fd = openat(dir, "gate",
	    (flags != 0 ? flags : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW |
		O_NONBLOCK,
	    shared ? 0660 : 0600);
	if (fd < 0 && errno == ENOENT && flags != 0) /* no directory any more */
		return crm_gate_replaced();
	if (fd < 0)
		return crm_err_errno(errno == EACCES || errno == EROFS ||
			    errno == EPERM || errno == ENOENT
			? CRM_E_NOPERM
			: CRM_E_CANTCREATE,
		    "gate");
	err = join(fd, shared && flags != 0);
	if (err != NULL) {
		(void)close(fd);
		return err;
	}
	g = crm_calloc(1, sizeof(*g));
	g->fd = fd;
	g->reads = flags == 0;
	*out = g;
	return NULL;
}

const struct crm_err *
crm_gate_open(int dir, bool shared, struct crm_gate **out)
{
	return open_gate(dir, shared, O_RDWR | O_CREAT, out);
}

const struct crm_err *
crm_gate_open_to_read(int dir, bool shared, struct crm_gate **out)
{
	const struct crm_err *err = crm_gate_open(dir, shared, out);
	struct stat st;

	if (err == NULL || err->code != CRM_E_NOPERM)
		return err;
	if (fstatat(dir, "gate", &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT)
		return open_gate(dir, shared, 0, out);
	if (!is_all_for_reading(dir))
		return crm_err_wrap(err,
		    "nobody who may write has used it yet, so that there is "
		    "nothing to lock");
	*out = crm_calloc(1, sizeof(**out));
	(*out)->fd = -1;
	(*out)->reads = true;
	return NULL;
}

void
crm_gate_close(struct crm_gate *g)
{
	if (g == NULL)
		return;
	if (g->fd >= 0)
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
	return g == NULL || g->fd < 0 ||
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
wait_for_byte(struct crm_gate *g, int type, uint64_t byte)
{
	while (set_lock(g->fd, F_OFD_SETLKW, type, byte) != 0)
		if (errno != EINTR || time_is_up != 0)
			return errno;
	return 0;
}

static int
wait_for_door(struct crm_gate *g, int type)
{
	int rc = wait_for_byte(g, type, BYTE_QUEUE);

	if (rc != 0)
		return rc;
	rc = wait_for_byte(g, type, BYTE_DOOR);
	(void)set_lock(g->fd, F_OFD_SETLK, F_UNLCK, BYTE_QUEUE);
	return rc;
}

/* Have the door for oneself, or in common: F_WRLCK, F_RDLCK. */
static const struct crm_err *
take_door(struct crm_gate *g, int type, int64_t wait_ms)
{
	struct timer timer;
	int rc = EINTR;

	/* Nobody waits and nobody is in: two calls that do not block. */
	if (set_lock(g->fd, F_OFD_SETLK, type, BYTE_QUEUE) == 0) {
		rc = set_lock(g->fd, F_OFD_SETLK, type, BYTE_DOOR);
		(void)set_lock(g->fd, F_OFD_SETLK, F_UNLCK, BYTE_QUEUE);
		if (rc == 0)
			return NULL;
		rc = EINTR;
	}
	if (wait_ms != 0) {
		start_timer(&timer, wait_ms);
		rc = wait_for_door(g, type);
		stop_timer(&timer);
	}
	if (rc == 0)
		return NULL;
	if (rc != EINTR) {
		errno = rc;
		return crm_err_errno(CRM_E_IO, "cannot lock the store");
	}
	return crm_err(CRM_E_LOCKED,
	    "the store is locked by another program (waited %lld.%lld s)",
	    (long long)(wait_ms / 1000), (long long)(wait_ms % 1000 / 100));
}

const struct crm_err *
crm_gate_be_alone(struct crm_gate *g, int64_t wait_ms)
{
	struct timer timer;
	int rc;

	if (g->reads)
		return crm_gate_no_writing();
	rc = set_lock(g->fd, F_OFD_SETLK, F_WRLCK, BYTE_USERS) == 0 ? 0 : errno;
	if (rc != 0 && wait_ms != 0) {
		start_timer(&timer, wait_ms);
		rc = wait_for_byte(g, F_WRLCK, BYTE_USERS);
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
	const struct crm_err *err;

	if (g->reads)
		return crm_gate_no_writing();
	if (g->depth++ > 0)
		return NULL;
	err = take_door(g, F_WRLCK, wait_ms);
	if (err != NULL)
		g->depth = 0;
	return err;
}

void
crm_gate_leave(struct crm_gate *g)
{
	if (g->depth > 0 && --g->depth == 0)
		(void)set_lock(g->fd, F_OFD_SETLK, F_UNLCK, BYTE_DOOR);
}

const struct crm_err *
crm_gate_bar(struct crm_gate *g, int64_t wait_ms)
{
	const struct crm_err *err;

	if (g->fd < 0 || g->bars++ > 0)
		return NULL;
	err = take_door(g, F_RDLCK, wait_ms);
	if (err != NULL)
		g->bars = 0;
	return err;
}

void
crm_gate_unbar(struct crm_gate *g)
{
	if (g->bars > 0 && --g->bars == 0)
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
