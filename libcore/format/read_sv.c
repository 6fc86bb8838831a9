#include "base/utf8.h"
#include "format/read_impl.h"

static bool
is_one_of(const char *set, char c)
{
	for (; *set != '\0'; set++)
		if (*set == c)
			return true;
	return false;
}

void
crm_sv_count(struct crm_view v, const char *seps, size_t *counts)
{
	bool open = false, start = true;
	size_t i;
	char c;

	memset(counts, 0, strlen(seps) * sizeof(*counts));
	for (i = 0; i < v.n; i++) {
		c = v.p[i];
		/* A doubled quote closes and opens again. */
		if (c == '"' && (open || start)) {
			open = !open;
			start = true;
			continue;
		}
		start = !open && is_one_of(seps, c);
		if (start)
			counts[strchr(seps, c) - seps]++;
	}
}

/* A quote opens only where a cell begins; open: v begins within quotes. */
static bool
ends_in_quotes(struct crm_view v, const char *seps, bool open)
{
	size_t i;

	for (i = 0;; i++) {
		i += crm_view_find(crm_view_skip(v, i), '"');
		if (i == v.n)
			return open;
		if (!open)
			open = i == 0 || is_one_of(seps, v.p[i - 1]);
		else if (i + 1 < v.n && v.p[i + 1] == '"')
			i++;
		else
			open = false;
	}
}

const struct crm_err *
crm_sv_complete(struct crm_reader *r)
{
	const struct crm_err *err;
	struct crm_view rec;
	size_t seen = 0;
	bool open = false;

	do {
		rec = crm_lines_record(&r->lines);
		open = ends_in_quotes(crm_view_skip(rec, seen), r->seps, open);
		if (!open)
			return NULL;
		seen = rec.n;
		err = crm_lines_extend(&r->lines);
	} while (err == NULL && r->lines.len > seen);
	r->over = true;
	if (err == NULL)
		return crm_err(CRM_E_DATA, "a quote is never closed");
	if (err->code != CRM_E_DATA)
		return err;
	return crm_err(
	    CRM_E_DATA, "a quote is not closed within %zu bytes", CRM_LINE_MAX);
}

/* Mark the bytes of a word that are 0; exact for each byte, not only for the
 * lowest. */
static uint64_t
zero_bytes(uint64_t w)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu;

	return ~(((w & low) + low) | w | low);
}

static void
set_cell(struct crm_cell *cell, const char *from, const char *to)
{
	cell->text = crm_view(from, (size_t)(to - from));
	cell->escaped = false;
}

/*
 * Cut a line at every separator.
 *
 * line   a record of crm_lines, which may be read in words
 * cell   set, at most max of them
 *
 * Returns how many cells there are.
 */
static size_t
split(struct crm_view line, char sep, struct crm_cell *cell, size_t max)
{
	const uint64_t seps = 0x0101010101010101u * (unsigned char)sep;
	const char *p, *q, *from = line.p, *end = line.p + line.n;
	size_t n = 0;
	uint64_t hit;

	for (p = line.p; p < end; p += 8) {
		hit = zero_bytes(crm_le64_get(p) ^ seps);
		if (end - p < 8)
			hit &= ((uint64_t)1 << (end - p) * 8) - 1;
		for (; hit != 0; hit &= hit - 1) {
			q = p + __builtin_ctzll(hit) / 8;
			if (n < max)
				set_cell(&cell[n], from, q);
			n++;
			from = q + 1;
		}
	}
	if (n < max)
		set_cell(&cell[n], from, end);
	return n + 1;
}

/* A quoted cell at *pos; behind its closing quote then. */
static const struct crm_err *
read_quoted(struct crm_reader *r, struct crm_view rec, size_t *pos,
    struct crm_view *text)
{
	size_t i = *pos + 1, run, from = r->scratch.n;

	run = crm_view_find(crm_view_skip(rec, i), '"');
	if (i + run + 1 >= rec.n || rec.p[i + run + 1] != '"') {
		*text = crm_view(rec.p + i, run);
		*pos = i + run + 1;
		return NULL;
	}
	/* Room for all cells of the row at once, so that none moves. */
	if (crm_buf_room(&r->scratch, rec.n - from) == NULL)
		return crm_buf_end(&r->scratch);
	for (;;) {
		crm_buf_add(&r->scratch, rec.p + i, run);
		i += run + 1;
		if (i >= rec.n || rec.p[i] != '"')
			break;
		crm_buf_addc(&r->scratch, '"');
		i++;
		run = crm_view_find(crm_view_skip(rec, i), '"');
	}
	*text = crm_view_skip(crm_buf_view(&r->scratch), from);
	*pos = i;
	return NULL;
}

/* The same as split() for a record with quotes. */
static const struct crm_err *
split_quoted(
    struct crm_reader *r, struct crm_view rec, size_t max, size_t *ncells)
{
	const struct crm_err *err;
	struct crm_view text;
	size_t i = 0, n = 0;

