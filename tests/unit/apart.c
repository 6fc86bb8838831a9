/*
 * Pages that a search comes to are read by themselves, not in the map: the
 * same answers as by going from leaf to leaf, in any order, and after the
 * snapshot was let go of.
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
#include "record/id.h"
#include "store/block.h"
#include "store/pages.h"
#include "store/pages_walk.h"

#define RECORDS 20000 /* of a kilobyte: 5,000 leaves */
#define FAR 20        /* from one that is looked up to the next */
#define VALUE 1000    /* bytes of one */
#define PAGE 4096
#define FLAGS_AT 10          /* bytes into a page: what it is */
#define A_LEAF_OF_SORTS 0x82 /* to LMDB, which looks at one bit */

static char dir[64];
static struct crm_env *env;

static void
no_err(const struct crm_err *err)
{
	if (err != NULL)
		fail_msg("%s", err->msg);
}

/* The i-th record's value: its number, then filling. */
static void
value_of(uint64_t i, char out[VALUE])
{
	memset(out, 'x', VALUE);
	crm_be64(out, i);
}

static const struct crm_err *
put_all(void *ctx, struct crm_txn *t)
{
	const struct crm_err *err;
	struct crm_block_writer *w;
	char key[8], value[VALUE];
	uint64_t i;

	(void)ctx;
	no_err(crm_block_write(t, CRM_TABLE_RECORD, &w));
	for (i = 1; i <= RECORDS; i++) {
		crm_be64(key, crm_id('p', 0, i));
		value_of(i, value);
		err = crm_block_put(w, crm_view(key, sizeof(key)),
		    crm_view(value, sizeof(value)));
		no_err(err);
	}
	return crm_block_close(w);
}

static int
set_up(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/crm-apart-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	no_err(crm_env_open(dir, CRM_ENV_CREATE, false, &env));
	no_err(crm_env_update(env, put_all, NULL));
	crm_env_close(env);
	/* a map that nothing was read of yet */
	no_err(crm_env_open(dir, CRM_ENV_READ, false, &env));
	return 0;
}

static void
open_to_write(void)
{
	crm_env_close(env);
	no_err(crm_env_open(dir, CRM_ENV_WRITE, false, &env));
}

