/*
 * check_impl - what the parts of the check share.
 */
#ifndef CRM_CHECK_IMPL_H
#define CRM_CHECK_IMPL_H

#include "base/map.h"
#include "store/block.h"
#include "store/change.h"
#include "store/check.h"
#include "store/derive.h"
#include "store/snap.h"
#include "store/store_impl.h"

struct crm_checking {
	struct crm_store *store;
	struct crm_snap *snap;
	struct crm_txn *txn; /* that of the snapshot */
	struct crm_check *out;
	struct crm_env_stat stat;
	enum crm_table table;
	uint64_t told;
	struct crm_derive *d;
	struct crm_map totals;
	struct crm_buf group; /* of the index, and who is last in it */
	uint64_t holder;
	/* digests: the records of the ranges of a change set */
	struct crm_change change;
	size_t range_at;
	struct crm_id_range range;
	/* ranges of records that were looked at and are seen */
	struct crm_id_range *seen;
	size_t nseen, seen_cap;
	uint64_t added;  /* records that change sets added */
	uint64_t hidden; /* records that nobody sees */
	uint64_t notes;  /* changes of records that were taken back */
	struct crm_buf stored;
	uint64_t done, all; /* steps of what is going on, for who looks on */
};

/* Begin with something else, of so many steps about; one more is done. */
void crm_check_begin(struct crm_checking *, uint64_t all);
void crm_check_step(struct crm_checking *, const char *what);

void crm_check_fault(struct crm_checking *, const char *where, const char *fmt,
    ...) CRM_PRINTF(3, 4);

/* What cannot be read is a fault too: DATA becomes one. */
CRM_CHECK const struct crm_err *crm_check_count(
    struct crm_checking *, const char *where, const struct crm_err *);

/* check_bytes.c: the pages of the snapshot; tables, without asking what they
 * mean. */
CRM_CHECK const struct crm_err *crm_check_pages(struct crm_checking *);
CRM_CHECK const struct crm_err *crm_check_tables(struct crm_checking *);

/* check_sums.c: an entry of the derived table c->table.  Is it one that does
 * not count; may it be what an index of events that lags will only hold
 * later? */
bool crm_check_is_skipped(
    const struct crm_checking *, const struct crm_entry *);
bool crm_check_is_early(const struct crm_checking *, const struct crm_entry *);

/* What a table's entries add up to; values that two have and only one may are
 * told. */
CRM_CHECK const struct crm_err *crm_check_sum(struct crm_checking *,
    enum crm_table, const uint64_t seed[2], struct crm_sum *);

/* check_records.c: each record by itself, and what it links to. */
CRM_CHECK const struct crm_err *crm_check_records(
    struct crm_checking *, enum crm_table);

#endif
