#include "query/project.h"

#include <stdlib.h>

#include "query/about.h"
#include "query/project_impl.h"
#include "record/value.h"
#include "store/who.h"

#define NONE UINT32_MAX

static size_t
letter(uint64_t id)
{
	return (size_t)(crm_id_kind(id) - 'a') % 26;
}

const struct crm_err *
crm_project_new(struct crm_snap *snap, const struct crm_project_options *o,
    struct crm_writer *writer, struct crm_project **out)
{
	struct crm_project *p = crm_calloc(1, sizeof(*p));
	const struct crm_err *err;
	size_t i;

	p->snap = snap;
	p->o = *o;
	memcpy(p->kinds, o->kinds, sizeof(p->kinds));
	p->o.kinds = p->kinds;
	p->writer = writer;
	p->form = o->form;
	p->scratch.max = CRM_LINE_MAX * 2;
	p->compute = crm_compute_new(snap, o->clock);
	*out = p;
	err = crm_project_choose(p, o);
	if (err != NULL || p->all)
		return err;
	p->col = crm_calloc(p->ncols, sizeof(*p->col));
	p->value = crm_calloc(p->ncols, sizeof(*p->value));
	for (i = 0; i < p->ncols; i++) {
		p->col[i].name = p->column[i].name;
		p->col[i].field = &p->column[i].field;
		p->col[i].keep = o->fields != NULL;
	}
	crm_writer_columns(p->writer, p->col, p->ncols);
	return NULL;
}

void
crm_project_free(struct crm_project *p)
{
	size_t i, j;

	if (p == NULL)
		return;
	crm_project_share_free(p);
	for (i = 0; i < 26; i++) {
		for (j = 0; j < p->whole[i].ncols; j++)
			crm_buf_release(&p->whole[i].made[j].value);
		for (j = 0; p->way[i] != NULL && j < p->ncols; j++)
			crm_buf_release(&p->way[i][j].made.value);
		crm_free(p->whole[i].made);
		crm_free(p->whole[i].col);
		crm_free(p->whole[i].by_num);
		crm_free(p->way[i]);
	}
	crm_compute_free(p->compute);
	crm_free(p->column);
	crm_free(p->col);
	crm_free(p->value);
	crm_free(p->slot);
	crm_arena_release(&p->arena);
	crm_arena_release(&p->row);
	crm_buf_release(&p->scratch);
	crm_free(p);
}

void
crm_project_renew(struct crm_project *p)
{
	/* the times of changes and the names of kinds stay what they are; what
	 * is shared out computes nothing else of the store */
	crm_compute_renew(p->compute);
}

/* The values of one column that are gathered for a record. */
struct cell {
	struct crm_project *p;
	const struct crm_project_column *c;
	struct crm_view *part; /* in the arena of the row */
	size_t n, cap;
	bool is_text;
};

static void
add_part(struct cell *cell, struct crm_view v)
{
	struct crm_view *old = cell->part;

	if (cell->n == cell->cap) {
		cell->cap = cell->cap * 2 + 4;
		cell->part = crm_arena_alloc(
		    &cell->p->row, cell->cap * sizeof(*cell->part));
		if (cell->n > 0)
			memcpy(cell->part, old, cell->n * sizeof(*old));
	}
	cell->part[cell->n++] = v;
}

static struct crm_view
dup_row(struct crm_project *p, struct crm_view v)
{
	return crm_view(crm_arena_dup(&p->row, v.p, v.n), v.n);
}

/* What a linked record is called, for tables. */
static const struct crm_err *
linked_name(struct crm_project *p, struct crm_view link, struct crm_view *out)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;

	err = crm_who_link(p->snap, crm_link_get(link), &b);
	*out = dup_row(p, crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
currency_of(struct crm_project *p, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f, struct crm_view *out)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(p->snap), crm_id_kind(id));
	char num;

	*out = CRM_VNULL;
	if (f->type != CRM_T_MONEY)
		return NULL;
	if ((f->flags & CRM_F_COMPUTED) == 0) {
		if (crm_stored_get(r, f->num, out) &&
		    !crm_stored_get(r, k->currency, out))
			*out = CRM_VNULL;
		return NULL;
	}
	num = (char)crm_compute_currency(p->compute, id, r);
	if (num != 0)
		*out = dup_row(p, crm_view(&num, 1));
	return NULL;
}

