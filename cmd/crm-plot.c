/*
 * crm-plot - draw what crm-report prints.
 *
 * Reads stdin; neither reads nor writes the store.  With -e it exits 1 when
 * there is nothing to draw.
 */
#include <stdlib.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/gnuplot.h"
#include "cli/main.h"
#include "cli/msg.h"
#include "plot/plot.h"
#include "report/report.h"

static struct {
	uint64_t bins, limit;
	const char *fields, *output;
} o = { .limit = UINT64_MAX };

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_U64('\0', "bins", "count", &o.bins, 2, 1000,
	    "histogram: how many ranges at most"),
	OPT_TEXT('f', "fields", "field,...", &o.fields, "choose the columns"),
	OPT_U64('l', "limit", "count", &o.limit, 0, UINT64_MAX,
	    "stop after so many records"),
	OPT_TEXT('o', "output", "format", &o.output,
	    "svg, png, or the name of such a file; else text"),
	OPT_END,
};
/* clang-format on */

/* Where the drawing goes: to a file, or to stdout when path is NULL. */
struct picture {
	bool wanted; /* else it is text */
	enum crm_plot_picture form;
	const char *path;
};

/* -o: a form, or a file whose name ends in one. */
static const struct crm_err *
read_output(const struct crm_ctx *ctx, struct picture *out)
{
	const char *dot;

	memset(out, 0, sizeof(*out));
	if (o.output == NULL || strcmp(o.output, "text") == 0)
		return NULL;
	dot = strrchr(o.output, '.');
	out->wanted = true;
	out->path = dot != NULL ? o.output : NULL;
	dot = dot != NULL ? dot + 1 : o.output;
	if (strcmp(dot, "svg") == 0)
		out->form = CRM_PLOT_SVG;
	else if (strcmp(dot, "png") == 0)
		out->form = CRM_PLOT_PNG;
	else
		return crm_ctx_usage(ctx,
		    "-o takes svg, png, text, or the name of a file that ends "
		    "in .svg or .png: '%s'",
		    o.output);
	if (out->path == NULL && out->form == CRM_PLOT_PNG && ctx->terminal)
		return crm_ctx_usage(
		    ctx, "a terminal shows no png: name a file");
	return NULL;
}

static const struct crm_err *
read_kind(
    const struct crm_ctx *ctx, int argc, char **argv, enum crm_plot_kind *out)
{
	*out = CRM_PLOT_AUTO;
	if (argc > 1)
		return crm_ctx_usage(
		    ctx, "'%s' is one operand too many", argv[1]);
	if (argc == 1 && !crm_plot_kind_parse(argv[0], out))
		return crm_ctx_usage(ctx,
		    "no such drawing: '%s' (there are bars, funnel, heat, "
		    "histogram, lines)",
		    argv[0]);
	return NULL;
}

/* A stream of one column has a header, too: lists of ids are not drawn. */
static bool
is_column(void *ctx, struct crm_view name)
{
	(void)ctx;
	(void)name;
	return true;
}

/* The report that the rows are of, as it seems. */
static const struct crm_report *
guess_report(const struct crm_plot *plot)
{
	size_t n = crm_plot_ncols(plot), i;
	struct crm_view *name = crm_calloc(n + 1, sizeof(*name));
	const struct crm_report *report;

	for (i = 0; i < n; i++)
		name[i] = crm_plot_col(plot, i);
	report = crm_report_of(name, n);
	crm_free(name);
	return report;
}

/* Are its rows sums over all, without a column that says of what? */
static bool
is_alone(const struct crm_report *report, const struct crm_plot *plot)
{
	struct crm_view first = crm_plot_col(plot, 0);
	size_t i;

	if (report == NULL || report->by == NULL || o.fields != NULL)
		return false;
	for (i = 0; i < report->nkeys; i++)
		if (crm_view_is(first, report->key[i].name))
			return false;
	for (i = 0; i < report->ncolumns; i++)
		if (crm_view_is(first, report->column[i].name))
			return report->column[i].type == CRM_T_NUMBER ||
			    report->column[i].type == CRM_T_MONEY;
	return false;
}

/* What is known of columns. */
struct known {
	const struct crm_report *report; /* that the rows seem to be of; NULL */
	const struct crm_schema *schema; /* the built-in kinds */
};

