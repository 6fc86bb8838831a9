#include "base/runs.h"

#include <errno.h>
#include <unistd.h>

#include "base/entry.h"
#include "base/feed.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/thread.h"

#define MEMORY_MIN ((size_t)16 << 10)
/* Bytes of a run in memory when merging: its share, but one read is to be worth
 * its call, and more than the most brings nothing. */
#define WINDOW_MIN ((size_t)4 << 10)
#define WINDOW_MAX ((size_t)256 << 10)
#define AHEAD 8
#define PIECE ((size_t)128 << 10) /* a change of threads is small beside it */

/* One sorted run while merging. */
struct source {
	int64_t next, end; /* what is still in the file */
	char *buf;
	size_t pos, n, cap;
	struct crm_view key, value;
};

struct crm_runs {
	size_t memory;
	int dir, fd;
	char *data;
	size_t used, cap;
	struct crm_keyed *item;
	size_t n, item_cap, pos;
	int64_t *run_end; /* file offsets */
	size_t nruns, runs_cap;
	size_t window;
	struct source *source; /* when merging */
	size_t *heap;          /* indexes of sources, smallest key first */
	size_t nheap;
	bool unsorted; /* the other thread did not begin to sort */
	char apart[CRM_APART];
	struct crm_feed *feed; /* another thread, whose is all above, makes
	                          pieces of entries; NULL: none */
	uint64_t count;
	bool fresh;          /* nothing was taken from it */
	struct crm_view fed; /* what is left of the piece at hand */
};

struct crm_runs *
crm_runs_new(size_t memory, int dir)
{
	struct crm_runs *r = crm_calloc(1, sizeof(*r));

	r->memory = memory < MEMORY_MIN ? MEMORY_MIN : memory;
	r->dir = dir;
	r->fd = -1;
	return r;
}

static void
drop_sources(struct crm_runs *r)
{
	size_t i;

	for (i = 0; r->source != NULL && i < r->nruns; i++)
		crm_free(r->source[i].buf);
	crm_free(r->source);
	crm_free(r->heap);
	r->source = NULL;
	r->heap = NULL;
	r->nheap = 0;
}

void
crm_runs_free(struct crm_runs *r)
{
	if (r == NULL)
		return;
	crm_feed_free(r->feed);
	drop_sources(r);
	if (r->fd >= 0)
		(void)close(r->fd);
	crm_free(r->data);
	crm_free(r->item);
	crm_free(r->run_end);
	crm_free(r);
}

/* Write what is in memory as a sorted run behind the others. */
static const struct crm_err *
spill(struct crm_runs *r)
{
	const struct crm_err *err = NULL;
	int64_t end = r->nruns > 0 ? r->run_end[r->nruns - 1] : 0;
	size_t cap = (size_t)1 << 20, n = 0, len, i;
	const char *p;
	char *buf;

	if (r->n == 0)
		return NULL;
	if (r->fd < 0) {
		err = crm_tmp_open(r->dir, &r->fd);
		if (err != NULL)
			return err;
	}
	crm_entries_sort(r->data, r->item, r->n);
	buf = crm_alloc(cap);
	for (i = 0; i <= r->n; i++) {
		p = i < r->n ? r->data + r->item[i].at : NULL;
		len = p != NULL
		    ? CRM_ENTRY_HEAD + crm_entry_key(p).n + crm_entry_value(p).n
		    : 0;
		if (p == NULL || n + len > cap) {
			if (!crm_write_all(r->fd, buf, n))
				goto fail;
			end += (int64_t)n;
			n = 0;
		}
		if (len > cap) {
			if (!crm_write_all(r->fd, p, len))
				goto fail;
			end += (int64_t)len;
		} else if (p != NULL) {
			memcpy(buf + n, p, len);
			n += len;
		}
	}
	r->run_end = crm_grow(
	    r->run_end, &r->runs_cap, r->nruns + 1, sizeof(*r->run_end));
	r->run_end[r->nruns++] = end;
	r->n = 0;
	r->used = 0;
	crm_free(buf);
	return NULL;
fail:
	err = crm_tmp_failed(r->dir);
	crm_free(buf);
	return err;
}

