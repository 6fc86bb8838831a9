#include "cli/main.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/num.h"
#include "cli/complete.h"
#include "cli/env.h"
#include "cli/faults.h"
#include "cli/hooks.h"
#include "cli/import.h"
#include "cli/leave.h"
#include "cli/msg.h"
#include "cli/pager.h"
#include "cli/progress.h"
#include "cli/shell.h"
#include "cli/tables.h"
#include "cli/version.h"
#include "query/figures.h"

/* What the smallest program that opens a store takes of memory. */
#define SURE ((size_t)96 << 10)
#define OUT_LIMIT ((size_t)64 << 10) /* bytes held before a write */

/* The options that programs share, in tables by what a program needs. */
static struct {
	bool help, version, spec;
	const char *store;
} o;

static struct crm_ctx ctx;

static const char forms_in[] = "auto\0jsonl\0tsv\0csv\0ids\0yaml\0vcard\0ics\0";
static const char whens[] = "auto\0always\0never\0";

/* clang-format off */
static const struct crm_opt common_opts[] = {
	OPT_CHOICE('\0', "color", "when", &ctx.color, whens,
	    "colours: auto, always or never"),
	OPT_FLAG('e', "exit-status", &ctx.exit_status,
	    "exit 1 when the answer is no or nothing"),
	OPT_FLAG('h', "help", &o.help, "show this help"),
	OPT_FLAG('q', "quiet", &ctx.quiet, "say nothing but errors"),
	OPT_TEXT('s', "store", "dir", &o.store, "the store"),
	OPT_FLAG('V', "version", &o.version, "show the version"),
	OPT_END,
};
static const struct crm_opt in_opts[] = {
	OPT_CHOICE('i', "input", "format", &ctx.form_in, forms_in,
	    "form of the input"),
	OPT_END,
};
static const struct crm_opt out_opts[] = {
	OPT_TEXT('f', "fields", "field,...", &ctx.fields, "choose the columns"),
	OPT_U64('l', "limit", "count", &ctx.limit, 0, UINT64_MAX,
	    "stop after so many records"),
	OPT_CHOICE('o', "output", "format", &ctx.form_out,
	    "table\0jsonl\0tsv\0csv\0ids\0yaml\0mutt\0aerc\0sheet\0vcard\0"
	    "vcard3\0ledger\0",
	    "form of the output"),
	OPT_TEXT('\0', "sort", "field,...", &ctx.sort,
	    "sort by fields, -FIELD for the other way round"),
	OPT_END,
};
static const struct crm_opt write_opts[] = {
	OPT_FLAG('n', "dry-run", &ctx.dry_run, "check, but write nothing"),
	OPT_TEXT('m', "message", "text", &ctx.message,
	    "a word for the history"),
	OPT_FLAG('\0', "no-hooks", &ctx.no_hooks,
	    "run no hooks of the store"),
	OPT_U64('\0', "wait", "seconds", &ctx.wait_s, 0, 1000000,
	    "how long to wait for the store"),
	OPT_END,
};
/* clang-format on */

/* Nothing here may ask for memory: it would come back. */
static void
out_of_memory(void)
{
	crm_msg_bare("out of memory");
	crm_leave_now();
	_exit(crm_err_exit(CRM_E_AGAIN));
}

/* LMDB met what cannot be, and would abort. */
static void
on_impossible(const char *what)
{
	crm_msg("the store is damaged (crm-store check): %s", what);
	crm_leave_now();
	_exit(crm_err_exit(CRM_E_DATA));
}

/* A page of the store that cannot be read: cut short, or the disk failed. */
static void
on_damage(int sig)
{
	static const char text[] =
	    ": the store cannot be read: it was cut short or the disk failed "
	    "(crm-store check)\n";
	static const char bug[] = ": a bug or a damaged store\n";
	const char *name = ctx.cmd->name;

	(void)!write(STDERR_FILENO, name, strlen(name));
	if (sig == SIGBUS)
		(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	else
		(void)!write(STDERR_FILENO, bug, sizeof(bug) - 1);
	crm_leave_now();
	_exit(sig == SIGBUS ? 74 : 70);
}

/* Descriptors 0, 1, 2 that are closed must not become the store's: such that
 * reading or writing them fails. */
static void
occupy_standard(void)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

static void
set_signals(const struct crm_cmd *cmd)
{
	struct sigaction sa = { .sa_handler = SIG_IGN };

	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGXFSZ, &sa, NULL); /* writing fails instead */
	if ((cmd->needs & CRM_NEED_WRITE) != 0)
		(void)sigaction(SIGPIPE, &sa, NULL); /* commit, then print */
	sa.sa_handler = on_damage;
	(void)sigaction(SIGBUS, &sa, NULL);
#ifndef __SANITIZE_ADDRESS__
	(void)sigaction(SIGSEGV, &sa, NULL);
#endif
}

