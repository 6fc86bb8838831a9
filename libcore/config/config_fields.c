#include "config/config_impl.h"

#include "base/fold.h"
#include "base/utf8.h"

#define WORD_BYTES_MAX 100 /* of a choice */
#define HELP_BYTES_MAX 200
#define OWN_COLUMNS 8 /* of a table, by default, of a kind of one's own */

#define BIT(type) (1u << CRM_T_##type)
#define TEXTS (BIT(TEXT) | BIT(EMAIL) | BIT(PHONE) | BIT(URL) | BIT(TAG))

#define X(type, name, text) name "\0"
static const char type_words[] = CRM_TYPES(X);
#undef X

/* What people call a type who know it from elsewhere. */
static const struct {
	const char *name;
	enum crm_type type;
} synonyms[] = {
	{ "string", CRM_T_TEXT },
	{ "str", CRM_T_TEXT },
	{ "int", CRM_T_NUMBER },
	{ "integer", CRM_T_NUMBER },
	{ "decimal", CRM_T_NUMBER },
	{ "float", CRM_T_NUMBER },
	{ "boolean", CRM_T_BOOL },
	{ "datetime", CRM_T_TIME },
	{ "timestamp", CRM_T_TIME },
	{ "duration", CRM_T_SPAN },
	{ "amount", CRM_T_MONEY },
	{ "enum", CRM_T_CHOICE },
	{ "select", CRM_T_CHOICE },
	{ "label", CRM_T_TAG },
	{ "ref", CRM_T_LINK },
	{ "reference", CRM_T_LINK },
};

