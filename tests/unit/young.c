/*
 * Tables that are appended to are two trees, of which nobody knows: random
 * writing, in small transactions and large ones, and all that can be read,
 * against a sorted array.  A store of before, which has no young trees; and one
 * whose young tree is damaged.
 */
#include <lmdb.h>

#include "with_env.h"

#define TABLE CRM_TABLE_CHANGE
#define KEYS 4000
#define VALUE_MAX 3000

/* The model: what value each key has, by its number; 0: none. */
static uint32_t stamp[KEYS];
static uint32_t last_key; /* the highest that ever was, +1 */
static uint32_t stamps;

static int
set_up(void **state)
{
	(void)state;
	seed = 11;
	memset(stamp, 0, sizeof(stamp));
	last_key = stamps = 0;
	return begin_env();
}

static int
tear_down(void **state)
{
	(void)state;
	return end_env();
}

static struct crm_view
key_of(uint32_t i, char room[8])
{
	crm_be64(room, (uint64_t)i + 1);
	return crm_view(room, 8);
}

/* A value says what it is; most are short, some fill pages of their own. */
static void
make_value(struct crm_buf *b, uint32_t key, uint32_t s)
{
	char room[8], le[4];
	size_t n = s % 50 == 0 ? VALUE_MAX : s % 7 == 0 ? 1500 : 60 + s % 200;

	crm_buf_reset(b);
	crm_buf_add(b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_le32(le, s);
	crm_buf_add(b, le, 4);
	while (b->n < n)
		crm_buf_addc(b, (char)s);
	crm_head_seal(b, key_of(key, room), 77, 0);
}

static void
assert_entry(struct crm_view key, struct crm_view value, uint32_t i)
{
	char room[8];

	if (i == KEYS) {
		assert_null(key.p);
		return;
	}
	assert_non_null(key.p);
	assert_true(crm_view_eq(key, key_of(i, room)));
	assert_true(crm_head_agrees(key, value));
	assert_int_equal(crm_le32_get(value.p + CRM_HEAD), stamp[i]);
}

/* The first key not below one, the last not above; KEYS: none. */
static uint32_t
from(uint32_t i)
{
	while (i < KEYS && stamp[i] == 0)
		i++;
	return i;
}

static uint32_t
down(uint32_t i)
{
	for (; stamp[i] == 0; i--)
		if (i == 0)
			return KEYS;
	return i;
}

/* Go there, then some steps in both directions. */
static void
look_at(struct crm_cur *c, uint32_t i)
{
	uint32_t at = from(i), steps = below(12), next;
	struct crm_view k, v;
	char room[8];

	no_err(crm_cur_seek(c, key_of(i, room), &k, &v));
	assert_entry(k, v, at);
	for (; at < KEYS && steps > 0; steps--) {
		if (below(2) == 0) {
			next = from(at + 1);
			no_err(crm_cur_next(c, &k, &v));
		} else {
			next = at == 0 ? KEYS : down(at - 1);
			no_err(crm_cur_prev(c, &k, &v));
		}
		assert_entry(k, v, next);
		if (next == KEYS)
			break;
		at = next;
	}
	no_err(crm_cur_floor(c, key_of(i, room), false, &k, &v));
	assert_entry(k, v, down(i));
}

static void
look(struct crm_txn *t)
{
	struct crm_view k, v;
	struct crm_cur *c;
	uint32_t i, at;
	char room[8];
	int n;

	no_err(crm_cur_open(t, TABLE, &c));
	if (below(2) == 0)
		crm_cur_sparse(c);
	no_err(crm_cur_next(c, &k, &v)); /* from nowhere */
	assert_entry(k, v, from(0));
	for (n = 0; n < 20; n++) {
		/* most near the end, where the trees meet */
		i = below(3) == 0 || last_key < 40 ? below(KEYS - 1)
						   : last_key - 1 - below(40);
		look_at(c, i);
		no_err(crm_kv_get(t, TABLE, key_of(i, room), &v));
		if (stamp[i] == 0)
			assert_null(v.p);
		else
			assert_entry(key_of(i, room), v, i);
	}
	no_err(crm_cur_last(c, &k, &v));
	assert_entry(k, v, down(KEYS - 1));
	no_err(crm_cur_first(c, &k, &v));
	for (at = from(0); at < KEYS; at = from(at + 1)) {
		assert_entry(k, v, at);
		no_err(crm_cur_next(c, &k, &v));
	}
	assert_null(k.p);
	crm_cur_close(c);
}

/* Some writing: steps of it; how: what else than appending there is. */
struct writing {
	uint32_t steps;
	bool edits, looks, clears, given_up;
};

static void
put(struct crm_txn *t, struct crm_cur *c, struct crm_buf *b, uint32_t i)
{
	char room[8];

	stamp[i] = ++stamps;
	make_value(b, i, stamps);
	if (i >= last_key && below(2) == 0)
		no_err(crm_cur_append(c, key_of(i, room), crm_buf_view(b)));
	else if (below(2) == 0)
		no_err(crm_kv_put(t, TABLE, key_of(i, room), crm_buf_view(b)));
	else
		no_err(crm_kv_put_near(
		    t, TABLE, key_of(i, room), crm_buf_view(b)));
	if (i >= last_key)
		last_key = i + 1;
}

static const struct crm_err *
write_some(void *ctx, struct crm_txn *t)
{
	const struct writing *w = ctx;
	struct crm_buf b = CRM_BUF_INIT(VALUE_MAX + 1);
	struct crm_cur *c;
	uint32_t n, i;
	char room[8];

	no_err(crm_cur_open(t, TABLE, &c));
	for (n = 0; n < w->steps; n++) {
		i = last_key + below(3) / 2;
		if (w->edits && last_key > 0 && below(3) == 0) {
			i = below(2) == 0 ? last_key - 1 : below(last_key);
			if (below(3) == 0) {
				stamp[i] = 0;
				no_err(crm_kv_del(t, TABLE, key_of(i, room)));
				continue;
			}
		}
		if (i < KEYS - 1)
			put(t, c, &b, i);
		if (w->looks && below(10) == 0)
			look(t);
	}
	if (w->clears) {
		no_err(crm_kv_clear(t, TABLE));
		memset(stamp, 0, sizeof(stamp));
		last_key = 0;
	}
	crm_cur_close(c);
	crm_buf_release(&b);
	return w->given_up ? crm_err(CRM_E_DATA, "given up") : NULL;
}

static void
open_again(void)
{
	crm_env_close(env);
	no_err(crm_env_open(dir, CRM_ENV_WRITE, false, &env));
}

static void
random_writing(void **state)
{
	static uint32_t before[KEYS];
	const struct crm_err *err;
	struct crm_env_stat st;
	struct writing w;
	struct crm_txn *t;
	uint32_t round, high, i, n;

	(void)state;
	for (round = 0; round < 400; round++) {
		memset(&w, 0, sizeof(w));
		w.steps = below(20) == 0 ? 300 : below(8);
		w.edits = below(3) == 0;
		w.looks = below(4) == 0;
		w.clears = below(100) == 0;
		w.given_up = below(10) == 0;
		memcpy(before, stamp, sizeof(stamp));
		high = last_key;
		err = crm_env_update(env, write_some, &w);
		if (w.given_up) {
			assert_non_null(err);
			memcpy(stamp, before, sizeof(stamp));
			last_key = high;
		} else
			no_err(err);
		if (below(20) == 0)
			open_again();
		no_err(crm_txn_read(env, &t));
		look(t);
		no_err(crm_env_stat(t, &st));
		for (n = i = 0; i < KEYS; i++)
			n += stamp[i] != 0;
		assert_int_equal(st.entries[TABLE], n);
		assert_int_equal(st.lost_pages, 0);
		crm_txn_end(t);
		if (last_key + 400 > KEYS) {
			w = (struct writing){ .clears = true };
			no_err(crm_env_update(env, write_some, &w));
		}
	}
}

/* The pages of the file, and how many of them are others than in memory, which
 * has them from then on; the two heads are not counted. */
static size_t
changed_pages(struct crm_buf *was)
{
	char path[100], page[4096];
	size_t n = 0, at = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	f = fopen(path, "rb");
	assert_non_null(f);
	for (; fread(page, sizeof(page), 1, f) == 1; at += sizeof(page)) {
		if (at < was->n && memcmp(was->p + at, page, sizeof(page)) == 0)
			continue;
		n += at >= 2 * sizeof(page);
		if (at < was->n)
			memcpy(was->p + at, page, sizeof(page));
		else
			crm_buf_add(was, page, sizeof(page));
	}
	(void)fclose(f);
	return n;
}

/* That is what it is for: table of names, free pages, the young one; and now
 * and then the way to the end of the other tree. */
static void
few_pages(void **state)
{
	struct writing much = { .steps = 1000 }, one = { .steps = 1 };
	struct crm_buf was = CRM_BUF_INIT((size_t)64 << 20);
	size_t n = 0;
	int i;

	(void)state;
	no_err(crm_env_update(env, write_some, &much));
	no_err(crm_env_update(env, write_some, &one)); /* the end moves over */
	(void)changed_pages(&was);
	for (i = 0; i < 40; i++) {
		no_err(crm_env_update(env, write_some, &one));
		n += changed_pages(&was);
	}
	assert_in_range(n, 40 * 3, 40 * 4);
	crm_buf_release(&was);
}

/* A walk through the young tree that somebody empties has no place left. */
static const struct crm_err *
lose_place(void *ctx, struct crm_txn *t)
{
	struct crm_buf b = CRM_BUF_INIT(VALUE_MAX + 1);
	const struct crm_err *err = NULL;
	struct crm_view k, v;
	struct crm_cur *c, *w;
	int *walked = ctx;

	no_err(crm_cur_open(t, TABLE, &c));
	no_err(crm_cur_open(t, TABLE, &w));
	put(t, w, &b, 0);
	no_err(crm_cur_last(c, &k, &v));
	for (*walked = 0; err == NULL && *walked < 100; (*walked)++) {
		put(t, w, &b, last_key);
		err = crm_cur_next(c, &k, &v);
		if (err == NULL)
			assert_entry(k, v, last_key - 1);
	}
	crm_cur_close(c);
	crm_cur_close(w);
	crm_buf_release(&b);
	return err;
}

static void
loses_its_place(void **state)
{
	const struct crm_err *err;
	int walked;

	(void)state;
	err = crm_env_update(env, lose_place, &walked);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_BUG);
	assert_in_range(walked, 2, 60);
}

