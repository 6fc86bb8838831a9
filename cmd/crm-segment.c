/*
 * crm-segment - define, list and fill segments.
 *
 * Reads the store; define, add, remove and delete write it.
 */
#include "cli/as_of.h"
#include "cli/ask.h"
#include "cli/change.h"

static struct {
	const char *as_of;
} o;

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_AS_OF(&o.as_of),
	OPT_END,
};
/* clang-format on */

/* Options that only some verbs have. */
enum { HAS_AS_OF = 1 };

static const struct crm_err *
refuse(struct crm_ctx *ctx, const struct crm_verb *verb)
{
	return o.as_of != NULL && (verb->has & HAS_AS_OF) == 0
	    ? crm_ctx_usage(ctx, "'%s' has no --as-of", verb->name)
	    : NULL;
}

static struct {
	struct crm_ctx *ctx;
	const struct crm_kind *kind;
	struct crm_changing c;
	const char *name;
	const char *edit[3]; /* what happens to each who */
	struct crm_out *out;
	struct crm_snap *snap;
} st;

static const struct crm_ask_how any = { .kinds = true };

/* The segment of st.name: it has to be there, or (id 0) need not. */
static const struct crm_err *
find_segment(struct crm_snap *snap, bool must, uint64_t *id)
{
	const struct crm_field *f = crm_field_num(st.kind, CRM_SEGMENT_NAME);
	const struct crm_err *err;
	const uint64_t *ids;
	struct crm_view name = crm_view_str(st.name);
	size_t n;

	*id = 0;
	if (name.n > 0 && name.p[0] == '@')
		name = crm_view_skip(name, 1);
	st.name = name.p;
	err = crm_snap_find(snap, 's', f, name, false, 1, &ids, &n);
	if (err == NULL && n == 1)
		*id = ids[0];
	if (err == NULL && n == 0 && must)
		err = crm_err(CRM_E_DATA,
		    "no such segment: '%s' (crm-segment list)", st.name);
	return err;
}

/* Make a segment, or change the one there is. */
static const struct crm_err *
put(uint64_t id, const char *const *assign, size_t n)
{
	struct crm_request q = { .kind = st.kind };
	const struct crm_err *err;
	struct crm_bound bound;
	bool ok;

	err = crm_changing_bind(&st.c, st.kind, assign, n, &bound, &ok);
	if (err != NULL || !ok)
		return err;
	q.edit = bound.edit;
	q.nedits = bound.nedits;
	return id != 0 ? crm_batch_edit(st.c.batch, id, &q, &ok)
		       : crm_batch_add(st.c.batch, &q, &ok);
}

/* "name=value" that lives until the end. */
static const char *
assign(const char *name, struct crm_view value)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	const char *p;

	crm_buf_adds(&b, name);
	crm_buf_addv(&b, value);
	p = crm_arena_dup(&st.ctx->arena, b.p, b.n);
	crm_buf_release(&b);
	return p;
}

/* define NAME QUERY ... */
static const struct crm_err *
do_define(int argc, char **argv)
{
	struct crm_buf text = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;
	struct crm_query *query = NULL;
	struct crm_ask_how how = { .kinds = true };
	const char *both[2];
	uint64_t id = 0;

	err = find_segment(crm_batch_snap(st.c.batch), false, &id);
	how.segment = id;
	if (err == NULL)
		err = crm_ask(st.ctx, crm_batch_snap(st.c.batch), argc - 1,
		    argv + 1, &how, &query);
	crm_query_free(query);
	if (err == NULL) {
		crm_query_quote(&text, (const char *const *)(void *)(argv + 1),
		    (size_t)argc - 1);
		both[0] = assign("name=", crm_view_str(st.name));
		both[1] = assign("query=", crm_buf_view(&text));
		err = put(id, both, 2);
	}
	crm_buf_release(&text);
	return err;
}

/* Put a record into the segment, or take it out. */
static const struct crm_err *
pick_one(void *arg, uint64_t line, struct crm_view raw, uint64_t id)
{
	struct crm_request q = { 0 };
	const struct crm_err *err;
	struct crm_bound bound;
	bool ok;

	(void)arg;
	(void)line;
	(void)raw;
	q.kind = crm_kind_of(st.ctx->schema, crm_id_kind(id));
	err = crm_changing_bind(&st.c, q.kind, st.edit, 2, &bound, &ok);
	if (err != NULL || !ok)
		return err;
	q.edit = bound.edit;
	q.nedits = bound.nedits;
	return crm_batch_edit(st.c.batch, id, &q, &ok);
}

