#include "config/config_impl.h"

#include "record/id.h"

/* clang-format off */
#define KEYS(X) \
	X("letter",	"begins its ids: one of h j l q u v w x y z") \
	X("plural",	"its name for many; the name with an s when not said") \
	X("fields",	"its fields") \
	X("stages",	"what it goes through, in order")
/* clang-format on */

#define X(name, help) name "\0" help "\0"
const char crm_config_kind_keys[] = KEYS(X);
#undef X

#define LETTERS_BYTES (3 * sizeof(CRM_OWN_LETTERS))

/* "h, j, l": the letters that no kind has. */
static const char *
free_letters(const struct crm_schema *schema, char out[LETTERS_BYTES])
{
	const char *p;
	size_t n = 0;

	for (p = CRM_OWN_LETTERS; *p != '\0'; p++) {
		if (crm_kind_of(schema, *p) != NULL)
			continue;
		if (n > 0) {
			out[n++] = ',';
			out[n++] = ' ';
		}
		out[n++] = *p;
	}
	out[n] = '\0';
	return n > 0 ? out : "none is left";
}

static void
add_kind_names(struct crm_buf *words, const struct crm_schema *schema)
{
	const char *name;
	size_t i;

	for (i = 0; i < crm_schema_nkinds(schema); i++) {
		name = crm_schema_kind(schema, i)->name;
		crm_buf_add(words, name, strlen(name) + 1);
	}
}

const struct crm_err *
crm_cfg_find_kind(const struct crm_cfg *w, const struct crm_cfg_text *t,
    const char *what, const char *words, const struct crm_kind **out)
{
	const struct crm_schema *schema = w->config->schema;
	const struct crm_kind *k = crm_kind_named(schema, t->v);
	struct crm_buf all = CRM_BUF_INIT(4000);
	char hint[CRM_CFG_HINT];
	const struct crm_err *err;
	const char *p;

	*out = k;
	if (k != NULL && crm_view_is(t->v, k->name))
		return NULL;
	if (k != NULL) /* in the plural */
		return crm_cfg_err(w, t,
		    "unknown %s '%.*s' (did you mean '%s'?)", what,
		    CRM_VARG(t->v), k->name);
	for (p = words; *p != '\0'; p += strlen(p) + 1)
		crm_buf_add(&all, p, strlen(p) + 1);
	add_kind_names(&all, schema);
	err = crm_cfg_err(w, t, "unknown %s '%.*s'%s", what,
	    CRM_VARG(crm_cfg_shown(t->v)), crm_cfg_hint(hint, all.p, t->v));
	crm_buf_release(&all);
	return err;
}

/*
 * The first pass: names and letters of kinds, so that fields may link to any
 * of them.
 */

/* A kind of one's own that has no letter: it may be a wrong word. */
static const struct crm_err *
lacks_letter(const struct crm_cfg *w, const struct crm_cfg_text *name)
{
	const struct crm_schema *schema = w->config->schema;
	struct crm_buf words = CRM_BUF_INIT(4000);
	char letters[LETTERS_BYTES], hint[CRM_CFG_HINT];
	const struct crm_err *err;

	add_kind_names(&words, schema);
	if (crm_word_near(words.p, name->v) == NULL)
		crm_buf_reset(&words);
	err = crm_cfg_err(w, name,
	    "unknown kind '%.*s'%s: a kind of your own needs a letter, one of "
	    "%s",
	    CRM_VARG(crm_cfg_shown(name->v)),
	    crm_cfg_hint(hint, words.p, name->v),
	    free_letters(schema, letters));
	crm_buf_release(&words);
	return err;
}

