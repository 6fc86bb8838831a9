/* Batches: what lines make of each other, and of what is there. */
#include "with_store.h"

#include "store/history.h"

static char rejected[2000];

static void
reject(void *ctx, struct crm_view raw)
{
	size_t n = strlen(rejected);

	(void)ctx;
	(void)snprintf(
	    rejected + n, sizeof(rejected) - n, "%.*s", CRM_VARG(raw));
}

/* Like add() of one line "N name", whose raw form is that. */
static void
line_is(struct crm_batch *b, uint64_t line)
{
	static char raw[40];

	(void)snprintf(
	    raw, sizeof(raw), "line %llu;", (unsigned long long)line);
	crm_batch_line(b, line, crm_view_str(raw));
}

static bool
add_raw(struct crm_batch *b, uint64_t line, const char *kind, ...)
{
	const char *words[WORDS_MAX];
	struct crm_arena a = CRM_ARENA_INIT;
	struct crm_request q;
	va_list ap;
	bool ok;

	va_start(ap, kind);
	take_words(words, ap);
	va_end(ap);
	line_is(b, line);
	ok = request(b, &a, &q, kind, words);
	if (ok)
		no_err(crm_batch_add(b, &q, &ok));
	crm_arena_release(&a);
	return ok;
}

static bool
put_raw(
    struct crm_batch *b, uint64_t line, const char *key, const char *kind, ...)
{
	const char *words[WORDS_MAX];
	struct crm_arena a = CRM_ARENA_INIT;
	const struct crm_field *f;
	struct crm_request q;
	va_list ap;
	bool ok;

	va_start(ap, kind);
	take_words(words, ap);
	va_end(ap);
	line_is(b, line);
	ok = request(b, &a, &q, kind, words);
	f = crm_field_named(q.kind, crm_view_str(key));
	q.key = &f;
	q.nkeys = 1;
	if (ok)
		no_err(crm_batch_put(b, &q, &ok));
	crm_arena_release(&a);
	return ok;
}

static struct crm_batch_options
skipping(void)
{
	struct crm_batch_options o = { .skip_bad = true, .reject = reject };

	rejected[0] = '\0';
	nfaults = 0;
	last_fault[0] = '\0';
	return o;
}

/* Commit what has to fail, and with what. */
static void
fails(struct crm_batch *b, enum crm_code code, const char *fault)
{
	const struct crm_err *err;
	struct crm_batch_result r;

	err = crm_batch_commit(b, &r, NULL);
	assert_non_null(err);
	assert_int_equal(err->code, code);
	if (fault != NULL && strcmp(last_fault, fault) != 0)
		fail_msg("'%s', not '%s'", last_fault, fault);
	crm_batch_free(b);
	check();
}

static uint64_t
count_of(const char *kind)
{
	const struct crm_kind *k =
	    crm_kind_named(crm_store_schema(store), crm_view_str(kind));
	struct crm_snap *snap;
	struct crm_walk *walk;
	struct crm_entry e;
	struct crm_stored r;
	enum crm_presence p;
	char key[8];
	uint64_t n = 0;
	enum crm_table table = crm_table_of(crm_id(k->letter, 0, 1));

	no_err(crm_snap_open(store, &snap));
	no_err(crm_walk_open(crm_snap_txn(snap), table, &walk));
	crm_be64(key, crm_id(k->letter, 0, 0));
	no_err(crm_walk_seek(walk, crm_view(key, 8), &e));
	while (e.prefix.p != NULL && crm_id_kind(e.id) == k->letter) {
		no_err(crm_snap_get(snap, e.id, &r, &p));
		n += p == CRM_LIVE;
		no_err(crm_walk_next(walk, &e));
	}
	crm_walk_close(walk);
	crm_snap_close(snap);
	return n;
}

/* More values than 16 bits count, in an edit and in a new record. */
static void
long_lists(void **state)
{
	enum { N = 70000 };
	struct crm_batch_options o = { .message = "m" };
	const struct crm_kind *k =
	    crm_kind_named(crm_store_schema(store), CRM_V("person"));
	static struct crm_edit e[N + 1];
	static char text[N][8];
	struct crm_request q = { .kind = k, .edit = e + 1 };
	struct crm_snap *snap;
	struct crm_view v;
	struct crm_batch *b;
	bool ok, there;
	size_t i;

	(void)state;
	e[0].field = crm_field_named(k, CRM_V("name"));
	e[0].value = CRM_V("Ann");
	for (i = 0; i < N; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "%zu", i);
		e[i + 1].field = crm_field_named(k, CRM_V("tag"));
		e[i + 1].op = CRM_ADD;
		e[i + 1].value = crm_view_str(text[i]);
	}
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=Bob", NULL));
	(void)commit(b);
	b = new_batch(&o);
	q.nedits = N;
	no_err(crm_batch_edit(b, who("Bob"), &q, &ok));
	q.edit = e;
	q.nedits = N + 1;
	no_err(crm_batch_add(b, &q, &ok));
	(void)commit(b);
	check();
	no_err(crm_snap_open(store, &snap));
	v = field_of(snap, who("Bob"), "tag", &there);
	assert_int_equal(crm_many_count(v, true), N);
	v = field_of(snap, who("Ann"), "tag", &there);
	assert_int_equal(crm_many_count(v, true), N);
	crm_snap_close(snap);
}

