#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/engine_impl.h"

#define MAP_WANTED (UINT64_C(16) << 30)
#define LOCK_FILE_BYTES 65536 /* room for 1,022 readers */
#define MAX_READERS 1022

/*
 * Give the lock file its blocks before LMDB maps it: on a full disk it would
 * die by SIGBUS.
 */
static const struct crm_err *
reserve_lock_file(const char *dir, bool shared)
{
	const struct crm_err *err = NULL;
	char path[4200];
	struct stat st;
	int fd, rc;

	(void)snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    shared ? 0660 : 0600);
	if (fd < 0) {
		if (errno == ENOENT)
			return crm_err(CRM_E_NOINPUT, "no store at '%s'", dir);
		return crm_err_errno(
		    errno == EACCES || errno == EROFS || errno == EPERM
			? CRM_E_NOPERM
			: CRM_E_IO,
		    "%s", path);
	}
	if (fstat(fd, &st) != 0)
		st.st_blocks = st.st_mode = 0;
	if (shared && (st.st_mode & 0660) != 0660)
		(void)fchmod(fd, (st.st_mode & 0777) | 0660);
	if (st.st_blocks * 512 < LOCK_FILE_BYTES) {
		rc = posix_fallocate(fd, 0, LOCK_FILE_BYTES);
		if (rc == ENOSPC) {
			errno = rc;
			err = crm_err_errno(CRM_E_IO, "%s", path);
		}
	}
	(void)close(fd);
	return err;
}

