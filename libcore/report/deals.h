/*
 * deals - going through deals, as reports about them do.
 */
#ifndef CRM_DEALS_H
#define CRM_DEALS_H

#include "query/compute.h"
#include "report/report.h"

struct crm_deal {
	uint64_t id;
	const struct crm_stored *stored;
	uint64_t who;     /* the customer: the first of its who; 0: none */
	uint8_t currency; /* of its value */
	enum crm_stage_end end;
};

struct crm_deals {
	struct crm_report_run *r;
	const struct crm_kind *kind;
	struct crm_compute *compute;
	struct crm_buf scratch;
	const struct crm_field *weighted, *age; /* not stored */
	bool own;                 /* --by has one of crm_deal_keys */
	struct crm_groups groups; /* what a report adds up, by its --by */
	struct crm_by_values *values;
};

/* Close it also after a failure. */
CRM_CHECK const struct crm_err *crm_deals_open(
    struct crm_deals *, struct crm_report_run *);
void crm_deals_close(struct crm_deals *);

/* Keys that reports about deals make, for --by: the first one or both. */
extern const struct crm_field crm_deal_keys[2];
enum { CRM_DEAL_KEY_SIZE, CRM_DEAL_KEY_STAGE };

/* Call fn with each deal that the report is about, in the order of ids. */
CRM_CHECK const struct crm_err *crm_deals_each(struct crm_deals *,
    const struct crm_err *(*fn)(void *ctx, const struct crm_deal *), void *ctx);

/* The same with each that there is. */
CRM_CHECK const struct crm_err *crm_deals_each_of_all(struct crm_deals *,
    const struct crm_err *(*fn)(void *ctx, const struct crm_deal *), void *ctx);

/* Call fn with each event that tells of a change of stage. */
CRM_CHECK const struct crm_err *crm_deals_each_turn(struct crm_deals *,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t id, const struct crm_stored *event),
    void *ctx);

/* Read a deal's own; out->stored is stored. */
void crm_deal_read(const struct crm_deals *, uint64_t id,
    const struct crm_stored *stored, struct crm_deal *out);

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
bool crm_deal_when(const struct crm_deals *, const struct crm_deal *,
    uint16_t field, int64_t *at_us);

/*
 * Call fn with each combination of values of --by of a deal.
 *
 * stage   the value of the key "stage", of a report that has it
 */
CRM_CHECK const struct crm_err *crm_deal_each_key(struct crm_deals *,
    const struct crm_deal *, int64_t at_us, const char *stage,
    const struct crm_err *(*fn)(void *ctx, struct crm_view key), void *ctx);

/* A number that is not stored: d->weighted, d->age. */
CRM_CHECK const struct crm_err *crm_deal_number(struct crm_deals *,
    const struct crm_deal *, const struct crm_field *, struct crm_dec *out,
    bool *has);

/* Add its value to one slot of a group, and value times chance to another. */
CRM_CHECK const struct crm_err *crm_deal_add_money(struct crm_deals *,
    const struct crm_deal *, struct crm_group *, size_t value, size_t weighted);

/* Are the things of --by stages, or pipelines and stages? */
bool crm_by_is_stages(const struct crm_by *);

#endif
