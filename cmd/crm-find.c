/*
 * crm-find - print the records that match a query.
 *
 * Reads the store, never writes it.  With -e it exits 1 when nothing matches.
 */
#include "base/map.h"
#include "cli/as_of.h"
#include "cli/ask.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "query/rank.h"
#include "query/ref.h"
#include "record/value.h"
#include "store/who.h"

#define RANK_MEMORY ((size_t)32 << 20)

static struct {
	bool count, explain;
	const char *as_of, *get;
} o;

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_AS_OF(&o.as_of),
	OPT_FLAG('\0', "count", &o.count, "print how many there are"),
	OPT_FLAG('\0', "explain", &o.explain,
	    "print how the query is understood and run"),
	OPT_TEXT('\0', "get", "field", &o.get,
	    "print the records that a link names instead"),
	OPT_END,
};
/* clang-format on */

static struct {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	struct crm_query *query;
	struct crm_out *out;
	struct crm_ref get;
	struct crm_nummap seen; /* what was printed or counted */
	uint64_t *link;         /* what one match names */
	size_t nlinks, link_cap;
	bool ranked; /* best first */
	uint64_t n;  /* records found */
} f;

static bool
is_enough(void)
{
	if (f.ctx->quiet && f.n > 0)
		return true;
	return o.count || f.ctx->quiet ? f.n >= f.ctx->limit
				       : crm_out_is_full(f.out);
}

/* Print a record, or count it; each once where they may come again. */
static const struct crm_err *
take(uint64_t id, const struct crm_stored *r)
{
	if (is_enough())
		return NULL;
	f.n++;
	return o.count || f.ctx->quiet ? NULL : crm_out_put(f.out, id, r);
}

static const struct crm_err *
take_once(uint64_t id, const struct crm_stored *r)
{
	bool added;

	(void)crm_nummap_at(&f.seen, id, &added);
	return added ? take(id, r) : NULL;
}

/* Note the records that a link field of a match names. */
static const struct crm_err *
note_links(void *ctx, uint64_t id, const struct crm_stored *r,
    const struct crm_field *field, bool *stop)
{
	struct crm_many m;
	struct crm_view v;

	(void)ctx;
	(void)id;
	(void)stop;
	if (!crm_stored_get(r, field->num, &v))
		return NULL;
	crm_many_begin(&m, v, (field->flags & CRM_F_MANY) != 0);
	while (crm_many_next(&m, &v)) {
		f.link = crm_grow(
		    f.link, &f.link_cap, f.nlinks + 1, sizeof(*f.link));
		f.link[f.nlinks++] = crm_link_get(v);
	}
	return NULL;
}

/* A match: itself, or what --get asks for.  The match is let go of before
 * anything is printed: that may pause the snapshot. */
static const struct crm_err *
take_match(uint64_t id, const struct crm_stored *r)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored to;
	size_t i;

	if (o.get == NULL)
		return take(id, r);
	f.nlinks = 0;
	err = crm_ref_each(&f.get, f.snap, id, r, note_links, NULL);
	for (i = 0; err == NULL && i < f.nlinks && !is_enough(); i++) {
		err = crm_snap_get(f.snap, f.link[i], &to, &p);
		if (err == NULL && p == CRM_LIVE)
			err = take_once(f.link[i], &to);
	}
	return err;
}

static const struct crm_err *
find_one(void *ctx, uint64_t id, const struct crm_stored *r, bool *enough)
{
	const struct crm_err *err;

	(void)ctx;
	err = take_match(id, r);
	*enough = is_enough();
	return err;
}

static const struct crm_err *
filter_one(void *ctx, uint64_t line, struct crm_view raw, uint64_t id)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	bool yes = false;

	(void)ctx;
	(void)line;
	(void)raw;
	if (is_enough())
		return NULL;
	if (o.get == NULL) {
		bool added;

		(void)crm_nummap_at(&f.seen, id, &added);
		if (!added)
			return NULL;
	}
	err = crm_snap_get(f.snap, id, &r, &p);
	if (err == NULL && p == CRM_LIVE)
		err = crm_query_match(f.query, id, &r, &yes);
	return err == NULL && yes ? take_match(id, &r) : err;
}

