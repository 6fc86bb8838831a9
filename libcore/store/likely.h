/*
 * likely - who may be the one that is about to be added: a few look-ups.
 */
#ifndef CRM_LIKELY_H
#define CRM_LIKELY_H

#include "record/rec.h"
#include "store/snap.h"

/*
 * Find a record of the same kind with the same email address, else the same
 * phone number, else the same name when folded.
 *
 * edit    what the new record gets
 * out     the first such record; 0: there is none
 * field   in which they agree
 */
CRM_CHECK const struct crm_err *crm_likely(struct crm_snap *,
    const struct crm_kind *, const struct crm_edit *edit, size_t n,
    uint64_t *out, const struct crm_field **field);

#endif
