/*
 * block_lift - blocks that are taken out of a table ahead of a writer.
 *
 * Who puts a block between others, into a page that is full, has LMDB cut the
 * page in half, and nothing comes later to fill the left one.  Behind the last
 * block of its page a block is put without that.  So a writer that goes through
 * most of the blocks of a part of a table has those before it taken out, some
 * pages of them at a time, and puts them back in order.
 *
 * Until crm_lift_end() the table lacks blocks: nobody may read it.
 */
#ifndef CRM_BLOCK_LIFT_H
#define CRM_BLOCK_LIFT_H

#include "store/block.h"

#define CRM_PROPS_MAX 4

struct crm_lift {
	struct crm_txn *txn;
	enum crm_table table;
	struct crm_cur *cur; /* borrowed */
	bool allowed;
	bool on;
	/* Blocks in a row that were each the one behind the one before. */
	unsigned int near;
	/* The first block that was not taken out, and then the last that was:
	 * those behind it are still in the table. */
	char from[CRM_KEY_MAX];
	size_t from_n;
	bool all; /* there are none */
	/* What was taken out: entries of base/entry.h. */
	struct crm_buf out;
	size_t at, left;   /* offset of the first one that still is, how many */
	size_t put;        /* bytes, since blocks were taken out */
	bool rest;         /* what was left of it is being taken out */
	size_t taken, met; /* at the last time: how many, of use how many */
	/* Keys of next to nothing behind blocks that were put, in order. */
	struct crm_prop {
		char key[CRM_KEY_MAX];
		size_t n, behind; /* bytes put behind it */
	} prop[CRM_PROPS_MAX];
	size_t nprops;
};

/* Where a key belongs; views of what was taken out, dead at the next call. */
struct crm_lifted {
	struct crm_view key, value; /* the block; p is NULL: a new one */
	struct crm_view next;       /* of the block behind; p is NULL: none */
};

void crm_lift_init(
    struct crm_lift *, struct crm_txn *, enum crm_table, struct crm_cur *);
void crm_lift_release(struct crm_lift *);

/*
 * Say where the writer found a block in the table: blocks are taken out when
 * that was near the one before often enough.
 *
 * next    key of the block behind it; p is NULL: none
 */
void crm_lift_see(struct crm_lift *, struct crm_view key, struct crm_view next);

/*
 * Bring a lift that is on to a key above all blocks put: what is before its
 * block is put back, and that one is no longer there.  It may be off then:
 * all is back, and the block is to be found in the table.
 *
 * prefix  bytes at the beginning of keys that no block mixes
 */
CRM_CHECK const struct crm_err *crm_lift_go(struct crm_lift *,
    struct crm_view key, size_t prefix, struct crm_lifted *out);

/* Put a block before those that are out. */
CRM_CHECK const struct crm_err *crm_lift_put(
    struct crm_lift *, struct crm_view key, struct crm_view block);

/* Put all back. */
CRM_CHECK const struct crm_err *crm_lift_end(struct crm_lift *);

#endif
