#define _GNU_SOURCE /* renameat2 */
#include "store/swap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "store/gate.h"
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
	return err != NULL ? err : crm_gate_be_alone(w->gate, wait_ms);
}

const struct crm_err *
crm_swap_begin_open(struct crm_store *s, int64_t wait_ms, struct crm_swap **out)
{
	struct crm_swap *w = *out = new_swap(s->path);

	take_dir(w, fcntl(s->dir, F_DUPFD_CLOEXEC, 0));
	w->gate = s->gate;
	return w->dir >= 0 ? crm_gate_be_alone(w->gate, wait_ms)
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

static bool
is_own(const char *name)
{
	size_t i;

	for (i = 0; i < NOWN; i++)
		if (strcmp(name, own[i]) == 0)
			return true;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* What else lies in the old directory goes to the new one. */
static const struct crm_err *
move_others(struct crm_swap *w, int fresh)
{
	const struct crm_err *err = NULL;
	DIR *d = fdopendir(dup(w->dir));
	const struct dirent *e;

	if (d == NULL)
		return crm_err_errno(CRM_E_IO, "%s", w->path);
	rewinddir(d);
	for (e = readdir(d); err == NULL && e != NULL; e = readdir(d))
		if (!is_own(e->d_name) &&
		    renameat(w->dir, e->d_name, fresh, e->d_name) != 0)
			err = crm_err_errno(
			    CRM_E_IO, "%s/%s", w->path, e->d_name);
	(void)closedir(d);
	return err;
}

/* Change the names of two directories; where the file system cannot do it at
 * once, there is no store for a moment. */
static int
exchange(const char *a, const char *b)
{
	struct crm_buf away = CRM_BUF_INIT(1 << 16);
	int rc;

	rc = renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
	if (rc == 0 || (errno != EINVAL && errno != ENOSYS))
		return rc;
	crm_buf_addf(&away, "%s.old-%ld", a, (long)getpid());
	crm_buf_addc(&away, '\0');
	rc = rename(a, away.p);
	if (rc == 0)
		rc = rename(b, a);
	if (rc == 0)
		rc = rename(away.p, b);
	crm_buf_release(&away);
	return rc;
}

const struct crm_err *
crm_swap_with(struct crm_swap *w, const char *fresh)
{
	const struct crm_err *err;
	size_t i;
	int fd;

	fd = open(fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return crm_err_errno(CRM_E_IO, "%s", fresh);
	err = fsync(fd) != 0 || exchange(w->path, fresh) != 0
	    ? crm_err_errno(CRM_E_IO, "cannot replace '%s'", w->path)
	    : move_others(w, fd);
	(void)close(fd);
	if (err == NULL)
		err = crm_sync_parent(w->path);
	if (err != NULL)
		return err;
	for (i = 0; i < NOWN; i++)
		(void)unlinkat(w->dir, own[i], 0);
	(void)rmdir(fresh);
	return NULL;
}
