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
#include "base/short.h"
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
	int rank;          /* by what the record answers to the word */
	bool several;      /* of several lines, and so of nothing */
	const char *why;   /* it is of nothing; NULL: not known yet */
};

/*
 * A row of the spool, a record to add:
 *   kind u8, flags u8, notes u32, line u64, id u64 (given, or 0), length u32,
 *   the record as it would be stored, but added and updated by change set 0;
 *   flags u8 of each of its fields; then for each note: number u16, flags u8,
 *   length u32, value
 * When a later line changes the record, the whole of it follows as a row again
 * (CRM_ROW_AGAIN; its id is the one that the record goes by).
 * An edit, the value of an entry of edits:
 *   op u8 (CRM_EDIT_*; else of each field), flags u8, fields u32, line u64,
 *   currency 4, then for each field: number u16, op u8, length u32, value
 */
struct crm_row {
	struct crm_view bytes;
	char kind; /* of an edit: its op */
	uint8_t flags;
	uint32_t n; /* fields and notes that are left */
	uint64_t line, id;
	char currency[4];
	struct crm_view
	    stored;            /* an edit has none: its fields stand as notes */
	struct crm_stored rec; /* the same, opened */
	const uint8_t *what;   /* flags of its fields */
	uint32_t next;         /* of its fields */
	struct crm_view notes;
};
#define CRM_ROW_HEAD 26
#define CRM_EDIT_HEAD 18

/* Flags of rows: it links to new ones or ghosts; only fill what is empty; it
 * is due after the terms of a customer of this batch; see above; it is of no
 * line, but made for a link. */
enum {
	CRM_ROW_PENDING = 1,
	CRM_ROW_KEEP = 2,
	CRM_ROW_TERMS = 4,
	CRM_ROW_AGAIN = 8,
	CRM_ROW_MADE = 16,
	CRM_ROW_REMOVE = 32, /* of CRM_EDIT_EXACT */
	CRM_ROW_RESTORE = 64,
	CRM_ROW_RELINK = 128,
};

/* The line as it was is a note, under a number of its own. */
#define CRM_RAW_LINE 0x7fff

/* So are the words of its links that name records of the store: of each, number
 * of the field u16, hash u64. */
#define CRM_LINK_WORDS 0x7ffe
#define CRM_LINK_WORD_BYTES 10

/* Flags of a row's fields: many values; the input had it. */
enum { CRM_SLOT_MANY = 1, CRM_SLOT_GIVEN = 2 };

/* In the value of forms: a later line changed it. */
#define CRM_FORM_AGAIN (UINT64_C(1) << 63)

/* Operations of an edit beside those of enum crm_edit_op. */
enum {
	CRM_EDIT_PUT = 16, /* the whole stored value */
	CRM_EDIT_REMOVE = 17,
	/* of crm_batch_exact(): in place of the line stands the change set
	 * that changed the record last */
	CRM_EDIT_EXACT = 18
};

/* A text that names a record of the store: found before. */
struct crm_known_link {
	const struct crm_field *field; /* NULL: none yet */
	struct crm_short text;
	uint64_t id;
	uint64_t hash; /* of its key in links; 0: it is an id */
};

#define CRM_KNOWN_LINKS 64

struct crm_batch {
	struct crm_store *store;
	struct crm_batch_options o;
	struct crm_snap *snap;
	uint64_t state;            /* of the store when the batch began */
	uint64_t began;            /* place of the newest change set by then */
	uint64_t waiting;          /* crm_batch_waiting() */
	uint64_t fresh;            /* crm_batch_fresh() */
	bool asked;                /* options.ask was called */
	bool overtaken;            /* crm_batch_overtaken() */
	bool may_redo;             /* crm_batch_may_redo() */
	struct crm_erased *erased; /* what must not come back; NULL: nothing */
	struct crm_value_ctx values;
	struct crm_rule_ctx rules;
	uint64_t
	    unique_fields[26]; /* of each kind, as crm_rec_bit(): such fields */
	struct crm_arena line_arena; /* of the line at hand */
	struct crm_arena arena;      /* of the batch */
	uint64_t line, faults;
	const struct crm_field *taken; /* crm_batch_taken() */
	struct crm_view raw; /* the line as it was, when it may be wanted */
	bool line_bad, pending_links;
	bool line_erased; /* it would bring back what was erased */

