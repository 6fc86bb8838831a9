#include "store/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/block.h"
#include "store/pages.h"
#include "store/pages_walk.h"

#define MAP_WANTED (UINT64_C(16) << 30)
#define MAP_SPARE (UINT64_C(64) << 20) /* more than the file, at the least */
#define LOCK_FILE_BYTES 65536          /* room for 1,022 readers */
#define MAX_READERS 1022
#define GROW_TRIES 40
#define CHECK_TRIES 100 /* others may commit all the time */

/* Derived tables are there twice, the second time under names of this
 * beginning.  Which ones are in use stands in a table of the engine's own, and
 * so do copies of what must not be lost. */
#define NSETS 2
#define SPARE_NAME "spare-"
#define OWN_TABLE "own"
#define SET_KEY CRM_V("set")
#define SET_FORM 32

#define WHOLE_SLOTS 64

/* LMDB's own tables: free pages, names of tables. */
#define FREE_DBI 0
#define MAIN_DBI 1
#define META_PAGES 2

/* Where the engine's own table stands among trees. */
#define OWN_TREE CRM_NTABLES

struct crm_env {
	MDB_env *env;
	MDB_dbi dbi[NSETS][CRM_NTABLES];
	MDB_dbi own; /* 0: there is none, and no spare ones */
	char *dir;
	enum crm_env_mode mode;
	bool shared;
	uint64_t first_map;
	pid_t owner;
	unsigned int live; /* transactions that hold a snapshot */
	bool map_full;     /* the transaction at hand met the map's end */
	bool unmapped;     /* a new map was refused: LMDB has none any more */
	size_t page;       /* bytes */
	/* Where page 0 is in memory, and the end of the map; 0: not known. */
	uintptr_t map_from, map_to;
};

struct crm_txn {
	struct crm_env *env;
	MDB_txn *txn;
	unsigned int set;
	const MDB_dbi *dbi; /* of that set */
	bool writes, paused;
	size_t dirty;
	/* Writing: leaves that were found whole, by number, the last one of
	 * each slot. */
	uintptr_t whole[WHOLE_SLOTS];
	/* Reading: LMDB's pages, read by hand, and the trees known so far. */
	struct crm_pages pages;
	struct crm_tree tree[CRM_NTABLES + 1];
	bool known[CRM_NTABLES + 1];
};

struct crm_cur {
	struct crm_txn *txn;
	MDB_cursor *cur; /* NULL: pages are read by hand */
	enum crm_table table;
	struct crm_spot spot;
};

static void (*on_damage)(const char *);

#define X(table, name) name,
static const char *const table_names[CRM_NTABLES] = { CRM_TABLES(X) };
#undef X

const char *
crm_table_name(enum crm_table t)
{
	return table_names[t];
}

void
crm_env_on_damage(void (*handler)(const char *))
{
	on_damage = handler;
}

static void
assert_failed(MDB_env *env, const char *msg)
{
	(void)env;
	if (on_damage != NULL)
		on_damage(msg);
	_exit(crm_err_exit(CRM_E_DATA));
}

/* LMDB says EIO for a full disk: say what it really is. */
static const struct crm_err *
io_error(const struct crm_env *env, const char *what, int rc)
{
	struct statvfs vfs;
	struct rlimit lim;
	struct stat st;
	char path[4200];

	(void)snprintf(path, sizeof(path), "%s/data.mdb", env->dir);
	if ((rc == EIO || rc == ENOSPC) && statvfs(env->dir, &vfs) == 0 &&
	    vfs.f_bavail < 16)
		return crm_err(
		    CRM_E_IO, "%s: the disk of '%s' is full", what, env->dir);
	if ((rc == EIO || rc == EFBIG) && getrlimit(RLIMIT_FSIZE, &lim) == 0 &&
	    lim.rlim_cur != RLIM_INFINITY && stat(path, &st) == 0 &&
	    (rlim_t)st.st_size + MAP_SPARE / 64 >= lim.rlim_cur)
		return crm_err(CRM_E_IO,
		    "%s: the limit on file sizes (ulimit -f) is reached", what);
	return crm_err(CRM_E_IO, "%s: %s", what, mdb_strerror(rc));
}

