/*
 * derive_impl - what the parts of derive share.
 */
#ifndef CRM_DERIVE_IMPL_H
#define CRM_DERIVE_IMPL_H

#include "base/map.h"
#include "base/runs.h"
#include "base/spool.h"
#include "base/thread.h"
#include "record/value.h"
#include "store/change.h"
#include "store/derive.h"
#include "store/gather.h"
#include "store/store_impl.h"

/* What an entry is worth to the rollups, added up by customer and currency. */
struct crm_delta {
	uint64_t who;
	uint8_t currency;
	struct crm_rollup row;
};

/* A word of a record's text. */
struct crm_token {
	size_t at; /* in the words of the derive */
	uint32_t n;
	uint8_t weight;
};

/* A word of what changed in a record: what its posting was and is. */
struct crm_doubt {
	struct crm_token token;
	uint8_t was, is; /* weights; 0 also where there is none */
	bool had, has;
};

/* Postings of a table: what is added and what is taken away. */
struct crm_postings {
	struct crm_gather *add; /* NULL: nothing */
	struct crm_runs *del;   /* NULL: nothing */
	struct crm_sum sum;     /* instead of both, when only that is wanted */
	uint64_t all, done;     /* of those that are added */
	bool sorted;
	struct crm_gathered group; /* the one being written */
	size_t next;               /* of its ids */
	struct crm_view del_key;   /* read ahead */
	char deleted[CRM_KEY_MAX]; /* the last one, which may come again */
	size_t deleted_n;
	char from[CRM_KEY_MAX]; /* where the last write began */
	size_t from_n;
	/* scratch, of its own: another thread may fill the other table */
	struct crm_slot *part[2]; /* fields of a record before and after */
	size_t part_cap[2];
	char full[CRM_KEY_MAX];
};

struct crm_derive {
	struct crm_store *store;
	const struct crm_schema *schema;
	struct crm_zone *zone, *own_zone;
	size_t memory;
	struct crm_postings index, text;
	bool sums; /* are wanted, not the entries */
	uint64_t seed[2];
	struct crm_sum story_sum;
	struct crm_runs *story; /* value: amount, '+' or '-'; NULL: nothing */
	bool story_sorted;
	uint64_t story_done;
	char story_from[CRM_STORY_KEY];
	size_t story_from_n;
	struct crm_view story_key, story_value; /* read ahead */
	/* rollups */
	struct crm_delta *delta;
	size_t ndeltas, delta_cap;
	uint32_t *slot;
	size_t nslots;
	struct crm_runs *spilled;                   /* deltas */
	struct crm_view spilled_key, spilled_value; /* read ahead */
	size_t next_delta;
	struct crm_nummap fold;    /* customers */
	struct crm_runs *docs;     /* who, currency, doc of purchases; NULL */
	struct crm_id_range *mine; /* events that were added */
	size_t nmine, mine_cap;
	/* totals: key to place in total */
	struct crm_nummap total_at;
	struct crm_total *total;
	size_t ntotals, total_cap;
	/* Scratch: of the thread that does the rest, behind the gap of the one
	 * that does words, behind the next one of who writes. */
	struct crm_map values;
	struct crm_buf key;
	char apart[CRM_APART];
	struct crm_buf words, kept;
	struct crm_token *token[2];
	struct crm_doubt *doubt;
	size_t doubt_cap;
	size_t ntokens[2], token_cap[2];
	size_t length[2]; /* of a record in words, see crm_text_byte() */
	char apart_too[CRM_APART];
	char full[CRM_KEY_MAX];
	char byte; /* handed out by crm_derive_next() */
};

/* Where entries are gathered, made when the first one comes. */
struct crm_gather *crm_derive_adds(
    struct crm_derive *, struct crm_postings *of_it);
struct crm_runs *crm_derive_runs(struct crm_derive *, struct crm_runs **of_it);

/* Add up an added posting, whose group is in p->full. */
void crm_derive_sum_posting(struct crm_derive *, struct crm_postings *p,
    size_t group, uint64_t id, struct crm_view value);

/* Does a field that has a flag belong to what is being derived? */
bool crm_derive_wants(
    char kind, const struct crm_field *, uint16_t flag, unsigned int what);

/* Take a record apart; one that is not there has no fields. */
void crm_derive_take_apart(
    struct crm_postings *, const struct crm_stored *, int side);

/*
 * Values of one stored field, looked for byte for byte among those of another
 * one; quick when both have the same order.
 *
 * asked   the values that will be asked for.  Where one of the two is long
 *         nothing is found
 */
struct crm_among {
	struct crm_many all, rest; /* behind the last one found */
};
void crm_among_begin(struct crm_among *, const struct crm_field *,
    struct crm_view stored, struct crm_view asked);
bool crm_is_among(struct crm_among *, struct crm_view);

/* Removed records count as not there.  Returns NULL when there is nothing to
 * derive. */
const struct crm_kind *crm_derive_see_kind(const struct crm_derive *,
    uint64_t id, const struct crm_stored **from, const struct crm_stored **to);

/* Put a customer's share of an event into the rollups, story and totals. */
CRM_CHECK const struct crm_err *crm_derive_event(struct crm_derive *,
    uint64_t id, const struct crm_stored *from, const struct crm_stored *to);

/* Add a doc, or the beginning of a long one and its hash. */
#define CRM_DOC_MAX 4000
void crm_doc_key(struct crm_buf *, struct crm_view doc);

/* Was an event added by this derive?  Once they are sorted. */
void crm_derive_sort_mine(struct crm_derive *);
bool crm_derive_is_mine(const struct crm_derive *, uint64_t event);

/* Deltas by customer and currency, sorted: *pos begins as 0. */
CRM_CHECK const struct crm_err *crm_derive_sort_deltas(struct crm_derive *);
CRM_CHECK const struct crm_err *crm_derive_next_delta(
    struct crm_derive *, struct crm_delta *out, bool *more);

/* A customer to whom purchases were added. */
struct crm_buying {
	uint64_t who, added;
	int64_t first_us, last_us; /* of those added; in whole minutes */
	bool maybe;                /* they may be the first ones ever */
};

/* The next of those that were noted; who is 0 after the last one. */
CRM_CHECK const struct crm_err *crm_buying_next(
    struct crm_spool *, struct crm_buying *out);

/*
 * Bring the days on which customers bought up to date; the index must not be
 * written to at the same time.
 *
 * fold    customers from whom something was taken away, sorted
 * bought  those to whom purchases were added, in order
 */
CRM_CHECK const struct crm_err *crm_derive_days(struct crm_derive *,
    struct crm_snap *, const uint64_t *fold, size_t n,
    struct crm_spool *bought);

#endif
