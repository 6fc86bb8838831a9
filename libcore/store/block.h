/*
 * block - sorted entries, many to a key of the engine.
 *
 * Tables are kept in blocks: the key is the table's prefix and the first
 * entry's key at the time the block was made (zeros in a prefix's first
 * block, so that it takes whatever comes before; of POSTING no other group's
 * than the first entry's, so that no value stands in a key alone), the value
 * is
 *
 *   0 version u8   1 layout u8   2 count u16   4 crc32c u32   8 entries
 *
 * little-endian; the checksum covers the key, bytes 0 to 3 and the entries,
 * and is checked whenever a block is read.  An entry has a key and a value;
 * the keys of a table are sorted as by memcmp.  How entries stand in a block:
 *
 *   HEAP     key = prefix, 5 byte number.  Entries of any size:
 *            end u16 * count (not in a block of one entry), then for each:
 *            number less the number in the block's key, varint; value
 *   FIXED    key = prefix, some bytes; key (without prefix) and value of
 *            fixed size, one behind the other
 *   POSTING  key = prefix, group, 0, 8 byte id.  For each group: length of
 *            group varint, group; number of ids varint; first id (without its
 *            kind) varint, then the differences; behind each id 'value' bytes
 *
 * Blocks of a large table of which few entries are read at a time are packed:
 * behind the head stand the length of the entries, varint, and these by LZ4.
 *
 * Nothing outside this module reads or writes the inside of a block.
 */
#ifndef CRM_BLOCK_H
#define CRM_BLOCK_H

#include "store/engine.h"

enum crm_layout { CRM_HEAP = 1, CRM_FIXED = 2, CRM_POSTING = 3 };
#define CRM_PACKED 0x80 /* is added to the layout of a block that is packed */

struct crm_form {
	enum crm_layout layout;
	uint8_t prefix; /* bytes at the beginning of keys that no block mixes */
	uint8_t key;    /* FIXED: bytes of key behind the prefix */
	uint8_t value;  /* FIXED, POSTING: bytes of value */
	/* POSTING: the kind of the ids is the last byte of the group, else
	 * the first byte of the prefix */
	bool kind_last;
	/* Bytes of key and block at the most, so that two (of tables that are
	 * appended to) or four (inserted into) fit a page of 4,096. */
	uint16_t limit;
	/* Blocks of more bytes than this are packed, so that more entries go
	 * into one; 0: none are. */
	uint16_t pack;
};

/* The form of a table that is kept in blocks. */
const struct crm_form *crm_form_of(enum crm_table);

/* Longest key of an entry, and longest group in one: LMDB takes 511 bytes. */
#define CRM_KEY_MAX 500
#define CRM_GROUP_MAX (CRM_KEY_MAX - 20)

/*
 * Writing: puts and removals in ascending order of keys; each block is read
 * and written once.
 */
struct crm_block_writer;

/*
 * Begin to write.  Several writers may be open in one transaction, one a
 * table.
 */
CRM_CHECK const struct crm_err *crm_block_write(
    struct crm_txn *, enum crm_table, struct crm_block_writer **out);

/*
 * Nobody else reads the table before the writer is closed: where most blocks
 * are written it may take them out ahead and put them back, which leaves pages
 * full (see block_lift.h).  POSTING: nothing.
 */
void crm_block_lift(struct crm_block_writer *);

/*
 * Put an entry; one with the same key is replaced.
 *
 * key, value  copied; key above those before it
 *
 * Fails with BUG when keys are out of order, DATA when a block is damaged,
 * and as crm_kv_put().
 */
CRM_CHECK const struct crm_err *crm_block_put(
    struct crm_block_writer *, struct crm_view key, struct crm_view value);

/*
 * POSTING: put n ids of one group, in order.
 *
 * key     prefix and group, without the 0 behind it
 * byte    of forms with a value byte: one an id; else not looked at
 */
CRM_CHECK const struct crm_err *crm_block_put_ids(struct crm_block_writer *,
    struct crm_view key, const uint64_t *id, const uint8_t *byte, size_t n);

/*
 * Take an entry out and say what it was; it may be put back (or another with
 * its key) next.
 *
 * value   p is NULL when there was none; dead at the next operation with
 *         another key
 */
