/*
 * check - proving a store.
 */
#ifndef CRM_CHECK_H
#define CRM_CHECK_H

#include "store/store.h"

struct crm_check {
	uint64_t records, events, changes; /* looked at */
	uint64_t faults;
	/*
	 * Called for each fault, the first 1,000 of each table.
	 *
	 * where   the table, and what in it
	 */
	void (*fault)(void *ctx, const char *where, const char *what);
	void *ctx;
};

/*
 * Check everything: the engine's pages, every block and checksum, every
 * derived table against records and events, links, the log's chain of hashes
 * and the digests of what was added.
 *
 * Others may write meanwhile: a snapshot is checked.  Fails when the store
 * cannot be read any further; faults are counted.
 */
CRM_CHECK const struct crm_err *crm_check_store(
    struct crm_store *, struct crm_check *);

#endif
