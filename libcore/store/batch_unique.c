/* Unique values of a batch: against each other, and against the store. */
#include "base/mem.h"
#include "record/word.h"
#include "store/batch_impl.h"
#include "store/who.h"

/* One record that is to have a value: what stands in the runs.  The place is
 * that in adds + 1, or that of an edit (CRM_CLAIM_EDIT). */
struct claim {
	uint64_t id, line, place;
};

#define CLAIM_BYTES 24

/* Set in place: not a unique value, but a key that found nothing and must
 * find nothing when the batch is written. */
#define CLAIM_ABSENT (UINT64_C(1) << 63)
#define KEY_HEAD 3 /* kind, field */
#define VALUE_MAX 4000

static bool
is_row(const struct claim *c)
{
	return c->place < CRM_CLAIM_EDIT;
}

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

/* The key of a value of a field, behind its head, in b->key. */
static struct crm_view
claim_key(struct crm_batch *b, char kind, const struct crm_field *f,
    struct crm_view value)
{
	char head[KEY_HEAD];

	head[0] = kind;
	crm_be16(head + 1, f->num);
	crm_buf_reset(&b->key);
	crm_buf_add(&b->key, head, KEY_HEAD);
	crm_value_add_key(&b->key, f, value);
	return crm_buf_view(&b->key);
}

const struct crm_err *
crm_batch_fit_unique(
    struct crm_batch *b, const struct crm_rec *r, const char **field)
{
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v;
	uint32_t i;

	for (i = 0; i < r->n; i++) {
		f = crm_field_num(r->kind, r->slot[i].num);
		if (!is_unique(f))
			continue;
		crm_many_begin(
		    &m, r->slot[i].value, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v))
			if (claim_key(b, r->kind->letter, f, v).n >
			    KEY_HEAD + VALUE_MAX) {
				*field = f->name;
				return crm_err(CRM_E_DATA,
				    "longer than %d bytes, but unique",
				    VALUE_MAX);
			}
	}
	return NULL;
}

static const struct crm_err *
add_claim(struct crm_batch *b, struct crm_view key, uint64_t id, uint64_t place)
{
	char claim[CLAIM_BYTES];

	crm_le64(claim, id);
	crm_le64(claim + 8, b->line);
	crm_le64(claim + 16, place);
	return crm_runs_add(b->unique, key, crm_view(claim, CLAIM_BYTES));
}

const struct crm_err *
crm_batch_note_unique(struct crm_batch *b, const struct crm_rec *r, uint64_t id,
    uint64_t place, const struct crm_rec *old)
{
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v, key;
	uint32_t i;

	for (i = 0; err == NULL && i < r->n; i++) {
		f = crm_field_num(r->kind, r->slot[i].num);
		if (!is_unique(f))
			continue;
		crm_many_begin(
		    &m, r->slot[i].value, (f->flags & CRM_F_MANY) != 0);
		while (err == NULL && crm_many_next(&m, &v)) {
			key = claim_key(b, r->kind->letter, f, v);
			if (!holds(old, f, crm_view_skip(key, KEY_HEAD)))
				err = add_claim(b, key, id, place);
		}
	}
	return err;
}

const struct crm_err *
crm_batch_note_edit(
    struct crm_batch *b, uint64_t id, const struct crm_request *q)
{
	const struct crm_err *err = NULL;
	struct crm_view key;
	size_t i;

	for (i = 0; err == NULL && i < q->nedits; i++) {
		const struct crm_edit *e = &q->edit[i];

		if (!is_unique(e->field) || e->op == CRM_TAKE ||
		    e->op == CRM_CLEAR)
			continue;
		key = claim_key(b, crm_id_kind(id), e->field, e->value);
		if (key.n <= KEY_HEAD + VALUE_MAX)
			err = add_claim(
			    b, key, id, CRM_CLAIM_EDIT | (b->nedits + 1));
	}
	return err;
}

const struct crm_err *
crm_batch_note_absent(
    struct crm_batch *b, const struct crm_request *q, uint64_t id)
{
	const struct crm_err *err = NULL;
	struct crm_many m;
	struct crm_view v, key;
	size_t i;

