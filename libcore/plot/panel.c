/* Drawings: the figures of the columns that were chosen. */
#include <stdlib.h>

#include "plot/plot_impl.h"

void
crm_plot_make_panels(struct crm_plot_choice *c)
{
	struct crm_plot *p = c->p;
	struct crm_plot_side found = { .max = CRM_PLOT_MAP_COLS };
	bool lacking = false;
	size_t i, n;

	for (i = 0; c->currency != CRM_PLOT_NONE && i < p->nrows; i++) {
		struct crm_view v = crm_plot_cell(p, i, c->currency);

		if (v.n > 0)
			(void)crm_plot_place(&found, v);
		lacking = lacking || v.n == 0;
	}
	c->several = found.n > 1;
	n = found.n + (c->several && lacking);
	p->npanels = n > 0 ? n : 1;
	p->panel = crm_arena_alloc(&p->arena, p->npanels * sizeof(*p->panel));
	memset(p->panel, 0, p->npanels * sizeof(*p->panel));
	for (i = 0; i < found.n; i++)
		p->panel[i].currency = found.name[i];
	crm_free(found.name);
}

/* What a row stands for. */
static struct crm_view
label_of(const struct crm_plot_choice *c, size_t row)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_view v;
	size_t i;

	if (c->nlabels == 1)
		return crm_plot_cell(c->p, row, c->label[0]);
	for (i = 0; i < c->nlabels; i++) {
		v = crm_plot_cell(c->p, row, c->label[i]);
		if (b.n > 0 && v.n > 0)
			crm_buf_adds(&b, ", ");
		crm_buf_addv(&b, v);
	}
	v = crm_view(crm_arena_dup(&c->p->arena, b.n > 0 ? b.p : "", b.n), b.n);
	crm_buf_release(&b);
	return v;
}

static bool
is_money(const struct crm_plot_choice *c, size_t col)
{
	return c->currency != CRM_PLOT_NONE && c->o->is_money != NULL &&
	    c->o->is_money(c->o->ctx, c->p->col[col].name);
}

/* A series without figures. */
static void
begin_series(const struct crm_plot_choice *c, struct crm_plot_series *y,
    size_t col, size_t n)
{
	y->name = c->p->col[col].name;
	y->money = is_money(c, col);
	y->v = crm_arena_alloc(&c->p->arena, (n + 1) * sizeof(*y->v));
	y->has = crm_arena_alloc(&c->p->arena, (n + 1) * sizeof(*y->has));
	memset(y->v, 0, (n + 1) * sizeof(*y->v));
	memset(y->has, 0, (n + 1) * sizeof(*y->has));
}

/* The digits behind the point that figures of a panel have at most. */
static uint8_t
scale_of(const struct crm_plot_choice *c, struct crm_view currency, size_t col)
{
	uint8_t scale = 0;
	struct crm_dec d;
	size_t row;

	if (!c->several)
		return c->p->col[col].scale;
	for (row = 0; row < c->p->nrows; row++)
		if (crm_plot_has_currency(c, row, currency) &&
		    crm_dec_parse(crm_plot_cell(c->p, row, col), '.', &d) &&
		    d.scale > scale)
			scale = d.scale;
	return scale;
}

/* The figure of a row. */
static const struct crm_err *
put_figure(const struct crm_plot_choice *c, struct crm_plot_series *y, size_t i,
    size_t row, size_t col)
{
	struct crm_view v = crm_plot_cell(c->p, row, col);
	struct crm_dec d;

	if (v.n == 0)
		return NULL;
	if (!crm_dec_parse(v, '.', &d) || !crm_dec_rescale(d, y->scale, &d))
		return crm_err(CRM_E_DATA, "%.*s: '%.*s' is too large to draw",
		    CRM_VARG(y->name), CRM_VARG(v));
	y->v[i] = d.m;
	y->has[i] = true;
	return NULL;
}