uint64_t
crm_engine_file_bytes(const char *dir)
{
	char path[4200];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static int
open_mapped(struct crm_env *env, uint64_t map)
{
	unsigned int flags = MDB_NOTLS;
	MDB_stat st = { 0 };
	int rc;

	if (env->mode == CRM_ENV_BUILD)
		flags |= MDB_NOSYNC;
	/* The page that makes a commit known is written behind what it names,
	 * but made durable by crm_env_settle(). */
	if (env->mode == CRM_ENV_WRITE)
		flags |= MDB_NOMETASYNC;
	if (env->mode <= CRM_ENV_READ)
		flags |= MDB_RDONLY;
	if (env->mode <= CRM_ENV_BARRED)
		flags |= MDB_NOLOCK;
	rc = mdb_env_create(&env->env);
	if (rc != 0)
		return rc;
	(void)mdb_env_set_assert(env->env, crm_engine_assert_failed);
	(void)mdb_env_set_maxdbs(
	    env->env, NSETS * CRM_NTABLES + 1 + CRM_NTABLES);
	(void)mdb_env_set_maxreaders(env->env, MAX_READERS);
	if (map > SIZE_MAX / 2)
		map = SIZE_MAX / 2;
	rc = mdb_env_set_mapsize(env->env, (size_t)map);
	if (rc == 0)
		rc = mdb_env_open(
		    env->env, env->dir, flags, env->shared ? 0660 : 0600);
	if (rc == 0)
		rc = mdb_env_stat(env->env, &st);
	env->page = st.ms_psize;
	if (rc == 0 && (env->page < 256 || env->page > 0x10000))
		rc = MDB_INVALID;
	if (rc != 0) {
		mdb_env_close(env->env);
		env->env = NULL;
	}
	return rc;
}

/* The largest map that the process may have, halving from what we want. */
static int
open_env(struct crm_env *env)
{
	uint64_t least = crm_engine_file_bytes(env->dir) + MAP_SPARE, map;
	int rc;

	if (env->first_map != 0) /* small on purpose */
		return open_mapped(env, env->first_map);
	if (env->mode == CRM_ENV_LONE) /* it will not grow */
		return open_mapped(env, least);
	map = MAP_WANTED;
	while (map < 2 * least)
		map *= 2;
	for (;;) {
		rc = open_mapped(env, map);
		if ((rc != ENOMEM && rc != EINVAL) || map / 2 < least)
			return rc;
		map /= 2;
	}
}

int
crm_engine_set_map(struct crm_env *env, size_t bytes)
{
	int rc;

	if (env->unmapped || env->live > 0)
		return ENOMEM;
	rc = mdb_env_set_mapsize(env->env, bytes);
	env->unmapped = rc != 0;
	env->map_from = env->map_to = 0;
	return rc;
}

int
crm_engine_begin(struct crm_env *env, unsigned int flags, MDB_txn **txn)
{
	int rc = ENOMEM, dead, i;

	for (i = 0; i < 3 && !env->unmapped; i++) {
		rc = mdb_txn_begin(env->env, NULL, flags, txn);
		if (rc == MDB_READERS_FULL)
			(void)mdb_reader_check(env->env, &dead);
		else if (rc != MDB_MAP_RESIZED || env->live > 0)
			break;
		else
			(void)crm_engine_set_map(env, 0);
	}
	return env->unmapped ? ENOMEM : rc;
}

/* Open a table; its handle is 0 when there is none. */
static const struct crm_err *
open_table(struct crm_env *env, MDB_txn *txn, const char *name, bool create,
    MDB_dbi *out)
{
	unsigned int flags = 0;
	int rc;

	rc = mdb_dbi_open(txn, name, create ? MDB_CREATE : 0, out);
	if (rc == MDB_NOTFOUND) {
		*out = 0;
		return NULL;
	}
	if (rc == 0)
		rc = mdb_dbi_flags(txn, *out, &flags);
	if (rc != 0)
		return crm_engine_err(env, "open", rc);
	return flags != 0 ? crm_engine_damaged(env, name, MDB_INCOMPATIBLE)
			  : NULL;
}

static const struct crm_err *
open_both(struct crm_env *env, MDB_txn *txn, enum crm_table table, bool create)
{
	char spare[32];
	MDB_dbi *dbi = &env->dbi[0][table], *other = &env->dbi[1][table];
	const struct crm_err *err;

	err = open_table(env, txn, crm_table_name(table), create, dbi);
	if (err == NULL && *dbi == 0)
		return crm_err(CRM_E_DATA,
		    "'%s' is not a crm store (it has no table '%s')", env->dir,
		    crm_table_name(table));
	*other = *dbi;
	if (err != NULL || !crm_table_is_derived(table) || env->own == 0)
		return err;
	(void)snprintf(
	    spare, sizeof(spare), SPARE_NAME "%s", crm_table_name(table));
	err = open_table(env, txn, spare, create, other);
	return err == NULL && *other == 0
	    ? crm_engine_damaged(env, spare, MDB_NOTFOUND)
	    : err;
}

const struct crm_err *
crm_engine_bar(struct crm_env *env)
{
	return env->mode == CRM_ENV_BARRED
	    ? crm_gate_bar(env->gate, env->wait_ms)
	    : NULL;
}

void
crm_engine_unbar(struct crm_env *env)
{
	if (env->mode == CRM_ENV_BARRED)
		crm_gate_unbar(env->gate);
}

/* They are made in one transaction: who finds but some of them does not know
 * where the end of a table is. */
const struct crm_err *
crm_engine_open_youngs(struct crm_env *env, MDB_txn *txn, bool create)
{
	const struct crm_err *err = NULL;
	unsigned int i, n = 0, there = 0;
	char name[32];

	for (i = 0; i < CRM_NTABLES && err == NULL; i++) {
		if (!crm_table_is_appended((enum crm_table)i))
			continue;
		(void)snprintf(name, sizeof(name), YOUNG_NAME "%s",
		    crm_table_name((enum crm_table)i));
		err = open_table(env, txn, name, create, &env->young[i]);
		n++;
		there += env->young[i] != 0;
	}
	return err == NULL && there != 0 && there != n
	    ? crm_engine_damaged(env, "the end of a table", MDB_NOTFOUND)
	    : err;
}

void
crm_engine_forget_youngs(struct crm_env *env)
{
	memset(env->young, 0, sizeof(env->young));
}

const struct crm_err *
crm_txn_make_young(struct crm_txn *t)
{
	const struct crm_err *err;

	t->opened = true;
	err = crm_engine_open_youngs(t->env, t->txn, true);
	crm_txn_demand_young(t, err == NULL);
	return err;
}

static const struct crm_err *
open_tables(struct crm_env *env)
{
	bool create = env->mode >= CRM_ENV_CREATE;
	const struct crm_err *err;
	MDB_txn *txn = NULL;
	int rc, i;

	err = crm_engine_bar(env);
	if (err != NULL)
		return err;
	rc = crm_engine_begin(env, create ? 0 : MDB_RDONLY, &txn);
	if (rc != 0) {
		crm_engine_unbar(env);
		return crm_engine_err(env, "open", rc);
	}
	err = open_table(env, txn, OWN_TABLE, create, &env->own);
	for (i = 0; i < CRM_NTABLES && err == NULL; i++)
		err = open_both(env, txn, (enum crm_table)i, create);
	if (err == NULL)
		err = crm_engine_open_youngs(env, txn, create);
	if (err != NULL) {
		mdb_txn_abort(txn);
	} else {
		rc = mdb_txn_commit(txn);
		if (rc != 0)
			err = crm_engine_err(env, "open", rc);
	}
	crm_engine_unbar(env);
	return err;
}

const struct crm_err *
crm_engine_open(
    const char *dir, const struct crm_env_options *o, struct crm_env **out)
{
	enum crm_env_mode mode = o->mode;
	const struct crm_err *err = NULL;
	struct crm_env *env;
	int fd, rc;

	*out = NULL;
	if (mode < CRM_ENV_CREATE && crm_engine_file_bytes(dir) == 0)
		return crm_err(CRM_E_NOINPUT, "no store at '%s'", dir);
	if (mode != CRM_ENV_LONE)
		err = reserve_lock_file(dir, o->shared);
	if (err != NULL && err->code == CRM_E_NOPERM && mode == CRM_ENV_READ &&
	    o->gate != NULL) {
		mode = CRM_ENV_BARRED;
		err = NULL;
	}
	if (err != NULL)
		return err;
	env = crm_calloc(1, sizeof(*env));
	env->dir = crm_strndup(dir, strlen(dir));
	env->mode = mode;
	env->shared = o->shared;
	env->first_map = o->map;
	env->gate = o->gate;
	env->wait_ms = o->wait_ms;
	env->owner = getpid();
	rc = open_env(env);
	if (rc != 0) {
		err = crm_engine_is_implausible(dir)
		    ? crm_engine_damaged(env, "open", MDB_CORRUPTED)
		    : crm_engine_err(env, "open", rc);
		crm_env_close(env);
		return err;
	}
	if (mdb_env_get_fd(env->env, &fd) == 0) {
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		if (o->shared && mode >= CRM_ENV_CREATE)
			(void)fchmod(fd, 0660); /* whatever the umask */
	}
	*out = env;
	return NULL;
}

const struct crm_err *
crm_env_open_as(
    const char *dir, const struct crm_env_options *o, struct crm_env **out)
{
	const struct crm_err *err;
	int dead;

	err = crm_engine_open(dir, o, out);
	if (err != NULL)
		return err;
	if (o->mode >= CRM_ENV_WRITE)
		(void)mdb_reader_check((*out)->env, &dead);
	err = open_tables(*out);
	if (err != NULL) {
		crm_env_close(*out);
		*out = NULL;
	}
	return err;
}

const struct crm_err *
crm_env_open_sized(const char *dir, enum crm_env_mode mode, bool shared,
    uint64_t map, struct crm_env **out)
{
	const struct crm_env_options o = {
		.mode = mode, .shared = shared, .map = map
	};

	return crm_env_open_as(dir, &o, out);
}

const struct crm_err *
crm_env_open(
    const char *dir, enum crm_env_mode mode, bool shared, struct crm_env **out)
{
	return crm_env_open_sized(dir, mode, shared, 0, out);
}

void
crm_env_close(struct crm_env *env)
{
	if (env == NULL)
		return;
	crm_engine_end_idle(env);
	if (env->env != NULL && env->owner == getpid())
		mdb_env_close(env->env);
	crm_free(env->dir);
	crm_free(env);
}

const struct crm_err *
crm_env_sync(struct crm_env *env)
{
	int rc = mdb_env_sync(env->env, 1);

	return rc != 0 ? crm_engine_err(env, "sync", rc) : NULL;
}
