/*
 * linked - what still links to records that were removed.
 */
#ifndef CRM_LINKED_H
#define CRM_LINKED_H

#include "cli/main.h"

/*
 * Say on a terminal, for people, how many events and other records link to
 * them: "what links there stays: 3 deals, 12 events".
 *
 * Cost: a look at the story and the indexes of each
 */
CRM_CHECK const struct crm_err *crm_linked_tell(
    struct crm_ctx *, const uint64_t *id, size_t n);

#endif