/* Lines that are bad because of other lines are left out, all others not. */
static void
bad_lines(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch_result r;
	struct crm_batch *b;

	(void)state;
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=Old", "ref=x:1", NULL));
	assert_true(add(b, 2, "person", "name=Other", "ref=x:2", NULL));
	(void)commit(b);
	o = skipping();
	b = new_batch(&o);
	/* 1 is Old's; 2 and 4 link to it, 5 to 4's, all by later lines */
	assert_true(
	    add_raw(b, 2, "event", "who=Dora", "what=call", "key=k:a", NULL));
	assert_true(add_raw(b, 1, "person", "name=Dora", "ref=x:1", NULL));
	assert_true(add_raw(b, 3, "event", "who=Old", "what=call", NULL));
	assert_true(add_raw(b, 5, "org", "name=Five", "parent=Four", NULL));
	assert_true(add_raw(b, 4, "org", "name=Four", "parent=Six", NULL));
	assert_true(add_raw(b, 7, "event", "who=Old", "what=note", NULL));
	assert_true(
	    put_raw(b, 8, "ref", "person", "ref=x:2", "org=Five", NULL));
	assert_true(put_raw(b, 9, "ref", "person", "ref=x:2", "city=Y", NULL));
	assert_true(edit(b, who("Old"), "ref=x:2", NULL));
	r = commit(b);
	check();
	assert_string_equal(rejected, "line 1;line 2;line 4;line 5;line 8;");
	assert_int_equal(r.bad, 6);
	assert_int_equal(r.added, 2);
	assert_int_equal(r.changed, 1);
	assert_int_equal(count_of("event"), 2);
	assert_int_equal(count_of("org"), 0);
	assert_int_equal(count_of("person"), 2);
	is(crm_id('e', 0, 1), "what", "call");
	is(crm_id('e', 0, 2), "what", "note");
	is(who("Other"), "city", "Y");
	is(who("Other"), "org", "");
	is(who("Old"), "ref", "x:1");
}

static char all_told[3000];

static void
tell_all(void *ctx, uint64_t line, const char *field, const char *what)
{
	size_t n = strlen(all_told);

	(void)ctx;
	(void)snprintf(all_told + n, sizeof(all_told) - n, "%llu: %s%s%s\n",
	    (unsigned long long)line, field != NULL ? field : "",
	    field != NULL ? ": " : "", what);
}

/* Every line that is left out is told of. */
static void
all_are_told(void **state)
{
	struct crm_batch_options o = skipping();
	struct crm_batch_result r;
	struct crm_batch *b;

	(void)state;
	o.complain = tell_all;
	b = new_batch(&o);
	all_told[0] = '\0';
	assert_true(add_raw(b, 1, "person", "name=Q", NULL));
	assert_true(add_raw(b, 2, "person", "name=Q", NULL));
	assert_true(add_raw(b, 3, "event", "who=Q", "what=call", NULL));
	assert_true(
	    add_raw(b, 4, "event", "who=No", "what=call", "key=k:1", NULL));
	assert_true(add_raw(b, 5, "event", "who=q", "what=note", NULL));
	assert_true(
	    add_raw(b, 6, "event", "who=No", "what=call", "key=k:1", NULL));
	assert_true(put_raw(b, 7, "name", "org", "name=Five", "city=X", NULL));
	assert_true(
	    put_raw(b, 8, "name", "org", "name=Five", "parent=Six", NULL));
	assert_true(put_raw(b, 9, "name", "org", "name=Five", "size=3", NULL));
	assert_true(add_raw(b, 10, "person", "name=R", "org=Five", NULL));
	r = commit(b);
	check();
	assert_int_equal(r.added, 2);
	assert_int_equal(r.bad, 8);
	assert_string_equal(rejected,
	    "line 3;line 4;line 5;line 6;line 7;line 8;line 9;line 10;");
	assert_string_equal(all_told,
	    "3: who: 'Q' is the name of several lines\n"
	    "4: who: no such person or org: 'No'\n"
	    "5: who: 'Q' is the name of several lines\n"
	    "6: who: no such person or org: 'No'\n"
	    "7: another line about the same record is left out\n"
	    "8: parent: no such org: 'Six'\n"
	    "9: another line about the same record is left out\n"
	    "10: org: is of a line that is left out\n");
	/* when none is left out, what there is to mend is told, and no more;
	 * of each line that cannot be */
	o = skipping();
	o.skip_bad = false;
	o.complain = tell_all;
	b = new_batch(&o);
	all_told[0] = '\0';
	assert_true(add_raw(b, 1, "org", "name=Five", "parent=Six", NULL));
	assert_true(add_raw(b, 2, "org", "name=Ten", "parent=Six", NULL));
	assert_true(add_raw(b, 3, "person", "name=R", "org=Five", NULL));
	fails(b, CRM_E_DATA, NULL);
	assert_string_equal(all_told,
	    "1: parent: no such org: 'Six'\n2: parent: no such org: 'Six'\n");
}

