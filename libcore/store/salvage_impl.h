/*
 * salvage_impl - what the parts of salvage share.
 */
#ifndef CRM_SALVAGE_IMPL_H
#define CRM_SALVAGE_IMPL_H

#include "base/map.h"
#include "base/runs.h"
#include "store/change_impl.h"
#include "store/load_impl.h"
#include "store/pages_find.h"
#include "store/salvage.h"

struct crm_salvage {
	struct crm_salvage_options o;
	struct crm_load *load; /* of which the new store is */
	struct crm_salvage_result result;
	struct crm_finding finding;
	int dir;       /* of the damaged one */
	int scratch;   /* where sorting may put files without a name */
	uint64_t most; /* no number of a change set is above it */
	struct crm_runs *records, *log;
	struct crm_buf fields, hidden, erased; /* of meta: bodies */
	uint64_t erasure; /* the newest one that a note tells of */
	bool fields_listed, format_known, newer;
	bool custom; /* records have fields of crm.yaml */
};

void crm_salvage_tell(struct crm_salvage *, const char *, ...) CRM_PRINTF(2, 3);

/*
 * salvage_log.c: make records and history agree again, when something of
 * either is missing.
 */
CRM_CHECK const struct crm_err *crm_salvage_mend(struct crm_salvage *);

/* Change sets, by number. */
enum crm_salvage_state { CRM_SAVED_LOST, CRM_SAVED_OPEN, CRM_SAVED_DONE };
struct crm_salvage_place {
	uint64_t seq; /* in the chain, from 1; 0: it is open */
	enum crm_salvage_state state;
};

/*
 * salvage_chain.c: write the change sets anew, as records and notes are now.
 *
 * at    the place of each number
 * last  of those that were there; those behind it the salvage makes
 */
CRM_CHECK const struct crm_err *crm_salvage_chain(
    struct crm_salvage *, const struct crm_salvage_place *at, uint64_t last);

/* What the change set says that the salvage makes. */
void crm_salvage_sign(
    struct crm_salvage *, struct crm_change *, struct crm_buf *message);

#endif
