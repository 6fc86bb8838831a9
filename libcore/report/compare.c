#include "report/compare.h"

#include "base/map.h"
#include "base/mem.h"
#include "record/value.h"

__extension__ typedef __int128 i128;

/* What becomes of a column. */
enum role {
	ROLE_KEY,    /* rows are matched by it */
	ROLE_LABEL,  /* says more of the same: a name */
	ROLE_WORD,   /* now, then */
	ROLE_DATE,   /* now, then, and days between */
	ROLE_SHARE,  /* now, then, and the change in points */
	ROLE_FIGURE, /* and that in percent of then */
};

static const unsigned int places[] = { 1, 1, 2, 3, 3, 4 };

struct row {
	const struct crm_view *now, *then; /* NULL: not there */
};

struct crm_compare {
	struct crm_compare_how how;
	const struct crm_field *column;
	enum role role[CRM_ROWS_COLUMNS_MAX];
	bool is_class[CRM_ROWS_COLUMNS_MAX];
	size_t at[CRM_ROWS_COLUMNS_MAX]; /* its first column that is printed */
	size_t n;
	struct crm_field printed[CRM_ROWS_COLUMNS_MAX];
	size_t nprinted;
	struct crm_rows *rows; /* what is printed */
	struct crm_rows *side[2];
	bool is_then; /* what comes in */
	bool untold[2];
	struct crm_arena arena;
	struct crm_map map; /* key: place of the row */
	struct crm_buf key;
	struct row *row;
	size_t nrows, cap;
	struct crm_row_maker maker;
};

/* Is a name in a list? */
static bool
is_in(const char *list, const char *name)
{
	struct crm_view rest = crm_view_str(list != NULL ? list : "");
	size_t blank;

	for (; rest.n > 0; rest = crm_view_skip(rest, blank + 1)) {
		blank = crm_view_find(rest, ' ');
		if (crm_view_is(crm_view(rest.p, blank), name))
			return true;
		if (blank == rest.n)
			break;
	}
	return false;
}

static enum role
role_of(const struct crm_compare *c, size_t i)
{
	const struct crm_field *f = &c->column[i];

	if (i < c->how.by->n || f->type == CRM_T_CURRENCY ||
	    is_in(c->how.match, f->name))
		return ROLE_KEY;
	switch (f->type) {
	case CRM_T_NUMBER:
	case CRM_T_MONEY:
		return ROLE_FIGURE;
	case CRM_T_PERCENT:
		return ROLE_SHARE;
	case CRM_T_DATE:
		return ROLE_DATE;
	case CRM_T_CHOICE:
	case CRM_T_BOOL:
		return ROLE_WORD;
	default:
		return ROLE_LABEL;
	}
}

static bool
is_class(const struct crm_compare_how *how, const char *name)
{
	size_t i;

	for (i = 0; i < how->nclasses; i++)
		if (strcmp(how->class[i].name, name) == 0)
			return true;
	return false;
}

static void
add_column(struct crm_compare *c, const struct crm_field *f, const char *suffix,
    enum crm_type type)
{
	struct crm_field *out = &c->printed[c->nprinted++];
	size_t n = strlen(f->name), m = strlen(suffix);
	char *name = crm_arena_alloc(&c->arena, n + m + 1);

	*out = *f;
	memcpy(name, f->name, n);
	memcpy(name + n, suffix, m + 1);
	out->name = name;
	out->type = (uint8_t)type;
}

/* The columns that are printed for those of the report. */
static const struct crm_err *
add_columns(struct crm_compare *c)
{
	const struct crm_field *f;
	unsigned int n;
	size_t i;

	for (i = 0; i < c->n; i++) {
		f = &c->column[i];
		c->role[i] = role_of(c, i);
		c->is_class[i] = is_class(&c->how, f->name);
		c->at[i] = c->nprinted;
		n = places[c->role[i]];
		if (c->nprinted + n > CRM_ROWS_COLUMNS_MAX)
			return crm_err(CRM_E_USAGE,
			    "this report has too many columns to compare");
		add_column(c, f, "", (enum crm_type)f->type);
		if (n > 1)
			add_column(c, f, "-then", (enum crm_type)f->type);
		if (n > 2)
			add_column(c, f, "-change",
			    f->type == CRM_T_DATE ? CRM_T_NUMBER
						  : (enum crm_type)f->type);
		if (n > 3)
			add_column(c, f, "-percent", CRM_T_PERCENT);
	}
	return NULL;
}

