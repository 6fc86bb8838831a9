/*
 * ahead - rows that a second thread reads and binds before they are wanted.
 *
 * What comes out is what crm_reader_next() and crm_bind_row() would give.  The
 * second thread does the rows of which nothing is to be told.  At any other (a
 * bad line, a value that is refused, a field that has to be made, a very long
 * line, the end) it stops, and the first thread does that row itself, with the
 * reader and the binder that it began with, before the second goes on: what
 * the threads share changes meanwhile only, and all messages come from the
 * first one.  When such rows are many, it goes on alone.
 *
 * Links are looked up by the first thread, row by row.
 */
#ifndef CRM_AHEAD_H
#define CRM_AHEAD_H

#include "format/bind.h"

struct crm_ahead;

/*
 * Begin.
 *
 * reader  with nothing read yet; it and the binder stay with the caller, who
 *         uses them only for rows that are not bound, or at the end
 * wait    see crm_reader_on_wait(), which is not to be called then; called in
 *         the first thread, when all rows that were read were handed out
 * alone   no second thread: each row is read when it is wanted
 *
 * The second thread begins after a few hundred rows.
 */
struct crm_ahead *crm_ahead_new(struct crm_reader *, struct crm_bind *,
    const struct crm_err *(*wait)(void *ctx, bool begin), void *wait_ctx,
    bool alone);

/* End the thread, wherever it is; NULL is fine. */
void crm_ahead_free(struct crm_ahead *);

/*
 * Take the next row.
 *
 * row     as of crm_reader_next(), but without cells when it is bound
 * bound   its edits, whose links are to be looked up with crm_ahead_link();
 *         or NULL: bind it with crm_bind_row()
 *
 * Both are dead at the next call.  crm_reader_line() and crm_reader_raw() are
 * those of the row when it is not bound.  Fails as crm_reader_next() and
 * wait() do.
 */
CRM_CHECK const struct crm_err *crm_ahead_next(struct crm_ahead *,
    const struct crm_row **row, const struct crm_bound **bound);

/*
 * Look up the links of the row at hand, which is bound.
 *
 * ok      false after a fault, which was told
 *
 * Fails as crm_bind_row() does.
 */
CRM_CHECK const struct crm_err *crm_ahead_link(struct crm_ahead *, bool *ok);

#endif
