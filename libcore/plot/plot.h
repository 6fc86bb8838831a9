/*
 * plot - rows of figures drawn: bars, lines, a heat map, a funnel, a
 * histogram, in a terminal or as a script for gnuplot.
 *
 * Figures are exact: decimals as they were read, to the last digit.  Rows of
 * several currencies are never drawn on one scale: each gets a drawing of its
 * own, with its name over it.
 */
#ifndef CRM_PLOT_H
#define CRM_PLOT_H

#include "format/reader.h"
#include "format/sink.h"

enum crm_plot_kind {
	CRM_PLOT_AUTO, /* by the columns: see crm_plot_choose() */
	CRM_PLOT_BARS,
	CRM_PLOT_FUNNEL,
	CRM_PLOT_HEAT,
	CRM_PLOT_HISTOGRAM,
	CRM_PLOT_LINES,
	CRM_PLOT_NKINDS
};

/* A kind's name, "bars", and what it is for; CRM_PLOT_AUTO has none. */
const char *crm_plot_kind_name(enum crm_plot_kind);
const char *crm_plot_kind_help(enum crm_plot_kind);
bool crm_plot_kind_parse(const char *, enum crm_plot_kind *out);

struct crm_plot;

struct crm_plot *crm_plot_new(void);
void crm_plot_free(struct crm_plot *);

/*
 * Read rows.
 *
 * limit   stop after so many
 *
 * Fails with DATA: the message says in which line; IO.  Cost: about the size
 * of the input in memory.
 */
CRM_CHECK const struct crm_err *crm_plot_read(
    struct crm_plot *, struct crm_reader *, uint64_t limit);

/* Rows that were read, and columns: borrowed names. */
size_t crm_plot_nrows(const struct crm_plot *);
size_t crm_plot_ncols(const struct crm_plot *);
struct crm_view crm_plot_col(const struct crm_plot *, size_t i);

struct crm_plot_options {
	enum crm_plot_kind kind;
	const char
	    *fields; /* "a,b": the columns to draw; NULL: by their kind */
	/* The number to draw where fields does not say: the first of these
	 * that is a column, "a b"; NULL or none: the first column of numbers. */
	const char *main;
	/* The first column is one of figures, too, of rows that stand for
	 * nothing but all there is; where fields does not say. */
	bool alone;
	/* Is a column of a number money?  NULL: none is. */
	bool (*is_money)(const void *ctx, struct crm_view name);
	const void *ctx;
	size_t bins; /* of a histogram; 0: as many as suit it */
};

/*
 * Decide what is drawn of the rows that were read; at least one.
 *
 * The first column is what the rows stand for, and so are those behind it
 * before the first number (ids not when there is a "name" or "title"); a heat map has
 * the first column downwards and the second one across.  Without a kind it is,
 * the first that fits:
 *   histogram  one column alone, of numbers
 *   heat       rows that come again with another value in the second column
 *   funnel     there are columns "stage" and "onward"
 *   lines      the first column has periods (2026, 2026-03, ...), over 24 rows
 *   histogram  the first column is "id", over 40 rows
 *   bars       else
 *
 * Fails with USAGE: a column that is none, too many or too few; DATA: there is
 * no number to draw, a cell is none (and the line it is in), or the drawing
 * would not be possible.
 */
CRM_CHECK const struct crm_err *crm_plot_choose(
    struct crm_plot *, const struct crm_plot_options *);

/* Where it is drawn. */
struct crm_plot_screen {
	struct crm_sink *sink;
	size_t width; /* columns */
	bool unicode; /* blocks and braille; else ASCII */
	bool color;
};

/* Draw what was chosen, as text. */
CRM_CHECK const struct crm_err *crm_plot_draw(
    const struct crm_plot *, const struct crm_plot_screen *);

enum crm_plot_picture { CRM_PLOT_SVG, CRM_PLOT_PNG };

/*
 * Add a script for gnuplot that draws what was chosen to its standard output.
 * Whatever the labels hold, it stays text.
 *
 * Fails with DATA: too much for a picture.
 */
CRM_CHECK const struct crm_err *crm_plot_add_script(
    const struct crm_plot *, enum crm_plot_picture, struct crm_buf *out);

#endif
