/* Text: which postings a record has there. */
#define _GNU_SOURCE /* qsort_r */
#include <stdlib.h>

#include "base/fold.h"
#include "base/mem.h"
#include "store/derive_impl.h"
#include "store/index.h"

/* Is a field of those whose words are searched?  Not when it is unknown. */
static bool
has_words(
    const struct crm_kind *k, const struct crm_field *f, unsigned int what)
{
	return f != NULL && f->type != CRM_T_PHONE &&
	    crm_derive_wants(k->letter, f, CRM_F_SEARCHED, what);
}

/* Add a word of a field to those of one side. */
static void
add_token(struct crm_derive *d, const struct crm_field *f, struct crm_view v,
    int side)
{
	struct crm_token *t;

	d->token[side] = crm_grow(d->token[side], &d->token_cap[side],
	    d->ntokens[side] + 1, sizeof(*d->token[side]));
	t = &d->token[side][d->ntokens[side]++];
	t->at = (size_t)(v.p - d->words.p);
	t->n = (uint32_t)v.n;
	t->weight = f->weight;
	d->length[side] += f->type != CRM_T_TAG;
}

/*
 * What of a record's fields another one, NULL for none, has as well: all of a
 * field that is the same there, and of tags, which do not count for the
 * length, those that it has.
 */
struct shared {
	bool all;
	struct crm_among tags;
};

static void
see_shared(struct shared *s, const struct crm_field *f,
    const struct crm_slot *slot, const struct crm_stored *other)
{
	struct crm_view v = CRM_VNULL;

	if (other != NULL && !crm_stored_get(other, slot->num, &v))
		v = CRM_VNULL;
	s->all = other != NULL && crm_view_eq(v, slot->value);
	crm_among_begin(
	    &s->tags, f, f->type == CRM_T_TAG ? v : CRM_VNULL, slot->value);
}

static bool
is_shared(struct shared *s, struct crm_view v)
{
	return s->all || crm_is_among(&s->tags, v);
}

/*
 * Take the words of a record's searched fields.
 *
 * other   NULL, or leave out what it has as well
 */
static void
take_words(struct crm_derive *d, const struct crm_kind *k,
    const struct crm_stored *r, const struct crm_stored *other,
    unsigned int what, int side)
{
	const struct crm_field *f;
	struct crm_slot slot;
	struct shared shared;
	struct crm_words w;
	struct crm_many m;
	struct crm_view v;
	uint32_t i;
	size_t from;

	d->ntokens[side] = d->length[side] = 0;
	for (i = 0; r != NULL && i < r->n; i++) {
		slot = d->text.part[side][i];
		f = crm_field_num(k, slot.num);
		if (!has_words(k, f, what))
			continue;
		see_shared(&shared, f, &slot, other);
		crm_many_begin(&m, slot.value, (f->flags & CRM_F_MANY) != 0);
		while (!shared.all && crm_many_next(&m, &v)) {
			if (is_shared(&shared, v))
				continue;
			from = d->words.n;
			crm_fold(&d->words, v);
			crm_words_begin(
			    &w, crm_view(d->words.p + from, d->words.n - from));
			while (crm_words_next(&w, &v))
				add_token(d, f, v, side);
		}
	}
}

static struct crm_view
word(const struct crm_derive *d, const struct crm_token *t)
{
	return crm_view(d->words.p + t->at, t->n);
}

static int
cmp_tokens(const void *x, const void *y, void *ctx)
{
	return crm_view_cmp(word(ctx, x), word(ctx, y));
}

/* Sort the words of one side; of those that come twice the heaviest stays. */
static void
sort_words(struct crm_derive *d, int side)
{
	struct crm_token *t = d->token[side];
	size_t i, k = 0;

	if (d->ntokens[side] == 0)
		return;
	qsort_r(t, d->ntokens[side], sizeof(*t), cmp_tokens, d);
	for (i = 0; i < d->ntokens[side]; i++) {
		if (k > 0 && crm_view_eq(word(d, &t[k - 1]), word(d, &t[i]))) {
			if (t[k - 1].weight < t[i].weight)
				t[k - 1].weight = t[i].weight;
		} else
			t[k++] = t[i];
	}
	d->ntokens[side] = k;
}