/* Take the values of a column from one record. */
static const struct crm_err *
take_values(void *ctx, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f, bool *stop)
{
	struct cell *cell = ctx;
	struct crm_project *p = cell->p;
	const struct crm_err *err;
	bool computed =
	    (f->flags & CRM_F_COMPUTED) != 0 || f->num == CRM_N_CREATED;
	bool names = p->form == CRM_OUT_TABLE && f->type == CRM_T_LINK &&
	    f->num != CRM_N_ID;
	struct crm_many m;
	struct crm_view v;

	(void)stop;
	if (cell->c->is_currency) {
		err = currency_of(p, id, r, f, &v);
		if (err == NULL && v.n > 0 && cell->n == 0)
			add_part(cell, v);
		return err;
	}
	err = crm_ref_value(p->compute, id, r, f, &p->scratch, &v);
	if (err != NULL || v.n == 0)
		return err;
	if (computed)
		v = dup_row(p, v);
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (err == NULL && crm_many_next(&m, &v)) {
		if (cell->c->e164) {
			v = crm_project_e164(p, f, v);
			if (v.n == 0)
				continue;
		} else if (names) {
			err = linked_name(p, v, &v);
			cell->is_text = true;
		} else if (f->type != cell->c->field.type) {
			crm_buf_reset(&p->scratch);
			crm_value_add_text(&p->scratch, f, v);
			v = dup_row(p, crm_buf_view(&p->scratch));
			cell->is_text = true;
		}
		add_part(cell, v);
	}
	return err;
}

/* Several texts as one. */
static struct crm_view
join_texts(struct crm_project *p, const struct cell *cell)
{
	size_t i;

	crm_buf_reset(&p->scratch);
	for (i = 0; i < cell->n; i++) {
		if (i > 0)
			crm_buf_adds(&p->scratch, ", ");
		crm_buf_addv(&p->scratch, cell->part[i]);
	}
	return dup_row(p, crm_buf_view(&p->scratch));
}

static struct crm_view
put_together(struct crm_project *p, const struct cell *cell)
{
	if (cell->is_text)
		return cell->n == 1 ? cell->part[0] : join_texts(p, cell);
	if ((cell->c->field.flags & CRM_F_MANY) == 0)
		return cell->part[0];
	crm_buf_reset(&p->scratch);
	crm_many_put(&p->scratch, cell->part, cell->n);
	return dup_row(p, crm_buf_view(&p->scratch));
}

/* Is a column a value of a field as it stands? */
static bool
is_plain(const struct crm_project *p, const struct crm_project_column *c,
    const struct crm_field *f)
{
	return f != NULL && c->ref.nlinks == 0 && !c->is_currency && !c->e164 &&
	    f->type == c->field.type &&
	    ((f->flags ^ c->field.flags) & CRM_F_MANY) == 0 &&
	    (p->form != CRM_OUT_TABLE || f->type != CRM_T_LINK);
}

struct crm_project_way *
crm_project_ways(struct crm_project *p, uint64_t id)
{
	struct crm_project_way **way = &p->way[letter(id)];
	size_t i;

	if (*way != NULL)
		return *way;
	*way = crm_calloc(p->ncols, sizeof(**way));
	for (i = 0; i < p->ncols; i++) {
		const struct crm_project_column *c = &p->column[i];
		const struct crm_field *f = c->ref.field[letter(id)];

		(*way)[i].made.value.max = CRM_LINE_MAX;
		if (!is_plain(p, c, f))
			continue;
		if ((f->flags & CRM_F_COMPUTED) == 0)
			(*way)[i].stored = f;
		if (((f->flags & CRM_F_COMPUTED) != 0 &&
			(f->flags & CRM_F_MANY) == 0) ||
		    f->num == CRM_N_CREATED)
			(*way)[i].computed = f;
	}
	return *way;
}

