/*
 * Lists of postings are gone through side by side, a block of ids at a time:
 * each word adds its score to those ids that it has.  A query of nothing but
 * terms with one list each needs no more; the shortest list gives the ids, and
 * what another one lacks is dropped.  Else the ids are those of the plan, and
 * of those that it is not sure of one is looked at when it would be among the
 * best.  Where there is no plan, and for events that no index has yet, records
 * are looked at (rank_records.c).
 */
#include "query/rank_impl.h"
#include "store/index.h"

#define CHUNK 4096 /* ids of a plan */

const struct crm_err *
crm_rank_is_meant(const struct crm_query *q, const char *sort, bool *yes)
{
	const struct crm_schema *s = crm_snap_schema(q->ctx.snap);
	struct crm_view rest, name;
	size_t comma, i;

	*yes = false;
	if (sort == NULL)
		return NULL;
	for (i = 0; i < crm_schema_nkinds(s); i++)
		if (q->kind[crm_schema_kind(s, i)->letter - 'a'] &&
		    crm_field_named(
			crm_schema_kind(s, i), CRM_V(CRM_RANK_SORT)) != NULL)
			return NULL;
	*yes = strcmp(sort, CRM_RANK_SORT) == 0;
	for (rest = crm_view_str(sort); !*yes && rest.n > 0;) {
		comma = crm_view_find(rest, ',');
		name = crm_view_trim(crm_view(rest.p, comma));
		if (name.n > 0 && name.p[0] == '-')
			name = crm_view_skip(name, 1);
		if (crm_view_is(name, CRM_RANK_SORT))
			return crm_err(CRM_E_USAGE,
			    "--sort: '%s' stands alone, the best come first",
			    CRM_RANK_SORT);
		rest = crm_view_skip(rest, comma < rest.n ? comma + 1 : rest.n);
	}
	return NULL;
}

/* Bring what a list has from an id on to hand; ids.n is 0 when it has no
 * more. */
static const struct crm_err *
reach(struct crm_rank_list *l, uint64_t id)
{
	const struct crm_err *err = NULL;
	uint64_t first, last;

	if (l->begun && id >= l->from &&
	    (l->ids.n == 0 || id <= l->ids.id[l->ids.n - 1]))
		return NULL;
	if (l->begun && l->ids.n > 0) {
		first = l->ids.id[0];
		last = l->ids.id[l->ids.n - 1];
		/* where blocks are alike the next one goes so far */
		if (id > last && id - last <= last - first) {
			err = crm_walk_more_ids(l->walk, &l->ids);
			l->from = last + 1;
			l->next = 0;
			if (err != NULL || l->ids.n == 0 ||
			    id <= l->ids.id[l->ids.n - 1])
				return err;
		}
	}
	l->begun = true;
	l->from = id;
	l->next = 0;
	return crm_walk_ids_from(
	    l->walk, crm_view(l->at.group, l->at.group_n), id, &l->ids);
}

static const uint32_t no_score[256];

/* Of some from one on, as far as the ids at hand go: keep those that the list
 * has, or all; add its score to those that it has.  Which of the two goes on
 * is chance: no branch for it. */
static void
meet(struct crm_rank_list *l, struct crm_rank_some *s, size_t *at, size_t *kept)
{
	const uint32_t *worth = l->word != NULL ? l->word->score : no_score;
	size_t i = *at, j = l->next, k = *kept;
	uint64_t x, y;
	uint32_t sum;

	while (i < s->n && j < l->ids.n) {
		x = s->id[i];
		y = l->ids.id[j];
		sum = s->score[i] +
		    (l->ids.byte != NULL ? worth[l->ids.byte[j]] : 0);
		s->id[k] = x;
		s->score[k] = x == y ? sum : s->score[i];
		k += l->must ? x == y : x <= y;
		i += x <= y;
		j += y <= x;
	}
	l->next = j;
	*at = i;
	*kept = k;
}

/* Go through a list beside some ids. */
static const struct crm_err *
apply(struct crm_rank_list *l, struct crm_rank_some *s)
{
	const struct crm_err *err = NULL;
	size_t i = 0, kept = 0;

	while (i < s->n) {
		err = reach(l, s->id[i]);
		if (err != NULL || l->ids.n == 0)
			break;
		meet(l, s, &i, &kept);
	}
	for (; err == NULL && !l->must && i < s->n; i++, kept++) {
		s->id[kept] = s->id[i];
		s->score[kept] = s->score[i];
	}
	s->n = kept;
	return err;
}

/* Take ids, without those that nobody sees and those that the lists may not
 * all have yet. */
