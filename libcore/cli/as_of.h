/*
 * as_of - the option --as-of: a program sees the store as it was.
 */
#ifndef CRM_AS_OF_H
#define CRM_AS_OF_H

#include "cli/main.h"

/* The row of a program's table of options. */
#define OPT_AS_OF(p) \
	OPT_TEXT( \
	    '\0', "as-of", "date", (p), "as it was then: a date, or change:N")

/*
 * Take the snapshot that a program is to read.
 *
 * as_of   what --as-of says: a date or a period (its end; now, when that has
 *         not come), a time, or change:N; NULL: the store as it is.  The
 *         program's clock is set to that moment
 *
 * Fails with USAGE (it is none of these), DATA (it has not come yet, no such
 * change set) and as crm_snap_open().
 */
CRM_CHECK const struct crm_err *crm_open_as_of(
    struct crm_ctx *, const char *as_of, struct crm_snap **out);

/* The same for another option, which messages name; never NULL. */
CRM_CHECK const struct crm_err *crm_open_past(struct crm_ctx *,
    const char *option, const char *as_of, struct crm_snap **out);

#endif