	struct crm_spool *adds;
	uint64_t new_count[26]; /* by kind */
	bool given_ids;
	struct crm_nummap given;  /* ids that adds are to have */
	struct crm_map aliases;   /* new_ids: kind and id to provisional id */
	struct crm_nummap forms;  /* rows that later lines may find: id to the
	                             place of the newest form, + 1 */
	bool amended;             /* one of them has another form */
	struct crm_runs *edits;   /* key: id, order; value: see above */
	struct crm_nummap merged; /* ids of those that a merge removes */
	struct crm_nummap edited; /* id to how many edits */
	uint64_t nedits;
	struct crm_nummap bad_edits; /* order + 1 of those to be left out */
	bool untried;                /* some edits are to be tried together */
	bool given_up;               /* some line gives up a unique value */
	uint64_t nbad;               /* counts up when one is left out */

	/* Customers of this batch: the days after which they pay, + 1, or the
	 * id of their organisation; those whom an edit makes a buyer. */
	bool want_terms;
	bool want_owners; /* some are left to rules: see assign.h */
	struct crm_nummap terms, buyers;

	struct crm_nummap
	    live;             /* linked records of the store: id / 64 to bits */
	struct crm_map links; /* kinds and text to id: looked up before */
	struct crm_known_link known[CRM_KNOWN_LINKS];
	struct crm_buf words; /* of the line at hand: see CRM_LINK_WORDS */
	bool word_kinds[26];  /* kinds that such words may name */
	struct crm_runs *used_words; /* see batch_words.c */
	struct crm_nummap shared;    /* hashes of those that new records have
	                                too, to what is to be told */
	struct crm_ghost *ghost;
	size_t nghosts, ghost_cap;
	size_t nlost, nwhy;       /* ghosts of nothing; told of so far */
	struct crm_ghost *making; /* what it names is being made */
	uint64_t nread[26];       /* new ones, by kind, that were not made */
	struct crm_map ghost_at;
	struct crm_map keys; /* key values of this batch to id */
	struct crm_map doc_lines;

	/* Events whose amounts sums leave out, by the currency's number; [0]
	 * counts the others. */
	uint64_t unrated[256];
	bool rows_unrated; /* some rows may be such */

	struct crm_runs *unique;   /* see batch_claim.h */
	struct crm_nummap dropped; /* ids of rows: what they are instead; 0:
	                              nothing, they are bad */
	struct crm_nummap blamed;  /* of bad rows of several lines: the line
	                              that was told of */
	uint64_t *left_out; /* numbers of new events that are dropped, sorted */
	size_t nleft_out, left_out_cap;

	/* Once it is being written: number of the first new one of a kind,
	 * less 1. */
	bool numbered;
	uint64_t base[26];

	/* Records that lines were about, in order of lines: ids that follow
	 * each other are one range. */
	struct crm_id_range *written;
	size_t nwritten, written_cap;

	struct crm_rec rec, old, before; /* scratch */
	struct crm_buf buf, key;
	struct crm_batch_result result;
};

/* batch_words.c */

/* By what a record answers to a word, the best first: as crm_who_find(). */
enum crm_rank {
	CRM_BY_ID,
	CRM_BY_EMAIL,
	CRM_BY_REF,
	CRM_BY_PHONE,
	CRM_BY_NAME,
	CRM_BY_FOLDED_NAME
};

/* Does a record answer to what a field of it says?  And as what? */
bool crm_answers(const struct crm_kind *, const struct crm_field *,
    struct crm_view word, enum crm_rank *by);

/* Add what a word is known by: a number by its digits, others folded.
 * home    as of crm_phone_key() */
void crm_word_key(
    struct crm_buf *out, const struct crm_dial *home, struct crm_view word);

/*
 * Note that a link of the line at hand is a word that names a record of the
 * store.
 *
 * hash    of its key in b->links
 */
void crm_batch_note_word(
    struct crm_batch *, const struct crm_field *, uint64_t hash);

/* Put the words of b->links aside, and empty it. */
CRM_CHECK const struct crm_err *crm_batch_forget_words(struct crm_batch *);

/* After the last line: find the words that new records answer to, too. */
CRM_CHECK const struct crm_err *crm_batch_find_shared(struct crm_batch *);

/*
 * The next of a row's words that is of several; NULL: none.
 *
 * words   the value of CRM_LINK_WORDS; what is left of it
 * num     set to the number of the field
 *
 * Returns what is to be told.
 */
const char *crm_batch_shared_word(
    const struct crm_batch *, struct crm_view *words, uint16_t *num);

/* batch_link.c */

/* Find what a link names: crm_value_ctx.link. */
CRM_CHECK const struct crm_err *crm_batch_link(
    void *ctx, const struct crm_field *, struct crm_view who, uint64_t *out);

