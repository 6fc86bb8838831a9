/*
 * batch - a change set in the making: records to add, to change, to remove.
 *
 * What is asked for is checked against a snapshot and put aside; nothing is
 * locked while input is waited for.  crm_batch_commit() does all of it, or
 * nothing.  Lines of one batch see each other.
 */
#ifndef CRM_BATCH_H
#define CRM_BATCH_H

#include "record/rule.h"
#include "store/snap.h"

struct crm_batch;

struct crm_batch_options {
	const struct crm_clock *clock; /* dates are read by it; NULL: not yet
	                                  known, see crm_batch_set_clock() */
	char point;                    /* decimal point */
	const char *user, *program, *arguments, *message; /* for the history */
	bool dry_run;      /* do it, show it, take it back */
	bool skip_bad;     /* bad lines are left out, the others written; those
	                      that would bring back who was erased are left
	                      out, counted, and not told of */
	bool keep;         /* only fill fields that are empty */
	bool correct;      /* an event whose key is known is changed, but not
	                      its "what" when the key was made of doc */
	bool key_from_doc; /* events get keys DOC/1, DOC/2, ... */
	bool new_ids;      /* ids of the input are names within it */
	bool allow_erased; /* addresses of who was erased are taken */
	uint64_t undoes;   /* the change set that is taken back; 0: none */
	bool merges;       /* see merge.h: nobody becomes a customer by it, no
	                      event tells of a stage */
	/*
	 * Which rule of crm.yaml's assign: a record without an owner is for;
	 * NULL: none.
	 *
	 * rule   its place; SIZE_MAX: none
	 */
	const struct crm_err *(*assign)(
	    void *ctx, struct crm_snap *, const struct crm_rec *, size_t *rule);
	void *assign_ctx;
	const char *add_missing; /* letters of kinds that links may make */
	/*
	 * Asked at the end of the transaction, before it is committed, a dry
	 * run's too; NULL: nobody.  An error gives all of it up.  Others wait
	 * meanwhile; when the map had to grow it is asked once more.
	 *
	 * snap    sees the change set done
	 */
	const struct crm_err *(*ask)(
	    void *ctx, struct crm_snap *snap, uint64_t number);
	void *ask_ctx;
	/*
	 * Called for each fault.
	 *
	 * line   of the input, 0 when there is none
	 * field  NULL when it is none of one field
	 */
	void (*complain)(
	    void *ctx, uint64_t line, const char *field, const char *what);
	/*
	 * Called for each line that is left out (skip_bad) after it was
	 * taken; NULL: not wanted.
	 */
	void (*reject)(void *ctx, struct crm_view raw);
	void *complain_ctx; /* of both */
};

struct crm_batch_result {
	uint64_t change; /* its number; 0: nothing was written */
	uint64_t added, changed, removed, restored, unchanged, bad;
	uint64_t erased; /* lines left out, as with skip_bad they are not bad */
};

/* Begin.  The store must be open for writing. */
CRM_CHECK const struct crm_err *crm_batch_new(struct crm_store *,
    const struct crm_batch_options *, struct crm_batch **out);
void crm_batch_free(struct crm_batch *);

/* What values are read with: its links find records of this batch too. */
const struct crm_value_ctx *crm_batch_values(struct crm_batch *);

/* The snapshot that the batch is checked against. */
struct crm_snap *crm_batch_snap(struct crm_batch *);

/*
 * The line of the input that the next calls are about, for messages.
 *
 * raw     as it was, for options.reject; borrowed until the next line
 */
void crm_batch_line(struct crm_batch *, uint64_t line, struct crm_view raw);

uint64_t crm_batch_line_at(const struct crm_batch *); /* its number */

/* Tell of a fault of the line at hand that was found outside. */
void crm_batch_fault(struct crm_batch *, const char *field, const char *what);
uint64_t crm_batch_faults(const struct crm_batch *);

/*
 * Does a link that was read name nothing, so far?  A later line may still be
 * it, or it is made.
 *
 * word    what stood there; borrowed from the batch
 */
bool crm_batch_unknown(
    const struct crm_batch *, struct crm_view link, struct crm_view *word);

/* What is to be done with one record. */
struct crm_request {
	const struct crm_kind *kind;
	uint64_t id; /* of an add: 0, or the id it is to have */
	const struct crm_edit *edit;
	size_t nedits;
	char currency[4]; /* named by an amount, or "" */
	/* Of an event that is added: who of us wrote it, unless the edits say
	 * so or it comes with an id, as a copy does; may be empty. */
	struct crm_view by;
	/* Of crm_batch_put(): fields that find the record, in order. */
	const struct crm_field *const *key;
	size_t nkeys;
};

