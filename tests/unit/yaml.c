/* The YAML subset: what is refused and where, scalars, output, the suite. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/utf8.h"
#include "config/yaml.h"
#include "format/json.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FILE_MAX ((size_t)4 << 20)

#define QUOTE(c) "a value that begins with '" c "' must be quoted"
#define COMMENT QUOTE("#") "; a comment needs a blank behind it"
#define WHOLE "; quote the whole value"
#define INDENT "; check the indentation"
#define OR_QUOTE INDENT ", or quote the value"
#define TABS "; indent with blanks, not tabs"
#define BLOCK_MAP ", while parsing a block mapping from "

/* A view of a literal that may hold NUL bytes. */
#define T(lit) "" lit, sizeof(lit) - 1

static struct crm_yaml *
parsed(struct crm_view text)
{
	struct crm_yaml *yaml;
	const struct crm_err *err = crm_yaml_parse("f", text, &yaml);

	if (err != NULL)
		fail_msg("'%.*s': %s", CRM_VARG(text), err->msg);
	return yaml;
}

static void
check_refused(struct crm_view text, const char *msg)
{
	struct crm_yaml *yaml;
	const struct crm_err *err = crm_yaml_parse("f", text, &yaml);

	if (err == NULL)
		fail_msg("'%.*s' was accepted", CRM_VARG(text));
	assert_null(yaml);
	assert_int_equal(err->code, CRM_E_CONFIG);
	assert_string_equal(err->msg, msg);
}

