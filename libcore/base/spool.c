#include "base/spool.h"

#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

/*
 * Rows with their length (u32) before them.  What is older than buf is in the
 * file: bytes 0..flushed.
 */
struct crm_spool {
	size_t memory;
	int dir, fd;
	char *buf;
	size_t n, cap;
	uint64_t flushed, count;
	uint64_t next; /* where crm_spool_next() stands */
	char *window;  /* bytes of the file, from window_at on */
	size_t window_n, window_cap;
	uint64_t window_at;
};

#define WINDOW ((size_t)1 << 20)

struct crm_spool *
crm_spool_new(size_t memory, int dir)
{
	struct crm_spool *s = crm_calloc(1, sizeof(*s));

	s->memory = memory;
	s->dir = dir;
	s->fd = -1;
	return s;
}

void
crm_spool_free(struct crm_spool *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	crm_free(s->buf);
	crm_free(s->window);
	crm_free(s);
}

static const struct crm_err *
flush(struct crm_spool *s)
{
	const struct crm_err *err;

	if (s->fd < 0) {
		err = crm_tmp_open(s->dir, &s->fd);
		if (err != NULL)
			return err;
	}
	if (!crm_write_all(s->fd, s->buf, s->n))
		return crm_err_errno(CRM_E_IO, "cannot write a scratch file");
	s->flushed += s->n;
	s->n = 0;
	return NULL;
}

const struct crm_err *
crm_spool_add(struct crm_spool *s, struct crm_view row, uint64_t *at)
{
	const struct crm_err *err;

	if (s->n > 0 && s->n + 4 + row.n > s->memory) {
		err = flush(s);
		if (err != NULL)
			return err;
	}
	s->buf = crm_grow(s->buf, &s->cap, s->n + 4 + row.n, 1);
	if (at != NULL)
		*at = s->flushed + s->n;
	crm_le32(s->buf + s->n, (uint32_t)row.n);
	memcpy(s->buf + s->n + 4, row.p, row.n);
	s->n += 4 + row.n;
	s->count++;
	return NULL;
}

uint64_t
crm_spool_count(const struct crm_spool *s)
{
	return s->count;
}

uint64_t
crm_spool_bytes(const struct crm_spool *s)
{
	return s->flushed + s->n;
}

void
crm_spool_rewind(struct crm_spool *s)
{
	s->next = 0;
}

/* n bytes of the file, through the window. */
static const struct crm_err *
window(struct crm_spool *s, uint64_t at, size_t n, const char **out)
{
	size_t want = n > WINDOW ? n : WINDOW;

	if (at < s->window_at || at + n > s->window_at + s->window_n) {
		if (want > s->flushed - at)
			want = (size_t)(s->flushed - at);
		s->window = crm_grow(s->window, &s->window_cap, want, 1);
		s->window_n = 0;
		if (!crm_pread_all(s->fd, s->window, want, (int64_t)at))
			return crm_err_errno(
			    CRM_E_IO, "cannot read a scratch file");
		s->window_at = at;
		s->window_n = want;
	}
	*out = s->window + (at - s->window_at);
	return NULL;
}

const struct crm_err *
crm_spool_read(struct crm_spool *s, uint64_t at, struct crm_view *row)
{
	const struct crm_err *err;
	const char *p;

	if (at >= s->flushed) {
		p = s->buf + (at - s->flushed);
		*row = crm_view(p + 4, crm_le32_get(p));
		return NULL;
	}
	err = window(s, at, 4, &p);
	if (err == NULL)
		err = window(s, at, 4 + (size_t)crm_le32_get(p), &p);
	if (err == NULL)
		*row = crm_view(p + 4, crm_le32_get(p));
	return err;
}

const struct crm_err *
crm_spool_next(struct crm_spool *s, struct crm_view *row)
{
	const struct crm_err *err;

	if (s->next == s->flushed + s->n) {
		*row = CRM_VNULL;
		return NULL;
	}
	err = crm_spool_read(s, s->next, row);
	if (err == NULL)
		s->next += 4 + row->n;
	return err;
}
