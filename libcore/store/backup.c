#define _GNU_SOURCE /* renameat2 */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "format/tar.h"
#include "store/check.h"
#include "store/papers.h"
#include "store/store_impl.h"

#define NAME_TRIES 100
#define PATH_LONGEST 4000 /* leaves room for temporary names */
#define YAML_MAX ((size_t)64 << 20)
#define PIECE ((size_t)256 << 10)

struct crm_backup {
	struct crm_store *store;
	char *path;           /* "": to a descriptor */
	char dir[4300];       /* of the copy; "": not made yet */
	char tmp[4400];       /* of the archive */
	struct crm_err fault; /* the first one; "": none */
};

void
crm_backup_unlink(const struct crm_backup *b)
{
	char file[4400];

	/* no snprintf(): this may be a signal handler */
	if (b->dir[0] != '\0') {
		memcpy(file, b->dir, strlen(b->dir));
		memcpy(file + strlen(b->dir), "/data.mdb", 10);
		(void)unlink(file);
		(void)rmdir(b->dir);
	}
	if (b->tmp[0] != '\0')
		(void)unlink(b->tmp);
}

void
crm_backup_free(struct crm_backup *b)
{
	if (b == NULL)
		return;
	crm_backup_unlink(b);
	crm_free(b->path);
	crm_free(b);
}

static const struct crm_err *
exists(const struct crm_backup *b)
{
	return crm_err(CRM_E_CANTCREATE, "'%s' exists already", b->path);
}

static const struct crm_err *
cannot_make(const struct crm_backup *b, const char *what)
{
	return crm_err_errno(errno == EACCES || errno == EPERM || errno == EROFS
		? CRM_E_NOPERM
		: CRM_E_CANTCREATE,
	    "cannot make '%s'", b->path[0] != '\0' ? b->path : what);
}

/* A directory that nobody else has, for the copy. */
static const struct crm_err *
make_dir(struct crm_backup *b)
{
	char dir[sizeof(b->dir)];
	int i;

	for (i = 0; i < NAME_TRIES; i++) {
		if (b->path[0] != '\0')
			(void)snprintf(dir, sizeof(dir),
			    "%.4096s.unfinished-%ld-%d", b->path,
			    (long)getpid(), i);
		else
			(void)snprintf(dir, sizeof(dir),
			    "%.4096s/backup.unfinished-%ld-%d", b->store->real,
			    (long)getpid(), i);
		if (mkdir(dir, 0700) == 0) {
			memcpy(b->dir, dir, sizeof(dir));
			return NULL;
		}
		if (errno != EEXIST)
			break;
	}
	return cannot_make(b, dir);
}

