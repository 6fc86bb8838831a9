/* Edits of records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "record/rule.h"
#include "record/sound.h"

static struct crm_schema *schema;
static const struct crm_kind *person;

static const struct crm_field *
field(const char *name)
{
	return crm_field_named(person, crm_view_str(name));
}

static struct crm_edit
edit(const char *name, enum crm_edit_op op, const char *value)
{
	struct crm_edit e = { field(name), op, crm_view_str(value) };

	assert_non_null(e.field);
	return e;
}

static void
is(const struct crm_rec *r, const char *name, const char *want)
{
	const struct crm_field *f = field(name);
	struct crm_buf b = CRM_BUF_INIT(10000);
	struct crm_view v = CRM_VNULL;
	struct crm_many m;

	if (!crm_rec_get(r, f->num, &v))
		v = CRM_VNULL;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (crm_many_next(&m, &v)) {
		crm_buf_adds(&b, b.n > 0 ? "," : "");
		crm_buf_addv(&b, v);
	}
	assert_true(crm_view_is(crm_buf_view(&b), want));
	crm_buf_release(&b);
}

static void
several(void **state)
{
	struct crm_edit first[] = { edit("tag", CRM_SET, "a"),
		edit("city", CRM_SET, "Lund"), edit("tag", CRM_SET, "b"),
		edit("tag", CRM_SET, "A"), edit("city", CRM_SET, "Ystad") };
	struct crm_edit then[] = { edit("tag", CRM_TAKE, "B"),
		edit("tag", CRM_ADD, "c"), edit("tag", CRM_ADD, "b"),
		edit("city", CRM_FILL, "Malmo"), edit("role", CRM_FILL, "x") };
	struct crm_edit last[] = { edit("tag", CRM_CLEAR, ""),
		edit("tag", CRM_ADD, "z"), edit("city", CRM_CLEAR, "") };
	struct crm_rec r;

	(void)state;
	crm_rec_init(&r, person);
	crm_rec_apply(&r, first, 5, false);
	is(&r, "tag", "a,b");
	is(&r, "city", "Ystad");
	crm_rec_apply(&r, then, 5, true);
	is(&r, "tag", "a,b");
	is(&r, "role", "x");
	crm_rec_apply(&r, then, 5, false);
	is(&r, "tag", "a,c,b");
	is(&r, "city", "Ystad");
	crm_rec_apply(&r, last, 3, false);
	is(&r, "tag", "z");
	is(&r, "city", "");
	crm_rec_release(&r);
}

/* Extensions tell numbers apart; how they are written does not. */
static void
phones(void **state)
{
	struct crm_edit e[] = { edit("phone", CRM_SET, "+48 22 100 20 30"),
		edit("phone", CRM_SET, "0048 22 1002030"),
		edit("phone", CRM_SET, "+48 22 100 20 30 x12"),
		edit("phone", CRM_SET, "+48221002030 ext 12"),
		edit("phone", CRM_SET, "+48 22 100 20 30 x13") };
	struct crm_rec r;

	(void)state;
	crm_rec_init(&r, person);
	crm_rec_apply(&r, e, 5, false);
	is(&r, "phone",
	    "+48 22 100 20 30,+48 22 100 20 30 x12,+48 22 100 20 30 x13");
	crm_rec_release(&r);
}

/* A list of many values is made in about linear time, of bounded memory. */
static void
many(void **state)
{
	enum { N = 60000 };
	static struct crm_edit e[2 * N + N / 2];
	static char text[2 * N][12];
	struct timespec from, to;
	struct crm_view v;
	struct crm_rec r;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * N; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "%s%zu",
		    i < N ? "Tag" : "tag", i % N);
		e[i] = edit("tag", CRM_ADD, text[i]);
	}
	for (i = 0; i < N / 2; i++)
		e[2 * N + i] = edit("tag", CRM_TAKE, text[2 * i]);
	crm_rec_init(&r, person);
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &from), 0);
	crm_rec_apply(&r, e, sizeof(e) / sizeof(e[0]), false);
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &to), 0);
	assert_true(to.tv_sec - from.tv_sec < 20);
	assert_true(crm_rec_get(&r, field("tag")->num, &v));
	assert_int_equal(crm_many_count(v, true), N / 2);
	crm_rec_release(&r);
}

