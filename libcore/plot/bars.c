/* Bars and funnels as text. */
#include "base/utf8.h"
#include "plot/plot_impl.h"

#define NAME_MIN 6

/* Where things stand in a line. */
struct layout {
	size_t name, series, number, bar; /* columns of each; 0: not there */
	uint8_t scale;                    /* digits behind the points */
	crm_i128 lo, hi;
	size_t zero; /* columns of the bar left of zero */
};

/* The widest figure, when their points stand in one column. */
static size_t
number_width(const struct crm_plot_panel *panel, uint8_t scale)
{
	size_t i, k, width, widest = 0;

	for (k = 0; k < panel->ny; k++) {
		const struct crm_plot_series *y = &panel->y[k];

		for (i = 0; i < panel->n; i++) {
			width = y->has[i]
			    ? crm_plot_number_width(y->v[i], y->scale)
			    : 0;
			if (scale > y->scale)
				width += (size_t)(scale - y->scale) +
				    (y->scale == 0);
			widest = width > widest ? width : widest;
		}
	}
	return widest;
}

static void
add_number_title(const struct crm_plot_panel *panel, struct crm_buf *out)
{
	if (panel->ny == 1)
		crm_plot_add_title(out, panel, panel->y);
	else if (panel->y[0].money)
		crm_buf_addv(out, panel->currency);
}

static size_t
title_width(const struct crm_plot_panel *panel)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	size_t width;

	add_number_title(panel, &b);
	width = crm_utf8_width(crm_buf_view(&b));
	crm_buf_release(&b);
	return width;
}

/* Share out the columns of a screen; extra: for what stands behind the bar. */
static void
lay_out(const struct crm_plot *p, const struct crm_plot_panel *panel,
    size_t width, size_t extra, struct layout *l)
{
	size_t k, used, title = title_width(panel);

	memset(l, 0, sizeof(*l));
	for (k = 0; k < panel->ny; k++)
		l->scale =
		    panel->y[k].scale > l->scale ? panel->y[k].scale : l->scale;
	l->name = crm_plot_widest(p->x_name, panel->label, panel->n);
	for (k = 0; panel->ny > 1 && k < panel->ny; k++) {
		size_t w = crm_utf8_width(panel->y[k].name);

		l->series = w > l->series ? w : l->series;
	}
	l->number = number_width(panel, l->scale);
	l->number = title > l->number ? title : l->number;
	used = l->number + 2 * CRM_PLOT_GAP + extra +
	    (l->series > 0 ? l->series + CRM_PLOT_GAP : 0);
	if (l->name + used + width / 3 > width && l->name > NAME_MIN) {
		/* names give way to a bar of a third */
		size_t room =
		    used + width / 3 < width ? width - used - width / 3 : 0;

		room = room < NAME_MIN ? NAME_MIN : room;
		l->name = l->name < room ? l->name : room;
	}
	l->bar = l->name + used < width ? width - l->name - used : 0;
	crm_plot_range(panel, &l->lo, &l->hi);
	if (l->lo < 0 && l->bar > 1) {
		l->zero = (size_t)((crm_i128)l->bar * -l->lo / (l->hi - l->lo));
		l->zero = l->zero < 1 ? 1 : l->zero;
		l->zero =
		    l->zero > l->bar - 1 && l->hi > 0 ? l->bar - 1 : l->zero;
	}
}

static void
put_number(const struct crm_plot_screen *s, const struct layout *l,
    const struct crm_plot_series *y, size_t i)
{
	struct crm_buf b = CRM_BUF_INIT(200);

	if (y->has[i]) {
		crm_plot_add_number(&b, y->v[i], y->scale);
		if (l->scale > y->scale)
			crm_plot_pad(&b,
			    (size_t)(l->scale - y->scale) + (y->scale == 0));
	}
	crm_plot_put(s, crm_view(b.n > 0 ? b.p : "", b.n), l->number, true);
	crm_buf_release(&b);
}

