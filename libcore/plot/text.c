/* Drawing as text: what all kinds have in common. */
#include "base/utf8.h"
#include "plot/plot_impl.h"

void
crm_plot_pad(struct crm_buf *b, size_t n)
{
	while (n-- > 0)
		crm_buf_addc(b, ' ');
}

void
crm_plot_put(const struct crm_plot_screen *s, struct crm_view v, size_t columns,
    bool right)
{
	struct crm_buf *b = &s->sink->buf;
	size_t width = crm_utf8_width(v);
	bool cut = width > columns;

	if (cut)
		v = crm_utf8_cut(v, columns - (columns > 0), &width);
	if (cut && columns > 0)
		width++;
	if (right)
		crm_plot_pad(b, columns - width);
	crm_buf_addv(b, v);
	if (cut && columns > 0)
		crm_buf_adds(b, s->unicode ? "\xe2\x80\xa6" : "~");
	if (!right)
		crm_plot_pad(b, columns - width);
}

void
crm_plot_end_line(const struct crm_plot_screen *s, size_t from)
{
	struct crm_buf *b = &s->sink->buf;

	while (b->n > from && b->p[b->n - 1] == ' ')
		b->n--;
	crm_buf_addc(b, '\n');
	crm_sink_check(s->sink);
}

void
crm_plot_begin_color(const struct crm_plot_screen *s, const char *color)
{
	if (s->color)
		crm_buf_adds(&s->sink->buf, color);
}

void
crm_plot_end_color(const struct crm_plot_screen *s)
{
	struct crm_buf *b = &s->sink->buf;
	size_t blanks = 0;

	if (!s->color)
		return;
	/* the colour ends before blanks, which are then seen to be at the
	 * end of a line */
	while (blanks < b->n && b->p[b->n - blanks - 1] == ' ')
		blanks++;
	b->n -= blanks;
	crm_buf_adds(b, CRM_PLOT_PLAIN);
	crm_plot_pad(b, blanks);
}

size_t
crm_plot_widest(struct crm_view title, const struct crm_view *text, size_t n)
{
	size_t i, width, widest = crm_utf8_width(title);

	for (i = 0; i < n; i++) {
		width = crm_utf8_width(text[i]);
		widest = width > widest ? width : widest;
	}
	return widest;
}

/* The currency over a drawing that is one of several. */
static void
put_heading(const struct crm_plot *p, const struct crm_plot_panel *panel,
    const struct crm_plot_screen *s)
{
	struct crm_buf *b = &s->sink->buf;

	if (p->npanels == 1)
		return;
	if (panel != p->panel)
		crm_buf_addc(b, '\n');
	if (panel->currency.n > 0)
		crm_buf_addv(b, panel->currency);
	else
		crm_buf_adds(b, "without a currency");
	crm_buf_adds(b, ", on a scale of its own\n");
}

const struct crm_err *
crm_plot_draw(const struct crm_plot *p, const struct crm_plot_screen *s)
{
	size_t i;

	for (i = 0; i < p->npanels; i++) {
		const struct crm_plot_panel *panel = &p->panel[i];

		put_heading(p, panel, s);
		switch (p->kind) {
		case CRM_PLOT_FUNNEL:
			crm_plot_draw_funnel(p, panel, s);
			break;
		case CRM_PLOT_HEAT:
			crm_plot_draw_heat(p, panel, s);
			break;
		case CRM_PLOT_LINES:
			crm_plot_draw_lines(p, panel, s);
			break;
		case CRM_PLOT_AUTO:
		case CRM_PLOT_BARS:
		case CRM_PLOT_HISTOGRAM:
		case CRM_PLOT_NKINDS:
			crm_plot_draw_bars(p, panel, s);
			break;
		}
		if (panel->note.n > 0) {
			size_t from = s->sink->buf.n;

			crm_plot_begin_color(s, CRM_PLOT_DIM);
			crm_buf_addv(&s->sink->buf, panel->note);
			crm_plot_end_color(s);
			crm_plot_end_line(s, from);
		}
	}
	return NULL;
}
