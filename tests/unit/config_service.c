/* hours:, holidays:, sla: and due: of crm.yaml. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config.h"
#include "record/word.h"

#define MINUTE_US (60 * CRM_SECOND_US)

static const char sample[] =
    "sla:\n"
    "  - {segment: gold, priority: urgent, respond: 30min, solve: 1.5h}\n"
    "  - segment: gold-2\n"
    "    respond: 120min\n"
    "  - solve: 40h\n"
    "hours:\n"
    "  friday: [ 9:00-12:30, 13:30 - 24:00 ]\n"
    "  monday: 00:00-08:15\n"
    "holidays: [2026-04-06, --12-25]\n"
    "due:\n"
    "  yearly: org.founded\n"
    "  dates: [person.birthday, machine.service]\n"
    "  every: {gold: 30d, regulars: 3m}\n"
    "  stale: 2w\n"
    "  times: 1.5\n"
    "  late: 12.25\n"
    "  value: 0\n"
    "kinds:\n"
    "  org: {fields: {founded: date}}\n"
    "  machine: {letter: x, fields: {name: text, service: date}}\n";

static const char sample_printed[] =
    "hours:\n"
    "  monday: [\"00:00-08:15\"]\n"
    "  friday: [\"09:00-12:30\", \"13:30-24:00\"]\n"
    "holidays: [\"2026-04-06\", \"--12-25\"]\n"
    "sla:\n"
    "  - {segment: gold, priority: urgent, respond: 30min, solve: 90min}\n"
    "  - {segment: gold-2, respond: 2h}\n"
    "  - {solve: 40h}\n"
    "due:\n"
    "  task: 4\n"
    "  ticket: 6\n"
    "  contact: 3\n"
    "  purchase: 3\n"
    "  birthday: 3\n"
    "  date: 3\n"
    "  deal: 3\n"
    "  late: 12.25\n"
    "  value: 0\n"
    "  priority: 2\n"
    "  every:\n"
    "    gold: 30d\n"
    "    regulars: 3m\n"
    "  stale: 2w\n"
    "  times: 1.5\n"
    "  lost: 10\n"
    "  dates: [person.birthday, machine.service]\n"
    "  yearly: [org.founded]\n"
    "hooks: 5\n";

static struct crm_config *
parsed(const char *text)
{
	struct crm_config *c;
	const struct crm_err *err =
	    crm_config_parse("f", crm_view_str(text), &c);

	if (err != NULL)
		fail_msg("%s: '%s'", err->msg, text);
	return c;
}

static void
reads(void **state)
{
	struct crm_config *c = parsed(sample);

	(void)state;
	assert_int_equal(c->nsla, 3);
	assert_string_equal(c->sla[0].segment, "gold");
	assert_int_equal(c->sla[0].priority, CRM_W_URGENT);
	assert_int_equal(c->sla[0].respond_us, 30 * MINUTE_US);
	assert_int_equal(c->sla[0].solve_us, 90 * MINUTE_US);
	assert_null(c->sla[2].segment);
	assert_int_equal(c->sla[2].respond_us, 0);
	assert_ptr_equal(crm_config_hours(c), &c->hours);
	assert_int_equal(c->hours.day[5].n, 2);
	assert_int_equal(c->hours.day[5].shift[1].to, CRM_DAY_MINUTES);
	assert_int_equal(c->hours.day[0].n, 0);
	assert_true(
	    crm_hours_is_holiday(&c->hours, (struct crm_date){ 1999, 12, 25 }));
	assert_false(
	    crm_hours_is_holiday(&c->hours, (struct crm_date){ 2027, 4, 6 }));
	assert_int_equal(c->due.coefficient[CRM_DUE_LATE], 1225);
	assert_int_equal(c->due.coefficient[CRM_DUE_TASK], 400);
	assert_int_equal(c->due.every[1].every.n, 3);
	assert_int_equal(c->due.ndates, 3);
	assert_int_equal(c->due.date[1].kind, 'x');
	assert_true(c->due.date[2].yearly);
	crm_config_free(c);
}

/* What is printed is read back as the same. */
static void
prints(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 20), again = b;
	struct crm_config *c = parsed(sample), *d;
	const char *at;

	(void)state;
	crm_config_print(c, &b);
	at = strstr(b.p, "hours:");
	assert_non_null(at);
	assert_string_equal(at, sample_printed);
	d = parsed(b.p);
	crm_config_print(d, &again);
	assert_string_equal(again.p, b.p);
	crm_config_free(c);
	crm_config_free(d);
	crm_buf_release(&b);
	crm_buf_release(&again);
}

