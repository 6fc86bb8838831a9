/*
 * plot_impl - what the files that make up plot share.  Others include plot.h.
 */
#ifndef CRM_PLOT_IMPL_H
#define CRM_PLOT_IMPL_H

#include "base/mem.h"
#include "base/num.h"
#include "plot/plot.h"

__extension__ typedef __int128 crm_i128;

struct crm_plot_column {
	struct crm_view name;
	size_t at;   /* its cells' place in the rows */
	bool number; /* all cells that are not empty are */
	bool any;    /* there is such a cell */
	uint8_t scale;
	/* the first cell that is no number, and where it stands */
	struct crm_view bad;
	uint64_t bad_line;
};

/* Figures: one a row of its panel, or one a cell of a heat map. */
struct crm_plot_series {
	struct crm_view name;
	bool money;
	uint8_t scale; /* v is in units of 10^-scale */
	int64_t *v;
	bool *has;
	crm_i128 unit; /* times this all series of a plot have one scale */
};

/* One drawing. */
struct crm_plot_panel {
	struct crm_view currency; /* empty: it has none */
	size_t n;                 /* rows */
	struct crm_view *label;
	int64_t *x; /* of lines: where rows are; ascending */
	size_t ncols;
	struct crm_view *col; /* of heat maps: names of its columns */
	struct crm_plot_series *y;
	size_t ny;
	struct crm_view note; /* a line below it, or empty */
};

struct crm_plot {
	struct crm_arena arena;
	struct crm_plot_column *col;
	size_t ncols, col_cap;
	size_t *order; /* while rows are read: see read.c */
	size_t norder, order_cap;
	unsigned char **row; /* a varint and bytes for each cell */
	size_t nrows, row_cap;
	/* what was chosen */
	enum crm_plot_kind kind;
	struct crm_view x_name, y_name; /* y: of heat maps, what goes across */
	struct crm_plot_panel *panel;
	size_t npanels;
};

#define CRM_PLOT_NONE SIZE_MAX
#define CRM_PLOT_CHOSEN_MAX 64

/* The columns to draw. */
struct crm_plot_choice {
	struct crm_plot *p;
	const struct crm_plot_options *o;
	size_t label[CRM_PLOT_CHOSEN_MAX], nlabels;
	size_t value[CRM_PLOT_CHOSEN_MAX], nvalues;
	size_t currency; /* CRM_PLOT_NONE */
	bool several;    /* currencies: each has a panel of its own */
};

/* The text of a cell: empty when there is none. */
struct crm_view crm_plot_cell(const struct crm_plot *, size_t row, size_t col);

/* Is a text a period that begins with its year?  out: its first day. */
bool crm_plot_period(struct crm_view, int64_t *out);

/* Make a histogram's figures the bars that show it (histogram.c). */
CRM_CHECK const struct crm_err *crm_plot_bin(
    struct crm_plot *, struct crm_plot_panel *, size_t bins);

/*
 * Heat maps (map.c).
 */
#define CRM_PLOT_MAP_ROWS 2000
#define CRM_PLOT_MAP_COLS 500

/* Names of a side, in order of first appearance. */
struct crm_plot_side {
	struct crm_view *name;
	size_t n, cap, max, last;
};

/* The place of a name, added when it is new: quick when it is that of the one
 * before or the next; CRM_PLOT_NONE: there are max others. */
size_t crm_plot_place(struct crm_plot_side *, struct crm_view name);
void crm_plot_release_sides(struct crm_plot_side[2]);

/* Is a row of a panel's currency? */
bool crm_plot_has_currency(
    const struct crm_plot_choice *, size_t row, struct crm_view currency);

/*
 * Where rows lie on a map of two columns.
 *
 * currency  only rows of it
 * side      empty; free with crm_plot_release_sides()
 * at        one for each row, set to whether it is on the map: CRM_PLOT_NONE,
 *           it is not
 * twice     set to the first row that lies where another does, or
 *           CRM_PLOT_NONE
 *
 * Returns false when it would be too large.
 */
bool crm_plot_lay_out(const struct crm_plot_choice *, const size_t key[2],
    struct crm_view currency, struct crm_plot_side side[2], size_t *at,
    size_t *twice);

/* Figures of a map in order: its shades are of equal numbers of cells, and
 * equal figures have the same one. */
