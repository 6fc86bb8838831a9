#include "store/snap.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/sorted.h"
#include "record/value.h"
#include "store/change.h"
#include "store/fresh.h"
#include "store/index.h"
#include "store/past.h"
#include "store/store_impl.h"

struct crm_snap {
	struct crm_store *store;
	struct crm_txn *txn;
	bool owned;
	uint64_t generation;
	struct crm_walk *walk[CRM_NTABLES];
	/* Of tables that may be packed: crm_snap_get_beside(). */
	struct crm_walk *beside[CRM_NTABLES];
	struct crm_story_walk *story;
	struct crm_fresh *fresh;   /* NULL: not asked for yet */
	struct crm_hidden *hidden; /* sorted by first */
	size_t nhidden, hidden_cap;
	struct crm_mark mark; /* the last event that is indexed */
	uint64_t last_change, state;
	uint64_t time_of; /* change set whose time is remembered */
	int64_t time_us;
	uint64_t *found;
	size_t found_cap;
	unsigned int hints;
	struct crm_as_of as_of;
	struct crm_past *past; /* NULL: the store as it is */
};

#define HINTS_MAX 20

/* Hidden ranges: first id u64, count u64, change u64, each. */
static const struct crm_err *
read_hidden(struct crm_snap *s)
{
	const struct crm_err *err;
	struct crm_view v;
	size_t i;

	err = crm_meta_get(s->txn, CRM_META_HIDDEN, &v);
	if (err != NULL)
		return err;
	s->nhidden = v.n / 24;
	s->hidden =
	    crm_grow(s->hidden, &s->hidden_cap, s->nhidden, sizeof(*s->hidden));
	for (i = 0; i < s->nhidden; i++) {
		s->hidden[i].first = crm_le64_get(v.p + 24 * i);
		s->hidden[i].count = crm_le64_get(v.p + 24 * i + 8);
		s->hidden[i].change = crm_le64_get(v.p + 24 * i + 16);
	}
	return NULL;
}

#define MARK_BYTES 32

const struct crm_err *
crm_mark_get(struct crm_store *s, struct crm_txn *t, struct crm_mark *out)
{
	const struct crm_err *err;
	struct crm_view v;

	memset(out, 0, sizeof(*out));
	out->mark = out->reach = crm_id('e', s->replica, 0);
	err = crm_meta_get(t, CRM_META_MARK, &v);
	if (err != NULL || v.n != MARK_BYTES)
		return err;
	out->mark = crm_le64_get(v.p);
	out->reach = crm_le64_get(v.p + 8);
	out->since = crm_le64_get(v.p + 16);
	out->lowest = crm_le64_get(v.p + 24);
	return NULL;
}

const struct crm_err *
crm_mark_put(struct crm_txn *t, const struct crm_mark *m)
{
	char p[MARK_BYTES];

	crm_le64(p, m->mark);
	crm_le64(p + 8, m->reach);
	crm_le64(p + 16, m->since);
	crm_le64(p + 24, m->lowest);
	return crm_meta_put(t, CRM_META_MARK, crm_view(p, MARK_BYTES));
}

static const struct crm_err *
read_meta(struct crm_snap *s)
{
	const struct crm_err *err;
	struct crm_view v;
	uint16_t format;

	/* a newer crm may have raised it since the store was opened */
	err = crm_store_see_format(s->store, s->txn, &format);
	if (err == NULL)
		err = read_hidden(s);
	if (err == NULL)
		err = crm_mark_get(s->store, s->txn, &s->mark);
	if (err == NULL)
		err = crm_change_last(s->txn, &s->last_change);
	if (err == NULL)
		err = crm_meta_get(s->txn, CRM_META_HIDDEN, &v);
	if (err == NULL)
		s->state = crm_hash(v) ^ s->last_change;
	return err;
}

static const struct crm_err *
new_snap(struct crm_store *store, struct crm_txn *t, bool owned,
    struct crm_snap **out)
{
	struct crm_snap *s = crm_calloc(1, sizeof(*s));
	const struct crm_err *err;

	s->store = store;
	s->txn = t;
	s->owned = owned;
	err = read_meta(s);
	if (err != NULL) {
		crm_snap_close(s);
		s = NULL;
	}
	*out = s;
	return err;
}

