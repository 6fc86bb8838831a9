/*
 * engine - the key-value store below: LMDB behind a few functions.
 *
 * The engine's files alone know LMDB (engine_impl.h).  Its codes and types stop
 * there.
 * Keys are compared as by memcmp.  Views of stored bytes are read-only; they
 * die at the next write of their transaction, or at its end.
 */
#ifndef CRM_ENGINE_H
#define CRM_ENGINE_H

#include "base/buf.h"

/* clang-format off */
/*	table */
#define CRM_TABLES(X) \
	X(META, "meta") \
	X(RECORD, "record") \
	X(EVENT, "event") \
	X(STORY, "story") \
	X(INDEX, "index") \
	X(TEXT, "text") \
	X(ROLLUP, "rollup") \
	X(TOTAL, "total") \
	X(CHANGE, "change") \
	X(CHANGED, "changed")
/* clang-format on */

#define X(table, name) CRM_TABLE_##table,
enum crm_table { CRM_TABLES(X) CRM_NTABLES };
#undef X

/* Tables that follow from the others: see derive.h. */
static inline bool
crm_table_is_derived(enum crm_table t)
{
	return t >= CRM_TABLE_STORY && t <= CRM_TABLE_TOTAL;
}

/*
 * Tables that grow at their end.  A store of format 3 has a second tree for the
 * end of each (engine_young.c): the engine looks for what it is asked in both.
 */
static inline bool
crm_table_is_appended(enum crm_table t)
{
	return t == CRM_TABLE_EVENT || t == CRM_TABLE_CHANGE ||
	    t == CRM_TABLE_CHANGED;
}

/* The name of a table: static. */
const char *crm_table_name(enum crm_table);

/*
 * Install what happens when LMDB finds its file damaged in the middle of a
 * call: it cannot return then.
 *
 * handler  must not return; without one the process exits with 65
 */
void crm_env_on_damage(void (*handler)(const char *what));

struct crm_env;
struct crm_txn;
struct crm_cur;

enum crm_env_mode {
	CRM_ENV_LONE,   /* read a copy that nobody else uses, without a lock */
	CRM_ENV_BARRED, /* what READ may become: see crm_env_open_as() */
	CRM_ENV_READ,   /* read transactions only */
	CRM_ENV_WRITE,
	CRM_ENV_CREATE, /* make data.mdb and the tables */
	CRM_ENV_BUILD,  /* the same for a new store that nobody sees before
	                   crm_env_sync(): commits are not durable */
};

/*
 * Open the environment in a directory, which holds data.mdb and (not LONE)
 * lock.mdb.
 *
 * shared  files are made for the group too (0660), else 0600
 * out     free with crm_env_close()
 *
 * A process opens an environment once, and never uses it after fork.
 * Fails with NOINPUT, NOPERM, IO (no room for the lock file too), DATA (not
 * such a file, or damaged), CONFIG (made by another version).
 */
CRM_CHECK const struct crm_err *crm_env_open(
    const char *dir, enum crm_env_mode, bool shared, struct crm_env **out);
void crm_env_close(struct crm_env *);

/*
 * The same with a first map of so many bytes (0: as large as the process may
 * have), which grows when it is full.  For tests.
 */
CRM_CHECK const struct crm_err *crm_env_open_sized(const char *dir,
    enum crm_env_mode, bool shared, uint64_t map, struct crm_env **out);

/*
 * The same with all there is to say.
 *
 * map      as above
 * gate     of the store, or NULL; borrowed.  READ: who may not write to
 *          lock.mdb has no place among LMDB's readers, so that a writer would
 *          use the pages of its snapshot again.  With a gate its door is barred
 *          instead, as long as a snapshot is held; without one it is NOPERM
 * wait_ms  for the door: taking a snapshot may fail with LOCKED then
 */
struct crm_gate;
struct crm_env_options {
	enum crm_env_mode mode;
	bool shared;
	uint64_t map;
	struct crm_gate *gate;
	int64_t wait_ms;
};
CRM_CHECK const struct crm_err *crm_env_open_as(
    const char *dir, const struct crm_env_options *, struct crm_env **out);

/* Write all that BUILD mode left in memory. */
CRM_CHECK const struct crm_err *crm_env_sync(struct crm_env *);

/* Did anything fail for want of memory?  That is AGAIN as well, but nobody else
 * has to do with it. */
bool crm_env_lacked_memory(const struct crm_env *);

/*
 * Begin to read: a snapshot.  Stale readers are cleared when the table of
 * readers is full.
 */
