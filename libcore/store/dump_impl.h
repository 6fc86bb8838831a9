/*
 * dump_impl - what writing and reading a dump share.
 */
#ifndef CRM_DUMP_IMPL_H
#define CRM_DUMP_IMPL_H

#include "base/outlet.h"
#include "record/schema.h"
#include "store/change.h"
#include "store/snap.h"
#include "store/store_impl.h"

/* A key of a record's line. */
struct crm_dump_col {
	struct crm_view key; /* "name": */
	const struct crm_field *field;
	bool computed; /* printed for people, not read */
};

/* The keys of a kind's lines, in order. */
struct crm_dump_kind {
	const struct crm_kind *kind; /* NULL: not asked for yet */
	struct crm_dump_col *col;
	size_t n;
	uint32_t *by_num; /* stored number to col, or CRM_DUMP_NONE */
	size_t nnums;
	/* those that are computed; created may be stored */
	uint32_t day, created, updated;
};

#define CRM_DUMP_NONE UINT32_MAX

/* All kinds, by letter. */
struct crm_dump_kinds {
	const struct crm_schema *schema;
	struct crm_dump_kind kind[26];
	struct crm_arena arena;
};

/* The keys of a kind, made when first asked for; NULL: no such kind. */
const struct crm_dump_kind *crm_dump_kind_of(
    struct crm_dump_kinds *, char letter);
void crm_dump_kinds_release(struct crm_dump_kinds *);

/* Change sets whose times are remembered. */
#define CRM_DUMP_TIMES 256

/* A dump that is being written. */
struct crm_dumping {
	struct crm_store *store;
	struct crm_snap *snap;
	struct crm_outlet *outlet;
	struct crm_buf text; /* lines that are not written yet */
	uint64_t lines;
	uint32_t crc;
	struct crm_dump_kinds kinds;
	const struct crm_hidden *hidden;
	size_t nhidden;
	bool *dropped; /* hidden ranges whose records are left out */
	struct {
		uint64_t number;
		size_t n;
		char text[CRM_TIME_TEXT];
	} time[CRM_DUMP_TIMES];
};

/* dump_log.c: pieces of a line, with the key in front of each. */
void crm_dump_number(struct crm_buf *, const char *key, uint64_t n);
void crm_dump_text(struct crm_buf *, const char *key, struct crm_view);
void crm_dump_hex(struct crm_buf *, const char *key, const void *, size_t n);
void crm_dump_id(struct crm_buf *, const char *key, uint64_t id);
const struct crm_err *crm_dump_damaged(uint64_t id, const char *what);

/* The change sets and digests; the notes on records. */
CRM_CHECK const struct crm_err *crm_dump_log(struct crm_dumping *);
CRM_CHECK const struct crm_err *crm_dump_changed(struct crm_dumping *);

/* dump.c: end a line; it is written when there are enough of them. */
CRM_CHECK const struct crm_err *crm_dump_end_line(struct crm_dumping *);

/* The name of a state, and a state by its name: false when unknown. */
const char *crm_change_state_name(enum crm_change_state);
bool crm_change_state_parse(struct crm_view, enum crm_change_state *out);

#endif
