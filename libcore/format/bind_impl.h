/*
 * bind_impl - what the parts of binding share.
 */
#ifndef CRM_BIND_IMPL_H
#define CRM_BIND_IMPL_H

#include "base/short.h"
#include "format/bind.h"
#include "format/preset.h"

/* One --map. */
struct crm_mapping {
	struct crm_view column, field;        /* field.n is 0: drop it */
	struct crm_view system;               /* "who:shop" */
	const struct crm_preset_column *rule; /* of a preset; else NULL */
	bool used;
};

enum crm_target_role {
	CRM_TO_FIELD,
	CRM_TO_ID,
	CRM_TO_KIND,
	CRM_TO_NOTHING, /* dropped, or one that is printed but not read */
	CRM_TO_REST,    /* to x-NAME, made when a record has something there */
	CRM_TO_UNKNOWN,
};

/* Where a column goes, in one kind. */
struct crm_target {
	enum crm_target_role role;
	const struct crm_field *field;
	struct crm_view system;
	uint32_t rank; /* order among the columns of one field */
	bool joined;   /* other columns go there too */
	const struct crm_preset_column *rule; /* of a preset; else NULL */
	bool apart;     /* it is not joined with what is before it */
	bool otherwise; /* only where the target before does not apply */
	bool computed;  /* unknown, because it cannot be set */
};

/* The columns of the stream in one kind. */
struct crm_targets {
	struct crm_target **of; /* of each column, a list that role UNKNOWN,
	                           NOTHING, ... may end */
	size_t *n;
	size_t ncols, cap, ncap;
};

/* A text on its way to a field that several columns fill. */
struct crm_piece {
	const struct crm_field *field;
	uint32_t rank;
	struct crm_view system; /* of the target */
	struct crm_view text;
	uint32_t col;
	bool joins; /* else it counts where no piece is before it */
};

/* A text that was read before, and its value: of fields whose values depend on
 * nothing else. */
struct crm_known_value {
	const struct crm_field *field; /* NULL: none yet */
	struct crm_short text;
	char value[15];
	uint8_t n;
};

#define CRM_KNOWN_VALUES 64

/* An argument: name=value, name+=value or name-=value. */
struct crm_bind_arg {
	const struct crm_kind *kind; /* NULL: not looked at yet */
	const struct crm_field *field;
	enum crm_edit_op op;
	struct crm_view value;
};

struct crm_bind {
	struct crm_bind_options o;
	/* o.kind before the header was seen */
	const struct crm_kind *kind_asked;
	bool is_twin; /* see bind.h */
	struct crm_arena arena;
	struct crm_mapping *map;
	size_t nmaps, map_cap;
	struct crm_targets targets[26];
	struct crm_bind_arg *set; /* o.nsets, in the kind of the row before */
	/* Of the first columns: may it say the kind of a row, or its id? */
	bool *names_kind;
	size_t nnames, names_cap;
	struct crm_known_value known[CRM_KNOWN_VALUES];
	const struct crm_preset *preset; /* of the header; NULL: none */
	uint32_t turns;                  /* the last turn of its columns */
	bool new_fields;
	/* the record at hand */
	const struct crm_kind *kind;
	uint64_t id;
	char currency[4];
	uint64_t blank; /* see crm_bound */
	bool bad;
	struct crm_edit *edit;
	size_t *at; /* where each value begins in 'values' */
	size_t nedits, edit_cap, at_cap;
	struct crm_buf values, text, one;
	struct crm_piece *piece;
	size_t npieces, piece_cap;
	size_t nedits_before, npieces_before; /* when the turn began */
	struct crm_arena row;
};

/* bind_value.c: texts on their way to the edits of the record at hand. */

/* Tell that a value of it is wrong. */
void crm_bind_fault(struct crm_bind *, const char *field, const char *what);

/* Add an edit whose value stands in b->values, from a place on. */
struct crm_edit *crm_bind_add_edit(
    struct crm_bind *, const struct crm_field *, enum crm_edit_op, size_t from);

/*
 * Read one value of a field.
 *
 * json    it is a number of JSON
 *
 * Fails as values->link() does, but for DATA, which is told of.
 */
CRM_CHECK const struct crm_err *crm_bind_add_value(struct crm_bind *,
    const struct crm_field *, enum crm_edit_op, struct crm_view text,
    bool json);

