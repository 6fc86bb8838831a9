/*
 * yaml - a YAML file as a small tree with places.
 *
 * Made from libyaml's events.  Types are not guessed: a plain "no" is the
 * text "no" until somebody asks for a bool.  Refused, each with its place, is
 * what a configuration does not need or what loses a value in silence:
 * anchors, aliases, tags, merge keys, duplicate keys, keys that are no texts,
 * several documents, deep nesting, NUL, an empty block ("op: >") and a comment
 * where a value was meant ("tag: #sales").
 */
#ifndef CRM_YAML_H
#define CRM_YAML_H

#include "base/buf.h"
#include "base/num.h"

#define CRM_YAML_BYTES_MAX ((size_t)1 << 20)
#define CRM_YAML_DEPTH_MAX 32
#define CRM_YAML_NODES_MAX 100000

enum crm_yaml_kind { CRM_YAML_SCALAR, CRM_YAML_LIST, CRM_YAML_MAP };

struct crm_yaml_node {
	enum crm_yaml_kind kind;
	struct crm_view text;      /* of a scalar: UTF-8, no NUL; NUL-ended */
	bool plain;                /* a scalar without quotes */
	unsigned int line, column; /* from 1; columns are characters */
	/* The children of a list, or the values of a map, in file order. */
	struct crm_yaml_node *child, *next;
	/* Of a map's value: its key, and where that stands. */
	struct crm_view key; /* UTF-8, no NUL; NUL-ended; else NULL */
	unsigned int key_line, key_column;
};

struct crm_yaml;

/*
 * Read a file, or a text.
 *
 * path    also the name in messages
 * text    UTF-8; may begin with a byte order mark
 * out     NULL after an error; free with crm_yaml_free(): its nodes, texts and
 *         keys die with it
 *
 * Fails with CONFIG, "FILE:LINE:COLUMN: what", and a hint to quote a value
 * that begins with one of # @ % * ! & | > ` or is a bad plain scalar; with
 * NOINPUT, NOPERM, IO when the file cannot be read; with AGAIN.
 */
CRM_CHECK const struct crm_err *crm_yaml_load(
    const char *path, struct crm_yaml **out);
CRM_CHECK const struct crm_err *crm_yaml_parse(
    const char *name, struct crm_view text, struct crm_yaml **out);
void crm_yaml_free(struct crm_yaml *);

/* The root; NULL when there are only comments, or null. */
const struct crm_yaml_node *crm_yaml_root(const struct crm_yaml *);

/* The value of a key; NULL when there is none, or no map (NULL is none). */
const struct crm_yaml_node *crm_yaml_get(
    const struct crm_yaml_node *map, const char *key);

/*
 * An error, CONFIG, that points at a node (NULL: at the whole file), or at its
 * key.
 */
const struct crm_err *crm_yaml_err(const struct crm_yaml *,
    const struct crm_yaml_node *, const char *, ...) CRM_PRINTF(3, 4);
const struct crm_err *crm_yaml_err_key(const struct crm_yaml *,
    const struct crm_yaml_node *, const char *, ...) CRM_PRINTF(3, 4);

/* Is it a plain "~", "null" or empty scalar? */
bool crm_yaml_is_null(const struct crm_yaml_node *);

/*
 * Read a scalar as a type, plain or quoted; each fails with CONFIG at the
 * node's place.  None takes a null: ask before where there may be one.
 *
 * text    any other scalar; borrowed from the tree
 * bool    true false yes no on off, in lower case
 * int     decimal digits, perhaps with '-'; no leading zero
 * dec     crm_dec_parse(), but no '+' and no leading zero
 */
CRM_CHECK const struct crm_err *crm_yaml_text(const struct crm_yaml *,
    const struct crm_yaml_node *, struct crm_view *out);
CRM_CHECK const struct crm_err *crm_yaml_bool(
    const struct crm_yaml *, const struct crm_yaml_node *, bool *out);
CRM_CHECK const struct crm_err *crm_yaml_int(const struct crm_yaml *,
    const struct crm_yaml_node *, int64_t min, int64_t max, int64_t *out);
CRM_CHECK const struct crm_err *crm_yaml_dec(
    const struct crm_yaml *, const struct crm_yaml_node *, struct crm_dec *out);

/*
 * Add a text to YAML output, as a value or a key, in a block or in brackets:
 * plain when every reader of YAML 1.1 or 1.2 takes it as this text, else in
 * double quotes, escaped, on one line.
 *
 * text    UTF-8; what is not becomes U+FFFD
 */
void crm_yaml_add_scalar(struct crm_buf *, struct crm_view);

#endif
