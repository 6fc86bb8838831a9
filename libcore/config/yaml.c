#include "config/yaml_impl.h"

#include <fcntl.h>
#include <stdio.h>

#include <yaml.h>

#include "base/io.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"

#define QUOTE "a value that begins with '%c' must be quoted"

struct crm_yaml {
	struct crm_arena arena;
	const char *name;
	struct crm_yaml_node *root;
};

struct place {
	unsigned int line, column; /* from 1 */
};

/* A list or map that is not closed yet. */
struct level {
	struct crm_yaml_node *node; /* NULL: the document */
	struct crm_yaml_node **end; /* where the next child goes */
	bool flow;                  /* in brackets */
	bool has_key;               /* the next child is its value */
	struct crm_view key;
	struct place key_at;
};

struct load {
	struct crm_yaml *yaml;
	yaml_parser_t parser;
	struct crm_view text;
	struct level level[1 + CRM_YAML_DEPTH_MAX];
	unsigned int depth;
	unsigned int documents, nodes;
	size_t index, byte; /* the same place, in characters and in bytes */
};

void
crm_yaml_free(struct crm_yaml *yaml)
{
	if (yaml == NULL)
		return;
	crm_arena_release(&yaml->arena);
	crm_free(yaml);
}

const struct crm_yaml_node *
crm_yaml_root(const struct crm_yaml *yaml)
{
	return yaml->root;
}

const struct crm_yaml_node *
crm_yaml_get(const struct crm_yaml_node *map, const char *key)
{
	const struct crm_yaml_node *node;

	if (map == NULL || map->kind != CRM_YAML_MAP)
		return NULL;
	for (node = map->child; node != NULL; node = node->next)
		if (crm_view_is(node->key, key))
			return node;
	return NULL;
}

bool
crm_yaml_is_null(const struct crm_yaml_node *node)
{
	return node->kind == CRM_YAML_SCALAR && node->plain &&
	    (node->text.n == 0 || crm_view_is(node->text, "~") ||
		crm_view_is(node->text, "null"));
}

static const struct crm_err *CRM_PRINTF(3, 0)
    vfail(const char *name, struct place at, const char *fmt, va_list ap)
{
	char what[sizeof(((struct crm_err *)0)->msg)];

	if (vsnprintf(what, sizeof(what), fmt, ap) < 0)
		what[0] = '\0';
	return crm_err(
	    CRM_E_CONFIG, "%s:%u:%u: %s", name, at.line, at.column, what);
}

const struct crm_err *
crm_yaml_err(const struct crm_yaml *yaml, const struct crm_yaml_node *node,
    const char *fmt, ...)
{
	struct place at = { 1, 1 };
	const struct crm_err *err;
	va_list ap;

	if (node != NULL)
		at = (struct place){ node->line, node->column };
	va_start(ap, fmt);
	err = vfail(yaml->name, at, fmt, ap);
	va_end(ap);
	return err;
}

const struct crm_err *
crm_yaml_err_key(const struct crm_yaml *yaml, const struct crm_yaml_node *node,
    const char *fmt, ...)
{
	struct place at = { node->key_line, node->key_column };
	const struct crm_err *err;
	va_list ap;

	if (node->key.p == NULL)
		at = (struct place){ node->line, node->column };
	va_start(ap, fmt);
	err = vfail(yaml->name, at, fmt, ap);
	va_end(ap);
	return err;
}

static const struct crm_err *CRM_PRINTF(3, 4)
    fail(const struct load *l, struct place at, const char *fmt, ...)
{
	const struct crm_err *err;
	va_list ap;

	va_start(ap, fmt);
	err = vfail(l->yaml->name, at, fmt, ap);
	va_end(ap);
	return err;
}

/* As much of a text as a message should hold. */
static struct crm_view
shown(struct crm_view v)
{
	return crm_utf8_cut(v, 60, NULL);
}