const struct crm_err *
crm_snap_open(struct crm_store *store, struct crm_snap **out)
{
	const struct crm_err *err;
	struct crm_txn *t;

	*out = NULL;
	err = crm_txn_read(store->env, &t);
	return err != NULL ? err : new_snap(store, t, true, out);
}

static int
cmp_hidden(const void *x, const void *y)
{
	const struct crm_hidden *a = x, *b = y;

	return a->first < b->first ? -1 : a->first > b->first;
}

/* What was added later is hidden as well. */
static void
hide_later(struct crm_snap *s)
{
	const struct crm_id_range *later;
	size_t n, i;

	later = crm_past_hidden(s->past, &n);
	s->hidden = crm_grow(
	    s->hidden, &s->hidden_cap, s->nhidden + n, sizeof(*s->hidden));
	for (i = 0; i < n; i++)
		s->hidden[s->nhidden++] =
		    (struct crm_hidden){ later[i].first, later[i].count, 0 };
	if (s->nhidden > 0)
		qsort(s->hidden, s->nhidden, sizeof(*s->hidden), cmp_hidden);
}

static const struct crm_err *
open_past(struct crm_snap *s)
{
	const struct crm_err *err;

	crm_past_close(s->past);
	err = crm_past_open(s, &s->as_of, &s->past);
	if (err == NULL)
		hide_later(s);
	return err;
}

const struct crm_err *
crm_snap_open_as_of(struct crm_store *store, const struct crm_as_of *as_of,
    struct crm_snap **out)
{
	const struct crm_err *err;

	err = crm_snap_open(store, out);
	if (err != NULL)
		return err;
	(*out)->as_of = *as_of;
	err = open_past(*out);
	if (err != NULL) {
		crm_snap_close(*out);
		*out = NULL;
	}
	return err;
}

struct crm_past *
crm_snap_past(const struct crm_snap *s)
{
	return s->past;
}

const struct crm_err *
crm_snap_wrap(struct crm_store *store, struct crm_txn *t, struct crm_snap **out)
{
	return new_snap(store, t, false, out);
}

static void
close_walks(struct crm_snap *s)
{
	int i;

	for (i = 0; i < CRM_NTABLES; i++) {
		crm_walk_close(s->walk[i]);
		crm_walk_close(s->beside[i]);
		s->walk[i] = s->beside[i] = NULL;
	}
}

static void
forget_story(struct crm_snap *s)
{
	crm_story_close(s->story);
	s->story = NULL;
	crm_fresh_free(s->fresh);
	s->fresh = NULL;
}

void
crm_snap_close(struct crm_snap *s)
{
	if (s == NULL)
		return;
	close_walks(s);
	forget_story(s);
	crm_past_close(s->past);
	if (s->owned)
		crm_txn_end(s->txn);
	crm_free(s->hidden);
	crm_free(s->found);
	crm_free(s);
}

void
crm_snap_pause(struct crm_snap *s)
{
	crm_txn_pause(s->txn);
}

const struct crm_err *
crm_snap_resume(struct crm_snap *s)
{
	const struct crm_err *err;
	uint64_t state = s->state;
	int i;

	err = crm_txn_resume(s->txn);
	for (i = 0; err == NULL && i < CRM_NTABLES; i++) {
		if (s->walk[i] != NULL)
			err = crm_walk_renew(s->walk[i]);
		if (err == NULL && s->beside[i] != NULL)
			err = crm_walk_renew(s->beside[i]);
	}
	s->generation++;
	forget_story(s);
	if (err == NULL)
		err = read_meta(s);
	if (err != NULL || s->past == NULL)
		return err;
	if (s->state != state)
		return open_past(s);
	hide_later(s);
	return crm_past_renew(s->past);
}

void
crm_snap_forget(struct crm_snap *s)
{
	int i;

	for (i = 0; i < CRM_NTABLES; i++) {
		if (s->walk[i] != NULL)
			crm_walk_forget(s->walk[i]);
		if (s->beside[i] != NULL)
			crm_walk_forget(s->beside[i]);
	}
	forget_story(s);
	s->generation++;
}

struct crm_txn *
crm_snap_txn(const struct crm_snap *s)
{
	return s->txn;
}

