/*
 * worker - a second thread that works through pieces of bytes.
 *
 * The first thread fills a piece, hands it over and goes on; the second does
 * the pieces in the order in which they came.  What the work touches belongs
 * to the second thread from the first piece on, until crm_worker_wait().
 *
 * What all threads share of this library can be used by both: memory, errors
 * (each thread has slots of its own), folding.
 */
#ifndef CRM_WORKER_H
#define CRM_WORKER_H

#include "base/buf.h"
#include "base/err.h"

struct crm_worker;

/*
 * Make a worker; its thread begins with the first piece.
 *
 * work    does one piece, which is borrowed; after an error it is not called
 *         again
 */
struct crm_worker *crm_worker_new(
    const struct crm_err *(*work)(void *ctx, struct crm_view piece), void *ctx);

/* End the thread, without the pieces that it did not begin; NULL is fine. */
void crm_worker_free(struct crm_worker *);

/*
 * Hand over a piece; waits when too many are undone.
 *
 * piece   its bytes are taken, and it is empty again, with the same ceiling
 *
 * Fails with what a piece before this one failed with.  Where no thread can
 * be made, the work is done here.
 */
CRM_CHECK const struct crm_err *crm_worker_give(
    struct crm_worker *, struct crm_buf *piece);

/*
 * Wait until all pieces are done.
 *
 * Fails with what the work failed with, each time.
 */
CRM_CHECK const struct crm_err *crm_worker_wait(struct crm_worker *);

/* So many pieces may wait. */
#define CRM_WORKER_PIECES 16

#endif