/* Quantity times price, unless the amount is given. */
static void
amounts(void **state)
{
	static const struct {
		const char *edit[4]; /* field=number */
		const char *want;
	} steps[] = {
		{ { "what=purchase", "qty=2", "price=10" }, "20.00" },
		{ { "qty=3" }, "30.00" },
		{ { "amount=25" }, "25.00" },
		{ { "qty=4" }, "25.00" }, /* it was given */
		{ { "amount=" }, "40.00" },
		{ { "price=11" }, "44.00" },
		{ { "text=x" }, "44.00" },
		{ { "qty=5", "amount=50" }, "50.00" },
	};
	const struct crm_kind *event = crm_kind_of(schema, 'e');
	struct crm_clock clock = { .now_us = 1 };
	struct crm_rule_ctx ctx;
	struct crm_value_ctx values = { .clock = &clock, .point = '.' };
	struct crm_buf b[4], text = CRM_BUF_INIT(100);
	struct crm_rec r, old;
	struct crm_edit e[4];
	struct crm_view v;
	char link[CRM_LINK_MAX];
	const char *fault;
	size_t i, n;

	(void)state;
	crm_rule_init(&ctx, schema, &clock, crm_currency_num(CRM_V("EUR")));
	crm_rec_init(&r, event);
	crm_rec_init(&old, event);
	v = crm_view(link, crm_link_put(link, crm_id('p', 0, 1)));
	crm_many_put(&text, &v, 1);
	crm_rec_set(
	    &r, crm_field_num(event, CRM_EVENT_WHO), crm_buf_view(&text));
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		for (n = 0; n < 4 && steps[i].edit[n] != NULL; n++) {
			v = crm_view_str(steps[i].edit[n]);
			b[n] = (struct crm_buf)CRM_BUF_INIT(100);
			e[n].field = crm_field_named(
			    event, crm_view(v.p, crm_view_find(v, '=')));
			v = crm_view_skip(v, crm_view_find(v, '=') + 1);
			e[n].op = v.n > 0 ? CRM_SET : CRM_CLEAR;
			assert_null(crm_value_parse(
			    &values, e[n].field, v, false, &b[n], NULL));
			e[n].value = crm_buf_view(&b[n]);
		}
		crm_rec_borrow(&old, &r);
		crm_rec_apply(&r, e, n, false);
		assert_null(crm_rule_finish(
		    &ctx, &r, i > 0 ? &old : NULL, e, n, "\0\0\0", &fault));
		assert_true(crm_rec_get(&r, CRM_EVENT_AMOUNT, &v));
		crm_buf_reset(&text);
		crm_value_add_text(
		    &text, crm_field_num(event, CRM_EVENT_AMOUNT), v);
		assert_string_equal(text.p, steps[i].want);
		while (n > 0)
			crm_buf_release(&b[--n]);
	}
	crm_buf_release(&text);
	crm_rec_release(&r);
	crm_rec_release(&old);
}

/* What no input makes, but a damaged store may hold. */
static void
damaged_values(void **state)
{
	struct crm_date d = { 0, 2, 29 };
	struct crm_dec dec;
	char p[12] = { 0 };

	(void)state;
	assert_true(
	    crm_date_days(d) <= crm_date_days((struct crm_date){ 1, 1, 1 }));
	assert_false(crm_value_get_dec(
	    crm_view(p, 1 + crm_varint_put(p + 1, UINT64_MAX)), &dec));
}

/* The fault of a record of these fields, stored. */
static const char *
fault(struct crm_slot *slot, uint32_t n)
{
	static struct crm_buf b = CRM_BUF_INIT(10000);
	struct crm_stored r;

	crm_buf_reset(&b);
	crm_code_put(&b, 0, 1, 1, slot, n);
	assert_true(crm_code_open(crm_buf_view(&b), &r));
	return crm_sound_fault(person, &r);
}

static void
unsound(void **state)
{
	struct crm_slot s[] = {
		{ field("name")->num, false, false, crm_view_str("Anna") },
		{ field("email")->num, true, false, crm_view("\1\1a", 3) },
		{ field("birthday")->num, false, false,
		    crm_view("\7\xd0\2\x1d", 4) },
	};
	struct crm_buf b = CRM_BUF_INIT(10000);
	struct crm_stored r;

	(void)state;
	assert_null(fault(s, 3));
	s[0].value = crm_view_str("\xff");
	assert_string_equal(fault(s, 3), "name");
	s[0].value = crm_view_str("Anna");
	s[1].value = crm_view("\1", 1); /* one link, where many are due */
	assert_string_equal(fault(s, 3), "email");
	s[1].value = crm_view("\0", 1);
	assert_string_equal(fault(s, 3), "email");
	s[1].value = crm_view("\1\1a", 3);
	s[2].value = crm_view("\7\xd0\2", 3);
	assert_string_equal(fault(s, 3), "birthday");
	s[2] = s[0];
	assert_string_equal(fault(s, 3), "fields");
	crm_code_put(&b, 0, 1, 1, s, 2);
	crm_buf_adds(&b, "more");
	assert_true(crm_code_open(crm_buf_view(&b), &r));
	assert_string_equal(crm_sound_fault(person, &r), "fields");
	crm_buf_release(&b);
}

