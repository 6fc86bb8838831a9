/* Heat maps: where rows lie on them, and how dark. */
#include <stdlib.h>

#include "plot/plot_impl.h"

size_t
crm_plot_place(struct crm_plot_side *s, struct crm_view name)
{
	size_t i;

	for (i = s->last; i < s->n && i < s->last + 2; i++)
		if (crm_view_eq(s->name[i], name))
			return s->last = i;
	for (i = 0; i < s->n; i++)
		if (crm_view_eq(s->name[i], name))
			return s->last = i;
	if (s->n == s->max)
		return CRM_PLOT_NONE;
	s->name = crm_grow(s->name, &s->cap, s->n + 1, sizeof(*s->name));
	s->name[s->n] = name;
	return s->last = s->n++;
}

bool
crm_plot_has_currency(
    const struct crm_plot_choice *c, size_t row, struct crm_view currency)
{
	return !c->several ||
	    crm_view_eq(crm_plot_cell(c->p, row, c->currency), currency);
}

bool
crm_plot_lay_out(const struct crm_plot_choice *c, const size_t key[2],
    struct crm_view currency, struct crm_plot_side side[2], size_t *at,
    size_t *twice)
{
	const struct crm_plot *p = c->p;
	unsigned char *taken =
	    crm_calloc((size_t)CRM_PLOT_MAP_ROWS * CRM_PLOT_MAP_COLS, 1);
	size_t i, k, where[2] = { 0, 0 };
	bool ok = true;

	side[0].max = CRM_PLOT_MAP_ROWS;
	side[1].max = CRM_PLOT_MAP_COLS;
	*twice = CRM_PLOT_NONE;
	for (i = 0; ok && i < p->nrows; i++) {
		at[i] = CRM_PLOT_NONE;
		if (!crm_plot_has_currency(c, i, currency))
			continue;
		for (k = 0; k < 2; k++)
			where[k] = crm_plot_place(
			    &side[k], crm_plot_cell(p, i, key[k]));
		ok = where[0] != CRM_PLOT_NONE && where[1] != CRM_PLOT_NONE;
		if (!ok)
			break;
		at[i] = where[0] * CRM_PLOT_MAP_COLS + where[1];
		if (taken[at[i]]++ != 0 && *twice == CRM_PLOT_NONE)
			*twice = i;
	}
	crm_free(taken);
	return ok;
}

void
crm_plot_release_sides(struct crm_plot_side side[2])
{
	crm_free(side[0].name);
	crm_free(side[1].name);
}

static int
cmp_figures(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

void
crm_plot_rank(const struct crm_plot_panel *panel, size_t levels,
    struct crm_plot_ranks *out)
{
	size_t i, n = panel->n * panel->ncols;

	out->levels = levels;
	out->n = 0;
	out->sorted = crm_calloc(n + 1, sizeof(*out->sorted));
	for (i = 0; i < n; i++)
		if (panel->y->has[i])
			out->sorted[out->n++] = panel->y->v[i];
	if (out->n > 1)
		qsort(out->sorted, out->n, sizeof(*out->sorted), cmp_figures);
}

void
crm_plot_ranks_release(struct crm_plot_ranks *r)
{
	crm_free(r->sorted);
}

/* How many figures are below v, or up to it. */
static size_t
count_to(const struct crm_plot_ranks *r, int64_t v, bool with)
{
	size_t lo = 0, hi = r->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (r->sorted[mid] < v || (with && r->sorted[mid] == v))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* By the middle of the places that equal figures have. */
size_t
crm_plot_level(const struct crm_plot_ranks *r, int64_t v)
{
	size_t places = count_to(r, v, false) + count_to(r, v, true);

	return r->n > 0 && places < 2 * r->n ? places * r->levels / (2 * r->n)
					     : 0;
}

bool
crm_plot_add_level(const struct crm_plot_ranks *r, size_t level, uint8_t scale,
    struct crm_buf *out)
{
	size_t first = 0, end;

	while (first < r->n && crm_plot_level(r, r->sorted[first]) < level)
		first++;
	for (end = first; end < r->n; end++)
		if (crm_plot_level(r, r->sorted[end]) != level)
			break;
	if (end == first)
		return false;
	crm_plot_add_number(out, r->sorted[first], scale);
	if (r->sorted[end - 1] != r->sorted[first]) {
		crm_buf_adds(out, "..");
		crm_plot_add_number(out, r->sorted[end - 1], scale);
	}
	return true;
}
