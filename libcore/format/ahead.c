#include "format/ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/thread.h"
#include "format/bind_impl.h"
#include "format/read_impl.h"
#include "record/value.h"

#define ALONE_ROWS 512 /* a thread costs more than so few */
#define PIECE ((size_t)128 << 10)
#define PIECES 4

/* One row in so many may be the first thread's, beside the first few. */
#define ODD_SHARE 16
#define ODD_FEW 64

/* An edit; where its value is in the piece, of a link the text. */
struct value {
	const struct crm_field *field;
	enum crm_edit_op op;
	size_t at, n;
};

struct bound_row {
	const struct crm_kind *kind;
	uint64_t id, line, blank;
	char currency[4];
	size_t at, n; /* the row as it was, in the piece */
	size_t nvalues, nset;
	bool gone;
};

/* Rows that are bound, and their values, one after the other. */
struct piece {
	struct bound_row *row;
	struct value *value;
	size_t nrows, row_cap, nvalues, value_cap;
	struct crm_buf bytes;
	char apart[CRM_APART]; /* from the next one, which is being read */
};

struct crm_ahead {
	struct crm_reader *reader;
	struct crm_bind *bind;
	const struct crm_err *(*wait)(void *ctx, bool begin);
	void *wait_ctx;
	pthread_t thread;
	bool has_thread, alone;
	int end[2];                 /* closed at [1]: wait no longer */
	struct piece piece[PIECES]; /* a ring */

	/* of the first thread */
	uint64_t nrows; /* before the second one begins */
	bool has_piece; /* the first one of the ring */
	size_t next_row, next_value;
	bool has_turn;
	struct crm_row row;
	struct crm_bound bound;
	struct crm_edit *edit;
	size_t edit_cap;
	struct crm_buf links;
	char apart[CRM_APART];

	/* of the second thread */
	struct crm_bind *twin;
	struct crm_value_ctx values;
	struct crm_clock clock;
	struct crm_arena arena;
	size_t at;         /* the piece that is filled */
	uint64_t all, odd; /* rows; those that were handed back */
	bool is_odd;
	char apart_too[CRM_APART];

	/* from here on under the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t first, n; /* pieces that are full, with that of the first thread
	                  */
	bool waits;      /* the second one, for input */
	bool stop;
	/* What the first one has to do when the pieces are done. */
	bool turn, ended;
	const struct crm_row *odd_row;
	bool failed;
	struct crm_err err;
};

static bool
is_link(const struct crm_field *f, enum crm_edit_op op)
{
	return f->type == CRM_T_LINK && op != CRM_CLEAR;
}

/*
 * The second thread.
 */

static void
on_fault(void *ctx, const char *field, const char *what)
{
	struct crm_ahead *a = ctx;

	(void)field;
	(void)what;
	a->is_odd = true;
}

/* Put a row in the piece.  Returns false when it is too long for that. */
static bool
put(struct crm_ahead *a, const struct crm_row *row, const struct crm_bound *b)
{
	struct piece *p = &a->piece[a->at];
	struct bound_row *r;
	size_t i, was = p->bytes.n;

	p->row = crm_grow(p->row, &p->row_cap, p->nrows + 1, sizeof(*p->row));
	p->value = crm_grow(
	    p->value, &p->value_cap, p->nvalues + b->nedits, sizeof(*p->value));
	r = &p->row[p->nrows];
	r->kind = b->kind;
	r->id = b->id;
	r->line = row->line;
	r->blank = b->blank;
	memcpy(r->currency, b->currency, sizeof(r->currency));
	r->nvalues = b->nedits;
	r->nset = b->nset;
	r->gone = b->gone;
	r->at = was;
	r->n = row->raw.n;
	crm_buf_addv(&p->bytes, row->raw);
	crm_buf_addv(&p->bytes, b->values);
	for (i = 0; i < b->nedits; i++) {
		const struct crm_edit *e = &b->edit[i];
		struct value *v = &p->value[p->nvalues + i];

		v->field = e->field;
		v->op = e->op;
		v->at = was + row->raw.n +
		    (e->value.n > 0 ? (size_t)(e->value.p - b->values.p) : 0);
		v->n = e->value.n;
	}
	if (p->bytes.over) {
		p->bytes.over = false;
		p->bytes.n = was;
		return false;
	}
	p->nrows++;
	p->nvalues += b->nedits;
	return true;
}

