#include "store/block.h"

#include <stdio.h>

#include "base/crc.h"
#include "base/mem.h"
#include "record/id.h"
#include "store/block_impl.h"

/* Two or four nodes of key and value to a page of 4,096 bytes, less LMDB's
 * page head (16) and node heads and pointers (8 + 2 each). */
#define TWO_A_PAGE 2030
#define FOUR_A_PAGE 1010

/* Smaller in tests, whose stores are small, too. */
#ifndef CRM_PACK_FROM
#define CRM_PACK_FROM TWO_A_PAGE
#endif

#define ID_BYTES 8
#define NUMBER_BYTES 5

static const struct crm_form forms[CRM_NTABLES] = {
	/* kind, replica | number */
	[CRM_TABLE_RECORD] = { CRM_HEAP, 3, 0, 0, false, TWO_A_PAGE, 0 },
	[CRM_TABLE_EVENT] = { CRM_HEAP, 3, 0, 0, false, TWO_A_PAGE,
	    CRM_PACK_FROM },
	/* who | at and what, currency and event | amount */
	[CRM_TABLE_STORY] = { CRM_FIXED, 8, 16, 8, false, FOUR_A_PAGE, 0 },
	/* kind, field | value, 0, id */
	[CRM_TABLE_INDEX] = { CRM_POSTING, 3, 0, 0, false, FOUR_A_PAGE, 0 },
	/* | token, 0, kind, 0, id | weight and length */
	[CRM_TABLE_TEXT] = { CRM_POSTING, 0, 0, 1, true, FOUR_A_PAGE, 0 },
	/* kind | rest of who, currency | sums */
	[CRM_TABLE_ROLLUP] = { CRM_FIXED, 1, 8, 48, false, TWO_A_PAGE, 0 },
};

const struct crm_form *
crm_form_of(enum crm_table t)
{
	return forms[t].layout != 0 ? &forms[t] : NULL;
}

const struct crm_err *
crm_block_damaged(struct crm_view key, const char *what)
{
	char hex[2 * 24 + 1];
	size_t i;

	for (i = 0; i < key.n && i < 24; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x",
		    (unsigned int)(unsigned char)key.p[i]);
	hex[2 * i] = '\0';
	return crm_err(CRM_E_DATA,
	    "the store is damaged: %s at key %s: see crm-store check", what,
	    hex);
}

static uint32_t
checksum(struct crm_view key, struct crm_view value)
{
	uint32_t crc = crm_crc32c(0, key.p, key.n);

	crc = crm_crc32c(crc, value.p, 4);
	return crm_crc32c(crc, value.p + CRM_HEAD, value.n - CRM_HEAD);
}

void
crm_head_seal(
    struct crm_buf *b, struct crm_view key, uint8_t form, uint16_t count)
{
	b->p[0] = CRM_BLOCK_VERSION;
	b->p[1] = (char)form;
	crm_le16(b->p + 2, count);
	crm_le32(b->p + 4, checksum(key, crm_buf_view(b)));
}

bool
crm_head_agrees(struct crm_view key, struct crm_view value)
{
	return value.n >= CRM_HEAD &&
	    crm_le32_get(value.p + 4) == checksum(key, value);
}

/* A head of a form, to which some bits may be added. */
static const struct crm_err *
check_head(
    struct crm_view key, struct crm_view value, uint8_t form, uint8_t may_have)
{
	if (value.n < CRM_HEAD)
		return crm_block_damaged(key, "a value cut short");
	if (crm_le32_get(value.p + 4) != checksum(key, value))
		return crm_block_damaged(key, "a wrong checksum");
	if (value.p[0] != CRM_BLOCK_VERSION ||
	    ((uint8_t)value.p[1] | may_have) != (form | may_have))
		return crm_block_damaged(key, "an unknown form");
	return NULL;
}

