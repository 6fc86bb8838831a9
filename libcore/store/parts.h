/*
 * parts - going through a table in two threads, each through a part of it at a
 * time.
 *
 * What the parts come to has to be put together in their order, so that it is
 * the same whoever went through which.
 */
#ifndef CRM_PARTS_H
#define CRM_PARTS_H

#include "base/share.h"
#include "store/snap.h"

#define CRM_PARTS_MAX 32

struct crm_part {
	size_t number;       /* in the order of keys, below CRM_PARTS_MAX */
	unsigned int thread; /* who goes through it, below CRM_SHARE_THREADS */
	struct crm_walk *walk; /* that thread's own */
	/* The first key, or what it begins with, and the first one behind; of
	 * the last part nothing: what has the prefix. */
	struct crm_view from, to;
};

/*
 * Call fn for each part of what a table has under a prefix.
 *
 * prefix  may be empty: all
 * cut     keys that share so many bytes are in the same part
 * alone   one part, in this thread: fn uses the snapshot, or what else is
 *         this thread's
 * fn      may be called by both threads at once, with parts of their own; it
 *         leaves the snapshot alone
 *
 * Little is one part too, and so is all when the snapshot sees through a write
 * transaction.  Fails as fn does, of several failures with that of the first
 * part.
 */
typedef const struct crm_err *crm_part_fn(
    void *ctx, const struct crm_part *part);
CRM_CHECK const struct crm_err *crm_parts_each(struct crm_snap *,
    enum crm_table, struct crm_view prefix, size_t cut, bool alone,
    crm_part_fn *fn, void *ctx);

#endif
