#include "record/rule_stage.h"

#include "record/word.h"

#define WORDS_MAX 400 /* of a message */

static struct crm_view
word_at(const struct crm_rec *r, uint16_t num)
{
	struct crm_view v;

	return num != 0 && crm_rec_get(r, num, &v) ? crm_word_get(v)
						   : CRM_VNULL;
}

static bool
has(const struct crm_rec *r, const struct crm_field *f)
{
	struct crm_view v;

	return crm_rec_get(r, f->num, &v);
}

/* Add a word to "'a', 'b' or 'c'"; last: there is none behind it. */
static void
list_word(struct crm_buf *b, const char *word, bool last, const char *join)
{
	if (b->n > 0)
		crm_buf_adds(b, last ? join : ", ");
	crm_buf_addf(b, "'%s'", word);
}

/* A step to a stage that may not follow. */
static const struct crm_err *
wrong_step(
    const struct crm_kind *k, const struct crm_stage *from, struct crm_view to)
{
	struct crm_buf b = CRM_BUF_INIT(WORDS_MAX);
	const struct crm_err *err;
	const char *word;

	for (word = from->next; *word != '\0'; word += strlen(word) + 1)
		list_word(&b, word, word[strlen(word) + 1] == '\0', " or ");
	err = b.n > 0
	    ? crm_err(CRM_E_DATA, "a %s at '%s' goes on to %.*s, not to '%.*s'",
		  k->name, from->name, (int)b.n, b.p, CRM_VARG(to))
	    : crm_err(
		  CRM_E_DATA, "a %s at '%s' stays there", k->name, from->name);
	crm_buf_release(&b);
	return err;
}

/* Of what a stage needs, what a record lacks; *n of them. */
static void
list_missing(struct crm_buf *b, const struct crm_rec *rec,
    const struct crm_stage *stage, size_t *n)
{
	const struct crm_field *f;
	const char *name, *held = NULL;

	*n = 0;
	for (name = stage->needs; *name != '\0'; name += strlen(name) + 1) {
		f = crm_field_named(rec->kind, crm_view_str(name));
		if (f == NULL || has(rec, f))
			continue;
		if (held != NULL)
			list_word(b, held, false, "");
		held = name;
		(*n)++;
	}
	if (held != NULL)
		list_word(b, held, true, " and ");
}

/* Does a record lack something that it had, and its stage needs? */
static bool
lost_needed(const struct crm_rec *rec, const struct crm_rec *old,
    const struct crm_stage *stage)
{
	const struct crm_field *f;
	const char *name;

	for (name = stage->needs; *name != '\0'; name += strlen(name) + 1) {
		f = crm_field_named(rec->kind, crm_view_str(name));
		if (f != NULL && has(old, f) && !has(rec, f))
			return true;
	}
	return false;
}

static const struct crm_err *
check_needs(const struct crm_rec *rec, const struct crm_stage *stage)
{
	struct crm_buf b = CRM_BUF_INIT(WORDS_MAX);
	const struct crm_err *err = NULL;
	size_t n;

	list_missing(&b, rec, stage, &n);
	if (n > 0)
		err = crm_err(CRM_E_DATA,
		    "a %s at '%s' needs %.*s: set %s with it", rec->kind->name,
		    stage->name, (int)b.n, b.p, n > 1 ? "them" : "it");
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_rule_stage(const struct crm_rec *rec, const struct crm_rec *old)
{
	const struct crm_kind *k = rec->kind;
	struct crm_view pipe = word_at(rec, k->pipeline_field);
	struct crm_view now = word_at(rec, k->stage), was = CRM_VNULL;
	const struct crm_pipeline *p = crm_pipeline_named(k, pipe);
	const struct crm_stage *stage = crm_stage_named(p, now), *from;
	bool moved = old == NULL;

	if (old != NULL) {
		was = word_at(old, k->stage);
		moved = !crm_view_eq(word_at(old, k->pipeline_field), pipe);
	}
	from = moved ? NULL : crm_stage_named(p, was);
	if (!moved && crm_view_eq(was, now))
		return stage != NULL && stage->needs != NULL &&
			lost_needed(rec, old, stage)
		    ? check_needs(rec, stage)
		    : NULL;
	if (from != NULL && from->next != NULL &&
	    crm_words_find(from->next, now) == NULL)
		return wrong_step(k, from, now);
	return stage != NULL && stage->needs != NULL ? check_needs(rec, stage)
						     : NULL;
}
