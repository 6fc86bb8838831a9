/*
 * A table gone through in parts, by two threads: the same as in one go, in the
 * same order once parts are put together.
 */
#include "with_store.h"

#include "base/radix.h"
#include "store/days.h"
#include "store/fresh.h"
#include "store/parts.h"

#define PEOPLE 25000
#define DAYS 1500 /* of one of them */

/* What the parts of a walk came to. */
struct told {
	struct crm_buf part[CRM_PARTS_MAX];
	size_t wrong; /* parts and threads that are none */
};

static int
set_up_many(void **state)
{
	char line[4][40];
	struct crm_batch_options o = { 0 };
	struct crm_batch *b;
	unsigned int i;
	int rc = set_up(state);

	b = new_batch(&o);
	for (i = 1; i <= PEOPLE; i++) {
		(void)snprintf(line[0], 40, "name=Q%u", i);
		assert_true(add(b, i, "person", line[0], NULL));
	}
	(void)commit(b);
	b = new_batch(&o);
	for (i = 1; i <= PEOPLE; i++) {
		(void)snprintf(line[0], 40, "who=Q%u", i);
		(void)snprintf(
		    line[1], 40, "at=2025-%02u-%02u", 1 + i % 12, 1 + i % 28);
		(void)snprintf(
		    line[2], 40, "amount=%u.%02u", below(900), below(100));
		assert_true(add(b, i, "event", line[0], "what=purchase",
		    line[1], line[2], NULL));
		(void)snprintf(line[3], 40, "at=2024-%02u-11", 1 + i % 7);
		if (i % 3 == 0)
			assert_true(add(b, i, "event", line[0], "what=purchase",
			    line[3], line[2], "currency=USD", NULL));
		if (i % 4 == 0)
			assert_true(add(b, i, "event", line[0], "what=call",
			    line[3], NULL));
	}
	/* Days in more than a block, near each other and centuries apart. */
	for (i = 0; i < DAYS; i++) {
		(void)snprintf(line[1], 40, "at=%u-%02u-%02u",
		    1900 + i / 336 + (i > DAYS / 2 ? 300 : 0), 1 + i / 28 % 12,
		    1 + i % 28);
		assert_true(add(b, i, "event", "who=Q77", "what=purchase",
		    line[1], "amount=1", NULL));
	}
	(void)commit(b);
	return rc;
}

static void
begin(struct told *t)
{
	size_t i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < CRM_PARTS_MAX; i++)
		t->part[i].max = 10 << 20;
}

/* All of it, in the order of parts. */
static struct crm_buf
end(struct told *t)
{
	struct crm_buf all = CRM_BUF_INIT(10 << 20);
	size_t i;

	for (i = 0; i < CRM_PARTS_MAX; i++) {
		crm_buf_addv(&all, crm_buf_view(&t->part[i]));
		crm_buf_release(&t->part[i]);
	}
	assert_int_equal(t->wrong, 0);
	return all;
}

static struct crm_buf *
of_part(struct told *t, const struct crm_part *p)
{
	if (p->thread >= CRM_SHARE_THREADS || p->number >= CRM_PARTS_MAX)
		(void)__atomic_add_fetch(&t->wrong, 1, __ATOMIC_SEQ_CST);
	return &t->part[p->number];
}

static const struct crm_err *
tell_run(void *ctx, const struct crm_part *part, const struct crm_run_of *run)
{
	struct told *t = ctx;
	struct crm_buf *b = of_part(t, part);
	size_t row = CRM_ROLLUP_KEY - 1 + CRM_ROLLUP_BYTES, i;

	for (i = 0; i < run->n; i++) {
		crm_buf_addv(b, run->prefix);
		crm_buf_add(b, run->p + i * row, row);
	}
	return NULL;
}

/* The same, row by row. */
static struct crm_buf
each_row(struct crm_snap *snap)
{
	struct crm_buf b = CRM_BUF_INIT(10 << 20);
	struct crm_rollup_walk *w;
	struct crm_rollup_at at;
	char key[CRM_ROLLUP_KEY];

	no_err(crm_rollup_open(snap, &w));
	for (no_err(crm_rollup_first(w, 0, &at)); at.who != 0;
	     no_err(crm_rollup_next(w, &at))) {
		crm_rollup_key(key, at.who, at.currency);
		crm_buf_add(&b, key, sizeof(key));
		crm_buf_addv(&b, at.value);
	}
	crm_rollup_close(w);
	return b;
}

/* How many parts there are, and that none begins with the customer with whom
 * the one before ends. */
static size_t
count_parts(const struct told *t)
{
	size_t row = CRM_ROLLUP_KEY + CRM_ROLLUP_BYTES, i, n = 0;
	const struct crm_buf *last = NULL;

	for (i = 0; i < CRM_PARTS_MAX; i++) {
		if (t->part[i].n == 0)
			continue;
		if (last != NULL)
			assert_memory_not_equal(last->p + last->n - row,
			    t->part[i].p, CRM_ROLLUP_WHO);
		last = &t->part[i];
		n++;
	}
	return n;
}

