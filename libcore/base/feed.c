#include "base/feed.h"

#include "base/mem.h"
#include "base/thread.h"

struct crm_feed {
	const struct crm_err *(*make)(void *ctx, struct crm_buf *piece);
	void *ctx;
	pthread_t thread;
	bool has_thread;
	bool taken; /* the first piece is lent out */
	/* from here on under the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct crm_buf piece[CRM_FEED_PIECES]; /* a ring */
	size_t first, n;                       /* n are made */
	bool stop, ended, failed;
	struct crm_err err;
};

/* Fill the place behind the pieces that are made.  Only the one who makes
 * pieces touches it, so that this is done without the lock. */
static const struct crm_err *
fill(struct crm_feed *f, struct crm_buf *b)
{
	const struct crm_err *err;

	crm_buf_reset(b);
	err = f->make(f->ctx, b);
	return err != NULL ? err : crm_buf_end(b);
}

/* A piece is filled, or it failed: its error's slot is the thread's. */
static void
note(struct crm_feed *f, const struct crm_buf *b, const struct crm_err *err)
{
	if (err != NULL) {
		f->failed = f->ended = true;
		f->err = *err;
	} else if (b->n == 0)
		f->ended = true;
	else
		f->n++;
}

/* The thread: make pieces until there is none, or nobody wants more. */
static void *
run(void *arg)
{
	struct crm_feed *f = arg;
	const struct crm_err *err;
	struct crm_buf *b;

	(void)pthread_mutex_lock(&f->lock);
	while (!f->stop && !f->ended) {
		if (f->n == CRM_FEED_PIECES) {
			(void)pthread_cond_wait(&f->changed, &f->lock);
			continue;
		}
		b = &f->piece[(f->first + f->n) % CRM_FEED_PIECES];
		(void)pthread_mutex_unlock(&f->lock);
		err = fill(f, b);
		(void)pthread_mutex_lock(&f->lock);
		note(f, b, err);
		(void)pthread_cond_signal(&f->changed);
	}
	(void)pthread_mutex_unlock(&f->lock);
	return NULL;
}

struct crm_feed *
crm_feed_new(const struct crm_err *(*make)(void *ctx, struct crm_buf *piece),
    void *ctx, size_t max)
{
	struct crm_feed *f = crm_calloc(1, sizeof(*f));
	size_t i;

	f->make = make;
	f->ctx = ctx;
	for (i = 0; i < CRM_FEED_PIECES; i++)
		f->piece[i].max = max;
	(void)pthread_mutex_init(&f->lock, NULL);
	(void)pthread_cond_init(&f->changed, NULL);
	f->has_thread = crm_thread_begin(&f->thread, run, f);
	return f;
}

const struct crm_err *
crm_feed_next(struct crm_feed *f, struct crm_view *piece)
{
	const struct crm_err *err = NULL;
	struct crm_buf *b;

	*piece = CRM_VNULL;
	(void)pthread_mutex_lock(&f->lock);
	if (f->taken) {
		f->first = (f->first + 1) % CRM_FEED_PIECES;
		f->n--;
		(void)pthread_cond_signal(&f->changed);
	}
	if (!f->has_thread && f->n == 0 && !f->ended) {
		b = &f->piece[f->first];
		note(f, b, fill(f, b));
	}
	while (f->n == 0 && !f->ended)
		(void)pthread_cond_wait(&f->changed, &f->lock);
	f->taken = f->n > 0;
	if (f->taken)
		*piece = crm_buf_view(&f->piece[f->first]);
	else if (f->failed)
		err = crm_err(f->err.code, "%s", f->err.msg);
	(void)pthread_mutex_unlock(&f->lock);
	return err;
}

void
crm_feed_free(struct crm_feed *f)
{
	size_t i;

	if (f == NULL)
		return;
	if (f->has_thread) {
		(void)pthread_mutex_lock(&f->lock);
		f->stop = true;
		(void)pthread_cond_signal(&f->changed);
		(void)pthread_mutex_unlock(&f->lock);
		(void)pthread_join(f->thread, NULL);
	}
	for (i = 0; i < CRM_FEED_PIECES; i++)
		crm_buf_release(&f->piece[i]);
	(void)pthread_cond_destroy(&f->changed);
	(void)pthread_mutex_destroy(&f->lock);
	crm_free(f);
}