const struct crm_err *
crm_runs_add(struct crm_runs *r, struct crm_view key, struct crm_view value)
{
	const struct crm_err *err;
	size_t len = CRM_ENTRY_HEAD + key.n + value.n;
	char *p;

	crm_feed_free(r->feed);
	r->feed = NULL;
	drop_sources(r);
	if (r->n > 0 &&
	    r->used + len + (r->n + 1) * 2 * sizeof(*r->item) > r->memory) {
		err = spill(r);
		if (err != NULL)
			return err;
	}
	r->data = crm_grow(r->data, &r->cap, r->used + len, 1);
	r->item = crm_grow(r->item, &r->item_cap, r->n + 1, sizeof(*r->item));
	p = r->data + r->used;
	crm_le32(p, (uint32_t)key.n);
	crm_le32(p + 4, (uint32_t)value.n);
	if (key.n > 0)
		memcpy(p + CRM_ENTRY_HEAD, key.p, key.n);
	if (value.n > 0)
		memcpy(p + CRM_ENTRY_HEAD + key.n, value.p, value.n);
	r->item[r->n++].at = r->used;
	r->used += len;
	r->count++;
	return NULL;
}

uint64_t
crm_runs_count(const struct crm_runs *r)
{
	return r->count;
}

/* Have at least n bytes of a run behind its position, if it has so many. */
static const struct crm_err *
fill(struct crm_runs *r, struct source *s, size_t n)
{
	size_t want;

	if (s->n - s->pos >= n)
		return NULL;
	if (s->n > s->pos)
		memmove(s->buf, s->buf + s->pos, s->n - s->pos);
	s->n -= s->pos;
	s->pos = 0;
	s->buf = crm_grow(s->buf, &s->cap, n > r->window ? n : r->window, 1);
	want = s->cap - s->n;
	if ((int64_t)want > s->end - s->next)
		want = (size_t)(s->end - s->next);
	if (!crm_pread_all(r->fd, s->buf + s->n, want, s->next))
		return crm_err_errno(CRM_E_IO, "cannot read a scratch file");
	s->n += want;
	s->next += (int64_t)want;
	return NULL;
}

/* The next entry of a run; key.p is NULL at its end. */
static const struct crm_err *
advance(struct crm_runs *r, struct source *s)
{
	const struct crm_err *err;
	const char *p;

	err = fill(r, s, CRM_ENTRY_HEAD);
	if (err != NULL)
		return err;
	if (s->n - s->pos < CRM_ENTRY_HEAD) {
		s->key = CRM_VNULL;
		return NULL;
	}
	p = s->buf + s->pos;
	err = fill(r, s,
	    CRM_ENTRY_HEAD + (size_t)crm_le32_get(p) +
		(size_t)crm_le32_get(p + 4));
	if (err != NULL)
		return err;
	p = s->buf + s->pos;
	s->key = crm_entry_key(p);
	s->value = crm_entry_value(p);
	s->pos += CRM_ENTRY_HEAD + s->key.n + s->value.n;
	return NULL;
}

static bool
comes_first(const struct crm_runs *r, size_t a, size_t b)
{
	int c = crm_view_cmp(r->source[a].key, r->source[b].key);

	return c < 0 || (c == 0 && a < b);
}

static void
heap_down(struct crm_runs *r)
{
	size_t i = 0, c, x = r->heap[0];

	for (; (c = 2 * i + 1) < r->nheap; i = c) {
		if (c + 1 < r->nheap &&
		    comes_first(r, r->heap[c + 1], r->heap[c]))
			c++;
		if (comes_first(r, x, r->heap[c]))
			break;
		r->heap[i] = r->heap[c];
	}
	r->heap[i] = x;
}

static void
heap_up(struct crm_runs *r, size_t x)
{
	size_t i = r->nheap++, up;

	for (; i > 0; i = up) {
		up = (i - 1) / 2;
		if (comes_first(r, r->heap[up], x))
			break;
		r->heap[i] = r->heap[up];
	}
	r->heap[i] = x;
}

