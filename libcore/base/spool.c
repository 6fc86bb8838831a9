#include "base/spool.h"

#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

/* Bytes of the file. */
struct window {
	char *p;
	size_t n, cap;
	uint64_t at;
};

/*
 * Rows with their length (u32) before them.  What is older than buf is in the
 * file: bytes 0..flushed.
 */
struct crm_spool {
	size_t memory;
	int dir, fd;
	char *buf;
	size_t n, cap;
	uint64_t flushed;
	uint64_t next;            /* where crm_spool_next() stands */
	struct window along, any; /* of rows in order; of single ones */
};

#define WINDOW_ALONG ((size_t)1 << 20)
#define WINDOW_ANY ((size_t)16 << 10)

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
	crm_free(s->along.p);
	crm_free(s->any.p);
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
		return crm_tmp_failed(s->dir);
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
	return NULL;
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

/* n bytes of the file, through a window of at least 'size' bytes. */
static const struct crm_err *
look(struct crm_spool *s, struct window *w, size_t size, uint64_t at, size_t n,
    const char **out)
{
	size_t want = n > size ? n : size;

	if (at < w->at || at + n > w->at + w->n) {
		if (want > s->flushed - at)
			want = (size_t)(s->flushed - at);
		w->p = crm_grow(w->p, &w->cap, want, 1);
		w->n = 0;
		if (!crm_pread_all(s->fd, w->p, want, (int64_t)at))
			return crm_err_errno(
			    CRM_E_IO, "cannot read a scratch file");
		w->at = at;
		w->n = want;
	}
	*out = w->p + (at - w->at);
	return NULL;
}

static const struct crm_err *
row_at(struct crm_spool *s, struct window *w, size_t size, uint64_t at,
    struct crm_view *row)
{
	const struct crm_err *err;
	const char *p = NULL;

	if (at >= s->flushed) {
		p = s->buf + (at - s->flushed);
		*row = crm_view(p + 4, crm_le32_get(p));
		return NULL;
	}
	err = look(s, w, size, at, 4, &p);
	if (err == NULL)
		err = look(s, w, size, at, 4 + (size_t)crm_le32_get(p), &p);
	if (err == NULL)
		*row = crm_view(p + 4, crm_le32_get(p));
	return err;
}

const struct crm_err *
crm_spool_read(struct crm_spool *s, uint64_t at, struct crm_view *row)
{
	return row_at(s, &s->any, WINDOW_ANY, at, row);
}

const struct crm_err *
crm_spool_next(struct crm_spool *s, struct crm_view *row)
{
	const struct crm_err *err;

	if (s->next == s->flushed + s->n) {
		*row = CRM_VNULL;
		return NULL;
	}
	err = row_at(s, &s->along, WINDOW_ALONG, s->next, row);
	if (err == NULL)
		s->next += 4 + row->n;
	return err;
}
