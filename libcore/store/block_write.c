/* Writing blocks: a stream of puts and removals, in order, merged into the
 * blocks that are there. */
#include "base/mem.h"
#include "record/id.h"
#include "store/block_impl.h"

struct crm_block_writer {
	struct crm_txn *txn;
	enum crm_table table;
	const struct crm_form *form;
	struct crm_cur *cur;
	/* The block at hand: its key, and a copy of what it held. */
	bool open, exists;
	char key[CRM_KEY_MAX];
	size_t key_n;
	struct crm_buf old;
	struct crm_block block;
	struct crm_block_pos pos;
	struct crm_ent ent; /* the next one of it */
	bool more;
	/* The key of the block behind it, when that has the same prefix. */
	char bound[CRM_KEY_MAX];
	size_t bound_n;
	bool at_end; /* no block of the table is behind it */
	/* What the new blocks will hold. */
	struct crm_pending *pending;
	size_t npending, pending_cap, size;
	struct crm_buf bytes;
	bool put_one;           /* the block at hand was written already */
	char last[CRM_KEY_MAX]; /* key of the operation before */
	size_t last_n;
	bool taken; /* by crm_block_take(): the same key may come again */
	struct crm_buf out;
};

#define BYTES_MAX ((size_t)64 << 20)

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
	w->old.max = w->bytes.max = w->out.max = BYTES_MAX;
	err = crm_cur_open(t, table, &w->cur);
	if (err != NULL) {
		crm_block_abandon(w);
		return err;
	}
	*out = w;
	return NULL;
}

void
crm_block_abandon(struct crm_block_writer *w)
{
	if (w == NULL)
		return;
	crm_cur_close(w->cur);
	crm_buf_release(&w->old);
	crm_buf_release(&w->bytes);
	crm_buf_release(&w->out);
	crm_free(w->pending);
	crm_free(w);
}

static struct crm_view
prefix_of(const struct crm_block_writer *w)
{
	return crm_view(w->key, w->form->prefix);
}

static struct crm_ent
ent_of(const struct crm_block_writer *w, const struct crm_pending *p)
{
	struct crm_ent e = { crm_view(w->bytes.p + p->a, p->a_n), p->id,
		crm_view(w->bytes.p + p->value, p->value_n) };

	return e;
}

/* Is an entry of the same group as the one that waits before it? */
static bool
is_of_group(const struct crm_block_writer *w, const struct crm_pending *prev,
    const struct crm_ent *e)
{
	return w->form->layout == CRM_POSTING &&
	    crm_view_eq(crm_view(w->bytes.p + prev->a, prev->a_n), e->a);
}

/*
 * Bytes that an entry needs in a block: behind one of its group, or (prev
 * NULL) as the first.
 */
static size_t
entry_size(const struct crm_block_writer *w, const struct crm_pending *prev,
    const struct crm_ent *e)
{
	uint64_t kind;

	switch (w->form->layout) {
	case CRM_HEAP:
		return 2 + 5 + e->value.n;
	case CRM_FIXED:
		return (size_t)w->form->key + w->form->value;
	case CRM_POSTING:
		break;
	}
	if (prev != NULL)
		return crm_varint_size(e->id - prev->id) + w->form->value;
	kind = crm_block_kind(w->form, prefix_of(w), e->a);
	return crm_varint_size(e->a.n) + e->a.n + 2 +
	    crm_varint_size(e->id - kind) + w->form->value;
}

/*
 * Has a block lost the group that its key names?  Values are not to be found
 * in keys when they are gone from the entries: the block gets another key
 * then.  The first one of a prefix has a key that says nothing.
 */
static bool
has_lost_group(const struct crm_block_writer *w, const struct crm_ent *first)
{
	char zeros[CRM_KEY_MAX];
	struct crm_view key = crm_view(w->key, w->key_n);
	struct crm_ent named;

	if (w->form->layout != CRM_POSTING || !w->exists || w->put_one)
		return false;
	if (crm_view_eq(key,
		crm_view(
		    zeros, crm_block_first_key(w->form, prefix_of(w), zeros))))
		return false;
	return !crm_ent_parse(w->form, key, &named) ||
	    !crm_view_eq(named.a, first->a);
}

/* The key of the block that begins with a pending entry. */
static struct crm_view
key_from(const struct crm_block_writer *w, size_t from, char first[CRM_KEY_MAX])
{
	struct crm_ent e = ent_of(w, &w->pending[from]);

	if (!w->put_one && !has_lost_group(w, &e))
		return crm_view(w->key, w->key_n);
	return crm_view(first, crm_ent_key(w->form, prefix_of(w), &e, first));
}

/* Write the entries from..to as one block. */
static const struct crm_err *
write_block(struct crm_block_writer *w, size_t from, size_t to)
{
	char first[CRM_KEY_MAX];
	struct crm_view key = key_from(w, from, first);
	const struct crm_err *err = NULL;
	bool was = w->exists && !w->put_one;

	if (was && key.p == first) {
		err = crm_kv_del(w->txn, w->table, crm_view(w->key, w->key_n));
		if (err != NULL)
			return err;
		was = w->at_end = false;
	}
	w->put_one = true;
	crm_block_encode(
	    w->form, key, w->bytes.p, w->pending + from, to - from, &w->out);
	err = crm_buf_end(&w->out);
	if (err != NULL)
		return err;
	if (was && crm_view_eq(crm_buf_view(&w->out), crm_buf_view(&w->old)))
		return NULL;
	if (w->at_end && !was)
		return crm_cur_append(w->cur, key, crm_buf_view(&w->out));
	return crm_kv_put(w->txn, w->table, key, crm_buf_view(&w->out));
}

