/*
 * tell_json - what a change set did to a record, as JSON: for crm-history, and
 * for hooks.
 *
 *   {"id":"p12","what":"changed","fields":[
 *     {"field":"city","old":"Warszawa","new":"Kraków"}]}
 *
 * What is one of added, changed, removed, restored, erased.
 */
#ifndef CRM_TELL_JSON_H
#define CRM_TELL_JSON_H

#include "record/field.h"
#include "store/change.h"

/* The word for what became of a record that was there: static. */
const char *crm_tell_json_what(const struct crm_changed *);

/*
 * Begin a record, add a field of it, end it.
 *
 * old, new  as they are stored; empty: none
 * first     is it the first field, of which none was added yet?
 */
void crm_tell_json_begin(struct crm_buf *, uint64_t id, const char *what);
void crm_tell_json_field(struct crm_buf *, const struct crm_field *,
    struct crm_view old, struct crm_view new, bool *first);
void crm_tell_json_end(struct crm_buf *);

#endif