static const struct crm_err *
damaged(const struct crm_env *env, const char *what, int rc)
{
	return crm_err(CRM_E_DATA,
	    "the store '%s' is damaged (%s: %s): see crm-store check", env->dir,
	    what, mdb_strerror(rc));
}

/* LMDB fails in many ways when the first pages are damaged: is it that? */
static bool
is_implausible(const char *dir)
{
	char path[4200];
	bool no = false;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		no = !crm_pages_are_plausible(fd);
		(void)close(fd);
	}
	return no;
}

/* An LMDB code in the words of our errors. */
static const struct crm_err *
translate(struct crm_env *env, const char *what, int rc)
{
	switch (rc) {
	case MDB_MAP_FULL:
		env->map_full = true;
		return crm_err(CRM_E_IO, "the store's map is full");
	case MDB_MAP_RESIZED:
		if (is_implausible(env->dir))
			return damaged(env, what, rc);
		return crm_err(CRM_E_AGAIN,
		    "%s: another program made the store larger meanwhile",
		    what);
	case MDB_READERS_FULL:
		return crm_err(CRM_E_LOCKED,
		    "too many programs read the store '%s' at once", env->dir);
	case MDB_VERSION_MISMATCH:
		return crm_err(CRM_E_CONFIG,
		    "the store '%s' was made by another version of LMDB",
		    env->dir);
	case MDB_INVALID:
		return crm_err(CRM_E_DATA,
		    "'%s/data.mdb' is not a store of this machine", env->dir);
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_CURSOR_FULL: /* a tree that deep, or that leads into itself */
	case MDB_PAGE_FULL:
	case MDB_PANIC:
	case MDB_BAD_TXN:
	case MDB_INCOMPATIBLE:
		return damaged(env, what, rc);
	case ENOENT:
		return crm_err(CRM_E_NOINPUT, "no store at '%s'", env->dir);
	case EACCES:
	case EPERM:
	case EROFS:
		return crm_err(
		    CRM_E_NOPERM, "'%s': %s", env->dir, mdb_strerror(rc));
	case ENOMEM:
		if (env->unmapped && is_implausible(env->dir))
			return damaged(env, what, MDB_CORRUPTED);
		if (env->unmapped)
			return crm_err(CRM_E_IO,
			    "the store '%s' is larger than the address space "
			    "that the process may have (ulimit -v)",
			    env->dir);
		return crm_err(CRM_E_AGAIN, "%s: out of memory", what);
	case EIO:
	case ENOSPC:
	case EFBIG:
		return io_error(env, what, rc);
	default:
		break;
	}
	return crm_err(
	    rc < 0 ? CRM_E_BUG : CRM_E_IO, "%s: %s", what, mdb_strerror(rc));
}

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
		if (errno == EROFS)
			return NULL; /* LMDB reads without locks then */
		return crm_err_errno(
		    errno == EACCES ? CRM_E_NOPERM : CRM_E_IO, "%s", path);
	}
	if (shared)
		(void)fchmod(fd, 0660);
	if (fstat(fd, &st) == 0 && st.st_blocks * 512 < LOCK_FILE_BYTES) {
		rc = posix_fallocate(fd, 0, LOCK_FILE_BYTES);
		if (rc == ENOSPC) {
			errno = rc;
			err = crm_err_errno(CRM_E_IO, "%s", path);
		}
	}
	(void)close(fd);
	return err;
}

static uint64_t
file_bytes(const char *dir)
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
	if (env->mode <= CRM_ENV_READ)
		flags |= MDB_RDONLY;
	if (env->mode == CRM_ENV_LONE)
		flags |= MDB_NOLOCK;
	rc = mdb_env_create(&env->env);
	if (rc != 0)
		return rc;
	(void)mdb_env_set_assert(env->env, assert_failed);
	(void)mdb_env_set_maxdbs(env->env, NSETS * CRM_NTABLES + 1);
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
	uint64_t least = file_bytes(env->dir) + MAP_SPARE, map;
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

/*
 * Give the environment a map of another size, 0: the one that others made.
 * LMDB takes the old one away first, so nothing may be read meanwhile, and a
 * failure leaves none: every later transaction is refused then.
 */
