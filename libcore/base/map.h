/*
 * map - hash tables: bytes to a number, and sets of numbers.
 */
#ifndef CRM_MAP_H
#define CRM_MAP_H

#include "base/buf.h"
#include "base/mem.h"

/* A 64-bit hash of bytes; the same in every run. */
uint64_t crm_hash(struct crm_view);

/* Another one for each seed. */
uint64_t crm_hash_seeded(struct crm_view, uint64_t seed);

/* Bytes to a uint64_t.  Keys are copied. */
struct crm_map {
	struct crm_map_slot *slot;
	size_t nslots, used;
	struct crm_arena keys;
};

#define CRM_MAP_INIT \
	{ \
		NULL, 0, 0, CRM_ARENA_INIT \
	}

/*
 * The value of a key.
 *
 * Returns where it is, or NULL when there is none; dead at the next
 * crm_map_at().
 */
uint64_t *crm_map_get(const struct crm_map *, struct crm_view key);

/*
 * The value of a key, made as 0 when there is none.
 *
 * added   set to whether it was made; may be NULL
 */
uint64_t *crm_map_at(struct crm_map *, struct crm_view key, bool *added);

/* Go through all, in no order: *pos begins as 0; false after the last. */
bool crm_map_each(const struct crm_map *, size_t *pos, struct crm_view *key,
    uint64_t **value);

void crm_map_release(struct crm_map *);

/* Numbers, not 0, to numbers. */
struct crm_nummap {
	struct crm_nummap_slot {
		uint64_t key, value;
	} * slot;
	size_t nslots, used;
};

#define CRM_NUMMAP_INIT \
	{ \
		NULL, 0, 0 \
	}

uint64_t *crm_nummap_get(const struct crm_nummap *, uint64_t key);
uint64_t *crm_nummap_at(struct crm_nummap *, uint64_t key, bool *added);

/* All keys, in order, into room for as many as are used.  Returns how many. */
size_t crm_nummap_keys(const struct crm_nummap *, uint64_t *out);

void crm_nummap_release(struct crm_nummap *);

#endif
