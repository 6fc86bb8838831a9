/* Writing blocks: a stream of puts and removals, in order, merged into the
 * blocks that are there. */
#include "base/mem.h"
#include "record/id.h"
#include "store/block_writer.h"

const struct crm_err *
crm_block_write(
    struct crm_txn *t, enum crm_table table, struct crm_block_writer **out)
{
	struct crm_block_writer *w = crm_calloc(1, sizeof(*w));
	const struct crm_err *err;

	*out = NULL;
	w->txn = t;
	w->table = table;
	w->form = crm_form_of(table);
	w->room = w->form->limit * (w->form->pack > 0 ? 2U : 1U);
	w->old.max = w->unpacked.max = CRM_BLOCK_MAX;
	w->bytes.max = w->out.max = w->packed.max = CRM_BLOCK_MAX;
	err = crm_cur_open(t, table, &w->cur);
	crm_lift_init(&w->lift, t, table, w->cur);
	if (err != NULL) {
		crm_block_abandon(w);
		return err;
	}
	*out = w;
	return NULL;
}

void
crm_block_lift(struct crm_block_writer *w)
{
	/* what stands behind a block while others are out is a key: where they
	 * are of one length it can be no block's */
	w->lift.allowed = w->form->layout != CRM_POSTING;
}

void
crm_block_abandon(struct crm_block_writer *w)
{
	if (w == NULL)
		return;
	crm_lift_release(&w->lift);
	crm_cur_close(w->cur);
	crm_buf_release(&w->old);
	crm_buf_release(&w->unpacked);
	crm_buf_release(&w->bytes);
	crm_buf_release(&w->out);
	crm_buf_release(&w->packed);
	crm_free(w->pending);
	crm_free(w);
}

/* Step to the next entry that the block at hand held. */
static const struct crm_err *
step(struct crm_block_writer *w)
{
	int rc = crm_block_step(&w->block, &w->pos, &w->ent);

	w->more = rc == 1;
	if (rc < 0)
		return crm_block_damaged(
		    crm_view(w->key, w->key_n), "an entry that cannot be read");
	return NULL;
}

/* Write the block at hand with what was put into it. */
static const struct crm_err *
finish(struct crm_block_writer *w)
{
	const struct crm_err *err = NULL;

	if (!w->open)
		return NULL;
	w->open = false;
	while (err == NULL && w->more) {
		err = crm_block_push(w, &w->ent, false);
		if (err == NULL)
			err = step(w);
	}
	if (err != NULL)
		return err;
	if (w->npending == 0 && w->exists && !w->put_one)
		return crm_block_remove_old(w);
	return crm_block_flush(w);
}

static void
keep_bound(struct crm_block_writer *w, struct crm_view key, struct crm_view k)
{
	w->at_end = k.p == NULL;
	w->bound_n = 0;
	if (k.p == NULL || k.n < w->form->prefix || k.n > CRM_KEY_MAX ||
	    memcmp(k.p, key.p, w->form->prefix) != 0)
		return;
	memcpy(w->bound, k.p, k.n);
	w->bound_n = k.n;
}

/* Copy the block found, so that writing does not change what is read. */
static const struct crm_err *
take_block(struct crm_block_writer *w, struct crm_view k, struct crm_view v)
{
	const struct crm_err *err;

	w->exists = true;
	if (k.n > CRM_KEY_MAX)
		return crm_block_damaged(k, "a key too long");
	memcpy(w->key, k.p, k.n);
	w->key_n = k.n;
	crm_buf_addv(&w->old, v);
	err = crm_buf_end(&w->old);
	if (err != NULL)
		return err;
	memset(&w->pos, 0, sizeof(w->pos));
	err = crm_block_open(w->form, crm_view(w->key, w->key_n),
	    crm_buf_view(&w->old), &w->unpacked, &w->block);
	if (err != NULL)
		return err;
	if (w->unpacked.n > 0)
		w->room = crm_block_room(
		    w->form, w->unpacked.n + 5 * (size_t)w->block.count, v.n);
	return step(w);
}

/* The first block of a prefix, which is not there yet. */
static void
begin_block(struct crm_block_writer *w, struct crm_view key)
{
	w->key_n = crm_block_first_key(
	    w->form, crm_view(key.p, w->form->prefix), w->key);
}

