/*
 * change - what programs that change the store have in common: faults told
 * with their place, the commit, the receipt, the records that were written.
 */
#ifndef CRM_CLI_CHANGE_H
#define CRM_CLI_CHANGE_H

#include "cli/faults.h"
#include "cli/hooks.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/rejects.h"
#include "format/bind.h"
#include "store/batch.h"

struct crm_changing {
	struct crm_ctx *ctx;
	struct crm_batch_options options; /* of each batch */
	struct crm_batch *batch;
	struct crm_bind *bind;
	struct crm_hooks *hooks;
	struct crm_progress progress;
	/* --stream: each line is a change set, done before the next is read */
	bool stream;
	bool itself; /* WHO: struct crm_each has the same */
	bool alone;  /* a calendar's events with nobody are wanted too */
	struct crm_batch_result sum;     /* of those that are done */
	struct crm_out_kinds kinds;      /* of what may be written: all */
	struct crm_faults faults;        /* told at the end */
	struct crm_assigning *assigning; /* who gets what is added */
	uint64_t operand;                /* of several, the one at hand */
	const char *about; /* what the receipt ends with, or NULL */
	struct crm_rejects rejects;
	bool header_held; /* by them */
	struct crm_out *out;
	struct crm_snap *out_snap;
	bool may_redo; /* when others are quicker: nothing is told then */
	bool again; /* others were, and it is told already what is left out */
};

/*
 * Begin a change set.
 *
 * o       what differs from program to program; user, program, clock and the
 *         like are filled in
 * bo      the same for binding, or NULL: nothing is bound
 * rejects a file that bad lines are kept in, or NULL
 *
 * Fails with CANTCREATE (rejects), USAGE, IO.
 */
CRM_CHECK const struct crm_err *crm_changing_begin(struct crm_changing *,
    struct crm_ctx *, struct crm_batch_options *o, struct crm_bind_options *bo,
    const char *rejects);
void crm_changing_free(struct crm_changing *);

/*
 * Bind every record of stdin and hand it over; with c->stream, commit each
 * before the next is read.
 *
 * take    gets each one that is whole; sets ok to false when it is bad after
 *         all, and was told so
 */
CRM_CHECK const struct crm_err *crm_changing_read(struct crm_changing *,
    const struct crm_err *(*take)(
	void *ctx, const struct crm_bound *, bool *ok),
    void *ctx);

/*
 * Bind name=value operands to fields of a kind.
 *
 * ok      false after a fault, which was told: the commit will fail
 */
CRM_CHECK const struct crm_err *crm_changing_bind(struct crm_changing *,
    const struct crm_kind *, const char *const *arg, size_t n,
    struct crm_bound *out, bool *ok);

/*
 * Go through WHO operands and stdin; wait and fault are filled in.
 *
 * kinds   as in struct crm_each
 */
CRM_CHECK const struct crm_err *crm_changing_each(struct crm_changing *,
    const char *kinds,
    const struct crm_err *(*record)(
	void *ctx, uint64_t line, struct crm_view raw, uint64_t id),
    void *ctx, int argc, char **argv);

/*
 * Commit; print what -o and -f ask for; say what was done, on a terminal.
 *
 * Fails with AGAIN, and crm_changing_overtaken() is true, when others wrote
 * what does not go together with it: done anew, it may.
 */
CRM_CHECK const struct crm_err *crm_changing_commit(struct crm_changing *);

bool crm_changing_overtaken(const struct crm_changing *);

/*
 * "2 added, 1 changed (change 7)"
 *
 * only    the one record that it was about: "p3 added (change 7)"; or 0
 */
void crm_receipt_add(struct crm_buf *, const struct crm_batch_result *,
    uint64_t only, bool dry_run);

#endif
