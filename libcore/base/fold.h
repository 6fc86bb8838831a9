/*
 * fold - text in one form for storing, and in another for comparing.
 *
 * Text is stored in NFC.  For comparing and searching it is folded: case,
 * compatibility forms, and the diacritics of Latin, Greek, Cyrillic and
 * Arabic go; the vowel signs of Indic scripts never do, since without them
 * another name is left.  Letters that have no decomposition but are typed
 * without their stroke are mapped too (l with stroke to l, o with slash to
 * o, ...), the Arabic yeh, kaf and heh to the letters that Urdu and Persian
 * keyboards have, and the decimal digits of all scripts to 0 to 9.
 * From: Unicode 15, UAX #15 (normalization), chapter 3.13 (case folding).
 */
#ifndef CRM_FOLD_H
#define CRM_FOLD_H

#include "base/buf.h"
#include "base/mem.h"

/*
 * What folding depends on: our rules' version and utf8proc's.  When it
 * changes, what was derived from text has to be derived again.
 */
const char *crm_fold_version(void);

/*
 * Text in NFC.
 *
 * v       UTF-8
 *
 * Returns v itself when it is in NFC already (most text is), else a copy in
 * the arena.
 */
struct crm_view crm_nfc(struct crm_arena *, struct crm_view v);

/* What a decimal digit of any script stands for; -1: it is none. */
int crm_digit_of(uint32_t cp);

/* Add the folded form of text in NFC. */
void crm_fold(struct crm_buf *, struct crm_view);

/* Are two texts in NFC equal when folded? */
bool crm_fold_eq(struct crm_view, struct crm_view);

/* A token is cut to so many bytes, on a character border. */
#define CRM_TOKEN_MAX 64

/*
 * The words of folded text, one after the other.  A word is a run of
 * letters, marks and digits.  Scripts that are written without blanks (Han,
 * kana, Thai, Lao, Khmer, Burmese) give overlapping pairs of characters.
 */
struct crm_words {
	struct crm_view rest;
	struct crm_view run; /* of a script without blanks: what is left */
	bool in_run;
};

void crm_words_begin(struct crm_words *, struct crm_view folded);

/* The next word, borrowed from the folded text; false after the last one. */
bool crm_words_next(struct crm_words *, struct crm_view *out);

#endif
