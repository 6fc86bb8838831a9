/* The cells of TSV and CSV. */
#include "format/writer_impl.h"
#include "record/value.h"
#include "record/word.h"

/* What a character means in a cell. */
enum meaning {
	TSV_ONLY = 1 << 0,   /* parts cells and lines of TSV */
	PARTS = 1 << 1,      /* parts the values of a field of many */
	PARTS_MORE = 1 << 2, /* those of tags, addresses and the like */
	ESCAPES = 1 << 3,
};

static const unsigned char meanings[256] = {
	['\t'] = TSV_ONLY,
	['\n'] = TSV_ONLY,
	['\r'] = TSV_ONLY,
	[','] = PARTS,
	[';'] = PARTS_MORE,
	['\\'] = ESCAPES,
};

/* What is to stand behind a backslash in the cells of a field. */
static unsigned int
to_escape(const struct crm_field *f, bool many, bool tsv)
{
	unsigned int mask = tsv ? TSV_ONLY | ESCAPES : 0;

	if (many)
		mask |= PARTS | ESCAPES;
	if (many &&
	    (f->type == CRM_T_TAG || f->type == CRM_T_EMAIL ||
		f->type == CRM_T_PHONE || f->type == CRM_T_URL))
		mask |= PARTS_MORE;
	return mask;
}

/* Has none of 8 bytes a meaning?  (It may say no where there is none.) */
static bool
are_plain(const char *p)
{
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;
	uint64_t w = crm_le64_get(p), comma, semicolon, slash, found;

	comma = w ^ ones * ',';
	semicolon = w ^ ones * ';';
	slash = w ^ ones * '\\';
	found = ((comma - ones) & ~comma) | ((semicolon - ones) & ~semicolon) |
	    ((slash - ones) & ~slash) | ((w - ones * ' ') & ~w);
	return (found & high) == 0;
}

/* Has no character of a text a meaning?  (It may say no where none has.) */
static bool
is_plain(struct crm_view v)
{
	size_t i;

	for (i = 0; v.n - i >= 8; i += 8)
		if (!are_plain(v.p + i))
			return false;
	if (v.n >= 8)
		return are_plain(v.p + v.n - 8);
	while (i < v.n && meanings[(unsigned char)v.p[i]] == 0)
		i++;
	return i == v.n;
}

/* A text escaped; room for twice its bytes is room enough. */
static char *
put_escaped(char *to, struct crm_view v, unsigned int mask)
{
	size_t i;

	if (is_plain(v)) {
		memcpy(to, v.p, v.n);
		return to + v.n;
	}
	for (i = 0; i < v.n; i++) {
		char ch = v.p[i];

		if ((meanings[(unsigned char)ch] & mask) != 0) {
			*to++ = '\\';
			ch = ch == '\t'  ? 't'
			    : ch == '\n' ? 'n'
			    : ch == '\r' ? 'r'
					 : ch;
		}
		*to++ = ch;
	}
	return to;
}

static void
add_escaped(struct crm_buf *out, struct crm_view v, unsigned int mask)
{
	char *to = v.n > 0 ? crm_buf_room(out, 2 * v.n) : NULL;

	if (to != NULL)
		crm_buf_used(out, (size_t)(put_escaped(to, v, mask) - to));
}

void
crm_cell_text(struct crm_buf *out, const struct crm_field *f,
    const struct crm_value *c, bool tsv)
{
	bool many = (f->flags & CRM_F_MANY) != 0 && !c->is_text;
	unsigned int mask;
	bool first = true;
	struct crm_many m;
	struct crm_view v;

	if (c->safe && !many && !c->is_text) {
		/* no control character is in it, and no backslash */
		crm_value_add_text(out, f, c->value);
		return;
	}
	mask = to_escape(f, many, tsv);
	crm_many_begin(&m, c->value, many);
	while (crm_many_next(&m, &v)) {
		if (!first)
			crm_buf_addc(out, ',');
		first = false;
		if (c->is_text || crm_value_is_text(f))
			add_escaped(out, v, mask);
		else if (f->type == CRM_T_CHOICE)
			add_escaped(out, crm_word_get(v), mask);
		else
			crm_value_add_text(out, f, v);
	}
}

bool
crm_cell_is_formula(
    const struct crm_field *f, const struct crm_value *c, struct crm_view text)
{
	bool number = !c->is_text &&
	    (f->type == CRM_T_NUMBER || f->type == CRM_T_MONEY ||
		f->type == CRM_T_PERCENT);

	return !number && text.n > 0 &&
	    ((unsigned char)text.p[0] < ' ' ||
		strchr("=+-@", text.p[0]) != NULL);
}

