#include "cli/template.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"

#define DEPTH_MAX 16
#define WIDTH_MAX 1000

enum what { TEXT, VALUE, LINES, IF, ELSE, END };

struct node {
	enum what what;
	struct crm_view text; /* or a name */
	int width;            /* above 0: right, below: left */
	unsigned int line;
	size_t end; /* of LINES, IF, ELSE: their END, or of an IF its ELSE */
};

struct crm_template {
	struct node *node;
	size_t n, cap;
	size_t open[DEPTH_MAX], depth; /* while it is read */
	const char *name;
	unsigned int line;
};

static const struct crm_err *
wrong(const struct crm_template *t, const char *what, struct crm_view where)
{
	return crm_err(CRM_E_CONFIG, "%s:%u: %s '{%.*s}'", t->name, t->line,
	    what, (int)(where.n < 60 ? where.n : 60), where.p);
}

static void
add(struct crm_template *t, struct node node)
{
	t->node = crm_grow(t->node, &t->cap, t->n + 1, sizeof(*t->node));
	node.line = t->line;
	t->node[t->n++] = node;
}

/* A name as crm-find -f has them: letters, digits, '-' and points. */
static bool
is_name(struct crm_view v)
{
	size_t i;

	for (i = 0; i < v.n; i++)
		if (!((v.p[i] >= 'a' && v.p[i] <= 'z') ||
			(v.p[i] >= '0' && v.p[i] <= '9') || v.p[i] == '-' ||
			v.p[i] == '.'))
			return false;
	return v.n > 0;
}

static const struct crm_err *
open_block(struct crm_template *t, struct crm_view tag, enum what what,
    struct crm_view name)
{
	size_t i;

	for (i = 0; what == LINES && i < t->depth; i++)
		if (t->node[t->open[i]].what == LINES)
			return wrong(t, "lines within lines:", tag);
	if (t->depth == DEPTH_MAX)
		return wrong(t, "too many blocks in each other at", tag);
	t->open[t->depth++] = t->n;
	add(t, (struct node){ .what = what, .text = name });
	return NULL;
}

static const struct crm_err *
close_block(struct crm_template *t, struct crm_view tag, enum what what)
{
	size_t open;

	if (t->depth == 0)
		return wrong(t, "nothing is open at", tag);
	open = t->open[t->depth - 1];
	if (what == ELSE && t->node[open].what != IF)
		return wrong(t, "there is no {if ...} for", tag);
	t->node[open].end = t->n;
	if (what == ELSE)
		t->open[t->depth - 1] = t->n;
	else
		t->depth--;
	add(t, (struct node){ .what = what });
	return NULL;
}

static const struct crm_err *
read_value(struct crm_template *t, struct crm_view tag)
{
	struct crm_view name = crm_view(tag.p, crm_view_find(tag, ':'));
	int64_t width = 0;

	if (!is_name(name) ||
	    (name.n < tag.n &&
		!crm_num_i64(crm_view_skip(tag, name.n + 1), -WIDTH_MAX,
		    WIDTH_MAX, &width)))
		return wrong(t,
		    "not a name, nor a name and a width ('{{' is a brace):",
		    tag);
	add(t,
	    (struct node){ .what = VALUE, .text = name, .width = (int)width });
	return NULL;
}

static const struct crm_err *
read_tag(struct crm_template *t, struct crm_view tag)
{
	struct crm_view name = CRM_VNULL;

	if (crm_view_is(tag, "lines"))
		return open_block(t, tag, LINES, name);
	if (crm_view_is(tag, "else"))
		return close_block(t, tag, ELSE);
	if (crm_view_is(tag, "end"))
		return close_block(t, tag, END);
	if (crm_view_starts(tag, CRM_V("if "))) {
		name = crm_view_trim(crm_view_skip(tag, 3));
		return is_name(name) ? open_block(t, tag, IF, name)
				     : wrong(t, "not a name in", tag);
	}
	return read_value(t, tag);
}

/* Is a text blank from the beginning of its last line on? */
static bool
ends_line(struct crm_view before)
{
	while (before.n > 0 &&
	    (before.p[before.n - 1] == ' ' || before.p[before.n - 1] == '\t'))
		before.n--;
	return before.n == 0 || before.p[before.n - 1] == '\n';
}

static void
add_text(struct crm_template *t, struct crm_view text)
{
	size_t i;

	if (text.n > 0)
		add(t, (struct node){ .what = TEXT, .text = text });
	for (i = 0; i < text.n; i++)
		t->line += text.p[i] == '\n';
}

/* The text up to a place, without the blanks in front of a block alone. */
static struct crm_view
cut_blanks(struct crm_view v)
{
	while (v.n > 0 && v.p[v.n - 1] != '\n')
		v.n--;
	return v;
}

