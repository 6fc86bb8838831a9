/* What is drawn of the rows: which columns, and how. */
#include "plot/plot_impl.h"
#include "record/id.h"

#define BARS_OF_TIME_MAX 24 /* more periods are a line */
#define BARS_OF_IDS_MAX 40  /* more customers are a histogram */

static const struct {
	const char *name, *help;
} kinds[] = {
	[CRM_PLOT_BARS] = { "bars", "a bar for each row" },
	[CRM_PLOT_FUNNEL] = { "funnel", "what is left from stage to stage" },
	[CRM_PLOT_HEAT] = { "heat", "a map of two columns, shaded by a third" },
	[CRM_PLOT_HISTOGRAM] = { "histogram",
	    "how many rows have numbers of a size" },
	[CRM_PLOT_LINES] = { "lines", "a line over time or numbers" },
};

const char *
crm_plot_kind_name(enum crm_plot_kind kind)
{
	return kinds[kind].name;
}

const char *
crm_plot_kind_help(enum crm_plot_kind kind)
{
	return kinds[kind].help;
}

bool
crm_plot_kind_parse(const char *name, enum crm_plot_kind *out)
{
	int i;

	for (i = CRM_PLOT_AUTO + 1; i < CRM_PLOT_NKINDS; i++)
		if (strcmp(kinds[i].name, name) == 0) {
			*out = (enum crm_plot_kind)i;
			return true;
		}
	return false;
}

static size_t
find_column(const struct crm_plot *p, struct crm_view name)
{
	size_t i;

	for (i = 0; i < p->ncols; i++)
		if (crm_view_eq(p->col[i].name, name))
			return i;
	return CRM_PLOT_NONE;
}

static bool
is_number(const struct crm_plot *p, size_t i)
{
	return p->col[i].number && p->col[i].any;
}

static const struct crm_err *
no_such(const struct crm_plot *p, struct crm_view name)
{
	struct crm_buf list = CRM_BUF_INIT(700);
	const struct crm_err *err;
	size_t i;

	for (i = 0; i < p->ncols; i++) {
		crm_buf_adds(&list, i > 0 ? ", " : "");
		crm_buf_addv(&list, p->col[i].name);
	}
	err = crm_err(CRM_E_USAGE, "-f: no such column: '%.*s' (there are %s)",
	    CRM_VARG(name), list.p);
	crm_buf_release(&list);
	return err;
}

/* -f: all of them as values, for the time being. */
static const struct crm_err *
read_fields(struct crm_plot_choice *c)
{
	struct crm_view rest = crm_view_str(c->o->fields), name;
	size_t comma;

	for (;;) {
		comma = crm_view_find(rest, ',');
		name = crm_view_trim(crm_view(rest.p, comma));
		if (c->nvalues == CRM_PLOT_CHOSEN_MAX)
			return crm_err(CRM_E_USAGE, "-f: too many columns");
		c->value[c->nvalues] = find_column(c->p, name);
		if (c->value[c->nvalues++] == CRM_PLOT_NONE)
			return no_such(c->p, name);
		if (comma == rest.n)
			return NULL;
		rest = crm_view_skip(rest, comma + 1);
	}
}

/* Make the first n of the chosen columns those that rows stand for. */
static void
take_labels(struct crm_plot_choice *c, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		c->label[i] = c->value[i];
	c->nlabels = n;
	c->nvalues -= n;
	memmove(c->value, c->value + n, c->nvalues * sizeof(*c->value));
}

/* The first column that a list of words names, but for some at the front. */
static size_t
named_in(const struct crm_plot *p, const char *words, size_t from)
{
	struct crm_view rest = crm_view_str(words != NULL ? words : "");
	size_t end, i;

	while (rest.n > 0) {
		end = crm_view_find(rest, ' ');
		i = find_column(p, crm_view(rest.p, end));
		if (i != CRM_PLOT_NONE && i >= from)
			return i;
		rest = crm_view_skip(rest, end < rest.n ? end + 1 : end);
	}
	return CRM_PLOT_NONE;
}

/* The number to draw where nobody says which: behind the labels. */
static size_t
main_column(const struct crm_plot_choice *c, size_t from)
{
	size_t i = named_in(c->p, c->o->main, from);

	for (; i == CRM_PLOT_NONE && from < c->p->ncols; from++)
		if (is_number(c->p, from) && from != c->currency)
			i = from;
	return i;
}