/* Several lines about one record: each is judged as the ones before left it. */
static void
several_lines(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch_result r;
	struct crm_batch *b;
	uint64_t id;

	(void)state;
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=Ann", NULL));
	assert_true(add(b, 2, "deal", "title=Old", "who=Ann", NULL));
	(void)commit(b);
	id = who("Old");
	o = skipping();
	b = new_batch(&o);
	assert_true(edit(b, id, "stage=won", "closed=2026-01-05", NULL));
	assert_true(edit(b, id, "note=x", NULL));
	assert_true(put_raw(b, 1, "title", "deal", "title=New", "who=Ann",
	    "stage=lost", "closed=2026-01-06", "value=1 PLN", NULL));
	assert_true(
	    put_raw(b, 2, "title", "deal", "title=New", "note=y", NULL));
	assert_false(
	    put_raw(b, 3, "title", "deal", "title=New", "stage=odd", NULL));
	assert_non_null(strstr(last_fault, "3: stage: unknown 'odd'"));
	assert_true(
	    put_raw(b, 4, "title", "deal", "title=New", "value=2 EUR", NULL));
	r = commit(b);
	check();
	assert_int_equal(r.added, 1);
	assert_int_equal(r.changed, 1);
	is(id, "closed", "2026-01-05");
	is(id, "note", "x");
	id = who("New");
	is(id, "closed", "2026-01-06");
	is(id, "note", "y");
	is(id, "value", "2.00");
	is(id, "currency", "EUR");
}

static void
unique_among_lines(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch_result r;
	struct crm_batch *b;
	char *text = crm_alloc(5000);

	(void)state;
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=A", "ref=x:1", NULL));
	assert_true(add(b, 2, "person", "name=B", "ref=x:2", NULL));
	(void)commit(b);
	/* a later form of a line has a value that another line has */
	o.skip_bad = false;
	b = new_batch(&o);
	assert_true(put_raw(b, 1, "name", "person", "name=C", NULL));
	assert_true(put_raw(b, 2, "name", "person", "name=D", "ref=y:1", NULL));
	assert_true(put_raw(b, 3, "name", "person", "name=C", "ref=y:1", NULL));
	fails(b, CRM_E_DATA, "3: ref: 'y:1' is on line 2 too");
	/* edits of the store, of which the first stands */
	o = skipping();
	b = new_batch(&o);
	assert_true(put_raw(b, 1, "name", "person", "name=A", "ref=y:1", NULL));
	assert_true(put_raw(b, 2, "name", "person", "name=B", "ref=y:1", NULL));
	assert_true(put_raw(b, 3, "name", "person", "name=B", "city=Z", NULL));
	assert_true(put_raw(b, 4, "name", "person", "name=B", "ref=y:1", NULL));
	r = commit(b);
	check();
	assert_string_equal(rejected, "line 2;line 4;");
	assert_int_equal(r.changed, 2);
	is(who("A"), "ref", "x:1,y:1");
	is(who("B"), "ref", "x:2");
	is(who("B"), "city", "Z");
	/* too long to be compared */
	memset(text, 'x', 4999);
	text[4999] = '\0';
	memcpy(text, "ref=", 4);
	b = new_batch(&o);
	assert_false(add_raw(b, 1, "person", "name=L", text, NULL));
	crm_batch_free(b);
	crm_free(text);
}

