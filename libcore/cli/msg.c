#include "cli/msg.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"

static const char *program = "crm";

void
crm_msg_name(const char *name)
{
	program = name;
}

void
crm_msg_raw(struct crm_view v)
{
	(void)crm_write_all(STDERR_FILENO, v.p, v.n);
}

void
crm_msg_bare(const char *text)
{
	char line[160]; /* at once, so that others do not write in between */
	size_t n = 0, i;
	const char *part[] = { program, ": ", text };

	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		size_t len = strlen(part[i]);

		if (len > sizeof(line) - 1 - n)
			len = sizeof(line) - 1 - n;
		memcpy(line + n, part[i], len);
		n += len;
	}
	line[n++] = '\n';
	(void)crm_write_all(STDERR_FILENO, line, n);
}

static void
say(struct crm_view text)
{
	struct crm_buf line = CRM_BUF_INIT(CRM_LINE_MAX * 8);

	crm_buf_adds(&line, program);
	crm_buf_adds(&line, ": ");
	crm_utf8_add_safe(&line, text);
	crm_buf_addc(&line, '\n');
	crm_msg_raw(crm_buf_view(&line));
	crm_buf_release(&line);
}

void
crm_msg(const char *fmt, ...)
{
	struct crm_view v;
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	text = crm_alloc((size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	v = crm_view(text, (size_t)n);
	say(v);
	crm_free(text);
}

void
crm_msg_err(const struct crm_err *err)
{
	say(crm_view_str(err->msg));
}

void
crm_msg_warn(const struct crm_err *w)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct crm_map told = CRM_MAP_INIT;
	uint64_t *times;

	(void)pthread_mutex_lock(&lock);
	times = crm_map_at(&told, crm_view_str(w->msg), NULL);
	if ((*times)++ == 0)
		crm_msg_err(w);
	(void)pthread_mutex_unlock(&lock);
}
