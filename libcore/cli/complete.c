#include "cli/complete_impl.h"

#include <unistd.h>

#include "base/fold.h"
#include "base/io.h"
#include "base/utf8.h"
#include "cli/env.h"
#include "store/who.h"

#define OUT_MAX ((size_t)1 << 20)
#define ABOUT_COLUMNS 60
#define LETTERS 27 /* kinds, as a string */

/* Would a query take a value for something else? */
static bool
is_plain_value(struct crm_view v)
{
	size_t i;

	for (i = 0; i + 1 < v.n; i++)
		if (v.p[i] == ',' && v.p[i + 1] != ' ')
			return false;
	return memchr("=~/@", v.p[0], 4) == NULL && v.p[v.n - 1] != ',';
}

void
crm_offer(struct crm_offers *o, struct crm_view value, const char *tail,
    struct crm_view about)
{
	size_t from = o->out.n;
	struct crm_view all;
	bool added;

	if (o->n >= CRM_OFFERS_MAX || value.n == 0 ||
	    (o->in_term && !is_plain_value(value)))
		return;
	crm_buf_addv(&o->out, o->head);
	crm_buf_addv(&o->out, value);
	crm_buf_adds(&o->out, tail);
	if (o->out.over)
		return;
	all = crm_view_skip(crm_buf_view(&o->out), from);
	(void)crm_map_at(&o->seen, all, &added);
	if (!added || (o->head.n == 0 && value.p[0] == '-') ||
	    !crm_utf8_is_safe(all)) {
		o->out.n = from;
		return;
	}
	crm_buf_addc(&o->out, '\t');
	crm_utf8_add_safe(&o->out, crm_utf8_cut(about, ABOUT_COLUMNS, NULL));
	crm_buf_addc(&o->out, '\n');
	o->n++;
}

/* Offer a word if it begins as the one that is typed. */
static void
offer_word(struct crm_offers *o, struct crm_view word, const char *value,
    const char *tail, const char *about)
{
	if (crm_view_starts(crm_view_str(value), word))
		crm_offer(o, crm_view_str(value), tail,
		    crm_view_str(about != NULL ? about : ""));
}

/* "a\0b\0\0" */
void
crm_offer_words(struct crm_offers *o, struct crm_view word, const char *words)
{
	for (; words != NULL && *words != '\0'; words += strlen(words) + 1)
		offer_word(o, word, words, "", NULL);
}

/* Move what is before a part of the word, and the part's border, to head. */
struct crm_view
crm_offer_behind(struct crm_offers *o, struct crm_view word, size_t n)
{
	o->head = crm_view(o->head.p, o->head.n + n);
	return crm_view_skip(word, n);
}

/* The part behind the last one of a byte. */
static struct crm_view
behind_last(struct crm_offers *o, struct crm_view word, char c)
{
	size_t n = word.n;

	while (n > 0 && word.p[n - 1] != c)
		n--;
	return crm_offer_behind(o, word, n);
}

/*
 * Kinds.
 */

static void
all_kinds(const struct crm_offers *o, bool events, char out[LETTERS])
{
	size_t i, n = 0;
	char letter;

	for (i = 0; i < crm_schema_nkinds(o->schema) && n < LETTERS - 1; i++) {
		letter = crm_schema_kind(o->schema, i)->letter;
		if (letter != 'e' || events)
			out[n++] = letter;
	}
	out[n] = '\0';
}

static void
one_kind(char letter, char out[LETTERS])
{
	out[0] = letter;
	out[1] = '\0';
}

/* The kinds that an argument of WHAT names, as letters or as one name. */
static void
kinds_of_arg(const struct crm_offers *o, struct crm_view arg, char out[LETTERS])
{
	const struct crm_kind *k = crm_kind_named(o->schema, arg);

	if (k != NULL)
		one_kind(k->letter, out);
	else if (arg.n == 0 || arg.n >= LETTERS)
		all_kinds(o, false, out);
	else {
		memcpy(out, arg.p, arg.n);
		out[arg.n] = '\0';
	}
}

/* The kinds that an operand names: all when it names none. */
static bool
kinds_named(const struct crm_offers *o, struct crm_view name, char out[LETTERS])
{
	const struct crm_kind *k = crm_kind_named(o->schema, name);

	if (k != NULL)
		one_kind(k->letter, out);
	else
		all_kinds(o, crm_view_is(name, "any"), out);
	return k != NULL;
}

/* The kinds of records that operands are about: the first names a kind, or a
 * record. */
