/* assign: who of us gets what is added without an owner. */
#include "base/mem.h"
#include "config/config_impl.h"

#define RULES_MAX 200
#define OWNERS_MAX 1000 /* of one rule */

const char crm_config_assign_keys[] =
    "query\0what the rule is for; all that has an owner when not said\0"
    "owners\0who gets it\0"
    "by\0how one of them is chosen: round-robin or load\0";

static const char ways[] = "round-robin\0load\0";

static const struct crm_err *
read_owners(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_assign_rule *rule)
{
	struct crm_arena *arena = &w->config->arena;
	const struct crm_yaml_node *item;
	const struct crm_err *err = NULL;
	struct crm_cfg_text t;
	size_t n = 0, i;

	for (item = crm_cfg_next(node, NULL); item != NULL;
	     item = crm_cfg_next(node, item))
		n++;
	if (node->kind == CRM_YAML_MAP || n == 0 || n > OWNERS_MAX)
		return crm_yaml_err(w->yaml, node,
		    "expected 1 to %d owners, such as [ewa, jan]", OWNERS_MAX);
	rule->owner = crm_arena_alloc(arena, n * sizeof(*rule->owner));
	for (item = crm_cfg_next(node, NULL); err == NULL && item != NULL;
	     item = crm_cfg_next(node, item)) {
		err = crm_cfg_value(w, item, "an owner", &t);
		for (i = 0; err == NULL && i < rule->nowners; i++)
			if (crm_view_is(t.v, rule->owner[i]))
				err = crm_cfg_err(w, &t,
				    "'%.*s' was given before",
				    CRM_VARG(crm_cfg_shown(t.v)));
		if (err == NULL && t.v.n == 0)
			err = crm_cfg_err(w, &t, "expected an owner");
		if (err == NULL)
			rule->owner[rule->nowners++] =
			    crm_arena_dup(arena, t.v.p, t.v.n);
	}
	return err;
}

static const struct crm_err *
read_by(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_assign_rule *rule)
{
	const struct crm_err *err;
	char hint[CRM_CFG_HINT];
	struct crm_cfg_text t;

	err = crm_cfg_value(w, node, "round-robin or load", &t);
	if (err != NULL)
		return err;
	rule->by_load = crm_view_is(t.v, "load");
	return rule->by_load || crm_view_is(t.v, "round-robin")
	    ? NULL
	    : crm_cfg_err(w, &t, "expected round-robin or load, not '%.*s'%s",
		  CRM_VARG(crm_cfg_shown(t.v)),
		  crm_word_near(ways, t.v) != NULL
		      ? crm_cfg_hint(hint, ways, t.v)
		      : "");
}

static const struct crm_err *
read_rule(struct crm_cfg *w, const struct crm_yaml_node *item,
    struct crm_assign_rule *rule)
{
	const struct crm_yaml_node *query, *owners, *by;
	const struct crm_err *err;
	struct crm_cfg_text t;

	*rule = (struct crm_assign_rule){ .query = "", .line = item->line };
	err = crm_cfg_check_map(w, item, crm_config_assign_keys,
	    "a rule, such as {query: ticket, owners: [ewa, jan], by: load}");
	if (err != NULL)
		return err;
	query = crm_yaml_get(item, "query");
	owners = crm_yaml_get(item, "owners");
	by = crm_yaml_get(item, "by");
	if (owners == NULL)
		return crm_yaml_err(w->yaml, item, "the rule has no owners");
	if (query != NULL) {
		err = crm_cfg_value(w, query, "a query", &t);
		if (err == NULL)
			rule->query =
			    crm_arena_dup(&w->config->arena, t.v.p, t.v.n);
	}
	if (err == NULL)
		err = read_owners(w, owners, rule);
	if (err == NULL && by != NULL)
		err = read_by(w, by, rule);
	return err;
}

const struct crm_err *
crm_cfg_assign(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *item;
	struct crm_config *c = w->config;
	const struct crm_err *err = NULL;
	size_t n = 0;

	if (node->kind != CRM_YAML_LIST && !crm_yaml_is_null(node))
		return crm_yaml_err(w->yaml, node,
		    "expected a list of rules, such as "
		    "'- {query: ticket, owners: [ewa, jan]}'");
	for (item = node->child; item != NULL; item = item->next)
		if (n++ == RULES_MAX)
			return crm_yaml_err(
			    w->yaml, item, "more than %d rules", RULES_MAX);
	c->assign = crm_arena_alloc(&c->arena, (n + 1) * sizeof(*c->assign));
	for (item = node->child; err == NULL && item != NULL; item = item->next)
		err = read_rule(w, item, &c->assign[c->nassign++]);
	return err;
}

void
crm_config_assign_print(const struct crm_config *c, struct crm_buf *b)
{
	const struct crm_assign_rule *r;
	size_t i, j;

	if (c->nassign > 0)
		crm_buf_adds(b, "assign:\n");
	for (i = 0; i < c->nassign; i++) {
		r = &c->assign[i];
		crm_buf_adds(b, "  - owners: [");
		for (j = 0; j < r->nowners; j++) {
			crm_buf_adds(b, j > 0 ? ", " : "");
			crm_yaml_add_scalar(b, crm_view_str(r->owner[j]));
		}
		crm_buf_addf(
		    b, "]\n    by: %s\n", r->by_load ? "load" : "round-robin");
		if (r->query[0] == '\0')
			continue;
		crm_buf_adds(b, "    query: ");
		crm_yaml_add_scalar(b, crm_view_str(r->query));
		crm_buf_addc(b, '\n');
	}
}
