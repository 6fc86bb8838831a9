/*
 * Random queries of a random store: what a plan finds is what looking at every
 * record finds, and a query of several terms is made of what each finds alone.
 */
#include "with_store.h"

#include "base/utf8.h"
#include "query/query.h"
#include "query/sort.h"
#include "record/word.h"
#include "store/change.h"
#include "store/store_impl.h"

static const char yaml[] =
    "timezone: Europe/Warsaw\n"
    "currency: EUR\n"
    "pipelines:\n"
    "  sales: [new: 10, offer: 50, won, lost]\n"
    "  service: [asked: 20, signed: won, declined: lost]\n"
    "kinds:\n"
    "  person:\n"
    "    fields:\n"
    "      ti: {type: text, indexed: true}\n"
    "      ts: {type: text, searched: true}\n"
    "      tis: {type: text, searched: true, indexed: true, many: true}\n"
    "      tn: text\n"
    "      ni: {type: number, indexed: true}\n"
    "      pi: {type: percent, indexed: true}\n"
    "      mi: {type: money, indexed: true}\n"
    "      currency: {type: currency, indexed: true}\n"
    "      di: {type: date, indexed: true, many: true}\n"
    "      ai: {type: time, indexed: true}\n"
    "      si: {type: span, indexed: true}\n"
    "      bi: {type: bool, indexed: true}\n"
    "      ps: {type: phone, searched: true}\n"
    "      pn: {type: phone, indexed: true}\n"
    "      ui: {type: url, indexed: true}\n"
    "      es: {type: email, searched: true}\n"
    "      ci: {choices: [red, blue, green], indexed: true, many: true}\n"
    "      cn: [red, blue]\n"
    "      boss: {to: person, indexed: true}\n"
    "      seen: {to: [person, org], many: true}\n"
    "  event:\n"
    "    fields:\n"
    "      ti: {type: text, indexed: true}\n"
    "      ts: {type: text, searched: true}\n"
    "      tu: {type: text, unique: true}\n"
    "      ni: {type: number, indexed: true}\n"
    "      di: {type: date, indexed: true}\n"
    "      ci: {choices: [red, blue], indexed: true}\n"
    "      ps: {type: phone, searched: true}\n"
    "      pn: {type: phone, searched: true, indexed: true}\n"
    "      boss: {to: person, indexed: true}\n"
    "  machine:\n"
    "    letter: x\n"
    "    fields: {name: text, boss: {to: person, indexed: true}, ni: number}\n"
    "    stages: [planned, running, scrapped: done]\n";

static const char *const texts[] = { "alpha", "Beta gamma", "gamma beta delta",
	"Łódź", "lodz 12", "STRASSE eins", "Straße", "রহিম", "alphabet soup",
	"a", "x-y z", "O'Neil 600100200", "600 100 200", "ali@ex.org",
	"Gamma, Beta", "delta", "alpha alpha beta" };
static const char *const emails[] = { "ali@ex.org", "Bob.Smith@ex.org",
	"zoe@straße.de", "bob@other.example" };
static const char *const phones[] = { "+48 600 100 200", "600 100 200",
	"0600100200", "+49 30 123456 x7", "0049 (0)30 123456", "12345" };
static const char *const tags[] = { "vip", "VIP-2", "new", "Łódź" };
static const char *const dates[] = { "2024-01-31", "2024-02-29", "2025-03-30",
	"2025-10-26", "2023-12-31", "2026-03-01" };
static const char *const times[] = { "2024-01-31 23:30", "2024-02-01 00:10",
	"2025-03-30 03:15", "2025-10-26 02:30", "2026-03-01 10:00" };
static const char *const numbers[] = { "0", "-3", "1.5", "2", "10", "1000" };
static const char *const moneys[] = { "10 EUR", "10 PLN", "0.5 EUR", "1000 JPY",
	"25 PLN" };
static const char *const spans[] = { "1d", "2w", "14d", "3m", "1y" };

#define ANY(list) list[below(sizeof(list) / sizeof(list[0]))]

static char long_text[1000];

static const char *
some_text(void)
{
	static char out[1100];

	if (below(12) > 0)
		return ANY(texts);
	/* longer than what an index holds, different only in the end */
	(void)snprintf(out, sizeof(out), "%s%c", long_text, "abc"[below(3)]);
	return out;
}

