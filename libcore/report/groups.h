/*
 * groups - sums by group: what a report adds up for each combination of
 * values of --by, and currency by currency.
 *
 * Amounts of currencies that have a rate come out in the base currency;
 * others stay apart, in groups of their own.
 */
#ifndef CRM_GROUPS_H
#define CRM_GROUPS_H

#include "base/map.h"
#include "config/config.h"
#include "report/by.h"
#include "report/rows.h"

#define CRM_GROUP_MONEY 6 /* amounts of a group */
#define CRM_GROUP_COUNTS 10

struct crm_group {
	struct crm_view key; /* packed values of --by */
	uint8_t currency;    /* that its amounts come out in; 0: it has none */
	int64_t money[CRM_GROUP_MONEY]; /* after crm_groups_settle() */
	int64_t count[CRM_GROUP_COUNTS];
	int64_t last_us;       /* of what happened in it: the latest */
	uint64_t who;          /* counted last by crm_groups_distinct() */
	struct crm_view order; /* set by crm_groups_sort() */
	/* Sums of each currency it is made of. */
	struct crm_group_part {
		uint8_t currency;
		int64_t money[CRM_GROUP_MONEY];
	} * part;
	size_t nparts;
};

/*
 * The groups of short keys that were asked for lately, each at the place that
 * the bytes of its key lead to: most reports have few groups, and finding one
 * in the map costs more than adding to it.
 */
#define CRM_GROUPS_NEAR_BITS 10
#define CRM_GROUPS_NEAR (1 << CRM_GROUPS_NEAR_BITS)
#define CRM_GROUPS_NEAR_KEY 16 /* bytes */

struct crm_group_near {
	uint64_t first, last; /* bytes of the key, from both ends */
	uint8_t n, currency;
	bool known;
	uint32_t group;
};

struct crm_groups {
	const struct crm_config *config;
	const struct crm_by *by;
	struct crm_map map;
	struct crm_group_near *near; /* NULL: nothing was asked for yet */
	struct crm_group *group;
	size_t n, cap;
	struct crm_arena arena;
	struct crm_buf key;
	struct crm_map seen; /* of crm_groups_distinct() */
	uint8_t
	    settled[256]; /* the currency of amounts in each; 0: not asked */
	uint8_t home;     /* see crm_groups_see(); 0: nothing was seen */
};

void crm_groups_init(
    struct crm_groups *, const struct crm_config *, const struct crm_by *);
void crm_groups_release(struct crm_groups *);

/*
 * The group of a key and a currency (0: no amount), made when there is none.
 *
 * Dead when another one is made.
 */
struct crm_group *crm_groups_at(
    struct crm_groups *, struct crm_view key, uint8_t currency);

/* Add to an amount of a group.  Fails with DATA when the sum is too large. */
CRM_CHECK const struct crm_err *crm_groups_add_money(struct crm_groups *,
    struct crm_group *, size_t slot, uint8_t currency, int64_t minor);

/*
 * Counts of groups whose amounts are of several currencies stand beside one of
 * them: the base currency, or, where no amount that was seen comes out in that,
 * the first of the others.  A report sees what there is in the whole store, so
 * that the rows of two periods stand beside the same.
 */
void crm_groups_see(struct crm_groups *, uint8_t currency);
uint8_t crm_groups_home(const struct crm_groups *);

/* Is there a group in the base currency? */
bool crm_groups_has_base(const struct crm_groups *);

/*
 * Move what was added up beside no currency (0) home.  No group is asked for
 * after that.  Fails with DATA (too large).
 */
CRM_CHECK const struct crm_err *crm_groups_bring_home(struct crm_groups *);

/* Nothing more comes to them: free what they were found by. */
void crm_groups_rest(struct crm_groups *);

/*
 * Add what others have added up, by the same --by, group by group: all but what
 * crm_groups_distinct() knows of them.  Fails with DATA (too large).
 */
CRM_CHECK const struct crm_err *crm_groups_join(
    struct crm_groups *, const struct crm_groups *from);

/*
 * Is somebody (or something) new to a group?
 *
 * what     tells several such counts apart
 * ordered  the same who comes in one go and not again
 */
bool crm_groups_distinct(struct crm_groups *, struct crm_group *, uint64_t who,
    uint8_t what, bool ordered);

/* Make the amounts from their parts.  Fails with DATA (too large). */
CRM_CHECK const struct crm_err *crm_groups_settle(struct crm_groups *);

enum crm_groups_order {
	CRM_ORDER_KEY,   /* by the values of --by, missing ones last */
	CRM_ORDER_MONEY, /* by the slot of money, largest first */
	CRM_ORDER_COUNT, /* by the slot of counts, largest first */
};

/*
 * Sort them: groups of the base currency first, others behind, then as said,
 * equal ones by key.
 */
void crm_groups_sort(struct crm_groups *, enum crm_groups_order, size_t slot);

/* Add the values of a group's key to a row: a column for each of --by. */
void crm_groups_add_key(const struct crm_groups *, const struct crm_group *,
    struct crm_row_maker *);

#endif
