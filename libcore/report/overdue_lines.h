/*
 * overdue_lines - the lines of the report overdue, gathered in parts by two
 * threads.
 */
#ifndef CRM_OVERDUE_LINES_H
#define CRM_OVERDUE_LINES_H

#include "base/radix.h"
#include "store/parts.h"

struct crm_overdue_line {
	uint64_t who;
	int64_t spent;
	uint32_t days;
	int32_t twice; /* the median gap: a half is a whole number */
	int32_t last;  /* day */
	uint8_t currency;
};

/* The lines of a part of the customers, in their order. */
struct crm_overdue_part {
	struct crm_overdue_line *line;
	size_t n, cap;
};

/* All zeros: there are none. */
struct crm_overdue_lines {
	struct crm_overdue_part part[CRM_PARTS_MAX];
};

/* Add a line to a part, behind those it has. */
void crm_overdue_add(
    struct crm_overdue_part *, const struct crm_overdue_line *);
void crm_overdue_release(struct crm_overdue_lines *);

/* How many there are. */
size_t crm_overdue_count(const struct crm_overdue_lines *);

/* Where going through them is: at first { 0 }. */
struct crm_overdue_place {
	size_t part, i;
};

/* The next one, in the order of customers.  Returns false when there is none. */
bool crm_overdue_next(const struct crm_overdue_lines *,
    struct crm_overdue_place *, struct crm_overdue_line **out);

/*
 * The lines by how often the gap goes into the days until today, most first;
 * of is a line.
 *
 * n       how many
 *
 * Free it with crm_free().
 */
struct crm_keyed *crm_overdue_sort(
    const struct crm_overdue_lines *, int32_t today, size_t *n);

#endif
