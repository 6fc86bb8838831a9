/*
 * vcard - what the properties of a vCard mean in our fields.
 *
 * Reading and writing share this: a card that came in keeps in x-vcard the
 * lines that our fields do not hold wholly, and gets them back when it goes
 * out, as long as the record still says the same.
 */
#ifndef CRM_VCARD_H
#define CRM_VCARD_H

#include "format/cline.h"

/* Where such lines are kept: unfolded, one a line. */
#define CRM_VCARD_REST "x-vcard"
/* What a line begins with that fields hold too: it goes out only when they still
 * say the same. */
#define CRM_VCARD_TAKEN '='
/* The system of a ref that is the UID of a card. */
#define CRM_VCARD_SYSTEM "vcard"
/* A parameter of a date: this year of it is none.  3.0 has no other way to say
 * that. */
#define CRM_VCARD_OMIT_YEAR "X-APPLE-OMIT-YEAR"
#define CRM_VCARD_NO_YEAR "1604"

struct crm_vcard_value {
	const char *field;
	size_t at, n; /* in text */
};

/* What one line gives. */
struct crm_vcard_values {
	struct crm_vcard_value *value;
	size_t n, cap;
	struct crm_buf text;
	bool whole; /* the values say all that the line's value says */
};

void crm_vcard_values_release(struct crm_vcard_values *);

/*
 * The values of a line; n is 0 when it is of no field of ours, or says nothing
 * that one would take.
 *
 * out     its memory is used again
 */
void crm_vcard_read(const struct crm_cline *, struct crm_vcard_values *out);

static inline struct crm_view
crm_vcard_text(const struct crm_vcard_values *v, size_t i)
{
	return crm_view(
	    v->text.p != NULL ? v->text.p + v->value[i].at : "", v->value[i].n);
}

/* Do fields of that name hold many values? */
bool crm_vcard_is_many(const char *field);

/* Is it a line of ours alone (VERSION, REV, PRODID, ...), never kept? */
bool crm_vcard_is_frame(const struct crm_cline *);

/* Is it the preferred one of its kind? */
bool crm_vcard_is_preferred(const struct crm_cline *);

/* A card is of this record of our own: UID is ID@STORE. */
#define CRM_VCARD_AT '@'

#endif