/* Days in a row, and what is said of one of them alone. */
static void
ranges(void **state)
{
	static const char *const same[] = {
		"hours:\n  mon-fri: 9:00-17:00\n  wed: []\n"
		"  friday: [9:00-12:00, 13:00-14:30]\n",
		"hours:\n  friday: [09:00-12:00, 13:00-14:30]\n"
		"  wed: []\n  monday-friday: 09:00-17:00\n"
	};
	struct crm_buf b = CRM_BUF_INIT(1 << 20);
	struct crm_config *c;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		c = parsed(same[i]);
		crm_buf_reset(&b);
		crm_config_print(c, &b);
		assert_non_null(strstr(b.p,
		    "\nhours:\n"
		    "  monday: [\"09:00-17:00\"]\n"
		    "  tuesday: [\"09:00-17:00\"]\n"
		    "  thursday: [\"09:00-17:00\"]\n"
		    "  friday: [\"09:00-12:00\", \"13:00-14:30\"]\n"));
		crm_config_free(c);
	}
	c = parsed("hours:\n  fri-mon: 10:00-11:00\n");
	for (i = 0; i < 7; i++)
		assert_int_equal(
		    c->hours.day[i].n, i == 0 || i == 1 || i >= 5 ? 1 : 0);
	crm_config_free(c);
	crm_buf_release(&b);
}

/* Without hours all time is working time, or all but the holidays. */
static void
no_hours(void **state)
{
	struct crm_config *c = parsed("hours:\nsla:\nholidays:\ndue:\n");
	const struct crm_hours *h;

	(void)state;
	assert_null(crm_config_hours(c));
	assert_int_equal(c->nsla, 0);
	crm_config_free(c);
	c = parsed("holidays: 2026-03-16");
	h = crm_config_hours(c);
	assert_non_null(h);
	/* from noon before to noon behind the holiday */
	assert_int_equal(
	    crm_hours_between(h, c->zone, INT64_C(1773576000) * CRM_SECOND_US,
		INT64_C(1773748800) * CRM_SECOND_US),
	    24 * 60 * MINUTE_US);
	crm_config_free(c);
}

