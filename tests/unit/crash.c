/*
 * Others who write at the same time, and who are killed in the middle: what is
 * left has to be whole.
 *
 * The others are this program again, with what they do as argument.
 */
#include "with_store.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define PART 20000

static uint32_t events; /* numbers of them may have gaps */

static void
nap(uint32_t us)
{
	struct timespec t = { 0, (long)us * 1000 };

	(void)nanosleep(&t, NULL);
}

static uint32_t
last_event(void)
{
	struct crm_snap *snap;
	uint64_t last;

	no_err(crm_snap_open(store, &snap));
	no_err(crm_snap_last_id(snap, 'e', &last));
	crm_snap_close(snap);
	return (uint32_t)crm_id_number(last);
}

/* n events with text, of some persons. */
static void
add_events(struct crm_batch *b, uint32_t n)
{
	char text[60], at[40], name[20], doc[20];
	uint32_t i;

	for (i = 0; i < n; i++) {
		(void)snprintf(text, sizeof(text), "text=common w%u v%u",
		    below(100), below(3000));
		(void)snprintf(at, sizeof(at), "at=20%02u-%02u-%02u",
		    10 + below(16), 1 + below(12), 1 + below(28));
		(void)snprintf(name, sizeof(name), "who=p%u", 1 + below(20));
		(void)snprintf(doc, sizeof(doc), "doc=D%u", below(500));
		assert_true(add(b, i, "event", name, text, at, doc,
		    below(2) == 0 ? "what=purchase" : "what=call", "amount=2",
		    NULL));
	}
}

/* Change some events of the store, remove a few; change a person. */
static void
change_events(void)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b = new_batch(&o);
	enum crm_presence p;
	struct crm_stored r;
	char text[40];
	uint32_t i, n = 1 + below(10);
	bool ok;

	for (i = 0; i < n; i++) {
		uint64_t id = crm_id('e', 0, 1 + below(events));

		no_err(crm_snap_get(crm_batch_snap(b), id, &r, &p));
		if (p != CRM_LIVE)
			continue;
		(void)snprintf(
		    text, sizeof(text), "text=common other%u", below(50));
		crm_batch_line(b, 0, CRM_VNULL);
		if (below(8) == 0)
			no_err(crm_batch_remove(b, id, &ok));
		else
			(void)edit(b, id, text, "by=me", NULL);
	}
	/* also what a batch in parts changes in the end */
	(void)snprintf(text, sizeof(text), "city=O%u", below(50));
	(void)edit(b, crm_id('p', 0, 1 + below(20)), text, NULL);
	(void)commit(b);
}

static pid_t
start(const char *what)
{
	char number[20];
	pid_t pid;

	(void)snprintf(number, sizeof(number), "%u", below(1000000));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)execl(
		    "/proc/self/exe", "crash", what, dir, number, (char *)NULL);
		_exit(99);
	}
	return pid;
}

/* Wait for it, or kill it; returns whether it ended well. */
static bool
finish(pid_t pid, bool killed)
{
	int status;

	if (killed)
		assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	assert_true(killed && WIFSIGNALED(status));
	return false;
}

static void
people(void)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b = new_batch(&o);
	char name[20];
	uint32_t i;

	for (i = 1; i <= 20; i++) {
		(void)snprintf(name, sizeof(name), "name=P%u", i);
		assert_true(add(b, i, "person", name, NULL));
	}
	add_events(b, 1500);
	(void)commit(b);
	events = last_event();
}

static uint32_t
rounds(uint32_t n)
{
	const char *more = getenv("ROUNDS");

	return more != NULL ? (uint32_t)atoi(more) : n;
}

/* Somebody brings the indexes up to date, or dies of it, while events are
 * changed. */
static void
catching_up(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b;
	struct crm_snap *snap;
	uint32_t i, done = 0;
	pid_t pid;

	(void)state;
	people();
	for (i = 0; i < rounds(6); i++) {
		bool killed = below(3) > 0;

		pid = start("catch-up");
		nap(below(6000));
		change_events();
		nap(below(4000));
		if (below(2) == 0)
			change_events();
		done += finish(pid, killed);
		check();
		change_events();
		check();
		b = new_batch(&o);
		add_events(b, 300);
		(void)commit(b);
		events = last_event();
	}
	no_err(crm_catch_up(store, 1));
	check();
	no_err(crm_snap_open(store, &snap));
	assert_int_equal(
	    crm_snap_first_tail(snap), crm_id('e', 0, last_event() + 1));
	crm_snap_close(snap);
	print_message("%u of %u lived\n", done, i);
}

/* Somebody adds many events in parts, or dies of it, while others write. */
static void
in_parts(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b;
	uint32_t i, j, done = 0;
	pid_t pid, other = 0;

	(void)state;
	people();
	for (i = 0; i < rounds(6); i++) {
		bool killed = below(3) > 0;

		pid = start("add");
		if (below(3) == 0)
			other = start("add");
		for (j = below(4); j > 0; j--) {
			nap(below(5000));
			change_events();
			b = new_batch(&o);
			add_events(b, 1 + below(3));
			(void)commit(b);
			if (below(4) == 0)
				no_err(crm_catch_up(store, 1));
		}
		nap(below(5000));
		done += finish(pid, killed);
		if (other != 0)
			done += finish(other, below(2) == 0);
		other = 0;
		check();
		events = last_event();
		no_err(crm_catch_up(store, 1));
		check();
	}
	print_message("%u lived\n", done);
}

/* What the others do. */
static int
other(const char *what, const char *number)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b;
	char name[20];
	uint32_t i;

	seed = (uint64_t)atoll(number) + 1;
	opening.part = PART;
	opening.wait_ms = 20000;
	no_err(crm_store_open(dir, &opening, &store));
	today.zone = crm_store_config(store)->zone;
	today.now_us = INT64_C(1772357400) * CRM_SECOND_US;
	if (strcmp(what, "catch-up") == 0)
		no_err(crm_catch_up(store, 1));
	else {
		b = new_batch(&o);
		add_events(b, 600);
		/* what it changes is changed with the last part */
		for (i = 0; i < 5; i++) {
			(void)snprintf(name, sizeof(name), "city=C%u", i);
			assert_true(
			    edit(b, crm_id('p', 0, 1 + below(20)), name, NULL));
		}
		assert_true(add(b, 1, "person", "name=New", NULL));
		assert_true(add(b, 1, "deal", "title=D", "who=p3", NULL));
		(void)commit(b);
	}
	crm_store_close(store);
	return 0;
}

static int
begin(void **state)
{
	opening.part = PART;
	opening.wait_ms = 20000;
	seed = getenv("SEED") != NULL ? (uint64_t)atoll(getenv("SEED")) : 5;
	return set_up(state);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(catching_up, begin, tear_down),
		cmocka_unit_test_setup_teardown(in_parts, begin, tear_down),
	};

	if (argc == 4) {
		(void)snprintf(dir, sizeof(dir), "%s", argv[2]);
		return other(argv[1], argv[3]);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
