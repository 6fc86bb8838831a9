/* Stories and sums as they were. */
#include <stdlib.h>

#include "base/mem.h"
#include "store/fresh.h"
#include "store/past_impl.h"

/* Add the entries of some events, as they were. */
static const struct crm_err *
add_events(struct crm_past *p, const uint64_t *id, size_t n)
{
	const struct crm_err *err = NULL;
	struct crm_event_core core;
	enum crm_presence presence;
	struct crm_stored r;
	size_t i;

	for (i = 0; err == NULL && i < n; i++) {
		err = crm_past_get(p, id[i], &r, &presence);
		if (err == NULL && presence == CRM_LIVE &&
		    crm_event_core(&r, id[i], &core))
			crm_story_list_add(&p->story, &core);
	}
	return err;
}

const struct crm_err *
crm_past_stories(
    struct crm_past *p, const struct crm_story_entry **out, size_t *n)
{
	const struct crm_err *err = NULL;
	const struct crm_fresh *fresh;
	const uint64_t *id;
	size_t nids;

	if (!p->has_stories) {
		p->story.n = 0;
		err = crm_past_changed(p, 'e', &id, &nids);
		if (err == NULL)
			err = add_events(p, id, nids);
		if (err == NULL)
			err = crm_snap_fresh(p->snap, &fresh);
		/* nobody changes an event and leaves it fresh */
		if (err == NULL)
			err = add_events(p, fresh->id, fresh->n);
		if (err == NULL)
			p->has_fresh = fresh->n > 0;
		crm_story_list_sort(&p->story);
	}
	p->has_stories = err == NULL;
	*out = p->story.entry;
	*n = p->story.n;
	return err;
}

/* One customer after the other, in the order of ids. */
struct summing {
	struct crm_past *p;
	struct crm_walk *today; /* the story as it stands */
	struct crm_entry e;
	const struct crm_story_entry *then;
	size_t nthen, at;
	struct crm_rollups rows;
};

/* Pass the story of a customer: is it as it was? */
static const struct crm_err *
pass(struct summing *s, uint64_t who, bool *same)
{
	const struct crm_err *err = NULL;
	struct crm_story entry;
	char key[8];

	crm_be64(key, who);
	*same = true;
	while (err == NULL && s->e.prefix.p != NULL &&
	    memcmp(s->e.prefix.p, key, 8) == 0) {
		crm_story_read(&s->e, &entry);
		*same &= crm_past_keeps(s->p, &entry) &&
		    !crm_snap_is_hidden(s->p->snap, entry.event);
		err = crm_walk_next(s->today, &s->e);
	}
	for (; s->at < s->nthen && memcmp(s->then[s->at].key, key, 8) == 0;
	     s->at++)
		*same = false;
	return err;
}

/* The next customer with a story, today or then; 0 after the last. */
static uint64_t
next_who(const struct summing *s)
{
	uint64_t a =
	    s->e.prefix.p != NULL ? crm_be64_get(s->e.prefix.p) : UINT64_MAX;
	uint64_t b =
	    s->at < s->nthen ? crm_be64_get(s->then[s->at].key) : UINT64_MAX;

	return a < b ? a : b == UINT64_MAX ? 0 : b;
}

static void
put_rows(struct summing *s, uint64_t who)
{
	char key[CRM_ROLLUP_KEY], value[CRM_ROLLUP_BYTES];
	size_t i;

	for (i = 0; i < s->rows.n; i++) {
		crm_rollup_key(key, who, s->rows.row[i].currency);
		crm_rollup_write(value, &s->rows.row[i].row);
		crm_buf_add(&s->p->rollups, key, sizeof(key));
		crm_buf_add(&s->p->rollups, value, sizeof(value));
	}
}

static const struct crm_err *
sum_all(struct summing *s)
{
	const struct crm_err *err = NULL;
	uint64_t who;
	bool same;

	for (who = next_who(s); err == NULL && who != 0; who = next_who(s)) {
		err = pass(s, who, &same);
		if (err == NULL)
			err = same ? crm_rollup_today(s->p->snap, who, &s->rows)
				   : crm_rollup_fold(s->p->snap, who, INT64_MIN,
					 INT64_MAX, &s->rows);
		if (err == NULL)
			put_rows(s, who);
	}
	return err != NULL ? err : crm_buf_end(&s->p->rollups);
}

