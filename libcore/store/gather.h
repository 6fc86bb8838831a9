/*
 * gather - collect postings and give them back group by group.
 *
 * What an import adds to the index and text tables: a hash table of groups,
 * each with its ids as differences, written as sorted runs when memory is
 * used up, and merged.
 */
#ifndef CRM_GATHER_H
#define CRM_GATHER_H

#include "base/buf.h"

struct crm_gather;

/*
 * memory  bytes to hold before a run is written
 * dir     an open directory for the scratch file
 * bytes   does each id carry a byte?
 */
struct crm_gather *crm_gather_new(size_t memory, int dir, bool bytes);
void crm_gather_free(struct crm_gather *);

/*
 * Add an id to a group.
 *
 * group   at most CRM_GATHER_KEY_MAX bytes, copied
 *
 * Ids of a group may come in any order, and be of several replicas; of one that
 * comes twice the greatest byte stays.
 * Fails with CANTCREATE, IO.
 */
#define CRM_GATHER_KEY_MAX 4000
CRM_CHECK const struct crm_err *crm_gather_add(
    struct crm_gather *, struct crm_view group, uint64_t id, uint8_t byte);

/* End adding, begin reading. */
CRM_CHECK const struct crm_err *crm_gather_sort(struct crm_gather *);

/*
 * Let another thread sort, and read ahead of crm_gather_next().  It begins at
 * once, crm_gather_sort() is
 * still to be called.  What is added later ends it.
 */
void crm_gather_ahead(struct crm_gather *);

struct crm_gathered {
	struct crm_view group; /* p is NULL after the last one */
	const uint64_t *id;    /* sorted, each once */
	const uint8_t *byte;
	size_t n;
};

/*
 * The next group, sorted as by memcmp, or a part of one that goes on with the
 * next; dead at the next call.
 *
 * A group of any size takes little memory when no id came behind a greater one
 * of its kind, as in imports; else it is held whole.
 */
CRM_CHECK const struct crm_err *crm_gather_next(
    struct crm_gather *, struct crm_gathered *out);

#endif
