/* Index: which postings a record has there. */
#include "store/derive.h"

#include "base/mem.h"
#include "record/value.h"
#include "store/derive_impl.h"
#include "store/index.h"

/* Most of what could be gathered never is: a call logged has no postings, and
 * of what an edit does there is nothing when a record is added. */
struct crm_gather *
crm_derive_adds(struct crm_derive *d, struct crm_postings *p)
{
	if (p->add == NULL)
		p->add =
		    crm_gather_new(d->memory, d->store->dir, p == &d->text);
	return p->add;
}

struct crm_runs *
crm_derive_runs(struct crm_derive *d, struct crm_runs **runs)
{
	if (*runs == NULL)
		*runs = crm_runs_new(d->memory, d->store->dir);
	return *runs;
}

struct crm_derive *
crm_derive_new(struct crm_store *s, size_t memory)
{
	struct crm_derive *d = crm_calloc(1, sizeof(*d));

	d->store = s;
	d->schema = s->config->schema;
	d->zone = s->config->zone;
	d->memory = memory;
	d->key.max = d->words.max = d->kept.max = CRM_LINE_MAX * 8;
	return d;
}

void
crm_derive_apart(struct crm_derive *d)
{
	if (d->own_zone == NULL)
		d->own_zone = d->zone = crm_zone_copy(d->zone);
}

static void
end_postings(struct crm_postings *p)
{
	crm_gather_free(p->add);
	crm_runs_free(p->del);
	crm_free(p->part[0]);
	crm_free(p->part[1]);
}

void
crm_derive_forget(struct crm_derive *d, enum crm_table table)
{
	struct crm_postings *p =
	    table == CRM_TABLE_INDEX ? &d->index : &d->text;

	if (table == CRM_TABLE_STORY) {
		crm_runs_free(d->story);
		d->story = NULL;
		d->story_sorted = false;
		return;
	}
	end_postings(p);
	memset(p, 0, sizeof(*p));
}

void
crm_derive_free(struct crm_derive *d)
{
	if (d == NULL)
		return;
	end_postings(&d->index);
	end_postings(&d->text);
	crm_runs_free(d->story);
	crm_runs_free(d->docs);
	crm_runs_free(d->spilled);
	crm_nummap_release(&d->fold);
	crm_nummap_release(&d->total_at);
	crm_map_release(&d->values);
	crm_free(d->delta);
	crm_free(d->slot);
	crm_free(d->mine);
	crm_free(d->total);
	crm_buf_release(&d->key);
	crm_buf_release(&d->words);
	crm_buf_release(&d->kept);
	crm_free(d->doubt);
	crm_free(d->token[0]);
	crm_free(d->token[1]);
	crm_zone_free(d->own_zone);
	crm_free(d);
}

bool
crm_derive_wants(
    char kind, const struct crm_field *f, uint16_t flag, unsigned int what)
{
	if ((f->flags & flag) == 0)
		return false;
	if (kind != 'e' || (f->flags & CRM_F_PROMPT) != 0)
		return (what & CRM_DERIVE_EXACT) != 0;
	return (what & CRM_DERIVE_LAGGING) != 0;
}

/* The index key of a value: of an event's at it is the day. */
static void
add_key(struct crm_derive *d, char kind, const struct crm_field *f,
    struct crm_view v)
{
	int64_t at_us;

	crm_buf_reset(&d->key);
	if (kind == 'e' && f->num == CRM_EVENT_AT) {
		if (crm_value_get_time(v, &at_us))
			crm_value_put_date(
			    &d->key, crm_zone_date(d->zone, at_us));
	} else
		crm_value_add_key(&d->key, f, v);
}

static const struct crm_err *
put_index(struct crm_derive *d, char kind, const struct crm_field *f,
    struct crm_view v, uint64_t id, bool add)
{
	size_t n;

	add_key(d, kind, f, v);
	n = crm_index_group(d->index.full, kind, f->num, crm_buf_view(&d->key));
	d->index.all += add;
	if (add)
		return crm_gather_add(crm_derive_adds(d, &d->index),
		    crm_view(d->index.full, n), id, 0);
	d->index.full[n] = '\0';
	crm_be64(d->index.full + n + 1, id);
	return crm_runs_add(crm_derive_runs(d, &d->index.del),
	    crm_view(d->index.full, n + 9), CRM_VNULL);
}

/* Note the keys of stored values. */
static void
note_values(struct crm_derive *d, char kind, const struct crm_field *f,
    struct crm_view stored)
{
	struct crm_many m;
	struct crm_view v;

	crm_map_release(&d->values);
	crm_many_begin(&m, stored, (f->flags & CRM_F_MANY) != 0);
	while (crm_many_next(&m, &v)) {
		add_key(d, kind, f, v);
		(void)crm_map_at(&d->values, crm_buf_view(&d->key), NULL);
	}
}

/* Is there one of these with the key of a value? */
static bool
is_noted(struct crm_derive *d, char kind, const struct crm_field *f,
    struct crm_view v)
{
	add_key(d, kind, f, v);
	return crm_map_get(&d->values, crm_buf_view(&d->key)) != NULL;
}

/* Lists that are longer are not searched from one end to the other. */
#define SEARCHED_MAX 64

