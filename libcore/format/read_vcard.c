/* vCard 2.1, 3.0 and 4.0: a card is a row of our fields. */
#include "base/utf8.h"
#include "format/read_impl.h"
#include "format/vcard.h"

#include <strings.h>

/* What is read of one card. */
struct card {
	struct crm_reader *r;
	struct crm_cline *line;
	size_t n, cap;
	bool is_org;
	uint32_t before;         /* the column of the last cell */
	struct crm_view has[32]; /* names of single fields that are filled */
	size_t nhas;
	struct crm_vcard_values values;
	struct crm_buf rest; /* lines to be kept */
};

bool
crm_vcard_is_first(struct crm_view line)
{
	return crm_cline_is_text(line, "BEGIN:VCARD");
}

/* Take the lines of the next card, and those that are empty before it. */
static const struct crm_err *
take_card(struct crm_reader *r)
{
	const struct crm_err *err;
	struct crm_view line;

	do {
		err = crm_lines_next(&r->lines);
		if (err != NULL || r->lines.len == 0)
			return err;
		line = crm_lines_record(&r->lines);
	} while (crm_view_trim(line).n == 0);
	if (!crm_vcard_is_first(line))
		return crm_err(
		    CRM_E_DATA, "not a vCard: BEGIN:VCARD is expected");
	return crm_cline_take(r, "VCARD", "card");
}

/* A card within a card (2.1: AGENT): as 3.0 has it, the text of one value. */
static void
take_inner(struct crm_view *text, struct crm_reader *r, struct crm_cline *c)
{
	struct crm_buf inner = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	struct crm_buf line = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	size_t depth = 1;

	crm_buf_adds(&inner, "BEGIN:VCARD");
	while (text->n > 0 && depth > 0) {
		crm_cline_unfold(text, &line);
		if (crm_vcard_is_first(crm_buf_view(&line)))
			depth++;
		else if (crm_cline_is_text(crm_buf_view(&line), "END:VCARD"))
			depth--;
		crm_buf_adds(&inner, "\\n");
		crm_cline_add_text(&inner, crm_buf_view(&line));
	}
	c->name = CRM_V("AGENT");
	c->group = c->params = CRM_VNULL;
	c->value = crm_view(crm_arena_dup(&r->card, inner.p, inner.n), inner.n);
	crm_buf_release(&inner);
	crm_buf_release(&line);
}

/* Take the card apart into its lines. */
static const struct crm_err *
read_lines(struct card *k)
{
	struct crm_view text = crm_lines_record(&k->r->lines), v;
	struct crm_buf line = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	const struct crm_err *err = NULL;
	struct crm_cline c;

	(void)crm_cline_next_line(&text);
	while (err == NULL && text.n > 0) {
		crm_cline_unfold(&text, &line);
		v = crm_buf_view(&line);
		if (crm_view_trim(v).n == 0 ||
		    crm_cline_is_text(v, "END:VCARD"))
			continue;
		v = crm_view(crm_arena_dup(&k->r->card, v.p, v.n), v.n);
		if (crm_utf8_check(v) < v.n && memchr(v.p, '\0', v.n) != NULL)
			err = crm_err(CRM_E_DATA, "a NUL");
		else if (!crm_cline_parse(v, &c))
			err =
			    crm_err(CRM_E_DATA, "not a line of a vCard: '%.*s'",
				(int)(v.n < 60 ? v.n : 60), v.p);
		else if (crm_vcard_is_first(v))
			take_inner(&text, k->r, &c);
		else if (crm_cline_is(&c, "AGENT") && c.value.n == 0)
			continue;
		if (err == NULL)
			err = crm_cline_decode(k->r, &c);
		k->line =
		    crm_grow(k->line, &k->cap, k->n + 1, sizeof(*k->line));
		k->line[k->n++] = c;
	}
	crm_buf_release(&line);
	return err;
}

/* Does the record have that field already? */
static bool
has(const struct card *k, const char *field)
{
	size_t i;

	for (i = 0; i < k->nhas; i++)
		if (crm_view_is(k->has[i], field))
			return true;
	return false;
}

