/* How the log stands in the store: values taken apart and put together. */
#include "store/change_impl.h"

/* Read pieces of a value one behind the other; sticks at the first fault. */
struct piece {
	struct crm_view v;
	bool bad;
};

static struct crm_view
take_bytes(struct piece *p, size_t n)
{
	struct crm_view out = crm_view(p->v.p, n);

	if (p->bad || n > p->v.n) {
		p->bad = true;
		return CRM_VNULL;
	}
	p->v = crm_view_skip(p->v, n);
	return out;
}

static uint64_t
take_varint(struct piece *p)
{
	uint64_t u = 0;
	size_t n = p->bad ? 0 : crm_varint_get(p->v.p, p->v.n, &u);

	if (n == 0)
		p->bad = true;
	else
		p->v = crm_view_skip(p->v, n);
	return n > 0 ? u : 0;
}

static struct crm_view
take_text(struct piece *p)
{
	return take_bytes(p, take_varint(p));
}

/* A range of ids with its count. */
static size_t
range_size(struct crm_view v)
{
	uint64_t count;
	size_t n = v.n > 8 ? crm_varint_get(v.p + 8, v.n - 8, &count) : 0;

	return n > 0 ? 8 + n : 0;
}

const struct crm_err *
crm_change_open(
    struct crm_view key, struct crm_view value, struct crm_change *out)
{
	const struct crm_err *err;
	struct piece p = { CRM_VNULL, false };
	struct crm_view fixed, ranges;
	size_t i, n;

	err =
	    crm_head_open(CRM_TABLE_CHANGE, key, value, CRM_CHANGE_FORM, &p.v);
	if (err != NULL)
		return err;
	out->number = crm_be64_get(key.p);
	fixed = take_bytes(&p, 11);
	if (!p.bad) {
		out->state = (enum crm_change_state)fixed.p[0];
		out->clock_us = (int64_t)crm_le64_get(fixed.p + 1);
		out->replica = crm_le16_get(fixed.p + 9);
	}
	out->origin = take_varint(&p);
	out->seq = take_varint(&p);
	out->prior = take_varint(&p);
	out->undoes = take_varint(&p);
	out->user = take_text(&p);
	out->program = take_text(&p);
	out->arguments = take_text(&p);
	out->message = take_text(&p);
	out->nranges = take_varint(&p);
	ranges = p.v;
	for (i = 0; !p.bad && i < out->nranges; i++) {
		n = range_size(p.v);
		if (n == 0)
			p.bad = true;
		else
			(void)take_bytes(&p, n);
	}
	out->ranges = crm_view(ranges.p, ranges.n - p.v.n);
	out->touched = take_varint(&p);
	fixed = take_bytes(&p, 2 * CRM_HASH_BYTES);
	if (p.bad || p.v.n > 0)
		return crm_err(CRM_E_DATA,
		    "the store is damaged: change set %llu cannot be read",
		    (unsigned long long)out->number);
	memcpy(out->before, fixed.p, CRM_HASH_BYTES);
	memcpy(out->hash, fixed.p + CRM_HASH_BYTES, CRM_HASH_BYTES);
	return NULL;
}

bool
crm_change_range(
    const struct crm_change *c, size_t *at, struct crm_id_range *out)
{
	struct crm_view v = crm_view_skip(c->ranges, *at);
	size_t n = range_size(v);

	if (n == 0)
		return false;
	out->first = crm_le64_get(v.p);
	(void)crm_varint_get(v.p + 8, v.n - 8, &out->count);
	*at += n;
	return true;
}

static void
add_varint(struct crm_buf *b, uint64_t v)
{
	char p[CRM_VARINT_MAX];

	crm_buf_add(b, p, crm_varint_put(p, v));
}

static void
add_text(struct crm_buf *b, struct crm_view v)
{
	add_varint(b, v.n);
	crm_buf_addv(b, v);
}

void
crm_change_add_range(struct crm_buf *b, const struct crm_id_range *r)
{
	char p[8];

	crm_le64(p, r->first);
	crm_buf_add(b, p, 8);
	add_varint(b, r->count);
}

