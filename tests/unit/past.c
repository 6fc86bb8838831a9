/*
 * The past of a store, against what the store said when it was so: random
 * batches, some written in parts; behind each change set all that readers ask
 * for is written down, and in the end a snapshot as of it has to say the same.
 */
#define _GNU_SOURCE /* memmem */
#include "with_store.h"

#include "query/query.h"
#include "store/days.h"
#include "store/fresh.h"
#include "store/history.h"
#include "store/past.h"
#include "store/story.h"
#include "store/undo.h"

#define PEOPLE 30
#define CHANGES_MAX 200

static struct crm_buf said[CHANGES_MAX]; /* by number of change set */

static void
say_bytes(struct crm_buf *b, struct crm_view v)
{
	char n[4];

	crm_le32(n, (uint32_t)v.n);
	crm_buf_add(b, n, 4);
	crm_buf_addv(b, v);
}

/* A record: who changed it when, and its fields. */
static void
say_record(struct crm_buf *b, struct crm_snap *snap, uint64_t id)
{
	struct crm_slot slot;
	enum crm_presence p;
	struct crm_stored r;
	char text[CRM_ID_TEXT];
	uint32_t i;

	no_err(crm_snap_get(snap, id, &r, &p));
	if (p == CRM_ABSENT)
		return;
	crm_buf_addf(b, "%s %d %llu %llu", crm_id_text(id, text), (int)p,
	    (unsigned long long)r.added, (unsigned long long)r.updated);
	for (i = 0; i < r.n; i++) {
		slot = crm_stored_at(&r, i);
		crm_buf_addf(b, " %u=", slot.num);
		say_bytes(b, slot.value);
	}
	crm_buf_addc(b, '\n');
}

static void
say_records(struct crm_buf *b, struct crm_snap *snap)
{
	static const char kinds[] = "oedp";
	const char *k;
	uint64_t id, last;

	for (k = kinds; *k != '\0'; k++) {
		no_err(crm_snap_last_id(snap, *k, &last));
		for (id = crm_id(*k, 0, 1); id <= last; id++)
			say_record(b, snap, id);
	}
}

/* As many backwards. */
static void
count_back(struct crm_snap *snap, uint64_t who, size_t n)
{
	struct crm_story_walk *w;
	struct crm_story s;

	no_err(crm_story_open(snap, &w));
	no_err(crm_story_last(w, who, &s));
	for (; s.who == who; n--)
		no_err(crm_story_prev(w, &s));
	assert_int_equal(s.who, 0);
	assert_int_equal(n, 0);
	crm_story_close(w);
}

static void
say_story(struct crm_buf *b, struct crm_snap *snap)
{
	struct crm_story_walk *w;
	struct crm_story s;
	uint64_t who = 0;
	size_t n = 0;

	no_err(crm_story_open(snap, &w));
	no_err(crm_story_first(w, &s));
	while (s.who != 0) {
		if (who != s.who && who != 0)
			count_back(snap, who, n);
		n = who == s.who ? n + 1 : 1;
		who = s.who;
		crm_buf_addf(b, "story %llx %lld %u %u %llx %lld\n",
		    (unsigned long long)s.who, (long long)s.at_us, s.what,
		    s.currency, (unsigned long long)s.event,
		    (long long)s.minor);
		no_err(crm_story_next(w, &s));
	}
	if (who != 0)
		count_back(snap, who, n);
	crm_story_close(w);
}

static const struct crm_err *
say_total(void *ctx, const struct crm_total *t)
{
	crm_buf_addf(ctx, "total %u %u %u %llu %lld\n", t->month, t->currency,
	    t->what, (unsigned long long)t->count, (long long)t->sum);
	return NULL;
}

static void
say_row(struct crm_buf *b, uint64_t who, uint8_t currency,
    const struct crm_rollup *r)
{
	if (!crm_rollup_is_empty(r))
		crm_buf_addf(b,
		    "row %llx %u: %lld %lld %llx %u %u %d %d %u %d\n",
		    (unsigned long long)who, currency, (long long)r->sum,
		    (long long)r->balance, (unsigned long long)r->months,
		    r->orders, r->purchases, r->first, r->last, r->contacts,
		    r->last_contact);
}

