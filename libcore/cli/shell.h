/*
 * shell - arguments as a shell takes them back.
 */
#ifndef CRM_SHELL_H
#define CRM_SHELL_H

#include "base/buf.h"

/*
 * Arguments in one line, with blanks between; those that a shell would not
 * leave alone are in quotes.
 *
 * Free with crm_free().
 */
char *crm_shell_join(int argc, char **argv);

#endif