static int
set_map(struct crm_env *env, size_t bytes)
{
	int rc;

	if (env->unmapped || env->live > 0)
		return ENOMEM;
	rc = mdb_env_set_mapsize(env->env, bytes);
	env->unmapped = rc != 0;
	env->map_from = env->map_to = 0;
	return rc;
}

/* Begin, adopting a map that another process made larger. */
static int
begin(struct crm_env *env, unsigned int flags, MDB_txn **txn)
{
	int rc = ENOMEM, dead, i;

	for (i = 0; i < 3 && !env->unmapped; i++) {
		rc = mdb_txn_begin(env->env, NULL, flags, txn);
		if (rc == MDB_READERS_FULL)
			(void)mdb_reader_check(env->env, &dead);
		else if (rc != MDB_MAP_RESIZED || env->live > 0)
			break;
		else
			(void)set_map(env, 0);
	}
	return env->unmapped ? ENOMEM : rc;
}

/* Open a table; its handle is 0 when there is none. */
static const struct crm_err *
open_table(struct crm_env *env, MDB_txn *txn, const char *name, MDB_dbi *out)
{
	bool create = env->mode >= CRM_ENV_CREATE;
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
		return translate(env, "open", rc);
	return flags != 0 ? damaged(env, name, MDB_INCOMPATIBLE) : NULL;
}

static const struct crm_err *
open_both(struct crm_env *env, MDB_txn *txn, enum crm_table table)
{
	char spare[32];
	MDB_dbi *dbi = &env->dbi[0][table], *other = &env->dbi[1][table];
	const struct crm_err *err;

	err = open_table(env, txn, table_names[table], dbi);
	if (err == NULL && *dbi == 0)
		return crm_err(CRM_E_DATA,
		    "'%s' is not a crm store (it has no table '%s')", env->dir,
		    table_names[table]);
	*other = *dbi;
	if (err != NULL || !crm_table_is_derived(table) || env->own == 0)
		return err;
	(void)snprintf(
	    spare, sizeof(spare), SPARE_NAME "%s", table_names[table]);
	err = open_table(env, txn, spare, other);
	return err == NULL && *other == 0 ? damaged(env, spare, MDB_NOTFOUND)
					  : err;
}

static const struct crm_err *
open_tables(struct crm_env *env)
{
	bool create = env->mode >= CRM_ENV_CREATE;
	const struct crm_err *err;
	MDB_txn *txn = NULL;
	int rc, i;

	rc = begin(env, create ? 0 : MDB_RDONLY, &txn);
	if (rc != 0)
		return translate(env, "open", rc);
	err = open_table(env, txn, OWN_TABLE, &env->own);
	for (i = 0; i < CRM_NTABLES && err == NULL; i++)
		err = open_both(env, txn, (enum crm_table)i);
	if (err != NULL) {
		mdb_txn_abort(txn);
		return err;
	}
	rc = mdb_txn_commit(txn);
	return rc != 0 ? translate(env, "open", rc) : NULL;
}

/* Open the environment without reading any table. */
static const struct crm_err *
open_untouched(const char *dir, enum crm_env_mode mode, bool shared,
    uint64_t map, struct crm_env **out)
{
	const struct crm_err *err;
	struct crm_env *env;
	int fd, rc;

	*out = NULL;
	if (mode < CRM_ENV_CREATE && file_bytes(dir) == 0)
		return crm_err(CRM_E_NOINPUT, "no store at '%s'", dir);
	err = mode == CRM_ENV_LONE ? NULL : reserve_lock_file(dir, shared);
	if (err != NULL)
		return err;
	env = crm_calloc(1, sizeof(*env));
	env->dir = crm_strndup(dir, strlen(dir));
	env->mode = mode;
	env->shared = shared;
	env->first_map = map;
	env->owner = getpid();
	rc = open_env(env);
	if (rc != 0) {
		err = is_implausible(dir) ? damaged(env, "open", MDB_CORRUPTED)
					  : translate(env, "open", rc);
		crm_env_close(env);
		return err;
	}
	if (mdb_env_get_fd(env->env, &fd) == 0) {
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		if (shared && mode >= CRM_ENV_CREATE)
			(void)fchmod(fd, 0660); /* whatever the umask */
	}
	*out = env;
	return NULL;
}

