#define _GNU_SOURCE /* renameat2 */
#include "store/swap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/gate.h"
#include "store/papers.h"
#include "store/store_impl.h"

/* Files of a store that belong to its data. */
static const char *const own[] = { "data.mdb", "lock.mdb", "gate", "crm.yaml" };
#define NOWN (sizeof(own) / sizeof(own[0]))

struct crm_swap {
	char *path;
	int dir;
	int64_t group;
	struct crm_gate *gate, *own_gate; /* own_gate: to be closed */
};

static struct crm_swap *
new_swap(const char *path)
{
	struct crm_swap *w = crm_calloc(1, sizeof(*w));
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	w->path = crm_strndup(path, n);
	w->group = -1;
	return w;
}

/* Take over an open directory: whose group is it? */
static void
take_dir(struct crm_swap *w, int dir)
{
	struct stat st;

	w->dir = dir;
	if (dir >= 0 && fstat(dir, &st) == 0 && (st.st_mode & S_IWGRP) != 0)
		w->group = (int64_t)st.st_gid;
}

static bool
is_own(const char *name)
{
	size_t i;

	for (i = 0; i < NOWN; i++)
		if (strcmp(name, own[i]) == 0)
			return true;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Templates of the store that is put in place win: the others stay where they
 * are, until it is sure that they are not wanted. */
static bool
is_replaced(int to, const char *name)
{
	struct stat st;

	return strcmp(name, CRM_PAPERS) == 0 && fstatat(to, name, &st, 0) == 0;
}

/* What else lies in one directory goes to the other one. */
static const struct crm_err *
move_others(const struct crm_swap *w, int from, int to)
{
	const struct crm_err *err = NULL;
	int fd = fcntl(from, F_DUPFD_CLOEXEC, 0);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		err = crm_err_errno(CRM_E_IO, "%s", w->path);
		if (fd >= 0)
			(void)close(fd);
		return err;
	}
	rewinddir(d);
	for (e = readdir(d); err == NULL && e != NULL; e = readdir(d))
		if (!is_own(e->d_name) && !is_replaced(to, e->d_name) &&
		    renameat(from, e->d_name, to, e->d_name) != 0)
			err = crm_err_errno(
			    CRM_E_IO, "%s/%s", w->path, e->d_name);
	(void)closedir(d);
	return err;
}

static void
remove_own(int dir)
{
	size_t i;

	crm_papers_remove(dir);
	for (i = 0; i < NOWN; i++)
		(void)unlinkat(dir, own[i], 0);
}

/*
 * Is it the name of a directory that a process made beside one of this name,
 * "NAME.unfinished-PID-N", and is that process no more?  N has one digit, but
 * for ten crashes of one number, so that nothing with a date in it is taken for
 * one.
 */
static bool
is_left_over(const char *name, struct crm_view of)
{
	struct crm_view v = crm_view_str(name), mark = CRM_V(".unfinished-");
	uint64_t pid;
	size_t n;

	if (!crm_view_starts(v, of))
		return false;
	v = crm_view_skip(v, of.n);
	if (!crm_view_starts(v, mark))
		return false;
	v = crm_view_skip(v, mark.n);
	for (n = 0; n < v.n && v.p[n] != '-'; n++)
		;
	return n + 2 == v.n && v.p[n + 1] >= '0' && v.p[n + 1] <= '9' &&
	    crm_num_u64(crm_view(v.p, n), INT32_MAX, &pid) && pid > 0 &&
	    kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/*
 * Remove a directory that was left over: it may hold a copy of all data.  What
 * else lies in it is the store's, when its process ended just while it moved
 * that over.
 *
 * Whoever works on one has a lock on it: a process of another machine, or of
 * another container, looks as if it were no more.
 */
static void
remove_left_over(const struct crm_swap *w, int parent, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	const struct crm_err *err;
	struct stat st;
	int fd = openat(parent, name, flags);

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0) {
		err = move_others(w, fd, w->dir);
		if (err == NULL) {
			remove_own(fd);
			(void)unlinkat(parent, name, AT_REMOVEDIR);
		}
	}
	(void)close(fd);
}

/* Remove what processes that were killed left beside the store, or in it. */
static void
sweep(const struct crm_swap *w, int parent, const char *base)
{
	int fd = parent >= 0 ? fcntl(parent, F_DUPFD_CLOEXEC, 0) : -1;
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	rewinddir(d);
	for (e = readdir(d); e != NULL; e = readdir(d))
		if (is_left_over(e->d_name, crm_view_str(base)))
			remove_left_over(w, parent, e->d_name);
	(void)closedir(d);
}

