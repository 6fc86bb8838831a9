/*
 * The store as a whole: batches of all sorts, and after each the proof that
 * every derived table is what records and events say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/batch.h"
#include "store/check.h"
#include "store/rebuild.h"
#include "store/rollup.h"
#include "store/who.h"

static char dir[64];
static struct crm_store *store;
static struct crm_zone *zone;
static struct crm_clock today;
static uint64_t seed = 1;
static char last_fault[300];

static uint32_t
below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static void
no_err(const struct crm_err *err)
{
	if (err != NULL)
		fail_msg("%s", err->msg);
}

static void
complain(void *ctx, uint64_t line, const char *field, const char *what)
{
	(void)ctx;
	(void)snprintf(last_fault, sizeof(last_fault), "%llu: %s: %s",
	    (unsigned long long)line, field != NULL ? field : "-", what);
}

static struct crm_batch *
new_batch(struct crm_batch_options *o)
{
	struct crm_batch *b;

	o->clock = &today;
	o->user = "tester";
	o->program = "test";
	o->complain = complain;
	no_err(crm_batch_new(store, o, &b));
	return b;
}

/* One request from words "field=value", the last of which is NULL. */
static bool
request(struct crm_batch *b, struct crm_arena *a, struct crm_request *q,
    const char *kind, va_list ap)
{
	struct crm_edit *edit = crm_arena_alloc(a, 20 * sizeof(*edit));
	const char *word;

	memset(q, 0, sizeof(*q));
	q->kind = crm_kind_named(crm_store_schema(store), crm_view_str(kind));
	q->edit = edit;
	for (word = va_arg(ap, const char *); word != NULL;
	     word = va_arg(ap, const char *)) {
		const char *eq = strchr(word, '=');
		struct crm_buf v = CRM_BUF_INIT(10000);
		const struct crm_err *err;
		struct crm_edit *e = &edit[q->nedits++];

		e->field = crm_field_named(
		    q->kind, crm_view(word, (size_t)(eq - word)));
		assert_non_null(e->field);
		e->op = CRM_SET;
		err = crm_value_parse(crm_batch_values(b), e->field,
		    crm_view_str(eq + 1), false, &v, q->currency);
		if (err != NULL) {
			crm_batch_fault(b, e->field->name, err->msg);
			return false;
		}
		if (v.n == 0)
			e->op = CRM_CLEAR;
		e->value = crm_view(crm_arena_dup(a, v.p, v.n), v.n);
		crm_buf_release(&v);
	}
	return true;
}

static bool
add(struct crm_batch *b, uint64_t line, const char *kind, ...)
{
	struct crm_arena a = CRM_ARENA_INIT;
	struct crm_request q;
	va_list ap;
	bool ok;

	crm_batch_line(b, line, CRM_VNULL);
	va_start(ap, kind);
	ok = request(b, &a, &q, kind, ap);
	va_end(ap);
	if (ok)
		no_err(crm_batch_add(b, &q, &ok));
	crm_arena_release(&a);
	return ok;
}

static bool
put(struct crm_batch *b, uint64_t line, const char *key, const char *kind, ...)
{
	struct crm_arena a = CRM_ARENA_INIT;
	const struct crm_field *keys[1];
	struct crm_request q;
	va_list ap;
	bool ok;

	crm_batch_line(b, line, CRM_VNULL);
	va_start(ap, kind);
	ok = request(b, &a, &q, kind, ap);
	va_end(ap);
	keys[0] = crm_field_named(q.kind, crm_view_str(key));
	q.key = keys;
	q.nkeys = 1;
	if (ok)
		no_err(crm_batch_put(b, &q, &ok));
	crm_arena_release(&a);
	return ok;
}

static bool
edit(struct crm_batch *b, uint64_t id, const char *kind, ...)
{
	struct crm_arena a = CRM_ARENA_INIT;
	struct crm_request q;
	va_list ap;
	bool ok;

	crm_batch_line(b, 0, CRM_VNULL);
	va_start(ap, kind);
	ok = request(b, &a, &q, kind, ap);
	va_end(ap);
	if (ok)
		no_err(crm_batch_edit(b, id, &q, &ok));
	crm_arena_release(&a);
	return ok;
}

