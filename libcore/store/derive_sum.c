/* What derived entries add up to. */
#include "base/map.h"
#include "store/derive_impl.h"

void
crm_sum_add(struct crm_sum *s, const uint64_t seed[2], struct crm_view key,
    struct crm_view value)
{
	uint64_t h = crm_hash_seeded(key, seed[0]);
	char both[8];

	if (value.n > 0)
		h ^= crm_hash_seeded(value, h);
	crm_le64(both, h);
	s->n++;
	s->hash[0] += h;
	s->hash[1] += crm_hash_seeded(crm_view(both, 8), seed[1]);
}

void
crm_derive_add_up(struct crm_derive *d, const uint64_t seed[2])
{
	d->sums = true;
	d->seed[0] = seed[0];
	d->seed[1] = seed[1];
}

struct crm_sum
crm_derive_sum(const struct crm_derive *d, enum crm_table table)
{
	return table == CRM_TABLE_STORY ? d->story_sum
	    : table == CRM_TABLE_INDEX  ? d->index.sum
					: d->text.sum;
}

void
crm_derive_sum_posting(struct crm_derive *d, struct crm_postings *p,
    size_t group, uint64_t id, struct crm_view value)
{
	p->full[group] = '\0';
	crm_be64(p->full + group + 1, id);
	crm_sum_add(&p->sum, d->seed, crm_view(p->full, group + 9), value);
}
