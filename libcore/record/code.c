#include "record/code.h"

#include "record/value.h"

#define NARROW_FIELD_MAX 0x7f
#define FORMS (CRM_R_MIDDLE | CRM_R_WIDE)

/* Bytes of a directory entry. */
static size_t
entry_size(uint8_t flags)
{
	return (flags & CRM_R_WIDE) != 0  ? 6
	    : (flags & CRM_R_MIDDLE) != 0 ? 3
					  : 2;
}

bool
crm_code_open(struct crm_view v, struct crm_stored *out)
{
	uint64_t later, n;
	size_t at = 1, len;

	if (v.n < 4)
		return false;
	out->flags = (uint8_t)v.p[0];
	len = crm_varint_get(v.p + at, v.n - at, &out->added);
	at += len;
	if (len == 0)
		return false;
	len = crm_varint_get(v.p + at, v.n - at, &later);
	at += len;
	if (len == 0)
		return false;
	len = crm_varint_get(v.p + at, v.n - at, &n);
	at += len;
	if (len == 0 || n > (v.n - at) / entry_size(out->flags))
		return false;
	out->updated = out->added + later;
	out->n = (uint32_t)n;
	out->dir = (const unsigned char *)v.p + at;
	out->values = crm_view_skip(v, at + n * entry_size(out->flags));
	return true;
}

void
crm_stored_dup(
    struct crm_arena *a, const struct crm_stored *r, struct crm_stored *out)
{
	size_t dir = r->n * entry_size(r->flags);
	char *p = crm_arena_alloc(a, dir + r->values.n);

	*out = *r;
	if (dir > 0)
		memcpy(p, r->dir, dir);
	if (r->values.n > 0)
		memcpy(p + dir, r->values.p, r->values.n);
	out->dir = (const unsigned char *)p;
	out->values.p = p + dir;
}

/* Where the i-th value ends. */
static size_t
end_at(const struct crm_stored *r, uint32_t i)
{
	size_t at = (size_t)i * entry_size(r->flags);

	if ((r->flags & FORMS) == 0)
		return r->dir[at + 1];
	if ((r->flags & CRM_R_WIDE) == 0)
		return crm_le16_get(r->dir + at + 1);
	return crm_le32_get(r->dir + at + 2);
}

/* The i-th field's number; its top bit, moved to 0x8000, is 'safe'. */
static uint16_t
field_at(const struct crm_stored *r, uint32_t i)
{
	size_t at = (size_t)i * entry_size(r->flags);
	unsigned int f;

	if ((r->flags & CRM_R_WIDE) != 0)
		return crm_le16_get(r->dir + at);
	f = r->dir[at];
	return (uint16_t)((f & 0x7f) | (f & 0x80) << 8);
}

static struct crm_view
value_at(const struct crm_stored *r, uint32_t i)
{
	size_t from = i > 0 ? end_at(r, i - 1) : 0, to = end_at(r, i);

	if (from > to || to > r->values.n)
		return CRM_VNULL;
	return crm_view(r->values.p + from, to - from);
}

struct crm_slot
crm_stored_at(const struct crm_stored *r, uint32_t i)
{
	uint16_t f = field_at(r, i);
	struct crm_slot s = { .num = f & 0x7fff, .safe = (f & 0x8000) != 0 };

	s.value = value_at(r, i);
	return s;
}

uint16_t
crm_stored_entry(const struct crm_stored *r, uint32_t i, size_t *end)
{
	*end = end_at(r, i);
	return field_at(r, i);
}

/* One more of all: ctx is where it goes. */
static inline void
add_slot(void *ctx, struct crm_slot s)
{
	struct crm_slot **to = ctx;

	*(*to)++ = s;
}

void
crm_stored_all(const struct crm_stored *r, struct crm_slot *out)
{
	crm_stored_each(r, add_slot, &out);
}

uint32_t
crm_stored_low(const struct crm_stored *r, uint16_t n, uint8_t *place)
{
	const unsigned char *d = r->dir, *end = d + 2 * (size_t)r->n;
	uint32_t has = 0, i;
	unsigned int num;

	if ((r->flags & FORMS) == 0)
		for (; d < end && (num = *d & 0x7f) < n; d += 2) {
			place[num] = (uint8_t)((size_t)(d - r->dir) / 2);
			has |= 1u << num;
		}
	else
		for (i = 0; i < r->n; i++) {
			num = field_at(r, i) & 0x7fff;
			if (num >= n)
				break;
			place[num] = (uint8_t)i;
			has |= 1u << num;
		}
	return has;
}

