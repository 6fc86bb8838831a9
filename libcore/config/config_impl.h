/*
 * config_impl - what the files of the config module share: a walk over the
 * tree of crm.yaml, each step of which reads one node into the configuration.
 */
#ifndef CRM_CONFIG_IMPL_H
#define CRM_CONFIG_IMPL_H

#include "config/config.h"
#include "config/yaml.h"
#include "record/word.h"

/* How many there may be: lists of words are gone through one by one. */
#define CRM_EVENTS_MAX 256
#define CRM_STAGES_MAX 256 /* of one kind, in all its pipelines */
#define CRM_CHOICES_MAX 1000
#define CRM_FIELDS_MAX 1000 /* that crm.yaml adds to one kind */

/* Fields that a stage needs: those of crm.yaml may come later. */
struct crm_cfg_needs {
	struct crm_cfg_needs *next;
	const struct crm_yaml_node *node; /* a list of their names, or one */
	char kind;
};

struct crm_cfg {
	const struct crm_yaml *yaml;
	struct crm_config *config;
	struct crm_arena arena; /* what lives until the schema has copied it */
	size_t nstages;         /* of the kind at hand, so far */
	struct crm_cfg_needs *needs; /* of stages, the last one first */
	/* The kind at hand, and where it stands. */
	const struct crm_kind *kind;
	const struct crm_yaml_node *kind_node;
	const struct crm_yaml_node *title; /* its field; NULL when built in */
	size_t nfields;                    /* that were added to it */
	/* The field at hand. */
	struct crm_field field;
};

/* Reads one node. */
typedef const struct crm_err *crm_cfg_fn(
    struct crm_cfg *, const struct crm_yaml_node *);

/* A text of the file, a key or a value, that can be pointed at. */
struct crm_cfg_text {
	struct crm_view v;
	const struct crm_yaml_node *node;
	bool is_key;
};

static inline struct crm_cfg_text
crm_cfg_key(const struct crm_yaml_node *node)
{
	return (struct crm_cfg_text){ node->key, node, true };
}

/* A value: a scalar, or an error that says what was expected. */
CRM_CHECK const struct crm_err *crm_cfg_value(struct crm_cfg *,
    const struct crm_yaml_node *, const char *expected,
    struct crm_cfg_text *out);

/* An error, CONFIG, that points at a text. */
const struct crm_err *crm_cfg_err(const struct crm_cfg *,
    const struct crm_cfg_text *, const char *, ...) CRM_PRINTF(3, 4);

/* As much of a text as a message should hold. */
struct crm_view crm_cfg_shown(struct crm_view);

/*
 * What to say behind a wrong word: " (did you mean 'won'?)" when one of words
 * ("a\0b\0\0") comes near, else " (one of: won, lost)", else nothing.
 */
#define CRM_CFG_HINT 400
const char *crm_cfg_hint(
    char hint[CRM_CFG_HINT], const char *words, struct crm_view wrong);

/* Is a name well formed (crm_name_ok)?  Says which one would be. */
CRM_CHECK const struct crm_err *crm_cfg_check_name(
    const struct crm_cfg *, const struct crm_cfg_text *);

/* Is it none of the words that queries and commands use? */
CRM_CHECK const struct crm_err *crm_cfg_check_reserved(
    const struct crm_cfg *, const struct crm_cfg_text *);

/*
 * Is a node a map, or nothing?
 *
 * keys      "key\0help\0...": no others may be in it; NULL: any
 * expected  for the message, such as "a map of fields"
 */
CRM_CHECK const struct crm_err *crm_cfg_check_map(const struct crm_cfg *,
    const struct crm_yaml_node *, const char *keys, const char *expected);

/*
 * The item of a list behind another one, the first behind NULL; NULL in the
 * end.  A single value is a list of one, nothing is an empty list.
 */
const struct crm_yaml_node *crm_cfg_next(
    const struct crm_yaml_node *list, const struct crm_yaml_node *item);

/* A number; says so when its point is a comma. */
CRM_CHECK const struct crm_err *crm_cfg_number(
    const struct crm_cfg *, const struct crm_yaml_node *, struct crm_dec *out);

/*
 * The stages of a deal, or of a kind of one's own.
 *
 * out     all but its name, which the caller sets; in the walk's arena
 */
