/*
 * Record streams in: what rows and errors come out of which bytes, however
 * the bytes arrive.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "format/reader.h"

#define ICONV "(of Windows? iconv -f windows-1252 -t utf-8)"

#define NELEMS(a) (sizeof(a) / sizeof((a)[0]))
#define OUT_MAX ((size_t)1 << 20)

struct sample {
	enum crm_form_in form;
	struct crm_view in;
	const char *out; /* as list_rows() writes it */
};

#define JSONL CRM_IN_JSONL
#define TSV CRM_IN_TSV
#define CSV CRM_IN_CSV
#define IDS CRM_IN_IDS
#define AUTO CRM_IN_AUTO

/* A view of a literal, where a constant is needed. */
#define BYTES(lit) \
	{ \
		"" lit, sizeof(lit) - 1 \
	}

static const struct sample samples[] = {
	/* JSON Lines */
	{ AUTO, BYTES("{\"id\":\"p1\",\"name\":\"Anna\"}\n{\"id\":\"p2\"}\n"),
	    "1:id=p1|name=Anna\n2:id=p2\n" },
	{ JSONL,
	    BYTES("{\"a\":1,\"b\":-2.50,\"c\":true,\"d\":false,"
		  "\"e\":null,\"f\":\"\"}"),
	    "1:a#1|b#-2.50|c!true|d!false|e!null|f=\n" },
	{ AUTO, BYTES("{\"t\":[\"x\",2,null],\"u\":[],\"v\":\"\"}\r\n"),
	    "1:+t=x|+t#2|+t!null|u![]|v=\n" },
	{ AUTO, BYTES("{\"a\":{\"b\":[1,{}]},\"c\":[[1, 2],{\"d\":\"}\"}]}\n"),
	    "1:a!{\"b\":[1,{}]}|+c![1, 2]|+c!{\"d\":\"}\"}\n" },
	{ AUTO, BYTES("\n \t\r\n{\"a\":1}\n\n\r\n  \n{\"a\":2}\n\n"),
	    "3:a#1\n7:a#2\n" },
	{ AUTO, BYTES("  {\"a\":1}  \n"), "1:a#1\n" },
	{ AUTO, BYTES("{}\n{}\n"), "1:\n2:\n" },
	{ AUTO, BYTES("{\"a\\n\":\"\\u00e9\\\"\"}\n{\"a\\n\":\"\\\\\"}\n"),
	    "1:a~=é\"\n2:a~=\\\n" },
	{ AUTO, BYTES("{\"a\\\"b\":1}\n{\"a\"b\":1}\n{\"a\\\"b\":2}\n"),
	    "1:a\"b#1\n2! column 5: expected ':'\n3:a\"b#2\n" },
	{ AUTO,
	    BYTES("{\"a\":1,\"b\":2,\"c\":3}\n{\"a\":1,\"c\":3}\n"
		  "{\"c\":3,\"b\":2}\n{\"a\":1,\"b\":2,\"c\":3,\"d\":4}"),
	    "1:a#1|b#2|c#3\n2:a#1|c#3\n3:c#3|b#2\n4:a#1|b#2|c#3|d#4\n" },
	{ AUTO, BYTES("{\"a\":1}\n{\"a\":\n{\"a\":3}\n"),
	    "1:a#1\n2! column 6: cut short, expected a value\n3:a#3\n" },
	{ AUTO, BYTES("{\"a\":1}\n[1]\n\"x\"\n{\"a\":4}\n"),
	    "1:a#1\n2! not a JSON object\n3! not a JSON object\n4:a#4\n" },
	{ AUTO, BYTES("{\"a\":1}{\"a\":2}\n"),
	    "1! column 8: more than one value\n" },
	{ AUTO,
	    BYTES("{\"a\":1,\"b\":2,\"a\":3}\n{\"a\":1,\"a\":3}\n{\"a\":1}"),
	    "1! the key 'a' stands there twice\n"
	    "2! the key 'a' stands there twice\n3:a#1\n" },
	{ AUTO, BYTES("{\"a\":1,\"\\u0061\":2}\n"),
	    "1! the key 'a' stands there twice\n" },
	{ AUTO, BYTES("{\"a\":\"\\u0000\"}\n{\"a\":\"x\\n\"}\n"),
	    "1! a string holds \\u0000\n2:a=x~\n" },
	{ AUTO, BYTES("{\"a\":\"x\xff\"}\n{\"a\":\"\0\"}\n{\"a\":3}\n"),
	    "1! byte 8: not UTF-8 " ICONV "\n2! byte 7: a NUL\n3:a#3\n" },
	{ AUTO, BYTES("{\"a\":\"cut"),
	    "1! column 10: cut short, the string is not closed\n" },
	{ AUTO, BYTES("[{\"a\":1},\n{\"a\":2}]\n"),
	    "1!! a JSON array: write one object a line, as \"jq -c '.[]'\" "
	    "does\n" },
	{ JSONL, BYTES(" [\n"),
	    "1!! a JSON array: write one object a line, as \"jq -c '.[]'\" "
	    "does\n" },
	{ AUTO, BYTES("{\n  \"a\": 1\n}\n"),
	    "1!! a JSON object over several lines: write one object a line, "
	    "as \"jq -c .\" does\n" },
	{ JSONL, BYTES("a\tb\n{\"a\":1}\n"),
	    "1! column 1: expected a value\n2:a#1\n" },

	/* YAML */
	{ AUTO,
	    BYTES("- id: p1\n  email:\n    - a@x.y\n    - b@x.y\n"
		  "# a comment\n- id: p2\n  city: ~\n  tag: []\n"),
	    "1:id=p1|+email=a@x.y|+email=b@x.y\n"
	    "6:id=p2|city!~|tag![]\n" },
	{ AUTO, BYTES("---\n- a: 1\n  b: \"x\\ny\"\n\n\n- a: no\n"),
	    "2:a=1|b=x~y\n6:a=no\n" },
	{ AUTO, BYTES("- a: [\n- a: 2\n- a: {b: 1}\n- a: 3"),
	    "1! line 2 of the record, column 1: did not find expected node "
	    "content\n2:a=2\n3:a!a list or map within a value\n4:a=3\n" },
	{ AUTO, BYTES("- a: 1\n  a: 2\n- a: 3\n"),
	    "1! line 2 of the record, column 3: the key 'a' was given "
	    "before, in line 1\n3:a=3\n" },
	{ CRM_IN_YAML, BYTES("a: 1\n- b: 1\n"),
	    "1! not a record: a list of maps is expected, \"- name: value\"\n"
	    "2:b=1\n" },
	{ AUTO, BYTES("- p1\n- p2\n"), "1:id=- p1\n2:id=- p2\n" },

	/* TSV */
	{ AUTO, BYTES("id\tname\np1\tAnna\np2\t\n"),
	    "2:id=p1|name=Anna\n3:id=p2|name=\n" },
	{ AUTO, BYTES("id\tname\r\np1\tAnna\r\n\tBo"),
	    "2:id=p1|name=Anna\n3:id=|name=Bo\n" },
	{ AUTO, BYTES("id\ta\nx\\ty\tz\nx\\\\\t\\,\n1\t2\n"),
	    "2:\\id=x\\ty|a=z\n3:\\id=x\\\\|\\a=\\,\n4:id=1|a=2\n" },
	{ AUTO, BYTES("id\t\"name\"\n\"p1\t\"a \"\"b\"\n"),
	    "2:id=\"p1|\"name\"=\"a \"\"b\"\n" },
	{ AUTO, BYTES("a\tb,c\n1,2\t3;4\n"), "2:a=1,2|b,c=3;4\n" },
	{ AUTO, BYTES(" a \t\t b\\tc \t\n1\t2\t3\t4\n"),
	    "2:a=1|=2|b\tc=3|=4\n" },
	{ AUTO, BYTES("a\tb\n1\n1\t2\t3\n\n1\t2\n\t\n"),
	    "2! 1 cell, but the header has 2\n"
	    "3! 3 cells, but the header has 2\n5:a=1|b=2\n" },
	{ AUTO, BYTES("\n\r\na\tb\n1\t2\n"), "4:a=1|b=2\n" },
	{ AUTO, BYTES("a\t\n1\t2\n"), "2:a=1|=2\n" },
	{ AUTO, BYTES("\ta\n1\t2\n"), "2:=1|a=2\n" },
	{ AUTO, BYTES("a\tb\n"), "" },
	{ AUTO, BYTES("a\tb"), "" },
	{ TSV, BYTES("a\n1\n\n3"), "2:a=1\n3:a=\n4:a=3\n" },
	{ AUTO, BYTES("id\np1\np2\n"), "2:id=p1\n3:id=p2\n" },
	{ AUTO, BYTES("email\nx@y.zz\n"), "2:email=x@y.zz\n" },
	{ AUTO, BYTES("a\tb\ta\n"), "1!! two columns are named 'a'\n" },
	{ AUTO, BYTES("a\t a \n"), "1!! two columns are named 'a'\n" },
	{ AUTO, BYTES("a\tb\\q\n"), "1!! bad escape '\\q'\n" },
	{ AUTO, BYTES("a\tb\xff\n"), "1!! byte 4: not UTF-8 " ICONV "\n" },
	{ AUTO, BYTES("a\tb\n\0\t2\n1\tx\xc3\n1\t2\n"),
	    "2! byte 1: a NUL\n3! byte 4: not UTF-8 " ICONV "\n4:a=1|b=2\n" },
	{ AUTO, BYTES("a\tb\r1\t2\r"),
	    "1!! the header holds a CR: lines must end in LF\n" },
	{ TSV, BYTES("{\"a\":1}\n2\n"), "2:{\"a\":1}=2\n" },
	{ TSV, BYTES("[a]\n2\n"), "2:[a]=2\n" },
	{ AUTO,
	    BYTES("a\tb\tc\td\te\tf\tg\th\ti\tj\n"
		  "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\n"
		  "1234567\t\t\t1234567\t12345678\t\t\t\t\t123456789\n"),
	    "2:a=1|b=2|c=3|d=4|e=5|f=6|g=7|h=8|i=9|j=10\n"
	    "3:a=1234567|b=|c=|d=1234567|e=12345678|f=|g=|h=|i=|"
	    "j=123456789\n" },

	/* CSV */
	{ AUTO, BYTES("id,name\np1,Anna\np2,\n"),
	    "2:id=p1|name=Anna\n3:id=p2|name=\n" },
	{ AUTO, BYTES("id;name\r\np1;\"A;\"\"n\"\"a\"\r\n"),
	    "2:id=p1|name=A;\"n\"a\n" },
	{ AUTO, BYTES("\"id\"\t\"a,b,c\"\n\"1\"\t2,3\n"),
	    "2:id=1|a,b,c=2,3\n" },
	{ CSV, BYTES("a\tb\n\"1\t\"\t2\n"), "2:a=1\t|b=2\n" },
	{ CSV, BYTES("a\n1\n\n\"\"\n"), "2:a=1\n3:a=\n4:a=\n" },
	{ AUTO, BYTES("\"id\"\n\"p1\"\np2\n"), "2:id=p1\n3:id=p2\n" },
	{ AUTO, BYTES("a,b\n\"x\ny\r\n\"\"z\",2\n3,4\n"),
	    "2:a=x~y\r~\"z|b=2\n5:a=3|b=4\n" },
	{ AUTO, BYTES("\"a\nb\",c\n1,2\n3,\"4"),
	    "3:a~b=1|c=2\n4!! a quote is never closed\n" },
	{ AUTO, BYTES("a,b\n1,\"2\n3,4\n5,6\n"),
	    "2!! a quote is never closed\n" },
	{ AUTO, BYTES("a,\"b\n"), "1!! a quote is never closed\n" },
	{ AUTO, BYTES("a,b\n\"1\"x,2\n\"1\" ,2\n\"1\",2\n"),
	    "2! text behind the closing quote of cell 1\n"
	    "3! text behind the closing quote of cell 1\n4:a=1|b=2\n" },
	{ AUTO, BYTES("a,b\n5\" pipe,x\"y\"\n \"1\",2\n"),
	    "2:a=5\" pipe|b=x\"y\"\n3:a= \"1\"|b=2\n" },
	{ AUTO, BYTES("a,b,c\n\"\",\"\"\"\",\"\"\"x\"\"\"\n"),
	    "2:a=|b=\"|c=\"x\"\n" },
	{ AUTO, BYTES("a,b\n1,2,\n1\n\n\"1\",\"2\",\"3\"\n\",\",\n"),
	    "2:a=1|b=2\n" /* a surplus cell that is empty */
	    "3! 1 cell, but the header has 2\n"
	    "5! 3 cells, but the header has 2\n6:a=,|b=\n" },
	{ AUTO, BYTES("a,b\nx\\ty,\\\n"), "2:a=x\\ty|b=\\\n" },
	{ AUTO, BYTES("a,b\n1,\"x\xff\ny\"\n3,4\n"),
	    "2! byte 5: not UTF-8 " ICONV "\n4:a=3|b=4\n" },
	{ AUTO, BYTES("a,b,\n1,2,3\n"), "2:a=1|b=2|=3\n" },
	{ AUTO, BYTES("a,,\n1,2,3\n"), "2:a=1|=2|=3\n" },
	{ AUTO, BYTES("\"a\",b,\"a\"\n"), "1!! two columns are named 'a'\n" },
	{ AUTO, BYTES("\"a\"b,c\n"),
	    "1!! text behind the closing quote of cell 1\n" },
	{ AUTO, BYTES("a;b,c;d\n1;2;3\n"), "2:a=1|b,c=2|d=3\n" },
	{ AUTO, BYTES("\"x;y;z\",b\n1,2\n"), "2:x;y;z=1|b=2\n" },
	{ AUTO, BYTES("\"x\"\";;\",b\n1,2\n"), "2:x\";;=1|b=2\n" },

	/* WHO lines */
	{ AUTO, BYTES("p1\n p2 \r\n\n  \nanna@x.zz\np3"),
	    "1:id=p1\n2:id=p2\n5:id=anna@x.zz\n6:id=p3\n" },
	{ IDS, BYTES("id\na,b\tc\n\"x\"\n"), "1:id=id\n2:id=a,b\tc\n3:id=x\n" },
	{ IDS, BYTES("p1\np\0\n\xff\np4\n"),
	    "1:id=p1\n2! byte 2: a NUL\n3! byte 1: not UTF-8 " ICONV "\n4:id=p4\n" },
	{ AUTO, BYTES("PK\x03\x04\0\0\n\n"), "1!! byte 5: a NUL\n" },
	{ AUTO, BYTES("M\xfcller\n"), "1!! byte 2: not UTF-8 " ICONV "\n" },
	{ AUTO, BYTES("ids\np1\n"), "1:id=ids\n2:id=p1\n" },

	/* others */
	{ AUTO, BYTES(""), "" },
	{ AUTO, BYTES("\n  \n\t\n"), "" },
	{ JSONL, BYTES(""), "" },
	{ TSV, BYTES("\n"), "" },
	{ CSV, BYTES(""), "" },
	{ IDS, BYTES(" \n"), "" },
	{ AUTO, BYTES("BEGIN:VCARD\r\nVERSION:4.0\r\n"),
	    "1!! the card that begins here has no END:VCARD\n" },
	{ AUTO, BYTES("begin:vcard\nFN:A\n  B\nend:vcard\n"),
	    "1:kind=person|name=A B\n" },
	{ AUTO,
	    BYTES("\nBEGIN:VCARD\r\nN:B;A\r\nEMAIL:a@b.c\r\nX-Y;P=1:z\r\n"
		  "END:VCARD\r\n\r\nBEGIN:VCARD\r\nFN:C\r\nUID:9\r\n"
		  "END:VCARD\r\n"),
	    "2:kind=person|given=A|family=B|+email=a@b.c|x-vcard=X-Y;P=1:z\n"
	    "8:kind=person|+ref=vcard:9|name=C\n" },
	{ CRM_IN_VCARD, BYTES("FN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\n"),
	    "1! not a vCard: BEGIN:VCARD is expected\n"
	    "2:kind=person|name=B\n" },
	{ IDS, BYTES("BEGIN:VCARD\n"), "1:id=BEGIN:VCARD\n" },

	/* marks and UTF-16 */
	{ AUTO, BYTES("\xef\xbb\xbf"), "" },
	{ AUTO, BYTES("\xef\xbb\xbfid\tb\n1\t2\n"), "2:id=1|b=2\n" },
	{ AUTO, BYTES("\xef\xbb\xbf\"id\",b\n1,2\n"), "2:id=1|b=2\n" },
	{ AUTO, BYTES("\xef\xbb\xbf{\"a\":1}\n"), "1:a#1\n" },
	{ AUTO, BYTES("\xef\xbb"), "1!! byte 1: not UTF-8 " ICONV "\n" },
	{ AUTO, BYTES("\"p2\"\n \"\\u0141 \\\"x\" \nq\n"),
	    "1:id=p2\n2:id=Ł \"x\n3:id=q\n" },
	{ AUTO, BYTES("\"id\"\n\"p2\"\n"), "2:id=p2\n" },
	{ AUTO, BYTES("\"email\"\n\"p2\"\n"), "2:email=p2\n" },
	{ AUTO, BYTES("\"a\",\"b\"\n1,2\n"), "2:a=1|b=2\n" },
	{ IDS, BYTES("\"Bo\" Y\n\"p\"\n\"\n\"a\\u0000\"\nnull\n"),
	    "1:id=\"Bo\" Y\n2:id=p\n3:id=\"\n4:id=\"a\\u0000\"\n"
	    "5:id=null\n" },
	{ AUTO, BYTES("\xff"), "1!! byte 1: not UTF-8 " ICONV "\n" },
	{ AUTO, BYTES("\xff\xfe"), "" },
	{ AUTO, BYTES("\xff\xfei\0d\0,\0b\0\n\0A\x01,\0\x3d\xd8\0\xde\r\0\n\0"),
	    "2:id=Ł|b=😀\n" },
	{ AUTO, BYTES("\xfe\xff\0i\0d\0,\0b\0\n\x01\x41\0,\xd8\x3d\xde\0\0\n"),
	    "2:id=Ł|b=😀\n" },
	{ IDS, BYTES("\xff\xfep\0\x00\xd8q\0\n\0\0\xdc\n\0p\0"),
	    "1! byte 2: not UTF-16\n2! byte 1: not UTF-16\n3:id=p\n" },
	{ IDS, BYTES("\xff\xfep\0\n\0p"), "1:id=p\n2! byte 1: not UTF-16\n" },
	{ IDS, BYTES("\xff\xfep\0\n\0\x3d\xd8"),
	    "1:id=p\n2! byte 1: not UTF-16\n" },
	{ IDS, BYTES("\xff\xfep\0\n\0\x3d\xd8p"),
	    "1:id=p\n2! byte 1: not UTF-16\n" },
	{ IDS, BYTES("\xff\xfep\0\n\0\0\0\n\0"), "1:id=p\n2! byte 1: a NUL\n" },
	{ AUTO, BYTES("i\0d\0\n\0"), "1!! byte 2: a NUL\n" },
};