static const struct crm_err *
copy_data(struct crm_backup *b)
{
	const struct crm_err *err;
	char file[sizeof(b->dir) + 16];
	int fd;

	(void)snprintf(file, sizeof(file), "%s/data.mdb", b->dir);
	fd = open(
	    file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return cannot_make(b, file);
	err = crm_env_copy(b->store->env, fd);
	if (close(fd) != 0 && err == NULL)
		err = crm_err_errno(CRM_E_IO, "%s", file);
	return err;
}

static void
keep_fault(void *ctx, const char *where, const char *what)
{
	struct crm_backup *b = ctx;

	if (b->fault.msg[0] == '\0')
		b->fault = *crm_err(CRM_E_DATA,
		    "the store is damaged (%s: %s): no backup was made, see "
		    "crm-store check",
		    where, what);
}

/* What comes of a check of the store, or of the copy. */
static const struct crm_err *
verdict(const struct crm_backup *b, const struct crm_err *err)
{
	return err != NULL || b->fault.msg[0] == '\0'
	    ? err
	    : crm_err(CRM_E_DATA, "%s", b->fault.msg);
}

/* LMDB goes where damaged pages send it, and writes there. */
static const struct crm_err *
prove_source(struct crm_backup *b)
{
	struct crm_check c = {
		.what = CRM_CHECK_PAGES, .fault = keep_fault, .ctx = b
	};

	return verdict(b, crm_check_store(b->store, &c));
}

static const struct crm_err *
prove_copy(struct crm_backup *b)
{
	struct crm_check c = { .fault = keep_fault, .ctx = b };

	return verdict(b, crm_check_file(b->dir, true, &c));
}

const struct crm_err *
crm_backup_copy(struct crm_store *s, const char *path, struct crm_backup **out)
{
	struct crm_backup *b = crm_calloc(1, sizeof(*b));
	const struct crm_err *err;
	struct stat st;

	*out = b;
	b->store = s;
	b->path = crm_strndup(path, strlen(path));
	if (strlen(path) > PATH_LONGEST) {
		errno = ENAMETOOLONG;
		return cannot_make(b, path);
	}
	if (path[0] != '\0' && lstat(path, &st) == 0)
		return exists(b);
	err = prove_source(b);
	if (err == NULL)
		err = make_dir(b);
	if (err == NULL)
		err = copy_data(b);
	return err != NULL ? err : prove_copy(b);
}

static const struct crm_err *
put(int fd, const void *p, size_t n)
{
	return crm_write_all(fd, p, n)
	    ? NULL
	    : crm_err_errno(CRM_E_IO, "cannot write the backup");
}

/* Zeros up to a whole block. */
static const struct crm_err *
put_gap(int fd, uint64_t size)
{
	static const char zeros[CRM_TAR_BLOCK];

	return put(fd, zeros, crm_tar_gap(size));
}

static const struct crm_err *
put_data(const struct crm_backup *b, int64_t now_s, int fd)
{
	char file[sizeof(b->dir) + 16], head[CRM_TAR_BLOCK];
	const struct crm_err *err = NULL;
	char *piece = crm_alloc(PIECE);
	struct stat st;
	int64_t at = 0;
	int in;

	(void)snprintf(file, sizeof(file), "%s/data.mdb", b->dir);
	in = open(file, O_RDONLY | O_CLOEXEC);
	if (in < 0 || fstat(in, &st) != 0)
		err = crm_err_errno(CRM_E_IO, "%s", file);
	else {
		crm_tar_head(head, "data.mdb", (uint64_t)st.st_size, now_s);
		err = put(fd, head, sizeof(head));
	}
	while (err == NULL && at < st.st_size) {
		size_t n = st.st_size - at < (int64_t)PIECE
		    ? (size_t)(st.st_size - at)
		    : PIECE;

		if (!crm_pread_all(in, piece, n, at))
			err = crm_err_errno(CRM_E_IO, "%s", file);
		else
			err = put(fd, piece, n);
		at += (int64_t)n;
	}
	if (err == NULL)
		err = put_gap(fd, (uint64_t)st.st_size);
	if (in >= 0)
		(void)close(in);
	crm_free(piece);
	return err;
}

struct archive {
	int fd;
	int64_t now_s;
};

/* A member that is held in memory. */
static const struct crm_err *
put_member(void *ctx, const char *name, struct crm_view v)
{
	const struct archive *out = ctx;
	const struct crm_err *err;
	char head[CRM_TAR_BLOCK];

	crm_tar_head(head, name, v.n, out->now_s);
	err = put(out->fd, head, sizeof(head));
	if (err == NULL)
		err = put(out->fd, v.p, v.n);
	return err != NULL ? err : put_gap(out->fd, v.n);
}

/* The configuration is read after the data was copied: it may know fields
 * that the data lacks, which does no harm, but not the other way round. */
static const struct crm_err *
put_yaml(const struct crm_backup *b, int64_t now_s, int fd)
{
	struct crm_buf yaml = CRM_BUF_INIT(YAML_MAX * 2);
	struct archive out = { fd, now_s };
	const struct crm_err *err;

	err = crm_read_file(b->store->dir, "crm.yaml", YAML_MAX, &yaml);
	if (err != NULL && err->code == CRM_E_NOINPUT)
		err = NULL; /* none is as an empty one */
	if (err == NULL)
		err = put_member(&out, "crm.yaml", crm_buf_view(&yaml));
	crm_buf_release(&yaml);
	return err;
}

const struct crm_err *
crm_backup_write(struct crm_backup *b, int64_t now_us, int fd)
{
	static const char end[CRM_TAR_END];
	struct archive out = { fd, now_us / CRM_SECOND_US };
	const struct crm_err *err;

	err = put_data(b, now_us / CRM_SECOND_US, fd);
	if (err == NULL)
		err = put_yaml(b, now_us / CRM_SECOND_US, fd);
	if (err == NULL)
		err = crm_papers_each(b->store->dir, put_member, &out);
	return err != NULL ? err : put(fd, end, sizeof(end));
}

/* Rename without replacing what came to be there meanwhile. */
static const struct crm_err *
give_name(struct crm_backup *b)
{
	struct stat st;
	int rc =
	    renameat2(AT_FDCWD, b->tmp, AT_FDCWD, b->path, RENAME_NOREPLACE);

	if (rc != 0 && (errno == EINVAL || errno == ENOSYS)) {
		/* a file system that cannot */
		if (lstat(b->path, &st) == 0)
			return exists(b);
		rc = rename(b->tmp, b->path);
	}
	if (rc != 0)
		return errno == EEXIST ? exists(b) : cannot_make(b, b->tmp);
	b->tmp[0] = '\0';
	return crm_sync_parent(b->path);
}

const struct crm_err *
crm_backup_publish(struct crm_backup *b, int64_t now_us)
{
	char tmp[sizeof(b->tmp)];
	const struct crm_err *err;
	int fd;

	(void)snprintf(tmp, sizeof(tmp), "%s.tar", b->dir);
	fd = open(
	    tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return cannot_make(b, tmp);
	memcpy(b->tmp, tmp, sizeof(tmp));
	err = crm_backup_write(b, now_us, fd);
	if (err == NULL && (fchmod(fd, 0600) != 0 || fsync(fd) != 0))
		err = crm_err_errno(CRM_E_IO, "%s", b->path);
	if (close(fd) != 0 && err == NULL)
		err = crm_err_errno(CRM_E_IO, "%s", b->path);
	return err != NULL ? err : give_name(b);
}