static uint32_t count[26]; /* how many there are of a kind */

static const char *
some_id(const char *kinds)
{
	static char out[4][20];
	static int at;
	char k = kinds[below((uint32_t)strlen(kinds))];

	at = (at + 1) % 4;
	(void)snprintf(
	    out[at], sizeof(out[at]), "%c%u", k, 1 + below(count[k - 'a'] + 1));
	return out[at];
}

/* A value that a field can have; "" when it cannot. */
static void
draw_value(char *out, size_t size, const struct crm_field *f)
{
	const char *v = "";
	const char *word, *last = "";
	uint32_t n = 0;

	switch ((enum crm_type)f->type) {
	case CRM_T_TEXT:
		v = some_text();
		break;
	case CRM_T_EMAIL:
		v = ANY(emails);
		break;
	case CRM_T_PHONE:
		v = ANY(phones);
		break;
	case CRM_T_URL:
		v = below(2) == 0 ? "https://ex.org/Alpha"
				  : "http://Other.example/";
		break;
	case CRM_T_TAG:
		v = ANY(tags);
		break;
	case CRM_T_DATE:
		v = ANY(dates);
		break;
	case CRM_T_TIME:
		v = ANY(times);
		break;
	case CRM_T_SPAN:
		v = ANY(spans);
		break;
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
		v = ANY(numbers);
		break;
	case CRM_T_MONEY:
		v = ANY(numbers);
		break;
	case CRM_T_CURRENCY:
		v = below(2) == 0 ? "EUR" : "PLN";
		break;
	case CRM_T_BOOL:
		v = below(2) == 0 ? "true" : "false";
		break;
	case CRM_T_CHOICE:
		for (word = f->choices; *word != '\0'; word += strlen(word) + 1)
			if (below(++n) == 0)
				last = word;
		v = last;
		break;
	case CRM_T_LINK:
		v = some_id(f->links);
		break;
	case CRM_NTYPES:
		break;
	}
	(void)snprintf(out, size, "%s", v);
}

/* Add a record of a kind with some of its fields. */
static void
add_one(struct crm_batch *b, const struct crm_kind *k)
{
	static char text[60][1200];
	char value[1100];
	const char *words[60];
	bool ok;
	size_t n = 0, i, times_n, j;

	for (i = 0; i < k->nfields && n < 50; i++) {
		const struct crm_field *f = &k->field[i];
		bool must = (f->flags & CRM_F_REQUIRED) != 0;

		if ((f->flags & CRM_F_COMPUTED) != 0 ||
		    (!must && below(3) > 0) || f->type == CRM_T_CURRENCY ||
		    f->num == CRM_N_PICKED || f->num == CRM_N_BARRED ||
		    strcmp(f->name, "id") == 0 || strcmp(f->name, "kind") == 0)
			continue;
		times_n = (f->flags & CRM_F_MANY) != 0 ? 1 + below(3) : 1;
		for (j = 0; j < times_n && n < 55; j++) {
			draw_value(value, sizeof(value), f);
			if (f->type == CRM_T_MONEY)
				(void)snprintf(
				    value, sizeof(value), "%s", ANY(moneys));
			if ((f->flags & CRM_F_UNIQUE) != 0)
				(void)snprintf(value, sizeof(value), "u%u",
				    below(1000000));
			(void)snprintf(text[n], sizeof(text[n]), "%s%s%s",
			    f->name, times_n > 1 ? "+=" : "=", value);
			words[n] = text[n];
			n++;
		}
	}
	words[n] = NULL;
	ok = add_words(b, 0, k->name, words);
	count[k->letter - 'a'] += ok;
}

static void
add_segments(struct crm_batch *b)
{
	assert_true(
	    add(b, 1, "segment", "name=reds", "query=person ci:red", NULL));
	assert_true(
	    add(b, 2, "segment", "name=all-alpha", "query=alpha", NULL));
	assert_true(add(
	    b, 3, "segment", "name=nested", "query=@reds or has:org", NULL));
	assert_true(add(b, 4, "segment", "name=hand", NULL));
	assert_true(add(
	    b, 5, "segment", "name=calls", "query=event what:call,note", NULL));
	count['s' - 'a'] = 5;
}

