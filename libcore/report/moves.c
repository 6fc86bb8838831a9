#include "report/moves.h"

#include "base/mem.h"
#include "record/value.h"

static const struct crm_view suffix = { "-then", 5 };

/* The next name of a list, trimmed; false: no more. */
static bool
next_name(struct crm_view *rest, struct crm_view *name)
{
	size_t comma;

	if (rest->p == NULL)
		return false;
	comma = crm_view_find(*rest, ',');
	*name = crm_view_trim(crm_view(rest->p, comma));
	*rest = comma < rest->n ? crm_view_skip(*rest, comma + 1) : CRM_VNULL;
	return true;
}

/* Is it a NAME-then?  It is cut to NAME. */
static bool
cut_then(struct crm_view *name)
{
	if (name->n <= suffix.n ||
	    !crm_view_eq(crm_view_skip(*name, name->n - suffix.n), suffix))
		return false;
	name->n -= suffix.n;
	return true;
}

bool
crm_moves_asked(const char *by)
{
	struct crm_view rest = crm_view_str(by != NULL ? by : ""), name;

	while (next_name(&rest, &name))
		if (cut_then(&name))
			return true;
	return false;
}

/* Is a name in the first n bytes of a list? */
static bool
is_listed(struct crm_view list, struct crm_view name)
{
	struct crm_view one;

	while (next_name(&list, &one))
		if (crm_view_eq(one, name))
			return true;
	return false;
}

void
crm_moves_by(
    const struct crm_report *report, const char *by, struct crm_buf *out)
{
	struct crm_view rest = crm_view_str(by), name;

	crm_buf_adds(out, report->thing == 'e' ? "who" : "id");
	while (next_name(&rest, &name)) {
		(void)cut_then(&name);
		if (crm_report_column(report, name) == NULL &&
		    !is_listed(crm_buf_view(out), name))
			crm_buf_addf(out, ",%.*s", CRM_VARG(name));
	}
}

/* The values of one of them on both sides, packed. */
struct one {
	struct crm_view side[2];
	uint8_t currency;
};

struct crm_moves {
	const struct crm_report_run *r;
	struct crm_by by; /* what is printed: names of the list */
	struct {
		size_t at; /* column of the runs */
		bool then;
	} name[CRM_BY_MAX];
	size_t currency; /* column of the runs; n: there is none */
	size_t n;
	struct crm_field printed[CRM_BY_MAX + 2];
	bool is_then; /* what comes in */
	struct crm_rows *rows, *side[2];
	struct crm_arena arena;
	struct crm_map map; /* key: place of the one */
	struct crm_buf key;
	struct one *one;
	size_t nones, cap;
};

/* The column of a name, the last of several: the report's own. */
static size_t
column_at(const struct crm_field *column, size_t n, struct crm_view name)
{
	size_t i;

	for (i = n; i-- > 0;)
		if (crm_view_is(name, column[i].name))
			return i;
	return n;
}

static const struct crm_err *
read_names(struct crm_moves *m, const char *by, const struct crm_field *column)
{
	struct crm_view rest = crm_view_str(by), name;
	struct crm_by_key *k;
	size_t i;

	while (next_name(&rest, &name)) {
		if (m->by.n == CRM_BY_MAX)
			return crm_err(CRM_E_USAGE, "--by: more than %d names",
			    CRM_BY_MAX);
		i = m->by.n++;
		k = &m->by.key[i];
		k->of = CRM_BY_OWN;
		k->column.name = crm_arena_dup(&m->arena, name.p, name.n);
		m->name[i].then = cut_then(&name);
		m->name[i].at = column_at(column, m->n, name);
		if (m->name[i].at == m->n)
			return crm_err(CRM_E_USAGE,
			    "--by: no such field: '%.*s'", CRM_VARG(name));
		name.p = k->column.name;
		k->column = column[m->name[i].at];
		k->column.name = name.p;
		k->column.flags &= CRM_F_COMPUTED;
		m->printed[i] = k->column;
	}
	return NULL;
}

static bool
is_printed(const struct crm_moves *m, size_t at, bool then)
{
	size_t i;

	for (i = 0; i < m->by.n; i++)
		if (m->name[i].at == at && m->name[i].then == then)
			return true;
	return false;
}

/* Keep a row of one side. */
static const struct crm_err *
take(void *ctx, const struct crm_view *value)
{
	struct crm_moves *m = ctx;
	struct crm_view of;
	struct one *one;
	uint64_t *at;
	bool added;
	size_t i;

	crm_buf_reset(&m->key);
	crm_by_pack(&m->key, value[0]);
	if (m->currency < m->n)
		crm_buf_addv(&m->key, value[m->currency]);
	at = crm_map_at(&m->map, crm_buf_view(&m->key), &added);
	if (added) {
		*at = m->nones++;
		m->one = crm_grow(m->one, &m->cap, m->nones, sizeof(*m->one));
		memset(&m->one[*at], 0, sizeof(*m->one));
		if (m->currency < m->n && value[m->currency].n == 1)
			m->one[*at].currency = (uint8_t)value[m->currency].p[0];
	}
	one = &m->one[*at];
	crm_buf_reset(&m->key);
	for (i = 0; i < m->n; i++)
		if (is_printed(m, i, m->is_then))
			crm_by_pack(&m->key, value[i]);
	of = one->side[m->is_then];
	if (of.p != NULL && !crm_view_eq(of, crm_buf_view(&m->key)))
		return crm_err(CRM_E_USAGE,
		    "--by: NAME-then takes fields with one value each");
	one->side[m->is_then] =
	    crm_view(crm_arena_dup(&m->arena, m->key.p, m->key.n), m->key.n);
	return NULL;
}