static bool
is_known(void *ctx, struct crm_view name)
{
	return crm_view_is(name, ctx) || crm_view_is(name, "id");
}

static struct crm_reader *
open_reader(int fd, enum crm_form_in form)
{
	static char email[] = "email";
	const struct crm_err *err;
	struct crm_reader *r;

	err = crm_reader_open(fd, "sample", form, is_known, email, &r);
	assert_null(err);
	return r;
}

/* Add text with '~' for line breaks. */
static void
add_text(struct crm_buf *out, struct crm_view text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		crm_buf_addc(out, text.p[i] == '\n' ? '~' : text.p[i]);
}

static void
add_cell(struct crm_buf *out, struct crm_view name, const struct crm_cell *cell)
{
	if (cell->item)
		crm_buf_addc(out, '+');
	if (cell->escaped)
		crm_buf_addc(out, '\\');
	add_text(out, name);
	crm_buf_addc(out,
	    cell->type == CRM_CELL_TEXT         ? '='
		: cell->type == CRM_CELL_NUMBER ? '#'
						: '!');
	add_text(out, cell->text);
}

/* All cells of a row, '|' between. */
static void
list_cells(
    const struct crm_reader *r, const struct crm_row *row, struct crm_buf *out)
{
	size_t i;

	for (i = 0; i < row->n; i++) {
		if (i > 0)
			crm_buf_addc(out, '|');
		add_cell(
		    out, crm_reader_col(r, row->cell[i].col), &row->cell[i]);
	}
}