static void
pick_some(struct crm_batch *b)
{
	char words[2][30];
	uint32_t i;

	for (i = 0; i < 15; i++) {
		uint64_t id =
		    crm_id(below(3) == 0 ? 'o' : 'p', 0, 1 + below(20));

		(void)snprintf(
		    words[0], sizeof(words[0]), "picked+=s%u", 1 + below(4));
		(void)snprintf(
		    words[1], sizeof(words[1]), "barred+=s%u", 1 + below(4));
		(void)edit(b, id, words[below(2)], NULL);
	}
}

static const struct crm_err *
hide_some(void *ctx, struct crm_txn *t)
{
	const struct crm_id_range *r = ctx;
	char p[24];

	crm_le64(p, r->first);
	crm_le64(p + 8, r->count);
	crm_le64(p + 16, 77);
	return crm_meta_put(t, CRM_META_HIDDEN, crm_view(p, 24));
}

static void
more(uint32_t n)
{
	struct crm_batch_options o = { .skip_bad = true };
	const struct crm_schema *s = crm_store_schema(store);
	struct crm_batch *b = new_batch(&o);
	static const char order[] = "googppppppxdtkccpdeeeeeeeeeeeeeee";
	uint32_t i;

	if (count['s' - 'a'] == 0)
		add_segments(b);
	for (i = 0; i < n; i++)
		add_one(b, crm_kind_of(s, order[i % (sizeof(order) - 1)]));
	(void)commit(b);
	/* those that were left out took no number */
	b = new_batch(&o);
	pick_some(b);
	(void)commit(b);
}

static void
change_some(void)
{
	struct crm_batch_options o = { .skip_bad = true };
	struct crm_batch *b = new_batch(&o);
	static const char *const words[] = { "tag+=vip", "city=alpha",
		"city=Łódź", "note=gamma beta", "ti=alpha" };
	uint32_t i;
	bool ok;

	for (i = 0; i < 5; i++) {
		uint64_t id = crm_id('p', 0, 1 + below(count['p' - 'a']));

		if (below(4) == 0) {
			crm_batch_line(b, 0, CRM_VNULL);
			id = crm_id("pod"[below(3)], 0, 1 + below(10));
			no_err(crm_batch_remove(b, id, &ok));
		} else
			(void)edit(b, id, ANY(words), NULL);
		id = crm_id('e', 0, 1 + below(count['e' - 'a']));
		if (below(3) == 0) {
			crm_batch_line(b, 0, CRM_VNULL);
			no_err(crm_batch_remove(b, id, &ok));
		} else
			(void)edit(b, id, "text=alpha changed", NULL);
	}
	(void)commit(b);
}

static void
random_store(void)
{
	uint32_t i;

	for (i = 0; i < 3; i++) {
		more(100);
		change_some();
		if (i == 1 || below(3) == 0)
			no_err(crm_catch_up(store, 1));
	}
	change_some();
	if (below(2) == 0) {
		struct crm_id_range r = { crm_id('e', 0, 20 + below(60)),
			1 + below(8) };

		no_err(crm_store_update(store, hide_some, &r));
	}
}

