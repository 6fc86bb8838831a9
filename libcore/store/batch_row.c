/* Rows and edits of a batch that wait to be written. */
#include "base/mem.h"
#include "store/batch_impl.h"

void
crm_row_open(struct crm_view v, struct crm_row *r)
{
	r->bytes = v;
	r->kind = v.p[0];
	r->flags = (uint8_t)v.p[1];
	r->n = crm_le32_get(v.p + 2);
	r->line = crm_le64_get(v.p + 6);
	r->id = crm_le64_get(v.p + 14);
	r->stored = crm_view(v.p + CRM_ROW_HEAD, crm_le32_get(v.p + 22));
	(void)crm_code_open(r->stored, &r->rec);
	r->what = (const uint8_t *)r->stored.p + r->stored.n;
	r->next = 0;
	r->notes = crm_view_skip(v, CRM_ROW_HEAD + r->stored.n + r->rec.n);
	r->n += r->rec.n;
}

void
crm_row_open_edit(struct crm_view v, struct crm_row *r)
{
	r->bytes = v;
	r->kind = v.p[0];
	r->flags = (uint8_t)v.p[1];
	r->n = crm_le32_get(v.p + 2);
	r->line = crm_le64_get(v.p + 6);
	r->id = 0;
	memcpy(r->currency, v.p + 14, 4);
	r->stored = CRM_VNULL;
	memset(&r->rec, 0, sizeof(r->rec));
	r->next = 0;
	r->what = NULL;
	r->notes = crm_view_skip(v, CRM_EDIT_HEAD);
}

bool
crm_row_field(
    struct crm_row *r, uint16_t *num, uint8_t *flags, struct crm_view *value)
{
	struct crm_slot slot;

	if (r->n == 0)
		return false;
	r->n--;
	if (r->next < r->rec.n) {
		slot = crm_stored_at(&r->rec, r->next);
		*num = slot.num;
		*flags = r->what[r->next++];
		*value = slot.value;
		return true;
	}
	*num = crm_le16_get(r->notes.p);
	*flags = (uint8_t)r->notes.p[2];
	*value = crm_view(r->notes.p + 7, crm_le32_get(r->notes.p + 3));
	r->notes = crm_view_skip(r->notes, 7 + value->n);
	return true;
}

bool
crm_row_get(struct crm_row r, uint16_t num, struct crm_view *out)
{
	struct crm_view v;
	uint16_t n;
	uint8_t flags;

	if (crm_stored_get(&r.rec, num, &v)) {
		*out = v;
		return true;
	}
	while (crm_row_field(&r, &n, &flags, &v))
		if (n == num) {
			*out = v;
			return true;
		}
	return false;
}

bool
crm_row_next_link(struct crm_row_links *l, uint64_t *id)
{
	struct crm_view v;
	uint16_t num;
	bool many;

	while (l->field == NULL || !crm_many_next(&l->values, &v)) {
		do {
			if (!crm_row_field(&l->row, &num, &l->flags, &v))
				return false;
			l->field = crm_field_num(l->kind, num);
		} while (l->field == NULL || l->field->type != CRM_T_LINK ||
		    v.n == 0);
		many = l->edit ? l->row.kind == CRM_EDIT_PUT &&
			(l->field->flags & CRM_F_MANY) != 0
			       : (l->flags & CRM_SLOT_MANY) != 0;
		crm_many_begin(&l->values, v, many);
	}
	*id = crm_link_get(v);
	return true;
}

/* Before each value: number u16, flags u8, length u32. */
#define NOTE_HEAD 7

static void
add_note(struct crm_buf *b, uint16_t num, uint8_t flags, struct crm_view value)
{
	char *to = crm_buf_room(b, NOTE_HEAD + value.n);

	if (to == NULL)
		return;
	crm_le16(to, num);
	to[2] = (char)flags;
	crm_le32(to + 3, (uint32_t)value.n);
	(void)crm_copy_few(to + NOTE_HEAD, value.p, value.n);
	crm_buf_used(b, NOTE_HEAD + value.n);
}

