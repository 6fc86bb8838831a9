/* Reading one term. */

#include "base/fold.h"
#include "query/regex.h"
#include "query/term_impl.h"
#include "record/value.h"
#include "store/who.h"

struct crm_view
crm_term_keep(struct crm_query *q, struct crm_view v)
{
	return crm_view(crm_arena_dup(&q->arena, v.p, v.n), v.n);
}

struct crm_view
crm_term_keep_folded(struct crm_query *q, struct crm_view v)
{
	crm_buf_reset(&q->scratch);
	crm_fold(&q->scratch, crm_nfc(&q->arena, v));
	return crm_term_keep(q, crm_buf_view(&q->scratch));
}

struct crm_view *
crm_term_words(struct crm_query *q, struct crm_view folded, size_t *n)
{
	struct crm_words w;
	struct crm_view v, *list;

	*n = 0;
	crm_words_begin(&w, folded);
	while (crm_words_next(&w, &v))
		(*n)++;
	list = crm_arena_alloc(&q->arena, (*n + 1) * sizeof(*list));
	*n = 0;
	crm_words_begin(&w, folded);
	while (crm_words_next(&w, &list[*n]))
		(*n)++;
	return list;
}

/* Find a field, through links where it is dotted. */
static const struct crm_err *
find_field(struct crm_reading *r, struct crm_view name)
{
	const struct crm_err *err;
	size_t fault;

	err = crm_ref_parse(
	    r->schema, r->q->kind, r->q->only, name, &r->t->ref, &fault);
	r->field = r->t->ref.first;
	if (err != NULL)
		r->to = r->from + fault;
	return err;
}

static const struct crm_err *
read_field_term(
    struct crm_reading *r, struct crm_view name, struct crm_view value)
{
	const struct crm_err *err;
	char op = value.n > 0 ? value.p[0] : '\0';

	err = find_field(r, name);
	if (err != NULL)
		return crm_term_check_ref(r, err);
	r->from = name.n + 1;
	if (value.n == 0)
		return crm_err(CRM_E_USAGE,
		    "a value is missing (no:%.*s finds those without one)",
		    CRM_VARG(name));
	if (op != '=' && op != '~' && op != '/') {
		r->t->op = CRM_TERM_MATCH;
		return crm_term_read_alts(r, value);
	}
	value = crm_view_skip(value, 1);
	if (value.n == 0)
		return crm_err(CRM_E_USAGE, "a value is missing");
	if (op == '=') {
		r->t->op = CRM_TERM_EXACT;
		return crm_term_read_exact(r, value);
	}
	if (op == '~') {
		r->t->op = CRM_TERM_REGEX;
		err = crm_regex_compile(&r->q->arena, value, &r->t->regex);
		r->t->has_regex = err == NULL;
		if (err != NULL)
			return err;
		crm_literals_of(&r->q->arena, value, &r->t->literals);
		crm_literals_fold(
		    &r->q->arena, &r->t->literals, &r->t->folded_literals);
		return NULL;
	}
	r->t->op = CRM_TERM_BEGINS;
	r->t->folded = crm_term_keep_folded(r->q, value);
	return NULL;
}

/* is:STAGE of any kind selected, or is:open, is:closed. */
static const struct crm_err *
read_stage(struct crm_reading *r, struct crm_view word)
{
	static const char always[] = "open\0closed\0";
	bool known = crm_view_is(word, "open") || crm_view_is(word, "closed");
	size_t i;

	for (i = 0; i < 26; i++) {
		const struct crm_kind *k =
		    crm_kind_of(r->schema, (char)('a' + i));
		const struct crm_field *f = k != NULL && k->stage != 0
		    ? crm_field_num(k, k->stage)
		    : NULL;

		r->t->ref.field[i] = f;
		if (f == NULL || f->choices == NULL || !r->q->kind[i])
			continue;
		if (crm_words_find(f->choices, word) != NULL)
			known = true;
	}
	r->t->op = CRM_TERM_STAGE;
	r->t->folded = crm_term_keep_folded(r->q, word);
	return known ? NULL
		     : crm_term_no_choice("unknown stage", word,
			   r->t->ref.field, r->q->kind, always);
}

