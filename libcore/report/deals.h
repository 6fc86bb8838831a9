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
};

void crm_deals_open(struct crm_deals *, struct crm_report_run *);
void crm_deals_close(struct crm_deals *);

/* Call fn with each deal that the report is about, in the order of ids. */
CRM_CHECK const struct crm_err *crm_deals_each(struct crm_deals *,
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

/* A number that is not stored: "weighted", "age". */
CRM_CHECK const struct crm_err *crm_deal_number(struct crm_deals *,
    const struct crm_deal *, const char *field, struct crm_dec *out, bool *has);

/* Add its value to one slot of a group, and value times chance to another. */
CRM_CHECK const struct crm_err *crm_deal_add_money(struct crm_deals *,
    const struct crm_deal *, struct crm_groups *, struct crm_group *,
    size_t value, size_t weighted);

/* Are the things of --by stages, or pipelines and stages? */
bool crm_by_is_stages(const struct crm_by *);

#endif
