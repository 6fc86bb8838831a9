/* One page of LMDB's, as a reader meets it in memory. */
#include "store/pages_impl.h"

size_t
crm_page_count(const char *page)
{
	size_t lower = crm_le16_get(page + PG_AT_LOWER);

	return lower > PG_PAGE_HEAD ? (lower - PG_PAGE_HEAD) / 2 : 0;
}

struct crm_view
crm_page_key(const char *page, size_t i)
{
	const char *node = page + crm_le16_get(page + PG_PAGE_HEAD + 2 * i);

	return crm_view(
	    node + PG_NODE_HEAD, crm_le16_get(node + PG_AT_KEY_SIZE));
}

/* Bytes of the data of a leaf's node; more than a page: it cannot be there. */
static size_t
data_bytes(const char *node, enum crm_page_sort sort)
{
	unsigned int flags = crm_le16_get(node + PG_AT_NODE_FLAGS);

	if (sort == CRM_PAGE_OF_TABLES)
		return flags == PG_TABLE ? crm_le32_get(node) : SIZE_MAX;
	if (flags == PG_BIG)
		return sizeof(uint64_t);
	return flags == 0 ? crm_le32_get(node) : SIZE_MAX;
}

/* Bytes of the node at an offset of a leaf; 0: it does not lie in the page. */
static size_t
node_bytes(const char *page, size_t room, size_t at, enum crm_page_sort sort)
{
	size_t n, data;

	if (at + PG_NODE_HEAD > room)
		return 0;
	data = data_bytes(page + at, sort);
	if (data > room)
		return 0;
	n = PG_NODE_HEAD + crm_le16_get(page + at + PG_AT_KEY_SIZE) + data;
	n += n & 1;
	return n <= room - at ? n : 0;
}

static bool
leaf_is_whole(const char *page, size_t room, enum crm_page_sort sort)
{
	size_t upper = crm_le16_get(page + PG_AT_UPPER), at, i, n, sum = 0;
	size_t count = crm_page_count(page);

	for (i = 0; i < count; i++) {
		at = crm_le16_get(page + PG_PAGE_HEAD + 2 * i);
		n = at < upper ? 0 : node_bytes(page, room, at, sort);
		if (n == 0)
			return false;
		sum += n;
		if (i > 0 &&
		    crm_view_cmp(
			crm_page_key(page, i - 1), crm_page_key(page, i)) >= 0)
			return false;
	}
	return sum == room - upper;
}

/* The same of a branch: a page has some hundred, and every program reads a
 * dozen branches. */
static bool
branch_is_whole(const char *page, size_t room)
{
	size_t upper = crm_le16_get(page + PG_AT_UPPER), at, i, n, sum = 0;
	size_t count = crm_page_count(page);

	for (i = 0; i < count; i++) {
		at = crm_le16_get(page + PG_PAGE_HEAD + 2 * i);
		if (at < upper || at > room - PG_NODE_HEAD)
			return false;
		n = crm_le16_get(page + at + PG_AT_KEY_SIZE) + PG_NODE_HEAD +
		    1u;
		n &= ~(size_t)1;
		if (n > room - at)
			return false;
		sum += n;
	}
	return sum == room - upper;
}

bool
crm_page_is_whole(const char *page, size_t room, enum crm_page_sort sort)
{
	size_t lower = crm_le16_get(page + PG_AT_LOWER);
	size_t upper = crm_le16_get(page + PG_AT_UPPER);
	unsigned int flags = crm_le16_get(page + PG_AT_FLAGS);

	if (!CRM_PAGES_BY_HAND)
		return true;
	if (lower % 2 != 0 || lower <= PG_PAGE_HEAD || lower > upper ||
	    upper > room)
		return false;
	return sort == CRM_PAGE_OF_PAGES
	    ? flags == PG_BRANCH && branch_is_whole(page, room)
	    : flags == PG_LEAF && leaf_is_whole(page, room, sort);
}