static void
refused(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *msg;
	} cases[] = {
		/* What is not in the subset. */
		{ T("a: &x y"),
		    "f:1:4: anchors are not supported; " QUOTE("&") },
		{ T("&x [a]"),
		    "f:1:1: anchors are not supported; " QUOTE("&") },
		{ T("- &x {}"),
		    "f:1:3: anchors are not supported; " QUOTE("&") },
		{ T("&x a: b"),
		    "f:1:1: anchors are not supported; " QUOTE("&") },
		{ T("a: *x"), "f:1:4: aliases are not supported; " QUOTE("*") },
		{ T("*x : b"),
		    "f:1:1: aliases are not supported; " QUOTE("*") },
		{ T("a: !!int 1"),
		    "f:1:4: tags are not supported; " QUOTE("!") },
		{ T("a: !important"),
		    "f:1:4: tags are not supported; " QUOTE("!") },
		{ T("a: ! b"), "f:1:4: tags are not supported; " QUOTE("!") },
		{ T("!x [a]"), "f:1:1: tags are not supported; " QUOTE("!") },
		{ T("a:\n  !!map\n  b: c"),
		    "f:2:3: tags are not supported; " QUOTE("!") },
		{ T("a: 1\n<<: {b: 2}"),
		    "f:2:1: merge keys ('<<') are not supported" },
		{ T("a: 1\nb: 2\n\na: 3\nb: 4"),
		    "f:4:1: the key 'a' was given before, in line 1" },
		{ T("- x: {a: 1, b: 2,\n   'b': 3}"),
		    "f:2:4: the key 'b' was given before, in line 1" },
		{ T("a: 1\n--- \nb: 2"),
		    "f:2:1: a second document begins; only one is allowed" },
		{ T("---\n---\n"),
		    "f:2:1: a second document begins; only one is allowed" },
		{ T("a: \"x\\0y\""),
		    "f:1:4: a text cannot hold the character U+0000" },
		{ T("\"x\\0y\": a"),
		    "f:1:1: a text cannot hold the character U+0000" },
		{ T("[a]: b"), "f:1:1: a key cannot be a list or a map" },
		{ T("? {a: b}\n: c"),
		    "f:1:3: a key cannot be a list or a map" },
		{ T("? - a\n: c"), "f:1:3: a key cannot be a list or a map" },
		{ T("a: 1\n? \n: b"), "f:2:2: a key is missing" },
		{ T("{? : b}"), "f:1:4: a key is missing" },
		/* Values that lack quotes. */
		{ T("tag: #sales\nb: c"), "f:1:6: " COMMENT },
		{ T("- #sales"), "f:1:3: " COMMENT },
		{ T("- a\n- -  #1\n  - b"), "f:2:6: " COMMENT },
		{ T("a: [#x, #y]"), "f:1:5: " COMMENT },
		{ T("a: [x, #y\n  z]"), "f:1:8: " COMMENT },
		{ T("a: {x: #y\n}"), "f:1:8: " COMMENT },
		{ T("a: {#y\n}"), "f:1:5: " COMMENT },
		{ T("\xc3\xa9: #\xc3\xa9"), "f:1:4: " COMMENT },
		{ T("\xc3\xa9: @bob"), "f:1:4: " QUOTE("@") },
		{ T("a: `b`"), "f:1:4: " QUOTE("`") },
		{ T("a: %d"), "f:1:4: " QUOTE("%") },
		{ T("a: [x, %d]"), "f:1:8: " QUOTE("%") },
		{ T("a: **b**"), "f:1:4: " QUOTE("*") },
		{ T("- * b"), "f:1:3: " QUOTE("*") },
		{ T("a: & Co"), "f:1:4: " QUOTE("&") },
		{ T("a: !x!y z"), "f:1:4: " QUOTE("!") },
		{ T("a: |x"), "f:1:4: " QUOTE("|") },
		{ T("a: > 5"), "f:1:4: " QUOTE(">") },
		{ T("a: >\nb: 1"), "f:1:4: an empty block; " QUOTE(">") },
		{ T("a: >5\nb: 1"), "f:1:4: an empty block; " QUOTE(">") },
		{ T("a: |"), "f:1:4: an empty block; " QUOTE("|") },
		{ T("a: b: c"),
		    "f:1:5: mapping values are not allowed in this "
		    "context" OR_QUOTE },
		{ T("a: - b"),
		    "f:1:4: block sequence entries are not allowed in this "
		    "context" OR_QUOTE },
		{ T("a: ? b"),
		    "f:1:4: mapping keys are not allowed in this "
		    "context" OR_QUOTE },
		{ T("a: \"Bob\" Smith"),
		    "f:1:10: did not find expected key" WHOLE },
		{ T("a: [Draft] Plan"),
		    "f:1:12: did not find expected key" WHOLE },
		{ T("- 'x' y"),
		    "f:1:7: did not find expected '-' indicator" WHOLE },
		{ T("a: , b"),
		    "f:1:4: did not find expected node content" WHOLE },
		/* Mistakes in the structure. */
		{ T("a: 1\n b: 2"),
		    "f:2:3: mapping values are not allowed in this "
		    "context" OR_QUOTE },
		{ T("a:\n    b: 1\n  c: 2"),
		    "f:3:3: did not find expected key" BLOCK_MAP "1:1" INDENT },
		{ T("a: b\n- c"),
		    "f:2:1: did not find expected key" BLOCK_MAP "1:1" INDENT },
		{ T("\ta: 1"),
		    "f:1:1: found character that cannot start any "
		    "token" TABS },
		{ T("a:\r\n\tb: 1"),
		    "f:2:1: found character that cannot start any "
		    "token" TABS },
		{ T("a: |\n  x\n \ty"),
		    "f:3:2: found a tab character where an indentation space "
		    "is expected, while scanning a block scalar from 1:4" TABS },
		{ T("a: 1\nfoo\nb: 2"),
		    "f:3:1: could not find expected ':', "
		    "while scanning a simple key from 2:1" },
		{ T("a: \"b\nc: d\n"),
		    "f:3:1: found unexpected end of stream, "
		    "while scanning a quoted scalar from 1:4" },
		{ T("a: 'b"), "f:1:6: found unexpected end of stream" },
		{ T("[a, b"), "f:1:6: did not find expected ',' or ']'" },
		{ T("[a,\n b: {c]"),
		    "f:2:7: did not find expected ',' or '}'" },
		{ T("a: \"\\q\""), "f:1:5: found unknown escape character" },
		{ T("%YAML 2.0\n---\na"),
		    "f:1:1: found incompatible YAML document" },
		{ T("%foo bar\n---\na"),
		    "f:1:5: found unknown directive name" },
		/* Bytes that are no text: libyaml marks them wrongly. */
		{ T("a: \xff"), "f:1:4: not UTF-8" },
		{ T("\xc3\xa9: \xc3\xa9\xe2\x28"), "f:1:5: not UTF-8" },
		{ T("a: 1\nb: \xc0\xaf"), "f:2:4: not UTF-8" },
		{ T("a: 1\r\nb: \xed\xa0\x80"), "f:2:4: not UTF-8" },
		{ T("a: 1\rb: \xe2\x82"), "f:2:4: not UTF-8" },
		{ T("\xff\xfe"
		    "a"),
		    "f:1:1: not UTF-8" },
		{ T("a: \0"), "f:1:4: the character U+0000 is not allowed" },
		{ T("a\n\n b\x1b"),
		    "f:3:3: the character U+001B is not allowed" },
		{ T("a: \xc2\x84"),
		    "f:1:4: the character U+0084 is not allowed" },
		{ T("a: \xe2\x80\xa8 \xef\xbf\xbe"),
		    "f:2:2: the character U+FFFE is not allowed" },
		{ T("\xef\xbb\xbf\x7f"),
		    "f:1:1: the character U+007F is not allowed" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_refused(
		    crm_view(cases[i].text, cases[i].n), cases[i].msg);
}

/* Text made of a piece n times. */
static struct crm_buf
repeated(const char *piece, size_t n)
{
	struct crm_buf b = CRM_BUF_INIT(FILE_MAX);

	while (n-- > 0)
		crm_buf_adds(&b, piece);
	return b;
}

static void
limits(void **state)
{
	static const struct {
		const char *piece;
		size_t n;
		const char *msg; /* NULL: accepted */
	} cases[] = {
		{ "- ", 32, NULL },
		{ "- ", 33, "f:1:65: nested deeper than 32 levels" },
		{ "[", 33, "f:1:33: nested deeper than 32 levels" },
		{ "{a: ", 33, "f:1:129: nested deeper than 32 levels" },
		/* At once, though libyaml is quadratic here. */
		{ "[", CRM_YAML_BYTES_MAX,
		    "f:1:33: nested deeper than 32 levels" },
		{ "[\n", CRM_YAML_BYTES_MAX / 2,
		    "f:33:1: nested deeper than 32 levels" },
		{ "-\n", CRM_YAML_NODES_MAX - 1, NULL },
		{ "-\n", CRM_YAML_NODES_MAX,
		    "f:100000:2: more than 100000 values" },
		{ "# comment ends here\n\n\n\n\n\n\n\n\n\n\n\n\n",
		    CRM_YAML_BYTES_MAX / 32, NULL },
		{ " ", CRM_YAML_BYTES_MAX + 1,
		    "f:1:1: more than 1048576 bytes" },
	};
	struct crm_buf b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		b = repeated(cases[i].piece, cases[i].n);
		if (cases[i].msg != NULL)
			check_refused(crm_buf_view(&b), cases[i].msg);
		else
			crm_yaml_free(parsed(crm_buf_view(&b)));
		crm_buf_release(&b);
	}
}

