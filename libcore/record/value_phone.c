/* Phone numbers: as people write them, and as keys. */
#include "base/fold.h"
#include "base/utf8.h"
#include "record/value_impl.h"

/* The digit that v begins with, of any script, or -1; *len: its bytes. */
static int
digit_at(struct crm_view v, size_t *len)
{
	uint32_t cp = 0;

	*len = 1;
	if ((unsigned char)v.p[0] < 0x80)
		return v.p[0] >= '0' && v.p[0] <= '9' ? v.p[0] - '0' : -1;
	*len = crm_utf8_get(v.p, v.n, &cp);
	if (*len == 0)
		*len = 1;
	return crm_digit_of(cp);
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* So many digits are a number, whatever words stand behind it. */
#define ENOUGH 6

/*
 * Digits and what people put between them; "ext 12" or "x12" behind.  Behind a
 * number that is long enough, and a blank or a bracket, any words: "(work)",
 * "w. 12", "ask for Eva".
 */
const struct crm_err *
crm_parse_phone(struct crm_view v, struct crm_buf *out)
{
	size_t i, digits = 0, len;

	for (i = 0; i < v.n; i += len) {
		char c = v.p[i];

		if (digit_at(crm_view_skip(v, i), &len) >= 0)
			digits++;
		else if (digits >= ENOUGH && is_letter(c) &&
		    (v.p[i - 1] == ' ' || v.p[i - 1] == '('))
			break;
		else if (digits > 3 && (c | 0x20) == 'x')
			continue;
		else if (digits > 3 && v.n - i > 4 &&
		    memcmp(v.p + i, "ext", 3) == 0)
			len = 3;
		else if (c == '+' ? digits > 0
				  : memchr(" -./()*#,;", c, 10) == NULL &&
			    (c & 0x80) == 0)
			goto bad;
	}
	if (digits < 3 || digits > 30)
		goto bad;
	crm_buf_addv(out, v);
	return NULL;
bad:
	return crm_err(CRM_E_DATA, "'%.*s' is not a phone number", CRM_VARG(v));
}

/* What a text says of a number. */
struct phone {
	char digit[CRM_PHONE_KEY];
	size_t n;
	bool plus;  /* it begins with one */
	bool extra; /* something is dialled behind it: "," "*" and so on */
};

static void
read_phone(struct crm_view v, struct phone *p)
{
	struct crm_view zero = CRM_V("(0)");
	size_t i, len;
	int d;

	p->n = 0;
	p->plus = v.n > 0 && v.p[0] == '+';
	p->extra = false;
	for (i = 0; i < v.n && p->n < CRM_PHONE_KEY; i += len) {
		/* +49 (0) 30: the zero is for those who call from there */
		if ((p->plus || crm_view_starts(v, CRM_V("00"))) && p->n > 0 &&
		    crm_view_starts(crm_view_skip(v, i), zero)) {
			len = zero.n;
			continue;
		}
		d = digit_at(crm_view_skip(v, i), &len);
		if (d < 0 && p->n > 0 && is_letter(v.p[i]))
			break; /* what stands behind is an extension, or words */
		if (d >= 0)
			p->digit[p->n++] = (char)('0' + d);
		p->extra |= memchr("*#,;", v.p[i], 4) != NULL;
	}
}

/* 00 is how "+" is dialled. */
static void
drop_00(struct phone *p)
{
	if (p->plus || p->n <= 5 || memcmp(p->digit, "00", 2) != 0)
		return;
	p->n -= 2;
	memmove(p->digit, p->digit + 2, p->n);
}

/*
 * Make a number of E.164 of it.
 *
 * home    NULL: it has to begin with the number of its country
 * whole   set if it does
 *
 * Returns how many digits are the number of the country; 0: it is none, and
 * is as it was.
 */
static size_t
make_e164(const struct crm_dial *home, struct phone *p, bool *whole)
{
	struct phone as_it_was = *p;
	size_t code;

	*whole = p->plus;
	if (p->extra)
		return 0;
	if (home != NULL && !p->plus)
		return crm_dial_from(home, p->digit, &p->n, whole);
	drop_00(p);
	*whole |= p->n < as_it_was.n;
	code = *whole ? crm_dial_world(p->digit, &p->n) : 0;
	if (code == 0)
		*p = as_it_was;
	return code;
}

static size_t
put_backwards(const char *digit, size_t n, char *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = digit[n - 1 - i];
	return n;
}

size_t
crm_phone_key(
    const struct crm_dial *home, struct crm_view v, char out[CRM_PHONE_KEY])
{
	struct phone p;
	bool whole;

	read_phone(v, &p);
	if (home == NULL || make_e164(home, &p, &whole) == 0)
		drop_00(&p);
	return put_backwards(p.digit, p.n, out);
}

size_t
crm_phone_end(const struct crm_dial *home, struct crm_view v,
    char out[CRM_PHONE_KEY], bool *whole)
{
	struct phone p;
	size_t code;

	read_phone(v, &p);
	code = home != NULL ? make_e164(home, &p, whole) : 0;
	if (code > 0 && !*whole)
		return put_backwards(p.digit + code, p.n - code, out);
	if (code == 0) {
		*whole = p.plus || (v.n > 5 && crm_view_starts(v, CRM_V("00")));
		drop_00(&p);
		if (!*whole && p.n > 1 && p.digit[0] == '0')
			return put_backwards(p.digit + 1, p.n - 1, out);
	}
	return put_backwards(p.digit, p.n, out);
}

size_t
crm_phone_e164(
    const struct crm_dial *home, struct crm_view v, char out[CRM_E164_MAX + 1])
{
	struct phone p;
	bool whole;

	read_phone(v, &p);
	if (make_e164(home, &p, &whole) == 0)
		return 0;
	out[0] = '+';
	memcpy(out + 1, p.digit, p.n);
	return p.n + 1;
}

size_t
crm_phone_at_home(
    const struct crm_dial *home, struct crm_view v, char out[CRM_PHONE_KEY])
{
	size_t trunk = strcspn(home->trunk, " "), code = strlen(home->code);
	struct phone p;
	bool whole;

	read_phone(v, &p);
	if (make_e164(home, &p, &whole) != code ||
	    memcmp(p.digit, home->code, code) != 0)
		return 0;
	memcpy(out, home->trunk, trunk);
	memcpy(out + trunk, p.digit + code, p.n - code);
	return trunk + p.n - code;
}
