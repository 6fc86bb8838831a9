/*
 * ref - a field by its name in any kind, also through links: "org.city".
 */
#ifndef CRM_REF_H
#define CRM_REF_H

#include "query/compute.h"

#define CRM_LINKS_MAX 3 /* that a dotted name may follow */

struct crm_ref {
	struct crm_view name; /* as written */
	struct crm_view last; /* its last part */
	/* The field of each kind, and the links on the way, by letter; NULL:
	 * the kind has none of that name. */
	const struct crm_field *field[26];
	const struct crm_field *link[CRM_LINKS_MAX][26];
	size_t nlinks;
	const struct crm_field *first; /* of the first kind that has it */
	bool many;                     /* it may have many values */
};

/*
 * Find a field.
 *
 * kinds   the letters that are selected: one of them has to have it
 * only    the kind, when it is one; for messages
 * name    borrowed
 * fault   set to how many bytes of the name to point at; may be NULL
 *
 * Fails with USAGE: "unknown field 'cty' (did you mean 'city'?)".
 */
CRM_CHECK const struct crm_err *crm_ref_parse(const struct crm_schema *,
    const bool kinds[26], const struct crm_kind *only, struct crm_view name,
    struct crm_ref *out, size_t *fault);

/* The kinds that the last link on the way may lead to, or the selected ones. */
void crm_ref_kinds(
    const struct crm_ref *, const bool selected[26], bool out[26]);

/*
 * Call fn with each record that a field is to be taken from: the record
 * itself, or those that the links lead to.
 *
 * stop    fn may set it
 */
CRM_CHECK const struct crm_err *crm_ref_each(const struct crm_ref *,
    struct crm_snap *, uint64_t id, const struct crm_stored *,
    const struct crm_err *(*fn)(void *ctx, uint64_t id,
	const struct crm_stored *, const struct crm_field *, bool *stop),
    void *ctx);

/*
 * The value of a field that needs no links.
 *
 * scratch where a computed value is put
 * safe    its text needs no escaping in JSON; may be NULL
 * out     a view of the store or of scratch; n is 0 when there is none
 */
CRM_CHECK const struct crm_err *crm_ref_value(struct crm_compute *, uint64_t id,
    const struct crm_stored *, const struct crm_field *,
    struct crm_buf *scratch, struct crm_view *out);

#endif
