/*
 * crm-undo - take a change set back, whatever it was.
 *
 * Writes the store, in one change set of its own.  What others changed since
 * is in conflict: then nothing is written, the conflicts are printed, and the
 * exit status is 1.
 */
#include "base/num.h"
#include "base/utf8.h"
#include "cli/change.h"
#include "cli/msg.h"
#include "record/value.h"
#include "report/rows.h"
#include "store/change.h"
#include "store/undo.h"

#define TOLD_MAX 20
#define SHOWN 60 /* columns of what the program was called with */

static struct {
	bool force, skip;
} o;

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_FLAG('\0', "force", &o.force,
	    "take back what others changed since, too"),
	OPT_FLAG('\0', "skip-conflicts", &o.skip,
	    "leave what others changed since as it is"),
	OPT_END,
};

static const struct crm_field columns[] = {
	{ .name = "id", .type = CRM_T_TEXT, .help = "of the record" },
	{ .name = "field", .type = CRM_T_TEXT,
	    .help = "what is in conflict; none: the record" },
	{ .name = "then", .type = CRM_T_TEXT,
	    .help = "its value after the change set" },
	{ .name = "now", .type = CRM_T_TEXT,
	    .help = "its value, or what became of the record" },
	{ .name = "change", .type = CRM_T_NUMBER,
	    .help = "the change set that did it" },
	{ .name = "user", .type = CRM_T_TEXT, .help = "who that was" },
};
/* clang-format on */

static struct {
	struct crm_ctx *ctx;
	struct crm_changing c;
	struct crm_writer *writer;
	struct crm_rows *rows;
	struct crm_row_maker row;
	struct crm_buf text;
	uint64_t told;
} st;

/* A stored value as TSV has it, in st.text. */
static struct crm_view
text_of(const struct crm_field *f, struct crm_view stored)
{
	struct crm_many m;
	struct crm_view v;
	bool first = true;

	crm_buf_reset(&st.text);
	crm_many_begin(
	    &m, stored, stored.n > 0 && (f->flags & CRM_F_MANY) != 0);
	while (crm_many_next(&m, &v)) {
		crm_buf_adds(&st.text, first ? "" : ",");
		crm_value_add_text(&st.text, f, v);
		first = false;
	}
	return crm_buf_view(&st.text);
}

/* A field's value by now, in st.text; of a unique one that it is to have, who
 * has it: "'DE1' is o3". */
static struct crm_view
now_of(const struct crm_undo_conflict *c)
{
	char id[CRM_ID_TEXT];

	if (c->other == 0)
		return text_of(c->field, c->now);
	crm_buf_reset(&st.text);
	crm_buf_addc(&st.text, '\'');
	crm_value_add_text(&st.text, c->field, c->wanted);
	crm_buf_addf(&st.text, "' is %s", crm_id_text(c->other, id));
	return crm_buf_view(&st.text);
}

/* With --skip-conflicts: what is left alone is told. */
static void
tell_conflict(const struct crm_undo_conflict *c, struct crm_view user)
{
	char id[CRM_ID_TEXT];

	if (++st.told > TOLD_MAX)
		return;
	if (c->field == NULL)
		crm_msg("%s: left as it is: %s (change %llu, %.*s)",
		    crm_id_text(c->id, id), c->what,
		    (unsigned long long)c->change, CRM_VARG(user));
	else if (c->other != 0)
		crm_msg("%s: %s: left as it is: %.*s (change %llu, %.*s)",
		    crm_id_text(c->id, id), c->field->name, CRM_VARG(now_of(c)),
		    (unsigned long long)c->change, CRM_VARG(user));
	else
		crm_msg("%s: %s: left as it is: '%.*s' (change %llu, %.*s)",
		    crm_id_text(c->id, id), c->field->name,
		    CRM_VARG(text_of(c->field, c->now)),
		    (unsigned long long)c->change, CRM_VARG(user));
}

