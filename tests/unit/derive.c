/* Random histories: after each batch every derived table is what it would be
 * made anew, and who bought first is a customer. */
#include "with_store.h"

#include "store/days.h"
#include "store/fresh.h"
#include "store/index.h"
#include "store/rebuild.h"
#include "store/store_impl.h"

#define WHO_MAX 400
#define EVENTS_MAX 6000

/* The model: what the store should say. */
static struct event {
	bool live;
	bool purchase;
	bool sums, priced; /* sums are made of it; it has an amount */
	uint32_t who;      /* the first */
} event[EVENTS_MAX];
static uint32_t nevents, nwho, ngiven, ngaps;
static bool few_only; /* the batch adds a few events that may stay fresh */
static uint64_t left_fresh; /* events that did, all batches together */
static struct customer {
	bool early;
	uint32_t before, after; /* purchases */
} customer[WHO_MAX];

/* Sums are made of the first six: these have an amount. */
#define NSUMS 6
static const char *const whats[] = { "purchase", "purchase", "purchase",
	"refund", "invoice", "payment", "call", "note", "feedback", "x-odd" };
static const char *const currencies[] = { "EUR", "PLN", "JPY", "USD" };

/* Words for an event, drawn by lot. */
struct drawn {
	char text[12][64];
	const char *word[13];
	size_t n;
	uint32_t who;
	bool purchase, sums, priced;
};

static void CRM_PRINTF(2, 3) word(struct drawn *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(d->text[d->n], sizeof(d->text[0]), fmt, ap);
	va_end(ap);
	d->word[d->n] = d->text[d->n];
	d->word[++d->n] = NULL;
}

static void
draw_who(struct drawn *d, uint32_t among)
{
	uint32_t n = 1 + (below(4) == 0 ? below(3) : 0), i, who;

	for (i = 0; i < n; i++) {
		who = below(among) + 1;
		if (i == 0)
			d->who = who;
		word(d, "who+=p%u", who);
	}
}

static void
draw_what(struct drawn *d)
{
	uint32_t i = below(sizeof(whats) / sizeof(whats[0]));
	const char *what = whats[i];

	d->sums = i < NSUMS;
	d->purchase = strcmp(what, "purchase") == 0;
	word(d, "what=%s", what);
}

static void
draw_amount(struct drawn *d)
{
	d->priced = d->sums || below(4) != 0;
	if (!d->priced)
		word(d, "amount=");
	else
		word(d, "amount=%u %s", below(500), currencies[below(4)]);
}

static void
draw_at(struct drawn *d)
{
	word(d, "at=%04u-%02u-%02u %02u:%02u", 2015 + below(11), 1 + below(12),
	    1 + below(28), below(24), below(60));
}

static void
draw_doc(struct drawn *d)
{
	if (below(4) == 0)
		word(d, "doc=");
	else
		word(d, "doc=D%u", below(60));
}

static void
add_event(struct crm_batch *b, uint32_t among)
{
	struct drawn d = { .n = 0 };

	draw_who(&d, among);
	draw_what(&d);
	draw_amount(&d);
	draw_at(&d);
	if (!few_only)
		draw_doc(&d);
	if (below(3) == 0)
		word(&d, "text=word%u common", below(50));
	word(&d, "key=k:%u", nevents);
	if (!few_only &&
	    below(30) == 0) { /* leave a gap, fill one that was left */
		if (ngaps < ngiven && below(2) == 0)
			word(&d, "id=e%u", 500000 + 10000 * ngaps++ + 9000);
		else
			word(&d, "id=e%u", 500000 + 10000 * ngiven++);
	}
	if (!put_words(b, nevents, "key", "event", d.word))
		fail_msg("%s", last_fault);
	event[nevents].live = true;
	event[nevents].purchase = d.purchase;
	event[nevents].sums = d.sums;
	event[nevents].priced = d.priced;
	event[nevents++].who = d.who;
}

