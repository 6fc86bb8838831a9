/* Events that are there already, by their key: in the store, or on a line
 * before. */
#include "base/mem.h"
#include "record/word.h"
#include "store/batch_claim.h"

/* The newest form of the row of a claim. */
static const struct crm_err *
read_row(struct crm_batch *b, const struct crm_claim *c, struct crm_row *out)
{
	uint64_t place = crm_claim_at(c), *form = NULL;
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
blame_known(struct crm_batch *b, struct crm_view key, const struct crm_claim *c,
    struct crm_view was, struct crm_view is, uint64_t id, const char *names)
{
	char text[CRM_ID_TEXT];
	const struct crm_err *err;

	if (crm_view_eq(was, is))
		err = crm_err(CRM_E_DATA,
		    "'%.*s' is %s with another %s (--correct changes it)",
		    CRM_VARG(crm_claim_shown(key)), crm_id_text(id, text),
		    names);
	else
		err = crm_err(CRM_E_DATA,
		    "'%.*s' is %s (what: %.*s, now %.*s): give it a key of its "
		    "own, such as --map COLUMN=key:%.*s",
		    CRM_VARG(crm_claim_shown(key)), crm_id_text(id, text),
		    CRM_VARG(was), CRM_VARG(is), CRM_VARG(is));
	crm_claim_drop(b, c);
	crm_batch_blame(b, c->line, "key", err);
}

const struct crm_err *
crm_batch_known_event(struct crm_batch *b, struct crm_snap *snap,
    struct crm_view key, const struct crm_claim *c, uint64_t id)
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
		crm_claim_is_same(b, c, id);
		b->result.unchanged++;
		goto done;
	}
	if (crm_stored_get(&e, CRM_EVENT_WHAT, &was))
		was = crm_word_get(was);
	if (crm_row_get(row, CRM_EVENT_WHAT, &is))
		is = crm_word_get(is);
	if (b->o.correct && (crm_view_eq(was, is) || !is_key_made(row))) {
		crm_claim_is_same(b, c, id);
		err = correct(b, row, id);
	} else
		blame_known(b, key, c, was, is, id, names.p);
done:
	crm_buf_release(&names);
	return err;
}

/* The names of the fields in which two rows differ. */
static const struct crm_err *
compare_rows(struct crm_batch *b, const struct crm_claim *first,
    const struct crm_claim *c, struct crm_buf *names)
{
	struct crm_buf copy = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	const struct crm_err *err;
	struct crm_row other, r;

	err = read_row(b, first, &other);
	if (err == NULL) {
		crm_buf_addv(&copy, other.bytes);
		crm_row_open(crm_buf_view(&copy), &other);
		err = read_row(b, c, &r);
	}
	if (err == NULL)
		differences(b, r, get_row, &other, names);
	crm_buf_release(&copy);
	return err;
}

const struct crm_err *
crm_batch_twice(struct crm_batch *b, struct crm_view key,
    const struct crm_claim *first, const struct crm_claim *c, bool blame,
    bool *same)
{
	struct crm_buf names = CRM_BUF_INIT(900);
	const struct crm_err *err;

	err = compare_rows(b, first, c, &names);
	*same = err == NULL && names.n == 0;
	if (*same) {
		crm_claim_is_same(b, c, first->id);
		b->result.unchanged++;
	} else if (err == NULL && blame) {
		crm_claim_drop(b, c);
		crm_batch_blame(b, c->line, "key",
		    crm_err(CRM_E_DATA,
			"'%.*s' is on line %llu too, with another %s",
			CRM_VARG(crm_claim_shown(key)),
			(unsigned long long)first->line, names.p));
	}
	crm_buf_release(&names);
	return err;
}
