#include "store/past.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/sorted.h"
#include "record/field.h"
#include "record/value.h"
#include "store/history.h"
#include "store/past_impl.h"

/* Bytes of records kept as they were, of each generation. */
#define PAST_MEMORY ((size_t)32 << 20)

static int
cmp_ranges(const void *x, const void *y)
{
	const struct crm_id_range *a = x, *b = y;

	return a->first < b->first ? -1 : a->first > b->first;
}

bool
crm_past_in_ranges(const struct crm_id_range *r, size_t n, uint64_t id)
{
	size_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (id < r[mid].first)
			hi = mid;
		else if (id - r[mid].first < r[mid].count)
			return true;
		else
			lo = mid + 1;
	}
	return false;
}

bool
crm_past_is_later(const struct crm_past *p, uint64_t number)
{
	return crm_sorted_has(p->later, p->nlater, number);
}

static bool
is_dated(const struct crm_past *p)
{
	return p->as_of.change == 0;
}

/* Sort ranges; those that touch become one. */
static void
join_ranges(struct crm_id_range *r, size_t *n)
{
	size_t i, k = 0;

	if (*n > 0)
		qsort(r, *n, sizeof(*r), cmp_ranges);
	for (i = 0; i < *n; i++)
		if (k > 0 && r[k - 1].first + r[k - 1].count == r[i].first)
			r[k - 1].count += r[i].count;
		else
			r[k++] = r[i];
	*n = k;
}

/* Take in a change set that was done later. */
static void
add_later(struct crm_past *p, const struct crm_change *c)
{
	struct crm_id_range r;
	size_t at = 0;

	p->later =
	    crm_grow(p->later, &p->later_cap, p->nlater + 1, sizeof(*p->later));
	p->later[p->nlater++] = c->number;
	while (crm_change_range(c, &at, &r)) {
		if (!is_dated(p)) {
			p->hidden = crm_grow(p->hidden, &p->hidden_cap,
			    p->nhidden + 1, sizeof(r));
			p->hidden[p->nhidden++] = r;
		} else if (crm_id_kind(r.first) != 'e') {
			p->late = crm_grow(
			    p->late, &p->late_cap, p->nlate + 1, sizeof(r));
			p->late[p->nlate++] = r;
		}
	}
}

/* Which change set the store is to be seen behind: its place in the chain. */
static const struct crm_err *
find_place(struct crm_past *p, uint64_t *place)
{
	struct crm_txn *t = crm_snap_txn(p->snap);
	const struct crm_err *err;
	struct crm_change c;

	*place = 0;
	if (is_dated(p))
		return NULL;
	if (p->as_of.change > crm_snap_last_change(p->snap))
		return crm_err(CRM_E_DATA,
		    "there is no change set %llu: the newest one is %llu",
		    (unsigned long long)p->as_of.change,
		    (unsigned long long)crm_snap_last_change(p->snap));
	err = crm_change_get(t, p->as_of.change, &c);
	if (err != NULL)
		return err;
	if (c.state == CRM_CHANGE_OPEN)
		return crm_err(CRM_E_DATA,
		    "change set %llu was never finished: the store was never "
		    "so",
		    (unsigned long long)p->as_of.change);
	*place = c.seq;
	p->time_us = c.clock_us;
	return NULL;
}

/* The change sets that came later: from the end of the chain back. */
static const struct crm_err *
find_later(struct crm_past *p)
{
	struct crm_txn *t = crm_snap_txn(p->snap);
	const struct crm_err *err;
	struct crm_change c;
	uint64_t place, left = crm_snap_last_change(p->snap);

	err = find_place(p, &place);
	if (err == NULL)
		err = crm_change_head(t, &c);
	while (err == NULL && c.number != 0 &&
	    (is_dated(p) ? c.clock_us > p->as_of.at_us : c.seq > place)) {
		if (left-- == 0)
			return crm_err(CRM_E_DATA,
			    "the store is damaged: its change sets go round");
		add_later(p, &c);
		if (c.prior == 0)
			break;
		err = crm_change_get(t, c.prior, &c);
	}
	crm_sort_numbers(p->later, p->nlater);
	join_ranges(p->hidden, &p->nhidden);
	join_ranges(p->late, &p->nlate);
	return err;
}

