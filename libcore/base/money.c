#include "base/money.h"

/*
 * Sorted by code.  The last column is the number that stands for it in the
 * store: it never changes, and a new currency gets the next free one.
 */
/* clang-format off */
static const struct currency {
	char code[4];
	uint8_t decimals, num;
} currencies[] = {
	{ "AED", 2, 1 }, { "AFN", 2, 2 }, { "ALL", 2, 3 },
	{ "AMD", 2, 4 }, { "ANG", 2, 5 }, { "AOA", 2, 6 },
	{ "ARS", 2, 7 }, { "AUD", 2, 8 }, { "AWG", 2, 9 },
	{ "AZN", 2, 10 }, { "BAM", 2, 11 }, { "BBD", 2, 12 },
	{ "BDT", 2, 13 }, { "BGN", 2, 14 }, { "BHD", 3, 15 },
	{ "BIF", 0, 16 }, { "BMD", 2, 17 }, { "BND", 2, 18 },
	{ "BOB", 2, 19 }, { "BOV", 2, 20 }, { "BRL", 2, 21 },
	{ "BSD", 2, 22 }, { "BTN", 2, 23 }, { "BWP", 2, 24 },
	{ "BYN", 2, 25 }, { "BZD", 2, 26 }, { "CAD", 2, 27 },
	{ "CDF", 2, 28 }, { "CHE", 2, 29 }, { "CHF", 2, 30 },
	{ "CHW", 2, 31 }, { "CLF", 4, 32 }, { "CLP", 0, 33 },
	{ "CNY", 2, 34 }, { "COP", 2, 35 }, { "COU", 2, 36 },
	{ "CRC", 2, 37 }, { "CUC", 2, 38 }, { "CUP", 2, 39 },
	{ "CVE", 2, 40 }, { "CZK", 2, 41 }, { "DJF", 0, 42 },
	{ "DKK", 2, 43 }, { "DOP", 2, 44 }, { "DZD", 2, 45 },
	{ "EGP", 2, 46 }, { "ERN", 2, 47 }, { "ETB", 2, 48 },
	{ "EUR", 2, 49 }, { "FJD", 2, 50 }, { "FKP", 2, 51 },
	{ "GBP", 2, 52 }, { "GEL", 2, 53 }, { "GHS", 2, 54 },
	{ "GIP", 2, 55 }, { "GMD", 2, 56 }, { "GNF", 0, 57 },
	{ "GTQ", 2, 58 }, { "GYD", 2, 59 }, { "HKD", 2, 60 },
	{ "HNL", 2, 61 }, { "HRK", 2, 62 }, { "HTG", 2, 63 },
	{ "HUF", 2, 64 }, { "IDR", 2, 65 }, { "ILS", 2, 66 },
	{ "INR", 2, 67 }, { "IQD", 3, 68 }, { "IRR", 2, 69 },
	{ "ISK", 0, 70 }, { "JMD", 2, 71 }, { "JOD", 3, 72 },
	{ "JPY", 0, 73 }, { "KES", 2, 74 }, { "KGS", 2, 75 },
	{ "KHR", 2, 76 }, { "KMF", 0, 77 }, { "KPW", 2, 78 },
	{ "KRW", 0, 79 }, { "KWD", 3, 80 }, { "KYD", 2, 81 },
	{ "KZT", 2, 82 }, { "LAK", 2, 83 }, { "LBP", 2, 84 },
	{ "LKR", 2, 85 }, { "LRD", 2, 86 }, { "LSL", 2, 87 },
	{ "LYD", 3, 88 }, { "MAD", 2, 89 }, { "MDL", 2, 90 },
	{ "MGA", 2, 91 }, { "MKD", 2, 92 }, { "MMK", 2, 93 },
	{ "MNT", 2, 94 }, { "MOP", 2, 95 }, { "MRU", 2, 96 },
	{ "MUR", 2, 97 }, { "MVR", 2, 98 }, { "MWK", 2, 99 },
	{ "MXN", 2, 100 }, { "MXV", 2, 101 }, { "MYR", 2, 102 },
	{ "MZN", 2, 103 }, { "NAD", 2, 104 }, { "NGN", 2, 105 },
	{ "NIO", 2, 106 }, { "NOK", 2, 107 }, { "NPR", 2, 108 },
	{ "NZD", 2, 109 }, { "OMR", 3, 110 }, { "PAB", 2, 111 },
	{ "PEN", 2, 112 }, { "PGK", 2, 113 }, { "PHP", 2, 114 },
	{ "PKR", 2, 115 }, { "PLN", 2, 116 }, { "PYG", 0, 117 },
	{ "QAR", 2, 118 }, { "RON", 2, 119 }, { "RSD", 2, 120 },
	{ "RUB", 2, 121 }, { "RWF", 0, 122 }, { "SAR", 2, 123 },
	{ "SBD", 2, 124 }, { "SCR", 2, 125 }, { "SDG", 2, 126 },
	{ "SEK", 2, 127 }, { "SGD", 2, 128 }, { "SHP", 2, 129 },
	{ "SLE", 2, 130 }, { "SLL", 2, 131 }, { "SOS", 2, 132 },
	{ "SRD", 2, 133 }, { "SSP", 2, 134 }, { "STN", 2, 135 },
	{ "SVC", 2, 136 }, { "SYP", 2, 137 }, { "SZL", 2, 138 },
	{ "THB", 2, 139 }, { "TJS", 2, 140 }, { "TMT", 2, 141 },
	{ "TND", 3, 142 }, { "TOP", 2, 143 }, { "TRY", 2, 144 },
	{ "TTD", 2, 145 }, { "TWD", 2, 146 }, { "TZS", 2, 147 },
	{ "UAH", 2, 148 }, { "UGX", 0, 149 }, { "USD", 2, 150 },
	{ "USN", 2, 151 }, { "UYI", 0, 152 }, { "UYU", 2, 153 },
	{ "UYW", 4, 154 }, { "UZS", 2, 155 }, { "VED", 2, 156 },
	{ "VES", 2, 157 }, { "VND", 0, 158 }, { "VUV", 0, 159 },
	{ "WST", 2, 160 }, { "XAF", 0, 161 }, { "XCD", 2, 162 },
	{ "XOF", 0, 163 }, { "XPF", 0, 164 }, { "YER", 2, 165 },
	{ "ZAR", 2, 166 }, { "ZMW", 2, 167 }, { "ZWL", 2, 168 },
};
/* clang-format on */