	crm_buf_reset(&r->scratch);
	for (;; i++) {
		text = crm_view_skip(rec, i);
		if (text.n > 0 && text.p[0] == '"') {
			err = read_quoted(r, rec, &i, &text);
			if (err != NULL)
				return err;
		} else {
			text.n = crm_view_find(text, r->seps[0]);
			i += text.n;
		}
		if (n < max)
			set_cell(&r->cell[n], text.p, text.p + text.n);
		n++;
		if (i >= rec.n)
			break;
		if (rec.p[i] != r->seps[0])
			return crm_err(CRM_E_DATA,
			    "text behind the closing quote of cell %zu", n);
	}
	*ncells = n;
	return NULL;
}

static void
mark_escaped(struct crm_cell *cell, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		cell[i].escaped =
		    crm_view_find(cell[i].text, '\\') < cell[i].text.n;
}

/* Cut a record into at most max cells. */
static const struct crm_err *
read_cells(
    struct crm_reader *r, struct crm_view rec, size_t max, size_t *ncells)
{
	if (r->form == CRM_IN_CSV && crm_view_find(rec, '"') < rec.n)
		return split_quoted(r, rec, max, ncells);
	*ncells = split(rec, r->seps[0], r->cell, max);
	if (r->form == CRM_IN_TSV && crm_view_find(rec, '\\') < rec.n)
		mark_escaped(r->cell, *ncells < max ? *ncells : max);
	return NULL;
}

static const struct crm_err *
add_column(struct crm_reader *r, struct crm_cell *cell, uint32_t *col)
{
	const struct crm_err *err;
	struct crm_buf plain = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_view name = crm_view_trim(cell->text);

	if (cell->escaped) {
		err = crm_cell_unescape(name, &plain);
		if (err != NULL)
			goto done;
		name = crm_buf_view(&plain);
	}
	if (name.n > 0 && crm_cols_find(&r->cols, name) != CRM_COL_NONE)
		err = crm_err(
		    CRM_E_DATA, "two columns are named '%.*s'", CRM_VARG(name));
	else
		err = crm_cols_add(&r->cols, name, col);
done:
	crm_buf_release(&plain);
	return err;
}

/* Does a CR stand where it ends no line? */
static bool
has_bare_cr(struct crm_view v)
{
	size_t i;

	for (i = 0; i < v.n; i++)
		if (v.p[i] == '\r' && (i + 1 == v.n || v.p[i + 1] != '\n'))
			return true;
	return false;
}

const struct crm_err *
crm_sv_header(struct crm_reader *r, struct crm_view rec)
{
	const struct crm_err *err;
	size_t i, n, max = 1;

	if (has_bare_cr(rec))
		return crm_err(
		    CRM_E_DATA, "the header holds a CR: lines must end in LF");
	for (i = 0; i < rec.n; i++)
		max += rec.p[i] == r->seps[0];
	if (max > CRM_COLS_MAX)
		return crm_err(
		    CRM_E_DATA, "more than %d columns", CRM_COLS_MAX);
	r->cell = crm_grow(r->cell, &r->cap, max, sizeof(*r->cell));
	err = read_cells(r, rec, max, &n);
	if (err != NULL)
		return err;
	for (i = 0; i < n; i++) {
		err = add_column(r, &r->cell[i], &r->cell[i].col);
		if (err != NULL)
			return err;
		r->cell[i].type = CRM_CELL_TEXT;
		r->cell[i].item = false;
	}
	return NULL;
}

bool
crm_sv_is_empty(const struct crm_reader *r, struct crm_view rec)
{
	bool quotes = r->form == CRM_IN_CSV;
	size_t i;

	for (i = 0; i < rec.n; i++) {
		if (rec.p[i] == r->seps[0] || rec.p[i] == ' ')
			continue;
		if (!quotes || rec.p[i] != '"' || i + 1 == rec.n ||
		    rec.p[++i] != '"' ||
		    (i + 1 < rec.n && rec.p[i + 1] != r->seps[0]))
			return false;
	}
	return true;
}

/* How many separators a record ends with. */
static size_t
trailing(struct crm_view rec, char sep)
{
	size_t n = 0;

	while (n < rec.n && rec.p[rec.n - 1 - n] == sep)
		n++;
	return n;
}

const struct crm_err *
crm_sv_row(struct crm_reader *r, struct crm_view rec)
{
	const struct crm_err *err;

	err = read_cells(r, rec, r->cols.n, &r->row.n);
	if (err != NULL)
		return err;
	/* Some exports end every row with separators that the header lacks. */
	if (r->form == CRM_IN_CSV && r->row.n > r->cols.n &&
	    r->row.n - r->cols.n <= trailing(rec, r->seps[0]))
		r->row.n = r->cols.n;
	if (r->row.n != r->cols.n)
		return crm_err(CRM_E_DATA, "%zu cell%s, but the header has %zu",
		    r->row.n, r->row.n == 1 ? "" : "s", r->cols.n);
	return NULL;
}