/* A bar to the right, in eighths of a column: what is not zero is seen. */
static void
put_right(
    const struct crm_plot_screen *s, crm_i128 v, crm_i128 most, size_t columns)
{
	static const char *const parts[] = { "", "\xe2\x96\x8f", "\xe2\x96\x8e",
		"\xe2\x96\x8d", "\xe2\x96\x8c", "\xe2\x96\x8b", "\xe2\x96\x8a",
		"\xe2\x96\x89" };
	size_t eighths = (size_t)(v * 8 * (crm_i128)columns / most), i;

	if (eighths == 0 && v > 0)
		eighths = 1;
	for (i = 0; i < eighths / 8; i++)
		crm_buf_adds(&s->sink->buf, s->unicode ? "\xe2\x96\x88" : "#");
	if (s->unicode)
		crm_buf_adds(&s->sink->buf, parts[eighths % 8]);
	else if (eighths % 8 >= 4)
		crm_buf_addc(&s->sink->buf, '#');
	else if (eighths < 8)
		crm_buf_addc(&s->sink->buf, '.');
}

/* A bar to the left, in halves of a column, behind the blanks before it. */
static void
put_left(
    const struct crm_plot_screen *s, crm_i128 v, crm_i128 most, size_t columns)
{
	size_t halves = (size_t)(v * 2 * (crm_i128)columns / most), i, used;

	halves = halves == 0 ? 1 : halves;
	used = (halves + 1) / 2;
	crm_plot_pad(&s->sink->buf, columns - used);
	if (halves % 2 != 0)
		crm_buf_adds(&s->sink->buf, s->unicode ? "\xe2\x96\x90" : ".");
	for (i = 0; i < halves / 2; i++)
		crm_buf_adds(&s->sink->buf, s->unicode ? "\xe2\x96\x88" : "#");
}

static void
put_bar(const struct crm_plot_screen *s, const struct layout *l, crm_i128 v)
{
	if (l->bar == 0 || l->hi == l->lo || v == 0)
		return;
	crm_plot_begin_color(s, CRM_PLOT_QUIET);
	if (v < 0)
		put_left(s, -v, -l->lo, l->zero);
	else {
		crm_plot_pad(&s->sink->buf, l->zero);
		put_right(s, v, l->hi, l->bar - l->zero);
	}
	crm_plot_end_color(s);
}

static void
put_titles(const struct crm_plot *p, const struct crm_plot_panel *panel,
    const struct crm_plot_screen *s, const struct layout *l)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	size_t from = s->sink->buf.n;

	crm_plot_begin_color(s, CRM_PLOT_DIM);
	crm_plot_put(s, p->x_name, l->name, false);
	crm_plot_pad(&s->sink->buf, CRM_PLOT_GAP);
	if (l->series > 0)
		crm_plot_pad(&s->sink->buf, l->series + CRM_PLOT_GAP);
	add_number_title(panel, &b);
	crm_plot_put(s, crm_view(b.n > 0 ? b.p : "", b.n), l->number, true);
	crm_plot_end_color(s);
	crm_plot_end_line(s, from);
	crm_buf_release(&b);
}

void
crm_plot_draw_bars(const struct crm_plot *p, const struct crm_plot_panel *panel,
    const struct crm_plot_screen *s)
{
	struct crm_buf *b = &s->sink->buf;
	struct layout l;
	size_t i, k, from;

	lay_out(p, panel, s->width, 0, &l);
	put_titles(p, panel, s, &l);
	for (i = 0; i < panel->n; i++)
		for (k = 0; k < panel->ny; k++) {
			const struct crm_plot_series *y = &panel->y[k];

			from = b->n;
			crm_plot_put(s, k == 0 ? panel->label[i] : CRM_V(""),
			    l.name, false);
			crm_plot_pad(b, CRM_PLOT_GAP);
			if (l.series > 0) {
				crm_plot_put(s, y->name, l.series, false);
				crm_plot_pad(b, CRM_PLOT_GAP);
			}
			put_number(s, &l, y, i);
			crm_plot_pad(b, CRM_PLOT_GAP);
			if (y->has[i])
				put_bar(s, &l, y->v[i] * y->unit);
			crm_plot_end_line(s, from);
		}
}

