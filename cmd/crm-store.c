/*
 * crm-store - look after a store: make, check, copy, describe it.
 *
 * Makes stores (init, load, restore), reads them, and puts a new one in the
 * place of an old one (restore, compact); never changes a record.  check exits
 * 1 when it finds faults.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/env.h"
#include "cli/leave.h"
#include "cli/load.h"
#include "cli/prove.h"
#include "cli/repair.h"
#include "cli/stat.h"
#include "cli/trial.h"
#include "store/backup.h"
#include "store/compact.h"
#include "store/dump.h"
#include "store/restore.h"

/* How long dump waits for a slow reader while it holds its snapshot. */
#define PATIENCE_MS 5000
#define YAML_MAX ((size_t)64 << 20)

static struct {
	bool dry_run, replace;
	const char *group;
	uint64_t wait_s;
	int output; /* 0 table, 1 jsonl; -1: not said */
} o = { .wait_s = 10, .output = -1 };

static const char outputs[] = "table\0jsonl\0";

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_FLAG('n', "dry-run", &o.dry_run,
	    "load: check the dump, make no store"),
	OPT_TEXT('\0', "group", "group", &o.group,
	    "init, load, repair, restore: for a group of users"),
	OPT_CHOICE('o', "output", "format", &o.output, outputs,
	    "stat: form of the output, table or jsonl"),
	OPT_FLAG('\0', "replace", &o.replace,
	    "restore: in the place of the store that is there"),
	OPT_U64('\0', "wait", "seconds", &o.wait_s, 0, 1000000,
	    "compact, restore: how long to wait for others"),
	OPT_END,
};
/* clang-format on */

static struct crm_backup *backup;
static struct crm_restore *restore;
static struct crm_store *compacted;

/* Options that only some verbs have. */
enum { HAS_DRY_RUN = 1, HAS_GROUP = 2, HAS_OUTPUT = 4, HAS_REPLACE = 8 };

/* Refuse what a verb has not: nobody may think that it was heeded. */
static const struct crm_err *
refuse(struct crm_ctx *ctx, const struct crm_verb *verb)
{
	const char *name = NULL;

	if (o.dry_run && (verb->has & HAS_DRY_RUN) == 0)
		name = "-n";
	else if (o.group != NULL && (verb->has & HAS_GROUP) == 0)
		name = "--group";
	else if (o.output >= 0 && (verb->has & HAS_OUTPUT) == 0)
		name = "-o";
	else if (o.replace && (verb->has & HAS_REPLACE) == 0)
		name = "--replace";
	return name != NULL
	    ? crm_ctx_usage(ctx, "'%s' has no %s", verb->name, name)
	    : NULL;
}

static const struct crm_err *
find_group(int64_t *out)
{
	*out = -1;
	return o.group != NULL ? crm_env_group(o.group, out) : NULL;
}

static const struct crm_err *
make_parents(const struct crm_ctx *ctx)
{
	return ctx->named ? NULL : crm_env_make_parents(ctx->path.p);
}

static const struct crm_err *
run_init(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_err *err;
	int64_t group;

	(void)argc;
	(void)argv;
	err = find_group(&group);
	if (err == NULL)
		err = make_parents(ctx);
	crm_leave_hold(); /* it is quick: whole or not at all */
	if (err == NULL)
		err = crm_store_create(ctx->path.p, group);
	crm_leave_release();
	return err;
}

static const struct crm_err *
run_check(struct crm_ctx *ctx, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return crm_prove(ctx);
}

static const struct crm_err *
run_dump(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_err *err;

	(void)argc;
	(void)argv;
	/* nothing that is derived is in it */
	err = crm_ctx_open_as(ctx, CRM_STORE_LOOK);
	return err != NULL ? err
			   : crm_dump(ctx->store, STDOUT_FILENO, PATIENCE_MS);
}

static const struct crm_err *
run_load(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_err *err;
	int64_t group;

	(void)argc;
	(void)argv;
	err = find_group(&group);
	if (err == NULL)
		err = make_parents(ctx);
	return err != NULL ? err : crm_load_stdin(ctx, group, o.dry_run);
}

static void
clean_backup(void)
{
	if (backup != NULL)
		crm_backup_unlink(backup);
}

