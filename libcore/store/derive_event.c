/* Story, rollups and totals: what an event adds and takes away. */
#include <stdlib.h>

#include "base/mem.h"
#include "record/value.h"
#include "record/word.h"
#include "store/derive_impl.h"

/*
 * Deltas are found by a hash: its upper bytes are a place among the slots, and
 * a slot is 8 bits of it, which tell most deltas apart without looking at them,
 * above the number of one (from 1 on).
 */
#define TAG_SHIFT 24
#define DELTAS_MAX (((size_t)1 << TAG_SHIFT) - 1)

static uint64_t
delta_hash(uint64_t who, uint8_t currency)
{
	return (who ^ (uint64_t)currency << 48) * 0x9e3779b97f4a7c15u;
}

static size_t
place_of(const struct crm_derive *d, uint64_t hash)
{
	return hash >> 32 & (d->nslots - 1);
}

static uint32_t
tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 56) << TAG_SHIFT;
}

static void
grow_slots(struct crm_derive *d)
{
	uint64_t hash;
	size_t i, j;

	d->nslots = d->nslots > 0 ? d->nslots * 2 : 256;
	crm_free(d->slot);
	d->slot = crm_calloc(d->nslots, sizeof(*d->slot));
	for (i = 0; i < d->ndeltas; i++) {
		hash = delta_hash(d->delta[i].who, d->delta[i].currency);
		j = place_of(d, hash);
		while (d->slot[j] != 0)
			j = (j + 1) & (d->nslots - 1);
		d->slot[j] = tag_of(hash) | (uint32_t)(i + 1);
	}
}

static int
cmp_deltas(const void *x, const void *y)
{
	const struct crm_delta *a = x, *b = y;

	if (a->who != b->who)
		return a->who < b->who ? -1 : 1;
	return a->currency < b->currency ? -1 : a->currency > b->currency;
}

/* Hand the deltas to a sort that needs no more memory. */
static const struct crm_err *
spill_deltas(struct crm_derive *d)
{
	const struct crm_err *err = NULL;
	char key[CRM_ROLLUP_KEY], value[CRM_ROLLUP_BYTES];
	size_t i;

	if (d->spilled == NULL)
		d->spilled = crm_runs_new(d->memory, d->store->dir);
	for (i = 0; err == NULL && i < d->ndeltas; i++) {
		crm_rollup_key(key, d->delta[i].who, d->delta[i].currency);
		crm_rollup_write(value, &d->delta[i].row);
		err = crm_runs_add(d->spilled, crm_view(key, sizeof(key)),
		    crm_view(value, sizeof(value)));
	}
	d->ndeltas = 0;
	memset(d->slot, 0, d->nslots * sizeof(*d->slot));
	return err;
}

/* The delta of a customer and currency, a new one if there is none. */
static struct crm_delta *
delta_of(struct crm_derive *d, uint64_t who, uint8_t currency)
{
	uint64_t hash = delta_hash(who, currency);
	uint32_t tag = tag_of(hash), slot;
	struct crm_delta *e;
	size_t i;

	if (d->ndeltas * 4 >= d->nslots * 3)
		grow_slots(d);
	i = place_of(d, hash);
	for (; (slot = d->slot[i]) != 0; i = (i + 1) & (d->nslots - 1)) {
		if (slot >> TAG_SHIFT != tag >> TAG_SHIFT)
			continue;
		e = &d->delta[(slot & DELTAS_MAX) - 1];
		if (e->who == who && e->currency == currency)
			return e;
	}
	d->delta = crm_grow(
	    d->delta, &d->delta_cap, d->ndeltas + 1, sizeof(*d->delta));
	e = &d->delta[d->ndeltas++];
	memset(e, 0, sizeof(*e));
	e->who = who;
	e->currency = currency;
	d->slot[i] = tag | (uint32_t)d->ndeltas;
	return e;
}

static const struct crm_err *
add_delta(struct crm_derive *d, uint64_t who, uint8_t currency,
    const struct crm_rollup *row)
{
	const struct crm_err *err;

	if (d->ndeltas == DELTAS_MAX ||
	    d->ndeltas * (sizeof(struct crm_delta) + 8) > d->memory) {
		err = spill_deltas(d);
		if (err != NULL)
			return err;
	}
	if (!crm_rollup_add(&delta_of(d, who, currency)->row, row, d->zone))
		return crm_rollup_too_large(who, currency);
	return NULL;
}

