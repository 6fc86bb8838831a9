/*
 * compute - fields that are not stored: of people and organisations from
 * their rollups and stories, of events and deals from themselves.
 */
#ifndef CRM_COMPUTE_H
#define CRM_COMPUTE_H

#include "base/date.h"
#include "store/rollup.h"
#include "store/snap.h"

struct crm_compute;

/* The snapshot and the clock outlive it. */
struct crm_compute *crm_compute_new(
    struct crm_snap *, const struct crm_clock *);
void crm_compute_free(struct crm_compute *);

/* After crm_snap_resume(). */
void crm_compute_renew(struct crm_compute *);

/*
 * From now on it is used by another thread than the snapshot: for fields that
 * are made of the record's own bytes alone, see crm_compute_is_own().
 */
void crm_compute_apart(struct crm_compute *);
bool crm_compute_is_own(uint16_t num);

/* Add when something was created or changed, of the time of its change set. */
void crm_compute_add_time(struct crm_buf *, int64_t at_us);

/*
 * The value of a field that is not stored.
 *
 * out     appended to: as such a value would be stored (many values: as
 *         crm_many_put()); nothing when there is none
 *
 * Counts and money are 0 when there are none, dates absent.
 */
CRM_CHECK const struct crm_err *crm_compute_field(struct crm_compute *,
    uint64_t id, const struct crm_stored *, const struct crm_field *,
    struct crm_buf *out);

/* The currency of computed money: the base currency; of a deal its own. */
uint8_t crm_compute_currency(
    struct crm_compute *, uint64_t id, const struct crm_stored *);

/*
 * The chance to win a deal, in percent: 100 or 0 of one that was won or lost,
 * else its own, else its stage's.
 *
 * stage   NULL: crm.yaml has none of that name
 * own     its stored probability; empty when it has none
 */
struct crm_dec crm_deal_chance(
    enum crm_stage_end, const struct crm_stage *, struct crm_view own);

/* One invoice of a customer. */
struct crm_open_invoice {
	int64_t at_us;
	int64_t paid_us; /* the last payment that settled it or a part of it,
	                    not before at_us; INT64_MIN: none */
	struct crm_date due;
	int64_t minor; /* of it */
	int64_t left;  /* not paid yet; in its currency */
	uint8_t currency;
	uint64_t event;
	const char *doc; /* "" when it has none */
	/* Of a payment: the organisation that paid for one of its people, or
	 * 0, and how much it paid for these. */
	uint64_t payer;
	int64_t elsewhere;
};

/*
 * What organisations pay of the invoices of their people: each payment is
 * looked at once, however many people are asked about.
 *
 * The snapshot outlives it, and is not paused meanwhile.
 */
struct crm_firms;
struct crm_firms *crm_firms_new(struct crm_snap *);
void crm_firms_free(struct crm_firms *);
struct crm_snap *crm_firms_snap(const struct crm_firms *);

/*
 * Which invoices of a customer are open: a payment settles that of its doc,
 * its payer's own or else, of an organisation, those of its people; and what
 * is left of it or has no doc its payer's oldest open one.  An invoice with
 * a negative amount is a credit note and settles as a payment does.
 *
 * out     in the order of their time; lives in the arena
 */
CRM_CHECK const struct crm_err *crm_open_invoices(struct crm_firms *,
    uint64_t who, struct crm_arena *, struct crm_open_invoice **out, size_t *n);

/*
 * What of these is late, in the base currency; what has no rate is left out.
 * Each currency is turned as a whole, as the balance is, which this is a part
 * of.
 *
 * Fails with DATA: it is too large.
 */
CRM_CHECK const struct crm_err *crm_late_invoices(const struct crm_config *,
    struct crm_date today, const struct crm_open_invoice *, size_t n,
    int64_t *out);

/* All invoices of a customer, all that pays, and what settled what. */
struct crm_bills {
	/* Invoices, and payments with credit notes, in the order of time: left
	 * is what was not paid of one, or settles nothing of the other. */
	struct crm_open_invoice *inv, *pay;
	size_t ninv, npay, inv_cap, pay_cap;
	struct crm_settled {
		size_t inv, pay; /* places */
		int64_t minor;
	} * settled;
	size_t nsettled, settled_cap;
};

/*
 * out     release with crm_bills_release(), also after a failure; its texts
 *         live in the arena
 */
CRM_CHECK const struct crm_err *crm_bills_settle(struct crm_firms *,
    uint64_t who, struct crm_arena *, struct crm_bills *out);
void crm_bills_release(struct crm_bills *);

/* The same, but that only payments by doc have settled invoices, of the
 * customer's own. */
CRM_CHECK const struct crm_err *crm_bills_own(
    struct crm_snap *, uint64_t who, struct crm_arena *, struct crm_bills *out);

/*
 * Then, pay with what an organisation paid by doc what its people owe, the
 * oldest invoice of a doc first.
 *
 * who    the organisation, or a person of one
 *
 * Cost: for each doc of which a payment has something left, once, one query
 * and a look at the stories of those people who have an invoice of it.
 */
CRM_CHECK const struct crm_err *crm_bills_settle_firm(
    struct crm_firms *, uint64_t who, struct crm_arena *, struct crm_bills *);

/*
 * Say which invoices count, so that those of one number and currency are one:
 * the first open one, or the one that was paid last when all are paid.
 *
 * counts  ninv of them; 0: no
 */
#define CRM_COUNTS_OPEN 1
#define CRM_COUNTS_PAID 2
void crm_bills_count(const struct crm_bills *, uint8_t *counts);

/* Pay of an invoice what is there; both by their places. */
void crm_bills_pay(struct crm_bills *, size_t inv, size_t pay);

/*
 * Does an event say that a product was bought, that a campaign was got or
 * answered?  Answers are clicks, replies, feedback and purchases.
 *
 * num     CRM_N_BOUGHT, CRM_N_GOT or CRM_N_ANSWERED
 * what    as the story has it
 */
bool crm_compute_counts_for(uint16_t num, uint8_t what);

/* Today in the store's time zone. */
struct crm_date crm_compute_today(const struct crm_compute *);

#endif