/* Is a key that of a note of a change set on a record of a kind? */
static bool
is_note(struct crm_view key, uint64_t change, char kind)
{
	return key.n == 16 && crm_be64_get(key.p) == change &&
	    crm_id_kind(crm_be64_get(key.p + 8)) == kind;
}

/* Of events, as of an instant, only merges make a difference. */
static bool
is_concerned(const struct crm_past *p, const struct crm_changed *c)
{
	return (!is_dated(p) || crm_id_kind(c->id) != 'e' ||
		   (c->flags & CRM_CHANGED_RELINKED) != 0) &&
	    !crm_past_in_ranges(p->hidden, p->nhidden, c->id);
}

const struct crm_err *
crm_past_each_note(struct crm_past *p, char kind,
    void (*fn)(void *ctx, const struct crm_changed *), void *ctx)
{
	const struct crm_err *err;
	struct crm_view k = CRM_VNULL, v;
	struct crm_changed c;
	struct crm_cur *cur;
	char from[16];
	size_t i;

	err = crm_cur_open(crm_snap_txn(p->snap), CRM_TABLE_CHANGED, &cur);
	if (err != NULL)
		return err;
	crm_be64(from + 8, crm_id(kind, 0, 0));
	for (i = 0; err == NULL && i < p->nlater; i++) {
		crm_be64(from, p->later[i]);
		if (i == 0 || crm_view_cmp(k, crm_view(from, 16)) < 0)
			err = crm_cur_seek(cur, crm_view(from, 16), &k, &v);
		while (err == NULL && is_note(k, p->later[i], kind)) {
			err = crm_changed_open(k, v, &c);
			if (err == NULL && is_concerned(p, &c))
				fn(ctx, &c);
			if (err == NULL)
				err = crm_cur_next(cur, &k, &v);
		}
		if (k.p == NULL)
			break;
	}
	crm_cur_close(cur);
	return err;
}

void
crm_past_ids_add(struct crm_past_ids *l, uint64_t id)
{
	l->id = crm_grow(l->id, &l->cap, l->n + 1, sizeof(id));
	l->id[l->n++] = id;
}

static void
take_note(void *ctx, const struct crm_changed *c)
{
	crm_past_ids_add(ctx, c->id);
}

const struct crm_err *
crm_past_changed(struct crm_past *p, char kind, const uint64_t **out, size_t *n)
{
	struct crm_past_ids *l = &p->changed[(size_t)(kind - 'a') % 26];
	const struct crm_err *err = NULL;

	if (!l->known) {
		l->n = 0;
		err = crm_past_each_note(p, kind, take_note, l);
		l->n = crm_sort_once(l->id, l->n);
		l->known = err == NULL;
	}
	*out = l->id;
	*n = l->n;
	return err;
}

const struct crm_err *
crm_past_open(
    struct crm_snap *snap, const struct crm_as_of *as_of, struct crm_past **out)
{
	struct crm_past *p = crm_calloc(1, sizeof(*p));
	const struct crm_err *err;

	p->snap = snap;
	p->as_of = *as_of;
	p->time_us = as_of->at_us;
	p->until_us = is_dated(p) ? as_of->at_us : INT64_MAX;
	p->rollups.max = SIZE_MAX / 2;
	err = find_later(p);
	if (err != NULL) {
		crm_past_close(p);
		p = NULL;
	}
	*out = p;
	return err;
}

static void
forget(struct crm_past_cache *c)
{
	crm_nummap_release(&c->at);
	crm_free(c->seen);
	crm_arena_release(&c->arena);
	memset(c, 0, sizeof(*c));
}

