/* Values that name a way to somebody: email addresses, web addresses. */
#include <strings.h>

#include "record/value_impl.h"

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* A local part without quotes: atoms between single dots.  RFC 5322 3.2.3 */
static bool
is_dot_atom(struct crm_view v)
{
	size_t i;
	char c;

	if (v.n == 0 || v.p[0] == '.' || v.p[v.n - 1] == '.')
		return false;
	for (i = 0; i < v.n; i++) {
		c = v.p[i];
		if (c == '.' ? v.p[i - 1] == '.'
			     : !is_letter_or_digit(c) && (c & 0x80) == 0 &&
			    memchr("!#$%&'*+-/=?^_`{|}~", c, 19) == NULL)
			return false;
	}
	return true;
}

/* A quoted local part: RFC 5321 4.1.2. */
static bool
is_quoted_local(struct crm_view v)
{
	size_t i;

	if (v.n < 3 || v.p[0] != '"' || v.p[v.n - 1] != '"')
		return false;
	for (i = 1; i < v.n - 1; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (c < 0x20 || c == 0x7f || c == '"')
			return false;
		if (c == '\\') {
			if (++i == v.n - 1)
				return false;
			c = (unsigned char)v.p[i];
			if (c < 0x20 || c > 0x7e)
				return false;
		}
	}
	return true;
}

/* Labels of letters, digits and '-', not at their ends.  RFC 1123 2.1 */
static bool
is_domain(struct crm_view v)
{
	size_t i, label = 0;
	char c;

	if (v.n == 0 || v.n > 253)
		return false;
	for (i = 0; i <= v.n; i++) {
		c = i < v.n ? v.p[i] : '.';
		if (c == '.') {
			if (label == 0 || label > 63 || v.p[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (c == '-' ? label == 0
			     : !is_letter_or_digit(c) && (c & 0x80) == 0)
			return false;
		label++;
	}
	return true;
}

/* IPv4: four numbers of 0 to 255. */
static bool
is_ipv4(struct crm_view v)
{
	uint64_t n;
	size_t i, dot;

	for (i = 0; i < 4; i++) {
		dot = crm_view_find(v, '.');
		if ((dot == v.n) != (i == 3) || dot > 3 ||
		    !crm_num_u64(crm_view(v.p, dot), 255, &n))
			return false;
		v = crm_view_skip(v, dot < v.n ? dot + 1 : dot);
	}
	return true;
}

/* IPv6: groups of 1 to 4 hex digits, one "::" at most.  RFC 5321 4.1.3 */
static bool
is_ipv6(struct crm_view v)
{
	size_t groups = 0, digits = 0, i;
	bool gap = false;

	for (i = 0; i < v.n; i++) {
		char c = v.p[i];

		if ((c >= '0' && c <= '9') ||
		    ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')) {
			if (++digits > 4)
				return false;
			groups += digits == 1;
		} else if (c == ':' && i + 1 < v.n && v.p[i + 1] == ':') {
			if (gap)
				return false;
			gap = true;
			digits = 0;
			i++;
			if (i + 1 < v.n && v.p[i + 1] == ':')
				return false;
		} else if (c == ':') {
			if (digits == 0 || i + 1 == v.n)
				return false;
			digits = 0;
		} else if (c == '.') { /* an IPv4 address in the end */
			while (i > 0 && v.p[i - 1] != ':')
				i--;
			groups++;
			return is_ipv4(crm_view_skip(v, i)) &&
			    (gap ? groups <= 6 : groups == 8);
		} else
			return false;
	}
	return gap ? groups <= 7 : groups == 8;
}

static bool
is_address_literal(struct crm_view v)
{
	if (v.n < 3 || v.p[0] != '[' || v.p[v.n - 1] != ']')
		return false;
	v = crm_view(v.p + 1, v.n - 2);
	if (crm_view_starts(v, CRM_V("IPv6:")))
		return is_ipv6(crm_view_skip(v, 5));
	return is_ipv4(v);
}

/* The address in what programs copy: "Anna Nowak <a@x.example>" and
 * "mailto:a@x.example?subject=Hello". */
static struct crm_view
bare_address(struct crm_view v)
{
	size_t n = v.n, at;

	if (n > 0 && v.p[n - 1] == '>') {
		while (n > 0 && v.p[n - 1] != '<')
			n--;
		if (n > 0)
			v = crm_view_trim(crm_view(v.p + n, v.n - 1 - n));
	}
	if (v.n < 7 || strncasecmp(v.p, "mailto:", 7) != 0)
		return v;
	v = crm_view_skip(v, 7);
	at = crm_view_find(v, '@');
	v.n = at + crm_view_find(crm_view_skip(v, at), '?');
	return v;
}

const struct crm_err *
crm_parse_email(struct crm_view text, struct crm_buf *out)
{
	struct crm_view v = bare_address(text), local, domain;
	size_t at = v.n, i, was = out->n;

	for (i = v.n; i > 0; i--)
		if (v.p[i - 1] == '@') {
			at = i - 1;
			break;
		}
	local = crm_view(v.p, at);
	domain = at < v.n ? crm_view_skip(v, at + 1) : CRM_VNULL;
	if (local.n > 64 || v.n > 254 ||
	    !(is_dot_atom(local) || is_quoted_local(local)) ||
	    !(is_domain(domain) || is_address_literal(domain)))
		return crm_err(CRM_E_DATA, "'%.*s' is not an email address",
		    CRM_VARG(text));
	crm_buf_addv(out, v);
	if (domain.p[0] == '[')
		return NULL;
	for (i = was + at; i < out->n; i++)
		if (out->p[i] >= 'A' && out->p[i] <= 'Z')
			out->p[i] = (char)(out->p[i] | 0x20);
	return NULL;
}

const struct crm_err *
crm_parse_url(struct crm_view v, struct crm_buf *out)
{
	size_t i;
	bool dot = false;

	for (i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (c <= 0x20 || c == 0x7f || c == '<' || c == '>' || c == '"')
			break;
		dot |= c == '.' || c == ':';
	}
	if (i < v.n || !dot)
		return crm_err(
		    CRM_E_DATA, "'%.*s' is not a web address", CRM_VARG(v));
	crm_buf_addv(out, v);
	return NULL;
}
