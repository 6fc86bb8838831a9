/*
 * Cursors.  A table that is appended to is two trees, one behind the other
 * (engine_young.c): a cursor has a side in each, and stands in one of them.
 */
#include "base/mem.h"
#include "store/engine_impl.h"

struct side {
	unsigned int tree;
	MDB_cursor *cur; /* NULL: pages are read by hand, or it was not asked */
	struct crm_spot spot;
};

struct crm_cur {
	struct crm_txn *txn;
	enum crm_table table;
	struct side old, young;
	struct side *at;    /* NULL: it stands nowhere */
	unsigned int moves; /* of the young tree, when it went there */
};

/* Have LMDB's cursor, where pages are not read by hand. */
static const struct crm_err *
have_cursor(struct crm_cur *c, struct side *s)
{
	const struct crm_txn *t = c->txn;
	int rc;

	if (s->cur != NULL || crm_engine_by_hand(t))
		return NULL;
	rc = mdb_cursor_open(t->txn,
	    s == &c->young ? t->env->young[c->table] : t->dbi[c->table],
	    &s->cur);
	return rc != 0 ? crm_engine_err(t->env, "cursor", rc) : NULL;
}

const struct crm_err *
crm_cur_open(struct crm_txn *t, enum crm_table table, struct crm_cur **out)
{
	struct crm_cur *c = crm_calloc(1, sizeof(*c));
	const struct crm_err *err;

	*out = NULL;
	c->txn = t;
	c->table = table;
	c->old.tree = table;
	c->young.tree = YOUNG_TREE(table);
	err = have_cursor(c, &c->old);
	if (err != NULL)
		crm_free(c);
	else
		*out = c;
	return err;
}

void
crm_cur_sparse(struct crm_cur *c)
{
	struct side *s[] = { &c->old, &c->young };
	size_t i, n = crm_table_is_appended(c->table) ? 2 : 1;

	if (!crm_engine_by_hand(c->txn))
		return;
	for (i = 0; i < n; i++)
		if (s[i]->spot.room == NULL)
			s[i]->spot.room = crm_calloc(
			    CRM_TREE_DEPTH, sizeof(*s[i]->spot.room));
}

static void
close_side(struct side *s)
{
	size_t i;

	if (s->cur != NULL)
		mdb_cursor_close(s->cur);
	for (i = 0; s->spot.room != NULL && i < CRM_TREE_DEPTH; i++)
		crm_free(s->spot.room[i].page);
	crm_free(s->spot.room);
}

void
crm_cur_close(struct crm_cur *c)
{
	if (c == NULL)
		return;
	close_side(&c->old);
	close_side(&c->young);
	crm_free(c);
}

/* Forget where a side stands; another set may be in use by now. */
static void
renew_side(struct side *s)
{
	size_t i;

	s->spot.tree = NULL;
	for (i = 0; s->spot.room != NULL && i < CRM_TREE_DEPTH; i++)
		s->spot.room[i].n = 0;
	if (s->cur != NULL)
		mdb_cursor_close(s->cur);
	s->cur = NULL;
}

const struct crm_err *
crm_cur_renew(struct crm_cur *c)
{
	renew_side(&c->old);
	renew_side(&c->young);
	c->at = NULL;
	return have_cursor(c, &c->old);
}

/* Move LMDB's cursor. */
static const struct crm_err *
move(struct crm_cur *c, struct side *s, MDB_cursor_op op, MDB_val *k,
    struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err = have_cursor(c, s);
	MDB_val v;
	int rc;

	*key = *value = CRM_VNULL;
	if (err != NULL)
		return err;
	rc = mdb_cursor_get(s->cur, k, &v, op);
	if (rc == MDB_NOTFOUND)
		return NULL;
	if (rc != 0)
		return crm_engine_err(c->txn->env, "cursor", rc);
	*key = crm_view(k->mv_data, k->mv_size);
	*value = crm_view(v.mv_data, v.mv_size);
	return crm_engine_check_place(c->txn, k->mv_data);
}

