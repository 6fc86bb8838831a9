/*
 * Packed blocks: how full they are, however entries come; that what does not
 * pack is not made longer; and what cannot be unpacked.
 */
#include "record/id.h"
#include "store/block_impl.h"
#include "with_env.h"

#define MANY 3000
#define VALUE_MAX 400

static struct crm_view value[MANY];
static char bytes[MANY][VALUE_MAX];

static int
set_up(void **state)
{
	(void)state;
	seed = 7;
	return begin_env();
}

static int
tear_down(void **state)
{
	(void)state;
	return end_env();
}

/* What a note may be like: words, and numbers that are all different. */
static void
make_note(size_t i, size_t words)
{
	static const char *const word[] = { "offer", "meeting", "call back",
		"invoice", "sent", "asked", "about", "delivery", "discount",
		"contract", "renewal", "monday" };
	size_t n = 0;

	while (words-- > 0 && n < VALUE_MAX - 40)
		n += (size_t)snprintf(bytes[i] + n, VALUE_MAX - n, "%s %s%u ",
		    word[below(12)], word[below(12)], below(1000));
	value[i] = crm_view(bytes[i], n);
}

static void
make_noise(size_t i)
{
	size_t n = 20 + below(100), k;

	for (k = 0; k < n; k++)
		bytes[i][k] = (char)below(256);
	value[i] = crm_view(bytes[i], n);
}

struct range {
	size_t from, to;
};

static const struct crm_err *
put(void *ctx, struct crm_txn *t)
{
	const struct range *r = ctx;
	struct crm_block_writer *w;
	const struct crm_err *err;
	char key[8];
	size_t i;

	err = crm_block_write(t, CRM_TABLE_EVENT, &w);
	for (i = r->from; err == NULL && i < r->to; i++) {
		crm_be64(key, crm_id('e', 0, i + 1));
		err = crm_block_put(w, crm_view(key, 8), value[i]);
	}
	if (err == NULL)
		return crm_block_close(w);
	crm_block_abandon(w);
	return err;
}

static void
put_range(size_t from, size_t to)
{
	struct range r = { from, to };

	no_err(crm_env_update(env, put, &r));
}

struct seen {
	size_t blocks, packed, bytes, raw;
};

/* Look at all blocks, and whether all entries are in them. */
static struct seen
look(void)
{
	const struct crm_form *f = crm_form_of(CRM_TABLE_EVENT);
	struct crm_buf room = CRM_BUF_INIT(CRM_BLOCK_MAX);
	struct crm_view k, v;
	struct seen s = { 0 };
	struct crm_block b;
	struct crm_txn *t;
	struct crm_walk *w;
	struct crm_cur *c;
	size_t i;

	no_err(crm_txn_read(env, &t));
	no_err(crm_cur_open(t, CRM_TABLE_EVENT, &c));
	no_err(crm_cur_first(c, &k, &v));
	for (; k.p != NULL; no_err(crm_cur_next(c, &k, &v))) {
		no_err(crm_block_check(f, k, v, NULL));
		no_err(crm_block_open(f, k, v, &room, &b));
		assert_true(k.n + v.n <= f->limit);
		s.blocks++;
		s.packed += (v.p[1] & CRM_PACKED) != 0;
		s.bytes += k.n + v.n;
		s.raw += k.n + CRM_HEAD + b.n;
	}
	crm_cur_close(c);
	no_err(crm_walk_open(t, CRM_TABLE_EVENT, &w));
	for (i = 0; i < MANY; i++) {
		no_err(crm_walk_get(w, crm_id('e', 0, i + 1), &v));
		assert_true(crm_view_eq(v, value[i]));
	}
	crm_walk_close(w);
	crm_txn_end(t);
	crm_buf_release(&room);
	return s;
}

/* Of a hundred bytes that blocks may have, how many are used? */
static size_t
full(const struct seen *s)
{
	return s->bytes * 100 /
	    (s->blocks * crm_form_of(CRM_TABLE_EVENT)->limit);
}

