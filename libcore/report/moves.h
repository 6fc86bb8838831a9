/*
 * moves - how many went from where to where between two runs of a report:
 * --by segment-then,segment.
 *
 * Both runs have a row for each customer (deal, ticket) with what --by names,
 * columns of the report or other keys.  NAME-then is that of the run of then.
 */
#ifndef CRM_MOVES_H
#define CRM_MOVES_H

#include "report/report.h"

struct crm_moves;

/* Does a list for --by ask for them: has it a NAME-then? */
bool crm_moves_asked(const char *by);

/* The --by of both runs for such a list: one of each, and the names that are
 * no columns of the report. */
void crm_moves_by(
    const struct crm_report *, const char *by, struct crm_buf *out);

/*
 * by      the list that was asked for
 * column  n of the runs; outlive it
 * out     free with crm_moves_free()
 *
 * Fails with USAGE: a name that is none, or a column that is none.
 */
CRM_CHECK const struct crm_err *crm_moves_new(const struct crm_report_run *,
    const struct crm_rows_options *, struct crm_writer *, const char *by,
    const struct crm_field *column, size_t n, struct crm_moves **out);
void crm_moves_free(struct crm_moves *);

/* Where the rows of one side go.  Putting one fails with USAGE when a name has
 * several values for one customer. */
struct crm_rows *crm_moves_side(struct crm_moves *, bool then);

/* Print how many have the same values on both sides; who was not there on one
 * has none of it. */
CRM_CHECK const struct crm_err *crm_moves_end(
    struct crm_moves *, uint64_t *rows);

#endif
