#include "cli/ask.h"

#include <unistd.h>

#include "base/fold.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/msg.h"
#include "cli/shell.h"
#include "report/figures.h"
#include "store/who.h"

#define SHOWN_MAX 200 /* columns of a wrong query that are shown */

/* An argument as it is shown: controls escaped, in quotes if it has blanks. */
static void
add_shown(struct crm_buf *b, struct crm_view v)
{
	crm_utf8_add_safe(b, v);
}

/* The query again, and a caret under what is wrong. */
static void
point_at(int argc, char **argv, const struct crm_query_fault *f)
{
	struct crm_buf line = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	struct crm_buf mark = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	size_t from = 0, to = 0, i, n;
	struct crm_view v;
	int a;

	crm_buf_adds(&line, "  ");
	for (a = 0; a < argc; a++) {
		v = crm_view_str(argv[a]);
		if (a > 0)
			crm_buf_addc(&line, ' ');
		if ((size_t)a != f->arg) {
			add_shown(&line, v);
			continue;
		}
		n = f->from < v.n ? f->from : v.n;
		add_shown(&line, crm_view(v.p, n));
		from = crm_utf8_width(crm_buf_view(&line));
		n = f->to < v.n ? f->to : v.n;
		if (n > f->from)
			add_shown(&line, crm_view(v.p + f->from, n - f->from));
		to = crm_utf8_width(crm_buf_view(&line));
		if (n < v.n)
			add_shown(&line, crm_view_skip(v, n));
	}
	crm_buf_addc(&line, '\n');
	if (to <= from)
		to = from + 1;
	for (i = 0; i < to; i++)
		crm_buf_addc(&mark, i < from ? ' ' : i == from ? '^' : '~');
	crm_buf_addc(&mark, '\n');
	if (crm_utf8_width(crm_buf_view(&line)) <= SHOWN_MAX) {
		crm_msg_raw(crm_buf_view(&line));
		crm_msg_raw(crm_buf_view(&mark));
	}
	crm_buf_release(&line);
	crm_buf_release(&mark);
}

static const struct crm_err silent_usage = { CRM_E_USAGE, "" };
static const struct crm_err silent_data = { CRM_E_DATA, "" };

const struct crm_err *
crm_ask(struct crm_ctx *ctx, struct crm_snap *snap, int argc, char **argv,
    const struct crm_ask_how *how, struct crm_query **out)
{
	struct crm_query_ctx qc = { .snap = snap,
		.clock = &ctx->clock,
		.user = ctx->user.p,
		.beginnings = how->beginnings,
		.events = how->events,
		.segment = how->segment,
		.about = how->about,
		.instead = how->instead };
	struct crm_query_fault fault = { 0 };
	const struct crm_err *err;
	int i;

	crm_report_figures();
	for (i = 0; i < argc; i++)
		if (crm_utf8_check(crm_view_str(argv[i])) < strlen(argv[i]))
			return crm_err(CRM_E_USAGE, "the query is not UTF-8");
	err = crm_query_parse(&qc, (const char *const *)(void *)argv,
	    (size_t)argc, how->kinds, out, &fault);
	if (err == NULL || !fault.known || ctx->cmd == NULL)
		return err;
	crm_msg_err(err);
	point_at(argc, argv, &fault);
	return err->code == CRM_E_DATA ? &silent_data : &silent_usage;
}

const struct crm_err *
crm_each_match(struct crm_snap *snap, struct crm_query *query,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t id, const struct crm_stored *, bool *enough),
    void *ctx)
{
	const struct crm_err *err;
	struct crm_stored r;
	struct crm_run *run;
	uint64_t id, generation;
	bool enough = false;

	err = crm_run_open(query, &run);
	while (err == NULL && !enough) {
		err = crm_run_next(run, &id, &r);
		if (err != NULL || id == 0)
			break;
		generation = crm_snap_generation(snap);
		err = fn(ctx, id, &r, &enough);
		if (err == NULL && generation != crm_snap_generation(snap))
			err = crm_run_resume(run);
	}
	crm_run_close(run);
	return err;
}

