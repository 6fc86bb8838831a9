/*
 * writer_impl - what the parts of the writer share.
 */
#ifndef CRM_WRITER_IMPL_H
#define CRM_WRITER_IMPL_H

#include "format/writer.h"

/* The text of a cell: many values joined with ',', what parts them behind a
 * backslash, and (tsv) tabs, line ends and backslashes escaped. */
void crm_cell_text(struct crm_buf *out, const struct crm_field *,
    const struct crm_value *, bool tsv);

#endif
