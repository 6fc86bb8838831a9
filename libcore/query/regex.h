/*
 * regex - regular expressions that cannot hang a program.
 */
#ifndef CRM_REGEX_H
#define CRM_REGEX_H

#include <regex.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/* Bytes of an expression, and characters that it may stand for when its
 * repetitions are written out: glibc's regcomp() does that. */
#define CRM_REGEX_MAX 1000
#define CRM_REGEX_SIZE_MAX 20000

/*
 * Compile a POSIX extended expression.
 *
 * out     free with regfree()
 *
 * Fails with USAGE: it is none, or too large.
 */
CRM_CHECK const struct crm_err *crm_regex_compile(
    struct crm_arena *, struct crm_view text, regex_t *out);

#endif
