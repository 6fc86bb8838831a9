#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "config/yaml.h"

/* Say what was expected and what is there. */
static const struct crm_err *
mismatch(const struct crm_yaml *yaml, const struct crm_yaml_node *node,
    const char *expected)
{
	if (node->kind != CRM_YAML_SCALAR)
		return crm_yaml_err(yaml, node, "expected %s, not a %s",
		    expected, node->kind == CRM_YAML_LIST ? "list" : "map");
	if (node->plain && node->text.n == 0)
		return crm_yaml_err(
		    yaml, node, "expected %s, not nothing", expected);
	return crm_yaml_err(yaml, node, "expected %s, not '%.*s'", expected,
	    CRM_VARG(crm_utf8_cut(node->text, 60, NULL)));
}

const struct crm_err *
crm_yaml_text(const struct crm_yaml *yaml, const struct crm_yaml_node *node,
    struct crm_view *out)
{
	if (node->kind != CRM_YAML_SCALAR || crm_yaml_is_null(node))
		return mismatch(yaml, node, "a text");
	*out = node->text;
	return NULL;
}

const struct crm_err *
crm_yaml_bool(
    const struct crm_yaml *yaml, const struct crm_yaml_node *node, bool *out)
{
	static const char *const words[] = { "true", "yes", "on", "false", "no",
		"off" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (node->kind == CRM_YAML_SCALAR &&
		    crm_view_is(node->text, words[i])) {
			*out = i < 3;
			return NULL;
		}
	}
	return mismatch(yaml, node, "true or false");
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Without what readers differ on: "+1", "010". */
static bool
is_decimal(const struct crm_yaml_node *node)
{
	struct crm_view v = node->text;

	if (node->kind != CRM_YAML_SCALAR)
		return false;
	if (crm_view_starts(v, CRM_V("-")))
		v = crm_view_skip(v, 1);
	return v.n > 0 && v.p[0] != '+' &&
	    !(v.n > 1 && v.p[0] == '0' && is_digit(v.p[1]));
}

const struct crm_err *
crm_yaml_int(const struct crm_yaml *yaml, const struct crm_yaml_node *node,
    int64_t min, int64_t max, int64_t *out)
{
	int64_t value;

	if (!is_decimal(node) ||
	    !crm_num_i64(node->text, INT64_MIN, INT64_MAX, &value))
		return mismatch(yaml, node, "a whole number");
	if (value < min || value > max)
		return crm_yaml_err(yaml, node,
		    "expected a whole number from %lld to %lld, not %lld",
		    (long long)min, (long long)max, (long long)value);
	*out = value;
	return NULL;
}

const struct crm_err *
crm_yaml_dec(const struct crm_yaml *yaml, const struct crm_yaml_node *node,
    struct crm_dec *out)
{
	if (!is_decimal(node) || !crm_dec_parse(node->text, '.', out))
		return mismatch(yaml, node, "a number");
	return NULL;
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* May a code point stand in YAML as it is?  YAML 1.2.2, 5.1 */
static bool
is_printable(struct crm_view v, uint32_t cp)
{
	return crm_utf8_is_safe(v) && cp != 0xfffe && cp != 0xffff;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
has_only(struct crm_view v, const char *set)
{
	size_t i;

	for (i = 0; i < v.n; i++)
		if (!is_one_of(v.p[i], set))
			return false;
	return true;
}

/* A bool or null of YAML 1.1 or 1.2, in upper or lower case? */
static bool
is_word(struct crm_view v)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on",
		"off", "y", "n", "null" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (v.n == strlen(words[i]) &&
		    strncasecmp(v.p, words[i], v.n) == 0)
			return true;
	return false;
}

/* A number, date or time for some reader?  Some take "E1" for one. */
static bool
is_number(struct crm_view v)
{
	size_t i = is_one_of(v.p[0], "eE") ? 1 : 0;

	return i < v.n && is_one_of(v.p[i], "0123456789+-") &&
	    has_only(v, "0123456789abcdefABCDEFoOxXtTzZ_.+- ");
}

/*
 * Would every reader, of YAML 1.1 or 1.2, in a block or in brackets, take a
 * plain scalar for this text?  Says no to much that would be fine.
 */
static bool
is_plain(struct crm_view v)
{
	size_t i, len;
	uint32_t cp;

	if (v.n == 0 || v.p[v.n - 1] == ' ' || is_word(v) || is_number(v))
		return false;
	if (!is_letter(v.p[0]) && !is_digit(v.p[0]) &&
	    (unsigned char)v.p[0] < 0x80 && !is_one_of(v.p[0], "_/($"))
		return false;
	for (i = 0; i < v.n; i += len) {
		len = crm_utf8_get(v.p + i, v.n - i, &cp);
		if (len == 0 || !is_printable(crm_view(v.p + i, len), cp) ||
		    is_one_of(v.p[i], ":#?,[]{}"))
			return false;
	}
	return true;
}

static void
add_escaped(struct crm_buf *b, uint32_t cp)
{
	if (cp == '"' || cp == '\\')
		crm_buf_addf(b, "\\%c", (int)cp);
	else if (cp == '\n')
		crm_buf_adds(b, "\\n");
	else if (cp == '\r')
		crm_buf_adds(b, "\\r");
	else if (cp == '\t')
		crm_buf_adds(b, "\\t");
	else if (cp < 0x100)
		crm_buf_addf(b, "\\x%02X", (unsigned int)cp);
	else if (cp < 0x10000)
		crm_buf_addf(b, "\\u%04X", (unsigned int)cp);
	else
		crm_buf_addf(b, "\\U%08X", (unsigned int)cp);
}

void
crm_yaml_add_scalar(struct crm_buf *b, struct crm_view v)
{
	struct crm_view c;
	uint32_t cp;
	size_t i;

	if (is_plain(v)) {
		crm_buf_addv(b, v);
		return;
	}
	crm_buf_addc(b, '"');
	for (i = 0; i < v.n; i += c.n) {
		c = crm_view(v.p + i, crm_utf8_get(v.p + i, v.n - i, &cp));
		if (c.n == 0) {
			c.n = 1;
			cp = 0xfffd; /* not UTF-8 */
		}
		if (is_printable(c, cp) && cp != '"' && cp != '\\')
			crm_buf_addv(b, c);
		else
			add_escaped(b, cp);
	}
	crm_buf_addc(b, '"');
}