/* The words that an edit of a list needs: those that were are cleared. */
static void
edit_event(struct crm_batch *b, uint32_t among)
{
	struct drawn d = { .n = 0 };
	uint32_t i = below(nevents);
	struct event *e = &event[i];

	if (!e->live)
		return;
	d.who = e->who;
	d.purchase = e->purchase;
	d.sums = e->sums;
	d.priced = e->priced;
	if (below(4) == 0) {
		word(&d, "who=");
		draw_who(&d, among);
	}
	if (below(3) == 0)
		draw_what(&d);
	if (below(2) == 0 || (d.sums && !d.priced))
		draw_amount(&d);
	if (below(3) == 0)
		draw_at(&d);
	if (below(3) == 0)
		draw_doc(&d);
	if (below(3) == 0)
		word(&d, "text=other%u", below(50));
	if (d.n == 0)
		return;
	word(&d, "key=k:%u", i);
	if (!put_words(b, 0, "key", "event", d.word))
		fail_msg("%s", last_fault);
	e->who = d.who;
	e->purchase = d.purchase;
	e->sums = d.sums;
	e->priced = d.priced;
}

static void
remove_event(struct crm_batch *b, uint32_t among)
{
	uint32_t i = below(among);
	const struct crm_kind *k = crm_kind_of(crm_store_schema(store), 'e');
	const uint64_t *ids;
	char key[20];
	size_t n;
	bool ok;

	if (!event[i].live)
		return;
	(void)snprintf(key, sizeof(key), "k:%u", i);
	no_err(crm_snap_find(crm_batch_snap(b), 'e',
	    crm_field_named(k, CRM_V("key")), crm_view_str(key), false, 2, &ids,
	    &n));
	assert_int_equal(n, 1);
	crm_batch_line(b, 0, CRM_VNULL);
	no_err(crm_batch_remove(b, ids[0], &ok));
	assert_true(ok);
	event[i].live = false;
}

static void
count_purchases(bool after)
{
	uint32_t i, *n;

	for (i = 0; i < WHO_MAX; i++)
		*(after ? &customer[i].after : &customer[i].before) = 0;
	for (i = 0; i < nevents; i++) {
		n = after ? &customer[event[i].who].after
			  : &customer[event[i].who].before;
		*n += event[i].live && event[i].purchase;
	}
}

static void
check_stages(void)
{
	uint32_t i;

	for (i = 1; i <= nwho; i++) {
		if (customer[i].before == 0 && customer[i].after > 0)
			customer[i].early = false;
		is(crm_id('p', 0, i), "stage",
		    customer[i].early ? "lead" : "customer");
	}
}

static void
one_batch(void)
{
	struct crm_batch_options o = { .message = "m" };
	uint32_t adds = below(3) == 0 ? 200 : below(20), edits, i;
	uint32_t removals = below(5), more = below(10), was = nwho;
	uint32_t there = nevents;
	struct crm_batch *b = new_batch(&o);
	char name[40], id[20];

	edits = nevents == 0 ? 0 : below(3) == 0 ? 150 : below(10);
	count_purchases(false);
	few_only = was > 0 && below(2) == 0;
	if (few_only) {
		adds = 1 + below(6);
		edits = removals = 0;
	}
	if (few_only || nwho + more >= WHO_MAX)
		more = 0;
	if (was == 0)
		more = 100;
	nwho += more;
	for (i = was + 1; i <= nwho; i++)
		customer[i].early = true;
	/* those who come may be named before they do */
	if (below(2) == 0)
		for (i = was + 1; i <= nwho; i++) {
			(void)snprintf(name, sizeof(name), "name=P%u", i);
			(void)snprintf(id, sizeof(id), "id=p%u", i);
			assert_true(add(b, i, "person", name, id, NULL));
		}
	else
		was = UINT32_MAX - was;
	for (i = 0; i < adds && nevents + 4 < EVENTS_MAX; i++)
		add_event(b, nwho);
	for (i = 0; i < edits; i++)
		edit_event(b, nwho);
	for (i = 0; i < removals && there > 0; i++)
		remove_event(b, there);
	if (was > WHO_MAX)
		for (i = UINT32_MAX - was + 1; i <= nwho; i++) {
			(void)snprintf(name, sizeof(name), "name=P%u", i);
			(void)snprintf(id, sizeof(id), "id=p%u", i);
			assert_true(add(b, i, "person", name, id, NULL));
		}
	(void)commit(b);
	count_purchases(true);
}

