/*
 * config - crm.yaml as checked structures.
 *
 * Every key stands in a table, from which crm.yaml(5) is checked.  An unknown
 * key or name is an error with the nearest one.
 *
 *   timezone: Europe/Warsaw      days, weeks and months are cut there
 *   country: PL                  whose phone numbers need no "+48"
 *   currency: EUR                base currency
 *   rates:                       what one unit is worth in the base currency
 *     USD: 0.92
 *   week: monday                 first day of the week
 *   events: [demo, installation] more words for what
 *   pipelines:                   of deals; the first is the default
 *     sales: [new: 10, offer: 50, won, lost]
 *   hours:                       working time; all of it when not said
 *     monday: [09:00-12:30, 13:30-17:00]
 *   holidays: [2026-04-06, --12-25]   without a year: every year
 *   sla:                         targets of tickets; the first that fits
 *     - {segment: gold, respond: 2h, solve: 8h}     in working time
 *     - {priority: urgent, respond: 30min}
 *     - respond: 8h
 *   hooks: 5                     seconds that one may take
 *   due:                         what crm-due goes by: see crm_due_rules
 *     task: 5
 *     every: {gold: 30d}
 *   assign:                      who gets what is added without an owner
 *     - {query: 'person country:DE', owners: [ewa, jan]}
 *     - {query: ticket, owners: [ewa, jan], by: load}
 *   staff: [own.example]         addresses, domains: no customers
 *   rfm:                         names for classes of customers, first that fits
 *     - best: {r: 4..5, m: 5}
 *     - other                    all that are left
 *   scores:                      figures of one's own, fields of what they judge
 *     heat:
 *       of: [person, org]
 *       points:                  for each query that finds the record
 *         - 10: event what:replied at:-30d..
 *         - -20: no:email
 *     chance:                    learned from deals that were won and lost
 *       of: deal
 *       learn: [source, product, who.industry]
 *   papers:                      what stands on quotes and invoices
 *   quota:                       what deals should bring; the first that fits
 *     - {in: 2026-q1, amount: 90000}
 *     - {in: 2026, for: {owner: anna}, amount: 120000}
 *   kinds:
 *     person:                    more fields for a built-in kind
 *       fields:
 *         shoe-size: number      a type
 *         club: [red, blue]      a choice
 *         referrer: person       a link to a kind
 *         allergy:               or all that there is to say
 *           type: text
 *           personal: true
 *     machine:                   a kind of one's own
 *       letter: x                of its ids
 *       plural: machines
 *       fields:
 *         name: text             it needs a name or a title
 *         owner:
 *           to: [person, org]
 *           many: true
 *       stages: [planned, running, scrapped: done]
 *
 * A stage is "name: percent", the chance to win there, or "name: won", "name:
 * lost", how a deal ends; of a kind of one's own it is a name, or "name: done".
 * Stages that are called won, lost or done need not say so.  They stand in a
 * list, with or without brackets, or on lines without dashes.  One that has
 * more to say is a map, "offer: {chance: 60, next: [won, lost], needs: value}".
 *
 * Where a list of words or kinds is wanted a single one will do.  A section
 * that is empty is as one that is not there.
 *
 * A kind of one's own whose stages end has a field "closed", one with a field
 * of money has a field "currency", declared or not; so has a built-in kind.
 */
#ifndef CRM_CONFIG_H
#define CRM_CONFIG_H

#include "base/date.h"
#include "base/hours.h"
#include "base/money.h"
#include "record/schema.h"

struct crm_rate {
	char currency[4];
	uint8_t num;         /* crm_currency_num() */
	struct crm_dec rate; /* base currency for one unit; above 0 */
	/* Digits by which an amount in minor units, times rate.m, is longer
	 * than one in minor units of the base currency; may be negative. */
	int digits;
};

/* What a ticket is owed, if its customer is in a segment. */
struct crm_sla {
	const char *segment;          /* NULL: everybody */
	uint8_t priority;             /* a word; 0: any */
	int64_t respond_us, solve_us; /* of working time; 0: no target */
	unsigned int line;            /* of crm.yaml */
};

