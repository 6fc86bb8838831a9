/*
 * The ids of a term that asks of linked records, "who.city:Oslo": those that
 * link to records which the term without its first link leaves.
 */
#include "query/plan_impl.h"

/* More records than this are not gone through one by one. */
#define TARGETS_MAX 200000

/* The term as it is asked of what the first link leads to. */
static struct crm_term
behind_link(const struct crm_term *t)
{
	struct crm_term rest = *t;

	rest.ref.nlinks--;
	memmove(rest.ref.link[0], t->ref.link[1],
	    rest.ref.nlinks * sizeof(rest.ref.link[0]));
	memset(rest.decided, 0, sizeof(rest.decided));
	return rest;
}

/* Who bought something is found once for a query: the term keeps it. */
static void
keep_set(struct crm_term *t, const struct crm_term *rest)
{
	t->set = rest->set;
	t->nset = rest->nset;
	t->has_set = rest->has_set;
}

struct crm_planning
crm_plan_of(const struct crm_planning *p, char letter)
{
	return (struct crm_planning){ .q = p->q,
		.kind = crm_kind_of(crm_snap_schema(p->q->ctx.snap), letter),
		.key = CRM_BUF_INIT(CRM_LINE_MAX) };
}

/* The link to be followed first, where an index tells what links so; else
 * NULL.  Events that no index has would have to be looked at. */
static const struct crm_field *
link_of(const struct crm_planning *p, const struct crm_term *t)
{
	const struct crm_field *f = t->ref.link[0][p->kind->letter - 'a'];

	return f != NULL && f->links != NULL && strchr(f->links, 'e') == NULL &&
		(crm_plan_is_story(p, f) || (f->flags & CRM_F_INDEXED) != 0)
	    ? f
	    : NULL;
}

/* About how many records the first link leads to, of those that matter. */
static const struct crm_err *
estimate_targets(struct crm_planning *p, struct crm_term *t,
    const struct crm_field *f, uint64_t *out)
{
	struct crm_term rest = behind_link(t);
	const struct crm_err *err = NULL;
	const char *to;
	uint64_t n = 0, one = 0;

	for (to = f->links; err == NULL && n <= TARGETS_MAX && *to != '\0';
	     to++) {
		struct crm_planning sub = crm_plan_of(p, *to);

		if (sub.kind == NULL)
			continue;
		err = crm_plan_estimate_term(&sub, &rest, &one);
		crm_buf_release(&sub.key);
		n = one > TARGETS_MAX ? CRM_PLAN_UNKNOWN : n + one;
	}
	keep_set(t, &rest);
	*out = n > TARGETS_MAX ? CRM_PLAN_UNKNOWN : n;
	return err;
}

const struct crm_err *
crm_plan_estimate_linked(
    struct crm_planning *p, struct crm_term *t, uint64_t *out)
{
	const struct crm_field *f = link_of(p, t);
	const struct crm_err *err;

	*out = CRM_PLAN_UNKNOWN;
	if (f == NULL) {
		if (t->ref.link[0][p->kind->letter - 'a'] == NULL)
			*out = 0;
		return NULL;
	}
	err = estimate_targets(p, t, f, out);
	if (*out != CRM_PLAN_UNKNOWN)
		*out *= CRM_PLAN_TARGET_COST;
	return err;
}

/* What is gathered: the records that link so. */
struct linking {
	const struct crm_field *f;
	struct crm_term rest;
	uint64_t most; /* no more of them, else all */
	struct crm_candidates *c;
	size_t cap;
};

/* What links to those of one kind that the rest of the term leaves; c is all
 * when that is not known, or too much. */
static const struct crm_err *
take_kind(struct crm_planning *p, char letter, struct linking *l)
{
	struct crm_planning sub = crm_plan_of(p, letter);
	struct crm_candidates to = { 0 };
	const struct crm_err *err;
	size_t i;

	if (sub.kind == NULL)
		return NULL;
	err = crm_plan_term(&sub, &l->rest, &to);
	if (err == NULL)
		err = crm_plan_add_changed(&sub, &to);
	if (to.all || to.n > TARGETS_MAX)
		crm_plan_set_all(l->c);
	for (i = 0; err == NULL && !l->c->all && i < to.n; i++) {
		err = crm_plan_take_link(p, l->f, to.id[i], l->c, &l->cap);
		if (l->c->n > l->most)
			crm_plan_set_all(l->c);
	}
	crm_buf_release(&sub.key);
	crm_free(to.id);
	return err;
}

const struct crm_err *
crm_plan_linked(
    struct crm_planning *p, struct crm_term *t, struct crm_candidates *c)
{
	struct linking l = { .f = link_of(p, t), .c = c };
	const struct crm_err *err;
	uint64_t n = 0;
	const char *to;

	if (l.f == NULL) {
		/* a link that this kind lacks matches nothing */
		if (t->ref.link[0][p->kind->letter - 'a'] == NULL)
			c->exact = c->tail_known = c->as_it_was = true;
		else
			crm_plan_set_all(c);
		return NULL;
	}
	err = estimate_targets(p, t, l.f, &n);
	if (err == NULL)
		err = crm_plan_count_all(p, &l.most);
	if (err != NULL || n == CRM_PLAN_UNKNOWN) {
		crm_plan_set_all(c);
		return err;
	}
	l.most /= CRM_PLAN_PART;
	l.rest = behind_link(t);
	c->tail_known = crm_plan_is_story(p, l.f) || crm_plan_is_prompt(p, l.f);
	for (to = l.f->links; err == NULL && !c->all && *to != '\0'; to++)
		err = take_kind(p, *to, &l);
	keep_set(t, &l.rest);
	if (!c->all)
		crm_plan_finish(p, c);
	return err != NULL ? err : crm_plan_take_past(p, l.f, c);
}

/* Is the term one of the kind, all records of which it means or none? */
const struct crm_err *
crm_plan_kind(
    const struct crm_planning *p, const struct crm_term *t, bool *is, bool *yes)
{
	const struct crm_field *f = t->ref.field[p->kind->letter - 'a'];

	*is = f != NULL && f->num == CRM_N_KIND && t->ref.nlinks == 0 &&
	    (t->op == CRM_TERM_MATCH || t->op == CRM_TERM_EXACT ||
		t->op == CRM_TERM_BEGINS || t->op == CRM_TERM_REGEX);
	*yes = false;
	return *is
	    ? crm_term_match_text(p->q, t, f, crm_view_str(p->kind->name), yes)
	    : NULL;
}
