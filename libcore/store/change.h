/*
 * change - the log of change sets: what was done, by whom, when, and how it
 * was before.
 *
 * The table change has for each change set, key number u64 big-endian, behind
 * a head:
 *   state u8, clock i64 (microseconds), origin replica u16, origin number
 *   varint, place in the chain varint, change set before it there varint,
 *   undoes varint (0: nothing), user, program, arguments, message
 *   (each: length varint, text), number of ranges varint, ranges (first id
 *   u64, count varint), touched varint, hash before 32, hash 32
 * and, key number u64, chunk u32 from 1, digests of what it added: for every
 * 64 records of its ranges, in order, salt 16 and digest 32, 40 a chunk.
 *
 * The table changed has for each record that it changed, key number u64, id
 * u64, behind a head:
 *   flags u8, change set before varint, salt 16, digest 32, number of fields
 *   varint, fields (number u16, old value, new value, each: length varint,
 *   bytes; empty: none)
 * Integers in values are little-endian.
 */
#ifndef CRM_CHANGE_H
#define CRM_CHANGE_H

#include "record/rec.h"
#include "store/engine.h"

enum crm_change_state {
	CRM_CHANGE_OPEN, /* being written, or left so by a crash */
	CRM_CHANGE_DONE,
	CRM_CHANGE_UNDONE,
};

struct crm_id_range {
	uint64_t first; /* id */
	uint64_t count;
};

#define CRM_HASH_BYTES 32
#define CRM_SALT_BYTES 16
#define CRM_DIGEST_GROUP 64 /* records that share a digest */

struct crm_change {
	uint64_t number;
	enum crm_change_state state;
	int64_t clock_us;
	uint16_t replica;
	uint64_t origin; /* its number where it was made */
	/* Its place in the chain: change sets in the order in which they were
	 * done, which is that of their numbers but for those written in
	 * parts. */
	uint64_t seq, prior;
	uint64_t undoes;
	struct crm_view user, program, arguments, message;
	size_t nranges;
	struct crm_view ranges; /* packed: crm_change_range() */
	uint64_t touched;       /* entries in changed */
	uint8_t before[CRM_HASH_BYTES], hash[CRM_HASH_BYTES];
};

/* The number of the newest change set; 0 when there is none. */
CRM_CHECK const struct crm_err *crm_change_last(
    struct crm_txn *, uint64_t *out);

/*
 * Read a change set.
 *
 * out     views of the store
 *
 * Fails with DATA when there is none of that number.
 */
CRM_CHECK const struct crm_err *crm_change_get(
    struct crm_txn *, uint64_t number, struct crm_change *out);

/* Take a change set apart that a cursor found: its key is 8 bytes long. */
CRM_CHECK const struct crm_err *crm_change_open(
    struct crm_view key, struct crm_view value, struct crm_change *out);

/* The next range of ids that a change set added: *at begins as 0. */
bool crm_change_range(
    const struct crm_change *, size_t *at, struct crm_id_range *out);

/*
 * Write a change set: without its hash (CRM_CHANGE_OPEN), or at the end of
 * the chain.
 */
CRM_CHECK const struct crm_err *crm_change_put(struct crm_txn *,
    struct crm_change *, const struct crm_id_range *, size_t nranges);

/*
 * Where a change set stands among others, to be compared: change sets that
 * were written in parts are done after some of a higher number.
 *
 * out     0 of number 0; UINT64_MAX while it is open
 *
 * Fails with DATA when there is none of that number.
 */
CRM_CHECK const struct crm_err *crm_change_place(
    struct crm_txn *, uint64_t number, uint64_t *out);

/* The change set at the end of the chain; number 0 when there is none. */
CRM_CHECK const struct crm_err *crm_change_head(
    struct crm_txn *, struct crm_change *out);

enum crm_changed_flag {
	CRM_CHANGED_REMOVED = 1 << 0,
	CRM_CHANGED_RESTORED = 1 << 1,
	CRM_CHANGED_ERASED = 1 << 2, /* what it was is gone: see erase.h */
	/* its links followed those who were merged, or went back: as of an
	 * instant, they were not so before */
	CRM_CHANGED_RELINKED = 1 << 3,
};

/* One record as a change set changed it. */
struct crm_changed {
	uint64_t number, id;
	uint8_t flags;
	uint64_t previous; /* the change set before that changed it, or added */
	uint64_t nfields;
	struct crm_view fields; /* packed: crm_changed_field() */
	const uint8_t *salt, *digest;
};

/*
 * Note how a record was changed.
 *
 * old, new  its fields before and after
 * previous  the change set that changed it last
 */
CRM_CHECK const struct crm_err *crm_changed_put(struct crm_txn *,
    uint64_t number, uint64_t id, uint8_t flags, uint64_t previous,
    const struct crm_rec *old, const struct crm_rec *new);

/* Read such a note; found is false when there is none. */
CRM_CHECK const struct crm_err *crm_changed_get(struct crm_txn *,
    uint64_t number, uint64_t id, struct crm_changed *out, bool *found);

/* Take a note apart that a cursor found. */
CRM_CHECK const struct crm_err *crm_changed_open(
    struct crm_view key, struct crm_view value, struct crm_changed *out);

/* The next field of a note: *at begins as 0. */
bool crm_changed_field(const struct crm_changed *, size_t *at, uint16_t *num,
    struct crm_view *old, struct crm_view *new);

/*
 * Digests of what is added: feed every record in the order of ids, as it is
 * first stored.
 */
struct crm_digests;
struct crm_digests *crm_digests_new(void);
void crm_digests_free(struct crm_digests *);
struct crm_digests *crm_digests_copy(const struct crm_digests *);
CRM_CHECK const struct crm_err *crm_digests_add(
    struct crm_digests *, uint64_t id, struct crm_view stored);

/* Write them down under a change set's number. */
CRM_CHECK const struct crm_err *crm_digests_put(
    struct crm_digests *, struct crm_txn *, uint64_t number);

/*
 * Check the chain of hashes up to the newest change set: of each one's
 * contents, of its entries in changed, of its digests.
 *
 * bad     called for each fault with the change set's number and what is wrong
 */
CRM_CHECK const struct crm_err *crm_change_check(struct crm_txn *,
    void (*bad)(void *ctx, uint64_t number, const char *what), void *ctx);

/*
 * Write one group's digest anew with a new salt, as its records are by now.
 *
 * group   from 0, of CRM_DIGEST_GROUP records each
 * next    gives them, as that of crm_digests_check() does
 *
 * Fails with DATA when there is no such group.
 */
CRM_CHECK const struct crm_err *crm_digests_renew(struct crm_txn *,
    uint64_t number, uint64_t group,
    const struct crm_err *(*next)(
	void *ctx, uint64_t *id, struct crm_view *stored),
    void *ctx);

/*
 * Check the digests of what a change set added against the records as they
 * were first stored.
 *
 * next    gives the records of the ranges in order: id and stored form, as
 *         crm_digests_add() was fed; p is NULL after the last one
 */
CRM_CHECK const struct crm_err *crm_digests_check(struct crm_txn *,
    uint64_t number,
    const struct crm_err *(*next)(
	void *ctx, uint64_t *id, struct crm_view *stored),
    void *ctx, bool *ok);

#endif
