/*
 * check - proving a store.
 */
#ifndef CRM_CHECK_H
#define CRM_CHECK_H

#include "store/store.h"

enum crm_check_what {
	CRM_CHECK_PAGES = 1 << 4,   /* the engine's pages alone */
	CRM_CHECK_BYTES = 1 << 0,   /* pages, checksums, order of keys */
	CRM_CHECK_RECORDS = 1 << 1, /* that they can be read; their links */
	CRM_CHECK_DERIVED = 1 << 2, /* index, text, story, rollups, totals */
	CRM_CHECK_LOG = 1 << 3,     /* the chain, what was added */
};

struct crm_check {
	unsigned int what; /* of enum crm_check_what; 0: everything */
	bool primary;      /* BYTES: not those of derived tables */
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
 * Others may write meanwhile: a snapshot is checked.  Damage is a fault that
 * is counted and told; what comes after it is not looked at when it needs
 * what is damaged.  Fails with IO, NOPERM and the like.  Very damaged files
 * can bring the process down (SIGSEGV, SIGBUS, crm_env_on_damage()).
 */
CRM_CHECK const struct crm_err *crm_check_store(
    struct crm_store *, struct crm_check *);

/*
 * Check the pages of a store's file, before it is opened: what is found there
 * could bring the process down.
 *
 * dir     holds data.mdb
 * copy    it is a copy that nobody else uses: check its tables too
 */
CRM_CHECK const struct crm_err *crm_check_file(
    const char *dir, bool copy, struct crm_check *);

#endif