const struct crm_err *
crm_past_rollups(struct crm_past *p, const char **out, size_t *n)
{
	struct summing s = { .p = p };
	const struct crm_err *err = NULL;

	if (!p->has_rollups) {
		crm_buf_reset(&p->rollups);
		err = crm_past_stories(p, &s.then, &s.nthen);
		if (err == NULL)
			err = crm_walk_open(
			    crm_snap_txn(p->snap), CRM_TABLE_STORY, &s.today);
		if (err == NULL)
			err = crm_walk_seek(s.today, CRM_V("\1"), &s.e);
		if (err == NULL)
			err = sum_all(&s);
		crm_walk_close(s.today);
		crm_rollups_release(&s.rows);
	}
	p->has_rollups = err == NULL;
	*out = p->rollups.p;
	*n = p->rollups.n / CRM_PAST_ROW;
	return err;
}

/* Folding a customer's story costs as much as passing so many others do. */
#define FOLD_COST 12

/* Did so many customers come one by one that all of them cost less? */
static const struct crm_err *
is_many(struct crm_past *p, bool *yes)
{
	const struct crm_err *err;
	uint64_t people, orgs;

	*yes = p->has_rollups;
	if (*yes)
		return NULL;
	err = crm_snap_last_id(p->snap, 'p', &people);
	if (err == NULL)
		err = crm_snap_last_id(p->snap, 'o', &orgs);
	*yes = err == NULL &&
	    ++p->folds * FOLD_COST >
		crm_id_number(people) + crm_id_number(orgs);
	return err;
}

static const struct crm_err *
look_up(struct crm_past *p, uint64_t who, struct crm_rollups *out)
{
	const struct crm_err *err;
	size_t lo = 0, hi, mid, n;
	const char *row;
	char key[8];

	err = crm_past_rollups(p, &row, &n);
	crm_be64(key, who);
	for (hi = n; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (memcmp(row + mid * CRM_PAST_ROW, key, 8) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; err == NULL && lo < n &&
	     memcmp(row + lo * CRM_PAST_ROW, key, 8) == 0;
	     lo++)
		crm_rollups_add(out, row + lo * CRM_PAST_ROW);
	return err;
}

const struct crm_err *
crm_past_rollup(struct crm_past *p, uint64_t who, struct crm_rollups *out)
{
	const struct crm_err *err;
	bool many;

	out->n = 0;
	err = is_many(p, &many);
	if (err != NULL)
		return err;
	return many ? look_up(p, who, out)
		    : crm_rollup_fold(p->snap, who, INT64_MIN, INT64_MAX, out);
}

static int
cmp_totals(const void *x, const void *y)
{
	char a[CRM_TOTAL_KEY], b[CRM_TOTAL_KEY];

	crm_total_key(a, x);
	crm_total_key(b, y);
	return memcmp(a, b, CRM_TOTAL_KEY);
}

/* Count an entry of a story in. */
static const struct crm_err *
count_in(struct crm_past *p, struct crm_nummap *at, const struct crm_story *s)
{
	struct crm_total t = {
		.month = crm_month_of(
		    crm_store_config(crm_snap_store(p->snap))->zone, s->at_us),
		.currency = s->currency,
		.what = s->what & CRM_WHAT_WORD
	};
	uint64_t *place;
	bool added;

	place = crm_nummap_at(at,
	    (uint64_t)t.month << 16 | (uint64_t)t.currency << 8 | t.what,
	    &added);
	if (added) {
		p->total = crm_grow(
		    p->total, &p->total_cap, p->ntotals + 1, sizeof(t));
		p->total[p->ntotals] = t;
		*place = p->ntotals++;
	}
	p->total[*place].count++;
	return crm_add_i64(
		   p->total[*place].sum, s->minor, &p->total[*place].sum)
	    ? NULL
	    : crm_total_too_large(&t);
}

const struct crm_err *
crm_past_totals(struct crm_past *p, const struct crm_total **out, size_t *n)
{
	struct crm_nummap at = CRM_NUMMAP_INIT;
	struct crm_story_walk *w = NULL;
	const struct crm_err *err = NULL;
	struct crm_story s;

	if (!p->has_totals) {
		p->ntotals = 0;
		err = crm_story_open(p->snap, &w);
		if (err == NULL)
			err = crm_story_first(w, &s);
		while (err == NULL && s.who != 0) {
			if ((s.what & CRM_WHAT_ALSO) == 0)
				err = count_in(p, &at, &s);
			if (err == NULL)
				err = crm_story_next(w, &s);
		}
		crm_story_close(w);
		if (p->ntotals > 0)
			qsort(p->total, p->ntotals, sizeof(*p->total),
			    cmp_totals);
	}
	p->has_totals = err == NULL;
	crm_nummap_release(&at);
	*out = p->total;
	*n = p->ntotals;
	return err;
}
