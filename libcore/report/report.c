#include "report/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "report/compare.h"
#include "report/explain.h"
#include "report/list.h"
#include "report/moves.h"

const struct crm_report *
crm_report_named(const char *name)
{
	size_t i;

	for (i = 0; i < crm_nreports; i++)
		if (strcmp(crm_reports[i]->name, name) == 0)
			return crm_reports[i];
	return NULL;
}

/* Is a name in a list? */
static bool
is_in(const char *list, struct crm_view name)
{
	struct crm_view rest = crm_view_str(list != NULL ? list : "");
	size_t blank;

	for (; rest.n > 0; rest = crm_view_skip(rest, blank + 1)) {
		blank = crm_view_find(rest, ' ');
		if (crm_view_eq(crm_view(rest.p, blank), name))
			return true;
		if (blank == rest.n)
			break;
	}
	return false;
}

/* A column of a report, or one of its own keys. */
static const struct crm_field *
column_of(const struct crm_report *r, struct crm_view name)
{
	size_t i;

	for (i = 0; i < r->ncolumns; i++)
		if (crm_view_is(name, r->column[i].name))
			return &r->column[i];
	for (i = 0; i < r->nkeys; i++)
		if (crm_view_is(name, r->key[i].name))
			return &r->key[i];
	return NULL;
}

const struct crm_field *
crm_report_column(const struct crm_report *report, struct crm_view name)
{
	const struct crm_field *f = NULL;
	size_t i;

	if (report != NULL)
		return column_of(report, name);
	for (i = 0; f == NULL && i < crm_nreports; i++)
		f = column_of(crm_reports[i], name);
	return f;
}

/* Is one of a report's main numbers among the names? */
static bool
has_main(const struct crm_report *r, const struct crm_view *name, size_t n)
{
	size_t i;

	for (i = 0; r->main != NULL && i < n; i++)
		if (is_in(r->main, name[i]))
			return true;
	return false;
}

const struct crm_report *
crm_report_of(const struct crm_view *name, size_t n)
{
	const struct crm_report *best = NULL;
	size_t most = 0, known, i, k;

	for (i = 0; i < crm_nreports; i++) {
		if (!has_main(crm_reports[i], name, n))
			continue;
		for (known = k = 0; k < n; k++)
			known += column_of(crm_reports[i], name[k]) != NULL;
		if (known > most) {
			most = known;
			best = crm_reports[i];
		}
	}
	return best;
}

struct crm_date
crm_report_today(const struct crm_report_run *r)
{
	struct crm_date today = crm_zone_date(r->clock->zone, r->clock->now_us);

	return r->has_period &&
		crm_date_days(r->period.last) < crm_date_days(today)
	    ? r->period.last
	    : today;
}

/* Does a line stand in notes? */
static bool
has_note(const struct crm_buf *notes, const char *line)
{
	struct crm_view rest = crm_buf_view(notes), said;

	for (; rest.n > 0; rest = crm_view_skip(rest, said.n + 1)) {
		said = crm_view(rest.p, crm_view_find(rest, '\n'));
		if (crm_view_is(said, line))
			return true;
	}
	return false;
}

void
crm_report_note(const struct crm_report_run *r, const char *fmt, ...)
{
	struct crm_buf line = CRM_BUF_INIT(CRM_LINE_MAX);
	size_t side;
	va_list ap;

	if (r->notes == NULL)
		return;
	if (r->side != NULL)
		crm_buf_addf(&line, "%s: ", r->side);
	side = line.n;
	va_start(ap, fmt);
	crm_buf_addvf(&line, fmt, ap);
	va_end(ap);
	if (line.n > side && !has_note(r->notes, line.p))
		crm_buf_addf(r->notes, "%s\n", line.p);
	crm_buf_release(&line);
}

const struct crm_err *
crm_report_untold(const struct crm_report_run *r, const struct crm_err *err)
{
	if (err == NULL || r->untold == NULL)
		return err;
	*r->untold = err;
	return NULL;
}

struct crm_facts
crm_report_facts(const struct crm_report_run *r, uint64_t what, bool stored)
{
	struct crm_facts f = { .snap = r->snap,
		.whom = &r->whom,
		.events = r->things,
		.clock = r->clock,
		.from_us = r->period.from_us,
		.to_us = r->period.to_us,
		.what = what,
		.stored = stored || crm_by_needs_thing(&r->by) };

	return f;
}

