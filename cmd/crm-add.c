/*
 * crm-add - add records, or change those that a key finds.
 *
 * Writes the store, in one change set: all of the input or nothing.
 */
#include <unistd.h>

#include "cli/change.h"

#define KEYS_MAX 8

static struct {
	struct crm_opt_list map, set, add_missing;
	const char *key, *rejects;
	bool correct, keep, new_ids, skip_bad;
	int dates, decimal;
} o;

static const char dates[] = "ymd\0dmy\0mdy\0";
static const char points[] = ".\0,\0";

/* clang-format off */
static const struct crm_opt opts[] = {
	OPT_LIST('\0', "add-missing", "kind", &o.add_missing,
	    "make records that links name and the store lacks"),
	OPT_FLAG('\0', "correct", &o.correct,
	    "change an event whose key is known already"),
	OPT_CHOICE('\0', "dates", "order", &o.dates, dates,
	    "order of 3/4/2024: ymd (refuse), dmy or mdy"),
	OPT_CHOICE('\0', "decimal", "point", &o.decimal, points,
	    "decimal point of numbers: . or ,"),
	OPT_FLAG('\0', "keep", &o.keep, "with --key: change only empty fields"),
	OPT_TEXT('\0', "key", "field,...", &o.key,
	    "change the record that one of these finds"),
	OPT_LIST('\0', "map", "column=field", &o.map,
	    "where a column of a foreign file goes"),
	OPT_FLAG('\0', "new-ids", &o.new_ids, "number afresh, links too"),
	OPT_TEXT('\0', "rejects", "file", &o.rejects,
	    "keep the bad lines in a file"),
	OPT_LIST('\0', "set", "field=value", &o.set,
	    "what a record gets that has none"),
	OPT_FLAG('\0', "skip-bad", &o.skip_bad,
	    "write the good lines, leave out the bad"),
	OPT_END,
};
/* clang-format on */

/* The key fields of the kind at hand. */
struct keys {
	const struct crm_kind *kind;
	const struct crm_field *field[KEYS_MAX];
	size_t n;
};

static struct {
	struct crm_changing c;
	struct keys keys;
	char letters[27]; /* kinds of --add-missing */
} run_state;

static const struct crm_err *
read_keys(struct crm_ctx *ctx, const struct crm_kind *k, struct keys *out)
{
	const struct crm_field *f;
	struct crm_view rest, name;
	size_t comma;

	if (o.key == NULL || out->kind == k)
		return NULL;
	out->kind = k;
	out->n = 0;
	rest = crm_view_str(o.key);
	for (;;) {
		comma = crm_view_find(rest, ',');
		name = crm_view_trim(crm_view(rest.p, comma));
		f = crm_field_named(k, name);
		if (f == NULL)
			return crm_ctx_usage(ctx,
			    "--key: no such field of %s: '%.*s'", k->plural,
			    CRM_VARG(name));
		if (f->num != CRM_N_ID && (f->flags & CRM_F_INDEXED) == 0)
			return crm_ctx_usage(ctx,
			    "--key: records cannot be found by '%s'", f->name);
		if (out->n == KEYS_MAX)
			return crm_ctx_usage(
			    ctx, "--key: more than %d fields", KEYS_MAX);
		out->field[out->n++] = f;
		if (comma == rest.n)
			return NULL;
		rest = crm_view_skip(rest, comma + 1);
	}
}

/* Does the key make keys of events: DOC/1, DOC/2? */
static bool
is_doc_key(const struct crm_kind *k)
{
	return k != NULL && k->letter == 'e' && o.key != NULL &&
	    strcmp(o.key, "doc") == 0;
}

