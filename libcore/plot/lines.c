/* Lines as text: dots of braille, or stars. */
#include "base/utf8.h"
#include "plot/plot_impl.h"

#define ROWS 12 /* lines of a drawing */

struct field {
	const struct crm_plot_panel *panel;
	const struct crm_plot_screen *s;
	size_t left;           /* columns for the figures of the axis */
	size_t w, h;           /* columns and lines of the drawing */
	size_t fine_x, fine_y; /* dots a column, a line */
	unsigned char *cell;   /* bits of its dots */
	struct crm_plot_axis axis;
};

/* The line of the drawing, and the dot, in which a figure lies. */
static size_t
dot_of(const struct field *f, crm_i128 v)
{
	crm_i128 dots = (crm_i128)(f->h * f->fine_y) - 1;

	return (
	    size_t)(((f->axis.hi - v) * dots * 2 + (f->axis.hi - f->axis.lo)) /
	    ((f->axis.hi - f->axis.lo) * 2));
}

static size_t
axis_width(const struct field *f)
{
	struct crm_buf b = CRM_BUF_INIT(200);
	size_t widest = 0;
	crm_i128 v;

	for (v = f->axis.lo; v <= f->axis.hi; v += f->axis.step) {
		crm_buf_reset(&b);
		crm_plot_add_mark(&f->axis, v, &b);
		widest = b.n > widest ? b.n : widest;
	}
	crm_buf_release(&b);
	return widest;
}

