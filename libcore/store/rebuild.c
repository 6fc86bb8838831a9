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
	struct crm_mark mark = { 0 };
	struct crm_snap *snap;

	err = crm_snap_wrap(s, t, &snap);
	if (err == NULL)
		err = crm_derive_all(d, snap);
	if (err == NULL)
		err = crm_snap_last_id(snap, 'e', &mark.mark);
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
		err = crm_mark_put(t, &mark);
	crm_derive_free(d);
	return err;
}

/* A store that is being built. */
struct building {
	struct crm_store *store;
	struct crm_derive *d;
	enum crm_table table;
	bool done, again;
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

/* The last piece: sums, and the mark. */
static const struct crm_err *
write_sums(void *ctx, struct crm_txn *t)
{
	struct building *b = ctx;
	const struct crm_err *err;
	struct crm_snap *snap;

	err = crm_snap_wrap(b->store, t, &snap);
	if (err == NULL)
		err = crm_derive_rollups(b->d, snap, NULL, NULL);
	crm_snap_close(snap);
	if (err == NULL)
		err = crm_derive_totals(b->d, t);
	return err != NULL ? err : crm_mark_put(t, &b->mark);
}

const struct crm_err *
crm_build(struct crm_store *s)
{
	static const enum crm_table tables[] = { CRM_TABLE_INDEX,
		CRM_TABLE_TEXT, CRM_TABLE_STORY };
	struct building b = { .store = s };
	const struct crm_err *err;
	struct crm_snap *snap;
	size_t i;

	b.d = crm_derive_new(s, crm_store_part(s));
	err = crm_snap_open(s, &snap);
	if (err == NULL)
		err = crm_derive_all(b.d, snap);
	if (err == NULL)
		err = crm_snap_last_id(snap, 'e', &b.mark.mark);
	crm_snap_close(snap);
	for (i = 0; err == NULL && i < sizeof(tables) / sizeof(tables[0]); i++)
		err = write_pieces(&b, tables[i]);
	if (err == NULL)
		err = crm_store_update(s, write_sums, &b);
	crm_derive_free(b.d);
	return err;
}
