/*
 * engine_impl - what the engine's files share: LMDB's types stop at them.
 */
#ifndef CRM_ENGINE_IMPL_H
#define CRM_ENGINE_IMPL_H

#include <lmdb.h>
#include <sys/types.h>

#include "base/heap.h"
#include "store/engine.h"
#include "store/gate.h"
#include "store/pages.h"
#include "store/pages_walk.h"

#define NODE_BYTES 16 /* of an entry beside key and value, at the most */
#define MAP_SPARE (UINT64_C(64) << 20) /* more than the file, at the least */

/* LMDB's own tables: free pages, names of tables. */
#define FREE_DBI 0
#define MAIN_DBI 1

/* Derived tables are there twice, the second time under names of this
 * beginning.  Which ones are in use stands in a table of the engine's own, and
 * so do copies of what must not be lost. */
#define NSETS 2
#define SPARE_NAME "spare-"
#define OWN_TABLE "own"
#define SET_KEY CRM_V("set")
#define SET_FORM 32

/* Tables that are appended to have a second tree of such a name, for what was
 * appended last. */
#define YOUNG_NAME "young-"
#define YOUNG_KEY 16 /* bytes of their keys, at the most */

#define WHOLE_SLOTS 64

/* Where the engine's own table stands among trees, and the young ones. */
#define OWN_TREE CRM_NTABLES
#define YOUNG_TREE(table) (CRM_NTABLES + 1 + (unsigned int)(table))
#define NTREES (2 * CRM_NTABLES + 1)

struct crm_env {
	MDB_env *env;
	MDB_dbi dbi[NSETS][CRM_NTABLES];
	MDB_dbi own;                /* 0: there is none, and no spare ones */
	MDB_dbi young[CRM_NTABLES]; /* 0: it has none */
	char *dir;
	enum crm_env_mode mode;
	bool shared;
	uint64_t first_map;
	struct crm_gate *gate; /* BARRED: whose door is to be barred */
	int64_t wait_ms;
	pid_t owner;
	unsigned int live;    /* transactions that hold a snapshot */
	struct crm_txn *idle; /* one that ended, paused, for the next one */
	bool map_full;        /* the transaction at hand met the map's end */
	bool no_memory;       /* a call failed for want of it */
	bool unmapped; /* a new map was refused: LMDB has none any more */
	size_t page;   /* bytes */
	/* Where page 0 is in memory, and the end of the map; 0: not known. */
	uintptr_t map_from, map_to;
};

/* What a transaction knows of a young tree. */
struct crm_young {
	bool known, any; /* any: it is not empty, and first is its first key */
	uint8_t n;
	char first[YOUNG_KEY];
	unsigned int moves; /* times that entries were moved out of it */
};

struct crm_txn {
	struct crm_env *env;
	MDB_txn *txn;
	unsigned int set;
	const MDB_dbi *dbi; /* of that set */
	bool writes, paused;
	bool chosen; /* the set in use is that of the snapshot */
	bool demands,
	    opened; /* young trees are to be there; were opened in it */
	uint64_t
	    id;    /* paused: of the snapshot it had; 0: nothing holds of it */
	bool twin; /* of another one, to which LMDB's belongs */
	size_t dirty;
	struct crm_heap heap; /* writing: LMDB takes a piece for each page */
	/* Writing: leaves that were found whole, by number, the last one of
	 * each slot. */
	uintptr_t whole[WHOLE_SLOTS];
	/* Reading: LMDB's pages, read by hand, and the trees known so far. */
	struct crm_pages pages;
	struct crm_tree tree[NTREES];
	bool known[NTREES];
	struct crm_young young[CRM_NTABLES];
};

/* An error for one of LMDB's codes, with what was being done. */
const struct crm_err *crm_engine_err(
    struct crm_env *, const char *what, int rc);

/* DATA: the store is damaged, and what was found to be. */
const struct crm_err *crm_engine_damaged(
    const struct crm_env *, const char *what, int rc);

/* LMDB fails in many ways when the first pages are damaged: is it that? */
bool crm_engine_is_implausible(const char *dir);

/* LMDB calls it when it finds what cannot be; does not return. */
void crm_engine_assert_failed(MDB_env *, const char *msg);

/* The length of data.mdb; 0 when there is none. */
uint64_t crm_engine_file_bytes(const char *dir);

/* Open the environment without reading any table; fails as
 * crm_env_open_as(). */
CRM_CHECK const struct crm_err *crm_engine_open(
    const char *dir, const struct crm_env_options *, struct crm_env **out);