void
crm_hint_kind(const struct crm_ctx *ctx, const char *word)
{
	struct crm_buf names = CRM_BUF_INIT(1 << 16);
	const struct crm_schema *s = ctx->schema;
	const struct crm_kind *k;
	const char *near;
	size_t i;

	for (i = 0; i < crm_schema_nkinds(s); i++) {
		k = crm_schema_kind(s, i);
		crm_buf_add(&names, k->name, strlen(k->name) + 1);
		crm_buf_add(&names, k->plural, strlen(k->plural) + 1);
	}
	crm_buf_addc(&names, '\0');
	near = crm_word_near(names.p, crm_view_str(word));
	if (near != NULL && strcmp(near, word) != 0 && !ctx->quiet)
		crm_msg("nothing has the word '%s' (did you mean the kind "
			"'%s'?)",
		    word, near);
	crm_buf_release(&names);
}

void
crm_hint_period(const struct crm_ctx *ctx, int argc, char **argv)
{
	struct crm_period p;
	int i;

	for (i = 0; i < argc && !ctx->quiet; i++)
		if (crm_period_parse(&ctx->clock, crm_view_str(argv[i]), &p) ==
		    NULL) {
			crm_msg("'%s' is looked for as a word here: the time "
				"is --in %s",
			    argv[i], argv[i]);
			break;
		}
}

/* An id says itself of what kind it is. */
static const char *
kinds_of(const char *kinds, struct crm_view who)
{
	uint64_t id;

	return crm_id_parse(who, &id) ? NULL : kinds;
}

/* Does a word look like a term of a query: @SEGMENT, FIELD:VALUE, a kind? */
static bool
is_term(const struct crm_schema *s, struct crm_view v)
{
	size_t colon = crm_view_find(v, ':'), i;

	if (v.n > 1 && v.p[0] == '@')
		return true;
	if (colon == v.n)
		return crm_kind_named(s, v) != NULL;
	v.n = colon;
	if (crm_view_is(v, "is") || crm_view_is(v, "has") ||
	    crm_view_is(v, "no"))
		return true;
	for (i = 0; i < crm_schema_nkinds(s); i++)
		if (crm_field_named(crm_schema_kind(s, i), v) != NULL)
			return true;
	return false;
}

/* It is no record: what a query finds comes through a pipe. */
static const struct crm_err *
hint_query(
    const struct crm_ctx *ctx, struct crm_view who, const struct crm_err *err)
{
	bool first = strstr(ctx->cmd->operands, "WHO|-") != NULL;
	char *word = crm_strndup(who.p, who.n), *quoted;

	quoted = crm_shell_join(1, &word);
	err = crm_err(CRM_E_DATA,
	    "%s (what a query finds comes through a pipe: "
	    "crm-find %s | %s %s)",
	    err->msg, quoted, ctx->cmd->name, first ? "- ..." : "... -");
	crm_free(quoted);
	crm_free(word);
	return err;
}

const struct crm_err *
crm_one_who(struct crm_ctx *ctx, struct crm_snap *snap, const char *kinds,
    const char *who, uint64_t *out)
{
	struct crm_arena arena = CRM_ARENA_INIT;
	const struct crm_err *err;
	struct crm_view v = crm_view_trim(crm_view_str(who));
	uint64_t ids[CRM_WHO_MAX];
	size_t n = 0;

	if (v.n == 0)
		return crm_ctx_usage(ctx, "WHO is empty");
	if (crm_utf8_check(v) < v.n)
		return crm_err(CRM_E_DATA, "WHO is not UTF-8");
	if (crm_view_is(v, "me"))
		v = crm_buf_view(&ctx->user);
	v = crm_nfc(&arena, v);
	err = crm_who_one(snap, kinds_of(kinds, v), v, out);
	if (err != NULL && err->code == CRM_E_DATA &&
	    is_term(crm_snap_schema(snap), v) &&
	    crm_who_find(snap, kinds_of(kinds, v), v, ids, &n) == NULL &&
	    n == 0)
		err = hint_query(ctx, v, err);
	crm_arena_release(&arena);
	return err;
}

/* Is the record that was found the one of that id, or what became of it? */
static const struct crm_err *
check_itself(const struct crm_each *each, struct crm_view who, uint64_t found)
{
	char was[CRM_ID_TEXT], now[CRM_ID_TEXT];
	uint64_t id;

	if (!each->itself || !crm_id_parse(who, &id) || id == found)
		return NULL;
	return crm_err(CRM_E_DATA, "%s was merged into %s: name that one",
	    crm_id_text(id, was), crm_id_text(found, now));
}

