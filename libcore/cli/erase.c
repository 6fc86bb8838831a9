#include "cli/erase.h"

#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "cli/ask.h"
#include "cli/faults.h"
#include "cli/hooks.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "store/erase.h"
#include "store/who.h"

#define TOLD_MAX 20
#define NAMED_MAX 100 /* ids that the history names */

static struct {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	uint64_t *id;
	size_t n, cap;
	struct crm_concerned_list list;
	struct crm_faults faults;
	struct crm_buf mentions; /* lines for stderr */
	uint64_t nmentions;
	struct crm_out *out;
	struct crm_hooks *hooks;
} st;

static const struct crm_err *
take(void *ctx, uint64_t line, struct crm_view raw, uint64_t id)
{
	(void)ctx;
	(void)line;
	(void)raw;
	st.id = crm_grow(st.id, &st.cap, st.n + 1, sizeof(*st.id));
	st.id[st.n++] = id;
	return NULL;
}

static void
bad_line(void *ctx, uint64_t line, struct crm_view raw, const char *what)
{
	(void)ctx;
	(void)raw;
	crm_faults_add(&st.faults, line, NULL, what);
}

/* What was removed is erased by its id; what was merged into one that is there
 * is not named by it: who asks for it may not mean that one. */
static const struct crm_err *
take_operand(char *who)
{
	static const struct crm_each each = {
		.record = take, .fault = bad_line, .itself = true
	};
	const struct crm_err *err = NULL;
	enum crm_presence p = CRM_ABSENT;
	struct crm_stored r;
	uint64_t id, now = 0;

	if (crm_id_parse(crm_view_str(who), &id))
		err = crm_snap_get(st.snap, id, &r, &p);
	if (err == NULL && p == CRM_REMOVED)
		err = crm_who_now(st.snap, id, &now);
	if (err == NULL && p != CRM_ABSENT && now == 0)
		return take(NULL, 0, CRM_VNULL, id);
	return err != NULL ? err
			   : crm_each_who(st.ctx, st.snap, &each, 1, &who);
}

/* Print what is concerned: held until the rest is done. */
static const struct crm_err *
print(void)
{
	const struct crm_err *err;
	struct crm_out_kinds kinds;
	enum crm_presence p;
	struct crm_stored r;
	size_t i;

	if (st.ctx->form_out < 0 && st.ctx->fields == NULL)
		return NULL;
	crm_out_all_kinds(st.ctx->schema, true, &kinds);
	err = crm_out_new(st.ctx, st.snap, &kinds, true, &st.out);
	for (i = 0; err == NULL && i < st.list.n; i++) {
		err = crm_snap_get(st.snap, st.list.item[i].id, &r, &p);
		if (err == NULL && p != CRM_ABSENT)
			err = crm_out_put(st.out, st.list.item[i].id, &r);
	}
	if (err == NULL)
		err = crm_out_end(st.out);
	crm_out_free(st.out);
	st.out = NULL;
	return err;
}

static const struct crm_err *
note_mention(
    void *ctx, uint64_t id, const struct crm_field *f, struct crm_view said)
{
	char text[CRM_ID_TEXT];

	(void)ctx;
	if (++st.nmentions > TOLD_MAX)
		return NULL;
	crm_buf_addf(&st.mentions, "%s: %s: %s: names '", st.ctx->cmd->name,
	    crm_id_text(id, text), f->name);
	crm_utf8_add_safe(&st.mentions, said);
	crm_buf_adds(&st.mentions, "', and stays\n");
	return NULL;
}

/* Who is meant, what is concerned, and who else names them. */
static const struct crm_err *
look(int argc, char **argv)
{
	const struct crm_err *err;
	int i;

	err = crm_snap_open(st.ctx->store, &st.snap);
	for (i = 0; err == NULL && i < argc; i++)
		err = take_operand(argv[i]);
	if (err == NULL && st.faults.total > 0)
		err = crm_err(CRM_E_DATA, "nothing was erased");
	if (err == NULL && st.n > 0)
		err = crm_erase_find(st.snap, st.id, st.n, &st.list);
	if (err == NULL && st.n > 0 && !st.ctx->quiet)
		err = crm_erase_mentions(st.snap, &st.list, note_mention, NULL);
	if (err == NULL)
		err = print();
	crm_snap_close(st.snap);
	st.snap = NULL;
	return err;
}

