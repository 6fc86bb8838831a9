/*
 * io - reading and writing whole pieces.
 */
#ifndef CRM_IO_H
#define CRM_IO_H

#include "base/buf.h"

/*
 * Write all of n bytes, going on after EINTR and short writes.
 *
 * Returns false with errno set.
 */
bool crm_write_all(int fd, const void *, size_t n);

/* Read n bytes at an offset; false with errno set (0 at the end of file). */
bool crm_pread_all(int fd, void *, size_t n, int64_t offset);

/*
 * Make a scratch file without a name, mode 0600, close-on-exec.
 *
 * dir     an open directory.  Where it may not be written to the file is made
 *         elsewhere, if crm_tmp_elsewhere() said where
 *
 * Fails with CANTCREATE.
 */
CRM_CHECK const struct crm_err *crm_tmp_open(int dir, int *fd);

/* path    a directory, or NULL; borrowed, for good */
void crm_tmp_elsewhere(const char *path);

/* IO, with errno: "cannot write a scratch file in DIRECTORY". */
const struct crm_err *crm_tmp_failed(int dir);

/*
 * Make it durable that a path was given its name: sync the directory that it
 * is in.
 *
 * Fails with IO.  File systems that cannot do it count as having done it.
 */
CRM_CHECK const struct crm_err *crm_sync_parent(const char *path);

/*
 * Read a whole file.
 *
 * max     above so many bytes it fails with DATA
 * out     reset, then the bytes
 *
 * Fails with NOINPUT when there is none, NOPERM, IO.
 */
CRM_CHECK const struct crm_err *crm_read_file(
    int dir, const char *path, size_t max, struct crm_buf *out);

/* The same for what can be read from a descriptor; name is for messages. */
CRM_CHECK const struct crm_err *crm_read_fd(
    int fd, const char *name, size_t max, struct crm_buf *out);

#endif
