#include "store/days.h"

#include <stdlib.h>

#include "base/mem.h"
#include "record/word.h"
#include "store/fresh.h"
#include "store/index.h"
#include "store/story.h"

void
crm_days_release(struct crm_days *d)
{
	crm_free(d->day);
	memset(d, 0, sizeof(*d));
}

void
crm_days_group(char out[CRM_DAYS_GROUP], uint64_t who)
{
	crm_index_prefix(out, CRM_DAYS_KIND, CRM_W_PURCHASE);
	crm_be64(out + CRM_INDEX_PREFIX, who);
}

uint64_t
crm_days_id(int32_t day)
{
	return crm_id(CRM_DAYS_KIND, 0, (uint64_t)(day + CRM_DAYS_BIAS));
}

int32_t
crm_days_of_id(uint64_t id)
{
	return (int32_t)crm_id_number(id) - CRM_DAYS_BIAS;
}

static int
cmp_days(const void *x, const void *y)
{
	const int32_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

/* Put a day behind those before: in the order of time, which is that of days
 * but for clocks that go back over midnight. */
static void
add_day(struct crm_days *d, int32_t day)
{
	size_t n = d->n;

	if (n > 0 && d->day[n - 1] == day)
		return;
	d->day = crm_grow(d->day, &d->cap, n + 1, sizeof(*d->day));
	d->day[d->n++] = day;
	if (n == 0 || d->day[n - 1] < day)
		return;
	qsort(d->day, d->n, sizeof(*d->day), cmp_days);
	for (n = 1; n < d->n && d->day[n - 1] != d->day[n]; n++)
		;
	if (n < d->n) /* it was there */
		memmove(
		    d->day + n - 1, d->day + n, (d->n-- - n) * sizeof(*d->day));
}

/* Take the story of a customer from an entry on; *s: the one behind it. */
static const struct crm_err *
take_story(struct crm_snap *snap, struct crm_story_walk *w, int64_t to_us,
    struct crm_story *s, struct crm_days *out)
{
	struct crm_zone *zone = crm_store_config(crm_snap_store(snap))->zone;
	const struct crm_err *err = NULL;
	uint64_t who = s->who;

	out->n = 0;
	while (err == NULL && s->who == who && s->at_us <= to_us) {
		if ((s->what & ~CRM_WHAT_DOC) == CRM_W_PURCHASE)
			add_day(out, crm_zone_day(zone, s->at_us));
		err = crm_story_next(w, s);
	}
	return err;
}

const struct crm_err *
crm_days_fold(struct crm_snap *snap, uint64_t who, int64_t from_us,
    int64_t to_us, struct crm_days *out)
{
	const struct crm_err *err;
	struct crm_story_walk *w;
	struct crm_story s;

	out->n = 0;
	err = crm_snap_story(snap, &w);
	if (err == NULL)
		err = crm_story_seek(w, who, from_us, &s);
	return err != NULL || s.who != who
	    ? err
	    : take_story(snap, w, to_us, &s, out);
}

static void
add_ids(struct crm_days *d, const struct crm_ids *ids)
{
	size_t i;

	d->day = crm_grow(d->day, &d->cap, d->n + ids->n, sizeof(*d->day));
	for (i = 0; i < ids->n; i++)
		d->day[d->n + i] = crm_days_of_id(ids->id[i]);
	d->n += ids->n;
}

const struct crm_err *
crm_days_today(struct crm_snap *snap, uint64_t who, struct crm_days *out)
{
	const struct crm_err *err;
	char group[CRM_DAYS_GROUP];
	struct crm_walk *w;
	struct crm_ids ids = { 0 };

	out->n = 0;
	crm_days_group(group, who);
	err = crm_snap_walk(snap, CRM_TABLE_INDEX, &w);
	if (err == NULL)
		err = crm_walk_ids(w, crm_view(group, sizeof(group)), &ids);
	while (err == NULL && ids.n > 0) {
		add_ids(out, &ids);
		err = crm_walk_more_ids(w, &ids);
	}
	return err;
}

/* Add the fresh days of a customer from a place on; returns that behind them. */
static size_t
add_fresh(
    const struct crm_fresh *f, size_t at, uint64_t who, struct crm_days *out)
{
	size_t i;

	for (; at < f->ndays && f->day[at].who == who; at++) {
		int32_t day = f->day[at].day;

		for (i = out->n; i > 0 && out->day[i - 1] > day; i--)
			;
		if (i > 0 && out->day[i - 1] == day)
			continue;
		out->day =
		    crm_grow(out->day, &out->cap, out->n + 1, sizeof(day));
		memmove(out->day + i + 1, out->day + i,
		    (out->n++ - i) * sizeof(day));
		out->day[i] = day;
	}
	return at;
}

const struct crm_err *
crm_days_all(struct crm_snap *snap, uint64_t who, struct crm_days *out)
{
	const struct crm_err *err;
	const struct crm_fresh *f;

	if (crm_snap_past(snap) != NULL)
		return crm_days_fold(snap, who, INT64_MIN, INT64_MAX, out);
	err = crm_days_today(snap, who, out);
	if (err == NULL)
		err = crm_snap_fresh_sums(snap, &f);
	if (err == NULL)
		(void)add_fresh(f, crm_fresh_day_from(f, who), who, out);
	return err;
}

/* What crm_days_each() calls, of parts or, if that is not wanted, of all. */
struct each {
	crm_days_part_fn *of_part;
	crm_days_fn *of_all;
	void *ctx;
	const struct crm_fresh *fresh;
};

static const struct crm_err *
hand_out(const struct each *e, const struct crm_part *part, uint64_t who,
    struct crm_days *days)
{
	return e->of_part != NULL ? e->of_part(e->ctx, part, who, days)
				  : e->of_all(e->ctx, who, days);
}

/* As they were: of all stories. */
static const struct crm_err *
each_story(struct crm_snap *snap, const struct each *e)
{
	const struct crm_part part = { 0 };
	struct crm_days days = { 0 };
	struct crm_story_walk *w;
	const struct crm_err *err;
	struct crm_story s;
	uint64_t who;

	err = crm_story_open(snap, &w);
	if (err == NULL)
		err = crm_story_first(w, &s);
	while (err == NULL && s.who != 0) {
		who = s.who;
		err = take_story(snap, w, INT64_MAX, &s, &days);
		if (err == NULL && days.n > 0)
			err = hand_out(e, &part, who, &days);
	}
	crm_story_close(w);
	crm_days_release(&days);
	return err;
}

/* The customer that a key of the index, or its beginning, is about; 0: none. */
static uint64_t
who_of(struct crm_view key)
{
	return key.n == CRM_DAYS_GROUP ? crm_be64_get(key.p + CRM_INDEX_PREFIX)
				       : 0;
}

/* Those of a part whose days are all fresh: up to a customer. */
static const struct crm_err *
put_fresh(const struct each *e, const struct crm_part *part, size_t *at,
    uint64_t to, struct crm_days *days)
{
	const struct crm_fresh *f = e->fresh;
	const struct crm_err *err = NULL;
	uint64_t who;

	while (err == NULL && *at < f->ndays && f->day[*at].who < to) {
		who = f->day[*at].who;
		days->n = 0;
		*at = add_fresh(f, *at, who, days);
		err = hand_out(e, part, who, days);
	}
	return err;
}

/* crm_parts_each(): the customers of a part. */
static const struct crm_err *
each_of_part(void *ctx, const struct crm_part *part)
{
	const struct each *e = ctx;
	struct crm_days days = { 0 }, fresh = { 0 };
	struct crm_numbers *s = NULL;
	const struct crm_err *err;
	struct crm_view group;
	size_t at = crm_fresh_day_from(e->fresh, who_of(part->from));
	uint64_t who, behind = who_of(part->to);

	err = crm_numbers_open(
	    part->walk, part->from, part->to, CRM_DAYS_BIAS, &s);
	while (err == NULL) {
		err =
		    crm_numbers_next(s, &group, &days.day, &days.cap, &days.n);
		if (err != NULL || group.p == NULL)
			break;
		if (group.n != 8) {
			err = crm_err(
			    CRM_E_DATA, "the store is damaged: days of nobody");
			break;
		}
		who = crm_be64_get(group.p);
		err = put_fresh(e, part, &at, who, &fresh);
		at = add_fresh(e->fresh, at, who, &days);
		if (err == NULL)
			err = hand_out(e, part, who, &days);
	}
	if (err == NULL)
		err = put_fresh(
		    e, part, &at, behind != 0 ? behind : UINT64_MAX, &fresh);
	crm_numbers_close(s);
	crm_days_release(&days);
	crm_days_release(&fresh);
	return err;
}

static const struct crm_err *
each(struct crm_snap *snap, bool alone, struct each *e)
{
	char prefix[CRM_INDEX_PREFIX];
	const struct crm_err *err;

	if (crm_snap_past(snap) != NULL)
		return each_story(snap, e);
	err = crm_snap_fresh_sums(snap, &e->fresh);
	if (err != NULL)
		return err;
	crm_index_prefix(prefix, CRM_DAYS_KIND, CRM_W_PURCHASE);
	return crm_parts_each(snap, CRM_TABLE_INDEX,
	    crm_view(prefix, sizeof(prefix)), CRM_DAYS_GROUP, alone,
	    each_of_part, e);
}

const struct crm_err *
crm_days_each(struct crm_snap *snap, crm_days_fn *fn, void *ctx)
{
	struct each e = { .of_all = fn, .ctx = ctx };

	return each(snap, true, &e);
}

const struct crm_err *
crm_days_each_part(
    struct crm_snap *snap, bool alone, crm_days_part_fn *fn, void *ctx)
{
	struct each e = { .of_part = fn, .ctx = ctx };

	return each(snap, alone, &e);
}