static const struct crm_err *
print_conflict(void *ctx, const struct crm_undo_conflict *c)
{
	struct crm_snap *snap = crm_batch_snap(st.c.batch);
	const struct crm_err *err = NULL;
	struct crm_change change = { 0 };
	char id[CRM_ID_TEXT];

	(void)ctx;
	if (o.force)
		return NULL;
	if (c->change != 0)
		err = crm_change_get(crm_snap_txn(snap), c->change, &change);
	if (err != NULL)
		return err;
	if (o.skip) {
		tell_conflict(c, change.user);
		return NULL;
	}
	crm_row_begin(&st.row);
	crm_row_text(&st.row, crm_view_str(crm_id_text(c->id, id)));
	if (c->field != NULL) {
		crm_row_text(&st.row, crm_view_str(c->field->name));
		crm_row_text(&st.row, text_of(c->field, c->then));
		crm_row_text(&st.row, now_of(c));
	} else {
		crm_row_none(&st.row);
		crm_row_none(&st.row);
		crm_row_text(&st.row, crm_view_str(c->what));
	}
	crm_row_number(&st.row, (int64_t)c->change);
	crm_row_text(&st.row, change.user);
	return crm_row_put(&st.row, st.rows);
}

/* That of others is not taken back unasked: say which one it would be. */
static const struct crm_err *
none_of_mine(struct crm_txn *txn, uint64_t newest)
{
	const struct crm_err *err;
	struct crm_change c;

	if (newest == 0)
		return crm_err(CRM_E_DATA, "nothing was written yet");
	err = crm_change_get(txn, newest, &c);
	if (err != NULL)
		return err;
	return crm_err(CRM_E_DATA,
	    "no change set is of %s; the newest is of %.*s: crm-undo %llu "
	    "takes it back",
	    st.ctx->user.p, CRM_VARG(c.user), (unsigned long long)newest);
}

/* The newest change set that is the user's own. */
static const struct crm_err *
find_mine(uint64_t *out)
{
	const struct crm_err *err;
	uint64_t n, newest = 0;
	struct crm_change c;
	struct crm_snap *snap;

	*out = 0;
	err = crm_snap_open(st.ctx->store, &snap);
	if (err != NULL)
		return err;
	for (n = crm_snap_last_change(snap); n > 0 && *out == 0; n--) {
		err = crm_change_get(crm_snap_txn(snap), n, &c);
		if (err != NULL)
			break;
		if (c.state == CRM_CHANGE_OPEN)
			continue;
		newest = newest == 0 ? n : newest;
		if (crm_view_is(c.user, st.ctx->user.p))
			*out = n;
	}
	if (err == NULL && *out == 0)
		err = none_of_mine(crm_snap_txn(snap), newest);
	crm_snap_close(snap);
	return err;
}

/* "17", or "change:17"; without an operand one's own newest one. */
static const struct crm_err *
read_change(int argc, char **argv, uint64_t *out)
{
	static const struct crm_view prefix = { "change:", 7 };
	struct crm_view v;

	if (argc == 0)
		return find_mine(out);
	v = crm_view_str(argv[0]);
	if (crm_view_starts(v, prefix))
		v = crm_view_skip(v, prefix.n);
	return crm_num_u64(v, UINT64_MAX, out) && *out != 0
	    ? NULL
	    : crm_ctx_usage(st.ctx,
		  "'%s' is no change set (crm-history has their numbers)",
		  argv[0]);
}

/* What is in conflict comes on stdout. */
static const struct crm_err *
begin_rows(void)
{
	struct crm_rows_options ro = { .form = crm_ctx_form(st.ctx),
		.limit = UINT64_MAX };

	if (crm_form_has_columns(ro.form))
		ro.form = CRM_OUT_JSONL; /* ids say too little of conflicts */
	st.writer = crm_ctx_writer(st.ctx, ro.form);
	return crm_rows_new(crm_batch_snap(st.c.batch), &ro, st.writer, columns,
	    sizeof(columns) / sizeof(columns[0]), &st.rows);
}

/*
 * What is taken back, for the receipt: ": change 17 of ewa, 2026-03-15 10:00,
 * is taken back: crm-set p1 city=Rome".
 */