/* The fields that the input had. */
struct given {
	const struct crm_request *q;
	uint64_t bits; /* as crm_rec.has */
	bool money;    /* an amount: it has a currency, named or not */
};

static void
note_given(const struct crm_request *q, struct given *out)
{
	size_t i;

	out->q = q;
	out->bits = 0;
	out->money = q->currency[0] != '\0';
	for (i = 0; i < q->nedits; i++) {
		const struct crm_field *f = q->edit[i].field;

		out->bits |= crm_rec_bit(f->num);
		out->money = out->money || f->type == CRM_T_MONEY;
	}
}

static bool
was_given(const struct given *g, uint16_t num)
{
	size_t i;

	if (g->money && num == g->q->kind->currency)
		return true;
	if ((g->bits & crm_rec_bit(num)) == 0 || num < 63)
		return (g->bits & crm_rec_bit(num)) != 0;
	for (i = 0; i < g->q->nedits; i++)
		if (g->q->edit[i].field->num == num)
			return true;
	return false;
}

/* Did it have it in the form before this one? */
static bool
was_given_before(struct crm_row r, uint16_t num)
{
	struct crm_view v;
	uint16_t n;
	uint8_t flags;

	while (crm_row_field(&r, &n, &flags, &v))
		if (n == num)
			return (flags & CRM_SLOT_GIVEN) != 0;
	return false;
}

static void
add_head(struct crm_buf *b, char kind, uint8_t flags, size_t n, uint64_t line)
{
	char head[14];

	head[0] = kind;
	head[1] = (char)flags;
	crm_le32(head + 2, (uint32_t)n);
	crm_le64(head + 6, line);
	crm_buf_reset(b);
	crm_buf_add(b, head, sizeof(head));
}

/* What stands behind the fields. */
static void
add_notes(struct crm_batch *b)
{
	if (b->words.n > 0)
		add_note(&b->buf, CRM_LINK_WORDS, 0, crm_buf_view(&b->words));
	if (b->raw.n > 0)
		add_note(&b->buf, CRM_RAW_LINE, 0, b->raw);
}

/* The words of a row's form before are those of the next one, but for fields
 * that the line sets anew. */
static void
keep_words(struct crm_batch *b, const struct crm_request *q, struct crm_row r)
{
	struct crm_view v = CRM_VNULL;
	size_t i;

	(void)crm_row_get(r, CRM_LINK_WORDS, &v);
	for (; v.n >= CRM_LINK_WORD_BYTES;
	     v = crm_view_skip(v, CRM_LINK_WORD_BYTES)) {
		for (i = 0; i < q->nedits; i++)
			if (q->edit[i].field->num == crm_le16_get(v.p) &&
			    (q->edit[i].op == CRM_SET ||
				q->edit[i].op == CRM_CLEAR))
				break;
		if (i == q->nedits)
			crm_buf_add(&b->words, v.p, CRM_LINK_WORD_BYTES);
	}
}

/* Add flags of the fields of a record. */
static void
add_flags(struct crm_batch *b, const struct crm_rec *r,
    const struct crm_request *q, const struct crm_row *before)
{
	char *to = crm_buf_room(&b->buf, r->n);
	struct given given;
	uint32_t i;

	note_given(q, &given);
	for (i = 0; to != NULL && i < r->n; i++) {
		const struct crm_slot *slot = &r->slot[i];
		uint8_t what = slot->many ? CRM_SLOT_MANY : 0;

		if (was_given(&given, slot->num) ||
		    (before != NULL && was_given_before(*before, slot->num)))
			what |= CRM_SLOT_GIVEN;
		to[i] = (char)what;
	}
	if (to != NULL)
		crm_buf_used(&b->buf, r->n);
}