/* How many columns the rows stand for: those before the first number, but at
 * least one if they stand for something. */
static size_t
count_labels(const struct crm_plot_choice *c, const size_t *col, size_t n)
{
	size_t i = c->o->alone ? 0 : 1;

	while (i < n && col[i] != c->currency && !is_number(c->p, col[i]))
		i++;
	return i;
}

/* Do rows come again with another value in a second column, and no pair of
 * both comes twice? */
static bool
is_map(const struct crm_plot_choice *c, const size_t *key)
{
	size_t *at = crm_calloc(c->p->nrows + 1, sizeof(*at)), twice, i, n = 0;
	struct crm_view currency = c->p->panel[0].currency;
	struct crm_plot_side side[2] = { { 0 }, { 0 } };
	bool ok = crm_plot_lay_out(c, key, currency, side, at, &twice);

	for (i = 0; ok && i < c->p->nrows; i++)
		n += at[i] != CRM_PLOT_NONE;
	/* both sides come again, mostly */
	ok = ok && twice == CRM_PLOT_NONE && side[0].n > 1 && side[1].n > 1 &&
	    2 * side[0].n <= n && 2 * side[1].n <= n + side[1].n;
	crm_plot_release_sides(side);
	crm_free(at);
	return ok;
}

static enum crm_plot_kind
kind_of(const struct crm_plot_choice *c, const size_t *col, size_t n)
{
	const struct crm_plot *p = c->p;
	int64_t day;

	if (c->o->alone)
		return CRM_PLOT_BARS;
	if (is_number(p, col[0]) &&
	    (n == 1 || (n == 2 && col[1] == c->currency)))
		return CRM_PLOT_HISTOGRAM;
	if (n >= 3 && col[1] != c->currency && is_map(c, col))
		return CRM_PLOT_HEAT;
	if (crm_view_is(p->col[col[0]].name, "stage") &&
	    find_column(p, CRM_V("onward")) != CRM_PLOT_NONE)
		return CRM_PLOT_FUNNEL;
	if (p->nrows > BARS_OF_TIME_MAX &&
	    crm_plot_period(crm_plot_cell(p, 0, col[0]), &day))
		return CRM_PLOT_LINES;
	if (p->nrows > BARS_OF_IDS_MAX &&
	    crm_view_is(p->col[col[0]].name, "id"))
		return CRM_PLOT_HISTOGRAM;
	return CRM_PLOT_BARS;
}

/* The columns of -f, by what the kind wants. */
static const struct crm_err *
share_out_fields(struct crm_plot_choice *c)
{
	size_t n = c->nvalues;

	switch (c->p->kind) {
	case CRM_PLOT_HISTOGRAM:
		/* what the rows stand for does not matter */
		if (n > 1)
			take_labels(c, count_labels(c, c->value, n));
		c->nlabels = 0;
		if (c->nvalues != 1)
			return crm_err(
			    CRM_E_USAGE, "-f: a histogram is of one column");
		return NULL;
	case CRM_PLOT_HEAT:
		if (n != 3)
			return crm_err(CRM_E_USAGE,
			    "-f: a heat map has three columns: downwards, "
			    "across, the number");
		take_labels(c, 2);
		return NULL;
	case CRM_PLOT_AUTO:
	case CRM_PLOT_BARS:
	case CRM_PLOT_FUNNEL:
	case CRM_PLOT_LINES:
	case CRM_PLOT_NKINDS:
		break;
	}
	if (n < 2)
		return crm_err(CRM_E_USAGE,
		    "-f: two columns or more: what the rows stand for, and "
		    "their numbers");
	take_labels(c, count_labels(c, c->value, n));
	if (c->nvalues == 0) /* then the last one should have been a number */
		c->value[c->nvalues++] = c->label[--c->nlabels];
	if (c->p->kind == CRM_PLOT_FUNNEL && c->nvalues != 1)
		return crm_err(CRM_E_USAGE, "-f: a funnel is of one number");
	return NULL;
}

