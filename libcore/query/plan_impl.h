/*
 * plan_impl - what the parts of planning share.
 */
#ifndef CRM_PLAN_IMPL_H
#define CRM_PLAN_IMPL_H

#include "query/ast.h"
#include "record/code.h"
#include "store/derive.h"

#define CRM_PLAN_UNKNOWN UINT64_MAX

struct crm_planning {
	struct crm_query *q;
	const struct crm_kind *kind;
	struct crm_buf *explain; /* NULL: not wanted */
	struct crm_buf key;
};

/* plan_ids.c: lists of ids */

void crm_plan_set_all(struct crm_candidates *);
void crm_plan_append(
    struct crm_candidates *, size_t *cap, const uint64_t *id, size_t n);

/* a and b, into a; b is released. */
void crm_plan_intersect(const struct crm_planning *, struct crm_candidates *a,
    struct crm_candidates *b);
void crm_plan_unite(const struct crm_planning *, struct crm_candidates *a,
    struct crm_candidates *b);

/* Sort a list, drop what is hidden, and what lags behind. */
void crm_plan_finish(struct crm_planning *, struct crm_candidates *);

/* The group of a value in the index. */
struct crm_view crm_plan_index_group(struct crm_planning *,
    const struct crm_field *, struct crm_view value, char out[CRM_KEY_MAX]);

/* The ids of a group, and about how many it has (added to n). */
CRM_CHECK const struct crm_err *crm_plan_take_group(struct crm_planning *,
    enum crm_table, struct crm_view group, struct crm_candidates *,
    size_t *cap);
CRM_CHECK const struct crm_err *crm_plan_count_group(
    struct crm_planning *, enum crm_table, struct crm_view group, uint64_t *n);

/* Step over the ids of a group, to the next one. */
CRM_CHECK const struct crm_err *crm_plan_skip_group(
    struct crm_walk *, struct crm_entry *);

/* A part of the index of a field. */
struct crm_plan_span {
	const struct crm_field *field;
	struct crm_view from;        /* values from this one on ... */
	struct crm_view to;          /* ... up to this one; NULL: to the end */
	bool prefix;                 /* only those that begin with from */
	const struct crm_alt *words; /* only those that have these; NULL: all */
	uint64_t most; /* stop when there are more ids; 0: take all */
};

CRM_CHECK const struct crm_err *crm_plan_walk_column(struct crm_planning *,
    const struct crm_plan_span *, struct crm_candidates *, size_t *cap);

/* The ids of words in the text table: all of them; with prefix the last one
 * is a beginning. */
CRM_CHECK const struct crm_err *crm_plan_take_words(struct crm_planning *,
    const struct crm_view *word, size_t n, bool prefix,
    struct crm_candidates *);

/* plan_probe.c: which of some ids a list has, block by block of the list; those
 * in which none of them can be are not read */

/* A list of postings that stands for a term. */
struct crm_plan_list {
	enum crm_table table;
	char group[CRM_KEY_MAX];
	size_t group_n;
	bool exact;      /* its ids match, and no others do */
	bool tail_known; /* as of crm_candidates */
};

struct crm_probe {
	struct crm_plan_list list;
	struct crm_walk *walk;
	struct crm_ids ids; /* at hand: all that the list has ... */
	uint64_t from;      /* ... from here to the last of them */
	size_t at;          /* those before are behind what was asked for */
	uint64_t blocks;    /* read so far */
};

CRM_CHECK const struct crm_err *crm_probe_open(
    struct crm_planning *, const struct crm_plan_list *, struct crm_probe *out);
void crm_probe_close(struct crm_probe *);

/* Keep in a those that a list has.  Of events, a list that knows the tail may
 * meet only candidates that do; plan_ids.c. */
CRM_CHECK const struct crm_err *crm_plan_keep(struct crm_planning *,
    struct crm_candidates *a, const struct crm_plan_list *);

/*
 * The ids that several lists have, all of which know the tail or none; the
 * first one should be the shortest.  None of them is ever held whole.
 */
#define CRM_MEET_MAX 8
CRM_CHECK const struct crm_err *crm_plan_meet(struct crm_planning *,
    const struct crm_plan_list *, size_t n, struct crm_candidates *);

/* Keep of n ids, which are in order, those that the list has. */
CRM_CHECK const struct crm_err *crm_probe_keep(
    struct crm_probe *, uint64_t *id, size_t n, size_t *kept);

/* plan_term.c */

/*
 * The one list of postings that stands for a term.
 *
 * Returns false when there is none: several, or ranges, or none at all.
 */
bool crm_plan_one_list(
    struct crm_planning *, const struct crm_term *, struct crm_plan_list *out);

/* The key of an exact value in the index; p is NULL when an alternative has
 * no one key. */
struct crm_view crm_plan_alt_key(struct crm_planning *, const struct crm_term *,
    const struct crm_field *, const struct crm_alt *);

/* Is a field the who of events, for which the story stands? */
bool crm_plan_is_story(const struct crm_planning *, const struct crm_field *);

/* The field of a term in this kind, where an index of it helps; else NULL. */
const struct crm_field *crm_plan_field(
    const struct crm_planning *, const struct crm_term *);

