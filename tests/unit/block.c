/*
 * The block module against a model: a sorted array.  Random puts, removals,
 * replacements, bulk loads and splits in all three layouts, then every way of
 * reading compared.
 */
#include "store/block.h"
#include "base/find.h"
#include "base/mem.h"
#include "record/id.h"
#include "with_env.h"

#define ABOUT_EXACT 200 /* ids that are in few blocks in any case */

struct entry {
	unsigned char key[CRM_KEY_MAX];
	size_t key_n;
	char *value;
	size_t value_n;
};

static struct entry *model;
static size_t nmodel, model_cap;

static struct crm_view
key_of(const struct entry *e)
{
	return crm_view(e->key, e->key_n);
}

static int
cmp(const void *x, const void *y)
{
	return crm_view_cmp(key_of(x), key_of(y));
}

static size_t
model_floor(struct crm_view key) /* how many are below key */
{
	size_t lo = 0, hi = nmodel, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (crm_view_cmp(key_of(&model[mid]), key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
model_apply(const struct entry *e, bool del)
{
	size_t i = model_floor(key_of(e));
	bool there = i < nmodel && cmp(&model[i], e) == 0;

	if (there) {
		crm_free(model[i].value);
		if (del) {
			memmove(model + i, model + i + 1,
			    (nmodel - i - 1) * sizeof(*model));
			nmodel--;
			return;
		}
	} else if (del)
		return;
	else {
		model = crm_grow(model, &model_cap, nmodel + 1, sizeof(*model));
		memmove(
		    model + i + 1, model + i, (nmodel - i) * sizeof(*model));
		nmodel++;
	}
	model[i] = *e;
	model[i].value = crm_strndup(e->value, e->value_n);
}

/* A random entry of a table; few prefixes and groups, so that they meet. */
static void
make_entry(enum crm_table t, struct entry *e, uint32_t range)
{
	static const char kinds[] = "pod";
	uint32_t r = below(100), n, i;
	static char value[9000];
	uint64_t id =
	    crm_id(kinds[below(2)], (uint16_t)(below(8) == 0), below(range));

	e->value_n = 0;
	switch ((int)t) {
	case CRM_TABLE_RECORD:
	case CRM_TABLE_EVENT:
		crm_be64(e->key, id);
		e->key_n = 8;
		e->value_n = r < 90 ? below(120)
		    : r < 99        ? below(1500)
				    : below(9000);
		break;
	case CRM_TABLE_STORY:
		crm_be64(e->key, crm_id('p', 0, below(range / 50 + 1)));
		crm_be64(e->key + 8, below(range));
		crm_be64(e->key + 16, below(3));
		e->key_n = 24;
		e->value_n = 8;
		break;
	case CRM_TABLE_ROLLUP:
		crm_be64(e->key, id);
		e->key[8] = (unsigned char)below(3);
		e->key_n = 9;
		e->value_n = 48;
		break;
	default: /* index and text */
		n = 0;
		if (t == CRM_TABLE_INDEX) {
			e->key[n++] = (unsigned char)crm_id_kind(id);
			e->key[n++] = 0;
			e->key[n++] = (unsigned char)(1 + below(2));
		}
		if (r < 40) /* a common group */
			e->key[n++] = (unsigned char)('a' + below(3));
		else if (r < 42 && t == CRM_TABLE_INDEX)
			; /* of no value */
		else
			for (i = r < 97   ? 1 + below(20)
				 : r < 99 ? 300
					  : CRM_GROUP_MAX - 2;
			     i > 0; i--)
				e->key[n++] = (unsigned char)('a' + below(4));
		if (t == CRM_TABLE_TEXT) {
			e->key[n++] = 0;
			e->key[n++] = (unsigned char)crm_id_kind(id);
			e->value_n = 1;
		}
		e->key[n++] = 0;
		crm_be64(e->key + n, id);
		e->key_n = n + 8;
		break;
	}
	for (i = 0; i < e->value_n; i++)
		value[i] =
		    (char)below(t == CRM_TABLE_EVENT && r < 70 ? 2 : 256);
	e->value = value;
}

struct batch {
	enum crm_table table;
	struct entry *e;
	bool *del, *there;
	size_t n;
	bool lift; /* may blocks be taken out? */
};

/* Put the ids of one group that follow each other, n of them. */
static const struct crm_err *
put_run(struct crm_block_writer *w, const struct batch *b, size_t i, size_t *n)
{
	struct crm_view key = key_of(&b->e[i]), next;
	uint64_t id[64];
	uint8_t byte[64];
	size_t k = 0;

	do {
		next = key_of(&b->e[i + k]);
		id[k] = crm_be64_get(next.p + next.n - 8);
		byte[k] =
		    b->e[i + k].value_n > 0 ? (uint8_t)b->e[i + k].value[0] : 0;
		k++;
		next = i + k < b->n ? key_of(&b->e[i + k]) : CRM_VNULL;
	} while (k < 64 && next.n == key.n && !b->del[i + k] &&
	    memcmp(next.p, key.p, key.n - 8) == 0);
	*n = k;
	return crm_block_put_ids(w, crm_view(key.p, key.n - 9), id, byte, k);
}

static const struct crm_err *
apply(void *ctx, struct crm_txn *t)
{
	struct batch *b = ctx;
	struct crm_block_writer *w;
	const struct crm_err *err;
	size_t i, run;

	err = crm_block_write(t, b->table, &w);
	if (err == NULL && b->lift)
		crm_block_lift(w);
	for (i = 0; err == NULL && i < b->n; i++) {
		struct crm_view key = key_of(&b->e[i]), was;
		struct crm_view value =
		    crm_view(b->e[i].value, b->e[i].value_n);

		if (b->del[i] && i % 2 == 0)
			err = crm_block_del(w, key);
		else if (b->del[i])
			err = crm_block_take(w, key, &was);
		else if (i % 5 == 0) {
			err = crm_block_take(w, key, &was);
			assert_true((was.p != NULL) == b->there[i]);
			if (err == NULL)
				err = crm_block_put(w, key, value);
		} else if (i % 5 == 1 &&
		    crm_form_of(b->table)->layout == CRM_POSTING) {
			err = put_run(w, b, i, &run);
			i += run - 1;
		} else
			err = crm_block_put(w, key, value);
	}
	if (err != NULL) {
		crm_block_abandon(w);
		return err;
	}
	return crm_block_close(w);
}

static void
run_batch(enum crm_table t, size_t n, uint32_t range, uint32_t percent_del)
{
	struct batch b = { .table = t, .lift = below(2) == 0 };
	size_t i, k;

	b.e = crm_calloc(n, sizeof(*b.e));
	b.del = crm_calloc(n, sizeof(*b.del));
	b.there = crm_calloc(n, sizeof(*b.there));
	for (i = 0; i < n; i++) {
		make_entry(t, &b.e[i], range);
		if (nmodel > 0 && below(100) < percent_del)
			b.e[i] = model[below((uint32_t)nmodel)];
		b.e[i].value = crm_strndup(b.e[i].value, b.e[i].value_n);
	}
	qsort(b.e, n, sizeof(*b.e), cmp);
	for (i = 0, k = 0; i < n; i++)
		if (k > 0 && cmp(&b.e[k - 1], &b.e[i]) == 0)
			crm_free(b.e[i].value);
		else
			b.e[k++] = b.e[i];
	b.n = k;
	for (i = 0; i < b.n; i++) {
		k = model_floor(key_of(&b.e[i]));
		b.there[i] = k < nmodel && cmp(&model[k], &b.e[i]) == 0;
		b.del[i] = below(100) < percent_del;
		model_apply(&b.e[i], b.del[i]);
	}
	no_err(crm_env_update(env, apply, &b));
	for (i = 0; i < b.n; i++)
		crm_free(b.e[i].value);
	crm_free(b.e);
	crm_free(b.del);
	crm_free(b.there);
}

/* The full key of an entry as a walk gives it. */
static size_t
full_key(enum crm_table t, const struct crm_entry *e, unsigned char *out)
{
	size_t n = e->prefix.n;

	memcpy(out, e->prefix.p, n);
	if (crm_form_of(t)->layout == CRM_HEAP) {
		crm_be64(out, e->id);
		return 8;
	}
	memcpy(out + n, e->key.p, e->key.n);
	n += e->key.n;
	if (crm_form_of(t)->layout == CRM_FIXED)
		return n;
	out[n] = 0;
	crm_be64(out + n + 1, e->id);
	return n + 9;
}

static void
same(enum crm_table t, const struct crm_entry *e, size_t i)
{
	unsigned char key[CRM_KEY_MAX + 16];

	if (i == nmodel) {
		assert_null(e->prefix.p);
		return;
	}
	assert_non_null(e->prefix.p);
	assert_true(
	    crm_view_eq(crm_view(key, full_key(t, e, key)), key_of(&model[i])));
	assert_true(
	    crm_view_eq(e->value, crm_view(model[i].value, model[i].value_n)));
}

static void
check_raw(struct crm_txn *txn, enum crm_table t)
{
	struct crm_buf end = CRM_BUF_INIT(CRM_KEY_MAX);
	struct crm_view k, v;
	struct crm_cur *c;

	no_err(crm_cur_open(txn, t, &c));
	no_err(crm_cur_first(c, &k, &v));
	for (; k.p != NULL;) {
		no_err(crm_block_check(crm_form_of(t), k, v, &end));
		no_err(crm_cur_next(c, &k, &v));
	}
	crm_cur_close(c);
	crm_buf_release(&end);
}

static void
check_groups(struct crm_walk *w, enum crm_table t, bool all_ids)
{
	struct crm_entry e;
	struct crm_ids ids;
	size_t i = 0, j, p = crm_form_of(t)->prefix;

	no_err(crm_walk_group(w, crm_view("", 0), &e));
	while (e.prefix.p != NULL) {
		unsigned char key[CRM_KEY_MAX];
		size_t n = p + e.key.n, from = i;

		memcpy(key, e.prefix.p, p);
		memcpy(key + p, e.key.p, e.key.n);
		for (; i < nmodel && model[i].key_n == n + 9 &&
		     memcmp(model[i].key, key, n) == 0;
		     i++)
			;
		assert_true(i > from);
		if (all_ids || below(2) == 0) {
			j = from;
			crm_walk_group_ids(w, &ids);
			while (ids.n > 0) {
				size_t x;

				for (x = 0; x < ids.n; x++, j++) {
					assert_true(j < i);
					assert_true(ids.id[x] ==
					    crm_be64_get(model[j].key + n + 1));
					if (ids.byte != NULL)
						assert_int_equal(ids.byte[x],
						    (uint8_t)model[j].value[0]);
				}
				no_err(crm_walk_more_ids(w, &ids));
			}
			assert_int_equal(j, i);
		}
		no_err(crm_walk_next_group(w, &e));
	}
	assert_int_equal(i, nmodel);
}

/* Groups that have a piece of text, or are long, against all of them. */
static void
check_sieve(struct crm_walk *all, struct crm_walk *w)
{
	char text[3] = { (char)('a' + below(4)), (char)('a' + below(4)),
		(char)('a' + below(4)) };
	const struct crm_sieve sieve = {
		.piece = crm_view(text, 1 + below(3)), .from = 250, .to = 310
	};
	struct crm_entry e, f;
	struct crm_ids ids;
	bool same;

	no_err(crm_walk_group(all, crm_view("", 0), &e));
	no_err(crm_walk_group(w, crm_view("", 0), &f));
	while (e.prefix.p != NULL) {
		same = f.prefix.p != NULL && crm_view_eq(e.prefix, f.prefix) &&
		    crm_view_eq(e.key, f.key);
		if (!same &&
		    ((e.key.n >= sieve.from && e.key.n <= sieve.to) ||
			crm_find(e.key, sieve.piece) < e.key.n))
			fail_msg("a group with '%.*s' is passed over",
			    CRM_VARG(sieve.piece));
		if (same) {
			crm_walk_group_ids(w, &ids);
			while (below(4) > 0 && ids.n > 0)
				no_err(crm_walk_more_ids(w, &ids));
			no_err(crm_walk_next_with(w, &sieve, &f));
		}
		no_err(crm_walk_next_group(all, &e));
	}
	assert_null(f.prefix.p);
}

/* The ids i to j of the model are those of a group: leap into it. */
static void
check_leap(struct crm_walk *w, struct crm_view key, size_t i, size_t j)
{
	struct crm_ids ids;
	uint64_t id;
	size_t n;

	id = crm_be64_get(model[i + below((uint32_t)(j - i))].key + key.n + 1) +
	    below(5) - 2;
	while (i < j && crm_be64_get(model[i].key + key.n + 1) < id)
		i++;
	no_err(crm_walk_ids_from(w, key, id, &ids));
	for (; ids.n > 0; no_err(crm_walk_more_ids(w, &ids)))
		for (n = 0; n < ids.n; n++, i++) {
			assert_true(i < j);
			assert_true(ids.id[n] ==
			    crm_be64_get(model[i].key + key.n + 1));
			if (ids.byte != NULL)
				assert_int_equal(
				    ids.byte[n], (uint8_t)model[i].value[0]);
		}
	assert_int_equal(i, j);
}

static void
check_ids(struct crm_walk *w, enum crm_table t)
{
	struct crm_ids ids;
	struct crm_view key;
	uint64_t n;
	size_t i, j, round;

	for (round = 0; nmodel > 0 && round < 30; round++) {
		i = below((uint32_t)nmodel);
		key = crm_view(model[i].key, model[i].key_n - 9);
		while (i > 0 && model[i - 1].key_n == key.n + 9 &&
		    memcmp(model[i - 1].key, key.p, key.n) == 0)
			i--;
		for (j = i; j < nmodel && model[j].key_n == key.n + 9 &&
		     memcmp(model[j].key, key.p, key.n) == 0;
		     j++)
			;
		no_err(crm_walk_about(w, key, &n));
		if (j - i < ABOUT_EXACT)
			assert_int_equal(n, j - i);
		assert_in_range(n, (j - i) / 3, (j - i) * 3);
		check_leap(w, key, i, j);
		no_err(crm_walk_ids(w, key, &ids));
		for (; ids.n > 0; no_err(crm_walk_more_ids(w, &ids)))
			for (n = 0; n < ids.n; n++, i++)
				assert_true(ids.id[n] ==
				    crm_be64_get(model[i].key + key.n + 1));
		assert_int_equal(i, j);
	}
	no_err(crm_walk_ids(w,
	    t == CRM_TABLE_TEXT ? crm_view("zzz\0p", 5)
				: crm_view("p\0\1zzz", 6),
	    &ids));
	assert_int_equal(ids.n, 0);
}

static void
check(enum crm_table t)
{
	struct crm_txn *txn;
	struct crm_walk *w, *other;
	struct crm_entry e;
	struct entry probe;
	size_t i, round;

	no_err(crm_txn_read(env, &txn));
	check_raw(txn, t);
	no_err(crm_walk_open(txn, t, &w));
	no_err(crm_walk_seek(w, crm_view("", 0), &e));
	for (i = 0; i < nmodel; i++) {
		same(t, &e, i);
		no_err(crm_walk_next(w, &e));
	}
	same(t, &e, nmodel);
	if (nmodel > 0) {
		no_err(crm_walk_floor(w, CRM_V("\xff\xff\xff\xff"), &e));
		for (i = nmodel; i > 0; i--) {
			same(t, &e, i - 1);
			no_err(crm_walk_prev(w, &e));
		}
		assert_null(e.prefix.p);
	}
	for (round = 0; round < 60; round++) {
		make_entry(t, &probe, 3000);
		if (nmodel > 0 && below(2) == 0)
			probe = model[below((uint32_t)nmodel)];
		i = model_floor(key_of(&probe));
		no_err(crm_walk_seek(w, key_of(&probe), &e));
		same(t, &e, i);
		if (i < nmodel && cmp(&model[i], &probe) == 0)
			i++;
		no_err(crm_walk_floor(w, key_of(&probe), &e));
		if (i == 0)
			assert_null(e.prefix.p);
		else
			same(t, &e, i - 1);
	}
	if (t == CRM_TABLE_RECORD)
		for (i = 0; i < 3000; i += 1 + below(40)) {
			uint64_t id = crm_id(i % 3 == 0 ? 'o' : 'p', i % 7 == 0,
			    i % 5 == 0 ? below(3000) : i);
			struct crm_view v;
			char key[8];
			size_t j;

			crm_be64(key, id);
			j = model_floor(crm_view(key, 8));
			no_err(crm_walk_get(w, id, &v));
			if (j < nmodel && memcmp(model[j].key, key, 8) == 0)
				assert_true(crm_view_eq(v,
				    crm_view(
					model[j].value, model[j].value_n)));
			else
				assert_null(v.p);
		}
	if (crm_form_of(t)->layout == CRM_POSTING) {
		check_groups(w, t, true);
		check_groups(w, t, false);
		check_ids(w, t);
		no_err(crm_walk_open(txn, t, &other));
		for (i = 0; i < 4; i++)
			check_sieve(w, other);
		crm_walk_close(other);
	}
	crm_walk_close(w);
	crm_txn_end(txn);
}

static void
model_test(enum crm_table t, uint64_t s)
{
	static const struct {
		size_t n;
		uint32_t range, del;
	} plan[] = { { 1, 3000, 0 }, { 3000, 3000, 0 }, { 1, 3000, 50 },
		{ 40, 3000, 30 }, { 5000, 20000, 10 }, { 300, 3000, 90 },
		{ 6000, 20000, 60 }, { 7, 3000, 0 }, { 8000, 20000, 97 },
		{ 2000, 3000, 5 } };
	size_t i, k;

	seed = s;
	if (getenv("CRM_SEED") != NULL)
		seed += strtoull(getenv("CRM_SEED"), NULL, 10) * 1000;
	for (i = 0; i < sizeof(plan) / sizeof(plan[0]); i++) {
		run_batch(t, plan[i].n, plan[i].range, plan[i].del);
		check(t);
		for (k = 0; k < 60; k++)
			run_batch(t, 1 + below(3), plan[i].range, plan[i].del);
		check(t);
	}
	for (i = 0; i < nmodel; i++)
		crm_free(model[i].value);
	nmodel = 0;
}

static int
set_up(void **state)
{
	(void)state;
	return begin_env();
}

static int
tear_down(void **state)
{
	(void)state;
	crm_free(model);
	model = NULL;
	nmodel = model_cap = 0;
	return end_env();
}

static void
records(void **state)
{
	(void)state;
	model_test(CRM_TABLE_RECORD, 1);
}

/* They are packed, when that makes them shorter. */
static void
events(void **state)
{
	(void)state;
	model_test(CRM_TABLE_EVENT, 6);
}

static void
story(void **state)
{
	(void)state;
	model_test(CRM_TABLE_STORY, 2);
}

static void
index_postings(void **state)
{
	(void)state;
	model_test(CRM_TABLE_INDEX, 3);
}

static void
text_postings(void **state)
{
	(void)state;
	model_test(CRM_TABLE_TEXT, 4);
}

static void
rollups(void **state)
{
	(void)state;
	model_test(CRM_TABLE_ROLLUP, 5);
}

/* Entries of many customers, those of one round between those of another. */
struct rounds {
	unsigned int round;
	bool lift;
};

static const struct crm_err *
put_round(void *ctx, struct crm_txn *t)
{
	const struct rounds *r = ctx;
	struct crm_block_writer *w;
	const struct crm_err *err;
	char key[24] = { 0 }, value[8] = { 0 };
	uint64_t i, k, n;

	err = crm_block_write(t, CRM_TABLE_STORY, &w);
	if (err == NULL && r->lift)
		crm_block_lift(w);
	for (i = 1; err == NULL && i <= 20000; i++) {
		crm_be64(key, crm_id('p', 0, i));
		n = i % 100 == 0 ? 40 : 1 + (i * 7 + r->round) % 9;
		for (k = 0; err == NULL && k < n; k++) {
			crm_be64(key + 8, k * 2 + r->round);
			err = crm_block_put(w, crm_view(key, sizeof(key)),
			    crm_view(value, sizeof(value)));
		}
	}
	if (err != NULL) {
		crm_block_abandon(w);
		return err;
	}
	return crm_block_close(w);
}

static uint64_t
pages_after(enum crm_table t, bool lift, uint64_t *entries)
{
	struct rounds r = { .lift = lift };
	struct crm_env_stat st;
	struct crm_txn *txn;
	struct crm_walk *w;
	struct crm_entry e;

	*entries = 0;
	for (r.round = 0; r.round < 2; r.round++)
		no_err(crm_env_update(env, put_round, &r));
	no_err(crm_txn_read(env, &txn));
	check_raw(txn, t);
	no_err(crm_env_stat(txn, &st));
	no_err(crm_walk_open(txn, t, &w));
	no_err(crm_walk_seek(w, crm_view("", 0), &e));
	for (; e.prefix.p != NULL; no_err(crm_walk_next(w, &e)))
		++*entries;
	crm_walk_close(w);
	crm_txn_end(txn);
	return st.pages[t];
}

/* What blocks are taken out for: pages are fuller after a merge. */
static void
fuller_pages(void **state)
{
	uint64_t cut, full, n, m;

	cut = pages_after(CRM_TABLE_STORY, false, &n);
	assert_int_equal(tear_down(state), 0);
	assert_int_equal(set_up(state), 0);
	full = pages_after(CRM_TABLE_STORY, true, &m);
	assert_int_equal(n, m);
	assert_true(full * 100 < cut * 92);
}

/* Values far larger than a block, between small ones, grown and shrunk. */
static const struct crm_err *
put_large(void *ctx, struct crm_txn *t)
{
	const size_t *size = ctx;
	struct crm_block_writer *w;
	const struct crm_err *err;
	char *value = crm_calloc(20 << 20, 1), key[8];
	uint64_t i;

	err = crm_block_write(t, CRM_TABLE_RECORD, &w);
	for (i = 0; err == NULL && i < 40; i++) {
		memset(value, 'a' + (int)(i + *size) % 26, size[i % 4]);
		crm_be64(key, crm_id('p', 0, i * i));
		err = crm_block_put(
		    w, crm_view(key, 8), crm_view(value, size[i % 4]));
	}
	crm_free(value);
	if (err != NULL) {
		crm_block_abandon(w);
		return err;
	}
	return crm_block_close(w);
}

static void
large(void **state)
{
	size_t sizes[][4] = { { 10, (size_t)1 << 20, 10, 3000 },
		{ (size_t)16 << 20, 10, 65528, 65536 }, { 10, 20, 30, 40 },
		{ 2000, (size_t)17 << 20, 1990, 2100 } };
	struct crm_txn *txn;
	struct crm_walk *w;
	struct crm_view v;
	size_t round, j;
	uint64_t i;

	(void)state;
	for (round = 0; round < 4; round++) {
		no_err(crm_env_update(env, put_large, sizes[round]));
		no_err(crm_txn_read(env, &txn));
		check_raw(txn, CRM_TABLE_RECORD);
		no_err(crm_walk_open(txn, CRM_TABLE_RECORD, &w));
		for (i = 0; i < 40; i++) {
			no_err(crm_walk_get(w, crm_id('p', 0, i * i), &v));
			assert_int_equal(v.n, sizes[round][i % 4]);
			for (j = 0; j < v.n; j += v.n - 1)
				assert_int_equal(v.p[j],
				    'a' + (int)(i + sizes[round][0]) % 26);
		}
		crm_walk_close(w);
		crm_txn_end(txn);
	}
}

/* What the module refuses, so that nothing it could not read is written. */
static const struct crm_err *
put_wrong(void *ctx, struct crm_txn *t)
{
	static char big[(65 << 20)];
	struct crm_block_writer *w;
	const struct crm_err *err;
	uint64_t id = crm_id('o', 0, 1);
	char key[CRM_KEY_MAX];

	switch (*(int *)ctx) {
	case 0: /* a group too long to be read again */
		no_err(crm_block_write(t, CRM_TABLE_INDEX, &w));
		memset(key, 'p', sizeof(key));
		id = crm_id('p', 0, 1);
		err = crm_block_put_ids(
		    w, crm_view(key, CRM_GROUP_MAX + 3 + 1), &id, NULL, 1);
		break;
	case 1: /* an id of another kind */
		no_err(crm_block_write(t, CRM_TABLE_INDEX, &w));
		err = crm_block_put_ids(w, CRM_V("p\0\1x"), &id, NULL, 1);
		break;
	case 3: /* and behind one of the right kind */
		no_err(crm_block_write(t, CRM_TABLE_INDEX, &w));
		err = crm_block_put_ids(w, CRM_V("o\0\1x"),
		    (const uint64_t[]){ id, crm_id('p', 0, 2) }, NULL, 2);
		break;
	case 4: /* ids that are not in order */
		no_err(crm_block_write(t, CRM_TABLE_INDEX, &w));
		err = crm_block_put_ids(w, CRM_V("o\0\1x"),
		    (const uint64_t[]){ id, id + 8, id + 4 }, NULL, 3);
		break;
	case 2: /* more than a block may hold */
		no_err(crm_block_write(t, CRM_TABLE_RECORD, &w));
		crm_be64(key, id);
		err = crm_block_put(
		    w, crm_view(key, 8), crm_view(big, sizeof(big)));
		break;
	default: /* less than that by a little: the head has no room */
		no_err(crm_block_write(t, CRM_TABLE_RECORD, &w));
		crm_be64(key, id);
		err = crm_block_put(
		    w, crm_view(key, 8), crm_view(big, ((size_t)64 << 20) - 4));
		if (err == NULL)
			return crm_block_close(w);
		break;
	}
	crm_block_abandon(w);
	return err;
}

static void
refused(void **state)
{
	const struct crm_err *err;
	int i;

	(void)state;
	for (i = 0; i <= 5; i++) {
		err = crm_env_update(env, put_wrong, &i);
		assert_non_null(err);
		assert_int_equal(
		    err->code, i == 2 || i == 5 ? CRM_E_DATA : CRM_E_BUG);
	}
}

/* Of bytes changed at random, and sealed again or not, nothing is read that
 * is out of order, outside the block or of another kind. */
static void
damage(void **state)
{
	static const enum crm_table tables[] = { CRM_TABLE_RECORD,
		CRM_TABLE_EVENT, CRM_TABLE_STORY, CRM_TABLE_INDEX,
		CRM_TABLE_TEXT };
	struct crm_buf b = CRM_BUF_INIT(100000);
	uint64_t bad = 0;
	struct crm_txn *txn;
	struct crm_view k, v;
	struct crm_cur *c;
	size_t i, j;

	(void)state;
	for (i = 0; i < 5; i++) {
		seed = i;
		run_batch(tables[i], 500, 3000, 0);
		no_err(crm_txn_read(env, &txn));
		no_err(crm_cur_open(txn, tables[i], &c));
		no_err(crm_cur_first(c, &k, &v));
		for (; k.p != NULL; no_err(crm_cur_next(c, &k, &v)))
			for (j = 0; j < 50; j++) {
				uint32_t at = below((uint32_t)v.n);
				bool seal = j % 2 == 0;

				crm_buf_reset(&b);
				crm_buf_addv(&b, v);
				b.p[at] = (char)(b.p[at] ^ (1 << below(8)));
				if (seal && at >= CRM_HEAD)
					crm_head_seal(&b, k, (uint8_t)b.p[1],
					    crm_le16_get(b.p + 2));
				if (crm_block_check(crm_form_of(tables[i]), k,
					crm_buf_view(&b), NULL) == NULL)
					assert_true(seal && at >= CRM_HEAD);
				else
					bad++;
			}
		crm_cur_close(c);
		crm_txn_end(txn);
		for (j = 0; j < nmodel; j++)
			crm_free(model[j].value);
		nmodel = 0;
	}
	assert_true(bad > 0);
	crm_buf_release(&b);
}

#define OWNERS 150
#define NUMBERS_MAX 300
#define BASE (1 << 20)

/* Numbers of groups, as days are kept: a few of many groups, each near the one
 * before or far from it. */
static struct {
	uint32_t number[NUMBERS_MAX];
	size_t n;
} owner[OWNERS];

static void
owner_key(char out[11], size_t i)
{
	memcpy(out, "p\0\1", 3);
	crm_be64(out + 3, 10 * i + 10);
}

static const struct crm_err *
put_numbers(void *ctx, struct crm_txn *t)
{
	static const uint32_t far[] = { 100, 100, 200, 30000, 3000000 };
	struct crm_block_writer *w;
	const struct crm_err *err;
	uint64_t id[NUMBERS_MAX];
	uint8_t byte[NUMBERS_MAX] = { 0 };
	char key[11];
	size_t i, k;

	(void)ctx;
	err = crm_block_write(t, CRM_TABLE_INDEX, &w);
	for (i = 0; err == NULL && i < OWNERS; i++) {
		uint32_t number =
		    below(4) > 0 ? BASE + below(40000) : below(300);

		owner[i].n = 1 + below(i % 10 == 0 ? NUMBERS_MAX : 9);
		for (k = 0; k < owner[i].n; k++) {
			owner[i].number[k] = number;
			id[k] = crm_id('p', 0, number);
			number += 1 + below(far[below(5)]);
		}
		owner_key(key, i);
		err = crm_block_put_ids(
		    w, crm_view(key, sizeof(key)), id, byte, owner[i].n);
	}
	if (err != NULL) {
		crm_block_abandon(w);
		return err;
	}
	return crm_block_close(w);
}

/* Groups from one on, to another one or all. */
static void
check_numbers(struct crm_txn *txn, size_t from, size_t to)
{
	struct crm_numbers *s;
	struct crm_walk *w;
	struct crm_view group;
	int32_t *number = NULL;
	char a[11], b[11];
	size_t cap = 0, n, i, k;

	owner_key(a, from);
	owner_key(b, to);
	a[10]--; /* in front of it, and behind the one before */
	no_err(crm_walk_open(txn, CRM_TABLE_INDEX, &w));
	no_err(crm_numbers_open(w, crm_view(a, sizeof(a)),
	    crm_view(b, to < OWNERS ? sizeof(b) : 0), BASE, &s));
	for (i = from; i < to; i++) {
		no_err(crm_numbers_next(s, &group, &number, &cap, &n));
		assert_int_equal(group.n, 8);
		assert_int_equal(crm_be64_get(group.p), 10 * i + 10);
		assert_int_equal(n, owner[i].n);
		for (k = 0; k < n; k++)
			assert_int_equal(
			    number[k], (int64_t)owner[i].number[k] - BASE);
	}
	no_err(crm_numbers_next(s, &group, &number, &cap, &n));
	assert_null(group.p);
	crm_numbers_close(s);
	crm_walk_close(w);
	crm_free(number);
}

static void
numbers(void **state)
{
	struct crm_txn *txn;
	size_t round, i;

	(void)state;
	for (round = 0; round < 20; round++) {
		seed = round;
		no_err(crm_env_update(env, put_numbers, NULL));
		no_err(crm_txn_read(env, &txn));
		check_numbers(txn, 0, OWNERS);
		for (i = 0; i < OWNERS; i += 7)
			check_numbers(txn, i, i + below(OWNERS - (uint32_t)i));
		crm_txn_end(txn);
		assert_int_equal(tear_down(NULL), 0);
		assert_int_equal(set_up(NULL), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records, set_up, tear_down),
		cmocka_unit_test_setup_teardown(events, set_up, tear_down),
		cmocka_unit_test_setup_teardown(story, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    index_postings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    text_postings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rollups, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    fuller_pages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(large, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
