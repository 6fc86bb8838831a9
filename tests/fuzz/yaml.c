/*
 * Any bytes as a YAML file, and as a text that is written to one.
 *
 * A tree that was read is as its header says; a text that was written is read
 * back.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "config/yaml.h"

#define OUT_MAX ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Write a text behind some YAML, read all, and find it again. */
static void
write_and_read(const char *before, struct crm_view text, const char *after)
{
	struct crm_buf b = CRM_BUF_INIT(OUT_MAX);
	const struct crm_yaml_node *node;
	struct crm_yaml *yaml;

	crm_buf_adds(&b, before);
	crm_yaml_add_scalar(&b, text);
	crm_buf_adds(&b, after);
	if (crm_yaml_parse("out", crm_buf_view(&b), &yaml) != NULL)
		abort();
	node = crm_yaml_root(yaml);
	while (node->kind != CRM_YAML_SCALAR)
		node = node->child;
	assert(crm_view_eq(node->text, text));
	crm_yaml_free(yaml);
	crm_buf_release(&b);
}

static void
check_reads(const struct crm_yaml *yaml, const struct crm_yaml_node *node)
{
	struct crm_view text;
	struct crm_dec dec;
	int64_t whole;
	bool yes;

	if (crm_yaml_text(yaml, node, &text) != NULL)
		assert(crm_yaml_is_null(node));
	if (crm_yaml_int(yaml, node, -10, 10, &whole) == NULL)
		assert(whole >= -10 && whole <= 10 &&
		    crm_yaml_dec(yaml, node, &dec) == NULL);
	if (crm_yaml_bool(yaml, node, &yes) == NULL)
		assert(crm_yaml_dec(yaml, node, &dec) != NULL);
}

static void
check_node(const struct crm_yaml *yaml, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *child;

	assert(node->line > 0 && node->column > 0);
	if (node->key.p != NULL) {
		assert(crm_utf8_check(node->key) == node->key.n);
		assert(node->key.p[node->key.n] == '\0');
		assert(node->key_line > 0 && node->key_line <= node->line);
	}
	if (node->kind == CRM_YAML_SCALAR) {
		assert(crm_utf8_check(node->text) == node->text.n);
		assert(node->text.p[node->text.n] == '\0');
		check_reads(yaml, node);
	}
	for (child = node->child; child != NULL; child = child->next) {
		if (node->kind == CRM_YAML_MAP)
			assert(crm_yaml_get(node, child->key.p) == child);
		check_node(yaml, child);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct crm_view text = crm_view(data, size);
	const struct crm_err *err;
	struct crm_yaml *yaml;

	err = crm_yaml_parse("in", text, &yaml);
	if (err != NULL)
		assert(err->code == CRM_E_CONFIG &&
		    strncmp(err->msg, "in:", 3) == 0);
	else if (crm_yaml_root(yaml) != NULL)
		check_node(yaml, crm_yaml_root(yaml));
	crm_yaml_free(yaml);
	if (size < 4096 && crm_utf8_check(text) == size) {
		write_and_read("- k: ", text, "\n  l: m\n");
		write_and_read("[{k: ", text, "}, l]\n");
		write_and_read("- ", text, "\n- l\n");
	}
	return 0;
}
