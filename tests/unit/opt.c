/* Options: reading them, what stands before the first operand, the audit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/opt.h"

#define ARGS_MAX 12

static struct {
	bool all, big;
	const char *text;
	struct crm_opt_list list;
	uint64_t count;
	int choice;
} o;

/* clang-format off */
static const struct crm_opt own[] = {
	OPT_FLAG('a', "all", &o.all, "take all"),
	OPT_LIST('\0', "map", "column=field", &o.list, "map a column"),
	OPT_TEXT('t', "text", "text", &o.text, "a text"),
	OPT_END,
};
static const struct crm_opt common[] = {
	OPT_FLAG('\0', "big", &o.big, "be big"),
	OPT_CHOICE('c', "choice", "when", &o.choice, "auto\0always\0never\0",
	    "when to"),
	OPT_U64('l', "limit", "count", &o.count, 1, 100, "stop after so many"),
	OPT_END,
};
/* clang-format on */
static const struct crm_opt *const tables[] = { own, common, NULL };

/* Arguments parted by blanks, as argv; returns how many. */
static int
split(char *text, char **argv)
{
	int n = 0;

	argv[n] = strtok(text, " ");
	while (argv[n] != NULL && n < ARGS_MAX - 1)
		argv[++n] = strtok(NULL, " ");
	return n;
}

/* What was read, as one text. */
static void
tell(struct crm_buf *b, char **argv, int n)
{
	size_t k;
	int i;

	crm_buf_reset(b);
	crm_buf_adds(b, o.all ? "all " : "");
	crm_buf_adds(b, o.big ? "big " : "");
	if (o.text != NULL)
		crm_buf_addf(b, "text=%s ", o.text);
	for (k = 0; k < o.list.n; k++)
		crm_buf_addf(b, "map=%s ", o.list.item[k]);
	if (o.count != 0)
		crm_buf_addf(b, "limit=%llu ", (unsigned long long)o.count);
	if (o.choice != 0)
		crm_buf_addf(b, "choice=%d ", o.choice);
	crm_buf_addc(b, ':');
	for (i = 0; i < n; i++)
		crm_buf_addf(b, " %s", argv[i]);
}

static void
reading(void **state)
{
	/* arguments; what is read, or what is wrong */
	static const struct {
		const char *args, *want;
	} cases[] = {
		{ "p", ":" },
		{ "p x y", ": x y" },
		{ "p -a x", "all : x" },
		{ "p x -a y", "all : x y" },
		{ "p -t one x", "text=one : x" },
		{ "p -tone x", "text=one : x" },
		{ "p -atone x", "all text=one : x" },
		{ "p -at one x", "all text=one : x" },
		{ "p -t -a", "text=-a :" },
		{ "p --text=one=two", "text=one=two :" },
		{ "p --text one", "text=one :" },
		{ "p --text= x", "text= : x" },
		{ "p -t one -t two", "text=two :" },
		{ "p --map a=b --map=c=d", "map=a=b map=c=d :" },
		{ "p -l 5 --big", "big limit=5 :" },
		{ "p -l100", "limit=100 :" },
		{ "p -c never", "choice=2 :" },
		{ "p - x", ": - x" },
		{ "p -30d", ": -30d" },
		{ "p -- -a", ": -a" },
		{ "p -a -- x -- -t", "all : x -- -t" },
		{ "p -z", "unknown option -z" },
		{ "p -az", "unknown option -z" },
		{ "p --alle", "unknown option --alle (did you mean --all?)" },
		{ "p --al", "unknown option --al (did you mean --all?)" },
		{ "p --zzzzzz", "unknown option --zzzzzz" },
		{ "p -t", "-t needs a text" },
		{ "p --text", "--text needs a text" },
		{ "p --all=yes", "--all takes no value" },
		{ "p -l 0", "--limit: '0' is not a number from 1 to 100" },
		{ "p -l 101", "--limit: '101' is not a number from 1 to 100" },
		{ "p -l 5x", "--limit: '5x' is not a number from 1 to 100" },
		{ "p -l -5", "--limit: '-5' is not a number from 1 to 100" },
		{ "p -c no", "--choice: 'no' is none of: auto, always, never" },
	};
	struct crm_buf b = CRM_BUF_INIT(1000);
	const struct crm_err *err;
	char text[100], *argv[ARGS_MAX];
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&o, 0, sizeof(o));
		memcpy(text, cases[i].args, strlen(cases[i].args) + 1);
		err = crm_opt_parse(tables, split(text, argv), argv, &n);
		if (err != NULL) {
			assert_int_equal(err->code, CRM_E_USAGE);
			crm_buf_reset(&b);
			crm_buf_adds(&b, err->msg);
		} else
			tell(&b, argv, n);
		assert_string_equal(b.p, cases[i].want);
		crm_opt_list_free(&o.list);
	}
	crm_buf_release(&b);
}