/* Runs, in parts and in one go, are the rows one by one; returns those. */
static struct crm_buf
compare_runs(struct crm_snap *snap)
{
	struct crm_buf want = each_row(snap), got;
	struct told t;
	int alone;

	for (alone = 0; alone < 2; alone++) {
		begin(&t);
		no_err(crm_rollup_each_run(snap, alone != 0, tell_run, &t));
		if (alone != 0)
			assert_int_equal(count_parts(&t), 1);
		else
			assert_true(count_parts(&t) > 2);
		got = end(&t);
		assert_int_equal(got.n, want.n);
		assert_memory_equal(got.p, want.p, want.n);
		crm_buf_release(&got);
	}
	return want;
}

static void
rollups(void **state)
{
	struct crm_snap *snap;
	struct crm_buf want;

	(void)state;
	no_err(crm_snap_open(store, &snap));
	want = compare_runs(snap);
	assert_true(want.n / (CRM_ROLLUP_KEY + CRM_ROLLUP_BYTES) > PEOPLE);
	crm_buf_release(&want);
	crm_snap_close(snap);
}

static const struct crm_err *
tell_days(
    void *ctx, const struct crm_part *part, uint64_t id, struct crm_days *days)
{
	struct crm_buf *b = of_part(ctx, part);
	size_t i;

	crm_buf_addf(b, "%llx:", (unsigned long long)id);
	for (i = 0; i < days->n; i++)
		crm_buf_addf(b, " %d", days->day[i]);
	crm_buf_addc(b, '\n');
	return NULL;
}

/* The same of days; returns them. */
static struct crm_buf
compare_days(struct crm_snap *snap)
{
	const struct crm_part none = { 0 };
	static const char kinds[] = "op";
	struct crm_days one = { 0 };
	struct told t, told;
	struct crm_buf want, got;
	uint64_t id, last;
	const char *k;
	int alone;

	begin(&told);
	for (k = kinds; *k != '\0'; k++) {
		no_err(crm_snap_last_id(snap, *k, &last));
		for (id = crm_id(*k, 0, 1); id <= last; id++) {
			no_err(crm_days_all(snap, id, &one));
			if (one.n > 0)
				no_err(tell_days(&told, &none, id, &one));
		}
	}
	want = end(&told);
	for (alone = 0; alone < 2; alone++) {
		begin(&t);
		no_err(crm_days_each_part(snap, alone != 0, tell_days, &t));
		if (alone == 0)
			assert_true(t.part[1].n > 0);
		got = end(&t);
		assert_int_equal(got.n, want.n);
		assert_memory_equal(got.p, want.p, want.n);
		crm_buf_release(&got);
	}
	crm_days_release(&one);
	return want;
}

static uint64_t
count_fresh(struct crm_snap *snap)
{
	uint64_t last, n;

	no_err(crm_snap_last_id(snap, 'e', &last));
	no_err(crm_fresh_count(snap, last, &n));
	return n;
}

/* What is fresh may leave nothing of a row, as a payment does of an invoice: no
 * row is there then, as none will be once it is brought in. */
static void
paid(void **state)
{
	static const char *const line[][3] = {
		{ "who=Debtor", "what=invoice", "amount=7 CHF" },
		{ "who=Debtor", "what=payment", "amount=7 CHF" },
		{ "who=Prompt", "what=invoice", "amount=7 CHF" },
		{ "who=Prompt", "what=payment", "amount=7 CHF" },
	};
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_rollups rows = { 0 };
	struct crm_buf before, got;
	struct crm_snap *snap;
	uint64_t who;
	size_t i;
	int taken;

	(void)state;
	no_err(crm_snap_open(store, &snap));
	before = each_row(snap);
	crm_snap_close(snap);
	assert_true(add(b, 1, "person", "name=Debtor", NULL));
	assert_true(add(b, 2, "person", "name=Prompt", NULL));
	(void)commit(b);
	for (i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
		b = new_batch(&o);
		assert_true(add(
		    b, 1, "event", line[i][0], line[i][1], line[i][2], NULL));
		(void)commit(b);
		if (i == 0)
			no_err(crm_fresh_take_in_all(store, 1));
	}
	for (taken = 0; taken < 2; taken++) {
		no_err(crm_snap_open(store, &snap));
		assert_int_equal(count_fresh(snap), taken ? 0 : 3);
		got = compare_runs(snap);
		assert_int_equal(got.n, before.n);
		assert_memory_equal(got.p, before.p, got.n);
		crm_buf_release(&got);
		no_err(crm_snap_last_id(snap, 'p', &who));
		for (i = 0; i < 2; i++) {
			no_err(crm_rollup_all(snap, who - i, &rows));
			assert_int_equal(rows.n, 0);
		}
		crm_snap_close(snap);
		no_err(crm_fresh_take_in_all(store, 1));
	}
	crm_rollups_release(&rows);
	crm_buf_release(&before);
}

/* What is fresh is among the rows as it will be once it is brought in: with
 * those of a customer, in place of them, of a kind that has none, and behind
 * the last. */