/* What urgency is made of: see due/due.h. */
enum crm_due_coefficient {
	/* what is due */
	CRM_DUE_TASK,
	CRM_DUE_TICKET,
	CRM_DUE_CONTACT,
	CRM_DUE_PURCHASE,
	CRM_DUE_BIRTHDAY,
	CRM_DUE_DATE,
	CRM_DUE_DEAL,
	CRM_DUE_NWHATS,
	/* and what makes it more so */
	CRM_DUE_LATE = CRM_DUE_NWHATS,
	CRM_DUE_VALUE,
	CRM_DUE_PRIORITY,
	CRM_DUE_NCOEFFICIENTS
};

struct crm_due_rules {
	int32_t coefficient[CRM_DUE_NCOEFFICIENTS]; /* hundredths */
	struct crm_due_every {
		const char *segment;
		struct crm_span every;
		unsigned int line; /* of crm.yaml */
	} * every;                 /* the first that fits holds */
	size_t nevery;
	struct crm_span stale;
	struct crm_dec times, lost; /* above 0, two digits behind the point */
	struct crm_due_date {
		char kind;
		const char *name; /* of a field that is a date */
		bool yearly;
	} * date;
	size_t ndates, date_cap;
};
/* Customers of such classes of recency, frequency and money, 1 to 5 each, are
 * called so, where no rule before it fits. */
#define CRM_RFM_CLASSES 5
struct crm_rfm_rule {
	const char *name;
	uint8_t word; /* its place among the choices of the field rfm */
	struct {
		uint8_t least, most;
	} of[3];
};

/* A score: points for queries, or the chance that a deal is won, learned from
 * its fields. */
struct crm_score {
	const char *name; /* also of a field, CRM_N_SCORE and its place */
	char of[3];       /* letters of the kinds it judges: "po", "d" */
	struct crm_score_points {
		int64_t points;
		const char *query;
		unsigned int line; /* of crm.yaml */
	} * points;
	size_t npoints;
	const char **learn; /* fields of deals, and "contacts" */
	size_t nlearn;      /* 0: it is one of points */
};
#define CRM_SCORES_MAX (CRM_N_SCORE_MAX - CRM_N_SCORE + 1)

/* Who gets what is added without an owner. */
struct crm_assign_rule {
	const char *query; /* "": all that may have one */
	const char **owner;
	size_t nowners;
	bool by_load;      /* else each in turn */
	unsigned int line; /* of crm.yaml */
};

/* What should be won in some months, by all or by some deals. */
struct crm_quota {
	const char *in;        /* as crm.yaml says it */
	int32_t first, last;   /* months: year * 12 + month - 1 */
	const char *field;     /* of deals; NULL: all of them */
	struct crm_view value; /* that it has, as records store it */
	int64_t amount;    /* above 0, in the base currency's smallest unit */
	unsigned int line; /* of crm.yaml */
};

struct crm_config {
	struct crm_schema *schema;
	char timezone[64]; /* "UTC" when not said */
	bool has_timezone; /* it was said */
	struct crm_zone *zone;
	/* How phone numbers are written at home; NULL: it was not said. */
	const struct crm_dial *dial;
	char currency[4];     /* "EUR" when not said */
	uint8_t currency_num; /* crm_currency_num() of it */
	int week_start;       /* 0 Sunday .. 6 Saturday; 1 when not said */
	int hook_s;           /* seconds that a hook may take */
	struct crm_rate *rate;
	size_t nrates;
	bool has_hours; /* hours: said something */
	struct crm_hours hours;
	struct crm_sla *sla; /* the first that fits holds */
	size_t nsla;
	struct crm_due_rules due;
	const struct crm_rfm_rule *rfm; /* together they fit all classes */
	size_t nrfm;
	struct crm_rfm_rule *rfm_own; /* NULL: those that are built in */
	struct crm_score *score;
	size_t nscores;
	struct crm_assign_rule *assign; /* the first that fits holds */
	size_t nassign;
	const char **staff; /* addresses, and domains without an @ */
	size_t nstaff;
	struct crm_quota *quota; /* the first that fits holds */
	size_t nquotas;
	/* On papers, lines parted by '\n'; "" when not said. */
	const char *sender, *footer;
	struct crm_arena arena; /* of texts */
};