void
crm_among_begin(struct crm_among *a, const struct crm_field *f,
    struct crm_view stored, struct crm_view asked)
{
	bool many = (f->flags & CRM_F_MANY) != 0;

	crm_many_begin(&a->all, stored, many);
	if (a->all.left > SEARCHED_MAX ||
	    crm_many_count(asked, many) > SEARCHED_MAX)
		a->all.left = 0;
	a->rest = a->all;
}

bool
crm_is_among(struct crm_among *a, struct crm_view v)
{
	struct crm_many m = a->rest;
	struct crm_view w;

	while (crm_many_next(&m, &w))
		if (crm_view_eq(v, w)) {
			a->rest = m;
			return true;
		}
	m = a->all;
	while (m.left > a->rest.left && crm_many_next(&m, &w))
		if (crm_view_eq(v, w))
			return true;
	return false;
}

/* Add up the values of a field: of equal keys one is an entry. */
static void
sum_field(struct crm_derive *d, uint64_t id, char kind,
    const struct crm_field *f, struct crm_view stored)
{
	struct crm_view v;
	struct crm_many m;
	bool several, added = true;

	crm_many_begin(&m, stored, (f->flags & CRM_F_MANY) != 0);
	several = m.left > 1;
	if (several)
		crm_map_release(&d->values);
	while (crm_many_next(&m, &v)) {
		add_key(d, kind, f, v);
		if (several)
			(void)crm_map_at(
			    &d->values, crm_buf_view(&d->key), &added);
		if (added)
			crm_derive_sum_posting(d, &d->index,
			    crm_index_group(d->index.full, kind, f->num,
				crm_buf_view(&d->key)),
			    id, CRM_VNULL);
	}
}

/* Index the values of a field whose keys are not among those of was. */
static const struct crm_err *
index_field(struct crm_derive *d, uint64_t id, char kind,
    const struct crm_field *f, struct crm_view stored, struct crm_view was,
    bool add)
{
	const struct crm_err *err = NULL;
	bool noted = was.n == 0;
	struct crm_among among;
	struct crm_many m;
	struct crm_view v;

	if (d->sums) {
		sum_field(d, id, kind, f, stored);
		return NULL;
	}
	crm_among_begin(&among, f, was, stored);
	crm_many_begin(&m, stored, (f->flags & CRM_F_MANY) != 0);
	while (err == NULL && crm_many_next(&m, &v)) {
		if (crm_is_among(&among, v))
			continue;
		if (!noted)
			note_values(d, kind, f, was);
		noted = true;
		if (was.n == 0 || !is_noted(d, kind, f, v))
			err = put_index(d, kind, f, v, id, add);
	}
	return err;
}

void
crm_derive_take_apart(
    struct crm_postings *p, const struct crm_stored *r, int side)
{
	if (r == NULL)
		return;
	p->part[side] = crm_grow(
	    p->part[side], &p->part_cap[side], r->n, sizeof(*p->part[side]));
	crm_stored_all(r, p->part[side]);
}

/* Index the values of one record, that of a side, that the other lacks. */
static const struct crm_err *
index_values(struct crm_derive *d, uint64_t id, const struct crm_kind *k,
    const struct crm_stored *r, int side, const struct crm_stored *other,
    unsigned int what, bool add)
{
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	struct crm_slot slot;
	struct crm_view was;
	uint32_t i;

	for (i = 0; err == NULL && r != NULL && i < r->n; i++) {
		slot = d->index.part[side][i];
		f = crm_field_num(k, slot.num);
		if (f == NULL ||
		    !crm_derive_wants(k->letter, f, CRM_F_INDEXED, what))
			continue;
		if (other == NULL || !crm_stored_get(other, f->num, &was))
			was = CRM_VNULL;
		if (!crm_view_eq(was, slot.value))
			err = index_field(
			    d, id, k->letter, f, slot.value, was, add);
	}
	return err;
}

const struct crm_kind *
crm_derive_see_kind(const struct crm_derive *d, uint64_t id,
    const struct crm_stored **from, const struct crm_stored **to)
{
	if (*from != NULL && ((*from)->flags & CRM_R_REMOVED) != 0)
		*from = NULL;
	if (*to != NULL && ((*to)->flags & CRM_R_REMOVED) != 0)
		*to = NULL;
	return *from != NULL || *to != NULL
	    ? crm_kind_of(d->schema, crm_id_kind(id))
	    : NULL;
}

const struct crm_err *
crm_derive_rest(struct crm_derive *d, uint64_t id,
    const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what)
{
	const struct crm_kind *k = crm_derive_see_kind(d, id, &from, &to);
	const struct crm_err *err;

	if (k == NULL)
		return NULL;
	crm_derive_take_apart(&d->index, from, 0);
	crm_derive_take_apart(&d->index, to, 1);
	err = index_values(d, id, k, to, 1, from, what, true);
	if (err == NULL)
		err = index_values(d, id, k, from, 0, to, what, false);
	if (err == NULL && k->letter == 'e' && (what & CRM_DERIVE_SUMS) != 0)
		err = crm_derive_event(d, id, from, to);
	return err;
}

const struct crm_err *
crm_derive_record(struct crm_derive *d, uint64_t id,
    const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what)
{
	const struct crm_err *err = crm_derive_rest(d, id, from, to, what);

	return err != NULL ? err : crm_derive_words(d, id, from, to, what);
}
