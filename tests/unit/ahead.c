/*
 * Rows that a second thread reads and binds: the same rows, edits and messages
 * as without it, and nobody waits for what is there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "format/ahead.h"

#define ROWS 6000
#define OUT_MAX ((size_t)64 << 20)

struct test {
	struct crm_schema *schema;
	struct crm_clock clock;
	struct crm_value_ctx values;
	struct crm_arena arena;
	struct crm_bind *bind;
	struct crm_buf out; /* what came of it, in words */
	uint64_t nbound;    /* rows that came bound */
	int pipe[2];
	uint64_t nrows, nwritten, waits, wakes;
};

/* Links to "nobody" fail; the others are numbered by their length. */
static const struct crm_err *
find_link(
    void *ctx, const struct crm_field *f, struct crm_view who, uint64_t *out)
{
	struct test *t = ctx;

	crm_buf_addf(&t->out, " [%s %.*s]", f->name, CRM_VARG(who));
	if (crm_view_is(who, "nobody"))
		return crm_err(CRM_E_DATA, "there is nobody");
	if (crm_view_is(who, "broken"))
		return crm_err(CRM_E_IO, "the disk is broken");
	*out = crm_id('o', 0, who.n);
	return NULL;
}

static void
add_fault(void *ctx, const char *field, const char *what)
{
	struct test *t = ctx;

	crm_buf_addf(&t->out, " {%s: %s}", field != NULL ? field : "", what);
}

static void
begin(struct test *t, char kind, const char *const *set, size_t nsets)
{
	struct crm_bind_options o = { .values = &t->values,
		.set = set,
		.nsets = nsets,
		.takes_ids = true,
		.fault = add_fault,
		.fault_ctx = t };

	memset(t, 0, sizeof(*t));
	t->out.max = OUT_MAX;
	t->pipe[0] = t->pipe[1] = -1;
	t->schema = crm_schema_new();
	t->clock.now_us = INT64_C(1772366400) * CRM_SECOND_US;
	assert_null(crm_zone_open("UTC", &t->clock.zone));
	t->values.clock = &t->clock;
	t->values.point = '.';
	t->values.arena = &t->arena;
	t->values.link = find_link;
	t->values.link_ctx = t;
	o.schema = t->schema;
	o.kind = kind != '\0' ? crm_kind_of(t->schema, kind) : NULL;
	assert_null(crm_bind_new(&o, &t->bind));
}

static void
end(struct test *t)
{
	crm_bind_free(t->bind);
	crm_arena_release(&t->arena);
	crm_zone_free(t->clock.zone);
	crm_schema_free(t->schema);
	crm_buf_release(&t->out);
}

static void
add_bound(struct test *t, const struct crm_bound *b)
{
	size_t i;

	crm_buf_addf(&t->out, " %s %llu %s", b->kind->name,
	    (unsigned long long)b->id, b->currency);
	for (i = 0; i < b->nedits; i++) {
		crm_buf_addf(&t->out, " %s %d ", b->edit[i].field->name,
		    (int)b->edit[i].op);
		crm_buf_addv(&t->out, b->edit[i].value);
	}
}

/* Read a row and say what it is.  Returns false at the end. */
static bool
do_row(struct test *t, struct crm_ahead *a, struct crm_reader *r)
{
	const struct crm_err *err;
	const struct crm_row *row;
	const struct crm_bound *was;
	struct crm_bound bound;
	uint64_t line;
	bool ok = false;

	crm_arena_reset(&t->arena);
	err = crm_ahead_next(a, &row, &was);
	if (t->nrows == 0 && row != NULL)
		(void)crm_bind_header(t->bind, r);
	line = was != NULL ? row->line : crm_reader_line(r);
	crm_buf_addf(&t->out, "%llu:", (unsigned long long)line);
	if (err != NULL) {
		crm_buf_addf(&t->out, " (%s) ", err->msg);
		crm_buf_addv(&t->out, crm_reader_raw(r));
		crm_buf_addc(&t->out, '\n');
		return !crm_reader_is_over(r);
	}
	if (row == NULL)
		return false;
	t->nrows++;
	t->nbound += was != NULL;
	crm_buf_addv(&t->out, row->raw);
	if (was != NULL) {
		bound = *was;
		err = crm_ahead_link(a, &ok);
	} else
		err = crm_bind_row(t->bind, r, row, &bound, &ok);
	if (err != NULL)
		crm_buf_addf(&t->out, " (%s)", err->msg);
	else if (ok)
		add_bound(t, &bound);
	crm_buf_addc(&t->out, '\n');
	return err == NULL;
}

