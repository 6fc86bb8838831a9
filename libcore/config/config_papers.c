/* papers: what stands on quotes and invoices beside what they are about. */
#include "base/mem.h"
#include "config/config_impl.h"

const char crm_config_papers_keys[] =
    "sender\0lines of the firm that sends them: name, address, tax number\0"
    "footer\0lines at the end: bank account, terms, thanks\0";

/* Lines, a list of texts or one text, as "a\nb". */
static const struct crm_err *
read_lines(
    struct crm_cfg *w, const struct crm_yaml_node *node, const char **out)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_yaml_node *item = node;
	const struct crm_err *err = NULL;
	struct crm_cfg_text t;

	if (node == NULL || crm_yaml_is_null(node))
		return NULL;
	if (node->kind == CRM_YAML_LIST)
		item = node->child;
	for (; err == NULL && item != NULL;
	     item = item == node ? NULL : item->next) {
		err = crm_cfg_value(w, item, "a line of text, or a list", &t);
		if (err != NULL)
			break;
		if (b.n > 0)
			crm_buf_addc(&b, '\n');
		crm_buf_addv(&b, crm_view_trim(t.v));
	}
	if (err == NULL)
		err = crm_buf_end(&b);
	if (err == NULL)
		*out = crm_arena_dup(&w->config->arena, b.p, b.n);
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_cfg_papers(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_config *c = w->config;
	const struct crm_err *err;

	err = crm_cfg_check_map(w, node, crm_config_papers_keys,
	    "a map, such as '{sender: [Oak Ltd, 1 High St]}'");
	if (err == NULL)
		err = read_lines(w, crm_yaml_get(node, "sender"), &c->sender);
	if (err == NULL)
		err = read_lines(w, crm_yaml_get(node, "footer"), &c->footer);
	return err;
}

static void
print_lines(struct crm_buf *b, const char *key, const char *lines)
{
	struct crm_view rest = crm_view_str(lines), line;

	if (rest.n == 0)
		return;
	crm_buf_addf(b, "  %s: [", key);
	while (rest.n > 0) {
		line = crm_view(rest.p, crm_view_find(rest, '\n'));
		rest = crm_view_skip(rest, line.n + (line.n < rest.n));
		crm_yaml_add_scalar(b, line);
		crm_buf_adds(b, rest.n > 0 ? ", " : "]\n");
	}
}

void
crm_config_papers_print(const struct crm_config *c, struct crm_buf *b)
{
	if (c->sender[0] == '\0' && c->footer[0] == '\0')
		return;
	crm_buf_adds(b, "papers:\n");
	print_lines(b, "sender", c->sender);
	print_lines(b, "footer", c->footer);
}