struct crm_plot_ranks {
	int64_t *sorted;
	size_t n, levels;
};

void crm_plot_rank(
    const struct crm_plot_panel *, size_t levels, struct crm_plot_ranks *out);
void crm_plot_ranks_release(struct crm_plot_ranks *);

/* The shade of a figure, 0 to levels - 1. */
size_t crm_plot_level(const struct crm_plot_ranks *, int64_t v);

/* Add the least and greatest figure that have a shade, "1.2..9.4"; false when
 * none has. */
bool crm_plot_add_level(const struct crm_plot_ranks *, size_t level,
    uint8_t scale, struct crm_buf *out);

/* A panel for each currency, in order of appearance; rows that have none are
 * of the one that there is, or of a panel of their own. */
void crm_plot_make_panels(struct crm_plot_choice *);

/* Fill a panel with its figures: see crm_plot_choose(). */
CRM_CHECK const struct crm_err *crm_plot_fill(
    const struct crm_plot_choice *, struct crm_plot_panel *);

/* number.c */

/* Add a figure with digits in groups of three. */
void crm_plot_add_number(struct crm_buf *, int64_t v, uint8_t scale);

/* part / whole as "12.3%", rounded half away from zero; "-": whole is 0. */
void crm_plot_add_share(struct crm_buf *, crm_i128 part, crm_i128 whole);

/* Columns that a figure needs. */
size_t crm_plot_number_width(int64_t v, uint8_t scale);

/* The title of a series: its name, and the currency of money. */
void crm_plot_add_title(struct crm_buf *, const struct crm_plot_panel *,
    const struct crm_plot_series *);

/* The least and greatest of all figures and zero, in the common unit. */
void crm_plot_range(const struct crm_plot_panel *, crm_i128 *lo, crm_i128 *hi);

/* The smallest of 1, 2, 5, 10, 20, 50 ... that is not below v; v > 0. */
crm_i128 crm_plot_nice(crm_i128 v);

/* Round towards minus, and towards plus infinity to a multiple. */
crm_i128 crm_plot_floor(crm_i128 v, crm_i128 step);
crm_i128 crm_plot_ceil(crm_i128 v, crm_i128 step);

/* An axis: its ends and the marks on it are round figures, zero among them, in
 * the common unit; a figure has so many digits behind the point. */
struct crm_plot_axis {
	crm_i128 lo, hi, step;
	uint8_t scale;
};

void crm_plot_make_axis(const struct crm_plot_panel *, struct crm_plot_axis *);

/* The figure of a mark; without digits behind the point where they are zeros
 * in all. */
void crm_plot_add_mark(
    const struct crm_plot_axis *, crm_i128 v, struct crm_buf *out);

/* Drawing text (text.c): to a sink's buffer. */
#define CRM_PLOT_DIM "\033[2m"
#define CRM_PLOT_QUIET "\033[36m" /* the one colour of bars and lines */
#define CRM_PLOT_PLAIN "\033[0m"
#define CRM_PLOT_GAP 2

void crm_plot_pad(struct crm_buf *, size_t n);

/* A text in exactly so many columns: cut where it is longer. */
void crm_plot_put(const struct crm_plot_screen *, struct crm_view,
    size_t columns, bool right);

/* End a line: no blanks stand at its end. */
void crm_plot_end_line(const struct crm_plot_screen *, size_t from);

/* What is printed between these is dim, or in the quiet colour. */
void crm_plot_begin_color(const struct crm_plot_screen *, const char *);
void crm_plot_end_color(const struct crm_plot_screen *);

/* The widest of texts, at least as wide as the title. */
size_t crm_plot_widest(
    struct crm_view title, const struct crm_view *text, size_t n);

/* What draws a panel of each kind. */
void crm_plot_draw_bars(const struct crm_plot *, const struct crm_plot_panel *,
    const struct crm_plot_screen *);
void crm_plot_draw_funnel(const struct crm_plot *,
    const struct crm_plot_panel *, const struct crm_plot_screen *);
void crm_plot_draw_heat(const struct crm_plot *, const struct crm_plot_panel *,
    const struct crm_plot_screen *);
void crm_plot_draw_lines(const struct crm_plot *, const struct crm_plot_panel *,
    const struct crm_plot_screen *);

#endif
