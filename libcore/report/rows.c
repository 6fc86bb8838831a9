#include "report/rows.h"

#include <fcntl.h>

#include "base/mem.h"
#include "base/runs.h"
#include "query/sort.h"
#include "record/value.h"
#include "record/words.h"
#include "store/who.h"

#define SORT_MEMORY ((size_t)32 << 20)
#define NONE SIZE_MAX

struct sort_key {
	size_t column;
	bool down;
};

struct crm_rows {
	struct crm_snap *snap;
	struct crm_writer *writer;
	struct crm_writer *own; /* the same, if it is to be freed */
	struct crm_rows_options o;
	const struct crm_field *field;
	size_t nfields;
	size_t shown[CRM_ROWS_COLUMNS_MAX]; /* columns printed, in order */
	size_t nshown;
	struct crm_column col[CRM_ROWS_COLUMNS_MAX];
	struct sort_key key[CRM_ROWS_COLUMNS_MAX];
	size_t nkeys;
	struct crm_runs *runs; /* sort key, place; the row */
	uint64_t count;
	size_t currency; /* the column of amounts' currency, or NONE */
	/* instead of all of this */
	const struct crm_err *(*put)(void *ctx, const struct crm_view *);
	void *ctx;
	struct crm_buf line, part, names;
};

static size_t
find_column(const struct crm_rows *r, struct crm_view name)
{
	size_t i;

	for (i = 0; i < r->nfields; i++)
		if (crm_view_is(name, r->field[i].name))
			return i;
	return NONE;
}

static const struct crm_err *
unknown(const struct crm_rows *r, const char *option, struct crm_view name)
{
	struct crm_near near = crm_near_to(name);
	struct crm_buf list = CRM_BUF_INIT(800);
	const struct crm_err *err;
	size_t i;

	for (i = 0; i < r->nfields; i++) {
		crm_near_try(&near, r->field[i].name);
		crm_buf_addf(
		    &list, "%s%s", i > 0 ? ", " : "", r->field[i].name);
	}
	if (near.name != NULL)
		err = crm_err(CRM_E_USAGE,
		    "%s: no such column: '%.*s': did you mean '%s'?", option,
		    CRM_VARG(name), near.name);
	else
		err = crm_err(CRM_E_USAGE,
		    "%s: no such column: '%.*s' (there are %s)", option,
		    CRM_VARG(name), list.n > 0 ? list.p : "none");
	crm_buf_release(&list);
	return err;
}

/* In JSON Lines an amount is a number, and its currency stands behind the last
 * of them, asked for or not: as in those of crm-find. */
static void
add_currency(struct crm_rows *r)
{
	size_t currency = find_column(r, CRM_V("currency")), last = NONE, i;

	if (r->o.form != CRM_OUT_JSONL || currency == NONE ||
	    r->nshown == CRM_ROWS_COLUMNS_MAX)
		return;
	for (i = 0; i < r->nshown; i++) {
		if (r->shown[i] == currency)
			return;
		if (r->field[r->shown[i]].type == CRM_T_MONEY)
			last = i;
	}
	if (last == NONE)
		return;
	for (i = r->nshown++; i > last + 1; i--)
		r->shown[i] = r->shown[i - 1];
	r->shown[last + 1] = currency;
}

/* -f: the columns to print. */
static const struct crm_err *
choose(struct crm_rows *r)
{
	struct crm_view rest, name;
	size_t comma, i;

	if (r->o.fields == NULL) {
		for (i = 0; i < r->nfields; i++)
			if ((r->field[i].flags & CRM_F_HIDDEN) == 0)
				r->shown[r->nshown++] = i;
		return NULL;
	}
	rest = crm_view_str(r->o.fields);
	for (;;) {
		comma = crm_view_find(rest, ',');
		name = crm_view_trim(crm_view(rest.p, comma));
		i = find_column(r, name);
		if (i == NONE)
			return unknown(r, "-f", name);
		if (r->nshown == CRM_ROWS_COLUMNS_MAX)
			return crm_err(CRM_E_USAGE, "-f: too many columns");
		r->shown[r->nshown++] = i;
		if (comma == rest.n)
			break;
		rest = crm_view_skip(rest, comma + 1);
	}
	add_currency(r);
	return NULL;
}