/* All series of a panel get one scale. */
static const struct crm_err *
set_units(struct crm_plot_panel *panel)
{
	const crm_i128 most = (crm_i128)1000000000000000 * 1000000000000000;
	crm_i128 lo, hi;
	uint8_t scale = 0, s;
	size_t k;

	for (k = 0; k < panel->ny; k++)
		scale = panel->y[k].scale > scale ? panel->y[k].scale : scale;
	for (k = 0; k < panel->ny; k++)
		for (panel->y[k].unit = 1, s = panel->y[k].scale; s < scale;
		     s++)
			panel->y[k].unit *= 10;
	crm_plot_range(panel, &lo, &hi);
	if (hi > most || -lo > most)
		return crm_err(
		    CRM_E_DATA, "the numbers are too different to draw");
	return NULL;
}

static const struct crm_err *
fill_panel(const struct crm_plot_choice *c, struct crm_plot_panel *panel)
{
	struct crm_plot *p = c->p;
	const struct crm_err *err = NULL;
	size_t row, k, n = 0;

	for (row = 0; row < p->nrows; row++)
		n += crm_plot_has_currency(c, row, panel->currency);
	panel->label =
	    crm_arena_alloc(&p->arena, (n + 1) * sizeof(*panel->label));
	panel->ny = c->nvalues;
	panel->y = crm_arena_alloc(&p->arena, panel->ny * sizeof(*panel->y));
	for (k = 0; k < panel->ny; k++)
		begin_series(c, &panel->y[k], c->value[k], n);
	for (k = 0; k < panel->ny; k++)
		panel->y[k].scale = scale_of(c, panel->currency, c->value[k]);
	for (row = 0; err == NULL && row < p->nrows; row++) {
		if (!crm_plot_has_currency(c, row, panel->currency))
			continue;
		panel->label[panel->n] = label_of(c, row);
		for (k = 0; err == NULL && k < panel->ny; k++)
			err = put_figure(
			    c, &panel->y[k], panel->n, row, c->value[k]);
		panel->n++;
	}
	return err;
}

/* The order of names of a side: that of numbers or periods, if all are, else
 * that in which they came. */
static int
cmp_names(const void *x, const void *y)
{
	const struct crm_view *a = x, *b = y;
	struct crm_dec d, e;

	if (crm_dec_parse(*a, '.', &d) && crm_dec_parse(*b, '.', &e))
		return crm_dec_cmp(d, e);
	return crm_view_cmp(*a, *b);
}

static bool
have_order(const struct crm_plot_side *s)
{
	struct crm_dec d;
	int64_t day;
	size_t i, numbers = 0, periods = 0;

	for (i = 0; i < s->n; i++) {
		numbers += crm_dec_parse(s->name[i], '.', &d);
		periods += crm_plot_period(s->name[i], &day);
	}
	return numbers == s->n || periods == s->n;
}

static struct crm_view *
keep_names(struct crm_plot *p, struct crm_plot_side *s)
{
	struct crm_view *out =
	    crm_arena_alloc(&p->arena, (s->n + 1) * sizeof(*out));

	if (s->n > 1 && have_order(s))
		qsort(s->name, s->n, sizeof(*s->name), cmp_names);
	if (s->n > 0)
		memcpy(out, s->name, s->n * sizeof(*out));
	return out;
}

static const struct crm_err *
fill_map(const struct crm_plot_choice *c, struct crm_plot_panel *panel)
{
	struct crm_plot *p = c->p;
	size_t *at = crm_calloc(p->nrows + 1, sizeof(*at)), twice, row, i;
	struct crm_plot_side side[2] = { { 0 }, { 0 } };
	const struct crm_err *err = NULL;

	if (!crm_plot_lay_out(c, c->label, panel->currency, side, at, &twice))
		err = crm_err(CRM_E_DATA,
		    "a heat map has %d rows and %d columns at most",
		    CRM_PLOT_MAP_ROWS, CRM_PLOT_MAP_COLS);
	else if (twice != CRM_PLOT_NONE)
		err = crm_err(CRM_E_DATA,
		    "two rows lie in one place of the map: '%.*s', '%.*s'",
		    CRM_VARG(crm_plot_cell(p, twice, c->label[0])),
		    CRM_VARG(crm_plot_cell(p, twice, c->label[1])));
	if (err == NULL) {
		panel->n = side[0].n;
		panel->ncols = side[1].n;
		panel->label = keep_names(p, &side[0]);
		panel->col = keep_names(p, &side[1]);
		panel->ny = 1;
		panel->y = crm_arena_alloc(&p->arena, sizeof(*panel->y));
		begin_series(c, panel->y, c->value[0], panel->n * panel->ncols);
		panel->y->scale = scale_of(c, panel->currency, c->value[0]);
	}
	side[0].last = side[1].last = 0;
	for (row = 0; err == NULL && row < p->nrows; row++) {
		if (at[row] == CRM_PLOT_NONE)
			continue;
		i = crm_plot_place(
		    &side[0], crm_plot_cell(p, row, c->label[0]));
		i = i * panel->ncols +
		    crm_plot_place(
			&side[1], crm_plot_cell(p, row, c->label[1]));
		err = put_figure(c, panel->y, i, row, c->value[0]);
	}
	crm_plot_release_sides(side);
	crm_free(at);
	return err;
}