/* What one line gives up another may have, before it or behind it. */
static void
given_up(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch_result r;
	struct crm_batch *b;
	bool ok;

	(void)state;
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=A", "ref=s:1", NULL));
	assert_true(add(b, 2, "person", "name=B", "ref=s:2", NULL));
	assert_true(add(b, 3, "person", "name=C", "ref=s:3", NULL));
	(void)commit(b);
	/* a swap, of an add too */
	b = new_batch(&o);
	assert_true(put_raw(b, 1, "name", "person", "name=A", "ref=", NULL));
	assert_true(put_raw(
	    b, 2, "name", "person", "name=B", "ref-=s:2", "ref+=s:1", NULL));
	assert_true(add_raw(b, 3, "person", "name=D", "ref=s:3", NULL));
	assert_true(put_raw(b, 4, "name", "person", "name=C", "ref=", NULL));
	assert_true(put_raw(b, 5, "name", "person", "name=C", "ref=s:2", NULL));
	r = commit(b);
	check();
	assert_int_equal(r.changed, 3);
	is(who("A"), "ref", "");
	is(who("B"), "ref", "s:1");
	is(who("C"), "ref", "s:2");
	is(who("D"), "ref", "s:3");
	/* what a removed one had, and what a line takes back of a new one */
	b = new_batch(&o);
	line_is(b, 1);
	no_err(crm_batch_remove(b, who("B"), &ok));
	assert_true(put_raw(b, 2, "name", "person", "name=A", "ref=s:1", NULL));
	assert_true(put_raw(b, 3, "name", "person", "name=E", "ref=b:1", NULL));
	assert_true(put_raw(b, 4, "name", "person", "name=E", "ref=", NULL));
	assert_true(put_raw(b, 5, "name", "person", "name=F", "ref=b:1", NULL));
	(void)commit(b);
	check();
	is(who("A"), "ref", "s:1");
	is(who("E"), "ref", "");
	is(who("F"), "ref", "b:1");
	/* given up, and taken back */
	b = new_batch(&o);
	assert_true(put_raw(b, 1, "name", "person", "name=A", "ref=", NULL));
	assert_true(put_raw(b, 2, "name", "person", "name=E", "ref=s:1", NULL));
	assert_true(put_raw(b, 3, "name", "person", "name=A", "ref=s:1", NULL));
	fails(b, CRM_E_DATA, "3: ref: 's:1' is on line 2 too");
	/* a bad line gives nothing up: who counted on it is bad, and so on;
	 * by a link (1), by the store (4) */
	o = skipping();
	b = new_batch(&o);
	assert_true(put_raw(
	    b, 1, "name", "person", "name=A", "ref=", "org=Nothing", NULL));
	assert_true(put_raw(b, 2, "name", "person", "name=E", "ref=s:1", NULL));
	assert_true(put_raw(b, 3, "name", "person", "name=F", "city=X", NULL));
	assert_true(put_raw(
	    b, 4, "name", "person", "name=F", "ref-=b:1", "ref+=s:2", NULL));
	assert_true(put_raw(b, 5, "name", "person", "name=G", "ref=b:1", NULL));
	assert_true(put_raw(b, 6, "name", "person", "name=C", "city=X", NULL));
	assert_true(put_raw(b, 7, "name", "person", "name=C", "city=Y", NULL));
	r = commit(b);
	check();
	assert_string_equal(rejected, "line 1;line 2;line 4;line 5;");
	assert_int_equal(r.bad, 4);
	is(who("A"), "ref", "s:1");
	is(who("F"), "ref", "b:1");
	is(who("F"), "city", "X");
	is(who("C"), "ref", "s:2");
	is(who("C"), "city", "Y");
	assert_int_equal(count_of("person"), 5);
}

/* The first good line has what several want. */
static void
first_good_line(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch_result r;
	struct crm_batch *b;

	(void)state;
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=A", "ref=s:2", NULL));
	(void)commit(b);
	o = skipping();
	b = new_batch(&o);
	assert_true(
	    add_raw(b, 3, "person", "name=B", "ref=q:2", "ref+=s:2", NULL));
	assert_true(add_raw(b, 6, "person", "name=C", "ref=q:2", NULL));
	/* of the keys a is judged before z */
	assert_true(
	    add_raw(b, 7, "person", "name=D", "ref=z:1", "ref+=m:1", NULL));
	assert_true(
	    add_raw(b, 8, "person", "name=E", "ref=a:1", "ref+=z:1", NULL));
	assert_true(add_raw(b, 9, "person", "name=F", "ref=a:1", NULL));
	/* links to nothing */
	assert_true(
	    add_raw(b, 10, "person", "name=G", "ref=k:1", "org=Nothing", NULL));
	assert_true(add_raw(b, 11, "person", "name=H", "ref=k:1", NULL));
	r = commit(b);
	check();
	assert_string_equal(rejected, "line 3;line 8;line 10;");
	assert_int_equal(r.bad, 3);
	is(who("C"), "ref", "q:2");
	is(who("D"), "ref", "z:1,m:1");
	is(who("F"), "ref", "a:1");
	is(who("H"), "ref", "k:1");
}

static void
ids_of_input(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b, *other;

	(void)state;
	b = new_batch(&o);
	other = new_batch(&o);
	assert_true(add(b, 1, "person", "name=A", "id=p5", NULL));
	assert_false(add(b, 2, "person", "name=A2", "id=p5", NULL));
	assert_true(add(other, 1, "person", "name=B", "id=p5", NULL));
	(void)commit(other);
	check();
	crm_batch_free(b);
	b = new_batch(&o);
	other = new_batch(&o);
	assert_true(add(b, 1, "person", "name=C", "id=p7", NULL));
	assert_true(add(other, 1, "person", "name=D", "id=p7", NULL));
	(void)commit(other);
	fails(b, CRM_E_AGAIN, NULL);
	is(crm_id('p', 0, 7), "name", "D");
	/* a bad one leaves no links, and its id free */
	o = skipping();
	b = new_batch(&o);
	assert_true(add_raw(b, 1, "org", "name=O", "id=o3", "parent=No", NULL));
	assert_true(add_raw(b, 2, "person", "name=E", "org=o3", NULL));
	assert_true(add_raw(b, 3, "person", "name=F", "id=p20", NULL));
	assert_true(add_raw(
	    b, 4, "event", "who=p20", "what=purchase", "amount=3", NULL));
	assert_true(put_raw(b, 5, "id", "person", "id=p20", "city=Lund", NULL));
	assert_int_equal(commit(b).added, 2);
	check();
	assert_string_equal(rejected, "line 1;line 2;");
	is(crm_id('p', 0, 20), "stage", "customer");
	is(crm_id('p', 0, 20), "city", "Lund");
}

