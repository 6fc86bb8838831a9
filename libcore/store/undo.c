#include "store/undo.h"

#include "base/map.h"
#include "base/mem.h"
#include "record/field.h"
#include "record/value.h"
#include "store/history.h"
#include "store/merge.h"
#include "store/story.h"

struct undoing {
	struct crm_batch *b;
	struct crm_snap *snap;
	const struct crm_undo_options *o;
	struct crm_change change;
	uint64_t conflicts;
	/* the record at hand */
	uint64_t id;
	const struct crm_kind *kind;
	struct crm_stored now;
	struct crm_slot *slot; /* what it is to hold */
	size_t nslots, cap;
	struct crm_arena arena;
};

/* Which change set changed a field, or the record, last? */
struct search {
	uint64_t until; /* this one is not asked for any more */
	const struct crm_field *field;
	uint64_t found;
};

static const struct crm_err *
look_for(void *ctx, uint64_t number, const struct crm_changed *c)
{
	struct search *s = ctx;
	struct crm_view old, new;
	uint16_t num;
	size_t at = 0;

	if (s->found != 0 || c == NULL || number == s->until)
		return NULL;
	if (s->field == NULL)
		s->found = number;
	while (s->found == 0 && crm_changed_field(c, &at, &num, &old, &new))
		if (num == s->field->num)
			s->found = number;
	return NULL;
}

static const struct crm_err *
tell(struct undoing *u, const struct crm_field *f, struct crm_view then,
    struct crm_view now, const char *what, uint64_t change)
{
	struct search s = { .until = u->change.number, .field = f };
	struct crm_undo_conflict c = { .id = u->id,
		.field = f,
		.then = then,
		.now = now,
		.what = what,
		.change = change };
	const struct crm_err *err = NULL;

	u->conflicts++;
	if (u->o->conflict == NULL)
		return NULL;
	if (change == 0) {
		err = crm_history_each(u->snap, u->id, look_for, &s);
		c.change = s.found;
	}
	return err != NULL ? err : u->o->conflict(u->o->ctx, &c);
}

/* Which change set gave a record a unique value last? */
struct giver {
	const struct crm_field *f;
	struct crm_view key; /* of the value */
	uint64_t undone, found;
	bool own; /* the one that is undone did, too */
};

/* Is a value, by its key, one of what a field holds? */
static bool
has_key(const struct crm_field *f, struct crm_view stored, struct crm_view key)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct crm_many m;
	struct crm_view v;
	bool yes = false;

	crm_many_begin(
	    &m, stored, stored.n > 0 && (f->flags & CRM_F_MANY) != 0);
	while (!yes && stored.n > 0 && crm_many_next(&m, &v)) {
		crm_buf_reset(&b);
		crm_value_add_key(&b, f, v);
		yes = crm_view_eq(crm_buf_view(&b), key);
	}
	crm_buf_release(&b);
	return yes;
}

static const struct crm_err *
look_for_giver(void *ctx, uint64_t number, const struct crm_changed *c)
{
	struct giver *g = ctx;
	struct crm_view old, new;
	uint16_t num;
	size_t at = 0;

	bool gave = c == NULL || (c->flags & CRM_CHANGED_RESTORED) != 0;

	while (!gave && crm_changed_field(c, &at, &num, &old, &new))
		gave = num == g->f->num && has_key(g->f, new, g->key) &&
		    !has_key(g->f, old, g->key);
	if (gave && g->found == 0)
		g->found = number;
	g->own |= gave && number == g->undone;
	return NULL;
}

/*
 * The record that a unique value was given to after the change set; what that
 * itself gave goes with the undo.
 *
 * other   0: none
 * change  that gave it
 */
static const struct crm_err *
find_other(struct undoing *u, const struct crm_field *f, struct crm_view value,
    uint64_t *other, uint64_t *change)
{
	struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct giver g = { .f = f, .undone = u->change.number };
	const struct crm_err *err;
	const uint64_t *found;
	uint64_t id = 0;
	size_t n, i;

	*other = 0;
	crm_value_add_key(&key, f, value);
	g.key = crm_buf_view(&key);
	err = crm_snap_find(
	    u->snap, u->kind->letter, f, g.key, false, 2, &found, &n);
	for (i = 0; err == NULL && i < n; i++)
		if (found[i] != u->id)
			id = found[i];
	if (err == NULL && id != 0)
		err = crm_history_each(u->snap, id, look_for_giver, &g);
	if (g.found > g.undone && !g.own) {
		*other = id;
		*change = g.found;
	}
	crm_buf_release(&key);
	return err;
}

/*
 * Tell of each unique value of a field that others got since.
 *
 * now     what the field holds now, which is its own; may be empty
 * kept    the others, in the arena
 */
