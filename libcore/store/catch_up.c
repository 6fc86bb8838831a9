/*
 * Bringing the indexes of events that lag up to date.
 *
 * Events are read through a snapshot, and their entries are written in pieces,
 * between which others may write.  Who changes an event meanwhile keeps its
 * entries up (crm_snap_may_be_indexed()), but a piece that comes later may
 * bring some of before back.  So what is done is noted in the mark first; the
 * last piece, or the next one who comes after a crash, goes through all that
 * was changed since the snapshot.
 */
#include "base/map.h"
#include "store/change.h"
#include "store/erased.h"
#include "store/history.h"
#include "store/rebuild.h"
#include "store/store_impl.h"

struct catching {
	struct crm_store *store;
	struct crm_derive *d;
	struct crm_deriver *deriver; /* fills it; NULL: there is nothing */
	struct crm_mark mark; /* as it is to be while pieces are written */
	struct crm_mark was;
	enum crm_table table;
	bool done, again;
	bool over;       /* somebody made the indexes anew meanwhile */
	uint64_t erased; /* the newest erasure before it was read */
};

/* Derive again an event that was changed since it was read. */
static const struct crm_err *
mend_one(
    struct crm_snap *snap, struct crm_derive *d, uint64_t id, uint64_t since)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	const struct crm_err *err;
	struct crm_stored now, then;
	enum crm_presence p;
	bool was_there = false;

	err = crm_history_as_of(snap, id, since, &b, &was_there);
	if (err == NULL)
		err = crm_snap_get(snap, id, &now, &p);
	if (err == NULL && was_there && !crm_code_open(crm_buf_view(&b), &then))
		err = crm_err(CRM_E_DATA, "the store is damaged: an event");
	if (err == NULL)
		err = crm_derive_record(d, id, was_there ? &then : NULL,
		    p == CRM_LIVE ? &now : NULL, CRM_DERIVE_LAGGING);
	crm_buf_release(&b);
	return err;
}

/* What is being mended: the events of a mark that were changed since. */
struct mending {
	const struct crm_mark *m;
	struct crm_snap *snap;
	struct crm_derive *d;
	struct crm_nummap seen;
	uint64_t place; /* of m->since */
};

static const struct crm_err *
mend(struct mending *g, uint64_t id)
{
	bool added;

	if (crm_id_kind(id) != 'e' || id <= g->m->mark || id > g->m->reach)
		return NULL;
	(void)crm_nummap_at(&g->seen, id, &added);
	return added ? mend_one(g->snap, g->d, id, g->m->since) : NULL;
}

static const struct crm_err *
mend_changed(void *ctx, const struct crm_changed *c)
{
	return mend(ctx, c->id);
}

/* The events that a change set added, of those in question. */
static const struct crm_err *
mend_added(struct mending *g, const struct crm_change *c)
{
	const struct crm_err *err = NULL;
	struct crm_id_range r;
	uint64_t id, end;
	size_t at = 0;

	while (err == NULL && crm_change_range(c, &at, &r)) {
		if (crm_id_kind(r.first) != 'e')
			continue;
		end = r.first + r.count;
		id = r.first > g->m->mark ? r.first : g->m->mark + 1;
		for (; err == NULL && id < end && id <= g->m->reach; id++)
			err = mend(g, id);
	}
	return err;
}

/* Go through all that was changed since the snapshot of a mark. */
static const struct crm_err *
mend_all(struct mending *g)
{
	struct crm_txn *t = crm_snap_txn(g->snap);
	uint64_t n, last = crm_snap_last_change(g->snap), place;
	const struct crm_err *err;
	struct crm_change c;

	err = crm_change_place(t, g->m->since, &g->place);
	for (n = g->m->lowest; err == NULL && n <= last; n++) {
		err = crm_change_place(t, n, &place);
		if (err == NULL)
			err = crm_change_get(t, n, &c);
		if (err != NULL || place <= g->place ||
		    c.state == CRM_CHANGE_OPEN)
			continue;
		err = mend_added(g, &c);
		if (err == NULL)
			err = crm_history_changed(g->snap, n, mend_changed, g);
	}
	return err;
}

/* See to it that the indexes hold what they should of the events of a mark
 * that were read for them. */
static const struct crm_err *
mend_mark(struct crm_store *s, struct crm_txn *t, const struct crm_mark *m)
{
	struct mending g = { .m = m,
		.d = crm_derive_new(s, crm_store_part(s)) };
	const struct crm_err *err;
	bool done;

	err = crm_snap_wrap(s, t, &g.snap);
	if (err == NULL)
		err = mend_all(&g);
	crm_snap_close(g.snap);
	if (err == NULL)
		err =
		    crm_derive_write(g.d, t, CRM_TABLE_INDEX, SIZE_MAX, &done);
	if (err == NULL)
		err = crm_derive_write(g.d, t, CRM_TABLE_TEXT, SIZE_MAX, &done);
	crm_nummap_release(&g.seen);
	crm_derive_free(g.d);
	return err;
}

static bool
same_mark(const struct crm_mark *a, const struct crm_mark *b)
{
	return a->mark == b->mark && a->reach == b->reach &&
	    a->since == b->since && a->lowest == b->lowest;
}

/* Is the mark in the store as it should be?  Else the indexes were made anew
 * and nothing is to be done any more. */
static const struct crm_err *
see_mark(struct catching *c, struct crm_txn *t, const struct crm_mark *want)
{
	struct crm_mark now;
	const struct crm_err *err;

	err = crm_mark_get(c->store, t, &now);
	c->over = err == NULL && !same_mark(&now, want);
	return err;
}

