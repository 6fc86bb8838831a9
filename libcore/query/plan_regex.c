/*
 * The ids that a regular expression leaves to be looked at: those of the
 * values in the index that have the texts which it cannot do without.
 */
#include "query/plan_impl.h"
#include "store/index.h"

/* The field whose index has what the expression is applied to, folded. */
static const struct crm_field *
column_of(const struct crm_planning *p, const struct crm_term *t)
{
	const struct crm_field *f = crm_plan_field(p, t);

	if (f == NULL || t->folded_literals.n == 0 ||
	    (f->flags & CRM_F_INDEXED) == 0 ||
	    (f->flags & CRM_F_COMPUTED) != 0 ||
	    (f->type != CRM_T_TEXT && f->type != CRM_T_EMAIL &&
		f->type != CRM_T_URL && f->type != CRM_T_TAG))
		return NULL;
	return f;
}

const struct crm_err *
crm_plan_count_all(const struct crm_planning *p, uint64_t *out)
{
	const struct crm_err *err;

	err = crm_snap_last_id(p->q->ctx.snap, p->kind->letter, out);
	*out = crm_id_number(*out);
	return err;
}

const struct crm_err *
crm_plan_estimate_regex(
    struct crm_planning *p, const struct crm_term *t, uint64_t *out)
{
	*out = CRM_PLAN_UNKNOWN;
	return column_of(p, t) != NULL ? crm_plan_count_all(p, out) : NULL;
}

static const struct crm_err *
walk_column(struct crm_planning *p, const struct crm_term *t,
    const struct crm_field *f, uint64_t most, struct crm_candidates *c)
{
	const struct crm_sieve sieve = { .piece = crm_literals_best(
					     &t->folded_literals),
		.from = CRM_INDEX_CUT_LEAST, /* what was cut off may have it */
		.to = CRM_INDEX_CUT_MOST };
	const struct crm_err *err;
	char head[CRM_INDEX_PREFIX];
	struct crm_entry e;
	struct crm_walk *w;
	struct crm_ids ids;
	size_t cap = 0;

	crm_index_prefix(head, p->kind->letter, f->num);
	err = crm_snap_walk(p->q->ctx.snap, CRM_TABLE_INDEX, &w);
	if (err == NULL)
		err = crm_walk_group(w, crm_view(head, sizeof(head)), &e);
	while (err == NULL && e.prefix.p != NULL &&
	    memcmp(e.prefix.p, head, CRM_INDEX_PREFIX) == 0 && c->n <= most) {
		if (crm_index_is_cut(e.key) ||
		    crm_literals_in(&t->folded_literals, e.key)) {
			crm_walk_group_ids(w, &ids);
			while (err == NULL && ids.n > 0) {
				crm_plan_append(c, &cap, ids.id, ids.n);
				err = crm_walk_more_ids(w, &ids);
			}
		}
		if (err == NULL)
			err = crm_walk_next_with(w, &sieve, &e);
	}
	return err;
}

const struct crm_err *
crm_plan_regex(
    struct crm_planning *p, const struct crm_term *t, struct crm_candidates *c)
{
	const struct crm_field *f = column_of(p, t);
	const struct crm_err *err;
	uint64_t most;

	if (f == NULL) {
		crm_plan_set_all(c);
		return NULL;
	}
	c->tail_known = crm_plan_is_prompt(p, f);
	err = crm_plan_count_all(p, &most);
	most /= CRM_PLAN_PART;
	if (err == NULL)
		err = walk_column(p, t, f, most, c);
	if (err == NULL && c->n > most)
		crm_plan_set_all(c);
	else
		crm_plan_finish(p, c);
	return err;
}
