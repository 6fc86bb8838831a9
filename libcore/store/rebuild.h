/*
 * rebuild - derived tables from nothing but records and events.
 */
#ifndef CRM_REBUILD_H
#define CRM_REBUILD_H

#include "store/deriver.h"

/*
 * Derive everything that a store holds.
 *
 * snap    what is read; hidden and removed records are left out
 */
CRM_CHECK const struct crm_err *crm_derive_all(
    struct crm_derive *, struct crm_snap *snap);

/*
 * Derive records (table CRM_TABLE_RECORD) or events from an id on, up to
 * another.  It is done when crm_deriver_end() says so.
 *
 * what    of enum crm_derive_what
 */
CRM_CHECK const struct crm_err *crm_derive_range(struct crm_deriver *,
    struct crm_snap *snap, enum crm_table, uint64_t from, uint64_t to,
    unsigned int what);

/*
 * Fill the empty derived tables of a store that nobody sees yet, in pieces of
 * bounded memory.
 */
CRM_CHECK const struct crm_err *crm_build(struct crm_store *);

/*
 * Make the derived tables anew, beside those in use, and then put them in
 * their place: in pieces of bounded memory, which nobody sees before the last
 * one, nor when it is cut off.  Others read meanwhile; who wants to write
 * waits.
 *
 * always  not only when they were made with other settings than those of now
 *
 * Fails with LOCKED: somebody writes, or adds a batch in parts.
 */
CRM_CHECK const struct crm_err *crm_rebuild(struct crm_store *, bool always);

/*
 * Bring the indexes of events that lag up to date, if at least 'least' events
 * are not in them yet.  Others may write meanwhile.
 */
CRM_CHECK const struct crm_err *crm_catch_up(
    struct crm_store *, uint64_t least);

/* So many events may wait: a reader decides them in half a millisecond. */
#define CRM_TAIL_MAX 4096

#endif