#define NCURRENCIES (sizeof(currencies) / sizeof(currencies[0]))

static size_t
find(struct crm_view code)
{
	size_t lo = 0, hi = NCURRENCIES, mid;
	int c;

	if (code.n != 3)
		return NCURRENCIES;
	while (lo < hi) {
		mid = (lo + hi) / 2;
		c = memcmp(code.p, currencies[mid].code, 3);
		if (c == 0)
			return mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NCURRENCIES;
}

int
crm_currency_decimals(struct crm_view code)
{
	size_t i = find(code);

	return i < NCURRENCIES ? currencies[i].decimals : -1;
}

uint8_t
crm_currency_num(struct crm_view code)
{
	size_t i = find(code);

	return i < NCURRENCIES ? currencies[i].num : 0;
}

/* NULL: none has such a number. */
static const struct currency *
numbered(uint8_t num)
{
	size_t i;

	if (num == 0) /* of no currency at all, which is asked often */
		return NULL;
	if (num <= NCURRENCIES && currencies[num - 1].num == num)
		return &currencies[num - 1];
	for (i = 0; i < NCURRENCIES; i++)
		if (currencies[i].num == num)
			return &currencies[i];
	return NULL;
}

const char *
crm_currency_code(uint8_t num)
{
	const struct currency *c = numbered(num);

	return c != NULL ? c->code : NULL;
}

uint8_t
crm_currency_digits(uint8_t num)
{
	const struct currency *c = numbered(num);

	return c != NULL ? c->decimals : 2;
}

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Take a currency code off one end; sets *code to capitals. */
static struct crm_view
take_code(struct crm_view v, char code[4])
{
	size_t i;

	code[0] = '\0';
	for (i = 0; i < v.n && i < 3 && is_letter(v.p[i]); i++)
		;
	if (i == 3 && v.n > 3 && !is_letter(v.p[3])) {
		memcpy(code, v.p, 3);
		v = crm_view_trim(crm_view_skip(v, 3));
	} else if (v.n > 3) {
		for (i = 0; i < 3 && is_letter(v.p[v.n - 1 - i]); i++)
			;
		if (i == 3 && !is_letter(v.p[v.n - 4])) {
			memcpy(code, v.p + v.n - 3, 3);
			v = crm_view_trim(crm_view(v.p, v.n - 3));
		}
	}
	for (i = 0; i < 3 && code[0] != '\0'; i++)
		code[i] = (char)(code[i] & ~0x20);
	code[3] = '\0';
	return v;
}

/* What parts groups of digits: blanks (also no-break and thin ones),
 * apostrophes, and the mark that is not the decimal point; its length. */
static size_t
parting(struct crm_view v, char point)
{
	static const char *const wide[] = { "\xc2\xa0", /* U+00A0 */
		"\xe2\x80\xaf",                         /* U+202F */
		"\xe2\x80\x89",                         /* U+2009 */
		"\xe2\x80\x99" /* U+2019, an apostrophe */ };
	size_t i;

	if (v.p[0] == ' ' || v.p[0] == '\'' ||
	    v.p[0] == (point == ',' ? '.' : ','))
		return 1;
	if ((unsigned char)v.p[0] < 0x80)
		return 0;
	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (crm_view_starts(v, crm_view_str(wide[i])))
			return strlen(wide[i]);
	return 0;
}

/* Groups of digits, as far as they were read. */
struct groups {
	size_t n;    /* that have ended */
	size_t size; /* digits of the one at hand */
	size_t each; /* of those between the first and the last: 2 or 3 */
};

/* Does a group that ends here keep the others in order? */
static bool
end_group(struct groups *g)
{
	size_t size = g->size;

	g->size = 0;
	if (g->n++ == 0) {
		g->each = size > 2 ? 3 : 0; /* 123,45,678 is none */
		return size >= 1 && size <= 3;
	}
	if (g->each == 0)
		g->each = size;
	return size == g->each && (size == 2 || size == 3);
}

/*
 * Leave out what parts groups of digits.  Groups have to be right: three
 * digits each (1,234,567.50), or as they count in South Asia, two and at last
 * three (12,34,567.50); 1,23 is none.
 */
static bool
strip_groups(struct crm_view v, char point, char *out, size_t *n)
{
	struct groups g = { 0, 0, 0 };
	bool behind = false;
	size_t i, w;

	for (*n = i = 0; i < v.n; i += w) {
		w = 1;
		if (v.p[i] >= '0' && v.p[i] <= '9')
			g.size += !behind;
		else if (v.p[i] == point) {
			if (g.n > 0 && !behind && g.size != 3)
				return false;
			behind = true;
		} else if (parting(crm_view_skip(v, i), point) > 0) {
			w = parting(crm_view_skip(v, i), point);
			if (behind || !end_group(&g))
				return false;
			continue;
		}
		if (*n == CRM_AMOUNT_MAX)
			return false;
		out[(*n)++] = v.p[i];
	}
	return g.n == 0 || behind || g.size == 3;
}

/*
 * Signs of currencies: those of one, and those that several share, of which a
 * code beside the amount has to name one.  Signs that end as others do stand
 * before them.
 * From: Unicode CLDR 44, symbols and narrow symbols of the root locale; zl,
 * Kc, Ft and lv as pl, cs, hu and bg write them.
 */
/* clang-format off */
static const struct sign {
	const char *text;
	const char *codes; /* with blanks between */
} signs[] = {
	{ "\xe2\x82\xac", "EUR" }, { "\xc2\xa3", "GBP" },
	{ "\xe2\x82\xb9", "INR" }, { "\xe2\x82\xa9", "KRW" },
	{ "\xe2\x82\xba", "TRY" }, { "\xe2\x82\xb4", "UAH" },
	{ "\xe2\x82\xbd", "RUB" }, { "\xe2\x82\xab", "VND" },
	{ "\xe2\x82\xaa", "ILS" }, { "\xe2\x82\xb1", "PHP" },
	{ "\xe2\x82\xa6", "NGN" }, { "\xe2\x82\xb8", "KZT" },
	{ "\xe2\x82\xa1", "CRC" }, { "\xe2\x82\xb2", "PYG" },
	{ "GH\xe2\x82\xb5", "GHS" }, { "\xe2\x82\xae", "MNT" },
	{ "\xe2\x82\xad", "LAK" }, { "\xe2\x82\xbe", "GEL" },
	{ "\xe2\x82\xbc", "AZN" }, { "\xd6\x8f", "AMD" },
	{ "\xe0\xa7\xb3", "BDT" }, { "\xe0\xb8\xbf", "THB" },
	{ "\xe1\x9f\x9b", "KHR" }, { "z\xc5\x82", "PLN" },
	{ "K\xc4\x8d", "CZK" }, { "Ft", "HUF" },
	{ "\xd0\xbb\xd0\xb2.", "BGN" }, { "\xd0\xbb\xd0\xb2", "BGN" },
	{ "US$", "USD" }, { "CA$", "CAD" }, { "A$", "AUD" }, { "NZ$", "NZD" },
	{ "HK$", "HKD" }, { "MX$", "MXN" }, { "NT$", "TWD" }, { "R$", "BRL" },
	{ "EC$", "XCD" }, { "CN\xc2\xa5", "CNY" }, { "JP\xc2\xa5", "JPY" },
	{ "$", "USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP UYU DOP CUP CUC "
	    "BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD SSP TTD XCD" },
	{ "\xc2\xa5", "JPY CNY" }, { "\xef\xbf\xa5", "JPY CNY" },
	{ "kr.", "DKK SEK NOK ISK" }, { "kr", "SEK NOK DKK ISK" },
	{ "Rs.", "INR PKR LKR NPR MUR SCR" }, { "Rs", "INR PKR LKR NPR MUR SCR" },
	{ "\xe2\x82\xa8", "INR PKR LKR NPR MUR SCR" },
};
/* clang-format on */

/* An amount and what stands around it. */
struct amount {
	struct crm_view digits;
	const struct sign *sign; /* or NULL */
	char currency[4];
	bool minus, signed_; /* signed_: by '-', '+' or parentheses */
};

static bool
ends_with(struct crm_view v, struct crm_view end)
{
	return v.n >= end.n && memcmp(v.p + v.n - end.n, end.p, end.n) == 0;
}

/* Without blanks around it, also no-break and thin ones. */
static struct crm_view
trim_blanks(struct crm_view v)
{
	static const char *const wide[] = { "\xc2\xa0", "\xe2\x80\xaf",
		"\xe2\x80\x89" };
	size_t i, n, before;

	do {
		v = crm_view_trim(v);
		before = v.n;
		for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
			n = strlen(wide[i]);
			if (crm_view_starts(v, crm_view_str(wide[i])))
				v = crm_view_skip(v, n);
			if (ends_with(v, crm_view_str(wide[i])))
				v.n -= n;
		}
	} while (v.n < before);
	return v;
}

