/* Deciding whether a record matches, on its stored bytes. */
#include "base/fold.h"
#include "base/sorted.h"
#include "query/ast.h"
#include "record/value.h"
#include "record/word.h"

/* From so many records on, who bought what is looked up once for all. */
#define SET_PAYS 64

static const struct crm_err *match_node(struct crm_query *,
    const struct crm_node *, uint64_t id, const struct crm_stored *, bool *yes);

static size_t
letter(uint64_t id)
{
	return (size_t)(crm_id_kind(id) - 'a') % 26;
}

bool
crm_words_all(struct crm_buf *scratch, struct crm_view text,
    const struct crm_view *word, size_t n)
{
	struct crm_words w;
	struct crm_view v;
	size_t i;
	bool found;

	crm_buf_reset(scratch);
	crm_fold(scratch, text);
	for (i = 0; i < n; i++) {
		crm_words_begin(&w, crm_buf_view(scratch));
		found = false;
		while (!found && crm_words_next(&w, &v))
			found = crm_view_eq(v, word[i]);
		if (!found)
			return false;
	}
	return true;
}

bool
crm_words_phrase(struct crm_buf *scratch, struct crm_view text,
    const struct crm_view *word, size_t n, bool prefix)
{
	struct crm_words w, ahead;
	struct crm_view v;
	size_t i;

	crm_buf_reset(scratch);
	crm_fold(scratch, text);
	crm_words_begin(&w, crm_buf_view(scratch));
	for (;;) {
		ahead = w;
		for (i = 0; i < n && crm_words_next(&ahead, &v); i++)
			if (!(prefix && i + 1 == n ? crm_view_starts(v, word[i])
						   : crm_view_eq(v, word[i])))
				break;
		if (i == n)
			return true;
		if (!crm_words_next(&w, &v))
			return false;
	}
}

static bool
folded_is(struct crm_query *q, struct crm_view v, struct crm_view folded)
{
	crm_buf_reset(&q->folded);
	crm_fold(&q->folded, v);
	return crm_view_eq(crm_buf_view(&q->folded), folded);
}

static bool
match_date(const struct crm_alt *a, struct crm_view v)
{
	struct crm_date d;
	int32_t days;

	if (!crm_value_get_date(v, &d))
		return false;
	if (a->yearless)
		return d.month == a->first.month && d.day == a->first.day;
	if (d.year == 0)
		return false;
	days = crm_date_days(d);
	return days >= crm_date_days(a->first) &&
	    days <= crm_date_days(a->last);
}

static bool
match_time(const struct crm_alt *a, struct crm_view v)
{
	int64_t at_us;

	return crm_value_get_time(v, &at_us) && at_us >= a->from_us &&
	    at_us < a->to_us;
}

static bool
number_of(const struct crm_field *f, struct crm_view v, struct crm_dec *out)
{
	struct crm_buf key = CRM_BUF_INIT(64);

	if (f->type != CRM_T_SPAN)
		return crm_value_get_dec(v, out);
	crm_value_add_key(&key, f, v); /* days */
	*out = (struct crm_dec){ key.n == 8 ? (int64_t)crm_be64_get(key.p) : 0,
		0 };
	crm_buf_release(&key);
	return true;
}

/* The currency of a record's amounts in a field. */
static uint8_t
currency_of(struct crm_query *q, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(q->ctx.snap), crm_id_kind(id));
	struct crm_view v;

	if ((f->flags & CRM_F_COMPUTED) != 0)
		return crm_compute_currency(q->compute, id, r);
	if (k != NULL && crm_stored_get(r, k->currency, &v) && v.n == 1)
		return (uint8_t)v.p[0];
	return 0;
}

static bool
match_number(struct crm_query *q, const struct crm_alt *a, uint64_t id,
    const struct crm_stored *r, const struct crm_field *f, struct crm_view v)
{
	struct crm_dec d;

	if (!number_of(f, v, &d) ||
	    (a->currency != 0 && currency_of(q, id, r, f) != a->currency))
		return false;
	if (!a->is_range)
		return crm_dec_cmp(d, a->lo) == 0;
	return (!a->has_lo || crm_dec_cmp(d, a->lo) >= 0) &&
	    (!a->has_hi || crm_dec_cmp(d, a->hi) <= 0);
}

