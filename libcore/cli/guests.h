/*
 * guests - who took part in what a calendar tells of: whoever is known stays,
 * and of all others it is said that they are left out.  Where nobody is known
 * all stay, to be told of as bad data.
 */
#ifndef CRM_GUESTS_H
#define CRM_GUESTS_H

#include "base/map.h"
#include "store/batch.h"

/* Begin with CRM_GUESTS_INIT. */
struct crm_guests {
	struct crm_edit *edit;
	size_t cap;
	struct crm_map told; /* words */
	bool quiet;
};

#define CRM_GUESTS_INIT \
	{ \
		NULL, 0, CRM_MAP_INIT, false \
	}

void crm_guests_release(struct crm_guests *);

/*
 * Take the unknown ones out of a record's who.
 *
 * made    letters of kinds that are made of those who are unknown: of these
 *         nobody is left out
 * q       its edits are then another list, dead at the next call
 */
void crm_guests_keep_known(struct crm_guests *, const struct crm_batch *,
    const char *made, struct crm_request *q);

/* Say how many more were left out than could be told of. */
void crm_guests_end(const struct crm_guests *);

#endif
