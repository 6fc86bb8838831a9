#include "cli/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

#define HELD_MAX ((size_t)64 << 10)

/* Is a file that which stdin reads? */
static bool
is_input(int fd)
{
	struct stat in, out;

	return fstat(STDIN_FILENO, &in) == 0 && fstat(fd, &out) == 0 &&
	    S_ISREG(in.st_mode) && in.st_dev == out.st_dev &&
	    in.st_ino == out.st_ino;
}

const struct crm_err *
crm_rejects_open(struct crm_rejects *r, const char *name)
{
	memset(r, 0, sizeof(*r));
	r->fd = -1;
	r->name = name;
	r->held.max = CRM_LINE_MAX * 2;
	if (name == NULL)
		return NULL;
	r->fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (r->fd >= 0 && is_input(r->fd))
		return crm_err(
		    CRM_E_USAGE, "--rejects: '%s' is the input itself", name);
	/* not of a pipe or a device */
	if (r->fd < 0 || (ftruncate(r->fd, 0) != 0 && errno != EINVAL))
		return crm_err_errno(
		    CRM_E_CANTCREATE, "cannot write '%s'", name);
	return NULL;
}

void
crm_rejects_close(struct crm_rejects *r)
{
	crm_buf_release(&r->held);
	if (r->fd >= 0)
		(void)close(r->fd);
	r->fd = -1;
}

void
crm_rejects_write(struct crm_rejects *r)
{
	if (r->fd >= 0 && r->held.n > 0 &&
	    !crm_write_all(r->fd, r->held.p, r->held.n))
		r->failed = errno;
	crm_buf_reset(&r->held);
}

void
crm_rejects_add(struct crm_rejects *r, struct crm_view raw)
{
	if (r->fd < 0)
		return;
	crm_buf_addv(&r->held, raw);
	if (raw.n > 0 && raw.p[raw.n - 1] != '\n')
		crm_buf_addc(&r->held, '\n');
	if (r->held.n >= HELD_MAX)
		crm_rejects_write(r);
}

const struct crm_err *
crm_rejects_failure(const struct crm_rejects *r)
{
	if (r->failed == 0)
		return NULL;
	errno = r->failed;
	return crm_err_errno(CRM_E_IO, "cannot write '%s'", r->name);
}
