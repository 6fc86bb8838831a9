#include "base/mem.h"
#include "store/block.h"
#include "store/engine_impl.h"

#define GROW_TRIES 40

/* Make the map larger: first to what others made it, then to the double. */
static const struct crm_err *
grow(struct crm_env *env)
{
	size_t before = crm_engine_map_bytes(env);

	if (env->live > 0)
		return crm_err(CRM_E_BUG,
		    "the store's map is full while a snapshot is held");
	if (crm_engine_set_map(env, 0) == 0 &&
	    crm_engine_map_bytes(env) > before)
		return NULL;
	if (before > SIZE_MAX / 4)
		return crm_err(CRM_E_IO, "the store is full");
	if (crm_engine_set_map(env, before * 2) == 0)
		return NULL;
	return crm_err(CRM_E_IO,
	    "the store needs more address space than the process may have "
	    "(ulimit -v)");
}

const struct crm_err *
crm_env_commit(struct crm_env *env,
    const struct crm_err *(*fn)(void *ctx, struct crm_txn *), void *ctx)
{
	const struct crm_err *err;
	struct crm_txn t = { .env = env, .writes = true };
	int rc, i;

	err = crm_engine_check_owner(env);
	for (i = 0; err == NULL && i < GROW_TRIES; i++) {
		rc = crm_engine_begin(env, 0, &t.txn);
		if (rc != 0)
			return crm_engine_err(env, "write", rc);
		env->map_full = false;
		env->live++;
		t.dirty = 0;
		crm_heap_begin(&t.heap);
		memset(t.whole, 0, sizeof(t.whole));
		crm_engine_find_map(&t);
		err = crm_engine_choose_set(&t);
		t.opened = env->young[CRM_TABLE_EVENT] == 0;
		if (err == NULL && t.opened) /* others may have made them */
			err = crm_engine_open_youngs(env, t.txn, false);
		if (err == NULL)
			err = fn(ctx, &t);
		crm_heap_end(&t.heap);
		if (err == NULL) {
			rc = mdb_txn_commit(t.txn);
			if (rc != 0)
				err = crm_engine_err(env, "write", rc);
		} else
			mdb_txn_abort(t.txn);
		if (err != NULL && t.opened) /* so are their handles */
			crm_engine_forget_youngs(env);
		env->live--;
		if (!env->map_full)
			return err;
		err = grow(env);
	}
	return err != NULL ? err : crm_err(CRM_E_IO, "the store is full");
}

const struct crm_err *
crm_env_settle(struct crm_env *env)
{
	const struct crm_err *err =
	    env->mode == CRM_ENV_WRITE ? crm_env_sync(env) : NULL;

	/* who did it again would have it twice */
	return crm_err_wrap(err, "it was written, but may not last");
}

const struct crm_err *
crm_env_update(struct crm_env *env,
    const struct crm_err *(*fn)(void *ctx, struct crm_txn *), void *ctx)
{
	const struct crm_err *err = crm_env_commit(env, fn, ctx);

	return err != NULL ? err : crm_env_settle(env);
}

size_t
crm_txn_dirty(const struct crm_txn *t)
{
	return t->dirty;
}

const struct crm_err *
crm_kv_put(struct crm_txn *t, enum crm_table table, struct crm_view key,
    struct crm_view value)
{
	t->dirty += value.n + t->env->page;
	return crm_young_put(t, table, key, value);
}

const struct crm_err *
crm_kv_put_near(struct crm_txn *t, enum crm_table table, struct crm_view key,
    struct crm_view value)
{
	t->dirty += NODE_BYTES + key.n + value.n;
	return crm_young_put(t, table, key, value);
}

const struct crm_err *
crm_kv_keep(struct crm_txn *t, struct crm_view key, struct crm_view value)
{
	MDB_val k = crm_engine_val(key), v = crm_engine_val(value);
	int rc = 0;

	if (t->env->own != 0)
		rc = mdb_put(t->txn, t->env->own, &k, &v, 0);
	return rc != 0 ? crm_engine_err(t->env, "put", rc) : NULL;
}

static const struct crm_err *
del(struct crm_txn *t, enum crm_table table, struct crm_view key)
{
	MDB_val k = crm_engine_val(key);
	const struct crm_err *err;
	bool young;
	int rc;

	err = crm_young_is(t, table, key, &young);
	if (err != NULL)
		return err;
	rc = mdb_del(
	    t->txn, young ? t->env->young[table] : t->dbi[table], &k, NULL);
	if (young)
		crm_young_forget(t, table);
	return rc != 0 && rc != MDB_NOTFOUND ? crm_engine_err(t->env, "del", rc)
					     : NULL;
}

const struct crm_err *
crm_kv_del(struct crm_txn *t, enum crm_table table, struct crm_view key)
{
	t->dirty += t->env->page;
	return del(t, table, key);
}

const struct crm_err *
crm_kv_del_near(struct crm_txn *t, enum crm_table table, struct crm_view key)
{
	t->dirty += NODE_BYTES + key.n;
	return del(t, table, key);
}

const struct crm_err *
crm_kv_clear(struct crm_txn *t, enum crm_table table)
{
	int rc = mdb_drop(t->txn, t->dbi[table], 0);

	if (rc == 0 && t->env->young[table] != 0) {
		rc = mdb_drop(t->txn, t->env->young[table], 0);
		crm_young_forget(t, table);
	}
	return rc != 0 ? crm_engine_err(t->env, "clear", rc) : NULL;
}

void
crm_txn_use_spare(struct crm_txn *t, bool on)
{
	const struct crm_env *env = t->env;

	/* set says in either case which ones are in use */
	t->dbi = env->dbi[on ? 1 - t->set : t->set];
}

const struct crm_err *
crm_txn_clear_spare(struct crm_txn *t)
{
	const struct crm_err *err = NULL;
	int i;

	if (t->env->own == 0)
		return crm_err(CRM_E_CONFIG,
		    "the store was made before its format was settled: dump "
		    "it with that crm, and load it");
	crm_txn_use_spare(t, true);
	for (i = 0; err == NULL && i < CRM_NTABLES; i++)
		if (crm_table_is_derived((enum crm_table)i))
			err = crm_kv_clear(t, (enum crm_table)i);
	crm_txn_use_spare(t, false);
	return err;
}

const struct crm_err *
crm_txn_swap_spare(struct crm_txn *t)
{
	struct crm_buf b = CRM_BUF_INIT(100);
	MDB_val k = crm_engine_val(SET_KEY), v;
	int rc;

	crm_buf_add(&b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_addc(&b, (char)(1 - t->set));
	crm_head_seal(&b, SET_KEY, SET_FORM, 0);
	v = crm_engine_val(crm_buf_view(&b));
	rc = mdb_put(t->txn, t->env->own, &k, &v, 0);
	crm_buf_release(&b);
	if (rc != 0)
		return crm_engine_err(t->env, "put", rc);
	crm_engine_use_set(t, 1 - t->set);
	return crm_txn_clear_spare(t);
}