/* Is a column one of ids, and of nothing else? */
static bool
is_ids(const struct crm_plot *p, size_t col)
{
	struct crm_view v;
	uint64_t id;
	size_t i;

	for (i = 0; p->col[col].any && i < p->nrows; i++) {
		v = crm_plot_cell(p, i, col);
		if (v.n > 0 && !crm_id_parse(v, &id))
			return false;
	}
	return p->col[col].any;
}

/* Are there names among what the rows stand for? */
static bool
has_names(const struct crm_plot *p, const size_t *col, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (crm_view_is(p->col[col[i]].name, "name") ||
		    crm_view_is(p->col[col[i]].name, "title"))
			return true;
	return false;
}

/* The columns where -f does not say. */
static void
share_out_all(struct crm_plot_choice *c, const size_t *col, size_t n)
{
	size_t nlabels = c->p->kind == CRM_PLOT_HISTOGRAM ? 0
	    : c->p->kind == CRM_PLOT_HEAT && n > 1        ? 2
						   : count_labels(c, col, n);
	bool named = has_names(c->p, col, nlabels);
	size_t from = nlabels, i;

	/* ids say little beside names */
	for (i = 0; i < nlabels; i++)
		if (!named || !is_ids(c->p, col[i]))
			c->label[c->nlabels++] = col[i];
	c->value[0] = main_column(c, from);
	c->nvalues = c->value[0] != CRM_PLOT_NONE;
}

/* All values are numbers, or it is told which is not. */
static const struct crm_err *
check_values(const struct crm_plot_choice *c)
{
	size_t i;

	if (c->nvalues == 0)
		return crm_err(CRM_E_DATA, "there is no column of numbers");
	for (i = 0; i < c->nvalues; i++) {
		const struct crm_plot_column *col = &c->p->col[c->value[i]];

		if (!col->number)
			return crm_err(CRM_E_DATA,
			    "stdin:%llu: %.*s: '%.*s' is not a number",
			    (unsigned long long)col->bad_line,
			    CRM_VARG(col->name), CRM_VARG(col->bad));
	}
	return NULL;
}

static const struct crm_err *
choose_columns(struct crm_plot_choice *c)
{
	size_t *all = NULL, n = 0, i;
	const struct crm_err *err = NULL;
	struct crm_plot *p = c->p;

	c->currency = find_column(p, CRM_V("currency"));
	crm_plot_make_panels(c);
	if (c->o->fields != NULL) {
		err = read_fields(c);
		p->kind = c->o->kind;
		if (err == NULL && p->kind == CRM_PLOT_AUTO)
			p->kind = kind_of(c, c->value, c->nvalues);
		if (err == NULL)
			err = share_out_fields(c);
	} else {
		all = crm_calloc(p->ncols + 1, sizeof(*all));
		for (i = 0; i < p->ncols && i < CRM_PLOT_CHOSEN_MAX; i++)
			all[n++] = i;
		p->kind = c->o->kind;
		if (p->kind == CRM_PLOT_AUTO)
			p->kind = kind_of(c, all, n);
		share_out_all(c, all, n);
		crm_free(all);
	}
	return err != NULL ? err : check_values(c);
}

static void
name_axes(const struct crm_plot_choice *c)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_plot *p = c->p;
	size_t i;

	if (p->kind == CRM_PLOT_HEAT) {
		p->x_name = p->col[c->label[0]].name;
		p->y_name = p->col[c->label[1]].name;
		return;
	}
	for (i = 0; i < c->nlabels; i++) {
		crm_buf_adds(&b, i > 0 ? ", " : "");
		crm_buf_addv(&b, p->col[c->label[i]].name);
	}
	p->x_name =
	    crm_view(crm_arena_dup(&p->arena, b.n > 0 ? b.p : "", b.n), b.n);
	crm_buf_release(&b);
}

const struct crm_err *
crm_plot_choose(struct crm_plot *p, const struct crm_plot_options *o)
{
	struct crm_plot_choice c = { .p = p, .o = o };
	const struct crm_err *err = choose_columns(&c);
	size_t i;

	if (err != NULL)
		return err;
	if (p->kind == CRM_PLOT_HEAT && c.nlabels < 2)
		return crm_err(CRM_E_DATA,
		    "a heat map needs three columns: downwards, across, the "
		    "number");
	name_axes(&c);
	for (i = 0; err == NULL && i < p->npanels; i++)
		err = crm_plot_fill(&c, &p->panel[i]);
	return err;
}
