/*
 * rows - what a report prints: rows of typed columns, chosen, sorted,
 * limited, in the form that is wanted.
 *
 * The columns of a report stand in a list of fields, of which name and type
 * (and CRM_F_MANY, CRM_F_HIDDEN) count.  Values are as records store them.
 */
#ifndef CRM_ROWS_H
#define CRM_ROWS_H

#include "format/writer.h"
#include "report/row.h"
#include "store/snap.h"

struct crm_rows;

struct crm_rows_options {
	enum crm_form_out form; /* table, jsonl, tsv, csv, yaml */
	const char *fields;     /* "a,b": the columns to print; NULL: all but
	                           the hidden ones */
	const char *sort;       /* "a,-b"; NULL: as they come */
	uint64_t limit;
	const char *bar;   /* "a b": the first that is printed has bars in
	                      tables, for rows of one currency */
	const char *spare; /* "a b": those that narrow tables leave out, the
	                      first one first, and what is compared of it;
	                      not where fields says what is printed */
};

/*
 * snap    names what links lead to in tables; outlives it; NULL when no column
 *         has any
 * writer  gets the rows; outlives it
 * column  n of them; outlive it
 * out     free with crm_rows_free()
 *
 * Fails with USAGE: a column that is none.
 */
CRM_CHECK const struct crm_err *crm_rows_new(struct crm_snap *snap,
    const struct crm_rows_options *, struct crm_writer *writer,
    const struct crm_field *column, size_t n, struct crm_rows **out);
void crm_rows_free(struct crm_rows *);

/*
 * Rows that are not printed but handed to a function, all of them.
 *
 * wanted  one a column, n of them: see crm_rows_wants()
 */
struct crm_rows *crm_rows_new_to(const bool *wanted, size_t n,
    const struct crm_err *(*put)(void *ctx, const struct crm_view *value),
    void *ctx);

/* Is a column printed, or sorted by?  What is not need not be made. */
bool crm_rows_wants(const struct crm_rows *, size_t column);

/* How many rows more are wanted, when they come in the order in which they are
 * printed; UINT64_MAX: all, they are sorted. */
uint64_t crm_rows_left(const struct crm_rows *);

/* Are so many rows printed that no more are wanted? */
bool crm_rows_is_full(const struct crm_rows *);

/*
 * Print a row.
 *
 * value   one a column, empty where there is none; copied
 */
CRM_CHECK const struct crm_err *crm_rows_put(
    struct crm_rows *, const struct crm_view *value);

/* Print what is left, and the end. */
CRM_CHECK const struct crm_err *crm_rows_end(struct crm_rows *);

/*
 * Can rows be printed apart from those before them?  Not when they are sorted,
 * or handed to a function, nor in forms that look at all of them.
 */
bool crm_rows_is_plain(const struct crm_rows *);

/* Rows like these, without a header and a limit, to another sink; by any
 * thread.  Free with crm_rows_free(). */
struct crm_rows *crm_rows_again(const struct crm_rows *, struct crm_sink *);

/*
 * Print rows that such rows printed, behind one of these.
 *
 * text    n rows; it is taken, and empty again
 */
void crm_rows_take(struct crm_rows *, struct crm_buf *text, size_t n);

/* For crm_row_maker.skip: columns that are not looked at. */
uint64_t crm_rows_unwanted(const struct crm_rows *);

/* Rows put so far. */
uint64_t crm_rows_count(const struct crm_rows *);

/* Print a row that was made. */
CRM_CHECK const struct crm_err *crm_row_put(
    struct crm_row_maker *, struct crm_rows *);

#endif
