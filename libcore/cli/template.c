#include "cli/template.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"

#define DEPTH_MAX 16
#define WIDTH_MAX 1000

enum what { TEXT, VALUE, LIST, IF, ELSE, END };

static const char *const lists[CRM_NLISTS] = { "", "lines", "taxes",
	"payments" };

struct node {
	enum what what;
	struct crm_view text; /* or a name */
	int width;            /* above 0: right, below: left */
	enum crm_template_list list;
	unsigned int line;
	size_t end; /* of LIST, IF, ELSE: their END, or of an IF its ELSE */
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

/* The list of a tag, or none. */
static enum crm_template_list
list_of(struct crm_view tag)
{
	int i;

	for (i = CRM_LIST_LINES; i < CRM_NLISTS; i++)
		if (crm_view_is(tag, lists[i]))
			return (enum crm_template_list)i;
	return CRM_LIST_NONE;
}

/* Open a block: a list, or an IF of a name. */
static const struct crm_err *
open_block(struct crm_template *t, struct crm_view tag, struct crm_view name)
{
	enum crm_template_list list = list_of(tag);
	size_t i;

	for (i = 0; list != CRM_LIST_NONE && i < t->depth; i++)
		if (t->node[t->open[i]].what == LIST)
			return wrong(t, "a list within a list:", tag);
	if (t->depth == DEPTH_MAX)
		return wrong(t, "too many blocks in each other at", tag);
	t->open[t->depth++] = t->n;
	add(t,
	    (struct node){ .what = list != CRM_LIST_NONE ? LIST : IF,
		.text = name,
		.list = list });
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

	if (list_of(tag) != CRM_LIST_NONE)
		return open_block(t, tag, name);
	if (crm_view_is(tag, "else"))
		return close_block(t, tag, ELSE);
	if (crm_view_is(tag, "end"))
		return close_block(t, tag, END);
	if (crm_view_starts(tag, CRM_V("if "))) {
		name = crm_view_trim(crm_view_skip(tag, 3));
		return is_name(name) ? open_block(t, tag, name)
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
		if (block && list_of(tag) == CRM_LIST_NONE &&
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
    void (*name)(void *ctx, struct crm_view name, enum crm_template_list list),
    void *ctx)
{
	enum crm_template_list list = CRM_LIST_NONE;
	size_t i, end = 0;

	for (i = 0; i < t->n; i++) {
		if (t->node[i].what == LIST) {
			end = t->node[i].end;
			list = t->node[i].list;
		} else if (t->node[i].what == VALUE || t->node[i].what == IF)
			name(ctx, t->node[i].text,
			    i < end ? list : CRM_LIST_NONE);
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

/* What of a value does not stand in the line at hand any more. */
struct rest {
	struct crm_view text;
	size_t column, width;
};

struct expanding {
	const struct crm_template *t;
	const struct crm_template_source *s;
	bool html;
	struct crm_buf *out;
	struct rest *rest; /* of the line at hand, from left to right */
	size_t nrests, rest_cap;
	struct crm_arena arena; /* of its texts */
};

/* Take from a text what fits into a line of so many columns, to be broken
 * between words where it can. */
static struct crm_view
take_piece(struct crm_view *text, size_t width)
{
	size_t line = crm_view_find(*text, '\n'), word;
	struct crm_view piece =
	    crm_utf8_cut(crm_view(text->p, line), width, NULL);

	if (piece.n < line) {
		word = piece.n;
		while (word > 0 && text->p[word] != ' ')
			word--;
		if (word > 0)
			piece.n = word;
		else if (piece.n == 0) /* a letter wider than that */
			piece.n = line;
	}
	*text = crm_view_skip(*text, piece.n);
	if (piece.n == line) {
		*text = crm_view_skip(*text, text->n > 0);
		return piece;
	}
	while (text->n > 0 && text->p[0] == ' ')
		*text = crm_view_skip(*text, 1);
	return piece;
}

static size_t
column_of(const struct crm_buf *out)
{
	size_t begin = out->n;

	while (begin > 0 && out->p[begin - 1] != '\n')
		begin--;
	return crm_utf8_width(crm_view_skip(crm_buf_view(out), begin));
}

/* Put what is left of the values of a line below it. */
static void
put_rests(struct expanding *x)
{
	struct crm_view piece;
	size_t i, at, left = x->nrests;

	while (left > 0) {
		crm_buf_addc(x->out, '\n');
		for (i = at = left = 0; i < x->nrests; i++) {
			struct rest *r = &x->rest[i];

			if (r->text.n == 0)
				continue;
			piece = take_piece(&r->text, r->width);
			if (r->column > at && piece.n > 0)
				pad(x->out, r->column - at);
			crm_buf_addv(x->out, piece);
			at = r->column + crm_utf8_width(piece);
			left += r->text.n > 0;
		}
	}
	x->nrests = 0;
	crm_arena_reset(&x->arena);
}

/* A text of the template: where its lines end, those of values go on. */
static void
put_text(struct expanding *x, struct crm_view v)
{
	size_t n;

	while (x->nrests > 0 && v.n > 0) {
		n = crm_view_find(v, '\n');
		crm_buf_addv(x->out, crm_view(v.p, n));
		v = crm_view_skip(v, n);
		if (v.n > 0)
			put_rests(x);
	}
	crm_buf_addv(x->out, v);
}

/* The first line of a value to the left; what is left of it waits. */
static struct crm_view
put_first(struct expanding *x, struct crm_view v, size_t width)
{
	struct crm_view piece = take_piece(&v, width);

	if (v.n == 0)
		return piece;
	x->rest =
	    crm_grow(x->rest, &x->rest_cap, x->nrests + 1, sizeof(*x->rest));
	x->rest[x->nrests++] = (struct rest){
		.text = crm_view(crm_arena_dup(&x->arena, v.p, v.n), v.n),
		.column = column_of(x->out),
		.width = width
	};
	return piece;
}

static void
put_value(struct expanding *x, const struct node *node, struct crm_view v)
{
	size_t want = (size_t)(node->width < 0 ? -node->width : node->width);
	size_t have, lack;

	if (node->width < 0 && !x->html)
		v = put_first(x, v, want);
	have = want > 0 ? crm_utf8_width(v) : 0;
	lack = have < want ? want - have : 0;
	if (node->width > 0)
		pad(x->out, lack);
	if (x->html)
		escape(x->out, v);
	else
		crm_buf_addv(x->out, v);
	if (node->width < 0)
		pad(x->out, lack);
}

/* Expand nodes i up to end. */
static void
expand(struct expanding *x, size_t i, size_t end, struct crm_template_at at)
{
	const struct crm_template_source *s = x->s;
	struct crm_buf value = CRM_BUF_INIT(SIZE_MAX / 2);
	const struct node *node;
	size_t k;

	for (; i < end; i++) {
		node = &x->t->node[i];
		crm_buf_reset(&value);
		switch (node->what) {
		case TEXT:
			put_text(x, node->text);
			break;
		case VALUE:
			s->value(s->ctx, node->text, at, &value);
			put_value(x, node, crm_buf_view(&value));
			break;
		case LIST:
			for (k = 0; k < s->n[node->list]; k++)
				expand(x, i + 1, node->end,
				    (struct crm_template_at){ node->list, k });
			i = node->end;
			break;
		case IF: /* on without a value: behind the else, or the end */
			s->value(s->ctx, node->text, at, &value);
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
	struct expanding x = { .t = t, .s = s, .html = html, .out = out };

	expand(&x, 0, t->n, (struct crm_template_at){ CRM_LIST_NONE, 0 });
	put_rests(&x);
	crm_free(x.rest);
	crm_arena_release(&x.arena);
}
