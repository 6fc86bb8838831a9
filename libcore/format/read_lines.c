#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/input.h"
#include "base/utf8.h"
#include "format/read_impl.h"

#define BUF_BYTES ((size_t)256 << 10) /* stays in the second cache */
/* Input that comes later than this is waited for: milliseconds. */
#define PATIENCE_MS 100
#define READ_MIN ((size_t)64 << 10)   /* what a Linux pipe holds */
#define WIDE_BYTES ((size_t)32 << 10) /* becomes at most READ_MIN of UTF-8 */

void
crm_lines_init(struct crm_lines *l, int fd)
{
	memset(l, 0, sizeof(*l));
	l->fd = fd;
	l->line = 1;
}

void
crm_lines_release(struct crm_lines *l)
{
	crm_free(l->buf);
	crm_free(l->wide);
	l->buf = l->wide = NULL;
}

/* Read what there is, at least one byte but at the end of the input. */
static const struct crm_err *
read_some(struct crm_lines *l, char *to, size_t max, size_t *used)
{
	struct pollfd in = { .fd = l->fd, .events = POLLIN };
	const struct crm_err *err = NULL;
	bool waits;
	ssize_t n;

	waits = l->wait != NULL && poll(&in, 1, PATIENCE_MS) == 0;
	if (waits)
		err = l->wait(l->wait_ctx, true);
	while (err == NULL) {
		n = crm_input_read(l->fd, to, max);
		if (n >= 0)
			break;
		if (errno == EAGAIN)
			(void)poll(&in, 1, -1);
		else if (errno != EINTR)
			return crm_err_errno(CRM_E_IO, "cannot read");
	}
	if (err != NULL)
		return err;
	l->eof = n == 0;
	*used += (size_t)n;
	return waits ? l->wait(l->wait_ctx, false) : NULL;
}

/* Room for READ_MIN bytes at the end; the record comes to lie in front. */
static void
make_room(struct crm_lines *l)
{
	if (l->cap - l->end >= READ_MIN)
		return;
	if (l->pos > 0) {
		memmove(l->buf, l->buf + l->pos, l->end - l->pos);
		l->end -= l->pos;
		l->pos = 0;
	}
	if (l->cap - l->end >= READ_MIN)
		return;
	l->cap = l->cap == 0 ? BUF_BYTES : l->cap * 2;
	l->buf = crm_realloc_array(l->buf, l->cap + CRM_LINES_PAD, 1);
}

static uint32_t
unit_at(const struct crm_lines *l, size_t i)
{
	uint16_t le = crm_le16_get(l->wide + i);

	return l->coding == CRM_CODING_UTF16LE ? le : __builtin_bswap16(le);
}

static bool
is_surrogate(uint32_t cp)
{
	return cp >= 0xd800 && cp < 0xe000;
}

/*
 * Take a character off wide, at i, or a byte that is not UTF-8 for what is no
 * character: so the line is refused when it is checked.
 *
 * Returns its length in bytes, 0 when it is not all there yet.
 */
static size_t
convert_one(struct crm_lines *l, size_t i)
{
	size_t left = l->nwide - i;
	uint32_t cp, low;

	if (left < 2 || (left < 4 && is_surrogate(unit_at(l, i)))) {
		if (!l->eof)
			return 0;
		l->buf[l->end++] = '\xff';
		return left;
	}
	cp = unit_at(l, i);
	if (!is_surrogate(cp)) {
		l->end += crm_utf8_put(l->buf + l->end, cp);
		return 2;
	}
	low = unit_at(l, i + 2);
	if (cp >= 0xdc00 || low < 0xdc00 || low >= 0xe000) {
		l->buf[l->end++] = '\xff';
		return 2;
	}
	cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
	l->end += crm_utf8_put(l->buf + l->end, cp);
	return 4;
}

static void
convert(struct crm_lines *l)
{
	size_t i = 0, n = 1;

	while (i < l->nwide && n > 0) {
		n = convert_one(l, i);
		i += n;
	}
	l->nwide -= i;
	memmove(l->wide, l->wide + i, l->nwide);
}

