/* What others did between the first line of a batch and its writing. */
#include <stdio.h>

#include "store/batch_impl.h"
#include "store/erased.h"

/* What went since the batch began. */
struct since {
	struct crm_nummap gone;    /* records that were removed */
	struct crm_erased *erased; /* values; NULL: none */
};

/* Note the records that a change set removed and that are still so. */
static const struct crm_err *
note_removed(struct crm_snap *snap, uint64_t change, struct crm_nummap *gone)
{
	struct crm_txn *t = crm_snap_txn(snap);
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_changed e;
	struct crm_stored r;
	struct crm_view k, v;
	struct crm_cur *c;
	char key[8];

	err = crm_cur_open(t, CRM_TABLE_CHANGED, &c);
	if (err != NULL)
		return err;
	crm_be64(key, change);
	err = crm_cur_seek(c, crm_view(key, 8), &k, &v);
	while (err == NULL && k.p != NULL && memcmp(k.p, key, 8) == 0) {
		err = crm_changed_open(k, v, &e);
		if (err == NULL && (e.flags & CRM_CHANGED_REMOVED) != 0) {
			err = crm_snap_get(snap, e.id, &r, &p);
			if (err == NULL && p != CRM_LIVE)
				(void)crm_nummap_at(gone, e.id, NULL);
		}
		if (err == NULL)
			err = crm_cur_next(c, &k, &v);
	}
	crm_cur_close(c);
	return err;
}

/* The same of all change sets that were done since the batch began: back along
 * the chain, as those written in parts have lower numbers than others. */
static const struct crm_err *
note_all_removed(
    struct crm_batch *b, struct crm_snap *snap, struct crm_nummap *gone)
{
	struct crm_txn *t = crm_snap_txn(snap);
	const struct crm_err *err;
	struct crm_change c;

	err = crm_change_head(t, &c);
	while (err == NULL && c.seq > b->began) {
		uint64_t prior = c.prior;

		if (c.touched > 0)
			err = note_removed(snap, c.number, gone);
		if (err != NULL || prior == 0)
			break;
		err = crm_change_get(t, prior, &c);
	}
	return err;
}

/* Does a record link to one that the merge at hand removes? */
static const struct crm_err *
check_merged(struct crm_batch *b, struct crm_snap *snap, uint64_t id)
{
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, crm_id_kind(id));
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_many m;
	struct crm_view v;
	char one[CRM_ID_TEXT], two[CRM_ID_TEXT];
	uint32_t i;

	err = crm_snap_get(snap, id, &r, &p);
	if (err != NULL || p != CRM_LIVE || k == NULL)
		return err;
	for (i = 0; i < r.n; i++) {
		struct crm_slot s = crm_stored_at(&r, i);
		const struct crm_field *f = crm_field_num(k, s.num);

		if (f == NULL || f->type != CRM_T_LINK)
			continue;
		crm_many_begin(&m, s.value, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v))
			if (crm_nummap_get(&b->merged, crm_link_get(v)) !=
				NULL &&
			    crm_nummap_get(&b->edited, id) == NULL)
				return crm_err(CRM_E_AGAIN,
				    "%s links to %s by now: try again",
				    crm_id_text(id, one),
				    crm_id_text(crm_link_get(v), two));
	}
	return NULL;
}

/* The same of all that a change set added or changed. */
static const struct crm_err *
check_set(
    struct crm_batch *b, struct crm_snap *snap, const struct crm_change *c)
{
	const struct crm_err *err = NULL;
	struct crm_id_range r;
	struct crm_view k, v;
	struct crm_cur *cur;
	char key[8];
	size_t at = 0;
	uint64_t i;

	while (err == NULL && crm_change_range(c, &at, &r))
		for (i = 0; err == NULL && i < r.count; i++)
			err = check_merged(b, snap, r.first + i);
	if (err != NULL || c->touched == 0)
		return err;
	crm_be64(key, c->number);
	err = crm_cur_open(crm_snap_txn(snap), CRM_TABLE_CHANGED, &cur);
	if (err != NULL)
		return err;
	err = crm_cur_seek(cur, crm_view(key, 8), &k, &v);
	while (err == NULL && k.p != NULL && k.n == 16 &&
	    memcmp(k.p, key, 8) == 0) {
		err = check_merged(b, snap, crm_be64_get(k.p + 8));
		if (err == NULL)
			err = crm_cur_next(cur, &k, &v);
	}
	crm_cur_close(cur);
	return err;
}

