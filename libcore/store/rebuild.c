#include "store/rebuild.h"

#include "base/mem.h"
#include "store/change.h"
#include "store/fresh.h"
#include "store/history.h"
#include "store/stat.h"
#include "store/store_impl.h"

const struct crm_err *
crm_derive_range(struct crm_deriver *d, struct crm_snap *snap,
    enum crm_table table, uint64_t from, uint64_t to, unsigned int what)
{
	struct crm_store *s = crm_snap_store(snap);
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
			err = crm_deriver_add(d, e.id, e.value, what, 0);
		crm_store_progress(s,
		    s->deriving != NULL ? s->deriving : "records indexed anew",
		    ++s->derived, s->derive_all);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

const struct crm_err *
crm_derive_all(struct crm_derive *d, struct crm_snap *snap)
{
	struct crm_deriver *f = crm_deriver_new(d, NULL);
	unsigned int what =
	    CRM_DERIVE_EXACT | CRM_DERIVE_LAGGING | CRM_DERIVE_SUMS;
	const struct crm_err *err;

	err = crm_stat_about(snap, &crm_snap_store(snap)->derive_all);
	if (err == NULL)
		err = crm_derive_range(
		    f, snap, CRM_TABLE_RECORD, 0, UINT64_MAX, what);
	if (err == NULL)
		err = crm_derive_range(
		    f, snap, CRM_TABLE_EVENT, 0, UINT64_MAX, what);
	if (err == NULL)
		err = crm_deriver_end(f);
	crm_deriver_free(f);
	return err;
}

/* A store whose derived tables are being made. */
struct building {
	struct crm_store *store;
	struct crm_derive *d;
	enum crm_table table;
	bool done, again;
	bool spare; /* beside those in use, which they replace in the end */
	struct crm_mark mark;
};

static const struct crm_err *
write_piece(void *ctx, struct crm_txn *t)
{
	struct building *b = ctx;
	const struct crm_err *err = NULL;

	if (b->again)
		err = crm_derive_back(b->d, b->table);
	b->again = true;
	crm_txn_use_spare(t, b->spare);
	return err != NULL ? err
			   : crm_derive_write(b->d, t, b->table,
				 crm_store_part(b->store), &b->done);
}

/* Write all that was derived for a table, in pieces. */
static const struct crm_err *
write_pieces(struct building *b, enum crm_table table)
{
	const struct crm_err *err = NULL;

	b->table = table;
	b->done = false;
	while (err == NULL && !b->done) {
		b->again = false;
		err = crm_store_update(b->store, write_piece, b);
	}
	crm_derive_forget(b->d, table);
	return err;
}

/* The last piece: sums, and the mark; from now on they are in use. */
static const struct crm_err *
write_sums(void *ctx, struct crm_txn *t)
{
	struct building *b = ctx;
	const struct crm_err *err;
	struct crm_snap *snap = NULL;

	crm_txn_use_spare(t, b->spare);
	/* Days go by the story: nothing is fresh any more. */
	err = crm_fresh_put_mark(t, b->mark.mark);
	if (err == NULL)
		err = crm_snap_wrap(b->store, t, &snap);
	if (err == NULL)
		err = crm_derive_rollups(b->d, snap, NULL, NULL);
	crm_snap_close(snap);
	if (err == NULL)
		err = crm_derive_totals(b->d, t);
	if (err == NULL)
		err = crm_mark_put(t, &b->mark);
	if (err == NULL && b->spare)
		err = crm_txn_swap_spare(t);
	return err != NULL || !b->spare ? err : crm_store_sign(b->store, t);
}

static const struct crm_err *
build(struct crm_store *s, bool spare)
{
	static const enum crm_table tables[] = { CRM_TABLE_INDEX,
		CRM_TABLE_TEXT, CRM_TABLE_STORY };
	struct building b = { .store = s, .spare = spare };
	const struct crm_err *err;
	struct crm_snap *snap;
	size_t n = sizeof(tables) / sizeof(tables[0]), i;

	b.d = crm_derive_new(s, crm_store_part(s));
	err = crm_snap_open(s, &snap);
	if (err == NULL)
		err = crm_derive_all(b.d, snap);
	if (err == NULL)
		err = crm_snap_last_id(snap, 'e', &b.mark.mark);
	crm_snap_close(snap);
	if (err == NULL)
		crm_derive_ahead(b.d, tables[0]);
	for (i = 0; err == NULL && i < n; i++) {
		if (i + 1 < n)
			crm_derive_ahead(b.d, tables[i + 1]);
		err = write_pieces(&b, tables[i]);
	}
	if (err == NULL)
		err = crm_store_update(s, write_sums, &b);
	crm_derive_free(b.d);
	return err;
}

const struct crm_err *
crm_build(struct crm_store *s)
{
	return build(s, false);
}

/* What is being added in parts was derived with the settings before. */
static const struct crm_err *
refuse_open_parts(struct crm_store *s, struct crm_txn *t)
{
	const struct crm_err *err;
	const struct crm_hidden *h;
	struct crm_snap *snap;
	size_t n, i;

	err = crm_snap_wrap(s, t, &snap);
	if (err != NULL)
		return err;
	h = crm_snap_hidden(snap, &n);
	for (i = 0; err == NULL && i < n; i++)
		if (crm_gate_is_begun(s->gate, h[i].change))
			err = crm_err(CRM_E_LOCKED,
			    "the indexes are to be made anew while another "
			    "program adds to the store: wait until that ends");
	crm_snap_close(snap);
	return err;
}

/* Are derived tables to be made, with nobody in the way? */
struct wanting {
	struct crm_store *store;
	bool wanted;
};

static const struct crm_err *
begin(void *ctx, struct crm_txn *t)
{
	struct wanting *w = ctx;
	const struct crm_err *err = NULL;
	bool stale = true;

	if (!w->wanted) /* another one may have done it by now */
		err = crm_store_see_stale(w->store, t, &stale);
	if (err != NULL || !stale)
		return err;
	err = refuse_open_parts(w->store, t);
	if (err == NULL)
		err = crm_meta_name_fields(w->store, t);
	if (err != NULL)
		return err;
	/* what one left that was killed */
	err = crm_txn_clear_spare(t);
	if (err != NULL && err->code == CRM_E_CONFIG)
		err = crm_err_wrap(err, "%s", w->store->path);
	w->wanted = err == NULL;
	return err;
}

const struct crm_err *
crm_rebuild(struct crm_store *s, bool always)
{
	struct wanting w = { s, always };
	const struct crm_err *err;

	err = crm_gate_enter(s->gate, s->options.wait_ms);
	if (err != NULL)
		return err;
	err = crm_store_update(s, begin, &w);
	if (err == NULL && w.wanted)
		err = build(s, true);
	crm_gate_leave(s->gate);
	return err;
}
