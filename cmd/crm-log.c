/*
 * crm-log - log what happened.
 *
 * Writes the store, in one change set: all of the input or nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/utf8.h"
#include "cli/import.h"
#include "record/value.h"

static struct {
	const char *file;
} o;

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_TEXT('F', "file", "file", &o.file,
	    "take the text from a file, - for stdin"),
	OPT_END,
};
/* clang-format on */

#define NAMES_OF "po" /* kinds that a name may be of */

struct list {
	const char **arg;
	size_t n, cap;
};

static struct {
	struct crm_ctx *ctx;
	const char *what;
	int who_at; /* place of WHO among the operands */
	struct crm_buf text;
	/* name=value of every event: as given, and what WHAT and TEXT say; of
	 * the record at hand: whose event it is, then these */
	struct list given, all;
	struct crm_arena arena, row; /* row: of the record at hand */
	struct crm_buf words;
	char fault[200];
} st;

static void
add(struct list *l, const char *arg)
{
	l->arg = crm_grow(l->arg, &l->cap, l->n + 1, sizeof(*l->arg));
	l->arg[l->n++] = arg;
}

/* WHAT is not there: a file may have been meant. */
static const struct crm_err *
refuse_what(const char *who)
{
	struct crm_buf b = CRM_BUF_INIT(900);
	const struct crm_err *err;

	if (st.what != NULL || !crm_import_hint(&b, st.ctx, "", who))
		crm_buf_reset(&b);
	err = crm_ctx_usage(st.ctx, "WHAT is %s%s",
	    st.what == NULL ? "missing" : "empty", b.n > 0 ? b.p : "");
	crm_buf_release(&b);
	return err;
}

/*
 * Part the operands: WHO, WHAT, words of TEXT; and name=value, which may stand
 * anywhere.
 */
static const struct crm_err *
part(int argc, char **argv)
{
	const char *who = NULL;
	int i;

	for (i = 0; i < argc; i++)
		if (crm_bind_is_assignment(argv[i]))
			add(&st.given, argv[i]);
		else if (who == NULL) {
			who = argv[i];
			st.who_at = i;
		} else if (st.what == NULL)
			st.what = argv[i];
		else {
			if (st.text.n > 0)
				crm_buf_addc(&st.text, ' ');
			crm_buf_adds(&st.text, argv[i]);
		}
	if (who == NULL || who[0] == '\0')
		return crm_ctx_usage(
		    st.ctx, "WHO is %s", who == NULL ? "missing" : "empty");
	if (st.what == NULL || st.what[0] == '\0')
		return refuse_what(who);
	if (o.file != NULL && strcmp(o.file, "-") == 0 && strcmp(who, "-") == 0)
		return crm_ctx_usage(
		    st.ctx, "stdin cannot be both WHO and the text");
	return NULL;
}

static const struct crm_err *
read_text(void)
{
	const struct crm_err *err;
	struct crm_view text;

	if (o.file == NULL)
		return NULL;
	if (st.text.n > 0)
		return crm_ctx_usage(st.ctx, "TEXT and -F exclude each other");
	err = strcmp(o.file, "-") == 0
	    ? crm_read_fd(STDIN_FILENO, "stdin", CRM_LINE_MAX, &st.text)
	    : crm_read_file(AT_FDCWD, o.file, CRM_LINE_MAX, &st.text);
	text = crm_buf_view(&st.text);
	if (err == NULL && text.n > 0 && crm_utf8_check(text) < text.n)
		err = crm_err(CRM_E_DATA, "%s: text: not UTF-8", o.file);
	return err;
}

/* Add "name=value". */
static void
assign(struct list *l, struct crm_arena *arena, const char *name,
    struct crm_view value)
{
	crm_buf_reset(&st.words);
	crm_buf_addf(&st.words, "%s=", name);
	crm_buf_addv(&st.words, value);
	add(l, crm_arena_dup(arena, st.words.p, st.words.n));
}

/* Make WHAT and TEXT name=value too. */
static void
assign_rest(void)
{
	struct crm_view text = crm_view_trim(crm_buf_view(&st.text));

	assign(&st.given, &st.arena, "what", crm_view_str(st.what));
	if (text.n > 0)
		assign(&st.given, &st.arena, "text", text);
}

/* Assign who=ID for each link in a stored field. */
static void
assign_whose(struct crm_view stored, bool many)
{
	struct crm_many m;
	struct crm_view v;
	char text[CRM_ID_TEXT];

	crm_many_begin(&m, stored, many);
	while (crm_many_next(&m, &v))
		assign(&st.all, &st.row, "who",
		    crm_view(text, crm_id_put(text, crm_link_get(v))));
}