static const struct crm_err *
put_word(struct crm_derive *d, char kind, const struct crm_token *t,
    size_t words, uint64_t id, bool add)
{
	size_t n = crm_text_group(d->text.full, word(d, t), kind);
	char byte = (char)crm_text_byte(t->weight, words);

	if (d->sums) {
		crm_derive_sum_posting(d, &d->text, n, id, crm_view(&byte, 1));
		return NULL;
	}
	d->text.all += add;
	if (add)
		return crm_gather_add(crm_derive_adds(d, &d->text),
		    crm_view(d->text.full, n), id, (uint8_t)byte);
	d->text.full[n] = '\0';
	crm_be64(d->text.full + n + 1, id);
	return crm_runs_add(crm_derive_runs(d, &d->text.del),
	    crm_view(d->text.full, n + 9), CRM_VNULL);
}

/*
 * The next word of two sides, in order: a and b of the one and the other, NULL
 * where it is not there.  i and j begin as 0; false after the last.
 */
static bool
next_word(const struct crm_derive *d, size_t *i, size_t *j,
    const struct crm_token **a, const struct crm_token **b)
{
	int c;

	*a = *i < d->ntokens[0] ? &d->token[0][*i] : NULL;
	*b = *j < d->ntokens[1] ? &d->token[1][*j] : NULL;
	if (*a == NULL && *b == NULL)
		return false;
	c = *a == NULL   ? 1
	    : *b == NULL ? -1
			 : crm_view_cmp(word(d, *a), word(d, *b));
	if (c > 0)
		*a = NULL;
	if (c < 0)
		*b = NULL;
	*i += *a != NULL;
	*j += *b != NULL;
	return true;
}

/* Words that only one of two records has, or has with another weight. */
static const struct crm_err *
diff_words(struct crm_derive *d, char kind, uint64_t id)
{
	const struct crm_err *err = NULL;
	const struct crm_token *a, *b;
	size_t n0 = d->length[0], n1 = d->length[1], i = 0, j = 0;

	sort_words(d, 0);
	sort_words(d, 1);
	while (err == NULL && next_word(d, &i, &j, &a, &b)) {
		if (b == NULL)
			err = put_word(d, kind, a, n0, id, false);
		else if (a == NULL ||
		    crm_text_byte(a->weight, n0) !=
			crm_text_byte(b->weight, n1))
			err = put_word(d, kind, b, n1, id, true);
	}
	return err;
}

/*
 * Words that may not be among the changes after all: those of what changed are
 * noted, and then looked for in what did not.
 */
static size_t
note_doubtful(struct crm_derive *d)
{
	const struct crm_token *a, *b;
	size_t i = 0, j = 0, n = 0;

	while (next_word(d, &i, &j, &a, &b)) {
		if (a != NULL && b != NULL && a->weight == b->weight)
			continue; /* whatever the other fields say */
		d->doubt =
		    crm_grow(d->doubt, &d->doubt_cap, n + 1, sizeof(*d->doubt));
		d->doubt[n++] = (struct crm_doubt){
			.token = b != NULL ? *b : *a,
			.was = a != NULL ? a->weight : 0,
			.is = b != NULL ? b->weight : 0,
			.had = a != NULL,
			.has = b != NULL,
		};
	}
	return n;
}

/* A word of what did not change. */
static void
see_kept(struct crm_derive *d, size_t n, const struct crm_field *f,
    struct crm_view v)
{
	size_t lo = 0, hi = n, mid;
	struct crm_doubt *x;
	int c;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		x = &d->doubt[mid];
		c = crm_view_cmp(v, word(d, &x->token));
		if (c == 0) {
			if (x->was < f->weight)
				x->was = f->weight;
			if (x->is < f->weight)
				x->is = f->weight;
			x->had = x->has = true;
			return;
		}
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
}