/* The period of then as the one of now that it is compared with. */
static struct crm_view
shift(struct crm_compare *c, const struct crm_by_key *k, struct crm_view v,
    char out[11])
{
	const struct crm_compare_how *how = &c->how;
	const struct crm_err *err;
	struct crm_period p;
	int32_t n;

	if (how->now == NULL || how->then == NULL || v.n == 0)
		return v;
	err = crm_period_parse(how->clock, v, &p);
	if (err != NULL)
		return v;
	n = crm_unit_number(k->unit, p.first) +
	    crm_unit_number(k->unit, *how->now) -
	    crm_unit_number(k->unit, *how->then);
	return crm_view(out,
	    crm_unit_put(out, how->clock, k->unit, crm_unit_first(k->unit, n)));
}

/* Keep a row of one side. */
static const struct crm_err *
take(void *ctx, const struct crm_view *value)
{
	struct crm_compare *c = ctx;
	struct crm_view *kept =
	    crm_arena_alloc(&c->arena, (c->n + 1) * sizeof(*kept));
	char length[CRM_VARINT_MAX], period[11];
	uint64_t *at;
	bool added;
	size_t i;

	crm_buf_reset(&c->key);
	for (i = 0; i < c->n; i++) {
		struct crm_view v = value[i];

		if (c->is_then && i < c->how.by->n &&
		    c->how.by->key[i].of == CRM_BY_PERIOD)
			v = shift(c, &c->how.by->key[i], v, period);
		kept[i] = crm_view(crm_arena_dup(&c->arena, v.p, v.n), v.n);
		if (c->role[i] != ROLE_KEY)
			continue;
		crm_buf_add(&c->key, length, crm_varint_put(length, v.n));
		crm_buf_addv(&c->key, v);
	}
	at = crm_map_at(&c->map, crm_buf_view(&c->key), &added);
	if (added) {
		*at = c->nrows;
		c->row =
		    crm_grow(c->row, &c->cap, c->nrows + 1, sizeof(*c->row));
		c->row[c->nrows++] = (struct row){ NULL, NULL };
	}
	*(c->is_then ? &c->row[*at].then : &c->row[*at].now) = kept;
	return NULL;
}

/* A column is made when one of those that come of it is printed. */
static bool
wants(const struct crm_compare *c, size_t i)
{
	unsigned int k;

	for (k = 0; k < places[c->role[i]]; k++)
		if (crm_rows_wants(c->rows, c->at[i] + k))
			return true;
	return false;
}

const struct crm_err *
crm_compare_new(struct crm_snap *snap, const struct crm_rows_options *o,
    struct crm_writer *writer, const struct crm_field *column, size_t n,
    const struct crm_compare_how *how, struct crm_compare **out)
{
	struct crm_compare *c = crm_calloc(1, sizeof(*c));
	bool made[CRM_ROWS_COLUMNS_MAX];
	const struct crm_err *err;
	size_t i;

	*out = c;
	c->how = *how;
	c->column = column;
	c->n = n;
	c->key.max = CRM_LINE_MAX * 4;
	err = add_columns(c);
	if (err == NULL)
		err = crm_rows_new(
		    snap, o, writer, c->printed, c->nprinted, &c->rows);
	if (err != NULL)
		return err;
	for (i = 0; i < n; i++)
		made[i] = wants(c, i);
	for (i = 0; i < 2; i++)
		c->side[i] = crm_rows_new_to(made, n, take, c);
	return NULL;
}

void
crm_compare_free(struct crm_compare *c)
{
	if (c == NULL)
		return;
	crm_rows_free(c->rows);
	crm_rows_free(c->side[0]);
	crm_rows_free(c->side[1]);
	crm_arena_release(&c->arena);
	crm_map_release(&c->map);
	crm_buf_release(&c->key);
	crm_free(c->row);
	crm_row_release(&c->maker);
	crm_free(c);
}

struct crm_rows *
crm_compare_side(struct crm_compare *c, bool then)
{
	c->is_then = then;
	return c->side[then];
}

