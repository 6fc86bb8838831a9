/*
 * Which records need to be looked at: those of an index, of several, or all.
 *
 * Terms that an index answers give sorted lists of ids; "and" intersects
 * them, smallest first, as long as a list is not so long that looking at the
 * records of the shortest one is cheaper; "or" unites them.
 */
#include "query/plan_impl.h"
#include "store/past.h"

/* Looking at a record costs as much as this many ids of a list. */
#define RECORD_COST 200

const struct crm_err *
crm_plan_estimate(
    struct crm_planning *p, const struct crm_node *node, uint64_t *out)
{
	const struct crm_err *err = NULL;
	uint64_t a = CRM_PLAN_UNKNOWN, b = CRM_PLAN_UNKNOWN;

	*out = CRM_PLAN_UNKNOWN;
	switch (node->op) {
	case CRM_ALL:
	case CRM_NOT:
		return NULL;
	case CRM_TERM:
		return crm_plan_estimate_term(p, node->term, out);
	case CRM_AND:
	case CRM_OR:
		break;
	}
	err = crm_plan_estimate(p, node->left, &a);
	if (err == NULL)
		err = crm_plan_estimate(p, node->right, &b);
	if (node->op == CRM_AND)
		*out = a < b ? a : b;
	else
		*out = a == CRM_PLAN_UNKNOWN || b == CRM_PLAN_UNKNOWN
		    ? CRM_PLAN_UNKNOWN
		    : a + b;
	return err;
}

/* The nodes that "and" joins. */
#define CONJUNCTS_MAX 64

static size_t
conjuncts(const struct crm_node *n, const struct crm_node **out, size_t at)
{
	if (n->op == CRM_AND && at + 2 < CONJUNCTS_MAX) {
		at = conjuncts(n->left, out, at);
		return conjuncts(n->right, out, at);
	}
	out[at] = n;
	return at + 1;
}

/* The parts of a query that "and" joins, shortest list first. */
struct parts {
	const struct crm_node *node[CONJUNCTS_MAX];
	uint64_t size[CONJUNCTS_MAX];
	size_t n;
};

static const struct crm_err *
sort_parts(
    struct crm_planning *p, const struct crm_node *node, struct parts *out)
{
	const struct crm_err *err = NULL;
	const struct crm_node *part;
	uint64_t size;
	size_t i, j;

	out->n = conjuncts(node, out->node, 0);
	for (i = 0; err == NULL && i < out->n; i++) {
		part = out->node[i];
		err = crm_plan_estimate(p, part, &size);
		for (j = i; j > 0 && size < out->size[j - 1]; j--) {
			out->node[j] = out->node[j - 1];
			out->size[j] = out->size[j - 1];
		}
		out->node[j] = part;
		out->size[j] = size;
	}
	return err;
}

/* Long lists are not worth it where few records are left. */
static bool
is_worth(uint64_t size, uint64_t left)
{
	return size != CRM_PLAN_UNKNOWN && size / RECORD_COST <= left;
}

static bool
is_list(struct crm_planning *p, const struct crm_node *node,
    struct crm_plan_list *out)
{
	return node->op == CRM_TERM && crm_plan_one_list(p, node->term, out);
}

/* The first parts, when each is one list: what all of them have.  Returns how
 * many these are. */
static const struct crm_err *
meet_lists(struct crm_planning *p, const struct parts *part, size_t *n,
    struct crm_candidates *c)
{
	struct crm_plan_list list[CRM_MEET_MAX];
	bool past = crm_snap_past(p->q->ctx.snap) != NULL;

	for (*n = 0; !past && *n < part->n && *n < CRM_MEET_MAX; (*n)++)
		if (!is_worth(part->size[*n], part->size[0]) ||
		    !is_list(p, part->node[*n], &list[*n]) ||
		    list[*n].tail_known != list[0].tail_known)
			break;
	if (*n < 2) {
		*n = 0;
		return NULL;
	}
	return crm_plan_meet(p, list, *n, c);
}

