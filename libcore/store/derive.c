/* Index and text: which postings a record has. */
#define _GNU_SOURCE /* qsort_r */
#include "store/derive.h"

#include <stdlib.h>

#include "base/fold.h"
#include "base/mem.h"
#include "record/value.h"
#include "store/derive_impl.h"
#include "store/index.h"

static void
begin_postings(struct crm_postings *p, const struct crm_store *s, size_t memory,
    bool bytes)
{
	p->add = crm_gather_new(memory, s->dir, bytes);
	p->del = crm_runs_new(memory, s->dir);
}

struct crm_derive *
crm_derive_new(struct crm_store *s, size_t memory)
{
	struct crm_derive *d = crm_calloc(1, sizeof(*d));

	d->store = s;
	d->schema = s->config->schema;
	d->zone = s->config->zone;
	d->memory = memory;
	begin_postings(&d->index, s, memory, false);
	begin_postings(&d->text, s, memory, true);
	d->story = crm_runs_new(memory, s->dir);
	d->docs = crm_runs_new(memory, s->dir);
	d->key.max = d->words.max = CRM_LINE_MAX * 8;
	return d;
}

void
crm_derive_apart(struct crm_derive *d)
{
	if (d->own_zone == NULL)
		d->own_zone = d->zone = crm_zone_copy(d->zone);
}

static void
end_postings(struct crm_postings *p)
{
	crm_gather_free(p->add);
	crm_runs_free(p->del);
	crm_free(p->part[0]);
	crm_free(p->part[1]);
}

void
crm_derive_forget(struct crm_derive *d, enum crm_table table)
{
	struct crm_postings *p =
	    table == CRM_TABLE_INDEX ? &d->index : &d->text;

	if (table == CRM_TABLE_STORY) {
		crm_runs_free(d->story);
		d->story = crm_runs_new(d->memory, d->store->dir);
		d->story_sorted = false;
		return;
	}
	end_postings(p);
	memset(p, 0, sizeof(*p));
	begin_postings(p, d->store, d->memory, p == &d->text);
}

void
crm_derive_free(struct crm_derive *d)
{
	if (d == NULL)
		return;
	end_postings(&d->index);
	end_postings(&d->text);
	crm_runs_free(d->story);
	crm_runs_free(d->docs);
	crm_runs_free(d->spilled);
	crm_nummap_release(&d->fold);
	crm_nummap_release(&d->total_at);
	crm_map_release(&d->values);
	crm_free(d->delta);
	crm_free(d->slot);
	crm_free(d->mine);
	crm_free(d->total);
	crm_buf_release(&d->key);
	crm_buf_release(&d->words);
	crm_free(d->token[0]);
	crm_free(d->token[1]);
	crm_zone_free(d->own_zone);
	crm_free(d);
}

/* Does a field belong to what is being derived? */
static bool
is_wanted(
    char kind, const struct crm_field *f, uint16_t flag, unsigned int what)
{
	if ((f->flags & flag) == 0)
		return false;
	if (kind != 'e' || (f->flags & CRM_F_PROMPT) != 0)
		return (what & CRM_DERIVE_EXACT) != 0;
	return (what & CRM_DERIVE_LAGGING) != 0;
}

/* The index key of a value: of an event's at it is the day. */
static void
add_key(struct crm_derive *d, char kind, const struct crm_field *f,
    struct crm_view v)
{
	int64_t at_us;

	crm_buf_reset(&d->key);
	if (kind == 'e' && f->num == CRM_EVENT_AT) {
		if (crm_value_get_time(v, &at_us))
			crm_value_put_date(
			    &d->key, crm_zone_date(d->zone, at_us));
	} else
		crm_value_add_key(&d->key, f, v);
}

static const struct crm_err *
put_index(struct crm_derive *d, char kind, const struct crm_field *f,
    struct crm_view v, uint64_t id, bool add)
{
	size_t n;

	add_key(d, kind, f, v);
	n = crm_index_group(d->index.full, kind, f->num, crm_buf_view(&d->key));
	d->index.all += add;
	if (add)
		return crm_gather_add(
		    d->index.add, crm_view(d->index.full, n), id, 0);
	d->index.full[n] = '\0';
	crm_be64(d->index.full + n + 1, id);
	return crm_runs_add(
	    d->index.del, crm_view(d->index.full, n + 9), CRM_VNULL);
}

