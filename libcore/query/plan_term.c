/* The ids that one term leaves to be looked at. */
#include "base/fold.h"
#include "query/plan_impl.h"
#include "record/value.h"
#include "record/word.h"
#include "store/index.h"
#include "store/past.h"
#include "store/story.h"

/* The key of an exact value in the index; p is NULL when an alternative has
 * no one key. */
struct crm_view
crm_plan_alt_key(struct crm_planning *p, const struct crm_term *t,
    const struct crm_field *f, const struct crm_alt *a)
{
	switch ((enum crm_type)f->type) {
	case CRM_T_CHOICE:
	case CRM_T_BOOL:
	case CRM_T_CURRENCY:
		return a->stored;
	case CRM_T_TAG:
		return a->folded;
	case CRM_T_PHONE:
		if (t->op != CRM_TERM_EXACT)
			return CRM_VNULL;
		crm_buf_reset(&p->key);
		crm_value_add_key(&p->key, f, a->text);
		return crm_buf_view(&p->key);
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_URL:
		return t->op == CRM_TERM_EXACT || a->nwords == 0 ? a->folded
								 : CRM_VNULL;
	case CRM_T_DATE:
	case CRM_T_TIME:
	case CRM_T_SPAN:
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_LINK:
	case CRM_NTYPES:
		break;
	}
	return CRM_VNULL;
}

/* The events in the story of who, whatever the indexes have. */
static const struct crm_err *
take_story(
    struct crm_planning *p, uint64_t who, struct crm_candidates *c, size_t *cap)
{
	const struct crm_err *err;
	struct crm_story_walk *w;
	struct crm_story s;

	err = crm_snap_story(p->q->ctx.snap, &w);
	if (err == NULL)
		err = crm_story_seek(w, who, INT64_MIN, &s);
	while (err == NULL && s.who == who) {
		crm_plan_append(c, cap, &s.event, 1);
		err = crm_story_next(w, &s);
	}
	return err;
}

bool
crm_plan_is_story(const struct crm_planning *p, const struct crm_field *f)
{
	return p->kind->letter == 'e' && f->num == CRM_EVENT_WHO;
}

bool
crm_plan_is_prompt(const struct crm_planning *p, const struct crm_field *f)
{
	return p->kind->letter != 'e' || (f->flags & CRM_F_PROMPT) != 0;
}

const struct crm_err *
crm_plan_take_past(
    struct crm_planning *p, const struct crm_field *f, struct crm_candidates *c)
{
	struct crm_past *past = crm_snap_past(p->q->ctx.snap);
	struct crm_candidates changed = { .tail_known = true };
	const struct crm_err *err = NULL;
	const uint64_t *id;
	size_t n, cap = 0;

	if (past == NULL || c->all)
		return NULL;
	if (f == NULL ||
	    !crm_plan_is_story(p, f)) { /* these are as they were */
		err = crm_past_column_ids(past, p->kind->letter, f, &id, &n);
		if (err == NULL) {
			crm_plan_append(&changed, &cap, id, n);
			crm_plan_unite(p, c, &changed);
		}
	}
	c->exact = false;
	c->as_it_was = true;
	return err;
}

const struct crm_err *
crm_plan_take_link(struct crm_planning *p, const struct crm_field *f,
    uint64_t to, struct crm_candidates *c, size_t *cap)
{
	char group[CRM_KEY_MAX], key[8];

	if (crm_plan_is_story(p, f))
		return take_story(p, to, c, cap);
	crm_be64(key, to);
	return crm_plan_take_group(p, CRM_TABLE_INDEX,
	    crm_plan_index_group(p, f, crm_view(key, 8), group), c, cap);
}