static void
filter_fault(void *ctx, uint64_t line, struct crm_view raw, const char *what)
{
	(void)ctx;
	(void)raw;
	crm_ctx_bad_line(f.ctx, line, what);
}

static const struct crm_err *
filter_wait(void *ctx, bool begin)
{
	const struct crm_err *err = NULL;

	(void)ctx;
	if (!begin)
		return crm_snap_resume(f.snap);
	if (f.out != NULL)
		err = crm_out_flush(f.out);
	crm_snap_pause(f.snap);
	return err;
}

static const struct crm_err *
filter(void)
{
	struct crm_each each = {
		.record = filter_one, .fault = filter_fault, .wait = filter_wait
	};

	return crm_each_line(f.ctx, f.snap, &each);
}

static const struct crm_err *
print_text(const char *text)
{
	crm_buf_adds(&f.ctx->out.buf, text);
	return crm_sink_flush(&f.ctx->out);
}

/* Let what is wanted in an order narrow down what is looked at. */
static const struct crm_err *
open_out(const struct crm_out_kinds *kinds, bool is_filter)
{
	const struct crm_err *err;

	err = crm_out_new(f.ctx, f.snap, kinds, false, &f.out);
	if (err == NULL && !is_filter && o.get == NULL)
		crm_out_narrow(f.out, f.query);
	return err;
}

static const struct crm_err *
explain(bool is_filter)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 20);
	const struct crm_err *err = NULL;
	struct crm_out_kinds kinds;

	crm_out_query_kinds(f.query, &kinds);
	if (f.ctx->sort != NULL && o.get == NULL && !o.count)
		err = open_out(&kinds, is_filter);
	if (err == NULL)
		err = crm_query_explain(f.query, &b);
	if (err == NULL && f.ranked)
		err = crm_rank_explain(f.query, &b);
	if (err == NULL)
		err = print_text(b.n > 0 ? b.p : "");
	crm_buf_release(&b);
	return err;
}

/* What --get leads to: only links can be followed. */
static const struct crm_err *
read_get(struct crm_out_kinds *kinds)
{
	const struct crm_err *err;
	const char *p;
	size_t i, n = 0;

	err = crm_ref_parse(f.ctx->schema, kinds->kind, kinds->only,
	    crm_view_str(o.get), &f.get, NULL);
	if (err != NULL)
		return err;
	if (f.get.first->type != CRM_T_LINK || f.get.first->links == NULL)
		return crm_ctx_usage(f.ctx, "--get: '%s' is not a link", o.get);
	if ((f.get.first->flags & CRM_F_COMPUTED) != 0)
		return crm_ctx_usage(
		    f.ctx, "--get: '%s' is computed; ask the events", o.get);
	memset(kinds, 0, sizeof(*kinds));
	for (i = 0; i < 26; i++)
		for (p = f.get.field[i] != NULL ? f.get.field[i]->links : NULL;
		     p != NULL && *p != '\0'; p++)
			kinds->kind[*p - 'a'] = true;
	for (i = 0; i < 26; i++)
		if (kinds->kind[i]) {
			n++;
			kinds->only =
			    crm_kind_of(f.ctx->schema, (char)('a' + i));
		}
	if (n != 1)
		kinds->only = NULL;
	return NULL;
}

/* Is there nothing to show?  Not every match fits every form. */
static bool
found_none(void)
{
	if (f.out == NULL || o.count || f.ctx->quiet)
		return f.n == 0;
	return crm_out_count(f.out) == 0;
}

static const struct crm_err *
count_matches(void)
{
	char digits[24];

	digits[crm_num_put(digits, f.n)] = '\0';
	crm_buf_addf(&f.ctx->out.buf, "%s\n", digits);
	return crm_sink_flush(&f.ctx->out);
}

/* --sort relevance: it is no sort of what was printed, but of what matches. */
static const struct crm_err *
see_rank(bool is_filter)
{
	enum crm_form_out form = crm_ctx_form(f.ctx);
	const struct crm_err *err;

	err = crm_rank_is_meant(f.query, f.ctx->sort, &f.ranked);
	if (err != NULL || !f.ranked)
		return err;
	if (is_filter)
		return crm_ctx_usage(
		    f.ctx, "--sort " CRM_RANK_SORT ": not of records on stdin");
	if (form == CRM_OUT_MUTT || form == CRM_OUT_AERC)
		return crm_ctx_usage(
		    f.ctx, "--sort " CRM_RANK_SORT ": not for a mail program");
	f.ctx->sort = NULL;
	return NULL;
}

