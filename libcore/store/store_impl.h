/*
 * store_impl - what the files of this room share.
 */
#ifndef CRM_STORE_IMPL_H
#define CRM_STORE_IMPL_H

#include "store/engine.h"
#include "store/gate.h"
#include "store/store.h"

/*
 * Version of the format, and the oldest one that may read it.  A store of an
 * older one gets this one with the first change.
 *
 * 2  blocks may be packed
 * 3  the ends of event, change and changed stand in trees of their own
 */
#define CRM_FORMAT_YOUNG 3
#ifndef CRM_FORMAT /* tests/crash builds a later one */
#define CRM_FORMAT 3
#define CRM_FORMAT_READER 3
#endif

/*
 * The version of what is derived from records: to be raised when the same
 * record leads to other entries of a derived table.
 *
 * 1  lengths of text exact to 15 words, tags counted; was not written down
 * 2  two classes a doubling, without tags
 * 3  the days on which customers bought
 * 4  stories and sums may lack the newest events: CRM_META_SUMMED
 */
#define CRM_DERIVED 4

/* Keys of the table meta; their values begin with a head of this form. */
#define CRM_META_FORMAT "format"   /* magic, versions, uuid, replica */
#define CRM_META_FIELDS "fields"   /* numbers of custom fields */
#define CRM_META_DERIVED "derived" /* what derived tables were made with */
#define CRM_META_HIDDEN "hidden"   /* ranges of ids that nobody sees */
#define CRM_META_MARK "mark"       /* how far event indexes reach */
#define CRM_META_SUMMED "summed"   /* how far stories and sums do: fresh.h */
#define CRM_META_FORM 16

struct crm_store {
	char *path; /* as it was named */
	char *real; /* where it is now: another place while being built */
	int dir;
	bool shared, building;
	bool lacks;   /* a head is damaged: crm_store_may_lack() */
	bool unnamed; /* numbers of fields that are not written yet */
	struct crm_store_options options;
	struct crm_env *env;
	struct crm_gate *gate;
	struct crm_config *config;
	struct crm_buf signature; /* of it; empty: not made yet */
	uint8_t uuid[16];
	uint16_t replica;
	void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t all);
	void *tell_ctx;
	/* records that derived tables were made of, how many there are about
	 * (0: not known), and what that is called (NULL: they are indexed) */
	uint64_t derived, derive_all;
	const char *deriving;
};

/* Tell who wants to know. */
static inline void
crm_store_progress(
    const struct crm_store *s, const char *what, uint64_t done, uint64_t all)
{
	if (s->tell != NULL)
		s->tell(s->tell_ctx, what, done, all);
}

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

/* Keep copies of those that salvage cannot do without, after all of the table
 * was written by entry. */
CRM_CHECK const struct crm_err *crm_meta_keep(struct crm_txn *);

/*
 * See which format a store has by now, in each transaction, before anything but
 * META is read in it.
 *
 * format  0: it is being made
 *
 * Fails with CONFIG: a newer crm is needed to read it.
 */
CRM_CHECK const struct crm_err *crm_store_see_format(
    const struct crm_store *, struct crm_txn *, uint16_t *format);

/* The versions of the format, as they stand there. */
CRM_CHECK const struct crm_err *crm_meta_format(
    struct crm_txn *, uint16_t *format, uint16_t *oldest);

/* A custom field as the store knows it. */
struct crm_field_name {
	char kind; /* letter */
	uint16_t num;
	uint8_t type; /* enum crm_type */
	bool many;
	struct crm_view text; /* at most 255 bytes */
};

/* The next name in a body of CRM_META_FIELDS: *at begins as 0. */
bool crm_meta_next_name(
    struct crm_view names, size_t *at, struct crm_field_name *out);
void crm_meta_add_name(struct crm_buf *names, const struct crm_field_name *);

/*
 * Read the numbers of custom fields into the schema.
 *
 * keep    a kind that is not in crm.yaml, but has records, is added with what
 *         the store knows of it, for reading alone
 *
 * Fails with CONFIG: crm.yaml does not fit what is stored.
 */
CRM_CHECK const struct crm_err *crm_meta_read_fields(
    struct crm_txn *, struct crm_schema *, bool keep);

/* Give numbers to fields that have none, and write them down. */
CRM_CHECK const struct crm_err *crm_meta_name_fields(
    void *store, struct crm_txn *);

/* Parts of opening and making; each closes what it opened with the store. */
struct crm_store *crm_store_new(
    const char *path, const char *real, const struct crm_store_options *);
CRM_CHECK const struct crm_err *crm_store_open_dir(struct crm_store *);
CRM_CHECK const struct crm_err *crm_store_open_config(struct crm_store *);

/* Write down who the store is; what its derived tables were made with. */
CRM_CHECK const struct crm_err *crm_store_write_format(
    struct crm_store *, struct crm_txn *);
CRM_CHECK const struct crm_err *crm_store_sign(
    struct crm_store *, struct crm_txn *);

/* Who a store is to be that is made from a dump. */
struct crm_store_seed {
	uint8_t uuid[16];
	uint16_t replica;
	struct crm_view fields; /* body of CRM_META_FIELDS */
	bool replaces;          /* one that is in that place now */
};

/*
 * Read the body of CRM_META_FORMAT: who the store is.
 *
 * oldest  the format that a program has to know to read it
 *
 * Returns false when it is none.
 */
bool crm_meta_read_format(
    struct crm_view body, struct crm_store_seed *out, uint16_t *oldest);

/* As crm_store_begin(). */
CRM_CHECK const struct crm_err *crm_store_begin_as(const char *path,
    int64_t group, struct crm_view yaml, const struct crm_store_seed *,
    struct crm_store **out);

/* Were the derived tables made with other settings than these? */
CRM_CHECK const struct crm_err *crm_store_see_stale(
    struct crm_store *, struct crm_txn *, bool *stale);

/*
 * See that what is derived is derived as the store's tables were.
 *
 * Fails with AGAIN when somebody changed the configuration since it was read.
 */
CRM_CHECK const struct crm_err *crm_store_see_config(
    struct crm_store *, struct crm_txn *);

/*
 * How far the indexes of events that lag reach.
 *
 * While they are brought up to date in several transactions, and after a
 * crash in between, reach is the last event that entries may be there of;
 * since is the change set up to which events were read for that, lowest the
 * number from which on others may have changed them.
 */
struct crm_mark {
	uint64_t mark, reach; /* events */
	uint64_t since, lowest;
};

CRM_CHECK const struct crm_err *crm_mark_get(
    struct crm_store *, struct crm_txn *, struct crm_mark *out);
CRM_CHECK const struct crm_err *crm_mark_put(
    struct crm_txn *, const struct crm_mark *);

/*
 * Run a write transaction: through the gate, as crm_env_update(), but that the
 * gate is left before the disk is waited for.
 */
CRM_CHECK const struct crm_err *crm_store_update(struct crm_store *,
    const struct crm_err *(*fn)(void *ctx, struct crm_txn *), void *ctx);

#endif