/* --sort */
static const struct crm_err *
read_sort(struct crm_rows *r)
{
	struct crm_view rest, name;
	struct sort_key *k;
	size_t comma;

	if (r->o.sort == NULL)
		return NULL;
	r->runs = crm_runs_new(SORT_MEMORY,
	    r->snap != NULL ? crm_store_dir(crm_snap_store(r->snap))
			    : AT_FDCWD);
	rest = crm_view_str(r->o.sort);
	for (;;) {
		comma = crm_view_find(rest, ',');
		name = crm_view_trim(crm_view(rest.p, comma));
		if (r->nkeys == CRM_ROWS_COLUMNS_MAX)
			return crm_err(CRM_E_USAGE, "--sort: too many columns");
		k = &r->key[r->nkeys++];
		k->down = name.n > 0 && name.p[0] == '-';
		if (k->down)
			name = crm_view_skip(name, 1);
		k->column = find_column(r, name);
		if (k->column == NONE)
			return unknown(r, "--sort", name);
		if (comma == rest.n)
			return NULL;
		rest = crm_view_skip(rest, comma + 1);
	}
}

/* The column that has bars in tables. */
static void
choose_bar(struct crm_rows *r)
{
	struct crm_view rest = crm_view_str(r->o.bar != NULL ? r->o.bar : "");
	size_t end, i, bar = NONE;

	while (rest.n > 0 && bar == NONE) {
		end = crm_view_find(rest, ' ');
		for (i = 0; i < r->nshown && bar == NONE; i++)
			if (crm_view_is(crm_view(rest.p, end), r->col[i].name))
				bar = i;
		rest = crm_view_skip(rest, end < rest.n ? end + 1 : end);
	}
	if (bar == NONE)
		return;
	r->col[bar].bar = true;
	r->currency = r->col[bar].field->type == CRM_T_MONEY
	    ? find_column(r, CRM_V("currency"))
	    : NONE;
}

/* Is a column one, or its other side: "value", "value-then"? */
static bool
is_of(struct crm_view column, struct crm_view name)
{
	static const char sides[] = "-then\0-change\0-percent\0";
	const char *p;

	if (!crm_view_starts(column, name))
		return false;
	column = crm_view_skip(column, name.n);
	for (p = sides; column.n > 0 && *p != '\0'; p += strlen(p) + 1)
		if (crm_view_is(column, p))
			return true;
	return column.n == 0;
}

/* The columns that narrow tables leave out. */
static void
choose_spare(struct crm_rows *r)
{
	struct crm_view rest =
	    crm_view_str(r->o.spare != NULL ? r->o.spare : "");
	uint8_t rank = UINT8_MAX;
	size_t end, i;

	for (; rest.n > 0 && r->o.fields == NULL; rank--) {
		end = crm_view_find(rest, ' ');
		for (i = 0; i < r->nshown; i++)
			if (is_of(crm_view_str(r->col[i].name),
				crm_view(rest.p, end)))
				r->col[i].spare = rank;
		rest = crm_view_skip(rest, end < rest.n ? end + 1 : end);
	}
}

/* Numbers with the same mark can be compared: amounts of one currency. */
static uint8_t
mark_of(const struct crm_rows *r, const struct crm_view *value)
{
	return r->currency == NONE || value[r->currency].n == 0
	    ? 0
	    : (uint8_t)value[r->currency].p[0];
}

const struct crm_err *
crm_rows_new(struct crm_snap *snap, const struct crm_rows_options *o,
    struct crm_writer *writer, const struct crm_field *column, size_t n,
    struct crm_rows **out)
{
	struct crm_rows *r = crm_calloc(1, sizeof(*r));
	const struct crm_err *err;
	size_t i;

	*out = r;
	r->snap = snap;
	r->writer = writer;
	r->o = *o;
	r->field = column;
	r->nfields = n;
	r->line.max = r->part.max = r->names.max = CRM_LINE_MAX * 8;
	r->currency = NONE;
	err = choose(r);
	if (err == NULL)
		err = read_sort(r);
	if (err != NULL)
		return err;
	for (i = 0; i < r->nshown; i++) {
		r->col[i].name = column[r->shown[i]].name;
		r->col[i].field = &column[r->shown[i]];
		r->col[i].keep = o->fields != NULL;
	}
	choose_bar(r);
	choose_spare(r);
	crm_writer_columns(writer, r->col, r->nshown);
	return NULL;
}

