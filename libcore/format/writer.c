#include "format/writer.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "config/yaml.h"
#include "format/json.h"
#include "format/table.h"
#include "format/writer_impl.h"
#include "record/value.h"

/* A key is copied by one move of fixed size, and what is behind that. */
#define KEY_MOVE 16

/* The text of a time that was written last in a column: many records were
 * made, or changed, together. */
#define MEMO_VALUE 12 /* bytes of a time as it is stored, at the most */
struct memo {
	char value[MEMO_VALUE];
	uint8_t value_n;
	uint8_t text_n; /* 0: none yet */
	char text[CRM_TIME_TEXT];
};

struct crm_writer {
	struct crm_sink *sink;
	struct crm_writer_options o;
	const struct crm_column *col;
	size_t ncols;
	struct crm_view *key; /* of JSON: ,"name": with KEY_MOVE behind it */
	struct memo *memo;    /* one a column */
	struct crm_arena keys;
	bool header; /* was written, or is not needed */
	uint64_t rows;
	struct crm_table_out *table;
	struct crm_table_column *table_col;
	struct crm_buf text, cell;
};

static const char form_names[] =
    "table\0jsonl\0tsv\0csv\0ids\0yaml\0mutt\0aerc\0";

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
	crm_free(w->table_col);
	crm_free(w->memo);
	crm_buf_release(&w->text);
	crm_buf_release(&w->cell);
	crm_free(w);
}

/* The keys of JSON objects are the same in every row. */
static void
make_keys(struct crm_writer *w)
{
	static const char padding[KEY_MOVE];
	struct crm_buf b = CRM_BUF_INIT(100000);
	size_t i;

	crm_arena_reset(&w->keys);
	w->key = crm_arena_alloc(&w->keys, w->ncols * sizeof(*w->key));
	for (i = 0; i < w->ncols; i++) {
		crm_buf_reset(&b);
		crm_buf_addc(&b, ',');
		crm_json_add_string(&b, crm_view_str(w->col[i].name));
		crm_buf_addc(&b, ':');
		w->key[i].n = b.n;
		crm_buf_add(&b, padding, KEY_MOVE);
		w->key[i].p = crm_arena_dup(&w->keys, b.p, b.n);
	}
	crm_buf_release(&b);
}

static bool
is_number(const struct crm_field *f)
{
	return f->type == CRM_T_NUMBER || f->type == CRM_T_PERCENT ||
	    f->type == CRM_T_MONEY;
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
	}
	w->table = crm_table_new(
	    w->sink, w->table_col, w->ncols, w->o.width, w->o.color);
}

void
crm_writer_columns(struct crm_writer *w, const struct crm_column *col, size_t n)
{
	if (w->col == col && w->ncols == n)
		return;
	w->col = col;
	w->ncols = n;
	crm_free(w->memo);
	w->memo = crm_calloc(n + 1, sizeof(*w->memo));
	if (w->o.form == CRM_OUT_JSONL)
		make_keys(w);
	else if (w->o.form == CRM_OUT_TABLE && w->table == NULL)
		make_table(w);
}

/* A time as text. */
static void
add_time(struct crm_buf *b, struct memo *memo, const struct crm_field *f,
    struct crm_view v)
{
	size_t from = b->n;

	if (memo->text_n > 0 &&
	    crm_view_eq(v, crm_view(memo->value, memo->value_n))) {
		crm_buf_add(b, memo->text, memo->text_n);
		return;
	}
	crm_value_add_text(b, f, v);
	memo->text_n = 0;
	if (b->over || v.n > MEMO_VALUE || b->n - from > CRM_TIME_TEXT)
		return;
	memcpy(memo->value, v.p, v.n);
	memo->value_n = (uint8_t)v.n;
	memo->text_n = (uint8_t)(b->n - from);
	memcpy(memo->text, b->p + from, memo->text_n);
}

/* One value as JSON. */
static void
add_json(
    struct crm_buf *b, const struct crm_field *f, struct crm_view v, bool safe)
{
	char *to;

	switch ((enum crm_type)f->type) {
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_BOOL:
		crm_value_add_text(b, f, v);
		return;
	case CRM_T_DATE:
	case CRM_T_TIME:
	case CRM_T_SPAN:
	case CRM_T_CURRENCY:
	case CRM_T_CHOICE:
	case CRM_T_LINK:
		crm_buf_addc(b, '"');
		crm_value_add_text(b, f, v);
		crm_buf_addc(b, '"');
		return;
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_PHONE:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_NTYPES:
		break;
	}
	to = safe ? crm_buf_room(b, v.n + 2) : NULL;
	if (to == NULL) {
		crm_json_add_string(b, v);
		return;
	}
	to[0] = '"';
	memcpy(to + 1, v.p, v.n);
	to[v.n + 1] = '"';
	crm_buf_used(b, v.n + 2);
}

static void
json_value(
    struct crm_buf *b, const struct crm_field *f, const struct crm_value *c)
{
	struct crm_many m;
	struct crm_view v;
	bool first = true;

	if (c->is_text) {
		crm_json_add_string(b, c->value);
		return;
	}
	if ((f->flags & CRM_F_MANY) == 0) {
		add_json(b, f, c->value, c->safe);
		return;
	}
	crm_buf_addc(b, '[');
	crm_many_begin(&m, c->value, true);
	while (crm_many_next(&m, &v)) {
		if (!first)
			crm_buf_addc(b, ',');
		first = false;
		add_json(b, f, v, c->safe);
	}
	crm_buf_addc(b, ']');
}

