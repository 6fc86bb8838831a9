/*
 * stays - how long deals were at the stages of their pipeline, as the events
 * of their changes tell, and the log of those that were made while a deal had
 * no customer.
 */
#ifndef CRM_STAYS_H
#define CRM_STAYS_H

#include "report/deals.h"

/* A change of a deal's stage. */
struct crm_deal_turn {
	uint64_t deal, event; /* 0: no event tells of it */
	int64_t at_us;
	const char *from; /* the stage that it left */
};

struct crm_stays {
	struct crm_deals *deals;
	struct crm_map names; /* of stages: each is kept once */
	struct crm_arena arena;
	struct crm_deal_turn *turn; /* of events; sorted by deal and time */
	size_t n, cap;
	uint64_t at; /* the deal whose turns one has */
	struct crm_deal_turn *one;
	size_t none, one_cap;
};

/* Read all that events tell.  Release them also after a failure. */
CRM_CHECK const struct crm_err *crm_stays_gather(
    struct crm_deals *, struct crm_stays *out);
void crm_stays_release(struct crm_stays *);

/*
 * The changes of a deal, in the order of time.
 *
 * out     n of them; dead when the next deal is asked for
 *
 * Cost: a search among all changes; see crm_turned_each() for those that the
 * log has to be asked about.
 */
CRM_CHECK const struct crm_err *crm_stays_of(struct crm_stays *,
    const struct crm_deal *, const struct crm_deal_turn **out, size_t *n);

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
 */
CRM_CHECK const struct crm_err *crm_stays_follow(struct crm_stays *,
    const struct crm_pipeline *p, const struct crm_deal *, struct crm_path *out,
    void (*fn)(void *ctx, int stage, int64_t minutes), void *ctx);

#endif
