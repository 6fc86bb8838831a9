/* Erasing while indexes that lag are being brought up. */
#include "with_store.h"

#include "store/erase.h"
#include "store/store_impl.h"

static const struct crm_err *
begin_catching_up(void *ctx, struct crm_txn *t)
{
	struct crm_mark m;
	const struct crm_err *err = crm_mark_get(store, t, &m);

	(void)ctx;
	if (err == NULL) {
		m.reach = crm_id('e', store->replica, 1);
		m.since = 2;
		m.lowest = 3;
		err = crm_mark_put(t, &m);
	}
	return err;
}

static struct crm_mark
mark(void)
{
	struct crm_snap *snap;
	struct crm_mark m;

	no_err(crm_snap_open(store, &snap));
	no_err(crm_mark_get(store, crm_snap_txn(snap), &m));
	crm_snap_close(snap);
	return m;
}

/* One that was cut off, in the midst of its pieces. */
static void
after_a_crash(void **state)
{
	uint64_t id = crm_id('p', store->replica, 1);
	struct crm_erase_options o = { .id = &id,
		.n = 1,
		.now_us = today.now_us,
		.user = "tester",
		.program = "test",
		.arguments = "--erase p1",
		.message = "" };
	struct crm_batch_options bo = { 0 };
	struct crm_erase_result r;
	struct crm_batch *b;

	(void)state;
	b = new_batch(&bo);
	add(b, 1, "person", "name=Anna Zett", NULL);
	(void)commit(b);
	b = new_batch(&bo);
	add(b, 1, "event", "who=p1", "what=call", "text=a secret",
	    "at=2026-01-02", NULL);
	(void)commit(b);
	no_err(crm_store_update(store, begin_catching_up, NULL));
	assert_true(mark().reach > mark().mark);
	o.dry_run = true;
	no_err(crm_erase(store, &o, &r));
	assert_int_equal(r.records, 1);
	assert_true(mark().reach > mark().mark);
	o.dry_run = false;
	no_err(crm_erase(store, &o, &r));
	assert_int_equal(r.change, 3);
	assert_true(mark().reach <= mark().mark);
	check();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    after_a_crash, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
