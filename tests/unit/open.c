/* Opening stores: whose configuration changes, that others have open. */
#include "with_store.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>

#include "store/store_impl.h"

#define CUSTOM \
	"timezone: Europe/Warsaw\ncurrency: EUR\n" \
	"kinds:\n  event:\n    fields:\n      receipt: {type: text, indexed: true}\n"
#define CUSTOM_UNIQUE \
	"timezone: Europe/Warsaw\ncurrency: EUR\n" \
	"kinds:\n  event:\n    fields:\n      receipt: {type: text, unique: true}\n"

static void
write_yaml(const char *text)
{
	char path[200];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/crm.yaml", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Start another process that opens the store, and adds many when told so. */
static pid_t
start(const char *what)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)execl("/proc/self/exe", "open", dir, what, (char *)NULL);
		_exit(99);
	}
	return pid;
}

/* Returns the code of its error, or 0. */
static int
wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
open_elsewhere(void)
{
	return wait_for(start(NULL));
}

static void
check_elsewhere(void)
{
	crm_store_close(store);
	store = NULL;
	no_err(crm_store_open(dir, &opening, &store));
	check();
}

/* Every name is written, whatever happens to the transaction for it. */
static void
names(void **state)
{
	const struct crm_kind *k;
	const struct crm_err *err;
	char name[50];
	int i;

	(void)state;
	opening.map = 1;
	reopen();
	for (i = 0; i < 700; i++) {
		(void)snprintf(name, sizeof(name),
		    "x-%04d-a-name-that-is-rather-long-indeed", i);
		k = crm_kind_of(crm_store_schema(store), 'p');
		(void)crm_schema_x_field(
		    crm_store_schema(store), k, crm_view_str(name));
		no_err(crm_store_number_fields(store));
		do
			err = crm_store_update(
			    store, crm_meta_name_fields, store);
		while (err != NULL && err->code == CRM_E_AGAIN);
		no_err(err);
	}
	opening.map = 0;
	reopen();
	k = crm_kind_of(crm_store_schema(store), 'p');
	for (i = 0; i < 700; i++) {
		(void)snprintf(name, sizeof(name),
		    "x-%04d-a-name-that-is-rather-long-indeed", i);
		assert_non_null(crm_field_named(k, crm_view_str(name)));
	}
}

/* Who has read another configuration does not write by it. */
static void
changed_meanwhile(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch_result r;
	struct crm_batch *b = new_batch(&o);
	const struct crm_err *err;

	(void)state;
	assert_true(add(b, 1, "person", "name=A", NULL));
	write_yaml("timezone: Asia/Tokyo\ncurrency: EUR\n");
	assert_int_equal(open_elsewhere(), 0);
	err = crm_batch_commit(b, &r, NULL);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_AGAIN);
	crm_batch_free(b);
	err = crm_catch_up(store, 0);
	assert_true(err == NULL || err->code == CRM_E_AGAIN);
	reopen();
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=A", NULL));
	(void)commit(b);
	check();
}

static const struct crm_err *
put_hidden(void *ctx, struct crm_txn *t)
{
	char p[24];

	(void)ctx;
	crm_le64(p, crm_id('e', 0, 1));
	crm_le64(p + 8, 5);
	crm_le64(p + 16, 9);
	return crm_meta_put(t, CRM_META_HIDDEN, crm_view(p, 24));
}

/* While somebody adds in parts, what is derived stays as it is. */
static void
while_parts(void **state)
{
	(void)state;
	no_err(crm_store_update(store, put_hidden, NULL));
	no_err(crm_gate_begin(store->gate, 9));
	write_yaml("timezone: Asia/Tokyo\ncurrency: EUR\n");
	assert_int_equal(open_elsewhere(), CRM_E_LOCKED);
	crm_gate_end(store->gate, 9);
	assert_int_equal(open_elsewhere(), 0);
	check_elsewhere();
}

/* Add many in parts, one with a ref that others want. */
static const struct crm_err *
add_many(void)
{
	struct crm_batch_options o = { .message = "many" };
	struct crm_batch *b = new_batch(&o);
	struct crm_batch_result r;
	const struct crm_err *err;
	char name[40];
	uint64_t i;

	for (i = 1; i <= 3000; i++) {
		(void)snprintf(name, sizeof(name), "name=Person %llu",
		    (unsigned long long)i);
		assert_true(add(b, i, "person", name,
		    i == 2000 ? "ref=dup:1" : "city=Lund", NULL));
	}
	err = crm_batch_commit(b, &r, NULL);
	crm_batch_free(b);
	return err;
}

/* Wait until somebody adds in parts: their change set has a number, but its
 * records are not seen. */
static void
wait_for_parts(void)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	struct crm_snap *snap;
	bool hidden = false;
	int i;

	for (i = 0; !hidden && i < 10000; i++) {
		no_err(crm_snap_open(store, &snap));
		hidden = crm_snap_has_hidden(snap);
		crm_snap_close(snap);
		(void)nanosleep(&ms, NULL);
	}
	assert_true(hidden);
}

/* A batch that began while others added in parts sees, when they are done,
 * what they added; and they see what was added meanwhile. */
static void
beside_parts(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch_result r;
	struct crm_batch *b;
	pid_t pid;

	(void)state;
	pid = start("many");
	wait_for_parts();
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=A", "ref=dup:1", NULL));
	assert_int_equal(wait_for(pid), 0);
	assert_non_null(crm_batch_commit(b, &r, NULL));
	crm_batch_free(b);
	check();
	b = new_batch(&o);
	assert_true(edit(b, crm_id('p', 0, 2000), "ref-=dup:1", NULL));
	(void)commit(b);
	pid = start("many");
	wait_for_parts();
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=A", "ref=dup:1", NULL));
	(void)commit(b);
	assert_int_equal(wait_for(pid), CRM_E_AGAIN);
	check();
}