static const struct crm_err *
note_mine(struct crm_derive *d, uint64_t id)
{
	struct crm_id_range *r;

	if (d->nmine > 0) {
		r = &d->mine[d->nmine - 1];
		if (id == r->first + r->count) {
			r->count++;
			return NULL;
		}
	}
	d->mine =
	    crm_grow(d->mine, &d->mine_cap, d->nmine + 1, sizeof(*d->mine));
	d->mine[d->nmine].first = id;
	d->mine[d->nmine++].count = 1;
	return NULL;
}

static int
cmp_ranges(const void *x, const void *y)
{
	const struct crm_id_range *a = x, *b = y;

	return a->first < b->first ? -1 : a->first > b->first;
}

void
crm_derive_sort_mine(struct crm_derive *d)
{
	if (d->nmine > 0)
		qsort(d->mine, d->nmine, sizeof(*d->mine), cmp_ranges);
}

bool
crm_derive_is_mine(const struct crm_derive *d, uint64_t id)
{
	size_t lo = 0, hi = d->nmine, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (id - d->mine[mid].first < d->mine[mid].count &&
		    id >= d->mine[mid].first)
			return true;
		if (id < d->mine[mid].first)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}

void
crm_doc_key(struct crm_buf *b, struct crm_view doc)
{
	char hash[8];

	crm_buf_addv(
	    b, crm_view(doc.p, doc.n < CRM_DOC_MAX ? doc.n : CRM_DOC_MAX));
	if (doc.n > CRM_DOC_MAX) {
		crm_be64(hash, crm_hash(doc));
		crm_buf_add(b, hash, 8);
	}
}

/* A purchase with a doc is an order of its own only once a doc. */
static const struct crm_err *
note_doc(struct crm_derive *d, const struct crm_story *s,
    const struct crm_stored *event)
{
	struct crm_view doc;
	char head[CRM_ROLLUP_KEY];

	if (!crm_stored_get(event, CRM_EVENT_DOC, &doc))
		return NULL;
	crm_rollup_key(head, s->who, s->currency);
	crm_buf_reset(&d->key);
	crm_buf_add(&d->key, head, sizeof(head));
	crm_doc_key(&d->key, doc);
	return crm_runs_add(
	    crm_derive_runs(d, &d->docs), crm_buf_view(&d->key), CRM_VNULL);
}

static const struct crm_err *
roll_up(struct crm_derive *d, const struct crm_story *s,
    const struct crm_stored *event)
{
	const struct crm_err *err = NULL;
	struct crm_rollup row;
	int cur = crm_rollup_of(s, &row);

	if (cur < 0)
		return NULL;
	if (row.purchases > 0) {
		if ((s->what & CRM_WHAT_DOC) != 0)
			err = note_doc(d, s, event);
		else
			row.orders = 1;
	}
	return err != NULL ? err : add_delta(d, s->who, (uint8_t)cur, &row);
}

/* The entries of an event under each of its who: put, taken away, rolled up
 * or noted to be folded. */
static const struct crm_err *
tell(struct crm_derive *d, const struct crm_event_core *c,
    const struct crm_stored *event, char sign, bool fold)
{
	const struct crm_err *err = NULL;
	char key[CRM_STORY_KEY], value[9];
	struct crm_story_parts parts;
	struct crm_story s;

	crm_story_parts(&parts, c);
	while (err == NULL && crm_story_next_part(&parts, &s)) {
		crm_story_key(key, &s);
		crm_le64(value, (uint64_t)s.minor);
		value[8] = sign;
		if (d->sums) {
			crm_sum_add(&d->story_sum, d->seed,
			    crm_view(key, sizeof(key)), crm_view(value, 8));
			continue;
		}
		err = crm_runs_add(crm_derive_runs(d, &d->story),
		    crm_view(key, sizeof(key)), crm_view(value, sizeof(value)));
		if (err == NULL && fold)
			(void)crm_nummap_at(&d->fold, s.who, NULL);
		else if (err == NULL)
			err = roll_up(d, &s, event);
	}
	return err;
}

