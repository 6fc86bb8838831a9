/*
 * load_impl - what the parts of loading a dump share.
 */
#ifndef CRM_LOAD_IMPL_H
#define CRM_LOAD_IMPL_H

#include "format/exact.h"
#include "record/code.h"
#include "store/dump_impl.h"
#include "store/store_impl.h"

/* The sections of a dump, in order. */
enum crm_load_section {
	CRM_LOAD_HEADER,
	CRM_LOAD_YAML,
	CRM_LOAD_FIELDS,
	CRM_LOAD_LOG,
	CRM_LOAD_DIGESTS,
	CRM_LOAD_CHANGED,
	CRM_LOAD_HIDDEN,
	CRM_LOAD_ERASED,
	CRM_LOAD_RECORDS,
	CRM_LOAD_END,
};

/* What the header says will come, and what came. */
struct crm_load_counts {
	uint64_t fields, log, changed, hidden, records, events;
};

struct crm_load {
	char *path;
	int64_t group;
	struct crm_store *store; /* NULL: not made yet */
	struct crm_store_seed seed;
	struct crm_dump_kinds kinds;
	size_t section; /* enum crm_load_section */
	uint64_t lines;
	uint32_t crc;
	struct crm_load_counts want, have;
	/* the line at hand */
	struct crm_json j;
	struct crm_buf scratch;
	struct crm_exact exact;
	struct crm_slot *slot;
	size_t slot_cap;
	struct crm_buf value, more, old, new;
	/* what is kept for later */
	struct crm_buf yaml, names, hidden, erased;
	struct crm_buf part; /* values to be put */
	bool anywhere; /* not behind all others; an empty one is taken out */
	enum crm_table last_table;
	struct crm_buf last_key;
	uint64_t last_change, head, head_seq; /* head: the end of the chain */
	bool turned;          /* a change set was done after later numbers */
	struct crm_err fault; /* the first one of the check; "": none */
};

/* load.c: put a value; keys of a table come in order. */
CRM_CHECK const struct crm_err *crm_load_put(struct crm_load *, enum crm_table,
    struct crm_view key, struct crm_view value);

/* Put what waits, when it is so many bytes. */
CRM_CHECK const struct crm_err *crm_load_flush(struct crm_load *, size_t least);

/*
 * load_read.c: pieces of a line, of which each fails with DATA.  Keys are as
 * KEY() makes them; "_at" takes the key in front of the value, which must be
 * there.
 */
#define KEY(name) CRM_V("\"" name "\":")

/* Is this key the next one?  It is taken then. */
bool crm_load_has(struct crm_load *, struct crm_view key);
const struct crm_err *crm_load_lacks(struct crm_view key);

CRM_CHECK const struct crm_err *crm_load_number(
    struct crm_load *, uint64_t max, uint64_t *out);
CRM_CHECK const struct crm_err *crm_load_number_at(
    struct crm_load *, struct crm_view key, uint64_t max, uint64_t *out);

/* A short text: borrowed from the line. */
CRM_CHECK const struct crm_err *crm_load_word(
    struct crm_load *, struct crm_view *out);
CRM_CHECK const struct crm_err *crm_load_word_at(
    struct crm_load *, struct crm_view key, struct crm_view *out);

/* A text of any bytes, added to out. */
CRM_CHECK const struct crm_err *crm_load_text_at(
    struct crm_load *, struct crm_view key, struct crm_buf *out);

/* Exactly n bytes in hexadecimal digits. */
CRM_CHECK const struct crm_err *crm_load_bytes_at(
    struct crm_load *, struct crm_view key, uint8_t *out, size_t n);

CRM_CHECK const struct crm_err *crm_load_id(struct crm_load *, uint64_t *out);
const struct crm_err *crm_load_unknown_kind(uint64_t id);

/* "key":true, or nothing. */
CRM_CHECK const struct crm_err *crm_load_flag_at(
    struct crm_load *, struct crm_view key, bool *out);

/* Read the rest of a line, whose first key was taken: load_lines.c,
 * load_log.c, load_record.c. */
CRM_CHECK const struct crm_err *crm_load_header(struct crm_load *);
CRM_CHECK const struct crm_err *crm_load_yaml(struct crm_load *);
CRM_CHECK const struct crm_err *crm_load_field(struct crm_load *);
CRM_CHECK const struct crm_err *crm_load_change(struct crm_load *);
CRM_CHECK const struct crm_err *crm_load_digests(struct crm_load *);
CRM_CHECK const struct crm_err *crm_load_changed(struct crm_load *);
CRM_CHECK const struct crm_err *crm_load_hidden(struct crm_load *);
CRM_CHECK const struct crm_err *crm_load_erased(struct crm_load *);
CRM_CHECK const struct crm_err *crm_load_record(struct crm_load *);
CRM_CHECK const struct crm_err *crm_load_trailer(struct crm_load *);

#endif
