#include "cli/change.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cli/ask.h"
#include "cli/msg.h"
#include "cli/ours.h"
#include "format/ahead.h"
#include "query/assign_rule.h"
#include "query/query.h"
#include "store/fresh.h"
#include "store/rebuild.h"

static void
complain(void *ctx, uint64_t line, const char *field, const char *what)
{
	struct crm_changing *c = ctx;
	char text[CRM_ID_TEXT], named[CRM_ID_TEXT + 100];

	if (line == 0 && c->operand != 0) {
		(void)snprintf(named, sizeof(named), "%s%s%s",
		    crm_id_text(c->operand, text), field != NULL ? ": " : "",
		    field != NULL ? field : "");
		field = named;
	}
	crm_faults_add(&c->faults, line, field, what);
}

/* A fault found while binding belongs to the line at hand. */
static void
bind_fault(void *ctx, const char *field, const char *what)
{
	struct crm_changing *c = ctx;

	crm_batch_fault(c->batch, field, what);
}

static void
reject(void *ctx, struct crm_view raw)
{
	struct crm_changing *c = ctx;

	crm_rejects_add(&c->rejects, raw);
}

static const struct crm_err *
ask_hooks(void *ctx, struct crm_snap *snap, uint64_t number)
{
	struct crm_changing *c = ctx;

	/* what it says is not to run into the progress */
	crm_progress_hide(&c->progress);
	return crm_hooks_ask(c->hooks, snap, number);
}

const struct crm_err *
crm_changing_begin(struct crm_changing *c, struct crm_ctx *ctx,
    struct crm_batch_options *o, struct crm_bind_options *bo,
    const char *rejects)
{
	const struct crm_err *err;

	memset(c, 0, sizeof(*c));
	c->ctx = ctx;
	o->clock = &ctx->clock;
	o->user = ctx->user.p;
	o->program = ctx->cmd->name;
	o->arguments = ctx->arguments;
	o->message = ctx->message != NULL ? ctx->message : "";
	o->dry_run = ctx->dry_run;
	o->complain = complain;
	o->complain_ctx = c;
	err = crm_rejects_open(&c->rejects, rejects);
	if (err != NULL)
		return err;
	if (rejects != NULL)
		o->reject = reject;
	if (crm_utf8_check(crm_view_str(o->message)) < strlen(o->message))
		return crm_err(CRM_E_USAGE, "-m: the message is not UTF-8");
	if (crm_utf8_check(crm_view_str(o->arguments)) < strlen(o->arguments))
		o->arguments = "";
	crm_out_all_kinds(ctx->schema, true, &c->kinds);
	c->assigning = crm_assigning_new(
	    crm_store_config(ctx->store), &ctx->clock, ctx->user.p);
	o->assign = c->assigning != NULL ? crm_assign_rule : NULL;
	o->assign_ctx = c->assigning;
	err = crm_hooks_open(ctx, &c->hooks);
	if (err != NULL)
		return err;
	if (c->hooks != NULL) {
		o->ask = ask_hooks;
		o->ask_ctx = c;
	}
	c->options = *o;
	err = crm_batch_new(ctx->store, o, &c->batch);
	if (err != NULL || bo == NULL)
		return err;
	bo->schema = ctx->schema;
	bo->values = crm_batch_values(c->batch);
	bo->fault = bind_fault;
	bo->fault_ctx = c;
	return crm_bind_new(bo, &c->bind);
}

void
crm_changing_free(struct crm_changing *c)
{
	if (c->progress.on)
		crm_store_on_progress(c->ctx->store, NULL, NULL);
	crm_faults_tell(&c->faults);
	crm_out_free(c->out);
	crm_snap_close(c->out_snap);
	crm_bind_free(c->bind);
	crm_assigning_free(c->assigning);
	crm_batch_free(c->batch);
	crm_hooks_close(c->hooks);
	crm_rejects_close(&c->rejects);
}

static void
tell_progress(void *ctx, const char *what, uint64_t done, uint64_t all)
{
	struct crm_changing *c = ctx;

	crm_progress_step(&c->progress, what, done, all);
}

/* While input is waited for nothing is held that others might want. */
static const struct crm_err *
wait_for_input(void *ctx, bool begin)
{
	struct crm_changing *c = ctx;

	if (!begin)
		return crm_snap_resume(crm_batch_snap(c->batch));
	crm_snap_pause(crm_batch_snap(c->batch));
	return NULL;
}

/* Rejected lines stand under the header that they came with. */
static void
hold_header(struct crm_changing *c, const struct crm_reader *reader)
{
	if (c->header_held)
		return;
	c->header_held = true;
	reject(c, crm_reader_header(reader));
}

