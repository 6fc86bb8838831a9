/*
 * crm-show - everything about one customer, for a person to read.
 *
 * Reads the store, never writes it.
 */
#include "base/mem.h"
#include "cli/as_of.h"
#include "cli/ask.h"
#include "cli/card.h"
#include "cli/held.h"
#include "cli/msg.h"
#include "cli/paper.h"

static struct {
	bool all;
	const char *as_of;
	uint64_t limit;
	int form; /* -1: not said */
} o = { .limit = 10, .form = -1 };

enum { JSONL, TEXT, HTML };
static const char forms[] = "jsonl\0text\0html\0";

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_FLAG('\0', "all", &o.all,
	    "everything that is held about them, as JSON Lines"),
	OPT_AS_OF(&o.as_of),
	OPT_U64('l', "limit", "count", &o.limit, 0, 100000,
	    "how many of the newest events to show (10)"),
	OPT_CHOICE('o', "output", "format", &o.form, forms,
	    "jsonl of --all; text or html of a quote or invoice"),
	OPT_END,
};
/* clang-format on */

static struct {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	struct crm_card *card;
	struct crm_paper *paper;
	uint64_t shown;
} s;

static const struct crm_err *
show_one(void *arg, uint64_t line, struct crm_view raw, uint64_t id)
{
	(void)arg;
	(void)line;
	(void)raw;
	if (s.ctx->out.closed)
		return NULL;
	if (o.all)
		return crm_held_print(s.ctx, s.snap, id);
	if (s.paper != NULL)
		return crm_paper_print(s.paper, id);
	if (s.shown++ > 0)
		crm_buf_addc(&s.ctx->out.buf, '\n');
	return crm_card_print(s.card, id, (size_t)o.limit);
}

static void
bad_line(void *ctx, uint64_t line, struct crm_view raw, const char *what)
{
	(void)ctx;
	(void)raw;
	crm_ctx_bad_line(s.ctx, line, what);
}

/* Of what was removed something is held still: its id finds it. */
static const struct crm_err *
show_operand(char *who)
{
	static const struct crm_each each = { .record = show_one,
		.fault = bad_line };
	const struct crm_err *err = NULL;
	enum crm_presence p = CRM_ABSENT;
	struct crm_stored r;
	uint64_t id;
	bool is_id = crm_id_parse(crm_view_str(who), &id), found;

	if (s.paper != NULL && !is_id && strcmp(who, "-") != 0) {
		err = crm_paper_print_number(s.paper, who, &found);
		if (err != NULL || found)
			return err;
	}
	if (o.all && is_id)
		err = crm_snap_get(s.snap, id, &r, &p);
	if (err == NULL && p != CRM_ABSENT)
		return show_one(NULL, 0, CRM_VNULL, id);
	return err != NULL ? err : crm_each_who(s.ctx, s.snap, &each, 1, &who);
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_err *err;
	int i;

	s.ctx = ctx;
	if (argc == 0)
		return crm_ctx_usage(
		    ctx, "WHO is missing ('-' takes records from a pipe)");
	if (o.form >= 0 && (o.form == JSONL) != o.all)
		return crm_ctx_usage(
		    ctx, o.all ? "--all is jsonl" : "-o jsonl goes with --all");
	if (o.all)
		ctx->form_out = CRM_OUT_JSONL;
	if (o.all && o.as_of != NULL)
		return crm_ctx_usage(
		    ctx, "--all is all that is held now: it has no --as-of");
	err = crm_open_as_of(ctx, o.as_of, &s.snap);
	if (err == NULL)
		err = crm_ctx_page(ctx);
	if (err == NULL)
		err = crm_card_new(ctx, s.snap, &s.card);
	if (o.form == TEXT || o.form == HTML)
		s.paper = crm_paper_new(ctx, s.snap, o.form == HTML);
	if (err == NULL)
		for (i = 0; err == NULL && i < argc; i++)
			err = show_operand(argv[i]);
	crm_paper_free(s.paper);
	crm_card_free(s.card);
	crm_snap_close(s.snap);
	return err;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-show",
		.summary = "everything about one customer, to read before a "
			   "call",
		.operands = "WHO|- ...",
		.needs = CRM_NEED_READ | CRM_NEED_IN | CRM_NEED_PAGER,
		.opts = opts,
		.run = run,
		.complete = "who",
	};

	return crm_main(&cmd, argc, argv);
}
