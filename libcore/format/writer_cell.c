/* The cells of TSV and CSV. */
#include "format/writer_impl.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* Which of 8 bytes have a meaning: not 0 when there is one.  (It may say so
 * where there is none: of other controls.) */
static inline uint64_t
find_meanings(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;
	uint64_t comma, semicolon, slash;

	comma = w ^ ones * ',';
	semicolon = w ^ ones * ';';
	slash = w ^ ones * '\\';
	return (((comma - ones) & ~comma) | ((semicolon - ones) & ~semicolon) |
		   ((slash - ones) & ~slash) | ((w - ones * ' ') & ~w)) &
	    high;
}

#ifdef __SSE2__
/* The same of 16 bytes, which are copied: a bit each. */
static inline __m128i
copy_16(char *to, const char *from)
{
	__m128i v, seen;

	v = _mm_loadu_si128((const __m128i *)(const void *)from);
	_mm_storeu_si128((__m128i *)(void *)to, v);
	seen = _mm_cmpeq_epi8(v, _mm_set1_epi8(','));
	seen = _mm_or_si128(seen, _mm_cmpeq_epi8(v, _mm_set1_epi8(';')));
	seen = _mm_or_si128(seen, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	return _mm_or_si128(
	    seen, _mm_cmpeq_epi8(v, _mm_min_epu8(v, _mm_set1_epi8(' ' - 1))));
}

/* Copy at least 16 bytes; has none of them a meaning? */
static bool
copy_many(char *to, struct crm_view v)
{
	__m128i seen = copy_16(to + v.n - 16, v.p + v.n - 16);
	size_t i;

	for (i = 0; v.n - i > 16; i += 16)
		seen = _mm_or_si128(seen, copy_16(to + i, v.p + i));
	return _mm_movemask_epi8(seen) == 0;
}
#else
static bool
copy_many(char *to, struct crm_view v)
{
	uint64_t seen = find_meanings(crm_le64_get(v.p + v.n - 8));
	size_t i;

	for (i = 0; v.n - i > 8; i += 8)
		seen |= find_meanings(crm_le64_get(v.p + i));
	memcpy(to, v.p, v.n);
	return seen == 0;
}
#endif

/* Copy a text; has no character of it a meaning?  (It may say no where none
 * has.) */
static inline bool
copy_plain(char *to, struct crm_view v)
{
	unsigned int seen = 0;
	uint64_t first, last;
	size_t i;

	if (v.n >= 16)
		return copy_many(to, v);
	if (v.n >= 8) {
		first = crm_le64_get(v.p);
		last = crm_le64_get(v.p + v.n - 8);
		crm_le64(to, first);
		crm_le64(to + v.n - 8, last);
		return (find_meanings(first) | find_meanings(last)) == 0;
	}
	for (i = 0; i < v.n; i++) {
		to[i] = v.p[i];
		seen |= meanings[(unsigned char)v.p[i]];
	}
	return seen == 0;
}

/* A text escaped; room for twice its bytes is room enough. */
static char *
put_escaped(char *to, struct crm_view v, unsigned int mask)
{
	size_t i;

	if (copy_plain(to, v))
		return to + v.n;
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
		return crm_copy_few(to, text.p, text.n);
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

	if (crm_many_is_one(stored, &v))
		return put_escaped(to, v, mask);
	crm_many_begin(&m, stored, true);
	while (crm_many_next(&m, &v)) {
		if (to > from)
			*to++ = ',';
		to = put_escaped(to, v, mask);
	}
	return to;
}

/* Is a cell written by put_cell()?  Others by crm_cell_text(). */
static inline bool
is_short_way(const struct crm_cell_way *way, const struct crm_value *c)
{
	return !c->is_text && way->shape != CRM_SHAPE_OTHER &&
	    (way->shape != CRM_SHAPE_WORD || c->safe);
}

/* Room for a cell that is_short_way(). */
static inline size_t
cell_room(const struct crm_value *c)
{
	return 2 * c->value.n + CRM_CELL_ROOM;
}

static inline char *
put_cell(char *to, struct crm_cell_way *way, const struct crm_field *f,
    const struct crm_value *c, bool tsv)
{
	if (way->shape == CRM_SHAPE_TEXT && c->safe)
		/* no control character is in it, and no backslash */
		return crm_copy_few(to, c->value.p, c->value.n);
	if (way->shape == CRM_SHAPE_TEXTS)
		return put_texts(to, c->value, to_escape(f, true, tsv));
	if (way->shape == CRM_SHAPE_TEXT)
		return put_escaped(to, c->value, to_escape(f, false, tsv));
	return crm_cell_put(to, way, c->value);
}

void
crm_cell_add(struct crm_buf *out, struct crm_cell_way *way,
    const struct crm_field *f, const struct crm_value *c, bool tsv)
{
	char *to;

	if (!is_short_way(way, c)) {
		crm_cell_text(out, f, c, tsv);
		return;
	}
	to = crm_buf_room(out, cell_room(c));
	if (to != NULL)
		crm_buf_used(out, (size_t)(put_cell(to, way, f, c, tsv) - to));
}

/*
 * The cells of a row that is_short_way(), from one column on, and the tab in
 * front of each: with room made once.
 *
 * k       value at hand, updated
 *
 * Returns the column that it stopped at; ncols: it is the whole row.
 */
static size_t
put_cells(struct crm_buf *b, struct crm_cell_way *way,
    const struct crm_column *col, size_t i, size_t ncols,
    const struct crm_value *c, size_t n, size_t *k)
{
	size_t room = ncols - i, last;
	char *to, *from;

	for (last = *k; last < n && is_short_way(&way[c[last].col], &c[last]);
	     last++)
		room += cell_room(&c[last]);
	from = to = crm_buf_room(b, room);
	if (to == NULL)
		return ncols;
	for (; i < ncols; i++) {
		bool has = *k < n && c[*k].col == i;

		if (has && *k == last)
			break;
		if (i > 0)
			*to++ = '\t';
		if (has) {
			to = put_cell(to, &way[i], col[i].field, &c[*k], true);
			(*k)++;
		}
	}
	crm_buf_used(b, (size_t)(to - from));
	return i;
}

void
crm_tsv_row(struct crm_buf *b, struct crm_cell_way *way,
    const struct crm_column *col, size_t ncols, const struct crm_value *c,
    size_t n)
{
	size_t i = 0, k = 0;

	while (i < ncols) {
		i = put_cells(b, way, col, i, ncols, c, n, &k);
		if (i == ncols)
			break;
		if (i > 0)
			crm_buf_addc(b, '\t');
		crm_cell_text(b, col[i++].field, &c[k++], true);
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