static const struct crm_err *
decide_member(void *ctx, uint64_t id, const struct crm_stored *r, bool *yes)
{
	return crm_member_match(ctx, id, r, yes);
}

/* A link: one of the ids, or a member of the segment. */
static const struct crm_err *
match_link(struct crm_query *q, const struct crm_alt *a, uint64_t id,
    struct crm_view v, bool *yes)
{
	uint64_t to = crm_link_get(v);

	*yes = crm_sorted_has(a->id, a->nids, to) ||
	    (crm_id_kind(id) == 'e' &&
		crm_sorted_has(a->people, a->npeople, to));
	return *yes || a->member == NULL
	    ? NULL
	    : crm_decide(&a->member->decided, q->ctx.snap, to, decide_member,
		  a->member, yes);
}

/* One value against one of the alternatives. */
static const struct crm_err *
match_alt(struct crm_query *q, const struct crm_term *t,
    const struct crm_alt *a, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f, struct crm_view v, bool *yes)
{
	char key[CRM_PHONE_KEY];

	*yes = false;
	switch ((enum crm_type)f->type) {
	case CRM_T_DATE:
		*yes = match_date(a, v);
		return NULL;
	case CRM_T_TIME:
		*yes = match_time(a, v);
		return NULL;
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_SPAN:
		*yes = match_number(q, a, id, r, f, v);
		return NULL;
	case CRM_T_CHOICE:
	case CRM_T_CURRENCY:
	case CRM_T_BOOL:
		*yes = crm_view_eq(v, a->stored);
		return NULL;
	case CRM_T_LINK:
		return match_link(q, a, id, v, yes);
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_T_PHONE:
	case CRM_NTYPES:
		break;
	}
	if (t->op == CRM_TERM_EXACT)
		*yes = crm_view_eq(v, a->text);
	else if (f->type == CRM_T_PHONE)
		*yes = crm_view_starts(
		    crm_view(key, crm_phone_key(f->dial, v, key)), a->folded);
	else if (f->type == CRM_T_TAG || a->nwords == 0)
		*yes = folded_is(q, v, a->folded);
	else
		*yes = crm_words_all(&q->scratch, v, a->word, a->nwords);
	return NULL;
}

/* Is a value stored as it is printed? */
static bool
is_text(const struct crm_field *f)
{
	return f->type == CRM_T_TEXT || f->type == CRM_T_EMAIL ||
	    f->type == CRM_T_URL || f->type == CRM_T_TAG;
}

/* What the expression cannot do without is looked for first. */
static bool
match_regex(struct crm_query *q, const struct crm_term *t,
    const struct crm_field *f, struct crm_view v)
{
	if (is_text(f) && !crm_literals_in(&t->literals, v))
		return false;
	if (is_text(f) && t->literals.whole)
		return true;
	crm_buf_reset(&q->scratch);
	crm_buf_adds(&q->scratch, "");
	crm_value_add_text(&q->scratch, f, v);
	return regexec(&t->regex, q->scratch.p, 0, NULL, 0) == 0;
}

/* One value against a term. */
static const struct crm_err *
match_value(struct crm_query *q, const struct crm_term *t, uint64_t id,
    const struct crm_stored *r, const struct crm_field *f, struct crm_view v,
    bool *yes)
{
	const struct crm_err *err = NULL;
	size_t i;

	*yes = false;
	if (t->op == CRM_TERM_REGEX) {
		*yes = match_regex(q, t, f, v);
		return NULL;
	}
	if (t->op == CRM_TERM_BEGINS) {
		crm_buf_reset(&q->scratch);
		crm_value_add_text(&q->scratch, f, v);
		crm_buf_reset(&q->folded);
		crm_fold(&q->folded, crm_buf_view(&q->scratch));
		*yes = crm_view_starts(crm_buf_view(&q->folded), t->folded);
		return NULL;
	}
	for (i = 0; err == NULL && !*yes && i < t->nalts; i++)
		err = match_alt(q, t, &t->alt[i], id, r, f, v, yes);
	return err;
}

const struct crm_err *
crm_term_match_text(struct crm_query *q, const struct crm_term *t,
    const struct crm_field *f, struct crm_view text, bool *yes)
{
	return match_value(q, t, 0, NULL, f, text, yes);
}