/* What a segment is to hold has to be a query. */
static const struct crm_err *
check_query(struct crm_changing *c, const struct crm_bound *bound, bool *ok)
{
	struct crm_query_ctx ctx = { .snap = crm_batch_snap(c->batch),
		.clock = &c->ctx->clock,
		.user = c->ctx->user.p };
	const struct crm_err *err = NULL;
	struct crm_query *q;
	size_t i;

	for (i = 0; *ok && bound->kind->letter == 's' && i < bound->nedits;
	     i++) {
		const struct crm_edit *e = &bound->edit[i];

		if (e->field->num != CRM_SEGMENT_QUERY || e->value.n == 0)
			continue;
		err = crm_query_parse_text(&ctx, e->value, &q);
		crm_query_free(q);
		*ok = err == NULL;
		if (err != NULL && err->code != CRM_E_USAGE &&
		    err->code != CRM_E_DATA)
			return err;
		if (err != NULL)
			crm_batch_fault(c->batch, e->field->name, err->msg);
	}
	return NULL;
}

/* What is bound, once more: names that are new get numbers. */
static const struct crm_err *
look_at(struct crm_changing *c, const struct crm_bound *bound, bool *ok)
{
	const struct crm_err *err = NULL;

	if (crm_bind_has_new_fields(c->bind))
		err = crm_store_number_fields(c->ctx->store);
	return err != NULL ? err : check_query(c, bound, ok);
}

static const struct crm_err *commit_line(struct crm_changing *);
static const struct crm_err *drop_line(struct crm_changing *);

/* The edits of a row, which may be bound already. */
static const struct crm_err *
bind_row(struct crm_changing *c, struct crm_reader *reader,
    const struct crm_row *row, struct crm_ahead *ahead,
    const struct crm_bound *was, struct crm_bound *out, bool *ok)
{
	const struct crm_err *err;

	if (was == NULL)
		err = crm_bind_row(c->bind, reader, row, out, ok);
	else {
		err = crm_ahead_link(ahead, ok);
		*out = *was;
	}
	return err != NULL ? err : look_at(c, out, ok);
}

/* So often a line of a stream is tried when others are quicker. */
#define LINE_TRIES 10

/* Bind a row and hand it over; of a stream, write it too: anew when others
 * wrote something meanwhile that does not go together with it. */
static const struct crm_err *
take_row(struct crm_changing *c, struct crm_reader *reader,
    const struct crm_row *row, struct crm_ahead *ahead,
    const struct crm_bound *was,
    const struct crm_err *(*take)(
	void *ctx, const struct crm_bound *, bool *ok),
    void *ctx)
{
	const struct crm_err *err;
	struct crm_bound bound;
	size_t held = c->rejects.held.n;
	int tries = LINE_TRIES;
	bool ok;

	for (;;) {
		crm_batch_line(c->batch, row->line, row->raw);
		err = bind_row(c, reader, row, ahead, was, &bound, &ok);
		if (err == NULL && ok)
			err = take(ctx, &bound, &ok);
		if (err != NULL)
			return err;
		if (!ok)
			reject(c, row->raw);
		if (!c->stream)
			return NULL;
		c->may_redo = --tries > 0;
		err = commit_line(c);
		if (err == NULL || !c->may_redo || !crm_changing_overtaken(c))
			return err;
		if (c->rejects.held.n > held)
			c->rejects.held.n = held;
		err = drop_line(c);
		if (err != NULL)
			return err;
	}
}

static const struct crm_err *
read_rows(struct crm_changing *c, struct crm_reader *reader,
    struct crm_ahead *ahead,
    const struct crm_err *(*take)(
	void *ctx, const struct crm_bound *, bool *ok),
    void *ctx)
{
	const struct crm_err *err;
	const struct crm_row *row;
	const struct crm_bound *was;
	bool begun = false;
	uint64_t lines = 0;

	for (;;) {
		err = crm_ahead_next(ahead, &row, &was);
		if (!begun &&
		    (row != NULL || crm_reader_header(reader).n > 0)) {
			begun = true;
			hold_header(c, reader);
			crm_batch_line(c->batch, 1, CRM_VNULL);
			if (!crm_bind_header(c->bind, reader))
				return crm_err(
				    CRM_E_DATA, "nothing was written");
		}
		if (err != NULL && err->code == CRM_E_DATA) {
			crm_batch_line(c->batch, crm_reader_line(reader),
			    crm_reader_raw(reader));
			crm_batch_fault(c->batch, NULL, err->msg);
			reject(c, crm_reader_raw(reader));
			if (crm_reader_is_over(reader))
				return crm_err(
				    CRM_E_DATA, "nothing was written");
			err = c->stream ? commit_line(c) : NULL;
			if (err != NULL)
				return err;
			continue;
		}
		if (err != NULL || row == NULL)
			return err;
		err = take_row(c, reader, row, ahead, was, take, ctx);
		if (err != NULL)
			return err;
		crm_progress_step(&c->progress, "lines", ++lines, 0);
	}
}

