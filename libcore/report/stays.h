/*
 * stays - how long deals were at the stages of their pipeline, as the events
 * of their changes tell.
 */
#ifndef CRM_STAYS_H
#define CRM_STAYS_H

#include "report/deals.h"

struct crm_turn; /* a change of a deal's stage */

struct crm_stays {
	struct crm_zone *zone;
	struct crm_arena arena;
	struct crm_turn *turn; /* sorted by deal and time */
	size_t n, cap;
};

/* Read all changes.  Release them also after a failure. */
CRM_CHECK const struct crm_err *crm_stays_gather(
    struct crm_deals *, struct crm_stays *out);
void crm_stays_release(struct crm_stays *);

/* What the changes of one deal say. */
struct crm_path {
	int far;          /* the furthest of its open stages; 0 at least */
	int now;          /* the open stage that it is at; -1: none */
	bool known;       /* is there any change? */
	int64_t since_us; /* it is at its stage; INT64_MAX: not known */
};

/*
 * Go through the changes of a deal.
 *
 * p    its pipeline
 * fn   called with each stay that has ended, with the number of its stage; the
 *      first one began with the day on which the deal was opened.  May be NULL
 *
 * Cost: a search among all changes.
 */
void crm_stays_follow(const struct crm_stays *, const struct crm_pipeline *p,
    const struct crm_deal *, struct crm_path *out,
    void (*fn)(void *ctx, int stage, int64_t minutes), void *ctx);

#endif