/* A tree in one line: quoted texts in quotes, each with its place. */
static void
add_tree(struct crm_buf *b, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *child;

	crm_buf_addf(b, "%u:%u", node->line, node->column);
	if (node->kind == CRM_YAML_SCALAR) {
		assert_int_equal(node->text.p[node->text.n], '\0');
		crm_buf_addf(b, node->plain ? "=%s" : "=\"%s\"", node->text.p);
		return;
	}
	crm_buf_addc(b, node->kind == CRM_YAML_LIST ? '[' : '{');
	for (child = node->child; child != NULL; child = child->next) {
		if (child != node->child)
			crm_buf_addc(b, ' ');
		assert_int_equal(
		    child->key.p != NULL, node->kind == CRM_YAML_MAP);
		if (child->key.p != NULL)
			crm_buf_addf(b, "%u:%u=%s->", child->key_line,
			    child->key_column, child->key.p);
		add_tree(b, child);
	}
	crm_buf_addc(b, node->kind == CRM_YAML_LIST ? ']' : '}');
}

static void
trees(void **state)
{
	static const struct {
		const char *text, *tree; /* NULL: no root */
	} cases[] = {
		{ "", NULL },
		{ "# nothing\n", NULL },
		{ "---\n# nothing\n", NULL },
		{ "null", NULL },
		{ "~\n", NULL },
		{ "\"\"", "1:1=\"\"" },
		{ "no", "1:1=no" },
		{ "%YAML 1.2\n---\na\n...\n", "3:1=a" },
		{ "{}", "1:1{}" },
		{ "[ ]", "1:1[]" },
		{ "\xef\xbb\xbf"
		  "a: b",
		    "1:1{1:1=a->1:4=b}" },
		{ "a: 1\n\xc3\xa9\xe2\x82\xac:  'x'\n",
		    "1:1{1:1=a->1:4=1 2:1=\xc3\xa9\xe2\x82\xac->2:6=\"x\"}" },
		{ "a:\r\n  - b\r\n  -  c: d\r\n",
		    "1:1{1:1=a->2:3[2:5=b 3:6{3:6=c->3:9=d}]}" },
		{ "a:\nb: |\n  x\n  y\n",
		    "1:1{1:1=a->1:3= 2:1=b->2:4=\"x\ny\n\"}" },
		{ "a: b\n c", "1:1{1:1=a->1:4=b c}" },
		{ "a: [x, {y: z}, k: v]",
		    "1:1{1:1=a->1:4[1:5=x 1:8{1:9=y->1:12=z} "
		    "1:16{1:16=k->1:19=v}]}" },
		{ "{a, b: }", "1:1{1:2=a->1:3= 1:5=b->1:8=}" },
		{ "? a\n: b", "1:1{1:3=a->2:3=b}" },
		{ "\"<<\": a\n'': b", "1:1{1:1=<<->1:7=a 2:1=->2:5=b}" },
		/* Comments where no value was meant, and a '#' that is text. */
		{ "a: # x", "1:1{1:1=a->1:3=}" },
		{ "a: #\nb: 1", "1:1{1:1=a->1:3= 2:1=b->2:4=1}" },
		{ "a: #----", "1:1{1:1=a->1:3=}" },
		{ "a: #x\n  - b", "1:1{1:1=a->2:3[2:5=b]}" },
		{ "a:\n#x\nb: c", "1:1{1:1=a->1:3= 3:1=b->3:4=c}" },
		{ "a: b#c #d", "1:1{1:1=a->1:4=b#c}" },
		{ "[a #b\n, c # d\n]", "1:1[1:2=a 2:3=c]" },
		{ "a: [b] #c", "1:1{1:1=a->1:4[1:5=b]}" },
		/* Plain with the characters that are refused in front. */
		{ "- R&D\n- a*b\n- 5 %\n- a@b.c\n- a!\n- a|b",
		    "1:1[1:3=R&D 2:3=a*b 3:3=5 % 4:3=a@b.c 5:3=a! 6:3=a|b]" },
	};
	struct crm_buf b = CRM_BUF_INIT(FILE_MAX);
	struct crm_yaml *yaml;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		yaml = parsed(crm_view_str(cases[i].text));
		assert_int_equal(
		    crm_yaml_root(yaml) != NULL, cases[i].tree != NULL);
		if (cases[i].tree != NULL) {
			crm_buf_reset(&b);
			add_tree(&b, crm_yaml_root(yaml));
			assert_string_equal(b.p, cases[i].tree);
		}
		crm_yaml_free(yaml);
	}
	crm_buf_release(&b);
	crm_yaml_free(NULL);
}

/* What a reader made of a node: its value as text, or the error. */
static void
add_read(struct crm_buf *b, const struct crm_yaml *yaml,
    const struct crm_yaml_node *node, char type)
{
	const struct crm_err *err = NULL;
	char number[CRM_DEC_TEXT];
	struct crm_view text = CRM_VNULL;
	struct crm_dec dec = { 0, 0 };
	int64_t whole = 0;
	bool yes = false;

	switch (type) {
	case 't':
		err = crm_yaml_text(yaml, node, &text);
		break;
	case 'b':
		err = crm_yaml_bool(yaml, node, &yes);
		text = yes ? CRM_V("true") : CRM_V("false");
		break;
	case 'i':
		err = crm_yaml_int(yaml, node, -100, INT64_MAX, &whole);
		dec.m = whole;
		text = crm_view(number, crm_dec_put(number, dec));
		break;
	default:
		err = crm_yaml_dec(yaml, node, &dec);
		text = crm_view(number, crm_dec_put(number, dec));
	}
	if (err != NULL) {
		assert_int_equal(err->code, CRM_E_CONFIG);
		crm_buf_adds(b, err->msg);
	} else
		crm_buf_addv(b, text);
}