static bool
is_of_people(const char *field)
{
	static const char *const names[] = { "given", "family", "org", "role",
		"lang", "birthday" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(field, names[i]) == 0)
			return true;
	return false;
}

/* May the record take all that a line says? */
static bool
takes(const struct card *k, const struct crm_vcard_values *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if ((k->is_org && is_of_people(v->value[i].field)) ||
		    has(k, v->value[i].field))
			return false;
	return v->n > 0;
}

/*
 * Keep a line, without what says how it came over.
 *
 * taken   fields hold what it says too: it is marked as such
 */
static void
keep(struct card *k, const struct crm_cline *c, bool taken)
{
	struct crm_view rest = c->params, name, value;
	struct crm_buf *b = &k->rest;
	bool quoted;
	size_t i;

	if (b->n > 0)
		crm_buf_addc(b, '\n');
	if (taken)
		crm_buf_addc(b, CRM_VCARD_TAKEN);
	if (c->group.n > 0)
		crm_buf_addf(b, "%.*s.", CRM_VARG(c->group));
	crm_buf_addv(b, c->name);
	while (crm_cline_next_param(&rest, &name, &value)) {
		if (crm_cline_is_text(name, "CHARSET") ||
		    (crm_cline_is_text(name, "ENCODING") &&
			!crm_cline_is_text(value, "b") &&
			!crm_cline_is_text(value, "base64")))
			continue;
		quoted = false;
		for (i = 0; i < value.n; i++)
			quoted |= memchr(":;", value.p[i], 2) != NULL;
		crm_buf_addf(b, ";%.*s=%s%.*s%s", CRM_VARG(name),
		    quoted ? "\"" : "", CRM_VARG(value), quoted ? "\"" : "");
	}
	crm_buf_addc(b, ':');
	crm_buf_addv(b, c->value);
}

/* Does a parameter say no more than how the value of its line is written? */
static bool
is_of_form(
    const struct crm_cline *c, struct crm_view name, struct crm_view value)
{
	return crm_cline_is_text(name, "CHARSET") ||
	    crm_cline_is_text(name, "ENCODING") ||
	    (crm_cline_is(c, "BDAY") &&
		(crm_cline_is_text(name, CRM_VCARD_OMIT_YEAR) ||
		    (crm_cline_is_text(name, "VALUE") &&
			crm_cline_is_text(value, "date"))));
}

/* Is there more to a line than the values that were taken? */
static bool
says_more(const struct crm_cline *c, const struct crm_vcard_values *v)
{
	struct crm_view rest = c->params, name, value;

	if (!v->whole || c->group.n > 0)
		return true;
	while (crm_cline_next_param(&rest, &name, &value))
		if (!is_of_form(c, name, value))
			return true;
	return false;
}

static const struct crm_err *
place(struct card *k, const struct crm_cline *c)
{
	struct crm_vcard_values *v = &k->values;
	const struct crm_err *err = NULL;
	size_t i;

	/* 3.0 wants an N of organisations, too: it says what FN says */
	if (crm_vcard_is_frame(c) || (k->is_org && crm_cline_is(c, "N")))
		return NULL;
	crm_vcard_read(c, v);
	if (!takes(k, v)) {
		if (c->value.n > 0)
			keep(k, c, false);
		return NULL;
	}
	for (i = 0; err == NULL && i < v->n; i++)
		err = crm_cline_add_cell(k->r, &k->before, v->value[i].field,
		    crm_vcard_text(v, i), crm_vcard_is_many(v->value[i].field));
	/* One address, not the street of one and the town of another. */
	if (crm_cline_is(c, "ADR") && k->nhas + 5 < 32) {
		k->has[k->nhas++] = CRM_V("street");
		k->has[k->nhas++] = CRM_V("city");
		k->has[k->nhas++] = CRM_V("region");
		k->has[k->nhas++] = CRM_V("postcode");
		k->has[k->nhas++] = CRM_V("country");
	}
	for (i = 0; i < v->n && k->nhas < 32; i++)
		if (!crm_vcard_is_many(v->value[i].field))
			k->has[k->nhas++] = crm_view_str(v->value[i].field);
	if (says_more(c, v))
		keep(k, c, true);
	return err;
}