/* Take a minus, a plus or parentheses off; more than one of them is wrong,
 * and left. */
static bool
take_minus(struct amount *a)
{
	struct crm_view *v = &a->digits;

	if (a->signed_ || v->n < 2)
		return false;
	if (v->p[0] == '(' && v->p[v->n - 1] == ')') {
		a->minus = true;
		*v = crm_view(v->p + 1, v->n - 2);
	} else if (crm_view_starts(*v, CRM_V("\xe2\x88\x92"))) { /* U+2212 */
		a->minus = true;
		*v = crm_view_skip(*v, 3);
	} else if (v->p[0] == '-' || v->p[0] == '+') {
		a->minus = v->p[0] == '-';
		*v = crm_view_skip(*v, 1);
	} else
		return false;
	a->signed_ = true;
	return true;
}

static bool
take_sign(struct amount *a)
{
	struct crm_view text;
	size_t i;

	for (i = 0; a->sign == NULL && i < sizeof(signs) / sizeof(*signs);
	     i++) {
		text = crm_view_str(signs[i].text);
		if (crm_view_starts(a->digits, text))
			a->digits = crm_view_skip(a->digits, text.n);
		else if (ends_with(a->digits, text))
			a->digits.n -= text.n;
		else
			continue;
		a->sign = &signs[i];
		return true;
	}
	return false;
}