void
crm_past_close(struct crm_past *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < CRM_NTABLES; i++)
		crm_walk_close(p->walk[i]);
	crm_story_close(p->mine);
	crm_past_columns_free(p);
	forget(&p->young);
	forget(&p->old);
	crm_nummap_release(&p->named);
	crm_buf_release(&p->rollups);
	crm_story_list_release(&p->story);
	crm_free(p->total);
	crm_free(p->later);
	crm_free(p->hidden);
	crm_free(p->late);
	for (i = 0; i < 26; i++)
		crm_free(p->changed[i].id);
	crm_free(p);
}

const struct crm_err *
crm_past_renew(struct crm_past *p)
{
	const struct crm_err *err = NULL;
	size_t i;

	crm_story_close(p->mine);
	p->mine = NULL;
	/* the table may have by now what was fresh */
	if (p->has_fresh)
		p->has_stories = false;
	for (i = 0; err == NULL && i < CRM_NTABLES; i++)
		if (p->walk[i] != NULL)
			err = crm_walk_renew(p->walk[i]);
	return err;
}

const struct crm_id_range *
crm_past_hidden(const struct crm_past *p, size_t *n)
{
	*n = p->nhidden;
	return p->hidden;
}

int64_t
crm_past_until(const struct crm_past *p)
{
	return p->until_us;
}

int64_t
crm_past_time(const struct crm_past *p)
{
	return p->time_us;
}

bool
crm_past_has_event(const struct crm_past *p, uint64_t id)
{
	const struct crm_past_ids *l = &p->changed['e' - 'a'];

	return crm_sorted_has(l->id, l->n, id);
}

bool
crm_past_is_whole(const struct crm_past *p, char kind)
{
	size_t i;

	if (!is_dated(p))
		return true;
	if (kind == 'e')
		return false;
	for (i = 0; i < p->nlate; i++)
		if (crm_id_kind(p->late[i].first) == kind)
			return false;
	return true;
}

/* As it was when it was entered, everything is later. */
static bool
is_any(const void *ctx, uint64_t number)
{
	(void)ctx;
	(void)number;
	return true;
}

static bool
is_later(const void *ctx, uint64_t number)
{
	return crm_past_is_later(ctx, number);
}

/* Work out how a record was. */
static const struct crm_err *
work_out(struct crm_past *p, uint64_t id, const struct crm_stored *now,
    bool late, struct crm_buf *out, enum crm_presence *presence)
{
	const struct crm_err *err;
	struct crm_stored then;
	bool yes = true;

	*presence = CRM_ABSENT;
	err = is_dated(p) && crm_id_kind(id) == 'e'
	    ? crm_history_apart(p->snap, id, now, is_later, p, out)
	    : crm_history_back(
		  p->snap, id, now, late ? is_any : is_later, p, out);
	if (err == NULL)
		err = crm_buf_end(out);
	if (err != NULL || !crm_code_open(crm_buf_view(out), &then))
		return err;
	if (late)
		err = crm_past_is_born(p, id, &then, &yes);
	/* of one who was erased nothing is left, then as today */
	if ((then.flags & CRM_R_ERASED) != 0 && then.n == 0)
		then.flags |= CRM_R_REMOVED;
	if (err == NULL && yes)
		*presence =
		    (then.flags & CRM_R_REMOVED) != 0 ? CRM_REMOVED : CRM_LIVE;
	return err;
}

static struct crm_past_seen *
recall(struct crm_past_cache *c, uint64_t id)
{
	uint64_t *at = crm_nummap_get(&c->at, id);

	return at != NULL ? &c->seen[*at - 1] : NULL;
}

/* Keep what was worked out; bytes may be of the older generation. */
static struct crm_past_seen *
keep(struct crm_past *p, uint64_t id, struct crm_view bytes,
    enum crm_presence presence)
{
	struct crm_past_cache *c = &p->young, gone = { .n = 0 };
	struct crm_past_seen *s;
	size_t n = presence == CRM_ABSENT ? 0 : bytes.n;