static const struct crm_err *
read_reserved(struct crm_reading *r, struct crm_view name,
    struct crm_view value, bool *negate)
{
	r->from = name.n + 1;
	if (value.n == 0)
		return crm_err(CRM_E_USAGE, "%.*s: needs a %s behind it",
		    CRM_VARG(name),
		    crm_view_is(name, "is") ? "stage" : "field");
	if (crm_view_is(name, "is"))
		return read_stage(r, value);
	r->t->op = CRM_TERM_HAS;
	*negate = crm_view_is(name, "no");
	return find_field(r, value);
}

/* A WORD, a phrase, or the beginning of one. */
static const struct crm_err *
read_word(struct crm_reading *r, struct crm_view text)
{
	struct crm_query *q = r->q;
	struct crm_term *t = r->t;
	char key[CRM_PHONE_KEY];
	bool whole;
	size_t n;

	t->op = q->ctx.beginnings ? CRM_TERM_PREFIX : CRM_TERM_WORD;
	if (text.p[0] == '/' && text.n > 1) {
		t->op = CRM_TERM_PREFIX;
		text = crm_view_skip(text, 1);
	}
	t->folded = crm_term_keep_folded(q, text);
	t->word = crm_term_words(q, t->folded, &t->nwords);
	if (crm_who_is_phone(text)) {
		n = crm_phone_end(
		    crm_schema_dial(r->schema), text, key, &whole);
		t->digits = crm_term_keep(q, crm_view(key, n));
	}
	if (t->nwords == 0)
		return crm_err(CRM_E_USAGE, "'%.*s' has no word to look for",
		    CRM_VARG(text));
	if (text.n > 0 && crm_view_find(text, '@') > 0 &&
	    crm_who_is_email(text) && t->op == CRM_TERM_WORD)
		t->op = CRM_TERM_EMAIL;
	return NULL;
}

static const struct crm_err *
read_term(struct crm_reading *r, struct crm_view text, bool *negate)
{
	const struct crm_err *err;
	struct crm_view name = crm_term_name(text), value;
	uint64_t id;

	if (text.n == 0)
		return crm_err(CRM_E_USAGE, "an empty term");
	err = crm_term_check(r, text);
	if (err != NULL)
		return err;
	if (name.n > 0) {
		value = crm_view_skip(text, name.n + 1);
		return crm_term_is_reserved(name)
		    ? read_reserved(r, name, value, negate)
		    : read_field_term(r, name, value);
	}
	if (text.p[0] == '@' && text.n > 1) {
		r->t->op = CRM_TERM_MEMBER;
		return crm_term_read_member(
		    r, crm_view_skip(text, 1), &r->t->member);
	}
	if (crm_id_parse(text, &id) &&
	    crm_kind_of(r->schema, crm_id_kind(id)) != NULL) {
		r->t->op = CRM_TERM_ID;
		err = crm_who_now(r->q->ctx.snap, id, &r->t->id);
		if (r->t->id == 0)
			r->t->id = id;
		return err;
	}
	return read_word(r, text);
}

const struct crm_err *
crm_term_parse(struct crm_query *q, struct crm_view text,
    const struct crm_nest *nest, struct crm_term **out, bool *negate,
    size_t *from, size_t *to)
{
	struct crm_reading r = { .q = q,
		.schema = crm_snap_schema(q->ctx.snap),
		.nest = nest,
		.to = text.n };
	const struct crm_err *err;

	r.t = crm_arena_alloc(&q->arena, sizeof(*r.t));
	memset(r.t, 0, sizeof(*r.t));
	r.t->text = crm_term_keep(q, text);
	q->term = crm_grow(
	    q->term, &q->term_cap, q->nterms + 1, sizeof(struct crm_term *));
	q->term[q->nterms++] = r.t;
	err = read_term(&r, r.t->text, negate);
	*from = r.from;
	*to = r.to > r.from ? r.to : text.n;
	*out = r.t;
	return err;
}
