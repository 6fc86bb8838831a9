/*
 * utf8 - decoding, checking and measuring UTF-8, without any locale.
 */
#ifndef CRM_UTF8_H
#define CRM_UTF8_H

#include "base/buf.h"

/*
 * Decode one code point.
 *
 * p, n    at least one byte
 * out     the code point, unchanged when the bytes are not UTF-8
 *
 * Returns its length in bytes; 0 for anything that RFC 3629 forbids
 * (overlong forms, surrogates, above U+10FFFF, cut short).
 */
size_t crm_utf8_get(const char *p, size_t n, uint32_t *out);

/* Encode a code point (below 0x110000, no surrogate) into up to 4 bytes. */
size_t crm_utf8_put(char *out, uint32_t cp);

/*
 * Check that bytes are UTF-8 without NUL.
 *
 * Returns the offset of the first byte that is not, or v.n.
 */
size_t crm_utf8_check(struct crm_view);

/* Are all bytes below 0x80? */
bool crm_utf8_is_ascii(struct crm_view);

/* Columns that a terminal needs: 0 for marks, 2 for wide characters. */
size_t crm_utf8_width(struct crm_view);

/*
 * The longest beginning of v that needs at most cols columns.
 *
 * width   the columns that it needs, or NULL
 */
struct crm_view crm_utf8_cut(struct crm_view v, size_t cols, size_t *width);

/*
 * Add text so that it cannot drive a terminal: controls (C0, DEL, C1), line
 * and paragraph separators and bidirectional controls become \xNN or \u{N}.
 * From: Unicode 15, chapter 23 (format and control characters).
 */
void crm_utf8_add_safe(struct crm_buf *, struct crm_view);

/* Would crm_utf8_add_safe() change anything? */
bool crm_utf8_is_safe(struct crm_view);

#endif
