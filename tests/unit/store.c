/*
 * The store as a whole: batches of all sorts, and after each the proof that
 * every derived table is what records and events say.
 */
#include "with_store.h"

#include <inttypes.h>

#include "store/store_impl.h"

static void
adds(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_batch_result r;

	(void)state;
	assert_true(add(
	    b, 1, "org", "name=Acme, Inc.", "city=Kraków", "terms=30", NULL));
	assert_true(add(b, 2, "person", "given=Łukasz", "family=Żółć",
	    "email=L.Zolc@Example.COM", "phone=+48 600 100 200",
	    "org=Acme, Inc.", "tag=vip", NULL));
	assert_true(add(b, 3, "person", "name=রহিম হোসেন",
	    "email=rahim@x.example", "ref=shop:4711", NULL));
	r = commit(b);
	assert_int_equal(r.added, 3);
	assert_int_equal(r.change, 1);
	check();
	is(who("l.zolc@example.com"), "name", "Łukasz Żółć");
	is(who("lukasz zolc"), "email", "L.Zolc@example.com");
	is(who("600100200"), "org", "o1");
	is(who("0048600100200"), "stage", "lead");
	is(who("shop:4711"), "name", "রহিম হোসেন");
	is(who("acme, inc."), "city", "Kraków");

	/* a purchase makes a customer of a lead, and tells of it */
	b = new_batch(&o);
	assert_true(
	    add(b, 1, "event", "who=p1", "what=purchase", "at=2026-02-28 12:00",
		"qty=3", "price=19.99", "text=Three boxes of paper", NULL));
	assert_true(add(b, 2, "event", "who=p1", "who=o1", "what=call",
	    "at=2026-01-05", NULL));
	assert_true(add(b, 3, "event", "who=o1", "what=invoice",
	    "amount=120PLN", "at=2026-01-05", NULL));
	r = commit(b);
	assert_int_equal(r.added, 3);
	assert_int_equal(r.changed, 1);
	check();
	is(who("p1"), "stage", "customer");
	is(who("e1"), "amount", "59.97");
	is(who("e1"), "currency", "EUR");
	is(who("e3"), "due", "2026-02-04");
	is(who("e4"), "what", "stage");
	is(who("e4"), "from", "lead");
	is(who("e4"), "at", "2026-02-28T11:00:00Z");
}

static void
links(void **state)
{
	struct crm_batch_options o = { .add_missing = "o" };
	struct crm_batch *b = new_batch(&o);
	struct crm_batch_result r;

	(void)state;
	/* forward, backward, missing */
	assert_true(add(b, 1, "org", "name=Cheers", "parent=Massive", NULL));
	assert_true(add(b, 2, "org", "name=Massive", NULL));
	assert_true(add(b, 3, "org", "name=Third", "parent=massive", NULL));
	assert_true(add(b, 4, "person", "name=A", "org=Unknown GmbH", NULL));
	assert_true(add(b, 5, "person", "name=B", "org=unknown gmbh", NULL));
	r = commit(b);
	assert_int_equal(r.added, 6);
	check();
	is(who("Cheers"), "parent", "o2");
	is(who("Third"), "parent", "o2");
	is(who("A"), "org", "o4");
	is(who("B"), "org", "o4");
	is(4 + crm_id('o', 0, 0), "name", "Unknown GmbH");

	o.add_missing = NULL;
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=C", "org=Nobody", NULL));
	assert_non_null(crm_batch_commit(b, &r, NULL));
	assert_string_equal(last_fault, "1: org: no such org: 'Nobody'");
	crm_batch_free(b);
	b = new_batch(&o);
	assert_true(add(b, 7, "person", "name=C", "org=p1", NULL));
	assert_non_null(crm_batch_commit(b, &r, NULL));
	assert_string_equal(last_fault, "7: org: 'p1' is a person, not an org");
	crm_batch_free(b);
	check();
}

