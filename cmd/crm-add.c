/*
 * crm-add - add records, or change those that a key finds.
 *
 * Writes the store, in one change set: all of the input or nothing.
 */
#include <unistd.h>

#include "cli/import.h"

static struct {
	int twins;
} o;

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_CHOICE('\0', "duplicates", "when", &o.twins, crm_import_twins,
	    "who may be there already: allow, warn or refuse"),
	OPT_END,
};
/* clang-format on */

/* Operands are a kind, then name=value: *first is where these begin. */
static const struct crm_err *
read_operands(struct crm_ctx *ctx, int argc, char **argv,
    const struct crm_kind **kind, int *first)
{
	int i;

	*kind = NULL;
	*first = argc > 0 && !crm_bind_is_assignment(argv[0]);
	if (*first == 1) {
		*kind = crm_kind_named(ctx->schema, crm_view_str(argv[0]));
		if (*kind == NULL)
			return crm_ctx_usage(
			    ctx, "no such kind: '%s'", argv[0]);
	}
	if (*first < argc && *kind == NULL)
		return crm_ctx_usage(ctx, "KIND is missing");
	for (i = *first; i < argc; i++)
		if (!crm_bind_is_assignment(argv[i]))
			return crm_ctx_usage(
			    ctx, "'%s' is not field=value", argv[i]);
	if (*first == argc && isatty(STDIN_FILENO) == 1)
		return crm_ctx_usage(ctx,
		    "nothing to add: give field=value, or records on stdin");
	return NULL;
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_kind *kind;
	const struct crm_err *err;
	int first;

	err = read_operands(ctx, argc, argv, &kind, &first);
	crm_import_ask_twins(o.twins);
	if (err == NULL)
		err = crm_import_begin(ctx, kind);
	if (err == NULL && first == argc)
		err = crm_import_stdin();
	else if (err == NULL)
		err =
		    crm_import_args((const char *const *)(void *)(argv + first),
			(size_t)(argc - first));
	if (err == NULL)
		err = crm_import_commit();
	crm_import_end();
	return err;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-add",
		.summary = "add records, or change those that a key finds",
		.operands = "[KIND] [field=value ...]",
		.needs = CRM_NEED_WRITE | CRM_NEED_MAKE | CRM_NEED_IMPORT |
		    CRM_NEED_IN | CRM_NEED_OUT,
		.opts = opts,
		.run = run,
		.complete = "kind assign",
	};

	return crm_main(&cmd, argc, argv);
}