/* Bytes that the entries of a block may need beside key and head. */
static size_t
room(const struct crm_block_writer *w, size_t from)
{
	size_t key = w->key_n, own;

	if (w->form->layout == CRM_POSTING) {
		own = w->form->prefix + w->pending[from].a_n + 9;
		if (w->put_one || (w->exists && own > key))
			key = own;
	}
	return w->form->limit - CRM_HEAD - key;
}

/* How many entries from..on fit so many bytes; at least one is taken. */
static size_t
cut(const struct crm_block_writer *w, size_t from, size_t bytes)
{
	struct crm_ent e = ent_of(w, &w->pending[from]);
	size_t used = entry_size(w, NULL, &e), i = from + 1;

	while (i < w->npending && used + w->pending[i].size <= bytes)
		used += w->pending[i++].size;
	return i;
}

/*
 * Write all pending entries: in one block if they fit, else in blocks of
 * about the same size, so that the next entry between them finds room.
 */
static const struct crm_err *
write_pending(struct crm_block_writer *w)
{
	const struct crm_err *err = NULL;
	size_t from, to, i, bytes, left, parts;

	for (from = 0; err == NULL && from < w->npending; from = to) {
		for (left = 0, i = from; i < w->npending; i++)
			left += w->pending[i].size;
		bytes = room(w, from);
		parts = (left + bytes - 1) / bytes;
		to = cut(w, from, parts > 1 ? left / parts + 1 : bytes);
		err = write_block(w, from, to);
	}
	w->npending = 0;
	w->size = 0;
	crm_buf_reset(&w->bytes);
	return err;
}

/*
 * Add an entry to the pending ones.  What comes behind all that the block
 * held fills blocks to the brim; what comes between goes into halves.
 */
static const struct crm_err *
push(struct crm_block_writer *w, const struct crm_ent *e, bool behind)
{
	const struct crm_err *err;
	struct crm_pending *p;
	size_t size = 0, n = w->npending;
	bool same = false;

	if (n > 0) {
		p = &w->pending[n - 1];
		same = is_of_group(w, p, e);
		size = entry_size(w, same ? p : NULL, e);
		if (w->size + size >
		    (behind ? room(w, 0) : 2 * (size_t)w->form->limit)) {
			err = write_pending(w);
			if (err != NULL)
				return err;
			n = 0;
		}
	}
	if (n == 0)
		size = entry_size(w, NULL, e);
	w->pending =
	    crm_grow(w->pending, &w->pending_cap, n + 1, sizeof(*w->pending));
	p = &w->pending[n];
	p->id = e->id;
	p->size = size;
	p->a_n = e->a.n;
	p->value_n = e->value.n;
	if (n > 0 && same)
		p->a = p[-1].a;
	else {
		p->a = w->bytes.n;
		crm_buf_addv(&w->bytes, e->a);
	}
	p->value = w->bytes.n;
	if (e->value.n > 0)
		crm_buf_addv(&w->bytes, e->value);
	w->npending++;
	w->size += size;
	return crm_buf_end(&w->bytes);
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
		err = push(w, &w->ent, false);
		if (err == NULL)
			err = step(w);
	}
	if (err != NULL)
		return err;
	if (w->npending == 0 && w->exists && !w->put_one)
		return crm_kv_del(w->txn, w->table, crm_view(w->key, w->key_n));
	return write_pending(w);
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
	    crm_buf_view(&w->old), &w->block);
	return err != NULL ? err : step(w);
}

/* Find the block that a key belongs to, or begin a prefix's first one. */
static const struct crm_err *
locate(struct crm_block_writer *w, struct crm_view key)
{
	const struct crm_err *err = NULL;
	struct crm_view k = CRM_VNULL, v = CRM_VNULL;
	size_t p = w->form->prefix;

	w->open = true;
	w->exists = w->more = w->put_one = false;
	crm_buf_reset(&w->old);
	if (!w->at_end) {
		err = crm_cur_seek(w->cur, key, &k, &v);
		if (err != NULL)
			return err;
		if (k.p != NULL && crm_view_eq(k, key)) {
			err = take_block(w, k, v);
			if (err == NULL)
				err = crm_cur_next(w->cur, &k, &v);
			if (err == NULL)
				keep_bound(w, key, k);
			return err;
		}
		keep_bound(w, key, k);
		err = k.p == NULL ? crm_cur_last(w->cur, &k, &v)
				  : crm_cur_prev(w->cur, &k, &v);
		if (err != NULL)
			return err;
		if (k.p != NULL && k.n >= p && memcmp(k.p, key.p, p) == 0)
			return take_block(w, k, v);
	}
	w->key_n = crm_block_first_key(w->form, crm_view(key.p, p), w->key);
	return NULL;
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
			err = push(w, &w->ent, false);
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
	return push(w, &e, !w->more);
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

/* Like push() of an entry of the group of the one that waits before it, when
 * there is room for it. */
static bool
push_id(struct crm_block_writer *w, const struct crm_ent *e)
{
	size_t n = w->npending, size;
	struct crm_pending *p;

	if (n == 0)
		return false;
	size = crm_varint_size(e->id - w->pending[n - 1].id) + e->value.n;
	if (w->size + size >
	    (w->more ? 2 * (size_t)w->form->limit : room(w, 0)))
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
			err = push(w, e, !w->more);
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
			err = push(w, &e, !w->more);
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
	crm_block_abandon(w);
	return err;
}