static const struct crm_err *
read_letter(struct crm_cfg *w, const struct crm_yaml_node *node, char *out)
{
	const struct crm_schema *schema = w->config->schema;
	const struct crm_kind *k = NULL;
	char letters[LETTERS_BYTES];
	const struct crm_err *err;
	struct crm_cfg_text t;

	err = crm_cfg_value(w, node, "a letter", &t);
	if (err != NULL)
		return err;
	if (t.v.n == 1)
		k = crm_kind_of(schema, t.v.p[0]);
	if (k != NULL)
		return crm_cfg_err(w, &t,
		    "the letter '%s' is that of '%s': choose another (%s)",
		    t.v.p, k->name, free_letters(schema, letters));
	if (t.v.n != 1 || strchr(CRM_OWN_LETTERS, t.v.p[0]) == NULL)
		return crm_cfg_err(w, &t,
		    "expected a letter, not '%.*s' (one of: %s)",
		    CRM_VARG(crm_cfg_shown(t.v)),
		    free_letters(schema, letters));
	*out = t.v.p[0];
	return NULL;
}

/* May a kind be called so, or many of them? */
static const struct crm_err *
check_kind_name(const struct crm_cfg *w, const struct crm_cfg_text *t)
{
	const struct crm_kind *k;
	const struct crm_err *err;
	uint64_t id;

	err = crm_cfg_check_name(w, t);
	if (err == NULL)
		err = crm_cfg_check_reserved(w, t);
	if (err != NULL)
		return err;
	k = crm_kind_named(w->config->schema, t->v);
	if (k != NULL)
		return crm_cfg_err(w, t,
		    "'%s' is a name of the kind '%s': choose another", t->v.p,
		    k->name);
	if (crm_id_parse(t->v, &id))
		return crm_cfg_err(
		    w, t, "'%s' looks like an id: choose another", t->v.p);
	return NULL;
}

static const struct crm_err *
read_plural(struct crm_cfg *w, const struct crm_cfg_text *name,
    const struct crm_yaml_node *node, const char **out)
{
	struct crm_cfg_text plural = *name;
	const struct crm_err *err;
	char *p;

	if (node == NULL) {
		p = crm_arena_alloc(&w->arena, name->v.n + 2);
		memcpy(p, name->v.p, name->v.n);
		memcpy(p + name->v.n, "s", 2);
		plural.v = crm_view(p, name->v.n + 1);
	} else {
		err = crm_cfg_value(w, node, "the name for many", &plural);
		if (err != NULL)
			return err;
	}
	*out = plural.v.p;
	err = check_kind_name(w, &plural);
	if (err != NULL && node == NULL)
		err = crm_cfg_err(w, name,
		    "'%s' cannot be the name for many: give a plural",
		    plural.v.p);
	return err;
}

static const struct crm_err *
declare_own(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_cfg_text name = crm_cfg_key(node);
	const struct crm_yaml_node *letter_node = crm_yaml_get(node, "letter");
	const struct crm_err *err;
	const char *plural;
	char letter = '\0';

	err = crm_cfg_check_map(w, node, crm_config_kind_keys,
	    "the keys of a kind, such as 'letter: x'");
	if (err == NULL && letter_node == NULL)
		err = lacks_letter(w, &name);
	if (err == NULL)
		err = check_kind_name(w, &name);
	if (err == NULL)
		err = read_letter(w, letter_node, &letter);
	if (err == NULL)
		err = read_plural(
		    w, &name, crm_yaml_get(node, "plural"), &plural);
	if (err == NULL)
		(void)crm_schema_add_kind(
		    w->config->schema, letter, name.v.p, plural);
	return err;
}

static const struct crm_err *
check_built_in(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *child;
	const struct crm_err *err;
	struct crm_cfg_text key;

	err = crm_cfg_check_map(
	    w, node, crm_config_kind_keys, "'fields:' and the fields to add");
	if (err != NULL)
		return err;
	for (child = node->child; child != NULL; child = child->next) {
		key = crm_cfg_key(child);
		if (!crm_view_is(key.v, "fields"))
			return crm_cfg_err(w, &key,
			    "the kind '%s' is built in: it takes only fields, "
			    "not '%s'",
			    node->key.p, key.v.p);
	}
	return NULL;
}

