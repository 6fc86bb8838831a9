/*
 * scout - a second thread that has the pages of records mapped before they are
 * asked for.
 *
 * A page of the store that a process has not touched yet costs it a fault, even
 * when the file is in memory: for records that lie apart that is half of all
 * that is done for them.  While the first thread goes through a list of ids from
 * its beginning, the scout looks the same ids up from the end of the list, until
 * the two meet.  Nothing comes back from it: it proves its pages for itself, and
 * what it finds damaged the first thread finds again, and reports.
 */
#ifndef CRM_SCOUT_H
#define CRM_SCOUT_H

#include "store/engine.h"

struct crm_scout;

/*
 * Send one out.  It is back when its snapshot is let go of, for a while too.
 *
 * table   of records: RECORD or EVENT
 * id      n ids of it, borrowed until crm_scout_free(); few are not worth a
 *         thread
 *
 * Returns NULL where there is none: a snapshot has one at a time.
 */
struct crm_scout *crm_scout_new(
    struct crm_txn *, enum crm_table, const uint64_t *id, size_t n);

/* Call it back; NULL is fine. */
void crm_scout_free(struct crm_scout *);

/* The first thread is done with i ids. */
void crm_scout_follow(struct crm_scout *, size_t i);

/* How many ids it has looked up. */
size_t crm_scout_seen(const struct crm_scout *);

#endif