static const struct crm_err *
read_all(struct crm_template *t, struct crm_view text)
{
	const struct crm_err *err;
	struct crm_view tag, before;
	const char *begin = text.p; /* of the text not yet taken */
	size_t i = 0, end;
	bool block;

	while (i < text.n) {
		if (text.p[i] != '{') {
			i++;
			continue;
		}
		before = crm_view(begin, (size_t)(text.p + i - begin));
		if (i + 1 < text.n && text.p[i + 1] == '{') {
			before.n++;
			add_text(t, before);
			i += 2;
			begin = text.p + i;
			continue;
		}
		tag = crm_view_skip(text, i + 1);
		tag.n = crm_view_find(tag, '}');
		end = i + 1 + tag.n;
		if (end >= text.n) {
			add_text(t, before);
			return wrong(t, "a tag without an end:", tag);
		}
		/* what stands before it on its line is this text alone */
		block = ends_line(crm_view(text.p, i)) &&
		    (end + 1 == text.n || text.p[end + 1] == '\n');
		if (block && !crm_view_is(tag, "lines") &&
		    !crm_view_is(tag, "end") && !crm_view_is(tag, "else") &&
		    !crm_view_starts(tag, CRM_V("if ")))
			block = false;
		add_text(t, block ? cut_blanks(before) : before);
		i = end + 1;
		err = read_tag(t, tag);
		if (err != NULL)
			return err;
		if (block && i < text.n) {
			i++;
			t->line++;
		}
		begin = text.p + i;
	}
	add_text(t, crm_view(begin, (size_t)(text.p + text.n - begin)));
	if (t->depth == 0)
		return NULL;
	return crm_err(CRM_E_CONFIG, "%s:%u: a block has no {end}", t->name,
	    t->node[t->open[t->depth - 1]].line);
}

const struct crm_err *
crm_template_new(
    const char *name, struct crm_view text, struct crm_template **out)
{
	struct crm_template *t = crm_calloc(1, sizeof(*t));
	const struct crm_err *err;

	t->name = name;
	t->line = 1;
	err = read_all(t, text);
	if (err != NULL) {
		crm_template_free(t);
		t = NULL;
	}
	*out = t;
	return err;
}

void
crm_template_free(struct crm_template *t)
{
	if (t == NULL)
		return;
	crm_free(t->node);
	crm_free(t);
}

void
crm_template_names(const struct crm_template *t,
    void (*name)(void *ctx, struct crm_view name, bool in_lines), void *ctx)
{
	size_t i, end = 0;

	for (i = 0; i < t->n; i++) {
		if (t->node[i].what == LINES)
			end = t->node[i].end;
		else if (t->node[i].what == VALUE || t->node[i].what == IF)
			name(ctx, t->node[i].text, i < end);
	}
}

static void
escape(struct crm_buf *out, struct crm_view v)
{
	size_t i;

	for (i = 0; i < v.n; i++)
		switch (v.p[i]) {
		case '&':
			crm_buf_adds(out, "&amp;");
			break;
		case '<':
			crm_buf_adds(out, "&lt;");
			break;
		case '>':
			crm_buf_adds(out, "&gt;");
			break;
		case '"':
			crm_buf_adds(out, "&quot;");
			break;
		case '\'':
			crm_buf_adds(out, "&#39;");
			break;
		default:
			crm_buf_addc(out, v.p[i]);
		}
}

static void
pad(struct crm_buf *out, size_t n)
{
	while (n-- > 0)
		crm_buf_addc(out, ' ');
}

static void
put_value(
    struct crm_buf *out, const struct node *node, struct crm_view v, bool html)
{
	size_t want = (size_t)(node->width < 0 ? -node->width : node->width);
	size_t have = want > 0 ? crm_utf8_width(v) : 0;
	size_t lack = have < want ? want - have : 0;

	if (node->width > 0)
		pad(out, lack);
	if (html)
		escape(out, v);
	else
		crm_buf_addv(out, v);
	if (node->width < 0)
		pad(out, lack);
}

/* Expand nodes i up to end. */
static void
expand(const struct crm_template *t, const struct crm_template_source *s,
    bool html, size_t i, size_t end, size_t line, struct crm_buf *out)
{
	struct crm_buf value = CRM_BUF_INIT(SIZE_MAX / 2);
	const struct node *node;
	size_t k;

	for (; i < end; i++) {
		node = &t->node[i];
		crm_buf_reset(&value);
		switch (node->what) {
		case TEXT:
			crm_buf_addv(out, node->text);
			break;
		case VALUE:
			s->value(s->ctx, node->text, line, &value);
			put_value(out, node, crm_buf_view(&value), html);
			break;
		case LINES:
			for (k = 0; k < s->nlines; k++)
				expand(t, s, html, i + 1, node->end, k, out);
			i = node->end;
			break;
		case IF: /* on without a value: behind the else, or the end */
			s->value(s->ctx, node->text, line, &value);
			if (value.n == 0)
				i = node->end;
			break;
		case ELSE: /* comes when there was one */
			i = node->end;
			break;
		case END:
			break;
		}
	}
	crm_buf_release(&value);
}

void
crm_template_expand(const struct crm_template *t,
    const struct crm_template_source *s, bool html, struct crm_buf *out)
{
	expand(t, s, html, 0, t->n, SIZE_MAX, out);
}
