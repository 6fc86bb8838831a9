/* What is asked for: checked, completed and put aside. */
#include "store/batch.h"

#include <assert.h>

#include "base/mem.h"
#include "record/word.h"
#include "store/batch_impl.h"
#include "store/erased.h"
#include "store/who.h"

const struct crm_err *
crm_batch_new(struct crm_store *store, const struct crm_batch_options *o,
    struct crm_batch **out)
{
	struct crm_batch *b = crm_calloc(1, sizeof(*b));
	const struct crm_err *err;
	const char *code = store->config->currency;
	size_t part = crm_store_part(store);
	struct crm_change head;

	b->store = store;
	b->waiting = UINT64_MAX;
	b->o = *o;
	b->values.clock = o->clock;
	b->values.point = o->point != '\0' ? o->point : '.';
	b->values.arena = &b->line_arena;
	b->values.link = crm_batch_link;
	b->values.link_ctx = b;
	b->values.user = o->user;
	crm_rule_init(&b->rules, store->config->schema, o->clock,
	    crm_currency_num(crm_view(code, 3)));
	crm_batch_find_unique(b);
	b->adds = crm_spool_new(part / 3, store->dir);
	b->edits = crm_runs_new(part / 2, store->dir);
	b->unique = crm_runs_new(part / 2, store->dir);
	b->buf.max = b->key.max = b->words.max = CRM_LINE_MAX * 8;
	err = crm_snap_open(store, &b->snap);
	if (err == NULL)
		err = crm_erased_open(crm_snap_txn(b->snap), &b->erased);
	if (err == NULL)
		err = crm_change_head(crm_snap_txn(b->snap), &head);
	if (err != NULL) {
		crm_batch_free(b);
		b = NULL;
	} else {
		b->state = crm_snap_state(b->snap);
		b->began = head.seq;
	}
	*out = b;
	return err;
}

void
crm_batch_free(struct crm_batch *b)
{
	if (b == NULL)
		return;
	crm_snap_close(b->snap);
	crm_erased_free(b->erased);
	crm_arena_release(&b->line_arena);
	crm_arena_release(&b->arena);
	crm_spool_free(b->adds);
	crm_runs_free(b->edits);
	crm_runs_free(b->unique);
	crm_nummap_release(&b->given);
	crm_map_release(&b->aliases);
	crm_nummap_release(&b->edited);
	crm_nummap_release(&b->merged);
	crm_nummap_release(&b->forms);
	crm_nummap_release(&b->bad_edits);
	crm_nummap_release(&b->terms);
	crm_nummap_release(&b->buyers);
	crm_nummap_release(&b->dropped);
	crm_nummap_release(&b->blamed);
	crm_free(b->left_out);
	crm_nummap_release(&b->live);
	crm_map_release(&b->links);
	crm_buf_release(&b->words);
	crm_runs_free(b->used_words);
	crm_nummap_release(&b->shared);
	crm_map_release(&b->ghost_at);
	crm_map_release(&b->keys);
	crm_map_release(&b->doc_lines);
	crm_free(b->ghost);
	crm_free(b->written);
	crm_rec_release(&b->rec);
	crm_rec_release(&b->old);
	crm_rec_release(&b->before);
	crm_buf_release(&b->buf);
	crm_buf_release(&b->key);
	crm_free(b);
}

const struct crm_value_ctx *
crm_batch_values(struct crm_batch *b)
{
	return &b->values;
}

struct crm_snap *
crm_batch_snap(struct crm_batch *b)
{
	return b->snap;
}

void
crm_batch_line(struct crm_batch *b, uint64_t line, struct crm_view raw)
{
	b->line = line;
	b->raw = b->o.reject != NULL ? raw : CRM_VNULL;
	b->line_bad = b->line_erased = false;
	b->pending_links = false;
	crm_buf_reset(&b->words);
	crm_arena_reset(&b->line_arena);
}

uint64_t
crm_batch_line_at(const struct crm_batch *b)
{
	return b->line;
}

static void
complain(
    struct crm_batch *b, uint64_t line, const char *field, const char *what)
{
	b->faults++;
	if (b->o.complain != NULL)
		b->o.complain(b->o.complain_ctx, line, field, what);
}

