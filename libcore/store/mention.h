/*
 * mention - does a text name somebody?  By words, as they are folded, one
 * behind the other; by the last digits of a phone number.
 */
#ifndef CRM_MENTION_H
#define CRM_MENTION_H

#include "base/buf.h"
#include "base/mem.h"
#include "record/field.h"

struct crm_mention {
	struct crm_needle {
		struct crm_view said;    /* the value */
		struct crm_view piece;   /* what is looked for */
		struct crm_view longest; /* word of it */
		bool digits;
	} * needle;
	size_t n, cap;
	struct crm_arena arena;
	struct crm_buf folded, words, digits; /* scratch */
};

void crm_mention_init(struct crm_mention *);
void crm_mention_release(struct crm_mention *);

/*
 * Look for a value too.
 *
 * value   of the field, which may be one of phone numbers
 *
 * What says too little is not looked for: a single word, less than seven
 * digits.
 */
void crm_mention_add(
    struct crm_mention *, const struct crm_field *, struct crm_view value);

/*
 * Does a text hold one of the values?
 *
 * Returns the value that it holds, with p NULL when it holds none.
 */
struct crm_view crm_mention_find(struct crm_mention *, struct crm_view text);

#endif