struct crm_rows *
crm_rows_new_to(const bool *wanted, size_t n,
    const struct crm_err *(*put)(void *ctx, const struct crm_view *value),
    void *ctx)
{
	struct crm_rows *r = crm_calloc(1, sizeof(*r));
	size_t i;

	for (i = 0; i < n; i++)
		if (wanted[i])
			r->shown[r->nshown++] = i;
	r->put = put;
	r->ctx = ctx;
	return r;
}

void
crm_rows_free(struct crm_rows *r)
{
	if (r == NULL)
		return;
	crm_runs_free(r->runs);
	crm_buf_release(&r->line);
	crm_buf_release(&r->part);
	crm_buf_release(&r->names);
	crm_writer_free(r->own);
	crm_free(r);
}

bool
crm_rows_is_plain(const struct crm_rows *r)
{
	return r->runs == NULL && r->put == NULL &&
	    crm_writer_is_plain(r->writer);
}

struct crm_rows *
crm_rows_again(const struct crm_rows *r, struct crm_sink *sink)
{
	struct crm_rows *again = crm_calloc(1, sizeof(*again));

	again->o = r->o;
	again->o.limit = UINT64_MAX;
	again->field = r->field;
	again->nfields = r->nfields;
	memcpy(again->shown, r->shown, sizeof(r->shown));
	memcpy(again->col, r->col, sizeof(r->col));
	again->nshown = r->nshown;
	again->currency = NONE; /* there are no bars */
	again->writer = again->own = crm_writer_again(r->writer, sink);
	crm_writer_columns(again->writer, again->col, again->nshown);
	return again;
}

void
crm_rows_take(struct crm_rows *r, struct crm_buf *text, size_t n)
{
	r->count += n;
	crm_writer_rows(r->writer, text);
}

bool
crm_rows_wants(const struct crm_rows *r, size_t column)
{
	size_t i;

	for (i = 0; i < r->nshown; i++)
		if (r->shown[i] == column)
			return true;
	for (i = 0; i < r->nkeys; i++)
		if (r->key[i].column == column)
			return true;
	return false;
}

uint64_t
crm_rows_unwanted(const struct crm_rows *r)
{
	uint64_t skip = 0;
	size_t i;

	if (r->put != NULL)
		return 0; /* it may look at keys that nobody asked for */
	for (i = 0; i < r->nfields; i++)
		if (i != r->currency && !crm_rows_wants(r, i))
			skip |= UINT64_C(1) << i;
	return skip;
}

uint64_t
crm_rows_left(const struct crm_rows *r)
{
	if (r->runs != NULL || r->put != NULL)
		return UINT64_MAX;
	return r->count < r->o.limit ? r->o.limit - r->count : 0;
}

bool
crm_rows_is_full(const struct crm_rows *r)
{
	return crm_rows_left(r) == 0;
}

uint64_t
crm_rows_count(const struct crm_rows *r)
{
	return r->count;
}

/* What links are called, for tables. */
static const struct crm_err *
add_names(struct crm_rows *r, const struct crm_field *f, struct crm_view v)
{
	const struct crm_err *err = NULL;
	struct crm_many m;
	bool first = true;

	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (err == NULL && crm_many_next(&m, &v)) {
		if (!first)
			crm_buf_adds(&r->names, ", ");
		first = false;
		err = crm_who_link(r->snap, crm_link_get(v), &r->names);
	}
	return err;
}

/* A row of a table: links stand there by name, and some numbers have bars. */
static const struct crm_err *
print_in_table(struct crm_rows *r, const struct crm_view *value)
{
	struct crm_value out[CRM_ROWS_COLUMNS_MAX];
	size_t from[CRM_ROWS_COLUMNS_MAX];
	const struct crm_err *err = NULL;
	size_t i, n = 0;

	crm_buf_reset(&r->names);
	for (i = 0; err == NULL && i < r->nshown; i++) {
		const struct crm_field *f = &r->field[r->shown[i]];
		struct crm_view v = value[r->shown[i]];

		if (v.n == 0)
			continue;
		out[n] = (struct crm_value){ .col = (uint32_t)i,
			.value = v,
			.mark = mark_of(r, value) };
		from[n] = r->names.n;
		if (f->type == CRM_T_LINK && (f->flags & CRM_F_COMPUTED) == 0) {
			err = add_names(r, f, v);
			out[n].is_text = true;
		}
		n++;
	}
	for (i = 0; i < n; i++)
		if (out[i].is_text)
			out[i].value = crm_view(r->names.p + from[i],
			    (i + 1 < n ? from[i + 1] : r->names.n) - from[i]);
	if (err == NULL)
		crm_writer_row(r->writer, out, n);
	return err;
}

