/*
 * crm-due - what needs doing, most urgent first.
 *
 * Reads the store and writes none of its records; with --new it keeps in the
 * store's directory what it told.  With -e it exits 1 when nothing is due.
 */
#include "cli/ask.h"
#include "cli/out.h"
#include "due/due.h"
#include "due/told.h"

#define LOCK_WAIT_MS 10000

static struct {
	const char *fields, *owner, *sort, *within;
	bool fresh;
	uint64_t limit;
	int form;
} o = { .limit = UINT64_MAX, .form = -1 };

static const char forms[] = "table\0jsonl\0tsv\0csv\0ids\0yaml\0ics\0";
#define FORM_ICS 6 /* behind those of enum crm_form_out */

/* For people: a narrow terminal has no room for the last ones, and what to do,
 * why and whose it is are what the list is for. */
#define TABLE_FIELDS "id,due,title,why,owner,who,last,what,urgency,at"

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_TEXT('f', "fields", "field,...", &o.fields, "choose the columns"),
	OPT_U64('l', "limit", "count", &o.limit, 0, UINT64_MAX,
	    "stop after so many records"),
	OPT_FLAG('\0', "new", &o.fresh, "only what was not told before"),
	OPT_CHOICE('o', "output", "format", &o.form, forms,
	    "form of the output"),
	OPT_TEXT('\0', "owner", "user", &o.owner,
	    "what is theirs alone; me: what is mine"),
	OPT_TEXT('\0', "sort", "field,...", &o.sort,
	    "sort by fields, -FIELD for the other way round"),
	OPT_TEXT('\0', "within", "span", &o.within,
	    "also what is due so soon: 7d"),
	OPT_END,
};
/* clang-format on */

static struct {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	struct crm_told *told; /* NULL without --new */
	struct crm_due *due;
	struct crm_buf key;
	uint64_t printed;
} st;

/* Is an item to be printed?  Then it counts as told. */
static bool
is_wanted(const struct crm_due_item *item)
{
	if (st.told == NULL)
		return true;
	crm_buf_reset(&st.key);
	crm_due_key(st.due, item, &st.key);
	if (crm_told_has(st.told, crm_buf_view(&st.key)))
		return false;
	crm_told_add(st.told, crm_buf_view(&st.key));
	return true;
}

static const struct crm_err *
print_rows(enum crm_form_out form)
{
	struct crm_rows_options ro = { .form = form,
		.fields = o.fields == NULL && form == CRM_OUT_TABLE
		    ? TABLE_FIELDS
		    : o.fields,
		.sort = o.sort,
		.limit = o.limit };
	struct crm_writer *writer = crm_ctx_writer(st.ctx, form);
	struct crm_row_maker row = { .n = 0 };
	const struct crm_due_item *item;
	const struct crm_err *err;
	struct crm_rows *rows;
	size_t n, i;

	item = crm_due_items(st.due, &n);
	err = crm_rows_new(
	    st.snap, &ro, writer, crm_due_columns, crm_due_ncolumns, &rows);
	for (i = 0; err == NULL && i < n && st.printed < o.limit; i++) {
		if (!is_wanted(&item[i]))
			continue;
		err = crm_due_put_row(st.due, &item[i], &row, rows);
		st.printed++;
		/* without output one is enough for an answer */
		if (st.ctx->quiet && st.told == NULL)
			break;
	}
	/* nothing is said with silence, not with a header */
	if (err == NULL && st.printed > 0)
		err = crm_rows_end(rows);
	crm_rows_free(rows);
	crm_row_release(&row);
	crm_writer_free(writer);
	return err;
}

static const struct crm_err *
print_ical(void)
{
	const struct crm_due_item *item;
	const struct crm_err *err = NULL;
	struct crm_ical ical;
	size_t n, i;

	if (o.fields != NULL || o.sort != NULL)
		return crm_ctx_usage(
		    st.ctx, "a calendar has neither -f nor --sort");
	item = crm_due_items(st.due, &n);
	crm_ical_init(&ical, &st.ctx->out);
	/* always a calendar, if an empty one: what fetches it takes no less, and
	 * drops what is done only when it gets one */
	crm_ical_open(&ical, "-//crm//crm-due//EN");
	for (i = 0; err == NULL && i < n && st.printed < o.limit; i++) {
		if (!is_wanted(&item[i]))
			continue;
		err = crm_due_put_ical(st.due, &item[i], &ical);
		st.printed++;
	}
	crm_ical_close(&ical);
	crm_ical_release(&ical);
	return err;
}

