/*
 * links - what links to a record.
 */
#ifndef CRM_LINKS_H
#define CRM_LINKS_H

#include "store/snap.h"

/*
 * Call fn with each record and event that links to a record, in whatever
 * field, in the order of their tables and ids; removed ones too.
 *
 * field   the first field that links to it
 *
 * Cost: a pass over all records and events
 */
CRM_CHECK const struct crm_err *crm_links_to(struct crm_snap *, uint64_t id,
    const struct crm_err *(*fn)(void *ctx, uint64_t id,
	const struct crm_stored *, const struct crm_field *field),
    void *ctx);

#endif