static void
take_ids(struct crm_rank *r, const uint64_t *id, const uint8_t *byte, size_t n,
    const struct crm_rank_word *w)
{
	struct crm_rank_some *s = &r->some;
	bool events = r->p.kind->letter == 'e';
	bool hidden = crm_snap_has_hidden(r->snap);
	size_t i;

	s->id = crm_grow(s->id, &s->id_cap, n, sizeof(*s->id));
	s->score = crm_grow(s->score, &s->score_cap, n, sizeof(*s->score));
	s->n = 0;
	while (events && n > 0 && !crm_snap_is_indexed(r->snap, id[n - 1]))
		n--;
	for (i = 0; i < n; i++) {
		if (hidden && crm_snap_is_hidden(r->snap, id[i]))
			continue;
		s->id[s->n] = id[i];
		s->score[s->n++] =
		    w != NULL && byte != NULL ? w->score[byte[i]] : 0;
	}
}

/* Give some to the best; sure: all of them match. */
static const struct crm_err *
give(struct crm_rank *r, bool sure)
{
	const struct crm_err *err = NULL;
	const struct crm_rank_some *s = &r->some;
	enum crm_presence presence;
	struct crm_stored stored;
	size_t i;
	bool yes;

	for (i = 0; err == NULL && i < s->n; i++) {
		if (!crm_best_takes(r->best, s->score[i], s->id[i]))
			continue;
		yes = sure;
		if (!sure) {
			err =
			    crm_snap_get(r->snap, s->id[i], &stored, &presence);
			if (err == NULL && presence == CRM_LIVE)
				err = crm_query_match(
				    r->q, s->id[i], &stored, &yes);
		}
		if (err == NULL && yes)
			err = crm_best_add(r->best, s->score[i], s->id[i]);
	}
	return err;
}

static const struct crm_err *
open_list(struct crm_rank *r, struct crm_rank_list *l)
{
	return crm_walk_open(crm_snap_txn(r->snap), l->at.table, &l->walk);
}

static void
close_lists(struct crm_rank *r)
{
	while (r->nlists > 0)
		crm_walk_close(r->list[--r->nlists].walk);
}

/* The word whose postings a list is; NULL: it is none of them. */
static const struct crm_rank_word *
word_of(const struct crm_rank *r, const struct crm_term *t)
{
	size_t i;

	for (i = 0; t->op == CRM_TERM_WORD && i < r->nwords; i++)
		if (crm_view_eq(r->word[i].text, t->word[0]))
			return &r->word[i];
	return NULL;
}

/* Is a query nothing but terms that have one list each, all of which are to be
 * met?  Then these are set; each word once. */
static bool
set_lists(struct crm_rank *r, const struct crm_node *n)
{
	struct crm_rank_list *l;
	size_t i;

	if (n->op == CRM_AND)
		return set_lists(r, n->left) && set_lists(r, n->right);
	if (n->op != CRM_TERM || r->nlists == CRM_RANK_LISTS)
		return false;
	l = &r->list[r->nlists];
	memset(l, 0, sizeof(*l));
	if (!crm_plan_one_list(&r->p, n->term, &l->at) || !l->at.exact)
		return false;
	l->word = word_of(r, n->term);
	l->must = true;
	for (i = 0; l->word != NULL && i < r->nlists; i++)
		if (r->list[i].word == l->word)
			return true;
	r->nlists++;
	return true;
}

static const struct crm_err *
put_shortest_first(struct crm_rank *r)
{
	const struct crm_err *err = NULL;
	struct crm_rank_list first;
	size_t i, least = 0;

	for (i = 0; err == NULL && i < r->nlists; i++) {
		struct crm_rank_list *l = &r->list[i];

		if (l->word != NULL)
			l->size = l->word->n;
		else
			err = crm_plan_count_group(&r->p, l->at.table,
			    crm_view(l->at.group, l->at.group_n), &l->size);
		if (l->size < r->list[least].size)
			least = i;
	}
	first = r->list[least];
	r->list[least] = r->list[0];
	r->list[0] = first;
	return err;
}

/* What all lists have. */
static const struct crm_err *
rank_lists(struct crm_rank *r)
{
	struct crm_rank_list *first = &r->list[0];
	const struct crm_err *err;
	struct crm_ids ids = { .n = 0 };
	size_t i;

	err = put_shortest_first(r);
	for (i = 0; err == NULL && i < r->nlists; i++)
		err = open_list(r, &r->list[i]);
	if (err == NULL)
		err = crm_walk_ids(first->walk,
		    crm_view(first->at.group, first->at.group_n), &ids);
	while (err == NULL && ids.n > 0) {
		take_ids(r, ids.id, ids.byte, ids.n, first->word);
		for (i = 1; err == NULL && i < r->nlists && r->some.n > 0; i++)
			err = apply(&r->list[i], &r->some);
		if (err == NULL)
			err = give(r, true);
		if (err == NULL)
			err = crm_walk_more_ids(first->walk, &ids);
	}
	return err;
}

