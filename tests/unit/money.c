/* Amounts and currencies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/money.h"

static void
amounts(void **state)
{
	static const struct {
		const char *in;
		char point;
		const char *out, *currency; /* NULL: refused */
	} cases[] = {
		{ "120.50", '.', "120.50", "" },
		{ "120EUR", '.', "120", "EUR" },
		{ "120 eur", '.', "120", "EUR" },
		{ "EUR 1,234.50", '.', "1234.50", "EUR" },
		{ "1.234.567,5", ',', "1234567.5", "" },
		{ "1 234,50", ',', "1234.50", "" },
		{ "1\xc2\xa0"
		  "234,50 PLN",
		    ',', "1234.50", "PLN" },
		{ "1'000'000", '.', "1000000", "" },
		{ "-12.50", '.', "-12.50", "" },
		{ "-1,200", '.', "-1200", "" },
		{ "1,23", '.', NULL, NULL },
		{ "1234,567", '.', NULL, NULL },
		{ "1,234,56", '.', NULL, NULL },
		{ "12,50", '.', NULL, NULL },
		{ "1.5.0", '.', NULL, NULL },
		/* signs, before and behind, and what is negative */
		{ "€120.50", '.', "120.50", "EUR" },
		{ "120,50 €", ',', "120.50", "EUR" },
		{ "120,50\xc2\xa0€", ',', "120.50", "EUR" },
		{ "£1,234.50", '.', "1234.50", "GBP" },
		{ "₹1,00,000", '.', "100000", "INR" },
		{ "₩ 5000", '.', "5000", "KRW" },
		{ "₺5", '.', "5", "TRY" },
		{ "৳ 50", '.', "50", "BDT" },
		{ "1 234,50 zł", ',', "1234.50", "PLN" },
		{ "99 Kč", ',', "99", "CZK" },
		{ "990 Ft", ',', "990", "HUF" },
		{ "R$ 1.234,50", ',', "1234.50", "BRL" },
		{ "US$12", '.', "12", "USD" },
		{ "12 US$", '.', "12", "USD" },
		{ "$12.00 USD", '.', "12.00", "USD" },
		{ "CAD $12", '.', "12", "CAD" },
		{ "500 kr NOK", ',', "500", "NOK" },
		{ "¥500 CNY", '.', "500", "CNY" },
		{ "€12 EUR", '.', "12", "EUR" },
		{ "(12.00)", '.', "-12.00", "" },
		{ "(€12)", '.', "-12", "EUR" },
		{ "€(12)", '.', "-12", "EUR" },
		{ "( 1,234.50 ) EUR", '.', "-1234.50", "EUR" },
		{ "-€12", '.', "-12", "EUR" },
		{ "€-12", '.', "-12", "EUR" },
		{ "\xe2\x88\x92"
		  "12 €",
		    '.', "-12", "EUR" },
		{ "+12 EUR", '.', "12", "EUR" },
		{ "$12", '.', NULL, NULL },
		{ "12 kr", '.', NULL, NULL },
		{ "¥500", '.', NULL, NULL },
		{ "$12 EUR", '.', NULL, NULL },
		{ "€12 USD", '.', NULL, NULL },
		{ "€12€", '.', NULL, NULL },
		{ "€", '.', NULL, NULL },
		{ "()", '.', NULL, NULL },
		{ "(-12)", '.', NULL, NULL },
		{ "-(12)", '.', NULL, NULL },
		{ "--12", '.', NULL, NULL },
		{ "+-12", '.', NULL, NULL },
		{ "(12", '.', NULL, NULL },
		{ "12)", '.', NULL, NULL },
		{ "12-", '.', NULL, NULL },
		{ "EUR", '.', NULL, NULL },
		{ "12 QQQ", '.', NULL, NULL },
		{ "twelve", '.', NULL, NULL },
		{ "", '.', NULL, NULL },
		{ "1e3", '.', "1000", "" },
		{ "12,34,567.50", '.', "1234567.50", "" },
		{ "1,23,456", '.', "123456", "" },
		{ "INR 1,00,00,000", '.', "10000000", "INR" },
		{ "123,45,678", '.', NULL, NULL },
		{ "12,345,67", '.', NULL, NULL },
		{ "1,23,45", '.', NULL, NULL },
		{ "1,234,56,789", '.', NULL, NULL },
		{ "1\xe2\x80\x99"
		  "234.50 CHF",
		    '.', "1234.50", "CHF" },
		{ ",123", '.', NULL, NULL },
		{ "1,,234", '.', NULL, NULL },
		{ "19.9900000000000000000000", '.', "19.99000000000000000",
		    "" },
		{ "0.1000000000000000055511151231257827", '.', NULL, NULL },
		{ "9223372036854775807", '.', "9223372036854775807", "" },
		{ "9223372036854775808", '.', NULL, NULL },
		{ "0.000000000000000001", '.', "0.000000000000000001", "" },
		{ "0.0000000000000000001", '.', NULL, NULL },
	};
	struct crm_money m;
	char text[CRM_DEC_TEXT];
	size_t i, n;
	bool ok;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ok = crm_money_parse(
		    crm_view_str(cases[i].in), cases[i].point, &m);
		if (ok != (cases[i].out != NULL))
			print_message("case '%s'\n", cases[i].in);
		assert_int_equal(ok, cases[i].out != NULL);
		if (!ok)
			continue;
		n = crm_dec_put(text, m.dec);
		text[n] = '\0';
		assert_string_equal(text, cases[i].out);
		assert_string_equal(m.currency, cases[i].currency);
	}
}

static void
decimals(void **state)
{
	(void)state;
	assert_int_equal(crm_currency_decimals(CRM_V("EUR")), 2);
	assert_int_equal(crm_currency_decimals(CRM_V("JPY")), 0);
	assert_int_equal(crm_currency_decimals(CRM_V("KWD")), 3);
	assert_int_equal(crm_currency_decimals(CRM_V("AED")), 2);
	assert_int_equal(crm_currency_decimals(CRM_V("ZWL")), 2);
	assert_int_equal(crm_currency_decimals(CRM_V("eur")), -1);
	assert_int_equal(crm_currency_decimals(CRM_V("XXX")), -1);
	assert_int_equal(crm_currency_decimals(CRM_V("EURO")), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts),
		cmocka_unit_test(decimals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
