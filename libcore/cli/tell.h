/*
 * tell - change sets told: in words for people, as JSON Lines (an object a
 * change set), or as rows of TSV and CSV (one a field that was changed).
 */
#ifndef CRM_TELL_H
#define CRM_TELL_H

#include "cli/main.h"
#include "store/change.h"

struct crm_tell;

/*
 * snap    outlives it; it is let go of around writes that may wait, and seen
 *         anew: views of it die with every change set that is told
 * form    table, jsonl, tsv or csv
 * out     free with crm_tell_free(), also after a failure
 */
CRM_CHECK const struct crm_err *crm_tell_new(struct crm_ctx *,
    struct crm_snap *snap, enum crm_form_out form, struct crm_tell **out);
void crm_tell_free(struct crm_tell *);

/*
 * Tell of a change set.
 *
 * id      n records: what it did to these, and of those that it added what
 *         they were; n = 0: to all, and of those that it added the ids
 */
CRM_CHECK const struct crm_err *crm_tell_change(
    struct crm_tell *, const struct crm_change *, const uint64_t *id, size_t n);

/* Print what is left. */
CRM_CHECK const struct crm_err *crm_tell_end(struct crm_tell *);

#endif
