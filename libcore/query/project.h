/*
 * project - which columns of a record are printed, and their values.
 */
#ifndef CRM_PROJECT_H
#define CRM_PROJECT_H

#include "format/writer.h"
#include "query/compute.h"

struct crm_project;

struct crm_project_options {
	enum crm_form_out form;
	const char *fields;            /* "name,org.city"; NULL: the default */
	const bool *kinds;             /* of 26 letters, those that may come */
	const struct crm_kind *only;   /* the kind when it is one, else NULL */
	const struct crm_clock *clock; /* outlives it */
};

/*
 * Say what is to be printed.
 *
 * snap    what computed and linked values are read from; outlives it
 * writer  gets the rows; outlives it
 * out     free with crm_project_free()
 *
 * Without a list of fields, JSON Lines and YAML have every field a record
 * has, TSV and CSV every declared field of the one kind, a table the most
 * useful ones.  In JSON Lines money brings its currency along.
 * Fails with USAGE: an unknown field; several kinds and a form that needs to
 * know its columns.
 */
CRM_CHECK const struct crm_err *crm_project_new(struct crm_snap *snap,
    const struct crm_project_options *, struct crm_writer *writer,
    struct crm_project **out);
void crm_project_free(struct crm_project *);

/*
 * From now on two threads may print, when there is much to print and it is
 * made of the records' own bytes.  What is put has to stay where it is until
 * crm_project_settle() or crm_project_flush(): records in the snapshot do.
 */
void crm_project_share(struct crm_project *);

/* Print a record. */
CRM_CHECK const struct crm_err *crm_project_put(
    struct crm_project *, uint64_t id, const struct crm_stored *);

/* Have done with all records that were put, before crm_snap_pause(): they need
 * not be with the writer yet. */
void crm_project_settle(struct crm_project *);

/* Hand to the writer what was put: before it is ended, or what it wrote is to be
 * seen. */
CRM_CHECK const struct crm_err *crm_project_flush(struct crm_project *);

/* After crm_snap_resume(). */
void crm_project_renew(struct crm_project *);

#endif
