/* Writing a large batch: its new records are put in parts, hidden, and seen
 * with the last part. */
#include "base/mem.h"
#include "store/block.h"
#include "store/writing.h"

static const struct crm_err *
put_part(void *ctx, struct crm_txn *t)
{
	struct crm_writing *w = ctx;
	struct crm_block_writer *bw = NULL;
	const struct crm_err *err = NULL;
	enum crm_table table = CRM_TABLE_RECORD;
	struct crm_view v;
	uint64_t id;
	size_t at, n;
	char key[8];

	for (at = 0; err == NULL && at < w->part.n; at += 12 + n) {
		id = crm_le64_get(w->part.p + at);
		n = crm_le32_get(w->part.p + at + 8);
		v = crm_view(w->part.p + at + 12, n);
		if (bw != NULL && table != crm_table_of(id)) {
			err = crm_block_close(bw);
			bw = NULL;
		}
		table = crm_table_of(id);
		if (err == NULL && bw == NULL)
			err = crm_block_write(t, table, &bw);
		crm_be64(key, id);
		if (err == NULL)
			err = crm_block_put(bw, crm_view(key, 8), v);
	}
	if (err != NULL) {
		crm_block_abandon(bw);
		return err;
	}
	return crm_block_close(bw);
}

/* Records are put together in parts so much smaller than other tables are
 * written in: while the one thread writes them, those that derive have no more
 * to do than what was handed to them before. */
#define SMALLER 4

const struct crm_err *
crm_w_flush_part(struct crm_writing *w, size_t limit)
{
	const struct crm_err *err;

	if (w->part.n < (limit + SMALLER - 1) / SMALLER)
		return NULL;
	err = crm_store_update(w->b->store, put_part, w);
	crm_buf_reset(&w->part);
	return err;
}