static const struct crm_err *
kinds_of_operands(struct crm_offers *o, char out[LETTERS])
{
	const struct crm_err *err;
	uint64_t ids[CRM_WHO_MAX];
	struct crm_view v;
	size_t n;

	v = o->nops > 0 ? crm_view_str(o->op[0]) : CRM_VNULL;
	if (kinds_named(o, v, out) || v.n == 0 || o->snap == NULL)
		return NULL;
	if (crm_utf8_check(v) < v.n)
		return NULL;
	err = crm_who_find(o->snap, NULL, crm_nfc(&o->arena, v), ids, &n);
	if (err == NULL && n > 0)
		one_kind(crm_id_kind(ids[0]), out);
	return err;
}

static void
offer_kinds(struct crm_offers *o, struct crm_view word)
{
	const struct crm_kind *k;
	size_t i;

	for (i = 0; i < crm_schema_nkinds(o->schema); i++) {
		k = crm_schema_kind(o->schema, i);
		offer_word(o, word, k->name, "", "kind of record");
	}
}

/*
 * Fields.
 */

enum { SET_ONLY = 1 << 0, WITH_COMMON = 1 << 1 };

static void
offer_field(struct crm_offers *o, struct crm_view word,
    const struct crm_field *f, const char *tail, unsigned int flags)
{
	bool hidden = (f->flags & CRM_F_HIDDEN) != 0;

	if ((hidden && word.n == 0) ||
	    ((flags & SET_ONLY) != 0 && (f->flags & CRM_F_COMPUTED) != 0))
		return;
	offer_word(o, word, f->name, tail, f->help);
}

static void
offer_fields(struct crm_offers *o, struct crm_view word, const char *kinds,
    const char *tail, unsigned int flags)
{
	const struct crm_field *const *computed;
	const struct crm_kind *k;
	size_t i, n;

	for (; *kinds != '\0'; kinds++) {
		k = crm_kind_of(o->schema, *kinds);
		if (k == NULL)
			continue;
		for (i = 0; i < k->nfields; i++)
			offer_field(o, word, &k->field[i], tail, flags);
		computed = crm_kind_computed(k, &n);
		for (i = 0; i < n; i++)
			offer_field(o, word, computed[i], tail, flags);
	}
}

/* A field of the first kind that has it. */
static const struct crm_field *
find_field(const struct crm_offers *o, const char *kinds, struct crm_view name)
{
	const struct crm_field *f = NULL;
	const struct crm_kind *k;

	for (; f == NULL && *kinds != '\0'; kinds++) {
		k = crm_kind_of(o->schema, *kinds);
		if (k != NULL)
			f = crm_field_named(k, name);
	}
	return f;
}

/* Columns: the last of several, with "-" before it when sorting, and behind
 * a link and "." the fields of the kinds that it names. */
static void
offer_columns(struct crm_offers *o, struct crm_view word, const char *kinds)
{
	const struct crm_field *f;
	size_t dot;

	word = behind_last(o, word, ',');
	if (word.n > 0 && word.p[0] == '-')
		word = crm_offer_behind(o, word, 1);
	for (;;) {
		dot = crm_view_find(word, '.');
		if (dot == word.n)
			break;
		f = find_field(o, kinds, crm_view(word.p, dot));
		if (f == NULL || f->links == NULL)
			return;
		kinds = f->links;
		word = crm_offer_behind(o, word, dot + 1);
	}
	offer_fields(o, word, kinds, "", 0);
}
/*
 * Queries and assignments.
 */

/* FIELD:... */
static const struct crm_err *
offer_term(struct crm_offers *o, struct crm_view word, const char *kinds)
{
	size_t colon = crm_view_find(word, ':');
	struct crm_view field = crm_view(word.p, colon);
	const struct crm_field *f;

	word = crm_offer_behind(o, word, colon + 1);
	if (crm_view_is(field, "has") || crm_view_is(field, "no")) {
		offer_fields(o, word, kinds, "", 0);
		return NULL;
	}
	if (crm_view_is(field, "is"))
		field = CRM_V("stage");
	if (word.n > 0 && word.p[0] == '=')
		word = crm_offer_behind(o, word, 1);
	else {
		word = behind_last(o, word, ',');
		o->in_term = true;
	}
	f = find_field(o, kinds, field);
	if (f != NULL && f->type == CRM_T_LINK && word.n > 0 &&
	    word.p[0] == '@')
		return crm_offer_segments(o, crm_offer_behind(o, word, 1));
	return crm_offer_values(o, word, kinds, field);
}

