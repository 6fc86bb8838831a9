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

/* What is done for a column beside taking what is stored. */
enum crm_project_how {
	CRM_STEP_ID,      /* the record's id */
	CRM_STEP_COPY,    /* the same as another column */
	CRM_STEP_COMPUTE, /* when it is not stored */
	CRM_STEP_GATHER,  /* through links, as another type, many computed */
	CRM_STEP_ABOUT,   /* see crm_project_column */
};

struct crm_project_step {
	enum crm_project_how how;
	uint32_t col, from;            /* of COPY */
	const struct crm_field *field; /* of COMPUTE */
	bool safe;                     /* no form has to escape it */
	struct crm_project_made made;
};

/*
 * How the columns are filled from the records of a kind: stored fields go each
 * to its column, as they come in the record; then the steps.
 */
struct crm_project_plan {
	bool is_made;
	struct crm_column *col; /* when it is all that the kind has */
	size_t ncols;
	uint32_t *by_num; /* of a stored field's number; or UINT32_MAX */
	size_t nnums;
	struct crm_project_step *step;
	size_t nsteps, cap;
};

/* A record that waits to be printed by one of two threads. */
struct crm_project_row {
	uint64_t id;
	struct crm_stored stored;
	int64_t added_us, updated_us; /* of its change sets, when wanted */
};

struct crm_project {
	struct crm_snap *snap;
	struct crm_project_options o;
	bool kinds[26];
	/* project_share.c: may records be shared out?  How many were printed
	 * before; NULL: they are not yet */
	bool may_share;
	uint64_t directly;
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
	bool all; /* chosen are none: each kind has its own */
	struct crm_project_plan plan[26];
	/* the record at hand */
	struct crm_value *value; /* one a column */
	size_t value_cap;
};

/* How the records of a kind are printed. */
struct crm_project_plan *crm_project_make_plan(
    struct crm_project *, uint64_t id);

static inline struct crm_project_plan *
crm_project_plan(struct crm_project *p, uint64_t id)
{
	struct crm_project_plan *plan = &p->plan[(crm_id_kind(id) - 'a') % 26];

	return plan->is_made ? plan : crm_project_make_plan(p, id);
}

void crm_project_plan_release(struct crm_project_plan *);

/* Print a record here and now. */
CRM_CHECK const struct crm_err *crm_project_put_now(
    struct crm_project *, uint64_t id, const struct crm_stored *);

/* A phone number as E.164, until the next record; nothing where it is not
 * known. */
struct crm_view crm_project_e164(
    struct crm_project *, const struct crm_field *, struct crm_view);

/*
 * project_gather.c: the value of a column through links, as another type, or
 * of many computed ones; of an event in a column for people of texts or titles.
 *
 * out     empty before; lives until the next record
 */
CRM_CHECK const struct crm_err *crm_project_gather(struct crm_project *,
    const struct crm_project_column *, uint64_t id, const struct crm_stored *,
    struct crm_value *out);
CRM_CHECK const struct crm_err *crm_project_about(struct crm_project *,
    const struct crm_project_column *, const struct crm_stored *,
    struct crm_value *out);

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
