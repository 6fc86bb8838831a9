/* Which field a column goes to: its own name, or --map. */
#include <stdio.h>

#include "format/bind_impl.h"

static struct crm_view
keep(struct crm_bind *b, struct crm_view v)
{
	return crm_view(crm_arena_dup(&b->arena, v.p, v.n), v.n);
}

/* Keep the name of a column; what stands behind a backslash is meant as it
 * is. */
static struct crm_view
keep_column(struct crm_bind *b, struct crm_view v)
{
	size_t i;

	v = crm_view_trim(v);
	crm_buf_reset(&b->text);
	for (i = 0; i < v.n; i++) {
		if (v.p[i] == '\\' && i + 1 < v.n &&
		    memchr("\\,=", v.p[i + 1], 3) != NULL)
			i++;
		crm_buf_addc(&b->text, v.p[i]);
	}
	return keep(b, crm_buf_view(&b->text));
}

struct crm_mapping *
crm_bind_add_map(struct crm_bind *b)
{
	struct crm_mapping *m;

	b->map = crm_grow(b->map, &b->map_cap, b->nmaps + 1, sizeof(*b->map));
	m = &b->map[b->nmaps++];
	memset(m, 0, sizeof(*m));
	b->nnames = 0;
	return m;
}

/*
 * The first item of a list of maps: up to a comma behind a '='.  A column's
 * name may have commas in front of its first '=', and the last '=' is the one
 * that counts.
 *
 * Returns its length; *equals is SIZE_MAX when there is none.
 */
static size_t
find_map(struct crm_view v, size_t *equals)
{
	size_t i;

	*equals = SIZE_MAX;
	for (i = 0; i < v.n; i++) {
		if (v.p[i] == '\\')
			i++;
		else if (v.p[i] == '=')
			*equals = i;
		else if (v.p[i] == ',' && *equals != SIZE_MAX)
			break;
	}
	return i < v.n ? i : v.n;
}

/* "COLUMN=FIELD,...": one after the other. */
static const struct crm_err *
read_map(struct crm_bind *b, struct crm_view rest)
{
	struct crm_mapping *m;
	struct crm_view to;
	size_t equals, end, colon;

	while (rest.n > 0) {
		end = find_map(rest, &equals);
		if (equals == SIZE_MAX || equals == 0)
			return crm_err(CRM_E_USAGE,
			    "--map: '%.*s' is not COLUMN=FIELD",
			    CRM_VARG(rest));
		m = crm_bind_add_map(b);
		m->column = keep_column(b, crm_view(rest.p, equals));
		to = crm_view_trim(
		    crm_view(rest.p + equals + 1, end - equals - 1));
		colon = crm_view_find(to, ':');
		m->field = keep(b, crm_view(to.p, colon));
		m->used = crm_view_is(m->column, "*") && m->field.n == 0;
		if (colon < to.n) {
			m->system = keep(b, crm_view_skip(to, colon + 1));
			if (m->system.n == 0 || m->field.n == 0)
				return crm_err(CRM_E_USAGE,
				    "--map: '%.*s' is not FIELD:SYSTEM",
				    CRM_VARG(to));
		}
		rest = crm_view_skip(rest, end < rest.n ? end + 1 : end);
	}
	return NULL;
}

static bool
is_special(struct crm_view name)
{
	return crm_view_is(name, "id") || crm_view_is(name, "kind") ||
	    crm_view_is(name, "updated") || crm_view_is(name, "day");
}

const struct crm_err *
crm_bind_read_maps(struct crm_bind *b)
{
	const struct crm_err *err = NULL;
	const char *near;
	size_t i;

	for (i = 0; err == NULL && i < b->o.nmaps; i++)
		err = read_map(b, crm_view_str(b->o.map[i]));
	for (i = 0; err == NULL && b->o.kind != NULL && i < b->nmaps; i++) {
		struct crm_view name = b->map[i].field;

		if (name.n == 0 || is_special(name) ||
		    crm_bind_field(b, b->o.kind, name) != NULL)
			continue;
		near = crm_field_near(b->o.schema, b->o.kind, name);
		err = near != NULL
		    ? crm_err(CRM_E_USAGE,
			  "--map: no such field: '%.*s' (did you mean '%s'?)",
			  CRM_VARG(name), near)
		    : crm_err(CRM_E_USAGE, "--map: no such field: '%.*s'",
			  CRM_VARG(name));
	}
	return err;
}

