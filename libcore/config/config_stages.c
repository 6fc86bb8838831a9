#include "base/mem.h"
#include "config/config_impl.h"

const char crm_config_stage_keys[] =
    "chance\0of a deal: how likely it is won from there, in percent\0"
    "ends\0how it ends there: won or lost, or done\0"
    "next\0the stages that may follow; any when not said\0"
    "needs\0fields that a record there has\0";

/* Words that say how a stage ends; a stage of that name needs none. */
struct end {
	const char *word;
	enum crm_stage_end end;
	int64_t percent;
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct end ends_of_deal[] = {
	{ "won", CRM_END_WON, 100 },
	{ "lost", CRM_END_LOST, 0 },
};
static const struct end ends_of_own[] = {
	{ "done", CRM_END_DONE, 0 },
};

/* What differs between deals and kinds of one's own. */
static const struct of {
	const struct end *end;
	size_t nends;
	const char *words; /* of end */
	const char *expected;
	bool percent; /* a stage that goes on has a chance to win */
} ofs[] = {
	[CRM_STAGES_OF_DEAL] = { ends_of_deal, COUNT(ends_of_deal),
	    "won\0lost\0", "a percentage, won or lost", true },
	[CRM_STAGES_OF_OWN] = { ends_of_own, COUNT(ends_of_own), "done\0",
	    "'done' or nothing", false },
};

static const struct end *
find_end(const struct of *of, struct crm_view word)
{
	size_t i;

	for (i = 0; i < of->nends; i++)
		if (crm_view_is(word, of->end[i].word))
			return &of->end[i];
	return NULL;
}

static void
set_end(struct crm_stage *stage, const struct end *end)
{
	stage->end = end->end;
	stage->probability = (struct crm_dec){ end->percent, 0 };
}

static bool
is_number(struct crm_view v)
{
	return v.n > 0 && strchr("+-.0123456789", v.p[0]) != NULL;
}

/* A chance to win: "10", "12.5", "10%". */
static const struct crm_err *
read_percent(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_stage *stage)
{
	struct crm_yaml_node bare = *node;
	const struct crm_err *err;
	struct crm_dec d;

	if (bare.text.p[bare.text.n - 1] == '%')
		bare.text =
		    crm_view_trim(crm_view(bare.text.p, bare.text.n - 1));
	err = crm_cfg_number(w, &bare, &d);
	if (err != NULL)
		return err;
	if (d.m < 0 || crm_dec_cmp(d, (struct crm_dec){ 100, 0 }) > 0)
		return crm_yaml_err(w->yaml, node,
		    "expected a percentage from 0 to 100, not %.*s",
		    CRM_VARG(crm_cfg_shown(node->text)));
	stage->probability = crm_dec_trim(d);
	return NULL;
}

/* What stands behind a stage's name; node is NULL when nothing does. */
static const struct crm_err *
read_value(struct crm_cfg *w, const struct of *of,
    const struct crm_cfg_text *name, const struct crm_yaml_node *node,
    struct crm_stage *stage)
{
	const struct end *named = find_end(of, name->v), *end;
	char hint[CRM_CFG_HINT];
	struct crm_cfg_text value;
	const struct crm_err *err;