static const struct crm_err *
gather_staff(void *ctx, struct crm_staff *staff)
{
	struct crm_changing *c = ctx;

	return crm_ours_gather(crm_batch_snap(c->batch), c->ctx->user.p, staff);
}

const struct crm_err *
crm_changing_read(struct crm_changing *c,
    const struct crm_err *(*take)(
	void *ctx, const struct crm_bound *, bool *ok),
    void *ctx)
{
	const struct crm_err *err;
	struct crm_reader *reader;
	struct crm_ahead *ahead;

	err = crm_reader_open(STDIN_FILENO, "stdin",
	    (enum crm_form_in)c->ctx->form_in, crm_bind_knows, c->bind,
	    &reader);
	if (err != NULL)
		return err;
	ahead = crm_ahead_new(reader, c->bind, wait_for_input, c, c->stream);
	crm_reader_own(reader, crm_ctx_store_name(c->ctx));
	crm_reader_staff(reader, gather_staff, c, c->alone);
	crm_progress_begin(&c->progress, c->ctx->quiet || c->stream, true);
	err = read_rows(c, reader, ahead, take, ctx);
	if (c->progress.on)
		crm_store_on_progress(c->ctx->store, tell_progress, c);
	crm_progress_hide(&c->progress);
	crm_ahead_free(ahead);
	if (!c->ctx->quiet && !c->again)
		crm_ours_tell(crm_reader_left_out(reader));
	crm_reader_close(reader);
	return err;
}

const struct crm_err *
crm_changing_bind(struct crm_changing *c, const struct crm_kind *k,
    const char *const *arg, size_t n, struct crm_bound *out, bool *ok)
{
	const struct crm_err *err;
	size_t i;

	for (i = 0; i < n; i++)
		if (crm_utf8_check(crm_view_str(arg[i])) < strlen(arg[i]))
			return crm_err(CRM_E_DATA, "an operand is not UTF-8");
	err = crm_bind_args(c->bind, k, arg, n, out, ok);
	return err != NULL ? err : look_at(c, out, ok);
}

static void
each_fault(void *ctx, uint64_t line, struct crm_view raw, const char *what)
{
	struct crm_changing *c = ctx;

	crm_batch_line(c->batch, line, raw);
	crm_batch_fault(c->batch, NULL, what);
	reject(c, raw);
}

/* crm_each wants one context for all; this is it. */
struct each_ctx {
	struct crm_changing *c;
	const struct crm_err *(*record)(
	    void *ctx, uint64_t line, struct crm_view raw, uint64_t id);
	void *ctx;
	bool several; /* operands */
};

static const struct crm_err *
each_record(void *ctx, uint64_t line, struct crm_view raw, uint64_t id)
{
	struct each_ctx *e = ctx;
	const struct crm_err *err;

	crm_batch_line(e->c->batch, line, raw);
	e->c->operand = e->several ? id : 0;
	err = e->record(e->ctx, line, raw, id);
	e->c->operand = 0;
	return err;
}

static void
each_bad(void *ctx, uint64_t line, struct crm_view raw, const char *what)
{
	struct each_ctx *e = ctx;

	each_fault(e->c, line, raw, what);
}

static const struct crm_err *
each_wait(void *ctx, bool begin)
{
	struct each_ctx *e = ctx;

	return wait_for_input(e->c, begin);
}

const struct crm_err *
crm_changing_each(struct crm_changing *c, const char *kinds,
    const struct crm_err *(*record)(
	void *ctx, uint64_t line, struct crm_view raw, uint64_t id),
    void *ctx, int argc, char **argv)
{
	struct each_ctx e = {
		.c = c, .record = record, .ctx = ctx, .several = argc > 1
	};
	struct crm_each each = { .record = each_record,
		.fault = each_bad,
		.wait = each_wait,
		.ctx = &e,
		.kinds = kinds,
		.itself = c->itself };

	return crm_each_who(
	    c->ctx, crm_batch_snap(c->batch), &each, argc, argv);
}