static void
scalars(void **state)
{
#define WHOLE_RANGE "a whole number from -100 to 9223372036854775807"
	static const struct {
		char type;
		const char *in, *out;
	} cases[] = {
		{ 't', "no", "no" },
		{ 't', "007", "007" },
		{ 't', "\"\"", "" },
		{ 't', "'null'", "null" },
		{ 't', "Null", "Null" },
		{ 't', "", "f:1:3: expected a text, not nothing" },
		{ 't', "~", "f:1:4: expected a text, not '~'" },
		{ 't', "null", "f:1:4: expected a text, not 'null'" },
		{ 't', "[a]", "f:1:4: expected a text, not a list" },
		{ 't', "{a: b}", "f:1:4: expected a text, not a map" },
		{ 'b', "true", "true" },
		{ 'b', "yes", "true" },
		{ 'b', "on", "true" },
		{ 'b', "false", "false" },
		{ 'b', "no", "false" },
		{ 'b', "'off'", "false" },
		{ 'b', "True", "f:1:4: expected true or false, not 'True'" },
		{ 'b', "y", "f:1:4: expected true or false, not 'y'" },
		{ 'b', "1", "f:1:4: expected true or false, not '1'" },
		{ 'b', "", "f:1:3: expected true or false, not nothing" },
		{ 'b', "[]", "f:1:4: expected true or false, not a list" },
		{ 'i', "0", "0" },
		{ 'i', "42", "42" },
		{ 'i', "-100", "-100" },
		{ 'i', "'7'", "7" },
		{ 'i', "9223372036854775807", "9223372036854775807" },
		{ 'i', "-101", "f:1:4: expected " WHOLE_RANGE ", not -101" },
		{ 'i', "9223372036854775808",
		    "f:1:4: expected a whole number, "
		    "not '9223372036854775808'" },
		{ 'i', "007", "f:1:4: expected a whole number, not '007'" },
		{ 'i', "-01", "f:1:4: expected a whole number, not '-01'" },
		{ 'i', "+1", "f:1:4: expected a whole number, not '+1'" },
		{ 'i', "-+1", "f:1:4: expected a whole number, not '-+1'" },
		{ 'i', "1_000", "f:1:4: expected a whole number, not '1_000'" },
		{ 'i', "0x1f", "f:1:4: expected a whole number, not '0x1f'" },
		{ 'i', "12:30", "f:1:4: expected a whole number, not '12:30'" },
		{ 'i', "1.0", "f:1:4: expected a whole number, not '1.0'" },
		{ 'i', "1 2", "f:1:4: expected a whole number, not '1 2'" },
		{ 'i', "~", "f:1:4: expected a whole number, not '~'" },
		{ 'i', "{}", "f:1:4: expected a whole number, not a map" },
		{ 'd', "120.50", "120.50" },
		{ 'd', "-0.05", "-0.05" },
		{ 'd', "'5'", "5" },
		{ 'd', "1e3", "1000" },
		{ 'd', "010.5", "f:1:4: expected a number, not '010.5'" },
		{ 'd', "+1.5", "f:1:4: expected a number, not '+1.5'" },
		{ 'd', "1,5", "f:1:4: expected a number, not '1,5'" },
		{ 'd', ".inf", "f:1:4: expected a number, not '.inf'" },
		{ 'd', "'-'", "f:1:4: expected a number, not '-'" },
		{ 'd', "", "f:1:3: expected a number, not nothing" },
		{ 'd', "[1]", "f:1:4: expected a number, not a list" },
		/* Long texts are cut in messages. */
		{ 'b',
		    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
		    "ffffffffffgggggggggg",
		    "f:1:4: expected true or false, not "
		    "'aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
		    "ffffffffff'" },
	};
	struct crm_buf text = CRM_BUF_INIT(FILE_MAX),
		       got = CRM_BUF_INIT(FILE_MAX);
	struct crm_yaml *yaml;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		crm_buf_reset(&text);
		crm_buf_reset(&got);
		crm_buf_addf(&text, "a: %s\n", cases[i].in);
		yaml = parsed(crm_buf_view(&text));
		add_read(&got, yaml, crm_yaml_get(crm_yaml_root(yaml), "a"),
		    cases[i].type);
		assert_string_equal(got.n > 0 ? got.p : "", cases[i].out);
		crm_yaml_free(yaml);
	}
	crm_buf_release(&text);
	crm_buf_release(&got);
}

static void
nodes(void **state)
{
	struct crm_yaml *yaml = parsed(CRM_V("a: 1\nb:\n  - ~\n  - 'null'\n"));
	const struct crm_yaml_node *root = crm_yaml_root(yaml), *list;

	(void)state;
	list = crm_yaml_get(root, "b");
	assert_non_null(list);
	assert_null(crm_yaml_get(root, "c"));
	assert_null(crm_yaml_get(list, "a"));
	assert_null(crm_yaml_get(NULL, "a"));
	assert_true(crm_yaml_is_null(list->child));
	assert_false(crm_yaml_is_null(list->child->next));
	assert_false(crm_yaml_is_null(list));
	assert_string_equal(
	    crm_yaml_err(yaml, list, "bad %d", 1)->msg, "f:3:3: bad 1");
	assert_string_equal(
	    crm_yaml_err_key(yaml, list, "bad %d", 2)->msg, "f:2:1: bad 2");
	assert_string_equal(
	    crm_yaml_err_key(yaml, list->child, "bad")->msg, "f:3:5: bad");
	assert_string_equal(crm_yaml_err(yaml, NULL, "bad")->msg, "f:1:1: bad");
	crm_yaml_free(yaml);
}