static struct crm_batch_result
commit(struct crm_batch *b)
{
	struct crm_batch_result r;

	no_err(crm_batch_commit(b, &r, NULL));
	crm_batch_free(b);
	return r;
}

static void
print_fault(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	print_message("%s: %s\n", where, what);
}

static void
check(void)
{
	struct crm_check c = { .fault = print_fault };

	no_err(crm_check_store(store, &c));
	assert_int_equal(c.faults, 0);
}

static uint64_t
who(const char *text)
{
	struct crm_snap *snap;
	uint64_t id;

	no_err(crm_snap_open(store, &snap));
	no_err(crm_who_one(snap, NULL, crm_view_str(text), &id));
	crm_snap_close(snap);
	return id;
}

static struct crm_view
field_of(struct crm_snap *snap, uint64_t id, const char *name, bool *there)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_store_schema(store), crm_id_kind(id));
	struct crm_view v = CRM_VNULL;
	enum crm_presence p;
	struct crm_stored r;

	no_err(crm_snap_get(snap, id, &r, &p));
	*there = p == CRM_LIVE &&
	    crm_stored_get(&r, crm_field_named(k, crm_view_str(name))->num, &v);
	return v;
}

static void
is(uint64_t id, const char *name, const char *want)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_store_schema(store), crm_id_kind(id));
	const struct crm_field *f = crm_field_named(k, crm_view_str(name));
	struct crm_buf b = CRM_BUF_INIT(10000);
	struct crm_snap *snap;
	struct crm_many m;
	struct crm_view v;
	bool there;

	no_err(crm_snap_open(store, &snap));
	v = field_of(snap, id, name, &there);
	if (there) {
		crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v)) {
			if (b.n > 0)
				crm_buf_addc(&b, ',');
			crm_value_add_text(&b, f, v);
		}
	}
	assert_string_equal(there ? b.p : "", want);
	crm_buf_release(&b);
	crm_snap_close(snap);
}

static int
open_new(const char *yaml)
{
	struct crm_store_options o = { CRM_STORE_WRITE, 1000 };
	struct crm_store *s;

	(void)snprintf(dir, sizeof(dir), "/tmp/crm-store-XXXXXX");
	if (mkdtemp(dir) == NULL || rmdir(dir) != 0)
		return -1;
	no_err(crm_store_begin(dir, -1, crm_view_str(yaml), &s));
	no_err(crm_store_publish(s));
	no_err(crm_store_open(dir, &o, &store));
	no_err(crm_zone_open("UTC", &zone));
	today.zone = crm_store_config(store)->zone;
	today.now_us = INT64_C(1772357400) * CRM_SECOND_US; /* 2026-03-01 */
	today.week_start = 1;
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	return open_new("timezone: Europe/Warsaw\ncurrency: EUR\n");
}

static int
tear_down(void **state)
{
	char cmd[100];

	(void)state;
	crm_store_close(store);
	crm_zone_free(zone);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

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
	assert_true(add(b, 3, "event", "who=p1", "what=purchase",
	    "amount=7.00", "key=k:2", NULL));
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
	assert_true(
	    edit(b, who("e1"), "event", "amount=11", "at=2024-11-11", NULL));
	assert_true(edit(b, who("e3"), "event", "who=B", NULL));
	assert_true(edit(b, who("e4"), "event", "text=new words", NULL));
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
	assert_true(edit(
	    b, who("e2"), "event", "text=indexed words", "product=", NULL));
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
	assert_true(edit(b, who("Big"), "deal", "stage=won", NULL));
	r = commit(b);
	assert_int_equal(r.changed, 1);
	is(who("Big"), "closed", "2026-03-01");
	is(who("e1"), "to", "won");
	is(who("e1"), "deal", "d1");
	b = new_batch(&o);
	assert_true(edit(b, who("Big"), "deal", "stage=new", NULL));
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
					(void)edit(b, ids[0], "event",
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
		cmocka_unit_test_setup_teardown(in_parts, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
