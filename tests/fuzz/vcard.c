/*
 * Fuzz the content lines and the vCard reader: whatever comes, rows are sound
 * text of known columns, and what was written as a line is read back as it was.
 */
#include <assert.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/utf8.h"
#include "format/cline.h"
#include "format/reader.h"

#define IN_MAX 4096 /* what a socket holds in any case */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_cards(struct crm_view in)
{
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_reader *r;
	int fd[2];
	size_t i;

	assert(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == 0);
	assert(in.n == 0 || write(fd[1], in.p, in.n) == (ssize_t)in.n);
	(void)close(fd[1]);
	assert(crm_reader_open(fd[0], "fuzz", CRM_IN_VCARD, NULL, NULL, &r) ==
	    NULL);
	for (;;) {
		err = crm_reader_next(r, &row);
		if ((err == NULL && row == NULL) || crm_reader_is_over(r))
			break;
		for (i = 0; row != NULL && i < row->n; i++) {
			struct crm_view v = row->cell[i].text;

			assert(row->cell[i].col < crm_reader_ncols(r));
			assert(row->cell[i].type == CRM_CELL_TEXT);
			assert(crm_utf8_check(v) == v.n);
		}
	}
	crm_reader_close(r);
	(void)close(fd[0]);
}

/* A line apart: all of it lies in the line, parameters come to an end. */
static void
check_line(struct crm_view in)
{
	struct crm_view rest, name, value;
	struct crm_buf b = CRM_BUF_INIT((size_t)1 << 20);
	struct crm_cline c;
	size_t left;

	if (!crm_cline_parse(in, &c))
		return;
	assert(c.value.p >= in.p && c.value.p + c.value.n == in.p + in.n);
	rest = c.params;
	for (left = rest.n; crm_cline_next_param(&rest, &name, &value);
	     left = rest.n)
		assert(rest.n < left);
	rest = c.value;
	while (crm_cline_next_part(&rest, ",;", &b))
		continue;
	crm_buf_release(&b);
}

/* Escaped, a text comes back, but that all line ends are one. */
static void
check_escapes(struct crm_view in)
{
	struct crm_buf a = CRM_BUF_INIT((size_t)1 << 20);
	struct crm_buf b = CRM_BUF_INIT((size_t)1 << 20);
	struct crm_view rest;

	if (memchr(in.p, '\r', in.n) == NULL) {
		crm_buf_adds(&a, "N:");
		crm_cline_add_text(&a, in);
		rest = crm_view_skip(crm_buf_view(&a), 2);
		assert(crm_cline_next_part(&rest, ",;", &b));
		assert(rest.p == NULL);
		assert(crm_view_eq(crm_buf_view(&b), in));
	}
	crm_buf_release(&a);
	crm_buf_release(&b);
}

/* Folded, no piece is longer than 75 bytes, and none cuts a character. */
static void
check_folding(struct crm_view in)
{
	struct crm_buf b = CRM_BUF_INIT((size_t)1 << 20);
	struct crm_view rest, line;
	size_t n;

	if (crm_utf8_check(in) < in.n)
		return;
	crm_cline_add_folded(&b, in);
	for (rest = crm_buf_view(&b); rest.n > 0;
	     rest = crm_view_skip(rest, n + 1)) {
		n = crm_view_find(rest, '\n');
		assert(n < rest.n && n > 0 && rest.p[n - 1] == '\r');
		line = crm_view(rest.p, n - 1);
		assert(line.n <= 75 && crm_utf8_check(line) == line.n);
	}
	crm_buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct crm_view in = crm_view((const char *)data, size);

	if (size == 0 || size > IN_MAX)
		return 0;
	check_cards(in);
	check_line(in);
	check_escapes(in);
	check_folding(in);
	return 0;
}