const struct crm_err *
crm_env_open_sized(const char *dir, enum crm_env_mode mode, bool shared,
    uint64_t map, struct crm_env **out)
{
	const struct crm_err *err;
	int dead;

	err = open_untouched(dir, mode, shared, map, out);
	if (err != NULL)
		return err;
	if (mode >= CRM_ENV_WRITE)
		(void)mdb_reader_check((*out)->env, &dead);
	err = open_tables(*out);
	if (err != NULL) {
		crm_env_close(*out);
		*out = NULL;
	}
	return err;
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
	if (env->env != NULL && env->owner == getpid())
		mdb_env_close(env->env);
	crm_free(env->dir);
	crm_free(env);
}

const struct crm_err *
crm_env_sync(struct crm_env *env)
{
	int rc = mdb_env_sync(env->env, 1);

	return rc != 0 ? translate(env, "sync", rc) : NULL;
}

static const struct crm_err *
check_owner(const struct crm_env *env)
{
	if (env->owner == getpid())
		return NULL;
	return crm_err(CRM_E_BUG, "the store was used after a fork");
}

static MDB_val
val(struct crm_view v)
{
	MDB_val m = { v.n, NULL };

	memcpy(&m.mv_data, &v.p, sizeof(v.p)); /* LMDB does not write there */
	return m;
}

static size_t
map_bytes(struct crm_env *env)
{
	MDB_envinfo info;

	return mdb_env_info(env->env, &info) == 0 ? info.me_mapsize : 0;
}

static const struct crm_err *
bad_page(void)
{
	return crm_err(CRM_E_DATA,
	    "the store is damaged: a page is not what it should be "
	    "(crm-store check)");
}

/* The head of a page, as mdb.c has it: number, padding u16, flags u16. */
#define PAGE_FLAGS_AT 10
#define PAGE_LEAF 0x02
#define PAGE_OVERFLOW 0x04

/* Note where page 0 is, as a page that LMDB led to has it by its number. */
static bool
see_map(struct crm_env *env, const char *page)
{
	uint64_t number, bytes;

	memcpy(&number, page, sizeof(number));
	if (env->map_from == 0) {
		bytes = map_bytes(env);
		if (number >= bytes / env->page ||
		    number > (uintptr_t)page / env->page)
			return false;
		env->map_from = (uintptr_t)page - number * env->page;
		env->map_to = env->map_from + bytes;
	}
	return env->map_from + number * env->page == (uintptr_t)page;
}

/* The page that something of the map lies in. */
static const char *
page_of(const struct crm_env *env, const void *at)
{
	return (const char *)at - (uintptr_t)at % env->page;
}

/* Is a page in the file's map?  Those that a transaction is changing are
 * elsewhere in memory. */
static bool
is_mapped(const struct crm_env *env, uintptr_t at)
{
	return at >= env->map_from && at < env->map_to;
}

/*
 * Is what LMDB found for a writer in a page that stands where its number says,
 * and is one that holds entries, and all that it should?  LMDB does not look.
 * Where the tree leads is not proved: roots of trees that are being changed are
 * LMDB's secret.
 */
static const struct crm_err *
check_place(struct crm_txn *t, const void *found)
{
	struct crm_env *env = t->env;
	const char *page = page_of(env, found);
	uint64_t number;
	uint16_t flags;
	uintptr_t *slot;

	if (!is_mapped(env, (uintptr_t)found))
		return NULL;
	memcpy(&number, page, sizeof(number));
	slot = &t->whole[number % WHOLE_SLOTS];
	if (*slot == (uintptr_t)page)
		return NULL;
	memcpy(&flags, page + PAGE_FLAGS_AT, sizeof(flags));
	if (!see_map(env, page) ||
	    (flags != PAGE_OVERFLOW &&
		!crm_page_is_whole(page, env->page, CRM_PAGE_OF_VALUES)))
		return bad_page();
	*slot = (uintptr_t)page;
	return NULL;
}

/* Are pages read by hand, and not by LMDB? */
static bool
by_hand(const struct crm_txn *t)
{
	return CRM_PAGES_BY_HAND && !t->writes;
}