/* Hand over the piece, if it has rows, and begin the next one. */
static void
publish(struct crm_ahead *a)
{
	struct piece *p = &a->piece[a->at];

	if (p->nrows == 0)
		return;
	(void)pthread_mutex_lock(&a->lock);
	a->n++;
	(void)pthread_cond_signal(&a->changed);
	while (a->n == PIECES && !a->stop)
		(void)pthread_cond_wait(&a->changed, &a->lock);
	(void)pthread_mutex_unlock(&a->lock);
	a->at = (a->at + 1) % PIECES;
	p = &a->piece[a->at];
	p->nrows = p->nvalues = 0;
	crm_buf_reset(&p->bytes);
}

static void
set_waits(struct crm_ahead *a, bool waits)
{
	(void)pthread_mutex_lock(&a->lock);
	a->waits = waits;
	(void)pthread_cond_signal(&a->changed);
	(void)pthread_mutex_unlock(&a->lock);
}

/* Input does not come at once: hand over what there is; wait here, where the
 * first thread can end it. */
static const struct crm_err *
wait_for_input(void *ctx, bool begin)
{
	struct crm_ahead *a = ctx;
	struct pollfd in[] = {
		{ .fd = a->reader->lines.fd, .events = POLLIN },
		{ .fd = a->end[0], .events = POLLIN },
	};

	if (begin)
		publish(a);
	set_waits(a, begin);
	if (!begin)
		return NULL;
	while (poll(in, 2, -1) < 0 && errno == EINTR)
		;
	return in[1].revents != 0 ? crm_err(CRM_E_IO, "told to stop") : NULL;
}

/* Read a row and bind it.  Returns false when the first thread has to do that;
 * all about it is known then. */
static bool
do_row(struct crm_ahead *a)
{
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_bound bound;
	bool ok = false;

	err = crm_reader_next(a->reader, &row);
	a->all++;
	a->is_odd = err != NULL || row == NULL || row->raw.n > PIECE;
	if (!a->is_odd) {
		crm_arena_reset(&a->arena);
		if (crm_bind_row(a->twin, a->reader, row, &bound, &ok) ==
			NULL &&
		    ok && !a->is_odd && put(a, row, &bound))
			return true;
	}
	a->odd++;
	a->odd_row = row;
	a->failed = err != NULL;
	if (err != NULL)
		a->err = *err;
	a->ended = (err == NULL && row == NULL) ||
	    crm_reader_is_over(a->reader) ||
	    a->odd > ODD_FEW + a->all / ODD_SHARE;
	return false;
}

/* Let the first thread do a row.  Returns false when this one is to end. */
static bool
hand_over(struct crm_ahead *a)
{
	bool more;

	publish(a);
	(void)pthread_mutex_lock(&a->lock);
	a->turn = true;
	(void)pthread_cond_signal(&a->changed);
	while (a->turn && !a->ended && !a->stop)
		(void)pthread_cond_wait(&a->changed, &a->lock);
	more = !a->ended && !a->stop;
	(void)pthread_mutex_unlock(&a->lock);
	return more;
}

static void *
run(void *arg)
{
	struct crm_ahead *a = arg;

	for (;;) {
		while (do_row(a))
			if (a->piece[a->at].bytes.n >= PIECE)
				publish(a);
		if (!hand_over(a))
			return NULL;
		crm_bind_look_again(a->twin);
	}
}

/*
 * The first thread.
 */