/* Note the keys of stored values. */
static void
note_values(struct crm_derive *d, char kind, const struct crm_field *f,
    struct crm_view stored)
{
	struct crm_many m;
	struct crm_view v;

	crm_map_release(&d->values);
	crm_many_begin(&m, stored, (f->flags & CRM_F_MANY) != 0);
	while (crm_many_next(&m, &v)) {
		add_key(d, kind, f, v);
		(void)crm_map_at(&d->values, crm_buf_view(&d->key), NULL);
	}
}

/* Is there one of these with the key of a value? */
static bool
is_noted(struct crm_derive *d, char kind, const struct crm_field *f,
    struct crm_view v)
{
	add_key(d, kind, f, v);
	return crm_map_get(&d->values, crm_buf_view(&d->key)) != NULL;
}

/* Take a record apart; one that is not there has no fields. */
static void
take_apart(struct crm_postings *p, const struct crm_stored *r, int side)
{
	if (r == NULL)
		return;
	p->part[side] = crm_grow(
	    p->part[side], &p->part_cap[side], r->n, sizeof(*p->part[side]));
	crm_stored_all(r, p->part[side]);
}

/* Index the values of one record, that of a side, that the other lacks. */
static const struct crm_err *
index_values(struct crm_derive *d, uint64_t id, const struct crm_kind *k,
    const struct crm_stored *r, int side, const struct crm_stored *other,
    unsigned int what, bool add)
{
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	struct crm_slot slot;
	struct crm_view was, v;
	struct crm_many m;
	uint32_t i;

	for (i = 0; err == NULL && r != NULL && i < r->n; i++) {
		slot = d->index.part[side][i];
		f = crm_field_num(k, slot.num);
		if (f == NULL || !is_wanted(k->letter, f, CRM_F_INDEXED, what))
			continue;
		if (other == NULL || !crm_stored_get(other, f->num, &was))
			was = CRM_VNULL;
		if (crm_view_eq(was, slot.value))
			continue;
		if (was.n > 0)
			note_values(d, k->letter, f, was);
		crm_many_begin(&m, slot.value, (f->flags & CRM_F_MANY) != 0);
		while (err == NULL && crm_many_next(&m, &v))
			if (was.n == 0 || !is_noted(d, k->letter, f, v))
				err = put_index(d, k->letter, f, v, id, add);
	}
	return err;
}

/* Is a field of those whose words are searched?  Not when it is unknown. */
static bool
has_words(
    const struct crm_kind *k, const struct crm_field *f, unsigned int what)
{
	return f != NULL && f->type != CRM_T_PHONE &&
	    is_wanted(k->letter, f, CRM_F_SEARCHED, what);
}

/* Take the words of a record's searched fields. */
static void
take_words(struct crm_derive *d, const struct crm_kind *k,
    const struct crm_stored *r, unsigned int what, int side)
{
	const struct crm_field *f;
	struct crm_slot slot;
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
		crm_many_begin(&m, slot.value, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v)) {
			from = d->words.n;
			crm_fold(&d->words, v);
			crm_words_begin(
			    &w, crm_view(d->words.p + from, d->words.n - from));
			while (crm_words_next(&w, &v)) {
				struct crm_token *t;

				d->token[side] = crm_grow(d->token[side],
				    &d->token_cap[side], d->ntokens[side] + 1,
				    sizeof(*d->token[side]));
				t = &d->token[side][d->ntokens[side]++];
				t->at = (size_t)(v.p - d->words.p);
				t->n = (uint32_t)v.n;
				t->weight = f->weight;
				d->length[side] += f->type != CRM_T_TAG;
			}
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

	d->text.all += add;
	if (add)
		return crm_gather_add(d->text.add, crm_view(d->text.full, n),
		    id, crm_text_byte(t->weight, words));
	d->text.full[n] = '\0';
	crm_be64(d->text.full + n + 1, id);
	return crm_runs_add(
	    d->text.del, crm_view(d->text.full, n + 9), CRM_VNULL);
}

