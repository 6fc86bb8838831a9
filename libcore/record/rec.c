#include "record/rec.h"

#include "base/map.h"
#include "record/word.h"

void
crm_rec_init(struct crm_rec *r, const struct crm_kind *k)
{
	memset(r, 0, sizeof(*r));
	r->kind = k;
}

void
crm_rec_release(struct crm_rec *r)
{
	crm_free(r->slot);
	crm_arena_release(&r->arena);
	crm_buf_release(&r->scratch);
	memset(r, 0, sizeof(*r));
}

void
crm_rec_reset(struct crm_rec *r, const struct crm_kind *k)
{
	r->kind = k;
	r->id = 0;
	r->n = 0;
	r->has = 0;
	crm_arena_reset(&r->arena);
}

uint64_t
crm_rec_flagged(const struct crm_kind *k, unsigned int flags)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < k->nfields; i++)
		if ((k->field[i].flags & flags) != 0)
			bits |= crm_rec_bit(k->field[i].num);
	return bits;
}

static inline void
add_bit(void *ctx, struct crm_slot s)
{
	uint64_t *bits = ctx;

	*bits |= crm_rec_bit(s.num);
}

uint64_t
crm_rec_bits(const struct crm_stored *r)
{
	uint64_t bits = 0;

	crm_stored_each(r, add_bit, &bits);
	return bits;
}

bool
crm_rec_is(const struct crm_rec *r, uint16_t num, uint8_t word)
{
	struct crm_view v;

	return crm_rec_get(r, num, &v) && crm_word_of(v) == word;
}

/* Change a field that is there: an empty value removes it. */
static void
change_slot(struct crm_rec *r, uint32_t i, struct crm_view value)
{
	uint16_t num = r->slot[i].num;

	if (value.n > 0) {
		r->slot[i].value = value;
		return;
	}
	r->n--;
	memmove(r->slot + i, r->slot + i + 1, (r->n - i) * sizeof(*r->slot));
	if (num < 63)
		r->has &= ~crm_rec_bit(num);
}

void
crm_rec_lend(
    struct crm_rec *r, const struct crm_field *f, struct crm_view value)
{
	uint64_t bit = crm_rec_bit(f->num);
	uint32_t i;

	if ((r->has & bit) != 0) {
		i = crm_rec_place(r, f->num);
		if (i < r->n && r->slot[i].num == f->num) {
			change_slot(r, i, value);
			return;
		}
	}
	if (value.n == 0)
		return;
	r->has |= bit;
	r->slot =
	    crm_grow(r->slot, &r->cap, (size_t)r->n + 1, sizeof(*r->slot));
	for (i = r->n++; i > 0 && r->slot[i - 1].num > f->num; i--)
		r->slot[i] = r->slot[i - 1];
	r->slot[i].num = f->num;
	r->slot[i].many = (f->flags & CRM_F_MANY) != 0;
	r->slot[i].value = value;
}

void
crm_rec_set(struct crm_rec *r, const struct crm_field *f, struct crm_view value)
{
	crm_rec_lend(r, f,
	    crm_view(crm_arena_dup(&r->arena, value.p, value.n), value.n));
}

static inline void
open_field(void *ctx, struct crm_slot slot)
{
	struct crm_rec *r = ctx;
	const struct crm_field *f = crm_field_num(r->kind, slot.num);

	slot.many = f != NULL && (f->flags & CRM_F_MANY) != 0;
	r->slot[r->n++] = slot;
	r->has |= crm_rec_bit(slot.num);
}

void
crm_rec_open(struct crm_rec *r, const struct crm_stored *s)
{
	r->slot =
	    crm_grow(r->slot, &r->cap, (size_t)r->n + s->n, sizeof(*r->slot));
	crm_stored_each(s, open_field, r);
}

void
crm_rec_borrow(struct crm_rec *dst, const struct crm_rec *src)
{
	dst->kind = src->kind;
	dst->id = src->id;
	dst->slot = crm_grow(dst->slot, &dst->cap, src->n, sizeof(*dst->slot));
	if (src->n > 0)
		memcpy(dst->slot, src->slot, src->n * sizeof(*dst->slot));
	dst->n = src->n;
	dst->has = src->has;
}

