/* Records that come again: when one with a span "repeat" ends, the next one is
 * added. */
#include "base/mem.h"
#include "record/word.h"
#include "store/writing.h"

/* The field of a name and type; NULL when the kind has none. */
static const struct crm_field *
part(const struct crm_kind *k, const char *name, enum crm_type type)
{
	const struct crm_field *f = crm_field_named(k, crm_view_str(name));

	return f != NULL && f->type == type && (f->flags & CRM_F_MANY) == 0
	    ? f
	    : NULL;
}

static struct crm_view
word_of(const struct crm_rec *r, uint16_t num)
{
	struct crm_view v;

	return num != 0 && crm_rec_get(r, num, &v) ? crm_word_get(v)
						   : CRM_VNULL;
}

/* Have two records the same word, or neither one? */
static bool
same_word(const struct crm_rec *a, const struct crm_rec *b, uint16_t num)
{
	return crm_view_eq(word_of(a, num), word_of(b, num));
}

static bool
has_ended(const struct crm_rec *r)
{
	const struct crm_kind *k = r->kind;

	return crm_stage_end_of(k, word_of(r, k->pipeline_field),
		   word_of(r, k->stage)) != CRM_END_OPEN;
}

/* The day on which it ended: as it says, else today. */
static struct crm_date
day_of(const struct crm_writing *w, const struct crm_rec *r)
{
	struct crm_zone *zone = w->b->store->config->zone;
	struct crm_date day;
	struct crm_view v;
	int64_t at_us = w->b->rules.clock->now_us;

	if (r->kind->closed != 0 && crm_rec_get(r, r->kind->closed, &v)) {
		if (crm_value_get_date(v, &day) && day.year != 0)
			return day;
		(void)crm_value_get_time(v, &at_us);
	}
	return crm_zone_date(zone, at_us);
}

/* What belongs to the record that ended, and not to the next one. */
static bool
is_own(const struct crm_kind *k, const struct crm_field *f)
{
	return (f->flags & CRM_F_UNIQUE) != 0 || f->num == k->stage ||
	    f->num == k->opened || f->num == k->closed ||
	    f->num == CRM_N_CREATED;
}

/* Make the next record of one that ended. */
static void
make_next(const struct crm_rec *ended, const struct crm_field *due,
    struct crm_date day, struct crm_rec *next)
{
	const struct crm_kind *k = ended->kind;
	struct crm_buf b = CRM_BUF_INIT(64);
	const struct crm_pipeline *p =
	    crm_pipeline_named(k, word_of(ended, k->pipeline_field));
	uint32_t i;

	for (i = 0; i < ended->n; i++) {
		const struct crm_field *f =
		    crm_field_num(k, ended->slot[i].num);

		if (f != NULL && !is_own(k, f))
			crm_rec_lend(next, f, ended->slot[i].value);
	}
	if (p != NULL) {
		crm_word_put(&b, crm_view_str(p->stage[0].name));
		crm_rec_set(next, crm_field_num(k, k->stage), crm_buf_view(&b));
		crm_buf_reset(&b);
	}
	crm_value_put_date(&b, day);
	crm_rec_set(next, due, crm_buf_view(&b));
	crm_buf_release(&b);
}

void
crm_w_note_again(
    struct crm_writing *w, const struct crm_rec *old, const struct crm_rec *new)
{
	const struct crm_kind *k = new->kind;
	const struct crm_field *repeat, *due;
	struct crm_buf bytes = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	struct crm_rec next = { 0 };
	struct crm_span span;
	struct crm_again *a;
	struct crm_view v;

	/* most changes are none of the stage: then nothing ended */
	if (k->stage == 0 ||
	    (same_word(old, new, k->stage) &&
		same_word(old, new, k->pipeline_field)))
		return;
	repeat = part(k, "repeat", CRM_T_SPAN);
	due = part(k, "due", CRM_T_DATE);
	if (repeat == NULL || due == NULL ||
	    !crm_rec_get(new, repeat->num, &v) ||
	    !crm_value_get_span(v, &span) || has_ended(old) || !has_ended(new))
		return;
	crm_rec_init(&next, k);
	make_next(new, due, crm_span_after(day_of(w, new), span), &next);
	crm_rec_encode(&next, &bytes, 0, 0, 0);
	w->again =
	    crm_grow(w->again, &w->again_cap, w->nagain + 1, sizeof(*w->again));
	a = &w->again[w->nagain++];
	a->kind = k;
	a->bytes =
	    crm_view(crm_arena_dup(&w->b->arena, bytes.p, bytes.n), bytes.n);
	crm_buf_release(&bytes);
	crm_rec_release(&next);
}

const struct crm_err *
crm_w_add_again(struct crm_writing *w)
{
	const struct crm_err *err = NULL;
	struct crm_stored stored;
	uint64_t number;
	size_t i;

	for (i = 0; err == NULL && i < w->nagain; i++) {
		const struct crm_again *a = &w->again[i];

		if (!crm_code_open(a->bytes, &stored))
			return crm_err(CRM_E_BUG, "a record cannot be read");
		err = crm_w_last_number(w, a->kind->letter, &number);
		if (err != NULL)
			break;
		crm_rec_reset(&w->rec, a->kind);
		crm_rec_open(&w->rec, &stored);
		err = crm_w_add_record(w, w->edits,
		    crm_id(a->kind->letter, w->b->store->replica, number + 1));
		w->b->result.added += err == NULL;
	}
	if (err == NULL && w->w != NULL) {
		err = crm_block_close(w->w);
		w->w = NULL;
	}
	return err;
}