/*
 * Write all rows and errors down, as "LINE:cell|cell", "LINE! error" and, when
 * it is final, "LINE!! error".  A cell is its name, '=' (text), '#' (number)
 * or '!' and its text; with '+' in front when it is an item and '\' when it is
 * escaped; a line break in it is '~'.
 */
static void
list_rows(struct crm_reader *r, struct crm_buf *out)
{
	const struct crm_err *err;
	const struct crm_row *row;

	crm_buf_reset(out);
	crm_buf_adds(out, "");
	for (;;) {
		err = crm_reader_next(r, &row);
		if (err == NULL && row == NULL)
			break;
		crm_buf_addf(out, "%ju", (uintmax_t)crm_reader_line(r));
		if (err != NULL) {
			crm_buf_addf(out, "!%s %s\n",
			    crm_reader_is_over(r) ? "!" : "", err->msg);
			if (crm_reader_is_over(r))
				break;
			continue;
		}
		assert_true(row->line == crm_reader_line(r));
		crm_buf_addc(out, ':');
		list_cells(r, row, out);
		crm_buf_addc(out, '\n');
	}
	assert_null(crm_buf_end(out));
}

/* A file that holds the bytes. */
static int
file_of(struct crm_view in)
{
	char path[] = "/tmp/crm-reader-XXXXXX";
	int fd = mkstemp(path);
	ssize_t n;

	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	for (; in.n > 0; in = crm_view_skip(in, (size_t)n)) {
		n = write(fd, in.p, in.n);
		assert_true(n > 0);
	}
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* A socket from which the bytes come in two reads. */
static int
halves_of(struct crm_view in, size_t at)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	if (at > 0)
		assert_int_equal(write(fd[1], in.p, at), at);
	if (at < in.n)
		assert_int_equal(write(fd[1], in.p + at, in.n - at), in.n - at);
	assert_int_equal(close(fd[1]), 0);
	return fd[0];
}