static FILE *
open_input(const struct crm_buf *in)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	assert_int_equal(fwrite(in->p, 1, in->n, f), in->n);
	rewind(f);
	return f;
}

/* What is bound, and how. */
struct way {
	char kind; /* '\0': rows say it */
	const char *const *set;
	size_t nsets;
	bool many; /* the second thread does most rows, to the end */
};

/* Read all of it with a second thread and without one. */
static void
compare(const struct crm_buf *in, struct way how)
{
	struct test t[2];
	struct crm_reader *r;
	struct crm_ahead *a;
	FILE *f = open_input(in);
	int i;

	assert_false(in->over);
	for (i = 0; i < 2; i++) {
		assert_int_equal(lseek(fileno(f), 0, SEEK_SET), 0);
		begin(&t[i], how.kind, how.set, how.nsets);
		assert_null(crm_reader_open(fileno(f), "test", CRM_IN_AUTO,
		    crm_bind_knows, t[i].bind, &r));
		a = crm_ahead_new(r, t[i].bind, NULL, NULL, i == 0);
		while (do_row(&t[i], a, r))
			;
		crm_ahead_free(a);
		crm_reader_close(r);
	}
	(void)fclose(f);
	assert_int_equal(t[0].nbound, 0);
	assert_true(t[1].nbound >= (how.many ? t[1].nrows * 3 / 4 : 1));
	assert_false(t[0].out.over);
	assert_int_equal(t[0].nrows, t[1].nrows);
	assert_int_equal(t[0].out.n, t[1].out.n);
	assert_memory_equal(t[0].out.p, t[1].out.p, t[0].out.n);
	end(&t[0]);
	end(&t[1]);
}

/* Every '#' is a number. */
static void
add_line(struct crm_buf *b, const char *text, int n)
{
	for (; *text != '\0'; text++)
		if (*text == '#')
			crm_buf_addf(b, "%d", n);
		else
			crm_buf_addc(b, *text);
}

/* Every so many lines are bad in one of several ways, or strange. */
static void
add_lines(struct crm_buf *b, const char *good, const char *const *odd, int nodd,
    int every)
{
	int i;

	for (i = 1; i <= ROWS; i++)
		add_line(b, i % every == 0 ? odd[i / every % nodd] : good, i);
}

static void
test_tsv(void **state)
{
	static const char *const odd[] = {
		"N#\tno-mail\t\t\t\t\n",
		"N#\ta#@example.org\tnobody\t2021-02-30\tone,two\t\n",
		"N#\tb#@example.org\tnobody\t2021-02-03\tone\t\n",
		"N#\ttoo few\n",
		"N#\tc#@example.org\tAcme\\q\t2021-02-03\tone\\\\\t\n",
		"N#\td#@example.org\t\xff\t2021-02-03\tone\t\n",
		"\n",
		"N#\td#@example.org\t\t\t\t\r\n",
	};
	static const int every[] = { ROWS + 1, 500, 37, 11, 2 };
	static const char *const set[] = { "org=Set #1", "lang=en", "tag=all",
		"birthday=1999-09-09" };
	static const char *const bad[] = { "org=nobody", "tag=a,,b" };
	struct crm_buf in = CRM_BUF_INIT(OUT_MAX);
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		crm_buf_reset(&in);
		crm_buf_adds(&in, "name\temail\torg\tbirthday\ttag\tx-note\n");
		add_lines(&in,
		    "N\xc3\xa4me #\tm#@example.org\tOrg\\t#\t2021-03-04\t"
		    "a\\tb,\\\\c,d#\tnoted\n",
		    odd, 8, every[i]);
		compare(&in, (struct way){ 'p', NULL, 0, every[i] > 30 });
		compare(&in, (struct way){ 'p', set, 4, every[i] > 30 });
		compare(&in, (struct way){ 'p', bad, 2, every[i] > 30 });
	}
	crm_buf_release(&in);
}

