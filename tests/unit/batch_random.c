/*
 * Random batches in two stores: one with all the room it wants, one whose map
 * has to grow again and again and whose batches are written in parts.  They
 * say the same, of the same lines, and hold the same in the end.
 */
#include "with_store.h"

#include "base/map.h"

#define PEOPLE 40

static struct two {
	char dir[64];
	struct crm_store *store;
} two[2];

static struct crm_buf said;    /* faults and rejected lines of a batch */
static struct crm_nummap told; /* lines with faults */

static void
use(int i)
{
	store = two[i].store;
	memcpy(dir, two[i].dir, sizeof(dir));
	today.zone = crm_store_config(store)->zone;
}

static void
tell(void *ctx, uint64_t line, const char *field, const char *what)
{
	(void)ctx;
	(void)crm_nummap_at(&told, line, NULL);
	crm_buf_addf(&said, "%llu: %s: %s\n", (unsigned long long)line,
	    field != NULL ? field : "-", what);
}

static void
reject(void *ctx, struct crm_view raw)
{
	(void)ctx;
	if (crm_nummap_get(&told, strtoull(raw.p + 5, NULL, 10)) == NULL)
		fail_msg("nothing is told of %.*s", CRM_VARG(raw));
	crm_buf_adds(&said, "rejected ");
	crm_buf_addv(&said, raw);
}

static const char *
person(void)
{
	static char text[4][40];
	static int at;

	at = (at + 1) % 4;
	switch (below(4)) {
	case 0:
		(void)snprintf(
		    text[at], sizeof(text[at]), "P%u", below(PEOPLE));
		break;
	case 1:
		(void)snprintf(
		    text[at], sizeof(text[at]), "p%u@ex.org", below(PEOPLE));
		break;
	case 2:
		(void)snprintf(
		    text[at], sizeof(text[at]), "r:%u", below(PEOPLE));
		break;
	default:
		(void)snprintf(
		    text[at], sizeof(text[at]), "New %u", below(1000));
		break;
	}
	return text[at];
}

/* What is drawn must not depend on the store. */
static void
line(struct crm_batch *b, uint64_t n)
{
	static const char *const stages[] = { "stage=lead", "stage=customer",
		"stage=former", "stage=odd" };
	char w[10][100];
	const char *words[11];
	char raw[40];
	size_t k = 0;
	struct crm_arena a = CRM_ARENA_INIT;
	const struct crm_field *key[2];
	struct crm_request q;
	const char *kind = "person";
	uint32_t how = below(20), i = below(PEOPLE);
	bool ok;

#define W(...) \
	do { \
		(void)snprintf(w[k], sizeof(w[k]), __VA_ARGS__); \
		words[k] = w[k]; \
		k++; \
	} while (0)
	if (how < 6) {
		W("name=P%u", i);
		W("email=p%u@ex.org", i);
		if (below(2) == 0)
			W("ref=r:%u", below(8) == 0 ? below(PEOPLE) : i);
		else if (below(3) == 0)
			W("ref=");
		else if (below(3) == 0)
			W("ref-=r:%u", below(8) == 0 ? below(PEOPLE) : i);
		if (below(3) == 0)
			W("city=C%u", below(5));
		if (below(4) == 0)
			W("%s", stages[below(4)]);
		if (below(3) == 0)
			W("tag+=t%u", below(9));
		if (below(4) == 0)
			W("org=O%u", below(6));
	} else if (how < 8) {
		kind = "org";
		W("name=O%u", below(8));
		if (below(2) == 0)
			W("terms=%u", below(60));
		if (below(3) == 0)
			W("parent=O%u", below(8));
	} else if (how < 9) {
		kind = "deal";
		W("title=D%u", below(20));
		W("who=%s", person());
		W("value=%u", below(900));
		W("%s", below(2) == 0 ? "stage=won" : "stage=proposal");
	} else {
		kind = "event";
		W("what=%s",
		    below(2) == 0       ? "purchase"
			: below(3) == 0 ? "invoice"
					: "call");
		W("who+=%s", person());
		if (below(6) == 0)
			W("who+=%s", person());
		W("at=20%02u-%02u-%02u", 20 + below(6), 1 + below(12),
		    1 + below(28));
		if (below(10) > 0)
			W("amount=%u %s", below(50),
			    below(3) == 0 ? "PLN" : "EUR");
		if (below(2) == 0)
			W("key=k:%u", below(150));
		if (below(3) == 0)
			W("doc=d%u", below(90));
		W("text=%040u", below(1000));
	}
	words[k] = NULL;
	(void)snprintf(raw, sizeof(raw), "line %llu\n", (unsigned long long)n);
	crm_batch_line(b, n, crm_view_str(raw));
	ok = request(b, &a, &q, kind, words);
	if (ok && strcmp(kind, "person") == 0) {
		key[0] = crm_field_named(q.kind, CRM_V("ref"));
		key[1] = crm_field_named(q.kind, CRM_V("email"));
		q.key = key;
		q.nkeys = 2;
		no_err(crm_batch_put(b, &q, &ok));
	} else if (ok &&
	    (strcmp(kind, "org") == 0 || strcmp(kind, "deal") == 0)) {
		key[0] = crm_field_named(
		    q.kind, kind[0] == 'o' ? CRM_V("name") : CRM_V("title"));
		q.key = key;
		q.nkeys = 1;
		no_err(crm_batch_put(b, &q, &ok));
	} else if (ok)
		no_err(crm_batch_add(b, &q, &ok));
	crm_arena_release(&a);
}