static i128
scaled(struct crm_dec d, uint8_t scale)
{
	i128 m = d.m;

	for (; d.scale < scale; d.scale++)
		m *= 10;
	return m;
}

/* 1000 x a / b, rounded half away from zero; b is not 0. */
static i128
thousandths(i128 a, i128 b)
{
	i128 twice = a * 2000 / (b < 0 ? -b : b);

	return (twice + (twice < 0 ? -1 : 1)) / 2;
}

static void
put_dec(struct crm_row_maker *m, i128 v, uint8_t scale)
{
	if (v > INT64_MAX || v < INT64_MIN)
		crm_row_none(m);
	else
		crm_row_dec(m, (struct crm_dec){ (int64_t)v, scale });
}

/* Does a number count as 0 on a side without such a row? */
static bool
is_zero(const struct crm_compare *c, size_t i, bool then)
{
	return (c->role[i] == ROLE_FIGURE || c->role[i] == ROLE_SHARE) &&
	    !c->is_class[i] && !c->untold[then];
}

/* The change of a number, and that in percent; what a row does not tell is not
 * known. */
static void
put_change(struct crm_compare *c, const struct row *r, size_t i, bool percent)
{
	struct crm_row_maker *m = &c->maker;
	struct crm_dec now = { 0, 0 }, then = { 0, 0 };
	uint8_t scale;
	i128 change, was;

	if ((r->now != NULL ? !crm_value_get_dec(r->now[i], &now)
			    : !is_zero(c, i, false)) ||
	    (r->then != NULL ? !crm_value_get_dec(r->then[i], &then)
			     : !is_zero(c, i, true))) {
		crm_row_none(m);
		if (percent)
			crm_row_none(m);
		return;
	}
	scale = now.scale > then.scale ? now.scale : then.scale;
	was = scaled(then, scale);
	change = scaled(now, scale) - was;
	put_dec(m, change, scale);
	if (percent && was != 0)
		put_dec(m, thousandths(change, was), 1);
	else if (percent)
		crm_row_none(m);
}

static void
put_days(struct crm_row_maker *m, struct crm_view now, struct crm_view then)
{
	struct crm_date a, b;

	if (crm_value_get_date(now, &a) && crm_value_get_date(then, &b))
		crm_row_number(m, crm_date_days(a) - crm_date_days(b));
	else
		crm_row_none(m);
}

/* The value of one side: what counts as 0 has as many digits as the other side
 * has. */
static void
put_side(struct crm_compare *c, const struct row *r, size_t i, bool then)
{
	const struct crm_view *side = then ? r->then : r->now;
	const struct crm_view *other = then ? r->now : r->then;
	struct crm_dec d;

	if (side != NULL)
		crm_row_value(&c->maker, side[i]);
	else if (is_zero(c, i, then) && crm_value_get_dec(other[i], &d))
		crm_row_dec(&c->maker, (struct crm_dec){ 0, d.scale });
	else
		crm_row_none(&c->maker);
}

void
crm_compare_untold(struct crm_compare *c, bool then)
{
	c->untold[then] = true;
}

static const struct crm_err *
print_row(struct crm_compare *c, const struct row *r)
{
	struct crm_view now, then;
	size_t i;

	crm_row_begin(&c->maker);
	for (i = 0; i < c->n; i++) {
		now = r->now != NULL ? r->now[i] : CRM_VNULL;
		then = r->then != NULL ? r->then[i] : CRM_VNULL;
		if (places[c->role[i]] == 1) {
			crm_row_value(&c->maker, r->now != NULL ? now : then);
			continue;
		}
		put_side(c, r, i, false);
		put_side(c, r, i, true);
		if (c->role[i] == ROLE_DATE)
			put_days(&c->maker, now, then);
		else if (c->role[i] != ROLE_WORD)
			put_change(c, r, i, c->role[i] == ROLE_FIGURE);
	}
	return crm_row_put(&c->maker, c->rows);
}

const struct crm_err *
crm_compare_end(struct crm_compare *c, uint64_t *rows)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < c->nrows; i++) {
		if (crm_rows_is_full(c->rows))
			break;
		err = print_row(c, &c->row[i]);
	}
	if (err == NULL)
		err = crm_rows_end(c->rows);
	*rows = crm_rows_count(c->rows);
	return err;
}
