/*
 * Any bytes as a dump whose checksum and counts are right.
 *
 * What is taken is a store without faults, and a dump of it loads again and
 * is the same.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/io.h"
#include "store/check.h"
#include "store/dump.h"
#include "store/load_impl.h"

#define DUMP_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *
place(const char *what)
{
	static char path[2][100];
	static int next;
	const char *dir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	next = 1 - next;
	(void)snprintf(path[next], sizeof(path[next]), "%s/crm-fuzz-%ld-%s",
	    dir, (long)getpid(), what);
	return path[next];
}

static const struct crm_err *
take_lines(struct crm_load *l, struct crm_view v)
{
	const struct crm_err *err = NULL;
	size_t n;

	while (err == NULL && v.n > 0) {
		n = crm_view_find(v, '\n');
		err = crm_load_line(l, crm_view(v.p, n));
		v = crm_view_skip(v, n < v.n ? n + 1 : n);
	}
	return err;
}

/* Say that what came is what was to come. */
static const struct crm_err *
take_trailer(struct crm_load *l)
{
	char line[100];

	l->want = l->have;
	(void)snprintf(line, sizeof(line), "{\"end\":%llu,\"crc32c\":\"%08x\"}",
	    (unsigned long long)l->lines, l->crc);
	return crm_load_line(l, crm_view_str(line));
}

static void
dump(struct crm_store *s, struct crm_buf *out)
{
	char name[100];
	int fd;

	(void)snprintf(name, sizeof(name), "%s-XXXXXX", place("text"));
	fd = mkstemp(name);
	assert(fd >= 0);
	(void)unlink(name);
	assert(crm_dump(s, fd, -1) == NULL);
	assert(lseek(fd, 0, SEEK_SET) == 0);
	assert(crm_read_fd(fd, "dump", DUMP_MAX, out) == NULL);
	(void)close(fd);
}

static void
load_again(struct crm_view first)
{
	struct crm_buf second = CRM_BUF_INIT(DUMP_MAX * 2);
	struct crm_load *l = crm_load_new(place("again"), -1);

	assert(take_lines(l, first) == NULL);
	assert(crm_load_end(l) == NULL);
	dump(l->store, &second);
	assert(crm_view_eq(first, crm_buf_view(&second)));
	crm_load_free(l);
	crm_buf_release(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct crm_buf first = CRM_BUF_INIT(DUMP_MAX * 2);
	struct crm_load *l = crm_load_new(place("first"), -1);
	struct crm_check c = { 0 };
	const struct crm_err *err;

	err = take_lines(l, crm_view(data, size));
	if (err == NULL)
		err = take_trailer(l);
	if (err == NULL)
		err = crm_load_end(l);
	if (err == NULL) {
		assert(crm_check_store(l->store, &c) == NULL && c.faults == 0);
		dump(l->store, &first);
	} else
		assert(err->code == CRM_E_DATA && err->msg[0] != '\0');
	crm_load_free(l);
	if (first.n > 0)
		load_again(crm_buf_view(&first));
	crm_buf_release(&first);
	return 0;
}
