#include "store/fresh.h"

#include <stdlib.h>

#include "base/mem.h"
#include "record/word.h"
#include "store/derive.h"
#include "store/store_impl.h"

/* Of all that may be fresh the sum is below 2^51; sums that are below 2^62 can
 * hold that. */
#define AMOUNT_MAX (INT64_C(1) << 40)
#define ROOM (INT64_C(1) << 62)

bool
crm_fresh_may_be(const struct crm_event_core *c)
{
	return !c->has_doc && c->minor <= AMOUNT_MAX && c->minor >= -AMOUNT_MAX;
}

static bool
is_small(int64_t sum)
{
	return sum < ROOM && sum > -ROOM;
}

const struct crm_err *
crm_fresh_has_room(
    struct crm_snap *snap, const struct crm_event_core *c, bool *yes)
{
	struct crm_zone *zone = crm_store_config(crm_snap_store(snap))->zone;
	struct crm_total total = { .currency = c->currency, .what = c->what };
	const struct crm_err *err = NULL;
	struct crm_story_parts parts;
	struct crm_rollup row, add;
	struct crm_story s;
	int cur;

	*yes = true;
	if (c->minor == 0)
		return NULL;
	crm_story_parts(&parts, c);
	while (err == NULL && *yes && crm_story_next_part(&parts, &s)) {
		cur = crm_rollup_of(&s, &add);
		if (cur < 0)
			continue;
		err = crm_rollup_stored(snap, s.who, (uint8_t)cur, &row);
		*yes = is_small(row.sum) && is_small(row.balance);
	}
	total.month = crm_month_of(zone, c->at_us);
	if (err == NULL)
		err = crm_total_stored(crm_snap_txn(snap), &total);
	*yes &= is_small(total.sum);
	return err;
}

bool
crm_fresh_is(const struct crm_store *s, uint64_t mark, uint64_t event)
{
	return event > mark && crm_id_kind(event) == 'e' &&
	    crm_id_replica(event) == s->replica;
}

const struct crm_err *
crm_fresh_mark(struct crm_txn *t, uint64_t *out)
{
	const struct crm_err *err;
	struct crm_view v;

	*out = 0;
	err = crm_meta_get(t, CRM_META_SUMMED, &v);
	if (err != NULL)
		return err;
	if (v.n != 8)
		return crm_err(CRM_E_DATA,
		    "the store is damaged: which events its sums have is not "
		    "known (crm-store repair)");
	*out = crm_le64_get(v.p);
	return NULL;
}

const struct crm_err *
crm_fresh_put_mark(struct crm_txn *t, uint64_t event)
{
	char p[8];

	crm_le64(p, event);
	return crm_meta_put(t, CRM_META_SUMMED, crm_view(p, sizeof(p)));
}

const struct crm_err *
crm_fresh_count(struct crm_snap *snap, uint64_t last, uint64_t *out)
{
	const struct crm_hidden *h;
	const struct crm_err *err;
	uint64_t mark, behind;
	size_t n, i;

	*out = 0;
	err = crm_fresh_mark(crm_snap_txn(snap), &mark);
	if (err != NULL || last <= mark)
		return err;
	*out = last - mark;
	h = crm_snap_hidden(snap, &n);
	for (i = 0; i < n; i++) {
		behind = h[i].first + h[i].count;
		if (h[i].first > last || behind <= mark + 1)
			continue;
		*out -= (behind <= last ? behind : last + 1) -
		    (h[i].first > mark ? h[i].first : mark + 1);
	}
	return NULL;
}

/* Call fn with each fresh event. */
typedef const struct crm_err *event_fn(
    void *ctx, uint64_t id, const struct crm_stored *);