/* All that a record has stored, and where the values of numbers are. */
static void
take_slots(struct crm_project *p, const struct crm_stored *r)
{
	uint32_t i;

	p->slot = crm_grow(p->slot, &p->slot_cap, r->n, sizeof(*p->slot));
	crm_stored_all(r, p->slot);
	for (i = 0; i < r->n; i++)
		p->where[p->slot[i].num % CRM_PROJECT_WHERE] = i;
}

/* Take a stored value. */
static bool
take_stored(struct crm_project *p, const struct crm_stored *r, uint16_t num,
    struct crm_value *out)
{
	const struct crm_slot *s = p->slot;
	uint32_t i = p->where[num % CRM_PROJECT_WHERE];

	if (i >= r->n || s[i].num != num) {
		if (num < CRM_PROJECT_WHERE &&
		    (r->n == 0 || s[r->n - 1].num < CRM_PROJECT_WHERE))
			return false;
		/* another number may have its place */
		for (i = 0; i < r->n && s[i].num < num; i++)
			;
		if (i == r->n || s[i].num != num)
			return false;
	}
	out->value = s[i].value;
	out->safe = s[i].safe;
	return out->value.n > 0;
}

/* What a value is made of, where that is often the same for the next record;
 * else 0. */
static uint64_t
source_of(const struct crm_field *f, const struct crm_stored *r)
{
	switch (f->num) {
	case CRM_N_KIND:
		return 1;
	case CRM_N_CREATED: /* when it is not stored */
		return r->added;
	case CRM_N_UPDATED:
		return r->updated;
	default:
		return 0;
	}
}

/* A value that is computed; it lives until the next record. */
static const struct crm_err *
compute(struct crm_project *p, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f, struct crm_project_made *made,
    struct crm_view *out)
{
	const struct crm_err *err = NULL;
	uint64_t of = source_of(f, r);

	if (of == 0 || of != made->of) {
		made->of = 0;
		crm_buf_reset(&made->value);
		if (p->row_at == NULL || crm_compute_is_own(f->num))
			err = crm_compute_field(
			    p->compute, id, r, f, &made->value);
		else
			crm_compute_add_time(&made->value,
			    f->num == CRM_N_UPDATED ? p->row_at->updated_us
						    : p->row_at->added_us);
		if (err == NULL)
			made->of = of;
	}
	*out = crm_buf_view(&made->value);
	return err;
}

/* For people: an event in a column of texts or titles. */
static const struct crm_err *
take_about(struct crm_project *p, const struct crm_project_column *c,
    const struct crm_stored *r, struct crm_value *out)
{
	const struct crm_err *err;

	crm_buf_reset(&p->scratch);
	err = c->title ? crm_event_title(p->snap, r, &p->scratch)
		       : crm_event_about(p->snap, r, &p->scratch);
	out->value = dup_row(p, crm_buf_view(&p->scratch));
	out->is_text = true;
	return err;
}

/* A column through links, as another type, or of many computed values. */
static const struct crm_err *
take_gathered(struct crm_project *p, const struct crm_project_column *c,
    uint64_t id, const struct crm_stored *r, struct crm_value *out)
{
	struct cell cell = { .p = p, .c = c };
	const struct crm_err *err;

	err = crm_ref_each(&c->ref, p->snap, id, r, take_values, &cell);
	if (err != NULL || cell.n == 0)
		return err;
	out->value = put_together(p, &cell);
	out->is_text = cell.is_text;
	return NULL;
}

/* The value of a column; n is 0 when there is none. */
static const struct crm_err *
take_column(struct crm_project *p, size_t i, struct crm_project_way *way,
    uint64_t id, const struct crm_stored *r, struct crm_value *out)
{
	const struct crm_project_column *c = &p->column[i];

	*out = (struct crm_value){ .col = (uint32_t)i };
	if ((c->about || c->title) && crm_id_kind(id) == 'e')
		return take_about(p, c, r, out);
	if (way->stored != NULL && take_stored(p, r, way->stored->num, out))
		return NULL;
	if (way->computed != NULL)
		return compute(
		    p, id, r, way->computed, &way->made, &out->value);
	if (way->stored == NULL)
		return take_gathered(p, c, id, r, out);
	out->value = CRM_VNULL;
	return NULL;
}

