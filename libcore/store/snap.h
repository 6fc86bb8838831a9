/*
 * snap - one consistent view of a store: a snapshot, or what a write
 * transaction sees.
 */
#ifndef CRM_SNAP_H
#define CRM_SNAP_H

#include "record/code.h"
#include "store/block.h"
#include "store/store.h"

struct crm_snap;

/* Take a snapshot.  Views of it die with it and when it is paused. */
CRM_CHECK const struct crm_err *crm_snap_open(
    struct crm_store *, struct crm_snap **out);

/* See through a transaction: the snap must be closed before it ends. */
CRM_CHECK const struct crm_err *crm_snap_wrap(
    struct crm_store *, struct crm_txn *, struct crm_snap **out);
void crm_snap_close(struct crm_snap *);

/* A moment of the past. */
struct crm_as_of {
	uint64_t change; /* behind this change set; 0: at_us says when */
	int64_t at_us;
};

/*
 * Take a snapshot that sees the store as it was: see past.h.
 *
 * Fails with DATA too: no such change set, or it was never finished.
 */
struct crm_past;
CRM_CHECK const struct crm_err *crm_snap_open_as_of(
    struct crm_store *, const struct crm_as_of *, struct crm_snap **out);

/* What makes it so; NULL: it sees the store as it is. */
struct crm_past *crm_snap_past(const struct crm_snap *);

/*
 * Let go of the snapshot, so that a reader that waits for its output does not
 * hold old pages; then see the store as it is by then.
 */
void crm_snap_pause(struct crm_snap *);
CRM_CHECK const struct crm_err *crm_snap_resume(struct crm_snap *);

/* After writing through the transaction: forget what was read of it. */
void crm_snap_forget(struct crm_snap *);

struct crm_txn *crm_snap_txn(const struct crm_snap *);
struct crm_store *crm_snap_store(const struct crm_snap *);
const struct crm_schema *crm_snap_schema(const struct crm_snap *);

/* Counts up with every resume: what was read before may be out of date. */
uint64_t crm_snap_generation(const struct crm_snap *);

/* May a near name be looked for once more?  Few times: only the first faults
 * of many are told. */
bool crm_snap_take_hint(struct crm_snap *);

/*
 * The walk of a table that look-ups share.  A scan that makes look-ups in the
 * same table meanwhile opens one of its own.
 */
CRM_CHECK const struct crm_err *crm_snap_walk(
    struct crm_snap *, enum crm_table, struct crm_walk **out);

/* The walk of stories that look-ups share: see story.h. */
struct crm_story_walk;
CRM_CHECK const struct crm_err *crm_snap_story(
    struct crm_snap *, struct crm_story_walk **out);

enum crm_presence { CRM_ABSENT, CRM_LIVE, CRM_REMOVED };

/*
 * A record by its id.
 *
 * out     set when it is there, removed or not; dead at the next look-up
 */
CRM_CHECK const struct crm_err *crm_snap_get(struct crm_snap *, uint64_t id,
    struct crm_stored *out, enum crm_presence *);

/*
 * The same, beside a record at hand: of what its links lead to, what it is
 * called, or what is computed.  What crm_snap_get() found stays as it is.
 *
 * out     dead at the next look-up of either kind
 */
CRM_CHECK const struct crm_err *crm_snap_get_beside(struct crm_snap *,
    uint64_t id, struct crm_stored *out, enum crm_presence *);

/*
 * Keep a record that was found, which look-ups would let go: in an arena, where
 * it is not in a page of the snapshot.
 */
void crm_snap_keep(struct crm_snap *, struct crm_stored *, struct crm_arena *);

/*
 * What is to be seen of a record that a walk of its table found.
 *
 * bytes   as the walk has it
 * out     set as by crm_snap_get(); its views live as long as those of bytes
 */
CRM_CHECK const struct crm_err *crm_snap_see(struct crm_snap *, uint64_t id,
    struct crm_view bytes, struct crm_stored *out, enum crm_presence *);

/* The table that holds records of an id's kind. */
static inline enum crm_table
crm_table_of(uint64_t id)
{
	return crm_id_kind(id) == 'e' ? CRM_TABLE_EVENT : CRM_TABLE_RECORD;
}

/* Is an id in a range that nobody sees? */
bool crm_snap_is_hidden(const struct crm_snap *, uint64_t id);
bool crm_snap_has_hidden(const struct crm_snap *);

/* The first id from this one on that is in no such range. */
uint64_t crm_snap_behind_hidden(const struct crm_snap *, uint64_t id);

/* The hidden ranges, sorted by their first id. */
struct crm_hidden {
	uint64_t first; /* id */
	uint64_t count;
	uint64_t change; /* the change set that made it */
};
const struct crm_hidden *crm_snap_hidden(const struct crm_snap *, size_t *n);

/*
 * Is an event in the indexes that lag?  Those that are not are to be looked
 * at one by one: crm_snap_first_tail() is where they begin.
 */
bool crm_snap_is_indexed(const struct crm_snap *, uint64_t event);
uint64_t crm_snap_first_tail(const struct crm_snap *);

/* May those indexes have entries of it?  Then they have to be kept up. */
bool crm_snap_may_be_indexed(const struct crm_snap *, uint64_t event);

/* The highest id of a kind of this replica that is in use or hidden; number
 * 0 when there is none. */
CRM_CHECK const struct crm_err *crm_snap_last_id(
    struct crm_snap *, char kind, uint64_t *out);

/* The number of the newest change set, 0: none. */
uint64_t crm_snap_last_change(const struct crm_snap *);

/*
 * A number that is another one when records may be: a change set was begun or,
 * which its number does not tell, ended, and its records are seen.
 */
uint64_t crm_snap_state(const struct crm_snap *);

/*
 * When a change set was made: what created and updated say.
 *
 * Cost: a look-up, none for the same one again.
 */
CRM_CHECK const struct crm_err *crm_snap_change_time(
    struct crm_snap *, uint64_t number, int64_t *out_us);

/* When a record was added: what its created says, stored or not; cost as
 * above. */
CRM_CHECK const struct crm_err *crm_snap_created(
    struct crm_snap *, const struct crm_stored *, int64_t *out_us);

/*
 * The ids of a kind's records whose field has a value, or all whose field's
 * key begins so.
 *
 * key     as crm_value_add_key() makes it
 * max     stop after so many
 * out     live ones in order, each once; borrowed, dead at the next call.
 *         Exact for records, and for those fields of events that do not lag
 */
CRM_CHECK const struct crm_err *crm_snap_find(struct crm_snap *, char kind,
    const struct crm_field *, struct crm_view key, bool prefix, size_t max,
    const uint64_t **out, size_t *n);

#endif