static void
load(void **state)
{
	char path[] = "/tmp/crm-yaml-XXXXXX", text[] = "a: 1\na: 2\n", want[99];
	struct crm_yaml *yaml;
	const struct crm_err *err;
	struct crm_buf big;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_null(crm_yaml_load(path, &yaml));
	assert_null(crm_yaml_root(yaml));
	crm_yaml_free(yaml);

	assert_true(crm_write_all(fd, text, sizeof(text) - 1));
	err = crm_yaml_load(path, &yaml);
	assert_non_null(err);
	(void)snprintf(want, sizeof(want),
	    "%s:2:1: the key 'a' was given before, in line 1", path);
	assert_string_equal(err->msg, want);

	big = repeated("# x\n", CRM_YAML_BYTES_MAX / 4 + 1);
	assert_true(crm_write_all(fd, big.p, big.n));
	crm_buf_release(&big);
	err = crm_yaml_load(path, &yaml);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_CONFIG);
	(void)snprintf(
	    want, sizeof(want), "%s:1:1: more than 1048576 bytes", path);
	assert_string_equal(err->msg, want);

	(void)close(fd);
	assert_int_equal(unlink(path), 0);
	err = crm_yaml_load(path, &yaml);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_NOINPUT);
	assert_null(yaml);
	err = crm_yaml_load("/", &yaml);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_IO);
}

/* Write a text, read it back where a scalar may stand. */
static void
check_round_trip(struct crm_view text)
{
	static const char *const places[][2] = { { "", "\n" }, { "- ", "\n" },
		{ "- [", "]\n" }, { "- k: ", "\n" }, { "- {k: ", "}\n" },
		{ "- {", ": k}\n" }, { "- ", ": k\n" } };
	struct crm_buf b = CRM_BUF_INIT(FILE_MAX);
	const struct crm_yaml_node *node;
	struct crm_yaml *yaml;
	bool plain;
	size_t i;

	for (i = 0; i < COUNT(places); i++) {
		crm_buf_reset(&b);
		crm_buf_adds(&b, places[i][0]);
		crm_yaml_add_scalar(&b, text);
		plain = b.p[strlen(places[i][0])] != '"';
		/* libyaml takes no longer key without "? ". */
		if (i > 4 && b.n > 1000)
			break;
		crm_buf_adds(&b, places[i][1]);
		yaml = parsed(crm_buf_view(&b));
		node = crm_yaml_root(yaml);
		while (node->kind != CRM_YAML_SCALAR)
			node = node->child;
		assert_true(crm_view_eq(i > 4 ? node->key : node->text, text));
		assert_int_equal(i > 4 || node->plain, i > 4 || plain);
		crm_yaml_free(yaml);
	}
	crm_buf_release(&b);
}

static void
output(void **state)
{
	static const struct {
		const char *text, *yaml; /* NULL: as it is */
	} cases[] = {
		/* Plain. */
		{ "Acme", NULL },
		{ "O'Brien & Sons (UK)", NULL },
		{ "ada@example.org", NULL },
		{ "R&D", NULL },
		{ "3M", NULL },
		{ "12 Main Street", NULL },
		{ "24/7", NULL },
		{ "Z\xc3\xbcrich", NULL },
		{ "\xe6\xbc\xa2\xe5\xad\x97", NULL },
		{ "50% off", NULL },
		{ "/srv/crm", NULL },
		{ "nothing", NULL },
		{ "p12", NULL },
		{ "Ed", NULL },
		{ "$5 bill", NULL },
		{ "a - b", NULL },
		{ "say \"hi\" \\o/", NULL },
		/* Nothing, blanks, breaks. */
		{ "", "\"\"" },
		{ " ", "\" \"" },
		{ " a", "\" a\"" },
		{ "a ", "\"a \"" },
		{ "a\tb", "\"a\\tb\"" },
		{ "a\nb\n", "\"a\\nb\\n\"" },
		{ "a\r", "\"a\\r\"" },
		{ "a\xc2\x85", "\"a\\x85\"" },
		{ "a\xe2\x80\xa8z", "\"a\\u2028z\"" },
		/* Words that are bools or null for some reader. */
		{ "true", "\"true\"" },
		{ "False", "\"False\"" },
		{ "YES", "\"YES\"" },
		{ "no", "\"no\"" },
		{ "oN", "\"oN\"" },
		{ "off", "\"off\"" },
		{ "y", "\"y\"" },
		{ "N", "\"N\"" },
		{ "null", "\"null\"" },
		{ "~", "\"~\"" },
		{ "<<", "\"<<\"" },
		{ "=", "\"=\"" },
		/* Numbers, dates, times. */
		{ "0", "\"0\"" },
		{ "-5", "\"-5\"" },
		{ "+49", "\"+49\"" },
		{ "1.5", "\"1.5\"" },
		{ ".5", "\".5\"" },
		{ "1e3", "\"1e3\"" },
		{ "6.02E+23", "\"6.02E+23\"" },
		{ "E1", "\"E1\"" },
		{ "1_000", "\"1_000\"" },
		{ "1,000", "\"1,000\"" },
		{ "0777", "\"0777\"" },
		{ "0o17", "\"0o17\"" },
		{ "0xFF", "\"0xFF\"" },
		{ "0b11", "\"0b11\"" },
		{ "12:30:45", "\"12:30:45\"" },
		{ "-.inf", "\"-.inf\"" },
		{ ".NaN", "\".NaN\"" },
		{ "2024-01-02", "\"2024-01-02\"" },
		{ "2001-12-14t21:59:43.10-05:00",
		    "\"2001-12-14t21:59:43.10-05:00\"" },
		{ "2001-12-14 21", "\"2001-12-14 21\"" },
		/* Indicators. */
		{ "- a", "\"- a\"" },
		{ "-", "\"-\"" },
		{ "---", "\"---\"" },
		{ "...", "\"...\"" },
		{ "? a", "\"? a\"" },
		{ "why?", "\"why?\"" },
		{ ": a", "\": a\"" },
		{ "a: b", "\"a: b\"" },
		{ "a:", "\"a:\"" },
		{ "http://x", "\"http://x\"" },
		{ "#a", "\"#a\"" },
		{ "a #b", "\"a #b\"" },
		{ "&a", "\"&a\"" },
		{ "*a", "\"*a\"" },
		{ "!a", "\"!a\"" },
		{ "|", "\"|\"" },
		{ ">a", "\">a\"" },
		{ "%a", "\"%a\"" },
		{ "@a", "\"@a\"" },
		{ "`a", "\"`a\"" },
		{ "'a'", "\"'a'\"" },
		{ "\"a\"", "\"\\\"a\\\"\"" },
		{ "\\", "\"\\\\\"" },
		{ "[a", "\"[a\"" },
		{ "a]", "\"a]\"" },
		{ "{a", "\"{a\"" },
		{ "a}", "\"a}\"" },
		{ "a, b", "\"a, b\"" },
		/* What drives terminals, or is no text. */
		{ "\x1b[2J", "\"\\x1B[2J\"" },
		{ "\x7f", "\"\\x7F\"" },
		{ "a\xe2\x80\xae", "\"a\\u202E\"" },
		{ "\xef\xbb\xbf"
		  "a",
		    "\"\\uFEFFa\"" },
		{ "\xef\xbf\xbe", "\"\\uFFFE\"" },
		{ "\xf0\x9f\x98\x80", NULL },
	};
	struct crm_buf b = CRM_BUF_INIT(FILE_MAX);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		crm_buf_reset(&b);
		crm_yaml_add_scalar(&b, crm_view_str(cases[i].text));
		assert_string_equal(
		    b.p, cases[i].yaml != NULL ? cases[i].yaml : cases[i].text);
		check_round_trip(crm_view_str(cases[i].text));
	}
	crm_buf_reset(&b);
	crm_yaml_add_scalar(&b, CRM_V("a\xff\xc3"));
	assert_string_equal(b.p, "\"a\\uFFFD\\uFFFD\"");
	crm_buf_reset(&b);
	crm_yaml_add_scalar(&b, CRM_V("a\0b"));
	assert_string_equal(b.p, "\"a\\x00b\"");
	crm_buf_release(&b);
}

