#include "store/history.h"

static const struct crm_err *
lost_entry(uint64_t number, uint64_t id)
{
	char text[CRM_ID_TEXT];

	return crm_err(CRM_E_DATA,
	    "the store is damaged: change %llu has no note on %s",
	    (unsigned long long)number, crm_id_text(id, text));
}

const struct crm_err *
crm_history_each(struct crm_snap *snap, uint64_t id,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t number, const struct crm_changed *changed),
    void *ctx)
{
	const struct crm_err *err;
	struct crm_stored r;
	enum crm_presence p;

	err = crm_snap_get(snap, id, &r, &p);
	return err != NULL || p == CRM_ABSENT
	    ? err
	    : crm_history_of(snap, id, &r, fn, ctx);
}

const struct crm_err *
crm_history_of(struct crm_snap *snap, uint64_t id, const struct crm_stored *now,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t number, const struct crm_changed *changed),
    void *ctx)
{
	struct crm_txn *t = crm_snap_txn(snap);
	const struct crm_err *err = NULL;
	struct crm_changed c;
	uint64_t number, added = now->added, place = UINT64_MAX, before;
	bool found;

	for (number = now->updated; err == NULL && number != added;
	     number = c.previous) {
		err = crm_changed_get(t, number, id, &c, &found);
		if (err == NULL)
			err = crm_change_place(t, number, &before);
		if (err == NULL && (!found || before >= place))
			err = lost_entry(number, id);
		place = before;
		if (err == NULL)
			err = fn(ctx, number, &c);
	}
	return err != NULL ? err : fn(ctx, added, NULL);
}

struct as_of {
	struct crm_txn *txn;
	uint64_t place; /* of the change set */
	struct crm_rec rec;
	uint8_t flags;
	uint64_t added, updated;
	bool seen;  /* the state after 'change' is reached */
	bool taken; /* something was put back */
	struct crm_history_proof proof;
};

/* Put the old values of one change back. */
static void
take_back(struct as_of *a, const struct crm_changed *c)
{
	const struct crm_field *f;
	struct crm_view old, new, now;
	bool removed = (a->flags & CRM_R_REMOVED) != 0;
	uint16_t num;
	size_t at = 0;

	a->taken = true;
	a->proof.notes++;
	if ((c->flags & CRM_CHANGED_REMOVED) != 0) {
		a->proof.agrees &= removed;
		a->flags &= (uint8_t)~CRM_R_REMOVED;
	}
	if ((c->flags & CRM_CHANGED_RESTORED) != 0) {
		a->proof.agrees &= !removed;
		a->flags |= CRM_R_REMOVED;
	}
	while (crm_changed_field(c, &at, &num, &old, &new)) {
		f = crm_field_num(a->rec.kind, num);
		if (f == NULL)
			continue;
		if (!crm_rec_get(&a->rec, num, &now))
			now = CRM_VNULL;
		a->proof.agrees &= crm_view_eq(now, new);
		crm_rec_set(&a->rec, f, old);
	}
	a->updated = c->previous;
}

static const struct crm_err *
step(void *ctx, uint64_t number, const struct crm_changed *c)
{
	struct as_of *a = ctx;
	const struct crm_err *err = NULL;
	uint64_t place;

	if (a->seen || c == NULL)
		return NULL;
	err = crm_change_place(a->txn, number, &place);
	a->seen = err == NULL && place <= a->place;
	if (err == NULL && !a->seen)
		take_back(a, c);
	return err;
}

const struct crm_err *
crm_history_prove(struct crm_snap *snap, uint64_t id, uint64_t change,
    struct crm_buf *out, bool *was_there, struct crm_history_proof *proof)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(snap), crm_id_kind(id));
	const struct crm_err *err;
	struct as_of a = { .txn = crm_snap_txn(snap), .proof = { 0, true } };
	struct crm_stored r;
	enum crm_presence p;
	uint64_t added;

	*was_there = false;
	*proof = a.proof;
	crm_buf_reset(out);
	err = crm_change_place(a.txn, change, &a.place);
	if (err == NULL)
		err = crm_snap_get(snap, id, &r, &p);
	if (err != NULL || p == CRM_ABSENT || k == NULL)
		return err;
	err = crm_change_place(a.txn, r.added, &added);
	if (err != NULL || added > a.place)
		return err;
	crm_rec_init(&a.rec, k);
	crm_rec_open(&a.rec, &r);
	a.flags = r.flags;
	a.added = r.added;
	a.updated = r.updated;
	err = crm_history_each(snap, id, step, &a);
	if (err == NULL) {
		*was_there = (a.flags & CRM_R_REMOVED) == 0;
		*proof = a.proof;
		crm_rec_encode(&a.rec, out, a.flags, a.added, a.updated);
		err = crm_buf_end(out);
	}
	crm_rec_release(&a.rec);
	return err;
}