/* The number of fields below one. */
static uint32_t
fields_below(const struct crm_stored *r, uint16_t num)
{
	const unsigned char *d = r->dir;
	size_t step = entry_size(r->flags);
	uint32_t i = 0;

	if ((r->flags & CRM_R_WIDE) != 0)
		while (i < r->n && (field_at(r, i) & 0x7fff) < num)
			i++;
	else
		for (; i < r->n && (*d & 0x7f) < num; i++)
			d += step;
	return i;
}

bool
crm_stored_get(const struct crm_stored *r, uint16_t num, struct crm_view *out)
{
	uint32_t i = fields_below(r, num);

	if (i == r->n || (field_at(r, i) & 0x7fff) != num)
		return false;
	*out = crm_stored_value(r, i);
	return out->n > 0;
}

/* Is none of 8 bytes that byte?  (A borrow may make one above it look so, too:
 * that does not change the answer.) */
static bool
has_none(uint64_t w, uint8_t byte)
{
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;

	w ^= ones * byte;
	return ((w - ones) & ~w & high) == 0;
}

/* Do 8 bytes need no escaping in JSON? */
static bool
are_safe(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;

	return ((w - ones * 0x20) & ~w & high) == 0 && has_none(w, '"') &&
	    has_none(w, '\\');
}

/* Whether the text of a value needs no escaping in JSON. */
static bool
is_safe(const struct crm_slot *s)
{
	struct crm_view v = s->value;
	const uint64_t blanks = 0x2020202020202020u;
	struct crm_many m;

	if (s->many) {
		crm_many_begin(&m, v, true);
		v = m.bytes;
	}
	for (; v.n >= 8; v = crm_view_skip(v, 8))
		if (!are_safe(crm_le64_get(v.p)))
			return false;
	return v.n == 0 ||
	    are_safe(crm_le_few_get(v.p, v.n) | blanks << (8 * v.n));
}

/* Write one entry of the directory; returns its size. */
static size_t
put_entry(char *dir, uint8_t flags, const struct crm_slot *s, size_t end)
{
	if ((flags & CRM_R_WIDE) != 0) {
		crm_le16(dir, (uint16_t)(s->num | (s->safe ? 0x8000 : 0)));
		crm_le32(dir + 2, (uint32_t)end);
		return 6;
	}
	dir[0] = (char)(s->num | (s->safe ? 0x80 : 0));
	if ((flags & CRM_R_MIDDLE) != 0) {
		crm_le16(dir + 1, (uint16_t)end);
		return 3;
	}
	dir[1] = (char)end;
	return 2;
}

void
crm_code_put(struct crm_buf *b, uint8_t flags, uint64_t added, uint64_t updated,
    struct crm_slot *slot, uint32_t n)
{
	char head[1 + 3 * CRM_VARINT_MAX], *to;
	size_t end = 0, len = 1, all;
	uint32_t i;

	flags &= (uint8_t)~FORMS;
	for (i = 0; i < n; i++) {
		end += slot[i].value.n;
		if (slot[i].num > NARROW_FIELD_MAX || end > UINT16_MAX)
			flags |= CRM_R_WIDE;
		else if (end > UINT8_MAX)
			flags |= CRM_R_MIDDLE;
		slot[i].safe = is_safe(&slot[i]);
	}
	if ((flags & CRM_R_WIDE) != 0)
		flags &= (uint8_t)~CRM_R_MIDDLE;
	head[0] = (char)flags;
	len += crm_varint_put(head + len, added);
	len += crm_varint_put(head + len, updated - added);
	len += crm_varint_put(head + len, n);
	crm_buf_add(b, head, len);
	all = n * entry_size(flags) + end;
	to = crm_buf_room(b, all);
	if (to == NULL)
		return;
	for (i = 0, end = 0; i < n; i++) {
		end += slot[i].value.n;
		to += put_entry(to, flags, &slot[i], end);
	}
	for (i = 0; i < n; i++)
		to = crm_copy_few(to, slot[i].value.p, slot[i].value.n);
	crm_buf_used(b, all);
}

void
crm_code_put_again(
    struct crm_buf *b, struct crm_view v, uint64_t added, uint64_t updated)
{
	char head[1 + 2 * CRM_VARINT_MAX];
	uint64_t was;
	size_t at = 1, len = 1;

	at += crm_varint_get(v.p + at, v.n - at, &was);
	at += crm_varint_get(v.p + at, v.n - at, &was);
	head[0] = v.p[0];
	len += crm_varint_put(head + len, added);
	len += crm_varint_put(head + len, updated - added);
	crm_buf_add(b, head, len);
	crm_buf_addv(b, crm_view_skip(v, at));
}
