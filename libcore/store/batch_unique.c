/* Unique values of a batch: against each other, and against the store. */
#include "base/mem.h"
#include "record/word.h"
#include "store/batch_impl.h"
#include "store/who.h"

/* One record that is to have a value: what stands in the runs. */
struct claim {
	uint64_t id, line, place; /* place in adds + 1; 0: an edit */
};

#define CLAIM_BYTES 24

/* Set in place: not a unique value, but a key that found nothing and must
 * find nothing when the batch is written. */
#define CLAIM_ABSENT (UINT64_C(1) << 63)
#define KEY_HEAD 3 /* kind, field */

static bool
is_unique(const struct crm_field *f)
{
	return f != NULL && (f->flags & CRM_F_UNIQUE) != 0;
}

/* Does a record hold a value with this key? */
static bool
holds(const struct crm_rec *r, const struct crm_field *f, struct crm_view key)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct crm_many m;
	struct crm_view v;
	bool yes = false;

	if (r == NULL || !crm_rec_get(r, f->num, &v))
		return false;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (!yes && crm_many_next(&m, &v)) {
		crm_buf_reset(&b);
		crm_value_add_key(&b, f, v);
		yes = crm_view_eq(crm_buf_view(&b), key);
	}
	crm_buf_release(&b);
	return yes;
}

const struct crm_err *
crm_batch_note_unique(struct crm_batch *b, const struct crm_rec *r, uint64_t id,
    uint64_t place, const struct crm_rec *old)
{
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v, key;
	char head[KEY_HEAD], claim[CLAIM_BYTES];
	uint32_t i;

	crm_le64(claim, id);
	crm_le64(claim + 8, b->line);
	crm_le64(claim + 16, place);
	for (i = 0; err == NULL && i < r->n; i++) {
		f = crm_field_num(r->kind, r->slot[i].num);
		if (!is_unique(f))
			continue;
		head[0] = r->kind->letter;
		crm_be16(head + 1, f->num);
		crm_many_begin(
		    &m, r->slot[i].value, (f->flags & CRM_F_MANY) != 0);
		while (err == NULL && crm_many_next(&m, &v)) {
			crm_buf_reset(&b->key);
			crm_buf_add(&b->key, head, KEY_HEAD);
			crm_value_add_key(&b->key, f, v);
			key = crm_buf_view(&b->key);
			if (key.n > 4000)
				key.n = 4000;
			if (!holds(old, f, crm_view_skip(key, KEY_HEAD)))
				err = crm_runs_add(b->unique, key,
				    crm_view(claim, CLAIM_BYTES));
		}
	}
	return err;
}

const struct crm_err *
crm_batch_note_absent(
    struct crm_batch *b, const struct crm_request *q, uint64_t id)
{
	const struct crm_err *err = NULL;
	struct crm_many m;
	struct crm_view v;
	char head[KEY_HEAD], claim[CLAIM_BYTES];
	size_t i;

	crm_le64(claim, id);
	crm_le64(claim + 8, b->line);
	crm_le64(claim + 16, CLAIM_ABSENT);
	head[0] = q->kind->letter;
	for (i = 0; err == NULL && i < q->nkeys; i++) {
		const struct crm_field *f = q->key[i];

		if (is_unique(f) || !crm_rec_get(&b->rec, f->num, &v))
			continue;
		crm_be16(head + 1, f->num);
		crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
		while (err == NULL && crm_many_next(&m, &v)) {
			crm_buf_reset(&b->key);
			crm_buf_add(&b->key, head, KEY_HEAD);
			crm_value_add_key(&b->key, f, v);
			if (b->key.n <= 4000)
				err = crm_runs_add(b->unique,
				    crm_buf_view(&b->key),
				    crm_view(claim, CLAIM_BYTES));
		}
	}
	return err;
}

static void
read_claim(struct crm_view v, struct claim *out)
{
	out->id = crm_le64_get(v.p);
	out->line = crm_le64_get(v.p + 8);
	out->place = crm_le64_get(v.p + 16);
}

/* Leave a new record out: it is another one. */
static void
drop(struct crm_batch *b, const struct claim *c, uint64_t is)
{
	*crm_nummap_at(&b->dropped, c->id, NULL) = is;
}

/* A value of a row in its final form: ghosts of known records resolved. */
static bool
meant_value(struct crm_batch *b, const struct crm_field *f, bool many,
    struct crm_view v, struct crm_buf *out)
{
	struct crm_view list[64];
	char link[64][CRM_LINK_MAX];
	struct crm_many m;
	size_t n = 0;
	uint64_t id;