static const struct crm_err *
each_event(struct crm_snap *snap, event_fn *fn, void *ctx)
{
	struct crm_store *s = crm_snap_store(snap);
	const struct crm_err *err;
	struct crm_walk *w = NULL;
	struct crm_entry e = { 0 };
	struct crm_stored r;
	uint64_t mark, from;
	char key[8];

	err = crm_fresh_mark(crm_snap_txn(snap), &mark);
	if (err == NULL)
		err = crm_walk_open(crm_snap_txn(snap), CRM_TABLE_EVENT, &w);
	crm_be64(key, mark + 1);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (
	    err == NULL && e.prefix.p != NULL && crm_fresh_is(s, mark, e.id)) {
		from = crm_snap_behind_hidden(snap, e.id);
		if (from != e.id) {
			crm_be64(key, from);
			err = crm_walk_seek(w, crm_view(key, 8), &e);
			continue;
		}
		err = crm_code_open(e.value, &r)
		    ? fn(ctx, e.id, &r)
		    : crm_err(CRM_E_DATA,
			  "the store is damaged: an event cannot be read");
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

/* Put what an entry of a story adds into the rows: it comes behind those of
 * customers before. */
static const struct crm_err *
add_row(struct crm_fresh *f, const struct crm_story *s, struct crm_zone *zone)
{
	struct crm_fresh_row *r;
	struct crm_rollup add;
	char key[CRM_ROLLUP_KEY];
	size_t at;
	int cur = crm_rollup_of(s, &add);

	if (cur < 0)
		return NULL;
	add.orders = add.purchases; /* none has a doc */
	f->purchases |= add.purchases > 0;
	crm_rollup_key(key, s->who, (uint8_t)cur);
	at = crm_fresh_row_from(f, key, sizeof(key));
	r = at < f->nrows ? &f->row[at] : NULL;
	if (r == NULL || memcmp(r->key, key, sizeof(key)) != 0) {
		f->row = crm_grow(
		    f->row, &f->row_cap, f->nrows + 1, sizeof(*f->row));
		r = &f->row[at];
		memmove(r + 1, r, (f->nrows++ - at) * sizeof(*r));
		memset(r, 0, sizeof(*r));
		memcpy(r->key, key, sizeof(key));
	}
	return crm_rollup_add(&r->row, &add, zone)
	    ? NULL
	    : crm_rollup_too_large(s->who, (uint8_t)cur);
}

static int
cmp_totals(const struct crm_total *a, const struct crm_total *b)
{
	char x[CRM_TOTAL_KEY], y[CRM_TOTAL_KEY];

	crm_total_key(x, a);
	crm_total_key(y, b);
	return memcmp(x, y, CRM_TOTAL_KEY);
}

static const struct crm_err *
count_event(
    struct crm_fresh *f, const struct crm_story *s, struct crm_zone *zone)
{
	struct crm_total t = { .month = crm_month_of(zone, s->at_us),
		.currency = s->currency,
		.what = s->what & CRM_WHAT_WORD,
		.count = 1,
		.sum = s->minor };
	size_t i = f->ntotals;

	while (i > 0 && cmp_totals(&f->total[i - 1], &t) > 0)
		i--;
	if (i > 0 && cmp_totals(&f->total[i - 1], &t) == 0) {
		f->total[i - 1].count++;
		return crm_add_i64(
			   f->total[i - 1].sum, s->minor, &f->total[i - 1].sum)
		    ? NULL
		    : crm_total_too_large(&t);
	}
	f->total = crm_grow(
	    f->total, &f->total_cap, f->ntotals + 1, sizeof(*f->total));
	memmove(f->total + i + 1, f->total + i,
	    (f->ntotals++ - i) * sizeof(*f->total));
	f->total[i] = t;
	return NULL;
}

/* Note the day of a purchase; they come in the order of customers and, but for
 * clocks that go back over midnight, of days. */
static void
add_day(struct crm_fresh *f, const struct crm_story *s, struct crm_zone *zone)
{
	struct crm_fresh_day d = { s->who, 0 }, *e;
	size_t i = f->ndays;

	if ((s->what & ~CRM_WHAT_DOC) != CRM_W_PURCHASE)
		return;
	d.day = crm_zone_day(zone, s->at_us);
	while (i > 0 && f->day[i - 1].who == d.who && f->day[i - 1].day > d.day)
		i--;
	if (i > 0 && f->day[i - 1].who == d.who && f->day[i - 1].day == d.day)
		return;
	f->day = crm_grow(f->day, &f->day_cap, f->ndays + 1, sizeof(*f->day));
	e = &f->day[i];
	memmove(e + 1, e, (f->ndays++ - i) * sizeof(*e));
	*e = d;
}

/* An invoice and what was paid of it: the table would have no such row. */
static void
drop_empty_rows(struct crm_fresh *f)
{
	size_t i, k = 0;

	for (i = 0; i < f->nrows; i++)
		if (!crm_rollup_is_empty(&f->row[i].row))
			f->row[k++] = f->row[i];
	f->nrows = k;
}

const struct crm_err *
crm_fresh_sum(struct crm_fresh *f, struct crm_zone *zone)
{
	const struct crm_err *err = NULL;
	struct crm_story s;
	size_t i;

	for (i = 0; err == NULL && i < f->story.n; i++) {
		crm_story_of_list(&f->story.entry[i], &s);
		err = add_row(f, &s, zone);
		if (err == NULL && (s.what & CRM_WHAT_ALSO) == 0)
			err = count_event(f, &s, zone);
		add_day(f, &s, zone);
	}
	drop_empty_rows(f);
	f->summed = err == NULL;
	return err;
}

/* each_event(): ctx is where it goes. */
static const struct crm_err *
read_event(void *ctx, uint64_t id, const struct crm_stored *r)
{
	struct crm_fresh *f = ctx;
	struct crm_event_core core;

	if ((r->flags & CRM_R_REMOVED) != 0)
		return NULL;
	if (!crm_event_core(r, id, &core) || !crm_fresh_may_be(&core))
		return crm_err(CRM_E_DATA,
		    "the store is damaged: an event cannot be read");
	f->id = crm_grow(f->id, &f->cap, f->n + 1, sizeof(*f->id));
	f->id[f->n++] = id;
	crm_story_list_add(&f->story, &core);
	return NULL;
}

const struct crm_err *
crm_fresh_read(struct crm_snap *snap, struct crm_fresh **out)
{
	struct crm_fresh *f = crm_calloc(1, sizeof(*f));
	const struct crm_err *err = each_event(snap, read_event, f);

	crm_story_list_sort(&f->story);
	if (err != NULL) {
		crm_fresh_free(f);
		f = NULL;
	}
	*out = f;
	return err;
}

void
crm_fresh_free(struct crm_fresh *f)
{
	if (f == NULL)
		return;
	crm_story_list_release(&f->story);
	crm_free(f->id);
	crm_free(f->row);
	crm_free(f->total);
	crm_free(f->day);
	crm_free(f);
}

size_t
crm_fresh_row_from(const struct crm_fresh *f, const char *key, size_t n)
{
	size_t lo = 0, hi = f->nrows, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (memcmp(f->row[mid].key, key, n) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t
crm_fresh_day_from(const struct crm_fresh *f, uint64_t who)
{
	size_t lo = 0, hi = f->ndays, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (f->day[mid].who < who)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* each_event(): ctx is a derive. */
static const struct crm_err *
derive_event(void *ctx, uint64_t id, const struct crm_stored *r)
{
	return crm_derive_record(ctx, id, NULL, r, CRM_DERIVE_SUMS);
}

const struct crm_err *
crm_fresh_take_in(struct crm_store *s, struct crm_txn *t, uint64_t to)
{
	struct crm_derive *d = crm_derive_new(s, crm_store_part(s));
	struct crm_snap *snap = NULL;
	const struct crm_err *err;
	bool done;

	err = crm_snap_wrap(s, t, &snap);
	if (err == NULL)
		err = each_event(snap, derive_event, d);
	crm_snap_close(snap);
	snap = NULL;
	if (err == NULL)
		err = crm_derive_write(d, t, CRM_TABLE_STORY, SIZE_MAX, &done);
	if (err == NULL)
		err = crm_fresh_put_mark(t, to);
	/* Folding goes by the story: from now on nothing is fresh. */
	if (err == NULL)
		err = crm_snap_wrap(s, t, &snap);
	if (err == NULL)
		err = crm_derive_rollups(d, snap, NULL, NULL);
	crm_snap_close(snap);
	if (err == NULL)
		err = crm_derive_totals(d, t);
	crm_derive_free(d);
	return err;
}

struct taking {
	struct crm_store *store;
	uint64_t least;
};

/* Not an error: there are not so many any more. */
static const struct crm_err give_up = { CRM_E_BUG, "given up" };

static const struct crm_err *
take_in_all(void *ctx, struct crm_txn *t)
{
	struct taking *g = ctx;
	struct crm_snap *snap = NULL;
	const struct crm_err *err;
	uint64_t n = 0, last = 0;

	err = crm_store_see_config(g->store, t);
	if (err == NULL)
		err = crm_snap_wrap(g->store, t, &snap);
	if (err == NULL)
		err = crm_snap_last_id(snap, 'e', &last);
	if (err == NULL)
		err = crm_fresh_count(snap, last, &n);
	crm_snap_close(snap);
	if (err != NULL || n < g->least)
		return err != NULL ? err : &give_up;
	return crm_fresh_take_in(g->store, t, last);
}

const struct crm_err *
crm_fresh_take_in_all(struct crm_store *s, uint64_t least)
{
	struct taking g = { s, least };
	const struct crm_err *err;

	if (!crm_gate_claim_lag(s->gate))
		return NULL;
	err = crm_store_update(s, take_in_all, &g);
	crm_gate_leave_lag(s->gate);
	return err == &give_up ? NULL : err;
}