static void
remove_one(uint64_t id)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b = new_batch(&o);
	bool ok;

	crm_batch_line(b, 0, CRM_VNULL);
	no_err(crm_batch_remove(b, id, &ok));
	assert_int_equal(commit(b).removed, 1);
}

/* Commit what has to be tried again, and why. */
static void
is_late(struct crm_batch *b, const char *why)
{
	const struct crm_err *err;
	struct crm_batch_result r;
	uint64_t events = count_of("event");

	err = crm_batch_commit(b, &r, NULL);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_AGAIN);
	assert_string_equal(err->msg, why);
	crm_batch_free(b);
	check();
	assert_int_equal(count_of("event"), events);
}

/* What others remove before a batch is written cannot be linked to. */
static void
removed_meanwhile(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b, *other;
	static char text[3000];
	uint64_t i, p1;

	(void)state;
	b = new_batch(&o);
	for (i = 1; i <= 6; i++) {
		(void)snprintf(text, sizeof(text), "name=P%u", (unsigned)i);
		assert_true(add(b, i, "person", text, NULL));
	}
	assert_true(add(b, 7, "org", "name=O", NULL));
	assert_true(add(b, 8, "person", "name=Q", "org=O", NULL));
	assert_true(add(b, 9, "deal", "title=D", "who=P6", NULL));
	(void)commit(b);
	p1 = who("P1");
	/* a link of a new one, by a name */
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "who=P2", "what=note", NULL));
	assert_true(add(b, 2, "event", "who=P2", "who+=P1", "what=call", NULL));
	remove_one(p1);
	is_late(b, "line 2: who: p1 was removed meanwhile: try again");
	/* what is removed and not linked to is no matter */
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "who=P2", "what=call", NULL));
	remove_one(who("P3"));
	assert_int_equal(commit(b).added, 1);
	/* a link of an edit, by an id; not one that is taken away */
	b = new_batch(&o);
	assert_true(edit(b, who("P2"), "org=o1", NULL));
	other = new_batch(&o);
	assert_true(edit(other, who("D"), "who-=P6", "note=x", NULL));
	assert_true(edit(other, who("D"), "who+=P5", NULL));
	remove_one(who("O"));
	remove_one(who("P6"));
	is_late(b, "org: o1 was removed meanwhile: try again");
	assert_int_equal(commit(other).changed, 1);
	is(who("D"), "who", "p5");
	/* by a change set that took its number before the batch began, and was
	 * done after that */
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "text=", 5);
	opening.part = 20000;
	reopen();
	other = new_batch(&o);
	for (i = 1; i <= 20; i++)
		assert_true(
		    add(other, i, "event", "who=P2", "what=note", text, NULL));
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "who=P4", "what=note", NULL));
	for (i = 2; i <= 20; i++)
		assert_true(
		    add(b, i, "event", "who=P2", "what=note", text, NULL));
	assert_int_equal(commit(other).added, 20);
	remove_one(who("P4"));
	is_late(b, "line 1: who: p4 was removed meanwhile: try again");
	opening.part = 0;
}

/* Words for what comes later, or is made. */
static void
words(void **state)
{
	struct crm_batch_options o = { .message = "m", .add_missing = "op" };
	struct crm_batch *b;
	uint64_t id;

	(void)state;
	b = new_batch(&o);
	/* two words, one record: the first bears the money, once */
	assert_true(add(b, 1, "event", "who=Ann", "who+=ann@x.org", "what=call",
	    "key=k:1", NULL));
	/* one word, several kinds allowed: one record is made */
	assert_true(add(b, 2, "event", "who=Acme", "what=call", NULL));
	assert_true(add(
	    b, 3, "person", "name=Ann", "email=ann@x.org", "org=acme", NULL));
	/* a number is one however it is written */
	assert_true(
	    add(b, 4, "event", "who=+48 600 100 200", "what=call", NULL));
	assert_true(
	    add(b, 5, "event", "who=0048600-100-200", "what=call", NULL));
	/* an address goes before a name */
	assert_true(add(b, 6, "event", "who=z@x.org", "what=call", NULL));
	assert_true(add(b, 7, "person", "name=z@x.org", NULL));
	assert_true(add(b, 8, "person", "name=Z", "email=z@x.org", NULL));
	/* the name to the letter goes before others */
	assert_true(add(b, 9, "event", "who=Lech", "what=call", NULL));
	assert_true(add(b, 10, "person", "name=LECH", NULL));
	assert_true(add(b, 11, "person", "name=Lech", NULL));
	(void)commit(b);
	check();
	assert_int_equal(count_of("org"), 2);
	assert_int_equal(count_of("person"), 5);
	is(crm_id('e', 0, 1), "who", "p1");
	id = who("acme");
	is(crm_id('e', 0, 2), "who", "o1");
	assert_int_equal(id, crm_id('o', 0, 1));
	is(crm_id('p', 0, 1), "org", "o1");
	is(crm_id('e', 0, 3), "who", "o2");
	is(crm_id('e', 0, 4), "who", "o2");
	is(crm_id('o', 0, 2), "phone", "+48 600 100 200");
	is(crm_id('e', 0, 5), "who", "p3");
	is(crm_id('e', 0, 6), "who", "p5");
	/* what a later line says of a row counts */
	o.add_missing = NULL;
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "who=new@x.org", "what=call", NULL));
	assert_true(put(b, 2, "name", "person", "name=N", NULL));
	assert_true(
	    put(b, 3, "name", "person", "name=N", "email=new@x.org", NULL));
	(void)commit(b);
	check();
	/* several */
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "who=Twin", "what=call", NULL));
	assert_true(add(b, 2, "person", "name=Twin", NULL));
	assert_true(add(b, 3, "person", "name=Twin", NULL));
	fails(b, CRM_E_DATA, "1: who: 'Twin' is the name of several lines");
}