static const struct crm_err *
put_chosen(struct crm_project *p, uint64_t id, const struct crm_stored *r)
{
	struct crm_project_way *way = crm_project_ways(p, id);
	const struct crm_err *err = NULL;
	size_t i, n = 0;

	take_slots(p, r);
	for (i = 0; err == NULL && i < p->ncols; i++) {
		err = take_column(p, i, &way[i], id, r, &p->value[n]);
		n += p->value[n].value.n > 0;
	}
	if (err == NULL)
		crm_writer_row(p->writer, p->value, n);
	return err;
}

static uint32_t
whole_column(
    struct crm_project_whole *w, const struct crm_field *f, const char *name)
{
	w->col[w->ncols].name = name;
	w->col[w->ncols].field = f;
	if (f->num < CRM_N_STORED_MAX)
		w->by_num[f->num] = (uint32_t)w->ncols;
	return (uint32_t)w->ncols++;
}

static uint32_t
whole_computed(
    struct crm_project_whole *w, const struct crm_kind *k, const char *name)
{
	const struct crm_field *f = crm_field_named(k, crm_view_str(name));

	return f != NULL ? whole_column(w, f, f->name) : NONE;
}

/* Fields in the order of their numbers, but those that every kind has. */
static int
cmp_fields(const void *x, const void *y)
{
	const struct crm_field *a = *(const struct crm_field *const *)x;
	const struct crm_field *b = *(const struct crm_field *const *)y;
	bool ca = a->num >= CRM_N_REF && a->num < CRM_N_CUSTOM;
	bool cb = b->num >= CRM_N_REF && b->num < CRM_N_CUSTOM;

	if (ca != cb)
		return ca ? 1 : -1;
	return a->num < b->num ? -1 : a->num > b->num;
}

static void
make_whole(struct crm_project_whole *w, const struct crm_kind *k)
{
	const struct crm_field **f = crm_calloc(k->nfields, sizeof(*f));
	size_t i;

	w->nnums = 1;
	for (i = 0; i < k->nfields; i++) {
		f[i] = &k->field[i];
		if (f[i]->num >= w->nnums)
			w->nnums = (size_t)f[i]->num + 1;
	}
	qsort(f, k->nfields, sizeof(struct crm_field *), cmp_fields);
	w->col = crm_calloc(k->nfields + 4, sizeof(*w->col));
	w->by_num = crm_calloc(w->nnums, sizeof(*w->by_num));
	memset(w->by_num, 0xff, w->nnums * sizeof(*w->by_num));
	w->day = w->created = NONE;
	(void)whole_computed(w, k, "id");
	(void)whole_computed(w, k, "kind");
	for (i = 0; i < k->nfields; i++) {
		if (f[i]->num == 0)
			continue;
		(void)whole_column(w, f[i], f[i]->name);
		if (k->letter == 'e' && f[i]->num == CRM_EVENT_AT)
			w->day = whole_computed(w, k, "day");
	}
	w->created = w->by_num[CRM_N_CREATED];
	w->updated = whole_computed(w, k, "updated");
	w->made = crm_calloc(w->ncols, sizeof(*w->made));
	for (i = 0; i < w->ncols; i++)
		w->made[i].value.max = CRM_LINE_MAX;
	crm_free(f);
}

/* A value that is computed, of everything a record has. */
static const struct crm_err *
add_computed(struct crm_project *p, const struct crm_project_whole *w,
    uint32_t col, uint64_t id, const struct crm_stored *r, size_t *n)
{
	const struct crm_err *err;
	struct crm_view v;

	err = compute(p, id, r, w->col[col].field, &w->made[col], &v);
	if (err == NULL && v.n > 0)
		p->value[(*n)++] =
		    (struct crm_value){ .col = col, .safe = true, .value = v };
	return err;
}

