/* What all parts of writing a batch need. */
#include "store/writing.h"

#include "base/mem.h"
#include "record/word.h"

void
crm_w_free(struct crm_writing *w)
{
	crm_block_abandon(w->w);
	crm_snap_close(w->snap);
	crm_free(w->range);
	crm_derive_free(w->adds);
	crm_derive_free(w->events);
	crm_derive_free(w->edits);
	crm_digests_free(w->digests);
	crm_digests_free(w->early_digests);
	crm_free(w->turn);
	crm_free(w->buyer);
	crm_arena_release(&w->arena);
	crm_buf_release(&w->part);
	crm_rec_release(&w->rec);
	crm_rec_release(&w->old);
	crm_buf_release(&w->bytes);
	crm_buf_release(&w->value);
}

void
crm_w_init(
    struct crm_writing *w, struct crm_batch *b, const struct crm_receiver *to)
{
	memset(w, 0, sizeof(*w));
	w->b = b;
	w->to = to;
	w->adds = crm_derive_new(b->store, crm_store_part(b->store));
	w->first_result = b->result;
	w->digests = crm_digests_new();
	w->part.max = (size_t)1 << 30;
	w->bytes.max = w->value.max = CRM_LINE_MAX * 8;
}

/* What an id of any sort is in the end; 0: nothing, its line was bad. */
uint64_t
crm_w_final_id(const struct crm_writing *w, uint64_t id)
{
	id = crm_batch_meant(w->b, id);
	if (!crm_is_new(id))
		return id;
	return crm_id(crm_id_kind(id), w->b->store->replica,
	    w->base[crm_id_kind(id) - 'a'] + crm_id_number(id));
}

/* Put the final ids into a link field's value; false: one is nothing. */
bool
crm_w_settle_links(struct crm_writing *w, bool many, struct crm_view v)
{
	struct crm_view *list;
	struct crm_many m;
	uint64_t id;
	char *link;
	size_t n = 0;

	crm_buf_reset(&w->value);
	crm_many_begin(&m, v, many);
	list = crm_arena_alloc(&w->arena, (m.left + 1) * sizeof(*list));
	while (crm_many_next(&m, &v)) {
		id = crm_w_final_id(w, crm_link_get(v));
		if (id == 0)
			return false;
		link = crm_arena_alloc(&w->arena, CRM_LINK_MAX);
		list[n] = crm_view(link, crm_link_put(link, id));
		n++;
	}
	if (many)
		crm_many_put(&w->value, list, n);
	else if (n > 0)
		crm_buf_addv(&w->value, list[0]);
	return true;
}

const struct crm_kind *
crm_w_kind_of(const struct crm_writing *w, char letter)
{
	return crm_kind_of(w->b->store->config->schema, letter);
}

/* The edits of one entry of the log of edits, with final links. */
static bool
open_edits(struct crm_writing *w, struct crm_row *r, const struct crm_kind *k,
    struct crm_edit **out, size_t *n, struct crm_view *raw)
{
	struct crm_edit *edit =
	    crm_arena_alloc(&w->arena, (r->n + 1) * sizeof(*edit));
	struct crm_view v;
	uint16_t num;
	uint8_t op;
	bool many, good = true;

	*n = 0;
	*raw = CRM_VNULL;
	*out = edit;
	while (crm_row_field(r, &num, &op, &v)) {
		if (num == CRM_RAW_LINE) {
			*raw = v;
			continue;
		}
		edit[*n].field = crm_field_num(k, num);
		edit[*n].op = (enum crm_edit_op)op;
		many = r->kind == CRM_EDIT_PUT &&
		    (edit[*n].field->flags & CRM_F_MANY) != 0;
		if ((r->flags & CRM_ROW_PENDING) != 0 &&
		    edit[*n].field->type == CRM_T_LINK) {
			good &= crm_w_settle_links(w, many, v);
			v = crm_view(
			    crm_arena_dup(&w->arena, w->value.p, w->value.n),
			    w->value.n);
		}
		edit[(*n)++].value = v;
	}
	return good;
}