static void
list_tables(const struct crm_cmd *cmd, const struct crm_opt **t)
{
	size_t n = 0;

	t[n++] = cmd->opts;
	if ((cmd->needs & CRM_NEED_IMPORT) != 0)
		t[n++] = crm_import_opts;
	if ((cmd->needs & CRM_NEED_IN) != 0)
		t[n++] = in_opts;
	if ((cmd->needs & CRM_NEED_OUT) != 0)
		t[n++] = out_opts;
	if ((cmd->needs & CRM_NEED_WRITE) != 0)
		t[n++] = write_opts;
	t[n++] = common_opts;
	t[n] = NULL;
}

static const struct crm_err *
print(struct crm_buf *b)
{
	const struct crm_err *err = crm_buf_end(b);

	if (err == NULL && !crm_write_all(STDOUT_FILENO, b->p, b->n) &&
	    errno != EPIPE)
		err = crm_err_errno(CRM_E_IO, "cannot write the output");
	crm_buf_release(b);
	return err;
}

static const struct crm_err *
no_verb(const struct crm_verb *verbs, const char *name)
{
	struct crm_buf names = CRM_BUF_INIT(4096), list = CRM_BUF_INIT(4096);
	const struct crm_err *err;
	const struct crm_verb *v;
	const char *near;

	for (v = verbs; v->name != NULL; v++) {
		if (!v->removes)
			crm_buf_add(&names, v->name, strlen(v->name) + 1);
		crm_buf_addf(&list, "%s%s", v > verbs ? ", " : "", v->name);
	}
	crm_buf_addc(&names, '\0');
	near = crm_word_near(names.p, crm_view_str(name));
	err = near != NULL
	    ? crm_ctx_usage(&ctx, "no such command: '%s' (did you mean '%s'?)",
		  name, near)
	    : crm_ctx_usage(
		  &ctx, "no such command: '%s' (there are %s)", name, list.p);
	crm_buf_release(&names);
	crm_buf_release(&list);
	return err;
}

/* The verb that the first operand names; NULL: none, where others may come. */
static const struct crm_err *
find_verb(const struct crm_cmd *cmd, int argc, char **argv,
    const struct crm_verb **out)
{
	const struct crm_verb *v;

	*out = NULL;
	if (argc == 0 && cmd->run == NULL)
		return crm_ctx_usage(&ctx, "a command is missing");
	for (v = cmd->verbs; v->name != NULL; v++)
		if (argc > 0 && strcmp(v->name, argv[0]) == 0)
			break;
	if (v->name == NULL)
		return cmd->run != NULL ? NULL : no_verb(cmd->verbs, argv[0]);
	if (argc - 1 < v->min)
		return crm_ctx_usage(&ctx, "%s needs %s", v->name, v->operands);
	if (v->max >= 0 && argc - 1 > v->max)
		return crm_ctx_usage(&ctx, "%s: '%s' is one operand too many",
		    v->name, argv[v->max + 1]);
	*out = v;
	return NULL;
}

static void
add_verbs(struct crm_buf *b, const struct crm_verb *verbs)
{
	const struct crm_verb *v;
	size_t width = 0, n;

	for (v = verbs; v != NULL && v->name != NULL; v++) {
		n = strlen(v->name) + strlen(v->operands) + 1;
		width = n > width ? n : width;
	}
	for (v = verbs; v != NULL && v->name != NULL; v++) {
		n = strlen(v->name) + strlen(v->operands) + 1;
		crm_buf_addf(b, "  %s %s", v->name, v->operands);
		for (; n < width + 2; n++)
			crm_buf_addc(b, ' ');
		crm_buf_addf(b, "%s\n", v->help);
	}
}

/* How many of the tables, from the first, are the program's own. */
static size_t
count_own(const struct crm_cmd *cmd)
{
	return (cmd->needs & CRM_NEED_IMPORT) != 0 ? 2 : 1;
}

