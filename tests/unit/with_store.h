/*
 * with_store - what tests of the store share: one store in a directory of its
 * own, batches made of words, the check.
 */
#ifndef CRM_WITH_STORE_H
#define CRM_WITH_STORE_H

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
#include "record/value.h"
#include "store/batch.h"
#include "store/check.h"
#include "store/rebuild.h"
#include "store/rollup.h"
#include "store/who.h"
#include "with_chance.h"

static char dir[64];
static struct crm_store *store;
static struct crm_clock today;
static char last_fault[300];
static uint64_t nfaults;

static inline void
complain(void *ctx, uint64_t line, const char *field, const char *what)
{
	(void)ctx;
	nfaults++;
	(void)snprintf(last_fault, sizeof(last_fault), "%llu: %s: %s",
	    (unsigned long long)line, field != NULL ? field : "-", what);
}

static inline struct crm_batch *
new_batch(struct crm_batch_options *o)
{
	struct crm_batch *b;

	o->clock = &today;
	o->user = "tester";
	o->program = "test";
	if (o->complain == NULL)
		o->complain = complain;
	no_err(crm_batch_new(store, o, &b));
	return b;
}

/*
 * One request from words "field=value", "field+=value", "field-=value" or
 * "id=p5", the last of which is NULL.
 */
static inline bool
request(struct crm_batch *b, struct crm_arena *a, struct crm_request *q,
    const char *kind, const char *const *words)
{
	struct crm_edit *edit;
	size_t n = 0;

	while (words[n] != NULL)
		n++;
	edit = crm_arena_alloc(a, (n + 1) * sizeof(*edit));
	memset(q, 0, sizeof(*q));
	q->kind = crm_kind_named(crm_store_schema(store), crm_view_str(kind));
	q->edit = edit;
	for (; *words != NULL; words++) {
		const char *eq = strchr(*words, '=');
		struct crm_buf v = CRM_BUF_INIT(CRM_LINE_MAX);
		struct crm_view name = crm_view(*words, (size_t)(eq - *words));
		const struct crm_err *err;
		struct crm_edit *e = &edit[q->nedits];

		e->op = CRM_SET;
		if (eq[-1] == '+' || eq[-1] == '-') {
			e->op = eq[-1] == '+' ? CRM_ADD : CRM_TAKE;
			name.n--;
		}
		if (crm_view_is(name, "id")) {
			assert_true(crm_id_parse(crm_view_str(eq + 1), &q->id));
			continue;
		}
		q->nedits++;
		e->field = crm_field_named(q->kind, name);
		assert_non_null(e->field);
		err = crm_value_parse(crm_batch_values(b), e->field,
		    crm_view_str(eq + 1), false, &v, q->currency);
		if (err != NULL) {
			crm_batch_fault(b, e->field->name, err->msg);
			crm_buf_release(&v);
			return false;
		}
		if (v.n == 0)
			e->op = CRM_CLEAR;
		e->value = crm_view(crm_arena_dup(a, v.p, v.n), v.n);
		crm_buf_release(&v);
	}
	return true;
}

/* The words of a call's arguments. */
#define WORDS_MAX 40
static inline void
take_words(const char *out[WORDS_MAX], va_list ap)
{
	size_t n = 0;

	do {
		assert_true(n < WORDS_MAX);
		out[n] = va_arg(ap, const char *);
	} while (out[n++] != NULL);
}

static inline bool
add_words(struct crm_batch *b, uint64_t line, const char *kind,
    const char *const *words)
{
	struct crm_arena a = CRM_ARENA_INIT;
	struct crm_request q;
	bool ok;

	crm_batch_line(b, line, CRM_V("the line\n"));
	ok = request(b, &a, &q, kind, words);
	if (ok)
		no_err(crm_batch_add(b, &q, &ok));
	crm_arena_release(&a);
	return ok;
}

static inline bool
add(struct crm_batch *b, uint64_t line, const char *kind, ...)
{
	const char *words[WORDS_MAX];
	va_list ap;

	va_start(ap, kind);
	take_words(words, ap);
	va_end(ap);
	return add_words(b, line, kind, words);
}

