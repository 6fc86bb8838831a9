#include "store/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "format/tar.h"
#include "store/check.h"
#include "store/papers.h"
#include "store/store_impl.h"

#define PIECE ((size_t)256 << 10)
#define NAME_TRIES 100

static const char *const members[] = { "data.mdb", "crm.yaml" };
#define NMEMBERS (sizeof(members) / sizeof(members[0]))

struct crm_restore {
	const char *name; /* of the archive */
	int fd;
	char *path, *fresh; /* fresh: "" when it was not made yet */
	int dir;
	bool shared;
	bool have[NMEMBERS];
	bool begun; /* a member was found */
	struct crm_err fault;
};

void
crm_restore_unlink(const struct crm_restore *r)
{
	static const char *const files[] = { "data.mdb", "crm.yaml", "gate",
		"lock.mdb" };
	size_t i;

	if (r->fresh == NULL)
		return;
	for (i = 0; r->dir >= 0 && i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlinkat(r->dir, files[i], 0);
	if (r->dir >= 0)
		crm_papers_remove(r->dir);
	(void)rmdir(r->fresh);
}

void
crm_restore_free(struct crm_restore *r)
{
	if (r == NULL)
		return;
	crm_restore_unlink(r);
	if (r->dir >= 0)
		(void)close(r->dir);
	crm_free(r->path);
	crm_free(r->fresh);
	crm_free(r);
}

static const struct crm_err *
make_dir(struct crm_restore *r, int64_t group)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 16);
	mode_t mode = group >= 0 ? 02770 : 0700;
	const struct crm_err *err = NULL;
	int i, rc = -1;

	for (i = 0; rc != 0 && i < NAME_TRIES; i++) {
		crm_buf_reset(&b);
		crm_buf_addf(
		    &b, "%s.unfinished-%ld-%d", r->path, (long)getpid(), i);
		crm_buf_addc(&b, '\0');
		rc = mkdir(b.p, mode);
		if (rc != 0 && errno != EEXIST)
			break;
	}
	if (rc == 0)
		r->fresh = crm_strndup(b.p, strlen(b.p));
	if (rc == 0 && group >= 0 &&
	    (chown(r->fresh, (uid_t)-1, (gid_t)group) != 0 ||
		chmod(r->fresh, mode) != 0))
		rc = -1;
	if (rc == 0)
		r->dir = open(r->fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dir >= 0)
		(void)flock(r->dir, LOCK_EX | LOCK_NB); /* swap.c: sweep() */
	if (rc != 0 || r->dir < 0)
		err = crm_err_errno(
		    errno == EACCES || errno == EPERM || errno == EROFS
			? CRM_E_NOPERM
			: CRM_E_CANTCREATE,
		    "cannot make '%s', which is to be the store", b.p);
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
bad(const struct crm_restore *r, const char *what)
{
	return crm_err(CRM_E_DATA, "%s: %s", r->name, what);
}