static const struct crm_err *
print_row(struct crm_rows *r, const struct crm_view *value)
{
	struct crm_value out[CRM_ROWS_COLUMNS_MAX];
	size_t i, n = 0;

	if (r->o.form == CRM_OUT_TABLE)
		return print_in_table(r, value);
	for (i = 0; i < r->nshown; i++) {
		out[n] = (struct crm_value){ .col = (uint32_t)i,
			.value = value[r->shown[i]] };
		n += out[n].value.n > 0;
	}
	crm_writer_row(r->writer, out, n);
	return NULL;
}

/* Keep a row until all are known. */
static const struct crm_err *
keep_row(struct crm_rows *r, const struct crm_view *value)
{
	char text[8], length[4];
	size_t i, n;

	crm_buf_reset(&r->line);
	for (i = 0; i < r->nkeys; i++) {
		const struct crm_field *f = &r->field[r->key[i].column];

		crm_buf_reset(&r->part);
		if (value[r->key[i].column].n > 0)
			crm_sort_add_key(&r->part, f, value[r->key[i].column]);
		crm_sort_add_part(
		    &r->line, crm_buf_view(&r->part), r->key[i].down);
	}
	n = r->line.n;
	crm_be64(text, r->count);
	crm_buf_add(&r->line, text, 8);
	for (i = 0; i < r->nfields; i++) {
		crm_le32(length, (uint32_t)value[i].n);
		crm_buf_add(&r->line, length, 4);
		crm_buf_addv(&r->line, value[i]);
	}
	return crm_runs_add(r->runs, crm_view(r->line.p, n + 8),
	    crm_view_skip(crm_buf_view(&r->line), n + 8));
}

const struct crm_err *
crm_rows_put(struct crm_rows *r, const struct crm_view *value)
{
	if (crm_rows_is_full(r))
		return NULL;
	r->count++;
	if (r->put != NULL)
		return r->put(r->ctx, value);
	return r->runs != NULL ? keep_row(r, value) : print_row(r, value);
}

static const struct crm_err *
print_kept(struct crm_rows *r)
{
	struct crm_view value[CRM_ROWS_COLUMNS_MAX], key, row;
	const struct crm_err *err;
	uint64_t n;
	size_t i;

	err = crm_runs_sort(r->runs);
	for (n = 0; err == NULL && n < r->o.limit; n++) {
		err = crm_runs_next(r->runs, &key, &row);
		if (err != NULL || key.p == NULL)
			break;
		for (i = 0; i < r->nfields; i++) {
			value[i] = crm_view(row.p + 4, crm_le32_get(row.p));
			row = crm_view_skip(row, 4 + value[i].n);
		}
		err = print_row(r, value);
	}
	return err;
}

const struct crm_err *
crm_rows_end(struct crm_rows *r)
{
	const struct crm_err *err = r->runs != NULL ? print_kept(r) : NULL;

	if (err == NULL)
		crm_writer_end(r->writer);
	return err;
}

const struct crm_err *
crm_row_put(struct crm_row_maker *m, struct crm_rows *rows)
{
	struct crm_view value[CRM_ROWS_COLUMNS_MAX];
	const struct crm_err *err = crm_buf_end(&m->buf);
	size_t i;

	if (err != NULL)
		return err;
	if (rows->runs != NULL || rows->put != NULL) {
		for (i = 0; i < m->n; i++)
			value[i] = crm_row_at(m, i);
		return crm_rows_put(rows, value);
	}
	/* what is printed at once: no others are looked at */
	for (i = 0; i < rows->nshown; i++)
		value[rows->shown[i]] = crm_row_at(m, rows->shown[i]);
	if (rows->currency != NONE)
		value[rows->currency] = crm_row_at(m, rows->currency);
	return crm_rows_put(rows, value);
}
