/*
 * newest - the last things that happened with somebody.
 */
#ifndef CRM_NEWEST_H
#define CRM_NEWEST_H

#include "query/query.h"

/*
 * The newest events of a story, newest first.  That of an organisation
 * includes those of its people.
 *
 * max     so many at the most
 * out     ids of events, each once; free with crm_free()
 */
CRM_CHECK const struct crm_err *crm_newest(
    struct crm_snap *, uint64_t who, size_t max, uint64_t **out, size_t *n);

/* The newest of the events that a query finds, in the same way. */
CRM_CHECK const struct crm_err *crm_newest_of(
    struct crm_query *, size_t max, uint64_t **out, size_t *n);

/*
 * When somebody was last in contact: by an instant, as what is planned for
 * later is no contact yet.  With an organisation that of its people counts.
 *
 * at_us   to the minute; CRM_NO_CONTACT: never
 */
#define CRM_NO_CONTACT INT64_MIN
CRM_CHECK const struct crm_err *crm_last_contact(
    struct crm_snap *, uint64_t who, int64_t now_us, int64_t *at_us);

/*
 * The people of an organisation.
 *
 * out     ids, sorted; NULL when there are none; free with crm_free()
 */
CRM_CHECK const struct crm_err *crm_people_of(
    struct crm_snap *, uint64_t org, uint64_t **out, size_t *n);

#endif