/* Undo the escape that v begins with; its length, 0 when it is bad. */
static size_t
unescape_one(struct crm_view v, struct crm_buf *out)
{
	static const char from[] = "tnr\\", to[] = "\t\n\r\\";
	const char *which;
	char c = v.n > 1 ? v.p[1] : '\0';

	which = memchr(from, c, sizeof(from) - 1);
	if (which == NULL)
		return 0;
	crm_buf_addc(out, to[which - from]);
	return 2;
}

static const struct crm_err *
bad_escape(struct crm_view v)
{
	uint32_t cp;
	size_t n = v.n > 1 ? crm_utf8_get(v.p + 1, v.n - 1, &cp) : 0;

	return crm_err(
	    CRM_E_DATA, "bad escape '%.*s'", CRM_VARG(crm_view(v.p, n + 1)));
}

const struct crm_err *
crm_cell_unescape(struct crm_view v, struct crm_buf *out)
{
	size_t run, n;

	for (;;) {
		run = crm_view_find(v, '\\');
		crm_buf_add(out, v.p, run);
		if (run == v.n)
			return crm_buf_end(out);
		v = crm_view_skip(v, run);
		n = unescape_one(v, out);
		if (n == 0)
			return bad_escape(v);
		v = crm_view_skip(v, n);
	}
}

/* Does the byte at i, one of seps, part values? */
static bool
parts(struct crm_view v, size_t i, const char *seps)
{
	return strcmp(seps, ",") != 0 || i + 1 == v.n || v.p[i + 1] != ' ';
}

/* Undo what a backslash stands for; 0 when it is a bad escape. */
static size_t
take_escape(
    struct crm_view v, const char *seps, bool escaped, struct crm_buf *out)
{
	char c = v.n > 1 ? v.p[1] : '\0';

	if (c == ',' || is_one_of(seps, c) || (c == '\\' && !escaped)) {
		crm_buf_addc(out, c);
		return 2;
	}
	if (escaped)
		return unescape_one(v, out);
	crm_buf_addc(out, '\\');
	return 1;
}

/* A mark in the lowest byte of a word that is 0, if any; others may be wrong. */
static uint64_t
first_zero(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101u;

	return (w - ones) & ~w & ones << 7;
}

/* What ends a run of plain bytes: separators, at most 3, and a backslash. */
struct stops {
	uint64_t words[4]; /* 8 times each */
	size_t n;
};

static struct stops
stops_of(const char *seps)
{
	const uint64_t ones = 0x0101010101010101u;
	struct stops s = { .words = { ones * '\\' }, .n = 1 };

	for (; *seps != '\0'; seps++)
		s.words[s.n++] = ones * (unsigned char)*seps;
	return s;
}

/* Where the first one is, or v.n: eight bytes at a time. */
static size_t
find_stop(struct crm_view v, const struct stops *s)
{
	uint64_t w, hit;
	size_t i = 0, j, n;

	for (; i < v.n; i += 8) {
		n = v.n - i < 8 ? v.n - i : 8;
		w = crm_le_few_get(v.p + i, n);
		hit = 0; /* zeros behind the end are none of them */
		for (j = 0; j < s->n; j++)
			hit |= first_zero(w ^ s->words[j]);
		if (hit != 0)
			return i + (size_t)__builtin_ctzll(hit) / 8;
	}
	return v.n;
}

/* Take the bytes up to the next separator. */
static const struct crm_err *
take_value(struct crm_view *rest, const char *seps, bool escaped,
    struct crm_buf *buf, struct crm_view *value)
{
	struct crm_view v = *rest;
	struct stops stops = stops_of(seps);
	bool first = true, ends;
	size_t i, n;

	crm_buf_reset(buf);
	for (; v.n > 0; first = false) {
		i = find_stop(v, &stops);
		ends = i < v.n && v.p[i] != '\\' && parts(v, i, seps);
		if (first && (ends || i == v.n)) { /* as it is in the cell */
			*value = crm_view(v.p, i);
			*rest = crm_view_skip(v, i + ends);
			return NULL;
		}
		crm_buf_add(buf, v.p, i);
		v = crm_view_skip(v, i + ends);
		if (ends || v.n == 0)
			break;
		n = 1;
		if (v.p[0] == '\\')
			n = take_escape(v, seps, escaped, buf);
		else
			crm_buf_addc(buf, v.p[0]);
		if (n == 0)
			return bad_escape(v);
		v = crm_view_skip(v, n);
	}
	*rest = v;
	*value = crm_buf_view(buf);
	return crm_buf_end(buf);
}

const struct crm_err *
crm_cell_next(struct crm_view *rest, const char *seps, bool escaped,
    struct crm_buf *buf, struct crm_view *value, bool *more)
{
	const struct crm_err *err = NULL;

	*value = CRM_VNULL;
	while (err == NULL && value->n == 0 && rest->n > 0) {
		err = take_value(rest, seps, escaped, buf, value);
		if (err == NULL)
			*value = crm_view_trim(*value);
	}
	if (err != NULL)
		rest->n = 0;
	*more = err == NULL && value->n > 0;
	return err;
}
