#include "store/engine.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/block.h"
#include "store/engine_impl.h"

#define NEWEST_WAITS 10 /* of a millisecond */

#define X(table, name) name,
static const char *const table_names[CRM_NTABLES] = { CRM_TABLES(X) };
#undef X

const char *
crm_table_name(enum crm_table t)
{
	return table_names[t];
}

const struct crm_err *
crm_engine_check_owner(const struct crm_env *env)
{
	if (env->owner == getpid())
		return NULL;
	return crm_err(CRM_E_BUG, "the store was used after a fork");
}

const struct crm_err *
crm_engine_bad_page(void)
{
	return crm_err(CRM_E_DATA,
	    "the store is damaged: a page is not what it should be "
	    "(crm-store check)");
}

const struct crm_err *
crm_engine_out_of_order(enum crm_table table)
{
	return crm_err(
	    CRM_E_BUG, "append to '%s' out of order", crm_table_name(table));
}

bool
crm_env_lacked_memory(const struct crm_env *env)
{
	return env->no_memory;
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
		bytes = crm_engine_map_bytes(env);
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

void
crm_engine_find_map(struct crm_txn *t)
{
	MDB_val k = crm_engine_val(crm_view_str(table_names[0])), v;

	if (CRM_PAGES_BY_HAND && t->env->map_from == 0 &&
	    mdb_get(t->txn, MAIN_DBI, &k, &v) == 0)
		(void)see_map(t->env, page_of(t->env, v.mv_data));
}

/* Is a page in the file's map?  Those that a transaction is changing are
 * elsewhere in memory. */
static bool
is_mapped(const struct crm_env *env, uintptr_t at)
{
	return at >= env->map_from && at < env->map_to;
}

bool
crm_txn_is_old(const struct crm_txn *t, struct crm_view v)
{
	return is_mapped(t->env, (uintptr_t)v.p);
}

bool
crm_txn_same_page(const struct crm_txn *t, struct crm_view a, struct crm_view b)
{
	return crm_txn_is_old(t, a) &&
	    page_of(t->env, a.p) == page_of(t->env, b.p);
}

/*
 * Is what LMDB found for a writer in a page that stands where its number says,
 * and is one that holds entries, and all that it should?  LMDB does not look.
 * Where the tree leads is not proved: roots of trees that are being changed are
 * LMDB's secret.
 */
const struct crm_err *
crm_engine_check_place(struct crm_txn *t, const void *found)
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
		return crm_engine_bad_page();
	*slot = (uintptr_t)page;
	return NULL;
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
	t->pages.fd = -1;
	if (mdb_env_info(env->env, &info) != 0 ||
	    mdb_env_get_fd(env->env, &fd) != 0 || fstat(fd, &st) != 0)
		return; /* nothing can be read */
	t->pages.count = (uint64_t)st.st_size / env->page;
	if (t->pages.count > info.me_mapsize / env->page)
		t->pages.count = info.me_mapsize / env->page;
	t->pages.fd = fd;
}

/* What is known of trees is of another snapshot, or set. */
static void
forget_trees(struct crm_txn *t)
{
	int i;

	memset(t->known, 0, sizeof(t->known));
	for (i = 0; i < CRM_NTABLES; i++)
		t->young[i].known = false;
}

void
crm_engine_use_set(struct crm_txn *t, unsigned int set)
{
	t->set = set;
	t->dbi = t->env->dbi[set];
	forget_trees(t);
}

void
crm_txn_demand_young(struct crm_txn *t, bool has)
{
	if (t->demands != has)
		forget_trees(t);
	t->demands = has;
}

/* The name of a tree of the set in use, in LMDB's table of names. */
static struct crm_view
name_of(const struct crm_txn *t, unsigned int tree, char room[32])
{
	bool young = tree > OWN_TREE;
	const char *before = young ? YOUNG_NAME : SPARE_NAME, *name;
	size_t n;

	if (tree == OWN_TREE)
		return CRM_V(OWN_TABLE);
	name = table_names[young ? tree - YOUNG_TREE(0) : tree];
	if (!young && t->dbi[tree] == t->env->dbi[0][tree])
		return crm_view_str(name);
	n = strlen(before);
	memcpy(room, before, n);
	memcpy(room + n, name, strlen(name) + 1);
	return crm_view_str(room);
}

const struct crm_err *
crm_engine_find_tree(
    struct crm_txn *t, unsigned int i, const struct crm_tree **out)
{
	const char *page;
	char room[32];
	MDB_val k, v;
	int rc;