/* What is added up is what would be gathered, however it came to be. */
static void
same_sums(void)
{
	static const enum crm_table tables[] = { CRM_TABLE_INDEX,
		CRM_TABLE_TEXT, CRM_TABLE_STORY };
	static const uint64_t salt[2] = { 7, 11 };
	struct crm_derive *sums = crm_derive_new(store, 1 << 20);
	struct crm_derive *entries = crm_derive_new(store, 1 << 20);
	struct crm_sum have, want;
	struct crm_snap *snap;
	struct crm_view k, v;
	size_t i;

	no_err(crm_snap_open(store, &snap));
	crm_derive_add_up(sums, salt);
	no_err(crm_derive_all(sums, snap));
	no_err(crm_derive_all(entries, snap));
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		memset(&want, 0, sizeof(want));
		no_err(crm_derive_sort(entries, tables[i]));
		no_err(crm_derive_next(entries, tables[i], &k, &v));
		while (k.p != NULL) {
			crm_sum_add(&want, salt, k, v);
			no_err(crm_derive_next(entries, tables[i], &k, &v));
		}
		have = crm_derive_sum(sums, tables[i]);
		assert_true(tables[i] == CRM_TABLE_STORY || want.n > 0);
		assert_memory_equal(&have, &want, sizeof(have));
	}
	crm_snap_close(snap);
	crm_derive_free(sums);
	crm_derive_free(entries);
}

static void
count_fresh(void)
{
	struct crm_snap *snap;
	uint64_t last, n;

	no_err(crm_snap_open(store, &snap));
	no_err(crm_snap_last_id(snap, 'e', &last));
	no_err(crm_fresh_count(snap, last, &n));
	crm_snap_close(snap);
	left_fresh += n;
}

static void
histories(void **state)
{
	uint32_t rounds =
	    getenv("ROUNDS") != NULL ? (uint32_t)atoi(getenv("ROUNDS")) : 60;
	uint32_t i;

	(void)state;
	seed = getenv("SEED") != NULL ? (uint64_t)atoll(getenv("SEED")) : 7;
	left_fresh = 0;
	for (i = 0; i < rounds; i++) {
		one_batch();
		count_fresh();
		check();
		same_sums();
		check_stages();
		if (below(6) == 0)
			no_err(crm_catch_up(store, 1));
		if (below(9) == 0)
			no_err(crm_fresh_take_in_all(store, 1));
	}
	assert_true(left_fresh > rounds);
}

/* Corrections in one batch that give some customers more rows and take those
 * of others away, so many that blocks are written in between. */
static void
many_folds(void **state)
{
	enum { N = 120 };
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b = new_batch(&o);
	char name[40], id[20], amount[20];
	uint32_t i, j;

	(void)state;
	for (i = 1; i <= N; i++) {
		(void)snprintf(name, sizeof(name), "name=P%u", i);
		assert_true(add(b, i, "person", name, NULL));
		(void)snprintf(id, sizeof(id), "who=P%u", i);
		for (j = 0; j < 4; j++)
			assert_true(add(b, i, "event", "what=purchase",
			    "amount=1 EUR", id, NULL));
	}
	(void)commit(b);
	b = new_batch(&o);
	for (i = 0; i < N; i++)
		for (j = 0; j < 4; j++) {
			(void)snprintf(amount, sizeof(amount), "amount=1 %s",
			    currencies[i % 60 < 25 ? j : 1]);
			assert_true(edit(
			    b, crm_id('e', 0, i * 4 + j + 1), amount, NULL));
		}
	(void)commit(b);
	check();
}

/* An order whose doc is very long, or that very many have, is one order. */
static void
odd_docs(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	char *doc = crm_alloc(6000);
	struct crm_batch *b;
	uint32_t i, j;

	(void)state;
	memset(doc, 'x', 5999);
	doc[5999] = '\0';
	memcpy(doc, "doc=", 4);
	for (j = 0; j < 3; j++) {
		b = new_batch(&o);
		if (j == 0) {
			assert_true(add(b, 1, "person", "name=A", NULL));
			assert_true(add(b, 2, "person", "name=B", NULL));
		}
		for (i = 0; i < 40; i++)
			assert_true(add(b, i, "event", "what=purchase",
			    i % 2 == 0 ? "who=A" : "who=B", "amount=1",
			    "doc=shop", NULL));
		assert_true(add(b, 50, "event", "what=purchase", "who=A",
		    "amount=1", doc, NULL));
		(void)commit(b);
		check();
	}
	crm_free(doc);
}

static int
begin(void **state)
{
	opening.part = 20000;
	memset(event, 0, sizeof(event));
	memset(customer, 0, sizeof(customer));
	nevents = nwho = ngiven = ngaps = 0;
	return set_up(state);
}