struct crm_store *
crm_snap_store(const struct crm_snap *s)
{
	return s->store;
}

const struct crm_schema *
crm_snap_schema(const struct crm_snap *s)
{
	return s->store->config->schema;
}

uint64_t
crm_snap_generation(const struct crm_snap *s)
{
	return s->generation;
}

bool
crm_snap_take_hint(struct crm_snap *s)
{
	return s->hints < HINTS_MAX && s->hints++ < HINTS_MAX;
}

const struct crm_err *
crm_snap_walk(struct crm_snap *s, enum crm_table t, struct crm_walk **out)
{
	const struct crm_err *err = NULL;

	if (s->walk[t] == NULL)
		err = crm_walk_open(s->txn, t, &s->walk[t]);
	*out = s->walk[t];
	return err;
}

const struct crm_err *
crm_snap_story(struct crm_snap *s, struct crm_story_walk **out)
{
	const struct crm_err *err = NULL;

	if (s->story == NULL)
		err = crm_story_open(s, &s->story);
	*out = s->story;
	return err;
}

const struct crm_err *
crm_snap_fresh(struct crm_snap *s, const struct crm_fresh **out)
{
	const struct crm_err *err = NULL;

	if (s->fresh == NULL)
		err = crm_fresh_read(s, &s->fresh);
	*out = s->fresh;
	return err;
}

const struct crm_err *
crm_snap_fresh_sums(struct crm_snap *s, const struct crm_fresh **out)
{
	const struct crm_err *err = crm_snap_fresh(s, out);

	if (err == NULL && !s->fresh->summed)
		err = crm_fresh_sum(s->fresh, s->store->config->zone);
	return err;
}

bool
crm_snap_has_hidden(const struct crm_snap *s)
{
	return s->nhidden > 0;
}

const struct crm_hidden *
crm_snap_hidden(const struct crm_snap *s, size_t *n)
{
	*n = s->nhidden;
	return s->hidden;
}

bool
crm_snap_is_hidden(const struct crm_snap *s, uint64_t id)
{
	size_t lo = 0, hi = s->nhidden, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (id < s->hidden[mid].first)
			hi = mid;
		else if (id - s->hidden[mid].first < s->hidden[mid].count)
			return true;
		else
			lo = mid + 1;
	}
	return false;
}

uint64_t
crm_snap_behind_hidden(const struct crm_snap *s, uint64_t id)
{
	size_t i;

	for (i = 0; i < s->nhidden; i++)
		if (id >= s->hidden[i].first &&
		    id - s->hidden[i].first < s->hidden[i].count)
			id = s->hidden[i].first + s->hidden[i].count;
	return id;
}

bool
crm_snap_is_indexed(const struct crm_snap *s, uint64_t event)
{
	return event <= s->mark.mark;
}

bool
crm_snap_may_be_indexed(const struct crm_snap *s, uint64_t event)
{
	return event <= s->mark.mark || event <= s->mark.reach;
}

uint64_t
crm_snap_first_tail(const struct crm_snap *s)
{
	return s->mark.mark + 1;
}

const struct crm_err *
crm_snap_see(struct crm_snap *s, uint64_t id, struct crm_view bytes,
    struct crm_stored *out, enum crm_presence *presence)
{
	*presence = CRM_ABSENT;
	if (s->nhidden > 0 && crm_snap_is_hidden(s, id))
		return NULL;
	if (!crm_code_open(bytes, out))
		return crm_err(CRM_E_DATA,
		    "the store is damaged: a record cannot be read");
	*presence = (out->flags & CRM_R_REMOVED) != 0 ? CRM_REMOVED : CRM_LIVE;
	return s->past == NULL ? NULL
			       : crm_past_see(s->past, id, out, presence);
}

static const struct crm_err *
get_by(struct crm_snap *s, struct crm_walk *w, uint64_t id,
    struct crm_stored *out, enum crm_presence *presence)
{
	const struct crm_err *err;
	struct crm_view v;

	err = crm_walk_get(w, id, &v);
	return err != NULL || v.p == NULL
	    ? err
	    : crm_snap_see(s, id, v, out, presence);
}

const struct crm_err *
crm_snap_get(struct crm_snap *s, uint64_t id, struct crm_stored *out,
    enum crm_presence *presence)
{
	const struct crm_err *err;
	struct crm_walk *w;

