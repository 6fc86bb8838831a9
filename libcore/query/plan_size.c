/* How long the list of a term is, before it is made. */
#include "query/plan_impl.h"
#include "store/index.h"

#define GUESS 2000 /* ids of a range or prefix, before it is walked */

/* How many ids the list of a word has. */
static const struct crm_err *
count_word(struct crm_planning *p, struct crm_view word, uint64_t *n)
{
	char group[CRM_KEY_MAX];

	*n = 0;
	return crm_plan_count_group(p, CRM_TABLE_TEXT,
	    crm_view(group, crm_text_group(group, word, p->kind->letter)), n);
}

/* Of several words that must all be there: the shortest list. */
static const struct crm_err *
estimate_words(struct crm_planning *p, const struct crm_term *t, uint64_t *out)
{
	const struct crm_err *err = NULL;
	uint64_t one;
	size_t i;

	for (i = 0; err == NULL && i < t->nwords; i++) {
		err = count_word(p, t->word[i], &one);
		if (one < *out)
			*out = one;
	}
	return err;
}

static const struct crm_err *
estimate_member(
    struct crm_planning *p, const struct crm_member *m, uint64_t *out)
{
	*out = GUESS;
	return m->query != NULL ? crm_plan_estimate(p, m->query->root, out)
				: NULL;
}

/* How much it is to find what links to the members of a segment. */
static const struct crm_err *
add_members(struct crm_planning *p, const struct crm_field *f,
    const struct crm_member *m, uint64_t *n)
{
	const struct crm_err *err = NULL;
	const char *to;
	uint64_t one;

	for (to = f->links; err == NULL && to != NULL && *to != '\0'; to++) {
		struct crm_planning sub = crm_plan_of(p, *to);

		if (sub.kind == NULL)
			continue;
		err = estimate_member(&sub, m, &one);
		crm_buf_release(&sub.key);
		if (one == CRM_PLAN_UNKNOWN) {
			*n = CRM_PLAN_UNKNOWN;
			break;
		}
		*n += one * CRM_PLAN_TARGET_COST;
	}
	return err;
}

/* Those of the stories of customers and the like. */
static const struct crm_err *
estimate_story(struct crm_planning *p, const struct crm_term *t,
    const struct crm_field *f, uint64_t *out)
{
	const struct crm_err *err = NULL;
	uint64_t n = 0;
	size_t i;

	for (i = 0; err == NULL && n != CRM_PLAN_UNKNOWN && i < t->nalts; i++) {
		n += 50 * (t->alt[i].nids + t->alt[i].npeople);
		if (t->alt[i].member != NULL)
			err = add_members(p, f, t->alt[i].member, &n);
	}
	*out = n;
	return err;
}

/* The records of the kind that a term names. */
static const struct crm_err *
estimate_own(struct crm_planning *p, const struct crm_term *t, uint64_t *out)
{
	const struct crm_err *err = NULL;
	uint64_t n = 0, one;
	size_t i, j;

	for (i = 0; err == NULL && i < t->nalts; i++) {
		const struct crm_alt *a = &t->alt[i];

		for (j = 0; j < a->nids; j++)
			n += crm_id_kind(a->id[j]) == p->kind->letter;
		if (a->member == NULL)
			continue;
		err = estimate_member(p, a->member, &one);
		if (one == CRM_PLAN_UNKNOWN)
			return err;
		n += one;
	}
	*out = n;
	return err;
}

/* Add those that link to the ids of an alternative. */
static const struct crm_err *
add_links(struct crm_planning *p, const struct crm_field *f,
    const struct crm_alt *a, uint64_t *n)
{
	const struct crm_err *err = NULL;
	char group[CRM_KEY_MAX], id[8];
	size_t i;

	for (i = 0; err == NULL && i < a->nids; i++) {
		crm_be64(id, a->id[i]);
		err = crm_plan_count_group(p, CRM_TABLE_INDEX,
		    crm_plan_index_group(p, f, crm_view(id, 8), group), n);
	}
	return err != NULL || a->member == NULL
	    ? err
	    : add_members(p, f, a->member, n);
}

