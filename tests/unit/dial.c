/*
 * Telephone numbers of countries, as they are dialled there and as E.164.
 *
 * The example numbers of libphonenumber are read from the directory that
 * CRM_DATA names, else from ../shared/data; without them that test is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>

#include "base/io.h"
#include "record/value.h"

/* The number as E.164, or "" when it cannot be told. */
static const char *
e164(const char *home, const char *written)
{
	static char out[CRM_E164_MAX + 2];
	size_t n = crm_phone_e164(
	    crm_dial_of(crm_view_str(home)), crm_view_str(written), out);

	out[n] = '\0';
	return out;
}

static void
table(void **state)
{
	size_t n, i, j, len;
	const struct crm_dial *d = crm_dial_all(&n);

	(void)state;
	for (i = 0; i < n; i++) {
		len = strlen(d[i].code);
		assert_in_range(len, 1, 3);
		assert_true(d[i].least <= d[i].most);
		assert_true(len + d[i].most <= CRM_E164_MAX);
		assert_true(d[i].whole == 0 ||
		    (d[i].whole >= d[i].least && d[i].whole <= d[i].most));
		assert_true(d[i].whole <= d[i].usual);
		assert_true(d[i].usual <= d[i].most);
		assert_true(i == 0 || strcmp(d[i - 1].code, d[i].code) <= 0);
		for (j = 0; j < i; j++) {
			/* no code begins with another one */
			assert_true(strcmp(d[j].code, d[i].code) == 0 ||
			    strncmp(d[j].code, d[i].code, strlen(d[j].code)) !=
				0);
			assert_true(d[i].country[0] == '\0' ||
			    strcmp(d[j].country, d[i].country) != 0);
			/* what several countries share they share wholly:
			 * their numbers are told apart by nobody */
			if (strcmp(d[j].code, d[i].code) == 0 &&
			    strcmp(d[i].code, "7") != 0)
				assert_string_equal(d[j].trunk, d[i].trunk);
		}
	}
	assert_null(crm_dial_of(CRM_V("")));
	assert_null(crm_dial_of(CRM_V("D")));
	assert_null(crm_dial_of(CRM_V("de")));
	assert_null(crm_dial_of(CRM_V("ZZ")));
	assert_string_equal(crm_dial_of(CRM_V("DE"))->code, "49");
}

