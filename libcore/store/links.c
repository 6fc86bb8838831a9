#include "store/links.h"

#include "record/value.h"

/* The first field of a record that links to one; NULL: none does. */
static const struct crm_field *
find_link(const struct crm_kind *k, const struct crm_stored *r, uint64_t to)
{
	struct crm_many m;
	struct crm_view stored, v;
	size_t i;

	for (i = 0; i < k->nfields; i++) {
		const struct crm_field *f = &k->field[i];

		if (f->type != CRM_T_LINK || f->num == 0 ||
		    !crm_stored_get(r, f->num, &stored))
			continue;
		crm_many_begin(&m, stored, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v))
			if (crm_link_get(v) == to)
				return f;
	}
	return NULL;
}

static const struct crm_err *
scan(struct crm_snap *snap, enum crm_table table, uint64_t to,
    const struct crm_err *(*fn)(void *ctx, uint64_t id,
	const struct crm_stored *, const struct crm_field *field),
    void *ctx)
{
	const struct crm_err *err;
	const struct crm_field *f;
	const struct crm_kind *k;
	struct crm_stored r;
	struct crm_entry e;
	struct crm_walk *w;

	err = crm_walk_open(crm_snap_txn(snap), table, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view("", 0), &e);
	while (err == NULL && e.prefix.p != NULL) {
		k = crm_kind_of(crm_snap_schema(snap), crm_id_kind(e.id));
		if (!crm_code_open(e.value, &r))
			err = crm_err(CRM_E_DATA,
			    "the store is damaged: a record cannot be read");
		f = err == NULL && k != NULL && !crm_snap_is_hidden(snap, e.id)
		    ? find_link(k, &r, to)
		    : NULL;
		if (f != NULL)
			err = fn(ctx, e.id, &r, f);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

const struct crm_err *
crm_links_to(struct crm_snap *snap, uint64_t id,
    const struct crm_err *(*fn)(void *ctx, uint64_t id,
	const struct crm_stored *, const struct crm_field *field),
    void *ctx)
{
	const struct crm_err *err;

	err = scan(snap, CRM_TABLE_RECORD, id, fn, ctx);
	return err != NULL ? err : scan(snap, CRM_TABLE_EVENT, id, fn, ctx);
}