enum crm_stages_of { CRM_STAGES_OF_DEAL, CRM_STAGES_OF_OWN };
CRM_CHECK const struct crm_err *crm_cfg_stages(struct crm_cfg *,
    const struct crm_yaml_node *, enum crm_stages_of, struct crm_pipeline *out);

/* When all has been read: are what stages need fields? */
CRM_CHECK const struct crm_err *crm_cfg_check_needs(struct crm_cfg *);

crm_cfg_fn crm_cfg_pipelines; /* pipelines: */
crm_cfg_fn crm_cfg_kinds;     /* kinds: */
crm_cfg_fn crm_cfg_rfm;       /* rfm: */
crm_cfg_fn crm_cfg_scores;    /* scores: */
crm_cfg_fn crm_cfg_quota;     /* quota: */
crm_cfg_fn crm_cfg_papers;    /* papers: */
crm_cfg_fn crm_cfg_fields;    /* kinds: KIND: fields: */
crm_cfg_fn crm_cfg_hours;     /* hours: */
crm_cfg_fn crm_cfg_holidays;  /* holidays: */
crm_cfg_fn crm_cfg_sla;       /* sla: */
crm_cfg_fn crm_cfg_due;       /* due: */
crm_cfg_fn crm_cfg_assign;    /* assign: */
crm_cfg_fn crm_cfg_staff;     /* staff: */

/* The name of a segment, copied: is it one?  Whether there is such a segment is
 * known when it is looked for. */
CRM_CHECK const struct crm_err *crm_cfg_segment(
    struct crm_cfg *, const struct crm_cfg_text *, const char **out);

/* What holds when nothing is said. */
void crm_config_due_defaults(struct crm_due_rules *);

/* Parts of crm_config_print(). */
void crm_config_print_service(const struct crm_config *, struct crm_buf *);
void crm_config_print_due(const struct crm_config *, struct crm_buf *);

extern const char crm_config_sla_keys[];    /* "key\0help\0..." */
extern const char crm_config_due_keys[];    /* "key\0help\0..." */
extern const char crm_config_assign_keys[]; /* the same */
void crm_config_assign_print(const struct crm_config *, struct crm_buf *);
extern const char crm_config_stage_keys[]; /* "key\0help\0..." */
extern const char crm_config_kind_keys[];  /* "key\0help\0..." */
extern const char crm_config_field_keys[]; /* "key\0help\0..." */

const char *crm_config_rfm_keys(void);     /* the same */
extern const char crm_config_score_keys[]; /* the same */
extern const char crm_config_quota_keys[]; /* the same */
void crm_config_staff_print(const struct crm_config *, struct crm_buf *);
extern const char crm_config_papers_keys[];
void crm_config_papers_print(const struct crm_config *, struct crm_buf *);
void crm_config_quota_print(const struct crm_config *, struct crm_buf *);
void crm_config_scores_print(const struct crm_config *, struct crm_buf *);
void crm_config_rfm_default(struct crm_config *);
void crm_config_rfm_print(const struct crm_config *, struct crm_buf *);

/* The keys of a field that are true or false; the last has none. */
struct crm_config_flag {
	const char *key;
	uint16_t flag;
};
extern const struct crm_config_flag crm_config_flags[];

/* Add a field to the kind at hand, with all that its place makes of it. */
void crm_cfg_add_field(struct crm_cfg *, const struct crm_field *);

/*
 * Flags that a field has without being told.
 *
 * title   it is the title of a kind of one's own
 */
uint16_t crm_config_implied(
    const struct crm_kind *, const struct crm_field *, bool title);

/* Can a field of this name be a title? */
static inline bool
crm_is_title_name(const char *name)
{
	return strcmp(name, "name") == 0 || strcmp(name, "title") == 0;
}

/*
 * The kind of a name, which must be in the singular.
 *
 * words   more words for the hint, "a\0b\0\0", or ""
 */
CRM_CHECK const struct crm_err *crm_cfg_find_kind(const struct crm_cfg *,
    const struct crm_cfg_text *, const char *what, const char *words,
    const struct crm_kind **out);

/* Is it a word for what that needs no declaration? */
static inline bool
crm_what_is_built_in(struct crm_view word)
{
	uint8_t num = crm_word_num(word);

	return (num != CRM_W_NONE && num < CRM_W_LEAD) ||
	    crm_view_is(word, CRM_WHAT_COST);
}

static inline bool
crm_kind_is_own(const struct crm_kind *k)
{
	return strchr(CRM_OWN_LETTERS, k->letter) != NULL;
}

#endif
