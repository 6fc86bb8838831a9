#include "format/json.h"
#include "format/read_impl.h"

static inline struct crm_cell *
add_cell(struct crm_reader *r, uint32_t col)
{
	struct crm_cell *cell;

	if (r->row.n == r->cap)
		r->cell =
		    crm_grow(r->cell, &r->cap, r->row.n + 1, sizeof(*r->cell));
	cell = &r->cell[r->row.n++];
	cell->col = col;
	cell->escaped = false;
	cell->item = false;
	return cell;
}

static inline void
add_text(struct crm_reader *r, uint32_t col, struct crm_view text)
{
	struct crm_cell *cell = add_cell(r, col);

	cell->type = CRM_CELL_TEXT;
	cell->text = text;
}

/* Read on to the end of the object or array that was just opened. */
static const struct crm_err *
skip_nested(struct crm_json *j, struct crm_view *text)
{
	const struct crm_err *err;
	enum crm_json_token token;
	size_t from = j->pos - 1;
	unsigned int depth = j->depth - 1;

	while (j->depth > depth) {
		err = crm_json_next(j, &token, text);
		if (err != NULL)
			return err;
	}
	*text = crm_view(j->in.p + from, j->pos - from);
	return NULL;
}

static enum crm_cell_type
cell_type(enum crm_json_token token)
{
	switch (token) {
	case CRM_JSON_STRING:
		return CRM_CELL_TEXT;
	case CRM_JSON_NUMBER:
		return CRM_CELL_NUMBER;
	case CRM_JSON_TRUE:
		return CRM_CELL_TRUE;
	case CRM_JSON_FALSE:
		return CRM_CELL_FALSE;
	case CRM_JSON_NULL:
		return CRM_CELL_NULL;
	case CRM_JSON_OBJECT:
	case CRM_JSON_ARRAY:
	case CRM_JSON_OBJECT_END:
	case CRM_JSON_ARRAY_END:
	case CRM_JSON_KEY:
	case CRM_JSON_END:
		break;
	}
	return CRM_CELL_OBJECT;
}

/* Make a cell of a value whose first token was taken. */
static const struct crm_err *
add_value(struct crm_reader *r, struct crm_json *j, enum crm_json_token token,
    struct crm_view text, uint32_t col)
{
	const struct crm_err *err = NULL;
	struct crm_cell *cell;

	if (token == CRM_JSON_OBJECT || token == CRM_JSON_ARRAY)
		err = skip_nested(j, &text);
	cell = add_cell(r, col);
	cell->type = cell_type(token);
	cell->text = text;
	return err;
}

/* The cells of an array that was just opened. */
static const struct crm_err *
add_items(struct crm_reader *r, struct crm_json *j, uint32_t col)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view text;
	struct crm_cell *cell;
	size_t before = r->row.n;

	for (;;) {
		err = crm_json_next(j, &token, &text);
		if (err != NULL)
			return err;
		if (token == CRM_JSON_ARRAY_END)
			break;
		err = add_value(r, j, token, text, col);
		if (err != NULL)
			return err;
		r->cell[r->row.n - 1].item = true;
	}
	if (r->row.n == before) {
		cell = add_cell(r, col);
		cell->type = CRM_CELL_NONE;
		cell->text = CRM_V("[]");
	}
	return NULL;
}

/*
 * The column of the next key.
 *
 * col     the column of the key before, set; CRM_COL_NONE at first, and set to
 *         it at the end of the object
 */
static const struct crm_err *
next_key(struct crm_reader *r, struct crm_json *j, uint32_t *col)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view text;
	uint32_t before = *col;

	*col = crm_cols_guess(&r->cols, before);
	if (*col == CRM_COL_NONE ||
	    !crm_json_take_key(j, r->cols.col[*col].quoted)) {
		err = crm_json_next(j, &token, &text);
		*col = CRM_COL_NONE;
		if (err != NULL || token == CRM_JSON_OBJECT_END)
			return err;
		err = crm_cols_learn(&r->cols, before, text, col);
		if (err != NULL)
			return err;
	}
	return crm_cols_mark(&r->cols, *col);
}

static const struct crm_err *
add_members(struct crm_reader *r, struct crm_json *j)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view text;
	uint32_t col = CRM_COL_NONE;

	crm_cols_begin_row(&r->cols);
	for (;;) {
		err = next_key(r, j, &col);
		if (err != NULL || col == CRM_COL_NONE)
			return err;
		if (crm_json_take_string(j, &text)) {
			add_text(r, col, text);
			continue;
		}
		err = crm_json_next(j, &token, &text);
		if (err != NULL)
			return err;
		if (token == CRM_JSON_ARRAY)
			err = add_items(r, j, col);
		else
			err = add_value(r, j, token, text, col);
		if (err != NULL)
			return err;
	}
}

const struct crm_err *
crm_jsonl_row(struct crm_reader *r, struct crm_view line)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_json j;
	struct crm_view text;

	crm_json_begin(&j, line, &r->scratch);
	err = crm_json_next(&j, &token, &text);
	if (err != NULL)
		return err;
	if (token != CRM_JSON_OBJECT)
		return crm_err(CRM_E_DATA, "not a JSON object");
	err = add_members(r, &j);
	if (err != NULL)
		return err;
	err = crm_json_next(&j, &token, &text);
	if (err != NULL)
		return err;
	/* All that was unescaped lies there, and nothing else. */
	if (r->scratch.n > 0 &&
	    memchr(r->scratch.p, '\0', r->scratch.n) != NULL)
		return crm_err(CRM_E_DATA, "a string holds \\u0000");
	return NULL;
}