CRM_CHECK const struct crm_err *crm_block_take(
    struct crm_block_writer *, struct crm_view key, struct crm_view *value);

/* Remove an entry; none there is no error. */
CRM_CHECK const struct crm_err *crm_block_del(
    struct crm_block_writer *, struct crm_view key);

/* Write what is left.  The writer is freed in any case. */
CRM_CHECK const struct crm_err *crm_block_close(struct crm_block_writer *);

/* Free a writer without writing: on the way out after an error. */
void crm_block_abandon(struct crm_block_writer *);

/*
 * Reading.  One walk is a position in a table; its views die when it moves,
 * and as all views of the engine do.
 */
struct crm_walk;

CRM_CHECK const struct crm_err *crm_walk_open(
    struct crm_txn *, enum crm_table, struct crm_walk **out);
void crm_walk_close(struct crm_walk *);

/*
 * Much of the table is going to be read, or entries that lie apart: have blocks
 * read into memory of the walk.  Its views are dead, not only stale, when it has
 * moved.
 */
void crm_walk_sparse(struct crm_walk *);

/*
 * After crm_txn_resume(): forget the block at hand.  Seek again.
 */
CRM_CHECK const struct crm_err *crm_walk_renew(struct crm_walk *);

/* After writing to its table: the same within a transaction. */
void crm_walk_forget(struct crm_walk *);

/* An entry as a walk sees it. */
struct crm_entry {
	struct crm_view prefix; /* p is NULL: no more entries */
	struct crm_view key;    /* FIXED: key behind the prefix.  POSTING: the
	                           group.  HEAP: empty */
	uint64_t id;            /* HEAP: prefix (3 bytes) and number.
	                           POSTING: the id */
	struct crm_view value;
};

/* The full key of an entry, in out. */
struct crm_view crm_entry_full_key(
    const struct crm_form *, const struct crm_entry *, char out[CRM_KEY_MAX]);

/*
 * Go to the first entry whose key is not below a key, or the last that is
 * not above it.
 *
 * key     full key, or the beginning of one
 */
CRM_CHECK const struct crm_err *crm_walk_seek(
    struct crm_walk *, struct crm_view key, struct crm_entry *out);
CRM_CHECK const struct crm_err *crm_walk_floor(
    struct crm_walk *, struct crm_view key, struct crm_entry *out);

/* The next or the previous entry, whatever its prefix. */
CRM_CHECK const struct crm_err *crm_walk_next(
    struct crm_walk *, struct crm_entry *out);
CRM_CHECK const struct crm_err *crm_walk_prev(
    struct crm_walk *, struct crm_entry *out);

/*
 * FIXED: the entries of a whole block, side by side, each its key (without
 * the prefix) and its value.
 */
struct crm_run_of {
	struct crm_view prefix;
	const char *p; /* the first one; dead as views are */
	size_t n;      /* 0: no more blocks */
};

/*
 * Those from a key on, and then of the next block, whatever its prefix.
 *
 * from    full key or the beginning of one; empty: the first one
 * to      as from: those that are not below it are left out; empty: none are
 */
CRM_CHECK const struct crm_err *crm_walk_first_run(struct crm_walk *,
    struct crm_view from, struct crm_view to, struct crm_run_of *out);
CRM_CHECK const struct crm_err *crm_walk_next_run(
    struct crm_walk *, struct crm_view to, struct crm_run_of *out);

/*
 * HEAP: the entry of an id.  Cheap when ids come in order: the block at hand
 * and the one behind it are looked at first.
 *
 * value   p is NULL when there is none
 */
CRM_CHECK const struct crm_err *crm_walk_get(
    struct crm_walk *, uint64_t id, struct crm_view *value);

/*
 * POSTING: the ids of one group, a block at a time.
 *
 * key     prefix and group, without the 0 behind it
 */
struct crm_ids {
	uint64_t *id;        /* in order; borrowed, dead at the next call */
	const uint8_t *byte; /* of forms with a value byte: one an id */
	size_t n;            /* 0: no more */
};
CRM_CHECK const struct crm_err *crm_walk_ids(
    struct crm_walk *, struct crm_view key, struct crm_ids *out);
