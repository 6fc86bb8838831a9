/*
 * sort - records in an order of their fields: --sort city,-spent.
 */
#ifndef CRM_SORT_H
#define CRM_SORT_H

#include "query/compute.h"
#include "query/query.h"

struct crm_sort;

struct crm_sort_options {
	const char *fields;          /* "city,-spent" */
	const bool *kinds;           /* of 26 letters, those that may come */
	const struct crm_kind *only; /* the kind when it is one, else NULL */
	const struct crm_clock *clock;
	size_t memory; /* bytes to hold before a scratch file is used */
};

/*
 * Say how to sort.
 *
 * snap    outlives it
 * out     free with crm_sort_free()
 *
 * A record without the field comes last either way; equal ones come in the
 * order of their ids.  Texts are compared folded, choices in the order in
 * which they are declared, links by id.  Of many values the first counts, of
 * all keys together the first 4,000 bytes.
 * Fails with USAGE (an unknown field).
 */
CRM_CHECK const struct crm_err *crm_sort_new(
    struct crm_snap *, const struct crm_sort_options *, struct crm_sort **out);
void crm_sort_free(struct crm_sort *);

/*
 * Tell a query that only the first so many in this order are wanted: it may
 * then leave out others.
 */
void crm_sort_narrow(const struct crm_sort *, struct crm_query *, uint64_t max);

/* Add a record. */
CRM_CHECK const struct crm_err *crm_sort_add(
    struct crm_sort *, uint64_t id, const struct crm_stored *);

/* The next id in order, 0 after the last one.  Nothing may be added then. */
CRM_CHECK const struct crm_err *crm_sort_next(struct crm_sort *, uint64_t *id);

/*
 * Parts of sort keys, for others that sort rows.
 *
 * crm_sort_add_key() adds the key of one value: as crm_value_add_key(), but
 * choices in the order in which they are declared and links by id.
 * crm_sort_add_part() adds a key so that several stand side by side and
 * memcmp() sorts them; an empty one comes last.
 */
void crm_sort_add_key(
    struct crm_buf *, const struct crm_field *, struct crm_view value);
void crm_sort_add_part(struct crm_buf *, struct crm_view key, bool down);

#endif