/* Nobody was in touch: quiet is endless. */
static bool
is_endless(const struct crm_term *t)
{
	size_t i;

	for (i = 0; i < t->nalts; i++)
		if (t->alt[i].is_range && t->alt[i].has_lo && !t->alt[i].has_hi)
			return true;
	return false;
}

static bool
is_met(const struct crm_field *f)
{
	return f->num == CRM_N_BOUGHT || f->num == CRM_N_GOT ||
	    f->num == CRM_N_ANSWERED;
}

/* A term against a field of a record. */
static const struct crm_err *
match_field(struct crm_query *q, struct crm_term *t, uint64_t id,
    const struct crm_stored *r, const struct crm_field *f, bool *yes)
{
	const struct crm_err *err;
	struct crm_many m;
	struct crm_view v;

	*yes = false;
	if (is_met(f) && t->op == CRM_TERM_MATCH && q->asked > SET_PAYS) {
		err = crm_term_set(q, t, f);
		*yes = crm_sorted_has(t->set, t->nset, id);
		return err;
	}
	err = crm_ref_value(q->compute, id, r, f, &q->value, &v);
	if (err != NULL)
		return err;
	if (t->op == CRM_TERM_HAS) {
		*yes = v.n > 0;
		return NULL;
	}
	if (v.n == 0) {
		*yes = f->num == CRM_N_QUIET && t->op == CRM_TERM_MATCH &&
		    is_endless(t);
		return NULL;
	}
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (err == NULL && !*yes && crm_many_next(&m, &v))
		err = match_value(q, t, id, r, f, v, yes);
	return err;
}

/* It asks about what it leads to, and that may lead on. */
static const struct crm_err *match_behind(struct crm_query *, struct crm_term *,
    size_t level, uint64_t id, const struct crm_stored *, bool *yes);

/* A term, and behind how many of its links a record stands. */
struct asking {
	struct crm_query *q;
	struct crm_term *t;
	size_t level;
};

static const struct crm_err *
decide_behind(void *ctx, uint64_t id, const struct crm_stored *r, bool *yes)
{
	const struct asking *a = ctx;

	return match_behind(a->q, a->t, a->level, id, r, yes);
}

/* A term against a record behind so many of its links. */
static const struct crm_err *
match_behind(struct crm_query *q, struct crm_term *t, size_t level, uint64_t id,
    const struct crm_stored *r, bool *yes)
{
	struct asking next = { q, t, level + 1 };
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v;

	*yes = false;
	if (level == t->ref.nlinks) {
		f = t->ref.field[letter(id)];
		return f != NULL ? match_field(q, t, id, r, f, yes) : NULL;
	}
	f = t->ref.link[level][letter(id)];
	if (f == NULL || !crm_stored_get(r, f->num, &v))
		return NULL;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (err == NULL && !*yes && crm_many_next(&m, &v))
		err = crm_decide(&t->decided[level], q->ctx.snap,
		    crm_link_get(v), decide_behind, &next, yes);
	return err;
}

/* is:open and is:closed mean not ended and ended, whatever the stages are
 * called: a ticket that waits is open.  What never ends, as people do not, has
 * only its stages' names. */
static bool
match_stage(struct crm_query *q, const struct crm_term *t, uint64_t id,
    const struct crm_stored *r)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(q->ctx.snap), crm_id_kind(id));
	const struct crm_field *f = t->ref.field[letter(id)];
	struct crm_view stage, pipe = CRM_VNULL;
	bool open = crm_view_is(t->folded, "open");

	if (f == NULL || k == NULL || !crm_stored_get(r, f->num, &stage))
		return false;
	stage = crm_word_get(stage);
	if ((!open && !crm_view_is(t->folded, "closed")) || !crm_kind_ends(k))
		return folded_is(q, stage, t->folded);
	if (k->pipeline_field != 0 &&
	    crm_stored_get(r, k->pipeline_field, &pipe))
		pipe = crm_word_get(pipe);
	return (crm_stage_end_of(k, pipe, stage) == CRM_END_OPEN) == open;
}

/* A word or phrase in the searched fields; digits in the phones; an email
 * address in the addresses. */