static const struct crm_err *
pick(int argc, char **argv, const char *to, const char *from, bool make)
{
	const struct crm_err *err;
	const char *name;
	uint64_t id = 0;

	err = find_segment(crm_batch_snap(st.c.batch), !make, &id);
	if (err == NULL && id == 0) {
		name = assign("name=", crm_view_str(st.name));
		err = put(0, &name, 1);
	}
	st.edit[0] = assign(to, crm_view_str(st.name));
	st.edit[1] = assign(from, crm_view_str(st.name));
	if (err == NULL)
		err = crm_changing_each(
		    &st.c, NULL, pick_one, NULL, argc - 1, argv + 1);
	return err;
}

/* add NAME WHO ... */
static const struct crm_err *
do_add(int argc, char **argv)
{
	return pick(argc, argv, "picked+=", "barred-=", true);
}

/* remove NAME WHO ... */
static const struct crm_err *
do_remove(int argc, char **argv)
{
	return pick(argc, argv, "barred+=", "picked-=", false);
}

/* Does another segment's query name this one? */
static const struct crm_err *
refuse_if_used(void *ctx, uint64_t id, const struct crm_stored *r, bool *enough)
{
	struct crm_view query, name;

	(void)enough;
	if (id == *(uint64_t *)ctx ||
	    !crm_stored_get(r, CRM_SEGMENT_QUERY, &query) ||
	    !crm_query_text_names(query, crm_view_str(st.name)))
		return NULL;
	if (!crm_stored_get(r, CRM_SEGMENT_NAME, &name))
		name = CRM_VNULL;
	return crm_err(CRM_E_DATA,
	    "'%s' is a part of the segment '%.*s': change that one first",
	    st.name, CRM_VARG(name));
}

/* delete NAME */
static const struct crm_err *
do_delete(int argc, char **argv)
{
	char word[] = "segment", *operand = word;
	struct crm_snap *snap = crm_batch_snap(st.c.batch);
	struct crm_query *all = NULL;
	const struct crm_err *err;
	uint64_t id = 0;
	bool ok;

	(void)argc;
	(void)argv;
	err = find_segment(snap, true, &id);
	if (err == NULL)
		err = crm_ask(st.ctx, snap, 1, &operand, &any, &all);
	if (err == NULL)
		err = crm_each_match(snap, all, refuse_if_used, &id);
	crm_query_free(all);
	if (err == NULL)
		err = crm_batch_remove(st.c.batch, id, &ok);
	return err;
}

static const struct crm_err *
print_one(void *ctx, uint64_t id, const struct crm_stored *r, bool *enough)
{
	const struct crm_err *err;

	(void)ctx;
	err = crm_out_put(st.out, id, r);
	*enough = crm_out_is_full(st.out);
	return err;
}

/* Print the records that a query of one word finds. */
static const struct crm_err *
print_found(char *word)
{
	struct crm_out_kinds kinds;
	struct crm_query *q = NULL;
	const struct crm_err *err;

	err = crm_ask(st.ctx, st.snap, 1, &word, &any, &q);
	if (err == NULL) {
		crm_out_query_kinds(q, &kinds);
		err = crm_out_new(st.ctx, st.snap, &kinds, false, &st.out);
	}
	if (err == NULL)
		err = crm_each_match(st.snap, q, print_one, NULL);
	if (err == NULL)
		err = crm_out_end(st.out);
	if (err == NULL)
		st.ctx->no = crm_out_count(st.out) == 0;
	crm_out_free(st.out);
	crm_query_free(q);
	return err;
}

/* list */
static const struct crm_err *
do_list(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return print_found((char[]){ "segment" });
}

/* members NAME */
static const struct crm_err *
do_members(int argc, char **argv)
{
	struct crm_buf word = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;
	uint64_t id;

	(void)argc;
	(void)argv;
	err = find_segment(st.snap, true, &id);
	crm_buf_addf(&word, "@%s", st.name);
	if (err == NULL)
		err = print_found(word.p);
	crm_buf_release(&word);
	return err;
}