/* Fields by number are those that are found one by one, in each form. */
static void
low_fields(void **state)
{
	static char filler[70000];
	static const size_t size[] = { 10, 1000, sizeof(filler) };
	struct crm_view one;
	uint8_t low[9];
	struct crm_stored r;
	uint32_t has;
	uint16_t num;
	size_t i;

	(void)state;
	memset(filler, 'x', sizeof(filler));
	for (i = 0; i < 3; i++) {
		struct crm_slot s[] = {
			{ 1, false, false, crm_view_str("one") },
			{ 4, false, false, crm_view(filler, size[i]) },
			{ 8, false, false, crm_view_str("eight") },
			{ 9, false, false, crm_view_str("nine") },
			{ 40, false, false, crm_view_str("forty") },
		};
		struct crm_buf b = CRM_BUF_INIT(100000), again = b, other = b;

		crm_code_put(&b, 0, 1, 1, s, 5);
		crm_code_put_again(&again, crm_buf_view(&b), 70000, 70300);
		crm_code_put(&other, 0, 70000, 70300, s, 5);
		assert_true(
		    crm_view_eq(crm_buf_view(&again), crm_buf_view(&other)));
		crm_buf_release(&again);
		crm_buf_release(&other);
		assert_true(crm_code_open(crm_buf_view(&b), &r));
		has = crm_stored_low(&r, 9, low);
		assert_int_equal(has, 1u << 1 | 1u << 4 | 1u << 8);
		for (num = 0; num < 9; num++) {
			assert_int_equal(
			    has >> num & 1, crm_stored_get(&r, num, &one));
			if ((has >> num & 1) != 0)
				assert_true(crm_view_eq(
				    crm_stored_value(&r, low[num]), one));
		}
		crm_buf_release(&b);
	}
}

/* Any fields in any order, against a plain list; views and copies alike. */
static void
many_fields(void **state)
{
	static const char text[] = "abcdefghijklmnopqrstuvwxyz";
	struct crm_field f[80];
	size_t len[80] = { 0 }, want, i, k;
	struct crm_rec r, lent;
	struct crm_view v = CRM_VNULL;
	struct crm_edit e;
	unsigned int seed = 4711;

	(void)state;
	memset(f, 0, sizeof(f));
	for (i = 0; i < 80; i++)
		f[i].num = (uint16_t)(i + (i >= 70 ? 900 : 1));
	crm_rec_init(&r, person);
	crm_rec_init(&lent, person);
	for (k = 0; k < 20000; k++) {
		seed = seed * 1103515245u + 12345u;
		i = (seed >> 16) % 80;
		len[i] = (seed >> 24) % 3 == 0 ? 0 : (seed >> 8) % 26;
		e = (struct crm_edit){ .field = &f[i],
			.op = len[i] > 0 ? CRM_SET : CRM_CLEAR,
			.value = crm_view(text, len[i]) };
		crm_rec_apply(&r, &e, 1, false);
		crm_rec_apply_lent(&lent, &e, 1, false);
		assert_true(crm_rec_same(&r, &lent));
		i = (seed >> 4) % 80;
		assert_int_equal(crm_rec_get(&lent, f[i].num, &v), len[i] > 0);
		assert_true(len[i] == 0 || v.n == len[i]);
		if (k % 100 != 0)
			continue;
		for (i = want = 0; i < 80; i++)
			if (len[i] > 0)
				assert_int_equal(r.slot[want++].num, f[i].num);
		assert_int_equal(r.n, want);
	}
	crm_rec_release(&r);
	crm_rec_release(&lent);
}

/* One value of a field of many: as when others were there and went. */
static void
one_of_many(void **state)
{
	struct crm_edit one[] = { edit("tag", CRM_ADD, "b") };
	struct crm_edit two[] = { edit("tag", CRM_SET, "a"),
		edit("tag", CRM_ADD, "b"), edit("tag", CRM_TAKE, "a") };
	struct crm_edit taken[] = { edit("tag", CRM_TAKE, "b") };
	struct crm_rec r, other;

	(void)state;
	crm_rec_init(&r, person);
	crm_rec_init(&other, person);
	crm_rec_apply(&r, one, 1, false);
	crm_rec_apply(&other, two, 3, false);
	is(&r, "tag", "b");
	assert_true(crm_rec_same(&r, &other));
	crm_rec_apply(&r, one, 1, false);
	is(&r, "tag", "b");
	crm_rec_apply(&r, taken, 1, false);
	is(&r, "tag", "");
	crm_rec_apply(&r, taken, 1, false);
	assert_int_equal(r.n, 0);
	crm_rec_release(&r);
	crm_rec_release(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several),
		cmocka_unit_test(phones),
		cmocka_unit_test(many),
		cmocka_unit_test(amounts),
		cmocka_unit_test(damaged_values),
		cmocka_unit_test(unsound),
		cmocka_unit_test(low_fields),
		cmocka_unit_test(many_fields),
		cmocka_unit_test(one_of_many),
	};

	schema = crm_schema_new();
	person = crm_kind_of(schema, 'p');
	return cmocka_run_group_tests(tests, NULL, NULL);
}