static const struct crm_err *
run_backup(struct crm_ctx *ctx, int argc, char **argv)
{
	const char *file = argv[0];
	bool to_stdout = strcmp(file, "-") == 0;
	const struct crm_err *err;

	(void)argc;
	if (to_stdout && ctx->terminal)
		return crm_ctx_usage(ctx, "a backup is nothing for a terminal");
	if (file[0] == '\0')
		return crm_ctx_usage(ctx, "FILE is empty");
	/* what is derived is brought up to date where it is restored */
	err = crm_ctx_open_as(ctx, CRM_STORE_LOOK);
	if (err != NULL)
		return err;
	crm_leave_clean(clean_backup);
	err = crm_backup_copy(ctx->store, to_stdout ? "" : file, &backup);
	if (err == NULL)
		err = to_stdout
		    ? crm_backup_write(backup, ctx->clock.now_us, STDOUT_FILENO)
		    : crm_backup_publish(backup, ctx->clock.now_us);
	crm_leave_hold();
	crm_backup_free(backup);
	backup = NULL;
	crm_leave_release();
	return err;
}

static void
clean_restore(void)
{
	if (restore != NULL)
		crm_restore_unlink(restore);
}

/* Unpack, prove, and only then take the place. */
static const struct crm_err *
restore_from(struct crm_ctx *ctx, int fd, const char *name)
{
	const struct crm_err *err = NULL;
	struct crm_swap *swap = NULL;
	int64_t group;

	err = find_group(&group);
	if (err == NULL && o.replace && crm_store_exists(ctx->path.p)) {
		err = crm_swap_begin(
		    ctx->path.p, (int64_t)o.wait_s * 1000, &swap);
		if (err == NULL && o.group == NULL)
			group = crm_swap_group(swap);
	} else if (err == NULL)
		err = make_parents(ctx);
	crm_leave_clean(clean_restore);
	if (err == NULL)
		err = crm_restore_read(fd, name, ctx->path.p, group, &restore);
	crm_leave_hold();
	if (err == NULL)
		err = crm_restore_publish(restore, swap);
	crm_restore_free(restore);
	restore = NULL;
	crm_leave_release();
	crm_swap_end(swap);
	return err;
}

static const struct crm_err *
run_restore(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_err *err;
	int fd;

	(void)argc;
	if (crm_store_exists(ctx->path.p) && !o.replace)
		return crm_err(CRM_E_CANTCREATE,
		    "there is a store at '%s' (--replace replaces it)",
		    ctx->path.p);
	if (strcmp(argv[0], "-") == 0 && isatty(STDIN_FILENO) == 1)
		return crm_ctx_usage(
		    ctx, "restore reads a backup, not from a terminal");
	if (strcmp(argv[0], "-") == 0)
		return restore_from(ctx, STDIN_FILENO, "stdin");
	fd = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return crm_err_errno(
		    errno == EACCES ? CRM_E_NOPERM : CRM_E_NOINPUT, "%s",
		    argv[0]);
	err = restore_from(ctx, fd, argv[0]);
	(void)close(fd);
	return err;
}

static const struct crm_err *
run_repair(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_err *err;
	int64_t group;

	if (argc == 0)
		return crm_repair_in_place(ctx);
	err = find_group(&group);
	return err != NULL ? err : crm_repair_into(ctx, argv[0], group);
}

static void
clean_compacted(void)
{
	if (compacted != NULL)
		crm_store_unlink(compacted);
}

static const struct crm_err *
run_compact(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_err *err;
	struct crm_swap *swap = NULL;
	struct crm_store *fresh;

	(void)argc;
	(void)argv;
	err = crm_ctx_open(ctx, false);
	if (err == NULL)
		err = crm_swap_begin_open(
		    ctx->store, (int64_t)o.wait_s * 1000, &swap);
	crm_leave_clean(clean_compacted);
	if (err == NULL)
		err = crm_compact(ctx->store, swap, &compacted);
	crm_leave_hold();
	fresh = compacted;
	compacted = NULL;
	if (err == NULL)
		err = crm_store_take_place(fresh, swap);
	crm_leave_release();
	crm_swap_end(swap);
	return err;
}

static const struct crm_err *
run_stat(struct crm_ctx *ctx, int argc, char **argv)
{
	struct crm_snap *snap = NULL;
	const struct crm_err *err;
	bool json = o.output < 0 ? !ctx->terminal : o.output == 1;

	(void)argc;
	(void)argv;
	err = crm_ctx_open(ctx, false);
	if (err == NULL)
		err = crm_snap_open(ctx->store, &snap);
	if (err == NULL)
		err = crm_stat_print(ctx, snap, json);
	crm_snap_close(snap);
	return err;
}