static const struct crm_err *
print_help(const struct crm_cmd *cmd, const struct crm_opt *const *tables)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 20);

	crm_buf_addf(&b, "%s - %s\n", cmd->name, cmd->summary);
	crm_opt_add_usage(&b, cmd->name, tables, cmd->operands);
	add_verbs(&b, cmd->verbs);
	crm_opt_add_help(&b, tables, count_own(cmd));
	crm_buf_addf(&b, "more: man %s\n", cmd->name);
	return print(&b);
}

static const struct crm_err *
print_version(const struct crm_cmd *cmd)
{
	struct crm_buf b = CRM_BUF_INIT(1000);

	crm_buf_addf(&b, "%s %s\n", cmd->name, crm_version());
	return print(&b);
}

/*
 * What manual pages and completions are made from or checked against:
 *
 *   program  name, summary, operands, what completion offers for them
 *   verb     name, operands, help
 *   option   of the program, or
 *   common   of several: see crm_opt_add_spec()
 *   exit     status, what it means
 *   fault    what is wrong with a table
 */
static const struct crm_err *
print_spec(const struct crm_cmd *cmd, const struct crm_opt *const *tables)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 20);
	const struct crm_verb *v;
	const char *wrong;
	size_t i;
	int code;

	crm_buf_addf(&b, "program\t%s\t%s\t%s\t%s\n", cmd->name, cmd->summary,
	    cmd->operands, cmd->complete != NULL ? cmd->complete : "");
	for (v = cmd->verbs; v != NULL && v->name != NULL; v++)
		crm_buf_addf(
		    &b, "verb\t%s\t%s\t%s\n", v->name, v->operands, v->help);
	for (i = 0; tables[i] != NULL; i++) {
		wrong = crm_opt_audit(tables[i]);
		if (wrong != NULL)
			crm_buf_addf(&b, "fault\t%s\n", wrong);
		crm_opt_add_spec(
		    &b, i < count_own(cmd) ? "option" : "common", tables[i]);
	}
	wrong = crm_opt_audit_all(tables);
	if (wrong != NULL)
		crm_buf_addf(&b, "fault\t%s\n", wrong);
	for (code = 0; code < CRM_NCODES; code++)
		crm_buf_addf(&b, "exit\t%d\t%s\n",
		    crm_err_exit((enum crm_code)code),
		    crm_err_text((enum crm_code)code));
	return print(&b);
}

static const struct crm_err *
print_tables(void)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 20);

	crm_tables_add(&b);
	return print(&b);
}

static const struct crm_err *
make_default(void)
{
	const struct crm_err *err;

	err = crm_env_make_parents(ctx.path.p);
	if (err == NULL)
		err = crm_store_create(ctx.path.p, -1);
	/* another one may have been quicker */
	if (err != NULL && err->code == CRM_E_CANTCREATE &&
	    crm_store_exists(ctx.path.p))
		return NULL;
	ctx.created = err == NULL;
	return err;
}

/* Its derived tables are being made anew, which takes a while. */
static struct crm_progress deriving;

static void
show_deriving(void *progress, const char *what, uint64_t done, uint64_t all)
{
	crm_progress_step(progress, what, done, all);
}

const struct crm_err *
crm_ctx_open_as(struct crm_ctx *c, enum crm_store_mode mode)
{
	bool write = mode == CRM_STORE_WRITE;
	struct crm_store_options options = { .mode = mode,
		.wait_ms = (int64_t)c->wait_s * 1000,
		.tell = show_deriving,
		.tell_ctx = &deriving };
	const struct crm_err *err = write ? crm_hooks_let_write(c) : NULL;

	if (err != NULL)
		return err;
	crm_heap_prepare(SURE);
	if ((c->cmd->needs & CRM_NEED_MAKE) != 0 && !c->named && !c->dry_run &&
	    !crm_store_exists(c->path.p))
		err = make_default();
	crm_progress_begin(&deriving, c->quiet, false);
	if (err == NULL)
		err = crm_store_open(c->path.p, &options, &c->store);
	crm_progress_hide(&deriving);
	if (err != NULL)
		return err;
	if (crm_store_may_lack(c->store))
		crm_msg("a head of the store '%s' is damaged: the newest "
			"changes may be missing (crm-store check)",
		    c->path.p);
	crm_store_on_progress(c->store, NULL, NULL);
	c->config = crm_store_config(c->store);
	c->schema = crm_store_schema(c->store);
	c->clock.zone = c->config->zone;
	c->clock.week_start = c->config->week_start;
	return NULL;
}

