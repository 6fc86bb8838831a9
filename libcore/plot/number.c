/* Figures as texts, and scales. */
#include "format/writer.h"
#include "plot/plot_impl.h"

void
crm_plot_add_number(struct crm_buf *b, int64_t v, uint8_t scale)
{
	crm_people_add_dec(b, (struct crm_dec){ v, scale });
}

size_t
crm_plot_number_width(int64_t v, uint8_t scale)
{
	struct crm_buf b = CRM_BUF_INIT(100);
	size_t n;

	crm_plot_add_number(&b, v, scale);
	n = b.n;
	crm_buf_release(&b);
	return n;
}

void
crm_plot_add_share(struct crm_buf *b, crm_i128 part, crm_i128 whole)
{
	crm_i128 twice;

	if (whole == 0) {
		crm_buf_addc(b, '-');
		return;
	}
	twice = part * 2000 / whole;
	twice = (twice + (twice < 0 ? -1 : 1)) / 2;
	crm_plot_add_number(b, (int64_t)twice, 1);
	crm_buf_addc(b, '%');
}

void
crm_plot_add_title(struct crm_buf *b, const struct crm_plot_panel *panel,
    const struct crm_plot_series *y)
{
	crm_buf_addv(b, y->name);
	if (y->money && panel->currency.n > 0) {
		crm_buf_addc(b, ' ');
		crm_buf_addv(b, panel->currency);
	}
}

void
crm_plot_range(const struct crm_plot_panel *panel, crm_i128 *lo, crm_i128 *hi)
{
	size_t i, k, n = panel->n * (panel->ncols > 0 ? panel->ncols : 1);

	*lo = *hi = 0;
	for (k = 0; k < panel->ny; k++)
		for (i = 0; i < n; i++) {
			crm_i128 v = panel->y[k].v[i] * panel->y[k].unit;

			if (!panel->y[k].has[i])
				continue;
			*lo = v < *lo ? v : *lo;
			*hi = v > *hi ? v : *hi;
		}
}

crm_i128
crm_plot_nice(crm_i128 v)
{
	crm_i128 ten = 1;

	while (ten * 10 <= v)
		ten *= 10;
	return v <= ten    ? ten
	    : v <= 2 * ten ? 2 * ten
	    : v <= 5 * ten ? 5 * ten
			   : 10 * ten;
}

crm_i128
crm_plot_floor(crm_i128 v, crm_i128 step)
{
	crm_i128 n = v / step;

	return (n - (v < n * step)) * step;
}

crm_i128
crm_plot_ceil(crm_i128 v, crm_i128 step)
{
	return -crm_plot_floor(-v, step);
}

void
crm_plot_make_axis(
    const struct crm_plot_panel *panel, struct crm_plot_axis *axis)
{
	size_t k;

	crm_plot_range(panel, &axis->lo, &axis->hi);
	axis->scale = 0;
	for (k = 0; k < panel->ny; k++)
		if (panel->y[k].scale > axis->scale)
			axis->scale = panel->y[k].scale;
	if (axis->hi == axis->lo)
		axis->hi = axis->lo + 1;
	axis->step = crm_plot_nice((axis->hi - axis->lo + 2) / 3);
	axis->lo = crm_plot_floor(axis->lo, axis->step);
	axis->hi = crm_plot_ceil(axis->hi, axis->step);
}

void
crm_plot_add_mark(
    const struct crm_plot_axis *axis, crm_i128 v, struct crm_buf *out)
{
	crm_i128 unit = 1;
	uint8_t i;

	for (i = 0; i < axis->scale; i++)
		unit *= 10;
	if (axis->step % unit == 0 && axis->lo % unit == 0)
		crm_plot_add_number(out, (int64_t)(v / unit), 0);
	else
		crm_plot_add_number(out, (int64_t)v, axis->scale);
}
