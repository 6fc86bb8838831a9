/*
 * Making records and history agree again.
 *
 * A record leads back through notes to how it was added.  Where one is
 * missing, a note takes its place that holds what those older than it do not
 * tell of; where the record itself is missing, an empty one is put there that
 * the salvage removed.
 */
#include <stdlib.h>

#include "record/sound.h"
#include "record/value.h"
#include "store/history.h"
#include "store/salvage_impl.h"
#include "store/story.h"

#define PART ((size_t)24 << 20)
#define UNKNOWN UINT64_MAX /* which change set added it */
#define ID_ROOM 512        /* ids have room in a page, and fewer do */

struct mending {
	struct crm_salvage *v;
	struct crm_store *store;
	struct crm_snap *snap;
	uint64_t last;                /* the highest number there was */
	struct crm_salvage_place *at; /* by number, two more than last */
	size_t cap;
	struct crm_nummap missing; /* ids, and who added them */
	uint64_t *gone;            /* the same, sorted by table and id */
	size_t ngone, gone_cap;
	uint64_t range_max;     /* no more ids can be in ranges */
	uint64_t lost, lost_to; /* ids that are lost, to be told at once */
	struct crm_runs *notes; /* table, id, ~place: number */
	struct crm_runs *edits; /* table, key: value; none: taken out */
};

/* Change sets that the salvage itself makes: the one that says so, and adds
 * records of which only the names were found; */
static uint64_t
adds(const struct mending *m)
{
	return m->last + 1;
}

/* and, when records are lost, the one that removes them. */
static uint64_t
removes(const struct mending *m)
{
	return m->last + 2;
}

static uint64_t
place(const struct mending *m, uint64_t number)
{
	return number <= removes(m) ? m->at[number].seq : 0;
}

static void
see_number(struct mending *m, uint64_t number)
{
	size_t was = m->cap;

	m->at = crm_grow(m->at, &m->cap, number + 3, sizeof(*m->at));
	if (m->cap > was)
		memset(m->at + was, 0, (m->cap - was) * sizeof(*m->at));
	if (number > m->last)
		m->last = number;
}

/* Change sets that are there. */
static const struct crm_err *
read_changes(struct mending *m)
{
	const struct crm_err *err;
	struct crm_view key, value;
	struct crm_change c;
	struct crm_cur *cur;

	err = crm_cur_open(crm_snap_txn(m->snap), CRM_TABLE_CHANGE, &cur);
	if (err == NULL)
		err = crm_cur_first(cur, &key, &value);
	while (err == NULL && key.p != NULL) {
		see_number(m, crm_be64_get(key.p));
		if (key.n == 8)
			err = crm_change_open(key, value, &c);
		if (err == NULL && key.n == 8) {
			m->at[c.number].seq = c.seq;
			m->at[c.number].state = c.state == CRM_CHANGE_OPEN
			    ? CRM_SAVED_OPEN
			    : CRM_SAVED_DONE;
		}
		if (err == NULL)
			err = crm_cur_next(cur, &key, &value);
	}
	crm_cur_close(cur);
	return err;
}

/* And those that notes and records tell of. */
static const struct crm_err *
read_numbers(struct mending *m)
{
	static const enum crm_table tables[] = { CRM_TABLE_RECORD,
		CRM_TABLE_EVENT };
	const struct crm_err *err;
	struct crm_view key, value;
	struct crm_stored r;
	struct crm_walk *w;
	struct crm_entry e;
	struct crm_cur *cur;
	size_t i;

	err = crm_cur_open(crm_snap_txn(m->snap), CRM_TABLE_CHANGED, &cur);
	if (err == NULL)
		err = crm_cur_last(cur, &key, &value);
	if (err == NULL && key.p != NULL)
		see_number(m, crm_be64_get(key.p));
	crm_cur_close(cur);
	for (i = 0; err == NULL && i < 2; i++) {
		err = crm_walk_open(crm_snap_txn(m->snap), tables[i], &w);
		if (err == NULL)
			err = crm_walk_seek(w, crm_view("", 0), &e);
		while (err == NULL && e.prefix.p != NULL) {
			if (crm_code_open(e.value, &r))
				see_number(m, r.updated);
			err = crm_walk_next(w, &e);
		}
		crm_walk_close(w);
	}
	see_number(m, m->last > 0 ? m->last : 1);
	return err;
}

