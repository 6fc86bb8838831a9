#include "report/scores.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/sorted.h"
#include "record/value.h"

static bool
is_of(const struct crm_score *s, uint64_t id)
{
	return id != 0 && strchr(s->of, crm_id_kind(id)) != NULL;
}

/* What is found itself. */
static const struct crm_err *
find_records(
    const struct crm_score *s, struct crm_query *q, struct crm_score_set *out)
{
	const struct crm_err *err = crm_query_ids(q, &out->id, &out->n);
	size_t i, k = 0;

	for (i = 0; err == NULL && i < out->n; i++)
		if (is_of(s, out->id[i]))
			out->id[k++] = out->id[i];
	out->n = k;
	return err;
}

/* Those whom a link of what is found names. */
static const struct crm_err *
find_linked(const struct crm_score *s, struct crm_query *q,
    const struct crm_field *link, struct crm_score_set *out)
{
	const struct crm_err *err;
	struct crm_stored stored;
	struct crm_many m;
	struct crm_run *run;
	struct crm_view v;
	size_t cap = 0;
	uint64_t id;

	err = crm_run_open(q, &run);
	while (err == NULL) {
		err = crm_run_next(run, &id, &stored);
		if (err != NULL || id == 0)
			break;
		if (!crm_stored_get(&stored, link->num, &v))
			continue;
		crm_many_begin(&m, v, (link->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v)) {
			if (!is_of(s, crm_link_get(v)))
				continue;
			out->id = crm_grow(
			    out->id, &cap, out->n + 1, sizeof(*out->id));
			out->id[out->n++] = crm_link_get(v);
		}
	}
	crm_run_close(run);
	out->n = crm_sort_once(out->id, out->n);
	return err;
}

/* Deals whose first who is found. */
static const struct crm_err *
find_deals_of(const struct crm_report_run *r, struct crm_query *q,
    struct crm_score_set *out)
{
	struct crm_query_ctx ctx = { .snap = r->snap, .clock = r->clock };
	const struct crm_kind *deal = crm_kind_of(r->schema, 'd');
	struct crm_score_set who = { NULL, 0 };
	struct crm_query *all = NULL;
	const struct crm_err *err;
	struct crm_stored stored;
	struct crm_run *run = NULL;
	struct crm_many m;
	struct crm_view v;
	size_t cap = 0;
	uint64_t id;

	err = crm_query_ids(q, &who.id, &who.n);
	if (err == NULL)
		err = crm_query_parse_text(&ctx, CRM_V("deal"), &all);
	if (err == NULL)
		err = crm_run_open(all, &run);
	while (err == NULL) {
		err = crm_run_next(run, &id, &stored);
		if (err != NULL || id == 0)
			break;
		if (!crm_stored_get(&stored, deal->who, &v))
			continue;
		crm_many_begin(&m, v, true);
		if (!crm_many_next(&m, &v) ||
		    !crm_sorted_has(who.id, who.n, crm_link_get(v)))
			continue;
		out->id = crm_grow(out->id, &cap, out->n + 1, sizeof(*out->id));
		out->id[out->n++] = id;
	}
	crm_run_close(run);
	crm_query_free(all);
	crm_free(who.id);
	return err;
}

/* Can records that a query finds get points of a score, or give them? */
static const struct crm_err *
check_kind(const struct crm_score *s, const struct crm_query *q)
{
	const struct crm_kind *k = crm_query_kind(q);

	if (k == NULL || strchr(s->of, k->letter) != NULL ||
	    (s->of[0] == 'd' ? strchr("poe", k->letter) != NULL : k->who != 0))
		return NULL;
	return crm_err(
	    CRM_E_CONFIG, "%s have nothing to do with it", k->plural);
}

/* The records that a query gives its points to. */
static const struct crm_err *
find_set(const struct crm_report_run *r, const struct crm_score *s,
    struct crm_query *q, struct crm_score_set *out)
{
	const struct crm_kind *k = crm_query_kind(q);
	bool deals = s->of[0] == 'd';

	if (k == NULL || strchr(s->of, k->letter) != NULL)
		return find_records(s, q, out);
	if (deals && k->letter != 'e')
		return find_deals_of(r, q, out);
	return find_linked(
	    s, q, crm_field_num(k, deals ? CRM_EVENT_DEAL : k->who), out);
}

/* What is wrong with a query of points, with its place. */
static const struct crm_err *
wrong(const struct crm_score *s, const struct crm_score_points *p,
    const struct crm_err *err)
{
	return err->code == CRM_E_USAGE || err->code == CRM_E_DATA ||
		err->code == CRM_E_CONFIG
	    ? crm_err(CRM_E_CONFIG, "crm.yaml:%u: score '%s': %s", p->line,
		  s->name, err->msg)
	    : err;
}

/* Points of one query, added to the lines. */
static const struct crm_err *
add_points(const struct crm_report_run *r, struct crm_scores *s, size_t i)
{
	const struct crm_score_points *p = &s->of->points[i];
	struct crm_query_ctx ctx = {
		.snap = r->snap, .clock = r->clock, .user = r->user
	};
	struct crm_score_set *set = &s->set[i];
	struct crm_query *q = NULL;
	const struct crm_err *err;
	size_t k, at = 0;

	err = crm_query_parse_text(&ctx, crm_view_str(p->query), &q);
	if (err == NULL)
		err = check_kind(s->of, q);
	if (err == NULL)
		err = find_set(r, s->of, q, set);
	crm_query_free(q);
	if (err != NULL)
		return wrong(s->of, p, err);
	for (k = 0; k < s->n; k++) {
		while (at < set->n && set->id[at] < s->line[k].id)
			at++;
		if (at < set->n && set->id[at] == s->line[k].id)
			s->line[k].value += p->points;
	}
	return NULL;
}

