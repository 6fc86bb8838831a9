/*
 * crm-add - add records, or change those that a key finds.
 *
 * Writes the store, in one change set: all of the input or nothing.
 */
#include <unistd.h>

#include "cli/import.h"
#include "record/words.h"

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

/* Report a word that is no kind: a file, a slip, or else which there are. */
static const struct crm_err *
refuse_kind(struct crm_ctx *ctx, const char *word)
{
	struct crm_near near = crm_near_to(crm_view_str(word));
	struct crm_buf b = CRM_BUF_INIT(900);
	const struct crm_err *err;
	size_t i, n = crm_schema_nkinds(ctx->schema);

	crm_buf_addf(&b, "no such kind: '%s'", word);
	if (!crm_import_hint(&b, ctx, "", word)) {
		for (i = 0; i < n; i++)
			crm_near_try(
			    &near, crm_schema_kind(ctx->schema, i)->name);
		if (near.name != NULL)
			crm_buf_addf(&b, " (did you mean '%s'?)", near.name);
		for (i = 0; near.name == NULL && i < n; i++)
			crm_buf_addf(&b, "%s%s%s", i == 0 ? " (" : ", ",
			    crm_schema_kind(ctx->schema, i)->name,
			    i + 1 == n ? ")" : "");
	}
	err = crm_ctx_usage(ctx, "%s", b.p != NULL ? b.p : "no such kind");
	crm_buf_release(&b);
	return err;
}

/* Report an operand that assigns nothing: a file, or the name of a record. */
static const struct crm_err *
refuse_word(struct crm_ctx *ctx, const struct crm_kind *k, const char *word)
{
	const struct crm_field *f = crm_field_num(k, k->title);
	struct crm_buf b = CRM_BUF_INIT(900);
	const struct crm_err *err;

	crm_buf_addf(&b, "'%s' is not field=value", word);
	if (!crm_import_hint(&b, ctx, k->name, word) && f != NULL)
		crm_buf_addf(&b, " (%s='%s'?)", f->name, word);
	err = crm_ctx_usage(ctx, "%s", b.p != NULL ? b.p : "not field=value");
	crm_buf_release(&b);
	return err;
}

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
			return refuse_kind(ctx, argv[0]);
	}
	if (*first < argc && *kind == NULL)
		return crm_ctx_usage(ctx, "KIND is missing");
	for (i = *first; i < argc; i++)
		if (!crm_bind_is_assignment(argv[i]))
			return refuse_word(ctx, *kind, argv[i]);
	if (*first == argc && isatty(STDIN_FILENO) == 1)
		return crm_ctx_usage(ctx,
		    "nothing to add: give field=value, or records on stdin");
	return NULL;
}

/* name=value operands; without any, records on stdin */
struct rest {
	char **arg;
	int n;
};

static const struct crm_err *
fill(void *ctx)
{
	const struct rest *r = ctx;

	return r->n == 0 ? crm_import_stdin()
			 : crm_import_args((const char *const *)(void *)r->arg,
			       (size_t)r->n);
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_kind *kind;
	const struct crm_err *err;
	struct rest rest;
	int first;

	err = read_operands(ctx, argc, argv, &kind, &first);
	if (err != NULL)
		return err;
	crm_import_ask_twins(o.twins);
	rest.arg = argv + first;
	rest.n = argc - first;
	return crm_import(ctx, kind, fill, &rest, rest.n == 0);
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
