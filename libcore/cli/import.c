#include "cli/import.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/input.h"
#include "base/map.h"
#include "base/mem.h"
#include "cli/guests.h"
#include "cli/msg.h"
#include "cli/shell.h"
#include "store/likely.h"
#include "store/who.h"

#define KEYS_MAX 8

static struct {
	struct crm_opt_list map, set, add_missing;
	const char *key, *rejects;
	bool allow_erased, correct, keep, new_ids, skip_bad, stream;
	int dates, decimal;
} o;

static const char dates[] = "ymd\0dmy\0mdy\0";
static const char points[] = ".\0,\0";

/* clang-format off */
const struct crm_opt crm_import_opts[] = {
	OPT_LIST('\0', "add-missing", "kind", &o.add_missing,
	    "make records that links name and the store lacks"),
	OPT_FLAG('\0', "allow-erased", &o.allow_erased,
	    "take addresses of people who were erased"),
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
	OPT_FLAG('\0', "stream", &o.stream,
	    "write each line before the next is read"),
	OPT_END,
};
/* clang-format on */

/* The first stands for none of them: it was not said. */
const char crm_import_twins[] = "auto\0allow\0warn\0refuse\0";
#define TWINS_TOLD_MAX 20

static struct {
	struct crm_ctx *ctx;
	struct crm_changing c;
	bool asks;                   /* who may be there already */
	int twins;                   /* enum crm_twins */
	uint64_t ntwins;             /* told of */
	uint64_t nkeyless;           /* that --key could not look for */
	const struct crm_kind *kind; /* of all; NULL: each names its own */
	/* the key fields of the kind at hand */
	const struct crm_kind *key_kind;
	const struct crm_field *key[KEYS_MAX];
	size_t nkeys;
	char letters[27]; /* kinds of --add-missing */
	const char *keys; /* --key, or what the file itself suggests */
	bool calendar;    /* its guests need not all be known */
	bool again;       /* it is not the first time */
	struct crm_guests guests;
	/* the keys of a calendar's events that were taken: until these are
	 * written they are not found */
	struct crm_map taken;
} im = { .guests = CRM_GUESTS_INIT, .taken = CRM_MAP_INIT };

/* The fields of --key, as the kind has them. */
static const struct crm_err *
read_keys(const struct crm_kind *k)
{
	const struct crm_field *f;
	struct crm_view rest, name;
	size_t comma;

	if (im.keys == NULL || im.key_kind == k)
		return NULL;
	im.key_kind = k;
	im.nkeys = 0;
	rest = crm_view_str(im.keys);
	for (;;) {
		comma = crm_view_find(rest, ',');
		name = crm_view_trim(crm_view(rest.p, comma));
		f = crm_field_named(k, name);
		if (f == NULL)
			return crm_ctx_usage(im.ctx,
			    "--key: no such field of %s: '%.*s'", k->plural,
			    CRM_VARG(name));
		if (f->num != CRM_N_ID && (f->flags & CRM_F_INDEXED) == 0)
			return crm_ctx_usage(im.ctx,
			    "--key: records cannot be found by '%s'", f->name);
		if (im.nkeys == KEYS_MAX)
			return crm_ctx_usage(
			    im.ctx, "--key: more than %d fields", KEYS_MAX);
		im.key[im.nkeys++] = f;
		if (comma == rest.n)
			return NULL;
		rest = crm_view_skip(rest, comma + 1);
	}
}

/*
 * Events have keys of their own, which are unique anyway: --key key says what
 * happens in any case, --key doc makes the keys DOC/1, DOC/2.
 */
static const struct crm_err *
check_event_key(void)
{
	if (o.key == NULL || strcmp(o.key, "doc") == 0 ||
	    strcmp(o.key, "key") == 0 || strcmp(o.key, "id") == 0)
		return NULL;
	return crm_ctx_usage(
	    im.ctx, "--key: events are found by 'key', or numbered by 'doc'");
}

static bool
is_event(const struct crm_kind *k)
{
	return k != NULL && k->letter == 'e';
}

/* One kind of --add-missing. */
static const struct crm_err *
add_letter(struct crm_view name)
{
	const struct crm_kind *k = crm_kind_named(im.ctx->schema, name);
	size_t n = strlen(im.letters);

	if (k == NULL || k->letter == 'e')
		return crm_ctx_usage(im.ctx,
		    "--add-missing: no such kind: '%.*s'", CRM_VARG(name));
	if (strchr(im.letters, k->letter) == NULL)
		im.letters[n] = k->letter;
	return NULL;
}