/*
 * A socket to which a child writes the bytes, step at a time, so that each
 * read gets no more.
 *
 * sig     sent to this process before each write, or 0
 */
static int
steps_of(struct crm_view in, size_t step, int sig, pid_t *child)
{
	int fd[2];
	size_t n;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	*child = fork();
	assert_true(*child >= 0);
	if (*child == 0) {
		(void)signal(SIGPIPE, SIG_DFL);
		(void)close(fd[0]);
		for (; in.n > 0; in = crm_view_skip(in, n)) {
			n = in.n < step ? in.n : step;
			if (sig != 0)
				(void)kill(getppid(), sig);
			if (write(fd[1], in.p, n) != (ssize_t)n)
				_exit(1);
		}
		_exit(0);
	}
	assert_int_equal(close(fd[1]), 0);
	return fd[0];
}

/* Check what comes from a descriptor, and close it. */
static void
check_rows(int fd, const struct sample *s, struct crm_buf *out)
{
	struct crm_reader *r = open_reader(fd, s->form);

	list_rows(r, out);
	assert_string_equal(out->p, s->out);
	crm_reader_close(r);
	assert_int_equal(close(fd), 0);
}

static void
whole(void **state)
{
	struct crm_buf out = CRM_BUF_INIT(OUT_MAX);
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(samples); i++)
		check_rows(file_of(samples[i].in), &samples[i], &out);
	crm_buf_release(&out);
}

