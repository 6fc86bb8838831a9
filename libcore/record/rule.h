/*
 * rule - what every record has to be, and what fills itself.
 *
 * A record is completed when it is added and whenever it is changed: names
 * and amounts are made, currencies and stages checked, opened and closed
 * filled in.
 */
#ifndef CRM_RULE_H
#define CRM_RULE_H

#include "record/rec.h"

struct crm_rule_ctx {
	const struct crm_clock *clock;
	uint8_t currency; /* the base currency's number */
	/* of each kind, by its letter, as crm_rec_bit(): fields that are
	 * required, amounts */
	uint64_t required[26], money[26];
};

/* Know the rules of a schema: of all kinds and fields that are there, but for
 * those x-NAME. */
void crm_rule_init(struct crm_rule_ctx *, const struct crm_schema *,
    const struct crm_clock *, uint8_t currency);

/*
 * Complete a record.
 *
 * rec       with all edits done
 * old       what it was before, NULL when it is new
 * edit      what was done to it
 * currency  the code that an amount named ("120EUR"), or ""
 * field     set to the field at fault, or NULL, when it fails
 *
 * Fails with DATA: what is wrong, without the field.
 */
CRM_CHECK const struct crm_err *crm_rule_finish(const struct crm_rule_ctx *,
    struct crm_rec *rec, const struct crm_rec *old, const struct crm_edit *edit,
    size_t nedits, const char currency[4], const char **field);

/*
 * Will a field that edits leave out be made of what they have?  Then nothing
 * needs to be filled in.
 */
bool crm_rule_makes(const struct crm_kind *, const struct crm_field *,
    const struct crm_edit *edit, size_t nedits);

/* The instants that the story can hold: years 829 to 3111. */
#define CRM_STORY_MIN_US (-(INT64_C(1) << 55))
#define CRM_STORY_MAX_US ((INT64_C(1) << 55) - 1)

#endif
