#include "base/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static struct {
	enum { UNREAD, IN_FILE, HELD, ONCE } how;
	off_t at; /* where the file stood */
	struct crm_buf held;
	size_t next; /* of what is held, when it comes again */
} st = { .held = { .max = CRM_INPUT_HELD } };

void
crm_input_hold(void)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL);
	struct stat s;

	if (st.how != UNREAD)
		return;
	st.how = ONCE;
	if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY ||
	    fstat(STDIN_FILENO, &s) < 0)
		return;
	if (S_ISREG(s.st_mode)) {
		st.at = lseek(STDIN_FILENO, 0, SEEK_CUR);
		if (st.at >= 0)
			st.how = IN_FILE;
	} else if (S_ISFIFO(s.st_mode))
		st.how = HELD;
}

ssize_t
crm_input_read(int fd, void *p, size_t n)
{
	size_t left = st.held.n - st.next;
	ssize_t r;

	if (fd != STDIN_FILENO || st.how != HELD)
		return read(fd, p, n);
	if (left > 0) {
		n = left < n ? left : n;
		memcpy(p, st.held.p + st.next, n);
		st.next += n;
		return (ssize_t)n;
	}
	r = read(fd, p, n);
	if (r > 0) {
		crm_buf_add(&st.held, p, (size_t)r);
		st.next = st.held.n;
	}
	if (st.held.over) {
		crm_buf_release(&st.held);
		st.next = 0;
		st.how = ONCE;
	}
	return r;
}

bool
crm_input_can_rewind(void)
{
	return st.how != ONCE;
}

bool
crm_input_rewind(void)
{
	st.next = 0;
	if (st.how == IN_FILE)
		return lseek(STDIN_FILENO, st.at, SEEK_SET) == st.at;
	return st.how != ONCE;
}

void
crm_input_release(void)
{
	crm_buf_release(&st.held);
	st.next = 0;
	st.how = UNREAD;
}