const struct crm_err *
crm_head_open(enum crm_table table, struct crm_view key, struct crm_view value,
    uint8_t form, struct crm_view *body)
{
	const struct crm_err *err = check_head(key, value, form, 0);

	if (err != NULL)
		return crm_err_wrap(err, "%s", crm_table_name(table));
	*body = crm_view_skip(value, CRM_HEAD);
	return NULL;
}

/* Bytes of a key behind the prefix that are no part of a HEAP or FIXED key. */
static bool
key_fits(const struct crm_form *f, struct crm_view key)
{
	switch (f->layout) {
	case CRM_HEAP:
		return key.n == (size_t)f->prefix + NUMBER_BYTES;
	case CRM_FIXED:
		return key.n == (size_t)f->prefix + f->key;
	case CRM_POSTING:
		break;
	}
	return key.n > f->prefix && key.n <= CRM_KEY_MAX;
}

const struct crm_err *
crm_block_open(const struct crm_form *f, struct crm_view key,
    struct crm_view value, struct crm_buf *room, struct crm_block *out)
{
	const struct crm_err *err;
	struct crm_view body;

	if (!key_fits(f, key))
		return crm_block_damaged(key, "a key of wrong length");
	err = check_head(
	    key, value, (uint8_t)f->layout, f->pack > 0 ? CRM_PACKED : 0);
	if (err != NULL)
		return err;
	body = crm_view_skip(value, CRM_HEAD);
	if (((uint8_t)value.p[1] & CRM_PACKED) != 0) {
		err = crm_block_unpack(key, body, room);
		body = crm_buf_view(room);
	}
	if (err != NULL)
		return err;
	out->form = f;
	out->key = key;
	out->count = crm_le16_get(value.p + 2);
	out->body = (const uint8_t *)body.p;
	out->n = body.n;
	out->base = f->layout == CRM_HEAP ? crm_block_base(f, key) : 0;
	if (out->count == 0 ||
	    (f->layout == CRM_FIXED &&
		out->n != (size_t)out->count * (f->key + f->value)) ||
	    (f->layout == CRM_HEAP && out->count > 1 &&
		out->n < 2 * (size_t)out->count))
		return crm_block_damaged(key, "a wrong count");
	return NULL;
}

static uint64_t
number_get(const char *p)
{
	return (uint64_t)(unsigned char)p[0] << 32 | crm_be32_get(p + 1);
}

uint64_t
crm_block_base(const struct crm_form *f, struct crm_view key)
{
	if (key.n < (size_t)f->prefix + NUMBER_BYTES)
		return 0;
	return number_get(key.p + f->prefix);
}

uint64_t
crm_block_kind(
    const struct crm_form *f, struct crm_view prefix, struct crm_view group)
{
	char kind = 0;

	if (!f->kind_last)
		kind = prefix.n > 0 ? prefix.p[0] : 0;
	else if (group.n > 0)
		kind = group.p[group.n - 1];
	return (uint64_t)(unsigned char)kind << 56;
}

/* The HEAP entry in bytes from..to of the body. */
static bool
heap_entry(
    const struct crm_block *b, size_t from, size_t to, struct crm_ent *out)
{
	uint64_t delta;
	size_t n;

	if (from > to || to > b->n)
		return false;
	n = crm_varint_get(b->body + from, to - from, &delta);
	if (n == 0 || delta > CRM_ID_NUMBER_MAX)
		return false;
	out->a = CRM_VNULL;
	out->id = b->base + delta;
	out->value = crm_view(b->body + from + n, to - from - n);
	return out->id <= CRM_ID_NUMBER_MAX;
}

bool
crm_block_at(const struct crm_block *b, uint32_t i, struct crm_ent *out)
{
	const struct crm_form *f = b->form;
	const char *p;
	size_t from, to;

	if (f->layout == CRM_FIXED) {
		p = (const char *)b->body + (size_t)i * (f->key + f->value);
		out->a = crm_view(p, f->key);
		out->id = 0;
		out->value = crm_view(p + f->key, f->value);
		return true;
	}
	if (b->count == 1)
		return heap_entry(b, 0, b->n, out);
	from = i > 0 ? crm_le16_get(b->body + 2 * (size_t)(i - 1)) : 0;
	to = crm_le16_get(b->body + 2 * (size_t)i);
	return heap_entry(
	    b, from + 2 * (size_t)b->count, to + 2 * (size_t)b->count, out);
}

