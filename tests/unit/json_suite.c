/*
 * Public test suites: JSONTestSuite (what must be accepted and refused) and
 * csv-spectrum (CSV with the JSON that it stands for).  They lie in the folder
 * that CRM_DATA names, else in ../shared/data; without it the tests are
 * skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"
#include "format/json.h"
#include "format/reader.h"

#define FILE_MAX ((size_t)1 << 20)

/* Open a folder of the test data, or skip the test. */
static DIR *
open_data(const char *name)
{
	const char *data = getenv("CRM_DATA");
	struct crm_buf path = CRM_BUF_INIT(4096);
	DIR *dir;

	crm_buf_addf(
	    &path, "%s/%s", data != NULL ? data : "../shared/data", name);
	assert_null(crm_buf_end(&path));
	dir = opendir(path.p);
	if (dir == NULL)
		print_message("no test data: '%s'\n", path.p);
	crm_buf_release(&path);
	if (dir == NULL)
		skip();
	return dir;
}

static void
read_file(DIR *dir, const char *name, struct crm_buf *out)
{
	int fd = openat(dirfd(dir), name, O_RDONLY);
	char *room;
	ssize_t n;

	assert_true(fd >= 0);
	crm_buf_reset(out);
	do {
		room = crm_buf_room(out, 4096);
		assert_non_null(room);
		n = read(fd, room, 4096);
		assert_true(n >= 0);
		crm_buf_used(out, (size_t)n);
	} while (n > 0);
	assert_int_equal(close(fd), 0);
}

/* Is it JSON, for a caller who checks UTF-8 first? */
static bool
is_json(struct crm_view in)
{
	struct crm_buf scratch = CRM_BUF_INIT(FILE_MAX);
	const struct crm_err *err = NULL;
	enum crm_json_token token = CRM_JSON_NULL;
	struct crm_json j;
	struct crm_view text;

	if (crm_utf8_check(in) != in.n)
		return false;
	crm_json_begin(&j, in, &scratch);
	while (err == NULL && token != CRM_JSON_END)
		err = crm_json_next(&j, &token, &text);
	crm_buf_release(&scratch);
	return err == NULL;
}

static void
json(void **state)
{
	struct crm_buf in = CRM_BUF_INIT(FILE_MAX);
	const struct dirent *entry;
	DIR *dir = open_data("json");
	bool wanted;
	size_t n = 0;

	(void)state;
	for (;;) {
		entry = readdir(dir);
		if (entry == NULL)
			break;
		wanted = strncmp(entry->d_name, "y_", 2) == 0;
		if (!wanted && strncmp(entry->d_name, "n_", 2) != 0)
			continue;
		read_file(dir, entry->d_name, &in);
		if (is_json(crm_buf_view(&in)) != wanted)
			fail_msg("%s: %s", entry->d_name,
			    wanted ? "refused" : "accepted");
		n++;
	}
	assert_true(n > 100);
	assert_int_equal(closedir(dir), 0);
	crm_buf_release(&in);
}

/* Put a CR before each LF that has none. */
static void
add_crs(const struct crm_buf *in, struct crm_buf *out)
{
	size_t i;

	crm_buf_reset(out);
	for (i = 0; i < in->n; i++) {
		if (in->p[i] == '\n' && (i == 0 || in->p[i - 1] != '\r'))
			crm_buf_addc(out, '\r');
		crm_buf_addc(out, in->p[i]);
	}
}

static struct crm_reader *
open_csv(const struct crm_buf *csv, int fd[2])
{
	const struct crm_err *err;
	struct crm_reader *r;

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], csv->p, csv->n), csv->n);
	assert_int_equal(close(fd[1]), 0);
	err = crm_reader_open(fd[0], "csv", CRM_IN_CSV, NULL, NULL, &r);
	assert_null(err);
	return r;
}

/* The next token but array brackets: a lone record may lack them. */
static enum crm_json_token
next_token(struct crm_json *j, struct crm_view *text)
{
	enum crm_json_token token;

	do
		assert_null(crm_json_next(j, &token, text));
	while (token == CRM_JSON_ARRAY || token == CRM_JSON_ARRAY_END);
	return token;
}

static void
same_rows(struct crm_reader *r, struct crm_json *j, const char *differs)
{
	const struct crm_row *row;
	struct crm_view text, name;
	enum crm_json_token token;
	size_t i;

	for (;;) {
		assert_null(crm_reader_next(r, &row));
		token = next_token(j, &text);
		if (row == NULL)
			break;
		assert_int_equal(token, CRM_JSON_OBJECT);
		for (i = 0; i < row->n; i++) {
			name = crm_reader_col(r, row->cell[i].col);
			assert_int_equal(next_token(j, &text), CRM_JSON_KEY);
			assert_true(crm_view_eq(text, name));
			assert_int_equal(next_token(j, &text), CRM_JSON_STRING);
			if (differs == NULL || !crm_view_is(name, differs))
				assert_true(
				    crm_view_eq(text, row->cell[i].text));
		}
		assert_int_equal(next_token(j, &text), CRM_JSON_OBJECT_END);
	}
	assert_int_equal(token, CRM_JSON_END);
}

static void
csv(void **state)
{
	static const struct {
		const char *csv, *json;
		bool crlf;           /* copies may have lost their CR */
		const char *differs; /* a column that the suite has wrong */
	} files[] = {
		{ "comma_in_quotes.csv", "comma_in_quotes.json", false, NULL },
		{ "empty.csv", "empty.json", false, NULL },
		{ "empty_crlf.csv", "empty_crlf.json", true, NULL },
		{ "escaped_quotes.csv", "escaped_quotes.json", false, NULL },
		{ "json.csv", "json.json", false, NULL },
		{ "location_coordinates.csv", "location_coordinates.json",
		    false, "Contact Phone Number" },
		{ "newlines.csv", "newlines.json", false, NULL },
		{ "newlines_crlf.csv", "newlines_crlf.json", true, NULL },
		{ "quotes_and_newlines.csv", "quotes_and_newlines.json", false,
		    NULL },
		{ "simple.csv", "simple.json", false, NULL },
		{ "simple_crlf.csv", "simple_crlf.json", true, NULL },
		{ "utf8.csv", "utf8.json", false, NULL },
	};
	struct crm_buf in = CRM_BUF_INIT(FILE_MAX);
	struct crm_buf with_crs = CRM_BUF_INIT(FILE_MAX);
	struct crm_buf scratch = CRM_BUF_INIT(FILE_MAX);
	DIR *csvs = open_data("csv/spectrum/csvs");
	DIR *jsons = open_data("csv/spectrum/json");
	struct crm_reader *r;
	struct crm_json j;
	size_t i;
	int fd[2];

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		read_file(csvs, files[i].csv, &in);
		add_crs(&in, &with_crs);
		r = open_csv(files[i].crlf ? &with_crs : &in, fd);
		read_file(jsons, files[i].json, &in);
		crm_json_begin(&j, crm_buf_view(&in), &scratch);
		same_rows(r, &j, files[i].differs);
		crm_reader_close(r);
		assert_int_equal(close(fd[0]), 0);
	}
	assert_int_equal(closedir(csvs), 0);
	assert_int_equal(closedir(jsons), 0);
	crm_buf_release(&in);
	crm_buf_release(&with_crs);
	crm_buf_release(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json),
		cmocka_unit_test(csv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
