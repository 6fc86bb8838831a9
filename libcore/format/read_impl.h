/*
 * read_impl - what the files that make up the reader share.  Others include
 * reader.h.
 */
#ifndef CRM_READ_IMPL_H
#define CRM_READ_IMPL_H

#include "base/buf.h"
#include "base/mem.h"
#include "format/cline.h"
#include "format/reader.h"
#include "format/zone_names.h"

/*
 * Lines (read_lines.c): bytes from a file descriptor, of which one record of
 * one or more lines is current.  It lies in the buffer in one piece.
 */
enum crm_coding {
	CRM_CODING_UNKNOWN, /* nothing was read yet */
	CRM_CODING_UTF8,
	CRM_CODING_UTF16LE,
	CRM_CODING_UTF16BE,
};

struct crm_lines {
	int fd;
	char *buf;       /* CRM_LINES_PAD bytes longer than cap */
	size_t cap, end; /* end: behind the last byte that was read */
	size_t pos, len; /* the current record, with its newlines */
	uint64_t line;   /* number of its first line, from 1 */
	uint64_t nlines; /* how many it has */
	enum crm_coding coding;
	char *wide; /* UTF-16 that was not converted yet */
	size_t nwide;
	/* see crm_reader_on_wait() */
	const struct crm_err *(*wait)(void *ctx, bool begin);
	void *wait_ctx;
	bool eof;
	bool cut; /* the record is too long: its rest was not read yet */
};

/* So many bytes behind a line may be read, but mean nothing: words at a time
 * need no care at its end. */
#define CRM_LINES_PAD 8

void crm_lines_init(struct crm_lines *, int fd);
void crm_lines_release(struct crm_lines *);

/*
 * Leave the current record and take the next line as a record; it is empty
 * at the end of the input.
 *
 * Fails with IO; with DATA when the line is longer than CRM_LINE_MAX, which
 * is then the current record, cut.
 */
CRM_CHECK const struct crm_err *crm_lines_next(struct crm_lines *);

/*
 * Add a line to the current record; the record stays as it is at the end of
 * the input.  It may move.
 *
 * Fails as crm_lines_next() does.
 */
CRM_CHECK const struct crm_err *crm_lines_extend(struct crm_lines *);

/* Give the current record back: crm_lines_next() takes it again. */
void crm_lines_again(struct crm_lines *);

/* The current record, with its newlines; dead at the next call. */
static inline struct crm_view
crm_lines_record(const struct crm_lines *l)
{
	return crm_view(l->buf + l->pos, l->len);
}

/* A line without its LF or CRLF. */
struct crm_view crm_lines_chomp(struct crm_view);

/* Columns (read_cols.c): names, numbered in order of appearance. */
#define CRM_COL_NONE UINT32_MAX

struct crm_col {
	struct crm_view name;
	struct crm_view quoted; /* of a JSON key: "name": */
	uint32_t hash;
	uint32_t next; /* the column that followed it last time */
	uint64_t row;  /* the last row that had it */
};

struct crm_cols {
	struct crm_col *col;
	size_t n, cap;
	uint32_t *slot; /* open addressing: a column's index + 1, or 0 */
	size_t nslots;  /* a power of two, at least twice n */
	uint32_t first; /* the column that began the last row */
	uint64_t row;   /* number of the current row */
	size_t bytes;   /* of all names */
	struct crm_arena arena;
};

void crm_cols_init(struct crm_cols *);
void crm_cols_release(struct crm_cols *);

/*
 * Add a column, whether or not its name is there.
 *
 * Fails with DATA when there are CRM_COLS_MAX, or when all names together
 * would be longer than CRM_LINE_MAX.
 */
CRM_CHECK const struct crm_err *crm_cols_add(
    struct crm_cols *, struct crm_view name, uint32_t *col);

/* The column of that name, or CRM_COL_NONE. */
uint32_t crm_cols_find(const struct crm_cols *, struct crm_view name);

/* Begin a row: no column was seen in it yet. */
void crm_cols_begin_row(struct crm_cols *);

/* The column that followed the column before (or CRM_COL_NONE, for the first)
 * in an earlier row, or CRM_COL_NONE. */
static inline uint32_t
crm_cols_guess(const struct crm_cols *c, uint32_t before)
{
	return before == CRM_COL_NONE ? c->first : c->col[before].next;
}

/*
 * The column of a key that was not guessed, added when it is new; the next
 * guess will be right.
 *
 * before  the column of the key before, or CRM_COL_NONE
 *
 * Fails as crm_cols_add() does.
 */
CRM_CHECK const struct crm_err *crm_cols_learn(
    struct crm_cols *, uint32_t before, struct crm_view name, uint32_t *col);

