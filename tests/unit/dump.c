/*
 * Dumps: what is loaded is what was dumped, and what does not agree with
 * itself is refused, however right its checksum is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/io.h"
#include "base/mem.h"
#include "store/batch.h"
#include "store/check.h"
#include "store/dump.h"

#define PEOPLE 150
#define EVENTS 400
#define MUTATIONS 1500

static char dir[64], new_dir[80];
static struct crm_zone *zone;
static struct crm_clock today;
static struct crm_buf good = CRM_BUF_INIT((size_t)1 << 30);
static uint64_t seed = 5;

static uint32_t
below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static void
no_err(const struct crm_err *err)
{
	if (err != NULL)
		fail_msg("%s", err->msg);
}

/* Put "name", "value", ... into a batch: a new record, or an edit of id. */
static void
put(struct crm_store *store, struct crm_batch *b, uint64_t id, const char *kind,
    const char *const *words)
{
	struct crm_edit edit[10];
	struct crm_request q = { .edit = edit };
	struct crm_arena a = CRM_ARENA_INIT;
	bool ok;

	q.kind = crm_kind_named(crm_store_schema(store), crm_view_str(kind));
	for (; words[0] != NULL; words += 2) {
		struct crm_buf v = CRM_BUF_INIT(100000);
		struct crm_edit *e = &edit[q.nedits++];

		e->field = crm_field_named(q.kind, crm_view_str(words[0]));
		e->op = CRM_SET;
		no_err(crm_value_parse(crm_batch_values(b), e->field,
		    crm_view_str(words[1]), false, &v, q.currency));
		e->value = crm_view(crm_arena_dup(&a, v.p, v.n), v.n);
		crm_buf_release(&v);
	}
	no_err(id != 0 ? crm_batch_edit(b, id, &q, &ok)
		       : crm_batch_add(b, &q, &ok));
	assert_true(ok);
	crm_arena_release(&a);
}

static struct crm_batch *
begin(struct crm_store *store, const char *message)
{
	struct crm_batch_options o = { .clock = &today,
		.user = "tester",
		.program = "test",
		.message = message };
	struct crm_batch *b;

	no_err(crm_batch_new(store, &o, &b));
	return b;
}

static void
commit(struct crm_batch *b)
{
	struct crm_batch_result r;

	no_err(crm_batch_commit(b, &r, NULL));
	crm_batch_free(b);
}

static void
fill(struct crm_store *s)
{
	struct crm_batch *b = begin(s, "people \"in quotes\"");
	char name[40], who[20];
	bool ok;
	int i;

	for (i = 1; i <= PEOPLE; i++) {
		const char *w[] = { "name", name, "tag", "some", "club",
			i % 2 == 0 ? "red" : "blue", NULL };

		(void)snprintf(name, sizeof(name), "Łukasz %d\n\"x\"", i);
		put(s, b, 0, "person", w);
	}
	commit(b);
	b = begin(s, "");
	for (i = 1; i <= EVENTS; i++) {
		const char *w[] = { "who", who, "what", "purchase", "amount",
			"12.50", "at", "2026-01-05T10:00:00Z", NULL };

		(void)snprintf(who, sizeof(who), "p%d", 1 + i % PEOPLE);
		put(s, b, 0, "event", w);
	}
	commit(b);
	b = begin(s, "moved");
	for (i = 1; i <= PEOPLE; i += 3) {
		const char *w[] = { "city", "Lublin", NULL };

		put(s, b, crm_id('p', 0, (uint64_t)i), "person", w);
	}
	no_err(crm_batch_remove(b, crm_id('e', 0, 7), &ok));
	commit(b);
}

static struct crm_store *
open_store(const char *path)
{
	struct crm_store_options o = { .mode = CRM_STORE_WRITE,
		.wait_ms = 1000 };
	struct crm_store *s;

	no_err(crm_store_open(path, &o, &s));
	return s;
}

static void
take_dump(const char *path, struct crm_buf *out)
{
	char name[] = "/tmp/crm-dump-text-XXXXXX";
	struct crm_store *s = open_store(path);
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	(void)unlink(name);
	no_err(crm_dump(s, fd, -1));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	no_err(crm_read_fd(fd, "dump", (size_t)1 << 30, out));
	(void)close(fd);
	crm_store_close(s);
}

