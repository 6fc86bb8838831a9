#include "format/writer.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "config/yaml.h"
#include "format/table.h"
#include "format/writer_impl.h"
#include "record/value.h"

struct crm_writer {
	struct crm_sink *sink;
	struct crm_writer_options o;
	const struct crm_column *col;
	size_t ncols;
	struct crm_cell_way *way; /* one a column */
	struct crm_arena keys;
	bool header; /* was written, or is not needed */
	uint64_t rows;
	struct crm_table_out *table;
	struct crm_ledger *ledger;
	struct crm_table_column *table_col;
	struct crm_buf text, cell;
};

static const char form_names[] =
    "table\0jsonl\0tsv\0csv\0ids\0yaml\0mutt\0aerc\0sheet\0vcard\0vcard3\0ledger\0";

const char *
crm_form_out_names(void)
{
	return form_names;
}

bool
crm_form_out_parse(const char *name, enum crm_form_out *out)
{
	const char *p;
	int i = 0;

	for (p = form_names; *p != '\0'; p += strlen(p) + 1, i++)
		if (strcmp(p, name) == 0) {
			*out = (enum crm_form_out)i;
			return true;
		}
	return false;
}

struct crm_writer *
crm_writer_new(struct crm_sink *sink, const struct crm_writer_options *o)
{
	struct crm_writer *w = crm_calloc(1, sizeof(*w));

	w->sink = sink;
	w->o = *o;
	w->header = o->headed;
	w->text.max = w->cell.max = CRM_LINE_MAX * 16;
	return w;
}

void
crm_writer_free(struct crm_writer *w)
{
	if (w == NULL)
		return;
	crm_arena_release(&w->keys);
	crm_table_free(w->table);
	crm_ledger_free(w->ledger);
	crm_free(w->table_col);
	crm_free(w->way);
	crm_buf_release(&w->text);
	crm_buf_release(&w->cell);
	crm_free(w);
}

static bool
is_number(const struct crm_field *f)
{
	return f->type == CRM_T_NUMBER || f->type == CRM_T_PERCENT ||
	    f->type == CRM_T_MONEY;
}

/* Does it say whom or what a row is about, and how they are reached? */
static bool
is_dear(const struct crm_field *f)
{
	const char *last = strrchr(f->name, '-');

	last = last != NULL ? last + 1 : f->name;
	return f->type == CRM_T_EMAIL || strcmp(last, "name") == 0 ||
	    strcmp(f->name, "title") == 0;
}

static void
make_table(struct crm_writer *w)
{
	size_t i;

	crm_free(w->table_col);
	w->table_col = crm_calloc(w->ncols, sizeof(*w->table_col));
	for (i = 0; i < w->ncols; i++) {
		const struct crm_field *f = w->col[i].field;

		w->table_col[i].title = w->col[i].name;
		w->table_col[i].right =
		    is_number(f) && (f->flags & CRM_F_MANY) == 0;
		w->table_col[i].keep = i == 0 || w->col[i].keep;
		w->table_col[i].cut = crm_people_may_cut(f);
		w->table_col[i].dear = is_dear(f);
		w->table_col[i].main = w->col[i].bar && !w->col[i].keep;
		w->table_col[i].same = f->type == CRM_T_CURRENCY;
		w->table_col[i].spare = w->col[i].spare;
		w->table_col[i].wrap = (f->flags & CRM_F_WRAP) != 0;
		w->table_col[i].whole = (f->flags & CRM_F_WHOLE) != 0;
	}
	w->table = crm_table_new(
	    w->sink, w->table_col, w->ncols, w->o.width, w->o.color);
	for (i = 0; i < w->ncols; i++)
		if (w->col[i].bar && w->o.terminal && w->o.color)
			crm_table_bars(w->table, i, w->o.unicode);
}

