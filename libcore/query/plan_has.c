/*
 * The ids of those that have a value in a field: all that its index holds,
 * where that may be few.
 */
#include "query/plan_impl.h"

/* The field whose index is gone through: one that has few values, each of
 * many records.  Of others the index is as long as what it is of. */
static const struct crm_field *
column_of(const struct crm_planning *p, const struct crm_term *t)
{
	const struct crm_field *f = crm_plan_field(p, t);

	if (f == NULL || (f->flags & CRM_F_INDEXED) == 0 ||
	    (f->flags & CRM_F_COMPUTED) != 0)
		return NULL;
	return f->type == CRM_T_LINK || f->type == CRM_T_DATE ||
		f->type == CRM_T_CHOICE || f->type == CRM_T_TAG
	    ? f
	    : NULL;
}

const struct crm_err *
crm_plan_estimate_has(
    struct crm_planning *p, const struct crm_term *t, uint64_t *out)
{
	*out = CRM_PLAN_UNKNOWN;
	return column_of(p, t) != NULL ? crm_plan_count_all(p, out) : NULL;
}

const struct crm_err *
crm_plan_has(
    struct crm_planning *p, const struct crm_term *t, struct crm_candidates *c)
{
	const struct crm_field *f = column_of(p, t);
	const struct crm_err *err;
	uint64_t most;
	size_t cap = 0;

	if (f == NULL) {
		crm_plan_set_all(c);
		return NULL;
	}
	c->exact = true;
	c->tail_known = crm_plan_is_prompt(p, f);
	err = crm_plan_count_all(p, &most);
	most /= CRM_PLAN_PART;
	if (err == NULL)
		err = crm_plan_walk_column(p,
		    &(struct crm_plan_span){ .field = f, .most = most }, c,
		    &cap);
	if (err == NULL && c->n > most)
		crm_plan_set_all(c);
	else
		crm_plan_finish(p, c);
	return err != NULL ? err : crm_plan_take_past(p, f, c);
}