static const struct crm_err *
last_erasure(struct crm_txn *t, uint64_t *out)
{
	struct crm_erased *erased;
	const struct crm_err *err = crm_erased_open(t, &erased);

	*out = crm_erased_last(erased);
	crm_erased_free(erased);
	return err;
}

/* What was read may hold what was erased since: then it is read again the next
 * time.  Once pieces are being written an erasure makes the indexes anew. */
static const struct crm_err *
see_erasures(struct catching *c, struct crm_txn *t)
{
	const struct crm_err *err;
	uint64_t last = 0;

	err = last_erasure(t, &last);
	c->over |= err == NULL && last != c->erased;
	return err;
}

/* The first piece: mend what a crash left, note what begins. */
static const struct crm_err *
begin(void *ctx, struct crm_txn *t)
{
	struct catching *c = ctx;
	const struct crm_err *err;

	err = crm_store_see_config(c->store, t);
	if (err == NULL)
		err = see_mark(c, t, &c->was);
	if (err == NULL)
		err = see_erasures(c, t);
	if (err != NULL || c->over)
		return err;
	if (c->was.reach > c->was.mark)
		err = mend_mark(c->store, t, &c->was);
	return err != NULL ? err : crm_mark_put(t, &c->mark);
}

static const struct crm_err *
write_piece(void *ctx, struct crm_txn *t)
{
	struct catching *c = ctx;
	const struct crm_err *err;

	err = see_mark(c, t, &c->mark);
	if (err != NULL || c->over)
		return err;
	if (c->again)
		err = crm_derive_back(c->d, c->table);
	c->again = true;
	return err != NULL ? err
			   : crm_derive_write(c->d, t, c->table,
				 crm_store_part(c->store), &c->done);
}

/* The last piece: what was changed meanwhile, and the mark. */
static const struct crm_err *
finish(void *ctx, struct crm_txn *t)
{
	struct catching *c = ctx;
	struct crm_mark end = { .mark = c->mark.reach };
	const struct crm_err *err;

	err = see_mark(c, t, &c->mark);
	if (err != NULL || c->over)
		return err;
	err = mend_mark(c->store, t, &c->mark);
	return err != NULL ? err : crm_mark_put(t, &end);
}

/*
 * Events that are being added in parts will only be seen when all are.  Their
 * change set, which has its number already, will come behind others.
 */
static void
stop_before_open(struct catching *c, const struct crm_snap *snap)
{
	struct crm_mark *m = &c->mark;
	const struct crm_hidden *h;
	size_t n, i;

	h = crm_snap_hidden(snap, &n);
	for (i = 0; i < n; i++) {
		if (!crm_gate_is_begun(c->store->gate, h[i].change))
			continue;
		if (h[i].change < m->lowest)
			m->lowest = h[i].change;
		if (h[i].first > m->mark && h[i].first <= m->reach)
			m->reach = h[i].first - 1;
	}
}

/* Read the events that wait; none when they are fewer than least. */
static const struct crm_err *
read_tail(struct catching *c, uint64_t least, bool *any)
{
	const struct crm_err *err;
	struct crm_change head;
	struct crm_snap *snap;
	uint64_t last;

	*any = false;
	err = crm_snap_open(c->store, &snap);
	if (err != NULL)
		return err;
	err = crm_mark_get(c->store, crm_snap_txn(snap), &c->was);
	if (err == NULL)
		err = last_erasure(crm_snap_txn(snap), &c->erased);
	if (err == NULL)
		err = crm_change_head(crm_snap_txn(snap), &head);
	if (err == NULL)
		err = crm_snap_last_id(snap, 'e', &last);
	if (err == NULL) {
		c->mark.mark = c->was.mark;
		c->mark.reach = last;
		c->mark.since = head.number;
		c->mark.lowest = crm_snap_last_change(snap) + 1;
		stop_before_open(c, snap);
		last = c->mark.reach;
		*any = last > c->mark.mark && last - c->mark.mark >= least;
	}
	if (*any) {
		/* LMDB keeps the pages of transactions before for those to
		 * come: what is gathered has to do with half of what a batch
		 * may take. */
		c->d = crm_derive_new(c->store, crm_store_part(c->store) / 2);
		c->deriver = crm_deriver_new(c->d, NULL);
		err = crm_derive_range(c->deriver, snap, CRM_TABLE_EVENT,
		    c->mark.mark + 1, last, CRM_DERIVE_LAGGING);
	}
	crm_snap_close(snap);
	return err;
}

const struct crm_err *
crm_catch_up(struct crm_store *s, uint64_t least)
{
	static const enum crm_table tables[] = { CRM_TABLE_INDEX,
		CRM_TABLE_TEXT };
	struct catching c = { .store = s };
	const struct crm_err *err;
	size_t i;
	bool any;

	if (!crm_gate_claim_lag(s->gate))
		return NULL;
	err = read_tail(&c, least, &any);
	if (err == NULL && any)
		err = crm_deriver_end_rest(c.deriver);
	if (err == NULL && any)
		err = crm_store_update(s, begin, &c);
	for (i = 0; err == NULL && any && i < 2; i++) {
		c.table = tables[i];
		c.done = false;
		if (c.table == CRM_TABLE_TEXT)
			err = crm_deriver_end(c.deriver);
		while (err == NULL && !c.done && !c.over) {
			c.again = false;
			err = crm_store_update(s, write_piece, &c);
		}
	}
	if (err == NULL && any && !c.over)
		err = crm_store_update(s, finish, &c);
	crm_deriver_free(c.deriver);
	crm_derive_free(c.d);
	crm_gate_leave_lag(s->gate);
	return err;
}