/* Words that only one of two records has, or has with another weight. */
static const struct crm_err *
diff_words(struct crm_derive *d, char kind, uint64_t id)
{
	const struct crm_err *err = NULL;
	size_t n0 = d->length[0], n1 = d->length[1], i = 0, j = 0;

	sort_words(d, 0);
	sort_words(d, 1);
	while (err == NULL && (i < d->ntokens[0] || j < d->ntokens[1])) {
		const struct crm_token *a =
		    i < d->ntokens[0] ? &d->token[0][i] : NULL;
		const struct crm_token *b =
		    j < d->ntokens[1] ? &d->token[1][j] : NULL;
		int c = a == NULL ? 1
		    : b == NULL   ? -1
				  : crm_view_cmp(word(d, a), word(d, b));

		if (c < 0)
			err = put_word(d, kind, a, n0, id, false);
		else if (c > 0 ||
		    crm_text_byte(a->weight, n0) !=
			crm_text_byte(b->weight, n1))
			err = put_word(d, kind, b, n1, id, true);
		i += c <= 0;
		j += c >= 0;
	}
	return err;
}

/* Has a record words in some field that another lacks there? */
static bool
words_differ(const struct crm_derive *d, const struct crm_kind *k,
    const struct crm_stored *r, int side, const struct crm_stored *other,
    unsigned int what)
{
	struct crm_slot slot;
	struct crm_view v;
	uint32_t i;

	for (i = 0; i < r->n; i++) {
		slot = d->text.part[side][i];
		if (has_words(k, crm_field_num(k, slot.num), what) &&
		    (!crm_stored_get(other, slot.num, &v) ||
			!crm_view_eq(v, slot.value)))
			return true;
	}
	return false;
}

static const struct crm_err *
derive_text(struct crm_derive *d, uint64_t id, const struct crm_kind *k,
    const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what)
{
	const struct crm_err *err = NULL;
	size_t i;

	if (from != NULL && to != NULL &&
	    !words_differ(d, k, from, 0, to, what) &&
	    !words_differ(d, k, to, 1, from, what))
		return NULL;
	crm_buf_reset(&d->words);
	take_words(d, k, from, what, 0);
	take_words(d, k, to, what, 1);
	if (from != NULL)
		return diff_words(d, k->letter, id);
	for (i = 0; err == NULL && i < d->ntokens[1]; i++)
		err = put_word(
		    d, k->letter, &d->token[1][i], d->length[1], id, true);
	return err;
}

/* Removed records count as not there.  Returns NULL when there is nothing to
 * derive. */
static const struct crm_kind *
see_kind(const struct crm_derive *d, uint64_t id,
    const struct crm_stored **from, const struct crm_stored **to)
{
	if (*from != NULL && ((*from)->flags & CRM_R_REMOVED) != 0)
		*from = NULL;
	if (*to != NULL && ((*to)->flags & CRM_R_REMOVED) != 0)
		*to = NULL;
	return *from != NULL || *to != NULL
	    ? crm_kind_of(d->schema, crm_id_kind(id))
	    : NULL;
}

const struct crm_err *
crm_derive_words(struct crm_derive *d, uint64_t id,
    const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what)
{
	const struct crm_kind *k = see_kind(d, id, &from, &to);

	if (k == NULL)
		return NULL;
	take_apart(&d->text, from, 0);
	take_apart(&d->text, to, 1);
	return derive_text(d, id, k, from, to, what);
}

const struct crm_err *
crm_derive_rest(struct crm_derive *d, uint64_t id,
    const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what)
{
	const struct crm_kind *k = see_kind(d, id, &from, &to);
	const struct crm_err *err;

	if (k == NULL)
		return NULL;
	take_apart(&d->index, from, 0);
	take_apart(&d->index, to, 1);
	err = index_values(d, id, k, to, 1, from, what, true);
	if (err == NULL)
		err = index_values(d, id, k, from, 0, to, what, false);
	if (err == NULL && k->letter == 'e' && (what & CRM_DERIVE_EXACT) != 0)
		err = crm_derive_event(d, id, from, to);
	return err;
}

const struct crm_err *
crm_derive_record(struct crm_derive *d, uint64_t id,
    const struct crm_stored *from, const struct crm_stored *to,
    unsigned int what)
{
	const struct crm_err *err = crm_derive_rest(d, id, from, to, what);

	return err != NULL ? err : crm_derive_words(d, id, from, to, what);
}

bool
crm_derive_has_words(const struct crm_derive *d, uint64_t id,
    const struct crm_stored *r, unsigned int what)
{
	const struct crm_kind *k = crm_kind_of(d->schema, crm_id_kind(id));
	uint32_t i;

	for (i = 0; k != NULL && i < r->n; i++)
		if (has_words(
			k, crm_field_num(k, crm_stored_at(r, i).num), what))
			return true;
	return false;
}
