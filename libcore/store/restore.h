/*
 * restore - a store made of a backup.
 */
#ifndef CRM_RESTORE_H
#define CRM_RESTORE_H

#include "store/store.h"
#include "store/swap.h"

struct crm_restore;

/*
 * Unpack a backup into a directory beside the place of the store, and prove
 * it: pages, checksums, keys, and that it opens.
 *
 * fd      the archive, borrowed; it may be a pipe
 * name    of it, for messages
 * path    where the store is to be
 * group   as crm_store_begin() has it
 * out     free with crm_restore_free(); set even after a failure
 *
 * Fails with DATA (no backup, or a damaged one), CANTCREATE, NOPERM, IO.
 */
CRM_CHECK const struct crm_err *crm_restore_read(int fd, const char *name,
    const char *path, int64_t group, struct crm_restore **out);

/*
 * Give it its name.
 *
 * swap    alone with the store that it replaces; NULL: there may be none
 *
 * Fails with CANTCREATE: there is one.
 */
CRM_CHECK const struct crm_err *crm_restore_publish(
    struct crm_restore *, struct crm_swap *swap);

/* Remove what is temporary: also in a signal handler that ends the process. */
void crm_restore_unlink(const struct crm_restore *);
void crm_restore_free(struct crm_restore *);

#endif