static void
in_steps(void **state)
{
	static const size_t steps[] = { 1, 2, 3, 7 };
	struct crm_buf out = CRM_BUF_INIT(OUT_MAX);
	size_t i, k;
	pid_t child;
	int status;

	(void)state;
	for (i = 0; i < NELEMS(samples); i++)
		for (k = 0; k < NELEMS(steps); k++) {
			check_rows(steps_of(samples[i].in, steps[k], 0, &child),
			    &samples[i], &out);
			assert_int_equal(waitpid(child, &status, 0), child);
		}
	crm_buf_release(&out);
}

static void
in_halves(void **state)
{
	struct crm_buf out = CRM_BUF_INIT(OUT_MAX);
	size_t i, at;

	(void)state;
	for (i = 0; i < NELEMS(samples); i++)
		for (at = 0; at <= samples[i].in.n; at++)
			check_rows(
			    halves_of(samples[i].in, at), &samples[i], &out);
	crm_buf_release(&out);
}

/* Where a text's last line begins. */
static size_t
last_line(struct crm_view v)
{
	size_t i = v.n;

	while (i > 0 && (i == v.n || v.p[i - 1] != '\n'))
		i--;
	return i;
}

/* A stream that ends early gives the same rows, but for its last one. */
static void
cut_anywhere(void **state)
{
	struct crm_buf out = CRM_BUF_INIT(OUT_MAX);
	struct crm_reader *r;
	size_t i, n;
	int fd;

	(void)state;
	for (i = 0; i < NELEMS(samples); i++)
		for (n = 0; n < samples[i].in.n; n++) {
			fd = halves_of(crm_view(samples[i].in.p, n), n);
			r = open_reader(fd, samples[i].form);
			list_rows(r, &out);
			out.p[last_line(crm_buf_view(&out))] = '\0';
			assert_memory_equal(
			    out.p, samples[i].out, strlen(out.p));
			crm_reader_close(r);
			assert_int_equal(close(fd), 0);
		}
	crm_buf_release(&out);
}

static void
on_signal(int sig)
{
	(void)sig;
}

/* Signals and a descriptor that does not block change nothing. */
static void
interrupted(void **state)
{
	struct sigaction act = { .sa_handler = on_signal }, old;
	struct crm_buf out = CRM_BUF_INIT(OUT_MAX);
	pid_t child;
	size_t i;
	int fd, status;

	(void)state;
	assert_int_equal(sigaction(SIGUSR1, &act, &old), 0);
	for (i = 0; i < NELEMS(samples); i += 10) {
		fd = steps_of(samples[i].in, 1, SIGUSR1, &child);
		if (i % 20 == 0)
			assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
		check_rows(fd, &samples[i], &out);
		while (waitpid(child, &status, 0) < 0)
			assert_int_equal(errno, EINTR);
	}
	assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
	crm_buf_release(&out);
}

/* A row is handed out before anything behind it has come. */
static void
no_waiting(void **state)
{
	static const struct {
		const char *in;
		size_t rows;
	} cases[] = {
		{ "{\"a\":1}\n{\"a\":2}\n", 2 },
		{ "a\tb\n1\t2\n", 1 },
		{ "a,b\n\"1\n\",2\n3,4\n", 2 },
		{ "p1\np2\np3\n", 3 },
	};
	const struct crm_row *row;
	struct crm_reader *r;
	size_t i, k;
	int fd[2];

	(void)state;
	(void)alarm(60); /* instead of waiting for ever */
	for (i = 0; i < NELEMS(cases); i++) {
		assert_int_equal(pipe(fd), 0);
		assert_int_equal(write(fd[1], cases[i].in, strlen(cases[i].in)),
		    strlen(cases[i].in));
		r = open_reader(fd[0], CRM_IN_AUTO);
		for (k = 0; k < cases[i].rows; k++) {
			assert_null(crm_reader_next(r, &row));
			assert_non_null(row);
		}
		assert_int_equal(close(fd[1]), 0);
		assert_null(crm_reader_next(r, &row));
		assert_null(row);
		crm_reader_close(r);
		assert_int_equal(close(fd[0]), 0);
	}
	(void)alarm(0);
}

/* Rows, bad rows and the header as they were, in brackets. */
static void
raw(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "{\"a\":1}\r\n\n{\"a\"\n{}",
		    "<>[{\"a\":1}\r\n][{\"a\"\n][{}]" },
		{ "\na\tb\r\n1\t2\n3\n\n4\t5",
		    "<a\tb\r\n>[1\t2\n][3\n][4\t5]" },
		{ "\xef\xbb\xbf\"a\n\",b\n\"x\"\"\ny\",2\n\"1\"2\n3,4\r\n",
		    "<\"a\n\",b\n>[\"x\"\"\ny\",2\n][\"1\"2\n][3,4\r\n]" },
		{ "a,b\n1,\"2\n3\n", "<a,b\n>[1,\"2\n3\n]" },
		{ " p1 \r\np2", "<>[ p1 \r\n][p2]" },
		{ "a\ta\n1\t2\n", "<a\ta\n>[a\ta\n]" },
		{ "[1]\n", "<>[[1]\n]" },
	};
	struct crm_buf out = CRM_BUF_INIT(OUT_MAX);
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_reader *r;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		fd = file_of(crm_view_str(cases[i].in));
		r = open_reader(fd, CRM_IN_AUTO);
		err = crm_reader_next(r, &row);
		crm_buf_reset(&out);
		crm_buf_addc(&out, '<');
		crm_buf_addv(&out, crm_reader_header(r));
		crm_buf_addc(&out, '>');
		while (err != NULL || row != NULL) {
			if (row != NULL)
				assert_true(
				    crm_view_eq(row->raw, crm_reader_raw(r)));
			crm_buf_addc(&out, '[');
			crm_buf_addv(&out, crm_reader_raw(r));
			crm_buf_addc(&out, ']');
			if (crm_reader_is_over(r))
				break;
			err = crm_reader_next(r, &row);
		}
		assert_string_equal(out.p, cases[i].out);
		crm_reader_close(r);
		assert_int_equal(close(fd), 0);
	}
	crm_buf_release(&out);
}

