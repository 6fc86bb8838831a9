/*
 * Adding up deals by two threads.
 *
 * Each part of the deals has groups of its own, and these come together in the
 * order of the parts: the same whoever went through which part, also where a
 * sum is too large.
 */
#include "report/deals.h"

#include "base/mem.h"
#include "base/thread.h"
#include "store/parts.h"

struct sum {
	struct crm_deals *by[CRM_SHARE_THREADS]; /* the first is the caller's */
	struct crm_deals twin;
	struct crm_clock clock; /* of the twin */
	char apart[CRM_APART];
	crm_deals_sum_fn *take;
	void *ctx;
	struct crm_groups groups[CRM_PARTS_MAX]; /* one a part */
};

/* crm_deals_each(): in this thread. */
static const struct crm_err *
take_alone(void *ctx, const struct crm_deal *deal)
{
	const struct sum *s = ctx;

	return s->take(s->ctx, s->by[0], deal);
}

/* A record of the table, if it is to be seen and the report is about it. */
static const struct crm_err *
take_entry(const struct sum *s, struct crm_deals *by, const struct crm_entry *e)
{
	struct crm_report_run *r = by->r;
	const struct crm_err *err;
	struct crm_stored stored;
	struct crm_deal deal;
	enum crm_presence p;

	err = crm_snap_see(r->snap, e->id, e->value, &stored, &p);
	if (err != NULL || p != CRM_LIVE)
		return err;
	crm_deal_read(by, e->id, &stored, &deal);
	return crm_whom_has(&r->whom, deal.who) ? s->take(s->ctx, by, &deal)
						: NULL;
}

/* The id that a key begins, the lowest of them. */
static uint64_t
id_from(struct crm_view key)
{
	char id[8] = { 0 };

	(void)crm_copy_few(id, key.p, key.n < 8 ? key.n : 8);
	return crm_be64_get(id);
}

static const struct crm_err *
sum_part(const struct sum *s, struct crm_deals *by, const struct crm_part *part)
{
	uint64_t end = part->to.n > 0
	    ? id_from(part->to)
	    : crm_id((char)(by->kind->letter + 1), 0, 0);
	const struct crm_err *err;
	struct crm_entry e;

	err = crm_walk_seek(part->walk, part->from, &e);
	while (err == NULL && e.prefix.p != NULL && e.id < end) {
		err = take_entry(s, by, &e);
		if (err == NULL)
			err = crm_walk_next(part->walk, &e);
	}
	return err;
}

/* crm_parts_each(): into groups of the part's own. */
static const struct crm_err *
take_part(void *ctx, const struct crm_part *part)
{
	struct sum *s = ctx;
	struct crm_deals *by = s->by[part->thread];
	struct crm_groups kept = by->groups;
	const struct crm_err *err;

	crm_groups_init(&by->groups, by->r->config, &by->r->by);
	err = sum_part(s, by, part);
	crm_groups_rest(&by->groups);
	s->groups[part->number] = by->groups;
	by->groups = kept;
	return err;
}

static const struct crm_err *
sum_parts(struct sum *s)
{
	struct crm_deals *d = s->by[0];
	const char letter = d->kind->letter;
	const struct crm_err *err;
	size_t i;

	s->clock = *d->clock;
	s->clock.zone = crm_zone_copy(d->clock->zone);
	err = crm_deals_open_again(&s->twin, d->r, &s->clock);
	s->by[1] = &s->twin;
	if (err == NULL)
		err = crm_parts_each(d->r->snap, CRM_TABLE_RECORD,
		    crm_view(&letter, 1), 8, false, take_part, s);
	for (i = 0; i < CRM_PARTS_MAX; i++) {
		if (err == NULL)
			err = crm_groups_join(&d->groups, &s->groups[i]);
		crm_groups_release(&s->groups[i]);
	}
	crm_deals_close(&s->twin);
	crm_zone_free(s->clock.zone);
	return err;
}

/* Is what the report is about in the deals themselves?  A snapshot of the past
 * looks records up, and so may a query. */
static bool
can_share(const struct crm_deals *d)
{
	return d->r->things == NULL && crm_by_is_plain(d->values) &&
	    crm_snap_past(d->r->snap) == NULL;
}

const struct crm_err *
crm_deals_sum(struct crm_deals *d, crm_deals_sum_fn *take, void *ctx)
{
	struct sum *s = crm_calloc(1, sizeof(*s));
	const struct crm_err *err;

	s->by[0] = d;
	s->take = take;
	s->ctx = ctx;
	err = can_share(d) ? sum_parts(s) : crm_deals_each(d, take_alone, s);
	crm_free(s);
	return err;
}
