#include "report/stays.h"

#include <stdlib.h>

#include "base/mem.h"
#include "record/value.h"

#define MINUTE_US (60 * CRM_SECOND_US)

struct crm_turn {
	uint64_t deal, event;
	int64_t at_us;
	const char *from;
};

static const struct crm_err *
take_turn(void *ctx, uint64_t id, const struct crm_stored *event)
{
	struct crm_stays *s = ctx;
	struct crm_view deal, from, at;
	struct crm_turn t = { .event = id };

	if (!crm_stored_get(event, CRM_EVENT_DEAL, &deal) ||
	    !crm_stored_get(event, CRM_EVENT_FROM, &from) ||
	    !crm_stored_get(event, CRM_EVENT_AT, &at) ||
	    !crm_value_get_time(at, &t.at_us))
		return NULL;
	t.deal = crm_link_get(deal);
	t.from = crm_arena_dup(&s->arena, from.p, from.n);
	s->turn = crm_grow(s->turn, &s->cap, s->n + 1, sizeof(*s->turn));
	s->turn[s->n++] = t;
	return NULL;
}

static int
cmp_turns(const void *x, const void *y)
{
	const struct crm_turn *a = x, *b = y;

	if (a->deal != b->deal)
		return a->deal < b->deal ? -1 : 1;
	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return a->event < b->event ? -1 : a->event > b->event;
}

const struct crm_err *
crm_stays_gather(struct crm_deals *d, struct crm_stays *out)
{
	const struct crm_err *err;

	memset(out, 0, sizeof(*out));
	out->zone = d->r->clock->zone;
	err = crm_deals_each_turn(d, take_turn, out);
	if (out->n > 1)
		qsort(out->turn, out->n, sizeof(*out->turn), cmp_turns);
	return err;
}

void
crm_stays_release(struct crm_stays *s)
{
	crm_arena_release(&s->arena);
	crm_free(s->turn);
}

/* Which stage of a pipeline is open and has a name; -1: none. */
static int
open_stage(const struct crm_pipeline *p, struct crm_view name)
{
	size_t i;

	for (i = 0; i < p->nstages; i++)
		if (crm_view_is(name, p->stage[i].name))
			return p->stage[i].end == CRM_END_OPEN ? (int)i : -1;
	return -1;
}

/* The first change of a deal. */
static size_t
first_of(const struct crm_stays *s, uint64_t deal)
{
	size_t lo = 0, hi = s->n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (s->turn[mid].deal < deal)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void
crm_stays_follow(const struct crm_stays *s, const struct crm_pipeline *p,
    const struct crm_deal *d, struct crm_path *out,
    void (*fn)(void *ctx, int stage, int64_t minutes), void *ctx)
{
	struct crm_date opened;
	size_t i;
	int stage;

	*out = (struct crm_path){ .since_us = INT64_MAX };
	if (crm_deal_date(d, CRM_DEAL_OPENED, &opened))
		out->since_us = crm_zone_day_start_us(s->zone, opened);
	for (i = first_of(s, d->id); i < s->n && s->turn[i].deal == d->id;
	     i++) {
		const struct crm_turn *t = &s->turn[i];

		stage = open_stage(p, crm_view_str(t->from));
		if (stage >= 0 && t->at_us >= out->since_us && fn != NULL)
			fn(ctx, stage, (t->at_us - out->since_us) / MINUTE_US);
		out->far = stage > out->far ? stage : out->far;
		out->since_us = t->at_us;
		out->known = true;
	}
	out->now = open_stage(p, crm_deal_word(d, CRM_DEAL_STAGE));
	out->far = out->now > out->far ? out->now : out->far;
}