/*
 * Read crm.yaml.
 *
 * path    the file; one that does not exist is as an empty one
 * out     NULL after an error; free with crm_config_free()
 *
 * Fails with CONFIG, "FILE:LINE:COLUMN: what is wrong"; IO, NOPERM, AGAIN.
 */
CRM_CHECK const struct crm_err *crm_config_load(
    const char *path, struct crm_config **out);

/* The same from a text; name is for messages. */
CRM_CHECK const struct crm_err *crm_config_parse(
    const char *name, struct crm_view text, struct crm_config **out);
void crm_config_free(struct crm_config *);

/*
 * Add the effective configuration as YAML that crm_config_parse() takes
 * back: what was set, and the defaults of what was not.  Fields x-NAME are not
 * in it.
 */
void crm_config_print(const struct crm_config *, struct crm_buf *);

/* Working time; NULL: all time is. */
const struct crm_hours *crm_config_hours(const struct crm_config *);

/* Where keys stand. */
enum crm_config_level {
	CRM_CONFIG_TOP,
	CRM_CONFIG_KIND,   /* kinds: KIND: */
	CRM_CONFIG_FIELD,  /* kinds: KIND: fields: FIELD: */
	CRM_CONFIG_SLA,    /* sla: a rule */
	CRM_CONFIG_DUE,    /* due: */
	CRM_CONFIG_RFM,    /* rfm: - NAME: */
	CRM_CONFIG_SCORE,  /* scores: NAME: */
	CRM_CONFIG_ASSIGN, /* assign: a rule */
	CRM_CONFIG_STAGE,  /* pipelines: NAME: STAGE:, and of other kinds */
	CRM_CONFIG_QUOTA,  /* quota: a quota */
	CRM_CONFIG_PAPERS, /* papers: */
};

/* The keys of a level, "key\0help\0..." and an empty one in the end: for the
 * manual's test. */
const char *crm_config_keys(enum crm_config_level);

/*
 * A crm.yaml to begin with, all in comments.  "# Text" explains; "#key" and
 * "#  key" are examples that are right when the '#' is taken away.
 */
const char *crm_config_template(void);

/*
 * Add what derived tables depend on, in one line: the time zone, the country,
 * and which fields are indexed and searched.  Another text means that they have to be
 * built again.  The order of fields in crm.yaml does not matter.
 */
void crm_config_signature(const struct crm_config *, struct crm_buf *);

/* The rule that fits classes of recency, frequency and money. */
const struct crm_rfm_rule *crm_config_rfm(
    const struct crm_config *, const uint8_t class[3]);

/* Add the classes of a rule as crm.yaml has them, "r: 4..5, m: 5"; nothing
 * when they are all. */
void crm_rfm_rule_put(struct crm_buf *, const struct crm_rfm_rule *);

/*
 * What should be won in a month: the share that it has in the first quota that
 * is for it.  A quota of several months is spread over them evenly.
 *
 * month  year * 12 + month - 1
 * field  NULL: by all deals; else by those whose field has the value, as
 *        records store it
 *
 * Returns false when there is none.
 */
bool crm_config_quota(const struct crm_config *, int32_t month,
    const char *field, struct crm_view value, int64_t *out);

/* Warn of quotas that never hold, since others before them have all of their
 * months. */
void crm_config_quota_warn(const struct crm_config *);

/* Can a quota be for the values of a field? */
bool crm_quota_takes(const struct crm_field *);

/* The months that a period is of; false when one of them is not whole. */
bool crm_months_of(const struct crm_period *, int32_t *first, int32_t *last);

/*
 * Turn an amount into the base currency.
 *
 * minor         units of the currency's smallest part
 * currency_num  crm_currency_num() of it
 * out           the same of the base currency, rounded half away from zero
 *
 * Returns false when there is no rate for it, or the sum is too large.
 */
bool crm_config_to_base(const struct crm_config *, int64_t minor,
    uint8_t currency_num, int64_t *out);

/* Is it the base currency, or has it a rate? */
bool crm_config_has_rate(const struct crm_config *, uint8_t currency_num);

/*
 * Add an amount to a sum in the base currency; nothing if it has no rate.
 *
 * Fails with DATA: it is too large.
 */
CRM_CHECK const struct crm_err *crm_config_add(const struct crm_config *,
    int64_t minor, uint8_t currency_num, int64_t *sum);

#endif
