/*
 * dump - a whole store as JSON Lines, and a store made from them.
 *
 * Lines, each section in the order of its keys:
 *   {"crm-dump":1, uuid, replica, how many lines of each kind follow}
 *   {"crm.yaml": its text}
 *   {"field": name, letter of its kind, number, type, many}
 *   {"change": number, ...}, {"digests": number, chunk, salts and digests,
 *       or what an erasure attests}
 *   {"changed": id, "in": number, ... "fields": {name: [old, new]}}
 *   {"hidden": first id, count, change}
 *   {"erased": what is remembered of the erased}, if anybody was
 *   {"id": ..., as crm-find prints it, "_": {what it does not print}}
 *   {"end": lines before it, "crc32c": of all bytes before it}
 * Keys stand in this order and no other; values are exact (format/exact.h).
 * Records of a batch that never ended are left out: nobody can see them.
 */
#ifndef CRM_DUMP_H
#define CRM_DUMP_H

#include "store/store.h"

#define CRM_DUMP_VERSION 1

/* The longest line, header to trailer. */
#define CRM_DUMP_LINE_MAX ((size_t)1 << 30)

/*
 * Write a dump: one snapshot.
 *
 * fd           borrowed
 * patience_ms  how long to wait for a slow reader in all while the snapshot
 *              is held: see base/outlet.h
 *
 * Fails with IO, DATA (damaged: there is no last line then), CONFIG
 * (crm.yaml was broken meanwhile).
 */
CRM_CHECK const struct crm_err *crm_dump(
    struct crm_store *, int fd, int64_t patience_ms);

/*
 * Make a store from a dump, line by line.
 *
 * path, group  as crm_store_begin() has them
 */
struct crm_load;
struct crm_load *crm_load_new(const char *path, int64_t group);

/*
 * Take the next line.
 *
 * line    without its newline
 *
 * Fails with DATA: what is wrong with it; CANTCREATE, NOPERM, IO.
 */
CRM_CHECK const struct crm_err *crm_load_line(
    struct crm_load *, struct crm_view line);

/*
 * After the last line: derive, check what was added and the log.
 *
 * Fails with DATA: the dump was cut short; its log does not agree with its
 * records.
 */
CRM_CHECK const struct crm_err *crm_load_end(struct crm_load *);

/* The store in the making, NULL before the first lines: crm_store_unlink() */
const struct crm_store *crm_load_store(const struct crm_load *);

/* Give the finished store its name. */
CRM_CHECK const struct crm_err *crm_load_publish(struct crm_load *);

/* Free it; a store that was not published is removed. */
void crm_load_free(struct crm_load *);

#endif
