/*
 * pages - proving the pages of LMDB's file, read by hand.
 *
 * LMDB believes what it reads: a damaged page makes it crash, loop or, with
 * the next write, destroy others.  So the check looks at all pages before
 * LMDB does.
 */
#ifndef CRM_PAGES_H
#define CRM_PAGES_H

#include "base/buf.h"

/*
 * Check every page that a commit uses: that it is the page it should be, that
 * its entries lie in it one behind the other, that keys are in order and
 * where a search looks for them, that counts are right, and that each page of
 * the file is used once or listed as free once.
 *
 * fd      data.mdb
 * commit  the newest one, which a reader holds
 * fault   called for each fault, the first 100
 * looked  false when that commit is not the last one any more: begin to read
 *         again
 *
 * Does nothing with files of another layout than LMDB 0.9 writes on 64-bit,
 * little-endian machines.
 * Fails with IO.  Cost: each page is read once.
 * From: mdb.c of LMDB 0.9.24; its data version is 1.
 */
CRM_CHECK const struct crm_err *crm_pages_check(int fd, uint64_t commit,
    void (*fault)(void *ctx, const char *what), void *ctx, bool *looked);

/* Can pages be read by hand: are files laid out as we know them? */
#define CRM_PAGES_BY_HAND \
	(sizeof(size_t) == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

enum crm_page_sort {
	CRM_PAGE_OF_VALUES, /* a leaf */
	CRM_PAGE_OF_TABLES, /* a leaf of the table of names */
	CRM_PAGE_OF_PAGES   /* a branch */
};

/*
 * Is a page in memory of a sort, and whole: its nodes fill it from upper to
 * the end, are of that sort, and, in a leaf, keys are in order?  LMDB looks at
 * none of that, and does not find what a page lost.
 *
 * room    bytes of a page
 *
 * True on machines whose layout is another.  Cost: two loads for each entry,
 * in a leaf a comparison too.
 */
bool crm_page_is_whole(const char *page, size_t room, enum crm_page_sort);

/* Of a whole page: how many keys, and the i-th. */
size_t crm_page_count(const char *page);
struct crm_view crm_page_key(const char *page, size_t i);

/*
 * Could LMDB work with what the first pages of a file say?
 *
 * Returns false when their numbers make no sense.
 */
bool crm_pages_are_plausible(int fd);

/*
 * Is the head that LMDB goes by not the newest one?  Commits write them in
 * turn, so the other one is of the commit before; if it is not, one of the two
 * is damaged, and where that was the newest one, its changes are not seen.
 *
 * Others may write meanwhile.  Returns false when they do not let us look, and
 * where both say what they could: a head as it was before is not found so.
 * Cost: a read of each, twice
 */
bool crm_pages_miss_a_head(int fd);

#endif
