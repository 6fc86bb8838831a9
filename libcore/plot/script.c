/*
 * Pictures: scripts for gnuplot.
 *
 * Text stands in double quotes, and of ASCII all but letters, digits and blanks
 * as octal escapes: there is no quote, backquote, semicolon or backslash for
 * gnuplot to read (in single quotes, '' and what comes behind it can be taken
 * for the end: gnuplot 5.4).  It takes a fourth octal digit for one of an
 * escape, so that digits behind one are escapes, too.  "noenhanced" takes _ and ^ as they are.  Names
 * of marks are formats of printf: % is doubled.  Controls were escaped when
 * the rows were read.  Data is digits alone.
 */
#include "base/utf8.h"
#include "plot/plot_impl.h"

#define WIDTH 900 /* pixels */
#define HEIGHT 500
#define BAR_HEIGHT 22
#define HEIGHT_MAX 30000 /* cairo draws up to 32,767 */
#define DIGIT 8          /* pixels */
#define ROOM 600         /* pixels of WIDTH that columns have at least */
#define NAMES_MAX 10     /* names below lines */
#define NAME_MAX 40      /* columns of a name */
#define LINE_ROOM 800    /* pixels for names below lines */
#define LINE_NAME_MIN 10 /* columns that one has, a date */
#define SHADES 6         /* of a heat map */

