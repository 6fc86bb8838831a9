/*
 * project_impl - what the parts of printing records share.
 */
#ifndef CRM_PROJECT_IMPL_H
#define CRM_PROJECT_IMPL_H

#include "query/project.h"
#include "query/ref.h"

struct crm_project_column {
	struct crm_ref ref;
	struct crm_field field; /* what the writer is told of it */
	/* The currency of the money columns whose names begin so. */
	bool is_currency;
	/* Of phone numbers: those that are known as E.164, as such. */
	bool e164;
	/* For people: what an event is about, or with what it is. */
	bool about, title;
	const char *name;
};

/* A computed value, which stays as long as what it was made of is the same. */
struct crm_project_made {
	struct crm_buf value;
	uint64_t of; /* 0: make it again */
};

/* How a chosen column is taken from the records of a kind. */
struct crm_project_way {
	/* the plain value of a stored field, or of a computed one, or computed
	 * when it is not stored; neither: through links, or as another type */
	const struct crm_field *stored, *computed;
	struct crm_project_made made;
};

/* The columns of all that a kind has, in the order of the field table. */
struct crm_project_whole {
	struct crm_column *col;
	size_t ncols;
	uint32_t *by_num; /* column of a stored field's number, or NONE */
	size_t nnums;
	uint32_t day, updated, created;
	struct crm_project_made *made; /* one a column */
};

/* A record that waits to be printed by one of two threads. */
struct crm_project_row {
	uint64_t id;
	struct crm_stored stored;
	int64_t added_us, updated_us; /* of its change sets, when wanted */
};

#define CRM_PROJECT_WHERE 128

struct crm_project {
	struct crm_snap *snap;
	struct crm_project_options o;
	bool kinds[26];
	/* project_share.c; NULL: nothing is shared out */
	struct crm_project_share *share;
	/* of a part of such: what the snapshot would be asked */
	const struct crm_project_row *row_at;
	struct crm_writer *writer;
	enum crm_form_out form;
	struct crm_compute *compute;
	struct crm_arena arena, row; /* row: values of the record at hand */
	struct crm_buf scratch;
	/* chosen columns */
	struct crm_project_column *column;
	struct crm_column *col;
	size_t ncols, cap;
	struct crm_value *value;
	struct crm_project_way *way[26]; /* by kind: one a column */
	/* or all there are, by kind */
	bool all;
	struct crm_project_whole whole[26];
	size_t value_cap, slot_cap;
	struct crm_slot *slot; /* what the record at hand has stored */
	/* Where in it a field's number is, if it is: by its last bits. */
	uint32_t where[CRM_PROJECT_WHERE];
};

/* How the columns that were chosen are taken from the records of a kind. */
struct crm_project_way *crm_project_ways(struct crm_project *, uint64_t id);

/* All columns of the records of a kind. */
struct crm_project_whole *crm_project_whole(struct crm_project *, uint64_t id);

/* Print a record here and now. */
CRM_CHECK const struct crm_err *crm_project_put_now(
    struct crm_project *, uint64_t id, const struct crm_stored *);

/* A phone number as E.164, until the next record; nothing where it is not
 * known. */
struct crm_view crm_project_e164(
    struct crm_project *, const struct crm_field *, struct crm_view);

/* project_share.c */
void crm_project_share_free(struct crm_project *);
CRM_CHECK const struct crm_err *crm_project_share_put(
    struct crm_project *, uint64_t id, const struct crm_stored *);

/*
 * Choose the columns: those that are asked for, else the form's own, or all
 * there are.
 *
 * Fails with USAGE.
 */
CRM_CHECK const struct crm_err *crm_project_choose(
    struct crm_project *, const struct crm_project_options *);

#endif
