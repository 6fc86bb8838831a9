/* Encoding blocks: entries that wait, made into the bytes of one. */
#include "store/block_impl.h"

/* Encode the group of postings that p begins with; returns how many it has. */
static size_t
encode_group(const struct crm_form *f, struct crm_view prefix,
    const char *bytes, const struct crm_pending *p, size_t n,
    struct crm_buf *out)
{
	struct crm_view name = crm_view(bytes + p->a, p->a_n);
	uint64_t last = crm_block_kind(f, prefix, name);
	size_t i, group = 1;
	char *at, *from;

	while (group < n && p[group].a == p->a && p[group].a_n == p->a_n)
		group++;
	at = from = crm_buf_room(out,
	    2 * CRM_VARINT_MAX + name.n + group * (CRM_VARINT_MAX + f->value));
	if (at == NULL)
		return group;
	at += crm_varint_put(at, name.n);
	memcpy(at, name.p, name.n);
	at += name.n;
	at += crm_varint_put(at, group);
	for (i = 0; i < group; i++) {
		at += crm_varint_put(at, p[i].id - last);
		last = p[i].id;
		if (f->value == 1)
			*at = bytes[p[i].value];
		else if (f->value > 1)
			memcpy(at, bytes + p[i].value, f->value);
		at += f->value;
	}
	crm_buf_used(out, (size_t)(at - from));
	return group;
}

static void
encode_heap(uint64_t base, const char *bytes, const struct crm_pending *p,
    size_t n, struct crm_buf *out)
{
	size_t i, ends = n > 1 ? 2 * n : 0;
	char tmp[CRM_VARINT_MAX];

	if (crm_buf_room(out, ends) == NULL)
		return;
	crm_buf_used(out, ends);
	for (i = 0; i < n; i++) {
		crm_buf_add(out, tmp, crm_varint_put(tmp, p[i].id - base));
		crm_buf_add(out, bytes + p[i].value, p[i].value_n);
		if (n > 1)
			crm_le16(out->p + CRM_HEAD + 2 * i,
			    (uint16_t)(out->n - CRM_HEAD - ends));
	}
}

void
crm_block_encode(const struct crm_form *f, struct crm_view key,
    const char *bytes, const struct crm_pending *p, size_t n,
    struct crm_buf *out)
{
	struct crm_view prefix = crm_view(key.p, f->prefix);
	size_t i;

	crm_buf_reset(out);
	crm_buf_add(out, "\0\0\0\0\0\0\0", CRM_HEAD);
	switch (f->layout) {
	case CRM_HEAP:
		encode_heap(crm_block_base(f, key), bytes, p, n, out);
		break;
	case CRM_FIXED:
		for (i = 0; i < n; i++) {
			crm_buf_add(out, bytes + p[i].a, p[i].a_n);
			crm_buf_add(out, bytes + p[i].value, p[i].value_n);
		}
		break;
	case CRM_POSTING:
		for (i = 0; i < n;)
			i += encode_group(f, prefix, bytes, p + i, n - i, out);
		break;
	}
	if (!out->over)
		crm_head_seal(out, key, (uint8_t)f->layout, (uint16_t)n);
}