/* Many rows at a time. */
static const struct crm_err *
say_run(void *ctx, const struct crm_part *part, const struct crm_run_of *run)
{
	struct crm_rollup_at at;
	struct crm_rollup r;
	size_t i;

	(void)part;
	for (i = 0; i < run->n; i++) {
		crm_rollup_of_run(run, i, &at);
		crm_rollup_read(at.value, &r);
		say_row(ctx, at.who, at.currency, &r);
	}
	return NULL;
}

/* The sums, customer by customer and in one go. */
static void
say_sums(struct crm_buf *b, struct crm_snap *snap)
{
	struct crm_rollups rows = { 0 };
	struct crm_rollup_walk *w;
	struct crm_rollup_at at;
	struct crm_rollup one;
	uint64_t id;
	size_t i;

	for (id = crm_id('p', 0, 1); id < crm_id('p', 0, PEOPLE / 2); id++) {
		no_err(crm_rollup_all(snap, id, &rows));
		for (i = 0; i < rows.n; i++)
			say_row(b, id, rows.row[i].currency, &rows.row[i].row);
		no_err(crm_rollup_get(snap, id, 0, &one));
		say_row(b, id, 0, &one);
	}
	crm_rollups_release(&rows);
	no_err(crm_rollup_open(snap, &w));
	no_err(crm_rollup_first(w, 0, &at));
	for (; at.who != 0;) {
		crm_rollup_read(at.value, &one);
		say_row(b, at.who, at.currency, &one);
		no_err(crm_rollup_next(w, &at));
	}
	no_err(crm_rollup_first(w, 'p', &at));
	crm_buf_addf(b, "the first is %llx\n", (unsigned long long)at.who);
	crm_rollup_close(w);
	no_err(crm_rollup_each_run(snap, true, say_run, b));
	no_err(crm_totals_each(snap, say_total, b));
}

static const struct crm_err *
say_day(void *ctx, uint64_t who, struct crm_days *days)
{
	size_t i;

	crm_buf_addf(ctx, "days %llx:", (unsigned long long)who);
	for (i = 0; i < days->n; i++)
		crm_buf_addf(ctx, " %d", days->day[i]);
	crm_buf_addc(ctx, '\n');
	return NULL;
}

/* The days on which they bought, customer by customer and in one go. */
static void
say_days(struct crm_buf *b, struct crm_snap *snap)
{
	struct crm_days days = { 0 };
	uint64_t id;

	no_err(crm_days_each(snap, say_day, b));
	for (id = crm_id('p', 0, 1); id < crm_id('p', 0, PEOPLE); id++) {
		no_err(crm_days_all(snap, id, &days));
		no_err(say_day(b, id, &days));
	}
	crm_days_release(&days);
}

/* What is found by a text in a field. */
static void
say_found(struct crm_buf *b, struct crm_snap *snap, char kind,
    const char *field, const char *text, bool prefix)
{
	const struct crm_kind *k = crm_kind_of(crm_store_schema(store), kind);
	const struct crm_field *f = crm_field_named(k, crm_view_str(field));
	struct crm_buf key = CRM_BUF_INIT(1000);
	const uint64_t *id;
	size_t n, i;

	crm_value_add_key(&key, f, crm_view_str(text));
	no_err(crm_snap_find(
	    snap, kind, f, crm_buf_view(&key), prefix, SIZE_MAX, &id, &n));
	crm_buf_addf(b, "found %s %s:", field, text);
	for (i = 0; i < n; i++)
		crm_buf_addf(b, " %llx", (unsigned long long)id[i]);
	crm_buf_addc(b, '\n');
	crm_buf_release(&key);
}

