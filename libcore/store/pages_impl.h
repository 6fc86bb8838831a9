/*
 * pages_impl - what the parts of pages share.
 */
#ifndef CRM_PAGES_IMPL_H
#define CRM_PAGES_IMPL_H

#include "store/pages.h"

#define CRM_PAGE_HEADS 2    /* head pages */
#define CRM_PAGE_MAX 65536u /* bytes of a page */
#define CRM_PAGE_TABLE 48   /* bytes that say where a table is */

/*
 * A page: number u64, pad u16, flags u16, lower u16, upper u16; then offsets
 * of its nodes u16 each, up to lower; nodes from upper to its end.  The first
 * of several overflow pages has their number u32 in the place of lower.
 */
enum {
	PG_AT_FLAGS = 10,
	PG_AT_LOWER = 12,
	PG_AT_UPPER = 14,
	PG_PAGE_HEAD = 16,
	/* flags */
	PG_BRANCH = 1,
	PG_LEAF = 2,
	PG_OVERFLOW = 4
};

/*
 * A node: in a leaf, size of data u32, flags u16; in a branch, number of a
 * page in these 6 bytes; size of key u16; key, data.  It takes an even number
 * of bytes.
 */
enum {
	PG_AT_NODE_FLAGS = 4,
	PG_AT_KEY_SIZE = 6,
	PG_NODE_HEAD = 8,
	/* flags: data is the number of an overflow page; it is a table */
	PG_BIG = 1,
	PG_TABLE = 2
};

/*
 * A table: pad u32, flags u16, depth u16, then u64 each: branch, leaf and
 * overflow pages, entries, root.
 */
enum {
	PG_AT_TABLE_FLAGS = 4,
	PG_AT_DEPTH = 6,
	PG_AT_BRANCHES = 8,
	PG_AT_LEAVES = 16,
	PG_AT_OVERFLOWS = 24,
	PG_AT_ENTRIES = 32,
	PG_AT_ROOT = 40
};
#define PG_NO_PAGE UINT64_MAX
#define PG_INTEGER_KEYS 8 /* flag of the table of free pages */

#define PG_DEPTH_MAX 32

struct crm_page_head {
	uint32_t page_bytes;
	uint64_t last, commit;
	char free[CRM_PAGE_TABLE], main[CRM_PAGE_TABLE];
};

/* Read both head pages; false when they are not as we know them. */
bool crm_pages_heads(int fd, struct crm_page_head out[CRM_PAGE_HEADS]);

/* Read one of them, at a byte of the file. */
bool crm_pages_head(int fd, uint64_t at, struct crm_page_head *out);

struct crm_page_node {
	const char *p;
	uint16_t flags; /* of a leaf */
	struct crm_view key;
	struct crm_view data; /* of a leaf */
	size_t bytes;
};

/* The node at a byte of a leaf (or branch); false when it does not lie in the
 * page. */
bool crm_page_node_at(const char *page, size_t page_bytes, size_t at, bool leaf,
    struct crm_page_node *out);

/* The i-th node of a page; false as above. */
bool crm_page_node(
    const char *page, size_t page_bytes, size_t i, struct crm_page_node *out);

/* How many nodes a leaf or branch has; 0: it is none, or damaged. */
size_t crm_page_nodes(const char *page, size_t page_bytes);

/* The page that a node of a branch leads to. */
uint64_t crm_page_child(const char *node);

struct crm_pages;

/* Read n pages by themselves; false when that cannot be done. */
bool crm_pages_read(
    const struct crm_pages *, uint64_t number, size_t n, char *out);

/*
 * A page that was read by itself and stays as long as the snapshot.
 *
 * add     read it if it is not there
 *
 * Returns NULL when there is none: too many are there, or as above.
 */
const char *crm_pages_kept(struct crm_pages *, uint64_t number, bool add);

#endif
