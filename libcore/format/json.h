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
	CRM_JSON_KEY, /* and the colon behind it */
	CRM_JSON_STRING,
	CRM_JSON_NUMBER,
	CRM_JSON_TRUE,
	CRM_JSON_FALSE,
	CRM_JSON_NULL,
	CRM_JSON_END, /* the one value is over and only blanks follow */
};

/* How deep objects and arrays may lie within each other: crm-record(5) */
#define CRM_JSON_DEPTH_MAX 32

struct crm_json {
	struct crm_view in;
	size_t pos; /* of the first byte behind the last token */
	unsigned int depth;
	uint32_t is_object;      /* a bit a level, level 0 lowest */
	uint8_t state;           /* what may follow: json.c */
	struct crm_buf *scratch; /* unescaped strings are put behind another */
};

/*
 * Begin to read one JSON value.
 *
 * in       UTF-8 (checked by the caller), borrowed
 * scratch  reset here; borrowed until the last token was taken.  Its ceiling
 *          must not be below in.n
 */
void crm_json_begin(
    struct crm_json *, struct crm_view in, struct crm_buf *scratch);

/*
 * Take the next token.
 *
 * token   what it is; END again and again behind the value
 * text    of KEY and STRING: the text, unescaped, borrowed from the input
 *         or, when it held escapes, from scratch (which is made large enough
 *         for the whole input before the first one, so that views of it stay
 *         valid until the next crm_json_begin()); of NUMBER: as written;
 *         of END: empty; else the token's bytes
 *
 * Fails with DATA: the column, in characters from 1, and what is wrong:
 * "column 17: expected ':'".  Only crm_json_begin() may follow a failure.
 * Escapes of lone surrogates are refused; \u0000 gives a NUL byte, which the
 * caller may refuse.
 */
CRM_CHECK const struct crm_err *crm_json_next(
    struct crm_json *, enum crm_json_token *token, struct crm_view *text);

/*
 * Take the next token when it is a key that the caller expects and it is
 * written exactly so: much faster than crm_json_next().
 *
 * quoted  the key, as crm_json_add_string() writes it, and a colon
 *
 * Returns false when it is not that key, and takes nothing.
 */
bool crm_json_take_key(struct crm_json *, struct crm_view quoted);

/*
 * Take the next token when a value must follow and it is a string without
 * escapes, with no blanks in front: faster, too.
 *
 * Returns false when it is not, and takes nothing.
 */
bool crm_json_take_string(struct crm_json *, struct crm_view *text);

/*
 * Add a string in quotes, escaped: '"', '\' and controls below U+0020 only.
 */
void crm_json_add_string(struct crm_buf *, struct crm_view);

/* Does a text need no escaping in JSON? */
bool crm_json_is_plain(struct crm_view);

#endif