/* What is printed: the names, how many, and the currency of classes. */
static void
add_columns(struct crm_moves *m, const struct crm_field *column)
{
	const struct crm_kind *k = crm_kind_of(m->r->schema,
	    m->r->report->thing != '\0' ? m->r->report->thing : 'e');
	struct crm_field *f = &m->printed[m->by.n];

	memset(f, 0, 2 * sizeof(*f));
	f->name = k->letter == 'e' ? "customers" : k->plural;
	f->type = CRM_T_NUMBER;
	if (m->currency < m->n)
		f[1] = column[m->currency];
}

const struct crm_err *
crm_moves_new(const struct crm_report_run *r, const struct crm_rows_options *ro,
    struct crm_writer *writer, const char *by, const struct crm_field *column,
    size_t n, struct crm_moves **out)
{
	struct crm_moves *m = crm_calloc(1, sizeof(*m));
	struct crm_rows_options o = *ro;
	bool made[CRM_ROWS_COLUMNS_MAX] = { true };
	const struct crm_err *err;
	size_t i;

	*out = m;
	m->r = r;
	m->n = n;
	m->key.max = CRM_LINE_MAX * 4;
	m->currency = r->report->thing == '\0' || r->report->thing == 'e'
	    ? column_at(column, n, CRM_V("currency"))
	    : n;
	err = read_names(m, by, column);
	if (err != NULL)
		return err;
	add_columns(m, column);
	o.bar = m->printed[m->by.n].name;
	for (i = 1; i < n; i++)
		made[i] = i == m->currency || is_printed(m, i, false) ||
		    is_printed(m, i, true);
	for (i = 0; i < 2; i++)
		m->side[i] = crm_rows_new_to(made, n, take, m);
	return crm_rows_new(r->snap, &o, writer, m->printed,
	    m->by.n + 1 + (m->currency < n), &m->rows);
}

void
crm_moves_free(struct crm_moves *m)
{
	if (m == NULL)
		return;
	crm_rows_free(m->rows);
	crm_rows_free(m->side[0]);
	crm_rows_free(m->side[1]);
	crm_arena_release(&m->arena);
	crm_map_release(&m->map);
	crm_buf_release(&m->key);
	crm_free(m->one);
	crm_free(m);
}

struct crm_rows *
crm_moves_side(struct crm_moves *m, bool then)
{
	m->is_then = then;
	return m->side[then];
}

/* The values of one of them in the order of the list. */
static struct crm_view
key_of(struct crm_moves *m, const struct one *one)
{
	struct crm_view value[2][CRM_ROWS_COLUMNS_MAX] = { { CRM_VNULL } };
	struct crm_view rest;
	size_t i, side;

	for (side = 0; side < 2; side++) {
		rest = one->side[side];
		for (i = 0; rest.n > 0 && i < m->n; i++)
			if (is_printed(m, i, side == 1))
				value[side][i] = crm_by_next(&rest);
	}
	crm_buf_reset(&m->key);
	for (i = 0; i < m->by.n; i++)
		crm_by_pack(&m->key, value[m->name[i].then][m->name[i].at]);
	return crm_buf_view(&m->key);
}

const struct crm_err *
crm_moves_end(struct crm_moves *m, uint64_t *rows)
{
	struct crm_row_maker row = { 0 };
	const struct crm_err *err = NULL;
	struct crm_groups groups;
	size_t i;

	crm_groups_init(&groups, m->r->config, &m->by);
	for (i = 0; i < m->nones; i++)
		crm_groups_at(
		    &groups, key_of(m, &m->one[i]), m->one[i].currency)
		    ->count[0]++;
	crm_groups_sort(&groups, CRM_ORDER_KEY, 0);
	for (i = 0; err == NULL && i < groups.n; i++) {
		crm_row_begin(&row);
		crm_groups_add_key(&groups, &groups.group[i], &row);
		crm_row_number(&row, groups.group[i].count[0]);
		if (m->currency < m->n)
			crm_row_currency(&row, groups.group[i].currency);
		err = crm_row_put(&row, m->rows);
	}
	if (err == NULL)
		err = crm_rows_end(m->rows);
	*rows = crm_rows_count(m->rows);
	crm_groups_release(&groups);
	crm_row_release(&row);
	return err;
}