static const struct crm_err *
describe(uint64_t number)
{
	static const struct crm_field time = { .type = CRM_T_TIME };
	struct crm_snap *snap = crm_batch_snap(st.c.batch);
	struct crm_buf line = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_buf at = CRM_BUF_INIT(64);
	const struct crm_err *err;
	struct crm_change c;

	err = crm_change_get(crm_snap_txn(snap), number, &c);
	if (err != NULL)
		return err;
	crm_value_put_time(&at, c.clock_us);
	crm_buf_addf(&line, ": change %llu of ", (unsigned long long)number);
	crm_utf8_add_safe(&line, c.user);
	crm_buf_adds(&line, ", ");
	crm_people_add_value(
	    &line, &time, crm_buf_view(&at), crm_ctx_zone(st.ctx));
	crm_buf_adds(&line, ", is taken back: ");
	crm_utf8_add_safe(&line, c.program);
	crm_buf_adds(&line, c.arguments.n > 0 ? " " : "");
	crm_utf8_add_safe(&line, crm_utf8_cut(c.arguments, SHOWN, NULL));
	crm_buf_adds(&line, crm_utf8_width(c.arguments) > SHOWN ? "..." : "");
	st.c.about = crm_arena_dup(&st.ctx->arena, line.p, line.n);
	crm_buf_release(&line);
	crm_buf_release(&at);
	return NULL;
}

/* Who asked for it believes that something happened: also without a terminal,
 * which has a receipt. */
static const struct crm_err *
commit(uint64_t number)
{
	const struct crm_batch_result *r = &st.c.sum;
	const struct crm_err *err;

	err = crm_changing_commit(&st.c);
	if (err == NULL && !st.ctx->quiet && st.told == 0 &&
	    r->added + r->changed + r->removed + r->restored == 0)
		crm_msg("nothing is left of change %llu to take back",
		    (unsigned long long)number);
	return err;
}

static const struct crm_err *
undo(uint64_t number)
{
	struct crm_undo_options uo = {
		.change = number, .force = o.force, .conflict = print_conflict
	};
	const struct crm_err *err;
	uint64_t conflicts = 0;

	err = begin_rows();
	if (err == NULL)
		err = crm_undo(st.c.batch, &uo, &conflicts);
	if (err == NULL)
		err = describe(number);
	if (err != NULL)
		return err;
	if (st.told > TOLD_MAX)
		crm_msg(
		    "and %llu more", (unsigned long long)(st.told - TOLD_MAX));
	if (conflicts == 0 || o.force || o.skip)
		return commit(number);
	err = crm_rows_end(st.rows);
	if (err == NULL)
		err = crm_sink_flush(&st.ctx->out);
	if (err != NULL)
		return err;
	st.ctx->no = st.ctx->exit_status = true;
	crm_msg("%llu %s since change %llu: nothing was taken back "
		"(--skip-conflicts, --force)",
	    (unsigned long long)conflicts,
	    conflicts == 1 ? "thing was changed" : "things were changed",
	    (unsigned long long)number);
	return NULL;
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	struct crm_batch_options bo = { 0 };
	const struct crm_err *err;

	st.ctx = ctx;
	st.text.max = CRM_LINE_MAX;
	if (argc > 1)
		return crm_ctx_usage(ctx, "one change set at a time");
	if (o.force && o.skip)
		return crm_ctx_usage(
		    ctx, "--force and --skip-conflicts exclude each other");
	err = read_change(argc, argv, &bo.undoes);
	if (err == NULL)
		err = crm_changing_begin(&st.c, ctx, &bo, NULL, NULL);
	if (err == NULL)
		err = undo(bo.undoes);
	crm_rows_free(st.rows);
	crm_writer_free(st.writer);
	crm_row_release(&st.row);
	crm_buf_release(&st.text);
	if (st.c.ctx != NULL)
		crm_changing_free(&st.c);
	return err;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-undo",
		.summary = "take a change set back",
		.operands = "[CHANGE]",
		.needs = CRM_NEED_WRITE | CRM_NEED_OUT,
		.opts = opts,
		.run = run,
	};

	return crm_main(&cmd, argc, argv);
}
