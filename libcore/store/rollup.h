/*
 * rollup - sums of each customer and currency, exact with every change.
 *
 * A row of the table rollup has the key who u64, currency u8 and a value of
 * 48 bytes; contacts stand in the row of currency 0.  Rows of one customer
 * come from the story alone: crm_rollup_fold() makes them from it.
 *
 * The table total has, key month u16 (year * 12 + month - 1, in the store's
 * zone), currency u8, what u8, behind a head: count u64, sum i64.
 */
#ifndef CRM_ROLLUP_H
#define CRM_ROLLUP_H

#include "base/runs.h"
#include "store/parts.h"
#include "store/snap.h"
#include "store/story.h"

struct crm_rollup {
	int64_t sum;     /* purchases less refunds, smallest units */
	int64_t balance; /* invoices less payments */
	uint64_t months; /* bit i: a purchase i months after the first; the
	                    last bit: that or later */
	uint32_t orders; /* distinct docs; a purchase without one counts */
	uint32_t purchases;
	int32_t first, last; /* purchase, minutes since 1970; if purchases */
	uint32_t contacts;
	int32_t last_contact; /* minutes since 1970; if contacts */
};

#define CRM_ROLLUP_KEY 9
#define CRM_ROLLUP_WHO 8 /* bytes of it that are the customer */
#define CRM_ROLLUP_BYTES 48

void crm_rollup_key(char out[CRM_ROLLUP_KEY], uint64_t who, uint8_t currency);
void crm_rollup_read(struct crm_view value, struct crm_rollup *out);
void crm_rollup_write(char out[CRM_ROLLUP_BYTES], const struct crm_rollup *);

/* Of a stored row the sum alone; false: nothing was bought or refunded, but for
 * what is 0 in the end. */
static inline bool
crm_rollup_read_sum(const char *value, int64_t *sum)
{
	*sum = (int64_t)crm_le64_get(value);
	return *sum != 0 || crm_le32_get(value + 28) != 0;
}

/* Is nothing in a row? */
bool crm_rollup_is_empty(const struct crm_rollup *);

/*
 * Add one row to another.
 *
 * zone    cuts months
 *
 * Returns false when a sum overflows.
 */
bool crm_rollup_add(
    struct crm_rollup *, const struct crm_rollup *, struct crm_zone *);

/*
 * What one entry of a story adds, orders apart: to the row of its currency,
 * and (a contact) to that of currency 0.
 *
 * Returns which row: the currency; 0 for a contact; -1: none.
 */
int crm_rollup_of(const struct crm_story *, struct crm_rollup *out);

/* Month number of an instant: year * 12 + month - 1. */
uint16_t crm_month_of(struct crm_zone *, int64_t at_us);

/* The rows of one customer. */
struct crm_rollups {
	struct crm_rollup_row {
		uint8_t currency;
		struct crm_rollup row;
	} * row; /* sorted by currency */
	size_t n, cap;
};

void crm_rollups_release(struct crm_rollups *);

/* Leave out the rows that nothing is in: a table has none. */
void crm_rollups_tidy(struct crm_rollups *);

/*
 * Make the rows of a customer from the story.
 *
 * from_us, to_us  leave out what happened before and after; INT64_MIN and
 *                 INT64_MAX: nothing
 * out             reset first
 *
 * Hidden events are left out.  Fails with DATA when a sum overflows.
 */
CRM_CHECK const struct crm_err *crm_rollup_fold(struct crm_snap *, uint64_t who,
    int64_t from_us, int64_t to_us, struct crm_rollups *out);

/* The row of a customer and currency; all zeros when there is none. */
CRM_CHECK const struct crm_err *crm_rollup_get(
    struct crm_snap *, uint64_t who, uint8_t currency, struct crm_rollup *out);

/* The same as it stands in the table, without what is fresh (fresh.h). */
CRM_CHECK const struct crm_err *crm_rollup_stored(
    struct crm_snap *, uint64_t who, uint8_t currency, struct crm_rollup *out);

/* Is there in a row a purchase or contact that is later than an instant? */
bool crm_rollup_is_ahead(const struct crm_rollup *, int64_t until_us);

/*
 * Take back out of a row what is dated later than an instant, to the minute:
 * a meeting planned for next week is no contact yet.
 *
 * row     of the customer and currency, as read
 *
 * Costs nothing when the last purchase or contact is not later; else the
 * story is folded.  What is not of them, as an invoice dated ahead alone, is
 * not noticed.
 */