struct ordered {
	uint64_t seq, number;
};

static int
cmp_ordered(const void *x, const void *y)
{
	const struct ordered *a = x, *b = y;

	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/*
 * Give every change set its place in the chain.  One that is lost takes the
 * place of the one before its number: behind it.
 */
static void
order(struct mending *m)
{
	struct ordered *o = crm_calloc(m->last + 1, sizeof(*o));
	uint64_t n, seq = 0, lost = 0;
	size_t count = 0, i;

	for (n = 1; n <= m->last; n++) {
		if (m->at[n].state == CRM_SAVED_OPEN)
			continue;
		if (m->at[n].state == CRM_SAVED_DONE)
			seq = m->at[n].seq;
		else
			lost++;
		o[count].seq = seq;
		o[count++].number = n;
	}
	qsort(o, count, sizeof(*o), cmp_ordered);
	for (i = 0; i < count; i++)
		m->at[o[i].number].seq = i + 1;
	m->at[adds(m)] =
	    (struct crm_salvage_place){ count + 1, CRM_SAVED_DONE };
	m->at[removes(m)] =
	    (struct crm_salvage_place){ count + 2, CRM_SAVED_DONE };
	m->v->result.lost_changes = lost;
	crm_free(o);
}

static const struct crm_err *
edit(struct mending *m, enum crm_table table, struct crm_view key,
    struct crm_view value)
{
	char k[17];

	k[0] = (char)table;
	memcpy(k + 1, key.p, key.n);
	return crm_runs_add(m->edits, crm_view(k, key.n + 1), value);
}

static const struct crm_err *
edit_note(
    struct mending *m, uint64_t number, uint64_t id, struct crm_view value)
{
	char key[16];

	crm_be64(key, number);
	crm_be64(key + 8, id);
	return edit(m, CRM_TABLE_CHANGED, crm_view(key, 16), value);
}

static const struct crm_err *
edit_record(struct mending *m, uint64_t id, struct crm_view value)
{
	char key[8];

	crm_be64(key, id);
	return edit(m, crm_table_of(id), crm_view(key, 8), value);
}

static bool
has_kind(const struct mending *m, uint64_t id)
{
	return crm_kind_of(crm_snap_schema(m->snap), crm_id_kind(id)) != NULL &&
	    crm_id_number(id) != 0;
}

/* A record is known to have been there, and is not. */
static void
miss(struct mending *m, uint64_t id, uint64_t added)
{
	uint64_t *who;
	bool new;

	if (!has_kind(m, id) || crm_snap_is_hidden(m->snap, id))
		return;
	who = crm_nummap_at(&m->missing, id, &new);
	if (new || *who == UNKNOWN)
		*who = added;
}

/* Is a record one that the history can stand on? */
static bool
is_good(const struct mending *m, uint64_t id, const struct crm_stored *r)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(m->snap), crm_id_kind(id));
	struct crm_event_core core;

	if (k == NULL || place(m, r->added) == 0 ||
	    place(m, r->updated) < place(m, r->added))
		return false;
	return (r->flags & CRM_R_ERASED) != 0 ||
	    (crm_sound_fault(k, r) == NULL &&
		(k->letter != 'e' || crm_event_core(r, id, &core)));
}

