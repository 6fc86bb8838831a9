/*
 * follow - waiting for what others write to the store.
 */
#ifndef CRM_FOLLOW_H
#define CRM_FOLLOW_H

#include "base/buf.h"
#include "base/err.h"

struct crm_follow;

/*
 * Begin: what is written from now on ends a wait.
 *
 * path    of the store
 * out     free with crm_follow_free()
 *
 * From now on SIGHUP, SIGINT and SIGTERM end a wait and not the program: see
 * crm_follow_leave().
 */
CRM_CHECK const struct crm_err *crm_follow_new(
    const char *path, struct crm_follow **out);
void crm_follow_free(struct crm_follow *);

/*
 * Sleep until somebody has written.
 *
 * go_on   set to false when a signal came, or nobody reads stdout any more
 *
 * Fails with AGAIN: the store was replaced.  Where the system cannot tell of
 * writes it looks once a second.
 */
CRM_CHECK const struct crm_err *crm_follow_wait(
    struct crm_follow *, bool *go_on);

/* End the program by the signal that came, if one did. */
void crm_follow_leave(void);

#endif