/* "4,906 added"; of one record alone its id. */
static void
add_count(struct crm_buf *b, uint64_t n, uint64_t only, const char *word)
{
	char text[26]; /* of a number with commas; ids are shorter */

	if (n == 0)
		return;
	if (b->n > 0)
		crm_buf_adds(b, ", ");
	if (only != 0)
		crm_buf_adds(b, crm_id_text(only, text));
	else
		crm_buf_add(b, text, crm_num_put_grouped(text, n));
	crm_buf_addf(b, " %s", word);
}

void
crm_receipt_add(struct crm_buf *b, const struct crm_batch_result *r,
    uint64_t only, bool dry_run)
{
	add_count(b, r->added, only, "added");
	add_count(b, r->changed, only, "changed");
	add_count(b, r->removed, only, "removed");
	add_count(b, r->restored, only, "restored");
	add_count(b, r->unchanged, only, "unchanged");
	add_count(b, r->bad, 0, r->bad == 1 ? "bad line" : "bad lines");
	if (b->n == 0)
		crm_buf_adds(b, "nothing to do");
	if (dry_run)
		crm_buf_adds(b, " (dry run: nothing was written)");
	else if (r->change != 0)
		crm_buf_addf(
		    b, " (change %llu)", (unsigned long long)r->change);
}

static const struct crm_err *
begin_out(void *ctx, struct crm_snap *snap)
{
	struct crm_changing *c = ctx;

	if (c->out != NULL) { /* again */
		crm_out_free(c->out);
		c->out = NULL;
		crm_buf_reset(&c->ctx->out.buf);
	}
	crm_progress_hide(&c->progress);
	c->out_snap = snap;
	if (!c->ctx->dry_run) /* others wait then, and stderr may be slow */
		crm_faults_tell(&c->faults);
	return crm_out_new(c->ctx, snap, &c->kinds, c->ctx->dry_run, &c->out);
}

static const struct crm_err *
put_out(void *ctx, uint64_t id)
{
	struct crm_changing *c = ctx;
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;

	if (crm_out_is_full(c->out))
		return NULL;
	err = crm_snap_get(c->out_snap, id, &r, &p);
	if (err == NULL && p != CRM_ABSENT)
		err = crm_out_put(c->out, id, &r);
	return err;
}

static const struct crm_err *
end_out(void *ctx)
{
	struct crm_changing *c = ctx;
	const struct crm_err *err = crm_out_end(c->out);

	crm_out_free(c->out);
	c->out = NULL;
	c->out_snap = NULL;
	return err;
}

/* Are -o, -f and --sort right?  Asked before anything is written. */
static const struct crm_err *
check_out(struct crm_changing *c)
{
	size_t limit = c->ctx->out.limit;
	struct crm_out *out;
	const struct crm_err *err;

	err = crm_out_new(
	    c->ctx, crm_batch_snap(c->batch), &c->kinds, true, &out);
	crm_out_free(out);
	c->ctx->out.limit = limit;
	return err;
}

static void
give_receipt(struct crm_changing *c, const struct crm_batch_result *r)
{
	struct crm_buf b = CRM_BUF_INIT(1000);

	if (!c->ctx->quiet && isatty(STDERR_FILENO) == 1) {
		crm_receipt_add(
		    &b, r, crm_batch_only(c->batch), c->ctx->dry_run);
		crm_buf_adds(&b, c->about != NULL ? c->about : "");
		crm_buf_addc(&b, '\n');
		crm_msg_raw(crm_buf_view(&b));
	}
	crm_buf_release(&b);
}

/* Say which amounts are not in sums: they would be missed without a word. */
static void
tell_unrated(struct crm_changing *c)
{
	char digits[26];
	uint64_t n;
	int i;

	for (i = 1; i <= UINT8_MAX && !c->ctx->quiet; i++) {
		n = crm_batch_unrated(c->batch, (uint8_t)i);
		if (n == 0)
			continue;
		crm_msg("no rate for %s in crm.yaml: %.*s %s kept, but left "
			"out of sums",
		    crm_currency_code((uint8_t)i),
		    (int)crm_num_put_grouped(digits, n), digits,
		    n == 1 ? "amount is" : "amounts are");
	}
}

/* Say how many lines were left out, not of whom: that is to be forgotten. */
static void
tell_erased(const struct crm_changing *c)
{
	char digits[26];
	uint64_t n = c->sum.erased;

	if (n > 0 && !c->ctx->quiet)
		crm_msg(
		    "%.*s %s of who was erased %s left out (--allow-erased)",
		    (int)crm_num_put_grouped(digits, n), digits,
		    n == 1 ? "line" : "lines", n == 1 ? "is" : "are");
}