static const struct crm_err *
count_total(struct crm_derive *d, const struct crm_event_core *c, int sign)
{
	struct crm_total *t;
	uint16_t month = crm_month_of(d->zone, c->at_us);
	uint64_t *at;
	bool added;

	at = crm_nummap_at(&d->total_at,
	    (uint64_t)month << 16 | (uint64_t)c->currency << 8 | c->what,
	    &added);
	if (added) {
		d->total = crm_grow(
		    d->total, &d->total_cap, d->ntotals + 1, sizeof(*d->total));
		t = &d->total[d->ntotals];
		memset(t, 0, sizeof(*t));
		t->month = month;
		t->currency = c->currency;
		t->what = c->what;
		*at = d->ntotals++;
	}
	t = &d->total[*at];
	t->count += (uint64_t)(int64_t)sign; /* may pass below 0 */
	if (!crm_add_i64(t->sum, sign * c->minor, &t->sum))
		return crm_total_too_large(t);
	return NULL;
}

static bool
same_core(const struct crm_event_core *a, const struct crm_event_core *b)
{
	return a->at_us == b->at_us && a->what == b->what &&
	    a->has_doc == b->has_doc && a->currency == b->currency &&
	    a->minor == b->minor && crm_view_eq(a->who, b->who);
}

/* Does a change of doc alone change the number of orders? */
static bool
same_doc(const struct crm_stored *a, const struct crm_stored *b)
{
	struct crm_view x, y;

	if (!crm_stored_get(a, CRM_EVENT_DOC, &x))
		x = CRM_VNULL;
	if (!crm_stored_get(b, CRM_EVENT_DOC, &y))
		y = CRM_VNULL;
	return crm_view_eq(x, y);
}

const struct crm_err *
crm_derive_event(struct crm_derive *d, uint64_t id,
    const struct crm_stored *from, const struct crm_stored *to)
{
	const struct crm_err *err = NULL;
	struct crm_event_core a, b;
	bool fold = from != NULL;

	if ((from != NULL && !crm_event_core(from, id, &a)) ||
	    (to != NULL && !crm_event_core(to, id, &b)))
		return crm_err(CRM_E_DATA,
		    "the store is damaged: an event cannot be read");
	if (from != NULL && to != NULL && same_core(&a, &b) &&
	    same_doc(from, to))
		return NULL;
	if (from != NULL) {
		err = tell(d, &a, from, '-', true);
		if (err == NULL)
			err = count_total(d, &a, -1);
	}
	if (err == NULL && to != NULL) {
		if (from == NULL && !d->sums)
			err = note_mine(d, id);
		if (err == NULL)
			err = tell(d, &b, to, '+', fold);
		if (err == NULL)
			err = count_total(d, &b, 1);
	}
	return err;
}

const struct crm_err *
crm_derive_sort_deltas(struct crm_derive *d)
{
	const struct crm_err *err;

	d->next_delta = 0;
	if (d->spilled == NULL) {
		if (d->ndeltas > 0)
			qsort(d->delta, d->ndeltas, sizeof(*d->delta),
			    cmp_deltas);
		return NULL;
	}
	err = spill_deltas(d);
	if (err == NULL)
		err = crm_runs_sort(d->spilled);
	if (err == NULL)
		err = crm_runs_next(
		    d->spilled, &d->spilled_key, &d->spilled_value);
	return err;
}

/* The next delta of those that were spilled, added up. */
static const struct crm_err *
next_spilled(struct crm_derive *d, struct crm_delta *out, bool *more)
{
	const struct crm_err *err = NULL;
	char key[CRM_ROLLUP_KEY];
	struct crm_rollup row;

	*more = d->spilled_key.p != NULL;
	if (!*more)
		return NULL;
	memcpy(key, d->spilled_key.p, sizeof(key));
	memset(out, 0, sizeof(*out));
	out->who = crm_be64_get(key);
	out->currency = (uint8_t)key[8];
	while (err == NULL && d->spilled_key.p != NULL &&
	    memcmp(key, d->spilled_key.p, sizeof(key)) == 0) {
		crm_rollup_read(d->spilled_value, &row);
		if (!crm_rollup_add(&out->row, &row, d->zone))
			return crm_rollup_too_large(out->who, out->currency);
		err = crm_runs_next(
		    d->spilled, &d->spilled_key, &d->spilled_value);
	}
	return err;
}

const struct crm_err *
crm_derive_next_delta(struct crm_derive *d, struct crm_delta *out, bool *more)
{
	if (d->spilled != NULL)
		return next_spilled(d, out, more);
	*more = d->next_delta < d->ndeltas;
	if (*more)
		*out = d->delta[d->next_delta++];
	return NULL;
}