/* The values of a field of many while edits are done to it. */
struct values {
	struct crm_rec *rec;
	const struct crm_field *f;
	struct value {
		struct crm_view v, key;
		bool gone;
	} * item;
	size_t n, cap, nkeys; /* of the first nkeys the key is known */
	size_t live;
	struct crm_map at; /* key to index + 1, when there are many */
	size_t nmapped;
	bool set, changed; /* a CRM_SET came */
};

#define MAP_FROM 32

/*
 * Values are the same when they are equal as they are looked for; numbers of a
 * phone also have the same extension.
 */
static struct crm_view
key_of(struct values *s, struct crm_view v)
{
	struct crm_buf *b = &s->rec->scratch;
	size_t i;

	if (s->f->type != CRM_T_TEXT && s->f->type != CRM_T_EMAIL &&
	    s->f->type != CRM_T_TAG && s->f->type != CRM_T_PHONE &&
	    s->f->type != CRM_T_URL)
		return v;
	crm_buf_reset(b);
	crm_value_add_key(b, s->f, v);
	if (s->f->type == CRM_T_PHONE) {
		for (i = 0; i < v.n && (v.p[i] | 0x20) != 'x'; i++)
			;
		for (; i < v.n; i++)
			if (v.p[i] >= '0' && v.p[i] <= '9')
				crm_buf_addc(b, (char)(v.p[i] | 0x40));
	}
	if (crm_view_eq(crm_buf_view(b), v))
		return v;
	return crm_view(crm_arena_dup(&s->rec->arena, b->p, b->n), b->n);
}

static void
append(struct values *s, struct crm_view v)
{
	struct value *more;

	if (s->n == s->cap) {
		s->cap = s->cap > 0 ? s->cap * 2 : 8;
		more =
		    crm_arena_alloc(&s->rec->arena, s->cap * sizeof(*s->item));
		if (s->n > 0)
			memcpy(more, s->item, s->n * sizeof(*s->item));
		s->item = more;
	}
	s->item[s->n].v = v;
	s->item[s->n].gone = false;
	s->n++;
	s->live++;
}

/* Where a value is; n when it is not there. */
static size_t
index_of(struct values *s, struct crm_view key)
{
	uint64_t *at;
	size_t i;

	for (; s->nkeys < s->n; s->nkeys++)
		s->item[s->nkeys].key = key_of(s, s->item[s->nkeys].v);
	if (s->n < MAP_FROM) {
		for (i = 0; i < s->n; i++)
			if (!s->item[i].gone &&
			    crm_view_eq(s->item[i].key, key))
				return i;
		return s->n;
	}
	for (; s->nmapped < s->n; s->nmapped++)
		if (!s->item[s->nmapped].gone)
			*crm_map_at(&s->at, s->item[s->nmapped].key, NULL) =
			    s->nmapped + 1;
	at = crm_map_get(&s->at, key);
	return at != NULL && *at != 0 ? (size_t)*at - 1 : s->n;
}

static void
add_value(struct values *s, struct crm_view v)
{
	if (s->live > 0 && index_of(s, key_of(s, v)) < s->n)
		return;
	append(s, v);
	s->changed = true;
}

static void
take_value(struct values *s, struct crm_view v)
{
	struct crm_view key = key_of(s, v);
	size_t i = index_of(s, key);
	uint64_t *at;

	if (i == s->n)
		return;
	s->item[i].gone = true;
	s->live--;
	s->changed = true;
	at = crm_map_get(&s->at, key);
	if (at != NULL)
		*at = 0;
}

static void
clear_values(struct values *s)
{
	crm_map_release(&s->at);
	s->n = s->nkeys = s->nmapped = s->live = 0;
	s->changed = true;
}

static void
edit_values(struct values *s, const struct crm_edit *e)
{
	switch (e->op) {
	case CRM_SET:
		if (!s->set)
			clear_values(s);
		s->set = true;
		add_value(s, e->value);
		break;
	case CRM_FILL:
		if (s->live == 0)
			add_value(s, e->value);
		break;
	case CRM_ADD:
		add_value(s, e->value);
		break;
	case CRM_TAKE:
		take_value(s, e->value);
		break;
	case CRM_CLEAR:
		clear_values(s);
		break;
	}
}