static void
keys(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_batch_result r;

	(void)state;
	assert_true(put(b, 1, "email", "person", "name=Anna",
	    "email=anna@x.example", "tag=a", NULL));
	assert_true(put(
	    b, 2, "email", "person", "name=Bob", "email=bob@x.example", NULL));
	assert_true(put(b, 3, "email", "person", "email=ANNA@x.example",
	    "tag=b", "city=Lublin", NULL));
	r = commit(b);
	assert_int_equal(r.added, 2);
	check();
	is(who("anna@x.example"), "tag", "a,b");
	is(who("anna@x.example"), "city", "Lublin");

	b = new_batch(&o);
	assert_true(put(b, 1, "email", "person", "name=Anna",
	    "email=anna@x.example", "tag=a", NULL));
	r = commit(b);
	assert_int_equal(r.unchanged, 1);
	assert_int_equal(r.change, 0);
	b = new_batch(&o);
	assert_true(put(b, 1, "email", "person", "name=Anna Maria",
	    "email=anna@x.example", NULL));
	r = commit(b);
	assert_int_equal(r.changed, 1);
	check();
	is(who("p1"), "name", "Anna Maria");
}

static void
unique(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_batch_result r;

	(void)state;
	assert_true(add(b, 1, "person", "name=A", "ref=shop:1", NULL));
	assert_true(add(b, 2, "org", "name=A", "ref=shop:1", NULL));
	r = commit(b);
	assert_int_equal(r.added, 2);
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=B", "ref=shop:1", NULL));
	assert_non_null(crm_batch_commit(b, &r, NULL));
	assert_string_equal(last_fault, "1: ref: 'shop:1' is p1 already");
	crm_batch_free(b);
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=B", "ref=shop:2", NULL));
	assert_true(add(b, 2, "person", "name=C", "ref=shop:2", NULL));
	assert_non_null(crm_batch_commit(b, &r, NULL));
	assert_string_equal(last_fault, "2: ref: 'shop:2' is on line 1 too");
	crm_batch_free(b);

	/* events with keys can be replayed */
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "who=p1", "what=purchase", "amount=5",
	    "key=k:1", "at=2026-01-01", NULL));
	assert_true(add(b, 2, "event", "who=p1", "what=purchase", "amount=5",
	    "key=k:1", "at=2026-01-01", NULL));
	assert_true(add(b, 3, "event", "who=p1", "what=purchase", "amount=7",
	    "key=k:2", NULL));
	r = commit(b);
	assert_int_equal(r.added, 2);
	assert_int_equal(r.unchanged, 1);
	check();
	today.now_us += 3600 * CRM_SECOND_US;
	b = new_batch(&o);
	assert_true(add(b, 3, "event", "who=p1", "what=purchase", "amount=7.00",
	    "key=k:2", NULL));
	r = commit(b);
	assert_int_equal(r.change, 0);
	assert_int_equal(r.unchanged, 1);
	b = new_batch(&o);
	assert_true(add(b, 3, "event", "who=p1", "what=purchase", "amount=8",
	    "key=k:2", NULL));
	assert_non_null(crm_batch_commit(b, &r, NULL));
	assert_string_equal(last_fault,
	    "3: key: 'k:2' is e2 with another "
	    "amount (--correct changes it)");
	crm_batch_free(b);
	o.correct = true;
	b = new_batch(&o);
	assert_true(add(b, 3, "event", "who=p1", "what=purchase", "amount=8",
	    "key=k:2", NULL));
	r = commit(b);
	assert_int_equal(r.changed, 1);
	check();
	is(who("e2"), "amount", "8.00");
}