/* Find the block that a key belongs to among those that are in the table. */
static const struct crm_err *
locate_there(struct crm_block_writer *w, struct crm_view key)
{
	const struct crm_err *err;
	struct crm_view k = CRM_VNULL, v = CRM_VNULL, next;
	size_t p = w->form->prefix;

	err = crm_cur_seek(w->cur, key, &k, &v);
	if (err != NULL)
		return err;
	if (k.p != NULL && crm_view_eq(k, key)) {
		err = take_block(w, k, v);
		if (err == NULL)
			err = crm_cur_next(w->cur, &next, &v);
	} else {
		next = k;
		err = k.p == NULL ? crm_cur_last(w->cur, &k, &v)
				  : crm_cur_prev(w->cur, &k, &v);
		if (err == NULL && k.p != NULL && k.n >= p &&
		    memcmp(k.p, key.p, p) == 0)
			err = take_block(w, k, v);
		else
			begin_block(w, key);
	}
	if (err != NULL)
		return err;
	keep_bound(w, key, next);
	crm_lift_see(&w->lift, w->exists ? k : CRM_VNULL, next);
	return NULL;
}

/* The same where blocks are taken out; it may turn out that none are. */
static const struct crm_err *
locate_lifted(struct crm_block_writer *w, struct crm_view key)
{
	const struct crm_err *err;
	struct crm_lifted at;

	err = crm_lift_go(&w->lift, key, w->form->prefix, &at);
	if (err != NULL || !w->lift.on)
		return err;
	keep_bound(w, key, at.next);
	w->lifted = at.key.p != NULL;
	if (w->lifted)
		return take_block(w, at.key, at.value);
	begin_block(w, key);
	return NULL;
}

/* Find the block that a key belongs to, or begin a prefix's first one. */
static const struct crm_err *
locate(struct crm_block_writer *w, struct crm_view key)
{
	const struct crm_err *err;

	w->open = true;
	w->exists = w->more = w->put_one = w->lifted = false;
	crm_buf_reset(&w->old);
	crm_buf_reset(&w->unpacked);
	if (w->at_end) {
		begin_block(w, key);
		return NULL;
	}
	if (w->lift.on) {
		err = locate_lifted(w, key);
		if (err != NULL || w->lift.on)
			return err;
	}
	return locate_there(w, key);
}

/* Does a key lie behind the block at hand? */
static bool
is_beyond(const struct crm_block_writer *w, struct crm_view key)
{
	if (memcmp(w->key, key.p, w->form->prefix) != 0)
		return true;
	return w->bound_n > 0 &&
	    crm_view_cmp(key, crm_view(w->bound, w->bound_n)) >= 0;
}

static const struct crm_err *
check_order(struct crm_block_writer *w, struct crm_view key)
{
	int c;

	if (key.n > CRM_KEY_MAX || key.n < w->form->prefix)
		return crm_err(CRM_E_BUG, "a key of %zu bytes for '%s'", key.n,
		    crm_table_name(w->table));
	c = crm_view_cmp(crm_view(w->last, w->last_n), key);
	if (w->last_n > 0 && (c > 0 || (c == 0 && !w->taken)))
		return crm_err(CRM_E_BUG, "keys of '%s' out of order",
		    crm_table_name(w->table));
	memcpy(w->last, key.p, key.n);
	w->last_n = key.n;
	w->taken = false;
	return NULL;
}

/*
 * Bring the writer to an entry: all before it are pending or written, and one
 * with the same key is stepped over.
 *
 * was     the value of that one, p NULL when there was none
 */
static const struct crm_err *
go_to(struct crm_block_writer *w, struct crm_view key, const struct crm_ent *e,
    struct crm_view *was)
{
	const struct crm_err *err;
	int c;

	*was = CRM_VNULL;
	if (!w->open || is_beyond(w, key)) {
		err = finish(w);
		if (err == NULL)
			err = locate(w, key);
		if (err != NULL)
			return err;
	}
	while (w->more) {
		c = crm_ent_cmp(&w->ent, e);
		if (c > 0)
			return NULL;
		if (c < 0) {
			err = crm_block_push(w, &w->ent, false);
			if (err != NULL)
				return err;
		} else
			*was = w->ent.value;
		err = step(w);
		if (err != NULL || c == 0)
			return err;
	}
	return NULL;
}

static const struct crm_err *
go_to_key(struct crm_block_writer *w, struct crm_view key, struct crm_ent *e,
    struct crm_view *was)
{
	const struct crm_err *err = check_order(w, key);

	if (err != NULL)
		return err;
	if (!crm_ent_parse(w->form, key, e))
		return crm_err(CRM_E_BUG, "a key that is none of '%s'",
		    crm_table_name(w->table));
	return go_to(w, key, e, was);
}

