/*
 * dump_impl - what writing and reading a dump share.
 */
#ifndef CRM_DUMP_IMPL_H
#define CRM_DUMP_IMPL_H

#include "base/mem.h"
#include "record/schema.h"
#include "store/change.h"

/* A key of a record's line. */
struct crm_dump_col {
	struct crm_view key; /* "name": */
	const struct crm_field *field;
	bool computed; /* printed for people, not read */
};

/* The keys of a kind's lines, in order. */
struct crm_dump_kind {
	const struct crm_kind *kind; /* NULL: not asked for yet */
	struct crm_dump_col *col;
	size_t n;
	uint32_t *by_num; /* stored number to col, or CRM_DUMP_NONE */
	size_t nnums;
	/* those that are computed; created may be stored */
	uint32_t day, created, updated;
};

#define CRM_DUMP_NONE UINT32_MAX

/* All kinds, by letter. */
struct crm_dump_kinds {
	const struct crm_schema *schema;
	struct crm_dump_kind kind[26];
	struct crm_arena arena;
};

/* The keys of a kind, made when first asked for; NULL: no such kind. */
const struct crm_dump_kind *crm_dump_kind_of(
    struct crm_dump_kinds *, char letter);
void crm_dump_kinds_release(struct crm_dump_kinds *);

/* The name of a state, and a state by its name: false when unknown. */
const char *crm_change_state_name(enum crm_change_state);
bool crm_change_state_parse(struct crm_view, enum crm_change_state *out);

#endif
