#include "format/sink.h"

#include <errno.h>

#include "base/io.h"

#define HELD_MAX ((size_t)1 << 40) /* in memory: what the machine has */

void
crm_sink_init(struct crm_sink *s, int fd, size_t limit)
{
	memset(s, 0, sizeof(*s));
	s->buf.max = HELD_MAX;
	s->fd = fd;
	s->limit = limit;
}

void
crm_sink_release(struct crm_sink *s)
{
	crm_buf_release(&s->buf);
}

static void
keep_error(struct crm_sink *s, const struct crm_err *err)
{
	if (err == NULL || s->err != NULL)
		return;
	s->err_slot = *err;
	s->err = &s->err_slot;
}

static void
flush(struct crm_sink *s)
{
	if (s->fd < 0 || s->err != NULL || s->closed || s->buf.n == 0)
		return;
	if (s->before != NULL)
		keep_error(s, s->before(s->ctx));
	if (!s->mute && !crm_write_all(s->fd, s->buf.p, s->buf.n)) {
		if (errno == EPIPE)
			s->closed = true;
		else
			keep_error(s,
			    crm_err_errno(CRM_E_IO, "cannot write the output"));
	}
	crm_buf_reset(&s->buf);
	if (s->after != NULL)
		keep_error(s, s->after(s->ctx));
}

void
crm_sink_check(struct crm_sink *s)
{
	if (s->fd >= 0 && s->buf.n >= s->limit)
		flush(s);
}

const struct crm_err *
crm_sink_flush(struct crm_sink *s)
{
	flush(s);
	return s->err;
}