/* Take the young trees out of a store: all that they hold has been moved. */
static void
make_older(void)
{
	static const char *const name[] = { "young-event", "young-change",
		"young-changed" };
	MDB_env *e;
	MDB_txn *t;
	MDB_dbi dbi;
	size_t i;

	crm_env_close(env);
	assert_int_equal(mdb_env_create(&e), 0);
	assert_int_equal(mdb_env_set_maxdbs(e, 30), 0);
	assert_int_equal(mdb_env_open(e, dir, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(e, NULL, 0, &t), 0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(mdb_dbi_open(t, name[i], 0, &dbi), 0);
		assert_int_equal(mdb_drop(t, dbi, 1), 0);
	}
	assert_int_equal(mdb_txn_commit(t), 0);
	mdb_env_close(e);
}

static void
assert_refused(const struct crm_err *err)
{
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
}

struct making {
	bool fails;
};

static const struct crm_err *
make_young(void *ctx, struct crm_txn *t)
{
	const struct making *m = ctx;

	no_err(crm_txn_make_young(t));
	return m->fails ? crm_err(CRM_E_DATA, "given up") : NULL;
}

/* How many keys the young tree of the table has, by LMDB. */
static size_t
young_entries(void)
{
	size_t n = 0;
	MDB_stat st;
	MDB_env *e;
	MDB_txn *t;
	MDB_dbi dbi;

	crm_env_close(env);
	assert_int_equal(mdb_env_create(&e), 0);
	assert_int_equal(mdb_env_set_maxdbs(e, 30), 0);
	assert_int_equal(mdb_env_open(e, dir, MDB_RDONLY, 0600), 0);
	assert_int_equal(mdb_txn_begin(e, NULL, MDB_RDONLY, &t), 0);
	if (mdb_dbi_open(t, "young-change", 0, &dbi) == 0) {
		assert_int_equal(mdb_stat(t, dbi, &st), 0);
		n = st.ms_entries;
	}
	mdb_txn_abort(t);
	mdb_env_close(e);
	no_err(crm_env_open(dir, CRM_ENV_WRITE, false, &env));
	return n;
}

static void
of_before(void **state)
{
	struct writing much = { .steps = 300 }, few = { .steps = 5 };
	struct making makes = { false };
	enum crm_env_mode mode;
	struct crm_txn *t;

	(void)state;
	no_err(crm_env_update(env, write_some, &much));
	make_older();
	for (mode = CRM_ENV_READ; mode <= CRM_ENV_WRITE; mode++) {
		no_err(crm_env_open(dir, mode, false, &env));
		if (mode == CRM_ENV_WRITE) {
			/* as it is, then with trees that are given up, then
			 * with some */
			no_err(crm_env_update(env, write_some, &few));
			makes.fails = true;
			assert_refused(crm_env_update(env, make_young, &makes));
			no_err(crm_env_update(env, write_some, &few));
			assert_int_equal(young_entries(), 0);
			makes.fails = false;
			no_err(crm_env_update(env, make_young, &makes));
			no_err(crm_env_update(env, write_some, &few));
			assert_in_range(young_entries(), 1, 5);
		}
		no_err(crm_txn_read(env, &t));
		look(t);
		crm_txn_end(t);
		if (mode != CRM_ENV_WRITE)
			crm_env_close(env);
	}
}

static const struct crm_err *
demand_and_put(void *ctx, struct crm_txn *t)
{
	char room[8];

	(void)ctx;
	crm_txn_demand_young(t, true);
	return crm_kv_put(
	    t, TABLE, key_of(KEYS - 1, room), CRM_V("0123456789"));
}

/* In all pages of the file. */
static void
replace_text(const char *text, const char *by)
{
	struct crm_buf b = CRM_BUF_INIT((size_t)64 << 20);
	size_t n = strlen(text), i;
	char path[100];
	FILE *f;
	int c;

	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	f = fopen(path, "r+b");
	assert_non_null(f);
	for (c = getc(f); c != EOF; c = getc(f))
		crm_buf_addc(&b, (char)c);
	for (i = 0; i + n <= b.n; i++)
		if (memcmp(b.p + i, text, n) == 0)
			memcpy(b.p + i, by, n);
	rewind(f);
	assert_int_equal(fwrite(b.p, b.n, 1, f), 1);
	assert_int_equal(fclose(f), 0);
	crm_buf_release(&b);
}

/* A name that is damaged: what it led to is missed, not taken for nothing. */
static void
misnamed(void **state)
{
	struct writing few = { .steps = 5 };
	struct crm_txn *t;
	struct crm_view v;
	char room[8];

	(void)state;
	no_err(crm_env_update(env, write_some, &few));
	crm_env_close(env);
	/* one of them */
	replace_text("young-event", "young-evenu");
	assert_refused(crm_env_open(dir, CRM_ENV_READ, false, &env));
	assert_refused(crm_env_open(dir, CRM_ENV_WRITE, false, &env));
	/* all: who knows the format knows that they have to be there */
	replace_text("young-", "youmg-");
	no_err(crm_env_open(dir, CRM_ENV_WRITE, false, &env));
	no_err(crm_txn_read(env, &t));
	crm_txn_demand_young(t, true);
	assert_refused(crm_kv_get(t, TABLE, key_of(0, room), &v));
	crm_txn_end(t);
	assert_refused(crm_env_update(env, demand_and_put, NULL));
}

static const struct crm_err *
put_unsealed(void *ctx, struct crm_txn *t)
{
	char room[8];

	(void)ctx;
	return crm_kv_put(
	    t, TABLE, key_of(KEYS - 1, room), CRM_V("0123456789"));
}

static void
damaged(void **state)
{
	const struct crm_err *err;
	struct crm_view v;
	struct crm_txn *t;
	char room[8];

	(void)state;
	no_err(crm_env_update(env, put_unsealed, NULL));
	no_err(crm_txn_read(env, &t));
	err = crm_kv_get(t, TABLE, key_of(0, room), &v);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
	crm_txn_end(t);
	err = crm_env_update(env, put_unsealed, NULL);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
}

static const struct crm_err *
append_two(void *ctx, struct crm_txn *t)
{
	const uint32_t *key = ctx;
	struct crm_buf b = CRM_BUF_INIT(VALUE_MAX + 1);
	const struct crm_err *err = NULL;
	struct crm_cur *c;
	char room[8];
	int i;

	no_err(crm_cur_open(t, TABLE, &c));
	for (i = 0; err == NULL && i < 2; i++) {
		make_value(&b, key[i], 1);
		err = crm_cur_append(c, key_of(key[i], room), crm_buf_view(&b));
	}
	crm_cur_close(c);
	crm_buf_release(&b);
	return err;
}

/* Who appends what does not belong behind all others is wrong, however little
 * that is. */
static void
out_of_order(void **state)
{
	uint32_t wrong[2] = { 10, 5 }, twice[2] = { 10, 10 },
		 right[2] = { 10, 11 };
	const struct crm_err *err;

	(void)state;
	err = crm_env_update(env, append_two, wrong);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_BUG);
	err = crm_env_update(env, append_two, twice);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_BUG);
	no_err(crm_env_update(env, append_two, right));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    random_writing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(few_pages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    loses_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(misnamed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    out_of_order, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("young", tests, NULL, NULL);
}
