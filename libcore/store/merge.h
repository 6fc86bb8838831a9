/*
 * merge - making one record of several that are about the same person or
 * organisation.
 *
 * One stays; the others are removed, each with a link to it (merged), so that
 * their ids still lead there.  What pointed at them points at it: the who of
 * events, deals, tasks and tickets, the organisation of people, parents, links
 * of crm.yaml.  Of its fields:
 *
 *   many values   it has those of all, its own first; a value that another one
 *                 of them has too, when folded, once
 *   one value     it keeps its own, and gets what it lacks from the first that
 *                 has it.  Street, city, region, postcode and country go
 *                 together: they are filled only where none contradicts; given
 *                 and family only from one of the same name
 *   created       the earliest
 *   stage         customer, if one of them is; else its own
 *   birthday      one with its year is better than the same day without
 *   note          one below the other; then a line for each other record with
 *                 what it had and the one that stays does not keep: "merged
 *                 p7: name Ana Nowak; city Lund"
 *   picked,       a segment that one was put into by hand and another taken out
 *   barred        of by hand is as the first of them has it
 *
 * Nobody becomes a customer by it, no event tells of a stage: their stories
 * come along.
 */
#ifndef CRM_MERGE_H
#define CRM_MERGE_H

#include "base/map.h"
#include "store/batch.h"

/* One that goes, and the one it goes into. */
struct crm_merge {
	uint64_t id, into;
};

/*
 * Ask a batch (with options.merges) for merges.
 *
 * m       n of them, in the order in which they fill what is empty; the ids
 *         live and each once, none an into, both of one kind
 *
 * Fails with DATA: what one of them is can not be merged.  Cost: the records
 * and events that link there; a pass over a kind with an unindexed link that
 * may name them
 */
CRM_CHECK const struct crm_err *crm_merge(
    struct crm_batch *, const struct crm_merge *m, size_t n);

/*
 * The links of a record that name somebody who was merged since: with whom
 * they are now.
 *
 * arena   of out and what it holds
 * out     the fields that differ, n of them
 */
CRM_CHECK const struct crm_err *crm_relink(struct crm_snap *,
    const struct crm_kind *, const struct crm_stored *, struct crm_arena *arena,
    struct crm_slot **out, size_t *n);

#endif
