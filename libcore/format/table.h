/*
 * table - columns that line up in every script.
 */
#ifndef CRM_TABLE_H
#define CRM_TABLE_H

#include "format/sink.h"

struct crm_table_out;

struct crm_table_column {
	const char *title;
	bool right; /* numbers: aligned at their right end */
	bool keep;  /* not left out when all its cells are empty, or 0 */
	bool cut;   /* words: may be shortened when the terminal is narrow */
	bool dear;  /* shortened late, and less: it says whom a row is about */
	bool whole; /* last, down to 2/5 of the terminal: it is why one looks */
	/* Where all its cells say the same, the end of the header can say it
	 * instead; else it is not left out: without it rows look alike. */
	bool same;
	bool wrap; /* what does not fit goes on below, and is not shortened */
	bool main; /* the number that rows are about: left out late */
	/* Not 0: left out before those without it, the greatest first. */
	uint8_t spare;
};

/*
 * Where a table is wider than the terminal a column whose cells are all the
 * same gives way to that text, at the end of the header, and numbers that are
 * all 0, and not to be kept, give way to the others.  Then the widest columns of words are
 * shortened, with an ellipsis at the end of a cell, those that are dear when
 * the others have given what they can, then those that are to be whole; where
 * that is not enough columns are left out, spare ones and then from the right,
 * and an ellipsis stands behind the last title.
 * Ids, dates and numbers are whole or not there.
 *
 * width   columns of the terminal; 0: no limit
 * dim     the header in a quiet colour
 */
struct crm_table_out *crm_table_new(struct crm_sink *,
    const struct crm_table_column *, size_t n, size_t width, bool dim);
void crm_table_free(struct crm_table_out *);

/*
 * Have a bar beside the numbers of a column, in a quiet colour: as long as the
 * number is beside the greatest of the first rows, which are held.  The table
 * is made narrower for bars as it is for a terminal, but only spare columns are
 * left out for them; where that is not enough there are none.
 *
 * unicode  blocks; else ASCII
 */
void crm_table_bars(struct crm_table_out *, size_t column, bool unicode);

/*
 * The length of the bar of the row at hand, in any unit; none up to 0, and
 * where nothing is said.
 *
 * mark    rows of one mark have bars: that of most rows that are held and would
 *         have one, the first of several
 */
void crm_table_bar(struct crm_table_out *, int64_t length, uint8_t mark);

/* Add a cell to the row at hand; text is copied. */
void crm_table_cell(struct crm_table_out *, struct crm_view text);

/* End the row. */
void crm_table_row(struct crm_table_out *);

/* Print what is held.  The first rows say how wide columns are. */
void crm_table_end(struct crm_table_out *);

#endif
