/*
 * rejects - the file that bad lines are kept in.
 */
#ifndef CRM_CLI_REJECTS_H
#define CRM_CLI_REJECTS_H

#include "base/buf.h"
#include "base/err.h"

struct crm_rejects {
	int fd; /* -1: none is wanted */
	const char *name;
	struct crm_buf held; /* lines that are not written yet */
	int failed;          /* errno of a write, or 0 */
};

/*
 * Begin the file anew.
 *
 * name    borrowed; NULL: none is wanted, and what is added is forgotten
 *
 * Fails with CANTCREATE, USAGE (it is what stdin reads).
 */
CRM_CHECK const struct crm_err *crm_rejects_open(
    struct crm_rejects *, const char *name);
void crm_rejects_close(struct crm_rejects *);

/* Add a line, as it was; it gets a newline if it has none. */
void crm_rejects_add(struct crm_rejects *, struct crm_view raw);

/* Write what is held; crm_rejects_failure() says how that went. */
void crm_rejects_write(struct crm_rejects *);

/* Lines could not be written: IO; else NULL. */
CRM_CHECK const struct crm_err *crm_rejects_failure(const struct crm_rejects *);

#endif