/* What a record links to was there once. */
static const struct crm_err *
miss_links(struct mending *m, uint64_t id, const struct crm_stored *r)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(m->snap), crm_id_kind(id));
	const struct crm_err *err = NULL;
	uint32_t i;

	for (i = 0; err == NULL && i < r->n; i++) {
		struct crm_slot slot = crm_stored_at(r, i);
		const struct crm_field *f = crm_field_num(k, slot.num);
		struct crm_stored other;
		enum crm_presence p;
		struct crm_many many;
		struct crm_view v;

		if (f == NULL || f->type != CRM_T_LINK)
			continue;
		crm_many_begin(&many, slot.value, (f->flags & CRM_F_MANY) != 0);
		while (err == NULL && crm_many_next(&many, &v)) {
			err =
			    crm_snap_get(m->snap, crm_link_get(v), &other, &p);
			if (err == NULL && p == CRM_ABSENT)
				miss(m, crm_link_get(v), UNKNOWN);
		}
	}
	return err;
}

static const struct crm_err *
look_at_records(struct mending *m, enum crm_table table)
{
	const struct crm_err *err;
	struct crm_stored r;
	struct crm_walk *w;
	struct crm_entry e;
	bool seen;

	err = crm_walk_open(crm_snap_txn(m->snap), table, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view("", 0), &e);
	while (err == NULL && e.prefix.p != NULL) {
		seen = !crm_snap_is_hidden(m->snap, e.id);
		if (!crm_code_open(e.value, &r) ||
		    (seen && !is_good(m, e.id, &r))) {
			err = edit_record(m, e.id, CRM_V(""));
			if (place(m, r.added) != 0)
				miss(m, e.id, r.added);
		} else if (seen)
			err = miss_links(m, e.id, &r);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

/* The ids of a range that are not there. */
static const struct crm_err *
miss_range(struct mending *m, struct crm_walk *w, uint64_t number, uint64_t id,
    uint64_t end)
{
	const struct crm_err *err;
	struct crm_entry e;
	char key[8];

	crm_be64(key, id);
	err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (err == NULL && id < end) {
		uint64_t next = e.prefix.p != NULL && e.id < end ? e.id : end;

		if (next - id > m->range_max)
			return NULL; /* there cannot be so many */
		m->range_max -= next - id;
		for (; id < next; id++)
			miss(m, id, number);
		id++;
		if (next < end)
			err = crm_walk_next(w, &e);
	}
	return err;
}

static const struct crm_err *
look_at_ranges(struct mending *m)
{
	const struct crm_err *err = NULL;
	struct crm_id_range r;
	struct crm_change c;
	struct crm_walk *w;
	uint64_t n;
	size_t at;

	m->range_max = m->v->finding.pages * ID_ROOM;
	for (n = 1; err == NULL && n <= m->last; n++) {
		if (m->at[n].state != CRM_SAVED_DONE)
			continue;
		err = crm_change_get(crm_snap_txn(m->snap), n, &c);
		for (at = 0; err == NULL && crm_change_range(&c, &at, &r);) {
			err = crm_snap_walk(m->snap, crm_table_of(r.first), &w);
			if (err == NULL && r.count <= CRM_ID_NUMBER_MAX)
				err = miss_range(
				    m, w, n, r.first, r.first + r.count);
		}
	}
	return err;
}

static const struct crm_err *
look_at_notes(struct mending *m)
{
	const struct crm_err *err;
	struct crm_view k, v;
	struct crm_cur *cur;
	struct crm_stored r;
	enum crm_presence p;
	uint64_t id, number;
	char key[17];

	err = crm_cur_open(crm_snap_txn(m->snap), CRM_TABLE_CHANGED, &cur);
	if (err == NULL)
		err = crm_cur_first(cur, &k, &v);
	while (err == NULL && k.p != NULL) {
		number = crm_be64_get(k.p);
		id = crm_be64_get(k.p + 8);
		crm_be64(key + 1, id);
		crm_be64(key + 9, ~place(m, number));
		key[0] = (char)crm_table_of(id);
		if (!has_kind(m, id) || place(m, number) == 0)
			err = edit_note(m, number, id, CRM_V(""));
		else
			err = crm_runs_add(
			    m->notes, crm_view(key, 17), crm_view(k.p, 8));
		if (err == NULL)
			err = crm_snap_get(m->snap, id, &r, &p);
		if (err == NULL && p == CRM_ABSENT)
			miss(m, id, UNKNOWN);
		if (err == NULL)
			err = crm_cur_next(cur, &k, &v);
	}
	crm_cur_close(cur);
	return err;
}

/* One record, and what is known of how it was. */
struct one {
	uint64_t id, added;
	const struct crm_stored *stored; /* NULL: it is lost */
	const uint64_t *note;            /* numbers, newest first */
	size_t n;
	struct crm_rec rec; /* going back in time */
	uint8_t flags;
	uint64_t next; /* the note that should come now */
	struct crm_buf value;
};

static const struct crm_err *
get_note(const struct mending *m, const struct one *o, size_t i,
    struct crm_changed *out)
{
	bool found;
	const struct crm_err *err = crm_changed_get(
	    crm_snap_txn(m->snap), o->note[i], o->id, out, &found);

	return err != NULL || found
	    ? err
	    : crm_err(CRM_E_BUG, "a note on a record is gone");
}

/* Does a note say what the record is now? */
static bool
agrees(const struct one *o, const struct crm_changed *c)
{
	bool removed = (o->flags & CRM_R_REMOVED) != 0;
	struct crm_view old, new, now;
	uint16_t num;
	size_t at = 0;

	if (((c->flags & CRM_CHANGED_REMOVED) != 0 && !removed) ||
	    ((c->flags & CRM_CHANGED_RESTORED) != 0 && removed))
		return false;
	while (crm_changed_field(c, &at, &num, &old, &new)) {
		if (crm_field_num(o->rec.kind, num) == NULL)
			continue;
		if (!crm_rec_get(&o->rec, num, &now))
			now = CRM_VNULL;
		if (!crm_view_eq(now, new))
			return false;
	}
	return true;
}

static void
take_back(struct one *o, const struct crm_changed *c)
{
	struct crm_view old, new;
	const struct crm_field *f;
	uint16_t num;
	size_t at = 0;

	if ((c->flags & CRM_CHANGED_REMOVED) != 0)
		o->flags &= (uint8_t)~CRM_R_REMOVED;
	if ((c->flags & CRM_CHANGED_RESTORED) != 0)
		o->flags |= CRM_R_REMOVED;
	while (crm_changed_field(c, &at, &num, &old, &new)) {
		f = crm_field_num(o->rec.kind, num);
		if (f != NULL)
			crm_rec_set(&o->rec, f, old);
	}
	o->next = c->previous;
}

/* Set the fields of a record to what notes from the i-th on left in them: the
 * newest that tells of each stands. */
static const struct crm_err *
as_notes_say(const struct mending *m, const struct one *o, size_t i,
    struct crm_rec *rec, bool *removed)
{
	const struct crm_err *err = NULL;
	struct crm_nummap seen = CRM_NUMMAP_INIT;
	struct crm_view old, new;
	const struct crm_field *f;
	struct crm_changed c;
	bool first, told = false;
	uint16_t num;
	size_t at;

	*removed = false;
	for (; err == NULL && i < o->n; i++) {
		err = get_note(m, o, i, &c);
		if (err != NULL)
			break;
		if (!told && c.flags != 0) {
			told = true;
			*removed = (c.flags & CRM_CHANGED_REMOVED) != 0;
		}
		for (at = 0; crm_changed_field(&c, &at, &num, &old, &new);) {
			f = crm_field_num(o->rec.kind, num);
			(void)crm_nummap_at(&seen, (uint64_t)num + 1, &first);
			if (f != NULL && first)
				crm_rec_set(rec, f, new);
		}
	}
	crm_nummap_release(&seen);
	return err;
}

/* A note that is missing is made up: it holds what the older ones, from the
 * i-th on, do not tell of. */
static const struct crm_err *
bridge(struct mending *m, struct one *o, size_t i, uint64_t previous)
{
	const struct crm_err *err;
	struct crm_rec old;
	bool was, is = (o->flags & CRM_R_REMOVED) != 0;
	uint8_t flags = 0;
	char text[CRM_ID_TEXT];

	crm_rec_init(&old, o->rec.kind);
	crm_rec_borrow(&old, &o->rec);
	err = as_notes_say(m, o, i, &old, &was);
	if (is && !was)
		flags = CRM_CHANGED_REMOVED;
	else if (!is && was)
		flags = CRM_CHANGED_RESTORED;
	if (err == NULL)
		err = crm_changed_make(
		    &o->value, o->next, o->id, flags, previous, &old, &o->rec);
	if (err == NULL)
		err = edit_note(m, o->next, o->id, crm_buf_view(&o->value));
	if (err == NULL && o->next != removes(m)) {
		m->v->result.lost_notes++;
		crm_salvage_tell(m->v,
		    "%s: what change set %llu changed is lost",
		    crm_id_text(o->id, text), (unsigned long long)o->next);
	}
	/* now it is as before that one */
	if (flags != 0)
		o->flags ^= CRM_R_REMOVED;
	if (err == NULL)
		err = as_notes_say(m, o, i, &o->rec, &was);
	o->next = previous;
	crm_rec_release(&old);
	return err;
}

/* Go back through the notes; lost: the record is not what they say. */
static const struct crm_err *
go_back(struct mending *m, struct one *o, bool *lost)
{
	const struct crm_err *err = NULL;
	struct crm_changed c;
	size_t i = 0;

	*lost = false;
	while (err == NULL && i < o->n && !*lost) {
		err = get_note(m, o, i, &c);
		if (err != NULL)
			break;
		if (place(m, c.number) <= place(m, o->added) ||
		    (o->stored == NULL &&
			place(m, c.number) > place(m, o->next))) {
			/* nothing leads to it */
			err = edit_note(m, c.number, o->id, CRM_V(""));
			i++;
		} else if (place(m, c.number) > place(m, o->next))
			*lost = true; /* the record is older than the note */
		else if (c.number != o->next)
			err = bridge(m, o, i, c.number);
		else if (!agrees(o, &c))
			*lost = true;
		else {
			take_back(o, &c);
			i++;
		}
	}
	if (err == NULL && !*lost && o->next != o->added)
		err = bridge(m, o, o->n, o->added);
	return err;
}

static void
begin_one(const struct mending *m, struct one *o)
{
	crm_rec_reset(
	    &o->rec, crm_kind_of(crm_snap_schema(m->snap), crm_id_kind(o->id)));
	if (o->stored != NULL)
		crm_rec_open(&o->rec, o->stored);
	o->flags = CRM_R_REMOVED | CRM_R_ERASED;
	o->next = removes(m);
	if (o->stored != NULL) {
		o->flags = o->stored->flags;
		o->next = o->stored->updated;
	}
}

static void
tell_lost(struct mending *m)
{
	char a[CRM_ID_TEXT], b[CRM_ID_TEXT];

	if (m->lost != 0 && m->lost == m->lost_to)
		crm_salvage_tell(m->v, "%s: lost", crm_id_text(m->lost, a));
	else if (m->lost != 0)
		crm_salvage_tell(m->v, "%s to %s: lost",
		    crm_id_text(m->lost, a), crm_id_text(m->lost_to, b));
	m->lost = 0;
}

/* Put an empty record in the place of one that is lost. */
static const struct crm_err *
put_stub(struct mending *m, struct one *o)
{
	const struct crm_err *err;

	o->stored = NULL;
	if (place(m, o->added) == 0)
		o->added = adds(m);
	begin_one(m, o);
	crm_buf_reset(&o->value);
	crm_rec_encode(&o->rec, &o->value, o->flags, o->added, o->next);
	err = edit_record(m, o->id, crm_buf_view(&o->value));
	m->v->result.lost_records++;
	if (m->lost == 0 || o->id != m->lost_to + 1) {
		tell_lost(m);
		m->lost = o->id;
	}
	m->lost_to = o->id;
	return err;
}

static const struct crm_err *
mend_one(struct mending *m, struct one *o)
{
	const struct crm_err *err = NULL;
	bool lost = o->stored == NULL;

	crm_rec_init(
	    &o->rec, crm_kind_of(crm_snap_schema(m->snap), crm_id_kind(o->id)));
	if (!lost) {
		begin_one(m, o);
		err = go_back(m, o, &lost);
	}
	if (err == NULL && lost) {
		err = put_stub(m, o);
		if (err == NULL)
			err = go_back(m, o, &lost);
	}
	crm_rec_release(&o->rec);
	return err;
}

static int
cmp_ids(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	bool ea = crm_id_kind(a) == 'e', eb = crm_id_kind(b) == 'e';

	if (ea != eb)
		return ea ? 1 : -1;
	return a < b ? -1 : a > b;
}

static void
sort_missing(struct mending *m)
{
	size_t i;

	m->gone =
	    crm_grow(NULL, &m->gone_cap, m->missing.used + 1, sizeof(*m->gone));
	for (i = 0; i < m->missing.nslots; i++)
		if (m->missing.slot[i].key != 0)
			m->gone[m->ngone++] = m->missing.slot[i].key;
	qsort(m->gone, m->ngone, sizeof(*m->gone), cmp_ids);
}

/* The notes of all records, one record after the other. */
struct reading {
	struct crm_view key, value;
	uint64_t *note;
	size_t n, cap;
};

/* Take the notes of an id; those of ids before it are of none. */
static const struct crm_err *
take_notes(struct mending *m, struct reading *r, uint64_t id)
{
	const struct crm_err *err = NULL;
	uint64_t at;

	r->n = 0;
	while (err == NULL && r->key.p != NULL) {
		at = crm_be64_get(r->key.p + 1);
		if (cmp_ids(&at, &id) > 0)
			break;
		if (at == id) {
			r->note = crm_grow(
			    r->note, &r->cap, r->n + 1, sizeof(*r->note));
			r->note[r->n++] = crm_be64_get(r->value.p);
		} else
			err = edit_note(
			    m, crm_be64_get(r->value.p), at, CRM_V(""));
		if (err == NULL)
			err = crm_runs_next(m->notes, &r->key, &r->value);
	}
	return err;
}

static const struct crm_err *
mend_id(struct mending *m, struct reading *r, uint64_t id,
    const struct crm_stored *stored, uint64_t added)
{
	struct one o = { .id = id,
		.added = added,
		.stored = stored,
		.value = CRM_BUF_INIT(CRM_LOG_VALUE_MAX) };
	const struct crm_err *err;
	struct crm_changed c;

	err = take_notes(m, r, id);
	o.note = r->note;
	o.n = r->n;
	if (err == NULL && added == UNKNOWN && o.n > 0) {
		err = get_note(m, &o, o.n - 1, &c);
		o.added = err == NULL ? c.previous : UNKNOWN;
	}
	if (err == NULL &&
	    (stored == NULL || o.n > 0 || stored->updated != added))
		err = mend_one(m, &o);
	crm_buf_release(&o.value);
	return err;
}

/* All records of a table, and those of it that are missing. */
static const struct crm_err *
mend_table(
    struct mending *m, struct reading *r, enum crm_table table, size_t *gone)
{
	const struct crm_err *err;
	struct crm_stored stored;
	struct crm_walk *w;
	struct crm_entry e;

	err = crm_walk_open(crm_snap_txn(m->snap), table, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view("", 0), &e);
	while (err == NULL) {
		uint64_t id = *gone < m->ngone ? m->gone[*gone] : 0;

		if (id != 0 && crm_table_of(id) == table &&
		    (e.prefix.p == NULL || id <= e.id)) {
			(*gone)++;
			err = mend_id(
			    m, r, id, NULL, *crm_nummap_get(&m->missing, id));
			if (err != NULL || e.prefix.p == NULL || id < e.id)
				continue; /* else it is not sound */
		} else if (e.prefix.p == NULL)
			break;
		else if (!crm_snap_is_hidden(m->snap, e.id) &&
		    crm_code_open(e.value, &stored) &&
		    is_good(m, e.id, &stored))
			err = mend_id(m, r, e.id, &stored, stored.added);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

static const struct crm_err *
mend_records(struct mending *m)
{
	struct reading r = { .n = 0 };
	const struct crm_err *err;
	size_t gone = 0;

	sort_missing(m);
	err = crm_runs_sort(m->notes);
	if (err == NULL)
		err = crm_runs_next(m->notes, &r.key, &r.value);
	if (err == NULL)
		err = mend_table(m, &r, CRM_TABLE_RECORD, &gone);
	if (err == NULL)
		err = mend_table(m, &r, CRM_TABLE_EVENT, &gone);
	if (err == NULL) /* those behind the last record */
		err = take_notes(
		    m, &r, crm_id('e', UINT16_MAX, CRM_ID_NUMBER_MAX));
	tell_lost(m);
	crm_free(r.note);
	return err;
}

/* Of what is said twice of a key the last stands. */
static const struct crm_err *
put_edits(struct mending *m)
{
	struct crm_buf last = CRM_BUF_INIT(100);
	struct crm_buf value = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	struct crm_load *l = m->v->load;
	const struct crm_err *err;
	struct crm_view k, v;

	l->anywhere = true;
	crm_buf_reset(&l->last_key);
	err = crm_runs_sort(m->edits);
	if (err == NULL)
		err = crm_runs_next(m->edits, &k, &v);
	while (err == NULL && (k.p != NULL || last.n > 0)) {
		if (last.n > 0 && !crm_view_eq(k, crm_buf_view(&last)))
			err = crm_load_put(l, (enum crm_table)last.p[0],
			    crm_view(last.p + 1, last.n - 1),
			    crm_buf_view(&value));
		crm_buf_reset(&last);
		crm_buf_reset(&value);
		if (k.p == NULL)
			break;
		crm_buf_addv(&last, k);
		crm_buf_addv(&value, v);
		if (err == NULL)
			err = crm_runs_next(m->edits, &k, &v);
	}
	crm_buf_release(&last);
	crm_buf_release(&value);
	return err != NULL ? err : crm_load_flush(l, 1);
}

static const struct crm_err *
look(struct mending *m)
{
	const struct crm_err *err;

	err = read_changes(m);
	if (err == NULL)
		err = read_numbers(m);
	if (err != NULL)
		return err;
	order(m);
	err = look_at_records(m, CRM_TABLE_RECORD);
	if (err == NULL)
		err = look_at_records(m, CRM_TABLE_EVENT);
	if (err == NULL)
		err = look_at_ranges(m);
	if (err == NULL)
		err = look_at_notes(m);
	return err != NULL ? err : mend_records(m);
}

static void
tell_changes(struct mending *m)
{
	uint64_t n;

	for (n = 1; n <= m->last; n++)
		if (m->at[n].state == CRM_SAVED_LOST)
			crm_salvage_tell(m->v,
			    "change set %llu: who made it, and when, is lost",
			    (unsigned long long)n);
}

const struct crm_err *
crm_salvage_mend(struct crm_salvage *v)
{
	struct mending m = { .v = v, .store = v->load->store };
	const struct crm_err *err;

	m.notes = crm_runs_new(PART, crm_store_dir(m.store));
	m.edits = crm_runs_new(PART, crm_store_dir(m.store));
	err = crm_snap_open(m.store, &m.snap);
	if (err == NULL)
		err = look(&m);
	crm_snap_close(m.snap);
	if (err == NULL) {
		tell_changes(&m);
		err = put_edits(&m);
	}
	if (err == NULL)
		err = crm_salvage_chain(v, m.at, m.last);
	crm_runs_free(m.notes);
	crm_runs_free(m.edits);
	crm_nummap_release(&m.missing);
	crm_free(m.gone);
	crm_free(m.at);
	return err;
}