/* Whoever reads what was written need not wait for a hook. */
static const struct crm_err *
tell_hooks(struct crm_changing *c, uint64_t number)
{
	const struct crm_err *err;

	if (c->hooks == NULL || number == 0)
		return NULL;
	err = crm_sink_flush(&c->ctx->out);
	crm_hooks_tell(c->hooks, number);
	return err;
}

bool
crm_changing_overtaken(const struct crm_changing *c)
{
	return c->batch != NULL && crm_batch_overtaken(c->batch);
}

/* Were bad lines not kept?  Then they are lost, but not what was written. */
static const struct crm_err *
end_rejects(struct crm_changing *c, const struct crm_batch_result *r)
{
	const struct crm_err *err;

	err = crm_rejects_failure(&c->rejects);
	return r->change == 0 ? err
			      : crm_err_wrap(err,
				    "the good lines were written (change "
				    "%llu), the bad ones are not kept",
				    (unsigned long long)r->change);
}

/* Commit the batch at hand. */
static const struct crm_err *
commit(struct crm_changing *c, struct crm_batch_result *r)
{
	struct crm_receiver to = { begin_out, put_out, end_out, c };
	bool print = c->ctx->form_out >= 0 || c->ctx->fields != NULL;
	const struct crm_err *err = NULL;

	memset(r, 0, sizeof(*r));
	if (print)
		err = check_out(c);
	if (c->may_redo)
		crm_batch_may_redo(c->batch);
	if (err == NULL)
		err = crm_batch_commit(c->batch, r, print ? &to : NULL);
	crm_progress_hide(&c->progress);
	if (c->out != NULL) {
		crm_out_free(c->out);
		c->out = NULL;
	}
	c->out_snap = NULL;
	if (err != NULL && c->may_redo && crm_changing_overtaken(c))
		return err;
	crm_faults_tell(&c->faults);
	crm_rejects_write(&c->rejects);
	if (err == NULL)
		err = end_rejects(c, r);
	if (err != NULL)
		return err;
	c->ctx->bad |= r->bad > 0 || crm_batch_faults(c->batch) > 0;
	tell_unrated(c);
	return tell_hooks(c, r->change);
}

static void
let_go(struct crm_changing *c)
{
	crm_assigning_forget(c->assigning);
	crm_batch_free(c->batch);
	c->batch = NULL;
}

static const struct crm_err *
next_batch(struct crm_changing *c)
{
	const struct crm_err *err;

	err = crm_batch_new(c->ctx->store, &c->options, &c->batch);
	if (err == NULL)
		crm_bind_set_values(c->bind, crm_batch_values(c->batch));
	return err;
}

/*
 * Let go of the batch that was committed, and bring up to date what lags
 * behind: not beside each other, as both take memory.  What was asked for is
 * done; should this fail, the next one tries.
 */
static void
catch_up(struct crm_changing *c, const struct crm_batch_result *r)
{
	const struct crm_err *err = NULL;
	bool due =
	    r->change != 0 && crm_batch_waiting(c->batch) >= CRM_TAIL_MAX;
	bool many =
	    r->change != 0 && crm_batch_fresh(c->batch) >= CRM_FRESH_MAX;

	let_go(c);
	if (many)
		err = crm_fresh_take_in_all(c->ctx->store, CRM_FRESH_MAX);
	if (due && err == NULL)
		err = crm_catch_up(c->ctx->store, CRM_TAIL_MAX);
	(void)err;
	crm_progress_hide(&c->progress);
}

/* Write what the line at hand asked for, and begin anew. */
static const struct crm_err *
commit_line(struct crm_changing *c)
{
	const struct crm_err *err;
	struct crm_batch_result r;

	err = commit(c, &r);
	if (err != NULL)
		return err;
	c->ctx->headed = true;
	c->sum.added += r.added;
	c->sum.changed += r.changed;
	c->sum.removed += r.removed;
	c->sum.unchanged += r.unchanged;
	c->sum.bad += r.bad;
	c->sum.erased += r.erased;
	catch_up(c, &r);
	return next_batch(c);
}

/* Forget what the line at hand asked for. */
static const struct crm_err *
drop_line(struct crm_changing *c)
{
	crm_faults_forget(&c->faults);
	let_go(c);
	return next_batch(c);
}

const struct crm_err *
crm_changing_commit(struct crm_changing *c)
{
	const struct crm_err *err;

	if (!c->stream) {
		err = commit(c, &c->sum);
		if (err != NULL)
			return err;
	}
	tell_erased(c);
	give_receipt(c, &c->sum);
	if (!c->stream)
		catch_up(c, &c->sum);
	return NULL;
}