/* The text of a configuration: of a file, of stdin, or the store's own. */
static const struct crm_err *
read_config(
    const struct crm_ctx *ctx, const char *file, struct crm_config **out)
{
	struct crm_buf b = CRM_BUF_INIT(YAML_MAX * 2);
	const struct crm_err *err;

	if (file == NULL) {
		crm_buf_addf(&b, "%s/crm.yaml", ctx->path.p);
		err = crm_config_load(b.p, out);
	} else if (strcmp(file, "-") != 0) {
		err = access(file, F_OK) != 0
		    ? crm_err_errno(CRM_E_NOINPUT, "%s", file)
		    : crm_config_load(file, out);
	} else {
		err = crm_read_fd(STDIN_FILENO, "stdin", YAML_MAX, &b);
		if (err == NULL)
			err = crm_config_parse("stdin", crm_buf_view(&b), out);
	}
	crm_buf_release(&b);
	return err;
}

/* Works without opening the store, whose crm.yaml may be broken. */
static const struct crm_err *
run_config(struct crm_ctx *ctx, int argc, char **argv)
{
	const char *file = argc > 0 ? argv[0] : NULL;
	bool there = ctx->path.n > 0 && crm_store_exists(ctx->path.p);
	struct crm_config *config = NULL;
	const struct crm_err *err;

	if (!there && ctx->path.n > 0 && errno == EACCES)
		return crm_err_errno(CRM_E_NOPERM, "%s", ctx->path.p);
	if (!there && file == NULL)
		return crm_err(CRM_E_NOINPUT,
		    "no store at '%s' (crm-store init makes one)", ctx->path.p);
	err = read_config(ctx, file, &config);
	if (err == NULL)
		crm_config_print(config, &ctx->out.buf);
	if (err == NULL && there)
		err = crm_store_fits(
		    ctx->path.p, config, (int64_t)ctx->wait_s * 1000);
	if (err == NULL && there)
		err = crm_trial(ctx, config);
	if (err == NULL)
		crm_config_quota_warn(config);
	if (err != NULL)
		crm_buf_reset(&ctx->out.buf);
	crm_config_free(config);
	return err != NULL ? err : crm_sink_flush(&ctx->out);
}

/* clang-format off */
static const struct crm_verb verbs[] = {
	{ "backup", "FILE|-", "copy the store into one file, while it is used",
	    1, 1, false, run_backup, "file", false, 0 },
	{ "check", "", "prove every byte and every table that is derived",
	    0, 0, false, run_check, NULL, false, 0 },
	{ "compact", "", "write the store anew, without old space and remains",
	    0, 0, false, run_compact, NULL, false, 0 },
	{ "config", "[FILE|-]", "check crm.yaml and print what is in force",
	    0, 1, false, run_config, "file", false, 0 },
	{ "dump", "", "write the store as JSON Lines",
	    0, 0, false, run_dump, NULL, false, 0 },
	{ "init", "", "make an empty store",
	    0, 0, false, run_init, NULL, false, HAS_GROUP },
	{ "load", "", "make a store from a dump on standard input",
	    0, 0, false, run_load, NULL, false,
	    HAS_DRY_RUN | HAS_GROUP },
	{ "repair", "[NEW]", "make indexes and sums anew; save what can be read",
	    0, 1, false, run_repair, "file", false, HAS_GROUP },
	{ "restore", "FILE|-", "make a store of a backup",
	    1, 1, false, run_restore, "file", false,
	    HAS_GROUP | HAS_REPLACE },
	{ "stat", "", "say what is in it and how large it is",
	    0, 0, false, run_stat, NULL, false, HAS_OUTPUT },
	{ .name = NULL },
};
/* clang-format on */

/* A configuration that is named needs no store. */
static bool
is_named_config(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[0], "config") == 0;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-store",
		.summary = "make, check, copy and describe a store",
		.operands = "COMMAND [FILE]",
		.needs = CRM_NEED_PLACE,
		.opts = opts,
		.verbs = verbs,
		.refuse = refuse,
		.alone = is_named_config,
	};

	return crm_main(&cmd, argc, argv);
}
