/*
 * change_impl - what the parts of the log share.
 */
#ifndef CRM_CHANGE_IMPL_H
#define CRM_CHANGE_IMPL_H

#include <blake2.h>

#include "store/block.h"
#include "store/change.h"

/* The forms in the heads of its values. */
#define CRM_CHANGE_FORM 17
#define CRM_DIGESTS_FORM 18
#define CRM_CHANGED_FORM 19
#define CRM_ATTEST_FORM 20 /* attest.h */

#define CRM_DIGESTS_A_CHUNK 40
#define CRM_DIGEST_BYTES (CRM_SALT_BYTES + CRM_HASH_BYTES)
#define CRM_LOG_VALUE_MAX ((size_t)1 << 30)

/* change_code.c: as they stand in the store */

/* Add a change set's value, its hash too, sealed. */
void crm_change_encode(struct crm_buf *, const struct crm_change *);

/* Add packed ranges of ids, for crm_change.ranges. */
void crm_change_add_range(struct crm_buf *, const struct crm_id_range *);

/* What a change set's hash covers of its value: from the clock to the hash
 * before it. */
struct crm_view crm_change_said(struct crm_view value);

/* Add the value of a note on a record, sealed. */
void crm_changed_encode(struct crm_buf *, const struct crm_changed *);

/* Add a note's packed field, for crm_changed.fields. */
void crm_changed_add_field(
    struct crm_buf *, uint16_t num, struct crm_view old, struct crm_view new);

/* What a note's digest covers. */
void crm_changed_add_digested(struct crm_buf *, const struct crm_changed *);

/* Add the value of a chunk of digests, sealed. */
void crm_digests_encode(
    struct crm_buf *, uint64_t number, uint32_t chunk, struct crm_view body);

/* change.c */

/* The value of a note: as crm_changed_put() puts it. */
CRM_CHECK const struct crm_err *crm_changed_make(struct crm_buf *out,
    uint64_t number, uint64_t id, uint8_t flags, uint64_t previous,
    const struct crm_rec *old, const struct crm_rec *new);

/* Put a note on a record under its number and id, with a new salt and digest:
 * those that it has are not looked at. */
CRM_CHECK const struct crm_err *crm_changed_write(
    struct crm_txn *, const struct crm_changed *);

/* The hash of a change set whose value says this. */
CRM_CHECK const struct crm_err *crm_change_hash(struct crm_txn *,
    uint64_t number, struct crm_view said, uint8_t out[CRM_HASH_BYTES]);

/* Note a change set that was done after later numbers. */
CRM_CHECK const struct crm_err *crm_change_note_parts(
    struct crm_txn *, uint64_t number);

/* A new salt; the digest of bytes with a salt. */
CRM_CHECK const struct crm_err *crm_change_salt(uint8_t out[CRM_SALT_BYTES]);
void crm_change_digest(
    const uint8_t *salt, struct crm_view bytes, uint8_t out[CRM_HASH_BYTES]);

#endif
