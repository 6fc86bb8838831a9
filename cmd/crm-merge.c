/*
 * crm-merge - find duplicates, and make one record of several.
 *
 * Writes the store, in one change set; crm-merge find only reads it.
 */
#include "cli/ask.h"
#include "cli/merge.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "report/duplicates.h"

static struct {
	uint64_t least;
} o = { .least = 10 };

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_U64('\0', "least", "count", &o.least, 1, 100,
	    "find: what speaks for a pair at least (10)"),
	OPT_END,
};
/* clang-format on */

/* The kind that a query is about: 0, people and organisations. */
static const struct crm_err *
read_kind(struct crm_ctx *ctx, const struct crm_query *q, char *letter)
{
	const struct crm_kind *k = crm_query_kind(q);

	*letter = k != NULL ? k->letter : '\0';
	return k == NULL || k->letter == 'p' || k->letter == 'o'
	    ? NULL
	    : crm_ctx_usage(ctx, "people and organisations are merged, not %s",
		  k->plural);
}

static const struct crm_err *
print(struct crm_ctx *ctx, struct crm_snap *snap, struct crm_query *query,
    enum crm_form_out form)
{
	struct crm_duplicates_options d = { .least = (int)o.least,
		.query = query,
		.rows = { .form = form,
		    .fields = ctx->fields,
		    .sort = ctx->sort,
		    .limit = ctx->limit },
		.writer = crm_ctx_writer(ctx, form) };
	struct crm_duplicates_result r;
	const struct crm_err *err;
	char letter;

	err = read_kind(ctx, query, &letter);
	if (err == NULL)
		err = crm_duplicates_print(snap, letter, &d, &r);
	if (err == NULL)
		err = crm_sink_flush(&ctx->out);
	if (err == NULL)
		ctx->no = r.pairs == 0;
	crm_writer_free(d.writer);
	return err;
}

/* find [KIND] [QUERY ...] */
static const struct crm_err *
find(struct crm_ctx *ctx, int argc, char **argv)
{
	enum crm_form_out form = crm_ctx_form(ctx);
	struct crm_query *query = NULL;
	struct crm_snap *snap = NULL;
	const struct crm_err *err;

	if (form == CRM_OUT_IDS || form == CRM_OUT_MUTT || form == CRM_OUT_AERC)
		return crm_ctx_usage(
		    ctx, "pairs come as table, jsonl, tsv, csv or yaml");
	err = crm_snap_open(ctx->store, &snap);
	if (err == NULL)
		err = crm_ask(ctx, snap, argc, argv,
		    &(struct crm_ask_how){ .kinds = true, .about = "po" },
		    &query);
	if (err == NULL)
		err = print(ctx, snap, query, form);
	crm_query_free(query);
	crm_snap_close(snap);
	return err;
}

/* clang-format off */
static const struct crm_verb verbs[] = {
	{ "find", "[KIND] [QUERY ...]", "print pairs that may be one",
	    0, -1, false, find, "query", false, 0 },
	{ .name = NULL },
};
/* clang-format on */

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-merge",
		.summary = "make one record of several, find duplicates",
		.operands = "WHO WHO ... | - | find [KIND] [QUERY ...]",
		.needs =
		    CRM_NEED_READ | CRM_NEED_WRITE | CRM_NEED_IN | CRM_NEED_OUT,
		.opts = opts,
		.run = crm_merge_who,
		.verbs = verbs,
		.complete = "who:po",
	};

	return crm_main(&cmd, argc, argv);
}
