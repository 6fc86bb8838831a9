/*
 * held - everything that a store holds about somebody, for them to see.
 */
#ifndef CRM_HELD_H
#define CRM_HELD_H

#include "cli/main.h"

/*
 * Print, as JSON Lines: the record and all that links to it, as crm-find
 * prints them, removed ones too; then
 *   {"removed":[ids]}                those of them that were removed
 *   {"segment":id,"name":"@..."}     a segment that it is in
 *   {"names":"...","id":id,"field":"..."}   a text of another record that
 *                                    holds its full name, address or number
 * and each change set that wrote the record or its events, as crm-history
 * prints them.
 *
 * Fails with IO, DATA (damaged).
 */
CRM_CHECK const struct crm_err *crm_held_print(
    struct crm_ctx *, struct crm_snap *, uint64_t id);

#endif
