/*
 * yaml - a YAML file as a small tree with places.
 *
 * Made from libyaml's events.  Types are not guessed: a plain "no" is the
 * text "no" until somebody asks for a bool.  Anchors, aliases, tags, merge
 * keys, duplicate keys, several documents and deep nesting are refused, each
 * with its place.
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
	struct crm_view text;      /* of a scalar; NUL-ended */
	bool plain;                /* a scalar without quotes */
	unsigned int line, column; /* from 1 */
	/* The children of a list, or the values of a map, in file order. */
	struct crm_yaml_node *child, *next;
	/* Of a map's value: its key, and where that stands. */
	struct crm_view key;
	unsigned int key_line, key_column;
};

struct crm_yaml;

/*
 * Read a file, or a text.
 *
 * path    also the name in messages
 * out     free with crm_yaml_free(); its nodes die with it
 *
 * Fails with CONFIG, "FILE:LINE:COLUMN: what", and a hint to quote a value
 * that begins with one of # @ % * ! & | > or is a bad plain scalar;
 * with NOINPUT when there is no such file; with IO, NOPERM.
 * An empty file has no root: NULL.
 */
CRM_CHECK const struct crm_err *crm_yaml_load(
    const char *path, struct crm_yaml **out);
CRM_CHECK const struct crm_err *crm_yaml_parse(
    const char *name, struct crm_view text, struct crm_yaml **out);
void crm_yaml_free(struct crm_yaml *);

const struct crm_yaml_node *crm_yaml_root(const struct crm_yaml *);

/* The value of a key in a map, or NULL. */
const struct crm_yaml_node *crm_yaml_get(
    const struct crm_yaml_node *map, const char *key);

/* An error that points at a node (or at its key). */
const struct crm_err *crm_yaml_err(const struct crm_yaml *,
    const struct crm_yaml_node *, const char *, ...) CRM_PRINTF(3, 4);
const struct crm_err *crm_yaml_err_key(const struct crm_yaml *,
    const struct crm_yaml_node *, const char *, ...) CRM_PRINTF(3, 4);

/* Is it a plain "~", "null" or empty scalar? */
bool crm_yaml_is_null(const struct crm_yaml_node *);

/*
 * Read a scalar as a type; each fails with CONFIG at the node's place.
 * bool: true false yes no on off.  int: decimal digits, no leading zero.
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
 * Add a scalar to YAML output: plain when every YAML reader takes it as this
 * text, else in double quotes, escaped.
 */
void crm_yaml_add_scalar(struct crm_buf *, struct crm_view);

#endif
