/* Heat maps as text. */
#include "base/utf8.h"
#include "plot/plot_impl.h"

#define SHADES 4 /* without colours */
#define COLORS 6

/* Background and text of each, of the 256 colours that terminals have: light
 * to dark blue. */
static const unsigned char colors[COLORS][2] = { { 189, 16 }, { 153, 16 },
	{ 111, 16 }, { 69, 16 }, { 26, 231 }, { 18, 231 } };

/* How cells are shown. */
enum cells {
	CELLS_EXACT,   /* the figures as they are */
	CELLS_ROUNDED, /* to whole numbers */
	CELLS_SHADES,  /* shades alone */
};

struct map {
	const struct crm_plot_panel *panel;
	const struct crm_plot_screen *s;
	enum cells cells;
	size_t name, cell; /* columns */
	struct crm_plot_ranks ranks;
	struct crm_buf text;
};

/* The text of a figure. */
static struct crm_view
figure(struct map *m, int64_t v)
{
	const struct crm_plot_series *y = m->panel->y;
	crm_i128 unit = 1, twice;
	uint8_t i;

	crm_buf_reset(&m->text);
	if (m->cells == CELLS_ROUNDED) {
		for (i = 0; i < y->scale; i++)
			unit *= 10;
		twice = (crm_i128)v * 2 / unit;
		v = (int64_t)((twice + (twice < 0 ? -1 : 1)) / 2);
		crm_plot_add_number(&m->text, v, 0);
	} else
		crm_plot_add_number(&m->text, v, y->scale);
	return crm_buf_view(&m->text);
}

static size_t
widest_figure(struct map *m)
{
	size_t i, width, widest = 1;

	for (i = 0; i < m->ranks.n; i++) {
		width = figure(m, m->ranks.sorted[i]).n;
		widest = width > widest ? width : widest;
	}
	return widest;
}

/* Do all columns fit, with cells so wide? */
static bool
fits(const struct map *m, size_t cell)
{
	return m->name + CRM_PLOT_GAP + m->panel->ncols * cell <= m->s->width;
}

/* Do the names of columns stay different, cut to so many columns? */
static bool
stay_different(const struct crm_plot_panel *panel, size_t width)
{
	size_t i, k;

	for (i = 0; i < panel->ncols; i++)
		for (k = 0; k < i; k++)
			if (crm_view_eq(
				crm_utf8_cut(panel->col[i], width, NULL),
				crm_utf8_cut(panel->col[k], width, NULL)))
				return false;
	return true;
}

/* Cells with figures, if they fit: with the names of columns above them, or
 * with their beginnings, which have to tell them apart. */
static bool
take_figures(struct map *m, enum cells cells)
{
	/* a blank, and without colours the shade */
	size_t least, title, room = 0;

	m->cells = cells;
	least = widest_figure(m) + (m->s->color ? 1 : 2);
	title = crm_plot_widest(CRM_V(""), m->panel->col, m->panel->ncols) + 1;
	m->cell = title > least ? title : least;
	if (fits(m, m->cell))
		return true;
	if (m->s->width > m->name + CRM_PLOT_GAP && m->panel->ncols > 0)
		room = (m->s->width - m->name - CRM_PLOT_GAP) / m->panel->ncols;
	m->cell = room;
	/* a blank, two of a name, and the mark that it is cut */
	return room >= least && room >= 4 && stay_different(m->panel, room - 2);
}

/* Take the most telling cells that fit; where none do, the columns are printed
 * one part below another. */
static void
choose_cells(struct map *m)
{
	const struct crm_plot_series *y = m->panel->y;

	if (take_figures(m, CELLS_EXACT) ||
	    (y->scale > 0 && !y->money && take_figures(m, CELLS_ROUNDED)))
		return;
	m->cells = CELLS_SHADES;
	m->cell = fits(m, 2) ? 2 : 1;
}

/* The mark of a shade, n columns of it. */
static void
put_shade(const struct map *m, size_t level, size_t n)
{
	static const char *const shades[] = { "\xe2\x96\x91", "\xe2\x96\x92",
		"\xe2\x96\x93", "\xe2\x96\x88" };
	static const char *const ascii[] = { ":", "=", "*", "#" };
	struct crm_buf *b = &m->s->sink->buf;

	if (m->s->color) {
		crm_buf_addf(b, "\033[48;5;%d;38;5;%dm", colors[level][0],
		    colors[level][1]);
		crm_plot_pad(b, n);
		crm_buf_adds(b, CRM_PLOT_PLAIN);
		return;
	}
	while (n-- > 0)
		crm_buf_adds(b, m->s->unicode ? shades[level] : ascii[level]);
}

