/* One page of LMDB's, as a reader meets it in memory. */
#include "store/pages_impl.h"

/* A page: number u64, padding u16, flags u16, lower u16, upper u16, then where
 * its nodes are, u16 each.  A node: bytes of data u32, flags u16, bytes of key
 * u16, key, data. */
enum {
	AT_LOWER = 12,
	AT_UPPER = 14,
	PAGE_HEAD = 16,
	AT_NODE_FLAGS = 4,
	AT_KEY_BYTES = 6,
	NODE_HEAD = 8,
	NODE_IS_BIG = 1 /* data is the number of the page that has it */
};

size_t
crm_page_leaf_count(const char *page)
{
	size_t lower = crm_le16_get(page + AT_LOWER);

	return lower > PAGE_HEAD ? (lower - PAGE_HEAD) / 2 : 0;
}

struct crm_view
crm_page_leaf_key(const char *page, size_t i)
{
	const char *node = page + crm_le16_get(page + PAGE_HEAD + 2 * i);

	return crm_view(node + NODE_HEAD, crm_le16_get(node + AT_KEY_BYTES));
}

/* Bytes of the node at an offset; 0: it does not lie in the page. */
static size_t
node_bytes(const char *page, size_t room, size_t at)
{
	size_t n, data;

	if (at < PAGE_HEAD || at + NODE_HEAD > room)
		return 0;
	data = crm_le16_get(page + at + AT_NODE_FLAGS) == NODE_IS_BIG
	    ? sizeof(uint64_t)
	    : crm_le32_get(page + at);
	if (data > room)
		return 0;
	n = NODE_HEAD + crm_le16_get(page + at + AT_KEY_BYTES) + data;
	n += n & 1;
	return n <= room - at ? n : 0;
}

bool
crm_page_leaf_is_whole(const char *page, size_t room)
{
	size_t lower = crm_le16_get(page + AT_LOWER), at, i, n, sum = 0;
	size_t upper = crm_le16_get(page + AT_UPPER);

	if (sizeof(size_t) != 8)
		return true;
	if (lower % 2 != 0 || lower <= PAGE_HEAD || lower > upper ||
	    upper > room)
		return false;
	for (i = 0; i < (lower - PAGE_HEAD) / 2; i++) {
		at = crm_le16_get(page + PAGE_HEAD + 2 * i);
		n = node_bytes(page, room, at);
		if (at < upper || n == 0)
			return false;
		sum += n;
		if (i > 0 &&
		    crm_view_cmp(crm_page_leaf_key(page, i - 1),
			crm_page_leaf_key(page, i)) >= 0)
			return false;
	}
	return sum == room - upper;
}