	*presence = CRM_ABSENT;
	err = crm_snap_walk(s, crm_table_of(id), &w);
	return err != NULL ? err : get_by(s, w, id, out, presence);
}

const struct crm_err *
crm_snap_get_beside(struct crm_snap *s, uint64_t id, struct crm_stored *out,
    enum crm_presence *presence)
{
	enum crm_table t = crm_table_of(id);
	const struct crm_err *err = NULL;

	/* views of other tables are of pages, and stay */
	if (crm_form_of(t)->pack == 0)
		return crm_snap_get(s, id, out, presence);
	*presence = CRM_ABSENT;
	if (s->beside[t] == NULL)
		err = crm_walk_open(s->txn, t, &s->beside[t]);
	return err != NULL ? err : get_by(s, s->beside[t], id, out, presence);
}

void
crm_snap_keep(struct crm_snap *s, struct crm_stored *r, struct crm_arena *a)
{
	if (!crm_txn_keeps(s->txn, r->dir))
		crm_stored_dup(a, r, r);
}

const struct crm_err *
crm_snap_last_id(struct crm_snap *s, char kind, uint64_t *out)
{
	uint64_t none = crm_id(kind, s->store->replica, 0), last;
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_entry e;
	char key[8];
	size_t i;

	*out = none;
	crm_be64(key, none | CRM_ID_NUMBER_MAX);
	err = crm_walk_open(s->txn, crm_table_of(none), &w);
	if (err != NULL)
		return err;
	err = crm_walk_floor(w, crm_view(key, 8), &e);
	if (err == NULL && e.prefix.p != NULL && e.id > none)
		*out = e.id;
	crm_walk_close(w);
	for (i = 0; i < s->nhidden; i++) {
		last = s->hidden[i].first + s->hidden[i].count - 1;
		if (last > *out && last <= (none | CRM_ID_NUMBER_MAX))
			*out = last;
	}
	return err;
}

uint64_t
crm_snap_last_change(const struct crm_snap *s)
{
	return s->last_change;
}

uint64_t
crm_snap_state(const struct crm_snap *s)
{
	return s->state;
}

const struct crm_err *
crm_snap_change_time(struct crm_snap *s, uint64_t number, int64_t *out_us)
{
	const struct crm_err *err = NULL;
	struct crm_change c;

	if (s->time_of != number) {
		err = crm_change_get(s->txn, number, &c);
		if (err != NULL)
			return err;
		s->time_of = number;
		s->time_us = c.clock_us;
	}
	*out_us = s->time_us;
	return NULL;
}

const struct crm_err *
crm_snap_created(
    struct crm_snap *s, const struct crm_stored *r, int64_t *out_us)
{
	struct crm_view v;

	if (crm_stored_get(r, CRM_N_CREATED, &v) &&
	    crm_value_get_time(v, out_us))
		return NULL;
	return crm_snap_change_time(s, r->added, out_us);
}

static void
keep_ids(struct crm_snap *s, const struct crm_ids *ids, size_t max, size_t *n)
{
	size_t i;

	s->found =
	    crm_grow(s->found, &s->found_cap, *n + ids->n, sizeof(*s->found));
	for (i = 0; i < ids->n && *n < max; i++)
		if (s->nhidden == 0 || !crm_snap_is_hidden(s, ids->id[i]))
			s->found[(*n)++] = ids->id[i];
}

/* Does a record hold a value whose key is this one?  Of cut groups. */
static const struct crm_err *
holds(struct crm_snap *s, uint64_t id, const struct crm_field *f,
    struct crm_view key, bool *yes)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_many m;
	struct crm_view v;

	*yes = false;
	err = crm_snap_get(s, id, &r, &p);
	if (err == NULL && p == CRM_LIVE && crm_stored_get(&r, f->num, &v)) {
		crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
		while (!*yes && crm_many_next(&m, &v)) {
			crm_buf_reset(&b);
			crm_value_add_key(&b, f, v);
			*yes = crm_view_eq(crm_buf_view(&b), key);
		}
	}
	crm_buf_release(&b);
	return err;
}

