/*
 * ast - a query as a tree: what the parts of query share.
 */
#ifndef CRM_AST_H
#define CRM_AST_H

#include <regex.h>

#include "base/mem.h"
#include "query/compute.h"
#include "query/decided.h"
#include "query/literal.h"
#include "query/query.h"
#include "query/ref.h"

#define CRM_QUERY_DEPTH_MAX 64
#define CRM_QUERY_TERMS_MAX 1000
#define CRM_SEGMENT_DEPTH_MAX 16
#define CRM_SEGMENTS_MAX 500 /* within one query, each time it is named */

enum crm_node_op { CRM_AND, CRM_OR, CRM_NOT, CRM_TERM, CRM_ALL };

enum crm_term_op {
	CRM_TERM_MATCH,  /* FIELD:VALUE,...: any of the values */
	CRM_TERM_EXACT,  /* FIELD:=VALUE */
	CRM_TERM_BEGINS, /* FIELD:/VALUE */
	CRM_TERM_REGEX,  /* FIELD:~ERE */
	CRM_TERM_HAS,    /* has:FIELD; "no" is NOT of it */
	CRM_TERM_STAGE,  /* is:STAGE */
	CRM_TERM_MEMBER, /* @SEGMENT */
	CRM_TERM_ID,
	CRM_TERM_EMAIL,
	CRM_TERM_WORD,   /* one word, or a phrase */
	CRM_TERM_PREFIX, /* /WORD */
};

/* One value of a FIELD:VALUE,... */
struct crm_alt {
	bool is_range, has_lo, has_hi;
	struct crm_view text; /* as written */
	/* dates and times: days are whole; times in microseconds, half open */
	struct crm_date first, last;
	int64_t from_us, to_us;
	bool yearless; /* --MM-DD: the year does not count */
	/* numbers and money */
	struct crm_dec lo, hi;
	uint8_t currency; /* 0: any */
	/* text: folded words, all of which have to be there */
	struct crm_view *word;
	size_t nwords;
	struct crm_view folded; /* the whole, folded; phones: digits back */
	struct crm_view stored; /* choices, bools: as stored */
	/* links: sorted ids, or the members of a segment */
	uint64_t *id;
	size_t nids;
	uint64_t *people; /* of the organisations among them, for events */
	size_t npeople;
	struct crm_member *member;
};

/* A segment within a query. */
struct crm_member {
	uint64_t segment;
	struct crm_view name;
	struct crm_query *query;    /* NULL: only hand-picked ones */
	struct crm_decided decided; /* of those that are linked to */
};

struct crm_term {
	enum crm_term_op op;
	struct crm_view text; /* the whole term, as written */
	struct crm_ref ref;   /* the field */
	struct crm_alt *alt;
	size_t nalts;
	regex_t regex;
	bool has_regex;
	struct crm_literals literals, folded_literals; /* of the regex */
	uint64_t id;
	struct crm_member *member;
	struct crm_view *word; /* of a WORD: its tokens, in order */
	size_t nwords;
	struct crm_view digits; /* of a WORD that may be a phone's end */
	struct crm_view folded;
	/* bought, got, answered: who, sorted; made when it is first needed */
	uint64_t *set;
	size_t nset;
	bool has_set;
	/* of what each link on the way leads to: does the rest match? */
	struct crm_decided decided[CRM_LINKS_MAX];
};

struct crm_node {
	enum crm_node_op op;
	struct crm_node *left, *right; /* NOT: left */
	struct crm_term *term;
};

struct crm_query {
	struct crm_query_ctx ctx;
	struct crm_clock clock; /* the store's: order of dates year first */
	struct crm_arena arena;
	bool kind[26];               /* letters that it selects */
	bool has[26];                /* of those whose fields are known */
	const struct crm_kind *only; /* the kind, when it is one */
	struct crm_node *root;
	struct crm_term **term;
	size_t nterms, term_cap;
	struct crm_compute *compute;
	struct crm_buf scratch, folded, value;
	uint64_t asked;   /* records matched so far: when sets pay */
	size_t nsegments; /* named in it, and in those that are */
	/* only the first ones in this order are wanted; max 0: all */
	const struct crm_field *order;
	bool order_down;
	uint64_t order_max;
};

/* parse.c */

/* Segments being read, innermost first: to find circles. */
struct crm_nest {
	const struct crm_nest *up;
	uint64_t segment;
	unsigned int depth;
};

CRM_CHECK const struct crm_err *crm_query_parse_nested(
    const struct crm_query_ctx *, const char *const *arg, size_t nargs,
    bool kinds, const struct crm_nest *, struct crm_query **out,
    struct crm_query_fault *);

CRM_CHECK const struct crm_err *crm_query_text_nested(
    const struct crm_query_ctx *, struct crm_view text, const struct crm_nest *,
    struct crm_query **out);

/* term.c: read one term */
CRM_CHECK const struct crm_err *crm_term_parse(struct crm_query *,
    struct crm_view text, const struct crm_nest *, struct crm_term **out,
    bool *negate, size_t *from, size_t *to);

/* match.c */

/* Is a record in a segment? */
CRM_CHECK const struct crm_err *crm_member_match(
    struct crm_member *, uint64_t id, const struct crm_stored *, bool *yes);

/* Does a text that is the value of a field, with nothing else of its record,
 * match a FIELD:VALUE? */
CRM_CHECK const struct crm_err *crm_term_match_text(struct crm_query *,
    const struct crm_term *, const struct crm_field *, struct crm_view text,
    bool *yes);

/* The words of a term's values are in a text; match_words.c */
bool crm_words_all(struct crm_buf *scratch, struct crm_view text,
    const struct crm_view *word, size_t n);
bool crm_words_phrase(struct crm_buf *scratch, struct crm_view text,
    const struct crm_view *word, size_t n, bool prefix);

/* plan.c */

/* Ids that may match: those of an index, or (all) any. */
struct crm_candidates {
	bool all;
	bool exact;   /* all of these match, and no other record */
	uint64_t *id; /* sorted */
	size_t n;
	bool tail_known; /* events that no index has yet are among them */
	bool as_it_was;  /* in the past: those changed later are as well */
};

CRM_CHECK const struct crm_err *crm_plan(struct crm_query *, char kind,
    struct crm_candidates *out, struct crm_buf *explain);

/*
 * The first ones in the order that q wants, and whatever else was found on the
 * way; plan_first.c.
 *
 * done    false: there is no index of that order, or it does not pay
 */
CRM_CHECK const struct crm_err *crm_plan_first(
    struct crm_query *, char kind, struct crm_candidates *out, bool *done);

/* sets.c: who bought, got, answered */
CRM_CHECK const struct crm_err *crm_term_set(
    struct crm_query *, struct crm_term *, const struct crm_field *);

#endif
