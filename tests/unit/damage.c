/*
 * A damaged data file: whatever bit is turned, the check says so, or it did
 * not matter: the store holds what it held, and can be written on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "store/batch.h"
#include "store/check.h"
#include "store/dump.h"
#include "store/rebuild.h"

#define PAGE 4096
#define PEOPLE 200
#define EVENTS 600
#define RANDOM_FLIPS 400
#define WRITE_EVERY 5  /* so often a store without faults is written on */
#define SECONDS_MAX 20 /* a check that takes longer hangs */

static char dir[64], path[128];
static struct crm_zone *zone;
static struct crm_clock today;
static struct crm_buf good = CRM_BUF_INIT((size_t)1 << 30); /* data.mdb */
static struct crm_buf dump = CRM_BUF_INIT((size_t)1 << 30);
static uint64_t seed = 11;

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

static struct crm_batch *
new_batch(struct crm_store *store)
{
	struct crm_batch_options o = {
		.clock = &today, .user = "tester", .program = "test"
	};
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

/* Add a record, or change one (id not 0), from name and value in turns. */
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
	if (id != 0)
		no_err(crm_batch_edit(b, id, &q, &ok));
	else
		no_err(crm_batch_add(b, &q, &ok));
	assert_true(ok);
	crm_arena_release(&a);
}

static void
add_people(struct crm_store *store)
{
	struct crm_batch *b = new_batch(store);
	char name[40], email[40], note[6000];
	int i;

	memset(note, 'n', sizeof(note) - 1);
	note[sizeof(note) - 1] = '\0';
	for (i = 1; i <= PEOPLE; i++) {
		const char *w[] = { "name", name, "email", email, "note",
			i % 50 == 0 ? note : "short", NULL };

		(void)snprintf(name, sizeof(name), "Anna Żółć %d", i);
		(void)snprintf(email, sizeof(email), "a%d@x.example", i);
		put(store, b, 0, "person", w);
	}
	commit(b);
}

static void
add_events(struct crm_store *store)
{
	struct crm_batch *b = new_batch(store);
	char who[20], at[40], doc[20];
	int i;

	for (i = 1; i <= EVENTS; i++) {
		const char *w[] = { "who", who, "what",
			i % 2 == 0 ? "purchase" : "call", "at", at, "amount",
			i % 3 == 0 ? "12.50EUR" : "7PLN", "doc", doc, "text",
			"a few words on it", NULL };

		(void)snprintf(who, sizeof(who), "p%d", 1 + i * 7 % PEOPLE);
		(void)snprintf(at, sizeof(at), "20%02d-%02d-11T10:00:00Z",
		    10 + i % 15, 1 + i % 12);
		(void)snprintf(doc, sizeof(doc), "D-%d", i / 2);
		put(store, b, 0, "event", w);
	}
	commit(b);
}

/* Change every n-th person and remove some. */
static void
change_people(struct crm_store *store, int n, const char *city)
{
	struct crm_batch *b = new_batch(store);
	const char *w[] = { "city", city, NULL };
	int i;

	for (i = n; i <= PEOPLE; i += n)
		put(store, b, crm_id('p', 0, (uint64_t)i), "person", w);
	commit(b);
}

static struct crm_store *
open_store(enum crm_store_mode mode)
{
	struct crm_store_options o = { .mode = mode, .wait_ms = 1000 };
	struct crm_store *s;

	no_err(crm_store_open(dir, &o, &s));
	return s;
}

static void
take_dump(struct crm_store *s, struct crm_buf *out)
{
	char name[] = "/tmp/crm-damage-dump-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	(void)unlink(name);
	no_err(crm_dump(s, fd, -1));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	no_err(crm_read_fd(fd, "dump", (size_t)1 << 30, out));
	(void)close(fd);
}