/* A word that names a record of the store and one of a line is of several. */
static void
shared_words(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b;

	(void)state;
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=Anna", "email=a@x.org", NULL));
	assert_true(add(b, 2, "person", "name=Olga", "phone=+48600100200",
	    "ref=r:1", NULL));
	assert_true(add(b, 3, "org", "name=Acme", NULL));
	assert_true(add(b, 4, "deal", "title=D", NULL));
	(void)commit(b);
	/* whichever comes first; of each line; an edit, too */
	o = skipping();
	o.complain = tell_all;
	all_told[0] = '\0';
	b = new_batch(&o);
	assert_true(add_raw(b, 1, "event", "who=Anna", "what=note", NULL));
	assert_true(add_raw(b, 2, "person", "name=Anna", NULL));
	assert_true(add_raw(b, 3, "event", "who=anna", "what=note", NULL));
	assert_true(add_raw(b, 4, "event", "who=p1", "what=call", NULL));
	assert_true(add_raw(b, 5, "event", "who=a@x.org", "what=call", NULL));
	assert_true(
	    put_raw(b, 6, "title", "deal", "title=D", "who=Anna", NULL));
	assert_true(
	    put_raw(b, 7, "title", "deal", "title=N", "who=Anna", NULL));
	assert_true(put_raw(b, 8, "title", "deal", "title=N", "note=x", NULL));
	assert_true(
	    add_raw(b, 9, "event", "who=0048 600-100-200", "what=call", NULL));
	assert_true(
	    add_raw(b, 10, "person", "name=O2", "phone=+48 600 100 200", NULL));
	assert_int_equal(commit(b).bad, 6);
	check();
	assert_string_equal(
	    rejected, "line 1;line 3;line 6;line 7;line 8;line 9;");
	assert_string_equal(all_told,
	    "6: who: 'Anna' is p1, and on line 2: say which by id\n"
	    "1: who: 'Anna' is p1, and on line 2: say which by id\n"
	    "3: who: 'anna' is p1, and on line 2: say which by id\n"
	    "7: who: 'Anna' is p1, and on line 2: say which by id\n"
	    "8: another line about the same record is left out\n"
	    "9: who: '0048 600-100-200' is p2, and on line 10: say which by "
	    "id\n");
	assert_int_equal(count_of("event"), 2);
	assert_int_equal(count_of("deal"), 1);
	/* not the same record, found by a key; not another kind; not one that
	 * answers to the word less well; not who has it beside a ref */
	o = skipping();
	o.skip_bad = false;
	b = new_batch(&o);
	assert_true(put_raw(
	    b, 1, "ref", "person", "ref=r:1", "name=Olga", "city=X", NULL));
	assert_true(add_raw(b, 2, "event", "who=Olga", "what=note", NULL));
	assert_true(add_raw(b, 3, "person", "name=Acme", "org=Acme", NULL));
	assert_true(add_raw(b, 4, "person", "name=OLGA", NULL));
	assert_true(add_raw(b, 5, "person", "name=a@x.org", NULL));
	assert_true(add_raw(b, 6, "event", "who=a@x.org", "what=note", NULL));
	assert_int_equal(commit(b).added, 5);
	check();
	is(crm_id('e', 0, 3), "who", "p2");
	is(crm_id('e', 0, 4), "who", "p1");
}

