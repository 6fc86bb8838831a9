/*
 * json - a JSON reader that hands out one token at a time (RFC 8259).
 *
 * It accepts what the standard allows and nothing else; no comments, no
 * trailing commas, no NaN.  It allocates only to unescape strings.
 */
#ifndef CRM_JSON_H
#define CRM_JSON_H

#include "base/buf.h"

enum crm_json_token {
	CRM_JSON_OBJECT, /* { */
	CRM_JSON_OBJECT_END,
	CRM_JSON_ARRAY, /* [ */
	CRM_JSON_ARRAY_END,
	CRM_JSON_KEY,
	CRM_JSON_STRING,
	CRM_JSON_NUMBER,
	CRM_JSON_TRUE,
	CRM_JSON_FALSE,
	CRM_JSON_NULL,
	CRM_JSON_END, /* the one value is over and only blanks follow */
};

#define CRM_JSON_DEPTH_MAX 32

struct crm_json {
	struct crm_view in;
	size_t pos;
	unsigned int depth;
	uint32_t is_object; /* a bit a level, level 0 lowest */
	uint8_t state;
	struct crm_buf *scratch; /* unescaped strings are put behind another */
};

/*
 * Begin to read one JSON value.
 *
 * in       UTF-8 (checked by the caller), borrowed
 * scratch  reset here; unescaped strings live in it and its views die when
 *          it grows: see crm_json_next()
 */
void crm_json_begin(
    struct crm_json *, struct crm_view in, struct crm_buf *scratch);

/*
 * Take the next token.
 *
 * token   what it is
 * text    of KEY and STRING: the text, unescaped, borrowed from the input
 *         or, when it held escapes, from scratch (which is made large enough
 *         for the whole input before the first one, so that views of it stay
 *         valid until the next crm_json_begin()); of NUMBER: as written;
 *         else the token's bytes
 *
 * Fails with DATA: what is wrong and the column, "column 17: expected ':'".
 * Escapes of lone surrogates are refused; \u0000 gives a NUL byte, which the
 * caller may refuse.
 */
CRM_CHECK const struct crm_err *crm_json_next(
    struct crm_json *, enum crm_json_token *token, struct crm_view *text);

/*
 * Add a string in quotes, escaped: '"', '\' and controls below U+0020 only.
 */
void crm_json_add_string(struct crm_buf *, struct crm_view);

/* Does a text need no escaping in JSON? */
bool crm_json_is_plain(struct crm_view);

#endif
