/*
 * deals - going through deals, as reports about them do.
 */
#ifndef CRM_DEALS_H
#define CRM_DEALS_H

#include "query/compute.h"
#include "report/report.h"

#define CRM_DEAL_FIELDS (CRM_DEAL_NOTE + 1)

struct crm_deal {
	uint64_t id;
	const struct crm_stored *stored;
	uint64_t who;     /* the customer: the first of its who; 0: none */
	uint8_t currency; /* of its value */
	/* where it stands; NULL: crm.yaml has none of that name */
	const struct crm_pipeline *pipeline;
	const struct crm_stage *stage; /* of that pipeline */
	enum crm_stage_end end;        /* by a stage of any */
	/* which built-in fields it has, a bit each, and where they are stored */
	uint32_t has;
	uint8_t place[CRM_DEAL_FIELDS];
};

/*
 * Deals stand in few places, and have few days, so often that reading what
 * those mean costs more than all else: both are kept by their stored bytes,
 * each at the place that its bytes lead to.
 */
#define CRM_DEAL_PLACES 64
#define CRM_DEAL_PLACE_TEXT 30 /* bytes of a pipeline and a stage */
#define CRM_DEAL_DAYS 1024

struct crm_deal_place {
	uint8_t npipeline, n; /* bytes of the pipeline, and of both */
	char text[CRM_DEAL_PLACE_TEXT];
	bool known;
	enum crm_stage_end end;
	const struct crm_pipeline *pipeline;
	const struct crm_stage *stage;
};

struct crm_deal_day {
	uint32_t stored; /* the date; 0: the place is free */
	int32_t day;
	int64_t start_us;
};

struct crm_deals {
	struct crm_report_run *r;
	const struct crm_clock *clock; /* of the thread that has them */
	const struct crm_kind *kind;
	struct crm_compute *compute;
	int32_t today;
	bool own;                 /* --by has one of crm_deal_keys */
	struct crm_groups groups; /* what a report adds up, by its --by */
	struct crm_by_values *values;
	struct crm_deal_place place[CRM_DEAL_PLACES];
	struct crm_deal_day *days; /* CRM_DEAL_DAYS of them */
};

/* Close it also after a failure. */
CRM_CHECK const struct crm_err *crm_deals_open(
    struct crm_deals *, struct crm_report_run *);
void crm_deals_close(struct crm_deals *);

/* The same for another thread; clock: its own. */
CRM_CHECK const struct crm_err *crm_deals_open_again(
    struct crm_deals *, struct crm_report_run *, const struct crm_clock *clock);

/* Keys that reports about deals make, for --by: the first one or both. */
extern const struct crm_field crm_deal_keys[2];
enum { CRM_DEAL_KEY_SIZE, CRM_DEAL_KEY_STAGE };

/* Call fn with each deal that the report is about, in the order of ids. */
CRM_CHECK const struct crm_err *crm_deals_each(struct crm_deals *,
    const struct crm_err *(*fn)(void *ctx, const struct crm_deal *), void *ctx);

/* The same with each that there is. */
CRM_CHECK const struct crm_err *crm_deals_each_of_all(struct crm_deals *,
    const struct crm_err *(*fn)(void *ctx, const struct crm_deal *), void *ctx);

/*
 * The same for a report that only adds up groups: call take with each deal that
 * the report is about, in no order and, where there are many, by two threads,
 * each with deals of its own.  What their groups add up comes to those of the
 * caller's deals, in the order of ids.
 *
 * take    writes to nothing but by, and looks nothing up
 */
typedef const struct crm_err *crm_deals_sum_fn(
    void *ctx, struct crm_deals *by, const struct crm_deal *);
CRM_CHECK const struct crm_err *crm_deals_sum(
    struct crm_deals *, crm_deals_sum_fn *take, void *ctx);

/*
 * All that a simple report does: open, call take with each deal, print the
 * groups that came of it (see crm_put_groups()) and close.
 */
CRM_CHECK const struct crm_err *crm_deals_report(struct crm_deals *,
    struct crm_report_run *,
    const struct crm_err *(*take)(void *ctx, const struct crm_deal *),
    enum crm_groups_order, size_t slot,
    const struct crm_err *(*add)(void *ctx, const struct crm_group *),
    void *ctx);

/* Call fn with each event that tells of a change of stage. */
CRM_CHECK const struct crm_err *crm_deals_each_turn(struct crm_deals *,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t id, const struct crm_stored *event),
    void *ctx);

/* Read a deal's own; out->stored is stored. */
void crm_deal_read(struct crm_deals *, uint64_t id,
    const struct crm_stored *stored, struct crm_deal *out);

/* A field as it is stored; false: it has none. */
static inline bool
crm_deal_get(const struct crm_deal *d, uint16_t num, struct crm_view *out)
{
	if (num >= CRM_DEAL_FIELDS)
		return crm_stored_get(d->stored, num, out);
	if ((d->has >> num & 1) == 0)
		return false;
	*out = crm_stored_value(d->stored, d->place[num]);
	return out->n > 0;
}

/* What it is worth, if it says. */
bool crm_deal_value(const struct crm_deal *, struct crm_dec *out);

/* Its value times the chance to win, as the field "weighted"; false: it is too
 * large for a number. */
bool crm_deal_weigh(
    const struct crm_deal *, struct crm_dec value, struct crm_dec *out);

/* A date of it; the text of a word of it, "" when it has none. */
bool crm_deal_date(
    const struct crm_deal *, uint16_t field, struct crm_date *out);
struct crm_view crm_deal_word(const struct crm_deal *, uint16_t field);

/* Was it won or lost? */
static inline bool
crm_deal_is_decided(const struct crm_deal *d)
{
	return d->end == CRM_END_WON || d->end == CRM_END_LOST;
}

/* Days from opened to closed, if it has both. */
bool crm_deal_days(const struct crm_deal *, int32_t *out);

/*
 * When a deal was opened, was closed or is expected, as that field says, for
 * rows of periods.
 *
 * at_us   CRM_BY_NO_TIME when it does not say
 *
 * Returns whether it belongs to the period of --in.
 */
bool crm_deal_when(struct crm_deals *, const struct crm_deal *, uint16_t field,
    int64_t *at_us);

/*
 * Call fn with each combination of values of --by of a deal.
 *
 * stage   the value of the key "stage", of a report that has it
 */
CRM_CHECK const struct crm_err *crm_deal_each_key(struct crm_deals *,
    const struct crm_deal *, int64_t at_us, const char *stage,
    const struct crm_err *(*fn)(void *ctx, struct crm_view key), void *ctx);

/* Its age, as the field of that name: days from opened to closed, or to today;
 * false: it does not say when it was opened. */
bool crm_deal_age(struct crm_deals *, const struct crm_deal *, int32_t *out);

/* Add its value to one slot of a group, and value times chance to another. */
CRM_CHECK const struct crm_err *crm_deal_add_money(struct crm_deals *,
    const struct crm_deal *, struct crm_group *, size_t value, size_t weighted);

/* Are the things of --by stages, or pipelines and stages? */
bool crm_by_is_stages(const struct crm_by *);

#endif