/* Note that the row has a column; fails with DATA when it had it already. */
CRM_CHECK const struct crm_err *crm_cols_mark(struct crm_cols *, uint32_t col);

struct crm_reader {
	struct crm_lines lines;
	struct crm_cols cols;
	char *name;
	enum crm_form_in form;
	char seps[4]; /* what parts cells; until the header was read all that
	                 might */
	bool (*known)(void *ctx, struct crm_view name);
	void *ctx;
	bool begun;
	bool over; /* set with an error that is final */
	struct crm_err fault;
	struct crm_row row;
	struct crm_cell *cell; /* of TSV and CSV col, type and item are set by
	                          the header, for all rows */
	size_t cap;
	struct crm_buf header;
	struct crm_buf scratch; /* what cells had to be copied to */
	struct crm_yaml *yaml;  /* of the record at hand */
	struct crm_arena card;  /* the same of a vCard */
	bool calendar;          /* one was begun, and has not ended */
	char *own;              /* what our own UIDs end with, or NULL */
	struct crm_staff staff; /* of a calendar: whose store it is */
	bool alone;             /* events with these alone are rows */
	/* adds to staff; NULL when it did, or nobody can */
	const struct crm_err *(*gather)(void *ctx, struct crm_staff *);
	void *gather_ctx;
	struct crm_left_out left;
	struct crm_zone_names zones;
};

/* JSON Lines (read_jsonl.c): make the cells of a row from a line. */
CRM_CHECK const struct crm_err *crm_jsonl_row(
    struct crm_reader *, struct crm_view line);

/* YAML (read_yaml.c): is a line the first one of such a stream? */
bool crm_yaml_is_first(struct crm_view line);

/* Take the next record; the current one is empty when there is none. */
CRM_CHECK const struct crm_err *crm_yaml_row(struct crm_reader *);

/* Content lines (read_cline.c): what vCard and iCalendar share. */

/* Is it this text, in either case, with blanks around it or not? */
bool crm_cline_is_text(struct crm_view, const char *what);

/*
 * Extend the current record, of which BEGIN:name was taken, up to its END.
 *
 * word    what it is, for messages
 *
 * Fails as crm_lines_extend() does; with DATA when the input ends before.
 * Both are final.
 */
CRM_CHECK const struct crm_err *crm_cline_take(
    struct crm_reader *, const char *name, const char *word);

/* Take the next physical line of a text, without its end. */
struct crm_view crm_cline_next_line(struct crm_view *text);

/* Take the next line of content, unfolded into a buffer. */
void crm_cline_unfold(struct crm_view *text, struct crm_buf *);

/*
 * Bring a line to UTF-8 without quoted-printable; line ends within become \n.
 *
 * c       its value is set to what is kept in the reader's arena
 *
 * Fails with DATA.
 */
CRM_CHECK const struct crm_err *crm_cline_decode(
    struct crm_reader *, struct crm_cline *c);

/*
 * Add a cell to the row.
 *
 * before  the column of the cell before, or CRM_COL_NONE; set to this one
 * item    one of a field of many values
 *
 * Fails as crm_cols_learn() does.
 */
CRM_CHECK const struct crm_err *crm_cline_add_cell(struct crm_reader *,
    uint32_t *before, const char *field, struct crm_view text, bool item);

/* vCard (read_vcard.c): as YAML. */
bool crm_vcard_is_first(struct crm_view line);
CRM_CHECK const struct crm_err *crm_vcard_row(struct crm_reader *);

/* iCalendar (read_ical.c): the same two. */
bool crm_ical_is_first(struct crm_view line);
CRM_CHECK const struct crm_err *crm_ical_row(struct crm_reader *);

/* Is a UID that of a record of our own?  Then id is that. */
bool crm_reader_own_id(
    const struct crm_reader *, struct crm_view uid, struct crm_view *id);

/* TSV and CSV (read_sv.c). */

/*
 * Count the characters in seps that stand outside quotes.
 *
 * counts  one for each of seps, set
 */
void crm_sv_count(struct crm_view record, const char *seps, size_t *counts);

/*
 * Extend the current record until its quotes are closed.
 *
 * Fails as crm_lines_extend() does; with DATA when the input ends before.
 * Both are final.
 */
CRM_CHECK const struct crm_err *crm_sv_complete(struct crm_reader *);

/* Name the columns; fails with DATA. */
CRM_CHECK const struct crm_err *crm_sv_header(
    struct crm_reader *, struct crm_view record);

/* Has a record nothing in any cell? */
bool crm_sv_is_empty(const struct crm_reader *, struct crm_view record);

/* Make the cells of a row; fails with DATA. */
CRM_CHECK const struct crm_err *crm_sv_row(
    struct crm_reader *, struct crm_view record);

#endif
