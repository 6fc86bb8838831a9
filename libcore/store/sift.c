#include "store/sift.h"

#include "base/mem.h"
#include "record/id.h"
#include "store/change.h"

const struct crm_err *
crm_dregs_find(struct crm_snap *snap, struct crm_dregs *out)
{
	const struct crm_err *err = NULL;
	const struct crm_hidden *h;
	struct crm_change c;
	size_t n, i;

	h = crm_snap_hidden(snap, &n);
	out->range = crm_calloc(n, sizeof(*out->range));
	out->n = 0;
	for (i = 0; err == NULL && i < n; i++) {
		err = crm_change_get(crm_snap_txn(snap), h[i].change, &c);
		if (err != NULL || c.state != CRM_CHANGE_OPEN)
			continue;
		out->range[out->n].first = h[i].first;
		out->range[out->n++].count = h[i].count;
	}
	return err;
}

bool
crm_sift_has(enum crm_table t)
{
	return t == CRM_TABLE_RECORD || t == CRM_TABLE_EVENT ||
	    t == CRM_TABLE_INDEX || t == CRM_TABLE_TEXT || t == CRM_TABLE_STORY;
}

static bool
is_left(const struct crm_dregs *d, enum crm_table t, const struct crm_entry *e)
{
	uint64_t id = e->id;
	size_t i;

	if (t == CRM_TABLE_STORY) /* at, then what and the event's number */
		id = crm_id('e', 0, 0) |
		    (crm_be64_get(e->key.p + 8) & ((UINT64_C(1) << 56) - 1));
	for (i = 0; i < d->n; i++)
		if (id >= d->range[i].first &&
		    id - d->range[i].first < d->range[i].count)
			return true;
	return false;
}

static const struct crm_err *
copy(struct crm_walk *w, struct crm_entry *e, enum crm_table t,
    const struct crm_dregs *d, struct crm_block_writer *bw, struct crm_txn *to,
    size_t limit, struct crm_buf *last)
{
	const struct crm_form *form = crm_form_of(t);
	const struct crm_err *err = NULL;
	char key[CRM_KEY_MAX];
	struct crm_view k;

	while (
	    err == NULL && e->prefix.p != NULL && crm_txn_dirty(to) < limit) {
		k = crm_entry_full_key(form, e, key);
		if (!is_left(d, t, e))
			err = crm_block_put(bw, k, e->value);
		crm_buf_reset(last);
		crm_buf_addv(last, k);
		if (err == NULL)
			err = crm_walk_next(w, e);
	}
	return err;
}

const struct crm_err *
crm_sift_part(struct crm_txn *from, enum crm_table t, const struct crm_dregs *d,
    struct crm_txn *to, size_t limit, struct crm_buf *last, bool *over)
{
	struct crm_block_writer *bw = NULL;
	struct crm_walk *w = NULL;
	const struct crm_err *err;
	struct crm_entry e;
	char key[CRM_KEY_MAX];

	*over = false;
	err = crm_walk_open(from, t, &w);
	if (err == NULL)
		err = crm_block_write(to, t, &bw);
	if (err == NULL)
		err = crm_walk_seek(w, crm_buf_view(last), &e);
	if (err == NULL && last->n > 0 && e.prefix.p != NULL &&
	    crm_view_eq(crm_entry_full_key(crm_form_of(t), &e, key),
		crm_buf_view(last)))
		err = crm_walk_next(w, &e);
	if (err == NULL)
		err = copy(w, &e, t, d, bw, to, limit, last);
	*over = err == NULL && e.prefix.p == NULL;
	crm_walk_close(w);
	if (err == NULL)
		return crm_block_close(bw);
	crm_block_abandon(bw);
	return err;
}
