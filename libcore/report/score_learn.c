/*
 * Learning which deals are won: every value of a field is a feature, numbers
 * by fifths of the deals that are learned from, and having none is one too.
 */
#include <math.h>
#include <stdio.h>

#include "base/map.h"
#include "record/value.h"
#include "record/word.h"
#include "report/deals.h"
#include "report/quantile.h"
#include "report/scores.h"
#include "store/who.h"

#define LEAST 20 /* deals that were won, and that were lost */
#define FIFTHS 5
#define THOUSAND 1000 /* numbers are compared in thousandths */

/* What a deal has in a field. */
struct raw {
	size_t deal, field;
	const char *text; /* NULL: a number */
	int64_t number;
};

struct level {
	size_t field;
	const char *text; /* "" when there is nothing */
};

struct crm_learned {
	struct crm_logistic model;
	double mean;        /* logit of the mean case */
	double *field_mean; /* what a field adds in the mean */
	size_t cases;
	struct level *level;
	size_t nlevels, level_cap;
	uint32_t *has; /* levels of each deal, from from[i] to from[i + 1] */
	size_t *from;
	struct crm_arena arena;
};

/* A contact with a customer. */
struct contact {
	uint64_t who;
	int32_t day;
};

struct work {
	const struct crm_report_run *r;
	struct crm_scores *s;
	struct crm_learned *l;
	int32_t until;
	struct crm_deals deals;
	struct crm_ref *ref; /* one a field; no name: contacts */
	size_t nfields;
	struct raw *raw;
	size_t nraw, raw_cap;
	struct contact *contact;
	size_t ncontacts, contact_cap;
	struct crm_buf text, scratch;
	/* at hand */
	size_t field;
	bool any;
	struct crm_map map; /* levels by field and text: to 1 and more */
};

/* Is a deal one to learn from? */
static bool
is_case(const struct work *w, const struct crm_score_line *l)
{
	return l->won >= 0 && l->closed <= w->until;
}

static const struct crm_err *
wrong(const struct work *w, const char *what, const char *why)
{
	return crm_err(CRM_E_CONFIG, "crm.yaml: score '%s': %s%s",
	    w->s->of->name, what, why);
}

/* Fields that say themselves what came of a deal. */
static bool
tells(const struct crm_ref *ref)
{
	uint16_t num = ref->first->num;

	return (ref->nlinks == 0 &&
		   (num == CRM_DEAL_STAGE || num == CRM_DEAL_CLOSED ||
		       num == CRM_DEAL_LOST || num == CRM_DEAL_PROBABILITY ||
		       num == CRM_N_WEIGHTED)) ||
	    num >= CRM_N_SCORE;
}

static const struct crm_err *
read_fields(struct work *w)
{
	const struct crm_score *of = w->s->of;
	const struct crm_err *err = NULL;
	bool kinds[26] = { false };
	size_t i;

	kinds['d' - 'a'] = true;
	w->nfields = of->nlearn;
	w->ref = crm_calloc(of->nlearn, sizeof(*w->ref));
	for (i = 0; err == NULL && i < of->nlearn; i++) {
		if (strcmp(of->learn[i], "contacts") == 0)
			continue;
		err = crm_ref_parse(w->r->schema, kinds, w->deals.kind,
		    crm_view_str(of->learn[i]), &w->ref[i], NULL);
		if (err != NULL)
			return wrong(w, err->msg, "");
		if (tells(&w->ref[i]))
			return wrong(w, of->learn[i],
			    " says itself what came of a deal");
		if (w->ref[i].first->type == CRM_T_DATE ||
		    w->ref[i].first->type == CRM_T_TIME)
			return wrong(w, of->learn[i],
			    " is a date: none of those to come was seen");
	}
	return err;
}

static void
add_raw(struct work *w, const char *text, int64_t number)
{
	w->raw = crm_grow(w->raw, &w->raw_cap, w->nraw + 1, sizeof(*w->raw));
	w->raw[w->nraw++] = (struct raw){ w->s->n - 1, w->field, text, number };
	w->any = true;
}

/* A number in thousandths; what is larger than any is the largest. */
static int64_t
thousandths(struct crm_dec d)
{
	double v = (double)d.m * THOUSAND;

	for (; d.scale > 0; d.scale--)
		v /= 10;
	return v > 9e18 ? INT64_MAX : v < -9e18 ? INT64_MIN : llround(v);
}

