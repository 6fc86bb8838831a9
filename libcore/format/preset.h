/*
 * preset - exports of other programs that are known by their header: which of
 * their columns goes to which field.
 *
 * A preset is data.  Binding turns it into what --map would say for the header
 * at hand.
 */
#ifndef CRM_PRESET_H
#define CRM_PRESET_H

#include "base/buf.h"

/*
 * One column.  Names of columns are patterns: letters and digits of the header
 * alone, in small letters, and '#' for a number.  "email#value" is
 * "E-mail 1 - Value" and "E-mail 2 - Value".
 */
struct crm_preset_column {
	const char *column;
	const char *to;    /* "FIELD", "FIELD:SYSTEM"; "": dropped */
	const char *kinds; /* letters of those it is for; NULL: of all */
	/* Only for a record that got none of these fields ("a b c") in an
	 * earlier turn; NULL: in any case.  Turns are gone through in order,
	 * from 0. */
	const char *unless;
	uint32_t turn;
	/* "COLUMN=VALUE|...": only in rows where that column has one of these;
	 * an empty VALUE is that of a column that is not there, too */
	const char *when;
	/* "THEIRS=OURS|...", THEIRS in small letters, of each value of a cell;
	 * nothing behind '=': as if it were empty; no '=': it is taken off what
	 * begins with it */
	const char *words;
	/* It is joined with what columns before it gave a field of one value;
	 * else it counts only where these gave nothing. */
	bool joins;
};

struct crm_preset {
	const char *name;  /* for people: "Google Contacts" */
	const char *needs; /* "COLUMN COLUMN": a header has all of these */
	const char *kinds; /* letters of what it may hold; when it is one, that
	                        is what all its records are */
	const char *missing; /* kinds that its links may make */
	const char *key;     /* what finds a record to change; NULL: nothing */
	const struct crm_preset_column *column;
	size_t ncolumns;
};

/* Does a column's name fit a pattern? */
bool crm_preset_fits(const char *pattern, struct crm_view column);

/*
 * The preset that a header fits.
 *
 * name    the columns, n of them
 * kind    a kind's letter that it has to have; 0: any
 *
 * Returns NULL when there is none; static.
 */
const struct crm_preset *crm_preset_of(
    const struct crm_view *name, size_t n, char kind);

/* That of vCards, whose columns are fields already: it says how they are added. */
const struct crm_preset *crm_preset_vcard(void);

/* The same of calendars. */
const struct crm_preset *crm_preset_ical(void);

/* Every preset, for tests and manuals; NULL behind the last. */
const struct crm_preset *crm_preset_at(size_t i);

/* What a value says in our words; static, the text or a part of it. */
struct crm_view crm_preset_word(
    const struct crm_preset_column *, struct crm_view text);

#endif