static const struct crm_err *
read_period(struct crm_report_run *r, const char *option, const char *in)
{
	const struct crm_err *err;

	r->period.from_us = INT64_MIN;
	r->period.to_us = INT64_MAX;
	if (in == NULL)
		return NULL;
	if (!r->report->period)
		return crm_err(CRM_E_USAGE,
		    "the report '%s' is about one moment, and has no %s of a "
		    "period (--as-of and --since say which)",
		    r->report->name, option);
	r->has_period = true;
	err = crm_range_parse(r->clock, crm_view_str(in), &r->period);
	if (err == NULL)
		return NULL;
	return crm_err(CRM_E_USAGE, "%s: %s", option, err->msg);
}

const char *
crm_report_arg_name(enum crm_report_arg a)
{
	static const char *const name[CRM_ARG_N] = { "times", "model",
		"horizon", "unit", "discount", "for", "silence",
		"calibrate-until" };

	return name[a];
}

const struct crm_err *
crm_report_number(
    const struct crm_report_run *r, enum crm_report_arg a, struct crm_dec *out)
{
	return crm_dec_parse(crm_view_str(r->arg[a]), '.', out) && out->m >= 0
	    ? NULL
	    : crm_err(CRM_E_USAGE, "--%s: '%s' is no number of 0 or more",
		  crm_report_arg_name(a), r->arg[a]);
}

/* Options of reports: what was given, else what the report has. */
static const struct crm_err *
read_args(struct crm_report_run *r, const char *const *arg)
{
	size_t a;

	for (a = 0; a < CRM_ARG_N; a++) {
		r->arg[a] = arg[a] != NULL ? arg[a] : r->report->arg[a];
		if (arg[a] != NULL && r->report->arg[a] == NULL)
			return crm_err(CRM_E_USAGE,
			    "the report '%s' has no --%s", r->report->name,
			    crm_report_arg_name((enum crm_report_arg)a));
		if (r->arg[a] != NULL && r->arg[a][0] == '\0')
			r->arg[a] = NULL;
	}
	return NULL;
}

/* Is a name in the list of --by? */
static bool
is_by(const char *by, const char *name)
{
	struct crm_view rest = crm_view_str(by);
	size_t comma;

	for (;; rest = crm_view_skip(rest, comma + 1)) {
		comma = crm_view_find(rest, ',');
		if (crm_view_is(crm_view_trim(crm_view(rest.p, comma)), name))
			return true;
		if (comma == rest.n)
			return false;
	}
}

/* The words of a choice that is a field of customers too (it has its number)
 * are those of the schema: crm.yaml may replace them. */
static void
follow_schema(const struct crm_report_run *r, struct crm_field *f)
{
	if (f->num != 0 && f->type == CRM_T_CHOICE)
		f->choices =
		    crm_field_num(crm_kind_of(r->schema, 'p'), f->num)->choices;
}

/* --summary: what it stands for. */
static const struct crm_err *
summary_by(const struct crm_report *report, const char **by)
{
	if (*by != NULL)
		return crm_err(CRM_E_USAGE,
		    "--summary says what rows stand for, and so does --by");
	*by = report->summary_by;
	if (*by == NULL && report->by != NULL && strcmp(report->by, "id") == 0)
		*by = "";
	return *by != NULL
	    ? NULL
	    : crm_err(CRM_E_USAGE,
		  "the report '%s' has no --summary: its rows are sums",
		  report->name);
}

/* What rows stand for: --by, or the report's own. */
static const struct crm_err *
read_by(struct crm_report_run *r, const char *by)
{
	struct crm_buf list = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;
	size_t i;

	r->by_given = by != NULL;
	if (by == NULL)
		by = r->report->by;
	else if (r->report->by == NULL)
		return crm_err(CRM_E_USAGE, "the report '%s' has no --by",
		    r->report->name);
	if (by != NULL && r->report->always != NULL &&
	    !is_by(by, r->report->always)) {
		crm_buf_addf(&list, "%s%s%s", by, by[0] != '\0' ? "," : "",
		    r->report->always);
		by = list.p;
	}
	if (by != NULL && by[0] != '\0')
		err = crm_by_parse(r->schema,
		    r->report->thing != '\0'
			? crm_kind_of(r->schema, r->report->thing)
			: NULL,
		    r->report->key, r->report->nkeys, by, &r->by);
	r->by.user = r->user;
	for (i = 0; err == NULL && i < r->by.n; i++)
		if (r->by.key[i].of == CRM_BY_OWN)
			follow_schema(r, &r->by.key[i].column);
	crm_buf_release(&list);
	return err;
}

/* Whom it covers: a query selects customers, or the report's own things. */
static const struct crm_err *
read_whom(struct crm_report_run *r, struct crm_query *q)
{
	const struct crm_kind *k = q != NULL ? crm_query_kind(q) : NULL;

	r->whom.all = true;
	if (q == NULL || (crm_query_is_all(q) && k == NULL))
		return NULL;
	if (!r->report->whom)
		return crm_err(CRM_E_USAGE, "the report '%s' takes no query",
		    r->report->name);
	if (k != NULL && k->letter == r->report->thing) {
		r->things = q;
		return NULL;
	}
	if (k != NULL && k->letter != 'p' && k->letter != 'o')
		return crm_err(CRM_E_USAGE,
		    "the report '%s' is about people and orgs, not %s",
		    r->report->name, k->plural);
	r->whom.all = false;
	return crm_query_ids(q, &r->whom.id, &r->whom.n);
}

