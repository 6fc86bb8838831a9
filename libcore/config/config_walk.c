#include "config/config_impl.h"

#include <stdio.h>

#include "base/fold.h"
#include "base/utf8.h"

#define NAME_BYTES_MAX 40 /* crm_name_ok() */
#define SHOWN_COLUMNS 60
#define SHOWN_BYTES 200

struct crm_view
crm_cfg_shown(struct crm_view v)
{
	v = crm_utf8_cut(v, SHOWN_COLUMNS, NULL);
	if (v.n <= SHOWN_BYTES)
		return v;
	v.n = SHOWN_BYTES; /* there are marks that need no column */
	while (((unsigned char)v.p[v.n] & 0xc0) == 0x80)
		v.n--;
	return v;
}

const struct crm_err *
crm_cfg_err(
    const struct crm_cfg *w, const struct crm_cfg_text *t, const char *fmt, ...)
{
	char what[sizeof(((struct crm_err *)0)->msg)];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(what, sizeof(what), fmt, ap) < 0)
		what[0] = '\0';
	va_end(ap);
	return t->is_key ? crm_yaml_err_key(w->yaml, t->node, "%s", what)
			 : crm_yaml_err(w->yaml, t->node, "%s", what);
}

/* What stands where something else was expected. */
static const char *
describe(const struct crm_yaml_node *node, char out[SHOWN_BYTES + 3])
{
	struct crm_view v = crm_cfg_shown(node->text);

	if (node->kind != CRM_YAML_SCALAR)
		return node->kind == CRM_YAML_LIST ? "a list" : "a map";
	if (crm_yaml_is_null(node))
		return "nothing";
	(void)snprintf(out, SHOWN_BYTES + 3, "'%.*s'", CRM_VARG(v));
	return out;
}

static const struct crm_err *
mismatch(const struct crm_cfg *w, const struct crm_yaml_node *node,
    const char *expected)
{
	char found[SHOWN_BYTES + 3];

	return crm_yaml_err(w->yaml, node, "expected %s, not %s", expected,
	    describe(node, found));
}

const struct crm_err *
crm_cfg_value(struct crm_cfg *w, const struct crm_yaml_node *node,
    const char *expected, struct crm_cfg_text *out)
{
	if (node->kind != CRM_YAML_SCALAR || crm_yaml_is_null(node))
		return mismatch(w, node, expected);
	*out = (struct crm_cfg_text){ node->text, node, false };
	return NULL;
}

/* "a, b, c": as many of the words as there is room for. */
static void
list_words(struct crm_buf *b, const char *words)
{
	const char *word;

	for (word = words; *word != '\0'; word += strlen(word) + 1) {
		if (b->n + strlen(word) > CRM_CFG_HINT - 16) {
			crm_buf_adds(b, ", ...");
			return;
		}
		crm_buf_adds(b, word != words ? ", " : "");
		crm_buf_adds(b, word);
	}
}

const char *
crm_cfg_hint(char hint[CRM_CFG_HINT], const char *words, struct crm_view wrong)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_CFG_HINT - 1);
	const char *near = crm_words_find(words, wrong);

	hint[0] = '\0';
	if (near == NULL)
		near = crm_word_near(words, wrong);
	if (near != NULL)
		crm_buf_addf(&b, " (did you mean '%s'?)", near);
	else if (words != NULL && *words != '\0') {
		crm_buf_adds(&b, " (one of: ");
		list_words(&b, words);
		crm_buf_addc(&b, ')');
	}
	if (b.n > 0)
		memcpy(hint, b.p, b.n + 1);
	crm_buf_release(&b);
	return hint;
}

/* Make a well-formed name of a text; says whether there is one. */
static bool
mend_name(struct crm_view v, char out[NAME_BYTES_MAX + 1])
{
	struct crm_buf b = CRM_BUF_INIT(1000);
	size_t i, n = 0;
	char c;

	crm_fold(&b, crm_cfg_shown(v));
	for (i = 0; i < b.n && n < NAME_BYTES_MAX; i++) {
		c = b.p[i];
		if ((c >= 'a' && c <= 'z') || (n > 0 && c >= '0' && c <= '9'))
			out[n++] = c;
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	crm_buf_release(&b);
	return n > 0;
}

const struct crm_err *
crm_cfg_check_name(const struct crm_cfg *w, const struct crm_cfg_text *t)
{
	static const char rule[] =
	    "a name is a small letter, then small letters, digits and '-', at "
	    "most 40";
	char better[NAME_BYTES_MAX + 1];

	if (crm_name_ok(t->v))
		return NULL;
	if (mend_name(t->v, better))
		return crm_cfg_err(w, t,
		    "bad name '%.*s' (did you mean '%s'?): %s",
		    CRM_VARG(crm_cfg_shown(t->v)), better, rule);
	return crm_cfg_err(
	    w, t, "bad name '%.*s': %s", CRM_VARG(crm_cfg_shown(t->v)), rule);
}

const struct crm_err *
crm_cfg_check_reserved(const struct crm_cfg *w, const struct crm_cfg_text *t)
{
	static const char reserved[] =
	    "any\0and\0or\0not\0me\0id\0kind\0is\0has\0no\0";

	if (crm_words_find(reserved, t->v) == NULL)
		return NULL;
	return crm_cfg_err(w, t,
	    "'%.*s' has a meaning in queries: choose another name",
	    CRM_VARG(t->v));
}

/* Of "key\0help\0..." the keys alone, as words. */
static void
only_keys(struct crm_buf *b, const char *keys)
{
	const char *p = keys;

	while (*p != '\0') {
		crm_buf_add(b, p, strlen(p) + 1);
		p += strlen(p) + 1;
		p += strlen(p) + 1;
	}
}

static const struct crm_err *
check_key(const struct crm_cfg *w, const struct crm_yaml_node *node,
    const char *words)
{
	struct crm_cfg_text key = crm_cfg_key(node);
	char hint[CRM_CFG_HINT];
	const char *known = crm_words_find(words, key.v);

	if (known != NULL && crm_view_is(key.v, known))
		return NULL;
	return crm_cfg_err(w, &key, "unknown key '%.*s'%s",
	    CRM_VARG(crm_cfg_shown(key.v)), crm_cfg_hint(hint, words, key.v));
}

const struct crm_err *
crm_cfg_check_map(const struct crm_cfg *w, const struct crm_yaml_node *node,
    const char *keys, const char *expected)
{
	struct crm_buf words = CRM_BUF_INIT(1000);
	const struct crm_yaml_node *child;
	const struct crm_err *err = NULL;

	if (node->kind != CRM_YAML_MAP && !crm_yaml_is_null(node))
		return mismatch(w, node, expected);
	if (keys == NULL)
		return NULL;
	only_keys(&words, keys);
	for (child = node->child; child != NULL && err == NULL;
	     child = child->next)
		err = check_key(w, child, words.p);
	crm_buf_release(&words);
	return err;
}

const struct crm_yaml_node *
crm_cfg_next(const struct crm_yaml_node *list, const struct crm_yaml_node *item)
{
	if (list->kind == CRM_YAML_SCALAR)
		return item == NULL && !crm_yaml_is_null(list) ? list : NULL;
	return item == NULL ? list->child : item->next;
}

const struct crm_err *
crm_cfg_number(const struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_dec *out)
{
	if (node->kind == CRM_YAML_SCALAR &&
	    crm_view_find(node->text, ',') < node->text.n)
		return crm_yaml_err(w->yaml, node,
		    "expected a number, with a point and not a comma");
	return crm_yaml_dec(w->yaml, node, out);
}
