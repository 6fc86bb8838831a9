#include "base/sets.h"

static size_t
place(struct crm_sets *s, uint64_t number)
{
	uint64_t *at;
	bool added;

	at = crm_nummap_at(&s->at, number, &added);
	if (added) {
		s->item =
		    crm_grow(s->item, &s->cap, s->n + 1, sizeof(*s->item));
		s->item[s->n] = (struct crm_member){ number, s->n, false };
		*at = ++s->n;
	}
	return (size_t)*at - 1;
}

static size_t
root(struct crm_sets *s, size_t i)
{
	while (s->item[i].up != i) {
		s->item[i].up = s->item[s->item[i].up].up;
		i = s->item[i].up;
	}
	return i;
}

void
crm_sets_join(struct crm_sets *s, uint64_t first, uint64_t second)
{
	size_t a = place(s, first), b = place(s, second), top, below;

	if (a == b)
		return;
	s->item[b].second = true;
	top = root(s, a);
	below = root(s, b);
	s->item[below].up = top;
}

uint64_t *
crm_sets_leaders(struct crm_sets *s)
{
	size_t *leader = crm_calloc(s->n + 1, sizeof(*leader)); /* from 1 */
	uint64_t *out = crm_calloc(s->n + 1, sizeof(*out));
	size_t i, r;

	for (i = 0; i < s->n; i++) {
		r = root(s, i);
		if (leader[r] == 0 ||
		    (s->item[leader[r] - 1].second && !s->item[i].second))
			leader[r] = i + 1;
	}
	for (i = 0; i < s->n; i++)
		out[i] = s->item[leader[root(s, i)] - 1].number;
	crm_free(leader);
	return out;
}

void
crm_sets_release(struct crm_sets *s)
{
	crm_nummap_release(&s->at);
	crm_free(s->item);
	memset(s, 0, sizeof(*s));
}
