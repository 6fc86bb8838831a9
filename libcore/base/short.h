/*
 * short - texts of at most 16 bytes, compared as two words: words, codes and
 * ids that come again and again.
 */
#ifndef CRM_SHORT_H
#define CRM_SHORT_H

#include "base/buf.h"

struct crm_short {
	uint64_t word[2]; /* zeros behind the text */
	uint64_t n;
};

/* Make one of a text; false when that is longer. */
static inline bool
crm_short_of(struct crm_view v, struct crm_short *out)
{
	if (v.n > 16)
		return false;
	out->n = v.n;
	out->word[0] = crm_le_few_get(v.p, v.n < 8 ? v.n : 8);
	out->word[1] =
	    v.n > 8 ? crm_le64_get(v.p + v.n - 8) >> (8 * (16 - v.n)) : 0;
	return true;
}

static inline bool
crm_short_eq(const struct crm_short *a, const struct crm_short *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] &&
	    a->n == b->n;
}

/* A place among 'places' (a power of two, at most 2^32) for a text of an
 * owner. */
static inline size_t
crm_short_place(const struct crm_short *s, const void *owner, size_t places)
{
	uint64_t h = s->word[0] * 0x9e3779b97f4a7c15u;

	h ^= s->word[1] ^ (uint64_t)(uintptr_t)owner;
	h ^= h >> 32;
	h *= 0xe7037ed1a0b428dbu;
	return (size_t)(h >> 32) & (places - 1);
}

#endif
