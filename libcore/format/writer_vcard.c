/* vCard 4.0 and 3.0. */
#include <strings.h>

#include "format/vcard.h"
#include "format/writer_impl.h"
#include "record/value.h"

/* One value of the record. */
struct fact {
	const char *field;
	struct crm_view text;
	bool done; /* was written */
};

/* A line that the card had when it came in. */
struct kept {
	struct crm_cline c;
	struct crm_view *text; /* the values that fields hold too, or NULL */
	const char **field;
	size_t n;
	bool done;
};

struct card {
	struct crm_buf *out;
	bool v3;
	struct fact *fact;
	size_t n, cap;
	struct kept *kept;
	size_t nkept, kept_cap;
	struct crm_arena arena;
	struct crm_buf line, text;
};

static struct crm_view
dup(struct card *k, struct crm_view v)
{
	return crm_view(crm_arena_dup(&k->arena, v.p, v.n), v.n);
}

/* Gather the values of the record. */
static void
add_facts(
    struct card *k, const struct crm_column *col, const struct crm_value *v)
{
	const struct crm_field *f = col->field;
	struct crm_many m;
	struct crm_view one;

	crm_many_begin(
	    &m, v->value, (f->flags & CRM_F_MANY) != 0 && !v->is_text);
	while (crm_many_next(&m, &one)) {
		crm_buf_reset(&k->text);
		if (v->is_text)
			crm_buf_addv(&k->text, one);
		else
			crm_value_add_text(&k->text, f, one);
		k->fact =
		    crm_grow(k->fact, &k->cap, k->n + 1, sizeof(*k->fact));
		k->fact[k->n].field =
		    strcmp(col->name, "org.name") == 0 ? "org" : col->name;
		k->fact[k->n].text = dup(k, crm_buf_view(&k->text));
		k->fact[k->n++].done = false;
	}
}

/* The first value of a field; NULL when there is none. */
static struct fact *
fact_of(struct card *k, const char *field)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (strcmp(k->fact[i].field, field) == 0)
			return &k->fact[i];
	return NULL;
}

static struct crm_view
text_of(struct card *k, const char *field)
{
	struct fact *f = fact_of(k, field);

	return f != NULL ? f->text : CRM_VNULL;
}

/* Take what was kept apart. */
static void
read_kept(struct card *k, struct crm_view rest)
{
	struct crm_vcard_values v = { 0 };
	struct crm_view line;
	struct kept *t;
	size_t end, i;
	bool taken;

	while (rest.n > 0) {
		end = crm_view_find(rest, '\n');
		line = crm_view(rest.p, end);
		rest = crm_view_skip(rest, end < rest.n ? end + 1 : end);
		taken = line.n > 0 && line.p[0] == CRM_VCARD_TAKEN;
		k->kept = crm_grow(
		    k->kept, &k->kept_cap, k->nkept + 1, sizeof(*k->kept));
		t = &k->kept[k->nkept];
		memset(t, 0, sizeof(*t));
		if (!crm_cline_parse(crm_view_skip(line, taken), &t->c) ||
		    crm_vcard_is_frame(&t->c))
			continue;
		k->nkept++;
		if (!taken)
			continue;
		crm_vcard_read(&t->c, &v);
		t->n = v.n;
		t->text =
		    crm_arena_alloc(&k->arena, (v.n + 1) * sizeof(*t->text));
		t->field =
		    crm_arena_alloc(&k->arena, (v.n + 1) * sizeof(*t->field));
		for (i = 0; i < v.n; i++) {
			t->text[i] = dup(k, crm_vcard_text(&v, i));
			t->field[i] = v.value[i].field;
		}
	}
	crm_vcard_values_release(&v);
}

static void
end_line(struct card *k)
{
	crm_cline_add_folded(k->out, crm_buf_view(&k->line));
	crm_buf_reset(&k->line);
}

/* A line of one text. */
static void
put_text(struct card *k, const char *name, struct crm_view text)
{
	crm_buf_adds(&k->line, name);
	crm_buf_addc(&k->line, ':');
	crm_cline_add_text(&k->line, text);
	end_line(k);
}

static bool
is(struct crm_view v, const char *s)
{
	return v.n == strlen(s) && strncasecmp(v.p, s, v.n) == 0;
}

/* A parameter as this version has it. */
static void
put_param(struct card *k, struct crm_view name, struct crm_view value)
{
	struct crm_view one;
	size_t comma, i;
	bool quoted = false;

	if (is(name, "PREF") && k->v3) {
		if (crm_view_is(value, "1"))
			crm_buf_adds(&k->line, ";TYPE=pref");
		return;
	}
	if (!is(name, "TYPE")) {
		for (i = 0; i < value.n; i++)
			quoted |= memchr(",:;", value.p[i], 3) != NULL;
		crm_buf_addf(&k->line, ";%.*s=%s%.*s%s", CRM_VARG(name),
		    quoted ? "\"" : "", CRM_VARG(value), quoted ? "\"" : "");
		return;
	}
	while (value.n > 0) {
		comma = crm_view_find(value, ',');
		one = crm_view_trim(crm_view(value.p, comma));
		value =
		    crm_view_skip(value, comma < value.n ? comma + 1 : comma);
		if (is(one, "pref") && !k->v3)
			crm_buf_adds(&k->line, ";PREF=1");
		else if (one.n > 0)
			crm_buf_addf(&k->line, ";TYPE=%.*s", CRM_VARG(one));
	}
}