/* The name of a type, or of a kind to link to. */
static const struct crm_err *
read_type(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_err *err;
	const struct crm_kind *k;
	struct crm_cfg_text t;
	enum crm_type type;
	size_t i;

	err = crm_cfg_value(w, node, "a type or a kind", &t);
	if (err != NULL)
		return err;
	if (crm_type_parse(t.v, &type)) {
		w->field.type = (uint8_t)type;
		return NULL;
	}
	for (i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
		if (crm_view_is(t.v, synonyms[i].name) &&
		    crm_kind_named(w->config->schema, t.v) == NULL)
			return crm_cfg_err(w, &t,
			    "unknown type '%s' (did you mean '%s'?)", t.v.p,
			    crm_type_name(synonyms[i].type));
	err = crm_cfg_find_kind(w, &t, "type", type_words, &k);
	if (err != NULL)
		return err;
	w->field.type = CRM_T_LINK;
	w->field.links = crm_arena_dup(&w->arena, &k->letter, 1);
	return NULL;
}

/* Is it fit to be typed, asked for and printed in all forms? */
static bool
choice_ok(struct crm_view v)
{
	size_t i;

	if (v.n == 0 || v.n > WORD_BYTES_MAX || crm_view_trim(v).n != v.n ||
	    strchr("=/~", v.p[0]) != NULL || !crm_utf8_is_safe(v))
		return false;
	for (i = 0; i < v.n; i++)
		if (strchr(",\"\\", v.p[i]) != NULL)
			return false;
	return true;
}

static const struct crm_err *
read_choice(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct crm_buf *words)
{
	const struct crm_err *err;
	struct crm_cfg_text t;
	const char *known;

	err = crm_cfg_value(w, node, "a word", &t);
	if (err != NULL)
		return err;
	t.v = crm_nfc(&w->arena, t.v);
	if (!choice_ok(t.v))
		return crm_cfg_err(w, &t,
		    "bad choice '%.*s': at most %d bytes, without ',', '\"' "
		    "and '\\', and not '=', '/' or '~' at the beginning; "
		    "several are [one, two]",
		    CRM_VARG(crm_cfg_shown(t.v)), WORD_BYTES_MAX);
	known = crm_words_find(words->p, t.v);
	if (known != NULL)
		return crm_cfg_err(
		    w, &t, "the choice '%s' was given before", known);
	crm_buf_addv(words, t.v);
	crm_buf_addc(words, '\0');
	return NULL;
}

static const struct crm_err *
not_of_type(struct crm_cfg *w, const struct crm_yaml_node *node,
    const char *key, enum crm_type type)
{
	struct crm_cfg_text t = crm_cfg_key(node);

	if (w->field.type == CRM_NTYPES)
		w->field.type = (uint8_t)type;
	if (w->field.type == type)
		return NULL;
	return crm_cfg_err(w, &t, "'%s' is for the type %s, not for %s", key,
	    crm_type_name(type), crm_type_name((enum crm_type)w->field.type));
}

static const struct crm_err *
read_words(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct crm_buf *words)
{
	const struct crm_yaml_node *item;
	const struct crm_err *err;
	int n = 0;

	if (node->kind == CRM_YAML_MAP)
		return crm_yaml_err(w->yaml, node,
		    "expected a list of choices, such as [red, blue]");
	for (item = crm_cfg_next(node, NULL); item != NULL;
	     item = crm_cfg_next(node, item)) {
		if (n++ == CRM_CHOICES_MAX)
			return crm_yaml_err(w->yaml, item,
			    "more than %d choices", CRM_CHOICES_MAX);
		err = read_choice(w, item, words);
		if (err != NULL)
			return err;
	}
	if (n == 0)
		return crm_yaml_err(
		    w->yaml, node, "expected at least one choice");
	w->field.choices = crm_arena_dup(&w->arena, words->p, words->n);
	return NULL;
}

static const struct crm_err *
read_choices(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_buf words = CRM_BUF_INIT(CRM_YAML_BYTES_MAX);
	const struct crm_err *err;

	err = not_of_type(w, node, "choices", CRM_T_CHOICE);
	if (err == NULL)
		err = read_words(w, node, &words);
	crm_buf_release(&words);
	return err;
}

static const struct crm_err *
read_to(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_cfg_text key = crm_cfg_key(node), t;
	const struct crm_yaml_node *item;
	const struct crm_err *err;
	const struct crm_kind *k = NULL;
	char links[27];
	size_t n = 0;

	err = not_of_type(w, node, "to", CRM_T_LINK);
	if (err != NULL)
		return err;
	if (w->field.links != NULL)
		return crm_cfg_err(w, &key,
		    "the type says already what it links to: name kinds in "
		    "one place");
	for (item = crm_cfg_next(node, NULL); item != NULL;
	     item = crm_cfg_next(node, item)) {
		err = crm_cfg_value(w, item, "a kind", &t);
		if (err == NULL)
			err = crm_cfg_find_kind(w, &t, "kind", "", &k);
		if (err != NULL)
			return err;
		if (memchr(links, k->letter, n) != NULL)
			return crm_cfg_err(
			    w, &t, "the kind '%s' was given before", k->name);
		links[n++] = k->letter;
	}
	if (n == 0)
		return crm_yaml_err(
		    w->yaml, node, "expected at least one kind");
	w->field.links = crm_arena_dup(&w->arena, links, n);
	return NULL;
}

static const struct crm_err *
read_help(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_err *err;
	struct crm_cfg_text t;

	err = crm_cfg_value(w, node, "a text", &t);
	if (err != NULL)
		return err;
	t.v = crm_view_trim(t.v);
	if (t.v.n > HELP_BYTES_MAX || !crm_utf8_is_safe(t.v))
		return crm_cfg_err(w, &t,
		    "expected one line of at most %d bytes", HELP_BYTES_MAX);
	if (t.v.n > 0)
		w->field.help = crm_arena_dup(&w->arena, t.v.p, t.v.n);
	return NULL;
}

/* clang-format off */
/* In the order in which they are read: choices and to look at the type.
 *	key		reads it, or sets, help */
#define KEYS(X) \
	X("type",	read_type,	0, \
	    "what it holds, or the kind it links to") \
	X("choices",	read_choices,	0, \
	    "of a choice: its words") \
	X("to",		read_to,	0, \
	    "of a link: the kinds that it may name") \
	X("many",	NULL,		CRM_F_MANY, \
	    "it may have several values") \
	X("required",	NULL,		CRM_F_REQUIRED, \
	    "no record lacks it") \
	X("unique",	NULL,		CRM_F_UNIQUE, \
	    "no two records of the kind have the same value") \
	X("indexed",	NULL,		CRM_F_INDEXED, \
	    "queries for it are fast") \
	X("searched",	NULL,		CRM_F_SEARCHED, \
	    "its words are found by a search") \
	X("personal",	NULL,		CRM_F_PERSONAL, \
	    "personal data: erasure removes it") \
	X("help",	read_help,	0, \
	    "what it is, in one line")

/* Which types cannot have a flag. */
static const struct {
	const char *key;
	uint16_t flag;
	unsigned int types;
} refused[] = {
	{ "many",	CRM_F_MANY,
	    BIT(MONEY) | BIT(CURRENCY) | BIT(BOOL) },
	{ "unique",	CRM_F_UNIQUE,	BIT(BOOL) },
	{ "searched",	CRM_F_SEARCHED,	~TEXTS },
};

/* Names with a part to play, and the types that can play it. */
static const struct {
	const char *name;
	unsigned int types;
	const char *text;
} parts[] = {
	{ "currency",	BIT(CURRENCY),		"currency" },
	{ "opened",	BIT(DATE) | BIT(TIME),	"date or time" },
	{ "closed",	BIT(DATE) | BIT(TIME),	"date or time" },
	{ "stage",	BIT(CHOICE),		"choice" },
};
/* clang-format on */

#define X(name, read, flag, help) name "\0" help "\0"
const char crm_config_field_keys[] = KEYS(X);
#undef X

#define X(name, read, flag, help) { name, read },
static const struct {
	const char *name;
	crm_cfg_fn *read;
} keys[] = { KEYS(X) };
#undef X

#define X(name, read, flag, help) { name, flag },
const struct crm_config_flag crm_config_flags[] = { KEYS(X){ NULL, 0 } };
#undef X

static const struct crm_err *
read_flag(struct crm_cfg *w, const struct crm_yaml_node *node, uint16_t flag)
{
	const struct crm_err *err;
	bool yes = false;

	err = crm_yaml_bool(w->yaml, node, &yes);
	if (yes)
		w->field.flags |= flag;
	return err;
}

static const struct crm_err *
read_keys(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *value;
	const struct crm_err *err;
	size_t i;

	err = crm_cfg_check_map(w, node, crm_config_field_keys, "a map");
	for (i = 0; err == NULL && i < sizeof(keys) / sizeof(keys[0]); i++) {
		value = crm_yaml_get(node, keys[i].name);
		if (value == NULL)
			continue;
		err = keys[i].read != NULL
		    ? keys[i].read(w, value)
		    : read_flag(w, value, crm_config_flags[i].flag);
	}
	return err;
}

static const struct crm_err *
check_field_name(struct crm_cfg *w, const struct crm_cfg_text *t)
{
	const struct crm_field *f;
	const struct crm_err *err;

	err = crm_cfg_check_name(w, t);
	if (err == NULL)
		err = crm_cfg_check_reserved(w, t);
	if (err != NULL)
		return err;
	if (crm_view_starts(t->v, CRM_V("x-")))
		return crm_cfg_err(w, t,
		    "'%s': fields x-NAME are kept without being declared",
		    t->v.p);
	f = crm_field_named(w->kind, t->v);
	if (f != NULL)
		return crm_cfg_err(w, t,
		    "the kind '%s' has a %sfield '%s' already", w->kind->name,
		    (f->flags & CRM_F_COMPUTED) != 0 ? "computed " : "",
		    f->name);
	if (w->nfields == CRM_FIELDS_MAX)
		return crm_cfg_err(w, t, "more than %d fields", CRM_FIELDS_MAX);
	return NULL;
}

static bool
is_stage(const struct crm_field *f)
{
	return strcmp(f->name, "stage") == 0;
}

/* A choice has choices, a link has kinds, everything has a type. */
static const struct crm_err *
check_complete(struct crm_cfg *w, const struct crm_cfg_text *t)
{
	const struct crm_field *f = &w->field;

	if (f->type == CRM_NTYPES)
		return crm_cfg_err(
		    w, t, "the field '%s' needs a type", f->name);
	if (f->type == CRM_T_CHOICE && f->choices == NULL && !is_stage(f))
		return crm_cfg_err(w, t,
		    "the choice '%s' needs its words: '%s: [red, blue]'",
		    f->name, f->name);
	if (f->type == CRM_T_LINK && f->links == NULL)
		return crm_cfg_err(w, t,
		    "the link '%s' needs a kind: '%s: person', or 'to: [...]'",
		    f->name, f->name);
	return NULL;
}

/* The field of stages, whose words are the stages. */
static const struct crm_err *
check_stage(struct crm_cfg *w, const struct crm_cfg_text *t)
{
	const struct crm_yaml_node *stages =
	    crm_yaml_get(w->kind_node, "stages");

	if (!is_stage(&w->field))
		return NULL;
	if (!crm_kind_is_own(w->kind))
		return crm_cfg_err(w, t,
		    "the kind '%s' has no stages: choose another name, such "
		    "as 'status'",
		    w->kind->name);
	if (stages == NULL || crm_yaml_is_null(stages))
		return crm_cfg_err(w, t,
		    "give the kind its stages instead: 'stages: [planned, "
		    "done]', beside 'fields'");
	if (w->field.choices != NULL)
		return crm_cfg_err(
		    w, t, "the choices of 'stage' are the kind's stages");
	return NULL;
}

static bool
is_one_of(unsigned int types, const struct crm_field *f)
{
	return (types >> f->type & 1) != 0;
}

/* A name that has a part to play has one value, of the right type. */
static const struct crm_err *
check_part(struct crm_cfg *w, const struct crm_cfg_text *t)
{
	const struct crm_field *f = &w->field;
	const char *text = NULL;
	unsigned int types = 0;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(f->name, parts[i].name) == 0) {
			types = parts[i].types;
			text = parts[i].text;
		}
	if (t->node == w->title) {
		types = BIT(TEXT);
		text = "text";
	}
	if (text == NULL)
		return NULL;
	if (!is_one_of(types, f))
		return crm_cfg_err(
		    w, t, "the field '%s' has to be of type %s", f->name, text);
	if ((f->flags & CRM_F_MANY) != 0)
		return crm_cfg_err(
		    w, t, "the field '%s' cannot be many", f->name);
	return NULL;
}