static void
forms(void **state)
{
	static const struct {
		const char *in;
		enum crm_form_in form;
	} cases[] = {
		{ "{\"a\":1}\n", CRM_IN_JSONL },
		{ "a\tb\n", CRM_IN_TSV },
		{ "id\n", CRM_IN_TSV },
		{ "a;b\n", CRM_IN_CSV },
		{ "\"id\"\n", CRM_IN_CSV },
		{ "\"a\",b\n", CRM_IN_CSV },
		{ "\"a\"\n", CRM_IN_IDS },
		{ "p1\n", CRM_IN_IDS },
		{ "\n", CRM_IN_AUTO },
	};
	const struct crm_row *row;
	enum crm_form_in form;
	struct crm_reader *r;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		fd = file_of(crm_view_str(cases[i].in));
		assert_null(
		    crm_reader_open(fd, "x", CRM_IN_AUTO, NULL, NULL, &r));
		assert_null(crm_reader_next(r, &row));
		assert_int_equal(crm_reader_form(r), cases[i].form);
		assert_string_equal(crm_reader_name(r), "x");
		crm_reader_close(r);
		assert_int_equal(close(fd), 0);
	}
	assert_true(crm_form_in_parse("jsonl", &form));
	assert_int_equal(form, CRM_IN_JSONL);
	assert_true(crm_form_in_parse("tsv", &form));
	assert_int_equal(form, CRM_IN_TSV);
	assert_true(crm_form_in_parse("csv", &form));
	assert_int_equal(form, CRM_IN_CSV);
	assert_true(crm_form_in_parse("ids", &form));
	assert_int_equal(form, CRM_IN_IDS);
	assert_false(crm_form_in_parse("auto", &form));
	assert_false(crm_form_in_parse("", &form));
	crm_reader_close(NULL);
}

/* A final error comes again and again. */
static void
final(void **state)
{
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_reader *r;
	int fd = file_of(CRM_V("a,b\n1,2\n1,\"2\n3,4\n")), i;

	(void)state;
	r = open_reader(fd, CRM_IN_AUTO);
	assert_null(crm_reader_next(r, &row));
	assert_false(crm_reader_is_over(r));
	for (i = 0; i < 3; i++) {
		err = crm_reader_next(r, &row);
		assert_non_null(err);
		assert_null(row);
		assert_int_equal(err->code, CRM_E_DATA);
		assert_string_equal(err->msg, "a quote is never closed");
		assert_true(crm_reader_is_over(r));
		assert_int_equal(crm_reader_line(r), 3);
	}
	crm_reader_close(r);
	assert_int_equal(close(fd), 0);
}

static void
unreadable(void **state)
{
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_reader *r;
	int fd = open("/", O_RDONLY | O_DIRECTORY), i;

	(void)state;
	assert_true(fd >= 0);
	r = open_reader(fd, CRM_IN_AUTO);
	for (i = 0; i < 2; i++) {
		err = crm_reader_next(r, &row);
		assert_non_null(err);
		assert_int_equal(err->code, CRM_E_IO);
		assert_string_equal(err->msg, "cannot read: Is a directory");
		assert_true(crm_reader_is_over(r));
	}
	crm_reader_close(r);
	assert_int_equal(close(fd), 0);

	err = crm_reader_open(fd, "stdin", CRM_IN_AUTO, NULL, NULL, &r);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_IO);
	assert_string_equal(err->msg, "cannot read stdin: it is closed");
	assert_null(r);

	fd = open("/dev/null", O_WRONLY);
	err = crm_reader_open(fd, "stdin", CRM_IN_AUTO, NULL, NULL, &r);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_IO);
	assert_int_equal(close(fd), 0);
}

static void
add_many(struct crm_buf *b, char c, size_t n)
{
	char *p = crm_buf_room(b, n);

	assert_non_null(p);
	memset(p, c, n);
	crm_buf_used(b, n);
}

