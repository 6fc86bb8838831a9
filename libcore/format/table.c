#include "format/table_impl.h"

#include "base/utf8.h"

#define ROWS_HELD 1000 /* say how wide columns are */
#define DIM "\033[2m"
#define PLAIN "\033[0m"
#define QUIET "\033[36m"

__extension__ typedef __int128 i128;

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

/* Take what fits a line off the front of a text: whole words, if one does. */
static struct crm_view
take_line(struct crm_view *rest, size_t room)
{
	struct crm_view line = crm_utf8_cut(*rest, room, NULL);
	size_t n = line.n;

	if (n == 0)
		line.n = n =
		    rest->n; /* no room for a letter: never without end */
	if (n < rest->n && rest->p[n] != ' ')
		while (n > 0 && line.p[n - 1] != ' ')
			n--;
	if (n > 0)
		line.n = n;
	*rest = crm_view_trim(crm_view_skip(*rest, line.n));
	return crm_view_trim(line);
}

static void
print_cell(struct crm_table_out *t, size_t i, struct crm_view v, bool last)
{
	struct crm_buf *b = &t->sink->buf;
	size_t width = crm_utf8_width(v), room = t->wide[i];
	bool cut = t->width > 0 && t->col[i].cut && width > room;

	if (cut && t->col[i].wrap) {
		v = take_line(&v, room);
		width = crm_utf8_width(v);
		cut = false;
	} else if (cut) {
		v = crm_utf8_cut(v, room - 1, &width);
		width++;
	}
	if (t->col[i].right && width < room)
		pad(b, room - width);
	crm_buf_addv(b, v);
	if (cut)
		crm_buf_adds(b, CRM_TABLE_ELLIPSIS);
	if (!t->col[i].right && !last && width < room)
		pad(b, room - width);
}

/* What did not fit the line of a row, on lines of its own. */
static void
print_below(struct crm_table_out *t, const struct crm_view *cell)
{
	struct crm_view rest;
	size_t i, from = 0;

	for (i = 0; t->width > 0 && i < t->ncols; i++) {
		if (!t->shown[i])
			continue;
		rest = cell[i];
		if (t->col[i].wrap && crm_utf8_width(rest) > t->wide[i])
			for ((void)take_line(&rest, t->wide[i]); rest.n > 0;) {
				pad(&t->sink->buf, from);
				crm_buf_addv(&t->sink->buf,
				    take_line(&rest, t->wide[i]));
				crm_buf_addc(&t->sink->buf, '\n');
			}
		from += t->wide[i] + CRM_TABLE_GAP;
	}
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
			pad(&t->sink->buf, CRM_TABLE_GAP);
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
	print_below(t, cell);
	crm_sink_check(t->sink);
}

static void
print_header(struct crm_table_out *t)
{
	struct crm_view *title = crm_calloc(t->ncols, sizeof(*title)), v;
	bool more = crm_table_tail_width(t) > 0;
	struct crm_buf *b = &t->sink->buf;
	size_t i, gap = CRM_TABLE_GAP;

	for (i = 0; i < t->ncols; i++)
		title[i] = crm_view_str(t->col[i].title);
	if (t->dim)
		crm_buf_adds(b, DIM);
	print_cells(t, title, last_shown(t, title), more, 0);
	for (i = 0; crm_table_tail_next(t, &i, &v); gap = 1) {
		pad(b, gap);
		crm_buf_addv(b, v);
	}
	/* the colour ends before the line does */
	crm_buf_adds(b, t->dim ? PLAIN "\n" : "\n");
	crm_sink_check(t->sink);
	crm_free(title);
}

static void
begin(struct crm_table_out *t, bool all)
{
	size_t i;

	if (t->begun)
		return;
	t->begun = true;
	crm_table_fit(t, all);
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