static void
written(void **state)
{
	static const char *const cases[][3] = {
		/* one number, in all the ways that it is written at home */
		{ "DE", "0171 2345678", "+491712345678" },
		{ "DE", "(0171) 23-45678", "+491712345678" },
		{ "DE", "0171/2345678 ext. 12", "+491712345678" },
		{ "DE", "0171 2345678 x12", "+491712345678" },
		{ "DE", "+49 171 2345678", "+491712345678" },
		{ "DE", "+49 (0)171 2345678", "+491712345678" },
		{ "DE", "+49 0171 2345678", "+491712345678" },
		{ "DE", "0049 171 2345678", "+491712345678" },
		{ "DE", "\u0660\u0661\u0667\u0661 2345678", "+491712345678" },
		/* what is dialled within a town is no number of a country */
		{ "DE", "2345678", "" },
		{ "DE", "171 2345678", "" },
		{ "DE", "110", "" },
		{ "DE", "00171 2345678", "" },
		{ "DE", "0171 2345678,,1", "" },
		{ "DE", "0171 2345678#", "" },
		{ "DE", "+49 0", "" },
		{ "DE", "+49 0123", "" },
		{ "DE", "+999 123456", "" },
		{ "DE", "0043 1 5880", "+4315880" },
		/* no country is known: only numbers that name theirs */
		{ "", "+49 171 2345678", "+491712345678" },
		{ "", "0049 171 2345678", "+491712345678" },
		{ "", "0171 2345678", "" },
		{ "", "+7 812 123 45 67", "+78121234567" },
		{ "", "+44 020 7946 0958", "+442079460958" },
		{ "", "+36 06 1 234 5678", "+3612345678" },
		{ "", "+800 1234 5678", "+80012345678" },
		/* zeros that belong to the number */
		{ "IT", "06 1234 5678", "+390612345678" },
		{ "", "+39 06 1234 5678", "+390612345678" },
		{ "IT", "340 123 4567", "+393401234567" },
		{ "CI", "01 23 45 67 89", "+2250123456789" },
		/* the Americas */
		{ "US", "(202) 555-0123", "+12025550123" },
		{ "US", "1-202-555-0123", "+12025550123" },
		{ "US", "555-0123", "" },
		{ "US", "011 49 171 2345678", "+491712345678" },
		{ "US", "0049 171 2345678", "+491712345678" },
		{ "CA", "+1 1 416 555 0123", "+14165550123" },
		{ "MX", "55 1234 5678", "+525512345678" },
		{ "MX", "044 55 1234 5678", "+525512345678" },
		{ "MX", "+52 1 55 1234 5678", "+525512345678" },
		{ "BR", "(11) 98765-4321", "+5511987654321" },
		{ "BR", "011 98765-4321", "+5511987654321" },
		{ "AR", "011 2345-6789", "+541123456789" },
		{ "AR", "011 15 2345-6789", "+5491123456789" },
		{ "AR", "0221 15 234-5678", "+5492212345678" },
		{ "AR", "02966 15 23-4567", "+5492966234567" },
		{ "AR", "+54 11 15 2345 6789", "+5491123456789" },
		{ "AR", "+54 9 11 2345 6789", "+5491123456789" },
		/* trunk prefixes that are not 0 */
		{ "RU", "8 (812) 123-45-67", "+78121234567" },
		{ "RU", "812 123-45-67", "+78121234567" },
		{ "RU", "8 10 49 171 2345678", "+491712345678" },
		{ "HU", "06 1 234 5678", "+3612345678" },
		{ "HU", "06 30 123 4567", "+36301234567" },
		{ "LT", "8 612 34567", "+37061234567" },
		{ "LT", "0 612 34567", "+37061234567" },
		{ "BY", "8 029 491 19 11", "+375294911911" },
		/* none */
		{ "PL", "22 123 45 67", "+48221234567" },
		{ "ES", "912 345 678", "+34912345678" },
		{ "ES", "112", "" },
		{ "DK", "32 12 34 56", "+4532123456" },
		{ "NO", "21 23 45 67", "+4721234567" },
		/* 0 elsewhere */
		{ "GB", "020 7946 0958", "+442079460958" },
		{ "GB", "7946 0958", "" },
		{ "CH", "044 668 18 00", "+41446681800" },
		{ "FR", "06 12 34 56 78", "+33612345678" },
		{ "UA", "044 123 45 67", "+380441234567" },
		{ "TR", "0212 345 67 89", "+902123456789" },
		{ "ZA", "021 123 4567", "+27211234567" },
		{ "IN", "098765 43210", "+919876543210" },
		{ "IN", "98765 43210", "+919876543210" },
		{ "CN", "010 1234 5678", "+861012345678" },
		{ "CN", "138 1234 5678", "+8613812345678" },
		{ "JP", "03-1234-5678", "+81312345678" },
		{ "JP", "010 49 171 2345678", "+491712345678" },
		{ "KR", "02-312-3456", "+8223123456" },
		{ "KR", "001 49 171 2345678", "+491712345678" },
		{ "AU", "(02) 1234 5678", "+61212345678" },
		{ "AU", "0011 49 171 2345678", "+491712345678" },
		{ "SG", "6123 4567", "+6561234567" },
		{ "SG", "1800 123 4567", "+6518001234567" },
		/* the "+" was forgotten: digits as they are, not twice the
		 * country */
		{ "SG", "65 6123 4567", "" },
		{ "IN", "91 98765 43210", "" },
		{ "IT", "39 340 123 4567", "" },
		{ "IT", "393 123 4567", "+393931234567" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
		    e164(cases[i][0], cases[i][1]), cases[i][2]);
}

/* One column of a line, and the rest of it. */
static struct crm_view
column(struct crm_view *rest, char end)
{
	size_t n = crm_view_find(*rest, end);
	struct crm_view v = crm_view(rest->p, n);

	*rest = crm_view_skip(*rest, n < rest->n ? n + 1 : n);
	return v;
}

static bool
same_key(const struct crm_dial *home, struct crm_view a, struct crm_view b)
{
	char x[CRM_PHONE_KEY], y[CRM_PHONE_KEY];
	size_t n = crm_phone_key(home, a, x);

	return crm_phone_key(home, b, y) == n && memcmp(x, y, n) == 0;
}

static void
examples(void **state)
{
	const char *dir = getenv("CRM_DATA");
	struct crm_buf b = CRM_BUF_INIT((size_t)1 << 20);
	size_t all = 0, right = 0, keys = 0, i;
	struct crm_view rest, line, col[6];
	char path[4096], out[CRM_E164_MAX + 1];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/phones/example-numbers.tsv",
	    dir != NULL ? dir : "../shared/data");
	if (crm_read_file(AT_FDCWD, path, b.max, &b) != NULL) {
		print_message("no test data: set CRM_DATA\n");
		skip();
	}
	rest = crm_buf_view(&b);
	(void)column(&rest, '\n');
	while (rest.n > 0) {
		const struct crm_dial *home;
		size_t n;

		line = column(&rest, '\n');
		for (i = 0; i < 6; i++)
			col[i] = column(&line, '\t');
		home = crm_dial_of(col[0]);
		all++;
		/* region 001 is the whole world */
		assert_int_equal(home == NULL, crm_view_is(col[0], "001"));
		if (home == NULL)
			col[4] = col[5];
		n = crm_phone_e164(home, col[4], out);
		if (crm_view_eq(crm_view(out, n), col[5]))
			right++;
		else
			print_message("%.*s %.*s %.*s: %.*s, not %.*s\n",
			    CRM_VARG(col[0]), CRM_VARG(col[2]),
			    CRM_VARG(col[4]), CRM_VARG(crm_view(out, n)),
			    CRM_VARG(col[5]));
		keys += same_key(home, col[4], col[5]);
	}
	crm_buf_release(&b);
	print_message("%zu of %zu\n", right, all);
	assert_int_equal(all, 523);
	/* but two short numbers of services, which have no trunk prefix:
	 * 1310 1234 (Canada; its key is right) and 021 123 (Uruguay) */
	assert_int_equal(right, 521);
	assert_int_equal(keys, 522);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(written),
		cmocka_unit_test(examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
