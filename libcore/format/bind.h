/*
 * bind - from the columns of a stream, and from name=value, to fields.
 *
 * What comes in is turned into edits of one record; faults are told of one by
 * one, and the record is then not to be used.
 */
#ifndef CRM_BIND_H
#define CRM_BIND_H

#include "format/preset.h"
#include "format/reader.h"
#include "record/rec.h"

struct crm_bind;

struct crm_bind_options {
	struct crm_schema *schema;   /* fields x-NAME are added to it */
	const struct crm_kind *kind; /* NULL: every record names its own */
	const struct crm_value_ctx *values;
	/* "COLUMN=FIELD", "COLUMN=FIELD:SYSTEM", "COLUMN=", ","-separated;
	 * "*=" drops what is no field.  In a COLUMN "\,", "\=" and "\\" are
	 * what stands behind the backslash */
	const char *const *map;
	size_t nmaps;
	/* "FIELD=VALUE": stands where a record has none; one of which a fault
	 * was told is bad anyway, and gets none */
	const char *const *set;
	size_t nsets;
	/* Called for each fault; field may be NULL. */
	void (*fault)(void *ctx, const char *field, const char *what);
	void *fault_ctx;
	bool takes_ids; /* arguments may name the id of a new record */
	/*
	 * Exports of other programs are known by their header, and this is
	 * called when one is; NULL: they are not looked for.
	 *
	 * map   what it amounts to, as --map would have it; dead after
	 */
	void (*recognised)(
	    void *ctx, const struct crm_preset *, struct crm_view map);
	void *recognised_ctx;
};

/* Edits of one record. */
struct crm_bound {
	const struct crm_kind *kind;
	uint64_t id; /* that the input named; 0: none */
	const struct crm_edit *edit;
	size_t nedits;
	size_t nset;            /* of these: the last ones, of options.set */
	char currency[4];       /* named by an amount, or "" */
	struct crm_view values; /* in which those of the edits lie */
	uint64_t blank; /* bits: fields below 64 that had a cell with nothing
	                     in it */
	bool gone;      /* what is bound finds a record that is to be removed */
};

/*
 * Begin.
 *
 * Fails with USAGE when a map or set is malformed or, with a kind, names an
 * unknown field, or when sets give a field of one value two.
 */
CRM_CHECK const struct crm_err *crm_bind_new(
    const struct crm_bind_options *, struct crm_bind **out);
/* Read values with these from now on, in place of options.values. */
void crm_bind_set_values(struct crm_bind *, const struct crm_value_ctx *);
void crm_bind_free(struct crm_bind *);

/*
 * Make a binder like another one, for the rows of the same stream in a second
 * thread.
 *
 * It makes no fields: a row that wants one has a fault.  It looks up no links:
 * the value of one is its text, in NFC and without blanks around it.
 *
 * b       has seen the header
 * values, fault, ctx  in place of those of the other one's options
 */
CRM_CHECK const struct crm_err *crm_bind_twin(const struct crm_bind *b,
    const struct crm_reader *, const struct crm_value_ctx *values,
    void (*fault)(void *ctx, const char *field, const char *what), void *ctx,
    struct crm_bind **out);

/* The other one made the field that a row of a twin wanted, if it did. */
void crm_bind_look_again(struct crm_bind *twin);

/* Is a word the name of a column that is understood?  For the reader; ctx is
 * a crm_bind. */
bool crm_bind_knows(void *ctx, struct crm_view name);

/*
 * Check the header of TSV or CSV, once; see which program wrote it.  For other
 * forms when the first row was read.
 *
 * Tells of each column that is no field of the kind, if that is known.
 * Returns false when there was a fault.
 */
bool crm_bind_header(struct crm_bind *, const struct crm_reader *);

/*
 * The edits of a row.  People and organisations that it gives no name are
 * called by their address, or their phone number.
 *
 * out     dead at the next call; its values too
 *
 * Returns false when there was a fault.  Fails as values->link() does, but
 * for DATA.
 */
CRM_CHECK const struct crm_err *crm_bind_row(struct crm_bind *,
    const struct crm_reader *, const struct crm_row *, struct crm_bound *out,
    bool *ok);

/*
 * The edits of arguments: name=value, name+=value, name-=value, name=.
 *
 * Fails with USAGE when a field of one value is given two; else as
 * crm_bind_row() does.
 */
CRM_CHECK const struct crm_err *crm_bind_args(struct crm_bind *,
    const struct crm_kind *, const char *const *arg, size_t n,
    struct crm_bound *out, bool *ok);

/* Does an argument begin with a name and =, += or -=? */
bool crm_bind_is_assignment(const char *arg);

/* Were fields x-NAME made that have no number yet?  They want one before the
 * edits are used. */
bool crm_bind_has_new_fields(struct crm_bind *);

#endif
