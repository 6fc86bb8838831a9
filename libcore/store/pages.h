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

/*
 * Is a leaf in memory whole: its nodes fill it from upper to the end, and keys
 * are in order?  LMDB looks at neither, and does not find what a leaf lost.
 *
 * room    bytes of a page
 *
 * True on machines whose layout is another.  Cost: two loads and a comparison
 * for each entry.
 */
bool crm_page_leaf_is_whole(const char *page, size_t room);

/* Of a whole leaf: how many keys, and the i-th. */
size_t crm_page_leaf_count(const char *page);
struct crm_view crm_page_leaf_key(const char *page, size_t i);

/*
 * Could LMDB work with what the first pages of a file say?
 *
 * Returns false when their numbers make no sense.
 */
bool crm_pages_are_plausible(int fd);

#endif