static void
refused(void **state)
{
	static const struct {
		const char *text, *msg;
	} cases[] = {
		{ "hours: 9-17",
		    "f:1:8: expected days of the week, such as 'monday: "
		    "09:00-17:00', not '9-17'" },
		{ "hours:\n  mondy: 9:00-17:00",
		    "f:2:3: no day of the week 'mondy' (did you mean "
		    "'monday'?)" },
		{ "hours:\n  mon-fry: 9:00-17:00",
		    "f:2:3: no day of the week 'fry' (one of: sunday, monday, "
		    "tuesday, wednesday, thursday, friday, saturday)" },
		{ "hours:\n  mon-: 9:00-17:00",
		    "f:2:3: no day of the week '' (one of: sunday, monday, "
		    "tuesday, wednesday, thursday, friday, saturday)" },
		{ "hours:\n  mon-wed-fri: 9:00-17:00",
		    "f:2:3: no day of the week 'wed-fri' (one of: sunday, "
		    "monday, tuesday, wednesday, thursday, friday, saturday)" },
		{ "hours:\n  Mon: 9:00-17:00",
		    "f:2:3: no day of the week 'Mon' (one of: sunday, monday, "
		    "tuesday, wednesday, thursday, friday, saturday)" },
		{ "hours:\n  mon-thu: 9:00-17:00\n  wed-fri: 9:00-12:00",
		    "f:3:3: wednesday has hours already" },
		{ "hours:\n  fri: 9:00-17:00\n  friday: 9:00-12:00",
		    "f:3:3: friday has hours already" },
		{ "hours:\n  mon-fri: 17:00-09:00",
		    "f:2:12: expected hours such as 09:00-17:00, not "
		    "'17:00-09:00'" },
		{ "hours:\n  monday: 9-17",
		    "f:2:11: expected hours such as 09:00-17:00, not '9-17'" },
		{ "hours:\n  monday: 17:00-09:00",
		    "f:2:11: expected hours such as 09:00-17:00, not "
		    "'17:00-09:00'" },
		{ "hours:\n  monday: 09:00-24:01",
		    "f:2:11: expected hours such as 09:00-17:00, not "
		    "'09:00-24:01'" },
		{ "hours:\n  monday: 09:00-1a:00",
		    "f:2:11: expected hours such as 09:00-17:00, not "
		    "'09:00-1a:00'" },
		{ "hours:\n  monday: [09:00-12:00, 11:59-17:00]",
		    "f:2:25: it begins before the one before ends" },
		{ "hours:\n  monday: []",
		    "f:2:3: nobody works: there are no hours" },
		{ "holidays: [tomorrow]",
		    "f:1:12: expected days such as 2026-12-25 or --12-25, not "
		    "'tomorrow'" },
		{ "holidays: [2026-02-30]",
		    "f:1:12: expected days such as 2026-12-25 or --12-25, not "
		    "'2026-02-30'" },
		{ "sla: {respond: 1h}",
		    "f:1:6: expected a list of rules, such as '- respond: "
		    "8h'" },
		{ "sla:\n  - segment: gold",
		    "f:2:5: a rule needs a target: respond, solve or both" },
		{ "sla:\n  - {respond: 2d}",
		    "f:2:15: '2d' is no working time such as 90min or 8h" },
		{ "sla:\n  - {priority: urgnt, solve: 2h}",
		    "f:2:16: no priority 'urgnt' (did you mean 'urgent'?)" },
		{ "sla:\n  - {segment: Gold, solve: 2h}",
		    "f:2:15: expected the name of a segment, not 'Gold'" },
		{ "due: {task: -1}",
		    "f:1:13: expected a number from 0 to 1000 with two digits "
		    "behind the point at most, not -1" },
		{ "due: {tsk: 1}",
		    "f:1:7: unknown key 'tsk' (did you mean 'task'?)" },
		{ "due: {stale: 30}",
		    "f:1:14: '30' is not a span such as 30d, 2w, 3m or 1y" },
		{ "due: {every: {gold: often}}",
		    "f:1:21: 'often' is not a span such as 30d, 2w, 3m or 1y" },
		{ "due: {times: 0}",
		    "f:1:14: expected a number above 0 with two digits behind "
		    "the point at most, not 0" },
		{ "due: {dates: person.name}",
		    "f:1:14: 'person.name' is no date that records hold" },
		{ "due: {dates: person.next-birthday}",
		    "f:1:14: 'person.next-birthday' is no date that records "
		    "hold" },
		{ "due: {yearly: founded}",
		    "f:1:15: no field 'founded': expected KIND.FIELD, such as "
		    "person.birthday" },
	};
	struct crm_config *c;
	const struct crm_err *err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = crm_config_parse("f", crm_view_str(cases[i].text), &c);
		if (err == NULL)
			fail_msg("'%s' was accepted", cases[i].text);
		assert_int_equal(err->code, CRM_E_CONFIG);
		if (strcmp(err->msg, cases[i].msg) != 0)
			fail_msg("%s\nand not\n%s", err->msg, cases[i].msg);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(prints),
		cmocka_unit_test(ranges),
		cmocka_unit_test(no_hours),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