	if (node == NULL || crm_yaml_is_null(node)) {
		if (named != NULL)
			set_end(stage, named);
		else if (of->percent)
			return crm_cfg_err(w, name,
			    "the stage '%s' needs its chance to win in percent "
			    "('%s: 10'), or how it ends ('%s: won')",
			    stage->name, stage->name, stage->name);
		return NULL;
	}
	err = crm_cfg_value(w, node, of->expected, &value);
	if (err != NULL)
		return err;
	end = find_end(of, value.v);
	if (named != NULL && end != named)
		return crm_cfg_err(w, &value,
		    "a stage that is called '%s' ends so: write '%s'",
		    named->word, named->word);
	if (end != NULL)
		set_end(stage, end);
	else if (of->percent && is_number(value.v))
		return read_percent(w, node, stage);
	else
		return crm_cfg_err(w, &value, "expected %s, not '%.*s'%s",
		    of->expected, CRM_VARG(crm_cfg_shown(value.v)),
		    crm_word_near(of->words, value.v) != NULL
			? crm_cfg_hint(hint, of->words, value.v)
			: "");
	return NULL;
}

/* "[a, b]" or "a" as words, "a\0b\0\0". */
static const struct crm_err *
read_words(struct crm_cfg *w, const struct crm_yaml_node *node,
    const char *expected, const char **out)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_yaml_node *item;
	const struct crm_err *err = NULL;
	struct crm_cfg_text t;

	if (node->kind == CRM_YAML_MAP)
		err = crm_yaml_err(
		    w->yaml, node, "expected a list of %s", expected);
	for (item = err == NULL ? crm_cfg_next(node, NULL) : NULL;
	     item != NULL && err == NULL; item = crm_cfg_next(node, item)) {
		err = crm_cfg_value(w, item, expected, &t);
		if (err == NULL && t.v.n == 0)
			err = crm_cfg_err(w, &t, "expected %s", expected);
		if (err == NULL)
			crm_buf_add(&b, t.v.p, t.v.n + 1);
	}
	crm_buf_addc(&b, '\0');
	*out = crm_arena_dup(&w->arena, b.p, b.n);
	crm_buf_release(&b);
	return err;
}

/* What a stage needs is looked at when the fields of all kinds are known. */
static void
note_needs(struct crm_cfg *w, const struct crm_yaml_node *node, char kind)
{
	struct crm_cfg_needs *n = crm_arena_alloc(&w->arena, sizeof(*n));

	n->next = w->needs;
	n->node = node;
	n->kind = kind;
	w->needs = n;
}

/* A stage with more to say: {chance: 60, next: [won, lost], needs: value}. */
static const struct crm_err *
read_long(struct crm_cfg *w, const struct of *of,
    const struct crm_cfg_text *name, const struct crm_yaml_node *map,
    struct crm_stage *stage)
{
	const struct crm_yaml_node *chance, *ends, *next, *needs;
	const struct crm_err *err;
	struct crm_cfg_text key;

	err = crm_cfg_check_map(w, map, crm_config_stage_keys, of->expected);
	if (err != NULL)
		return err;
	chance = crm_yaml_get(map, "chance");
	ends = crm_yaml_get(map, "ends");
	next = crm_yaml_get(map, "next");
	needs = crm_yaml_get(map, "needs");
	if (chance != NULL && (ends != NULL || !of->percent)) {
		key = crm_cfg_key(chance);
		return crm_cfg_err(w, &key,
		    ends != NULL ? "a stage that ends has no chance: leave "
				   "one of the two out"
				 : "only stages of deals have a chance to win");
	}
	if (chance != NULL && chance->kind == CRM_YAML_SCALAR &&
	    !is_number(chance->text))
		return crm_yaml_err(w->yaml, chance,
		    "expected a percentage from 0 to 100, not '%.*s'",
		    CRM_VARG(crm_cfg_shown(chance->text)));
	if (ends != NULL && is_number(ends->text))
		return crm_yaml_err(
		    w->yaml, ends, "expected how it ends, not a number");
	err = read_value(w, of, name, chance != NULL ? chance : ends, stage);
	if (err == NULL && next != NULL)
		err =
		    read_words(w, next, "stages that may follow", &stage->next);
	if (err == NULL && needs != NULL)
		err = read_words(w, needs, "fields", &stage->needs);
	if (err == NULL && needs != NULL)
		note_needs(w, needs, of->percent ? 'd' : w->kind->letter);
	return err;
}

/*
 * Take a stage apart: a line "name: value", or an item of a list, "name" or
 * "name: value".
 */
