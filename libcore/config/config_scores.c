/* scores: points for queries, and chances learned from what came of deals. */
#include "base/mem.h"
#include "config/config_impl.h"

#define POINTS_MAX 200 /* of one score */
#define POINTS_MOST 1000000

const char crm_config_score_keys[] =
    "of\0the kinds it judges: person, org, deal\0"
    "points\0points and, behind each, the query that gives them\0"
    "learn\0fields of deals to learn from which are won\0";

/* What is learned from when crm.yaml does not say. */
static const char *const learn_default[] = { "source", "product", "owner",
	"who.industry", "who.size", "who.country", "contacts", "age" };

static const struct crm_err *
read_kind(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_score *score)
{
	const struct crm_err *err;
	const struct crm_kind *k = NULL;
	struct crm_cfg_text t;

	err = crm_cfg_value(w, node, "person, org or deal", &t);
	if (err == NULL)
		err = crm_cfg_find_kind(w, &t, "kind", "", &k);
	if (err != NULL)
		return err;
	if (strchr("pod", k->letter) == NULL)
		return crm_cfg_err(
		    w, &t, "a score judges people, orgs or deals");
	if (strchr(score->of, k->letter) != NULL)
		return crm_cfg_err(w, &t, "'%s' was given before", k->name);
	if (score->of[0] != '\0' && (k->letter == 'd' || score->of[0] == 'd'))
		return crm_cfg_err(w, &t,
		    "deals and their customers need scores of their own");
	score->of[strlen(score->of)] = k->letter;
	return NULL;
}

static const struct crm_err *
read_of(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_score *score)
{
	const struct crm_yaml_node *item;
	const struct crm_err *err = NULL;

	for (item = crm_cfg_next(node, NULL); err == NULL && item != NULL;
	     item = crm_cfg_next(node, item))
		err = read_kind(w, item, score);
	return err;
}

/* "10: QUERY" */
static const struct crm_err *
read_points(struct crm_cfg *w, const struct crm_yaml_node *item,
    struct crm_score_points *out)
{
	const struct crm_yaml_node *pair = item;
	const struct crm_err *err;
	struct crm_cfg_text key, query;
	struct crm_dec d;

	if (item->key.p == NULL) {
		pair = item->kind == CRM_YAML_MAP ? item->child : NULL;
		if (pair == NULL || pair->next != NULL)
			return crm_yaml_err(w->yaml, item,
			    "expected points and a query, such as "
			    "'10: tag:vip', in an item of its own");
	}
	key = crm_cfg_key(pair);
	if (!crm_dec_parse(key.v, '.', &d) || d.scale != 0 ||
	    d.m < -POINTS_MOST || d.m > POINTS_MOST)
		return crm_cfg_err(w, &key,
		    "expected points, a whole number of at most %d, not '%.*s'",
		    POINTS_MOST, CRM_VARG(crm_cfg_shown(key.v)));
	err = crm_cfg_value(w, pair, "a query", &query);
	if (err != NULL)
		return err;
	*out = (struct crm_score_points){ d.m,
		crm_arena_dup(&w->config->arena, query.v.p, query.v.n),
		pair->line };
	return NULL;
}

static const struct crm_err *
read_all_points(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_score *score)
{
	const struct crm_yaml_node *item;
	const struct crm_err *err = NULL;
	size_t n = 0;

	if (node->kind == CRM_YAML_SCALAR)
		return crm_yaml_err(w->yaml, node,
		    "expected a list of points and queries, such as "
		    "'- 10: tag:vip'");
	for (item = node->child; item != NULL; item = item->next)
		n++;
	if (n == 0 || n > POINTS_MAX)
		return crm_yaml_err(
		    w->yaml, node, "expected 1 to %d queries", POINTS_MAX);
	score->points =
	    crm_arena_alloc(&w->config->arena, n * sizeof(*score->points));
	for (item = node->child; err == NULL && item != NULL; item = item->next)
		err = read_points(w, item, &score->points[score->npoints++]);
	return err;
}

static const struct crm_err *
read_learn(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_score *score)
{
	const size_t ndefault =
	    sizeof(learn_default) / sizeof(learn_default[0]);
	const struct crm_yaml_node *item;
	const struct crm_err *err = NULL;
	struct crm_cfg_text t;
	size_t n = 0;

	if (node->kind == CRM_YAML_MAP)
		return crm_yaml_err(w->yaml, node,
		    "expected a list of fields, such as [source, product]");
	for (item = crm_cfg_next(node, NULL); item != NULL;
	     item = crm_cfg_next(node, item))
		n++;
	score->learn = crm_arena_alloc(&w->config->arena,
	    (n > ndefault ? n : ndefault) * sizeof(*score->learn));
	for (item = crm_cfg_next(node, NULL); err == NULL && item != NULL;
	     item = crm_cfg_next(node, item)) {
		err = crm_cfg_value(w, item, "a field of deals", &t);
		if (err == NULL)
			score->learn[score->nlearn++] =
			    crm_arena_dup(&w->config->arena, t.v.p, t.v.n);
	}
	for (; n == 0 && score->nlearn < ndefault; score->nlearn++)
		score->learn[score->nlearn] = learn_default[score->nlearn];
	return err;
}

