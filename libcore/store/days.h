/*
 * days - on which days each customer bought.
 *
 * What rhythms are made of: days in the zone of the store, each once however
 * many purchases there were, whatever the currency; under the first who of a
 * purchase only, as money is.
 *
 * They stand in the table index, as postings of a kind and field that no
 * record has: kind CRM_DAYS_KIND, the word "purchase" for a field, and who u64
 * for a value; the number of such an "id" is the day and CRM_DAYS_BIAS.  Like
 * rollups they come from the story alone, and are brought up to date with
 * them.
 */
#ifndef CRM_DAYS_H
#define CRM_DAYS_H

#include "store/parts.h"
#include "store/snap.h"

#define CRM_DAYS_KIND '\1'
#define CRM_DAYS_BIAS (1 << 20) /* those before the year 1 are above 0 too */

/* Days since 1970-01-01, in order. */
struct crm_days {
	int32_t *day;
	size_t n, cap;
};

void crm_days_release(struct crm_days *);

/* The group of a customer in the index; then the id of a day in it. */
#define CRM_DAYS_GROUP 11
void crm_days_group(char out[CRM_DAYS_GROUP], uint64_t who);
uint64_t crm_days_id(int32_t day);
int32_t crm_days_of_id(uint64_t id);

/*
 * The days of a customer, from the story.
 *
 * from_us, to_us  purchases before and after are left out; INT64_MIN and
 *                 INT64_MAX: none are
 * out             reset first
 *
 * Hidden events are left out.
 */
CRM_CHECK const struct crm_err *crm_days_fold(struct crm_snap *, uint64_t who,
    int64_t from_us, int64_t to_us, struct crm_days *out);

/* The same as they stand in the table, without what is fresh (fresh.h), also of
 * a snapshot of the past. */
CRM_CHECK const struct crm_err *crm_days_today(
    struct crm_snap *, uint64_t who, struct crm_days *out);

/* The days of a customer as the snapshot sees them. */
CRM_CHECK const struct crm_err *crm_days_all(
    struct crm_snap *, uint64_t who, struct crm_days *out);

/*
 * Call fn with each customer who bought, in the order of ids.
 *
 * days    one at the least, in order; fn may change them, and they are dead
 *         when it returns
 *
 * Cost: passing all days, which stand side by side; of the past, all stories.
 */
typedef const struct crm_err *crm_days_fn(
    void *ctx, uint64_t who, struct crm_days *days);
CRM_CHECK const struct crm_err *crm_days_each(
    struct crm_snap *, crm_days_fn *fn, void *ctx);

/* The same in two threads, as crm_parts_each(); of the past in one part. */
typedef const struct crm_err *crm_days_part_fn(
    void *ctx, const struct crm_part *, uint64_t who, struct crm_days *days);
CRM_CHECK const struct crm_err *crm_days_each_part(
    struct crm_snap *, bool alone, crm_days_part_fn *fn, void *ctx);

#endif
