/*
 * derive - what follows from records and events: index, text, story, rollups
 * and totals.
 *
 * One routine says how derived tables change when a record does; its results
 * are gathered, sorted and written, each block once.  It serves a single
 * event, an import, a rebuild and the check.
 */
#ifndef CRM_DERIVE_H
#define CRM_DERIVE_H

#include "store/rollup.h"
#include "store/snap.h"

struct crm_derive;

enum crm_derive_what {
	/* Of records: index and text.  Of events: the indexes that do not
	 * lag. */
	CRM_DERIVE_EXACT = 1 << 0,
	/* Of events: text and the indexes that lag. */
	CRM_DERIVE_LAGGING = 1 << 1,
	/* Of events: story, rollups and totals. */
	CRM_DERIVE_SUMS = 1 << 2,
};

/*
 * Begin to derive.
 *
 * memory  bytes for each of what is gathered, before scratch files are used
 */
struct crm_derive *crm_derive_new(struct crm_store *, size_t memory);
void crm_derive_free(struct crm_derive *);

/*
 * Let another thread derive: what was shared and remembers something becomes
 * its own.  Only one thread may use it at a time, but for the two halves of
 * crm_derive_record().
 */
void crm_derive_apart(struct crm_derive *);

/*
 * Derive the change of one record.
 *
 * from, to  before and after; NULL: it was not there, or is not any more.
 *           Removed records count as not there
 *
 * Rollups: what is added is added up; where something is taken away, the
 * customers are noted, to be folded from the story anew.
 * Fails with CANTCREATE, IO (scratch files), DATA (sums too large).
 */
CRM_CHECK const struct crm_err *crm_derive_record(struct crm_derive *,
    uint64_t id, const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what);

/*
 * The two halves of it: words go to the text, the rest anywhere else.  One
 * thread may do the one while another does the other.
 */
CRM_CHECK const struct crm_err *crm_derive_words(struct crm_derive *,
    uint64_t id, const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what);
CRM_CHECK const struct crm_err *crm_derive_rest(struct crm_derive *,
    uint64_t id, const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what);

/* The bits (crm_rec_bit()) of a kind's fields whose words are to be derived. */
uint64_t crm_derive_worded(
    const struct crm_derive *, char kind, unsigned int what);

/*
 * Let another thread sort what was gathered for a table of postings or for the
 * story, ahead of crm_derive_write(), which may write another table meanwhile.
 * It begins at once, but where so little was gathered that it would not be
 * worth it.  Nothing may be derived any more for that table.
 */
void crm_derive_ahead(struct crm_derive *, enum crm_table);

/*
 * Write what was gathered for a table of postings or for the story: sorted,
 * in bounded pieces.
 *
 * limit   stop when the transaction has changed about so many bytes
 * done    set when all is written; else call again in a new transaction
 *
 * Nothing may be derived any more for that table before all is written.
 */
CRM_CHECK const struct crm_err *crm_derive_write(struct crm_derive *,
    struct crm_txn *, enum crm_table, size_t limit, bool *done);

/*
 * Go back to where the last crm_derive_write() of a table began: its
 * transaction is done again.
 */
CRM_CHECK const struct crm_err *crm_derive_back(
    struct crm_derive *, enum crm_table);

/* Let go of what was gathered for such a table, when all is written. */
void crm_derive_forget(struct crm_derive *, enum crm_table);

/*
 * After the story is written: bring the rollups up to date.
 *
 * snap      sees the transaction
 * new_buyer called with each customer who had no purchase before
 */
CRM_CHECK const struct crm_err *crm_derive_rollups(struct crm_derive *,
    struct crm_snap *snap,
    const struct crm_err *(*new_buyer)(
	void *ctx, uint64_t who, int64_t first_us),
    void *ctx);

CRM_CHECK const struct crm_err *crm_derive_totals(
    struct crm_derive *, struct crm_txn *);

/*
 * For the check: the sorted entries of a table, as full keys and values.
 *
 * key     p is NULL after the last one
 */
CRM_CHECK const struct crm_err *crm_derive_sort(
    struct crm_derive *, enum crm_table);
CRM_CHECK const struct crm_err *crm_derive_next(struct crm_derive *,
    enum crm_table, struct crm_view *key, struct crm_view *value);

/*
 * What entries add up to, whatever their order: a number of them, and sums of
 * two hashes of each.
 */
struct crm_sum {
	uint64_t n, hash[2];
};

/* seed    the same for all that are compared, and known to nobody before: then
 *         other entries have the same sums once in 2^64 times */
void crm_sum_add(struct crm_sum *, const uint64_t seed[2], struct crm_view key,
    struct crm_view value);

/*
 * For the check too: gather nothing from now on, and add up the entries.
 * Nothing may have been derived yet; records are only added; there are totals,
 * but no rollups.
 */
void crm_derive_add_up(struct crm_derive *, const uint64_t seed[2]);
struct crm_sum crm_derive_sum(const struct crm_derive *, enum crm_table);

/* The sums and counts gathered for totals, to compare. */
CRM_CHECK const struct crm_err *crm_derive_each_total(struct crm_derive *,
    const struct crm_err *(*fn)(void *ctx, const struct crm_total *),
    void *ctx);

#endif