static const struct crm_err *
plan_links(struct crm_planning *p, const struct crm_term *t,
    const struct crm_field *f, struct crm_candidates *c)
{
	const struct crm_err *err = NULL;
	size_t i, j, cap = 0, n;
	uint64_t *ids;

	if (!crm_plan_is_story(p, f) && (f->flags & CRM_F_INDEXED) == 0) {
		crm_plan_set_all(c);
		return NULL;
	}
	c->exact = true;
	c->tail_known = crm_plan_is_story(p, f) || crm_plan_is_prompt(p, f);
	for (i = 0; err == NULL && i < t->nalts; i++) {
		const struct crm_alt *a = &t->alt[i];

		for (j = 0; err == NULL && j < a->nids; j++)
			err = crm_plan_take_link(p, f, a->id[j], c, &cap);
		for (j = 0;
		     err == NULL && crm_plan_is_story(p, f) && j < a->npeople;
		     j++)
			err = crm_plan_take_link(p, f, a->people[j], c, &cap);
		if (err != NULL || a->member == NULL)
			continue;
		err = crm_plan_members(p, a->member, &ids, &n);
		if (err == NULL && ids == NULL && n > 0) {
			crm_plan_set_all(c);
			return NULL;
		}
		for (j = 0; err == NULL && j < n; j++)
			err = crm_plan_take_link(p, f, ids[j], c, &cap);
		crm_free(ids);
	}
	crm_plan_finish(p, c);
	return err;
}

/* The customers with a row among the rollups. */
static const struct crm_err *
plan_rollups(struct crm_planning *p, struct crm_candidates *c)
{
	const struct crm_err *err;
	struct crm_rollup_walk *w;
	struct crm_rollup_at row;
	size_t cap = 0;

	err = crm_rollup_open(p->q->ctx.snap, &w);
	if (err == NULL)
		err = crm_rollup_first(w, p->kind->letter, &row);
	while (err == NULL && row.who != 0 &&
	    crm_id_kind(row.who) == p->kind->letter) {
		if (c->n == 0 || c->id[c->n - 1] != row.who)
			crm_plan_append(c, &cap, &row.who, 1);
		err = crm_rollup_next(w, &row);
	}
	crm_rollup_close(w);
	crm_plan_finish(p, c);
	return err;
}

/* Would a record without a row, all zeros, match? */
static bool
matches_zero(const struct crm_term *t)
{
	struct crm_dec zero = { 0, 0 };
	size_t i;

	for (i = 0; i < t->nalts; i++) {
		const struct crm_alt *a = &t->alt[i];

		if (!a->is_range
			? crm_dec_cmp(a->lo, zero) == 0
			: !(a->has_lo && crm_dec_cmp(a->lo, zero) > 0) &&
			    !(a->has_hi && crm_dec_cmp(a->hi, zero) < 0))
			return true;
	}
	return false;
}

/* Is a computed field one whose value only those with rollups have? */
bool
crm_plan_is_rollup(const struct crm_planning *p, const struct crm_term *t,
    const struct crm_field *f)
{
	bool org = p->kind->letter == 'o'; /* shares its people's contacts */

	if (t->op != CRM_TERM_MATCH)
		return false;
	switch (f->num) {
	case CRM_N_FIRST_ORDER:
	case CRM_N_LAST_ORDER:
	case CRM_N_RFM:
	case CRM_N_ALIVE:
	case CRM_N_EXPECTED:
	case CRM_N_CLV:
	case CRM_N_SILENCE:
		return true;
	case CRM_N_LAST:
		return !org;
	case CRM_N_ORDERS:
	case CRM_N_SPENT:
	case CRM_N_BALANCE:
		return !matches_zero(t);
	case CRM_N_OVERDUE: /* an org may have paid for its people instead */
	case CRM_N_CONTACTS:
		return !org && !matches_zero(t);
	default:
		return false;
	}
}

bool
crm_plan_is_met(const struct crm_field *f)
{
	return f->num == CRM_N_BOUGHT || f->num == CRM_N_GOT ||
	    f->num == CRM_N_ANSWERED;
}

bool
crm_plan_is_own(const struct crm_term *t, const struct crm_field *f)
{
	return f->num == CRM_N_ID &&
	    (t->op == CRM_TERM_MATCH || t->op == CRM_TERM_EXACT);
}

