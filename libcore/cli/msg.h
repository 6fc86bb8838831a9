/*
 * msg - what is said on stderr.
 *
 * Every line begins with the program's name; what could drive a terminal is
 * escaped.
 */
#ifndef CRM_MSG_H
#define CRM_MSG_H

#include "base/buf.h"

/* The name that messages begin with; borrowed. */
void crm_msg_name(const char *);

/* "NAME: words" */
void crm_msg(const char *, ...) CRM_PRINTF(1, 2);

/* "NAME: words" where no memory can be had, or in a signal handler. */
void crm_msg_bare(const char *);

/* Print what is held for stderr as it is. */
void crm_msg_raw(struct crm_view);

/* "NAME: words" of an error. */
void crm_msg_err(const struct crm_err *);

/* "NAME: words" of a warning, once however often it comes: for
 * crm_warn_to(). */
void crm_msg_warn(const struct crm_err *);

#endif
