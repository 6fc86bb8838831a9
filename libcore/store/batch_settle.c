/* The end of a batch's input: what is bad because something else is, what
 * several lines make of one record. */
#include "base/mem.h"
#include "base/sorted.h"
#include "record/word.h"
#include "store/batch_impl.h"

/* The words of a row or an edit that may turn out to be of several. */
static struct crm_view
words_of(const struct crm_batch *b, struct crm_row r)
{
	struct crm_view v = CRM_VNULL;

	if (b->shared.used > 0)
		(void)crm_row_get(r, CRM_LINK_WORDS, &v);
	return v;
}

/* Does a row or an edit link to something that is not there, or not one? */
static bool
links_to_nothing(const struct crm_batch *b, const struct crm_kind *k,
    struct crm_row r, bool edit)
{
	struct crm_row_links l = { .row = r, .kind = k, .edit = edit };
	struct crm_view words = words_of(b, r);
	uint64_t id;
	uint16_t num;

	if (crm_batch_shared_word(b, &words, &num) != NULL)
		return true;
	if ((r.flags & CRM_ROW_PENDING) == 0)
		return false;
	while (crm_row_next_link(&l, &id))
		if (crm_batch_meant(b, id) == 0)
			return true;
	return false;
}

/* Cost: a pass over the rows for each step of the longest chain of these. */
const struct crm_err *
crm_batch_spread(struct crm_batch *b)
{
	const struct crm_err *err = NULL;
	uint64_t id;
	struct crm_row r;
	bool more = true;

	while (err == NULL && more) {
		uint64_t count[26] = { 0 };

		more = false;
		crm_spool_rewind(b->adds);
		for (;;) {
			err = crm_batch_next_row(b, count, &r, &id);
			if (err != NULL || id == 0)
				break;
			if (crm_batch_meant(b, id) != id ||
			    !links_to_nothing(b,
				crm_kind_of(b->store->config->schema, r.kind),
				r, false))
				continue;
			*crm_nummap_at(&b->dropped, id, NULL) = 0;
			b->nbad++;
			more = true;
		}
	}
	return err;
}

/* Tell of its links to nothing; returns whether there were any. */
static bool
blame_links(
    struct crm_batch *b, const struct crm_kind *k, struct crm_row r, bool edit)
{
	struct crm_row_links l = { .row = r, .kind = k, .edit = edit };
	struct crm_view words = words_of(b, r);
	const char *why;
	uint64_t id;
	uint16_t num;
	bool any = false;

	for (; (why = crm_batch_shared_word(b, &words, &num)) != NULL;
	     any = true)
		crm_batch_blame(b, r.line, crm_field_num(k, num)->name,
		    crm_err(CRM_E_DATA, "%s", why));
	while ((r.flags & CRM_ROW_PENDING) != 0 && crm_row_next_link(&l, &id))
		if (crm_batch_meant(b, id) == 0)
			any |= crm_batch_blame_link(b, r.line, l.field, id);
	return any;
}

/* Leave the line of a row or an edit out. */
static const struct crm_err *
reject(struct crm_batch *b, struct crm_runs *lines, struct crm_row r)
{
	struct crm_view raw;
	char key[8];

	if (!b->o.skip_bad)
		return NULL;
	b->result.bad++;
	if (b->o.reject == NULL || !crm_row_get(r, CRM_RAW_LINE, &raw))
		return NULL;
	crm_be64(key, r.line);
	return crm_runs_add(lines, crm_view(key, 8), raw);
}

static void
blame(struct crm_batch *b, uint64_t line, const char *field, const char *what)
{
	if (b->o.skip_bad) /* else it is no fault of that line */
		crm_batch_blame(
		    b, line, field, crm_err(CRM_E_DATA, "%s", what));
}

/*
 * Tell why the line of a bad row is left out, if that was not told yet.
 *
 * same    it is the same as another row, which is bad
 */
static void
blame_row(struct crm_batch *b, struct crm_row r, uint64_t id, bool same)
{
	static const char other[] =
	    "another line about the same record is left out";
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, r.kind);
	uint64_t *form = crm_nummap_get(&b->forms, id);
	uint64_t *line = crm_nummap_get(&b->blamed, id);
	bool more = form != NULL && (*form & CRM_FORM_AGAIN) != 0;

	if (line != NULL && *line != r.line) {
		blame(b, r.line, NULL, other);
		return;
	}
	if (blame_links(b, k, r, false)) {
		if (more)
			*crm_nummap_at(&b->blamed, id, NULL) = r.line;
	} else if (same)
		blame(b, r.line, "key", "is that of a line that is left out");
	else if (more && line == NULL)
		blame(b, r.line, NULL, other);
}

