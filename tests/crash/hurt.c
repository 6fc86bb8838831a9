/*
 * Linked into the programs of tests/crash, with shared libraries:
 *
 *   CRM_TEST_ALLOC=n  the n-th allocation of the process fails, whoever asks:
 *                     the program, LMDB, libyaml, stdio
 *   CRM_TEST_ON=1     and all after it
 *   CRM_TEST_COUNT=f  the number of allocations is written to this file
 *   CRM_TEST_PART=n   large batches are written in parts of so many bytes
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"

/* Those of the GNU C library, behind the names that it calls ours by. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

/* What -Wl,--wrap makes of it. */
const struct crm_err *__real_crm_store_open(
    const char *, const struct crm_store_options *, struct crm_store **);
const struct crm_err *__wrap_crm_store_open(
    const char *, const struct crm_store_options *, struct crm_store **);

static unsigned long long count, fail_at;
static int begun, goes_on;

__attribute__((constructor)) static void
begin(void)
{
	const char *s = getenv("CRM_TEST_ALLOC");

	fail_at = s != NULL ? strtoull(s, NULL, 10) : 0;
	goes_on = getenv("CRM_TEST_ON") != NULL;
	begun = 1;
}

__attribute__((destructor)) static void
end(void)
{
	const char *name = getenv("CRM_TEST_COUNT");
	char text[32];
	int fd, n;

	begun = 0;
	if (name == NULL)
		return;
	n = snprintf(text, sizeof(text), "%llu\n", count);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, text, (size_t)n) != n)
		abort();
	(void)close(fd);
}

static int
fails(void)
{
	if (!begun)
		return 0;
	count++;
	if (fail_at == 0 || count < fail_at || (count > fail_at && !goes_on))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

const struct crm_err *
__wrap_crm_store_open(const char *path, const struct crm_store_options *options,
    struct crm_store **out)
{
	const char *part = getenv("CRM_TEST_PART");
	struct crm_store_options o = *options;

	if (part != NULL)
		o.part = (size_t)strtoull(part, NULL, 10);
	return __real_crm_store_open(path, &o, out);
}
