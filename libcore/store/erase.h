/*
 * erase - taking records out for good, history and all.
 *
 * A record that is erased keeps its id and nothing else.  Of what is about it
 * alone (its events; deals, tasks, tickets and the like whose who names nobody
 * else) texts go: what is personal, what is searched for its words, addresses,
 * unique names, x- fields.  Links, times, amounts, stages and tags stay, and
 * with them counts and sums.  The same goes from the entries of the history,
 * which get new salts; and what was said with the change sets that wrote
 * any of it, or that name the erased: their arguments and messages.
 * Addresses and unique names are remembered as keyed hashes (erased.h).
 *
 * Pages of the file still hold the old bytes until the store is compacted.
 */
#ifndef CRM_ERASE_H
#define CRM_ERASE_H

#include "store/snap.h"

/* A record that is concerned. */
struct crm_concerned {
	uint64_t id;
	bool whole;  /* it is erased; else it is about such a one */
	bool shared; /* an event that is about others, too */
};

struct crm_concerned_list {
	struct crm_concerned *item; /* by id */
	size_t n, cap;
};

/*
 * Find all that is concerned when records are erased, what was removed too:
 * those that were merged into them are erased with them.
 *
 * id      n of them
 * out     free item with crm_free()
 *
 * Cost: a pass over all records and events
 */
CRM_CHECK const struct crm_err *crm_erase_find(struct crm_snap *,
    const uint64_t *id, size_t n, struct crm_concerned_list *out);

/*
 * Find other records that name those which are to be erased, in a text that
 * will stay.
 *
 * fn      what it gets is borrowed; said: the value that the text holds
 */
CRM_CHECK const struct crm_err *crm_erase_mentions(struct crm_snap *,
    const struct crm_concerned_list *,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t id, const struct crm_field *, struct crm_view said),
    void *ctx);

struct crm_erase_options {
	const uint64_t *id;
	size_t n;
	int64_t now_us;
	const char *user, *program, *arguments, *message;
	bool dry_run; /* do it, count it, take it back */
};

struct crm_erase_result {
	uint64_t change;  /* its number; 0: nothing was written */
	uint64_t records; /* erased */
	uint64_t events, shared, others; /* that lost texts */
	uint64_t sets;                   /* change sets whose words are gone */
};

/*
 * Erase.  The store must be open for writing; no snapshot may be held.
 *
 * Fails with USAGE (the message names who is erased), DATA (a record is not
 * there), LOCKED, IO.
 */
CRM_CHECK const struct crm_err *crm_erase(struct crm_store *,
    const struct crm_erase_options *, struct crm_erase_result *);

#endif
