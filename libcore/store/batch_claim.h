/*
 * batch_claim - what lines of a batch say of unique values.
 */
#ifndef CRM_BATCH_CLAIM_H
#define CRM_BATCH_CLAIM_H

#include "store/batch_impl.h"

/*
 * One line's word about one value: that a record is to have it, or gives it
 * up.  The runs have kind u8, field u16 big-endian, the value's key as key, and
 * as value:
 *   id u64, line u64, place u64
 * The place is that of the row in adds + 1, or CRM_CLAIM_EDIT and the order of
 * the edit + 1; with one of the marks below.
 */
struct crm_claim {
	uint64_t id, line, place;
};

#define CRM_CLAIM_BYTES 24
#define CRM_CLAIM_HEAD 3 /* kind, field */

/* Not a unique value, but a key that found nothing and must find nothing when
 * the batch is written. */
#define CRM_CLAIM_ABSENT (UINT64_C(1) << 63)

/* The record has the value no more. */
#define CRM_CLAIM_GIVEN_UP (UINT64_C(1) << 61)

static inline bool
crm_claim_is_edit(const struct crm_claim *c)
{
	return (c->place & CRM_CLAIM_EDIT) != 0;
}

static inline bool
crm_claim_is_given_up(const struct crm_claim *c)
{
	return (c->place & CRM_CLAIM_GIVEN_UP) != 0;
}

/* The place of the row, or the order of the edit + 1. */
static inline uint64_t
crm_claim_at(const struct crm_claim *c)
{
	return c->place & (CRM_CLAIM_GIVEN_UP - 1);
}

static inline void
crm_claim_put(char p[CRM_CLAIM_BYTES], const struct crm_claim *c)
{
	crm_le64(p, c->id);
	crm_le64(p + 8, c->line);
	crm_le64(p + 16, c->place);
}

static inline void
crm_claim_get(const char *p, struct crm_claim *out)
{
	out->id = crm_le64_get(p);
	out->line = crm_le64_get(p + 8);
	out->place = crm_le64_get(p + 16);
}

/* The text of a claim's key, for messages. */
static inline struct crm_view
crm_claim_shown(struct crm_view key)
{
	return crm_view_skip(key, CRM_CLAIM_HEAD);
}

/* batch_unique.c */

/* Leave the row of a claim out: it is another record. */
void crm_claim_is_same(
    struct crm_batch *, const struct crm_claim *, uint64_t is);

/* Leave the row or the edit out: it is bad. */
void crm_claim_drop(struct crm_batch *, const struct crm_claim *);

/* batch_same.c */

/*
 * An event whose key the store knows: the same again is no error.
 *
 * id      of the event that has it
 */
CRM_CHECK const struct crm_err *crm_batch_known_event(struct crm_batch *,
    struct crm_snap *, struct crm_view key, const struct crm_claim *,
    uint64_t id);

/*
 * Two events of this batch with one key: the same twice is one.
 *
 * first   that of the line before
 * blame   drop the second when it is another one
 * same    set to whether it is the same
 */
CRM_CHECK const struct crm_err *crm_batch_twice(struct crm_batch *,
    struct crm_view key, const struct crm_claim *first,
    const struct crm_claim *, bool blame, bool *same);

#endif
