#include "record/rec.h"

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
	memset(r, 0, sizeof(*r));
}

void
crm_rec_reset(struct crm_rec *r, const struct crm_kind *k)
{
	r->kind = k;
	r->id = 0;
	r->n = 0;
	crm_arena_reset(&r->arena);
}

/* Where a field is, or where it belongs. */
static uint32_t
find(const struct crm_rec *r, uint16_t num)
{
	uint32_t i = r->n;

	while (i > 0 && r->slot[i - 1].num >= num)
		i--;
	return i;
}

bool
crm_rec_get(const struct crm_rec *r, uint16_t num, struct crm_view *out)
{
	uint32_t i = find(r, num);

	if (i == r->n || r->slot[i].num != num)
		return false;
	*out = r->slot[i].value;
	return true;
}

bool
crm_rec_is(const struct crm_rec *r, uint16_t num, uint8_t word)
{
	struct crm_view v;

	return crm_rec_get(r, num, &v) && crm_word_of(v) == word;
}

/* Put a value, whose bytes live long enough, into a field. */
static void
put(struct crm_rec *r, const struct crm_field *f, struct crm_view value)
{
	uint32_t i = find(r, f->num);
	bool there = i < r->n && r->slot[i].num == f->num;

	if (value.n == 0) {
		if (!there)
			return;
		r->n--;
		memmove(r->slot + i, r->slot + i + 1,
		    (r->n - i) * sizeof(*r->slot));
		return;
	}
	if (!there) {
		r->slot = crm_grow(
		    r->slot, &r->cap, (size_t)r->n + 1, sizeof(*r->slot));
		memmove(r->slot + i + 1, r->slot + i,
		    (r->n - i) * sizeof(*r->slot));
		r->n++;
		r->slot[i].num = f->num;
		r->slot[i].many = (f->flags & CRM_F_MANY) != 0;
	}
	r->slot[i].value = value;
}

void
crm_rec_set(struct crm_rec *r, const struct crm_field *f, struct crm_view value)
{
	put(r, f,
	    crm_view(crm_arena_dup(&r->arena, value.p, value.n), value.n));
}

void
crm_rec_open(struct crm_rec *r, const struct crm_stored *s)
{
	const struct crm_field *f;
	struct crm_slot slot;
	uint32_t i;

	for (i = 0; i < s->n; i++) {
		slot = crm_stored_at(s, i);
		f = crm_field_num(r->kind, slot.num);
		slot.many = f != NULL && (f->flags & CRM_F_MANY) != 0;
		r->slot = crm_grow(
		    r->slot, &r->cap, (size_t)r->n + 1, sizeof(*r->slot));
		r->slot[r->n++] = slot;
	}
}

/* Are two values of a field the same value? */
static bool
same_value(const struct crm_field *f, struct crm_view a, struct crm_view b)
{
	struct crm_buf x = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct crm_buf y = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	bool same;

	if (crm_view_eq(a, b))
		return true;
	if (f->type != CRM_T_TEXT && f->type != CRM_T_EMAIL &&
	    f->type != CRM_T_TAG && f->type != CRM_T_PHONE &&
	    f->type != CRM_T_URL)
		return false;
	crm_value_add_key(&x, f, a);
	crm_value_add_key(&y, f, b);
	same = crm_view_eq(crm_buf_view(&x), crm_buf_view(&y));
	crm_buf_release(&x);
	crm_buf_release(&y);
	return same;
}

/* The values of a field of many, as an array in the arena with room for one
 * more. */
static struct crm_view *
unpack(struct crm_rec *r, const struct crm_field *f, size_t *n)
{
	struct crm_view *list, stored = CRM_VNULL;
	struct crm_many m;

	if (!crm_rec_get(r, f->num, &stored))
		stored = CRM_VNULL;
	crm_many_begin(&m, stored, true);
	list = crm_arena_alloc(&r->arena, ((size_t)m.left + 1) * sizeof(*list));
	for (*n = 0; crm_many_next(&m, &list[*n]); (*n)++)
		;
	return list;
}

static void
pack(struct crm_rec *r, const struct crm_field *f, const struct crm_view *list,
    size_t n)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 2);

	if (n > 0)
		crm_many_put(&b, list, n);
	crm_rec_set(r, f, crm_buf_view(&b));
	crm_buf_release(&b);
}

static void
add_one(struct crm_rec *r, const struct crm_field *f, struct crm_view value)
{
	struct crm_view *list;
	size_t n, i;

	list = unpack(r, f, &n);
	for (i = 0; i < n; i++)
		if (same_value(f, list[i], value))
			return;
	list[n++] = value;
	pack(r, f, list, n);
}

static void
take_one(struct crm_rec *r, const struct crm_field *f, struct crm_view value)
{
	struct crm_view *list;
	size_t n, i, k = 0;

	list = unpack(r, f, &n);
	for (i = 0; i < n; i++)
		if (!same_value(f, list[i], value))
			list[k++] = list[i];
	if (k < n)
		pack(r, f, list, k);
}

/* Did an edit before this one set the same field? */
static bool
set_before(const struct crm_edit *e, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (e[j].field == e[i].field && e[j].op == CRM_SET)
			return true;
	return false;
}

static void
set_or_add(struct crm_rec *r, const struct crm_field *f, struct crm_view v)
{
	if ((f->flags & CRM_F_MANY) != 0)
		add_one(r, f, v);
	else
		crm_rec_set(r, f, v);
}

static void
apply_one(struct crm_rec *r, const struct crm_edit *e, size_t i)
{
	const struct crm_field *f = e[i].field;
	bool many = (f->flags & CRM_F_MANY) != 0;

	switch (e[i].op) {
	case CRM_SET:
		if (many && !set_before(e, i))
			put(r, f, CRM_VNULL);
		set_or_add(r, f, e[i].value);
		break;
	case CRM_FILL:
	case CRM_ADD:
		set_or_add(r, f, e[i].value);
		break;
	case CRM_TAKE:
		if (many)
			take_one(r, f, e[i].value);
		break;
	case CRM_CLEAR:
		put(r, f, CRM_VNULL);
		break;
	}
}

void
crm_rec_apply(struct crm_rec *r, const struct crm_edit *e, size_t n, bool keep)
{
	struct crm_view v;
	bool *skip = NULL;
	size_t i;

	if (keep) {
		skip = crm_arena_alloc(&r->arena, n * sizeof(*skip));
		for (i = 0; i < n; i++)
			skip[i] = crm_rec_get(r, e[i].field->num, &v);
	}
	for (i = 0; i < n; i++)
		if (!(skip != NULL && skip[i]) &&
		    !(e[i].op == CRM_FILL &&
			crm_rec_get(r, e[i].field->num, &v)))
			apply_one(r, e, i);
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