/* Binary data, which 4.0 has in a URI: data:image/jpeg;base64,... */
static bool
put_binary(struct card *k, const struct crm_cline *c)
{
	struct crm_view encoding = crm_cline_param(c, "ENCODING");
	struct crm_view type = crm_cline_param(c, "TYPE");
	size_t i;

	if (k->v3 || (!is(encoding, "b") && !is(encoding, "base64")))
		return false;
	crm_buf_addf(&k->line, "%.*s:data:%s", CRM_VARG(c->name),
	    type.n == 0                    ? "application/octet-stream"
		: crm_cline_is(c, "SOUND") ? "audio/"
		: crm_cline_is(c, "KEY")   ? "application/"
					   : "image/");
	for (i = 0; i < type.n; i++)
		crm_buf_addc(&k->line,
		    type.p[i] >= 'A' && type.p[i] <= 'Z'
			? (char)(type.p[i] | 0x20)
			: type.p[i]);
	crm_buf_adds(&k->line, ";base64,");
	for (i = 0; i < c->value.n; i++) /* it was folded with blanks, too */
		if (c->value.p[i] != ' ')
			crm_buf_addc(&k->line, c->value.p[i]);
	return true;
}

static void
put_kept(struct card *k, struct kept *t)
{
	struct crm_view rest = t->c.params, name, value;

	t->done = true;
	if (t->c.group.n > 0)
		crm_buf_addf(&k->line, "%.*s.", CRM_VARG(t->c.group));
	if (!put_binary(k, &t->c)) {
		crm_buf_addv(&k->line, t->c.name);
		while (crm_cline_next_param(&rest, &name, &value))
			put_param(k, name, value);
		crm_buf_addc(&k->line, ':');
		crm_buf_addv(&k->line, t->c.value);
	}
	end_line(k);
}

static bool
says(const struct fact *f, const char *field, struct crm_view text)
{
	if (strcmp(f->field, field) != 0 || f->text.n != text.n || f->done)
		return false;
	return strcmp(field, "email") == 0
	    ? strncasecmp(f->text.p, text.p, text.n) == 0
	    : crm_view_eq(f->text, text);
}

/* Does the record still say all that a line says? */
static bool
holds(struct card *k, const struct kept *t, bool done)
{
	size_t i, j;

	for (i = 0; i < t->n; i++) {
		for (j = 0; j < k->n; j++)
			if (says(&k->fact[j], t->field[i], t->text[i]))
				break;
		if (j == k->n)
			return false;
		if (done)
			k->fact[j].done = true;
	}
	return t->n > 0;
}

/*
 * Write a kept line for a value, if one says that and nothing else.
 *
 * n       how many values the line has to have; 0: any number
 */
static bool
put_as_it_came(struct card *k, const char *name, const struct fact *f, size_t n)
{
	size_t i;

	for (i = 0; i < k->nkept; i++) {
		struct kept *t = &k->kept[i];

		if (t->done || t->n == 0 || !crm_cline_is(&t->c, name) ||
		    (n > 0 && t->n != n) || !says(f, t->field[0], t->text[0]) ||
		    !holds(k, t, false))
			continue;
		(void)holds(k, t, true);
		put_kept(k, t);
		return true;
	}
	return false;
}

/* The values of a field, a line each. */
static void
put_field(struct card *k, const char *name, const char *field)
{
	size_t i;

	for (i = 0; i < k->n; i++) {
		struct fact *f = &k->fact[i];

		if (f->done || strcmp(f->field, field) != 0 ||
		    put_as_it_came(k, name, f, 0))
			continue;
		f->done = true;
		put_text(k, name, f->text);
	}
}

/* A line of several fields: the first that has a value stands for all. */
static bool
put_whole(struct card *k, const char *name, const char *const *field, size_t n)
{
	struct fact *first = NULL, *f;
	size_t i, has = 0;

	for (i = 0; i < n; i++) {
		f = fact_of(k, field[i]);
		has += f != NULL;
		if (first == NULL)
			first = f;
	}
	return first == NULL || put_as_it_came(k, name, first, has);
}

static void
put_name(struct card *k)
{
	static const char *const fields[] = { "given", "family" };
	struct crm_view given = text_of(k, "given");
	struct crm_view family = text_of(k, "family");

	put_field(k, "FN", "name");
	if (given.n > 0 || family.n > 0) {
		if (put_whole(k, "N", fields, 2))
			return;
	} else if (k->v3) /* which wants one */
		family = text_of(k, "name");
	else
		return;
	crm_buf_adds(&k->line, "N:");
	crm_cline_add_text(&k->line, family);
	crm_buf_addc(&k->line, ';');
	crm_cline_add_text(&k->line, given);
	crm_buf_adds(&k->line, ";;;");
	end_line(k);
}

