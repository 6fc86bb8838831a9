#include "base/spool.h"

#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/worker.h"

/* Bytes of the file. */
struct window {
	char *p;
	size_t n, cap;
	uint64_t at;
};

/*
 * Rows with their length (u32) before them.  What is older than buf is in the
 * file, or on its way there: bytes 0..flushed.
 */
struct crm_spool {
	size_t memory;
	int dir, fd;
	struct crm_buf buf;
	uint64_t flushed;
	struct crm_worker *writer; /* NULL: there is no file */
	uint64_t next;             /* where crm_spool_next() stands */
	struct window along, any;  /* of rows in order; of single ones */
	bool failed;
	struct crm_err err;
};

#define WINDOW_ALONG ((size_t)1 << 20)
#define WINDOW_ANY ((size_t)16 << 10)
#define PIECE ((size_t)256 << 10) /* a change of threads is small beside it */
#define LONG ((size_t)1 << 20)

struct crm_spool *
crm_spool_new(size_t memory, int dir)
{
	struct crm_spool *s = crm_calloc(1, sizeof(*s));

	s->memory = memory;
	s->dir = dir;
	s->fd = -1;
	s->buf.max = SIZE_MAX;
	return s;
}

void
crm_spool_free(struct crm_spool *s)
{
	if (s == NULL)
		return;
	crm_worker_free(s->writer);
	if (s->fd >= 0)
		(void)close(s->fd);
	crm_buf_release(&s->buf);
	crm_free(s->along.p);
	crm_free(s->any.p);
	crm_free(s);
}

/* crm_worker_new(): write a piece behind the others.  Of the spool it reads what
 * does not change any more once there is a thread. */
static const struct crm_err *
write_piece(void *ctx, struct crm_view piece)
{
	const struct crm_spool *s = ctx;

	return crm_write_all(s->fd, piece.p, piece.n) ? NULL
						      : crm_tmp_failed(s->dir);
}

/* Keep an error: what was to be written is lost. */
static const struct crm_err *
fail(struct crm_spool *s, const struct crm_err *err)
{
	s->failed = err != NULL;
	if (err != NULL)
		s->err = *err;
	return err;
}

static const struct crm_err *
failure(const struct crm_spool *s)
{
	return s->failed ? crm_err(s->err.code, "%s", s->err.msg) : NULL;
}

/* Wait until all that was given to the other thread is in the file. */
static const struct crm_err *
settle(struct crm_spool *s)
{
	return s->writer != NULL ? crm_worker_wait(s->writer) : NULL;
}

/* Write what is held in this thread, and give its room back. */
static const struct crm_err *
write_here(struct crm_spool *s)
{
	const struct crm_err *err = settle(s);

	if (err == NULL && s->fd < 0)
		err = crm_tmp_open(s->dir, &s->fd);
	if (err == NULL)
		err = write_piece(s, crm_buf_view(&s->buf));
	if (err == NULL)
		crm_buf_release(&s->buf);
	return err;
}

/* What is held first and what is long go to the file here, pieces of short rows
 * that follow by another thread. */
static const struct crm_err *
flush(struct crm_spool *s)
{
	const struct crm_err *err;
	size_t n = s->buf.n;

	if (s->writer == NULL || n > LONG)
		err = write_here(s);
	else
		err = crm_worker_give(s->writer, &s->buf);
	if (err != NULL)
		return fail(s, err);
	s->flushed += n;
	if (s->writer == NULL)
		s->writer = crm_worker_new(write_piece, s);
	return NULL;
}

/* How many bytes are held before they go to the file: once there is one, pieces
 * that wait take as much as was held before. */
static size_t
most(const struct crm_spool *s)
{
	size_t piece = s->memory / CRM_WORKER_PIECES;

	if (s->writer == NULL)
		return s->memory;
	return piece < PIECE ? piece : PIECE;
}

const struct crm_err *
crm_spool_add(struct crm_spool *s, struct crm_view row, uint64_t *at)
{
	const struct crm_err *err = failure(s);
	char *to;

	if (err != NULL)
		return err;
	if (s->buf.n > 0 && s->buf.n + 4 + row.n > most(s)) {
		err = flush(s);
		if (err != NULL)
			return err;
	}
	if (at != NULL)
		*at = s->flushed + s->buf.n;
	to = crm_buf_room(&s->buf, 4 + row.n);
	crm_le32(to, (uint32_t)row.n);
	(void)crm_copy_few(to + 4, row.p, row.n);
	crm_buf_used(&s->buf, 4 + row.n);
	return NULL;
}

uint64_t
crm_spool_bytes(const struct crm_spool *s)
{
	return s->flushed + s->buf.n;
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
	const struct crm_err *err;

	if (at < w->at || at + n > w->at + w->n) {
		if (want > s->flushed - at)
			want = (size_t)(s->flushed - at);
		w->p = crm_grow(w->p, &w->cap, want, 1);
		w->n = 0;
		err = settle(s);
		if (err != NULL)
			return err;
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
	const struct crm_err *err = failure(s);
	const char *p = NULL;

	if (err != NULL)
		return err;
	if (at >= s->flushed) {
		p = s->buf.p + (at - s->flushed);
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

	if (s->next == crm_spool_bytes(s)) {
		*row = CRM_VNULL;
		return NULL;
	}
	err = row_at(s, &s->along, WINDOW_ALONG, s->next, row);
	if (err == NULL)
		s->next += 4 + row->n;
	return err;
}
