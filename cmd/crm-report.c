/*
 * crm-report - sums over what happened, by who.
 *
 * Reads the store, never writes it.  With -e it exits 1 when there is nothing
 * to report.
 */
#include "cli/as_of.h"
#include "cli/ask.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "report/report.h"

static struct {
	const char *against, *as_of, *by, *explain, *in, *since,
	    *arg[CRM_ARG_N];
	bool summary;
} o;

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_TEXT('\0', "against", "period", &o.against,
	    "compare with a period, or with whom a query finds"),
	OPT_AS_OF(&o.as_of),
	OPT_TEXT('\0', "by", "field,...", &o.by, "what the rows stand for"),
	OPT_TEXT('\0', "calibrate-until", "date", &o.arg[CRM_ARG_CALIBRATE],
	    "clv, score: fit to what was known then"),
	OPT_TEXT('\0', "discount", "percent", &o.arg[CRM_ARG_DISCOUNT],
	    "clv: what later money loses a year (10)"),
	OPT_TEXT('\0', "explain", "who", &o.explain,
	    "say how the figures of one came about"),
	OPT_TEXT('\0', "for", "who", &o.arg[CRM_ARG_FOR],
	    "basket: what to offer to somebody"),
	OPT_TEXT('\0', "horizon", "span", &o.arg[CRM_ARG_HORIZON],
	    "clv, churn, retention: how far ahead (52w)"),
	OPT_TEXT('\0', "in", "period", &o.in,
	    "cover a period only: 2026-03, last-month"),
	OPT_TEXT('\0', "model", "name", &o.arg[CRM_ARG_MODEL],
	    "clv, churn, model: bg-nbd, ...; score: which"),
	OPT_TEXT('\0', "silence", "span", &o.arg[CRM_ARG_SILENCE],
	    "stale: so long without a contact (30d)"),
	OPT_TEXT('\0', "since", "date", &o.since,
	    "compare with the report as it was then"),
	OPT_FLAG('\0', "summary", &o.summary,
	    "sums instead of single customers or deals"),
	OPT_TEXT('\0', "times", "count", &o.arg[CRM_ARG_TIMES],
	    "overdue, stale: how many times the usual (2)"),
	OPT_TEXT('\0', "unit", "unit", &o.arg[CRM_ARG_UNIT],
	    "clv, churn, retention: day, week, month, year"),
	OPT_END,
};
/* clang-format on */

static const struct crm_field list_columns[] = {
	{ .name = "report", .type = CRM_T_TEXT },
	{ .name = "summary", .type = CRM_T_TEXT },
};

static struct crm_rows_options
row_options(const struct crm_ctx *ctx)
{
	struct crm_rows_options ro = { .form = crm_ctx_form(ctx),
		.fields = ctx->fields,
		.sort = ctx->sort,
		.limit = ctx->limit };

	return ro;
}

/* Names of reports are those of any store, or none. */
static bool
is_list(int argc, char **argv)
{
	return argc == 1 && strcmp(argv[0], "list") == 0;
}

/* crm-report list: their names, one a line. */
static const struct crm_err *
list(struct crm_ctx *ctx, struct crm_writer *writer)
{
	struct crm_rows_options ro = row_options(ctx);
	struct crm_row_maker row = { .n = 0 };
	const struct crm_err *err;
	struct crm_rows *rows;
	size_t i;

	err = crm_rows_new(NULL, &ro, writer, list_columns, 2, &rows);
	for (i = 0; err == NULL && i < crm_nreports; i++) {
		crm_row_begin(&row);
		crm_row_text(&row, crm_view_str(crm_reports[i]->name));
		crm_row_text(&row, crm_view_str(crm_reports[i]->summary));
		err = crm_row_put(&row, rows);
	}
	if (err == NULL)
		err = crm_rows_end(rows);
	crm_rows_free(rows);
	crm_row_release(&row);
	return err;
}

static const struct crm_err *
no_such(struct crm_ctx *ctx, const char *name)
{
	struct crm_buf names = CRM_BUF_INIT(4096);
	const struct crm_err *err;
	const char *near;
	size_t i;

	for (i = 0; i < crm_nreports; i++)
		crm_buf_add(&names, crm_reports[i]->name,
		    strlen(crm_reports[i]->name) + 1);
	crm_buf_addc(&names, '\0');
	near = crm_word_near(names.p, crm_view_str(name));
	err = near != NULL
	    ? crm_ctx_usage(
		  ctx, "no such report: '%s' (did you mean '%s'?)", name, near)
	    : crm_ctx_usage(ctx,
		  "no such report: '%s' (crm-report list names them)", name);
	crm_buf_release(&names);
	return err;
}

/* --against: a query has a colon or is a segment, a period neither. */
static const struct crm_err *
read_against(struct crm_ctx *ctx, const struct crm_ask_how *how,
    struct crm_report_then *then)
{
	struct crm_query_ctx qc = { .snap = then->snap,
		.clock = &ctx->clock,
		.user = ctx->user.p,
		.about = how->about,
		.instead = how->instead };
	const struct crm_err *err;

	then->in = o.against;
	if (o.against[0] != '@' && strchr(o.against, ':') == NULL)
		return NULL;
	then->in = o.in;
	crm_query_free(then->query);
	err = crm_query_parse_text(&qc, crm_view_str(o.against), &then->query);
	return err != NULL ? crm_err_wrap(err, "--against") : NULL;
}

