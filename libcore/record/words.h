/*
 * words - lists of words, and which of them somebody meant.
 *
 * A list is "a\0b\0\0": each word with its NUL, an empty one at the end.
 */
#ifndef CRM_WORDS_H
#define CRM_WORDS_H

#include "base/buf.h"

/* The word of a list that is this one, whatever its case; NULL: none is. */
const char *crm_words_find(const char *words, struct crm_view word);

/* Of a list (or NULL) the word most like a wrong one; NULL: none comes near. */
const char *crm_word_near(const char *words, struct crm_view wrong);

/*
 * The same of names that stand in no list: begin with the wrong one, try each
 * name, and near.name is the nearest, or NULL.  Near is a name with one slip of
 * a short word, two of a longer one, three of a long one, and with more than
 * half in common: "foo" is not near "from".
 */
struct crm_near {
	struct crm_view wrong; /* borrowed */
	const char *name;      /* borrowed from crm_near_try() */
	size_t distance;       /* of name, or one more than is near */
};
struct crm_near crm_near_to(struct crm_view wrong);
void crm_near_try(struct crm_near *, const char *name);

/*
 * How far two words are apart: bytes put in, left out, changed, or swapped
 * with their neighbour (optimal string alignment); SIZE_MAX when one is longer
 * than 40.
 */
size_t crm_edit_distance(struct crm_view, struct crm_view);

#endif