/* The lists of all words, for ids from elsewhere. */
static const struct crm_err *
open_words(struct crm_rank *r)
{
	const struct crm_err *err = NULL;

	for (r->nlists = 0; err == NULL && r->nlists < r->nwords;) {
		struct crm_rank_list *l = &r->list[r->nlists];

		memset(l, 0, sizeof(*l));
		l->word = &r->word[r->nlists];
		l->at.table = CRM_TABLE_TEXT;
		l->at.group_n = crm_text_group(
		    l->at.group, l->word->text, r->p.kind->letter);
		err = open_list(r, l);
		r->nlists++;
	}
	return err;
}

/* What the plan leaves. */
static const struct crm_err *
rank_plan(struct crm_rank *r, const struct crm_candidates *c)
{
	const struct crm_err *err;
	size_t from, n, i;

	err = open_words(r);
	for (from = 0; err == NULL && from < c->n; from += n) {
		n = c->n - from < CHUNK ? c->n - from : CHUNK;
		take_ids(r, c->id + from, NULL, n, NULL);
		for (i = 0; err == NULL && i < r->nlists; i++)
			err = apply(&r->list[i], &r->some);
		if (err == NULL)
			err = give(r, c->exact);
	}
	return err;
}

static const struct crm_err *
rank_kind(struct crm_rank *r)
{
	char letter = r->p.kind->letter;
	struct crm_candidates c = { 0 };
	const struct crm_err *err;

	err = crm_rank_see_tail(r);
	if (err == NULL)
		err = crm_rank_weigh(r);
	if (err != NULL)
		return err;
	if (set_lists(r, r->q->root))
		err = rank_lists(r);
	else {
		r->nlists = 0;
		err = crm_plan(r->q, letter, &c, NULL);
		if (err == NULL && !c.all)
			err = rank_plan(r, &c);
		crm_free(c.id);
	}
	close_lists(r);
	if (err == NULL && c.all)
		err = crm_rank_all(r);
	return err != NULL ? err : crm_rank_give_tail(r);
}

static void
begin_kind(struct crm_rank *r, char letter)
{
	r->p.kind = crm_kind_of(crm_snap_schema(r->snap), letter);
}

static struct crm_rank *
new_rank(struct crm_query *q)
{
	struct crm_rank *r = crm_calloc(1, sizeof(*r));

	r->q = r->p.q = q;
	r->snap = q->ctx.snap;
	r->p.key.max = CRM_LINE_MAX;
	r->folded.max = CRM_LINE_MAX * 8;
	return r;
}

const struct crm_err *
crm_rank_new(
    struct crm_query *q, uint64_t max, size_t memory, struct crm_rank **out)
{
	struct crm_rank *r = new_rank(q);
	const struct crm_err *err;
	char letter;

	*out = r;
	r->best =
	    crm_best_new(max, memory, crm_store_dir(crm_snap_store(r->snap)));
	err = crm_rank_words(r);
	for (letter = 'a'; err == NULL && letter <= 'z'; letter++) {
		begin_kind(r, letter);
		if (q->kind[letter - 'a'] && r->p.kind != NULL)
			err = rank_kind(r);
	}
	return err;
}

void
crm_rank_free(struct crm_rank *r)
{
	if (r == NULL)
		return;
	close_lists(r);
	crm_best_free(r->best);
	crm_free(r->some.id);
	crm_free(r->some.score);
	crm_free(r->tail.id);
	crm_free(r->tail.byte);
	crm_buf_release(&r->p.key);
	crm_buf_release(&r->folded);
	crm_free(r);
}

const struct crm_err *
crm_rank_next(struct crm_rank *r, uint64_t *id)
{
	return crm_best_next(r->best, id);
}

const struct crm_err *
crm_rank_explain(struct crm_query *q, struct crm_buf *out)
{
	struct crm_rank *r = new_rank(q);
	const struct crm_err *err;
	bool by_lists;
	char letter;
	size_t i;

	err = crm_rank_words(r);
	for (letter = 'a'; err == NULL && letter <= 'z'; letter++) {
		begin_kind(r, letter);
		if (!q->kind[letter - 'a'] || r->p.kind == NULL)
			continue;
		err = crm_rank_see_tail(r);
		if (err == NULL)
			err = crm_rank_weigh(r);
		if (err != NULL)
			break;
		r->nlists = 0;
		by_lists = set_lists(r, q->root);
		r->nlists = 0; /* none is open */
		crm_buf_addf(out, "%s: by relevance%s:", r->p.kind->plural,
		    by_lists ? ", from the index alone" : "");
		for (i = 0; i < r->nwords; i++)
			crm_buf_addf(out, "%s '%.*s' (%llu)", i > 0 ? "," : "",
			    CRM_VARG(r->word[i].text),
			    (unsigned long long)r->word[i].n);
		crm_buf_adds(out, "\n");
	}
	crm_rank_free(r);
	return err;
}