struct crm_ahead *
crm_ahead_new(struct crm_reader *reader, struct crm_bind *bind,
    const struct crm_err *(*wait)(void *ctx, bool begin), void *wait_ctx,
    bool alone)
{
	struct crm_ahead *a = crm_calloc(1, sizeof(*a));
	size_t i;

	a->reader = reader;
	a->bind = bind;
	a->wait = wait;
	a->wait_ctx = wait_ctx;
	a->alone = alone;
	a->end[0] = a->end[1] = -1;
	a->links.max = CRM_LINE_MAX * 4;
	for (i = 0; i < PIECES; i++)
		a->piece[i].bytes.max = PIECE + CRM_LINE_MAX;
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_cond_init(&a->changed, NULL);
	crm_reader_on_wait(reader, wait, wait_ctx);
	return a;
}

/* End the thread, if it does not do so by itself. */
static void
join(struct crm_ahead *a)
{
	if (!a->has_thread)
		return;
	(void)pthread_mutex_lock(&a->lock);
	a->stop = true;
	(void)pthread_cond_signal(&a->changed);
	(void)pthread_mutex_unlock(&a->lock);
	(void)close(a->end[1]);
	(void)pthread_join(a->thread, NULL);
	(void)close(a->end[0]);
	a->has_thread = false;
	a->alone = true;
	crm_reader_on_wait(a->reader, a->wait, a->wait_ctx);
}

void
crm_ahead_free(struct crm_ahead *a)
{
	size_t i;

	if (a == NULL)
		return;
	join(a);
	for (i = 0; i < PIECES; i++) {
		crm_free(a->piece[i].row);
		crm_free(a->piece[i].value);
		crm_buf_release(&a->piece[i].bytes);
	}
	crm_bind_free(a->twin);
	crm_zone_free(a->clock.zone);
	crm_arena_release(&a->arena);
	crm_buf_release(&a->links);
	crm_free(a->edit);
	(void)pthread_cond_destroy(&a->changed);
	(void)pthread_mutex_destroy(&a->lock);
	crm_free(a);
}