/* Sums that do not fit are those of somebody: of a new event with its line. */
static void
too_large(void **state)
{
	static const struct {
		const char *who1, *who2;
		bool together;
		const char *msg;
	} cases[] = {
		{ "who=A", "who=A", false,
		    "the sum of p1 in EUR is too large" },
		{ "who=A", "who=A", true,
		    "line 2: the sum of p1 in EUR is too large" },
		{ "who=A", "who=B", false,
		    "the sum of all purchase events of a month in EUR is too "
		    "large" },
		{ "who=A", "who=B", true,
		    "line 2: the sum of all purchase events of a month in EUR "
		    "is too large" },
	};
	struct crm_batch_options o = { .message = "m" };
	const struct crm_err *err;
	struct crm_batch_result r;
	struct crm_batch *b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (i > 0) {
			assert_int_equal(tear_down(NULL), 0);
			assert_int_equal(set_up(NULL), 0);
		}
		b = new_batch(&o);
		assert_true(add(b, 1, "person", "name=A", NULL));
		assert_true(add(b, 2, "person", "name=B", NULL));
		(void)commit(b);
		b = new_batch(&o);
		assert_true(add(b, 1, "event", cases[i].who1, "what=purchase",
		    "amount=92233720368547758.07", NULL));
		if (!cases[i].together) {
			(void)commit(b);
			b = new_batch(&o);
		}
		assert_true(add(b, 2, "event", cases[i].who2, "what=purchase",
		    "amount=0.01", NULL));
		err = crm_batch_commit(b, &r, NULL);
		assert_non_null(err);
		assert_int_equal(err->code, CRM_E_DATA);
		assert_string_equal(err->msg, cases[i].msg);
		crm_batch_free(b);
		check();
	}
}

/* How many postings of words a change of the first person writes. */
static size_t
postings_of_change(const char *change)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_derive *d = crm_derive_new(store, 1 << 20);
	struct crm_snap *before, *after;
	struct crm_stored from, to;
	struct crm_view key, value;
	enum crm_presence p;
	uint64_t id = crm_id('p', 0, 1);
	size_t n = 0;

	no_err(crm_snap_open(store, &before));
	assert_true(edit(b, id, change, NULL));
	(void)commit(b);
	no_err(crm_snap_open(store, &after));
	no_err(crm_snap_get(before, id, &from, &p));
	no_err(crm_snap_get(after, id, &to, &p));
	no_err(crm_derive_record(
	    d, id, &from, &to, CRM_DERIVE_EXACT | CRM_DERIVE_SUMS));
	no_err(crm_derive_sort(d, CRM_TABLE_TEXT));
	no_err(crm_derive_next(d, CRM_TABLE_TEXT, &key, &value));
	for (; key.p != NULL; n++)
		no_err(crm_derive_next(d, CRM_TABLE_TEXT, &key, &value));
	crm_snap_close(before);
	crm_snap_close(after);
	crm_derive_free(d);
	return n;
}

/* A change costs the postings of its own words, and seldom others. */
static void
few_postings(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);

	(void)state;
	assert_true(add(b, 1, "person", "name=Anna Nowak",
	    "email=anna.nowak@example.com", "note=red blue", NULL));
	(void)commit(b);
	assert_int_equal(postings_of_change("tag+=vip"), 1);
	assert_int_equal(postings_of_change("tag+=key-account"), 2);
	/* a word that is there already, as heavy or heavier */
	assert_int_equal(postings_of_change("tag+=anna"), 0);
	assert_int_equal(postings_of_change("tag-=anna"), 0);
	assert_int_equal(postings_of_change("city=Kraków"), 0);
	assert_int_equal(postings_of_change("stage=customer"), 0);
	/* 8 words and 11 are of one class, 12 of the next */
	assert_int_equal(
	    postings_of_change("note=red blue green black white"), 3);
	assert_int_equal(
	    postings_of_change("note=red blue green black white brown"), 13);
	check();
}

/* Some of few words, which so come in several fields at once. */
static void
draw_words(char *out, size_t size, const char *assign, uint32_t most)
{
	static const char *const few[] = { "red", "Blue", "green", "anna",
		"nowak", "key-account", "x@red.example", "vip" };
	uint32_t n = 1 + below(most), i;
	size_t at = (size_t)snprintf(out, size, "%s", assign);

	for (i = 0; i < n; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%s",
		    i > 0 ? " " : "", few[below(8)]);
}

