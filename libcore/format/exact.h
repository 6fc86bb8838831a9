/*
 * exact - stored values as JSON, such that reading gives the same bytes.
 *
 * A value stands as crm-record(5) has it: text, dates and links as strings,
 * numbers and money bare, many values in an array.  What could not be told
 * from that (damaged, or of a form that another version chose) stands as
 * {"hex":"0a1b"}, the bytes themselves.
 */
#ifndef CRM_EXACT_H
#define CRM_EXACT_H

#include "format/json.h"
#include "record/field.h"

/*
 * Add a field's stored value.
 *
 * field   its type, and whether it holds many
 * value   not empty
 * safe    its text is known to need no escaping
 */
void crm_exact_put(struct crm_buf *, const struct crm_field *field,
    struct crm_view value, bool safe);

/* The same for a text that is of no field; may be empty. */
void crm_exact_put_text(struct crm_buf *, struct crm_view);

/* Scratch for reading. */
struct crm_exact {
	struct crm_buf bytes;
	struct crm_view *part;
	size_t cap;
};

void crm_exact_init(struct crm_exact *);
void crm_exact_release(struct crm_exact *);

/*
 * Take a value.
 *
 * out     appended to; nothing for null
 *
 * Fails with DATA: what is wrong, without the field.
 */
CRM_CHECK const struct crm_err *crm_exact_get(struct crm_exact *,
    struct crm_json *, const struct crm_field *field, struct crm_buf *out);

CRM_CHECK const struct crm_err *crm_exact_get_text(
    struct crm_json *, struct crm_buf *out);

/* Hexadecimal digits: added; read: false when they are none. */
void crm_hex_add(struct crm_buf *, struct crm_view);
bool crm_hex_get(struct crm_view, struct crm_buf *out);

#endif