/* --add-missing KIND, repeated or "," between. */
static const struct crm_err *
read_missing(void)
{
	const struct crm_err *err = NULL;
	struct crm_view rest;
	size_t i, comma;

	for (i = 0; i < o.add_missing.n; i++) {
		rest = crm_view_str(o.add_missing.item[i]);
		do {
			comma = crm_view_find(rest, ',');
			err =
			    add_letter(crm_view_trim(crm_view(rest.p, comma)));
			rest = crm_view_skip(
			    rest, comma < rest.n ? comma + 1 : comma);
		} while (err == NULL && rest.n > 0);
		if (err != NULL)
			return err;
	}
	return NULL;
}

static void
add_letters(const char *letters)
{
	for (; *letters != '\0'; letters++)
		if (strchr(im.letters, *letters) == NULL)
			im.letters[strlen(im.letters)] = *letters;
}

/* Does --set give a field to who lacks it? */
static bool
sets(const char *field)
{
	size_t n = strlen(field), i;

	for (i = 0; i < o.set.n; i++)
		if (strncmp(o.set.item[i], field, n) == 0 &&
		    (o.set.item[i][n] == '=' || o.set.item[i][n] == '+'))
			return true;
	return false;
}

/* The file is an export of a program we know: say how it is read. */
static void
recognised(void *ctx, const struct crm_preset *p, struct crm_view map)
{
	const struct crm_kind *k = crm_kind_of(im.ctx->schema, p->kinds[0]);

	(void)ctx;
	add_letters(p->missing);
	im.calendar = p == crm_preset_ical();
	if (im.keys == NULL && !o.new_ids)
		im.keys = p->key;
	if (im.kind == NULL && p->kinds[1] == '\0')
		crm_out_one_kind(k, &im.c.kinds);
	if (im.ctx->quiet || map.n == 0 || im.again)
		return;
	crm_msg("read as an export of %s%s%s: --map '%.*s'; other columns are "
		"kept as x-NAME",
	    p->name, im.keys != NULL ? ", --key " : "",
	    im.keys != NULL ? im.keys : "", CRM_VARG(map));
}

static const struct crm_err *
begin(struct crm_ctx *ctx, const struct crm_kind *kind)
{
	struct crm_batch_options bo = { .skip_bad = o.skip_bad || o.stream,
		.keep = o.keep,
		.correct = o.correct,
		.allow_erased = o.allow_erased,
		.new_ids = o.new_ids,
		.point = points[o.decimal * 2],
		.add_missing = im.letters };
	struct crm_bind_options binding = { .map = o.map.item,
		.nmaps = o.map.n,
		.set = o.set.item,
		.nsets = o.set.n,
		.kind = kind,
		.takes_ids = true,
		.recognised = recognised };
	const struct crm_err *err;

	im.ctx = ctx;
	im.kind = kind;
	im.guests.quiet = ctx->quiet;
	im.keys = o.key;
	err = read_missing();
	if (err == NULL && is_event(kind))
		err = check_event_key();
	else if (err == NULL && kind != NULL)
		err = read_keys(kind);
	if (err == NULL && o.keep && o.key == NULL)
		err = crm_ctx_usage(ctx, "--keep goes with --key");
	if (err == NULL && o.stream && o.key != NULL &&
	    strcmp(o.key, "doc") == 0)
		err = crm_ctx_usage(ctx,
		    "--stream: lines that are alone cannot be numbered by "
		    "--key doc");
	if (err != NULL)
		return err;
	ctx->clock.order = (enum crm_date_order)o.dates;
	ctx->clock.has_option = true;
	bo.key_from_doc = o.key != NULL && strcmp(o.key, "doc") == 0;
	err = crm_changing_begin(&im.c, ctx, &bo, &binding, o.rejects);
	if (err == NULL && kind != NULL)
		crm_out_one_kind(kind, &im.c.kinds);
	return err;
}