/* All at once, one by one, and a few at a time. */
static void
full_blocks(void **state)
{
	static const size_t step[] = { MANY, 1, 7 };
	struct seen s;
	size_t i, k;

	for (k = 0; k < sizeof(step) / sizeof(step[0]); k++) {
		for (i = 0; i < MANY; i++)
			make_note(i, 1 + below(4));
		for (i = 0; i < MANY; i += step[k])
			put_range(i, i + step[k] < MANY ? i + step[k] : MANY);
		s = look();
		assert_true(s.packed + 1 >= s.blocks);
		assert_true(full(&s) >= 92);
		assert_true(s.bytes * 100 < s.raw * 65);
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
	}
}

/* Each becomes longer, in no order: blocks are halved. */
static void
grown(void **state)
{
	struct seen s;
	size_t i, n;

	(void)state;
	for (i = 0; i < MANY; i++)
		make_note(i, 1 + below(4));
	put_range(0, MANY);
	for (n = 0; n < MANY; n++) {
		i = n * 1667 % MANY;
		make_note(i, 6);
		put_range(i, i + 1);
	}
	s = look();
	assert_true(full(&s) >= 60);
	for (i = 0; i < MANY; i++)
		make_note(i, 1 + below(2));
	put_range(0, MANY);
	(void)look();
}

static void
noise(void **state)
{
	struct seen s;
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++)
		make_noise(i);
	put_range(0, MANY);
	s = look();
	assert_true(s.bytes <= s.raw);
	assert_true(full(&s) >= 85);
	/* and words where noise was, every other one */
	for (i = 0; i < MANY; i += 2) {
		make_note(i, 3);
		put_range(i, i + 1);
	}
	(void)look();
}

/* A block of one packed entry, whatever table it is said to be of. */
static const struct crm_err *
open_of(enum crm_table table, struct crm_view key, uint64_t n,
    struct crm_view packed)
{
	const struct crm_form *f = crm_form_of(table);
	struct crm_buf block = CRM_BUF_INIT(CRM_BLOCK_MAX);
	struct crm_buf room = CRM_BUF_INIT(CRM_BLOCK_MAX);
	const struct crm_err *err;
	struct crm_block b;
	char text[CRM_VARINT_MAX];

	crm_buf_add(&block, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_add(&block, text, crm_varint_put(text, n));
	crm_buf_addv(&block, packed);
	crm_head_seal(&block, key, (uint8_t)f->layout | CRM_PACKED, 1);
	err = crm_block_open(f, key, crm_buf_view(&block), &room, &b);
	crm_buf_release(&block);
	crm_buf_release(&room);
	return err;
}

static const struct crm_err *
open_packed(struct crm_view key, uint64_t n, struct crm_view packed)
{
	return open_of(CRM_TABLE_EVENT, key, n, packed);
}

static void
is_damage(const struct crm_err *err)
{
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
}

/* With a checksum that is right. */
static void
wrong(void **state)
{
	/* eight bytes as they are */
	const struct crm_view good = CRM_V("\x80"
					   "abcdefgh");
	char text[8];
	struct crm_view key = crm_view(text, sizeof(text));

	(void)state;
	crm_be64(text, crm_id('e', 0, 1));
	no_err(open_packed(key, 8, good));
	is_damage(open_packed(key, 7, good));
	is_damage(open_packed(key, 9, good));
	is_damage(open_packed(key, 0, good));
	is_damage(open_packed(key, UINT64_MAX, good));
	is_damage(open_packed(key, (uint64_t)1 << 31, good));
	is_damage(open_packed(key, CRM_BLOCK_MAX, good));
	is_damage(open_packed(key, 8, crm_view(good.p, 5)));
	is_damage(open_packed(key, 8, CRM_VNULL));
	is_damage(open_packed(key, 8,
	    CRM_V("\x04"
		  "\xff\xff")));
}

/* Who walks over tables that are not packed may keep views of a block that was
 * at hand before: there is to be no other one. */
static void
of_others(void **state)
{
	const struct crm_view good = CRM_V("\x80"
					   "abcdefgh");
	char text[8];
	struct crm_view key = crm_view(text, sizeof(text));

	(void)state;
	crm_be64(text, crm_id('p', 0, 1));
	is_damage(open_of(CRM_TABLE_RECORD, key, 8, good));
	is_damage(open_of(CRM_TABLE_INDEX, key, 8, good));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(full_blocks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(grown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(noise, set_up, tear_down),
		cmocka_unit_test(wrong),
		cmocka_unit_test(of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
