/*
 * told - what somebody was told of before, so that it is not told again.
 *
 * Kept in files of the store's directory told/, one for each list that is
 * asked for (whose, of whom): they are no part of the records, of backups or
 * of the history.  A line there is a key's hash and the day on which the key
 * was seen last; a key that was not seen for CRM_TOLD_DAYS days is forgotten.
 */
#ifndef CRM_TOLD_H
#define CRM_TOLD_H

#include "base/time.h"

#define CRM_TOLD_DAYS 60

struct crm_told;

/*
 * Open what was told of a list, and keep others out of all lists until it is
 * closed.
 *
 * dir      of the store
 * list     what is asked for; any text
 * wait_ms  how long to wait for others
 * today    number of a day
 * out      free with crm_told_close()
 *
 * Fails with LOCKED, NOPERM, IO.
 */
CRM_CHECK const struct crm_err *crm_told_open(int dir, struct crm_view list,
    int64_t wait_ms, int32_t today, struct crm_told **out);
void crm_told_close(struct crm_told *);

/* The day of the last time; today when there was none. */
int32_t crm_told_last(const struct crm_told *);

/* Was a key told before?  It is seen now in any case, if it was. */
bool crm_told_has(struct crm_told *, struct crm_view key);

/* A key was told. */
void crm_told_add(struct crm_told *, struct crm_view key);

/*
 * Keep what was told: to be called when it was written out.  Who crashes before
 * that tells it once more.
 *
 * Fails with IO, NOPERM.
 */
CRM_CHECK const struct crm_err *crm_told_keep(struct crm_told *);

#endif
