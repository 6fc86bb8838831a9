/*
 * err - one kind of error for the whole library.
 *
 * A function that can fail returns a "const struct crm_err *", NULL for
 * success.  Errors are never printed below cli/ and never used for a normal
 * answer such as "not found" or "no more".
 */
#ifndef CRM_ERR_H
#define CRM_ERR_H

#include <stdarg.h>

#define CRM_CHECK __attribute__((warn_unused_result))
#define CRM_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* clang-format off */
/*	code		exit	what happened */
#define CRM_CODES(X) \
	X(USAGE,	64,	"wrong use: an unknown option, operand or query") \
	X(DATA,		65,	"bad data: nothing of the batch was written") \
	X(NOINPUT,	66,	"no such file or store") \
	X(LOCKED,	69,	"the store is locked by another program") \
	X(BUG,		70,	"a bug in the program") \
	X(CANTCREATE,	73,	"a file or store cannot be created") \
	X(IO,		74,	"input or output failed") \
	X(AGAIN,	75,	"out of memory or another passing fault: try again") \
	X(NOPERM,	77,	"not permitted") \
	X(CONFIG,	78,	"bad configuration")
/* clang-format on */

#define X(code, exit, text) CRM_E_##code,
enum crm_code { CRM_CODES(X) CRM_NCODES };
#undef X

struct crm_err {
	enum crm_code code;
	char msg[1024]; /* one line, no newline, no prefix */
};

/*
 * Make an error.  The message is formatted as by printf and cut at 1023
 * bytes on a character border; control characters become '?'.
 *
 * Returns never NULL.  The slot is reused after 8 more errors were made by
 * the same thread, and is gone with it: report it or return it.
 */
const struct crm_err *crm_err(enum crm_code, const char *, ...)
    CRM_PRINTF(2, 3);

/* The same with ": " and strerror(errno) behind it; EBADF, which only a
 * standard stream can have, is "it is closed". */
const struct crm_err *crm_err_errno(enum crm_code, const char *, ...)
    CRM_PRINTF(2, 3);

/*
 * Put words and ": " in front of an error on its way up.
 *
 * err     NULL is returned as it is
 */
const struct crm_err *crm_err_wrap(const struct crm_err *err, const char *, ...)
    CRM_PRINTF(2, 3);

/*
 * What is wrong and stops nothing: handed to whoever was named last, on the
 * thread that met it.  Without one it is dropped.
 */
void crm_warn(const char *, ...) CRM_PRINTF(1, 2);
void crm_warn_to(void (*tell)(const struct crm_err *));

/* The exit status of a code, as every manual page lists it. */
int crm_err_exit(enum crm_code);

/* What a code means, in words for a manual page: static. */
const char *crm_err_text(enum crm_code);

#endif
