/*
 * table_impl - a table on its way: for format/table*.c alone.
 */
#ifndef CRM_TABLE_IMPL_H
#define CRM_TABLE_IMPL_H

#include "base/mem.h"
#include "format/table.h"

#define CRM_TABLE_GAP 2                   /* blanks between columns */
#define CRM_TABLE_ELLIPSIS "\xe2\x80\xa6" /* U+2026 */

struct crm_table_out {
	struct crm_sink *sink;
	const struct crm_table_column *col;
	size_t ncols, width;
	bool dim, begun;
	bool less;    /* columns were left out */
	bool whole;   /* there is a column that is to be whole */
	size_t *wide; /* columns of the widest cell, then what is printed */
	bool *shown;
	bool *some;            /* of numbers: there are others than 0 */
	struct crm_view *one;  /* of same ones: what all cells say */
	bool *differs, *moved; /* they do not; the header's end says it */
	struct crm_arena arena;
	struct crm_view *cell; /* rows one behind the other */
	size_t ncells, cell_cap, nrows;
	/* bars */
	size_t bar_col; /* ncols: there are none */
	bool unicode;
	struct bar {
		int64_t length; /* 0: none */
		uint8_t mark;
	} * bar; /* one a row that is held */
	size_t bar_cap;
	size_t bar_width;
	struct bar next; /* of the row at hand */
	struct bar most; /* a whole one */
};

/* Make the table fit: what is shown, and how wide.  all: there are no rows but
 * those that are held. */
void crm_table_fit(struct crm_table_out *, bool all);

/* The next part of what stands behind the last title, from *i = 0 on; false:
 * that is all. */
bool crm_table_tail_next(
    const struct crm_table_out *, size_t *i, struct crm_view *out);

/* The columns of all of it; 0: there is none. */
size_t crm_table_tail_width(const struct crm_table_out *);

#endif