CRM_CHECK const struct crm_err *crm_txn_read(
    struct crm_env *, struct crm_txn **out);

/*
 * The second trees of tables that are appended to.
 *
 * make    writing: make them
 * demand  this snapshot is of a store that has them, or of an older one that
 *         has not: what is not found is damage then, or nothing.  To be said of
 *         each, before such a table is read; nothing said is an older one
 */
CRM_CHECK const struct crm_err *crm_txn_make_young(struct crm_txn *);
void crm_txn_demand_young(struct crm_txn *, bool has);

/*
 * End a transaction; a write transaction is given up.  One that read is kept
 * for the next one, and its place among the readers, until crm_env_close().
 */
void crm_txn_end(struct crm_txn *);

/*
 * Let go of a snapshot for a while, and take a new one.  All views die at the
 * pause; cursors have to seek again.
 */
void crm_txn_pause(struct crm_txn *);
CRM_CHECK const struct crm_err *crm_txn_resume(struct crm_txn *);

/* Is a view one of the file's map, which lives as long as the snapshot? */
bool crm_txn_keeps(const struct crm_txn *, const void *at);

/*
 * The same snapshot for another thread, which reads one table with it; of the
 * pages that each of the two has proved, the other one knows nothing.
 *
 * out     NULL: there can be none, pages are not read by hand.  End it before
 *         the first one pauses or ends
 */
CRM_CHECK const struct crm_err *crm_txn_twin(
    struct crm_txn *, enum crm_table, struct crm_txn **out);

/*
 * Keys that cut what a table has under a prefix into parts of about the same
 * size.
 *
 * most    parts: key has room for one less
 * n       of keys, in order, dead as views are; 0: it is little, or pages are
 *         not read by hand
 */
CRM_CHECK const struct crm_err *crm_txn_split(struct crm_txn *, enum crm_table,
    struct crm_view prefix, size_t most, struct crm_view *key, size_t *n);

/*
 * Do all of fn in one write transaction, and commit it.
 *
 * fn      may be called again from the beginning, in a new transaction, when
 *         the map had to grow: it must depend on its inputs alone.  An error
 *         that it returns ends all, nothing is written
 *
 * No snapshot may be held that is not paused: the map could not grow.
 * Fails with what fn returns, IO (disk full too, said in words).
 */
CRM_CHECK const struct crm_err *crm_env_update(struct crm_env *,
    const struct crm_err *(*fn)(void *ctx, struct crm_txn *), void *ctx);

/*
 * The same in two steps, so that the next writer can begin between them, while
 * the disk is waited for.
 *
 * What is committed is seen by all.  It is durable after crm_env_settle(), or
 * the next commit of any process; a power cut before takes it away whole, and
 * nothing of what came before it.  Nobody may be told that it is done until
 * then.  Settling needs no lock; it fails with IO: what was committed is seen
 * by all then, and may be lost.
 */
CRM_CHECK const struct crm_err *crm_env_commit(struct crm_env *,
    const struct crm_err *(*fn)(void *ctx, struct crm_txn *), void *ctx);
CRM_CHECK const struct crm_err *crm_env_settle(struct crm_env *);

/*
 * Bytes that this write transaction has changed so far, about: what it has
 * put, at least a page for each block put.
 */
size_t crm_txn_dirty(const struct crm_txn *);

/*
 * Derived tables are there twice: those that are in use, and spare ones, which
 * can be filled in several transactions while others read.
 *
 * use_spare    what follows in this write transaction works on the spare ones,
 *              or on those in use again
 * clear_spare  empty them
 * swap_spare   they are the ones in use from this commit on; the others are
 *              emptied, and spare
 *
 * Fail as crm_kv_put().
 */
void crm_txn_use_spare(struct crm_txn *, bool on);
CRM_CHECK const struct crm_err *crm_txn_clear_spare(struct crm_txn *);
CRM_CHECK const struct crm_err *crm_txn_swap_spare(struct crm_txn *);

/*
 * The value of a key.
 *
 * out     p is NULL when there is none
 */
CRM_CHECK const struct crm_err *crm_kv_get(struct crm_txn *, enum crm_table,
    struct crm_view key, struct crm_view *out);

/* Put a value; key and value may not be views of the store. */
CRM_CHECK const struct crm_err *crm_kv_put(struct crm_txn *, enum crm_table,
    struct crm_view key, struct crm_view value);

/*
 * Keep a copy of a value of META on a page that has nothing to do with that
 * one: nobody reads it before the other is damaged.
 */
