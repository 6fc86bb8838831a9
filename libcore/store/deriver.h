/*
 * deriver - what follows from records that are added: digests, and what is
 * derived; what is derived from those that are changed.
 *
 * One who adds or changes many goes on while two threads do it: one takes the
 * words, one the rest.
 */
#ifndef CRM_DERIVER_H
#define CRM_DERIVER_H

#include "store/change.h"
#include "store/derive.h"

struct crm_deriver;

/*
 * What derives is the threads' own until crm_deriver_end().
 *
 * digests  NULL: none are wanted
 */
struct crm_deriver *crm_deriver_new(struct crm_derive *, struct crm_digests *);
void crm_deriver_free(struct crm_deriver *);

/*
 * Do it for a record that is added.
 *
 * bytes   as stored; copied
 * what    to derive: of enum crm_derive_what
 * line    that errors with its data name; 0: none
 *
 * Fails with what it failed with for a record before, too.
 */
CRM_CHECK const struct crm_err *crm_deriver_add(struct crm_deriver *,
    uint64_t id, struct crm_view bytes, unsigned int what, uint64_t line);

/*
 * Derive what changes with a record that was there.
 *
 * was, now  as stored, before and after; copied
 *
 * Fails as crm_deriver_add().
 */
CRM_CHECK const struct crm_err *crm_deriver_change(struct crm_deriver *,
    uint64_t id, struct crm_view was, struct crm_view now, unsigned int what);

/* Wait until it is done for all of them. */
CRM_CHECK const struct crm_err *crm_deriver_end(struct crm_deriver *);

/* Wait for all but the words: what goes to other tables may be written then,
 * and crm_deriver_end() waits for the rest. */
CRM_CHECK const struct crm_err *crm_deriver_end_rest(struct crm_deriver *);

/* The same for one record, at once. */
CRM_CHECK const struct crm_err *crm_deriver_one(struct crm_derive *,
    struct crm_digests *, uint64_t id, struct crm_view bytes,
    unsigned int what);

#endif
