#include "format/reader.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>

#include "base/utf8.h"
#include "config/yaml.h"
#include "format/json.h"
#include "format/read_impl.h"
#include "format/vcard.h"

/* What may part the cells of CSV; the earlier one when they tie. */
#define SEPS ",;\t"

bool
crm_form_in_parse(const char *s, enum crm_form_in *out)
{
	static const struct {
		const char *name;
		enum crm_form_in form;
	} forms[] = {
		{ "jsonl", CRM_IN_JSONL },
		{ "tsv", CRM_IN_TSV },
		{ "csv", CRM_IN_CSV },
		{ "ids", CRM_IN_IDS },
		{ "yaml", CRM_IN_YAML },
		{ "vcard", CRM_IN_VCARD },
		{ "ics", CRM_IN_ICS },
	};
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(s, forms[i].name) == 0) {
			*out = forms[i].form;
			return true;
		}
	return false;
}

const struct crm_err *
crm_reader_open(int fd, const char *name, enum crm_form_in form,
    bool (*known)(void *ctx, struct crm_view name), void *ctx,
    struct crm_reader **out)
{
	struct crm_reader *r;
	int flags = fcntl(fd, F_GETFL);

	*out = NULL;
	if (flags != -1 && (flags & O_ACCMODE) == O_WRONLY)
		errno = EBADF;
	if (flags == -1 || (flags & O_ACCMODE) == O_WRONLY)
		return crm_err_errno(CRM_E_IO, "cannot read %s", name);
	r = crm_calloc(1, sizeof(*r));
	crm_lines_init(&r->lines, fd);
	crm_cols_init(&r->cols);
	r->name = crm_strndup(name, strlen(name));
	r->form = form;
	r->known = known;
	r->ctx = ctx;
	r->header.max = r->scratch.max = CRM_LINE_MAX * 2;
	*out = r;
	return NULL;
}

void
crm_reader_on_wait(struct crm_reader *r,
    const struct crm_err *(*fn)(void *ctx, bool begin), void *ctx)
{
	r->lines.wait = fn;
	r->lines.wait_ctx = ctx;
}

void
crm_reader_own(struct crm_reader *r, const char *store)
{
	crm_free(r->own);
	r->own = crm_strndup(store, strlen(store));
}

void
crm_reader_staff(struct crm_reader *r,
    const struct crm_err *(*gather)(void *ctx, struct crm_staff *), void *ctx,
    bool alone)
{
	r->gather = gather;
	r->gather_ctx = ctx;
	r->alone = alone;
}

struct crm_left_out
crm_reader_left_out(const struct crm_reader *r)
{
	return r->left;
}

bool
crm_reader_own_id(
    const struct crm_reader *r, struct crm_view uid, struct crm_view *id)
{
	size_t at = crm_view_find(uid, CRM_VCARD_AT);

	if (r->own == NULL || at == uid.n ||
	    !crm_view_is(crm_view_skip(uid, at + 1), r->own))
		return false;
	*id = crm_view(uid.p, at);
	return true;
}

void
crm_reader_close(struct crm_reader *r)
{
	if (r == NULL)
		return;
	crm_buf_release(&r->scratch);
	crm_buf_release(&r->header);
	crm_yaml_free(r->yaml);
	crm_arena_release(&r->card);
	crm_free(r->own);
	crm_zone_names_release(&r->zones);
	crm_staff_release(&r->staff);
	crm_free(r->cell);
	crm_free(r->name);
	crm_cols_release(&r->cols);
	crm_lines_release(&r->lines);
	crm_free(r);
}

static const struct crm_err *
check_text(const struct crm_reader *r, struct crm_view v)
{
	size_t bad = crm_utf8_check(v);

	if (bad == v.n)
		return NULL;
	return crm_err(CRM_E_DATA, "byte %zu: %s", bad + 1,
	    v.p[bad] == '\0' ? "a NUL"
		: r->lines.wide != NULL
		? "not UTF-16"
		: "not UTF-8 (of Windows? iconv -f windows-1252 "
		  "-t utf-8)");
}

/* What JSON looks like that cannot be read. */
static const struct crm_err *
refuse(const struct crm_reader *r, struct crm_view line)
{
	if (r->form != CRM_IN_AUTO && r->form != CRM_IN_JSONL)
		return NULL;
	if (line.p[0] == '[')
		return crm_err(CRM_E_DATA,
		    "a JSON array: write one object a line, as "
		    "\"jq -c '.[]'\" does");
	if (crm_view_is(line, "{"))
		return crm_err(CRM_E_DATA,
		    "a JSON object over several lines: write one object a "
		    "line, as \"jq -c .\" does");
	return NULL;
}