static bool
is_plain(unsigned char c)
{
	return c == ' ' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

/* A text of so many columns at most. */
static void
add_text_in(struct crm_buf *b, struct crm_view v, size_t columns, bool format)
{
	bool cut = crm_utf8_width(v) > columns, escaped = false;
	size_t i;

	if (cut)
		v = crm_utf8_cut(v, columns - 1, NULL);
	crm_buf_addc(b, '"');
	for (i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (format && c == '%')
			crm_buf_adds(b, "\\045");
		escaped = (c < 0x80 && !is_plain(c)) ||
		    (escaped && c >= '0' && c <= '7');
		if (escaped)
			crm_buf_addf(b, "\\%03o", c);
		else
			crm_buf_addc(b, v.p[i]);
	}
	if (cut)
		crm_buf_adds(b, "\xe2\x80\xa6");
	crm_buf_addc(b, '"');
}

static void
add_text(struct crm_buf *b, struct crm_view v, bool format)
{
	add_text_in(b, v, NAME_MAX, format);
}

/* A figure in the common unit of its panel. */
static void
add_i128(struct crm_buf *b, crm_i128 v)
{
	char text[48];
	size_t n = sizeof(text);
	bool minus = v < 0;

	if (minus)
		v = -v;
	do {
		text[--n] = (char)('0' + (int)(v % 10));
		v /= 10;
	} while (v > 0);
	if (minus)
		text[--n] = '-';
	crm_buf_add(b, text + n, sizeof(text) - n);
}

static void
add_title(struct crm_buf *b, const struct crm_plot *p,
    const struct crm_plot_panel *panel)
{
	struct crm_buf text = CRM_BUF_INIT(CRM_LINE_MAX);

	if (panel->ny == 1)
		crm_plot_add_title(&text, panel, panel->y);
	else if (panel->currency.n > 0)
		crm_buf_addv(&text, panel->currency);
	if (p->npanels > 1 && panel->ny == 1 && !panel->y->money) {
		crm_buf_addc(&text, ' ');
		crm_buf_addv(&text, panel->currency);
	}
	if (text.n > 0 && p->x_name.n > 0)
		crm_buf_adds(&text, " by ");
	crm_buf_addv(&text, p->x_name);
	if (p->kind == CRM_PLOT_HEAT) {
		crm_buf_adds(&text, " and ");
		crm_buf_addv(&text, p->y_name);
	}
	crm_buf_adds(b, "set title ");
	add_text(b, crm_view(text.n > 0 ? text.p : "", text.n), false);
	crm_buf_addc(b, '\n');
	crm_buf_release(&text);
}

/* The step from mark to mark at which they find room side by side. */
static crm_i128
roomy_step(const struct crm_plot_axis *a)
{
	struct crm_buf text = CRM_BUF_INIT(200);
	crm_i128 v, marks = 1 + (a->hi - a->lo) / a->step, every;
	size_t widest = 1;

	for (v = a->lo; v <= a->hi; v += a->step) {
		crm_buf_reset(&text);
		crm_plot_add_mark(a, v, &text);
		widest = text.n > widest ? text.n : widest;
	}
	crm_buf_release(&text);
	every = 1 + marks * (crm_i128)(widest * DIGIT) / ROOM;
	return every * a->step;
}

/* "set xtics ('name' place, ...)" of an axis of figures. */
static void
add_marks(struct crm_buf *b, const char *axis, const struct crm_plot_axis *a)
{
	struct crm_buf text = CRM_BUF_INIT(200);
	crm_i128 v, step = *axis == 'x' ? roomy_step(a) : a->step;

	crm_buf_addf(b, "set %stics (", axis);
	for (v = a->lo; v <= a->hi; v += step) {
		crm_buf_reset(&text);
		crm_plot_add_mark(a, v, &text);
		crm_buf_adds(b, v > a->lo ? ", " : "");
		add_text(b, crm_buf_view(&text), true);
		crm_buf_addc(b, ' ');
		add_i128(b, v);
	}
	crm_buf_adds(b, ")\n");
	crm_buf_addf(b, "set %srange [", axis);
	add_i128(b, a->lo);
	crm_buf_addc(b, ':');
	add_i128(b, a->hi);
	crm_buf_adds(b, "]\n");
	crm_buf_release(&text);
}

/* Names at 0, -1, -2, ... or 0, 1, 2, ...; down: the first is at the top. */
static void
add_names(struct crm_buf *b, const char *axis, const struct crm_view *name,
    size_t n, bool down)
{
	size_t i, every = down ? 1 : (n + 29) / 30;

	crm_buf_addf(b, "set %stics (", axis);
	for (i = 0; i<n; i += every> 0 ? every : 1) {
		crm_buf_adds(b, i > 0 ? ", " : "");
		add_text(b, name[i], true);
		crm_buf_addf(b, " %s%zu", down && i > 0 ? "-" : "", i);
	}
	crm_buf_adds(b, ")\n");
	if (down)
		crm_buf_addf(
		    b, "set %srange [-%zu.5:0.5]\n", axis, n > 0 ? n - 1 : 0);
	else
		crm_buf_addf(
		    b, "set %srange [-0.5:%zu.5]\n", axis, n > 0 ? n - 1 : 0);
}

static void
add_figure(struct crm_buf *b, const struct crm_plot_series *y, size_t i)
{
	if (y->has[i])
		crm_plot_add_number(b, y->v[i], y->scale);
	else
		crm_buf_addc(b, '?');
}

/* Lines "place figure text" for each row of a series. */
static void
add_bar_data(struct crm_buf *b, const struct crm_plot_panel *panel, size_t k)
{
	const struct crm_plot_series *y = &panel->y[k];
	size_t i;

	crm_buf_addf(b, "$y%zu << EOD\n", k);
	for (i = 0; i < panel->n; i++) {
		if (!y->has[i])
			continue;
		/* place, and so many of ny parts down from it */
		crm_buf_addf(b, "-%zu ", i);
		add_i128(b, y->v[i] * y->unit);
		crm_buf_addc(b, ' ');
		add_figure(b, y, i);
		crm_buf_addc(b, '\n');
	}
	crm_buf_adds(b, "EOD\n");
}

static size_t
count_figures(const struct crm_plot_series *y, size_t n)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		count += y->has[i];
	return count;
}

static const char *const series_colors[] = { "#3b78b4", "#d98032", "#5a9e5a",
	"#8e6bb0", "#b85450", "#808080" };
#define NCOLORS (sizeof(series_colors) / sizeof(series_colors[0]))

