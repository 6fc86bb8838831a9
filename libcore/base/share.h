/*
 * share - pieces of work that two threads do, and that come back in order.
 *
 * The first thread fills a piece, gives it away and goes on with the next one;
 * the second thread does pieces as they come.  When it cannot keep up, the
 * first thread does some too: both are busy, whatever it costs to fill a piece
 * and to do it.  Pieces are places in an array of the caller's; what a piece
 * holds belongs to whoever does it, from crm_share_give() until
 * crm_share_take() has handed it back.
 *
 * What all threads share of this library can be used by both: memory, errors
 * (each thread has slots of its own), folding.
 */
#ifndef CRM_SHARE_H
#define CRM_SHARE_H

#include <stdbool.h>
#include <stddef.h>

struct crm_share;

/* How many pieces there are: 0 .. CRM_SHARE_PIECES - 1. */
#define CRM_SHARE_PIECES 8

/* Which of the two threads: 0 is the first one, 1 the second. */
#define CRM_SHARE_THREADS 2

/*
 * Begin; the second thread starts with the first piece.  Where there can be
 * none, the first one does everything.
 *
 * work    does a piece; 'thread' says who does it, so that what either of them
 *         needs for it can be there twice
 */
struct crm_share *crm_share_new(
    void (*work)(void *ctx, size_t piece, unsigned int thread), void *ctx);

/* End the thread, without the pieces that it did not begin; NULL is fine. */
void crm_share_free(struct crm_share *);

/*
 * The piece to be filled.
 *
 * Returns false when none is free: take one back before.
 */
bool crm_share_next(const struct crm_share *, size_t *piece);

/* It is filled. */
void crm_share_give(struct crm_share *);

/*
 * Take back the piece that was given away before all others.
 *
 * wait    until it is done, with work on others meanwhile
 * piece   free to be filled again with the next call of crm_share_give()
 *
 * Returns false when there is none, or it is not done.
 */
bool crm_share_take(struct crm_share *, bool wait, size_t *piece);

/* See all done that was given away: it is still to be taken back. */
void crm_share_settle(struct crm_share *);

#endif