/*
 * Say whose event it is: the record's own; or that of those whom a deal or a
 * ticket is about, which the event then belongs to.
 */
static const struct crm_err *
assign_who(uint64_t id)
{
	const struct crm_kind *event = crm_kind_of(st.ctx->schema, 'e');
	const struct crm_kind *k = crm_kind_of(st.ctx->schema, crm_id_kind(id));
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_view who;
	char link[CRM_LINK_MAX], text[CRM_ID_TEXT];

	if (strchr(crm_field_num(event, CRM_EVENT_WHO)->links, k->letter) !=
	    NULL) {
		assign_whose(crm_view(link, crm_link_put(link, id)), false);
		return NULL;
	}
	if (k->letter != 'd' && k->letter != 'k') {
		(void)snprintf(st.fault, sizeof(st.fault),
		    "%s is a %s: events have people and orgs, deals and tickets",
		    crm_id_text(id, text), k->name);
		return NULL;
	}
	err = crm_snap_get(
	    crm_batch_snap(crm_import_changing()->batch), id, &r, &p);
	if (err != NULL || p != CRM_LIVE)
		return err;
	if (!crm_stored_get(&r, k->who, &who)) {
		(void)snprintf(st.fault, sizeof(st.fault),
		    "%s has no who yet: crm-set %s who=WHO",
		    crm_id_text(id, text), text);
		return NULL;
	}
	assign_whose(who, true);
	assign(&st.all, &st.row, k->name, crm_view(text, crm_id_put(text, id)));
	return NULL;
}

/* Log the event with one record. */
static const struct crm_err *
log_one(void *arg, uint64_t line, struct crm_view raw, uint64_t id)
{
	const struct crm_err *err;
	size_t i;

	(void)arg;
	(void)line;
	(void)raw;
	crm_arena_reset(&st.row);
	st.all.n = 0;
	st.fault[0] = '\0';
	err = assign_who(id);
	for (i = 0; i < st.given.n; i++)
		add(&st.all, st.given.arg[i]);
	if (err == NULL && st.fault[0] != '\0')
		crm_batch_fault(crm_import_changing()->batch, NULL, st.fault);
	else if (err == NULL)
		err = crm_import_args(st.all.arg, st.all.n);
	return err;
}

/* Log for each that an operand stands for. */
static const struct crm_err *
log_each(void *who)
{
	return crm_changing_each(
	    crm_import_changing(), NAMES_OF, log_one, NULL, 1, who);
}

static const struct crm_err *
log_operands(int argc, char **argv)
{
	const struct crm_err *err;
	char *who;

	err = part(argc, argv);
	if (err == NULL)
		err = read_text();
	if (err != NULL)
		return err;
	assign_rest();
	who = argv[st.who_at];
	return crm_import(st.ctx, crm_kind_of(st.ctx->schema, 'e'), log_each,
	    &who, strcmp(who, "-") == 0);
}

static const struct crm_err *
log_lines(void *ctx)
{
	(void)ctx;
	return crm_import_stdin();
}

static const struct crm_err *
log_stdin(void)
{
	if (o.file != NULL)
		return crm_ctx_usage(st.ctx, "-F goes with WHO and WHAT");
	if (isatty(STDIN_FILENO) == 1)
		return crm_ctx_usage(st.ctx,
		    "nothing to log: give WHO and WHAT, or events on stdin");
	return crm_import(
	    st.ctx, crm_kind_of(st.ctx->schema, 'e'), log_lines, NULL, true);
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_err *err;

	st.ctx = ctx;
	st.text.max = st.words.max = CRM_LINE_MAX * 2;
	err = argc > 0 ? log_operands(argc, argv) : log_stdin();
	crm_buf_release(&st.text);
	crm_buf_release(&st.words);
	crm_arena_release(&st.arena);
	crm_arena_release(&st.row);
	crm_free(st.given.arg);
	crm_free(st.all.arg);
	return err;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-log",
		.summary = "log what happened",
		.operands = "[WHO|- WHAT [TEXT ...] [field=value ...]]",
		.needs = CRM_NEED_WRITE | CRM_NEED_MAKE | CRM_NEED_IMPORT |
		    CRM_NEED_IN | CRM_NEED_OUT,
		.opts = opts,
		.run = run,
		.complete = "who:po what assign:event",
	};

	return crm_main(&cmd, argc, argv);
}