static const struct crm_err *
offer_query(struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	int first = o->first;
	char kinds[LETTERS];

	(void)arg;
	if (first < o->nops && strcmp(o->op[first], "-") == 0)
		first++;
	(void)kinds_named(
	    o, first < o->nops ? crm_view_str(o->op[first]) : CRM_VNULL, kinds);
	if (word.n > 0 && word.p[0] == '@')
		return crm_offer_segments(o, crm_offer_behind(o, word, 1));
	if (crm_view_find(word, ':') < word.n)
		return offer_term(o, word, kinds);
	if (first == o->nops) {
		offer_kinds(o, word);
		offer_word(o, word, "any", "", "records of every kind");
	}
	offer_fields(o, word, kinds, ":", 0);
	offer_word(o, word, "has", ":", "has a value");
	offer_word(o, word, "no", ":", "has no value");
	offer_word(o, word, "is", ":", "is at a stage");
	return o->snap != NULL ? crm_offer_ids(o, word) : NULL;
}

static const struct crm_err *
offer_assignments(
    struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	size_t equals = crm_view_find(word, '='), n = equals;
	const struct crm_err *err = NULL;
	char kinds[LETTERS];

	if (arg.n > 0)
		kinds_of_arg(o, arg, kinds);
	else
		err = kinds_of_operands(o, kinds);
	if (err != NULL)
		return err;
	if (equals == word.n) {
		offer_fields(o, word, kinds, "=", SET_ONLY);
		return NULL;
	}
	if (n > 0 && (word.p[n - 1] == '+' || word.p[n - 1] == '-'))
		n--;
	return crm_offer_values(o, crm_offer_behind(o, word, equals + 1), kinds,
	    crm_view(word.p, n));
}

/*
 * What there is.
 */

static const struct crm_err *
give_kinds(struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	(void)arg;
	offer_kinds(o, word);
	return NULL;
}

/* A program that assigns to one kind alone prints records of it. */
static const struct crm_err *
give_columns(struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	const char *only = o->cmd->complete != NULL
	    ? strstr(o->cmd->complete, "assign:")
	    : NULL;
	const struct crm_err *err = NULL;
	char kinds[LETTERS];

	(void)arg;
	if (only != NULL)
		kinds_of_arg(o, crm_view_str(only + 7), kinds);
	else
		err = kinds_of_operands(o, kinds);
	if (err == NULL)
		offer_columns(o, word, kinds);
	return err;
}

static const struct crm_err *
give_mapping(struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	size_t equals = crm_view_find(word, '=');

	if (equals == word.n)
		return NULL;
	return give_columns(o, crm_offer_behind(o, word, equals + 1), arg);
}

static const struct crm_err *
give_who(struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	char kinds[LETTERS];

	kinds_of_arg(o, arg, kinds);
	return crm_offer_who(o, word, kinds);
}

static const struct crm_err *
give_what(struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	(void)arg;
	return crm_offer_values(o, word, "e", CRM_V("what"));
}

static const struct crm_err *
give_segments(struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	(void)arg;
	return crm_offer_segments(o, word);
}

static const struct crm_err *
give_dates(struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	(void)arg;
	crm_offer_dates(o, word);
	return NULL;
}

static const struct crm_err *
give_units(struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	(void)arg;
	crm_offer_words(o, word, "day\0week\0month\0year\0");
	return NULL;
}

/* Those who own something. */
static const struct crm_err *
give_users(struct crm_offers *o, struct crm_view word, struct crm_view arg)
{
	(void)arg;
	offer_word(o, word, "me", "", "CRM_USER, or who is logged in");
	return crm_offer_values(o, word, "podtk", CRM_V("owner"));
}

static const struct {
	const char *what;
	const struct crm_err *(*give)(
	    struct crm_offers *, struct crm_view word, struct crm_view arg);
} gives[] = {
	{ "assign", offer_assignments },
	{ "column=field", give_mapping },
	{ "date", give_dates },
	{ "field", give_columns },
	{ "field,...", give_columns },
	{ "field=value", offer_assignments },
	{ "kind", give_kinds },
	{ "period", give_dates },
	{ "query", offer_query },
	{ "segment", give_segments },
	{ "unit", give_units },
	{ "user", give_users },
	{ "what", give_what },
	{ "who", give_who },
};

/* What the program itself knows of: lines "VALUE TAB ABOUT". */
static void
give_own(struct crm_offers *o, struct crm_view what, struct crm_view word)
{
	struct crm_buf text = CRM_BUF_INIT(OUT_MAX);
	struct crm_view rest, line, value;

	if (o->cmd->offer != NULL)
		o->cmd->offer(what, &text);
	for (rest = crm_buf_view(&text); rest.n > 0;) {
		line = crm_view(rest.p, crm_view_find(rest, '\n'));
		rest =
		    crm_view_skip(rest, line.n < rest.n ? line.n + 1 : line.n);
		value = crm_view(line.p, crm_view_find(line, '\t'));
		if (!crm_view_starts(value, word))
			continue;
		line = crm_view_skip(line, value.n);
		crm_offer(o, value, "",
		    line.n > 0 ? crm_view_skip(line, 1) : CRM_VNULL);
	}
	crm_buf_release(&text);
}