static void
say_look_ups(struct crm_buf *b, struct crm_snap *snap)
{
	char text[40];
	unsigned int i;

	for (i = 0; i < PEOPLE; i++) {
		(void)snprintf(text, sizeof(text), "P%u", i);
		say_found(b, snap, 'p', "name", text, false);
		(void)snprintf(text, sizeof(text), "p%u@ex.org", i);
		say_found(b, snap, 'p', "email", text, false);
		(void)snprintf(text, sizeof(text), "k:%u", i);
		say_found(b, snap, 'e', "key", text, false);
	}
	for (i = 0; i < 5; i++) {
		(void)snprintf(text, sizeof(text), "t%u", i);
		say_found(b, snap, 'p', "tag", text, false);
	}
	say_found(b, snap, 'p', "name", "p", true);
	say_found(b, snap, 'o', "name", "O1", false);
}

/* What queries find: by one index, by several, by looking at all. */
static void
say_queries(struct crm_buf *b, struct crm_snap *snap)
{
	static const char *const queries[] = { "person tag:t1",
		"person city:Oslo", "person name:p3", "person name:/p1",
		"person email:~p1.*org", "person p3", "person p2 or p4",
		"person tag:t1 city:Oslo", "person tag:t3 city:oslo name:/p",
		"person tag:t0 or name:p5", "person tag:t2 oslo",
		"person oslo tag:t3 tag:t4", "person tag:t0 tag:t2",
		"person no:tag city:Oslo", "person has:tag", "person is:lead",
		"person /p1", "person p4@ex.org", "any p7@ex.org",
		"person name:~^p1.", "event hello", "person not /p1 tag:t0",
		"event has:product", "person city:Oslo has:tag orders:1..",
		"person is:lead tag:t3", "event what:call",
		"event what:purchase amount:..40", "event who:p3 what:purchase",
		"event who:p3 or who:p4", "event at:2021 what:invoice",
		"event who.city:Oslo", "event who.tag:t3 what:purchase",
		"event key:=k:3" };
	const struct crm_err *err;
	struct crm_query_ctx ctx = { .snap = snap, .clock = &today };
	struct crm_query *q;
	uint64_t *id;
	size_t n, i, j;

	for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		crm_buf_addf(b, "query %s:", queries[i]);
		err = crm_query_parse_text(&ctx, crm_view_str(queries[i]), &q);
		if (err == NULL) {
			no_err(crm_query_ids(q, &id, &n));
			for (j = 0; j < n; j++)
				crm_buf_addf(
				    b, " %llx", (unsigned long long)id[j]);
			crm_free(id);
			crm_query_free(q);
		} else /* it names who is not there yet */
			crm_buf_adds(b, " no");
		crm_buf_addc(b, '\n');
	}
}

