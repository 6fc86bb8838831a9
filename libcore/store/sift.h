/*
 * sift - copying a table without what batches left that never ended.
 */
#ifndef CRM_SIFT_H
#define CRM_SIFT_H

#include "store/snap.h"

/* Hidden ranges of batches that never ended. */
struct crm_dregs {
	struct crm_id_span {
		uint64_t first, count; /* id */
	} * range;
	size_t n;
};

/*
 * Find them.  Nobody may be writing a batch.
 *
 * out     free range with crm_free()
 */
CRM_CHECK const struct crm_err *crm_dregs_find(
    struct crm_snap *, struct crm_dregs *out);

/* Has a table entries that they may be among? */
bool crm_sift_has(enum crm_table);

/*
 * Copy entries of such a table into an empty one, without theirs, until the
 * transaction has changed about so many bytes.
 *
 * last    the full key of the entry that was copied last, "" in the beginning;
 *         then that of the last one now
 * over    set when all is copied
 */
CRM_CHECK const struct crm_err *crm_sift_part(struct crm_txn *from,
    enum crm_table, const struct crm_dregs *, struct crm_txn *to, size_t limit,
    struct crm_buf *last, bool *over);

#endif
