/* Records out, to people's terminals and to programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/writer.h"
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
	struct crm_column mail[] = { { "email", &many, false },
		{ "name", &one, false } };
	struct crm_column text[] = { { "name", &one, false } };
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tamed),
		cmocka_unit_test(raw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
