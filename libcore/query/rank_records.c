/* Records by their words: events that no index has yet, and kinds of which
 * all have to be looked at. */
#include "base/fold.h"
#include "query/rank_impl.h"
#include "record/value.h"
#include "store/index.h"

/* Count the words of a text, and note of those that are looked for that they
 * are in a field of this weight. */
static size_t
see_words(struct crm_rank *r, struct crm_view text, uint8_t field_weight,
    uint8_t weight[CRM_RANK_WORDS])
{
	struct crm_words w;
	struct crm_view v;
	size_t n = 0, i;

	crm_buf_reset(&r->folded);
	crm_fold(&r->folded, text);
	crm_words_begin(&w, crm_buf_view(&r->folded));
	for (; crm_words_next(&w, &v); n++)
		for (i = 0; i < r->nwords; i++)
			if (weight[i] < field_weight &&
			    crm_view_eq(v, r->word[i].text))
				weight[i] = field_weight;
	return n;
}

/* The bytes that the postings of the words have, or would have; 0 where it has
 * not the word.  Labels do not count as length: as in the postings. */
static void
see_record(struct crm_rank *r, const struct crm_stored *stored,
    uint8_t byte[CRM_RANK_WORDS])
{
	const struct crm_field *f;
	struct crm_slot slot;
	struct crm_many m;
	struct crm_view v;
	size_t length = 0, n, i;
	uint32_t at;

	memset(byte, 0, CRM_RANK_WORDS);
	for (at = 0; at < stored->n; at++) {
		slot = crm_stored_at(stored, at);
		f = crm_field_num(r->p.kind, slot.num);
		if (f == NULL || f->type == CRM_T_PHONE ||
		    (f->flags & CRM_F_SEARCHED) == 0)
			continue;
		crm_many_begin(&m, slot.value, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v)) {
			n = see_words(r, v, f->weight, byte);
			length += f->type == CRM_T_TAG ? 0 : n;
		}
	}
	for (i = 0; i < r->nwords; i++)
		if (byte[i] > 0)
			byte[i] = crm_text_byte(byte[i], length);
}

/* What has no posting has no weight, and is worth nothing. */
static const struct crm_err *
give(struct crm_rank *r, uint64_t id, const uint8_t *byte)
{
	uint32_t score = 0;
	size_t i;

	for (i = 0; i < r->nwords; i++)
		score += r->word[i].score[byte[i]];
	return crm_best_takes(r->best, score, id)
	    ? crm_best_add(r->best, score, id)
	    : NULL;
}

static void
keep(struct crm_rank_tail *t, uint64_t id, const uint8_t *byte, size_t nwords)
{
	t->id = crm_grow(t->id, &t->id_cap, t->n + 1, sizeof(*t->id));
	t->byte = crm_grow(t->byte, &t->byte_cap, (t->n + 1) * nwords, 1);
	memcpy(t->byte + t->n * nwords, byte, nwords);
	t->id[t->n++] = id;
}

/* One record: to the best, or kept until it is known what its words are
 * worth. */
static const struct crm_err *
take(
    struct crm_rank *r, uint64_t id, const struct crm_stored *stored, bool tail)
{
	uint8_t byte[CRM_RANK_WORDS];
	const struct crm_err *err;
	size_t i;
	bool yes;

	if (tail) {
		see_record(r, stored, byte);
		for (i = 0; i < r->nwords; i++)
			r->word[i].tail_n += byte[i] != 0;
	}
	err = crm_query_match(r->q, id, stored, &yes);
	if (err != NULL || !yes)
		return err;
	if (tail) {
		keep(&r->tail, id, byte, r->nwords);
		return NULL;
	}
	see_record(r, stored, byte);
	return give(r, id, byte);
}

/* Go through the records of the kind from one on; up to the tail, or all of
 * that. */
static const struct crm_err *
scan(struct crm_rank *r, uint64_t from, bool tail)
{
	const struct crm_err *err;
	char letter = r->p.kind->letter, key[8];
	struct crm_stored stored;
	struct crm_entry e;
	struct crm_walk *w;

	crm_be64(key, from);
	err = crm_walk_open(
	    crm_snap_txn(r->snap), crm_table_of(crm_id(letter, 0, 0)), &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (err == NULL && e.prefix.p != NULL &&
	    crm_id_kind(e.id) == letter &&
	    (tail || letter != 'e' || crm_snap_is_indexed(r->snap, e.id))) {
		if (!crm_code_open(e.value, &stored))
			err = crm_err(CRM_E_DATA,
			    "the store is damaged: a record cannot be read");
		else if ((stored.flags & CRM_R_REMOVED) == 0 &&
		    !crm_snap_is_hidden(r->snap, e.id))
			err = take(r, e.id, &stored, tail);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

const struct crm_err *
crm_rank_all(struct crm_rank *r)
{
	return scan(r, crm_id(r->p.kind->letter, 0, 0), false);
}

const struct crm_err *
crm_rank_see_tail(struct crm_rank *r)
{
	size_t i;

	r->tail.n = 0;
	for (i = 0; i < r->nwords; i++)
		r->word[i].tail_n = 0;
	return r->p.kind->letter == 'e'
	    ? scan(r, crm_snap_first_tail(r->snap), true)
	    : NULL;
}

const struct crm_err *
crm_rank_give_tail(struct crm_rank *r)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < r->tail.n; i++)
		err = give(r, r->tail.id[i], r->tail.byte + i * r->nwords);
	return err;
}