static void
draw_change(char *out, size_t size)
{
	static const char *const assigns[] = {
		"name=", "note=", "tag+=", "tag-=", "tag=", "", "", "given="
	};
	uint32_t i = below(8);

	switch (i) {
	case 0:
	case 1:
	case 7:
		draw_words(out, size, assigns[i], 4);
		break;
	case 5:
		(void)snprintf(out, size, "note=");
		break;
	case 6:
		(void)snprintf(
		    out, size, "email=nowak%u@red.example", below(1000000));
		break;
	default:
		draw_words(out, size, assigns[i], 1);
	}
}

/* Words that come and go in one field and stand in another one as well. */
static void
shared_words(void **state)
{
	enum { N = 30 };
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	char text[4][200];
	uint32_t i, round;

	(void)state;
	for (i = 1; i <= N; i++) {
		draw_words(text[0], sizeof(text[0]), "name=", 3);
		assert_true(add(b, i, "person", text[0], NULL));
	}
	(void)commit(b);
	for (round = 0; round < 60; round++) {
		b = new_batch(&o);
		for (i = 1; i <= N; i++) {
			uint32_t n = 1 + below(3), j;

			for (j = 0; j < n; j++)
				draw_change(text[j], sizeof(text[j]));
			assert_true(edit(b, crm_id('p', 0, i), text[0],
			    n > 1 ? text[1] : NULL, n > 2 ? text[2] : NULL,
			    NULL));
		}
		(void)commit(b);
		check();
	}
}

/* A list of so many tags that they are not looked through one by one. */
static void
many_tags(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	char tag[40];
	uint32_t i, round;

	(void)state;
	assert_true(add(b, 1, "person", "name=Anna t40 t200", NULL));
	(void)commit(b);
	for (round = 0; round < 6; round++) {
		/* up over the limit, and down below it again */
		bool more = round < 3;

		b = new_batch(&o);
		for (i = 0; i < 30; i++) {
			(void)snprintf(tag, sizeof(tag), "tag%c=t%u",
			    more ? '+' : '-', (round % 3 * 30) + i);
			assert_true(edit(b, crm_id('p', 0, 1), tag, NULL));
		}
		(void)commit(b);
		check();
		same_sums();
	}
}

/* Lengths go up in classes, to the last of 31; weights stand beside them. */
static void
classes(void **state)
{
	static const struct {
		size_t words;
		unsigned int class;
	} cases[] = { { 0, 0 }, { 1, 1 }, { 2, 2 }, { 3, 3 }, { 4, 4 },
		{ 5, 4 }, { 6, 5 }, { 7, 5 }, { 8, 6 }, { 11, 6 }, { 12, 7 },
		{ 15, 7 }, { 16, 8 }, { 49151, 30 }, { 49152, 31 },
		{ 65536, 31 }, { SIZE_MAX, 31 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    crm_text_byte(3, cases[i].words), 3 << 5 | cases[i].class);
		assert_int_equal(
		    crm_text_weight(crm_text_byte(9, cases[i].words)), 7);
	}
}

/* The store as a version before left it: its signature has not our first
 * word, and what it derived may be other than what we do. */
static const struct crm_err *
make_old(void *ctx, struct crm_txn *t)
{
	const struct crm_err *err;
	struct crm_view v;
	size_t n;

	(void)ctx;
	err = crm_kv_clear(t, CRM_TABLE_TEXT);
	if (err == NULL)
		err = crm_meta_get(t, CRM_META_DERIVED, &v);
	if (err != NULL)
		return err;
	n = crm_view_find(v, ' ') + 1;
	assert_true(n < v.n);
	return crm_meta_put(t, CRM_META_DERIVED, crm_view_skip(v, n));
}

static void
ignore_fault(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	(void)where;
	(void)what;
}

static void
other_version(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_check c = { .fault = ignore_fault };

	(void)state;
	assert_true(add(b, 1, "person", "name=Anna", "tag=vip", NULL));
	assert_true(
	    add(b, 2, "event", "who=Anna", "what=note", "text=red", NULL));
	(void)commit(b);
	no_err(crm_catch_up(store, 1));
	no_err(crm_store_update(store, make_old, NULL));
	no_err(crm_check_store(store, &c));
	assert_true(c.faults > 0);
	reopen();
	check();
}

