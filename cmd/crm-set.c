/*
 * crm-set - change fields of records.
 *
 * Writes the store, in one change set: all of it or nothing.
 */
#include "cli/change.h"

static struct {
	bool allow_erased;
} o;

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_FLAG('\0', "allow-erased", &o.allow_erased,
	    "take addresses of people who were erased"),
	OPT_END,
};
/* clang-format on */

static struct {
	struct crm_ctx *ctx;
	struct crm_changing c;
	const char **assign; /* name=value operands */
	size_t nassign;
} st;

/* Change one record: what is assigned means what its kind makes of it. */
static const struct crm_err *
change(void *arg, uint64_t line, struct crm_view raw, uint64_t id)
{
	const struct crm_err *err;
	struct crm_request q = { 0 };
	struct crm_bound bound;
	bool ok;

	(void)arg;
	(void)line;
	(void)raw;
	q.kind = crm_kind_of(st.ctx->schema, crm_id_kind(id));
	err = crm_changing_bind(
	    &st.c, q.kind, st.assign, st.nassign, &bound, &ok);
	if (err != NULL || !ok)
		return err;
	q.edit = bound.edit;
	q.nedits = bound.nedits;
	memcpy(q.currency, bound.currency, sizeof(q.currency));
	return crm_batch_edit(st.c.batch, id, &q, &ok);
}

/* Part the operands: WHO to the front of argv, name=value into st.assign. */
static int
part(int argc, char **argv)
{
	int i, n = 0;

	st.assign = crm_calloc((size_t)argc + 1, sizeof(*st.assign));
	for (i = 0; i < argc; i++)
		if (crm_bind_is_assignment(argv[i]))
			st.assign[st.nassign++] = argv[i];
		else
			argv[n++] = argv[i];
	return n;
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	struct crm_batch_options bo = { .allow_erased = o.allow_erased };
	struct crm_bind_options binding = { 0 };
	const struct crm_err *err;

	st.ctx = ctx;
	argc = part(argc, argv);
	if (argc == 0)
		return crm_ctx_usage(
		    ctx, "WHO is missing ('-' takes records from a pipe)");
	if (st.nassign == 0)
		return crm_ctx_usage(ctx, "field=value is missing");
	err = crm_changing_begin(&st.c, ctx, &bo, &binding, NULL);
	if (err == NULL)
		err = crm_changing_each(&st.c, NULL, change, NULL, argc, argv);
	if (err == NULL)
		err = crm_changing_commit(&st.c);
	crm_changing_free(&st.c);
	crm_free(st.assign);
	return err;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-set",
		.summary = "change fields of records",
		.operands = "WHO|- ... field=value ...",
		.needs = CRM_NEED_WRITE | CRM_NEED_IN | CRM_NEED_OUT,
		.opts = opts,
		.run = run,
		.complete = "who; =- assign; who assign",
	};

	return crm_main(&cmd, argc, argv);
}
