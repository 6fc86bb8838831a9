/*
 * members - which segments there are, and who is in each.
 */
#ifndef CRM_REPORT_MEMBERS_H
#define CRM_REPORT_MEMBERS_H

#include "query/query.h"

/* The names of segments, in the order of their ids. */
struct crm_segment_names {
	struct crm_view *name; /* n of them, in the arena */
	size_t n;
	struct crm_arena arena;
};

/* out     release with crm_segment_names_release(), also after a failure */
CRM_CHECK const struct crm_err *crm_segment_names_read(
    struct crm_snap *, const struct crm_clock *, struct crm_segment_names *out);
void crm_segment_names_release(struct crm_segment_names *);

/*
 * Whoever is in a segment, as @NAME finds them.
 *
 * user    who "me" is in its query; NULL: nobody
 * id      n of them, ascending; free with crm_free()
 */
CRM_CHECK const struct crm_err *crm_segment_members(struct crm_snap *,
    const struct crm_clock *, const char *user, struct crm_view name,
    uint64_t **id, size_t *n);

/* All segments, asked of one customer after the other. */
struct crm_members;

/*
 * user    as above
 * out     free with crm_members_free()
 *
 * Cost: that of a query for each segment, and 8 bytes for each member.
 */
CRM_CHECK const struct crm_err *crm_members_new(struct crm_snap *,
    const struct crm_clock *, const char *user, struct crm_members **out);
void crm_members_free(struct crm_members *);

/* The next segment, from the i-th on, that somebody is in; i is moved behind
 * it.  Empty: no more.  The name lives as long as the members. */
struct crm_view crm_members_next(
    const struct crm_members *, uint64_t who, size_t *i);

#endif