/* LMDB's cursor to the last key not above a key. */
static const struct crm_err *
move_to_floor(struct crm_cur *c, struct side *s, struct crm_view at,
    struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err;
	MDB_val k = crm_engine_val(at);

	*key = *value = CRM_VNULL;
	if (at.n == 0)
		return NULL; /* LMDB takes no such key */
	err = move(c, s, MDB_SET_RANGE, &k, key, value);
	if (err != NULL || (key->p != NULL && crm_view_eq(*key, at)))
		return err;
	return move(c, s, key->p == NULL ? MDB_LAST : MDB_PREV, &k, key, value);
}

/* To a key in one tree: the first not below it, or the last not above it. */
static const struct crm_err *
seek_in(struct crm_cur *c, struct side *s, struct crm_view at,
    struct crm_view *key, struct crm_view *value)
{
	const struct crm_tree *tree;
	const struct crm_err *err;
	MDB_val k = crm_engine_val(at);

	if (!crm_engine_by_hand(c->txn))
		return move(c, s, MDB_SET_RANGE, &k, key, value);
	err = crm_engine_find_tree(c->txn, s->tree, &tree);
	if (err != NULL)
		return err;
	return crm_tree_seek(&c->txn->pages, tree, &s->spot, at, key, value)
	    ? NULL
	    : crm_engine_bad_page();
}

static const struct crm_err *
floor_in(struct crm_cur *c, struct side *s, struct crm_view at, bool quick,
    struct crm_view *key, struct crm_view *value)
{
	const struct crm_tree *tree;
	const struct crm_err *err;

	if (!crm_engine_by_hand(c->txn))
		return move_to_floor(c, s, at, key, value);
	err = crm_engine_find_tree(c->txn, s->tree, &tree);
	if (err != NULL)
		return err;
	return crm_tree_floor(
		   &c->txn->pages, tree, &s->spot, at, quick, key, value)
	    ? NULL
	    : crm_engine_bad_page();
}

/* The movements that need no key, by LMDB or by hand. */
struct way {
	MDB_cursor_op op;
	bool (*hand)(struct crm_pages *, const struct crm_tree *,
	    struct crm_spot *, struct crm_view *key, struct crm_view *value);
};
static const struct way to_first = { MDB_FIRST, crm_tree_first };
static const struct way to_last = { MDB_LAST, crm_tree_last };
static const struct way to_next = { MDB_NEXT, crm_tree_next };
static const struct way to_prev = { MDB_PREV, crm_tree_prev };

static const struct crm_err *
go_in(struct crm_cur *c, struct side *s, const struct way *way,
    struct crm_view *key, struct crm_view *value)
{
	const struct crm_tree *tree;
	const struct crm_err *err;
	MDB_val k;

	if (!crm_engine_by_hand(c->txn))
		return move(c, s, way->op, &k, key, value);
	err = crm_engine_find_tree(c->txn, s->tree, &tree);
	if (err != NULL)
		return err;
	return way->hand(&c->txn->pages, tree, &s->spot, key, value)
	    ? NULL
	    : crm_engine_bad_page();
}

/* Go to the young tree; *s is NULL when it is empty. */
static const struct crm_err *
enter_young(struct crm_cur *c, struct side **s)
{
	const struct crm_young *young;
	const struct crm_err *err = crm_young_of(c->txn, c->table, &young);

	*s = err == NULL && young->any ? &c->young : NULL;
	if (*s != NULL) {
		c->at = *s;
		c->moves = young->moves;
	}
	return err;
}

/* Go to the tree in which a key is, or would be. */
static const struct crm_err *
enter(struct crm_cur *c, struct crm_view at)
{
	const struct crm_err *err;
	struct side *s;
	bool young;

	c->at = &c->old;
	err = crm_young_is(c->txn, c->table, at, &young);
	return err != NULL || !young ? err : enter_young(c, &s);
}