/* A row of lines and where it lies. */
struct point {
	int64_t x;
	size_t i;
};

static int
cmp_points(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	if (p->x != q->x)
		return p->x < q->x ? -1 : 1;
	return p->i < q->i ? -1 : p->i > q->i;
}

/* Where rows lie: by time or number, where all have one, else evenly. */
static void
place_rows(const struct crm_plot_panel *panel, struct point *point)
{
	size_t i, periods = 0, numbers = 0;
	uint8_t scale = 0;
	struct crm_dec d;

	for (i = 0; i < panel->n; i++)
		if (crm_dec_parse(panel->label[i], '.', &d)) {
			numbers++;
			scale = d.scale > scale ? d.scale : scale;
		}
	for (i = 0; i < panel->n; i++) {
		point[i].i = i;
		periods += crm_plot_period(panel->label[i], &point[i].x);
	}
	if (panel->n > 0 && periods == panel->n)
		return;
	for (i = 0; i < panel->n; i++) {
		point[i].x = (int64_t)i;
		if (numbers == panel->n &&
		    crm_dec_parse(panel->label[i], '.', &d) &&
		    crm_dec_rescale(d, scale, &d))
			point[i].x = d.m;
	}
}

static void
sort_rows(struct crm_plot *p, struct crm_plot_panel *panel)
{
	struct point *point = crm_calloc(panel->n + 1, sizeof(*point));
	struct crm_plot_panel old = *panel;
	size_t i, k;

	place_rows(panel, point);
	if (panel->n > 1)
		qsort(point, panel->n, sizeof(*point), cmp_points);
	panel->x =
	    crm_arena_alloc(&p->arena, (panel->n + 1) * sizeof(*panel->x));
	panel->label =
	    crm_arena_alloc(&p->arena, (panel->n + 1) * sizeof(*panel->label));
	for (i = 0; i < panel->n; i++) {
		panel->x[i] = point[i].x;
		panel->label[i] = old.label[point[i].i];
	}
	for (k = 0; k < panel->ny; k++) {
		struct crm_plot_series *y = &panel->y[k];
		int64_t *v =
		    crm_arena_alloc(&p->arena, (panel->n + 1) * sizeof(*v));
		bool *has =
		    crm_arena_alloc(&p->arena, (panel->n + 1) * sizeof(*has));

		for (i = 0; i < panel->n; i++) {
			v[i] = y->v[point[i].i];
			has[i] = y->has[point[i].i];
		}
		y->v = v;
		y->has = has;
	}
	crm_free(point);
}

const struct crm_err *
crm_plot_fill(const struct crm_plot_choice *c, struct crm_plot_panel *panel)
{
	struct crm_plot *p = c->p;
	const struct crm_err *err;

	err = p->kind == CRM_PLOT_HEAT ? fill_map(c, panel)
				       : fill_panel(c, panel);
	if (err == NULL && p->kind == CRM_PLOT_LINES)
		sort_rows(p, panel);
	if (err == NULL && p->kind == CRM_PLOT_HISTOGRAM)
		err = crm_plot_bin(p, panel, c->o->bins);
	return err != NULL ? err : set_units(panel);
}
