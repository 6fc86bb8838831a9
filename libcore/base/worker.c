#include "base/worker.h"

#include "base/mem.h"
#include "base/thread.h"

struct crm_worker {
	const struct crm_err *(*work)(void *ctx, struct crm_view piece);
	void *ctx;
	pthread_t thread;
	bool has_thread, no_thread;
	/* from here on under the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct crm_buf piece[CRM_WORKER_PIECES]; /* a ring */
	size_t first, n; /* the one at work is counted until it is done */
	bool stop, failed;
	struct crm_err err;
};

struct crm_worker *
crm_worker_new(
    const struct crm_err *(*work)(void *ctx, struct crm_view piece), void *ctx)
{
	struct crm_worker *w = crm_calloc(1, sizeof(*w));

	w->work = work;
	w->ctx = ctx;
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->changed, NULL);
	return w;
}

/* Keep an error: its slot is the thread's. */
static void
fail(struct crm_worker *w, const struct crm_err *err)
{
	w->failed = true;
	w->err = *err;
}

static const struct crm_err *
failure(const struct crm_worker *w)
{
	return w->failed ? crm_err(w->err.code, "%s", w->err.msg) : NULL;
}

/* The thread: do pieces until told to stop. */
static void *
run(void *arg)
{
	struct crm_worker *w = arg;
	const struct crm_err *err;
	struct crm_buf *b;

	(void)pthread_mutex_lock(&w->lock);
	for (;;) {
		while (w->n == 0 && !w->stop)
			(void)pthread_cond_wait(&w->changed, &w->lock);
		if (w->stop)
			break;
		b = &w->piece[w->first];
		if (!w->failed) {
			(void)pthread_mutex_unlock(&w->lock);
			err = w->work(w->ctx, crm_buf_view(b));
			(void)pthread_mutex_lock(&w->lock);
			if (err != NULL)
				fail(w, err);
		}
		w->first = (w->first + 1) % CRM_WORKER_PIECES;
		w->n--;
		(void)pthread_cond_signal(&w->changed);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void
begin(struct crm_worker *w)
{
	if (w->has_thread || w->no_thread)
		return;
	w->has_thread = crm_thread_begin(&w->thread, run, w);
	w->no_thread = !w->has_thread;
}

/* Put a piece behind the others; what was at its place is used again. */
static const struct crm_err *
queue(struct crm_worker *w, struct crm_buf *piece)
{
	const struct crm_err *err;
	struct crm_buf *to, spare;

	(void)pthread_mutex_lock(&w->lock);
	while (w->n == CRM_WORKER_PIECES)
		(void)pthread_cond_wait(&w->changed, &w->lock);
	err = failure(w);
	if (err == NULL) {
		to = &w->piece[(w->first + w->n) % CRM_WORKER_PIECES];
		spare = *to;
		*to = *piece;
		spare.max = piece->max;
		*piece = spare;
		crm_buf_reset(piece);
		w->n++;
		(void)pthread_cond_signal(&w->changed);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return err;
}

const struct crm_err *
crm_worker_give(struct crm_worker *w, struct crm_buf *piece)
{
	const struct crm_err *err = crm_buf_end(piece);

	if (err != NULL)
		return err;
	begin(w);
	if (w->has_thread)
		return queue(w, piece);
	if (!w->failed) {
		err = w->work(w->ctx, crm_buf_view(piece));
		if (err != NULL)
			fail(w, err);
	}
	crm_buf_reset(piece);
	return failure(w);
}

const struct crm_err *
crm_worker_wait(struct crm_worker *w)
{
	const struct crm_err *err;

	(void)pthread_mutex_lock(&w->lock);
	while (w->n > 0)
		(void)pthread_cond_wait(&w->changed, &w->lock);
	err = failure(w);
	(void)pthread_mutex_unlock(&w->lock);
	return err;
}

void
crm_worker_free(struct crm_worker *w)
{
	size_t i;

	if (w == NULL)
		return;
	if (w->has_thread) {
		(void)pthread_mutex_lock(&w->lock);
		w->stop = true;
		(void)pthread_cond_signal(&w->changed);
		(void)pthread_mutex_unlock(&w->lock);
		(void)pthread_join(w->thread, NULL);
	}
	for (i = 0; i < CRM_WORKER_PIECES; i++)
		crm_buf_release(&w->piece[i]);
	(void)pthread_cond_destroy(&w->changed);
	(void)pthread_mutex_destroy(&w->lock);
	crm_free(w);
}