/* Code points alone, in front of and between letters. */
static void
output_characters(void **state)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = { { 1, 0x300 }, { 0x600, 0x620 }, { 0x2000, 0x2070 },
		{ 0xd7f0, 0xd800 }, { 0xe000, 0xe010 }, { 0xfef0, 0x10010 },
		{ 0x10fff0, 0x110000 } };
	char text[16];
	uint32_t cp;
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(ranges); i++)
		for (cp = ranges[i].from; cp < ranges[i].to; cp++) {
			n = crm_utf8_put(text, cp);
			check_round_trip(crm_view(text, n));
			text[n++] = 'a';
			n += crm_utf8_put(text + n, cp);
			text[n++] = 'b';
			check_round_trip(crm_view(text, n));
		}
}

/* A file of the test data; false when it is not there. */
static bool
read_data(
    struct crm_buf *b, const char *folder, const char *name, const char *suffix)
{
	const char *dir = getenv("CRM_DATA");
	char path[4096];
	const struct crm_err *err;
	int n;

	n = snprintf(
	    path, sizeof(path), "%s/", dir != NULL ? dir : "../shared/data");
	(void)snprintf(path + n, sizeof(path) - (size_t)n, "%s/%s.%s", folder,
	    name, suffix);
	err = crm_read_file(AT_FDCWD, path, FILE_MAX, b);
	if (err != NULL && err->code != CRM_E_NOINPUT)
		fail_msg("%s", err->msg);
	return err == NULL;
}

static void
naughty_strings(void **state)
{
	struct crm_buf in = CRM_BUF_INIT(2 * FILE_MAX),
		       scratch = CRM_BUF_INIT(2 * FILE_MAX);
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view text;
	struct crm_json json;

	(void)state;
	if (!read_data(&in, "strings", "naughty-strings", "json")) {
		print_message("no test data: set CRM_DATA\n");
		skip();
	}
	crm_json_begin(&json, crm_buf_view(&in), &scratch);
	do {
		err = crm_json_next(&json, &token, &text);
		if (err != NULL)
			fail_msg("%s", err->msg);
		if (token == CRM_JSON_STRING &&
		    crm_view_find(text, '\0') == text.n)
			check_round_trip(text);
	} while (token != CRM_JSON_END);
	crm_buf_release(&in);
	crm_buf_release(&scratch);
}

/*
 * The YAML test suite: index.tsv lists id, kind (err or ok), tags and name;
 * libyaml-differs.tsv ids that libyaml decides otherwise.
 */
struct suite {
	struct crm_buf index, differs, yaml, json, scratch;
	unsigned int refused, accepted, equal;
};

/* Take what is before the next byte c, and c, off the text. */
static struct crm_view
cut_at(struct crm_view *rest, char c)
{
	size_t n = crm_view_find(*rest, c);
	struct crm_view cell = crm_view(rest->p, n);

	*rest = crm_view_skip(*rest, n < rest->n ? n + 1 : n);
	return cell;
}

static bool
libyaml_differs(const struct suite *s, struct crm_view id)
{
	struct crm_view rest = crm_buf_view(&s->differs), line;

	while (rest.n > 0) {
		line = cut_at(&rest, '\n');
		if (crm_view_eq(cut_at(&line, '\t'), id))
			return true;
	}
	return false;
}