/* Part an amount from what stands around it, in any order. */
static void
read_around(struct crm_view v, struct amount *a)
{
	struct crm_view rest;

	memset(a, 0, sizeof(*a));
	a->digits = trim_blanks(v);
	while (a->digits.n > 0) {
		rest = a->digits;
		if (a->currency[0] == '\0')
			a->digits = take_code(rest, a->currency);
		if (a->digits.n == rest.n && !take_minus(a) && !take_sign(a))
			break;
		a->digits = trim_blanks(a->digits);
	}
}

/* Is a code one of those that a sign stands for? */
static bool
is_sign_of(const struct sign *sign, const char code[4])
{
	const char *p;

	for (p = sign->codes; *p != '\0'; p += p[3] == ' ' ? 4 : 3)
		if (memcmp(p, code, 3) == 0)
			return true;
	return false;
}

const char *
crm_money_shared_sign(struct crm_view v, const char **codes)
{
	struct amount a;

	read_around(v, &a);
	if (a.sign == NULL || a.currency[0] != '\0' || a.sign->codes[3] == '\0')
		return NULL;
	*codes = a.sign->codes;
	return a.sign->text;
}

/* Is there nothing around the digits but a point, and a minus? */
static bool
is_bare(struct crm_view v)
{
	return v.n > 0 && v.p[v.n - 1] >= '0' && v.p[v.n - 1] <= '9' &&
	    ((v.p[0] >= '0' && v.p[0] <= '9') ||
		(v.n > 1 && v.p[0] == '-' && v.p[1] >= '0' && v.p[1] <= '9'));
}

bool
crm_money_parse(struct crm_view v, char point, struct crm_money *out)
{
	char text[CRM_AMOUNT_MAX];
	struct amount a;
	size_t n;

	v = crm_view_trim(v);
	out->currency[0] = '\0';
	if (is_bare(v))
		return strip_groups(v, point, text, &n) &&
		    crm_dec_parse(crm_view(text, n), point, &out->dec);
	read_around(v, &a);
	if (a.currency[0] != '\0' &&
	    crm_currency_decimals(crm_view(a.currency, 3)) < 0)
		return false;
	if (a.sign != NULL && a.currency[0] == '\0') {
		if (a.sign->codes[3] != '\0')
			return false; /* crm_money_shared_sign() */
		memcpy(a.currency, a.sign->codes, 4);
	} else if (a.sign != NULL && !is_sign_of(a.sign, a.currency))
		return false;
	if (a.digits.n == 0 || a.digits.p[0] == '-' || a.digits.p[0] == '+' ||
	    !strip_groups(a.digits, point, text, &n) ||
	    !crm_dec_parse(crm_view(text, n), point, &out->dec))
		return false;
	if (a.minus)
		out->dec.m = -out->dec.m;
	memcpy(out->currency, a.currency, sizeof(out->currency));
	return true;
}
