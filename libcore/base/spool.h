/*
 * spool - rows that wait, in memory while they are few, else in a scratch
 * file, which a second thread writes.
 */
#ifndef CRM_SPOOL_H
#define CRM_SPOOL_H

#include "base/buf.h"

struct crm_spool;

/*
 * memory  bytes to hold before they go to a file; from then on so many at the
 *         most are on their way there, beside rows of over 1 MiB
 * dir     an open directory for it
 */
struct crm_spool *crm_spool_new(size_t memory, int dir);
void crm_spool_free(struct crm_spool *);

/*
 * Add a row.
 *
 * at      set to where it is, for crm_spool_read(); may be NULL
 *
 * Fails with CANTCREATE, IO: with what could not be written of this row or of
 * others before; from then on all calls do.
 */
CRM_CHECK const struct crm_err *crm_spool_add(
    struct crm_spool *, struct crm_view row, uint64_t *at);

uint64_t crm_spool_bytes(const struct crm_spool *);

/*
 * Go through all rows in order, from the first one; rows added meanwhile come
 * too.
 *
 * row     p is NULL after the last one; dead at the next call
 *
 * Fails with IO.
 */
void crm_spool_rewind(struct crm_spool *);
CRM_CHECK const struct crm_err *crm_spool_next(
    struct crm_spool *, struct crm_view *row);

/* One row again: dead at the next call of any of these.  Fails with IO. */
CRM_CHECK const struct crm_err *crm_spool_read(
    struct crm_spool *, uint64_t at, struct crm_view *row);

#endif
