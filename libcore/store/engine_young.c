/*
 * The young tree of a table that is appended to.
 *
 * A small change set appends to a few tables.  Of a large one the way from the
 * root to the end is three or four pages, and each commit writes all of them
 * again.  So what was appended last stands in a tree of its own, which is one
 * page; its keys are above all others.  When that is full all but the last
 * entry, which grows, are put behind what is in the other tree: once in some
 * twenty commits, and so that pages there are full.  Who writes much in one
 * transaction appends to the other tree, and empties this one first.
 *
 * Nobody outside the engine knows: a key that is not below the first young one
 * is looked for in the young tree, any other in the old one.  So the first one
 * is proved by its checksum when it is read.
 */
#include "base/mem.h"
#include "store/block.h"
#include "store/engine_impl.h"

/* Who has changed so much appends to the old tree: some twenty blocks, of which
 * those moved before are a small part. */
#define MUCH ((size_t)128 << 10)

#define VALUE_MAX ((size_t)1 << 30) /* above any value there is */

static struct crm_view
first_key(const struct crm_young *y)
{
	return crm_view(y->first, y->n);
}

/* An entry of a tree, by LMDB; out: p is NULL when there is none. */
static const struct crm_err *
end_of(struct crm_txn *t, MDB_dbi dbi, MDB_cursor_op op, struct crm_view *key,
    struct crm_view *value)
{
	const struct crm_err *err = NULL;
	MDB_cursor *cur;
	MDB_val k, v;
	int rc = mdb_cursor_open(t->txn, dbi, &cur);

	*key = *value = CRM_VNULL;
	if (rc != 0)
		return crm_engine_err(t->env, "cursor", rc);
	rc = mdb_cursor_get(cur, &k, &v, op);
	mdb_cursor_close(cur);
	if (rc == 0) {
		*key = crm_view(k.mv_data, k.mv_size);
		*value = crm_view(v.mv_data, v.mv_size);
		err = crm_engine_check_place(t, k.mv_data);
	} else if (rc != MDB_NOTFOUND)
		err = crm_engine_err(t->env, "cursor", rc);
	return err;
}

/* The first entry of the young tree. */
static const struct crm_err *
read_first(struct crm_txn *t, enum crm_table table, struct crm_view *key,
    struct crm_view *value)
{
	struct crm_spot spot = { .tree = NULL };
	const struct crm_tree *tree;
	const struct crm_err *err;

	*key = CRM_VNULL;
	if (!crm_engine_by_hand(t) && t->env->young[table] == 0)
		return t->demands ? crm_engine_damaged(t->env,
					"the end of a table", MDB_NOTFOUND)
				  : NULL;
	if (!crm_engine_by_hand(t))
		return end_of(t, t->env->young[table], MDB_FIRST, key, value);
	err = crm_engine_find_tree(t, YOUNG_TREE(table), &tree);
	if (err != NULL)
		return err;
	return crm_tree_first(&t->pages, tree, &spot, key, value)
	    ? NULL
	    : crm_engine_bad_page();
}

static void
know_first(struct crm_young *y, struct crm_view key)
{
	y->any = key.p != NULL;
	y->n = (uint8_t)key.n;
	if (y->any)
		memcpy(y->first, key.p, key.n);
	y->known = true;
}

const struct crm_err *
crm_young_of(
    struct crm_txn *t, enum crm_table table, const struct crm_young **out)
{
	struct crm_young *y = &t->young[table];
	const struct crm_err *err;
	struct crm_view key, value;

	*out = y;
	if (y->known || !crm_table_is_appended(table))
		return NULL;
	err = read_first(t, table, &key, &value);
	if (err == NULL && key.p != NULL &&
	    (key.n > YOUNG_KEY || !crm_head_agrees(key, value)))
		err = crm_engine_bad_page();
	if (err == NULL)
		know_first(y, key);
	return err;
}

const struct crm_err *
crm_young_is(
    struct crm_txn *t, enum crm_table table, struct crm_view key, bool *yes)
{
	const struct crm_young *y;
	const struct crm_err *err = crm_young_of(t, table, &y);

	*yes = err == NULL && y->any && crm_view_cmp(key, first_key(y)) >= 0;
	return err;
}

void
crm_young_forget(struct crm_txn *t, enum crm_table table)
{
	t->young[table].known = false;
	t->young[table].moves++;
}

bool
crm_young_is_over(const struct crm_txn *t)
{
	return t->dirty > MUCH;
}