/*
 * Add a record.  Faults are told of and counted; the call itself fails only
 * when it cannot go on (IO, NOMEM, a damaged store).
 *
 * ok      false when the line was bad
 */
CRM_CHECK const struct crm_err *crm_batch_add(
    struct crm_batch *, const struct crm_request *, bool *ok);

/*
 * Change the record that one of the key fields finds, or add one.  Many
 * values are added to.
 */
CRM_CHECK const struct crm_err *crm_batch_put(
    struct crm_batch *, const struct crm_request *, bool *ok);

/*
 * Remove the record that one of the key fields finds; when there is none
 * nothing is done.
 */
CRM_CHECK const struct crm_err *crm_batch_drop(
    struct crm_batch *, const struct crm_request *, bool *ok);

/* Change a record, or remove it. */
CRM_CHECK const struct crm_err *crm_batch_edit(
    struct crm_batch *, uint64_t id, const struct crm_request *, bool *ok);
CRM_CHECK const struct crm_err *crm_batch_remove(
    struct crm_batch *, uint64_t id, bool *ok);

/* What becomes of a record beside its fields. */
enum crm_batch_turn {
	CRM_TURN_NONE,
	CRM_TURN_REMOVE,
	CRM_TURN_RESTORE,
	/* None, but its links follow a merge, or go back behind it: no news of
	 * what the record is about.  It is not handed to the receiver. */
	CRM_TURN_RELINK,
};

/*
 * Make a record hold exactly what is said, as it stands in the store: no rule
 * fills anything in, and (with undoes or merges) no event tells of a stage.
 * Once a record.
 *
 * slot    n fields; an empty value clears one; others stay
 *
 * The commit fails with AGAIN when the record was changed meanwhile; with
 * merges also when others put a link to a record that is removed by it.
 */
CRM_CHECK const struct crm_err *crm_batch_exact(struct crm_batch *, uint64_t id,
    enum crm_batch_turn, const struct crm_slot *slot, size_t n);

/* The record that was written, or was as it should be, if the lines were about
 * one alone; else 0.  Known after the commit. */
uint64_t crm_batch_only(const struct crm_batch *);

/*
 * How many events of a currency were written whose amounts sums leave out,
 * as crm.yaml has no rate for it.  Known after the commit.
 */
uint64_t crm_batch_unrated(const struct crm_batch *, uint8_t currency_num);

/*
 * How many events waited for crm_catch_up() when the batch was committed, those
 * that tell of a stage that it changed not counted; UINT64_MAX: not known.
 */
uint64_t crm_batch_waiting(const struct crm_batch *);

/*
 * Did the commit fail because others wrote something since the batch began?
 * Who begins a new batch with the same input sees what they wrote.
 */
bool crm_batch_overtaken(const struct crm_batch *);

/*
 * A field whose value one of the records to be added shares with one that is
 * there, which was a fault; NULL: there is none.  Events do not count.
 */
const struct crm_field *crm_batch_taken(const struct crm_batch *);

/*
 * Who would do that says so before the commit: lines that turn out to be bad
 * when others wrote meanwhile (a key that found nothing is taken by now) are
 * not judged then; the commit fails with AGAIN.
 */
void crm_batch_may_redo(struct crm_batch *);

/* How many were fresh then (fresh.h), for crm_fresh_take_in_all(). */
uint64_t crm_batch_fresh(const struct crm_batch *);

/* Who is handed the records that were written. */
struct crm_receiver {
	/* What they are read from.  It may come again: then forget all that
	 * came before. */
	const struct crm_err *(*begin)(void *ctx, struct crm_snap *);
	const struct crm_err *(*record)(void *ctx, uint64_t id);
	const struct crm_err *(*end)(void *ctx);
	void *ctx;
};

/*
 * Do it.
 *
 * to      gets, after the commit, each record that a line was about, in their
 *         order, each once; NULL: not wanted.  With dry_run it sees the store
 *         as it would be, while others wait: it must not wait itself
 *
 * Fails with DATA when there were faults (and not skip_bad): nothing was
 * written.  With skip_bad the good ones are written, and faults are in
 * result->bad.  Fails with LOCKED, IO, NOPERM, AGAIN (somebody changed the
 * same meanwhile).
 */
CRM_CHECK const struct crm_err *crm_batch_commit(struct crm_batch *,
    struct crm_batch_result *result, const struct crm_receiver *to);

#endif
