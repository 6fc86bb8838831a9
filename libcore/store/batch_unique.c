/*
 * Unique values of a batch: against the store, and against each other.
 *
 * What counts is what the records hold after the whole batch: a value that
 * one line gives up is free for another, before it or behind it.  First each
 * value is judged by what the store has (the values come sorted, with all that
 * lines say of each); those that several lines want are set aside, and judged
 * in the order of lines, so that the first good one has them.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "record/word.h"
#include "store/batch_claim.h"

/* All that is said of one value, in the order of lines. */
struct group {
	struct crm_buf key;
	struct crm_claim *c;
	size_t n, cap;
	size_t nclaims, ngiven_up;
	const struct crm_kind *k;
	const struct crm_field *f;
	uint64_t taken[2]; /* records of the store that keep it; or 0 */
};

void
crm_claim_is_same(struct crm_batch *b, const struct crm_claim *c, uint64_t is)
{
	if (is == 0 || crm_batch_meant(b, is) != c->id)
		*crm_nummap_at(&b->dropped, c->id, NULL) = is;
}

void
crm_claim_drop(struct crm_batch *b, const struct crm_claim *c)
{
	if (crm_claim_is_edit(c))
		(void)crm_nummap_at(&b->bad_edits, crm_claim_at(c), NULL);
	else {
		crm_claim_is_same(b, c, 0);
		if (b->amended)
			*crm_nummap_at(&b->blamed, c->id, NULL) = c->line;
	}
	b->nbad++;
}

static void
refuse_claim(struct crm_batch *b, const struct crm_claim *c,
    const struct crm_field *f, const struct crm_err *why)
{
	char id[CRM_ID_TEXT];

	crm_claim_drop(b, c);
	if (b->o.undoes != 0) /* no line says whose it was to be */
		crm_batch_blame(b, c->line, NULL,
		    crm_err(CRM_E_DATA, "%s: %s: %s", crm_id_text(c->id, id),
			f->name, why->msg));
	else if (crm_claim_is_edit(c) || !crm_batch_is_made(b, c->id))
		crm_batch_blame(b, c->line, f->name, why);
}

/* Is the line that says so bad? */
static bool
is_void(const struct crm_batch *b, const struct crm_claim *c)
{
	return crm_claim_is_edit(c)
	    ? crm_nummap_get(&b->bad_edits, crm_claim_at(c)) != NULL
	    : crm_batch_meant(b, c->id) == 0;
}

/* Is it a row that turned out to be another record? */
static bool
is_another(const struct crm_batch *b, const struct crm_claim *c)
{
	return !crm_claim_is_edit(c) && crm_batch_meant(b, c->id) != c->id;
}

/* Does a line take the value from a record?  If the record has it in the end,
 * then by another line. */
static bool
is_given_up_by(const struct crm_batch *b, const struct group *g, uint64_t id)
{
	size_t i;

	for (i = 0; g->ngiven_up > 0 && i < g->n; i++)
		if (crm_claim_is_given_up(&g->c[i]) && !is_void(b, &g->c[i]) &&
		    crm_batch_meant(b, g->c[i].id) == id)
			return true;
	return false;
}

/* Is it the value of a record after the batch, as far as is known? */
static bool
is_in_force(
    const struct crm_batch *b, const struct group *g, const struct crm_claim *c)
{
	size_t i;
	uint64_t id;

	if (crm_claim_is_given_up(c) || is_void(b, c))
		return false;
	id = crm_batch_meant(b, c->id);
	for (i = (size_t)(c - g->c) + 1; g->ngiven_up > 0 && i < g->n; i++)
		if (crm_claim_is_given_up(&g->c[i]) && !is_void(b, &g->c[i]) &&
		    crm_batch_meant(b, g->c[i].id) == id)
			return false;
	return true;
}

static bool
is_key_of_event(const struct group *g)
{
	return g->k->letter == 'e' && g->f->num == CRM_EVENT_KEY;
}

/* Find the records of the store that have the value all along: two are
 * enough to have one that is not the claimant. */