/* One value of the field at hand. */
static const struct crm_err *
add_value(struct work *w, const struct crm_field *f, struct crm_view v)
{
	const struct crm_err *err = NULL;
	struct crm_dec d;

	if (f->type == CRM_T_NUMBER || f->type == CRM_T_MONEY ||
	    f->type == CRM_T_PERCENT) {
		if (crm_value_get_dec(v, &d))
			add_raw(w, NULL, thousandths(d));
		return NULL;
	}
	crm_buf_reset(&w->text);
	if (f->type == CRM_T_LINK)
		err = crm_who_name(w->r->snap, crm_link_get(v), &w->text);
	if (w->text.n == 0)
		crm_value_add_text(&w->text, f, v);
	if (w->text.n > 0)
		add_raw(
		    w, crm_arena_dup(&w->l->arena, w->text.p, w->text.n), 0);
	return err;
}

static const struct crm_err *
take_field(void *ctx, uint64_t id, const struct crm_stored *stored,
    const struct crm_field *f, bool *stop)
{
	struct work *w = ctx;
	struct crm_field one = *f;
	const struct crm_err *err;
	struct crm_many m;
	struct crm_view v;

	(void)stop;
	crm_buf_reset(&w->scratch);
	err = crm_ref_value(w->deals.compute, id, stored, f, &w->scratch, &v);
	if (err != NULL || v.n == 0)
		return err;
	one.flags &= (uint16_t)~CRM_F_MANY;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (err == NULL && crm_many_next(&m, &v))
		err = add_value(w, &one, v);
	return err;
}

