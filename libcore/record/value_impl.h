/*
 * value_impl - what the files that make up value share.  Others include
 * value.h.
 */
#ifndef CRM_VALUE_IMPL_H
#define CRM_VALUE_IMPL_H

#include "record/value.h"

/*
 * value_address.c: add what a text says to out, as it stands in a record.
 *
 * v       in NFC, without blanks around it; not empty
 *
 * Each fails with DATA: the text is none.
 */
CRM_CHECK const struct crm_err *crm_parse_email(
    struct crm_view v, struct crm_buf *out);
CRM_CHECK const struct crm_err *crm_parse_phone(
    struct crm_view v, struct crm_buf *out);
CRM_CHECK const struct crm_err *crm_parse_url(
    struct crm_view v, struct crm_buf *out);

#endif