static void
long_lines(void **state)
{
	struct crm_buf in = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	struct crm_buf out = CRM_BUF_INIT(OUT_MAX);
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_reader *r;
	struct sample s = { CRM_IN_IDS, CRM_VNULL, NULL };
	int fd;

	(void)state;
	add_many(&in, 'x', CRM_LINE_MAX);
	crm_buf_adds(&in, "\r\n");
	add_many(&in, 'y', CRM_LINE_MAX + 1);
	crm_buf_adds(&in, "\r\n");
	add_many(&in, 'z', CRM_LINE_MAX * 4);
	crm_buf_adds(&in, "\np4\n");
	fd = file_of(crm_buf_view(&in));
	r = open_reader(fd, CRM_IN_IDS);
	assert_null(crm_reader_next(r, &row));
	assert_int_equal(row->cell[0].text.n, CRM_LINE_MAX);
	err = crm_reader_next(r, &row);
	assert_non_null(err);
	assert_string_equal(err->msg, "longer than 16777216 bytes");
	assert_int_equal(crm_reader_line(r), 2);
	err = crm_reader_next(r, &row);
	assert_non_null(err);
	assert_int_equal(crm_reader_line(r), 3);
	assert_false(crm_reader_is_over(r));
	assert_true(crm_view_starts(crm_reader_raw(r), CRM_V("zzz")));
	assert_null(crm_reader_next(r, &row));
	assert_true(crm_view_is(row->cell[0].text, "p4"));
	assert_int_equal(row->line, 4);
	assert_null(crm_reader_next(r, &row));
	assert_null(row);
	crm_reader_close(r);
	assert_int_equal(close(fd), 0);

	/* No newline at all: the rest is skipped to the end. */
	crm_buf_reset(&in);
	crm_buf_adds(&in, "p1\n");
	add_many(&in, 'x', CRM_LINE_MAX * 4);
	s.in = crm_buf_view(&in);
	s.out = "1:id=p1\n2! longer than 16777216 bytes\n";
	check_rows(file_of(s.in), &s, &out);
	/* A first line that is too long has no form. */
	crm_buf_reset(&in);
	add_many(&in, 'x', CRM_LINE_MAX * 3);
	s.form = CRM_IN_AUTO;
	s.in = crm_buf_view(&in);
	s.out = "1!! longer than 16777216 bytes\n";
	check_rows(file_of(s.in), &s, &out);

	/* A record of CSV that is too long may have an open quote. */
	crm_buf_reset(&in);
	crm_buf_adds(&in, "a,b\n1,\"\n");
	add_many(&in, '\n', CRM_LINE_MAX);
	crm_buf_adds(&in, "\"\n");
	s.form = CRM_IN_CSV;
	s.in = crm_buf_view(&in);
	s.out = "2!! a quote is not closed within 16777216 bytes\n";
	check_rows(file_of(s.in), &s, &out);
	crm_buf_reset(&in);
	crm_buf_adds(&in, "a,b\n1,\"");
	add_many(&in, 'x', CRM_LINE_MAX * 2);
	crm_buf_adds(&in, "\n3,4\n");
	s.in = crm_buf_view(&in);
	s.out = "2!! longer than 16777216 bytes\n";
	check_rows(file_of(s.in), &s, &out);
	crm_buf_release(&in);
	crm_buf_release(&out);
}

static void
many_columns(void **state)
{
	struct crm_buf in = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_reader *r;
	int fd, i, k;

	(void)state;
	for (k = 0; k < 2; k++) {
		crm_buf_reset(&in);
		for (i = 0; i < CRM_COLS_MAX + k; i++)
			crm_buf_addf(&in, "%sc%d", i == 0 ? "" : "\t", i);
		crm_buf_addc(&in, '\n');
		for (i = 1; i < CRM_COLS_MAX; i++)
			crm_buf_addc(&in, '\t');
		crm_buf_addc(&in, 'x');
		fd = file_of(crm_buf_view(&in));
		r = open_reader(fd, CRM_IN_AUTO);
		err = crm_reader_next(r, &row);
		if (k == 0) {
			assert_null(err);
			assert_int_equal(row->n, CRM_COLS_MAX);
			assert_int_equal(crm_reader_ncols(r), CRM_COLS_MAX);
		} else {
			assert_non_null(err);
			assert_string_equal(
			    err->msg, "more than 16384 columns");
			assert_true(crm_reader_is_over(r));
		}
		crm_reader_close(r);
		assert_int_equal(close(fd), 0);
	}

	crm_buf_reset(&in);
	for (i = 0; i <= CRM_COLS_MAX; i++)
		crm_buf_addf(&in, "{\"k%d\":1}\n", i);
	crm_buf_adds(&in, "{\"k7\":1}\n");
	fd = file_of(crm_buf_view(&in));
	r = open_reader(fd, CRM_IN_AUTO);
	for (i = 0; i < CRM_COLS_MAX; i++) {
		assert_null(crm_reader_next(r, &row));
		assert_int_equal(row->cell[0].col, i);
	}
	err = crm_reader_next(r, &row);
	assert_non_null(err);
	assert_false(crm_reader_is_over(r));
	assert_null(crm_reader_next(r, &row));
	assert_true(crm_view_is(crm_reader_col(r, row->cell[0].col), "k7"));
	crm_reader_close(r);
	assert_int_equal(close(fd), 0);
	crm_buf_release(&in);
}

/* The names of a stream's columns take no more memory than a line may. */
static void
long_names(void **state)
{
	struct crm_buf in = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_reader *r;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < 3; i++) {
		crm_buf_addf(&in, "{\"%zu", i);
		add_many(&in, 'x', CRM_LINE_MAX / 3);
		crm_buf_adds(&in, "\":1}\n");
	}
	fd = file_of(crm_buf_view(&in));
	r = open_reader(fd, CRM_IN_AUTO);
	assert_null(crm_reader_next(r, &row));
	assert_null(crm_reader_next(r, &row));
	err = crm_reader_next(r, &row);
	assert_non_null(err);
	assert_string_equal(err->msg,
	    "the names of all columns are longer than 16777216 bytes");
	assert_false(crm_reader_is_over(r));
	crm_reader_close(r);
	assert_int_equal(close(fd), 0);
	crm_buf_release(&in);
}

/* Add text with a number in the place of each '@'. */
static void
add_numbered(struct crm_buf *out, const char *text, int n)
{
	for (; *text != '\0'; text++)
		if (*text == '@')
			crm_buf_addf(out, "%d", n);
		else
			crm_buf_addc(out, *text);
}

