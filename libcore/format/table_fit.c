/* How wide the columns of a table are, and which are there. */
#include "base/utf8.h"
#include "format/table_impl.h"

#define COLUMN_MIN 10   /* a shortened column keeps so many */
#define COLUMN_WHOLE 12 /* one up to here is not worth it */
#define DEAR_MIN 20     /* a dear one, on a terminal four times as wide */
#define BAR_MIN 4       /* columns, and a blank before it */
#define BAR_MAX 8

bool
crm_table_tail_next(
    const struct crm_table_out *t, size_t *i, struct crm_view *out)
{
	if (*i == 0 && t->less) {
		*i = 1;
		*out = crm_view_str(CRM_TABLE_ELLIPSIS);
		return true;
	}
	for (*i += *i == 0; *i <= t->ncols; (*i)++)
		if (t->moved[*i - 1]) {
			*out = t->one[*i - 1];
			(*i)++;
			return true;
		}
	return false;
}

size_t
crm_table_tail_width(const struct crm_table_out *t)
{
	size_t i = 0, sum = 0;
	struct crm_view v;

	while (crm_table_tail_next(t, &i, &v))
		sum += (sum > 0) + crm_utf8_width(v);
	return sum;
}

/* The sum of the columns' widths, and of what stands between and behind. */
static size_t
total_width(const struct crm_table_out *t, const size_t *wide)
{
	size_t i, sum = crm_table_tail_width(t), n = sum > 0;

	for (i = 0; i < t->ncols; i++)
		if (t->shown[i]) {
			sum += wide[i];
			n++;
		}
	return n > 0 ? sum + (n - 1) * CRM_TABLE_GAP : 0;
}

/* Let the end of the header say what all cells of a column do.  Never all
 * columns. */
static void
move_same(struct crm_table_out *t)
{
	size_t i, n = 0;

	for (i = 0; i < t->ncols; i++)
		n += t->shown[i];
	for (i = 0; n > 1 && i < t->ncols; i++)
		if (t->shown[i] && t->col[i].same && !t->differs[i] &&
		    t->one[i].n > 0) {
			t->moved[i] = true;
			t->shown[i] = false;
			n--;
		}
}

/* The columns that one keeps when it is shortened: for bars less is taken from
 * those that are dear. */
static size_t
least_of(const struct crm_table_out *t, size_t i, bool for_bars)
{
	const struct crm_table_column *c = &t->col[i];
	size_t least = COLUMN_MIN;

	if (!c->cut || t->wide[i] <= COLUMN_WHOLE)
		return t->wide[i];
	if (c->whole && t->width * 2 / 5 > least)
		least = t->width * 2 / 5;
	else if (c->dear && for_bars)
		least = DEAR_MIN;
	else if (c->dear && !t->whole && t->width / 4 > least)
		least = t->width / 4 < DEAR_MIN ? t->width / 4 : DEAR_MIN;
	return t->wide[i] < least ? t->wide[i] : least;
}

/* When a column is shortened: before those with a higher number. */
static int
turn_of(const struct crm_table_column *c)
{
	return c->whole ? 2 : c->dear;
}

/* The widest column that can be shortened in a turn; ncols when there is
 * none. */
static size_t
widest(const struct crm_table_out *t, int turn, const size_t *least)
{
	size_t i, at = t->ncols;

	for (i = 0; i < t->ncols; i++)
		if (t->shown[i] && turn_of(&t->col[i]) == turn &&
		    t->wide[i] > least[i] &&
		    (at == t->ncols || t->wide[i] > t->wide[at]))
			at = i;
	return at;
}

/* The spare column that is left out first; ncols when there is none. */
static size_t
most_spare(const struct crm_table_out *t)
{
	size_t i, n = 0, at = t->ncols;

	for (i = 0; i < t->ncols; i++) {
		n += t->shown[i];
		if (t->shown[i] && t->col[i].spare > 0 && !t->col[i].main &&
		    (at == t->ncols || t->col[i].spare > t->col[at].spare))
			at = i;
	}
	return n < 2 ? t->ncols : at;
}

/* The last column, but not the first, nor one that says what else differs;
 * beside the number that rows are about, none that says whom they are about.
 * ncols when there is none. */
static size_t
last_wanted(const struct crm_table_out *t)
{
	size_t i, n = 0, last = t->ncols, less = t->ncols;
	bool main = false;

	for (i = 0; i < t->ncols; i++) {
		const struct crm_table_column *c = &t->col[i];

		if (!t->shown[i] || n++ == 0 || (c->same && t->differs[i]))
			continue;
		main = main || c->main;
		last = i;
		if (!c->main && !c->dear)
			less = i;
	}
	return main && less < t->ncols ? less : last;
}

