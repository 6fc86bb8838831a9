#include "report/stays.h"

#include <stdlib.h>

#include "base/mem.h"
#include "record/value.h"
#include "store/turned.h"

#define MINUTE_US (60 * CRM_SECOND_US)

/* The name of a stage, kept once. */
static const char *
keep_name(struct crm_stays *s, struct crm_view name)
{
	bool added;
	uint64_t *at = crm_map_at(&s->names, name, &added);

	if (added)
		*at = (uintptr_t)crm_arena_dup(&s->arena, name.p, name.n);
	return (const char *)(uintptr_t)*at;
}

static const struct crm_err *
take_event(void *ctx, uint64_t id, const struct crm_stored *event)
{
	struct crm_stays *s = ctx;
	struct crm_view deal, from, at;
	struct crm_deal_turn t = { .event = id };

	if (!crm_stored_get(event, CRM_EVENT_DEAL, &deal) ||
	    !crm_stored_get(event, CRM_EVENT_FROM, &from) ||
	    !crm_stored_get(event, CRM_EVENT_AT, &at) ||
	    !crm_value_get_time(at, &t.at_us))
		return NULL;
	t.deal = crm_link_get(deal);
	t.from = keep_name(s, from);
	s->turn = crm_grow(s->turn, &s->cap, s->n + 1, sizeof(*s->turn));
	s->turn[s->n++] = t;
	return NULL;
}

static int
cmp_turns(const void *x, const void *y)
{
	const struct crm_deal_turn *a = x, *b = y;

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
	out->deals = d;
	err = crm_deals_each_turn(d, take_event, out);
	if (out->n > 1)
		qsort(out->turn, out->n, sizeof(*out->turn), cmp_turns);
	return err;
}

void
crm_stays_release(struct crm_stays *s)
{
	crm_map_release(&s->names);
	crm_arena_release(&s->arena);
	crm_free(s->turn);
	crm_free(s->one);
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

/* The first change of a deal that an event tells of. */
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

static void
add_one(struct crm_stays *s, struct crm_deal_turn t)
{
	s->one = crm_grow(s->one, &s->one_cap, s->none + 1, sizeof(*s->one));
	s->one[s->none++] = t;
}

/* The log has the newest first: of two at one moment the later one must come
 * behind, so they are put in from the end. */
static const struct crm_err *
take_silent(void *ctx, int64_t at_us, struct crm_view from)
{
	struct crm_stays *s = ctx;
	size_t i;

	add_one(
	    s, (struct crm_deal_turn){ s->at, 0, at_us, keep_name(s, from) });
	for (i = s->none - 1; i > 0 && s->one[i - 1].at_us >= at_us; i--) {
		struct crm_deal_turn t = s->one[i];

		s->one[i] = s->one[i - 1];
		s->one[i - 1] = t;
	}
	return NULL;
}

const struct crm_err *
crm_stays_of(struct crm_stays *s, const struct crm_deal *d,
    const struct crm_deal_turn **out, size_t *n)
{
	size_t from = first_of(s, d->id), i;
	const struct crm_err *err = NULL;

	for (i = from; i < s->n && s->turn[i].deal == d->id; i++)
		;
	*out = s->turn + from;
	*n = i - from;
	if (d->stored->updated == d->stored->added)
		return NULL;
	s->none = 0;
	s->at = d->id;
	for (i = 0; i < *n; i++)
		add_one(s, (*out)[i]);
	err = crm_turned_each(
	    s->deals->r->snap, d->id, d->stored, take_silent, s);
	*out = s->one;
	*n = s->none;
	return err;
}

const struct crm_err *
crm_stays_follow(struct crm_stays *s, const struct crm_pipeline *p,
    const struct crm_deal *d, struct crm_path *out,
    void (*fn)(void *ctx, int stage, int64_t minutes), void *ctx)
{
	const struct crm_deal_turn *t;
	const struct crm_err *err;
	struct crm_date opened;
	size_t n, i;
	int stage;

	*out = (struct crm_path){ .since_us = INT64_MAX };
	if (crm_deal_date(d, CRM_DEAL_OPENED, &opened))
		out->since_us =
		    crm_zone_day_start_us(s->deals->r->clock->zone, opened);
	err = crm_stays_of(s, d, &t, &n);
	for (i = 0; err == NULL && i < n; i++, t++) {
		stage = open_stage(p, crm_view_str(t->from));
		if (stage >= 0 && t->at_us >= out->since_us && fn != NULL)
			fn(ctx, stage, (t->at_us - out->since_us) / MINUTE_US);
		out->far = stage > out->far ? stage : out->far;
		out->since_us = t->at_us;
		out->known = true;
	}
	out->now = open_stage(p, crm_deal_word(d, CRM_DEAL_STAGE));
	out->far = out->now > out->far ? out->now : out->far;
	return err;
}