/* Go through the words of what did not change; returns how many count for the
 * length. */
static size_t
see_all_kept(struct crm_derive *d, const struct crm_kind *k, size_t n,
    const struct crm_stored *to, const struct crm_stored *from,
    unsigned int what)
{
	const struct crm_field *f;
	struct crm_slot slot;
	struct shared shared;
	struct crm_words w;
	struct crm_many m;
	struct crm_view v;
	size_t length = 0;
	uint32_t i;

	for (i = 0; i < to->n; i++) {
		slot = d->text.part[1][i];
		f = crm_field_num(k, slot.num);
		if (!has_words(k, f, what))
			continue;
		see_shared(&shared, f, &slot, from);
		crm_many_begin(&m, slot.value, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v)) {
			if (!is_shared(&shared, v))
				continue;
			crm_buf_reset(&d->kept);
			crm_fold(&d->kept, v);
			crm_words_begin(&w, crm_buf_view(&d->kept));
			while (crm_words_next(&w, &v)) {
				see_kept(d, n, f, v);
				length += f->type != CRM_T_TAG;
			}
		}
	}
	return length;
}

/* The same as diff_words() from the words of what changed, where the length
 * did not. */
static const struct crm_err *
diff_few_words(struct crm_derive *d, const struct crm_kind *k, uint64_t id,
    const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what)
{
	const struct crm_err *err = NULL;
	const struct crm_doubt *x;
	struct crm_token t;
	size_t n, length, i;

	sort_words(d, 0);
	sort_words(d, 1);
	n = note_doubtful(d);
	if (n == 0)
		return NULL;
	length = d->length[1] + see_all_kept(d, k, n, to, from, what);
	for (i = 0; err == NULL && i < n; i++) {
		x = &d->doubt[i];
		t = x->token;
		t.weight = x->is;
		if (!x->has)
			err = put_word(d, k->letter, &t, length, id, false);
		else if (!x->had ||
		    crm_text_byte(x->was, length) !=
			crm_text_byte(x->is, length))
			err = put_word(d, k->letter, &t, length, id, true);
	}
	return err;
}

static const struct crm_err *
derive_text(struct crm_derive *d, uint64_t id, const struct crm_kind *k,
    const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what)
{
	const struct crm_err *err = NULL;
	size_t i;

	crm_buf_reset(&d->words);
	if (from != NULL && to != NULL) {
		take_words(d, k, from, to, what, 0);
		take_words(d, k, to, from, what, 1);
		if (d->length[0] == d->length[1])
			return diff_few_words(d, k, id, from, to, what);
		crm_buf_reset(&d->words);
	}
	take_words(d, k, from, NULL, what, 0);
	take_words(d, k, to, NULL, what, 1);
	if (from != NULL || d->sums)
		return diff_words(d, k->letter, id);
	for (i = 0; err == NULL && i < d->ntokens[1]; i++)
		err = put_word(
		    d, k->letter, &d->token[1][i], d->length[1], id, true);
	return err;
}

const struct crm_err *
crm_derive_words(struct crm_derive *d, uint64_t id,
    const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what)
{
	const struct crm_kind *k = crm_derive_see_kind(d, id, &from, &to);

	if (k == NULL)
		return NULL;
	crm_derive_take_apart(&d->text, from, 0);
	crm_derive_take_apart(&d->text, to, 1);
	return derive_text(d, id, k, from, to, what);
}

uint64_t
crm_derive_worded(const struct crm_derive *d, char kind, unsigned int what)
{
	const struct crm_kind *k = crm_kind_of(d->schema, kind);
	uint64_t bits = 0;
	size_t i;

	for (i = 0; k != NULL && i < k->nfields; i++)
		if (has_words(k, &k->field[i], what))
			bits |= crm_rec_bit(k->field[i].num);
	return bits;
}