static const struct crm_err *
sort(struct crm_runs *r)
{
	const struct crm_err *err;
	size_t i;

	r->pos = 0;
	if (r->nruns == 0) {
		crm_entries_sort(r->data, r->item, r->n);
		return NULL;
	}
	err = spill(r);
	if (err != NULL)
		return err;
	crm_free(r->data);
	r->data = NULL;
	r->cap = 0;
	crm_free(r->item);
	r->item = NULL;
	r->item_cap = 0;
	drop_sources(r);
	r->window = r->memory / r->nruns;
	if (r->window > WINDOW_MAX)
		r->window = WINDOW_MAX;
	if (r->window < WINDOW_MIN)
		r->window = WINDOW_MIN;
	r->source = crm_calloc(r->nruns, sizeof(*r->source));
	r->heap = crm_calloc(r->nruns, sizeof(*r->heap));
	for (i = 0; i < r->nruns; i++) {
		r->source[i].next = i > 0 ? r->run_end[i - 1] : 0;
		r->source[i].end = r->run_end[i];
		err = advance(r, &r->source[i]);
		if (err != NULL)
			return err;
		if (r->source[i].key.p != NULL)
			heap_up(r, i);
	}
	return NULL;
}

/* Merge: the entry handed out last is stepped over only now. */
static const struct crm_err *
merge_next(struct crm_runs *r, struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err;
	struct source *s;

	if (r->pos++ > 0 && r->nheap > 0) {
		s = &r->source[r->heap[0]];
		err = advance(r, s);
		if (err != NULL)
			return err;
		if (s->key.p == NULL)
			r->heap[0] = r->heap[--r->nheap];
		if (r->nheap > 0)
			heap_down(r);
	}
	*key = r->nheap > 0 ? r->source[r->heap[0]].key : CRM_VNULL;
	*value = r->nheap > 0 ? r->source[r->heap[0]].value : CRM_VNULL;
	return NULL;
}

static const struct crm_err *
next(struct crm_runs *r, struct crm_view *key, struct crm_view *value)
{
	const char *p;

	if (r->nruns > 0)
		return merge_next(r, key, value);
	*key = *value = CRM_VNULL;
	if (r->pos == r->n)
		return NULL;
	/* sorted entries lie anywhere: the memory is asked for some ahead */
	if (r->pos + AHEAD < r->n)
		__builtin_prefetch(r->data + r->item[r->pos + AHEAD].at);
	p = r->data + r->item[r->pos++].at;
	*key = crm_entry_key(p);
	*value = crm_entry_value(p);
	return NULL;
}

/* crm_feed_new(): sort before the first piece. */
static const struct crm_err *
make_piece(void *ctx, struct crm_buf *out)
{
	struct crm_runs *r = ctx;
	const struct crm_err *err = r->unsorted ? sort(r) : NULL;
	struct crm_view key, value;
	char head[CRM_ENTRY_HEAD];

	r->unsorted = false;
	while (err == NULL && out->n < PIECE) {
		err = next(r, &key, &value);
		if (err != NULL || key.p == NULL)
			break;
		crm_le32(head, (uint32_t)key.n);
		crm_le32(head + 4, (uint32_t)value.n);
		crm_buf_add(out, head, CRM_ENTRY_HEAD);
		crm_buf_addv(out, key);
		crm_buf_addv(out, value);
	}
	return err;
}

void
crm_runs_ahead(struct crm_runs *r)
{
	crm_feed_free(r->feed);
	r->fed = CRM_VNULL;
	r->unsorted = r->fresh = true;
	r->feed = crm_feed_new(
	    make_piece, r, PIECE + CRM_ENTRY_HEAD + 4095 + CRM_LINE_MAX);
}

const struct crm_err *
crm_runs_sort(struct crm_runs *r)
{
	if (r->feed == NULL)
		return sort(r);
	if (!r->fresh)
		crm_runs_ahead(r);
	return NULL;
}

const struct crm_err *
crm_runs_next(struct crm_runs *r, struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err = NULL;

	if (r->feed == NULL)
		return next(r, key, value);
	r->fresh = false;
	if (r->fed.n == 0)
		err = crm_feed_next(r->feed, &r->fed);
	*key = *value = CRM_VNULL;
	if (err != NULL || r->fed.p == NULL)
		return err;
	*key = crm_entry_key(r->fed.p);
	*value = crm_entry_value(r->fed.p);
	r->fed = crm_view_skip(r->fed, CRM_ENTRY_HEAD + key->n + value->n);
	return NULL;
}