/* After the last line: find what the ghosts are, or make it. */
CRM_CHECK const struct crm_err *crm_batch_resolve(struct crm_batch *);

/* The record that is meant by an id of any sort; 0: of nothing, its line is
 * bad.  New ones keep their provisional id. */
uint64_t crm_batch_meant(const struct crm_batch *, uint64_t id);

/* Tell that a link of a line is of nothing.  Returns false when it is of a bad
 * line and no line is left out: then that line is what there is to mend. */
bool crm_batch_blame_link(
    struct crm_batch *, uint64_t line, const struct crm_field *, uint64_t id);

/* Was a record made for links?  What is wrong with it is told of these. */
bool crm_batch_is_made(const struct crm_batch *, uint64_t id);

/* Keep why the record of a link cannot be made. */
void crm_batch_not_made(
    struct crm_batch *, const char *field, const char *what);

/* The same with final ids, once these are known. */
uint64_t crm_batch_final(const struct crm_batch *, uint64_t id);

/*
 * A link field's value with final ids, each once.
 *
 * out     in the arena
 *
 * Returns false when one of them is of nothing.
 */
bool crm_batch_settle(const struct crm_batch *, struct crm_arena *, bool many,
    struct crm_view, struct crm_view *out);

/* batch_claim.c */

/* Find out which fields are unique. */
void crm_batch_find_unique(struct crm_batch *);

/* Fails with DATA when a unique value of a record is too long to be one. */
CRM_CHECK const struct crm_err *crm_batch_fit_unique(
    struct crm_batch *, const struct crm_rec *, const char **field);

/* The place of an edit: with its order + 1. */
#define CRM_CLAIM_EDIT (UINT64_C(1) << 62)

/*
 * Note the unique values of a record.
 *
 * place   in adds, + 1, or CRM_CLAIM_EDIT
 * old     its form before: those that both have are not noted, those that
 *         only this one has are given up
 */
CRM_CHECK const struct crm_err *crm_batch_note_unique(struct crm_batch *,
    const struct crm_rec *, uint64_t id, uint64_t place,
    const struct crm_rec *old);

/* Note that a record gives up those it has. */
CRM_CHECK const struct crm_err *crm_batch_note_removed(
    struct crm_batch *, const struct crm_rec *, uint64_t id, uint64_t place);

/*
 * Note those of an edit that comes behind others of its record, which may turn
 * out to be bad.
 *
 * stored         the record as the store has it
 * before, after  as the edits before left it, and as this one leaves it; NULL:
 *                removed
 */
CRM_CHECK const struct crm_err *crm_batch_note_later(struct crm_batch *,
    struct crm_row, uint64_t order, const struct crm_rec *stored,
    const struct crm_rec *before, const struct crm_rec *after);

/* Note that the keys of a record which is added found no other one. */
CRM_CHECK const struct crm_err *crm_batch_note_absent(
    struct crm_batch *, const struct crm_request *, uint64_t id);

/* batch_unique.c */

/* After the last line: unique values against the store and each other. */
CRM_CHECK const struct crm_err *crm_batch_check_unique(struct crm_batch *);

/* When it is written, and others wrote meanwhile.  Fails with AGAIN. */
CRM_CHECK const struct crm_err *crm_batch_check_unique_again(
    struct crm_batch *, struct crm_snap *);

/* batch_row.c */

/*
 * Put the record of b->rec aside.  Its place is crm_spool_bytes() of before.
 *
 * id      that it is to have, or 0; of CRM_ROW_AGAIN: that it goes by
 * before  its form before; NULL: none
 */
CRM_CHECK const struct crm_err *crm_batch_put_row(struct crm_batch *,
    const struct crm_request *, uint8_t flags, uint64_t id,
    const struct crm_row *before);

CRM_CHECK const struct crm_err *crm_batch_put_edit(struct crm_batch *,
    uint64_t id, const struct crm_edit *, size_t n, const char *currency,
    bool keep, int op);

/*
 * Put what a record is to hold exactly aside.
 *
 * updated  the change set that changed it last
 */
CRM_CHECK const struct crm_err *crm_batch_put_exact(struct crm_batch *,
    uint64_t id, uint64_t updated, enum crm_batch_turn,
    const struct crm_slot *slot, size_t n);
void crm_row_open(struct crm_view row, struct crm_row *out);
void crm_row_open_edit(struct crm_view row, struct crm_row *out);
/* The next field, and behind these the notes; false after the last. */
bool crm_row_field(
    struct crm_row *, uint16_t *num, uint8_t *flags, struct crm_view *value);

/* The value of one field; false when the row has none. */
bool crm_row_get(struct crm_row, uint16_t num, struct crm_view *out);

