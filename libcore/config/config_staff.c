/* staff: the addresses of those who work here. */
#include "base/mem.h"
#include "config/config_impl.h"

#define STAFF_MAX 10000

/* An address, or a domain: no blank, at most one @, and a dot behind it. */
static bool
is_address(struct crm_view v)
{
	size_t at = crm_view_find(v, '@');
	struct crm_view domain = at < v.n ? crm_view_skip(v, at + 1) : v;

	return at > 0 && crm_view_find(v, ' ') == v.n &&
	    crm_view_find(domain, '@') == domain.n &&
	    crm_view_find(domain, '.') < domain.n;
}

const struct crm_err *
crm_cfg_staff(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_config *c = w->config;
	const struct crm_yaml_node *item;
	const struct crm_err *err = NULL;
	struct crm_cfg_text t;
	size_t n = 0;

	if (node->kind == CRM_YAML_MAP)
		return crm_yaml_err(w->yaml, node,
		    "expected a list, such as [own.example, ewa@mail.example]");
	for (item = crm_cfg_next(node, NULL); item != NULL;
	     item = crm_cfg_next(node, item))
		if (n++ == STAFF_MAX)
			return crm_yaml_err(
			    w->yaml, item, "more than %d addresses", STAFF_MAX);
	c->staff = crm_arena_alloc(&c->arena, (n + 1) * sizeof(*c->staff));
	for (item = crm_cfg_next(node, NULL); err == NULL && item != NULL;
	     item = crm_cfg_next(node, item)) {
		err = crm_cfg_value(w, item, "an address or a domain", &t);
		if (err == NULL && !is_address(t.v))
			err = crm_cfg_err(w, &t,
			    "expected an address or a domain, such as "
			    "ewa@mail.example or own.example, not '%.*s'",
			    CRM_VARG(crm_cfg_shown(t.v)));
		if (err == NULL)
			c->staff[c->nstaff++] =
			    crm_arena_dup(&c->arena, t.v.p, t.v.n);
	}
	return err;
}

void
crm_config_staff_print(const struct crm_config *c, struct crm_buf *b)
{
	size_t i;

	if (c->nstaff == 0)
		return;
	crm_buf_adds(b, "staff: [");
	for (i = 0; i < c->nstaff; i++) {
		crm_buf_adds(b, i > 0 ? ", " : "");
		crm_yaml_add_scalar(b, crm_view_str(c->staff[i]));
	}
	crm_buf_adds(b, "]\n");
}