static bool
make_pipe(int end[2])
{
	if (pipe(end) != 0)
		return false;
	(void)fcntl(end[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(end[1], F_SETFD, FD_CLOEXEC);
	return true;
}

/* Begin the second thread; go on alone where there can be none. */
static const struct crm_err *
begin(struct crm_ahead *a)
{
	const struct crm_err *err;

	a->alone = true;
	a->values = *a->bind->o.values;
	a->clock = *a->values.clock;
	a->clock.zone = crm_zone_copy(a->clock.zone);
	a->values.clock = &a->clock;
	a->values.arena = &a->arena;
	err = crm_bind_twin(
	    a->bind, a->reader, &a->values, on_fault, a, &a->twin);
	if (err != NULL || !make_pipe(a->end))
		return err;
	crm_reader_on_wait(a->reader, wait_for_input, a);
	a->has_thread = crm_thread_begin(&a->thread, run, a);
	a->alone = !a->has_thread;
	if (a->alone) {
		(void)close(a->end[0]);
		(void)close(a->end[1]);
		crm_reader_on_wait(a->reader, a->wait, a->wait_ctx);
	}
	return NULL;
}

/* Take the next row of the piece at hand; false when there is none. */
static bool
next_of_piece(struct crm_ahead *a)
{
	const struct piece *p = &a->piece[a->first];
	const struct bound_row *r;
	size_t i;

	if (!a->has_piece || a->next_row == p->nrows)
		return false;
	r = &p->row[a->next_row++];
	a->edit = crm_grow(a->edit, &a->edit_cap, r->nvalues, sizeof(*a->edit));
	for (i = 0; i < r->nvalues; i++) {
		const struct value *v = &p->value[a->next_value++];

		a->edit[i] = (struct crm_edit){ .field = v->field,
			.op = v->op,
			.value = crm_view(p->bytes.p + v->at, v->n) };
	}
	a->row = (struct crm_row){ .line = r->line,
		.raw = crm_view(p->bytes.p + r->at, r->n) };
	a->bound = (struct crm_bound){ .kind = r->kind,
		.id = r->id,
		.edit = a->edit,
		.nedits = r->nvalues,
		.nset = r->nset,
		.blank = r->blank,
		.gone = r->gone };
	memcpy(a->bound.currency, r->currency, sizeof(r->currency));
	return true;
}

/*
 * Wait until there is a piece, or something to do here; the lock is held, but
 * for the call of wait().
 *
 * told    set when that was told of the beginning
 */
static const struct crm_err *
wait_for_second(struct crm_ahead *a, bool *told)
{
	const struct crm_err *err = NULL;

	while (err == NULL && a->n == 0 && !a->turn) {
		if (!a->waits || *told || a->wait == NULL) {
			(void)pthread_cond_wait(&a->changed, &a->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&a->lock);
		err = a->wait(a->wait_ctx, true);
		*told = true;
		(void)pthread_mutex_lock(&a->lock);
	}
	return err;
}

/* Give back what is done, and take what is next: a piece, or the turn. */
static const struct crm_err *
take(struct crm_ahead *a)
{
	const struct crm_err *err;
	bool told = false;

	(void)pthread_mutex_lock(&a->lock);
	if (a->has_piece) {
		a->first = (a->first + 1) % PIECES;
		a->n--;
	}
	if (a->has_turn)
		a->turn = false;
	(void)pthread_cond_signal(&a->changed);
	err = wait_for_second(a, &told);
	a->has_piece = a->n > 0;
	a->has_turn = !a->has_piece && a->turn;
	a->next_row = a->next_value = 0;
	(void)pthread_mutex_unlock(&a->lock);
	return err == NULL && told ? a->wait(a->wait_ctx, false) : err;
}

/* The row of the first thread's turn. */
static const struct crm_err *
odd_row(struct crm_ahead *a, const struct crm_row **row)
{
	if (a->ended)
		join(a);
	*row = a->odd_row;
	return a->failed ? crm_err(a->err.code, "%s", a->err.msg) : NULL;
}

const struct crm_err *
crm_ahead_next(struct crm_ahead *a, const struct crm_row **row,
    const struct crm_bound **bound)
{
	const struct crm_err *err = NULL;

	*row = NULL;
	*bound = NULL;
	if (!a->alone && !a->has_thread && a->nrows == ALONE_ROWS)
		err = begin(a);
	if (err != NULL)
		return err;
	if (!a->has_thread) {
		err = crm_reader_next(a->reader, row);
		a->nrows += *row != NULL;
		return err;
	}
	if (!next_of_piece(a)) {
		err = take(a);
		if (err != NULL)
			return err;
		if (a->has_turn)
			return odd_row(a, row);
		(void)next_of_piece(a);
	}
	*row = &a->row;
	*bound = &a->bound;
	return NULL;
}

const struct crm_err *
crm_ahead_link(struct crm_ahead *a, bool *ok)
{
	const struct crm_value_ctx *values = a->bind->o.values;
	const struct crm_err *err;
	uint64_t id;
	size_t i;
	char *to;

	*ok = true;
	crm_buf_reset(&a->links);
	to = crm_buf_room(&a->links, a->bound.nedits * CRM_LINK_MAX);
	if (to == NULL)
		return crm_buf_end(&a->links);
	for (i = 0; i < a->bound.nedits; i++) {
		struct crm_edit *e = &a->edit[i];

		if (!*ok && i == a->bound.nedits - a->bound.nset)
			break;
		if (!is_link(e->field, e->op))
			continue;
		err = values->link(values->link_ctx, e->field, e->value, &id);
		if (err != NULL && err->code != CRM_E_DATA)
			return err;
		if (err != NULL) {
			a->bind->o.fault(
			    a->bind->o.fault_ctx, e->field->name, err->msg);
			*ok = false;
			continue;
		}
		e->value = crm_view(to, crm_link_put(to, id));
		to += CRM_LINK_MAX;
	}
	return NULL;
}