static struct crm_batch *
make(uint64_t from, uint32_t n, bool dry)
{
	struct crm_batch_options o = {
		.skip_bad = true, .dry_run = dry, .reject = reject
	};
	struct crm_batch *b;
	uint32_t i;

	seed = from;
	o.correct = below(2) == 0;
	o.add_missing = below(2) == 0 ? "op" : below(2) == 0 ? "p" : NULL;
	o.keep = below(5) == 0;
	o.key_from_doc = below(4) == 0;
	o.clock = &today;
	o.complain = tell;
	crm_buf_reset(&said);
	no_err(crm_batch_new(store, &o, &b));
	for (i = 0; i < n; i++)
		line(b, i + 1);
	return b;
}

static struct crm_batch_result
run(struct crm_batch *b)
{
	struct crm_batch_result r;

	no_err(crm_batch_commit(b, &r, NULL));
	crm_batch_free(b);
	assert_int_equal(told.used, r.bad);
	crm_nummap_release(&told);
	return r;
}

/* Every record of the two, byte by byte. */
static void
compare(enum crm_table table)
{
	struct crm_snap *snap[2];
	struct crm_walk *w[2];
	struct crm_entry e[2];
	char text[CRM_ID_TEXT];
	int i;

	for (i = 0; i < 2; i++) {
		no_err(crm_snap_open(two[i].store, &snap[i]));
		no_err(crm_walk_open(crm_snap_txn(snap[i]), table, &w[i]));
		no_err(crm_walk_seek(w[i], crm_view("", 0), &e[i]));
	}
	while (e[0].prefix.p != NULL || e[1].prefix.p != NULL) {
		assert_non_null(e[0].prefix.p);
		assert_non_null(e[1].prefix.p);
		if (e[0].id != e[1].id || !crm_view_eq(e[0].value, e[1].value))
			fail_msg("%s differs", crm_id_text(e[0].id, text));
		for (i = 0; i < 2; i++)
			no_err(crm_walk_next(w[i], &e[i]));
	}
	for (i = 0; i < 2; i++) {
		crm_walk_close(w[i]);
		crm_snap_close(snap[i]);
	}
}

/* No two people have one ref. */
static void
are_unique(void)
{
	struct crm_map seen = CRM_MAP_INIT;
	struct crm_snap *snap;
	struct crm_many m;
	struct crm_view v;
	uint64_t id, last;
	bool there, added;

	no_err(crm_snap_open(store, &snap));
	no_err(crm_snap_last_id(snap, 'p', &last));
	for (id = crm_id('p', 0, 1); id <= last; id++) {
		v = field_of(snap, id, "ref", &there);
		crm_many_begin(&m, v, true);
		while (there && crm_many_next(&m, &v)) {
			(void)crm_map_at(&seen, v, &added);
			if (!added)
				fail_msg("two have %.*s", CRM_VARG(v));
		}
	}
	crm_snap_close(snap);
	crm_map_release(&seen);
}

static uint64_t
last_change(void)
{
	struct crm_snap *snap;
	uint64_t n;

	no_err(crm_snap_open(store, &snap));
	n = crm_snap_last_change(snap);
	crm_snap_close(snap);
	return n;
}

static void
same(void **state)
{
	const char *more = getenv("ROUNDS");
	uint32_t rounds = more != NULL ? (uint32_t)atoi(more) : 12, i, n;
	struct crm_batch_result a, b, dry;
	struct crm_buf first = CRM_BUF_INIT((size_t)1 << 24);
	uint64_t from, was;

	(void)state;
	from = getenv("SEED") != NULL ? (uint64_t)atoll(getenv("SEED")) : 11;
	for (i = 0; i < rounds; i++) {
		seed = from * 77 + i;
		n = below(4) == 0 ? 600 : 1 + below(60);
		from = from * 31 + i + 1;
		use(0);
		a = run(make(from, n, false));
		check();
		are_unique();
		crm_buf_reset(&first);
		crm_buf_addv(&first, crm_buf_view(&said));
		use(1);
		was = last_change();
		dry = run(make(from, n, true));
		assert_true(
		    crm_view_eq(crm_buf_view(&first), crm_buf_view(&said)));
		assert_int_equal(last_change(), was);
		b = run(make(from, n, false));
		check();
		if (!crm_view_eq(crm_buf_view(&first), crm_buf_view(&said)))
			fail_msg("%s\nnot\n%s", said.p, first.p);
		dry.change = a.change;
		assert_memory_equal(&a, &b, sizeof(a));
		assert_memory_equal(&a, &dry, sizeof(a));
		compare(CRM_TABLE_RECORD);
		compare(CRM_TABLE_EVENT);
		if (below(3) == 0)
			no_err(crm_catch_up(store, 1));
	}
	crm_buf_release(&first);
}

static int
begin(void **state)
{
	int i;

	said.max = (size_t)1 << 24;
	for (i = 0; i < 2; i++) {
		opening.part = i == 0 ? 0 : 4000;
		opening.map = i == 0 ? 0 : 1;
		if (set_up(state) != 0)
			return -1;
		two[i].store = store;
		memcpy(two[i].dir, dir, sizeof(dir));
	}
	return 0;
}

static int
end(void **state)
{
	int i;

	for (i = 0; i < 2; i++) {
		use(i);
		if (tear_down(state) != 0)
			return -1;
	}
	crm_buf_release(&said);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(same, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
