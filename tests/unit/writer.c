/* Records out, to people's terminals and to programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
	struct crm_column mail[] = { { "email", &many, false, false },
		{ "name", &one, false, false } };
	struct crm_column text[] = { { "name", &one, false, false } };
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
	struct crm_column col = { "a name that is longer", f, false, false };
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tamed),
		cmocka_unit_test(raw),
		cmocka_unit_test(texts),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