const struct crm_field *
crm_bind_field(
    struct crm_bind *b, const struct crm_kind *k, struct crm_view name)
{
	const struct crm_field *f;
	char low[64];
	size_t i;

	if (name.n == 0 || name.n >= sizeof(low))
		return NULL;
	for (i = 0; i < name.n; i++)
		low[i] = name.p[i] >= 'A' && name.p[i] <= 'Z'
		    ? (char)(name.p[i] | 0x20)
		    : name.p[i];
	name = crm_view(low, name.n);
	f = crm_field_named(k, name);
	if (f != NULL && (f->flags & CRM_F_COMPUTED) != 0)
		return NULL;
	if (f == NULL && name.n > 2 && crm_view_starts(name, CRM_V("x-")) &&
	    crm_name_ok(name)) {
		b->new_fields = true;
		if (!b->is_twin)
			f = crm_schema_x_field(b->o.schema, k, name);
	}
	if (f != NULL && f->num == 0)
		b->new_fields = true;
	return f;
}

bool
crm_bind_knows(void *ctx, struct crm_view name)
{
	struct crm_bind *b = ctx;
	size_t i;

	if (crm_view_is(name, "id") || crm_view_is(name, "kind"))
		return true;
	for (i = 0; i < b->nmaps; i++)
		if (crm_view_eq(b->map[i].column, name))
			return true;
	for (i = 0; i < crm_schema_nkinds(b->o.schema); i++) {
		const struct crm_kind *k = crm_schema_kind(b->o.schema, i);

		if ((b->o.kind == NULL || b->o.kind == k) &&
		    crm_field_named(k, name) != NULL)
			return true;
	}
	return false;
}

void
crm_bind_unknown(struct crm_bind *b, const struct crm_kind *k,
    struct crm_view name, bool is_column)
{
	const char *near = crm_field_near(b->o.schema, k, name);
	const struct crm_field *f = crm_field_named(k, name);
	struct crm_buf what = CRM_BUF_INIT(2000);
	struct crm_buf field = CRM_BUF_INIT(2000);

	if (f != NULL)
		crm_buf_adds(&what, "is computed and cannot be set");
	else
		crm_buf_addf(&what, "no such field of %s", k->plural);
	if (f == NULL && near != NULL)
		crm_buf_addf(&what, " (did you mean '%s'?)", near);
	else if (f == NULL && !is_column && k->letter == 'e')
		crm_buf_adds(
		    &what, " (a text with '=' is given as text='...')");
	if (is_column)
		crm_buf_addf(&what,
		    "; --map '%.*s=FIELD' names one, '%.*s=' drops it, "
		    "'*=' all such",
		    CRM_VARG(name), CRM_VARG(name));
	crm_buf_addv(&field, name);
	crm_buf_addc(&field, '\0');
	b->bad = true;
	b->o.fault(b->o.fault_ctx, field.p != NULL ? field.p : "?",
	    what.p != NULL ? what.p : "no such field");
	crm_buf_release(&what);
	crm_buf_release(&field);
}

void
crm_bind_add_column(struct crm_buf *b, struct crm_view name)
{
	size_t i;

	for (i = 0; i < name.n; i++) {
		if (memchr("\\,=", name.p[i], 3) != NULL)
			crm_buf_addc(b, '\\');
		if (name.p[i] == '\'')
			crm_buf_adds(b, "'\\'");
		crm_buf_addc(b, name.p[i]);
	}
}

static bool
parts_words(char c)
{
	return !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
	    !(c >= '0' && c <= '9');
}