/* Is a column called as one of --by?  Two of one name say nothing. */
static bool
is_key(const struct crm_by *by, const char *name)
{
	size_t i;

	for (i = 0; i < by->n; i++)
		if (strcmp(by->key[i].column.name, name) == 0)
			return true;
	return false;
}

/* The columns that it has: those of --by, and its own. */
static size_t
list_columns(const struct crm_report_run *r, struct crm_field *column)
{
	size_t i, n = 0;

	for (i = 0; i < r->by.n; i++)
		column[n++] = r->by.key[i].column;
	for (i = 0; i < r->report->ncolumns; i++, n++) {
		column[n] = r->report->column[i];
		follow_schema(r, &column[n]);
		if (is_key(&r->by, column[n].name) ||
		    is_in(r->by_given ? r->report->alone : r->report->grouped,
			crm_view_str(column[n].name)) ||
		    (r->arg[CRM_ARG_CALIBRATE] == NULL &&
			is_in(r->report->calibrated,
			    crm_view_str(column[n].name))) ||
		    (r->report->lacks != NULL && r->report->lacks(r, i)))
			column[n].flags |= CRM_F_HIDDEN;
	}
	return n;
}

/* A list with NAME-then: rows of single ones are what it is made of. */
static const struct crm_err *
read_moves_by(struct crm_report_run *r, const struct crm_report_options *o)
{
	struct crm_buf by = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;

	if (o->then == NULL)
		return crm_err(
		    CRM_E_USAGE, "--by: NAME-then takes --since or --against");
	crm_moves_by(r->report, o->by, &by);
	/* what it is without --by may have more columns of single ones */
	err = read_by(r,
	    r->report->by != NULL && strcmp(by.p, r->report->by) == 0 ? NULL
								      : by.p);
	crm_buf_release(&by);
	return err;
}

/* One run, of which everything but the rows is known. */
static const struct crm_err *
read_options(struct crm_report_run *r, const struct crm_report_options *o,
    const char *option, const char *in)
{
	const struct crm_err *err = read_period(r, option, in);
	const char *by = o->by;

	if (err == NULL)
		err = read_args(r, o->arg);
	if (err == NULL && o->summary)
		err = summary_by(r->report, &by);
	if (err == NULL)
		err =
		    crm_moves_asked(by) ? read_moves_by(r, o) : read_by(r, by);
	return err;
}

static const struct crm_err *
run_into(
    struct crm_report_run *r, struct crm_query *query, struct crm_rows *rows)
{
	const struct crm_err *err = read_whom(r, query);

	r->rows = rows;
	r->row.skip = crm_rows_unwanted(rows);
	return err != NULL ? err : r->report->run(r);
}

static void
release(struct crm_report_run *r)
{
	crm_row_release(&r->row);
	crm_whom_release(&r->whom);
	crm_by_release(&r->by);
}

static struct crm_report_run
make_run(const struct crm_report *report, struct crm_snap *snap,
    const struct crm_clock *clock, const char *user)
{
	struct crm_report_run r = { .report = report,
		.snap = snap,
		.schema = crm_snap_schema(snap),
		.config = crm_store_config(crm_snap_store(snap)),
		.clock = clock,
		.user = user };

	return r;
}