static void
leading(void **state)
{
	static const struct {
		const char *args;
		int want;
	} cases[] = {
		{ "p", 1 },
		{ "p x -a", 1 },
		{ "p -a x", 2 },
		{ "p -t one x", 3 },
		{ "p -tone x", 2 },
		{ "p -at one x -a", 3 },
		{ "p --text one x", 3 },
		{ "p --text=one x", 2 },
		{ "p --big x", 2 },
		{ "p -- x", 2 },
		{ "p -a -- -x", 3 },
		{ "p - x", 1 },
		{ "p -z x", 2 },
		{ "p --what x", 2 },
		{ "p -t", 3 }, /* more than there are: parsing tells */
		{ "p -a", 2 },
	};
	char text[100], *argv[ARGS_MAX];
	int argc, got, want;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(text, cases[i].args, strlen(cases[i].args) + 1);
		argc = split(text, argv);
		want = cases[i].want < argc ? cases[i].want : argc;
		got = crm_opt_leading(tables, argc, argv);
		assert_int_equal(got, want);
	}
}

static void
audit(void **state)
{
	static const struct crm_opt unsorted[] = { OPT_FLAG('b', "b", &o.big,
						       "be big"),
		OPT_FLAG('a', "a", &o.all, "take all"), OPT_END };
	static const struct crm_opt twice[] = { OPT_FLAG('a', "a", &o.all,
						    "take all"),
		OPT_FLAG('b', "a", &o.big, "take all"), OPT_END };
	static const struct crm_opt no_help[] = {
		OPT_FLAG('a', "a", &o.all, ""), OPT_END
	};
	static const struct crm_opt stop[] = {
		OPT_FLAG('a', "a", &o.all, "Take all."), OPT_END
	};
	static const struct crm_opt meta[] = {
		OPT_TEXT('a', "a", "thing", &o.text, "a thing"), OPT_END
	};
	static const struct crm_opt choices[] = {
		OPT_CHOICE('a', "a", "when", &o.choice, NULL, "when to"),
		OPT_END
	};
	static const struct crm_opt letter[] = {
		OPT_FLAG('a', "other", &o.big, "be big"), OPT_END
	};
	static const struct crm_opt name[] = {
		OPT_FLAG('x', "big", &o.big, "be big"), OPT_END
	};
	static const struct crm_opt *const bad[] = { unsorted, twice, no_help,
		stop, meta, choices };
	const struct crm_opt *all[] = { own, common, letter, NULL };
	size_t i;

	(void)state;
	assert_null(crm_opt_audit(own));
	assert_null(crm_opt_audit(common));
	assert_null(crm_opt_audit_all(tables));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(crm_opt_audit(bad[i]));
	assert_string_equal(
	    crm_opt_audit_all(all), "two options have one letter");
	all[2] = name;
	assert_string_equal(
	    crm_opt_audit_all(all), "two options have one name");
}

static void
printing(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(10000);

	(void)state;
	crm_opt_add_usage(&b, "p", tables, "[WHO ...]");
	assert_string_equal(b.p,
	    "usage: p [-a] [--map column=field] [-t text] [--big] [-c when] "
	    "[-l count]\n         [WHO ...]\n");
	crm_buf_reset(&b);
	crm_opt_add_help(&b, tables, 1);
	assert_string_equal(b.p,
	    "  -a, --all               take all\n"
	    "      --map column=field  map a column\n"
	    "  -t, --text text         a text\n"
	    "as in every program: --big, -c when, -l count\n");
	crm_buf_reset(&b);
	crm_opt_add_spec(&b, "option", own);
	assert_string_equal(b.p,
	    "option\ta\tall\t\t\ttake all\t\n"
	    "option\t\tmap\tcolumn=field\t\tmap a column\tagain\n"
	    "option\tt\ttext\ttext\t\ta text\t\n");
	crm_buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),
		cmocka_unit_test(leading),
		cmocka_unit_test(audit),
		cmocka_unit_test(printing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
