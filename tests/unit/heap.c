/* Much memory taken in small pieces is there before it is touched. */
#define _GNU_SOURCE /* sbrk, mincore, MADV_POPULATE_WRITE */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/mem.h"

#define PIECE 4112
#define PIECES 4000
#define WAIT_MS 10000

static char *taken[PIECES];

/* Does the heap end elsewhere when pieces are taken, and can the kernel make
 * memory ready? */
static bool
can_be(void)
{
#if defined(__GLIBC__) && defined(MADV_POPULATE_WRITE) && \
    !defined(__SANITIZE_ADDRESS__)
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool yes =
	    p != MAP_FAILED && madvise(p, page, MADV_POPULATE_WRITE) == 0;

	(void)munmap(p, page);
	return yes;
#else
	return false;
#endif
}

/* Take pieces until the heap grows, behind the first n. */
static size_t
take(struct crm_heap *h, size_t n)
{
	char *end = sbrk(0);

	while (n < PIECES && sbrk(0) == end) {
		taken[n] = crm_alloc(PIECE);
		taken[n++][0] = 1;
		crm_heap_look(h);
	}
	assert_true(n < PIECES);
	return n;
}

/* Is the last page of the heap there?  Nobody has touched it. */
static bool
is_ready(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char there = 0;

	assert_int_equal(mincore((char *)sbrk(0) - page, page, &there), 0);
	return (there & 1) != 0;
}

static void
much(void **state)
{
	struct timespec ms = { 0, 1000000 };
	struct crm_heap h;
	size_t n = 0, i;

	(void)state;
	if (!can_be()) {
		print_message("heap: memory cannot be made ready here\n");
		skip();
	}
	crm_heap_begin(&h);
	while (h.worker == NULL)
		n = take(&h, n);
	n = take(&h, n); /* now in a large step, of which little is used */
	assert_true((char *)sbrk(0) - taken[n - 1] > PIECE + 3 * 4096);
	for (i = 0; i < WAIT_MS && !is_ready(); i++)
		(void)nanosleep(&ms, NULL);
	assert_true(is_ready());
	crm_heap_end(&h);
	for (i = 0; i < n; i++)
		assert_int_equal(taken[i][0], 1);
	while (n > 0)
		crm_free(taken[--n]);
}

static void
little(void **state)
{
	struct crm_heap h, none;
	void *p;

	(void)state;
	crm_heap_begin(&h);
	p = crm_alloc(PIECE);
	crm_heap_look(&h);
	assert_null(h.worker);
	crm_heap_end(&h);
	crm_free(p);
	memset(&none, 0, sizeof(none));
	crm_heap_look(&none);
	crm_heap_end(&none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(little),
		cmocka_unit_test(much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
