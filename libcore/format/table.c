#include "format/table.h"

#include "base/mem.h"
#include "base/utf8.h"

#define ROWS_HELD 1000 /* say how wide columns are */
#define GAP 2
#define COLUMN_MIN 10   /* a shortened column keeps so many */
#define COLUMN_WHOLE 12 /* one up to here is not worth it */
#define DEAR_MIN 20     /* a dear one, on a terminal four times as wide */
#define ELLIPSIS "\xe2\x80\xa6" /* U+2026 */
#define DIM "\033[2m"
#define PLAIN "\033[0m"
#define QUIET "\033[36m"
#define BAR_MIN 4 /* columns, and a blank before it */
#define BAR_MAX 8

__extension__ typedef __int128 i128;

struct crm_table_out {
	struct crm_sink *sink;
	const struct crm_table_column *col;
	size_t ncols, width;
	bool dim, begun;
	bool less;    /* columns were left out */
	bool whole;   /* there is a column that is to be whole */
	size_t *wide; /* columns of the widest cell, then what is printed */
	bool *shown;
	bool *some;            /* of numbers: there are others than 0 */
	struct crm_view *one;  /* of same ones: what all cells say */
	bool *differs, *moved; /* they do not; the header's end says it */
	struct crm_arena arena;
	struct crm_view *cell; /* rows one behind the other */
	size_t ncells, cell_cap, nrows;
	/* bars */
	size_t bar_col; /* ncols: there are none */
	bool unicode;
	struct bar {
		int64_t length; /* 0: none */
		uint8_t mark;
	} * bar; /* one a row that is held */
	size_t bar_cap;
	size_t bar_width;
	struct bar next; /* of the row at hand */
	struct bar most; /* a whole one */
};

struct crm_table_out *
crm_table_new(struct crm_sink *sink, const struct crm_table_column *col,
    size_t n, size_t width, bool dim)
{
	struct crm_table_out *t = crm_calloc(1, sizeof(*t));
	size_t i;

	t->sink = sink;
	t->col = col;
	t->ncols = n;
	t->width = width;
	t->dim = dim;
	t->bar_col = n;
	t->wide = crm_calloc(n, sizeof(*t->wide));
	t->shown = crm_calloc(n, sizeof(*t->shown));
	t->some = crm_calloc(n, sizeof(*t->some));
	t->one = crm_calloc(n, sizeof(*t->one));
	t->differs = crm_calloc(n, sizeof(*t->differs));
	t->moved = crm_calloc(n, sizeof(*t->moved));
	for (i = 0; i < n; i++) {
		t->shown[i] = col[i].keep;
		t->whole = t->whole || col[i].whole;
	}
	return t;
}

void
crm_table_free(struct crm_table_out *t)
{
	if (t == NULL)
		return;
	crm_free(t->wide);
	crm_free(t->shown);
	crm_free(t->some);
	crm_free(t->one);
	crm_free(t->differs);
	crm_free(t->moved);
	crm_free(t->cell);
	crm_free(t->bar);
	crm_arena_release(&t->arena);
	crm_free(t);
}

static void
pad(struct crm_buf *b, size_t n)
{
	while (n-- > 0)
		crm_buf_addc(b, ' ');
}

/* The last column of a row that has text: nothing is padded behind it. */
static size_t
last_shown(const struct crm_table_out *t, const struct crm_view *cell)
{
	size_t i = t->ncols;

	while (i > 0 && (!t->shown[i - 1] || cell[i - 1].n == 0))
		i--;
	return i;
}

void
crm_table_bars(struct crm_table_out *t, size_t column, bool unicode)
{
	t->bar_col = column;
	t->unicode = unicode;
}

void
crm_table_bar(struct crm_table_out *t, int64_t length, uint8_t mark)
{
	t->next = (struct bar){ length > 0 ? length : 0, mark };
}

/* A bar, in eighths of a column; one that is longer than a whole one ends in a
 * mark. */
static void
print_bar(struct crm_table_out *t, int64_t length, bool last)
{
	static const char *const part[] = { "", "\xe2\x96\x8f", "\xe2\x96\x8e",
		"\xe2\x96\x8d", "\xe2\x96\x8c", "\xe2\x96\x8b", "\xe2\x96\x8a",
		"\xe2\x96\x89" };
	struct crm_buf *b = &t->sink->buf;
	int64_t most = t->most.length;
	bool over = length > most;
	size_t n = over ? t->bar_width * 8
	    : most > 0  ? (size_t)((i128)length * t->bar_width * 8 / most)
			: 0;
	size_t i, used = n / 8;

	if (n == 0 && length > 0)
		n = 1;
	if (n > 0) {
		crm_buf_adds(b, t->dim ? " " QUIET : " ");
		for (i = 0; i < n / 8 - over; i++)
			crm_buf_adds(b, t->unicode ? "\xe2\x96\x88" : "#");
		if (over)
			crm_buf_addc(b, '+');
		else if (n % 8 > 0) {
			crm_buf_adds(b,
			    t->unicode       ? part[n % 8]
				: n % 8 >= 4 ? "#"
					     : ".");
			used++;
		}
		crm_buf_adds(b, t->dim ? PLAIN : "");
	}
	if (!last)
		pad(b, t->bar_width - used + (n == 0));
}

static void
print_cell(struct crm_table_out *t, size_t i, struct crm_view v, bool last)
{
	struct crm_buf *b = &t->sink->buf;
	size_t width = crm_utf8_width(v), room = t->wide[i];
	bool cut = t->width > 0 && t->col[i].cut && width > room;

	if (cut) {
		v = crm_utf8_cut(v, room - 1, &width);
		width++;
	}
	if (t->col[i].right && width < room)
		pad(b, room - width);
	crm_buf_addv(b, v);
	if (cut)
		crm_buf_adds(b, ELLIPSIS);
	if (!t->col[i].right && !last && width < room)
		pad(b, room - width);
}