static bool
match_text(struct crm_query *q, const struct crm_term *t, uint64_t id,
    const struct crm_stored *r)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(q->ctx.snap), crm_id_kind(id));
	const struct crm_field *f;
	struct crm_slot slot;
	struct crm_many m;
	struct crm_view v;
	char key[CRM_PHONE_KEY];
	uint32_t i;
	bool yes = false;

	for (i = 0; k != NULL && !yes && i < r->n; i++) {
		slot = crm_stored_at(r, i);
		f = crm_field_num(k, slot.num);
		if (f == NULL || (f->flags & CRM_F_SEARCHED) == 0)
			continue;
		crm_many_begin(&m, slot.value, (f->flags & CRM_F_MANY) != 0);
		while (!yes && crm_many_next(&m, &v)) {
			if (f->type == CRM_T_PHONE)
				yes = t->digits.n > 0 &&
				    crm_view_starts(
					crm_view(key,
					    crm_phone_key(f->dial, v, key)),
					t->digits);
			else if (f->type == CRM_T_EMAIL &&
			    t->op == CRM_TERM_EMAIL)
				yes = folded_is(q, v, t->folded);
			else
				yes = crm_words_phrase(&q->scratch, v, t->word,
				    t->nwords, t->op == CRM_TERM_PREFIX);
		}
	}
	return yes;
}

/* Is a segment among the links of a field? */
static bool
is_linked(const struct crm_stored *r, uint16_t num, uint64_t segment)
{
	struct crm_many m;
	struct crm_view v;

	if (!crm_stored_get(r, num, &v))
		return false;
	crm_many_begin(&m, v, true);
	while (crm_many_next(&m, &v))
		if (crm_link_get(v) == segment)
			return true;
	return false;
}

const struct crm_err *
crm_member_match(
    struct crm_member *m, uint64_t id, const struct crm_stored *r, bool *yes)
{
	*yes = false;
	if (crm_id_kind(id) != 'e' && crm_id_kind(id) != 's') {
		if (is_linked(r, CRM_N_BARRED, m->segment))
			return NULL;
		if (is_linked(r, CRM_N_PICKED, m->segment)) {
			*yes = true;
			return NULL;
		}
	}
	return m->query != NULL ? crm_query_match(m->query, id, r, yes) : NULL;
}

static const struct crm_err *
match_term(struct crm_query *q, struct crm_term *t, uint64_t id,
    const struct crm_stored *r, bool *yes)
{
	*yes = false;
	switch (t->op) {
	case CRM_TERM_ID:
		*yes = id == t->id;
		return NULL;
	case CRM_TERM_MEMBER:
		return crm_member_match(t->member, id, r, yes);
	case CRM_TERM_STAGE:
		*yes = match_stage(q, t, id, r);
		return NULL;
	case CRM_TERM_WORD:
	case CRM_TERM_PREFIX:
	case CRM_TERM_EMAIL:
		*yes = match_text(q, t, id, r);
		return NULL;
	case CRM_TERM_MATCH:
	case CRM_TERM_EXACT:
	case CRM_TERM_BEGINS:
	case CRM_TERM_REGEX:
	case CRM_TERM_HAS:
		break;
	}
	return match_behind(q, t, 0, id, r, yes);
}

static const struct crm_err *
match_node(struct crm_query *q, const struct crm_node *n, uint64_t id,
    const struct crm_stored *r, bool *yes)
{
	const struct crm_err *err;

	switch (n->op) {
	case CRM_ALL:
		*yes = true;
		return NULL;
	case CRM_TERM:
		return match_term(q, n->term, id, r, yes);
	case CRM_NOT:
		err = match_node(q, n->left, id, r, yes);
		*yes = !*yes;
		return err;
	case CRM_AND:
		err = match_node(q, n->left, id, r, yes);
		if (err != NULL || !*yes)
			return err;
		break;
	case CRM_OR:
		err = match_node(q, n->left, id, r, yes);
		if (err != NULL || *yes)
			return err;
		break;
	}
	return match_node(q, n->right, id, r, yes);
}

const struct crm_err *
crm_query_match(
    struct crm_query *q, uint64_t id, const struct crm_stored *r, bool *yes)
{
	*yes = false;
	if (!q->kind[letter(id)])
		return NULL;
	q->asked++;
	return match_node(q, q->root, id, r, yes);
}
