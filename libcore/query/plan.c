/*
 * Which records need to be looked at: those of an index, of several, or all.
 *
 * Terms that an index answers give sorted lists of ids; "and" intersects
 * them, smallest first, as long as a list is not so long that looking at the
 * records of the shortest one is cheaper; "or" unites them.
 */
#include "query/plan_impl.h"

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

static const struct crm_err *
plan_and(struct crm_planning *p, const struct crm_node *node,
    struct crm_candidates *c)
{
	const struct crm_node *part[CONJUNCTS_MAX], *swap;
	uint64_t size[CONJUNCTS_MAX], s;
	const struct crm_err *err = NULL;
	size_t n = conjuncts(node, part, 0), i, j;

	for (i = 0; err == NULL && i < n; i++) {
		err = crm_plan_estimate(p, part[i], &size[i]);
		for (j = i; j > 0 && size[j] < size[j - 1]; j--) {
			swap = part[j];
			part[j] = part[j - 1];
			part[j - 1] = swap;
			s = size[j];
			size[j] = size[j - 1];
			size[j - 1] = s;
		}
	}
	crm_plan_set_all(c);
	c->exact = true;
	for (i = 0; err == NULL && i < n; i++) {
		struct crm_candidates one = { 0 };

		/* Long lists are not worth it where few records are left. */
		if (size[i] == CRM_PLAN_UNKNOWN ||
		    (!c->all && size[i] / RECORD_COST > c->n)) {
			c->exact = false;
			continue;
		}
		err = crm_plan_node(p, part[i], &one);
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
		explain(&p, out);
	crm_buf_release(&p.key);
	return err;
}
