/* External sorting against qsort, with and without spilling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/runs.h"

struct entry {
	char key[40];
	size_t n;
	uint32_t seq;
};

static uint64_t seed = 42;

static uint32_t
random_below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static int
cmp(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int c = crm_view_cmp(crm_view(a->key, a->n), crm_view(b->key, b->n));

	return c != 0 ? c : a->seq < b->seq ? -1 : 1;
}

/* alphabet and length decide how many keys are equal or prefixes */
static void
sort_against(size_t memory, uint32_t n, uint32_t alphabet, uint32_t maxlen,
    size_t value_n)
{
	struct entry *e = crm_calloc(n, sizeof(*e));
	struct crm_runs *r = crm_runs_new(memory, AT_FDCWD);
	char value[600] = { 0 };
	struct crm_view k, v;
	uint32_t i, j;
	int pass;

	for (i = 0; i < n; i++) {
		e[i].n = random_below(maxlen + 1);
		e[i].seq = i;
		for (j = 0; j < e[i].n; j++)
			e[i].key[j] = (char)random_below(alphabet);
		crm_le32(value, i);
		assert_null(crm_runs_add(
		    r, crm_view(e[i].key, e[i].n), crm_view(value, value_n)));
		if (i != n / 2 && i != n / 3)
			continue;
		/* what was read before does not hinder, whoever read it */
		if (i == n / 3)
			crm_runs_ahead(r);
		assert_null(crm_runs_sort(r));
		for (j = 0; j < i / 2; j++)
			assert_null(crm_runs_next(r, &k, &v));
	}
	assert_int_equal(crm_runs_count(r), n);
	qsort(e, n, sizeof(*e), cmp);
	for (pass = 0; pass < 4; pass++) {
		if (pass == 2) /* from here on by another thread */
			crm_runs_ahead(r);
		assert_null(crm_runs_sort(r));
		for (i = 0; i < n; i++) {
			assert_null(crm_runs_next(r, &k, &v));
			assert_non_null(k.p);
			assert_true(crm_view_eq(k, crm_view(e[i].key, e[i].n)));
			assert_int_equal(crm_le32_get(v.p), e[i].seq);
			assert_int_equal(v.n, value_n);
		}
		assert_null(crm_runs_next(r, &k, &v));
		assert_null(k.p);
		assert_null(crm_runs_next(r, &k, &v));
		assert_null(k.p);
	}
	crm_runs_free(r);
	crm_free(e);
}

/* Few by comparisons, many by radix: short keys, long ones, equal ones, and
 * those that end within what others have in common. */
static void
in_memory(void **state)
{
	size_t all = (size_t)64 << 20;

	(void)state;
	sort_against(all, 0, 2, 5, 4);
	sort_against(all, 1, 2, 5, 4);
	sort_against(all, 2000, 2, 30, 4);
	sort_against(all, 5000, 1, 12, 4);
	sort_against(all, 5000, 256, 20, 4);
	sort_against(all, 3000, 3, 0, 4);
	sort_against(all, 60000, 4, 24, 40);
	sort_against(all, 60000, 256, 30, 4);
	sort_against(all, 60000, 2, 9, 4);
	sort_against(all, 60000, 1, 39, 4);
	sort_against(all, 60000, 1, 0, 4);
}

static void
spilled(void **state)
{
	(void)state;
	sort_against(0, 60000, 4, 24, 40);
	sort_against(0, 40000, 2, 9, 4);
	sort_against(0, 9000, 256, 30, 600);
	sort_against(0, 30000, 1, 1, 100);
	sort_against((size_t)1 << 20, 60000, 4, 24, 40);
}

/* Where the place may not be written to, scratch files go elsewhere. */
static void
elsewhere(void **state)
{
	char dir[] = "/tmp/crm-runs-XXXXXX";
	int fd, tmp, status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(chmod(dir, 0555), 0);
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && setuid(65534) != 0)
			_exit(1);
		if (crm_tmp_open(fd, &tmp) == NULL)
			_exit(2);
		crm_tmp_elsewhere("/tmp");
		if (crm_tmp_open(fd, &tmp) != NULL || write(tmp, "x", 1) != 1)
			_exit(3);
		crm_tmp_elsewhere(dir);
		_exit(crm_tmp_open(fd, &tmp) == NULL ? 4 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_memory),
		cmocka_unit_test(spilled),
		cmocka_unit_test(elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
