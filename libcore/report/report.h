/*
 * report - sums over what happened, by who: one report a file.
 *
 * A report has columns, goes through facts or records, and puts rows.  What
 * all have in common (a period, whom it covers, what rows stand for, which
 * columns are printed) is in struct crm_report_run.
 */
#ifndef CRM_REPORT_H
#define CRM_REPORT_H

#include "report/facts.h"
#include "report/groups.h"

struct crm_report_run;

/* Options that only some reports take. */
enum crm_report_arg {
	CRM_ARG_TIMES,     /* a factor */
	CRM_ARG_MODEL,     /* a model of how customers buy */
	CRM_ARG_HORIZON,   /* a span: how far to look ahead */
	CRM_ARG_UNIT,      /* day, week, month, year */
	CRM_ARG_DISCOUNT,  /* percent a year */
	CRM_ARG_FOR,       /* a customer */
	CRM_ARG_SILENCE,   /* a span without a contact */
	CRM_ARG_CALIBRATE, /* the last day that a model may know of */
	CRM_ARG_N
};

struct crm_report {
	const char *name, *summary;
	/* The number that it is about, which is drawn: the first of these that
	 * is printed, "a b"; NULL: none is more than the others. */
	const char *main;
	/* Columns that a narrow table leaves out before others, the first one
	 * first, since those tell as much: "a b"; NULL. */
	const char *spare;
	char thing;     /* kind that it goes through: 'e', 'd'; 0: customers */
	const char *by; /* what rows stand for when --by does not say; NULL:
	                   it takes no --by */
	/* What --by is with --summary; NULL: nothing, if rows stand for one
	 * customer or deal each, else they are summed up as it is. */
	const char *summary_by;
	/* A name that --by always has, the last when it is not given; NULL. */
	const char *always;
	/* Keys that it makes itself, for --by. */
	const struct crm_field *key;
	size_t nkeys;
	/* Columns that say something only without --by, or only with it:
	 * "a b". */
	const char *alone, *grouped;
	bool period; /* takes --in */
	bool whom;   /* takes a query */
	/* What its options are when they are not given, "": nothing; NULL: it
	 * takes none. */
	const char *arg[CRM_ARG_N];
	/* Has a column, the i-th, nothing to say of what rows stand for, so
	 * that it is printed only where it is named?  NULL: all have. */
	bool (*lacks)(const struct crm_report_run *, size_t i);
	/* Columns that say something only with --calibrate-until: "a b". */
	const char *calibrated;
	/* Columns that tell rows apart besides those of --by: "a b". */
	const char *match;
	/* Columns behind those of --by. */
	const struct crm_field *column;
	size_t ncolumns;
	const struct crm_err *(*run)(struct crm_report_run *);
	/* Says how the figures of one came about, by crm_explain(); NULL: it
	 * cannot. */
	const struct crm_err *(*explain)(struct crm_report_run *, uint64_t who);
};

/* All reports, in the order of their names. */
extern const struct crm_report *const crm_reports[];
extern const size_t crm_nreports;
const struct crm_report *crm_report_named(const char *name);

/*
 * The report that rows of such columns are of, as it seems: of those whose main
 * number is among them the one that knows most of them, the first of several.
 *
 * Returns NULL when there is none.
 */
const struct crm_report *crm_report_of(const struct crm_view *name, size_t n);

/*
 * A column of a report, or of any report.
 *
 * report  NULL: of the first that has it
 *
 * Returns NULL when there is none.
 */
const struct crm_field *crm_report_column(
    const struct crm_report *report, struct crm_view name);