static bool
is_column(const struct crm_reader *r, struct crm_view name)
{
	if (r->known != NULL)
		return r->known(r->ctx, name);
	return crm_view_is(name, "id");
}

/* Is a line one JSON string?  Then out is what it says, kept in scratch. */
static bool
is_json_string(struct crm_reader *r, struct crm_view line, struct crm_view *out)
{
	enum crm_json_token token, end;
	const struct crm_err *err;
	struct crm_json j;
	struct crm_view rest;

	if (line.n < 2 || line.p[0] != '"')
		return false;
	crm_json_begin(&j, line, &r->scratch);
	err = crm_json_next(&j, &token, out);
	if (err == NULL)
		err = crm_json_next(&j, &end, &rest);
	return err == NULL && token == CRM_JSON_STRING && end == CRM_JSON_END &&
	    memchr(out->p, '\0', out->n) == NULL;
}

/*
 * Tell the form by the first line.
 *
 * word    the line without blanks around it; not empty
 */
static enum crm_form_in
guess_form(struct crm_reader *r, struct crm_view line, struct crm_view word)
{
	size_t n[3]; /* as SEPS */

	if (word.p[0] == '{')
		return CRM_IN_JSONL;
	if (word.p[0] == '"')
		return is_json_string(r, word, &word) && !is_column(r, word)
		    ? CRM_IN_IDS
		    : CRM_IN_CSV;
	if (crm_yaml_is_first(line))
		return CRM_IN_YAML;
	if (crm_vcard_is_first(line))
		return CRM_IN_VCARD;
	if (crm_ical_is_first(line))
		return CRM_IN_ICS;
	crm_sv_count(line, SEPS, n);
	if (n[2] > 0 && n[2] >= n[0] && n[2] >= n[1])
		return CRM_IN_TSV;
	if (n[0] > 0 || n[1] > 0)
		return CRM_IN_CSV;
	return is_column(r, word) ? CRM_IN_TSV : CRM_IN_IDS;
}

static const struct crm_err *
settle_form(struct crm_reader *r)
{
	const struct crm_err *err;
	struct crm_view line = crm_lines_chomp(crm_lines_record(&r->lines));
	struct crm_view word = crm_view_trim(line);

	err = refuse(r, word);
	if (err != NULL || r->form != CRM_IN_AUTO)
		return err;
	/* What begins with '{' is JSON Lines even when this one is bad. */
	if (word.p[0] != '{')
		err = check_text(r, line);
	if (err == NULL)
		r->form = guess_form(r, line, word);
	return err;
}

/* Find out what parts the cells and complete the record. */
static const struct crm_err *
settle_csv(struct crm_reader *r)
{
	const struct crm_err *err;
	size_t n[3], i, best = 0; /* as SEPS */

	memcpy(r->seps, SEPS, sizeof(SEPS));
	err = crm_sv_complete(r);
	if (err != NULL)
		return err;
	crm_sv_count(crm_lines_record(&r->lines), SEPS, n);
	for (i = 1; i < 3; i++)
		if (n[i] > n[best])
			best = i;
	r->seps[0] = SEPS[best];
	r->seps[1] = '\0';
	return NULL;
}

static const struct crm_err *
read_header(struct crm_reader *r)
{
	const struct crm_err *err;
	struct crm_view rec;

	r->seps[0] = '\t';
	if (r->form == CRM_IN_CSV) {
		err = settle_csv(r);
		if (err != NULL)
			return err;
	}
	rec = crm_lines_record(&r->lines);
	err = check_text(r, crm_lines_chomp(rec));
	if (err != NULL)
		return err;
	crm_buf_addv(&r->header, rec);
	return crm_sv_header(r, crm_lines_chomp(rec));
}

/* The one column of WHO lines. */
static const struct crm_err *
name_id(struct crm_reader *r)
{
	r->cell = crm_grow(r->cell, &r->cap, 1, sizeof(*r->cell));
	r->cell[0] = (struct crm_cell){ .type = CRM_CELL_TEXT };
	return crm_cols_add(&r->cols, CRM_V("id"), &r->cell[0].col);
}

