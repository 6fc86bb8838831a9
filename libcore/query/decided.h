/*
 * decided - what a query found of records that others link to, so that the
 * customer of a hundred events is asked about once.
 */
#ifndef CRM_DECIDED_H
#define CRM_DECIDED_H

#include "base/map.h"
#include "store/snap.h"

/* A snapshot's records of which it is known; begins as zeros. */
struct crm_decided {
	struct crm_nummap page; /* ids without their last byte: place in bits */
	uint64_t *bits; /* of a page known ones, then those that match */
	size_t n, cap;  /* pages */
	struct {
		uint64_t asked; /* of those that were not known */
		bool whole;     /* all are known */
	} kind[26];             /* by letter */
	uint64_t generation;    /* of the snapshot */
};

void crm_decided_release(struct crm_decided *);

/*
 * Does a record match that another one links to?  One that is not there, or
 * was removed, does not.
 *
 * fn      says so of one that is not known; after many of them all records of
 *         their kind are gone through, which costs less than as many look-ups.
 *         Not in the past, where views of what was seen before would die of it.
 */
CRM_CHECK const struct crm_err *crm_decide(struct crm_decided *,
    struct crm_snap *, uint64_t id,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t id, const struct crm_stored *, bool *yes),
    void *ctx, bool *yes);

#endif