void
crm_batch_fault(struct crm_batch *b, const char *field, const char *what)
{
	if (b->making != NULL) { /* told of each line that links to it */
		crm_batch_not_made(b, field, what);
		b->line_bad = true;
		return;
	}
	if (!b->line_bad)
		b->result.bad++;
	b->line_bad = true;
	complain(b, b->line, field, what);
}

void
crm_batch_blame(struct crm_batch *b, uint64_t line, const char *field,
    const struct crm_err *err)
{
	complain(b, line, field, err->msg);
}

uint64_t
crm_batch_faults(const struct crm_batch *b)
{
	return b->faults;
}

/*
 * A fault of the input is told of and the line is given up; anything else
 * ends the batch.
 */
static const struct crm_err *
fault(struct crm_batch *b, const char *field, const struct crm_err *err)
{
	if (err == NULL || err->code != CRM_E_DATA)
		return err;
	if (b->line_erased && b->o.skip_bad && b->making == NULL) {
		b->result.erased += !b->line_bad;
		b->line_bad = true;
	} else
		crm_batch_fault(b, field, err->msg);
	return NULL;
}

/* Note a record that a line was about, for the output. */
static void
note_written(struct crm_batch *b, uint64_t id)
{
	struct crm_id_range *last;

	if (b->nwritten > 0) {
		last = &b->written[b->nwritten - 1];
		if (id == last->first + last->count) {
			last->count++;
			return;
		}
	}
	b->written = crm_grow(
	    b->written, &b->written_cap, b->nwritten + 1, sizeof(*b->written));
	b->written[b->nwritten++] = (struct crm_id_range){ id, 1 };
}

void
crm_batch_unnote_written(struct crm_batch *b)
{
	if (--b->written[b->nwritten - 1].count == 0)
		b->nwritten--;
}

/* An event without a key gets its doc's name and its place in it. */
static void
make_key(struct crm_batch *b)
{
	const struct crm_field *f = crm_field_num(b->rec.kind, CRM_EVENT_KEY);
	struct crm_view doc, key;
	char number[20];
	uint64_t *n;

	if (!b->o.key_from_doc || crm_rec_get(&b->rec, CRM_EVENT_KEY, &key) ||
	    !crm_rec_get(&b->rec, CRM_EVENT_DOC, &doc))
		return;
	n = crm_map_at(&b->doc_lines, doc, NULL);
	(*n)++;
	crm_buf_reset(&b->key);
	crm_buf_addv(&b->key, doc);
	crm_buf_addc(&b->key, '/');
	crm_buf_add(&b->key, number, crm_num_put(number, *n));
	crm_rec_set(&b->rec, f, crm_buf_view(&b->key));
}

/* Ids that the store gives follow the highest: one near the end of all would
 * leave none. */
#define GIVEN_MAX (CRM_ID_NUMBER_MAX / 2)

/* The id that a new record goes by in this batch. */
static const struct crm_err *
name_new(struct crm_batch *b, const struct crm_request *q, uint64_t *id)
{
	uint64_t *count = &b->new_count[q->kind->letter - 'a'];
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	char text[CRM_ID_TEXT];
	bool added;

	*id = crm_id(q->kind->letter, CRM_NEW, *count + 1);
	if (q->id == 0 || b->o.new_ids) {
		if (q->id != 0) {
			uint64_t *alias;

			crm_be64(text, q->id);
			alias =
			    crm_map_at(&b->aliases, crm_view(text, 8), &added);
			if (!added)
				return fault(b, "id",
				    crm_err(CRM_E_DATA, "%s is there twice",
					crm_id_text(q->id, text)));
			*alias = *id;
		}
		return NULL;
	}
	if (crm_id_number(q->id) > GIVEN_MAX)
		return fault(b, "id",
		    crm_err(CRM_E_DATA,
			"%s: no id that is given may be above %llu",
			crm_id_text(q->id, text),
			(unsigned long long)GIVEN_MAX));
	if (crm_id_replica(q->id) >= CRM_GHOST)
		return fault(b, "id", crm_err(CRM_E_DATA, "no such id"));
	err = crm_snap_get(b->snap, q->id, &r, &p);
	if (err != NULL)
		return err;
	if (p != CRM_ABSENT || crm_nummap_get(&b->given, q->id) != NULL ||
	    crm_snap_is_hidden(b->snap, q->id))
		return fault(b, "id",
		    crm_err(CRM_E_DATA,
			"%s is taken (--new-ids numbers afresh)",
			crm_id_text(q->id, text)));
	(void)crm_nummap_at(&b->given, q->id, NULL);
	b->given_ids = true;
	*id = q->id;
	return NULL;
}