/* show NAME: what can be pasted behind crm-find */
static const struct crm_err *
do_show(int argc, char **argv)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_view query;
	uint64_t id = 0;

	(void)argc;
	(void)argv;
	err = find_segment(st.snap, true, &id);
	if (err == NULL)
		err = crm_snap_get(st.snap, id, &r, &p);
	if (err != NULL)
		return err;
	if (crm_stored_get(&r, CRM_SEGMENT_QUERY, &query))
		crm_buf_addv(&st.ctx->out.buf, query);
	else
		crm_buf_addf(&st.ctx->out.buf, "@%s", st.name);
	crm_buf_addc(&st.ctx->out.buf, '\n');
	return NULL;
}

static void
begin(struct crm_ctx *ctx, int argc, char **argv)
{
	st.ctx = ctx;
	st.kind = crm_kind_of(ctx->schema, 's');
	st.name = argc > 0 ? argv[0] : NULL;
}

/* Do something in a change set. */
static const struct crm_err *
change(struct crm_ctx *ctx, int argc, char **argv,
    const struct crm_err *(*fn)(int argc, char **argv))
{
	struct crm_bind_options binding = { 0 };
	struct crm_batch_options bo = { 0 };
	const struct crm_err *err;

	begin(ctx, argc, argv);
	err = crm_changing_begin(&st.c, ctx, &bo, &binding, NULL);
	if (err == NULL)
		err = fn(argc, argv);
	if (err == NULL)
		err = crm_changing_commit(&st.c);
	crm_changing_free(&st.c);
	return err;
}

/* Do something with a snapshot. */
static const struct crm_err *
look(struct crm_ctx *ctx, int argc, char **argv,
    const struct crm_err *(*fn)(int argc, char **argv))
{
	const struct crm_err *err;

	begin(ctx, argc, argv);
	err = crm_open_as_of(ctx, o.as_of, &st.snap);
	if (err == NULL)
		err = fn(argc, argv);
	crm_snap_close(st.snap);
	return err;
}

static const struct crm_err *
add(struct crm_ctx *ctx, int argc, char **argv)
{
	return change(ctx, argc, argv, do_add);
}

static const struct crm_err *
define(struct crm_ctx *ctx, int argc, char **argv)
{
	return change(ctx, argc, argv, do_define);
}

static const struct crm_err *
delete_one(struct crm_ctx *ctx, int argc, char **argv)
{
	return change(ctx, argc, argv, do_delete);
}

static const struct crm_err *
list(struct crm_ctx *ctx, int argc, char **argv)
{
	return look(ctx, argc, argv, do_list);
}

static const struct crm_err *
members(struct crm_ctx *ctx, int argc, char **argv)
{
	return look(ctx, argc, argv, do_members);
}

static const struct crm_err *
take_out(struct crm_ctx *ctx, int argc, char **argv)
{
	return change(ctx, argc, argv, do_remove);
}

static const struct crm_err *
show(struct crm_ctx *ctx, int argc, char **argv)
{
	return look(ctx, argc, argv, do_show);
}

/* clang-format off */
static const struct crm_verb verbs[] = {
	{ "add", "NAME WHO|- ...", "put records into a segment by hand",
	    2, -1, true, add, "segment who", false, 0 },
	{ "define", "NAME QUERY ...", "save a query under a name",
	    2, -1, true, define, "segment query", false, 0 },
	{ "delete", "NAME", "delete a segment, not its members",
	    1, 1, true, delete_one, "segment", true, 0 },
	{ "list", "", "print the segments",
	    0, 0, false, list, NULL, false, HAS_AS_OF },
	{ "members", "NAME", "print the records that belong to it",
	    1, 1, false, members, "segment", false, HAS_AS_OF },
	{ "remove", "NAME WHO|- ...", "keep records out of it, whatever the query",
	    2, -1, true, take_out, "segment who", true, 0 },
	{ "show", "NAME", "print its query",
	    1, 1, false, show, "segment", false, HAS_AS_OF },
	{ .name = NULL },
};
/* clang-format on */

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-segment",
		.summary = "define, list and fill segments",
		.operands = "COMMAND [NAME] [QUERY ...|WHO ...]",
		.needs =
		    CRM_NEED_READ | CRM_NEED_WRITE | CRM_NEED_IN | CRM_NEED_OUT,
		.opts = opts,
		.verbs = verbs,
		.refuse = refuse,
	};

	return crm_main(&cmd, argc, argv);
}