/* The lines of bad rows, of all their forms. */
static const struct crm_err *
reject_rows(struct crm_batch *b, struct crm_runs *lines)
{
	const struct crm_err *err;
	uint64_t count[26] = { 0 }, id;
	const uint64_t *dropped;
	struct crm_view v;
	struct crm_row r;

	if (b->nbad == 0 || b->dropped.used == 0)
		return NULL;
	crm_spool_rewind(b->adds);
	for (;;) {
		err = crm_spool_next(b->adds, &v);
		if (err != NULL || v.p == NULL)
			return err;
		crm_row_open(v, &r);
		id = r.id;
		if ((r.flags & CRM_ROW_AGAIN) == 0) {
			uint64_t n = ++count[r.kind - 'a'];

			if (r.id == 0 || b->o.new_ids)
				id = crm_id(r.kind, CRM_NEW, n);
		}
		dropped = crm_nummap_get(&b->dropped, id);
		if (dropped == NULL || crm_batch_meant(b, id) != 0)
			continue;
		if (*dropped != 0)
			b->result.unchanged--;
		if ((r.flags & CRM_ROW_MADE) != 0)
			continue;
		blame_row(b, r, id, *dropped != 0);
		err = reject(b, lines, r);
		if (err != NULL)
			return err;
	}
}

/* The edits of one record, tried one after the other. */
struct trial {
	uint64_t id;
	size_t n; /* edits of it before the one at hand */
	struct crm_arena arena;
	struct crm_rec stored, rec, good; /* good: before the one at hand */
	bool removed;
};

static const struct crm_err *
begin_trial(struct crm_batch *b, struct trial *t, uint64_t id, bool *there)
{
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, crm_id_kind(id));
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;

	t->id = 0;
	t->n = 0;
	t->removed = false;
	crm_arena_reset(&t->arena);
	err = crm_snap_get(b->snap, id, &r, &p);
	*there = err == NULL && p == CRM_LIVE && k != NULL;
	if (*there) {
		t->id = id;
		crm_rec_reset(&t->rec, k);
		crm_rec_open(&t->rec, &r);
		t->rec.id = id;
		crm_rec_borrow(&t->stored, &t->rec);
		t->stored.id = id;
	}
	return err;
}

/* An edit may make a purchase one of a customer who is new. */
static void
note_buyer(struct crm_batch *b, const struct trial *t)
{
	struct crm_view v;
	struct crm_many m;
	uint64_t id;

	if (crm_id_kind(t->id) != 'e' || t->removed ||
	    !crm_rec_is(&t->rec, CRM_EVENT_WHAT, CRM_W_PURCHASE) ||
	    !crm_rec_get(&t->rec, CRM_EVENT_WHO, &v))
		return;
	crm_many_begin(&m, v, true);
	if (!crm_many_next(&m, &v))
		return;
	id = crm_batch_meant(b, crm_link_get(v));
	if (crm_is_new(id) || crm_nummap_get(&b->given, id) != NULL)
		(void)crm_nummap_at(&b->buyers, id, NULL);
}

/* Try an edit behind those before it. */
static const struct crm_err *
try_next(
    struct crm_batch *b, struct trial *t, uint64_t order, struct crm_view entry)
{
	bool removed = t->removed;
	const struct crm_err *err;
	const char *field;
	struct crm_row r;

	crm_rec_borrow(&t->good, &t->rec);
	err = crm_batch_do_edit(
	    b, entry, &t->arena, &t->rec, &t->removed, &field);
	if (err == NULL)
		err = crm_batch_fit_unique(b, &t->rec, &field);
	if (err == NULL)
		err = crm_batch_fit_erased(b, &t->rec, &t->good, &field);
	if (err == NULL || err->code != CRM_E_DATA)
		return err;
	crm_row_open_edit(entry, &r);
	crm_batch_blame(b, r.line, field, err);
	(void)crm_nummap_at(&b->bad_edits, order + 1, NULL);
	b->nbad++;
	crm_rec_borrow(&t->rec, &t->good);
	t->removed = removed;
	return NULL;
}

/* The same, unless it is known to be bad; note what it says of unique values.
 * The first edit of a record was noted when its line was read. */
static const struct crm_err *
try_entry(struct crm_batch *b, struct trial *t, uint64_t order,
    struct crm_view entry, bool note)
{
	bool first = t->n++ == 0;
	const struct crm_err *err;
	struct crm_row r;

	crm_row_open_edit(entry, &r);
	if (crm_nummap_get(&b->bad_edits, order + 1) != NULL)
		return NULL;
	if (links_to_nothing(b, t->stored.kind, r, true)) {
		(void)blame_links(b, t->stored.kind, r, true);
		(void)crm_nummap_at(&b->bad_edits, order + 1, NULL);
		b->nbad++;
		return NULL;
	}
	err = try_next(b, t, order, entry);
	if (err != NULL || !note || first ||
	    crm_nummap_get(&b->bad_edits, order + 1) != NULL)
		return err;
	return crm_batch_note_later(
	    b, r, order, &t->stored, &t->good, t->removed ? NULL : &t->rec);
}

/*
 * Edits were tried alone when their line was read.  Those that had to wait
 * for other lines, and several of one record, are tried together.
 *
 * note    note what they say of unique values: once
 */
