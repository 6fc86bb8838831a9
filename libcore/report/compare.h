/*
 * compare - two runs of a report side by side: rows are matched by what they
 * stand for, and each figure has what it was then, the change, and the change
 * in percent beside it.
 */
#ifndef CRM_COMPARE_H
#define CRM_COMPARE_H

#include "report/by.h"
#include "report/rows.h"

struct crm_compare;

/* How rows are matched. */
struct crm_compare_how {
	const struct crm_by *by;
	/* Columns besides those of --by and currencies: "a b"; NULL. */
	const char *match;
	/* Numbers that are classes, by their names: no row is in none of them,
	 * rather than in 0. */
	const struct crm_field *class;
	size_t nclasses;
	const struct crm_clock *clock;
	/* Their first days, for rows of periods: the first month of the one
	 * with the first of the other.  Without both they are matched as they
	 * are. */
	const struct crm_date *now, *then;
};

/*
 * column  n of the report, those of --by first; outlive it
 * out     free with crm_compare_free()
 *
 * Fails with USAGE: a column that is none.
 */
CRM_CHECK const struct crm_err *crm_compare_new(struct crm_snap *,
    const struct crm_rows_options *, struct crm_writer *,
    const struct crm_field *column, size_t n, const struct crm_compare_how *,
    struct crm_compare **out);
void crm_compare_free(struct crm_compare *);

/* Where the rows of one side go.  First all of now, then those of then. */
struct crm_rows *crm_compare_side(struct crm_compare *, bool then);

/* One side could not be told: what it has no row of is not known, not 0. */
void crm_compare_untold(struct crm_compare *, bool then);

/* Print all: rows of now in their order, and behind them those that were there
 * then alone. */
CRM_CHECK const struct crm_err *crm_compare_end(
    struct crm_compare *, uint64_t *rows);

#endif