static const struct crm_err *
put_hidden(struct crm_txn *t, const struct crm_hidden *h, size_t n)
{
	struct crm_buf b = CRM_BUF_INIT((size_t)16 << 20);
	const struct crm_err *err;
	char p[24];
	size_t i;

	for (i = 0; i < n; i++) {
		crm_le64(p, h[i].first);
		crm_le64(p + 8, h[i].count);
		crm_le64(p + 16, h[i].change);
		crm_buf_add(&b, p, 24);
	}
	err = crm_meta_put(t, CRM_META_HIDDEN, crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

/* Hide the ids of this batch among the other hidden ranges, sorted. */
static const struct crm_err *
hide(struct crm_writing *w)
{
	const struct crm_hidden *was;
	struct crm_hidden *h;
	const struct crm_err *err;
	size_t n, i, j, k = 0;
	int kind;

	was = crm_snap_hidden(w->snap, &n);
	h = crm_calloc(n + 26, sizeof(*h));
	for (i = 0; i < n; i++)
		h[k++] = was[i];
	for (kind = 0; kind < 26; kind++) {
		struct crm_hidden mine = { .count = w->count[kind],
			.change = w->change.number };

		if (mine.count == 0)
			continue;
		mine.first = crm_id((char)('a' + kind), w->b->store->replica,
		    w->b->base[kind] + 1);
		for (j = k; j > 0 && h[j - 1].first > mine.first; j--)
			h[j] = h[j - 1];
		h[j] = mine;
		k++;
	}
	err = put_hidden(w->txn, h, k);
	crm_free(h);
	return err;
}

static const struct crm_err *
unhide(struct crm_writing *w)
{
	const struct crm_hidden *was;
	struct crm_hidden *h;
	const struct crm_err *err;
	size_t n, i, k = 0;

	was = crm_snap_hidden(w->snap, &n);
	h = crm_calloc(n, sizeof(*h));
	for (i = 0; i < n; i++)
		if (was[i].change != w->change.number)
			h[k++] = was[i];
	err = put_hidden(w->txn, h, k);
	crm_free(h);
	return err;
}

/* First part: take a number and ids, hidden. */
static const struct crm_err *
begin_parts(void *ctx, struct crm_txn *t)
{
	struct crm_writing *w = ctx;
	const struct crm_err *err;
	struct crm_id_range range[26];
	size_t n = 0;
	int i;

	w->txn = t;
	err = crm_snap_wrap(w->b->store, t, &w->snap);
	if (err == NULL) {
		w->late = crm_snap_state(w->snap) != w->b->state;
		err = crm_w_begin_change(w);
	}
	if (err == NULL)
		err = crm_w_take_ids(w);
	if (err == NULL)
		err = crm_gate_begin(w->b->store->gate, w->change.number);
	if (err == NULL)
		err = hide(w);
	for (i = 0; i < 26; i++)
		if (w->count[i] > 0) {
			range[n].first = crm_id((char)('a' + i),
			    w->b->store->replica, w->b->base[i] + 1);
			range[n++].count = w->count[i];
		}
	w->change.state = CRM_CHANGE_OPEN;
	if (err == NULL)
		err = crm_change_put(t, &w->change, range, n);
	crm_snap_close(w->snap);
	w->snap = NULL;
	if (err == NULL)
		err = crm_snap_wrap(w->b->store, t, &w->snap);
	if (err == NULL)
		w->state = crm_snap_state(w->snap);
	crm_snap_close(w->snap);
	w->snap = NULL;
	return err;
}

struct part {
	struct crm_derive *d;
	enum crm_table table;
	size_t limit;
	bool again, done;
};

static const struct crm_err *
put_derived(void *ctx, struct crm_txn *t)
{
	struct part *p = ctx;
	const struct crm_err *err = NULL;

	if (p->again)
		err = crm_derive_back(p->d, p->table);
	p->again = true;
	return err != NULL
	    ? err
	    : crm_derive_write(p->d, t, p->table, p->limit, &p->done);
}

/* Last part: unique values again, edits, sums; then it is seen. */
static const struct crm_err *
end_parts(void *ctx, struct crm_txn *t)
{
	struct crm_writing *w = ctx;
	const struct crm_err *err;

	w->txn = t;
	w->in_parts = false;
	crm_w_begin_late(w);
	err = crm_store_see_config(w->b->store, t);
	if (err == NULL)
		err = crm_snap_wrap(w->b->store, t, &w->snap);
	if (err == NULL && (w->late || crm_snap_state(w->snap) != w->state)) {
		err = crm_batch_check_unique_again(w->b, w->snap);
		if (err == NULL)
			err = crm_batch_check_links(w->b, w->snap);
	}
	/* what others left meanwhile; of its own nobody sees anything yet */
	if (err == NULL)
		err = crm_w_take_in(w);
	if (err == NULL)
		err = unhide(w);
	/* What follows from stories is to see what was added, too. */
	if (err == NULL)
		err = crm_w_look_again(w);
	if (err == NULL)
		err = crm_w_finish(w);
	crm_block_abandon(w->w);
	w->w = NULL;
	crm_snap_close(w->snap);
	w->snap = NULL;
	return err;
}

const struct crm_err *
crm_w_write_parts(struct crm_writing *w)
{
	static const enum crm_table tables[] = { CRM_TABLE_INDEX,
		CRM_TABLE_TEXT, CRM_TABLE_STORY };
	struct crm_store *s = w->b->store;
	const struct crm_err *err;
	size_t n = sizeof(tables) / sizeof(tables[0]), i;

	err = crm_store_update(s, begin_parts, w);
	w->in_parts = w->sums = true;
	if (err == NULL)
		err = crm_w_add_all(w);
	if (err == NULL) /* while the last records are written */
		crm_derive_ahead(w->adds, tables[0]);
	if (err == NULL)
		err = crm_w_flush_part(w, 1);
	for (i = 0; err == NULL && i < n; i++) {
		struct part p = { .d = w->adds,
			.table = tables[i],
			.limit = crm_store_part(s) };

		if (i + 1 < n)
			crm_derive_ahead(w->adds, tables[i + 1]);
		while (err == NULL && !p.done) {
			p.again = false;
			err = crm_store_update(s, put_derived, &p);
		}
		/* the last part takes memory of its own */
		crm_derive_forget(w->adds, tables[i]);
	}
	if (err == NULL)
		err = crm_store_update(s, end_parts, w);
	crm_gate_end(s->gate, w->change.number);
	return err;
}
