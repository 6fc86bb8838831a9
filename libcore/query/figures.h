/*
 * figures - what reports find out about every customer, as fields of queries:
 * made for all of them at once, when the first is asked for.
 *
 * Reports stand above queries: who links both says which function makes the
 * figures.
 */
#ifndef CRM_FIGURES_H
#define CRM_FIGURES_H

#include "base/date.h"
#include "store/snap.h"

/* One figure of each customer, or deal, who has it. */
struct crm_figures {
	struct crm_figure {
		uint64_t who;
		int64_t value; /* units of 10^-scale; of a choice, which */
	} * of;                /* sorted by who */
	size_t n, cap;
	uint8_t scale;
};

/*
 * num     CRM_N_RFM to CRM_N_SILENCE, or from CRM_N_SCORE on
 * out     empty; release with crm_figures_release(), also after a failure
 */
typedef const struct crm_err *crm_figures_maker(struct crm_snap *,
    const struct crm_clock *, uint16_t num, struct crm_figures *out);

/* NULL: nobody has any. */
extern crm_figures_maker *crm_figures_make;

/* The maker has something to say of what it made: lines, each said once. */
void crm_figures_tell(struct crm_view lines);

/* What was said until now, in lines: for people, on stderr. */
struct crm_view crm_figures_told(void);
void crm_figures_untell(void);

/*
 * The figures of a snapshot, made when they are not at hand.
 *
 * out     dead after crm_figures_forget(), and when the snapshot is renewed
 */
CRM_CHECK const struct crm_err *crm_figures_get(struct crm_snap *,
    const struct crm_clock *, uint16_t num, const struct crm_figures **out);

/* Nobody will ask for those of a snapshot any more. */
void crm_figures_forget(const struct crm_snap *);

/* Add one.  Who comes again keeps the first. */
void crm_figures_add(struct crm_figures *, uint64_t who, int64_t value);

/* Sort them, when all are there. */
void crm_figures_settle(struct crm_figures *);

/* The figure of a customer; NULL: none. */
const struct crm_figure *crm_figures_of(
    const struct crm_figures *, uint64_t who);
void crm_figures_release(struct crm_figures *);

#endif