/* A bar in the middle, in halves of a column. */
static void
put_centred(
    const struct crm_plot_screen *s, crm_i128 v, crm_i128 most, size_t columns)
{
	static const char *const cell[] = { " ", "\xe2\x96\x8c", "\xe2\x96\x90",
		"\xe2\x96\x88" };
	size_t len =
	    most > 0 && v > 0 ? (size_t)(v * 2 * (crm_i128)columns / most) : 0;
	size_t from, i, half;

	if (len == 0 && v > 0)
		len = 1;
	from = (2 * columns - len) / 2;
	crm_plot_begin_color(s, CRM_PLOT_QUIET);
	for (i = 0; i < columns; i++) {
		half = (size_t)(2 * i >= from && 2 * i < from + len) |
		    (size_t)(2 * i + 1 >= from && 2 * i + 1 < from + len) << 1;
		if (s->unicode)
			crm_buf_adds(&s->sink->buf, cell[half]);
		else
			crm_buf_addc(&s->sink->buf,
			    half == 0       ? ' '
				: half == 3 ? '#'
					    : '.');
	}
	crm_plot_end_color(s);
}

#define SHARE 8 /* columns: "of first", "1234.5%" */

static void
put_share(const struct crm_plot_screen *s, crm_i128 part, crm_i128 whole)
{
	struct crm_buf b = CRM_BUF_INIT(200);

	crm_plot_pad(&s->sink->buf, CRM_PLOT_GAP);
	crm_plot_add_share(&b, part, whole);
	crm_plot_put(s, crm_buf_view(&b), SHARE, true);
	crm_buf_release(&b);
}

static void
put_funnel_titles(const struct crm_plot *p, const struct crm_plot_panel *panel,
    const struct crm_plot_screen *s, const struct layout *l)
{
	struct crm_buf *b = &s->sink->buf;
	size_t from = b->n;

	put_titles(p, panel, s, l);
	while (b->n > from && (b->p[b->n - 1] == '\n'))
		b->n--;
	crm_plot_pad(b, CRM_PLOT_GAP + l->bar);
	crm_plot_begin_color(s, CRM_PLOT_DIM);
	crm_plot_pad(b, CRM_PLOT_GAP);
	crm_plot_put(s, CRM_V("of last"), SHARE, true);
	crm_plot_pad(b, CRM_PLOT_GAP);
	crm_plot_put(s, CRM_V("of first"), SHARE, true);
	crm_plot_end_color(s);
	crm_plot_end_line(s, from);
}

void
crm_plot_draw_funnel(const struct crm_plot *p,
    const struct crm_plot_panel *panel, const struct crm_plot_screen *s)
{
	const struct crm_plot_series *y = panel->y;
	struct crm_buf *b = &s->sink->buf;
	struct layout l;
	size_t i, from;

	lay_out(p, panel, s->width, 2 * (SHARE + CRM_PLOT_GAP), &l);
	put_funnel_titles(p, panel, s, &l);
	for (i = 0; i < panel->n; i++) {
		from = b->n;
		crm_plot_put(s, panel->label[i], l.name, false);
		crm_plot_pad(b, CRM_PLOT_GAP);
		put_number(s, &l, y, i);
		crm_plot_pad(b, CRM_PLOT_GAP);
		put_centred(s, y->has[i] ? y->v[i] : 0, l.hi, l.bar);
		if (i > 0) {
			put_share(s, y->v[i], y->v[i - 1]);
			put_share(s, y->v[i], y->v[0]);
		}
		crm_plot_end_line(s, from);
	}
}