static void
set_dot(struct field *f, size_t x, size_t y)
{
	/* Unicode 15, 21.1: bits of braille, by line and column */
	static const unsigned char bits[4][2] = { { 0x01, 0x08 },
		{ 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
	size_t i = y / f->fine_y * f->w + x / f->fine_x;

	f->cell[i] |= bits[y % f->fine_y][x % f->fine_x];
}

/* Dots from one point to another: a dot in each column or line between. */
static void
connect(struct field *f, size_t x0, size_t y0, size_t x1, size_t y1)
{
	size_t dx = x1 > x0 ? x1 - x0 : x0 - x1;
	size_t dy = y1 > y0 ? y1 - y0 : y0 - y1, n = dx > dy ? dx : dy, i;

	for (i = 0; i <= n; i++) {
		size_t d = n > 0 ? n : 1;

		set_dot(f, (x0 * (d - i) * 2 + x1 * i * 2 + d) / (2 * d),
		    (y0 * (d - i) * 2 + y1 * i * 2 + d) / (2 * d));
		if (n == 0)
			break;
	}
}

static size_t
column_dot(const struct field *f, size_t i)
{
	const int64_t *x = f->panel->x;
	crm_i128 whole = (crm_i128)x[f->panel->n - 1] - x[0];

	if (whole == 0)
		return 0;
	return (size_t)(((crm_i128)x[i] - x[0]) *
	    (crm_i128)(f->w * f->fine_x - 1) / whole);
}

/* The line of a series; where a figure is lacking it is broken. */
static void
trace(struct field *f, const struct crm_plot_series *y)
{
	size_t i, x, dot, last_x = 0, last_dot = 0;
	bool joined = false;

	memset(f->cell, 0, f->w * f->h);
	for (i = 0; i < f->panel->n; i++) {
		if (!y->has[i]) {
			joined = false;
			continue;
		}
		x = column_dot(f, i);
		dot = dot_of(f, y->v[i] * y->unit);
		connect(
		    f, joined ? last_x : x, joined ? last_dot : dot, x, dot);
		last_x = x;
		last_dot = dot;
		joined = true;
	}
}

static void
put_cells(const struct field *f, size_t line)
{
	struct crm_buf *b = &f->s->sink->buf;
	char utf8[4];
	size_t i;

	crm_plot_begin_color(f->s, CRM_PLOT_QUIET);
	for (i = 0; i < f->w; i++) {
		unsigned char bits = f->cell[line * f->w + i];

		if (bits == 0)
			crm_buf_addc(b, ' ');
		else if (f->s->unicode)
			crm_buf_add(
			    b, utf8, crm_utf8_put(utf8, 0x2800U + bits));
		else
			crm_buf_addc(b, '*');
	}
	crm_plot_end_color(f->s);
}

/* The mark of the axis that stands in a line, or none. */
static bool
mark_at(const struct field *f, size_t line, crm_i128 *out)
{
	crm_i128 v;

	for (v = f->axis.lo; v <= f->axis.hi; v += f->axis.step)
		if (dot_of(f, v) / f->fine_y == line) {
			*out = v;
			return true;
		}
	return false;
}

static void
put_lines(const struct field *f)
{
	struct crm_buf *b = &f->s->sink->buf, text = CRM_BUF_INIT(200);
	size_t i, from;
	crm_i128 v;

	for (i = 0; i < f->h; i++) {
		bool mark = mark_at(f, i, &v);

		from = b->n;
		crm_buf_reset(&text);
		if (mark)
			crm_plot_add_mark(&f->axis, v, &text);
		crm_plot_begin_color(f->s, CRM_PLOT_DIM);
		crm_plot_put(f->s, crm_view(text.n > 0 ? text.p : "", text.n),
		    f->left, true);
		if (f->s->unicode)
			crm_buf_adds(
			    b, mark ? " \xe2\x94\xa4" : " \xe2\x94\x82");
		else
			crm_buf_adds(b, mark ? " +" : " |");
		crm_plot_end_color(f->s);
		put_cells(f, i);
		crm_plot_end_line(f->s, from);
	}
	crm_buf_release(&text);
}

/* The first and the last row's names below, and of those between one in the
 * middle. */
static void
put_names(const struct field *f)
{
	const struct crm_plot_panel *panel = f->panel;
	struct crm_view first = panel->label[0];
	struct crm_view last = panel->label[panel->n - 1], mid = CRM_VNULL;
	size_t w1 = crm_utf8_width(first), w3 = crm_utf8_width(last), w2, at;
	struct crm_buf *b = &f->s->sink->buf;
	size_t from = b->n, room = f->w;

	crm_plot_begin_color(f->s, CRM_PLOT_DIM);
	crm_plot_pad(b, f->left + 2);
	if (panel->n == 1 || w1 + w3 + 2 > room) {
		crm_plot_put(f->s, first, w1 < room ? w1 : room, false);
		crm_plot_end_color(f->s);
		crm_plot_end_line(f->s, from);
		return;
	}
	crm_buf_addv(b, first);
	mid = panel->label[panel->n / 2];
	w2 = crm_utf8_width(mid);
	at = column_dot(f, panel->n / 2) / f->fine_x;
	at = at > w2 / 2 ? at - w2 / 2 : 0;
	if (panel->n > 2 && at >= w1 + 2 && at + w2 + 2 + w3 <= room) {
		crm_plot_pad(b, at - w1);
		crm_buf_addv(b, mid);
		w1 = at + w2;
	}
	crm_plot_pad(b, room - w1 - w3);
	crm_buf_addv(b, last);
	crm_plot_end_color(f->s);
	crm_plot_end_line(f->s, from);
}

/* A figure and where it is, on a line of its own when it finds no room. */
static void
put_extreme(const struct field *f, const struct crm_plot_series *y,
    const char *what, size_t i, size_t *column)
{
	struct crm_buf text = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_buf *b = &f->s->sink->buf;
	size_t width;

	crm_buf_addf(&text, "%s ", what);
	crm_plot_add_number(&text, y->v[i], y->scale);
	crm_buf_adds(&text, " (");
	crm_buf_addv(&text, f->panel->label[i]);
	crm_buf_addc(&text, ')');
	width = crm_utf8_width(crm_buf_view(&text));
	if (*column > 0 && *column + 2 + width >= f->s->width) {
		crm_buf_adds(b, ",\n");
		*column = 0;
	} else if (*column > 0) {
		crm_buf_adds(b, ", ");
		*column += 2;
	}
	crm_buf_addv(b, crm_buf_view(&text));
	*column += width;
	crm_buf_release(&text);
}

/* The exact least, greatest and last figure. */
static void
put_extremes(const struct field *f, const struct crm_plot_series *y)
{
	size_t i, least = 0, most = 0, last = 0, n = 0, column = 0;
	size_t from = f->s->sink->buf.n;

	for (i = 0; i < f->panel->n; i++) {
		if (!y->has[i])
			continue;
		if (n++ == 0)
			least = most = i;
		least = y->v[i] < y->v[least] ? i : least;
		most = y->v[i] > y->v[most] ? i : most;
		last = i;
	}
	if (n == 0)
		return;
	crm_plot_begin_color(f->s, CRM_PLOT_DIM);
	put_extreme(f, y, "least", least, &column);
	put_extreme(f, y, "greatest", most, &column);
	put_extreme(f, y, "last", last, &column);
	crm_plot_end_color(f->s);
	crm_plot_end_line(f->s, from);
}

static void
put_title(const struct field *f, const struct crm_plot_series *y)
{
	size_t from = f->s->sink->buf.n;

	crm_plot_add_title(&f->s->sink->buf, f->panel, y);
	crm_plot_end_line(f->s, from);
}

void
crm_plot_draw_lines(const struct crm_plot *p,
    const struct crm_plot_panel *panel, const struct crm_plot_screen *s)
{
	struct field f = { .panel = panel,
		.s = s,
		.h = ROWS,
		.fine_x = s->unicode ? 2 : 1,
		.fine_y = s->unicode ? 4 : 1 };
	size_t k;

	(void)p;
	crm_plot_make_axis(panel, &f.axis);
	f.left = axis_width(&f);
	f.w = s->width > f.left + 2 + 4 ? s->width - f.left - 2 : 4;
	f.cell = crm_calloc(f.w * f.h, 1);
	for (k = 0; k < panel->ny; k++) {
		put_title(&f, &panel->y[k]);
		trace(&f, &panel->y[k]);
		put_lines(&f);
		put_names(&f);
		put_extremes(&f, &panel->y[k]);
	}
	crm_free(f.cell);
}
