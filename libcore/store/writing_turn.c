/* Stages that change: each change is an event in the story of those whom it is
 * about. */
#include "base/mem.h"
#include "record/word.h"
#include "store/turned.h"
#include "store/writing.h"

/* Have records of a kind a story? */
static bool
has_story(char letter)
{
	return letter == 'p' || letter == 'o';
}

/* The value of who for an event about a record: the record itself, or whom it
 * names.  Nothing if there is nobody. */
static void
put_who(struct crm_buf *out, uint64_t id, const struct crm_rec *rec)
{
	const struct crm_kind *k = rec->kind;
	char link[CRM_LINK_MAX];
	struct crm_view v;

	if (has_story(k->letter))
		v = crm_view(link, crm_link_put(link, id));
	else if (k->who == 0 || !crm_rec_get(rec, k->who, &v))
		return;
	else if ((crm_field_num(k, k->who)->flags & CRM_F_MANY) != 0) {
		crm_buf_addv(out, v);
		return;
	}
	crm_many_put(out, &v, 1);
}

/* The field of events that names records of a kind, and only such; NULL when
 * there is none. */
static const struct crm_field *
event_link(const struct crm_writing *w, char letter)
{
	const struct crm_kind *e = crm_w_kind_of(w, 'e');
	size_t i;

	for (i = 0; i < e->nfields; i++)
		if (e->field[i].type == CRM_T_LINK &&
		    e->field[i].links[0] == letter &&
		    e->field[i].links[1] == '\0')
			return &e->field[i];
	return NULL;
}

static struct crm_view
keep(struct crm_writing *w, struct crm_view v)
{
	return crm_view(crm_arena_dup(&w->b->arena, v.p, v.n), v.n);
}

void
crm_w_note_turn(struct crm_writing *w, uint64_t id, const struct crm_rec *old,
    const struct crm_rec *new, int64_t at_us)
{
	const struct crm_kind *k = new->kind;
	struct crm_view from = CRM_VNULL, to = CRM_VNULL, was, v;
	struct crm_buf who = CRM_BUF_INIT(1 << 20);
	struct crm_turn *t;

	if (k->stage == 0 || !crm_rec_get(new, k->stage, &to) ||
	    !crm_rec_get(old, k->stage, &from) || crm_view_eq(from, to))
		return;
	put_who(&who, id, new);
	if (who.n == 0)
		goto done; /* it is in nobody's story */
	if (k->closed != 0 && crm_rec_get(new, k->closed, &v)) {
		if (!crm_rec_get(old, k->closed, &was))
			was = CRM_VNULL;
		at_us =
		    crm_turned_at(w->b->store->config->zone, k, was, v, at_us);
	}
	w->turn =
	    crm_grow(w->turn, &w->turn_cap, w->nturns + 1, sizeof(*w->turn));
	t = &w->turn[w->nturns++];
	t->id = id;
	t->at_us = at_us;
	t->who = keep(w, crm_buf_view(&who));
	t->from = keep(w, crm_word_get(from));
	t->to = keep(w, crm_word_get(to));
	t->title = CRM_VNULL;
	if (!has_story(k->letter) && event_link(w, k->letter) == NULL &&
	    crm_rec_get(new, k->title, &v))
		t->title = keep(w, v);
done:
	crm_buf_release(&who);
}

static void
set_text(struct crm_writing *w, uint16_t num, struct crm_view v)
{
	crm_rec_set(&w->rec, crm_field_num(w->rec.kind, num), v);
}

/* Write the events about stages that changed. */
const struct crm_err *
crm_w_add_turns(struct crm_writing *w)
{
	const struct crm_err *err = NULL;
	struct crm_buf b = CRM_BUF_INIT(64);
	const struct crm_field *f;
	uint64_t number;
	char link[CRM_LINK_MAX];
	size_t i;

	if (w->nturns == 0)
		return NULL;
	err = crm_w_see_turns(w);
	if (err == NULL)
		err = crm_w_last_number(w, 'e', &number);
	for (i = 0; err == NULL && i < w->nturns; i++) {
		const struct crm_turn *t = &w->turn[i];

		crm_rec_reset(&w->rec, crm_w_kind_of(w, 'e'));
		set_text(w, CRM_EVENT_WHO, t->who);
		set_text(w, CRM_EVENT_WHAT, crm_word_stored(CRM_W_STAGE));
		crm_buf_reset(&b);
		crm_value_put_time(&b, t->at_us);
		set_text(w, CRM_EVENT_AT, crm_buf_view(&b));
		set_text(w, CRM_EVENT_BY, w->change.user);
		f = event_link(w, crm_id_kind(t->id));
		if (f != NULL)
			set_text(w, f->num,
			    crm_view(link, crm_link_put(link, t->id)));
		set_text(w, CRM_EVENT_TEXT, t->title);
		set_text(w, CRM_EVENT_FROM, t->from);
		set_text(w, CRM_EVENT_TO, t->to);
		err = crm_w_add_record(
		    w, w->edits, crm_id('e', w->b->store->replica, ++number));
	}
	crm_buf_release(&b);
	if (err == NULL && w->w != NULL) {
		err = crm_block_close(w->w);
		w->w = NULL;
	}
	return err;
}
