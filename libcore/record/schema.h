/*
 * schema - the kinds of records, their fields and their stages: the built-in
 * ones and what crm.yaml adds to them.
 */
#ifndef CRM_SCHEMA_H
#define CRM_SCHEMA_H

#include "base/mem.h"
#include "base/num.h"
#include "record/field.h"
#include "record/words.h"

enum crm_stage_end {
	CRM_END_OPEN, /* goes on */
	CRM_END_DONE, /* ends, neither won nor lost */
	CRM_END_WON,
	CRM_END_LOST,
};

struct crm_stage {
	const char *name;
	struct crm_dec probability; /* percent; of deals */
	enum crm_stage_end end;
	const char *next;  /* stages that may follow, as words; NULL: any */
	const char *needs; /* fields that it needs, as words; NULL: none */
};

/* An ordered list of stages.  The first pipeline of a kind is its default,
 * the first stage of a pipeline is where a record begins. */
struct crm_pipeline {
	const char *name;
	const struct crm_stage *stage;
	size_t nstages;
};

/* Letters of the kinds of crm.yaml. */
#define CRM_OWN_LETTERS "hjlquvwxyz"

struct crm_kind {
	char letter;
	const char *name, *plural;
	const struct crm_field *field; /* in the order of the table */
	size_t nfields;
	const struct crm_pipeline *pipeline;
	size_t npipelines;
	/* Numbers of fields with a part to play; 0 when the kind lacks it. */
	uint16_t title; /* its name or title */
	uint16_t stage, pipeline_field, opened, closed, who, currency;
	bool
	    stage_rules; /* some stage has something to say: see rule_stage.h */
};

struct crm_schema;

/* The built-in kinds; free with crm_schema_free(). */
struct crm_schema *crm_schema_new(void);
void crm_schema_free(struct crm_schema *);

/* All kinds, in the order of the manual; the built-in ones first. */
size_t crm_schema_nkinds(const struct crm_schema *);
const struct crm_kind *crm_schema_kind(const struct crm_schema *, size_t i);

/* The kind of a letter, or of a name or plural; NULL when there is none. */
const struct crm_kind *crm_kind_of(const struct crm_schema *, char letter);
const struct crm_kind *crm_kind_named(
    const struct crm_schema *, struct crm_view name);

/*
 * A field of a kind, by its number or its name; NULL when there is none.
 * Names of fields that are not stored (id, kind, last, spent, ...) are found
 * too where the kind has them.
 */
const struct crm_field *crm_field_num(const struct crm_kind *, uint16_t num);
const struct crm_field *crm_field_named(
    const struct crm_kind *, struct crm_view name);

/*
 * The fields of a kind that are not stored, id and kind first; *n of them.
 */
const struct crm_field *const *crm_kind_computed(
    const struct crm_kind *, size_t *n);

/*
 * The name of a field, of this kind or of any (kind NULL), that looks most
 * like a wrong one; NULL when none comes near.
 */
const char *crm_field_near(
    const struct crm_schema *, const struct crm_kind *, struct crm_view name);

/*
 * Add a kind, a field, pipelines, or words to a choice.
 *
 * All names are copied.  The caller has checked that they are new and well
 * formed.
 */
struct crm_kind *crm_schema_add_kind(
    struct crm_schema *, char letter, const char *name, const char *plural);
struct crm_field *crm_schema_add_field(
    struct crm_schema *, char kind, const struct crm_field *);
void crm_schema_set_pipelines(
    struct crm_schema *, char kind, const struct crm_pipeline *, size_t n);
void crm_schema_add_choice(
    struct crm_schema *, char kind, uint16_t field, const char *word);

/*
 * Say how phone numbers are written that do not begin with the number of their
 * country: of all fields that are there and that are added.
 *
 * Before fields are added.
 */
void crm_schema_set_dial(struct crm_schema *, const struct crm_dial *);
const struct crm_dial *crm_schema_dial(const struct crm_schema *);

/* Add a field that is not stored. */
void crm_schema_add_computed(
    struct crm_schema *, char kind, const struct crm_field *);

/* Replace the words of a choice that is not stored, in every kind that has
 * it. */
void crm_schema_set_words(
    struct crm_schema *, uint16_t field, const char *words);

/*
 * The field x-NAME of a kind, made when it was not known yet.
 *
 * name    begins with "x-" and is well formed (crm_name_ok)
 */
const struct crm_field *crm_schema_x_field(
    struct crm_schema *, const struct crm_kind *, struct crm_view name);

/* Say which number the store has for a custom field. */
void crm_schema_set_num(
    struct crm_schema *, char kind, const char *name, uint16_t num);

/*
 * Give the custom fields that have no number the next ones of their kinds.
 *
 * any     set when there were some, else left alone
 *
 * Returns the kind that has no numbers left, or NULL.
 */
const struct crm_kind *crm_schema_number(struct crm_schema *, bool *any);

/* A well-formed name: a letter, then letters, digits and '-', at most 40. */
bool crm_name_ok(struct crm_view);

/*
 * Stages.
 *
 * pipeline  its name; empty: the kind's first
 *
 * NULL when there is none of that name.
 */
const struct crm_pipeline *crm_pipeline_named(
    const struct crm_kind *, struct crm_view pipeline);
const struct crm_stage *crm_stage_named(
    const struct crm_pipeline *, struct crm_view stage);

/* Has a kind stages that end?  People and organisations have none. */
bool crm_kind_ends(const struct crm_kind *);

/* Whether a stage of a kind ends, in whichever pipeline; OPEN if unknown. */
enum crm_stage_end crm_stage_end_of(
    const struct crm_kind *, struct crm_view pipeline, struct crm_view stage);

#endif