static const struct crm_err *
tell_taken(struct undoing *u, const struct crm_field *f, struct crm_view value,
    struct crm_view now, struct crm_view *kept)
{
	struct crm_undo_conflict c = { .id = u->id, .field = f, .now = now };
	struct crm_buf packed = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	bool many = (f->flags & CRM_F_MANY) != 0;
	const struct crm_err *err = NULL;
	struct crm_view *list, v;
	struct crm_many m;
	size_t n = 0;

	list = crm_arena_alloc(&u->arena,
	    ((size_t)crm_many_count(value, many) + 1) * sizeof(*list));
	crm_many_begin(&m, value, many);
	while (err == NULL && crm_many_next(&m, &v)) {
		err = find_other(u, f, v, &c.other, &c.change);
		if (err != NULL || c.other == 0) {
			list[n++] = v;
			continue;
		}
		c.wanted = v;
		u->conflicts++;
		if (u->o->conflict != NULL)
			err = u->o->conflict(u->o->ctx, &c);
	}
	if (many && n > 0)
		crm_many_put(&packed, list, n);
	else if (n > 0)
		crm_buf_addv(&packed, list[0]);
	*kept =
	    crm_view(crm_arena_dup(&u->arena, packed.p, packed.n), packed.n);
	crm_buf_release(&packed);
	return err;
}

/* A field of the record at hand as it is now, in the arena: look-ups let go of
 * u->now. */
static const struct crm_err *
field_now(struct undoing *u, const struct crm_field *f, struct crm_view *out)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_view v;

	*out = CRM_VNULL;
	err = crm_snap_get(u->snap, u->id, &u->now, &p);
	if (err == NULL && crm_stored_get(&u->now, f->num, &v))
		*out = crm_view(crm_arena_dup(&u->arena, v.p, v.n), v.n);
	return err;
}

/* Leave out what others got since: a field of one value stays as it is. */
static const struct crm_err *
drop_taken(struct undoing *u)
{
	const struct crm_err *err;
	const struct crm_field *f;
	struct crm_slot *s;
	struct crm_view now, kept;
	size_t i, n = 0;

	for (i = 0; i < u->nslots; i++) {
		s = &u->slot[i];
		f = crm_field_num(u->kind, s->num);
		if ((f->flags & CRM_F_UNIQUE) != 0 && s->value.n > 0) {
			err = field_now(u, f, &now);
			if (err == NULL)
				err = tell_taken(u, f, s->value, now, &kept);
			if (err != NULL)
				return err;
			if (!s->many && kept.n == 0)
				continue;
			s->value = kept;
		}
		u->slot[n++] = *s;
	}
	u->nslots = n;
	return NULL;
}

/* Did others get unique values of a record that is to come back? */
static const struct crm_err *
is_replaced(struct undoing *u, bool *yes)
{
	uint64_t before = u->conflicts;
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	struct crm_view v, kept;
	size_t i;

	for (i = 0; err == NULL && i < u->kind->nfields; i++) {
		f = &u->kind->field[i];
		if ((f->flags & CRM_F_UNIQUE) == 0)
			continue;
		err = field_now(u, f, &v);
		if (err == NULL && v.n > 0)
			err = tell_taken(u, f, v, CRM_VNULL, &kept);
	}
	*yes = u->conflicts > before;
	return err;
}

/* Note what a field is to hold. */
static void
set(struct undoing *u, const struct crm_field *f, struct crm_view value)
{
	struct crm_slot *s;

	u->slot = crm_grow(u->slot, &u->cap, u->nslots + 1, sizeof(*u->slot));
	s = &u->slot[u->nslots++];
	memset(s, 0, sizeof(*s));
	s->num = f->num;
	s->many = (f->flags & CRM_F_MANY) != 0;
	s->value =
	    crm_view(crm_arena_dup(&u->arena, value.p, value.n), value.n);
}

/* Is a value among many? */
static bool
is_among(struct crm_view value, struct crm_view stored)
{
	struct crm_many m;
	struct crm_view v;

	if (stored.n == 0)
		return false;
	crm_many_begin(&m, stored, true);
	while (crm_many_next(&m, &v))
		if (crm_view_eq(v, value))
			return true;
	return false;
}

/* Of many values: those of now that the change set did not add, then those
 * that it took out. */
static void
set_many(struct undoing *u, const struct crm_field *f, struct crm_view old,
    struct crm_view new, struct crm_view now)
{
	struct crm_buf packed = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	uint64_t most =
	    crm_many_count(old, old.n > 0) + crm_many_count(now, now.n > 0);
	struct crm_view *list, v;
	struct crm_many m;
	size_t n = 0;