/* A line for every record of the kinds. */
static const struct crm_err *
make_lines(const struct crm_report_run *r, struct crm_scores *s)
{
	struct crm_query_ctx ctx = { .snap = r->snap, .clock = r->clock };
	const struct crm_err *err = NULL;
	struct crm_score_set all;
	struct crm_query *q;
	const char *letter, *name;
	size_t i;

	/* "o" is before "p" in the order of ids, and behind it in of */
	for (letter = s->of->of + strlen(s->of->of);
	     err == NULL && letter-- > s->of->of;) {
		name = crm_kind_of(r->schema, *letter)->name;
		q = NULL;
		all = (struct crm_score_set){ NULL, 0 };
		err = crm_query_parse_text(&ctx, crm_view_str(name), &q);
		if (err == NULL)
			err = crm_query_ids(q, &all.id, &all.n);
		s->line = crm_grow(
		    s->line, &s->cap, s->n + all.n + 1, sizeof(*s->line));
		for (i = 0; err == NULL && i < all.n; i++)
			s->line[s->n++] =
			    (struct crm_score_line){ .id = all.id[i],
				    .won = -1 };
		crm_query_free(q);
		crm_free(all.id);
	}
	return err;
}

const struct crm_err *
crm_scores_check(const struct crm_report_run *r, const struct crm_score *s)
{
	struct crm_query_ctx ctx = {
		.snap = r->snap, .clock = r->clock, .user = r->user
	};
	const struct crm_err *err = NULL;
	struct crm_query *q;
	size_t i;

	for (i = 0; err == NULL && i < s->npoints; i++) {
		q = NULL;
		err = crm_query_parse_text(
		    &ctx, crm_view_str(s->points[i].query), &q);
		if (err == NULL)
			err = check_kind(s, q);
		crm_query_free(q);
		if (err != NULL)
			err = wrong(s, &s->points[i], err);
	}
	return err;
}

static int
cmp_lines(const void *x, const void *y)
{
	const struct crm_score_line *a = x, *b = y;

	return a->id < b->id ? -1 : a->id > b->id;
}

static const struct crm_err *
make(const struct crm_report_run *r, int32_t until, struct crm_scores *s)
{
	const struct crm_err *err;
	size_t i;

	if (s->of->nlearn > 0)
		return crm_learn(r, until, s);
	s->set = crm_calloc(s->of->npoints + 1, sizeof(*s->set));
	err = make_lines(r, s);
	if (s->n > 1) /* crm.yaml may name kinds in another order */
		qsort(s->line, s->n, sizeof(*s->line), cmp_lines);
	for (i = 0; err == NULL && i < s->of->npoints; i++)
		err = add_points(r, s, i);
	return err;
}

const struct crm_err *
crm_scores_make(const struct crm_report_run *r, const struct crm_score *of,
    int32_t until, struct crm_scores *out)
{
	/* Scores that are made right now: a query of one may name another. */
	static uint32_t busy;
	uint32_t bit = (uint32_t)1 << (of - r->config->score);
	const struct crm_err *err;

	memset(out, 0, sizeof(*out));
	out->of = of;
	if ((busy & bit) != 0)
		return crm_err(CRM_E_CONFIG,
		    "crm.yaml: the score '%s' is made of itself", of->name);
	busy |= bit;
	err = make(r, until, out);
	busy &= ~bit;
	return err;
}

void
crm_scores_release(struct crm_scores *s)
{
	size_t i;

	for (i = 0; s->set != NULL && i < s->of->npoints; i++)
		crm_free(s->set[i].id);
	crm_free(s->set);
	crm_free(s->line);
	crm_learned_free(s->learned);
}

/* Equal ones stay in the order of crm.yaml. */
static int
cmp_reasons(const void *x, const void *y)
{
	const struct crm_reason *a = x, *b = y;

	if (fabs(a->weight) != fabs(b->weight))
		return fabs(a->weight) > fabs(b->weight) ? -1 : 1;
	if (a->what != b->what)
		return strcmp(a->what, b->what);
	return strcmp(a->value, b->value);
}

size_t
crm_scores_reasons(const struct crm_scores *s, const struct crm_score_line *l,
    struct crm_reason **out)
{
	size_t most =
	    s->learned != NULL ? crm_learned_most(s, l) : s->of->npoints;
	size_t i, n;

	*out = crm_calloc(most + 1, sizeof(**out));
	if (s->learned != NULL) {
		n = crm_learned_reasons(s, l, *out);
	} else {
		n = s->of->npoints;
		for (i = 0; i < n; i++)
			(*out)[i] = (struct crm_reason){
				crm_sorted_has(s->set[i].id, s->set[i].n, l->id)
				    ? (double)s->of->points[i].points
				    : 0,
				s->of->points[i].query, ""
			};
	}
	if (n > 1)
		qsort(*out, n, sizeof(**out), cmp_reasons);
	return n;
}