/* By the report, else by the records that have such a field. */
static bool
is_money(const void *ctx, struct crm_view name)
{
	const struct known *known = ctx;
	const struct crm_field *f = NULL;
	size_t i;

	if (known->report != NULL)
		f = crm_report_column(known->report, name);
	for (i = 0; f == NULL && i < crm_schema_nkinds(known->schema); i++)
		f = crm_field_named(crm_schema_kind(known->schema, i), name);
	return f != NULL && f->type == CRM_T_MONEY;
}

static const struct crm_err *
draw_picture(struct crm_ctx *ctx, const struct crm_plot *plot,
    const struct picture *picture)
{
	struct crm_buf script = CRM_BUF_INIT((size_t)1 << 30);
	struct crm_buf out = CRM_BUF_INIT((size_t)1 << 30);
	const struct crm_err *err;
	bool lacking = false;

	err = crm_plot_add_script(plot, picture->form, &script);
	/* of SVG it is whoever shows it who needs the fonts */
	if (err == NULL && picture->form == CRM_PLOT_PNG)
		err = crm_gnuplot_letters(&script, &lacking);
	if (lacking && !ctx->quiet)
		crm_msg("no font here has some of the letters: they are '?' "
			"(Debian: fonts-noto)");
	if (err == NULL)
		err = crm_gnuplot(crm_buf_view(&script), &out);
	if (err == NULL && picture->path != NULL)
		err = crm_gnuplot_save(picture->path, crm_buf_view(&out));
	else if (err == NULL)
		crm_buf_addv(&ctx->out.buf, crm_buf_view(&out));
	crm_buf_release(&script);
	crm_buf_release(&out);
	return err;
}

static const struct crm_err *
draw(struct crm_ctx *ctx, struct crm_plot *plot, enum crm_plot_kind kind,
    const struct picture *picture)
{
	struct crm_schema *schema = crm_schema_new();
	struct known known = { guess_report(plot), schema };
	struct crm_plot_options po = { .kind = kind,
		.fields = o.fields,
		.main = known.report != NULL ? known.report->main : NULL,
		.alone = is_alone(known.report, plot),
		.is_money = is_money,
		.ctx = &known,
		.bins = (size_t)o.bins };
	struct crm_plot_screen screen = { .sink = &ctx->out,
		.width = crm_env_width(STDOUT_FILENO),
		.unicode = crm_env_is_utf8(),
		.color = crm_ctx_color(ctx) };
	const struct crm_err *err = crm_plot_choose(plot, &po);

	crm_schema_free(schema);
	if (err != NULL)
		return err;
	return picture->wanted ? draw_picture(ctx, plot, picture)
			       : crm_plot_draw(plot, &screen);
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	struct crm_reader *reader = NULL;
	struct crm_plot *plot = NULL;
	const struct crm_err *err;
	enum crm_plot_kind kind;
	struct picture picture;

	err = read_kind(ctx, argc, argv, &kind);
	if (err == NULL)
		err = read_output(ctx, &picture);
	if (err == NULL && isatty(STDIN_FILENO) == 1)
		err = crm_ctx_usage(ctx,
		    "it draws rows from a pipe: crm-report revenue | "
		    "crm-plot");
	if (err != NULL)
		return err;
	plot = crm_plot_new();
	err = crm_reader_open(STDIN_FILENO, "stdin",
	    (enum crm_form_in)ctx->form_in, is_column, NULL, &reader);
	if (err == NULL)
		err = crm_plot_read(plot, reader, o.limit);
	ctx->no = err == NULL && crm_plot_nrows(plot) == 0;
	if (err == NULL && !ctx->no)
		err = draw(ctx, plot, kind, &picture);
	crm_reader_close(reader);
	crm_plot_free(plot);
	return err;
}

/* For completion: the drawings. */
static void
offer(struct crm_view what, struct crm_buf *out)
{
	int i;

	if (!crm_view_is(what, "drawing"))
		return;
	for (i = CRM_PLOT_AUTO + 1; i < CRM_PLOT_NKINDS; i++)
		crm_buf_addf(out, "%s\t%s\n",
		    crm_plot_kind_name((enum crm_plot_kind)i),
		    crm_plot_kind_help((enum crm_plot_kind)i));
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-plot",
		.summary = "draw what crm-report prints",
		.operands = "[KIND]",
		.needs = CRM_NEED_IN,
		.opts = opts,
		.run = run,
		.complete = "drawing",
		.offer = offer,
	};

	return crm_main(&cmd, argc, argv);
}
