/*
 * rec - a record in memory: made from input, or taken from the store to be
 * changed.
 */
#ifndef CRM_REC_H
#define CRM_REC_H

#include "base/mem.h"
#include "record/code.h"
#include "record/schema.h"
#include "record/value.h"

struct crm_rec {
	const struct crm_kind *kind;
	uint64_t id;           /* 0: not known yet */
	struct crm_slot *slot; /* sorted by number, values as stored */
	uint32_t n;
	uint64_t has; /* crm_rec_bit() of its fields; that of several may be
	                 there though none of them is */
	size_t cap;
	struct crm_arena arena; /* of the values that were set */
	struct crm_buf scratch;
};

void crm_rec_init(struct crm_rec *, const struct crm_kind *);
void crm_rec_release(struct crm_rec *);

/* Empty it for another record; keeps its memory. */
void crm_rec_reset(struct crm_rec *, const struct crm_kind *);

/*
 * Take over the fields of a stored record.
 *
 * Their values stay views of the store: encode or copy before it changes.
 */
void crm_rec_open(struct crm_rec *, const struct crm_stored *);

/* Make dst hold what src holds: the values stay where they are. */
void crm_rec_borrow(struct crm_rec *dst, const struct crm_rec *src);

/* A bit for a field: of its own, below 63. */
static inline uint64_t
crm_rec_bit(uint16_t num)
{
	return (uint64_t)1 << (num < 63 ? num : 63);
}

/* The bits of a kind's fields that have one of these flags. */
uint64_t crm_rec_flagged(const struct crm_kind *, unsigned int flags);

/* The bits of the fields of a record as it is stored: those from 63 on share
 * one. */
uint64_t crm_rec_bits(const struct crm_stored *);

/* How many bits are set. */
static inline uint32_t
crm_rec_count(uint64_t bits)
{
	bits -= bits >> 1 & 0x5555555555555555u;
	bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return (uint32_t)(bits * 0x0101010101010101u >> 56);
}

/* Where a field is, or where it belongs: behind those with lower numbers. */
static inline uint32_t
crm_rec_place(const struct crm_rec *r, uint16_t num)
{
	uint32_t i = r->n;

	if (num < 63)
		return crm_rec_count(r->has & (crm_rec_bit(num) - 1));
	while (i > 0 && r->slot[i - 1].num >= num)
		i--;
	return i;
}

/* A field's stored value; false when there is none. */
static inline bool
crm_rec_get(const struct crm_rec *r, uint16_t num, struct crm_view *out)
{
	uint32_t i;

	if ((r->has & crm_rec_bit(num)) == 0)
		return false;
	i = crm_rec_place(r, num);
	if (num >= 63 && (i == r->n || r->slot[i].num != num))
		return false;
	*out = r->slot[i].value;
	return true;
}

/* Set a field to a stored value, which is copied; an empty one removes it. */
void crm_rec_set(
    struct crm_rec *, const struct crm_field *, struct crm_view value);

/* The same, but a view stays one: encode or copy before its bytes change. */
void crm_rec_lend(
    struct crm_rec *, const struct crm_field *, struct crm_view value);

/* Does the record hold a word in a choice field? */
bool crm_rec_is(const struct crm_rec *, uint16_t num, uint8_t word);

/* What is to be done with a field. */
enum crm_edit_op {
	CRM_SET,   /* name=value */
	CRM_FILL,  /* the same, if the record has none: not of many values */
	CRM_ADD,   /* name+=value: to a field of many values */
	CRM_TAKE,  /* name-=value */
	CRM_CLEAR, /* name= */
};

struct crm_edit {
	const struct crm_field *field;
	enum crm_edit_op op;
	struct crm_view value; /* one value, as stored */
};

/*
 * Do edits to a record, in order.  Several CRM_SET of one field of many
 * values make a list; of the others the last one stands.  Values that are
 * there already (equal when folded) are not added again.
 *
 * keep    leave fields alone that have a value
 */
void crm_rec_apply(
    struct crm_rec *, const struct crm_edit *, size_t n, bool keep);

/* The same, but the values of edits may stay views: encode or copy before
 * their bytes change. */
void crm_rec_apply_lent(
    struct crm_rec *, const struct crm_edit *, size_t n, bool keep);

/* Add the stored form. */
void crm_rec_encode(const struct crm_rec *, struct crm_buf *, uint8_t flags,
    uint64_t added, uint64_t updated);

/* Are the fields of two records equal? */
bool crm_rec_same(const struct crm_rec *, const struct crm_rec *);

#endif