/* A key that a line has, and a record of the store. */
static void
keys_of_both(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b;

	(void)state;
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=A", "email=a@x.org", NULL));
	(void)commit(b);
	b = new_batch(&o);
	assert_true(put(b, 1, "email", "person", "name=B", "email=b@x.org",
	    "email+=a2@x.org", NULL));
	assert_true(
	    put(b, 2, "email", "person", "email=a@x.org", "city=Y", NULL));
	assert_true(
	    put(b, 3, "email", "person", "email=a@x.org", "role=R", NULL));
	assert_false(put(b, 4, "email", "person", "email=b@x.org",
	    "email+=a@x.org", "role=S", NULL));
	assert_string_equal(
	    last_fault, "4: email: several records have it: a line before, p1");
	crm_batch_free(b);
}

/* An event that is there already: the same, another one, corrected. */
static void
known_events(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch_result r;
	struct crm_batch *b;
	char words[70][16];
	const char *word[80];
	size_t i, n = 0;

	(void)state;
	b = new_batch(&o);
	for (i = 0; i < 70; i++) {
		(void)snprintf(words[i], sizeof(words[i]), "name=N%zu", i);
		assert_true(add(b, i, "person", words[i], NULL));
		(void)snprintf(words[i], sizeof(words[i]), "who+=N%zu", i);
		word[n++] = words[i];
	}
	word[n++] = "what=purchase";
	word[n++] = "amount=120 PLN";
	word[n++] = "key=k:k";
	word[n] = NULL;
	assert_true(add_words(b, 71, "event", word));
	(void)commit(b);
	/* the same again, in other words */
	b = new_batch(&o);
	word[69] = "who+=p70";
	assert_true(add_words(b, 1, "event", word));
	assert_true(add_words(b, 2, "event", word));
	r = commit(b);
	assert_int_equal(r.unchanged, 2);
	assert_int_equal(r.change, 0);
	/* another currency is another amount */
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "what=purchase", "who=N0",
	    "amount=120 EUR", "key=k:k", NULL));
	fails(b, CRM_E_DATA,
	    "1: key: 'k:k' is e1 with another who, currency (--correct "
	    "changes it)");
	o.correct = true;
	b = new_batch(&o);
	word[n - 2] = "amount=120";
	assert_true(add_words(b, 1, "event", word));
	r = commit(b);
	check();
	assert_int_equal(r.changed, 1);
	is(crm_id('e', 0, 1), "currency", "EUR");
	is(crm_id('e', 0, 1), "amount", "120.00");
	/* a correction that cannot be, left out with its line */
	o = skipping();
	o.correct = true;
	b = new_batch(&o);
	assert_true(add_raw(b, 1, "event", "what=feedback", "score=11",
	    "who=N0", "key=k:k", NULL));
	assert_true(add_raw(b, 2, "event", "what=feedback", "who=N0",
	    "scale=nps", "score=9", "key=k:n", NULL));
	(void)commit(b);
	o = skipping();
	o.correct = true;
	b = new_batch(&o);
	assert_true(add_raw(b, 1, "event", "what=feedback", "who=N0",
	    "score=11", "key=k:n", NULL));
	assert_true(add_raw(b, 2, "event", "what=feedback", "who=Nobody",
	    "score=10", "key=k:k", NULL));
	assert_true(
	    add_raw(b, 3, "event", "what=call", "who=N0", "key=k:c", NULL));
	r = commit(b);
	check();
	assert_string_equal(rejected, "line 1;line 2;");
	assert_int_equal(r.added, 1);
	is(crm_id('e', 0, 2), "score", "9");
}

/* A first purchase makes a customer, whichever way it comes. */
static void
buyers(void **state)
{
	struct crm_batch_options o = { .message = "m", .add_missing = "p" };
	struct crm_batch *b;

	(void)state;
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=Old", NULL));
	assert_true(add(b, 2, "person", "name=Caller", NULL));
	assert_true(add(b, 3, "person", "name=Gone", "stage=former", NULL));
	assert_true(add(b, 4, "event", "who=Caller", "what=purchase",
	    "amount=1", "key=k:c", NULL));
	assert_true(add(b, 5, "event", "who=New", "what=purchase", "amount=1",
	    "key=k:n", NULL));
	/* dropped: it is the same as the one before */
	assert_true(add(b, 6, "event", "who=New", "what=purchase", "amount=1",
	    "key=k:n", NULL));
	/* the second of a purchase does not bear it */
	assert_true(add(b, 7, "event", "who=Old", "who+=Second",
	    "what=purchase", "amount=1", NULL));
	assert_true(
	    add(b, 8, "event", "who=Gone", "what=purchase", "amount=1", NULL));
	assert_true(add(b, 9, "event", "who=Talker", "what=call", NULL));
	(void)commit(b);
	check();
	is(who("Old"), "stage", "customer");
	is(who("Caller"), "stage", "customer");
	is(who("New"), "stage", "customer");
	is(who("Second"), "stage", "lead");
	is(who("Gone"), "stage", "former");
	is(who("Talker"), "stage", "lead");
	/* a known line with a new name for who makes nobody a customer, unless
	 * it corrects */
	o.correct = true;
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "who=Newer", "what=purchase", "amount=1",
	    "key=k:n", NULL));
	assert_true(add(b, 2, "event", "who=Newest", "what=call", NULL));
	(void)commit(b);
	check();
	is(who("Newer"), "stage", "customer");
	is(who("Newest"), "stage", "lead");
	/* one that was removed does not count any more */
	b = new_batch(&o);
	assert_true(edit(b, who("Newer"), "stage=lead", NULL));
	(void)commit(b);
	b = new_batch(&o);
	assert_true(add(b, 1, "event", "who=Newer", "what=purchase",
	    "amount=2 PLN", "at=2020-01-01", NULL));
	(void)commit(b);
	check();
	is(who("Newer"), "stage", "lead"); /* it is not their first one */
}

