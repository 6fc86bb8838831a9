/*
 * code - how a record stands in the store.
 *
 *   flags    u8   CRM_R_*
 *   added    varint: number of the change set that added it
 *   updated  varint: how many change sets later it was changed last
 *   fields   varint: n
 *   directory, n times, sorted by field: field and end of its value
 *            narrow: u8 u8, middle: u8 u16, wide: u16 u32; the top bit of
 *            field says that its text needs no escaping in JSON
 *   values   bytes, see value.h
 * Integers are little-endian.  The id stands in the block's key.
 */
#ifndef CRM_CODE_H
#define CRM_CODE_H

#include "base/buf.h"
#include "base/mem.h"

enum crm_record_flag {
	CRM_R_REMOVED = 1 << 0,
	CRM_R_ERASED = 1 << 1,
	/* the directory's form, set by crm_code_put(); narrow: neither */
	CRM_R_MIDDLE = 1 << 2,
	CRM_R_WIDE = 1 << 3,
};

/* A record as it stands in the store: views of its bytes. */
struct crm_stored {
	uint8_t flags;
	uint64_t added, updated; /* change set numbers */
	uint32_t n;              /* fields */
	const unsigned char *dir;
	struct crm_view values;
};

/* The same with bytes of its own, which live as the arena does. */
void crm_stored_dup(
    struct crm_arena *, const struct crm_stored *, struct crm_stored *out);

/* One field to store: value as value.h has it. */
struct crm_slot {
	uint16_t num;
	bool many; /* its field holds many values; asked by crm_code_put() */
	bool safe; /* its text needs no escaping; set by crm_code_put() */
	struct crm_view value;
};

/*
 * Read a stored record.
 *
 * out     views of v; valid as long as v is
 *
 * Returns false when the bytes are damaged.  Cost: none per field.
 */
bool crm_code_open(struct crm_view v, struct crm_stored *out);

/*
 * A field by its number.
 *
 * out     its stored value
 *
 * Returns false when the record has none (or is damaged there).
 */
bool crm_stored_get(
    const struct crm_stored *, uint16_t num, struct crm_view *out);

/* The i-th field, i < n, in the order of numbers. */
struct crm_slot crm_stored_at(const struct crm_stored *, uint32_t i);

/*
 * All its fields.
 *
 * out     room for r->n of them
 */
void crm_stored_all(const struct crm_stored *r, struct crm_slot *out);

/* The i-th field's number, and where its value ends; the top bit of the number
 * is 'safe'. */
uint16_t crm_stored_entry(const struct crm_stored *, uint32_t i, size_t *end);

/* A field whose value has its place among all values; a damaged one is empty. */
static inline struct crm_slot
crm_stored_slot(
    struct crm_view values, uint16_t num, bool safe, size_t from, size_t to)
{
	struct crm_slot s = { .num = num, .safe = safe };

	if (from <= to && to <= values.n)
		s.value = crm_view(values.p + from, to - from);
	return s;
}

/* All fields, in the order of their numbers: take is inlined. */
static inline void
crm_stored_each(const struct crm_stored *r,
    void (*take)(void *ctx, struct crm_slot), void *ctx)
{
	const struct crm_view values = r->values;
	const unsigned char *d = r->dir, *behind = d + 2 * (size_t)r->n;
	size_t from = 0, to;
	uint32_t i, n = r->n;
	uint16_t f;

	if ((r->flags & (CRM_R_MIDDLE | CRM_R_WIDE)) == 0) {
		for (; d < behind; d += 2, from = to) {
			to = d[1];
			take(ctx,
			    crm_stored_slot(
				values, d[0] & 0x7f, d[0] >> 7, from, to));
		}
		return;
	}
	for (i = 0; i < n; i++, from = to) {
		f = crm_stored_entry(r, i, &to);
		take(ctx,
		    crm_stored_slot(values, f & 0x7fff, f >> 15, from, to));
	}
}

/*
 * Which of the fields of low numbers it has.
 *
 * n       of those below n, which is 32 at most
 * place   room for n; that of a field it has is set to its place among all:
 *         crm_stored_value() has its value
 *
 * Returns which they are: a bit for each number.
 */
uint32_t crm_stored_low(const struct crm_stored *r, uint16_t n, uint8_t *place);

/* The value of the i-th field, i < n; empty where it is damaged. */
static inline struct crm_view
crm_stored_value(const struct crm_stored *r, uint32_t i)
{
	size_t from = 0, to;

	if ((r->flags & (CRM_R_MIDDLE | CRM_R_WIDE)) != 0)
		return crm_stored_at(r, i).value;
	if (i > 0)
		from = r->dir[2 * (size_t)i - 1];
	to = r->dir[2 * (size_t)i + 1];
	return crm_stored_slot(r->values, 0, false, from, to).value;
}

/*
 * Add a record's stored form.
 *
 * slot    sorted by number, no number twice, no value empty
 */
void crm_code_put(struct crm_buf *, uint8_t flags, uint64_t added,
    uint64_t updated, struct crm_slot *slot, uint32_t n);

/* Add the stored form of a record that is the same as another one, but for the
 * change sets.
 *
 * stored  as crm_code_put() made it
 */
void crm_code_put_again(
    struct crm_buf *, struct crm_view stored, uint64_t added, uint64_t updated);

#endif