static const struct crm_err *
fill(struct crm_lines *l)
{
	const struct crm_err *err;
	char *to;

	make_room(l);
	to = l->buf + l->end;
	if (l->wide == NULL)
		return read_some(l, to, l->cap - l->end, &l->end);
	to = l->wide + l->nwide;
	err = read_some(l, to, WIDE_BYTES - l->nwide, &l->nwide);
	if (err == NULL)
		convert(l);
	return err;
}

/*
 * Skip the mark at the beginning, which tells the coding; wait no longer for
 * it than the first bytes allow.
 */
static const struct crm_err *
skip_mark(struct crm_lines *l)
{
	static const struct {
		char text[4];
		size_t n;
		enum crm_coding coding;
	} marks[] = {
		{ "\xef\xbb\xbf", 3, CRM_CODING_UTF8 },
		{ "\xff\xfe", 2, CRM_CODING_UTF16LE },
		{ "\xfe\xff", 2, CRM_CODING_UTF16BE },
		{ "", 0, CRM_CODING_UTF8 },
	};
	const struct crm_err *err;
	size_t i = 0, n;

	for (;;) {
		n = l->end < marks[i].n ? l->end : marks[i].n;
		if (memcmp(l->buf, marks[i].text, n) != 0 ||
		    (n < marks[i].n && l->eof)) {
			i++;
			continue;
		}
		if (n == marks[i].n)
			break;
		/* As much as wide can take, if it comes to that. */
		n = WIDE_BYTES - l->end;
		err = read_some(l, l->buf + l->end, n, &l->end);
		if (err != NULL)
			return err;
	}
	l->coding = marks[i].coding;
	l->pos = marks[i].n;
	return NULL;
}

static const struct crm_err *
begin(struct crm_lines *l)
{
	const struct crm_err *err;

	make_room(l);
	err = skip_mark(l);
	if (err != NULL || l->coding == CRM_CODING_UTF8)
		return err;
	l->wide = crm_alloc(WIDE_BYTES);
	l->nwide = l->end - l->pos;
	memcpy(l->wide, l->buf + l->pos, l->nwide);
	l->pos = l->end = 0;
	convert(l);
	return NULL;
}

/* Read on to behind the next newline without keeping what is before. */
static const struct crm_err *
skip_line(struct crm_lines *l)
{
	const struct crm_err *err;
	const char *nl;

	for (;;) {
		nl = memchr(l->buf + l->pos, '\n', l->end - l->pos);
		if (nl != NULL || l->eof)
			break;
		l->pos = l->end = 0;
		err = fill(l);
		if (err != NULL)
			return err;
	}
	l->pos = nl != NULL ? (size_t)(nl - l->buf) + 1 : l->end;
	l->cut = false;
	return NULL;
}

const struct crm_err *
crm_lines_next(struct crm_lines *l)
{
	const struct crm_err *err = NULL;

	if (l->coding == CRM_CODING_UNKNOWN)
		err = begin(l);
	l->pos += l->len;
	l->line += l->nlines;
	l->len = 0;
	l->nlines = 0;
	if (l->cut)
		err = skip_line(l);
	return err != NULL ? err : crm_lines_extend(l);
}

const struct crm_err *
crm_lines_extend(struct crm_lines *l)
{
	const struct crm_err *err;
	size_t seen = l->len;
	const char *from, *nl;

	for (;;) {
		from = l->buf + l->pos + seen;
		nl = memchr(from, '\n', l->end - l->pos - seen);
		if (nl != NULL)
			break;
		seen = l->end - l->pos;
		if (l->eof || seen > CRM_LINE_MAX + 1)
			break;
		err = fill(l);
		if (err != NULL)
			return err;
	}
	if (nl != NULL)
		seen = (size_t)(nl - (l->buf + l->pos)) + 1;
	if (seen == l->len)
		return NULL;
	l->len = seen;
	l->nlines++;
	if (crm_lines_chomp(crm_lines_record(l)).n <= CRM_LINE_MAX)
		return NULL;
	l->cut = nl == NULL;
	return crm_err(CRM_E_DATA, "longer than %zu bytes", CRM_LINE_MAX);
}

void
crm_lines_again(struct crm_lines *l)
{
	l->len = 0;
	l->nlines = 0;
}

struct crm_view
crm_lines_chomp(struct crm_view v)
{
	if (v.n > 0 && v.p[v.n - 1] == '\n')
		v.n--;
	if (v.n > 0 && v.p[v.n - 1] == '\r')
		v.n--;
	return v;
}