/* Going through the links of a row or an edit: set row, kind and edit. */
struct crm_row_links {
	struct crm_row row;
	const struct crm_kind *kind;
	bool edit;
	const struct crm_field *field; /* of the link at hand */
	uint8_t flags;                 /* of the field in the row: see above */
	struct crm_many values;
};

/* The next one; false after the last. */
bool crm_row_next_link(struct crm_row_links *, uint64_t *id);

/*
 * Go through the rows in order, each in its newest form.
 *
 * count   26 numbers, 0 in the beginning
 * id      what it goes by; 0 after the last one
 */
CRM_CHECK const struct crm_err *crm_batch_next_row(
    struct crm_batch *, uint64_t count[26], struct crm_row *, uint64_t *id);

/*
 * Make a record of a row, with final links.
 *
 * arena   scratch: then values are views of the row, else they are copied and
 *         links stay as they are
 *
 * Returns false when a link is of nothing.
 */
bool crm_batch_open_row(const struct crm_batch *, struct crm_row,
    struct crm_arena *, struct crm_rec *);

/*
 * Do one edit to a record.
 *
 * removed  set when it removes the record
 * field    set to the field at fault, or NULL, when it fails
 *
 * Fails with DATA: what is wrong with the record then.
 */
CRM_CHECK const struct crm_err *crm_batch_do_edit(struct crm_batch *,
    struct crm_view entry, struct crm_arena *, struct crm_rec *, bool *removed,
    const char **field);

/* batch_terms.c */

/* An invoice is due after the terms of its customer: of one of the store. */
CRM_CHECK const struct crm_err *crm_batch_make_due(
    struct crm_batch *, uint8_t *flags);

/* Note the terms of the customers of this batch. */
CRM_CHECK const struct crm_err *crm_batch_note_terms(struct crm_batch *);

/* The same for an invoice of a row of CRM_ROW_TERMS. */
void crm_batch_settle_due(
    const struct crm_batch *, struct crm_row, struct crm_rec *);

/* batch_owner.c */

/* Leave a new record without an owner to the rule that is for it, if any. */
CRM_CHECK const struct crm_err *crm_batch_leave_owner(struct crm_batch *);

/* batch_rates.c */

/*
 * Note whether the amount of b->rec is left out of sums.
 *
 * old     what it was before; NULL: it is put aside as a row
 */
void crm_batch_note_rate(struct crm_batch *, const struct crm_rec *old);

/* After the last line: count those rows that are written. */
CRM_CHECK const struct crm_err *crm_batch_count_rates(struct crm_batch *);

/* batch_settle.c */

/* After the last line: find out what is bad, alone, with other lines or because
 * of what else is bad, and hand it out. */
CRM_CHECK const struct crm_err *crm_batch_settle_all(struct crm_batch *);

/* Rows that link to bad ones are bad. */
CRM_CHECK const struct crm_err *crm_batch_spread(struct crm_batch *);

/* batch_since.c */

/*
 * When it is written: is all still there that it links to?
 *
 * Cost: the change sets made since the batch began; if records were removed
 * by these, a pass over the lines, too
 *
 * Fails with AGAIN.
 */
CRM_CHECK const struct crm_err *crm_batch_check_links(
    struct crm_batch *, struct crm_snap *);

/* batch_erased.c */

/*
 * Does a record get an address of somebody who was erased?
 *
 * old     its form before, whose values it may keep; NULL: it is new
 *
 * Fails with DATA.
 */
CRM_CHECK const struct crm_err *crm_batch_fit_erased(struct crm_batch *,
    const struct crm_rec *, const struct crm_rec *old, const char **field);

/*
 * When it is written: what is remembered by now of those who were erased.
 *
 * out     NULL when nobody was since the batch began, or the batch takes all;
 *         free with crm_erased_free()
 */
CRM_CHECK const struct crm_err *crm_batch_erased_since(
    struct crm_batch *, struct crm_snap *, struct crm_erased **out);

/* Does a row or an edit hold a value that was erased?  Fails with AGAIN. */
CRM_CHECK const struct crm_err *crm_batch_row_erased(const struct crm_erased *,
    const struct crm_kind *, struct crm_row, bool edit);

/* batch.c */

/* The record that was noted last was about no line of its own. */
void crm_batch_unnote_written(struct crm_batch *);

void crm_batch_blame(struct crm_batch *, uint64_t line, const char *field,
    const struct crm_err *);

/* batch_write.c */

CRM_CHECK const struct crm_err *crm_batch_write(
    struct crm_batch *, const struct crm_receiver *to);

#endif
