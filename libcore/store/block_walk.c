/* Reading blocks: positions in a table. */
#include "base/mem.h"
#include "record/id.h"
#include "store/block_impl.h"

const struct crm_err *
crm_walk_open(struct crm_txn *t, enum crm_table table, struct crm_walk **out)
{
	const struct crm_err *err;
	struct crm_walk *w = crm_calloc(1, sizeof(*w));

	*out = NULL;
	w->form = crm_form_of(table);
	w->room.max = CRM_BLOCK_MAX;
	err = crm_cur_open(t, table, &w->cur);
	if (err != NULL) {
		crm_free(w);
		return err;
	}
	*out = w;
	return NULL;
}

void
crm_walk_sparse(struct crm_walk *w)
{
	crm_cur_sparse(w->cur);
}

void
crm_walk_close(struct crm_walk *w)
{
	if (w == NULL)
		return;
	crm_cur_close(w->cur);
	crm_buf_release(&w->room);
	crm_free(w->id);
	crm_free(w->byte);
	crm_free(w->group);
	crm_free(w);
}

const struct crm_err *
crm_walk_renew(struct crm_walk *w)
{
	w->loaded = false;
	w->want_more = false;
	return crm_cur_renew(w->cur);
}

void
crm_walk_forget(struct crm_walk *w)
{
	w->loaded = false;
	w->want_more = false;
}

const struct crm_err *
crm_walk_unpack(struct crm_walk *w)
{
	struct crm_block_pos pos = { 0 };
	struct crm_group_at *g;

	w->id = crm_grow(w->id, &w->id_cap, w->b.count, sizeof(*w->id));
	if (w->form->value > 0)
		w->byte = crm_grow(w->byte, &w->byte_cap, w->b.count, 1);
	w->ngroups = 0;
	while (pos.i < w->b.count) {
		if (!crm_block_group(&w->b, &pos) ||
		    pos.left > w->b.count - pos.i)
			return crm_block_damaged(
			    w->b.key, "an entry that cannot be read");
		w->group = crm_grow(
		    w->group, &w->group_cap, w->ngroups + 1, sizeof(*w->group));
		g = &w->group[w->ngroups++];
		g->name = pos.group;
		g->from = pos.i;
		g->n = (uint32_t)pos.left;
		if (!crm_block_ids(&w->b, &pos, w->id + pos.i,
			w->form->value > 0 ? w->byte + pos.i : NULL))
			return crm_block_damaged(
			    w->b.key, "an entry that cannot be read");
	}
	w->g = 0;
	return NULL;
}

/* Make a block the one at hand; no key: there is none. */
static const struct crm_err *
load(struct crm_walk *w, struct crm_view key, struct crm_view value)
{
	const struct crm_err *err;

	w->loaded = false;
	if (key.p == NULL)
		return NULL;
	err = crm_block_open(w->form, key, value, &w->room, &w->b);
	if (err == NULL && w->form->layout == CRM_POSTING)
		err = crm_walk_unpack(w);
	w->loaded = err == NULL;
	w->i = 0;
	return err;
}

/* POSTING: the group of an entry, looked for from the one at hand on. */
static size_t
group_of(struct crm_walk *w, uint32_t i)
{
	while (i < w->group[w->g].from)
		w->g--;
	while (i >= w->group[w->g].from + w->group[w->g].n)
		w->g++;
	return w->g;
}

/* The entry at hand. */
static const struct crm_err *
entry(struct crm_walk *w, struct crm_entry *out)
{
	struct crm_ent e;

	out->prefix = CRM_VNULL;
	if (!w->loaded)
		return NULL;
	if (w->form->layout == CRM_POSTING) {
		out->key = w->group[group_of(w, w->i)].name;
		out->id = w->id[w->i];
		out->value = w->form->value > 0 ? crm_view(&w->byte[w->i], 1)
						: CRM_VNULL;
	} else {
		if (!crm_block_at(&w->b, w->i, &e))
			return crm_block_damaged(
			    w->b.key, "an entry that cannot be read");
		out->key = e.a;
		out->id = e.id;
		out->value = e.value;
		if (w->form->layout == CRM_HEAP)
			out->id |=
			    crm_be64_get(w->b.key.p) & ~CRM_ID_NUMBER_MAX;
	}
	out->prefix = crm_walk_prefix(w);
	return NULL;
}