/* Columns and fields that appear late, in several kinds. */
static void
test_jsonl(void **state)
{
	static const char *const odd[] = {
		"{\"kind\":\"person\",\"name\":\"N#\",\"x-late-#\":\"l\"}\n",
		"{\"kind\":\"org\",\"name\":\"O#\",\"x-late-#\":\"l\"}\n",
		"{\"kind\":\"person\",\"name\":\"N#\",\"email\":[\"a\",1]}\n",
		"{\"kind\":\"nothing\",\"name\":\"N#\"}\n",
		"{\"kind\":\"deal\",\"title\":\"D#\",\"value\":12.5,"
		"\"currency\":\"EUR\",\"org\":[\"Acme\",\"nobody\"]}\n",
		"{\"kind\":\"person\",\"name\":\"N#\",\"lang\":null}\n",
		"{\"kind\":\"person\",\"name\":\"N#\"\n",
		"{\"kind\":\"person\",\"id\":\"p#\",\"x-again\":\"\\u00e4\"}\n",
		"{\"kind\":\"deal\",\"title\":\"D#\",\"value\":\"5 USD\","
		"\"who\":\"Anna\"}\n",
		"  \n",
	};
	static const int every[] = { 1000, 40, 5 };
	struct crm_buf in = CRM_BUF_INIT(OUT_MAX);
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		crm_buf_reset(&in);
		add_lines(&in,
		    "{\"kind\":\"person\",\"name\":\"N\\u00e4me #\",\"email\":"
		    "[\"m#@example.org\",\"o#@example.org\"],\"org\":\"Org #\","
		    "\"x-again\":\"yes\"}\n",
		    odd, 10, every[i]);
		compare(&in, (struct way){ '\0', NULL, 0, every[i] > 30 });
	}
	crm_buf_release(&in);
}

/* Records over several lines, long ones, and an end that is an error. */
static void
test_csv(void **state)
{
	static const char *const odd[] = {
		"\"N\n#\",\"a\"\"#\",\n",
		"N#,b#@example.org,\"one;two\nthree ::: four\"\n",
		"\"N#\"x,c#@example.org,\n",
		"N#,d#@example.org\n",
	};
	struct crm_buf in = CRM_BUF_INIT(OUT_MAX);
	int i;

	(void)state;
	crm_buf_adds(&in, "name,email,tag\n");
	add_lines(&in, "\"Name, #\",m#@example.org,\"a,b\"\n", odd, 4, 100);
	compare(&in, (struct way){ 'p', NULL, 0, true });
	crm_buf_adds(&in, "\"");
	for (i = 0; i < 300000; i++)
		crm_buf_addc(&in, 'x');
	crm_buf_adds(&in, "\",e@example.org,one\n");
	add_lines(&in, "N#,f#@example.org,\n", odd, 4, 100);
	compare(&in, (struct way){ 'p', NULL, 0, true });
	crm_buf_adds(&in, "N,\"never closed\n");
	add_lines(&in, "N#,g#@example.org,\n", odd, 4, 100);
	compare(&in, (struct way){ 'p', NULL, 0, true });
	crm_buf_release(&in);
}

/* What a link fails with ends it all, as does an end before that of input. */
static void
test_broken(void **state)
{
	static const char *const odd[] = {
		"N#\tbroken\n",
	};
	struct crm_buf in = CRM_BUF_INIT(OUT_MAX);

	(void)state;
	crm_buf_adds(&in, "name\torg\n");
	add_lines(&in, "N#\tOrg #\n", odd, 1, ROWS - 1000);
	compare(&in, (struct way){ 'p', NULL, 0, true });
	crm_buf_release(&in);
}