static void
fresh(void **state)
{
	static const char *const whos[] = { "who=O1", "who=O2", "who=Q1",
		"who=Q4", "who=Q5", "who=Q24999", "who=Q25000", "who=Q25001" };
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_buf before, want, got, days, more;
	struct crm_snap *snap;
	char who[40], at[40];
	unsigned int i;

	(void)state;
	no_err(crm_snap_open(store, &snap));
	before = each_row(snap);
	crm_snap_close(snap);
	assert_true(add(b, 1, "org", "name=O1", NULL));
	assert_true(add(b, 2, "org", "name=O2", NULL));
	assert_true(add(b, 3, "person", "name=Q25001", NULL));
	for (i = 0; i < 60; i++) {
		(void)snprintf(who, sizeof(who), "who=Q%u", 1 + below(PEOPLE));
		(void)snprintf(
		    at, sizeof(at), "at=2026-01-%02u", 1 + below(28));
		assert_true(add(b, 4 + i, "event",
		    i % 3 == 0 ? "what=call" : "what=purchase",
		    i < 24 ? whos[i % 8] : who, at,
		    i % 3 == 0 ? "text=hi" : "amount=7.50 EUR", NULL));
	}
	(void)commit(b);
	no_err(crm_snap_open(store, &snap));
	assert_int_equal(count_fresh(snap), 60);
	want = compare_runs(snap);
	assert_true(want.n > before.n);
	days = compare_days(snap);
	crm_snap_close(snap);
	no_err(crm_fresh_take_in_all(store, 1));
	no_err(crm_snap_open(store, &snap));
	assert_int_equal(count_fresh(snap), 0);
	got = compare_runs(snap);
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.p, want.p, want.n);
	more = compare_days(snap);
	assert_int_equal(more.n, days.n);
	assert_memory_equal(more.p, days.p, days.n);
	crm_snap_close(snap);
	crm_buf_release(&days);
	crm_buf_release(&more);
	crm_buf_release(&before);
	crm_buf_release(&want);
	crm_buf_release(&got);
}

/* Of the past there is one part, with the same rows. */
static void
past(void **state)
{
	struct crm_as_of then = { .change = 2 };
	struct crm_buf want, got;
	struct crm_snap *snap;
	struct told t;

	(void)state;
	no_err(crm_snap_open(store, &snap));
	want = each_row(snap);
	crm_snap_close(snap);
	no_err(crm_snap_open_as_of(store, &then, &snap));
	begin(&t);
	no_err(crm_rollup_each_run(snap, false, tell_run, &t));
	assert_int_equal(count_parts(&t), 1);
	got = end(&t);
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.p, want.p, want.n);
	crm_buf_release(&want);
	crm_buf_release(&got);
	crm_snap_close(snap);
}

/* Numbers of ids are read as ids are, whichever way. */
static void
days(void **state)
{
	struct crm_days one = { 0 };
	struct crm_snap *snap;
	struct crm_buf all;

	(void)state;
	no_err(crm_snap_open(store, &snap));
	no_err(crm_days_all(snap, crm_id('p', 0, 77), &one));
	assert_true(one.n >= DAYS);
	all = compare_days(snap);
	crm_buf_release(&all);
	crm_days_release(&one);
	crm_snap_close(snap);
}

/* Sorted, and those of the same key as they were. */
static void
radix(void **state)
{
	static struct crm_keyed k[5000];
	static char place[5000];
	uint64_t top;
	size_t i, n;

	(void)state;
	for (top = 1; top != 0; top <<= 9)
		for (n = 0; n <= 5000; n += 2500) {
			for (i = 0; i < n; i++) {
				k[i].key = top * below(700) + below(3);
				k[i].of = place + i;
			}
			crm_radix_sort(k, n);
			for (i = 1; i < n; i++)
				assert_true(k[i - 1].key < k[i].key ||
				    (k[i - 1].key == k[i].key &&
					(const char *)k[i - 1].of <
					    (const char *)k[i].of));
		}
}

static const struct crm_err *
fail_from(void *ctx, const struct crm_part *part, const struct crm_run_of *run)
{
	const size_t *from = ctx;

	(void)run;
	return part->number < *from
	    ? NULL
	    : crm_err(CRM_E_DATA, "part %zu", part->number);
}

/* Whoever fails first, it is the first part's failure that is told. */
static void
failures(void **state)
{
	const struct crm_err *err;
	struct crm_snap *snap;
	char want[20];
	size_t from;
	int i;

	(void)state;
	no_err(crm_snap_open(store, &snap));
	for (from = 0; from < 2; from++)
		for (i = 0; i < 50; i++) {
			(void)snprintf(want, sizeof(want), "part %zu", from);
			err =
			    crm_rollup_each_run(snap, false, fail_from, &from);
			assert_non_null(err);
			assert_string_equal(err->msg, want);
		}
	crm_snap_close(snap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rollups),
		cmocka_unit_test(past),
		cmocka_unit_test(days),
		cmocka_unit_test(radix),
		cmocka_unit_test(failures),
		cmocka_unit_test(paid),
		cmocka_unit_test(fresh),
	};

	return cmocka_run_group_tests(tests, set_up_many, tear_down);
}
