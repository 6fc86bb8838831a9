/*
 * Packing blocks.  A packed one holds behind its head how long its entries are,
 * varint, and these by LZ4 (lz4_Block_format.md of its source).
 */
#include <lz4.h>

#include "record/code.h"
#include "store/block_impl.h"

/* What a byte of that format stands for at the most. */
#define LONGEST 255

bool
crm_block_pack(
    struct crm_view key, const struct crm_buf *block, struct crm_buf *out)
{
	struct crm_view body = crm_view_skip(crm_buf_view(block), CRM_HEAD);
	char *p;
	int n = 0;

	crm_buf_reset(out);
	crm_buf_add(out, block->p, CRM_HEAD);
	p = crm_buf_room(out, CRM_VARINT_MAX + body.n);
	if (p == NULL || body.n > LZ4_MAX_INPUT_SIZE)
		return false;
	crm_buf_used(out, crm_varint_put(p, body.n));
	if (out->n < block->n)
		n = LZ4_compress_default(body.p, out->p + out->n, (int)body.n,
		    (int)(block->n - out->n) - 1);
	if (n <= 0)
		return false;
	crm_buf_used(out, (size_t)n);
	crm_head_seal(out, key, (uint8_t)out->p[1] | CRM_PACKED,
	    crm_le16_get(out->p + 2));
	return true;
}

const struct crm_err *
crm_block_unpack(
    struct crm_view key, struct crm_view packed, struct crm_buf *out)
{
	uint64_t n;
	size_t at;
	char *p;

#ifdef __SANITIZE_ADDRESS__
	crm_buf_release(out); /* finds out who still has views of it */
#endif
	crm_buf_reset(out);
	at = crm_varint_get(packed.p, packed.n, &n);
	packed = crm_view_skip(packed, at);
	if (at == 0 || packed.n > INT32_MAX || n > LZ4_MAX_INPUT_SIZE ||
	    n / LONGEST > packed.n)
		return crm_block_damaged(key, "a packed block of wrong length");
	p = crm_buf_room(out, n);
	if (p == NULL)
		return crm_buf_end(out);
	if (LZ4_decompress_safe(packed.p, p, (int)packed.n, (int)n) != (int)n)
		return crm_block_damaged(
		    key, "a block that cannot be unpacked");
	crm_buf_used(out, n);
	return NULL;
}
