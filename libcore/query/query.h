/*
 * query - the language that selects records: words that a shell leaves
 * alone.  crm-query(7) describes it.
 */
#ifndef CRM_QUERY_H
#define CRM_QUERY_H

#include "base/date.h"
#include "store/snap.h"

struct crm_query;

/* What a query is read with. */
struct crm_query_ctx {
	struct crm_snap *snap; /* finds what links and segments name */
	const struct crm_clock *clock;
	const char *user; /* who "me" is; NULL: nobody */
	bool beginnings;  /* a WORD is the beginning of one */
	bool events;      /* no kind named: events too */
	/* Letters of the kinds that are asked about when none is named: a field
	 * that none of them has is wrong, since it would match nothing.  NULL:
	 * all that are selected. */
	const char *about;
	/* Letters of those that can be named instead, for the message. */
	const char *instead;
	/* The segment whose query this is to be: it may not be a part of it;
	 * 0: none. */
	uint64_t segment;
};

/* Where a query is wrong. */
struct crm_query_fault {
	size_t arg;      /* which argument */
	size_t from, to; /* bytes of it */
	bool known;      /* else it is no one place */
};

/*
 * Read a query from arguments: one term each.
 *
 * arg     the arguments; the first may be a kind, its plural, or "any"
 * kinds   the first argument may name a kind (crm-find, segments)
 * out     free with crm_query_free()
 * fault   set when it fails with USAGE or DATA; may be NULL
 *
 * Without a kind all are meant but events, unless a term is the id of one;
 * where only records of one kind can be meant, since all ids are of it, that
 * kind is as if it were named.
 * Fails with USAGE (a wrong query), DATA (a link's value that names no
 * record, or no such segment).
 */
CRM_CHECK const struct crm_err *crm_query_parse(const struct crm_query_ctx *,
    const char *const *arg, size_t nargs, bool kinds, struct crm_query **out,
    struct crm_query_fault *fault);

/*
 * The same from one text, split as a shell would: blanks part, "..." and
 * '...' hold together, \ takes the next character as it is.
 */
CRM_CHECK const struct crm_err *crm_query_parse_text(
    const struct crm_query_ctx *, struct crm_view text, struct crm_query **out);

/*
 * Is a segment named in the text of a query?
 *
 * name    without '@'
 */
bool crm_query_text_names(struct crm_view text, struct crm_view name);

/* Arguments as one text that crm_query_parse_text() takes back. */
void crm_query_quote(struct crm_buf *, const char *const *arg, size_t nargs);

void crm_query_free(struct crm_query *);

/* The kind that it selects; NULL: several. */
const struct crm_kind *crm_query_kind(const struct crm_query *);

/* Does it select records of a kind? */
bool crm_query_selects(const struct crm_query *, char letter);

/* Narrow a query down to one kind (all of them are allowed by "any"). */
void crm_query_set_kind(struct crm_query *, const struct crm_kind *);

/*
 * Only the first so many records in the order of a field are wanted: a run may
 * leave out those that are not among them, and still hands out what it finds
 * in the order of ids.  Not for counting.
 *
 * f       of its one kind; records without it are last
 * down    from the highest value on
 * max     0: all are wanted again
 */
void crm_query_first(
    struct crm_query *, const struct crm_field *f, bool down, uint64_t max);

/* Has it no terms? */
bool crm_query_is_all(const struct crm_query *);

/*
 * Does a term of it ask for changes of stages: by what:stage, or by one of
 * the fields that they alone have?
 */
bool crm_query_asks_stages(const struct crm_query *);

/*
 * Does a record match?
 *
 * Decided on the stored bytes.
 */
CRM_CHECK const struct crm_err *crm_query_match(
    struct crm_query *, uint64_t id, const struct crm_stored *, bool *yes);

/*
 * Running a query: records in the order of their ids.
 */
struct crm_run;

CRM_CHECK const struct crm_err *crm_run_open(
    struct crm_query *, struct crm_run **out);
void crm_run_close(struct crm_run *);

/* Before the first record: will it go through all records of its kind? */
CRM_CHECK const struct crm_err *crm_run_scans(struct crm_run *, bool *yes);

/*
 * The next record.
 *
 * id      0 after the last one
 * stored  dead at the next call and at a pause
 */
CRM_CHECK const struct crm_err *crm_run_next(
    struct crm_run *, uint64_t *id, struct crm_stored *stored);

/*
 * After crm_snap_resume(): go on behind the record handed out last, with the
 * store as it is now.
 */
CRM_CHECK const struct crm_err *crm_run_resume(struct crm_run *);

/*
 * The number of records, without looking at them where an index knows it.
 *
 * max     stop counting there
 */
CRM_CHECK const struct crm_err *crm_run_count(
    struct crm_query *, uint64_t max, uint64_t *out);

/* How a query is understood and run, in lines for people. */
CRM_CHECK const struct crm_err *crm_query_explain(
    struct crm_query *, struct crm_buf *);

/*
 * All ids that match, sorted.
 *
 * out     free with crm_free()
 */
CRM_CHECK const struct crm_err *crm_query_ids(
    struct crm_query *, uint64_t **out, size_t *n);

#endif