/* The pages of a new snapshot: all that it uses are in the file. */
static void
see_pages(struct crm_txn *t)
{
	struct crm_env *env = t->env;
	MDB_envinfo info;
	struct stat st;
	int fd;

	t->pages.count = 0;
	t->pages.room = env->page;
	if (mdb_env_info(env->env, &info) != 0 ||
	    mdb_env_get_fd(env->env, &fd) != 0 || fstat(fd, &st) != 0)
		return; /* nothing can be read */
	t->pages.count = (uint64_t)st.st_size / env->page;
	if (t->pages.count > info.me_mapsize / env->page)
		t->pages.count = info.me_mapsize / env->page;
}

static void
use_set(struct crm_txn *t, unsigned int set)
{
	t->set = set;
	t->dbi = t->env->dbi[set];
	memset(t->known, 0, sizeof(t->known));
}

/* The name of a tree of the set in use, in LMDB's table of names. */
static struct crm_view
name_of(const struct crm_txn *t, unsigned int tree, char room[32])
{
	struct crm_view name = tree == OWN_TREE
	    ? CRM_V(OWN_TABLE)
	    : crm_view_str(table_names[tree]);
	size_t n = sizeof(SPARE_NAME) - 1;

	if (tree == OWN_TREE || t->dbi[tree] == t->env->dbi[0][tree])
		return name;
	memcpy(room, SPARE_NAME, n);
	memcpy(room + n, name.p, name.n + 1);
	return crm_view(room, n + name.n);
}

/* Find where a table's tree is in this snapshot. */
static const struct crm_err *
find_tree(struct crm_txn *t, unsigned int i, const struct crm_tree **out)
{
	const char *page;
	char room[32];
	MDB_val k, v;
	int rc;

	*out = &t->tree[i];
	if (t->known[i])
		return NULL;
	k = val(name_of(t, i, room));
	rc = mdb_get(t->txn, MAIN_DBI, &k, &v);
	if (rc != 0)
		return rc == MDB_NOTFOUND ? damaged(t->env, "tables", rc)
					  : translate(t->env, "tables", rc);
	page = page_of(t->env, v.mv_data);
	if (!see_map(t->env, page) ||
	    !crm_page_is_whole(page, t->env->page, CRM_PAGE_OF_TABLES) ||
	    !crm_tree_read(crm_view(v.mv_data, v.mv_size), &t->tree[i]))
		return bad_page();
	t->pages.from =
	    (const char *)page - ((uintptr_t)page - t->env->map_from);
	t->known[i] = true;
	return NULL;
}

/* Look a key up; out: p is NULL when there is none. */
static const struct crm_err *
get(struct crm_txn *t, unsigned int tree, struct crm_view key,
    struct crm_view *out)
{
	MDB_dbi dbi = tree == OWN_TREE ? t->env->own : t->dbi[tree];
	const struct crm_tree *root;
	const struct crm_err *err;
	MDB_val k = val(key), v;
	int rc;

	*out = CRM_VNULL;
	if (by_hand(t)) {
		err = find_tree(t, tree, &root);
		if (err != NULL)
			return err;
		return crm_tree_get(&t->pages, root, key, out) ? NULL
							       : bad_page();
	}
	rc = mdb_get(t->txn, dbi, &k, &v);
	if (rc == MDB_NOTFOUND)
		return NULL;
	if (rc != 0)
		return translate(t->env, "get", rc);
	*out = crm_view(v.mv_data, v.mv_size);
	return check_place(t, v.mv_data);
}

/* Find which of the two sets of derived tables is in use. */
static const struct crm_err *
choose_set(struct crm_txn *t)
{
	const struct crm_err *err;
	struct crm_view v, body;

	use_set(t, 0);
	if (t->env->own == 0)
		return NULL;
	err = get(t, OWN_TREE, SET_KEY, &v);
	if (err != NULL || v.p == NULL)
		return err;
	err = crm_head_open(CRM_TABLE_META, SET_KEY, v, SET_FORM, &body);
	if (err == NULL && body.n == 1 && body.p[0] == 1)
		use_set(t, 1);
	return err;
}

const struct crm_err *
crm_txn_read(struct crm_env *env, struct crm_txn **out)
{
	const struct crm_err *err;
	struct crm_txn *t;
	int rc;

	*out = NULL;
	err = check_owner(env);
	if (err != NULL)
		return err;
	t = crm_calloc(1, sizeof(*t));
	t->env = env;
	rc = begin(env, MDB_RDONLY, &t->txn);
	if (rc != 0) {
		crm_free(t);
		return translate(env, "read", rc);
	}
	env->live++;
	see_pages(t);
	err = choose_set(t);
	if (err != NULL)
		crm_txn_end(t);
	else
		*out = t;
	return err;
}

