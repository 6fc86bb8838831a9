/*
 * say - records and their values in words, for people: what crm-show and
 * crm-history are made of.
 */
#ifndef CRM_SAY_H
#define CRM_SAY_H

#include "cli/main.h"

/*
 * Text that is put together and then printed: safe for a terminal, when it
 * goes to one.
 */
struct crm_say {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	struct crm_zone *zone; /* times are shown in it */
	struct crm_buf text, scratch;
	bool color;
};

void crm_say_init(struct crm_say *, struct crm_ctx *, struct crm_snap *);
void crm_say_release(struct crm_say *);

/* Hand the text over to the program's output. */
void crm_say_print(struct crm_say *);

/* Words of the program, or text of the store (made one line, and safe). */
void crm_say_add(struct crm_say *, const char *, ...) CRM_PRINTF(2, 3);
void crm_say_text(struct crm_say *, struct crm_view);

/* The same in a quiet colour, where there are colours. */
void crm_say_dim(struct crm_say *, const char *, ...) CRM_PRINTF(2, 3);

/*
 * A field's stored value: many are joined with ", ", what links lead to goes
 * by its name.
 */
CRM_CHECK const struct crm_err *crm_say_value(
    struct crm_say *, const struct crm_field *, struct crm_view stored);

/* The name or title of a record; of an event what it is. */
CRM_CHECK const struct crm_err *crm_say_name(struct crm_say *, uint64_t id);

/* An amount in units of the smallest part, and its currency. */
void crm_say_money(struct crm_say *, int64_t minor, uint8_t currency);

/* Blanks up to a column, at least one; for lines that begin at 'from'. */
void crm_say_pad(struct crm_say *, size_t from, size_t column);

/*
 * Rows whose columns line up.  What is said between crm_grid_begin() and
 * crm_grid_cell() becomes a cell, 'cols' cells are a row.
 */
#define CRM_GRID_COLUMNS 8

struct crm_grid {
	size_t *cell; /* where each ends in text */
	size_t ncells, cap, cols;
	struct crm_buf text; /* of all cells */
	size_t from;         /* where the cell at hand begins in what is said */
	bool right[CRM_GRID_COLUMNS];
};

void crm_grid_init(struct crm_grid *, size_t cols);
void crm_grid_release(struct crm_grid *);

void crm_grid_begin(struct crm_grid *, struct crm_say *);
void crm_grid_cell(struct crm_grid *, struct crm_say *);

/* Say the rows: indented, the last column cut where the terminal ends. */
void crm_grid_print(struct crm_grid *, struct crm_say *, size_t indent);

#endif
