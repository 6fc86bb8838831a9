/*
 * writer - records out: as JSON Lines, TSV, CSV, ids, YAML, for mail clients,
 * or as a table for people.
 *
 * A writer knows columns and values, not records: whoever has a record hands
 * over the values of the columns it has.
 */
#ifndef CRM_WRITER_H
#define CRM_WRITER_H

#include "base/num.h"
#include "base/time.h"
#include "format/sink.h"
#include "record/field.h"

enum crm_form_out {
	CRM_OUT_TABLE,
	CRM_OUT_JSONL,
	CRM_OUT_TSV,
	CRM_OUT_CSV,
	CRM_OUT_IDS,
	CRM_OUT_YAML,
	CRM_OUT_MUTT,  /* columns: email, name, comment */
	CRM_OUT_AERC,  /* columns: email, name */
	CRM_OUT_SHEET, /* CSV for spreadsheets: see crm_cell_is_formula() */
	CRM_OUT_VCARD, /* 4.0; columns: crm_vcard_columns */
	CRM_OUT_VCARD3,
	CRM_OUT_LEDGER, /* a journal; columns: enum crm_ledger_column */
};

/* Is it one that only people and organisations have, as vCards? */
static inline bool
crm_form_is_card(enum crm_form_out form)
{
	return form == CRM_OUT_VCARD || form == CRM_OUT_VCARD3;
}

/* Is it one for a program that knows addresses alone? */
static inline bool
crm_form_is_book(enum crm_form_out form)
{
	return form == CRM_OUT_MUTT || form == CRM_OUT_AERC ||
	    crm_form_is_card(form);
}

/* Does a form choose its columns itself, so that -f means nothing to it? */
static inline bool
crm_form_has_columns(enum crm_form_out form)
{
	return crm_form_is_book(form) || form == CRM_OUT_IDS ||
	    form == CRM_OUT_LEDGER;
}

/* The names of the forms, "a\0b\0\0", and a form by its name. */
const char *crm_form_out_names(void);
bool crm_form_out_parse(const char *, enum crm_form_out *out);

struct crm_column {
	const char *name;              /* as it is printed */
	const struct crm_field *field; /* its type; many values or one */
	bool keep;     /* tables have it also when it is empty in all rows */
	bool bar;      /* tables on a terminal have a bar beside its numbers */
	uint8_t spare; /* narrow ones leave it out, the greatest first */
};

struct crm_value {
	uint32_t col;          /* which column */
	bool safe;             /* its text needs no escaping in JSON */
	bool is_text;          /* value is text already, whatever the type */
	uint8_t mark;          /* bars are of numbers with the same one */
	struct crm_view value; /* as stored; of tables, links may be texts */
};

struct crm_writer_options {
	enum crm_form_out form;
	bool terminal;         /* escape what could drive one */
	bool color;            /* also of tables on a terminal: with bars */
	bool unicode;          /* they are of blocks, else ASCII */
	size_t width;          /* columns of a terminal; 0: no limit */
	struct crm_zone *zone; /* tables show times in it */
	bool headed;           /* a header stands there from before */
	const char *store;     /* names the store in UIDs; borrowed */
};

struct crm_writer;

struct crm_writer *crm_writer_new(
    struct crm_sink *, const struct crm_writer_options *);
void crm_writer_free(struct crm_writer *);

/*
 * Say which columns the next rows have.  TSV, CSV and tables take them once,
 * before the first row.
 *
 * col     borrowed, as long as rows of it are written
 */
void crm_writer_columns(
    struct crm_writer *, const struct crm_column *col, size_t n);

/*
 * Write a row.
 *
 * value   those it has, in the order of columns; others are empty, and so are
 *         those without bytes
 */
void crm_writer_row(
    struct crm_writer *, const struct crm_value *value, size_t n);

/*
 * Can rows be written by another writer, apart from those before them?  Not in
 * forms that look at all of them, nor for a terminal.
 */
bool crm_writer_is_plain(const struct crm_writer *);

/* A writer of further rows in the same form, to another sink; it writes no
 * header.  Free with crm_writer_free(). */
struct crm_writer *crm_writer_again(
    const struct crm_writer *, struct crm_sink *);

/*
 * Write rows that such a writer wrote, behind a row of this one.
 *
 * rows    their bytes are taken, and it is empty again
 */
void crm_writer_rows(struct crm_writer *, struct crm_buf *rows);

/* Write what is left (a table, the header when there were no rows).  Errors
 * come out of crm_sink_flush(). */
void crm_writer_end(struct crm_writer *);

/* Add a field's stored value as JSON: many values as an array. */
void crm_json_add_value(
    struct crm_buf *, const struct crm_field *, struct crm_view stored);

/*
 * Add one value for people: money in groups of three digits, times short and
 * in a zone, midnight as the day alone.
 *
 * zone    NULL: times as they are stored
 */
void crm_people_add_value(struct crm_buf *, const struct crm_field *,
    struct crm_view value, struct crm_zone *zone);

/* Add a number with digits in groups of three: 1,234,567.50 */
void crm_people_add_dec(struct crm_buf *, struct crm_dec);

/* May values be shortened for people?  Words may; half an id, a date or a number
 * would be another one. */
bool crm_people_may_cut(const struct crm_field *);

/* Add a string as CSV has it: in quotes where it needs them. */
void crm_csv_add(struct crm_buf *, struct crm_view);

/*
 * Escape what could drive a terminal in what was written from a place on.
 *
 * json     as JSON does it
 * scratch  its contents are lost
 */
void crm_writer_tame(
    struct crm_buf *, size_t from, bool json, struct crm_buf *scratch);

#endif