	crm_buf_reset(out);
	if (f->type != CRM_T_LINK) {
		crm_buf_addv(out, v);
		return true;
	}
	crm_many_begin(&m, v, many);
	while (n < 64 && crm_many_next(&m, &v)) {
		id = crm_batch_meant(b, crm_link_get(v));
		if (id == 0 || crm_is_new(id))
			return false;
		list[n] = crm_view(link[n], crm_link_put(link[n], id));
		n++;
	}
	if (many)
		crm_many_put(out, list, n);
	else if (n > 0)
		crm_buf_addv(out, list[0]);
	return true;
}

/* The names of the given fields of a row that another event has otherwise. */
static const struct crm_err *
differences(struct crm_batch *b, uint64_t place,
    bool (*get)(void *ctx, uint16_t num, struct crm_view *out), void *ctx,
    struct crm_buf *names)
{
	const struct crm_kind *k = crm_kind_of(b->store->config->schema, 'e');
	struct crm_buf copy = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	struct crm_buf mine = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	const struct crm_err *err;
	const struct crm_field *f;
	struct crm_view row, v, other;
	struct crm_row r;
	uint16_t num;
	uint8_t flags;

	crm_buf_reset(names);
	err = crm_spool_read(b->adds, place, &row);
	if (err != NULL)
		return err;
	crm_buf_addv(&copy, row);
	crm_row_open(crm_buf_view(&copy), &r);
	while (crm_row_field(&r, &num, &flags, &v)) {
		f = crm_field_num(k, num);
		if ((flags & CRM_SLOT_GIVEN) == 0 || f == NULL)
			continue;
		if (!get(ctx, num, &other))
			other = CRM_VNULL;
		if (crm_view_eq(v, other))
			continue;
		if (!meant_value(
			b, f, (flags & CRM_SLOT_MANY) != 0, v, &mine) ||
		    !crm_view_eq(crm_buf_view(&mine), other)) {
			crm_buf_adds(names, names->n > 0 ? ", " : "");
			crm_buf_adds(names, f->name);
		}
	}
	crm_buf_release(&copy);
	crm_buf_release(&mine);
	return NULL;
}

static bool
get_stored(void *ctx, uint16_t num, struct crm_view *out)
{
	return crm_stored_get(ctx, num, out);
}

static bool
get_row(void *ctx, uint16_t num, struct crm_view *out)
{
	struct crm_row r = *(struct crm_row *)ctx;
	uint16_t n;
	uint8_t flags;

	while (crm_row_field(&r, &n, &flags, out))
		if (n == num)
			return true;
	return false;
}

/* The rest of the text of a key, for messages. */
static struct crm_view
shown(struct crm_view key)
{
	return crm_view_skip(key, KEY_HEAD);
}

/* Change the event that has the key already as this row says. */
static const struct crm_err *
correct(struct crm_batch *b, const struct claim *c, uint64_t id)
{
	const struct crm_kind *k = crm_kind_of(b->store->config->schema, 'e');
	const struct crm_err *err;
	struct crm_buf copy = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	struct crm_edit edit[64];
	struct crm_view row, v;
	struct crm_row r;
	uint16_t num;
	uint8_t flags;
	size_t n = 0;

	err = crm_spool_read(b->adds, c->place - 1, &row);
	if (err != NULL)
		return err;
	crm_buf_addv(&copy, row);
	crm_row_open(crm_buf_view(&copy), &r);
	crm_batch_line(b, c->line, CRM_VNULL);
	b->pending_links = (r.flags & CRM_ROW_PENDING) != 0;
	while (n < 64 && crm_row_field(&r, &num, &flags, &v)) {
		if ((flags & CRM_SLOT_GIVEN) == 0)
			continue;
		edit[n].field = crm_field_num(k, num);
		edit[n].op = CRM_SET;
		edit[n++].value = v;
	}
	err = crm_batch_put_edit(b, id, edit, n, "\0\0\0", false, CRM_EDIT_PUT);
	crm_buf_release(&copy);
	return err;
}

/* An event whose key the store knows: the same again is no error. */
static const struct crm_err *
known_event(struct crm_batch *b, struct crm_snap *snap, struct crm_view key,
    const struct claim *c, uint64_t id)
{
	struct crm_buf names = CRM_BUF_INIT(900);
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored e;
	char text[CRM_ID_TEXT];

	err = crm_snap_get(snap, id, &e, &p);
	if (err == NULL)
		err = differences(b, c->place - 1, get_stored, &e, &names);
	if (err != NULL)
		return err;
	if (names.n == 0) {
		drop(b, c, id);
		b->result.unchanged++;
	} else if (b->o.correct) {
		drop(b, c, id);
		err = correct(b, c, id);
	} else {
		drop(b, c, 0);
		crm_batch_blame(b, c->line, "key",
		    crm_err(CRM_E_DATA,
			"'%.*s' is %s with another %s (--correct changes it)",
			CRM_VARG(shown(key)), crm_id_text(id, text), names.p));
	}
	crm_buf_release(&names);
	return err;
}

