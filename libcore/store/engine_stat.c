#include <errno.h>

#include "store/engine_impl.h"

#define CHECK_TRIES 100 /* others may commit all the time */
#define META_PAGES 2

/* Pages on LMDB's list of free ones. */
static const struct crm_err *
count_free(struct crm_txn *t, uint64_t *out)
{
	MDB_cursor *cur = NULL;
	MDB_val k, v;
	size_t n;
	int rc;

	*out = 0;
	rc = mdb_cursor_open(t->txn, FREE_DBI, &cur);
	if (rc != 0)
		return crm_engine_err(t->env, "stat", rc);
	for (rc = mdb_cursor_get(cur, &k, &v, MDB_FIRST); rc == 0;
	     rc = mdb_cursor_get(cur, &k, &v, MDB_NEXT)) {
		if (v.mv_size < sizeof(n))
			break;
		memcpy(&n, v.mv_data, sizeof(n));
		*out += n;
	}
	mdb_cursor_close(cur);
	return rc != MDB_NOTFOUND ? crm_engine_err(t->env, "stat", rc) : NULL;
}

static int
count_reader(const char *line, void *ctx)
{
	struct crm_env_stat *out = ctx;
	const char *p = line + strspn(line, " ");

	/* "  pid thread txnid", "-" in the place of txnid: reads nothing now */
	if (*p >= '0' && *p <= '9' && strchr(p, '-') == NULL)
		out->readers++;
	return 0;
}

/* Count the pages of a table. */
static const struct crm_err *
count_pages(struct crm_txn *t, MDB_dbi dbi, struct crm_env_stat *out,
    uint64_t *entries, uint64_t *pages)
{
	MDB_stat st;
	int rc = mdb_stat(t->txn, dbi, &st);

	if (rc != 0)
		return crm_engine_err(t->env, "stat", rc);
	out->page_bytes = st.ms_psize;
	*entries = st.ms_entries;
	*pages = st.ms_branch_pages + st.ms_leaf_pages + st.ms_overflow_pages;
	out->used_pages += *pages;
	return NULL;
}

/* Those of a table: of all its trees. */
static const struct crm_err *
count_table(struct crm_txn *t, enum crm_table i, struct crm_env_stat *out)
{
	MDB_dbi spare = t->env->dbi[1 - t->set][i], young = t->env->young[i];
	const struct crm_err *err;
	uint64_t entries = 0, pages = 0;

	err = count_pages(t, t->dbi[i], out, &out->entries[i], &out->pages[i]);
	if (err == NULL && spare != t->dbi[i])
		err = count_pages(t, spare, out, &entries, &pages);
	if (err != NULL || young == 0)
		return err;
	err = count_pages(t, young, out, &entries, &pages);
	out->entries[i] += entries;
	out->pages[i] += pages;
	return err;
}

/* Those of the tables that are LMDB's or the engine's. */
static const struct crm_err *
count_own(struct crm_txn *t, struct crm_env_stat *out)
{
	const MDB_dbi own[] = { FREE_DBI, MAIN_DBI, t->env->own };
	const struct crm_err *err = NULL;
	uint64_t unused;
	size_t i, n = sizeof(own) / sizeof(own[0]);

	if (t->env->own == 0)
		n--;
	for (i = 0; err == NULL && i < n; i++)
		err = count_pages(t, own[i], out, &unused, &unused);
	return err;
}

const struct crm_err *
crm_env_stat(struct crm_txn *t, struct crm_env_stat *out)
{
	const struct crm_err *err;
	MDB_envinfo info;
	int i;

	memset(out, 0, sizeof(*out));
	(void)mdb_env_info(t->env->env, &info);
	out->newest = info.me_last_txnid == mdb_txn_id(t->txn);
	out->used_pages = META_PAGES;
	err = count_own(t, out);
	for (i = 0; err == NULL && i < CRM_NTABLES; i++)
		err = count_table(t, (enum crm_table)i, out);
	if (err == NULL)
		err = count_free(t, &out->free_pages);
	out->lost_pages = (int64_t)info.me_last_pgno + 1 -
	    (int64_t)(out->used_pages + out->free_pages);
	out->map_bytes = info.me_mapsize;
	(void)mdb_reader_list(t->env->env, count_reader, out);
	out->file_bytes = crm_engine_file_bytes(t->env->dir);
	if (err == NULL && out->file_bytes == 0)
		err = crm_err_errno(CRM_E_IO, "%s/data.mdb", t->env->dir);
	return err;
}

const struct crm_err *
crm_txn_check_pages(struct crm_txn *t,
    void (*fault)(void *ctx, const char *what), void *ctx, bool *looked)
{
	int fd, rc = mdb_env_get_fd(t->env->env, &fd);

	return rc != 0
	    ? crm_engine_err(t->env, "check", rc)
	    : crm_pages_check(fd, mdb_txn_id(t->txn), fault, ctx, looked);
}

const struct crm_err *
crm_env_check_pages(const char *dir, const struct crm_env_options *o,
    void (*fault)(void *ctx, const char *what), void *ctx)
{
	const struct crm_err *err;
	struct crm_txn *t = NULL;
	struct crm_env *env;
	bool looked = false;
	int i;

	err = crm_engine_open(dir, o, &env);
	if (err == NULL)
		err = crm_txn_read(env, &t);
	for (i = 0; err == NULL && !looked && i < CHECK_TRIES; i++) {
		err = crm_txn_check_pages(t, fault, ctx, &looked);
		crm_txn_pause(t);
		if (err == NULL)
			err = crm_txn_resume(t);
	}
	crm_txn_end(t);
	crm_env_close(env);
	return err;
}

const struct crm_err *
crm_env_copy(struct crm_env *env, int fd)
{
	const struct crm_err *err = crm_engine_bar(env);
	int rc;

	if (err != NULL)
		return err;
	rc = mdb_env_copyfd2(env->env, fd, MDB_CP_COMPACT);
	crm_engine_unbar(env);
	if (rc == ENOSPC || rc == EIO)
		return crm_err(
		    CRM_E_IO, "cannot write the copy: %s", mdb_strerror(rc));
	return rc != 0 ? crm_engine_err(env, "copy", rc) : NULL;
}
