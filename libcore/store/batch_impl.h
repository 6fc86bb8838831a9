/*
 * batch_impl - what the parts of batch share.
 *
 * A record that is to be added has a provisional id until the batch is
 * written: its kind, replica CRM_NEW, and its place among the new ones of the
 * kind.  A link to something that is not known yet, but may come in a later
 * line, is a ghost: kind '?', replica CRM_GHOST, its place in the list.
 */
#ifndef CRM_BATCH_IMPL_H
#define CRM_BATCH_IMPL_H

#include "base/map.h"
#include "base/runs.h"
#include "base/spool.h"
#include "store/batch.h"
#include "store/change.h"
#include "store/derive.h"
#include "store/store_impl.h"

#define CRM_NEW 0xffff
#define CRM_GHOST 0xfffe

static inline bool
crm_is_new(uint64_t id)
{
	return crm_id_replica(id) == CRM_NEW;
}

static inline bool
crm_is_ghost(uint64_t id)
{
	return crm_id_replica(id) == CRM_GHOST;
}

/* What a link named that was not there. */
struct crm_ghost {
	const char *kinds; /* that it may be */
	const char *field;
	struct crm_view text;
	uint64_t line, id; /* id: what it turned out to be; 0: nothing */
};

/*
 * A row of the spool, a record to add:
 *   kind u8, flags u8, fields u16, line u64, id u64 (given, or 0), then for
 *   each field: number u16, flags u8, length u32, stored value
 * An edit, the value of an entry of edits and amends:
 *   op u8 (CRM_EDIT_*; else of each field), flags u8, fields u16, line u64,
 *   currency 4, then for each field: number u16, op u8, length u32, value
 */
struct crm_row {
	char kind; /* of an edit: its op */
	uint8_t flags;
	uint32_t n;
	uint64_t line, id;
	char currency[4];
	struct crm_view fields;
};
#define CRM_ROW_HEAD 20
#define CRM_EDIT_HEAD 16

/* Flags of rows: it links to new ones or ghosts; only fill what is empty. */
enum { CRM_ROW_PENDING = 1, CRM_ROW_KEEP = 2 };

/* The line as it was stands behind the fields, under a number of its own. */
#define CRM_RAW_LINE 0x7fff

/* Flags of a row's fields: many values; the input had it. */
enum { CRM_SLOT_MANY = 1, CRM_SLOT_GIVEN = 2 };

/* Operations of an edit beside those of enum crm_edit_op. */
enum {
	CRM_EDIT_PUT = 16, /* the whole stored value */
	CRM_EDIT_REMOVE = 17
};

struct crm_batch {
	struct crm_store *store;
	struct crm_batch_options o;
	struct crm_snap *snap;
	uint64_t since; /* newest change set when the batch began */
	struct crm_value_ctx values;
	struct crm_rule_ctx rules;
	struct crm_arena line_arena; /* of the line at hand */
	struct crm_arena arena;      /* of the batch */
	uint64_t line, faults;
	struct crm_view raw; /* the line as it was, when it may be wanted */
	bool line_bad, pending_links;

	struct crm_spool *adds;
	uint64_t new_count[26]; /* by kind */
	bool given_ids;
	struct crm_nummap given;  /* ids that adds are to have */
	struct crm_map aliases;   /* new_ids: kind and id to provisional id */
	struct crm_runs *edits;   /* key: id, order; value: see put_edit() */
	struct crm_runs *amends;  /* the same for provisional ids */
	struct crm_nummap edited; /* ids */
	uint64_t nedits, namends;
	struct crm_nummap buyers; /* new ones who buy */

	struct crm_map links; /* kinds and text to id: looked up before */
	struct crm_ghost *ghost;
	size_t nghosts, ghost_cap;
	struct crm_map ghost_at;
	struct crm_map keys; /* key values of this batch to id */
	struct crm_map doc_lines;

	struct crm_runs *unique;   /* key: kind, field, value; value: id, line,
	                             place in adds */
	struct crm_nummap dropped; /* provisional ids: what they are instead */

	bool want_written;
	uint64_t *written; /* ids in order of lines */
	size_t nwritten, written_cap;

	struct crm_rec rec, old; /* scratch */
	struct crm_buf buf, key;
	struct crm_batch_result result;
};

/* batch_link.c */

/* Find what a link names: crm_value_ctx.link. */
CRM_CHECK const struct crm_err *crm_batch_link(
    void *ctx, const struct crm_field *, struct crm_view who, uint64_t *out);

/* After the last line: find what the ghosts are, or make it. */
CRM_CHECK const struct crm_err *crm_batch_resolve(struct crm_batch *);

/* The record that is meant by an id of any sort; 0: a ghost of nothing. */
uint64_t crm_batch_meant(const struct crm_batch *, uint64_t id);

/* batch_unique.c */

/* Note the unique values of a record. */
CRM_CHECK const struct crm_err *crm_batch_note_unique(struct crm_batch *,
    const struct crm_rec *, uint64_t id, uint64_t place,
    const struct crm_rec *old);

/* Note that the keys of a record which is added found no other one. */
CRM_CHECK const struct crm_err *crm_batch_note_absent(
    struct crm_batch *, const struct crm_request *, uint64_t id);

/* After the last line: unique values against each other and the store. */
CRM_CHECK const struct crm_err *crm_batch_check_unique(
    struct crm_batch *, struct crm_snap *, bool again);

/* batch.c */

CRM_CHECK const struct crm_err *crm_batch_put_edit(struct crm_batch *,
    uint64_t id, const struct crm_edit *, size_t n, const char *currency,
    bool keep, int op);
void crm_row_open(struct crm_view row, struct crm_row *out);
void crm_row_open_edit(struct crm_view row, struct crm_row *out);
bool crm_row_field(
    struct crm_row *, uint16_t *num, uint8_t *flags, struct crm_view *value);
void crm_batch_blame(struct crm_batch *, uint64_t line, const char *field,
    const struct crm_err *);

/* batch_write.c */

CRM_CHECK const struct crm_err *crm_batch_write(
    struct crm_batch *, const struct crm_receiver *to);

#endif