static const struct crm_err *
split_stage(struct crm_cfg *w, const struct crm_yaml_node *item,
    struct crm_cfg_text *name, const struct crm_yaml_node **value)
{
	struct crm_cfg_text second;

	*value = NULL;
	if (item->key.p != NULL) {
		*name = crm_cfg_key(item);
		*value = item;
		return NULL;
	}
	if (item->kind != CRM_YAML_MAP || item->child == NULL)
		return crm_cfg_value(w, item, "a stage", name);
	if (item->child->next != NULL) {
		second = crm_cfg_key(item->child->next);
		return crm_cfg_err(w, &second,
		    "a second stage in one item: begin it with '-'");
	}
	*name = crm_cfg_key(item->child);
	*value = item->child;
	return NULL;
}

static const struct crm_err *
read_stage(struct crm_cfg *w, const struct of *of,
    const struct crm_yaml_node *item, struct crm_pipeline *p,
    struct crm_stage *stage)
{
	const struct crm_yaml_node *value;
	const struct crm_err *err;
	struct crm_cfg_text name;

	err = split_stage(w, item, &name, &value);
	if (err == NULL)
		err = crm_cfg_check_name(w, &name);
	if (err != NULL)
		return err;
	if (crm_stage_named(p, name.v) != NULL)
		return crm_cfg_err(
		    w, &name, "the stage '%s' was given before", name.v.p);
	if (w->nstages++ == CRM_STAGES_MAX)
		return crm_cfg_err(
		    w, &name, "more than %d stages", CRM_STAGES_MAX);
	*stage = (struct crm_stage){ .name = name.v.p, .end = CRM_END_OPEN };
	err = value != NULL && value->kind == CRM_YAML_MAP
	    ? read_long(w, of, &name, value, stage)
	    : read_value(w, of, &name, value, stage);
	if (err == NULL && p->nstages == 0 && stage->end != CRM_END_OPEN)
		err = crm_cfg_err(w, &name,
		    "the first stage is where things begin: '%s' ends them",
		    stage->name);
	p->nstages++;
	return err;
}

/* The stages that may follow, now that all are known. */
static const struct crm_err *
check_next(struct crm_cfg *w, const struct crm_pipeline *p,
    const struct crm_stage *stage, const struct crm_yaml_node *item)
{
	struct crm_buf words = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_yaml_node *value, *list, *node;
	const struct crm_err *err;
	struct crm_cfg_text name, t;
	char hint[CRM_CFG_HINT];
	size_t i;

	err = split_stage(w, item, &name, &value);
	if (err != NULL || stage->next == NULL)
		return err;
	for (i = 0; i < p->nstages; i++)
		crm_buf_add(
		    &words, p->stage[i].name, strlen(p->stage[i].name) + 1);
	crm_buf_addc(&words, '\0');
	list = crm_yaml_get(value, "next");
	for (node = crm_cfg_next(list, NULL); err == NULL && node != NULL;
	     node = crm_cfg_next(list, node)) {
		t = (struct crm_cfg_text){ node->text, node, false };
		if (crm_view_is(t.v, stage->name))
			err = crm_cfg_err(
			    w, &t, "a stage need not be said to follow itself");
		else if (crm_stage_named(p, t.v) == NULL)
			err = crm_cfg_err(w, &t, "no stage '%.*s' here%s",
			    CRM_VARG(crm_cfg_shown(t.v)),
			    crm_cfg_hint(hint, words.p, t.v));
	}
	crm_buf_release(&words);
	return err;
}

