/*
 * put - printing what a report found out: row by row, or group by group.
 */
#ifndef CRM_PUT_H
#define CRM_PUT_H

#include "report/report.h"

/* Lines of a report, each of which is a row. */
struct crm_put {
	size_t n;
	/*
	 * Begins the row of the i-th, and adds all its columns.
	 *
	 * It is called by two threads, each with a row of its own: what it
	 * reads of ctx stands still, and the snapshot is not of that.
	 */
	void (*make)(void *ctx, struct crm_row_maker *row, size_t i,
	    struct crm_view name);
	/* Whose name make gets, when the column that has it is printed; else
	 * it gets an empty one. */
	uint64_t (*who)(void *ctx, size_t i);
	size_t name; /* that column, of the report's own */
	void *ctx;
};

/* Print the rows of all lines, or of as many as are wanted.  Fails as the
 * snapshot does. */
CRM_CHECK const struct crm_err *crm_put_rows(
    struct crm_report_run *r, const struct crm_put *);

/*
 * Print groups: their amounts are settled, and they come in the order of time
 * when --by begins with a period, else in that which is given.
 *
 * slot    of the amount or count that is ordered by
 * add     adds the columns behind those of --by to r->row
 */
CRM_CHECK const struct crm_err *crm_put_groups(struct crm_report_run *r,
    struct crm_groups *, enum crm_groups_order, size_t slot,
    const struct crm_err *(*add)(void *ctx, const struct crm_group *),
    void *ctx);

#endif
