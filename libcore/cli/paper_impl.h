/* paper_impl - what the files that make up papers share. */
#ifndef CRM_PAPER_IMPL_H
#define CRM_PAPER_IMPL_H

#include "cli/paper.h"
#include "store/snap.h"

/*
 * Whom an event is for: the first of its who, and of a person who works for an
 * organisation that one.
 *
 * event   as crm_snap_get() has it; it is dead then
 * out     0: nobody
 */
CRM_CHECK const struct crm_err *crm_paper_customer(
    struct crm_snap *, const struct crm_stored *event, uint64_t *out);

/*
 * The events of a customer that have a word and a number.
 *
 * customer as crm_paper_customer() has it
 * id       array of *n in order, or NULL; free with crm_free(), also after a
 *          failure
 */
CRM_CHECK const struct crm_err *crm_paper_events(struct crm_snap *,
    const struct crm_clock *, struct crm_view word, struct crm_view doc,
    uint64_t customer, uint64_t **id, size_t *n);

#endif