bool
crm_import_hint(struct crm_buf *b, const struct crm_ctx *ctx,
    const char *operands, const char *name)
{
	char *word, *quoted;
	struct stat st;

	if (stat(name, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	word = crm_strndup(name, strlen(name));
	quoted = crm_shell_join(1, &word);
	crm_buf_addf(b, " (to read a file: %s%s%s < %s)", ctx->cmd->name,
	    *operands != '\0' ? " " : "", operands, quoted);
	crm_free(quoted);
	crm_free(word);
	return true;
}

struct crm_changing *
crm_import_changing(void)
{
	return &im.c;
}

void
crm_import_ask_twins(int how)
{
	im.asks = true;
	im.twins = how;
}

/* Say that a record may be there already: *ok is false when it is refused. */
static const struct crm_err *
tell_twin(uint64_t id, const struct crm_field *f, bool *ok)
{
	struct crm_buf b = CRM_BUF_INIT(600), name = CRM_BUF_INIT(400);
	uint64_t line = crm_batch_line_at(im.c.batch);
	const struct crm_err *err;
	char text[CRM_ID_TEXT], place[40] = "";

	err = crm_who_name(crm_batch_snap(im.c.batch), id, &name);
	if (err == NULL) {
		crm_buf_addf(&b, "may be %s ", crm_id_text(id, text));
		crm_buf_addv(&b, crm_buf_view(&name));
		*ok = im.twins != CRM_TWINS_REFUSE;
		if (!*ok) {
			crm_buf_adds(&b, " (--duplicates allow)");
			crm_batch_fault(im.c.batch, f->name, b.p);
		} else if (!im.ctx->quiet && !im.again &&
		    ++im.ntwins <= TWINS_TOLD_MAX) {
			if (line > 0)
				(void)snprintf(place, sizeof(place),
				    "stdin:%llu: ", (unsigned long long)line);
			crm_msg("%s%s: %s (crm-merge makes them one)", place,
			    f->name, b.p);
		}
	}
	crm_buf_release(&b);
	crm_buf_release(&name);
	return err;
}

static const struct crm_err *
look_for_twin(const struct crm_request *q, bool *ok)
{
	const struct crm_field *f;
	const struct crm_err *err;
	uint64_t id;

	*ok = true;
	if (!im.asks || im.twins == CRM_TWINS_ALLOW ||
	    (q->kind->letter != 'p' && q->kind->letter != 'o'))
		return NULL;
	err = crm_likely(
	    crm_batch_snap(im.c.batch), q->kind, q->edit, q->nedits, &id, &f);
	return err != NULL || id == 0 ? err : tell_twin(id, f, ok);
}

/* The key of an event of a calendar; empty when it has none. */
static struct crm_view
key_of(const struct crm_bound *bound)
{
	size_t i;

	for (i = 0; i < bound->nedits; i++)
		if (bound->edit[i].field->num == CRM_EVENT_KEY)
			return bound->edit[i].value;
	return CRM_VNULL;
}

/* Note an event of a calendar: the same file may call it off. */
static void
note_taken(const struct crm_bound *bound)
{
	struct crm_view key;

	if (!im.calendar || o.stream || !is_event(bound->kind))
		return;
	key = key_of(bound);
	if (key.n > 0)
		(void)crm_map_at(&im.taken, key, NULL);
}

/* What a calendar called off: remove it, if it is here. */
static const struct crm_err *
take_away(const struct crm_bound *bound, bool *ok)
{
	const struct crm_field *key = crm_field_num(bound->kind, CRM_EVENT_KEY);
	struct crm_request q = { .kind = bound->kind,
		.id = bound->id,
		.edit = bound->edit,
		.nedits = bound->nedits };
	const struct crm_err *err = NULL;

	if (is_event(bound->kind)) {
		q.key = &key;
		q.nkeys = 1;
		if (crm_map_get(&im.taken, key_of(bound)) != NULL) {
			*ok = false;
			crm_batch_fault(im.c.batch, NULL,
			    "an entry before adds what is called off here "
			    "(--stream takes one after the other)");
			return NULL;
		}
	} else {
		err = read_keys(bound->kind);
		q.key = im.key;
		q.nkeys = im.nkeys;
	}
	return err != NULL ? err : crm_batch_drop(im.c.batch, &q, ok);
}

/* Count a record that has nothing in any field of --key: it is added each time
 * that it is read. */
static void
note_keyless(const struct crm_request *q)
{
	size_t i, j;

	for (i = 0; i < q->nkeys; i++) {
		if (q->key[i]->num == CRM_N_ID && q->id != 0)
			return;
		for (j = 0; j < q->nedits; j++)
			if (q->edit[j].field == q->key[i] &&
			    q->edit[j].op != CRM_CLEAR)
				return;
	}
	im.nkeyless++;
}

/* Add a record, or change the one that a key finds. */
static const struct crm_err *
take(void *arg, const struct crm_bound *bound, bool *ok)
{
	struct crm_request q = { .kind = bound->kind,
		.id = bound->id,
		.edit = bound->edit,
		.nedits = bound->nedits };
	const struct crm_err *err;
	bool by_key = im.keys != NULL;

	(void)arg;
	if (bound->gone)
		return take_away(bound, ok);
	memcpy(q.currency, bound->currency, sizeof(q.currency));
	if ((bound->blank & (uint64_t)1 << CRM_EVENT_BY) == 0)
		q.by = crm_buf_view(&im.ctx->user);
	if (im.calendar)
		crm_guests_keep_known(&im.guests, im.c.batch, im.letters, &q);
	if (is_event(bound->kind)) {
		err = check_event_key();
		if (err != NULL)
			return err;
		by_key = o.key != NULL && strcmp(o.key, "id") == 0;
	}
	if (!by_key) {
		err = look_for_twin(&q, ok);
		if (err == NULL && *ok)
			err = crm_batch_add(im.c.batch, &q, ok);
		if (err == NULL && *ok)
			note_taken(bound);
		return err;
	}
	err = read_keys(bound->kind);
	q.key = im.key;
	q.nkeys = im.nkeys;
	if (err == NULL)
		err = crm_batch_put(im.c.batch, &q, ok);
	if (err == NULL && *ok && o.key != NULL)
		note_keyless(&q);
	return err;
}

const struct crm_err *
crm_import_stdin(void)
{
	/* A column of times wants its days: today would be a guess. */
	im.ctx->clock.of_file = true;
	im.c.stream = o.stream;
	im.c.alone = sets("who");
	if (im.twins == 0)
		im.twins = CRM_TWINS_ALLOW;
	return crm_changing_read(&im.c, take, NULL);
}

const struct crm_err *
crm_import_args(const char *const *arg, size_t n)
{
	const struct crm_err *err;
	struct crm_bound bound;
	bool ok;

	err = crm_changing_bind(&im.c, im.kind, arg, n, &bound, &ok);
	return err != NULL || !ok ? err : take(NULL, &bound, &ok);
}

static const struct crm_err *
commit(void)
{
	const struct crm_field *taken;
	const struct crm_err *err;

	if (im.ntwins > TWINS_TOLD_MAX)
		crm_msg("and %llu more that may be there already",
		    (unsigned long long)(im.ntwins - TWINS_TOLD_MAX));
	if (im.nkeyless > 0 && !im.ctx->quiet)
		crm_msg("%llu of the records had no %s: read again, they are "
			"added again",
		    (unsigned long long)im.nkeyless, o.key);
	crm_guests_end(&im.guests);
	err = crm_changing_commit(&im.c);
	if (err == NULL || err->code != CRM_E_DATA || im.keys != NULL ||
	    im.c.batch == NULL)
		return err;
	taken = crm_batch_taken(im.c.batch);
	if (taken != NULL)
		err = crm_err(CRM_E_DATA,
		    "%s (--key %s changes the records that are there)",
		    err->msg, taken->name);
	return err;
}

/* Give back what one time took; what was told stays known. */
static void
end(void)
{
	if (im.ctx != NULL)
		crm_changing_free(&im.c);
	im.ctx = NULL;
	im.calendar = false;
	im.key_kind = NULL;
	crm_map_release(&im.taken);
}

/* So often an import is tried when others are quicker. */
#define TRIES 10

const struct crm_err *
crm_import(struct crm_ctx *ctx, const struct crm_kind *kind,
    const struct crm_err *(*fill)(void *ctx), void *fill_ctx, bool reads)
{
	const struct crm_err *err;
	int tries = TRIES;

	if (reads && !o.stream)
		crm_input_hold();
	for (;; im.again = true) {
		err = begin(ctx, kind);
		im.c.again = im.again;
		if (err == NULL)
			err = fill(fill_ctx);
		if (err == NULL && !o.stream)
			im.c.may_redo = --tries > 0 && crm_input_can_rewind();
		if (err == NULL)
			err = commit();
		if (err == NULL || o.stream || !im.c.may_redo ||
		    !crm_changing_overtaken(&im.c) || !crm_input_rewind())
			break;
		crm_faults_forget(&im.c.faults);
		end();
	}
	end();
	crm_input_release();
	crm_guests_release(&im.guests);
	crm_opt_list_free(&o.map);
	crm_opt_list_free(&o.set);
	crm_opt_list_free(&o.add_missing);
	return err;
}