const struct crm_err *
crm_ctx_open(struct crm_ctx *c, bool write)
{
	return crm_ctx_open_as(c, write ? CRM_STORE_WRITE : CRM_STORE_READ);
}

static void
look_at_stdout(void)
{
	struct stat st;

	ctx.terminal = isatty(STDOUT_FILENO) == 1;
	ctx.piped = fstat(STDOUT_FILENO, &st) == 0 && !S_ISREG(st.st_mode);
}

bool
crm_ctx_color(const struct crm_ctx *c)
{
	return c->color == 1 ||
	    (c->color == 0 && c->terminal && crm_env_color());
}

enum crm_form_out
crm_ctx_form(const struct crm_ctx *c)
{
	if (c->form_out >= 0)
		return (enum crm_form_out)c->form_out;
	return c->terminal ? CRM_OUT_TABLE : CRM_OUT_JSONL;
}

struct crm_zone *
crm_ctx_zone(struct crm_ctx *c)
{
	if (c->local == NULL)
		c->local = crm_env_zone();
	if (c->local == NULL && (c->config == NULL || !c->config->has_timezone))
		c->local = crm_env_system_zone();
	return c->local != NULL ? c->local : c->clock.zone;
}

const char *
crm_ctx_store_name(const struct crm_ctx *c)
{
	static const char digits[] = "0123456789abcdef";
	static char text[33];
	const uint8_t *uuid;
	size_t i;

	if (c->store == NULL)
		return "";
	uuid = crm_store_uuid(c->store);
	for (i = 0; i < 32; i++)
		text[i] = digits[uuid[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15];
	return text;
}

struct crm_writer *
crm_ctx_writer(struct crm_ctx *c, enum crm_form_out form)
{
	struct crm_writer_options options = { .form = form,
		.terminal = c->terminal,
		.headed = c->headed,
		.store = crm_ctx_store_name(c),
		.color = crm_ctx_color(c),
		.unicode = crm_env_is_utf8(),
		.width = c->terminal ? crm_env_width(STDOUT_FILENO) : 0 };

	if (form == CRM_OUT_TABLE)
		options.zone = crm_ctx_zone(c);
	return crm_writer_new(&c->out, &options);
}

const struct crm_err *
crm_ctx_usage(const struct crm_ctx *c, const char *fmt, ...)
{
	char text[800];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* one hint is enough */
	if (text[0] != '\0' && text[strlen(text) - 1] == ')')
		return crm_err(CRM_E_USAGE, "%s", text);
	return crm_err(CRM_E_USAGE, "%s (see %s --help)", text, c->cmd->name);
}

/* Read the options; operands come to stand in front of argv, n of them. */
static const struct crm_err *
parse(const struct crm_cmd *cmd, const struct crm_opt *const *tables, int argc,
    char **argv, int *n)
{
	const struct crm_err *err;
	int own = argc, i;

	if ((cmd->needs & CRM_NEED_ARGS) != 0)
		own = crm_opt_leading(tables, argc, argv);
	err = crm_opt_parse(tables, own, argv, n);
	if (err != NULL)
		return crm_ctx_usage(&ctx, "%s", err->msg);
	for (i = own; i < argc; i++)
		argv[(*n)++] = argv[i];
	argv[*n] = NULL;
	return NULL;
}

/* All is done: write what is held, and wait for the pager. */
/* What is to be known of figures that a query asked for. */
static void
tell_figures(void)
{
	struct crm_view rest = crm_figures_told(), line;

	for (; !ctx.quiet && rest.n > 0;
	     rest = crm_view_skip(rest, line.n + 1)) {
		line = crm_view(rest.p, crm_view_find(rest, '\n'));
		crm_msg("%.*s", CRM_VARG(line));
	}
	crm_figures_untell();
}

static const struct crm_err *
finish(const struct crm_err *err)
{
	const struct crm_err *late = crm_sink_flush(&ctx.out);

	if (err == NULL)
		err = late;
	late = crm_pager_end(&ctx);
	tell_figures();
	return err != NULL ? err : late;
}

/* Who needs no store needs no place for one. */
static const struct crm_err *
find_place(const struct crm_cmd *cmd, bool alone)
{
	const struct crm_err *err;

	if ((cmd->needs & (CRM_NEED_READ | CRM_NEED_WRITE | CRM_NEED_PLACE)) ==
		0 &&
	    o.store == NULL)
		return NULL;
	err = crm_env_store(o.store, &ctx.path, &ctx.named);
	if (err == NULL || !alone || o.store != NULL)
		return err;
	crm_buf_reset(&ctx.path);
	return NULL;
}

static const struct crm_err *
run(const struct crm_cmd *cmd, int argc, char **argv)
{
	const struct crm_opt *tables[8];
	const struct crm_verb *verb = NULL;
	const struct crm_err *err;
	bool write, alone;
	int n;

	list_tables(cmd, tables);
	ctx.arguments = crm_shell_join(argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[1], "--spec") == 0)
		return print_spec(cmd, tables);
	if (argc == 2 && strcmp(argv[1], "--tables") == 0)
		return print_tables();
	if (argc >= 4 && strcmp(argv[1], "--complete") == 0) {
		crm_complete(&ctx, argc - 2, argv + 2);
		return NULL;
	}
	err = parse(cmd, tables, argc, argv, &n);
	if (err != NULL)
		return err;
	if (o.help)
		return print_help(cmd, tables);
	if (o.version)
		return print_version(cmd);
	if (cmd->verbs != NULL) {
		err = find_verb(cmd, n, argv, &verb);
		if (err != NULL)
			return err;
	}
	if (ctx.quiet)
		ctx.exit_status = true;
	err = crm_env_now(&ctx.clock.now_us);
	alone = cmd->alone != NULL && cmd->alone(n, argv);
	if (err == NULL)
		err = find_place(cmd, alone);
	if (err != NULL)
		return err;
	err = crm_env_user(&ctx.user);
	if (err != NULL)
		return err;
	look_at_stdout();
	crm_sink_init(&ctx.out, STDOUT_FILENO, OUT_LIMIT);
	if (verb != NULL && cmd->refuse != NULL) {
		err = cmd->refuse(&ctx, verb);
		if (err != NULL)
			return finish(err);
	}
	write = (cmd->needs & CRM_NEED_WRITE) != 0 &&
	    (verb == NULL || verb->writes);
	/* the answer to a question is then its exit status alone */
	ctx.out.mute = ctx.quiet && !write;
	if ((cmd->needs & (CRM_NEED_READ | CRM_NEED_WRITE)) != 0 && !alone)
		err = crm_ctx_open(&ctx, write);
	if (err == NULL)
		err = verb != NULL ? verb->run(&ctx, n - 1, argv + 1)
				   : cmd->run(&ctx, n, argv);
	return finish(err);
}

