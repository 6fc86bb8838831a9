/* Histograms: figures counted by size, as bars. */
#include <stdlib.h>

#include "plot/plot_impl.h"

#define BINS_MAX 16 /* unless it is said */

static int
cmp_figures(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

/* The figures that there are, in order. */
static size_t
sorted(const struct crm_plot_panel *panel, int64_t *out)
{
	size_t i, n = 0;

	for (i = 0; i < panel->n; i++)
		if (panel->y[0].has[i])
			out[n++] = panel->y[0].v[i];
	if (n > 1)
		qsort(out, n, sizeof(*out), cmp_figures);
	return n;
}

/* Ranges of one width, the last one open where few figures lie far out. */
struct bins {
	crm_i128 from, width;
	size_t n;
	bool open;   /* the last one has all above, too */
	bool closed; /* the last one has its upper end, too */
};

/*
 * Choose them: the width is a round number, and such that there are at most so
 * many.  Where the greatest figure lies more than twice as far out as 99 of
 * 100 do, these alone count, and the last range holds all above.  A greatest
 * figure that would begin a range belongs to the one before, which is wider by
 * one in a hundred at most.
 */
static struct bins
choose_bins(const int64_t *v, size_t n, size_t bins)
{
	crm_i128 least = v[0], most = v[n - 1], near = v[(n - 1) * 99 / 100];
	struct bins b = { .open = false };
	size_t want = bins;

	if (want == 0) /* Sturges: 1 + log2(n) */
		for (want = 2; want < BINS_MAX && (size_t)1 << (want - 1) < n;)
			want++;
	if (n >= 100 && near > least && (most - least) > 2 * (near - least) &&
	    want > 2) {
		most = near;
		b.open = true;
	}
	b.width = 1;
	do {
		b.width = crm_plot_nice(b.width);
		b.from = crm_plot_floor(least, b.width);
		b.n = (size_t)((most - b.from) / b.width < 100000
			      ? (most - b.from) / b.width
			      : 100000) +
		    1 + b.open;
		b.width++;
	} while (b.n > want);
	b.width--;
	/* chances end at 100.0: no range of 100.0..109.9 for these alone */
	b.closed = !b.open && b.n > 2 && b.width >= 100 &&
	    most == b.from + (crm_i128)(b.n - 1) * b.width;
	b.n -= b.closed;
	return b;
}

/* The last figure that the i-th one has. */
static crm_i128
upper(const struct bins *b, size_t i)
{
	crm_i128 next = b->from + (crm_i128)(i + 1) * b->width;

	return b->closed && i + 1 == b->n ? next : next - 1;
}

/* "100.00..199.99": the points of both stand under each other. */
static void
add_range(struct crm_buf *out, const struct bins *b, size_t i, uint8_t scale,
    size_t widest)
{
	crm_i128 lo = b->from + (crm_i128)i * b->width, hi = upper(b, i);
	size_t width = crm_plot_number_width((int64_t)lo, scale);

	crm_plot_pad(out, widest > width ? widest - width : 0);
	crm_plot_add_number(out, (int64_t)lo, scale);
	crm_buf_adds(out, "..");
	if (b->open && i + 1 == b->n)
		return;
	if (hi == lo) { /* one value has no range */
		out->n -= 2;
		return;
	}
	width = crm_plot_number_width((int64_t)hi, scale);
	crm_plot_pad(out, widest > width ? widest - width : 0);
	crm_plot_add_number(out, (int64_t)hi, scale);
}

static size_t
widest_bound(const struct bins *b, uint8_t scale)
{
	size_t i, width, widest = 0;

	for (i = 0; i < b->n; i++) {
		width = crm_plot_number_width(
		    (int64_t)(b->from + (crm_i128)i * b->width), scale);
		widest = width > widest ? width : widest;
		if (b->open && i + 1 == b->n)
			break;
		width = crm_plot_number_width((int64_t)upper(b, i), scale);
		widest = width > widest ? width : widest;
	}
	return widest;
}

static struct crm_view
keep(struct crm_plot *p, struct crm_buf *b)
{
	struct crm_view v = crm_view(
	    crm_arena_dup(&p->arena, b->n > 0 ? b->p : "", b->n), b->n);

	crm_buf_reset(b);
	return v;
}

/* Least, median and greatest figure, exact. */
static void
add_note(struct crm_buf *out, const int64_t *v, size_t n, uint8_t scale)
{
	crm_plot_add_number(out, (int64_t)n, 0);
	crm_buf_adds(out, n == 1 ? " number: " : " numbers: least ");
	crm_plot_add_number(out, v[0], scale);
	if (n == 1)
		return;
	crm_buf_adds(out, ", median ");
	crm_plot_add_number(out, v[(n - 1) / 2], scale);
	crm_buf_adds(out, ", greatest ");
	crm_plot_add_number(out, v[n - 1], scale);
}

const struct crm_err *
crm_plot_bin(struct crm_plot *p, struct crm_plot_panel *panel, size_t bins)
{
	int64_t *v = crm_calloc(panel->n + 1, sizeof(*v));
	struct crm_plot_series *y = panel->y;
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	size_t n = sorted(panel, v), i, at, widest;
	struct bins bin = { .n = 0 };
	uint8_t scale = y->scale;

	if (n > 0) {
		bin = choose_bins(v, n, bins);
		add_note(&b, v, n, scale);
		panel->note = keep(p, &b);
	}
	widest = widest_bound(&bin, scale);
	if (p->npanels == 1) /* else the currency stands over the drawing */
		crm_plot_add_title(&b, panel, y);
	else
		crm_buf_addv(&b, y->name);
	p->x_name = keep(p, &b);
	panel->n = bin.n;
	panel->label =
	    crm_arena_alloc(&p->arena, (bin.n + 1) * sizeof(*panel->label));
	y->v = crm_arena_alloc(&p->arena, (bin.n + 1) * sizeof(*y->v));
	y->has = crm_arena_alloc(&p->arena, (bin.n + 1) * sizeof(*y->has));
	for (i = 0; i < bin.n; i++) {
		add_range(&b, &bin, i, scale, widest);
		panel->label[i] = keep(p, &b);
		y->v[i] = 0;
		y->has[i] = true;
	}
	for (i = 0; i < n; i++) {
		at = (size_t)((v[i] - bin.from) / bin.width);
		y->v[at < bin.n ? at : bin.n - 1]++;
	}
	y->name = CRM_V("rows");
	y->money = false;
	y->scale = 0;
	crm_buf_release(&b);
	crm_free(v);
	return NULL;
}
