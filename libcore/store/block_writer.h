/*
 * block_writer - what the two halves of writing blocks share: one brings the
 * writer to its place (block_write.c), the other makes blocks of the entries
 * that wait (block_pending.c).
 */
#ifndef CRM_BLOCK_WRITER_H
#define CRM_BLOCK_WRITER_H

#include "store/block_impl.h"
#include "store/block_lift.h"

struct crm_block_writer {
	struct crm_txn *txn;
	enum crm_table table;
	const struct crm_form *form;
	struct crm_cur *cur;
	/* The block at hand: its key, and a copy of what it held. */
	bool open, exists;
	char key[CRM_KEY_MAX];
	size_t key_n;
	struct crm_buf old, unpacked;
	struct crm_block block;
	struct crm_block_pos pos;
	struct crm_ent ent; /* the next one of it */
	bool more;
	/* The key of the block behind it, when that has the same prefix. */
	char bound[CRM_KEY_MAX];
	size_t bound_n;
	bool at_end; /* no block of the table is behind it */
	bool lifted; /* the block at hand was taken out of the table */
	struct crm_lift lift;
	/* What the new blocks will hold. */
	struct crm_pending *pending;
	size_t npending, pending_cap, size;
	struct crm_buf bytes;
	bool put_one;           /* the block at hand was written already */
	char last[CRM_KEY_MAX]; /* key of the operation before */
	size_t last_n;
	bool taken; /* by crm_block_take(): the same key may come again */
	struct crm_buf out, packed;
	/* Bytes that a block may have before it is packed, as packing went so
	 * far; of a form without the limit. */
	size_t room;
	bool brim; /* blocks may be packed, and what waits fills them up */
};

/*
 * Add an entry to the pending ones.  What comes behind all that the block
 * held fills blocks to the brim; what comes between goes into halves.
 */
CRM_CHECK const struct crm_err *crm_block_push(
    struct crm_block_writer *, const struct crm_ent *, bool behind);

/*
 * What may be packed to the limit, when some bytes were packed to others; not so
 * much that reading one entry takes long.
 */
size_t crm_block_room(const struct crm_form *, size_t size, size_t packed);

/* Bytes that the entries of a block may need beside key and head, if it begins
 * with a pending one. */
size_t crm_block_left(const struct crm_block_writer *, size_t from);

/*
 * Write all pending entries: in one block if they fit, else in blocks of
 * about the same size, so that the next entry between them finds room.
 */
CRM_CHECK const struct crm_err *crm_block_flush(struct crm_block_writer *);

/* Remove the block at hand, as it was. */
CRM_CHECK const struct crm_err *crm_block_remove_old(struct crm_block_writer *);

#endif
