/* rfm: which classes of recency, frequency and money are called what. */
#include "base/mem.h"
#include "config/config_impl.h"

#define CLASSES CRM_RFM_CLASSES
#define CELLS ((size_t)CLASSES * CLASSES * CLASSES)

static const char class_keys[] =
    "r\0classes of recency, such as 4..5; all when not said\0"
    "f\0classes of frequency\0"
    "m\0classes of money\0";

const char *
crm_config_rfm_keys(void)
{
	return class_keys;
}

/* crm-report(1) prints this table. */
static const struct crm_rfm_rule built_in[] = {
	{ "champion", 0, { { 4, 5 }, { 4, 5 }, { 4, 5 } } },
	{ "loyal", 1, { { 3, 5 }, { 4, 5 }, { 1, 5 } } },
	{ "potential", 2, { { 4, 5 }, { 2, 3 }, { 1, 5 } } },
	{ "new", 3, { { 5, 5 }, { 1, 1 }, { 1, 5 } } },
	{ "promising", 4, { { 4, 4 }, { 1, 1 }, { 1, 5 } } },
	{ "attention", 5, { { 3, 3 }, { 2, 3 }, { 3, 5 } } },
	{ "sleepy", 6, { { 3, 3 }, { 1, 3 }, { 1, 5 } } },
	{ "cannot-lose", 7, { { 1, 2 }, { 4, 5 }, { 4, 5 } } },
	{ "at-risk", 8, { { 1, 2 }, { 3, 5 }, { 1, 5 } } },
	{ "hibernating", 9, { { 2, 2 }, { 1, 2 }, { 1, 5 } } },
	{ "lost", 10, { { 1, 1 }, { 1, 2 }, { 1, 5 } } },
};

void
crm_config_rfm_default(struct crm_config *c)
{
	c->rfm = built_in;
	c->nrfm = sizeof(built_in) / sizeof(built_in[0]);
}

static bool
fits(const struct crm_rfm_rule *rule, const uint8_t class[3])
{
	size_t k;

	for (k = 0; k < 3; k++)
		if (class[k] < rule -> of[k].least ||
			class[k] > rule -> of[k].most)
			return false;
	return true;
}

const struct crm_rfm_rule *
crm_config_rfm(const struct crm_config *c, const uint8_t class[3])
{
	size_t i;

	for (i = 0; i + 1 < c->nrfm; i++)
		if (fits(&c->rfm[i], class))
			break;
	return &c->rfm[i];
}

/* "4", "4..5", "4..", "..2" */
static bool
parse_range(struct crm_view v, uint8_t *least, uint8_t *most)
{
	bool dots;

	*least = 1;
	*most = CLASSES;
	if (v.n > 0 && v.p[0] >= '1' && v.p[0] <= '0' + CLASSES) {
		*least = (uint8_t)(v.p[0] - '0');
		v = crm_view_skip(v, 1);
		if (v.n == 0)
			*most = *least;
	} else if (v.n < 3) {
		return false; /* ".." alone says nothing */
	}
	dots = crm_view_starts(v, CRM_V(".."));
	if (dots)
		v = crm_view_skip(v, 2);
	if (dots && v.n == 1 && v.p[0] >= '1' && v.p[0] <= '0' + CLASSES) {
		*most = (uint8_t)(v.p[0] - '0');
		v.n = 0;
	}
	return v.n == 0 && *least <= *most;
}

/* { r: 4..5, f: 3 }, or nothing: all classes. */
static const struct crm_err *
read_classes(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_rfm_rule *rule)
{
	static const char *const key[3] = { "r", "f", "m" };
	const struct crm_yaml_node *of;
	const struct crm_err *err;
	struct crm_cfg_text t;
	size_t k;

	for (k = 0; k < 3; k++) {
		rule->of[k].least = 1;
		rule->of[k].most = CLASSES;
	}
	if (node == NULL)
		return NULL;
	err = crm_cfg_check_map(
	    w, node, class_keys, "classes, such as {r: 4..5, f: 3}");
	for (k = 0; err == NULL && k < 3; k++) {
		of = crm_yaml_get(node, key[k]);
		if (of == NULL)
			continue;
		err = crm_cfg_value(w, of, "classes such as 4..5", &t);
		if (err == NULL &&
		    !parse_range(t.v, &rule->of[k].least, &rule->of[k].most))
			err = crm_cfg_err(w, &t,
			    "expected classes from 1 to %d, such as 4, 4..5 or "
			    "..2, not '%.*s'",
			    CLASSES, CRM_VARG(crm_cfg_shown(t.v)));
	}
	return err;
}

/* An item is "NAME", or "NAME: CLASSES". */
static const struct crm_err *
read_rule(struct crm_cfg *w, const struct crm_yaml_node *item,
    struct crm_rfm_rule *rule, struct crm_cfg_text *name)
{
	const struct crm_yaml_node *classes = NULL;
	const struct crm_err *err = NULL;

	if (item->kind == CRM_YAML_MAP && item->key.p == NULL &&
	    item->child != NULL) {
		classes = item->child;
		*name = crm_cfg_key(classes);
		if (classes->next != NULL)
			return crm_yaml_err_key(w->yaml, classes->next,
			    "a second segment in one item: begin it with '-', "
			    "or put the classes in braces");
	} else {
		err = crm_cfg_value(w, item, "a segment", name);
	}
	if (err == NULL)
		err = crm_cfg_check_name(w, name);
	return err != NULL ? err : read_classes(w, classes, rule);
}

