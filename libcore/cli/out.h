/*
 * out - records on their way to stdout: chosen, sorted, limited, printed.
 */
#ifndef CRM_OUT_H
#define CRM_OUT_H

#include "cli/main.h"
#include "query/query.h"

struct crm_out;

/* What kinds of records may come. */
struct crm_out_kinds {
	bool kind[26];               /* by letter */
	const struct crm_kind *only; /* when it is one */
};

/*
 * Let go of a snapshot around writes of the program's output that may wait,
 * and see it anew behind them.  Whoever reads it meanwhile reads as after
 * crm_snap_resume().
 */
void crm_out_let_go(struct crm_ctx *, struct crm_snap *);

/* All kinds but events, or all. */
void crm_out_all_kinds(
    const struct crm_schema *, bool events, struct crm_out_kinds *);
void crm_out_one_kind(const struct crm_kind *, struct crm_out_kinds *);
void crm_out_query_kinds(const struct crm_query *, struct crm_out_kinds *);

/*
 * Begin.
 *
 * snap    what records are read from.  Unless 'held' it is let go of
 *         around writes that may wait, and seen anew: crm_snap_generation()
 *         tells
 * held    all output waits in memory until crm_out_end()
 * out     free with crm_out_free()
 *
 * Fails with USAGE: -o, -f or --sort do not fit.
 */
CRM_CHECK const struct crm_err *crm_out_new(struct crm_ctx *,
    struct crm_snap *snap, const struct crm_out_kinds *, bool held,
    struct crm_out **out);
void crm_out_free(struct crm_out *);

/* Tell the query whose records are to be printed how many of them are, where
 * they are sorted: it may then leave out others. */
void crm_out_narrow(const struct crm_out *, struct crm_query *);

/* A record.  Nothing happens when enough were printed, nor, for a mail
 * program, when it has no email address. */
CRM_CHECK const struct crm_err *crm_out_put(
    struct crm_out *, uint64_t id, const struct crm_stored *);

/* Is no more wanted: the limit is reached, or nobody reads? */
bool crm_out_is_full(const struct crm_out *);

/* Print what is left.  Fails with IO. */
CRM_CHECK const struct crm_err *crm_out_end(struct crm_out *);

/* Records printed so far, or to be printed. */
uint64_t crm_out_count(const struct crm_out *);

/* Write what is held now: before input is waited for. */
CRM_CHECK const struct crm_err *crm_out_flush(struct crm_out *);

#endif
