/* A second thread makes all pieces, in order, and says what it failed with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "base/feed.h"
#include "base/mem.h"

#define PIECES 1000
#define MAX 100

struct job {
	uint32_t next, end, fail_at;
	bool elsewhere; /* not in the thread that began */
	pthread_t first;
};

static const struct crm_err *
make(void *ctx, struct crm_buf *piece)
{
	struct job *j = ctx;
	char p[MAX + 1] = { 0 };

	j->elsewhere = pthread_equal(j->first, pthread_self()) == 0;
	if (j->next == j->fail_at)
		return crm_err(CRM_E_DATA, "piece %u", j->next);
	if (j->next == j->end)
		return NULL;
	crm_le32(p, j->next++);
	crm_buf_add(piece, p, 4 + j->next % 90);
	return NULL;
}

static void
in_order(void **state)
{
	struct job j = {
		.end = PIECES, .fail_at = UINT32_MAX, .first = pthread_self()
	};
	struct crm_feed *f = crm_feed_new(make, &j, MAX);
	struct crm_view v;
	uint32_t i;

	(void)state;
	for (i = 0; i < PIECES; i++) {
		assert_null(crm_feed_next(f, &v));
		assert_int_equal(v.n, 4 + (i + 1) % 90);
		assert_int_equal(crm_le32_get(v.p), i);
	}
	for (i = 0; i < 3; i++) {
		assert_null(crm_feed_next(f, &v));
		assert_null(v.p);
	}
	assert_true(j.elsewhere);
	crm_feed_free(f);
}

/* What was made before an error comes, then the error, again and again. */
static void
fails(void **state)
{
	struct job j = {
		.end = PIECES, .fail_at = 50, .first = pthread_self()
	};
	struct crm_feed *f = crm_feed_new(make, &j, MAX);
	const struct crm_err *err;
	struct crm_view v;
	uint32_t i;

	(void)state;
	for (i = 0; i < 50; i++) {
		assert_null(crm_feed_next(f, &v));
		assert_int_equal(crm_le32_get(v.p), i);
	}
	for (i = 0; i < 20; i++) {
		err = crm_feed_next(f, &v);
		assert_non_null(err);
		assert_int_equal(err->code, CRM_E_DATA);
		assert_string_equal(err->msg, "piece 50");
		assert_null(v.p);
		(void)crm_err(CRM_E_IO, "another");
	}
	crm_feed_free(f);
}

static const struct crm_err *
make_too_much(void *ctx, struct crm_buf *piece)
{
	(void)ctx;
	crm_buf_add(piece, (char[MAX + 1]){ 0 }, MAX + 1);
	return NULL;
}

static void
too_much(void **state)
{
	struct crm_feed *f = crm_feed_new(make_too_much, NULL, MAX);
	struct crm_view v;

	(void)state;
	assert_non_null(crm_feed_next(f, &v));
	crm_feed_free(f);
}

/* No more pieces are made ahead than there are places; one that is let go
 * leaves nothing behind, however many were taken. */
static void
let_go(void **state)
{
	struct job j = { .end = UINT32_MAX,
		.fail_at = UINT32_MAX,
		.first = pthread_self() };
	struct crm_feed *f;
	struct crm_view v;
	uint32_t i, n;

	(void)state;
	crm_feed_free(NULL);
	for (n = 0; n < 50; n++) {
		j.next = 0;
		f = crm_feed_new(make, &j, MAX);
		for (i = 0; i < n; i++)
			assert_null(crm_feed_next(f, &v));
		crm_feed_free(f);
		assert_true(j.next >= n && j.next <= n + CRM_FEED_PIECES);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(fails),
		cmocka_unit_test(too_much),
		cmocka_unit_test(let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