static void
pack(struct values *s)
{
	struct crm_buf *b = &s->rec->scratch;
	struct crm_view *list =
	    crm_arena_alloc(&s->rec->arena, (s->live + 1) * sizeof(*list));
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		if (!s->item[i].gone)
			list[n++] = s->item[i].v;
	crm_buf_reset(b);
	if (n > 0)
		crm_many_put(b, list, n);
	crm_rec_set(s->rec, s->f, crm_buf_view(b));
}

/* Set a field of many values to one. */
static void
set_one(struct crm_rec *r, const struct crm_field *f, struct crm_view v)
{
	char *p = crm_arena_alloc(&r->arena, 1 + CRM_VARINT_MAX + v.n), *to;

	*p = 1;
	to = p + 1 + crm_varint_put(p + 1, v.n);
	to = crm_copy_few(to, v.p, v.n);
	crm_rec_lend(r, f, crm_view(p, (size_t)(to - p)));
}

/* Do the edits of one field of many values, among n, to those it has. */
static void
edit_values_of(
    struct crm_rec *r, const struct crm_edit *e, size_t n, struct crm_view v)
{
	struct values s = { .rec = r, .f = e[0].field };
	struct crm_many m;
	size_t i;

	r->scratch.max = CRM_LINE_MAX * 8;
	crm_many_begin(&m, v, true);
	while (crm_many_next(&m, &v))
		append(&s, v);
	for (i = 0; i < n; i++)
		if (e[i].field == s.f)
			edit_values(&s, &e[i]);
	if (s.changed)
		pack(&s);
	crm_map_release(&s.at);
}

/* The same; most have no value yet, and get one. */
static void
edit_many(struct crm_rec *r, const struct crm_edit *e, size_t n, size_t nfield)
{
	struct crm_view v;

	if (!crm_rec_get(r, e->field->num, &v))
		v = CRM_VNULL;
	if (v.n == 0 && nfield == 1 && e->op != CRM_TAKE && e->op != CRM_CLEAR)
		set_one(r, e->field, e->value);
	else
		edit_values_of(r, e, n, v);
}

static void
edit_single(struct crm_rec *r, const struct crm_edit *e, bool lend)
{
	struct crm_view v;

	if (e->op == CRM_TAKE ||
	    (e->op == CRM_FILL && crm_rec_get(r, e->field->num, &v)))
		return;
	v = e->op == CRM_CLEAR ? CRM_VNULL : e->value;
	if (lend)
		crm_rec_lend(r, e->field, v);
	else
		crm_rec_set(r, e->field, v);
}

static void
apply(
    struct crm_rec *r, const struct crm_edit *e, size_t n, bool keep, bool lend)
{
	bool *done = crm_arena_alloc(&r->arena, n * sizeof(*done));
	struct crm_view v;
	size_t i, j, nfield;

	memset(done, 0, n * sizeof(*done));
	for (i = 0; i < n; i++) {
		const struct crm_field *f = e[i].field;
		bool many = (f->flags & CRM_F_MANY) != 0, kept;

		if (!many && !keep) {
			edit_single(r, &e[i], lend);
			continue;
		}
		if (done[i])
			continue;
		kept = keep && crm_rec_get(r, f->num, &v);
		for (j = i, nfield = 0; j < n; j++) {
			if (e[j].field != f)
				continue;
			nfield++;
			done[j] = true;
			if (!kept && !many)
				edit_single(r, &e[j], lend);
		}
		if (!kept && many)
			edit_many(r, e + i, n - i, nfield);
	}
}

void
crm_rec_apply(struct crm_rec *r, const struct crm_edit *e, size_t n, bool keep)
{
	apply(r, e, n, keep, false);
}

void
crm_rec_apply_lent(
    struct crm_rec *r, const struct crm_edit *e, size_t n, bool keep)
{
	apply(r, e, n, keep, true);
}

void
crm_rec_encode(const struct crm_rec *r, struct crm_buf *b, uint8_t flags,
    uint64_t added, uint64_t updated)
{
	crm_code_put(b, flags, added, updated, r->slot, r->n);
}

bool
crm_rec_same(const struct crm_rec *a, const struct crm_rec *b)
{
	uint32_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->slot[i].num != b->slot[i].num ||
		    !crm_view_eq(a->slot[i].value, b->slot[i].value))
			return false;
	return true;
}
