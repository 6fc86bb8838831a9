/*
 * store_impl - what the files of this room share.
 */
#ifndef CRM_STORE_IMPL_H
#define CRM_STORE_IMPL_H

#include "store/engine.h"
#include "store/gate.h"
#include "store/store.h"

/* Version of the format, and the oldest one that may read it. */
#define CRM_FORMAT 1
#define CRM_FORMAT_READER 1

/* Keys of the table meta; their values begin with a head of this form. */
#define CRM_META_FORMAT "format"   /* magic, versions, uuid, replica */
#define CRM_META_FIELDS "fields"   /* numbers of custom fields */
#define CRM_META_DERIVED "derived" /* what derived tables were made with */
#define CRM_META_HIDDEN "hidden"   /* ranges of ids that nobody sees */
#define CRM_META_MARK "mark"       /* how far event indexes reach */
#define CRM_META_FORM 16

struct crm_store {
	char *path; /* as it was named */
	char *real; /* where it is now: another place while being built */
	int dir;
	bool shared, building;
	struct crm_store_options options;
	struct crm_env *env;
	struct crm_gate *gate;
	struct crm_config *config;
	uint8_t uuid[16];
	uint16_t replica;
};

/* Bytes that a transaction changes when there are to be several: half of what
 * makes others wait 250 ms.  From: STORE.md 0 (24 MiB: 300 ms at the most). */
#define CRM_PART ((size_t)24 << 20)

static inline size_t
crm_store_part(const struct crm_store *s)
{
	return s->options.part != 0 ? s->options.part : CRM_PART;
}

/* Meta values: body without head; p is NULL when there is none. */
CRM_CHECK const struct crm_err *crm_meta_get(
    struct crm_txn *, const char *key, struct crm_view *out);
CRM_CHECK const struct crm_err *crm_meta_put(
    struct crm_txn *, const char *key, struct crm_view body);

/* Read the numbers of custom fields into the schema. */
CRM_CHECK const struct crm_err *crm_meta_read_fields(
    struct crm_txn *, struct crm_schema *);

/*
 * Run a write transaction: through the gate, then as crm_env_update().
 */
CRM_CHECK const struct crm_err *crm_store_update(struct crm_store *,
    const struct crm_err *(*fn)(void *ctx, struct crm_txn *), void *ctx);

#endif