/* keys: "email,ref" */
static inline bool
put_words(struct crm_batch *b, uint64_t line, const char *keys,
    const char *kind, const char *const *words)
{
	struct crm_arena a = CRM_ARENA_INIT;
	const struct crm_field *key[8];
	struct crm_request q;
	struct crm_view rest = crm_view_str(keys);
	bool ok;

	crm_batch_line(b, line, CRM_V("the line\n"));
	ok = request(b, &a, &q, kind, words);
	while (rest.n > 0) {
		size_t n = crm_view_find(rest, ',');

		key[q.nkeys++] = crm_field_named(q.kind, crm_view(rest.p, n));
		rest = crm_view_skip(rest, n < rest.n ? n + 1 : n);
	}
	q.key = key;
	if (ok)
		no_err(crm_batch_put(b, &q, &ok));
	crm_arena_release(&a);
	return ok;
}

static inline bool
put(struct crm_batch *b, uint64_t line, const char *keys, const char *kind, ...)
{
	const char *words[WORDS_MAX];
	va_list ap;

	va_start(ap, kind);
	take_words(words, ap);
	va_end(ap);
	return put_words(b, line, keys, kind, words);
}

static inline bool
edit_words(struct crm_batch *b, uint64_t id, const char *const *words)
{
	struct crm_arena a = CRM_ARENA_INIT;
	struct crm_request q;
	bool ok;

	crm_batch_line(b, 0, CRM_VNULL);
	ok = request(b, &a, &q,
	    crm_kind_of(crm_store_schema(store), crm_id_kind(id))->name, words);
	if (ok)
		no_err(crm_batch_edit(b, id, &q, &ok));
	crm_arena_release(&a);
	return ok;
}

static inline bool
edit(struct crm_batch *b, uint64_t id, ...)
{
	const char *words[WORDS_MAX];
	va_list ap;

	va_start(ap, id);
	take_words(words, ap);
	va_end(ap);
	return edit_words(b, id, words);
}

static inline struct crm_batch_result
commit(struct crm_batch *b)
{
	struct crm_batch_result r;

	no_err(crm_batch_commit(b, &r, NULL));
	crm_batch_free(b);
	return r;
}

static inline void
print_fault(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	print_message("%s: %s\n", where, what);
}

static inline void
check(void)
{
	struct crm_check c = { .fault = print_fault };

	no_err(crm_check_store(store, &c));
	assert_int_equal(c.faults, 0);
}

static inline uint64_t
who(const char *text)
{
	struct crm_snap *snap;
	uint64_t id;

	no_err(crm_snap_open(store, &snap));
	no_err(crm_who_one(snap, NULL, crm_view_str(text), &id));
	crm_snap_close(snap);
	return id;
}

static inline struct crm_view
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

static inline void
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

/* How the stores of a test are opened. */
static struct crm_store_options opening = { .mode = CRM_STORE_WRITE,
	.wait_ms = 1000 };

static inline void
reopen(void)
{
	crm_store_close(store);
	no_err(crm_store_open(dir, &opening, &store));
	today.zone = crm_store_config(store)->zone;
}

static inline int
open_new(const char *yaml)
{
	struct crm_store *s;

	(void)snprintf(dir, sizeof(dir), "%s/crm-store-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(dir) == NULL || rmdir(dir) != 0)
		return -1;
	no_err(crm_store_begin(dir, -1, crm_view_str(yaml), &s));
	no_err(crm_store_publish(s));
	no_err(crm_store_open(dir, &opening, &store));
	today.zone = crm_store_config(store)->zone;
	today.now_us = INT64_C(1772357400) * CRM_SECOND_US; /* 2026-03-01 */
	today.week_start = 1;
	return 0;
}

static inline int
set_up(void **state)
{
	(void)state;
	return open_new("timezone: Europe/Warsaw\ncurrency: EUR\n");
}

static inline int
tear_down(void **state)
{
	char cmd[100];

	(void)state;
	crm_store_close(store);
	store = NULL;
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

#endif