static const struct crm_err *
check_flags(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_field *f = &w->field;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if ((f->flags & refused[i].flag) != 0 &&
		    is_one_of(refused[i].types, f))
			return crm_yaml_err_key(w->yaml,
			    crm_yaml_get(node, refused[i].key),
			    "a field of type %s cannot be %s",
			    crm_type_name((enum crm_type)f->type),
			    refused[i].key);
	return NULL;
}

uint16_t
crm_config_implied(
    const struct crm_kind *k, const struct crm_field *f, bool title)
{
	unsigned int flags = 0;

	if (title)
		flags |= CRM_F_REQUIRED | CRM_F_INDEXED | CRM_F_SEARCHED;
	if ((f->flags & CRM_F_UNIQUE) != 0)
		flags |= CRM_F_INDEXED | CRM_F_PROMPT;
	if (is_stage(f) && crm_kind_is_own(k))
		flags |= CRM_F_INDEXED;
	/* who prints a card asks what names it */
	if (f->type == CRM_T_LINK && k->letter != 'e')
		flags |= CRM_F_INDEXED;
	return (uint16_t)flags;
}

/* What goes without saying cannot be denied. */
static const struct crm_err *
check_denied(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	uint16_t implied =
	    crm_config_implied(w->kind, &w->field, node == w->title);
	const struct crm_config_flag *f;
	const struct crm_yaml_node *said;

	for (f = crm_config_flags; f->key != NULL; f++) {
		said = crm_yaml_get(node, f->key);
		if (said == NULL || (implied & f->flag) == 0 ||
		    (w->field.flags & f->flag) != 0)
			continue;
		return crm_yaml_err(w->yaml, said,
		    "the field '%s' is always %s: it is %s", w->field.name,
		    f->key,
		    node == w->title          ? "the title"
			: is_stage(&w->field) ? "the stage"
					      : "unique");
	}
	return NULL;
}