static const struct crm_err *
find_taken(struct crm_batch *b, struct crm_snap *snap, struct group *g)
{
	const struct crm_err *err;
	const uint64_t *found;
	size_t n, i, k = 0;

	g->taken[0] = g->taken[1] = 0;
	err = crm_snap_find(snap, g->k->letter, g->f,
	    crm_claim_shown(crm_buf_view(&g->key)), false, 2 + g->ngiven_up,
	    &found, &n);
	for (i = 0; err == NULL && i < n && k < 2; i++)
		if (!is_given_up_by(b, g, found[i]))
			g->taken[k++] = found[i];
	return err;
}

/* The record that has it but for the claimant; 0: none. */
static uint64_t
taken_by(
    const struct crm_batch *b, const struct group *g, const struct crm_claim *c)
{
	return g->taken[0] != crm_batch_meant(b, c->id) ? g->taken[0]
							: g->taken[1];
}

/* A claim on what the store has given to another one. */
static const struct crm_err *
refuse(struct crm_batch *b, struct crm_snap *snap, struct group *g,
    const struct crm_claim *c, uint64_t id, const struct crm_claim **known)
{
	struct crm_view key = crm_buf_view(&g->key);
	const struct crm_err *err;
	char text[CRM_ID_TEXT];
	bool same;

	if (is_key_of_event(g) && !crm_claim_is_edit(c)) {
		if (*known != NULL)
			return crm_batch_twice(b, key, *known, c, true, &same);
		err = crm_batch_known_event(b, snap, key, c, id);
		if (!is_void(b, c))
			*known = c;
		return err;
	}
	if (b->taken == NULL && !crm_claim_is_edit(c) &&
	    crm_id_kind(c->id) != 'e')
		b->taken = g->f;
	refuse_claim(b, c, g->f,
	    crm_err(CRM_E_DATA, "'%.*s' is %s already",
		CRM_VARG(crm_claim_shown(key)), crm_id_text(id, text)));
	return NULL;
}

/* Judge a group by what the store has. */
static const struct crm_err *
judge_by_store(struct crm_batch *b, struct crm_snap *snap, struct group *g)
{
	const struct crm_claim *known = NULL;
	const struct crm_err *err;
	uint64_t id;
	size_t i;

	err = find_taken(b, snap, g);
	for (i = 0; err == NULL && g->taken[0] != 0 && i < g->n; i++) {
		const struct crm_claim *c = &g->c[i];

		if ((is_key_of_event(g) && is_another(b, c)) ||
		    !is_in_force(b, g, c))
			continue;
		id = taken_by(b, g, c);
		if (id != 0)
			err = refuse(b, snap, g, c, id, &known);
	}
	return err;
}

/* Do several records of the batch want it?  The same event twice is one. */
static const struct crm_err *
is_contested(struct crm_batch *b, const struct group *g, bool *yes)
{
	const struct crm_claim *first = NULL;
	const struct crm_err *err = NULL;
	size_t i;
	bool same;

	*yes = false;
	for (i = 0; err == NULL && i < g->n; i++) {
		const struct crm_claim *c = &g->c[i];

		if (is_another(b, c) || !is_in_force(b, g, c) ||
		    (first != NULL &&
			crm_batch_meant(b, c->id) ==
			    crm_batch_meant(b, first->id)))
			continue;
		same = false;
		if (first == NULL)
			first = c;
		else if (is_key_of_event(g) && !crm_claim_is_edit(c) &&
		    !crm_claim_is_edit(first))
			err = crm_batch_twice(
			    b, crm_buf_view(&g->key), first, c, false, &same);
		*yes |= first != c && !same;
	}
	return err;
}

/*
 * Set a group aside for judge_lines(): key line u64, place u64, both
 * big-endian; value the claim, number of the group u64, the key.
 */
