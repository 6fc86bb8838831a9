/*
 * Fuzz the record reader: whatever comes, rows are sound, and they are the
 * same however the bytes are cut up on their way.
 *
 * The first byte of the input chooses the form, the second where the stream is
 * cut; the rest is the stream.
 */
#include <assert.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/utf8.h"
#include "format/reader.h"

#define IN_MAX 4096 /* what a socket holds in any case */
#define TEXT_MAX ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct crm_buf value = CRM_BUF_INIT(TEXT_MAX);

static bool
is_text(struct crm_view v)
{
	return crm_utf8_check(v) == v.n;
}

static void
check_values(const struct crm_cell *cell, const char *seps)
{
	struct crm_view rest = cell->text, v;
	size_t left;
	bool more;

	do {
		left = rest.n;
		v = CRM_VNULL;
		if (crm_cell_next(
			&rest, seps, cell->escaped, &value, &v, &more) != NULL)
			assert(!more);
		assert(rest.n < left || !more);
		assert(more == (v.n > 0) || rest.n == 0);
		assert(is_text(v));
	} while (more);
	assert(rest.n == 0);
	crm_buf_reset(&value);
	if (crm_cell_unescape(cell->text, &value) == NULL)
		assert(is_text(crm_buf_view(&value)));
}

static void
check_row(const struct crm_reader *r, const struct crm_row *row)
{
	enum crm_form_in form = crm_reader_form(r);
	size_t i;

	assert(row->line == crm_reader_line(r));
	assert(row->raw.n > 0);
	assert(form == CRM_IN_VCARD || is_text(row->raw));
	assert(crm_form_has_arrays(form) || row->n == crm_reader_ncols(r));
	for (i = 0; i < row->n; i++) {
		assert(row->cell[i].col < crm_reader_ncols(r));
		assert(is_text(row->cell[i].text));
		assert(!row->cell[i].escaped || form == CRM_IN_TSV);
		assert(
		    row->cell[i].type == CRM_CELL_TEXT || form == CRM_IN_JSONL);
		check_values(&row->cell[i], ",");
		check_values(&row->cell[i], ",;");
	}
}

/* Write down what was read. */
static void
add_row(struct crm_buf *out, const struct crm_reader *r,
    const struct crm_err *err, const struct crm_row *row)
{
	size_t i;

	crm_buf_addf(out, "%ju %d %s\n", (uintmax_t)crm_reader_line(r),
	    crm_reader_is_over(r), err != NULL ? err->msg : "");
	crm_buf_addv(out, crm_reader_raw(r));
	for (i = 0; row != NULL && i < row->n; i++) {
		crm_buf_addf(out, "%u %d %d %d ", row->cell[i].col,
		    (int)row->cell[i].type, row->cell[i].escaped,
		    row->cell[i].item);
		crm_buf_addv(out, row->cell[i].text);
	}
}

static void
read_all(
    enum crm_form_in form, struct crm_view in, size_t cut, struct crm_buf *out)
{
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_reader *r;
	uint64_t line = 0;
	int fd[2];

	assert(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == 0);
	assert(cut == 0 || write(fd[1], in.p, cut) == (ssize_t)cut);
	in = crm_view_skip(in, cut);
	assert(in.n == 0 || write(fd[1], in.p, in.n) == (ssize_t)in.n);
	(void)close(fd[1]);
	assert(crm_reader_open(fd[0], "fuzz", form, NULL, NULL, &r) == NULL);
	for (;;) {
		err = crm_reader_next(r, &row);
		assert(err == NULL || row == NULL);
		if (err == NULL && row == NULL)
			break;
		assert(crm_reader_line(r) > line);
		line = crm_reader_line(r);
		add_row(out, r, err, row);
		if (row != NULL)
			check_row(r, row);
		if (crm_reader_is_over(r))
			break;
	}
	crm_buf_addv(out, crm_reader_header(r));
	crm_reader_close(r);
	(void)close(fd[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct crm_buf whole = CRM_BUF_INIT(TEXT_MAX);
	struct crm_buf parts = CRM_BUF_INIT(TEXT_MAX);
	enum crm_form_in form;
	struct crm_view in;

	if (size < 2 || size > IN_MAX)
		return 0;
	form = (enum crm_form_in)(data[0] % (CRM_IN_IDS + 1));
	in = crm_view(data + 2, size - 2);
	read_all(form, in, 0, &whole);
	read_all(form, in, data[1] % (in.n + 1), &parts);
	assert(crm_view_eq(crm_buf_view(&whole), crm_buf_view(&parts)));
	crm_buf_release(&whole);
	crm_buf_release(&parts);
	return 0;
}
