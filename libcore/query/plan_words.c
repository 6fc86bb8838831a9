/* Planning words: by the text table, in the past also by what changed since. */
#include "query/plan_impl.h"
#include "record/value.h"
#include "store/change.h"
#include "store/past.h"

/* The phone numbers that end with digits, of all fields that are searched. */
static const struct crm_err *
plan_phones(
    struct crm_planning *p, const struct crm_term *t, struct crm_candidates *c)
{
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	size_t i, cap = 0;

	c->exact = true;
	for (i = 0; err == NULL && i < p->kind->nfields; i++) {
		f = crm_field_num(p->kind, p->kind->field[i].num);
		if (f == NULL || f->type != CRM_T_PHONE ||
		    (f->flags & CRM_F_SEARCHED) == 0)
			continue;
		if ((f->flags & CRM_F_INDEXED) == 0) {
			crm_plan_set_all(c);
			return NULL;
		}
		err = crm_plan_walk_column(p,
		    &(struct crm_plan_span){
			.field = f, .from = t->digits, .prefix = true },
		    c, &cap);
	}
	crm_plan_finish(p, c);
	return err;
}

/* WORD, /WORD, EMAIL: the text table, and phones for digits. */
static const struct crm_err *
plan_text(
    struct crm_planning *p, const struct crm_term *t, struct crm_candidates *c)
{
	struct crm_candidates phones = { 0 };
	const struct crm_err *err;

	err = crm_plan_take_words(
	    p, t->word, t->nwords, t->op == CRM_TERM_PREFIX, c);
	if (t->op == CRM_TERM_EMAIL)
		c->exact = false;
	if (err != NULL || t->digits.n == 0)
		return err;
	err = plan_phones(p, t, &phones);
	crm_plan_unite(p, c, &phones);
	return err;
}

/* The records that may have had words, by the notes of what changed later. */
struct remembering {
	struct crm_planning *p;
	const struct crm_term *t;
	struct crm_candidates found;
	size_t cap;
};

/* Had a field one of the texts that a term looks for? */
static bool
had_words(
    const struct remembering *g, const struct crm_field *f, struct crm_view old)
{
	const struct crm_term *t = g->t;
	struct crm_query *q = g->p->q;
	struct crm_many m;
	struct crm_view v;
	bool yes = false;

	if (old.n == 0)
		return false;
	if (f->type == CRM_T_PHONE)
		return t->digits.n > 0;
	crm_many_begin(&m, old, (f->flags & CRM_F_MANY) != 0);
	while (!yes && crm_many_next(&m, &v))
		yes = crm_words_phrase(&q->scratch, v, t->word, t->nwords,
		    t->op == CRM_TERM_PREFIX);
	return yes;
}

static void
take_note(void *ctx, const struct crm_changed *c)
{
	struct remembering *g = ctx;
	bool yes =
	    (c->flags & (CRM_CHANGED_REMOVED | CRM_CHANGED_RESTORED)) != 0;
	const struct crm_field *f;
	struct crm_view old, new;
	uint16_t num;
	size_t at = 0;

	while (!yes && crm_changed_field(c, &at, &num, &old, &new)) {
		f = crm_field_num(g->p->kind, num);
		yes = f != NULL && (f->flags & CRM_F_SEARCHED) != 0 &&
		    had_words(g, f, old);
	}
	if (yes)
		crm_plan_append(&g->found, &g->cap, &c->id, 1);
}

/* In the past: what the text table has of today, and those that had the words
 * in what changed since. */
static const struct crm_err *
take_past_words(
    struct crm_planning *p, const struct crm_term *t, struct crm_candidates *c)
{
	struct crm_past *past = crm_snap_past(p->q->ctx.snap);
	struct remembering g = {
		.p = p, .t = t, .found = { .tail_known = true }
	};
	const struct crm_err *err;

	if (past == NULL || c->all)
		return NULL;
	err = crm_past_each_note(past, p->kind->letter, take_note, &g);
	crm_plan_finish(p, &g.found);
	crm_plan_unite(p, c, &g.found);
	c->exact = false;
	c->as_it_was = true;
	return err;
}

const struct crm_err *
crm_plan_words(
    struct crm_planning *p, const struct crm_term *t, struct crm_candidates *c)
{
	const struct crm_err *err = plan_text(p, t, c);

	return err != NULL ? err : take_past_words(p, t, c);
}