/* The cell that names the record of a row: "id", or the only one. */
static const struct crm_cell *
find_who(const struct crm_reader *reader, const struct crm_row *row)
{
	size_t i;

	for (i = 0; i < row->n; i++)
		if (crm_view_is(crm_reader_col(reader, row->cell[i].col), "id"))
			return row->cell[i].text.n > 0 ? &row->cell[i] : NULL;
	return NULL;
}

/* Does a header name no ids?  Told once, however few rows there are. */
static bool
lacks_ids(const struct crm_each *each, const struct crm_reader *reader)
{
	uint32_t i;

	if (crm_reader_header(reader).n == 0)
		return false;
	for (i = 0; i < crm_reader_ncols(reader); i++)
		if (crm_view_is(crm_reader_col(reader, i), "id"))
			return false;
	each->fault(each->ctx, 1, crm_reader_header(reader),
	    "the first line has no column 'id', which names the records");
	return true;
}

static const struct crm_err *
take_row(struct crm_snap *snap, const struct crm_each *each,
    const struct crm_reader *reader, const struct crm_row *row,
    struct crm_arena *arena)
{
	const struct crm_cell *c = find_who(reader, row);
	const struct crm_err *err;
	struct crm_view who;
	uint64_t id;

	if (c == NULL) {
		each->fault(each->ctx, row->line, row->raw, "id: is missing");
		return NULL;
	}
	crm_arena_reset(arena);
	who = crm_nfc(arena, crm_view_trim(c->text));
	err = crm_who_one(snap, kinds_of(each->kinds, who), who, &id);
	if (err == NULL)
		err = check_itself(each, who, id);
	if (err == NULL)
		return each->record(each->ctx, row->line, row->raw, id);
	if (err->code != CRM_E_DATA)
		return err;
	each->fault(each->ctx, row->line, row->raw, err->msg);
	return NULL;
}

const struct crm_err *
crm_each_line(
    struct crm_ctx *ctx, struct crm_snap *snap, const struct crm_each *each)
{
	struct crm_arena arena = CRM_ARENA_INIT;
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_reader *reader;
	bool begun = false;

	err = crm_reader_open(STDIN_FILENO, "stdin",
	    (enum crm_form_in)ctx->form_in, NULL, NULL, &reader);
	if (err != NULL)
		return err;
	if (each->wait != NULL)
		crm_reader_on_wait(reader, each->wait, each->ctx);
	for (;;) {
		err = crm_reader_next(reader, &row);
		if (!begun && !crm_reader_is_over(reader) &&
		    lacks_ids(each, reader)) {
			err = NULL;
			break;
		}
		begun = true;
		if (err != NULL && err->code == CRM_E_DATA) {
			each->fault(each->ctx, crm_reader_line(reader),
			    crm_reader_raw(reader), err->msg);
			if (crm_reader_is_over(reader)) {
				err = NULL;
				break;
			}
			continue;
		}
		if (err != NULL || row == NULL)
			break;
		err = take_row(snap, each, reader, row, &arena);
		if (err != NULL)
			break;
	}
	crm_reader_close(reader);
	crm_arena_release(&arena);
	return err;
}

const struct crm_err *
crm_each_who(struct crm_ctx *ctx, struct crm_snap *snap,
    const struct crm_each *each, int argc, char **argv)
{
	const struct crm_err *err = NULL;
	uint64_t id;
	int i;

	if (argc == 0)
		return crm_ctx_usage(
		    ctx, "WHO is missing ('-' takes records from a pipe)");
	for (i = 0; err == NULL && i < argc; i++) {
		if (strcmp(argv[i], "-") == 0) {
			err = crm_each_line(ctx, snap, each);
			continue;
		}
		err = crm_one_who(ctx, snap, each->kinds, argv[i], &id);
		if (err == NULL)
			err = check_itself(
			    each, crm_view_trim(crm_view_str(argv[i])), id);
		if (err == NULL)
			err = each->record(each->ctx, 0, CRM_VNULL, id);
	}
	return err;
}
