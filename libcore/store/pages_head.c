/* The first pages of LMDB's file. */
#include <sys/stat.h>

#include "base/io.h"
#include "store/pages_impl.h"

/*
 * A head page, behind PAGE_HEAD: magic u32, version u32, address u64, size of
 * the map u64, the tables of free pages and of names, last page u64, commit
 * u64.  The pad of the first table is the size of pages.
 */
enum {
	AT_MAGIC = 16,
	AT_VERSION = 20,
	AT_FREE = 40,
	AT_MAIN = 88,
	AT_LAST = 136,
	AT_COMMIT = 144,
	HEAD_BYTES = 152
};
#define MAGIC 0xbeefc0deu
#define VERSION 1

#define PAGE_MIN 512u

bool
crm_pages_head(int fd, uint64_t at, struct crm_page_head *out)
{
	char p[HEAD_BYTES];

	memset(out, 0, sizeof(*out)); /* they are compared byte by byte */
	if (!crm_pread_all(fd, p, sizeof(p), (int64_t)at) ||
	    crm_le32_get(p + AT_MAGIC) != MAGIC ||
	    crm_le32_get(p + AT_VERSION) != VERSION)
		return false;
	memcpy(out->free, p + AT_FREE, CRM_PAGE_TABLE);
	memcpy(out->main, p + AT_MAIN, CRM_PAGE_TABLE);
	out->page_bytes = crm_le32_get(out->free);
	out->last = crm_le64_get(p + AT_LAST);
	out->commit = crm_le64_get(p + AT_COMMIT);
	return out->page_bytes >= PAGE_MIN && out->page_bytes <= CRM_PAGE_MAX &&
	    (out->page_bytes & (out->page_bytes - 1)) == 0;
}

bool
crm_pages_heads(int fd, struct crm_page_head out[CRM_PAGE_HEADS])
{
	return sizeof(size_t) == 8 && crm_pages_head(fd, 0, &out[0]) &&
	    crm_pages_head(fd, out[0].page_bytes, &out[1]) &&
	    out[0].page_bytes == out[1].page_bytes;
}

bool
crm_pages_are_plausible(int fd)
{
	struct crm_page_head head[CRM_PAGE_HEADS];
	struct stat st;
	int i;

	if (fstat(fd, &st) != 0 || !crm_pages_heads(fd, head))
		return false;
	/* pages at the end that were never written are not in the file, but
	 * they are not that many */
	for (i = 0; i < CRM_PAGE_HEADS; i++)
		if (head[i].last / 2 >
		    (uint64_t)st.st_size / head[i].page_bytes + CRM_PAGE_MAX)
			return false;
	return true;
}

/* How often heads are read that others change meanwhile. */
#define TRIES 5

bool
crm_pages_miss_a_head(int fd)
{
	struct crm_page_head h[CRM_PAGE_HEADS], again[CRM_PAGE_HEADS];
	int i, newest;

	for (i = 0; i < TRIES; i++) {
		if (!crm_pages_heads(fd, h) || !crm_pages_heads(fd, again))
			return false;
		/* then no two commits came while they were read */
		if (memcmp(h, again, sizeof(h)) == 0)
			break;
	}
	if (i == TRIES)
		return false;
	newest = h[1].commit > h[0].commit;
	return h[newest].commit > 1 &&
	    h[1 - newest].commit + 1 != h[newest].commit;
}
