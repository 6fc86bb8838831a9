#include "store/turned.h"

#include "base/mem.h"
#include "record/value.h"
#include "record/word.h"
#include "store/history.h"

/* The first moment of a day; of today, now. */
static int64_t
moment_of(struct crm_zone *zone, struct crm_date day, int64_t now_us)
{
	return crm_date_days(day) == crm_date_days(crm_zone_date(zone, now_us))
	    ? now_us
	    : crm_zone_day_start_us(zone, day);
}

int64_t
crm_turned_at(struct crm_zone *zone, const struct crm_kind *k,
    struct crm_view was, struct crm_view is, int64_t now_us)
{
	struct crm_date day;

	if (k->closed == 0 || is.n == 0 || crm_view_eq(was, is))
		return now_us;
	if (crm_value_get_date(is, &day))
		return moment_of(zone, day, now_us);
	(void)crm_value_get_time(is, &now_us);
	return now_us;
}

struct numbers {
	uint64_t *at;
	size_t n, cap;
};

struct turned {
	struct crm_snap *snap;
	const struct crm_kind *kind;
	bool has_who;          /* behind the change at hand */
	struct numbers undone; /* change sets that later ones took back */
	/* Change sets of its stage while it had a who: whether they took others
	 * back is looked up when there are such as count. */
	struct numbers later;
	const struct crm_err *(*fn)(
	    void *ctx, int64_t at_us, struct crm_view from);
	void *ctx;
};

/* A field before and after a change. */
struct sides {
	bool changed;
	struct crm_view old, new;
};

static void
note(struct numbers *l, uint64_t number)
{
	l->at = crm_grow(l->at, &l->cap, l->n + 1, sizeof(*l->at));
	l->at[l->n++] = number;
}

static bool
is_noted(const struct numbers *l, uint64_t number)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->at[i] == number)
			return true;
	return false;
}

/* Read a change set, the newest first; counts is false when it was undone or
 * is an undo itself, and what it took back is noted. */
static const struct crm_err *
read_change(
    struct turned *t, uint64_t number, struct crm_change *out, bool *counts)
{
	const struct crm_err *err;

	*counts = false;
	if (is_noted(&t->undone, number))
		return NULL;
	err = crm_change_get(crm_snap_txn(t->snap), number, out);
	if (err != NULL)
		return err;
	*counts = out->undoes == 0;
	if (!*counts)
		note(&t->undone, out->undoes);
	return NULL;
}

static const struct crm_err *
take_stage(struct turned *t, uint64_t number, const struct sides *stage,
    const struct sides *closed)
{
	struct crm_zone *zone = crm_store_config(crm_snap_store(t->snap))->zone;
	const struct crm_err *err = NULL;
	struct crm_change change;
	bool counts;
	size_t i;

	if (t->has_who) {
		note(&t->later, number);
		return NULL;
	}
	for (i = 0; err == NULL && i < t->later.n; i++)
		err = read_change(t, t->later.at[i], &change, &counts);
	t->later.n = 0;
	if (err == NULL)
		err = read_change(t, number, &change, &counts);
	if (err != NULL || !counts || stage->old.n == 0 || stage->new.n == 0)
		return err;
	return t->fn(t->ctx,
	    crm_turned_at(
		zone, t->kind, closed->old, closed->new, change.clock_us),
	    crm_word_get(stage->old));
}

static const struct crm_err *
take_change(void *ctx, uint64_t number, const struct crm_changed *c)
{
	struct turned *t = ctx;
	struct sides stage = { 0 }, closed = { 0 }, who = { 0 }, *s;
	const struct crm_err *err = NULL;
	struct crm_view old, new;
	uint16_t num;
	size_t at = 0;

	if (c == NULL)
		return NULL;
	while (crm_changed_field(c, &at, &num, &old, &new)) {
		s = num == t->kind->stage    ? &stage
		    : num == t->kind->closed ? &closed
		    : num == t->kind->who    ? &who
					     : NULL;
		if (s != NULL)
			*s = (struct sides){ true, old, new };
	}
	if (stage.changed)
		err = take_stage(t, number, &stage, &closed);
	if (who.changed)
		t->has_who = who.old.n > 0;
	return err;
}

const struct crm_err *
crm_turned_each(struct crm_snap *snap, uint64_t id,
    const struct crm_stored *now,
    const struct crm_err *(*fn)(void *ctx, int64_t at_us, struct crm_view from),
    void *ctx)
{
	struct turned t = { .snap = snap, .fn = fn, .ctx = ctx };
	const struct crm_err *err;
	struct crm_view v;

	t.kind = crm_kind_of(crm_snap_schema(snap), crm_id_kind(id));
	if (t.kind == NULL || t.kind->stage == 0 || crm_id_kind(id) == 'p' ||
	    crm_id_kind(id) == 'o')
		return NULL; /* these are in their own stories */
	t.has_who = t.kind->who != 0 && crm_stored_get(now, t.kind->who, &v);
	err = crm_history_of(snap, id, now, take_change, &t);
	crm_free(t.undone.at);
	crm_free(t.later.at);
	return err;
}
