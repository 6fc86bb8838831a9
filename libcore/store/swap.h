/*
 * swap - putting one store in the place of another.
 */
#ifndef CRM_SWAP_H
#define CRM_SWAP_H

#include "store/store.h"

/*
 * Be alone with a store, however damaged it is: nobody else has it open, and
 * who wants to is told that it is being replaced.
 *
 * wait_ms  how long to wait for others to finish; negative: for ever
 * out      end with crm_swap_end()
 *
 * Fails with NOINPUT, NOPERM, LOCKED.
 */
struct crm_swap;
CRM_CHECK const struct crm_err *crm_swap_begin(
    const char *path, int64_t wait_ms, struct crm_swap **out);

/* The same with a store that this process has open, and keeps open until the
 * end of it. */
CRM_CHECK const struct crm_err *crm_swap_begin_open(
    struct crm_store *, int64_t wait_ms, struct crm_swap **out);

/*
 * Have a directory take the place of the store: data.mdb, crm.yaml and the
 * files of the engine are those of the new one, and all else that lies in the
 * directory stays.  The old files are removed.  Who could read them can read
 * the new ones.
 *
 * fresh   a path beside that of the store; nobody has it open.  It is gone
 *         then, whatever happens: the caller removes nothing of it
 *
 * After an error the store is what it was; where that cannot be had, because
 * the disk refuses this too, the message says where it is.
 */
CRM_CHECK const struct crm_err *crm_swap_with(
    struct crm_swap *, const char *fresh);
void crm_swap_end(struct crm_swap *);

/* The group that the store is shared with; -1: it is not. */
int64_t crm_swap_group(const struct crm_swap *);

#endif
