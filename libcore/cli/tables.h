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
 *   field   kind, name, type, "many" or "", "required" or "", kinds or words
 *           that it takes, parted by blanks, help
 *   stage   kind, pipeline, name, percentage, "open", "done", "won" or "lost"
 *   key     of crm.yaml: "top", "kind" or "field", name, help
 */
void crm_tables_add(struct crm_buf *);

#endif
