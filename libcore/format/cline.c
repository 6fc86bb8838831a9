#include "format/cline.h"

#include <strings.h>

#include "base/utf8.h"

/* RFC 6350 3.2: lines should not be longer, without their end. */
#define FOLD_BYTES 75

static bool
is_word(struct crm_view v, const char *s)
{
	return v.n == strlen(s) && strncasecmp(v.p, s, v.n) == 0;
}

static bool
is_name(struct crm_view v)
{
	size_t i;
	char c;

	for (i = 0; i < v.n; i++) {
		c = (char)(v.p[i] | 0x20);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    v.p[i] != '-' && v.p[i] != '_')
			return false;
	}
	return v.n > 0;
}

/* Where a character stands outside quotes; v.n when nowhere. */
static size_t
find_bare(struct crm_view v, char c)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < v.n; i++)
		if (v.p[i] == '"')
			quoted = !quoted;
		else if (v.p[i] == c && !quoted)
			return i;
	return v.n;
}

bool
crm_cline_parse(struct crm_view line, struct crm_cline *out)
{
	size_t colon = find_bare(line, ':'), semi, dot;
	struct crm_view head;

	memset(out, 0, sizeof(*out));
	if (colon == line.n) /* a quote that is never closed quotes nothing */
		colon = crm_view_find(line, ':');
	if (colon == line.n)
		return false;
	out->value = crm_view_skip(line, colon + 1);
	head = crm_view(line.p, colon);
	semi = crm_view_find(head, ';');
	if (semi < head.n)
		out->params = crm_view_skip(head, semi + 1);
	head = crm_view_trim(crm_view(head.p, semi));
	dot = crm_view_find(head, '.');
	out->name = head;
	if (dot < head.n) {
		out->group = crm_view(head.p, dot);
		out->name = crm_view_skip(head, dot + 1);
	}
	return is_name(out->name) && (out->group.n == 0 || is_name(out->group));
}

bool
crm_cline_is(const struct crm_cline *c, const char *name)
{
	return is_word(c->name, name);
}