static const struct crm_err *
try_edits(struct crm_batch *b, bool note)
{
	struct trial t = { .id = 0 };
	const struct crm_err *err;
	struct crm_view key, entry;
	struct crm_row r;
	uint64_t id, order, last = 0;
	bool there = false;

	b->untried = false;
	crm_nummap_release(&b->buyers);
	crm_rec_init(&t.stored, NULL);
	crm_rec_init(&t.rec, NULL);
	crm_rec_init(&t.good, NULL);
	err = crm_runs_sort(b->edits);
	while (err == NULL) {
		err = crm_runs_next(b->edits, &key, &entry);
		if (err != NULL || key.p == NULL)
			break;
		id = crm_be64_get(key.p);
		order = crm_be64_get(key.p + 8);
		crm_row_open_edit(entry, &r);
		if (id != last) {
			note_buyer(b, &t);
			t.id = 0;
			last = 0;
			if (*crm_nummap_get(&b->edited, id) == 1 &&
			    (r.flags & CRM_ROW_PENDING) == 0 &&
			    r.kind != CRM_EDIT_PUT && words_of(b, r).n == 0)
				continue;
			last = id;
			err = begin_trial(b, &t, id, &there);
		}
		if (err == NULL && there)
			err = try_entry(b, &t, order, entry, note);
	}
	if (err == NULL)
		note_buyer(b, &t);
	crm_arena_release(&t.arena);
	crm_rec_release(&t.stored);
	crm_rec_release(&t.rec);
	crm_rec_release(&t.good);
	return err;
}

/* The lines of bad edits. */
static const struct crm_err *
reject_edits(struct crm_batch *b, struct crm_runs *lines)
{
	const struct crm_err *err;
	struct crm_view key, entry;
	struct crm_row r;

	if (b->bad_edits.used == 0 || !b->o.skip_bad)
		return NULL;
	err = crm_runs_sort(b->edits);
	while (err == NULL) {
		err = crm_runs_next(b->edits, &key, &entry);
		if (err != NULL || key.p == NULL)
			break;
		if (crm_nummap_get(
			&b->bad_edits, crm_be64_get(key.p + 8) + 1) == NULL)
			continue;
		crm_row_open_edit(entry, &r);
		err = reject(b, lines, r);
	}
	return err;
}

/* Tell of all that is bad; hand it out in the order of the input. */
static const struct crm_err *
reject_all(struct crm_batch *b)
{
	struct crm_runs *lines =
	    crm_runs_new(crm_store_part(b->store) / 3, b->store->dir);
	const struct crm_err *err;
	struct crm_view key, raw;

	err = reject_rows(b, lines);
	if (err == NULL)
		err = reject_edits(b, lines);
	if (err == NULL)
		err = crm_runs_sort(lines);
	while (err == NULL) {
		err = crm_runs_next(lines, &key, &raw);
		if (err != NULL || key.p == NULL)
			break;
		b->o.reject(b->o.complain_ctx, raw);
	}
	crm_runs_free(lines);
	return err;
}

/* The new events that are left out leave no gap in the ids. */
static void
list_left_out(struct crm_batch *b)
{
	size_t i;

	for (i = 0; i < b->dropped.nslots; i++) {
		uint64_t id = b->dropped.slot[i].key;

		if (id == 0 || !crm_is_new(id) || crm_id_kind(id) != 'e')
			continue;
		b->left_out = crm_grow(b->left_out, &b->left_out_cap,
		    b->nleft_out + 1, sizeof(*b->left_out));
		b->left_out[b->nleft_out++] = crm_id_number(id);
	}
	crm_sort_numbers(b->left_out, b->nleft_out);
}

/*
 * Find what is bad: alone, by unique values, and because of what else is bad.
 *
 * Cost: a pass over the values and one over what is tried; where values are
 * given up and lines are bad, again until no more are, as a bad line gives
 * nothing up
 */
static const struct crm_err *
judge(struct crm_batch *b)
{
	const struct crm_err *err = NULL;
	uint64_t was;

	if (b->nlost > 0 || b->shared.used > 0)
		err = crm_batch_spread(b);
	if (err == NULL &&
	    (b->untried || (b->nedits > 0 && b->shared.used > 0)))
		err = try_edits(b, true);
	do {
		was = b->nbad;
		if (err == NULL)
			err = crm_batch_check_unique(b);
		if (err == NULL && b->nbad > was)
			err = crm_batch_spread(b);
		if (err == NULL && b->nedits > 0 &&
		    (b->untried || b->nbad > was))
			err = try_edits(b, false);
	} while (err == NULL && b->given_up && b->nbad > was);
	return err;
}

const struct crm_err *
crm_batch_settle_all(struct crm_batch *b)
{
	const struct crm_err *err = judge(b);

	if (err == NULL && b->nbad > 0)
		err = reject_all(b);
	if (err == NULL)
		err = crm_batch_note_terms(b);
	list_left_out(b);
	return err;
}
