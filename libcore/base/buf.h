/*
 * buf - borrowed bytes and owned bytes.
 *
 * A view is borrowed and not NUL-ended; whoever hands one out says when it
 * dies.  A buffer owns its bytes, grows, is always NUL-ended, and has a
 * ceiling above which adding fails: the failure sticks and comes out of
 * crm_buf_end().
 */
#ifndef CRM_BUF_H
#define CRM_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

struct crm_view {
	const char *p;
	size_t n; /* bytes */
};

/* A view of a string literal, or of a C string. */
#define CRM_V(lit) ((struct crm_view){ "" lit, sizeof(lit) - 1 })
#define CRM_VNULL ((struct crm_view){ NULL, 0 })

/* For printf: "%.*s". */
#define CRM_VARG(v) (int)((v).n > INT32_MAX ? INT32_MAX : (v).n), (v).p

static inline struct crm_view
crm_view(const void *p, size_t n)
{
	struct crm_view v = { p, n };

	return v;
}

static inline struct crm_view
crm_view_str(const char *s)
{
	return crm_view(s, strlen(s));
}

static inline bool
crm_view_eq(struct crm_view a, struct crm_view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
crm_view_is(struct crm_view a, const char *s)
{
	return crm_view_eq(a, crm_view_str(s));
}

/* Byte order as memcmp, a prefix before what it is a prefix of. */
static inline int
crm_view_cmp(struct crm_view a, struct crm_view b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n > 0 ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

/* Does v begin with prefix? */
bool crm_view_starts(struct crm_view v, struct crm_view prefix);

/* Where the byte c is in v, or v.n. */
size_t crm_view_find(struct crm_view v, char c);

/* Without blanks, tabs and line ends at both ends. */
struct crm_view crm_view_trim(struct crm_view);

/* v without its first n bytes (n <= v.n). */
static inline struct crm_view
crm_view_skip(struct crm_view v, size_t n)
{
	return crm_view(v.p + n, v.n - n);
}

struct crm_buf {
	char *p; /* NUL-ended, or NULL when nothing was added yet */
	size_t n, cap;
	size_t max; /* ceiling in bytes */
	bool over;  /* the ceiling was hit */
};

#define CRM_BUF_INIT(max) \
	{ \
		NULL, 0, 0, (max), false \
	}

/* What one line of input, and so one value, may hold: crm-record(5) */
#define CRM_LINE_MAX ((size_t)16 << 20)

/*
 * Room for n more bytes.
 *
 * Returns where they go; tell crm_buf_used() how many were written.  NULL
 * when the ceiling is hit.
 */
char *crm_buf_grow(struct crm_buf *, size_t n);

static inline char *
crm_buf_room(struct crm_buf *b, size_t n)
{
	return n < b->cap - b->n && !b->over && n <= b->max - b->n
	    ? b->p + b->n
	    : crm_buf_grow(b, n);
}

static inline void
crm_buf_used(struct crm_buf *b, size_t n)
{
	b->n += n;
	b->p[b->n] = '\0';
}

static inline void
crm_buf_add(struct crm_buf *b, const void *p, size_t n)
{
	char *to = crm_buf_room(b, n);

	if (to == NULL)
		return;
	if (n > 0)
		memcpy(to, p, n);
	crm_buf_used(b, n);
}

static inline void
crm_buf_addv(struct crm_buf *b, struct crm_view v)
{
	crm_buf_add(b, v.p, v.n);
}

static inline void
crm_buf_adds(struct crm_buf *b, const char *s)
{
	crm_buf_add(b, s, strlen(s));
}

static inline void
crm_buf_addc(struct crm_buf *b, char c)
{
	char *to = crm_buf_room(b, 1);

	if (to == NULL)
		return;
	*to = c;
	crm_buf_used(b, 1);
}

void crm_buf_addf(struct crm_buf *, const char *, ...) CRM_PRINTF(2, 3);
void crm_buf_addvf(struct crm_buf *, const char *, va_list) CRM_PRINTF(2, 0);

/* Empty it, keep the memory, forget a failure. */
void crm_buf_reset(struct crm_buf *);
void crm_buf_release(struct crm_buf *);

/* What is in it: borrowed, dead at the next change. */
static inline struct crm_view
crm_buf_view(const struct crm_buf *b)
{
	return crm_view(b->p, b->n);
}

/*
 * Say whether all that was added is in the buffer.
 *
 * Fails with DATA when the ceiling was hit.
 */
CRM_CHECK const struct crm_err *crm_buf_end(const struct crm_buf *);

/*
 * Copy n bytes, of which there are mostly few: without a call.
 *
 * Returns what is behind them.
 */
static inline char *
crm_copy_few(char *to, const char *from, size_t n)
{
	if (n > 32) {
		memcpy(to, from, n);
	} else if (n >= 16) { /* from both ends: they may overlap */
		memcpy(to, from, 16);
		memcpy(to + n - 16, from + n - 16, 16);
	} else if (n >= 8) {
		memcpy(to, from, 8);
		memcpy(to + n - 8, from + n - 8, 8);
	} else if (n >= 4) {
		memcpy(to, from, 4);
		memcpy(to + n - 4, from + n - 4, 4);
	} else if (n > 0) {
		to[0] = from[0];
		to[n / 2] = from[n / 2];
		to[n - 1] = from[n - 1];
	}
	return to + n;
}

/* Variable-length integers: LEB128, 7 bits a byte, low bits first. */
#define CRM_VARINT_MAX 10

static inline size_t
crm_varint_put(void *out, uint64_t v)
{
	unsigned char *p = out;
	size_t n = 0;

	while (v >= 0x80) {
		p[n++] = (unsigned char)(v | 0x80);
		v >>= 7;
	}
	p[n++] = (unsigned char)v;
	return n;
}

/*
 * Read a variable-length integer of at most n bytes; one of a byte or two, as
 * most are, without a call.
 *
 * Returns its length in bytes, 0 when it is cut short or over 64 bits.
 */
size_t crm_varint_get_long(const void *in, size_t n, uint64_t *out);

static inline size_t
crm_varint_get(const void *in, size_t n, uint64_t *out)
{
	const unsigned char *p = in;

	if (n > 0 && p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	if (n > 1 && p[1] < 0x80) {
		*out = (p[0] & 0x7fu) | (unsigned int)p[1] << 7;
		return 2;
	}
	return crm_varint_get_long(in, n, out);
}

static inline uint64_t
crm_zigzag(int64_t v)
{
	return v < 0 ? ~((uint64_t)v << 1) : (uint64_t)v << 1;
}

static inline int64_t
crm_unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/* Fixed-width integers: be = big-endian (keys), le = little-endian (values). */
static inline void
crm_be64(void *out, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(out, &v, 8);
}

static inline uint64_t
crm_be64_get(const void *in)
{
	uint64_t v;

	memcpy(&v, in, 8);
	return __builtin_bswap64(v);
}

static inline void
crm_be32(void *out, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(out, &v, 4);
}

static inline uint32_t
crm_be32_get(const void *in)
{
	uint32_t v;

	memcpy(&v, in, 4);
	return __builtin_bswap32(v);
}

static inline void
crm_be16(void *out, uint16_t v)
{
	v = __builtin_bswap16(v);
	memcpy(out, &v, 2);
}

static inline uint16_t
crm_be16_get(const void *in)
{
	uint16_t v;

	memcpy(&v, in, 2);
	return __builtin_bswap16(v);
}

static inline void
crm_le16(void *out, uint16_t v)
{
	memcpy(out, &v, 2);
}

static inline uint16_t
crm_le16_get(const void *in)
{
	uint16_t v;

	memcpy(&v, in, 2);
	return v;
}

static inline void
crm_le32(void *out, uint32_t v)
{
	memcpy(out, &v, 4);
}

static inline uint32_t
crm_le32_get(const void *in)
{
	uint32_t v;

	memcpy(&v, in, 4);
	return v;
}

static inline void
crm_le64(void *out, uint64_t v)
{
	memcpy(out, &v, 8);
}

/* Are 8 bytes all below 0x80? */
static inline bool
crm_le64_is_ascii(const void *in)
{
	uint64_t v;

	memcpy(&v, in, 8);
	return (v & 0x8080808080808080u) == 0;
}

static inline uint64_t
crm_le64_get(const void *in)
{
	uint64_t v;

	memcpy(&v, in, 8);
	return v;
}

/* n bytes, at most 8, with zeros behind them; without a call. */
static inline uint64_t
crm_le_few_get(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (n == 8)
		return crm_le64_get(p);
	if (n >= 4) /* from both ends: they may overlap */
		return crm_le32_get(p) |
		    (uint64_t)crm_le32_get(p + n - 4) << (8 * (n - 4));
	if (n == 0)
		return 0;
	return (uint64_t)u[0] | (uint64_t)u[n / 2] << (8 * (n / 2)) |
	    (uint64_t)u[n - 1] << (8 * (n - 1));
}

#endif