void
crm_txn_end(struct crm_txn *t)
{
	if (t == NULL)
		return;
	mdb_txn_abort(t->txn);
	if (!t->paused)
		t->env->live--;
	crm_free(t);
}

void
crm_txn_pause(struct crm_txn *t)
{
	if (t->paused)
		return;
	mdb_txn_reset(t->txn);
	t->paused = true;
	t->env->live--;
}

const struct crm_err *
crm_txn_resume(struct crm_txn *t)
{
	int rc = ENOMEM, dead, i;

	if (!t->paused)
		return NULL;
	for (i = 0; i < 3 && !t->env->unmapped; i++) {
		rc = mdb_txn_renew(t->txn);
		if (rc == MDB_READERS_FULL)
			(void)mdb_reader_check(t->env->env, &dead);
		else if (rc != MDB_MAP_RESIZED || set_map(t->env, 0) != 0)
			break;
	}
	if (rc != 0)
		return translate(t->env, "read", rc);
	memset(&t->pages, 0, sizeof(t->pages)); /* they hold others now */
	see_pages(t);
	t->paused = false;
	t->env->live++;
	return choose_set(t);
}

/* Make the map larger: first to what others made it, then to the double. */
static const struct crm_err *
grow(struct crm_env *env)
{
	size_t before = map_bytes(env);

	if (env->live > 0)
		return crm_err(CRM_E_BUG,
		    "the store's map is full while a snapshot is held");
	if (set_map(env, 0) == 0 && map_bytes(env) > before)
		return NULL;
	if (before > SIZE_MAX / 4)
		return crm_err(CRM_E_IO, "the store is full");
	if (set_map(env, before * 2) == 0)
		return NULL;
	return crm_err(CRM_E_IO,
	    "the store needs more address space than the process may have "
	    "(ulimit -v)");
}

const struct crm_err *
crm_env_update(struct crm_env *env,
    const struct crm_err *(*fn)(void *ctx, struct crm_txn *), void *ctx)
{
	const struct crm_err *err;
	struct crm_txn t = { .env = env, .writes = true };
	int rc, i;

	err = check_owner(env);
	for (i = 0; err == NULL && i < GROW_TRIES; i++) {
		rc = begin(env, 0, &t.txn);
		if (rc != 0)
			return translate(env, "write", rc);
		env->map_full = false;
		env->live++;
		t.dirty = 0;
		memset(t.whole, 0, sizeof(t.whole));
		err = choose_set(&t);
		if (err == NULL)
			err = fn(ctx, &t);
		if (err == NULL) {
			rc = mdb_txn_commit(t.txn);
			if (rc != 0)
				err = translate(env, "write", rc);
		} else
			mdb_txn_abort(t.txn);
		env->live--;
		if (!env->map_full)
			return err;
		err = grow(env);
	}
	return err != NULL ? err : crm_err(CRM_E_IO, "the store is full");
}

size_t
crm_txn_dirty(const struct crm_txn *t)
{
	return t->dirty;
}

const struct crm_err *
crm_kv_get(struct crm_txn *t, enum crm_table table, struct crm_view key,
    struct crm_view *out)
{
	return get(t, table, key, out);
}

const struct crm_err *
crm_kv_put(struct crm_txn *t, enum crm_table table, struct crm_view key,
    struct crm_view value)
{
	MDB_val k = val(key), v = val(value);
	int rc = mdb_put(t->txn, t->dbi[table], &k, &v, 0);

	t->dirty += value.n + t->env->page;
	return rc != 0 ? translate(t->env, "put", rc) : NULL;
}

const struct crm_err *
crm_kv_keep(struct crm_txn *t, struct crm_view key, struct crm_view value)
{
	MDB_val k = val(key), v = val(value);
	int rc = 0;

	if (t->env->own != 0)
		rc = mdb_put(t->txn, t->env->own, &k, &v, 0);
	return rc != 0 ? translate(t->env, "put", rc) : NULL;
}