/* What comes behind all of the old tree. */
static const struct crm_err *
go_behind_old(struct crm_cur *c, struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err;
	struct side *s;

	err = enter_young(c, &s);
	return err != NULL || s == NULL ? err
					: go_in(c, s, &to_first, key, value);
}

const struct crm_err *
crm_cur_seek(struct crm_cur *c, struct crm_view at, struct crm_view *key,
    struct crm_view *value)
{
	const struct crm_err *err;

	if (at.n == 0)
		return crm_cur_first(c, key, value);
	err = enter(c, at);
	if (err == NULL)
		err = seek_in(c, c->at, at, key, value);
	if (err == NULL && key->p == NULL && c->at == &c->old)
		err = go_behind_old(c, key, value);
	if (err == NULL && key->p == NULL)
		c->at = NULL;
	return err;
}

const struct crm_err *
crm_cur_floor(struct crm_cur *c, struct crm_view at, bool quick,
    struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err = enter(c, at);

	if (err == NULL)
		err = floor_in(c, c->at, at, quick, key, value);
	if (err == NULL && key->p == NULL)
		c->at = NULL;
	return err;
}

const struct crm_err *
crm_cur_first(struct crm_cur *c, struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err;

	c->at = &c->old;
	err = go_in(c, c->at, &to_first, key, value);
	return err != NULL || key->p != NULL ? err
					     : go_behind_old(c, key, value);
}

const struct crm_err *
crm_cur_last(struct crm_cur *c, struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err;
	struct side *s;

	c->at = &c->old;
	err = enter_young(c, &s);
	return err != NULL ? err : go_in(c, c->at, &to_last, key, value);
}

/* Who stands in the young tree has lost their place when it was emptied. */
static const struct crm_err *
check_place(const struct crm_cur *c)
{
	return c->at == &c->young && c->moves != c->txn->young[c->table].moves
	    ? crm_err(CRM_E_BUG, "'%s' was written while it was walked",
		  crm_table_name(c->table))
	    : NULL;
}

const struct crm_err *
crm_cur_next(struct crm_cur *c, struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err;

	if (c->at == NULL)
		return crm_cur_first(c, key, value);
	err = check_place(c);
	if (err == NULL)
		err = go_in(c, c->at, &to_next, key, value);
	return err != NULL || key->p != NULL || c->at == &c->young
	    ? err
	    : go_behind_old(c, key, value);
}

const struct crm_err *
crm_cur_prev(struct crm_cur *c, struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err;

	if (c->at == NULL)
		return crm_cur_last(c, key, value);
	err = check_place(c);
	if (err == NULL)
		err = go_in(c, c->at, &to_prev, key, value);
	if (err != NULL || key->p != NULL || c->at == &c->old)
		return err;
	err = go_in(c, &c->old, &to_last, key, value);
	if (err == NULL && key->p != NULL)
		c->at = &c->old;
	return err;
}

const struct crm_err *
crm_cur_append(struct crm_cur *c, struct crm_view key, struct crm_view value)
{
	MDB_val k = crm_engine_val(key), v = crm_engine_val(value);
	const struct crm_err *err = NULL;
	int rc;

	c->txn->dirty += NODE_BYTES + key.n + value.n;
	if (crm_table_is_appended(c->table)) {
		if (!crm_young_is_over(c->txn))
			return crm_young_append(c->txn, c->table, key, value);
		err = crm_young_empty(c->txn, c->table);
		if (err != NULL)
			return err;
	}
	rc = mdb_cursor_put(c->old.cur, &k, &v, MDB_APPEND);
	crm_heap_look(&c->txn->heap);
	if (rc == MDB_KEYEXIST)
		return crm_engine_out_of_order(c->table);
	return rc != 0 ? crm_engine_err(c->txn->env, "append", rc) : NULL;
}
