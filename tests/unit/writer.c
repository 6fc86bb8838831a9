/* Records out, to people's terminals and to programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/json.h"
#include "format/reader.h"
#include "format/writer_impl.h"
#include "record/value.h"

/* Text that would set the title of a terminal's window, and turn around. */
#define EVIL \
	"a\x1b]0;b\a\xc2\x9b" \
	"31mc\xe2\x80\xae\r\nd\t\"e"

static const char *
written(enum crm_form_out form, bool terminal)
{
	static struct crm_sink sink;
	struct crm_writer_options o = { .form = form, .terminal = terminal };
	struct crm_field many = { .type = CRM_T_EMAIL, .flags = CRM_F_MANY };
	struct crm_field one = { .type = CRM_T_TEXT };
	struct crm_column mail[] = { { "email", &many, false, false, 0 },
		{ "name", &one, false, false, 0 } };
	struct crm_column text[] = { { "name", &one, false, false, 0 } };
	struct crm_buf email = CRM_BUF_INIT(100);
	struct crm_value value[2] = { 0 };
	struct crm_view v = CRM_V("x@y.z");
	struct crm_writer *w;
	bool mails = form == CRM_OUT_MUTT || form == CRM_OUT_AERC;

	crm_sink_release(&sink);
	crm_sink_init(&sink, -1, 0);
	w = crm_writer_new(&sink, &o);
	crm_writer_columns(w, mails ? mail : text, mails ? 2 : 1);
	crm_many_put(&email, &v, 1);
	value[0].value = crm_buf_view(&email);
	value[mails].col = mails;
	value[mails].value = CRM_V(EVIL);
	crm_writer_row(w, value, 1 + (size_t)mails);
	crm_writer_end(w);
	crm_writer_free(w);
	crm_buf_release(&email);
	return sink.buf.p;
}

static void
tamed(void **state)
{
	(void)state;
	assert_string_equal(written(CRM_OUT_JSONL, true),
	    "{\"name\":\"a\\u001b]0;b\\u0007\\u009b31mc\\u202e\\r\\nd\\t\\\"e\""
	    "}\n");
	assert_string_equal(written(CRM_OUT_TSV, true),
	    "name\na\\x1b]0;b\\x07\\x9b31mc\\u{202e}\\r\\nd\\t\"e\n");
	assert_string_equal(written(CRM_OUT_CSV, true),
	    "name\n\"a\\x1b]0;b\\x07\\x9b31mc\\u{202e}\\x0d\nd\t\"\"e\"\n");
	assert_string_equal(written(CRM_OUT_AERC, true),
	    "x@y.z\ta\\x1b]0;b\\x07\\x9b31mc\\u{202e}  d \"e\n");
	assert_string_equal(written(CRM_OUT_YAML, true),
	    "- name: \"a\\x1B]0;b\\x07\\x9B31mc\\u202E\\r\\nd\\t\\\"e\"\n");
}

/* Programs get what it is. */
static void
raw(void **state)
{
	(void)state;
	assert_string_equal(written(CRM_OUT_CSV, false),
	    "name\n\"a\x1b]0;b\a\xc2\x9b"
	    "31mc\xe2\x80\xae\r\nd\t\"\"e\"\n");
	assert_string_equal(written(CRM_OUT_MUTT, false),
	    "crm\nx@y.z\ta\x1b]0;b\a\xc2\x9b"
	    "31mc\xe2\x80\xae  d \"e\t\n");
}

/* One row of one value. */
static struct crm_view
row_of(struct crm_sink *sink, enum crm_form_out form, const struct crm_field *f,
    const struct crm_value *v)
{
	struct crm_writer_options o = { .form = form, .headed = true };
	struct crm_column col = { "a name that is longer", f, false, false, 0 };
	struct crm_writer *w = crm_writer_new(sink, &o);

	crm_buf_reset(&sink->buf);
	crm_writer_columns(w, &col, 1);
	crm_writer_row(w, v, 1);
	crm_writer_row(w, v, 1); /* times are remembered */
	crm_writer_free(w);
	return crm_buf_view(&sink->buf);
}

/* The same as crm_json_add_value() and crm_cell_text(), which look at values
 * one by one. */