void
crm_writer_columns(struct crm_writer *w, const struct crm_column *col, size_t n)
{
	size_t i;

	if (w->col == col && w->ncols == n)
		return;
	w->col = col;
	w->ncols = n;
	crm_free(w->way);
	w->way = crm_calloc(n + 1, sizeof(*w->way));
	for (i = 0; i < n; i++)
		crm_cell_way(
		    &w->way[i], col[i].field, w->o.form == CRM_OUT_TSV);
	if (w->o.form == CRM_OUT_JSONL)
		crm_json_keys(w->way, col, n, &w->keys);
	else if (w->o.form == CRM_OUT_TABLE && w->table == NULL)
		make_table(w);
}

static void
sv_header(struct crm_writer *w)
{
	struct crm_buf *b = &w->sink->buf;
	bool tsv = w->o.form == CRM_OUT_TSV;
	size_t i;

	w->header = true;
	for (i = 0; i < w->ncols; i++) {
		if (i > 0)
			crm_buf_addc(b, tsv ? '\t' : ',');
		if (tsv)
			crm_buf_adds(b, w->col[i].name);
		else
			crm_csv_add(b, crm_view_str(w->col[i].name));
	}
	if (w->ncols > 0)
		crm_buf_addc(b, '\n');
}

/* A spreadsheet takes what stands behind a ' for text. */
static void
disarm(struct crm_writer *w)
{
	crm_buf_reset(&w->text);
	crm_buf_addc(&w->text, '\'');
	crm_buf_addv(&w->text, crm_buf_view(&w->cell));
	crm_buf_reset(&w->cell);
	crm_buf_addv(&w->cell, crm_buf_view(&w->text));
}

/* A cell of CSV that is not short, or needs quotes. */
static void
csv_cell(
    struct crm_writer *w, const struct crm_field *f, const struct crm_value *c)
{
	crm_buf_reset(&w->cell);
	crm_cell_text(&w->cell, f, c, false);
	if (w->o.form == CRM_OUT_SHEET &&
	    crm_cell_is_formula(f, c, crm_buf_view(&w->cell)))
		disarm(w);
	crm_csv_add(&w->sink->buf, crm_buf_view(&w->cell));
}

static void
csv_row(struct crm_writer *w, const struct crm_value *c, size_t n)
{
	struct crm_buf *b = &w->sink->buf;
	size_t i, k = 0, from = b->n;

	for (i = 0; i < w->ncols; i++) {
		if (i > 0)
			crm_buf_addc(b, ',');
		if (k == n || c[k].col != i)
			continue;
		if (c[k].value.n > 0 &&
		    !crm_csv_put(b, &w->way[i], w->col[i].field, &c[k],
			w->o.form == CRM_OUT_SHEET))
			csv_cell(w, w->col[i].field, &c[k]);
		k++;
	}
	/* a lone empty cell would be no line at all */
	if (w->ncols == 1 && b->n == from)
		crm_buf_adds(b, "\"\"");
	crm_buf_addc(b, '\n');
}

static void
yaml_row(struct crm_writer *w, const struct crm_value *c, size_t n)
{
	struct crm_buf *b = &w->sink->buf;
	bool first = true;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct crm_field *f = w->col[c[i].col].field;
		struct crm_many m;
		struct crm_view v;
		bool many = (f->flags & CRM_F_MANY) != 0 && !c[i].is_text;

		if (c[i].value.n == 0)
			continue;
		crm_buf_adds(b, first ? "- " : "  ");
		first = false;
		crm_yaml_add_scalar(b, crm_view_str(w->col[c[i].col].name));
		crm_buf_addc(b, ':');
		crm_many_begin(&m, c[i].value, many);
		while (crm_many_next(&m, &v)) {
			crm_buf_reset(&w->text);
			if (c[i].is_text)
				crm_buf_addv(&w->text, v);
			else
				crm_value_add_text(&w->text, f, v);
			crm_buf_adds(b, many ? "\n    - " : " ");
			if (crm_value_is_bare(f) && !c[i].is_text)
				crm_buf_addv(b, crm_buf_view(&w->text));
			else
				crm_yaml_add_scalar(b, crm_buf_view(&w->text));
		}
		crm_buf_addc(b, '\n');
	}
	if (first)
		crm_buf_adds(b, "- {}\n");
}

