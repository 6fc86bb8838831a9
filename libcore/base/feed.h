/*
 * feed - a second thread that makes pieces of bytes before they are asked for.
 *
 * The opposite of worker.h: here the second thread fills, and the first one
 * takes.  What the making touches belongs to the second thread until the end
 * of the feed, or of its pieces.
 *
 * What all threads share of this library can be used by both: memory, errors
 * (each thread has slots of its own), folding.
 */
#ifndef CRM_FEED_H
#define CRM_FEED_H

#include "base/buf.h"
#include "base/err.h"

struct crm_feed;

/* So many pieces are made ahead. */
#define CRM_FEED_PIECES 4

/*
 * Begin to make pieces.
 *
 * make    puts the next piece into an empty buffer; one that it leaves empty is
 *         the end.  After that, or an error, it is not called again
 * max     the ceiling of a piece
 *
 * Where no thread can be made, pieces are made when they are asked for.
 */
struct crm_feed *crm_feed_new(
    const struct crm_err *(*make)(void *ctx, struct crm_buf *piece), void *ctx,
    size_t max);

/* End the thread, once it has made the piece at hand; NULL is fine. */
void crm_feed_free(struct crm_feed *);

/*
 * The next piece, in the order in which they are made.
 *
 * piece   p is NULL after the last one; borrowed, dead at the next call
 *
 * Fails with what making it failed with, each time.
 */
CRM_CHECK const struct crm_err *crm_feed_next(
    struct crm_feed *, struct crm_view *piece);

#endif