/* Do one logged edit to w->rec. */
const struct crm_err *
crm_w_do_edit(struct crm_writing *w, struct crm_view entry,
    const struct crm_rec *old, bool *remove)
{
	const struct crm_err *err;
	struct crm_edit *edit;
	struct crm_row r;
	struct crm_view raw;
	const char *field;
	size_t n, i;

	crm_row_open_edit(entry, &r);
	if (r.kind == CRM_EDIT_REMOVE) {
		*remove = true;
		return NULL;
	}
	if (!open_edits(w, &r, w->rec.kind, &edit, &n, &raw)) {
		crm_w_reject(w, raw);
		return NULL;
	}
	if (r.kind == CRM_EDIT_PUT)
		for (i = 0; i < n; i++)
			crm_rec_set(&w->rec, edit[i].field, edit[i].value);
	else
		crm_rec_apply(&w->rec, edit, n, (r.flags & CRM_ROW_KEEP) != 0);
	err = crm_rule_finish(
	    &w->b->rules, &w->rec, old, edit, n, r.currency, &field);
	if (err != NULL && r.line > 0)
		return crm_err_wrap(err, "line %llu: %s",
		    (unsigned long long)r.line, field != NULL ? field : "");
	return err != NULL
	    ? crm_err_wrap(err, "%s", field != NULL ? field : "record")
	    : NULL;
}

bool
crm_w_is_early(const struct crm_rec *r)
{
	uint16_t stage = r->kind->stage;

	return stage != 0 &&
	    (crm_rec_is(r, stage, CRM_W_LEAD) ||
		crm_rec_is(r, stage, CRM_W_PROSPECT));
}

/* Take numbers for new records. */
const struct crm_err *
crm_w_take_ids(struct crm_writing *w)
{
	struct crm_batch *b = w->b;
	const struct crm_err *err = NULL;
	uint64_t last, given = 0;
	size_t j;
	int i;

	for (i = 0; err == NULL && i < 26; i++) {
		if (b->new_count[i] == 0 && i != 'e' - 'a')
			continue;
		err = crm_snap_last_id(w->snap, (char)('a' + i), &last);
		if (err != NULL)
			break;
		w->base[i] = crm_id_number(last);
		for (j = 0; b->given_ids && j < b->given.nslots; j++) {
			given = b->given.slot[j].key;
			if (crm_id_kind(given) == 'a' + i &&
			    crm_id_replica(given) == b->store->replica &&
			    crm_id_number(given) > w->base[i])
				w->base[i] = crm_id_number(given);
		}
		if (w->base[i] + b->new_count[i] > CRM_ID_NUMBER_MAX)
			err = crm_err(CRM_E_DATA, "there are no ids left");
	}
	return err;
}

/* Begin the change set. */
const struct crm_err *
crm_w_begin_change(struct crm_writing *w)
{
	const struct crm_err *err = NULL;
	struct crm_change last = { 0 };
	struct crm_batch *b = w->b;
	uint64_t n = crm_snap_last_change(w->snap);

	if (n > 0)
		err = crm_change_get(w->txn, n, &last);
	if (err != NULL)
		return err;
	w->change.number = n + 1;
	w->change.clock_us = b->rules.clock->now_us > last.clock_us
	    ? b->rules.clock->now_us
	    : last.clock_us;
	w->change.replica = b->store->replica;
	w->change.origin = n + 1;
	w->change.user = crm_view_str(b->o.user != NULL ? b->o.user : "");
	w->change.program =
	    crm_view_str(b->o.program != NULL ? b->o.program : "");
	w->change.arguments =
	    crm_view_str(b->o.arguments != NULL ? b->o.arguments : "");
	w->change.message =
	    crm_view_str(b->o.message != NULL ? b->o.message : "");
	return NULL;
}

const struct crm_err *
crm_w_look_again(struct crm_writing *w)
{
	crm_snap_close(w->snap);
	w->snap = NULL;
	return crm_snap_wrap(w->b->store, w->txn, &w->snap);
}

void
crm_w_begin_late(struct crm_writing *w)
{
	crm_derive_free(w->events);
	crm_derive_free(w->edits);
	w->events = crm_derive_new(w->b->store, crm_store_part(w->b->store));
	w->edits = crm_derive_new(w->b->store, crm_store_part(w->b->store));
	w->nturns = w->nbuyers = 0;
	w->change.touched = 0;
	if (w->early_digests == NULL) {
		w->early_digests = crm_digests_copy(w->digests);
		w->early_ranges = w->nranges;
		w->early_count =
		    w->nranges > 0 ? w->range[w->nranges - 1].count : 0;
		w->early_result = w->b->result;
		return;
	}
	w->again = true;
	crm_digests_free(w->digests);
	w->digests = crm_digests_copy(w->early_digests);
	w->nranges = w->early_ranges;
	if (w->nranges > 0)
		w->range[w->nranges - 1].count = w->early_count;
	w->b->result = w->early_result;
}

void
crm_w_reject(struct crm_writing *w, struct crm_view raw)
{
	w->b->result.bad++;
	if (!w->again && w->b->o.reject != NULL && raw.n > 0)
		w->b->o.reject(w->b->o.complain_ctx, raw);
}
