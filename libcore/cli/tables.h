/*
 * tables - what the project's tables hold, in lines for tests of the manual
 * pages: "PROGRAM --tables".
 */
#ifndef CRM_TABLES_H
#define CRM_TABLES_H

#include "base/buf.h"

/*
 * Add lines of words parted by tabs, of what is built in:
 *
 *   type    name, what it holds
 *   kind    letter, name, plural
 *   field   kind, name, nature, words of a choice parted by blanks, where it
 *           belongs ("own", "common" to all kinds, or "computed"), help; the
 *           nature is as in crm-record(5): "link to person or org, many"
 *   stage   kind, pipeline, name, percentage, "open", "done", "won" or "lost"
 *   key     of crm.yaml: "top", "kind" or "field", name, help
 */
void crm_tables_add(struct crm_buf *);

#endif
