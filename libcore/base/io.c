#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/input.h"
#include "base/mem.h"

bool
crm_write_all(int fd, const void *p, size_t n)
{
	const char *s = p;
	ssize_t r;

	while (n > 0) {
		r = write(fd, s, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return false;
		s += r;
		n -= (size_t)r;
	}
	return true;
}

bool
crm_pread_all(int fd, void *p, size_t n, int64_t offset)
{
	char *s = p;
	ssize_t r;

	while (n > 0) {
		r = pread(fd, s, n, offset);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) {
			if (r == 0)
				errno = 0;
			return false;
		}
		s += r;
		n -= (size_t)r;
		offset += r;
	}
	return true;
}

static const char *elsewhere;
static bool is_elsewhere; /* scratch files had to be made there; any thread's */

void
crm_tmp_elsewhere(const char *path)
{
	elsewhere = path;
}

const struct crm_err *
crm_tmp_failed(int dir)
{
	char link[40], path[600];
	int saved = errno;
	ssize_t n;

	if (__atomic_load_n(&is_elsewhere, __ATOMIC_RELAXED))
		return crm_err_errno(
		    CRM_E_IO, "cannot write a scratch file in '%s'", elsewhere);
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	n = readlink(link, path, sizeof(path));
	errno = saved;
	if (n <= 0 || n == (ssize_t)sizeof(path))
		return crm_err_errno(CRM_E_IO, "cannot write a scratch file");
	return crm_err_errno(
	    CRM_E_IO, "cannot write a scratch file in '%.*s'", (int)n, path);
}

/* A file that has no name any more; -1 with errno set. */
static int
open_nameless(int dir)
{
	char name[64];
	unsigned int i;
	int fd;

	for (i = 0; i < 10000; i++) {
		(void)snprintf(
		    name, sizeof(name), ".tmp-%ld-%u", (long)getpid(), i);
		fd = openat(dir, name,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0) {
			(void)unlinkat(dir, name, 0);
			return fd;
		}
		if (errno != EEXIST)
			break;
	}
	return -1;
}

const struct crm_err *
crm_tmp_open(int dir, int *fd)
{
	int other;

	*fd = open_nameless(dir);
	if (*fd < 0 && elsewhere != NULL &&
	    (errno == EROFS || errno == EACCES)) {
		other = open(elsewhere, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (other >= 0) {
			*fd = open_nameless(other);
			__atomic_store_n(
			    &is_elsewhere, *fd >= 0, __ATOMIC_RELAXED);
			(void)close(other);
		}
	}
	return *fd >= 0
	    ? NULL
	    : crm_err_errno(CRM_E_CANTCREATE, "cannot make a scratch file");
}

const struct crm_err *
crm_sync_parent(const char *path)
{
	const struct crm_err *err = NULL;
	char *dir = crm_strndup(path, strlen(path)), *slash;
	int fd;

	slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[slash == dir] = '\0';
	fd =
	    open(slash != NULL ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		if (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP)
			err = crm_err_errno(CRM_E_IO, "%s", dir);
		(void)close(fd);
	}
	crm_free(dir);
	return err;
}

#define READ_STEP ((size_t)1 << 16)

/* How much to read at first: of a small file all of it, and its end. */
static size_t
first_step(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		(uint64_t)st.st_size < READ_STEP
	    ? (size_t)st.st_size + 1
	    : READ_STEP;
}

const struct crm_err *
crm_read_fd(int fd, const char *name, size_t max, struct crm_buf *out)
{
	size_t first = first_step(fd), step;
	char *to;
	ssize_t r;

	crm_buf_reset(out);
	for (;;) {
		step = out->n < first ? first - out->n : READ_STEP;
		to = crm_buf_room(out, step);
		if (to == NULL || out->n > max)
			return crm_err(
			    CRM_E_DATA, "%s: over %zu bytes", name, max);
		r = crm_input_read(fd, to, step);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return crm_err_errno(CRM_E_IO, "%s", name);
		if (r == 0)
			return NULL;
		crm_buf_used(out, (size_t)r);
	}
}

const struct crm_err *
crm_read_file(int dir, const char *path, size_t max, struct crm_buf *out)
{
	const struct crm_err *err;
	int fd;

	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		enum crm_code code = errno == EACCES ? CRM_E_NOPERM
		    : errno == ENOENT                ? CRM_E_NOINPUT
						     : CRM_E_IO;

		return crm_err_errno(code, "%s", path);
	}
	err = crm_read_fd(fd, path, max, out);
	(void)close(fd);
	return err;
}