/* Remember under which key values this batch has a record. */
static void
note_keys(struct crm_batch *b, const struct crm_request *q, uint64_t id)
{
	struct crm_many m;
	struct crm_view v;
	char head[3];
	size_t i;

	for (i = 0; i < q->nkeys; i++) {
		const struct crm_field *f = q->key[i];

		if (!crm_rec_get(&b->rec, f->num, &v))
			continue;
		crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v)) {
			head[0] = q->kind->letter;
			crm_be16(head + 1, f->num);
			crm_buf_reset(&b->key);
			crm_buf_add(&b->key, head, 3);
			crm_value_add_key(&b->key, f, v);
			*crm_map_at(&b->keys, crm_buf_view(&b->key), NULL) = id;
		}
	}
}

/* Say who wrote an event.  Nobody gave that: sent again by another, it is the
 * same event. */
static void
sign(struct crm_batch *b, const struct crm_request *q)
{
	size_t i;

	if (q->by.n == 0 || q->id != 0)
		return;
	for (i = 0; i < q->nedits; i++)
		if (q->edit[i].field->num == CRM_EVENT_BY)
			return;
	crm_rec_lend(&b->rec, crm_field_num(q->kind, CRM_EVENT_BY), q->by);
}

const struct crm_err *
crm_batch_add(struct crm_batch *b, const struct crm_request *q, bool *ok)
{
	const struct crm_err *err;
	const char *field;
	uint64_t id = 0, place = crm_spool_bytes(b->adds) + 1;
	uint8_t flags = b->making != NULL ? CRM_ROW_MADE : 0;

	*ok = false;
	crm_rec_reset(&b->rec, q->kind);
	crm_rec_apply_lent(&b->rec, q->edit, q->nedits, false);
	err = crm_rule_finish(
	    &b->rules, &b->rec, NULL, q->edit, q->nedits, q->currency, &field);
	if (err == NULL && q->kind->letter == 'e') {
		sign(b, q);
		make_key(b);
	}
	if (err == NULL)
		err = crm_batch_fit_unique(b, &b->rec, &field);
	if (err == NULL)
		err = crm_batch_fit_erased(b, &b->rec, NULL, &field);
	if (err != NULL)
		return fault(b, field, err);
	if (q->kind->letter == 'e') {
		err = crm_batch_make_due(b, &flags);
		crm_batch_note_rate(b, NULL);
	}
	if (err == NULL && b->o.assign != NULL)
		err = crm_batch_leave_owner(b);
	if (err == NULL)
		err = name_new(b, q, &id);
	if (err != NULL || b->line_bad)
		return err;
	b->new_count[q->kind->letter - 'a']++;
	if (q->nkeys > 0 || !crm_is_new(id))
		*crm_nummap_at(&b->forms, id, NULL) = place;
	err = crm_batch_put_row(b, q, flags, q->id, NULL);
	if (err == NULL)
		err = crm_batch_note_unique(b, &b->rec, id, place, NULL);
	if (err == NULL && q->nkeys > 0) {
		note_keys(b, q, id);
		err = crm_batch_note_absent(b, q, id);
	}
	note_written(b, id);
	*ok = err == NULL;
	return err;
}

/* The record of an id, if it is there. */
static const struct crm_err *
find_by_id(struct crm_batch *b, uint64_t id, uint64_t *ids, size_t *n)
{
	const struct crm_err *err;

	if (id == 0)
		return NULL;
	err = crm_who_now(b->snap, id, ids);
	if (err == NULL && *ids == 0 && crm_nummap_get(&b->given, id) != NULL)
		*ids = id;
	*n = err == NULL && *ids != 0;
	return err;
}

static void
add_found(uint64_t id, uint64_t ids[CRM_WHO_MAX], size_t *n)
{
	size_t i;

	for (i = 0; i < *n && ids[i] != id; i++)
		;
	if (i == *n && *n < CRM_WHO_MAX)
		ids[(*n)++] = id;
}