static size_t
widest_figure(const struct crm_plot_panel *panel)
{
	size_t i, k, width, widest = 0;

	size_t n = panel->n * (panel->ncols > 0 ? panel->ncols : 1);

	for (k = 0; k < panel->ny; k++)
		for (i = 0; i < n; i++) {
			width = crm_plot_number_width(
			    panel->y[k].v[i], panel->y[k].scale);
			widest = width > widest ? width : widest;
		}
	return widest;
}

static void
add_bars(struct crm_buf *b, const struct crm_plot *p,
    const struct crm_plot_panel *panel)
{
	struct crm_plot_axis axis;
	bool funnel = p->kind == CRM_PLOT_FUNNEL, first = true;
	size_t k;

	crm_plot_make_axis(panel, &axis);
	add_names(b, "y", panel->label, panel->n, true);
	if (funnel) {
		crm_buf_adds(b, "unset xtics\nset xrange [-");
		add_i128(b, axis.hi);
		crm_buf_adds(b, ":");
		add_i128(b, axis.hi);
		crm_buf_adds(b, "]\n");
	} else {
		add_marks(b, "x", &axis);
		/* the figure behind the longest bar */
		crm_buf_addf(b, "set rmargin %zu\n", widest_figure(panel) + 2);
	}
	crm_buf_adds(b,
	    panel->ny > 1 ? "set key outside bottom horizontal\n"
			  : "unset key\n");
	for (k = 0; k < panel->ny; k++)
		add_bar_data(b, panel, k);
	for (k = 0; k < panel->ny; k++) {
		const struct crm_plot_series *y = &panel->y[k];
		size_t n = panel->ny;

		if (count_figures(y, panel->n) == 0)
			continue;
		crm_buf_adds(b, first ? "plot " : ", ");
		first = false;
		crm_buf_addf(b,
		    "$y%zu using (0):(mid=$1+0.4-0.8*(%zu+0.5)/%zu):(%s):2:"
		    "(mid-0.4/%zu):(mid+0.4/%zu) with boxxyerror "
		    "fillstyle solid noborder linecolor rgb '%s' title ",
		    k, k, n, funnel ? "-$2" : "0", n, n,
		    series_colors[k % NCOLORS]);
		add_text(b, y->name, false);
		crm_buf_addf(b,
		    ", $y%zu using %s:($1+0.4-0.8*(%zu+0.5)/%zu):3 "
		    "with labels %s notitle",
		    k, funnel ? "(0)" : "($2>0?$2:0)", k, n,
		    funnel ? "center textcolor rgb '#ffffff'"
			   : "left offset character 0.5,0");
	}
	crm_buf_adds(b, first ? "plot 0 notitle\n" : "\n");
}

/* The next place of lines, behind one, that finds room for its name; n: there
 * is none. */
static size_t
next_named(const struct crm_plot_panel *panel, size_t i)
{
	crm_i128 range = (crm_i128)panel->x[panel->n - 1] - panel->x[0];
	size_t from = i;

	do
		i++;
	while (i < panel->n &&
	    ((crm_i128)panel->x[i] - panel->x[from]) * NAMES_MAX < range);
	return i;
}

/* Names below lines, side by side, and the margins that those at both ends
 * stand out into. */
static void
add_line_names(struct crm_buf *b, const struct crm_plot_panel *panel,
    const struct crm_plot_axis *axis)
{
	struct crm_buf mark = CRM_BUF_INIT(200);
	size_t i, n = 0, last = 0, columns, left, right;

	for (i = 0; i < panel->n; i = next_named(panel, i))
		n++;
	columns = n > 0 ? LINE_ROOM / DIGIT / n : NAME_MAX;
	columns = columns < LINE_NAME_MIN ? LINE_NAME_MIN
	    : columns > NAME_MAX          ? NAME_MAX
					  : columns;
	crm_buf_adds(b, "set autoscale x\nset xtics (");
	for (i = 0; i < panel->n; i = next_named(panel, i)) {
		crm_buf_adds(b, i > 0 ? ", " : "");
		add_text_in(b, panel->label[i], columns, true);
		crm_buf_addf(b, " %lld", (long long)panel->x[i]);
		last = i;
	}
	crm_buf_adds(b, ")\n");

	crm_plot_add_mark(axis, axis->lo, &mark);
	left = mark.n;
	crm_buf_reset(&mark);
	crm_plot_add_mark(axis, axis->hi, &mark);
	left = 2 + (mark.n > left ? mark.n : left);
	right = n > 0 ? crm_utf8_width(panel->label[last]) : 0;
	right = 2 + (right < columns ? right : columns) / 2;
	n = n > 0 ? crm_utf8_width(panel->label[0]) : 0;
	n = 1 + (n < columns ? n : columns) / 2;
	crm_buf_addf(b, "set lmargin %zu\nset rmargin %zu\n",
	    n > left ? n : left, right);
	crm_buf_release(&mark);
}

