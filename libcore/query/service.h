/*
 * service - how tickets are answered and solved, and until when they should
 * be.
 *
 * Targets are working time (hours:, holidays: of crm.yaml) and come from the
 * first rule of sla: that fits the customer, or the organisation the customer
 * works for, as they are now, and the ticket's priority.
 *
 * A ticket is answered by the first event about it that is a contact (call,
 * email, meeting, visit, chat, letter) and does not come in, or by a stage that
 * is no longer its first.  The time to solve runs while it is open: not while
 * it waits for the customer, and not after it is solved, unless it is opened
 * again.
 */
#ifndef CRM_SERVICE_H
#define CRM_SERVICE_H

#include "base/date.h"
#include "store/snap.h"

struct crm_service;

struct crm_service_times {
	const struct crm_sla *sla; /* NULL: no rule fits */
	uint64_t who;              /* the customer; 0: none */
	int64_t opened_us;
	bool is_waiting, is_ended;
	bool is_answered, has_respond_by, has_solve_by;
	int64_t answered_us;
	int64_t ended_us; /* if it is */
	/* The field due if it has one, else of the rule. */
	int64_t respond_by_us;
	/* Not of one that waits: as if it were open until then. */
	int64_t solve_by_us;
	/* Working time until the answer and the solution, or until now. */
	int64_t respond_us, solve_us;
};

/* The snapshot and the clock outlive it. */
struct crm_service *crm_service_new(
    struct crm_snap *, const struct crm_clock *);
void crm_service_free(struct crm_service *);

/* After crm_snap_resume(). */
void crm_service_renew(struct crm_service *);

/*
 * Many tickets will be asked for: read what happened with all at once.
 *
 * Cost: of every event that is about a ticket.
 */
CRM_CHECK const struct crm_err *crm_service_all(struct crm_service *);

/*
 * The times of a ticket.
 *
 * stored  dead behind the call, if it was of a look-up
 *
 * Fails with CONFIG: a rule names a segment that there is not.
 * Cost: a query for its events, unless all were read.
 */
CRM_CHECK const struct crm_err *crm_service_of(struct crm_service *,
    uint64_t ticket, const struct crm_stored *, struct crm_service_times *out);

/* A field that is computed of it, CRM_N_TIER to CRM_N_SOLVE_BY, as it would be
 * stored: appended to out; nothing when it has none. */
CRM_CHECK const struct crm_err *crm_service_field(struct crm_service *,
    uint64_t ticket, const struct crm_stored *, uint16_t num,
    struct crm_buf *out);

/* Was it answered, solved, in time?  Not yet, and the time is not over: both
 * are false. */
struct crm_service_marks {
	bool respond_met, respond_missed, solve_met, solve_missed;
};
struct crm_service_marks crm_service_mark(
    const struct crm_service_times *, int64_t now_us);

#endif