/* The value of a field that knows other systems: SYSTEM:NUMBER. */
struct crm_view crm_bind_with_system(
    struct crm_bind *, struct crm_view text, struct crm_view system);

/* A cell or an argument that holds many values. */
CRM_CHECK const struct crm_err *crm_bind_add_many(struct crm_bind *,
    const struct crm_field *, enum crm_edit_op, struct crm_view cell,
    bool escaped, enum crm_form_in, struct crm_view system);

/* The same of a column where " ::: " parts them, as address books write them,
 * in our words. */
CRM_CHECK const struct crm_err *crm_bind_add_cell(struct crm_bind *,
    const struct crm_target *, struct crm_view cell, bool escaped,
    enum crm_form_in);

/* Keep a text for a field that several columns fill, until the row is read. */
void crm_bind_add_piece(struct crm_bind *, const struct crm_target *,
    uint32_t col, struct crm_view text);

/* Texts of several columns for one field, joined in the order of --map; what a
 * preset does not join, and is not the same, goes to x-NAME. */
CRM_CHECK const struct crm_err *crm_bind_add_pieces(
    struct crm_bind *, const struct crm_reader *);

/* bind_name.c: people and organisations whose row does not say what they are
 * called get the first address of it, else the first phone number, if they have
 * no name yet. */
void crm_bind_call(struct crm_bind *);

/* bind_map.c */

CRM_CHECK const struct crm_err *crm_bind_read_maps(struct crm_bind *);

/* Find where the columns of a reader go in a kind, those that are new. */
void crm_bind_find_targets(
    struct crm_bind *, const struct crm_reader *, const struct crm_kind *);

/* Where a column goes in a kind. */
static inline const struct crm_target *
crm_bind_targets(struct crm_bind *b, const struct crm_reader *reader,
    const struct crm_kind *k, uint32_t col, size_t *n)
{
	const struct crm_targets *t = &b->targets[k->letter - 'a'];

	if (t->ncols < crm_reader_ncols(reader))
		crm_bind_find_targets(b, reader, k);
	*n = t->n[col];
	return t->of[col];
}

/* Find out which columns may say the kind of a row, or its id: those that are
 * new. */
void crm_bind_find_names(struct crm_bind *, const struct crm_reader *);

/* May a column? */
static inline bool
crm_bind_names_kind(
    struct crm_bind *b, const struct crm_reader *reader, uint32_t col)
{
	if (col >= b->nnames)
		crm_bind_find_names(b, reader);
	return b->names_kind[col];
}

/* Add a mapping, empty. */
struct crm_mapping *crm_bind_add_map(struct crm_bind *);

/* Does a map say "*=": columns that are no field are dropped? */
bool crm_bind_drops_rest(const struct crm_bind *);

/* Add a column's name as it stands in --map, within single quotes. */
void crm_bind_add_column(struct crm_buf *, struct crm_view name);

/* Add the field x-NAME that a column might go to; nothing when its name makes
 * none. */
void crm_bind_add_x_name(struct crm_buf *, struct crm_view column);

/* The field of a kind by the name of a column, in any case; x-NAME is made.
 * NULL: there is none. */
const struct crm_field *crm_bind_field(
    struct crm_bind *, const struct crm_kind *, struct crm_view name);

/* bind_preset.c */

/* Find the preset of a header, and add what it maps.  What a map of the user's
 * says of a column stands. */
void crm_bind_recognise(struct crm_bind *, const struct crm_reader *);

/* Is a column of a preset to be taken in the row at hand? */
bool crm_bind_applies(struct crm_bind *, const struct crm_preset_column *,
    const struct crm_reader *, const struct crm_row *);

/* The field of a kind for what has none: x- and the column's name, or its
 * number.  NULL: there are too many fields. */
const struct crm_field *crm_bind_rest_field(struct crm_bind *,
    const struct crm_kind *, const struct crm_reader *, uint32_t col);

/* Give a column whose target is CRM_TO_REST a field of the kind at hand. */
void crm_bind_settle_rest(struct crm_bind *, const struct crm_kind *,
    const struct crm_reader *, uint32_t col);

/* Tell of all columns of a header that are no field of a kind, at once. */
void crm_bind_unknown_columns(struct crm_bind *, const struct crm_kind *,
    const struct crm_view *name, size_t n);

/* Tell that a name is no field of a kind. */
void crm_bind_unknown(struct crm_bind *, const struct crm_kind *,
    struct crm_view name, bool is_column);

#endif
