/*
 * Rows of many lines are made and printed in pieces by two threads, each with
 * rows of its own; the report's rows get the pieces in order.  Names are looked
 * up by the first thread: the snapshot is its alone.
 */
#include "report/put.h"

#include "base/mem.h"
#include "base/share.h"
#include "base/thread.h"
#include "store/who.h"

#define DIRECTLY 1000 /* lines: for fewer a thread does not pay */
#define PIECE 512     /* lines */

struct piece {
	size_t from, n;
	struct crm_buf names;   /* one behind the other */
	size_t name_end[PIECE]; /* in them */
	struct crm_buf out;     /* when it is done */
	bool failed;
	struct crm_err err; /* its slot is the thread's */
};

/* What a thread prints with. */
struct printer {
	struct crm_sink sink; /* in memory */
	struct crm_rows *rows;
	struct crm_row_maker row;
	char apart[CRM_APART];
};

struct work {
	struct crm_report_run *r;
	const struct crm_put *put;
	bool named;
	struct crm_share *share;
	struct printer by[CRM_SHARE_THREADS];
	struct piece piece[CRM_SHARE_PIECES];
};

/* The name of the i-th line, behind others; nothing if it is not printed. */
static const struct crm_err *
add_name(const struct work *w, size_t i, struct crm_buf *out)
{
	return w->named
	    ? crm_who_name(w->r->snap, w->put->who(w->put->ctx, i), out)
	    : NULL;
}

static const struct crm_err *
print_line(struct work *w, struct crm_row_maker *row, struct crm_rows *rows,
    size_t i, struct crm_view name)
{
	w->put->make(w->put->ctx, row, i, name);
	return crm_row_put(row, rows);
}

/* In this thread: lines from the first on. */
static const struct crm_err *
print_directly(struct work *w, size_t n)
{
	struct crm_buf name = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < n; i++) {
		crm_buf_reset(&name);
		err = add_name(w, i, &name);
		if (err == NULL)
			err = print_line(
			    w, &w->r->row, w->r->rows, i, crm_buf_view(&name));
	}
	crm_buf_release(&name);
	return err;
}

/* crm_share_new(): print a piece. */
static void
print_piece(void *ctx, size_t at, unsigned int thread)
{
	struct work *w = ctx;
	struct piece *p = &w->piece[at];
	struct printer *by = &w->by[thread];
	const struct crm_err *err = NULL;
	struct crm_view name = CRM_VNULL;
	struct crm_buf spare;
	size_t i, end = 0;

	for (i = 0; err == NULL && i < p->n; i++) {
		if (w->named)
			name = crm_view(p->names.p + end, p->name_end[i] - end);
		end = p->name_end[i];
		err = print_line(w, &by->row, by->rows, p->from + i, name);
	}
	p->failed = err != NULL;
	if (err != NULL)
		p->err = *err;
	spare = p->out;
	p->out = by->sink.buf;
	spare.max = p->out.max;
	by->sink.buf = spare;
	crm_buf_reset(&by->sink.buf);
}

/* The piece that was given before all others goes to the report's rows. */
static const struct crm_err *
take_back(struct work *w)
{
	struct piece *p;
	size_t at;

	if (!crm_share_take(w->share, true, &at))
		return NULL;
	p = &w->piece[at];
	crm_rows_take(w->r->rows, &p->out, p->n);
	return p->failed ? crm_err(p->err.code, "%s", p->err.msg) : NULL;
}

/* Fill a piece with lines. */
static const struct crm_err *
fill(struct work *w, struct piece *p, size_t from, size_t n)
{
	const struct crm_err *err = NULL;
	size_t i;

	p->from = from;
	p->n = n;
	p->names.max = SIZE_MAX;
	crm_buf_reset(&p->names);
	for (i = 0; err == NULL && w->named && i < n; i++) {
		err = add_name(w, from + i, &p->names);
		p->name_end[i] = p->names.n;
	}
	return err;
}

static const struct crm_err *
share_out(struct work *w, size_t from, size_t n)
{
	const struct crm_err *err = NULL;
	size_t i, at;

	for (i = from; err == NULL && i < n; i += PIECE) {
		if (!crm_share_next(w->share, &at))
			err = take_back(w);
		if (err == NULL && crm_share_next(w->share, &at))
			err = fill(
			    w, &w->piece[at], i, n - i < PIECE ? n - i : PIECE);
		if (err == NULL)
			crm_share_give(w->share);
	}
	for (i = 0; err == NULL && i < CRM_SHARE_PIECES; i++)
		err = take_back(w);
	return err;
}

/* All lines, when rows can be printed apart from each other. */
static const struct crm_err *
print_shared(struct work *w, size_t n)
{
	/* with the header, which nobody else prints */
	const struct crm_err *err = print_directly(w, 1);
	size_t i;

	for (i = 0; i < CRM_SHARE_THREADS; i++) {
		struct printer *by = &w->by[i];

		crm_sink_init(&by->sink, -1, SIZE_MAX);
		by->rows = crm_rows_again(w->r->rows, &by->sink);
		by->row.skip = w->r->row.skip;
	}
	w->share = crm_share_new(print_piece, w);
	if (err == NULL)
		err = share_out(w, 1, n);
	crm_share_free(w->share);
	for (i = 0; i < CRM_SHARE_PIECES; i++) {
		crm_buf_release(&w->piece[i].names);
		crm_buf_release(&w->piece[i].out);
	}
	for (i = 0; i < CRM_SHARE_THREADS; i++) {
		crm_rows_free(w->by[i].rows);
		crm_row_release(&w->by[i].row);
		crm_sink_release(&w->by[i].sink);
	}
	return err;
}

const struct crm_err *
crm_put_rows(struct crm_report_run *r, const struct crm_put *put)
{
	struct work *w = crm_calloc(1, sizeof(*w));
	uint64_t left = crm_rows_left(r->rows);
	size_t n = put->n < left ? put->n : (size_t)left;
	const struct crm_err *err;

	w->r = r;
	w->put = put;
	w->named = crm_report_wants(r, put->name);
	err = n >= DIRECTLY && crm_rows_is_plain(r->rows)
	    ? print_shared(w, n)
	    : print_directly(w, n);
	crm_free(w);
	return err;
}

const struct crm_err *
crm_put_groups(struct crm_report_run *r, struct crm_groups *all,
    enum crm_groups_order order, size_t slot,
    const struct crm_err *(*add)(void *ctx, const struct crm_group *),
    void *ctx)
{
	const struct crm_err *err = crm_groups_settle(all);
	size_t i;

	if (crm_by_begins_with_period(&r->by))
		order = CRM_ORDER_KEY;
	if (err == NULL)
		crm_groups_sort(all, order, slot);
	for (i = 0; err == NULL && i < all->n; i++) {
		if (crm_rows_is_full(r->rows))
			break;
		crm_row_begin(&r->row);
		crm_groups_add_key(all, &all->group[i], &r->row);
		err = add(ctx, &all->group[i]);
		if (err == NULL)
			err = crm_row_put(&r->row, r->rows);
	}
	return err;
}