const struct crm_err *
crm_batch_put_row(struct crm_batch *b, const struct crm_request *q,
    uint8_t flags, uint64_t id, const struct crm_row *before)
{
	const struct crm_rec *r = &b->rec;
	const struct crm_err *err;
	char text[12] = { 0 };

	if (b->pending_links)
		flags |= CRM_ROW_PENDING;
	if (before != NULL)
		keep_words(b, q, *before);
	add_head(&b->buf, r->kind->letter, flags,
	    (size_t)(b->raw.n > 0) + (b->words.n > 0), b->line);
	crm_le64(text, id);
	crm_buf_add(&b->buf, text, sizeof(text));
	crm_rec_encode(r, &b->buf, 0, 0, 0);
	if (!b->buf.over)
		crm_le32(b->buf.p + CRM_ROW_HEAD - 4,
		    (uint32_t)(b->buf.n - CRM_ROW_HEAD));
	add_flags(b, r, q, before);
	add_notes(b);
	err = crm_buf_end(&b->buf);
	return err != NULL
	    ? err
	    : crm_spool_add(b->adds, crm_buf_view(&b->buf), NULL);
}

const struct crm_err *
crm_batch_put_edit(struct crm_batch *b, uint64_t id,
    const struct crm_edit *edit, size_t n, const char *currency, bool keep,
    int op)
{
	uint8_t flags = (uint8_t)((b->pending_links ? CRM_ROW_PENDING : 0) |
	    (keep ? CRM_ROW_KEEP : 0));
	const struct crm_err *err;
	char key[16];
	size_t i;

	add_head(&b->buf, (char)op, flags,
	    n + (b->raw.n > 0) + (b->words.n > 0), b->line);
	crm_buf_add(&b->buf, currency, 4);
	for (i = 0; i < n; i++)
		add_note(&b->buf, edit[i].field->num, (uint8_t)edit[i].op,
		    edit[i].value);
	add_notes(b);
	err = crm_buf_end(&b->buf);
	if (err != NULL)
		return err;
	crm_be64(key, id);
	crm_be64(key + 8, b->nedits++);
	if (++*crm_nummap_at(&b->edited, id, NULL) > 1 || op == CRM_EDIT_PUT ||
	    b->pending_links)
		b->untried = true;
	return crm_runs_add(b->edits, crm_view(key, 16), crm_buf_view(&b->buf));
}

const struct crm_err *
crm_batch_put_exact(struct crm_batch *b, uint64_t id, uint64_t updated,
    enum crm_batch_turn turn, const struct crm_slot *slot, size_t n)
{
	uint8_t flags = turn == CRM_TURN_REMOVE ? CRM_ROW_REMOVE
	    : turn == CRM_TURN_RESTORE          ? CRM_ROW_RESTORE
	    : turn == CRM_TURN_RELINK           ? CRM_ROW_RELINK
						: 0;
	const struct crm_err *err;
	char key[16];
	size_t i;

	add_head(&b->buf, CRM_EDIT_EXACT, flags, n, updated);
	crm_buf_add(&b->buf, "\0\0\0\0", 4);
	for (i = 0; i < n; i++)
		add_note(&b->buf, slot[i].num, CRM_SET, slot[i].value);
	err = crm_buf_end(&b->buf);
	if (err != NULL)
		return err;
	crm_be64(key, id);
	crm_be64(key + 8, b->nedits++);
	++*crm_nummap_at(&b->edited, id, NULL);
	return crm_runs_add(b->edits, crm_view(key, 16), crm_buf_view(&b->buf));
}

const struct crm_err *
crm_batch_next_row(
    struct crm_batch *b, uint64_t count[26], struct crm_row *r, uint64_t *id)
{
	const struct crm_err *err;
	struct crm_view v;
	uint64_t *form;