	if (c->bytes + n > PAST_MEMORY) {
		gone = p->old;
		p->old = *c;
		memset(c, 0, sizeof(*c));
	}
	c->seen = crm_grow(c->seen, &c->cap, c->n + 1, sizeof(*c->seen));
	s = &c->seen[c->n++];
	*crm_nummap_at(&c->at, id, NULL) = c->n;
	c->bytes += n + sizeof(*s);
	s->presence = presence;
	s->bytes = crm_view(crm_arena_dup(&c->arena, bytes.p, n), n);
	forget(&gone);
	return s;
}

/* A record that was changed or entered later: remembered, or worked out. */
static const struct crm_err *
see_changed(struct crm_past *p, uint64_t id, bool late, struct crm_stored *r,
    enum crm_presence *presence)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	const struct crm_err *err = NULL;
	struct crm_past_seen *s;

	s = recall(&p->young, id);
	if (s == NULL) {
		/* among the younger ones again, or it might go at once */
		s = recall(&p->old, id);
		if (s != NULL)
			s = keep(p, id, s->bytes, s->presence);
	}
	if (s == NULL) {
		err = work_out(p, id, r, late, &b, presence);
		if (err == NULL)
			s = keep(p, id, crm_buf_view(&b), *presence);
		crm_buf_release(&b);
	}
	if (err != NULL)
		return err;
	*presence = s->presence;
	if (s->presence != CRM_ABSENT && !crm_code_open(s->bytes, r))
		return crm_err(CRM_E_BUG, "a record as it was cannot be read");
	return NULL;
}

/* Was a record changed later?  It says itself when it was last. */
static bool
is_changed(const struct crm_past *p, const struct crm_stored *r)
{
	return r->updated != r->added && crm_past_is_later(p, r->updated);
}

/* Did an event happen by then? */
static bool
has_happened(const struct crm_past *p, const struct crm_stored *r)
{
	struct crm_view v;
	int64_t at_us;

	return crm_stored_get(r, CRM_EVENT_AT, &v) &&
	    crm_value_get_time(v, &at_us) && at_us <= p->until_us;
}

const struct crm_err *
crm_past_see(struct crm_past *p, uint64_t id, struct crm_stored *r,
    enum crm_presence *presence)
{
	bool late;

	if (crm_id_kind(id) == 'e' && is_dated(p)) {
		if (!has_happened(p, r))
			*presence = CRM_ABSENT;
		return *presence != CRM_ABSENT && is_changed(p, r)
		    ? see_changed(p, id, false, r, presence)
		    : NULL;
	}
	late = p->nlate > 0 && crm_past_in_ranges(p->late, p->nlate, id);
	if ((!late && !is_changed(p, r)) ||
	    crm_kind_of(crm_snap_schema(p->snap), crm_id_kind(id)) == NULL)
		return NULL;
	return see_changed(p, id, late, r, presence);
}

const struct crm_err *
crm_past_walk(struct crm_past *p, enum crm_table table, struct crm_walk **out)
{
	const struct crm_err *err = NULL;

	if (p->walk[table] == NULL)
		err = crm_walk_open(
		    crm_snap_txn(p->snap), table, &p->walk[table]);
	*out = p->walk[table];
	return err;
}

const struct crm_err *
crm_past_get(struct crm_past *p, uint64_t id, struct crm_stored *out,
    enum crm_presence *presence)
{
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_view v;

	*presence = CRM_ABSENT;
	err = crm_past_walk(p, crm_table_of(id), &w);
	if (err == NULL)
		err = crm_walk_get(w, id, &v);
	return err != NULL || v.p == NULL
	    ? err
	    : crm_snap_see(p->snap, id, v, out, presence);
}