static bool
is_outside_subset(const char *msg)
{
	static const char *const reasons[] = { "anchors are not supported",
		"aliases are not supported", "tags are not supported",
		"a second document begins", "a key cannot be a list or a map",
		"a key is missing" };
	size_t i;

	for (i = 0; i < COUNT(reasons); i++)
		if (strstr(msg, reasons[i]) != NULL)
			return true;
	return false;
}

static struct crm_view
next_token(struct crm_json *json, enum crm_json_token *token)
{
	struct crm_view text;
	const struct crm_err *err = crm_json_next(json, token, &text);

	if (err != NULL)
		fail_msg("%s", err->msg);
	return text;
}

static bool same_value(const struct crm_yaml *, const struct crm_yaml_node *,
    struct crm_json *, enum crm_json_token, struct crm_view);

/* The rest of an array or object, behind its bracket. */
static bool
same_children(const struct crm_yaml *yaml, const struct crm_yaml_node *node,
    struct crm_json *json, enum crm_json_token end)
{
	const struct crm_yaml_node *child = node->child;
	enum crm_json_token token;
	struct crm_view text;
	size_t n = 0;

	for (text = next_token(json, &token); token != end;
	     text = next_token(json, &token)) {
		if (token == CRM_JSON_KEY) {
			for (child = node->child;
			     child != NULL && !crm_view_eq(child->key, text);)
				child = child->next;
			text = next_token(json, &token);
		}
		if (child == NULL ||
		    !same_value(yaml, child, json, token, text))
			return false;
		child = child->next;
		n++;
	}
	for (child = node->child; child != NULL; child = child->next)
		n--;
	return n == 0;
}

/* Is a node (NULL: null) what the JSON value says that begins with token? */
static bool
same_value(const struct crm_yaml *yaml, const struct crm_yaml_node *node,
    struct crm_json *json, enum crm_json_token token, struct crm_view text)
{
	bool yes;

	if (node == NULL || token == CRM_JSON_NULL)
		return token == CRM_JSON_NULL &&
		    (node == NULL || crm_yaml_is_null(node));
	if (token == CRM_JSON_STRING || token == CRM_JSON_NUMBER)
		return node->kind == CRM_YAML_SCALAR &&
		    crm_view_eq(node->text, text);
	if (token == CRM_JSON_TRUE || token == CRM_JSON_FALSE)
		return crm_yaml_bool(yaml, node, &yes) == NULL &&
		    yes == (token == CRM_JSON_TRUE);
	if (token == CRM_JSON_ARRAY)
		return node->kind == CRM_YAML_LIST &&
		    same_children(yaml, node, json, CRM_JSON_ARRAY_END);
	return node->kind == CRM_YAML_MAP &&
	    same_children(yaml, node, json, CRM_JSON_OBJECT_END);
}

static void
check_accepted(struct suite *s, const struct crm_yaml *yaml, const char *id)
{
	enum crm_json_token token;
	struct crm_view text;
	struct crm_json json;

	s->accepted++;
	if (!read_data(&s->json, "yaml/ok", id, "json"))
		return;
	crm_json_begin(&json, crm_buf_view(&s->json), &s->scratch);
	text = next_token(&json, &token);
	if (!same_value(yaml, crm_yaml_root(yaml), &json, token, text))
		fail_msg("yaml/ok/%s.yaml is another value", id);
	s->equal++;
}

/* Put all that a tree says on lines. */
static void
add_lines(struct crm_buf *b, const struct crm_yaml_node *node, int depth)
{
	for (; node != NULL; node = node->next) {
		crm_buf_addf(b, "%d %d %d %u:%u %u:%u ", depth, (int)node->kind,
		    (int)node->plain, node->line, node->column, node->key_line,
		    node->key_column);
		crm_buf_addv(b, node->key);
		crm_buf_addc(b, ' ');
		crm_buf_addv(b, node->text);
		crm_buf_addc(b, '\n');
		add_lines(b, node->child, depth + 1);
	}
}

/* What a text means with a comment before each line, or why it means
 * nothing. */
static void
with_comments(struct crm_view text, const char *comment, struct crm_buf *out)
{
	struct crm_buf b = CRM_BUF_INIT(100 * FILE_MAX);
	const struct crm_err *err;
	struct crm_yaml *yaml;
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (i == 0 || text.p[i - 1] == '\n')
			crm_buf_adds(&b, comment);
		crm_buf_addc(&b, text.p[i]);
	}
	err = crm_yaml_parse("f", crm_buf_view(&b), &yaml);
	if (err != NULL)
		crm_buf_adds(out, err->msg);
	else
		add_lines(out, crm_yaml_root(yaml), 0);
	crm_buf_addc(out, '\0');
	crm_yaml_free(yaml);
	crm_buf_release(&b);
}

/* A comment that is cut away means as much as one that libyaml reads, which
 * is one with more than ASCII. */
static void
check_comments(struct crm_view text)
{
	struct crm_buf a = CRM_BUF_INIT(100 * FILE_MAX);
	struct crm_buf b = CRM_BUF_INIT(100 * FILE_MAX);
	char *e;

	with_comments(text, "#a comment\n", &a);
	with_comments(text, "#\xc3\xa1 comment\n", &b);
	for (e = strstr(b.p, "\xc3\xa1"); e != NULL;
	     e = strstr(e, "\xc3\xa1")) {
		*e = 'a'; /* where it is of a text */
		memmove(e + 1, e + 2, strlen(e + 2) + 1);
	}
	assert_string_equal(a.p, b.p);
	crm_buf_release(&a);
	crm_buf_release(&b);
}