void
crm_json_add_value(
    struct crm_buf *b, const struct crm_field *f, struct crm_view stored)
{
	struct crm_value v = { .value = stored };

	json_value(b, f, &v);
}

/* A key of ours: there are KEY_MOVE bytes more behind it. */
static void
add_key(struct crm_buf *b, struct crm_view key)
{
	char *to = crm_buf_room(b, key.n + KEY_MOVE);

	if (to == NULL)
		return;
	memcpy(to, key.p, KEY_MOVE);
	if (key.n > KEY_MOVE)
		memcpy(to + KEY_MOVE, key.p + KEY_MOVE, key.n - KEY_MOVE);
	crm_buf_used(b, key.n);
}

/* Is a value one time? */
static bool
is_time(const struct crm_field *f, const struct crm_value *c)
{
	return f->type == CRM_T_TIME && (f->flags & CRM_F_MANY) == 0 &&
	    !c->is_text;
}

static void
json_row(struct crm_writer *w, const struct crm_value *c, size_t n)
{
	struct crm_buf *b = &w->sink->buf;
	const struct crm_field *f;
	struct crm_view key;
	bool first = true;
	size_t i;

	crm_buf_addc(b, '{');
	for (i = 0; i < n; i++) {
		if (c[i].value.n == 0)
			continue;
		f = w->col[c[i].col].field;
		key = w->key[c[i].col];
		add_key(b, first ? crm_view_skip(key, 1) : key);
		first = false;
		if (is_time(f, &c[i])) {
			crm_buf_addc(b, '"');
			add_time(b, &w->memo[c[i].col], f, c[i].value);
			crm_buf_addc(b, '"');
		} else
			json_value(b, f, &c[i]);
	}
	crm_buf_adds(b, "}\n");
}

static void
sv_header(struct crm_writer *w)
{
	struct crm_buf *b = &w->sink->buf;
	bool tsv = w->o.form == CRM_OUT_TSV;
	size_t i;

	if (w->header)
		return;
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

static void
sv_row(struct crm_writer *w, const struct crm_value *c, size_t n)
{
	struct crm_buf *b = &w->sink->buf;
	bool tsv = w->o.form == CRM_OUT_TSV;
	size_t i, k = 0;

	sv_header(w);
	for (i = 0; i < w->ncols; i++) {
		if (i > 0)
			crm_buf_addc(b, tsv ? '\t' : ',');
		if (k == n || c[k].col != i)
			continue;
		if (is_time(w->col[i].field, &c[k]))
			add_time(b, &w->memo[i], w->col[i].field, c[k].value);
		else if (tsv)
			crm_cell_text(b, w->col[i].field, &c[k], true);
		else {
			crm_buf_reset(&w->cell);
			crm_cell_text(&w->cell, w->col[i].field, &c[k], false);
			crm_csv_add(b, crm_buf_view(&w->cell));
		}
		k++;
	}
	/* a lone empty cell would be no line at all */
	if (w->ncols == 1 && n == 0 && !tsv)
		crm_buf_adds(b, "\"\"");
	crm_buf_addc(b, '\n');
}

static void
yaml_row(struct crm_writer *w, const struct crm_value *c, size_t n)
{
	struct crm_buf *b = &w->sink->buf;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct crm_field *f = w->col[c[i].col].field;
		struct crm_many m;
		struct crm_view v;
		bool many = (f->flags & CRM_F_MANY) != 0 && !c[i].is_text;

		crm_buf_adds(b, i == 0 ? "- " : "  ");
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
	if (n == 0)
		crm_buf_adds(b, "- {}\n");
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

/* Escape what could drive a terminal in what was written from a place on; in
 * JSON as JSON does. */
static void
tame(struct crm_writer *w, size_t from)
{
	struct crm_buf *b = &w->sink->buf;
	struct crm_view v, c;
	uint32_t cp;
	size_t i;

	v = crm_view(b->p + from, b->n - from);
	crm_buf_reset(&w->text);
	for (i = 0; i < v.n; i += c.n) {
		cp = 0;
		c = crm_view(v.p + i, crm_utf8_get(v.p + i, v.n - i, &cp));
		if (c.n == 0)
			c.n = 1;
		if (is_layout(cp) || crm_utf8_is_safe(c))
			crm_buf_addv(&w->text, c);
		else if (w->o.form == CRM_OUT_JSONL)
			crm_buf_addf(&w->text, "\\u%04x", (unsigned int)cp);
		else
			crm_utf8_add_safe(&w->text, c);
	}
	if (crm_view_eq(v, crm_buf_view(&w->text)))
		return;
	b->n = from;
	crm_buf_addv(b, crm_buf_view(&w->text));
}

void
crm_writer_row(struct crm_writer *w, const struct crm_value *c, size_t n)
{
	size_t from = w->sink->buf.n;

	w->rows++;
	switch (w->o.form) {
	case CRM_OUT_JSONL:
		json_row(w, c, n);
		break;
	case CRM_OUT_TSV:
	case CRM_OUT_CSV:
		sv_row(w, c, n);
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
	}
	if (w->o.terminal)
		tame(w, from);
	crm_sink_check(w->sink);
}

void
crm_writer_end(struct crm_writer *w)
{
	if (w->o.form == CRM_OUT_TSV || w->o.form == CRM_OUT_CSV)
		sv_header(w);
	if (w->o.form == CRM_OUT_MUTT && w->rows == 0)
		crm_buf_adds(&w->sink->buf, "crm: no match\n");
	if (w->table != NULL)
		crm_table_end(w->table);
}