	*out = &t->tree[i];
	if (t->known[i])
		return NULL;
	k = crm_engine_val(name_of(t, i, room));
	rc = mdb_get(t->txn, MAIN_DBI, &k, &v);
	if (rc == MDB_NOTFOUND && i > OWN_TREE && !t->demands) {
		memset(&t->tree[i], 0, sizeof(t->tree[i]));
		t->known[i] = true;
		return NULL;
	}
	if (rc != 0)
		return rc == MDB_NOTFOUND
		    ? crm_engine_damaged(t->env, "tables", rc)
		    : crm_engine_err(t->env, "tables", rc);
	page = page_of(t->env, v.mv_data);
	if (!see_map(t->env, page) ||
	    !crm_page_is_whole(page, t->env->page, CRM_PAGE_OF_TABLES) ||
	    !crm_tree_read(crm_view(v.mv_data, v.mv_size), &t->tree[i]))
		return crm_engine_bad_page();
	t->pages.from =
	    (const char *)page - ((uintptr_t)page - t->env->map_from);
	t->known[i] = true;
	return NULL;
}

/* LMDB's handle of a tree. */
static MDB_dbi
dbi_of(const struct crm_txn *t, unsigned int tree)
{
	if (tree == OWN_TREE)
		return t->env->own;
	return tree < OWN_TREE ? t->dbi[tree]
			       : t->env->young[tree - YOUNG_TREE(0)];
}

/* Look a key up; out: p is NULL when there is none. */
static const struct crm_err *
get(struct crm_txn *t, unsigned int tree, struct crm_view key,
    struct crm_view *out)
{
	const struct crm_tree *root;
	const struct crm_err *err;
	MDB_val k = crm_engine_val(key), v;
	int rc;

	*out = CRM_VNULL;
	if (crm_engine_by_hand(t)) {
		err = crm_engine_find_tree(t, tree, &root);
		if (err != NULL)
			return err;
		return crm_tree_get(&t->pages, root, key, out)
		    ? NULL
		    : crm_engine_bad_page();
	}
	rc = mdb_get(t->txn, dbi_of(t, tree), &k, &v);
	if (rc == MDB_NOTFOUND)
		return NULL;
	if (rc != 0)
		return crm_engine_err(t->env, "get", rc);
	*out = crm_view(v.mv_data, v.mv_size);
	return crm_engine_check_place(t, v.mv_data);
}

const struct crm_err *
crm_engine_choose_set(struct crm_txn *t)
{
	const struct crm_err *err;
	struct crm_view v, body;

	crm_engine_use_set(t, 0);
	t->chosen = t->demands = false;
	v = CRM_VNULL;
	err = t->env->own == 0 ? NULL : get(t, OWN_TREE, SET_KEY, &v);
	if (err == NULL && v.p != NULL)
		err =
		    crm_head_open(CRM_TABLE_META, SET_KEY, v, SET_FORM, &body);
	if (err == NULL && v.p != NULL && body.n == 1 && body.p[0] == 1)
		crm_engine_use_set(t, 1);
	t->chosen = err == NULL;
	return err;
}

/* Take a snapshot anew; LMDB's code. */
static int
renew(struct crm_txn *t)
{
	int rc = ENOMEM, dead, i;

	for (i = 0; i < 3 && !t->env->unmapped; i++) {
		rc = mdb_txn_renew(t->txn);
		if (rc == MDB_READERS_FULL)
			(void)mdb_reader_check(t->env->env, &dead);
		else if (rc != MDB_MAP_RESIZED ||
		    crm_engine_set_map(t->env, 0) != 0)
			break;
	}
	return rc;
}

/*
 * Is a commit in the file that the snapshot is without?  A writer puts it there
 * and then tells the others, in the lock file; one that was killed between has
 * not told them.
 */
static bool
is_behind(const struct crm_txn *t)
{
	MDB_envinfo info;

	return t->env->mode > CRM_ENV_BARRED &&
	    mdb_env_info(t->env->env, &info) == 0 &&
	    info.me_last_txnid == mdb_txn_id(t->txn) + 1;
}

/* Have the newest snapshot, not one that a killed writer left us with: what it
 * did would be seen at the next write only.  LMDB's code. */
static int
take_newest(struct crm_txn *t)
{
	const struct timespec ms = { 0, 1000000 };
	int rc = 0, i;

	for (i = 0; rc == 0 && i <= NEWEST_WAITS && is_behind(t); i++) {
		mdb_txn_reset(t->txn);
		if (i < NEWEST_WAITS) /* it is about to tell us */
			(void)nanosleep(&ms, NULL);
		else
			crm_engine_recover(t->env);
		rc = renew(t);
	}
	return rc;
}