CRM_CHECK const struct crm_err *crm_kv_keep(
    struct crm_txn *, struct crm_view key, struct crm_view value);

/* Remove a key; none there is no error. */
CRM_CHECK const struct crm_err *crm_kv_del(
    struct crm_txn *, enum crm_table, struct crm_view key);

/*
 * The same where what is put and removed lies side by side: it counts for
 * crm_txn_dirty() with its bytes, not with a page each.
 */
CRM_CHECK const struct crm_err *crm_kv_put_near(struct crm_txn *,
    enum crm_table, struct crm_view key, struct crm_view value);
CRM_CHECK const struct crm_err *crm_kv_del_near(
    struct crm_txn *, enum crm_table, struct crm_view key);

/*
 * Writing: does a view of a table lie on a page that the transaction did not
 * change?  Do two lie on one such page?
 */
bool crm_txn_is_old(const struct crm_txn *, struct crm_view);
bool crm_txn_same_page(
    const struct crm_txn *, struct crm_view a, struct crm_view b);

/* Remove all keys of a table. */
CRM_CHECK const struct crm_err *crm_kv_clear(struct crm_txn *, enum crm_table);

/* A cursor; close it before its transaction ends.  It has no place any more
 * when its table was written: seek again. */
CRM_CHECK const struct crm_err *crm_cur_open(
    struct crm_txn *, enum crm_table, struct crm_cur **out);
/* It is to look up what lies apart: its views die when it moves. */
void crm_cur_sparse(struct crm_cur *);
void crm_cur_close(struct crm_cur *);

/*
 * Move a cursor: to the first key not below a key; to the first, the last, the
 * next, the previous one.
 *
 * key     p is NULL when there is none
 */
CRM_CHECK const struct crm_err *crm_cur_seek(struct crm_cur *,
    struct crm_view at, struct crm_view *key, struct crm_view *value);
/* To the last key not above a key; quick: as crm_tree_floor() has it. */
CRM_CHECK const struct crm_err *crm_cur_floor(struct crm_cur *,
    struct crm_view at, bool quick, struct crm_view *key,
    struct crm_view *value);
CRM_CHECK const struct crm_err *crm_cur_first(
    struct crm_cur *, struct crm_view *key, struct crm_view *value);
CRM_CHECK const struct crm_err *crm_cur_last(
    struct crm_cur *, struct crm_view *key, struct crm_view *value);
CRM_CHECK const struct crm_err *crm_cur_next(
    struct crm_cur *, struct crm_view *key, struct crm_view *value);
CRM_CHECK const struct crm_err *crm_cur_prev(
    struct crm_cur *, struct crm_view *key, struct crm_view *value);

/* Make a cursor usable again after crm_txn_resume(). */
CRM_CHECK const struct crm_err *crm_cur_renew(struct crm_cur *);

/* Put behind the last key of the table (the caller knows that it is). */
CRM_CHECK const struct crm_err *crm_cur_append(
    struct crm_cur *, struct crm_view key, struct crm_view value);

struct crm_env_stat {
	uint64_t entries[CRM_NTABLES], pages[CRM_NTABLES];
	uint64_t page_bytes, file_bytes, map_bytes;
	/* Pages in use, LMDB's own too, and those to be used again.  Every
	 * page is one or the other; lost_pages says how many are neither (or,
	 * negative, both), 0 when all is well. */
	uint64_t used_pages, free_pages;
	int64_t lost_pages;
	bool newest;          /* lost_pages can be trusted: nobody committed
	                         since the transaction began */
	unsigned int readers; /* snapshots that are held, this one too */
};
CRM_CHECK const struct crm_err *crm_env_stat(
    struct crm_txn *, struct crm_env_stat *out);

/*
 * Check all pages that a snapshot uses: see pages.h.
 *
 * looked  false when it is too old for that
 */
CRM_CHECK const struct crm_err *crm_txn_check_pages(struct crm_txn *,
    void (*fault)(void *ctx, const char *what), void *ctx, bool *looked);

/*
 * The same before anything else is done with a store that may be damaged.
 *
 * Fails as crm_env_open_as().
 */
CRM_CHECK const struct crm_err *crm_env_check_pages(const char *dir,
    const struct crm_env_options *, void (*fault)(void *ctx, const char *what),
    void *ctx);

/* Write a compact copy to a descriptor, while others read and write. */
CRM_CHECK const struct crm_err *crm_env_copy(struct crm_env *, int fd);

#endif
