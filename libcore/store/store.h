/*
 * store - a store: a directory with data, lock files and configuration.
 *
 *   data.mdb lock.mdb   the engine's
 *   gate                the queue of writers
 *   crm.yaml            configuration, written by people
 */
#ifndef CRM_STORE_H
#define CRM_STORE_H

#include "config/config.h"
#include "record/id.h"

struct crm_store;

enum crm_store_mode {
	CRM_STORE_READ,
	CRM_STORE_WRITE,
	CRM_STORE_LOOK, /* to read, and leave it as it is: see below */
};

struct crm_store_options {
	enum crm_store_mode mode;
	int64_t wait_ms; /* for the door: see crm_gate_enter() */
	/*
	 * For tests, which make them small; 0: what is best.
	 *
	 * part  bytes that one of several transactions changes, and that are
	 *       sorted in memory; a batch of more rows is written in parts
	 * map   bytes of the first map: see crm_env_open_sized()
	 */
	size_t part;
	uint64_t map;
	/* In place of its crm.yaml, which may be broken: borrowed, gets the
	 * numbers of the store's fields.  NULL: its own. */
	struct crm_config *config;
	/* As for crm_store_on_progress(), while it is opened. */
	void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t all);
	void *tell_ctx;
};

/*
 * Open a store that exists.
 *
 * path    its directory
 * out     free with crm_store_close()
 *
 * A store whose derived tables were made with another time zone, other
 * indexed fields or another version of Unicode is brought up to date first:
 * that writes, whatever the mode but LOOK, which takes derived tables as they
 * are.  Others can read meanwhile (see crm_rebuild()).
 * Fails with NOINPUT (no store there), NOPERM, IO, CONFIG (crm.yaml is wrong;
 * made by a newer version), DATA (damaged), LOCKED.
 */
CRM_CHECK const struct crm_err *crm_store_open(
    const char *path, const struct crm_store_options *, struct crm_store **out);
void crm_store_close(struct crm_store *);

/*
 * Be told how far writing has come: of a batch, and of what follows from it.
 *
 * tell    what: a word for what is counted, a constant; done of all; NULL:
 *         nobody is told.  Called by the thread that writes
 */
void crm_store_on_progress(struct crm_store *,
    void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t all),
    void *ctx);

/*
 * Make an empty store: under a temporary name beside it, then renamed.
 *
 * path    must not exist, or be an empty directory
 * group   id of the group that may use it too, or -1
 *
 * Fails with CANTCREATE (it is there already, says so), NOPERM, IO.
 */
CRM_CHECK const struct crm_err *crm_store_create(
    const char *path, int64_t group);

/*
 * The same in parts, for crm-store load: fill the store before anybody can
 * see it.
 *
 * out     a store open for writing, in the temporary place; its commits are
 *         not durable before crm_store_publish()
 */
CRM_CHECK const struct crm_err *crm_store_begin(const char *path, int64_t group,
    struct crm_view yaml, struct crm_store **out);

/* Give it its name.  The store is closed in any case. */
CRM_CHECK const struct crm_err *crm_store_publish(struct crm_store *);

/* Put it in the place of another store.  It is closed in any case. */
struct crm_swap;
CRM_CHECK const struct crm_err *crm_store_take_place(
    struct crm_store *, struct crm_swap *);

/* Remove what crm_store_begin() made, on the way out after an error. */
void crm_store_discard(struct crm_store *);

/*
 * The same for a signal handler that ends the process: removes the files and
 * gives no memory back.  Not to be called once crm_store_publish() has begun.
 */
void crm_store_unlink(const struct crm_store *);

/* Does a directory hold a store? */
bool crm_store_exists(const char *path);

/*
 * Would a store open with this configuration?  Its own may be broken.
 *
 * config  gets the numbers of the store's fields
 *
 * Fails with CONFIG: a field of another type, a kind that is left out; else
 * as crm_store_open().
 */
CRM_CHECK const struct crm_err *crm_store_fits(
    const char *path, struct crm_config *config, int64_t wait_ms);

const struct crm_config *crm_store_config(const struct crm_store *);
struct crm_schema *crm_store_schema(const struct crm_store *);

/* Was a head of the file damaged when the store was opened, so that the newest
 * changes may be missing? */
bool crm_store_may_lack(const struct crm_store *);

/* The open directory, for scratch files. */
int crm_store_dir(const struct crm_store *);

/* Who a store is: 16 random bytes, and the number of this replica of it. */
const uint8_t *crm_store_uuid(const struct crm_store *);
uint16_t crm_store_replica(const struct crm_store *);

/*
 * Give names that are new (of crm.yaml, or x-NAME of the input) numbers: they
 * are written with the next change set, which fails with AGAIN when others
 * gave those numbers away meanwhile.
 *
 * Fails with DATA: a kind has too many fields.
 */
CRM_CHECK const struct crm_err *crm_store_number_fields(struct crm_store *);

#endif