static void
put_cell(struct map *m, size_t i)
{
	struct crm_buf *b = &m->s->sink->buf;
	struct crm_view v;
	size_t level;

	if (!m->panel->y->has[i]) {
		crm_plot_pad(b, m->cell);
		return;
	}
	level = crm_plot_level(&m->ranks, m->panel->y->v[i]);
	if (m->cells == CELLS_SHADES) {
		put_shade(m, level, m->cell);
		return;
	}
	v = figure(m, m->panel->y->v[i]);
	if (m->s->color) {
		crm_buf_addf(b, "\033[48;5;%d;38;5;%dm", colors[level][0],
		    colors[level][1]);
		crm_plot_put(m->s, v, m->cell, true);
		crm_buf_adds(b, CRM_PLOT_PLAIN);
		return;
	}
	crm_buf_addc(b, ' ');
	put_shade(m, level, 1);
	crm_plot_put(m->s, v, m->cell - 2, true);
}

/* Names of columns, above the cells; where these are narrow those that find
 * room. */
static void
put_columns(const struct map *m, size_t from, size_t end)
{
	size_t i, at = 0, width, start;
	struct crm_buf *b = &m->s->sink->buf;

	for (i = from; i < end; i++) {
		width = crm_utf8_width(m->panel->col[i]);
		if (m->cells != CELLS_SHADES) {
			crm_buf_addc(b, ' ');
			crm_plot_put(m->s, m->panel->col[i], m->cell - 1, true);
			continue;
		}
		start = (i - from) * m->cell;
		if (start < at || start + width > (end - from) * m->cell)
			continue;
		/* at: behind the last name, and a blank */
		crm_plot_pad(b, start - (at > 0 ? at - 1 : 0));
		crm_buf_addv(b, m->panel->col[i]);
		at = start + width + 1;
	}
}

static void
put_titles(
    const struct crm_plot *p, const struct map *m, size_t from, size_t end)
{
	struct crm_buf *b = &m->s->sink->buf;
	size_t at = b->n;

	crm_plot_begin_color(m->s, CRM_PLOT_DIM);
	crm_plot_put(m->s, p->x_name, m->name, false);
	crm_plot_pad(b, CRM_PLOT_GAP);
	put_columns(m, from, end);
	crm_plot_end_color(m->s);
	crm_plot_end_line(m->s, at);
}

static void
put_part(const struct crm_plot *p, struct map *m, size_t from, size_t end)
{
	struct crm_buf *b = &m->s->sink->buf;
	size_t i, k, at;

	put_titles(p, m, from, end);
	for (i = 0; i < m->panel->n; i++) {
		at = b->n;
		crm_plot_put(m->s, m->panel->label[i], m->name, false);
		crm_plot_pad(b, CRM_PLOT_GAP);
		for (k = from; k < end; k++)
			put_cell(m, i * m->panel->ncols + k);
		crm_plot_end_line(m->s, at);
	}
}

/* What a shade stands for. */
static void
put_range(struct map *m, size_t level, size_t *column)
{
	struct crm_buf text = CRM_BUF_INIT(1000);
	struct crm_buf *b = &m->s->sink->buf;

	if (!crm_plot_add_level(&m->ranks, level, m->panel->y->scale, &text))
		return;
	if (*column > 0 && *column + 5 + text.n > m->s->width) {
		crm_buf_addc(b, '\n');
		*column = 0;
	} else if (*column > 0) {
		crm_plot_pad(b, 2);
		*column += 2;
	}
	put_shade(m, level, 2);
	crm_buf_addc(b, ' ');
	crm_buf_addv(b, crm_buf_view(&text));
	*column += 3 + text.n;
	crm_buf_release(&text);
}

/* What is shown, and what its shades are. */
static void
put_legend(const struct crm_plot *p, struct map *m)
{
	struct crm_buf *b = &m->s->sink->buf;
	size_t i, from = b->n, column = 0;

	crm_plot_add_title(b, m->panel, m->panel->y);
	crm_buf_adds(b, " by ");
	crm_buf_addv(b, p->x_name);
	crm_buf_adds(b, " (down) and ");
	crm_buf_addv(b, p->y_name);
	crm_buf_adds(b, " (across)");
	if (m->cells == CELLS_ROUNDED)
		crm_buf_adds(b, ", to whole numbers");
	crm_plot_end_line(m->s, from);
	from = b->n;
	for (i = 0; i < m->ranks.levels; i++)
		put_range(m, i, &column);
	crm_plot_end_line(m->s, from);
}

void
crm_plot_draw_heat(const struct crm_plot *p, const struct crm_plot_panel *panel,
    const struct crm_plot_screen *s)
{
	struct map m = { .panel = panel, .s = s, .text = CRM_BUF_INIT(1000) };
	size_t from, part, most = s->width / 3;

	crm_plot_rank(panel, s->color ? COLORS : SHADES, &m.ranks);
	m.name = crm_plot_widest(p->x_name, panel->label, panel->n);
	m.name = m.name > most ? most : m.name;
	choose_cells(&m);
	part = s->width > m.name + CRM_PLOT_GAP
	    ? (s->width - m.name - CRM_PLOT_GAP) / m.cell
	    : 1;
	part = part > 0 ? part : 1;
	for (from = 0; from < panel->ncols; from += part)
		put_part(p, &m, from,
		    from + part < panel->ncols ? from + part : panel->ncols);
	put_legend(p, &m);
	crm_plot_ranks_release(&m.ranks);
	crm_buf_release(&m.text);
}