/* A score of deals is learned, one of people and orgs is not. */
static const struct crm_err *
check_score(const struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_score *score)
{
	const char *of = score->nlearn > 0 ? "d" : "po";

	if ((score->npoints > 0) == (score->nlearn > 0))
		return crm_yaml_err_key(w->yaml, node,
		    "a score needs either points or what to learn from");
	if (score->nlearn > 0 && score->of[0] != '\0' && score->of[0] != 'd')
		return crm_yaml_err(w->yaml, crm_yaml_get(node, "of"),
		    "what can be learned is which deals are won");
	if (score->of[0] == '\0')
		memcpy(score->of, of, strlen(of) + 1);
	return NULL;
}

/* It is a field of its kinds. */
static const struct crm_err *
add_field(struct crm_cfg *w, const struct crm_yaml_node *node,
    const struct crm_score *score)
{
	struct crm_config *c = w->config;
	struct crm_cfg_text name = crm_cfg_key(node);
	struct crm_field f = { .name = score->name,
		.num = (uint16_t)(CRM_N_SCORE + c->nscores),
		.type = score->nlearn > 0 ? CRM_T_PERCENT : CRM_T_NUMBER,
		.weight = 1,
		.help = "score of crm.yaml: crm-report score" };
	size_t i;

	for (i = 0; score->of[i] != '\0'; i++) {
		if (crm_field_named(
			crm_kind_of(c->schema, score->of[i]), name.v) != NULL)
			return crm_cfg_err(w, &name,
			    "'%s' is a field already: choose another name",
			    score->name);
		crm_schema_add_computed(c->schema, score->of[i], &f);
	}
	return NULL;
}

static const struct crm_err *
read_score(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_score *score)
{
	static const struct {
		const char *key;
		const struct crm_err *(*read)(struct crm_cfg *,
		    const struct crm_yaml_node *, struct crm_score *);
	} keys[] = { { "of", read_of }, { "points", read_all_points },
		{ "learn", read_learn } };
	struct crm_cfg_text name = crm_cfg_key(node);
	const struct crm_yaml_node *value;
	const struct crm_err *err;
	size_t i;

	memset(score, 0, sizeof(*score));
	score->name = crm_arena_dup(&w->config->arena, name.v.p, name.v.n);
	err = crm_cfg_check_name(w, &name);
	if (err == NULL)
		err = crm_cfg_check_reserved(w, &name);
	if (err == NULL)
		err = crm_cfg_check_map(w, node, crm_config_score_keys,
		    "points or what to learn from");
	for (i = 0; err == NULL && i < sizeof(keys) / sizeof(keys[0]); i++) {
		value = crm_yaml_get(node, keys[i].key);
		if (value != NULL)
			err = keys[i].read(w, value, score);
	}
	if (err == NULL)
		err = check_score(w, node, score);
	return err != NULL ? err : add_field(w, node, score);
}

const struct crm_err *
crm_cfg_scores(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *child;
	struct crm_config *c = w->config;
	const struct crm_err *err;
	size_t n = 0;

	err = crm_cfg_check_map(
	    w, node, NULL, "a name for each score, and its points behind it");
	for (child = node->child; err == NULL && child != NULL;
	     child = child->next)
		if (n++ == CRM_SCORES_MAX)
			return crm_yaml_err_key(w->yaml, child,
			    "more than %d scores", CRM_SCORES_MAX);
	c->score = crm_arena_alloc(&c->arena, (n + 1) * sizeof(*c->score));
	for (child = node->child; err == NULL && child != NULL;
	     child = child->next) {
		err = read_score(w, child, &c->score[c->nscores]);
		if (err == NULL)
			c->nscores++;
	}
	return err;
}

static void
print_score(
    const struct crm_config *c, const struct crm_score *s, struct crm_buf *b)
{
	size_t i;

	crm_buf_adds(b, "  ");
	crm_yaml_add_scalar(b, crm_view_str(s->name));
	crm_buf_adds(b, ":\n    of: [");
	for (i = 0; s->of[i] != '\0'; i++)
		crm_buf_addf(b, "%s%s", i > 0 ? ", " : "",
		    crm_kind_of(c->schema, s->of[i])->name);
	crm_buf_adds(b, s->npoints > 0 ? "]\n    points:\n" : "]\n");
	for (i = 0; i < s->npoints; i++) {
		crm_buf_addf(
		    b, "      - %lld: ", (long long)s->points[i].points);
		crm_yaml_add_scalar(b, crm_view_str(s->points[i].query));
		crm_buf_addc(b, '\n');
	}
	if (s->nlearn == 0)
		return;
	crm_buf_adds(b, "    learn: [");
	for (i = 0; i < s->nlearn; i++) {
		crm_buf_adds(b, i > 0 ? ", " : "");
		crm_yaml_add_scalar(b, crm_view_str(s->learn[i]));
	}
	crm_buf_adds(b, "]\n");
}

void
crm_config_scores_print(const struct crm_config *c, struct crm_buf *b)
{
	size_t i;

	if (c->nscores > 0)
		crm_buf_adds(b, "scores:\n");
	for (i = 0; i < c->nscores; i++)
		print_score(c, &c->score[i], b);
}
