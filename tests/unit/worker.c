/* A second thread does all pieces, in order, and says what it failed with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "base/worker.h"

#define PIECES 1000

struct job {
	uint32_t next, fail_at;
	bool elsewhere; /* not in the thread that began */
	pthread_t first;
};

static const struct crm_err *
work(void *ctx, struct crm_view piece)
{
	struct job *j = ctx;
	void *p = crm_alloc(100);

	crm_free(p);
	j->elsewhere = pthread_equal(j->first, pthread_self()) == 0;
	if (piece.n != 4 || crm_le32_get(piece.p) != j->next)
		return crm_err(CRM_E_BUG, "not in order");
	if (j->next == j->fail_at)
		return crm_err(CRM_E_DATA, "piece %u", j->next);
	j->next++;
	return NULL;
}

static const struct crm_err *
give(struct crm_worker *w, struct crm_buf *b, uint32_t n)
{
	char p[4];

	crm_le32(p, n);
	crm_buf_add(b, p, 4);
	return crm_worker_give(w, b);
}

static void
in_order(void **state)
{
	struct job j = { .fail_at = UINT32_MAX, .first = pthread_self() };
	struct crm_worker *w = crm_worker_new(work, &j);
	struct crm_buf b = CRM_BUF_INIT(100);
	uint32_t i;

	(void)state;
	assert_null(crm_worker_wait(w)); /* for nothing */
	for (i = 0; i < PIECES; i++) {
		assert_null(give(w, &b, i));
		assert_int_equal(b.n, 0);
		assert_int_equal(b.max, 100);
		if (i % 300 == 0) {
			assert_null(crm_worker_wait(w));
			assert_int_equal(j.next, i + 1);
		}
	}
	assert_null(crm_worker_wait(w));
	assert_int_equal(j.next, PIECES);
	assert_true(j.elsewhere);
	crm_worker_free(w);
	crm_buf_release(&b);
}

/* The first error stays, however many pieces and errors come later. */
static void
fails(void **state)
{
	struct job j = { .fail_at = 5, .first = pthread_self() };
	struct crm_worker *w = crm_worker_new(work, &j);
	struct crm_buf b = CRM_BUF_INIT(100);
	const struct crm_err *err = NULL;
	uint32_t i;

	(void)state;
	for (i = 0; err == NULL && i < PIECES; i++)
		err = give(w, &b, i);
	assert_true(i > 6 && i < PIECES);
	for (i = 0; i < 20; i++)
		(void)crm_err(CRM_E_IO, "another");
	err = crm_worker_wait(w);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
	assert_string_equal(err->msg, "piece 5");
	assert_int_equal(j.next, 5);
	crm_worker_free(w);
	crm_buf_release(&b);
}

/* One that is let go leaves nothing behind, whatever it did not come to. */
static void
let_go(void **state)
{
	struct job j = { .fail_at = UINT32_MAX, .first = pthread_self() };
	struct crm_worker *w;
	struct crm_buf b = CRM_BUF_INIT(100);
	uint32_t i, n;

	(void)state;
	crm_worker_free(NULL);
	for (n = 0; n < 50; n++) {
		j.next = 0;
		w = crm_worker_new(work, &j);
		for (i = 0; i < n; i++)
			assert_null(give(w, &b, i));
		crm_worker_free(w);
	}
	crm_buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(fails),
		cmocka_unit_test(let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