CRM_CHECK const struct crm_err *crm_rollup_until(struct crm_snap *,
    uint64_t who, uint8_t currency, int64_t until_us, struct crm_rollup *row);

/*
 * The rows of a customer.
 *
 * out     reset first
 */
CRM_CHECK const struct crm_err *crm_rollup_all(
    struct crm_snap *, uint64_t who, struct crm_rollups *out);

/* The same as they stand in the table, without what is fresh (fresh.h), also
 * of a snapshot of the past. */
CRM_CHECK const struct crm_err *crm_rollup_today(
    struct crm_snap *, uint64_t who, struct crm_rollups *out);

/* Add a row: its key and value side by side. */
void crm_rollups_add(struct crm_rollups *, const char *row);

/*
 * Going through the rows of all customers in the order of their keys, as the
 * snapshot sees them.
 */
struct crm_rollup_walk;

/* A row; value is for crm_rollup_read(). */
struct crm_rollup_at {
	uint64_t who; /* 0: no more */
	uint8_t currency;
	struct crm_view value;
};

CRM_CHECK const struct crm_err *crm_rollup_open(
    struct crm_snap *, struct crm_rollup_walk **out);
void crm_rollup_close(struct crm_rollup_walk *);

/* The first row of a kind, or of one behind it; 0: of all. */
CRM_CHECK const struct crm_err *crm_rollup_first(
    struct crm_rollup_walk *, char kind, struct crm_rollup_at *out);
CRM_CHECK const struct crm_err *crm_rollup_next(
    struct crm_rollup_walk *, struct crm_rollup_at *out);

/*
 * Or many rows at a time, as a table's blocks hold them, maybe in two threads.
 *
 * fn      gets the rows of a part in order; those of one customer are in the
 *         same part
 * alone   see crm_parts_each()
 */
typedef const struct crm_err *crm_rollup_run_fn(
    void *ctx, const struct crm_part *, const struct crm_run_of *);
CRM_CHECK const struct crm_err *crm_rollup_each_run(
    struct crm_snap *, bool alone, crm_rollup_run_fn *fn, void *ctx);

/* The i-th row of a run. */
static inline void
crm_rollup_of_run(
    const struct crm_run_of *run, size_t i, struct crm_rollup_at *out)
{
	/* a key without its first byte, which is the prefix, and the sums */
	const size_t key = CRM_ROLLUP_KEY - 1;
	const char *p = run->p + i * (key + CRM_ROLLUP_BYTES);
	char who[CRM_ROLLUP_WHO];

	who[0] = run->prefix.p[0];
	memcpy(who + 1, p, CRM_ROLLUP_WHO - 1);
	out->who = crm_be64_get(who);
	out->currency = (uint8_t)p[key - 1];
	out->value = crm_view(p + key, CRM_ROLLUP_BYTES);
}

/* The error for sums of a customer that do not fit. */
const struct crm_err *crm_rollup_too_large(uint64_t who, uint8_t currency);

/* Totals: key and value. */
#define CRM_TOTAL_KEY 4
struct crm_total {
	uint16_t month;
	uint8_t currency, what;
	uint64_t count;
	int64_t sum;
};

void crm_total_key(char out[CRM_TOTAL_KEY], const struct crm_total *);

/* Go through all totals in order of month, currency, what. */
CRM_CHECK const struct crm_err *crm_totals_each(struct crm_snap *,
    const struct crm_err *(*fn)(void *ctx, const struct crm_total *),
    void *ctx);

/* The same as they stand in the table, without what is fresh. */
CRM_CHECK const struct crm_err *crm_totals_today(struct crm_txn *,
    const struct crm_err *(*fn)(void *ctx, const struct crm_total *),
    void *ctx);

/* The count and sum of one of them, as it stands there. */
CRM_CHECK const struct crm_err *crm_total_stored(
    struct crm_txn *, struct crm_total *);

/* The error for a total that does not fit. */
const struct crm_err *crm_total_too_large(const struct crm_total *key);

/* Add count and sum to a total (which may be negative); 0 removes it. */
CRM_CHECK const struct crm_err *crm_total_add(
    struct crm_txn *, const struct crm_total *key, int64_t count, int64_t sum);

#endif