	for (i = 0; err == NULL && i < q->nkeys; i++) {
		const struct crm_field *f = q->key[i];

		if (is_unique(f) || !crm_rec_get(&b->rec, f->num, &v))
			continue;
		crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
		while (err == NULL && crm_many_next(&m, &v)) {
			key = claim_key(b, q->kind->letter, f, v);
			if (key.n <= KEY_HEAD + VALUE_MAX)
				err = add_claim(b, key, id, CLAIM_ABSENT);
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

/* Leave a row out: it is another record; 0: it is bad. */
static void
drop_row(struct crm_batch *b, const struct claim *c, uint64_t is)
{
	if (is == 0 || crm_batch_meant(b, is) != c->id)
		*crm_nummap_at(&b->dropped, c->id, NULL) = is;
}

/* Leave a bad row or edit out. */
static void
drop(struct crm_batch *b, const struct claim *c)
{
	if (is_row(c))
		drop_row(b, c, 0);
	else
		(void)crm_nummap_at(
		    &b->bad_edits, c->place & ~CRM_CLAIM_EDIT, NULL);
}

/* Is it bad? */
static bool
is_void(const struct crm_batch *b, const struct claim *c)
{
	return c->place == CLAIM_ABSENT || is_row(c)
	    ? crm_batch_meant(b, c->id) == 0
	    : crm_nummap_get(&b->bad_edits, c->place & ~CRM_CLAIM_EDIT) != NULL;
}

/* Is it not written? */
static bool
is_left_out(const struct crm_batch *b, const struct claim *c)
{
	return is_void(b, c) || crm_batch_meant(b, c->id) != c->id;
}

/* The newest form of the row of a claim. */
static const struct crm_err *
read_row(struct crm_batch *b, const struct claim *c, struct crm_row *out)
{
	uint64_t place = c->place, *form = NULL;
	const struct crm_err *err;
	struct crm_view v;

	if (b->amended)
		form = crm_nummap_get(&b->forms, c->id);
	if (form != NULL)
		place = *form & ~CRM_FORM_AGAIN;
	err = crm_spool_read(b->adds, place - 1, &v);
	if (err == NULL)
		crm_row_open(v, out);
	return err;
}

/* The names of the given fields of a row that another event has otherwise. */
static void
differences(struct crm_batch *b, struct crm_row r,
    bool (*get)(const void *ctx, uint16_t num, struct crm_view *out),
    const void *ctx, struct crm_buf *names)
{
	const struct crm_kind *k = crm_kind_of(b->store->config->schema, 'e');
	struct crm_arena a = CRM_ARENA_INIT;
	const struct crm_field *f;
	struct crm_view v, other;
	uint16_t num;
	uint8_t flags;

	crm_buf_reset(names);
	while (crm_row_field(&r, &num, &flags, &v)) {
		f = crm_field_num(k, num);
		if ((flags & CRM_SLOT_GIVEN) == 0 || f == NULL)
			continue;
		if (!get(ctx, num, &other))
			other = CRM_VNULL;
		if (f->type == CRM_T_LINK && !crm_view_eq(v, other))
			(void)crm_batch_settle(
			    b, &a, (flags & CRM_SLOT_MANY) != 0, v, &v);
		if (!crm_view_eq(v, other)) {
			crm_buf_adds(names, names->n > 0 ? ", " : "");
			crm_buf_adds(names, f->name);
		}
	}
	crm_arena_release(&a);
}

static bool
get_stored(const void *ctx, uint16_t num, struct crm_view *out)
{
	return crm_stored_get(ctx, num, out);
}

static bool
get_row(const void *ctx, uint16_t num, struct crm_view *out)
{
	return crm_row_get(*(const struct crm_row *)ctx, num, out);
}

/* The rest of the text of a key, for messages. */
static struct crm_view
shown(struct crm_view key)
{
	return crm_view_skip(key, KEY_HEAD);
}

/* Change the event that has the key already as this row says. */
static const struct crm_err *
correct(struct crm_batch *b, struct crm_row r, uint64_t id)
{
	const struct crm_kind *k = crm_kind_of(b->store->config->schema, 'e');
	struct crm_edit *edit;
	struct crm_view v, raw = CRM_VNULL;
	uint16_t num;
	uint8_t flags;
	size_t n = 0;

	(void)crm_row_get(r, CRM_RAW_LINE, &raw);
	crm_batch_line(b, r.line, raw);
	b->pending_links = (r.flags & CRM_ROW_PENDING) != 0;
	edit =
	    crm_arena_alloc(&b->line_arena, ((size_t)r.n + 1) * sizeof(*edit));
	while (crm_row_field(&r, &num, &flags, &v)) {
		if ((flags & CRM_SLOT_GIVEN) == 0)
			continue;
		edit[n].field = crm_field_num(k, num);
		edit[n].op = CRM_SET;
		edit[n++].value = v;
	}
	return crm_batch_put_edit(
	    b, id, edit, n, "\0\0\0", false, CRM_EDIT_PUT);
}

/* Was a row's key made of its doc? */
static bool
is_key_made(struct crm_row r)
{
	struct crm_view v;
	uint16_t num;
	uint8_t flags;

	while (crm_row_field(&r, &num, &flags, &v))
		if (num == CRM_EVENT_KEY)
			return (flags & CRM_SLOT_GIVEN) == 0;
	return false;
}

/*
 * Tell that a key is that of another event.  A purchase does not become an
 * invoice: two files that count the lines of the same docs do not mean the
 * same events.
 *
 * names   of the fields that differ
 */
static void
blame_known(struct crm_batch *b, struct crm_view key, const struct claim *c,
    struct crm_view was, struct crm_view is, uint64_t id, const char *names)
{
	char text[CRM_ID_TEXT];
	const struct crm_err *err;

	if (crm_view_eq(was, is))
		err = crm_err(CRM_E_DATA,
		    "'%.*s' is %s with another %s (--correct changes it)",
		    CRM_VARG(shown(key)), crm_id_text(id, text), names);
	else
		err = crm_err(CRM_E_DATA,
		    "'%.*s' is %s (what: %.*s, now %.*s): give it a key of its "
		    "own, such as --map COLUMN=key:%.*s",
		    CRM_VARG(shown(key)), crm_id_text(id, text), CRM_VARG(was),
		    CRM_VARG(is), CRM_VARG(is));
	drop(b, c);
	crm_batch_blame(b, c->line, "key", err);
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
	struct crm_row row;
	struct crm_view was = CRM_VNULL, is = CRM_VNULL;

	err = crm_snap_get(snap, id, &e, &p);
	if (err == NULL)
		err = read_row(b, c, &row);
	if (err != NULL)
		return err;
	differences(b, row, get_stored, &e, &names);
	if (names.n == 0) {
		drop_row(b, c, id);
		b->result.unchanged++;
		goto done;
	}
	if (crm_stored_get(&e, CRM_EVENT_WHAT, &was))
		was = crm_word_get(was);
	if (crm_row_get(row, CRM_EVENT_WHAT, &is))
		is = crm_word_get(is);
	if (b->o.correct && (crm_view_eq(was, is) || !is_key_made(row))) {
		drop_row(b, c, id);
		err = correct(b, row, id);
	} else
		blame_known(b, key, c, was, is, id, names.p);
done:
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
	struct crm_row other, r;

	err = read_row(b, first, &other);
	if (err == NULL) {
		crm_buf_addv(&copy, other.bytes);
		crm_row_open(crm_buf_view(&copy), &other);
		err = read_row(b, c, &r);
	}
	if (err == NULL) {
		differences(b, r, get_row, &other, &names);
		if (names.n == 0) {
			drop_row(b, c, first->id);
			b->result.unchanged++;
		} else {
			drop(b, c);
			crm_batch_blame(b, c->line, "key",
			    crm_err(CRM_E_DATA,
				"'%.*s' is on line %llu too, with another %s",
				CRM_VARG(shown(key)),
				(unsigned long long)first->line, names.p));
		}
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
	uint64_t id = 0, mine = crm_batch_meant(b, c->id);
	const struct crm_err *err;
	const uint64_t *found;
	char text[CRM_ID_TEXT];
	size_t n, i;

	err =
	    crm_snap_find(snap, k->letter, f, shown(key), false, 2, &found, &n);
	if (err != NULL)
		return err;
	for (i = 0; i < n; i++)
		if (found[i] != mine)
			id = found[i];
	if (id == 0)
		return NULL;
	if (again)
		return crm_err(CRM_E_AGAIN,
		    "%s: '%.*s' was given to %s meanwhile: try again", f->name,
		    CRM_VARG(shown(key)), crm_id_text(id, text));
	if (k->letter == 'e' && f->num == CRM_EVENT_KEY && is_row(c))
		return known_event(b, snap, key, c, id);
	drop(b, c);
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

	if (crm_batch_meant(b, c->id) == crm_batch_meant(b, first->id))
		return NULL;
	if (k->letter == 'e' && f->num == CRM_EVENT_KEY && is_row(c) &&
	    is_row(first))
		return twice(b, key, first, c);
	drop(b, c);
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
		if ((c.place == CLAIM_ABSENT && !again) ||
		    (again && is_left_out(b, &c)))
			;
		else if (last.n > 0 && crm_view_eq(crm_buf_view(&last), key) &&
		    !is_void(b, &first)) {
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