static void
add_lines(struct crm_buf *b, const struct crm_plot_panel *panel)
{
	struct crm_plot_axis axis;
	bool first = true;
	size_t i, k;

	crm_plot_make_axis(panel, &axis);
	add_marks(b, "y", &axis);
	add_line_names(b, panel, &axis);
	crm_buf_adds(b,
	    panel->ny > 1 ? "set key outside bottom horizontal\n"
			  : "unset key\n");
	for (k = 0; k < panel->ny; k++) {
		const struct crm_plot_series *y = &panel->y[k];

		crm_buf_addf(b, "$y%zu << EOD\n", k);
		for (i = 0; i < panel->n; i++) {
			if (!y->has[i]) { /* a blank line breaks it */
				crm_buf_addc(b, '\n');
				continue;
			}
			crm_buf_addf(b, "%lld ", (long long)panel->x[i]);
			add_i128(b, y->v[i] * y->unit);
			crm_buf_addc(b, '\n');
		}
		crm_buf_adds(b, "EOD\n");
	}
	for (k = 0; k < panel->ny; k++) {
		if (count_figures(&panel->y[k], panel->n) == 0)
			continue;
		crm_buf_adds(b, first ? "plot " : ", ");
		first = false;
		crm_buf_addf(b,
		    "$y%zu using 1:2 with linespoints linewidth 2 pointtype 7 "
		    "pointsize %s linecolor rgb '%s' title ",
		    k, panel->n > 60 ? "0.2" : "0.5",
		    series_colors[k % NCOLORS]);
		add_text(b, panel->y[k].name, false);
	}
	crm_buf_adds(b, first ? "plot 0 notitle\n" : "\n");
}

/* The palette, and beside the map what its shades stand for. */
static void
add_shades(struct crm_buf *b, const struct crm_plot_ranks *ranks, uint8_t scale)
{
	struct crm_buf text = CRM_BUF_INIT(200);
	const char *between = "";
	size_t i, widest = 0;

	crm_buf_addf(b,
	    "set palette maxcolors %d defined (0 '#f3f7fc', 1 '#6fa3d6')\n"
	    "set cbrange [-0.5:%d.5]\nset cbtics scale 0 (",
	    SHADES, SHADES - 1);
	for (i = 0; i < SHADES; i++) {
		crm_buf_reset(&text);
		if (!crm_plot_add_level(ranks, i, scale, &text))
			continue;
		crm_buf_adds(b, between);
		add_text(b, crm_buf_view(&text), true);
		crm_buf_addf(b, " %zu", i);
		between = ", ";
		widest = text.n > widest ? text.n : widest;
	}
	crm_buf_addf(b, ")\nset rmargin %zu\n", widest + 9);
	crm_buf_release(&text);
}

/* Names of columns that find no room side by side are slanted: the pixels that
 * they take downwards; 0: they are not. */
static size_t
slant_of(const struct crm_plot_panel *panel)
{
	size_t widest = crm_plot_widest(CRM_V(""), panel->col, panel->ncols);

	widest = widest > NAME_MAX ? NAME_MAX : widest;
	return panel->ncols * (widest + 1) * DIGIT > ROOM
	    ? widest * DIGIT * 3 / 4
	    : 0;
}