/* Of all change sets that were done since the batch began. */
static const struct crm_err *
check_all_merged(struct crm_batch *b, struct crm_snap *snap)
{
	struct crm_txn *t = crm_snap_txn(snap);
	const struct crm_err *err;
	struct crm_change c;

	err = crm_change_head(t, &c);
	while (err == NULL && c.seq > b->began) {
		uint64_t prior = c.prior;

		err = check_set(b, snap, &c);
		if (err != NULL || prior == 0)
			break;
		err = crm_change_get(t, prior, &c);
	}
	return err;
}

/* Does a row or an edit link to one of them, or hold one of them? */
static const struct crm_err *
check_row(struct crm_batch *b, const struct since *since, char kind,
    struct crm_row r, bool edit)
{
	struct crm_row_links l = { .row = r,
		.kind = crm_kind_of(b->store->config->schema, kind),
		.edit = edit };
	const struct crm_err *err;
	char text[CRM_ID_TEXT], line[40] = "";
	uint64_t id;

	if (edit && r.kind == CRM_EDIT_EXACT)
		return NULL; /* it was so before: what is gone is shown so */
	err = crm_batch_row_erased(since->erased, l.kind, r, edit);
	if (err != NULL)
		return err;
	while (crm_row_next_link(&l, &id)) {
		id = crm_batch_meant(b, id);
		if ((edit && l.flags == CRM_TAKE) ||
		    crm_nummap_get(&since->gone, id) == NULL)
			continue;
		if (r.line > 0)
			(void)snprintf(line, sizeof(line),
			    "line %llu: ", (unsigned long long)r.line);
		return crm_err(CRM_E_AGAIN,
		    "%s%s: %s was removed meanwhile: try again", line,
		    l.field->name, crm_id_text(id, text));
	}
	return NULL;
}

static const struct crm_err *
check_rows(struct crm_batch *b, const struct since *since)
{
	const struct crm_err *err = NULL;
	uint64_t count[26] = { 0 }, id = 1;
	struct crm_row r;

	crm_spool_rewind(b->adds);
	while (err == NULL && id != 0) {
		err = crm_batch_next_row(b, count, &r, &id);
		if (err == NULL && id != 0 && crm_batch_meant(b, id) == id)
			err = check_row(b, since, r.kind, r, false);
	}
	return err;
}

static const struct crm_err *
check_edits(struct crm_batch *b, const struct since *since)
{
	const struct crm_err *err;
	struct crm_view key, entry;
	struct crm_row r;

	if (b->nedits == 0)
		return NULL;
	err = crm_runs_sort(b->edits);
	while (err == NULL) {
		err = crm_runs_next(b->edits, &key, &entry);
		if (err != NULL || key.p == NULL)
			break;
		crm_row_open_edit(entry, &r);
		if (crm_nummap_get(
			&b->bad_edits, crm_be64_get(key.p + 8) + 1) == NULL)
			err = check_row(b, since,
			    crm_id_kind(crm_be64_get(key.p)), r, true);
	}
	return err;
}

const struct crm_err *
crm_batch_check_links(struct crm_batch *b, struct crm_snap *snap)
{
	struct since since = { .gone = CRM_NUMMAP_INIT };
	const struct crm_err *err;
	bool look;

	err = crm_batch_erased_since(b, snap, &since.erased);
	if (err == NULL)
		err = note_all_removed(b, snap, &since.gone);
	look = since.gone.used > 0 || since.erased != NULL;
	if (err == NULL && look)
		err = check_rows(b, &since);
	if (err == NULL && look)
		err = check_edits(b, &since);
	if (err == NULL && b->merged.used > 0)
		err = check_all_merged(b, snap);
	crm_nummap_release(&since.gone);
	crm_erased_free(since.erased);
	return err;
}