bool
crm_block_group(const struct crm_block *b, struct crm_block_pos *pos)
{
	uint64_t len;
	size_t n;

	n = crm_varint_get(b->body + pos->at, b->n - pos->at, &len);
	if (n == 0 || len > CRM_GROUP_MAX || len > b->n - pos->at - n)
		return false;
	pos->group = crm_view(b->body + pos->at + n, len);
	pos->at += n + len;
	n = crm_varint_get(b->body + pos->at, b->n - pos->at, &pos->left);
	if (n == 0 || pos->left == 0)
		return false;
	pos->at += n;
	pos->id = crm_block_kind(
	    b->form, crm_view(b->key.p, b->form->prefix), pos->group);
	return true;
}

static int
posting_step(
    const struct crm_block *b, struct crm_block_pos *pos, struct crm_ent *out)
{
	uint64_t delta;
	size_t n;

	if (pos->left == 0 && !crm_block_group(b, pos))
		return -1;
	n = crm_varint_get(b->body + pos->at, b->n - pos->at, &delta);
	/* an id of another kind is none: the kind is the top byte */
	if (n == 0 || b->form->value > b->n - pos->at - n ||
	    delta > (~pos->id & (UINT64_MAX >> 8)))
		return -1;
	pos->id += delta;
	out->a = pos->group;
	out->id = pos->id;
	out->value = crm_view(b->body + pos->at + n, b->form->value);
	pos->at += n + b->form->value;
	pos->left--;
	return 1;
}

bool
crm_block_ids(const struct crm_block *b, struct crm_block_pos *pos,
    uint64_t *id, uint8_t *byte)
{
	const uint8_t *p = b->body + pos->at, *end = b->body + b->n;
	const uint64_t kind = pos->id & ~(UINT64_MAX >> 8);
	const size_t value = b->form->value;
	uint64_t delta, last = pos->id, i;
	size_t n;

	for (i = 0; i < pos->left; i++) {
		if ((size_t)(end - p) < 1 + value)
			return false;
		if (*p < 0x80) /* most are near the one before */
			delta = *p++;
		else {
			n = crm_varint_get(p, (size_t)(end - p), &delta);
			if (n == 0 || value > (size_t)(end - p) - n ||
			    delta > (~last & (UINT64_MAX >> 8)))
				return false;
			p += n;
		}
		last += delta;
		id[i] = last;
		if (value > 0)
			byte[i] = *p;
		p += value;
	}
	/* small steps alone, too, may lead to another kind */
	if ((last & ~(UINT64_MAX >> 8)) != kind)
		return false;
	pos->at = (size_t)(p - b->body);
	pos->i += (uint32_t)pos->left;
	pos->left = 0;
	pos->id = last;
	return true;
}

/* One number on from the last one, of any length. */
static inline bool
slow_number(const uint8_t **p, const uint8_t *end, uint64_t *last)
{
	const uint8_t *d = *p;
	uint64_t delta;
	size_t n;

	/* as the first one of a group is */
	if (end - d >= 3 && d[0] >= 0x80 && d[1] >= 0x80 && d[2] < 0x80) {
		*last += (d[0] & 0x7fu) | (d[1] & 0x7fu) << 7 |
		    (unsigned int)d[2] << 14;
		*p += 3;
		return true;
	}
	n = crm_varint_get(d, (size_t)(end - d), &delta);
	*p += n;
	*last += delta;
	return n > 0 && delta <= UINT32_MAX;
}