/* Told when input is waited for: then there is more. */
static const struct crm_err *
feed(void *ctx, bool begin)
{
	struct test *t = ctx;
	struct crm_buf b = CRM_BUF_INIT(OUT_MAX);

	if (!begin) {
		t->wakes++;
		return NULL;
	}
	/* all that was written came out before it was waited for */
	assert_int_equal(t->nrows, t->nwritten);
	assert_int_equal(t->waits++, t->wakes);
	if (t->waits > 3) {
		(void)close(t->pipe[1]);
		return NULL;
	}
	add_line(&b, "A#\n", (int)t->waits);
	add_line(&b, "B#\n", (int)t->waits);
	t->nwritten += 2;
	assert_int_equal(write(t->pipe[1], b.p, b.n), b.n);
	crm_buf_release(&b);
	return NULL;
}

/* Input that comes slowly: no row waits for the next one. */
static void
test_slow(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(OUT_MAX);
	struct crm_reader *r;
	struct crm_ahead *a;
	struct test t;
	int i;

	(void)state;
	begin(&t, 'p', NULL, 0);
	assert_int_equal(pipe(t.pipe), 0);
	crm_buf_adds(&b, "name\n");
	for (i = 0; i < 1500; i++)
		add_line(&b, "N#\n", i);
	t.nwritten = 1500;
	assert_int_equal(write(t.pipe[1], b.p, b.n), b.n);
	assert_null(crm_reader_open(
	    t.pipe[0], "test", CRM_IN_AUTO, crm_bind_knows, t.bind, &r));
	a = crm_ahead_new(r, t.bind, feed, &t, false);
	while (do_row(&t, a, r))
		;
	assert_int_equal(t.nrows, 1506);
	assert_true(t.nbound >= 900);
	assert_int_equal(t.waits, 4);
	assert_int_equal(t.wakes, 4);
	crm_ahead_free(a);
	crm_reader_close(r);
	(void)close(t.pipe[0]);
	crm_buf_release(&b);
	end(&t);
}

/* Wherever the second thread is, it ends: waiting for input, for room or for
 * the first one. */
static void
test_left(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(OUT_MAX);
	struct crm_reader *r;
	struct crm_ahead *a;
	struct test t;
	FILE *f;
	int i, end_at;

	(void)state;
	begin(&t, 'p', NULL, 0);
	assert_int_equal(pipe(t.pipe), 0);
	crm_buf_adds(&b, "name\n");
	for (i = 0; i < 1500; i++)
		add_line(&b, "N#\n", i);
	assert_int_equal(write(t.pipe[1], b.p, b.n), b.n);
	assert_null(crm_reader_open(
	    t.pipe[0], "test", CRM_IN_AUTO, crm_bind_knows, t.bind, &r));
	a = crm_ahead_new(r, t.bind, NULL, NULL, false);
	while (t.nrows < 1500)
		assert_true(do_row(&t, a, r));
	crm_ahead_free(a);
	crm_reader_close(r);
	(void)close(t.pipe[0]);
	(void)close(t.pipe[1]);
	end(&t);

	for (end_at = 500; end_at < 60000; end_at += 7000) {
		static const char *const odd[] = { "N#\t\n" };

		crm_buf_reset(&b);
		crm_buf_adds(&b, "name\n");
		for (i = 0; i < 10; i++)
			add_lines(&b,
			    "A name of some length, as there are many, #\n",
			    odd, 1, 1000);
		f = open_input(&b);
		begin(&t, 'p', NULL, 0);
		assert_null(crm_reader_open(
		    fileno(f), "test", CRM_IN_TSV, crm_bind_knows, t.bind, &r));
		a = crm_ahead_new(r, t.bind, NULL, NULL, false);
		for (i = 0; i < end_at; i++)
			assert_true(do_row(&t, a, r));
		crm_ahead_free(a);
		crm_reader_close(r);
		(void)fclose(f);
		end(&t);
	}
	crm_buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tsv),
		cmocka_unit_test(test_jsonl),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