/* end is behind the last cell; more: something comes behind that. */
static void
print_cells(struct crm_table_out *t, const struct crm_view *cell, size_t end,
    bool more, int64_t bar)
{
	bool first = true;
	size_t i;

	for (i = 0; i < end; i++) {
		if (!t->shown[i])
			continue;
		if (!first)
			pad(&t->sink->buf, GAP);
		first = false;
		print_cell(t, i, cell[i], !more && i + 1 == end);
		if (i == t->bar_col)
			print_bar(t, bar, !more && i + 1 == end);
	}
}

static void
print_row(struct crm_table_out *t, const struct crm_view *cell, struct bar bar)
{
	print_cells(t, cell, last_shown(t, cell), false,
	    bar.mark == t->most.mark ? bar.length : 0);
	crm_buf_addc(&t->sink->buf, '\n');
	crm_sink_check(t->sink);
}

/* The next part of what stands behind the last title; false: that is all. */
static bool
next_of_tail(const struct crm_table_out *t, size_t *i, struct crm_view *out)
{
	if (*i == 0 && t->less) {
		*i = 1;
		*out = crm_view_str(ELLIPSIS);
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

/* The columns of it; 0: there is none. */
static size_t
tail_width(const struct crm_table_out *t)
{
	size_t i = 0, sum = 0;
	struct crm_view v;

	while (next_of_tail(t, &i, &v))
		sum += (sum > 0) + crm_utf8_width(v);
	return sum;
}

static void
print_header(struct crm_table_out *t)
{
	struct crm_view *title = crm_calloc(t->ncols, sizeof(*title)), v;
	bool more = tail_width(t) > 0;
	struct crm_buf *b = &t->sink->buf;
	size_t i, gap = GAP;

	for (i = 0; i < t->ncols; i++)
		title[i] = crm_view_str(t->col[i].title);
	if (t->dim)
		crm_buf_adds(b, DIM);
	print_cells(t, title, last_shown(t, title), more, 0);
	for (i = 0; next_of_tail(t, &i, &v); gap = 1) {
		pad(b, gap);
		crm_buf_addv(b, v);
	}
	/* the colour ends before the line does */
	crm_buf_adds(b, t->dim ? PLAIN "\n" : "\n");
	crm_sink_check(t->sink);
	crm_free(title);
}

/* The sum of the columns' widths, and of what stands between and behind. */
static size_t
total_width(const struct crm_table_out *t, const size_t *wide)
{
	size_t i, sum = tail_width(t), n = sum > 0;

	for (i = 0; i < t->ncols; i++)
		if (t->shown[i]) {
			sum += wide[i];
			n++;
		}
	return n > 0 ? sum + (n - 1) * GAP : 0;
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

/* Leave out numbers that are all 0, from the right, before others are
 * shortened for them: for bars none that was asked for. */
static void
leave_out_zeros(struct crm_table_out *t, size_t width, bool for_bars)
{
	size_t i;

	for (i = t->ncols; i-- > 1 && total_width(t, t->wide) > width;)
		if (t->shown[i] && t->col[i].right && !t->some[i] &&
		    !(for_bars && t->col[i].keep)) {
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
		leave_out_zeros(t, width, for_bars);
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

/* Make the table fit.  all: there are no rows but those that are held. */
static void
fit(struct crm_table_out *t, bool all)
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

static void
begin(struct crm_table_out *t, bool all)
{
	size_t i;

	if (t->begun)
		return;
	t->begun = true;
	fit(t, all);
	print_header(t);
	for (i = 0; i < t->nrows; i++)
		print_row(t, t->cell + i * t->ncols,
		    t->bar_col < t->ncols ? t->bar[i] : t->most);
	t->nrows = t->ncells = 0;
	crm_arena_reset(&t->arena);
}

static bool
is_zero(struct crm_view text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] != '0' && text.p[i] != '.')
			return false;
	return true;
}

void
crm_table_cell(struct crm_table_out *t, struct crm_view text)
{
	size_t i = t->ncells % t->ncols, width;

	t->cell =
	    crm_grow(t->cell, &t->cell_cap, t->ncells + 1, sizeof(*t->cell));
	t->cell[t->ncells++] =
	    crm_view(crm_arena_dup(&t->arena, text.p, text.n), text.n);
	if (t->begun || text.n == 0)
		return;
	if (t->col[i].same && t->one[i].n == 0)
		t->one[i] = t->cell[t->ncells - 1];
	else if (t->col[i].same && !crm_view_eq(t->one[i], text))
		t->differs[i] = true;
	t->some[i] = t->some[i] || !is_zero(text);
	width = crm_utf8_width(text);
	if (width > t->wide[i])
		t->wide[i] = width;
	t->shown[i] = true;
}

void
crm_table_row(struct crm_table_out *t)
{
	while (t->ncells % t->ncols != 0)
		crm_table_cell(t, CRM_VNULL);
	if (t->bar_col < t->ncols && !t->begun) {
		t->bar = crm_grow(
		    t->bar, &t->bar_cap, t->nrows + 1, sizeof(*t->bar));
		t->bar[t->nrows] = t->next;
	}
	t->nrows++;
	if (t->begun) {
		print_row(t, t->cell, t->next);
		t->nrows = t->ncells = 0;
		crm_arena_reset(&t->arena);
	} else if (t->nrows == ROWS_HELD)
		begin(t, false);
	t->next = (struct bar){ 0, 0 };
}

void
crm_table_end(struct crm_table_out *t)
{
	if (t->nrows > 0)
		begin(t, true);
}