bool
crm_block_numbers(const struct crm_block *b, struct crm_block_pos *pos,
    int64_t base, int32_t *number)
{
	const uint8_t *p = b->body + pos->at, *end = b->body + b->n;
	uint64_t last = 0, i = 0, w, two, few, k;

	while (i < pos->left) {
		w = UINT64_MAX;
		few = pos->left - i < 4 ? pos->left - i : 4;
		if (end - p >= 8)
			w = crm_le64_get((const char *)p);
		/* Of one byte or of two, whichever: a branch would be guessed
		 * wrong as often as not. */
		for (k = 0; k < few && (w & 0x8080) != 0x8080; k++) {
			two = w >> 7 & 1;
			last += (w & 0x7f) | (w >> 1 & 0x3f80 & -two);
			number[i++] = (int32_t)((int64_t)last - base);
			p += 1 + two;
			w >>= 8 + 8 * two;
		}
		if (k == 0) {
			if (!slow_number(&p, end, &last))
				return false;
			number[i++] = (int32_t)((int64_t)last - base);
		}
	}
	/* They rise: the first is above INT32_MIN if the last is. */
	if ((int64_t)last - base > INT32_MAX || base > INT32_MAX)
		return false;
	pos->at = (size_t)(p - b->body);
	pos->i += (uint32_t)pos->left;
	pos->left = 0;
	pos->id += last;
	return true;
}

int
crm_block_step(
    const struct crm_block *b, struct crm_block_pos *pos, struct crm_ent *out)
{
	int rc;

	if (pos->i == b->count)
		return 0;
	if (b->form->layout == CRM_POSTING)
		rc = posting_step(b, pos, out);
	else
		rc = crm_block_at(b, pos->i, out) ? 1 : -1;
	pos->i++;
	return rc;
}

int
crm_ent_cmp(const struct crm_ent *x, const struct crm_ent *y)
{
	int c = crm_view_cmp(x->a, y->a);

	if (c != 0)
		return c;
	return x->id < y->id ? -1 : x->id > y->id;
}

bool
crm_ent_parse(
    const struct crm_form *f, struct crm_view key, struct crm_ent *out)
{
	size_t p = f->prefix;

	out->value = CRM_VNULL;
	out->id = 0;
	out->a = CRM_VNULL;
	switch (f->layout) {
	case CRM_HEAP:
		if (key.n != p + NUMBER_BYTES)
			return false;
		out->id = number_get(key.p + p);
		return true;
	case CRM_FIXED:
		out->a = crm_view_skip(key, p);
		return key.n == p + f->key;
	case CRM_POSTING:
		break;
	}
	if (key.n < p + 1 + ID_BYTES ||
	    key.n > p + 1 + ID_BYTES + CRM_GROUP_MAX ||
	    key.p[key.n - ID_BYTES - 1] != '\0')
		return false;
	out->a = crm_view(key.p + p, key.n - p - 1 - ID_BYTES);
	out->id = crm_be64_get(key.p + key.n - ID_BYTES);
	return out->id >> 56 ==
	    crm_block_kind(f, crm_view(key.p, p), out->a) >> 56;
}

size_t
crm_ent_key(const struct crm_form *f, struct crm_view prefix,
    const struct crm_ent *e, char out[CRM_KEY_MAX])
{
	size_t n = prefix.n;

	if (n > 0)
		memcpy(out, prefix.p, n);
	if (f->layout == CRM_HEAP) {
		out[n] = (char)(e->id >> 32);
		crm_be32(out + n + 1, (uint32_t)e->id);
		return n + NUMBER_BYTES;
	}
	if (e->a.n > 0)
		memcpy(out + n, e->a.p, e->a.n);
	n += e->a.n;
	if (f->layout == CRM_FIXED)
		return n;
	out[n] = '\0';
	crm_be64(out + n + 1, e->id);
	return n + 1 + ID_BYTES;
}

