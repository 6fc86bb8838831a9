#include "base/buf.h"

#include <stdio.h>

#include "base/mem.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the byte order helpers in buf.h are written for little-endian machines"
#endif

bool
crm_view_starts(struct crm_view v, struct crm_view prefix)
{
	return v.n >= prefix.n &&
	    (prefix.n == 0 || memcmp(v.p, prefix.p, prefix.n) == 0);
}

size_t
crm_view_find(struct crm_view v, char c)
{
	const char *q = v.n > 0 ? memchr(v.p, c, v.n) : NULL;

	return q != NULL ? (size_t)(q - v.p) : v.n;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct crm_view
crm_view_trim(struct crm_view v)
{
	while (v.n > 0 && is_blank(v.p[0])) {
		v.p++;
		v.n--;
	}
	while (v.n > 0 && is_blank(v.p[v.n - 1]))
		v.n--;
	return v;
}

char *
crm_buf_grow(struct crm_buf *b, size_t n)
{
	size_t want;

	if (b->over || n > b->max - b->n) {
		b->over = true;
		return NULL;
	}
	want = b->n + n + 1;
	if (want > b->cap) {
		if (want < b->cap * 2)
			want = b->cap * 2;
		if (want < 64)
			want = 64;
		b->p = crm_realloc_array(b->p, want, 1);
		b->cap = want;
	}
	return b->p + b->n;
}

void
crm_buf_addvf(struct crm_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char *to;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return;
	to = crm_buf_room(b, (size_t)n);
	if (to == NULL)
		return;
	(void)vsnprintf(to, (size_t)n + 1, fmt, ap);
	crm_buf_used(b, (size_t)n);
}

void
crm_buf_addf(struct crm_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	crm_buf_addvf(b, fmt, ap);
	va_end(ap);
}

void
crm_buf_reset(struct crm_buf *b)
{
	b->n = 0;
	b->over = false;
	if (b->p != NULL)
		b->p[0] = '\0';
}

void
crm_buf_release(struct crm_buf *b)
{
	crm_free(b->p);
	b->p = NULL;
	b->n = b->cap = 0;
	b->over = false;
}

const struct crm_err *
crm_buf_end(const struct crm_buf *b)
{
	if (!b->over)
		return NULL;
	return crm_err(CRM_E_DATA, "longer than %zu bytes", b->max);
}

size_t
crm_varint_get_long(const void *in, size_t n, uint64_t *out)
{
	const unsigned char *p = in;
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n && i < CRM_VARINT_MAX; i++) {
		if (i == CRM_VARINT_MAX - 1 && p[i] > 1)
			return 0;
		v |= (uint64_t)(p[i] & 0x7f) << (7 * i);
		if ((p[i] & 0x80) == 0) {
			*out = v;
			return i + 1;
		}
	}
	return 0;
}