static void
add_heat(struct crm_buf *b, const struct crm_plot_panel *panel)
{
	const struct crm_plot_series *y = panel->y;
	size_t i, n = panel->n * panel->ncols;
	struct crm_plot_ranks ranks;
	bool any = count_figures(y, n) > 0;

	crm_plot_rank(panel, SHADES, &ranks);

	add_names(b, "y", panel->label, panel->n, true);
	crm_buf_adds(b,
	    slant_of(panel) > 0 ? "set xtics rotate by 45 right\n"
				: "set xtics norotate\n");
	add_names(b, "x", panel->col, panel->ncols, false);
	add_shades(b, &ranks, y->scale);
	crm_buf_adds(b, "unset key\n$y << EOD\n");
	for (i = 0; i < n; i++) {
		if (!y->has[i])
			continue;
		crm_buf_addf(
		    b, "%zu -%zu ", i % panel->ncols, i / panel->ncols);
		crm_buf_addf(b, "%zu ", crm_plot_level(&ranks, y->v[i]));
		add_figure(b, y, i);
		crm_buf_addc(b, '\n');
	}
	crm_plot_ranks_release(&ranks);
	crm_buf_adds(b, "EOD\n");
	crm_buf_adds(b,
	    any ? "plot $y using 1:2:($1-0.5):($1+0.5):($2-0.5):"
		  "($2+0.5):3 with boxxyerror fillstyle solid "
		  "noborder linecolor palette"
		: "plot 0");
	/* figures, where they find room in their cells */
	if (any && panel->ncols * (widest_figure(panel) + 1) * DIGIT <= ROOM)
		crm_buf_adds(b, ", $y using 1:2:4 with labels");
	crm_buf_addc(b, '\n');
}

/* Pixels that a panel wants downwards. */
static size_t
height_of(const struct crm_plot *p, const struct crm_plot_panel *panel)
{
	switch (p->kind) {
	case CRM_PLOT_HEAT:
		return 130 + BAR_HEIGHT * panel->n + slant_of(panel);
	case CRM_PLOT_LINES:
		return HEIGHT;
	case CRM_PLOT_AUTO:
	case CRM_PLOT_BARS:
	case CRM_PLOT_FUNNEL:
	case CRM_PLOT_HISTOGRAM:
	case CRM_PLOT_NKINDS:
		break;
	}
	return 130 + BAR_HEIGHT * panel->n * panel->ny;
}

const struct crm_err *
crm_plot_add_script(
    const struct crm_plot *p, enum crm_plot_picture picture, struct crm_buf *b)
{
	size_t i, height = 0;

	for (i = 0; i < p->npanels; i++) {
		size_t h = height_of(p, &p->panel[i]);

		height = h > height ? h : height;
	}
	height *= p->npanels;
	if (height > HEIGHT_MAX)
		return crm_err(CRM_E_DATA,
		    "too many rows for a picture: choose some with -l");
	crm_buf_addf(b,
	    "set encoding utf8\nset terminal %s size %d,%zu "
	    "background '#ffffff' font 'sans,%d' noenhanced\n",
	    picture == CRM_PLOT_SVG ? "svg" : "pngcairo", WIDTH, height,
	    picture == CRM_PLOT_SVG ? 13 : 10);
	crm_buf_adds(b,
	    "set border 3 linecolor rgb '#808080'\nset tics nomirror\n"
	    "set grid back linetype 1 linecolor rgb '#e8e8e8'\n");
	if (p->npanels > 1)
		crm_buf_addf(b, "set multiplot layout %zu,1\n", p->npanels);
	for (i = 0; i < p->npanels; i++) {
		add_title(b, p, &p->panel[i]);
		if (p->kind == CRM_PLOT_HEAT)
			add_heat(b, &p->panel[i]);
		else if (p->kind == CRM_PLOT_LINES)
			add_lines(b, &p->panel[i]);
		else
			add_bars(b, p, &p->panel[i]);
	}
	if (p->npanels > 1)
		crm_buf_adds(b, "unset multiplot\n");
	return crm_buf_end(b);
}
