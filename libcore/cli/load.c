#include "cli/load.h"

#include <errno.h>
#include <unistd.h>

#include "cli/leave.h"
#include "store/dump.h"

#define PIECE ((size_t)1 << 20) /* bytes read at once, at the least */

static struct {
	struct crm_load *load;
	struct crm_buf in;
	size_t at; /* in 'in': where the next line begins */
	bool over;
	uint64_t line;
} st;

/* A signal ends the program: remove what was made so far. */
static void
clean(void)
{
	const struct crm_store *s =
	    st.load != NULL ? crm_load_store(st.load) : NULL;

	if (s != NULL)
		crm_store_unlink(s);
}

/* Read more behind what is not used yet. */
static const struct crm_err *
read_more(void)
{
	size_t left = st.in.n - st.at;
	ssize_t r;
	char *to;

	if (st.at > 0 && left > 0)
		memmove(st.in.p, st.in.p + st.at, left);
	if (st.at > 0)
		st.in.n = left;
	st.at = 0;
	to = crm_buf_room(&st.in, PIECE);
	if (to == NULL)
		return crm_err(CRM_E_DATA, "the line is too long");
	do
		r = read(STDIN_FILENO, to, PIECE);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return crm_err_errno(CRM_E_IO, "cannot read stdin");
	crm_buf_used(&st.in, (size_t)r);
	st.over = r == 0;
	return NULL;
}

/* The next line, without its newline; p is NULL after the last one. */
static const struct crm_err *
next_line(struct crm_view *out)
{
	const struct crm_err *err = NULL;
	struct crm_view rest;
	size_t looked = 0, end;

	*out = CRM_VNULL;
	for (;;) {
		rest = st.in.n > 0 ? crm_view_skip(crm_buf_view(&st.in), st.at)
				   : CRM_V("");
		end = looked < rest.n
		    ? looked + crm_view_find(crm_view_skip(rest, looked), '\n')
		    : rest.n;
		if (end < rest.n || st.over)
			break;
		looked = rest.n;
		err = read_more();
		if (err != NULL)
			return err;
	}
	if (rest.n == 0)
		return NULL;
	st.line++;
	*out = crm_view(rest.p, end);
	st.at += end < rest.n ? end + 1 : end;
	return NULL;
}

/* The first lines make the store: no signal may come between its making and
 * its being known here. */
static const struct crm_err *
take_line(struct crm_view line)
{
	bool making = crm_load_store(st.load) == NULL;
	const struct crm_err *err;

	if (making)
		crm_leave_hold();
	err = crm_load_line(st.load, line);
	if (making)
		crm_leave_release();
	return err;
}

static const struct crm_err *
take_lines(void)
{
	const struct crm_err *err;
	struct crm_view line;

	err = next_line(&line);
	while (err == NULL && line.p != NULL) {
		err = take_line(line);
		if (err == NULL)
			err = next_line(&line);
	}
	return err != NULL ? err : crm_load_end(st.load);
}

/* From here on it is not removed any more. */
static const struct crm_err *
publish(void)
{
	const struct crm_err *err;

	crm_leave_hold();
	err = crm_load_publish(st.load);
	crm_leave_release();
	return err;
}

const struct crm_err *
crm_load_stdin(struct crm_ctx *ctx, int64_t group, bool dry_run)
{
	const struct crm_err *err;

	if (isatty(STDIN_FILENO) == 1)
		return crm_ctx_usage(
		    ctx, "load reads a dump from stdin, not from a terminal");
	st.in.max = CRM_DUMP_LINE_MAX + PIECE;
	st.load = crm_load_new(ctx->path.p, group);
	crm_leave_clean(clean);
	err = take_lines();
	if (err != NULL && err->code == CRM_E_DATA)
		err = crm_err_wrap(err, "stdin:%llu",
		    (unsigned long long)(st.line > 0 ? st.line : 1));
	if (err == NULL && !dry_run)
		err = publish();
	crm_leave_hold();
	crm_load_free(st.load);
	st.load = NULL;
	crm_leave_release();
	crm_buf_release(&st.in);
	return err;
}