/* The last day that is looked at. */
static const struct crm_err *
read_within(int32_t today, int32_t *out)
{
	const struct crm_err *err;
	struct crm_span span;

	*out = today;
	if (o.within == NULL)
		return NULL;
	err = crm_span_parse(crm_view_str(o.within), &span);
	if (err != NULL)
		return crm_ctx_usage(st.ctx, "--within: %s", err->msg);
	*out = crm_date_days(crm_span_after(crm_date_from_days(today), span));
	return NULL;
}

/* What is told of before depends on who asks, whose it is, and of whom. */
static const struct crm_err *
open_told(int32_t today, int argc, char **argv)
{
	struct crm_buf list = CRM_BUF_INIT(1 << 20);
	const struct crm_err *err;

	/* no owner begins with a blank */
	crm_buf_addf(&list, "%s\n%s\n", st.ctx->user.p,
	    o.owner == NULL          ? ""
		: o.owner[0] == '\0' ? " nobody"
				     : o.owner);
	crm_query_quote(&list, (const char *const *)argv, (size_t)argc);
	err = crm_told_open(crm_store_dir(st.ctx->store), crm_buf_view(&list),
	    LOCK_WAIT_MS, today, &st.told);
	crm_buf_release(&list);
	return err;
}

static const struct crm_err *
find(struct crm_due_options *due, int argc, char **argv)
{
	const struct crm_err *err;
	int32_t today;

	today = crm_date_days(
	    crm_zone_date(st.ctx->clock.zone, st.ctx->clock.now_us));
	due->since = today;
	if (o.owner != NULL)
		due->owner =
		    strcmp(o.owner, "me") == 0 ? st.ctx->user.p : o.owner;
	err = read_within(today, &due->until);
	if (err == NULL && o.fresh)
		err = open_told(today, argc, argv);
	if (err == NULL && o.fresh)
		due->since = crm_told_last(st.told);
	/* behind the lock: as the store is when it is our turn */
	if (err == NULL)
		err = crm_snap_open(st.ctx->store, &st.snap);
	due->snap = st.snap;
	if (err == NULL && argc > 0)
		err = crm_ask(st.ctx, st.snap, argc, argv,
		    &(struct crm_ask_how){ .kinds = true,
			.about = "po",
			.instead = "tkd" CRM_OWN_LETTERS },
		    &due->query);
	return err != NULL ? err : crm_due_find(due, &st.due);
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	struct crm_due_options due = { .clock = &ctx->clock };
	enum crm_form_out form = o.form >= 0 && o.form != FORM_ICS
	    ? (enum crm_form_out)o.form
	    : crm_ctx_form(ctx);
	const struct crm_err *err;

	st.ctx = ctx;
	st.key.max = 4096;
	err = find(&due, argc, argv);
	if (err == NULL)
		err = crm_ctx_page(ctx);
	if (err == NULL)
		err = o.form == FORM_ICS ? print_ical() : print_rows(form);
	if (err == NULL)
		err = crm_sink_flush(&ctx->out);
	if (err == NULL && st.told != NULL && !ctx->out.closed)
		err = crm_told_keep(st.told);
	ctx->no = st.printed == 0;
	if (err == NULL && ctx->no && argc > 0 && !o.fresh)
		crm_hint_kind(ctx, argv[0]);
	crm_due_free(st.due);
	crm_told_close(st.told);
	crm_query_free(due.query);
	crm_snap_close(st.snap);
	crm_buf_release(&st.key);
	return err;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-due",
		.summary = "what needs doing, most urgent first",
		.operands = "[QUERY ...]",
		.needs = CRM_NEED_READ | CRM_NEED_PAGER,
		.opts = opts,
		.run = run,
		.complete = "query",
	};

	return crm_main(&cmd, argc, argv);
}