void
crm_change_encode(struct crm_buf *b, const struct crm_change *c)
{
	char p[11], key[8];

	crm_buf_add(b, "\0\0\0\0\0\0\0", CRM_HEAD);
	p[0] = (char)c->state;
	crm_le64(p + 1, (uint64_t)c->clock_us);
	crm_le16(p + 9, c->replica);
	crm_buf_add(b, p, 11);
	add_varint(b, c->origin);
	add_varint(b, c->seq);
	add_varint(b, c->prior);
	add_varint(b, c->undoes);
	add_text(b, c->user);
	add_text(b, c->program);
	add_text(b, c->arguments);
	add_text(b, c->message);
	add_varint(b, c->nranges);
	crm_buf_addv(b, c->ranges);
	add_varint(b, c->touched);
	crm_buf_add(b, c->before, CRM_HASH_BYTES);
	crm_buf_add(b, c->hash, CRM_HASH_BYTES);
	if (b->over)
		return;
	crm_be64(key, c->number);
	crm_head_seal(b, crm_view(key, 8), CRM_CHANGE_FORM, 0);
}

struct crm_view
crm_change_said(struct crm_view value)
{
	return crm_view(
	    value.p + CRM_HEAD + 1, value.n - CRM_HEAD - 1 - CRM_HASH_BYTES);
}

const struct crm_err *
crm_changed_open(
    struct crm_view key, struct crm_view value, struct crm_changed *out)
{
	const struct crm_err *err;
	struct piece p = { CRM_VNULL, false };
	struct crm_view v;

	if (key.n != 16)
		return crm_err(
		    CRM_E_DATA, "the store is damaged: a key of the log");
	err = crm_head_open(
	    CRM_TABLE_CHANGED, key, value, CRM_CHANGED_FORM, &p.v);
	if (err != NULL)
		return err;
	out->number = crm_be64_get(key.p);
	out->id = crm_be64_get(key.p + 8);
	v = take_bytes(&p, 1);
	out->flags = v.n > 0 ? (uint8_t)v.p[0] : 0;
	out->previous = take_varint(&p);
	out->salt = (const uint8_t *)take_bytes(&p, CRM_SALT_BYTES).p;
	out->digest = (const uint8_t *)take_bytes(&p, CRM_HASH_BYTES).p;
	out->nfields = take_varint(&p);
	out->fields = p.v;
	if (p.bad)
		return crm_err(
		    CRM_E_DATA, "the store is damaged: an entry of the log");
	return NULL;
}

bool
crm_changed_field(const struct crm_changed *c, size_t *at, uint16_t *num,
    struct crm_view *old, struct crm_view *new)
{
	struct piece p = { crm_view_skip(c->fields, *at), false };
	struct crm_view v;

	if (p.v.n == 0)
		return false;
	v = take_bytes(&p, 2);
	*old = take_text(&p);
	*new = take_text(&p);
	if (p.bad)
		return false;
	*num = crm_le16_get(v.p);
	*at = c->fields.n - p.v.n;
	return true;
}

void
crm_changed_add_field(
    struct crm_buf *b, uint16_t num, struct crm_view old, struct crm_view new)
{
	char p[2];

	crm_le16(p, num);
	crm_buf_add(b, p, 2);
	add_text(b, old);
	add_text(b, new);
}

void
crm_changed_add_digested(struct crm_buf *b, const struct crm_changed *c)
{
	crm_buf_addc(b, (char)c->flags);
	add_varint(b, c->nfields);
	crm_buf_addv(b, c->fields);
}

void
crm_changed_encode(struct crm_buf *b, const struct crm_changed *c)
{
	char key[16];

	crm_buf_add(b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_addc(b, (char)c->flags);
	add_varint(b, c->previous);
	crm_buf_add(b, c->salt, CRM_SALT_BYTES);
	crm_buf_add(b, c->digest, CRM_HASH_BYTES);
	add_varint(b, c->nfields);
	crm_buf_addv(b, c->fields);
	if (b->over)
		return;
	crm_be64(key, c->number);
	crm_be64(key + 8, c->id);
	crm_head_seal(b, crm_view(key, 16), CRM_CHANGED_FORM, 0);
}

void
crm_digests_encode(
    struct crm_buf *b, uint64_t number, uint32_t chunk, struct crm_view body)
{
	char key[12];

	crm_buf_add(b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_addv(b, body);
	if (b->over)
		return;
	crm_be64(key, number);
	crm_be32(key + 8, chunk);
	crm_head_seal(b, crm_view(key, 12), CRM_DIGESTS_FORM, 0);
}