const struct crm_err *
crm_block_put(
    struct crm_block_writer *w, struct crm_view key, struct crm_view value)
{
	const struct crm_err *err;
	struct crm_view was;
	struct crm_ent e;

	err = go_to_key(w, key, &e, &was);
	if (err != NULL)
		return err;
	e.value = value;
	return crm_block_push(w, &e, !w->more);
}

/* Does an id of the group of the operation before belong to the block at hand,
 * and not to the one behind it?  It is noted as that of the operation. */
static bool
belongs(struct crm_block_writer *w, uint64_t id)
{
	crm_be64(w->last + w->last_n - 8, id);
	return w->bound_n == 0 ||
	    crm_view_cmp(crm_view(w->last, w->last_n),
		crm_view(w->bound, w->bound_n)) < 0;
}

/* Like crm_block_push() of an entry of the group of the one that waits before it, when
 * there is room for it. */
static bool
push_id(struct crm_block_writer *w, const struct crm_ent *e)
{
	size_t n = w->npending, size;
	struct crm_pending *p;

	if (n == 0)
		return false;
	size = crm_varint_size(e->id - w->pending[n - 1].id) + e->value.n;
	if (w->size + size > (w->more ? 2 * w->room : crm_block_left(w, 0)))
		return false;
	w->pending =
	    crm_grow(w->pending, &w->pending_cap, n + 1, sizeof(*w->pending));
	p = &w->pending[n];
	*p = p[-1];
	p->id = e->id;
	p->size = size;
	p->value = w->bytes.n;
	if (e->value.n > 0)
		crm_buf_addc(&w->bytes, e->value.p[0]);
	w->npending++;
	w->size += size;
	return true;
}

/* Put ids behind *e, of its group, as far as they go into the block at hand,
 * which has none of them left; done says how many. */
static const struct crm_err *
push_ids(struct crm_block_writer *w, struct crm_ent *e, const uint64_t *id,
    const uint8_t *byte, size_t n, size_t *done)
{
	bool all = n > 0 && belongs(w, id[n - 1]);
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < n; i++) {
		if (id[i] <= e->id || (id[i] ^ e->id) >> 56 != 0 ||
		    !(all || belongs(w, id[i])))
			break;
		e->id = id[i];
		if (w->form->value > 0)
			e->value = crm_view(byte + i, 1);
		if (!push_id(w, e))
			err = crm_block_push(w, e, !w->more);
	}
	crm_be64(w->last + w->last_n - 8, e->id);
	*done = i;
	return err;
}

const struct crm_err *
crm_block_put_ids(struct crm_block_writer *w, struct crm_view group,
    const uint64_t *id, const uint8_t *byte, size_t n)
{
	size_t i, more, has = w->form->value, len = group.n + 1 + 8;
	const struct crm_err *err = NULL;
	char key[CRM_KEY_MAX];
	struct crm_view was;
	struct crm_ent e;

	if (len > CRM_KEY_MAX || group.n < w->form->prefix)
		return crm_err(CRM_E_BUG, "a group of %zu bytes", group.n);
	memcpy(key, group.p, group.n);
	key[group.n] = '\0';
	for (i = 0; err == NULL && i < n; i += 1 + more) {
		more = 0;
		crm_be64(key + group.n + 1, id[i]);
		err = go_to_key(w, crm_view(key, len), &e, &was);
		e.value = has > 0 ? crm_view(byte + i, 1) : CRM_VNULL;
		if (err == NULL)
			err = crm_block_push(w, &e, !w->more);
		if (err == NULL && (!w->more || !crm_view_eq(w->ent.a, e.a)))
			err = push_ids(w, &e, id + i + 1,
			    has > 0 ? byte + i + 1 : NULL, n - i - 1, &more);
	}
	return err;
}

const struct crm_err *
crm_block_take(
    struct crm_block_writer *w, struct crm_view key, struct crm_view *value)
{
	const struct crm_err *err;
	struct crm_ent e;

	err = go_to_key(w, key, &e, value);
	w->taken = true;
	return err;
}

const struct crm_err *
crm_block_del(struct crm_block_writer *w, struct crm_view key)
{
	struct crm_view was;
	struct crm_ent e;

	return go_to_key(w, key, &e, &was);
}

const struct crm_err *
crm_block_close(struct crm_block_writer *w)
{
	const struct crm_err *err;

	if (w == NULL)
		return NULL;
	err = finish(w);
	if (err == NULL && w->lift.on)
		err = crm_lift_end(&w->lift);
	crm_block_abandon(w);
	return err;
}
