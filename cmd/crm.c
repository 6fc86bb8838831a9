/*
 * crm - the front door: "crm find ..." runs crm-find.
 *
 * Needs no store.  What is before the first operand is its own, all behind
 * goes to the program untouched.
 */
#include <signal.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/env.h"
#include "cli/main.h"
#include "cli/programs.h"
#include "record/schema.h"

#define LINE_MAX_BYTES ((size_t)1 << 16)
#define NEAR 3 /* edits by which a wrong name is less wrong than another */

static const struct crm_opt opts[] = { OPT_END };

static const struct crm_err *
print_list(struct crm_ctx *ctx)
{
	struct crm_buf *b = &ctx->out.buf;
	struct crm_programs list;
	size_t width = 0, i, n;

	crm_programs_list(&list);
	for (i = 0; i < list.n; i++) {
		n = strlen(list.item[i].name);
		width = n > width ? n : width;
	}
	crm_buf_adds(b, "crm NAME ... runs the program crm-NAME:\n");
	for (i = 0; i < list.n; i++) {
		if (!list.item[i].beside && (i == 0 || list.item[i - 1].beside))
			crm_buf_adds(b, "and these of PATH:\n");
		n = b->n;
		crm_buf_addf(b, "  %-*s", (int)width + 2, list.item[i].name);
		crm_program_summary(&list.item[i], b);
		while (b->n > n && b->p[b->n - 1] == ' ')
			b->n--;
		crm_buf_addc(b, '\n');
	}
	crm_buf_adds(b, "crm help NAME shows its manual page.\n");
	crm_programs_free(&list);
	return crm_sink_flush(&ctx->out);
}

static const struct crm_err *
no_such(struct crm_ctx *ctx, const char *name)
{
	struct crm_view v = crm_view_str(name);
	const struct crm_err *err;
	struct crm_programs list;
	const char *near = NULL;
	size_t best = NEAR, i, d;

	crm_programs_list(&list);
	for (i = 0; i < list.n; i++) {
		if (strcmp(list.item[i].name, "rm") == 0)
			continue; /* nobody is led to what removes */
		d = crm_edit_distance(v, crm_view_str(list.item[i].name));
		if (d < best && d < v.n) {
			best = d;
			near = list.item[i].name;
		}
	}
	if (near != NULL)
		err = crm_err(CRM_E_USAGE,
		    "no such program: '%s' (did you mean %s?)", name, near);
	else
		err = crm_ctx_usage(ctx, "no such program: '%s'", name);
	crm_programs_free(&list);
	return err;
}

/* Become another program; options of crm that all have go along. */
static const struct crm_err *
become(struct crm_ctx *ctx, const char *path, int argc, char **argv)
{
	static char quiet[] = "-q", always[] = "--color=always",
		    never[] = "--color=never";
	char **args = crm_calloc((size_t)argc + 3, sizeof(*args));
	const struct crm_err *err;
	size_t n = 0;
	int i;

	args[n++] = argv[0];
	if (ctx->quiet)
		args[n++] = quiet;
	if (ctx->color != 0)
		args[n++] = ctx->color == 1 ? always : never;
	for (i = 1; i < argc; i++)
		args[n++] = argv[i];
	if (ctx->named)
		crm_env_set_store(ctx->path.p);
	(void)signal(SIGXFSZ, SIG_DFL);
	(void)execv(path, args);
	err = crm_err_errno(CRM_E_NOPERM, "cannot run '%s'", path);
	crm_free(args);
	return err;
}

/* One place where a page may be: put its path together, and look. */
static bool
is_page(struct crm_buf *path, const char *dir, const char *prefix,
    const char *name, char section, int place)
{
	crm_buf_reset(path);
	if (place == 2)
		crm_buf_addf(path, "%s/../../man/", dir);
	else
		crm_buf_addf(path, "%s/../share/man/man%c/", dir, section);
	crm_buf_addf(
	    path, "%s%s.%c%s", prefix, name, section, place == 1 ? ".gz" : "");
	return !path->over && access(path->p, R_OK) == 0;
}

/*
 * The page of a name: "find" is crm-find(1), "yaml" crm.yaml(5), "query"
 * crm-query(7).  It is looked for where "make install" puts it beside the
 * programs, packed or not, and in the source that they were built in.
 */
static bool
find_page(const char *name, struct crm_buf *path)
{
	static const char *const prefixes[] = { "crm-", "crm.", "" };
	static const char sections[] = "157";
	struct crm_buf dir = CRM_BUF_INIT(CRM_PATH_LENGTH);
	bool found = false;
	size_t i, j;
	int place;

	if (crm_program_dir(&dir) && strchr(name, '/') == NULL)
		for (i = 0; !found && i < 3; i++)
			for (j = 0; !found && sections[j] != '\0'; j++)
				for (place = 0; !found && place < 3; place++)
					found =
					    is_page(path, dir.p, prefixes[i],
						name, sections[j], place);
	crm_buf_release(&dir);
	return found;
}

/* Become "man" with the page of a name. */
static const struct crm_err *
show_page(struct crm_ctx *ctx, const char *name)
{
	struct crm_buf path = CRM_BUF_INIT(CRM_PATH_LENGTH);
	struct crm_buf page = CRM_BUF_INIT(LINE_MAX_BYTES);
	const struct crm_err *err = NULL;

	crm_buf_addf(&page, "crm-%s", name);
	(void)signal(SIGXFSZ, SIG_DFL);
	if (find_page(name, &path))
		(void)execlp("man", "man", "-l", path.p, (char *)NULL);
	else if (crm_program_find(name, &path))
		(void)execlp("man", "man", page.p, (char *)NULL);
	else
		err = no_such(ctx, name);
	if (err == NULL)
		err = crm_err_errno(CRM_E_NOINPUT, "cannot run man");
	crm_buf_release(&path);
	crm_buf_release(&page);
	return err;
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	struct crm_buf path = CRM_BUF_INIT(CRM_PATH_LENGTH);
	const struct crm_err *err;

	if (argc == 0)
		return print_list(ctx);
	if (crm_program_find(argv[0], &path))
		err = become(ctx, path.p, argc, argv);
	else if (strcmp(argv[0], "help") != 0)
		err = no_such(ctx, argv[0]);
	else if (argc == 1)
		err = print_list(ctx);
	else if (argc == 2)
		err = show_page(ctx, argv[1]);
	else
		err = crm_ctx_usage(ctx, "help is of one program at a time");
	crm_buf_release(&path);
	return err;
}

/* For completion: the programs. */
static void
offer(struct crm_view what, struct crm_buf *out)
{
	struct crm_programs list;
	size_t i;

	if (!crm_view_is(what, "program"))
		return;
	crm_programs_list(&list);
	for (i = 0; i < list.n; i++) {
		crm_buf_addf(out, "%s\t", list.item[i].name);
		crm_program_summary(&list.item[i], out);
		crm_buf_addc(out, '\n');
	}
	crm_programs_free(&list);
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm",
		.summary = "run the programs of the toolkit, or list them",
		.operands = "[NAME [ARGUMENT ...]]",
		.needs = CRM_NEED_ARGS,
		.opts = opts,
		.run = run,
		.complete = "program; =help program",
		.offer = offer,
	};

	return crm_main(&cmd, argc, argv);
}