static void
corrections(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_batch_result r;
	struct crm_rollup row;
	struct crm_snap *snap;
	bool ok;

	(void)state;
	assert_true(add(b, 1, "person", "name=A", NULL));
	assert_true(add(b, 2, "person", "name=B", NULL));
	assert_true(add(b, 3, "event", "who=A", "what=purchase", "amount=10",
	    "at=2025-01-15", "doc=R-1", NULL));
	assert_true(add(b, 4, "event", "who=A", "what=purchase", "amount=20",
	    "at=2025-03-15", "doc=R-1", NULL));
	assert_true(add(b, 5, "event", "who=A", "what=purchase", "amount=40",
	    "at=2025-05-15", NULL));
	assert_true(add(b, 6, "event", "who=A", "who=B", "what=call",
	    "at=2025-05-15", "text=old words", NULL));
	r = commit(b);
	assert_int_equal(r.added, 6);
	check();
	is(who("A"), "stage", "customer");
	is(who("B"), "stage", "lead");

	b = new_batch(&o);
	assert_true(edit(b, who("e1"), "amount=11", "at=2024-11-11", NULL));
	assert_true(edit(b, who("e3"), "who=B", NULL));
	assert_true(edit(b, who("e4"), "text=new words", NULL));
	r = commit(b);
	assert_int_equal(r.changed, 4); /* B became a customer */
	check();
	is(who("B"), "stage", "customer");
	no_err(crm_snap_open(store, &snap));
	no_err(crm_rollup_get(
	    snap, who("A"), crm_currency_num(CRM_V("EUR")), &row));
	assert_int_equal(row.sum, 3100);
	assert_int_equal(row.orders, 1);
	assert_int_equal(row.purchases, 2);
	crm_snap_close(snap);

	b = new_batch(&o);
	no_err(crm_batch_remove(b, who("e1"), &ok));
	no_err(crm_batch_remove(b, who("e4"), &ok));
	no_err(crm_batch_remove(b, who("B"), &ok));
	r = commit(b);
	assert_int_equal(r.removed, 3);
	check();
	no_err(crm_catch_up(store, 1));
	check();
	b = new_batch(&o);
	assert_true(edit(b, who("e2"), "text=indexed words", "product=", NULL));
	no_err(crm_batch_remove(b, who("e3"), &ok));
	(void)commit(b);
	check();
}

static void
stages(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_batch_result r;

	(void)state;
	assert_true(add(b, 1, "person", "name=A", NULL));
	assert_true(
	    add(b, 2, "deal", "title=Big", "who=A", "value=1000", NULL));
	assert_true(add(
	    b, 3, "deal", "title=Won", "stage=won", "closed=2017-03-01", NULL));
	r = commit(b);
	is(who("Big"), "stage", "prospecting");
	is(who("Big"), "pipeline", "sales");
	is(who("Big"), "opened", "2026-03-01");
	is(who("Won"), "opened", "2017-03-01");
	b = new_batch(&o);
	assert_true(edit(b, who("Big"), "stage=won", NULL));
	r = commit(b);
	assert_int_equal(r.changed, 1);
	is(who("Big"), "closed", "2026-03-01");
	is(who("e1"), "to", "won");
	is(who("e1"), "deal", "d1");
	b = new_batch(&o);
	assert_true(edit(b, who("Big"), "stage=new", NULL));
	r = commit(b);
	is(who("Big"), "closed", "");
	check();
}

/* Events added at random, in small and large batches, with docs and without,
 * some changed and removed again. */
static void
random_changes(void **state)
{
	static const char *const whats[] = { "what=purchase", "what=refund",
		"what=invoice", "what=payment", "what=call", "what=note",
		"what=x-fair" };
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	uint32_t round, i, n, people = 40, events = 0;
	char name[30], w1[30], w2[30], at[40], amount[30], doc[30], text[60];

	(void)state;
	for (i = 0; i < people; i++) {
		(void)snprintf(name, sizeof(name), "name=N%u M%u", i, i % 7);
		assert_true(add(b, i, "person", name, NULL));
	}
	(void)commit(b);
	for (round = 0; round < 25; round++) {
		b = new_batch(&o);
		n = round % 5 == 0 ? 400 : 1 + below(20);
		for (i = 0; i < n; i++) {
			(void)snprintf(
			    w1, sizeof(w1), "who=p%u", 1 + below(people));
			(void)snprintf(
			    w2, sizeof(w2), "who=p%u", 1 + below(people));
			(void)snprintf(at, sizeof(at),
			    "at=20%02u-%02u-%02uT%02u:30:00Z", 10 + below(16),
			    1 + below(12), 1 + below(28), below(24));
			(void)snprintf(amount, sizeof(amount),
			    "amount=%u.%02u%s", below(500), below(100),
			    below(4) == 0 ? "PLN" : "EUR");
			(void)snprintf(doc, sizeof(doc), "doc=%s%u",
			    below(2) == 0 ? "R-" : "Q-", below(60));
			(void)snprintf(text, sizeof(text),
			    "text=word%u other%u", below(50), below(9));
			assert_true(add(b, i, "event", w1, whats[below(7)], at,
			    amount, text, below(2) == 0 ? doc : w2, NULL));
			events++;
		}
		for (i = 0; i < 6 && round > 0; i++) {
			char id[20];
			bool ok;

			(void)snprintf(
			    id, sizeof(id), "e%u", 1 + below(events - n));
			(void)snprintf(
			    amount, sizeof(amount), "amount=%u", below(900));
			(void)snprintf(
			    at, sizeof(at), "at=2021-0%u-11", 1 + below(9));
			crm_batch_line(b, 0, CRM_VNULL);
			{
				struct crm_snap *snap;
				uint64_t ids[CRM_WHO_MAX];
				size_t k;

				no_err(crm_snap_open(store, &snap));
				no_err(crm_who_find(
				    snap, "e", crm_view_str(id), ids, &k));
				crm_snap_close(snap);
				if (k == 0)
					continue;
				if (below(3) == 0)
					no_err(
					    crm_batch_remove(b, ids[0], &ok));
				else
					(void)edit(b, ids[0],
					    below(2) == 0 ? amount : at,
					    "text=changed words", NULL);
			}
			break;
		}
		(void)commit(b);
		if (round % 7 == 3)
			no_err(crm_catch_up(store, 1));
		check();
	}
}