void
crm_bind_add_x_name(struct crm_buf *b, struct crm_view column)
{
	struct crm_buf x = CRM_BUF_INIT(CRM_LINE_MAX);
	size_t i;
	char c;

	crm_buf_adds(&x, "x");
	for (i = 0; i < column.n; i++) {
		c = column.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			if (x.n == 1 ||
			    (i > 0 && x.p[x.n - 1] != '-' &&
				parts_words(column.p[i - 1])))
				crm_buf_addc(&x, '-');
			crm_buf_addc(&x, c);
		}
	}
	if (x.n > 2 && crm_name_ok(crm_buf_view(&x)))
		crm_buf_addv(b, crm_buf_view(&x));
	crm_buf_release(&x);
}

/* Is the line that names the columns not there?  Says so. */
static bool
lacks_names(struct crm_bind *b, const struct crm_kind *k,
    const struct crm_view *name, size_t n)
{
	struct crm_buf what = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	size_t i = 0;

	while (i < n && crm_view_find(name[i], '@') == name[i].n)
		i++; /* no column is called by an address */
	if (i == n)
		return false;
	crm_buf_addf(&what,
	    "'%.*s' is no field of %s: is the first line missing, which "
	    "names the columns?",
	    CRM_VARG(name[i]), k->plural);
	b->bad = true;
	b->o.fault(b->o.fault_ctx, NULL,
	    what.p != NULL && !what.over ? what.p
					 : "the first line names no "
					   "columns");
	crm_buf_release(&what);
	return true;
}

void
crm_bind_unknown_columns(struct crm_bind *b, const struct crm_kind *k,
    const struct crm_view *name, size_t n)
{
	struct crm_buf what = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	const char *near;
	size_t i;

	if (lacks_names(b, k, name, n))
		return;
	if (n == 1)
		crm_bind_unknown(b, k, name[0], true);
	if (n <= 1)
		return;
	crm_buf_addf(&what, "no fields of %s:", k->plural);
	for (i = 0; i < n; i++) {
		near = crm_field_named(k, name[i]) == NULL
		    ? crm_field_near(b->o.schema, k, name[i])
		    : NULL;
		crm_buf_addf(
		    &what, "%s '%.*s'", i > 0 ? "," : "", CRM_VARG(name[i]));
		if (near != NULL)
			crm_buf_addf(&what, " (%s?)", near);
	}
	crm_buf_adds(&what, "; '*=' drops all such, this keeps them: --map '");
	for (i = 0; i < n; i++) {
		crm_buf_adds(&what, i > 0 ? "," : "");
		crm_bind_add_column(&what, name[i]);
		crm_buf_addc(&what, '=');
		if (crm_field_named(k, name[i]) == NULL)
			crm_bind_add_x_name(&what, name[i]);
	}
	crm_buf_adds(&what, "'");
	b->bad = true;
	b->o.fault(b->o.fault_ctx, NULL,
	    what.p != NULL && !what.over ? what.p
					 : "columns that are no fields");
	crm_buf_release(&what);
}

static struct crm_target
make_target(struct crm_bind *b, const struct crm_kind *k, struct crm_view name,
    struct crm_view system, uint32_t rank)
{
	struct crm_target t = { .system = system, .rank = rank };

	if (name.n == 0 || crm_view_is(name, "updated") ||
	    (k->letter == 'e' && crm_view_is(name, "day")))
		t.role = CRM_TO_NOTHING;
	else if (crm_view_is(name, "id"))
		t.role = CRM_TO_ID;
	else if (crm_view_is(name, "kind"))
		t.role = CRM_TO_KIND;
	else {
		t.field = crm_bind_field(b, k, name);
		t.role = t.field != NULL ? CRM_TO_FIELD : CRM_TO_UNKNOWN;
	}
	return t;
}

bool
crm_bind_drops_rest(const struct crm_bind *b)
{
	size_t i;

	for (i = 0; i < b->nmaps; i++)
		if (crm_view_is(b->map[i].column, "*") &&
		    b->map[i].field.n == 0)
			return true;
	return false;
}

/* Is a mapping one of a column in a kind? */
static bool
is_hit(const struct crm_mapping *m, const struct crm_kind *k,
    struct crm_view column)
{
	return crm_view_eq(m->column, column) &&
	    (m->rule == NULL || m->rule->kinds == NULL ||
		strchr(m->rule->kinds, k->letter) != NULL);
}