/* Read n bytes: fewer are no archive. */
static const struct crm_err *
take(struct crm_restore *r, char *out, size_t n)
{
	size_t at = 0;
	ssize_t got;

	while (at < n) {
		got = read(r->fd, out + at, n - at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return crm_err_errno(
			    CRM_E_IO, "cannot read '%s'", r->name);
		if (got == 0)
			return bad(r,
			    r->begun ? "the backup is cut short"
				     : "this is no backup");
		at += (size_t)got;
	}
	return NULL;
}

/* One member into a file of its name. */
static const struct crm_err *
unpack(struct crm_restore *r, const char *name, uint64_t size)
{
	char *piece = crm_alloc(PIECE);
	const struct crm_err *err = NULL;
	uint64_t at = 0;
	size_t n;
	int fd;

	fd = openat(r->dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    r->shared ? 0660 : 0600);
	if (fd < 0)
		err = crm_err_errno(CRM_E_CANTCREATE, "%s", name);
	else if (r->shared)
		(void)fchmod(fd, 0660);
	for (; err == NULL && at < size; at += n) {
		n = size - at < PIECE ? (size_t)(size - at) : PIECE;
		err = take(r, piece, n);
		if (err == NULL && !crm_write_all(fd, piece, n))
			err = crm_err_errno(CRM_E_IO, "cannot write the store");
	}
	if (err == NULL)
		err = take(r, piece, crm_tar_gap(size));
	if (err == NULL && fsync(fd) != 0)
		err = crm_err_errno(CRM_E_IO, "cannot write the store");
	if (fd >= 0)
		(void)close(fd);
	crm_free(piece);
	return err;
}

/* One of what invoices are made with, into its folder. */
static const struct crm_err *
unpack_paper(struct crm_restore *r, const char *name, uint64_t size)
{
	const struct crm_err *err;

	if (size > CRM_PAPER_MAX)
		return bad(r, "this is no backup of a store");
	err = crm_papers_make(r->dir, r->shared);
	return err != NULL ? err : unpack(r, name, size);
}

/* Members of other names are none that a backup has. */
static const struct crm_err *
unpack_all(struct crm_restore *r)
{
	char head[CRM_TAR_BLOCK], name[CRM_TAR_NAME];
	const struct crm_err *err;
	uint64_t size;
	size_t i;

	for (;;) {
		err = take(r, head, sizeof(head));
		if (err != NULL)
			return err;
		if (crm_tar_is_end(head))
			break;
		if (!crm_tar_read(head, name, &size))
			return bad(r, "this is no backup");
		r->begun = true;
		if (crm_paper_is_member(name)) {
			err = unpack_paper(r, name, size);
			if (err != NULL)
				return err;
			continue;
		}
		for (i = 0; i < NMEMBERS && strcmp(name, members[i]) != 0; i++)
			;
		if (i == NMEMBERS || r->have[i])
			return bad(r, "this is no backup of a store");
		r->have[i] = true;
		err = unpack(r, name, size);
		if (err != NULL)
			return err;
	}
	for (i = 0; i < NMEMBERS; i++)
		if (!r->have[i])
			return bad(r, "this is no backup of a store");
	return NULL;
}

static void
keep_fault(void *ctx, const char *where, const char *what)
{
	struct crm_restore *r = ctx;

	if (r->fault.msg[0] == '\0')
		r->fault = *crm_err(CRM_E_DATA,
		    "%s: the backup is damaged (%s: %s)", r->name, where, what);
}

/* It is whole, and a store that this version can open. */
static const struct crm_err *
prove(struct crm_restore *r)
{
	struct crm_store_options options = { .mode = CRM_STORE_LOOK };
	struct crm_check c = { .fault = keep_fault, .ctx = r };
	const struct crm_err *err;
	struct crm_store *s;

	err = crm_check_file(r->fresh, true, &c);
	if (err == NULL && c.faults > 0)
		err = crm_err(CRM_E_DATA, "%s", r->fault.msg);
	if (err != NULL)
		return err;
	err = crm_store_open(r->fresh, &options, &s);
	if (err == NULL)
		crm_store_close(s);
	return err;
}

const struct crm_err *
crm_restore_read(int fd, const char *name, const char *path, int64_t group,
    struct crm_restore **out)
{
	struct crm_restore *r = crm_calloc(1, sizeof(*r));
	const struct crm_err *err;
	size_t n = strlen(path);

	*out = r;
	while (n > 1 && path[n - 1] == '/')
		n--;
	r->fd = fd;
	r->name = name;
	r->path = crm_strndup(path, n);
	r->dir = -1;
	r->shared = group >= 0;
	err = make_dir(r, group);
	if (err == NULL)
		err = unpack_all(r);
	return err != NULL ? err : prove(r);
}

const struct crm_err *
crm_restore_publish(struct crm_restore *r, struct crm_swap *swap)
{
	const struct crm_err *err = NULL;
	bool placed = true;

	if (swap != NULL)
		err = crm_swap_with(swap, r->fresh);
	else if (fsync(r->dir) != 0 || rename(r->fresh, r->path) != 0) {
		err = errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR
		    ? crm_err(CRM_E_CANTCREATE,
			  "'%s' is there already (--replace replaces a store)",
			  r->path)
		    : crm_err_errno(CRM_E_CANTCREATE,
			  "cannot make the store '%s'", r->path);
		placed = false;
	} else
		err = crm_sync_parent(r->path);
	if (placed) { /* there is nothing to be cleaned up any more */
		crm_free(r->fresh);
		r->fresh = NULL;
	}
	return err;
}
