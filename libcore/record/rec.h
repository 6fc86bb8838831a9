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

/* A field's stored value; false when there is none. */
bool crm_rec_get(const struct crm_rec *, uint16_t num, struct crm_view *out);

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

/* Add the stored form. */
void crm_rec_encode(const struct crm_rec *, struct crm_buf *, uint8_t flags,
    uint64_t added, uint64_t updated);

/* Are the fields of two records equal? */
bool crm_rec_same(const struct crm_rec *, const struct crm_rec *);

#endif