/* The records that the key fields of a request find. */
static const struct crm_err *
find_by_key(struct crm_batch *b, const struct crm_request *q,
    const struct crm_field *f, uint64_t ids[CRM_WHO_MAX], size_t *n)
{
	const struct crm_err *err = NULL;
	const uint64_t *found;
	uint64_t *mine;
	size_t nfound, i, j;
	char head[3];

	*n = 0;
	if (f->num == CRM_N_ID)
		return find_by_id(b, q->id, ids, n);
	head[0] = q->kind->letter;
	crm_be16(head + 1, f->num);
	for (i = 0; err == NULL && i < q->nedits; i++) {
		if (q->edit[i].field->num != f->num ||
		    q->edit[i].op == CRM_CLEAR)
			continue;
		crm_buf_reset(&b->key);
		crm_buf_add(&b->key, head, 3);
		crm_value_add_key(&b->key, f, q->edit[i].value);
		mine = crm_map_get(&b->keys, crm_buf_view(&b->key));
		if (mine != NULL)
			add_found(*mine, ids, n);
		err = crm_snap_find(b->snap, q->kind->letter, f,
		    crm_view_skip(crm_buf_view(&b->key), 3), false, CRM_WHO_MAX,
		    &found, &nfound);
		for (j = 0; err == NULL && j < nfound; j++)
			add_found(found[j], ids, n);
	}
	return err;
}

static const char *
name_found(uint64_t id, char text[CRM_ID_TEXT])
{
	return crm_is_new(id) ? "a line before" : crm_id_text(id, text);
}

/* "several records have it: p3, p4, a line before" */
static const struct crm_err *
several(const uint64_t *ids, size_t n)
{
	struct crm_buf list = CRM_BUF_INIT(900); /* more than there can be */
	const struct crm_err *err;
	char text[CRM_ID_TEXT];
	size_t i;

	for (i = 0; i < n; i++)
		crm_buf_addf(
		    &list, "%s%s", i > 0 ? ", " : "", name_found(ids[i], text));
	err = crm_err(CRM_E_DATA, "several records have it: %s%s", list.p,
	    n == CRM_WHO_MAX ? ", ..." : "");
	crm_buf_release(&list);
	return err;
}

/* The one record that the key fields find, or 0. */
static const struct crm_err *
find_one(struct crm_batch *b, const struct crm_request *q, uint64_t *out)
{
	const struct crm_err *err = NULL;
	uint64_t ids[CRM_WHO_MAX];
	size_t n = 0, i;

	*out = 0;
	for (i = 0; err == NULL && n == 0 && i < q->nkeys; i++)
		err = find_by_key(b, q, q->key[i], ids, &n);
	if (err != NULL || n == 0)
		return err;
	if (n > 1)
		return fault(b, q->key[i - 1]->name, several(ids, n));
	*out = ids[0];
	return NULL;
}

const struct crm_err *
crm_batch_put(struct crm_batch *b, const struct crm_request *q, bool *ok)
{
	const struct crm_err *err;
	struct crm_edit *edit;
	struct crm_request found = *q;
	uint64_t id;
	size_t i;

	*ok = false;
	err = find_one(b, q, &id);
	if (err != NULL || b->line_bad)
		return err;
	if (id == 0)
		return crm_batch_add(b, q, ok);
	edit = crm_arena_alloc(&b->line_arena, q->nedits * sizeof(*edit));
	for (i = 0; i < q->nedits; i++) {
		edit[i] = q->edit[i];
		if (edit[i].op == CRM_SET &&
		    (edit[i].field->flags & CRM_F_MANY) != 0)
			edit[i].op = CRM_ADD;
	}
	found.edit = edit;
	return crm_batch_edit(b, id, &found, ok);
}

/* Check an edit of a record that is there, as it is now. */
static const struct crm_err *
try_edit(
    struct crm_batch *b, uint64_t id, const struct crm_request *q, bool *same)
{
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, crm_id_kind(id));
	const struct crm_err *err;
	const char *field;
	enum crm_presence p;
	struct crm_stored r;

	*same = false;
	err = crm_snap_get(b->snap, id, &r, &p);
	if (err != NULL)
		return err;
	if (p != CRM_LIVE || k == NULL)
		return fault(b, NULL, crm_who_gone(b->snap, id));
	crm_rec_reset(&b->old, k);
	crm_rec_reset(&b->rec, k);
	crm_rec_open(&b->old, &r);
	crm_rec_open(&b->rec, &r);
	crm_rec_apply(&b->rec, q->edit, q->nedits, b->o.keep);
	err = crm_rule_finish(&b->rules, &b->rec, &b->old, q->edit, q->nedits,
	    q->currency, &field);
	if (err != NULL)
		return fault(b, field, err);
	err = crm_batch_fit_unique(b, &b->rec, &field);
	if (err == NULL)
		err = crm_batch_fit_erased(b, &b->rec, &b->old, &field);
	if (err != NULL)
		return fault(b, field, err);
	*same = crm_rec_same(&b->rec, &b->old);
	crm_batch_note_rate(b, &b->old);
	return *same ? NULL
		     : crm_batch_note_unique(b, &b->rec, id,
			   CRM_CLAIM_EDIT | (b->nedits + 1), &b->old);
}