/* The long way of a change of all fields that are derived from: so many that
 * threads take part. */
static void
change_many(uint64_t n, uint32_t round)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_batch_result r;
	uint16_t replica = crm_store_replica(store);
	char name[60], tag[30], amount[30];
	uint64_t i, removed = 0;
	bool ok;

	for (i = 1; i <= n; i++) {
		(void)snprintf(name, sizeof(name), "name=Kept Changed%u %u",
		    (unsigned int)(i % 7), round);
		(void)snprintf(tag, sizeof(tag), "tag+=round-%u", round);
		(void)snprintf(amount, sizeof(amount), "amount=%u.50",
		    (unsigned int)(i % 90) + round);
		assert_true(edit(b, crm_id('p', replica, i), name, tag,
		    i % 3 == 0 ? "city=Gdańsk" : "city=Łódź", NULL));
		if (i % 5 == 0 && round > 1)
			continue;
		if (i % 5 == 0) {
			no_err(
			    crm_batch_remove(b, crm_id('e', replica, i), &ok));
			removed++;
		} else
			assert_true(edit(b, crm_id('e', replica, i), amount,
			    i % 2 == 0 ? "text=New words of it" : "text=",
			    NULL));
	}
	r = commit(b);
	assert_int_equal(r.removed, removed);
	assert_int_equal(r.changed, 2 * n - n / 5);
	check();
}

static void
many_changes(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	uint64_t n = 4000, i;
	char name[60], who[30], mail[60];

	(void)state;
	for (i = 1; i <= n; i++) {
		(void)snprintf(
		    name, sizeof(name), "name=Kept Name%u", (unsigned int)i);
		(void)snprintf(
		    mail, sizeof(mail), "email=a%u@b.example", (unsigned int)i);
		(void)snprintf(
		    who, sizeof(who), "who=a%u@b.example", (unsigned int)i);
		assert_true(add(b, 2 * i, "person", name, mail, "city=Kraków",
		    "tag=vip", "stage=customer", NULL));
		assert_true(add(b, 2 * i + 1, "event", who, "what=purchase",
		    "amount=7", "text=Words of what was bought", NULL));
	}
	(void)commit(b);
	check();
	change_many(n, 1);
	no_err(crm_catch_up(store, 1));
	change_many(n, 2);
}

