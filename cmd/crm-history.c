/*
 * crm-history - who changed what and when.
 *
 * Reads the store, never writes it.  With -e it exits 1 when there is nothing
 * to tell.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/ask.h"
#include "cli/follow.h"
#include "cli/msg.h"
#include "cli/programs.h"
#include "cli/tell.h"
#include "store/history.h"

static struct {
	const char *since, *user, *command, *field;
	bool follow;
	uint64_t limit;
	int form;
} o = { .limit = UINT64_MAX, .form = -1 };

static const struct crm_view change_prefix = { "change:", 7 };
static const char forms[] = "table\0jsonl\0tsv\0csv\0";

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_TEXT('\0', "command", "program", &o.command,
	    "what this program did alone: crm-set"),
	OPT_TEXT('\0', "field", "field", &o.field,
	    "what changed this field alone"),
	OPT_FLAG('\0', "follow", &o.follow,
	    "oldest first, and go on with what others write"),
	OPT_U64('l', "limit", "count", &o.limit, 0, UINT64_MAX,
	    "stop after so many change sets"),
	OPT_CHOICE('o', "output", "format", &o.form, forms,
	    "form of the output"),
	OPT_TEXT('\0', "since", "date", &o.since,
	    "from a day on, or behind a change set: change:N"),
	OPT_TEXT('\0', "user", "user", &o.user, "what this user did alone"),
	OPT_END,
};
/* clang-format on */

/* A record that was asked for, in a change set that touched it; id 0: all of
 * the change set. */
struct touch {
	uint64_t number, id;
};

static struct {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	struct crm_tell *tell;
	int64_t since_us;
	uint64_t since; /* change sets up to this one are left out */
	struct touch *touch;
	size_t ntouches, cap;
	uint64_t *id; /* of the change set at hand */
	uint64_t told;
	uint64_t head; /* place of the newest one that was seen */
} h;

static const struct crm_err *
look_for_field(void *ctx, const struct crm_changed *c)
{
	const struct crm_kind *k =
	    crm_kind_of(h.ctx->schema, crm_id_kind(c->id));
	const struct crm_field *f;
	struct crm_view old, new;
	bool *found = ctx;
	uint16_t num;
	size_t at = 0;

	while (!*found && k != NULL &&
	    crm_changed_field(c, &at, &num, &old, &new)) {
		f = crm_field_num(k, num);
		*found = f != NULL && strcmp(f->name, o.field) == 0;
	}
	return NULL;
}

/* Is it the program of that name, with or without "crm-"? */
static bool
is_program(struct crm_view program, const char *name)
{
	return crm_view_is(program, name) ||
	    (crm_view_starts(program, CRM_V("crm-")) &&
		crm_view_is(crm_view_skip(program, 4), name));
}

/* Is it of that user, of that program, and about that field? */
static const struct crm_err *
is_wanted(const struct crm_change *c, bool *yes)
{
	*yes = (o.user == NULL || crm_view_is(c->user, o.user)) &&
	    (o.command == NULL || is_program(c->program, o.command));
	if (!*yes || o.field == NULL)
		return NULL;
	*yes = false;
	return crm_history_changed(h.snap, c->number, look_for_field, yes);
}

/* Tell of a change set; done is set when it is older than what is wanted. */
static const struct crm_err *
tell(uint64_t number, size_t n, bool *done)
{
	const struct crm_err *err;
	struct crm_change change;
	bool wanted;

	if (number <= h.since && !o.follow) {
		*done = true;
		return NULL;
	}
	err = crm_change_get(crm_snap_txn(h.snap), number, &change);
	if (err != NULL || change.state == CRM_CHANGE_OPEN)
		return err;
	if (change.clock_us < h.since_us) {
		*done = !o.follow;
		return NULL;
	}
	err = is_wanted(&change, &wanted);
	if (err != NULL || !wanted)
		return err;
	h.told++;
	err = crm_tell_change(h.tell, &change, h.id, n);
	*done = h.told >= o.limit || h.ctx->out.closed;
	return err;
}

static const struct crm_err *
tell_store(void)
{
	const struct crm_err *err = NULL;
	uint64_t n = crm_snap_last_change(h.snap);
	bool done = o.limit == 0;

	for (; err == NULL && n > 0 && !done; n--)
		err = tell(n, 0, &done);
	return err;
}

/* Tell of what was done since, in the order in which it was; place becomes
 * that of the last. */
static const struct crm_err *
tell_since(uint64_t *place, bool *done)
{
	const struct crm_err *err;
	struct crm_change c;
	uint64_t *number = NULL;
	size_t n = 0, cap = 0;

	err = crm_change_head(crm_snap_txn(h.snap), &c);
	while (err == NULL && c.number != 0 && c.seq > *place) {
		number = crm_grow(number, &cap, n + 1, sizeof(*number));
		number[n++] = c.number;
		if (n == 1)
			h.head = c.seq;
		if (c.prior == 0)
			break;
		err = crm_change_get(crm_snap_txn(h.snap), c.prior, &c);
	}
	if (err == NULL && n > 0)
		*place = h.head;
	while (err == NULL && n > 0 && !*done)
		err = tell(number[--n], 0, done);
	crm_free(number);
	return err;
}