/* Both sides: rows of now are known, and those of then come. */
static const struct crm_err *
run_both(struct crm_report_run *r, const struct crm_report_options *o,
    const struct crm_field *column, size_t n, uint64_t *rows)
{
	const struct crm_report_then *t = o->then;
	struct crm_rows_options ro = o->rows;
	struct crm_report_run then =
	    make_run(r->report, t->snap, t->clock, o->user);
	struct crm_compare_how how = { .by = &r->by,
		.match = r->report->match,
		.class = r->report->key,
		.nclasses = r->report->nkeys,
		.clock = r->clock };
	struct crm_compare *c = NULL;
	struct crm_moves *m = NULL;
	bool moves = crm_moves_asked(o->by);
	const struct crm_err *err, *untold[2] = { NULL, NULL };
	size_t i;

	ro.spare = r->report->spare;
	then.notes = o->notes;
	r->side = "now";
	then.side = "then";
	r->untold = &untold[0];
	then.untold = &untold[1];
	err = read_options(
	    &then, o, t->in != o->in ? "--against" : "--in", t->in);

	if (r->has_period && then.has_period) {
		how.now = &r->period.first;
		how.then = &then.period.first;
	}
	if (err == NULL)
		err = moves
		    ? crm_moves_new(r, &ro, o->writer, o->by, column, n, &m)
		    : crm_compare_new(
			  r->snap, &ro, o->writer, column, n, &how, &c);
	if (err == NULL)
		err = run_into(r, o->query,
		    moves ? crm_moves_side(m, false)
			  : crm_compare_side(c, false));
	if (err == NULL)
		err = run_into(&then, t->query,
		    moves ? crm_moves_side(m, true)
			  : crm_compare_side(c, true));
	for (i = 0; err == NULL && !moves && i < 2; i++)
		if (untold[i] != NULL)
			crm_compare_untold(c, i == 1);
	if (err == NULL && untold[0] != NULL && untold[1] != NULL) {
		err = crm_err_wrap(untold[1], "neither now nor then");
		if (o->notes != NULL) /* they say the same */
			crm_buf_reset(o->notes);
	}
	if (err == NULL)
		err = moves ? crm_moves_end(m, rows) : crm_compare_end(c, rows);
	crm_moves_free(m);
	crm_compare_free(c);
	release(&then);
	return err;
}

static const struct crm_err *
run_one(struct crm_report_run *r, const struct crm_report_options *o,
    const struct crm_field *column, size_t n, uint64_t *rows)
{
	struct crm_rows_options ro = o->rows;
	struct crm_rows *out = NULL;
	const struct crm_err *err;

	ro.bar = r->report->main;
	ro.spare = r->report->spare;
	err = crm_rows_new(r->snap, &ro, o->writer, column, n, &out);
	if (err == NULL)
		err = run_into(r, o->query, out);
	if (err == NULL)
		err = crm_rows_end(out);
	if (err == NULL)
		*rows = crm_rows_count(out);
	crm_rows_free(out);
	return err;
}

/* Instead of running it: rows about one of those it covers. */
static const struct crm_err *
explain(struct crm_report_run *r)
{
	const struct crm_err *err = r->report->explain(r, r->explained);
	char id[CRM_ID_TEXT];

	crm_row_release(&r->said);
	if (err == NULL)
		err = r->unsaid;
	if (err != NULL || crm_rows_count(r->rows) > 0)
		return err;
	return crm_err(CRM_E_DATA, "%s is not in the report '%s'",
	    crm_id_text(r->explained, id), r->report->name);
}

static const struct crm_err *
run_explained(struct crm_report_run *r, const struct crm_report_options *o,
    uint64_t *rows)
{
	const struct crm_err *err;

	r->explained = o->explain;
	if (r->report->explain == NULL)
		return crm_err(CRM_E_USAGE, "the report '%s' has no --explain",
		    r->report->name);
	if (r->by_given || o->then != NULL)
		return crm_err(CRM_E_USAGE,
		    "--explain is about one customer: without --by, --against "
		    "and --since");
	err = crm_rows_new(r->snap, &o->rows, o->writer, crm_explain_columns,
	    CRM_EXPLAIN_COLUMNS, &r->rows);
	if (err == NULL)
		err = read_whom(r, o->query);
	if (err == NULL)
		err = explain(r);
	if (err == NULL)
		err = crm_rows_end(r->rows);
	if (err == NULL)
		*rows = crm_rows_count(r->rows);
	crm_rows_free(r->rows);
	return err;
}

const struct crm_err *
crm_report_run(const struct crm_report *report, struct crm_snap *snap,
    const struct crm_report_options *o, uint64_t *rows)
{
	struct crm_field column[CRM_ROWS_COLUMNS_MAX];
	struct crm_report_run r = make_run(report, snap, o->clock, o->user);
	const struct crm_err *err;
	size_t n;

	*rows = 0;
	r.notes = o->notes;
	err = read_options(&r, o, "--in", o->in);
	if (err == NULL && o->explain != 0)
		err = run_explained(&r, o, rows);
	else if (err == NULL) {
		n = list_columns(&r, column);
		err = o->then != NULL ? run_both(&r, o, column, n, rows)
				      : run_one(&r, o, column, n, rows);
	}
	release(&r);
	return err;
}

struct crm_report_run
crm_report_plain(const struct crm_report *report, struct crm_snap *snap,
    const struct crm_clock *clock)
{
	struct crm_report_run r = make_run(report, snap, clock, NULL);
	size_t a;

	r.period.from_us = INT64_MIN;
	r.period.to_us = INT64_MAX;
	r.whom.all = true;

	for (a = 0; a < CRM_ARG_N; a++)
		if (report->arg[a] != NULL && report->arg[a][0] != '\0')
			r.arg[a] = report->arg[a];
	return r;
}