/* Put a day of a customer into the index, or take it out. */
struct odd_day {
	uint64_t who;
	int32_t day;
	bool out;
};

static const struct crm_err *
put_odd_day(void *ctx, struct crm_txn *t)
{
	const struct odd_day *d = ctx;
	char key[CRM_DAYS_GROUP + 9];
	struct crm_block_writer *w;
	const struct crm_err *err;

	crm_days_group(key, d->who);
	key[CRM_DAYS_GROUP] = '\0';
	crm_be64(key + CRM_DAYS_GROUP + 1, crm_days_id(d->day));
	err = crm_block_write(t, CRM_TABLE_INDEX, &w);
	if (err != NULL)
		return err;
	err = d->out ? crm_block_del(w, crm_view(key, sizeof(key)))
		     : crm_block_put(w, crm_view(key, sizeof(key)), CRM_VNULL);
	if (err == NULL)
		return crm_block_close(w);
	crm_block_abandon(w);
	return err;
}

static void
note_fault(void *ctx, const char *where, const char *what)
{
	crm_buf_addf(ctx, "%s %s\n", where, what);
}

/* The check sees days that are not those of the story. */
static void
wrong_days(void **state)
{
	static const struct {
		struct odd_day odd;
		const char *fault;
	} cases[] = {
		{ { UINT64_C(0x7000000000000001), 20000, false },
		    "index is wrong for the days of p1\n" },
		{ { UINT64_C(0x7000000000000001), 18262, true },
		    "index is wrong for the days of p1\n" },
		{ { UINT64_C(0x7000000000000002), 18262, false },
		    "index is wrong for the days of p2\n"
		    "index has days of p2 too many\n" },
		{ { UINT64_C(0x7000000000000003), -719162, false },
		    "index has days of p3 too many\n" },
	};
	struct crm_batch_options o = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_buf said = CRM_BUF_INIT(1000);
	struct crm_check c;
	struct odd_day odd;
	size_t i;

	(void)state;
	assert_true(add(b, 1, "person", "name=Anna", NULL));
	assert_true(add(b, 2, "person", "name=Bob", NULL));
	assert_true(add(b, 3, "event", "who=Anna", "what=purchase",
	    "at=2020-01-01", "amount=1", NULL));
	assert_true(add(b, 4, "event", "who=Bob", "what=call", NULL));
	(void)commit(b);
	no_err(crm_fresh_take_in_all(store, 1));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		odd = cases[i].odd;
		no_err(crm_store_update(store, put_odd_day, &odd));
		memset(&c, 0, sizeof(c));
		c.fault = note_fault;
		c.ctx = &said;
		crm_buf_reset(&said);
		no_err(crm_check_store(store, &c));
		assert_string_equal(said.p, cases[i].fault);
		odd.out = !odd.out;
		no_err(crm_store_update(store, put_odd_day, &odd));
		check();
	}
	crm_buf_release(&said);
}

/* The line is told when the sums are made beside the adding, too, and before
 * what a later line is wrong with. */
static void
too_large_among_many(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	const struct crm_err *err;
	struct crm_batch_result r;
	struct crm_batch *b = new_batch(&o);
	uint32_t i;

	(void)state;
	assert_true(add(b, 1, "person", "name=A", NULL));
	(void)commit(b);
	b = new_batch(&o);
	for (i = 1; i <= 12000; i++)
		assert_true(add(b, i, "event", "who=A", "what=purchase",
		    i == 100 || i == 7000 || i == 11000
			? "amount=92233720368547758.07"
			: "amount=0.00",
		    "text=some words that make the records longer", NULL));
	err = crm_batch_commit(b, &r, NULL);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
	assert_string_equal(
	    err->msg, "line 7000: the sum of p1 in EUR is too large");
	crm_batch_free(b);
	check();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(many_folds, begin, tear_down),
		cmocka_unit_test_setup_teardown(odd_docs, begin, tear_down),
		cmocka_unit_test_setup_teardown(histories, begin, tear_down),
		cmocka_unit_test_setup_teardown(too_large, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    too_large_among_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    few_postings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    shared_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_tags, set_up, tear_down),
		cmocka_unit_test(classes),
		cmocka_unit_test_setup_teardown(wrong_days, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    other_version, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