/* The feed: it ends when it is told to, or nobody reads it. */
static const struct crm_err *
follow(void)
{
	struct crm_follow *f = NULL;
	const struct crm_err *err;
	uint64_t place = 0;
	bool go_on = true, done = o.limit == 0;

	err = crm_follow_new(h.ctx->path.p, &f);
	if (err == NULL)
		err = crm_change_place(crm_snap_txn(h.snap), h.since, &place);
	while (err == NULL && go_on && !done) {
		err = tell_since(&place, &done);
		if (err == NULL)
			err = crm_sink_flush(&h.ctx->out);
		done |= h.ctx->out.closed;
		if (err != NULL || done)
			break;
		crm_snap_pause(h.snap);
		err = crm_follow_wait(f, &go_on);
		if (err == NULL)
			err = crm_snap_resume(h.snap);
	}
	crm_follow_free(f);
	return err;
}

static int
cmp_touches(const void *x, const void *y)
{
	const struct touch *a = x, *b = y;

	if (a->number != b->number)
		return a->number > b->number ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static const struct crm_err *
tell_records(void)
{
	const struct crm_err *err = NULL;
	bool done = o.limit == 0;
	size_t i, j, k = 0;

	if (h.ntouches > 1)
		qsort(h.touch, h.ntouches, sizeof(*h.touch), cmp_touches);
	for (i = 0; i < h.ntouches; i++) /* one named twice counts once */
		if (k == 0 || cmp_touches(&h.touch[k - 1], &h.touch[i]) != 0)
			h.touch[k++] = h.touch[i];
	h.ntouches = k;
	h.id = crm_calloc(h.ntouches, sizeof(*h.id));
	for (i = 0; err == NULL && i < h.ntouches && !done; i = j) {
		for (j = i;
		     j < h.ntouches && h.touch[j].number == h.touch[i].number;
		     j++)
			h.id[j - i] = h.touch[j].id;
		/* all of it comes first, and says what the others would */
		err = tell(h.touch[i].number, h.id[0] == 0 ? 0 : j - i, &done);
	}
	return err;
}

static const struct crm_err *
note_touch(void *ctx, uint64_t number, const struct crm_changed *changed)
{
	(void)changed;
	h.touch = crm_grow(h.touch, &h.cap, h.ntouches + 1, sizeof(*h.touch));
	h.touch[h.ntouches].number = number;
	h.touch[h.ntouches++].id = *(uint64_t *)ctx;
	return NULL;
}

/* A number to come may be one of a store that was there before. */
static const struct crm_err *
see_number(const char *option, uint64_t number)
{
	uint64_t last = crm_snap_last_change(h.snap);

	return number <= last
	    ? NULL
	    : crm_err(CRM_E_DATA,
		  "%sthere is no change set %llu: the newest one is %llu",
		  option, (unsigned long long)number, (unsigned long long)last);
}

/* change:N: all that it did. */
static const struct crm_err *
take_change(struct crm_view digits)
{
	const struct crm_err *err;
	uint64_t number, all = 0;

	if (!crm_num_u64(digits, UINT64_MAX, &number) || number == 0)
		return crm_ctx_usage(
		    h.ctx, "'change:%.*s' is not change:N", CRM_VARG(digits));
	err = see_number("", number);
	return err != NULL ? err : note_touch(&all, number, NULL);
}

static const struct crm_err *
take_record(void *ctx, uint64_t line, struct crm_view raw, uint64_t id)
{
	(void)ctx;
	(void)line;
	(void)raw;
	return crm_history_each(h.snap, id, note_touch, &id);
}

static void
bad_line(void *ctx, uint64_t line, struct crm_view raw, const char *what)
{
	(void)ctx;
	(void)raw;
	crm_ctx_bad_line(h.ctx, line, what);
}

/* A bare number is nobody's: a change set may be meant. */
static const struct crm_err *
hint_change(const char *who, const struct crm_err *err)
{
	size_t n = strspn(who, "0123456789");

	return n > 0 && who[n] == '\0'
	    ? crm_err(CRM_E_DATA,
		  "%s (the change set of that number: "
		  "change:%s)",
		  err->msg, who)
	    : err;
}

/* A removed record still has its history: its id finds it. */
static const struct crm_err *
take_operand(char *who)
{
	static const struct crm_each each = { .record = take_record,
		.fault = bad_line };
	const struct crm_err *err = NULL;
	enum crm_presence p = CRM_ABSENT;
	struct crm_stored r;
	uint64_t id;

	if (crm_view_starts(crm_view_str(who), change_prefix))
		return take_change(
		    crm_view_skip(crm_view_str(who), change_prefix.n));
	if (crm_id_parse(crm_view_str(who), &id))
		err = crm_snap_get(h.snap, id, &r, &p);
	if (err == NULL && p != CRM_ABSENT)
		return take_record(NULL, 0, CRM_VNULL, id);
	if (err == NULL)
		err = crm_each_who(h.ctx, h.snap, &each, 1, &who);
	return err != NULL && err->code == CRM_E_DATA ? hint_change(who, err)
						      : err;
}

/* A field that no kind has changes nowhere; what crm.yaml once had begins
 * with "x-" since. */
static const struct crm_err *
see_field(void)
{
	const struct crm_schema *s = h.ctx->schema;
	const char *near;
	size_t i;

	if (o.field == NULL || strncmp(o.field, "x-", 2) == 0)
		return NULL;
	for (i = 0; i < crm_schema_nkinds(s); i++)
		if (crm_field_named(
			crm_schema_kind(s, i), crm_view_str(o.field)) != NULL)
			return NULL;
	near = crm_field_near(s, NULL, crm_view_str(o.field));
	return near != NULL
	    ? crm_ctx_usage(h.ctx,
		  "--field: no kind has '%s' (did you mean '%s'?)", o.field,
		  near)
	    : crm_ctx_usage(h.ctx, "--field: no kind has '%s'", o.field);
}

/* Nothing was told: is that because the program's name is wrong? */
static void
hint_command(void)
{
	struct crm_buf names = CRM_BUF_INIT(1 << 16);
	const char *name = o.command, *near = NULL;
	struct crm_programs list;
	bool known = false;
	size_t i;

	if (name == NULL || h.told > 0 || h.ctx->quiet)
		return;
	if (strncmp(name, "crm-", 4) == 0)
		name += 4;
	crm_programs_list(&list);
	for (i = 0; i < list.n; i++) {
		known |= strcmp(list.item[i].name, name) == 0;
		crm_buf_add(
		    &names, list.item[i].name, strlen(list.item[i].name) + 1);
	}
	crm_buf_addc(&names, '\0');
	if (!known)
		near = crm_word_near(names.p, crm_view_str(name));
	if (near != NULL)
		crm_msg("nothing is of '%s' (did you mean 'crm-%s'?)",
		    o.command, near);
	crm_programs_free(&list);
	crm_buf_release(&names);
}

static const struct crm_err *
read_since(void)
{
	const struct crm_err *err;
	struct crm_period period;
	struct crm_view v;

	h.since_us = INT64_MIN;
	if (o.since == NULL)
		return NULL;
	v = crm_view_str(o.since);
	if (crm_view_starts(v, change_prefix))
		return crm_num_u64(crm_view_skip(v, change_prefix.n),
			   UINT64_MAX, &h.since)
		    ? NULL
		    : crm_ctx_usage(
			  h.ctx, "--since: '%s' is not change:N", o.since);
	err = crm_period_parse(&h.ctx->clock, v, &period);
	if (err != NULL)
		return crm_ctx_usage(
		    h.ctx, "--since: %s; a change set is change:N", err->msg);
	h.since_us = period.from_us;
	return NULL;
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	enum crm_form_out form =
	    o.form >= 0 ? (enum crm_form_out)o.form : crm_ctx_form(ctx);
	const struct crm_err *err;
	int i;

	h.ctx = ctx;
	if (o.follow && argc > 0)
		return crm_ctx_usage(ctx, "--follow is of the whole store");
	if (o.follow && o.form < 0)
		form = CRM_OUT_JSONL;
	err = read_since();
	if (err == NULL)
		err = see_field();
	if (err == NULL)
		err = crm_snap_open(ctx->store, &h.snap);
	if (err == NULL)
		err = see_number("--since: ", h.since);
	for (i = 0; err == NULL && i < argc; i++)
		err = take_operand(argv[i]);
	if (err == NULL)
		err = crm_tell_new(ctx, h.snap, form, &h.tell);
	if (err == NULL)
		err = o.follow ? follow()
		    : argc > 0 ? tell_records()
			       : tell_store();
	if (err == NULL)
		err = crm_tell_end(h.tell);
	ctx->no = h.told == 0;
	if (err == NULL)
		hint_command();
	crm_tell_free(h.tell);
	crm_free(h.touch);
	crm_free(h.id);
	crm_snap_close(h.snap);
	if (err == NULL)
		crm_follow_leave();
	return err;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-history",
		.summary = "who changed what and when",
		.operands = "[WHO|-|change:N ...]",
		.needs = CRM_NEED_READ | CRM_NEED_IN | CRM_NEED_PAGER,
		.opts = opts,
		.run = run,
		.complete = "who",
	};

	return crm_main(&cmd, argc, argv);
}
