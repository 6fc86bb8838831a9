/* YAML: a list of maps, one a record, as crm-find -o yaml prints it. */
#include "config/yaml.h"
#include "format/read_impl.h"

/* Does a line begin a record: "- name: ..."? */
static bool
is_item(struct crm_view line)
{
	return line.n > 1 && line.p[0] == '-' &&
	    (line.p[1] == ' ' || line.p[1] == '\n' || line.p[1] == '\r');
}

bool
crm_yaml_is_first(struct crm_view line)
{
	size_t colon;

	if (crm_view_is(line, "---"))
		return true;
	if (!is_item(line))
		return false;
	colon = crm_view_find(line, ':');
	return colon + 1 == line.n ||
	    (colon < line.n && line.p[colon + 1] == ' ');
}

/* Nothing but a comment, or the mark of a document. */
static bool
is_idle(struct crm_view line)
{
	struct crm_view word = crm_view_trim(line);

	return word.n == 0 || word.p[0] == '#' || crm_view_is(word, "---");
}

/* Take lines until the next one that begins a record. */
static const struct crm_err *
take_lines(struct crm_lines *l)
{
	const struct crm_err *err;
	size_t len;

	do {
		err = crm_lines_next(l);
	} while (err == NULL && l->len > 0 && is_idle(crm_lines_record(l)));
	while (err == NULL && l->len > 0) {
		len = l->len;
		err = crm_lines_extend(l);
		if (err != NULL || l->len == len)
			break;
		if (is_item(crm_view_skip(crm_lines_record(l), len))) {
			l->len = len; /* give it back */
			l->nlines--;
			break;
		}
	}
	return err;
}

static void
add_cell(struct crm_reader *r, uint32_t col, const struct crm_yaml_node *n,
    bool item)
{
	struct crm_cell *cell;

	r->cell = crm_grow(r->cell, &r->cap, r->row.n + 1, sizeof(*r->cell));
	cell = &r->cell[r->row.n++];
	*cell = (struct crm_cell){ .col = col, .item = item, .text = n->text };
	if (n->kind != CRM_YAML_SCALAR) {
		cell->type = CRM_CELL_OBJECT;
		cell->text = CRM_V("a list or map within a value");
	} else if (crm_yaml_is_null(n))
		cell->type = CRM_CELL_NULL;
	else
		cell->type = CRM_CELL_TEXT;
}

static const struct crm_err *
add_member(
    struct crm_reader *r, const struct crm_yaml_node *n, uint32_t *before)
{
	const struct crm_yaml_node *i;
	const struct crm_err *err;
	uint32_t col;

	err = crm_cols_learn(&r->cols, *before, n->key, &col);
	if (err == NULL)
		err = crm_cols_mark(&r->cols, col);
	if (err != NULL)
		return err;
	*before = col;
	if (n->kind != CRM_YAML_LIST) {
		add_cell(r, col, n, false);
		return NULL;
	}
	for (i = n->child; i != NULL; i = i->next)
		add_cell(r, col, i, true);
	if (n->child == NULL) {
		add_cell(r, col, n, false);
		r->cell[r->row.n - 1].type = CRM_CELL_NONE;
		r->cell[r->row.n - 1].text = CRM_V("[]");
	}
	return NULL;
}

/* A YAML error, ":3:5: what": the caller knows where the record begins. */
static const struct crm_err *
within_record(const struct crm_err *err)
{
	struct crm_view part[3], rest = crm_view_str(err->msg);
	size_t i, colon;

	if (err->code != CRM_E_CONFIG)
		return err;
	for (i = 0; i < 3; i++) {
		colon = crm_view_find(rest, ':');
		if (colon == rest.n)
			return crm_err(CRM_E_DATA, "%s", err->msg);
		part[i] = crm_view(rest.p, colon);
		rest = crm_view_skip(rest, colon + 1);
	}
	return crm_err(CRM_E_DATA, "line %.*s of the record, column %.*s:%.*s",
	    CRM_VARG(part[1]), CRM_VARG(part[2]), CRM_VARG(rest));
}

const struct crm_err *
crm_yaml_row(struct crm_reader *r)
{
	const struct crm_yaml_node *root, *n;
	const struct crm_err *err;
	struct crm_view text;
	uint32_t before = CRM_COL_NONE;

	crm_yaml_free(r->yaml);
	r->yaml = NULL;
	err = take_lines(&r->lines);
	if (err != NULL || r->lines.len == 0)
		return err;
	text = crm_lines_record(&r->lines);
	err = crm_yaml_parse("", text, &r->yaml);
	if (err != NULL)
		return within_record(err);
	root = crm_yaml_root(r->yaml);
	if (root == NULL || root->kind != CRM_YAML_LIST ||
	    root->child == NULL || root->child->kind != CRM_YAML_MAP)
		return crm_err(CRM_E_DATA,
		    "not a record: a list of maps is expected, \"- name: "
		    "value\"");
	crm_cols_begin_row(&r->cols);
	r->row.n = 0;
	for (n = root->child->child; err == NULL && n != NULL; n = n->next)
		err = add_member(r, n, &before);
	return err;
}
