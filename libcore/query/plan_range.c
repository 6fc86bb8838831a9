/* Planning ranges of dates and numbers. */
#include "query/plan_impl.h"
#include "record/value.h"

/* Where a list has more than this part of all, going through all is less than
 * looking up each: neighbours are at hand.  Unless the list is the answer. */
#define LIST_PART 2

static void
add_dec(struct crm_buf *key, const struct crm_field *f, struct crm_dec d)
{
	struct crm_buf v = CRM_BUF_INIT(64);

	crm_value_put_dec(&v, d);
	crm_value_add_key(key, f, crm_buf_view(&v));
	crm_buf_release(&v);
}

static void
add_time(struct crm_buf *key, const struct crm_field *f, int64_t at_us)
{
	struct crm_buf v = CRM_BUF_INIT(64);

	crm_value_put_time(&v, at_us);
	crm_value_add_key(key, f, crm_buf_view(&v));
	crm_buf_release(&v);
}

/* Spans are in order of their days; there are none below 0. */
static void
add_days(struct crm_buf *key, struct crm_dec days)
{
	char p[8];

	crm_be64(p, days.m > 0 ? (uint64_t)days.m : 0);
	crm_buf_add(key, p, 8);
}

/*
 * The keys between which an alternative's values stand; empty: no end.
 *
 * Returns false when there can be none.
 */
static bool
range_of(const struct crm_field *f, const struct crm_alt *a, struct crm_buf *lo,
    struct crm_buf *hi)
{
	struct crm_dec last = a->is_range ? a->hi : a->lo;
	bool has_lo = a->has_lo || !a->is_range;
	bool has_hi = a->has_hi || !a->is_range;

	crm_buf_reset(lo);
	crm_buf_reset(hi);
	if (f->type == CRM_T_DATE || f->num == CRM_EVENT_AT) {
		if (a->yearless)
			return true;
		crm_value_put_date(lo, a->first);
		crm_value_put_date(hi, a->last);
	} else if (f->type == CRM_T_TIME) {
		add_time(lo, f, a->from_us);
		add_time(hi, f, a->to_us);
	} else if (f->type == CRM_T_SPAN) {
		if (has_lo)
			add_days(lo, a->lo);
		if (has_hi)
			add_days(hi, last);
		return !has_hi || last.m >= 0;
	} else {
		if (has_lo)
			add_dec(lo, f, a->lo);
		if (has_hi)
			add_dec(hi, f, last);
	}
	return true;
}

/* Dates and numbers are indexed in their order. */
const struct crm_err *
crm_plan_range(struct crm_planning *p, const struct crm_term *t,
    const struct crm_field *f, struct crm_candidates *c)
{
	const struct crm_err *err = NULL;
	struct crm_buf lo = CRM_BUF_INIT(64), hi = CRM_BUF_INIT(64);
	size_t i, cap = 0;
	uint64_t most;

	if ((f->flags & CRM_F_INDEXED) == 0) {
		crm_plan_set_all(c);
		return NULL;
	}
	err = crm_plan_count_all(p, &most);
	most /= LIST_PART;
	c->exact = f->type == CRM_T_DATE;
	c->tail_known = crm_plan_is_prompt(p, f);
	for (i = 0; err == NULL && i < t->nalts; i++) {
		c->exact &= !t->alt[i].yearless;
		if (range_of(f, &t->alt[i], &lo, &hi))
			err = crm_plan_walk_column(p,
			    &(struct crm_plan_span){ .field = f,
				.from = crm_buf_view(&lo),
				.to = hi.n > 0 ? crm_buf_view(&hi) : CRM_VNULL,
				.most = c->exact ? 0 : most },
			    c, &cap);
	}
	if (err == NULL && !c->exact && c->n > most)
		crm_plan_set_all(c);
	else
		crm_plan_finish(p, c);
	crm_buf_release(&lo);
	crm_buf_release(&hi);
	return err;
}
