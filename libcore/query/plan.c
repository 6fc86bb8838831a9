/*
 * Which records need to be looked at: those of an index, of several, or all.
 *
 * Terms that an index answers give sorted lists of ids; "and" intersects
 * them, smallest first, as long as a list is not so long that looking at the
 * records of the shortest one is cheaper; "or" unites them.
 */
#include <stdlib.h>

#include "base/fold.h"
#include "query/ast.h"
#include "record/value.h"
#include "record/word.h"
#include "store/index.h"
#include "store/story.h"

/* Looking at a record costs as much as this many ids of a list. */
#define RECORD_COST 200
#define COUNT_MAX ((uint64_t)1 << 26)
#define UNKNOWN UINT64_MAX
#define MEMBERS_MAX 20000 /* of a segment, to go through one by one */
#define GUESS 2000        /* ids of a range or prefix, before it is walked */

struct planning {
	struct crm_query *q;
	const struct crm_kind *kind;
	struct crm_buf *explain; /* NULL: not wanted */
	struct crm_buf key;
};

static const struct crm_err *plan_node(
    struct planning *, const struct crm_node *, struct crm_candidates *);
static const struct crm_err *estimate(
    struct planning *, const struct crm_node *, uint64_t *out);

static int
cmp_ids(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static void
set_all(struct crm_candidates *c)
{
	crm_free(c->id);
	memset(c, 0, sizeof(*c));
	c->all = true;
}

/* Put ids in order, each once. */
static void
tidy(struct crm_candidates *c)
{
	size_t i, k = 0;
	bool sorted = true;

	for (i = 1; sorted && i < c->n; i++)
		sorted = c->id[i - 1] < c->id[i];
	if (sorted)
		return;
	qsort(c->id, c->n, sizeof(*c->id), cmp_ids);
	for (i = 0; i < c->n; i++)
		if (k == 0 || c->id[k - 1] != c->id[i])
			c->id[k++] = c->id[i];
	c->n = k;
}

static void
append(struct crm_candidates *c, size_t *cap, const uint64_t *id, size_t n)
{
	if (n == 0)
		return;
	c->id = crm_grow(c->id, cap, c->n + n, sizeof(*c->id));
	memcpy(c->id + c->n, id, n * sizeof(*id));
	c->n += n;
}

/* Does an event's id lie behind what the indexes have? */
static bool
is_tail(const struct planning *p, uint64_t id)
{
	return p->kind->letter == 'e' &&
	    !crm_snap_is_indexed(p->q->ctx.snap, id);
}

/* In lists that lag, what is behind the mark is not complete: leave it out. */
static void
drop_tail(const struct planning *p, struct crm_candidates *c)
{
	while (c->n > 0 && is_tail(p, c->id[c->n - 1]))
		c->n--;
}

/* a and b, into a.  Where one does not know the tail, it may hold any. */
static void
intersect(const struct planning *p, struct crm_candidates *a,
    struct crm_candidates *b)
{
	size_t i = 0, j = 0, k = 0;
	uint64_t *out;

	if (a->all || b->all) {
		if (a->all) {
			crm_free(a->id);
			*a = *b;
		} else
			crm_free(b->id);
		a->exact = false;
		return;
	}
	out = crm_realloc_array(NULL, a->n + b->n, sizeof(*out));
	while (i < a->n || j < b->n) {
		uint64_t x = i < a->n ? a->id[i] : UINT64_MAX;
		uint64_t y = j < b->n ? b->id[j] : UINT64_MAX;

		if (x == y || (x < y && is_tail(p, x) && !b->tail_known) ||
		    (y < x && is_tail(p, y) && !a->tail_known))
			out[k++] = x < y ? x : y;
		i += x <= y;
		j += y <= x;
	}
	crm_free(a->id);
	crm_free(b->id);
	a->id = out;
	a->n = k;
	a->exact &= b->exact;
	a->tail_known |= b->tail_known;
}

static void
unite(struct crm_candidates *a, struct crm_candidates *b)
{
	size_t cap = a->n;

	if (a->all || b->all) {
		crm_free(b->id);
		set_all(a);
		return;
	}
	append(a, &cap, b->id, b->n);
	crm_free(b->id);
	tidy(a);
	a->exact &= b->exact;
	a->tail_known &= b->tail_known;
}

/* The ids of one group of a table of postings. */
static const struct crm_err *
take_group(struct planning *p, enum crm_table table, struct crm_view group,
    struct crm_candidates *c, size_t *cap)
{
	struct crm_snap *snap = p->q->ctx.snap;
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_ids ids;

	err = crm_snap_walk(snap, table, &w);
	if (err == NULL)
		err = crm_walk_ids(w, group, &ids);
	while (err == NULL && ids.n > 0) {
		append(c, cap, ids.id, ids.n);
		err = crm_walk_more_ids(w, &ids);
	}
	return err;
}

/* How many ids a group has. */
static const struct crm_err *
count_group(struct planning *p, enum crm_table table, struct crm_view group,
    uint64_t *n)
{
	const struct crm_err *err;
	struct crm_walk *w;
	uint64_t count = 0;

	err = crm_snap_walk(p->q->ctx.snap, table, &w);
	if (err == NULL)
		err = crm_walk_count(w, group, COUNT_MAX, &count);
	*n += count;
	return err;
}

static void
drop_hidden(struct planning *p, struct crm_candidates *c)
{
	struct crm_snap *snap = p->q->ctx.snap;
	size_t i, k = 0;

	if (!crm_snap_has_hidden(snap))
		return;
	for (i = 0; i < c->n; i++)
		if (!crm_snap_is_hidden(snap, c->id[i]))
			c->id[k++] = c->id[i];
	c->n = k;
}

static void
finish(struct planning *p, struct crm_candidates *c)
{
	tidy(c);
	drop_hidden(p, c);
	if (!c->tail_known)
		drop_tail(p, c);
}

static struct crm_view
index_group(struct planning *p, const struct crm_field *f,
    struct crm_view value, char out[CRM_KEY_MAX])
{
	return crm_view(
	    out, crm_index_group(out, p->kind->letter, f->num, value));
}

/* The key of an exact value in the index; p is NULL when an alternative has
 * no one key. */
static struct crm_view
alt_key(struct planning *p, const struct crm_term *t, const struct crm_field *f,
    const struct crm_alt *a)
{
	switch ((enum crm_type)f->type) {
	case CRM_T_CHOICE:
	case CRM_T_BOOL:
	case CRM_T_CURRENCY:
		return a->stored;
	case CRM_T_TAG:
		return a->folded;
	case CRM_T_PHONE:
		if (t->op != CRM_TERM_EXACT)
			return CRM_VNULL;
		crm_buf_reset(&p->key);
		crm_value_add_key(&p->key, f, a->text);
		return crm_buf_view(&p->key);
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_URL:
		return t->op == CRM_TERM_EXACT || a->nwords == 0 ? a->folded
								 : CRM_VNULL;
	case CRM_T_DATE:
	case CRM_T_TIME:
	case CRM_T_SPAN:
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_LINK:
	case CRM_NTYPES:
		break;
	}
	return CRM_VNULL;
}

/* Walk the groups of a field from a key on, while they begin with it, or up
 * to another key, and keep those that the words are in. */
static const struct crm_err *
walk_column(struct planning *p, const struct crm_field *f, struct crm_view from,
    struct crm_view to, bool prefix, const struct crm_alt *words,
    struct crm_candidates *c, size_t *cap)
{
	const struct crm_err *err;
	char key[CRM_KEY_MAX], head[CRM_INDEX_PREFIX];
	struct crm_entry e;
	struct crm_walk *w;
	struct crm_ids ids;
	size_t n;

	crm_index_prefix(head, p->kind->letter, f->num);
	n = crm_index_group(key, p->kind->letter, f->num,
	    crm_view(from.p,
		from.n < CRM_INDEX_VALUE_MAX ? from.n : CRM_INDEX_VALUE_MAX));
	err = crm_snap_walk(p->q->ctx.snap, CRM_TABLE_INDEX, &w);
	if (err == NULL)
		err = crm_walk_group(w, crm_view(key, n), &e);
	while (err == NULL && e.prefix.p != NULL &&
	    memcmp(e.prefix.p, head, CRM_INDEX_PREFIX) == 0) {
		if (prefix && !crm_view_starts(e.key, from))
			break;
		if (to.p != NULL && crm_view_cmp(e.key, to) > 0)
			break;
		if (words == NULL || crm_index_is_cut(e.key) ||
		    crm_words_all(
			&p->q->scratch, e.key, words->word, words->nwords)) {
			crm_walk_group_ids(w, &ids);
			while (err == NULL && ids.n > 0) {
				append(c, cap, ids.id, ids.n);
				err = crm_walk_more_ids(w, &ids);
			}
			c->exact &= !crm_index_is_cut(e.key);
			if (err == NULL)
				err = crm_walk_next_group(w, &e);
			continue;
		}
		/* step over all of its ids at once */
		memcpy(key, e.prefix.p, CRM_INDEX_PREFIX);
		memcpy(key + CRM_INDEX_PREFIX, e.key.p, e.key.n);
		n = CRM_INDEX_PREFIX + e.key.n;
		key[n++] = '\1';
		err = crm_walk_group(w, crm_view(key, n), &e);
	}
	return err;
}

/* The ids of words in the text table: all of them, or one that begins so. */
static const struct crm_err *
take_words(struct planning *p, const struct crm_view *word, size_t n,
    bool prefix, struct crm_candidates *c)
{
	const struct crm_err *err = NULL;
	char group[CRM_KEY_MAX];
	size_t i, cap;

	set_all(c);
	for (i = 0; err == NULL && i < n; i++) {
		struct crm_candidates one = { .exact = true };
		struct crm_entry e;
		struct crm_walk *w;
		struct crm_ids ids;

		cap = 0;
		if (!prefix || i + 1 < n)
			err = take_group(p, CRM_TABLE_TEXT,
			    crm_view(group,
				crm_text_group(
				    group, word[i], p->kind->letter)),
			    &one, &cap);
		else {
			err = crm_snap_walk(p->q->ctx.snap, CRM_TABLE_TEXT, &w);
			if (err == NULL)
				err = crm_walk_group(w, word[i], &e);
			while (err == NULL && e.prefix.p != NULL &&
			    crm_view_starts(e.key, word[i])) {
				if (e.key.p[e.key.n - 1] == p->kind->letter) {
					crm_walk_group_ids(w, &ids);
					while (err == NULL && ids.n > 0) {
						append(
						    &one, &cap, ids.id, ids.n);
						err =
						    crm_walk_more_ids(w, &ids);
					}
				}
				if (err == NULL)
					err = crm_walk_next_group(w, &e);
			}
		}
		finish(p, &one);
		if (i == 0)
			*c = one;
		else
			intersect(p, c, &one);
	}
	c->exact = n == 1;
	return err;
}

/* WORD, /WORD, EMAIL: the text table, and phones for digits. */
static const struct crm_err *
plan_text(
    struct planning *p, const struct crm_term *t, struct crm_candidates *c)
{
	struct crm_candidates phones = { .exact = true };
	const struct crm_err *err;
	size_t i, cap = 0;

	err = take_words(p, t->word, t->nwords, t->op == CRM_TERM_PREFIX, c);
	if (t->op == CRM_TERM_EMAIL)
		c->exact = false;
	for (i = 0; err == NULL && t->digits.n > 0 && i < p->kind->nfields;
	     i++) {
		const struct crm_field *f = &p->kind->field[i];

		if (f->type == CRM_T_PHONE && (f->flags & CRM_F_INDEXED) != 0 &&
		    (f->flags & CRM_F_SEARCHED) != 0)
			err = walk_column(p, f, t->digits, CRM_VNULL, true,
			    NULL, &phones, &cap);
	}
	if (phones.n > 0) {
		phones.tail_known = c->tail_known;
		finish(p, &phones);
		unite(c, &phones);
	}
	return err;
}

/* The events in the story of who, whatever the indexes have. */
static const struct crm_err *
take_story(
    struct planning *p, uint64_t who, struct crm_candidates *c, size_t *cap)
{
	const struct crm_err *err;
	struct crm_story s;
	struct crm_entry e;
	struct crm_walk *w;
	char key[8];

	crm_be64(key, who);
	err = crm_snap_walk(p->q->ctx.snap, CRM_TABLE_STORY, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (err == NULL && e.prefix.p != NULL &&
	    memcmp(e.prefix.p, key, 8) == 0) {
		crm_story_read(&e, &s);
		append(c, cap, &s.event, 1);
		err = crm_walk_next(w, &e);
	}
	return err;
}

static bool
is_story(const struct planning *p, const struct crm_field *f)
{
	return p->kind->letter == 'e' && f->num == CRM_EVENT_WHO;
}

/* One record that a link may name. */
static const struct crm_err *
take_link(struct planning *p, const struct crm_field *f, uint64_t to,
    struct crm_candidates *c, size_t *cap)
{
	char group[CRM_KEY_MAX], key[8];

	if (is_story(p, f))
		return take_story(p, to, c, cap);
	crm_be64(key, to);
	return take_group(p, CRM_TABLE_INDEX,
	    index_group(p, f, crm_view(key, 8), group), c, cap);
}

static const struct crm_err *member_ids(
    struct planning *p, struct crm_member *m, uint64_t **ids, size_t *n);

static const struct crm_err *
plan_links(struct planning *p, const struct crm_term *t,
    const struct crm_field *f, struct crm_candidates *c)
{
	const struct crm_err *err = NULL;
	size_t i, j, cap = 0, n;
	uint64_t *ids;

	c->exact = true;
	c->tail_known = is_story(p, f);
	for (i = 0; err == NULL && i < t->nalts; i++) {
		const struct crm_alt *a = &t->alt[i];

		for (j = 0; err == NULL && j < a->nids; j++)
			err = take_link(p, f, a->id[j], c, &cap);
		for (j = 0; err == NULL && is_story(p, f) && j < a->npeople;
		     j++)
			err = take_link(p, f, a->people[j], c, &cap);
		if (err != NULL || a->member == NULL)
			continue;
		err = member_ids(p, a->member, &ids, &n);
		if (err == NULL && n > MEMBERS_MAX) {
			crm_free(ids);
			set_all(c);
			return NULL;
		}
		for (j = 0; err == NULL && j < n; j++)
			err = take_link(p, f, ids[j], c, &cap);
		crm_free(ids);
	}
	finish(p, c);
	return err;
}

/* Dates and numbers are indexed in their order. */
static const struct crm_err *
plan_range(struct planning *p, const struct crm_term *t,
    const struct crm_field *f, struct crm_candidates *c)
{
	const struct crm_err *err = NULL;
	bool dates = f->type == CRM_T_DATE || f->num == CRM_EVENT_AT;
	struct crm_buf lo = CRM_BUF_INIT(64), hi = CRM_BUF_INIT(64);
	struct crm_buf v = CRM_BUF_INIT(64);
	size_t i, cap = 0;

	c->exact = f->type == CRM_T_DATE;
	for (i = 0; err == NULL && i < t->nalts; i++) {
		const struct crm_alt *a = &t->alt[i];

		crm_buf_reset(&lo);
		crm_buf_reset(&hi);
		if (a->yearless || (!dates && a->currency != 0))
			c->exact = false;
		if (dates && !a->yearless) {
			crm_value_put_date(&lo, a->first);
			crm_value_put_date(&hi, a->last);
		} else if (!dates && (a->has_lo || !a->is_range)) {
			crm_buf_reset(&v);
			crm_value_put_dec(&v, a->lo);
			crm_value_add_key(&lo, f, crm_buf_view(&v));
		}
		if (!dates && (a->has_hi || !a->is_range)) {
			crm_buf_reset(&v);
			crm_value_put_dec(&v, a->is_range ? a->hi : a->lo);
			crm_value_add_key(&hi, f, crm_buf_view(&v));
		}
		err = walk_column(p, f,
		    lo.n > 0 ? crm_buf_view(&lo) : crm_view("", 0),
		    hi.n > 0 ? crm_buf_view(&hi) : CRM_VNULL, false, NULL, c,
		    &cap);
	}
	finish(p, c);
	crm_buf_release(&lo);
	crm_buf_release(&hi);
	crm_buf_release(&v);
	return err;
}

/* The customers with a row among the rollups. */
static const struct crm_err *
plan_rollups(struct planning *p, struct crm_candidates *c)
{
	const struct crm_err *err;
	struct crm_entry e;
	struct crm_walk *w;
	size_t cap = 0;
	uint64_t who;
	char key[8];

	err = crm_snap_walk(p->q->ctx.snap, CRM_TABLE_ROLLUP, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(&p->kind->letter, 1), &e);
	while (err == NULL && e.prefix.p != NULL &&
	    e.prefix.p[0] == p->kind->letter) {
		key[0] = e.prefix.p[0];
		memcpy(key + 1, e.key.p, 7);
		who = crm_be64_get(key);
		if (c->n == 0 || c->id[c->n - 1] != who)
			append(c, &cap, &who, 1);
		err = crm_walk_next(w, &e);
	}
	finish(p, c);
	return err;
}

/* Would a record without a row, all zeros, match? */
static bool
matches_zero(const struct crm_term *t)
{
	struct crm_dec zero = { 0, 0 };
	size_t i;

	for (i = 0; i < t->nalts; i++) {
		const struct crm_alt *a = &t->alt[i];

		if (!a->is_range
			? crm_dec_cmp(a->lo, zero) == 0
			: !(a->has_lo && crm_dec_cmp(a->lo, zero) > 0) &&
			    !(a->has_hi && crm_dec_cmp(a->hi, zero) < 0))
			return true;
	}
	return false;
}

/* Is a computed field one whose value only those with rollups have? */
static bool
is_rollup(const struct planning *p, const struct crm_term *t,
    const struct crm_field *f)
{
	bool org = p->kind->letter == 'o'; /* shares its people's contacts */

	if (t->op != CRM_TERM_MATCH)
		return false;
	switch (f->num) {
	case CRM_N_FIRST_ORDER:
	case CRM_N_LAST_ORDER:
		return true;
	case CRM_N_LAST:
		return !org;
	case CRM_N_ORDERS:
	case CRM_N_SPENT:
	case CRM_N_BALANCE:
	case CRM_N_OVERDUE:
		return !matches_zero(t);
	case CRM_N_CONTACTS:
		return !org && !matches_zero(t);
	default:
		return false;
	}
}

static bool
is_met(const struct crm_field *f)
{
	return f->num == CRM_N_BOUGHT || f->num == CRM_N_GOT ||
	    f->num == CRM_N_ANSWERED;
}

static const struct crm_err *
plan_computed(struct planning *p, struct crm_term *t, const struct crm_field *f,
    struct crm_candidates *c)
{
	const struct crm_err *err;
	size_t i, cap = 0;

	if (is_rollup(p, t, f))
		return plan_rollups(p, c);
	if (!is_met(f) || t->op != CRM_TERM_MATCH) {
		set_all(c);
		return NULL;
	}
	err = crm_term_set(p->q, t, f);
	for (i = 0; err == NULL && i < t->nset; i++)
		if (crm_id_kind(t->set[i]) == p->kind->letter)
			append(c, &cap, &t->set[i], 1);
	c->exact = true;
	finish(p, c);
	return err;
}

/* The field of a term in this kind, where an index of it helps. */
static const struct crm_field *
indexed_field(const struct planning *p, const struct crm_term *t)
{
	const struct crm_field *f = t->ref.field[p->kind->letter - 'a'];

	if (t->ref.nlinks > 0 || f == NULL)
		return NULL;
	/* The day of an event stands in the index as its at. */
	if (f->num == CRM_N_DAY)
		return crm_field_num(p->kind, CRM_EVENT_AT);
	if (is_story(p, f) || (f->flags & CRM_F_COMPUTED) != 0 ||
	    (f->flags & (CRM_F_INDEXED | CRM_F_SEARCHED)) != 0)
		return f;
	return NULL;
}

static bool
is_range_type(const struct crm_field *f)
{
	return f->type == CRM_T_DATE || f->type == CRM_T_TIME ||
	    f->type == CRM_T_NUMBER || f->type == CRM_T_PERCENT ||
	    f->type == CRM_T_MONEY || f->type == CRM_T_SPAN;
}

/* Values of text, choices and the like: each its group; words by the text
 * table or by walking the column. */
static const struct crm_err *
plan_values(struct planning *p, const struct crm_term *t,
    const struct crm_field *f, struct crm_candidates *c)
{
	const struct crm_err *err = NULL;
	char group[CRM_KEY_MAX];
	struct crm_view key;
	size_t i, cap;

	c->exact = true;
	c->tail_known =
	    p->kind->letter != 'e' || (f->flags & CRM_F_PROMPT) != 0;
	for (i = 0; err == NULL && i < t->nalts; i++) {
		const struct crm_alt *a = &t->alt[i];
		struct crm_candidates one = { .exact = t->op != CRM_TERM_EXACT,
			.tail_known = c->tail_known };

		cap = 0;
		key = alt_key(p, t, f, a);
		if (key.p != NULL && (f->flags & CRM_F_INDEXED) != 0) {
			err = take_group(p, CRM_TABLE_INDEX,
			    index_group(p, f, key, group), &one, &cap);
			one.exact &= key.n <= CRM_INDEX_VALUE_MAX;
		} else if (f->type == CRM_T_PHONE)
			err = walk_column(
			    p, f, a->folded, CRM_VNULL, true, NULL, &one, &cap);
		else if ((f->flags & CRM_F_SEARCHED) != 0 && a->nwords > 0) {
			err = take_words(p, a->word, a->nwords, false, &one);
			one.exact = false;
		} else if (a->nwords > 0)
			err = walk_column(p, f, crm_view("", 0), CRM_VNULL,
			    false, a, &one, &cap);
		else
			set_all(&one);
		if (!one.all)
			finish(p, &one);
		if (i == 0)
			*c = one;
		else
			unite(c, &one);
	}
	return err;
}

static const struct crm_err *
plan_begins(struct planning *p, const struct crm_term *t,
    const struct crm_field *f, struct crm_candidates *c)
{
	const struct crm_err *err;
	size_t cap = 0;

	if ((f->flags & CRM_F_INDEXED) == 0 ||
	    (f->type != CRM_T_TEXT && f->type != CRM_T_EMAIL &&
		f->type != CRM_T_TAG && f->type != CRM_T_URL)) {
		set_all(c);
		return NULL;
	}
	c->exact = t->folded.n <= CRM_INDEX_VALUE_MAX - 4;
	c->tail_known =
	    p->kind->letter != 'e' || (f->flags & CRM_F_PROMPT) != 0;
	err = walk_column(p, f, t->folded, CRM_VNULL, true, NULL, c, &cap);
	finish(p, c);
	return err;
}

/* The stages that a word means in this kind: itself, or all that end. */
static const struct crm_err *
plan_stage(
    struct planning *p, const struct crm_term *t, struct crm_candidates *c)
{
	const struct crm_field *f = t->ref.field[p->kind->letter - 'a'];
	bool open = crm_view_is(t->folded, "open"), own;
	const struct crm_err *err = NULL;
	char group[CRM_KEY_MAX];
	const char *word;
	size_t cap = 0;

	if (f == NULL || (f->flags & CRM_F_INDEXED) == 0) {
		set_all(c);
		return NULL;
	}
	own = crm_words_find(f->choices, t->folded) != NULL;
	c->exact = own;
	for (word = f->choices; err == NULL && *word != '\0';
	     word += strlen(word) + 1) {
		if (own ? crm_words_find(word, t->folded) != word
			: (crm_stage_end_of(p->kind, CRM_VNULL,
			       crm_view_str(word)) == CRM_END_OPEN) != open &&
			    p->kind->npipelines < 2)
			continue;
		crm_buf_reset(&p->key);
		crm_word_put(&p->key, crm_view_str(word));
		err = take_group(p, CRM_TABLE_INDEX,
		    index_group(p, f, crm_buf_view(&p->key), group), c, &cap);
	}
	finish(p, c);
	return err;
}

/* Hand-picked members, and those of the query. */
static const struct crm_err *
plan_member(struct planning *p, struct crm_member *m, struct crm_candidates *c)
{
	const struct crm_field *f = crm_field_num(p->kind, CRM_N_PICKED);
	struct crm_candidates picked = { .exact = true, .tail_known = true };
	const struct crm_err *err = NULL;
	size_t cap = 0;

	c->tail_known = true;
	if (m->query != NULL && m->query->kind[p->kind->letter - 'a']) {
		struct planning sub = { .q = m->query,
			.kind = p->kind,
			.key = CRM_BUF_INIT(CRM_LINE_MAX) };

		err = plan_node(&sub, m->query->root, c);
		crm_buf_release(&sub.key);
	}
	if (err == NULL && f != NULL && !c->all) {
		err = take_link(p, f, m->segment, &picked, &cap);
		finish(p, &picked);
		unite(c, &picked);
	}
	c->exact = false;
	return err;
}

static const struct crm_err *
member_ids(struct planning *p, struct crm_member *m, uint64_t **out, size_t *n)
{
	const struct crm_schema *s = crm_snap_schema(p->q->ctx.snap);
	const struct crm_err *err = NULL;
	size_t i, cap = 0;

	*out = NULL;
	*n = 0;
	for (i = 0; err == NULL && i < crm_schema_nkinds(s); i++) {
		struct planning sub = { .q = p->q,
			.kind = crm_schema_kind(s, i),
			.key = CRM_BUF_INIT(CRM_LINE_MAX) };
		struct crm_candidates c = { 0 };
		size_t j;

		if (sub.kind->letter == 'e')
			continue;
		err = plan_member(&sub, m, &c);
		crm_buf_release(&sub.key);
		if (err == NULL && c.all) { /* too many to go through */
			*n = MEMBERS_MAX + 1;
			return NULL;
		}
		for (j = 0; err == NULL && j < c.n; j++) {
			*out = crm_grow(*out, &cap, *n + 1, sizeof(**out));
			(*out)[(*n)++] = c.id[j];
		}
		crm_free(c.id);
	}
	return err;
}

static const struct crm_err *
plan_term(struct planning *p, struct crm_term *t, struct crm_candidates *c)
{
	const struct crm_field *f;
	size_t cap = 0;

	switch (t->op) {
	case CRM_TERM_ID:
		if (crm_id_kind(t->id) == p->kind->letter)
			append(c, &cap, &t->id, 1);
		c->exact = c->tail_known = true;
		return NULL;
	case CRM_TERM_MEMBER:
		return plan_member(p, t->member, c);
	case CRM_TERM_STAGE:
		return plan_stage(p, t, c);
	case CRM_TERM_WORD:
	case CRM_TERM_PREFIX:
	case CRM_TERM_EMAIL:
		return plan_text(p, t, c);
	case CRM_TERM_MATCH:
	case CRM_TERM_EXACT:
	case CRM_TERM_BEGINS:
		break;
	case CRM_TERM_REGEX:
	case CRM_TERM_HAS:
		set_all(c);
		return NULL;
	}
	f = indexed_field(p, t);
	if (f == NULL) {
		/* a field that this kind lacks matches nothing */
		if (t->ref.nlinks == 0 &&
		    t->ref.field[p->kind->letter - 'a'] == NULL)
			c->exact = c->tail_known = true;
		else
			set_all(c);
		return NULL;
	}
	if ((f->flags & CRM_F_COMPUTED) != 0)
		return plan_computed(p, t, f, c);
	if (t->op == CRM_TERM_BEGINS)
		return plan_begins(p, t, f, c);
	if (f->type == CRM_T_LINK)
		return plan_links(p, t, f, c);
	if (is_range_type(f))
		return plan_range(p, t, f, c);
	return plan_values(p, t, f, c);
}

/* About how many ids a term's list has; UNKNOWN: it has no list. */
static const struct crm_err *
estimate_term(struct planning *p, struct crm_term *t, uint64_t *out)
{
	const struct crm_field *f;
	const struct crm_err *err = NULL;
	char group[CRM_KEY_MAX];
	struct crm_view key;
	uint64_t n = 0, one;
	size_t i;

	*out = UNKNOWN;
	switch (t->op) {
	case CRM_TERM_ID:
		*out = 1;
		return NULL;
	case CRM_TERM_MEMBER:
		*out = GUESS;
		if (t->member->query != NULL)
			return estimate(p, t->member->query->root, out);
		return NULL;
	case CRM_TERM_STAGE:
		*out = GUESS * 10;
		return NULL;
	case CRM_TERM_PREFIX:
		*out = GUESS;
		return NULL;
	case CRM_TERM_WORD:
	case CRM_TERM_EMAIL:
		for (i = 0; err == NULL && i < t->nwords; i++) {
			one = 0;
			err = count_group(p, CRM_TABLE_TEXT,
			    crm_view(group,
				crm_text_group(
				    group, t->word[i], p->kind->letter)),
			    &one);
			if (one < *out)
				*out = one;
		}
		return err;
	case CRM_TERM_REGEX:
	case CRM_TERM_HAS:
		return NULL;
	case CRM_TERM_MATCH:
	case CRM_TERM_EXACT:
	case CRM_TERM_BEGINS:
		break;
	}
	f = indexed_field(p, t);
	if (f == NULL) {
		if (t->ref.nlinks == 0 &&
		    t->ref.field[p->kind->letter - 'a'] == NULL)
			*out = 0;
		return NULL;
	}
	if ((f->flags & CRM_F_COMPUTED) != 0) {
		if (is_rollup(p, t, f) || is_met(f))
			*out = GUESS * 20;
		return NULL;
	}
	if (t->op == CRM_TERM_BEGINS) {
		*out = (f->flags & CRM_F_INDEXED) != 0 ? GUESS : UNKNOWN;
		return NULL;
	}
	if (is_story(p, f)) {
		for (i = 0; i < t->nalts; i++)
			n += t->alt[i].member != NULL
			    ? GUESS * 50
			    : 50 * (t->alt[i].nids + t->alt[i].npeople);
		*out = n;
		return NULL;
	}
	for (i = 0; err == NULL && i < t->nalts; i++) {
		const struct crm_alt *a = &t->alt[i];
		size_t j;

		if (f->type == CRM_T_LINK) {
			for (j = 0; err == NULL && j < a->nids; j++) {
				char id[8];

				crm_be64(id, a->id[j]);
				err = count_group(p, CRM_TABLE_INDEX,
				    index_group(p, f, crm_view(id, 8), group),
				    &n);
			}
			n += a->member != NULL ? GUESS * 20 : 0;
			continue;
		}
		key = alt_key(p, t, f, a);
		if (is_range_type(f))
			n += GUESS * 20;
		else if (key.p != NULL && (f->flags & CRM_F_INDEXED) != 0)
			err = count_group(p, CRM_TABLE_INDEX,
			    index_group(p, f, key, group), &n);
		else if ((f->flags & CRM_F_SEARCHED) != 0 && a->nwords > 0) {
			one = 0;
			err = count_group(p, CRM_TABLE_TEXT,
			    crm_view(group,
				crm_text_group(
				    group, a->word[0], p->kind->letter)),
			    &one);
			n += one;
		} else
			n += GUESS;
	}
	*out = n;
	return err;
}

static const struct crm_err *
estimate(struct planning *p, const struct crm_node *node, uint64_t *out)
{
	const struct crm_err *err = NULL;
	uint64_t a = UNKNOWN, b = UNKNOWN;

	*out = UNKNOWN;
	switch (node->op) {
	case CRM_ALL:
	case CRM_NOT:
		return NULL;
	case CRM_TERM:
		return estimate_term(p, node->term, out);
	case CRM_AND:
	case CRM_OR:
		break;
	}
	err = estimate(p, node->left, &a);
	if (err == NULL)
		err = estimate(p, node->right, &b);
	if (node->op == CRM_AND)
		*out = a < b ? a : b;
	else
		*out = a == UNKNOWN || b == UNKNOWN ? UNKNOWN : a + b;
	return err;
}

/* The nodes that "and" joins. */
#define CONJUNCTS_MAX 64

static size_t
conjuncts(const struct crm_node *n, const struct crm_node **out, size_t at)
{
	if (n->op == CRM_AND && at + 2 < CONJUNCTS_MAX) {
		at = conjuncts(n->left, out, at);
		return conjuncts(n->right, out, at);
	}
	out[at] = n;
	return at + 1;
}

static const struct crm_err *
plan_and(
    struct planning *p, const struct crm_node *node, struct crm_candidates *c)
{
	const struct crm_node *part[CONJUNCTS_MAX], *swap;
	uint64_t size[CONJUNCTS_MAX], s;
	const struct crm_err *err = NULL;
	size_t n = conjuncts(node, part, 0), i, j;

	for (i = 0; err == NULL && i < n; i++) {
		err = estimate(p, part[i], &size[i]);
		for (j = i; j > 0 && size[j] < size[j - 1]; j--) {
			swap = part[j];
			part[j] = part[j - 1];
			part[j - 1] = swap;
			s = size[j];
			size[j] = size[j - 1];
			size[j - 1] = s;
		}
	}
	set_all(c);
	c->exact = true;
	for (i = 0; err == NULL && i < n; i++) {
		struct crm_candidates one = { 0 };

		/* Long lists are not worth it where few records are left. */
		if (size[i] == UNKNOWN ||
		    (!c->all && size[i] / RECORD_COST > c->n)) {
			c->exact = false;
			continue;
		}
		err = plan_node(p, part[i], &one);
		if (i == 0)
			*c = one;
		else
			intersect(p, c, &one);
	}
	if (c->all)
		c->exact = false;
	return err;
}

static const struct crm_err *
plan_node(
    struct planning *p, const struct crm_node *node, struct crm_candidates *c)
{
	struct crm_candidates right = { 0 };
	const struct crm_err *err;

	switch (node->op) {
	case CRM_ALL:
	case CRM_NOT:
		set_all(c);
		return NULL;
	case CRM_TERM:
		return plan_term(p, node->term, c);
	case CRM_AND:
		return plan_and(p, node, c);
	case CRM_OR:
		break;
	}
	err = plan_node(p, node->left, c);
	if (err != NULL || c->all)
		return err;
	err = plan_node(p, node->right, &right);
	unite(c, &right);
	return err;
}

static void
explain(struct planning *p, const struct crm_candidates *c)
{
	if (p->explain == NULL)
		return;
	if (c->all)
		crm_buf_addf(
		    p->explain, "%s: look at all of them\n", p->kind->plural);
	else
		crm_buf_addf(p->explain, "%s: %zu by index%s%s\n",
		    p->kind->plural, c->n,
		    c->exact || c->n == 0 ? "" : ", look at each",
		    p->kind->letter == 'e' && !c->tail_known
			? ", and the newest ones"
			: "");
}

const struct crm_err *
crm_plan(struct crm_query *q, char kind, struct crm_candidates *out,
    struct crm_buf *text)
{
	struct planning p = {
		.q = q, .explain = text, .key = CRM_BUF_INIT(CRM_LINE_MAX)
	};
	const struct crm_err *err;

	memset(out, 0, sizeof(*out));
	p.kind = crm_kind_of(crm_snap_schema(q->ctx.snap), kind);
	err = plan_node(&p, q->root, out);
	if (err == NULL)
		explain(&p, out);
	crm_buf_release(&p.key);
	return err;
}