	list = crm_arena_alloc(&u->arena, ((size_t)most + 1) * sizeof(*list));
	crm_many_begin(&m, now, now.n > 0);
	while (now.n > 0 && crm_many_next(&m, &v))
		if (is_among(v, old) || !is_among(v, new))
			list[n++] = v;
	crm_many_begin(&m, old, old.n > 0);
	while (old.n > 0 && crm_many_next(&m, &v))
		if (!is_among(v, new) && !is_among(v, now))
			list[n++] = v;
	if (n > 0)
		crm_many_put(&packed, list, n);
	set(u, f, crm_buf_view(&packed));
	crm_buf_release(&packed);
}

/* The order of who says who bears the money: it is one value. */
static bool
is_set_of_values(const struct crm_kind *k, const struct crm_field *f)
{
	return (f->flags & CRM_F_MANY) != 0 && f->num != k->who;
}

/* The fields of a record that is there. */
static const struct crm_err *
take_fields(struct undoing *u, const struct crm_changed *c)
{
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	struct crm_view old, new, now;
	uint16_t num;
	size_t at = 0;

	while (err == NULL && crm_changed_field(c, &at, &num, &old, &new)) {
		f = crm_field_num(u->kind, num);
		if (f == NULL)
			continue;
		if (!crm_stored_get(&u->now, num, &now))
			now = CRM_VNULL;
		if (crm_view_eq(now, old))
			continue; /* it is so again */
		if (crm_view_eq(now, new))
			set(u, f, old);
		else if (is_set_of_values(u->kind, f))
			set_many(u, f, old, new, now);
		else {
			err = tell(u, f, new, now, NULL, 0);
			if (u->o->force)
				set(u, f, old);
		}
	}
	return err;
}

/* What the record was merged into goes with its removal. */
static void
take_merged(struct undoing *u, const struct crm_changed *c)
{
	struct crm_view old, new;
	uint16_t num;
	size_t at = 0;

	while (crm_changed_field(c, &at, &num, &old, &new))
		if (num == CRM_N_MERGED)
			set(u, crm_field_num(u->kind, num), old);
}

/* Is a record still as the change set left it? */
static const struct crm_err *
is_as_left(struct undoing *u, bool *yes)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	const struct crm_err *err;
	struct crm_rec then, now;
	struct crm_stored r;
	bool was_there;

	*yes = u->now.updated == u->change.number;
	if (*yes)
		return NULL;
	crm_rec_init(&then, u->kind);
	crm_rec_init(&now, u->kind);
	err =
	    crm_history_as_of(u->snap, u->id, u->change.number, &b, &was_there);
	if (err == NULL && was_there && crm_code_open(crm_buf_view(&b), &r)) {
		crm_rec_open(&then, &r);
		crm_rec_open(&now, &u->now);
		*yes = crm_rec_same(&then, &now);
	}
	crm_rec_release(&then);
	crm_rec_release(&now);
	crm_buf_release(&b);
	return err;
}

/* A change set after this one that put an event into the record's story; 0:
 * none did. */
static const struct crm_err *
find_newer_event(struct undoing *u, uint64_t *change)
{
	const struct crm_err *err;
	struct crm_story_walk *w;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_story s;

	*change = 0;
	err = crm_snap_story(u->snap, &w);
	if (err == NULL)
		err = crm_story_seek(w, u->id, INT64_MIN, &s);
	while (err == NULL && *change == 0 && s.who == u->id) {
		err = crm_snap_get(u->snap, s.event, &r, &p);
		if (err == NULL && p == CRM_LIVE && r.added > u->change.number)
			*change = r.added;
		if (err == NULL)
			err = crm_story_next(w, &s);
	}
	return err;
}

static const struct crm_err *
remove_it(struct undoing *u)
{
	return crm_batch_exact(
	    u->b, u->id, CRM_TURN_REMOVE, u->slot, u->nslots);
}

/* Remove a record that the change set added, or brought back. */
static const struct crm_err *
take_out(struct undoing *u)
{
	const struct crm_err *err;
	uint64_t newer = 0;
	bool as_left;

	err = is_as_left(u, &as_left);
	if (err == NULL && as_left &&
	    (u->kind->letter == 'p' || u->kind->letter == 'o'))
		err = find_newer_event(u, &newer);
	if (err != NULL || (as_left && newer == 0))
		return err != NULL ? err : remove_it(u);
	err = tell(u, NULL, CRM_VNULL, CRM_VNULL,
	    as_left ? "has events" : "changed", newer);
	return err != NULL || !u->o->force ? err : remove_it(u);
}

/* Bring a record back that the change set removed.  Those whom it names may
 * have been merged since: then it names who they are now. */
