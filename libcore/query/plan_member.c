/* The members of segments, and the records that a term names itself. */
#include "query/plan_impl.h"

#define MEMBERS_MAX 200000 /* of a segment, to go through one by one */

const struct crm_err *
crm_plan_member(
    struct crm_planning *p, struct crm_member *m, struct crm_candidates *c)
{
	const struct crm_field *f = crm_field_num(p->kind, CRM_N_PICKED);
	struct crm_candidates picked = { .exact = true, .tail_known = true };
	const struct crm_err *err = NULL;
	size_t cap = 0;

	if (m->query == NULL || !m->query->kind[p->kind->letter - 'a'])
		c->tail_known = c->as_it_was = true;
	else {
		struct crm_planning sub = { .q = m->query,
			.kind = p->kind,
			.key = CRM_BUF_INIT(CRM_LINE_MAX) };

		err = crm_plan_node(&sub, m->query->root, c);
		crm_buf_release(&sub.key);
	}
	if (err == NULL && f != NULL && !c->all) {
		err = crm_plan_take_link(p, f, m->segment, &picked, &cap);
		crm_plan_finish(p, &picked);
		if (err == NULL)
			err = crm_plan_take_past(p, f, &picked);
		crm_plan_unite(p, c, &picked);
	}
	c->exact = false;
	return err;
}

/* Keep a candidate that is a member indeed: deciding it once is less than
 * deciding each of its events. */
static const struct crm_err *
keep_member(struct crm_planning *p, struct crm_member *m, uint64_t id,
    uint64_t **out, size_t *n, size_t *cap)
{
	const struct crm_err *err;
	enum crm_presence presence;
	struct crm_stored r;
	bool yes = false;

	err = crm_snap_get(p->q->ctx.snap, id, &r, &presence);
	if (err == NULL && presence == CRM_LIVE)
		err = crm_member_match(m, id, &r, &yes);
	if (err == NULL && yes) {
		*out = crm_grow(*out, cap, *n + 1, sizeof(**out));
		(*out)[(*n)++] = id;
	}
	return err;
}

const struct crm_err *
crm_plan_members(
    struct crm_planning *p, struct crm_member *m, uint64_t **out, size_t *n)
{
	const struct crm_schema *s = crm_snap_schema(p->q->ctx.snap);
	const struct crm_err *err = NULL;
	size_t i, cap = 0;

	*out = NULL;
	*n = 0;
	for (i = 0; err == NULL && i < crm_schema_nkinds(s); i++) {
		struct crm_planning sub = { .q = p->q,
			.kind = crm_schema_kind(s, i),
			.key = CRM_BUF_INIT(CRM_LINE_MAX) };
		struct crm_candidates c = { 0 };
		size_t j;

		if (sub.kind->letter == 'e')
			continue;
		err = crm_plan_member(&sub, m, &c);
		crm_buf_release(&sub.key);
		if (err == NULL && (c.all || c.n > MEMBERS_MAX)) {
			/* too many to go through */
			*n = MEMBERS_MAX + 1;
			crm_free(c.id);
			break;
		}
		for (j = 0; err == NULL && j < c.n; j++)
			err = keep_member(p, m, c.id[j], out, n, &cap);
		crm_free(c.id);
	}
	if (*n > MEMBERS_MAX) {
		crm_free(*out);
		*out = NULL;
	}
	return err;
}

/* Whether each record is there is seen when it is looked at. */
const struct crm_err *
crm_plan_own(
    struct crm_planning *p, const struct crm_term *t, struct crm_candidates *c)
{
	const struct crm_err *err = NULL;
	size_t i, j, cap = 0;

	c->tail_known = c->as_it_was = true;
	for (i = 0; i < t->nalts; i++)
		for (j = 0; j < t->alt[i].nids; j++)
			if (crm_id_kind(t->alt[i].id[j]) == p->kind->letter)
				crm_plan_append(c, &cap, &t->alt[i].id[j], 1);
	crm_plan_finish(p, c);
	for (i = 0; err == NULL && i < t->nalts; i++) {
		struct crm_candidates members = { 0 };

		if (t->alt[i].member == NULL)
			continue;
		err = crm_plan_member(p, t->alt[i].member, &members);
		crm_plan_unite(p, c, &members);
		if (c->all)
			break;
	}
	return err;
}
