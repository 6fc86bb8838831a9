/*
 * erase_impl - what the parts of an erasure share.
 */
#ifndef CRM_ERASE_IMPL_H
#define CRM_ERASE_IMPL_H

#include "base/map.h"
#include "store/change.h"
#include "store/derive.h"
#include "store/erase.h"
#include "store/erased.h"
#include "store/mention.h"

/* What is to be done with a change set. */
enum {
	CRM_SET_WORDS = 1,  /* what was said with it goes */
	CRM_SET_SALTED = 2, /* some of its salts are new */
};

/* A record that was rewritten, and the change set that added it. */
struct crm_added {
	uint64_t number, id;
};

struct crm_erasing {
	struct crm_store *store;
	const struct crm_erase_options *o;
	struct crm_erase_result out;
	struct crm_txn *txn;
	struct crm_snap *snap;
	struct crm_change change;
	struct crm_concerned_list list;
	bool *dropped; /* of each: something of it is gone */
	struct crm_mention mention;
	struct crm_remember *remember;
	struct crm_nummap sets; /* number to CRM_SET_* */
	struct crm_added *added;
	size_t nadded, added_cap;
	struct crm_derive *derive;
	struct crm_buf bytes, attested;
	struct crm_slot *slot;
	size_t slot_cap;
};

/* erase_find.c */

/* Does a field go?  One that crm.yaml does not know any more does. */
bool crm_erase_drops(
    const struct crm_kind *, uint16_t num, const struct crm_concerned *);

/*
 * Call fn with each value that a record has, or had.
 *
 * fn      field is never NULL
 */
CRM_CHECK const struct crm_err *crm_erase_values(struct crm_snap *, uint64_t id,
    const struct crm_err *(*fn)(
	void *ctx, const struct crm_field *, struct crm_view value),
    void *ctx);

/* Look for the values of an erased record that say who it is. */
CRM_CHECK const struct crm_err *crm_erase_seek(
    struct crm_snap *, uint64_t id, struct crm_mention *);

/* erase_log.c */

/* Take what goes out of the history of a record.  Sets *dropped. */
CRM_CHECK const struct crm_err *crm_erase_history(
    struct crm_erasing *, const struct crm_concerned *, bool *dropped);

/* Write the digests of what was rewritten anew. */
CRM_CHECK const struct crm_err *crm_erase_digests(struct crm_erasing *);

/* Take the words out of change sets; note the hashes of all that were
 * rewritten. */
CRM_CHECK const struct crm_err *crm_erase_sets(struct crm_erasing *);

#endif
