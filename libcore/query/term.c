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

/* A field that none of those has who are asked about, but another kind that
 * can be named: say so. */
static const struct crm_err *
hint_kind(const struct crm_reading *r, struct crm_view name,
    const struct crm_err *err)
{
	const char *letter = r->q->only == NULL ? r->q->ctx.instead : NULL;
	struct crm_view first = crm_view(name.p, crm_view_find(name, '.'));
	const struct crm_kind *k;
	char i;

	for (i = 'a'; i <= 'z' && letter != NULL; i++) {
		k = crm_kind_of(r->schema, i);
		if (k != NULL && r->q->has[i - 'a'] &&
		    crm_field_named(k, first) != NULL)
			return err; /* what is behind it is wrong */
	}
	for (; letter != NULL && *letter != '\0'; letter++) {
		k = crm_kind_of(r->schema, *letter);
		if (k != NULL && crm_field_named(k, first) != NULL)
			return crm_err(err->code,
			    "'%.*s' is a field of %s, which are not meant here "
			    "(did you mean '%s %.*s'?)",
			    CRM_VARG(first), k->plural, k->name,
			    CRM_VARG(r->t->text));
	}
	return err;
}

/* Find a field, through links where it is dotted. */
static const struct crm_err *
find_field(struct crm_reading *r, struct crm_view name)
{
	const struct crm_err *err;
	size_t fault;

	err = crm_ref_parse(
	    r->schema, r->q->has, r->q->only, name, &r->t->ref, &fault);
	r->field = r->t->ref.first;
	if (err == NULL)
		return NULL;
	r->to = r->from + fault;
	return hint_kind(r, name, err);
}

/* How the values of a type are read, and compared. */
enum way { WAY_WORDS, WAY_PHONE, WAY_DAYS, WAY_NUMBER, WAY_STORED, WAY_LINK };

static enum way
way_of(const struct crm_field *f)
{
	switch ((enum crm_type)f->type) {
	case CRM_T_DATE:
	case CRM_T_TIME:
		return WAY_DAYS;
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_SPAN:
		return WAY_NUMBER;
	case CRM_T_CHOICE:
	case CRM_T_CURRENCY:
	case CRM_T_BOOL:
		return WAY_STORED;
	case CRM_T_LINK:
		return WAY_LINK;
	case CRM_T_PHONE:
		return WAY_PHONE;
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_NTYPES:
		break;
	}
	return WAY_WORDS;
}

static const struct crm_err *
read_values(struct crm_reading *r, struct crm_view value)
{
	r->t->alt = NULL;
	r->t->nalts = 0;
	return r->t->op == CRM_TERM_EXACT ? crm_term_read_exact(r, value)
					  : crm_term_read_alts(r, value);
}

/*
 * A name may be a date of one kind and a number of another.  What is meant is
 * what the value can be, of several the first kind's; fields that are of
 * another nature are not compared with it.
 */
static const struct crm_err *
read_as_one_can(struct crm_reading *r, struct crm_view value)
{
	struct crm_ref *ref = &r->t->ref;
	const struct crm_err *first = read_values(r, value), *err = first;
	unsigned tried = 1U << way_of(r->field);
	const struct crm_kind *kind = NULL, *other = NULL;
	bool kinds[26];
	size_t i;

	crm_ref_kinds(ref, r->q->has, kinds);
	for (i = 0; i < 26; i++) {
		const struct crm_field *f = kinds[i] ? ref->field[i] : NULL;

		if (f == NULL)
			continue;
		if (kind == NULL) /* whose field was tried first */
			kind = crm_kind_of(r->schema, (char)('a' + i));
		if (err == NULL || (tried & 1U << way_of(f)) != 0)
			continue;
		tried |= 1U << way_of(f);
		other = crm_kind_of(r->schema, (char)('a' + i));
		r->field = f;
		err = read_values(r, value);
	}
	if (err != NULL && other != NULL && strcmp(first->msg, err->msg) != 0)
		return crm_err(first->code, "%s, as of %s; %s, as of %s",
		    first->msg, kind->plural, err->msg, other->plural);
	for (i = 0; err == NULL && i < 26; i++)
		if (ref->field[i] != NULL &&
		    way_of(ref->field[i]) != way_of(r->field))
			ref->field[i] = NULL;
	ref->first = r->field;
	return err;
}

static const struct crm_err *
read_regex(struct crm_reading *r, struct crm_view value)
{
	const struct crm_err *err;

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

/*
 * overdue:yes and overdue:no ask for whom crm-report overdue shows, with money
 * or without: in place of the field comes the one that tells how long they are
 * silent, with the range of these (crm_overdue_figures() rounds up).
 *
 * name, value  in: of the term; out: what is meant
 */
static const struct crm_err *
read_question(struct crm_reading *r, struct crm_view *name,
    struct crm_view *value, bool *negate)
{
	struct crm_buf *b = &r->q->scratch;
	size_t n = name->n;

	if (r->field->num != CRM_N_OVERDUE ||
	    !(crm_view_is(*value, "yes") || crm_view_is(*value, "no")))
		return NULL;
	while (n > 0 && name->p[n - 1] != '.')
		n--;
	crm_buf_reset(b);
	crm_buf_addv(b, crm_view(name->p, n)); /* links that lead to it */
	crm_buf_addv(b, CRM_V("silence"));
	*name = crm_term_keep(r->q, crm_buf_view(b));
	*negate = crm_view_is(*value, "no");
	*value = CRM_V("2.001..");
	return find_field(r, *name);
}

static const struct crm_err *
read_field_term(struct crm_reading *r, struct crm_view name,
    struct crm_view value, bool *negate)
{
	const struct crm_err *err;
	char op = value.n > 0 ? value.p[0] : '\0';

	err = find_field(r, name);
	if (err != NULL)
		return crm_term_check_ref(r, err);
	r->from = name.n + 1;
	err = read_question(r, &name, &value, negate);
	if (err != NULL)
		return err;
	if (value.n == 0)
		return crm_err(CRM_E_USAGE,
		    "a value is missing (no:%.*s finds those without one)",
		    CRM_VARG(name));
	if (op != '=' && op != '~' && op != '/') {
		r->t->op = CRM_TERM_MATCH;
		return read_as_one_can(r, value);
	}
	value = crm_view_skip(value, 1);
	if (value.n == 0)
		return crm_err(CRM_E_USAGE, "a value is missing");
	if (op == '=') {
		r->t->op = CRM_TERM_EXACT;
		return read_as_one_can(r, value);
	}
	if (op == '~')
		return read_regex(r, value);
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
		if (f == NULL || f->choices == NULL || !r->q->has[i])
			continue;
		if (crm_words_find(f->choices, word) != NULL)
			known = true;
	}
	r->t->op = CRM_TERM_STAGE;
	r->t->folded = crm_term_keep_folded(r->q, word);
	return known ? NULL
		     : crm_term_no_choice("unknown stage", word,
			   r->t->ref.field, r->q->has, always);
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
		    : read_field_term(r, name, value, negate);
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