/* One term. */
static void
draw_term(char *out, size_t size, const struct crm_kind *k)
{
	static const char *const rollup[] = { "spent", "orders", "contacts",
		"balance" };
	static const char *const when[] = { "last", "first-order", "last-order",
		"created", "updated" };
	static const char *const periods[] = { "2024", "2024-q1", "2025-03",
		"2024-01-31", "..2024", "2025..", "2024-01-31..2024-02-29",
		"-1y..", "2026", "2025-w13" };
	static const char *const ranges[] = { "0", "0..", "..0", "1..", "2..10",
		"10", "-3", "1.5", "..5", "1k" };
	static const char *const stages[] = { "open", "closed", "lead",
		"customer", "won", "new", "done", "running", "signed" };
	static const char *const segments[] = { "reds", "all-alpha", "nested",
		"hand", "calls" };
	static const char *const regexes[] = { "al", "^a", "2$", "[0-9]+",
		"^[^a]*$", "eta gamma", "Beta.*ma", "STR", "ss", "ß", "Łó?d",
		"ex\\.org", "smith|Smith", "q+b", "b$", "qqb", "VIP", "00" };
	static const char *const dotted[] = { "org.city", "who.city",
		"who.org.city", "boss.name", "who.tag", "org.parent.name",
		"boss.boss.city", "seen.name", "campaign.name", "org.spent" };
	const struct crm_field *f;
	char value[1100], v2[1100];
	const char *name;

	switch (below(24)) {
	case 0:
		(void)snprintf(out, size, "%s", some_text());
		return;
	case 1:
		(void)snprintf(
		    out, size, "/%.*s", (int)(1 + below(5)), ANY(texts));
		if (crm_utf8_check(crm_view_str(out)) != strlen(out))
			(void)snprintf(out, size, "/alph");
		return;
	case 2:
		(void)snprintf(out, size, "%s", ANY(emails));
		return;
	case 3:
		(void)snprintf(out, size, "%s", ANY(phones));
		return;
	case 4:
		(void)snprintf(out, size, "@%s", ANY(segments));
		return;
	case 5:
		(void)snprintf(out, size, "is:%s", ANY(stages));
		return;
	case 6:
		(void)snprintf(out, size, "%s", some_id("pode"));
		return;
	case 7:
		(void)snprintf(out, size, "%s:%s", ANY(rollup), ANY(ranges));
		return;
	case 8:
		(void)snprintf(out, size, "%s:%s", ANY(when), ANY(periods));
		return;
	case 9:
		(void)snprintf(out, size, "%s:%s,%s",
		    below(2) == 0 ? "bought" : "got",
		    below(2) == 0 ? some_id("g") : some_id("c"), some_id("g"));
		return;
	case 10:
		(void)snprintf(
		    out, size, "quiet:%s", below(2) == 0 ? "90d.." : "..400");
		return;
	case 11:
		name = ANY(dotted);
		if (below(3) == 0)
			(void)snprintf(out, size, "%s:%s",
			    below(2) == 0 ? "has" : "no", name);
		else
			(void)snprintf(out, size, "%s:%s", name, ANY(texts));
		return;
	case 12:
		(void)snprintf(out, size, "who:%s",
		    below(2) == 0 ? some_id("po") : "@nested");
		return;
	case 13:
		(void)snprintf(out, size, "what:%s,%s",
		    below(2) == 0 ? "call" : "purchase",
		    below(2) == 0 ? "stage" : "note");
		return;
	case 14:
		(void)snprintf(out, size, "day:%s", ANY(periods));
		return;
	default:
		break;
	}
	f = crm_field_num(k, k->field[below((uint32_t)k->nfields)].num);
	if (f == NULL)
		f = &k->field[0];
	draw_value(value, sizeof(value), f);
	draw_value(v2, sizeof(v2), f);
	switch (below(10)) {
	case 0:
		(void)snprintf(out, size, "has:%s", f->name);
		return;
	case 1:
		(void)snprintf(out, size, "no:%s", f->name);
		return;
	case 2:
		(void)snprintf(out, size, "%s:=%s", f->name, value);
		return;
	case 3:
		(void)snprintf(
		    out, size, "%s:/%.*s", f->name, (int)(1 + below(6)), value);
		if (crm_utf8_check(crm_view_str(out)) != strlen(out))
			(void)snprintf(out, size, "%s:/a", f->name);
		if (below(8) == 0)
			(void)snprintf(out, size, "%s:/%s", f->name, long_text);
		return;
	case 4:
		(void)snprintf(out, size, "%s:~%s", f->name, ANY(regexes));
		return;
	case 5:
		(void)snprintf(
		    out, size, "%s:%.500s,%.500s", f->name, value, v2);
		return;
	case 6:
		if (f->type == CRM_T_DATE || f->type == CRM_T_TIME)
			(void)snprintf(
			    out, size, "%s:%s", f->name, ANY(periods));
		else if (f->type == CRM_T_MONEY && below(2) == 0)
			(void)snprintf(out, size, "%s:1EUR..10", f->name);
		else
			(void)snprintf(
			    out, size, "%s:%s", f->name, ANY(ranges));
		return;
	case 7:
		if (f->type == CRM_T_LINK) {
			(void)snprintf(
			    out, size, "%s:@%s", f->name, ANY(segments));
			return;
		}
		break;
	default:
		break;
	}
	(void)snprintf(out, size, "%s:%s", f->name, value);
}