static int
set_up(void **state)
{
	static const char yaml[] = "timezone: Europe/Warsaw\n"
				   "kinds:\n"
				   "  person:\n"
				   "    fields:\n"
				   "      club: [red, blue]\n";
	struct crm_store *s;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/crm-dump-XXXXXX");
	if (mkdtemp(dir) == NULL || rmdir(dir) != 0)
		return -1;
	(void)snprintf(new_dir, sizeof(new_dir), "%s.loaded", dir);
	no_err(crm_store_begin(dir, -1, crm_view_str(yaml), &s));
	no_err(crm_store_publish(s));
	no_err(crm_zone_open("UTC", &zone));
	today.zone = zone;
	today.now_us = INT64_C(1772357400) * CRM_SECOND_US;
	s = open_store(dir);
	fill(s);
	crm_store_close(s);
	take_dump(dir, &good);
	return 0;
}

static int
tear_down(void **state)
{
	char cmd[200];

	(void)state;
	crm_zone_free(zone);
	crm_buf_release(&good);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s %s", dir, new_dir);
	return system(cmd);
}

/* Put a dump without its last line right: its counts and its checksum. */
static void
add_trailer(struct crm_buf *dump)
{
	uint32_t crc = crm_crc32c(0, dump->p, dump->n);
	unsigned int lines = 0;
	size_t i;

	for (i = 0; i < dump->n; i++)
		lines += dump->p[i] == '\n';
	crm_buf_addf(dump, "{\"end\":%u,\"crc32c\":\"%08x\"}\n", lines, crc);
}

/* The good dump without its last line. */
static struct crm_view
without_trailer(void)
{
	size_t n = good.n - 1;

	while (good.p[n - 1] != '\n')
		n--;
	return crm_view(good.p, n);
}

/*
 * Load a dump.
 *
 * out     the words of the failure, or ""
 *
 * Returns the line that it came to.
 */
static unsigned int
load(struct crm_view dump, bool publish, char out[1024])
{
	struct crm_load *l = crm_load_new(new_dir, -1);
	const struct crm_err *err = NULL;
	unsigned int line = 0;
	size_t n;

	while (err == NULL && dump.n > 0) {
		n = crm_view_find(dump, '\n');
		line++;
		err = crm_load_line(l, crm_view(dump.p, n));
		dump = crm_view_skip(dump, n < dump.n ? n + 1 : n);
	}
	if (err == NULL)
		err = crm_load_end(l);
	if (err == NULL && publish)
		err = crm_load_publish(l);
	assert_true(err == NULL || err->code == CRM_E_DATA);
	(void)snprintf(out, 1024, "%s", err != NULL ? err->msg : "");
	crm_load_free(l);
	return line;
}

static void
same_again(void **state)
{
	struct crm_buf again = CRM_BUF_INIT((size_t)1 << 30);
	struct crm_check c = { 0 };
	struct crm_store *s;
	struct stat st;
	char what[1024], cmd[100];

	(void)state;
	(void)load(crm_buf_view(&good), true, what);
	assert_string_equal(what, "");
	s = open_store(new_dir);
	no_err(crm_check_store(s, &c));
	assert_int_equal(c.faults, 0);
	crm_store_close(s);
	take_dump(new_dir, &again);
	assert_int_equal(again.n, good.n);
	assert_memory_equal(again.p, good.p, good.n);
	crm_buf_release(&again);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", new_dir);
	assert_int_equal(system(cmd), 0);
	assert_int_not_equal(stat(new_dir, &st), 0);
}

/* Change the first place where 'from' stands behind 'after', and load. */
static void
altered(const char *after, const char *from, const char *to, const char *want)
{
	struct crm_buf b = CRM_BUF_INIT((size_t)1 << 30);
	struct crm_view v = without_trailer();
	char *text = crm_strndup(v.p, v.n), *at, what[1024];

	at = strstr(text, after);
	assert_non_null(at);
	at = strstr(at, from);
	assert_non_null(at);
	crm_buf_add(&b, text, (size_t)(at - text));
	crm_buf_adds(&b, to);
	crm_buf_adds(&b, at + strlen(from));
	add_trailer(&b);
	(void)load(crm_buf_view(&b), false, what);
	if (strstr(what, want) == NULL)
		fail_msg("%s: got '%s', wanted '%s'", from, what, want);
	crm_free(text);
	crm_buf_release(&b);
}

