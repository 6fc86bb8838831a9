/*
 * sound - is what stands in the store as a record one?
 */
#ifndef CRM_SOUND_H
#define CRM_SOUND_H

#include "record/code.h"
#include "record/schema.h"

/*
 * Look at every byte of a stored record: its directory, and whether each value
 * is one of its field's type.
 *
 * Returns the name of the first field at fault, "fields" when the directory
 * is, NULL when all is well.
 */
const char *crm_sound_fault(const struct crm_kind *, const struct crm_stored *);

#endif
