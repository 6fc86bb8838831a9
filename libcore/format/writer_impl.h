/*
 * writer_impl - what the parts of the writer share.
 */
#ifndef CRM_WRITER_IMPL_H
#define CRM_WRITER_IMPL_H

#include "base/mem.h"
#include "base/time.h"
#include "format/writer.h"

/* How the values of a column are written, found out once. */
enum crm_cell_shape {
	CRM_SHAPE_OTHER,
	CRM_SHAPE_TEXT,  /* one text, as it is stored */
	CRM_SHAPE_TEXTS, /* many of them */
	CRM_SHAPE_WORD,  /* one of each of these */
	CRM_SHAPE_LINK,
	CRM_SHAPE_TIME,
	CRM_SHAPE_DATE,
	CRM_SHAPE_DEC, /* a number, a percentage, an amount */
};

struct crm_cell_way {
	struct crm_view key; /* of JSON: ,"name": */
	enum crm_cell_shape shape;
	unsigned int mask; /* of a text: what stands behind a backslash */
	/* The time that was written last: many records were made, or changed,
	 * together. */
	uint8_t time_n, text_n; /* bytes; 0: none yet */
	char time[8];           /* as it is stored */
	char text[CRM_TIME_TEXT];
};

/* Find out how a column is written, in TSV or in another form. */
void crm_cell_way(struct crm_cell_way *, const struct crm_field *, bool tsv);

/* Is a cell short: can it be written where there is crm_cell_room()?  Others
 * are written by crm_cell_text(). */
static inline bool
crm_cell_is_short(const struct crm_cell_way *way, const struct crm_value *c)
{
	return !c->is_text && way->shape != CRM_SHAPE_OTHER &&
	    (way->shape != CRM_SHAPE_WORD || c->safe);
}

#define CRM_CELL_ROOM 64
static inline size_t
crm_cell_room(const struct crm_value *c)
{
	return 2 * c->value.n + CRM_CELL_ROOM;
}

/*
 * The text of one word, link, time, day or number.
 *
 * to      CRM_CELL_ROOM bytes, and as many as v has
 *
 * Returns what is behind it: it is the text of crm_value_add_text().
 */
char *crm_cell_put(char *to, struct crm_cell_way *, struct crm_view v);

/* writer_cell.c */

/* The text of a cell: many values joined with ',', what parts them behind a
 * backslash, and (tsv) tabs, line ends and backslashes escaped. */
void crm_cell_text(struct crm_buf *out, const struct crm_field *,
    const struct crm_value *, bool tsv);

/*
 * Write a cell of CSV, if it is short and needs no quotes.
 *
 * sheet   nor anything in front of it: see crm_cell_is_formula()
 */
bool crm_csv_put(struct crm_buf *, struct crm_cell_way *,
    const struct crm_field *, const struct crm_value *, bool sheet);

/*
 * Would a spreadsheet take a cell for a formula?  One that begins with = + - @
 * or a control, numbers apart: -5 is none.
 *
 * text    the cell, before it is put in quotes
 *
 * From: OWASP, "CSV Injection".
 */
bool crm_cell_is_formula(
    const struct crm_field *, const struct crm_value *, struct crm_view text);

/* Write a row of TSV. */
void crm_tsv_row(struct crm_buf *, struct crm_cell_way *,
    const struct crm_column *, size_t ncols, const struct crm_value *,
    size_t n);

/* writer_vcard.c */

/*
 * Write a record as a card.
 *
 * v3      3.0, else 4.0
 * store   what the UID of a record without one of its own ends with
 */
void crm_vcard_write(struct crm_buf *, const struct crm_column *,
    const struct crm_value *, size_t n, bool v3, const char *store);

/* writer_ledger.c */

/* The columns of a journal, in this order. */
enum crm_ledger_column {
	CRM_LEDGER_ID,
	CRM_LEDGER_DAY,
	CRM_LEDGER_WHAT,
	CRM_LEDGER_WHO,
	CRM_LEDGER_NAME, /* of who */
	CRM_LEDGER_AMOUNT,
	CRM_LEDGER_TAX,
	CRM_LEDGER_CURRENCY,
	CRM_LEDGER_DOC,
	CRM_LEDGER_TEXT,
	CRM_LEDGER_COLUMNS,
};

struct crm_ledger;

struct crm_ledger *crm_ledger_new(void);
void crm_ledger_free(struct crm_ledger *);

/* Write an event as a transaction; one without money of ours is left out. */
void crm_ledger_row(struct crm_ledger *, struct crm_buf *,
    const struct crm_column *, const struct crm_value *, size_t n);

/* writer_json.c */

/* Set the keys: they are the same in every row. */
void crm_json_keys(struct crm_cell_way *, const struct crm_column *, size_t n,
    struct crm_arena *);

/* Write a row as an object, and a line end. */
void crm_json_row(struct crm_buf *, struct crm_cell_way *,
    const struct crm_column *, const struct crm_value *, size_t n);

#endif