const struct crm_err *
crm_kv_del(struct crm_txn *t, enum crm_table table, struct crm_view key)
{
	MDB_val k = val(key);
	int rc = mdb_del(t->txn, t->dbi[table], &k, NULL);

	t->dirty += t->env->page;
	return rc != 0 && rc != MDB_NOTFOUND ? translate(t->env, "del", rc)
					     : NULL;
}

const struct crm_err *
crm_kv_clear(struct crm_txn *t, enum crm_table table)
{
	int rc = mdb_drop(t->txn, t->dbi[table], 0);

	return rc != 0 ? translate(t->env, "clear", rc) : NULL;
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
	MDB_val k = val(SET_KEY), v;
	int rc;

	crm_buf_add(&b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_addc(&b, (char)(1 - t->set));
	crm_head_seal(&b, SET_KEY, SET_FORM, 0);
	v = val(crm_buf_view(&b));
	rc = mdb_put(t->txn, t->env->own, &k, &v, 0);
	crm_buf_release(&b);
	if (rc != 0)
		return translate(t->env, "put", rc);
	use_set(t, 1 - t->set);
	return crm_txn_clear_spare(t);
}

const struct crm_err *
crm_cur_open(struct crm_txn *t, enum crm_table table, struct crm_cur **out)
{
	struct crm_cur *c = crm_calloc(1, sizeof(*c));
	int rc = 0;

	*out = NULL;
	if (!by_hand(t))
		rc = mdb_cursor_open(t->txn, t->dbi[table], &c->cur);
	if (rc != 0) {
		crm_free(c);
		return translate(t->env, "cursor", rc);
	}
	c->txn = t;
	c->table = table;
	*out = c;
	return NULL;
}

void
crm_cur_close(struct crm_cur *c)
{
	if (c == NULL)
		return;
	if (c->cur != NULL)
		mdb_cursor_close(c->cur);
	crm_free(c);
}

/* Move LMDB's cursor. */
static const struct crm_err *
move(struct crm_cur *c, MDB_cursor_op op, MDB_val *k, struct crm_view *key,
    struct crm_view *value)
{
	MDB_val v;
	int rc = mdb_cursor_get(c->cur, k, &v, op);

	*key = *value = CRM_VNULL;
	if (rc == MDB_NOTFOUND)
		return NULL;
	if (rc != 0)
		return translate(c->txn->env, "cursor", rc);
	*key = crm_view(k->mv_data, k->mv_size);
	*value = crm_view(v.mv_data, v.mv_size);
	return check_place(c->txn, k->mv_data);
}

const struct crm_err *
crm_cur_seek(struct crm_cur *c, struct crm_view at, struct crm_view *key,
    struct crm_view *value)
{
	const struct crm_tree *tree;
	const struct crm_err *err;
	MDB_val k = val(at);

	if (at.n == 0)
		return crm_cur_first(c, key, value);
	if (c->cur != NULL)
		return move(c, MDB_SET_RANGE, &k, key, value);
	err = find_tree(c->txn, c->table, &tree);
	if (err != NULL)
		return err;
	return crm_tree_seek(&c->txn->pages, tree, &c->spot, at, key, value)
	    ? NULL
	    : bad_page();
}

/* The other movements, by LMDB or by hand. */
static const struct crm_err *
go(struct crm_cur *c, MDB_cursor_op op,
    bool (*hand)(struct crm_pages *, const struct crm_tree *, struct crm_spot *,
	struct crm_view *key, struct crm_view *value),
    struct crm_view *key, struct crm_view *value)
{
	const struct crm_tree *tree;
	const struct crm_err *err;
	MDB_val k;

	if (c->cur != NULL)
		return move(c, op, &k, key, value);
	err = find_tree(c->txn, c->table, &tree);
	if (err != NULL)
		return err;
	return hand(&c->txn->pages, tree, &c->spot, key, value) ? NULL
								: bad_page();
}

const struct crm_err *
crm_cur_first(struct crm_cur *c, struct crm_view *key, struct crm_view *value)
{
	return go(c, MDB_FIRST, crm_tree_first, key, value);
}

const struct crm_err *
crm_cur_last(struct crm_cur *c, struct crm_view *key, struct crm_view *value)
{
	return go(c, MDB_LAST, crm_tree_last, key, value);
}

const struct crm_err *
crm_cur_next(struct crm_cur *c, struct crm_view *key, struct crm_view *value)
{
	return go(c, MDB_NEXT, crm_tree_next, key, value);
}

const struct crm_err *
crm_cur_prev(struct crm_cur *c, struct crm_view *key, struct crm_view *value)
{
	return go(c, MDB_PREV, crm_tree_prev, key, value);
}

const struct crm_err *
crm_cur_renew(struct crm_cur *c)
{
	struct crm_txn *t = c->txn;
	int rc = 0;

	memset(&c->spot, 0, sizeof(c->spot));
	if (c->cur != NULL) { /* another set may be in use by now */
		mdb_cursor_close(c->cur);
		c->cur = NULL;
		rc = mdb_cursor_open(t->txn, t->dbi[c->table], &c->cur);
	}
	return rc != 0 ? translate(t->env, "cursor", rc) : NULL;
}

const struct crm_err *
crm_cur_append(struct crm_cur *c, struct crm_view key, struct crm_view value)
{
	MDB_val k = val(key), v = val(value);
	int rc = mdb_cursor_put(c->cur, &k, &v, MDB_APPEND);

	c->txn->dirty += key.n + value.n + 16;
	if (rc == MDB_KEYEXIST)
		return crm_err(CRM_E_BUG, "append to '%s' out of order",
		    table_names[c->table]);
	return rc != 0 ? translate(c->txn->env, "append", rc) : NULL;
}

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
		return translate(t->env, "stat", rc);
	for (rc = mdb_cursor_get(cur, &k, &v, MDB_FIRST); rc == 0;
	     rc = mdb_cursor_get(cur, &k, &v, MDB_NEXT)) {
		if (v.mv_size < sizeof(n))
			break;
		memcpy(&n, v.mv_data, sizeof(n));
		*out += n;
	}
	mdb_cursor_close(cur);
	return rc != MDB_NOTFOUND ? translate(t->env, "stat", rc) : NULL;
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
		return translate(t->env, "stat", rc);
	out->page_bytes = st.ms_psize;
	*entries = st.ms_entries;
	*pages = st.ms_branch_pages + st.ms_leaf_pages + st.ms_overflow_pages;
	out->used_pages += *pages;
	return NULL;
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
	uint64_t unused;
	MDB_dbi spare;
	int i;

	memset(out, 0, sizeof(*out));
	(void)mdb_env_info(t->env->env, &info);
	out->newest = info.me_last_txnid == mdb_txn_id(t->txn);
	out->used_pages = META_PAGES;
	err = count_own(t, out);
	for (i = 0; err == NULL && i < CRM_NTABLES; i++) {
		err = count_pages(
		    t, t->dbi[i], out, &out->entries[i], &out->pages[i]);
		spare = t->env->dbi[1 - t->set][i];
		if (err == NULL && spare != t->dbi[i])
			err = count_pages(t, spare, out, &unused, &unused);
	}
	if (err == NULL)
		err = count_free(t, &out->free_pages);
	out->lost_pages = (int64_t)info.me_last_pgno + 1 -
	    (int64_t)(out->used_pages + out->free_pages);
	out->map_bytes = info.me_mapsize;
	(void)mdb_reader_list(t->env->env, count_reader, out);
	out->file_bytes = file_bytes(t->env->dir);
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
	    ? translate(t->env, "check", rc)
	    : crm_pages_check(fd, mdb_txn_id(t->txn), fault, ctx, looked);
}

const struct crm_err *
crm_env_check_pages(const char *dir, bool lone,
    void (*fault)(void *ctx, const char *what), void *ctx)
{
	const struct crm_err *err;
	struct crm_txn *t = NULL;
	struct crm_env *env;
	bool looked = false;
	int i;

	err = open_untouched(
	    dir, lone ? CRM_ENV_LONE : CRM_ENV_READ, false, 0, &env);
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
	int rc = mdb_env_copyfd2(env->env, fd, MDB_CP_COMPACT);

	if (rc == ENOSPC || rc == EIO)
		return crm_err(
		    CRM_E_IO, "cannot write the copy: %s", mdb_strerror(rc));
	return rc != 0 ? translate(env, "copy", rc) : NULL;
}