/* A set of ids: what a query finds. */
struct ids {
	uint64_t *id;
	size_t n;
};

static struct crm_snap *snap;

static const struct crm_err *
parse(const char *const *arg, size_t n, struct crm_query **q)
{
	struct crm_query_ctx ctx = {
		.snap = snap, .clock = &today, .user = "tester"
	};

	return crm_query_parse(&ctx, arg, n, true, q, NULL);
}

/* Look at all records of a table. */
static void
scan(struct crm_query *q, enum crm_table table, struct ids *out, size_t *cap)
{
	struct crm_stored r;
	struct crm_entry e;
	struct crm_walk *w;
	bool yes;

	no_err(crm_walk_open(crm_snap_txn(snap), table, &w));
	no_err(crm_walk_seek(w, crm_view("", 0), &e));
	while (e.prefix.p != NULL) {
		assert_true(crm_code_open(e.value, &r));
		yes = false;
		if ((r.flags & CRM_R_REMOVED) == 0 &&
		    !crm_snap_is_hidden(snap, e.id))
			no_err(crm_query_match(q, e.id, &r, &yes));
		if (yes) {
			out->id = crm_grow(
			    out->id, cap, out->n + 1, sizeof(*out->id));
			out->id[out->n++] = e.id;
		}
		no_err(crm_walk_next(w, &e));
	}
	crm_walk_close(w);
}