#define BAR_SCALE 4 /* digits behind the point that bars know */

/* The length of a number's bar; 0 when it is too large for one. */
static int64_t
bar_length(struct crm_view v)
{
	struct crm_dec d;

	if (!crm_value_get_dec(v, &d))
		return 0;
	for (; d.scale > BAR_SCALE; d.scale--)
		d.m /= 10;
	return crm_dec_rescale(d, BAR_SCALE, &d) ? d.m : 0;
}

static void
table_row(struct crm_writer *w, const struct crm_value *c, size_t n)
{
	size_t i, j, k = 0;

	for (i = 0; i < w->ncols; i++) {
		struct crm_many m;
		struct crm_view v;
		const struct crm_field *f = w->col[i].field;

		crm_buf_reset(&w->cell);
		if (k < n && c[k].col == i) {
			if (w->col[i].bar)
				crm_table_bar(w->table, bar_length(c[k].value),
				    c[k].mark);
			crm_many_begin(&m, c[k].value,
			    (f->flags & CRM_F_MANY) != 0 && !c[k].is_text);
			while (crm_many_next(&m, &v)) {
				if (w->cell.n > 0)
					crm_buf_adds(&w->cell, ", ");
				if (c[k].is_text)
					crm_buf_addv(&w->cell, v);
				else
					crm_people_add_value(
					    &w->cell, f, v, w->o.zone);
			}
			k++;
		}
		for (j = 0; j < w->cell.n; j++) /* a row is one line */
			if (w->cell.p[j] == '\n' || w->cell.p[j] == '\t' ||
			    w->cell.p[j] == '\r')
				w->cell.p[j] = ' ';
		if (w->o.terminal &&
		    !crm_utf8_is_safe(crm_buf_view(&w->cell))) {
			crm_buf_reset(&w->text);
			crm_utf8_add_safe(&w->text, crm_buf_view(&w->cell));
			crm_table_cell(w->table, crm_buf_view(&w->text));
		} else
			crm_table_cell(w->table, crm_buf_view(&w->cell));
	}
	crm_table_row(w->table);
}

/* One line an address: mail clients take address, name, comment. */
static void
mail_rows(struct crm_writer *w, const struct crm_value *c, size_t n)
{
	struct crm_buf *b = &w->sink->buf;
	struct crm_view email = CRM_VNULL, text[2] = { CRM_VNULL, CRM_VNULL };
	size_t i, j, cols = w->o.form == CRM_OUT_MUTT ? 2 : 1;
	struct crm_many m;

	for (i = 0; i < n; i++)
		if (c[i].col == 0)
			email = c[i].value;
		else if (c[i].col <= 2)
			text[c[i].col - 1] = c[i].value;
	crm_many_begin(&m, email, true);
	while (crm_many_next(&m, &email)) {
		crm_buf_addv(b, email);
		for (j = 0; j < cols; j++) {
			crm_buf_addc(b, '\t');
			for (i = 0; i < text[j].n; i++) {
				char ch = text[j].p[i];

				if (ch == '\t' || ch == '\n' || ch == '\r')
					ch = ' ';
				crm_buf_addc(b, ch);
			}
		}
		crm_buf_addc(b, '\n');
	}
}

/* Is a character one that a form has for itself? */
static bool
is_layout(uint32_t cp)
{
	return cp == '\n' || cp == '\t';
}

void
crm_writer_tame(
    struct crm_buf *b, size_t from, bool json, struct crm_buf *scratch)
{
	struct crm_view v, c;
	uint32_t cp;
	size_t i;

	v = crm_view(b->p + from, b->n - from);
	crm_buf_reset(scratch);
	for (i = 0; i < v.n; i += c.n) {
		cp = 0;
		c = crm_view(v.p + i, crm_utf8_get(v.p + i, v.n - i, &cp));
		if (c.n == 0)
			c.n = 1;
		if (is_layout(cp) || crm_utf8_is_safe(c))
			crm_buf_addv(scratch, c);
		else if (json)
			crm_buf_addf(scratch, "\\u%04x", (unsigned int)cp);
		else
			crm_utf8_add_safe(scratch, c);
	}
	if (crm_view_eq(v, crm_buf_view(scratch)))
		return;
	b->n = from;
	crm_buf_addv(b, crm_buf_view(scratch));
}