/* A batch that adds events says how many wait: those that catching up finds. */
static void
waiting(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_batch_result r;
	struct crm_mark m;
	struct crm_snap *snap;
	uint64_t mark = 0, i;

	(void)state;
	assert_true(add(b, 1, "person", "name=A", NULL));
	no_err(crm_batch_commit(b, &r, NULL));
	assert_true(crm_batch_waiting(b) == UINT64_MAX);
	crm_batch_free(b);
	for (i = 1; i <= 7; i++) {
		b = new_batch(&o);
		assert_true(add(b, 1, "event", "who=A", "what=call", NULL));
		assert_true(add(b, 2, "event", "who=A", "what=note", NULL));
		no_err(crm_batch_commit(b, &r, NULL));
		assert_int_equal(crm_batch_waiting(b), 2 * i);
		crm_batch_free(b);
	}
	for (i = 2; i > 0; i--) {
		no_err(crm_catch_up(store, 13 + i));
		no_err(crm_snap_open(store, &snap));
		no_err(crm_mark_get(store, crm_snap_txn(snap), &m));
		crm_snap_close(snap);
		if (i == 2)
			mark = m.mark;
	}
	assert_int_equal(m.mark - mark, 14);
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "who=A", "what=call", NULL));
	no_err(crm_batch_commit(b, &r, NULL));
	assert_int_equal(crm_batch_waiting(b), 1);
	crm_batch_free(b);
	check();
}

/* A batch that is written in parts. */
static void
in_parts(void **state)
{
	struct crm_batch_options o = { .add_missing = "p" };
	struct crm_batch *b = new_batch(&o);
	struct crm_batch_result r;
	uint32_t i;
	char w[30], at[40], doc[30];

	(void)state;
	assert_true(add(b, 1, "person", "name=Old", NULL));
	(void)commit(b);
	b = new_batch(&o);
	for (i = 0; i < 260000; i++) {
		(void)snprintf(w, sizeof(w), "who=%s%u",
		    i % 1000 == 0 ? "Old" : "New ", i % 5000);
		if (i % 1000 == 0)
			w[7] = '\0';
		(void)snprintf(at, sizeof(at), "at=2025-%02u-%02u", 1 + i % 12,
		    1 + i % 28);
		(void)snprintf(doc, sizeof(doc), "doc=D%u", i / 3);
		assert_true(add(b, i + 1, "event", w, "what=purchase", at,
		    "amount=2.50", doc,
		    "text=some more words so that it is written in parts",
		    NULL));
	}
	r = commit(b);
	assert_int_equal(r.changed, 1);
	is(who("Old"), "stage", "customer");
	is(who("New 7"), "stage", "customer");
	check();
	no_err(crm_catch_up(store, CRM_TAIL_MAX));
	check();
}

/* What was told of last, and what it came to. */
struct told {
	const char *what;
	uint64_t done, all;
	char log[400];
};

static void
end_of_job(struct told *t)
{
	size_t n = strlen(t->log);

	if (t->what != NULL)
		(void)snprintf(t->log + n, sizeof(t->log) - n, "%s %llu/%llu;",
		    t->what, (unsigned long long)t->done,
		    (unsigned long long)t->all);
}

static void
note_progress(void *ctx, const char *what, uint64_t done, uint64_t all)
{
	struct told *t = ctx;

	if (t->what != what)
		end_of_job(t);
	else
		assert_int_equal(done, t->done + 1);
	assert_true(done >= 1 && done <= all);
	t->what = what;
	t->done = done;
	t->all = all;
}

/* Who checks says how far they have come, in each of four jobs. */
static void
check_tells(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct told t = { .what = NULL };
	uint64_t blocks;

	(void)state;
	assert_true(add(b, 1, "person", "name=Anna", NULL));
	assert_true(add(b, 2, "person", "name=Bob", NULL));
	assert_true(
	    add(b, 3, "event", "who=Anna", "what=call", "text=Hello", NULL));
	(void)commit(b);
	crm_store_on_progress(store, note_progress, &t);
	check();
	crm_store_on_progress(store, NULL, NULL);
	end_of_job(&t);
	assert_int_equal(sscanf(t.log, "blocks checked %" SCNu64, &blocks), 1);
	assert_in_range(blocks, 10, 100);
	assert_string_equal(strchr(t.log, ';'),
	    ";records read 3/3;records derived 3/3;records proved 3/3;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(adds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unique, set_up, tear_down),
		cmocka_unit_test_setup_teardown(corrections, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    random_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    many_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(waiting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(in_parts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(check_tells, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