static int
cmp_ids(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static struct ids
scan_all(struct crm_query *q)
{
	struct ids out = { NULL, 0 };
	size_t cap = 0;

	scan(q, CRM_TABLE_RECORD, &out, &cap);
	scan(q, CRM_TABLE_EVENT, &out, &cap);
	if (out.n > 0)
		qsort(out.id, out.n, sizeof(*out.id), cmp_ids);
	return out;
}

static bool
holds(const struct ids *s, uint64_t id)
{
	return s->n > 0 &&
	    bsearch(&id, s->id, s->n, sizeof(id), cmp_ids) != NULL;
}

#define ARGS_MAX 40

static void
print_args(const char *const *arg, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		print_message("%.300s%s", arg[i], i + 1 < n ? " | " : "\n");
}

static void
same_ids(const char *what, const struct ids *a, const struct ids *b,
    const char *const *arg, size_t n)
{
	char text[CRM_ID_TEXT];
	size_t i;

	if (a->n == b->n &&
	    (a->n == 0 || memcmp(a->id, b->id, a->n * sizeof(*a->id)) == 0))
		return;
	print_args(arg, n);
	for (i = 0; i < a->n; i++)
		if (!holds(b, a->id[i]))
			print_message("+%s ", crm_id_text(a->id[i], text));
	for (i = 0; i < b->n; i++)
		if (!holds(a, b->id[i]))
			print_message("-%s ", crm_id_text(b->id[i], text));
	print_message("\n");
	fail_msg("%s: %zu, not %zu", what, a->n, b->n);
}

/* What a query finds by its plan and its count, against looking at all. */
static struct ids
check_query(const char *const *arg, size_t n)
{
	struct crm_query *q;
	struct ids want, have;
	uint64_t counted, max = below(2) == 0 ? UINT64_MAX : 1 + below(30);

	no_err(parse(arg, n, &q));
	want = scan_all(q);
	crm_query_free(q);
	no_err(parse(arg, n, &q));
	no_err(crm_query_ids(q, &have.id, &have.n));
	crm_query_free(q);
	same_ids("planned", &have, &want, arg, n);
	no_err(parse(arg, n, &q));
	no_err(crm_run_count(q, max, &counted));
	crm_query_free(q);
	if (counted != (want.n < max ? want.n : max)) {
		print_args(arg, n);
		fail_msg(
		    "counted %llu of %zu", (unsigned long long)counted, want.n);
	}
	crm_free(have.id);
	return want;
}

/* A query drawn by lot, in prefix order: the operators, then the terms. */
struct tree {
	char op; /* '&' '|' '!' or 't' */
	int left, right;
	char term[1300];
	struct ids found;
};

static struct tree tree[32];
static int ntrees;

/* Is a part of it an id? */
static bool
is_id(int i)
{
	uint64_t id;

	return tree[i].op == 't' &&
	    crm_id_parse(crm_view_str(tree[i].term), &id);
}

static int
draw_tree(const struct crm_kind *k, const char *kind, uint32_t depth)
{
	const char *arg[2];
	struct crm_query *q;
	int i = ntrees++;
	struct tree *t = &tree[i];

	memset(t, 0, sizeof(*t));
	if (depth > 0 && below(3) > 0 && ntrees < 20) {
		t->op = "&&&|||!"[below(7)];
		t->left = draw_tree(k, kind, depth - 1);
		if (t->op != '!')
			tree[i].right = draw_tree(k, kind, depth - 1);
		/* two ids with "and" are wrong use */
		if (t->op == '&' && is_id(t->left) && is_id(t->right))
			t->op = '|';
		return i;
	}
	t->op = 't';
	arg[0] = kind;
	arg[1] = t->term;
	for (;;) {
		draw_term(t->term, sizeof(t->term), k);
		if (parse(arg, 2, &q) == NULL)
			break;
	}
	crm_query_free(q);
	t->found = check_query(arg, 2);
	return i;
}

static bool
says(int i, uint64_t id)
{
	const struct tree *t = &tree[i];

	switch (t->op) {
	case '&':
		return says(t->left, id) && says(t->right, id);
	case '|':
		return says(t->left, id) || says(t->right, id);
	case '!':
		return !says(t->left, id);
	default:
		return holds(&t->found, id);
	}
}

static void
args_of(int i, const char **arg, size_t *n)
{
	const struct tree *t = &tree[i];

	switch (t->op) {
	case '&':
	case '|':
		arg[(*n)++] = "(";
		args_of(t->left, arg, n);
		if (t->op == '|' || below(2) == 0)
			arg[(*n)++] = t->op == '|' ? "or" : "and";
		args_of(t->right, arg, n);
		arg[(*n)++] = ")";
		return;
	case '!':
		arg[(*n)++] = "not";
		args_of(t->left, arg, n);
		return;
	default:
		arg[(*n)++] = t->term;
	}
}

/* The first max records of a query in an order.  Returns how many records the
 * run handed out for them. */
static size_t
first_of(const char *const *arg, size_t n, const struct crm_sort_options *o,
    bool narrow, uint64_t *out, size_t max)
{
	struct crm_stored r;
	struct crm_query *q;
	struct crm_sort *sort;
	struct crm_run *run;
	size_t i, took = 0;
	uint64_t id, last = 0;

	no_err(parse(arg, n, &q));
	no_err(crm_sort_new(snap, o, &sort));
	if (narrow)
		crm_sort_narrow(sort, q, max);
	no_err(crm_run_open(q, &run));
	for (;; took++) {
		no_err(crm_run_next(run, &id, &r));
		if (id == 0)
			break;
		assert_true(id > last);
		last = id;
		no_err(crm_sort_add(sort, id, &r));
	}
	crm_run_close(run);
	for (i = 0; i < max; i++)
		no_err(crm_sort_next(sort, &out[i]));
	crm_sort_free(sort);
	crm_query_free(q);
	return took;
}

static size_t nnarrowed; /* times that a run left out records */

/* Where only the first ones are wanted, those that come are the same. */
static void
check_first(const char *const *arg, size_t n, const struct crm_kind *k)
{
	enum { MAX = 12 };
	const struct crm_field *f =
	    crm_field_num(k, k->field[below((uint32_t)k->nfields)].num);
	bool kinds[26] = { false };
	uint64_t want[MAX], have[MAX];
	size_t max = 1 + below(MAX), all;
	char fields[200];
	struct crm_sort_options o = { .fields = fields,
		.kinds = kinds,
		.only = k,
		.clock = &today,
		.memory = (size_t)1 << 20 };

	if (f == NULL)
		return;
	kinds[k->letter - 'a'] = true;
	(void)snprintf(fields, sizeof(fields), "%s%s%s",
	    below(2) == 0 ? "-" : "",
	    k->letter == 'e' && below(2) == 0 ? "at" : f->name,
	    below(3) == 0 ? ",-id" : "");
	all = first_of(arg, n, &o, false, want, max);
	nnarrowed += first_of(arg, n, &o, true, have, max) < all;
	if (memcmp(want, have, max * sizeof(*want)) != 0) {
		print_args(arg, n);
		fail_msg("the first %zu by %s", max, fields);
	}
}

static void
one_query(void)
{
	static const char *const kinds[] = { "person", "person", "person",
		"event", "event", "event", "org", "deal", "any", "any",
		"machine", "task", "ticket" };
	const struct crm_schema *s = crm_store_schema(store);
	const char *arg[100], *kind = ANY(kinds), *all[1];
	const struct crm_kind *k = crm_kind_named(s, crm_view_str(kind));
	struct ids every, want = { NULL, 0 }, have;
	size_t n = 1, i;
	struct crm_query *q;

	if (k == NULL)
		k = crm_kind_of(s, below(2) == 0 ? 'p' : 'e');
	ntrees = 0;
	(void)draw_tree(k, kind, 3);
	arg[0] = all[0] = kind;
	args_of(0, arg, &n);
	assert_true(n < 100);
	have = check_query(arg, n);
	if (strcmp(kind, "any") != 0) {
		for (i = 0; i < 4; i++)
			check_first(all, 1, k);
		check_first(arg, n, k);
	}
	no_err(parse(all, 1, &q));
	every = scan_all(q);
	crm_query_free(q);
	want.id = crm_alloc((every.n + 1) * sizeof(*want.id));
	for (i = 0; i < every.n; i++)
		if (says(0, every.id[i]))
			want.id[want.n++] = every.id[i];
	same_ids("the terms say", &have, &want, arg, n);
	crm_free(want.id);
	crm_free(have.id);
	crm_free(every.id);
	for (i = 0; i < (size_t)ntrees; i++)
		crm_free(tree[i].found.id);
}

static uint32_t
rounds(uint32_t n)
{
	const char *more_of = getenv("ROUNDS");

	return more_of != NULL ? (uint32_t)atoi(more_of) : n;
}

static void
planned(void **state)
{
	uint32_t i;

	(void)state;
	random_store();
	no_err(crm_snap_open(store, &snap));
	for (i = 0; i < rounds(400); i++)
		one_query();
	assert_true(nnarrowed > rounds(400) / 40);
	crm_snap_close(snap);
}

/* Leave out what does not match any more. */
static void
keep_matching(struct ids *s, const char *const *arg, size_t n)
{
	struct crm_query *q;
	struct ids now;
	size_t i, k = 0;

	/* who it named may be gone */
	if (parse(arg, n, &q) != NULL) {
		s->n = 0;
		return;
	}
	now = scan_all(q);
	crm_query_free(q);
	for (i = 0; i < s->n; i++)
		if (holds(&now, s->id[i]))
			s->id[k++] = s->id[i];
	s->n = k;
	crm_free(now.id);
}

/* Others write while a query is paused: nothing comes twice, and nothing is
 * lost that was there all the time. */
static void
resumed(void **state)
{
	const char *arg[2] = { NULL, NULL };
	static char term[1300];
	struct crm_stored r;
	struct crm_query *q;
	struct crm_run *run;
	struct ids before, got;
	size_t cap, n;
	uint64_t id;
	uint32_t i, j;

	(void)state;
	random_store();
	for (i = 0; i < rounds(40); i++) {
		const struct crm_schema *s = crm_store_schema(store);

		no_err(crm_snap_open(store, &snap));
		arg[0] = below(2) == 0 ? "event" : "person";
		arg[1] = term;
		n = 1 + below(3) / 2;
		do
			draw_term(term, sizeof(term),
			    crm_kind_named(s, crm_view_str(arg[0])));
		while (parse(arg, 2, &q) != NULL);
		crm_query_free(q);
		n = 2;
		no_err(parse(arg, n, &q));
		before = scan_all(q);
		crm_query_free(q);
		no_err(parse(arg, n, &q));
		no_err(crm_run_open(q, &run));
		got.n = cap = 0;
		got.id = NULL;
		for (;;) {
			no_err(crm_run_next(run, &id, &r));
			if (id == 0)
				break;
			got.id =
			    crm_grow(got.id, &cap, got.n + 1, sizeof(*got.id));
			if (got.n > 0)
				assert_true(got.id[got.n - 1] < id);
			got.id[got.n++] = id;
			if (below(8) > 0)
				continue;
			crm_snap_pause(snap);
			for (j = below(3); j > 0; j--)
				change_some();
			if (below(3) == 0)
				more(20);
			if (below(3) == 0)
				no_err(crm_catch_up(store, 1));
			no_err(crm_snap_resume(snap));
			no_err(crm_run_resume(run));
			keep_matching(&before, arg, n);
			no_err(crm_run_resume(run));
		}
		crm_run_close(run);
		crm_query_free(q);
		for (j = 0; j < before.n; j++)
			if (!holds(&got, before.id[j])) {
				print_args(arg, n);
				fail_msg("lost %llx",
				    (unsigned long long)before.id[j]);
			}
		crm_free(before.id);
		crm_free(got.id);
		crm_snap_close(snap);
	}
}

static size_t
finds(const char *kind, const char *term)
{
	const char *arg[] = { kind, term };
	struct ids found;

	no_err(crm_snap_open(store, &snap));
	found = check_query(arg, 2);
	crm_snap_close(snap);
	crm_free(found.id);
	return found.n;
}

/* Payments pay what they name, then the oldest. */
static void
invoices(void **state)
{
	enum { N = 3000 };
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b = new_batch(&o);
	char doc[20], term[40];
	int i;

	(void)state;
	assert_true(add(b, 1, "person", "name=A", NULL));
	for (i = 0; i < N; i++) {
		(void)snprintf(doc, sizeof(doc), "doc=D%d", i);
		assert_true(add(b, 1, "event", "what=invoice", "who=A",
		    "amount=10", "at=2025-01-01", "due=2025-02-01", doc, NULL));
		assert_true(add(b, 1, "event", "what=payment", "who=A",
		    "amount=4", doc, NULL));
	}
	assert_true(add(b, 1, "event", "what=invoice", "who=A", "amount=7 PLN",
	    "at=2025-01-01", "due=2025-02-01", NULL));
	assert_true(
	    add(b, 1, "event", "what=payment", "who=A", "amount=50", NULL));
	assert_true(add(b, 1, "event", "what=invoice", "who=A", "amount=-9",
	    "doc=D5", NULL));
	(void)commit(b);
	(void)snprintf(term, sizeof(term), "overdue:%d", N * 6 - 50 - 9);
	assert_int_equal(finds("person", term), 1);
}

/* Segments that name segments twice each end somewhere. */
static void
segments_within(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b = new_batch(&o);
	const char *arg[] = { "@seg14" };
	const struct crm_err *err;
	struct crm_query *q;
	char name[20], query[40];
	int i;

	(void)state;
	assert_true(add(b, 1, "segment", "name=seg0", "query=alpha", NULL));
	for (i = 1; i < 15; i++) {
		(void)snprintf(name, sizeof(name), "name=seg%d", i);
		(void)snprintf(query, sizeof(query),
		    "query=@seg%d or not @seg%d", i - 1, i - 1);
		assert_true(add(b, 1, "segment", name, query, NULL));
	}
	(void)commit(b);
	no_err(crm_snap_open(store, &snap));
	err = parse(arg, 1, &q);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
	arg[0] = "@seg7";
	no_err(parse(arg, 1, &q));
	crm_query_free(q);
	crm_snap_close(snap);
}

static int
begin(void **state)
{
	(void)state;
	seed = getenv("SEED") != NULL ? (uint64_t)atoll(getenv("SEED")) : 3;
	memset(count, 0, sizeof(count));
	memset(long_text, 'q', sizeof(long_text) - 1);
	memcpy(long_text, "long ", 5);
	return open_new(yaml);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(planned, begin, tear_down),
		cmocka_unit_test_setup_teardown(resumed, begin, tear_down),
		cmocka_unit_test_setup_teardown(invoices, begin, tear_down),
		cmocka_unit_test_setup_teardown(
		    segments_within, begin, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
