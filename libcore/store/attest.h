/*
 * attest - what an erasure says of the change sets that it had to rewrite.
 *
 * What was erased is gone from old change sets: from their entries in changed
 * and their digests, which get new salts, and from what they say.  So their
 * hashes cannot be made again.  They stay as they are, in their own values
 * and in those of the next ones, and the erasure's own change set, whose hash
 * covers that, says what the hash of each one's contents is from then on.  The
 * newest word counts.
 *
 * They stand in the table change under the erasure's number, chunk
 * 0x80000000 and up; each: number u64, hash 32.
 */
#ifndef CRM_ATTEST_H
#define CRM_ATTEST_H

#include "base/map.h"
#include "store/change.h"

#define CRM_ATTEST_BYTES (8 + CRM_HASH_BYTES)

/* Is a chunk of this number of attested hashes? */
static inline bool
crm_attest_is(uint32_t chunk)
{
	return (chunk & 0x80000000u) != 0;
}

/*
 * Write attested hashes under a change set's number.
 *
 * packed  CRM_ATTEST_BYTES each
 */
CRM_CHECK const struct crm_err *crm_attest_put(
    struct crm_txn *, uint64_t number, struct crm_view packed);

/* Add the value of a chunk, sealed. */
void crm_attest_encode(
    struct crm_buf *, uint64_t number, uint32_t chunk, struct crm_view body);

/* All that is attested in a store. */
struct crm_attested {
	struct crm_nummap at; /* number to the place of its hash, + 1 */
	struct crm_buf hash;
};

CRM_CHECK const struct crm_err *crm_attested_read(
    struct crm_txn *, struct crm_attested *out);
void crm_attested_release(struct crm_attested *);

/* What the hash of a change set's contents is by now; NULL: as it was. */
const uint8_t *crm_attested_hash(const struct crm_attested *, uint64_t number);

#endif
