/*
 * runs - sort more entries than memory should hold.
 *
 * Entries are added in any order, sorted in runs of bounded size that go to a
 * scratch file, and come back merged.  The order is that of memcmp on the
 * key, shorter first; entries with equal keys come in the order in which they
 * were added.
 */
#ifndef CRM_RUNS_H
#define CRM_RUNS_H

#include "base/buf.h"

struct crm_runs;

/*
 * Begin to sort.
 *
 * memory  bytes to hold at the most before a run is written, at least 16 KiB;
 *         reading holds as many, or 4 KiB of each run
 * dir     an open directory for the scratch file, which is made only when
 *         memory does not suffice
 */
struct crm_runs *crm_runs_new(size_t memory, int dir);
void crm_runs_free(struct crm_runs *);

/*
 * Add an entry; both parts are copied.
 *
 * key     at most 4,095 bytes
 * value   at most CRM_LINE_MAX bytes
 *
 * Fails with CANTCREATE, IO (the scratch file).
 */
CRM_CHECK const struct crm_err *crm_runs_add(
    struct crm_runs *, struct crm_view key, struct crm_view value);

/* How many entries were added. */
uint64_t crm_runs_count(const struct crm_runs *);

/* Begin reading (again, from the first one); of what is added later, too, when
 * it is called again. */
CRM_CHECK const struct crm_err *crm_runs_sort(struct crm_runs *);

/*
 * Let another thread sort, and read ahead of crm_runs_next(): it begins at once,
 * crm_runs_sort() is still to be called.  Entries that are added later end it.
 */
void crm_runs_ahead(struct crm_runs *);

/*
 * The next entry in order.
 *
 * key     key->p is NULL after the last one; both are borrowed, dead at the
 *         next call
 *
 * Fails with IO.
 */
CRM_CHECK const struct crm_err *crm_runs_next(
    struct crm_runs *, struct crm_view *key, struct crm_view *value);

#endif
