/* Rows in: cells are kept as texts, what they are is found out meanwhile. */
#include "base/date.h"
#include "base/utf8.h"
#include "plot/plot_impl.h"

struct crm_plot *
crm_plot_new(void)
{
	return crm_calloc(1, sizeof(struct crm_plot));
}

void
crm_plot_free(struct crm_plot *p)
{
	if (p == NULL)
		return;
	crm_arena_release(&p->arena);
	crm_free(p->col);
	crm_free(p->order);
	crm_free(p->row);
	crm_free(p);
}

size_t
crm_plot_nrows(const struct crm_plot *p)
{
	return p->nrows;
}

size_t
crm_plot_ncols(const struct crm_plot *p)
{
	return p->ncols;
}

struct crm_view
crm_plot_col(const struct crm_plot *p, size_t i)
{
	return p->col[i].name;
}

struct crm_view
crm_plot_cell(const struct crm_plot *p, size_t row, size_t col)
{
	const unsigned char *at = p->row[row];
	uint64_t ncells = 0, n = 0;
	size_t i;

	col = p->col[col].at;
	at += crm_varint_get(at, CRM_VARINT_MAX, &ncells);
	if (col >= ncells)
		return CRM_VNULL;
	for (i = 0; i <= col; i++) {
		at += n;
		at += crm_varint_get(at, CRM_VARINT_MAX, &n);
	}
	return crm_view(at, (size_t)n);
}

bool
crm_plot_period(struct crm_view v, int64_t *out)
{
	struct crm_clock clock = { .week_start = 1 };
	struct crm_period period;
	bool ok = false;
	uint64_t year;

	if (v.n < 4 || v.n > 10 || (v.n > 4 && v.p[4] != '-') ||
	    !crm_num_u64(crm_view(v.p, 4), 9999, &year) || year < 1000)
		return false;
	if (crm_zone_open("UTC", &clock.zone) == NULL)
		ok = crm_period_parse(&clock, v, &period) == NULL;
	crm_zone_free(clock.zone);
	if (ok)
		*out = crm_date_days(period.first);
	return ok;
}

/* The columns that the reader has named since. */
static void
add_columns(struct crm_plot *p, const struct crm_reader *r)
{
	size_t n = crm_reader_ncols(r);

	p->col = crm_grow(p->col, &p->col_cap, n + 1, sizeof(*p->col));
	for (; p->ncols < n; p->ncols++) {
		struct crm_plot_column *c = &p->col[p->ncols];
		struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);

		memset(c, 0, sizeof(*c));
		c->at = p->ncols;
		crm_utf8_add_safe(&b, crm_reader_col(r, (uint32_t)p->ncols));
		c->name = crm_view(
		    crm_arena_dup(&p->arena, b.n > 0 ? b.p : "", b.n), b.n);
		c->number = true;
		crm_buf_release(&b);
	}
}

/* The place of a column in their order, where it is added if it is new. */
static size_t
place(struct crm_plot *p, size_t col, size_t where)
{
	size_t i;

	for (i = 0; i < p->norder; i++)
		if (p->order[i] == col)
			return i;
	p->order =
	    crm_grow(p->order, &p->order_cap, p->norder + 1, sizeof(*p->order));
	memmove(p->order + where + 1, p->order + where,
	    (p->norder - where) * sizeof(*p->order));
	p->order[where] = col;
	p->norder++;
	return where;
}

/*
 * Objects have not what has no value, so that a column may come late which
 * stands first in its row: it stands before the one that follows it there.
 */
static void
place_columns(struct crm_plot *p, const struct crm_row *row)
{
	size_t next = p->norder, i;

	for (i = row->n; i-- > 0;)
		next = place(p, row->cell[i].col, next);
}

/* Put the columns into their order. */
static void
put_in_order(struct crm_plot *p)
{
	struct crm_plot_column *old = p->col;
	size_t i;

	for (i = 0; i < p->ncols; i++)
		(void)place(p, i, p->norder);
	p->col = crm_calloc(p->ncols + 1, sizeof(*p->col));
	for (i = 0; i < p->ncols; i++)
		p->col[i] = old[p->order[i]];
	crm_free(old);
}

/* What is a cell, for its column? */
static void
look_at(struct crm_plot *p, struct crm_plot_column *c, struct crm_view text,
    bool may_be_number, uint64_t line)
{
	struct crm_dec d;

	c->any = true;
	if (!c->number)
		return;
	if (may_be_number && crm_dec_parse(text, '.', &d)) {
		if (d.scale > c->scale)
			c->scale = d.scale;
		return;
	}
	c->number = false;
	c->bad_line = line;
	if (text.n > 60)
		text = crm_utf8_cut(text, 60, NULL);
	c->bad = crm_view(crm_arena_dup(&p->arena, text.p, text.n), text.n);
}

