/*
 * kinds - the built-in tables, for schema.c alone.
 */
#ifndef CRM_KINDS_H
#define CRM_KINDS_H

#include "record/schema.h"

struct crm_builtin_kind {
	char letter;
	const char *name, *plural;
	const struct crm_field *field;
	size_t nfields;
	const struct crm_field *const *computed;
	size_t ncomputed;
	const struct crm_pipeline *pipeline; /* NULL: it has no stages */
};

#define CRM_NBUILTIN 9
extern const struct crm_builtin_kind crm_builtin_kinds[CRM_NBUILTIN];

/* Fields that every kind has behind its own. */
#define CRM_NCOMMON 5
extern const struct crm_field crm_common_fields[CRM_NCOMMON];

/* What a kind of crm.yaml has that is not stored: id, kind, updated. */
extern const struct crm_field *const crm_computed_basic[3];

#endif