/* Two events of this batch with one key: the same twice is one. */
static const struct crm_err *
twice(struct crm_batch *b, struct crm_view key, const struct claim *first,
    const struct claim *c)
{
	struct crm_buf copy = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	struct crm_buf names = CRM_BUF_INIT(900);
	const struct crm_err *err;
	struct crm_view row;
	struct crm_row r;

	err = crm_spool_read(b->adds, first->place - 1, &row);
	if (err == NULL) {
		crm_buf_addv(&copy, row);
		crm_row_open(crm_buf_view(&copy), &r);
		err = differences(b, c->place - 1, get_row, &r, &names);
	}
	if (err == NULL) {
		drop(b, c, names.n > 0 ? 0 : first->id);
		if (names.n > 0)
			crm_batch_blame(b, c->line, "key",
			    crm_err(CRM_E_DATA,
				"'%.*s' is on line %llu too, with another %s",
				CRM_VARG(shown(key)),
				(unsigned long long)first->line, names.p));
		else
			b->result.unchanged++;
	}
	crm_buf_release(&copy);
	crm_buf_release(&names);
	return err;
}

/* Is a value taken by a record of the store that is not the claimant? */
static const struct crm_err *
check_store(struct crm_batch *b, struct crm_snap *snap, struct crm_view key,
    const struct claim *c, bool again)
{
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, key.p[0]);
	const struct crm_field *f = crm_field_num(k, crm_be16_get(key.p + 1));
	const struct crm_err *err;
	const uint64_t *found;
	uint64_t id = 0;
	char text[CRM_ID_TEXT];
	size_t n, i;

	err =
	    crm_snap_find(snap, k->letter, f, shown(key), false, 2, &found, &n);
	if (err != NULL)
		return err;
	for (i = 0; i < n; i++)
		if (found[i] != c->id)
			id = found[i];
	if (id == 0)
		return NULL;
	if (again)
		return crm_err(CRM_E_AGAIN,
		    "%s: '%.*s' was given to %s meanwhile: try again", f->name,
		    CRM_VARG(shown(key)), crm_id_text(id, text));
	if (k->letter == 'e' && c->place != 0)
		return known_event(b, snap, key, c, id);
	if (c->place != 0)
		drop(b, c, 0);
	crm_batch_blame(b, c->line, f->name,
	    crm_err(CRM_E_DATA, "'%.*s' is %s already", CRM_VARG(shown(key)),
		crm_id_text(id, text)));
	return NULL;
}

/* The claims on one value: the first stands. */
static const struct crm_err *
check_group(struct crm_batch *b, struct crm_view key, const struct claim *first,
    const struct claim *c)
{
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, key.p[0]);
	const struct crm_field *f = crm_field_num(k, crm_be16_get(key.p + 1));

	if (c->id == first->id)
		return NULL;
	if (k->letter == 'e' && c->place != 0 && first->place != 0)
		return twice(b, key, first, c);
	if (c->place != 0)
		drop(b, c, 0);
	crm_batch_blame(b, c->line, f->name,
	    crm_err(CRM_E_DATA, "'%.*s' is on line %llu too",
		CRM_VARG(shown(key)), (unsigned long long)first->line));
	return NULL;
}

const struct crm_err *
crm_batch_check_unique(struct crm_batch *b, struct crm_snap *snap, bool again)
{
	struct crm_buf last = CRM_BUF_INIT(CRM_LINE_MAX);
	struct claim first = { 0 }, c;
	const struct crm_err *err;
	struct crm_view key, value;

	if (crm_runs_count(b->unique) == 0)
		return NULL;
	err = crm_runs_sort(b->unique);
	if (err == NULL)
		err = crm_runs_next(b->unique, &key, &value);
	while (err == NULL && key.p != NULL) {
		read_claim(value, &c);
		if (c.place == CLAIM_ABSENT && !again)
			;
		else if (again && crm_nummap_get(&b->dropped, c.id) != NULL)
			;
		else if (last.n > 0 && crm_view_eq(crm_buf_view(&last), key)) {
			if (!again)
				err = check_group(b, key, &first, &c);
		} else {
			crm_buf_reset(&last);
			crm_buf_addv(&last, key);
			first = c;
			err = check_store(
			    b, snap, crm_buf_view(&last), &c, again);
		}
		if (err == NULL)
			err = crm_runs_next(b->unique, &key, &value);
	}
	crm_buf_release(&last);
	return err;
}