static int
tear_down(void **state)
{
	char cmd[100];

	(void)state;
	crm_env_close(env);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static void
is_record(const struct crm_view *v, uint64_t i)
{
	char want[VALUE];

	value_of(i, want);
	assert_int_equal(v->n, VALUE);
	assert_memory_equal(v->p, want, VALUE);
}

/* Look n records up, a step apart; returns how many of them were read in the
 * map. */
static size_t
look_up(struct crm_txn *t, size_t n, size_t step)
{
	struct crm_walk *w;
	struct crm_view v;
	uint64_t number = 1;
	size_t i, mapped = 0;

	no_err(crm_walk_open(t, CRM_TABLE_RECORD, &w));
	crm_walk_sparse(w);
	for (i = 0; i < n; i++) {
		no_err(crm_walk_get(w, crm_id('p', 0, number), &v));
		is_record(&v, number);
		mapped += crm_txn_keeps(t, v.p);
		number = (number - 1 + step) % RECORDS + 1;
	}
	crm_walk_close(w);
	return mapped;
}

static void
spares_the_map(void **state)
{
	struct crm_txn *t;
	struct crm_walk *w;
	struct crm_entry e;
	size_t all, mapped;

	(void)state;
	if (!CRM_PAGES_BY_HAND)
		skip();
	no_err(crm_txn_read(env, &t));
	/* 5,000 leaves: a quarter is read by itself */
	assert_int_equal(look_up(t, RECORDS / FAR, FAR), 0);
	mapped = look_up(t, RECORDS / FAR, RECORDS - FAR);
	assert_true(mapped > 0 && mapped < RECORDS / FAR);
	/* all over the place: it is content with the map */
	assert_int_equal(look_up(t, RECORDS, 7919), RECORDS);
	/* from leaf to leaf it takes many at once */
	no_err(crm_walk_open(t, CRM_TABLE_RECORD, &w));
	crm_walk_sparse(w);
	no_err(crm_walk_seek(w, crm_view("p", 1), &e));
	for (all = 0; e.prefix.p != NULL; all++) {
		is_record(&e.value, all + 1);
		no_err(crm_walk_next(w, &e));
	}
	assert_int_equal(all, RECORDS);
	crm_walk_close(w);
	crm_txn_end(t);
}

/* Views of the map live as long as the snapshot, those of a room do not. */
static void
knows_what_stays(void **state)
{
	struct crm_view v;
	struct crm_walk *w;
	struct crm_entry e;
	struct crm_txn *t;
	size_t i;

	(void)state;
	if (!CRM_PAGES_BY_HAND)
		skip();
	no_err(crm_txn_read(env, &t));
	no_err(crm_walk_open(t, CRM_TABLE_RECORD, &w));
	crm_walk_sparse(w);
	no_err(crm_walk_get(w, crm_id('p', 0, 5000), &v));
	assert_false(crm_txn_keeps(t, v.p));
	crm_walk_close(w);
	no_err(crm_walk_open(t, CRM_TABLE_RECORD, &w));
	no_err(crm_walk_seek(w, crm_view("p", 1), &e));
	for (i = 0; i < 100; i++)
		no_err(crm_walk_next(w, &e));
	assert_true(crm_txn_keeps(t, e.value.p));
	crm_walk_close(w);
	crm_txn_end(t);
}

/* Give a record the value of another one. */
static const struct crm_err *
change(struct crm_txn *t, uint64_t number, uint64_t as)
{
	struct crm_block_writer *w;
	char key[8], value[VALUE];

	value_of(as, value);
	crm_be64(key, crm_id('p', 0, number));
	no_err(crm_block_write(t, CRM_TABLE_RECORD, &w));
	no_err(crm_block_put(w, crm_view(key, 8), crm_view(value, VALUE)));
	return crm_block_close(w);
}

static const struct crm_err *
change_one(void *ctx, struct crm_txn *t)
{
	const uint64_t *number = ctx;

	return change(t, *number, *number + 1);
}

static const struct crm_err *
change_777(void *ctx, struct crm_txn *t)
{
	const uint64_t *as = ctx;

	return change(t, 777, *as);
}

/* What another snapshot has on the same pages is read anew. */
static void
forgets_at_a_pause(void **state)
{
	struct crm_walk *w;
	struct crm_view v;
	struct crm_txn *t;
	uint64_t i, number = 777;

	(void)state;
	open_to_write();
	no_err(crm_txn_read(env, &t));
	no_err(crm_walk_open(t, CRM_TABLE_RECORD, &w));
	crm_walk_sparse(w);
	no_err(crm_walk_get(w, crm_id('p', 0, number), &v));
	is_record(&v, number);
	/* some commits, so that pages are used again */
	for (i = 0; i < 5; i++) {
		crm_txn_pause(t);
		no_err(crm_env_update(env, change_one, &number));
		no_err(crm_txn_resume(t));
		no_err(crm_walk_renew(w));
		no_err(crm_walk_get(w, crm_id('p', 0, number), &v));
		is_record(&v, number + 1);
		number++;
		no_err(crm_walk_get(w, crm_id('p', 0, number), &v));
		is_record(&v, number);
	}
	crm_walk_close(w);
	crm_txn_end(t);
}

/* A page that was let go of and used again for the same keys is not taken for
 * what it was: its number and its place in the tree are the same. */
static void
sees_a_page_used_again(void **state)
{
	struct crm_walk *w;
	struct crm_view v;
	struct crm_txn *t;
	uint64_t last = 777;
	size_t i, j;

	(void)state;
	open_to_write();
	no_err(crm_txn_read(env, &t));
	no_err(crm_walk_open(t, CRM_TABLE_RECORD, &w));
	crm_walk_sparse(w);
	for (i = 0; i < 24; i++) {
		no_err(crm_walk_get(w, crm_id('p', 0, 777), &v));
		is_record(&v, last);
		crm_txn_pause(t);
		for (j = 0; j < i % 8 + 1; j++) {
			last++;
			no_err(crm_env_update(env, change_777, &last));
		}
		no_err(crm_txn_resume(t));
		no_err(crm_walk_renew(w));
	}
	crm_walk_close(w);
	crm_txn_end(t);
}

/* Write nonsense into the head of each page that has a record. */
static void
damage(uint64_t i)
{
	char path[80], page[PAGE], value[VALUE];
	FILE *f;
	long at;
	size_t j;

	value_of(i, value);
	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	f = fopen(path, "r+");
	assert_non_null(f);
	for (at = 0; fread(page, PAGE, 1, f) == 1; at += PAGE) {
		for (j = 0; j + VALUE <= PAGE; j++)
			if (memcmp(page + j, value, VALUE) == 0)
				break;
		if (j + VALUE > PAGE)
			continue;
		assert_int_equal(fseek(f, at + FLAGS_AT, SEEK_SET), 0);
		assert_int_equal(fputc(A_LEAF_OF_SORTS, f), A_LEAF_OF_SORTS);
		assert_int_equal(fseek(f, at + PAGE, SEEK_SET), 0);
	}
	assert_int_equal(fclose(f), 0);
}

/* A room that a damaged page was read into has nothing of the block before. */
static void
forgets_at_damage(void **state)
{
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_view v;
	struct crm_txn *t;

	(void)state;
	if (!CRM_PAGES_BY_HAND)
		skip();
	damage(201);
	no_err(crm_txn_read(env, &t));
	no_err(crm_walk_open(t, CRM_TABLE_RECORD, &w));
	crm_walk_sparse(w);
	no_err(crm_walk_get(w, crm_id('p', 0, 15001), &v));
	is_record(&v, 15001);
	err = crm_walk_get(w, crm_id('p', 0, 201), &v);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
	no_err(crm_walk_get(w, crm_id('p', 0, 15001), &v));
	is_record(&v, 15001);
	crm_walk_close(w);
	crm_txn_end(t);
}

/* Fill the map, then look up what is on a damaged page. */
static const struct crm_err *
fill_and_get(void *ctx, struct crm_txn *t)
{
	static const char big[1 << 16];
	const struct crm_err *err = NULL;
	unsigned int *tries = ctx;
	struct crm_walk *w;
	struct crm_view v;
	char key[8];
	uint64_t i;

	++*tries;
	for (i = 0; err == NULL && i < 64; i++) {
		crm_be64(key, i);
		err = crm_kv_put(t, CRM_TABLE_META, crm_view(key, 8),
		    crm_view(big, sizeof(big)));
	}
	if (err != NULL)
		return err;
	no_err(crm_walk_open(t, CRM_TABLE_RECORD, &w));
	err = crm_walk_get(w, crm_id('p', 0, 201), &v);
	crm_walk_close(w);
	return err;
}

/* Writers look at pages in a map that had to grow, too. */
static void
looks_in_a_new_map(void **state)
{
	const struct crm_err *err;
	unsigned int tries = 0;
	struct crm_txn *t;
	struct stat st;
	char path[80];

	(void)state;
	if (!CRM_PAGES_BY_HAND)
		skip();
	damage(201);
	crm_env_close(env);
	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	assert_int_equal(stat(path, &st), 0);
	no_err(crm_env_open_sized(
	    dir, CRM_ENV_WRITE, false, (uint64_t)st.st_size + (1 << 20), &env));
	no_err(crm_txn_read(env, &t));
	crm_txn_end(t);
	err = crm_env_update(env, fill_and_get, &tries);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
	assert_int_equal(tries, 2);
}

/* The last key not above one, by hand and by LMDB, quick or not. */
static void
floor_of(struct crm_cur *c, const char *at, size_t n)
{
	struct crm_view key, value, slow, none;

	no_err(crm_cur_floor(c, crm_view(at, n), true, &key, &value));
	no_err(crm_cur_floor(c, crm_view(at, n), false, &slow, &none));
	assert_int_equal(key.n, slow.n);
	if (key.p == NULL) {
		no_err(crm_cur_first(c, &key, &value));
		assert_true(crm_view_cmp(key, crm_view(at, n)) > 0);
		return;
	}
	assert_true(crm_view_cmp(slow, crm_view(at, n)) <= 0);
	no_err(crm_cur_next(c, &key, &value));
	assert_true(key.p == NULL || crm_view_cmp(key, crm_view(at, n)) > 0);
}

static const struct crm_err *
floors(void *ctx, struct crm_txn *t)
{
	struct crm_cur *c;
	char key[8];
	uint64_t i;

	(void)ctx;
	no_err(crm_cur_open(t, CRM_TABLE_RECORD, &c));
	for (i = 0; i < RECORDS + 10; i += 3) {
		crm_be64(key, crm_id('p', 0, i));
		floor_of(c, key, 8);
	}
	floor_of(c, "", 0);
	floor_of(c, "a", 1);
	floor_of(c, "z", 1);
	crm_cur_close(c);
	return NULL;
}

static void
finds_the_floor(void **state)
{
	struct crm_txn *t;

	(void)state;
	open_to_write();
	no_err(crm_txn_read(env, &t));
	no_err(floors(NULL, t));
	crm_txn_end(t);
	no_err(crm_env_update(env, floors, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    spares_the_map, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    knows_what_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    forgets_at_a_pause, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    sees_a_page_used_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    forgets_at_damage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    looks_in_a_new_map, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    finds_the_floor, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
