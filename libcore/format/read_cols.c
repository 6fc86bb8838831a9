#include "format/json.h"
#include "format/read_impl.h"

/* FNV-1a. */
static uint32_t
hash(struct crm_view v)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < v.n; i++)
		h = (h ^ (unsigned char)v.p[i]) * 16777619u;
	return h;
}

/* Where a name is, or would be put. */
static uint32_t *
find_slot(const struct crm_cols *c, struct crm_view name, uint32_t h)
{
	const struct crm_col *col;
	size_t i;

	for (i = h & (c->nslots - 1);; i = (i + 1) & (c->nslots - 1)) {
		if (c->slot[i] == 0)
			return &c->slot[i];
		col = &c->col[c->slot[i] - 1];
		if (col->hash == h && crm_view_eq(col->name, name))
			return &c->slot[i];
	}
}

static void
grow_slots(struct crm_cols *c)
{
	size_t i;

	if (c->nslots > c->n * 2)
		return;
	crm_free(c->slot);
	c->nslots = c->nslots == 0 ? 64 : c->nslots * 2;
	c->slot = crm_calloc(c->nslots, sizeof(*c->slot));
	for (i = 0; i < c->n; i++)
		*find_slot(c, c->col[i].name, c->col[i].hash) = (uint32_t)i + 1;
}

void
crm_cols_init(struct crm_cols *c)
{
	memset(c, 0, sizeof(*c));
	c->first = CRM_COL_NONE;
}

void
crm_cols_release(struct crm_cols *c)
{
	crm_free(c->col);
	crm_free(c->slot);
	crm_arena_release(&c->arena);
	memset(c, 0, sizeof(*c));
}

uint32_t
crm_cols_find(const struct crm_cols *c, struct crm_view name)
{
	if (c->nslots == 0)
		return CRM_COL_NONE;
	return *find_slot(c, name, hash(name)) - 1;
}

const struct crm_err *
crm_cols_add(struct crm_cols *c, struct crm_view name, uint32_t *out)
{
	struct crm_col *col;

	if (c->n == CRM_COLS_MAX)
		return crm_err(
		    CRM_E_DATA, "more than %d columns", CRM_COLS_MAX);
	if (name.n > CRM_LINE_MAX - c->bytes)
		return crm_err(CRM_E_DATA,
		    "the names of all columns are longer than %zu bytes",
		    CRM_LINE_MAX);
	grow_slots(c);
	c->col = crm_grow(c->col, &c->cap, c->n + 1, sizeof(*c->col));
	col = &c->col[c->n];
	col->name = crm_view(crm_arena_dup(&c->arena, name.p, name.n), name.n);
	col->quoted = CRM_VNULL;
	col->hash = hash(name);
	col->next = CRM_COL_NONE;
	col->row = 0;
	*out = (uint32_t)c->n++;
	*find_slot(c, col->name, col->hash) = *out + 1;
	c->bytes += name.n;
	return NULL;
}

void
crm_cols_begin_row(struct crm_cols *c)
{
	c->row++;
}

/* Keep a key as a JSON writer would write it; an escape is at most six times
 * as long as what it stands for. */
static void
quote(struct crm_cols *c, struct crm_col *col)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 6 + 3);

	crm_json_add_string(&b, col->name);
	crm_buf_addc(&b, ':');
	col->quoted = crm_view(crm_arena_dup(&c->arena, b.p, b.n), b.n);
	crm_buf_release(&b);
}

const struct crm_err *
crm_cols_learn(
    struct crm_cols *c, uint32_t before, struct crm_view name, uint32_t *col)
{
	const struct crm_err *err;

	*col = crm_cols_find(c, name);
	if (*col == CRM_COL_NONE) {
		err = crm_cols_add(c, name, col);
		if (err != NULL)
			return err;
		quote(c, &c->col[*col]);
	}
	if (before == CRM_COL_NONE)
		c->first = *col;
	else
		c->col[before].next = *col;
	return NULL;
}

const struct crm_err *
crm_cols_mark(struct crm_cols *c, uint32_t col)
{
	if (c->col[col].row == c->row)
		return crm_err(CRM_E_DATA, "the key '%.*s' stands there twice",
		    CRM_VARG(c->col[col].name));
	c->col[col].row = c->row;
	return NULL;
}