static const struct crm_err *
plan_computed(struct crm_planning *p, struct crm_term *t,
    const struct crm_field *f, struct crm_candidates *c)
{
	const struct crm_err *err;
	size_t i, cap = 0;

	if (crm_plan_is_rollup(p, t, f))
		return plan_rollups(p, c);
	if (!crm_plan_is_met(f) || t->op != CRM_TERM_MATCH) {
		crm_plan_set_all(c);
		return NULL;
	}
	err = crm_term_set(p->q, t, f);
	for (i = 0; err == NULL && i < t->nset; i++)
		if (crm_id_kind(t->set[i]) == p->kind->letter)
			crm_plan_append(c, &cap, &t->set[i], 1);
	crm_plan_finish(p, c);
	return err;
}

/* The field of a term in this kind, where an index of it helps. */
const struct crm_field *
crm_plan_field(const struct crm_planning *p, const struct crm_term *t)
{
	const struct crm_field *f = t->ref.field[p->kind->letter - 'a'];

	if (t->ref.nlinks > 0 || f == NULL)
		return NULL;
	/* The day of an event stands in the index as its at. */
	if (f->num == CRM_N_DAY)
		return crm_field_num(p->kind, CRM_EVENT_AT);
	if (crm_plan_is_story(p, f) || (f->flags & CRM_F_COMPUTED) != 0 ||
	    (f->flags & (CRM_F_INDEXED | CRM_F_SEARCHED)) != 0)
		return f;
	return NULL;
}

bool
crm_plan_is_range(const struct crm_field *f)
{
	return f->type == CRM_T_DATE || f->type == CRM_T_TIME ||
	    f->type == CRM_T_NUMBER || f->type == CRM_T_PERCENT ||
	    f->type == CRM_T_MONEY || f->type == CRM_T_SPAN;
}

/* Values of text, choices and the like: each its group; words by the text
 * table or by walking the column. */
static const struct crm_err *
plan_values(struct crm_planning *p, const struct crm_term *t,
    const struct crm_field *f, struct crm_candidates *c)
{
	const struct crm_err *err = NULL;
	char group[CRM_KEY_MAX];
	struct crm_view key;
	size_t i, cap;

	c->exact = true;
	c->tail_known = crm_plan_is_prompt(p, f);
	for (i = 0; err == NULL && i < t->nalts; i++) {
		const struct crm_alt *a = &t->alt[i];
		struct crm_candidates one = { .exact = t->op != CRM_TERM_EXACT,
			.tail_known = c->tail_known };

		cap = 0;
		key = crm_plan_alt_key(p, t, f, a);
		if (key.p != NULL && (f->flags & CRM_F_INDEXED) != 0) {
			err = crm_plan_take_group(p, CRM_TABLE_INDEX,
			    crm_plan_index_group(p, f, key, group), &one, &cap);
			one.exact &= key.n <= CRM_INDEX_VALUE_MAX;
		} else if (f->type == CRM_T_PHONE && t->op != CRM_TERM_EXACT &&
		    (f->flags & CRM_F_INDEXED) != 0)
			err = crm_plan_walk_column(p,
			    &(struct crm_plan_span){
				.field = f, .from = a->folded, .prefix = true },
			    &one, &cap);
		else if ((f->flags & CRM_F_SEARCHED) != 0 && a->nwords > 0) {
			err = crm_plan_take_words(
			    p, a->word, a->nwords, false, &one);
			one.exact = false;
		} else if (a->nwords > 0 && (f->flags & CRM_F_INDEXED) != 0)
			err = crm_plan_walk_column(p,
			    &(struct crm_plan_span){ .field = f, .words = a },
			    &one, &cap);
		else
			crm_plan_set_all(&one);
		if (!one.all)
			crm_plan_finish(p, &one);
		if (i == 0)
			*c = one;
		else
			crm_plan_unite(p, c, &one);
	}
	return err;
}