static const struct crm_err *
set_aside(struct crm_batch *b, const struct group *g, struct crm_runs *contest,
    uint64_t number)
{
	struct crm_buf v = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;
	char key[16], head[CRM_CLAIM_BYTES + 8];
	size_t i;

	for (i = 0; err == NULL && i < g->n; i++) {
		if (is_another(b, &g->c[i]) || !is_in_force(b, g, &g->c[i]))
			continue;
		crm_be64(key, g->c[i].line);
		crm_be64(key + 8, g->c[i].place);
		crm_claim_put(head, &g->c[i]);
		crm_le64(head + CRM_CLAIM_BYTES, number);
		crm_buf_reset(&v);
		crm_buf_add(&v, head, sizeof(head));
		crm_buf_addv(&v, crm_buf_view(&g->key));
		err = crm_runs_add(
		    contest, crm_view(key, sizeof(key)), crm_buf_view(&v));
	}
	crm_buf_release(&v);
	return err;
}

static int
cmp_claims(const void *x, const void *y)
{
	const struct crm_claim *a = x, *b = y;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* The next value and all that is said of it; n is 0 after the last one. */
static const struct crm_err *
next_group(struct crm_batch *b, struct group *g, struct crm_view *key,
    struct crm_view *value)
{
	const struct crm_err *err = NULL;
	bool sorted = true;

	g->n = g->nclaims = g->ngiven_up = 0;
	if (key->p == NULL)
		return NULL;
	crm_buf_reset(&g->key);
	crm_buf_addv(&g->key, *key);
	g->k = crm_kind_of(b->store->config->schema, key->p[0]);
	g->f = crm_field_num(g->k, crm_be16_get(key->p + 1));
	while (err == NULL && key->p != NULL &&
	    crm_view_eq(*key, crm_buf_view(&g->key))) {
		struct crm_claim *c;

		g->c = crm_grow(g->c, &g->cap, g->n + 1, sizeof(*g->c));
		c = &g->c[g->n++];
		crm_claim_get(value->p, c);
		g->ngiven_up += crm_claim_is_given_up(c);
		g->nclaims +=
		    !crm_claim_is_given_up(c) && c->place != CRM_CLAIM_ABSENT;
		sorted &= g->n == 1 || cmp_claims(c - 1, c) <= 0;
		err = crm_runs_next(b->unique, key, value);
	}
	if (!sorted)
		qsort(g->c, g->n, sizeof(*g->c), cmp_claims);
	return err;
}

static void
release_group(struct group *g)
{
	crm_buf_release(&g->key);
	crm_free(g->c);
}

/* Judge each value by the store; set aside what several lines want. */
static const struct crm_err *
judge_values(struct crm_batch *b, struct crm_snap *snap,
    struct crm_runs *contest, uint64_t *ncontested)
{
	struct group g = { .key = CRM_BUF_INIT(CRM_LINE_MAX) };
	const struct crm_err *err;
	struct crm_view key, value;
	bool yes;

	err = crm_runs_sort(b->unique);
	if (err == NULL)
		err = crm_runs_next(b->unique, &key, &value);
	while (err == NULL) {
		err = next_group(b, &g, &key, &value);
		if (err != NULL || g.n == 0)
			break;
		if (g.nclaims == 0)
			continue;
		err = judge_by_store(b, snap, &g);
		if (err == NULL && g.nclaims > 1) {
			err = is_contested(b, &g, &yes);
			if (err == NULL && yes)
				err =
				    set_aside(b, &g, contest, (*ncontested)++);
		}
	}
	release_group(&g);
	return err;
}

/* The values that a line is about to have. */
struct wanted {
	uint64_t line, place;
	struct want {
		uint64_t group;
		struct crm_claim c;
	} * want;
	size_t n, cap;
};

/* Another line follows: give the one at hand what it wants. */
static void
give(struct wanted *w, struct crm_claim *holder)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (holder[w->want[i].group].id == 0)
			holder[w->want[i].group] = w->want[i].c;
	w->n = 0;
}

/* A value that a line wants: does a line before it have it? */
static const struct crm_err *
judge_want(struct crm_batch *b, struct wanted *w, struct crm_claim *holder,
    struct crm_view value)
{
	struct crm_view key = crm_view_skip(value, CRM_CLAIM_BYTES + 8);
	uint64_t group = crm_le64_get(value.p + CRM_CLAIM_BYTES);
	struct crm_claim c, *first = &holder[group];
	const struct crm_kind *k;
	const struct crm_field *f;
	bool same;