static void
check_row(const struct crm_field *f, const struct crm_value *v)
{
	struct crm_buf want = CRM_BUF_INIT(100000);
	struct crm_sink sink;
	int i;

	crm_sink_init(&sink, -1, 0);
	for (i = 0; i < 2; i++) {
		crm_buf_adds(&want, "{\"a name that is longer\":");
		crm_json_add_value(&want, f, v->value);
		crm_buf_adds(&want, "}\n");
	}
	assert_string_equal(row_of(&sink, CRM_OUT_JSONL, f, v).p, want.p);
	crm_buf_reset(&want);
	for (i = 0; i < 2; i++) {
		crm_cell_text(&want, f, v, true);
		crm_buf_addc(&want, '\n');
	}
	assert_string_equal(row_of(&sink, CRM_OUT_TSV, f, v).p, want.p);
	crm_buf_release(&want);
	crm_sink_release(&sink);
}

/* Does a text need no escaping in JSON?  As crm_code_put() says. */
static bool
is_safe(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == '"' || *s == '\\')
			return false;
	return true;
}

static void
texts(void **state)
{
	static const char *const cases[] = { "a", "1234567", "12345678",
		"123456789", "1234567,", "12345678,", "a,b;c", "\t", "\\",
		"a\"b", "1234567\n", "line\r\nline, and 20 more of them",
		"Łódź;Łódź", "\x01",
		"of more than thirty-two bytes, it has a comma" };
	static const uint8_t types[] = { CRM_T_TEXT, CRM_T_TAG, CRM_T_EMAIL,
		CRM_T_URL };
	struct crm_buf b = CRM_BUF_INIT(1000);
	size_t n = sizeof(cases) / sizeof(cases[0]), i, j, t;

	(void)state;
	for (t = 0; t < sizeof(types) / sizeof(types[0]); t++)
		for (i = 0; i < n * n; i++) {
			struct crm_field f = { .type = types[t] };
			struct crm_view both[2];
			struct crm_value v = { 0 };

			j = i % n;
			both[0] = v.value = crm_view_str(cases[i / n]);
			both[1] = crm_view_str(cases[j]);
			v.safe = is_safe(cases[i / n]);
			check_row(&f, &v);
			f.flags = CRM_F_MANY;
			v.safe &= is_safe(cases[j]);
			crm_buf_reset(&b);
			crm_many_put(&b, both, 1 + (i % 2));
			v.value = crm_buf_view(&b);
			check_row(&f, &v);
		}
	crm_buf_release(&b);
}

static void
others(void **state)
{
	static const int64_t times_us[] = { 0, -1, 1, 1234567890123456,
		INT64_MIN, INT64_MAX, 253402300799000000 };
	struct crm_buf b = CRM_BUF_INIT(1000);
	struct crm_field f = { .type = CRM_T_TIME };
	struct crm_value v = { 0 };
	char link[CRM_LINK_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times_us) / sizeof(times_us[0]); i++) {
		crm_buf_reset(&b);
		crm_value_put_time(&b, times_us[i]);
		v.value = crm_buf_view(&b);
		check_row(&f, &v);
		v.value.n--; /* damaged */
		check_row(&f, &v);
	}
	f.type = CRM_T_LINK;
	for (i = 0; i < 40; i++) {
		v.value = crm_view(link,
		    crm_link_put(link,
			crm_id('p', i % 3 == 2 ? 19682 : 0,
			    ((uint64_t)1 << i) - i % 2)));
		check_row(&f, &v);
	}
	v.value.n = 1; /* damaged */
	check_row(&f, &v);
	f.type = CRM_T_CHOICE;
	v.value = CRM_V("\x81");
	check_row(&f, &v);
	v.value = CRM_V("x-mine");
	check_row(&f, &v);
	v.safe = true;
	check_row(&f, &v);
	crm_buf_release(&b);
}

static unsigned int
draw(unsigned int below)
{
	static uint64_t state = 88172645463325252u; /* xorshift */

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)(state % below);
}