/* What a card is of, and who. */
static const struct crm_err *
add_identity(struct card *k)
{
	struct crm_buf ref = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_view kind = CRM_V("person"), v;
	const struct crm_err *err;
	size_t i;
	bool own = false;

	for (i = 0; i < k->n; i++) {
		const struct crm_cline *c = &k->line[i];

		v = crm_view_trim(c->value);
		if (crm_cline_is(c, "X-ABSHOWAS") &&
		    crm_cline_is_text(v, "COMPANY"))
			kind = CRM_V("org");
		if ((crm_cline_is(c, "KIND") ||
			crm_cline_is(c, "X-ADDRESSBOOKSERVER-KIND")) &&
		    v.n > 0 && !crm_cline_is_text(v, "individual"))
			kind = crm_cline_is_text(v, "org") ||
				crm_cline_is_text(v, "organization")
			    ? CRM_V("org")
			    : v;
		if (!crm_cline_is(c, "UID") || v.n == 0 || ref.n > 0)
			continue;
		own = crm_reader_own_id(k->r, v, &v);
		if (!own)
			crm_buf_adds(&ref, CRM_VCARD_SYSTEM ":");
		crm_buf_addv(&ref, v);
	}
	k->is_org = crm_view_is(kind, "org");
	err = crm_cline_add_cell(k->r, &k->before, "kind", kind, false);
	if (err == NULL && ref.n > 0)
		err = crm_cline_add_cell(k->r, &k->before, own ? "id" : "ref",
		    crm_buf_view(&ref), !own);
	crm_buf_release(&ref);
	return err;
}

/* Who has no name is called by what there is; of the rest the binder knows. */
static const struct crm_err *
add_name(struct card *k)
{
	static const char *const from[] = { "NICKNAME", "ORG" };
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;
	struct crm_view rest;
	size_t i, j;

	if (has(k, "name") || has(k, "given") || has(k, "family"))
		return NULL;
	for (j = 0; b.n == 0 && j < 2; j++)
		for (i = 0; b.n == 0 && i < k->n; i++) {
			rest = k->line[i].value;
			if (crm_cline_is(&k->line[i], from[j]))
				(void)crm_cline_next_part(&rest, ";,", &b);
		}
	if (b.n > 0)
		err = crm_cline_add_cell(
		    k->r, &k->before, "name", crm_buf_view(&b), false);
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
make_row(struct card *k)
{
	const struct crm_err *err;
	size_t i;
	int round;

	err = add_identity(k);
	/* the preferred ones first */
	for (round = 0; round < 2; round++)
		for (i = 0; err == NULL && i < k->n; i++)
			if (crm_vcard_is_preferred(&k->line[i]) == (round == 0))
				err = place(k, &k->line[i]);
	if (err == NULL)
		err = add_name(k);
	if (err == NULL)
		err = crm_buf_end(&k->rest);
	if (err == NULL && k->rest.n > 0)
		err = crm_cline_add_cell(k->r, &k->before, CRM_VCARD_REST,
		    crm_buf_view(&k->rest), false);
	return err;
}

const struct crm_err *
crm_vcard_row(struct crm_reader *r)
{
	struct card k = { .r = r, .before = CRM_COL_NONE };
	const struct crm_err *err;

	err = take_card(r);
	if (err != NULL || r->lines.len == 0)
		return err;
	crm_arena_reset(&r->card);
	crm_cols_begin_row(&r->cols);
	r->row.n = 0;
	k.rest.max = CRM_LINE_MAX;
	err = read_lines(&k);
	if (err == NULL)
		err = make_row(&k);
	crm_vcard_values_release(&k.values);
	crm_buf_release(&k.rest);
	crm_free(k.line);
	return err;
}
