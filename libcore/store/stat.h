/*
 * stat - what is in a store, in numbers.
 */
#ifndef CRM_STAT_H
#define CRM_STAT_H

#include "store/change.h"
#include "store/snap.h"

struct crm_store_stat {
	/* Records by the letter of their kind. */
	uint64_t live[26], removed[26];
	uint64_t changes;    /* change sets that are done */
	uint64_t unfinished; /* being written now, or left so by a crash */
	/* Ids that nobody will see, and the records that still lie there. */
	uint64_t hidden_ids, hidden_records;
	uint64_t lagging; /* events that the text and plain indexes lack */
	uint64_t fresh;   /* those that stories and sums do: see fresh.h */
	struct crm_change newest; /* views of the snapshot; number 0: none */
	struct crm_env_stat engine;
	uint16_t format, oldest_reader; /* versions of what is stored */
};

/*
 * Count.
 *
 * snap    what is looked at
 *
 * Cost: one walk through all records and events.
 */
CRM_CHECK const struct crm_err *crm_store_stat(
    struct crm_snap *, struct crm_store_stat *out);

/*
 * About how many records and events a store has, hidden and erased ones among
 * them: for who says how far a job has come.  Cost: a look-up for each kind.
 */
CRM_CHECK const struct crm_err *crm_stat_about(
    struct crm_snap *, uint64_t *out);

#endif
