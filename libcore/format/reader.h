/*
 * reader - record streams in: JSON Lines, TSV, CSV, bare WHO lines, YAML, vCard,
 * iCalendar.
 *
 * A reader knows nothing of fields and their types.  It hands out rows: the
 * cells of one record with the names that the stream gave them.
 */
#ifndef CRM_READER_H
#define CRM_READER_H

#include "base/buf.h"
#include "format/staff.h"

enum crm_form_in {
	CRM_IN_AUTO, /* told apart by its first bytes */
	CRM_IN_JSONL,
	CRM_IN_TSV,
	CRM_IN_CSV,   /* with commas, semicolons or tabs: as the header has */
	CRM_IN_IDS,   /* one WHO a line, bare or as a JSON string: a row of one
	                cell, named "id" */
	CRM_IN_YAML,  /* a list of maps, each beginning with "- " in column 1 */
	CRM_IN_VCARD, /* 2.1, 3.0, 4.0; columns are fields of ours: vcard.h */
	CRM_IN_ICS,   /* iCalendar: events and to-dos; the same */
};

/* Read a form's name: "jsonl", "tsv", "csv", "ids", "yaml",
 * "vcard", "ics"; false when unknown. */
bool crm_form_in_parse(const char *, enum crm_form_in *out);

/* Do arrays give a field of many its values one by one, rather than a cell
 * with commas? */
static inline bool
crm_form_has_arrays(enum crm_form_in form)
{
	return form == CRM_IN_JSONL || form == CRM_IN_YAML ||
	    form == CRM_IN_VCARD || form == CRM_IN_ICS;
}

enum crm_cell_type {
	CRM_CELL_TEXT,   /* a string; in TSV and CSV every cell */
	CRM_CELL_NUMBER, /* a JSON number, as it was written */
	CRM_CELL_TRUE,
	CRM_CELL_FALSE,
	CRM_CELL_NULL,
	CRM_CELL_NONE,   /* an empty JSON array: one cell, no item */
	CRM_CELL_OBJECT, /* a JSON object, or an array within an array: its
	                    text; no field takes one */
};

struct crm_cell {
	uint32_t col; /* which column: index for crm_reader_col() */
	enum crm_cell_type type;
	struct crm_view text; /* JSON strings: unescaped.  TSV: as it stands
	                          when 'escaped' is set.  CSV: unquoted */
	bool escaped;         /* TSV with a backslash: crm_cell_unescape() */
	bool item;            /* one of a JSON array; arrays give a cell an
	                          item, in order */
};

struct crm_row {
	const struct crm_cell *cell; /* in the order they were written */
	size_t n;
	uint64_t line;       /* number of its first line, from 1 */
	struct crm_view raw; /* the line or lines as they were, with newline */
	bool gone; /* it was called off: its record is to be removed */
};

struct crm_reader;

/* What a header or the keys of a whole stream may number: as many columns as
 * the widest spreadsheet has (Office Open XML programs: column XFD). */
#define CRM_COLS_MAX 16384

/*
 * Open a record stream.
 *
 * fd      read from where it stands; not closed
 * name    for messages: "stdin", a path; copied
 * known   says whether a word is the name of a column that the caller
 *         understands: a stream of one column is TSV with a header (CSV, when
 *         it is quoted) when its first line is such a name, else WHO lines.
 *         NULL: only "id" is
 * out     free with crm_reader_close()
 *
 * Nothing is read yet.  Fails with IO when fd is not open for reading.
 */
CRM_CHECK const struct crm_err *crm_reader_open(int fd, const char *name,
    enum crm_form_in, bool (*known)(void *ctx, struct crm_view name), void *ctx,
    struct crm_reader **out);
void crm_reader_close(struct crm_reader *);

/*
 * Have a function called before input is waited for (begin), and after: to
 * let go of what nobody should hold meanwhile.  Input that comes at once is
 * not waited for.
 */
void crm_reader_on_wait(struct crm_reader *,
    const struct crm_err *(*fn)(void *ctx, bool begin), void *ctx);