/* Nobody else has the store open. */
static const struct crm_err *
alone(struct crm_swap *w, int64_t wait_ms)
{
	const struct crm_err *err = crm_gate_be_alone(w->gate, wait_ms);
	const char *base = strrchr(w->path, '/');
	char *beside;
	int parent;

	if (err != NULL)
		return err;
	base = base != NULL ? base + 1 : w->path;
	beside = crm_strndup(w->path, (size_t)(base - w->path));
	parent = open(
	    base > w->path ? beside : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	sweep(w, parent, base);
	sweep(w, w->dir, "backup");
	if (parent >= 0)
		(void)close(parent);
	crm_free(beside);
	return NULL;
}

const struct crm_err *
crm_swap_begin(const char *path, int64_t wait_ms, struct crm_swap **out)
{
	struct crm_swap *w = *out = new_swap(path);
	const struct crm_err *err;

	take_dir(w, open(w->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (w->dir < 0)
		return crm_err_errno(
		    errno == EACCES ? CRM_E_NOPERM : CRM_E_NOINPUT, "%s", path);
	err = crm_gate_open(w->dir, w->group >= 0, &w->own_gate);
	w->gate = w->own_gate;
	if (!crm_gate_is_in_place(w->gate, w->dir, w->path))
		err = crm_gate_replaced();
	return err != NULL ? err : alone(w, wait_ms);
}

const struct crm_err *
crm_swap_begin_open(struct crm_store *s, int64_t wait_ms, struct crm_swap **out)
{
	struct crm_swap *w = *out = new_swap(s->path);

	take_dir(w, fcntl(s->dir, F_DUPFD_CLOEXEC, 0));
	w->gate = s->gate;
	return w->dir >= 0 ? alone(w, wait_ms)
			   : crm_err_errno(CRM_E_IO, "%s", s->path);
}

void
crm_swap_end(struct crm_swap *w)
{
	if (w == NULL)
		return;
	crm_gate_close(w->own_gate);
	if (w->dir >= 0)
		(void)close(w->dir);
	crm_free(w->path);
	crm_free(w);
}

int64_t
crm_swap_group(const struct crm_swap *w)
{
	return w->group;
}

/*
 * Change the names of two directories; where the file system cannot do it at
 * once, there is no store for a moment.
 *
 * Returns 0, or -1 with errno set: both have the names that they had.
 */
static int
exchange(const char *a, const char *b)
{
	struct crm_buf away = CRM_BUF_INIT(1 << 16);
	int rc, saved;

	rc = renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
	if (rc == 0 || (errno != EINVAL && errno != ENOSYS))
		return rc;
	crm_buf_addf(&away, "%s.old-%ld", a, (long)getpid());
	crm_buf_addc(&away, '\0');
	rc = rename(a, away.p);
	if (rc == 0 && rename(b, a) != 0) {
		saved = errno;
		(void)rename(away.p, a);
		errno = saved;
		rc = -1;
	} else if (rc == 0)
		(void)rename(away.p, b); /* a has what was b */
	crm_buf_release(&away);
	return rc;
}

/* Remove a store, unless there is something else in its directory. */
static void
remove_store(int dir, const char *path)
{
	remove_own(dir);
	(void)rmdir(path);
}

/* The new store has the place: make it all there is, and lasting, or give the
 * place back. */
static const struct crm_err *
settle(struct crm_swap *w, int fd, const char *fresh)
{
	const struct crm_err *err = move_others(w, w->dir, fd);
	struct crm_buf kept = CRM_BUF_INIT(1 << 16);

	if (err == NULL)
		err = crm_sync_parent(w->path);
	if (err == NULL)
		remove_store(w->dir, fresh);
	else if (move_others(w, fd, w->dir) == NULL &&
	    exchange(w->path, fresh) == 0)
		remove_store(fd, fresh);
	else {
		/* a name that nobody sweeps away */
		crm_buf_addf(&kept, "%s.old-%ld", w->path, (long)getpid());
		crm_buf_addc(&kept, '\0');
		err = crm_err_wrap(err,
		    "'%s' is the new store, but what it replaced is still in "
		    "'%s'",
		    w->path, rename(fresh, kept.p) == 0 ? kept.p : fresh);
		crm_buf_release(&kept);
	}
	return err;
}

/* Who could read the old store can read the new one. */
static void
keep_readers(int from, int to)
{
	struct stat a, b;
	size_t i;

	if (fstat(from, &a) == 0 && fstat(to, &b) == 0)
		(void)!fchmod(to, (b.st_mode | (a.st_mode & 0555)) & 07777);
	for (i = 0; i < NOWN; i++)
		if (fstatat(from, own[i], &a, AT_SYMLINK_NOFOLLOW) == 0 &&
		    fstatat(to, own[i], &b, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(a.st_mode) && S_ISREG(b.st_mode))
			(void)!fchmodat(to, own[i],
			    (b.st_mode | (a.st_mode & 0444)) & 07777, 0);
}

const struct crm_err *
crm_swap_with(struct crm_swap *w, const char *fresh)
{
	const struct crm_err *err;
	int fd;

	fd = open(fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) { /* nobody sweeps these two */
		(void)flock(fd, LOCK_EX | LOCK_NB);
		(void)flock(w->dir, LOCK_EX | LOCK_NB);
		keep_readers(w->dir, fd);
	}
	if (fd < 0) {
		err = crm_err_errno(CRM_E_IO, "%s", fresh);
		/* it was open a moment ago: once more, to remove it */
		fd = open(fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		remove_store(fd, fresh);
	} else if (fsync(fd) != 0 || exchange(w->path, fresh) != 0) {
		err = crm_err_errno(CRM_E_IO, "cannot replace '%s'", w->path);
		remove_store(fd, fresh);
	} else
		err = settle(w, fd, fresh);
	if (fd >= 0)
		(void)close(fd);
	return err;
}