/*
 * The number of entries of the block at hand that are below a key of the same
 * prefix, which may be the beginning of one.
 */
static const struct crm_err *
lower_bound(struct crm_walk *w, struct crm_view key, uint32_t *out)
{
	char text[CRM_KEY_MAX];
	uint32_t lo = 0, hi = w->b.count, mid;
	struct crm_ent e;
	size_t n;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (w->form->layout == CRM_POSTING) {
			e.a = w->group[group_of(w, mid)].name;
			e.id = w->id[mid];
		} else if (!crm_block_at(&w->b, mid, &e))
			return crm_block_damaged(
			    w->b.key, "an entry that cannot be read");
		n = crm_ent_key(w->form, crm_walk_prefix(w), &e, text);
		if (crm_view_cmp(crm_view(text, n), key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*out = lo;
	return NULL;
}

/* Load the block in which a key has to be, or the one behind it. */
static const struct crm_err *
seek_block(struct crm_walk *w, struct crm_view key, bool quick)
{
	size_t prefix = w->form->prefix;
	const struct crm_err *err;
	struct crm_view k, v;

	/* The block at hand dies with the movement, also when that fails. */
	w->loaded = false;
	err = crm_cur_floor(w->cur, key, quick, &k, &v);
	if (err == NULL && k.p == NULL)
		err = crm_cur_first(w->cur, &k, &v);
	else if (err == NULL && !crm_view_eq(k, key) &&
	    (k.n < prefix || key.n < prefix || memcmp(k.p, key.p, prefix) != 0))
		err = crm_cur_next(w->cur, &k, &v);
	return err != NULL ? err : load(w, k, v);
}

const struct crm_err *
crm_walk_seek_block(struct crm_walk *w, struct crm_view key)
{
	return seek_block(w, key, false);
}

const struct crm_err *
crm_walk_next_block(struct crm_walk *w)
{
	const struct crm_err *err;
	struct crm_view k, v;

	w->loaded = false;
	err = crm_cur_next(w->cur, &k, &v);
	if (err != NULL)
		return err;
	crm_walk_read_ahead(v);
	return load(w, k, v);
}

/* Is the block at hand the one in which a key has to be?  Who asks in order
 * stays in it.  Of POSTING that is not asked: see crm_walk_ids(). */
static const struct crm_err *
is_at_hand(const struct crm_walk *w, struct crm_view key, bool *yes)
{
	char text[CRM_KEY_MAX];
	struct crm_ent last;
	size_t n;

	*yes = w->form->layout != CRM_POSTING &&
	    crm_walk_same_prefix(w, key) && crm_view_cmp(w->b.key, key) <= 0;
	if (!*yes)
		return NULL;
	if (!crm_block_at(&w->b, w->b.count - 1, &last))
		return crm_block_damaged(
		    w->b.key, "an entry that cannot be read");
	n = crm_ent_key(w->form, crm_walk_prefix(w), &last, text);
	*yes = crm_view_cmp(crm_view(text, n), key) >= 0;
	return NULL;
}

const struct crm_err *
crm_walk_seek(struct crm_walk *w, struct crm_view key, struct crm_entry *out)
{
	const struct crm_err *err;
	bool at_hand;

	w->want_more = false;
	err = is_at_hand(w, key, &at_hand);
	if (err == NULL && !at_hand)
		err = crm_walk_seek_block(w, key);
	if (err != NULL)
		return err;
	if (crm_walk_same_prefix(w, key)) {
		err = lower_bound(w, key, &w->i);
		if (err != NULL)
			return err;
		if (w->i == w->b.count) {
			err = crm_walk_next_block(w);
			if (err != NULL)
				return err;
		}
	}
	return entry(w, out);
}

const struct crm_err *
crm_walk_next(struct crm_walk *w, struct crm_entry *out)
{
	const struct crm_err *err;

	if (w->loaded && ++w->i == w->b.count) {
		err = crm_walk_next_block(w);
		if (err != NULL)
			return err;
	}
	return entry(w, out);
}

const struct crm_err *
crm_walk_prev(struct crm_walk *w, struct crm_entry *out)
{
	const struct crm_err *err;
	struct crm_view k, v;

	if (w->loaded && w->i-- == 0) {
		w->loaded = false;
		err = crm_cur_prev(w->cur, &k, &v);
		if (err == NULL)
			err = load(w, k, v);
		if (err != NULL)
			return err;
		w->i = w->loaded ? w->b.count - 1 : 0;
		w->g = w->loaded && w->ngroups > 0 ? w->ngroups - 1 : 0;
	}
	return entry(w, out);
}

const struct crm_err *
crm_walk_floor(struct crm_walk *w, struct crm_view key, struct crm_entry *out)
{
	const struct crm_err *err;
	char text[CRM_KEY_MAX];
	struct crm_view k, v;
	struct crm_ent e;
	size_t n;

	err = crm_walk_seek(w, key, out);
	if (err != NULL)
		return err;
	if (!w->loaded) {
		/* all entries are below: the last one of the table */
		err = crm_cur_last(w->cur, &k, &v);
		if (err == NULL)
			err = load(w, k, v);
		if (err != NULL)
			return err;
		w->i = w->loaded ? w->b.count - 1 : 0;
		w->g = w->loaded && w->ngroups > 0 ? w->ngroups - 1 : 0;
		return entry(w, out);
	}
	e.a = out->key;
	e.id = out->id;
	n = crm_ent_key(w->form, out->prefix, &e, text);
	if (crm_view_eq(crm_view(text, n), key))
		return NULL;
	return crm_walk_prev(w, out);
}

/* How many entries of the block at hand are below a key of the same prefix:
 * nearly always all. */
static const struct crm_err *
count_below(struct crm_walk *w, struct crm_view key, uint32_t *out)
{
	char text[CRM_KEY_MAX];
	struct crm_ent last;
	size_t n;

	*out = w->b.count;
	if (!crm_block_at(&w->b, w->b.count - 1, &last))
		return crm_block_damaged(
		    w->b.key, "an entry that cannot be read");
	n = crm_ent_key(w->form, crm_walk_prefix(w), &last, text);
	return crm_view_cmp(crm_view(text, n), key) < 0
	    ? NULL
	    : lower_bound(w, key, out);
}

/* What is left of the block at hand, as far as it is below a key. */
static const struct crm_err *
take_run(struct crm_walk *w, struct crm_view to, struct crm_run_of *out)
{
	const struct crm_err *err = NULL;
	uint32_t end = w->b.count;
	struct crm_view prefix;
	int c = -1;

	out->n = 0;
	if (!w->loaded)
		return NULL;
	prefix = crm_walk_prefix(w);
	if (to.n > 0)
		c = crm_view_cmp(
		    prefix, crm_view(to.p, to.n < prefix.n ? to.n : prefix.n));
	if (c > 0)
		return NULL;
	if (c == 0)
		err = count_below(w, to, &end);
	out->prefix = prefix;
	out->p = (const char *)w->b.body +
	    (size_t)w->i * (w->form->key + w->form->value);
	out->n = end > w->i ? end - w->i : 0;
	return err;
}

const struct crm_err *
crm_walk_first_run(struct crm_walk *w, struct crm_view from, struct crm_view to,
    struct crm_run_of *out)
{
	const struct crm_err *err;
	struct crm_view k, v;
	struct crm_entry e;

	if (from.n > 0)
		err = crm_walk_seek(w, from, &e);
	else {
		err = crm_cur_first(w->cur, &k, &v);
		if (err == NULL)
			err = load(w, k, v);
	}
	return err != NULL ? err : take_run(w, to, out);
}

const struct crm_err *
crm_walk_next_run(
    struct crm_walk *w, struct crm_view to, struct crm_run_of *out)
{
	const struct crm_err *err = crm_walk_next_block(w);

	return err != NULL ? err : take_run(w, to, out);
}

/* HEAP: find an id in the block at hand; *past: it is behind this block. */
static const struct crm_err *
find_in_block(
    struct crm_walk *w, uint64_t number, struct crm_view *value, bool *past)
{
	uint32_t lo = 0, hi = w->b.count, mid;
	struct crm_ent e;

	*past = false;
	*value = CRM_VNULL;
	/* often the one at hand is asked for again, or one behind it */
	mid = w->i > 0 && w->i < hi ? w->i : hi / 2;
	for (; lo < hi; mid = lo + (hi - lo) / 2) {
		if (!crm_block_at(&w->b, mid, &e))
			return crm_block_damaged(
			    w->b.key, "an entry that cannot be read");
		if (e.id == number) {
			*value = e.value;
			w->i = mid;
			return NULL;
		}
		if (e.id < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	*past = lo == w->b.count;
	w->i = lo;
	return NULL;
}

/* HEAP: is the next block likely to hold a number that is behind this one?
 * Where blocks are alike it is when they hold that many. */
static bool
is_near(const struct crm_walk *w, uint64_t number)
{
	struct crm_ent last;

	return crm_block_at(&w->b, w->b.count - 1, &last) &&
	    number - last.id <= w->b.count;
}

const struct crm_err *
crm_walk_get(struct crm_walk *w, uint64_t id, struct crm_view *value)
{
	const struct crm_err *err;
	char key[8];
	bool past, quick;

	*value = CRM_VNULL;
	crm_be64(key, id);
	/* Ids that come in order are in the block at hand or behind it. */
	if (crm_walk_same_prefix(w, crm_view(key, 8)) &&
	    memcmp(w->b.key.p, key, 8) <= 0) {
		err = find_in_block(w, crm_id_number(id), value, &past);
		if (err != NULL || value->p != NULL || !past)
			return err;
		if (is_near(w, crm_id_number(id))) {
			err = crm_walk_next_block(w);
			if (err != NULL)
				return err;
			if (!w->loaded || memcmp(w->b.key.p, key, 8) > 0)
				return NULL; /* it would have been before */
			err = find_in_block(w, crm_id_number(id), value, &past);
			if (err != NULL || value->p != NULL || !past)
				return err;
		}
	}
	/* Where it is found it is: only that it is nowhere wants a proof. */
	for (quick = true;; quick = false) {
		err = seek_block(w, crm_view(key, 8), quick);
		if (err != NULL)
			return err;
		if (crm_walk_same_prefix(w, crm_view(key, 8)))
			err = find_in_block(w, crm_id_number(id), value, &past);
		if (err != NULL || value->p != NULL || !quick)
			return err;
	}
}

struct crm_view
crm_entry_full_key(
    const struct crm_form *f, const struct crm_entry *e, char out[CRM_KEY_MAX])
{
	size_t n = e->prefix.n;

	if (f->layout == CRM_HEAP) {
		crm_be64(out, e->id);
		return crm_view(out, 8);
	}
	memcpy(out, e->prefix.p, n);
	memcpy(out + n, e->key.p, e->key.n);
	n += e->key.n;
	if (f->layout == CRM_POSTING) {
		out[n] = '\0';
		crm_be64(out + n + 1, e->id);
		n += 9;
	}
	return crm_view(out, n);
}