static int
set_up(void **state)
{
	struct crm_store *s;

	(void)state;
	/* hundreds of stores are written: in memory where there is a place */
	(void)snprintf(dir, sizeof(dir), "%s/crm-damage-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(dir) == NULL || rmdir(dir) != 0)
		return -1;
	no_err(crm_store_begin(dir, -1, CRM_V("timezone: UTC\n"), &s));
	no_err(crm_store_publish(s));
	no_err(crm_zone_open("UTC", &zone));
	today.zone = zone;
	today.now_us = INT64_C(1772357400) * CRM_SECOND_US;
	s = open_store(CRM_STORE_WRITE);
	add_people(s);
	add_events(s);
	no_err(crm_catch_up(s, 1));
	change_people(s, 3, "Kraków");
	change_people(s, 5, "Łódź");
	take_dump(s, &dump);
	crm_store_close(s);
	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	no_err(crm_read_file(AT_FDCWD, path, (size_t)1 << 30, &good));
	return 0;
}

static int
tear_down(void **state)
{
	char cmd[100];

	(void)state;
	crm_zone_free(zone);
	crm_buf_release(&good);
	crm_buf_release(&dump);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

/* What became of a damaged store. */
enum outcome {
	HARMLESS,
	NOTICED,
	CRASHED, /* noticed too: the check runs in a child */
	CHANGED, /* other data, and no fault */
	BROKE,   /* no fault, but writing broke it */
	UNCLEAR, /* something else failed */
	HUNG,
	NOUTCOMES
};
static unsigned int count[NOUTCOMES];

static enum outcome
look_at(struct crm_store *s)
{
	struct crm_buf now = CRM_BUF_INIT((size_t)1 << 30);
	struct crm_check c = { 0 };
	const struct crm_err *err = crm_check_store(s, &c);

	if (err != NULL)
		return UNCLEAR;
	if (c.faults > 0)
		return NOTICED;
	take_dump(s, &now);
	return now.n == dump.n && memcmp(now.p, dump.p, now.n) == 0 ? HARMLESS
								    : CHANGED;
}

/* In a child: check, compare; write and check again. */
static enum outcome
try_out(bool write_on)
{
	struct crm_store_options o = { .mode = CRM_STORE_WRITE,
		.wait_ms = 1000 };
	const struct crm_err *err;
	struct crm_check before = { 0 }, again = { 0 };
	struct crm_store *s;
	enum outcome out;

	err = crm_check_file(dir, false, &before);
	if (err == NULL && before.faults > 0)
		return NOTICED;
	if (err == NULL)
		err = crm_store_open(dir, &o, &s);
	if (err != NULL)
		return err->code == CRM_E_DATA || err->code == CRM_E_CONFIG
		    ? NOTICED
		    : UNCLEAR;
	out = look_at(s);
	if (out != HARMLESS || !write_on)
		return out;
	change_people(s, 2, "Lublin");
	add_events(s);
	err = crm_check_store(s, &again);
	return err != NULL || again.faults > 0 ? BROKE : HARMLESS;
}

static void
damage_handler(const char *what)
{
	(void)what;
	_exit(NOTICED);
}

static enum outcome
run_child(void)
{
	static unsigned int tried;
	struct rlimit none = { 0, 0 };
	int status;
	pid_t pid;

	tried++;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)signal(SIGSEGV, SIG_DFL);
		(void)signal(SIGBUS, SIG_DFL);
		(void)signal(SIGABRT, SIG_DFL);
		crm_env_on_damage(damage_handler);
		(void)alarm(SECONDS_MAX);
		_exit((int)try_out(tried % WRITE_EVERY == 0));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		return WEXITSTATUS(status) < NOUTCOMES
		    ? (enum outcome)WEXITSTATUS(status)
		    : UNCLEAR;
	return WTERMSIG(status) == SIGALRM ? HUNG : CRASHED;
}

/* Write the good file, n bytes of it, with other bytes at a place. */
static void
spoil(size_t n, size_t at, struct crm_view other, const char *what)
{
	enum outcome out;
	char file[140];
	int fd;

	(void)snprintf(file, sizeof(file), "%s/lock.mdb", dir);
	(void)unlink(file);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	assert_true(crm_write_all(fd, good.p, n));
	assert_int_equal(
	    pwrite(fd, other.p, other.n, (off_t)at), (ssize_t)other.n);
	(void)close(fd);
	out = run_child();
	count[out]++;
	if (out >= CRASHED)
		print_message("%s: page %zu, byte %zu: outcome %d\n", what,
		    at / PAGE, at % PAGE, (int)out);
}

static void
turn_bit(size_t at, unsigned int bit)
{
	char byte = (char)(good.p[at] ^ (1 << bit));

	spoil(good.n, at, crm_view(&byte, 1), "a bit turned");
}

static void
judge(unsigned int crashes_max)
{
	unsigned int n[NOUTCOMES];

	memcpy(n, count, sizeof(n));
	memset(count, 0, sizeof(count));
	print_message("%u harmless, %u noticed, %u noticed by a crash\n",
	    n[HARMLESS], n[NOTICED], n[CRASHED]);
	assert_int_equal(n[CHANGED], 0);
	assert_int_equal(n[BROKE], 0);
	assert_int_equal(n[UNCLEAR], 0);
	assert_int_equal(n[HUNG], 0);
	assert_true(n[NOTICED] > 0);
	/* LMDB meets the first pages before the check can */
	assert_true(n[CRASHED] <= crashes_max);
}

/* The heads of all pages and what stands right behind them. */
static void
page_heads(void **state)
{
	size_t page;

	(void)state;
	for (page = 2; page < good.n / PAGE; page++) {
		turn_bit(page * PAGE + below(8), below(8));      /* number */
		turn_bit(page * PAGE + 10 + below(2), below(8)); /* flags */
		turn_bit(page * PAGE + 12 + below(2), below(8)); /* lower */
		turn_bit(page * PAGE + 14 + below(2), below(8)); /* upper */
		turn_bit(page * PAGE + 16 + below(16), below(8));
		turn_bit(page * PAGE + 16 + below(200), below(8));
	}
	judge(0);
}

/* The two pages that say where everything is. */
static void
head_pages(void **state)
{
	size_t at, page;

	(void)state;
	for (page = 0; page < 2; page++)
		for (at = 16; at < 152; at++)
			turn_bit(page * PAGE + at, below(8));
	judge(10);
}

static void
anywhere(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < RANDOM_FLIPS; i++)
		turn_bit(
		    2 * PAGE + below((uint32_t)good.n - 2 * PAGE), below(8));
	judge(0);
}

/* Pages that were not written, or written elsewhere. */
static void
whole_pages(void **state)
{
	static const char zeros[PAGE];
	size_t pages = good.n / PAGE, page;

	(void)state;
	for (page = 2; page < pages; page++) {
		spoil(good.n, page * PAGE, crm_view(zeros, PAGE), "zeros");
		spoil(good.n, page * PAGE,
		    crm_view(
			good.p + PAGE * (2 + below((uint32_t)pages - 2)), PAGE),
		    "another page");
	}
	judge(0);
}

/* A file cut short; LMDB need not have written its last pages. */
static void
truncated(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 40; i++)
		spoil(2 * PAGE + below((uint32_t)good.n - 2 * PAGE), 0,
		    CRM_VNULL, "cut short");
	judge(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(head_pages),
		cmocka_unit_test(page_heads),
		cmocka_unit_test(anywhere),
		cmocka_unit_test(whole_pages),
		cmocka_unit_test(truncated),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