bool crm_plan_is_range(const struct crm_field *);

/* Is an index up to date with every change?  Those of events may lag. */
bool crm_plan_is_prompt(const struct crm_planning *, const struct crm_field *);

/* Is a term one that only those with rollups can match? */
bool crm_plan_is_rollup(const struct crm_planning *, const struct crm_term *,
    const struct crm_field *);

/* Does a term name the records themselves: id:ID,...? */
bool crm_plan_is_own(const struct crm_term *, const struct crm_field *);

/* bought, got, answered */
bool crm_plan_is_met(const struct crm_field *);

/* In the past: to what the index has of a field add the records in which it
 * changed later.  Then the list needs no others. */
CRM_CHECK const struct crm_err *crm_plan_take_past(
    struct crm_planning *, const struct crm_field *, struct crm_candidates *);

/* Add those that link to a record by a field. */
CRM_CHECK const struct crm_err *crm_plan_take_link(struct crm_planning *,
    const struct crm_field *, uint64_t to, struct crm_candidates *,
    size_t *cap);

CRM_CHECK const struct crm_err *crm_plan_term(
    struct crm_planning *, struct crm_term *, struct crm_candidates *);

/* plan_member.c */

/* Those of the kind that are hand-picked members of a segment, or that its
 * query finds; not exact. */
CRM_CHECK const struct crm_err *crm_plan_member(
    struct crm_planning *, struct crm_member *, struct crm_candidates *);

/*
 * The members of a segment of all kinds, and no others; by malloc.
 *
 * ids     NULL, and n is not 0: too many to go through one by one
 */
CRM_CHECK const struct crm_err *crm_plan_members(
    struct crm_planning *, struct crm_member *, uint64_t **ids, size_t *n);

/* The records of the kind that id:ID,... names, which need no index. */
CRM_CHECK const struct crm_err *crm_plan_own(
    struct crm_planning *, const struct crm_term *, struct crm_candidates *);

/* plan_linked.c */

/* Those that link to what the term without its first link leaves; not
 * exact. */
CRM_CHECK const struct crm_err *crm_plan_linked(
    struct crm_planning *, struct crm_term *, struct crm_candidates *);
CRM_CHECK const struct crm_err *crm_plan_estimate_linked(
    struct crm_planning *, struct crm_term *, uint64_t *out);

/* To find what links to a record costs as much as so many ids of a list, or
 * four records that are looked at: with ten events each 7 us to 2. */
#define CRM_PLAN_TARGET_COST 800

/* The same for the kind of a letter, that a link may lead to; its key is to be
 * released. */
struct crm_planning crm_plan_of(const struct crm_planning *, char letter);

/*
 * kind:KIND is known of all records of a kind without looking at one.
 *
 * is      the term is one of this sort
 * yes     it means all of them, else none
 */
CRM_CHECK const struct crm_err *crm_plan_kind(
    const struct crm_planning *, const struct crm_term *, bool *is, bool *yes);

/* plan_range.c: the ids of a term of dates or numbers, which are indexed in
 * their order */
CRM_CHECK const struct crm_err *crm_plan_range(struct crm_planning *,
    const struct crm_term *, const struct crm_field *, struct crm_candidates *);

/* plan_regex.c: the ids of a term that is a regular expression, and about how
 * much it is to find them: as a list of that many; UNKNOWN: it has none */
CRM_CHECK const struct crm_err *crm_plan_regex(
    struct crm_planning *, const struct crm_term *, struct crm_candidates *);
CRM_CHECK const struct crm_err *crm_plan_estimate_regex(
    struct crm_planning *, const struct crm_term *, uint64_t *out);

/* plan_words.c: the ids of WORD, /WORD, EMAIL */
CRM_CHECK const struct crm_err *crm_plan_words(
    struct crm_planning *, const struct crm_term *, struct crm_candidates *);

/* plan_has.c: the ids of a term that asks whether there is a value */
CRM_CHECK const struct crm_err *crm_plan_has(
    struct crm_planning *, const struct crm_term *, struct crm_candidates *);
CRM_CHECK const struct crm_err *crm_plan_estimate_has(
    struct crm_planning *, const struct crm_term *, uint64_t *out);

/* About how many records of the kind there are; where a list has more than a
 * part of them, all are walked. */
#define CRM_PLAN_PART 4
CRM_CHECK const struct crm_err *crm_plan_count_all(
    const struct crm_planning *, uint64_t *out);

/* plan_size.c: about how many ids a list has; UNKNOWN: there is none */
CRM_CHECK const struct crm_err *crm_plan_estimate_term(
    struct crm_planning *, struct crm_term *, uint64_t *out);

/* plan.c */

/* In the past: those that were changed later, which no index tells of as they
 * were, unless they are there. */
CRM_CHECK const struct crm_err *crm_plan_add_changed(
    struct crm_planning *, struct crm_candidates *);
CRM_CHECK const struct crm_err *crm_plan_node(
    struct crm_planning *, const struct crm_node *, struct crm_candidates *);
CRM_CHECK const struct crm_err *crm_plan_estimate(
    struct crm_planning *, const struct crm_node *, uint64_t *out);

#endif