/* The history names who was erased by their ids alone. */
static void
add_arguments(struct crm_buf *b)
{
	char text[CRM_ID_TEXT];
	size_t i;

	crm_buf_adds(b, "--erase");
	for (i = 0; i < st.n && i < NAMED_MAX; i++)
		crm_buf_addf(b, " %s", crm_id_text(st.id[i], text));
	if (st.n > NAMED_MAX)
		crm_buf_addf(b, " (and %zu more)", st.n - NAMED_MAX);
}

static void
add_count(struct crm_buf *b, uint64_t n, const char *one, const char *many)
{
	char digits[26];

	if (n == 0)
		return;
	if (b->n > 0)
		crm_buf_adds(b, ", ");
	crm_buf_add(b, digits, crm_num_put_grouped(digits, n));
	crm_buf_addf(b, " %s", n == 1 ? one : many);
}

/* What was done, on a terminal; what would be done, anywhere. */
static void
tell_result(const struct crm_erase_result *r)
{
	struct crm_buf b = CRM_BUF_INIT(1000);

	if (!st.ctx->dry_run && isatty(STDERR_FILENO) != 1)
		return;
	add_count(&b, r->records, "record erased", "records erased");
	add_count(&b, r->events, "event without its text",
	    "events without their texts");
	add_count(&b, r->shared, "of them with others", "of them with others");
	add_count(&b, r->others, "other record without its text",
	    "other records without their texts");
	add_count(&b, r->sets, "change set without its words",
	    "change sets without their words");
	if (b.n == 0)
		crm_buf_adds(&b, "nothing to erase");
	if (st.ctx->dry_run)
		crm_buf_adds(&b, " (dry run: nothing was written)");
	else if (r->change != 0)
		crm_buf_addf(
		    &b, " (change %llu)", (unsigned long long)r->change);
	crm_buf_addc(&b, '\n');
	crm_msg_raw(crm_buf_view(&b));
	crm_buf_release(&b);
}

/* What is left for people to do. */
static void
tell_rest(const struct crm_erase_result *r)
{
	crm_msg_raw(crm_buf_view(&st.mentions));
	if (st.nmentions > TOLD_MAX)
		crm_msg("and %llu more that name them",
		    (unsigned long long)(st.nmentions - TOLD_MAX));
	if (r->change != 0)
		crm_msg("the old bytes stay in the store's file until "
			"'crm-store compact', and in backups and dumps");
}

static const struct crm_err *
erase(void)
{
	struct crm_buf arguments = CRM_BUF_INIT((size_t)1 << 16);
	struct crm_erase_options eo = { .id = st.id,
		.n = st.n,
		.now_us = st.ctx->clock.now_us,
		.user = st.ctx->user.p,
		.program = st.ctx->cmd->name,
		.message = st.ctx->message != NULL ? st.ctx->message : "",
		.dry_run = st.ctx->dry_run };
	struct crm_erase_result r = { 0 };
	const struct crm_err *err;

	add_arguments(&arguments);
	eo.arguments = arguments.p;
	err = crm_hooks_open(st.ctx, &st.hooks);
	if (err == NULL)
		err = crm_erase(st.ctx->store, &eo, &r);
	if (err == NULL)
		err = crm_sink_flush(&st.ctx->out);
	if (err == NULL && !st.ctx->quiet) {
		tell_result(&r);
		tell_rest(&r);
	}
	if (r.change != 0)
		crm_hooks_tell(st.hooks, r.change);
	crm_hooks_close(st.hooks);
	crm_buf_release(&arguments);
	return err;
}

const struct crm_err *
crm_erase_who(struct crm_ctx *ctx, int argc, char **argv)
{
	const struct crm_err *err;
	struct crm_view message =
	    crm_view_str(ctx->message != NULL ? ctx->message : "");

	st.ctx = ctx;
	st.mentions.max = CRM_LINE_MAX;
	if (crm_utf8_check(message) < message.n)
		return crm_err(CRM_E_USAGE, "-m: the message is not UTF-8");
	err = look(argc, argv);
	if (err == NULL && st.n > 0)
		err = erase();
	crm_faults_tell(&st.faults);
	crm_free(st.id);
	crm_free(st.list.item);
	crm_buf_release(&st.mentions);
	return err;
}