/* A field of events that becomes unique is indexed at once from then on. */
static void
unique_later(void **state)
{
	struct crm_batch_options o = { .message = "m" };
	struct crm_batch *b;
	struct crm_batch_result r;

	(void)state;
	write_yaml(CUSTOM);
	reopen();
	b = new_batch(&o);
	assert_true(add(b, 1, "person", "name=A", NULL));
	assert_true(
	    add(b, 2, "event", "what=call", "who=A", "receipt=R1", NULL));
	(void)commit(b);
	check();
	write_yaml(CUSTOM_UNIQUE);
	reopen();
	check();
	b = new_batch(&o);
	assert_true(
	    add(b, 1, "event", "what=call", "who=A", "receipt=R1", NULL));
	assert_non_null(crm_batch_commit(b, &r, NULL));
	assert_string_equal(last_fault, "1: receipt: 'r1' is e1 already");
	crm_batch_free(b);
}

static const struct crm_err *
bad_names(void *ctx, struct crm_txn *t)
{
	const char *name = ctx;

	return crm_meta_put(t, CRM_META_FIELDS, crm_view(name, 8));
}

static void
damaged_names(void **state)
{
	char name[8] = { 'p', 0, 0, 0, 0, 2, 'x', 'y' };
	const struct crm_err *err;

	(void)state;
	crm_le16(name + 1, CRM_N_CUSTOM);
	name[3] = 77;
	no_err(crm_store_update(store, bad_names, name));
	crm_store_close(store);
	store = NULL;
	err = crm_store_open(dir, &opening, &store);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_DATA);
}

static void
new_names(void **state)
{
	const struct crm_err *err;
	char path[200];
	struct crm_store *s;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/a/b//", dir);
	no_err(crm_store_create(path, -1));
	no_err(crm_store_open(path, &opening, &s));
	crm_store_close(s);
	err = crm_store_create(path, -1);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_CANTCREATE);
	err = crm_store_create("", -1);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_CANTCREATE);
}

struct versions {
	uint16_t format, reader;
};

static const struct crm_err *
put_versions(void *ctx, struct crm_txn *t)
{
	const struct versions *v = ctx;
	const struct crm_err *err;
	struct crm_view body;
	char p[100];

	err = crm_meta_get(t, CRM_META_FORMAT, &body);
	assert_true(body.n >= 14 && body.n <= sizeof(p));
	memcpy(p, body.p, body.n);
	crm_le16(p + 10, v->format);
	crm_le16(p + 12, v->reader);
	return err != NULL
	    ? err
	    : crm_meta_put(t, CRM_META_FORMAT, crm_view(p, body.n));
}

static const struct crm_err *
put_nothing(void *ctx, struct crm_txn *t)
{
	(void)ctx;
	return crm_meta_put(t, CRM_META_HIDDEN, crm_view("", 0));
}

/* A store of a format is opened to be written, and is: which one has it then? */
static uint16_t
format_of_opened(uint16_t format, bool write)
{
	struct crm_store_options o = { .mode = CRM_STORE_WRITE };
	struct versions v = { format, 1 };
	struct crm_snap *snap;

	no_err(crm_store_update(store, put_versions, &v));
	crm_store_close(store);
	no_err(crm_store_open(dir, &o, &store));
	if (write)
		no_err(crm_store_update(store, put_nothing, NULL));
	no_err(crm_snap_open(store, &snap));
	no_err(crm_meta_format(crm_snap_txn(snap), &v.format, &v.reader));
	crm_snap_close(snap);
	assert_int_equal(v.reader, v.format == CRM_FORMAT ? CRM_FORMAT : 1);
	return v.format;
}

static void
from_the_past(void **state)
{
	(void)state;
	assert_int_equal(format_of_opened(1, false), 1); /* a dry run */
	assert_int_equal(format_of_opened(1, true), CRM_FORMAT);
	/* a later one that this version may read and write stays */
	assert_int_equal(
	    format_of_opened(CRM_FORMAT + 1, true), CRM_FORMAT + 1);
}

/* A store of a format that only later versions read. */
static void
from_the_future(void **state)
{
	struct crm_store_options o = { .mode = CRM_STORE_READ };
	struct versions v = { CRM_FORMAT + 2, CRM_FORMAT + 1 };
	const struct crm_err *err;
	struct crm_store *s;
	char says[32];

	(void)state;
	no_err(crm_store_update(store, put_versions, &v));
	/* who had it open before is not to write either */
	err = crm_store_update(store, put_versions, &v);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_CONFIG);
	assert_non_null(strstr(err->msg, "upgrade crm"));
	crm_store_close(store);
	err = crm_store_open(dir, &o, &s);
	store = NULL;
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_CONFIG);
	(void)snprintf(says, sizeof(says), "format %d,", CRM_FORMAT + 2);
	assert_non_null(strstr(err->msg, says));
	(void)snprintf(says, sizeof(says), "knows format %d ", CRM_FORMAT + 1);
	assert_non_null(strstr(err->msg, says));
	assert_non_null(strstr(err->msg, "upgrade crm"));
}

int
main(int argc, char **argv)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(names),
		TEST(changed_meanwhile),
		TEST(while_parts),
		TEST(beside_parts),
		TEST(unique_later),
		TEST(damaged_names),
		TEST(new_names),
		TEST(from_the_past),
		TEST(from_the_future),
	};
	const struct crm_err *err;

	if (argc > 1) {
		opening.part = argc > 2 ? 16 << 10 : 0;
		err = crm_store_open(argv[1], &opening, &store);
		if (err == NULL && argc > 2)
			err = add_many();
		crm_store_close(store);
		return err != NULL ? (int)err->code : 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