void
crm_cfg_add_field(struct crm_cfg *w, const struct crm_field *field)
{
	static const uint8_t weights[CRM_NTYPES] = {
		[CRM_T_EMAIL] = 5, [CRM_T_PHONE] = 4, [CRM_T_TAG] = 3
	};
	struct crm_field f = *field;
	bool title = w->title != NULL && crm_view_is(w->title->key, f.name);

	f.flags |= crm_config_implied(w->kind, &f, title);
	if (crm_kind_is_own(w->kind) && w->nfields < OWN_COLUMNS)
		f.flags |= CRM_F_TABLE;
	f.weight = weights[f.type] != 0 ? weights[f.type] : 1;
	if (title)
		f.weight = 7;
	(void)crm_schema_add_field(w->config->schema, w->kind->letter, &f);
	w->nfields++;
}

static const struct crm_err *
read_field(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_cfg_text t = crm_cfg_key(node);
	const struct crm_err *err;

	err = check_field_name(w, &t);
	if (err != NULL)
		return err;
	w->field = (struct crm_field){ .name = t.v.p, .type = CRM_NTYPES };
	if (node->kind == CRM_YAML_MAP)
		err = read_keys(w, node);
	else if (node->kind == CRM_YAML_LIST)
		err = read_choices(w, node);
	else
		err = read_type(w, node);
	if (err == NULL)
		err = check_stage(w, &t);
	if (err == NULL)
		err = check_complete(w, &t);
	if (err == NULL)
		err = check_part(w, &t);
	if (err == NULL)
		err = check_flags(w, node);
	if (err == NULL)
		err = check_denied(w, node);
	if (err == NULL)
		crm_cfg_add_field(w, &w->field);
	return err;
}

const struct crm_err *
crm_cfg_fields(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *child;
	const struct crm_err *err;

	err = crm_cfg_check_map(
	    w, node, NULL, "fields and their types, such as 'club: text'");
	for (child = node->child; child != NULL && err == NULL;
	     child = child->next)
		err = read_field(w, child);
	return err;
}
