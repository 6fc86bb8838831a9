/*
 * gate - the queue of writers in front of the store, and who uses it.
 *
 * Locks on bytes of the file "gate" (open file description locks, released
 * by the system when a process dies):
 *   0        the door: who holds it may write; shared by those who read and
 *            have no place among LMDB's readers: nobody writes meanwhile
 *   1        the queue: held while waiting for the door, so that the door
 *            goes to those who wait and not to who asks again fastest
 *   2        shared by all who have the store open; exclusive to replace it
 *   3        held by who brings the lagging indexes up to date
 *   1000 + n exclusive while the change set n is being written in parts
 * From: fcntl_locking(2); measured: waits of 49 ms at the most behind four
 * bulk writers of 50 ms each, where LMDB's own lock lets one wait 3.4 s.
 */
#ifndef CRM_GATE_H
#define CRM_GATE_H

#include "base/buf.h"

struct crm_gate;

/*
 * Open the gate of a store and join its users.
 *
 * dir     an open directory
 * shared  the file is made for the group too
 *
 * Fails with NOPERM, CANTCREATE, IO, LOCKED (the store is being replaced).
 */
CRM_CHECK const struct crm_err *crm_gate_open(
    int dir, bool shared, struct crm_gate **out);
void crm_gate_close(struct crm_gate *);

/*
 * The same for who only reads.  Where the file may not be written to it is
 * opened for reading: then crm_gate_enter() and crm_gate_be_alone() fail with
 * NOPERM, and nobody can be told but by crm_gate_bar().  Where there is none,
 * and the whole file system is mounted for reading only, none is needed.
 *
 * Fails with NOPERM also when there is none, and others could make one.
 */
CRM_CHECK const struct crm_err *crm_gate_open_to_read(
    int dir, bool shared, struct crm_gate **out);

/* NOPERM, and what to do: a store that may only be read is to be written to. */
CRM_CHECK const struct crm_err *crm_gate_no_writing(void);

/* LOCKED: the store is being replaced. */
CRM_CHECK const struct crm_err *crm_gate_replaced(void);

/*
 * Is a directory that was opened still what a path names, and the gate its own?
 * While one opens a store another one may take its place, and who holds the
 * gate of the old one keeps nobody out.
 *
 * g     NULL: only the directory is looked at
 *
 * Also true where nothing has that name.  Once it is so with a gate that is
 * held, it stays so.
 */
bool crm_gate_is_in_place(const struct crm_gate *g, int dir, const char *path);

/*
 * Be the only user, until crm_gate_close(): wait for the others to finish.
 *
 * Fails with LOCKED: "others use the store (waited 10 s)".
 */
CRM_CHECK const struct crm_err *crm_gate_be_alone(
    struct crm_gate *, int64_t wait_ms);

/*
 * Wait for the door, at most wait_ms (negative: for ever).  May be nested:
 * who is in stays in until the last crm_gate_leave().
 *
 * Fails with LOCKED: "the store is locked by another program (waited 10 s)".
 */
CRM_CHECK const struct crm_err *crm_gate_enter(
    struct crm_gate *, int64_t wait_ms);
void crm_gate_leave(struct crm_gate *);

/*
 * Bar the door: nobody writes until crm_gate_unbar(), but others may bar it as
 * well.  Who waits to write goes before those who come later.  May be nested.
 *
 * Fails with LOCKED as crm_gate_enter().
 */
CRM_CHECK const struct crm_err *crm_gate_bar(
    struct crm_gate *, int64_t wait_ms);
void crm_gate_unbar(struct crm_gate *);

/*
 * Mark a change set as being written, until crm_gate_end() or the process
 * ends.
 */
CRM_CHECK const struct crm_err *crm_gate_begin(
    struct crm_gate *, uint64_t change);
void crm_gate_end(struct crm_gate *, uint64_t change);

/* Is a change set being written by a living process, this one included? */
bool crm_gate_is_begun(struct crm_gate *, uint64_t change);

/* Be the one who brings the lagging indexes up to date; false: another is. */
bool crm_gate_claim_lag(struct crm_gate *);
void crm_gate_leave_lag(struct crm_gate *);

#endif