void
crm_writer_row(struct crm_writer *w, const struct crm_value *c, size_t n)
{
	size_t from = w->sink->buf.n;

	w->rows++;
	switch (w->o.form) {
	case CRM_OUT_JSONL:
		crm_json_row(&w->sink->buf, w->way, w->col, c, n);
		break;
	case CRM_OUT_TSV:
		if (!w->header)
			sv_header(w);
		crm_tsv_row(&w->sink->buf, w->way, w->col, w->ncols, c, n);
		break;
	case CRM_OUT_CSV:
	case CRM_OUT_SHEET:
		if (!w->header)
			sv_header(w);
		csv_row(w, c, n);
		break;
	case CRM_OUT_IDS:
		crm_buf_reset(&w->text);
		if (n > 0)
			crm_value_add_text(
			    &w->text, w->col[c[0].col].field, c[0].value);
		crm_buf_addv(&w->sink->buf, crm_buf_view(&w->text));
		crm_buf_addc(&w->sink->buf, '\n');
		break;
	case CRM_OUT_YAML:
		yaml_row(w, c, n);
		break;
	case CRM_OUT_TABLE:
		table_row(w, c, n);
		return;
	case CRM_OUT_MUTT:
		if (w->rows == 1)
			crm_buf_adds(&w->sink->buf, "crm\n");
		mail_rows(w, c, n);
		break;
	case CRM_OUT_AERC:
		mail_rows(w, c, n);
		break;
	case CRM_OUT_VCARD:
	case CRM_OUT_VCARD3:
		crm_vcard_write(&w->sink->buf, w->col, c, n,
		    w->o.form == CRM_OUT_VCARD3, w->o.store);
		break;
	case CRM_OUT_LEDGER:
		if (w->ledger == NULL)
			w->ledger = crm_ledger_new();
		crm_ledger_row(w->ledger, &w->sink->buf, w->col, c, n);
		break;
	}
	if (w->o.terminal)
		crm_writer_tame(
		    &w->sink->buf, from, w->o.form == CRM_OUT_JSONL, &w->text);
	crm_sink_check(w->sink);
}

bool
crm_writer_is_plain(const struct crm_writer *w)
{
	return !w->o.terminal &&
	    (w->o.form == CRM_OUT_JSONL || w->o.form == CRM_OUT_TSV ||
		w->o.form == CRM_OUT_CSV || w->o.form == CRM_OUT_SHEET ||
		w->o.form == CRM_OUT_IDS);
}

struct crm_writer *
crm_writer_again(const struct crm_writer *w, struct crm_sink *sink)
{
	struct crm_writer_options o = w->o;

	o.headed = true;
	return crm_writer_new(sink, &o);
}

void
crm_writer_rows(struct crm_writer *w, struct crm_buf *rows)
{
	struct crm_buf *b = &w->sink->buf, spare = *b;

	if (b->n > 0)
		crm_buf_addv(b, crm_buf_view(rows));
	else { /* nothing has to be copied */
		*b = *rows;
		b->max = spare.max;
		spare.max = rows->max;
		*rows = spare;
	}
	crm_buf_reset(rows);
	crm_sink_check(w->sink);
}

void
crm_writer_end(struct crm_writer *w)
{
	if (!w->header &&
	    (w->o.form == CRM_OUT_TSV || w->o.form == CRM_OUT_CSV ||
		w->o.form == CRM_OUT_SHEET))
		sv_header(w);
	if (w->o.form == CRM_OUT_MUTT && w->rows == 0)
		crm_buf_adds(&w->sink->buf, "crm: no match\n");
	if (w->table != NULL)
		crm_table_end(w->table);
}
