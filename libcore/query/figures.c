#include "query/figures.h"

#include <stdlib.h>

#include "base/find.h"
#include "base/mem.h"

crm_figures_maker *crm_figures_make;

#define NFIGURES \
	(CRM_N_SILENCE - CRM_N_RFM + 1 + CRM_N_SCORE_MAX - CRM_N_SCORE + 1)

/* A process has one snapshot at a time: its queries, columns and orders share
 * what is known. */
static struct {
	const struct crm_snap *snap;
	uint64_t generation;
	struct crm_figures figures;
} known[NFIGURES];

static struct crm_buf told = CRM_BUF_INIT(CRM_LINE_MAX);

void
crm_figures_tell(struct crm_view lines)
{
	struct crm_view line;

	for (; lines.n > 0; lines = crm_view_skip(lines, line.n)) {
		line = crm_view(lines.p, crm_view_find(lines, '\n'));
		line.n += line.n < lines.n;
		if (crm_find(crm_buf_view(&told), line) == told.n)
			crm_buf_addv(&told, line);
	}
}

struct crm_view
crm_figures_told(void)
{
	return crm_buf_view(&told);
}

void
crm_figures_untell(void)
{
	crm_buf_release(&told);
}

static size_t
place_of(uint16_t num)
{
	return num >= CRM_N_SCORE
	    ? (size_t)(num - CRM_N_SCORE) + CRM_N_SILENCE - CRM_N_RFM + 1
	    : (size_t)(num - CRM_N_RFM);
}

const struct crm_err *
crm_figures_get(struct crm_snap *snap, const struct crm_clock *clock,
    uint16_t num, const struct crm_figures **out)
{
	size_t i = place_of(num);
	const struct crm_err *err = NULL;

	if (known[i].snap != snap ||
	    known[i].generation != crm_snap_generation(snap)) {
		crm_figures_release(&known[i].figures);
		known[i].snap = NULL;
		if (crm_figures_make != NULL)
			err = crm_figures_make(
			    snap, clock, num, &known[i].figures);
		if (err != NULL)
			return err;
		crm_figures_settle(&known[i].figures);
		known[i].snap = snap;
		known[i].generation = crm_snap_generation(snap);
	}
	*out = &known[i].figures;
	return NULL;
}

void
crm_figures_forget(const struct crm_snap *snap)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].snap == snap) {
			crm_figures_release(&known[i].figures);
			known[i].snap = NULL;
		}
}

void
crm_figures_release(struct crm_figures *f)
{
	crm_free(f->of);
	f->of = NULL;
	f->n = f->cap = 0;
}

void
crm_figures_add(struct crm_figures *f, uint64_t who, int64_t value)
{
	f->of = crm_grow(f->of, &f->cap, f->n + 1, sizeof(*f->of));
	f->of[f->n++] = (struct crm_figure){ who, value };
}

/* Equal ones by their place, so that the first comes first. */
static int
cmp(const void *x, const void *y)
{
	const struct crm_figure *const *a = x, *const *b = y;

	if ((*a)->who != (*b)->who)
		return (*a)->who < (*b)->who ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

void
crm_figures_settle(struct crm_figures *f)
{
	struct crm_figure *sorted;
	const struct crm_figure **at;
	size_t i, n = 0;

	for (i = 1; i < f->n; i++)
		if (f->of[i - 1].who >= f->of[i].who)
			break;
	if (i >= f->n)
		return;
	at = crm_calloc(f->n, sizeof(*at));
	sorted = crm_calloc(f->n, sizeof(*sorted));
	for (i = 0; i < f->n; i++)
		at[i] = &f->of[i];
	qsort(at, f->n, sizeof(*at), cmp);
	for (i = 0; i < f->n; i++)
		if (n == 0 || sorted[n - 1].who != at[i]->who)
			sorted[n++] = *at[i];
	crm_free(at);
	crm_free(f->of);
	f->of = sorted;
	f->cap = f->n;
	f->n = n;
}

const struct crm_figure *
crm_figures_of(const struct crm_figures *f, uint64_t who)
{
	size_t low = 0, high = f->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (f->of[mid].who == who)
			return &f->of[mid];
		if (f->of[mid].who < who)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}