/* All ids of the groups that begin with a key. */
static const struct crm_err *
find_prefix(struct crm_snap *s, struct crm_walk *w, struct crm_view key,
    size_t max, size_t *n)
{
	const struct crm_err *err;
	struct crm_entry e;
	struct crm_ids ids;
	size_t rest = key.n - CRM_INDEX_PREFIX;

	err = crm_walk_group(w, key, &e);
	while (err == NULL && e.prefix.p != NULL && *n < max &&
	    memcmp(e.prefix.p, key.p, CRM_INDEX_PREFIX) == 0 &&
	    e.key.n >= rest &&
	    memcmp(e.key.p, key.p + CRM_INDEX_PREFIX, rest) == 0) {
		crm_walk_group_ids(w, &ids);
		while (err == NULL && ids.n > 0 && *n < max) {
			keep_ids(s, &ids, max, n);
			err = crm_walk_more_ids(w, &ids);
		}
		if (err == NULL)
			err = crm_walk_next_group(w, &e);
	}
	*n = crm_sort_once(s->found, *n);
	return err;
}

/* What the index of today has, as far as it was so. */
static const struct crm_err *
keep_true(
    struct crm_snap *s, char kind, const struct crm_past_column *c, size_t *n)
{
	bool whole = crm_past_is_whole(s->past, kind);
	const struct crm_err *err = NULL;
	enum crm_presence p = CRM_LIVE;
	struct crm_stored r;
	size_t i, k = 0;

	for (i = 0; err == NULL && i < *n; i++) {
		if (c != NULL && crm_past_column_has(c, s->found[i]))
			continue;
		if (!whole)
			err = crm_snap_get(s, s->found[i], &r, &p);
		if (p == CRM_LIVE)
			s->found[k++] = s->found[i];
	}
	*n = k;
	return err;
}

struct adding {
	struct crm_snap *s;
	size_t n;
};

static void
add_found(void *ctx, uint64_t id)
{
	struct adding *a = ctx;
	struct crm_snap *s = a->s;

	s->found =
	    crm_grow(s->found, &s->found_cap, a->n + 1, sizeof(*s->found));
	s->found[a->n++] = id;
}

/* As it was: changed records are looked up by what they held then. */
static const struct crm_err *
find_past(struct crm_snap *s, char kind, const struct crm_field *f,
    struct crm_view key, bool prefix, size_t *n)
{
	const struct crm_past_column *c;
	const struct crm_err *err;
	struct adding a = { s, 0 };

	err = crm_past_column(s->past, kind, f, &c);
	if (err == NULL)
		err = keep_true(s, kind, c, n);
	if (err != NULL || c == NULL)
		return err;
	a.n = *n;
	crm_past_column_each(c, key, prefix, add_found, &a);
	*n = crm_sort_once(s->found, a.n);
	return NULL;
}

const struct crm_err *
crm_snap_find(struct crm_snap *s, char kind, const struct crm_field *f,
    struct crm_view key, bool prefix, size_t max, const uint64_t **out,
    size_t *n)
{
	size_t most = s->past == NULL ? max : SIZE_MAX;
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_ids ids;
	char group[CRM_KEY_MAX];
	size_t len, i, k;
	bool yes;

	*n = 0;
	s->found = crm_grow(s->found, &s->found_cap, 1, sizeof(*s->found));
	*out = s->found;
	err = crm_snap_walk(s, CRM_TABLE_INDEX, &w);
	if (err != NULL)
		return err;
	len = crm_index_group(group, kind, f->num, key);
	if (prefix && key.n <= CRM_INDEX_VALUE_MAX)
		err = find_prefix(s, w, crm_view(group, len), most, n);
	else
		for (err = crm_walk_ids(w, crm_view(group, len), &ids);
		     err == NULL && ids.n > 0 && *n < most;
		     err = crm_walk_more_ids(w, &ids))
			keep_ids(s, &ids, most, n);
	if (err == NULL && key.n > CRM_INDEX_VALUE_MAX) {
		for (i = k = 0; err == NULL && i < *n; i++) {
			err = holds(s, s->found[i], f, key, &yes);
			if (yes)
				s->found[k++] = s->found[i];
		}
		*n = k;
	}
	if (err == NULL && s->past != NULL) {
		err = find_past(s, kind, f, key, prefix, n);
		*n = *n < max ? *n : max;
	}
	*out = s->found;
	return err;
}
