/*
 * rank_impl - what the parts of ranking share.
 */
#ifndef CRM_RANK_IMPL_H
#define CRM_RANK_IMPL_H

#include "query/best.h"
#include "query/plan_impl.h"
#include "query/rank.h"

#define CRM_RANK_WORDS 64 /* so that scores add up to less than 32 bits */
#define CRM_RANK_LISTS 64

/* A word of the query, and what it is worth in the kind at hand. */
struct crm_rank_word {
	struct crm_view text;
	uint64_t n;          /* records that have it, about */
	uint64_t tail_n;     /* of these, events that no index has yet */
	uint32_t score[256]; /* by the byte of a posting */
};

/* A list of postings that is gone through beside others. */
struct crm_rank_list {
	struct crm_plan_list at;
	const struct crm_rank_word *word; /* NULL: it only chooses */
	bool must;                        /* what it lacks is dropped */
	uint64_t size;                    /* about */
	struct crm_walk *walk;
	struct crm_ids ids; /* at hand: all that it has ... */
	uint64_t from;      /* ... from here to the last of them */
	size_t next;        /* those before are behind what was asked for */
	bool begun;
};

/* Ids in order, and their scores so far. */
struct crm_rank_some {
	uint64_t *id;
	uint32_t *score;
	size_t n, id_cap, score_cap;
};

/* Matches among the events that no index has yet, and of each the bytes that
 * the postings of its words will have. */
struct crm_rank_tail {
	uint64_t *id;
	uint8_t *byte;
	size_t n, id_cap, byte_cap;
};

struct crm_rank {
	struct crm_query *q;
	struct crm_snap *snap;
	struct crm_best *best;
	struct crm_rank_word word[CRM_RANK_WORDS];
	size_t nwords;
	uint32_t length[256]; /* by the byte of a posting */
	struct crm_buf folded;
	/* of the kind at hand */
	struct crm_planning p;
	struct crm_rank_list list[CRM_RANK_LISTS];
	size_t nlists;
	struct crm_rank_some some;
	struct crm_rank_tail tail;
};

/* rank_words.c */

/* The words to go by.  Fails with USAGE when there are none. */
CRM_CHECK const struct crm_err *crm_rank_words(struct crm_rank *);

/* What they are worth in the kind at hand, once its tail is seen. */
CRM_CHECK const struct crm_err *crm_rank_weigh(struct crm_rank *);

/* rank_records.c */

/*
 * The tail: events that no index has yet.  They are looked at first, since
 * they count in what a word is worth, and given to the best later.
 */
CRM_CHECK const struct crm_err *crm_rank_see_tail(struct crm_rank *);
CRM_CHECK const struct crm_err *crm_rank_give_tail(struct crm_rank *);

/* Look at all records of the kind, but the tail. */
CRM_CHECK const struct crm_err *crm_rank_all(struct crm_rank *);

#endif
