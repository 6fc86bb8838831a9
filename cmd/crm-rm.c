/*
 * crm-rm - remove records.
 *
 * Writes the store, in one change set: all of it or nothing.  What was
 * removed keeps its id and its history; what is erased keeps its id.
 */
#include "cli/change.h"
#include "cli/erase.h"
#include "cli/linked.h"

static struct {
	bool erase;
} o;

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_FLAG('\0', "erase", &o.erase,
	    "for good: values, texts of their events, history"),
	OPT_END,
};
/* clang-format on */

static struct crm_changing c;
static uint64_t *removed;
static size_t nremoved, removed_cap;

static const struct crm_err *
remove_one(void *arg, uint64_t line, struct crm_view raw, uint64_t id)
{
	bool ok;

	(void)arg;
	(void)line;
	(void)raw;
	removed =
	    crm_grow(removed, &removed_cap, nremoved + 1, sizeof(*removed));
	removed[nremoved++] = id;
	return crm_batch_remove(c.batch, id, &ok);
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	struct crm_batch_options bo = { 0 };
	const struct crm_err *err;

	if (argc == 0)
		return crm_ctx_usage(
		    ctx, "WHO is missing ('-' takes records from a pipe)");
	if (o.erase)
		return crm_erase_who(ctx, argc, argv);
	err = crm_changing_begin(&c, ctx, &bo, NULL, NULL);
	c.itself = true;
	if (err == NULL)
		err = crm_changing_each(&c, NULL, remove_one, NULL, argc, argv);
	if (err == NULL)
		err = crm_changing_commit(&c);
	if (err == NULL)
		err = crm_linked_tell(ctx, removed, nremoved);
	crm_free(removed);
	crm_changing_free(&c);
	return err;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-rm",
		.summary = "remove records",
		.operands = "WHO|- ...",
		.needs = CRM_NEED_WRITE | CRM_NEED_IN | CRM_NEED_OUT,
		.opts = opts,
		.run = run,
		.complete = "who",
	};

	return crm_main(&cmd, argc, argv);
}