/* What a report runs with. */
struct crm_report_run {
	const struct crm_report *report;
	struct crm_snap *snap;
	const struct crm_schema *schema;
	const struct crm_config *config;
	const struct crm_clock *clock;
	const char *user;      /* who "me" is */
	struct crm_buf *notes; /* see crm_report_note() */
	bool has_period;
	struct crm_period period; /* else all of time */
	bool by_given;            /* --by was */
	struct crm_by by;
	const char *arg[CRM_ARG_N]; /* NULL where there is nothing */
	struct crm_whom whom;
	struct crm_query *things; /* a query of the report's things; NULL */
	struct crm_rows *rows;
	struct crm_row_maker row;
	const char *side;              /* of two: what notes begin with; NULL */
	const struct crm_err **untold; /* of two: see crm_report_untold() */
	uint64_t explained;            /* 0: nobody, it is run */
	struct crm_row_maker said;     /* explain: the row at hand */
	const struct crm_err *unsaid;  /* the first failure of crm_explain() */
};

/* A run of a report with its own options over all customers, for figures
 * instead of rows: it has neither rows nor --by, and needs no release. */
struct crm_report_run crm_report_plain(
    const struct crm_report *, struct crm_snap *, const struct crm_clock *);

/* What a report is compared with. */
struct crm_report_then {
	struct crm_snap *snap;
	const struct crm_clock *clock;
	const char *in;          /* a period; NULL: all of time */
	struct crm_query *query; /* NULL: everybody */
};

struct crm_report_options {
	const char *by;             /* NULL: the report's own */
	bool summary;               /* instead of by: sums, not single ones */
	const char *in;             /* a period; NULL: all of time */
	const char *arg[CRM_ARG_N]; /* NULL: the report's own */
	struct crm_query *query;    /* NULL: everybody; it stays the caller's */
	uint64_t explain;           /* whose figures to explain; 0: nobody's */
	const struct crm_report_then *then; /* NULL: nothing */
	struct crm_rows_options rows;
	struct crm_writer *writer;
	const struct crm_clock *clock;
	const char *user; /* who "me" is in segments; NULL: nobody */
	/* Gets what has to be said beside the rows, a line each; NULL: nobody
	 * listens. */
	struct crm_buf *notes;
};

/*
 * Run a report.
 *
 * rows    set to how many rows it has
 *
 * Fails with USAGE: --by, --in, --times, the query or columns do not fit, or it
 * cannot explain; DATA: a sum is too large, or there is nothing to explain.
 */
CRM_CHECK const struct crm_err *crm_report_run(const struct crm_report *,
    struct crm_snap *, const struct crm_report_options *, uint64_t *rows);

/* Say something about the rows that they cannot say: a line, without its end.
 * What was said before is not said again.  Of two sides it says which one it is
 * about. */
void crm_report_note(const struct crm_report_run *, const char *, ...)
    CRM_PRINTF(2, 3);

/*
 * There is too little to learn from: that fails a report, but not one side of a
 * comparison while the other one can be told.
 *
 * err     NULL is returned as it is
 *
 * Returns NULL when the report goes on and prints what it has; it says in a
 * note what it lacks.
 */
CRM_CHECK const struct crm_err *crm_report_untold(
    const struct crm_report_run *, const struct crm_err *err);

/* Is the i-th column of the report itself wanted? */
static inline bool
crm_report_wants(const struct crm_report_run *r, size_t i)
{
	return r->explained != 0 || crm_rows_wants(r->rows, r->by.n + i);
}

/* Today, or the last day of the period when that is earlier: what days since
 * something are counted to. */
struct crm_date crm_report_today(const struct crm_report_run *);

/* The day of an instant in the store's zone: crm_date_days() of it, at less
 * cost. */
static inline int32_t
crm_report_day(const struct crm_report_run *r, int64_t at_us)
{
	return crm_zone_day(r->clock->zone, at_us);
}

/* The name of an option, without "--". */
const char *crm_report_arg_name(enum crm_report_arg);

/* Read an option that is a number of 0 or more.  Fails with USAGE. */
CRM_CHECK const struct crm_err *crm_report_number(
    const struct crm_report_run *, enum crm_report_arg, struct crm_dec *out);

/* The facts that the report covers. */
struct crm_facts crm_report_facts(
    const struct crm_report_run *, uint64_t what, bool stored);

#endif