/* The text of a cell, and whether it may be a number. */
static const struct crm_err *
cell_text(const struct crm_cell *c, bool typed, struct crm_buf *scratch,
    struct crm_view *text, bool *may_be_number)
{
	const struct crm_err *err = NULL;

	*may_be_number = c->type == CRM_CELL_NUMBER || !typed;
	*text = c->text;
	if (c->type == CRM_CELL_NULL || c->type == CRM_CELL_NONE)
		*text = CRM_VNULL;
	if (c->escaped) {
		crm_buf_reset(scratch);
		err = crm_cell_unescape(c->text, scratch);
		*text = crm_buf_view(scratch);
	}
	return err;
}

/* Cells of one row, in the order of columns, before they are kept. */
struct row_maker {
	struct crm_buf *cell; /* one a column */
	size_t n, cap;
	struct crm_buf scratch, packed;
};

static void
begin_row(struct row_maker *m, size_t n)
{
	size_t i;

	m->cell = crm_grow(m->cell, &m->cap, n + 1, sizeof(*m->cell));
	for (; m->n < n; m->n++)
		m->cell[m->n] = (struct crm_buf)CRM_BUF_INIT(CRM_LINE_MAX * 8);
	for (i = 0; i < n; i++)
		crm_buf_reset(&m->cell[i]);
}

static void
release_row(struct row_maker *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		crm_buf_release(&m->cell[i]);
	crm_free(m->cell);
	crm_buf_release(&m->scratch);
	crm_buf_release(&m->packed);
}

static void
add_varint(struct crm_buf *b, uint64_t v)
{
	char text[CRM_VARINT_MAX];

	crm_buf_add(b, text, crm_varint_put(text, v));
}

static const struct crm_err *
keep_row(struct crm_plot *p, struct row_maker *m)
{
	const struct crm_err *err;
	size_t i, n = p->ncols;

	while (n > 0 && m->cell[n - 1].n == 0)
		n--;
	crm_buf_reset(&m->packed);
	add_varint(&m->packed, n);
	for (i = 0; i < n; i++) {
		add_varint(&m->packed, m->cell[i].n);
		crm_buf_addv(&m->packed, crm_buf_view(&m->cell[i]));
	}
	err = crm_buf_end(&m->packed);
	if (err != NULL)
		return err;
	p->row = crm_grow(p->row, &p->row_cap, p->nrows + 1, sizeof(*p->row));
	p->row[p->nrows] = crm_arena_alloc(&p->arena, m->packed.n);
	memcpy(p->row[p->nrows++], m->packed.p, m->packed.n);
	return NULL;
}

static const struct crm_err *
add_row(struct crm_plot *p, const struct crm_reader *r,
    const struct crm_row *row, struct row_maker *m)
{
	bool typed = crm_form_has_arrays(crm_reader_form(r));
	const struct crm_err *err;
	struct crm_view text;
	bool may_be_number;
	size_t i;

	add_columns(p, r);
	if (typed && p->norder < p->ncols)
		place_columns(p, row);
	begin_row(m, p->ncols);
	for (i = 0; i < row->n; i++) {
		const struct crm_cell *c = &row->cell[i];
		struct crm_buf *b = &m->cell[c->col];

		err = cell_text(c, typed, &m->scratch, &text, &may_be_number);
		if (err != NULL)
			return err;
		text = crm_view_trim(text);
		if (text.n == 0)
			continue;
		if (b->n > 0)
			crm_buf_adds(b, ", ");
		look_at(p, &p->col[c->col], text, may_be_number && b->n == 0,
		    row->line);
		crm_utf8_add_safe(b, text);
	}
	return keep_row(p, m);
}

const struct crm_err *
crm_plot_read(struct crm_plot *p, struct crm_reader *r, uint64_t limit)
{
	struct row_maker m = { .scratch = CRM_BUF_INIT(CRM_LINE_MAX * 2),
		.packed = CRM_BUF_INIT(CRM_LINE_MAX * 16) };
	const struct crm_err *err = NULL;
	const struct crm_row *row;

	while (err == NULL && p->nrows < limit) {
		err = crm_reader_next(r, &row);
		if (err != NULL || row == NULL)
			break;
		err = add_row(p, r, row, &m);
	}
	if (err != NULL && err->code == CRM_E_DATA)
		err = crm_err(CRM_E_DATA, "%s:%llu: %s", crm_reader_name(r),
		    (unsigned long long)crm_reader_line(r), err->msg);
	put_in_order(p);
	release_row(&m);
	return err;
}