/*
 * Change a record that an earlier line of this batch adds: what comes of it is
 * put aside as a row again.
 */
static const struct crm_err *
edit_row(struct crm_batch *b, uint64_t id, const struct crm_request *q)
{
	uint64_t place = crm_spool_bytes(b->adds) + 1, *form;
	const struct crm_err *err;
	const char *field;
	struct crm_view v;
	struct crm_row row;
	uint8_t flags;

	form = crm_nummap_get(&b->forms, id);
	if (form == NULL)
		return crm_err(CRM_E_BUG, "a row that no line may change");
	err = crm_spool_read(b->adds, (*form & ~CRM_FORM_AGAIN) - 1, &v);
	if (err != NULL)
		return err;
	crm_row_open(v, &row);
	(void)crm_batch_open_row(b, row, NULL, &b->old);
	(void)crm_batch_open_row(b, row, NULL, &b->rec);
	crm_rec_apply(&b->rec, q->edit, q->nedits, b->o.keep);
	err = crm_rule_finish(&b->rules, &b->rec, &b->old, q->edit, q->nedits,
	    q->currency, &field);
	if (err == NULL)
		err = crm_batch_fit_unique(b, &b->rec, &field);
	if (err == NULL)
		err = crm_batch_fit_erased(b, &b->rec, &b->old, &field);
	if (err != NULL)
		return fault(b, field, err);
	flags = CRM_ROW_AGAIN | (row.flags & (CRM_ROW_PENDING | CRM_ROW_TERMS));
	err = crm_batch_put_row(b, q, flags, id, &row);
	if (err == NULL)
		err = crm_batch_note_unique(b, &b->rec, id, place, &b->old);
	*form = place | CRM_FORM_AGAIN;
	b->amended = true;
	return err;
}

const struct crm_err *
crm_batch_edit(
    struct crm_batch *b, uint64_t id, const struct crm_request *q, bool *ok)
{
	bool new = crm_is_new(id) || crm_nummap_get(&b->given, id) != NULL;
	const struct crm_err *err = NULL;
	bool same = false;

	*ok = false;
	/* one of several is tried behind the others, when all are known */
	if (new)
		err = edit_row(b, id, q);
	else if (crm_nummap_get(&b->edited, id) == NULL)
		err = try_edit(b, id, q, &same);
	if (err != NULL || b->line_bad)
		return err;
	note_written(b, id);
	*ok = true;
	if (same) {
		b->result.unchanged++;
		return NULL;
	}
	if (!new)
		err = crm_batch_put_edit(
		    b, id, q->edit, q->nedits, q->currency, b->o.keep, 0);
	if (err == NULL && q->nkeys > 0) {
		crm_rec_reset(&b->rec, q->kind);
		crm_rec_apply(&b->rec, q->edit, q->nedits, false);
		note_keys(b, q, id);
	}
	return err;
}

const struct crm_err *
crm_batch_remove(struct crm_batch *b, uint64_t id, bool *ok)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	char kind = crm_id_kind(id);

	*ok = false;
	err = crm_snap_get(b->snap, id, &r, &p);
	if (err != NULL)
		return err;
	if (p != CRM_LIVE)
		return fault(b, NULL, crm_who_gone(b->snap, id));
	*ok = true;
	note_written(b, id);
	if (crm_nummap_get(&b->edited, id) == NULL) {
		crm_rec_reset(
		    &b->old, crm_kind_of(b->store->config->schema, kind));
		crm_rec_open(&b->old, &r);
		err = crm_batch_note_removed(
		    b, &b->old, id, CRM_CLAIM_EDIT | (b->nedits + 1));
	}
	if (err != NULL)
		return err;
	return crm_batch_put_edit(
	    b, id, NULL, 0, "\0\0\0", false, CRM_EDIT_REMOVE);
}