bool
crm_plan_one_list(
    struct crm_planning *p, const struct crm_term *t, struct crm_plan_list *out)
{
	const struct crm_field *f;
	struct crm_view key;

	if (t->op == CRM_TERM_WORD) {
		out->table = CRM_TABLE_TEXT;
		out->exact = true;
		out->tail_known = false;
		if (t->nwords != 1 || t->digits.n > 0)
			return false;
		out->group_n =
		    crm_text_group(out->group, t->word[0], p->kind->letter);
		return true;
	}
	if ((t->op != CRM_TERM_MATCH && t->op != CRM_TERM_EXACT) ||
	    t->nalts != 1)
		return false;
	f = crm_plan_field(p, t);
	if (f == NULL || (f->flags & CRM_F_INDEXED) == 0 ||
	    (f->flags & CRM_F_COMPUTED) != 0 || crm_plan_is_range(f))
		return false;
	key = crm_plan_alt_key(p, t, f, &t->alt[0]);
	if (key.p == NULL)
		return false;
	out->table = CRM_TABLE_INDEX;
	out->group_n = crm_plan_index_group(p, f, key, out->group).n;
	out->exact = t->op != CRM_TERM_EXACT && key.n <= CRM_INDEX_VALUE_MAX;
	out->tail_known = crm_plan_is_prompt(p, f);
	return true;
}

static const struct crm_err *
plan_begins(struct crm_planning *p, const struct crm_term *t,
    const struct crm_field *f, struct crm_candidates *c)
{
	/* what an index holds of a value that is cut, begins with this */
	size_t most = CRM_INDEX_VALUE_MAX - 4, cap = 0;
	const struct crm_err *err;

	if ((f->flags & CRM_F_INDEXED) == 0 ||
	    (f->type != CRM_T_TEXT && f->type != CRM_T_EMAIL &&
		f->type != CRM_T_TAG && f->type != CRM_T_URL)) {
		crm_plan_set_all(c);
		return NULL;
	}
	c->exact = t->folded.n <= most;
	c->tail_known = crm_plan_is_prompt(p, f);
	err = crm_plan_walk_column(p,
	    &(struct crm_plan_span){ .field = f,
		.from = crm_view(
		    t->folded.p, t->folded.n < most ? t->folded.n : most),
		.prefix = true },
	    c, &cap);
	crm_plan_finish(p, c);
	return err;
}

/* May records at a stage be those that a word means in this kind? */
static bool
may_be_stage(
    struct crm_planning *p, const struct crm_term *t, struct crm_view stage)
{
	bool open = crm_view_is(t->folded, "open");

	if ((!open && !crm_view_is(t->folded, "closed")) ||
	    !crm_kind_ends(p->kind)) {
		crm_buf_reset(&p->q->folded);
		crm_fold(&p->q->folded, stage);
		return crm_view_eq(crm_buf_view(&p->q->folded), t->folded);
	}
	/* what ends in one pipeline may not in another */
	return p->kind->pipeline_field != 0 ||
	    (crm_stage_end_of(p->kind, CRM_VNULL, stage) == CRM_END_OPEN) ==
	    open;
}

/* is:STAGE: of all stages that records have, also such as crm.yaml has no
 * more. */
static const struct crm_err *
plan_stage(
    struct crm_planning *p, const struct crm_term *t, struct crm_candidates *c)
{
	const struct crm_field *f = t->ref.field[p->kind->letter - 'a'];
	const struct crm_err *err;
	char head[CRM_INDEX_PREFIX];
	struct crm_entry e;
	struct crm_walk *w;
	struct crm_ids ids;
	size_t cap = 0;

