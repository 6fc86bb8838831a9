/*
 * near - the records whose names look like one that none has.
 */
#ifndef CRM_NEAR_H
#define CRM_NEAR_H

#include "store/snap.h"

#define CRM_NEAR_MAX 3

/*
 * Find the records whose names come nearest to a text: that begin with it,
 * have words that begin as all of its words do, or differ by few letters.
 *
 * kinds   letters of those that count; NULL: all but events
 * text    in NFC
 * ids     the nearest first
 *
 * Cost: 1,500 look-ups at most, however large the store is: names
 * that share a beginning or a word with the text are looked at, not all.
 */
CRM_CHECK const struct crm_err *crm_near(struct crm_snap *, const char *kinds,
    struct crm_view text, uint64_t ids[CRM_NEAR_MAX], size_t *n);

#endif