static void
put_address(struct card *k)
{
	static const char *const fields[] = { "street", "city", "region",
		"postcode", "country" };
	size_t i;

	if (put_whole(k, "ADR", fields, 5))
		return;
	crm_buf_adds(&k->line, "ADR:;");
	for (i = 0; i < 5; i++) {
		crm_buf_addc(&k->line, ';');
		crm_cline_add_text(&k->line, text_of(k, fields[i]));
	}
	end_line(k);
}

static void
put_tags(struct card *k)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (!k->fact[i].done && strcmp(k->fact[i].field, "tag") == 0)
			(void)put_as_it_came(k, "CATEGORIES", &k->fact[i], 0);
	for (i = 0; i < k->n; i++) {
		if (k->fact[i].done || strcmp(k->fact[i].field, "tag") != 0)
			continue;
		crm_buf_adds(&k->line, k->line.n == 0 ? "CATEGORIES:" : ",");
		crm_cline_add_text(&k->line, k->fact[i].text);
	}
	if (k->line.n > 0)
		end_line(k);
}

/* --05-17 and 1990-05-17: 4.0 has them without their inner '-'; in 3.0, which
 * wants a year, the parameter says that it is none. */
static void
put_birthday(struct card *k)
{
	struct fact *f = fact_of(k, "birthday");
	struct crm_view day;
	size_t i;

	if (f == NULL || put_as_it_came(k, "BDAY", f, 0))
		return;
	day = f->text;
	crm_buf_adds(&k->line, "BDAY");
	if (k->v3 && crm_view_starts(day, CRM_V("--"))) {
		crm_buf_adds(&k->line,
		    ";" CRM_VCARD_OMIT_YEAR "=" CRM_VCARD_NO_YEAR
		    ":" CRM_VCARD_NO_YEAR);
		day = crm_view_skip(day, 1);
	} else
		crm_buf_addc(&k->line, ':');
	for (i = 0; i < day.n; i++)
		if (k->v3 || day.p[i] != '-' || i < 2)
			crm_buf_addc(&k->line, day.p[i]);
	end_line(k);
}

/* Who it is: the UID it came with, or the id and the store. */
static void
put_identity(struct card *k, const char *store)
{
	struct crm_view system = CRM_V(CRM_VCARD_SYSTEM ":"), updated;
	bool is_org = crm_view_is(text_of(k, "kind"), "org");
	size_t i;

	crm_buf_adds(&k->line, k->v3 ? "VERSION:3.0" : "VERSION:4.0");
	end_line(k);
	crm_buf_adds(&k->line, "UID:");
	for (i = 0; i < k->n; i++)
		if (strcmp(k->fact[i].field, "ref") == 0 &&
		    crm_view_starts(k->fact[i].text, system))
			break;
	if (i < k->n)
		crm_buf_addv(
		    &k->line, crm_view_skip(k->fact[i].text, system.n));
	else
		crm_buf_addf(&k->line, "%.*s%c%s", CRM_VARG(text_of(k, "id")),
		    CRM_VCARD_AT, store);
	end_line(k);
	if (is_org) {
		crm_buf_adds(
		    &k->line, k->v3 ? "X-ABShowAs:COMPANY" : "KIND:org");
		end_line(k);
	}
	updated = text_of(k, "updated");
	crm_buf_adds(&k->line, "REV:");
	for (i = 0; i < updated.n && updated.p[i] != '.'; i++)
		if (k->v3 || memchr("-:", updated.p[i], 2) == NULL)
			crm_buf_addc(&k->line, updated.p[i]);
	if (i < updated.n)
		crm_buf_addc(&k->line, 'Z');
	end_line(k);
}

/* What no field of ours holds. */
static void
put_rest(struct card *k)
{
	size_t i;

	for (i = 0; i < k->nkept; i++)
		if (!k->kept[i].done && k->kept[i].text == NULL)
			put_kept(k, &k->kept[i]);
}

void
crm_vcard_write(struct crm_buf *out, const struct crm_column *col,
    const struct crm_value *v, size_t n, bool v3, const char *store)
{
	struct card k = { .out = out, .v3 = v3 };
	size_t i;

	k.line.max = k.text.max = CRM_LINE_MAX * 2;
	for (i = 0; i < n; i++)
		add_facts(&k, &col[v[i].col], &v[i]);
	read_kept(&k, text_of(&k, CRM_VCARD_REST));
	crm_buf_adds(out, "BEGIN:VCARD\r\n");
	put_identity(&k, store != NULL ? store : "");
	put_name(&k);
	put_field(&k, "EMAIL", "email");
	put_field(&k, "TEL", "phone");
	put_field(&k, "ORG", "org");
	put_field(&k, "TITLE", "role");
	put_address(&k);
	put_field(&k, "LANG", "lang");
	put_birthday(&k);
	put_tags(&k);
	put_field(&k, "URL", "url");
	put_field(&k, "NOTE", "note");
	put_rest(&k);
	crm_buf_adds(out, "END:VCARD\r\n");
	crm_free(k.fact);
	crm_free(k.kept);
	crm_arena_release(&k.arena);
	crm_buf_release(&k.line);
	crm_buf_release(&k.text);
}
