/*
 * ours - whose store it is, for calendars: staff are no customers.
 */
#ifndef CRM_OURS_H
#define CRM_OURS_H

#include "format/reader.h"
#include "store/snap.h"

/*
 * Add the addresses of staff: those of crm.yaml's staff: and assign:, of all
 * owners of records, and the user's, as far as these are addresses.
 *
 * Cost: a look-up for each owner.
 */
CRM_CHECK const struct crm_err *crm_ours_gather(
    struct crm_snap *, const char *user, struct crm_staff *);

/* Say what was left out, a line for each reason. */
void crm_ours_tell(struct crm_left_out);

#endif
