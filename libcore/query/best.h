/*
 * best - of many ids with a score, the best so many.
 */
#ifndef CRM_BEST_H
#define CRM_BEST_H

#include "base/buf.h"

struct crm_best;

/*
 * max     so many are wanted.  Those of a few are held in memory; of more
 *         all go through a sort that uses a scratch file
 * memory  bytes for that sort
 * dir     an open directory for the scratch file
 */
struct crm_best *crm_best_new(uint64_t max, size_t memory, int dir);
void crm_best_free(struct crm_best *);

/* Would it be among them as it stands?  The higher score is better, of equal
 * ones the higher id. */
bool crm_best_takes(const struct crm_best *, uint32_t score, uint64_t id);

/* Add one that it takes. */
CRM_CHECK const struct crm_err *crm_best_add(
    struct crm_best *, uint32_t score, uint64_t id);

/* The next one, best first; 0 after the last.  Nothing may be added then. */
CRM_CHECK const struct crm_err *crm_best_next(struct crm_best *, uint64_t *id);

#endif