/* Take up the one that ended before. */
static const struct crm_err *
take_idle(struct crm_env *env, struct crm_txn **out)
{
	struct crm_txn *t = env->idle;
	const struct crm_err *err = crm_txn_resume(t);

	if (err == NULL) {
		env->idle = NULL;
		*out = t;
	}
	return err;
}

const struct crm_err *
crm_txn_read(struct crm_env *env, struct crm_txn **out)
{
	const struct crm_err *err;
	struct crm_txn *t;
	int rc;

	*out = NULL;
	err = crm_engine_check_owner(env);
	if (err == NULL && env->idle != NULL)
		return take_idle(env, out);
	if (err == NULL)
		err = crm_engine_bar(env);
	if (err != NULL)
		return err;
	t = crm_calloc(1, sizeof(*t));
	t->env = env;
	rc = crm_engine_begin(env, MDB_RDONLY, &t->txn);
	if (rc == 0)
		rc = take_newest(t);
	if (rc != 0) {
		mdb_txn_abort(t->txn);
		crm_engine_unbar(env);
		crm_free(t);
		return crm_engine_err(env, "read", rc);
	}
	env->live++;
	see_pages(t);
	err = crm_engine_choose_set(t);
	if (err != NULL)
		crm_txn_end(t);
	else
		*out = t;
	return err;
}

/* A snapshot is held no more. */
static void
let_go(struct crm_env *env)
{
	env->live--;
	crm_engine_unbar(env);
}

void
crm_txn_end(struct crm_txn *t)
{
	if (t == NULL)
		return;
	if (!t->twin && t->env->idle == NULL) {
		crm_txn_pause(t);
#ifdef __SANITIZE_ADDRESS__ /* it finds whoever has a view of it */
		crm_pages_release(&t->pages);
		memset(&t->pages, 0, sizeof(t->pages));
		t->chosen = false;
		t->id = 0;
#endif
		t->env->idle = t;
		return;
	}
	crm_pages_release(&t->pages);
	if (!t->twin) {
		mdb_txn_abort(t->txn);
		if (!t->paused)
			let_go(t->env);
	}
	crm_free(t);
}

void
crm_engine_end_idle(struct crm_env *env)
{
	struct crm_txn *t = env->idle;

	if (t == NULL)
		return;
	env->idle = NULL;
	crm_pages_release(&t->pages);
	if (env->owner == getpid()) /* a child has no place among readers */
		mdb_txn_abort(t->txn);
	crm_free(t);
}

void
crm_txn_pause(struct crm_txn *t)
{
	if (t->paused)
		return;
	t->id = t->chosen ? mdb_txn_id(t->txn) : 0;
	mdb_txn_reset(t->txn);
	t->paused = true;
	let_go(t->env);
}

/* Is it the snapshot that it was before the pause?  What was proved of it and
 * kept holds then: nobody has committed anything. */
static bool
is_same(const struct crm_txn *t)
{
	return mdb_txn_id(t->txn) == t->id &&
	    (uintptr_t)t->pages.from == t->env->map_from;
}

const struct crm_err *
crm_txn_resume(struct crm_txn *t)
{
	const struct crm_err *err;
	int rc;

	if (!t->paused)
		return NULL;
	err = crm_engine_bar(t->env);
	if (err != NULL)
		return err;
	rc = renew(t);
	if (rc == 0)
		rc = take_newest(t);
	if (rc != 0) {
		crm_engine_unbar(t->env);
		return crm_engine_err(t->env, "read", rc);
	}
	t->paused = false;
	t->env->live++;
	if (is_same(t))
		return NULL;
	crm_pages_release(&t->pages);
	memset(&t->pages, 0, sizeof(t->pages)); /* they hold others now */
	see_pages(t);
	err = crm_engine_choose_set(t);
	if (err != NULL)
		crm_txn_pause(t);
	return err;
}

bool
crm_txn_keeps(const struct crm_txn *t, const void *at)
{
	return !t->writes && is_mapped(t->env, (uintptr_t)at);
}

const struct crm_err *
crm_kv_get(struct crm_txn *t, enum crm_table table, struct crm_view key,
    struct crm_view *out)
{
	const struct crm_err *err;
	bool young;

	err = crm_young_is(t, table, key, &young);
	return err != NULL
	    ? err
	    : get(t, young ? YOUNG_TREE(table) : table, key, out);
}