/* All that is asked for. */
static void
say_all(struct crm_buf *b, struct crm_snap *snap)
{
	b->max = (size_t)1 << 24;
	crm_buf_reset(b);
	say_records(b, snap);
	say_story(b, snap);
	say_sums(b, snap);
	say_days(b, snap);
	say_look_ups(b, snap);
	say_queries(b, snap);
	no_err(crm_buf_end(b));
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
same(const struct crm_buf *b, uint64_t n, const char *what)
{
	size_t i, line = 0;

	for (i = 0; i < b->n && i < said[n].n && b->p[i] == said[n].p[i]; i++)
		if (b->p[i] == '\n')
			line = i + 1;
	if (i < b->n || i < said[n].n)
		fail_msg("%s %llu: %.200s\nnot %.200s", what,
		    (unsigned long long)n, b->p + line, said[n].p + line);
}

static uint64_t left_fresh; /* how many events were */

/* Write down what the store says behind its newest change set; it says the same
 * when nothing is fresh any more. */
static void
note(void)
{
	struct crm_buf b = CRM_BUF_INIT(0);
	struct crm_snap *snap;
	uint64_t n = last_change(), last, fresh;

	if (n == 0 || said[n].n > 0)
		return;
	assert_true(n < CHANGES_MAX);
	no_err(crm_snap_open(store, &snap));
	say_all(&said[n], snap);
	no_err(crm_snap_last_id(snap, 'e', &last));
	no_err(crm_fresh_count(snap, last, &fresh));
	crm_snap_close(snap);
	left_fresh += fresh;
	if (fresh == 0 || below(3) > 0)
		return;
	no_err(crm_fresh_take_in_all(store, 1));
	no_err(crm_snap_open(store, &snap));
	say_all(&b, snap);
	no_err(crm_fresh_count(snap, last, &fresh));
	assert_int_equal(fresh, 0);
	crm_snap_close(snap);
	same(&b, n, "brought in");
	crm_buf_release(&b);
}

static void
compare(uint64_t n)
{
	struct crm_as_of as_of = { .change = n };
	struct crm_buf b = CRM_BUF_INIT(0);
	struct crm_snap *snap;

	no_err(crm_snap_open_as_of(store, &as_of, &snap));
	/* a second time behind a pause, as after a wait for output */
	say_all(&b, snap);
	crm_snap_pause(snap);
	no_err(crm_snap_resume(snap));
	say_all(&b, snap);
	crm_snap_close(snap);
	same(&b, n, "as of");
	crm_buf_release(&b);
}

/* Fill in a person, an organisation or an event. */
static void
add_some(struct crm_batch *b, uint32_t n)
{
	char w[6][60];
	uint32_t i, who;

	for (i = 0; i < n; i++) {
		who = below(PEOPLE);
		(void)snprintf(w[0], sizeof(w[0]), "name=P%u", who);
		(void)snprintf(w[1], sizeof(w[1]), "email=p%u@ex.org", who);
		(void)snprintf(w[2], sizeof(w[2]), "tag+=t%u", below(5));
		switch (below(4)) {
		case 0:
			(void)put(b, i + 1, "email", "person", w[0], w[1], w[2],
			    NULL);
			break;
		case 1:
			(void)snprintf(
			    w[3], sizeof(w[3]), "name=O%u", below(4));
			(void)put(b, i + 1, "name", "org", w[3], NULL);
			break;
		default:
			(void)snprintf(w[0], sizeof(w[0]), "who=P%u", who);
			(void)snprintf(w[1], sizeof(w[1]), "at=20%02u-%02u-11",
			    20 + below(6), 1 + below(12));
			(void)snprintf(w[2], sizeof(w[2]), "amount=%u %s",
			    below(90), below(3) == 0 ? "PLN" : "EUR");
			(void)snprintf(w[3], sizeof(w[3]), "doc=d%u", below(9));
			(void)snprintf(w[4], sizeof(w[4]), "key=k:%u",
			    below(4) == 0 ? below(PEOPLE) : 100 + below(9999));
			(void)add(b, i + 1, "event",
			    below(4) == 0       ? "what=call"
				: below(3) == 0 ? "what=invoice"
						: "what=purchase",
			    w[0], w[1], w[2], w[3], w[4], NULL);
			break;
		}
	}
}

/* What stays fresh: nothing but events, few and without a doc. */
static void
call_some(struct crm_batch *b)
{
	static const char *const whats[] = { "what=call", "what=note",
		"what=meeting", "what=x-odd", "what=purchase", "what=purchase",
		"what=payment" };
	uint32_t n = 1 + below(5), what, i;
	char w[4][60];

	for (i = 0; i < n; i++) {
		(void)snprintf(w[0], sizeof(w[0]), "who+=P%u", below(PEOPLE));
		(void)snprintf(w[1], sizeof(w[1]), "who+=P%u", below(PEOPLE));
		(void)snprintf(w[2], sizeof(w[2]), "at=20%02u-%02u-%02u",
		    20 + below(6), 1 + below(12), 1 + below(28));
		(void)snprintf(w[3], sizeof(w[3]), "amount=%u %s", below(90),
		    below(3) == 0 ? "PLN" : "EUR");
		what = below(sizeof(whats) / sizeof(whats[0]));
		(void)add(b, i + 1, "event", whats[what], w[2], w[0],
		    what > 2 ? w[3] : "text=hello", below(3) == 0 ? w[1] : NULL,
		    NULL);
	}
}

static uint64_t
any_id(char kind)
{
	struct crm_snap *snap;
	uint64_t last;

	no_err(crm_snap_open(store, &snap));
	no_err(crm_snap_last_id(snap, kind, &last));
	crm_snap_close(snap);
	return crm_id_number(last) == 0
	    ? 0
	    : crm_id(kind, 0, 1 + below((uint32_t)crm_id_number(last)));
}

static void
change_some(struct crm_batch *b)
{
	uint64_t person = any_id('p'), event = any_id('e');
	char text[60];
	bool ok;

	if (person == 0 || event == 0)
		return;
	switch (below(5)) {
	case 0:
		(void)snprintf(text, sizeof(text), "name=P%u", below(PEOPLE));
		(void)edit(b, person, text, "city=Oslo", NULL);
		break;
	case 1:
		(void)edit(b, person, "tag-=t1", "tag+=t3", NULL);
		break;
	case 2:
		no_err(crm_batch_remove(b, person, &ok));
		break;
	case 3:
		no_err(crm_batch_remove(b, event, &ok));
		break;
	default:
		(void)snprintf(text, sizeof(text), "amount=%u", below(70));
		(void)edit(b, event, text, "at=2021-02-03", NULL);
		break;
	}
}

static void
undo_one(struct crm_batch *b)
{
	struct crm_undo_options o = { .force = below(2) == 0 };
	uint64_t conflicts, n = last_change();

	if (n == 0)
		return;
	o.change = below(2) == 0 ? n : 1 + below((uint32_t)n);
	no_err(crm_undo(b, &o, &conflicts));
}

static void
change_set(void)
{
	uint32_t kind = below(9);
	/* an undo has no lines to be left out */
	struct crm_batch_options o = { .skip_bad = kind != 2,
		.add_missing = below(2) == 0 ? "p" : NULL,
		.correct = below(2) == 0 };
	struct crm_batch_result r;
	struct crm_batch *b = new_batch(&o);
	const struct crm_err *err;

	switch (kind) {
	case 6:
	case 7:
	case 8:
		call_some(b);
		break;
	case 0:
	case 1:
		add_some(b, below(3) == 0 ? 300 : 1 + below(30));
		break;
	case 2:
		undo_one(b);
		break;
	default:
		change_some(b);
		break;
	}
	err = crm_batch_commit(b, &r, NULL);
	if (err != NULL && err->code != CRM_E_DATA)
		no_err(err);
	crm_batch_free(b);
	today.now_us += 3600 * CRM_SECOND_US;
}

static void
as_of_changes(void **state)
{
	const char *more = getenv("ROUNDS");
	uint32_t rounds = more != NULL ? (uint32_t)atoi(more) : 90, i;
	uint64_t n, last, compared = 0;

	(void)state;
	seed = getenv("SEED") != NULL ? (uint64_t)atoll(getenv("SEED")) : 5;
	for (i = 0; i < rounds && last_change() + 2 < CHANGES_MAX; i++) {
		change_set();
		note();
		if (below(6) == 0)
			no_err(crm_catch_up(store, 1));
	}
	check();
	last = last_change();
	for (n = 1; n <= last; n++)
		if (said[n].n > 0) {
			compare(n);
			compared++;
		}
	assert_true(compared > rounds / 2);
	assert_true(left_fresh > rounds / 9);
}

/* What was fresh is brought in while a snapshot of the past is paused: no change
 * set tells of that. */
static void
brought_in_meanwhile(void **state)
{
	struct crm_batch_options o = { 0 };
	struct crm_as_of as_of = { 0 };
	struct crm_buf before = CRM_BUF_INIT(0), after = CRM_BUF_INIT(0);
	struct crm_batch *b = new_batch(&o);
	struct crm_snap *snap;

	(void)state;
	assert_true(add(b, 1, "person", "name=P1", NULL));
	assert_true(add(b, 2, "event", "who=P1", "what=call", NULL));
	as_of.change = commit(b).change;
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "who=P1", "what=call", NULL));
	(void)commit(b);
	no_err(crm_snap_open_as_of(store, &as_of, &snap));
	say_all(&before, snap);
	assert_non_null(memmem(before.p, before.n, "\nstory ", 7));
	crm_snap_pause(snap);
	no_err(crm_fresh_take_in_all(store, 1));
	no_err(crm_snap_resume(snap));
	say_all(&after, snap);
	crm_snap_close(snap);
	assert_int_equal(after.n, before.n);
	assert_memory_equal(after.p, before.p, before.n);
	crm_buf_release(&before);
	crm_buf_release(&after);
}

