/* Nodes of LMDB's pages. */
#include "base/mem.h"
#include "store/pages_impl.h"

static size_t
even(size_t n)
{
	return n + (n & 1);
}

bool
crm_page_node_at(const char *page, size_t room, size_t at, bool leaf,
    struct crm_page_node *out)
{
	size_t key, data = 0;

	if (at + PG_NODE_HEAD > room)
		return false;
	out->p = page + at;
	key = crm_le16_get(out->p + PG_AT_KEY_SIZE);
	out->flags = leaf ? crm_le16_get(out->p + PG_AT_NODE_FLAGS) : 0;
	if (out->flags == PG_BIG)
		data = sizeof(uint64_t);
	else if (leaf)
		data = crm_le32_get(out->p);
	if (out->flags != 0 && out->flags != PG_BIG && out->flags != PG_TABLE)
		return false;
	if (key > room || data > room || at + PG_NODE_HEAD + key + data > room)
		return false;
	out->key = crm_view(out->p + PG_NODE_HEAD, key);
	out->data = crm_view(out->p + PG_NODE_HEAD + key, data);
	out->bytes = even(PG_NODE_HEAD + key + data);
	return true;
}

bool
crm_page_node(
    const char *page, size_t room, size_t i, struct crm_page_node *out)
{
	size_t at = crm_le16_get(page + PG_PAGE_HEAD + 2 * i);

	return at >= crm_le16_get(page + PG_AT_UPPER) &&
	    crm_page_node_at(page, room, at,
		crm_le16_get(page + PG_AT_FLAGS) == PG_LEAF, out);
}

/*
 * The nodes of a page lie one behind the other, in whatever order, from upper
 * to the end: as many bytes as that, none in two of them.
 */
static bool
is_tiled(const char *page, size_t room, size_t n)
{
	static char taken[CRM_PAGE_MAX / 2];
	struct crm_page_node node;
	size_t sum = 0, at, i;

	memset(taken, 0, room / 2);
	for (i = 0; i < n; i++) {
		if (!crm_page_node(page, room, i, &node))
			return false;
		at = (size_t)(node.p - page);
		if (at % 2 != 0 || at + node.bytes > room ||
		    memchr(taken + at / 2, 1, node.bytes / 2) != NULL)
			return false;
		memset(taken + at / 2, 1, node.bytes / 2);
		sum += node.bytes;
	}
	return sum == room - crm_le16_get(page + PG_AT_UPPER);
}

size_t
crm_page_nodes(const char *page, size_t room)
{
	unsigned int flags = crm_le16_get(page + PG_AT_FLAGS);
	size_t lower = crm_le16_get(page + PG_AT_LOWER), n;
	size_t upper = crm_le16_get(page + PG_AT_UPPER);

	n = lower > PG_PAGE_HEAD ? (lower - PG_PAGE_HEAD) / 2 : 0;
	return (flags == PG_LEAF || flags == PG_BRANCH) && n > 0 &&
		lower % 2 == 0 && lower <= upper && upper <= room &&
		is_tiled(page, room, n)
	    ? n
	    : 0;
}

uint64_t
crm_page_child(const char *node)
{
	return crm_le32_get(node) |
	    (uint64_t)crm_le16_get(node + PG_AT_NODE_FLAGS) << 32;
}