	crm_claim_get(value.p, &c);
	if (c.line != w->line || c.place != w->place)
		give(w, holder);
	w->line = c.line;
	w->place = c.place;
	if (is_void(b, &c) || is_another(b, &c))
		return NULL;
	if (first->id != 0 && is_void(b, first))
		first->id = 0;
	if (first->id == 0 ||
	    crm_batch_meant(b, first->id) == crm_batch_meant(b, c.id)) {
		w->want =
		    crm_grow(w->want, &w->cap, w->n + 1, sizeof(*w->want));
		w->want[w->n].group = group;
		w->want[w->n++].c = c;
		return NULL;
	}
	w->n = 0;
	k = crm_kind_of(b->store->config->schema, key.p[0]);
	f = crm_field_num(k, crm_be16_get(key.p + 1));
	if (k->letter == 'e' && f->num == CRM_EVENT_KEY &&
	    !crm_claim_is_edit(&c) && !crm_claim_is_edit(first))
		return crm_batch_twice(b, key, first, &c, true, &same);
	refuse_claim(b, &c, f,
	    crm_err(CRM_E_DATA, "'%.*s' is on line %llu too",
		CRM_VARG(crm_claim_shown(key)),
		(unsigned long long)first->line));
	return NULL;
}

/* Judge what several lines want, in the order of lines. */
static const struct crm_err *
judge_lines(struct crm_batch *b, struct crm_runs *contest, uint64_t n)
{
	struct crm_claim *holder = crm_calloc(n, sizeof(*holder));
	struct wanted w = { .line = 0 };
	const struct crm_err *err;
	struct crm_view key, value;

	err = crm_runs_sort(contest);
	while (err == NULL) {
		err = crm_runs_next(contest, &key, &value);
		if (err != NULL || key.p == NULL)
			break;
		err = judge_want(b, &w, holder, value);
	}
	crm_free(w.want);
	crm_free(holder);
	return err;
}

const struct crm_err *
crm_batch_check_unique(struct crm_batch *b)
{
	struct crm_runs *contest;
	const struct crm_err *err;
	uint64_t n = 0, was = b->nbad;

	if (crm_runs_count(b->unique) == 0)
		return NULL;
	contest = crm_runs_new(crm_store_part(b->store) / 3, b->store->dir);
	err = judge_values(b, b->snap, contest, &n);
	if (err == NULL && b->nbad > was)
		err = crm_batch_spread(b);
	if (err == NULL && n > 0)
		err = judge_lines(b, contest, n);
	crm_runs_free(contest);
	return err;
}

/* Was a value given to somebody else? */
static const struct crm_err *
check_again(struct crm_batch *b, struct crm_snap *snap, struct group *g)
{
	const struct crm_claim *c = NULL;
	const struct crm_err *err;
	char text[CRM_ID_TEXT];
	uint64_t id;
	size_t i;

	for (i = 0; i < g->n && c == NULL; i++)
		if (!is_another(b, &g->c[i]) && is_in_force(b, g, &g->c[i]))
			c = &g->c[i];
	if (c == NULL)
		return NULL;
	err = find_taken(b, snap, g);
	if (err != NULL)
		return err;
	id = taken_by(b, g, c);
	if (id == 0)
		return NULL;
	return crm_err(CRM_E_AGAIN,
	    "%s: '%.*s' was given to %s meanwhile: try again", g->f->name,
	    CRM_VARG(crm_claim_shown(crm_buf_view(&g->key))),
	    crm_id_text(id, text));
}

const struct crm_err *
crm_batch_check_unique_again(struct crm_batch *b, struct crm_snap *snap)
{
	struct group g = { .key = CRM_BUF_INIT(CRM_LINE_MAX) };
	const struct crm_err *err;
	struct crm_view key, value;

	if (crm_runs_count(b->unique) == 0)
		return NULL;
	err = crm_runs_sort(b->unique);
	if (err == NULL)
		err = crm_runs_next(b->unique, &key, &value);
	while (err == NULL) {
		err = next_group(b, &g, &key, &value);
		if (err != NULL || g.n == 0)
			break;
		err = check_again(b, snap, &g);
	}
	release_group(&g);
	return err;
}
