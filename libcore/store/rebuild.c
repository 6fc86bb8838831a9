#include "store/rebuild.h"

#include "base/mem.h"
#include "store/change.h"
#include "store/history.h"
#include "store/store_impl.h"

const struct crm_err *
crm_derive_range(struct crm_derive *d, struct crm_snap *snap,
    enum crm_table table, uint64_t from, uint64_t to, unsigned int what)
{
	const struct crm_err *err;
	struct crm_stored r;
	struct crm_entry e;
	struct crm_walk *w;
	char key[8];

	err = crm_walk_open(crm_snap_txn(snap), table, &w);
	if (err != NULL)
		return err;
	crm_be64(key, from);
	err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (err == NULL && e.prefix.p != NULL && e.id <= to) {
		if (!crm_code_open(e.value, &r))
			err = crm_err(CRM_E_DATA,
			    "the store is damaged: a record cannot be read");
		else if (!crm_snap_is_hidden(snap, e.id))
			err = crm_derive_record(d, e.id, NULL, &r, what);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

const struct crm_err *
crm_derive_all(struct crm_derive *d, struct crm_snap *snap)
{
	const struct crm_err *err;
	unsigned int what = CRM_DERIVE_EXACT | CRM_DERIVE_LAGGING;

	err = crm_derive_range(d, snap, CRM_TABLE_RECORD, 0, UINT64_MAX, what);
	return err != NULL
	    ? err
	    : crm_derive_range(d, snap, CRM_TABLE_EVENT, 0, UINT64_MAX, what);
}

static const struct crm_err *
write_all(struct crm_derive *d, struct crm_txn *t)
{
	static const enum crm_table tables[] = { CRM_TABLE_INDEX,
		CRM_TABLE_TEXT, CRM_TABLE_STORY };
	const struct crm_err *err = NULL;
	size_t i;
	bool done;

	for (i = 0; err == NULL && i < sizeof(tables) / sizeof(tables[0]); i++)
		err = crm_derive_write(d, t, tables[i], SIZE_MAX, &done);
	return err;
}

static const struct crm_err *
set_mark(struct crm_txn *t, uint64_t id)
{
	char p[8];

	crm_le64(p, id);
	return crm_meta_put(t, CRM_META_MARK, crm_view(p, 8));
}

static const struct crm_err *
clear(struct crm_txn *t)
{
	static const enum crm_table tables[] = { CRM_TABLE_INDEX,
		CRM_TABLE_TEXT, CRM_TABLE_STORY, CRM_TABLE_ROLLUP,
		CRM_TABLE_TOTAL };
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < sizeof(tables) / sizeof(tables[0]); i++)
		err = crm_kv_clear(t, tables[i]);
	return err;
}

const struct crm_err *
crm_rebuild(struct crm_store *s, struct crm_txn *t)
{
	struct crm_derive *d = crm_derive_new(s, crm_store_part(s));
	const struct crm_err *err;
	struct crm_snap *snap;
	uint64_t last = 0;

	err = crm_snap_wrap(s, t, &snap);
	if (err == NULL)
		err = crm_derive_all(d, snap);
	if (err == NULL)
		err = crm_snap_last_id(snap, 'e', &last);
	crm_snap_close(snap);
	if (err == NULL)
		err = clear(t);
	if (err == NULL)
		err = write_all(d, t);
	if (err == NULL)
		err = crm_snap_wrap(s, t, &snap);
	if (err == NULL) {
		err = crm_derive_rollups(d, snap, NULL, NULL);
		crm_snap_close(snap);
	}
	if (err == NULL)
		err = crm_derive_totals(d, t);
	if (err == NULL)
		err = set_mark(t, last);
	crm_derive_free(d);
	return err;
}

/* Bringing the lagging indexes up to date, in pieces. */
struct catching {
	struct crm_store *store;
	struct crm_derive *d;
	enum crm_table table;
	bool done, again;
	uint64_t from, to; /* events */
	uint64_t change;   /* the newest one when they were read */
};

static const struct crm_err *
write_piece(void *ctx, struct crm_txn *t)
{
	struct catching *c = ctx;
	const struct crm_err *err = NULL;

	if (c->again)
		err = crm_derive_back(c->d, c->table);
	c->again = true;
	return err != NULL ? err
			   : crm_derive_write(c->d, t, c->table,
				 crm_store_part(c->store), &c->done);
}

/* Derive again an event that was changed since it was read. */
static const struct crm_err *
derive_changed(struct catching *c, struct crm_snap *snap, struct crm_derive *d,
    uint64_t id)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	const struct crm_err *err;
	struct crm_stored now, then;
	enum crm_presence p;
	bool was_there = false;

