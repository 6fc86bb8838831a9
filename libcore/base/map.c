#include "base/map.h"

#include "base/sorted.h"

struct crm_map_slot {
	uint64_t hash; /* 0: free */
	const char *key;
	size_t n;
	uint64_t value;
};

static uint64_t
mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* The bytes behind the last whole 8, as a number, without a call. */
static uint64_t
tail(struct crm_view v)
{
	size_t n = v.n % 8;

	if (n > 0 && v.n >= 8)
		return crm_le64_get(v.p + v.n - 8) >> (8 * (8 - n));
	return crm_le_few_get(v.p + v.n - n, n);
}

uint64_t
crm_hash_seeded(struct crm_view v, uint64_t seed)
{
	uint64_t h = seed ^ 0x9e3779b97f4a7c15u ^ v.n;
	size_t i = 0;

	for (; v.n - i >= 8; i += 8)
		h = mix(h ^ crm_le64_get(v.p + i), 0xe7037ed1a0b428dbu);
	h = mix(h ^ tail(v), 0xa0761d6478bd642fu);
	return mix(h, 0x8ebc6af09c88c6e3u);
}

uint64_t
crm_hash(struct crm_view v)
{
	return crm_hash_seeded(v, 0);
}

static void
map_grow(struct crm_map *m)
{
	struct crm_map_slot *old = m->slot;
	size_t n = m->nslots, i, j;

	m->nslots = n > 0 ? n * 2 : 64;
	m->slot = crm_calloc(m->nslots, sizeof(*m->slot));
	for (i = 0; i < n; i++) {
		if (old[i].hash == 0)
			continue;
		j = old[i].hash & (m->nslots - 1);
		while (m->slot[j].hash != 0)
			j = (j + 1) & (m->nslots - 1);
		m->slot[j] = old[i];
	}
	crm_free(old);
}

/* The slot of a key, or the free one where it belongs. */
static struct crm_map_slot *
map_find(const struct crm_map *m, struct crm_view key, uint64_t hash)
{
	size_t i = hash & (m->nslots - 1);
	struct crm_map_slot *s;

	for (;; i = (i + 1) & (m->nslots - 1)) {
		s = &m->slot[i];
		if (s->hash == 0 ||
		    (s->hash == hash &&
			crm_view_eq(crm_view(s->key, s->n), key)))
			return s;
	}
}

uint64_t *
crm_map_get(const struct crm_map *m, struct crm_view key)
{
	struct crm_map_slot *s;

	if (m->used == 0)
		return NULL;
	s = map_find(m, key, crm_hash(key) | 1);
	return s->hash != 0 ? &s->value : NULL;
}

uint64_t *
crm_map_at(struct crm_map *m, struct crm_view key, bool *added)
{
	uint64_t hash = crm_hash(key) | 1;
	struct crm_map_slot *s;

	if (m->used * 4 >= m->nslots * 3)
		map_grow(m);
	s = map_find(m, key, hash);
	if (added != NULL)
		*added = s->hash == 0;
	if (s->hash == 0) {
		s->hash = hash;
		s->key = crm_arena_dup(&m->keys, key.p, key.n);
		s->n = key.n;
		s->value = 0;
		m->used++;
	}
	return &s->value;
}

bool
crm_map_each(const struct crm_map *m, size_t *pos, struct crm_view *key,
    uint64_t **value)
{
	for (; *pos < m->nslots; (*pos)++)
		if (m->slot[*pos].hash != 0) {
			*key = crm_view(m->slot[*pos].key, m->slot[*pos].n);
			*value = &m->slot[*pos].value;
			(*pos)++;
			return true;
		}
	return false;
}

void
crm_map_release(struct crm_map *m)
{
	crm_free(m->slot);
	m->slot = NULL;
	m->nslots = m->used = 0;
	crm_arena_release(&m->keys);
}

static struct crm_nummap_slot *
num_find(const struct crm_nummap *m, uint64_t key)
{
	size_t i = mix(key, 0x9e3779b97f4a7c15u) & (m->nslots - 1);

	while (m->slot[i].key != 0 && m->slot[i].key != key)
		i = (i + 1) & (m->nslots - 1);
	return &m->slot[i];
}

static void
num_grow(struct crm_nummap *m)
{
	struct crm_nummap_slot *old = m->slot;
	size_t n = m->nslots, i;

	m->nslots = n > 0 ? n * 2 : 64;
	m->slot = crm_calloc(m->nslots, sizeof(*m->slot));
	for (i = 0; i < n; i++)
		if (old[i].key != 0)
			*num_find(m, old[i].key) = old[i];
	crm_free(old);
}

uint64_t *
crm_nummap_get(const struct crm_nummap *m, uint64_t key)
{
	struct crm_nummap_slot *s;

	if (m->used == 0)
		return NULL;
	s = num_find(m, key);
	return s->key != 0 ? &s->value : NULL;
}

uint64_t *
crm_nummap_at(struct crm_nummap *m, uint64_t key, bool *added)
{
	struct crm_nummap_slot *s;

	if (m->used * 4 >= m->nslots * 3)
		num_grow(m);
	s = num_find(m, key);
	if (added != NULL)
		*added = s->key == 0;
	if (s->key == 0) {
		s->key = key;
		s->value = 0;
		m->used++;
	}
	return &s->value;
}

size_t
crm_nummap_keys(const struct crm_nummap *m, uint64_t *out)
{
	size_t i, n = 0;

	for (i = 0; i < m->nslots; i++)
		if (m->slot[i].key != 0)
			out[n++] = m->slot[i].key;
	crm_sort_numbers(out, n);
	return n;
}

void
crm_nummap_release(struct crm_nummap *m)
{
	crm_free(m->slot);
	m->slot = NULL;
	m->nslots = m->used = 0;
}