static const struct crm_err *
give(struct crm_offers *o, struct crm_view what, struct crm_view word)
{
	size_t colon = crm_view_find(what, ':'), i;
	struct crm_view name = crm_view(what.p, colon), arg = CRM_VNULL;

	o->head = crm_view(word.p, 0);
	if (what.n > 0 && what.p[0] == '=') {
		what = crm_view_skip(what, 1);
		if (crm_view_starts(what, word))
			crm_offer(o, what, "", CRM_VNULL);
		return NULL;
	}
	if (colon < what.n)
		arg = crm_view_skip(what, colon + 1);
	for (i = 0; i < sizeof(gives) / sizeof(gives[0]); i++)
		if (crm_view_is(name, gives[i].what))
			return gives[i].give(o, word, arg);
	give_own(o, what, word);
	return NULL;
}

/* The WHAT of the next operand by one row, and in first the operand that it
 * began with; empty: the row does not fit. */
static struct crm_view
what_of_row(struct crm_offers *o, struct crm_view row)
{
	struct crm_view what = CRM_VNULL;
	int i;

	row = crm_view_trim(row);
	for (i = 0; i <= o->nops; i++) {
		if (row.n > 0) {
			what = crm_view(row.p, crm_view_find(row, ' '));
			row = crm_view_trim(crm_view_skip(row, what.n));
			o->first = i;
		} else if (what.n > 0 && what.p[0] == '=')
			return CRM_VNULL; /* a word is not said again */
		if (i < o->nops && what.n > 0 && what.p[0] == '=' &&
		    !crm_view_is(crm_view_skip(what, 1), o->op[i]))
			return CRM_VNULL;
	}
	return what;
}

/* The rows that stand for the operands: behind a verb those of the verb, which
 * then is no operand. */
static const char *
find_rows(struct crm_offers *o, struct crm_view word)
{
	const struct crm_verb *v = o->cmd->verbs;

	if (v == NULL)
		return o->cmd->complete;
	for (; v->name != NULL; v++)
		if (o->nops == 0)
			offer_word(o, word, v->name, "", v->help);
		else if (strcmp(v->name, o->op[0]) == 0)
			break;
	if (v->name == NULL)
		return o->cmd->complete;
	o->op++;
	o->nops--;
	return v->max < 0 || o->nops < v->max ? v->complete : NULL;
}

static const struct crm_err *
give_operand(struct crm_offers *o, struct crm_view word)
{
	struct crm_view rest, row, what;
	const struct crm_err *err = NULL;
	const char *rows;

	o->head = crm_view(word.p, 0);
	rows = find_rows(o, word);
	rest = crm_view_str(rows != NULL ? rows : "");
	while (err == NULL && rest.n > 0) {
		row = crm_view(rest.p, crm_view_find(rest, ';'));
		rest = crm_view_skip(rest, row.n < rest.n ? row.n + 1 : row.n);
		what = what_of_row(o, row);
		if (what.n > 0)
			err = give(o, what, word);
	}
	return err;
}

static const struct crm_err *
give_all(struct crm_ctx *ctx, struct crm_offers *o, int nargs, char **arg)
{
	struct crm_store_options options = { .mode = CRM_STORE_LOOK };
	struct crm_view word = crm_view_str(arg[1]);
	const struct crm_err *err;

	if (crm_utf8_check(word) < word.n)
		return NULL;
	o->nops = nargs - 2;
	o->op = arg + 2;
	err = crm_env_store(NULL, &ctx->path, &ctx->named);
	if (err == NULL)
		err = crm_store_open(ctx->path.p, &options, &ctx->store);
	if (err == NULL)
		err = crm_snap_open(ctx->store, &o->snap);
	if (err == NULL)
		o->schema = crm_store_schema(ctx->store);
	if (strcmp(arg[0], "operand") == 0)
		return give_operand(o, word);
	return give(o, crm_view_str(arg[0]), word);
}

void
crm_complete(struct crm_ctx *ctx, int nargs, char **arg)
{
	struct crm_schema *built_in = crm_schema_new();
	struct crm_offers o = { .cmd = ctx->cmd,
		.schema = built_in,
		.out.max = OUT_MAX,
		.seen = CRM_MAP_INIT,
		.arena = CRM_ARENA_INIT };
	const struct crm_err *err;

	err = give_all(ctx, &o, nargs, arg);
	if (err == NULL || o.out.n > 0)
		(void)crm_write_all(STDOUT_FILENO, o.out.p, o.out.n);
	crm_snap_close(o.snap);
	crm_buf_release(&o.out);
	crm_map_release(&o.seen);
	crm_arena_release(&o.arena);
	crm_schema_free(built_in);
}