size_t
crm_block_first_key(
    const struct crm_form *f, struct crm_view prefix, char out[CRM_KEY_MAX])
{
	size_t n = f->layout == CRM_HEAP ? NUMBER_BYTES
	    : f->layout == CRM_FIXED     ? f->key
					 : 1;

	if (prefix.n > 0)
		memcpy(out, prefix.p, prefix.n);
	memset(out + prefix.n, 0, n);
	return prefix.n + n;
}

/* Does the last entry of a HEAP block end where the block does? */
static bool
ends_well(const struct crm_block *b)
{
	size_t dir = 2 * (size_t)b->count;

	return b->form->layout != CRM_HEAP || b->count == 1 ||
	    dir + crm_le16_get(b->body + dir - 2) == b->n;
}

static const struct crm_err *
check_entries(const struct crm_form *f, struct crm_view key,
    const struct crm_block *b, struct crm_buf *end)
{
	struct crm_block_pos pos = { 0 };
	struct crm_ent e, last = { 0 };
	char text[CRM_KEY_MAX], first[CRM_KEY_MAX];
	size_t n;
	int rc;

	if (end != NULL && end->n > 0 &&
	    crm_view_cmp(crm_buf_view(end), key) >= 0)
		return crm_block_damaged(
		    key, "a block that begins before the end of the last one");
	for (rc = crm_block_step(b, &pos, &e); rc == 1;
	     rc = crm_block_step(b, &pos, &e)) {
		if (pos.i > 1 && crm_ent_cmp(&last, &e) >= 0)
			return crm_block_damaged(key, "entries out of order");
		if (pos.i == 1) {
			n = crm_ent_key(
			    f, crm_view(key.p, f->prefix), &e, text);
			if (crm_view_cmp(crm_view(text, n), key) < 0)
				return crm_block_damaged(
				    key, "an entry below its block's key");
		}
		last = e;
	}
	if (rc < 0 || pos.left > 0 || !ends_well(b) ||
	    (f->layout == CRM_POSTING && pos.at != b->n))
		return crm_block_damaged(key, "an entry that cannot be read");
	if (end != NULL) {
		n = crm_ent_key(f, crm_view(key.p, f->prefix), &last, text);
		crm_buf_reset(end);
		crm_buf_add(end, text, n);
	}
	n = crm_block_first_key(f, crm_view(key.p, f->prefix), first);
	if (f->layout == CRM_POSTING && !crm_view_eq(key, crm_view(first, n)) &&
	    !crm_ent_parse(f, key, &e))
		return crm_block_damaged(key, "a key that cannot be read");
	return NULL;
}

const struct crm_err *
crm_block_check(const struct crm_form *f, struct crm_view key,
    struct crm_view value, struct crm_buf *end)
{
	struct crm_buf room = CRM_BUF_INIT(CRM_BLOCK_MAX);
	const struct crm_err *err;
	struct crm_block b;

	err = crm_block_open(f, key, value, &room, &b);
	if (err == NULL)
		err = check_entries(f, key, &b, end);
	crm_buf_release(&room);
	return err;
}

const struct crm_err *
crm_block_each(const struct crm_form *f, struct crm_view key,
    struct crm_view block,
    const struct crm_err *(*fn)(void *ctx, uint64_t id, struct crm_view value),
    void *ctx)
{
	struct crm_buf room = CRM_BUF_INIT(CRM_BLOCK_MAX);
	const struct crm_err *err;
	uint64_t prefix = 0;
	struct crm_block b;
	struct crm_ent e;
	uint32_t i;

	err = crm_block_open(f, key, block, &room, &b);
	for (i = 0; i < f->prefix && err == NULL; i++)
		prefix = prefix << 8 | (unsigned char)key.p[i];
	for (i = 0; err == NULL && i < b.count; i++)
		err = crm_block_at(&b, i, &e)
		    ? fn(ctx, prefix << 8 * NUMBER_BYTES | e.id, e.value)
		    : crm_block_damaged(key, "an entry that cannot be read");
	crm_buf_release(&room);
	return err;
}