/* The place of a word among words, where it is added if it is new. */
static uint8_t
word_at(struct crm_buf *words, struct crm_view name)
{
	const char *p;
	uint8_t i = 0;

	for (p = words->p; p != NULL && p < words->p + words->n;
	     p += strlen(p) + 1, i++)
		if (crm_view_is(name, p))
			return i;
	crm_buf_addv(words, name);
	crm_buf_addc(words, '\0');
	return i;
}

/* Take the combinations that a rule fits and none before it did. */
static bool
take_cells(const struct crm_rfm_rule *rule, bool taken[CELLS])
{
	bool any = false;
	size_t i;

	for (i = 0; i < CELLS; i++) {
		const uint8_t class[3] = {
			(uint8_t)(i / CLASSES / CLASSES + 1),
			(uint8_t)(i / CLASSES % CLASSES + 1),
			(uint8_t)(i % CLASSES + 1),
		};

		if (!taken[i] && fits(rule, class))
			any = taken[i] = true;
	}
	return any;
}

static const struct crm_err *
check_covered(const struct crm_cfg *w, const struct crm_yaml_node *node,
    const bool taken[CELLS])
{
	size_t i, n = 0, first = CELLS;

	for (i = 0; i < CELLS; i++) {
		if (taken[i])
			continue;
		n++;
		if (first == CELLS)
			first = i;
	}
	if (n == 0)
		return NULL;
	return crm_yaml_err_key(w->yaml, node,
	    "%zu of %zu combinations have no segment, such as r %zu, f %zu, "
	    "m %zu: end the list with a name alone for what is left",
	    n, CELLS, first / CLASSES / CLASSES + 1,
	    first / CLASSES % CLASSES + 1, first % CLASSES + 1);
}

/* The names as they are in the schema's copy. */
static void
name_rules(struct crm_cfg *w, const char *words)
{
	const struct crm_field *f;
	const char *word;
	size_t i, k;

	crm_schema_set_words(w->config->schema, CRM_N_RFM, words);
	f = crm_field_num(crm_kind_of(w->config->schema, 'p'), CRM_N_RFM);
	for (i = 0; i < w->config->nrfm; i++) {
		word = f->choices;
		for (k = 0; k < w->config->rfm_own[i].word; k++)
			word += strlen(word) + 1;
		w->config->rfm_own[i].name = word;
	}
}

const struct crm_err *
crm_cfg_rfm(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_buf words = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_yaml_node *item;
	const struct crm_err *err = NULL;
	struct crm_config *c = w->config;
	struct crm_cfg_text name;
	bool taken[CELLS] = { false };
	size_t cap = 0, n = 0;

	if (crm_yaml_is_null(node))
		return NULL;
	if (node->kind != CRM_YAML_LIST)
		return crm_yaml_err(w->yaml, node,
		    "expected a list of segments, such as "
		    "[best: {r: 4.., m: 5}, other]");
	for (item = node->child; err == NULL && item != NULL;
	     item = item->next) {
		c->rfm_own =
		    crm_grow(c->rfm_own, &cap, n + 1, sizeof(*c->rfm_own));
		err = read_rule(w, item, &c->rfm_own[n], &name);
		if (err == NULL && !take_cells(&c->rfm_own[n], taken))
			err = crm_cfg_err(w, &name,
			    "the segment '%s' never fits: those before it "
			    "take all that it would",
			    name.v.p);
		if (err == NULL)
			c->rfm_own[n++].word = word_at(&words, name.v);
	}
	if (err == NULL)
		err = check_covered(w, node, taken);
	if (err == NULL) {
		crm_buf_addc(&words, '\0');
		c->rfm = c->rfm_own;
		c->nrfm = n;
		name_rules(w, words.p);
	}
	crm_buf_release(&words);
	return err;
}

/* "4..5", "3" */
static void
add_range(struct crm_buf *b, uint8_t least, uint8_t most)
{
	crm_buf_addf(b, "%u", least);
	if (most > least)
		crm_buf_addf(b, "..%u", most);
}

void
crm_rfm_rule_put(struct crm_buf *b, const struct crm_rfm_rule *rule)
{
	static const char key[3] = { 'r', 'f', 'm' };
	const char *comma = "";
	size_t k;

	for (k = 0; k < 3; k++) {
		if (rule->of[k].least == 1 && rule->of[k].most == CLASSES)
			continue;
		crm_buf_addf(b, "%s%c: ", comma, key[k]);
		add_range(b, rule->of[k].least, rule->of[k].most);
		comma = ", ";
	}
}

void
crm_config_rfm_print(const struct crm_config *c, struct crm_buf *b)
{
	struct crm_buf classes = CRM_BUF_INIT(1000);
	size_t i;

	crm_buf_adds(b, "rfm:\n");
	for (i = 0; i < c->nrfm; i++) {
		crm_buf_reset(&classes);
		crm_rfm_rule_put(&classes, &c->rfm[i]);
		crm_buf_adds(b, "  - ");
		crm_yaml_add_scalar(b, crm_view_str(c->rfm[i].name));
		if (classes.n > 0)
			crm_buf_addf(b, ": {%s}", classes.p);
		crm_buf_addc(b, '\n');
	}
	crm_buf_release(&classes);
}