/*
 * What the report is compared with.
 *
 * ctx     a copy of the program's, which looks back with --since
 * then    query and (with --since) snap are to be freed, also after a failure
 */
static const struct crm_err *
read_then(struct crm_ctx *ctx, struct crm_snap *snap, int argc, char **argv,
    const struct crm_ask_how *how, struct crm_report_then *then)
{
	const struct crm_err *err = NULL;

	then->snap = snap;
	then->clock = &ctx->clock;
	then->in = o.in;
	if (o.since != NULL)
		err = crm_open_past(ctx, "--since", o.since, &then->snap);
	if (err == NULL)
		err = crm_ask(ctx, then->snap, argc, argv, how, &then->query);
	if (err == NULL && o.against != NULL)
		err = read_against(ctx, how, then);
	return err;
}

/* What a report has to say beside its rows. */
static void
say(const struct crm_ctx *ctx, struct crm_buf *notes)
{
	struct crm_view rest = crm_buf_view(notes), line;

	for (; !ctx->quiet && rest.n > 0;
	     rest = crm_view_skip(rest, line.n + 1)) {
		line = crm_view(rest.p, crm_view_find(rest, '\n'));
		crm_msg("%.*s", CRM_VARG(line));
	}
	crm_buf_release(notes);
}

static const struct crm_err *
report(struct crm_ctx *ctx, struct crm_snap *snap, struct crm_writer *writer,
    int argc, char **argv)
{
	const struct crm_report *report = crm_report_named(argv[0]);
	struct crm_buf notes = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_report_options ro = { .by = o.by,
		.summary = o.summary,
		.in = o.in,
		.rows = row_options(ctx),
		.writer = writer,
		.clock = &ctx->clock,
		.user = ctx->user.p,
		.notes = &notes };
	struct crm_report_then then = { 0 };
	char thing[] = { report != NULL ? report->thing : '\0', '\0' };
	struct crm_ask_how how = {
		.kinds = true, .about = "po", .instead = thing
	};
	struct crm_ctx then_ctx = *ctx;
	const struct crm_err *err;
	uint64_t rows = 0;

	if (report == NULL)
		return no_such(ctx, argv[0]);
	memcpy(ro.arg, o.arg, sizeof(ro.arg));
	err = crm_ask(ctx, snap, argc - 1, argv + 1, &how, &ro.query);
	if (err == NULL && o.explain != NULL)
		err =
		    crm_one_who(ctx, snap, report->thing == 'd' ? "pod" : "po",
			o.explain, &ro.explain);
	if (err == NULL && (o.against != NULL || o.since != NULL)) {
		err =
		    read_then(&then_ctx, snap, argc - 1, argv + 1, &how, &then);
		ro.then = &then;
	}
	if (err == NULL)
		err = crm_ctx_page(ctx);
	crm_out_let_go(ctx, snap);
	if (err == NULL)
		err = crm_report_run(report, snap, &ro, &rows);
	ctx->no = rows == 0;
	say(ctx, &notes);
	if (err == NULL && report->period && o.in == NULL)
		crm_hint_period(ctx, argc - 1, argv + 1);
	if (err == NULL && rows == 0 && argc > 1)
		crm_hint_kind(ctx, argv[1]);
	crm_query_free(ro.query);
	crm_query_free(then.query);
	if (then.snap != snap)
		crm_snap_close(then.snap);
	return err;
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_err *err;
	struct crm_snap *snap = NULL;
	struct crm_writer *writer = NULL;
	enum crm_form_out form = crm_ctx_form(ctx);

	if (argc == 0)
		return crm_ctx_usage(
		    ctx, "a report is missing (crm-report list names them)");
	if (crm_form_has_columns(form))
		return crm_ctx_usage(ctx,
		    "a report comes as table, jsonl, tsv, csv, sheet or yaml");
	writer = crm_ctx_writer(ctx, form);
	if (is_list(argc, argv))
		err = list(ctx, writer);
	else {
		err = crm_open_as_of(ctx, o.as_of, &snap);
		if (err == NULL)
			err = report(ctx, snap, writer, argc, argv);
	}
	if (err == NULL)
		err = crm_sink_flush(&ctx->out);
	ctx->out.before = ctx->out.after = NULL;
	crm_writer_free(writer);
	crm_snap_close(snap);
	return err;
}

/* For completion: the reports. */
static void
offer(struct crm_view what, struct crm_buf *out)
{
	size_t i;

	if (crm_view_is(what, "name")) /* of a model */
		crm_buf_adds(out,
		    "bg-nbd\tthey leave after a purchase\n"
		    "pareto-nbd\tthey leave at any time\n"
		    "silence\tchurn: no model, their own rhythm\n");
	if (!crm_view_is(what, "report"))
		return;
	for (i = 0; i < crm_nreports; i++)
		crm_buf_addf(out, "%s\t%s\n", crm_reports[i]->name,
		    crm_reports[i]->summary);
	crm_buf_adds(out, "list\tname them\n");
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-report",
		.summary = "sums over what happened, by who",
		.operands = "list | NAME [QUERY ...]",
		.needs = CRM_NEED_READ | CRM_NEED_OUT | CRM_NEED_PAGER,
		.opts = opts,
		.run = run,
		.alone = is_list,
		.complete = "report query",
		.offer = offer,
	};

	return crm_main(&cmd, argc, argv);
}
