/*
 * due - what needs doing, most urgent first.
 *
 *   task      open tasks
 *   ticket    open tickets: to be answered, to be solved
 *   contact   people and organisations to be in touch with again: their
 *             "every", else that of their segment (due: every:), after the
 *             last contact
 *   purchase  customers who are silent for longer than their own rhythm
 *   birthday  of people
 *   date      other days, of the fields that due: names
 *   deal      open deals that should be decided, stand still, or have no next
 *             step: none of their who has an open task
 *
 * How urgent a thing is, in hundredths, with the coefficients of due: in
 * crm.yaml:
 *
 *   urgency = WEIGHT of what it is + late * L + value * V + priority * P
 *
 *   L  0.2 up to 14 days before it is due, 1 from 7 days after it on, on a
 *      straight line between them; of a ticket hours count as days; 0.2 of
 *      what is due on no day
 *   V  the share of those who bought that spent less than this customer, or
 *      the organisation the customer works for: 1 for the best, 0 for who
 *      bought nothing
 *   P  of a ticket: -1 low, 0 normal, 1 high, 2 urgent
 */
#ifndef CRM_DUE_H
#define CRM_DUE_H

#include "format/ical.h"
#include "query/query.h"
#include "report/facts.h"
#include "report/rows.h"

struct crm_due;

#define CRM_DUE_NO_DAY INT32_MAX
#define CRM_DUE_NO_TIME INT64_MAX

/* Why it is due. */
enum crm_due_reason {
	CRM_DUE_BY_DAY,   /* its day: of a task, a deal, a date */
	CRM_DUE_OPEN,     /* it is open, and due on no day */
	CRM_DUE_NEVER,    /* there was no contact yet */
	CRM_DUE_SILENT,   /* none for too long; no purchase */
	CRM_DUE_STALE,    /* nothing happened with a deal */
	CRM_DUE_NO_STEP,  /* nothing is planned for it */
	CRM_DUE_RESPOND,  /* a ticket is to be answered */
	CRM_DUE_SOLVE,    /* and solved */
	CRM_DUE_UNSOLVED, /* it is open without a target */
};

struct crm_due_item {
	uint64_t id;  /* the record */
	uint64_t who; /* the customer; 0: none */
	enum crm_due_coefficient what;
	enum crm_due_reason reason;
	int32_t day;   /* number of it, or CRM_DUE_NO_DAY */
	int64_t at_us; /* of tickets, or CRM_DUE_NO_TIME */
	int32_t urgency;
	int32_t priority;  /* steps above normal */
	int32_t last, gap; /* day of the last contact, of the last purchase,
	                      of the birth; twice the days between */
	struct crm_span every;
	const char *name;  /* of a segment, of a field; NULL */
	const char *owner; /* NULL: nobody's */
};

struct crm_due_options {
	struct crm_snap *snap;
	const struct crm_clock *clock;
	const char *owner;       /* what is theirs alone; "": what is nobody's;
	                            NULL: everybody's */
	struct crm_query *query; /* of whom, or of which things; NULL: all */
	int32_t until;           /* day: what is due up to it */
	int32_t since;           /* birthdays and such from that day on */
};

/*
 * Find what is due.
 *
 * out     free with crm_due_free()
 *
 * Fails with USAGE: a query of a kind that nothing is due of; CONFIG: crm.yaml
 * names a segment that there is not.
 */
CRM_CHECK const struct crm_err *crm_due_find(
    const struct crm_due_options *, struct crm_due **out);
void crm_due_free(struct crm_due *);

/* What was found, most urgent first; of equal ones the one due first. */
const struct crm_due_item *crm_due_items(const struct crm_due *, size_t *n);

/* The word for what an item is. */
const char *crm_due_word(enum crm_due_coefficient what);

/*
 * A text that stays the same while an item is due for the same reason: its
 * what, id and day, and of a ticket whether it is late.
 */
void crm_due_key(
    const struct crm_due *, const struct crm_due_item *, struct crm_buf *out);

/* Why it is due, for people. */
void crm_due_add_why(
    const struct crm_due *, const struct crm_due_item *, struct crm_buf *out);

/* The last contact with its customer: the day, what it was, what was said.
 * Nothing when there is none. */
CRM_CHECK const struct crm_err *crm_due_add_last(
    struct crm_due *, const struct crm_due_item *, struct crm_buf *out);

/* Columns of rows, and a row. */
extern const struct crm_field crm_due_columns[];
extern const size_t crm_due_ncolumns;
CRM_CHECK const struct crm_err *crm_due_put_row(struct crm_due *,
    const struct crm_due_item *, struct crm_row_maker *, struct crm_rows *);

/*
 * Write an item as a component of iCalendar: what happens on a day of the year
 * as an event, all else as a thing to do.
 *
 * Its UID is that of the same thing whenever it is due again.
 */
CRM_CHECK const struct crm_err *crm_due_put_ical(
    struct crm_due *, const struct crm_due_item *, struct crm_ical *);

#endif