static const struct crm_err *
bring_back(struct undoing *u, const struct crm_changed *c)
{
	struct crm_slot *s;
	const struct crm_err *err;
	enum crm_presence p;
	size_t i, n;
	bool replaced = false;

	err = u->o->force ? NULL : is_replaced(u, &replaced);
	if (err == NULL && !replaced)
		err = crm_snap_get(u->snap, u->id, &u->now, &p);
	if (err != NULL || replaced)
		return err;
	take_merged(u, c);
	err = crm_relink(u->snap, u->kind, &u->now, &u->arena, &s, &n);
	for (i = 0; err == NULL && i < n; i++)
		set(u, crm_field_num(u->kind, s[i].num), s[i].value);
	return err != NULL ? err
			   : crm_batch_exact(u->b, u->id, CRM_TURN_RESTORE,
				 u->slot, u->nslots);
}

/* Begin with a record: is it there? */
static const struct crm_err *
begin(struct undoing *u, uint64_t id, enum crm_presence *p)
{
	const struct crm_err *err;

	u->id = id;
	u->kind = crm_kind_of(crm_snap_schema(u->snap), crm_id_kind(id));
	u->nslots = 0;
	crm_arena_reset(&u->arena);
	err = crm_snap_get(u->snap, id, &u->now, p);
	if (u->kind == NULL)
		*p = CRM_ABSENT;
	return err;
}

/* What was erased never comes back. */
static const struct crm_err *
refuse_erasure(void *ctx, const struct crm_changed *c)
{
	const struct undoing *u = ctx;

	return (c->flags & CRM_CHANGED_ERASED) == 0
	    ? NULL
	    : crm_err(CRM_E_DATA,
		  "change set %llu is an erasure: what it took is gone, and "
		  "cannot be brought back",
		  (unsigned long long)u->change.number);
}

/* Of one who was erased nothing is left.  An event that lost its text alone is
 * like any other one. */
static bool
is_erased(const struct crm_stored *r)
{
	return (r->flags & CRM_R_ERASED) != 0 && r->n == 0;
}

/* A record that the change set changed, removed or brought back. */
static const struct crm_err *
take_changed(void *ctx, const struct crm_changed *c)
{
	struct undoing *u = ctx;
	const struct crm_err *err;
	enum crm_presence p;

	err = begin(u, c->id, &p);
	if (err != NULL || p == CRM_ABSENT)
		return err;
	if (p == CRM_REMOVED && is_erased(&u->now))
		return tell(u, NULL, CRM_VNULL, CRM_VNULL, "erased", 0);
	if ((c->flags & CRM_CHANGED_REMOVED) != 0)
		return p == CRM_LIVE ? NULL : bring_back(u, c);
	if ((c->flags & CRM_CHANGED_RESTORED) != 0) {
		take_merged(u, c);
		return p == CRM_LIVE ? take_out(u) : NULL;
	}
	if (p != CRM_LIVE)
		return tell(u, NULL, CRM_VNULL, CRM_VNULL, "removed", 0);
	err = take_fields(u, c);
	if (err == NULL && !u->o->force)
		err = drop_taken(u);
	return err != NULL || u->nslots == 0
	    ? err
	    : crm_batch_exact(u->b, u->id,
		  (c->flags & CRM_CHANGED_RELINKED) != 0 ? CRM_TURN_RELINK
							 : CRM_TURN_NONE,
		  u->slot, u->nslots);
}

static const struct crm_err *
take_added(struct undoing *u)
{
	const struct crm_err *err = NULL;
	struct crm_id_range r;
	enum crm_presence p;
	size_t at = 0;
	uint64_t i;

	while (err == NULL && crm_change_range(&u->change, &at, &r))
		for (i = 0; err == NULL && i < r.count; i++) {
			err = begin(u, r.first + i, &p);
			if (err == NULL && p == CRM_LIVE)
				err = take_out(u);
		}
	return err;
}

const struct crm_err *
crm_undo(
    struct crm_batch *b, const struct crm_undo_options *o, uint64_t *conflicts)
{
	struct undoing u = { .b = b, .snap = crm_batch_snap(b), .o = o };
	const struct crm_err *err;

	if (o->change == 0 || o->change > crm_snap_last_change(u.snap))
		return crm_err(CRM_E_DATA, "there is no change set %llu",
		    (unsigned long long)o->change);
	err = crm_change_get(crm_snap_txn(u.snap), o->change, &u.change);
	if (err == NULL && u.change.state == CRM_CHANGE_OPEN)
		err = crm_err(CRM_E_DATA,
		    "change set %llu was never finished: there is nothing of "
		    "it",
		    (unsigned long long)o->change);
	if (err == NULL)
		err =
		    crm_history_changed(u.snap, o->change, refuse_erasure, &u);
	if (err == NULL)
		err = take_added(&u);
	if (err == NULL)
		err = crm_history_changed(u.snap, o->change, take_changed, &u);
	*conflicts = u.conflicts;
	crm_free(u.slot);
	crm_arena_release(&u.arena);
	return err;
}