static const struct crm_err *
take(void *arg, const struct crm_bound *bound)
{
	struct crm_ctx *ctx = arg;
	struct keys *keys = &run_state.keys;
	struct crm_request q = { .kind = bound->kind,
		.id = bound->id,
		.edit = bound->edit,
		.nedits = bound->nedits };
	const struct crm_err *err;
	bool ok;

	memcpy(q.currency, bound->currency, sizeof(q.currency));
	if (o.key == NULL || is_doc_key(bound->kind))
		return crm_batch_add(run_state.c.batch, &q, &ok);
	err = read_keys(ctx, bound->kind, keys);
	q.key = keys->field;
	q.nkeys = keys->n;
	return err != NULL ? err : crm_batch_put(run_state.c.batch, &q, &ok);
}

static const struct crm_err *
read_kind(struct crm_ctx *ctx, const char *name, const struct crm_kind **out)
{
	*out = crm_kind_named(ctx->schema, crm_view_str(name));
	return *out != NULL ? NULL
			    : crm_ctx_usage(ctx, "no such kind: '%s'", name);
}

static const struct crm_err *
read_missing(struct crm_ctx *ctx)
{
	const struct crm_err *err = NULL;
	const struct crm_kind *k;
	size_t i;

	for (i = 0; err == NULL && i < o.add_missing.n && i < 26; i++) {
		err = read_kind(ctx, o.add_missing.item[i], &k);
		if (err == NULL)
			run_state.letters[i] = k->letter;
	}
	return err;
}

static const struct crm_err *
run(struct crm_ctx *ctx, int argc, char **argv)
{
	struct crm_batch_options bo = { .skip_bad = o.skip_bad,
		.keep = o.keep,
		.correct = o.correct,
		.new_ids = o.new_ids,
		.point = points[o.decimal * 2],
		.add_missing = run_state.letters };
	struct crm_bind_options binding = { .map = o.map.item,
		.nmaps = o.map.n,
		.set = o.set.item,
		.nsets = o.set.n };
	const struct crm_kind *kind = NULL;
	const struct crm_err *err = NULL;
	struct crm_bound bound;
	int first = 0;

	if (argc > 0 && !crm_bind_is_assignment(argv[0])) {
		err = read_kind(ctx, argv[0], &kind);
		first = 1;
	}
	if (err == NULL && first < argc && kind == NULL)
		err = crm_ctx_usage(ctx, "KIND is missing");
	for (; err == NULL && first < argc &&
	     !crm_bind_is_assignment(argv[first]);)
		err =
		    crm_ctx_usage(ctx, "'%s' is not field=value", argv[first]);
	if (err == NULL && first == argc && isatty(STDIN_FILENO) == 1)
		err = crm_ctx_usage(ctx,
		    "nothing to add: give field=value, or records on stdin");
	if (err == NULL)
		err = read_missing(ctx);
	if (err == NULL && kind != NULL)
		err = read_keys(ctx, kind, &run_state.keys);
	if (err != NULL)
		return err;
	ctx->clock.order = (enum crm_date_order)o.dates;
	bo.key_from_doc = is_doc_key(kind);
	binding.kind = kind;
	err = crm_changing_begin(&run_state.c, ctx, &bo, &binding, o.rejects);
	if (err == NULL && kind != NULL)
		crm_out_one_kind(kind, &run_state.c.kinds);
	if (err == NULL && first == argc)
		err = crm_changing_read(&run_state.c, take, ctx);
	else if (err == NULL) {
		err = crm_changing_args(&run_state.c, kind,
		    (const char *const *)(void *)(argv + first),
		    (size_t)(argc - first), &bound);
		if (err == NULL)
			err = take(ctx, &bound);
	}
	if (err == NULL)
		err = crm_changing_commit(&run_state.c);
	crm_changing_free(&run_state.c);
	crm_opt_list_free(&o.map);
	crm_opt_list_free(&o.set);
	crm_opt_list_free(&o.add_missing);
	return err;
}

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-add",
		.summary = "add records, or change those that a key finds",
		.operands = "[KIND] [field=value ...]",
		.needs =
		    CRM_NEED_WRITE | CRM_NEED_MAKE | CRM_NEED_IN | CRM_NEED_OUT,
		.opts = opts,
		.run = run,
		.complete = "kind",
	};

	return crm_main(&cmd, argc, argv);
}
