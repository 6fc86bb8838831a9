/*
 * ask - queries and WHO among the operands.
 */
#ifndef CRM_ASK_H
#define CRM_ASK_H

#include "cli/main.h"
#include "query/query.h"

/* What a query may be. */
struct crm_ask_how {
	bool kinds;                  /* the first operand may name a kind */
	bool beginnings;             /* a WORD is the beginning of one */
	bool events;                 /* no kind named: events too */
	uint64_t segment;            /* whose query it is to be; 0: none's */
	const char *about, *instead; /* as in struct crm_query_ctx */
};

/*
 * Read a query from operands; a wrong one is shown with a caret under the
 * word, and fails with what is wrong.
 *
 * out     free with crm_query_free()
 */
CRM_CHECK const struct crm_err *crm_ask(struct crm_ctx *, struct crm_snap *,
    int argc, char **argv, const struct crm_ask_how *, struct crm_query **out);

/* After a query that found nothing: was its first word, such as "persn", meant
 * for a kind?  Said on stderr. */
void crm_hint_kind(const struct crm_ctx *, const char *word);

/* Is a word of a query a time, such as 2025, which an option wants?  The same. */
void crm_hint_period(const struct crm_ctx *, int argc, char **argv);

/*
 * Call fn with each record that a query finds, in the order of ids.  The
 * snapshot may be let go of by fn: what comes then is as it is by then.
 *
 * fn      sets *enough when no more are wanted
 */
CRM_CHECK const struct crm_err *crm_each_match(struct crm_snap *,
    struct crm_query *,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t id, const struct crm_stored *, bool *enough),
    void *ctx);

/* What is called with each record that is meant. */
struct crm_each {
	/*
	 * line    of stdin; 0: it was an operand
	 * raw     the line as it was
	 */
	const struct crm_err *(*record)(
	    void *ctx, uint64_t line, struct crm_view raw, uint64_t id);
	/* A line that names nothing. */
	void (*fault)(
	    void *ctx, uint64_t line, struct crm_view raw, const char *what);
	/* Around waiting for input; may be NULL. */
	const struct crm_err *(*wait)(void *ctx, bool begin);
	void *ctx;
	/* Letters of the kinds that a name may be of; an id may be of any.
	 * NULL: names of all kinds. */
	const char *kinds;
	/* An id means that very record: of one that was merged it is refused,
	 * where else it leads to the one that it is now. */
	bool itself;
};

/*
 * Go through the records that operands name: WHO, and "-" for every line of
 * stdin.
 *
 * Fails with USAGE (no operand, an empty one), DATA (an operand that names
 * none, several, or not the record itself), IO.
 */
CRM_CHECK const struct crm_err *crm_each_who(struct crm_ctx *,
    struct crm_snap *, const struct crm_each *, int argc, char **argv);

/* The same for stdin alone. */
CRM_CHECK const struct crm_err *crm_each_line(
    struct crm_ctx *, struct crm_snap *, const struct crm_each *);

/* The record that one operand names. */
CRM_CHECK const struct crm_err *crm_one_who(struct crm_ctx *, struct crm_snap *,
    const char *kinds, const char *who, uint64_t *out);

#endif