/* The name of a parameter that 2.1 leaves out. */
static struct crm_view
name_of_bare(struct crm_view value)
{
	static const char *const encodings[] = { "quoted-printable", "base64",
		"b", "7bit", "8bit" };
	size_t i;

	for (i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		if (is_word(value, encodings[i]))
			return CRM_V("ENCODING");
	return CRM_V("TYPE");
}

bool
crm_cline_next_param(
    struct crm_view *params, struct crm_view *name, struct crm_view *value)
{
	struct crm_view one;
	size_t semi, equals;

	do {
		if (params->n == 0)
			return false;
		semi = find_bare(*params, ';');
		one = crm_view_trim(crm_view(params->p, semi));
		*params =
		    crm_view_skip(*params, semi < params->n ? semi + 1 : semi);
	} while (one.n == 0);
	equals = crm_view_find(one, '=');
	if (equals == one.n) {
		*value = one;
		*name = name_of_bare(one);
		return true;
	}
	*name = crm_view_trim(crm_view(one.p, equals));
	*value = crm_view_trim(crm_view_skip(one, equals + 1));
	if (value->n >= 2 && value->p[0] == '"' &&
	    value->p[value->n - 1] == '"' &&
	    memchr(value->p + 1, '"', value->n - 2) == NULL)
		*value = crm_view(value->p + 1, value->n - 2);
	return true;
}

struct crm_view
crm_cline_param(const struct crm_cline *c, const char *name)
{
	struct crm_view rest = c->params, n, value;

	while (crm_cline_next_param(&rest, &n, &value))
		if (is_word(n, name))
			return value;
	return CRM_VNULL;
}

bool
crm_cline_has_type(const struct crm_cline *c, const char *type)
{
	struct crm_view rest = c->params, name, value;
	size_t comma;

	while (crm_cline_next_param(&rest, &name, &value)) {
		if (!is_word(name, "TYPE"))
			continue;
		while (value.n > 0) {
			comma = crm_view_find(value, ',');
			if (is_word(
				crm_view_trim(crm_view(value.p, comma)), type))
				return true;
			value = crm_view_skip(
			    value, comma < value.n ? comma + 1 : comma);
		}
	}
	return false;
}

bool
crm_cline_next_part(
    struct crm_view *rest, const char *seps, struct crm_buf *out)
{
	size_t i, nseps = strlen(seps);
	char c;

	if (rest->p == NULL)
		return false;
	for (i = 0; i < rest->n; i++) {
		c = rest->p[i];
		if (nseps > 0 && memchr(seps, c, nseps) != NULL) {
			*rest = crm_view_skip(*rest, i + 1);
			return true;
		}
		if (c == '\\' && i + 1 < rest->n &&
		    memchr("nN,;:\\", rest->p[i + 1], 6) != NULL) {
			c = rest->p[++i];
			if (c == 'n' || c == 'N')
				c = '\n';
		}
		crm_buf_addc(out, c);
	}
	*rest = CRM_VNULL;
	return true;
}

void
crm_cline_add_text(struct crm_buf *b, struct crm_view text)
{
	size_t i;
	char c;

	for (i = 0; i < text.n; i++) {
		c = text.p[i];
		if (c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
			continue;
		if (c == '\n' || c == '\r') {
			crm_buf_adds(b, "\\n");
			continue;
		}
		if (c == ',' || c == ';' || c == '\\')
			crm_buf_addc(b, '\\');
		crm_buf_addc(b, c);
	}
}

void
crm_cline_add_folded(struct crm_buf *b, struct crm_view line)
{
	size_t i, len, used = 0;
	uint32_t cp;

	for (i = 0; i < line.n; i += len) {
		len = crm_utf8_get(line.p + i, line.n - i, &cp);
		if (len == 0)
			len = 1;
		if (used + len > FOLD_BYTES) {
			crm_buf_adds(b, "\r\n ");
			used = 1;
		}
		if (len == 1 &&
		    (((unsigned char)line.p[i] < 0x20 && line.p[i] != '\t') ||
			line.p[i] == 0x7f))
			crm_buf_addc(b, ' ');
		else
			crm_buf_add(b, line.p + i, len);
		used += len;
	}
	crm_buf_adds(b, "\r\n");
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
crm_cline_add_unquoted(struct crm_buf *b, struct crm_view v)
{
	size_t i;

	for (i = 0; i < v.n; i++) {
		if (v.p[i] == '=' && i + 2 < v.n && hex(v.p[i + 1]) >= 0 &&
		    hex(v.p[i + 2]) >= 0) {
			crm_buf_addc(
			    b, (char)(hex(v.p[i + 1]) * 16 + hex(v.p[i + 2])));
			i += 2;
		} else
			crm_buf_addc(b, v.p[i]);
	}
}

/* 0x80 to 0x9f.  From: unicode.org, MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252 */
static const uint16_t cp1252[32] = { 0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e,
	0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd,
	0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
	0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e,
	0x0178 };

/* Where ISO 8859-15 differs from 8859-1. */
static uint32_t
latin9(unsigned char c)
{
	switch (c) {
	case 0xa4:
		return 0x20ac;
	case 0xa6:
		return 0x160;
	case 0xa8:
		return 0x161;
	case 0xb4:
		return 0x17d;
	case 0xb8:
		return 0x17e;
	case 0xbc:
		return 0x152;
	case 0xbd:
		return 0x153;
	case 0xbe:
		return 0x178;
	default:
		return c;
	}
}

const struct crm_err *
crm_cline_add_charset(
    struct crm_buf *b, struct crm_view charset, struct crm_view text)
{
	bool windows =
	    is_word(charset, "windows-1252") || is_word(charset, "cp1252");
	bool nine = is_word(charset, "iso-8859-15");
	char utf8[4];
	uint32_t cp;
	size_t i;

	if (charset.n == 0 || is_word(charset, "utf-8") ||
	    is_word(charset, "utf8") || is_word(charset, "us-ascii")) {
		crm_buf_addv(b, text);
		return NULL;
	}
	if (!windows && !nine && !is_word(charset, "iso-8859-1"))
		return crm_err(CRM_E_DATA,
		    "the charset '%.*s' is not read: convert it to UTF-8",
		    CRM_VARG(charset));
	for (i = 0; i < text.n; i++) {
		cp = (unsigned char)text.p[i];
		if (windows && cp >= 0x80 && cp < 0xa0)
			cp = cp1252[cp - 0x80];
		else if (nine)
			cp = latin9((unsigned char)cp);
		crm_buf_add(b, utf8, crm_utf8_put(utf8, cp));
	}
	return NULL;
}
