#define _GNU_SOURCE /* getrandom */
#include "store/check.h"

#include <stdio.h>
#include <sys/random.h>

#include "base/mem.h"
#include "record/value.h"
#include "store/check_impl.h"
#include "store/days.h"
#include "store/fresh.h"
#include "store/history.h"
#include "store/rebuild.h"
#include "store/stat.h"

/* A key in a form that people can do something with. */
static const char *
show_key(enum crm_table table, struct crm_view key, char *out, size_t size)
{
	char a[CRM_ID_TEXT], b[CRM_ID_TEXT];

	if (table == CRM_TABLE_STORY)
		(void)snprintf(out, size, "%s in the story of %s",
		    crm_id_text(crm_id('e', 0, 0) |
			    (crm_be64_get(key.p + 16) &
				((UINT64_C(1) << 56) - 1)),
			a),
		    crm_id_text(crm_be64_get(key.p), b));
	else if (key.n > 9)
		(void)snprintf(out, size, "%s",
		    crm_id_text(crm_be64_get(key.p + key.n - 8), a));
	else
		(void)snprintf(out, size, "an entry");
	return out;
}

/* A table against what was derived, entry by entry. */
static const struct crm_err *
compare(struct crm_checking *c, enum crm_table table)
{
	const struct crm_form *form = crm_form_of(table);
	const char *name = crm_table_name(table);
	const struct crm_err *err;
	struct crm_walk *w = NULL;
	struct crm_entry e;
	struct crm_view want, value, have;
	char key[CRM_KEY_MAX], text[100];
	int order;

	c->told = 0;
	c->table = table;
	err = crm_derive_sort(c->d, table);
	if (err == NULL)
		err = crm_derive_next(c->d, table, &want, &value);
	if (err == NULL)
		err = crm_walk_open(crm_snap_txn(c->snap), table, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view("", 0), &e);
	while (err == NULL && (want.p != NULL || e.prefix.p != NULL)) {
		if (e.prefix.p != NULL && crm_check_is_skipped(c, &e)) {
			err = crm_walk_next(w, &e);
			continue;
		}
		have = CRM_VNULL;
		if (e.prefix.p != NULL)
			have = crm_entry_full_key(form, &e, key);
		order = want.p == NULL ? 1
		    : have.p == NULL   ? -1
				       : crm_view_cmp(want, have);
		if (order < 0)
			crm_check_fault(c, name, "lacks %s",
			    show_key(table, want, text, sizeof(text)));
		else if (order > 0 && !crm_check_is_early(c, &e))
			crm_check_fault(c, name, "has %s too many",
			    show_key(table, have, text, sizeof(text)));
		else if (order == 0 && !crm_view_eq(value, e.value) &&
		    !crm_check_is_early(c, &e))
			crm_check_fault(c, name, "has %s with a wrong value",
			    show_key(table, have, text, sizeof(text)));
		if (order <= 0)
			err = crm_derive_next(c->d, table, &want, &value);
		if (err == NULL && order >= 0)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

/* The rows of one customer against the story. */
static const struct crm_err *
compare_rows(struct crm_checking *c, uint64_t who)
{
	struct crm_rollups have = { 0 }, want = { 0 };
	const struct crm_err *err;
	char text[CRM_ID_TEXT];
	bool same;
	size_t i;

	err = crm_rollup_all(c->snap, who, &have);
	if (err == NULL)
		err =
		    crm_rollup_fold(c->snap, who, INT64_MIN, INT64_MAX, &want);
	if (err == NULL) {
		crm_rollups_tidy(&want);
		same = have.n == want.n;
		for (i = 0; same && i < have.n; i++)
			same = have.row[i].currency == want.row[i].currency &&
			    memcmp(&have.row[i].row, &want.row[i].row,
				sizeof(struct crm_rollup)) == 0;
		if (!same)
			crm_check_fault(c, "rollup", "is wrong for %s",
			    crm_id_text(who, text));
	}
	crm_rollups_release(&have);
	crm_rollups_release(&want);
	return err;
}

/* The days of one customer against the story. */
static const struct crm_err *
compare_days(struct crm_checking *c, uint64_t who)
{
	struct crm_days have = { 0 }, want = { 0 };
	const struct crm_err *err;
	char text[CRM_ID_TEXT];

	err = crm_days_all(c->snap, who, &have);
	if (err == NULL)
		err = crm_days_fold(c->snap, who, INT64_MIN, INT64_MAX, &want);
	if (err == NULL &&
	    (have.n != want.n ||
		(have.n > 0 &&
		    memcmp(have.day, want.day, have.n * sizeof(*have.day)) !=
			0)))
		crm_check_fault(c, "index", "is wrong for the days of %s",
		    crm_id_text(who, text));
	crm_days_release(&have);
	crm_days_release(&want);
	return err;
}

/* Whoever has days has bought, say the rollups. */
static const struct crm_err *
check_buyer(void *ctx, uint64_t who, struct crm_days *days)
{
	struct crm_checking *c = ctx;
	struct crm_rollups rows = { 0 };
	const struct crm_err *err = crm_rollup_all(c->snap, who, &rows);
	char text[CRM_ID_TEXT];
	bool bought = false;
	size_t i;

	(void)days;
	for (i = 0; i < rows.n; i++)
		bought |= rows.row[i].row.purchases > 0;
	if (err == NULL && !bought)
		crm_check_fault(c, "index", "has days of %s too many",
		    crm_id_text(who, text));
	crm_rollups_release(&rows);
	return err;
}

/* Every customer with a row or a story. */
static const struct crm_err *
check_rollups(struct crm_checking *c)
{
	const struct crm_err *err;
	struct crm_walk *rows = NULL, *story = NULL;
	struct crm_entry r, s;
	uint64_t a, b, who, last = 0;

	c->told = 0;
	err = crm_walk_open(crm_snap_txn(c->snap), CRM_TABLE_ROLLUP, &rows);
	if (err == NULL)
		err = crm_walk_open(
		    crm_snap_txn(c->snap), CRM_TABLE_STORY, &story);
	if (err == NULL)
		err = crm_walk_seek(rows, crm_view("", 0), &r);
	if (err == NULL)
		err = crm_walk_seek(story, crm_view("", 0), &s);
	while (err == NULL && (r.prefix.p != NULL || s.prefix.p != NULL)) {
		char key[8];

		a = UINT64_MAX;
		if (r.prefix.p != NULL) {
			key[0] = r.prefix.p[0];
			memcpy(key + 1, r.key.p, 7);
			a = crm_be64_get(key);
		}
		b = s.prefix.p != NULL ? crm_be64_get(s.prefix.p) : UINT64_MAX;
		who = a < b ? a : b;
		if (who != last)
			err = compare_rows(c, who);
		if (err == NULL && who != last)
			err = compare_days(c, who);
		last = who;
		if (err == NULL && a == who)
			err = crm_walk_next(rows, &r);
		if (err == NULL && b == who) {
			crm_be64(key, who + 1);
			err = crm_walk_seek(story, crm_view(key, 8), &s);
		}
	}
	crm_walk_close(rows);
	crm_walk_close(story);
	return err != NULL ? err : crm_days_each(c->snap, check_buyer, c);
}

static const struct crm_err *
want_total(void *ctx, const struct crm_total *t)
{
	struct crm_checking *c = ctx;
	char key[CRM_TOTAL_KEY + 8];

	if (t->count == 0)
		return NULL;
	crm_total_key(key, t);
	crm_le64(key + CRM_TOTAL_KEY, (uint64_t)t->sum);
	*crm_map_at(&c->totals, crm_view(key, sizeof(key)), NULL) = t->count;
	return NULL;
}

static const struct crm_err *
have_total(void *ctx, const struct crm_total *t)
{
	struct crm_checking *c = ctx;
	char key[CRM_TOTAL_KEY + 8];
	uint64_t *count;

	crm_total_key(key, t);
	crm_le64(key + CRM_TOTAL_KEY, (uint64_t)t->sum);
	count = crm_map_get(&c->totals, crm_view(key, sizeof(key)));
	if (count == NULL || *count != t->count)
		crm_check_fault(c, "total", "is wrong for %04u-%02u",
		    t->month / 12u, t->month % 12u + 1);
	else
		*count = 0;
	return NULL;
}

static const struct crm_err *
check_totals(struct crm_checking *c)
{
	const struct crm_err *err;
	struct crm_view key;
	uint64_t *count;
	size_t pos = 0;

	c->told = 0;
	err = crm_derive_each_total(c->d, want_total, c);
	if (err == NULL)
		err = crm_totals_today(crm_snap_txn(c->snap), have_total, c);
	while (err == NULL && crm_map_each(&c->totals, &pos, &key, &count))
		if (*count != 0)
			crm_check_fault(c, "total", "lacks %04u-%02u",
			    crm_be16_get(key.p) / 12u,
			    crm_be16_get(key.p) % 12u + 1);
	return err;
}

/* Derive what the tables should have of events up to one; *from: the first. */
static const struct crm_err *
derive_events(struct crm_checking *c, struct crm_deriver *f, uint64_t *from,
    uint64_t to, unsigned int what)
{
	const struct crm_err *err;

	if (to < *from)
		return NULL;
	err = crm_derive_range(
	    f, c->snap, CRM_TABLE_EVENT, *from, to, what | CRM_DERIVE_EXACT);
	*from = to + 1;
	return err;
}

/* Derive what the tables should hold. */
static const struct crm_err *
derive(struct crm_checking *c)
{
	struct crm_deriver *f = crm_deriver_new(c->d, NULL);
	uint64_t indexed = crm_snap_first_tail(c->snap) - 1, summed, from = 0;
	uint64_t own = crm_id('e', c->store->replica, CRM_ID_NUMBER_MAX);
	const struct crm_err *err;

	err = crm_fresh_mark(crm_snap_txn(c->snap), &summed);
	if (err == NULL)
		err = crm_derive_range(f, c->snap, CRM_TABLE_RECORD, 0,
		    UINT64_MAX, CRM_DERIVE_EXACT);
	/* both; one of them, up to the mark of it; none; those of others */
	if (err == NULL)
		err = derive_events(c, f, &from,
		    indexed < summed ? indexed : summed,
		    CRM_DERIVE_LAGGING | CRM_DERIVE_SUMS);
	if (err == NULL)
		err = derive_events(c, f, &from, indexed, CRM_DERIVE_LAGGING);
	if (err == NULL)
		err = derive_events(c, f, &from, summed, CRM_DERIVE_SUMS);
	if (err == NULL)
		err = derive_events(c, f, &from, own, 0);
	if (err == NULL)
		err =
		    derive_events(c, f, &from, UINT64_MAX - 1, CRM_DERIVE_SUMS);
	if (err == NULL)
		err = crm_deriver_end(f);
	crm_deriver_free(f);
	return err;
}

static const enum crm_table sorted_tables[] = { CRM_TABLE_INDEX, CRM_TABLE_TEXT,
	CRM_TABLE_STORY };
#define NSORTED (sizeof(sorted_tables) / sizeof(sorted_tables[0]))

/*
 * What tables hold against what they should: what both add up to, which needs
 * no sorting.
 *
 * differ  set for each table that is to be looked at entry by entry
 * any     set when there is one
 */
static const struct crm_err *
compare_sums(struct crm_checking *c, bool differ[NSORTED], bool *any)
{
	const struct crm_err *err;
	struct crm_sum have, want;
	uint64_t seed[2];
	size_t i;

	*any = false;
	if (getrandom(seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		return crm_err_errno(CRM_E_IO, "no random numbers");
	crm_derive_add_up(c->d, seed);
	err = derive(c);
	for (i = 0; err == NULL && i < NSORTED; i++) {
		err = crm_check_sum(c, sorted_tables[i], seed, &have);
		want = crm_derive_sum(c->d, sorted_tables[i]);
		differ[i] = memcmp(&have, &want, sizeof(have)) != 0;
		*any |= differ[i];
	}
	return err;
}

/* Which entries it is that differ. */
static const struct crm_err *
compare_entries(struct crm_checking *c, const bool differ[NSORTED])
{
	const struct crm_err *err;
	size_t i;

	crm_derive_free(c->d);
	c->d = crm_derive_new(c->store, crm_store_part(c->store));
	err = derive(c);
	for (i = 0; err == NULL && i < NSORTED; i++) {
		if (differ[i])
			err = compare(c, sorted_tables[i]);
		/* gathering them went wrong in the same way twice */
		if (err == NULL && differ[i] && c->told == 0)
			crm_check_fault(c, crm_table_name(sorted_tables[i]),
			    "is not what records add up to");
		crm_derive_forget(c->d, sorted_tables[i]);
	}
	return err;
}

static const struct crm_err *
check_derived(struct crm_checking *c)
{
	const struct crm_err *err;
	bool differ[NSORTED], any;

	c->store->deriving = "records derived";
	c->store->derive_all = c->all;
	c->store->derived = 0;
	c->d = crm_derive_new(c->store, crm_store_part(c->store));
	err = compare_sums(c, differ, &any);
	if (err == NULL && any)
		err = compare_entries(c, differ);
	if (err == NULL)
		err = check_rollups(c);
	if (err == NULL)
		err = check_totals(c);
	crm_derive_free(c->d);
	crm_map_release(&c->totals);
	crm_buf_release(&c->group);
	c->store->deriving = NULL;
	return err;
}

static void
bad_change(void *ctx, uint64_t number, const char *what)
{
	crm_check_fault(
	    ctx, "change", "%llu: %s", (unsigned long long)number, what);
}

/* An id of a range is not there: go on with the next one that is. */
static const struct crm_err *
skip_gap(struct crm_checking *c)
{
	const struct crm_err *err;
	struct crm_entry e;
	struct crm_walk *w;
	uint64_t gap;
	char key[8];

	if (c->range.count == 0)
		return NULL;
	crm_be64(key, c->range.first);
	err = crm_snap_walk(c->snap, crm_table_of(c->range.first), &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(key, sizeof(key)), &e);
	if (err != NULL)
		return err;
	gap = e.prefix.p != NULL && e.id >= c->range.first
	    ? e.id - c->range.first
	    : UINT64_MAX;
	if (gap > c->range.count)
		gap = c->range.count;
	c->range.first += gap;
	c->range.count -= gap;
	return NULL;
}

/* The next record of a change set's ranges, as it was first stored. */
static const struct crm_err *
next_added(void *ctx, uint64_t *id, struct crm_view *stored)
{
	struct crm_checking *c = ctx;
	const struct crm_err *err = NULL;
	struct crm_history_proof proof;
	char text[CRM_ID_TEXT];
	bool there = false;

	*stored = CRM_VNULL;
	while (err == NULL && !there) {
		while (c->range.count == 0)
			if (!crm_change_range(
				&c->change, &c->range_at, &c->range))
				return NULL;
		*id = c->range.first++;
		c->range.count--;
		err = crm_history_prove(
		    c->snap, *id, c->change.number, &c->stored, &there, &proof);
		c->added += there;
		crm_check_step(c, "records proved");
		c->notes += proof.notes;
		if (err == NULL && !proof.agrees)
			crm_check_fault(c, crm_table_name(crm_table_of(*id)),
			    "%s is not what its history says",
			    crm_id_text(*id, text));
		if (err == NULL && !there)
			err = skip_gap(c);
	}
	*stored = crm_buf_view(&c->stored);
	return err;
}

static const struct crm_err *
check_log(struct crm_checking *c)
{
	struct crm_txn *t = crm_snap_txn(c->snap);
	const struct crm_err *err;
	uint64_t n, last = crm_snap_last_change(c->snap);
	bool ok;

	c->told = 0;
	c->stored.max = (size_t)1 << 30;
	err = crm_change_check(t, bad_change, c);
	for (n = 1; err == NULL && n <= last; n++) {
		err = crm_change_get(t, n, &c->change);
		if (err != NULL || c->change.state == CRM_CHANGE_OPEN)
			continue;
		c->out->changes++;
		c->range_at = 0;
		c->range.count = 0;
		err = crm_digests_check(t, n, next_added, c, &ok);
		if (err == NULL && !ok)
			crm_check_fault(c, "change",
			    "%llu: what it added is not what it was",
			    (unsigned long long)n);
	}
	crm_buf_release(&c->stored);
	return err;
}

/* The notes on records that are seen. */
static const struct crm_err *
count_notes(struct crm_checking *c, uint64_t *n)
{
	const struct crm_err *err;
	struct crm_view k, v;
	struct crm_cur *cur;

	*n = 0;
	err = crm_cur_open(c->txn, CRM_TABLE_CHANGED, &cur);
	if (err == NULL)
		err = crm_cur_first(cur, &k, &v);
	while (err == NULL && k.p != NULL) {
		*n += k.n == 16 &&
		    !crm_snap_is_hidden(c->snap, crm_be64_get(k.p + 8));
		err = crm_cur_next(cur, &k, &v);
	}
	crm_cur_close(cur);
	return err;
}

/* Every record that is seen was added by a change set that says so, and has
 * all its changes. */
static const struct crm_err *
check_counts(struct crm_checking *c)
{
	uint64_t seen = c->out->records + c->out->events - c->hidden, notes;
	const struct crm_err *err;

	if (seen != c->added)
		crm_check_fault(c, "change",
		    "%llu records were added, but there are %llu",
		    (unsigned long long)c->added, (unsigned long long)seen);
	err = count_notes(c, &notes);
	if (err == NULL && notes != c->notes)
		crm_check_fault(c, "changed",
		    "%llu changes of records are noted, the records have %llu",
		    (unsigned long long)notes, (unsigned long long)c->notes);
	return err;
}

const struct crm_err *
crm_check_store(struct crm_store *s, struct crm_check *out)
{
	struct crm_checking c = {
		.store = s, .out = out, .group = CRM_BUF_INIT(CRM_KEY_MAX)
	};
	unsigned int what = out->what != 0 ? out->what : ~0u;
	const struct crm_err *err;
	uint64_t all = 0;

	err = crm_snap_open(s, &c.snap);
	if (err == NULL) {
		c.txn = crm_snap_txn(c.snap);
		/* others may have named fields since it was opened */
		err = crm_meta_read_fields(c.txn, s->config->schema, true);
	}

	if (err == NULL && (what & (CRM_CHECK_BYTES | CRM_CHECK_PAGES)) != 0)
		err = crm_check_pages(&c);
	if (err == NULL && out->faults == 0 && (what & CRM_CHECK_BYTES) != 0)
		err = crm_check_tables(&c);
	if (err == NULL && out->faults == 0)
		err = crm_stat_about(c.snap, &all);
	if (err == NULL && out->faults == 0 &&
	    (what & CRM_CHECK_RECORDS) != 0) {
		crm_check_begin(&c, all);
		err = crm_check_records(&c, CRM_TABLE_RECORD);
		if (err == NULL)
			err = crm_check_records(&c, CRM_TABLE_EVENT);
		err = crm_check_count(&c, "record", err);
	}
	if (err == NULL && out->faults == 0 && (what & CRM_CHECK_DERIVED) != 0)
		err = crm_check_count(&c, "derived", check_derived(&c));
	if (err == NULL && out->faults == 0 && (what & CRM_CHECK_LOG) != 0) {
		crm_check_begin(&c, all);
		err = check_log(&c);
		if (err == NULL && (what & CRM_CHECK_RECORDS) != 0)
			err = check_counts(&c);
		err = crm_check_count(&c, "change", err);
	}
	crm_free(c.seen);
	crm_snap_close(c.snap);
	return crm_check_count(&c, "store", err);
}
