/*
 * salvage - a new store of what is left of a damaged one.
 *
 * All records whose bytes are sound are taken, and their history.  What was
 * lost is noted in the new store's history: a record that is known to have
 * been there stands as removed, an empty one; a note on a record that is
 * missing is made up from those around it, as far as they tell; a change set
 * of which nothing is left stands as one of crm-store.  The last change set
 * says where it all came from.  The chain of hashes is the old one as long as
 * nothing was lost that it covers, else a new one.
 */
#ifndef CRM_SALVAGE_H
#define CRM_SALVAGE_H

#include "store/store.h"

struct crm_salvage_options {
	const char *from; /* directory of the damaged store: it is only read */
	const char *path; /* of the new one: as crm_store_begin() has it */
	int64_t group;    /* as crm_store_begin() has it */
	int64_t now_us;
	int64_t wait_ms; /* for those who write to the damaged one */
	struct crm_view user, arguments;
	/* Called for each thing that was lost: what, in words. */
	void (*lost)(void *ctx, const char *what);
	void *ctx;
};

struct crm_salvage;

/*
 * Make the new store, in a temporary place, and prove it.
 *
 * out     free with crm_salvage_free(), whatever comes of it
 *
 * Fails with NOINPUT (no file there), NOPERM, CONFIG (crm.yaml is broken),
 * DATA (nothing is left; the numbers of its fields are), CANTCREATE, LOCKED,
 * IO.
 */
CRM_CHECK const struct crm_err *crm_salvage_make(
    const struct crm_salvage_options *, struct crm_salvage **out);

struct crm_salvage_result {
	uint64_t records, changes; /* that were saved */
	uint64_t lost_records, lost_changes, lost_notes;
};
const struct crm_salvage_result *crm_salvage_result(const struct crm_salvage *);

/* Give it its name. */
CRM_CHECK const struct crm_err *crm_salvage_publish(struct crm_salvage *);

/* Free it; one that was not published is removed. */
void crm_salvage_free(struct crm_salvage *);

/* The store in the making, or NULL: for crm_store_unlink(). */
const struct crm_store *crm_salvage_store(const struct crm_salvage *);

#endif