/* The checksum is right, but somebody wrote history anew. */
static void
disagrees(void **state)
{
	static const char log[] = "the dump does not agree with itself";

	(void)state;
	altered("{\"id\":\"p1\"", "Lublin", "Berlin", log);
	altered("{\"id\":\"p2\"", "red", "blue", log);
	altered("{\"id\":\"e9\"", "12.50", "13.50", log);
	altered("{\"id\":\"e7\"", ",\"removed\":true", "", log);
	altered("{\"id\":\"e8\"", "\"_\":{\"added\":2}", "\"_\":{\"added\":1}",
	    log);
	altered("{\"changed\":\"p1\"", "[null,\"Lublin\"]", "[null,\"Berlin\"]",
	    log);
	altered("{\"changed\":\"p1\"", "\"previous\":1", "\"previous\":0", log);
	altered("{\"changed\":\"e7\"", "\"flags\":1", "\"flags\":2", log);
	altered("{\"change\":1", "people", "nobody", log);
	altered(
	    "{\"change\":1", "\"user\":\"tester\"", "\"user\":\"other\"", log);
	altered("{\"change\":1", "2026-03-01T09:30:00Z", "2026-03-01T09:30:01Z",
	    log);
	altered("{\"change\":2", "\"seq\":2", "\"seq\":3", log);
	altered("{\"change\":1", "[[\"p1\",150]]", "[[\"p1\",149]]", log);
	altered(
	    "{\"change\":3", "\"state\":\"done\"", "\"state\":\"open\"", log);
	altered("{\"digests\":1", "\"salted\":[\"", "\"salted\":[\"00",
	    "expected a salt and a digest");
	altered("{\"crm-dump\":1", "\"records\":150", "\"records\":151",
	    "not what the first line said");
	altered("{\"field\":\"club\"", "\"number\":64", "\"number\":63",
	    "a field cannot be so");
	altered("{\"field\":\"club\"", "\"type\":\"choice\"",
	    "\"type\":\"date\"", "holds");
	altered("{\"id\":\"p5\"", "\"kind\":\"person\"", "\"kind\":\"org\"",
	    "not that of the id");
	altered("{\"id\":\"p5\"", "\"id\":\"p5\"", "\"id\":\"z5\"",
	    "of a kind that crm.yaml lacks");
	altered(
	    "{\"id\":\"p5\"", "\"id\":\"p5\"", "\"id\":\"p4\"", "out of order");
}

/* Any bytes in any line: refused, or loaded and whole; never a crash. */
static void
mutations(void **state)
{
	struct crm_view v = without_trailer();
	unsigned int i, taken = 0;
	char what[1024];

	(void)state;
	for (i = 0; i < MUTATIONS; i++) {
		static const char bytes[] = "\"{}[],:0129-ep\\\n\x80truefalse";
		struct crm_buf b = CRM_BUF_INIT((size_t)1 << 30);
		size_t at = below((uint32_t)v.n), n = below(4);

		crm_buf_add(&b, v.p, at);
		for (; n > 0; n--)
			crm_buf_addc(
			    &b, bytes[below((uint32_t)sizeof(bytes) - 1)]);
		at += below(5);
		if (at < v.n)
			crm_buf_addv(&b, crm_view_skip(v, at));
		add_trailer(&b);
		(void)load(crm_buf_view(&b), false, what);
		taken += what[0] == '\0';
		crm_buf_release(&b);
	}
	print_message("%u of %d were taken\n", taken, MUTATIONS);
	/* a letter of a comment in crm.yaml, a computed time */
	assert_true(taken < MUTATIONS / 4);
}

/* Cut anywhere. */
static void
cuts(void **state)
{
	struct crm_view v = crm_buf_view(&good);
	char what[1024];
	size_t n;

	(void)state;
	for (n = 0; n + 1 < v.n; n += 1 + below(400)) {
		(void)load(crm_view(v.p, n), false, what);
		assert_string_not_equal(what, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_again),
		cmocka_unit_test(disagrees),
		cmocka_unit_test(mutations),
		cmocka_unit_test(cuts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