/* How many a query finds. */
static size_t
count(struct crm_snap *snap, const char *text)
{
	struct crm_query_ctx ctx = { .snap = snap, .clock = &today };
	struct crm_query *q;
	uint64_t *id;
	size_t n;

	no_err(crm_query_parse_text(&ctx, crm_view_str(text), &q));
	no_err(crm_query_ids(q, &id, &n));
	crm_free(id);
	crm_query_free(q);
	return n;
}

/* More records as they were than are kept at a time: what is at hand of an
 * event stays while those that it links to are asked about. */
static void
more_than_is_kept(void **state)
{
	enum { CUSTOMERS = 90, EVENTS = 300, NOTE = 900000 };
	static char note[NOTE + 10];
	struct crm_batch_options o = { 0 };
	struct crm_as_of as_of = { 0 };
	struct crm_batch *b = new_batch(&o);
	struct crm_snap *snap;
	char w[2][60];
	uint32_t i;

	(void)state;
	(void)strcpy(note, "note=");
	memset(note + 5, 'x', NOTE);
	for (i = 0; i < CUSTOMERS; i++) {
		(void)snprintf(w[0], sizeof(w[0]), "name=P%u", i);
		assert_true(
		    add(b, i + 1, "person", w[0], "city=Oslo", note, NULL));
	}
	for (i = 0; i < EVENTS; i++) {
		(void)snprintf(w[0], sizeof(w[0]), "who=P%u", i % CUSTOMERS);
		assert_true(add(b, CUSTOMERS + i + 1, "event", w[0],
		    "what=call", "text=hello", NULL));
	}
	as_of.change = commit(b).change;
	b = new_batch(&o);
	for (i = 0; i < CUSTOMERS; i++)
		assert_true(edit(b, crm_id('p', 0, i + 1), "city=Rome", NULL));
	for (i = 0; i < EVENTS; i++)
		assert_true(edit(b, crm_id('e', 0, i + 1), "text=bye", NULL));
	(void)commit(b);
	no_err(crm_snap_open_as_of(store, &as_of, &snap));
	assert_int_equal(
	    count(snap, "event who.city:~slo text:~hello"), EVENTS);
	assert_int_equal(count(snap, "event who.city:~ome text:~hello"), 0);
	crm_snap_close(snap);
	no_err(crm_snap_open(store, &snap));
	assert_int_equal(count(snap, "event who.city:~ome text:~bye"), EVENTS);
	crm_snap_close(snap);
}

/* What is asked for that never was. */
static void
no_such(void **state)
{
	struct crm_as_of as_of = { .change = last_change() + 1 };
	const struct crm_err *err;
	struct crm_snap *snap;

	(void)state;
	err = crm_snap_open_as_of(store, &as_of, &snap);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
	assert_null(snap);
}

static int
begin(void **state)
{
	opening.part = 4000;
	return set_up(state);
}

static int
end(void **state)
{
	size_t i;

	for (i = 0; i < CHANGES_MAX; i++)
		crm_buf_release(&said[i]);
	return tear_down(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_of_changes, begin, end),
		cmocka_unit_test_setup_teardown(
		    brought_in_meanwhile, begin, end),
		cmocka_unit_test_setup_teardown(more_than_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(no_such, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
