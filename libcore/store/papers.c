#include "store/papers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "format/tar.h"

static const char prefix[] = CRM_PAPERS "/";
#define PREFIX (sizeof(prefix) - 1)

bool
crm_paper_is_member(const char *name)
{
	return strncmp(name, prefix, PREFIX) == 0 && name[PREFIX] != '\0' &&
	    name[PREFIX] != '.' && strchr(name + PREFIX, '/') == NULL;
}

/* The folder, or NULL; flags: of open(). */
static DIR *
open_dir(int dir, int flags)
{
	int fd =
	    openat(dir, CRM_PAPERS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && d == NULL)
		(void)close(fd);
	return d;
}

/* What is no file, or hidden, is none of them. */
static bool
is_one(int dir, const char *file)
{
	struct stat st;

	return file[0] != '.' && fstatat(dir, file, &st, 0) == 0 &&
	    S_ISREG(st.st_mode);
}

static const struct crm_err *
hand_over(int dir, const char *file,
    const struct crm_err *(*fn)(void *ctx, const char *name, struct crm_view),
    void *ctx)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_PAPER_MAX * 2);
	const struct crm_err *err;
	char name[CRM_TAR_NAME];
	int n;

	if (!is_one(dir, file))
		return NULL;
	n = snprintf(name, sizeof(name), "%s%s", prefix, file);
	if (n < 0 || (size_t)n >= sizeof(name) - 1)
		return crm_err(CRM_E_DATA,
		    "%s%s: the name is too long for a backup", prefix, file);
	err = crm_read_file(dir, file, CRM_PAPER_MAX, &b);
	if (err == NULL)
		err = fn(ctx, name, crm_buf_view(&b));
	else
		err = crm_err_wrap(err, "%s", CRM_PAPERS);
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_papers_each(int dir,
    const struct crm_err *(*fn)(void *ctx, const char *name, struct crm_view),
    void *ctx)
{
	const struct crm_err *err = NULL;
	const struct dirent *e;
	DIR *d = open_dir(dir, 0);

	if (d == NULL)
		return errno == ENOENT || errno == ENOTDIR
		    ? NULL
		    : crm_err_errno(CRM_E_IO, "%s", CRM_PAPERS);
	for (e = readdir(d); err == NULL && e != NULL; e = readdir(d))
		err = hand_over(dirfd(d), e->d_name, fn, ctx);
	(void)closedir(d);
	return err;
}

const struct crm_err *
crm_papers_make(int dir, bool shared)
{
	if ((mkdirat(dir, CRM_PAPERS, 0700) != 0 && errno != EEXIST) ||
	    (shared && fchmodat(dir, CRM_PAPERS, 02770, 0) != 0))
		return crm_err_errno(CRM_E_CANTCREATE, "%s", CRM_PAPERS);
	return NULL;
}

/* Write a new file in the folder. */
static const struct crm_err *
write_one(int dir, const char *file, bool shared, struct crm_view text)
{
	const struct crm_err *err = NULL;
	int fd = openat(dir, file,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    shared ? 0660 : 0600);

	if (fd < 0)
		return crm_err_errno(CRM_E_CANTCREATE, "%s%s", prefix, file);
	if (shared)
		(void)fchmod(fd, 0660);
	if (!crm_write_all(fd, text.p, text.n) || fsync(fd) != 0)
		err = crm_err_errno(CRM_E_IO, "%s%s", prefix, file);
	if (close(fd) != 0 && err == NULL)
		err = crm_err_errno(CRM_E_IO, "%s%s", prefix, file);
	return err;
}

/* All that can be read, from one folder into the other. */
static const struct crm_err *
copy_all(DIR *d, int to, bool shared, void (*lost)(void *ctx, const char *what),
    void *ctx)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_PAPER_MAX * 2);
	const struct crm_err *err = NULL;
	const struct dirent *e;

	for (e = readdir(d); err == NULL && e != NULL; e = readdir(d)) {
		if (!is_one(dirfd(d), e->d_name))
			continue;
		err = crm_read_file(dirfd(d), e->d_name, CRM_PAPER_MAX, &b);
		if (err != NULL) {
			lost(ctx, crm_err_wrap(err, "%s", CRM_PAPERS)->msg);
			err = NULL;
		} else
			err =
			    write_one(to, e->d_name, shared, crm_buf_view(&b));
	}
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_papers_copy(int from, int to, bool shared,
    void (*lost)(void *ctx, const char *what), void *ctx)
{
	const struct crm_err *err;
	DIR *d = open_dir(from, 0);
	int fd;

	if (d == NULL && (errno == ENOENT || errno == ENOTDIR))
		return NULL;
	if (d == NULL) {
		err = crm_err_errno(CRM_E_IO, "%s", CRM_PAPERS);
		lost(ctx, err->msg);
		return NULL;
	}
	err = crm_papers_make(to, shared);
	fd = err == NULL ? openat(to, CRM_PAPERS,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
			 : -1;
	if (err == NULL && fd < 0)
		err = crm_err_errno(CRM_E_CANTCREATE, "%s", CRM_PAPERS);
	if (err == NULL)
		err = copy_all(d, fd, shared, lost, ctx);
	if (err == NULL && fsync(fd) != 0)
		err = crm_err_errno(CRM_E_IO, "%s", CRM_PAPERS);
	if (fd >= 0)
		(void)close(fd);
	(void)closedir(d);
	return err;
}

void
crm_papers_remove(int dir)
{
	const struct dirent *e;
	DIR *d = open_dir(dir, O_NOFOLLOW);

	for (e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		(void)closedir(d);
	/* what a link leads to is not the store's */
	if (unlinkat(dir, CRM_PAPERS, AT_REMOVEDIR) != 0 && errno == ENOTDIR)
		(void)unlinkat(dir, CRM_PAPERS, 0);
}
