/*
 * staff - the addresses of those whose store it is: they take part in meetings
 * without being customers.
 */
#ifndef CRM_STAFF_H
#define CRM_STAFF_H

#include "base/map.h"

/* Begin with CRM_STAFF_INIT. */
struct crm_staff {
	struct crm_map words; /* in small letters; domains with an @ */
};

#define CRM_STAFF_INIT \
	{ \
		CRM_MAP_INIT \
	}

void crm_staff_release(struct crm_staff *);

/* Add an address, "ewa@own.example", or all of a domain, "own.example". */
void crm_staff_add(struct crm_staff *, struct crm_view);

/* Is an address one of theirs?  In either case of ASCII letters. */
bool crm_staff_has(const struct crm_staff *, struct crm_view address);

#endif