/* Add those of one alternative of a stored field. */
static const struct crm_err *
add_alt(struct crm_planning *p, struct crm_term *t, const struct crm_field *f,
    const struct crm_alt *a, uint64_t *n)
{
	const struct crm_err *err;
	char group[CRM_KEY_MAX];
	struct crm_view key;
	uint64_t one;

	if (f->type == CRM_T_LINK)
		return add_links(p, f, a, n);
	key = crm_plan_alt_key(p, t, f, a);
	if (crm_plan_is_range(f)) {
		*n += GUESS * 20;
		return NULL;
	}
	if (key.p != NULL && (f->flags & CRM_F_INDEXED) != 0)
		return crm_plan_count_group(p, CRM_TABLE_INDEX,
		    crm_plan_index_group(p, f, key, group), n);
	if ((f->flags & CRM_F_SEARCHED) == 0 || a->nwords == 0) {
		*n += GUESS;
		return NULL;
	}
	err = count_word(p, a->word[0], &one);
	*n += one;
	return err;
}

/* About how many ids a term's list has; CRM_PLAN_UNKNOWN: it has no list. */
const struct crm_err *
crm_plan_estimate_term(
    struct crm_planning *p, struct crm_term *t, uint64_t *out)
{
	const struct crm_field *f;
	const struct crm_err *err = NULL;
	uint64_t n = 0;
	bool of_kind, yes;
	size_t i;

	*out = CRM_PLAN_UNKNOWN;
	err = crm_plan_kind(p, t, &of_kind, &yes);
	if (err != NULL || of_kind) {
		*out = err == NULL && !yes ? 0 : CRM_PLAN_UNKNOWN;
		return err;
	}
	switch (t->op) {
	case CRM_TERM_ID:
		*out = 1;
		return NULL;
	case CRM_TERM_MEMBER:
		return estimate_member(p, t->member, out);
	case CRM_TERM_STAGE:
		*out = GUESS * 10;
		return NULL;
	case CRM_TERM_PREFIX:
		*out = GUESS;
		return NULL;
	case CRM_TERM_WORD:
	case CRM_TERM_EMAIL:
		return estimate_words(p, t, out);
	case CRM_TERM_REGEX:
		return t->ref.nlinks > 0 ? crm_plan_estimate_linked(p, t, out)
					 : crm_plan_estimate_regex(p, t, out);
	case CRM_TERM_HAS:
		return crm_plan_estimate_has(p, t, out);
	case CRM_TERM_MATCH:
	case CRM_TERM_EXACT:
	case CRM_TERM_BEGINS:
		break;
	}
	if (t->ref.nlinks > 0)
		return crm_plan_estimate_linked(p, t, out);
	f = crm_plan_field(p, t);
	if (f == NULL) {
		if (t->ref.field[p->kind->letter - 'a'] == NULL)
			*out = 0;
		return NULL;
	}
	if (crm_plan_is_own(t, f))
		return estimate_own(p, t, out);
	if ((f->flags & CRM_F_COMPUTED) != 0) {
		if (crm_plan_is_rollup(p, t, f) || crm_plan_is_met(f))
			*out = GUESS * 20;
		return NULL;
	}
	if (t->op == CRM_TERM_BEGINS) {
		*out =
		    (f->flags & CRM_F_INDEXED) != 0 ? GUESS : CRM_PLAN_UNKNOWN;
		return NULL;
	}
	if (crm_plan_is_story(p, f))
		return estimate_story(p, t, f, out);
	for (i = 0; err == NULL && n != CRM_PLAN_UNKNOWN && i < t->nalts; i++)
		err = add_alt(p, t, f, &t->alt[i], &n);
	*out = n;
	return err;
}
