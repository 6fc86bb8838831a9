#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static _Thread_local struct crm_err slots[9];
static _Thread_local unsigned int next_slot;

#define X(code, exit, text) { exit, text },
static const struct {
	int exit;
	const char *text;
} codes[CRM_NCODES] = { CRM_CODES(X) };
#undef X

static struct crm_err *
take_slot(enum crm_code code)
{
	struct crm_err *err = &slots[next_slot];

	next_slot = (next_slot + 1) % (sizeof(slots) / sizeof(slots[0]));
	err->code = code;
	err->msg[0] = '\0';
	return err;
}

/* A message is one line of text that cannot drive a terminal. */
static void
clean(char *msg, size_t cut)
{
	size_t i, n = strlen(msg);

	if (n == cut)
		while (n > 0 && ((unsigned char)msg[n - 1] & 0x80) != 0) {
			unsigned char c = (unsigned char)msg[--n];

			msg[n] = '\0';
			if (c >= 0xc0)
				break;
		}
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)msg[i];

		if (c == 0xc2 && (unsigned char)msg[i + 1] < 0xa0) {
			msg[i] = '?'; /* C1, U+0080..U+009F */
			memmove(msg + i + 1, msg + i + 2, n - i - 1);
			n--;
		} else if (c < 0x20 || c == 0x7f)
			msg[i] = '?';
	}
}

static void CRM_PRINTF(3, 0)
    format(char *msg, size_t size, const char *fmt, va_list ap)
{
	if (vsnprintf(msg, size, fmt, ap) < 0)
		msg[0] = '\0';
	clean(msg, size - 1);
}

const struct crm_err *
crm_err(enum crm_code code, const char *fmt, ...)
{
	struct crm_err *err = take_slot(code);
	va_list ap;

	va_start(ap, fmt);
	format(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return err;
}

const struct crm_err *
crm_err_errno(enum crm_code code, const char *fmt, ...)
{
	int saved = errno;
	struct crm_err *err = take_slot(code);
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	format(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	n = strlen(err->msg);
	(void)snprintf(err->msg + n, sizeof(err->msg) - n, ": %s",
	    saved == EBADF ? "it is closed" : strerror(saved));
	return err;
}

const struct crm_err *
crm_err_wrap(const struct crm_err *err, const char *fmt, ...)
{
	struct crm_err *out;
	char old[sizeof(err->msg)];
	size_t n;
	va_list ap;

	if (err == NULL)
		return NULL;
	memcpy(old, err->msg, sizeof(old));
	out = take_slot(err->code);
	va_start(ap, fmt);
	format(out->msg, sizeof(out->msg), fmt, ap);
	va_end(ap);
	n = strlen(out->msg);
	(void)snprintf(out->msg + n, sizeof(out->msg) - n, ": %s", old);
	clean(out->msg, sizeof(out->msg) - 1);
	return out;
}

static void (*warned)(const struct crm_err *);

void
crm_warn_to(void (*tell)(const struct crm_err *))
{
	warned = tell;
}

void
crm_warn(const char *fmt, ...)
{
	struct crm_err *w = take_slot(CRM_E_CONFIG);
	va_list ap;

	va_start(ap, fmt);
	format(w->msg, sizeof(w->msg), fmt, ap);
	va_end(ap);
	if (warned != NULL)
		warned(w);
}

int
crm_err_exit(enum crm_code code)
{
	return codes[code].exit;
}

const char *
crm_err_text(enum crm_code code)
{
	return codes[code].text;
}