/* Invoices are due after the terms of who they go to. */
static void
terms(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b;
	static const char *const due[] = { "2026-01-31", "2026-01-31",
		"2026-01-15", "2026-01-09", "", "2026-02-05", "2026-01-31" };
	size_t i;

	(void)state;
	b = new_batch(&o);
	assert_true(add(b, 1, "org", "name=Old", "terms=8", NULL));
	(void)commit(b);
	b = new_batch(&o);
#define INVOICE "what=invoice", "amount=1", "at=2026-01-01"
	assert_true(add(b, 1, "event", INVOICE, "who=Acme", NULL));
	assert_true(add(b, 2, "person", "name=Ann", "org=Acme", NULL));
	assert_true(add(b, 3, "event", INVOICE, "who=Ann", NULL));
	assert_true(add(b, 4, "org", "name=Acme", "terms=30", NULL));
	assert_true(put(b, 5, "name", "org", "name=Two", "terms=7", NULL));
	assert_true(add(b, 6, "event", INVOICE, "who=Two", NULL));
	assert_true(put(b, 7, "name", "org", "name=Two", "terms=14", NULL));
	assert_true(add(b, 8, "event", INVOICE, "who=Bob", NULL));
	assert_true(add(b, 9, "person", "name=Bob", "org=Old", NULL));
	assert_true(add(b, 10, "event", INVOICE, "who=Free", NULL));
	assert_true(add(b, 11, "org", "name=Free", NULL));
	assert_true(
	    add(b, 12, "event", INVOICE, "who=Ann", "due=2026-02-05", NULL));
	assert_true(add(b, 13, "event", INVOICE, "who=o9", NULL));
	assert_true(add(b, 14, "org", "name=Nine", "id=o9", "terms=30", NULL));
	(void)commit(b);
	check();
	for (i = 0; i < sizeof(due) / sizeof(due[0]); i++)
		is(crm_id('e', 0, i + 1), "due", due[i]);
}

/* What the lines were about is handed out, each once, with its final id. */
struct handed {
	uint64_t id[20];
	size_t n;
};

static const struct crm_err *
hand_begin(void *ctx, struct crm_snap *snap)
{
	struct handed *h = ctx;

	(void)snap;
	h->n = 0;
	return NULL;
}

static const struct crm_err *
hand_one(void *ctx, uint64_t id)
{
	struct handed *h = ctx;

	h->id[h->n++] = id;
	return NULL;
}

static const struct crm_err *
hand_end(void *ctx)
{
	(void)ctx;
	return NULL;
}

static void
handed_out(void **state)
{
	struct handed h;
	struct crm_receiver to = { hand_begin, hand_one, hand_end, &h };
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch_result r;
	struct crm_batch *b;

	(void)state;
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=A", NULL));
	assert_true(add(b, 2, "event", "who=A", "what=call", "key=k:1", NULL));
	(void)commit(b);
	o = skipping();
	b = new_batch(&o);
	assert_true(add_raw(b, 1, "event", "who=No", "what=call", NULL));
	assert_true(
	    add_raw(b, 2, "event", "who=A", "what=call", "key=k:1", NULL));
	assert_true(
	    add_raw(b, 3, "event", "who=A", "what=note", "id=e9", NULL));
	assert_true(
	    add_raw(b, 4, "event", "who=A", "what=sent", "key=k:2", NULL));
	assert_true(
	    add_raw(b, 5, "event", "who=A", "what=sent", "key=k:2", NULL));
	assert_true(add_raw(b, 6, "event", "who=A", "what=visit", NULL));
	no_err(crm_batch_commit(b, &r, &to));
	crm_batch_free(b);
	check();
	assert_int_equal(h.n, 4);
	assert_int_equal(h.id[0], crm_id('e', 0, 1));
	assert_int_equal(h.id[1], crm_id('e', 0, 9));
	is(h.id[2], "what", "sent");
	is(h.id[3], "what", "visit");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(long_lists),
		TEST(bad_lines),
		TEST(all_are_told),
		TEST(several_lines),
		TEST(unique_among_lines),
		TEST(given_up),
		TEST(first_good_line),
		TEST(ids_of_input),
		TEST(removed_meanwhile),
		TEST(words),
		TEST(shared_words),
		TEST(keys_of_both),
		TEST(known_events),
		TEST(buyers),
		TEST(terms),
		TEST(handed_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
