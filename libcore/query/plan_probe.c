/* Which of some ids a list has: the list is gone through by leaps, and never
 * made. */
#include "query/plan_impl.h"

const struct crm_err *
crm_probe_open(struct crm_planning *p, const struct crm_plan_list *list,
    struct crm_probe *out)
{
	memset(out, 0, sizeof(*out));
	out->list = *list;
	return crm_walk_open(
	    crm_snap_txn(p->q->ctx.snap), list->table, &out->walk);
}

void
crm_probe_close(struct crm_probe *p)
{
	crm_walk_close(p->walk);
	p->walk = NULL;
}

/* Go to the ids of the list from one on. */
static const struct crm_err *
go_to(struct crm_probe *p, uint64_t id)
{
	const struct crm_err *err = NULL;
	uint64_t first, last;

	p->blocks++;
	if (p->ids.n > 0) {
		first = p->ids.id[0];
		last = p->ids.id[p->ids.n - 1];
		/* where blocks are alike the next one goes so far */
		if (id > last && id - last <= last - first) {
			err = crm_walk_more_ids(p->walk, &p->ids);
			p->from = last + 1;
			p->at = 0;
			if (err != NULL || p->ids.n == 0 ||
			    id <= p->ids.id[p->ids.n - 1])
				return err;
			p->blocks++;
		}
	}
	p->from = id;
	p->at = 0;
	return crm_walk_ids_from(
	    p->walk, crm_view(p->list.group, p->list.group_n), id, &p->ids);
}

/* Is what the list has from an id on at hand? */
static bool
covers(const struct crm_probe *p, uint64_t id)
{
	return p->blocks > 0 && id >= p->from &&
	    (p->ids.n == 0 || id <= p->ids.id[p->ids.n - 1]);
}

const struct crm_err *
crm_probe_keep(struct crm_probe *p, uint64_t *id, size_t n, size_t *kept)
{
	const struct crm_err *err = NULL;
	const uint64_t *list;
	size_t i = 0, j, m, k = 0;
	uint64_t x, y;

	while (i < n) {
		if (!covers(p, id[i])) {
			err = go_to(p, id[i]);
			if (err != NULL)
				break;
		} else if (p->at > 0 && id[i] <= p->ids.id[p->at - 1])
			p->at = 0;
		if (p->ids.n == 0)
			break; /* the list has no more */
		list = p->ids.id;
		/* Which of the two goes on is chance: no branch for it. */
		for (j = p->at, m = p->ids.n; i < n && j < m;) {
			x = id[i];
			y = list[j];
			id[k] = x;
			k += x == y;
			i += x <= y;
			j += y <= x;
		}
		p->at = j;
	}
	*kept = k;
	return err;
}

/* Go through the first list, and keep what the probes have. */
static const struct crm_err *
meet(struct crm_planning *p, const struct crm_plan_list *first,
    struct crm_probe *probe, size_t n, struct crm_candidates *c)
{
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_ids ids;
	size_t i, from, kept, cap = 0;

	err = crm_snap_walk(p->q->ctx.snap, first->table, &w);
	if (err == NULL)
		err = crm_walk_ids(
		    w, crm_view(first->group, first->group_n), &ids);
	while (err == NULL && ids.n > 0) {
		from = c->n;
		crm_plan_append(c, &cap, ids.id, ids.n);
		kept = ids.n;
		for (i = 0; err == NULL && i < n && kept > 0; i++)
			err = crm_probe_keep(
			    &probe[i], c->id + from, kept, &kept);
		c->n = from + kept;
		if (err == NULL)
			err = crm_walk_more_ids(w, &ids);
	}
	return err;
}

const struct crm_err *
crm_plan_meet(struct crm_planning *p, const struct crm_plan_list *list,
    size_t n, struct crm_candidates *c)
{
	struct crm_probe probe[CRM_MEET_MAX];
	const struct crm_err *err = NULL;
	size_t i, open = 0;

	*c = (struct crm_candidates){ .exact = true,
		.tail_known = list[0].tail_known };
	for (i = 0; i < n; i++)
		c->exact &= list[i].exact;
	for (; err == NULL && open + 1 < n; open++)
		err = crm_probe_open(p, &list[open + 1], &probe[open]);
	if (err == NULL)
		err = meet(p, &list[0], probe, open, c);
	while (open > 0)
		crm_probe_close(&probe[--open]);
	crm_plan_finish(p, c);
	return err;
}