/* Move the first entry to the end of the old tree. */
static const struct crm_err *
move_first(struct crm_txn *t, enum crm_table table, struct crm_buf *room)
{
	MDB_dbi young = t->env->young[table];
	const struct crm_err *err;
	struct crm_view key, value;
	MDB_val k, v;
	int rc;

	err = end_of(t, young, MDB_FIRST, &key, &value);
	if (err == NULL && key.p == NULL)
		err = crm_engine_bad_page(); /* LMDB counts more of them */
	if (err != NULL)
		return err;
	/* LMDB may not be given what lies on its pages */
	crm_buf_reset(room);
	crm_buf_addv(room, key);
	crm_buf_addv(room, value);
	err = crm_buf_end(room);
	if (err != NULL)
		return err;
	k = crm_engine_val(crm_view(room->p, key.n));
	v = crm_engine_val(crm_view(room->p + key.n, value.n));
	rc = mdb_put(t->txn, t->dbi[table], &k, &v, MDB_APPEND);
	if (rc == MDB_KEYEXIST)
		return crm_engine_damaged(
		    t->env, crm_table_name(table), MDB_CORRUPTED);
	if (rc == 0)
		rc = mdb_del(t->txn, young, &k, NULL);
	crm_heap_look(&t->heap);
	return rc != 0 ? crm_engine_err(t->env, "append", rc) : NULL;
}

/* Move all entries but so many of the last ones. */
static const struct crm_err *
move_all_but(struct crm_txn *t, enum crm_table table, size_t keep)
{
	struct crm_buf room = CRM_BUF_INIT(VALUE_MAX);
	const struct crm_err *err = NULL;
	const struct crm_young *y;
	MDB_stat st;
	int rc;

	rc = mdb_stat(t->txn, t->env->young[table], &st);
	if (rc != 0)
		return crm_engine_err(t->env, "append", rc);
	for (; err == NULL && st.ms_entries > keep; st.ms_entries--)
		err = move_first(t, table, &room);
	crm_young_forget(t, table);
	crm_buf_release(&room);
	if (err == NULL)
		err = crm_young_of(t, table, &y);
	return err == NULL && y->any != (keep > 0) ? crm_engine_bad_page()
						   : err;
}

const struct crm_err *
crm_young_empty(struct crm_txn *t, enum crm_table table)
{
	const struct crm_young *y;
	const struct crm_err *err = crm_young_of(t, table, &y);

	return err != NULL || !y->any ? err : move_all_but(t, table, 0);
}

/* The last entry of the old tree is put again, as it grows: it is the first
 * young one from now on. */
static const struct crm_err *
take_last(struct crm_txn *t, enum crm_table table, struct crm_view key)
{
	MDB_val k = crm_engine_val(key);
	int rc = mdb_del(t->txn, t->dbi[table], &k, NULL);

	return rc != 0 ? crm_engine_err(t->env, "del", rc) : NULL;
}

/* Which tree does an entry go to that is put? */
static const struct crm_err *
choose(struct crm_txn *t, enum crm_table table, struct crm_view key, bool *yes)
{
	const struct crm_young *y;
	const struct crm_err *err;
	struct crm_view last, value;
	int c;

	*yes = false;
	err = crm_young_of(t, table, &y);
	if (err != NULL || t->env->young[table] == 0)
		return err;
	if (crm_young_is_over(t))
		return crm_young_empty(t, table);
	if (y->any) {
		*yes = crm_view_cmp(key, first_key(y)) >= 0;
		return NULL;
	}
	err = end_of(t, t->dbi[table], MDB_LAST, &last, &value);
	if (err != NULL)
		return err;
	c = last.p == NULL ? 1 : crm_view_cmp(key, last);
	*yes = c >= 0;
	return c == 0 ? take_last(t, table, key) : NULL;
}

const struct crm_err *
crm_young_put(struct crm_txn *t, enum crm_table table, struct crm_view key,
    struct crm_view value)
{
	MDB_val k = crm_engine_val(key), v = crm_engine_val(value);
	struct crm_young *y = &t->young[table];
	const struct crm_err *err;
	MDB_stat st;
	bool young;
	int rc;

	err = choose(t, table, key, &young);
	if (err != NULL)
		return err;
	rc = mdb_put(
	    t->txn, young ? t->env->young[table] : t->dbi[table], &k, &v, 0);
	crm_heap_look(&t->heap);
	if (rc == 0 && young)
		rc = mdb_stat(t->txn, t->env->young[table], &st);
	if (rc != 0)
		return crm_engine_err(t->env, "put", rc);
	if (!young)
		return NULL;
	if (!y->any)
		know_first(y, key);
	return st.ms_depth > 1 ? move_all_but(t, table, 1) : NULL;
}

const struct crm_err *
crm_young_append(struct crm_txn *t, enum crm_table table, struct crm_view key,
    struct crm_view value)
{
	const struct crm_young *y;
	const struct crm_err *err;
	struct crm_view last, unused;

	err = crm_young_of(t, table, &y);
	if (err == NULL)
		err = end_of(t, y->any ? t->env->young[table] : t->dbi[table],
		    MDB_LAST, &last, &unused);
	if (err == NULL && last.p != NULL && crm_view_cmp(key, last) <= 0)
		err = crm_engine_out_of_order(table);
	return err != NULL ? err : crm_young_put(t, table, key, value);
}