CRM_CHECK const struct crm_err *crm_walk_more_ids(
    struct crm_walk *, struct crm_ids *out);

/*
 * POSTING: the ids of one group that are not below an id; then
 * crm_walk_more_ids().  What lies in between is not read.
 */
CRM_CHECK const struct crm_err *crm_walk_ids_from(
    struct crm_walk *, struct crm_view key, uint64_t id, struct crm_ids *out);

/*
 * POSTING: about how many ids a group has: exact when they are in few blocks,
 * else told from these and its last one.
 */
CRM_CHECK const struct crm_err *crm_walk_about(
    struct crm_walk *, struct crm_view key, uint64_t *out);

/*
 * POSTING: the first group whose key (prefix and group) is not below a key,
 * and then the next one.
 *
 * out     prefix.p is NULL when there is none; id is its first one
 */
CRM_CHECK const struct crm_err *crm_walk_group(
    struct crm_walk *, struct crm_view key, struct crm_entry *out);
CRM_CHECK const struct crm_err *crm_walk_next_group(
    struct crm_walk *, struct crm_entry *out);

/*
 * The next group in which a piece of text stands, or that is so many bytes
 * long; or the first one of another prefix.  Blocks without any are not taken
 * apart.
 *
 * piece   not empty
 */
struct crm_sieve {
	struct crm_view piece;
	size_t from, to; /* 128 at the least */
};
CRM_CHECK const struct crm_err *crm_walk_next_with(
    struct crm_walk *, const struct crm_sieve *, struct crm_entry *out);

/* The first ids of that group; crm_walk_more_ids() has the rest. */
void crm_walk_group_ids(struct crm_walk *, struct crm_ids *out);

/*
 * POSTING without values: groups one after the other, with the numbers of their
 * ids less a base, where these are near each other.  Blocks are not taken apart
 * but for that.
 *
 * walk      is used for nothing else until the end
 * from, to  keys of groups, or the beginning of one; to may be empty: all that
 *           have the prefix of from
 * base      0 to INT32_MAX
 * group     without the prefix; p is NULL: no more
 * number    *n of them in an array grown by crm_grow()
 *
 * Fails with DATA too when a number is too far from the base.
 */
struct crm_numbers;
CRM_CHECK const struct crm_err *crm_numbers_open(struct crm_walk *walk,
    struct crm_view from, struct crm_view to, int32_t base,
    struct crm_numbers **out);
CRM_CHECK const struct crm_err *crm_numbers_next(struct crm_numbers *,
    struct crm_view *group, int32_t **number, size_t *cap, size_t *n);
void crm_numbers_close(struct crm_numbers *);

/*
 * Check one block, whatever table it is said to be of: head, checksum, and that
 * its entries can be read, lie in it and are in order.
 *
 * end     the key of the last entry of the block before, "" before the first:
 *         this one has to begin behind it; then its own last key.  NULL: the
 *         block is looked at alone
 *
 * Fails with DATA: what is wrong.  Never reads outside key and value: this is
 * what crm-store check and the fuzzer call.
 */
CRM_CHECK const struct crm_err *crm_block_check(const struct crm_form *,
    struct crm_view key, struct crm_view value, struct crm_buf *end);

/*
 * HEAP: call fn for each entry of a block that crm_block_check() found sound.
 *
 * id      prefix and number
 */
CRM_CHECK const struct crm_err *crm_block_each(const struct crm_form *,
    struct crm_view key, struct crm_view block,
    const struct crm_err *(*fn)(void *ctx, uint64_t id, struct crm_view value),
    void *ctx);

/*
 * Single values (of tables not in blocks) carry the same head.
 */
#define CRM_HEAD 8

/* Set the head of buf, whose first CRM_HEAD bytes are left for it. */
void crm_head_seal(
    struct crm_buf *buf, struct crm_view key, uint8_t form, uint16_t count);

/*
 * What stands behind a good head.
 *
 * Fails with DATA when the checksum or the form is wrong.
 */
CRM_CHECK const struct crm_err *crm_head_open(enum crm_table,
    struct crm_view key, struct crm_view value, uint8_t form,
    struct crm_view *body);

/* Does the checksum of a head agree, whatever the form? */
bool crm_head_agrees(struct crm_view key, struct crm_view value);

#endif
