/*
 * papers - the folder templates/ of a store: what quotes and invoices are made
 * with.  People write them, and a backup has them.
 */
#ifndef CRM_PAPERS_H
#define CRM_PAPERS_H

#include "base/buf.h"
#include "base/err.h"

#define CRM_PAPERS "templates"
#define CRM_PAPER_MAX ((size_t)16 << 20) /* bytes of one */

/* Is it the name of a member of an archive that is one of them? */
bool crm_paper_is_member(const char *name);

/*
 * Go through them; none is no error.
 *
 * dir     the store's
 * fn      gets the name of the member and what is in it
 *
 * Fails with IO, DATA (too large, or a name too long for an archive), and as
 * fn does.
 */
CRM_CHECK const struct crm_err *crm_papers_each(int dir,
    const struct crm_err *(*fn)(void *ctx, const char *name, struct crm_view),
    void *ctx);

/* Make the folder, unless it is there.  Fails with CANTCREATE. */
CRM_CHECK const struct crm_err *crm_papers_make(int dir, bool shared);

/*
 * Copy them into a store that is being made.
 *
 * from, to  directories of stores
 * shared    the new one is for a group too
 * lost      gets what is wrong with one that cannot be read; the others are
 *           copied all the same
 *
 * Fails with CANTCREATE, IO: the new ones cannot be written.
 */
CRM_CHECK const struct crm_err *crm_papers_copy(int from, int to, bool shared,
    void (*lost)(void *ctx, const char *what), void *ctx);

/* Remove the folder with all files in it, if it is there; of a link the link
 * alone. */
void crm_papers_remove(int dir);

#endif
