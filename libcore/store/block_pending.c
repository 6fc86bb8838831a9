/* Writing blocks: the entries that wait, and making blocks of them. */
#include "base/mem.h"
#include "store/block_writer.h"

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

const struct crm_err *
crm_block_remove_old(struct crm_block_writer *w)
{
	return w->lifted
	    ? NULL
	    : crm_kv_del(w->txn, w->table, crm_view(w->key, w->key_n));
}

/* Bytes that some pending entries may need in blocks. */
static size_t
size_of(const struct crm_block_writer *w, size_t from, size_t to)
{
	size_t size = 0;

	for (; from < to; from++)
		size += w->pending[from].size;
	return size;
}

size_t
crm_block_room(const struct crm_form *f, size_t size, size_t packed)
{
	size_t most = 4 * (size_t)f->limit;

	size = size * f->limit / packed;
	return size < f->limit ? f->limit : size < most ? size : most;
}

/* Of so many entries, how many may be packed to the limit, when all of them
 * came to more?  Those that nothing comes behind of are made halves. */
static size_t
fewer(const struct crm_block_writer *w, size_t n, size_t packed)
{
	n = w->brim ? n * w->form->limit / packed * 63 / 64 : n / 2;
	return n > 0 ? n : 1;
}

/*
 * Encode the entries from..to as one block, or fewer of them: of what is packed
 * it turns out only then how long it is.
 *
 * out     the block, in w
 */
static const struct crm_err *
encode(struct crm_block_writer *w, struct crm_view key, size_t from, size_t *to,
    struct crm_view *out)
{
	const struct crm_form *f = w->form;
	const struct crm_err *err;
	size_t n, size;

	for (;; *to = from + fewer(w, n, size)) {
		n = *to - from;
		crm_block_encode(
		    f, key, w->bytes.p, w->pending + from, n, &w->out);
		err = crm_buf_end(&w->out);
		*out = crm_buf_view(&w->out);
		size = key.n + w->out.n;
		if (err != NULL || f->pack == 0 || size <= f->pack)
			return err;
		if (crm_block_pack(key, &w->out, &w->packed)) {
			*out = crm_buf_view(&w->packed);
			size = key.n + w->packed.n;
			w->room = crm_block_room(
			    f, size_of(w, from, *to) * 63 / 64, size);
		}
		if (size <= f->limit || n == 1)
			return NULL;
	}
}

/* Write the entries from..to as one block, or fewer. */
static const struct crm_err *
write_block(struct crm_block_writer *w, size_t from, size_t *to)
{
	char first[CRM_KEY_MAX];
	struct crm_view block, key = key_from(w, from, first);
	const struct crm_err *err = NULL;
	bool was = w->exists && !w->put_one;

	if (was && key.p == first) {
		err = crm_block_remove_old(w);
		if (err != NULL)
			return err;
		was = w->at_end = false;
	}
	was = was && !w->lifted;
	w->put_one = true;
	err = encode(w, key, from, to, &block);
	if (err != NULL)
		return err;
	if (was && crm_view_eq(block, crm_buf_view(&w->old)))
		return NULL;
	if (w->at_end && !was)
		return crm_cur_append(w->cur, key, block);
	if (w->lift.on)
		return crm_lift_put(&w->lift, key, block);
	return crm_kv_put(w->txn, w->table, key, block);
}

size_t
crm_block_left(const struct crm_block_writer *w, size_t from)
{
	size_t key = w->key_n, own;

	if (w->form->layout == CRM_POSTING) {
		own = w->form->prefix + w->pending[from].a_n + 9;
		if (w->put_one || (w->exists && own > key))
			key = own;
	}
	return w->room - CRM_HEAD - key;
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

/* Forget the entries that were written: those before one. */
static void
drop(struct crm_block_writer *w, size_t to)
{
	size_t i, left = w->npending - to, gone;

	w->npending = left;
	w->size = 0;
	gone = left > 0 ? w->pending[to].a : w->bytes.n;
	w->bytes.n -= gone;
	if (left > 0)
		memmove(w->bytes.p, w->bytes.p + gone, w->bytes.n);
	for (i = 0; i < left; i++) {
		w->pending[i] = w->pending[to + i];
		w->pending[i].a -= gone;
		w->pending[i].value -= gone;
		w->size += w->pending[i].size;
	}
}

/* Write the pending entries; when more come behind them not those that another
 * block has room for. */
static const struct crm_err *
flush(struct crm_block_writer *w, bool more)
{
	const struct crm_err *err = NULL;
	size_t from, to, bytes, left, parts;

	for (from = 0; err == NULL && from < w->npending; from = to) {
		left = size_of(w, from, w->npending);
		bytes = crm_block_left(w, from);
		if (w->brim && more && from > 0 && left <= bytes)
			break;
		parts = w->brim ? 1 : (left + bytes - 1) / bytes;
		to = cut(w, from, parts > 1 ? left / parts + 1 : bytes);
		err = write_block(w, from, &to);
	}
	drop(w, from);
	return err;
}

const struct crm_err *
crm_block_flush(struct crm_block_writer *w)
{
	return flush(w, false);
}

const struct crm_err *
crm_block_push(struct crm_block_writer *w, const struct crm_ent *e, bool behind)
{
	const struct crm_err *err;
	struct crm_pending *p;
	size_t size = 0, n = w->npending;
	bool same = false;

	w->brim = behind && w->form->pack > 0;
	if (n > 0) {
		p = &w->pending[n - 1];
		same = is_of_group(w, p, e);
		size = entry_size(w, same ? p : NULL, e);
		if (w->size + size >
		    (behind ? crm_block_left(w, 0) : 2 * w->room)) {
			err = flush(w, true);
			if (err != NULL)
				return err;
			n = w->npending;
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