enum crm_cell_shape
crm_cell_shape(const struct crm_field *f)
{
	bool many = (f->flags & CRM_F_MANY) != 0;

	if (crm_value_is_text(f))
		return many ? CRM_SHAPE_TEXTS : CRM_SHAPE_TEXT;
	if (many)
		return CRM_SHAPE_OTHER;
	return f->type == CRM_T_TIME  ? CRM_SHAPE_TIME
	    : f->type == CRM_T_CHOICE ? CRM_SHAPE_WORD
	    : f->type == CRM_T_LINK   ? CRM_SHAPE_LINK
				      : CRM_SHAPE_OTHER;
}

/* Make a time the one that was written last. */
static void
keep_time(struct crm_cell_way *way, struct crm_view v)
{
	int64_t at_us;

	way->text_n = 0;
	if (!crm_value_get_time(v, &at_us))
		return;
	memcpy(way->time, v.p, v.n);
	way->time_n = (uint8_t)v.n;
	way->text_n = (uint8_t)crm_time_put(way->text, at_us);
}

char *
crm_cell_put(char *to, struct crm_cell_way *way, struct crm_view v)
{
	struct crm_view text;
	uint64_t id;

	if (way->shape == CRM_SHAPE_LINK) {
		id = crm_link_get(v);
		return id != 0 ? to + crm_id_put(to, id) : to;
	}
	if (way->shape == CRM_SHAPE_WORD) {
		text = crm_word_get(v);
		memcpy(to, text.p, text.n);
		return to + text.n;
	}
	if (way->text_n == 0 ||
	    !crm_view_eq(v, crm_view(way->time, way->time_n)))
		keep_time(way, v);
	memcpy(to, way->text, CRM_TIME_TEXT);
	return to + way->text_n;
}

/* Texts escaped and joined: their lengths stand in front of them, so that
 * twice their bytes are room enough. */
static char *
put_texts(char *to, struct crm_view stored, unsigned int mask)
{
	struct crm_many m;
	struct crm_view v;
	char *from = to;

	crm_many_begin(&m, stored, true);
	while (crm_many_next(&m, &v)) {
		if (to > from)
			*to++ = ',';
		to = put_escaped(to, v, mask);
	}
	return to;
}

void
crm_cell_add(struct crm_buf *out, struct crm_cell_way *way,
    const struct crm_field *f, const struct crm_value *c, bool tsv)
{
	struct crm_view v = c->value;
	char *to, *from;

	if (c->is_text || way->shape == CRM_SHAPE_OTHER ||
	    (way->shape == CRM_SHAPE_WORD && !c->safe)) {
		crm_cell_text(out, f, c, tsv);
		return;
	}
	from = crm_buf_room(out, 2 * v.n + CRM_CELL_ROOM);
	if (from == NULL)
		return;
	if (way->shape == CRM_SHAPE_TEXTS)
		to = put_texts(from, v, to_escape(f, true, tsv));
	else if (way->shape != CRM_SHAPE_TEXT)
		to = crm_cell_put(from, way, v);
	else if (!c->safe)
		to = put_escaped(from, v, to_escape(f, false, tsv));
	else {
		/* no control character is in it, and no backslash */
		memcpy(from, v.p, v.n);
		to = from + v.n;
	}
	crm_buf_used(out, (size_t)(to - from));
}

void
crm_tsv_row(struct crm_buf *b, struct crm_cell_way *way,
    const struct crm_column *col, size_t ncols, const struct crm_value *c,
    size_t n)
{
	size_t i, k = 0;

	for (i = 0; i < ncols; i++) {
		if (i > 0)
			crm_buf_addc(b, '\t');
		if (k < n && c[k].col == i)
			crm_cell_add(b, &way[i], col[i].field, &c[k++], true);
	}
	crm_buf_addc(b, '\n');
}

void
crm_csv_add(struct crm_buf *b, struct crm_view v)
{
	size_t i;
	bool quote = v.n > 0 && (v.p[0] == ' ' || v.p[v.n - 1] == ' ');

	for (i = 0; !quote && i < v.n; i++)
		quote = v.p[i] == '"' || v.p[i] == ',' || v.p[i] == ';' ||
		    v.p[i] == '\n' || v.p[i] == '\r' || v.p[i] == '\t';
	if (!quote) {
		crm_buf_addv(b, v);
		return;
	}
	crm_buf_addc(b, '"');
	for (i = 0; i < v.n; i++) {
		if (v.p[i] == '"')
			crm_buf_addc(b, '"');
		crm_buf_addc(b, v.p[i]);
	}
	crm_buf_addc(b, '"');
}
