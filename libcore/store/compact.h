/*
 * compact - a store written anew, without what takes up space for nothing.
 */
#ifndef CRM_COMPACT_H
#define CRM_COMPACT_H

#include "store/store.h"
#include "store/swap.h"

/*
 * Copy a store, entry by entry, into a new one beside it: no page of the old
 * file, and nothing that was removed or overwritten in it, is in the new one.
 *
 * store   nobody else uses it
 * swap    is alone with it
 * out     the copy, in a temporary place: crm_store_take_place()
 *
 * LMDB's own compacting copy keeps what is left of old values within pages;
 * from: STORE.md, "compaction".  Fails with IO, NOPERM, DATA (damaged).
 */
CRM_CHECK const struct crm_err *crm_compact(struct crm_store *store,
    const struct crm_swap *swap, struct crm_store **out);

#endif