/* A field that a stage may need: one that is stored, and not filled in. */
static const struct crm_err *
check_need(struct crm_cfg *w, const struct crm_kind *k,
    const struct crm_yaml_node *node)
{
	struct crm_cfg_text t = { node->text, node, false };
	const struct crm_field *f = crm_field_named(k, t.v);
	const char *near;

	if (f != NULL && (f->flags & CRM_F_COMPUTED) == 0 &&
	    strcmp(f->name, "stage") != 0 && strcmp(f->name, "pipeline") != 0)
		return NULL;
	if (f != NULL)
		return crm_cfg_err(w, &t, "'%s' cannot be lacking", f->name);
	near = crm_field_near(w->config->schema, k, t.v);
	return crm_cfg_err(w, &t, "a %s has no field '%.*s'%s%s%s", k->name,
	    CRM_VARG(crm_cfg_shown(t.v)),
	    near != NULL ? " (did you mean '" : "", near != NULL ? near : "",
	    near != NULL ? "'?)" : "");
}

const struct crm_err *
crm_cfg_check_needs(struct crm_cfg *w)
{
	const struct crm_yaml_node *node;
	const struct crm_cfg_needs *n;
	const struct crm_err *err = NULL;

	for (n = w->needs; err == NULL && n != NULL; n = n->next)
		for (node = crm_cfg_next(n->node, NULL);
		     err == NULL && node != NULL;
		     node = crm_cfg_next(n->node, node))
			err = check_need(
			    w, crm_kind_of(w->config->schema, n->kind), node);
	return err;
}

const struct crm_err *
crm_cfg_stages(struct crm_cfg *w, const struct crm_yaml_node *node,
    enum crm_stages_of which, struct crm_pipeline *out)
{
	const struct crm_yaml_node *item;
	const struct crm_err *err;
	struct crm_stage *stage;
	size_t n = 0;

	if (node->kind == CRM_YAML_SCALAR)
		return crm_yaml_err(w->yaml, node,
		    "expected stages in a list, such as %s",
		    which == CRM_STAGES_OF_DEAL ? "[new: 10, won, lost]"
						: "[planned, done]");
	for (item = node->child; item != NULL; item = item->next)
		n++;
	if (n == 0)
		return crm_yaml_err(
		    w->yaml, node, "expected at least one stage");
	stage = crm_arena_alloc(&w->arena, n * sizeof(*stage));
	out->stage = stage;
	out->nstages = 0;
	for (item = node->child; item != NULL; item = item->next) {
		err =
		    read_stage(w, &ofs[which], item, out, &stage[out->nstages]);
		if (err != NULL)
			return err;
	}
	for (n = 0, item = node->child; item != NULL; item = item->next, n++) {
		err = check_next(w, out, &stage[n], item);
		if (err != NULL)
			return err;
	}
	return NULL;
}

static const struct crm_err *
read_pipeline(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_pipeline *out)
{
	struct crm_cfg_text name = crm_cfg_key(node);
	const struct crm_err *err;

	if (node->kind == CRM_YAML_SCALAR && is_number(node->text))
		return crm_cfg_err(w, &name,
		    "'%.*s' looks like a stage: its pipeline lacks a name, "
		    "such as 'sales:' in a line above it",
		    CRM_VARG(crm_cfg_shown(name.v)));
	err = crm_cfg_check_name(w, &name);
	if (err != NULL)
		return err;
	out->name = name.v.p;
	return crm_cfg_stages(w, node, CRM_STAGES_OF_DEAL, out);
}

const struct crm_err *
crm_cfg_pipelines(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *child;
	const struct crm_err *err;
	struct crm_pipeline *pipeline;
	size_t n = 0;

	err = crm_cfg_check_map(w, node, NULL,
	    "a name for each pipeline, and its stages behind it");
	if (err != NULL)
		return err;
	for (child = node->child; child != NULL; child = child->next)
		n++;
	if (n == 0)
		return NULL;
	pipeline = crm_arena_alloc(&w->arena, n * sizeof(*pipeline));
	w->nstages = 0;
	for (n = 0, child = node->child; child != NULL;
	     n++, child = child->next) {
		err = read_pipeline(w, child, &pipeline[n]);
		if (err != NULL)
			return err;
	}
	crm_schema_set_pipelines(w->config->schema, 'd', pipeline, n);
	return NULL;
}