const struct crm_err *
crm_batch_drop(struct crm_batch *b, const struct crm_request *q, bool *ok)
{
	const struct crm_err *err;
	uint64_t id;

	err = find_one(b, q, &id);
	*ok = err == NULL && !b->line_bad;
	if (!*ok || id == 0)
		return err;
	*ok = false;
	if (crm_is_new(id) || crm_nummap_get(&b->given, id) != NULL)
		return fault(b, NULL,
		    crm_err(CRM_E_DATA, "a line before adds what is removed"));
	return crm_batch_remove(b, id, ok);
}

const struct crm_err *
crm_batch_exact(struct crm_batch *b, uint64_t id, enum crm_batch_turn turn,
    const struct crm_slot *slot, size_t n)
{
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, crm_id_kind(id));
	uint64_t place = CRM_CLAIM_EDIT | (b->nedits + 1);
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	size_t i;

	err = crm_snap_get(b->snap, id, &r, &p);
	if (err != NULL)
		return err;
	assert(p == (turn == CRM_TURN_RESTORE ? CRM_REMOVED : CRM_LIVE));
	crm_rec_reset(&b->old, k);
	crm_rec_reset(&b->rec, k);
	crm_rec_open(&b->old, &r);
	crm_rec_open(&b->rec, &r);
	for (i = 0; i < n; i++)
		crm_rec_set(
		    &b->rec, crm_field_num(k, slot[i].num), slot[i].value);
	if (turn == CRM_TURN_REMOVE)
		err = crm_batch_note_removed(b, &b->old, id, place);
	else
		err = crm_batch_note_unique(b, &b->rec, id, place,
		    turn == CRM_TURN_RESTORE ? NULL : &b->old);
	if (turn == CRM_TURN_REMOVE && b->o.merges)
		(void)crm_nummap_at(&b->merged, id, NULL);
	else if (turn != CRM_TURN_RELINK)
		note_written(b, id);
	return err != NULL
	    ? err
	    : crm_batch_put_exact(b, id, r.updated, turn, slot, n);
}

uint64_t
crm_batch_only(const struct crm_batch *b)
{
	const struct crm_batch_result *r = &b->result;
	uint64_t n =
	    r->added + r->changed + r->removed + r->restored + r->unchanged;

	return b->nwritten == 1 && b->written[0].count == 1 && n == 1 &&
		r->bad == 0
	    ? crm_batch_final(b, b->written[0].first)
	    : 0;
}

uint64_t
crm_batch_waiting(const struct crm_batch *b)
{
	return b->waiting;
}

bool
crm_batch_overtaken(const struct crm_batch *b)
{
	return b->overtaken;
}

const struct crm_field *
crm_batch_taken(const struct crm_batch *b)
{
	return b->taken;
}

void
crm_batch_may_redo(struct crm_batch *b)
{
	b->may_redo = true;
}

/* Settle it; what is bad by what was not there when its line was read, is not
 * for who can read it again. */
static const struct crm_err *
settle(struct crm_batch *b)
{
	const struct crm_err *err;
	uint64_t was = b->nbad;

	err = crm_batch_settle_all(b);
	if (err != NULL || b->nbad == was || !b->may_redo ||
	    crm_snap_state(b->snap) == b->state)
		return err;
	return crm_err(CRM_E_AGAIN, "others wrote meanwhile: try again");
}

uint64_t
crm_batch_fresh(const struct crm_batch *b)
{
	return b->fresh;
}

const struct crm_err *
crm_batch_commit(struct crm_batch *b, struct crm_batch_result *result,
    const struct crm_receiver *to)
{
	const struct crm_err *err;

	err = crm_batch_resolve(b);
	if (err == NULL)
		err = settle(b);
	if (err == NULL && b->faults > 0 && !b->o.skip_bad)
		err = crm_err(CRM_E_DATA, "nothing was written");
	if (err == NULL)
		err = crm_batch_count_rates(b);
	if (err == NULL)
		err = crm_batch_write(b, to);
	b->overtaken = err != NULL && err->code == CRM_E_AGAIN && !b->asked &&
	    !crm_env_lacked_memory(b->store->env);
	*result = b->result;
	return err;
}