/* A text of few and of many bytes, with all that some form escapes. */
static struct crm_view
draw_text(struct crm_buf *b)
{
	static const char *const part[] = { "a", "bcd", "\t", "\n", "\r", "\\",
		"\"", ",", ";", " ", "=", "-", "\x01", "\x7f", "বাংলা", "Łódź",
		"plain words", "of more than sixteen bytes", "+49 30 12345" };
	size_t from = b->n;
	unsigned int i, n = 1 + draw(4);
	bool plain = draw(2) == 0;

	for (i = 0; i < n; i++)
		crm_buf_adds(b, part[plain ? draw(2) + 15 : draw(19)]);
	return crm_view(b->p + from, b->n - from);
}

/* A value of a type as it is stored: with bytes of its own, in b. */
static void
draw_value(struct crm_buf *b, const struct crm_field *f, struct crm_value *v)
{
	struct crm_view text = draw_text(b), one[3];
	size_t from, i, n = 1 + draw(3);
	char link[CRM_LINK_MAX];

	from = b->n;
	v->is_text = draw(10) == 0;
	if (v->is_text)
		crm_buf_addv(b, text);
	else if ((f->flags & CRM_F_MANY) != 0) {
		for (i = 0; i < n; i++)
			one[i] = draw_text(b);
		from = b->n;
		crm_many_put(b, one, n);
	} else
		switch (f->type) {
		case CRM_T_DATE:
			crm_value_put_date(b,
			    (struct crm_date){ (int16_t)(draw(2) * 2026),
				(uint8_t)(1 + draw(12)), 7 });
			break;
		case CRM_T_TIME:
			crm_value_put_time(
			    b, INT64_C(1700000000000000) + draw(3) * 500000);
			break;
		case CRM_T_NUMBER:
		case CRM_T_PERCENT:
		case CRM_T_MONEY:
			crm_value_put_dec(b,
			    (struct crm_dec){ (int64_t)draw(100000) - 50000,
				(uint8_t)draw(4) });
			break;
		case CRM_T_CURRENCY:
		case CRM_T_BOOL:
			crm_buf_addc(b, (char)draw(2));
			break;
		case CRM_T_SPAN:
			crm_buf_add(b,
			    "\x1e"
			    "d",
			    2);
			break;
		case CRM_T_CHOICE:
			crm_buf_addv(
			    b, draw(2) == 0 ? CRM_V("\x81") : CRM_V("x-mine"));
			break;
		case CRM_T_LINK:
			crm_buf_add(b, link,
			    crm_link_put(link,
				crm_id('p', (uint16_t)(draw(2) * 27),
				    draw(2000000))));
			break;
		default:
			crm_buf_addv(b, text);
		}
	if (draw(20) == 0)
		b->n = from; /* an empty one */
	v->value = crm_view(b->p + from, b->n - from);
}

#define COLUMNS 32

/* What a row has to be: each cell by those that look at values one by one. */
static void
want_row(struct crm_buf *want, enum crm_form_out form,
    const struct crm_column *col, const struct crm_value *v, size_t n)
{
	struct crm_buf cell = CRM_BUF_INIT(100000);
	size_t i, k = 0;
	bool first = true;

	if (form == CRM_OUT_JSONL)
		crm_buf_addc(want, '{');
	for (i = 0; i < COLUMNS; i++) {
		bool has = k < n && v[k].col == i && v[k].value.n > 0;

		crm_buf_reset(&cell);
		if (form == CRM_OUT_JSONL && has) {
			crm_buf_addf(
			    want, "%s\"%s\":", first ? "" : ",", col[i].name);
			first = false;
			if (v[k].is_text)
				crm_json_add_string(want, v[k].value);
			else
				crm_json_add_value(
				    want, col[i].field, v[k].value);
		} else if (form != CRM_OUT_JSONL) {
			if (i > 0)
				crm_buf_addc(
				    want, form == CRM_OUT_TSV ? '\t' : ',');
			if (has && form == CRM_OUT_SHEET)
				crm_cell_text(
				    &cell, col[i].field, &v[k], false);
			if (has && form == CRM_OUT_SHEET &&
			    crm_cell_is_formula(
				col[i].field, &v[k], crm_buf_view(&cell))) {
				crm_buf_reset(&cell);
				crm_buf_addc(&cell, '\'');
			} else
				crm_buf_reset(&cell);
			if (has)
				crm_cell_text(&cell, col[i].field, &v[k],
				    form == CRM_OUT_TSV);
			if (form == CRM_OUT_TSV)
				crm_buf_addv(want, crm_buf_view(&cell));
			else
				crm_csv_add(want, crm_buf_view(&cell));
		}
		k += k < n && v[k].col == i;
	}
	crm_buf_adds(want, form == CRM_OUT_JSONL ? "}\n" : "\n");
	crm_buf_release(&cell);
}