	if (f != NULL && (f->flags & CRM_F_INDEXED) == 0) {
		crm_plan_set_all(c);
		return NULL;
	}
	c->exact = f == NULL || p->kind->pipeline_field == 0;
	c->tail_known = f == NULL || crm_plan_is_prompt(p, f);
	if (f == NULL)
		return NULL;
	crm_index_prefix(head, p->kind->letter, f->num);
	err = crm_snap_walk(p->q->ctx.snap, CRM_TABLE_INDEX, &w);
	if (err == NULL)
		err = crm_walk_group(w, crm_view(head, sizeof(head)), &e);
	while (err == NULL && e.prefix.p != NULL &&
	    memcmp(e.prefix.p, head, CRM_INDEX_PREFIX) == 0) {
		if (may_be_stage(p, t, crm_word_get(e.key))) {
			crm_walk_group_ids(w, &ids);
			while (err == NULL && ids.n > 0) {
				crm_plan_append(c, &cap, ids.id, ids.n);
				err = crm_walk_more_ids(w, &ids);
			}
			if (err == NULL)
				err = crm_walk_next_group(w, &e);
		} else
			err = crm_plan_skip_group(w, &e);
	}
	crm_plan_finish(p, c);
	return err;
}

/* A term of a field that is stored, and that an index helps with. */
static const struct crm_err *
plan_stored(struct crm_planning *p, const struct crm_term *t,
    const struct crm_field *f, struct crm_candidates *c)
{
	if (t->op == CRM_TERM_BEGINS)
		return plan_begins(p, t, f, c);
	if (f->type == CRM_T_LINK)
		return plan_links(p, t, f, c);
	if (crm_plan_is_range(f))
		return crm_plan_range(p, t, f, c);
	return plan_values(p, t, f, c);
}

const struct crm_err *
crm_plan_term(
    struct crm_planning *p, struct crm_term *t, struct crm_candidates *c)
{
	const struct crm_field *f;
	const struct crm_err *err;
	bool of_kind, yes;
	size_t cap = 0;

	err = crm_plan_kind(p, t, &of_kind, &yes);
	if (err != NULL || of_kind) {
		if (err != NULL || yes)
			crm_plan_set_all(c);
		else
			c->exact = c->tail_known = c->as_it_was = true;
		return err;
	}
	switch (t->op) {
	case CRM_TERM_ID:
		if (crm_id_kind(t->id) == p->kind->letter)
			crm_plan_append(c, &cap, &t->id, 1);
		/* it may not be there */
		c->tail_known = c->as_it_was = true;
		return NULL;
	case CRM_TERM_MEMBER:
		return crm_plan_member(p, t->member, c);
	case CRM_TERM_STAGE:
		f = t->ref.field[p->kind->letter - 'a'];
		err = plan_stage(p, t, c);
		return err != NULL || f == NULL ? err
						: crm_plan_take_past(p, f, c);
	case CRM_TERM_WORD:
	case CRM_TERM_PREFIX:
	case CRM_TERM_EMAIL:
		return crm_plan_words(p, t, c);
	case CRM_TERM_MATCH:
	case CRM_TERM_EXACT:
	case CRM_TERM_BEGINS:
		break;
	case CRM_TERM_REGEX:
		if (t->ref.nlinks > 0)
			return crm_plan_linked(p, t, c);
		f = crm_plan_field(p, t);
		err = crm_plan_regex(p, t, c);
		return err != NULL || f == NULL ? err
						: crm_plan_take_past(p, f, c);
	case CRM_TERM_HAS:
		return crm_plan_has(p, t, c);
	}
	if (t->ref.nlinks > 0)
		return crm_plan_linked(p, t, c);
	f = crm_plan_field(p, t);
	if (f == NULL) {
		/* a field that this kind lacks matches nothing */
		if (t->ref.field[p->kind->letter - 'a'] == NULL)
			c->exact = c->tail_known = c->as_it_was = true;
		else
			crm_plan_set_all(c);
		return NULL;
	}
	if (crm_plan_is_own(t, f))
		return crm_plan_own(p, t, c);
	if ((f->flags & CRM_F_COMPUTED) != 0)
		return plan_computed(p, t, f, c);
	err = plan_stored(p, t, f, c);
	return err != NULL ? err : crm_plan_take_past(p, f, c);
}
