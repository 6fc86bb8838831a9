/*
 * pages_find - what is left in a damaged file, read page by page.
 *
 * The tree of pages is followed as far as it can be: it says which pages hold
 * what stands now, and the list of free pages which hold what stood there
 * once.  All other pages are looked through for entries that nobody knows of
 * any more.  Nothing that a page says is believed: pages may lead to
 * themselves, to each other, or out of the file.
 */
#ifndef CRM_PAGES_FIND_H
#define CRM_PAGES_FIND_H

#include "base/buf.h"

/* An entry that was found. */
struct crm_found {
	struct crm_view key, value; /* dead after the call */
	/* It stands in the tree.  Else its page was not reached, or is
	 * damaged: it may be of before. */
	bool listed;
	bool old; /* its page is free: something of before */
};

struct crm_finding {
	/* Is it an entry, by its checksum?  Cheap where it is not. */
	bool (*is_sound)(struct crm_view key, struct crm_view value);
	/* An error that it returns ends all. */
	const struct crm_err *(*found)(void *ctx, const struct crm_found *);
	void *ctx;
	/* What was seen: */
	uint64_t pages;   /* in all */
	uint64_t damaged; /* of the tree, or that cannot be read */
	uint64_t reached; /* by the tree */
	bool free_known;  /* the list of free pages could be read */
	bool behind;      /* the newest change set may be missing: one of the
	                     two heads is damaged */
};

/*
 * Look through a file.
 *
 * fd        data.mdb: nobody writes it
 * others    names of tables that do not matter, ended by NULL: those of a name
 *           that is damaged do
 *
 * Fails with DATA: pages of no size that could be; IO when nothing can be
 * read; with what found() returns.  Cost: each page is read at most twice.
 */
CRM_CHECK const struct crm_err *crm_pages_find(
    int fd, const char *const *others, struct crm_finding *);

#endif