static void
release(void)
{
	crm_sink_release(&ctx.out);
	crm_store_close(ctx.store);
	crm_zone_free(ctx.local);
	crm_free(ctx.arguments);
	crm_buf_release(&ctx.user);
	crm_buf_release(&ctx.path);
	crm_arena_release(&ctx.arena);
}

void
crm_ctx_bad_line(struct crm_ctx *c, uint64_t line, const char *what)
{
	c->bad = true;
	if (++c->bad_lines <= CRM_FAULTS_MAX)
		crm_msg("stdin:%llu: %s", (unsigned long long)line, what);
}

static void
count_bad_lines(void)
{
	char digits[26];

	if (ctx.bad_lines > CRM_FAULTS_MAX)
		crm_msg("and %.*s more",
		    (int)crm_num_put_grouped(
			digits, ctx.bad_lines - CRM_FAULTS_MAX),
		    digits);
}

int
crm_main(const struct crm_cmd *cmd, int argc, char **argv)
{
	const struct crm_err *err;
	int status = 0;

	occupy_standard();
	set_signals(cmd);
	crm_mem_keep_little();
	crm_mem_on_failure(out_of_memory);
	crm_env_on_damage(on_impossible);
	crm_msg_name(cmd->name);
	crm_warn_to(crm_msg_warn);
	crm_tmp_elsewhere(crm_env_tmp());
	ctx.cmd = cmd;
	ctx.limit = UINT64_MAX;
	ctx.wait_s = 10;
	ctx.form_out = -1;
	ctx.user.max = ctx.path.max = 1 << 16;
	err = run(cmd, argc, argv);
	count_bad_lines();
	if (err != NULL) {
		if (err->msg[0] != '\0')
			crm_msg_err(err);
		status = crm_err_exit(err->code);
	} else if (ctx.bad)
		status = crm_err_exit(CRM_E_DATA);
	else if (ctx.no && ctx.exit_status)
		status = 1;
	release();
	return status;
}