static const struct crm_err *
plan_and(struct crm_planning *p, const struct crm_node *node,
    struct crm_candidates *c)
{
	const struct crm_err *err;
	struct crm_plan_list list;
	struct parts part;
	size_t i = 0;

	crm_plan_set_all(c);
	c->exact = true;
	err = sort_parts(p, node, &part);
	if (err == NULL)
		err = meet_lists(p, &part, &i, c);
	for (; err == NULL && i < part.n; i++) {
		struct crm_candidates one = { 0 };

		if (part.size[i] == CRM_PLAN_UNKNOWN ||
		    (!c->all && !is_worth(part.size[i], c->n))) {
			c->exact = false;
			continue;
		}
		if (!c->all && is_list(p, part.node[i], &list) &&
		    (c->tail_known || !list.tail_known ||
			p->kind->letter != 'e')) {
			err = crm_plan_keep(p, c, &list);
			continue;
		}
		err = crm_plan_node(p, part.node[i], &one);
		if (i == 0)
			*c = one;
		else
			crm_plan_intersect(p, c, &one);
	}
	if (c->all)
		c->exact = false;
	return err;
}

const struct crm_err *
crm_plan_node(struct crm_planning *p, const struct crm_node *node,
    struct crm_candidates *c)
{
	struct crm_candidates right = { 0 };
	const struct crm_err *err;

	switch (node->op) {
	case CRM_ALL:
	case CRM_NOT:
		crm_plan_set_all(c);
		return NULL;
	case CRM_TERM:
		return crm_plan_term(p, node->term, c);
	case CRM_AND:
		return plan_and(p, node, c);
	case CRM_OR:
		break;
	}
	err = crm_plan_node(p, node->left, c);
	if (err != NULL || c->all)
		return err;
	err = crm_plan_node(p, node->right, &right);
	crm_plan_unite(p, c, &right);
	return err;
}

static void
explain(struct crm_planning *p, const struct crm_candidates *c)
{
	if (p->explain == NULL)
		return;
	if (c->all)
		crm_buf_addf(
		    p->explain, "%s: look at all of them\n", p->kind->plural);
	else
		crm_buf_addf(p->explain, "%s: %zu by index%s%s\n",
		    p->kind->plural, c->n,
		    c->exact || c->n == 0 ? "" : ", look at each",
		    p->kind->letter == 'e' && !c->tail_known
			? ", and the newest ones"
			: "");
}

/*
 * In the past: the indexes tell of all records but those that were changed
 * later, so these are looked at as well.
 */
const struct crm_err *
crm_plan_add_changed(struct crm_planning *p, struct crm_candidates *c)
{
	struct crm_past *past = crm_snap_past(p->q->ctx.snap);
	struct crm_candidates changed = { .tail_known = true };
	const struct crm_err *err;
	const uint64_t *id;
	size_t n, cap = 0;

	if (past == NULL || c->all)
		return NULL;
	c->exact = false;
	if (c->as_it_was)
		return NULL;
	err = crm_past_changed(past, p->kind->letter, &id, &n);
	if (err != NULL || n == 0)
		return err;
	crm_plan_append(&changed, &cap, id, n);
	crm_plan_unite(p, c, &changed);
	return NULL;
}

const struct crm_err *
crm_plan(struct crm_query *q, char kind, struct crm_candidates *out,
    struct crm_buf *text)
{
	struct crm_planning p = {
		.q = q, .explain = text, .key = CRM_BUF_INIT(CRM_LINE_MAX)
	};
	const struct crm_err *err;

	memset(out, 0, sizeof(*out));
	p.kind = crm_kind_of(crm_snap_schema(q->ctx.snap), kind);
	err = crm_plan_node(&p, q->root, out);
	if (err == NULL)
		err = crm_plan_add_changed(&p, out);
	if (err == NULL)
		explain(&p, out);
	crm_buf_release(&p.key);
	return err;
}