static const struct crm_err *
declare(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_cfg_text name = crm_cfg_key(node);
	const struct crm_kind *k = crm_kind_named(w->config->schema, name.v);

	if (k == NULL || crm_kind_is_own(k))
		return declare_own(w, node);
	if (!crm_view_is(name.v, k->name))
		return crm_cfg_err(w, &name,
		    "unknown kind '%s' (did you mean '%s'?)", name.v.p,
		    k->name);
	return check_built_in(w, node);
}

/*
 * The second pass: fields and stages.
 */

/* The field that is the title: the first of its names. */
static const struct crm_yaml_node *
find_title(const struct crm_yaml_node *fields)
{
	const struct crm_yaml_node *node = fields;

	if (fields == NULL || fields->kind != CRM_YAML_MAP)
		return NULL;
	for (node = fields->child; node != NULL; node = node->next)
		if (crm_is_title_name(node->key.p))
			return node;
	return NULL;
}

static bool
has_field(const struct crm_kind *k, const char *name)
{
	return crm_field_named(k, crm_view_str(name)) != NULL;
}

/* Fields that stages and money need, unless they were declared. */
static void
add_field(
    struct crm_cfg *w, const char *name, enum crm_type type, const char *help)
{
	struct crm_field f = {
		.name = name, .type = (uint8_t)type, .weight = 1, .help = help
	};

	if (!has_field(w->kind, name))
		crm_cfg_add_field(w, &f);
}

static const struct crm_err *
read_stages(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_pipeline p = { .name = w->kind->name };
	const struct crm_err *err;
	bool ends = false;
	size_t i;

	w->nstages = 0;
	err = crm_cfg_stages(w, node, CRM_STAGES_OF_OWN, &p);
	if (err != NULL)
		return err;
	for (i = 0; i < p.nstages; i++)
		ends = ends || p.stage[i].end != CRM_END_OPEN;
	add_field(w, "stage", CRM_T_CHOICE, "how far it is");
	if (ends)
		add_field(
		    w, "closed", CRM_T_TIME, "when it ended; set by the stage");
	crm_schema_set_pipelines(w->config->schema, w->kind->letter, &p, 1);
	return NULL;
}

static bool
has_money(const struct crm_kind *k)
{
	size_t i;

	for (i = 0; i < k->nfields; i++)
		if (k->field[i].type == CRM_T_MONEY)
			return true;
	return false;
}

static const struct crm_err *
complete(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_cfg_text name = crm_cfg_key(node);
	const struct crm_yaml_node *fields = crm_yaml_get(node, "fields");
	const struct crm_yaml_node *stages = crm_yaml_get(node, "stages");
	const struct crm_err *err = NULL;
	bool own;

	w->kind = crm_kind_named(w->config->schema, name.v);
	w->kind_node = node;
	w->nfields = 0;
	own = crm_kind_is_own(w->kind);
	w->title = own ? find_title(fields) : NULL;
	if (fields != NULL)
		err = crm_cfg_fields(w, fields);
	if (err == NULL && own && w->title == NULL)
		err = crm_cfg_err(w, &name,
		    "the kind '%s' needs a field 'name' or 'title', such as "
		    "'name: text'",
		    w->kind->name);
	if (err == NULL && stages != NULL && !crm_yaml_is_null(stages))
		err = read_stages(w, stages);
	if (err == NULL && has_money(w->kind))
		add_field(w, "currency", CRM_T_CURRENCY, "of its amounts");
	return err;
}

const struct crm_err *
crm_cfg_kinds(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *child;
	const struct crm_err *err;

	err = crm_cfg_check_map(
	    w, node, NULL, "a name for each kind, and its keys below it");
	for (child = node->child; child != NULL && err == NULL;
	     child = child->next)
		err = declare(w, child);
	for (child = node->child; child != NULL && err == NULL;
	     child = child->next)
		err = complete(w, child);
	return err;
}