/* Forget the transaction that ended last; nothing may use the environment. */
void crm_engine_end_idle(struct crm_env *);

/* The handles of young trees: all of them, or none.  Forget those of a
 * transaction that was given up. */
CRM_CHECK const struct crm_err *crm_engine_open_youngs(
    struct crm_env *, MDB_txn *, bool create);
void crm_engine_forget_youngs(struct crm_env *);

/* Before LMDB takes a snapshot, and when that is let go of; nests. */
CRM_CHECK const struct crm_err *crm_engine_bar(struct crm_env *);
void crm_engine_unbar(struct crm_env *);

/*
 * Give the environment a map of another size, 0: the one that others made.
 * LMDB takes the old one away first, so nothing may be read meanwhile, and a
 * failure leaves none: every later transaction is refused then.
 */
int crm_engine_set_map(struct crm_env *, size_t bytes);

/* Begin, adopting a map that another process made larger; LMDB's code. */
int crm_engine_begin(struct crm_env *, unsigned int flags, MDB_txn **txn);

/*
 * Have LMDB clean up behind a writer that was killed: a child does it, as that
 * needs an environment that writes, of which a process has one.  Nothing comes
 * of it where the store cannot be written to, or somebody writes for longer
 * than a second.
 */
void crm_engine_recover(const struct crm_env *);

/* The bytes of its map; 0: not known. */
static inline size_t
crm_engine_map_bytes(const struct crm_env *env)
{
	MDB_envinfo info;

	return mdb_env_info(env->env, &info) == 0 ? info.me_mapsize : 0;
}

/* A view for LMDB. */
static inline MDB_val
crm_engine_val(struct crm_view v)
{
	MDB_val m = { v.n, NULL };

	memcpy(&m.mv_data, &v.p, sizeof(v.p)); /* LMDB does not write there */
	return m;
}

/* Find out where the map is, when that is not known: before a transaction
 * changes anything all pages are there. */
void crm_engine_find_map(struct crm_txn *);

/* Find where a table's tree is in this snapshot; of OWN_TREE too. */
CRM_CHECK const struct crm_err *crm_engine_find_tree(
    struct crm_txn *, unsigned int tree, const struct crm_tree **out);

/* The error for a page that is not what it should be. */
const struct crm_err *crm_engine_bad_page(void);

/* What a writer found, on a page of the file: DATA when that is not what it
 * should be. */
CRM_CHECK const struct crm_err *crm_engine_check_place(
    struct crm_txn *, const void *found);

/*
 * The young tree of a table that is appended to; of others any is false.
 *
 * is      does a key belong there?
 * put     put an entry into the tree it belongs to
 * append  put it behind all others; BUG when it does not belong there
 * empty   move all to the end of the other one
 * forget  it was changed otherwise
 *
 * They fail with DATA: it is not there, or its first entry is damaged; empty,
 * and so put, when what is moved is not above all others.
 */
CRM_CHECK const struct crm_err *crm_young_of(
    struct crm_txn *, enum crm_table, const struct crm_young **out);
CRM_CHECK const struct crm_err *crm_young_is(
    struct crm_txn *, enum crm_table, struct crm_view key, bool *yes);
CRM_CHECK const struct crm_err *crm_young_put(
    struct crm_txn *, enum crm_table, struct crm_view key, struct crm_view v);
CRM_CHECK const struct crm_err *crm_young_append(
    struct crm_txn *, enum crm_table, struct crm_view key, struct crm_view v);
CRM_CHECK const struct crm_err *crm_young_empty(
    struct crm_txn *, enum crm_table);
void crm_young_forget(struct crm_txn *, enum crm_table);

/* Has a transaction written so much that young trees are not used? */
bool crm_young_is_over(const struct crm_txn *);

/* Are pages read by hand, and not by LMDB? */
static inline bool
crm_engine_by_hand(const struct crm_txn *t)
{
	return CRM_PAGES_BY_HAND && !t->writes;
}

/* BUG: what is to be appended does not belong there. */
const struct crm_err *crm_engine_out_of_order(enum crm_table);

/* BUG in a child of the process that opened the environment. */
CRM_CHECK const struct crm_err *crm_engine_check_owner(const struct crm_env *);

/* Work on a set of derived tables; find which of the two is in use. */
void crm_engine_use_set(struct crm_txn *, unsigned int set);
CRM_CHECK const struct crm_err *crm_engine_choose_set(struct crm_txn *);

#endif