/* When it was created: as stored, else by the change that added it. */
static const struct crm_err *
add_created(struct crm_project *p, const struct crm_project_whole *w,
    uint64_t id, const struct crm_stored *r, uint32_t from, uint32_t to,
    size_t *n)
{
	for (; from < to; from++)
		if (p->slot[from].num == CRM_N_CREATED &&
		    p->slot[from].value.n > 0) {
			p->value[(*n)++] =
			    (struct crm_value){ .col = w->created,
				    .safe = true,
				    .value = p->slot[from].value };
			return NULL;
		}
	return add_computed(p, w, w->created, id, r, n);
}

/* Some of a record's fields, from one up to another. */
static const struct crm_err *
add_slots(struct crm_project *p, const struct crm_project_whole *w, uint64_t id,
    const struct crm_stored *r, uint32_t from, uint32_t to, size_t *n)
{
	const struct crm_err *err = NULL;
	struct crm_value *out = p->value + *n;
	const struct crm_slot *s;
	uint32_t col;

	for (s = p->slot + from; err == NULL && s < p->slot + to; s++) {
		col = s->num < w->nnums ? w->by_num[s->num] : NONE;
		if (col == NONE || col == w->created)
			continue;
		*out++ = (struct crm_value){
			.col = col, .safe = s->safe, .value = s->value
		};
		if (w->day == NONE || s->num != CRM_EVENT_AT)
			continue;
		*n = (size_t)(out - p->value);
		err = add_computed(p, w, w->day, id, r, n);
		out = p->value + *n;
	}
	*n = (size_t)(out - p->value);
	return err;
}

struct crm_project_whole *
crm_project_whole(struct crm_project *p, uint64_t id)
{
	struct crm_project_whole *w = &p->whole[letter(id)];

	if (w->col == NULL)
		make_whole(
		    w, crm_kind_of(crm_snap_schema(p->snap), crm_id_kind(id)));
	return w;
}

/* Everything a record has: its stored fields as they stand, but those that
 * every kind has behind its own. */
static const struct crm_err *
put_whole(struct crm_project *p, uint64_t id, const struct crm_stored *r)
{
	struct crm_project_whole *w = crm_project_whole(p, id);
	const struct crm_err *err;
	uint32_t from, to;
	size_t n = 0;

	crm_writer_columns(p->writer, w->col, w->ncols);
	p->value = crm_grow(
	    p->value, &p->value_cap, (size_t)r->n + 6, sizeof(*p->value));
	p->slot = crm_grow(p->slot, &p->slot_cap, r->n, sizeof(*p->slot));
	crm_stored_all(r, p->slot);
	for (from = 0; from < r->n && p->slot[from].num < CRM_N_REF; from++)
		;
	for (to = from; to < r->n && p->slot[to].num < CRM_N_CUSTOM; to++)
		;
	err = add_computed(p, w, 0, id, r, &n);
	if (err == NULL)
		err = add_computed(p, w, 1, id, r, &n);
	if (err == NULL)
		err = add_slots(p, w, id, r, 0, from, &n);
	if (err == NULL)
		err = add_slots(p, w, id, r, to, r->n, &n);
	if (err == NULL)
		err = add_slots(p, w, id, r, from, to, &n);
	if (err == NULL && w->created != NONE)
		err = add_created(p, w, id, r, from, to, &n);
	if (err == NULL)
		err = add_computed(p, w, w->updated, id, r, &n);
	if (err == NULL)
		crm_writer_row(p->writer, p->value, n);
	return err;
}

const struct crm_err *
crm_project_put_now(
    struct crm_project *p, uint64_t id, const struct crm_stored *r)
{
	crm_arena_reset(&p->row);
	return p->all ? put_whole(p, id, r) : put_chosen(p, id, r);
}

const struct crm_err *
crm_project_put(struct crm_project *p, uint64_t id, const struct crm_stored *r)
{
	return p->share != NULL ? crm_project_share_put(p, id, r)
				: crm_project_put_now(p, id, r);
}