/* Where one column goes. */
static void
find_targets(struct crm_bind *b, const struct crm_kind *k,
    struct crm_view column, struct crm_target **out, size_t *n)
{
	struct crm_target *t = NULL;
	size_t i, hits = 0;

	for (i = 0; i < b->nmaps; i++)
		hits += is_hit(&b->map[i], k, column);
	*out = crm_arena_alloc(&b->arena, (hits + 1) * sizeof(**out));
	*n = 0;
	for (i = 0; i < b->nmaps; i++) {
		struct crm_mapping *m = &b->map[i];

		if (!is_hit(m, k, column))
			continue;
		m->used = true;
		t = &(*out)[(*n)++];
		*t = make_target(b, k, m->field, m->system, (uint32_t)i + 1);
		t->rule = m->rule;
		t->apart = m->rule != NULL && !m->rule->joins;
		if (t->role == CRM_TO_UNKNOWN && m->rule != NULL)
			t->role = CRM_TO_REST;
	}
	if (hits == 1 && t->rule != NULL &&
	    (t->rule->unless != NULL || t->rule->when != NULL)) {
		t[1] = (struct crm_target){
			.role = CRM_TO_REST, .rule = t->rule, .otherwise = true
		};
		*n = 2;
	}
	if (hits > 0)
		return;
	t = &(*out)[(*n)++];
	*t = make_target(b, k, column, CRM_VNULL, 0);
	if (t->role == CRM_TO_UNKNOWN && crm_bind_drops_rest(b))
		t->role = CRM_TO_NOTHING;
	else if (t->role == CRM_TO_UNKNOWN && b->preset != NULL)
		t->role = CRM_TO_REST;
}

/* A field of one value that several columns fill gets them joined. */
static void
mark_joined(struct crm_targets *t, size_t from)
{
	struct crm_target *a, *c;
	size_t i, j, x, y;

	for (i = from; i < t->ncols; i++)
		for (x = 0; x < t->n[i]; x++) {
			a = &t->of[i][x];
			if (a->role != CRM_TO_FIELD ||
			    (a->field->flags & CRM_F_MANY) != 0)
				continue;
			for (j = 0; j <= i; j++)
				for (y = 0; y < t->n[j]; y++) {
					c = &t->of[j][y];
					if (c != a && c->field == a->field)
						a->joined = c->joined = true;
				}
		}
}

void
crm_bind_find_targets(struct crm_bind *b, const struct crm_reader *reader,
    const struct crm_kind *k)
{
	struct crm_targets *t = &b->targets[k->letter - 'a'];
	size_t ncols = crm_reader_ncols(reader), from = t->ncols, i;

	t->of = crm_grow(t->of, &t->cap, ncols, sizeof(*t->of));
	t->n = crm_grow(t->n, &t->ncap, ncols, sizeof(*t->n));
	for (i = from; i < ncols; i++)
		find_targets(b, k, crm_reader_col(reader, (uint32_t)i),
		    &t->of[i], &t->n[i]);
	t->ncols = ncols;
	mark_joined(t, from);
}

static bool
may_name_kind(const struct crm_bind *b, struct crm_view column)
{
	size_t i;

	for (i = 0; i < b->nmaps; i++)
		if (crm_view_eq(b->map[i].column, column) &&
		    (crm_view_is(b->map[i].field, "kind") ||
			crm_view_is(b->map[i].field, "id")))
			return true;
	return crm_view_is(column, "kind") || crm_view_is(column, "id");
}

void
crm_bind_find_names(struct crm_bind *b, const struct crm_reader *reader)
{
	size_t ncols = crm_reader_ncols(reader);

	b->names_kind = crm_grow(
	    b->names_kind, &b->names_cap, ncols, sizeof(*b->names_kind));
	for (; b->nnames < ncols; b->nnames++)
		b->names_kind[b->nnames] = may_name_kind(
		    b, crm_reader_col(reader, (uint32_t)b->nnames));
}
