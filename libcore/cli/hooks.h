/*
 * hooks - programs of the store's directory hooks/ that are told of every
 * change set: before-change may refuse it, after-change hears what was done.
 * What users may rely on is in crm-hooks(5).
 *
 * A hook is run when nobody but the user and root can have put it there:
 * hooks/ and the file belong to one of them, and no one else may write to them.
 * One that is there and may not be run is an error: a store with a rule that
 * is not asked would take what the rule forbids.
 */
#ifndef CRM_HOOKS_H
#define CRM_HOOKS_H

#include "cli/main.h"

struct crm_hooks;

/*
 * Look for them.
 *
 * out     NULL: there are none, or --no-hooks was said; free with
 *         crm_hooks_close(), also after a failure
 *
 * Fails with NOPERM: they may not be run.
 * Cost: one openat(2) where there is no hooks/
 */
CRM_CHECK const struct crm_err *crm_hooks_open(
    struct crm_ctx *, struct crm_hooks **out);
void crm_hooks_close(struct crm_hooks *);

/*
 * Ask before-change whether a change set may be.
 *
 * snap    sees it done
 *
 * Fails with NOPERM: it was refused; AGAIN: the hook took too long, or cannot
 * be started.
 */
CRM_CHECK const struct crm_err *crm_hooks_ask(
    struct crm_hooks *, struct crm_snap *, uint64_t number);

/*
 * Tell after-change of a change set.  What goes wrong is said on stderr: it is
 * no error, as what was asked for is done.
 */
void crm_hooks_tell(struct crm_hooks *, uint64_t number);

/*
 * May a program write to the store of the context?  Not when before-change of
 * that very store started it, whose change set would wait for itself.
 *
 * Fails with LOCKED.
 */
CRM_CHECK const struct crm_err *crm_hooks_let_write(const struct crm_ctx *);

#endif
