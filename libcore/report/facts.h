/*
 * facts - what happened, as reports go through it: every event once, with its
 * customer, from the story where that says enough, else from the events.
 */
#ifndef CRM_FACTS_H
#define CRM_FACTS_H

#include "base/date.h"
#include "query/query.h"
#include "store/story.h"

struct crm_fact {
	uint64_t who; /* the customer: the first of the event's who */
	int64_t at_us;
	uint8_t what;     /* a built-in word, or CRM_WHAT_OTHER */
	uint8_t currency; /* 0: it has no amount */
	bool has_doc;
	int64_t minor; /* amount in units of the currency's smallest part */
	uint64_t event;
	/* The event itself, when it was asked for; else NULL.  Dead at the
	 * next look-up of an event. */
	const struct crm_stored *stored;
};

/* Customers, as a query finds them. */
struct crm_whom {
	bool all;
	uint64_t *id; /* sorted */
	size_t n;
};

/* Is somebody among them? */
bool crm_whom_has(const struct crm_whom *, uint64_t who);
void crm_whom_release(struct crm_whom *);

/* Are they so few that looking up what is of them one by one is cheaper than
 * passing all? */
CRM_CHECK const struct crm_err *crm_whom_is_few(
    struct crm_snap *, const struct crm_whom *, bool *few);

struct crm_facts {
	struct crm_snap *snap;
	const struct crm_whom *whom;
	/* Events themselves that a query finds: no others; NULL: all. */
	struct crm_query *events;
	const struct crm_clock *clock; /* whose days those of the index are */
	int64_t from_us, to_us; /* from_us <= at < to_us */
	uint64_t what;          /* bits of the words that are wanted */
	bool stored;            /* the event itself is wanted */
};

/* The bit of a word in crm_facts.what. */
#define CRM_FACT(word) (UINT64_C(1) << (word))
#define CRM_FACT_ALL UINT64_MAX

/*
 * Call fn with each fact: customer by customer in the order of ids and then of
 * time, unless events themselves are wanted or a query finds them; else in no
 * order that counts.
 *
 * Cost: 10 to 20 ns an entry of the story, of the customers alone when a
 * query names few; 50 to 100 ns an event when the event is wanted, of those of
 * the days between from_us and to_us.
 */
CRM_CHECK const struct crm_err *crm_facts_each(const struct crm_facts *,
    const struct crm_err *(*fn)(void *ctx, const struct crm_fact *), void *ctx);

#endif