	do {
		err = crm_spool_next(b->adds, &v);
		if (err != NULL || v.p == NULL) {
			*id = 0;
			return err;
		}
		crm_row_open(v, r);
	} while ((r->flags & CRM_ROW_AGAIN) != 0);
	*id = crm_id(r->kind, CRM_NEW, ++count[r->kind - 'a']);
	if (r->id != 0 && !b->o.new_ids)
		*id = r->id;
	if (!b->amended)
		return NULL;
	form = crm_nummap_get(&b->forms, *id);
	if (form == NULL || (*form & CRM_FORM_AGAIN) == 0)
		return NULL;
	err = crm_spool_read(b->adds, (*form & ~CRM_FORM_AGAIN) - 1, &v);
	if (err == NULL)
		crm_row_open(v, r);
	return err;
}

bool
crm_batch_open_row(const struct crm_batch *b, struct crm_row r,
    struct crm_arena *a, struct crm_rec *rec)
{
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, r.kind);
	const struct crm_field *f;
	struct crm_view v;
	uint16_t num;
	uint8_t flags;
	bool good = true;

	crm_rec_reset(rec, k);
	while (crm_row_field(&r, &num, &flags, &v)) {
		f = crm_field_num(k, num);
		if (f == NULL)
			continue;
		if (a != NULL && (r.flags & CRM_ROW_PENDING) != 0 &&
		    f->type == CRM_T_LINK)
			good &= crm_batch_settle(
			    b, a, (flags & CRM_SLOT_MANY) != 0, v, &v);
		if (a != NULL)
			crm_rec_lend(rec, f, v);
		else
			crm_rec_set(rec, f, v);
	}
	return good;
}

/* The edits of an entry, with final links. */
static struct crm_edit *
open_edits(const struct crm_batch *b, struct crm_row *r,
    const struct crm_kind *k, struct crm_arena *a, size_t *n)
{
	struct crm_edit *edit =
	    crm_arena_alloc(a, ((size_t)r->n + 1) * sizeof(*edit));
	struct crm_edit *e = edit;
	struct crm_view v;
	uint16_t num;
	uint8_t op;

	while (crm_row_field(r, &num, &op, &v)) {
		if (num == CRM_RAW_LINE || num == CRM_LINK_WORDS)
			continue;
		e->field = crm_field_num(k, num);
		e->op = (enum crm_edit_op)op;
		e->value = v;
		if ((r->flags & CRM_ROW_PENDING) != 0 &&
		    e->field->type == CRM_T_LINK)
			(void)crm_batch_settle(b, a,
			    r->kind == CRM_EDIT_PUT &&
				(e->field->flags & CRM_F_MANY) != 0,
			    v, &e->value);
		e++;
	}
	*n = (size_t)(e - edit);
	return edit;
}

const struct crm_err *
crm_batch_do_edit(struct crm_batch *b, struct crm_view entry,
    struct crm_arena *a, struct crm_rec *rec, bool *removed, const char **field)
{
	struct crm_edit *edit;
	struct crm_row r;
	char text[CRM_ID_TEXT];
	size_t n, i;

	*field = NULL;
	crm_row_open_edit(entry, &r);
	if (r.kind != CRM_EDIT_REMOVE && *removed)
		return crm_err(CRM_E_DATA, "no such record: %s",
		    crm_id_text(rec->id, text));
	if (r.kind == CRM_EDIT_REMOVE) {
		*removed = true;
		return NULL;
	}
	edit = open_edits(b, &r, rec->kind, a, &n);
	crm_rec_borrow(&b->before, rec);
	if (r.kind == CRM_EDIT_PUT || r.kind == CRM_EDIT_EXACT)
		for (i = 0; i < n; i++)
			crm_rec_set(rec, edit[i].field, edit[i].value);
	else
		crm_rec_apply(rec, edit, n, (r.flags & CRM_ROW_KEEP) != 0);
	if (r.kind == CRM_EDIT_EXACT) {
		*removed = (r.flags & CRM_ROW_REMOVE) != 0;
		return NULL;
	}
	return crm_rule_finish(
	    &b->rules, rec, &b->before, edit, n, r.currency, field);
}