/* The matches that say most about the words. */
static const struct crm_err *
find_best(void)
{
	uint64_t id, max = o.get == NULL ? f.ctx->limit : UINT64_MAX;
	const struct crm_err *err;
	struct crm_rank *rank;
	enum crm_presence p;
	struct crm_stored r;

	err = crm_rank_new(f.query, max, RANK_MEMORY, &rank);
	while (err == NULL && !is_enough()) {
		err = crm_rank_next(rank, &id);
		if (err != NULL || id == 0)
			break;
		err = crm_snap_get(f.snap, id, &r, &p);
		if (err == NULL && p == CRM_LIVE)
			err = take_match(id, &r);
	}
	crm_rank_free(rank);
	return err;
}

/* All matches, or those on stdin. */
static const struct crm_err *
find(bool is_filter)
{
	if (is_filter)
		return filter();
	if (f.ranked)
		return find_best();
	return crm_each_match(f.snap, f.query, find_one, NULL);
}

static const struct crm_err *
search(bool is_filter)
{
	const struct crm_err *err;
	struct crm_out_kinds kinds;

	crm_out_query_kinds(f.query, &kinds);
	if (o.get != NULL) {
		err = read_get(&kinds);
		if (err != NULL)
			return err;
	}
	if (!is_filter && o.get == NULL && (o.count || f.ctx->quiet)) {
		err = crm_run_count(f.query,
		    f.ctx->quiet && f.ctx->limit > 1 ? 1 : f.ctx->limit, &f.n);
		return err;
	}
	err = open_out(&kinds, is_filter);
	if (err == NULL)
		err = find(is_filter);
	if (err == NULL && !o.count && !f.ctx->quiet)
		err = crm_out_end(f.out);
	return err;
}

/* Nothing was found: was the first word, such as "persn", meant for a kind,
 * or is it a record that was removed? */
static void
hint(const char *word)
{
	const struct crm_err *gone = NULL;
	enum crm_presence p;
	struct crm_stored r;
	uint64_t id;

	crm_hint_kind(f.ctx, word);
	if (crm_id_parse(crm_view_str(word), &id) &&
	    crm_snap_get(f.snap, id, &r, &p) == NULL && p == CRM_REMOVED)
		gone = crm_who_gone(f.snap, id);
	if (gone != NULL)
		crm_msg_err(gone);
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	enum crm_form_out form = crm_ctx_form(ctx);
	bool is_filter = argc > 0 && strcmp(argv[0], "-") == 0;
	struct crm_ask_how how = { .kinds = true, .events = is_filter };
	const struct crm_err *err;

	f.ctx = ctx;
	how.beginnings = form == CRM_OUT_MUTT || form == CRM_OUT_AERC;
	err = crm_open_as_of(ctx, o.as_of, &f.snap);
	if (err == NULL)
		err = crm_ask(ctx, f.snap, argc - is_filter, argv + is_filter,
		    &how, &f.query);
	if (err == NULL)
		err = see_rank(is_filter);
	if (err == NULL && o.explain)
		err = explain(is_filter);
	else if (err == NULL) {
		err = search(is_filter);
		if (err == NULL && o.count && !ctx->quiet)
			err = count_matches();
		ctx->no = found_none();
		if (err == NULL && ctx->no && !is_filter && argc > 0 &&
		    !ctx->quiet)
			hint(argv[0]);
	}
	crm_out_free(f.out);
	crm_query_free(f.query);
	crm_snap_close(f.snap);
	crm_nummap_release(&f.seen);
	crm_free(f.link);
	return err;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-find",
		.summary = "print the records that match a query",
		.operands = "[-] [KIND|any] [QUERY ...]",
		.needs = CRM_NEED_READ | CRM_NEED_IN | CRM_NEED_OUT,
		.opts = opts,
		.run = run,
		.complete = "query",
	};

	return crm_main(&cmd, argc, argv);
}