static void
check_case(struct suite *s, const char *id, bool ok)
{
	bool differs = libyaml_differs(s, crm_view_str(id));
	struct crm_yaml *yaml;
	const struct crm_err *err;

	assert_true(
	    read_data(&s->yaml, ok ? "yaml/ok" : "yaml/err", id, "yaml"));
	err = crm_yaml_parse("f", crm_buf_view(&s->yaml), &yaml);
	if (err != NULL) {
		assert_int_equal(err->code, CRM_E_CONFIG);
		assert_int_equal(strncmp(err->msg, "f:", 2), 0);
	}
	if (err == NULL && ok)
		check_accepted(s, yaml, id);
	else if (err == NULL && !differs)
		fail_msg("yaml/err/%s.yaml was accepted", id);
	else if (err != NULL && ok && !differs && !is_outside_subset(err->msg))
		fail_msg("yaml/ok/%s.yaml: %s", id, err->msg);
	s->refused += err != NULL;
	crm_yaml_free(yaml);
	check_comments(crm_buf_view(&s->yaml));
}

static void
comments(void **state)
{
	static const struct {
		const char *text, *msg; /* NULL: nothing is in it */
	} cases[] = {
		{ "#", NULL },
		{ "# a\n#b\n\n#", NULL },
		{ "# a\n#b\na: [\n",
		    "f:4:1: did not find expected node content" },
		{ "# \x01\n", "f:1:3: the character U+0001 is not allowed" },
		{ "# a\n# \xff\n", "f:2:3: not UTF-8" },
		{ "a: b\n# c\n d\n",
		    "f:3:2: did not find expected key" BLOCK_MAP "1:1" INDENT },
	};
	static const char quoted[] = "# it's\na: \"b\n# c\n  d\"\n";
	struct crm_yaml *yaml;
	const struct crm_err *err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_comments(crm_view_str(cases[i].text));
		err = crm_yaml_parse("f", crm_view_str(cases[i].text), &yaml);
		if (cases[i].msg == NULL) {
			assert_null(err);
			assert_null(crm_yaml_root(yaml));
		} else {
			assert_non_null(err);
			assert_string_equal(err->msg, cases[i].msg);
		}
		crm_yaml_free(yaml);
	}
	check_comments(crm_view_str(quoted));
	yaml = parsed(crm_view_str(quoted));
	assert_true(crm_view_is(
	    crm_yaml_get(crm_yaml_root(yaml), "a")->text, "b # c d"));
	crm_yaml_free(yaml);
}

/* Whatever byte stands wherever in a comment: one that is cut is refused when
 * one that libyaml reads, because it is indented, is. */
static void
bytes_of_comments(void **state)
{
	struct crm_yaml *cut, *read;
	const struct crm_err *a, *b;
	char text[] = " #234567 901234567 901\na: 1\n";
	unsigned int refused = 0;
	int at, c;

	(void)state;
	for (at = 2; at < 22; at++)
		for (c = 1; c <= UINT8_MAX; c++) {
			if (c == '\n' || c == '\r')
				continue;
			text[at] = (char)c;
			a = crm_yaml_parse(
			    "f", crm_view(text + 1, sizeof(text) - 2), &cut);
			b = crm_yaml_parse(
			    "f", crm_view(text, sizeof(text) - 1), &read);
			assert_int_equal(a == NULL, b == NULL);
			refused += a != NULL;
			crm_yaml_free(cut);
			crm_yaml_free(read);
			text[at] = 'x';
		}
	/* all that are no characters: 30 below ' ' less the tab, DEL, bytes
	 * of other characters alone */
	assert_int_equal(refused, 20 * (28 + 1 + 128));
}

static void
suite(void **state)
{
	struct suite s = { CRM_BUF_INIT(2 * FILE_MAX),
		CRM_BUF_INIT(2 * FILE_MAX), CRM_BUF_INIT(2 * FILE_MAX),
		CRM_BUF_INIT(2 * FILE_MAX), CRM_BUF_INIT(2 * FILE_MAX), 0, 0,
		0 };
	struct crm_view rest, line, id, kind;
	char name[64];

	(void)state;
	if (!read_data(&s.index, "yaml", "index", "tsv")) {
		print_message("no test data: set CRM_DATA\n");
		skip();
	}
	assert_true(read_data(&s.differs, "yaml", "libyaml-differs", "tsv"));
	rest = crm_buf_view(&s.index);
	(void)cut_at(&rest, '\n'); /* the names of the columns */
	while (rest.n > 0) {
		line = cut_at(&rest, '\n');
		id = cut_at(&line, '\t');
		kind = cut_at(&line, '\t');
		(void)snprintf(name, sizeof(name), "%.*s", CRM_VARG(id));
		check_case(&s, name, crm_view_is(kind, "ok"));
	}
	print_message("%u refused, %u accepted, %u compared\n", s.refused,
	    s.accepted, s.equal);
	assert_true(s.refused > 0 && s.equal > 0);
	crm_buf_release(&s.index);
	crm_buf_release(&s.differs);
	crm_buf_release(&s.yaml);
	crm_buf_release(&s.json);
	crm_buf_release(&s.scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),
		cmocka_unit_test(limits),
		cmocka_unit_test(trees),
		cmocka_unit_test(scalars),
		cmocka_unit_test(nodes),
		cmocka_unit_test(load),
		cmocka_unit_test(output),
		cmocka_unit_test(output_characters),
		cmocka_unit_test(naughty_strings),
		cmocka_unit_test(comments),
		cmocka_unit_test(bytes_of_comments),
		cmocka_unit_test(suite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