/* Megabytes of rows, over many buffers, take no memory a row. */
static void
many_rows(void **state)
{
	static const struct {
		const char *head, *row, *out;
	} cases[] = {
		{ "", "{\"id\":\"p@\",\"t\":[\"a\",\"\\n@\"],\"n\":@}\n",
		    "id=p@|+t=a|+t=~@|n#@" },
		{ "id\tb\tc\n", "p@\t@\\n\tŁódź @\n",
		    "id=p@|\\b=@\\n|c=Łódź @" },
		{ "id,b,c\n", "p@,\"@ \"\"x\"\"\",\"\n@\"\n",
		    "id=p@|b=@ \"x\"|c=~@" },
		{ "", "p@ @ @\n", "id=p@ @ @" },
	};
	struct crm_buf in = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_buf out = CRM_BUF_INIT(OUT_MAX);
	struct crm_buf want = CRM_BUF_INIT(OUT_MAX);
	const struct crm_row *row;
	struct crm_reader *r;
	uint64_t before;
	size_t i;
	int fd, n, rows = 100000;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		crm_buf_reset(&in);
		crm_buf_adds(&in, cases[i].head);
		for (n = 0; n < rows; n++) {
			add_numbered(&in, cases[i].row, n);
		}
		fd = file_of(crm_buf_view(&in));
		before = crm_mem_count();
		r = open_reader(fd, CRM_IN_AUTO);
		for (n = 0; n < rows; n++) {
			assert_null(crm_reader_next(r, &row));
			assert_non_null(row);
			crm_buf_reset(&out);
			list_cells(r, row, &out);
			crm_buf_reset(&want);
			add_numbered(&want, cases[i].out, n);
			assert_string_equal(out.p, want.p);
		}
		assert_null(crm_reader_next(r, &row));
		assert_null(row);
		assert_true(crm_mem_count() - before < 50);
		crm_reader_close(r);
		assert_int_equal(close(fd), 0);
	}
	crm_buf_release(&in);
	crm_buf_release(&out);
	crm_buf_release(&want);
}

static void
unescape(void **state)
{
	static const struct {
		const char *in, *out;
		bool ok;
	} cases[] = {
		{ "", "", true },
		{ "Anna", "Anna", true },
		{ "a\\tb\\nc\\rd\\\\e", "a\tb\nc\rd\\e", true },
		{ "\\\\\\\\n", "\\\\n", true },
		{ "\\q", "bad escape '\\q'", false },
		{ "ab\\", "bad escape '\\'", false },
		{ "\\ł", "bad escape '\\ł'", false },
		{ "\\,", "bad escape '\\,'", false },
		{ "abcdefghijk", "longer than 10 bytes", false },
	};
	struct crm_buf out = CRM_BUF_INIT(10);
	const struct crm_err *err;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		crm_buf_reset(&out);
		err = crm_cell_unescape(crm_view_str(cases[i].in), &out);
		if (cases[i].ok) {
			assert_null(err);
			assert_string_equal(out.p, cases[i].out);
		} else {
			assert_non_null(err);
			assert_int_equal(err->code, CRM_E_DATA);
			assert_string_equal(err->msg, cases[i].out);
		}
	}
	crm_buf_release(&out);
}

static void
many_values(void **state)
{
	static const struct {
		const char *in, *seps;
		bool escaped;
		const char *out; /* values in brackets, '!' and an error */
	} cases[] = {
		{ "", ",", false, "" },
		{ " ,,\t,", ",", false, "" },
		{ "a", ",", false, "[a]" },
		{ "a,b,,c,", ",", false, "[a][b][c]" },
		{ " a ,b b , c", ",", false, "[a][b b , c]" },
		{ "Doe, John,x", ",", false, "[Doe, John][x]" },
		{ "a, b;c", ",;", false, "[a][b][c]" },
		{ "a; b,c", ";", false, "[a][b,c]" },
		{ "a\\,b,c", ",", false, "[a,b][c]" },
		{ "a\\,b;c\\;d", ";", false, "[a,b][c;d]" },
		{ "C:\\x\\t,\\\\", ",", false, "[C:\\x\\t][\\]" },
		{ "a\\", ",", false, "[a\\]" },
		{ "a\\,b,c\\td,e\\\\,f\\nx", ",", true,
		    "[a,b][c\td][e\\][f\nx]" },
		{ "\\n,\\t a \\n", ",", true, "[a]" },
		{ "a,b\\q,c", ",", true, "[a]!bad escape '\\q'" },
		{ "a,\\", ",", true, "[a]!bad escape '\\'" },
		{ "a\\;b", ",", true, "!bad escape '\\;'" },
		{ "a\\;b;c", ";", true, "[a;b][c]" },
		{ "Łódź,ü", ",", false, "[Łódź][ü]" },
		{ "a,b", "", false, "[a,b]" },
		{ "12345678901234567890,a", ",", false,
		    "[12345678901234567890][a]" },
		{ "1234567890\\,234567890,a", ",", false,
		    "!longer than 18 bytes" },
	};
	struct crm_buf buf = CRM_BUF_INIT(18), out = CRM_BUF_INIT(1000);
	const struct crm_err *err;
	struct crm_view rest, value;
	bool more;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		crm_buf_reset(&out);
		crm_buf_adds(&out, "");
		rest = crm_view_str(cases[i].in);
		for (;;) {
			err = crm_cell_next(&rest, cases[i].seps,
			    cases[i].escaped, &buf, &value, &more);
			if (err != NULL)
				crm_buf_addf(&out, "!%s", err->msg);
			if (!more)
				break;
			crm_buf_addc(&out, '[');
			crm_buf_addv(&out, value);
			crm_buf_addc(&out, ']');
		}
		assert_int_equal(rest.n, 0);
		assert_string_equal(out.p, cases[i].out);
	}
	for (i = 1; i < 20; i++) { /* wherever it stands among eight bytes */
		char text[] = "-./:+<=>[]^_`{|}~0-9";

		text[i] = ";,\n"[i % 3];
		rest = crm_view_str(text);
		assert_null(
		    crm_cell_next(&rest, ",;\n", true, &buf, &value, &more));
		assert_int_equal(value.n, i);
		assert_int_equal(rest.n, sizeof(text) - 2 - i);
	}
	rest = CRM_VNULL;
	assert_null(crm_cell_next(&rest, ",", true, &buf, &value, &more));
	assert_false(more);
	crm_buf_release(&buf);
	crm_buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(in_steps),
		cmocka_unit_test(in_halves),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(no_waiting),
		cmocka_unit_test(raw),
		cmocka_unit_test(forms),
		cmocka_unit_test(final),
		cmocka_unit_test(unreadable),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(many_columns),
		cmocka_unit_test(long_names),
		cmocka_unit_test(many_rows),
		cmocka_unit_test(unescape),
		cmocka_unit_test(many_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