	err = crm_history_as_of(snap, id, c->change, &b, &was_there);
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

/* Write all that was derived for a table, in pieces. */
static const struct crm_err *
write_pieces(struct catching *c, enum crm_table table)
{
	const struct crm_err *err = NULL;

	c->table = table;
	c->done = false;
	while (err == NULL && !c->done) {
		c->again = false;
		err = crm_store_update(c->store, write_piece, c);
	}
	return err;
}

/* The last piece: what was changed meanwhile, and the mark. */
static const struct crm_err *
finish(void *ctx, struct crm_txn *t)
{
	struct catching *c = ctx;
	struct crm_derive *d =
	    crm_derive_new(c->store, crm_store_part(c->store));
	const struct crm_err *err;
	struct crm_snap *snap;
	struct crm_view k, v;
	struct crm_cur *cur = NULL;
	char key[8];
	bool done;

	err = crm_snap_wrap(c->store, t, &snap);
	if (err == NULL)
		err = crm_cur_open(t, CRM_TABLE_CHANGED, &cur);
	crm_be64(key, c->change + 1);
	if (err == NULL)
		err = crm_cur_seek(cur, crm_view(key, 8), &k, &v);
	while (err == NULL && k.p != NULL) {
		uint64_t id = crm_be64_get(k.p + 8);

		if (id >= c->from && id <= c->to)
			err = derive_changed(c, snap, d, id);
		if (err == NULL)
			err = crm_cur_next(cur, &k, &v);
	}
	crm_cur_close(cur);
	crm_snap_close(snap);
	if (err == NULL)
		err = crm_derive_write(d, t, CRM_TABLE_INDEX, SIZE_MAX, &done);
	if (err == NULL)
		err = crm_derive_write(d, t, CRM_TABLE_TEXT, SIZE_MAX, &done);
	if (err == NULL)
		err = set_mark(t, c->to);
	crm_derive_free(d);
	return err;
}

/* Events that are being added in parts will only be seen when all are. */
static void
stop_before_open(struct catching *c, const struct crm_snap *snap)
{
	const struct crm_hidden *h;
	size_t n, i;

	h = crm_snap_hidden(snap, &n);
	for (i = 0; i < n; i++)
		if (h[i].first >= c->from && h[i].first <= c->to &&
		    crm_gate_is_begun(c->store->gate, h[i].change)) {
			c->to = h[i].first - 1;
			return;
		}
}

/* Read the events that wait; none when they are fewer than least. */
static const struct crm_err *
read_tail(struct catching *c, uint64_t least, bool *any)
{
	const struct crm_err *err;
	struct crm_snap *snap;

	*any = false;
	err = crm_snap_open(c->store, &snap);
	if (err != NULL)
		return err;
	c->from = crm_snap_first_tail(snap);
	c->change = crm_snap_last_change(snap);
	err = crm_snap_last_id(snap, 'e', &c->to);
	if (err == NULL)
		stop_before_open(c, snap);
	if (err == NULL && c->to >= c->from && c->to - c->from + 1 >= least) {
		*any = true;
		err = crm_derive_range(c->d, snap, CRM_TABLE_EVENT, c->from,
		    c->to, CRM_DERIVE_LAGGING);
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

	c.d = crm_derive_new(s, crm_store_part(s));
	err = read_tail(&c, least, &any);
	for (i = 0; err == NULL && any && i < 2; i++)
		err = write_pieces(&c, tables[i]);
	if (err == NULL && any)
		err = crm_store_update(s, finish, &c);
	crm_derive_free(c.d);
	return err;
}

/* The last piece of a new store: sums, and the mark. */
static const struct crm_err *
finish_new(void *ctx, struct crm_txn *t)
{
	struct catching *c = ctx;
	const struct crm_err *err;
	struct crm_snap *snap;

	err = crm_snap_wrap(c->store, t, &snap);
	if (err == NULL)
		err = crm_derive_rollups(c->d, snap, NULL, NULL);
	crm_snap_close(snap);
	if (err == NULL)
		err = crm_derive_totals(c->d, t);
	return err != NULL ? err : set_mark(t, c->to);
}

const struct crm_err *
crm_build(struct crm_store *s)
{
	static const enum crm_table tables[] = { CRM_TABLE_INDEX,
		CRM_TABLE_TEXT, CRM_TABLE_STORY };
	struct catching c = { .store = s };
	const struct crm_err *err;
	struct crm_snap *snap;
	size_t i;

	c.d = crm_derive_new(s, crm_store_part(s));
	err = crm_snap_open(s, &snap);
	if (err == NULL)
		err = crm_derive_all(c.d, snap);
	if (err == NULL)
		err = crm_snap_last_id(snap, 'e', &c.to);
	crm_snap_close(snap);
	for (i = 0; err == NULL && i < sizeof(tables) / sizeof(tables[0]);
	     i++) {
		err = write_pieces(&c, tables[i]);
		crm_derive_forget(c.d, tables[i]);
	}
	if (err == NULL)
		err = crm_store_update(s, finish_new, &c);
	crm_derive_free(c.d);
	return err;
}