static struct place
place_of(yaml_mark_t mark)
{
	struct place at = { (unsigned int)mark.line + 1,
		(unsigned int)mark.column + 1 };

	return at;
}

static bool
is_break(uint32_t cp)
{
	return cp == '\n' || cp == '\r' || cp == 0x85 || cp == 0x2028 ||
	    cp == 0x2029; /* YAML 1.1, 4.1.4; so does libyaml count lines */
}

/* The place of a byte, all text before which is UTF-8. */
static struct place
place_of_byte(struct crm_view text, size_t byte)
{
	struct place at = { 1, 1 };
	uint32_t cp = 0;
	size_t i, len;

	for (i = 0; i < byte; i += len) {
		len = crm_utf8_get(text.p + i, text.n - i, &cp);
		if (len == 0)
			break;
		at.column++;
		if (cp == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
			continue;
		if (is_break(cp)) {
			at.line++;
			at.column = 1;
		}
	}
	return at;
}

/*
 * The byte of a mark, whose index counts characters.  Marks come in order, or
 * nearly: what was counted before is not counted again.
 */
static size_t
byte_of(struct load *l, yaml_mark_t mark)
{
	if (mark.index < l->index)
		l->index = l->byte = 0;
	while (l->index < mark.index && l->byte < l->text.n) {
		l->byte++;
		while (l->byte < l->text.n &&
		    ((unsigned char)l->text.p[l->byte] & 0xc0) == 0x80)
			l->byte++;
		l->index++;
	}
	return l->byte;
}

/* The byte at a mark, NUL at the end of the text. */
static char
char_at(struct load *l, yaml_mark_t mark)
{
	size_t i = byte_of(l, mark);

	return i < l->text.n ? l->text.p[i] : '\0';
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* Does anything but blanks stand before a mark on its line? */
static bool
is_inside_line(struct load *l, yaml_mark_t mark)
{
	size_t i = byte_of(l, mark);

	while (i > 0 && is_one_of(l->text.p[i - 1], " \t"))
		i--;
	return i > 0 && !is_one_of(l->text.p[i - 1], "\n\r");
}

/* libyaml sets no mark for what it cannot decode, only an offset. */
static const struct crm_err *
reader_error(struct load *l)
{
	size_t bad = crm_utf8_check(l->text);
	size_t at = l->parser.problem_offset;

	if (bad <= at && bad < l->text.n && l->text.p[bad] != '\0')
		return fail(l, place_of_byte(l->text, bad), "not UTF-8");
	return fail(l, place_of_byte(l->text, at),
	    "the character U+%04X is not allowed",
	    (unsigned int)l->parser.problem_value);
}

/*
 * The character that libyaml stumbled over when it is one that begins a value
 * and has a use in YAML, and its mark; else NUL.
 */
static char
indicator(struct load *l, yaml_mark_t *at)
{
	const yaml_parser_t *p = &l->parser;
	char c;

	if (p->context != NULL) {
		*at = p->context_mark;
		c = char_at(l, *at);
		if (is_one_of(c, "*&!"))
			return c;
		if (is_one_of(c, "|>") && at->line == p->problem_mark.line)
			return c; /* not in the block below it */
	}
	*at = p->problem_mark;
	c = char_at(l, *at);
	if (c == '%' && at->column == 0)
		return '\0'; /* a directive */
	return is_one_of(c, "@%`") ? c : '\0';
}

static const char *
advice(struct load *l)
{
	const yaml_parser_t *p = &l->parser;
	char c = char_at(l, p->problem_mark);

	if (c == '\t')
		return "; indent with blanks, not tabs";
	if (p->error == YAML_SCANNER_ERROR && p->context == NULL)
		return "; check the indentation, or quote the value";
	if (p->error == YAML_SCANNER_ERROR || p->context == NULL || c == '\0' ||
	    is_one_of(char_at(l, p->context_mark), "[{"))
		return "";
	if (is_inside_line(l, p->problem_mark))
		return "; quote the whole value";
	return "; check the indentation";
}

static const struct crm_err *
syntax_error(struct load *l)
{
	const yaml_parser_t *p = &l->parser;
	struct place at = place_of(p->problem_mark);
	struct place from = place_of(p->context_mark);
	char c, begin[80] = "";
	yaml_mark_t mark;

	if (p->error == YAML_MEMORY_ERROR)
		return crm_err(CRM_E_AGAIN, "out of memory");
	if (p->error == YAML_READER_ERROR)
		return reader_error(l);
	c = indicator(l, &mark);
	if (c != '\0')
		return fail(l, place_of(mark), QUOTE, c);
	/* libyaml puts the end of a text on a line of its own. */
	if (byte_of(l, p->problem_mark) == l->text.n)
		at = place_of_byte(l->text, l->text.n);
	if (p->context != NULL && from.line != at.line)
		(void)snprintf(begin, sizeof(begin), ", %s from %u:%u",
		    p->context, from.line, from.column);
	return fail(l, at, "%s%s%s", p->problem, begin, advice(l));
}

/*
 * Refuse a comment where a value was meant: "tag: #sales", "[#a, #b]".  A
 * word is glued to its '#', and before it is only what makes room for a value.
 */
static const struct crm_err *
check_comment(struct load *l, yaml_mark_t mark)
{
	struct crm_view t = l->text;
	size_t begin = byte_of(l, mark), i = begin, before;

	while (i < t.n && is_one_of(t.p[i], " \t,:"))
		i++;
	if (t.n - i < 2 || t.p[i] != '#' ||
	    is_one_of(t.p[i + 1], " \t\r\n#-=*!"))
		return NULL;
	before = i;
	while (before > 0 && is_one_of(t.p[before - 1], " \t"))
		before--;
	if (before == 0 || !is_one_of(t.p[before - 1], ":-,[{"))
		return NULL;
	mark.column += i - begin;
	return fail(l, place_of(mark),
	    QUOTE "; a comment needs a blank behind it", '#');
}

static const struct crm_err *
check_properties(struct load *l, const yaml_char_t *anchor,
    const yaml_char_t *tag, yaml_mark_t mark)
{
	if (anchor != NULL)
		return fail(l, place_of(mark),
		    "anchors are not supported; " QUOTE, '&');
	if (tag != NULL)
		return fail(
		    l, place_of(mark), "tags are not supported; " QUOTE, '!');
	return NULL;
}

static bool
wants_key(const struct level *top)
{
	return top->node != NULL && top->node->kind == CRM_YAML_MAP &&
	    !top->has_key;
}

/* Make a node and hang it where it belongs. */
static const struct crm_err *
add_node(struct load *l, enum crm_yaml_kind kind, struct place at,
    struct crm_yaml_node **out)
{
	struct level *top = &l->level[l->depth];
	struct crm_yaml_node *node;

	if (wants_key(top))
		return fail(l, at, "a key cannot be a list or a map");
	if (l->nodes++ == CRM_YAML_NODES_MAX)
		return fail(l, at, "more than %d values", CRM_YAML_NODES_MAX);
	node = crm_arena_alloc(&l->yaml->arena, sizeof(*node));
	*node = (struct crm_yaml_node){ .kind = kind,
		.line = at.line,
		.column = at.column,
		.key = top->key,
		.key_line = top->key_at.line,
		.key_column = top->key_at.column };
	top->has_key = false;
	*top->end = node;
	top->end = &node->next;
	*out = node;
	return NULL;
}

static const struct crm_err *
take_key(struct load *l, const yaml_event_t *e)
{
	struct level *top = &l->level[l->depth];
	struct crm_view key =
	    crm_view(e->data.scalar.value, e->data.scalar.length);

	if (e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		if (key.n == 0)
			return fail(
			    l, place_of(e->start_mark), "a key is missing");
		if (crm_view_is(key, "<<"))
			return fail(l, place_of(e->start_mark),
			    "merge keys ('<<') are not supported");
	}
	top->key =
	    crm_view(crm_arena_dup(&l->yaml->arena, key.p, key.n), key.n);
	top->key_at = place_of(e->start_mark);
	top->has_key = true;
	return NULL;
}

static const struct crm_err *
take_value(struct load *l, const yaml_event_t *e)
{
	yaml_scalar_style_t style = e->data.scalar.style;
	struct crm_view v =
	    crm_view(e->data.scalar.value, e->data.scalar.length);
	struct crm_yaml_node *node;
	const struct crm_err *err;

	if (v.n == 0 &&
	    (style == YAML_LITERAL_SCALAR_STYLE ||
		style == YAML_FOLDED_SCALAR_STYLE))
		return fail(l, place_of(e->start_mark),
		    "an empty block; " QUOTE, char_at(l, e->start_mark));
	err = add_node(l, CRM_YAML_SCALAR, place_of(e->start_mark), &node);
	if (err != NULL)
		return err;
	node->text = crm_view(crm_arena_dup(&l->yaml->arena, v.p, v.n), v.n);
	node->plain = style == YAML_PLAIN_SCALAR_STYLE;
	if (node->plain && v.n == 0)
		return check_comment(l, e->end_mark);
	return NULL;
}

static const struct crm_err *
take_scalar(struct load *l, const yaml_event_t *e)
{
	const struct crm_err *err;

	err = check_properties(
	    l, e->data.scalar.anchor, e->data.scalar.tag, e->start_mark);
	if (err != NULL)
		return err;
	if (memchr(e->data.scalar.value, '\0', e->data.scalar.length) != NULL)
		return fail(l, place_of(e->start_mark),
		    "a text cannot hold the character U+0000");
	if (wants_key(&l->level[l->depth]))
		return take_key(l, e);
	return take_value(l, e);
}

static const struct crm_err *
open_level(struct load *l, enum crm_yaml_kind kind, bool flow, struct place at)
{
	struct crm_yaml_node *node;
	const struct crm_err *err;

	if (l->depth == CRM_YAML_DEPTH_MAX)
		return fail(
		    l, at, "nested deeper than %d levels", CRM_YAML_DEPTH_MAX);
	err = add_node(l, kind, at, &node);
	if (err != NULL)
		return err;
	l->level[++l->depth] = (struct level){
		.node = node,
		.end = &node->child,
		.flow = flow,
	};
	return NULL;
}

static const struct crm_err *
open_list(struct load *l, const yaml_event_t *e)
{
	const struct crm_err *err;

	err = check_properties(l, e->data.sequence_start.anchor,
	    e->data.sequence_start.tag, e->start_mark);
	if (err != NULL)
		return err;
	return open_level(l, CRM_YAML_LIST,
	    e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
	    place_of(e->start_mark));
}

static const struct crm_err *
open_map(struct load *l, const yaml_event_t *e)
{
	const struct crm_err *err;

	err = check_properties(l, e->data.mapping_start.anchor,
	    e->data.mapping_start.tag, e->start_mark);
	if (err != NULL)
		return err;
	return open_level(l, CRM_YAML_MAP,
	    e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
	    place_of(e->start_mark));
}

static const struct crm_err *
check_duplicates(struct load *l, const struct crm_yaml_node *map)
{
	struct crm_map lines = CRM_MAP_INIT;
	const struct crm_yaml_node *node;
	const struct crm_err *err = NULL;
	uint64_t *line;
	bool added;

	for (node = map->child; node != NULL && err == NULL;
	     node = node->next) {
		line = crm_map_at(&lines, node->key, &added);
		if (added)
			*line = node->key_line;
		else
			err = crm_yaml_err_key(l->yaml, node,
			    "the key '%.*s' was given before, in line %u",
			    CRM_VARG(shown(node->key)), (unsigned int)*line);
	}
	crm_map_release(&lines);
	return err;
}

static const struct crm_err *
take_event(struct load *l, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (l->documents++ > 0)
			return fail(l, place_of(e->start_mark),
			    "a second document begins; only one is allowed");
		return NULL;
	case YAML_ALIAS_EVENT:
		return fail(l, place_of(e->start_mark),
		    "aliases are not supported; " QUOTE, '*');
	case YAML_SCALAR_EVENT:
		return take_scalar(l, e);
	case YAML_SEQUENCE_START_EVENT:
		return open_list(l, e);
	case YAML_MAPPING_START_EVENT:
		return open_map(l, e);
	case YAML_SEQUENCE_END_EVENT:
		l->depth--;
		return NULL;
	case YAML_MAPPING_END_EVENT:
		return check_duplicates(l, l->level[l->depth--].node);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return NULL;
}

static const struct crm_err *
take_events(struct load *l)
{
	const struct crm_err *err;
	yaml_event_t e;
	bool end;

	do {
		if (!yaml_parser_parse(&l->parser, &e))
			return syntax_error(l);
		end = e.type == YAML_STREAM_END_EVENT;
		err = take_event(l, &e);
		if (err == NULL && l->level[l->depth].flow)
			err = check_comment(l, e.end_mark);
		yaml_event_delete(&e);
	} while (err == NULL && !end);
	return err;
}

static const struct crm_err *
too_long(const char *name)
{
	return crm_err(CRM_E_CONFIG, "%s:1:1: more than %zu bytes", name,
	    CRM_YAML_BYTES_MAX);
}

static const struct crm_err *
read_text(struct load *l)
{
	const struct crm_err *err;

	if (!yaml_parser_initialize(&l->parser))
		return crm_err(CRM_E_AGAIN, "out of memory");
	yaml_parser_set_encoding(&l->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &l->parser, (const unsigned char *)l->text.p, l->text.n);
	err = take_events(l);
	yaml_parser_delete(&l->parser);
	return err;
}

const struct crm_err *
crm_yaml_parse(const char *name, struct crm_view text, struct crm_yaml **out)
{
	struct crm_buf cut = CRM_BUF_INIT(2 * CRM_YAML_BYTES_MAX);
	struct load l = { .text = text };
	const struct crm_err *err = NULL;

	*out = NULL;
	l.yaml = crm_calloc(1, sizeof(*l.yaml));
	l.yaml->name = crm_arena_dup(&l.yaml->arena, name, strlen(name));
	l.level[0].end = &l.yaml->root;
	if (crm_view_starts(l.text, CRM_V("\xef\xbb\xbf")))
		l.text = crm_view_skip(l.text, 3); /* a byte order mark */
	if (l.text.n > CRM_YAML_BYTES_MAX)
		err = too_long(name);
	else if (crm_yaml_cut_comments(l.text, &cut)) {
		l.text = crm_buf_view(&cut);
		err = read_text(&l);
	}
	if (err != NULL)
		goto done;
	if (l.yaml->root != NULL && crm_yaml_is_null(l.yaml->root))
		l.yaml->root = NULL;
	*out = l.yaml;
	l.yaml = NULL;
done:
	crm_yaml_free(l.yaml);
	crm_buf_release(&cut);
	return err;
}

const struct crm_err *
crm_yaml_load(const char *path, struct crm_yaml **out)
{
	struct crm_buf b = CRM_BUF_INIT(2 * CRM_YAML_BYTES_MAX);
	const struct crm_err *err;

	*out = NULL;
	err = crm_read_file(AT_FDCWD, path, CRM_YAML_BYTES_MAX, &b);
	if (err != NULL && err->code == CRM_E_DATA)
		err = too_long(path);
	if (err == NULL)
		err = crm_yaml_parse(path, crm_buf_view(&b), out);
	crm_buf_release(&b);
	return err;
}
