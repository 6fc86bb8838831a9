/*
 * bind_impl - what the parts of binding share.
 */
#ifndef CRM_BIND_IMPL_H
#define CRM_BIND_IMPL_H

#include "format/bind.h"

/* One --map. */
struct crm_mapping {
	struct crm_view column, field; /* field.n is 0: drop it */
	struct crm_view system;        /* "who:shop" */
	bool used;
};

enum crm_target_role {
	CRM_TO_FIELD,
	CRM_TO_ID,
	CRM_TO_KIND,
	CRM_TO_NOTHING, /* dropped, or one that is printed but not read */
	CRM_TO_UNKNOWN,
};

/* Where a column goes, in one kind. */
struct crm_target {
	enum crm_target_role role;
	const struct crm_field *field;
	struct crm_view system;
	uint32_t rank; /* order among the columns of one field */
	bool joined;   /* other columns go there too */
	bool computed; /* unknown, because it cannot be set */
};

/* The columns of the stream in one kind. */
struct crm_targets {
	struct crm_target **of; /* of each column, a list that role UNKNOWN,
	                           NOTHING, ... may end */
	size_t *n;
	size_t ncols, cap, ncap;
};

/* A text on its way to a field that several columns fill. */
struct crm_piece {
	const struct crm_field *field;
	uint32_t rank;
	struct crm_view text;
};

struct crm_bind {
	struct crm_bind_options o;
	struct crm_arena arena;
	struct crm_mapping *map;
	size_t nmaps, map_cap;
	struct crm_targets targets[26];
	bool new_fields;
	/* the record at hand */
	const struct crm_kind *kind;
	uint64_t id;
	char currency[4];
	bool bad;
	struct crm_edit *edit;
	size_t *at; /* where each value begins in 'values' */
	size_t nedits, edit_cap, at_cap;
	struct crm_buf values, text, one;
	struct crm_piece *piece;
	size_t npieces, piece_cap;
	struct crm_arena row;
};

/* bind_map.c */

CRM_CHECK const struct crm_err *crm_bind_read_maps(struct crm_bind *);

/* Where a column goes in a kind. */
const struct crm_target *crm_bind_targets(struct crm_bind *,
    const struct crm_reader *, const struct crm_kind *, uint32_t col,
    size_t *n);

/* The field of a kind by the name of a column, in any case; x-NAME is made.
 * NULL: there is none. */
const struct crm_field *crm_bind_field(
    struct crm_bind *, const struct crm_kind *, struct crm_view name);

/* Tell of all columns of a header that are no field of a kind, at once. */
void crm_bind_unknown_columns(struct crm_bind *, const struct crm_kind *,
    const struct crm_view *name, size_t n);

/* Tell that a name is no field of a kind. */
void crm_bind_unknown(struct crm_bind *, const struct crm_kind *,
    struct crm_view name, bool is_column);

#endif