/* Leave out numbers that are all 0 and that nobody asked for, from the right,
 * before others are shortened for them. */
static void
leave_out_zeros(struct crm_table_out *t, size_t width)
{
	size_t i;

	for (i = t->ncols; i-- > 1 && total_width(t, t->wide) > width;)
		if (t->shown[i] && t->col[i].right && !t->some[i] &&
		    !t->col[i].keep) {
			t->shown[i] = false;
			t->less = true;
		}
}

/* Leave out columns until the others can be made to fit: for bars spare ones
 * alone.  Says whether they can. */
static bool
leave_out(
    struct crm_table_out *t, size_t width, const size_t *least, bool for_bars)
{
	size_t i;

	while (total_width(t, least) > width) {
		i = most_spare(t);
		if (i == t->ncols && !for_bars)
			i = last_wanted(t);
		if (i == t->ncols)
			return false;
		t->shown[i] = false;
		t->less = true;
	}
	return true;
}

static void
shorten(struct crm_table_out *t, size_t width, const size_t *least)
{
	size_t at, sum = total_width(t, t->wide);
	int turn = 0;

	while (sum > width && turn < 3) {
		at = widest(t, turn, least);
		if (at == t->ncols) {
			turn++;
			continue;
		}
		t->wide[at]--;
		sum--;
	}
}

/* Make the columns fit; false: they do not.  all: there are no rows but those
 * that are held. */
static bool
fit_columns(struct crm_table_out *t, size_t width, bool all, bool for_bars)
{
	size_t i, *least = crm_calloc(t->ncols, sizeof(*least));
	bool fits;

	if (all && total_width(t, t->wide) > width) {
		move_same(t);
		leave_out_zeros(t, width);
	}
	for (i = 0; i < t->ncols; i++)
		least[i] = least_of(t, i, for_bars);
	fits = leave_out(t, width, least, for_bars);
	if (fits || !for_bars)
		shorten(t, width, least);
	crm_free(least);
	return fits;
}

/* Is there something to compare? */
static bool
has_bars(struct crm_table_out *t)
{
	size_t i, rows[UINT8_MAX + 1] = { 0 }, most = 0;
	const struct bar *b = t->bar;

	if (t->bar_col == t->ncols || t->nrows < 2 || !t->shown[t->bar_col])
		return false;
	for (i = 0; i < t->nrows; i++)
		rows[b[i].mark] += b[i].length > 0;
	for (i = 0; i < t->nrows; i++)
		if (rows[b[i].mark] > most) {
			most = rows[b[i].mark];
			t->most.mark = b[i].mark;
		}
	for (i = 0; i < t->nrows; i++)
		if (b[i].mark == t->most.mark && b[i].length > t->most.length)
			t->most.length = b[i].length;
	return t->most.length > 0;
}

/* Make the columns fit beside bars.  Where that is not to be done, nothing is
 * changed. */
static bool
fit_with_bars(struct crm_table_out *t, bool all)
{
	bool *shown, less = t->less;
	size_t room = 1 + BAR_MIN;

	if (!has_bars(t))
		return false;
	t->bar_width = BAR_MAX;
	if (t->width == 0)
		return true;
	shown = crm_calloc(t->ncols, sizeof(*shown));
	memcpy(shown, t->shown, t->ncols * sizeof(*shown));
	if (t->width <= room || !fit_columns(t, t->width - room, all, true) ||
	    !t->shown[t->bar_col]) {
		memcpy(t->shown, shown, t->ncols * sizeof(*shown));
		memset(t->moved, 0, t->ncols * sizeof(*t->moved));
		t->less = less;
		t->bar_width = 0;
	} else {
		room = t->width - total_width(t, t->wide) - 1;
		t->bar_width = room < BAR_MAX ? room : BAR_MAX;
	}
	crm_free(shown);
	return t->bar_width > 0;
}

void
crm_table_fit(struct crm_table_out *t, bool all)
{
	size_t i;

	for (i = 0; i < t->ncols; i++) {
		size_t title = crm_utf8_width(crm_view_str(t->col[i].title));

		if (t->wide[i] < title)
			t->wide[i] = title;
	}
	if (fit_with_bars(t, all))
		return;
	t->bar_col = t->ncols;
	if (t->width > 0)
		(void)fit_columns(t, t->width, all, false);
}