static bool
is_blank(struct crm_view v)
{
	return crm_view_trim(v).n == 0;
}

/* Read as far as the first row. */
static const struct crm_err *
begin(struct crm_reader *r)
{
	const struct crm_err *err;
	struct crm_view line;

	do {
		err = crm_lines_next(&r->lines);
		if (err != NULL)
			return err;
		line = crm_lines_record(&r->lines);
	} while (line.n > 0 && is_blank(line));
	if (line.n == 0)
		return NULL;
	err = settle_form(r);
	if (err != NULL)
		return err;
	if (r->form == CRM_IN_TSV || r->form == CRM_IN_CSV)
		return read_header(r);
	crm_lines_again(&r->lines);
	return r->form == CRM_IN_IDS ? name_id(r) : NULL;
}

static const struct crm_err *
next_record(struct crm_reader *r)
{
	const struct crm_err *err;

	err = crm_lines_next(&r->lines);
	if (r->form != CRM_IN_CSV)
		return err;
	if (err == NULL)
		return crm_sv_complete(r);
	r->over = true; /* it may have been cut within quotes */
	return err;
}

static bool
is_skipped(struct crm_reader *r, struct crm_view line)
{
	if (r->form != CRM_IN_TSV && r->form != CRM_IN_CSV)
		return is_blank(line);
	if (r->cols.n < 2 || !crm_sv_is_empty(r, line))
		return false;
	r->left.empty += line.n > 0;
	return true;
}

/* Make the cells of a line. */
static const struct crm_err *
read_row(struct crm_reader *r, struct crm_view line)
{
	const struct crm_err *err;

	err = check_text(r, line);
	if (err != NULL)
		return err;
	r->row.n = 0;
	if (r->form == CRM_IN_JSONL)
		return crm_jsonl_row(r, line);
	if (r->form != CRM_IN_IDS)
		return crm_sv_row(r, line);
	line = crm_view_trim(line);
	if (!is_json_string(r, line, &r->cell[0].text))
		r->cell[0].text = line;
	r->row.n = 1;
	return NULL;
}

/* Read a row; the current record is empty when there is none. */
static const struct crm_err *
next_row(struct crm_reader *r)
{
	const struct crm_err *err;
	struct crm_view line;

	if (r->form == CRM_IN_YAML)
		return crm_yaml_row(r);
	if (r->form == CRM_IN_VCARD)
		return crm_vcard_row(r);
	if (r->form == CRM_IN_ICS)
		return crm_ical_row(r);
	do {
		err = next_record(r);
		if (err != NULL)
			return err;
		if (r->lines.len == 0)
			return NULL;
		line = crm_lines_chomp(crm_lines_record(&r->lines));
	} while (is_skipped(r, line));
	return read_row(r, line);
}

const struct crm_err *
crm_reader_next(struct crm_reader *r, const struct crm_row **out)
{
	const struct crm_err *err = NULL;

	*out = NULL;
	if (r->over)
		return crm_err(r->fault.code, "%s", r->fault.msg);
	if (!r->begun) {
		err = begin(r);
		r->begun = true;
		r->over = err != NULL;
	}
	if (err == NULL)
		err = next_row(r);
	if (err != NULL) {
		r->over = r->over || err->code != CRM_E_DATA;
		r->fault = *err;
	}
	r->row.cell = r->cell;
	r->row.line = r->lines.line;
	r->row.raw = crm_lines_record(&r->lines);
	if (err == NULL && r->row.raw.n > 0)
		*out = &r->row;
	return err;
}

uint64_t
crm_reader_line(const struct crm_reader *r)
{
	return r->lines.line;
}

const char *
crm_reader_name(const struct crm_reader *r)
{
	return r->name;
}

struct crm_view
crm_reader_raw(const struct crm_reader *r)
{
	return r->row.raw;
}

bool
crm_reader_is_over(const struct crm_reader *r)
{
	return r->over;
}

enum crm_form_in
crm_reader_form(const struct crm_reader *r)
{
	return r->form;
}

struct crm_view
crm_reader_header(const struct crm_reader *r)
{
	return crm_buf_view(&r->header);
}

size_t
crm_reader_ncols(const struct crm_reader *r)
{
	return r->cols.n;
}

struct crm_view
crm_reader_col(const struct crm_reader *r, uint32_t col)
{
	assert(col < r->cols.n);
	return r->cols.col[col].name;
}