const struct crm_err *
crm_history_as_of(struct crm_snap *snap, uint64_t id, uint64_t change,
    struct crm_buf *out, bool *was_there)
{
	struct crm_history_proof proof;
	const struct crm_err *err;
	struct crm_stored r;

	err = crm_history_prove(snap, id, change, out, was_there, &proof);
	if (err == NULL && *was_there && crm_code_open(crm_buf_view(out), &r) &&
	    (r.flags & CRM_R_ERASED) != 0 && r.n == 0)
		*was_there = false;
	return err;
}

/* Put back the old links of a change that was a merge's doing. */
static void
take_back_links(struct as_of *a, const struct crm_changed *c)
{
	const struct crm_field *f;
	struct crm_view old, new;
	uint16_t num;
	size_t at = 0;

	a->updated = c->previous;
	if ((c->flags & CRM_CHANGED_RELINKED) == 0)
		return;
	a->taken = true;
	while (crm_changed_field(c, &at, &num, &old, &new)) {
		f = crm_field_num(a->rec.kind, num);
		if (f != NULL && f->type == CRM_T_LINK)
			crm_rec_set(&a->rec, f, old);
	}
}

static const struct crm_err *
go_back(struct crm_snap *snap, uint64_t id, const struct crm_stored *now,
    bool (*is_later)(const void *ctx, uint64_t number), const void *ctx,
    void (*take)(struct as_of *, const struct crm_changed *),
    struct crm_buf *out)
{
	uint64_t left = crm_snap_last_change(snap);
	const struct crm_err *err = NULL;
	struct as_of a = { .txn = crm_snap_txn(snap),
		.flags = now->flags,
		.added = now->added,
		.updated = now->updated };
	struct crm_changed c;
	bool found;

	crm_rec_init(
	    &a.rec, crm_kind_of(crm_snap_schema(snap), crm_id_kind(id)));
	crm_rec_open(&a.rec, now);
	while (
	    err == NULL && a.updated != a.added && is_later(ctx, a.updated)) {
		err = crm_changed_get(a.txn, a.updated, id, &c, &found);
		if (err == NULL && (!found || left-- == 0))
			err = lost_entry(a.updated, id);
		if (err == NULL)
			take(&a, &c);
	}
	if (err == NULL)
		crm_rec_encode(&a.rec, out, a.flags, a.added,
		    a.taken ? a.updated : now->updated);
	crm_rec_release(&a.rec);
	return err;
}

const struct crm_err *
crm_history_back(struct crm_snap *snap, uint64_t id,
    const struct crm_stored *now,
    bool (*is_later)(const void *ctx, uint64_t number), const void *ctx,
    struct crm_buf *out)
{
	return go_back(snap, id, now, is_later, ctx, take_back, out);
}

const struct crm_err *
crm_history_apart(struct crm_snap *snap, uint64_t id,
    const struct crm_stored *now,
    bool (*is_later)(const void *ctx, uint64_t number), const void *ctx,
    struct crm_buf *out)
{
	return go_back(snap, id, now, is_later, ctx, take_back_links, out);
}

const struct crm_err *
crm_history_changed(struct crm_snap *snap, uint64_t number,
    const struct crm_err *(*fn)(void *ctx, const struct crm_changed *),
    void *ctx)
{
	const struct crm_err *err;
	struct crm_view k, v;
	struct crm_changed c;
	struct crm_cur *cur;
	uint64_t generation;
	char key[16];

	crm_be64(key, number);
	err = crm_cur_open(crm_snap_txn(snap), CRM_TABLE_CHANGED, &cur);
	if (err != NULL)
		return err;
	err = crm_cur_seek(cur, crm_view(key, 8), &k, &v);
	while (
	    err == NULL && k.p != NULL && k.n > 8 && memcmp(k.p, key, 8) == 0) {
		generation = crm_snap_generation(snap);
		err = crm_changed_open(k, v, &c);
		crm_be64(key + 8, err == NULL ? c.id + 1 : 0);
		if (err == NULL)
			err = fn(ctx, &c);
		if (err != NULL)
			break;
		if (crm_snap_generation(snap) == generation) {
			err = crm_cur_next(cur, &k, &v);
			continue;
		}
		err = crm_cur_renew(cur); /* it was paused meanwhile */
		if (err == NULL)
			err = crm_cur_seek(cur, crm_view(key, 16), &k, &v);
	}
	crm_cur_close(cur);
	return err;
}