/* The first contact that is not before a customer's day. */
static size_t
first_contact(const struct work *w, uint64_t who, int32_t day)
{
	size_t lo = 0, hi = w->ncontacts, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (w->contact[mid].who < who ||
		    (w->contact[mid].who == who && w->contact[mid].day < day))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Contacts from the day it was opened to the one it was closed, or today. */
static void
take_contacts(struct work *w, const struct crm_deal *d)
{
	int32_t to = crm_date_days(crm_report_today(w->r));
	struct crm_date date;
	int32_t from;

	if (d->who == 0 || !crm_deal_date(d, CRM_DEAL_OPENED, &date))
		return;
	from = crm_date_days(date);
	if (crm_deal_date(d, CRM_DEAL_CLOSED, &date))
		to = crm_date_days(date);
	if (to >= from)
		add_raw(w, NULL,
		    THOUSAND *
			(int64_t)(first_contact(w, d->who, to + 1) -
			    first_contact(w, d->who, from)));
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *d)
{
	struct work *w = ctx;
	struct crm_scores *s = w->s;
	const struct crm_err *err = NULL;
	struct crm_score_line *l;
	struct crm_date closed;

	s->line = crm_grow(s->line, &s->cap, s->n + 1, sizeof(*s->line));
	l = &s->line[s->n];
	*l = (struct crm_score_line){ .id = d->id,
		.at = s->n++,
		.closed = INT32_MIN,
		.won = d->end == CRM_END_WON ? 1
		    : d->end == CRM_END_LOST ? 0
					     : -1 };
	if (crm_deal_date(d, CRM_DEAL_CLOSED, &closed))
		l->closed = crm_date_days(closed);
	for (w->field = 0; err == NULL && w->field < w->nfields; w->field++) {
		w->any = false;
		if (w->ref[w->field].name.p == NULL)
			take_contacts(w, d);
		else
			err = crm_ref_each(&w->ref[w->field], w->r->snap, d->id,
			    d->stored, take_field, w);
		if (!w->any)
			add_raw(w, "", 0);
	}
	return err;
}

static const struct crm_err *
take_fact(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;

	w->contact = crm_grow(
	    w->contact, &w->contact_cap, w->ncontacts + 1, sizeof(*w->contact));
	w->contact[w->ncontacts++] =
	    (struct contact){ f->who, crm_report_day(w->r, f->at_us) };
	return NULL;
}

static const struct crm_err *
gather_contacts(struct work *w, const struct crm_report_run *all)
{
	struct crm_facts facts;
	uint64_t what = 0;
	uint8_t i;
	size_t k;

	for (k = 0; k < w->nfields; k++)
		if (w->ref[k].name.p == NULL)
			break;
	if (k == w->nfields)
		return NULL;
	for (i = CRM_W_CALL; crm_what_is_contact(i); i++)
		what |= CRM_FACT(i);
	facts = crm_report_facts(all, what, false);
	return crm_facts_each(&facts, take_fact, w);
}

/* "13..57", of thousandths. */
static const char *
range_text(struct crm_arena *a, int64_t lo, int64_t hi)
{
	char text[2 * CRM_DEC_TEXT + 2];
	size_t n;

	n = crm_dec_put(text, crm_dec_trim((struct crm_dec){ lo, 3 }));
	if (hi != lo) {
		memcpy(text + n, "..", 2);
		n += 2;
		n += crm_dec_put(
		    text + n, crm_dec_trim((struct crm_dec){ hi, 3 }));
	}
	return crm_arena_dup(a, text, n);
}

/* Numbers of a field become texts: the fifth of the cases they are in. */
static void
class_numbers(struct work *w, size_t field, int64_t *value)
{
	struct crm_quantile q;
	const char *text[FIFTHS];
	int64_t lo[FIFTHS], hi[FIFTHS];
	size_t i, n = 0, c;

	for (i = 0; i < w->nraw; i++)
		if (w->raw[i].field == field && w->raw[i].text == NULL &&
		    is_case(w, &w->s->line[w->raw[i].deal]))
			value[n++] = w->raw[i].number;
	crm_quantile_of(&q, FIFTHS, value, n);
	for (c = 0; c < FIFTHS; c++) {
		lo[c] = INT64_MAX;
		hi[c] = INT64_MIN;
	}
	for (i = 0; i < n; i++) {
		c = crm_quantile_class(&q, value[i]) - 1;
		lo[c] = value[i] < lo[c] ? value[i] : lo[c];
		hi[c] = value[i] > hi[c] ? value[i] : hi[c];
	}
	for (c = 0; c < FIFTHS; c++)
		text[c] = lo[c] <= hi[c]
		    ? range_text(&w->l->arena, lo[c], hi[c])
		    : "?"; /* nothing that is learned from is there */
	for (i = 0; i < w->nraw; i++)
		if (w->raw[i].field == field && w->raw[i].text == NULL)
			w->raw[i].text =
			    text[crm_quantile_class(&q, w->raw[i].number) - 1];
}

/* The level of a value, made when it is a case's; SIZE_MAX: unknown. */
static size_t
level_of(struct work *w, const struct raw *raw, bool make)
{
	struct crm_learned *l = w->l;
	uint64_t *at;
	bool added;

	crm_buf_reset(&w->text);
	crm_buf_addf(&w->text, "%zu:%s", raw->field, raw->text);
	if (!make) {
		at = crm_map_get(&w->map, crm_buf_view(&w->text));
		return at != NULL ? *at - 1 : SIZE_MAX;
	}
	at = crm_map_at(&w->map, crm_buf_view(&w->text), &added);
	if (added) {
		l->level = crm_grow(
		    l->level, &l->level_cap, l->nlevels + 1, sizeof(*l->level));
		l->level[l->nlevels++] =
		    (struct level){ raw->field, raw->text };
		*at = l->nlevels;
	}
	return *at - 1;
}

/* The levels of every deal; values come deal by deal. */
static void
find_levels(struct work *w)
{
	struct crm_learned *l = w->l;
	size_t i, k = 0, n = 0, at;

	for (i = 0; i < w->nraw; i++)
		if (is_case(w, &w->s->line[w->raw[i].deal]))
			(void)level_of(w, &w->raw[i], true);
	l->has = crm_calloc(w->nraw + 1, sizeof(*l->has));
	l->from = crm_calloc(w->s->n + 1, sizeof(*l->from));
	for (i = 0; i < w->s->n; i++) {
		for (; k < w->nraw && w->raw[k].deal == i; k++) {
			at = level_of(w, &w->raw[k], false);
			if (at != SIZE_MAX)
				l->has[n++] = (uint32_t)at;
		}
		l->from[i + 1] = n;
	}
}

/* What each field adds in the mean of the cases. */
static void
find_means(struct work *w, const struct crm_cases *c)
{
	struct crm_learned *l = w->l;
	size_t k;

	l->field_mean = crm_calloc(w->nfields, sizeof(*l->field_mean));
	for (k = 0; k < c->from[c->n]; k++)
		l->field_mean[l->level[c->has[k]].field] +=
		    l->model.weight[c->has[k]] / (double)c->n;
	l->mean = l->model.base;
	for (k = 0; k < w->nfields; k++)
		l->mean += l->field_mean[k];
}

static const struct crm_err *
too_few(const struct work *w, size_t won, size_t lost)
{
	return crm_err(CRM_E_DATA,
	    "score '%s': %zu deals won and %zu lost are too few to learn "
	    "from: it takes %d of each",
	    w->s->of->name, won, lost, LEAST);
}

static const struct crm_err *
fit(struct work *w)
{
	const struct crm_scores *s = w->s;
	struct crm_learned *l = w->l;
	size_t *from = crm_calloc(s->n + 1, sizeof(*from));
	uint32_t *has = crm_calloc(w->nraw + 1, sizeof(*has));
	uint8_t *won = crm_calloc(s->n + 1, 1);
	struct crm_cases c = {
		.has = has, .from = from, .won = won, .nfeatures = l->nlevels
	};
	const struct crm_err *err = NULL;
	size_t i, k, n = 0, wins = 0;

	for (i = 0; i < s->n; i++) {
		if (!is_case(w, &s->line[i]))
			continue;
		for (k = l->from[i]; k < l->from[i + 1]; k++)
			has[n++] = l->has[k];
		won[c.n] = (uint8_t)s->line[i].won;
		wins += won[c.n++];
		from[c.n] = n;
	}
	l->cases = c.n;
	if (wins < LEAST || c.n - wins < LEAST)
		err = too_few(w, wins, c.n - wins);
	else if (!crm_logistic_fit(&c, &l->model))
		err = crm_err(
		    CRM_E_DATA, "score '%s' cannot be learned", s->of->name);
	else
		find_means(w, &c);
	crm_free(from);
	crm_free(has);
	crm_free(won);
	return err;
}

static void
find_chances(struct work *w)
{
	const struct crm_learned *l = w->l;
	size_t i;

	for (i = 0; i < w->s->n; i++)
		w->s->line[i].value = llround(CRM_CHANCE_ONE *
		    crm_logistic_chance(&l->model, l->has + l->from[i],
			l->from[i + 1] - l->from[i]));
}

static const struct crm_err *
learn(struct work *w, struct crm_report_run *all)
{
	const struct crm_err *err = read_fields(w);
	int64_t *value;
	size_t i;

	if (err == NULL)
		err = gather_contacts(w, all);
	if (err == NULL)
		err = crm_deals_each(&w->deals, take_deal, w);
	if (err != NULL)
		return err;
	value = crm_calloc(w->nraw + 1, sizeof(*value));
	for (i = 0; i < w->nfields; i++)
		class_numbers(w, i, value);
	crm_free(value);
	find_levels(w);
	err = fit(w);
	if (err == NULL)
		find_chances(w);
	return err;
}

const struct crm_err *
crm_learn(const struct crm_report_run *r, int32_t until, struct crm_scores *s)
{
	/* all deals and contacts, whomever the report is about */
	struct crm_report_run all =
	    crm_report_plain(r->report, r->snap, r->clock);
	struct work w = { .r = r,
		.s = s,
		.l = crm_calloc(1, sizeof(*w.l)),
		.until = until,
		.text = CRM_BUF_INIT(CRM_LINE_MAX),
		.scratch = CRM_BUF_INIT(CRM_LINE_MAX),
		.map = CRM_MAP_INIT };
	const struct crm_err *err;

	s->learned = w.l;
	err = crm_deals_open(&w.deals, &all);
	if (err == NULL)
		err = learn(&w, &all);
	crm_deals_close(&w.deals);
	crm_map_release(&w.map);
	crm_buf_release(&w.text);
	crm_buf_release(&w.scratch);
	crm_free(w.ref);
	crm_free(w.raw);
	crm_free(w.contact);
	return err;
}

void
crm_learned_free(struct crm_learned *l)
{
	if (l == NULL)
		return;
	crm_free(l->model.weight);
	crm_free(l->field_mean);
	crm_free(l->level);
	crm_free(l->has);
	crm_free(l->from);
	crm_arena_release(&l->arena);
	crm_free(l);
}

size_t
crm_learned_most(const struct crm_scores *s, const struct crm_score_line *l)
{
	return s->of->nlearn + s->learned->from[l->at + 1] -
	    s->learned->from[l->at];
}

/* A field of several values adds what all of them do; one whose value is
 * unknown adds nothing, which may be less than the mean. */
size_t
crm_learned_reasons(const struct crm_scores *s,
    const struct crm_score_line *line, struct crm_reason *out)
{
	const struct crm_learned *l = s->learned;
	size_t i, k, n = 0;
	bool any;

	for (i = 0; i < s->of->nlearn; i++) {
		any = false;
		for (k = l->from[line->at]; k < l->from[line->at + 1]; k++) {
			if (l->level[l->has[k]].field != i)
				continue;
			out[n++] =
			    (struct crm_reason){ l->model.weight[l->has[k]] -
					(any ? 0 : l->field_mean[i]),
				    s->of->learn[i], l->level[l->has[k]].text };
			any = true;
		}
		if (!any)
			out[n++] = (struct crm_reason){ -l->field_mean[i],
				s->of->learn[i], "?" };
	}
	return n;
}

const struct crm_logistic *
crm_scores_model(const struct crm_scores *s, double *mean, size_t *cases)
{
	*mean = s->learned->mean;
	*cases = s->learned->cases;
	return &s->learned->model;
}
