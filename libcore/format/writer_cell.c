/* The cells of TSV and CSV. */
#include "format/writer_impl.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "record/value.h"
#include "record/word.h"

/* What a character means in a cell: is_plain() knows them all. */
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

#ifdef __SSE2__
struct few { /* 16 bytes looked at together */
	__m128i v;
};

static inline struct few
few_of(uint64_t low, uint64_t high)
{
	return (struct few){ _mm_set_epi64x((long long)high, (long long)low) };
}

static inline struct few
few_at(const char *p)
{
	return (
	    struct few){ _mm_loadu_si128((const __m128i *)(const void *)p) };
}

/* Is none of them a control, or one of , ; " \? */
static inline bool
none_marked(struct few few)
{
	__m128i v = few.v, seen = _mm_cmpeq_epi8(v, _mm_set1_epi8(','));

	seen = _mm_or_si128(seen, _mm_cmpeq_epi8(v, _mm_set1_epi8(';')));
	seen = _mm_or_si128(seen, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	seen = _mm_or_si128(seen, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
	seen = _mm_or_si128(
	    seen, _mm_cmpeq_epi8(v, _mm_min_epu8(v, _mm_set1_epi8(' ' - 1))));
	return _mm_movemask_epi8(seen) == 0;
}
#else
struct few {
	uint64_t half[2];
};

static inline struct few
few_of(uint64_t low, uint64_t high)
{
	return (struct few){ { low, high } };
}

static inline struct few
few_at(const char *p)
{
	return few_of(crm_le64_get(p), crm_le64_get(p + 8));
}

static inline uint64_t
find_marks(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;
	uint64_t comma = w ^ ones * ',', semicolon = w ^ ones * ';';
	uint64_t slash = w ^ ones * '\\', quote = w ^ ones * '"';

	return (((comma - ones) & ~comma) | ((semicolon - ones) & ~semicolon) |
		   ((slash - ones) & ~slash) | ((quote - ones) & ~quote) |
		   ((w - ones * ' ') & ~w)) &
	    high;
}

static inline bool
none_marked(struct few few)
{
	return (find_marks(few.half[0]) | find_marks(few.half[1])) == 0;
}
#endif

/* The same of a text of 16 bytes and more. */
static bool
is_long_plain(struct crm_view v)
{
	size_t i;

	for (i = 0; v.n - i > 16; i += 16)
		if (!none_marked(few_at(v.p + i)))
			return false;
	return none_marked(few_at(v.p + v.n - 16));
}

/* Has no form a use for a character of a text: no control is in it, and none
 * of , ; " \? */
static inline bool
is_plain(struct crm_view v)
{
	uint64_t low = 0x2020202020202020, high = low;

	if (v.n >= 16)
		return is_long_plain(v);
	if (v.n >= 8) { /* from both ends: they may overlap */
		low = crm_le64_get(v.p);
		high = crm_le64_get(v.p + v.n - 8);
	} else if (v.n >= 4) {
		low = crm_le32_get(v.p) |
		    (uint64_t)crm_le32_get(v.p + v.n - 4) << 32;
	} else if (v.n > 0) {
		low = UINT64_C(0x2020202020000000) | (unsigned char)v.p[0] |
		    (uint64_t)(unsigned char)v.p[v.n / 2] << 8 |
		    (uint64_t)(unsigned char)v.p[v.n - 1] << 16;
	}
	return none_marked(few_of(low, high));
}

static char *
put_marked(char *to, struct crm_view v, unsigned int mask)
{
	size_t i;

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

/* A text escaped; room for twice its bytes is room enough. */
static inline char *
put_escaped(char *to, struct crm_view v, unsigned int mask)
{
	return is_plain(v) ? crm_copy_few(to, v.p, v.n)
			   : put_marked(to, v, mask);
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

/* How one value of a type is written that is no text. */
static const enum crm_cell_shape shapes[CRM_NTYPES] = {
	[CRM_T_CHOICE] = CRM_SHAPE_WORD,
	[CRM_T_LINK] = CRM_SHAPE_LINK,
	[CRM_T_TIME] = CRM_SHAPE_TIME,
	[CRM_T_DATE] = CRM_SHAPE_DATE,
	[CRM_T_NUMBER] = CRM_SHAPE_DEC,
	[CRM_T_PERCENT] = CRM_SHAPE_DEC,
	[CRM_T_MONEY] = CRM_SHAPE_DEC,
};

void
crm_cell_way(struct crm_cell_way *way, const struct crm_field *f, bool tsv)
{
	bool many = (f->flags & CRM_F_MANY) != 0;

	if (crm_value_is_text(f))
		way->shape = many ? CRM_SHAPE_TEXTS : CRM_SHAPE_TEXT;
	else
		way->shape = many ? CRM_SHAPE_OTHER : shapes[f->type];
	way->mask = to_escape(f, many, tsv);
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

static char *
put_time(char *to, struct crm_cell_way *way, struct crm_view v)
{
	if (way->text_n == 0 ||
	    !crm_view_eq(v, crm_view(way->time, way->time_n)))
		keep_time(way, v);
	memcpy(to, way->text, CRM_TIME_TEXT);
	return to + way->text_n;
}

static char *
put_date(char *to, struct crm_view v)
{
	struct crm_date day;

	return crm_value_get_date(v, &day) ? to + crm_date_put(to, day) : to;
}

static char *
put_dec(char *to, struct crm_view v)
{
	struct crm_dec dec;

	return crm_value_get_dec(v, &dec) ? to + crm_dec_put(to, dec) : to;
}

static inline char *
put_other(char *to, struct crm_cell_way *way, struct crm_view v)
{
	struct crm_view word;
	uint64_t id;

	switch (way->shape) {
	case CRM_SHAPE_WORD:
		word = crm_word_get(v);
		return crm_copy_few(to, word.p, word.n);
	case CRM_SHAPE_LINK:
		id = crm_link_get(v);
		return id != 0 ? to + crm_id_put(to, id) : to;
	case CRM_SHAPE_TIME:
		return put_time(to, way, v);
	case CRM_SHAPE_DATE:
		return put_date(to, v);
	case CRM_SHAPE_DEC:
		return put_dec(to, v);
	case CRM_SHAPE_OTHER:
	case CRM_SHAPE_TEXT:
	case CRM_SHAPE_TEXTS:
		break;
	}
	return to;
}

char *
crm_cell_put(char *to, struct crm_cell_way *way, struct crm_view v)
{
	return put_other(to, way, v);
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

/* A cell that is short: what is behind it. */
static inline char *
put_cell(char *to, struct crm_cell_way *way, const struct crm_value *c)
{
	if (way->shape == CRM_SHAPE_TEXT)
		return c->safe ? crm_copy_few(to, c->value.p, c->value.n)
			       : put_escaped(to, c->value, way->mask);
	if (way->shape == CRM_SHAPE_TEXTS)
		return put_texts(to, c->value, way->mask);
	return put_other(to, way, c->value);
}

/* Room for n bytes behind what was written up to a place; NULL: there is none.
 * Some more is made, for what comes. */
static char *
more_room(struct crm_buf *b, char *to, size_t n, char **end)
{
	n += 1024;
	if (to != NULL)
		crm_buf_used(b, (size_t)(to - b->p) - b->n);
	to = crm_buf_room(b, n);
	*end = to != NULL ? to + n : NULL;
	return to;
}

void
crm_tsv_row(struct crm_buf *b, struct crm_cell_way *way,
    const struct crm_column *col, size_t ncols, const struct crm_value *c,
    size_t n)
{
	const struct crm_value *behind = c + n;
	/* before the end there is always room for all tabs, and the line end */
	size_t tabs = ncols + 1, i, room;
	char *end, *to = more_room(b, NULL, tabs, &end);

	for (i = 0; to != NULL && i < ncols; i++, *to++ = '\t') {
		if (c == behind || c->col != i)
			continue;
		room = crm_cell_room(c) + tabs;
		if ((size_t)(end - to) < room)
			to = more_room(b, to, room, &end);
		if (to == NULL)
			return;
		if (c->value.n > 0 && crm_cell_is_short(&way[i], c)) {
			to = put_cell(to, &way[i], c);
		} else if (c->value.n > 0) {
			crm_buf_used(b, (size_t)(to - b->p) - b->n);
			crm_cell_text(b, col[i].field, c, true);
			to = more_room(b, NULL, tabs, &end);
			if (to == NULL)
				return;
		}
		c++;
	}
	if (to == NULL)
		return;
	if (ncols == 0)
		to++;
	to[-1] = '\n'; /* not the last tab */
	crm_buf_used(b, (size_t)(to - b->p) - b->n);
}

bool
crm_csv_put(struct crm_buf *b, struct crm_cell_way *way,
    const struct crm_field *f, const struct crm_value *c, bool sheet)
{
	struct crm_view text;
	char *to;

	if (!crm_cell_is_short(way, c))
		return false;
	to = crm_buf_room(b, crm_cell_room(c));
	if (to == NULL)
		return true; /* the buffer says so in the end */
	text = crm_view(to, (size_t)(put_cell(to, way, c) - to));
	if (way->shape <= CRM_SHAPE_WORD && text.n > 0 &&
	    (text.p[0] == ' ' || text.p[text.n - 1] == ' ' || !is_plain(text)))
		return false;
	if (sheet && crm_cell_is_formula(f, c, text))
		return false;
	crm_buf_used(b, text.n);
	return true;
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