/*
 * Read the next record.  Waits for input only when no whole record is
 * buffered.
 *
 * out     the row, or NULL after the last one; borrowed from the reader,
 *         dead at the next call
 *
 * Empty lines between JSON Lines and WHO lines, and before a header, are
 * skipped; a line with only blanks counts as empty.  Between rows of TSV and
 * CSV a line with nothing at all is skipped; under a header of one column it
 * is a row whose cell is empty.  Input that is empty altogether has no rows.
 * LF and CRLF end lines; a last line may lack its newline.  A UTF-8 mark at
 * the beginning is skipped; UTF-16 with a mark is converted, and raw lines and
 * byte offsets are those of the UTF-8 that it becomes.
 *
 * Fails with DATA for a bad line (not UTF-8, NUL, bad JSON, a key that stands
 * twice, a wrong number of cells, a bad quote, over CRM_LINE_MAX bytes): the
 * message says what and nothing of where - the caller has crm_reader_line() -
 * and the next call goes on with the line after it.  crm_reader_raw() is the
 * bad line as it was, cut when it was too long.  Escapes of TSV are not looked
 * at here.
 *
 * Final is a failure of form: in the first line (a damaged header, a JSON
 * array, an object over several lines, over CRM_LINE_MAX bytes) or
 * in CSV and vCard (a quote that is never closed, a card without its end, a
 * record over CRM_LINE_MAX bytes: nobody knows where the next one begins).  From then on every call fails the
 * same way and crm_reader_is_over().  Fails with IO when reading fails; final
 * too.
 */
CRM_CHECK const struct crm_err *crm_reader_next(
    struct crm_reader *, const struct crm_row **out);

/*
 * Say who we are: a vCard whose UID is ID@STORE is of that record, and its row
 * has an id.
 *
 * store   copied
 */
void crm_reader_own(struct crm_reader *, const char *store);

/*
 * Say whose store it is: a calendar's events with others are not with them.
 *
 * gather  called once, with the first row, when it is a calendar: adds them;
 *         its error is that of crm_reader_next()
 * alone   events with nobody else are rows too; else they are left out
 */
void crm_reader_staff(struct crm_reader *,
    const struct crm_err *(*gather)(void *ctx, struct crm_staff *), void *ctx,
    bool alone);

/* How many records were left out so far. */
struct crm_left_out {
	uint64_t private; /* of calendars: their CLASS is PRIVATE or so */
	uint64_t alone;   /* events of them with nobody but staff */
	uint64_t empty;   /* rows of TSV and CSV with nothing in any cell */
};
struct crm_left_out crm_reader_left_out(const struct crm_reader *);

/* The first line of the row or error that was returned last, from 1. */
uint64_t crm_reader_line(const struct crm_reader *);

/* The name for messages. */
const char *crm_reader_name(const struct crm_reader *);

/* The bytes of the row or error that was returned last; borrowed, dead at the
 * next call of crm_reader_next(). */
struct crm_view crm_reader_raw(const struct crm_reader *);

/* Has a final error been returned? */
bool crm_reader_is_over(const struct crm_reader *);

/* The form that the stream turned out to have: valid after the first call.
 * CRM_IN_AUTO when that was to be found out and the stream is empty. */
enum crm_form_in crm_reader_form(const struct crm_reader *);

/* The header line of TSV or CSV as it was, with newline; else empty.
 * Borrowed until the reader is closed. */
struct crm_view crm_reader_header(const struct crm_reader *);

/*
 * How many columns were named so far, and the name of one; borrowed until
 * the reader is closed.  JSON Lines: keys in order of first appearance.  TSV
 * and CSV: without blanks around it; may be empty, but no other name stands
 * twice.
 */
size_t crm_reader_ncols(const struct crm_reader *);
struct crm_view crm_reader_col(const struct crm_reader *, uint32_t col);

/*
 * Undo TSV escapes (\t \n \r \\) of one value.
 *
 * out     appended to
 *
 * Fails with DATA: "bad escape '\q'"; the ceiling of out was hit.
 */
CRM_CHECK const struct crm_err *crm_cell_unescape(
    struct crm_view, struct crm_buf *out);

/*
 * Take the next value of a cell that holds many, in TSV or CSV.
 *
 * rest    what is left of the cell; set to what is left after the value
 * seps    characters that part values; with a backslash in front one does
 *         not, nor does "\,", whatever seps are.  When seps is "," a comma
 *         followed by a blank does not part either
 * escaped undo TSV escapes as well; else other backslashes stand for
 *         themselves
 * buf     holds the value where it is not a piece of the cell as it is
 * value   set, without blanks around it; dead at the next call
 * more    false when nothing is left and the value is empty
 *
 * Empty values are skipped.  Fails as crm_cell_unescape() does; nothing is
 * left then.
 */
CRM_CHECK const struct crm_err *crm_cell_next(struct crm_view *rest,
    const char *seps, bool escaped, struct crm_buf *buf, struct crm_view *value,
    bool *more);

#endif
