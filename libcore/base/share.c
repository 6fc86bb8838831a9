#include "base/share.h"

#include "base/mem.h"
#include "base/thread.h"

struct crm_share {
	void (*work)(void *ctx, size_t piece, unsigned int thread);
	void *ctx;
	pthread_t thread;
	bool has_thread, no_thread;
	/* Counts of pieces: taken <= begun <= given <= taken + PIECES.  The
	 * piece of a count is its place in the ring. */
	size_t given, taken; /* by the first thread alone */
	/* from here on under the lock */
	pthread_mutex_t lock;
	pthread_cond_t more, done;
	size_t ready; /* given, as the second thread sees it */
	size_t begun;
	bool is_done[CRM_SHARE_PIECES];
	bool stop;
};

struct crm_share *
crm_share_new(
    void (*work)(void *ctx, size_t piece, unsigned int thread), void *ctx)
{
	struct crm_share *s = crm_calloc(1, sizeof(*s));

	s->work = work;
	s->ctx = ctx;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->more, NULL);
	(void)pthread_cond_init(&s->done, NULL);
	return s;
}

/* Do the next piece that nobody has begun; the lock is held before and
 * after. */
static void
do_next(struct crm_share *s, unsigned int thread)
{
	size_t piece = s->begun++ % CRM_SHARE_PIECES;

	(void)pthread_mutex_unlock(&s->lock);
	s->work(s->ctx, piece, thread);
	(void)pthread_mutex_lock(&s->lock);
	s->is_done[piece] = true;
	(void)pthread_cond_signal(&s->done);
}

static void *
run(void *arg)
{
	struct crm_share *s = arg;

	(void)pthread_mutex_lock(&s->lock);
	while (!s->stop)
		if (s->begun < s->ready)
			do_next(s, 1);
		else
			(void)pthread_cond_wait(&s->more, &s->lock);
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

bool
crm_share_next(const struct crm_share *s, size_t *piece)
{
	*piece = s->given % CRM_SHARE_PIECES;
	return s->given - s->taken < CRM_SHARE_PIECES;
}

void
crm_share_give(struct crm_share *s)
{
	if (!s->has_thread && !s->no_thread) {
		s->has_thread = crm_thread_begin(&s->thread, run, s);
		s->no_thread = !s->has_thread;
	}
	(void)pthread_mutex_lock(&s->lock);
	s->is_done[s->given++ % CRM_SHARE_PIECES] = false;
	s->ready = s->given;
	(void)pthread_cond_signal(&s->more);
	(void)pthread_mutex_unlock(&s->lock);
}

/* Wait for a piece, and do others meanwhile; the lock is held. */
static void
wait_for(struct crm_share *s, size_t piece)
{
	while (!s->is_done[piece])
		if (s->begun < s->ready)
			do_next(s, 0);
		else
			(void)pthread_cond_wait(&s->done, &s->lock);
}

bool
crm_share_take(struct crm_share *s, bool wait, size_t *piece)
{
	bool yes;

	if (s->taken == s->given)
		return false;
	*piece = s->taken % CRM_SHARE_PIECES;
	(void)pthread_mutex_lock(&s->lock);
	if (wait)
		wait_for(s, *piece);
	yes = s->is_done[*piece];
	(void)pthread_mutex_unlock(&s->lock);
	s->taken += yes;
	return yes;
}

void
crm_share_settle(struct crm_share *s)
{
	size_t i;

	(void)pthread_mutex_lock(&s->lock);
	for (i = s->taken; i < s->given; i++)
		wait_for(s, i % CRM_SHARE_PIECES);
	(void)pthread_mutex_unlock(&s->lock);
}

void
crm_share_free(struct crm_share *s)
{
	if (s == NULL)
		return;
	if (s->has_thread) {
		(void)pthread_mutex_lock(&s->lock);
		s->stop = true;
		(void)pthread_cond_signal(&s->more);
		(void)pthread_mutex_unlock(&s->lock);
		(void)pthread_join(s->thread, NULL);
	}
	(void)pthread_cond_destroy(&s->more);
	(void)pthread_cond_destroy(&s->done);
	(void)pthread_mutex_destroy(&s->lock);
	crm_free(s);
}