/* A row of TSV is read again: its texts are what they were. */
static void
read_back(struct crm_view row, const struct crm_column *col,
    const struct crm_value *v, size_t n)
{
	struct crm_buf text = CRM_BUF_INIT(100000);
	struct crm_view cell;
	size_t i, k = 0, len;

	row.n--; /* the line end */
	for (i = 0; i < COLUMNS; i++) {
		len = crm_view_find(row, '\t');
		cell = crm_view(row.p, len);
		row = crm_view_skip(row, len + (len < row.n));
		if (k == n || v[k].col != i)
			continue;
		crm_buf_reset(&text);
		if (v[k].is_text ||
		    (crm_value_is_text(col[i].field) &&
			(col[i].field->flags & CRM_F_MANY) == 0)) {
			assert_null(crm_cell_unescape(cell, &text));
			assert_true(
			    crm_view_eq(crm_buf_view(&text), v[k].value));
		}
		k++;
	}
	assert_int_equal(row.n, 0);
	crm_buf_release(&text);
}

/* A row of columns of all types, some of them absent. */
static void
rows(void **state)
{
	static const enum crm_form_out forms[] = { CRM_OUT_TSV, CRM_OUT_CSV,
		CRM_OUT_SHEET, CRM_OUT_JSONL };
	struct crm_buf bytes = CRM_BUF_INIT(1000000), want = bytes;
	struct crm_field field[COLUMNS] = { 0 };
	struct crm_column col[COLUMNS] = { 0 };
	struct crm_value v[COLUMNS];
	struct crm_writer *w[4];
	struct crm_sink sink[4];
	size_t i, n, f, turn;

	(void)state;
	for (i = 0; i < COLUMNS; i++) {
		field[i].type = (uint8_t)(i % CRM_NTYPES);
		col[i].name = i % 2 == 0 ? "n" : "a name of over 16 bytes";
		col[i].field = &field[i];
		if (i >= CRM_NTYPES && crm_value_is_text(&field[i]))
			field[i].flags = CRM_F_MANY;
	}
	for (f = 0; f < 4; f++) {
		struct crm_writer_options o = { .form = forms[f],
			.headed = true };

		crm_sink_init(&sink[f], -1, SIZE_MAX);
		w[f] = crm_writer_new(&sink[f], &o);
		crm_writer_columns(w[f], col, COLUMNS);
	}
	for (turn = 0; turn < 3000; turn++) {
		crm_buf_reset(&bytes);
		(void)crm_buf_room(&bytes, 100000); /* views stay */
		for (i = n = 0; i < COLUMNS; i++) {
			if (draw(4) == 0)
				continue;
			memset(&v[n], 0, sizeof(v[n]));
			v[n].col = (uint32_t)i;
			draw_value(&bytes, &field[i], &v[n]);
			v[n].safe = (field[i].flags & CRM_F_MANY) == 0 &&
			    crm_json_is_plain(v[n].value);
			n++;
		}
		for (f = 0; f < 4; f++) {
			crm_buf_reset(&want);
			want_row(&want, forms[f], col, v, n);
			crm_buf_reset(&sink[f].buf);
			crm_writer_row(w[f], v, n);
			assert_string_equal(sink[f].buf.p, want.p);
		}
		read_back(crm_buf_view(&sink[0].buf), col, v, n);
	}
	for (f = 0; f < 4; f++) {
		crm_writer_free(w[f]);
		crm_sink_release(&sink[f]);
	}
	crm_buf_release(&bytes);
	crm_buf_release(&want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tamed),
		cmocka_unit_test(raw),
		cmocka_unit_test(texts),
		cmocka_unit_test(others),
		cmocka_unit_test(rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
